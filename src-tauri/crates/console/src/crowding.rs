//! What is told of an account that can hardly be authorized again: its provider keeps only so many
//! refresh tokens of it.

use tsunagi_domain::crowding::{Crowding, crowding};
use tsunagi_domain::{Account, RegistrationId};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::flow::Errand;
use crate::views::Crowded;

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
        if account.id.is_none() {
            return Ok(None);
        }
        let held = self.inner.catalog.tokens_held(account, client)?;
        let full = match crowding(held, Some(most)) {
            Crowding::Room => return Ok(None),
            Crowding::Near(_) => false,
            Crowding::Full => true,
        };
        Ok(Some(Crowded { held, most, full }))
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
