//! Who may renew a credential, and how what they got is stored (DESIGN: keep fresh).
//!
//! A lease has an owner, an end and a generation. The end lets another process take over after a
//! crash; the generation tells a late writer from the present holder; the `sending` mark, durable
//! before the request leaves, tells the next holder that an answer may have been lost.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use tsunagi_domain::freshness::lapse;
use tsunagi_domain::{AuthorizationId, Timestamp};

use crate::row::{self, Key};
use crate::store::Transaction;
use crate::{Catalog, CatalogError, Result, standing};

/// How far apart two processes may read the same clock before it counts as set back.
const SKEW_MS: i64 = 120_000;

/// The answer to asking for a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// It is yours.
    Taken {
        /// Names this lease in every later call.
        generation: u64,
        /// Version of the credential now. Read it again: it may be newer than the one you had.
        version: u64,
        /// An earlier holder was sending this very version and no answer was stored.
        interrupted: bool,
        /// That was not the first time: the version has been sent more than once already, so a
        /// grace period has been used up.
        retried: bool,
    },
    /// Somebody else has it.
    Held {
        /// When it ends unless it is extended.
        until: Timestamp,
    },
}

/// How many renewals a provider allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Whose budget it is: all that name the same share it, over all processes.
    pub of: String,
    /// So many renewals
    pub renewals: u32,
    /// in so many milliseconds.
    pub window_ms: i64,
    /// Now.
    pub now: Timestamp,
}

/// The answer to asking whether a version may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// Send it.
    Go,
    /// The lease is no longer yours, or another version is stored.
    Overtaken,
    /// The budget is used up for now.
    UsedUp,
}

