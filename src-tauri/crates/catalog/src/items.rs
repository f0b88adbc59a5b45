//! Items: what the areas keep, and through which connections each goes.

use rusqlite::{OptionalExtension, Row, params};
use tsunagi_domain::{
    ApplicationId, ConnectionId, Environment, ItemId, MemberId, Timestamp, UseId,
};

use crate::row::{self, Key, Word};
use crate::store::Transaction;
use crate::{Catalog, CatalogError, Result, search, standing};

/// What an area keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Identifier.
    pub id: ItemId,
    /// The application it belongs to.
    pub application: ApplicationId,
    /// In which environment.
    pub environment: Environment,
    /// The area, such as `invoke_url`.
    pub area: String,
    /// What a person calls it; one of a name in its place and area, width and case aside.
    pub name: String,
    /// What it does, as JSON in its area's own words. No connection is named in it.
    pub definition: String,
    /// Whether it is kept from running by itself.
    pub paused: bool,
    /// How often it was stored.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was stored last.
    pub changed_at: Timestamp,
    /// By whom it was made; `None` for the program itself.
    pub created_by: Option<MemberId>,
}

/// One connection that an item goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which part of the item, in its area's words; empty where it has but one.
    pub part: String,
    /// The connection.
    pub connection: ConnectionId,
    /// Scopes it needs.
    pub scopes: Vec<String>,
    /// Whether it runs with nobody present.
    pub unattended: bool,
    /// When it runs next, where that is known.
    pub next_run: Option<Timestamp>,
}

impl Catalog {
    /// Stores an item with the connections it goes through, each of which is a use from then on
    /// (R18). A part that was there stays the same use. `expected` is the version that is to be
    /// replaced, `None` for a new item.
    ///
    /// # Errors
    /// [`CatalogError::NameTaken`], [`CatalogError::Missing`] where application or connection are
    /// unknown, [`CatalogError::Stale`] where somebody else has stored or deleted it meanwhile;
    /// else as every write.
    pub fn put_item(&self, item: &Item, parts: &[Part], expected: Option<u64>) -> Result<()> {
        self.catalog().write(|db| {
            let folded = search::fold(&item.name);
            name_is_free(db, item, &folded)?;
            let stored: Option<i64> = db
                .prepare_cached("SELECT version FROM item WHERE id = ?1")?
                .query_row([item.id.bytes()], |row| row.get(0))
                .optional()?;
            if stored != expected.map(row::integer) {
                return Err(CatalogError::Stale);
            }
            db.prepare_cached(
                "INSERT INTO item (id, application, environment, area, name, folded, definition,
                     paused, version, created_at, changed_at, created_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, folded = excluded.folded,
                     definition = excluded.definition, paused = excluded.paused,
                     version = excluded.version, changed_at = excluded.changed_at",
            )?
            .execute(params![
                item.id.bytes(),
                item.application.bytes(),
                item.environment.word(),
                item.area,
                item.name,
                folded,
                item.definition,
                item.paused,
                row::integer(expected.unwrap_or(0) + 1),
                item.created_at.0,
                item.changed_at.0,
                row::bytes_opt(item.created_by),
            ])?;
            put_parts(db, item, parts)
        })
    }

    /// Deletes an item with its uses. Says whether it was there.
    ///
    /// # Errors
    /// [`CatalogError::Scheduled`] where schedules run it; else as every write.
    pub fn delete_item(&self, id: ItemId) -> Result<bool> {
        self.catalog().write(|db| {
            is_not_scheduled(db, id)?;
            let connections = connections_of(db, id)?;
            if db.execute("DELETE FROM item WHERE id = ?1", [id.bytes()])? == 0 {
                return Ok(false);
            }
            for connection in connections {
                standing::refresh(db, connection)?;
            }
            Ok(true)
        })
    }

    /// Notes when the parts of an item run next.
    ///
    /// # Errors
    /// As every write.
    pub fn set_next_run(&self, id: ItemId, next: Option<Timestamp>) -> Result<()> {
        self.catalog().write(|db| {
            db.prepare_cached("UPDATE use SET next_run = ?2 WHERE item = ?1")?
                .execute(params![id.bytes(), row::millis(next)])?;
            Ok(())
        })
    }

