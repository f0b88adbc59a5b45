//! Invoke URL: calls that are kept, and one that is sent by hand.

use std::collections::BTreeMap;

use tsunagi_areas::call::{self, Language};
use tsunagi_catalog::{Item, Run};
use tsunagi_connectors::Area;
use tsunagi_domain::access::Act;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{ApplicationId, Connection, ConnectionId, Environment, ItemId, Member};
use tsunagi_gateway::Call;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::{Head, Keeping, Needs, connection_needed, definition_of};
use crate::live::Look;
use crate::log::Action;
use crate::messages;
use crate::trying::Through;
use crate::uses::application_mark;
use crate::views::{
    CallConnection, CallDraft, CallRecord, CallRow, CallsView, TryAnswer, WorkKind,
};

/// The area calls belong to.
const AREA: &str = Area::InvokeUrl.as_str();
const CALLS: Keeping = Keeping {
    area: AREA,
    kept: Action::CallKept,
    deleted: Action::CallDeleted,
};
/// How many of the latest requests are shown.
const RECENT: u32 = 50;

impl From<call::Misfit> for ConsoleError {
    fn from(misfit: call::Misfit) -> Self {
        let error = Self::new(misfit.code());
        let args = misfit.args().into_iter();
        args.fold(error, |error, (name, value)| error.with(name, value))
    }
}

