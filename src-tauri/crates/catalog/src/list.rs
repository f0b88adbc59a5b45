//! The Connections list: searched and filtered by sets of connections ([`facets`], [`search`]), paged
//! by key.

use std::collections::HashMap;

use rusqlite::Connection as Db;
use serde::{Deserialize, Serialize};
use tsunagi_domain::{ApplicationId, Connection, ConnectionId, Kind, MemberId, Seen, Timestamp};

use crate::facets::{self, Viewer};
use crate::keys::Keys;
use crate::places::{self, Place};
use crate::row::{self, Key, Word};
use crate::texts::Texts;
use crate::{Catalog, CatalogError, Primary, Result, Slot, SlotSettings};
use crate::{connections, needing, primaries, search, slots};

/// The most rows of one page.
const PAGE_MAX: u32 = 1_000;

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
    /// Only connections that one of these applications may use; empty for all.
    pub applications: Vec<ApplicationId>,
    /// Only connections in which the viewer sees a station in one of these states; empty for all.
    pub seen: Vec<Seen>,
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
    /// What its reaches have of their own.
    pub settings: Vec<SlotSettings>,
    /// How many places use it.
    pub uses: u32,
    /// Last request through it.
    pub last_used: Option<Timestamp>,
}

impl Catalog {
    /// How many connections there are.
    ///
    /// # Errors
    /// As every read.
    pub fn connection_count(&self) -> Result<u64> {
        self.catalog()
            .read(|db| Ok(of_kinds(db, Kind::ALL)?.count()))
    }

    /// A page of the list. Pages follow each other by key, so that rows that come and go
    /// meanwhile move nothing; by last use, a connection that is used meanwhile moves to the
    /// front.
    ///
    /// # Errors
    /// [`CatalogError::Cursor`] for a cursor of another order; else as every read.
    pub fn list(&self, query: &ListQuery) -> Result<Page> {
        let limit = usize::try_from(query.limit.clamp(1, PAGE_MAX)).unwrap_or(usize::MAX);
        let after = query
            .after
            .as_ref()
            .map(|after| place(after, query.sort))
            .transpose()?;
        self.catalog().read(|db| {
            let viewer = needing::viewer(db, query.viewer)?;
            let all = of_kinds(db, Kind::ALL)?;
            let needing = facets::needing(db, &viewer)?;
            let wanted = filtered(db, &self.inner.texts, query, &viewer, &all, &needing)?;
            let sort = query.sort.into();
            let mut places = places::of(
                db,
                &self.inner.ranking,
                sort,
                wanted.as_ref(),
                after.as_ref(),
                limit + 1,
            )?;
            let more = places.len() > limit;
            places.truncate(limit);
            let next = match places.last() {
                Some(last) if more => Some(Cursor(row::to_json(last)?)),
                _ => None,
            };
            let all = all.count();
            Ok(Page {
                rows: rows(db, &places)?,
                total: wanted.map_or(all, |wanted| wanted.count()),
                all,
                needing: needing.count(),
                next,
            })
        })
    }

    /// Every connection that search and filters of `query` find, in its order and beyond its
    /// page, at most `most`.
    ///
    /// # Errors
    /// As every read.
    pub fn list_ids(&self, query: &ListQuery, most: u32) -> Result<Vec<ConnectionId>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.catalog().read(|db| {
            let viewer = needing::viewer(db, query.viewer)?;
            let all = of_kinds(db, Kind::ALL)?;
            let needing = facets::needing(db, &viewer)?;
            let wanted = filtered(db, &self.inner.texts, query, &viewer, &all, &needing)?;
            let places = places::of(
                db,
                &self.inner.ranking,
                query.sort.into(),
                wanted.as_ref(),
                None,
                most,
            )?;
            Ok(places
                .into_iter()
                .map(|place| ConnectionId::of(place.id.into_bytes()))
                .collect())
        })
    }
}

fn of_kinds(db: &Db, kinds: &[Kind]) -> Result<Keys> {
    either(kinds, |kind| facets::common(db, &facets::kind(kind.word())))
}

/// What is in one of these sets.
fn either<T>(of: &[T], set: impl Fn(&T) -> Result<Keys>) -> Result<Keys> {
    let mut found = Keys::default();
    for one in of {
        found.add(&set(one)?);
    }
    Ok(found)
}

/// What search and filters find; `None` where there are none.
fn filtered(
    db: &Db,
    texts: &Texts,
    query: &ListQuery,
    viewer: &Viewer,
    all: &Keys,
    needing: &Keys,
) -> Result<Option<Keys>> {
    let mut found = search::find(db, texts, &query.search)?;
    let mut keep = |set: Keys| match &mut found {
        Some(found) => found.keep(&set),
        None => found = Some(set),
    };
    if !query.kinds.is_empty() {
        keep(of_kinds(db, &query.kinds)?);
    }
    if !query.connectors.is_empty() {
        keep(either(&query.connectors, |connector| {
            facets::common(db, &facets::connector(connector))
        })?);
    }
    if !query.applications.is_empty() {
        keep(either(&query.applications, |application| {
            facets::common(db, &facets::application(*application))
        })?);
    }
    if !query.seen.is_empty() {
        keep(facets::seen(db, viewer, &query.seen)?);
    }
    match query.needs_person {
        Some(true) => keep(needing.clone()),
        Some(false) => {
            let mut others = all.clone();
            others.take_out(needing);
            keep(others);
        }
        None => {}
    }
    Ok(found)
}

pub(crate) fn place(cursor: &Cursor, sort: Sort) -> Result<Place> {
    serde_json::from_str::<Place>(&cursor.0)
        .ok()
        .filter(|place| place.sort == sort)
        .ok_or(CatalogError::Cursor)
}

/// The rows of these places, all read at once; those in quarantine are left out.
pub(crate) fn rows(db: &Db, places: &[Place]) -> Result<Vec<ListRow>> {
    let keys: Vec<i64> = places.iter().map(|place| place.key).collect();
    let keys = row::to_json(&keys)?;
    let mut found = connections::of_keys(db, &keys)?;
    let mut slots = slots::of_keys(db, &keys)?;
    let mut primaries = primaries::of_keys(db, &keys)?;
    let mut settings = connections::settings_of_keys(db, &keys)?;
    let mut uses = HashMap::new();
    let mut statement = db.prepare_cached(
        "SELECT c.id, count(*) FROM json_each(?1) k CROSS JOIN connection c ON c.key = k.value
         CROSS JOIN use u ON u.connection = c.id GROUP BY c.id",
    )?;
    let mut counts = statement.query([&keys])?;
    while let Some(row) = counts.next()? {
        uses.insert(ConnectionId::of(row.get(0)?), row.get(1)?);
    }
    let ids = places
        .iter()
        .map(|place| ConnectionId::of(place.id.into_bytes()));
    Ok(ids
        .filter_map(|id| {
            let (connection, last_used) = found.remove(&id)?;
            Some(ListRow {
                slots: slots.remove(&id).unwrap_or_default(),
                primaries: primaries.remove(&id).unwrap_or_default(),
                settings: settings.remove(&id).unwrap_or_default(),
                uses: uses.get(&id).copied().unwrap_or_default(),
                last_used,
                connection,
            })
        })
        .collect())
}
