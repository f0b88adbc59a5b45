//! Publishing a draft: what it does is shown first (R18), to the connections that use the
//! connector and to the secrets that go where it says (R23).

use std::collections::BTreeSet;

use tsunagi_catalog::AcceptedConnector;
use tsunagi_connectors::{Connector, Draft, Library};
use tsunagi_domain::access::Act;
use tsunagi_domain::{Connection, Health, NotConnected};

use super::told;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::standing::Origins;
use crate::views::{BuilderView, ChangedAddress, PublishImpact, SecretRemoved, TouchedByConnector};

impl Console {
    /// R18: what publishing a draft would do. Nothing is changed.
    ///
    /// # Errors
    /// Those of [`Self::publish_connector`].
    pub fn publish_impact(
        &self,
        session: Session,
        file: &str,
        hash: &str,
    ) -> Result<PublishImpact, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        let (draft, after) = self.draft_as_seen(file, hash)?;
        let library = self.inner.gateway.library();
        let before = library.get(&after.id).filter(|known| known.custom);
        self.may_replace(before, &after)?;
        let scopes = |connector: Option<&Connector>| -> Vec<String> {
            let scopes = connector.into_iter().flat_map(|one| &one.scopes);
            scopes.map(|scope| scope.name.clone()).collect()
        };
        let hosts = |connector: Option<&Connector>| {
            connector.map_or_else(Vec::new, |one| one.hosts.clone())
        };
        let (scopes_before, scopes_after) = (scopes(before), scopes(Some(&after)));
        let (hosts_before, hosts_after) = (hosts(before), hosts(Some(&after)));
        Ok(PublishImpact {
            file: file.to_owned(),
            hash: hash.to_owned(),
            replaces: before.is_some(),
            hosts_added: missing_from(&hosts_before, &hosts_after),
            hosts_removed: missing_from(&hosts_after, &hosts_before),
            addresses: before.map_or_else(Vec::new, |before| changed_addresses(before, &after)),
            scopes_added: missing_from(&scopes_before, &scopes_after),
            scopes_removed: missing_from(&scopes_after, &scopes_before),
            connections: self.touched_by(&draft, &after, before)?,
            secrets_removed: self.secrets_removed(before, &after)?,
        })
    }

    /// Publishes a draft exactly as it was shown.
    ///
    /// # Errors
    /// Those of [`Self::accept_connector`].
    pub fn publish_connector(
        &self,
        session: Session,
        file: &str,
        hash: &str,
    ) -> Result<BuilderView, ConsoleError> {
        self.accept_connector(session, file, hash)?;
        self.in_builder(file)
    }

    fn secrets_removed(
        &self,
        before: Option<&Connector>,
        after: &Connector,
    ) -> Result<Vec<SecretRemoved>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let mut removed = Vec::new();
        for registration in self.secrets_moved(before, after)? {
            let mut connections = Vec::new();
            for id in catalog.connections_of_registration(registration.id)? {
                if let Some(connection) = self.readable_connection(id)? {
                    connections.push(self.connection_mark(&connection));
                }
            }
            removed.push(SecretRemoved {
                registration: registration.id,
                name: registration.name,
                connections,
            });
        }
        Ok(removed)
    }

    /// That connections can go on with what a connector becomes: what was authorized by signing in
    /// is no key, and a key is no token; each is of a kind that it offers still (R9), and a payment
    /// service has no more than one (R7).
    ///
    /// # Errors
    /// `connector_way_changed`, `connector_kind_gone`, `connector_one_only` where connections use
    /// it.
    pub(crate) fn may_replace(
        &self,
        before: Option<&Connector>,
        after: &Connector,
    ) -> Result<(), ConsoleError> {
        let Some(before) = before else {
            return Ok(());
        };
        let used = self.inner.catalog.connections_of_connector(&after.id)?;
        let refused = |code, count: usize| {
            Err(ConsoleError::new(code)
                .with("service", after.name.clone())
                .with("count", count.to_string()))
        };
        let way = |one: &Connector| (one.keys.is_some(), one.is_for_clients());
        if way(before) != way(after) && !used.is_empty() {
            return refused("connector_way_changed", used.len());
        }
        let gone = |kind| before.offers(kind) && !after.offers(kind);
        let of_kinds_gone = used.iter().filter(|one| gone(one.kind)).count();
        if of_kinds_gone > 0 {
            return refused("connector_kind_gone", of_kinds_gone);
        }
        if after.payment && used.len() > 1 {
            return refused("connector_one_only", used.len());
        }
        Ok(())
    }

    /// A file of the folder with the connector in it, where it is still what a member saw.
    ///
    /// # Errors
    /// `draft_changed`; `connector_bad`.
    pub(crate) fn draft_as_seen(
        &self,
        file: &str,
        hash: &str,
    ) -> Result<(Draft, Connector), ConsoleError> {
        let changed = || ConsoleError::new("draft_changed").with("file", file);
        let draft = self.draft_called(file).ok_or_else(changed)?;
        if draft.hash != hash {
            return Err(changed());
        }
        match draft.outcome.clone() {
            Ok(connector) => Ok((draft, connector)),
            Err(problem) => Err(told("connector_bad", &problem)),
        }
    }

    /// A published connector.
    pub(super) fn published(&self, id: &str) -> Result<Option<AcceptedConnector>, ConsoleError> {
        let all = self.inner.catalog.accepted_connectors()?;
        Ok(all.into_iter().find(|known| known.id == id))
    }

    /// What publishing does to each connection of a connector.
    fn touched_by(
        &self,
        draft: &Draft,
        after: &Connector,
        before: Option<&Connector>,
    ) -> Result<Vec<TouchedByConnector>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let (now, then) = (self.origins(), self.origins_with(draft, after)?);
        let mut touched = Vec::new();
        for connection in catalog.connections_of_connector(&after.id)? {
            touched.push(TouchedByConnector {
                uses: catalog.count_uses(connection.id)?,
                asks_again: self.asked_again(&connection, &now, &then)?,
                scopes_gone: scopes_gone(&connection, before, after),
                connection: self.connection_mark(&connection),
            });
        }
        Ok(touched)
    }

    /// R23: the accounts of a connection that work now and would not then.
    fn asked_again(
        &self,
        connection: &Connection,
        now: &Origins,
        then: &Origins,
    ) -> Result<Vec<crate::views::PlacedAccount>, ConsoleError> {
        let whole = self.whole(connection.id)?;
        let mut again = Vec::new();
        for slot in whole.present() {
            let reach = slot.key.reach;
            let fits =
                |origins: &Origins| origins.unchanged(connection, &whole.overrides, reach, slot);
            if fits(now) && !fits(then) {
                again.push(crate::views::PlacedAccount {
                    health: Health::NotConnected(NotConnected::ConnectorChanged),
                    ..self.seat_view(&whole, slot)?
                });
            }
        }
        Ok(again)
    }

    /// What connectors will say of origins with a draft in place of the connector of its id.
    fn origins_with(&self, draft: &Draft, after: &Connector) -> Result<Origins, ConsoleError> {
        let others = self.inner.catalog.accepted_connectors()?;
        let accepted: Vec<(String, String)> = others
            .into_iter()
            .filter(|known| known.id != after.id)
            .map(|known| (known.toml, known.hash))
            .chain([(draft.toml.clone(), draft.hash.clone())])
            .collect();
        let (library, _) = Library::built_in().with_accepted(&accepted);
        Ok(Origins::of(library.into()))
    }
}

