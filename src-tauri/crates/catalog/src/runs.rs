//! Runs: requests that went through the gate, in a file of their own.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};
use tsunagi_domain::{ApplicationId, AuthorizationId, ConnectionId, Environment, RunId, Timestamp};

use crate::row::{self, Key, Word};
use crate::{Catalog, Result, authorizations};

/// One request through the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Identifier.
    pub id: RunId,
    /// When it was asked for.
    pub at: Timestamp,
    /// Through which connection.
    pub connection: ConnectionId,
    /// With which authorization; `None` where it was refused before one was chosen.
    pub authorization: Option<AuthorizationId>,
    /// Through which application; `None` where the connection itself was tried.
    pub application: Option<ApplicationId>,
    /// In which environment.
    pub environment: Environment,
    /// Who asked: a member id, or `unattended`.
    pub caller: String,
    /// From which area.
    pub area: String,
    /// HTTP method.
    pub method: String,
    /// Host it went to.
    pub host: String,
    /// Path, without the query: queries carry secrets.
    pub path: String,
    /// HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Why it was refused or failed, as a code.
    pub refusal: Option<String>,
    /// How often it was sent: none where it was refused, more than one where it was repeated.
    pub tries: u32,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// Size of the answer's body, in bytes.
    pub bytes: u64,
}

impl Catalog {
    /// Records runs, all of them or none, and then notes the use, as [`Self::note_use`] does.
    /// Recording the same run twice records it once.
    ///
    /// # Errors
    /// As every write. Where only the second half fails, the runs are recorded.
    pub fn record(&self, runs: &[Run]) -> Result<()> {
        self.record_runs(runs)?;
        self.note_use(runs)
    }

    /// Records runs, all of them or none; writes nothing into `catalog.sqlite`. Recording the same
    /// run twice records it once.
    ///
    /// # Errors
    /// As every write.
    pub fn record_runs(&self, runs: &[Run]) -> Result<()> {
        if runs.is_empty() {
            return Ok(());
        }
        self.data().write(|db| {
            let mut statement = db.prepare_cached(
                "INSERT INTO run (id, at, connection, authorization, environment, caller, area,
                     method, host, path, status, refusal, millis, bytes, application, tries)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
                 ON CONFLICT (id) DO NOTHING",
            )?;
            for run in runs {
                statement.execute(params![
                    run.id.bytes(),
                    run.at.0,
                    run.connection.bytes(),
                    row::bytes_opt(run.authorization),
                    run.environment.word(),
                    run.caller,
                    run.area,
                    run.method,
                    run.host,
                    run.path,
                    run.status,
                    run.refusal,
                    row::integer(run.millis),
                    row::integer(run.bytes),
                    row::bytes_opt(run.application),
                    run.tries,
                ])?;
            }
            Ok(())
        })
    }

    /// Notes when connections and authorizations were last used, by these runs. One without an
    /// authorization was refused at the gate: nothing was used.
    ///
    /// # Errors
    /// As every write.
    pub fn note_use(&self, runs: &[Run]) -> Result<()> {
        let mut connections = BTreeMap::new();
        let mut authorizations = BTreeMap::new();
        for run in runs {
            let Some(authorization) = run.authorization else {
                continue;
            };
            let used = connections.entry(run.connection).or_insert(run.at);
            *used = run.at.max(*used);
            let used = authorizations.entry(authorization).or_insert(run.at);
            *used = run.at.max(*used);
        }
        if connections.is_empty() {
            return Ok(());
        }
        self.catalog().write(|db| {
            for (id, at) in authorizations {
                authorizations::touch(db, id, at)?;
            }
            let mut statement = db.prepare_cached(
                "UPDATE connection SET last_used = ?2 WHERE id = ?1 AND last_used < ?2",
            )?;
            for (id, at) in connections {
                statement.execute(params![id.bytes(), at.0])?;
            }
            Ok(())
        })
    }

    /// When a request last went through a connection; `None` where none did, or it is unknown.
    ///
    /// # Errors
    /// As every read.
    pub fn last_used(&self, connection: ConnectionId) -> Result<Option<Timestamp>> {
        self.catalog().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT last_used FROM connection WHERE id = ?1")?;
            let at: Option<i64> = statement
                .query_row([connection.bytes()], |row| row.get(0))
                .optional()?;
            Ok(at.filter(|at| *at > 0).map(Timestamp))
        })
    }

    /// The latest runs through a connection, the latest first.
    ///
    /// # Errors
    /// As every read.
    pub fn runs(&self, connection: ConnectionId, limit: u32) -> Result<Vec<Run>> {
        self.data().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM run WHERE connection = ?1 ORDER BY at DESC, id DESC LIMIT ?2",
            )?;
            row::collect(
                "run",
                statement.query_map(params![connection.bytes(), limit], run)?,
            )
        })
    }

    /// As [`Self::runs`], of one environment and one area.
    ///
    /// # Errors
    /// As every read.
    pub fn runs_in_area(
        &self,
        connection: ConnectionId,
        environment: Environment,
        area: &str,
        limit: u32,
    ) -> Result<Vec<Run>> {
        self.data().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM run WHERE connection = ?1 AND environment = ?2 AND area = ?3
                 ORDER BY at DESC, id DESC LIMIT ?4",
            )?;
            let rows = statement.query_map(
                params![connection.bytes(), environment.word(), area, limit],
                run,
            )?;
            row::collect("run", rows)
        })
    }
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row::id(row, "id")?,
        at: row::time(row, "at")?,
        connection: row::id(row, "connection")?,
        authorization: row::id_opt(row, "authorization")?,
        application: row::id_opt(row, "application")?,
        environment: row::word(row, "environment")?,
        caller: row.get("caller")?,
        area: row.get("area")?,
        method: row.get("method")?,
        host: row.get("host")?,
        path: row.get("path")?,
        status: row.get("status")?,
        refusal: row.get("refusal")?,
        tries: row.get("tries")?,
        millis: row::count(row, "millis")?,
        bytes: row::count(row, "bytes")?,
    })
}
