//! A request as the gate would send it, with placeholders where the credential goes: to be copied
//! into other programs. No credential is opened for it, and nothing is sent.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use tsunagi_connectors::{Attach, Connector};
use tsunagi_domain::hosts::may_receive;
use tsunagi_domain::{Refusal, RefusalCode};
use tsunagi_oauth::{Secret, constant_headers};
use url::Url;

use crate::attach::{Attachment, refuse};
use crate::credential::Credential;
use crate::pass::{target, unreserved};
use crate::{Call, GateError, Gateway};

/// A request with placeholders, each of which begins with `YOUR_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specimen {
    /// Method.
    pub method: http::Method,
    /// The whole address.
    pub url: Url,
    /// Every header, but that of `basic`.
    pub headers: Vec<(String, String)>,
    /// User and password of Basic authentication (RFC 7617), where the service takes it.
    pub basic: Option<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Gateway {
    /// A call as it would be sent, with placeholders for the credential.
    ///
    /// # Errors
    /// Every refusal that [`Gateway::send`] has before it opens the credential.
    pub async fn specimen(&self, call: Call) -> Result<Specimen, GateError> {
        unreserved(&call.request)?;
        let link_name = call.link_name.clone();
        let known = self
            .db(move |catalog| catalog.connection_by_link_name(link_name.as_str()))
            .await?;
        let connection = known.ok_or_else(|| {
            Refusal::new(RefusalCode::ConnectionUnknown).with("connection", call.link_name.as_str())
        })?;
        self.admit(call.caller, call.application).await?;
        let place = self
            .choose(&connection, call.caller, call.application, call.environment)
            .await?;
        let (connector, request) = (&place.connector, call.request);
        let url = target(&place.resolved, &request.target)?;
        refuse(connector, &request, &url)?;
        may_receive(&url, &place.resolved.hosts)?;
        let attachment = Attachment::of(connector, &place.resolved, &placeholders(connector))?;
        let mut headers = constant_headers(&connector.api.headers);
        for name in request.headers.keys() {
            headers.remove(name);
        }
        headers.extend(request.headers);
        attachment.head(&mut headers);
        let basic = basic(connector);
        if basic.is_some() {
            headers.remove(AUTHORIZATION);
        }
        Ok(Specimen {
            method: request.method,
            url: attachment.address(&url),
            headers: told(&headers),
            basic,
            body: attachment.body(request.body)?,
        })
    }
}

fn placeholder(field: &str) -> String {
    format!("YOUR_{}", field.to_ascii_uppercase())
}

/// A credential of nobody: it goes where one would.
fn placeholders(connector: &Connector) -> Credential {
    let keys = connector.keys.iter().flat_map(|keys| &keys.fields);
    Credential {
        access: Secret::new(placeholder("access_token")),
        refresh: None,
        keys: keys
            .map(|field| (field.name.clone(), Secret::new(placeholder(&field.name))))
            .collect(),
        origins: Vec::new(),
        hosts: Vec::new(),
    }
}

/// What would be one word in Base64 if it were sent, as it is read.
fn basic(connector: &Connector) -> Option<(String, String)> {
    let keys = connector.keys.as_ref()?;
    let read = |template: &str| {
        tsunagi_connectors::fill(template, |name| name.strip_prefix("key.").map(placeholder))
            .unwrap_or_else(|| placeholder("user"))
    };
    keys.attach.iter().find_map(|attach| match attach {
        Attach::Basic { user, password } => Some((read(user), read(password))),
        _ => None,
    })
}

fn told(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        })
        .collect()
}