/// What is in `there` and not in `here`.
fn missing_from(here: &[String], there: &[String]) -> Vec<String> {
    let known: BTreeSet<&String> = here.iter().collect();
    let new = there.iter().filter(|one| !known.contains(one));
    new.cloned().collect()
}

/// R20: scopes that a connection asks for, that the connector had, and that it would not have.
fn scopes_gone(
    connection: &Connection,
    before: Option<&Connector>,
    after: &Connector,
) -> Vec<String> {
    let has =
        |connector: &Connector, name: &str| connector.scopes.iter().any(|scope| scope.name == name);
    let gone = connection
        .scopes
        .iter()
        .filter(|name| before.is_some_and(|before| has(before, name)) && !has(after, name));
    gone.cloned().collect()
}

/// The addresses of a connector, by the field they are in.
fn addresses(connector: &Connector) -> [(&'static str, Option<&str>); 14] {
    let oauth = connector.oauth();
    let token = Some(oauth.token.as_str()).filter(|token| !token.is_empty());
    [
        ("/oauth/authorize", oauth.authorize.as_deref()),
        ("/oauth/token", token),
        ("/oauth/refresh", oauth.refresh.as_deref()),
        (
            "/oauth/revoke",
            oauth.revoke.as_ref().map(|revoke| revoke.url.as_str()),
        ),
        ("/oauth/device", oauth.device.as_deref()),
        ("/oauth/device_token", oauth.device_token.as_deref()),
        ("/oauth/par", oauth.par.as_deref()),
        ("/oauth/metadata", oauth.metadata.as_deref()),
        ("/oauth/jwks", oauth.jwks.as_deref()),
        ("/oauth/issuer", oauth.issuer.as_deref()),
        ("/oauth/userinfo", oauth.userinfo.as_deref()),
        ("/api/base", Some(&connector.api.base)),
        (
            "/whoami/url",
            connector.whoami.as_ref().map(|asked| asked.url.as_str()),
        ),
        (
            "/verify/url",
            connector.verify.as_ref().map(|asked| asked.url.as_str()),
        ),
    ]
}

fn changed_addresses(before: &Connector, after: &Connector) -> Vec<ChangedAddress> {
    let pairs = addresses(before).into_iter().zip(addresses(after));
    pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| ChangedAddress {
            field: field.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        })
        .collect()
}
