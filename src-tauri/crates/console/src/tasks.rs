//! Integration tasks: what a service can do, done by hand or kept for later.

use tsunagi_areas::task::{self, Task, TaskError};
use tsunagi_connectors::{
    Area, Connector, Given, IDEMPOTENCY_KEY, Input, Misfit, Operation, Repeat, Verdict,
};
use tsunagi_domain::access::Act;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::system::{Cause, comes_into_being};
use tsunagi_domain::{ApplicationId, Connection, ConnectionId, Environment, ItemId};
use tsunagi_gateway::Door;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::flow::leads_on;
use crate::items::{Head, Keeping, Needs, connection_needed, definition_of};
use crate::live::Look;
use crate::log::Action;
use crate::trying::{answer_lost, is_lost};
use crate::uses::application_mark;
use crate::views::{
    InputView, OperationView, TaskDone, TaskDraft, TaskRecord, TaskRow, TaskService, TaskVerdict,
    TasksView, WorkKind,
};

/// The area tasks belong to.
const AREA: &str = Area::IntegrationTask.as_str();
const TASKS: Keeping = Keeping {
    area: AREA,
    kept: Action::TaskKept,
    deleted: Action::TaskDeleted,
};
/// A task that may be written without its connection, and is.
const LEFT_OUT: Cause = Cause::IntegrationTask { optional: true };

