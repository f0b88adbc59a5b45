//! The audit log: append-only, each entry tied to the one before by a keyed hash.
//!
//! The key is the vault's; this room is handed a function. What a tag covers is written down
//! here: the tag before, and the entry's number, identifier, time, actor, action, subject and
//! arguments. The head is sealed with the same function over the last tag and number, so that a
//! log cut short does not pass for a whole one, and an entry appended to a log whose head was
//! tampered with starts from zero instead of covering up for it. What this cannot show is a whole
//! file put back from an earlier day.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use tsunagi_domain::{EventId, MemberId, Timestamp};

use crate::row::{self, Key};
use crate::store::Transaction;
use crate::{Catalog, Result};

/// The vault's keyed hash: HMAC-SHA-256 (RFC 2104) over the tag before and the bytes.
pub type Tag<'a> = &'a (dyn Fn(&[u8; 32], &[u8]) -> [u8; 32] + Sync);

/// Comes before the first entry.
const START: [u8; 32] = [0; 32];

/// What is to be logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEvent {
    /// When.
    pub at: Timestamp,
    /// Who did it; `None` for the program itself.
    pub actor: Option<MemberId>,
    /// What was done, as a code such as `connection.created`.
    pub action: String,
    /// To what, such as `connection/<id>`.
    pub subject: String,
    /// What its sentence names; never a secret.
    pub args: BTreeMap<String, String>,
}

/// A new event with the function that tags it, for calls that log what they do.
#[derive(Clone)]
pub struct Entry<'a> {
    /// The event.
    pub event: NewEvent,
    /// How it is tagged.
    pub tag: Tag<'a>,
}

impl std::fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// Identifier.
    pub id: EventId,
    /// What was logged.
    pub event: NewEvent,
}

/// Which entries are asked for. What is `None` or empty leaves nothing out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// By whom.
    pub actor: Option<By>,
    /// To what, such as `connection/<id>`.
    pub subject: Option<String>,
    /// Groups of actions: what stands before the dot, such as `connection`.
    pub groups: Vec<String>,
    /// From when on.
    pub since: Option<Timestamp>,
    /// Until when, that moment left out.
    pub until: Option<Timestamp>,
    /// Numbered below this; `None` for the latest.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: u32,
}

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A member.
    Member(MemberId),
    /// The program itself.
    Program,
}

/// What going through the whole log showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// Every entry is as it was written, and none is missing.
    Whole {
        /// How many entries there are. A workspace whose founding was logged has at least one.
        count: u64,
    },
    /// Something was changed from outside.
    Broken {
        /// Number of the first entry that is not as it should be.
        at: u64,
        /// What is wrong with it.
        why: Fault,
    },
}

/// What is wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The entry is missing, and later ones are there.
    Gap,
    /// The entry, or its tie to the one before, is not as it was written.
    Altered,
    /// The log ends before its head says.
    Truncated,
    /// The head is missing, or not as it was written.
    Head,
}

impl Catalog {
    /// Appends to the log. Gives the entry's number.
    ///
    /// # Errors
    /// As every write.
    pub fn append_event(&self, event: &NewEvent, tag: Tag<'_>) -> Result<u64> {
        self.catalog().write(|db| append(db, event, tag))
    }

    /// Keeps an entry until there is a key to chain it with ([`Self::append_waiting`]).
    ///
    /// # Errors
    /// As every write.
    pub fn let_wait(&self, event: &NewEvent) -> Result<()> {
        let event = row::to_json(event)?;
        self.catalog().write(|db| {
            db.prepare_cached("INSERT INTO event_waiting (event) VALUES (?1)")?
                .execute([event])?;
            Ok(())
        })
    }

    /// Appends what waits, in the order it happened. Gives how many there were.
    ///
    /// # Errors
    /// As every write; all of it waits on then.
    pub fn append_waiting(&self, tag: Tag<'_>) -> Result<usize> {
        let any = |db: &Connection| {
            Ok(db
                .prepare_cached("SELECT 1 FROM event_waiting LIMIT 1")?
                .exists([])?)
        };
        if !self.catalog().read(any)? {
            return Ok(0);
        }
        self.catalog().write(|db| {
            let waiting: Vec<String> = db
                .prepare_cached("DELETE FROM event_waiting RETURNING seq, event")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<std::collections::BTreeMap<i64, String>>>()?
                .into_values()
                .collect();
            for event in &waiting {
                match serde_json::from_str(event) {
                    Ok(event) => drop(append(db, &event, tag)?),
                    // Written by no program of ours: it must not keep the others out.
                    Err(error) => tracing::error!(%error, "an entry that waited cannot be read"),
                }
            }
            Ok(waiting.len())
        })
    }

