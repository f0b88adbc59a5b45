//! For each thing the list can be filtered by, the set of connections it holds for. Written in
//! the transaction that changes a connection, so that a filter is counted, and combined with
//! others, without looking at a hundred thousand rows.
//!
//! What a connection shows depends on who looks: of a logged-in-user connection each member sees
//! their own account. Most members have none in most connections, and all of those see the same;
//! a set is therefore kept for *anybody*, and for each member beside it the connections in which
//! they have a standing of their own, and what they see there.

use rusqlite::{Connection as Db, OptionalExtension, params};
use tsunagi_domain::{ApplicationId, Seen};

use crate::Result;
use crate::keys::{Bits, Keys, chunk};
use crate::row::Key;
use crate::store::Transaction;

/// Whose sets they are where nobody is named.
pub(crate) const ANYBODY: &[u8] = &[];
/// The connections in which a member has a standing of their own.
pub(crate) const OWN: &str = "own";
/// The most reaches a connection has.
const REACHES: usize = 3;

/// What a viewer sees in one connection: a bit for each [`Seen`], then one for each reach that
/// needs them (in no order: two reaches are two bits), then the same for who manages connections,
/// and for who may choose a primary account besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sight(pub(crate) u32);

const FIRST_NEED: usize = Seen::ALL.len();
const FIRST_CARE: usize = FIRST_NEED + REACHES;
const FIRST_CHOICE: usize = FIRST_CARE + REACHES;
const BITS: usize = FIRST_CHOICE + REACHES;

/// How many reaches need who looks, by what they may do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Needing {
    /// Whoever that is.
    pub(crate) anybody: usize,
    /// Who manages connections (R2).
    pub(crate) managers: usize,
    /// Who also may choose a primary account (R11).
    pub(crate) choosers: usize,
}

impl Sight {
    pub(crate) fn see(&mut self, state: Seen) {
        self.0 |= 1 << place(state);
    }

    /// Notes how many reaches need who looks.
    pub(crate) fn need(&mut self, needing: Needing) {
        for (first, count) in [
            (FIRST_NEED, needing.anybody),
            (FIRST_CARE, needing.managers),
            (FIRST_CHOICE, needing.choosers),
        ] {
            for at in first..first + count.min(REACHES) {
                self.0 |= 1 << at;
            }
        }
    }
}

fn place(state: Seen) -> usize {
    Seen::ALL
        .iter()
        .position(|one| *one == state)
        .unwrap_or_default()
}

fn name(bit: usize) -> String {
    if let Some(state) = Seen::ALL.get(bit) {
        format!("seen/{}", state.as_str())
    } else if bit < FIRST_CARE {
        format!("needs/{}", bit - FIRST_NEED + 1)
    } else if bit < FIRST_CHOICE {
        format!("cares/{}", bit - FIRST_CARE + 1)
    } else {
        format!("chooses/{}", bit - FIRST_CHOICE + 1)
    }
}

pub(crate) fn kind(word: &str) -> String {
    format!("kind/{word}")
}

pub(crate) fn connector(id: &str) -> String {
    format!("connector/{id}")
}

pub(crate) fn application(id: ApplicationId) -> String {
    format!("application/{}", id.uuid().simple())
}

/// Who looks, and what they may do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewer {
    pub(crate) id: [u8; 16],
    /// Manages connections (R2).
    pub(crate) manages: bool,
    /// May choose a primary account (R11).
    pub(crate) chooses: bool,
}

/// A set that is the same for everybody.
pub(crate) fn common(db: &Db, name: &str) -> Result<Keys> {
    load(db, ANYBODY, name)
}

/// The connections in which `viewer` sees one of these states.
pub(crate) fn seen(db: &Db, viewer: &Viewer, states: &[Seen]) -> Result<Keys> {
    let own = load(db, &viewer.id, OWN)?;
    let mut found = Keys::default();
    for state in states {
        found.add(&seen_bit(db, viewer, &own, place(*state))?);
    }
    Ok(found)
}

/// The connections in which at least this many reaches, counted from 1, need `viewer`.
fn needing_reaches(db: &Db, viewer: &Viewer, own: &Keys, reaches: usize) -> Result<Keys> {
    let first = if viewer.chooses {
        FIRST_CHOICE
    } else if viewer.manages {
        FIRST_CARE
    } else {
        FIRST_NEED
    };
    seen_bit(db, viewer, own, first + reaches - 1)
}

