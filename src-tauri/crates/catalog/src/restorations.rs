//! That the workspace was restored from a backup, and what is unproven since.

use rusqlite::{OptionalExtension, params};
use tsunagi_domain::custody::Restoration;
use tsunagi_domain::{AuthorizationId, Timestamp};

use crate::row::{self, Key};
use crate::workspace::found_one;
use crate::{Catalog, Result};

impl Catalog {
    /// When the workspace was restored here; `None` where it never was.
    ///
    /// # Errors
    /// As every read.
    pub fn restoration(&self) -> Result<Option<Restoration>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM restoration")?;
            let found = statement.query_row([], |row| {
                Ok(Restoration {
                    backed_up_at: row::time(row, "backed_up_at")?,
                    restored_at: row::time(row, "restored_at")?,
                    taken_over_at: row::time_opt(row, "taken_over_at")?,
                })
            });
            Ok(found.optional()?)
        })
    }

    /// Notes that this is a copy from a backup: no computer has taken it over, and every
    /// credential in it is unproven.
    ///
    /// # Errors
    /// As every write.
    pub fn mark_restored(&self, backed_up_at: Timestamp, now: Timestamp) -> Result<()> {
        self.catalog().write(|db| {
            db.execute(
                "INSERT OR REPLACE INTO restoration
                     (only_one, backed_up_at, restored_at, taken_over_at)
                 VALUES (1, ?1, ?2, NULL)",
                params![backed_up_at.0, now.0],
            )?;
            db.execute(
                "UPDATE authorization SET unproven = 1 WHERE EXISTS (
                     SELECT 1 FROM credential c WHERE c.authorization = authorization.id)",
                [],
            )?;
            Ok(())
        })
    }

    /// Notes that this computer has the workspace now. Done twice, the first time counts.
    ///
    /// # Errors
    /// [`CatalogError::Missing`](crate::CatalogError::Missing) where nothing was restored; else as every write.
    pub fn take_over(&self, now: Timestamp) -> Result<()> {
        self.catalog().write(|db| {
            let changed = db.execute(
                "UPDATE restoration SET taken_over_at = coalesce(taken_over_at, ?1)",
                [now.0],
            )?;
            found_one(changed, "restoration")
        })
    }

    /// Notes that a version of a credential has been accepted; says whether that was news. What
    /// was accepted of an older version says nothing about the present one.
    ///
    /// # Errors
    /// As every write.
    pub fn prove(&self, id: AuthorizationId, version: u64) -> Result<bool> {
        self.catalog().write(|db| {
            let changed = db
                .prepare_cached(
                    "UPDATE authorization SET unproven = 0
                     WHERE id = ?1 AND version = ?2 AND unproven = 1",
                )?
                .execute(params![id.bytes(), row::integer(version)])?;
            Ok(changed > 0)
        })
    }

    /// How many credentials are unproven, those that no request could use anyway left out.
    ///
    /// # Errors
    /// As every read.
    pub fn unproven(&self) -> Result<u64> {
        self.catalog().read(|db| {
            let count: i64 = db.query_row(
                "SELECT count(*) FROM authorization WHERE unproven = 1 AND health = 'connected'",
                [],
                |row| row.get(0),
            )?;
            Ok(u64::try_from(count).unwrap_or_default())
        })
    }
}