    /// The log, the latest entry first: those numbered below `before`, and about `subject` only
    /// where one is given.
    ///
    /// # Errors
    /// As every read.
    pub fn events(
        &self,
        subject: Option<&str>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Event>> {
        let before = before.map_or(i64::MAX, row::integer);
        self.catalog().read(|db| match subject {
            Some(subject) => {
                let mut statement = db.prepare_cached(
                    "SELECT * FROM event WHERE subject = ?1 AND seq < ?2 ORDER BY seq DESC",
                )?;
                let rows = statement.query_map(params![subject, before], event)?;
                row::collect_up_to("event", limit, rows)
            }
            None => {
                let mut statement =
                    db.prepare_cached("SELECT * FROM event WHERE seq < ?1 ORDER BY seq DESC")?;
                let rows = statement.query_map(params![before], event)?;
                row::collect_up_to("event", limit, rows)
            }
        })
    }

    /// The entries that match, the latest first.
    ///
    /// # Errors
    /// As every read.
    pub fn find_events(&self, query: &EventQuery) -> Result<Vec<Event>> {
        let mut sql = "SELECT * FROM event WHERE seq < ?".to_owned();
        let before = query.before.map_or(i64::MAX, row::integer);
        let mut bound: Vec<Value> = vec![before.into()];
        match query.actor {
            Some(By::Member(member)) => {
                sql.push_str(" AND actor = ?");
                bound.push(member.bytes().to_vec().into());
            }
            Some(By::Program) => sql.push_str(" AND actor IS NULL"),
            None => {}
        }
        if let Some(subject) = &query.subject {
            sql.push_str(" AND subject = ?");
            bound.push(subject.clone().into());
        }
        if !query.groups.is_empty() {
            // Between `group.` and `group/`, the next character: every action of that group.
            let each = vec!["(action >= ? AND action < ?)"; query.groups.len()].join(" OR ");
            sql.push_str(&format!(" AND ({each})"));
            for group in &query.groups {
                bound.push(format!("{group}.").into());
                bound.push(format!("{group}/").into());
            }
        }
        for (time, condition) in [(query.since, " AND at >= ?"), (query.until, " AND at < ?")] {
            if let Some(time) = time {
                sql.push_str(condition);
                bound.push(time.0.into());
            }
        }
        sql.push_str(" ORDER BY seq DESC");
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(rusqlite::params_from_iter(&bound), event)?;
            row::collect_up_to("event", query.limit, rows)
        })
    }

    /// Goes through the whole log and says whether it is as it was written. `founding` is the
    /// action and subject of an entry that is in every whole log and that nobody writes again:
    /// without one, a log that was emptied with its head, and begun anew, passes for a whole one.
    ///
    /// # Errors
    /// As every read.
    pub fn verify_events(
        &self,
        founding: Option<(&str, &str)>,
        tag: Tag<'_>,
    ) -> Result<Verification> {
        self.catalog().read(|db| verify(db, founding, tag))
    }
}

/// What a tag covers, as it is stored: an edit that reads the same shows too.
struct Stored {
    seq: u64,
    id: [u8; 16],
    at: i64,
    actor: Option<[u8; 16]>,
    action: String,
    subject: String,
    args: String,
}

impl Stored {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"tsunagi event 1\0".to_vec();
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.id);
        bytes.extend(self.at.to_be_bytes());
        bytes.push(u8::from(self.actor.is_some()));
        bytes.extend(self.actor.unwrap_or_default());
        // Lengths keep one field's end from passing for the next one's beginning.
        for text in [&self.action, &self.subject, &self.args] {
            bytes.extend(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes
    }
}

struct Head {
    seq: u64,
    tag: [u8; 32],
    seal: [u8; 32],
}

impl Head {
    fn sealed(seq: u64, last: [u8; 32], tag: Tag<'_>) -> Self {
        let mut bytes = b"tsunagi event head 1\0".to_vec();
        bytes.extend(seq.to_be_bytes());
        Self {
            seq,
            tag: last,
            seal: tag(&last, &bytes),
        }
    }

    fn is_genuine(&self, tag: Tag<'_>) -> bool {
        Self::sealed(self.seq, self.tag, tag).seal == self.seal
    }

