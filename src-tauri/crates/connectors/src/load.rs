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

const UNREADABLE: &str = "the connector schema could not be read";

/// Where a value is not as the schema has it.
struct Misfit {
    /// JSON pointer.
    at: String,
    /// The entry there that should not be, or is missing, where it is one.
    key: Option<String>,
    reason: String,
}

fn misfits(value: &serde_json::Value) -> impl Iterator<Item = Misfit> {
    let validator = VALIDATOR.as_ref().filter(|it| !it.is_valid(value));
    let errors = validator.map(|it| it.iter_errors(value));
    errors.into_iter().flatten().map(|error| {
        let key = match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.first().cloned(),
            ValidationErrorKind::Required { property } => property.as_str().map(str::to_owned),
            _ => None,
        };
        let at = error.instance_path().to_string();
        let place = if at.is_empty() {
            String::new()
        } else {
            format!("{at}: ")
        };
        Misfit {
            reason: format!("{place}{error}"),
            at,
            key,
        }
    })
}

/// Every field of a connector that is not as the schema has it, by JSON pointer, and why.
pub(crate) fn shape(value: &serde_json::Value) -> Vec<(String, String)> {
    if VALIDATOR.is_none() {
        return vec![(String::new(), UNREADABLE.to_owned())];
    }
    let cut = |reason: &str| reason.chars().take(REASON_MAX).collect();
    let mut found: Vec<(String, String)> = misfits(value)
        .map(|misfit| {
            let at = misfit.key.map_or(misfit.at.clone(), |key| {
                let key = key.replace('~', "~0").replace('/', "~1");
                format!("{}/{key}", misfit.at)
            });
            (at, cut(&misfit.reason))
        })
        .collect();
    found.sort();
    found.dedup_by(|one, other| one.0 == other.0);
    found
}

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
    if VALIDATOR.is_none() {
        return Err(problem(None, UNREADABLE.to_owned()));
    }
    let first = misfits(&value)
        .map(|misfit| {
            let line = line_of(text, &misfit.at, misfit.key.as_deref());
            (line, misfit.reason)
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
