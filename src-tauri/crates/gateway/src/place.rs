//! Which slot a request uses, and everything a request through it needs.

use tsunagi_catalog::{Authorization, Catalog, CatalogError};
use tsunagi_connectors::{Connector, Resolved};
use tsunagi_domain::access::available;
use tsunagi_domain::application::may_send;
use tsunagi_domain::connection::{Settings, SlotKey};
use tsunagi_domain::custody::{custody, may_use_credentials};
use tsunagi_domain::gate::{Access, Caller, Candidate, Question, choose};
use tsunagi_domain::health::{Condition, health, scopes_granted};
use tsunagi_domain::offer::offered_here;
use tsunagi_domain::resolution::registration_of;
use tsunagi_domain::{
    ApplicationId, AuthorizationId, Connection, ConnectionId, Environment, Health, MemberId,
    NotConnected, Reach, Refusal, RefusalCode, RegistrationId, Timestamp,
};
use tsunagi_oauth::{Client, Secret};
use tsunagi_vault::{Aad, Reader};

use crate::readers::Opening;
use crate::{GateError, Gateway};

/// A filled slot, with everything a request through it needs.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) authorization: AuthorizationId,
    pub(crate) link_name: String,
    pub(crate) environment: Environment,
    /// What the connection asks for.
    pub(crate) scopes: Vec<String>,
    pub(crate) connector: Connector,
    pub(crate) resolved: Resolved,
    /// The slot's registration. A token is renewed and revoked with the one it was issued to.
    pub(crate) registration: Option<RegistrationId>,
    /// For whom its credential is opened.
    pub(crate) opening: Opening,
}

/// An authorization, the slots it sits in and their connections, and why some are not among them.
type Found = (
    Option<Authorization>,
    Vec<(SlotKey, Connection)>,
    Option<CatalogError>,
);

/// Where an authorization sits. A slot whose key cannot be read still says which connection it is
/// of, and stands for all its environments.
fn places_of(catalog: &Catalog, id: AuthorizationId) -> tsunagi_catalog::Result<Vec<SlotKey>> {
    let mut keys = catalog.slots_of_authorization(id)?;
    for connection in catalog.connections_of_authorization(id)? {
        if keys.iter().all(|key| key.connection != connection) {
            keys.push(SlotKey {
                connection,
                reach: Reach::All,
                member: None,
            });
        }
    }
    Ok(keys)
}

impl Gateway {
    /// R1, and that whoever is present may send through this application, or through none.
    ///
    /// # Errors
    /// The refusals of [`available`] and [`may_send`].
    pub(crate) async fn admit(
        &self,
        caller: Caller,
        application: Option<ApplicationId>,
    ) -> Result<(), GateError> {
        let (workspace, may) = self
            .db(move |catalog| {
                let may = match caller {
                    Caller::Unattended => Ok(()),
                    Caller::Member(id) => may_come_through(catalog, id, application)?,
                };
                Ok((catalog.workspace()?, may))
            })
            .await?;
        if let Some(workspace) = workspace {
            available(&workspace)?;
        }
        Ok(may?)
    }

    /// The filled slot a request uses, or why none.
    pub(crate) async fn choose(
        &self,
        connection: &Connection,
        caller: Caller,
        application: Option<ApplicationId>,
        environment: Environment,
    ) -> Result<Place, GateError> {
        let reach = connection.mode.reach(environment);
        let id = connection.id;
        let (slots, primaries, led, missing, workspace) = self
            .db(move |catalog| {
                let missing = match application {
                    Some(application) => without_access(catalog, application, id)?,
                    None => None,
                };
                let led = catalog.ever_had_primary(id, reach)?;
                let (slots, primaries) = (catalog.slots(id)?, catalog.primaries(id)?);
                Ok((slots, primaries, led, missing, catalog.workspace()?))
            })
            .await?;
        let (connector, resolved, registration) = self.resolve(connection, reach).await?;
        let retired = connector.served(self.now()).err();
        let unoffered = workspace.and_then(|workspace| {
            offered_here(&connector.name, connector.places(), &workspace).err()
        });
        let mut candidates = Vec::new();
        for slot in slots.iter().filter(|slot| slot.key.reach == reach) {
            // What the service answered must still lead where the connector goes.
            let leads = connector.answered(&resolved, &slot.authorization.extras);
            let health = health_of(
                connection.enabled,
                retired.is_none(),
                &connection.scopes,
                &slot.authorization,
                &resolved,
                registration,
            );
            candidates.push(Candidate {
                member: slot.key.member,
                health: match leads.and_then(|leads| leads.complete()) {
                    Err(_) if health == Health::Connected => {
                        Health::NotConnected(NotConnected::ConnectorChanged)
                    }
                    _ => health,
                },
                value: slot.authorization.id,
            });
        }
        let question = Question {
            connection: connection.link_name.as_str(),
            kind: connection.kind,
            enabled: connection.enabled,
            retired: retired.as_ref(),
            unoffered: unoffered.as_ref(),
            access: match (application, &missing) {
                (None, _) => Access::Direct,
                (Some(_), None) => Access::Granted,
                (Some(_), Some(name)) => Access::Missing(name),
            },
            environment,
            caller,
            primary: primaries
                .iter()
                .find(|primary| primary.reach == reach)
                .map(|primary| primary.member),
            led,
        };
        let authorization = choose(question, &candidates)?;
        let chosen = slots
            .iter()
            .find(|slot| slot.key.reach == reach && slot.authorization.id == authorization);
        let resolved = match chosen {
            Some(slot) => connector.answered(&resolved, &slot.authorization.extras)?,
            None => resolved,
        };
        // Before anything is sent: an example in a file is no address to send a token to.
        resolved.complete()?;
        Ok(Place {
            authorization,
            link_name: connection.link_name.to_string(),
            environment,
            scopes: connection.scopes.clone(),
            connector,
            resolved,
            registration,
            opening: Opening::For(caller),
        })
    }

