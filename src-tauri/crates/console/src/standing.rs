//! What connectors have become around authorizations, written down with the slots they sit in: a
//! row works out health as it stands, and tray, Home and filters count what is stored. Both must
//! say the same.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tsunagi_catalog::{CatalogError, ListQuery as CatalogQuery, Slot, SlotSettings, Sort};
use tsunagi_connectors::Library;
use tsunagi_domain::connection::{Settings, SlotKey};
use tsunagi_domain::hosts::Origin;
use tsunagi_domain::resolution::{Resolution, registration_of};
use tsunagi_domain::{AuthorizationId, Connection, MemberId, Reach};

use crate::console::Console;
use crate::error::ConsoleError;

/// The setting that remembers which program version has looked at every connection.
const SETTING: &str = "restated_by";
/// Connections read at a time.
const PAGE: u32 = 500;

impl Console {
    /// Notes in which slots of these connections the connector has changed, and takes it back
    /// where it no longer has.
    ///
    /// # Errors
    /// Where the catalog cannot be read or written.
    pub(crate) fn restate(&self, connections: &[Connection]) -> Result<(), ConsoleError> {
        let catalog = &self.inner.catalog;
        for connection in connections {
            let slots = catalog.slots(connection.id)?;
            let changed = self.changed_in(connection, &slots)?;
            let is_noted = |slot: &Slot| slot.connector_changed == changed.contains(&slot.key);
            if !slots.iter().all(is_noted) {
                catalog.set_connector_changed(connection.id, &changed)?;
            }
        }
        Ok(())
    }

    /// The slots of a connection, as both will be, where the connector has other origins than
    /// what sits there.
    ///
    /// # Errors
    /// Where the catalog cannot be read.
    pub(crate) fn changed_in(
        &self,
        connection: &Connection,
        slots: &[Slot],
    ) -> Result<Vec<SlotKey>, ConsoleError> {
        let overrides = self.inner.catalog.slot_settings(connection.id)?;
        Ok(self.origins().changed(connection, &overrides, slots))
    }

    /// What the other slots an authorization sits in come to, those of both environment modes.
    ///
    /// # Errors
    /// Where the catalog cannot be read.
    pub(crate) fn elsewhere(
        &self,
        id: AuthorizationId,
        here: SlotKey,
    ) -> Result<Vec<Resolution>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let origins = self.origins();
        let mut elsewhere = Vec::new();
        for key in catalog.slots_of_authorization(id)? {
            if key == here {
                continue;
            }
            // Nothing is sent with one that cannot be read: nothing depends on what it comes to.
            let connection = match catalog.connection(key.connection) {
                Err(CatalogError::Unreadable(_)) => continue,
                found => found?,
            };
            if let Some(connection) = connection {
                let overrides = catalog.slot_settings(key.connection)?;
                elsewhere.push(origins.come_to(&connection, &overrides, key.reach));
            }
        }
        Ok(elsewhere)
    }

    /// R23: whether a connector, with the settings of one reach, has the origins that an
    /// authorization was obtained for.
    pub(crate) fn origins_unchanged(
        &self,
        connection: &Connection,
        reach: Reach,
        slot: &Slot,
    ) -> bool {
        let overrides = self
            .inner
            .catalog
            .slot_settings(connection.id)
            .unwrap_or_default();
        self.origins()
            .unchanged(connection, &overrides, reach, slot)
    }

    /// What connectors say of origins by now, for a page of connections.
    pub(crate) fn origins(&self) -> Origins {
        Origins::of(self.inner.gateway.library())
    }

    /// Whether the service of a connection is still served (R16); what no connector speaks of did
    /// not end.
    pub(crate) fn is_served(&self, connection: &Connection) -> bool {
        self.retired_since(&connection.connector).is_none()
    }

    /// Since when a service has ended, as its connector writes the date.
    pub(crate) fn retired_since(&self, connector: &str) -> Option<String> {
        let library = self.inner.gateway.library();
        let connector = library.get(connector)?;
        connector.served(self.now()).err()?;
        Some(connector.retired.as_ref()?.date.clone())
    }

    /// Notes which services have ended by now, so that what is counted is what rows say.
    ///
    /// # Errors
    /// Where the catalog cannot be written.
    pub(crate) fn note_retired(&self) -> Result<(), ConsoleError> {
        let library = self.inner.gateway.library();
        let now = self.now();
        let retired: Vec<&str> = library
            .all()
            .filter(|connector| connector.served(now).is_err())
            .map(|connector| connector.id.as_str())
            .collect();
        if self.inner.catalog.set_retired_connectors(&retired)? {
            self.inner.bell.changed();
        }
        Ok(())
    }

    /// Restates the connections of a connector whose file was accepted.
    ///
    /// # Errors
    /// Those of [`Self::restate`].
    pub(crate) fn restate_connector(&self, connector: &str) -> Result<(), ConsoleError> {
        let connections = self.inner.catalog.connections_of_connector(connector)?;
        self.restate(&connections)
    }

    /// Built-in connectors change with the program: restates everything, once per version.
    pub(crate) fn restate_after_update(&self) {
        if let Err(error) = self.restate_all_once() {
            tracing::error!(code = %error.code, "health not restated");
        }
    }

    fn restate_all_once(&self) -> Result<(), ConsoleError> {
        let catalog = &self.inner.catalog;
        let version = env!("CARGO_PKG_VERSION");
        if self.readable_setting(SETTING)?.as_deref() == Some(version) {
            return Ok(());
        }
        let mut after = None;
        loop {
            let page = catalog.list(&CatalogQuery {
                search: String::new(),
                kinds: Vec::new(),
                connectors: Vec::new(),
                applications: Vec::new(),
                seen: Vec::new(),
                needs_person: None,
                viewer: MemberId::new(),
                sort: Sort::Name,
                after,
                limit: PAGE,
            })?;
            let connections: Vec<Connection> =
                page.rows.into_iter().map(|row| row.connection).collect();
            self.restate(&connections)?;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        catalog.set_setting(SETTING, version)?;
        self.inner.bell.changed();
        Ok(())
    }
}

