//! Withdrawing a published connector, and deleting one: only what nothing uses (R18).

use tsunagi_domain::access::Act;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{BuilderView, ConnectorUse, ConnectorUses};

impl Console {
    /// What keeps a published connector from being withdrawn or deleted: its connections, and its
    /// client registrations, whose secrets are for the hosts it names.
    ///
    /// # Errors
    /// R2.
    pub fn connector_uses(
        &self,
        session: Session,
        id: &str,
    ) -> Result<ConnectorUses, ConsoleError> {
        self.reader(session)?;
        let catalog = &self.inner.catalog;
        let mut connections = Vec::new();
        for connection in catalog.connections_of_connector(id)? {
            connections.push(ConnectorUse {
                uses: catalog.count_uses(connection.id)?,
                connection: self.connection_mark(&connection),
            });
        }
        let registrations = catalog.registrations(Some(id))?;
        Ok(ConnectorUses {
            connections,
            registrations: registrations.into_iter().map(|one| one.name).collect(),
        })
    }

    /// Makes a published connector a draft again.
    ///
    /// # Errors
    /// R1, R2; `connector_missing` where it is not published; `connector_used`;
    /// `draft_unwritable`; the vault is locked.
    pub fn withdraw_connector(
        &self,
        session: Session,
        id: &str,
    ) -> Result<BuilderView, ConsoleError> {
        self.manager_for(session, Act::Delete)?;
        self.inner.keys.vault()?;
        let missing = || ConsoleError::new("connector_missing").with("service", id);
        let published = self.published(id)?.ok_or_else(missing)?;
        let file = format!("{id}.toml");
        self.unused(id)?;
        // Its file may be gone: what was published is the draft then.
        if self.draft_called(&file).is_none() {
            self.put_draft(&file, &published.toml, false)?;
        }
        self.take_back(session, id, Action::ConnectorWithdrawn)?;
        self.in_builder(&file)
    }

    /// Deletes a draft; what was published of it too, where nothing uses that.
    ///
    /// # Errors
    /// R1, R2; `connector_missing` where there is neither; `connector_used`; `draft_unwritable`;
    /// the vault is locked.
    pub fn delete_connector(&self, session: Session, id: &str) -> Result<(), ConsoleError> {
        let member = self.manager_for(session, Act::Delete)?;
        self.inner.keys.vault()?;
        let file = format!("{id}.toml");
        let published = self.published(id)?.is_some();
        if !published && self.draft_called(&file).is_none() {
            return Err(ConsoleError::new("connector_missing").with("service", id));
        }
        if published {
            self.take_back(session, id, Action::ConnectorDeleted)?;
        }
        if self.draft_called(&file).is_some() {
            self.remove_draft(&file)?;
        }
        self.forget_unsaved(member.id, &file);
        if !published {
            self.log_draft(session, Action::ConnectorDeleted, &file)?;
        }
        self.inner.bell.changed();
        Ok(())
    }

    fn take_back(&self, session: Session, id: &str, action: Action) -> Result<(), ConsoleError> {
        let file = format!("{id}.toml");
        self.at_once(|| {
            self.unused(id)?;
            self.inner.catalog.withdraw_connector(id)?;
            self.log_draft(session, action, &file)
        })?;
        self.inner.sittings.over(&file);
        self.reload_library()?;
        self.inner.bell.changed();
        Ok(())
    }

    fn unused(&self, id: &str) -> Result<(), ConsoleError> {
        let catalog = &self.inner.catalog;
        let connections = catalog.connections_of_connector(id)?.len();
        let registrations = catalog.registrations(Some(id))?.len();
        if connections == 0 && registrations == 0 {
            return Ok(());
        }
        Err(ConsoleError::new("connector_used")
            .with("service", self.mark_of(id).name)
            .with("connections", connections.to_string())
            .with("registrations", registrations.to_string()))
    }
}