    /// The connector of a connection with the settings and the registration of one reach.
    ///
    /// # Errors
    /// [`GateError::ConnectorMissing`], or a setting the connector does not accept.
    pub async fn resolve(
        &self,
        connection: &Connection,
        reach: Reach,
    ) -> Result<(Connector, Resolved, Option<RegistrationId>), GateError> {
        let connector = self
            .library()
            .get(&connection.connector)
            .cloned()
            .ok_or_else(|| GateError::ConnectorMissing(connection.connector.clone()))?;
        let id = connection.id;
        // R23: with others than its own, a request of an environment would go where it does not
        // belong.
        let overrides = self
            .db(move |catalog| catalog.slot_settings_to_send(id))
            .await?;
        let own = overrides
            .into_iter()
            .find(|settings| settings.reach == reach);
        let mut settings: Settings = connection.settings.clone();
        let mut registration = connection.registration;
        if let Some(own) = own {
            settings.extend(own.settings);
            registration = registration_of(own.registration, registration);
        }
        let resolved = connector.resolve(&settings)?;
        Ok((connector, resolved, registration))
    }

    /// Where an authorization is kept up: of the slots it sits in one that is connected, else one
    /// that misses scopes, else one of the origins it was obtained for, also of the environment
    /// mode that was left, else any; `None` where it sits nowhere any more.
    pub(crate) async fn place_of(&self, id: AuthorizationId) -> Result<Option<Place>, GateError> {
        let found = self
            .db(move |catalog| {
                let (mut sits, mut torn) = (Vec::new(), None);
                for key in catalog.slots_of_authorization(id)? {
                    match catalog.connection(key.connection) {
                        // What it shares with another is kept up for that one.
                        Err(error @ CatalogError::Unreadable(_)) => torn = torn.or(Some(error)),
                        found => sits.extend(found?.map(|connection| (key, connection))),
                    }
                }
                Ok((catalog.authorization(id)?, sits, torn))
            })
            .await?;
        self.best_of(id, found).await
    }

    /// As [`Self::place_of`], for taking leave of it: also of a connection or an authorization
    /// that cannot be read, as far as what leads to the provider can be.
    pub(crate) async fn place_to_revoke(
        &self,
        id: AuthorizationId,
    ) -> Result<Option<Place>, GateError> {
        let found = self
            .db(move |catalog| {
                let (mut sits, mut torn) = (Vec::new(), None);
                for key in places_of(catalog, id)? {
                    match catalog.connection(key.connection) {
                        Err(error @ CatalogError::Unreadable(_)) => {
                            let remains = catalog.remains(key.connection)?;
                            match remains.and_then(|remains| remains.leads) {
                                Some(leads) => sits.push((key, leads)),
                                None => torn = torn.or(Some(error)),
                            }
                        }
                        found => sits.extend(found?.map(|connection| (key, connection))),
                    }
                }
                Ok((catalog.authorization_to_revoke(id)?, sits, torn))
            })
            .await?;
        self.best_of(id, found).await
    }

    async fn best_of(
        &self,
        id: AuthorizationId,
        (authorization, sits, torn): Found,
    ) -> Result<Option<Place>, GateError> {
        let Some(authorization) = authorization else {
            return Ok(None);
        };
        let (mut best, mut failure) = (None, torn.map(GateError::from));
        for (key, connection) in sits {
            let (connector, resolved, registration) =
                match self.resolve(&connection, key.reach).await {
                    Ok(found) => found,
                    // Another connection's connector may be there still.
                    Err(error) => {
                        failure = failure.or(Some(error));
                        continue;
                    }
                };
            let health = health_of(
                connection.enabled,
                connector.served(self.now()).is_ok(),
                &connection.scopes,
                &authorization,
                &resolved,
                registration,
            );
            let present = connection.mode.reaches().contains(&key.reach);
            let rank = match health {
                Health::Connected if present => 0,
                Health::NotConnected(NotConnected::ScopesMissing) if present => 1,
                _ if authorization.origins == resolved.origins => 2,
                _ => 3,
            };
            if best.as_ref().is_some_and(|(least, _)| *least <= rank) {
                continue;
            }
            let resolved = match connector.answered(&resolved, &authorization.extras) {
                Ok(resolved) => resolved,
                Err(refusal) => {
                    failure = failure.or(Some(refusal.into()));
                    continue;
                }
            };
            let place = Place {
                authorization: id,
                link_name: connection.link_name.to_string(),
                environment: key.reach.environment().unwrap_or(Environment::Production),
                scopes: connection.scopes,
                connector,
                resolved,
                registration,
                opening: Opening::Upkeep,
            };
            best = Some((rank, place));
        }
        match (best, failure) {
            (None, Some(error)) => Err(error),
            (best, _) => Ok(best.map(|(_, place)| place)),
        }
    }

