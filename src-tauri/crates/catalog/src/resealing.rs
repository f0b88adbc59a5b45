//! Sealing what is stored for other readers, under the lease that renewals take: a renewal that
//! is under way would otherwise store its answer under a key nobody has any more.

use rusqlite::params;
use tsunagi_domain::{AuthorizationId, MemberId};

use crate::fillings::{put_credential, put_wraps};
use crate::row::{self, Key};
use crate::slots::{Sealed, Wrap};
use crate::{Catalog, CatalogError, Result};

impl Catalog {
    /// Replaces the sealed bytes of a credential and the wraps of its key; the version stays.
    ///
    /// # Errors
    /// [`CatalogError::Stale`] where the credential has another version, or the lease of this
    /// owner and generation has ended; else as every write.
    pub fn reseal(
        &self,
        id: AuthorizationId,
        owner: &str,
        generation: u64,
        sealed: &Sealed,
    ) -> Result<()> {
        self.catalog().write(|db| {
            let current = db
                .prepare_cached(
                    "SELECT 1 FROM credential c JOIN lease l ON l.authorization = c.authorization
                     WHERE c.authorization = ?1 AND c.version = ?2 AND l.owner = ?3
                         AND l.generation = ?4",
                )?
                .exists(params![
                    id.bytes(),
                    row::integer(sealed.version),
                    owner,
                    row::integer(generation)
                ])?;
            if !current {
                return Err(CatalogError::Stale);
            }
            put_credential(db, id, sealed)
        })?;
        // Whoever lost the credential must not find it in the file's free pages.
        self.catalog().scrub();
        Ok(())
    }

    /// Wraps a credential's key for more readers.
    ///
    /// # Errors
    /// [`CatalogError::Stale`] where the credential has another version; else as every write.
    pub fn add_wraps(&self, id: AuthorizationId, version: u64, wraps: &[Wrap]) -> Result<()> {
        self.catalog().write(|db| {
            let current = db
                .prepare_cached(
                    "SELECT 1 FROM credential WHERE authorization = ?1 AND version = ?2",
                )?
                .exists(params![id.bytes(), row::integer(version)])?;
            if !current {
                return Err(CatalogError::Stale);
            }
            for wrap in wraps {
                db.prepare_cached(
                    "DELETE FROM credential_wrap WHERE authorization = ?1 AND reader = ?2",
                )?
                .execute(params![id.bytes(), wrap.reader])?;
            }
            put_wraps(db, id, wraps)
        })
    }

    /// The authorizations that sit in a member's own slots and have a credential, oldest first.
    ///
    /// # Errors
    /// As every read.
    pub fn authorizations_of_member(&self, member: MemberId) -> Result<Vec<AuthorizationId>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT DISTINCT s.authorization AS id FROM slot s
                 JOIN credential c ON c.authorization = s.authorization
                 WHERE s.member = ?1 ORDER BY id",
            )?;
            let rows = statement.query_map([member.bytes()], |row| row::id(row, "id"))?;
            row::collect("slot", rows)
        })
    }
}
