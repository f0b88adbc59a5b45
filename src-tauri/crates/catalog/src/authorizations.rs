//! Authorizations: the account, what it granted, and how it fares.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use tsunagi_domain::freshness::lapse;
use tsunagi_domain::hosts::Origin;
use tsunagi_domain::{Account, AuthorizationId, Health, MemberId, RegistrationId, Timestamp};

use crate::row::{self, Key};
use crate::workspace::found_one;
use crate::{Catalog, CatalogError, Result, search, slots, standing};

/// What fills a slot, without its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Identifier.
    pub id: AuthorizationId,
    /// The identity at the provider.
    pub account: Account,
    /// What a person calls the account, where they gave it a name (R19).
    pub label: Option<String>,
    /// Scopes that were asked for.
    pub asked: Vec<String>,
    /// Scopes that were granted; `None` where the provider did not say (RFC 6749 §5.1).
    pub granted: Option<Vec<String>>,
    /// Stored health: of the credential, wherever it sits. What a slot shows is
    /// `domain::health::health` of this and its surroundings; that scopes are missing or the
    /// connector has changed is a matter of the slot, and is not stored here.
    pub health: Health,
    /// When the present token was issued, by the local clock.
    pub issued_at: Timestamp,
    /// When the present token ends, where that is known.
    pub expires_at: Option<Timestamp>,
    /// When it can no longer be renewed, where that is known.
    pub refresh_expires_at: Option<Timestamp>,
    /// Whether it can be renewed at all.
    pub renewable: bool,
    /// Since when and why the provider cannot be reached; beside the health, never instead of it.
    pub unreachable: Option<Unreachable>,
    /// Restored from a backup, and neither used nor renewed since; beside the health, never
    /// instead of it.
    pub unproven: bool,
    /// The client registration it was obtained with, to which its tokens belong (RFC 6749 §6);
    /// `None` where the service needs none.
    pub registration: Option<RegistrationId>,
    /// Origins sealed with the credential, for the comparison of R23. The sealed ones count.
    pub origins: Vec<Origin>,
    /// Non-secret values the provider answered, such as an organization id.
    pub extras: BTreeMap<String, String>,
    /// Who authorized.
    pub authorized_by: MemberId,
    /// When.
    pub authorized_at: Timestamp,
    /// Last request that used it.
    pub last_used: Option<Timestamp>,
    /// Last renewal.
    pub last_renewed: Option<Timestamp>,
    /// Version of the credential.
    pub version: u64,
}

/// A network or provider fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// Since when.
    pub since: Timestamp,
    /// What went wrong, as a code such as `timeout`.
    pub code: String,
    /// Renewals that have failed in a row since then.
    pub failures: u32,
}

impl Catalog {
    /// One authorization.
    ///
    /// # Errors
    /// As every read.
    pub fn authorization(&self, id: AuthorizationId) -> Result<Option<Authorization>> {
        self.catalog().read(|db| by_id(db, id.bytes()))
    }

    /// Sets the stored health.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] for an unknown authorization, and for Connected where the
    /// credential is gone; else as every write.
    pub fn set_health(&self, id: AuthorizationId, health: Health) -> Result<()> {
        if self.put_health(id, None, health)? {
            Ok(())
        } else {
            Err(CatalogError::Missing("authorization"))
        }
    }

    /// Sets the stored health if `version` is still the stored one; says whether it is. This is
    /// how a provider's answer about a token becomes health: an answer about an older token says
    /// nothing about the present one.
    ///
    /// # Errors
    /// As every write.
    pub fn set_health_of_version(
        &self,
        id: AuthorizationId,
        version: u64,
        health: Health,
    ) -> Result<bool> {
        self.put_health(id, Some(version), health)
    }

    fn put_health(
        &self,
        id: AuthorizationId,
        version: Option<u64>,
        health: Health,
    ) -> Result<bool> {
        self.catalog().write(|db| {
            let changed = db
                .prepare_cached(
                    "UPDATE authorization SET health = ?2 WHERE id = ?1
                     AND (?3 IS NULL OR version = ?3)
                     AND (?2 <> 'connected' OR EXISTS (
                         SELECT 1 FROM credential c WHERE c.authorization = id))",
                )?
                .execute(params![
                    id.bytes(),
                    row::health_word(health),
                    version.map(row::integer)
                ])?;
            standing::refresh_of(db, id.bytes())?;
            Ok(changed > 0)
        })
    }

