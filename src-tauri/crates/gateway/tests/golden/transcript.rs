//! The transcripts, as their files have them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use tsunagi_connectors::Pkce;
use url::Url;

/// Made-up values that every transcript uses.
pub(crate) const STATE: &str = "example-state";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// One service's transcript.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transcript {
    #[serde(skip)]
    pub(crate) file: String,
    pub(crate) service: String,
    #[allow(dead_code)]
    name: String,
    auth: String,
    pub(crate) sources: Vec<String>,
    #[serde(default)]
    pub(crate) redirect: Option<Url>,
    #[serde(default)]
    pub(crate) client_id: String,
    #[serde(default)]
    pub(crate) client_secret: Option<String>,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, String>,
    /// What is typed in, by field.
    #[serde(default)]
    pub(crate) keys: BTreeMap<String, String>,
    /// The fields that are wrong where a verification fails.
    #[serde(default)]
    pub(crate) wrong: BTreeMap<String, String>,
    /// What the pages say of PKCE.
    #[serde(default)]
    pub(crate) pkce: Option<Pkce>,
    #[serde(rename = "step")]
    pub(crate) steps: Vec<Step>,
}

/// One request of it, with its answer and what that has to be understood as.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) what: String,
    pub(crate) from: Vec<usize>,
    pub(crate) request: String,
    #[serde(default)]
    pub(crate) answer: Option<String>,
    #[serde(default)]
    pub(crate) expect: Option<toml::Table>,
    /// The body as a caller gets it; empty where nothing of it is shown.
    #[serde(default)]
    pub(crate) caller_gets: Option<String>,
    /// What is typed in at this step, where that is something else.
    #[serde(default)]
    pub(crate) keys: BTreeMap<String, String>,
    #[serde(default)]
    at: Option<toml::Table>,
}

/// Method, address, headers and body, as they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) url: Url,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// Status, headers and body of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Transcript {
    /// The connector that it is about: of the file's own name, else of the service.
    pub(crate) fn connectors(&self) -> [String; 2] {
        let own = self.file.replace(['.', '-'], "_");
        [own, self.service.replace('-', "_")]
    }

    /// Hosts that its requests go to.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let urls = self.steps.iter().map(|step| step.sent().url);
        urls.filter_map(|url| Some(url.host_str()?.to_owned()))
            .collect()
    }

    pub(crate) fn steps<'a>(&'a self, what: &'a str) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().filter(move |step| step.what == what)
    }
}

impl Sent {
    pub(crate) fn read(text: &str) -> Self {
        let (head, body) = parted(text);
        let mut lines = head.lines();
        let (method, url) = lines.next().unwrap().split_once(' ').unwrap();
        Self {
            method: method.to_owned(),
            url: Url::parse(url).unwrap(),
            headers: lines
                .map(|line| line.split_once(':').unwrap())
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }
}

impl Answered {
    pub(crate) fn read(text: &str) -> Self {
        let (head, body) = parted(text);
        let mut lines = head.lines();
        Self {
            status: lines.next().unwrap().trim().parse().unwrap(),
            headers: lines
                .map(|line| line.split_once(':').unwrap())
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }
}

impl Step {
    pub(crate) fn sent(&self) -> Sent {
        Sent::read(&self.request)
    }

    pub(crate) fn answered(&self) -> Answered {
        Answered::read(self.answer.as_deref().unwrap())
    }

    /// What is expected under this name, as text.
    pub(crate) fn expected(&self, name: &str) -> Option<String> {
        match self.expect.as_ref()?.get(name)? {
            toml::Value::String(text) => Some(text.clone()),
            value => Some(value.to_string()),
        }
    }
}

fn parted(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.split_once("\n\n") {
        Some((head, body)) => (head, body.trim()),
        None => (text, ""),
    }
}

/// All transcripts, by file.
pub(crate) fn all() -> Vec<Transcript> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/wire");
    let mut all: Vec<Transcript> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let mut transcript: Transcript =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            transcript.file = path.file_stem().unwrap().to_str().unwrap().to_owned();
            transcript
        })
        .collect();
    all.sort_by(|a, b| a.file.cmp(&b.file));
    all
}