    /// That credentials may be used on this computer at all. Whatever opens one, or the client
    /// it is renewed, revoked or obtained with, asks here first: a copy of a workspace sends
    /// nothing to a provider before it was taken over.
    ///
    /// # Errors
    /// [`RefusalCode::NotTakenOver`](tsunagi_domain::RefusalCode::NotTakenOver); where the
    /// catalog cannot be read.
    pub async fn in_custody(&self) -> Result<(), GateError> {
        let restoration = self.db(Catalog::restoration).await?;
        Ok(may_use_credentials(custody(restoration))?)
    }

    /// The client a connector's OAuth uses, its secret opened.
    pub(crate) async fn client(
        &self,
        connector: &Connector,
        registration: Option<RegistrationId>,
    ) -> Result<Client, GateError> {
        self.in_custody().await?;
        if let Some(client_id) = connector.built_in_client_id() {
            return Ok(Client {
                id: client_id.to_owned(),
                secret: None,
            });
        }
        let missing = || {
            Refusal::new(RefusalCode::RegistrationNeeded).with("service", connector.name.clone())
        };
        let id = registration.ok_or_else(missing)?;
        let registration = self
            .db(move |catalog| catalog.registration(id))
            .await?
            .ok_or_else(missing)?;
        let secret = match registration.secret {
            None => None,
            Some(sealed) => {
                let vault = self.inner.keys.vault()?;
                let wrap = sealed
                    .wraps
                    .iter()
                    .find(|wrap| wrap.reader == Reader::Workspace.to_string())
                    .ok_or(GateError::Locked)?;
                let subject = id.to_string();
                let key = vault.unwrap(&wrap.wrapped, &subject, &Reader::Workspace)?;
                let aad = Aad::credential(&subject, "client_secret", sealed.version);
                let bytes = key.open(&aad, &sealed.sealed)?;
                let text = std::str::from_utf8(&bytes).map_err(|_| GateError::Damaged)?;
                Some(Secret::new(text))
            }
        };
        Ok(Client {
            id: registration.client_id,
            secret,
        })
    }
}

impl Place {
    /// How an authorization fares here at this time. That the connection is enabled was asked
    /// before.
    pub(crate) fn health(&self, authorization: &Authorization, now: Timestamp) -> Health {
        health_of(
            true,
            self.connector.served(now).is_ok(),
            &self.scopes,
            authorization,
            &self.resolved,
            self.registration,
        )
    }

    pub(crate) fn refuse(&self, reason: NotConnected) -> Refusal {
        Refusal::new(RefusalCode::NotConnected)
            .with("connection", self.link_name.clone())
            .with("environment", self.environment.as_str())
            .with("reason", reason.as_str())
    }
}

/// Whether a member may send through an application, or through none.
fn may_come_through(
    catalog: &Catalog,
    member: MemberId,
    application: Option<ApplicationId>,
) -> Result<Result<(), Refusal>, CatalogError> {
    let Some(member) = catalog.member(member)? else {
        return Ok(Err(Refusal::new(RefusalCode::MemberInactive)));
    };
    let through = match application {
        None => None,
        Some(id) => {
            let shared = catalog.members_of_application(id)?.contains(&member.id);
            Some((name_of(catalog, id)?, shared))
        }
    };
    let through = through
        .as_ref()
        .map(|(name, shared)| (name.as_str(), *shared));
    Ok(may_send(&member, through))
}

/// The name of an application; its identifier where it is gone.
fn name_of(catalog: &Catalog, application: ApplicationId) -> Result<String, CatalogError> {
    let known = catalog.application(application)?;
    Ok(known.map_or_else(|| application.to_string(), |application| application.name))
}

/// The name of an application that may not use a connection.
fn without_access(
    catalog: &Catalog,
    application: ApplicationId,
    connection: ConnectionId,
) -> Result<Option<String>, CatalogError> {
    if catalog.has_access(application, connection)? {
        return Ok(None);
    }
    name_of(catalog, application).map(Some)
}

/// The health of an authorization in a slot, as its connection and connector stand now.
fn health_of(
    enabled: bool,
    served: bool,
    scopes: &[String],
    authorization: &Authorization,
    resolved: &Resolved,
    registration: Option<RegistrationId>,
) -> Health {
    health(Condition {
        enabled,
        served,
        stored: Some(authorization.health),
        scopes_granted: scopes_granted(
            scopes,
            &authorization.asked,
            authorization.granted.as_deref(),
        ),
        origins_unchanged: authorization.origins == resolved.origins,
        same_client: authorization.registration == registration,
    })
}
