//! Everything there is, page by page: for reports, which must not hold it all at once.

use tsunagi_domain::Application;

use crate::list::{self, ListRow, Sort};
use crate::places::{self, Order};
use crate::row::{self, Key};
use crate::{Catalog, Cursor, Result, applications};

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
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.catalog().read(|db| {
            let mut places = places::of(
                db,
                &self.inner.ranking,
                Order::Name,
                None,
                after.as_ref(),
                limit + 1,
            )?;
            let more = places.len() > limit;
            places.truncate(limit);
            let next = match places.last() {
                Some(last) if more => Some(Cursor(row::to_json(last)?)),
                _ => None,
            };
            let rows = list::rows(db, &places)?;
            let page = InventoryPage {
                unreadable: u32::try_from(places.len() - rows.len()).unwrap_or(u32::MAX),
                rows: rows
                    .into_iter()
                    .map(|row| {
                        Ok(InventoryRow {
                            applications: applications::of_connection(
                                db,
                                row.connection.id.bytes(),
                            )?,
                            row,
                        })
                    })
                    .collect::<Result<_>>()?,
                next,
            };
            Ok(page)
        })
    }
}
