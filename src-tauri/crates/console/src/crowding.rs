//! What is told of an account that can hardly be authorized again: its provider keeps only so many
//! refresh tokens of it.

use tsunagi_connectors::Connector;
use tsunagi_domain::crowding::{Crowding, crowding, near_from};
use tsunagi_domain::{Account, RegistrationId};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::flow::Errand;
use crate::views::{Crowded, CrowdedAccount};

/// How many Home shows.
const SHOWN: u32 = 20;

impl Console {
    /// How near an account, authorized with one client, is to what its provider keeps; `None` where there
    /// is room, or where nothing is known of it.
    ///
    /// # Errors
    /// Where the catalog cannot be read.
    pub(crate) fn crowded(
        &self,
        connector: &str,
        account: &Account,
        client: Option<RegistrationId>,
    ) -> Result<Option<Crowded>, ConsoleError> {
        let library = self.inner.gateway.library();
        let most = library
            .get(connector)
            .and_then(|connector| connector.oauth().refresh_tokens_max);
        let (Some(most), Some(client)) = (most, client) else {
            return Ok(None);
        };
        if account.id.is_none() && account.email.is_none() {
            return Ok(None);
        }
        let known = library.get(connector);
        let alike = library
            .all()
            .filter(|other| known.is_some_and(|known| is_one_provider(known, other)));
        let alike: Vec<&str> = alike.map(|other| other.id.as_str()).collect();
        let catalog = &self.inner.catalog;
        let held = catalog.tokens_held(&alike, connector, account, client)?;
        let full = match crowding(held, Some(most)) {
            Crowding::Room => return Ok(None),
            Crowding::Near(_) => false,
            Crowding::Full => true,
        };
        Ok(Some(Crowded { held, most, full }))
    }

    /// The accounts that can hardly be authorized again, or not without an end to another
    /// authorization; those with the least room first.
    ///
    /// # Errors
    /// Where the catalog cannot be read.
    pub(crate) fn crowds(&self) -> Result<Vec<CrowdedAccount>, ConsoleError> {
        let library = self.inner.gateway.library();
        let mut providers: Vec<(u32, Vec<&Connector>)> = Vec::new();
        for connector in library.all() {
            let Some(most) = connector.oauth().refresh_tokens_max else {
                continue;
            };
            let known = providers.iter_mut().find(|(_, known)| {
                known
                    .first()
                    .is_some_and(|first| is_one_provider(first, connector))
            });
            match known {
                Some((_, known)) => known.push(connector),
                None => providers.push((most, vec![connector])),
            }
        }
        let mut crowded = Vec::new();
        for (most, connectors) in providers {
            let ids: Vec<&str> = connectors.iter().map(|one| one.id.as_str()).collect();
            let catalog = &self.inner.catalog;
            for crowd in catalog.crowds(&ids, near_from(most), SHOWN)? {
                let name = match crowd.connection {
                    Some(id) => self
                        .readable_connection(id)?
                        .map(|found| found.name.to_string()),
                    None => None,
                };
                crowded.push(CrowdedAccount {
                    service: self.mark_of(&crowd.connector),
                    account: crowd.account.label().unwrap_or_default().to_owned(),
                    crowded: Crowded {
                        held: crowd.held,
                        most,
                        full: crowd.held >= most,
                    },
                    since: crowd.since,
                    connection: crowd.connection.filter(|_| name.is_some()),
                    name: name.unwrap_or_default(),
                });
            }
        }
        crowded.sort_by_key(|one| one.crowded.most.saturating_sub(one.crowded.held));
        crowded.truncate(SHOWN as usize);
        Ok(crowded)
    }

    /// Tells it in the timeline of a flow that has just added one.
    pub(crate) async fn tell_crowded(&self, errand: &Errand, account: &Account) {
        let crowded = self.crowded(&errand.connector.id, account, errand.registration);
        let noted = match crowded {
            Ok(None) => return,
            Ok(Some(Crowded { full: true, .. })) => {
                self.step(errand.id, "crowded_full", Ok(()), Vec::new(), None)
                    .await
            }
            Ok(Some(_)) => {
                self.step(errand.id, "crowded", Ok(()), Vec::new(), None)
                    .await
            }
            Err(error) => {
                tracing::warn!(code = %error.code, "not known how many authorizations there are");
                return;
            }
        };
        if let Err(unnoted) = noted {
            tracing::error!(code = %unnoted.code, "timeline not written");
        }
    }
}

/// Whether people sign in to both at one place, with accounts that are the same there, and as many
/// tokens of each are kept.
fn is_one_provider(one: &Connector, other: &Connector) -> bool {
    let place = |connector: &Connector| {
        let oauth = connector.oauth();
        (
            oauth.authorize.clone(),
            oauth.device.clone(),
            oauth.refresh_tokens_max,
        )
    };
    let (here, there) = (place(one), place(other));
    let somewhere = here.0.is_some() || here.1.is_some();
    one.id == other.id || (somewhere && here == there)
}
