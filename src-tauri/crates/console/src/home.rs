//! The Home screen: what needs a person, what will soon, what failed lately.

use std::collections::HashSet;

use tsunagi_catalog::Lapse;
use tsunagi_domain::{Connection, Health, Member, Reach};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::rows::LAPSES_SOON_MS;
use crate::views::{HomeView, NamedFlow, Need};

/// How much of each list Home shows.
const SHOWN: u32 = 50;
/// How many failures Home shows.
const FAILURES_SHOWN: u32 = 10;
/// What failed within this time failed lately: 7 days.
const LATELY_SECONDS: i64 = 7 * 24 * 3600;

impl Console {
    /// What the screen shows. Every list is asked of the catalog in its own order, so that what is
    /// shown first is first of all connections there are.
    ///
    /// # Errors
    /// `no_workspace`.
    pub fn home_view(&self, session: Session) -> Result<HomeView, ConsoleError> {
        let viewer = self.reader(session)?;
        let catalog = &self.inner.catalog;
        let mut needs = Vec::new();
        for (connection, reach) in catalog.needing(viewer.id, SHOWN)? {
            needs.push(self.need(&connection, reach, &viewer)?);
        }
        let since = self.now().plus_seconds(-LATELY_SECONDS);
        let failures = catalog.failed_flows(since, FAILURES_SHOWN)?;
        let connections = catalog.connection_count()?;
        Ok(HomeView {
            offers: self.offered_to(&viewer)?,
            needs,
            lapsing: self.lapsing(&viewer)?,
            crowded: self.crowds()?,
            failures: failures
                .iter()
                .map(|(connection, flow, steps)| NamedFlow {
                    connection: connection.id,
                    name: connection.name.to_string(),
                    flow: self.flow_record(flow, steps),
                })
                .collect(),
            unreadable: self.unreadable(),
            connections: u32::try_from(connections).unwrap_or(u32::MAX),
        })
    }

    /// The stations that say of themselves when they lapse, the first to lapse first.
    fn lapsing(&self, viewer: &Member) -> Result<Vec<Need>, ConsoleError> {
        let before = self.now().plus_millis(LAPSES_SOON_MS);
        let (mut lapsing, mut seen) = (Vec::new(), HashSet::new());
        let mut last: Option<Lapse> = None;
        loop {
            let catalog = &self.inner.catalog;
            let page = catalog.lapsing(viewer.id, before, last.as_ref(), SHOWN)?;
            for lapse in &page {
                let need = self.need(&lapse.connection, lapse.reach, viewer)?;
                // A member's own account may end behind the primary one that the station shows.
                let shown = need.station.lapses_at == Some(lapse.at)
                    && need.station.health == Health::Connected;
                if shown && seen.insert((lapse.connection.id, lapse.reach)) {
                    lapsing.push(need);
                }
                if lapsing.len() == SHOWN as usize {
                    return Ok(lapsing);
                }
            }
            match page.into_iter().last() {
                Some(lapse) => last = Some(lapse),
                None => return Ok(lapsing),
            }
        }
    }

    fn need(
        &self,
        connection: &Connection,
        reach: Reach,
        viewer: &Member,
    ) -> Result<Need, ConsoleError> {
        let slots = self.inner.catalog.slots(connection.id)?;
        let primaries = self.inner.catalog.primaries(connection.id)?;
        Ok(Need {
            connection: connection.id,
            name: connection.name.to_string(),
            service: self.mark_of(&connection.connector),
            station: self.station(connection, reach, &slots, &primaries, viewer),
        })
    }
}
