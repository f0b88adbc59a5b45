//! What the workspace's key wraps, and wrapping it anew under the key that takes its place.
//!
//! The vault says how a wrap under the present key begins (its *mark*; opaque here). From the
//! first replacement on, no other wrap for the workspace is stored: another process that has not
//! heard of the new key yet is refused inside its own transaction, and cannot leave behind what
//! no key will open. A member's wraps are under that member's key and are left alone.

use std::fs::File;

use rusqlite::{Connection, OptionalExtension, Row, params};
use tsunagi_domain::{AuthorizationId, RegistrationId};

use crate::events::{self, Entry};
use crate::row::{self, Key};
use crate::slots::Wrap;
use crate::store::Transaction;
use crate::{Catalog, CatalogError, Result};

/// How the names of readers begin whose wraps are not the workspace's.
const MEMBER: &str = "member:";

/// Whose data key is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WrapOf {
    /// Of a credential.
    Credential(AuthorizationId),
    /// Of a registration's client secret.
    ClientSecret(RegistrationId),
}

impl WrapOf {
    /// What the vault binds the wrap to.
    #[must_use]
    pub fn subject(self) -> String {
        match self {
            Self::Credential(id) => id.to_string(),
            Self::ClientSecret(id) => id.to_string(),
        }
    }
}

/// A stored wrap of the workspace's, and whose data key it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWrap {
    /// Whose.
    pub of: WrapOf,
    /// The wrap, as it is stored.
    pub wrap: Wrap,
}

