//! Client registrations: the redirect address first, then what the provider gave for it.

use std::collections::BTreeSet;

use tsunagi_catalog::{Redirect, Registration};
use tsunagi_connectors::{Connector, Registration as Needs};
use tsunagi_domain::access::Act;
use tsunagi_domain::resolution::registration_of;
use tsunagi_domain::{Connection, Reach, RegistrationId};
use tsunagi_oauth::Secret;
use url::Url;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{
    NewRegistration, RedirectForm, RegistrationChange, RegistrationDraft, RegistrationView, Touched,
};

impl Console {
    /// An identifier and the redirect address that goes with it, to register at the provider.
    ///
    /// # Errors
    /// R1, R2; `redirect_invalid`.
    pub fn registration_draft(
        &self,
        session: Session,
        form: &RedirectForm,
    ) -> Result<RegistrationDraft, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        let id = RegistrationId::new();
        let redirect = redirect(form)?;
        Ok(RegistrationDraft {
            id,
            redirect_address: redirect_address(&redirect, id),
        })
    }

    /// Stores a client registration; its secret is sealed at once.
    ///
    /// # Errors
    /// R1, R2; `client_id_empty`, `client_id_invalid`; `connector_missing`; `redirect_invalid`; the vault is locked.
    pub fn add_registration(
        &self,
        session: Session,
        new: &NewRegistration,
    ) -> Result<RegistrationView, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        let connector = self.connector(&new.connector)?;
        if connector.registration != Needs::NeedsClient {
            return Err(ConsoleError::new("registration_not_needed"));
        }
        let client_id = client_id(&new.client_id)?;
        let name = if new.name.trim().is_empty() {
            connector.name.clone()
        } else {
            crate::welcome::person_name(&new.name)?
        };
        let secret = new
            .client_secret
            .as_deref()
            .map(str::trim)
            .filter(|secret| !secret.is_empty())
            .map(|secret| {
                self.inner
                    .gateway
                    .seal_client_secret(new.id, &Secret::new(secret))
            })
            .transpose()?;
        let registration = Registration {
            id: new.id,
            connector: connector.id,
            name,
            client_id,
            secret,
            redirect: redirect(&new.redirect)?,
            created_at: self.now(),
        };
        self.inner.keys.vault()?;
        self.at_once(|| {
            self.inner.catalog.add_registration(&registration)?;
            self.log_registration(session, Action::RegistrationAdded, &registration)
        })?;
        self.registration_view(&registration)
    }

    /// Every connection that a client registration serves: what changing it touches.
    ///
    /// # Errors
    /// R1, R2; `registration_unknown`.
    pub fn registration_touches(
        &self,
        session: Session,
        id: RegistrationId,
    ) -> Result<Vec<Touched>, ConsoleError> {
        self.manager_for(session, Act::See)?;
        self.known_registration(id)?;
        let catalog = &self.inner.catalog;
        let mut touched = Vec::new();
        for connection in catalog.connections_of_registration(id)? {
            let Some(connection) = self.readable_connection(connection)? else {
                continue;
            };
            let slots = catalog.slots(connection.id)?;
            let authorizations: BTreeSet<_> = slots
                .iter()
                .filter(|slot| slot.authorization.registration == Some(id))
                .map(|slot| slot.authorization.id)
                .collect();
            touched.push(Touched {
                name: connection.name.to_string(),
                service: self.mark_of(&connection.connector),
                reaches: self.reaches_with(&connection, id)?,
                authorizations: u32::try_from(authorizations.len()).unwrap_or(u32::MAX),
                uses: catalog.count_uses(connection.id)?,
                connection: connection.id,
            });
        }
        Ok(touched)
    }

    /// Changes a client registration for every connection it serves. Tokens belong to the client
    /// ID they were issued to (RFC 6749 §6): where that changes, each has to be authorized again.
    ///
    /// # Errors
    /// R1, R2; `registration_unknown`; `client_id_empty`, `client_id_invalid`; `redirect_invalid`; the vault is
    /// locked. Nothing is changed then.
    pub fn change_registration(
        &self,
        session: Session,
        change: &RegistrationChange,
    ) -> Result<RegistrationView, ConsoleError> {
        self.manager_for(session, Act::Edit)?;
        self.inner.keys.vault()?;
        // What is wrong with what is given is said before anything is read for the change.
        self.known_registration(change.id)?;
        let client_id = client_id(&change.client_id)?;
        let name = crate::welcome::person_name(&change.name)?;
        let redirect = change.redirect.as_ref().map(redirect).transpose()?;
        let given = change.client_secret.as_deref().map(str::trim);
        let sealed = match given {
            None | Some("") => None,
            Some(secret) => Some(
                self.inner
                    .gateway
                    .seal_client_secret(change.id, &Secret::new(secret))?,
            ),
        };
        // What is not given stays as it is while this is written, not as it was when it was asked
        // for: another window may have changed it since.
        let (registration, other_client, touched) = self.at_once(|| {
            self.manager_for(session, Act::Edit)?;
            let mut registration = self.known_registration(change.id)?;
            let other_client = client_id != registration.client_id;
            registration.client_id = client_id;
            registration.name = name;
            if let Some(redirect) = redirect {
                registration.redirect = redirect;
            }
            if given.is_some() {
                registration.secret = sealed;
            }
            self.inner.catalog.update_registration(&registration)?;
            if given == Some("") {
                // A public client has none to wait for.
                self.inner.catalog.settle_secret(registration.id)?;
            }
            if other_client {
                // What was authorized with the client ID that was there before, wherever it sits.
                self.inner.catalog.refuse_client(registration.id)?;
            }
            self.log_registration(session, Action::RegistrationChanged, &registration)?;
            let catalog = &self.inner.catalog;
            let touched = catalog.connections_of_registration(registration.id)?;
            Ok((registration, other_client, touched))
        })?;
        if other_client {
            // What is being signed in was begun with the client ID of before.
            for connection in touched {
                self.cancel_flows_of(connection);
            }
        }
        self.inner.bell.changed();
        self.registration_view(&registration)
    }

    /// Deletes a client registration that no connection uses.
    ///
    /// # Errors
    /// R1, R2; `registration_unknown`; `registration_used`; the vault is locked.
    pub fn delete_registration(
        &self,
        session: Session,
        id: RegistrationId,
    ) -> Result<(), ConsoleError> {
        self.manager_for(session, Act::Delete)?;
        self.inner.keys.vault()?;
        self.at_once(|| {
            let registration = self.known_registration(id)?;
            let used = self.inner.catalog.connections_of_registration(id)?;
            if !used.is_empty() {
                let count = used.len().to_string();
                return Err(ConsoleError::new("registration_used").with("count", count));
            }
            self.inner.catalog.delete_registration(id)?;
            self.log_registration(session, Action::RegistrationDeleted, &registration)
        })?;
        self.inner.bell.changed();
        Ok(())
    }

    pub(crate) fn log_registration(
        &self,
        session: Session,
        action: Action,
        registration: &Registration,
    ) -> Result<(), ConsoleError> {
        let subject = format!("registration/{}", registration.id);
        let args = [
            ("service", registration.connector.as_str()),
            ("registration", &registration.name),
        ];
        self.log(session, action, &subject, &args)
    }

    fn known_registration(&self, id: RegistrationId) -> Result<Registration, ConsoleError> {
        let known = self.inner.catalog.registration(id)?;
        known.ok_or_else(|| ConsoleError::new("registration_unknown"))
    }

    /// The reaches of a connection that use a registration.
    fn reaches_with(
        &self,
        connection: &Connection,
        id: RegistrationId,
    ) -> Result<Vec<Reach>, ConsoleError> {
        let overrides = self.inner.catalog.slot_settings(connection.id)?;
        let own = |reach: Reach| {
            let own = overrides.iter().find(|own| own.reach == reach);
            registration_of(
                own.and_then(|own| own.registration),
                connection.registration,
            )
        };
        let reaches = connection.mode.reaches().iter().copied();
        Ok(reaches.filter(|reach| own(*reach) == Some(id)).collect())
    }

    pub(crate) fn registrations(
        &self,
        connector: Option<&str>,
    ) -> Result<Vec<RegistrationView>, ConsoleError> {
        self.inner
            .catalog
            .registrations(connector)?
            .iter()
            .map(|registration| self.registration_view(registration))
            .collect()
    }

    pub(crate) fn registration_view(
        &self,
        registration: &Registration,
    ) -> Result<RegistrationView, ConsoleError> {
        let connections = self
            .inner
            .catalog
            .connections_of_registration(registration.id)?;
        Ok(RegistrationView {
            id: registration.id,
            connector: registration.connector.clone(),
            name: registration.name.clone(),
            client_id: registration.client_id.clone(),
            has_secret: registration.secret.is_some(),
            secret_due: self.inner.catalog.secret_due(registration.id)?,
            redirect_address: redirect_address(&registration.redirect, registration.id),
            for_clients: self
                .inner
                .gateway
                .library()
                .get(&registration.connector)
                .is_some_and(Connector::is_for_clients),
            sent_back: self
                .inner
                .gateway
                .library()
                .get(&registration.connector)
                .is_none_or(|connector| connector.oauth().authorize.is_some()),
            connections: u32::try_from(connections.len()).unwrap_or(u32::MAX),
        })
    }
}

