//! One action: what is asked, and what came of it.

use http::Method;
use serde_json::Value;
use tsunagi_areas::task::{self, Task, TaskError};
use tsunagi_areas::workflow::{
    Action, Deed, Does, Field, Into, Unmapped, Values, accepted, call_filled, found, given,
    is_empty, text_of,
};
use tsunagi_connectors::{Connector, IDEMPOTENCY_KEY, Operation, Repeat, Verdict};
use tsunagi_domain::Connection;
use tsunagi_gateway::{Answer, Door, GateError, Request};

use super::noted::Step;
use super::serves;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::flow::{host_of, leads_on};
use crate::trying::{answer_lost, is_lost};
use crate::views::{ActionState, SendKind};

/// What an action asks of a service.
pub(super) enum Ask {
    Task(Box<(Task, Operation)>),
    Call(Box<Request>),
}

impl From<Unmapped> for ConsoleError {
    fn from(unmapped: Unmapped) -> Self {
        match unmapped {
            Unmapped::Template => Self::new("workflow_template"),
            Unmapped::Input(input) => Self::new("task_input_unknown").with("input", input),
            Unmapped::Step(field) => Self::new("workflow_step").with("field", field),
        }
    }
}

impl Ask {
    /// Whether it may be sent again.
    pub(super) fn repeat(&self) -> Repeat {
        match self {
            Self::Task(task) => task.1.repeat,
            // RFC 9110 §9.2.2; a POST may be done twice.
            Self::Call(request)
                if request.repeat != tsunagi_gateway::Repeat::Never
                    && is_idempotent(&request.method) =>
            {
                Repeat::Safe
            }
            Self::Call(_) => Repeat::Never,
        }
    }
}

fn is_idempotent(method: &Method) -> bool {
    method.is_safe() || *method == Method::PUT || *method == Method::DELETE
}

/// What of *Send test* an action is.
const fn sends(does: Does) -> Option<SendKind> {
    match does {
        Does::SendSms => Some(SendKind::Sms),
        Does::TakePayment => Some(SendKind::Payment),
        Does::Push | Does::LookUp | Does::CallUrl | Does::Show => None,
    }
}

impl Console {
    /// R22: whether messages and payments may go through a connection, as *Send test* has it.
    ///
    /// # Errors
    /// R7, R8, R16; where it cannot be told where the workspace is.
    pub(super) fn may_seat(
        &self,
        does: Does,
        connection: &Connection,
        connector: &Connector,
    ) -> Result<(), ConsoleError> {
        sends(does).map_or(Ok(()), |kind| {
            self.may_send_with(kind, connection, connector)
        })
    }

    /// As [`Self::may_seat`], of an action that is about to be done.
    pub(super) async fn may_do(
        &self,
        action: &Action,
        connection: &Connection,
        door: &Door,
    ) -> Result<(), ConsoleError> {
        let Some(kind) = sends(action.does.kind()) else {
            return Ok(());
        };
        match self.connector(&connection.connector) {
            Ok(connector) => self.may_send_now(kind, connection, &connector, door).await,
            // What comes next says that it is gone.
            Err(_) => Ok(()),
        }
    }

    /// What an action asks with these values. `key` is the one by which the service does it once.
    ///
    /// # Errors
    /// An operation that is gone; values that it does not take. Nothing was sent.
    pub(super) fn ask_of(
        &self,
        action: &Action,
        connection: &Connection,
        form: bool,
        values: &Values,
        key: Option<&str>,
    ) -> Result<Ask, ConsoleError> {
        let connector = self.connector(&connection.connector)?;
        if connector.practice {
            self.start_practice()?;
        }
        if let Deed::CallUrl { call } = &action.does {
            let request = call_filled(call, values)?.request()?;
            let once = connector.does_once(request.method.as_str(), &request.target);
            let request = Request {
                // A page of the service says that it does something all the same.
                repeat: if once {
                    tsunagi_gateway::Repeat::Never
                } else {
                    request.repeat
                },
                ..request
            };
            return Ok(Ask::Call(Box::new(request)));
        }
        let gone = || ConsoleError::new("task_operation_unknown").with("service", &*connector.name);
        let id = action.does.operation().ok_or_else(gone)?;
        let operation = connector.operation(id);
        let operation = operation.filter(|own| serves(own, action.does.kind(), form));
        let operation = operation.ok_or_else(gone)?;
        let mut given = given(action.does.inputs(), values, &operation)?;
        given.remove(IDEMPOTENCY_KEY);
        if let Some(key) = key
            && operation.input(IDEMPOTENCY_KEY).is_some()
        {
            given.insert(IDEMPOTENCY_KEY.to_owned(), key.into());
        }
        let task = Task {
            operation: operation.id.clone(),
            given,
        };
        Ok(Ask::Task(Box::new((task, operation))))
    }

