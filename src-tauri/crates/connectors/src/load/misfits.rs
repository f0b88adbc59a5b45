//! Where a value is not as the schema has it, and why in words of ours.

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value;

use crate::Why;

/// The longest English sentence, in characters: a schema error repeats the value it is about.
const SAID_MAX: usize = 300;

/// Where a value is not as the schema has it.
pub(super) struct Misfit {
    /// JSON pointer.
    pub(super) at: String,
    /// The entry there that should not be, or is missing, where it is one.
    pub(super) key: Option<String>,
    pub(super) why: Why,
}

pub(super) fn misfits<'a>(
    validator: &'a Validator,
    value: &'a Value,
) -> impl Iterator<Item = Misfit> {
    let validator = Some(validator).filter(|it| !it.is_valid(value));
    let errors = validator.map(|it| it.iter_errors(value));
    errors.into_iter().flatten().map(|error| misfit(&error))
}

fn misfit(error: &ValidationError<'_>) -> Misfit {
    let at = error.instance_path().to_string();
    let mut key = match error.kind() {
        ValidationErrorKind::PropertyNames { error } => {
            error.instance().as_str().map(str::to_owned)
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.first().cloned(),
        ValidationErrorKind::Required { property } => property.as_str().map(str::to_owned),
        _ => None,
    };
    if matches!(error.kind(), ValidationErrorKind::OneOfNotValid { .. }) {
        // Of several forms none fits: where a field of it was left empty, that is why.
        key = empty_field(error.instance());
    }
    let field = dotted(&at, key.as_deref());
    let place = if at.is_empty() {
        String::new()
    } else {
        format!("{at}: ")
    };
    let said: String = format!("{place}{error}").chars().take(SAID_MAX).collect();
    Misfit {
        why: why(error, &field, key.is_some()).saying(said),
        at,
        key,
    }
}

/// A place as TOML writes it: `oauth.token`.
fn dotted(at: &str, key: Option<&str>) -> String {
    let parts = at.split('/').skip(1).chain(key);
    let parts: Vec<String> = parts
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect();
    parts.join(".")
}

fn empty_field(value: &Value) -> Option<String> {
    let (name, _) = value
        .as_object()?
        .iter()
        .find(|(_, value)| value.as_str() == Some(""))?;
    Some(name.clone())
}

fn why(error: &ValidationError<'_>, field: &str, keyed: bool) -> Why {
    let value = error.instance();
    if value.as_str() == Some("") {
        return Why::field_empty(field);
    }
    match error.kind() {
        ValidationErrorKind::Required { .. } => Why::field_missing(field),
        ValidationErrorKind::AdditionalProperties { .. } => Why::field_unknown(field),
        ValidationErrorKind::Pattern { pattern } => form(pattern, field),
        ValidationErrorKind::MinLength { .. } => Why::field_empty(field),
        ValidationErrorKind::MaxLength { limit } => Why::field_long(field, limit),
        ValidationErrorKind::MinItems { .. } => Why::list_empty(field),
        ValidationErrorKind::UniqueItems => Why::list_twice(field),
        ValidationErrorKind::Minimum { .. } | ValidationErrorKind::Maximum { .. } => {
            Why::field_range(field)
        }
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => {
            Why::field_choice(field)
        }
        ValidationErrorKind::Type { .. } => Why::field_type(field),
        ValidationErrorKind::OneOfNotValid { .. } if keyed => Why::field_empty(field),
        ValidationErrorKind::OneOfNotValid { .. } if value.is_string() => Why::field_address(field),
        ValidationErrorKind::PropertyNames { error: name } => of_name(name, field),
        _ => Why::field_form(field),
    }
}

/// Why something cannot be called this.
fn of_name(error: &ValidationError<'_>, field: &str) -> Why {
    match error.kind() {
        _ if error.instance().as_str() == Some("") => Why::field_empty(field),
        ValidationErrorKind::Not { .. } => {
            Why::param_own(error.instance().as_str().unwrap_or_default())
        }
        ValidationErrorKind::Pattern { pattern } => form(pattern, field),
        _ => Why::field_form(field),
    }
}

/// What a pattern of the schema asks for.
fn form(pattern: &str, field: &str) -> Why {
    match pattern {
        r"^(https?://|\{answer\.)" => Why::field_address(field),
        "^https://" => Why::field_https(field),
        "^/" => Why::field_path(field),
        "^[a-z][a-z0-9_-]{0,49}$" | "^[a-z][a-z0-9_]*$" => Why::field_word(field),
        "^[A-Za-z][A-Za-z0-9-]*$" => Why::field_header(field),
        r"^[!-z ]*\{token\}[!-z ]*$" => Why::field_token(field),
        r"^[!#-\[\]-~]+$" => Why::field_scope(field),
        _ => Why::field_form(field),
    }
}
