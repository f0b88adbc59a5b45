//! From values to the request of an operation, and from its answer to what came of it. Nothing is
//! sent here: what comes out goes through the gate like any other request.

mod next;
mod outcome;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use crate::resolve::{OF_THE_KEY, fill, placeholders};
use crate::{AccountId, Connector, Operation, Repeat, Resolved, Template, Verb};

pub use next::{Astray, PAGES_MAX};
pub use outcome::{Fared, Field, Outcome, Verdict};
use value::Taken;
pub(crate) use value::takes;

/// What one gives an operation: values by the names of its inputs.
pub type Given = BTreeMap<String, Value>;

/// Where an operation is asked: a connector with a connection's settings and answers.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// The service.
    pub connector: &'a Connector,
    /// Its addresses.
    pub resolved: &'a Resolved,
    /// The account's id, where it is known: some services have it in every path.
    pub account: Option<&'a str>,
}

/// Why no request can be made of what was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// An input that has to be given was not.
    #[error("`{input}` is missing")]
    Missing {
        /// Its name.
        input: String,
    },
    /// There is no input of this name.
    #[error("the operation has no input `{input}`")]
    Unknown {
        /// The name.
        input: String,
    },
    /// The value is not what the input takes.
    #[error("`{input}` is not a {kind}")]
    Kind {
        /// The input.
        input: String,
        /// What it takes: a word of [`crate::InputKind`].
        kind: &'static str,
    },
    /// The value is none of the choices, or a currency that the service does not take.
    #[error("`{input}` is none of the values there are")]
    Choice {
        /// The input.
        input: String,
    },
    /// More than the service takes.
    #[error("`{input}` is more than {most}")]
    Most {
        /// The input.
        input: String,
        /// The most.
        most: u64,
    },
    /// A fraction of a unit where the service takes whole ones only.
    #[error("`{input}` is not a whole amount")]
    Whole {
        /// The input.
        input: String,
    },
    /// The value cannot stand where it goes: a step of a path, a header.
    #[error("`{input}` cannot stand in a {place}")]
    Place {
        /// The input.
        input: String,
        /// `path` or `header`.
        place: &'static str,
    },
    /// What the connection has to know by itself is not known.
    #[error("the connection does not know `{name}`")]
    NotKnown {
        /// The name, as in the placeholder.
        name: String,
    },
}

/// A request, ready for the gate. It can be stored: whoever pulls rows goes on with it later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Method.
    pub method: Verb,
    /// A path below the API's base, or a whole address on a listed host.
    pub target: String,
    /// Headers, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Vec<u8>,
    /// Whether it may be sent again, whatever its method.
    pub repeat: Repeat,
    given: Given,
    page: u32,
}

impl Asked {
    /// How many pages were asked for before this one.
    #[must_use]
    pub const fn page(&self) -> u32 {
        self.page
    }
}

/// What a value keeps as it is in a path: unreserved characters (RFC 3986 §2.3).
const STEP: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Values by input, as they were taken.
struct Values<'a> {
    operation: &'a Operation,
    taken: BTreeMap<&'a str, Taken>,
    site: Site<'a>,
}

impl Operation {
    /// The request with these values put in. An input that is given as `null` counts as not given.
    ///
    /// # Errors
    /// [`Misfit`], which names the input.
    pub fn request(&self, given: &Given, site: Site<'_>) -> Result<Asked, Misfit> {
        self.page(given.clone(), site, 0)
    }

    /// Whether it may be sent again as it is given: what a key would keep from being done twice is,
    /// without one.
    fn repeat_of(&self, given: &Given) -> Repeat {
        let key = given.get(crate::IDEMPOTENCY_KEY).and_then(Value::as_str);
        match self.repeat {
            Repeat::Key if key.is_none_or(str::is_empty) => Repeat::Never,
            said => said,
        }
    }

