//! A pull by hand or on schedule: with the primary account, page by page (R13).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tsunagi_areas::data_source::{Begun, PullError, Row, Shelf, Source, pull};
use tsunagi_areas::task::TaskError;
use tsunagi_catalog::{Execution, NewRow};
use tsunagi_connectors::{Astray, Operation, PAGES_MAX};
use tsunagi_domain::access::Act;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{Connection, ExecutionId, ItemId};
use tsunagi_gateway::{Door, GateError};

use super::going::Going;
use super::{AREA, SOURCES, rows_operation};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::definition_of;
use crate::views::SourceView;

/// How often at most it is told how far a pull is.
const TOLD_EVERY_MILLIS: i64 = 250;

/// What is noted of a pull.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) came: u64,
    pub(super) gone: u64,
    /// Whether a person stopped it.
    #[serde(skip)]
    pub(crate) stopped: bool,
    /// What the sentence of a failure names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) args: BTreeMap<String, String>,
}

/// A pull that is not over, and what is noted of it.
pub(crate) struct Unfinished {
    pub(crate) error: ConsoleError,
    /// Whether the gate refused it.
    pub(crate) refused: bool,
    pub(crate) told: Told,
}

/// The catalog's shelf of one data source. What may block is done off the thread.
struct Rows<'a> {
    console: &'a Console,
    item: ItemId,
    generation: std::sync::atomic::AtomicU64,
}

impl Rows<'_> {
    fn generation(&self) -> u64 {
        self.generation.load(std::sync::atomic::Ordering::Relaxed)
    }
}

impl Shelf for Rows<'_> {
    type Error = ConsoleError;

    async fn begin(&self, whole: bool, origin: &str) -> Result<Begun, ConsoleError> {
        let (item, now, origin) = (self.item, self.console.now(), origin.to_owned());
        let begun = self
            .console
            .db(move |catalog| catalog.begin_pull(item, whole, &origin, now))
            .await?;
        self.generation
            .store(begun.generation, std::sync::atomic::Ordering::Relaxed);
        let running = begun.running;
        Ok(Begun {
            whole: running.as_ref().is_none_or(|running| running.whole),
            came: running.as_ref().map_or(0, |running| running.came),
            next: running.and_then(|running| running.next),
            since: begun.since,
        })
    }

    async fn put(
        &self,
        after: u64,
        rows: Vec<Row>,
        next: Option<String>,
    ) -> Result<(), ConsoleError> {
        let (item, generation) = (self.item, self.generation());
        self.console
            .db(move |catalog| {
                let rows: Vec<NewRow<'_>> = rows
                    .iter()
                    .map(|row| NewRow {
                        id: &row.id,
                        fields: &row.fields,
                    })
                    .collect();
                catalog.put_page(item, generation, after, &rows, next.as_deref())
            })
            .await
    }

    async fn end(&self, since: Option<String>) -> Result<u64, ConsoleError> {
        let (item, generation, now) = (self.item, self.generation(), self.console.now());
        self.console
            .db(move |catalog| catalog.end_pull(item, generation, now, since.as_deref()))
            .await
    }

    async fn give_up(&self) -> Result<(), ConsoleError> {
        let item = self.item;
        self.console
            .db(move |catalog| catalog.give_up_pull(item))
            .await
    }
}

impl Console {
    /// Pulls a data source by hand, with the account that unattended runs use (R13). It can be
    /// stopped; what has come stays, and the next pull goes on there. `anew` asks for everything
    /// from the first page.
    ///
    /// # Errors
    /// R1, R2; `missing`; `source_busy` where it is being pulled already; whatever the gate says;
    /// what the service refuses. What has come by then is kept.
    pub async fn pull_source(
        &self,
        session: Session,
        id: ItemId,
        anew: bool,
    ) -> Result<SourceView, ConsoleError> {
        let member = self.manager_for(session, Act::Use)?;
        self.wait_for_vault().await;
        let going = self.inner.pulling.begin(id)?;
        self.item_of(SOURCES, id)?;
        if anew {
            self.db(move |catalog| catalog.give_up_pull(id)).await?;
        }
        let caller = member.id.to_string();
        let pulled = self.pulled_by(&caller, id, anew, &going);
        pulled.await.map_err(|failed| failed.error)?;
        drop(going);
        self.data_source(session, id)
    }

    /// Stops a pull that is under way in this program. Where none is there is nothing to stop.
    ///
    /// # Errors
    /// R2.
    pub fn stop_pull(&self, session: Session, id: ItemId) -> Result<(), ConsoleError> {
        self.reader(session)?;
        self.inner.pulling.stop(id);
        Ok(())
    }

    /// Pulls a data source for `caller`, and notes what came of it.
    pub(crate) async fn pulled_by(
        &self,
        caller: &str,
        id: ItemId,
        anew: bool,
        going: &Going<'_>,
    ) -> Result<Told, Unfinished> {
        let mut noted = Execution {
            id: ExecutionId::new(),
            item: id,
            caller: caller.to_owned(),
            due: None,
            began_at: self.now(),
            ended: None,
            detail: "{}".to_owned(),
        };
        self.inner.bell.changed();
        let outcome = self.pulls(id, anew, going).await;
        let (word, told) = match &outcome {
            Ok(told) if told.stopped => ("stopped".to_owned(), told),
            Ok(told) => ("done".to_owned(), told),
            Err(failed) => (failed.error.code.clone(), &failed.told),
        };
        noted.ended = Some((self.now(), word));
        noted.detail = serde_json::to_string(told).unwrap_or_else(|_| "{}".to_owned());
        let stored = self.db(move |catalog| catalog.put_execution(&noted)).await;
        self.inner.bell.changed();
        stored.map_err(unfinished)?;
        outcome
    }