/// The origins of a connector under each of the settings it was asked for; `None` where it has none.
type BySettings = BTreeMap<Settings, Option<Vec<Origin>>>;

/// Origins by connector and settings: a page holds few of either, and many slots.
pub(crate) struct Origins {
    library: Arc<Library>,
    known: RefCell<HashMap<String, BySettings>>,
}

impl Origins {
    /// What the connectors of a library say of origins.
    pub(crate) fn of(library: Arc<Library>) -> Self {
        Self {
            library,
            known: RefCell::default(),
        }
    }

    /// The keys of those slots of a connection where [`Self::unchanged`] does not hold.
    pub(crate) fn changed(
        &self,
        connection: &Connection,
        overrides: &[SlotSettings],
        slots: &[Slot],
    ) -> Vec<SlotKey> {
        let is_changed =
            |slot: &&Slot| !self.unchanged(connection, overrides, slot.key.reach, slot);
        let changed = slots.iter().filter(is_changed);
        changed.map(|slot| slot.key).collect()
    }

    /// R23: whether a connector, with the settings of one reach, has the origins that an
    /// authorization was obtained for. `overrides` are what the connection's reaches have of
    /// their own.
    pub(crate) fn unchanged(
        &self,
        connection: &Connection,
        overrides: &[SlotSettings],
        reach: Reach,
        slot: &Slot,
    ) -> bool {
        let own = overrides
            .iter()
            .find(|own| own.reach == reach && !own.settings.is_empty());
        let Some(own) = own else {
            return self.are(&connection.connector, &connection.settings, slot);
        };
        let mut settings = connection.settings.clone();
        settings.extend(own.settings.clone());
        self.are(&connection.connector, &settings, slot)
    }

    /// What a slot comes to: with which client an authorization is obtained there, and for which
    /// origins.
    pub(crate) fn come_to(
        &self,
        connection: &Connection,
        overrides: &[SlotSettings],
        reach: Reach,
    ) -> Resolution {
        let own = overrides.iter().find(|own| own.reach == reach);
        let mut settings = connection.settings.clone();
        settings.extend(own.map(|own| own.settings.clone()).unwrap_or_default());
        Resolution {
            registration: registration_of(
                own.and_then(|own| own.registration),
                connection.registration,
            ),
            origins: self.look(&connection.connector, &settings, Option::clone),
        }
    }

    fn are(&self, connector: &str, settings: &Settings, slot: &Slot) -> bool {
        self.look(connector, settings, |origins| {
            origins.as_deref() == Some(slot.authorization.origins.as_slice())
        })
    }

    fn look<T>(
        &self,
        connector: &str,
        settings: &Settings,
        see: impl FnOnce(&Option<Vec<Origin>>) -> T,
    ) -> T {
        let mut known = self.known.borrow_mut();
        if let Some(origins) = known.get(connector).and_then(|known| known.get(settings)) {
            return see(origins);
        }
        let origins = self
            .library
            .get(connector)
            .and_then(|connector| connector.resolve(settings).ok())
            .map(|resolved| resolved.origins);
        let seen = see(&origins);
        let by_settings = known.entry(connector.to_owned()).or_default();
        by_settings.insert(settings.clone(), origins);
        seen
    }
}
