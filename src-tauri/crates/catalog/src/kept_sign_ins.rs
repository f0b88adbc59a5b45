//! Kept sign-ins: of which account a service's page stays signed in on this computer. The folders
//! themselves, with the cookies, are not this room's.

use rusqlite::{OptionalExtension, Row, params};
use tsunagi_domain::{KeptSignInId, MemberId, Timestamp};

use crate::events::{self, Entry};
use crate::row::{self, Key};
use crate::store::Transaction;
use crate::{Catalog, CatalogError, Result};

/// A sign-in that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSignIn {
    /// Identifier, and name of its folder.
    pub id: KeptSignInId,
    /// Whose it is.
    pub member: MemberId,
    /// Connector of the service.
    pub connector: String,
    /// The account's identifier at the provider.
    pub account: String,
    /// What a person recognizes the account by.
    pub label: String,
    /// Kept since.
    pub created_at: Timestamp,
    /// When a flow last ended well with it.
    pub last_used: Timestamp,
}

impl Catalog {
    /// A member's kept sign-ins, the one used last first.
    ///
    /// # Errors
    /// As every read.
    pub fn kept_sign_ins(&self, member: MemberId) -> Result<Vec<KeptSignIn>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM kept_sign_in WHERE member = ?1 ORDER BY last_used DESC, id DESC",
            )?;
            let rows = statement.query_map([member.bytes()], kept)?;
            row::collect("kept_sign_in", rows)
        })
    }

    /// The one kept sign-in of a member's account at a service.
    ///
    /// # Errors
    /// As every read.
    pub fn kept_sign_in_of(
        &self,
        member: MemberId,
        connector: &str,
        account: &str,
    ) -> Result<Option<KeptSignIn>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM kept_sign_in
                 WHERE member = ?1 AND connector = ?2 AND account = ?3",
            )?;
            let found = statement.query_row(params![member.bytes(), connector, account], kept);
            Ok(found.optional()?)
        })
    }

    /// Every kept sign-in there is, of all members, by identifier: what folders are held against.
    ///
    /// # Errors
    /// As every read.
    pub fn kept_sign_in_ids(&self) -> Result<Vec<KeptSignInId>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT id FROM kept_sign_in ORDER BY id")?;
            let rows = statement.query_map([], |row| row::id(row, "id"))?;
            row::collect("kept_sign_in", rows)
        })
    }

    /// Keeps a sign-in, or notes that it was used again, then perhaps by another account. Older
    /// ones of the same member, connector and account go; says which, so that their folders can.
    ///
    /// # Errors
    /// [`crate::CatalogError::Missing`] where the member is unknown,
    /// [`crate::CatalogError::Stale`] where they have left meanwhile; else as every write.
    pub fn keep_sign_in(
        &self,
        sign_in: &KeptSignIn,
        event: Option<&Entry<'_>>,
    ) -> Result<Vec<KeptSignInId>> {
        self.catalog().write(|db| {
            let place = params![
                sign_in.member.bytes(),
                sign_in.connector,
                sign_in.account,
                sign_in.id.bytes()
            ];
            let older = db
                .prepare_cached(
                    "DELETE FROM kept_sign_in
                     WHERE member = ?1 AND connector = ?2 AND account = ?3 AND id <> ?4
                     RETURNING id",
                )?
                .query_map(place, |row| row::id(row, "id"))?
                .collect::<rusqlite::Result<_>>()?;
            db.prepare_cached(
                "INSERT INTO kept_sign_in
                     (id, member, connector, account, label, created_at, last_used)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (id) DO UPDATE SET
                     account = excluded.account, label = excluded.label,
                     last_used = excluded.last_used",
            )?
            .execute(params![
                sign_in.id.bytes(),
                sign_in.member.bytes(),
                sign_in.connector,
                sign_in.account,
                sign_in.label,
                sign_in.created_at.0,
                sign_in.last_used.0,
            ])?;
            // The page of somebody who has left would stay signed in for nobody.
            let active: bool = db
                .prepare_cached("SELECT active FROM member WHERE id = ?1")?
                .query_row([sign_in.member.bytes()], |row| row.get(0))?;
            if !active {
                return Err(CatalogError::Stale);
            }
            log(db, event)?;
            Ok(older)
        })
    }

    /// Forgets kept sign-ins, all or none of them; those that are not there are passed over. Says
    /// which were there. The log gets an entry for each of these.
    ///
    /// # Errors
    /// As every write.
    pub fn forget_sign_ins<'a>(
        &self,
        ids: &[KeptSignInId],
        entry: Option<&dyn Fn(&KeptSignIn) -> Entry<'a>>,
    ) -> Result<Vec<KeptSignInId>> {
        self.catalog().write(|db| {
            let mut forgotten = Vec::new();
            let mut statement =
                db.prepare_cached("DELETE FROM kept_sign_in WHERE id = ?1 RETURNING *")?;
            for id in ids {
                if let Some(was) = statement.query_row([id.bytes()], kept).optional()? {
                    log(db, entry.map(|entry| entry(&was)).as_ref())?;
                    forgotten.push(*id);
                }
            }
            Ok(forgotten)
        })
    }
}

fn log(db: &Transaction<'_>, event: Option<&Entry<'_>>) -> Result<()> {
    event.map_or(Ok(()), |entry| {
        events::append(db, &entry.event, entry.tag).map(drop)
    })
}

pub(crate) fn kept(row: &Row<'_>) -> rusqlite::Result<KeptSignIn> {
    Ok(KeptSignIn {
        id: row::id(row, "id")?,
        member: row::id(row, "member")?,
        connector: row.get("connector")?,
        account: row.get("account")?,
        label: row.get("label")?,
        created_at: row::time(row, "created_at")?,
        last_used: row::time(row, "last_used")?,
    })
}