impl Console {
    /// The calls of an application in an environment, and what they may go through.
    ///
    /// # Errors
    /// R2: managers look at them; no such application.
    pub async fn calls(
        &self,
        session: Session,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<CallsView, ConsoleError> {
        let viewer = self.reader(session)?;
        let application = self.application(application)?;
        let catalog = &self.inner.catalog;
        let mut calls = Vec::new();
        for item in catalog.items(application.id, environment, AREA)? {
            calls.push(self.call_row(item)?);
        }
        let look = Look {
            member: viewer.clone(),
            application: application.clone(),
            shared: true,
        };
        let mut connections = Vec::new();
        for connection in catalog.connections_of_application(application.id)? {
            if self.serves_calls(&connection) {
                connections.push(
                    self.call_connection(&look, &connection, environment)
                        .await?,
                );
            }
        }
        Ok(CallsView {
            application: application_mark(&application),
            calls,
            connections,
            may_manage: self.manages(&viewer, Act::Edit),
        })
    }

    /// Whether its connector serves this area; one that is gone says so when it is used.
    fn serves_calls(&self, connection: &Connection) -> bool {
        let library = self.inner.gateway.library();
        let connector = library.get(&connection.connector);
        connector.is_none_or(|connector| connector.areas().contains(&Area::InvokeUrl))
    }

    fn call_row(&self, item: Item) -> Result<CallRow, ConsoleError> {
        let read = definition_of::<call::Call>(&item).ok();
        let (connection, stopped) = self.goes_through(&item)?;
        Ok(CallRow {
            id: item.id,
            name: item.name,
            method: read.as_ref().map(|call| call.method),
            target: read.map(|call| call.target).unwrap_or_default(),
            connection,
            changed_at: item.changed_at,
            stopped,
        })
    }

    async fn call_connection(
        &self,
        look: &Look,
        connection: &Connection,
        environment: Environment,
    ) -> Result<CallConnection, ConsoleError> {
        let reach = connection.mode.reach(environment);
        let resolved = self.inner.gateway.resolve(connection, reach).await.ok();
        let library = self.inner.gateway.library();
        let connector = library.get(&connection.connector);
        Ok(CallConnection {
            seat: self.live_row(look, connection, environment)?,
            // What only the service can say is not known yet: an example would be no truth.
            api_base: resolved
                .filter(|(_, resolved, _)| resolved.unanswered.is_empty())
                .map(|(_, resolved, _)| resolved.api_base.to_string())
                .unwrap_or_default(),
            try_path: connector.and_then(|connector| connector.try_path.clone()),
        })
    }

    /// One call, to be edited.
    ///
    /// # Errors
    /// R2; `missing`; `item_unreadable` where what is stored is no call.
    pub fn call(&self, session: Session, id: ItemId) -> Result<CallDraft, ConsoleError> {
        self.reader(session)?;
        let item = self.item_of(CALLS, id)?;
        let parts = self.inner.catalog.parts(id)?;
        Ok(CallDraft {
            id: Some(item.id),
            version: Some(item.version),
            application: item.application,
            environment: item.environment,
            call: definition_of(&item)?,
            name: item.name,
            connection: parts.first().map(|part| part.connection),
        })
    }

    /// Keeps a call: from then on its connection is in use there (R18). One that is not complete
    /// is kept too; what is missing is told when it is sent.
    ///
    /// # Errors
    /// R1, R2, R4; R23: a header that no caller may set; a name that is empty, too long or taken;
    /// `stale` where another window has stored it meanwhile.
    pub fn keep_call(&self, session: Session, draft: CallDraft) -> Result<CallDraft, ConsoleError> {
        self.manager_for(session, Act::Edit)?;
        draft.call.unreserved()?;
        let chosen = draft.connection.ok_or_else(connection_needed)?;
        let head = Head {
            id: draft.id,
            version: draft.version,
            application: draft.application,
            environment: draft.environment,
            name: &draft.name,
        };
        // Which scopes a request needs, only whoever writes it knows.
        let through = Needs {
            connection: chosen,
            scopes: Vec::new(),
            unattended: false,
        };
        let id = self.keep_item(session, CALLS, head, &draft.call, through)?;
        self.call(session, id)
    }

    /// Deletes a call. Its connection is not in use there any more.
    ///
    /// # Errors
    /// R1, R2; `missing`.
    pub fn delete_call(&self, session: Session, id: ItemId) -> Result<(), ConsoleError> {
        self.drop_item(session, CALLS, id)
    }

    /// Sends a call as it is edited, kept or not, as the acting member (R9). It can be stopped
    /// while it waits; whether the service has acted on it by then nobody can tell.
    ///
    /// # Errors
    /// R1, R2; a call that cannot be sent as it is written; whatever the gate says;
    /// `call_stopped`.
    pub async fn send_call(
        &self,
        session: Session,
        draft: &CallDraft,
    ) -> Result<TryAnswer, ConsoleError> {
        self.manager_for(session, Act::Use)?;
        let request = draft.call.request()?;
        let chosen = draft.connection.ok_or_else(connection_needed)?;
        let connection = self.connection(chosen)?;
        let work = self.begin_work(WorkKind::Call);
        let through = Through {
            application: Some(draft.application),
            environment: draft.environment,
            area: AREA,
        };
        tokio::select! {
            // What has come is shown even where it was stopped in the same moment.
            biased;
            answer = self.sent(session, connection, through, request) => answer,
            () = work.stopped() => Err(ConsoleError::new("call_stopped")),
        }
    }

    /// A call as another program would send it, with placeholders for the credential.
    ///
    /// # Errors
    /// R1, R2; a call that cannot be sent as it is written; what the gate would refuse.
    pub async fn call_code(
        &self,
        session: Session,
        draft: &CallDraft,
        language: Language,
    ) -> Result<String, ConsoleError> {
        let member = self.manager_for(session, Act::Use)?;
        let request = draft.call.request()?;
        let chosen = draft.connection.ok_or_else(connection_needed)?;
        let connection = self.connection(chosen)?;
        let call = Call {
            link_name: connection.link_name,
            caller: Caller::Member(member.id),
            application: Some(draft.application),
            environment: draft.environment,
            area: AREA.to_owned(),
            request,
        };
        Ok(call::code(
            &self.inner.gateway.specimen(call).await?,
            language,
        ))
    }

    /// The latest requests that were made by hand through a connection in an environment, the
    /// latest first.
    ///
    /// # Errors
    /// R2; no such connection.
    pub async fn call_history(
        &self,
        session: Session,
        connection: ConnectionId,
        environment: Environment,
    ) -> Result<Vec<CallRecord>, ConsoleError> {
        self.history_in(session, connection, environment, Area::InvokeUrl)
            .await
    }

    /// As [`Console::call_history`], of any area.
    ///
    /// # Errors
    /// The same.
    pub(crate) async fn history_in(
        &self,
        session: Session,
        connection: ConnectionId,
        environment: Environment,
        area: Area,
    ) -> Result<Vec<CallRecord>, ConsoleError> {
        self.reader(session)?;
        let connection = self.connection(connection)?;
        // What was sent a moment ago is among them.
        self.inner.gateway.flush().await;
        let members = self.inner.catalog.members()?;
        let runs =
            self.inner
                .catalog
                .runs_in_area(connection.id, environment, area.as_str(), RECENT)?;
        Ok(runs
            .into_iter()
            .map(|run| self.call_record(run, &connection, &members))
            .collect())
    }

    fn call_record(&self, run: Run, connection: &Connection, members: &[Member]) -> CallRecord {
        let who = members
            .iter()
            .find(|member| member.id.to_string() == run.caller);
        CallRecord {
            at: run.at,
            who: who.map(|member| member.name.clone()).unwrap_or_default(),
            method: run.method,
            host: run.host,
            path: run.path,
            status: run.status,
            refused: run.refusal.map(|code| {
                let code = match code.as_str() {
                    // Whoever waited for it went away.
                    "cancelled" => "call_stopped",
                    code => code,
                };
                let args = BTreeMap::from([
                    ("connection".to_owned(), connection.link_name.to_string()),
                    (
                        "environment".to_owned(),
                        run.environment.as_str().to_owned(),
                    ),
                ]);
                messages::failure(self.locale(), code, &args)
            }),
            millis: run.millis,
            bytes: run.bytes,
        }
    }
}
