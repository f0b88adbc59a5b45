//! One transcript's journey: authorize, callback, exchange, renewal, errors, who-am-I, revocation.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tsunagi_catalog::Catalog;
use tsunagi_connectors::{Connector, Library, Means, Resolved};
use tsunagi_domain::{Account, SystemClock};
use tsunagi_gateway::{GateError, Gateway, Grant, Keys};
use tsunagi_oauth::{
    Ask, Attempt, Client, Code, Http, OAuthError, Secret, TokenHint, Tokens, Wire, attachment,
    begin, begin_device, client_credentials, constant_headers, exchange, poll_device,
    read_callback, refresh, revoke,
};
use url::Url;

use super::compare;
use super::differences::DIFFERENCES;
use super::internet::{Arrived, Orders};
use super::transcript::{Answered, CHALLENGE, STATE, Step, Transcript, VERIFIER};

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

    /// What differs from the transcript.
    pub(crate) async fn drive(&self, transcript: &Transcript) -> Vec<String> {
        match self.connector(transcript) {
            Some(connector) => self.drive_as(transcript, connector).await,
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

    /// What differs from the transcript where its connector says this.
    pub(crate) async fn drive_as(
        &self,
        transcript: &Transcript,
        connector: &Connector,
    ) -> Vec<String> {
        let resolved = match connector.resolve(&transcript.settings) {
            Ok(resolved) => resolved,
            Err(refusal) => return vec![format!("settings: {refusal:?}")],
        };
        let mut journey = Journey {
            desk: self,
            transcript,
            connector,
            resolved,
            client: Client {
                id: transcript.client_id.clone(),
                secret: transcript.client_secret.as_deref().map(Secret::new),
            },
            answers: BTreeMap::new(),
            faults: Vec::new(),
        };
        journey.authorize();
        journey.base();
        let mut device = None;
        for (index, step) in transcript.steps.iter().enumerate() {
            let before = journey.faults.len();
            match step.what.as_str() {
                "authorize" | "callback" => {}
                "exchange" | "exchange_error" => journey.exchange(step).await,
                "refresh" | "refresh_error" => journey.refresh(step).await,
                "denied" => journey.denied(step),
                "whoami" => journey.who_am_i(step).await,
                "verify" | "verify_error" | "verify_away" => journey.verify(step).await,
                "api" => journey.api(step),
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
        let asked = ["whoami", "verify", "api", "api_error"];
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
        let url = theirs(&attempt, &step.sent().url, shown.as_deref());
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

    /// What was typed in, tried as it is before it is kept.
    async fn verify(&mut self, step: &Step) {
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

    async fn exchange(&mut self, step: &Step) {
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

    async fn refresh(&mut self, step: &Step) {
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

    fn bound(&mut self) -> Option<Resolved> {
        match self.connector.answered(&self.resolved, &self.answers) {
            Ok(bound) => Some(bound),
            Err(refusal) => {
                self.faults.push(format!("answers: {refusal:?}"));
                None
            }
        }
    }

    /// Tokens or an error, as the step expects.
    fn outcome(&mut self, step: &Step, outcome: Result<Tokens, OAuthError>) {
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

    fn denied(&mut self, step: &Step) {
        let attempt = self.attempt(&self.transcript.scopes);
        let url = theirs(&attempt, &step.sent().url, None);
        match read_callback(&attempt, &url, self.resolved.issuer.as_deref()) {
            Err(OAuthError::ConsentDenied) => {}
            other => self.faults.push(format!("{other:?} instead of a refusal")),
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

    async fn who_am_i(&mut self, step: &Step) {
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

    fn account(&mut self, step: &Step, account: Account) {
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
    fn api(&mut self, step: &Step) {
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

    fn api_error(&mut self, step: &Step) {
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

    async fn revoke(&mut self, step: &Step) {
        let Some(token) = self.token(step) else {
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

    async fn device(&mut self, step: &Step) -> Option<Step> {
        self.lay(step);
        let scopes = self.scopes(step);
        let outcome = begin_device(
            &self.desk.http,
            self.connector,
            &self.resolved,
            &self.client,
            &scopes,
            &mut Wire::default(),
        )
        .await;
        self.compare(step);
        if let Err(error) = outcome {
            self.faults.push(format!("{error:?}"));
            return None;
        }
        Some(step.clone())
    }

    /// One poll: pending and slow down go on, so that the next poll finds nothing laid out.
    async fn poll(&mut self, step: &Step, device: Option<&Step>) {
        let Some(device) = device else { return };
        self.lay(device);
        let scopes: Vec<String> = Vec::new();
        let began = begin_device(
            &self.desk.http,
            self.connector,
            &self.resolved,
            &self.client,
            &scopes,
            &mut Wire::default(),
        )
        .await;
        let _ = self.desk.orders.arrived();
        let device = match began {
            Ok(device) => device,
            Err(error) => {
                self.faults.push(format!("no device code: {error:?}"));
                return;
            }
        };
        self.lay(step);
        let polls = std::cell::Cell::new(0);
        let sleep = |_: Duration| {
            polls.set(polls.get() + 1);
            std::future::ready(())
        };
        let mut wire = Wire::default();
        let polled = poll_device(
            &self.desk.http,
            self.connector,
            &self.resolved,
            &self.client,
            &device,
            sleep,
            &mut wire,
        )
        .await;
        let arrived = self.desk.orders.arrived();
        let Some(first) = arrived.first() else {
            self.faults.push("nothing was asked".to_owned());
            return;
        };
        let ignored = self.ignored(&step.what);
        self.faults
            .extend(compare::request(first, &step.sent(), &ignored));
        match step.expected("error").as_deref() {
            None => self.outcome(step, polled),
            Some("authorization_pending" | "slow_down") => {
                if arrived.len() < 2 {
                    self.faults
                        .push(format!("{polled:?} instead of another poll"));
                }
            }
            Some("access_denied") => {
                if !matches!(polled, Err(OAuthError::ConsentDenied)) {
                    self.faults.push(format!("{polled:?} instead of a refusal"));
                }
            }
            Some("expired_token") => {
                if !matches!(polled, Err(OAuthError::DeviceExpired)) {
                    self.faults.push(format!("{polled:?} instead of the end"));
                }
            }
            Some(_) => self.outcome(step, polled),
        }
    }
}

/// The documents' callback, as it comes back to this attempt.
fn theirs(attempt: &Attempt, url: &Url, code: Option<&str>) -> Url {
    let state = attempt
        .url()
        .query_pairs()
        .find(|(name, _)| name == "state")
        .map(|(_, value)| value.into_owned())
        .unwrap();
    let mut own = url.clone();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut query = own.query_pairs_mut();
    query.clear();
    for (name, value) in &pairs {
        let value = match (name.as_str(), code) {
            ("state", _) => &state,
            ("code", Some(shown)) => shown,
            _ => value,
        };
        query.append_pair(name, value);
    }
    drop(query);
    own
}

/// A request whose verifier, made at random, is the documents' own.
fn masked(arrived: &Arrived) -> Arrived {
    let url = Url::parse(&arrived.url).unwrap();
    let text = serde_json::to_string(arrived).unwrap();
    let text = match field(&arrived.body, &url, "code_verifier") {
        Some(own) => text.replace(&own, VERIFIER),
        None => text,
    };
    serde_json::from_str(&text).unwrap()
}

/// A field of a form, a JSON body or an address.
fn field(body: &str, url: &Url, name: &str) -> Option<String> {
    let json: Option<Value> = serde_json::from_str(body).ok();
    if let Some(value) = json.as_ref().and_then(|json| json.get(name)) {
        return value.as_str().map(str::to_owned);
    }
    url::form_urlencoded::parse(body.as_bytes())
        .chain(url.query_pairs())
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.into_owned())
}

/// The word of RFC 6749 §5.2 that an error stands for.
fn word(connector: &Connector, error: &OAuthError) -> String {
    match error {
        OAuthError::InvalidGrant { .. } => "invalid_grant".to_owned(),
        OAuthError::ClientRefused { .. } => "invalid_client".to_owned(),
        OAuthError::Status { status: 429, .. } => "temporarily_unavailable".to_owned(),
        OAuthError::TokenError { error, .. } => {
            let words = &connector.oauth().error_words;
            words.get(error).unwrap_or(error).clone()
        }
        other => other.code().to_owned(),
    }
}
