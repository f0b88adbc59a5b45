//! What an answer, or none, shows about a credential and its service.

use tsunagi_catalog::Unreachable;
use tsunagi_domain::AuthorizationId;
use tsunagi_domain::custody::{Evidence, unproven};

use crate::answered::own_error;
use crate::fresh::Fresh;
use crate::outgoing::Incoming;
use crate::place::Place;
use crate::{GateError, Gateway};

/// How long a noted use is recent enough: the record, written in batches, notes the others.
const USED_AGAIN_MS: i64 = 60_000;

impl Gateway {
    /// What an answer shows: the new credential has worked, so that the previous one need not be
    /// kept; the service can be reached; the authorization was used. Writes only what is new.
    pub(crate) async fn learn(
        &self,
        place: &Place,
        fresh: &Fresh,
        incoming: &Incoming,
    ) -> Result<(), GateError> {
        let (id, version, now) = (place.authorization, fresh.version, self.now());
        let status = incoming.status;
        let refused = own_error(&place.connector.api, incoming).is_some();
        let worked =
            incoming.carried && !refused && (status.is_success() || status.is_redirection());
        let drop_previous = worked && fresh.keeps_previous;
        // While a renewal has just failed, it is the provider's token address that is away.
        let reached = fresh.unreachable
            && !status.is_server_error()
            && self.inner.flights.cooling(id, now).is_none();
        // A restored credential that the service has taken is as good as any.
        let seen = if worked {
            Evidence::Accepted
        } else {
            Evidence::Nothing
        };
        let proven = fresh.unproven && !unproven(fresh.unproven, seen);
        let used = fresh
            .last_used
            .is_none_or(|last| now.millis_since(last) >= USED_AGAIN_MS);
        if !(drop_previous || reached || used || proven) {
            return Ok(());
        }
        self.db(move |catalog| {
            if drop_previous {
                catalog.drop_previous(id, version)?;
            }
            if proven {
                catalog.prove(id, version)?;
            }
            if reached {
                catalog.set_unreachable(id, None)?;
            }
            if used {
                catalog.touch_used(id, now)?;
            }
            Ok(())
        })
        .await?;
        if reached || proven {
            self.changed();
        }
        Ok(())
    }

    /// Notes that a service cannot be reached.
    pub(crate) async fn is_away(&self, id: AuthorizationId, kind: &str) -> Result<(), GateError> {
        let unreachable = Unreachable {
            since: self.now(),
            code: kind.to_owned(),
            failures: 0,
        };
        self.db(move |catalog| catalog.set_unreachable(id, Some(&unreachable)))
            .await?;
        self.changed();
        Ok(())
    }
}
