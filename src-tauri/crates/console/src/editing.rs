//! Editing a connection: name, scopes, client registration, environment mode, parameters. What it
//! does to authorizations and uses is shown first (R18), and a change of scopes asks for consent
//! again (R20).

use tsunagi_catalog::{Entry, Primary, Reshaping, Slot};
use tsunagi_connectors::Connector;
use tsunagi_domain::connection::{Settings, SlotKey};
use tsunagi_domain::names::ConnectionName;
use tsunagi_domain::reshape::{self, Held};
use tsunagi_domain::{
    AuthorizationId, Connection, ConnectionId, Health, NotConnected, Reach, Refusal, RefusalCode,
};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::impacts::Whole;
use crate::log::Action;
use crate::new_connection::scopes_of;
use crate::views::{ConnectionEdit, ConnectionView, EditImpact, PlacedAccount};

/// A connection as it will be, and what changes around it.
struct Edited {
    before: Whole,
    after: Whole,
    /// Slots that are emptied: their authorization belongs to another client registration.
    emptied: Vec<SlotKey>,
    /// Authorizations that the new client registration cannot renew.
    refused: Vec<AuthorizationId>,
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
        self.manager(session)?;
        let edited = self.edited(id, edit)?;
        let (before, after) = (&edited.before, &edited.after);
        let (old, new) = (&before.connection, &after.connection);
        let mut seats = Vec::new();
        let mut asks_again = Vec::new();
        for slot in &after.slots {
            if !new.mode.reaches().contains(&slot.key.reach) {
                continue;
            }
            let seat = self.seat_view(after, slot)?;
            let worked = before.slots.iter().any(|one| {
                one.authorization.id == slot.authorization.id
                    && self.slot_health(old, one.key.reach, Some(one)) == Health::Connected
            });
            if worked && seat.health != Health::Connected {
                asks_again.push(seat.clone());
            }
            seats.push(seat);
        }
        for key in &edited.emptied {
            let slot = before.slots.iter().find(|slot| slot.key == *key);
            if let Some(slot) = slot {
                let mut seat = self.seat_view(before, slot)?;
                seat.health = Health::NotConnected(NotConnected::NeverAuthorized);
                asks_again.push(seat);
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
            changes: old != new,
            scopes_added: lacks(new, old),
            scopes_removed: lacks(old, new),
            mode_changes: old.mode != new.mode,
            seats,
            asks_again,
            uses: self.affected(id, &self.shape_of(before), &self.shape_of(after))?,
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
        self.manager(session)?;
        self.inner.keys.vault()?;
        let edited = self.edited(id, edit)?;
        if edited.before.connection != edited.after.connection {
            self.cancel_flows_of(id);
            self.store_edited(session, &edited)?;
            let refused = Health::NotConnected(NotConnected::ClientRefused);
            for authorization in &edited.refused {
                self.inner.catalog.set_health(*authorization, refused)?;
            }
            for primary in &edited.after.primaries {
                let members = [primary.member];
                self.readers_changed(&edited.after, primary.reach, &members)
                    .await;
            }
            self.inner.bell.changed();
        }
        self.connection_view(session, id).await
    }

    fn store_edited(&self, session: Session, edited: &Edited) -> Result<(), ConsoleError> {
        let (before, after) = (&edited.before, &edited.after);
        let reshaped = before.connection.mode != after.connection.mode;
        let seats: Vec<(SlotKey, AuthorizationId)> = if reshaped {
            let slots = after.slots.iter();
            let here = slots.filter(|slot| {
                let reaches = after.connection.mode.reaches();
                reaches.contains(&slot.key.reach) && !edited.emptied.contains(&slot.key)
            });
            here.map(|slot| (slot.key, slot.authorization.id)).collect()
        } else {
            Vec::new()
        };
        let primaries: Vec<_> = after
            .primaries
            .iter()
            .map(|primary| (primary.reach, primary.member))
            .collect();
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
        let event = self.event(session, Action::ConnectionEdited, &subject, &args);
        let vault = self.inner.keys.vault()?;
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        Ok(self.inner.catalog.reshape(&Reshaping {
            connection: new,
            seats: &seats,
            emptied: &edited.emptied,
            connector_changed: &self.changed_in(new, &after.slots)?,
            primaries: reshaped.then_some(&primaries),
            now: self.now(),
            event: Some(Entry { event, tag: &tag }),
        })?)
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
            slots: before.slots.clone(),
            primaries: before.primaries.clone(),
            connection: new,
        };
        if after.connection.mode != before.connection.mode {
            reshape_whole(&mut after);
        }
        let (mut emptied, mut refused) = (Vec::new(), Vec::new());
        if after.connection.registration != before.connection.registration {
            let overrides = self.inner.catalog.slot_settings(id)?;
            let own = |reach: Reach| {
                let mut own = overrides.iter();
                own.any(|one| one.reach == reach && one.registration.is_some())
            };
            for slot in &mut after.slots {
                if own(slot.key.reach) {
                    continue;
                }
                let keys = self
                    .inner
                    .catalog
                    .slots_of_authorization(slot.authorization.id)?;
                // Elsewhere it goes on with the registration it was made with.
                if keys.iter().any(|key| key.connection != id) {
                    emptied.push(slot.key);
                } else {
                    refused.push(slot.authorization.id);
                    if slot.authorization.health == Health::Connected {
                        slot.authorization.health =
                            Health::NotConnected(NotConnected::ClientRefused);
                    }
                }
            }
            refused.dedup();
            after.slots.retain(|slot| !emptied.contains(&slot.key));
        }
        Ok(Edited {
            before,
            after,
            emptied,
            refused,
        })
    }

