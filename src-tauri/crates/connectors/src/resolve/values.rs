//! What completes the templates of addresses.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use tsunagi_domain::hosts::Origin;
use url::Url;

use super::is_plain;
use crate::Answered;

/// Values by name; those of answers are called `answer.name`.
pub(crate) struct Values<'a> {
    pub(super) known: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    /// The parameters' values as they are: for fields of requests, where any text may stand.
    pub(super) texts: BTreeMap<&'a str, &'a str>,
    /// Answers of which only the example is known.
    pub(super) open: BTreeSet<String>,
}

impl<'a> Values<'a> {
    /// The parameters' values, and the answers as far as `answered` has them.
    pub(crate) fn new(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
        answers: &'a [Answered],
        answered: &BTreeMap<String, String>,
    ) -> Self {
        let texts: BTreeMap<&str, &str> = parameters.into_iter().collect();
        let mut values = Self {
            known: texts
                .iter()
                .filter(|(_, value)| is_plain(value))
                .map(|(name, value)| (Cow::Borrowed(*name), Cow::Borrowed(*value)))
                .collect(),
            texts,
            open: BTreeSet::new(),
        };
        for answer in answers {
            let name = format!("answer.{}", answer.name);
            let said = answered.get(&answer.name).or(answer.default.as_ref());
            // What cannot stand in an address may still be kept; an address that needs it is as
            // good as unanswered.
            let value = match (said.and_then(|said| placeable(said)), &answer.example) {
                (Some(said), _) => said,
                (None, Some(example)) => {
                    values.open.insert(answer.name.clone());
                    match placeable(example) {
                        Some(example) => example,
                        None => continue,
                    }
                }
                (None, None) => continue,
            };
            values.known.insert(name.into(), value.into());
        }
        values
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.known.get(name).map(|value| &**value)
    }
}

/// An answer as it may stand in an address: an origin without its slash, or plain text.
fn placeable(value: &str) -> Option<String> {
    if !value.contains("://") {
        return is_plain(value).then(|| value.to_owned());
    }
    let url = Url::parse(value).ok()?;
    let whole = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    Origin::of(&url).ok()?;
    whole.then(|| url.as_str().trim_end_matches('/').to_owned())
}
