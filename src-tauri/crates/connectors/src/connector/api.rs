//! How a service's API is called, and what its errors say about the credential.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// HTTP methods that connectors may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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
}

/// What an error of an API says about the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Nothing about the credential.
    Other,
}

/// An error of an API, by status, by a word in its JSON body, or by both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiError {
    /// HTTP status; `None`: any that is an error.
    #[serde(default)]
    pub status: Option<u16>,
    /// JSON pointer to the word.
    #[serde(default)]
    pub at: Option<String>,
    /// The word; a number is compared as it is written.
    #[serde(default)]
    pub is: Option<String>,
    /// What it means.
    pub means: Means,
}

impl ApiError {
    fn fits(&self, status: u16, body: &Value) -> bool {
        let said = |at: &str| match body.pointer(at)? {
            Value::String(text) => Some(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            _ => None,
        };
        // What somebody stores at a service is no word of the service's own about the credential:
        // an answer of success is judged only by a rule that names its status.
        self.status.map_or(status >= 400, |own| own == status)
            && match (&self.at, &self.is) {
                (Some(at), Some(word)) => said(at).as_ref() == Some(word),
                _ => true,
            }
    }
}

impl Api {
    /// What an answer says about the credential it was asked with, by the service's own words;
    /// `None` where it uses none. `body` is `null` where it is no JSON.
    #[must_use]
    pub fn own_error(&self, status: u16, body: &Value) -> Option<Means> {
        let own = self.errors.iter().find(|error| error.fits(status, body));
        own.map(|error| error.means)
    }

    /// What an answer says about the credential it was asked with; `None` where it is no error.
    #[must_use]
    pub fn means(&self, status: u16, body: &Value) -> Option<Means> {
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

/// Where the service tells whose account was authorized.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whoami {
    /// GET or POST.
    #[serde(default)]
    pub method: Method,
    /// Address template.
    pub url: String,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A JSON body, as it is sent.
    #[serde(default)]
    pub json: Option<String>,
    /// JSON pointer (RFC 6901) to the account's id, or `{answer.name}`.
    pub id: String,
    /// JSON pointer to its name.
    #[serde(default)]
    pub name: Option<String>,
    /// JSON pointer to its e-mail address.
    #[serde(default)]
    pub email: Option<String>,
}
