//! Form and report workflows: what is kept, what each part of it goes through, and who may see it.

mod engine;
mod forms;
mod keeping;
mod noted;
mod reports;
mod scheduled;
mod step;

use tsunagi_areas::workflow::{Does, Field, Subject, Workflow, check};
use tsunagi_catalog::{Item, Part};
use tsunagi_connectors::{Area, Connector, Operation, Role};
use tsunagi_domain::access::Act;
use tsunagi_domain::system::{Cause, comes_into_being};
use tsunagi_domain::{ApplicationId, Connection, ConnectionId, Environment, ItemId};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::{Keeping, definition_of};
use crate::live::Look;
use crate::log::Action;
use crate::uses::application_mark;
use crate::views::{
    OperationView, ReportSubject, TaskService, WorkflowPart, WorkflowRow, WorkflowsView,
};

pub(crate) use engine::Working;
pub(crate) use noted::{Undone, undone};

const FORMS: Keeping = Keeping {
    area: Area::FormWorkflow.as_str(),
    kept: Action::WorkflowKept,
    deleted: Action::WorkflowDeleted,
};
const REPORTS: Keeping = Keeping {
    area: Area::ReportWorkflow.as_str(),
    kept: Action::WorkflowKept,
    deleted: Action::WorkflowDeleted,
};

/// The area a workflow belongs to.
const fn area_of(form: bool) -> Area {
    if form {
        Area::FormWorkflow
    } else {
        Area::ReportWorkflow
    }
}

const fn keeping_of(form: bool) -> Keeping {
    if form { FORMS } else { REPORTS }
}

fn is_form(item: &Item) -> bool {
    item.area == FORMS.area
}

/// R5: whether a service is Zoho's: those are authorized as Zoho's pages of OAuth say. The practice
/// services that speak Zoho's wire name the same page.
fn is_zoho(connector: &Connector) -> bool {
    let page = "https://www.zoho.com/accounts/";
    !connector.custom && connector.sources.iter().any(|own| own.starts_with(page))
}

const fn left_out(connector_is_zoho: bool) -> Cause {
    Cause::FormWorkflow {
        zoho: connector_is_zoho,
    }
}

/// Whether an operation can be what an action does.
fn serves(operation: &Operation, does: Does, form: bool) -> bool {
    let area = match does {
        Does::SendSms => Area::Sms,
        Does::TakePayment => Area::Payment,
        Does::Push | Does::LookUp | Does::Show | Does::CallUrl => area_of(form),
    };
    let role = matches!(
        (does, operation.role),
        (
            Does::Push,
            Some(Role::Add | Role::Update | Role::Message) | None
        ) | (Does::LookUp, Some(Role::Get | Role::Search | Role::Rows))
            | (Does::Show, Some(Role::Rows | Role::Search))
            | (Does::SendSms, Some(Role::Message))
            | (Does::TakePayment, Some(Role::Payment))
    );
    role && operation.areas.contains(&area)
}

impl Console {
    /// A form or a report.
    pub(crate) fn workflow_item(&self, id: ItemId) -> Result<Item, ConsoleError> {
        let item = self.inner.catalog.item(id)?;
        let item = item.filter(|item| item.area == FORMS.area || item.area == REPORTS.area);
        item.ok_or_else(|| ConsoleError::new("missing"))
    }

