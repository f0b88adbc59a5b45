//! R23: a credential goes only to the origins its connector lists.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use url::Url;

/// Scheme, host and port: what a credential is bound to. Hosts are lower case; the port is
/// always explicit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

/// An address that is no http(s) origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an https address, nor an http one on this computer")]
pub struct NotAnOrigin(pub String);

impl Origin {
    /// The origin of an address: `https`, or `http` on a loopback address only.
    ///
    /// # Errors
    /// For every other scheme, for `http` elsewhere, for addresses without a host and for
    /// addresses with a user or password in them.
    pub fn of(url: &Url) -> Result<Self, NotAnOrigin> {
        let parts = Parts::of(url).ok_or_else(|| {
            NotAnOrigin(format!(
                "{}://{}",
                url.scheme(),
                url.host_str().unwrap_or("")
            ))
        })?;
        Ok(Self {
            scheme: parts.scheme.to_owned(),
            host: parts.host.into_owned(),
            port: parts.port,
        })
    }

    /// The host, lower case; IPv6 in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }
}

/// An origin as its address says it, without a copy: each request is asked about several times.
struct Parts<'u> {
    scheme: &'u str,
    host: Cow<'u, str>,
    port: u16,
}

impl<'u> Parts<'u> {
    /// As [`Origin::of`] says.
    fn of(url: &'u Url) -> Option<Self> {
        let loopback = match url.host()? {
            url::Host::Ipv4(ip) => ip.is_loopback(),
            url::Host::Ipv6(ip) => ip.is_loopback(),
            url::Host::Domain(name) => name == "localhost",
        };
        if !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => return None,
        }
        let host = url.host_str()?;
        Some(Self {
            scheme: url.scheme(),
            host: if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
                Cow::Owned(host.to_ascii_lowercase())
            } else {
                Cow::Borrowed(host)
            },
            port: url.port_or_known_default()?,
        })
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

impl TryFrom<String> for Origin {
    type Error = NotAnOrigin;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        let url = Url::parse(&value).map_err(|_| NotAnOrigin(value.clone()))?;
        Self::of(&url)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.to_string()
    }
}

/// A host a connector lists: an exact origin, or one whose first label may vary
/// (`https://*.example.com`). A star stands for exactly one non-empty label, never for a dot,
/// and never directly under a top-level domain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostPattern {
    wildcard: bool,
    origin: Origin,
}

impl HostPattern {
    /// Whether `origin` is one of those meant.
    #[must_use]
    pub fn matches(&self, origin: &Origin) -> bool {
        self.means(&origin.scheme, &origin.host, origin.port)
    }

    fn means(&self, scheme: &str, host: &str, port: u16) -> bool {
        if scheme != self.origin.scheme || port != self.origin.port {
            return false;
        }
        if !self.wildcard {
            return host == self.origin.host;
        }
        host.strip_suffix(self.origin.host.as_str())
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|label| !label.is_empty() && !label.contains('.'))
    }
}

impl TryFrom<String> for HostPattern {
    type Error = NotAnOrigin;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        let (wildcard, plain) = match value.split_once("://*.") {
            Some((scheme, rest)) => (true, format!("{scheme}://{rest}")),
            None => (false, value.clone()),
        };
        let url = Url::parse(&plain).map_err(|_| NotAnOrigin(value.clone()))?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let origin = Origin::of(&url).map_err(|_| NotAnOrigin(value.clone()))?;
        // Parsing decodes and maps hosts, so that the star is looked for once more afterwards.
        let star = plain.contains('*') || origin.host.contains('*');
        // A trailing dot does not make a top-level domain a second-level one, and an address
        // has no labels.
        let domain = matches!(url.host(), Some(url::Host::Domain(_)))
            && origin.host.trim_end_matches('.').contains('.');
        if !bare || star || (wildcard && !domain) {
            return Err(NotAnOrigin(value));
        }
        Ok(Self { wildcard, origin })
    }
}

impl From<HostPattern> for String {
    fn from(pattern: HostPattern) -> Self {
        let star = if pattern.wildcard { "*." } else { "" };
        let Origin { scheme, host, port } = pattern.origin;
        format!("{scheme}://{star}{host}:{port}")
    }
}

/// Whether an address is one of this computer, in any writing: no proxy is asked for it, and no
/// service on the network may send us there.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => {
            ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback())
        }
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

/// Whether a person's browser may be sent to an address: the web, and nothing that could be read as
/// a file, a command, or another program's scheme (RFC 8252 §8.12 shows what a page may try). Plain
/// http is for this computer's own servers only.
#[must_use]
pub fn may_open(address: &Url) -> bool {
    let web = address.scheme() == "https" || (address.scheme() == "http" && is_loopback(address));
    let unnamed = address.username().is_empty() && address.password().is_none();
    web && unnamed && address.has_host()
}

/// R23: whether a credential may go to `url`, given the hosts its connector lists.
///
/// # Errors
/// With [`crate::RefusalCode::HostNotListed`] where it may not.
pub fn may_receive(url: &Url, listed: &[HostPattern]) -> Result<(), crate::Refusal> {
    let may = Parts::of(url).is_some_and(|of| {
        listed
            .iter()
            .any(|pattern| pattern.means(of.scheme, &of.host, of.port))
    });
    if may {
        return Ok(());
    }
    Err(crate::Refusal::new(crate::RefusalCode::HostNotListed)
        .with("host", url.host_str().unwrap_or_default()))
}

/// R23: request headers a caller may not set, because the gate or the transport does.
#[must_use]
pub fn is_reserved_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "authorization" | "cookie" | "host") || name.starts_with("proxy-")
}
