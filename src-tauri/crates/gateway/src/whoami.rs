//! Around a sign-in: what the provider says about itself, the exchange of the code, and who signed
//! in. The tokens stay in this room; callers see accounts, scopes and times.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::Value;
use tsunagi_catalog::{Sealed, SealedSecret, Wrap};
use tsunagi_connectors::{AccountId, Connector, Method as Named, Resolved, ResolvedQuestion};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::verification::Verdict;
use tsunagi_domain::{Account, AuthorizationId, RegistrationId, Timestamp};
use tsunagi_oauth::{
    Attempt, Code, Device, Metadata, OAuthError, Secret, Tokens, Wire, constant_headers,
};
use tsunagi_vault::{Aad, Reader};
use url::Url;

use crate::answered::{censor, judged, own_error};
use crate::attach::{Attachment, secrets};
use crate::credential::Credential;
use crate::outgoing::{Outgoing, Reading};
use crate::pass::allowed;
use crate::readers::Opening;
use crate::renewal::{expires_at, refresh_expires_at};
use crate::send::{Repeat, Request};
use crate::{GateError, Gateway, Grant};

/// How long fetched metadata is believed, in milliseconds: ten minutes.
const METADATA_MILLIS: i64 = 10 * 60 * 1000;

/// Metadata documents by address, with the time they were fetched.
pub(crate) type Fetched = Mutex<HashMap<Url, (Timestamp, Metadata)>>;

/// What an exchange brought, tokens hidden.
#[derive(Debug)]
pub struct Arrived {
    /// To be sealed once the account is welcome.
    pub grant: Grant,
    /// Who signed in, as far as the ID token says.
    pub account: Account,
    /// The client that authorized itself. Where nobody signs in, it is who was authorized
    /// (RFC 9068 §2.2), unless the service names another.
    pub client: Option<String>,
    /// Scopes granted; `None` where the provider does not say.
    pub granted: Option<Vec<String>>,
    /// When the access token ends.
    pub expires_at: Option<Timestamp>,
    /// When the refresh token ends.
    pub refresh_expires_at: Option<Timestamp>,
    /// It can be renewed.
    pub renewable: bool,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Answered values that are no secrets.
    pub extras: BTreeMap<String, String>,
}

impl Gateway {
    /// Exchanges the code of a callback for tokens.
    ///
    /// # Errors
    /// What the token endpoint said, or why it could not be asked.
    pub async fn exchange(
        &self,
        connector: &Connector,
        resolved: &Resolved,
        registration: Option<RegistrationId>,
        attempt: Attempt,
        code: Code,
        wire: &mut Wire,
    ) -> Result<Arrived, GateError> {
        let client = self.client(connector, registration).await?;
        let http = self.http();
        let tokens =
            tsunagi_oauth::exchange(http, connector, resolved, &client, attempt, code, wire)
                .await?;
        Ok(self.arrived(connector, resolved, &tokens))
    }

    /// Pushes an authorization request where the connector says so (RFC 9126), and gives the
    /// address to take the person to. Elsewhere it is the request itself, and nothing is sent.
    ///
    /// # Errors
    /// What the endpoint said of the request, or why it could not be asked.
    pub async fn push(
        &self,
        connector: &Connector,
        resolved: &Resolved,
        registration: Option<RegistrationId>,
        request: &Url,
        wire: &mut Wire,
    ) -> Result<Url, GateError> {
        if resolved.par.is_none() {
            return Ok(request.clone());
        }
        let client = self.client(connector, registration).await?;
        let http = self.http();
        Ok(tsunagi_oauth::push(http, connector, resolved, &client, request, wire).await?)
    }

    /// Asks for a device code, for a person to type on this or another device (RFC 8628 §3.1).
    ///
    /// # Errors
    /// What the device authorization endpoint said, or why it could not be asked.
    pub async fn begin_device(
        &self,
        connector: &Connector,
        resolved: &Resolved,
        registration: Option<RegistrationId>,
        scopes: &[String],
        wire: &mut Wire,
    ) -> Result<Device, GateError> {
        let client = self.client(connector, registration).await?;
        let http = self.http();
        Ok(tsunagi_oauth::begin_device(http, connector, resolved, &client, scopes, wire).await?)
    }

