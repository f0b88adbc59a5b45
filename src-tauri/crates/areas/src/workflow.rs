//! Form and report workflows: what is asked of services when a record is opened, typed in, added,
//! edited or deleted.
//!
//! A workflow is data: rules with a trigger, a condition and actions in order. There is no
//! expression language and no code in it; a template puts the values of fields into a text, and a
//! condition compares a field with a value. No connection is named in it: each action and each
//! integration field has an id, by which the connection it goes through is kept beside it.

//MODS

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use tsunagi_connectors::Given;
use tsunagi_domain::ItemId;

//USES

/// The values of a record, by the names of its fields.
pub type Values = BTreeMap<String, Value>;

/// The most fields of a form.
pub const FIELDS_MAX: usize = 100;
/// The most rules of a workflow.
pub const RULES_MAX: usize = 50;
/// The most actions of a rule.
pub const ACTIONS_MAX: usize = 20;
/// The most bytes of a record's values as JSON.
pub const RECORD_MAX: usize = 64 * 1024;

/// A form or a report with what happens there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// What it is the workflow of.
    pub subject: Subject,
    /// What happens, in order.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// What a workflow belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowSubject"))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    /// A form, with its fields in their order.
    Form {
        /// Its fields.
        fields: Vec<Field>,
    },
    /// A report: the records of a form, or the rows of a data source.
    Report {
        /// The form or the data source.
        of: ItemId,
        /// The fields that are shown, in their order; empty: all.
        #[serde(default)]
        columns: Vec<String>,
    },
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "FormField"))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name, by which rules refer to it: letters, digits and `_`, a letter first; unique in the
    /// form, and never changed by another label.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What its values are.
    pub kind: FieldKind,
    /// Whether a record needs it.
    #[serde(default)]
    pub required: bool,
    /// The only values there are, of a choice that shows no service's data.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The currency of an amount (ISO 4217).
    #[serde(default)]
    pub currency: Option<String>,
    /// An integration field: the service's data that it shows. Only of a choice.
    #[serde(default)]
    pub shows: Option<Shows>,
}

/// What the values of a field are, as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    Multiline,
    /// A number.
    Number,
    /// `2026-01-31`.
    Date,
    /// A moment (RFC 3339).
    DateTime,
    /// `true` or `false`.
    Checkbox,
    /// One of its choices.
    Choice,
    /// An e-mail address.
    Email,
    /// A phone number with its country code, as `+15005550006` (ITU-T E.164).
    Phone,
    /// `{ "minor": 1050, "currency": "USD" }`: an integer of the currency's minor unit, and its
    /// code (ISO 4217).
    Amount,
}

/// A service's data as the choices of a field, fetched when the form is opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "FieldShows"))]
#[serde(deny_unknown_fields)]
pub struct Shows {
    /// Its id, unique in the workflow: the part whose connection it goes through.
    pub id: String,
    /// An operation that gives rows.
    pub operation: String,
    /// What it is given.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
    pub given: Given,
    /// Where a row has what is shown: a field's name, or a JSON pointer (RFC 6901).
    pub label: String,
    /// Where a row has what is kept: a field's name, or a JSON pointer.
    pub value: String,
}

/// What happens on a trigger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowRule"))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id, unique in the workflow.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// When it is looked at.
    pub on: Trigger,
    /// Under which condition it does something; `None`: always.
    #[serde(default)]
    pub when: Option<Condition>,
    /// What it does, in order.
    #[serde(default)]
    pub actions: Vec<Action>,
}

/// When a rule is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowTrigger"))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// The form or the report is opened.
    Load,
    /// Something was typed into a field of a form.
    FieldInput {
        /// The field.
        field: String,
    },
    /// A record was added to the form.
    Add,
    /// A record was edited.
    Edit,
    /// A record was deleted.
    Delete,
    /// A button on a row of a report.
    RowAction {
        /// What stands on the button.
        label: String,
    },
    /// A schedule runs it, for each record that meets the condition.
    Schedule,
}

/// Comparisons, and whether all of them or any has to hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowCondition"))]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Whether one that holds is enough.
    #[serde(default)]
    pub any: bool,
    /// The comparisons; without any it holds.
    pub tests: Vec<Test>,
}

/// One comparison of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowTest"))]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The field.
    pub field: String,
    /// How it is compared.
    pub is: Is,
    /// With what; nothing where the comparison needs none. Text is compared without regard to case.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub value: Value,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowIs"))]
#[serde(rename_all = "snake_case")]
pub enum Is {
    /// The same.
    Is,
    /// Another.
    IsNot,
    /// The text has this in it.
    Contains,
    /// The text begins so.
    StartsWith,
    /// More, or later.
    Greater,
    /// Less, or earlier.
    Less,
    /// Nothing is there.
    Empty,
    /// Something is there.
    NotEmpty,
    /// Another value than before this edit; of a new record, any value.
    Changed,
}

