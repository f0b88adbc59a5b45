//! What connections and connectors have become around an authorization, written down with it:
//! the list works out health as it stands, and tray and Home count what is stored. Both must say
//! the same.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tsunagi_catalog::{ListQuery as CatalogQuery, Slot, SlotSettings, Sort};
use tsunagi_connectors::Library;
use tsunagi_domain::connection::Settings;
use tsunagi_domain::health::{Condition, health, scopes_granted};
use tsunagi_domain::hosts::Origin;
use tsunagi_domain::{Connection, ConnectionId, Health, MemberId, NotConnected, Reach};

use crate::console::Console;
use crate::error::ConsoleError;

/// The setting that remembers which program version has looked at every connection.
const SETTING: &str = "restated_by";
/// Connections read at a time.
const PAGE: u32 = 500;

impl Console {
    /// Stores *connector changed* and *scopes missing* with the authorizations of these
    /// connections, and takes them back where they no longer hold. No other reason is touched,
    /// and an authorization that several slots share is only Not connected when it is so in all
    /// of them.
    ///
    /// # Errors
    /// Where the catalog cannot be read or written.
    pub(crate) fn restate(&self, connections: &[Connection]) -> Result<(), ConsoleError> {
        for connection in connections {
            for slot in self.inner.catalog.slots(connection.id)? {
                if connection.mode.reaches().contains(&slot.key.reach) {
                    self.restate_slot(connection, &slot)?;
                }
            }
        }
        Ok(())
    }

    fn restate_slot(&self, connection: &Connection, slot: &Slot) -> Result<(), ConsoleError> {
        let stored = slot.authorization.health;
        if !is_about_surroundings(stored) {
            return Ok(());
        }
        let catalog = &self.inner.catalog;
        let mut now = self.surroundings(connection, slot.key.reach, slot);
        for key in catalog.slots_of_authorization(slot.authorization.id)? {
            if now == Health::Connected {
                break;
            }
            if key.connection != connection.id
                && let Some(other) = catalog.connection(key.connection)?
                && self.surroundings(&other, key.reach, slot) == Health::Connected
            {
                now = Health::Connected;
            }
        }
        if now != stored {
            let authorization = &slot.authorization;
            catalog.set_health_of_version(authorization.id, authorization.version, now)?;
        }
        Ok(())
    }

    /// The health of a slot as though nothing but its surroundings could be wrong.
    fn surroundings(&self, connection: &Connection, reach: Reach, slot: &Slot) -> Health {
        health(Condition {
            enabled: true,
            stored: Some(Health::Connected),
            scopes_granted: scopes_granted(
                &connection.scopes,
                &slot.authorization.asked,
                slot.authorization.granted.as_deref(),
            ),
            origins_unchanged: self.origins_unchanged(connection, reach, slot),
        })
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
        Origins {
            library: self.inner.gateway.library(),
            known: RefCell::default(),
        }
    }

    /// Restates one connection.
    ///
    /// # Errors
    /// Those of [`Self::restate`].
    pub(crate) fn restate_one(&self, id: ConnectionId) -> Result<(), ConsoleError> {
        let connection = self.inner.catalog.connection(id)?;
        self.restate(connection.as_slice())
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
        if catalog.setting(SETTING)?.as_deref() == Some(version) {
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

    fn are(&self, connector: &str, settings: &Settings, slot: &Slot) -> bool {
        let is = |origins: &Option<Vec<Origin>>| {
            origins.as_deref() == Some(slot.authorization.origins.as_slice())
        };
        let mut known = self.known.borrow_mut();
        if let Some(origins) = known.get(connector).and_then(|known| known.get(settings)) {
            return is(origins);
        }
        let origins = self
            .library
            .get(connector)
            .and_then(|connector| connector.resolve(settings).ok())
            .map(|resolved| resolved.origins);
        let is = is(&origins);
        let by_settings = known.entry(connector.to_owned()).or_default();
        by_settings.insert(settings.clone(), origins);
        is
    }
}

/// Whether a stored health is one that surroundings alone decide.
const fn is_about_surroundings(stored: Health) -> bool {
    matches!(
        stored,
        Health::Connected
            | Health::NotConnected(NotConnected::ConnectorChanged | NotConnected::ScopesMissing)
    )
}
