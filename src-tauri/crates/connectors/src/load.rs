//! From the text of a file to a connector, or to what is wrong with it and on which line.

use std::sync::LazyLock;

use jsonschema::Validator;

use crate::lines::{line_at, line_of};
use crate::sketch::DOUBLED;
use crate::{Connector, SCHEMA, Why, check};

mod misfits;

use misfits::misfits;

/// What is wrong with a connector file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {why}", self.line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct Problem {
    /// The file's name, without its folder.
    pub file: String,
    /// The line it was found on, from 1; `None` where it concerns the file as a whole.
    pub line: Option<usize>,
    /// Why.
    pub why: Why,
}

/// Whether a file came with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Provenance {
    BuiltIn,
    Custom,
}

static VALIDATOR: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let schema = serde_json::from_str(SCHEMA).ok()?;
    jsonschema::validator_for(&schema).ok()
});

/// Every field of a connector that is not as the schema has it, by JSON pointer, and why.
pub(crate) fn shape(value: &serde_json::Value) -> Vec<(String, Why)> {
    let Some(validator) = VALIDATOR.as_ref() else {
        return vec![(String::new(), Why::schema_unread())];
    };
    let mut found: Vec<(String, Why)> = misfits(validator, value)
        .map(|misfit| {
            let at = misfit.key.map_or(misfit.at.clone(), |key| {
                let key = key.replace('~', "~0").replace('/', "~1");
                format!("{}/{key}", misfit.at)
            });
            (at, misfit.why)
        })
        .collect();
    found.sort();
    found.dedup_by(|one, other| one.0 == other.0);
    found
}

pub(crate) fn load(file: &str, text: &str, provenance: Provenance) -> Result<Connector, Problem> {
    let problem = |line: Option<usize>, why: Why| Problem {
        file: file.to_owned(),
        line,
        why,
    };
    let toml_problem = |error: toml::de::Error| {
        let line = error.span().map(|span| line_at(text, span.start));
        problem(line, Why::toml(text, &error))
    };

    let value: serde_json::Value = toml::from_str(text).map_err(toml_problem)?;
    // A draft of the builder that still has a name twice in one of its tables.
    let at = format!("/{DOUBLED}/0/name");
    if let Some(name) = value.pointer(&at).and_then(serde_json::Value::as_str) {
        return Err(problem(line_of(text, &at, None), Why::name_twice(name)));
    }
    let Some(validator) = VALIDATOR.as_ref() else {
        return Err(problem(None, Why::schema_unread()));
    };
    let first = misfits(validator, &value)
        .map(|misfit| {
            let line = line_of(text, &misfit.at, misfit.key.as_deref());
            (line, misfit.why)
        })
        // The topmost one; what concerns the whole file has no line and comes last.
        .min_by_key(|(line, _)| line.unwrap_or(usize::MAX));
    if let Some((line, why)) = first {
        return Err(problem(line, why));
    }

    let mut connector: Connector = match serde_json::from_value(value) {
        Ok(connector) => connector,
        // What is wrong once more, with where it stands.
        Err(error) => {
            return Err(toml::from_str::<Connector>(text)
                .map_err(toml_problem)
                .err()
                .unwrap_or_else(|| problem(None, Why::values(error))));
        }
    };
    check::check(&connector, provenance)
        .map_err(|(at, why)| problem(line_of(text, &at, None), why))?;
    connector.custom = provenance == Provenance::Custom;
    Ok(connector)
}
