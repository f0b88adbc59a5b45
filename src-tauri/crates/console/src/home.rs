//! The Home screen: what needs a person, what will soon, what failed lately.

use tsunagi_domain::Health;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::{HomeView, ListQuery, NamedFlow, Need};

/// How much of each list Home shows.
const SHOWN: u32 = 50;

impl Console {
    /// What the screen shows.
    ///
    /// # Errors
    /// `no_workspace`.
    pub fn home_view(&self, session: Session) -> Result<HomeView, ConsoleError> {
        let viewer = self.member(session)?;
        let catalog = &self.inner.catalog;
        let mut needs = Vec::new();
        for (connection, reach) in catalog.needing(viewer.id, SHOWN)? {
            let slots = catalog.slots(connection.id)?;
            let primaries = catalog.primaries(connection.id)?;
            needs.push(Need {
                connection: connection.id,
                name: connection.name.to_string(),
                service: self.mark_of(&connection.connector),
                station: self.station(&connection, reach, &slots, &primaries, &viewer),
            });
        }
        let page = self.connections(
            session,
            &ListQuery {
                limit: 200,
                ..ListQuery::default()
            },
        )?;
        let mut lapsing = Vec::new();
        let mut failures = Vec::new();
        for row in &page.rows {
            for station in &row.stations {
                if station.lapses_at.is_some() && station.health == Health::Connected {
                    lapsing.push(Need {
                        connection: row.id,
                        name: row.name.clone(),
                        service: row.service.clone(),
                        station: station.clone(),
                    });
                }
            }
            for (flow, steps) in catalog.flows(row.id, 3)? {
                let record = self.flow_record(&flow, &steps);
                if !record.ok {
                    failures.push(NamedFlow {
                        connection: row.id,
                        name: row.name.clone(),
                        flow: record,
                    });
                }
            }
        }
        lapsing.sort_by_key(|need| need.station.lapses_at);
        failures.sort_by_key(|failure| std::cmp::Reverse(failure.flow.started_at));
        failures.truncate(10);
        Ok(HomeView {
            needs,
            lapsing,
            failures,
            connections: page.all,
        })
    }
}