impl Is {
    /// Whether it compares with a value.
    #[must_use]
    pub const fn needs_value(self) -> bool {
        !matches!(self, Self::Empty | Self::NotEmpty | Self::Changed)
    }
}

/// One step of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowAction"))]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Its id, unique in the workflow: the part whose connection it goes through.
    pub id: String,
    /// What people call it; empty: what it does.
    #[serde(default)]
    pub name: String,
    /// Whether those after it are done although it was not.
    #[serde(default)]
    pub go_on: bool,
    /// What it does.
    pub does: Deed,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowDeed"))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Deed {
    /// Adds or changes a record at a service.
    Push {
        /// The operation.
        operation: String,
        /// What it is given.
        #[serde(default)]
        inputs: Vec<Put>,
    },
    /// Looks a record up and puts what it has into fields.
    LookUp {
        /// The operation.
        operation: String,
        /// What it is given.
        #[serde(default)]
        inputs: Vec<Put>,
        /// What of the first row goes where.
        into: Vec<Into>,
    },
    /// Sends a message.
    SendSms {
        /// The operation.
        operation: String,
        /// What it is given.
        #[serde(default)]
        inputs: Vec<Put>,
    },
    /// Makes a payment.
    TakePayment {
        /// The operation.
        operation: String,
        /// What it is given; its `amount` is one with its currency.
        #[serde(default)]
        inputs: Vec<Put>,
    },
    /// Sends a request. `{field}` in its address, values and body is the field's value.
    CallUrl {
        /// The request.
        call: crate::call::Call,
    },
}

/// The kinds of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowDoes"))]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Adds or changes a record at a service.
    Push,
    /// Looks a record up and puts what it has into fields.
    LookUp,
    /// Sends a message.
    SendSms,
    /// Makes a payment.
    TakePayment,
    /// Sends a request.
    CallUrl,
    /// The choices of an integration field.
    Show,
}

impl Deed {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Does {
        match self {
            Self::Push { .. } => Does::Push,
            Self::LookUp { .. } => Does::LookUp,
            Self::SendSms { .. } => Does::SendSms,
            Self::TakePayment { .. } => Does::TakePayment,
            Self::CallUrl { .. } => Does::CallUrl,
        }
    }

    /// The operation it is, where it is one.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        match self {
            Self::Push { operation, .. }
            | Self::LookUp { operation, .. }
            | Self::SendSms { operation, .. }
            | Self::TakePayment { operation, .. } => Some(operation),
            Self::CallUrl { .. } => None,
        }
    }

    /// What its operation is given.
    #[must_use]
    pub fn inputs(&self) -> &[Put] {
        match self {
            Self::Push { inputs, .. }
            | Self::LookUp { inputs, .. }
            | Self::SendSms { inputs, .. }
            | Self::TakePayment { inputs, .. } => inputs,
            Self::CallUrl { .. } => &[],
        }
    }
}

/// A value that an operation is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowPut"))]
#[serde(deny_unknown_fields)]
pub struct Put {
    /// The input of the operation.
    pub input: String,
    /// The field of the service's record, where the input is a record.
    #[serde(default)]
    pub field: Option<String>,
    /// The value.
    pub value: From,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowFrom"))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum From {
    /// A field. One that is empty is not given.
    Field {
        /// Its name.
        field: String,
    },
    /// Always the same.
    Constant {
        /// The value.
        #[cfg_attr(feature = "ts", ts(type = "unknown"))]
        value: Value,
    },
    /// A text with `{field}` in it; `{{` and `}}` are braces.
    Template {
        /// The text.
        text: String,
    },
}

/// What of a row goes into which field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "WorkflowInto"))]
#[serde(deny_unknown_fields)]
pub struct Into {
    /// Where the row has it: a field's name, or a JSON pointer (RFC 6901).
    pub at: String,
    /// The field of the form.
    pub field: String,
}

/// What stands in a row at a field's name or JSON pointer.
#[must_use]
pub fn found<'a>(row: &'a Value, at: &str) -> Option<&'a Value> {
    if at.starts_with('/') {
        row.pointer(at)
    } else {
        row.get(at)
    }
}

impl Workflow {
    /// The fields of a form; none of a report.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        match &self.subject {
            Subject::Form { fields } => fields,
            Subject::Report { .. } => &[],
        }
    }

    /// Every part that goes through a connection, by its id, in order: integration fields first.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_>> {
        let shows = self.fields().iter().filter_map(|field| {
            field.shows.as_ref().map(|shows| Part {
                id: &shows.id,
                does: Does::Show,
                operation: Some(&shows.operation),
            })
        });
        let actions = self.rules.iter().flat_map(|rule| &rule.actions);
        let actions = actions.map(|action| Part {
            id: &action.id,
            does: action.does.kind(),
            operation: action.does.operation(),
        });
        shows.chain(actions).collect()
    }
}

/// A part of a workflow that goes through a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it does.
    pub does: Does,
    /// The operation it is, where it is one.
    pub operation: Option<&'a str>,
}