/// The connections in which something needs `viewer`.
pub(crate) fn needing(db: &Db, viewer: &Viewer) -> Result<Keys> {
    let own = load(db, &viewer.id, OWN)?;
    needing_reaches(db, viewer, &own, 1)
}

/// How many reaches need `viewer`.
pub(crate) fn count_needing(db: &Db, viewer: &Viewer) -> Result<u64> {
    let own = load(db, &viewer.id, OWN)?;
    (1..=REACHES).try_fold(0, |sum, reaches| {
        Ok(sum + needing_reaches(db, viewer, &own, reaches)?.count())
    })
}

fn seen_bit(db: &Db, viewer: &Viewer, own: &Keys, bit: usize) -> Result<Keys> {
    let name = name(bit);
    let mut found = load(db, ANYBODY, &name)?;
    found.take_out(own);
    found.add(&load(db, &viewer.id, &name)?);
    Ok(found)
}

fn load(db: &Db, member: &[u8], name: &str) -> Result<Keys> {
    let mut keys = Keys::default();
    let mut statement =
        db.prepare_cached("SELECT chunk, bits FROM facet WHERE member = ?1 AND name = ?2")?;
    let mut rows = statement.query(params![member, name])?;
    while let Some(row) = rows.next()? {
        let bits = row.get_ref(1)?.as_blob().unwrap_or_default();
        keys.put(row.get(0)?, Bits::from_bytes(bits));
    }
    Ok(keys)
}

/// Puts a connection into a set, or takes it out.
pub(crate) fn set(
    db: &Transaction<'_>,
    member: &[u8],
    name: &str,
    key: i64,
    on: bool,
) -> Result<()> {
    let chunk = chunk(key);
    let stored: Option<Vec<u8>> = db
        .prepare_cached("SELECT bits FROM facet WHERE member = ?1 AND name = ?2 AND chunk = ?3")?
        .query_row(params![member, name, chunk], |row| row.get(0))
        .optional()?;
    let mut bits = stored
        .as_deref()
        .map_or_else(Bits::default, Bits::from_bytes);
    if !bits.set(key, on) {
        return Ok(());
    }
    if bits.is_empty() {
        db.prepare_cached("DELETE FROM facet WHERE member = ?1 AND name = ?2 AND chunk = ?3")?
            .execute(params![member, name, chunk])?;
    } else {
        db.prepare_cached(
            "INSERT INTO facet (member, name, chunk, bits) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (member, name, chunk) DO UPDATE SET bits = excluded.bits",
        )?
        .execute(params![member, name, chunk, bits.bytes()])?;
    }
    Ok(())
}

/// Moves a connection between the sets of what `member` sees.
pub(crate) fn change(
    db: &Transaction<'_>,
    member: &[u8],
    key: i64,
    before: Sight,
    now: Sight,
) -> Result<()> {
    for bit in (0..BITS).filter(|bit| (before.0 ^ now.0) >> bit & 1 == 1) {
        set(db, member, &name(bit), key, now.0 >> bit & 1 == 1)?;
    }
    Ok(())
}

/// Puts a connection into an application's set or takes it out, as the catalog has it by now.
pub(crate) fn grant(
    db: &Transaction<'_>,
    application: ApplicationId,
    connection: [u8; 16],
) -> Result<()> {
    let found: Option<(i64, bool)> = db
        .prepare_cached(
            "SELECT key, EXISTS (SELECT 1 FROM application_connection a
                 WHERE a.application = ?2 AND a.connection = c.id)
             FROM connection c WHERE id = ?1",
        )?
        .query_row(params![connection, application.bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    found.map_or(Ok(()), |(key, granted)| {
        set(db, ANYBODY, &self::application(application), key, granted)
    })
}

/// Forgets an application's set.
pub(crate) fn forget_application(db: &Transaction<'_>, id: ApplicationId) -> Result<()> {
    db.prepare_cached("DELETE FROM facet WHERE member = ?1 AND name = ?2")?
        .execute(params![ANYBODY, application(id)])?;
    Ok(())
}
