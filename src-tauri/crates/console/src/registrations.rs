//! Client registrations: the redirect address first, then what the provider gave for it.

use tsunagi_catalog::{Redirect, Registration};
use tsunagi_connectors::Registration as Needs;
use tsunagi_domain::RegistrationId;
use tsunagi_oauth::Secret;
use url::Url;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::{NewRegistration, RedirectForm, RegistrationDraft, RegistrationView};

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
        self.manager(session)?;
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
    /// R1, R2; `client_id_empty`; `connector_missing`; `redirect_invalid`; the vault is locked.
    pub fn add_registration(
        &self,
        session: Session,
        new: &NewRegistration,
    ) -> Result<RegistrationView, ConsoleError> {
        self.manager(session)?;
        let connector = self.connector(&new.connector)?;
        if connector.registration != Needs::NeedsClient {
            return Err(ConsoleError::new("registration_not_needed"));
        }
        let client_id = new.client_id.trim().to_owned();
        if client_id.is_empty() {
            return Err(ConsoleError::new("client_id_empty"));
        }
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
        self.inner.catalog.add_registration(&registration)?;
        let subject = format!("registration/{}", registration.id);
        self.log(
            session,
            "registration.added",
            &subject,
            &[("service", &registration.connector)],
        )?;
        self.registration_view(&registration)
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
            redirect_address: redirect_address(&registration.redirect, registration.id),
            connections: u32::try_from(connections.len()).unwrap_or(u32::MAX),
        })
    }
}

fn redirect(form: &RedirectForm) -> Result<Redirect, ConsoleError> {
    let invalid = || ConsoleError::new("redirect_invalid");
    match form {
        RedirectForm::LoopbackAnyPort => Ok(Redirect::LoopbackAnyPort),
        RedirectForm::LoopbackPort { port } if *port >= 1024 => Ok(Redirect::LoopbackPort(*port)),
        RedirectForm::LoopbackPort { .. } => Err(invalid()),
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
        Redirect::Intercepted(base) => format!("{base}/callback/{id}"),
    }
}
