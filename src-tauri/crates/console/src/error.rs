//! One error for every door: a code and what its sentence names.

use std::collections::BTreeMap;

use tsunagi_catalog::CatalogError;
use tsunagi_domain::{Refusal, RefusalCode};
use tsunagi_gateway::GateError;
use tsunagi_oauth::OAuthError;
use tsunagi_vault::{KeyringError, VaultError};

use crate::messages;
use crate::views::{Failure, Locale};

/// Why something could not be done. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct ConsoleError {
    /// Stable word; its sentence is `error.<code>`.
    pub code: String,
    /// Names and values its sentence mentions.
    pub args: BTreeMap<String, String>,
}

impl ConsoleError {
    /// An error without arguments.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            args: BTreeMap::new(),
        }
    }

    /// Adds what the sentence names.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }

    /// In words.
    #[must_use]
    pub fn failure(&self, locale: Locale) -> Failure {
        messages::failure(locale, &self.code, &self.args)
    }
}

impl From<Refusal> for ConsoleError {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code.as_str().to_owned(),
            args: refusal.args,
        }
    }
}

impl From<CatalogError> for ConsoleError {
    fn from(error: CatalogError) -> Self {
        if matches!(error, CatalogError::LinkNameTaken) {
            return Self::new(RefusalCode::LinkNameTaken.as_str());
        }
        // What a person stopped, or has to undo first, is no fault.
        if !matches!(error, CatalogError::Stopped | CatalogError::Scheduled(_)) {
            tracing::error!(code = error.code(), %error, "catalog");
        }
        let told = Self::new(error.code());
        match error {
            CatalogError::Damaged { file, .. } | CatalogError::TooNew { file, .. } => {
                told.with("file", file)
            }
            CatalogError::Scheduled(schedules) => told.with("schedules", schedules),
            _ => told,
        }
    }
}

impl From<GateError> for ConsoleError {
    fn from(error: GateError) -> Self {
        match error {
            GateError::Catalog(error) => error.into(),
            other => Self {
                code: other.code().to_owned(),
                args: other.args(),
            },
        }
    }
}

impl From<OAuthError> for ConsoleError {
    fn from(error: OAuthError) -> Self {
        Self {
            code: error.code().to_owned(),
            args: error.args(),
        }
    }
}

impl From<VaultError> for ConsoleError {
    fn from(error: VaultError) -> Self {
        Self::new(error.code())
    }
}

impl From<KeyringError> for ConsoleError {
    fn from(error: KeyringError) -> Self {
        VaultError::from(error).into()
    }
}
