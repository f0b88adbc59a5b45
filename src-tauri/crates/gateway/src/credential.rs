//! What is sealed: tokens or what a person typed in, and the origins and hosts that is for (R23).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tsunagi_catalog::Sealed;
use tsunagi_connectors::{Attach, Connector, Resolved};
use tsunagi_domain::AuthorizationId;
use tsunagi_domain::hosts::{HostPattern, Origin};
use tsunagi_oauth::{Secret, Tokens};
use tsunagi_vault::{Aad, DataKey};
use zeroize::{Zeroize, Zeroizing};

use crate::readers::{For, Opening, data_key};
use crate::{GateError, Keys};

/// The field name a credential is sealed under: part of its AAD, `credential/<id>/tokens/<version>`.
const FIELD: &str = "tokens";

/// An opened credential. Lives as briefly as possible, and only in this room.
pub(crate) struct Credential {
    /// Access token; empty where something was typed in.
    pub(crate) access: Secret,
    /// Refresh token.
    pub(crate) refresh: Option<Secret>,
    /// What was typed in, by field. Then there is no token.
    pub(crate) keys: BTreeMap<String, Secret>,
    /// Origins it was obtained for.
    pub(crate) origins: Vec<Origin>,
    /// Hosts it may be sent to.
    pub(crate) hosts: Vec<HostPattern>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}

/// What comes along with a copied key and is no part of it: spaces, line ends, and characters that
/// nobody sees.
const fn is_around(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// Whether a value can be sent as the connector attaches it: no colon in the user of Basic (RFC 7617
/// §2), nothing that would end a quoted string.
fn is_carried(connector: &Connector, field: &str, value: &str) -> bool {
    let within = |template: &str| template.contains(&format!("{{key.{field}}}"));
    let keys = connector.keys.iter();
    let mut attached = keys.flat_map(|keys| &keys.attach);
    attached.all(|attach| match attach {
        Attach::Basic { user, .. } => !(within(user) && value.contains(':')),
        Attach::Header {
            value: template, ..
        } => !(template.contains('"') && within(template) && value.contains(['"', '\\'])),
        Attach::Query { .. } | Attach::Form { .. } | Attach::FormJson { .. } => true,
    })
}

#[derive(Serialize, Deserialize)]
struct Plain {
    access: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    keys: BTreeMap<String, String>,
    origins: Vec<Origin>,
    hosts: Vec<HostPattern>,
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.access.zeroize();
        self.refresh.zeroize();
        self.keys.values_mut().for_each(Zeroize::zeroize);
    }
}

/// A sign-in's tokens, ready to be sealed.
#[derive(Debug)]
pub struct Grant {
    credential: Credential,
    /// What else the service said, for the addresses that need it.
    answers: BTreeMap<String, String>,
}

impl Grant {
    /// Binds tokens to the origins and hosts of the connector that obtained them.
    #[must_use]
    pub fn new(tokens: &Tokens, resolved: &Resolved) -> Self {
        Self {
            credential: Credential {
                access: tokens.access.clone(),
                refresh: tokens.refresh.clone(),
                keys: BTreeMap::new(),
                origins: resolved.origins.clone(),
                hosts: resolved.hosts.clone(),
            },
            answers: tokens.extras.clone(),
        }
    }

    /// Binds what was typed in to the origins and hosts of the connector it is for.
    ///
    /// # Errors
    /// [`GateError::KeyMalformed`] for the first field that is missing, unknown or of another
    /// form than the connector says.
    pub fn typed(
        connector: &Connector,
        resolved: &Resolved,
        mut typed: BTreeMap<String, Secret>,
    ) -> Result<Self, GateError> {
        let mut keys = BTreeMap::new();
        for field in connector.keys.iter().flat_map(|keys| &keys.fields) {
            // Copied from a page, a line comes with its end.
            let value = typed.remove(&field.name).map(|secret| {
                let text = secret.expose().trim_matches(is_around);
                Secret::new(text)
            });
            let takes = |value: &Secret| {
                field.takes(value.expose()) && is_carried(connector, &field.name, value.expose())
            };
            match value.filter(takes) {
                Some(value) => keys.insert(field.name.clone(), value),
                None => return Err(GateError::KeyMalformed(field.name.clone())),
            };
        }
        if keys.is_empty() || !typed.is_empty() {
            let unknown = typed.into_keys().next().unwrap_or_default();
            return Err(GateError::KeyMalformed(unknown.chars().take(50).collect()));
        }
        Ok(Self {
            credential: Credential {
                access: Secret::new(""),
                refresh: None,
                keys,
                origins: resolved.origins.clone(),
                hosts: resolved.hosts.clone(),
            },
            answers: BTreeMap::new(),
        })
    }

