//! Tokens: by a code, by the client itself, renewed; and what the answer has to be understood as.

use tsunagi_oauth::{
    OAuthError, Secret, Tokens, Wire, client_credentials, exchange, read_callback, refresh,
};

use super::Journey;
use super::shapes::{field, theirs, word};
use crate::transcript::Step;

impl Journey<'_> {
    /// A client that authorizes itself.
    async fn authorize_client(&mut self, step: &Step) {
        self.lay(step);
        let outcome = client_credentials(
            &self.desk.http,
            self.connector,
            &self.resolved,
            &self.client(step),
            &self.transcript.scopes,
            &mut Wire::default(),
        )
        .await;
        self.compare(step);
        self.outcome(step, outcome);
    }

    pub(super) async fn exchange(&mut self, step: &Step) {
        if self.connector.is_for_clients() {
            return self.authorize_client(step).await;
        }
        let Some((attempt, code)) = self.code(step) else {
            return;
        };
        self.lay(step);
        let outcome = exchange(
            &self.desk.http,
            self.connector,
            &self.resolved,
            &self.client(step),
            attempt,
            code,
            &mut Wire::default(),
        )
        .await;
        self.compare(step);
        self.outcome(step, outcome);
    }

    pub(super) async fn refresh(&mut self, step: &Step) {
        let sent = step.sent();
        let Some(token) = field(&sent.body, &sent.url, "refresh_token") else {
            self.faults
                .push("a refresh without a refresh token".to_owned());
            return;
        };
        let Some(bound) = self.bound() else { return };
        self.lay(step);
        let outcome = refresh(
            &self.desk.http,
            self.connector,
            &bound,
            &self.client(step),
            &Secret::new(token),
            &self.scopes(step),
            &mut Wire::default(),
        )
        .await;
        self.compare(step);
        self.outcome(step, outcome);
    }

    /// Tokens or an error, as the step expects.
    pub(super) fn outcome(&mut self, step: &Step, outcome: Result<Tokens, OAuthError>) {
        let tokens = match (outcome, step.expected("error")) {
            (Ok(tokens), None) => tokens,
            (Ok(_), Some(error)) => {
                self.faults.push(format!("tokens instead of {error}"));
                return;
            }
            (Err(error), None) => {
                self.faults.push(format!("{error:?} instead of tokens"));
                return;
            }
            (Err(error), Some(wanted)) => {
                let word = word(self.connector, &error);
                if word != wanted {
                    self.faults.push(format!("{error:?} instead of {wanted}"));
                }
                return;
            }
        };
        self.answers.extend(tokens.extras.clone());
        let own = [
            ("access_token", Some(tokens.access.expose().to_owned())),
            (
                "refresh_token",
                tokens.refresh.map(|token| token.expose().to_owned()),
            ),
        ];
        for (name, own) in own {
            if own != step.expected(name) {
                self.faults.push(format!(
                    "{name} {own:?} instead of {:?}",
                    step.expected(name)
                ));
            }
        }
        let times = [
            ("expires_in", tokens.expires_in),
            ("refresh_expires_in", tokens.refresh_expires_in),
        ];
        for (name, own) in times {
            let own = own.map(|time| time.as_secs().to_string());
            if let Some(wanted) = step.expected(name)
                && own.as_ref() != Some(&wanted)
            {
                self.faults
                    .push(format!("{name} {own:?} instead of {wanted}"));
            }
        }
        let expect = step.expect.clone().unwrap_or_default();
        if let Some(toml::Value::Array(wanted)) = expect.get("scopes") {
            let wanted: Vec<&str> = wanted.iter().filter_map(toml::Value::as_str).collect();
            let own = tokens.scopes.unwrap_or_default();
            if own != wanted {
                self.faults
                    .push(format!("scopes {own:?} instead of {wanted:?}"));
            }
        }
        if let Some(toml::Value::Table(wanted)) = expect.get("extras") {
            for (name, value) in wanted {
                let own = self.answers.get(name);
                if own.map(String::as_str) != value.as_str()
                    && !self.ignored(&step.what).contains(&name.as_str())
                {
                    self.faults
                        .push(format!("answer {name}: {own:?} instead of {value}"));
                }
            }
        }
    }

    pub(super) fn denied(&mut self, step: &Step) {
        let attempt = self.attempt(&self.transcript.scopes);
        let url = theirs(&attempt, &step.sent().url, None);
        match read_callback(&attempt, &url, self.resolved.issuer.as_deref()) {
            Err(OAuthError::ConsentDenied) => {}
            other => self.faults.push(format!("{other:?} instead of a refusal")),
        }
    }
}