    /// The forms and reports of an application in an environment, and what they may go through.
    ///
    /// # Errors
    /// R2: managers look at them; no such application.
    pub fn workflows(
        &self,
        session: Session,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<WorkflowsView, ConsoleError> {
        let viewer = self.reader(session)?;
        self.end_cut_off_workflows()?;
        let application = self.application(application)?;
        let catalog = &self.inner.catalog;
        let mut workflows = Vec::new();
        for area in [FORMS.area, REPORTS.area] {
            for item in catalog.items(application.id, environment, area)? {
                workflows.push(self.workflow_row(session, &item)?);
            }
        }
        let sources = catalog.items(application.id, environment, Area::DataSource.as_str())?;
        let look = Look {
            member: viewer.clone(),
            application: application.clone(),
            shared: true,
        };
        let library = self.inner.gateway.library();
        let mut connections = Vec::new();
        for connection in catalog.connections_of_application(application.id)? {
            let connector = library.get(&connection.connector);
            if connector.is_some_and(can_do_something) {
                connections.push(self.live_row(&look, &connection, environment)?);
            }
        }
        Ok(WorkflowsView {
            application: application_mark(&application),
            workflows,
            sources: sources.iter().map(subject_mark).collect(),
            connections,
            services: self.form_services(session)?,
            may_manage: self.manages(&viewer, Act::Edit),
        })
    }

    /// R5: services whose connection a form's push may leave out.
    fn form_services(&self, session: Session) -> Result<Vec<TaskService>, ConsoleError> {
        let library = self.inner.gateway.library();
        let mut services = Vec::new();
        for entry in self.gallery(session)? {
            let Some(connector) = library.get(&entry.service.id) else {
                continue;
            };
            let cause = left_out(is_zoho(connector));
            let optional = comes_into_being(&connector.name, cause, connector.payment).is_ok();
            let operations = connector.operations();
            if !optional || !operations.iter().any(|one| serves(one, Does::Push, true)) {
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

    fn workflow_row(&self, session: Session, item: &Item) -> Result<WorkflowRow, ConsoleError> {
        let catalog = &self.inner.catalog;
        let read = definition_of::<Workflow>(item);
        let last = catalog.executions(item.id, None, 1)?;
        let last = match last.first() {
            Some(execution) => Some(self.run_view(session, item, execution)?),
            None => None,
        };
        let (mut parts, mut subject, mut rules) = (Vec::new(), None, 0);
        let stopped = match &read {
            Err(error) => Some(self.failure(error)),
            Ok(workflow) => {
                rules = workflow.rules.len();
                parts = self.part_rows(item, workflow)?;
                subject = self.subject_of(workflow)?.as_ref().map(subject_mark);
                let whole = self.whole_workflow(workflow).err();
                let whole = whole.map(|error| self.failure(&error));
                whole.or_else(|| parts.iter().find_map(|part| part.stopped.clone()))
            }
        };
        Ok(WorkflowRow {
            id: item.id,
            name: item.name.clone(),
            form: is_form(item),
            subject,
            rules: u32::try_from(rules).unwrap_or(u32::MAX),
            records: u32::try_from(catalog.count_records(item.id)?).unwrap_or(u32::MAX),
            parts,
            changed_at: item.changed_at,
            stopped,
            last,
        })
    }

    /// What a report shows the rows of; `None` of a form, and where it is gone.
    fn subject_of(&self, workflow: &Workflow) -> Result<Option<Item>, ConsoleError> {
        let Subject::Report { of, .. } = &workflow.subject else {
            return Ok(None);
        };
        let item = self.inner.catalog.item(*of)?;
        Ok(item.filter(|item| is_form(item) || item.area == Area::DataSource.as_str()))
    }

    /// The fields its rules may name: of its form, or of the form a report shows; `None` where rows
    /// have whatever fields they have.
    fn fields_of(&self, workflow: &Workflow) -> Result<Option<Vec<Field>>, ConsoleError> {
        if let Subject::Form { fields } = &workflow.subject {
            return Ok(Some(fields.clone()));
        }
        let subject = self.subject_of(workflow)?;
        let subject = subject.ok_or_else(|| ConsoleError::new("workflow_subject_missing"))?;
        if !is_form(&subject) {
            return Ok(None);
        }
        let form: Workflow = definition_of(&subject)?;
        Ok(Some(form.fields().to_vec()))
    }

    /// Whether a workflow is whole, with what it refers to.
    fn whole_workflow(&self, workflow: &Workflow) -> Result<(), ConsoleError> {
        let fields = self.fields_of(workflow)?;
        Ok(check(workflow, fields.as_deref())?)
    }

    fn part_rows(
        &self,
        item: &Item,
        workflow: &Workflow,
    ) -> Result<Vec<WorkflowPart>, ConsoleError> {
        let kept = self.inner.catalog.parts(item.id)?;
        let mut rows = Vec::new();
        for part in workflow.parts() {
            let seat = kept.iter().find(|own| own.part == part.id);
            let connection = match seat {
                Some(seat) => self.readable_connection(seat.connection)?,
                None => None,
            };
            let stopped = match &connection {
                Some(connection) => match self.part_stopped(item, connection)? {
                    Some(stopped) => Some(stopped),
                    None => self.part_refused(part.does, connection),
                },
                None => None,
            };
            let label = part.operation.zip(connection.as_ref());
            let label = label.and_then(|(operation, connection)| {
                let library = self.inner.gateway.library();
                let known = library.get(&connection.connector)?.operation(operation)?;
                Some(self.pick(&known.label))
            });
            rows.push(WorkflowPart {
                id: part.id.to_owned(),
                does: part.does,
                operation: label.unwrap_or_default(),
                connection: connection.map(|connection| self.connection_mark(&connection)),
                stopped,
            });
        }
        Ok(rows)
    }

    fn part_stopped(
        &self,
        item: &Item,
        connection: &Connection,
    ) -> Result<Option<crate::views::Failure>, ConsoleError> {
        let mut uses = self.inner.catalog.uses(connection.id)?;
        uses.retain(|used| used.item == Some(item.id));
        let places = self.use_places(connection, &uses)?;
        Ok(places.into_iter().find_map(|place| place.stopped))
    }

    /// R7, R8: why a payment may not go through a connection that stands well.
    fn part_refused(&self, does: Does, connection: &Connection) -> Option<crate::views::Failure> {
        let connector = self.connector(&connection.connector).ok()?;
        let refused = self.may_seat(does, connection, &connector).err()?;
        Some(self.failure(&refused))
    }

    /// What a service can do as an action of this kind; where a connection is given, with the
    /// scopes it lacks.
    ///
    /// # Errors
    /// R2; no such service or connection.
    pub fn workflow_operations(
        &self,
        session: Session,
        service: &str,
        connection: Option<ConnectionId>,
        does: Does,
        form: bool,
    ) -> Result<Vec<OperationView>, ConsoleError> {
        self.reader(session)?;
        let connector = self.connector(service)?;
        let scopes = match connection {
            Some(id) => Some(self.connection(id)?.scopes),
            None => None,
        };
        let operations = connector.operations();
        let able = operations.iter().filter(|one| serves(one, does, form));
        Ok(able
            .map(|operation| self.operation_view(&connector, operation, scopes.as_deref()))
            .collect())
    }

    /// What a part goes through now.
    fn seat_of(&self, item: ItemId, part: &str) -> Result<Connection, ConsoleError> {
        let parts: Vec<Part> = self.inner.catalog.parts(item)?;
        let seat = parts.iter().find(|own| own.part == part);
        let missing = || ConsoleError::new("workflow_seat_missing").with("part", part);
        self.connection(seat.ok_or_else(missing)?.connection)
    }
}

fn subject_mark(item: &Item) -> ReportSubject {
    ReportSubject {
        id: item.id,
        name: item.name.clone(),
        form: is_form(item),
    }
}

/// Whether a workflow has a use for a service.
fn can_do_something(connector: &Connector) -> bool {
    let all = [Does::Push, Does::LookUp, Does::SendSms, Does::TakePayment];
    let operations = connector.operations();
    let able = |one: &Operation| all.iter().any(|does| serves(one, *does, true));
    connector.areas().contains(&Area::InvokeUrl) || operations.iter().any(able)
}

impl From<tsunagi_areas::workflow::Unfit> for ConsoleError {
    fn from(unfit: tsunagi_areas::workflow::Unfit) -> Self {
        let error = Self::new(unfit.code());
        let args = unfit.args().into_iter();
        args.fold(error, |error, (name, value)| error.with(name, value))
    }
}
