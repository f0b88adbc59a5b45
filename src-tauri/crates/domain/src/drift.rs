//! How the environments of a connection differ from what one would expect of them.

use crate::hosts::Origin;
use crate::{Account, Environment, Health, Kind, NotConnected};

/// What sits in one environment of a connection with one authorization per environment.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Where.
    pub environment: Environment,
    /// Health of the authorization that runs there.
    pub health: Health,
    /// Its account; `None` where nothing sits there.
    pub account: Option<&'a Account>,
    /// The servers it was obtained for: an identifier says who somebody is at one of them.
    pub origins: &'a [Origin],
    /// Scopes it holds: those granted, or those asked for where the provider does not say.
    pub scopes: &'a [String],
    /// Whether a logged-in-user connection has a primary account there.
    pub has_primary: bool,
    /// Whether anybody has authorized there.
    pub authorized: bool,
}

/// One difference worth a person's look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    /// Production lacks scopes that Development has: what works while it is built will fail where
    /// it counts.
    FewerScopes {
        /// Where they are missing.
        environment: Environment,
        /// Which ones, sorted.
        scopes: Vec<String>,
    },
    /// Production runs as the account that Development runs as, at the same servers: trying things
    /// out touches what counts. The first user of each of two servers is not one account.
    SameAccount {
        /// The environment that shares Production's account.
        environment: Environment,
    },
    /// Unattended runs stop there.
    NoPrimary {
        /// Where.
        environment: Environment,
    },
    /// Works in an earlier environment and not in this one.
    NotReady {
        /// Where.
        environment: Environment,
    },
}

/// What differs between the environments of a connection. Pure bookkeeping over `places`, given
/// in any order; a connection with the same authorization everywhere has nothing to compare, and
/// is asked about its primary account only.
#[must_use]
pub fn drift(kind: Kind, places: &[Place<'_>]) -> Vec<Drift> {
    let at = |environment| places.iter().find(|place| place.environment == environment);
    let works = |place: &&Place<'_>| place.health == Health::Connected;
    let mut found = Vec::new();
    for later in [Environment::Stage, Environment::Production] {
        let Some(place) = at(later) else { continue };
        let earlier_works = Environment::ALL
            .into_iter()
            .filter(|environment| *environment < later)
            .filter_map(at)
            .any(|earlier| works(&earlier));
        let rests = matches!(
            place.health,
            Health::NotConnected(NotConnected::Disabled | NotConnected::Retired)
        );
        if earlier_works && !works(&place) && !rests {
            found.push(Drift::NotReady { environment: later });
        }
    }
    if let (Some(development), Some(production)) =
        (at(Environment::Development), at(Environment::Production))
        && production.account.is_some()
    {
        let mut scopes: Vec<String> = development
            .scopes
            .iter()
            .filter(|scope| !production.scopes.contains(scope))
            .cloned()
            .collect();
        scopes.sort();
        scopes.dedup();
        if !scopes.is_empty() {
            found.push(Drift::FewerScopes {
                environment: Environment::Production,
                scopes,
            });
        }
    }
    if let Some(production) = at(Environment::Production) {
        for environment in [Environment::Development, Environment::Stage] {
            if let Some(place) = at(environment)
                && place.origins == production.origins
                && is_same_account(place.account, production.account)
            {
                found.push(Drift::SameAccount { environment });
            }
        }
    }
    if kind == Kind::LoggedInUser {
        for environment in Environment::ALL {
            if at(environment).is_some_and(|place| place.authorized && !place.has_primary) {
                found.push(Drift::NoPrimary { environment });
            }
        }
    }
    found
}

/// Whether two accounts are known to be the same one.
fn is_same_account(one: Option<&Account>, other: Option<&Account>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return false;
    };
    match (&one.id, &other.id) {
        (Some(one), Some(other)) => one == other,
        (None, None) => match (&one.email, &other.email) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => false,
        },
        _ => false,
    }
}
