//! Data sources: what is pulled from a service, the rows that came, and records that members add.

mod adding;
mod discovering;
mod going;
mod pulling;
mod writing;

use serde_json::Value;
use tsunagi_areas::data_source::Source;
use tsunagi_catalog::{Execution, Found, Item};
use tsunagi_connectors::{Area, Connector, Operation, Role};
use tsunagi_domain::access::Act;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::gate::Access;
use tsunagi_domain::impact::{Place, may_be_made};
use tsunagi_domain::{ApplicationId, Connection, ConnectionId, Environment, ItemId, Kind, Member};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::{Head, Keeping, Needs, connection_needed, definition_of};
use crate::live::Look;
use crate::log::Action;
use crate::messages;
use crate::rows::account_view;
use crate::tasks::needed;
use crate::uses::application_mark;
use crate::views::{
    AccountView, PullRecord, SourceConnection, SourceDraft, SourcePage, SourceRecord, SourceRow,
    SourceView, SourcesView,
};

use adding::adding;
pub(crate) use going::Pulling;
use pulling::Told;

/// The area data sources belong to.
const AREA: &str = Area::DataSource.as_str();
pub(crate) const SOURCES: Keeping = Keeping {
    area: AREA,
    kept: Action::SourceKept,
    deleted: Action::SourceDeleted,
};
/// How many of the latest pulls are shown.
const RECENT: u32 = 20;
/// The most rows of a page.
const ROWS_MAX: u32 = 500;

