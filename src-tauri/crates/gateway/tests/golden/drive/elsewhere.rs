//! R23: a service that names a host of somebody else, in its answer or in the callback, gets no
//! further.

use tsunagi_domain::hosts::may_receive;
use tsunagi_oauth::{OAuthError, Wire, client_credentials, exchange, read_callback};
use url::Url;

use super::Journey;
use super::shapes::{signed, theirs};
use crate::places;
use crate::transcript::Step;

impl Journey<'_> {
    /// Each answer that names a host names another one instead.
    pub(super) async fn elsewhere(&mut self) {
        let all = places::expected();
        let Some(expected) = all.get(self.connector.id.as_str()) else {
            return;
        };
        let granted = |step: &&Step| step.what == "exchange" && step.expected("error").is_none();
        let Some(step) = self.transcript.steps.iter().find(granted) else {
            return;
        };
        for name in &expected.answers {
            for place in expected.evil() {
                self.led(step, name, &place).await;
            }
        }
    }

    /// Where the transcript shows the answer in the callback, it stands there.
    async fn led(&mut self, step: &Step, name: &str, place: &str) {
        let callback = self.transcript.steps("callback").next();
        let called = |step: &Step| step.sent().url.query_pairs().any(|(own, _)| own == name);
        let by_callback = callback.is_some_and(called);
        let mut answered = step.answered();
        if !by_callback {
            let mut body: serde_json::Value = serde_json::from_str(&answered.body).unwrap();
            body[name] = place.into();
            answered.body = body.to_string();
        }
        self.desk.orders.lay(&answered);
        let (desk, client) = (self.desk, self.client(step));
        let outcome = if self.connector.is_for_clients() {
            let scopes = &self.transcript.scopes;
            let mut wire = Wire::default();
            client_credentials(
                &desk.http,
                self.connector,
                &self.resolved,
                &client,
                scopes,
                &mut wire,
            )
            .await
        } else {
            let plain = |scope: &&String| *scope != "openid";
            let scopes: Vec<String> = self
                .transcript
                .scopes
                .iter()
                .filter(plain)
                .cloned()
                .collect();
            let attempt = self.attempt(&scopes);
            let mut url = theirs(&attempt, &callback.unwrap().sent().url, None);
            if by_callback {
                url = replaced(&url, name, place);
            }
            if url.query_pairs().any(|(own, _)| own == "hmac") {
                let secret = self.transcript.client_secret.as_deref().unwrap_or_default();
                url = signed(&url, "hmac", secret);
            }
            let issuer = self.resolved.issuer.as_deref();
            match read_callback(&attempt, &url, issuer) {
                Err(error) => Err(error),
                Ok(code) => {
                    let mut wire = Wire::default();
                    exchange(
                        &desk.http,
                        self.connector,
                        &self.resolved,
                        &client,
                        attempt,
                        code,
                        &mut wire,
                    )
                    .await
                }
            }
        };
        if !matches!(outcome, Err(OAuthError::HostNotListed(_))) {
            self.faults
                .push(format!("{name} may lead to {place}: {outcome:?}"));
        }
        let arrived = desk.orders.arrived();
        let elsewhere = arrived.iter().any(|one| {
            let url = Url::parse(&one.url).unwrap();
            may_receive(&url, &self.resolved.hosts).is_err()
        });
        // The request that was answered so, and nothing after it; a callback is not even followed.
        if elsewhere || arrived.len() != usize::from(!by_callback) {
            let told: Vec<&str> = arrived.iter().map(|one| one.url.as_str()).collect();
            self.faults
                .push(format!("{name} led to {place}: {told:?} were asked"));
        }
    }
}

/// The address with another value of one field.
pub(super) fn replaced(url: &Url, name: &str, value: &str) -> Url {
    let mut own = url.clone();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    own.query_pairs_mut()
        .clear()
        .extend_pairs(pairs.iter().filter(|(own, _)| own != name))
        .append_pair(name, value);
    own
}
