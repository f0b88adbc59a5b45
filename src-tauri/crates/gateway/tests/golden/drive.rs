//! One transcript's journey: authorize, callback, exchange, renewal, errors, who-am-I, revocation.

mod asking;
mod caller;
mod devices;
mod elsewhere;
pub(crate) mod issuers;
mod keys;
mod shapes;
mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tsunagi_catalog::Catalog;
use tsunagi_connectors::{Connector, Library, Resolved};
use tsunagi_domain::{Refusal, SystemClock};
use tsunagi_gateway::{Gateway, Keys};
use tsunagi_oauth::{Ask, Attempt, Client, Code, Http, Secret, begin, read_callback};
use url::Url;

use super::compare;
use super::differences::DIFFERENCES;
use super::internet::Orders;
use super::transcript::{CHALLENGE, STATE, Step, Transcript};
use shapes::{field, masked, signed, theirs};

/// What drives.
pub(crate) struct Desk {
    orders: Orders,
    http: Http,
    gateway: Gateway,
    library: Library,
    _home: tempfile::TempDir,
}

/// One transcript under way.
struct Journey<'a> {
    desk: &'a Desk,
    transcript: &'a Transcript,
    connector: &'a Connector,
    resolved: Resolved,
    client: Client,
    /// Answers so far.
    answers: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Desk {
    pub(crate) fn new(port: u16) -> Self {
        let home = tempfile::tempdir().unwrap();
        let library = Library::built_in();
        let gateway = Gateway::new(
            Catalog::open(home.path()).unwrap(),
            Keys::locked(),
            library.clone(),
            Arc::new(SystemClock),
            || {},
        )
        .unwrap();
        Self {
            orders: Orders::at(port),
            http: Http::new().unwrap(),
            gateway,
            library,
            _home: home,
        }
    }

    /// What differs from the transcript, and what goes to hosts that are not the service's.
    pub(crate) async fn drive(&self, transcript: &Transcript) -> Vec<String> {
        match self.connector(transcript) {
            Some(connector) => {
                let mut faults = self.drive_as(transcript, connector, &self.library).await;
                if let Ok(mut journey) = self.journey(transcript, connector) {
                    journey.elsewhere().await;
                    faults.append(&mut journey.faults);
                }
                faults
            }
            None => vec![format!(
                "no connector {}",
                transcript.connectors().join(" or ")
            )],
        }
    }

    /// The connector that a transcript is about.
    pub(crate) fn connector(&self, transcript: &Transcript) -> Option<&Connector> {
        let names = transcript.connectors();
        names.iter().find_map(|name| self.library.get(name))
    }

    fn journey<'a>(
        &'a self,
        transcript: &'a Transcript,
        connector: &'a Connector,
    ) -> Result<Journey<'a>, Refusal> {
        Ok(Journey {
            desk: self,
            transcript,
            connector,
            resolved: connector.resolve(&transcript.settings)?,
            client: Client {
                id: transcript.client_id.clone(),
                secret: transcript.client_secret.as_deref().map(Secret::new),
            },
            answers: BTreeMap::new(),
            faults: Vec::new(),
        })
    }

    /// What differs from the transcript where its connector says this.
    pub(crate) async fn drive_as(
        &self,
        transcript: &Transcript,
        connector: &Connector,
        library: &Library,
    ) -> Vec<String> {
        let mut journey = match self.journey(transcript, connector) {
            Ok(journey) => journey,
            Err(refusal) => return vec![format!("settings: {refusal:?}")],
        };
        journey.authorize();
        journey.base();
        journey.issuers().await;
        let mut device = None;
        for (index, step) in transcript.steps.iter().enumerate() {
            let before = journey.faults.len();
            match step.what.as_str() {
                "authorize" | "callback" => {}
                "metadata" => journey.described(step),
                "exchange" | "exchange_error" => journey.exchange(step).await,
                "refresh" | "refresh_error" => journey.refresh(step).await,
                "denied" => journey.denied(step),
                "whoami" => journey.who_am_i(step).await,
                "verify" | "verify_error" | "verify_away" => journey.verify(step).await,
                "api" => journey.api(step),
                "send" => Box::pin(journey.send(step, library)).await,
                "api_error" => journey.api_error(step),
                "revoke" => journey.revoke(step).await,
                "device" => device = journey.device(step).await,
                "device_poll" => journey.poll(step, device.as_ref()).await,
                other => journey.faults.push(format!("an unknown step {other}")),
            }
            for fault in &mut journey.faults[before..] {
                *fault = format!("step {index} {}: {fault}", step.what);
            }
        }
        journey.faults
    }
}

