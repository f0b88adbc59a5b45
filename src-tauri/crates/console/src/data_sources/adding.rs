//! Integration forms: records that a member adds where a data source pulls from, with their own
//! authorization (R13).

use serde_json::Value;
use tsunagi_areas::data_source::Source;
use tsunagi_areas::task::Task;
use tsunagi_connectors::{Connector, Given, Operation};
use tsunagi_domain::access::Act;
use tsunagi_domain::application;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{ApplicationId, Environment, ItemId};
use tsunagi_gateway::Door;

use super::{AREA, SOURCES};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::definition_of;
use crate::views::{SourceForm, TaskDone};

impl Console {
    /// The integration forms of an application in an environment, through the connections that
    /// the acting member sees there in live mode.
    ///
    /// # Errors
    /// R15: not for whom it is not shared with.
    pub fn source_forms(
        &self,
        session: Session,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<Vec<SourceForm>, ConsoleError> {
        let look = self.look(session, application)?;
        let catalog = &self.inner.catalog;
        let library = self.inner.gateway.library();
        let mut forms = Vec::new();
        for item in catalog.items(application, environment, AREA)? {
            // What cannot be read is told of where it is managed.
            let Ok(source) = definition_of::<Source>(&item) else {
                continue;
            };
            let parts = catalog.parts(item.id)?;
            let Some(part) = parts.first() else { continue };
            let Some(connection) = self.readable_connection(part.connection)? else {
                continue;
            };
            let seen = application::sees_in_live_mode(&look.member, connection.kind, look.shared)
                && catalog.has_access(application, connection.id)?;
            let connector = library.get(&connection.connector);
            if !seen || connector.is_none_or(|known| adding(known, &source).is_none()) {
                continue;
            }
            forms.push(SourceForm {
                id: item.id,
                what: self.what_of(&source, &connection.connector),
                name: item.name,
                seat: self.live_row(&look, &connection, environment)?,
                fields: source.fields,
            });
        }
        Ok(forms)
    }

    /// An integration form: a record that a member adds where a data source pulls from, with their
    /// own authorization (R13), in an application that is shared with them.
    ///
    /// # Errors
    /// R1; `missing`; a service that takes no records there; values that it does not take. What
    /// the gate refuses is part of what came of it.
    pub async fn add_record(
        &self,
        session: Session,
        id: ItemId,
        record: serde_json::Map<String, Value>,
    ) -> Result<TaskDone, ConsoleError> {
        let member = self.member(session)?;
        self.allows(Act::Use)?;
        self.wait_for_vault().await;
        let item = self.item_of(SOURCES, id)?;
        let source: Source = definition_of(&item)?;
        let parts = self.inner.catalog.parts(id)?;
        let part = parts.first().ok_or_else(|| ConsoleError::new("missing"))?;
        let connection = self.connection(part.connection)?;
        let connector = self.connector(&connection.connector)?;
        let operation = adding(&connector, &source).ok_or_else(|| takes_none(&connector))?;
        let mut given: Given = source.given;
        given.retain(|name, _| operation.input(name).is_some());
        given.insert("record".to_owned(), Value::Object(record));
        let task = Task {
            operation: operation.id.clone(),
            given,
        };
        let door = Door {
            link_name: connection.link_name.clone(),
            caller: Caller::Member(member.id),
            application: Some(item.application),
            environment: item.environment,
            area: AREA.to_owned(),
        };
        self.performed(&connection, &operation, &door, &task).await
    }
}

/// The operation that adds records where a data source pulls from: to the same rows, and with
/// everything it needs but the record known.
pub(super) fn adding(connector: &Connector, source: &Source) -> Option<Operation> {
    let operations = connector.operations();
    let mut known = operations.iter();
    known
        .find(|own| own.adds_to_rows_of(&source.operation, &source.given))
        .cloned()
}

fn takes_none(connector: &Connector) -> ConsoleError {
    ConsoleError::new("source_takes_none").with("service", connector.name.clone())
}
