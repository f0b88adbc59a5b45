//! The one place where a credential is attached to a request (R4): a token in its header, and what
//! a person typed in wherever the connector says. What it goes in is no caller's to set (R23).

mod form;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tsunagi_connectors::{Attach, Connector, Resolved, fill};
use tsunagi_domain::{Refusal, RefusalCode};
use tsunagi_oauth::Secret;
use url::Url;
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::GateError;
use crate::credential::Credential;
use crate::send::Request;
use form::Unfit;

const FORM: &str = "application/x-www-form-urlencoded";

/// A credential as it goes with one request.
pub(crate) struct Attachment {
    headers: Vec<(HeaderName, HeaderValue)>,
    query: Vec<(String, Secret)>,
    form: Vec<(String, Secret)>,
    /// Field of the form, where in its JSON text, and what is put there.
    json: Vec<(String, String, Secret)>,
    /// What of it must not be seen.
    secrets: Vec<Secret>,
}

impl Attachment {
    /// The credential in the form that its connector gives it.
    ///
    /// # Errors
    /// [`GateError::Damaged`] where it cannot be sent in that form.
    pub(crate) fn of(
        connector: &Connector,
        resolved: &Resolved,
        credential: &Credential,
    ) -> Result<Self, GateError> {
        let mut attachment = Self {
            headers: Vec::new(),
            query: Vec::new(),
            form: Vec::new(),
            json: Vec::new(),
            secrets: secrets(connector, credential),
        };
        let Some(keys) = &connector.keys else {
            let token = tsunagi_oauth::attachment(connector, &credential.access);
            attachment
                .headers
                .push(token.map_err(|_| GateError::Damaged)?);
            return Ok(attachment);
        };
        let filled = |template: &str| -> Result<Secret, GateError> {
            let value = |name: &str| match name.strip_prefix("key.") {
                Some(key) => credential.keys.get(key).map(Secret::expose),
                None => resolved.parameters.get(name).map(String::as_str),
            };
            let text = fill(template, value).ok_or(GateError::Damaged)?;
            Ok(Secret::new(text))
        };
        for attach in &keys.attach {
            match attach {
                Attach::Header { name, value } => {
                    let name = HeaderName::from_bytes(name.as_bytes());
                    let name = name.map_err(|_| GateError::Damaged)?;
                    let value = sensitive(filled(value)?.expose())?;
                    attachment.headers.push((name, value));
                }
                Attach::Query { name, value } => {
                    attachment.query.push((name.clone(), filled(value)?));
                }
                Attach::Form { name, value } => {
                    attachment.form.push((name.clone(), filled(value)?));
                }
                Attach::FormJson { name, at, value } => {
                    let value = filled(value)?;
                    attachment.json.push((name.clone(), at.clone(), value));
                }
                Attach::Basic { user, password } => {
                    let (user, password) = (filled(user)?, filled(password)?);
                    // RFC 7617 §2: a colon would move the border between the two.
                    if user.expose().contains(':') {
                        return Err(GateError::Damaged);
                    }
                    let pair = basic(&user, &password);
                    let value = Zeroizing::new(format!("Basic {}", pair.expose()));
                    attachment.headers.push((AUTHORIZATION, sensitive(&value)?));
                    attachment.secrets.push(pair);
                }
            }
        }
        Ok(attachment)
    }

    /// What of it must not be seen, in every form that it is sent in.
    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// Puts it in the headers, in the place of any other of a name.
    pub(crate) fn head(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
        // As the caller says it, with what is said of its characters.
        let said = headers.get(CONTENT_TYPE).is_some_and(says_form);
        let adds = !self.form.is_empty() || !self.json.is_empty();
        if adds && !said {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        }
    }

    /// The address as it is sent.
    pub(crate) fn address(&self, url: &Url) -> Url {
        let mut url = url.clone();
        if !self.query.is_empty() {
            let pairs = self
                .query
                .iter()
                .map(|(name, value)| (name.as_str(), value.expose()));
            url.query_pairs_mut().extend_pairs(pairs);
        }
        url
    }

