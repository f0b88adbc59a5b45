//! Everything there is, page by page: for reports, which must not hold it all at once.

use tsunagi_domain::Application;

use crate::list::{ListRow, Place, Sort, list_row};
use crate::{Catalog, Cursor, Result, applications, row};

/// A connection with what fills its slots, and the applications that may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryRow {
    /// As the list has it.
    pub row: ListRow,
    /// Applications that may use it, by name.
    pub applications: Vec<Application>,
}

/// A page of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryPage {
    /// The connections, by name.
    pub rows: Vec<InventoryRow>,
    /// How many were left out of this page because they cannot be read.
    pub unreadable: u32,
    /// Where the next page begins; `None` after the last.
    pub next: Option<Cursor>,
}

impl Catalog {
    /// A page of all connections, by name. Pages follow each other by key: what comes and goes
    /// meanwhile moves nothing.
    ///
    /// # Errors
    /// [`CatalogError::Cursor`](crate::CatalogError::Cursor) for a cursor of something else; else
    /// as every read.
    pub fn inventory(&self, after: Option<&Cursor>, limit: u32) -> Result<InventoryPage> {
        let after = after
            .map(|after| crate::list::place(after, Sort::Name))
            .transpose()?;
        let (folded, id) = after.map_or((String::new(), [0; 16]), |after| {
            (after.folded, after.id.into_bytes())
        });
        self.catalog().read(|db| {
            let mut places: Vec<Place> = db
                .prepare_cached(
                    "SELECT id, folded, last_used FROM connection
                     WHERE (folded, id) > (?1, ?2) ORDER BY folded, id LIMIT ?3",
                )?
                .query_map(rusqlite::params![folded, id, limit + 1], |row| {
                    Ok(Place {
                        sort: Sort::Name,
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
            let mut page = InventoryPage {
                rows: Vec::with_capacity(places.len()),
                unreadable: 0,
                next,
            };
            for place in places {
                match list_row(db, &place)? {
                    Some(row) => page.rows.push(InventoryRow {
                        row,
                        applications: applications::of_connection(db, place.id.into_bytes())?,
                    }),
                    None => page.unreadable += 1,
                }
            }
            Ok(page)
        })
    }
}
