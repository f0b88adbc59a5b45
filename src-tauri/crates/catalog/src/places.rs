//! Places in the list: the connections of a set, in the list's order, from one place on.

use rusqlite::{Connection as Db, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::keys::Keys;
use crate::ranks::Ranking;
use crate::{Result, Sort};

/// Of a set no larger than this, each connection is looked up and then sorted; of a larger one the
/// list is gone through until there are enough.
const FEW: u64 = 1_500;
/// After so many rows that were not wanted, the list by name is no longer gone through: its order
/// is kept in memory ([`Ranking`]). Reading it for the first time takes longer than to pass some
/// more rows.
const PATIENCE: usize = 4_000;
const PATIENCE_ONCE_READ: usize = 400;

/// An order in which connections are gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// By name.
    Name,
    /// The last used first.
    LastUsed,
    /// The oldest first.
    Age,
}

impl From<Sort> for Order {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Name => Self::Name,
            Sort::LastUsed => Self::LastUsed,
        }
    }
}

/// Sort keys of a row; those its order does not go by are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) sort: Sort,
    pub(crate) folded: String,
    pub(crate) last_used: i64,
    pub(crate) id: uuid::Uuid,
    #[serde(skip)]
    pub(crate) key: i64,
}

/// The first places of an order after `after`, of the connections in `wanted` (`None`: of all), at
/// most `most`.
pub(crate) fn of(
    db: &Db,
    ranking: &Ranking,
    order: Order,
    wanted: Option<&Keys>,
    after: Option<&Place>,
    most: usize,
) -> Result<Vec<Place>> {
    match wanted {
        Some(few) if few.count() <= FEW => look_up(db, order, few, after, most),
        Some(many) if order == Order::Name => {
            let patience = if ranking.is_read() {
                PATIENCE_ONCE_READ
            } else {
                PATIENCE
            };
            match go_through(db, order, wanted, after, most, patience)? {
                Some(places) => Ok(places),
                None => ranked(db, ranking, many, after, most),
            }
        }
        _ => {
            let places = go_through(db, order, wanted, after, most, usize::MAX)?;
            Ok(places.unwrap_or_default())
        }
    }
}

/// The columns of an order, in which they come, and what a place of it is.
const fn columns(order: Order) -> &'static str {
    match order {
        Order::Name => "folded",
        Order::LastUsed => "last_used",
        Order::Age => "created_at",
    }
}

fn place(row: &Row<'_>, order: Order) -> rusqlite::Result<Place> {
    let mut place = Place {
        key: row.get(0)?,
        id: uuid::Uuid::from_bytes(row.get(1)?),
        ..Place::default()
    };
    match order {
        Order::Name => place.folded = row.get(2)?,
        // Of the two orders by time only one has cursors, and both sort by this.
        Order::LastUsed | Order::Age => place.last_used = row.get(2)?,
    }
    if order == Order::LastUsed {
        place.sort = Sort::LastUsed;
    }
    Ok(place)
}

/// `None` where more than `patience` rows were passed.
fn go_through(
    db: &Db,
    order: Order,
    wanted: Option<&Keys>,
    after: Option<&Place>,
    most: usize,
    patience: usize,
) -> Result<Option<Vec<Place>>> {
    let column = columns(order);
    let (beyond, direction) = match order {
        Order::Name | Order::Age => (">", ""),
        Order::LastUsed => ("<", " DESC"),
    };
    let from = after.map_or_else(String::new, |_| {
        format!("WHERE ({column}, id) {beyond} (?1, ?2)")
    });
    let sql = format!(
        "SELECT key, id, {column} FROM connection {from}
         ORDER BY {column}{direction}, id{direction}"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = match after {
        None => statement.query([])?,
        Some(after) if order == Order::Name => {
            statement.query(params![after.folded, after.id.as_bytes()])?
        }
        Some(after) => statement.query(params![after.last_used, after.id.as_bytes()])?,
    };
    let mut places = Vec::new();
    let mut passed = 0;
    while places.len() < most
        && let Some(row) = rows.next()?
    {
        let is_wanted = match wanted {
            Some(wanted) => wanted.has(row.get(0)?),
            None => true,
        };
        if is_wanted {
            places.push(place(row, order)?);
        } else {
            passed += 1;
            if passed > patience {
                return Ok(None);
            }
        }
    }
    Ok(Some(places))
}

fn ranked(
    db: &Db,
    ranking: &Ranking,
    wanted: &Keys,
    after: Option<&Place>,
    most: usize,
) -> Result<Vec<Place>> {
    let after = match after {
        None => None,
        Some(after) => Some(before_or_at(db, after)?),
    };
    // Nothing comes before the place: it is the beginning.
    let keys = ranking.first(db, wanted, after.flatten(), most)?;
    let mut statement =
        db.prepare_cached("SELECT key, id, folded FROM connection WHERE key = ?1")?;
    keys.iter()
        .map(|key| Ok(statement.query_row([key], |row| place(row, Order::Name))?))
        .collect()
}

/// The connection at a place, or, where it was renamed or deleted, the last one before it.
fn before_or_at(db: &Db, at: &Place) -> Result<Option<i64>> {
    let mut statement = db.prepare_cached(
        "SELECT key FROM connection WHERE (folded, id) <= (?1, ?2)
         ORDER BY folded DESC, id DESC LIMIT 1",
    )?;
    let found = statement.query_row(params![at.folded, at.id.as_bytes()], |row| row.get(0));
    Ok(found.optional()?)
}

fn look_up(
    db: &Db,
    order: Order,
    wanted: &Keys,
    after: Option<&Place>,
    most: usize,
) -> Result<Vec<Place>> {
    let column = columns(order);
    let sql = format!("SELECT key, id, {column} FROM connection WHERE key = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let mut places = Vec::new();
    for key in wanted.iter() {
        let mut rows = statement.query([key])?;
        if let Some(row) = rows.next()? {
            places.push(place(row, order)?);
        }
    }
    let compare = |a: &Place, b: &Place| {
        let (one, other) = if order == Order::LastUsed {
            (b, a)
        } else {
            (a, b)
        };
        // SQLite compares text byte by byte, as this does.
        (&one.folded, one.last_used, one.id).cmp(&(&other.folded, other.last_used, other.id))
    };
    if let Some(after) = after {
        places.retain(|place| compare(place, after).is_gt());
    }
    places.sort_by(compare);
    places.truncate(most);
    Ok(places)
}
