//! What can go wrong at the gate.

use std::collections::BTreeMap;

use tsunagi_catalog::CatalogError;
use tsunagi_domain::Refusal;
use tsunagi_oauth::OAuthError;
use tsunagi_vault::VaultError;

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// A rule says no; nothing was sent.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The vault is locked: the credential cannot be opened.
    #[error("the vault is locked")]
    Locked,
    /// The credential cannot be opened although the vault is open.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The catalog could not be read or written.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The credential could not be renewed, and the reason says nothing about the account.
    #[error(transparent)]
    Renewal(#[from] OAuthError),
    /// Another process is renewing this credential and has not finished.
    #[error("another process is renewing this credential")]
    RenewalBusy,
    /// A renewal failed less than 30 seconds ago (its code); it is not tried again yet.
    #[error("the last renewal failed a moment ago: {0}")]
    CoolingDown(String),
    /// The provider's budget of renewals is used up for now.
    #[error("too many renewals at this provider")]
    BudgetUsedUp,
    /// The service did not answer: the kind is `dns`, `connect`, `tls`, `timeout` or `broken`.
    #[error("the service did not answer: {kind}")]
    Unreachable {
        /// What failed.
        kind: &'static str,
        /// The host that was asked.
        host: String,
    },
    /// The service has asked to be left alone, or its limit is reached, for longer than the call
    /// has time.
    #[error("the service is to be left alone for {seconds} s more")]
    ServiceBusy {
        /// The host that was to be asked.
        host: String,
        /// For so many seconds.
        seconds: u64,
    },
    /// An answer beyond the bounds that the caller set.
    #[error("the answer is too large")]
    BodyTooLarge,
    /// An answer that repeats the credential, of which nothing is shown.
    #[error("the answer repeats the credential")]
    CredentialEchoed,
    /// What was typed in is missing or has another form than the connector says (the field).
    #[error("field {0} is not of the form the service has")]
    KeyMalformed(String),
    /// The service does not take what was typed in.
    #[error("the service does not accept the key (status {status})")]
    KeyRefused {
        /// The host that was asked.
        host: String,
        /// HTTP status.
        status: u16,
    },
    /// The address cannot be asked for.
    #[error("not an address: {0}")]
    Address(String),
    /// The connector of this connection is not there any more.
    #[error("no connector {0}")]
    ConnectorMissing(String),
    /// The stored credential is not in a form this version reads.
    #[error("the stored credential is damaged")]
    Damaged,
}

impl GateError {
    /// Stable word for the screens.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code.as_str(),
            Self::Locked => "locked",
            Self::Vault(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::Renewal(error) => error.code(),
            Self::RenewalBusy => "renewal_busy",
            Self::CoolingDown(_) => "cooling_down",
            Self::BudgetUsedUp => "budget_used_up",
            Self::Unreachable { .. } => "service_unreachable",
            Self::ServiceBusy { .. } => "service_busy",
            Self::BodyTooLarge => "body_too_large",
            Self::CredentialEchoed => "credential_echoed",
            Self::KeyMalformed(_) => "key_malformed",
            Self::KeyRefused { .. } => "key_refused",
            Self::Address(_) => "address_invalid",
            Self::ConnectorMissing(_) => "connector_missing",
            Self::Damaged => "sealed_damaged",
        }
    }

    /// Names and values its sentence mentions; never a secret.
    #[must_use]
    pub fn args(&self) -> BTreeMap<String, String> {
        let one = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        match self {
            Self::Refused(refusal) => refusal.args.clone(),
            Self::Renewal(error) => error.args(),
            Self::CoolingDown(code) => one("reason", code),
            Self::Unreachable { kind, host } => BTreeMap::from([
                ("reason".to_owned(), (*kind).to_owned()),
                ("host".to_owned(), host.clone()),
            ]),
            Self::ServiceBusy { host, seconds } => BTreeMap::from([
                ("host".to_owned(), host.clone()),
                ("seconds".to_owned(), seconds.to_string()),
            ]),
            Self::KeyMalformed(field) => one("field", field),
            Self::KeyRefused { host, status } => BTreeMap::from([
                ("host".to_owned(), host.clone()),
                ("status".to_owned(), status.to_string()),
            ]),
            Self::Address(address) => one("address", address),
            Self::ConnectorMissing(id) => one("service", id),
            _ => BTreeMap::new(),
        }
    }
}