    fn page(&self, given: Given, site: Site<'_>, page: u32) -> Result<Asked, Misfit> {
        for name in given.keys() {
            if self.input(name).is_none() {
                return Err(Misfit::Unknown {
                    input: name.clone(),
                });
            }
        }
        let mut taken = BTreeMap::new();
        for input in &self.inputs {
            let value = given
                .get(&input.name)
                .filter(|value| !value.is_null())
                .or(input.default.as_ref());
            match value {
                Some(value) => {
                    taken.insert(input.name.as_str(), Taken::of(input, value)?);
                }
                None if input.required => {
                    return Err(Misfit::Missing {
                        input: input.name.clone(),
                    });
                }
                None => {}
            }
        }
        let values = Values {
            operation: self,
            taken,
            site,
        };
        let mut headers = values.headers()?;
        let (kind, body) = values.body()?;
        if let Some(kind) = kind {
            // Some services have a type of their own for each version of their API.
            let own = headers.entry("content-type".to_owned());
            own.or_insert_with(|| kind.to_owned());
        }
        Ok(Asked {
            method: self.method,
            target: values.target()?,
            headers,
            body,
            repeat: self.repeat_of(&given),
            given,
            page,
        })
    }

    /// The scopes of which none was granted, each entry with its alternatives; none where the
    /// connector has a key in place of OAuth, whose scopes nobody asks for. Their placeholders are
    /// completed with these values; names of modules are compared without regard to case, as
    /// services write them in scopes.
    #[must_use]
    pub fn scopes_missing(
        &self,
        connector: &Connector,
        granted: &[String],
        given: &Given,
    ) -> Vec<Vec<String>> {
        if connector.keys.is_some() {
            return Vec::new();
        }
        let completed = |scope: &String| {
            fill(scope, |name| {
                let default = self.input(name)?.default.as_ref();
                given.get(name).or(default)?.as_str().map(str::to_owned)
            })
        };
        let has = |scope: &String| granted.iter().any(|own| own.eq_ignore_ascii_case(scope));
        self.scopes
            .iter()
            .map(|any| any.iter().filter_map(completed).collect::<Vec<String>>())
            .filter(|any| !any.iter().any(has))
            .collect()
    }

    /// Whether it would be asked of the service's sandbox; `None` where nothing tells, or not yet.
    #[must_use]
    pub fn is_sandboxed(&self, site: Site<'_>) -> Option<bool> {
        self.sandbox.iter().find_map(|sign| {
            let told = fill(&sign.of, |name| site.known(name))?;
            Some(sign.is.is_match(&told))
        })
    }
}

