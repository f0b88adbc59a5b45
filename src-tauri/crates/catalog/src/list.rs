//! The Connections list: searched, filtered and paged in SQL.

use rusqlite::types::Value;
use rusqlite::{Connection as Db, ToSql};
use serde::{Deserialize, Serialize};
use tsunagi_domain::{Connection, ConnectionId, Kind, MemberId, Timestamp};

use crate::needing::{NEEDS, connections_needing, may_choose};
use crate::row::{self, Key, Word};
use crate::{Catalog, CatalogError, Primary, Result, Slot};
use crate::{connections, primaries, search, slots, uses};

/// The most rows of one page.
const PAGE_MAX: u32 = 1_000;
/// The fewest characters the trigram index can find.
const TRIGRAM: usize = 3;

/// What of the list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Words that must all occur in name, link name, connector (id and what people call it) or
    /// an account's name; empty for all. Width and case make no difference.
    pub search: String,
    /// Only these kinds; empty for all.
    pub kinds: Vec<Kind>,
    /// Only these connectors, by id; empty for all.
    pub connectors: Vec<String>,
    /// Only connections in which something needs the viewer, or in which nothing does.
    pub needs_person: Option<bool>,
    /// Who looks.
    pub viewer: MemberId,
    /// In which order.
    pub sort: Sort,
    /// Continues after this row; `None` for the first page.
    pub after: Option<Cursor>,
    /// Rows per page, 1 to 1000.
    pub limit: u32,
}

/// Order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// By name, width and case aside.
    #[default]
    Name,
    /// The last used first, the never used last.
    LastUsed,
}

/// A place in the list, to be handed back as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// Sort keys of the row a page ended with.
#[derive(Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) sort: Sort,
    pub(crate) folded: String,
    pub(crate) last_used: i64,
    pub(crate) id: uuid::Uuid,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<ListRow>,
    /// How many connections match search and filters, on all pages together.
    pub total: u64,
    /// How many connections there are.
    pub all: u64,
    /// How many of all connections have something that needs the viewer.
    pub needing: u64,
    /// Where the next page begins; `None` after the last.
    pub next: Option<Cursor>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// The connection.
    pub connection: Connection,
    /// Its filled slots, those of every member and of both environment modes.
    pub slots: Vec<Slot>,
    /// Its primary accounts.
    pub primaries: Vec<Primary>,
    /// How many places use it.
    pub uses: u32,
    /// Last request through it.
    pub last_used: Option<Timestamp>,
}

/// SQL conditions, and what is bound in them.
#[derive(Default)]
struct Conditions {
    sql: Vec<String>,
    bound: Vec<(String, Value)>,
}

/// Who looks, as [`NEEDS`] asks for it.
struct Viewer {
    id: [u8; 16],
    chooses: bool,
}

impl Viewer {
    fn of(db: &Db, id: MemberId) -> Result<Self> {
        Ok(Self {
            id: id.bytes(),
            chooses: may_choose(db, id)?,
        })
    }
}

impl Conditions {
    fn bind(&mut self, value: impl Into<Value>) -> String {
        let name = format!(":p{}", self.bound.len());
        self.bound.push((name.clone(), value.into()));
        name
    }

    fn sql(&self) -> String {
        if self.sql.is_empty() {
            "1".to_owned()
        } else {
            self.sql.join(" AND ")
        }
    }

    fn bound<'a>(&'a self, sql: &str, viewer: &'a Viewer) -> Vec<(&'a str, &'a dyn ToSql)> {
        let mut bound: Vec<(&str, &dyn ToSql)> = self
            .bound
            .iter()
            .map(|(name, value)| (name.as_str(), value as &dyn ToSql))
            .collect();
        // SQLite refuses names a statement does not have.
        if sql.contains(":viewer") {
            bound.push((":viewer", &viewer.id));
            bound.push((":chooses", &viewer.chooses));
        }
        bound
    }
}

impl Catalog {
    /// How many connections there are.
    ///
    /// # Errors
    /// As every read.
    pub fn connection_count(&self) -> Result<u64> {
        self.catalog()
            .read(|db| count(db, "SELECT count(*) FROM connection"))
    }

