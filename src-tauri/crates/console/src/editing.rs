//! Editing a connection: name, scopes, client registration, environment mode, parameters. What it
//! does to authorizations and uses is shown first (R18), and a change of scopes asks for consent
//! again (R20).

mod environment;
mod undo;

use std::collections::BTreeSet;

use tsunagi_catalog::{Primary, Reshaping, Slot};
use tsunagi_connectors::Connector;
use tsunagi_domain::access::{Act, act_of_change};
use tsunagi_domain::connection::{Settings, SlotKey};
use tsunagi_domain::names::ConnectionName;
use tsunagi_domain::reshape::{self, Held, is_set_aside};
use tsunagi_domain::resolution::{Resolution, serves};
use tsunagi_domain::{
    AuthorizationId, Connection, ConnectionId, Health, MemberId, NotConnected, Reach, Refusal,
    RefusalCode,
};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::impacts::Whole;
use crate::log::Action;
use crate::new_connection::scopes_of;
use crate::views::{ConnectionEdit, ConnectionView, EditImpact, EditOutcome, PlacedAccount};

/// A connection as it will be, and what changes around it.
struct Edited {
    before: Whole,
    after: Whole,
    /// What would have gone on in a reach of the new environment mode, and does not serve it: each
    /// with its slot of before, and the reach that needs a sign-in.
    left_out: Vec<Held<usize>>,
}

impl Edited {
    /// What it amounts to, as R1 tells it apart.
    fn act(&self) -> Act {
        act_of_change(&self.before.connection, &self.after.connection)
    }
}

impl Console {
    /// R18: what an edit would do. Nothing is changed.
    ///
    /// # Errors
    /// Those of [`Self::edit_connection`].
    pub fn edit_impact(
        &self,
        session: Session,
        id: ConnectionId,
        edit: &ConnectionEdit,
    ) -> Result<EditImpact, ConsoleError> {
        self.manager_for(session, Act::Rename)?;
        let edited = self.edited(id, edit)?;
        self.allows(edited.act())?;
        self.told(&edited)
    }

    fn told(&self, edited: &Edited) -> Result<EditImpact, ConsoleError> {
        let (before, after) = (&edited.before, &edited.after);
        let (old, new) = (&before.connection, &after.connection);
        let worked = |id: AuthorizationId| {
            let mut before_it = before.slots.iter();
            before_it.any(|slot| {
                slot.authorization.id == id && self.health_in(before, slot) == Health::Connected
            })
        };
        // What sits in several environments may work in one and not in another, and stays where it
        // is unless the mode changes.
        let worked_here = |after: &Slot| {
            let mut here = before.slots.iter().filter(|slot| slot.key == after.key);
            here.any(|slot| self.health_in(before, slot) == Health::Connected)
        };
        let moves = old.mode != new.mode;
        let (mut seats, mut asks_again) = (Vec::new(), Vec::new());
        for slot in after.present() {
            let seat = self.seat_view(after, slot)?;
            let worked = if moves {
                worked(slot.authorization.id)
            } else {
                worked_here(slot)
            };
            if worked && seat.health != Health::Connected {
                asks_again.push(seat.clone());
            }
            seats.push(seat);
        }
        for held in &edited.left_out {
            let slot = before.slots.get(held.value);
            if let Some(slot) = slot.filter(|slot| worked(slot.authorization.id)) {
                asks_again.push(PlacedAccount {
                    reach: held.reach,
                    health: Health::NotConnected(NotConnected::NeverAuthorized),
                    primary: false,
                    ..self.seat_view(before, slot)?
                });
            }
        }
        let goes_on: BTreeSet<AuthorizationId> =
            after.present().map(|slot| slot.authorization.id).collect();
        let mut set_aside = Vec::new();
        for slot in before.present() {
            let in_mode = new.mode.reaches().contains(&slot.key.reach);
            let serves = goes_on.contains(&slot.authorization.id);
            if is_set_aside(in_mode, serves, slot.authorization.health) {
                set_aside.push(self.seat_view(before, slot)?);
            }
        }
        let lacks = |some: &Connection, other: &Connection| -> Vec<String> {
            let scopes = some.scopes.iter();
            scopes
                .filter(|scope| !other.scopes.contains(scope))
                .cloned()
                .collect()
        };
        Ok(EditImpact {
            changes: old != new || before.overrides != after.overrides,
            scopes_added: lacks(new, old),
            scopes_removed: lacks(old, new),
            mode_changes: moves,
            seats,
            asks_again,
            set_aside,
            uses: self.affected(new.id, &self.shape_of(before), &self.shape_of(after))?,
        })
    }