    /// Stores that the provider refuses the client of these authorizations from now on: those that
    /// were obtained with this registration, wherever they sit, and worked so far.
    ///
    /// # Errors
    /// As every write.
    pub fn refuse_client(&self, registration: RegistrationId) -> Result<()> {
        self.catalog().write(|db| {
            let concerned: Vec<[u8; 16]> = db
                .prepare_cached(
                    "UPDATE authorization SET health = 'client_refused'
                     WHERE registration = ?1 AND health = 'connected' RETURNING id",
                )?
                .query_map([registration.bytes()], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            concerned
                .into_iter()
                .try_for_each(|id| standing::refresh_of(db, id))
        })
    }

    /// Notes that the provider cannot be reached, or that it can be again.
    ///
    /// # Errors
    /// [`CatalogError::Missing`]; else as every write.
    pub fn set_unreachable(
        &self,
        id: AuthorizationId,
        unreachable: Option<&Unreachable>,
    ) -> Result<()> {
        self.catalog().write(|db| {
            let changed = db
                .prepare_cached(
                    "UPDATE authorization SET unreachable_since = ?2, unreachable_code = ?3,
                         unreachable_failures = ?4
                     WHERE id = ?1",
                )?
                .execute(params![
                    id.bytes(),
                    unreachable.map(|unreachable| unreachable.since.0),
                    unreachable.map(|unreachable| &unreachable.code),
                    unreachable.map_or(0, |unreachable| unreachable.failures),
                ])?;
            found_one(changed, "authorization")?;
            standing::refresh_of(db, id.bytes())
        })
    }

    /// Gives the account a name (R19).
    ///
    /// # Errors
    /// [`CatalogError::Missing`]; else as every write.
    pub fn rename_account(&self, id: AuthorizationId, label: &str) -> Result<()> {
        self.catalog().write(|db| {
            let changed = db
                .prepare_cached("UPDATE authorization SET label = ?2 WHERE id = ?1")?
                .execute(params![id.bytes(), label])?;
            found_one(changed, "authorization")?;
            standing::connections_of(db, id.bytes())?
                .into_iter()
                .try_for_each(|connection| search::index(db, connection))
        })
    }

    /// What people or the program called accounts, where that begins so.
    ///
    /// # Errors
    /// As every read.
    pub fn labels_beginning(&self, with: &str) -> Result<Vec<String>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT label FROM authorization WHERE substr(label, 1, ?2) = ?1",
            )?;
            let length = i64::try_from(with.chars().count()).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![with, length], |row| row.get(0))?;
            row::collect("authorization", rows)
        })
    }

    /// Notes a use. An earlier time than the noted one changes nothing.
    ///
    /// # Errors
    /// As every write.
    pub fn touch_used(&self, id: AuthorizationId, at: Timestamp) -> Result<()> {
        self.catalog().write(|db| touch(db, id, at))
    }

    /// Renewable authorizations that end before `before`, the most urgent first: those that serve
    /// a slot of an enabled connection, also where it misses scopes, which a renewal may bring
    /// back. What belongs to an environment mode that was left is not kept alive, nor what was
    /// obtained for other origins or another client than any of its slots has.
    ///
    /// # Errors
    /// As every read.
    pub fn due(&self, before: Timestamp, limit: u32) -> Result<Vec<AuthorizationId>> {
        self.catalog().read(|db| {
            let serves = slots::SERVES;
            let mut statement = db.prepare_cached(&format!(
                "SELECT id FROM authorization a
                 WHERE renewable = 1 AND health = 'connected'
                     AND expires_at IS NOT NULL AND expires_at < ?1 AND {serves}
                 ORDER BY expires_at LIMIT ?2",
            ))?;
            row::collect(
                "authorization",
                statement.query_map([before.0, limit.into()], |row| row::id(row, "id"))?,
            )
        })
    }
}

pub(crate) fn touch(db: &Connection, id: AuthorizationId, at: Timestamp) -> Result<()> {
    db.prepare_cached(
        "UPDATE authorization SET last_used = ?2
         WHERE id = ?1 AND (last_used IS NULL OR last_used < ?2)",
    )?
    .execute(params![id.bytes(), at.0])?;
    Ok(())
}

