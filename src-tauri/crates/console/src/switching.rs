//! Putting something else in a place: another authorization into a slot (R18, R21), another
//! connection into every use of one (R16, R18).

use std::collections::BTreeSet;

use tsunagi_catalog::{Entry, Moved, Reshaping, Slot, Use};
use tsunagi_connectors::Connector;
use tsunagi_domain::connection::{Settings, SlotKey};
use tsunagi_domain::gate::Access;
use tsunagi_domain::impact::{between, may_be_made, runs};
use tsunagi_domain::offer::{Likeness, may_switch};
use tsunagi_domain::replace::{Party, may_replace};
use tsunagi_domain::resolution::registration_of;
use tsunagi_domain::{
    Connection, ConnectionId, Health, Kind, Member, NotConnected, Reach, Refusal, RefusalCode,
    RegistrationId, access, application,
};

use crate::console::{Console, Session};
use crate::editing::chosen_settings;
use crate::error::ConsoleError;
use crate::impacts::{Whole, name_of, place, use_view};
use crate::log::Action;
use crate::views::{
    AffectedUse, ConnectionView, ReplaceOutcome, Replaced, Replacement, Replacements, SwitchImpact,
    SwitchOffer,
};

/// What a reach asks for, with its own overrides.
pub(crate) struct Wants {
    pub(crate) registration: Option<RegistrationId>,
    pub(crate) settings: Settings,
}

impl Console {
    /// R21: authorizations of other connections that may take the place of what sits in a slot:
    /// of an admin or system connection any, of a logged-in-user connection the acting member's
    /// own.
    ///
    /// # Errors
    /// R1, R2; the connector is not there.
    pub fn switch_offers(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
    ) -> Result<Vec<SwitchOffer>, ConsoleError> {
        let actor = self.manager(session)?;
        let whole = self.whole(connection)?;
        let connector = self.connector(&whole.connection.connector)?;
        let sits = slot_at(&whole, reach, &actor).map(|slot| slot.authorization.id);
        let mut offers: Vec<SwitchOffer> = Vec::new();
        let mut offered = Vec::new();
        for other in self
            .inner
            .catalog
            .connections_of_connector(&whole.connection.connector)?
        {
            if other.id == connection {
                continue;
            }
            let other = self.whole(other.id)?;
            let fits = self.fits(&connector, (&whole.connection, reach), &other.connection)?;
            let Some(slot) = living_at(&other, reach, &actor).filter(|_| fits.is_ok()) else {
                continue;
            };
            let id = slot.authorization.id;
            if Some(id) == sits || offered.contains(&id) {
                continue;
            }
            offered.push(id);
            offers.push(SwitchOffer {
                from: other.connection.id,
                from_name: other.connection.name.to_string(),
                account: self.account_of(&other.connection, slot),
                health: self.slot_health(&whole.connection, reach, Some(slot)),
            });
        }
        Ok(offers)
    }

    /// R18: what switching would do. Nothing is changed.
    ///
    /// # Errors
    /// Those of [`Self::switch_authorization`].
    pub fn switch_impact(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        from: ConnectionId,
    ) -> Result<SwitchImpact, ConsoleError> {
        let (actor, whole, next) = self.switched(session, connection, reach, from)?;
        let now = slot_at(&whole, reach, &actor);
        let mut after = whole.clone();
        after.slots.retain(|slot| slot.key != next.key);
        after.slots.push(next.clone());
        let undo = match now {
            Some(slot) => {
                let keys = self
                    .inner
                    .catalog
                    .slots_of_authorization(slot.authorization.id)?;
                let elsewhere = keys
                    .iter()
                    .find(|key| key.connection != connection && key.reach == reach);
                elsewhere.map(|key| key.connection)
            }
            None => None,
        };
        Ok(SwitchImpact {
            now: now.map(|slot| self.account_of(&whole.connection, slot)),
            next: self.account_of(&whole.connection, &next),
            undo,
            uses: self.affected(connection, &self.shape_of(&whole), &self.shape_of(&after))?,
        })
    }