    /// Changes a connection. Link name, service and kind never change. Where the environment mode
    /// changes, nobody signs in again: see [`tsunagi_domain::reshape`]. Where scopes or client
    /// registration change, what does not fit any more is not connected until it is authorized
    /// again.
    ///
    /// # Errors
    /// R1, R2, R19; a scope or parameter the connector does not know; another service's
    /// registration; the vault is locked. Nothing is changed then.
    pub async fn edit_connection(
        &self,
        session: Session,
        id: ConnectionId,
        edit: &ConnectionEdit,
    ) -> Result<ConnectionView, ConsoleError> {
        let edited = self.edit_connection_as_seen(session, id, edit, None);
        Ok(edited.await?.view)
    }

    /// As [`Self::edit_connection`], by somebody who saw the connection as `seen` when they began.
    /// Gives what takes it back, too.
    ///
    /// # Errors
    /// Those of [`Self::edit_connection`]; `changed_meanwhile` where it is no longer so: all of it
    /// would be put back as it was.
    pub async fn edit_connection_as_seen(
        &self,
        session: Session,
        id: ConnectionId,
        edit: &ConnectionEdit,
        seen: Option<&ConnectionEdit>,
    ) -> Result<EditOutcome, ConsoleError> {
        self.manager_for(session, Act::Rename)?;
        self.inner.keys.vault()?;
        // What it is worked out from and what is stored are one: of two windows that save at the
        // same time, the second sees what the first has done.
        let (edited, accepted, undo) = self.at_once(|| {
            let stored = self.connection(id)?;
            if seen.is_some_and(|seen| *seen != as_edit(&stored)) {
                return Err(ConsoleError::new("changed_meanwhile")
                    .with("connection", stored.name.to_string()));
            }
            let edited = self.edited(id, edit)?;
            self.allows(edited.act())?;
            // With the mode that is left they lapse.
            let accepted = self.accepted(id)?;
            let mut undo = None;
            if edited.before.connection != edited.after.connection {
                self.store_edited(session, &edited)?;
                undo = self.undo_of(&edited, None)?;
            }
            Ok((edited, accepted, undo))
        })?;
        self.follows_edit(&edited, &accepted).await;
        let view = self.connection_view(session, id).await?;
        Ok(EditOutcome { view, undo })
    }

    /// What follows once an edit is stored, where it changed anything: what is being signed in was
    /// begun with what was there before.
    async fn follows_edit(&self, edited: &Edited, accepted: &[(Reach, MemberId)]) {
        let (before, after) = (&edited.before, &edited.after);
        if before.connection == after.connection && before.overrides == after.overrides {
            return;
        }
        self.cancel_flows_of(before.connection.id);
        if before.connection.mode != after.connection.mode {
            self.settle_reshaped(edited, accepted).await;
        }
        self.inner.bell.changed();
    }

    /// What runs unattended in one mode need not in the other: whoever was primary, whoever is and
    /// whoever has accepted to be have their credentials sealed for the readers they have now.
    async fn settle_reshaped(&self, edited: &Edited, accepted: &[(Reach, MemberId)]) {
        for whole in [&edited.before, &edited.after] {
            for primary in &whole.primaries {
                let members = [primary.member];
                self.readers_changed(whole, primary.reach, &members).await;
            }
        }
        for (reach, member) in accepted {
            self.readers_changed(&edited.before, *reach, &[*member])
                .await;
        }
    }

