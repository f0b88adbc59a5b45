//! Keeping forms and reports: each part with its connection, so that *Used in* tells the truth.

use std::collections::BTreeMap;

use serde_json::Value;
use tsunagi_areas::workflow::{Deed, Does, From, Subject, Workflow};
use tsunagi_connectors::{Area, Connector, Given, IDEMPOTENCY_KEY, InputKind, Operation};
use tsunagi_domain::system::comes_into_being;
use tsunagi_domain::{Connection, ConnectionId, ItemId};

use super::{is_form, is_zoho, keeping_of, left_out, serves};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::{Head, Needs, definition_of};
use crate::tasks::needed;
use crate::views::{WorkflowDraft, WorkflowSeat};

/// What a part is to go through.
enum Seat {
    Connection(Connection),
    /// R5: the service's system connection.
    LeftOut,
}

impl Console {
    /// One form or report, to be edited.
    ///
    /// # Errors
    /// R2; `missing`; `item_unreadable`.
    pub fn workflow(&self, session: Session, id: ItemId) -> Result<WorkflowDraft, ConsoleError> {
        self.reader(session)?;
        let item = self.workflow_item(id)?;
        let workflow: Workflow = definition_of(&item)?;
        let kept = self.inner.catalog.parts(id)?;
        let seat = |part: &str| kept.iter().find(|own| own.part == part);
        let seats = workflow.parts().into_iter().map(|part| WorkflowSeat {
            part: part.id.to_owned(),
            connection: seat(part.id).map(|own| own.connection),
            service: None,
        });
        Ok(WorkflowDraft {
            id: Some(item.id),
            version: Some(item.version),
            application: item.application,
            environment: item.environment,
            seats: seats.collect(),
            workflow,
            name: item.name,
        })
    }

    /// Keeps a form or a report: from then on the connections of its parts are in use there, with
    /// the scopes that each needs (R18). Where a push of a form to a Zoho service leaves its
    /// connection out, the service's system connection comes into being (R5).
    ///
    /// # Errors
    /// R1, R2, R4, R5, R7, R8; a definition that is not whole; a part without a connection; an
    /// operation that the service does not have or that is for something else; a name that is
    /// empty, too long or taken; `stale` where another window has stored it meanwhile. Nothing is
    /// stored then.
    pub fn keep_workflow(
        &self,
        session: Session,
        draft: WorkflowDraft,
    ) -> Result<WorkflowDraft, ConsoleError> {
        self.manager(session)?;
        let form = matches!(draft.workflow.subject, Subject::Form { .. });
        self.belongs_there(&draft)?;
        self.whole_workflow(&draft.workflow)?;
        let mut seats = Vec::new();
        for part in draft.workflow.parts() {
            let (seat, connector) = self.seat_wanted(&draft, part.id, part.does, form)?;
            self.part_fits(&draft.workflow, part.id, &connector, form)?;
            seats.push((part.id.to_owned(), seat, connector));
        }
        // Before the write: what comes into being takes its turn before it takes the catalog. It
        // is made only where all else is as it must be.
        let mut through = Vec::new();
        for (part, seat, connector) in seats {
            let connection = match seat {
                Seat::Connection(connection) => connection,
                Seat::LeftOut => {
                    let cause = left_out(is_zoho(&connector));
                    let made =
                        self.come_into_being(session, draft.application, &connector.id, cause);
                    made?.0
                }
            };
            let needs = Needs {
                connection: connection.id,
                scopes: part_scopes(&draft.workflow, &part, &connector, &connection),
                unattended: false,
            };
            through.push((part, needs));
        }
        let head = Head {
            id: draft.id,
            version: draft.version,
            application: draft.application,
            environment: draft.environment,
            name: &draft.name,
        };
        let of = keeping_of(form);
        let id = self.keep_item_through(session, of, head, &draft.workflow, through)?;
        self.workflow(session, id)
    }

    /// A report shows what is in its own application and environment.
    fn belongs_there(&self, draft: &WorkflowDraft) -> Result<(), ConsoleError> {
        if matches!(draft.workflow.subject, Subject::Form { .. }) {
            return Ok(());
        }
        let subject = self.subject_of(&draft.workflow)?;
        let there = subject.is_some_and(|item| {
            item.application == draft.application && item.environment == draft.environment
        });
        if there {
            return Ok(());
        }
        Err(ConsoleError::new("workflow_subject_missing"))
    }

    fn seat_wanted(
        &self,
        draft: &WorkflowDraft,
        part: &str,
        does: Does,
        form: bool,
    ) -> Result<(Seat, Connector), ConsoleError> {
        let missing = || ConsoleError::new("workflow_seat_missing").with("part", part);
        let wanted = draft.seats.iter().find(|seat| seat.part == part);
        let wanted = wanted.ok_or_else(missing)?;
        match (wanted.connection, &wanted.service) {
            (Some(id), _) => {
                let connection = self.connection(id)?;
                let application = self.application(draft.application)?;
                let connection = self.may_go_through(&application, connection.id)?;
                let connector = self.connector(&connection.connector)?;
                self.may_seat(does, &connection, &connector)?;
                Ok((Seat::Connection(connection), connector))
            }
            (None, Some(service)) => {
                let connector = self.connector(service)?;
                // R5 a: only a form's push, and never a payment.
                let push = form && does == Does::Push;
                let cause = left_out(push && is_zoho(&connector));
                comes_into_being(&connector.name, cause, connector.payment)?;
                Ok((Seat::LeftOut, connector))
            }
            (None, None) => Err(missing()),
        }
    }

