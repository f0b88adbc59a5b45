//! The question whose account it is, with its address completed.

use std::collections::BTreeMap;

use tsunagi_domain::hosts::Origin;
use tsunagi_domain::{Refusal, RefusalCode};
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::{Fault, OF_THE_KEY, Values, fill};
use crate::Method;
use crate::connector::Good;

/// [`crate::Question`] with its address completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedQuestion {
    /// GET or POST.
    pub method: Method,
    /// Where to ask, with stand-ins for what was typed in.
    pub url: Url,
    /// The same with `{key.name}` where something typed in belongs.
    pub(super) template: String,
    /// Further headers.
    pub headers: BTreeMap<String, String>,
    /// A JSON body.
    pub json: Option<String>,
    /// Fields of a form body.
    pub form: BTreeMap<String, String>,
    /// What a good answer says.
    pub good: Option<Good>,
    /// What tells accounts apart; `None`: the service does not say.
    pub id: Option<AccountId>,
    /// JSON pointer to its name.
    pub name: Option<String>,
    /// JSON pointer to its e-mail address.
    pub email: Option<String>,
}

impl ResolvedQuestion {
    /// Where to ask, with what was typed in; `None` where that cannot be part of an address.
    pub fn url_with<'v>(&self, key: impl Fn(&str) -> Option<&'v str>) -> Option<Url> {
        if !self.template.contains('{') {
            return Some(self.url.clone());
        }
        let text = fill(&self.template, |name| {
            let value = key(name.strip_prefix(OF_THE_KEY)?)?;
            // A whole step of the path stays one, and inside the path.
            let step = !matches!(value, "." | "..");
            step.then(|| {
                byte_serialize(value.as_bytes())
                    .collect::<String>()
                    .replace('+', "%20")
            })
        })?;
        let url = Url::parse(&text).ok()?;
        (Origin::of(&url).ok()? == Origin::of(&self.url).ok()?).then_some(url)
    }
}

/// What tells accounts apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountId {
    /// What this JSON pointer leads to.
    Pointer(String),
    /// The answer of this name.
    Answer(String),
    /// What was typed into the field of this name.
    Key(String),
    /// A parameter's value.
    Value(String),
}

/// Where an account's id comes from.
pub(super) fn account_id(id: &str, values: &Values<'_>) -> Result<AccountId, Fault> {
    let Some(name) = id.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return Ok(AccountId::Pointer(id.to_owned()));
    };
    if let Some(answer) = name.strip_prefix("answer.") {
        return Ok(AccountId::Answer(answer.to_owned()));
    }
    if let Some(key) = name.strip_prefix(OF_THE_KEY) {
        return Ok(AccountId::Key(key.to_owned()));
    }
    let value = values.texts.get(name).ok_or_else(|| Fault {
        at: "/verify/id".to_owned(),
        refusal: Refusal::new(RefusalCode::SettingInvalid).with("parameter", name),
    })?;
    Ok(AccountId::Value((*value).to_owned()))
}