/// What a renewal got.
#[derive(Clone, PartialEq, Eq)]
pub struct Renewal {
    /// Of which authorization.
    pub id: AuthorizationId,
    /// The lease's owner.
    pub owner: String,
    /// The lease's generation.
    pub generation: u64,
    /// The version that was sent.
    pub expected_version: u64,
    /// The new credential, sealed under `expected_version + 1`.
    pub sealed: Vec<u8>,
    /// Whether the credential before is kept until [`Catalog::drop_previous`].
    pub keep_previous: bool,
    /// When the new token ends, where that is known.
    pub expires_at: Option<Timestamp>,
    /// When it can no longer be renewed, where that is known.
    pub refresh_expires_at: Option<Timestamp>,
    /// What the service says beside the tokens; `None`: as before.
    pub extras: Option<BTreeMap<String, String>>,
    /// Scopes of the new token; `None` where the answer did not say: they stay (RFC 6749 §6).
    pub granted: Option<Vec<String>>,
    /// Whether it can be renewed again.
    pub renewable: bool,
    /// When the new token was issued, by the local clock.
    pub issued_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl std::fmt::Debug for Renewal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renewal")
            .field("id", &self.id)
            .field("owner", &self.owner)
            .field("generation", &self.generation)
            .field("expected_version", &self.expected_version)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Catalog {
    /// Asks for the lease on a credential, for `ttl_ms` milliseconds. Whoever has it keeps it
    /// until it ends or is given back, also against the same owner: one process asks once.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] where the authorization is unknown or its credential gone; else
    /// as every write.
    pub fn take_lease(
        &self,
        id: AuthorizationId,
        owner: &str,
        now: Timestamp,
        ttl_ms: i64,
    ) -> Result<Lease> {
        self.catalog().write(|db| {
            let version: u64 = db
                .prepare_cached("SELECT version FROM credential WHERE authorization = ?1")?
                .query_row([id.bytes()], |row| row::count(row, "version"))
                .optional()?
                .ok_or(CatalogError::Missing("credential"))?;
            let before = db
                .prepare_cached("SELECT * FROM lease WHERE authorization = ?1")?
                .query_row([id.bytes()], |row| {
                    Ok(Held {
                        generation: row::count(row, "generation")?,
                        owned: row.get::<_, Option<String>>("owner")?.is_some(),
                        taken_at: row::time(row, "taken_at")?,
                        until: row::time(row, "held_until")?,
                        sending: row.get::<_, Option<i64>>("sending")?,
                        attempts: row.get("attempts")?,
                    })
                })
                .optional()?
                .unwrap_or_default();
            // A lease taken in the future was taken before the clock was set back. Its holder is
            // not waited for: what it was sending is marked, and its writes are fenced off.
            if before.owned && before.until > now && before.taken_at <= now {
                return Ok(Lease::Held {
                    until: before.until,
                });
            }
            let generation = before.generation + 1;
            db.prepare_cached(
                "INSERT INTO lease (authorization, generation, owner, taken_at, held_until)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (authorization) DO UPDATE SET generation = excluded.generation,
                     owner = excluded.owner, taken_at = excluded.taken_at,
                     held_until = excluded.held_until",
            )?
            .execute(params![
                id.bytes(),
                row::integer(generation),
                owner,
                now.0,
                now.plus_millis(ttl_ms).0,
            ])?;
            let interrupted = before.sending == Some(row::integer(version));
            Ok(Lease::Taken {
                generation,
                version,
                interrupted,
                retried: interrupted && before.attempts > 1,
            })
        })
    }

    /// Moves the end of a lease to `now + ttl_ms`. `false`: it is no longer yours.
    ///
    /// # Errors
    /// As every write.
    pub fn extend_lease(
        &self,
        id: AuthorizationId,
        owner: &str,
        generation: u64,
        now: Timestamp,
        ttl_ms: i64,
    ) -> Result<bool> {
        self.catalog().write(|db| {
            let changed = db
                .prepare_cached(
                    "UPDATE lease SET taken_at = min(taken_at, ?4), held_until = ?5
                     WHERE authorization = ?1 AND owner = ?2 AND generation = ?3",
                )?
                .execute(params![
                    id.bytes(),
                    owner,
                    row::integer(generation),
                    now.0,
                    now.plus_millis(ttl_ms).0,
                ])?;
            Ok(changed > 0)
        })
    }

    /// Gives a lease back. A `sending` mark stays: only an answer takes it away. Says whether the
    /// lease was still yours.
    ///
    /// # Errors
    /// As every write.
    pub fn release_lease(&self, id: AuthorizationId, owner: &str, generation: u64) -> Result<bool> {
        self.catalog().write(|db| {
            let changed = db
                .prepare_cached(
                    "UPDATE lease SET owner = NULL, held_until = 0
                     WHERE authorization = ?1 AND owner = ?2 AND generation = ?3",
                )?
                .execute(params![id.bytes(), owner, row::integer(generation)])?;
            Ok(changed > 0)
        })
    }

    /// Marks, durably, that `version` is about to be sent. Send only on `true`: else the lease is
    /// no longer yours, or another version is stored.
    ///
    /// # Errors
    /// As every write.
    pub fn mark_sending(
        &self,
        id: AuthorizationId,
        owner: &str,
        generation: u64,
        version: u64,
    ) -> Result<bool> {
        self.catalog()
            .write(|db| mark(db, id, owner, generation, version))
    }

    /// As [`Catalog::mark_sending`], and takes one renewal out of a provider's budget with it:
    /// both are durable, or neither. Nothing is taken or marked where the budget is used up.
    ///
    /// # Errors
    /// As every write.
    pub fn mark_sending_within(
        &self,
        id: AuthorizationId,
        owner: &str,
        generation: u64,
        version: u64,
        budget: &Budget,
    ) -> Result<Sending> {
        self.catalog().write(|db| {
            if !has_left(db, budget)? {
                return Ok(Sending::UsedUp);
            }
            if !mark(db, id, owner, generation, version)? {
                return Ok(Sending::Overtaken);
            }
            db.prepare_cached("INSERT INTO renewal_sent (budget, at) VALUES (?1, ?2)")?
                .execute(params![budget.of, budget.now.0])?;
            Ok(Sending::Go)
        })
    }

    /// Takes the mark away after an answer that changed nothing, such as 503, or where nothing
    /// was sent after all. Says whether the lease was still yours.
    ///
    /// # Errors
    /// As every write.
    pub fn unmark_sending(
        &self,
        id: AuthorizationId,
        owner: &str,
        generation: u64,
    ) -> Result<bool> {
        self.catalog().write(|db| {
            let changed = db
                .prepare_cached(
                    "UPDATE lease SET sending = NULL, attempts = 0
                     WHERE authorization = ?1 AND owner = ?2 AND generation = ?3",
                )?
                .execute(params![id.bytes(), owner, row::integer(generation)])?;
            Ok(changed > 0)
        })
    }

    /// Stores what a renewal got, where the lease is still yours and the version that was sent
    /// still the stored one; `false` otherwise, and nothing is stored. Takes away the `sending`
    /// mark, what was unreachable and what was unproven; a health that said expired, client refused or outcome
    /// unknown is Connected again, since the provider has just shown otherwise. Where the answer
    /// names scopes, the health says with them whether any is missing. The lease stays.
    ///
    /// # Errors
    /// As every write.
    pub fn store_renewal(&self, renewal: &Renewal) -> Result<bool> {
        self.catalog().write(|db| {
            let id = renewal.id.bytes();
            // First what may refuse, so that a refusal leaves the mark as it stands.
            if !replace(db, renewal)? {
                return Ok(false);
            }
            db.prepare_cached(
                "UPDATE lease SET sending = NULL, attempts = 0 WHERE authorization = ?1",
            )?
            .execute([id])?;
            db.prepare_cached(
                "UPDATE authorization SET version = ?2, expires_at = ?3, refresh_expires_at = ?4,
                     granted = coalesce(?5, granted), renewable = ?6, issued_at = ?7,
                     last_renewed = ?8, extras = coalesce(?10, extras), unreachable_since = NULL, unreachable_code = NULL,
                     unreachable_failures = 0, unproven = 0, ends_at = ?9,
                     health = CASE WHEN health IN ('expired', 'client_refused', 'outcome_unknown')
                         THEN 'connected' ELSE health END
                 WHERE id = ?1",
            )?
            .execute(params![
                id,
                row::integer(renewal.expected_version + 1),
                row::millis(renewal.expires_at),
                row::millis(renewal.refresh_expires_at),
                renewal.granted.as_ref().map(row::to_json).transpose()?,
                renewal.renewable,
                renewal.issued_at.0,
                renewal.now.0,
                row::millis(lapse(
                    renewal.renewable,
                    renewal.expires_at,
                    renewal.refresh_expires_at
                )),
                renewal.extras.as_ref().map(row::to_json).transpose()?,
            ])?;
            standing::refresh_of(db, id)?;
            Ok(true)
        })
    }

    /// Wipes the credential before `version`, once `version` has worked.
    ///
    /// # Errors
    /// As every write.
    pub fn drop_previous(&self, id: AuthorizationId, version: u64) -> Result<()> {
        self.catalog().write(|db| {
            db.prepare_cached(
                "UPDATE credential SET previous = NULL, previous_version = NULL
                 WHERE authorization = ?1 AND version = ?2 AND previous IS NOT NULL",
            )?
            .execute(params![id.bytes(), row::integer(version)])?;
            Ok(())
        })
    }
}

fn mark(
    db: &Transaction<'_>,
    id: AuthorizationId,
    owner: &str,
    generation: u64,
    version: u64,
) -> Result<bool> {
    let changed = db
        .prepare_cached(
            "UPDATE lease SET
                 attempts = CASE WHEN sending = ?4 THEN attempts + 1 ELSE 1 END,
                 sending = ?4
             WHERE authorization = ?1 AND owner = ?2 AND generation = ?3 AND EXISTS (
                 SELECT 1 FROM credential c
                 WHERE c.authorization = lease.authorization AND c.version = ?4)",
        )?
        .execute(params![
            id.bytes(),
            owner,
            row::integer(generation),
            row::integer(version)
        ])?;
    Ok(changed > 0)
}

/// Whether one more renewal is within the budget. Forgets what has left its window, and what was
/// sent by a clock that was set back since; two processes may read it a little apart.
fn has_left(db: &Transaction<'_>, budget: &Budget) -> Result<bool> {
    let (from, to) = (
        budget.now.plus_millis(-budget.window_ms),
        budget.now.plus_millis(SKEW_MS),
    );
    db.prepare_cached("DELETE FROM renewal_sent WHERE budget = ?1 AND (at <= ?2 OR at > ?3)")?
        .execute(params![budget.of, from.0, to.0])?;
    let sent: u32 = db
        .prepare_cached("SELECT count(*) FROM renewal_sent WHERE budget = ?1")?
        .query_row([&budget.of], |row| row.get(0))?;
    Ok(sent < budget.renewals)
}

/// Replaces the sealed bytes where version and generation still match.
fn replace(db: &Transaction<'_>, renewal: &Renewal) -> Result<bool> {
    let changed = db
        .prepare_cached(
            "UPDATE credential SET
                 previous = CASE WHEN ?6 THEN sealed END,
                 previous_version = CASE WHEN ?6 THEN version END,
                 sealed = ?5, version = version + 1
             WHERE authorization = ?1 AND version = ?4 AND EXISTS (
                 SELECT 1 FROM lease l WHERE l.authorization = credential.authorization
                     AND l.owner = ?2 AND l.generation = ?3)",
        )?
        .execute(params![
            renewal.id.bytes(),
            renewal.owner,
            row::integer(renewal.generation),
            row::integer(renewal.expected_version),
            renewal.sealed,
            renewal.keep_previous,
        ])?;
    Ok(changed > 0)
}

/// A lease as it stands; by default one that was never taken.
#[derive(Default)]
struct Held {
    generation: u64,
    owned: bool,
    taken_at: Timestamp,
    until: Timestamp,
    sending: Option<i64>,
    attempts: i64,
}