    /// The stored head; `None` where there is none or it is no head at all.
    fn read(db: &Connection) -> Result<Option<Self>> {
        let mut statement =
            db.prepare_cached("SELECT seq, tag, seal FROM event_head WHERE only_one = 1")?;
        let head = statement
            .query_row([], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, Vec<u8>>(1)?,
                    row.get::<_, Vec<u8>>(2)?,
                ))
            })
            .optional()?;
        Ok(head.and_then(|(seq, tag, seal)| {
            Some(Self {
                seq: seq.try_into().ok()?,
                tag: tag.try_into().ok()?,
                seal: seal.try_into().ok()?,
            })
        }))
    }
}

/// Appends within a transaction.
pub(crate) fn append(db: &Transaction<'_>, event: &NewEvent, tag: Tag<'_>) -> Result<u64> {
    let last: i64 = db
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM event")?
        .query_row([], |row| row.get(0))?;
    let last = u64::try_from(last).unwrap_or_default();
    let (seq, previous) = match Head::read(db)? {
        Some(head) if head.is_genuine(tag) => (head.seq.max(last) + 1, head.tag),
        _ => (last + 1, START),
    };
    let stored = Stored {
        seq,
        id: EventId::new().bytes(),
        at: event.at.0,
        actor: row::bytes_opt(event.actor),
        action: event.action.clone(),
        subject: event.subject.clone(),
        args: row::to_json(&event.args)?,
    };
    let own = tag(&previous, &stored.bytes());
    db.prepare_cached(
        "INSERT INTO event (seq, id, at, actor, action, subject, args, tag)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        row::integer(stored.seq),
        stored.id,
        stored.at,
        stored.actor,
        stored.action,
        stored.subject,
        stored.args,
        own,
    ])?;
    let head = Head::sealed(seq, own, tag);
    db.prepare_cached(
        "INSERT INTO event_head (only_one, seq, tag, seal) VALUES (1, ?1, ?2, ?3)
         ON CONFLICT (only_one) DO UPDATE SET seq = excluded.seq, tag = excluded.tag,
             seal = excluded.seal",
    )?
    .execute(params![row::integer(head.seq), head.tag, head.seal])?;
    Ok(seq)
}

fn verify(db: &Connection, founding: Option<(&str, &str)>, tag: Tag<'_>) -> Result<Verification> {
    let mut statement = db.prepare("SELECT * FROM event ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    let mut previous = START;
    let mut founded = founding.is_none();
    while let Some(row) = rows.next()? {
        let at = count + 1;
        // A row that no longer reads as an event was not written as one.
        let Ok((stored, found)) = stored(row) else {
            return Ok(Verification::Broken {
                at,
                why: Fault::Altered,
            });
        };
        if stored.seq != at {
            return Ok(Verification::Broken {
                at,
                why: Fault::Gap,
            });
        }
        if tag(&previous, &stored.bytes()) != found {
            return Ok(Verification::Broken {
                at,
                why: Fault::Altered,
            });
        }
        founded = founded || founding == Some((stored.action.as_str(), stored.subject.as_str()));
        previous = found;
        count = at;
    }
    if !founded {
        let why = if count == 0 {
            Fault::Truncated
        } else {
            Fault::Gap
        };
        return Ok(Verification::Broken { at: 1, why });
    }
    let broken = |why| Ok(Verification::Broken { at: count + 1, why });
    match Head::read(db)? {
        None if count == 0 => Ok(Verification::Whole { count }),
        Some(head) if !head.is_genuine(tag) => broken(Fault::Head),
        Some(head) if head.seq > count => broken(Fault::Truncated),
        Some(head) if head.seq == count && head.tag == previous => {
            Ok(Verification::Whole { count })
        }
        _ => broken(Fault::Head),
    }
}

fn stored(row: &Row<'_>) -> rusqlite::Result<(Stored, [u8; 32])> {
    let stored = Stored {
        seq: row::count(row, "seq")?,
        id: row.get("id")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        action: row.get("action")?,
        subject: row.get("subject")?,
        args: row.get("args")?,
    };
    Ok((stored, row.get("tag")?))
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        seq: row::count(row, "seq")?,
        id: row::id(row, "id")?,
        event: NewEvent {
            at: row::time(row, "at")?,
            actor: row::id_opt(row, "actor")?,
            action: row.get("action")?,
            subject: row.get("subject")?,
            args: row::json(row, "args")?,
        },
    })
}