    /// Waits until the person has answered, as often as the provider allows, and takes the
    /// tokens (RFC 8628 §3.4). Ends with the code's time at the latest, or when it is dropped.
    ///
    /// # Errors
    /// That the person refused, that the code's time is over, what else the token endpoint said,
    /// or why it could not be asked.
    pub async fn poll_device(
        &self,
        connector: &Connector,
        resolved: &Resolved,
        registration: Option<RegistrationId>,
        device: Device,
        wire: &mut Wire,
    ) -> Result<Arrived, GateError> {
        let client = self.client(connector, registration).await?;
        let (http, sleep) = (self.http(), tokio::time::sleep);
        let tokens =
            tsunagi_oauth::poll_device(http, connector, resolved, &client, &device, sleep, wire)
                .await?;
        Ok(self.arrived(connector, resolved, &tokens))
    }

    /// Lets the client of a registration authorize itself (RFC 6749 §4.4).
    ///
    /// # Errors
    /// What the token endpoint said, or why it could not be asked.
    pub async fn authorize_client(
        &self,
        connector: &Connector,
        resolved: &Resolved,
        registration: Option<RegistrationId>,
        scopes: &[String],
        wire: &mut Wire,
    ) -> Result<Arrived, GateError> {
        let client = self.client(connector, registration).await?;
        let http = self.http();
        let tokens =
            tsunagi_oauth::client_credentials(http, connector, resolved, &client, scopes, wire)
                .await?;
        Ok(Arrived {
            client: Some(client.id),
            ..self.arrived(connector, resolved, &tokens)
        })
    }

    /// Takes over what a person typed in, to be asked about with [`Self::who_am_i`] and then
    /// sealed.
    ///
    /// # Errors
    /// [`GateError::KeyMalformed`].
    pub fn take_keys(
        &self,
        connector: &Connector,
        resolved: &Resolved,
        typed: BTreeMap<String, Secret>,
    ) -> Result<Arrived, GateError> {
        Ok(Arrived {
            grant: Grant::typed(connector, resolved, typed)?,
            account: Account::default(),
            client: None,
            granted: None,
            expires_at: None,
            refresh_expires_at: None,
            renewable: false,
            issued_at: self.now(),
            extras: BTreeMap::new(),
        })
    }

