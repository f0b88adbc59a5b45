//! What a request is made for: the service with the addresses of the slot that would be used.

use tsunagi_connectors::{Connector, Resolved};
use tsunagi_domain::gate::Caller;
use tsunagi_domain::names::LinkName;
use tsunagi_domain::{
    ApplicationId, AuthorizationId, Connection, ConnectionId, Environment, Refusal, RefusalCode,
};

use crate::noted::Noted;
use crate::place::Place;
use crate::{Call, GateError, Gateway, Request};

/// Through what requests go: everything the gate asks but the request.
#[derive(Debug, Clone)]
pub struct Door {
    /// The connection, as uses name it.
    pub link_name: LinkName,
    /// Who asks.
    pub caller: Caller,
    /// Through which application; `None` where a manager tries the connection itself.
    pub application: Option<ApplicationId>,
    /// Where.
    pub environment: Environment,
    /// From which area, for the record.
    pub area: String,
}

impl Door {
    /// A request through it.
    #[must_use]
    pub fn call(&self, request: Request) -> Call {
        Call {
            link_name: self.link_name.clone(),
            caller: self.caller,
            application: self.application,
            environment: self.environment,
            area: self.area.clone(),
            request,
        }
    }
}

/// A service with the addresses of the slot that a door leads to. It holds no secret.
#[derive(Debug, Clone)]
pub struct Site {
    /// The service.
    pub connector: Connector,
    /// Its addresses.
    pub resolved: Resolved,
    /// The account's id at the service, where it is known.
    pub account: Option<String>,
    /// The scopes that were granted.
    pub granted: Vec<String>,
    /// The connection.
    pub connection: ConnectionId,
    /// The authorization.
    pub authorization: AuthorizationId,
}

impl Site {
    /// As operations ask for it.
    #[must_use]
    pub fn view(&self) -> tsunagi_connectors::Site<'_> {
        tsunagi_connectors::Site {
            connector: &self.connector,
            resolved: &self.resolved,
            account: self.account.as_deref(),
        }
    }
}

impl Gateway {
    /// Where a door leads. Nothing is sent and no credential is opened; [`Gateway::send`] decides
    /// anew. A refusal is recorded.
    ///
    /// # Errors
    /// Every refusal that [`Gateway::send`] has before it looks at the request.
    pub async fn site(&self, door: &Door) -> Result<Site, GateError> {
        let link_name = door.link_name.clone();
        let known = self
            .db(move |catalog| catalog.connection_by_link_name(link_name.as_str()))
            .await?;
        let connection = known.ok_or_else(|| {
            Refusal::new(RefusalCode::ConnectionUnknown).with("connection", door.link_name.as_str())
        })?;
        let led = self.lead(&connection, door).await;
        if let Err(error) = &led {
            // Nothing comes after it that would be recorded.
            let mut noted = Noted::begin(self, connection.id, &door.call(Request::default()));
            noted.run.method.clear();
            noted.failed(error);
        }
        let place = led?;
        let id = place.authorization;
        let found = self.db(move |catalog| catalog.authorization(id)).await?;
        let (account, granted) = match found {
            // Without a word of it, what was asked for was granted (RFC 6749 §5.1).
            Some(found) => (found.account.id, found.granted.unwrap_or(found.asked)),
            None => (None, Vec::new()),
        };
        Ok(Site {
            connector: place.connector,
            resolved: place.resolved,
            account,
            granted,
            connection: connection.id,
            authorization: id,
        })
    }

    async fn lead(&self, connection: &Connection, door: &Door) -> Result<Place, GateError> {
        self.admit(door.caller, door.application).await?;
        self.choose(connection, door.caller, door.application, door.environment)
            .await
    }
}
