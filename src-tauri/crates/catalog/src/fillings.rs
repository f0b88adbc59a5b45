//! How slots are filled, shared and emptied. Each of these is one transaction: a crash leaves
//! what was before or what is after, never half of it.

use rusqlite::{OptionalExtension, params};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{AuthorizationId, FlowId, Kind, Timestamp};

use crate::authorizations::{self, Authorization};
use crate::events::{self, Entry};
use crate::row::{self, Key, Word};
use crate::slots::{self, Around, Sealed, Wrap};
use crate::store::Transaction;
use crate::{
    Catalog, CatalogError, Result, connections, flows, offers, primaries, rewrapping, search,
    standing,
};

/// What a successful flow stores.
#[derive(Debug, Clone)]
pub struct Filling<'a> {
    /// Which slot.
    pub key: SlotKey,
    /// What fills it: a new one, or one that sits somewhere already, authorized again with a
    /// greater version. Of the latter every slot comes to the same (R21, R23): whoever has not made
    /// sure of that gives a new one.
    pub authorization: Authorization,
    /// Its credential, of the same version.
    pub sealed: Sealed,
    /// Whether the slot's member becomes the primary account of the reach (R11).
    pub primary: bool,
    /// What the log says about it.
    pub event: Option<Entry<'a>>,
    /// The flow that ends with it, and its outcome.
    pub flow: Option<(FlowId, String)>,
}

impl Catalog {
    /// Fills a slot. What sat there goes, with its credential where it sat nowhere else. Leases
    /// on the authorization end, so that a renewal under way cannot write over the new
    /// credential.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchSlot`] where the connection's kind or environment mode has no such
    /// slot, [`CatalogError::FlowEnded`] where the flow was ended meanwhile,
    /// [`CatalogError::Stale`] where the authorization is stored with the same or a greater
    /// version, [`CatalogError::Missing`]; else as every write. Nothing is stored then.
    pub fn fill(&self, filling: &Filling<'_>) -> Result<()> {
        let authorization = &filling.authorization;
        let id = authorization.id.bytes();
        if filling.sealed.version != authorization.version {
            return Err(CatalogError::Internal(
                "authorization and credential differ in version".to_owned(),
            ));
        }
        self.catalog().write(|db| {
            exists(db, filling.key)?;
            if let Some((flow, outcome)) = &filling.flow
                && !flows::finish(db, *flow, outcome, authorization.authorized_at)?
            {
                return Err(CatalogError::FlowEnded);
            }
            let stored: Option<i64> = db
                .prepare_cached("SELECT version FROM authorization WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            if stored.is_some_and(|stored| stored >= row::integer(authorization.version)) {
                return Err(CatalogError::Stale);
            }
            authorizations::put(db, authorization)?;
            put_credential(db, authorization.id, &filling.sealed)?;
            fence(db, id)?;
            place(db, filling.key, id)?;
            slots::put_changed(db, Around::Authorization(authorization.id), &[])?;
            if filling.primary {
                let member = filling.key.member.ok_or(CatalogError::NoSuchSlot)?;
                let since = authorization.authorized_at;
                let (connection, reach) = (filling.key.connection, filling.key.reach);
                if !primaries::is_so(db, connection, reach, member)? {
                    offers::lapse(db, connection, reach)?;
                }
                primaries::put(db, connection, reach, Some(member), since)?;
            }
            if let Some(entry) = &filling.event {
                events::append(db, &entry.event, entry.tag)?;
            }
            look_again(db, standing::connections_of(db, id)?)
        })?;
        self.catalog().scrub();
        Ok(())
    }

    /// R21: lets an authorization that sits somewhere already fill another slot too. What sat
    /// there goes.
    ///
    /// # Errors
    /// [`CatalogError::NoSuchSlot`], [`CatalogError::Missing`]; else as every write.
    pub fn share(&self, key: SlotKey, id: AuthorizationId) -> Result<()> {
        self.catalog().write(|db| {
            exists(db, key)?;
            place(db, key, id.bytes())?;
            look_again(db, vec![key.connection.bytes()])
        })?;
        self.catalog().scrub();
        Ok(())
    }