/// The longest client ID, in bytes.
const CLIENT_ID_MAX: usize = 500;

/// A client ID as it is stored, whichever way it comes in.
///
/// # Errors
/// `client_id_empty`, `client_id_invalid`.
pub(crate) fn client_id(given: &str) -> Result<String, ConsoleError> {
    let given = given.trim();
    if given.is_empty() {
        return Err(ConsoleError::new("client_id_empty"));
    }
    if given.len() > CLIENT_ID_MAX || given.chars().any(char::is_control) {
        return Err(ConsoleError::new("client_id_invalid"));
    }
    Ok(given.to_owned())
}

pub(crate) fn redirect(form: &RedirectForm) -> Result<Redirect, ConsoleError> {
    let invalid = || ConsoleError::new("redirect_invalid");
    match form {
        RedirectForm::LoopbackAnyPort => Ok(Redirect::LoopbackAnyPort),
        RedirectForm::LoopbackPort { port } if *port >= 1024 => Ok(Redirect::LoopbackPort(*port)),
        RedirectForm::LocalhostPort { port } if *port >= 1024 => Ok(Redirect::LocalhostPort(*port)),
        RedirectForm::LoopbackPort { .. } | RedirectForm::LocalhostPort { .. } => Err(invalid()),
        RedirectForm::Intercepted { base } => {
            let url = Url::parse(base.trim()).map_err(|_| invalid())?;
            let plain = url.scheme() == "https"
                && url.host_str().is_some()
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none();
            if !plain {
                return Err(invalid());
            }
            Ok(Redirect::Intercepted(
                url.as_str().trim_end_matches('/').to_owned(),
            ))
        }
    }
}

/// The address to register: of a loopback form with any port, the one without a port
/// (RFC 8252 §7.3).
fn redirect_address(redirect: &Redirect, id: RegistrationId) -> String {
    match redirect {
        Redirect::LoopbackAnyPort => format!("http://127.0.0.1/callback/{id}"),
        Redirect::LoopbackPort(port) => format!("http://127.0.0.1:{port}/callback/{id}"),
        Redirect::LocalhostPort(port) => format!("http://localhost:{port}/callback/{id}"),
        Redirect::Intercepted(base) => format!("{base}/callback/{id}"),
    }
}