    /// Whether the service can do what a part of it says, and takes what it is given.
    fn part_fits(
        &self,
        workflow: &Workflow,
        part: &str,
        connector: &Connector,
        form: bool,
    ) -> Result<(), ConsoleError> {
        let unfit = || {
            ConsoleError::new("workflow_operation_unfit").with("service", connector.name.clone())
        };
        let operation = |id: &str, does: Does| {
            let known = connector.operation(id);
            let known = known.filter(|own| serves(own, does, form));
            known.ok_or_else(unfit)
        };
        let shown = workflow
            .fields()
            .iter()
            .filter_map(|own| own.shows.as_ref());
        if let Some(shows) = shown.into_iter().find(|shows| shows.id == part) {
            let operation = operation(&shows.operation, Does::Show)?;
            return self.inputs_fit(
                &operation,
                |name| shows.given.contains_key(name),
                &shows.given,
            );
        }
        let actions = workflow.rules.iter().flat_map(|rule| &rule.actions);
        let Some(action) = actions.into_iter().find(|action| action.id == part) else {
            return Ok(());
        };
        let Some(id) = action.does.operation() else {
            return match connector.areas().contains(&Area::InvokeUrl) {
                true => Ok(()),
                false => Err(unfit()),
            };
        };
        let operation = operation(id, action.does.kind())?;
        for put in action.does.inputs() {
            let input = operation.input(&put.input);
            let unknown = put.input == IDEMPOTENCY_KEY;
            let record = input.is_some_and(|input| input.kind == InputKind::Record);
            if unknown || input.is_none() || (put.field.is_some() && !record) {
                return Err(ConsoleError::new("task_input_unknown").with("input", &*put.input));
            }
        }
        let puts = action.does.inputs();
        let given = |name: &str| puts.iter().any(|put| put.input == name);
        self.inputs_fit(&operation, given, &Given::new())
    }

    fn inputs_fit(
        &self,
        operation: &Operation,
        given: impl Fn(&str) -> bool,
        values: &Given,
    ) -> Result<(), ConsoleError> {
        let unknown = values.keys().find(|name| operation.input(name).is_none());
        if let Some(name) = unknown {
            return Err(ConsoleError::new("task_input_unknown").with("input", &**name));
        }
        let missing = operation.inputs.iter().find(|input| {
            let own = input.name == IDEMPOTENCY_KEY;
            input.required && input.default.is_none() && !own && !given(&input.name)
        });
        match missing {
            Some(input) => {
                let label = self.pick(&input.label);
                Err(ConsoleError::new("task_input_missing").with("input", label))
            }
            None => Ok(()),
        }
    }

    /// Deletes a form with its records, or a report. Its connections are not in use there any more.
    ///
    /// # Errors
    /// R1, R2; `missing`; `workflow_in_use` where a report shows the form; R18 where a schedule
    /// runs it.
    pub fn delete_workflow(&self, session: Session, id: ItemId) -> Result<(), ConsoleError> {
        self.reader(session)?;
        let item = self.workflow_item(id)?;
        self.at_once(|| {
            let reports = self.reports_of(&item)?;
            if !reports.is_empty() {
                return Err(
                    ConsoleError::new("workflow_in_use").with("reports", reports.join(", "))
                );
            }
            self.drop_item(session, keeping_of(is_form(&item)), id)
        })?;
        // The other file: what is left there by a crash between the two belongs to nothing.
        Ok(self.inner.catalog.forget_records(id)?)
    }

    /// The names of the reports that show a form.
    fn reports_of(&self, form: &tsunagi_catalog::Item) -> Result<Vec<String>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let area = keeping_of(false).area;
        let reports = catalog.items(form.application, form.environment, area)?;
        let shows = |item: &tsunagi_catalog::Item| {
            let read = definition_of::<Workflow>(item).ok();
            read.is_some_and(
                |read| matches!(read.subject, Subject::Report { of, .. } if of == form.id),
            )
        };
        let shown = reports.into_iter().filter(shows);
        Ok(shown.map(|item| item.name).collect())
    }
}

/// The scopes that a part needs of its connection.
fn part_scopes(
    workflow: &Workflow,
    part: &str,
    connector: &Connector,
    connection: &Connection,
) -> Vec<String> {
    let parts = workflow.parts();
    let own = parts.iter().find(|own| own.id == part);
    let Some(operation) = own.and_then(|own| connector.operation(own.operation?)) else {
        // Which scopes a request needs, only whoever writes it knows.
        return Vec::new();
    };
    needed(
        &operation,
        connector,
        connection,
        &constants(workflow, part),
    )
}

/// What a part is given whatever the record holds: modules and the like, which scopes may name.
fn constants(workflow: &Workflow, part: &str) -> Given {
    let mut shown = workflow
        .fields()
        .iter()
        .filter_map(|own| own.shows.as_ref());
    if let Some(shows) = shown.find(|shows| shows.id == part) {
        return shows.given.clone();
    }
    let actions = workflow.rules.iter().flat_map(|rule| &rule.actions);
    let action = actions.into_iter().find(|action| action.id == part);
    let puts = action
        .map(|action| &action.does)
        .map_or(&[][..], Deed::inputs);
    let constant = puts.iter().filter_map(|put| match &put.value {
        From::Constant { value } if put.field.is_none() => Some((put.input.clone(), value.clone())),
        _ => None,
    });
    constant.collect::<BTreeMap<String, Value>>()
}

/// A connection that something of a form goes through, where a person is to authorize it.
pub(super) fn distinct(all: impl Iterator<Item = ConnectionId>) -> Vec<ConnectionId> {
    let mut seen = Vec::new();
    for one in all {
        if !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}
