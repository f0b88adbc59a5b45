//! What a service has to pull: operations, modules and fields, looked up with the primary account
//! (R13).

use serde_json::Value;
use tsunagi_areas::task::{self, Task};
use tsunagi_connectors::{Given, Paging, Role, Verdict};
use tsunagi_domain::ConnectionId;
use tsunagi_domain::access::Act;

use super::of_role;
use super::pulling::source_door;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::{FieldView, SourceDoor, SourceOperation};

impl Console {
    /// The operations of a connection's service that give rows. What leads from page to page, and
    /// since when changes are asked for, is no person's to say.
    ///
    /// # Errors
    /// R2; no such connection or service.
    pub fn source_operations(
        &self,
        session: Session,
        connection: ConnectionId,
    ) -> Result<Vec<SourceOperation>, ConsoleError> {
        self.reader(session)?;
        let connection = self.connection(connection)?;
        let connector = self.connector(&connection.connector)?;
        let operations = connector.operations();
        let rows = operations.iter().filter(|own| own.role == Some(Role::Rows));
        Ok(rows
            .map(|own| {
                let mut operation = self.operation_view(&connector, own, Some(&connection.scopes));
                let since = own.since.as_ref().map(|since| since.input.as_str());
                let leads = own.paging.as_ref().and_then(Paging::leads);
                operation.inputs.retain(|input| {
                    let name = Some(input.name.as_str());
                    name != since && name != leads
                });
                SourceOperation {
                    operation,
                    can_ask_for_changes: own.since.is_some(),
                }
            })
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
}
