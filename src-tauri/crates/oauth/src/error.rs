//! What can go wrong, as codes with arguments. The doors write the sentences.

use std::collections::BTreeMap;
use std::time::Duration;

use tsunagi_domain::freshness::Fault;
use tsunagi_domain::{Refusal, RefusalCode};

/// Why no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unreachable {
    /// The host's name could not be resolved.
    Dns,
    /// No connection, or it broke.
    Connect,
    /// The secure connection failed: wrong certificate, unknown authority, protocol.
    Tls,
    /// Nothing came in time.
    Timeout,
}

impl Unreachable {
    /// The kind of what a request failed with.
    #[must_use]
    pub fn of(error: &reqwest::Error) -> Self {
        crate::http::kind_of(error)
    }

    /// `dns`, `connect`, `tls` or `timeout`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
        }
    }
}

/// Why a step of the protocol failed. No variant holds a secret; texts of the provider are
/// sanitized before they get here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OAuthError {
    /// The person said no (`access_denied`).
    #[error("consent was denied")]
    ConsentDenied,
    /// The authorization endpoint answered with another error (RFC 6749 §4.1.2.1).
    #[error("the provider answered `{error}`")]
    CallbackError {
        /// The error code.
        error: String,
        /// The provider's own words.
        description: Option<String>,
    },
    /// The callback lacks something, or has something twice.
    #[error("the callback is not valid: {reason}")]
    CallbackInvalid {
        /// What is wrong with it: a word.
        reason: &'static str,
    },
    /// The callback belongs to another flow, or to none.
    #[error("the callback does not belong to this flow")]
    StateMismatch,
    /// The callback comes from another issuer (RFC 9207).
    #[error("expected issuer `{expected}`, got `{got}`")]
    IssuerMismatch {
        /// The connector's issuer.
        expected: String,
        /// What the callback said; empty where it said nothing.
        got: String,
    },
    /// The callback's signature is not of the client's secret, or is not there.
    #[error("the callback is not signed with the client's secret")]
    SignatureMismatch,
    /// The ID token belongs to another flow.
    #[error("the ID token does not belong to this flow")]
    NonceMismatch,
    /// The address is not the redirect address of this flow.
    #[error("this is not the redirect address of this flow")]
    RedirectMismatch,
    /// A redirect address that is neither `https` nor on this computer.
    #[error("the redirect address is neither https nor on this computer")]
    RedirectInvalid,
    /// `invalid_client` or `unauthorized_client` (RFC 6749 §5.2).
    #[error("the provider does not accept the client registration")]
    ClientRefused {
        /// The provider's own words.
        description: Option<String>,
    },
    /// The client ID alone is not known, as services say that tell what is wrong with a client.
    #[error("the provider does not know the client ID")]
    ClientUnknown {
        /// The provider's own words.
        description: Option<String>,
    },
    /// The client secret alone is wrong.
    #[error("the provider does not accept the client secret")]
    SecretRefused {
        /// The provider's own words.
        description: Option<String>,
    },
    /// The redirect address is not one that is registered for the client.
    #[error("the provider does not accept the redirect address")]
    RedirectRefused {
        /// The provider's own words.
        description: Option<String>,
    },
    /// `invalid_grant`: the code or refresh token is no good.
    #[error("the provider does not accept the grant")]
    InvalidGrant {
        /// The provider's own words.
        description: Option<String>,
    },
    /// Another error of the token or revocation endpoint.
    #[error("the provider answered `{error}`")]
    TokenError {
        /// The error code.
        error: String,
        /// The provider's own words.
        description: Option<String>,
    },
    /// No answer.
    #[error("the provider could not be reached ({})", kind.as_str())]
    Unreachable {
        /// Why.
        kind: Unreachable,
    },
    /// 408, 429, 5xx, a redirect, or another status without an error that could be read.
    #[error("the provider answered with status {status}")]
    Status {
        /// HTTP status.
        status: u16,
        /// How long to wait, where `Retry-After` says so; a day at most.
        retry_after: Option<Duration>,
    },
    /// A web page instead of an answer.
    #[error("the provider answered with a web page (status {status})")]
    Html {
        /// HTTP status.
        status: u16,
    },
    /// An answer without a body.
    #[error("the provider answered with nothing (status {status})")]
    Empty {
        /// HTTP status.
        status: u16,
    },
    /// An answer that is neither JSON nor a form, or has no access token.
    #[error("the provider's answer cannot be read")]
    Malformed,
    /// An answer of more than the limit.
    #[error("the provider's answer is too large")]
    TooLarge,
    /// The ID token fails a check of OpenID Connect Core §3.1.3.7.
    #[error("the ID token is not valid: {reason}")]
    IdTokenInvalid {
        /// Which check: a word.
        reason: &'static str,
    },
    /// R23: an address, or a host that an answer names, is not one of the connector's.
    #[error("the host is not one of the connector's")]
    HostNotListed(Refusal),
    /// Nobody knows what follows from what the provider said, such as where the API of that data
    /// center is.
    #[error("the connector does not know what follows from the answer")]
    AnswerUnknown(Refusal),
    /// A setting of the connection belongs to another data center than the account.
    #[error("a setting belongs to another data center than the account")]
    SettingElsewhere(Refusal),
    /// The service cannot be authorized by device code: its connector names no endpoint for it.
    #[error("the connector has no device authorization endpoint")]
    DeviceNotOffered,
    /// Nobody signs in at the service: a key is typed in, or the client authorizes itself.
    #[error("nobody signs in at this service")]
    SignInNotOffered,
    /// The device code ended before the person answered (`expired_token`, RFC 8628 §3.5).
    #[error("the device code has expired")]
    DeviceExpired,
    /// The address where the person would type the code is missing, or neither `https` nor on
    /// this computer.
    #[error("the verification address is neither https nor on this computer")]
    VerificationUriInvalid,
    /// The connector names no address for the provider's metadata.
    #[error("the connector has no metadata address")]
    MetadataNotOffered,
    /// The provider's metadata says something else than the connector (RFC 8414 §3.3).
    #[error("metadata field `{field}`: expected `{expected}`, got `{got}`")]
    MetadataDiffers {
        /// Name of the metadata field.
        field: &'static str,
        /// What the connector says.
        expected: String,
        /// What the provider says.
        got: String,
    },
    /// What was given is no issuer identifier: https (or http on this computer), without query
    /// and fragment (RFC 8414 §2).
    #[error("not an issuer address")]
    DiscoveryIssuerInvalid,
    /// The issuer has no description at either of the places where one is looked for.
    #[error("the service does not describe itself (status {status})")]
    DiscoveryNotFound {
        /// HTTP status of the last place.
        status: u16,
    },
    /// The description is that of another issuer (RFC 8414 §3.3).
    #[error("asked issuer `{expected}`, got the description of `{got}`")]
    DiscoveryOtherIssuer {
        /// Who was asked.
        expected: String,
        /// Who the description is of; empty where it does not say.
        got: String,
    },
    /// The description is somewhere else, and nothing is followed there.
    #[error("the description has moved (status {status})")]
    DiscoveryRedirected {
        /// HTTP status.
        status: u16,
    },
    /// An address of the description is neither https nor, of a service on this computer, here.
    #[error("metadata field `{field}` is not an https address: `{got}`")]
    DiscoveryInsecure {
        /// Name of the metadata field.
        field: &'static str,
        /// What it says.
        got: String,
    },
    /// The description did not end in time, or is larger than the limit.
    #[error("the description does not end")]
    DiscoveryEndless,
    /// The description leaves out what a connector needs.
    #[error("metadata field `{field}` is missing")]
    DiscoveryIncomplete {
        /// Name of the metadata field.
        field: &'static str,
    },
    /// The service offers only what is not supported here.
    #[error("metadata field `{field}` offers only `{got}`")]
    DiscoveryUnsupported {
        /// Name of the metadata field.
        field: &'static str,
        /// What it offers.
        got: String,
    },
    /// The fixed port of the redirect address is in use.
    #[error("port {port} is in use")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The loopback listener could not be opened.
    #[error("the loopback listener could not be opened")]
    ListenerFailed,
    /// The computer's certificates or proxy settings could not be read.
    #[error("the network could not be set up")]
    NetworkSetup,
}

