//! Invoke URL: a request as a person writes it, and what the gate is asked to send.
//!
//! ```
//! use tsunagi_areas::call::{Call, Pair};
//!
//! let mut call = Call::get("/contacts");
//! call.query.push(Pair::on("page", "2"));
//! let request = call.request().expect("it can be sent");
//! assert_eq!(request.target, "/contacts?page=2");
//! ```

mod code;

pub use code::{Language, code};

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use tsunagi_domain::hosts::is_reserved_header;
use tsunagi_domain::{Refusal, RefusalCode};
use tsunagi_gateway::Request;
use url::form_urlencoded;

/// The most of each that a call may have: enough for any service, and few enough to look at.
const PAIRS_MAX: usize = 200;
/// The longest address, in bytes: what servers take at the most is shorter.
const TARGET_MAX: usize = 8 * 1024;
/// The longest body, in bytes.
const BODY_MAX: usize = 4 * 1024 * 1024;
/// The longest name or value of a header, in bytes.
const HEADER_MAX: usize = 16 * 1024;

/// What is taken where the caller says nothing of it.
const ACCEPTED: HeaderValue = HeaderValue::from_static("application/json, */*;q=0.5");

/// Methods a call may use (RFC 9110 §9.3, RFC 5789). `CONNECT` and `TRACE` are of no service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "CallMethod"))]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET.
    #[default]
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
    /// HEAD.
    Head,
    /// OPTIONS.
    Options,
}

impl Method {
    /// As it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
        }
    }

    /// Whether a request of it may have a body that services read.
    #[must_use]
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch | Self::Delete)
    }

    fn http(self) -> http::Method {
        match self {
            Self::Get => http::Method::GET,
            Self::Post => http::Method::POST,
            Self::Put => http::Method::PUT,
            Self::Patch => http::Method::PATCH,
            Self::Delete => http::Method::DELETE,
            Self::Head => http::Method::HEAD,
            Self::Options => http::Method::OPTIONS,
        }
    }
}

/// A name and a value, which may be left out for once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "CallPair"))]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
    /// Whether it is sent.
    pub on: bool,
}

impl Pair {
    /// One that is sent.
    pub fn on(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            on: true,
        }
    }

    /// Whether it is sent: one without a name is a row that nothing was typed into yet.
    fn is_sent(&self) -> bool {
        self.on && !self.name.trim().is_empty()
    }
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "CallBody"))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// Nothing.
    #[default]
    None,
    /// JSON, as it was written.
    Json {
        /// The text.
        text: String,
    },
    /// Fields of a form (`application/x-www-form-urlencoded`).
    Form {
        /// The fields.
        fields: Vec<Pair>,
    },
    /// Any other text.
    Text {
        /// What it is, such as `text/csv`.
        media_type: String,
        /// The text.
        text: String,
    },
}

/// A request as a person writes it: no credential is in it, and no connection is named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Method.
    pub method: Method,
    /// A path below the API's base, or a whole address on a host that the connector lists.
    pub target: String,
    /// Query parameters, put behind those that the target has.
    #[serde(default)]
    pub query: Vec<Pair>,
    /// Headers; those of R23 are refused at the gate.
    #[serde(default)]
    pub headers: Vec<Pair>,
    /// Body.
    #[serde(default)]
    pub body: Body,
}

/// Why a call cannot be sent as it is written. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// There is no address.
    #[error("no address")]
    TargetMissing,
    /// It is neither a path that begins with `/` nor an `https` address.
    #[error("neither a path nor an address")]
    TargetUnfit,
    /// It is longer than 8 KiB, query included.
    #[error("the address is too long")]
    TargetTooLong,
    /// More than 200 parameters, headers or fields.
    #[error("more than 200 parameters, headers or fields")]
    TooMany,
    /// No header can have this name (RFC 9110 §5.1).
    #[error("no header can be called {0:?}")]
    HeaderName(String),
    /// The header's value holds what no header can (RFC 9110 §5.5), or is longer than 16 KiB.
    #[error("the value of header {0:?} cannot be sent")]
    HeaderValue(String),
    /// The body is no JSON.
    #[error("no JSON: line {line}, column {column}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1; 0 at a line's end.
        column: usize,
    },
    /// No media type (RFC 9110 §8.3.1).
    #[error("{0:?} is no media type")]
    MediaType(String),
    /// The body is longer than 4 MiB.
    #[error("the body is longer than 4 MiB")]
    BodyTooLong,
    /// A request of this method has no body that services read.
    #[error("{0} has no body")]
    BodyUnfit(&'static str),
}

impl Misfit {
    /// Stable word for the screens.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TargetMissing => "call_target_missing",
            Self::TargetUnfit => "call_target_unfit",
            Self::TargetTooLong => "call_target_too_long",
            Self::TooMany => "call_too_many",
            Self::HeaderName(_) => "call_header_name",
            Self::HeaderValue(_) => "call_header_value",
            Self::Json { .. } => "call_json",
            Self::MediaType(_) => "call_media_type",
            Self::BodyTooLong => "call_body_too_long",
            Self::BodyUnfit(_) => "call_body_unfit",
        }
    }

    /// What its sentence names; never a value that was typed in.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::HeaderName(name) | Self::HeaderValue(name) => vec![("header", short(name))],
            Self::Json { line, column } => {
                vec![("line", line.to_string()), ("column", column.to_string())]
            }
            Self::MediaType(kind) => vec![("media_type", short(kind))],
            Self::BodyUnfit(method) => vec![("method", (*method).to_owned())],
            _ => Vec::new(),
        }
    }
}

