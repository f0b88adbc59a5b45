//! How connections, accounts and services are shown, wherever they are shown.

use tsunagi_catalog::{ListRow, Primary, Slot, Unreachable};
use tsunagi_connectors::{Connector, Text};
use tsunagi_domain::freshness::lapse;
use tsunagi_domain::health::{Condition, health, missing_scopes, scopes_granted};
use tsunagi_domain::ladder::is_long;
use tsunagi_domain::need::{Need, need};
use tsunagi_domain::seen::shown;
use tsunagi_domain::{Account, Connection, Health, Kind, Member, NotConnected, Reach, Timestamp};

use crate::console::Console;
use crate::drifting::drifts;
use crate::impacts::Whole;
use crate::standing::Origins;
use crate::views::{
    AccountView, ConnectionRow, Locale, Mend, ServiceMark, Station, UnreachableView,
};

/// An authorization that lapses within this time says so in its slot: 14 days.
pub(crate) const LAPSES_SOON_MS: i64 = 14 * 24 * 3600 * 1000;

pub(crate) fn mark(connector: &Connector) -> ServiceMark {
    ServiceMark {
        id: connector.id.clone(),
        name: connector.name.clone(),
        monogram: connector.monogram.text.clone(),
        hue: connector.monogram.hue,
        practice: connector.practice,
    }
}

/// The mark of a service whose connector is not there any more.
fn missing_mark(id: &str) -> ServiceMark {
    ServiceMark {
        id: id.to_owned(),
        name: id.to_owned(),
        monogram: "?".to_owned(),
        hue: 0,
        practice: false,
    }
}

/// An account under the name a person gave it, else what the service says, else
/// "Service Account" (R19).
pub(crate) fn account_view(service: &str, label: Option<&str>, account: &Account) -> AccountView {
    let label = label
        .or_else(|| account.label())
        .map_or_else(|| format!("{service} Account"), str::to_owned);
    AccountView {
        label,
        name: account.name.clone(),
        email: account.email.clone(),
    }
}

/// The scopes an authorization holds. RFC 6749 §5.1: an answer without scopes means those that
/// were asked for then, which the connection may have changed since (R20).
pub(crate) fn held(authorization: &tsunagi_catalog::Authorization) -> &[String] {
    authorization
        .granted
        .as_deref()
        .unwrap_or(&authorization.asked)
}

impl Console {
    /// A connector's text in the acting member's language.
    pub(crate) fn pick(&self, text: &Text) -> String {
        match self.locale() {
            Locale::En => text.en.clone(),
            Locale::Ja => text.ja.clone(),
        }
    }

    pub(crate) fn mark_of(&self, connector: &str) -> ServiceMark {
        let library = self.inner.gateway.library();
        library
            .get(connector)
            .map_or_else(|| missing_mark(connector), mark)
    }

    pub(crate) fn row(&self, row: &ListRow, viewer: &Member) -> ConnectionRow {
        self.row_by(row, viewer, &self.origins())
    }

    /// A row of a page, which looks up each connector's origins once.
    pub(crate) fn row_by(
        &self,
        row: &ListRow,
        viewer: &Member,
        origins: &Origins,
    ) -> ConnectionRow {
        let connection = &row.connection;
        let served = self.is_served(connection);
        let health = |reach: Reach, slot: Option<&Slot>| {
            health_of(connection, served, slot, |slot| {
                origins.unchanged(connection, &row.settings, reach, slot)
            })
        };
        let stations: Vec<Station> = connection
            .mode
            .reaches()
            .iter()
            .map(|reach| {
                self.station_by(
                    connection,
                    *reach,
                    &row.slots,
                    &row.primaries,
                    viewer,
                    &health,
                )
            })
            .collect();
        ConnectionRow {
            id: connection.id,
            name: connection.name.to_string(),
            link_name: connection.link_name.to_string(),
            service: self.mark_of(&connection.connector),
            kind: connection.kind,
            mode: connection.mode,
            enabled: connection.enabled,
            needs_person: stations.iter().any(|station| match station.mend {
                Some(Mend::Authorize | Mend::ChoosePrimary | Mend::Migrate) => true,
                // An offer of the primary account is no state of the slot: Home and tray tell of it.
                Some(Mend::Enable | Mend::AcceptPrimary) | None => false,
            }),
            stations,
            uses: row.uses,
            last_used: row.last_used,
            drift: drifts(connection, &row.slots, &row.primaries, viewer, &health),
        }
    }

    /// One bar of the matrix. Of a logged-in-user connection it shows the acting member's own
    /// account where that needs them, else the primary account, else their own.
    pub(crate) fn station(
        &self,
        connection: &Connection,
        reach: Reach,
        slots: &[Slot],
        primaries: &[Primary],
        viewer: &Member,
    ) -> Station {
        let health = |reach: Reach, slot: Option<&Slot>| self.slot_health(connection, reach, slot);
        self.station_by(connection, reach, slots, primaries, viewer, &health)
    }