impl Console {
    /// The tasks of an application in an environment, and what they may go through.
    ///
    /// # Errors
    /// R2: managers look at them; no such application.
    pub fn tasks(
        &self,
        session: Session,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<TasksView, ConsoleError> {
        let viewer = self.reader(session)?;
        let application = self.application(application)?;
        let catalog = &self.inner.catalog;
        let mut tasks = Vec::new();
        for item in catalog.items(application.id, environment, AREA)? {
            let (connection, stopped) = self.goes_through(&item)?;
            let label = definition_of::<Task>(&item).ok().and_then(|task| {
                let service = &connection.as_ref()?.service.id;
                self.operation_label(service, &task.operation)
            });
            tasks.push(TaskRow {
                id: item.id,
                name: item.name,
                operation: label.unwrap_or_default(),
                connection,
                changed_at: item.changed_at,
                stopped,
            });
        }
        let look = Look {
            member: viewer.clone(),
            application: application.clone(),
            shared: true,
        };
        let library = self.inner.gateway.library();
        let mut connections = Vec::new();
        for connection in catalog.connections_of_application(application.id)? {
            let connector = library.get(&connection.connector);
            if connector.is_some_and(|connector| !tasks_of(connector).is_empty()) {
                connections.push(self.live_row(&look, &connection, environment)?);
            }
        }
        Ok(TasksView {
            application: application_mark(&application),
            tasks,
            connections,
            services: self.task_services(session)?,
            may_manage: self.manages(&viewer, Act::Edit),
        })
    }

    /// R5: services whose connection a task may leave out.
    fn task_services(&self, session: Session) -> Result<Vec<TaskService>, ConsoleError> {
        self.services_left_out(session, LEFT_OUT, |connector| {
            !tasks_of(connector).is_empty()
        })
    }

    /// R5: services of which a system connection comes into being, of those that have a use.
    pub(crate) fn services_left_out(
        &self,
        session: Session,
        cause: Cause,
        has_use: impl Fn(&Connector) -> bool,
    ) -> Result<Vec<TaskService>, ConsoleError> {
        let library = self.inner.gateway.library();
        let mut services = Vec::new();
        for entry in self.gallery(session)? {
            let Some(connector) = library.get(&entry.service.id) else {
                continue;
            };
            let optional = comes_into_being(&connector.name, cause, connector.payment).is_ok();
            if !optional || !has_use(connector) {
                continue;
            }
            let known = self.system_connection_of(&connector.id)?;
            services.push(TaskService {
                service: entry.service,
                connection: known.map(|connection| self.connection_mark(&connection)),
                refused: entry.refused,
            });
        }
        Ok(services)
    }

    fn operation_label(&self, service: &str, operation: &str) -> Option<String> {
        let library = self.inner.gateway.library();
        let operation = library.get(service)?.operation(operation)?;
        Some(self.pick(&operation.label))
    }

    /// What a service can do, for tasks; where a connection is given, with the scopes it lacks.
    ///
    /// # Errors
    /// R2; no such service or connection.
    pub fn task_operations(
        &self,
        session: Session,
        service: &str,
        connection: Option<ConnectionId>,
    ) -> Result<Vec<OperationView>, ConsoleError> {
        self.reader(session)?;
        let connector = self.connector(service)?;
        let scopes = match connection {
            Some(id) => Some(self.connection(id)?.scopes),
            None => None,
        };
        Ok(tasks_of(&connector)
            .iter()
            .map(|operation| self.operation_view(&connector, operation, scopes.as_deref()))
            .collect())
    }

    pub(crate) fn operation_view(
        &self,
        connector: &Connector,
        operation: &Operation,
        scopes: Option<&[String]>,
    ) -> OperationView {
        OperationView {
            id: operation.id.clone(),
            label: self.pick(&operation.label),
            role: operation.role,
            inputs: operation
                .inputs
                .iter()
                // No person's to choose: one that is used twice says that what was done before is
                // done again.
                .filter(|input| input.name != IDEMPOTENCY_KEY)
                .map(|input| self.input_view(input))
                .collect(),
            repeat: operation.repeat,
            scopes_missing: scopes
                .map(|scopes| operation.scopes_missing(connector, scopes, &Given::new()))
                .unwrap_or_default(),
            notes: operation.notes.iter().map(|note| self.pick(note)).collect(),
            source: operation.source.clone(),
        }
    }

    fn input_view(&self, input: &Input) -> InputView {
        InputView {
            name: input.name.clone(),
            label: self.pick(&input.label),
            kind: input.kind,
            required: input.required,
            default: input.default.clone(),
            example: input.example.clone(),
            choices: input.choices.clone(),
            most: input.most,
        }
    }

    /// One task, to be edited.
    ///
    /// # Errors
    /// R2; `missing`; `item_unreadable`.
    pub fn task(&self, session: Session, id: ItemId) -> Result<TaskDraft, ConsoleError> {
        self.reader(session)?;
        let item = self.item_of(TASKS, id)?;
        let parts = self.inner.catalog.parts(id)?;
        Ok(TaskDraft {
            id: Some(item.id),
            version: Some(item.version),
            application: item.application,
            environment: item.environment,
            task: definition_of(&item)?,
            name: item.name,
            connection: parts.first().map(|part| part.connection),
            service: None,
        })
    }

    /// Keeps a task: from then on its connection is in use there, with the scopes that the
    /// operation needs (R18). Where the connection is left out, the service's system connection
    /// comes into being (R5).
    ///
    /// # Errors
    /// R1, R2, R4, R5; an operation that the service does not have; a name that is empty, too long
    /// or taken; `stale` where another window has stored it meanwhile.
    pub fn keep_task(&self, session: Session, draft: TaskDraft) -> Result<TaskDraft, ConsoleError> {
        // Before the write: what comes into being takes its turn before it takes the catalog.
        let (connection, _) = self.task_connection(session, &draft)?;
        let mut draft = draft;
        // Made anew each time it runs.
        draft.task.given.remove(IDEMPOTENCY_KEY);
        let id = self.at_once(|| {
            let connector = self.connector(&connection.connector)?;
            let operation = operation_of(&connector, &draft.task.operation)?;
            let head = Head {
                id: draft.id,
                version: draft.version,
                application: draft.application,
                environment: draft.environment,
                name: &draft.name,
            };
            let through = Needs {
                connection: connection.id,
                scopes: needed(&operation, &connector, &connection, &draft.task.given),
                unattended: false,
            };
            self.keep_item(session, TASKS, head, &draft.task, through)
        })?;
        self.task(session, id)
    }

    /// Deletes a task. Its connection is not in use there any more.
    ///
    /// # Errors
    /// R1, R2; `missing`.
    pub fn delete_task(&self, session: Session, id: ItemId) -> Result<(), ConsoleError> {
        self.drop_item(session, TASKS, id)
    }

    /// What a task goes through: what was chosen, else the service's system connection (R5).
    fn task_connection(
        &self,
        session: Session,
        draft: &TaskDraft,
    ) -> Result<(Connection, bool), ConsoleError> {
        match (draft.connection, &draft.service) {
            (Some(id), _) => Ok((self.connection(id)?, false)),
            (None, Some(service)) => {
                self.come_into_being(session, draft.application, service, LEFT_OUT)
            }
            (None, None) => Err(connection_needed()),
        }
    }

    /// Runs a task as it is edited, kept or not, as the acting member (R9). It can be stopped
    /// while it waits; whether the service has acted on it by then nobody can tell. What the gate
    /// refuses is part of what came of it, so that the connection can be mended.
    ///
    /// # Errors
    /// R1, R2, R5; an operation that the service does not have; values that it does not take;
    /// `call_stopped`.
    pub async fn run_task(
        &self,
        session: Session,
        draft: &TaskDraft,
    ) -> Result<TaskDone, ConsoleError> {
        let member = self.manager_for(session, Act::Use)?;
        self.wait_for_vault().await;
        let (connection, made) = self.task_connection(session, draft)?;
        let connector = self.connector(&connection.connector)?;
        let operation = operation_of(&connector, &draft.task.operation)?;
        let door = Door {
            link_name: connection.link_name.clone(),
            caller: Caller::Member(member.id),
            application: Some(draft.application),
            environment: draft.environment,
            area: AREA.to_owned(),
        };
        let done = self
            .performed(&connection, &operation, &door, &draft.task)
            .await?;
        Ok(TaskDone { made, ..done })
    }

    /// Does a task through a door, and tells what came of it.
    ///
    /// # Errors
    /// Values that the operation does not take; `call_stopped`.
    pub(crate) async fn performed(
        &self,
        connection: &Connection,
        operation: &Operation,
        door: &Door,
        task: &Task,
    ) -> Result<TaskDone, ConsoleError> {
        if self.connector(&connection.connector)?.practice {
            self.start_practice()?;
        }
        let mut task = task.clone();
        if operation.input(IDEMPOTENCY_KEY).is_some() {
            let key = uuid::Uuid::new_v4().to_string();
            task.given.insert(IDEMPOTENCY_KEY.to_owned(), key.into());
        }
        let work = self.begin_work_for(WorkKind::Task, door.caller);
        let done = tokio::select! {
            biased;
            done = task::perform(&self.inner.gateway, door, &task) => done,
            () = work.stopped() => return Err(ConsoleError::new("call_stopped")),
        };
        self.inner.bell.changed();
        let mut view = TaskDone {
            connection: self.connection_mark(connection),
            made: false,
            verdict: None,
            id: None,
            message: None,
            records: Vec::new(),
            payment: None,
            link: None,
            rows: 0,
            more: false,
            answer: None,
            refused: None,
        };
        match done {
            Ok(done) => self.tell(&mut view, connection, done)?,
            Err(TaskError::Gate(error)) if operation.repeat != Repeat::Safe && is_lost(&error) => {
                view.refused = Some(self.failure(&answer_lost()));
            }
            Err(TaskError::Gate(error)) => view.refused = Some(self.failure(&error.into())),
            Err(other) => return Err(self.task_failure(other, operation)),
        }
        Ok(view)
    }

    fn tell(
        &self,
        view: &mut TaskDone,
        connection: &Connection,
        done: task::Done,
    ) -> Result<(), ConsoleError> {
        view.answer = Some(self.answer_view(connection, &done.answer)?);
        view.verdict = Some(match done.outcome.verdict {
            Verdict::Done => TaskVerdict::Done,
            Verdict::Partly => TaskVerdict::Partly,
            Verdict::Refused => TaskVerdict::Refused,
            Verdict::Unclear => TaskVerdict::Unclear,
        });
        view.rows = u32::try_from(done.rows.len()).unwrap_or(u32::MAX);
        view.more = !matches!(done.next, Ok(None));
        view.payment = done.outcome.payment;
        // Where the answer repeats the credential, nothing of it is shown.
        if done.answer.echoes_credential {
            return Ok(());
        }
        view.id = done.outcome.id;
        view.message = done.outcome.message;
        view.records = done
            .outcome
            .records
            .into_iter()
            .map(|record| TaskRecord {
                good: record.good,
                id: record.id,
                message: record.message,
            })
            .collect();
        let link = done.outcome.link;
        view.link = link.filter(|address| leads_on(address, &done.answer.url));
        Ok(())
    }

    /// A misfit with the input as the person sees it.
    pub(crate) fn misfit(&self, misfit: &Misfit, operation: &Operation) -> ConsoleError {
        let label = |name: &str| match operation.input(name) {
            Some(input) => self.pick(&input.label),
            None => name.to_owned(),
        };
        let told = |error: ConsoleError, input: &str| error.with("input", label(input));
        match misfit {
            Misfit::Missing { input } => told(ConsoleError::new("task_input_missing"), input),
            Misfit::Unknown { input } => told(ConsoleError::new("task_input_unknown"), input),
            Misfit::Kind { input, kind } => {
                told(ConsoleError::new("task_input_kind"), input).with("kind", *kind)
            }
            Misfit::Choice { input } => told(ConsoleError::new("task_input_choice"), input),
            Misfit::Most { input, most } => {
                told(ConsoleError::new("task_input_most"), input).with("most", most.to_string())
            }
            Misfit::Whole { input } => told(ConsoleError::new("task_input_whole"), input),
            Misfit::Place { input, .. } => told(ConsoleError::new("task_input_place"), input),
            Misfit::NotKnown { name } => ConsoleError::new("task_not_known").with("name", &**name),
            _ => ConsoleError::new("internal"),
        }
    }
}

/// The scopes that an operation needs of a connection: of alternatives the one that it asks for, else
/// the last, which allows the least (R18, *Used in*).
pub(crate) fn needed(
    operation: &Operation,
    connector: &Connector,
    connection: &Connection,
    given: &Given,
) -> Vec<String> {
    let missing = operation.scopes_missing(connector, &connection.scopes, given);
    let all = operation.scopes_missing(connector, &[], given).into_iter();
    all.filter_map(|mut any| {
        if missing.contains(&any) {
            return any.pop();
        }
        // What another scope allows as well needs no word of its own.
        any.into_iter()
            .find(|scope| connection.scopes.contains(scope))
    })
    .collect()
}

/// What of a service tasks can do.
fn tasks_of(connector: &Connector) -> Vec<Operation> {
    let operations = connector.operations();
    operations
        .iter()
        .filter(|operation| operation.areas.contains(&Area::IntegrationTask))
        .cloned()
        .collect()
}

fn operation_of(connector: &Connector, id: &str) -> Result<Operation, ConsoleError> {
    let known = connector.operation(id);
    let known = known.filter(|own| own.areas.contains(&Area::IntegrationTask));
    known.ok_or_else(|| unknown(connector))
}

fn unknown(connector: &Connector) -> ConsoleError {
    ConsoleError::new("task_operation_unknown").with("service", connector.name.clone())
}