impl Console {
    /// The data sources of an application in an environment, and what they may pull through.
    ///
    /// # Errors
    /// R2: managers look at them; no such application.
    pub fn data_sources(
        &self,
        session: Session,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<SourcesView, ConsoleError> {
        let viewer = self.reader(session)?;
        let application = self.application(application)?;
        let catalog = &self.inner.catalog;
        let mut sources = Vec::new();
        for item in catalog.items(application.id, environment, AREA)? {
            sources.push(self.source_row(&item)?);
        }
        let look = Look {
            member: viewer.clone(),
            application: application.clone(),
            shared: true,
        };
        let library = self.inner.gateway.library();
        let mut connections = Vec::new();
        for connection in catalog.connections_of_application(application.id)? {
            let connector = library.get(&connection.connector);
            if connector.is_some_and(gives_rows) {
                let refused = self.may_be_source(&connection, environment).err();
                connections.push(SourceConnection {
                    seat: self.live_row(&look, &connection, environment)?,
                    refused: refused.map(|error| self.failure(&error)),
                });
            }
        }
        Ok(SourcesView {
            application: application_mark(&application),
            sources,
            connections,
            may_manage: self.manages(&viewer, Act::Edit),
        })
    }

    /// R14: whether a data source may be made on a connection.
    fn may_be_source(
        &self,
        connection: &Connection,
        environment: Environment,
    ) -> Result<(), ConsoleError> {
        let shape = self.shape_of(&self.whole(connection.id)?);
        let place = Place {
            area: AREA,
            environment,
            unattended: true,
            access: Access::Granted,
        };
        Ok(may_be_made(&shape, place)?)
    }

    /// What a source pulls, such as a module; else what the operation does.
    fn what_of(&self, source: &Source, service: &str) -> String {
        if let Some(module) = source.given.get("module").and_then(Value::as_str) {
            return module.to_owned();
        }
        let library = self.inner.gateway.library();
        let operation = library
            .get(service)
            .and_then(|connector| connector.operation(&source.operation));
        operation.map_or_else(String::new, |operation| self.pick(&operation.label))
    }

    fn source_row(&self, item: &Item) -> Result<SourceRow, ConsoleError> {
        let catalog = &self.inner.catalog;
        let (connection, stopped) = self.goes_through(item)?;
        let source = definition_of::<Source>(item).ok();
        let what = source.and_then(|source| {
            let service = &connection.as_ref()?.service.id;
            Some(self.what_of(&source, service))
        });
        let pull = catalog.pull(item.id)?;
        let running = pull.as_ref().and_then(|pull| pull.running.as_ref());
        let last = catalog.executions(item.id, None, 1)?;
        let members = self.inner.catalog.members()?;
        Ok(SourceRow {
            id: item.id,
            name: item.name.clone(),
            what: what.unwrap_or_default(),
            connection,
            changed_at: item.changed_at,
            stopped,
            rows: catalog.count_pulled(item.id)?,
            pulling: self.inner.pulling.holds(item.id),
            came: running.map(|running| running.came),
            done_at: pull.and_then(|pull| pull.done_at),
            last: last.first().and_then(|one| self.pull_record(one, &members)),
        })
    }

    fn pull_record(&self, execution: &Execution, members: &[Member]) -> Option<PullRecord> {
        let (at, outcome) = execution.ended.as_ref()?;
        let told: Told = serde_json::from_str(&execution.detail).unwrap_or_default();
        let who = members
            .iter()
            .find(|member| member.id.to_string() == execution.caller);
        let failed = !matches!(outcome.as_str(), "done" | "stopped");
        Some(PullRecord {
            at: *at,
            who: who.map(|member| member.name.clone()).unwrap_or_default(),
            came: told.came,
            gone: told.gone,
            stopped: outcome == "stopped",
            failure: failed.then(|| messages::failure(self.locale(), outcome, &told.args)),
        })
    }

    /// One data source.
    ///
    /// # Errors
    /// R2; `missing`; `item_unreadable`.
    pub fn data_source(&self, session: Session, id: ItemId) -> Result<SourceView, ConsoleError> {
        self.reader(session)?;
        let item = self.item_of(SOURCES, id)?;
        let source: Source = definition_of(&item)?;
        let parts = self.inner.catalog.parts(id)?;
        let connection = parts.first().map(|part| part.connection);
        let row = self.source_row(&item)?;
        let library = self.inner.gateway.library();
        let service = row.connection.as_ref().map(|mark| mark.service.id.as_str());
        let connector = service.and_then(|id| library.get(id));
        let rows = connector.and_then(|connector| connector.operation(&source.operation));
        let members = self.inner.catalog.members()?;
        let history = self.inner.catalog.executions(id, None, RECENT)?;
        Ok(SourceView {
            can_ask_for_changes: rows.is_some_and(|operation| operation.since.is_some()),
            can_add: connector.is_some_and(|connector| adding(connector, &source).is_some()),
            runs_as: self.runs_as(connection, item.environment)?,
            schedules: self.schedules_of(&item)?,
            history: history
                .iter()
                .filter_map(|one| self.pull_record(one, &members))
                .collect(),
            draft: SourceDraft {
                id: Some(item.id),
                version: Some(item.version),
                application: item.application,
                environment: item.environment,
                name: item.name,
                connection,
                source,
            },
            row,
        })
    }

    /// Whose account pulls: the primary, else the only one there is (R13).
    fn runs_as(
        &self,
        connection: Option<ConnectionId>,
        environment: Environment,
    ) -> Result<Option<AccountView>, ConsoleError> {
        let known = match connection {
            Some(id) => self.readable_connection(id)?,
            None => None,
        };
        let Some(connection) = known else {
            return Ok(None);
        };
        let reach = connection.mode.reach(environment);
        let member = if connection.kind == Kind::LoggedInUser {
            let primaries = self.inner.catalog.primaries(connection.id)?;
            let primary = primaries.iter().find(|primary| primary.reach == reach);
            match primary {
                Some(primary) => Some(primary.member),
                None => return Ok(None),
            }
        } else {
            None
        };
        let slot = self.inner.catalog.slot(SlotKey {
            connection: connection.id,
            reach,
            member,
        })?;
        let service = self.mark_of(&connection.connector).name;
        Ok(slot.map(|slot| {
            let found = &slot.authorization;
            account_view(&service, found.label.as_deref(), &found.account)
        }))
    }

    /// Keeps a data source: from then on its connection is in use there, unattended (R13, R18).
    /// Where something else is pulled than before, the next pull begins anew.
    ///
    /// # Errors
    /// R1, R2, R4, R14; an operation that gives no rows; values that it does not take; a name that
    /// is empty, too long or taken; `stale` where another window has stored it meanwhile.
    pub fn keep_source(
        &self,
        session: Session,
        draft: SourceDraft,
    ) -> Result<SourceView, ConsoleError> {
        let chosen = draft.connection.ok_or_else(connection_needed)?;
        let id = self.at_once(|| {
            let connection = self.connection(chosen)?;
            let connector = self.connector(&connection.connector)?;
            let operation = rows_operation(&connector, &draft.source.operation)?;
            self.may_be_source(&connection, draft.environment)?;
            let missing = operation.inputs.iter().find(|input| {
                let given = draft.source.given.get(&input.name);
                input.required && input.default.is_none() && given.is_none_or(Value::is_null)
            });
            if let Some(input) = missing {
                let label = self.pick(&input.label);
                return Err(ConsoleError::new("task_input_missing").with("input", label));
            }
            let before = match draft.id {
                Some(id) => Some(self.item_of(SOURCES, id)?),
                None => None,
            };
            let head = Head {
                id: draft.id,
                version: draft.version,
                application: draft.application,
                environment: draft.environment,
                name: &draft.name,
            };
            let through = Needs {
                connection: connection.id,
                scopes: needed(&operation, &connector, &connection, &draft.source.given),
                unattended: true,
            };
            let id = self.keep_item(session, SOURCES, head, &draft.source, through)?;
            let same = before.is_none_or(|item| {
                let was = definition_of::<Source>(&item).ok();
                was.is_some_and(|was| is_same_pull(&was, &draft.source))
            });
            if !same {
                self.inner.catalog.give_up_pull(id)?;
            }
            Ok(id)
        })?;
        self.data_source(session, id)
    }

    /// Deletes a data source with the rows that it has pulled.
    ///
    /// # Errors
    /// R1, R2; `missing`; `source_busy` while it is being pulled.
    pub fn delete_source(&self, session: Session, id: ItemId) -> Result<(), ConsoleError> {
        let _held = self.inner.pulling.begin(id)?;
        self.drop_item(session, SOURCES, id)?;
        // The other file: what is left there by a crash between the two belongs to nothing.
        Ok(self.inner.catalog.forget_pulled(id)?)
    }

    /// Rows that a data source has pulled, those after a place, of which the first `skip` are left
    /// out. Where a text is given, those of the next rows that have it in one of their values; it
    /// looks through so many at a time that nobody waits long for an answer.
    ///
    /// # Errors
    /// R2; `missing`.
    pub fn source_rows(
        &self,
        session: Session,
        id: ItemId,
        after: Option<i64>,
        skip: u64,
        limit: u32,
        find: &str,
    ) -> Result<SourcePage, ConsoleError> {
        self.reader(session)?;
        self.item_of(SOURCES, id)?;
        let limit = limit.clamp(1, ROWS_MAX);
        let catalog = &self.inner.catalog;
        let found = match find.trim() {
            "" => {
                let rows = catalog.pulled_beyond(id, after, skip, limit)?;
                let full = rows.len() == limit as usize;
                Found {
                    looked: u64::try_from(rows.len()).unwrap_or_default(),
                    next: rows.last().map(|row| row.place).filter(|_| full),
                    rows,
                }
            }
            text => catalog.find_pulled(id, text, after, limit)?,
        };
        Ok(SourcePage {
            looked: found.looked,
            next: found.next,
            rows: found
                .rows
                .into_iter()
                .map(|row| SourceRecord {
                    place: row.place,
                    id: row.id,
                    fields: serde_json::from_str(&row.fields).unwrap_or(Value::String(row.fields)),
                })
                .collect(),
        })
    }
}

/// Whether what two definitions pull is the same, whatever of it is shown.
fn is_same_pull(one: &Source, other: &Source) -> bool {
    (&one.operation, &one.given, &one.key) == (&other.operation, &other.given, &other.key)
}

/// Whether a service has something to pull.
fn gives_rows(connector: &Connector) -> bool {
    of_role(connector, Role::Rows).is_some()
}

/// The first operation of a role that data sources can use.
fn of_role(connector: &Connector, role: Role) -> Option<Operation> {
    let operations = connector.operations();
    let mut known = operations.iter();
    known.find(|own| own.role == Some(role)).cloned()
}

/// The operation of this name, where it gives rows.
fn rows_operation(connector: &Connector, id: &str) -> Result<Operation, ConsoleError> {
    let known = connector.operation(id);
    let known = known.filter(|own| own.role == Some(Role::Rows));
    known.ok_or_else(|| {
        ConsoleError::new("task_operation_unknown").with("service", connector.name.clone())
    })
}
