//! R18: what a change does to the uses of a connection, asked of `domain` before it is made.

use tsunagi_catalog::{Primary, Slot, SlotSettings, Use};
use tsunagi_domain::gate::Access;
use tsunagi_domain::impact::{self, Place, Seat, Shape};
use tsunagi_domain::reshape::Led;
use tsunagi_domain::resolution::registration_of;
use tsunagi_domain::{Application, Connection, ConnectionId, Environment, offer};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::views::{AffectedUse, Fate, UseView};

/// A connection with everything that decides what runs on it.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    pub(crate) connection: Connection,
    pub(crate) slots: Vec<Slot>,
    pub(crate) primaries: Vec<Primary>,
    /// R11: where there is a primary account or has been one, in both environment modes.
    pub(crate) led: Vec<Led>,
    /// What its reaches have of their own.
    pub(crate) overrides: Vec<SlotSettings>,
}

impl Whole {
    /// The slots of the connection's environment mode.
    pub(crate) fn present(&self) -> impl Iterator<Item = &Slot> {
        let reaches = self.connection.mode.reaches();
        let slots = self.slots.iter();
        slots.filter(move |slot| reaches.contains(&slot.key.reach))
    }

    /// Works out again which slots have another client than what sits there was obtained with.
    pub(crate) fn look_at_clients(&mut self) {
        for slot in &mut self.slots {
            let mut own = self.overrides.iter();
            let own = own.find(|own| own.reach == slot.key.reach);
            let registration = registration_of(
                own.and_then(|own| own.registration),
                self.connection.registration,
            );
            slot.other_client = slot.authorization.registration != registration;
        }
    }
}

impl Console {
    pub(crate) fn whole(&self, id: ConnectionId) -> Result<Whole, ConsoleError> {
        let catalog = &self.inner.catalog;
        Ok(Whole {
            connection: self.connection(id)?,
            slots: catalog.slots(id)?,
            primaries: catalog.primaries(id)?,
            led: catalog.led(id)?,
            overrides: catalog.slot_settings(id)?,
        })
    }

    /// What decides what runs, as it stands or as it would.
    pub(crate) fn shape_of(&self, whole: &Whole) -> Shape {
        let connection = &whole.connection;
        let library = self.inner.gateway.library();
        let connector = library.get(&connection.connector);
        let workspace = self.inner.catalog.workspace().ok().flatten();
        let unoffered = connector.zip(workspace).and_then(|(connector, workspace)| {
            offer::offered_here(&connector.name, connector.places(), &workspace).err()
        });
        Shape {
            link_name: connection.link_name.to_string(),
            kind: connection.kind,
            mode: connection.mode,
            enabled: connection.enabled,
            retired: connector.and_then(|connector| connector.served(self.now()).err()),
            unoffered,
            seats: whole
                .slots
                .iter()
                .map(|slot| Seat {
                    reach: slot.key.reach,
                    member: slot.key.member,
                    health: self.health_in(whole, slot),
                })
                .collect(),
            primaries: whole
                .primaries
                .iter()
                .map(|primary| (primary.reach, primary.member))
                .collect(),
            led: whole.led.iter().map(|(reach, _)| *reach).collect(),
        }
    }

    /// The uses of a connection with what a change from `before` to `after` does to each.
    pub(crate) fn affected(
        &self,
        id: ConnectionId,
        before: &Shape,
        after: &Shape,
    ) -> Result<Vec<AffectedUse>, ConsoleError> {
        self.affected_among(&self.inner.catalog.applications()?, id, before, after)
    }

    /// As [`Self::affected`], where the applications are known: for many connections they are
    /// read once.
    pub(crate) fn affected_among(
        &self,
        applications: &[Application],
        id: ConnectionId,
        before: &Shape,
        after: &Shape,
    ) -> Result<Vec<AffectedUse>, ConsoleError> {
        let mut affected = Vec::new();
        for used in self.inner.catalog.uses(id)? {
            let name = name_of(applications, &used);
            let granted = self.inner.catalog.has_access(used.application, id)?;
            let access = if granted {
                Access::Granted
            } else {
                Access::Missing(&name)
            };
            let place = place(&used, access);
            affected.push(AffectedUse {
                fate: impact::fate(before, after, place).into(),
                used: use_view(&name, &used),
            });
        }
        Ok(affected)
    }

    /// What runs in an environment with nobody present.
    pub(crate) fn unattended(
        &self,
        id: ConnectionId,
        covers: impl Fn(Environment) -> bool,
    ) -> Result<Vec<UseView>, ConsoleError> {
        let applications = self.inner.catalog.applications()?;
        let uses = self.inner.catalog.uses(id)?;
        Ok(uses
            .iter()
            .filter(|used| used.unattended && covers(used.environment))
            .map(|used| use_view(&name_of(&applications, used), used))
            .collect())
    }
}

/// A use, as `domain` asks about it.
pub(crate) fn place<'a>(used: &'a Use, access: Access<'a>) -> Place<'a> {
    Place {
        area: &used.area,
        environment: used.environment,
        unattended: used.unattended,
        access,
    }
}

pub(crate) fn name_of(applications: &[Application], used: &Use) -> String {
    let known = applications
        .iter()
        .find(|application| application.id == used.application);
    known.map_or_else(String::new, |application| application.name.clone())
}

pub(crate) fn use_view(application: &str, used: &Use) -> UseView {
    UseView {
        area: used.area.clone(),
        name: used.name.clone(),
        application: application.to_owned(),
        environment: used.environment,
        next_run: used.next_run,
    }
}

impl From<impact::Fate> for Fate {
    fn from(fate: impact::Fate) -> Self {
        match fate {
            impact::Fate::Stops => Self::Stops,
            impact::Fate::GoesOn => Self::GoesOn,
            impact::Fate::Starts => Self::Starts,
            impact::Fate::StaysStopped => Self::StaysStopped,
        }
    }
}
