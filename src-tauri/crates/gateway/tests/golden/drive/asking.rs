//! Requests to the API, and taking tokens back.

use std::collections::BTreeMap;

use tsunagi_connectors::Means;
use tsunagi_domain::Account;
use tsunagi_gateway::Grant;
use tsunagi_oauth::{Secret, TokenHint, Tokens, Wire, attachment, constant_headers, revoke};

use super::Journey;
use crate::transcript::Step;

impl Journey<'_> {
    pub(super) async fn who_am_i(&mut self, step: &Step) {
        let Some(token) = self.token(step) else {
            self.faults
                .push("carries no token of the transcript".to_owned());
            return;
        };
        let tokens = Tokens {
            access: Secret::new(token),
            refresh: None,
            expires_in: None,
            refresh_expires_in: None,
            scopes: None,
            identity: None,
            extras: self.answers.clone(),
        };
        let grant = Grant::new(&tokens, &self.resolved);
        self.lay(step);
        let gateway = &self.desk.gateway;
        let known = Account::default();
        let outcome = gateway
            .who_am_i(self.connector, &self.resolved, &grant, known)
            .await;
        self.compare(step);
        match outcome {
            Err(error) => self.faults.push(format!("{error:?}")),
            Ok(account) => self.account(step, account),
        }
    }

    pub(super) fn account(&mut self, step: &Step, account: Account) {
        let own = [
            ("id", account.id),
            ("name", account.name),
            ("email", account.email),
        ];
        for (name, own) in own {
            let wanted = step.expected(name);
            if wanted.is_some() && own != wanted && !self.ignored("whoami").contains(&name) {
                self.faults
                    .push(format!("{name} {own:?} instead of {wanted:?}"));
            }
        }
    }

    /// The form of the token and the constant headers.
    pub(super) fn api(&mut self, step: &Step) {
        let sent = step.sent();
        let mut own: BTreeMap<String, String> = constant_headers(&self.connector.api.headers)
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        if let Some(token) = self.token(step) {
            let (name, value) = attachment(self.connector, &Secret::new(token)).unwrap();
            own.insert(name.to_string(), value.to_str().unwrap().to_owned());
        }
        for (name, value) in &sent.headers {
            let known = ["content-type", "accept"].contains(&name.as_str())
                || self.ignored("api").contains(&name.as_str());
            if !known && own.get(name) != Some(value) {
                self.faults.push(format!(
                    "header {name}: {:?} instead of {value}",
                    own.get(name)
                ));
            }
        }
    }

    pub(super) fn api_error(&mut self, step: &Step) {
        let answered = step.answered();
        let body = answered.body.as_bytes();
        let means = self.connector.api.means(answered.status, body);
        let wanted = match step.expected("means").as_deref() {
            Some("expired") => Means::Expired,
            Some("revoked") => Means::Revoked,
            Some("scopes") => Means::Scopes,
            Some("rate_limited") => Means::RateLimited,
            _ => Means::Other,
        };
        if means != Some(wanted) {
            self.faults.push(format!("{means:?} instead of {wanted:?}"));
        }
    }

    pub(super) async fn revoke(&mut self, step: &Step) {
        let way = self.connector.oauth().revoke.as_ref();
        // Some take the account's name in place of a token.
        let nameless = way.is_some_and(|way| !way.fields.values().any(|it| it.contains("{token}")));
        let first = |step: &Step| step.expected("access_token");
        let known = self.transcript.steps.iter().find_map(first);
        let Some(token) = self.token(step).or(known.filter(|_| nameless)) else {
            self.faults
                .push("carries no token of the transcript".to_owned());
            return;
        };
        let refresh = self
            .transcript
            .steps
            .iter()
            .any(|step| step.expected("refresh_token").as_ref() == Some(&token));
        let hint = if refresh {
            TokenHint::Refresh
        } else {
            TokenHint::Access
        };
        let Some(bound) = self.bound() else { return };
        self.lay(step);
        let outcome = revoke(
            &self.desk.http,
            self.connector,
            &bound,
            &self.client,
            &Secret::new(token),
            hint,
            &mut Wire::default(),
        )
        .await;
        self.compare(step);
        if !matches!(outcome, Ok(tsunagi_oauth::Revoked::Done)) {
            self.faults.push(format!("{outcome:?} instead of done"));
        }
    }
}
