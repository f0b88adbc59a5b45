//! Deleting connections (R18): also those whose row cannot be read, which nothing else can be done
//! to.

use std::collections::BTreeSet;

use tsunagi_catalog::CatalogError;
use tsunagi_domain::access::Act;
use tsunagi_domain::{AuthorizationId, ConnectionId, offer};
use tsunagi_gateway::GateError;
use tsunagi_oauth::{Revoked, Wire};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::impacts::{name_of, use_view};
use crate::log::Action;
use crate::views::{AffectedUse, BulkPart, Failure, Fate};

impl Console {
    /// Deletes a connection that nothing uses (R18), with its authorizations; the provider is
    /// told first. What cannot be read of it keeps nobody from deleting it.
    ///
    /// # Errors
    /// R1, R2, R18.
    pub async fn delete_connection(
        &self,
        session: Session,
        id: ConnectionId,
    ) -> Result<(), ConsoleError> {
        self.delete_and_tell(session, id).await.map(drop)
    }

    /// As [`Self::delete_connection`]. Gives why a provider was not told to forget what sat there,
    /// where that is so: a person can do it by hand.
    pub(crate) async fn delete_and_tell(
        &self,
        session: Session,
        id: ConnectionId,
    ) -> Result<Option<Failure>, ConsoleError> {
        self.manager_for(session, Act::Delete)?;
        self.inner.keys.vault()?;
        self.usable_for(Act::Delete)?;
        let catalog = &self.inner.catalog;
        let (name, link_name) = match catalog.connection(id) {
            Err(CatalogError::Unreadable(_)) => {
                let remains = catalog.remains(id)?;
                let remains = remains.ok_or_else(|| ConsoleError::new("connection_unknown"))?;
                (remains.name, remains.link_name)
            }
            _ => {
                let known = self.connection(id)?;
                (known.name.to_string(), known.link_name.to_string())
            }
        };
        offer::may_delete(catalog.count_uses(id)?)?;
        self.cancel_flows_of(id);
        let mut untold = None;
        let mut left = BTreeSet::new();
        for authorization in catalog.authorizations_in(id)? {
            let places = catalog.connections_of_authorization(authorization)?;
            if places.iter().any(|place| *place != id) {
                left.insert(authorization);
            } else if let Some(why) = self.forgotten_there(authorization).await {
                tracing::warn!(code = %why.code, "not revoked at the provider");
                untold = untold.or(Some(self.failure(&why)));
            }
        }
        self.write(move |console| {
            // R18: something may have begun to use it while the providers were told.
            offer::may_delete(console.inner.catalog.count_uses(id)?)?;
            console.primaries_by(session, &[id], Action::PrimaryMoved, || {
                Ok(console.inner.catalog.delete_connection(id)?)
            })?;
            // The log goes on telling of it under its name.
            let args = [("link_name", link_name.as_str()), ("name", name.as_str())];
            let subject = format!("connection/{id}");
            console.log(session, Action::ConnectionDeleted, &subject, &args)
        })
        .await?;
        self.readers_left(&left).await;
        self.stop_unused_practice();
        self.inner.bell.changed();
        Ok(untold)
    }

    /// Tells the provider to forget an authorization; one that cannot be told keeps nobody from
    /// deleting. Gives why it was not told, where there is something it should forget.
    async fn forgotten_there(&self, id: AuthorizationId) -> Option<ConsoleError> {
        // Revoked before: nothing is kept of it, there neither.
        if let Ok(None) = self.inner.catalog.sealed(id) {
            return None;
        }
        let mut wire = Wire::default();
        match self.inner.gateway.revoke_at_provider(id, &mut wire).await {
            Ok(Revoked::Done) => None,
            Ok(Revoked::NotOffered | Revoked::Unsupported) => {
                Some(ConsoleError::new("revoke_not_offered"))
            }
            Err(GateError::Catalog(CatalogError::Unreadable(_))) => {
                Some(ConsoleError::new("revoke_unreadable"))
            }
            Err(error) => Some(error.into()),
        }
    }

    /// R18: what deleting a connection that cannot be read would do. Nothing runs on it as it is.
    pub(crate) fn delete_torn(&self, id: ConnectionId) -> Result<BulkPart, ConsoleError> {
        let catalog = &self.inner.catalog;
        let held = self.usable_for(Act::Delete).err();
        let refused = offer::may_delete(catalog.count_uses(id)?).err();
        let applications = catalog.applications()?;
        let uses = catalog.uses(id)?;
        let uses = uses.iter().map(|used| AffectedUse {
            used: use_view(&name_of(&applications, used), used),
            fate: Fate::StaysStopped,
        });
        let authorizations = catalog.authorizations_in(id)?.len();
        Ok(BulkPart {
            connection: id,
            name: self.name_at_least(id)?,
            service: self.mark_of(""),
            refused: held
                .or_else(|| refused.map(ConsoleError::from))
                .map(|error| self.failure(&error)),
            nothing: false,
            uses: uses.collect(),
            authorizations: u32::try_from(authorizations).unwrap_or(u32::MAX),
            also_lost: Vec::new(),
        })
    }
}
