//! How the environments of a connection differ (the list's matrix and the Environments tab), and
//! what its uses need of it.

use tsunagi_catalog::{Authorization, Primary, Slot};
use tsunagi_domain::drift::{Drift, Place, drift};
use tsunagi_domain::{Connection, Environment, Health, Kind, Member, Mode, NotConnected, Reach};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::rows::held;
use crate::views::{DriftKind, DriftView, NeededScope};

impl Console {
    /// Scopes that the uses of a connection need, by scope.
    pub(crate) fn needed(&self, connection: &Connection) -> Result<Vec<NeededScope>, ConsoleError> {
        let mut needed: Vec<NeededScope> = Vec::new();
        for used in self.inner.catalog.uses(connection.id)? {
            for scope in used.scopes {
                match needed.iter_mut().find(|known| known.scope == scope) {
                    Some(known) => known.uses.push(used.name.clone()),
                    None => needed.push(NeededScope {
                        asked: connection.scopes.contains(&scope),
                        uses: vec![used.name.clone()],
                        scope,
                    }),
                }
            }
        }
        needed.sort_by(|a, b| (a.asked, &a.scope).cmp(&(b.asked, &b.scope)));
        Ok(needed)
    }
}

/// How the environments differ, the health of each slot being what `health` says. Of a
/// logged-in-user connection the accounts that count are the primary ones, which unattended runs
/// use, else the viewer's own.
pub(crate) fn drifts(
    connection: &Connection,
    slots: &[Slot],
    primaries: &[Primary],
    viewer: &Member,
    health: &impl Fn(Reach, Option<&Slot>) -> Health,
) -> Vec<DriftView> {
    // What nobody can authorize is not compared.
    let rests = Health::NotConnected(NotConnected::Disabled);
    let ended = Health::NotConnected(NotConnected::Retired);
    let first = health(connection.mode.reach(Environment::Development), None);
    if connection.mode == Mode::Same || first == rests || first == ended {
        return Vec::new();
    }
    let mut seen = Vec::new();
    for environment in Environment::ALL {
        let reach = connection.mode.reach(environment);
        let here = || slots.iter().filter(|slot| slot.key.reach == reach);
        let primary = primaries.iter().find(|primary| primary.reach == reach);
        let slot = match connection.kind {
            Kind::System | Kind::Admin => here().next(),
            Kind::LoggedInUser => here()
                .find(|slot| primary.is_some_and(|one| slot.key.member == Some(one.member)))
                .or_else(|| here().find(|slot| slot.key.member == Some(viewer.id))),
        };
        seen.push((
            environment,
            slot,
            primary.is_some(),
            here().next().is_some(),
        ));
    }
    let places: Vec<Place<'_>> = seen
        .iter()
        .map(|(environment, slot, has_primary, authorized)| Place {
            environment: *environment,
            health: health((*environment).into(), *slot),
            // What is revoked runs as nobody and may do nothing.
            account: living(*slot).map(|authorization| &authorization.account),
            origins: living(*slot).map_or(&[], |authorization| &authorization.origins),
            scopes: living(*slot).map_or(&[], held),
            has_primary: *has_primary,
            authorized: *authorized,
        })
        .collect();
    drift(connection.kind, &places)
        .into_iter()
        .map(drift_view)
        .collect()
}

fn living(slot: Option<&Slot>) -> Option<&Authorization> {
    let authorization = slot.map(|slot| &slot.authorization);
    authorization.filter(|one| one.health != Health::NotConnected(NotConnected::Revoked))
}

fn drift_view(found: Drift) -> DriftView {
    let (kind, environment, scopes) = match found {
        Drift::FewerScopes {
            environment,
            scopes,
        } => (DriftKind::FewerScopes, environment, scopes),
        Drift::SameAccount { environment } => (DriftKind::SameAccount, environment, Vec::new()),
        Drift::NoPrimary { environment } => (DriftKind::NoPrimary, environment, Vec::new()),
        Drift::NotReady { environment } => (DriftKind::NotReady, environment, Vec::new()),
    };
    DriftView {
        kind,
        environment,
        scopes,
    }
}
