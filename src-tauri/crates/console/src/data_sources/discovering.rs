//! What a service has to pull: operations, modules and fields, looked up with the primary account
//! (R13); and records that a member adds with their own.

use serde_json::Value;
use tsunagi_areas::task::{self, Task};
use tsunagi_connectors::{Connector, Given, Role, Verdict};
use tsunagi_domain::access::Act;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{ConnectionId, ItemId};
use tsunagi_gateway::Door;

use super::pulling::source_door;
use super::{AREA, SOURCES, of_role};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::definition_of;
use crate::views::{FieldView, OperationView, SourceDoor, TaskDone};

impl Console {
    /// The operations of a connection's service that give rows.
    ///
    /// # Errors
    /// R2; no such connection or service.
    pub fn source_operations(
        &self,
        session: Session,
        connection: ConnectionId,
    ) -> Result<Vec<OperationView>, ConsoleError> {
        self.reader(session)?;
        let connection = self.connection(connection)?;
        let connector = self.connector(&connection.connector)?;
        let operations = connector.operations();
        let rows = operations.iter().filter(|own| own.role == Some(Role::Rows));
        Ok(rows
            .map(|operation| self.operation_view(&connector, operation, Some(&connection.scopes)))
            .collect())
    }

    /// The modules that can be pulled, as the service lists them; empty where it has none, or does
    /// not say.
    ///
    /// # Errors
    /// R1, R2, R14; whatever the gate says; what the service refuses.
    pub async fn source_modules(
        &self,
        session: Session,
        through: SourceDoor,
    ) -> Result<Vec<FieldView>, ConsoleError> {
        self.described(session, through, Role::Modules, Given::new())
            .await
    }

    /// The fields of a module, as the service describes them; empty where it does not.
    ///
    /// # Errors
    /// R1, R2, R14; whatever the gate says; what the service refuses.
    pub async fn source_fields(
        &self,
        session: Session,
        through: SourceDoor,
        module: Option<String>,
    ) -> Result<Vec<FieldView>, ConsoleError> {
        let module = module.map(|module| ("module".to_owned(), Value::String(module)));
        self.described(session, through, Role::Fields, module.into_iter().collect())
            .await
    }

    async fn described(
        &self,
        session: Session,
        through: SourceDoor,
        role: Role,
        given: Given,
    ) -> Result<Vec<FieldView>, ConsoleError> {
        self.manager_for(session, Act::Use)?;
        self.wait_for_vault().await;
        let connection = self.connection(through.connection)?;
        let connector = self.connector(&connection.connector)?;
        self.may_be_source(&connection, through.environment)?;
        let Some(operation) = of_role(&connector, role) else {
            return Ok(Vec::new());
        };
        if connector.practice {
            self.start_practice()?;
        }
        let door = source_door(&connection, through.application, through.environment);
        let mut task = Task {
            operation: operation.id.clone(),
            given,
        };
        task.given.retain(|name, _| operation.input(name).is_some());
        let done = task::perform(&self.inner.gateway, &door, &task)
            .await
            .map_err(|error| self.task_failure(error, &operation))?;
        if done.outcome.verdict != Verdict::Done {
            let status = done.answer.status.as_u16().to_string();
            return Err(match done.outcome.message {
                Some(said) => ConsoleError::new("source_refused").with("said", said),
                None => ConsoleError::new("source_refused_silently"),
            }
            .with("status", status));
        }
        let body = serde_json::from_slice(&done.answer.body).unwrap_or(Value::Null);
        let described = operation.described(&body).into_iter();
        Ok(described
            .map(|field| FieldView {
                name: field.name,
                label: field.label,
                kind: field.kind,
                required: field.required,
                read_only: field.read_only,
            })
            .collect())
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
        let source: tsunagi_areas::data_source::Source = definition_of(&item)?;
        let parts = self.inner.catalog.parts(id)?;
        let part = parts.first().ok_or_else(|| ConsoleError::new("missing"))?;
        let connection = self.connection(part.connection)?;
        let connector = self.connector(&connection.connector)?;
        let operation = of_role(&connector, Role::Add).ok_or_else(|| takes_none(&connector))?;
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

fn takes_none(connector: &Connector) -> ConsoleError {
    ConsoleError::new("task_operation_unknown").with("service", connector.name.clone())
}
