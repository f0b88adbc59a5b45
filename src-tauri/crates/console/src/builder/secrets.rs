//! Client secrets and where they go: one that is stored is for the hosts of the connector it was
//! entered for. Where publishing moves an address to another host, it has to be entered again, so
//! that nobody can have it sent to a host of theirs by editing a connector (R23).

use std::collections::BTreeSet;

use tsunagi_catalog::Registration;
use tsunagi_connectors::{Connector, host_of};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;

impl Console {
    /// The client registrations whose secret a connector would send to other hosts than the one
    /// they were entered for; `before` is `None` where nobody knows what that one said.
    pub(super) fn secrets_moved(
        &self,
        before: Option<&Connector>,
        after: &Connector,
    ) -> Result<Vec<Registration>, ConsoleError> {
        if before.is_some_and(|before| !moves(before, after)) {
            return Ok(Vec::new());
        }
        let all = self.inner.catalog.registrations(Some(&after.id))?;
        let stored = all.into_iter().filter(|one| one.secret.is_some());
        Ok(stored.collect())
    }

    /// Removes them; each says from then on that its secret is to be entered. Part of the write
    /// that publishes.
    pub(crate) fn remove_moved_secrets(
        &self,
        session: Session,
        before: Option<&Connector>,
        after: &Connector,
    ) -> Result<(), ConsoleError> {
        for registration in self.secrets_moved(before, after)? {
            self.inner.catalog.remove_secret(registration.id)?;
            self.log_registration(session, Action::RegistrationSecretRemoved, &registration)?;
        }
        Ok(())
    }
}

/// Where what an address says is sent: its host, with what completes it. `None` where it has none
/// of its own: what a service answers must be within `hosts`.
fn place(connector: &Connector, template: &str) -> Option<String> {
    let host = host_of(template)?;
    let mut place = host.to_ascii_lowercase();
    for parameter in &connector.parameters {
        if host.contains(&format!("{{{}}}", parameter.name)) {
            let default = parameter.default.as_deref().unwrap_or_default();
            place.push_str(&format!(" {}={default}", parameter.pattern.as_str()));
        }
    }
    Some(place)
}

/// What the client secret is sent to, field by field.
fn of_secrets(connector: &Connector) -> Vec<Option<String>> {
    let oauth = connector.oauth();
    let fields = [
        Some(&oauth.token),
        oauth.refresh.as_ref(),
        oauth.revoke.as_ref().map(|revoke| &revoke.url),
        oauth.device.as_ref(),
        oauth.device_token.as_ref(),
        oauth.par.as_ref(),
    ];
    let places = fields.into_iter().map(|field| place(connector, field?));
    places.collect()
}

/// What credentials are sent to, field by field.
fn of_credentials(connector: &Connector) -> Vec<Option<String>> {
    let fields = [
        Some(&connector.api.base),
        connector.oauth().userinfo.as_ref(),
        connector.whoami.as_ref().map(|asked| &asked.url),
        connector.verify.as_ref().map(|asked| &asked.url),
    ];
    let places = fields.into_iter().map(|field| place(connector, field?));
    places.collect()
}

/// Whether an address that receives the client secret or a credential is at another host.
fn moves(before: &Connector, after: &Connector) -> bool {
    let other = |fields: fn(&Connector) -> Vec<Option<String>>| {
        let was = fields(before);
        let known: BTreeSet<&String> = was.iter().flatten().collect();
        fields(after).iter().zip(&was).any(|pair| match pair {
            (None, _) => false,
            (Some(now), Some(was)) => now != was,
            // A new one may be where others of its kind are.
            (Some(now), None) => !known.contains(now),
        })
    };
    let hosts = |connector: &Connector| -> BTreeSet<String> {
        let hosts = connector.hosts.iter();
        hosts
            .map(|host| place(connector, host).unwrap_or_else(|| host.clone()))
            .collect()
    };
    other(of_secrets) || other(of_credentials) || !hosts(after).is_subset(&hosts(before))
}
