//! Telling a provider to forget tokens: those of an authorization that goes, and those that were
//! obtained and are not kept.

use tsunagi_connectors::{Connector, Resolved};
use tsunagi_domain::hosts::may_receive;
use tsunagi_domain::{AuthorizationId, RegistrationId};
use tsunagi_oauth::{Client, Revoked, TokenHint, Wire};

use crate::credential::Credential;
use crate::readers::Opening;
use crate::{GateError, Gateway, Grant};

impl Gateway {
    /// Tells the provider to forget an authorization: the refresh token, then the access token
    /// (RFC 7009 §2.1). Changes nothing here.
    ///
    /// # Errors
    /// Why the provider could not be told.
    pub async fn revoke_at_provider(
        &self,
        id: AuthorizationId,
        wire: &mut Wire,
    ) -> Result<Revoked, GateError> {
        // Boxed: whoever revokes does much else in the same future.
        let Some(place) = Box::pin(self.place_to_revoke(id)).await? else {
            return Ok(Revoked::NotOffered);
        };
        if place.resolved.revoke.is_none() {
            return Ok(Revoked::NotOffered);
        }
        self.in_custody().await?;
        let Some(sealed) = self.db(move |catalog| catalog.sealed(id)).await? else {
            return Ok(Revoked::NotOffered);
        };
        let (credential, _key) = Credential::open(&self.inner.keys, Opening::Upkeep, id, &sealed)?;
        // R23: a revocation endpoint that was not there when the tokens were sealed gets none.
        if credential.origins != place.resolved.origins {
            return Ok(Revoked::NotOffered);
        }
        let authorization = self
            .db(move |catalog| catalog.authorization_to_revoke(id))
            .await?;
        let registration = authorization.and_then(|authorization| authorization.registration);
        let client = self.client(&place.connector, registration).await?;
        self.revoke_tokens(
            &place.connector,
            &place.resolved,
            &client,
            &credential,
            wire,
        )
        .await
    }

    /// Tells the provider to forget tokens that were obtained and are not kept.
    ///
    /// # Errors
    /// Why the provider could not be told.
    pub async fn discard(
        &self,
        connector: &Connector,
        resolved: &Resolved,
        registration: Option<RegistrationId>,
        grant: Grant,
        wire: &mut Wire,
    ) -> Result<Revoked, GateError> {
        if resolved.revoke.is_none() {
            return Ok(Revoked::NotOffered);
        }
        let client = self.client(connector, registration).await?;
        // An answer that leads nowhere keeps nobody from taking back what came with it.
        let bound = connector.answered(resolved, grant.answers());
        let resolved = bound.as_ref().unwrap_or(resolved);
        self.revoke_tokens(connector, resolved, &client, &grant.into_credential(), wire)
            .await
    }

    async fn revoke_tokens(
        &self,
        connector: &Connector,
        resolved: &Resolved,
        client: &Client,
        credential: &Credential,
        wire: &mut Wire,
    ) -> Result<Revoked, GateError> {
        // R23: as for renewals, an answered address is no reason to send it to a host added since.
        if let Some(url) = &resolved.revoke
            && may_receive(url, &credential.hosts).is_err()
        {
            return Ok(Revoked::NotOffered);
        }
        let http = self.http();
        let mut outcome = Revoked::NotOffered;
        if let Some(refresh) = &credential.refresh {
            let hint = TokenHint::Refresh;
            outcome = tsunagi_oauth::revoke(http, connector, resolved, client, refresh, hint, wire)
                .await?;
        }
        let hint = TokenHint::Access;
        let access = tsunagi_oauth::revoke(
            http,
            connector,
            resolved,
            client,
            &credential.access,
            hint,
            wire,
        )
        .await;
        // A provider that revokes only refresh tokens has still forgotten the consent.
        match (outcome, access) {
            (Revoked::Done, _) => Ok(Revoked::Done),
            (_, access) => Ok(access?),
        }
    }
}