impl Journey<'_> {
    fn ignored(&self, step: &str) -> Vec<&'static str> {
        DIFFERENCES
            .iter()
            .filter(|(file, what, ..)| *file == self.transcript.file && *what == step)
            .map(|(_, _, field, _)| *field)
            .collect()
    }

    /// An attempt for some of the scopes.
    fn attempt(&self, scopes: &[String]) -> Attempt {
        begin(&Ask {
            connector: self.connector,
            endpoints: &self.resolved,
            client_id: &self.client.id,
            scopes,
            redirect: self.transcript.redirect.as_ref().unwrap(),
            login_hint: None,
        })
        .unwrap()
    }

    /// What paths of requests are put behind: some documented request to the API is below it.
    fn base(&mut self) {
        let Some(bound) = self.bound_to_all() else {
            return;
        };
        let base = bound.api_base.as_str().trim_end_matches('/').to_owned();
        let below = |step: &&Step| {
            let url = step.sent().url;
            let rest = url.as_str().strip_prefix(&base).map(str::to_owned);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        };
        let asked = ["whoami", "verify", "api", "send", "api_error"];
        let steps: Vec<&Step> = asked
            .into_iter()
            .flat_map(|what| {
                self.transcript
                    .steps
                    .iter()
                    .filter(move |step| step.what == what)
            })
            .collect();
        if !steps.is_empty() && !steps.iter().any(below) && self.ignored("base").is_empty() {
            self.faults.push(format!("no request below {base}"));
        }
    }

    /// With all that the transcript's answers say.
    fn bound_to_all(&self) -> Option<Resolved> {
        let mut answers = BTreeMap::new();
        for step in &self.transcript.steps {
            let expect = step.expect.as_ref();
            let extras = expect.and_then(|expect| expect.get("extras")?.as_table());
            for (name, value) in extras.into_iter().flatten() {
                if let Some(text) = value.as_str() {
                    answers.insert(name.clone(), text.to_owned());
                }
            }
        }
        self.connector.answered(&self.resolved, &answers).ok()
    }

    fn authorize(&mut self) {
        for step in self.transcript.steps("authorize") {
            let attempt = self.attempt(&self.transcript.scopes);
            let mut url = attempt.url().clone();
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            let mut own = url.query_pairs_mut();
            own.clear();
            for (name, value) in pairs {
                match name.as_str() {
                    // Of every sign-in with `openid`, whoever shows it (OpenID Connect Core §3.1.2.1).
                    "nonce" => drop(own.append_pair("nonce", "example-nonce")),
                    "state" => drop(own.append_pair("state", STATE)),
                    "code_challenge" => drop(own.append_pair("code_challenge", CHALLENGE)),
                    _ => drop(own.append_pair(&name, &value)),
                }
            }
            drop(own);
            let mut ignored = self.ignored("authorize");
            // What no page says, and what a page denies, look the same on the wire.
            let (said, known) = (self.transcript.pkce, self.connector.oauth().pkce);
            if said != known && !ignored.contains(&"code_challenge") {
                self.faults
                    .push(format!("pkce: {known:?}; its pages: {said:?}"));
            }
            if url.query_pairs().any(|(name, _)| name == "nonce") {
                ignored.push("nonce");
            }
            let faults = compare::address(&url, &step.sent().url, &ignored);
            self.faults.extend(
                faults
                    .into_iter()
                    .map(|fault| format!("authorize: {fault}")),
            );
        }
    }

    /// The scopes of a step: some ask for fewer.
    fn scopes(&self, step: &Step) -> Vec<String> {
        let sent = step.sent();
        match field(&sent.body, &sent.url, "scope") {
            None => self.transcript.scopes.clone(),
            Some(shown) => shown
                .split(self.connector.oauth().scope_separator.as_str())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The client of a step: some show a wrong secret.
    fn client(&self, step: &Step) -> Client {
        let sent = step.sent();
        let basic = sent.headers.get("authorization").and_then(|value| {
            let pair = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
            let pair = String::from_utf8(pair).ok()?;
            Some(pair.split_once(':')?.1.to_owned())
        });
        let own = field(&sent.body, &sent.url, "client_secret").or(basic);
        Client {
            id: self.transcript.client_id.clone(),
            secret: own.map(Secret::new).or_else(|| self.client.secret.clone()),
        }
    }

    /// The callback's code, or that of a step that shows a wrong one. For an attempt without
    /// `openid`: ID tokens of documents are no tokens.
    fn code(&mut self, step: &Step) -> Option<(Attempt, Code)> {
        let sent = step.sent();
        let shown = field(&sent.body, &sent.url, "code");
        let scopes: Vec<String> = self
            .scopes(step)
            .into_iter()
            .filter(|scope| scope != "openid")
            .collect();
        let attempt = self.attempt(&scopes);
        let step = self.transcript.steps("callback").next()?;
        let shown_there = step.sent().url;
        let mut url = theirs(&attempt, &shown_there, shown.as_deref());
        // What the documents sign is their own state and code.
        let secret = self.transcript.client_secret.as_deref().unwrap_or_default();
        if shown_there.query_pairs().any(|(name, _)| name == "hmac") {
            let shown = |url: &Url| field("", url, "hmac");
            if shown(&signed(&shown_there, "hmac", secret)) != shown(&shown_there) {
                self.faults
                    .push("the documents' signature does not hold".to_owned());
            }
            url = signed(&url, "hmac", secret);
        }
        match read_callback(&attempt, &url, self.resolved.issuer.as_deref()) {
            Ok(code) => Some((attempt, code)),
            Err(error) => {
                self.faults
                    .push(format!("the callback is refused: {error:?}"));
                None
            }
        }
    }

    /// Lays out a step's answer; what arrives then is compared with its request.
    fn lay(&self, step: &Step) {
        self.desk.orders.lay(&step.answered());
    }

    fn compare(&mut self, step: &Step) {
        let arrived = self.desk.orders.arrived();
        let [arrived] = arrived.as_slice() else {
            let told: Vec<&str> = arrived.iter().map(|one| one.url.as_str()).collect();
            self.faults.push(format!("not one request: {told:?}"));
            return;
        };
        let arrived = masked(arrived);
        let ignored = self.ignored(&step.what);
        self.faults
            .extend(compare::request(&arrived, &step.sent(), &ignored));
    }

    fn bound(&mut self) -> Option<Resolved> {
        match self.connector.answered(&self.resolved, &self.answers) {
            Ok(bound) => Some(bound),
            Err(refusal) => {
                self.faults.push(format!("answers: {refusal:?}"));
                None
            }
        }
    }

    /// The token of the transcript that a request carries.
    fn token(&self, step: &Step) -> Option<String> {
        let told = format!("{}\n{}", step.request, step.sent().body);
        let tokens = self.transcript.steps.iter().flat_map(|step| {
            ["refresh_token", "access_token"]
                .into_iter()
                .filter_map(|name| step.expected(name))
        });
        let mut found: Vec<String> = tokens
            .filter(|token| {
                let encoded: String =
                    url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
                told.contains(token.as_str()) || told.contains(&encoded)
            })
            .collect();
        // The longest, as one may begin like another.
        found.sort_by_key(|token| std::cmp::Reverse(token.len()));
        found.into_iter().next()
    }
}
