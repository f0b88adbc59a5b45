//! The workspace itself, its members, its settings and its key record.

use rusqlite::{Connection, OptionalExtension, Row, params};
use tsunagi_domain::{DataCenter, Member, MemberId, Plan, Workspace, WorkspaceId};

use crate::events::{self, Entry};
use crate::row::{self, Key, Word};
use crate::{Catalog, CatalogError, Result};

impl Catalog {
    /// The workspace; `None` before the first start has founded it. What of it cannot be read is
    /// told by [`Catalog::quarantined`], and is the strictest it could be: the free plan, no data
    /// center, no country, so that everything is shown and nothing is sent until a super admin has
    /// chosen them again.
    ///
    /// # Errors
    /// As every read: [`CatalogError::Io`], [`CatalogError::Busy`], [`CatalogError::Damaged`];
    /// [`CatalogError::Unreadable`] where its identifier cannot be read. Every key, every sealed
    /// byte and the log are bound to that, so nothing can stand for it.
    pub fn workspace(&self) -> Result<Option<Workspace>> {
        self.catalog().read(|db| {
            Ok(db
                .query_row("SELECT * FROM workspace", [], workspace)
                .optional()?)
        })
    }

    /// Founds the workspace with its first member and the vault's key record (how the catalog's
    /// key is kept and checked; opaque here, never a key).
    ///
    /// # Errors
    /// [`CatalogError::Founded`] where there is a workspace already; else as every write:
    /// those of a read and [`CatalogError::DiskFull`].
    pub fn found(&self, workspace: &Workspace, founder: &Member, key_record: &str) -> Result<()> {
        self.catalog().write(|db| {
            let founded = db.execute(
                "INSERT INTO workspace (only_one, id, name, plan, data_center, country,
                     created_at, key_record)
                 VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                params![
                    workspace.id.bytes(),
                    workspace.name,
                    workspace.plan.word(),
                    workspace.data_center.0,
                    workspace.country,
                    workspace.created_at.0,
                    key_record,
                ],
            )?;
            if founded == 0 {
                return Err(CatalogError::Founded);
            }
            put_member(db, founder)
        })
    }

    /// Changes name, plan, data center and country, as far as they become others: what cannot be
    /// read is not written over with what stands for it. Identifier and founding time never change.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] before it was founded; else as every write.
    pub fn set_workspace(&self, workspace: &Workspace) -> Result<()> {
        self.catalog().write(|db| {
            rename(db, workspace)?;
            put_place(db, workspace, false)
        })
    }

    /// As [`Catalog::set_workspace`] by somebody who has chosen plan, data center and country,
    /// which mends them where they could not be read; logs it in the same transaction.
    ///
    /// # Errors
    /// Those of [`Catalog::set_workspace`].
    pub fn change_workspace(&self, workspace: &Workspace, log: &[Entry<'_>]) -> Result<()> {
        self.catalog().write(|db| {
            rename(db, workspace)?;
            put_place(db, workspace, true)?;
            for entry in log {
                events::append(db, &entry.event, entry.tag)?;
            }
            Ok(())
        })
    }

    /// The vault's key record; `None` before the workspace was founded.
    ///
    /// # Errors
    /// As every read.
    pub fn key_record(&self) -> Result<Option<String>> {
        self.catalog().read(|db| {
            // One that is no text is a record nevertheless, which opens nothing.
            let read = |row: &Row<'_>| Ok(row::text(row, "key_record"));
            Ok(db
                .query_row("SELECT key_record FROM workspace", [], read)
                .optional()?)
        })
    }

    /// Replaces the vault's key record, whatever it was. How wraps have to begin is open again:
    /// see [`Self::replace_key_record`] for a key that takes another's place.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] before the workspace was founded; else as every write.
    pub fn set_key_record(&self, key_record: &str) -> Result<()> {
        self.catalog().write(|db| {
            found_one(
                db.execute(
                    "UPDATE workspace SET key_record = ?1, wrap_mark = NULL",
                    [key_record],
                )?,
                "workspace",
            )
        })
    }

    /// Every member, the one who joined first coming first.
    ///
    /// # Errors
    /// As every read.
    pub fn members(&self) -> Result<Vec<Member>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM member ORDER BY id")?;
            row::collect("member", statement.query_map([], member)?)
        })
    }

    /// One member.
    ///
    /// # Errors
    /// As every read.
    pub fn member(&self, id: MemberId) -> Result<Option<Member>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM member WHERE id = ?1")?;
            Ok(statement.query_row([id.bytes()], member).optional()?)
        })
    }

    /// Adds a member, or changes name, role and whether they are active.
    ///
    /// # Errors
    /// As every write.
    pub fn set_member(&self, member: &Member) -> Result<()> {
        self.catalog().write(|db| put_member(db, member))
    }

    /// The value of a setting, where it was set.
    ///
    /// # Errors
    /// As every read.
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
            Ok(statement.query_row([name], |row| row.get(0)).optional()?)
        })
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// As every write.
    pub fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        self.catalog().write(|db| {
            db.execute(
                "INSERT INTO setting (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [name, value],
            )?;
            Ok(())
        })
    }
}