    /// R18, R21: lets the authorization that sits in another connection fill this slot too. What
    /// sat there goes, where it sits nowhere else; the provider is not told, since at many
    /// services that would end the other one as well.
    ///
    /// # Errors
    /// R1, R2, `switch_unfit`; nothing sits there; the vault is locked.
    pub async fn switch_authorization(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        from: ConnectionId,
    ) -> Result<ConnectionView, ConsoleError> {
        self.inner.keys.vault()?;
        self.cancel_flows_of(connection);
        let switched = self.write(move |console| {
            let (_, whole, next) = console.switched(session, connection, reach, from)?;
            let subject = format!("connection/{connection}");
            let account = console.account_of(&whole.connection, &next).label;
            let args = [("reach", reach.as_str()), ("account", account.as_str())];
            let event = console.event(session, Action::AuthorizationSwitched, &subject, &args);
            let mut slots = whole.slots.clone();
            slots.retain(|slot| slot.key != next.key);
            slots.push(next.clone());
            let changed = console.changed_in(&whole.connection, &slots)?;
            let vault = console.inner.keys.vault()?;
            let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
            console.inner.catalog.reshape(&Reshaping {
                connection: &whole.connection,
                seats: &[(next.key, next.authorization.id)],
                emptied: &[],
                connector_changed: &changed,
                primaries: None,
                now: console.now(),
                event: Some(Entry { event, tag: &tag }),
            })?;
            Ok((whole, next))
        });
        let (whole, next) = switched.await?;
        let sat = whole.slots.iter().find(|slot| slot.key == next.key);
        let left: BTreeSet<_> = sat.map(|slot| slot.authorization.id).into_iter().collect();
        if let Some(member) = next.key.member {
            let mut seated = whole;
            seated.slots = vec![next];
            self.readers_changed(&seated, reach, &[member]).await;
            self.readers_left(&left).await;
        }
        self.inner.bell.changed();
        self.connection_view(session, connection).await
    }

    /// Who acts, the connection, and what its slot would hold.
    fn switched(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        from: ConnectionId,
    ) -> Result<(Member, Whole, Slot), ConsoleError> {
        let actor = self.manager(session)?;
        let whole = self.whole(connection)?;
        if !whole.connection.mode.reaches().contains(&reach) {
            return Err(ConsoleError::new("reach_not_in_mode"));
        }
        let unfit = || {
            Refusal::new(RefusalCode::SwitchUnfit)
                .with("connection", whole.connection.link_name.as_str())
        };
        let other = self.whole(from)?;
        if other.connection.id == connection
            || other.connection.connector != whole.connection.connector
        {
            return Err(unfit().into());
        }
        let connector = self.connector(&whole.connection.connector)?;
        self.fits(&connector, (&whole.connection, reach), &other.connection)??;
        let slot = living_at(&other, reach, &actor).ok_or_else(unfit)?;
        let next = Slot {
            key: SlotKey {
                connection,
                reach,
                member: (whole.connection.kind == Kind::LoggedInUser).then_some(actor.id),
            },
            authorization: slot.authorization.clone(),
            connector_changed: false,
            // Both connections have the same client here.
            other_client: slot.other_client,
        };
        Ok((actor, whole, next))
    }

    fn fits(
        &self,
        connector: &Connector,
        (here, reach): (&Connection, Reach),
        other: &Connection,
    ) -> Result<Result<(), Refusal>, ConsoleError> {
        let (own, theirs) = (
            self.wants(connector, here, reach)?,
            self.wants(connector, other, reach)?,
        );
        // Slots of the mode the other connection is not in are out of its reach.
        let sits = if other.mode.reaches().contains(&reach) {
            reach
        } else {
            other.mode.reaches()[0]
        };
        Ok(may_switch(
            here.link_name.as_str(),
            (likeness(here, &own), reach),
            (likeness(other, &theirs), sits),
        ))
    }

    pub(crate) fn wants(
        &self,
        connector: &Connector,
        connection: &Connection,
        reach: Reach,
    ) -> Result<Wants, ConsoleError> {
        let overrides = self.inner.catalog.slot_settings(connection.id)?;
        let own = overrides.into_iter().find(|own| own.reach == reach);
        let mut settings = connection.settings.clone();
        let mut registration = connection.registration;
        if let Some(own) = own {
            settings.extend(own.settings);
            registration = registration_of(own.registration, registration);
        }
        Ok(Wants {
            registration,
            settings: chosen_settings(connector, &settings),
        })
    }

