//! The Connections screen: the list.

use tsunagi_catalog::{Cursor, Sort};
use tsunagi_domain::{Connection, ConnectionId, Member, Refusal, RefusalCode};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::{ConnectionPage, ListQuery, SortBy};

/// The most rows of a page.
const PAGE_MAX: u32 = 200;

/// What the list's filters ask of the catalog, for who looks.
pub(crate) fn asked(query: &ListQuery, viewer: &Member) -> tsunagi_catalog::ListQuery {
    tsunagi_catalog::ListQuery {
        search: query.search.clone(),
        kinds: query.kinds.clone(),
        connectors: query.services.clone(),
        applications: query.applications.clone(),
        seen: query.health.clone(),
        needs_person: query.needs_person,
        viewer: viewer.id,
        sort: match query.sort {
            SortBy::Name => Sort::Name,
            SortBy::LastUsed => Sort::LastUsed,
        },
        after: query.after.clone().map(Cursor),
        limit: match query.limit {
            0 => PAGE_MAX,
            limit => limit.min(PAGE_MAX),
        },
    }
}

impl Console {
    /// One page of the list.
    ///
    /// # Errors
    /// `no_workspace`, a cursor of another list.
    pub fn connections(
        &self,
        session: Session,
        query: &ListQuery,
    ) -> Result<ConnectionPage, ConsoleError> {
        let viewer = self.reader(session)?;
        let page = self.inner.catalog.list(&asked(query, &viewer))?;
        let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let origins = self.origins();
        let rows = page.rows.iter();
        Ok(ConnectionPage {
            rows: rows
                .map(|row| self.row_by(row, &viewer, &origins))
                .collect(),
            total: small(page.total),
            all: small(page.all),
            needing: small(page.needing),
            next: page.next.map(|cursor| cursor.0),
        })
    }

    pub(crate) fn connection(&self, id: ConnectionId) -> Result<Connection, ConsoleError> {
        self.inner.catalog.connection(id)?.ok_or_else(|| {
            Refusal::new(RefusalCode::ConnectionUnknown)
                .with("connection", "")
                .into()
        })
    }
}