/// As much of a text as a sentence can name, without what would not show.
fn short(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_control());
    shown.take(60).collect()
}

impl Call {
    /// A GET of a path or address.
    pub fn get(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            ..Self::default()
        }
    }

    /// What the gate is asked to send.
    ///
    /// # Errors
    /// A [`Misfit`]: the first thing that is not as it must be.
    pub fn request(&self) -> Result<Request, Misfit> {
        let (headers, body) = (self.sent_headers()?, self.sent_body()?);
        Ok(Request {
            method: self.method.http(),
            target: self.sent_target()?,
            headers,
            body,
            ..Request::default()
        })
    }

    /// R23: that it has no header that no caller may set. It is asked before a call is kept, of what is
    /// left out too: whoever typed a token into one must not find it in a file.
    ///
    /// # Errors
    /// [`RefusalCode::HeaderReserved`], as the gate says when it is sent.
    pub fn unreserved(&self) -> Result<(), Refusal> {
        let mut names = self.headers.iter().map(|header| header.name.trim());
        match names.find(|name| is_reserved_header(name)) {
            Some(name) => {
                Err(Refusal::new(RefusalCode::HeaderReserved)
                    .with("header", name.to_ascii_lowercase()))
            }
            None => Ok(()),
        }
    }

    fn sent_target(&self) -> Result<String, Misfit> {
        let target = self.target.trim();
        // A fragment never leaves a client (RFC 9110 §4.2.5).
        let target = target.split('#').next().unwrap_or_default();
        if target.is_empty() {
            return Err(Misfit::TargetMissing);
        }
        let plain = !target
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || c == '\\');
        // Which hosts are listed, and that `http` is for this computer alone, the gate knows.
        let begins = target.starts_with("https://") || target.starts_with("http://");
        let path = target.starts_with('/') && !target.starts_with("//");
        if !plain || !(begins || path) {
            return Err(Misfit::TargetUnfit);
        }
        few(&self.query)?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        for pair in self.query.iter().filter(|pair| pair.is_sent()) {
            query.append_pair(pair.name.trim(), &pair.value);
        }
        let query = query.finish();
        let joint = match (query.is_empty(), target.contains('?')) {
            (true, _) => "",
            (false, false) => "?",
            (false, true) if target.ends_with(['?', '&']) => "",
            (false, true) => "&",
        };
        let whole = format!("{target}{joint}{query}");
        if whole.len() > TARGET_MAX {
            return Err(Misfit::TargetTooLong);
        }
        Ok(whole)
    }

    fn sent_headers(&self) -> Result<HeaderMap, Misfit> {
        few(&self.headers)?;
        let mut headers = HeaderMap::new();
        for pair in self.headers.iter().filter(|pair| pair.is_sent()) {
            let name = HeaderName::from_bytes(pair.name.trim().as_bytes());
            let name = name.map_err(|_| Misfit::HeaderName(pair.name.clone()))?;
            let unfit = || Misfit::HeaderValue(name.to_string());
            if pair.value.len() > HEADER_MAX {
                return Err(unfit());
            }
            // UTF-8: what stands outside of ASCII is opaque to the protocol (RFC 9110 §5.5).
            let value = HeaderValue::from_bytes(pair.value.trim().as_bytes());
            headers.append(name.clone(), value.map_err(|_| unfit())?);
        }
        if !headers.contains_key(ACCEPT) {
            headers.insert(ACCEPT, ACCEPTED);
        }
        if let Some(kind) = self.media_type()?
            && !headers.contains_key(CONTENT_TYPE)
        {
            headers.insert(CONTENT_TYPE, kind);
        }
        Ok(headers)
    }

    /// What the body is, where there is one.
    fn media_type(&self) -> Result<Option<HeaderValue>, Misfit> {
        Ok(match &self.body {
            Body::None => None,
            Body::Json { .. } => Some(HeaderValue::from_static("application/json")),
            Body::Form { .. } => Some(HeaderValue::from_static(
                "application/x-www-form-urlencoded",
            )),
            Body::Text { media_type, .. } => {
                let unfit = || Misfit::MediaType(media_type.clone());
                let kind: mime::Mime = media_type.trim().parse().map_err(|_| unfit())?;
                Some(HeaderValue::from_str(kind.as_ref()).map_err(|_| unfit())?)
            }
        })
    }

    fn sent_body(&self) -> Result<Vec<u8>, Misfit> {
        let body = match &self.body {
            Body::None => Vec::new(),
            Body::Json { text } => {
                serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| {
                    Misfit::Json {
                        line: error.line(),
                        column: error.column(),
                    }
                })?;
                text.clone().into_bytes()
            }
            Body::Form { fields } => {
                few(fields)?;
                let mut form = form_urlencoded::Serializer::new(String::new());
                for field in fields.iter().filter(|field| field.is_sent()) {
                    form.append_pair(field.name.trim(), &field.value);
                }
                form.finish().into_bytes()
            }
            Body::Text { text, .. } => text.clone().into_bytes(),
        };
        if self.body != Body::None && !self.method.has_body() {
            return Err(Misfit::BodyUnfit(self.method.as_str()));
        }
        if body.len() > BODY_MAX {
            return Err(Misfit::BodyTooLong);
        }
        Ok(body)
    }
}

fn few(pairs: &[Pair]) -> Result<(), Misfit> {
    if pairs.len() > PAIRS_MAX {
        return Err(Misfit::TooMany);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