    async fn pulls(&self, id: ItemId, anew: bool, going: &Going<'_>) -> Result<Told, Unfinished> {
        let (door, mut source, operation) = self.source_door(id).map_err(unfinished)?;
        source.changes &= !anew;
        let shelf = Rows {
            console: self,
            item: id,
            generation: 0.into(),
        };
        // Windows look anew each time: not for every page, where those come quickly.
        let told = std::sync::atomic::AtomicI64::new(0);
        let seen = |_| {
            let now = self.now().0;
            let before = told.load(std::sync::atomic::Ordering::Relaxed);
            if now < before || now - before >= TOLD_EVERY_MILLIS {
                told.store(now, std::sync::atomic::Ordering::Relaxed);
                self.inner.bell.changed();
            }
            going.goes_on()
        };
        let pulled = tokio::select! {
            biased;
            pulled = pull(&self.inner.gateway, &door, &source, &shelf, self.now(), seen) => Some(pulled),
            () = going.stopped() => None,
        };
        // Of what was cut off in the middle, the catalog knows how far it came.
        let came = || match self.inner.catalog.pull(id) {
            Ok(Some(pull)) => pull.running.map_or(0, |running| running.came),
            _ => 0,
        };
        match pulled {
            Some(Ok(pulled)) => Ok(Told {
                came: pulled.came,
                gone: pulled.gone,
                stopped: pulled.stopped,
                ..Told::default()
            }),
            None => Ok(Told {
                came: came(),
                stopped: true,
                ..Told::default()
            }),
            Some(Err(error)) => {
                let refused = matches!(
                    error,
                    PullError::Task(TaskError::Gate(GateError::Refused(_)))
                );
                let failed = unfinished(self.pull_failure(error, &operation));
                Err(Unfinished {
                    refused,
                    told: Told {
                        came: came(),
                        ..failed.told
                    },
                    ..failed
                })
            }
        }
    }

    fn pull_failure(&self, error: PullError<ConsoleError>, operation: &Operation) -> ConsoleError {
        match error {
            PullError::Task(error) => self.task_failure(error, operation),
            PullError::Refused { status, message } => {
                let error = match message {
                    Some(_) => ConsoleError::new("source_refused"),
                    None => ConsoleError::new("source_refused_silently"),
                };
                error
                    .with("status", status.to_string())
                    .with("said", message.unwrap_or_default())
            }
            PullError::NotAsPromised => ConsoleError::new("source_not_as_promised"),
            PullError::PageTooLarge => ConsoleError::new("source_page_too_large"),
            PullError::EchoesCredential => ConsoleError::new("source_echoes_credential"),
            PullError::Astray(astray) => self.astray(astray, operation),
            PullError::Unidentified => ConsoleError::new("source_unidentified"),
            PullError::Shelf(error) => error,
        }
    }

    /// Why there is no way to the next page, in words.
    fn astray(&self, astray: Astray, operation: &Operation) -> ConsoleError {
        match astray {
            Astray::Elsewhere { host } => {
                ConsoleError::new("source_next_elsewhere").with("host", host)
            }
            Astray::Same => ConsoleError::new("source_next_same"),
            Astray::Misfit(misfit) => self.misfit(&misfit, operation),
            Astray::TooMany => {
                ConsoleError::new("source_next_too_many").with("most", PAGES_MAX.to_string())
            }
            _ => ConsoleError::new("source_next_unusable"),
        }
    }

    /// Why a task has no outcome, in words.
    pub(crate) fn task_failure(&self, error: TaskError, operation: &Operation) -> ConsoleError {
        match error {
            TaskError::Gate(error) => error.into(),
            TaskError::Misfit(misfit) => self.misfit(&misfit, operation),
            TaskError::OperationUnknown { service, .. } => {
                ConsoleError::new("task_operation_unknown").with("service", service)
            }
        }
    }

    /// Through what a data source pulls, and what.
    fn source_door(&self, id: ItemId) -> Result<(Door, Source, Operation), ConsoleError> {
        let item = self.item_of(SOURCES, id)?;
        let source: Source = definition_of(&item)?;
        let parts = self.inner.catalog.parts(id)?;
        let part = parts.first().ok_or_else(|| ConsoleError::new("missing"))?;
        let connection = self.connection(part.connection)?;
        let connector = self.connector(&connection.connector)?;
        let operation = rows_operation(&connector, &source.operation)?;
        if connector.practice {
            self.start_practice()?;
        }
        let door = source_door(&connection, item.application, item.environment);
        Ok((door, source, operation))
    }
}

/// What ended before anything came.
fn unfinished(error: ConsoleError) -> Unfinished {
    let args = error.args.clone();
    Unfinished {
        told: Told {
            args,
            ..Told::default()
        },
        refused: false,
        error,
    }
}

/// The door of a data source: nobody needs to be present (R13).
pub(super) fn source_door(
    connection: &Connection,
    application: tsunagi_domain::ApplicationId,
    environment: tsunagi_domain::Environment,
) -> Door {
    Door {
        link_name: connection.link_name.clone(),
        caller: Caller::Unattended,
        application: Some(application),
        environment,
        area: AREA.to_owned(),
    }
}
