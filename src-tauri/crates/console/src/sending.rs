//! SMS and payments: what is sent by hand to see that it works. Nothing of it is kept but the
//! record of the request.

use tsunagi_connectors::{Area, Connector, Operation, Repeat, Site, Wire};
use tsunagi_domain::access::Act;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{
    ApplicationId, Connection, ConnectionId, Environment, Kind, RefusalCode, offer,
};
use tsunagi_gateway::Door;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::live::Look;
use crate::rows::mark;
use crate::uses::application_mark;
use crate::views::{
    CallRecord, OperationView, SendConnection, SendDraft, SendKind, SendView, Stakes, TaskDone,
    UnspokenService,
};

/// R8, R16: what the gate refuses as well.
const AT_THE_GATE: [RefusalCode; 4] = [
    RefusalCode::ConnectorRetired,
    RefusalCode::ServiceNotInDataCenter,
    RefusalCode::ServiceNotInCountry,
    RefusalCode::CountryNeeded,
];

impl SendKind {
    const fn area(self) -> Area {
        match self {
            Self::Sms => Area::Sms,
            Self::Payment => Area::Payment,
        }
    }
}

impl Console {
    /// What an application can send messages or payments with, in an environment.
    ///
    /// # Errors
    /// R2: managers look at it; no such application.
    pub async fn sending(
        &self,
        session: Session,
        kind: SendKind,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<SendView, ConsoleError> {
        let viewer = self.reader(session)?;
        let application = self.application(application)?;
        let look = Look {
            member: viewer.clone(),
            application: application.clone(),
            shared: true,
        };
        let mut connections = Vec::new();
        for connection in self
            .inner
            .catalog
            .connections_of_application(application.id)?
        {
            // One whose connector is gone serves nothing; its own page says so.
            let Ok(connector) = self.connector(&connection.connector) else {
                continue;
            };
            if !connector.areas().contains(&kind.area()) {
                continue;
            }
            let may = self.may_send_with(kind, &connection, &connector);
            let stakes = match kind {
                SendKind::Sms => None,
                SendKind::Payment => Some(
                    self.stakes(&connection, environment, &operations_of(&connector, kind))
                        .await,
                ),
            };
            connections.push(SendConnection {
                seat: self.live_row(&look, &connection, environment)?,
                stakes,
                refused: may.err().map(|error| self.failure(&error)),
            });
        }
        Ok(SendView {
            application: application_mark(&application),
            connections,
            unspoken: self.unspoken(kind),
            may_manage: self.manages(&viewer, Act::Use),
        })
    }

    fn unspoken(&self, kind: SendKind) -> Vec<UnspokenService> {
        let library = self.inner.gateway.library();
        let mut services: Vec<UnspokenService> = library
            .all()
            .filter(|one| one.wire == Wire::Unknown && one.areas().contains(&kind.area()))
            .map(|one| UnspokenService {
                service: mark(one),
                notes: one.notes.iter().map(|note| self.pick(note)).collect(),
            })
            .collect();
        services.sort_by(|a, b| a.service.name.cmp(&b.service.name));
        services
    }

    /// R7, R8, R16: whether messages or payments may go through a connection at all. What the gate
    /// says of who asks, and of how it stands, comes after.
    ///
    /// # Errors
    /// The refusal; where it cannot be told where the workspace is.
    pub(crate) fn may_send_with(
        &self,
        kind: SendKind,
        connection: &Connection,
        connector: &Connector,
    ) -> Result<(), ConsoleError> {
        self.not_retired(connector)?;
        if kind == SendKind::Payment {
            offer::kind_offered(&connector.name, connection.kind, &[Kind::Admin])?;
            self.offered(connector, &self.workspace()?)?;
        }
        Ok(())
    }

    /// As [`Self::may_send_with`], for something that is about to be sent: a refusal that the gate
    /// has, too, is recorded there.
    ///
    /// # Errors
    /// Those of [`Self::may_send_with`].
    pub(crate) async fn may_send_now(
        &self,
        kind: SendKind,
        connection: &Connection,
        connector: &Connector,
        door: &Door,
    ) -> Result<(), ConsoleError> {
        let may = self.may_send_with(kind, connection, connector);
        if let Err(error) = &may
            && AT_THE_GATE.iter().any(|code| error.code == code.as_str())
        {
            // The gate says it too, and records that it was asked.
            let _recorded = self.inner.gateway.site(door).await;
            self.inner.bell.changed();
        }
        may
    }

    /// Whether money moves where these operations go, as far as the connection tells by now.
    async fn stakes(
        &self,
        connection: &Connection,
        environment: Environment,
        operations: &[Operation],
    ) -> Stakes {
        let reach = connection.mode.reach(environment);
        let Ok((connector, resolved, _)) = self.inner.gateway.resolve(connection, reach).await
        else {
            return Stakes::Unknown;
        };
        let slot = self.inner.catalog.slot(SlotKey {
            connection: connection.id,
            reach,
            member: None,
        });
        let authorization = slot.ok().flatten().map(|slot| slot.authorization);
        let resolved = match &authorization {
            Some(known) => connector.answered(&resolved, &known.extras),
            None => Ok(resolved),
        };
        let Ok(resolved) = resolved else {
            return Stakes::Unknown;
        };
        let site = Site {
            connector: &connector,
            resolved: &resolved,
            account: authorization
                .as_ref()
                .and_then(|known| known.account.id.as_deref()),
        };
        let mut told = operations.iter().map(|one| one.is_sandboxed(site));
        match told.find_map(|told| told) {
            Some(true) => Stakes::Sandbox,
            Some(false) => Stakes::Live,
            None => Stakes::Unknown,
        }
    }

    /// What can be sent with a connection, or asked of what was.
    ///
    /// # Errors
    /// R2; no such connection or connector.
    pub fn send_operations(
        &self,
        session: Session,
        kind: SendKind,
        connection: ConnectionId,
    ) -> Result<Vec<OperationView>, ConsoleError> {
        self.reader(session)?;
        let connection = self.connection(connection)?;
        let connector = self.connector(&connection.connector)?;
        Ok(operations_of(&connector, kind)
            .iter()
            .map(|operation| self.operation_view(&connector, operation, Some(&connection.scopes)))
            .collect())
    }

    /// Sends a message or a payment, or looks one up, as the acting member: once. A service that
    /// tells repetitions apart is given a key of this press alone. What the gate refuses is part of
    /// what came of it, so that the connection can be mended, and so is that the answer was lost.
    ///
    /// # Errors
    /// R1, R2, R7, R8; an operation that the service does not have; values that it does not take;
    /// `send_stakes_changed`; `call_stopped`.
    pub async fn send_by_hand(
        &self,
        session: Session,
        draft: &SendDraft,
    ) -> Result<TaskDone, ConsoleError> {
        let member = self.manager_for(session, Act::Use)?;
        self.wait_for_vault().await;
        let connection = self.connection(draft.connection)?;
        let connector = self.connector(&connection.connector)?;
        let area = draft.kind.area();
        let door = Door {
            link_name: connection.link_name.clone(),
            caller: Caller::Member(member.id),
            application: Some(draft.application),
            environment: draft.environment,
            area: area.as_str().to_owned(),
        };
        self.may_send_now(draft.kind, &connection, &connector, &door)
            .await?;
        let known = operations_of(&connector, draft.kind)
            .into_iter()
            .find(|own| own.id == draft.task.operation);
        let operation = known.ok_or_else(|| {
            ConsoleError::new("task_operation_unknown").with("service", connector.name.clone())
        })?;
        // Only what does something has stakes: a payment may be looked up anywhere.
        if draft.kind == SendKind::Payment && operation.repeat != Repeat::Safe {
            let one = std::slice::from_ref(&operation);
            let now = self.stakes(&connection, draft.environment, one).await;
            if draft.stakes != Some(now) {
                return Err(ConsoleError::new("send_stakes_changed")
                    .with("connection", connection.link_name.as_str()));
            }
        }
        self.performed(&connection, &operation, &door, &draft.task)
            .await
    }

    /// The latest messages or payments that were asked for through a connection in an environment,
    /// the latest first: when, by whom, how it was answered, and nothing of what they say.
    ///
    /// # Errors
    /// R2; no such connection.
    pub async fn send_history(
        &self,
        session: Session,
        kind: SendKind,
        connection: ConnectionId,
        environment: Environment,
    ) -> Result<Vec<CallRecord>, ConsoleError> {
        self.history_in(session, connection, environment, kind.area())
            .await
    }
}

/// What a service can do of one kind.
fn operations_of(connector: &Connector, kind: SendKind) -> Vec<Operation> {
    let all = connector.operations();
    let mut own: Vec<Operation> = all
        .iter()
        .filter(|operation| operation.areas.contains(&kind.area()))
        .cloned()
        .collect();
    // What does something before what looks at it.
    own.sort_by_key(|operation| operation.repeat == Repeat::Safe);
    own
}
