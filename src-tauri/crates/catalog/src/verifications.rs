//! When a service last answered for a credential that is never renewed.

use rusqlite::{OptionalExtension, params};
use tsunagi_domain::{AuthorizationId, Timestamp};

use crate::authorizations::{Authorization, authorization};
use crate::row::{self, Key};
use crate::{Catalog, Result, slots};

impl Catalog {
    /// Connected authorizations that have a credential, no end and no renewal, in a slot of an
    /// enabled connection and of its environment mode, for which a service last answered before
    /// `before` or, by a clock that was set back since, after `now`; with when that was. The one
    /// that waits longest comes first.
    ///
    /// # Errors
    /// As every read.
    pub fn unverified(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(Authorization, Option<Timestamp>)>> {
        self.catalog().read(|db| {
            let serves = slots::SERVES;
            let mut statement = db.prepare_cached(&format!(
                "SELECT a.*, v.at AS verified_at
                 FROM authorization a INDEXED BY authorization_keys
                 LEFT JOIN verification v ON v.authorization = a.id
                 WHERE a.health = 'connected' AND a.renewable = 0 AND a.expires_at IS NULL
                     AND (max(coalesce(v.at, 0), a.authorized_at) < ?1
                         OR max(coalesce(v.at, 0), a.authorized_at) > ?2)
                     AND EXISTS (SELECT 1 FROM credential k WHERE k.authorization = a.id)
                     AND {serves}
                 ORDER BY max(coalesce(v.at, 0), a.authorized_at), a.key LIMIT ?3",
            ))?;
            let rows = statement.query_map(params![before.0, now.0, limit], |row| {
                Ok((authorization(row)?, row::time_opt(row, "verified_at")?))
            })?;
            row::collect("authorization", rows)
        })
    }

    /// When a service last answered for an authorization's credential.
    ///
    /// # Errors
    /// As every read.
    pub fn verified_at(&self, id: AuthorizationId) -> Result<Option<Timestamp>> {
        self.catalog().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT at FROM verification WHERE authorization = ?1")?;
            Ok(statement
                .query_row([id.bytes()], |row| row::time(row, "at"))
                .optional()?)
        })
    }

    /// Keeps when a service answered for this version of an authorization's credential. What it
    /// said about another version is forgotten.
    ///
    /// # Errors
    /// As every write.
    pub fn set_verified(&self, id: AuthorizationId, version: u64, at: Timestamp) -> Result<()> {
        self.catalog().write(|db| {
            db.prepare_cached(
                "INSERT INTO verification (authorization, at)
                 SELECT id, ?3 FROM authorization WHERE id = ?1 AND version = ?2
                 ON CONFLICT (authorization) DO UPDATE SET at = excluded.at",
            )?
            .execute(params![id.bytes(), row::integer(version), at.0])?;
            Ok(())
        })
    }
}
