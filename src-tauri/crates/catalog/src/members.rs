//! What the catalog keeps of members beside who they are: the record of their own key, the wrong
//! passphrases in a row, and what goes with them when they change or leave.

use rusqlite::{OptionalExtension, params};
use tsunagi_domain::{Connection, ConnectionId, Member, MemberId, Reach, Timestamp};

use crate::events::{self, Entry};
use crate::row::{self, Key};
use crate::store::Transaction;
use crate::workspace::{found_one, put_member};
use crate::{Catalog, CatalogError, Result, connections, search, standing};

/// How a member proves who they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// The vault's record of the member's own key (opaque here, never a key); `None` where they
    /// have no passphrase.
    pub record: Option<String>,
    /// Wrong passphrases in a row.
    pub wrong: u32,
    /// When the last one was.
    pub wrong_at: Timestamp,
}

impl Catalog {
    /// How a member proves who they are; nothing where there is no such member.
    ///
    /// # Errors
    /// As every read.
    pub fn proof(&self, member: MemberId) -> Result<Option<Proof>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT key_record, wrong_tries, wrong_at FROM member WHERE id = ?1",
            )?;
            Ok(statement
                .query_row([member.bytes()], |row| {
                    // One that is no text is a record nevertheless: nobody sits down without it.
                    let record = row.get_ref("key_record")?.as_bytes_or_null()?;
                    Ok(Proof {
                        record: record.map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
                        wrong: row.get("wrong_tries")?,
                        wrong_at: row::time(row, "wrong_at")?,
                    })
                })
                .optional()?)
        })
    }

    /// Keeps the vault's record of a member's own key, or forgets it; wrong tries are forgotten
    /// with the old one.
    ///
    /// # Errors
    /// [`crate::CatalogError::Missing`]; else as every write.
    pub fn set_member_key(&self, member: MemberId, record: Option<&str>) -> Result<()> {
        self.catalog().write(|db| {
            let changed = db.execute(
                "UPDATE member SET key_record = ?2, wrong_tries = 0 WHERE id = ?1",
                params![member.bytes(), record],
            )?;
            found_one(changed, "member")
        })
    }

    /// Notes a wrong passphrase, before it is told: who ends the program gains no try. Gives how
    /// many there are in a row now.
    ///
    /// # Errors
    /// [`crate::CatalogError::Missing`]; else as every write.
    pub fn note_wrong_passphrase(&self, member: MemberId, now: Timestamp) -> Result<u32> {
        self.catalog().write(|db| {
            let tried = db
                .prepare_cached(
                    "UPDATE member SET wrong_tries = wrong_tries + 1, wrong_at = ?2
                     WHERE id = ?1 RETURNING wrong_tries",
                )?
                .query_row(params![member.bytes(), now.0], |row| row.get(0))
                .optional()?;
            tried.ok_or(crate::CatalogError::Missing("member"))
        })
    }

    /// The clock was set back behind the last wrong passphrase: it counts as one of `now`, so that
    /// the delay after it is a whole one from here on, and ends.
    ///
    /// # Errors
    /// As every write.
    pub fn date_wrong_passphrase(&self, member: MemberId, now: Timestamp) -> Result<()> {
        self.catalog().write(|db| {
            db.execute(
                "UPDATE member SET wrong_at = ?2 WHERE id = ?1 AND wrong_at > ?2",
                params![member.bytes(), now.0],
            )?;
            Ok(())
        })
    }

    /// Forgets wrong passphrases, after a right one.
    ///
    /// # Errors
    /// As every write.
    pub fn forget_wrong_passphrases(&self, member: MemberId) -> Result<()> {
        self.catalog().write(|db| {
            db.execute(
                "UPDATE member SET wrong_tries = 0 WHERE id = ?1 AND wrong_tries > 0",
                [member.bytes()],
            )?;
            Ok(())
        })
    }

    /// Changes name, role and whether they are active, or adds a member, and logs it. A member
    /// whose standing no longer allows primary accounts (`keeps_primaries`) loses those they
    /// have, and what was offered to them (R11); says which they lost.
    ///
    /// # Errors
    /// [`CatalogError::NameTaken`] where the name is new and another member's;
    /// [`CatalogError::Stale`] where no active super admin would be left; else as every write.
    pub fn change_member(
        &self,
        member: &Member,
        keeps_primaries: bool,
        now: Timestamp,
        event: Option<&Entry<'_>>,
    ) -> Result<Vec<(ConnectionId, Reach)>> {
        self.catalog().write(|db| {
            keeps_names_apart(db, member)?;
            let had = super_admins(db)?;
            put_member(db, member)?;
            // Two super admins who demote each other at once were both allowed to.
            if had > 0 && super_admins(db)? == 0 {
                return Err(CatalogError::Stale);
            }
            let lost = if keeps_primaries {
                Vec::new()
            } else {
                lose_primaries(db, member.id, now)?
            };
            if let Some(entry) = event {
                events::append(db, &entry.event, entry.tag)?;
            }
            for (connection, _) in &lost {
                standing::refresh(db, connection.bytes())?;
            }
            Ok(lost)
        })
    }

    /// The connections a member answers for, by name.
    ///
    /// # Errors
    /// As every read.
    pub fn connections_owned_by(&self, member: MemberId) -> Result<Vec<Connection>> {
        self.catalog().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT * FROM connection WHERE owner = ?1 ORDER BY folded, id")?;
            let rows = statement.query_map([member.bytes()], connections::connection)?;
            row::collect("connection", rows)
        })
    }

    /// Who answers for a connection.
    ///
    /// # Errors
    /// As every read.
    pub fn owner(&self, connection: ConnectionId) -> Result<Option<MemberId>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT owner FROM connection WHERE id = ?1")?;
            let owner = statement
                .query_row([connection.bytes()], |row| row::id_opt(row, "owner"))
                .optional()?;
            Ok(owner.flatten())
        })
    }

    /// Lets another member answer for every connection of one. Gives how many there were.
    ///
    /// # Errors
    /// As every write.
    pub fn hand_over_connections(
        &self,
        from: MemberId,
        to: MemberId,
        event: Option<&Entry<'_>>,
    ) -> Result<usize> {
        self.catalog().write(|db| {
            let moved = db.execute(
                "UPDATE connection SET owner = ?2 WHERE owner = ?1",
                params![from.bytes(), to.bytes()],
            )?;
            if let Some(entry) = event {
                events::append(db, &entry.event, entry.tag)?;
            }
            Ok(moved)
        })
    }

    /// Lets another member answer for one connection.
    ///
    /// # Errors
    /// [`crate::CatalogError::Missing`]; else as every write.
    pub fn set_owner(&self, connection: ConnectionId, owner: MemberId) -> Result<()> {
        self.catalog().write(|db| {
            let changed = db.execute(
                "UPDATE connection SET owner = ?2 WHERE id = ?1",
                params![connection.bytes(), owner.bytes()],
            )?;
            found_one(changed, "connection")
        })
    }
}

