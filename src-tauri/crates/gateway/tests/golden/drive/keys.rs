//! What a person types in, right and wrong, and while the service is away.

use tsunagi_connectors::Means;
use tsunagi_domain::Account;
use tsunagi_gateway::{GateError, Grant};
use tsunagi_oauth::Secret;

use super::Journey;
use crate::transcript::{Answered, Step};

impl Journey<'_> {
    /// What was typed in, tried as it is before it is kept.
    pub(super) async fn verify(&mut self, step: &Step) {
        let mut keys = self.transcript.keys.clone();
        if step.what == "verify_error" {
            keys.extend(self.transcript.wrong.clone());
        }
        keys.extend(step.keys.clone());
        let typed = keys
            .into_iter()
            .map(|(name, value)| (name, Secret::new(value)))
            .collect();
        let grant = match Grant::typed(self.connector, &self.resolved, typed) {
            Ok(grant) => grant,
            Err(error) => {
                self.faults.push(format!("{error:?}"));
                return;
            }
        };
        self.lay(step);
        let gateway = &self.desk.gateway;
        let known = Account::default();
        let outcome = gateway
            .who_am_i(self.connector, &self.resolved, &grant, known)
            .await;
        self.compare(step);
        match (outcome, step.expected("ok").as_deref()) {
            (Ok(account), Some("true")) => self.account(step, account),
            (Err(GateError::Unreachable { .. }), Some("false")) if step.what == "verify_away" => {
                self.judged(step);
            }
            (Err(GateError::KeyRefused { .. }), Some("false")) if step.what == "verify_error" => {
                self.judged(step);
                self.away(&grant).await;
            }
            (outcome, wanted) => {
                self.faults
                    .push(format!("{outcome:?} instead of {wanted:?}"));
            }
        }
    }

    /// While the service is away nothing is known about a key, a wrong one either.
    async fn away(&mut self, grant: &Grant) {
        let (gateway, known) = (&self.desk.gateway, Account::default());
        for status in [429, 500, 503] {
            self.desk.orders.lay(&Answered {
                status,
                headers: Vec::new(),
                body: String::new(),
            });
            let outcome = gateway
                .who_am_i(self.connector, &self.resolved, grant, known.clone())
                .await;
            let _ = self.desk.orders.arrived();
            if !matches!(outcome, Err(GateError::Unreachable { .. })) {
                self.faults
                    .push(format!("{outcome:?} while the service is away ({status})"));
            }
        }
    }

    /// What the refusal of a key says in the service's own words. By 401 or by a word: else a key
    /// that is taken back later would never be noticed.
    fn judged(&mut self, step: &Step) {
        let answered = step.answered();
        let own = self
            .connector
            .api
            .own_error(answered.status, answered.body.as_bytes());
        let wanted = step.expected("means");
        let own = own.map(|means| match means {
            Means::RateLimited => "rate_limited".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        });
        if own.is_none() && answered.status != 401 {
            self.faults
                .push("nothing says that it is about the key".to_owned());
        }
        if own != wanted {
            self.faults.push(format!("{own:?} instead of {wanted:?}"));
        }
    }
}