    /// Empties one slot, and deletes the authorization where it sat nowhere else. The primary
    /// account is lost with it. Says whether something sat there.
    ///
    /// # Errors
    /// As every write.
    pub fn vacate(&self, key: SlotKey) -> Result<bool> {
        let found = self.catalog().write(|db| {
            let found = vacate(db, key)?;
            if found {
                look_again(db, vec![key.connection.bytes()])?;
            }
            Ok(found)
        })?;
        self.catalog().scrub();
        Ok(found)
    }

    /// Deletes an authorization and its credential, emptying every slot it sits in; says which.
    /// Where it was the primary account there is none afterwards, and the reach remembers that
    /// it had one (R11).
    ///
    /// # Errors
    /// As every write.
    pub fn empty(&self, id: AuthorizationId) -> Result<Vec<SlotKey>> {
        let emptied = self.catalog().write(|db| {
            let keys = slots::keys_of(db, id.bytes())?;
            for key in &keys {
                primaries::lose(db, *key, None)?;
                unseat(db, *key)?;
            }
            // Slots whose key cannot be read go too: the credential must not outlive the wish.
            db.execute("DELETE FROM slot WHERE authorization = ?1", [id.bytes()])?;
            drop_orphan(db, id.bytes())?;
            look_again(db, keys.iter().map(|key| key.connection.bytes()).collect())?;
            Ok(keys)
        })?;
        self.catalog().scrub();
        Ok(emptied)
    }

    /// Keeps an authorization in its slots, with account and scopes, but revoked: its credential
    /// is wiped, leases on it end, and where it was the primary account there is none afterwards
    /// (R11). It is no longer renewable. Backups made before a migration are not searched.
    ///
    /// # Errors
    /// [`CatalogError::Missing`]; else as every write.
    pub fn set_revoked(&self, id: AuthorizationId, now: Timestamp) -> Result<()> {
        self.catalog().write(|db| {
            let changed = db.execute(
                "UPDATE authorization SET health = 'revoked', renewable = 0,
                     unreachable_since = NULL, unreachable_code = NULL,
                     unreachable_failures = 0 WHERE id = ?1",
                [id.bytes()],
            )?;
            crate::workspace::found_one(changed, "authorization")?;
            db.execute(
                "DELETE FROM credential WHERE authorization = ?1",
                [id.bytes()],
            )?;
            fence(db, id.bytes())?;
            for key in slots::keys_of(db, id.bytes())? {
                primaries::lose(db, key, Some(now))?;
            }
            standing::refresh_of(db, id.bytes())
        })?;
        self.catalog().scrub();
        Ok(())
    }
}

impl Catalog {
    /// Authorizations that have a credential, by identifier, those after `after`.
    ///
    /// # Errors
    /// As every read.
    pub fn sealed_authorizations(
        &self,
        after: Option<AuthorizationId>,
        limit: u32,
    ) -> Result<Vec<AuthorizationId>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT authorization FROM credential WHERE authorization > coalesce(?1, x'')
                 ORDER BY authorization LIMIT ?2",
            )?;
            let rows = statement.query_map(params![row::bytes_opt(after), limit], |row| {
                row::id(row, "authorization")
            })?;
            row::collect("credential", rows)
        })
    }
}

/// Empties one slot; says whether something sat there.
pub(crate) fn vacate(db: &Transaction<'_>, key: SlotKey) -> Result<bool> {
    let Some(id) = sitting(db, key)? else {
        return Ok(false);
    };
    primaries::lose(db, key, None)?;
    unseat(db, key)?;
    drop_orphan(db, id)?;
    Ok(true)
}

/// R6, R9, R12: refuses a slot the connection does not have.
pub(crate) fn exists(db: &Transaction<'_>, key: SlotKey) -> Result<()> {
    let (kind, mode) = connections::shape(db, key.connection.bytes())?;
    let personal = kind == Kind::LoggedInUser;
    if mode.reaches().contains(&key.reach) && personal == key.member.is_some() {
        Ok(())
    } else {
        Err(CatalogError::NoSuchSlot)
    }
}

fn sitting(db: &Transaction<'_>, key: SlotKey) -> Result<Option<[u8; 16]>> {
    let mut statement = db.prepare_cached(
        "SELECT authorization FROM slot
         WHERE connection = ?1 AND reach = ?2 AND coalesce(member, x'') = coalesce(?3, x'')",
    )?;
    let place = params![
        key.connection.bytes(),
        key.reach.word(),
        row::bytes_opt(key.member)
    ];
    Ok(statement.query_row(place, |row| row.get(0)).optional()?)
}