/// An update that was to find exactly one row.
pub(crate) const fn found_one(changed: usize, what: &'static str) -> Result<()> {
    if changed == 0 {
        Err(CatalogError::Missing(what))
    } else {
        Ok(())
    }
}

fn rename(db: &Connection, to: &Workspace) -> Result<()> {
    let before = before(db, to)?;
    if before.name != to.name {
        db.execute("UPDATE workspace SET name = ?1", [&to.name])?;
    }
    Ok(())
}

/// Sets plan, data center and country: those that become others, or, where they were `chosen`, all.
fn put_place(db: &Connection, to: &Workspace, chosen: bool) -> Result<()> {
    let before = before(db, to)?;
    if chosen || before.plan != to.plan {
        db.execute("UPDATE workspace SET plan = ?1", [to.plan.word()])?;
    }
    if chosen || before.data_center != to.data_center {
        db.execute("UPDATE workspace SET data_center = ?1", [&to.data_center.0])?;
    }
    if chosen || before.country != to.country {
        db.execute("UPDATE workspace SET country = ?1", [&to.country])?;
    }
    Ok(())
}

fn before(db: &Connection, to: &Workspace) -> Result<Workspace> {
    let found = db.query_row("SELECT * FROM workspace", [], workspace);
    let found = found.optional()?.filter(|before| before.id == to.id);
    found.ok_or(CatalogError::Missing("workspace"))
}

pub(crate) fn put_member(db: &Connection, member: &Member) -> Result<()> {
    db.execute(
        "INSERT INTO member (id, name, role, active) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role,
             active = excluded.active",
        params![
            member.id.bytes(),
            member.name,
            member.role.word(),
            member.active
        ],
    )?;
    Ok(())
}

pub(crate) fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        id: row::id(row, "id")?,
        name: row.get("name")?,
        role: row::word(row, "role")?,
        active: row.get("active")?,
    })
}

/// The workspace, what cannot be read of it having the strictest value.
fn workspace(row: &Row<'_>) -> rusqlite::Result<Workspace> {
    Ok(Workspace {
        id: row::id(row, "id")?,
        name: row::text(row, "name"),
        plan: row::word(row, "plan").unwrap_or(Plan::Free),
        data_center: DataCenter(row.get("data_center").unwrap_or_default()),
        country: row.get("country").unwrap_or_default(),
        created_at: row::time(row, "created_at").unwrap_or_default(),
    })
}

/// That every column of the workspace can be read.
pub(crate) fn whole_workspace(row: &Row<'_>) -> rusqlite::Result<()> {
    row::id::<WorkspaceId>(row, "id")?;
    row.get::<_, String>("name")?;
    row::word::<Plan>(row, "plan")?;
    row.get::<_, String>("data_center")?;
    row.get::<_, Option<String>>("country")?;
    row::time(row, "created_at")?;
    row.get::<_, String>("key_record").map(drop)
}
