//! Editing what one environment of a connection has of its own: parameters and a client
//! registration.

use tsunagi_catalog::SlotSettings;
use tsunagi_domain::connection::Settings;
use tsunagi_domain::{ConnectionId, Reach, Refusal, RefusalCode, RegistrationId};

use super::{Edited, parted, setting_invalid};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{ConnectionView, EditImpact, EditOutcome, OwnSettings};

impl Console {
    /// R18: what settings of one environment would do. Nothing is changed.
    ///
    /// # Errors
    /// Those of [`Self::set_environment`].
    pub fn environment_impact(
        &self,
        session: Session,
        id: ConnectionId,
        reach: Reach,
        settings: Settings,
        registration: Option<RegistrationId>,
    ) -> Result<EditImpact, ConsoleError> {
        self.manager(session)?;
        let own = self.own_of(id, reach, &settings, registration)?;
        self.told(&self.set_apart(id, own)?)
    }

    /// Sets what one environment has of its own: parameter values and a client registration.
    /// What was authorized for other origins or with another client is then not connected until it
    /// is authorized again (R23, RFC 6749 §6), or the setting is taken back.
    ///
    /// # Errors
    /// R1, R2; `reach_not_in_mode`; a value the connector does not accept; another service's
    /// registration; the vault is locked. Nothing is changed then.
    pub async fn set_environment(
        &self,
        session: Session,
        id: ConnectionId,
        reach: Reach,
        settings: Settings,
        registration: Option<RegistrationId>,
    ) -> Result<ConnectionView, ConsoleError> {
        let edited = self.edit_environment(session, id, reach, settings, registration);
        Ok(edited.await?.view)
    }

    /// As [`Self::set_environment`]. Gives what takes it back, too.
    ///
    /// # Errors
    /// Those of [`Self::set_environment`].
    pub async fn edit_environment(
        &self,
        session: Session,
        id: ConnectionId,
        reach: Reach,
        settings: Settings,
        registration: Option<RegistrationId>,
    ) -> Result<EditOutcome, ConsoleError> {
        self.manager(session)?;
        self.inner.keys.vault()?;
        let own = self.own_of(id, reach, &settings, registration)?;
        let (edited, undo) = self.at_once(|| {
            let edited = self.set_apart(id, own.clone())?;
            let mut undo = None;
            if edited.before.overrides != edited.after.overrides {
                self.store_environment(session, &edited, &own)?;
                undo = self.undo_of(&edited, Some(OwnSettings::of(&edited, reach)))?;
            }
            Ok((edited, undo))
        })?;
        self.follows_edit(&edited, &[]).await;
        let view = self.connection_view(session, id).await?;
        Ok(EditOutcome { view, undo })
    }

    /// Stores what one environment has of its own, where it is another than before, and logs it.
    pub(super) fn store_environment(
        &self,
        session: Session,
        edited: &Edited,
        own: &SlotSettings,
    ) -> Result<(), ConsoleError> {
        let after = &edited.after;
        if edited.before.overrides == after.overrides {
            return Ok(());
        }
        let id = after.connection.id;
        let origins = self.origins();
        let changed = origins.changed(&after.connection, &after.overrides, &after.slots);
        self.inner.catalog.set_slot_settings(id, own, &changed)?;
        let (subject, args) = (format!("connection/{id}"), [("reach", own.reach.as_str())]);
        self.log(session, Action::ConnectionEnvironmentSet, &subject, &args)
    }

    /// What one environment is to have of its own. What the service's answers took the place of
    /// stays as it is there, and nobody sets it.
    fn own_of(
        &self,
        id: ConnectionId,
        reach: Reach,
        settings: &Settings,
        registration: Option<RegistrationId>,
    ) -> Result<SlotSettings, ConsoleError> {
        let before = self.whole(id)?;
        let connector = self.connector(&before.connection.connector)?;
        let there = before.overrides.iter().find(|own| own.reach == reach);
        let (mut whole, _) = there
            .map(|own| parted(&connector, &own.settings))
            .unwrap_or_default();
        whole.extend(parted(&connector, settings).1);
        Ok(SlotSettings {
            reach,
            settings: whole,
            registration,
        })
    }

    /// Works out what settings of one environment change, refusing what cannot be.
    pub(super) fn set_apart(
        &self,
        id: ConnectionId,
        own: SlotSettings,
    ) -> Result<Edited, ConsoleError> {
        let before = self.whole(id)?;
        let connection = &before.connection;
        if !connection.mode.reaches().contains(&own.reach) {
            return Err(ConsoleError::new("reach_not_in_mode"));
        }
        let connector = self.connector(&connection.connector)?;
        let automatic = connector
            .parameters
            .iter()
            .find(|parameter| parameter.automatic && own.settings.contains_key(&parameter.name));
        if let Some(parameter) = automatic {
            return Err(setting_invalid(&parameter.name));
        }
        let mut settings = connection.settings.clone();
        settings.extend(own.settings.clone());
        connector.resolve(&settings)?;
        if let Some(registration) = own.registration {
            let known = self.inner.catalog.registration(registration)?;
            if known.is_none_or(|known| known.connector != connection.connector) {
                return Err(Refusal::new(RefusalCode::RegistrationNeeded)
                    .with("service", connector.name.clone())
                    .into());
            }
        }
        let mut after = before.clone();
        after.overrides.retain(|other| other.reach != own.reach);
        if !own.settings.is_empty() || own.registration.is_some() {
            after.overrides.push(own);
        }
        after.overrides.sort_by_key(|own| own.reach);
        after.look_at_clients();
        Ok(Edited {
            before,
            after,
            left_out: Vec::new(),
        })
    }
}