    /// What may take a connection's place in all its uses, and what may not and why: every
    /// other connection of its service, and of the one that followed it where that is retired.
    ///
    /// # Errors
    /// R1, R2.
    pub fn replacements(
        &self,
        session: Session,
        id: ConnectionId,
    ) -> Result<Replacements, ConsoleError> {
        self.manager(session)?;
        let old = self.connection(id)?;
        let (retired, successor) = self.succession(&old.connector);
        let catalog = &self.inner.catalog;
        let mut others = catalog.connections_of_connector(&old.connector)?;
        if let Some(successor) = &successor {
            others.extend(catalog.connections_of_connector(successor)?);
        }
        let mut candidates = Vec::new();
        let places = catalog.uses(id)?;
        let mut concerned = catalog.applications()?;
        concerned.retain(|one| places.iter().any(|used| used.application == one.id));
        for other in others.into_iter().filter(|other| other.id != id) {
            let uses = self.moved_uses(id, other.id)?;
            let has_it = catalog.applications_of_connection(other.id)?;
            let lets_in = concerned.iter().filter(|one| !has_it.contains(one));
            candidates.push(Replacement {
                lets_in: lets_in.map(|one| one.name.clone()).collect(),
                connection: other.id,
                name: other.name.to_string(),
                link_name: other.link_name.to_string(),
                service: self.mark_of(&other.connector),
                kind: other.kind,
                refused: self
                    .may_take_place(&old, &other, &places)
                    .err()
                    .map(|error| self.failure(&error)),
                uses,
            });
        }
        Ok(Replacements {
            retired,
            candidates,
        })
    }

    /// Puts one connection in another's place in all its uses at once, and lets their
    /// applications use it (R16, R18). Gives how many uses there were, and what takes it back.
    ///
    /// # Errors
    /// R1, R2, R10, R14, R18; the vault is locked. Nothing is changed then.
    pub fn replace_connection(
        &self,
        session: Session,
        from: ConnectionId,
        to: ConnectionId,
    ) -> Result<ReplaceOutcome, ConsoleError> {
        self.manager(session)?;
        let vault = self.inner.keys.vault()?;
        let (old, next, uses, moved) = self.at_once(|| {
            let (old, next) = (self.connection(from)?, self.connection(to)?);
            let uses = self.inner.catalog.uses(from)?;
            self.may_take_place(&old, &next, &uses)?;
            let subject = format!("connection/{from}");
            let args = [
                ("link_name", old.link_name.as_str()),
                ("other", next.link_name.as_str()),
            ];
            let event = self.event(session, Action::ConnectionReplaced, &subject, &args);
            let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
            let entry = Entry { event, tag: &tag };
            let moved = self.access_by(session, &next, || {
                Ok(self.inner.catalog.replace_in_uses(from, to, Some(&entry))?)
            })?;
            Ok((old, next, uses, moved))
        })?;
        self.inner.bell.changed();
        // Nothing goes back to a service that has ended (R16).
        let back = self.may_take_place(&next, &old, &uses).is_ok();
        Ok(ReplaceOutcome {
            moved: u32::try_from(moved.uses.len()).unwrap_or(u32::MAX),
            undo: back.then_some(Replaced {
                uses: moved.uses,
                granted: moved.granted,
            }),
        })
    }

    /// Takes [`Self::replace_connection`] back, in the places that have not gone on to another
    /// connection since. Gives how many there were.
    ///
    /// # Errors
    /// R1, R2, R10, R14, R16; the vault is locked. Nothing is changed then.
    pub fn undo_replace(
        &self,
        session: Session,
        from: ConnectionId,
        to: ConnectionId,
        replaced: &Replaced,
    ) -> Result<u32, ConsoleError> {
        self.manager(session)?;
        let vault = self.inner.keys.vault()?;
        let back = self.at_once(|| {
            let (old, next) = (self.connection(from)?, self.connection(to)?);
            let mut uses = self.inner.catalog.uses(to)?;
            uses.retain(|used| replaced.uses.contains(&used.id));
            self.may_take_place(&next, &old, &uses)?;
            let subject = format!("connection/{to}");
            let args = [
                ("link_name", next.link_name.as_str()),
                ("other", old.link_name.as_str()),
            ];
            let event = self.event(session, Action::ConnectionReplaced, &subject, &args);
            let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
            let entry = Entry { event, tag: &tag };
            let was = Moved {
                uses: uses.iter().map(|used| used.id).collect(),
                granted: replaced.granted.clone(),
            };
            let catalog = &self.inner.catalog;
            self.access_by(session, &next, || {
                Ok(catalog.put_back_in_uses(from, to, &was, Some(&entry))?)
            })
        })?;
        self.inner.bell.changed();
        Ok(u32::try_from(back).unwrap_or(u32::MAX))
    }

