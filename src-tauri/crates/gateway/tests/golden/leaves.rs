//! Every fact of a connector that goes over the wire, changed one at a time: some transcript has to
//! notice. What no request and no answer can show is held by the list of what was reviewed, in
//! `connectors`, and so is what the vendors' pages show no example of: those leaves are listed in
//! `unseen.txt`, which may only change on purpose.

use serde_json::Value;
use tsunagi_connectors::{Connector, Library, hash};

use super::drive::Desk;
use super::transcript::Transcript;

/// What no transcript can show: words for people, times, and what the program decides by itself.
const UNSHOWN: &[&str] = &[
    "/also",
    "/areas",
    "/category",
    "/description",
    "/id",
    "/keys/fields/",
    "/kinds",
    "/monogram",
    "/name",
    "/notes",
    "/offered_in",
    "/oauth/grace_seconds",
    "/oauth/refresh_lifetime_seconds",
    "/oauth/refresh_tokens_max",
    "/oauth/rotates",
    "/oauth/token_lifetime_seconds",
    "/pace",
    "/parameters",
    "/payment",
    "/presets",
    "/rate",
    "/registration",
    "/scope_source",
    "/scopes",
    "/setup",
    "/sources",
    "/successor",
    "/try_path",
    "/webview",
];

/// Leaves of which the vendors' pages show no example.
const UNSEEN: &str = include_str!("unseen.txt");

/// Writes the list anew: `TSUNAGI_REVIEWED=1 cargo test -p tsunagi-gateway --test golden`.
const ORDER: &str = "TSUNAGI_REVIEWED";

/// That nothing else can be changed unseen, and that what is listed still can.
pub(crate) fn are_known(survivors: &[&str]) {
    if std::env::var_os(ORDER).is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let text: String = survivors.iter().map(|at| format!("{at}\n")).collect();
        std::fs::write(path.join("tests/golden/unseen.txt"), text).unwrap();
        return;
    }
    let known: Vec<&str> = UNSEEN.lines().collect();
    let new: Vec<_> = survivors.iter().filter(|at| !known.contains(at)).collect();
    let seen: Vec<_> = known.iter().filter(|at| !survivors.contains(at)).collect();
    assert!(
        new.is_empty() && seen.is_empty(),
        "no transcript notices another value of {new:#?}; listed, and noticed: {seen:#?}"
    );
}

/// Leaves that can be changed without a transcript noticing.
pub(crate) async fn survivors(desk: &Desk, transcripts: &[Transcript]) -> Vec<String> {
    let mut survivors = Vec::new();
    let mut done = std::collections::BTreeSet::new();
    for transcript in transcripts {
        let Some(connector) = desk.connector(transcript) else {
            continue;
        };
        if !done.insert(connector.id.clone()) {
            continue;
        }
        let about: Vec<&Transcript> = transcripts
            .iter()
            .filter(|other| {
                desk.connector(other)
                    .is_some_and(|own| own.id == connector.id)
            })
            .collect();
        let facts = facts(connector);
        let mut leaves = Vec::new();
        walk(&facts, String::new(), &mut leaves);
        for at in leaves {
            // The name of a field is in what is typed in; the rest is words, and what they look like.
            let named = at.starts_with("/keys/fields/") && at.ends_with("/name");
            // An example is what the file is checked with, and is sent nowhere.
            if at.starts_with("/oauth/answers/") && at.ends_with("/example") {
                continue;
            }
            if !named && UNSHOWN.iter().any(|unshown| at.starts_with(unshown)) {
                continue;
            }
            let mut changed = facts.clone();
            if let Some(leaf) = changed.pointer_mut(&at) {
                change(&at, leaf);
            }
            if !noticed(desk, &about, &changed).await {
                survivors.push(format!("{}{at}", connector.id));
            }
        }
    }
    survivors
}

/// A connector's file as it is.
fn facts(connector: &Connector) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../connectors/connectors")
        .join(format!("{}.toml", connector.id));
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// JSON pointers to all leaves.
pub(crate) fn walk(value: &Value, at: String, leaves: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                walk(value, format!("{at}/{name}"), leaves);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(value, format!("{at}/{index}"), leaves);
            }
        }
        _ => leaves.push(at),
    }
}

/// Another value of the same kind.
fn change(at: &str, leaf: &mut Value) {
    if at == "/oauth/pkce" {
        *leaf = match leaf {
            Value::Bool(false) => Value::from("undocumented"),
            _ => Value::from(false),
        };
        return;
    }
    let choices: &[&str] = if at.ends_with("client_auth") {
        &["post", "basic", "none"]
    } else if at.ends_with("revoke/auth") {
        &["token", "basic", "post", "none"]
    } else if at.ends_with("/body") {
        &["json", "form", "query"]
    } else if at.ends_with("/method") {
        &["POST", "DELETE", "GET"]
    } else if at.contains("/tokens/") {
        &["refresh", "access"]
    } else if at.ends_with("/means") {
        &["other", "expired", "revoked"]
    } else if at.contains("/error_words/") {
        &["invalid_scope", "invalid_request"]
    } else if at.ends_with("scope_separator") {
        &[" ", ","]
    } else {
        &[]
    };
    *leaf = match leaf.take() {
        Value::String(text) => match choices.iter().find(|choice| **choice != text) {
            Some(other) => Value::from(*other),
            // The path of an address, the end of a word: never what it was.
            None => Value::from(format!("{text}x")),
        },
        Value::Bool(set) => Value::from(!set),
        Value::Number(number) => Value::from(number.as_u64().unwrap_or_default() + 1),
        other => other,
    };
}

/// Whether the file is refused, sends elsewhere than the list says, or a transcript differs.
async fn noticed(desk: &Desk, about: &[&Transcript], facts: &Value) -> bool {
    let Ok(text) = toml::to_string(facts) else {
        return true;
    };
    let hash = hash(text.as_bytes());
    let (library, _) = Library::default().with_accepted(&[(text, hash)]);
    let Some(connector) = library.all().next() else {
        return true;
    };
    if !super::places::faults(connector).is_empty() || !super::centers::faults(connector).is_empty()
    {
        return true;
    }
    for transcript in about {
        if !desk
            .drive_as(transcript, connector, &library)
            .await
            .is_empty()
        {
            return true;
        }
    }
    false
}