    /// Asks, and notes what came of it. Gives what was looked up, for fields.
    pub(super) async fn asked(
        &self,
        ask: Ask,
        door: &Door,
        action: &Action,
        fields: Option<&[Field]>,
        step: &mut Step,
    ) -> Values {
        match ask {
            Ask::Task(task) => {
                let (task, operation) = *task;
                let done = task::perform(&self.inner.gateway, door, &task).await;
                match done {
                    Ok(done) => {
                        let filled = answered(step, &done, &operation, action, fields);
                        return filled;
                    }
                    Err(TaskError::Gate(error)) => unanswered(step, error),
                    Err(other) => {
                        step.ends(ActionState::Failed, self.task_failure(other, &operation));
                    }
                }
            }
            Ask::Call(request) => {
                let sent = Box::pin(self.inner.gateway.send(door.call(*request))).await;
                match sent {
                    Ok(answer) => call_answered(step, &answer),
                    Err(error) => unanswered(step, error),
                }
            }
        }
        Values::new()
    }
}

fn unanswered(step: &mut Step, error: GateError) {
    match error {
        // It may have arrived; or it was answered, and nobody may look at the answer.
        error if is_lost(&error) || is_unread(&error) => {
            let state = Step::lost(step.repeat);
            match state {
                ActionState::Failed => step.ends(state, error.into()),
                _ => step.ends(state, answer_lost()),
            }
        }
        error @ GateError::Refused(_) => step.ends(ActionState::Refused, error.into()),
        error => step.ends(ActionState::Failed, error.into()),
    }
}

const fn is_unread(error: &GateError) -> bool {
    matches!(error, GateError::BodyTooLarge | GateError::CredentialEchoed)
}

fn noted_of(step: &mut Step, answer: &Answer) {
    step.status = Some(answer.status.as_u16());
    step.host = Some(host_of(&answer.url));
    step.millis = Some(answer.millis);
}

fn answered(
    step: &mut Step,
    done: &task::Done,
    operation: &Operation,
    action: &Action,
    fields: Option<&[Field]>,
) -> Values {
    noted_of(step, &done.answer);
    let outcome = &done.outcome;
    step.payment = outcome.payment;
    // Where the answer repeats the credential, nothing of it is kept.
    if !done.answer.echoes_credential {
        step.made.clone_from(&outcome.id);
        step.message = outcome.message.as_deref().map(short);
        let link = outcome.link.as_ref();
        step.link = link
            .filter(|link| leads_on(link, &done.answer.url))
            .cloned();
    }
    let unsaid = || ConsoleError::new("workflow_refused");
    match outcome.verdict {
        Verdict::Done => step.state = ActionState::Done,
        Verdict::Partly => step.ends(ActionState::Partly, ConsoleError::new("workflow_partly")),
        Verdict::Refused => step.ends(ActionState::Failed, unsaid()),
        Verdict::Unclear => step.ends(Step::lost(Some(operation.repeat)), answer_lost()),
    }
    let Deed::LookUp { into, .. } = &action.does else {
        return Values::new();
    };
    if step.state != ActionState::Done || done.answer.echoes_credential {
        return Values::new();
    }
    let whole = serde_json::from_slice::<Value>(&done.answer.body);
    let row = match (done.rows.first(), operation.answer.rows.is_some()) {
        (Some(row), _) => Some(row.clone()),
        (None, true) => None,
        (None, false) => whole.ok(),
    };
    let filled = row.map_or_else(Values::new, |row| taken(&row, into, fields));
    step.filled = filled.keys().cloned().collect();
    filled
}

/// What of a row goes into which field, as the field takes it.
fn taken(row: &Value, into: &[Into], fields: Option<&[Field]>) -> Values {
    let mut filled = Values::new();
    for one in into {
        let Some(value) = found(row, &one.at).filter(|value| !is_empty(value)) else {
            continue;
        };
        let Some(fields) = fields else {
            filled.insert(one.field.clone(), value.clone());
            continue;
        };
        let Some(field) = fields.iter().find(|own| own.name == one.field) else {
            continue;
        };
        let lenient = Field {
            required: false,
            ..field.clone()
        };
        // As the service has it, else as text or number, whichever the field takes.
        let text = Value::String(text_of(value));
        let number = text_of(value).parse().ok().map(Value::Number);
        let forms = [Some(value.clone()), Some(text), number];
        for form in forms.into_iter().flatten() {
            let one = Values::from([(field.name.clone(), form)]);
            if let Ok(one) = accepted(std::slice::from_ref(&lenient), &one, true) {
                filled.extend(one);
                break;
            }
        }
    }
    filled
}

fn call_answered(step: &mut Step, answer: &Answer) {
    noted_of(step, answer);
    if answer.status.is_success() && !answer.refused {
        step.state = ActionState::Done;
    } else if answer.status.is_server_error() && step.repeat != Some(Repeat::Safe) {
        // The service broke down over it.
        step.ends(Step::lost(step.repeat), answer_lost());
    } else {
        step.ends(ActionState::Failed, ConsoleError::new("workflow_refused"));
    }
}

/// As much of what a service says as is kept.
fn short(text: &str) -> String {
    text.chars().take(500).collect()
}