/// Refuses a new name that another member has, but for case, width and what nobody sees.
fn keeps_names_apart(db: &Transaction<'_>, member: &Member) -> Result<()> {
    let mut statement = db.prepare_cached("SELECT id, name FROM member")?;
    let rows = statement.query_map([], |row| Ok((row.get("id")?, row.get("name")?)))?;
    // Who cannot be read keeps nobody from a name.
    let all: Vec<([u8; 16], String)> = row::collect("member", rows)?;
    let wanted = search::fold(&member.name);
    let same = |name: &str| search::fold(name) == wanted;
    let own = member.id.bytes();
    let kept = all.iter().any(|(id, name)| *id == own && same(name));
    if !kept && all.iter().any(|(id, name)| *id != own && same(name)) {
        return Err(CatalogError::NameTaken);
    }
    Ok(())
}

fn super_admins(db: &Transaction<'_>) -> Result<i64> {
    let counted = db
        .prepare_cached("SELECT count(*) FROM member WHERE role = 'super_admin' AND active = 1")?
        .query_row([], |row| row.get(0))?;
    Ok(counted)
}

fn lose_primaries(
    db: &Transaction<'_>,
    member: MemberId,
    now: Timestamp,
) -> Result<Vec<(ConnectionId, Reach)>> {
    // Nor does anybody accept from them what is no longer theirs to offer.
    db.execute(
        "DELETE FROM primary_offer WHERE member = ?1 OR offered_by = ?1",
        [member.bytes()],
    )?;
    // The row stays: the reach remembers that it had one, and nobody is promoted silently.
    let mut statement = db.prepare_cached(
        "UPDATE primary_account SET member = NULL, since = ?2 WHERE member = ?1
         RETURNING connection, reach",
    )?;
    let rows = statement.query_map(params![member.bytes(), now.0], |row| {
        Ok((row::id(row, "connection")?, row::word(row, "reach")?))
    })?;
    row::collect("primary_account", rows)
}