    /// What the service said beside the tokens.
    pub(crate) const fn answers(&self) -> &BTreeMap<String, String> {
        &self.answers
    }

    /// The credential, for who-am-I before anything is stored.
    pub(crate) const fn credential(&self) -> &Credential {
        &self.credential
    }

    pub(crate) fn into_credential(self) -> Credential {
        self.credential
    }

    /// Seals under a new data key, wrapped for its readers.
    ///
    /// # Errors
    /// [`GateError::Locked`] where a reader's key is not open, or where the vault fails.
    pub(crate) fn seal(
        &self,
        keys: &Keys,
        readers: For,
        id: AuthorizationId,
        version: u64,
    ) -> Result<Sealed, GateError> {
        let key = keys.vault()?.new_data_key();
        Ok(Sealed {
            version,
            sealed: self.credential.sealed(&key, id, version)?,
            previous: None,
            wraps: readers.wrap(keys, &key, id)?,
        })
    }
}

impl Credential {
    /// Opens what the catalog holds.
    ///
    /// # Errors
    /// [`GateError::Locked`], where the vault fails, or [`GateError::Damaged`].
    pub(crate) fn open(
        keys: &Keys,
        opening: Opening,
        id: AuthorizationId,
        sealed: &Sealed,
    ) -> Result<(Self, DataKey), GateError> {
        let key = data_key(keys, opening, id, sealed)?;
        let credential = Self::opened(&key, id, sealed.version, &sealed.sealed)?;
        Ok((credential, key))
    }

    /// Opens sealed bytes of one version with their data key.
    ///
    /// # Errors
    /// Where the vault fails, or [`GateError::Damaged`].
    pub(crate) fn opened(
        key: &DataKey,
        id: AuthorizationId,
        version: u64,
        sealed: &[u8],
    ) -> Result<Self, GateError> {
        let bytes = key.open(&Aad::credential(&id.to_string(), FIELD, version), sealed)?;
        let mut plain: Plain = serde_json::from_slice(&bytes).map_err(|_| GateError::Damaged)?;
        Ok(Self {
            access: Secret::new(std::mem::take(&mut plain.access)),
            refresh: plain.refresh.take().map(Secret::new),
            keys: std::mem::take(&mut plain.keys)
                .into_iter()
                .map(|(name, value)| (name, Secret::new(value)))
                .collect(),
            origins: std::mem::take(&mut plain.origins),
            hosts: std::mem::take(&mut plain.hosts),
        })
    }

    /// Whether the same keys were typed in for both.
    pub(crate) fn has_keys_of(&self, other: &Self) -> bool {
        let same = |name: &String, value: &Secret| {
            let twin = other.keys.get(name);
            twin.is_some_and(|twin| twin.expose() == value.expose())
        };
        self.keys.len() == other.keys.len()
            && self.keys.iter().all(|(name, value)| same(name, value))
    }

    /// Seals this credential as `version`.
    ///
    /// # Errors
    /// Where the vault fails.
    pub(crate) fn sealed(
        &self,
        key: &DataKey,
        id: AuthorizationId,
        version: u64,
    ) -> Result<Vec<u8>, GateError> {
        let plain = Plain {
            access: self.access.expose().to_owned(),
            refresh: self
                .refresh
                .as_ref()
                .map(|secret| secret.expose().to_owned()),
            keys: self
                .keys
                .iter()
                .map(|(name, value)| (name.clone(), value.expose().to_owned()))
                .collect(),
            origins: self.origins.clone(),
            hosts: self.hosts.clone(),
        };
        let bytes = Zeroizing::new(serde_json::to_vec(&plain).map_err(|_| GateError::Damaged)?);
        Ok(key.seal(&Aad::credential(&id.to_string(), FIELD, version), &bytes)?)
    }

    /// Takes over a renewal's tokens; the old refresh token stays where none was answered
    /// (RFC 6749 §6).
    pub(crate) fn renewed(self, tokens: &Tokens) -> Self {
        Self {
            access: tokens.access.clone(),
            refresh: tokens.refresh.clone().or(self.refresh),
            keys: self.keys,
            origins: self.origins,
            hosts: self.hosts,
        }
    }
}

#[cfg(test)]
mod tests;
