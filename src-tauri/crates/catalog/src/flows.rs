//! Flows and their timeline.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::flow::went_well;
use tsunagi_domain::{
    Connection as DomainConnection, ConnectionId, FlowId, RegistrationId, Timestamp,
};

use crate::row::{self, Key, Word};
use crate::{Catalog, CatalogError, Result, connections, slots};

/// How a flow ends that an earlier session left running.
const INTERRUPTED: &str = "interrupted";

/// One attempt to authorize, from click to outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Identifier.
    pub id: FlowId,
    /// The slot it is to fill.
    pub key: SlotKey,
    /// The client registration it uses.
    pub registration: Option<RegistrationId>,
    /// SHA-256 of its one-time `state` (RFC 6749 §10.12).
    pub state_hash: [u8; 32],
    /// How the person is taken to the provider, such as `webview`.
    pub agent: String,
    /// When it was begun.
    pub started_at: Timestamp,
    /// When it times out.
    pub deadline: Timestamp,
    /// How it ended, as a code; `None` while it runs.
    pub outcome: Option<String>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// One line of a flow's timeline. Redacted by whoever writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// What, as a code.
    pub code: String,
    /// Whether it went well.
    pub ok: bool,
    /// What its sentence names.
    pub args: BTreeMap<String, String>,
    /// What went over the wire, line by line.
    pub wire: Vec<String>,
    /// How long it took, in milliseconds.
    pub millis: Option<u64>,
}

impl Catalog {
    /// Begins a flow.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] where the connection is unknown; else as every write.
    pub fn begin_flow(&self, flow: &Flow) -> Result<()> {
        self.catalog().write(|db| {
            db.prepare_cached(&format!(
                "DELETE FROM flow WHERE connection = ?1 AND {}",
                row::UNKNOWN_REACH
            ))?
            .execute([flow.key.connection.bytes()])?;
            db.prepare_cached(
                "INSERT INTO flow (id, connection, reach, member, registration, state_hash, agent,
                     started_at, deadline, outcome, ended_at, failed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                flow.id.bytes(),
                flow.key.connection.bytes(),
                flow.key.reach.word(),
                row::bytes_opt(flow.key.member),
                row::bytes_opt(flow.registration),
                flow.state_hash,
                flow.agent,
                flow.started_at.0,
                flow.deadline.0,
                flow.outcome,
                row::millis(flow.ended_at),
                flow.outcome.as_deref().is_some_and(failed),
            ])?;
            Ok(())
        })
    }

    /// Claims the running flow of a `state`. A state is good for one claim: a second one, like
    /// one for a flow that has ended, finds nothing. The deadline is the caller's to compare.
    ///
    /// # Errors
    /// As every write.
    pub fn claim_flow(&self, state_hash: &[u8; 32]) -> Result<Option<Flow>> {
        self.catalog().write(|db| {
            let mut statement = db.prepare_cached(
                "UPDATE flow SET claimed = 1
                 WHERE state_hash = ?1 AND claimed = 0 AND outcome IS NULL RETURNING *",
            )?;
            Ok(statement.query_row([state_hash], flow).optional()?)
        })
    }

    /// Adds a line to a flow's timeline.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] where the flow is unknown; else as every write.
    pub fn add_step(&self, id: FlowId, step: &Step) -> Result<()> {
        self.catalog().write(|db| {
            db.prepare_cached(
                "INSERT INTO flow_step (flow, at, code, ok, args, wire, millis)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                id.bytes(),
                step.at.0,
                step.code,
                step.ok,
                row::to_json(&step.args)?,
                row::to_json(&step.wire)?,
                step.millis.map(row::integer),
            ])
            .map_err(|error| match error.into() {
                CatalogError::Missing(_) => CatalogError::Missing("flow"),
                other => other,
            })?;
            Ok(())
        })
    }

    /// Ends a flow. `false` where it had ended already; its first outcome stays.
    ///
    /// # Errors
    /// As every write.
    pub fn finish_flow(&self, id: FlowId, outcome: &str, now: Timestamp) -> Result<bool> {
        self.catalog().write(|db| finish(db, id, outcome, now))
    }

    /// One flow.
    ///
    /// # Errors
    /// As every read.
    pub fn flow(&self, id: FlowId) -> Result<Option<Flow>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM flow WHERE id = ?1")?;
            Ok(statement.query_row([id.bytes()], flow).optional()?)
        })
    }

    /// The latest flows of a connection with their timelines, the latest first.
    ///
    /// # Errors
    /// As every read.
    pub fn flows(&self, connection: ConnectionId, limit: u32) -> Result<Vec<(Flow, Vec<Step>)>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM flow WHERE connection = ?1
                 ORDER BY started_at DESC, id DESC LIMIT ?2",
            )?;
            let rows = statement.query_map(params![connection.bytes(), limit], flow)?;
            row::collect("flow", rows)?
                .into_iter()
                .map(|flow| steps(db, flow.id).map(|steps| (flow, steps)))
                .collect()
        })
    }

    /// Flows begun since `since` that failed, with their connection and timeline, the latest first.
    ///
    /// # Errors
    /// As every read.
    pub fn failed_flows(
        &self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<(DomainConnection, Flow, Vec<Step>)>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM flow WHERE failed = 1 AND started_at >= ?1
                 ORDER BY started_at DESC, key DESC LIMIT ?2",
            )?;
            let rows = statement.query_map(params![since.0, limit], flow)?;
            let mut failed = Vec::new();
            for flow in row::collect("flow", rows)? {
                // One in quarantine has no name to show it by.
                if let Ok(Some(connection)) = connections::by_id(db, flow.key.connection.bytes()) {
                    let steps = steps(db, flow.id)?;
                    failed.push((connection, flow, steps));
                }
            }
            Ok(failed)
        })
    }

    /// At start: ends what an earlier session left running, as `interrupted`. Says how many.
    ///
    /// # Errors
    /// As every write.
    pub fn abandon_flows(&self, now: Timestamp) -> Result<u32> {
        self.catalog().write(|db| {
            let ended = db.execute(
                "UPDATE flow SET outcome = ?2, ended_at = ?1, failed = ?3 WHERE outcome IS NULL",
                params![now.0, INTERRUPTED, failed(INTERRUPTED)],
            )?;
            Ok(u32::try_from(ended).unwrap_or(u32::MAX))
        })
    }
}

