//! Whether a workflow can be kept as it is written.

use std::collections::BTreeSet;

use serde_json::Value;
use tsunagi_connectors::minor_digits;

use super::fill::{Piece, Unmapped, pieces};
use super::{
    ACTIONS_MAX, Action, Deed, FIELDS_MAX, Field, FieldKind, From, RULES_MAX, Rule, Subject,
    Trigger, Workflow, is_empty,
};
use crate::call::{Body, Call};

/// The longest name or label, in characters.
const LABEL_MAX: usize = 200;
/// The longest value of a condition or mapping, in bytes as JSON.
const VALUE_MAX: usize = 16 * 1024;
/// The most choices of a field.
const CHOICES_MAX: usize = 500;
/// The most mappings of an action, and comparisons of a condition.
const ENTRIES_MAX: usize = 100;

/// Why a workflow cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Something refers to a field that is not there.
    #[error("{place:?} refers to the field {field:?}, which is not there")]
    FieldMissing {
        /// The field.
        field: String,
        /// The rule.
        place: String,
    },
    /// No field can be called so.
    #[error("no field can be called {0:?}")]
    FieldName(String),
    /// Two fields, rules or parts have the same name or id.
    #[error("{0:?} is there twice")]
    Twice(String),
    /// More than there can be of them.
    #[error("more than {0}")]
    TooMany(usize),
    /// A trigger that a form or report does not have, or a button without a label.
    #[error("the rule {0:?} has a trigger that is none here")]
    Rule(String),
    /// A value that is missing, too long, or whose braces do not match.
    #[error("a value of {0:?} is missing, too long or has braces that do not match")]
    Value(String),
    /// An amount without a currency of ISO 4217.
    #[error("{0:?} has no currency")]
    Currency(String),
    /// A choice without choices, or choices of what is none.
    #[error("{0:?} has no choices")]
    Choices(String),
    /// A form without fields.
    #[error("a form without fields")]
    NoFields,
}

impl Unfit {
    /// Stable word for the screens.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FieldMissing { .. } => "workflow_field_missing",
            Self::FieldName(_) => "workflow_field_name",
            Self::Twice(_) => "workflow_twice",
            Self::TooMany(_) => "workflow_too_many",
            Self::Rule(_) => "workflow_rule_unfit",
            Self::Value(_) => "workflow_value_unfit",
            Self::Currency(_) => "workflow_currency",
            Self::Choices(_) => "workflow_choices",
            Self::NoFields => "workflow_no_fields",
        }
    }

    /// What its sentence names.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let short = |text: &str| {
            let shown = text.chars().filter(|c| !c.is_control());
            shown.take(60).collect::<String>()
        };
        match self {
            Self::FieldMissing { field, place } => {
                vec![("field", short(field)), ("where", short(place))]
            }
            Self::FieldName(field) | Self::Currency(field) | Self::Choices(field) => {
                vec![("field", short(field))]
            }
            Self::Twice(what) => vec![("what", short(what))],
            Self::TooMany(most) => vec![("most", most.to_string())],
            Self::Rule(rule) => vec![("rule", short(rule))],
            Self::Value(place) => vec![("where", short(place))],
            Self::NoFields => Vec::new(),
        }
    }
}

/// Whether a workflow is whole in itself. `fields` are those of its form, or of the form that a
/// report shows; `None` where a data source's rows have whatever fields they have.
///
/// # Errors
/// [`Unfit`]: the first thing that is not as it must be.
pub fn check(workflow: &Workflow, fields: Option<&[Field]>) -> Result<(), Unfit> {
    let form = matches!(workflow.subject, Subject::Form { .. });
    if form {
        check_fields(workflow.fields())?;
    }
    few(workflow.rules.len(), RULES_MAX)?;
    let ids = workflow.parts().into_iter().map(|part| part.id);
    unique(ids.chain(workflow.rules.iter().map(|rule| rule.id.as_str())))?;
    for rule in &workflow.rules {
        check_rule(rule, form, fields)?;
    }
    Ok(())
}

fn few(many: usize, most: usize) -> Result<(), Unfit> {
    if many > most {
        return Err(Unfit::TooMany(most));
    }
    Ok(())
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), Unfit> {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.is_empty() || name.len() > LABEL_MAX || !seen.insert(name) {
            return Err(Unfit::Twice(name.to_owned()));
        }
    }
    Ok(())
}