pub(crate) fn by_id(db: &Connection, id: [u8; 16]) -> Result<Option<Authorization>> {
    let mut statement = db.prepare_cached("SELECT * FROM authorization WHERE id = ?1")?;
    Ok(statement.query_row([id], authorization).optional()?)
}

/// Adds an authorization, or writes everything of one again.
pub(crate) fn put(db: &Connection, authorization: &Authorization) -> Result<()> {
    let unreachable = authorization.unreachable.as_ref();
    db.prepare_cached(
        "INSERT INTO authorization (id, account_id, account_name, account_email, account_at, label, asked,
             granted, health, issued_at, expires_at, refresh_expires_at, renewable,
             unreachable_since, unreachable_code, origins, extras, authorized_by, authorized_at,
             last_used, last_renewed, version, ends_at, unreachable_failures, unproven,
             registration)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
             ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)
         ON CONFLICT (id) DO UPDATE SET account_id = excluded.account_id,
             account_name = excluded.account_name, account_email = excluded.account_email,
             account_at = excluded.account_at,
             label = excluded.label, asked = excluded.asked, granted = excluded.granted,
             health = excluded.health, issued_at = excluded.issued_at,
             expires_at = excluded.expires_at, refresh_expires_at = excluded.refresh_expires_at,
             renewable = excluded.renewable, unreachable_since = excluded.unreachable_since,
             unreachable_code = excluded.unreachable_code, origins = excluded.origins,
             extras = excluded.extras, authorized_by = excluded.authorized_by,
             authorized_at = excluded.authorized_at, last_used = excluded.last_used,
             last_renewed = excluded.last_renewed, version = excluded.version,
             ends_at = excluded.ends_at, unreachable_failures = excluded.unreachable_failures,
             unproven = excluded.unproven, registration = excluded.registration",
    )?
    .execute(params![
        authorization.id.bytes(),
        authorization.account.id,
        authorization.account.name,
        authorization.account.email,
        authorization.account.at,
        authorization.label,
        row::to_json(&authorization.asked)?,
        authorization
            .granted
            .as_ref()
            .map(row::to_json)
            .transpose()?,
        row::health_word(authorization.health),
        authorization.issued_at.0,
        row::millis(authorization.expires_at),
        row::millis(authorization.refresh_expires_at),
        authorization.renewable,
        unreachable.map(|unreachable| unreachable.since.0),
        unreachable.map(|unreachable| &unreachable.code),
        row::to_json(&authorization.origins)?,
        row::to_json(&authorization.extras)?,
        authorization.authorized_by.bytes(),
        authorization.authorized_at.0,
        row::millis(authorization.last_used),
        row::millis(authorization.last_renewed),
        row::integer(authorization.version),
        row::millis(lapse(
            authorization.renewable,
            authorization.expires_at,
            authorization.refresh_expires_at,
        )),
        unreachable.map_or(0, |unreachable| unreachable.failures),
        authorization.unproven,
        row::bytes_opt(authorization.registration),
    ])?;
    Ok(())
}

pub(crate) fn authorization(row: &Row<'_>) -> rusqlite::Result<Authorization> {
    let unreachable = match row::time_opt(row, "unreachable_since")? {
        Some(since) => Some(Unreachable {
            since,
            code: row.get("unreachable_code")?,
            failures: row.get("unreachable_failures")?,
        }),
        None => None,
    };
    Ok(Authorization {
        id: row::id(row, "id")?,
        account: Account {
            id: row.get("account_id")?,
            name: row.get("account_name")?,
            email: row.get("account_email")?,
            at: row.get("account_at")?,
        },
        label: row.get("label")?,
        asked: row::json(row, "asked")?,
        granted: row::json_opt(row, "granted")?,
        health: row::health(row, "health")?,
        issued_at: row::time(row, "issued_at")?,
        expires_at: row::time_opt(row, "expires_at")?,
        refresh_expires_at: row::time_opt(row, "refresh_expires_at")?,
        renewable: row.get("renewable")?,
        unreachable,
        unproven: row.get("unproven")?,
        registration: row::id_opt(row, "registration")?,
        origins: row::json(row, "origins")?,
        extras: row::json(row, "extras")?,
        authorized_by: row::id(row, "authorized_by")?,
        authorized_at: row::time(row, "authorized_at")?,
        last_used: row::time_opt(row, "last_used")?,
        last_renewed: row::time_opt(row, "last_renewed")?,
        version: row::count(row, "version")?,
    })
}
