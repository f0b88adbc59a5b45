//! What is noted of a run: its rule as it was, the values it ran for, and how far each action is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tsunagi_areas::workflow::{Action, Field, Rule, Subject, Values, Workflow};
use tsunagi_catalog::{Execution, Item};
use tsunagi_connectors::{PaymentState, Repeat};
use tsunagi_domain::{ConnectionId, ExecutionId, Kind, Member};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::definition_of;
use crate::messages;
use crate::views::{ActionRun, ActionState, WorkflowOutcome, WorkflowRun};

/// Who starts what nobody is present for.
pub(super) const UNATTENDED: &str = "unattended";

/// What a run leaves behind. A run that is taken up again does the same as before, with the same
/// keys: so it keeps what it was begun with. No secret is in it, and no answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Noted {
    pub(super) rule: Rule,
    pub(super) record: Option<String>,
    pub(super) values: Values,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retried_by: Option<ExecutionId>,
    pub(super) steps: Vec<Step>,
}

/// How far an action is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) state: ActionState,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) before: bool,
    /// A person said that it was done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) said: bool,
    /// Whether it may be sent again, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) repeat: Option<Repeat>,
    /// By which the service does it once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) connection: Option<ConnectionId>,
    /// The account that knows the key: its id at the service, else the authorization's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) made: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) host: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) millis: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) payment: Option<PaymentState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) link: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) filled: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) args: BTreeMap<String, String>,
}

impl Step {
    /// One that is not begun.
    pub(super) fn waiting() -> Self {
        Self {
            state: ActionState::Waiting,
            before: false,
            said: false,
            repeat: None,
            key: None,
            connection: None,
            account: None,
            status: None,
            made: None,
            message: None,
            host: None,
            millis: None,
            payment: None,
            link: None,
            filled: Vec::new(),
            code: None,
            args: BTreeMap::new(),
        }
    }

    /// Ends it without an answer.
    pub(super) fn ends(&mut self, state: ActionState, error: ConsoleError) {
        self.state = state;
        self.code = Some(error.code);
        self.args = error.args;
    }

    /// What a request whose answer nobody will hear has become.
    pub(super) const fn lost(repeat: Option<Repeat>) -> ActionState {
        match repeat {
            Some(Repeat::Safe) => ActionState::Failed,
            Some(Repeat::Key) => ActionState::Repeatable,
            Some(Repeat::Never) | None => ActionState::Unknown,
        }
    }
}

impl Noted {
    /// A run of a rule that is not begun.
    pub(super) fn new(rule: &Rule, record: Option<String>, values: &Values) -> Self {
        Self {
            rule: rule.clone(),
            record,
            values: values.clone(),
            retried_by: None,
            steps: rule.actions.iter().map(|_| Step::waiting()).collect(),
        }
    }

    pub(super) fn of(execution: &Execution) -> Option<Self> {
        serde_json::from_str(&execution.detail).ok()
    }

    pub(super) fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// Whether it left something undone that nobody has taken up since.
    fn is_open(&self) -> bool {
        let undone = |step: &Step| step.state != ActionState::Done;
        self.retried_by.is_none() && self.steps.iter().any(undone)
    }

    /// How it went, once no action of it is under way any more.
    pub(super) fn outcome(&self) -> WorkflowOutcome {
        let any = |state: ActionState| self.steps.iter().any(|step| step.state == state);
        let done = |step: &Step| step.state == ActionState::Done;
        if any(ActionState::Unknown) {
            WorkflowOutcome::Unknown
        } else if self.steps.iter().all(done) {
            WorkflowOutcome::Done
        } else {
            WorkflowOutcome::Failed
        }
    }
}

/// What an execution leaves to be done by taking it up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undone {
    /// Nothing; those of other areas cannot be taken up.
    Nothing,
    /// Somebody can take it up (R9): then all that is noted of it is needed, so that nothing is
    /// done twice.
    Something,
    /// What is noted cannot be read, as of a later version of the program.
    Unreadable,
}

/// What an execution leaves to be done.
pub(crate) fn undone(execution: &Execution) -> Undone {
    if let Some(noted) = Noted::of(execution) {
        return match execution.ended.is_some() && noted.is_open() {
            true => Undone::Something,
            false => Undone::Nothing,
        };
    }
    // Only workflows note steps, each area an object.
    match serde_json::from_str::<Value>(&execution.detail) {
        Ok(Value::Object(noted)) if !noted.contains_key("steps") => Undone::Nothing,
        _ => Undone::Unreadable,
    }
}

/// An outcome as it is stored.
pub(super) fn word(outcome: WorkflowOutcome) -> String {
    let word = match outcome {
        WorkflowOutcome::Going => "going",
        WorkflowOutcome::Done => "done",
        WorkflowOutcome::Failed => "failed",
        WorkflowOutcome::Unknown => "unknown",
        WorkflowOutcome::Stopped => "stopped",
        WorkflowOutcome::Interrupted => "interrupted",
    };
    word.to_owned()
}

fn outcome_of(word: &str) -> WorkflowOutcome {
    match word {
        "done" => WorkflowOutcome::Done,
        "failed" => WorkflowOutcome::Failed,
        "stopped" => WorkflowOutcome::Stopped,
        "interrupted" => WorkflowOutcome::Interrupted,
        _ => WorkflowOutcome::Unknown,
    }
}