fn failed(outcome: &str) -> bool {
    !went_well(outcome)
}

pub(crate) fn finish(db: &Connection, id: FlowId, outcome: &str, now: Timestamp) -> Result<bool> {
    let ended = db
        .prepare_cached(
            "UPDATE flow SET outcome = ?2, ended_at = ?3, failed = ?4
             WHERE id = ?1 AND outcome IS NULL",
        )?
        .execute(params![id.bytes(), outcome, now.0, failed(outcome)])?;
    Ok(ended > 0)
}

fn steps(db: &Connection, id: FlowId) -> Result<Vec<Step>> {
    let mut statement =
        db.prepare_cached("SELECT * FROM flow_step WHERE flow = ?1 ORDER BY key")?;
    let rows = statement.query_map([id.bytes()], |row| {
        let millis: Option<i64> = row.get("millis")?;
        Ok(Step {
            at: row::time(row, "at")?,
            code: row.get("code")?,
            ok: row.get("ok")?,
            args: row::json(row, "args")?,
            wire: row::json(row, "wire")?,
            millis: millis.and_then(|millis| u64::try_from(millis).ok()),
        })
    })?;
    row::collect("flow_step", rows)
}

pub(crate) fn flow(row: &Row<'_>) -> rusqlite::Result<Flow> {
    Ok(Flow {
        id: row::id(row, "id")?,
        key: slots::key(row)?,
        registration: row::id_opt(row, "registration")?,
        state_hash: row.get("state_hash")?,
        agent: row.get("agent")?,
        started_at: row::time(row, "started_at")?,
        deadline: row::time(row, "deadline")?,
        outcome: row.get("outcome")?,
        ended_at: row::time_opt(row, "ended_at")?,
    })
}
