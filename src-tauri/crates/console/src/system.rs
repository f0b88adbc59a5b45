//! R5: connections that come into being by themselves.

use tsunagi_connectors::{Connector, Registration as Needs};
use tsunagi_domain::access::Act;
use tsunagi_domain::connection::Settings;
use tsunagi_domain::names::{ConnectionName, suggest_link_name};
use tsunagi_domain::system::{Cause, comes_into_being};
use tsunagi_domain::{ApplicationId, Connection, ConnectionId, Kind, Mode, RegistrationId};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;

impl Console {
    /// The system connection of a service, for an application in which no connection was chosen:
    /// the one there is, else a new one, not authorized yet. The application may use it from then
    /// on. `session` is whoever did what caused it; the log says "system".
    ///
    /// # Errors
    /// R1, R2, R5, R16; no such application or connector; the vault is locked. Nothing is made
    /// then.
    pub fn system_connection(
        &self,
        session: Session,
        application: ApplicationId,
        service: &str,
        cause: Cause,
    ) -> Result<ConnectionId, ConsoleError> {
        let (connection, _) = self.come_into_being(session, application, service, cause)?;
        Ok(connection.id)
    }

    /// As [`Console::system_connection`]; also tells whether it came into being just now.
    pub(crate) fn come_into_being(
        &self,
        session: Session,
        application: ApplicationId,
        service: &str,
        cause: Cause,
    ) -> Result<(Connection, bool), ConsoleError> {
        // Two places that need it at once get the same one.
        let _one_at_a_time = self
            .inner
            .founding
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        self.come_into_being_in_turn(session, application, service, cause)
    }

    /// As [`Console::come_into_being`], by whoever holds the turn already.
    pub(crate) fn come_into_being_in_turn(
        &self,
        session: Session,
        application: ApplicationId,
        service: &str,
        cause: Cause,
    ) -> Result<(Connection, bool), ConsoleError> {
        self.manager_for(session, Act::Create)?;
        self.inner.keys.vault()?;
        let application = self.application(application)?;
        let connector = self.connector(service)?;
        self.offered(&connector, &self.workspace()?)?;
        comes_into_being(&connector.name, cause, connector.payment)?;
        let known = self.system_connection_of(&connector.id)?;
        let found = known.is_some();
        let connection = match known {
            Some(connection) => connection,
            None => self.new_system_connection(&connector)?,
        };
        self.at_once(|| {
            if !found {
                self.add_connection(&connection)?;
            }
            self.let_use(application.id, &connection, &connector, found)
        })?;
        self.inner.bell.changed();
        Ok((connection, !found))
    }

    /// The system connection of a service, if it has one.
    pub(crate) fn system_connection_of(
        &self,
        service: &str,
    ) -> Result<Option<Connection>, ConsoleError> {
        Ok(self.inner.catalog.system_connection(service)?)
    }

    fn let_use(
        &self,
        application: ApplicationId,
        connection: &Connection,
        connector: &Connector,
        found: bool,
    ) -> Result<(), ConsoleError> {
        let catalog = &self.inner.catalog;
        let had = catalog.has_access(application, connection.id)?;
        catalog.grant_application(application, connection.id, true)?;
        let name = self.application(application)?.name;
        let args = [
            ("link_name", connection.link_name.as_str()),
            ("service", connector.id.as_str()),
            ("application", name.as_str()),
        ];
        if !found {
            self.log_as_system(Action::ConnectionCreated, connection.id, &args)?;
        }
        if !had {
            self.log_as_system(Action::ApplicationGranted, connection.id, &args)?;
        }
        Ok(())
    }

    fn new_system_connection(&self, connector: &Connector) -> Result<Connection, ConsoleError> {
        // A service may be called what a connection may not (R19).
        let name =
            ConnectionName::new(&connector.name).or_else(|_| ConnectionName::new(&connector.id))?;
        let link_name = suggest_link_name(name.as_str(), &connector.id, |link| {
            self.inner.catalog.link_name_taken(link).unwrap_or(true)
        });
        let mut settings: Settings = connector
            .parameters
            .iter()
            .filter_map(|parameter| Some((parameter.name.clone(), parameter.default.clone()?)))
            .collect();
        if connector.practice {
            settings.insert("port".to_owned(), self.start_practice()?.to_string());
        }
        Ok(Connection {
            id: ConnectionId::new(),
            name,
            link_name,
            connector: connector.id.clone(),
            kind: Kind::System,
            mode: Mode::Same,
            scopes: full_scopes(connector),
            registration: self.only_registration(connector)?,
            settings,
            enabled: true,
            created_by: None,
            created_at: self.now(),
        })
    }

    /// The client registration of a service where there is no doubt which; else whoever
    /// authorizes chooses.
    fn only_registration(
        &self,
        connector: &Connector,
    ) -> Result<Option<RegistrationId>, ConsoleError> {
        if connector.registration != Needs::NeedsClient {
            return Ok(None);
        }
        let known = self.inner.catalog.registrations(Some(&connector.id))?;
        Ok(match known.as_slice() {
            [only] => Some(only.id),
            _ => None,
        })
    }

    /// An entry of the log that nobody at a keyboard made.
    fn log_as_system(
        &self,
        action: Action,
        connection: ConnectionId,
        args: &[(&str, &str)],
    ) -> Result<(), ConsoleError> {
        let nobody = Session { member: None };
        self.log(nobody, action, &format!("connection/{connection}"), args)
    }
}

/// Everything the connector lists: what will be asked of a system connection is not known yet.
fn full_scopes(connector: &Connector) -> Vec<String> {
    connector
        .scopes
        .iter()
        .map(|scope| scope.name.clone())
        .collect()
}