    /// R16: whether a connector is retired, and what followed it.
    fn succession(&self, connector: &str) -> (bool, Option<String>) {
        let library = self.inner.gateway.library();
        library.get(connector).map_or((false, None), |connector| {
            (
                self.not_retired(connector).is_err(),
                connector.successor.clone(),
            )
        })
    }

    /// Whether one connection may take another's place in these uses of it.
    fn may_take_place(
        &self,
        old: &Connection,
        next: &Connection,
        uses: &[Use],
    ) -> Result<(), ConsoleError> {
        let party = |connection: &Connection, usable| {
            let (_, successor) = self.succession(&connection.connector);
            (
                connection.id,
                connection.link_name.clone(),
                connection.connector.clone(),
                successor,
                usable,
            )
        };
        let served = self
            .connector(&next.connector)
            .is_ok_and(|connector| self.not_retired(&connector).is_ok());
        let (one, other) = (party(old, true), party(next, next.enabled && served));
        may_replace(as_party(&one), as_party(&other))?;
        // R10, R14: as though each use were made anew.
        let shape = self.shape_of(&self.whole(next.id)?);
        let applications = self.inner.catalog.applications()?;
        for used in uses {
            let known = applications
                .iter()
                .find(|application| application.id == used.application);
            if let Some(known) = known {
                application::may_use_kind(&known.name, known.edition, next.kind)?;
            }
            may_be_made(&shape, place(used, Access::Granted))?;
        }
        Ok(())
    }

    /// The uses of one connection, with what happens to each when another takes its place.
    fn moved_uses(
        &self,
        from: ConnectionId,
        to: ConnectionId,
    ) -> Result<Vec<AffectedUse>, ConsoleError> {
        let before = self.shape_of(&self.whole(from)?);
        let after = self.shape_of(&self.whole(to)?);
        let applications = self.inner.catalog.applications()?;
        let mut uses = Vec::new();
        for used in self.inner.catalog.uses(from)? {
            let name = name_of(&applications, &used);
            let granted = self.inner.catalog.has_access(used.application, from)?;
            let access = if granted {
                Access::Granted
            } else {
                Access::Missing(&name)
            };
            let ran = runs(&before, place(&used, access)).is_ok();
            let will = runs(&after, place(&used, Access::Granted)).is_ok();
            uses.push(AffectedUse {
                fate: between(ran, will).into(),
                used: use_view(&name, &used),
            });
        }
        Ok(uses)
    }
}

type Named = (
    ConnectionId,
    tsunagi_domain::names::LinkName,
    String,
    Option<String>,
    bool,
);

fn as_party((id, link_name, connector, successor, usable): &Named) -> Party<'_> {
    Party {
        id: *id,
        link_name: link_name.as_str(),
        connector,
        successor: successor.as_deref(),
        usable: *usable,
    }
}

fn likeness<'a>(connection: &'a Connection, wants: &'a Wants) -> Likeness<'a> {
    Likeness {
        kind: connection.kind,
        mode: connection.mode,
        registration: wants.registration,
        scopes: &connection.scopes,
        settings: &wants.settings,
    }
}

/// What of another connection may take a place: nothing that is revoked, which could only make a
/// primary account one that does not work (R11).
fn living_at<'a>(whole: &'a Whole, reach: Reach, actor: &Member) -> Option<&'a Slot> {
    let revoked = Health::NotConnected(NotConnected::Revoked);
    slot_at(whole, reach, actor).filter(|slot| slot.authorization.health != revoked)
}

/// The slot that an acting member may take from or fill: the only one, or their own.
fn slot_at<'a>(whole: &'a Whole, reach: Reach, actor: &Member) -> Option<&'a Slot> {
    let member = (whole.connection.kind == Kind::LoggedInUser).then_some(actor.id);
    whole
        .slots
        .iter()
        .find(|slot| slot.key.reach == reach && slot.key.member == member)
        .filter(|slot| {
            access::may_revoke(actor, slot.authorization.authorized_by == actor.id).is_ok()
        })
}