    fn station_by(
        &self,
        connection: &Connection,
        reach: Reach,
        slots: &[Slot],
        primaries: &[Primary],
        viewer: &Member,
        health: &impl Fn(Reach, Option<&Slot>) -> Health,
    ) -> Station {
        let here: Vec<&Slot> = slots
            .iter()
            .filter(|slot| slot.key.reach == reach)
            .collect();
        let primary = primaries.iter().find(|primary| primary.reach == reach);
        let own = here.iter().find(|slot| match connection.kind {
            Kind::LoggedInUser => slot.key.member == Some(viewer.id),
            Kind::System | Kind::Admin => true,
        });
        let own_health = health(reach, own.copied());
        let primary_slot = primary.and_then(|primary| {
            here.iter()
                .find(|slot| slot.key.member == Some(primary.member))
        });
        let shown = shown(own, own_health == Health::Connected, primary_slot);
        let shown_health = health(reach, shown.copied());
        let no_primary =
            connection.kind == Kind::LoggedInUser && primary.is_none() && !here.is_empty();
        let current = primary.map(|primary| primary.member);
        // Asked only where it says something: a list has many rows.
        let ended = own_health == Health::NotConnected(NotConnected::Retired);
        let uses = || self.inner.catalog.count_uses(connection.id);
        let used = ended && uses().is_ok_and(|uses| uses > 0);
        let mend = need(connection.kind, own_health, used, current, viewer)
            .filter(|need| need.is_told_of(reach, connection.mode))
            .map(|need| match need {
                Need::Authorize => Mend::Authorize,
                Need::ChoosePrimary => Mend::ChoosePrimary,
                Need::Enable => Mend::Enable,
                Need::Migrate => Mend::Migrate,
            });
        let authorization = shown.map(|slot| &slot.authorization);
        let service = self.mark_of(&connection.connector).name;
        let missing = authorization.map_or(0, |authorization| {
            missing_scopes(
                &connection.scopes,
                &authorization.asked,
                authorization.granted.as_deref(),
            )
        });
        Station {
            reach,
            health: shown_health,
            retired: self.retired_since(&connection.connector),
            unreachable: authorization.and_then(|authorization| {
                authorization
                    .unreachable
                    .as_ref()
                    .map(|unreachable| self.unreachable_view(unreachable))
            }),
            unproven: authorization.is_some_and(|authorization| authorization.unproven),
            account: authorization.map(|authorization| {
                account_view(
                    &service,
                    authorization.label.as_deref(),
                    &authorization.account,
                )
            }),
            primary: primary.is_some_and(|primary| {
                shown.is_some_and(|slot| slot.key.member == Some(primary.member))
            }),
            no_primary,
            others: u32::try_from(here.len().saturating_sub(usize::from(shown.is_some())))
                .unwrap_or(u32::MAX),
            lapses_at: authorization.and_then(|authorization| self.lapses(authorization)),
            missing_scopes: u32::try_from(missing).unwrap_or(u32::MAX),
            mend,
        }
    }

    pub(crate) fn unreachable_view(&self, unreachable: &Unreachable) -> UnreachableView {
        UnreachableView {
            since: unreachable.since,
            code: unreachable.code.clone(),
            long: is_long(unreachable.failures, unreachable.since, self.now()),
        }
    }

    /// When a connected authorization ends for good, where that is near.
    pub(crate) fn lapses(
        &self,
        authorization: &tsunagi_catalog::Authorization,
    ) -> Option<Timestamp> {
        let end = lapse(
            authorization.renewable,
            authorization.expires_at,
            authorization.refresh_expires_at,
        )?;
        let near = end.millis_since(self.now()) < LAPSES_SOON_MS;
        (near && authorization.health == Health::Connected).then_some(end)
    }

    /// The health of what sits in a slot of a connection, as it stands or as it would.
    pub(crate) fn health_in(&self, whole: &Whole, slot: &Slot) -> Health {
        let origins = self.origins();
        let served = self.is_served(&whole.connection);
        health_of(&whole.connection, served, Some(slot), |slot| {
            origins.unchanged(&whole.connection, &whole.overrides, slot.key.reach, slot)
        })
    }

    pub(crate) fn slot_health(
        &self,
        connection: &Connection,
        reach: Reach,
        slot: Option<&Slot>,
    ) -> Health {
        health_of(connection, self.is_served(connection), slot, |slot| {
            self.origins_unchanged(connection, reach, slot)
        })
    }
}

fn health_of(
    connection: &Connection,
    served: bool,
    slot: Option<&Slot>,
    origins_unchanged: impl Fn(&Slot) -> bool,
) -> Health {
    health(Condition {
        enabled: connection.enabled,
        served,
        stored: slot.map(|slot| slot.authorization.health),
        scopes_granted: slot.is_none_or(|slot| {
            let authorization = &slot.authorization;
            scopes_granted(
                &connection.scopes,
                &authorization.asked,
                authorization.granted.as_deref(),
            )
        }),
        origins_unchanged: slot.is_none_or(origins_unchanged),
        same_client: slot.is_none_or(|slot| !slot.other_client),
    })
}