    /// A page of the list. Pages follow each other by key, so that rows that come and go
    /// meanwhile move nothing; by last use, a connection that is used meanwhile moves to the
    /// front.
    ///
    /// # Errors
    /// [`CatalogError::Cursor`] for a cursor of another order; else as every read.
    pub fn list(&self, query: &ListQuery) -> Result<Page> {
        let mut conditions = filters(query);
        let limit = query.limit.clamp(1, PAGE_MAX);
        self.catalog().read(|db| {
            let all = count(db, "SELECT count(*) FROM connection")?;
            let needing = connections_needing(db, query.viewer)?;
            let viewer = Viewer::of(db, query.viewer)?;
            // What is counted anyway is not looked for row by row.
            let alone = conditions.sql.len() <= 1;
            let total = if conditions.sql.is_empty() {
                all
            } else if let Some(needs) = query.needs_person.filter(|_| alone) {
                if needs { needing } else { all - needing }
            } else {
                let sql = format!(
                    "SELECT count(*) FROM connection c WHERE {}",
                    conditions.sql()
                );
                let mut statement = db.prepare_cached(&sql)?;
                let total: i64 = statement
                    .query_row(conditions.bound(&sql, &viewer).as_slice(), |row| row.get(0))?;
                u64::try_from(total).unwrap_or_default()
            };
            if let Some(after) = &query.after {
                after_place(&mut conditions, &place(after, query.sort)?);
            }
            let order = match query.sort {
                Sort::Name => "c.folded, c.id",
                Sort::LastUsed => "c.last_used DESC, c.id DESC",
            };
            let sql = format!(
                "SELECT c.id, c.folded, c.last_used FROM connection c
                 WHERE {} ORDER BY {order} LIMIT {}",
                conditions.sql(),
                limit + 1,
            );
            let mut places: Vec<Place> = db
                .prepare_cached(&sql)?
                .query_map(conditions.bound(&sql, &viewer).as_slice(), |row| {
                    Ok(Place {
                        sort: query.sort,
                        folded: row.get("folded")?,
                        last_used: row.get("last_used")?,
                        id: uuid::Uuid::from_bytes(row.get("id")?),
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let more = places.len() > limit;
            places.truncate(limit);
            let next = match places.last() {
                Some(last) if more => Some(Cursor(row::to_json(last)?)),
                _ => None,
            };
            let mut rows = Vec::with_capacity(places.len());
            for place in places {
                rows.extend(list_row(db, &place)?);
            }
            Ok(Page {
                rows,
                total,
                all,
                needing,
                next,
            })
        })
    }
}

impl Catalog {
    /// Every connection that search and filters of `query` find, in its order and beyond its
    /// page, at most `most`.
    ///
    /// # Errors
    /// As every read.
    pub fn list_ids(&self, query: &ListQuery, most: u32) -> Result<Vec<ConnectionId>> {
        let conditions = filters(query);
        let order = match query.sort {
            Sort::Name => "c.folded, c.id",
            Sort::LastUsed => "c.last_used DESC, c.id DESC",
        };
        let sql = format!(
            "SELECT c.id FROM connection c WHERE {} ORDER BY {order} LIMIT {most}",
            conditions.sql()
        );
        self.catalog().read(|db| {
            let viewer = Viewer::of(db, query.viewer)?;
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(conditions.bound(&sql, &viewer).as_slice(), |row| {
                row::id(row, "id")
            })?;
            row::collect("connection", rows)
        })
    }
}

fn count(db: &Db, sql: &str) -> Result<u64> {
    let n: i64 = db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(u64::try_from(n).unwrap_or_default())
}

fn filters(query: &ListQuery) -> Conditions {
    let mut conditions = Conditions::default();
    let mut phrases = Vec::new();
    for term in search::terms(&query.search) {
        if term.chars().count() >= TRIGRAM {
            phrases.push(format!("\"{}\"", term.replace('"', "\"\"")));
        } else {
            let pattern = format!("%{}%", escape(&term));
            let name = conditions.bind(pattern);
            conditions.sql.push(format!(
                "c.key IN (SELECT key FROM connection_text WHERE text LIKE {name} ESCAPE '\\')"
            ));
        }
    }
    if !phrases.is_empty() {
        let name = conditions.bind(phrases.join(" AND "));
        conditions.sql.push(format!(
            "c.key IN (SELECT rowid FROM connection_search WHERE connection_search MATCH {name})"
        ));
    }
    if !query.kinds.is_empty() {
        let names: Vec<String> = query
            .kinds
            .iter()
            .map(|kind| conditions.bind(kind.word().to_owned()))
            .collect();
        conditions
            .sql
            .push(format!("c.kind IN ({})", names.join(", ")));
    }
    if !query.connectors.is_empty() {
        let names: Vec<String> = query
            .connectors
            .iter()
            .map(|connector| conditions.bind(connector.clone()))
            .collect();
        conditions
            .sql
            .push(format!("c.connector IN ({})", names.join(", ")));
    }
    match query.needs_person {
        Some(true) => conditions.sql.push(NEEDS.to_owned()),
        Some(false) => conditions.sql.push(format!("NOT {NEEDS}")),
        None => {}
    }
    conditions
}

/// `%`, `_` and the escape itself stand for themselves.
fn escape(term: &str) -> String {
    let mut escaped = String::with_capacity(term.len());
    for c in term.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

pub(crate) fn place(cursor: &Cursor, sort: Sort) -> Result<Place> {
    serde_json::from_str::<Place>(&cursor.0)
        .ok()
        .filter(|place| place.sort == sort)
        .ok_or(CatalogError::Cursor)
}

fn after_place(conditions: &mut Conditions, place: &Place) {
    let id = conditions.bind(place.id.as_bytes().to_vec());
    let condition = match place.sort {
        Sort::Name => {
            let folded = conditions.bind(place.folded.clone());
            format!("(c.folded, c.id) > ({folded}, {id})")
        }
        Sort::LastUsed => {
            let last_used = conditions.bind(place.last_used);
            format!("(c.last_used, c.id) < ({last_used}, {id})")
        }
    };
    conditions.sql.push(condition);
}

/// A row, or nothing where the connection is in quarantine.
pub(crate) fn list_row(db: &Db, place: &Place) -> Result<Option<ListRow>> {
    let id = place.id.into_bytes();
    let connection = match connections::by_id(db, id) {
        Ok(Some(connection)) => connection,
        Ok(None) => return Ok(None),
        Err(CatalogError::Unreadable(why)) => {
            tracing::warn!(id = %place.id, why, "a connection was left out that cannot be read");
            return Ok(None);
        }
        Err(other) => return Err(other),
    };
    Ok(Some(ListRow {
        connection,
        slots: slots::of_connection(db, id)?,
        primaries: primaries::of_connection(db, id)?,
        uses: uses::count(db, id)?,
        last_used: (place.last_used > 0).then_some(Timestamp(place.last_used)),
    }))
}
