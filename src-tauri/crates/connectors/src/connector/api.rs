//! How a service's API is called, and what its errors say about the credential.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// HTTP methods that connectors may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET.
    #[default]
    Get,
    /// POST.
    Post,
    /// DELETE.
    Delete,
}

impl Method {
    /// As it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// How the service's API is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Address template that request paths are put behind.
    pub base: String,
    /// Value of the header that carries the token, with `{token}` in it.
    #[serde(default = "bearer")]
    pub header: String,
    /// Name of that header.
    #[serde(default = "authorization")]
    pub header_name: String,
    /// What every request carries unless the caller says otherwise, such as an API version.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What the API's own errors mean; the first that fits counts.
    #[serde(default)]
    pub errors: Vec<ApiError>,
    /// Names of fields whose values are secrets of the service (Twilio's `auth_token`): taken out
    /// of every answer, wherever in it they stand, before anything sees it.
    #[serde(default)]
    pub drop: Vec<String>,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            base: String::new(),
            header: bearer(),
            header_name: authorization(),
            headers: BTreeMap::new(),
            errors: Vec::new(),
            drop: Vec::new(),
        }
    }
}

/// What an error of an API says about the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// The token is over: a renewed one may work.
    Expired,
    /// The authorization was taken back.
    Revoked,
    /// Scopes are missing.
    Scopes,
    /// Too many requests.
    RateLimited,
    /// The service has a fault of its own, whatever the status says.
    Away,
    /// Nothing about the credential.
    Other,
}

/// An error of an API, by status, by a word in its body, or by both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ApiError {
    /// HTTP status; `None`: any that is an error.
    #[serde(default)]
    pub status: Option<u16>,
    /// JSON pointer to the word.
    #[serde(default)]
    pub at: Option<String>,
    /// Field of a form-encoded answer that has the word.
    #[serde(default)]
    pub field: Option<String>,
    /// The word; a number is compared as it is written.
    #[serde(default)]
    pub is: Option<String>,
    /// What a plain answer begins with.
    #[serde(default)]
    pub starts: Option<String>,
    /// What it means.
    pub means: Means,
}

impl ApiError {
    fn fits(&self, status: u16, body: &Said<'_>) -> bool {
        // What somebody stores at a service is no word of the service's own about the credential:
        // an answer of success is judged only by a rule that names its status.
        self.status.map_or(status >= 400, |own| own == status)
            && body.says(
                self.at.as_deref(),
                self.field.as_deref(),
                self.is.as_deref(),
                self.starts.as_deref(),
            )
    }
}

/// The body of an answer, read as what a rule asks of it.
struct Said<'a> {
    body: &'a [u8],
    json: OnceCell<Value>,
}

impl<'a> Said<'a> {
    const fn new(body: &'a [u8]) -> Self {
        Self {
            body,
            json: OnceCell::new(),
        }
    }

    fn says(
        &self,
        at: Option<&str>,
        field: Option<&str>,
        is: Option<&str>,
        starts: Option<&str>,
    ) -> bool {
        let pointed = at.is_none_or(|at| self.pointed(at).as_deref() == is);
        let fielded = field.is_none_or(|field| self.field(field).as_deref() == is);
        let started = starts.is_none_or(|start| {
            let text = self.body.trim_ascii_start();
            text.starts_with(start.as_bytes())
        });
        pointed && fielded && started
    }

    fn pointed(&self, at: &str) -> Option<String> {
        let json = || serde_json::from_slice(self.body).unwrap_or(Value::Null);
        match self.json.get_or_init(json).pointer(at)? {
            Value::String(text) => Some(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            _ => None,
        }
    }

    fn field(&self, name: &str) -> Option<String> {
        let text = self.body.trim_ascii();
        url::form_urlencoded::parse(text)
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    }
}

impl Api {
    /// An API at this base that takes bearer tokens (RFC 6750 §2.1).
    #[must_use]
    pub fn at(base: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            header: bearer(),
            header_name: authorization(),
            headers: BTreeMap::new(),
            errors: Vec::new(),
            drop: Vec::new(),
        }
    }

    /// What an answer says about the credential it was asked with, by the service's own words;
    /// `None` where it uses none.
    #[must_use]
    pub fn own_error(&self, status: u16, body: &[u8]) -> Option<Means> {
        let said = Said::new(body);
        let own = self.errors.iter().find(|error| error.fits(status, &said));
        own.map(|error| error.means)
    }

    /// What an answer says about the credential it was asked with; `None` where it is no error.
    #[must_use]
    pub fn means(&self, status: u16, body: &[u8]) -> Option<Means> {
        let own = self.own_error(status, body);
        if own.is_some() {
            return own;
        }
        match status {
            // RFC 6750 §3.1, RFC 6585 §4.
            401 => Some(Means::Expired),
            429 => Some(Means::RateLimited),
            400.. => Some(Means::Other),
            _ => None,
        }
    }
}

fn authorization() -> String {
    "Authorization".to_owned()
}

fn bearer() -> String {
    "Bearer {token}".to_owned()
}

/// A request that tells whose account was authorized, or at least that the credential works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// GET or POST.
    #[serde(default)]
    pub method: Method,
    /// Address template; may hold `{key.name}` of a field that is no secret.
    pub url: String,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A JSON body, as it is sent.
    #[serde(default)]
    pub json: Option<String>,
    /// Fields of a form body.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
    /// What a good answer says, where a status of success is not enough.
    #[serde(default)]
    pub good: Option<Good>,
    /// JSON pointer (RFC 6901) to the account's id, or `{answer.name}`, `{key.name}` or
    /// `{parameter}`; `None`: the service does not tell.
    #[serde(default)]
    pub id: Option<String>,
    /// JSON pointer to its name.
    #[serde(default)]
    pub name: Option<String>,
    /// JSON pointer to its e-mail address.
    #[serde(default)]
    pub email: Option<String>,
}

impl Question {
    /// A GET of this address that tells nothing but whether the credential works.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            url: url.into(),
            headers: BTreeMap::new(),
            json: None,
            form: BTreeMap::new(),
            good: None,
            id: None,
            name: None,
            email: None,
        }
    }
}

/// What a good answer says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged, deny_unknown_fields)]
pub enum Good {
    /// In JSON.
    At {
        /// JSON pointer to the word.
        at: String,
        /// The word; a number is compared as it is written.
        is: String,
    },
    /// In a form-encoded answer.
    Field {
        /// The field.
        field: String,
        /// Its value.
        is: String,
    },
    /// In plain text.
    Starts {
        /// What the answer begins with.
        starts: String,
    },
}

impl Good {
    /// Whether an answer says so.
    #[must_use]
    pub fn is_said(&self, body: &[u8]) -> bool {
        let said = Said::new(body);
        match self {
            Self::At { at, is } => said.says(Some(at), None, Some(is), None),
            Self::Field { field, is } => said.says(None, Some(field), Some(is), None),
            Self::Starts { starts } => said.says(None, None, None, Some(starts)),
        }
    }
}