/// What a field is called; its name, where it has no label or is gone by now.
fn label_of(fields: &[Field], name: &str) -> String {
    let known = fields.iter().find(|field| field.name == name);
    let label = known.map(|field| field.label.trim());
    let label = label.filter(|label| !label.is_empty());
    label.unwrap_or(name).to_owned()
}

/// The most of a value that names a record, in characters.
const NAMED: usize = 80;

/// By what a person knows a record: its first column or field that has anything. Where none is known,
/// any text will do.
fn about(columns: &[String], fields: &[Field], values: &Values) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let names = columns.iter().chain(fields.iter().map(|field| &field.name));
    let known = names.filter_map(|name| values.get(name));
    let found = known.chain(values.values()).find_map(text);
    let found = found.unwrap_or_default();
    let end = found.char_indices().nth(NAMED);
    match end {
        Some((end, _)) => format!("{}…", &found[..end]),
        None => found,
    }
}

impl Console {
    /// A run as the acting member sees it: who is no manager sees nothing of connections but their
    /// own kind (R15).
    pub(super) fn run_view(
        &self,
        session: Session,
        item: &Item,
        execution: &Execution,
    ) -> Result<WorkflowRun, ConsoleError> {
        let viewer = self.member(session)?;
        let noted = Noted::of(execution)
            .ok_or_else(|| ConsoleError::new("item_unreadable").with("name", &*item.name))?;
        let members = self.inner.catalog.members()?;
        let who = members
            .iter()
            .find(|member| member.id.to_string() == execution.caller);
        let outcome = match &execution.ended {
            Some((_, word)) => outcome_of(word),
            None => WorkflowOutcome::Going,
        };
        // A person knows a field by its label.
        let workflow = definition_of::<Workflow>(item).ok();
        let fields = workflow
            .as_ref()
            .and_then(|workflow| self.fields_of(workflow).ok().flatten())
            .unwrap_or_default();
        let columns = match workflow.as_ref().map(|workflow| &workflow.subject) {
            Some(Subject::Report { columns, .. }) => columns.clone(),
            _ => Vec::new(),
        };
        let mut actions = Vec::new();
        for (action, step) in noted.rule.actions.iter().zip(&noted.steps) {
            actions.push(self.action_run(&viewer, &fields, action, step)?);
        }
        Ok(WorkflowRun {
            id: execution.id,
            item: item.id,
            at: execution.began_at,
            ended_at: execution.ended.as_ref().map(|ended| ended.0),
            who: who.map(|member| member.name.clone()).unwrap_or_default(),
            may_retry: self.may_retry(&viewer, execution, &noted)?,
            rule: noted.rule.name,
            trigger: noted.rule.on,
            about: about(&columns, &fields, &noted.values),
            record: noted.record,
            outcome,
            actions,
            retried_by: noted.retried_by,
        })
    }

    fn action_run(
        &self,
        viewer: &Member,
        fields: &[Field],
        action: &Action,
        step: &Step,
    ) -> Result<ActionRun, ConsoleError> {
        let connection = match step.connection {
            Some(id) => self.readable_connection(id)?,
            None => None,
        };
        let kind = connection.as_ref().map(|connection| connection.kind);
        let sees = viewer.role.is_manager() || kind == Some(Kind::LoggedInUser);
        let failure = step.code.as_ref().map(|code| {
            let mut args = step.args.clone();
            if !sees {
                args.remove("host");
            }
            messages::failure(self.locale(), code, &args)
        });
        Ok(ActionRun {
            id: action.id.clone(),
            name: action.name.clone(),
            does: action.does.kind(),
            state: step.state,
            connection: connection
                .filter(|_| sees)
                .map(|connection| self.connection_mark(&connection)),
            before: step.before,
            said: step.said,
            keyed: step.key.is_some(),
            status: step.status,
            made: step.made.clone(),
            message: step.message.clone(),
            host: step.host.clone().filter(|_| sees),
            millis: step
                .millis
                .map(|millis| u32::try_from(millis).unwrap_or(u32::MAX)),
            payment: step.payment,
            link: step.link.clone(),
            filled: step
                .filled
                .iter()
                .map(|name| label_of(fields, name))
                .collect(),
            failure,
        })
    }

    /// Whether a member may take a run up again: one that is over, was not taken up, and left
    /// something undone. What goes through a logged-in-user connection only whoever started it may
    /// repeat (R9): another account knows nothing of the first one's keys.
    pub(super) fn may_retry(
        &self,
        viewer: &Member,
        execution: &Execution,
        noted: &Noted,
    ) -> Result<bool, ConsoleError> {
        if execution.ended.is_none() || !noted.is_open() {
            return Ok(false);
        }
        let undone = |step: &Step| step.state != ActionState::Done;
        if execution.caller == viewer.id.to_string() {
            return Ok(true);
        }
        if !viewer.role.is_manager() {
            return Ok(false);
        }
        if execution.caller == UNATTENDED {
            return Ok(true);
        }
        for (action, step) in noted.rule.actions.iter().zip(&noted.steps) {
            let seat = self.seat_of(execution.item, &action.id).ok();
            if undone(step) && seat.is_some_and(|own| own.kind == Kind::LoggedInUser) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