    fn seat_view(&self, whole: &Whole, slot: &Slot) -> Result<PlacedAccount, ConsoleError> {
        let member = match slot.key.member {
            Some(member) => self.inner.catalog.member(member)?.map(|member| member.name),
            None => None,
        };
        Ok(PlacedAccount {
            reach: slot.key.reach,
            member,
            account: self.account_of(&whole.connection, slot),
            health: self.slot_health(&whole.connection, slot.key.reach, Some(slot)),
            primary: Self::is_primary(whole, slot),
        })
    }
}

/// R12: puts everything where the new environment mode has it. Slots of the other mode stay.
fn reshape_whole(whole: &mut Whole) {
    let mode = whole.connection.mode;
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
    let seats = reshape::reshaped(mode, &held);
    let before: Vec<_> = whole
        .primaries
        .iter()
        .map(|primary| (primary.reach, primary.member))
        .collect();
    // R11: what is revoked where it comes from makes nobody primary, though they may have been so
    // in another environment.
    let revoked = Health::NotConnected(NotConnected::Revoked);
    let living: Vec<Held<usize>> = seats
        .iter()
        .filter(|seat| {
            let slot = whole.slots.get(seat.value);
            slot.is_some_and(|slot| slot.authorization.health != revoked)
        })
        .copied()
        .collect();
    let primaries = reshape::primaries(mode, &before, &living);
    let since = |reach: Reach, member| {
        let known = whole.primaries.iter().find(|one| one.member == member);
        let here = whole
            .primaries
            .iter()
            .find(|one| one.member == member && one.reach == reach);
        here.or(known).map(|one| one.since)
    };
    whole.primaries = primaries
        .into_iter()
        .filter_map(|(reach, member)| {
            Some(Primary {
                reach,
                member,
                since: since(reach, member)?,
            })
        })
        .collect();
    let slots: Vec<Slot> = seats
        .iter()
        .filter_map(|seat| {
            let slot = whole.slots.get(seat.value)?;
            Some(Slot {
                key: SlotKey {
                    reach: seat.reach,
                    ..slot.key
                },
                authorization: slot.authorization.clone(),
                connector_changed: slot.connector_changed,
            })
        })
        .collect();
    whole
        .slots
        .retain(|slot| !mode.reaches().contains(&slot.key.reach));
    whole.slots.extend(slots);
}

/// Parameter values that a person chose: those the program fills in left out.
pub(crate) fn chosen_settings(connector: &Connector, settings: &Settings) -> Settings {
    let automatic = |name: &str| {
        let mut parameters = connector.parameters.iter();
        parameters.any(|parameter| parameter.automatic && parameter.name == name)
    };
    let chosen = settings.iter().filter(|(name, _)| !automatic(name));
    chosen
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The parameter values after an edit: the program's own stay, and nobody sets them.
fn new_settings(
    connector: &Connector,
    old: &Connection,
    wanted: &Settings,
) -> Result<Settings, ConsoleError> {
    let mut settings = Settings::new();
    for parameter in &connector.parameters {
        let (before, after) = (
            old.settings.get(&parameter.name),
            wanted.get(&parameter.name),
        );
        if parameter.automatic {
            if after.is_some_and(|after| before != Some(after)) {
                return Err(Refusal::new(RefusalCode::SettingInvalid)
                    .with("parameter", parameter.name.clone())
                    .into());
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
        return Err(Refusal::new(RefusalCode::SettingInvalid)
            .with("parameter", unknown.clone())
            .into());
    }
    Ok(settings)
}