fn check_fields(fields: &[Field]) -> Result<(), Unfit> {
    if fields.is_empty() {
        return Err(Unfit::NoFields);
    }
    few(fields.len(), FIELDS_MAX)?;
    unique(fields.iter().map(|field| field.name.as_str()))?;
    for field in fields {
        let label = field.label.trim();
        if !is_name(&field.name) || label.is_empty() || label.chars().count() > LABEL_MAX {
            return Err(Unfit::FieldName(field.name.clone()));
        }
        let currency = field.currency.as_deref();
        let known = currency.is_some_and(|code| minor_digits(code).is_some());
        if known != (field.kind == FieldKind::Amount) || (currency.is_some() && !known) {
            return Err(Unfit::Currency(field.label.clone()));
        }
        few(field.choices.len(), CHOICES_MAX)?;
        let own = !field.choices.is_empty();
        let choices = own || field.shows.is_some();
        let both = own && field.shows.is_some();
        let blank = field.choices.iter().any(|choice| choice.trim().is_empty());
        if choices != (field.kind == FieldKind::Choice) || both || blank {
            return Err(Unfit::Choices(field.label.clone()));
        }
        if let Some(shows) = &field.shows
            && (shows.label.is_empty() || shows.value.is_empty())
        {
            return Err(Unfit::Value(field.label.clone()));
        }
        unique(field.choices.iter().map(String::as_str))?;
    }
    Ok(())
}

/// Letters, digits and `_`, a letter first, at most 50 of them.
fn is_name(name: &str) -> bool {
    name.len() <= 50
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn check_rule(rule: &Rule, form: bool, fields: Option<&[Field]>) -> Result<(), Unfit> {
    let name = rule.name.trim();
    let unfit = || Unfit::Rule(rule.name.clone());
    if name.is_empty() || name.chars().count() > LABEL_MAX {
        return Err(unfit());
    }
    let known = |field: &str| match fields {
        Some(fields) if fields.iter().all(|own| own.name != field) => Err(Unfit::FieldMissing {
            field: field.to_owned(),
            place: rule.name.clone(),
        }),
        _ => Ok(()),
    };
    match &rule.on {
        Trigger::FieldInput { field } if form => known(field)?,
        Trigger::Add if form => {}
        Trigger::RowAction { label } if !form => {
            if label.trim().is_empty() || label.chars().count() > LABEL_MAX {
                return Err(unfit());
            }
        }
        Trigger::FieldInput { .. } | Trigger::Add | Trigger::RowAction { .. } => {
            return Err(unfit());
        }
        // Rows of a data source are the service's: here they are neither edited nor deleted.
        Trigger::Edit | Trigger::Delete if fields.is_none() => return Err(unfit()),
        Trigger::Load | Trigger::Edit | Trigger::Delete | Trigger::Schedule => {}
    }
    if let Some(condition) = &rule.when {
        few(condition.tests.len(), ENTRIES_MAX)?;
        for test in &condition.tests {
            known(&test.field)?;
            let there = !test.is.needs_value() || !is_empty(&test.value);
            if !there || !is_short(&test.value) {
                return Err(Unfit::Value(rule.name.clone()));
            }
        }
    }
    few(rule.actions.len(), ACTIONS_MAX)?;
    for action in &rule.actions {
        check_action(action, rule, &known)?;
    }
    Ok(())
}

fn is_short(value: &Value) -> bool {
    value.to_string().len() <= VALUE_MAX
}

fn check_action(
    action: &Action,
    rule: &Rule,
    known: &impl Fn(&str) -> Result<(), Unfit>,
) -> Result<(), Unfit> {
    let unfit = || Unfit::Value(rule.name.clone());
    let template = |text: &str| {
        if text.len() > VALUE_MAX {
            return Err(unfit());
        }
        let pieces = pieces(text).map_err(|_: Unmapped| unfit())?;
        pieces.iter().try_for_each(|piece| match piece {
            Piece::Field(name) => known(name),
            Piece::Text(_) => Ok(()),
        })
    };
    few(action.does.inputs().len(), ENTRIES_MAX)?;
    for put in action.does.inputs() {
        match &put.value {
            From::Field { field } => known(field)?,
            From::Constant { value } if is_short(value) => {}
            From::Constant { .. } => return Err(unfit()),
            From::Template { text } => template(text)?,
        }
    }
    match &action.does {
        Deed::LookUp { into, .. } => {
            few(into.len(), ENTRIES_MAX)?;
            into.iter().try_for_each(|into| known(&into.field))
        }
        Deed::CallUrl { call } => check_call(call, &template),
        _ => Ok(()),
    }
}

fn check_call(call: &Call, template: &impl Fn(&str) -> Result<(), Unfit>) -> Result<(), Unfit> {
    template(&call.target)?;
    for pair in call.query.iter().chain(&call.headers) {
        template(&pair.value)?;
    }
    match &call.body {
        Body::None => Ok(()),
        Body::Form { fields } => fields.iter().try_for_each(|pair| template(&pair.value)),
        Body::Text { text, .. } => template(text),
        Body::Json { text } => match serde_json::from_str::<Value>(text) {
            Ok(json) => leaves(&json, template),
            // Said where it is sent, with line and column.
            Err(_) => Ok(()),
        },
    }
}

fn leaves(json: &Value, template: &impl Fn(&str) -> Result<(), Unfit>) -> Result<(), Unfit> {
    match json {
        Value::String(text) => template(text),
        Value::Array(items) => items.iter().try_for_each(|item| leaves(item, template)),
        Value::Object(fields) => fields.values().try_for_each(|one| leaves(one, template)),
        _ => Ok(()),
    }
}