impl OAuthError {
    /// Every code, so that a test can ask for each one's sentence.
    pub const CODES: &'static [&'static str] = &[
        "consent_denied",
        "callback_error",
        "callback_invalid",
        "state_mismatch",
        "issuer_mismatch",
        "signature_mismatch",
        "nonce_mismatch",
        "redirect_mismatch",
        "redirect_invalid",
        "client_refused",
        "client_unknown",
        "client_secret_refused",
        "redirect_refused",
        "invalid_grant",
        "token_error",
        "unreachable",
        "provider_status",
        "html_answer",
        "empty_answer",
        "malformed_answer",
        "answer_too_large",
        "id_token_invalid",
        "host_not_listed",
        "answer_unknown",
        "setting_elsewhere",
        "device_not_offered",
        "sign_in_not_offered",
        "device_expired",
        "verification_uri_invalid",
        "metadata_not_offered",
        "metadata_differs",
        "discovery_issuer_invalid",
        "discovery_not_found",
        "discovery_other_issuer",
        "discovery_redirected",
        "discovery_insecure",
        "discovery_endless",
        "discovery_incomplete",
        "discovery_unsupported",
        "port_taken",
        "listener_failed",
        "network_setup",
    ];

    /// The code screens match on; never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ConsentDenied => "consent_denied",
            Self::CallbackError { .. } => "callback_error",
            Self::CallbackInvalid { .. } => "callback_invalid",
            Self::StateMismatch => "state_mismatch",
            Self::IssuerMismatch { .. } => "issuer_mismatch",
            Self::SignatureMismatch => "signature_mismatch",
            Self::NonceMismatch => "nonce_mismatch",
            Self::RedirectMismatch => "redirect_mismatch",
            Self::RedirectInvalid => "redirect_invalid",
            Self::ClientRefused { .. } => "client_refused",
            Self::ClientUnknown { .. } => "client_unknown",
            Self::SecretRefused { .. } => "client_secret_refused",
            Self::RedirectRefused { .. } => "redirect_refused",
            Self::InvalidGrant { .. } => "invalid_grant",
            Self::TokenError { .. } => "token_error",
            Self::Unreachable { .. } => "unreachable",
            Self::Status { .. } => "provider_status",
            Self::Html { .. } => "html_answer",
            Self::Empty { .. } => "empty_answer",
            Self::Malformed => "malformed_answer",
            Self::TooLarge => "answer_too_large",
            Self::IdTokenInvalid { .. } => "id_token_invalid",
            Self::HostNotListed(_) => "host_not_listed",
            Self::AnswerUnknown(_) => "answer_unknown",
            Self::SettingElsewhere(_) => "setting_elsewhere",
            Self::DeviceNotOffered => "device_not_offered",
            Self::SignInNotOffered => "sign_in_not_offered",
            Self::DeviceExpired => "device_expired",
            Self::VerificationUriInvalid => "verification_uri_invalid",
            Self::MetadataNotOffered => "metadata_not_offered",
            Self::MetadataDiffers { .. } => "metadata_differs",
            Self::DiscoveryIssuerInvalid => "discovery_issuer_invalid",
            Self::DiscoveryNotFound { .. } => "discovery_not_found",
            Self::DiscoveryOtherIssuer { .. } => "discovery_other_issuer",
            Self::DiscoveryRedirected { .. } => "discovery_redirected",
            Self::DiscoveryInsecure { .. } => "discovery_insecure",
            Self::DiscoveryEndless => "discovery_endless",
            Self::DiscoveryIncomplete { .. } => "discovery_incomplete",
            Self::DiscoveryUnsupported { .. } => "discovery_unsupported",
            Self::PortTaken { .. } => "port_taken",
            Self::ListenerFailed => "listener_failed",
            Self::NetworkSetup => "network_setup",
        }
    }

    /// What the sentence names: `error`, `description`, `reason`, `expected`, `got`, `field`, `kind`,
    /// `status`, `retry_after` (seconds), `host`, `service`, `answer`, `value`, `parameter`, `setting`, `port`. Never a secret.
    #[must_use]
    pub fn args(&self) -> BTreeMap<String, String> {
        let mut args = BTreeMap::new();
        let mut put = |name: &str, value: String| {
            args.insert(name.to_owned(), value);
        };
        match self {
            Self::CallbackError { error, description }
            | Self::TokenError { error, description } => {
                put("error", error.clone());
                description
                    .iter()
                    .for_each(|text| put("description", text.clone()));
            }
            Self::ClientRefused { description }
            | Self::ClientUnknown { description }
            | Self::SecretRefused { description }
            | Self::RedirectRefused { description }
            | Self::InvalidGrant { description } => {
                description
                    .iter()
                    .for_each(|text| put("description", text.clone()));
            }
            Self::CallbackInvalid { reason } | Self::IdTokenInvalid { reason } => {
                put("reason", (*reason).to_owned());
            }
            Self::IssuerMismatch { expected, got }
            | Self::DiscoveryOtherIssuer { expected, got } => {
                put("expected", expected.clone());
                put("got", got.clone());
            }
            Self::Unreachable { kind } => put("kind", kind.as_str().to_owned()),
            Self::Status {
                status,
                retry_after,
            } => {
                put("status", status.to_string());
                retry_after
                    .iter()
                    .for_each(|wait| put("retry_after", wait.as_secs().to_string()));
            }
            Self::Html { status }
            | Self::Empty { status }
            | Self::DiscoveryNotFound { status }
            | Self::DiscoveryRedirected { status } => put("status", status.to_string()),
            Self::DiscoveryInsecure { field, got } | Self::DiscoveryUnsupported { field, got } => {
                put("field", (*field).to_owned());
                put("got", got.clone());
            }
            Self::DiscoveryIncomplete { field } => put("field", (*field).to_owned()),
            Self::HostNotListed(refusal)
            | Self::AnswerUnknown(refusal)
            | Self::SettingElsewhere(refusal) => {
                args.extend(refusal.args.clone());
            }
            Self::MetadataDiffers {
                field,
                expected,
                got,
            } => {
                put("field", (*field).to_owned());
                put("expected", expected.clone());
                put("got", got.clone());
            }
            Self::PortTaken { port } => put("port", port.to_string()),
            Self::ConsentDenied
            | Self::StateMismatch
            | Self::SignatureMismatch
            | Self::NonceMismatch
            | Self::RedirectMismatch
            | Self::RedirectInvalid
            | Self::Malformed
            | Self::TooLarge
            | Self::DeviceNotOffered
            | Self::SignInNotOffered
            | Self::DeviceExpired
            | Self::VerificationUriInvalid
            | Self::MetadataNotOffered
            | Self::DiscoveryIssuerInvalid
            | Self::DiscoveryEndless
            | Self::ListenerFailed
            | Self::NetworkSetup => {}
        }
        args
    }

    /// Why what the provider said leads to none of the connector's addresses.
    pub(crate) fn leading_nowhere(refusal: Refusal) -> Self {
        match refusal.code {
            RefusalCode::AnswerUnknown => Self::AnswerUnknown(refusal),
            RefusalCode::SettingElsewhere => Self::SettingElsewhere(refusal),
            _ => Self::HostNotListed(refusal),
        }
    }

    /// What it says about the token that was sent. Everything but `invalid_grant` and a refused
    /// client says nothing about it.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::InvalidGrant { .. } => Fault::InvalidGrant,
            Self::ClientRefused { .. }
            | Self::ClientUnknown { .. }
            | Self::SecretRefused { .. } => Fault::ClientRefused,
            _ => Fault::Passing,
        }
    }
}
