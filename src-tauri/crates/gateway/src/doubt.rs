//! A 401 to a credential that is never renewed. Services say 401 for many reasons, a page that this
//! key may not see among them, so that the answer to one request says too little: the service is
//! asked the connector's own question, and only a "no" to that takes the credential back.

use tsunagi_domain::{Health, NotConnected};

use crate::answered::{is_bare, says_invalid_token};
use crate::fresh::Fresh;
use crate::outgoing::Incoming;
use crate::place::Place;
use crate::{GateError, Gateway};

impl Gateway {
    /// Whether an answer is to be doubted: a key's, and a bare 401 to a token that nothing can
    /// renew. A service that says `invalid_token` about its own token has said enough (RFC 6750
    /// §3.1), and so has one that has no question to be asked.
    pub(crate) fn doubts(place: &Place, fresh: &Fresh, incoming: &Incoming) -> bool {
        let api = &place.connector.api;
        says_invalid_token(api, incoming)
            && !fresh.renewable
            && place.resolved.question.is_some()
            && (place.connector.keys.is_some() || is_bare(api, incoming))
    }

    /// Asks the service whether a credential that it has just refused is good. Of several calls
    /// that were refused together one asks, and so it does for those that follow within half a
    /// minute: a page that is refused for good must not double what is sent.
    ///
    /// # Errors
    /// Where the service cannot be asked: nothing is known then, and no health changes.
    pub(crate) async fn doubt(&self, place: &Place, fresh: &Fresh) -> Result<(), GateError> {
        let id = place.authorization;
        let flight = self.inner.flights.lock_of(id);
        let _only_one = flight.lock_owned().await;
        let stored = self.db(move |catalog| catalog.authorization(id)).await?;
        let Some(authorization) = stored else {
            return Ok(());
        };
        // Somebody has typed in another one, or the answer is known already.
        if authorization.version != fresh.version
            || authorization.health == Health::NotConnected(NotConnected::Revoked)
        {
            return Ok(());
        }
        let flights = &self.inner.flights;
        if !flights.may_doubt(id, fresh.version, self.now()) {
            return Ok(());
        }
        self.verify(place, &authorization).await.map(drop)
    }
}