/// Keeps other processes, and other threads of this one, from changing the workspace's key until
/// dropped.
#[derive(Debug)]
pub struct KeyLock(#[expect(dead_code, reason = "closing the file gives the lock back")] File);

impl Catalog {
    /// Takes the right to change the workspace's key and its record. What a keyring holds and
    /// what the record says change one after the other: two at once could lose a key.
    ///
    /// # Errors
    /// [`CatalogError::Busy`] where somebody else has it; [`CatalogError::Io`].
    pub fn lock_key(&self) -> Result<KeyLock> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.catalog().path().with_extension("key-lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(KeyLock(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(CatalogError::Busy),
            Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Replaces the key record, where the stored one is still `former`, and logs it. With a
    /// `mark`, wraps for the workspace are from now on stored only where they begin with it.
    ///
    /// # Errors
    /// [`CatalogError::KeyReplaced`] where another record is stored; else as every write.
    pub fn replace_key_record(
        &self,
        former: &str,
        record: &str,
        mark: Option<&[u8]>,
        event: Option<&Entry<'_>>,
    ) -> Result<()> {
        self.catalog().write(|db| {
            let changed = db.execute(
                "UPDATE workspace SET key_record = ?2, wrap_mark = coalesce(?3, wrap_mark)
                 WHERE key_record = ?1",
                params![former, record, mark],
            )?;
            if changed == 0 {
                return Err(CatalogError::KeyReplaced);
            }
            if let Some(entry) = event {
                events::append(db, &entry.event, entry.tag)?;
            }
            Ok(())
        })?;
        // A former record holds what a former recovery code or passphrase opens.
        self.catalog().scrub();
        Ok(())
    }

    /// How wraps for the workspace have to begin; `None` before its key was ever replaced.
    ///
    /// # Errors
    /// As every read.
    pub fn wrap_mark(&self) -> Result<Option<Vec<u8>>> {
        self.catalog().read(wrap_mark)
    }

    /// Wraps of the workspace's that do not begin with `mark`: client secrets after credentials,
    /// those after `after`.
    ///
    /// # Errors
    /// As every read.
    pub fn wraps_without(
        &self,
        mark: &[u8],
        after: Option<(WrapOf, &str)>,
        limit: u32,
    ) -> Result<Vec<StoredWrap>> {
        self.catalog().read(|db| {
            let mut found = Vec::new();
            let credentials = match after {
                Some((WrapOf::ClientSecret(_), _)) => None,
                Some((WrapOf::Credential(id), reader)) => Some((id.bytes().to_vec(), reader)),
                None => Some((Vec::new(), "")),
            };
            if let Some((id, reader)) = credentials {
                found = without(
                    db,
                    "SELECT authorization AS id, reader, wrapped FROM credential_wrap
                     WHERE (authorization, reader) > (?1, ?2) AND substr(reader, 1, 7) <> ?3
                         AND substr(wrapped, 1, length(?4)) <> ?4
                     ORDER BY authorization, reader LIMIT ?5",
                    (&id, reader, mark, limit),
                    |row| Ok(WrapOf::Credential(row::id(row, "id")?)),
                )?;
            }
            let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(limit));
            let (id, reader) = match after {
                Some((WrapOf::ClientSecret(id), reader)) => (id.bytes().to_vec(), reader),
                _ => (Vec::new(), ""),
            };
            found.extend(without(
                db,
                "SELECT registration AS id, reader, wrapped FROM registration_wrap
                 WHERE (registration, reader) > (?1, ?2) AND substr(reader, 1, 7) <> ?3
                     AND substr(wrapped, 1, length(?4)) <> ?4
                 ORDER BY registration, reader LIMIT ?5",
                (&id, reader, mark, left),
                |row| Ok(WrapOf::ClientSecret(row::id(row, "id")?)),
            )?);
            Ok(found)
        })
    }

    /// How many of the workspace's wraps do not begin with `mark`.
    ///
    /// # Errors
    /// As every read.
    pub fn count_wraps_without(&self, mark: &[u8]) -> Result<u64> {
        self.catalog().read(|db| {
            let counted = db
                .prepare_cached(
                    "SELECT
                        (SELECT count(*) FROM credential_wrap WHERE substr(reader, 1, 7) <> ?1
                            AND substr(wrapped, 1, length(?2)) <> ?2)
                      + (SELECT count(*) FROM registration_wrap WHERE substr(reader, 1, 7) <> ?1
                            AND substr(wrapped, 1, length(?2)) <> ?2) AS wraps",
                )?
                .query_row(params![MEMBER, mark], |row| row::count(row, "wraps"))?;
            Ok(counted)
        })
    }

    /// Puts each wrap in the place of the stored one it was made of, in one transaction. What was
    /// wrapped otherwise, or removed, meanwhile stays as it is. Gives how many were replaced.
    ///
    /// # Errors
    /// [`CatalogError::KeyReplaced`] where one is not under the present key; else as every write.
    pub fn rewrap(&self, wraps: &[(StoredWrap, Vec<u8>)]) -> Result<usize> {
        self.catalog().write(|db| {
            let mut replaced = 0;
            for (StoredWrap { of, wrap }, wrapped) in wraps {
                let new = Wrap {
                    reader: wrap.reader.clone(),
                    wrapped: wrapped.clone(),
                };
                fits(db, std::slice::from_ref(&new))?;
                let (sql, id) = match of {
                    WrapOf::Credential(id) => (
                        "UPDATE credential_wrap SET wrapped = ?3
                         WHERE authorization = ?1 AND reader = ?2 AND wrapped = ?4",
                        id.bytes(),
                    ),
                    WrapOf::ClientSecret(id) => (
                        "UPDATE registration_wrap SET wrapped = ?3
                         WHERE registration = ?1 AND reader = ?2 AND wrapped = ?4",
                        id.bytes(),
                    ),
                };
                replaced += db.prepare_cached(sql)?.execute(params![
                    id,
                    new.reader,
                    new.wrapped,
                    wrap.wrapped
                ])?;
            }
            Ok(replaced)
        })
    }

    /// Leaves nothing of what was overwritten in the file's log: call once everything is wrapped
    /// anew.
    pub fn scrub_wraps(&self) {
        self.catalog().scrub();
    }
}

/// Refuses wraps for the workspace that are not under its present key.
pub(crate) fn fits(db: &Transaction<'_>, wraps: &[Wrap]) -> Result<()> {
    let Some(mark) = wrap_mark(db)? else {
        return Ok(());
    };
    let fits = |wrap: &Wrap| wrap.reader.starts_with(MEMBER) || wrap.wrapped.starts_with(&mark);
    if wraps.iter().all(fits) {
        Ok(())
    } else {
        Err(CatalogError::KeyReplaced)
    }
}

fn wrap_mark(db: &Connection) -> Result<Option<Vec<u8>>> {
    let mark = db
        .prepare_cached("SELECT wrap_mark FROM workspace")?
        .query_row([], |row| row.get::<_, Option<Vec<u8>>>(0))
        .optional()?;
    Ok(mark.flatten())
}

fn without(
    db: &Connection,
    sql: &str,
    (id, reader, mark, limit): (&[u8], &str, &[u8], u32),
    of: impl Fn(&Row<'_>) -> rusqlite::Result<WrapOf>,
) -> Result<Vec<StoredWrap>> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![id, reader, MEMBER, mark, limit], |row| {
        Ok(StoredWrap {
            of: of(row)?,
            wrap: crate::slots::wrap(row)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
