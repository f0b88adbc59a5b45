//! From the text of a file to a connector, or to what is wrong with it and on which line.

use std::sync::LazyLock;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;

use crate::lines::{line_at, line_of};
use crate::{Connector, SCHEMA, check};

/// What is wrong with a connector file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {reason}", self.line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct Problem {
    /// The file's name, without its folder.
    pub file: String,
    /// The line it was found on, from 1; `None` where it concerns the file as a whole.
    pub line: Option<usize>,
    /// One English sentence for whoever writes the file.
    pub reason: String,
}

/// Whether a file came with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Provenance {
    BuiltIn,
    Custom,
}

/// The longest reason, in characters: a schema error repeats the value it is about.
const REASON_MAX: usize = 300;

static VALIDATOR: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let schema = serde_json::from_str(SCHEMA).ok()?;
    jsonschema::validator_for(&schema).ok()
});

pub(crate) fn load(file: &str, text: &str, provenance: Provenance) -> Result<Connector, Problem> {
    let problem = |line: Option<usize>, reason: String| Problem {
        file: file.to_owned(),
        line,
        reason: reason.chars().take(REASON_MAX).collect(),
    };
    let toml_problem = |error: toml::de::Error| {
        let line = error.span().map(|span| line_at(text, span.start));
        problem(line, error.message().trim().replace('\n', "; "))
    };

    let value: serde_json::Value = toml::from_str(text).map_err(toml_problem)?;
    let Some(validator) = VALIDATOR.as_ref() else {
        return Err(problem(
            None,
            "the connector schema could not be read".to_owned(),
        ));
    };
    let first = (!validator.is_valid(&value))
        .then(|| validator.iter_errors(&value))
        .into_iter()
        .flatten()
        .map(|error| {
            let key = match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    unexpected.first().map(String::as_str)
                }
                _ => None,
            };
            let at = error.instance_path().to_string();
            let place = if at.is_empty() {
                String::new()
            } else {
                format!("{at}: ")
            };
            (line_of(text, &at, key), format!("{place}{error}"))
        })
        // The topmost one; what concerns the whole file has no line and comes last.
        .min_by_key(|(line, _)| line.unwrap_or(usize::MAX));
    if let Some((line, reason)) = first {
        return Err(problem(line, reason));
    }

    let mut connector: Connector = match serde_json::from_value(value) {
        Ok(connector) => connector,
        // What is wrong once more, with where it stands.
        Err(error) => {
            return Err(toml::from_str::<Connector>(text)
                .map_err(toml_problem)
                .err()
                .unwrap_or_else(|| problem(None, error.to_string())));
        }
    };
    check::check(&connector, provenance)
        .map_err(|(at, reason)| problem(line_of(text, &at, None), reason))?;
    connector.custom = provenance == Provenance::Custom;
    Ok(connector)
}
