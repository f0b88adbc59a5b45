//! What completes the templates of addresses.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use tsunagi_domain::connection::Settings;
use tsunagi_domain::hosts::Origin;
use url::Url;

use super::{fill, is_plain};
use crate::Answered;

/// Values by name; those of answers are called `answer.name`.
pub(crate) struct Values<'a> {
    pub(super) known: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    /// The parameters' values as they are: for fields of requests, where any text may stand.
    pub(super) texts: BTreeMap<&'a str, &'a str>,
    /// Answers of which only the example is known.
    pub(super) open: BTreeSet<String>,
    /// Answers that follow from another, where that one is something that they do not name: its
    /// value.
    pub(super) untold: BTreeMap<&'a str, String>,
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
            untold: BTreeMap::new(),
        };
        for answer in answers.iter().filter(|answer| answer.is_said()) {
            let name = format!("answer.{}", answer.name);
            // The file's own words may have parameters in them; those of the service have none.
            let own = |text: &Option<String>| values.own(text.as_deref()?);
            let said = match answered.get(&answer.name) {
                Some(said) => Some(said.clone()),
                None => own(&answer.default),
            };
            // What cannot stand in an address may still be kept; an address that needs it is as
            // good as unanswered.
            let value = match (said.and_then(|said| placeable(&said)), own(&answer.example)) {
                (Some(said), _) => said,
                (None, Some(example)) => {
                    values.open.insert(answer.name.clone());
                    match placeable(&example) {
                        Some(example) => example,
                        None => continue,
                    }
                }
                (None, None) => continue,
            };
            values.known.insert(name.into(), value.into());
        }
        for answer in answers {
            values.tell(answer);
        }
        values
    }

    /// A text of the file with the parameters that stand in it, where they can stand in an
    /// address.
    fn own(&self, text: &str) -> Option<String> {
        fill(text, |name| self.known.get(name))
    }

    /// An answer that follows from another one.
    fn tell(&mut self, answer: &'a Answered) {
        let Some(told) = &answer.told_by else { return };
        let Some(other) = self.get(&format!("answer.{}", told.answer)) else {
            return;
        };
        let Some(value) = told.values.get(other) else {
            let other = other.to_owned();
            self.untold.insert(&answer.name, other);
            return;
        };
        let name = format!("answer.{}", answer.name);
        self.known.insert(name.into(), Cow::Borrowed(value));
        if self.open.contains(&told.answer) {
            self.open.insert(answer.name.clone());
        }
    }

    /// The value of a parameter that belongs to another place than the service has `said`: its
    /// name, the value, and what was said.
    pub(super) fn elsewhere(
        &self,
        answers: &[Answered],
        said: &'a BTreeMap<String, String>,
    ) -> Option<(&'a str, &'a str, &'a str)> {
        answers.iter().find_map(|answer| {
            let told = answer.told_by.as_ref()?;
            let (name, own) = self.texts.get_key_value(told.ends.as_deref()?)?;
            let said = said.get(&told.answer)?;
            let end = self.get(&format!("answer.{}", answer.name))?;
            let before = own.strip_suffix(end);
            let here = before.is_some_and(|rest| rest.ends_with('.'));
            (!here).then_some((*name, *own, said.as_str()))
        })
    }

    /// The same values as connections had them that chose by a setting what the service's answers
    /// tell by now; `None` where these settings chose nothing.
    pub(super) fn chosen_by(mut self, answers: &[Answered], settings: &Settings) -> Option<Self> {
        let mut any = false;
        for answer in answers {
            let Some(told) = &answer.told_by else {
                continue;
            };
            let setting = told.setting.as_ref();
            let chosen = setting.and_then(|setting| settings.get(setting));
            // Only what a connection could have then: a value that this connector knows.
            let Some(chosen) = chosen.filter(|own| told.values.values().any(|one| one == *own))
            else {
                continue;
            };
            let name = format!("answer.{}", answer.name);
            self.known.insert(name.into(), chosen.clone().into());
            any = true;
        }
        any.then_some(self)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.known.get(name).map(|value| &**value)
    }
}

/// An answer as it may stand in an address: an origin without its slash, or plain text.
pub(crate) fn placeable(value: &str) -> Option<String> {
    if !value.contains("://") {
        return is_plain(value).then(|| value.to_owned());
    }
    let url = Url::parse(value).ok()?;
    let whole = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    Origin::of(&url).ok()?;
    whole.then(|| url.as_str().trim_end_matches('/').to_owned())
}