    fn store_edited(&self, session: Session, edited: &Edited) -> Result<(), ConsoleError> {
        let (before, after) = (&edited.before, &edited.after);
        let reshaped = before.connection.mode != after.connection.mode;
        let seats: Vec<(SlotKey, AuthorizationId)> = if reshaped {
            let here = after.present();
            here.map(|slot| (slot.key, slot.authorization.id)).collect()
        } else {
            Vec::new()
        };
        let (old, new) = (&before.connection, &after.connection);
        let changed: Vec<&str> = [
            (old.name != new.name, "name"),
            (old.scopes != new.scopes, "scopes"),
            (old.mode != new.mode, "mode"),
            (old.registration != new.registration, "registration"),
            (old.settings != new.settings, "settings"),
        ]
        .into_iter()
        .filter_map(|(changed, what)| changed.then_some(what))
        .collect();
        let subject = format!("connection/{}", new.id);
        let args = [("changed", &*changed.join(crate::messages::SEVERAL))];
        let changing = Reshaping {
            connection: new,
            seats: &seats,
            emptied: &[],
            connector_changed: &self.changed_in(new, &after.slots)?,
            primaries: reshaped.then_some(&after.led),
            now: self.now(),
            event: None,
        };
        self.primaries_by(session, &[new.id], Action::PrimaryMoved, || {
            Ok(self.inner.catalog.reshape(&changing)?)
        })?;
        // The last of it: what takes the edit back goes by this entry.
        self.log(session, Action::ConnectionEdited, &subject, &args)
    }

    /// Works out an edit, refusing what cannot be.
    fn edited(&self, id: ConnectionId, edit: &ConnectionEdit) -> Result<Edited, ConsoleError> {
        let before = self.whole(id)?;
        let old = &before.connection;
        let mut new = old.clone();
        new.name = ConnectionName::new(&edit.name)?;
        new.mode = edit.mode;
        // What a connector that has gone asks for cannot be checked: only the name may change.
        let touched = edit.scopes != old.scopes
            || edit.registration != old.registration
            || edit.settings != old.settings;
        if touched {
            let connector = self.connector(&old.connector)?;
            new.scopes = if edit.scopes == old.scopes {
                old.scopes.clone()
            } else {
                scopes_of(&connector, &edit.scopes)?
            };
            if edit.registration != old.registration {
                new.registration = self.registration_for(&connector, edit.registration)?;
            }
            new.settings = new_settings(&connector, old, &edit.settings)?;
            connector.resolve(&new.settings)?;
        }
        let mut after = Whole {
            connection: new,
            ..before.clone()
        };
        let mut left_out = Vec::new();
        if after.connection.mode != before.connection.mode {
            left_out = self.reshape_whole(&mut after);
        }
        after.look_at_clients();
        Ok(Edited {
            before,
            after,
            left_out,
        })
    }

    /// R12: puts everything where the new environment mode has it, as far as it serves there.
    /// Slots of the other mode stay. Gives what does not serve.
    fn reshape_whole(&self, whole: &mut Whole) -> Vec<Held<usize>> {
        let mode = whole.connection.mode;
        let origins = self.origins();
        let fits = |held: &Held<usize>, reach: Reach| {
            whole.slots.get(held.value).is_some_and(|slot| {
                let obtained = Resolution {
                    registration: slot.authorization.registration,
                    origins: Some(slot.authorization.origins.clone()),
                };
                let here = origins.come_to(&whole.connection, &whole.overrides, reach);
                serves(&obtained, &here)
            })
        };
        let held: Vec<Held<usize>> = whole
            .slots
            .iter()
            .enumerate()
            .map(|(value, slot)| Held {
                reach: slot.key.reach,
                member: slot.key.member,
                value,
            })
            .collect();
        let seats = reshape::reshaped(mode, &held, fits);
        let left_out = reshape::left_out(mode, &held, &seats);
        // R11: what is revoked where it comes from makes nobody primary, though they may have been
        // so in another environment.
        let living: Vec<_> = seats
            .iter()
            .filter(|seat| {
                let slot = whole.slots.get(seat.value);
                slot.is_some_and(|slot| slot.authorization.health != REVOKED)
            })
            .copied()
            .collect();
        let led = reshape::primaries(mode, &whole.led, &living);
        let now = self.now();
        let since = |reach: Reach, member: MemberId| {
            let theirs = || whole.primaries.iter().filter(|one| one.member == member);
            let here = theirs().find(|one| one.reach == reach);
            here.or_else(|| theirs().next())
                .map_or(now, |one| one.since)
        };
        let primaries = led
            .iter()
            .filter_map(|(reach, member)| {
                Some(Primary {
                    reach: *reach,
                    member: (*member)?,
                    since: since(*reach, (*member)?),
                })
            })
            .collect();
        let slots: Vec<Slot> = seats
            .iter()
            .filter_map(|seat| {
                let slot = whole.slots.get(seat.value)?;
                let key = SlotKey {
                    reach: seat.reach,
                    ..slot.key
                };
                Some(Slot {
                    key,
                    ..slot.clone()
                })
            })
            .collect();
        (whole.primaries, whole.led) = (primaries, led);
        whole
            .slots
            .retain(|slot| !mode.reaches().contains(&slot.key.reach));
        whole.slots.extend(slots);
        left_out
    }

