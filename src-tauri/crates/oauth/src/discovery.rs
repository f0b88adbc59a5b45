//! From an issuer's address to what a connector of it would say: RFC 8414 and OpenID Connect
//! Discovery 1.0. Nobody has checked the address yet, so what is found there is believed only
//! where it is of that very issuer, and no address of it is used before a person has seen it.

use serde_json::{Map, Value};
use tsunagi_connectors::{ClientAuth, GrantType, OAuth, Pkce, Revoke};
use tsunagi_domain::hosts::{Origin, is_loopback};
use url::Url;

use crate::wire::sanitize;
use crate::{Http, OAuthError, Result, Unreachable, Wire, answer};

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";
/// The most scopes that are taken over.
const SCOPES_MAX: usize = 1000;

/// What an issuer says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// Where it says it.
    pub document: Url,
    /// What a connector says about it. Where several grants are offered, a person signing in.
    pub oauth: OAuth,
    /// Whether a person can sign in (RFC 6749 §4.1).
    pub code: bool,
    /// Whether a client can authorize itself (RFC 6749 §4.4), as far as it says.
    pub client_credentials: bool,
    /// Whether a device can be authorized from another one (RFC 8628).
    pub device: bool,
    /// The scopes it names.
    pub scopes: Vec<String>,
}

/// Asks an issuer what it is: at the address of RFC 8414 §3.1 first, then at the one of OpenID
/// Connect Discovery §4. `issuer` may also be the latter itself, as OpenAPI documents have it.
/// Nothing is followed elsewhere, and nothing is kept.
///
/// # Errors
/// [`OAuthError::DiscoveryIssuerInvalid`], [`OAuthError::DiscoveryNotFound`],
/// [`OAuthError::DiscoveryOtherIssuer`], [`OAuthError::DiscoveryRedirected`],
/// [`OAuthError::DiscoveryInsecure`], [`OAuthError::DiscoveryEndless`],
/// [`OAuthError::DiscoveryIncomplete`], [`OAuthError::DiscoveryUnsupported`];
/// [`OAuthError::Unreachable`], [`OAuthError::Status`], [`OAuthError::Malformed`].
pub async fn discover(http: &Http, issuer: &str, wire: &mut Wire) -> Result<Discovered> {
    let asked = Asked::new(issuer)?;
    let mut moved = None;
    let mut status = 404;
    for place in &asked.places {
        let read = http.get(place, &mut wire.lines, |raw| answer::document(&raw));
        match read.await {
            Ok(said) => return asked.discovered(place, &said),
            // Elsewhere it may be.
            Err(OAuthError::Status { status, .. }) if (300..400).contains(&status) => {
                moved = moved.or(Some(OAuthError::DiscoveryRedirected { status }));
            }
            Err(OAuthError::Status { status: said, .. }) if is_absent(said) => status = said,
            // Sites that show a page for every address have no document here.
            Err(OAuthError::Html { status: said } | OAuthError::Empty { status: said }) => {
                status = said;
            }
            Err(error) => return Err(told(error)),
        }
    }
    Err(moved.unwrap_or(OAuthError::DiscoveryNotFound { status }))
}

/// Whether a status says that nothing is there, and not that something is wrong.
fn is_absent(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 408 | 429)
}

fn told(error: OAuthError) -> OAuthError {
    match error {
        OAuthError::TooLarge
        | OAuthError::Unreachable {
            kind: Unreachable::Timeout,
        } => OAuthError::DiscoveryEndless,
        other => other,
    }
}

/// Who was asked, and where.
struct Asked {
    issuer: String,
    /// Whether a slash at the end makes no difference: the address of the document was given.
    lenient: bool,
    loopback: bool,
    places: Vec<Url>,
}