    /// Whether what was typed in is the very key that an authorization holds. Where that cannot
    /// be opened, for its member has a key of their own, it is not known to be, so it is not.
    ///
    /// # Errors
    /// [`GateError::Locked`] without the workspace's key, or where the catalog cannot be read.
    pub async fn is_same_key(&self, id: AuthorizationId, grant: &Grant) -> Result<bool, GateError> {
        if grant.credential().keys.is_empty() {
            return Ok(false);
        }
        self.inner.keys.vault()?;
        let Some(sealed) = self.db(move |catalog| catalog.sealed(id)).await? else {
            return Ok(false);
        };
        match Credential::open(&self.inner.keys, Opening::Upkeep, id, &sealed) {
            Ok((held, _)) => Ok(held.has_keys_of(grant.credential())),
            Err(GateError::Locked | GateError::Damaged) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Compares what the provider says about itself with its connector (RFC 8414 §3.3), and
    /// tells whether every callback must name its issuer (RFC 9207). The document is fetched at
    /// most every ten minutes; where the connector names none, nothing is fetched and the answer
    /// is the connector's own.
    ///
    /// # Errors
    /// Where the provider contradicts its connector, or its document cannot be fetched or read.
    pub async fn check_metadata(
        &self,
        connector: &Connector,
        resolved: &Resolved,
        wire: &mut Wire,
    ) -> Result<bool, GateError> {
        let Some(url) = &resolved.metadata else {
            return Ok(connector.oauth().iss_required);
        };
        let fetched = &self.inner.metadata;
        let now = self.now();
        let known = {
            let mut fetched = fetched.lock().unwrap_or_else(PoisonError::into_inner);
            // A clock that was set back makes a document old, too.
            fetched.retain(|_, (at, _)| (0..METADATA_MILLIS).contains(&now.millis_since(*at)));
            fetched.get(url).map(|(_, metadata)| metadata.clone())
        };
        let check = |said: &Metadata| tsunagi_oauth::check_metadata(said, connector, resolved);
        let metadata = match known.filter(|said| check(said).is_ok()) {
            Some(said) => said,
            // What contradicts the connector is not kept: the next attempt may find it mended.
            None => {
                let said = tsunagi_oauth::fetch_metadata(self.http(), resolved, wire).await?;
                check(&said)?;
                let mut fetched = fetched.lock().unwrap_or_else(PoisonError::into_inner);
                fetched.insert(url.clone(), (now, said.clone()));
                said
            }
        };
        Ok(connector.oauth().iss_required || metadata.iss_required())
    }

    fn arrived(&self, connector: &Connector, resolved: &Resolved, tokens: &Tokens) -> Arrived {
        let now = self.now();
        let account = tokens.identity.as_ref().map(|identity| Account {
            id: Some(identity.subject.clone()),
            name: identity.name.clone(),
            email: identity.email.clone(),
            at: None,
        });
        Arrived {
            account: account.unwrap_or_default(),
            client: None,
            granted: tokens.scopes.clone(),
            expires_at: expires_at(now, tokens.expires_in, connector),
            refresh_expires_at: refresh_expires_at(now, tokens, connector),
            renewable: tokens.refresh.is_some() || connector.is_for_clients(),
            issued_at: now,
            extras: tokens.extras.clone(),
            grant: Grant::new(tokens, resolved),
        }
    }

    /// Asks the service who the tokens belong to. `known` is what the ID token said; what the
    /// service adds is added, and an identifier that contradicts it is an error
    /// (OpenID Connect Core §5.3.2).
    ///
    /// # Errors
    /// Where the service does not answer, or answers about somebody else.
    pub async fn who_am_i(
        &self,
        connector: &Connector,
        resolved: &Resolved,
        grant: &Grant,
        known: Account,
    ) -> Result<Account, GateError> {
        let resolved = connector.answered(resolved, grant.answers())?;
        let Some(asked) = &resolved.question else {
            return Ok(known);
        };
        resolved.complete()?;
        let question = question(connector, asked);
        let credential = grant.credential();
        let limits = self.inner.limits;
        let mut incoming = self
            .inner
            .clients
            .send(
                Outgoing {
                    method: &question.method,
                    url: &asked_at(asked, credential)?,
                    constant: &connector.api.headers,
                    own: &question.headers,
                    body: question.body,
                    credential: &Attachment::of(connector, &resolved, credential)?,
                },
                allowed(&resolved.hosts, &resolved.hosts),
                limits.whole,
                Reading::Whole(limits.body),
            )
            .await?;
        censor(&connector.api, &mut incoming);
        let host = || asked.url.host_str().unwrap_or_default().to_owned();
        if connector.keys.is_some() {
            match judged(&connector.api, asked, &incoming) {
                Verdict::Good => {}
                Verdict::Passing => {
                    return Err(GateError::Unreachable {
                        kind: "busy",
                        host: host(),
                    });
                }
                Verdict::Refused | Verdict::Silent => {
                    return Err(GateError::KeyRefused {
                        host: host(),
                        status: incoming.status.as_u16(),
                    });
                }
            }
        } else if !incoming.status.is_success() || own_error(&connector.api, &incoming).is_some() {
            return Err(GateError::Unreachable {
                kind: "refused",
                host: host(),
            });
        }
        let pointed = [asked.name.as_ref(), asked.email.as_ref()];
        let wanted =
            matches!(asked.id, Some(AccountId::Pointer(_))) || pointed.iter().any(Option::is_some);
        let answer: Value = match serde_json::from_slice(&incoming.body) {
            Ok(answer) => answer,
            // Nothing is to be read from it.
            Err(_) if !wanted => Value::Null,
            Err(_) => {
                return Err(GateError::Unreachable {
                    kind: "broken",
                    host: host(),
                });
            }
        };
        // What a service repeats of a key is no name to show.
        let secrets = secrets(connector, credential);
        let shown = |text: &String| !secrets.iter().any(|it| text.contains(it.expose()));
        let text = |pointer: &str| match answer.pointer(pointer) {
            Some(Value::String(text)) => Some(text.chars().take(200).collect::<String>()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let text = |pointer: &str| text(pointer).filter(shown);
        let id = match &asked.id {
            Some(AccountId::Pointer(at)) => text(at),
            Some(AccountId::Answer(name)) => grant.answers().get(name).cloned(),
            Some(AccountId::Key(name)) => {
                let typed = credential.keys.get(name);
                typed.map(|typed| typed.expose().to_owned())
            }
            Some(AccountId::Value(value)) => Some(value.clone()),
            None => None,
        };
        // An answer about another subject than the ID token's is of another's token (OpenID Connect
        // Core §5.3.2). By what accounts are told apart is another matter: Salesforce's `user_id`
        // and Xero's tenant are no subjects.
        if let (Some(said), Some(now)) = (&known.id, text("/sub"))
            && *said != now
        {
            return Err(OAuthError::IdTokenInvalid {
                reason: "userinfo_subject",
            }
            .into());
        }
        Ok(Account {
            id: id.or(known.id),
            name: asked.name.as_deref().and_then(&text).or(known.name),
            email: asked.email.as_deref().and_then(&text).or(known.email),
            at: known.at,
        })
    }

    /// Seals a sign-in's tokens as `version` of an authorization's credential, under a data key
    /// of its own, for those who may open it in the slot that it is about to fill.
    ///
    /// # Errors
    /// [`GateError::Locked`], where the catalog cannot be read, or where the vault fails.
    pub async fn seal(
        &self,
        grant: &Grant,
        id: AuthorizationId,
        version: u64,
        slot: SlotKey,
        becomes_primary: bool,
    ) -> Result<Sealed, GateError> {
        let readers = self.for_slot(id, slot, becomes_primary).await?;
        grant.seal(&self.inner.keys, readers, id, version)
    }

    /// Seals a client secret.
    ///
    /// # Errors
    /// [`GateError::Locked`] or where the vault fails.
    pub fn seal_client_secret(
        &self,
        id: RegistrationId,
        secret: &Secret,
    ) -> Result<SealedSecret, GateError> {
        let vault = self.inner.keys.vault()?;
        let subject = id.to_string();
        let key = vault.new_data_key();
        let mut wraps = Vec::new();
        for reader in [Reader::Workspace, Reader::Unattended] {
            wraps.push(Wrap {
                wrapped: vault.wrap(&key, &subject, &reader)?,
                reader: reader.to_string(),
            });
        }
        let aad = Aad::credential(&subject, "client_secret", 1);
        let sealed = key.seal(&aad, secret.expose().as_bytes())?;
        Ok(SealedSecret {
            sealed,
            wraps,
            version: 1,
        })
    }
}

/// Where the question of a connector is asked with this credential.
pub(crate) fn asked_at(
    asked: &ResolvedQuestion,
    credential: &Credential,
) -> Result<Url, GateError> {
    let key = |name: &str| credential.keys.get(name).map(Secret::expose);
    asked.url_with(key).ok_or(GateError::Damaged)
}

/// The request that asks a service whether a credential works, and whose account it is.
pub(crate) fn question(connector: &Connector, asked: &ResolvedQuestion) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let mut body = asked.json.clone().unwrap_or_default();
    if asked.json.is_some() {
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
    } else if !asked.form.is_empty() {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(header::CONTENT_TYPE, form);
        body = url::form_urlencoded::Serializer::new(body)
            .extend_pairs(&asked.form)
            .finish();
    }
    headers.extend(constant_headers(&connector.api.headers));
    headers.extend(constant_headers(&asked.headers));
    Request {
        method: match asked.method {
            Named::Get => Method::GET,
            Named::Post => Method::POST,
            Named::Delete => Method::DELETE,
        },
        target: asked.url.to_string(),
        headers,
        body: body.into_bytes(),
        timeout: None,
        repeat: Repeat::Never,
    }
}

#[cfg(test)]
mod tests;