    pub(crate) fn seat_view(
        &self,
        whole: &Whole,
        slot: &Slot,
    ) -> Result<PlacedAccount, ConsoleError> {
        let member = match slot.key.member {
            Some(member) => self.readable_member(member)?.map(|member| member.name),
            None => None,
        };
        Ok(PlacedAccount {
            reach: slot.key.reach,
            member,
            account: self.account_of(&whole.connection, slot),
            health: self.health_in(whole, slot),
            primary: Self::is_primary(whole, slot),
        })
    }
}

/// What an edit that changes nothing says.
fn as_edit(connection: &Connection) -> ConnectionEdit {
    ConnectionEdit {
        name: connection.name.to_string(),
        scopes: connection.scopes.clone(),
        mode: connection.mode,
        registration: connection.registration,
        settings: connection.settings.clone(),
    }
}

const REVOKED: Health = Health::NotConnected(NotConnected::Revoked);

fn setting_invalid(parameter: &str) -> ConsoleError {
    Refusal::new(RefusalCode::SettingInvalid)
        .with("parameter", parameter)
        .into()
}

/// Parameter values that a person chose: those the program fills in, and those that the service's
/// answers took the place of, left out.
pub(crate) fn chosen_settings(connector: &Connector, settings: &Settings) -> Settings {
    let automatic = |name: &str| {
        let mut parameters = connector.parameters.iter();
        parameters.any(|parameter| parameter.automatic && parameter.name == name)
    };
    let (_, current) = parted(connector, settings);
    let chosen = current.into_iter().filter(|(name, _)| !automatic(name));
    chosen.collect()
}

/// Parameter values that the service's answers took the place of, and all others. The former stay
/// with their connection: its credential was sealed with them (R23).
pub(crate) fn parted(connector: &Connector, settings: &Settings) -> (Settings, Settings) {
    let former = |name: &str| connector.former_parameters().any(|own| own == name);
    let all = settings.clone().into_iter();
    all.partition(|(name, _)| former(name))
}

/// The parameter values after an edit: the program's own and former ones stay, and nobody sets
/// them.
fn new_settings(
    connector: &Connector,
    old: &Connection,
    wanted: &Settings,
) -> Result<Settings, ConsoleError> {
    let (mut settings, _) = parted(connector, &old.settings);
    let (_, wanted) = parted(connector, wanted);
    for parameter in &connector.parameters {
        let (before, after) = (
            old.settings.get(&parameter.name),
            wanted.get(&parameter.name),
        );
        if parameter.automatic {
            if after.is_some_and(|after| before != Some(after)) {
                return Err(setting_invalid(&parameter.name));
            }
            settings.extend(before.map(|value| (parameter.name.clone(), value.clone())));
        } else {
            settings.extend(after.map(|value| (parameter.name.clone(), value.clone())));
        }
    }
    let known = |name: &&String| {
        let mut parameters = connector.parameters.iter();
        parameters.any(|parameter| parameter.name == **name)
    };
    if let Some(unknown) = wanted.keys().find(|name| !known(name)) {
        return Err(setting_invalid(unknown));
    }
    Ok(settings)
}