fn unseat(db: &Transaction<'_>, key: SlotKey) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM slot
         WHERE connection = ?1 AND reach = ?2 AND coalesce(member, x'') = coalesce(?3, x'')",
    )?
    .execute(params![
        key.connection.bytes(),
        key.reach.word(),
        row::bytes_opt(key.member)
    ])?;
    Ok(())
}

/// Seats an authorization in a slot, in place of what sat there.
pub(crate) fn place(db: &Transaction<'_>, key: SlotKey, authorization: [u8; 16]) -> Result<()> {
    let before = sitting(db, key)?;
    if before == Some(authorization) {
        return Ok(());
    }
    unseat(db, key)?;
    db.prepare_cached(
        "INSERT INTO slot (connection, reach, member, authorization) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        key.connection.bytes(),
        key.reach.word(),
        row::bytes_opt(key.member),
        authorization,
    ])?;
    match before {
        Some(before) => drop_orphan(db, before),
        None => forget_lost(db, key),
    }
}

/// Nobody can tell where a slot was whose reach is no known word. Once a place of its connection
/// that was empty is filled anew, which is what Home asks for, it has been replaced; what else is
/// missing is shown as an empty place. Its provider is not told to forget it: most likely it is the
/// same account again, and many providers take back the new consent with the old token (RFC 7009
/// §2.1).
fn forget_lost(db: &Transaction<'_>, key: SlotKey) -> Result<()> {
    let lost: Vec<[u8; 16]> = db
        .prepare_cached(&format!(
            "DELETE FROM slot WHERE connection = ?1 AND coalesce(member, x'') = coalesce(?2, x'')
             AND {} RETURNING authorization",
            row::UNKNOWN_REACH
        ))?
        .query_map(
            params![key.connection.bytes(), row::bytes_opt(key.member)],
            |row| row.get(0),
        )?
        .collect::<rusqlite::Result<_>>()?;
    lost.into_iter().try_for_each(|id| drop_orphan(db, id))
}

/// Deletes an authorization that sits nowhere, and its credential with it.
pub(crate) fn drop_orphan(db: &Transaction<'_>, authorization: [u8; 16]) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM authorization
         WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM slot WHERE authorization = ?1)",
    )?
    .execute([authorization])?;
    Ok(())
}

pub(crate) fn put_credential(
    db: &Transaction<'_>,
    id: AuthorizationId,
    sealed: &Sealed,
) -> Result<()> {
    db.prepare_cached("DELETE FROM credential WHERE authorization = ?1")?
        .execute([id.bytes()])?;
    db.prepare_cached(
        "INSERT INTO credential (authorization, version, sealed, previous_version, previous)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        id.bytes(),
        row::integer(sealed.version),
        sealed.sealed,
        sealed
            .previous
            .as_ref()
            .map(|(version, _)| row::integer(*version)),
        sealed.previous.as_ref().map(|(_, bytes)| bytes),
    ])?;
    put_wraps(db, id, &sealed.wraps)
}

pub(crate) fn put_wraps(db: &Transaction<'_>, id: AuthorizationId, wraps: &[Wrap]) -> Result<()> {
    rewrapping::fits(db, wraps)?;
    let mut statement = db.prepare_cached(
        "INSERT INTO credential_wrap (authorization, reader, wrapped) VALUES (?1, ?2, ?3)",
    )?;
    for wrap in wraps {
        statement.execute(params![id.bytes(), wrap.reader, wrap.wrapped])?;
    }
    Ok(())
}

/// Ends whatever lease there is: its holder's generation is no longer the present one.
fn fence(db: &Transaction<'_>, authorization: [u8; 16]) -> Result<()> {
    db.prepare_cached(
        "UPDATE lease SET generation = generation + 1, owner = NULL, held_until = 0,
             sending = NULL, attempts = 0 WHERE authorization = ?1",
    )?
    .execute([authorization])?;
    Ok(())
}

/// Writes again what is derived from slots.
pub(crate) fn look_again(db: &Transaction<'_>, mut connections: Vec<[u8; 16]>) -> Result<()> {
    connections.sort_unstable();
    connections.dedup();
    for connection in connections {
        search::index(db, connection)?;
        standing::refresh(db, connection)?;
    }
    Ok(())
}
