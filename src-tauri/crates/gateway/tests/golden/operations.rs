//! The operations that come with the program against what their vendors' pages show: transcripts of
//! requests and answers (`operations/*.toml`), written from those pages. Credentials are left out of
//! them: how a request carries one is in the transcripts of `wire`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use tsunagi_connectors::{
    Connector, Given, Library, Operation, PaymentState, Resolved, Site, Verdict, hash,
};

use super::compare;
use super::internet::Arrived;
use super::leaves::walk;
use super::transcript::{Answered, Sent};

/// The transcripts of one file of operations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Transcript {
    #[serde(skip)]
    file: String,
    sources: Vec<String>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    #[serde(default)]
    answers: BTreeMap<String, String>,
    #[serde(default)]
    account: Option<String>,
    #[serde(rename = "step")]
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    operation: String,
    from: Vec<usize>,
    given: Given,
    request: String,
    answer: String,
    expect: Expect,
}

/// What an answer has to be understood as.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    verdict: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    rows: Option<usize>,
    /// The address of the next page.
    #[serde(default)]
    next: Option<String>,
    /// When the last row was changed.
    #[serde(default)]
    changed: Option<String>,
    #[serde(default)]
    payment: Option<String>,
    #[serde(default)]
    link: Option<String>,
    /// Name, label and type of each field, with `*` behind one that a new record needs, and `-` behind
    /// one that cannot be set.
    #[serde(default)]
    fields: Vec<String>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn transcripts() -> Vec<Transcript> {
    let mut all: Vec<Transcript> = std::fs::read_dir(folder("tests/golden/operations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .map(|path| {
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

/// A file of operations as it is.
fn facts(file: &str) -> Value {
    let path = folder("../connectors/operations").join(format!("{file}.toml"));
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Whose operations they are, but for the practice services: those have no vendor's page, and are
/// spoken to for real.
fn owners(facts: &Value) -> Vec<String> {
    let all: Vec<String> = serde_json::from_value(facts["connectors"].clone()).unwrap();
    let library = Library::built_in();
    let real = |id: &String| library.get(id).is_none_or(|connector| !connector.practice);
    all.into_iter().filter(real).collect()
}

struct Drive<'a> {
    transcript: &'a Transcript,
    connector: &'a Connector,
    resolved: Resolved,
}

impl<'a> Drive<'a> {
    fn new(transcript: &'a Transcript, connector: &'a Connector) -> Self {
        let resolved = connector.resolve(&transcript.settings).unwrap();
        let resolved = connector.answered(&resolved, &transcript.answers).unwrap();
        Self {
            transcript,
            connector,
            resolved,
        }
    }

    /// What differs from the steps of an operation.
    fn faults(&self, operation: &Operation) -> Vec<String> {
        let steps = self.transcript.steps.iter();
        let own = steps.filter(|step| step.operation == operation.id);
        own.enumerate()
            .flat_map(|(index, step)| {
                let told = format!("{} {index}", operation.id);
                let faults = self.step(operation, step);
                faults
                    .into_iter()
                    .map(move |fault| format!("{told}: {fault}"))
            })
            .collect()
    }

    fn step(&self, operation: &Operation, step: &Step) -> Vec<String> {
        let site = Site {
            connector: self.connector,
            resolved: &self.resolved,
            account: self.transcript.account.as_deref(),
        };
        let asked = match operation.request(&step.given, site) {
            Ok(asked) => asked,
            Err(misfit) => return vec![misfit.to_string()],
        };
        let address = |target: &str| match target.starts_with('/') {
            true => self.resolved.api_url(target).ok().map(String::from),
            false => Some(target.to_owned()),
        };
        let Some(url) = address(&asked.target) else {
            return vec![format!("{} is no address of the service", asked.target)];
        };
        let arrived = Arrived {
            method: asked.method.as_str().to_owned(),
            url,
            headers: asked.headers.clone().into_iter().collect(),
            body: String::from_utf8(asked.body.clone()).unwrap(),
        };
        let sent = Sent::read(&step.request);
        let mut faults = compare::request(&arrived, &sent, &[]);
        let kind = sent.headers.get("content-type");
        if arrived
            .headers
            .iter()
            .find(|(name, _)| name == "content-type")
            .map(|(_, value)| value)
            != kind
        {
            faults.push(format!("the body is no {kind:?}"));
        }
        let answered = Answered::read(&step.answer);
        let body: Value = serde_json::from_str(&answered.body).unwrap_or_default();
        let outcome = operation.outcome(answered.status, answered.body.as_bytes());
        let header = |name: &str| {
            let mut headers = answered.headers.iter();
            let found = headers.find(|(own, _)| own.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        let next = operation.next_page(&asked, site, header, &body);
        let next = match next {
            Ok(next) => next.and_then(|next| address(&next.target)),
            Err(astray) => {
                faults.push(astray.to_string());
                None
            }
        };
        let fields = operation.described(&body).into_iter().map(|field| {
            let kind = field
                .kind
                .map(|kind| format!(": {kind}"))
                .unwrap_or_default();
            let needed = if field.required { "*" } else { "" };
            let closed = if field.read_only { "-" } else { "" };
            format!("{} {}{kind}{needed}{closed}", field.name, field.label)
        });
        let rows = operation.rows(&body);
        let got = Expect {
            verdict: match outcome.verdict {
                Verdict::Done => "done",
                Verdict::Partly => "partly",
                Verdict::Refused => "refused",
                Verdict::Unclear => "unclear",
            }
            .to_owned(),
            id: outcome.id,
            message: outcome.message,
            rows: rows.map(<[Value]>::len),
            next,
            changed: rows
                .and_then(|rows| operation.changed(rows.last()?))
                .map(str::to_owned),
            payment: outcome.payment.map(|state| {
                match state {
                    PaymentState::Paid => "paid",
                    PaymentState::Waiting => "waiting",
                    PaymentState::Failed => "failed",
                }
                .to_owned()
            }),
            link: outcome.link,
            fields: fields.collect(),
        };
        if got != step.expect {
            faults.push(format!("{got:?} instead of {:?}", step.expect));
        }
        faults
    }
}

#[test]
fn every_operation_speaks_as_its_vendor_documents() {
    let library = Library::built_in();
    let transcripts = transcripts();
    let mut faults = Vec::new();
    for transcript in &transcripts {
        for source in &transcript.sources {
            assert!(
                source.starts_with("https://"),
                "{}: {source}",
                transcript.file
            );
        }
        for step in &transcript.steps {
            let known = 1..=transcript.sources.len();
            let named = !step.from.is_empty() && step.from.iter().all(|from| known.contains(from));
            assert!(named, "{}: {}: from where", transcript.file, step.operation);
        }
        for id in owners(&facts(&transcript.file)) {
            let drive = Drive::new(transcript, library.get(&id).unwrap());
            let operations = drive.connector.operations();
            for step in &transcript.steps {
                let known = operations.iter().any(|own| own.id == step.operation);
                assert!(
                    known,
                    "{}: no operation {}",
                    transcript.file, step.operation
                );
            }
            for operation in operations.iter() {
                let told = drive.faults(operation);
                faults.extend(told.into_iter().map(|fault| format!("{id}: {fault}")));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_operation_has_a_transcript_and_every_service_shows_a_failure() {
    let library = Library::built_in();
    let transcripts = transcripts();
    let real = |connector: &&Connector| !connector.practice;
    for connector in library.all().filter(real) {
        for operation in connector.operations().iter() {
            let shown = transcripts.iter().any(|transcript| {
                let own = owners(&facts(&transcript.file)).contains(&connector.id);
                own && transcript
                    .steps
                    .iter()
                    .any(|step| step.operation == operation.id)
            });
            assert!(shown, "{}: {}", connector.id, operation.id);
        }
    }
    for transcript in &transcripts {
        let refused = transcript
            .steps
            .iter()
            .any(|step| step.expect.verdict == "refused");
        assert!(
            refused,
            "{}: what it says when something is wrong",
            transcript.file
        );
    }
}

/// What no transcript can show: words for people, what is asked before anything is sent, and what
/// the program decides by itself. All of it is held by the list of what was reviewed.
const UNSHOWN: &[&str] = &[
    "id", "label", "areas", "role", "sandbox", "scopes", "repeat", "notes", "source",
];
/// The same, of an input.
const UNSHOWN_OF_INPUTS: &[&str] = &["label", "example", "choices", "most", "whole", "required"];

/// Leaves of which the vendors' pages show no example.
const UNSEEN: &str = include_str!("operations/unseen.txt");

/// Writes the list anew: `TSUNAGI_REVIEWED=1 cargo test -p tsunagi-gateway --test golden`.
const ORDER: &str = "TSUNAGI_REVIEWED";

#[test]
fn no_leaf_of_an_operation_changes_unseen() {
    let library = Library::built_in();
    let mut survivors = String::new();
    for transcript in transcripts() {
        let facts = facts(&transcript.file);
        let id = owners(&facts).remove(0);
        let drive = Drive::new(&transcript, library.get(&id).unwrap());
        for (index, operation) in facts["operations"].as_array().unwrap().iter().enumerate() {
            let name = operation["id"].as_str().unwrap();
            let mut leaves = Vec::new();
            walk(operation, String::new(), &mut leaves);
            for at in leaves.into_iter().filter(|at| can_be_shown(at)) {
                let mut changed = operation.clone();
                change(changed.pointer_mut(&at).unwrap());
                let noticed = match serde_json::from_value::<Operation>(changed.clone()) {
                    Err(_) => true,
                    Ok(other) => !drive.faults(&other).is_empty() || is_refused(&id, &changed),
                };
                if !noticed {
                    survivors.push_str(&format!("{}/{index} {name}{at}\n", transcript.file));
                }
            }
        }
    }
    if std::env::var_os(ORDER).is_some() {
        let list = folder("tests/golden/operations/unseen.txt");
        std::fs::write(list, &survivors).unwrap();
        return;
    }
    assert_eq!(
        survivors, UNSEEN,
        "what no transcript notices, and what is listed"
    );
}

fn can_be_shown(at: &str) -> bool {
    let mut steps = at.split('/').skip(1);
    match (steps.next(), steps.next(), steps.next()) {
        (Some("inputs"), _, Some(field)) => !UNSHOWN_OF_INPUTS.contains(&field),
        (Some(field), ..) => !UNSHOWN.contains(&field),
        (None, ..) => true,
    }
}

/// Another value of the same kind.
fn change(leaf: &mut Value) {
    *leaf = match leaf.take() {
        Value::String(text) => Value::from(match text.as_str() {
            "GET" => "DELETE".to_owned(),
            "POST" => "PUT".to_owned(),
            "PUT" | "PATCH" => "POST".to_owned(),
            _ => format!("{text}x"),
        }),
        Value::Bool(set) => Value::from(!set),
        Value::Number(number) => Value::from(number.as_u64().unwrap_or_default() + 1),
        other => other,
    };
}

/// Whether a connector with this operation is none.
fn is_refused(id: &str, operation: &Value) -> bool {
    let path = folder("../connectors/connectors").join(format!("{id}.toml"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut whole: Value = toml::from_str(&text).unwrap();
    whole["operations"] = Value::from(vec![operation.clone()]);
    let text = toml::to_string(&whole).unwrap();
    let accepted = hash(text.as_bytes());
    let (library, _) = Library::default().with_accepted(&[(text, accepted)]);
    library.get(id).is_none()
}