    /// One item.
    ///
    /// # Errors
    /// As every read.
    pub fn item(&self, id: ItemId) -> Result<Option<Item>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM item WHERE id = ?1")?;
            Ok(statement.query_row([id.bytes()], item).optional()?)
        })
    }

    /// The items of an area in one place, by name.
    ///
    /// # Errors
    /// As every read.
    pub fn items(
        &self,
        application: ApplicationId,
        environment: Environment,
        area: &str,
    ) -> Result<Vec<Item>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM item WHERE application = ?1 AND environment = ?2 AND area = ?3
                 ORDER BY folded",
            )?;
            let rows = statement
                .query_map(params![application.bytes(), environment.word(), area], item)?;
            row::collect("item", rows)
        })
    }

    /// Every item of an area, whatever it belongs to, in the order they were made.
    ///
    /// # Errors
    /// As every read.
    pub fn items_of_area(&self, area: &str) -> Result<Vec<Item>> {
        self.catalog().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT * FROM item WHERE area = ?1 ORDER BY id")?;
            row::collect("item", statement.query_map([area], item)?)
        })
    }

    /// The connections an item goes through, by part.
    ///
    /// # Errors
    /// As every read.
    pub fn parts(&self, id: ItemId) -> Result<Vec<Part>> {
        self.catalog().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT * FROM use WHERE item = ?1 ORDER BY part")?;
            row::collect("use", statement.query_map([id.bytes()], part)?)
        })
    }
}

fn name_is_free(db: &Transaction<'_>, item: &Item, folded: &str) -> Result<()> {
    let other: Option<[u8; 16]> = db
        .prepare_cached(
            "SELECT id FROM item
             WHERE application = ?1 AND environment = ?2 AND area = ?3 AND folded = ?4",
        )?
        .query_row(
            params![
                item.application.bytes(),
                item.environment.word(),
                item.area,
                folded
            ],
            |row| row.get(0),
        )
        .optional()?;
    match other {
        Some(other) if other != item.id.bytes() => Err(CatalogError::NameTaken),
        _ => Ok(()),
    }
}

/// R18: what a schedule runs stays while it does. Its name tells where to look.
fn is_not_scheduled(db: &Transaction<'_>, id: ItemId) -> Result<()> {
    let mut statement = db.prepare_cached(
        "SELECT name FROM item
         WHERE area = 'schedule' AND json_extract(definition, '$.what') = ?1 ORDER BY folded",
    )?;
    let rows = statement.query_map([id.to_string()], |row| row.get(0))?;
    let names = rows.collect::<rusqlite::Result<Vec<String>>>()?;
    if names.is_empty() {
        return Ok(());
    }
    Err(CatalogError::Scheduled(names.join(", ")))
}

fn put_parts(db: &Transaction<'_>, item: &Item, parts: &[Part]) -> Result<()> {
    let mut concerned = connections_of(db, item.id)?;
    let names: Vec<&str> = parts.iter().map(|part| part.part.as_str()).collect();
    db.prepare_cached(
        "DELETE FROM use WHERE item = ?1 AND part NOT IN (SELECT value FROM json_each(?2))",
    )?
    .execute(params![item.id.bytes(), row::to_json(&names)?])?;
    for part in parts {
        db.prepare_cached(
            "INSERT INTO use (id, connection, application, environment, area, name, scopes,
                 unattended, next_run, item, part)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (item, part) WHERE item IS NOT NULL DO UPDATE SET
                 connection = excluded.connection, name = excluded.name,
                 scopes = excluded.scopes, unattended = excluded.unattended,
                 next_run = excluded.next_run",
        )?
        .execute(params![
            UseId::new().bytes(),
            part.connection.bytes(),
            item.application.bytes(),
            item.environment.word(),
            item.area,
            item.name,
            row::to_json(&part.scopes)?,
            part.unattended,
            row::millis(part.next_run),
            item.id.bytes(),
            part.part,
        ])?;
        concerned.push(part.connection.bytes());
    }
    concerned.sort_unstable();
    concerned.dedup();
    for connection in concerned {
        standing::refresh(db, connection)?;
    }
    Ok(())
}

fn connections_of(db: &Transaction<'_>, id: ItemId) -> Result<Vec<[u8; 16]>> {
    Ok(db
        .prepare_cached("SELECT DISTINCT connection FROM use WHERE item = ?1")?
        .query_map([id.bytes()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

pub(crate) fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
    Ok(Item {
        id: row::id(row, "id")?,
        application: row::id(row, "application")?,
        environment: row::word(row, "environment")?,
        area: row.get("area")?,
        name: row.get("name")?,
        definition: row.get("definition")?,
        paused: row.get("paused")?,
        version: row::count(row, "version")?,
        created_at: row::time(row, "created_at")?,
        changed_at: row::time(row, "changed_at")?,
        created_by: row::id_opt(row, "created_by")?,
    })
}

fn part(row: &Row<'_>) -> rusqlite::Result<Part> {
    Ok(Part {
        part: row.get("part")?,
        connection: row::id(row, "connection")?,
        scopes: row::json(row, "scopes")?,
        unattended: row.get("unattended")?,
        next_run: row::time_opt(row, "next_run")?,
    })
}