impl Values<'_> {
    /// What stands for a placeholder; `None` where the input was not given.
    fn text(&self, name: &str) -> Result<Option<String>, Misfit> {
        let (input, part) = name.split_once('.').unwrap_or((name, ""));
        if let Some(taken) = self.taken.get(input) {
            return Ok(Some(taken.text(part)));
        }
        if self.operation.input(input).is_some() {
            return Ok(None);
        }
        let known = self.site.known(name);
        known.map(Some).ok_or_else(|| Misfit::NotKnown {
            name: name.to_owned(),
        })
    }

    /// A template as text; `None` where an input of it was not given.
    fn one(&self, template: &str) -> Result<Option<String>, Misfit> {
        let mut misfit = None;
        let text = fill(template, |name| match self.text(name) {
            Ok(text) => text,
            Err(error) => {
                misfit = Some(error);
                None
            }
        });
        misfit.map_or(Ok(text), Err)
    }

    fn first(&self, template: &Template) -> Result<Option<String>, Misfit> {
        for text in template.texts() {
            if let Some(text) = self.one(text)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// The path with each value as a part of one step of it, and the query behind it.
    fn target(&self) -> Result<String, Misfit> {
        let mut misfit = None;
        let target = fill(&self.operation.target, |name| {
            let input = self.operation.input(name).is_some();
            let text = match self.text(name) {
                Ok(Some(text)) => text,
                Ok(None) => {
                    misfit = Some(Misfit::Missing {
                        input: name.to_owned(),
                    });
                    return None;
                }
                Err(error) => {
                    misfit = Some(error);
                    return None;
                }
            };
            // A whole step of the path stays one, and inside the path (RFC 3986 §5.2.4).
            if matches!(text.as_str(), "" | "." | "..") {
                misfit = Some(Misfit::Place {
                    input: name.to_owned(),
                    place: "path",
                });
                return None;
            }
            if input || name.starts_with(OF_THE_KEY) {
                return Some(utf8_percent_encode(&text, STEP).to_string());
            }
            Some(text)
        });
        if let Some(misfit) = misfit {
            return Err(misfit);
        }
        let mut target = target.unwrap_or_default();
        let mut query = Serializer::new(String::new());
        let mut any = false;
        for (name, template) in &self.operation.query {
            if let Some(value) = self.first(template)? {
                query.append_pair(name, &value);
                any = true;
            }
        }
        if any {
            target.push('?');
            target.push_str(&query.finish());
        }
        Ok(target)
    }

    fn headers(&self) -> Result<BTreeMap<String, String>, Misfit> {
        let mut headers = BTreeMap::new();
        for (name, template) in &self.operation.headers {
            let Some(value) = self.one(template)? else {
                continue;
            };
            // RFC 9110 §5.5: what other ends read the same.
            if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) || value.trim() != value {
                let used = placeholders(template).unwrap_or_default();
                return Err(Misfit::Place {
                    input: used.first().copied().unwrap_or_default().to_owned(),
                    place: "header",
                });
            }
            headers.insert(name.to_ascii_lowercase(), value);
        }
        Ok(headers)
    }

    /// The type of the body and the body; nothing where the operation has none.
    fn body(&self) -> Result<(Option<&'static str>, Vec<u8>), Misfit> {
        if let Some(json) = &self.operation.json {
            let value = self
                .json(json)?
                .unwrap_or_else(|| Value::Object(Map::new()));
            return Ok((Some("application/json"), value.to_string().into_bytes()));
        }
        if !self.operation.method.has_body() || self.operation.form.is_empty() {
            return Ok((None, Vec::new()));
        }
        let mut form = Serializer::new(String::new());
        for (name, template) in &self.operation.form {
            if let Some(value) = self.first(template)? {
                form.append_pair(name, &value);
            }
        }
        let kind = "application/x-www-form-urlencoded";
        Ok((Some(kind), form.finish().into_bytes()))
    }

    /// A part of a JSON body; `None` where nothing is left of it.
    fn json(&self, template: &Value) -> Result<Option<Value>, Misfit> {
        Ok(match template {
            Value::String(text) => match whole(text) {
                Some(name) => self.leaf(name)?,
                None => self.one(text)?.map(Value::String),
            },
            Value::Array(items) => {
                let mut kept = Vec::with_capacity(items.len());
                for item in items {
                    kept.extend(self.json(item)?);
                }
                (!kept.is_empty() || items.is_empty()).then_some(Value::Array(kept))
            }
            Value::Object(fields) => {
                let mut kept = Map::new();
                for (name, value) in fields {
                    if let Some(value) = self.json(value)? {
                        kept.insert(name.clone(), value);
                    }
                }
                (!kept.is_empty() || fields.is_empty()).then_some(Value::Object(kept))
            }
            other => Some(other.clone()),
        })
    }

    /// A leaf that is one placeholder: the value itself.
    fn leaf(&self, name: &str) -> Result<Option<Value>, Misfit> {
        let (input, part) = name.split_once('.').unwrap_or((name, ""));
        if let Some(taken) = self.taken.get(input) {
            return Ok(Some(taken.json(part)));
        }
        Ok(self.text(name)?.map(Value::String))
    }
}

/// A text that is exactly one placeholder: its name.
fn whole(text: &str) -> Option<&str> {
    let name = text.strip_prefix('{')?.strip_suffix('}')?;
    (!name.contains(['{', '}'])).then_some(name)
}

impl Site<'_> {
    /// What the connection knows by itself under this name of a placeholder.
    fn known(&self, name: &str) -> Option<String> {
        if let Some(key) = name.strip_prefix(OF_THE_KEY) {
            let asked = self.resolved.question.as_ref()?;
            let id = asked.id.as_ref()?;
            let named = matches!(id, AccountId::Key(own) if own == key);
            return self.account.filter(|_| named).map(str::to_owned);
        }
        self.connector.told(self.resolved, name)
    }
}

/// The names that templates of operations may use of a connector: what [`Site`] knows.
pub(crate) fn known_names(connector: &Connector) -> BTreeSet<String> {
    let parameters = connector.parameters.iter().map(|one| one.name.clone());
    let answers = connector.oauth().answers.iter();
    let answers = answers.map(|answer| format!("answer.{}", answer.name));
    // Of what was typed in, the one that accounts are told apart by.
    let id = connector.question().and_then(|asked| asked.id.as_deref());
    let key = id
        .and_then(whole)
        .filter(|name| name.starts_with(OF_THE_KEY));
    parameters
        .chain(answers)
        .chain(key.map(str::to_owned))
        .collect()
}