    /// An address that a service sent back, without what was attached to it.
    pub(crate) fn bare(&self, url: &mut Url) {
        let attached = |own: &str| self.query.iter().any(|(name, _)| name == own);
        if !url.query_pairs().any(|(name, _)| attached(&name)) {
            return;
        }
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| !attached(name))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
    }

    /// Whether an address holds a secret: going there would tell it.
    pub(crate) fn is_told_by(&self, url: &Url) -> bool {
        let path = url.path();
        self.secrets
            .iter()
            .filter(|secret| !secret.is_empty())
            .any(|secret| {
                let plain = secret.expose();
                let encoded: String = form_urlencoded::byte_serialize(plain.as_bytes()).collect();
                path.contains(plain)
                    || path.contains(&encoded)
                    || url.query_pairs().any(|(_, value)| value.contains(plain))
            })
    }

    /// The body as it is sent: the caller's as it was written, and the credential added.
    ///
    /// # Errors
    /// [`RefusalCode::FormNeeded`] where the caller's is no form that it could be put into,
    /// [`RefusalCode::FieldReserved`] where something stands in its place.
    pub(crate) fn body(&self, body: Vec<u8>) -> Result<Vec<u8>, GateError> {
        if self.form.is_empty() && self.json.is_empty() {
            return Ok(body);
        }
        let mut body = body;
        for (name, at, value) in &self.json {
            form::insert(&mut body, name, at, value.expose()).map_err(|unfit| match unfit {
                Unfit::NoPlace => Refusal::new(RefusalCode::FormNeeded).with("field", name.clone()),
                Unfit::Taken => Refusal::new(RefusalCode::FieldReserved)
                    .with("field", at.rsplit('/').next().unwrap_or(name)),
            })?;
        }
        for (name, value) in &self.form {
            form::append(&mut body, name, value.expose());
        }
        Ok(body)
    }
}

/// What of a credential must not be seen, as far as the connector says.
pub(crate) fn secrets(connector: &Connector, credential: &Credential) -> Vec<Secret> {
    let typed = credential.keys.iter().filter(|(name, _)| {
        let keys = connector.keys.as_ref();
        keys.and_then(|keys| keys.field(name))
            .is_none_or(|field| field.secret)
    });
    std::iter::once(&credential.access)
        .chain(credential.refresh.as_ref())
        .chain(typed.map(|(_, value)| value))
        .filter(|secret| !secret.is_empty())
        .cloned()
        .collect()
}

fn basic(user: &Secret, password: &Secret) -> Secret {
    let pair = Zeroizing::new(format!("{}:{}", user.expose(), password.expose()));
    Secret::new(BASE64_STANDARD.encode(pair.as_bytes()))
}

fn sensitive(text: &str) -> Result<HeaderValue, GateError> {
    // Any text: services take user names and passwords in UTF-8 (RFC 7617 §2.1).
    let mut value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| GateError::Damaged)?;
    value.set_sensitive(true);
    Ok(value)
}

/// R23: what the credential goes in is not for a caller to set, whatever it is called at this
/// service.
///
/// # Errors
/// [`RefusalCode::HeaderReserved`], [`RefusalCode::FieldReserved`]; [`RefusalCode::FormNeeded`]
/// where the credential is part of a form, and the request has none.
pub(crate) fn refuse(connector: &Connector, request: &Request, url: &Url) -> Result<(), Refusal> {
    let header = |name: &str| {
        if request.headers.contains_key(name) {
            return Err(Refusal::new(RefusalCode::HeaderReserved).with("header", name));
        }
        Ok(())
    };
    let Some(keys) = &connector.keys else {
        return header(&connector.api.header_name);
    };
    let reserved = |name: &str| Refusal::new(RefusalCode::FieldReserved).with("field", name);
    for attach in &keys.attach {
        match attach {
            Attach::Header { name, .. } => header(name)?,
            Attach::Basic { .. } => header("authorization")?,
            Attach::Query { name, .. } => {
                if url.query_pairs().any(|(own, _)| is_same(&own, name)) {
                    return Err(reserved(name));
                }
            }
            Attach::Form { name, .. } => {
                is_form(request, name)?;
                let mut fields = form_urlencoded::parse(&request.body);
                if fields.any(|(own, _)| is_same(&own, name)) {
                    return Err(reserved(name));
                }
            }
            Attach::FormJson { name, at, .. } => {
                is_form(request, name)?;
                let mut said = form_urlencoded::parse(&request.body)
                    .filter(|(own, _)| own == name)
                    .filter_map(|(_, text)| serde_json::from_str::<Value>(&text).ok());
                if said.any(|json| json.pointer(at).is_some()) {
                    return Err(reserved(at.rsplit('/').next().unwrap_or(name)));
                }
            }
        }
    }
    Ok(())
}

/// The same field to a service that tells cases apart or not, or takes lengths and lists in
/// brackets (Payflow's `PWD[5]`).
fn is_same(own: &str, name: &str) -> bool {
    let bare = own.split('[').next().unwrap_or_default().trim();
    bare.eq_ignore_ascii_case(name)
}

fn is_form(request: &Request, field: &str) -> Result<(), Refusal> {
    let needed = || Refusal::new(RefusalCode::FormNeeded).with("field", field);
    if matches!(request.method, http::Method::GET | http::Method::HEAD) {
        return Err(needed());
    }
    // What was packed is no form that anything could be added to.
    if request.headers.contains_key(CONTENT_ENCODING) {
        return Err(needed());
    }
    match request.headers.get(CONTENT_TYPE) {
        Some(kind) if !says_form(kind) => Err(needed()),
        _ => Ok(()),
    }
}

fn says_form(kind: &HeaderValue) -> bool {
    let kind = kind.to_str().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case(FORM)
}

#[cfg(test)]
mod tests;