#[test]
fn every_step_names_the_pages_it_is_written_from() {
    for transcript in all() {
        assert!(
            transcript
                .sources
                .iter()
                .all(|source| source.starts_with("https://")),
            "{}: sources are addresses",
            transcript.file
        );
        for step in &transcript.steps {
            assert!(!step.from.is_empty(), "{}: {}", transcript.file, step.what);
            assert!(
                step.from
                    .iter()
                    .all(|source| (1..=transcript.sources.len()).contains(source)),
                "{}: {}",
                transcript.file,
                step.what
            );
        }
    }
}

/// Of which no page of the vendor shows an error, and which say so.
const ERRORLESS: &[&str] = &["razorpay.oauth", "wordpress_com"];

#[test]
fn every_transcript_shows_an_error_or_is_known_not_to() {
    let errors = [
        "exchange_error",
        "refresh_error",
        "verify_error",
        "api_error",
        "device_poll",
    ];
    for transcript in all() {
        let shown = errors.iter().any(|what| transcript.steps(what).count() > 0);
        assert_ne!(
            shown,
            ERRORLESS.contains(&transcript.file.as_str()),
            "{}: look at the vendor's pages for what it says when something is wrong",
            transcript.file
        );
    }
}

#[test]
fn every_connector_with_secrets_in_its_answers_shows_what_a_caller_gets_of_them() {
    let library = tsunagi_connectors::Library::built_in();
    let transcripts = all();
    // The practice service has no vendor's page, and so no transcript.
    let vendors = library.all().filter(|own| !own.practice);
    for connector in vendors.filter(|own| !own.api.drop.is_empty()) {
        let shown: Vec<&Step> = transcripts
            .iter()
            .filter(|own| own.connectors().contains(&connector.id))
            .flat_map(|own| own.steps("send"))
            .filter(|step| step.caller_gets.is_some())
            .collect();
        for secret in &connector.api.drop {
            assert!(
                shown
                    .iter()
                    .any(|step| step.answered().body.contains(secret)),
                "{}: {secret} in an answer, and what a caller gets of it",
                connector.id
            );
        }
    }
}

#[test]
fn every_transcript_of_a_key_shows_what_a_wrong_one_gets() {
    for transcript in all().iter().filter(|own| !own.keys.is_empty()) {
        assert!(
            transcript.steps("verify_error").count() > 0,
            "{}: a wrong key must be told from a service that is away",
            transcript.file
        );
    }
}

#[test]
fn what_a_transcript_says_of_itself_is_what_it_shows() {
    for transcript in all() {
        let way = match transcript.auth.as_str() {
            "oauth_code" | "client_credentials" => transcript.keys.is_empty(),
            "api_key" | "basic" | "bearer" | "fields" => !transcript.keys.is_empty(),
            _ => false,
        };
        assert!(way, "{}: {}", transcript.file, transcript.auth);
        for step in transcript.steps("authorize") {
            let challenged = step.sent().url.as_str().contains("code_challenge=");
            let used = transcript.pkce == Some(Pkce::Supported);
            assert_eq!(challenged, used, "{}: PKCE", transcript.file);
        }
        for step in transcript.steps("whoami").chain(transcript.steps("verify")) {
            let Some(at) = &step.at else { continue };
            let answer: serde_json::Value = serde_json::from_str(&step.answered().body).unwrap();
            for (name, pointer) in at {
                let found = answer.pointer(pointer.as_str().unwrap());
                let found = found.and_then(|value| match value {
                    serde_json::Value::Null => None,
                    serde_json::Value::String(text) => Some(text.clone()),
                    other => Some(other.to_string()),
                });
                assert_eq!(found, step.expected(name), "{}: {name}", transcript.file);
            }
        }
    }
}
