//! `send`: choose, keep fresh, attach, send, record.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use tsunagi_domain::gate::Caller;
use tsunagi_domain::names::LinkName;
pub use tsunagi_domain::repeat::Repeat;
use tsunagi_domain::{ApplicationId, AuthorizationId, Environment};
use url::Url;

use crate::answered::{own_error, repeats};
use crate::noted::Noted;
use crate::outgoing::Reading;
use crate::pass::Passed;
use crate::{GateError, Gateway};

/// What is asked of the gate.
#[derive(Debug, Clone)]
pub struct Call {
    /// The connection, as uses name it.
    pub link_name: LinkName,
    /// Who asks.
    pub caller: Caller,
    /// Through which application; `None` where a manager tries the connection itself.
    pub application: Option<ApplicationId>,
    /// Where.
    pub environment: Environment,
    /// From which area, for the record.
    pub area: String,
    /// What is to be sent.
    pub request: Request,
}

/// A request without a credential.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// A path below the API's base (`/contacts?page=2`), or a whole address on a listed host.
    pub target: String,
    /// Headers; those of R23 are refused.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    /// How much time there is for all tries, their waits and the answer: at most, and where
    /// nothing is said, the 40 s of [`Limits::whole`](crate::Limits::whole).
    pub timeout: Option<Duration>,
    /// Whether it is sent again where the service could not do it just now.
    pub repeat: Repeat,
}

/// What a service answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers; may hold what the service sets, never what was sent.
    pub headers: HeaderMap,
    /// Body, at most 8 MiB. What is longer is for [`Gateway::stream`].
    pub body: Vec<u8>,
    /// The body was longer.
    pub truncated: bool,
    /// Where the answer came from, after redirects.
    pub url: Url,
    /// From first byte sent to last byte read, in milliseconds; renewals and earlier tries not
    /// counted.
    pub millis: u64,
    /// The authorization that was used.
    pub authorization: AuthorizationId,
    /// Whether the service refused it in its own words, whatever the status says.
    pub refused: bool,
    /// Whether the body or a header repeats the credential: such an answer is not shown.
    pub echoes_credential: bool,
}

impl Gateway {
    /// Sends a request through a connection, at most three times ([`tsunagi_domain::repeat`]).
    /// Dropping the future ends it, whatever it waits for.
    ///
    /// # Errors
    /// A refusal (R1, R4, R23 and those of `domain::gate`), or why there is no answer. An answer
    /// with an error status is an answer.
    pub async fn send(&self, call: Call) -> Result<Answer, GateError> {
        self.noted(call, false).await
    }

    /// Asks the service whose account it is, in place of the call's request. Where the connector
    /// has no such question, the request is sent.
    ///
    /// # Errors
    /// Those of [`Gateway::send`].
    pub async fn send_who_am_i(&self, call: Call) -> Result<Answer, GateError> {
        self.noted(call, true).await
    }

    async fn noted(&self, call: Call, who: bool) -> Result<Answer, GateError> {
        let found = self.find(&call).await?;
        let mut noted = Noted::begin(self, found.connection(), &call);
        let whole = |_: &_| Reading::Whole(self.inner.limits.body);
        let passed = self.pass(found, &call, who, whole, &mut noted.run).await;
        match passed {
            Ok(passed) => {
                noted.run.bytes = passed.incoming.body.len() as u64;
                noted.answered();
                Ok(answer(passed))
            }
            Err(error) => {
                noted.failed(&error);
                Err(error)
            }
        }
    }
}

fn answer(passed: Passed) -> Answer {
    let Passed {
        ready,
        incoming,
        good,
        millis,
    } = passed;
    let echoes_credential = incoming.hidden || repeats(&incoming, &ready.fresh.needles);
    Answer {
        refused: !good || own_error(&ready.place.connector.api, &incoming).is_some(),
        status: incoming.status,
        headers: incoming.headers,
        body: incoming.body,
        truncated: incoming.truncated,
        url: incoming.url,
        millis,
        authorization: ready.place.authorization,
        echoes_credential,
    }
}