impl Asked {
    fn new(issuer: &str) -> Result<Self> {
        let invalid = || OAuthError::DiscoveryIssuerInvalid;
        let given = issuer.trim();
        let url = Url::parse(given).map_err(|_| invalid())?;
        Origin::of(&url).map_err(|_| invalid())?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid());
        }
        let loopback = is_loopback(&url);
        if let Some(issuer) = given.strip_suffix(OPENID) {
            return Ok(Self {
                issuer: issuer.to_owned(),
                lenient: true,
                loopback,
                places: vec![url],
            });
        }
        let path = url.path().trim_end_matches('/').to_owned();
        let at = |path: String| {
            let mut place = url.clone();
            place.set_path(&path);
            place
        };
        Ok(Self {
            issuer: given.to_owned(),
            lenient: false,
            loopback,
            places: vec![at(format!("{OAUTH}{path}")), at(format!("{path}{OPENID}"))],
        })
    }

    fn is(&self, issuer: &str) -> bool {
        issuer == self.issuer
            || (self.lenient && issuer.strip_suffix('/') == Some(self.issuer.as_str()))
    }

    fn discovered(&self, document: &Url, said: &Map<String, Value>) -> Result<Discovered> {
        let issuer = text(said, "issuer").unwrap_or_default();
        if !self.is(issuer) {
            return Err(OAuthError::DiscoveryOtherIssuer {
                expected: self.issuer.clone(),
                got: sanitize(issuer, &[]),
            });
        }
        let need = |field: &'static str| -> Result<String> {
            self.address(said, field)?
                .ok_or(OAuthError::DiscoveryIncomplete { field })
        };
        let device = self.address(said, "device_authorization_endpoint")?;
        let grants = grants(said, device.is_some())?;
        let mut oauth = OAuth {
            issuer: Some(issuer.to_owned()),
            metadata: Some(document.to_string()),
            jwks: self.address(said, "jwks_uri")?,
            userinfo: self.address(said, "userinfo_endpoint")?,
            revoke: self.address(said, "revocation_endpoint")?.map(Revoke::at),
            client_auth: client_auth(said)?,
            ..OAuth::at(need("token_endpoint")?)
        };
        if grants.code {
            oauth.authorize = Some(need("authorization_endpoint")?);
            oauth.pkce = Some(pkce(said, document));
            oauth.device.clone_from(&device);
            oauth.iss_required = flag(said, "authorization_response_iss_parameter_supported");
            // Where it is offered, there is no reason to send requests through a browser.
            oauth.par = self.address(said, "pushed_authorization_request_endpoint")?;
        } else if grants.device {
            oauth.device.clone_from(&device);
        } else {
            oauth.grant = GrantType::ClientCredentials;
            // A token nobody signed in for names nobody.
            oauth.userinfo = None;
        }
        Ok(Discovered {
            document: document.clone(),
            oauth,
            code: grants.code,
            client_credentials: grants.client_credentials,
            device: device.is_some(),
            scopes: scopes(said),
        })
    }

    /// An address of the document: https, or http on this computer where the issuer is here too.
    fn address(&self, said: &Map<String, Value>, field: &'static str) -> Result<Option<String>> {
        let Some(text) = text(said, field) else {
            return Ok(None);
        };
        let insecure = || OAuthError::DiscoveryInsecure {
            field,
            got: sanitize(text, &[]),
        };
        let url = Url::parse(text).map_err(|_| insecure())?;
        // A brace would be a template's.
        let usable = Origin::of(&url).is_ok()
            && url.fragment().is_none()
            && !text.contains(['{', '}'])
            && (self.loopback || !is_loopback(&url));
        if usable {
            Ok(Some(url.to_string()))
        } else {
            Err(insecure())
        }
    }
}

fn text<'a>(said: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    said.get(field)?.as_str()
}

fn flag(said: &Map<String, Value>, field: &str) -> bool {
    said.get(field).and_then(Value::as_bool).unwrap_or(false)
}

/// The words of a list; `None` where there is no list.
fn list<'a>(said: &'a Map<String, Value>, field: &str) -> Option<Vec<&'a str>> {
    let items = said.get(field)?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).collect())
}

struct Grants {
    code: bool,
    device: bool,
    client_credentials: bool,
}

/// What of the offered grants is supported here (RFC 8414 §2: left out, it is
/// `authorization_code` and `implicit`).
fn grants(said: &Map<String, Value>, device: bool) -> Result<Grants> {
    let field = "grant_types_supported";
    let offered = list(said, field).unwrap_or_else(|| vec!["authorization_code", "implicit"]);
    let responses = list(said, "response_types_supported");
    let answers_code = responses.is_none_or(|types| types.contains(&"code"));
    let grants = Grants {
        code: offered.contains(&"authorization_code") && answers_code,
        // RFC 8628 §4: named among the grants, with an address of its own.
        device: device && offered.contains(&crate::device::GRANT),
        client_credentials: offered.contains(&"client_credentials"),
    };
    if grants.code || grants.device || grants.client_credentials {
        return Ok(grants);
    }
    Err(OAuthError::DiscoveryUnsupported {
        field,
        got: sanitize(&offered.join(" "), &[]),
    })
}

/// Whether S256 is taken. Where no methods are named, a document of RFC 8414 says by that that the
/// server does not support PKCE (§2); one of OpenID Connect Discovery, which has no such field
/// (§3), says nothing.
fn pkce(said: &Map<String, Value>, document: &Url) -> Pkce {
    match list(said, "code_challenge_methods_supported") {
        Some(methods) if methods.contains(&"S256") => Pkce::Supported,
        None if document.path().ends_with(OPENID) => Pkce::Undocumented,
        Some(_) | None => Pkce::Refused,
    }
}

/// How the client proves itself: Basic where nothing is said (RFC 8414 §2), or where it is among
/// what is.
fn client_auth(said: &Map<String, Value>) -> Result<ClientAuth> {
    let field = "token_endpoint_auth_methods_supported";
    let Some(methods) = list(said, field) else {
        return Ok(ClientAuth::Basic);
    };
    [
        ("client_secret_basic", ClientAuth::Basic),
        ("client_secret_post", ClientAuth::Post),
        ("none", ClientAuth::None),
    ]
    .into_iter()
    .find(|(word, _)| methods.contains(word))
    .map(|(_, method)| method)
    .ok_or_else(|| OAuthError::DiscoveryUnsupported {
        field,
        got: sanitize(&methods.join(" "), &[]),
    })
}

/// The scopes it names, each once, those that cannot be sent left out (RFC 6749 §3.3).
fn scopes(said: &Map<String, Value>) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in list(said, "scopes_supported").unwrap_or_default() {
        let sendable = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
        let usable = !scope.is_empty() && scope.chars().all(sendable);
        if usable && scopes.len() < SCOPES_MAX && !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}

#[cfg(test)]
mod tests;
