//! Connector files, good and bad.
#![allow(clippy::unwrap_used, missing_docs)]

mod addresses;
mod drafts;
mod endpoints;
mod keys;
mod marks;
mod misread;
mod offered;
mod openapi;
mod operations;
mod pkce;
mod reviewed;
mod sandbox;
mod sketch;
mod told;
mod wire;

use std::collections::BTreeSet;
use std::path::Path;

use tsunagi_connectors::{
    ClientAuth, Connector, Draft, Library, Means, Pattern, Retired, SCHEMA, Webview, drafts,
};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::{Kind, RefusalCode};

const GOOD: &str = r#"id = "example"
name = "Example"
category = "crm"
kinds = ["admin"]
hosts = ["https://{region}.example.com", "https://*.api.example.com"]
registration = "needs_client"

[description]
en = "An example."
ja = "例です。"

[monogram]
text = "E"
hue = 10

[oauth]
authorize = "https://accounts.example.net/authorize"
token = "https://{region}.example.com/token"

[api]
base = "https://{region}.example.com/v1/"

[[parameters]]
name = "region"
label = { en = "Region", ja = "地域" }
pattern = "eu|us"
default = "eu"

[[scopes]]
name = "read"
about = { en = "Read", ja = "読み取り" }
default = true

[[presets]]
id = "all"
name = { en = "All", ja = "すべて" }
scopes = ["read"]
"#;

fn draft_of(name: &str, text: &[u8]) -> Draft {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), text).unwrap();
    let mut found = drafts(dir.path());
    assert_eq!(found.len(), 1, "one file is one draft");
    found.remove(0)
}

fn load(text: &str) -> Connector {
    draft_of("example.toml", text.as_bytes())
        .outcome
        .unwrap_or_else(|problem| panic!("{problem}"))
}

fn settings(values: &[(&str, &str)]) -> Settings {
    values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn every_built_in_file_is_valid_and_in_the_library() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("connectors");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            Some(name.strip_suffix(".toml")?.to_owned())
        })
        .collect();
    let ids = Library::built_in()
        .all()
        .map(|connector| connector.id.clone())
        .collect();
    assert_eq!(
        files, ids,
        "a file that does not load, or is not listed, is missing from the right"
    );
}

#[test]
fn the_schema_is_a_valid_schema() {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "editors read it too");
}

#[test]
fn the_practice_connector_leads_to_this_computer_only() {
    let library = Library::built_in();
    let practice = library.get("practice").unwrap();
    let resolved = practice.resolve(&settings(&[("port", "4711")])).unwrap();
    assert_eq!(
        resolved.authorize.as_ref().unwrap().as_str(),
        "http://127.0.0.1:4711/authorize",
        "authorize"
    );
    assert_eq!(
        resolved.issuer.as_deref(),
        Some("http://127.0.0.1:4711"),
        "no slash is added"
    );
    assert_eq!(
        resolved
            .origins
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["http://127.0.0.1:4711"],
        "token, revocation, device and API origins, each once"
    );
    assert_eq!(
        resolved.metadata.as_ref().map(url::Url::as_str),
        Some("http://127.0.0.1:4711/.well-known/oauth-authorization-server"),
        "where it describes itself"
    );
    assert_eq!(
        resolved.device.as_ref().map(url::Url::as_str),
        Some("http://127.0.0.1:4711/device_authorization"),
        "where a device code is asked for"
    );
    assert_eq!(
        resolved
            .api_url(practice.try_path.as_deref().unwrap())
            .unwrap()
            .as_str(),
        "http://127.0.0.1:4711/api/contacts",
        "what Try it suggests"
    );
    assert_eq!(
        practice.built_in_client_id(),
        Some("tsunagi-practice"),
        "public client"
    );
    assert_eq!(
        practice.oauth().client_auth,
        ClientAuth::None,
        "public client"
    );
    assert!(
        practice.oauth().sends_pkce() && practice.oauth().rotates,
        "as the practice service works"
    );
    assert!(
        practice.offers(Kind::Admin) && practice.offers(Kind::LoggedInUser),
        "both kinds"
    );
    assert!(
        practice.default_scopes().any(|scope| scope == "openid"),
        "accounts are told apart"
    );
}

/// R23: no practice connector can lead anywhere else, whatever its service answers.
#[test]
fn every_practice_connector_leads_to_this_computer_only() {
    let library = Library::built_in();
    let practice: Vec<_> = library.all().filter(|one| one.practice).collect();
    assert_eq!(practice.len(), 6, "its own wire, and five others");
    let here = settings(&[("port", "4711")]);
    for connector in practice {
        let id = &*connector.id;
        assert_eq!(connector.hosts, ["http://127.0.0.1:{port}"], "{id}");
        // Where a person signs in the program is the client; the others take what is typed in.
        let signs_in = connector.oauth.is_some() && !connector.is_for_clients();
        assert_eq!(
            connector.built_in_client_id(),
            signs_in.then_some("tsunagi-practice"),
            "{id}"
        );
        let resolved = connector.resolve(&here).unwrap();
        let origins: Vec<String> = resolved.origins.iter().map(ToString::to_string).collect();
        assert_eq!(
            origins,
            ["http://127.0.0.1:4711"],
            "{id}: the port of the connection"
        );
        for answer in connector
            .oauth()
            .answers
            .iter()
            .filter(|answer| answer.host)
        {
            let said = |origin: &str| {
                let said = [(answer.name.clone(), origin.to_owned())].into();
                connector.answered(&resolved, &said)
            };
            assert!(
                said("http://127.0.0.1:4711").unwrap().complete().is_ok(),
                "{id}"
            );
            for elsewhere in ["http://127.0.0.1:4712", "https://www.zohoapis.com"] {
                assert!(said(elsewhere).is_err(), "{id}: {elsewhere}");
            }
        }
    }
}

#[test]
fn what_a_practice_salesforce_has_not_answered_is_missed() {
    let library = Library::built_in();
    let salesforce = library.get("practice_salesforce").unwrap();
    let resolved = salesforce.resolve(&settings(&[("port", "4711")])).unwrap();
    assert_eq!(
        resolved.unanswered,
        ["instance_url"],
        "an example is no answer"
    );
}

#[test]
fn defaults_hold_where_a_file_says_nothing() {
    let connector = load(GOOD);
    assert_eq!(connector.oauth().pkce, None, "nobody said anything of PKCE");
    assert!(
        connector.oauth().sends_pkce(),
        "it is used all the same (RFC 9700 §2.1.1)"
    );
    assert_eq!(
        connector.oauth().client_auth,
        ClientAuth::Post,
        "client secret in the body"
    );
    assert_eq!(connector.oauth().scope_separator, " ", "RFC 6749 §3.3");
    assert_eq!(connector.api.header, "Bearer {token}", "RFC 6750 §2.1");
    assert_eq!(connector.webview, Webview::Allowed, "a window is allowed");
    assert!(connector.custom, "it came from the folder");
}

#[test]
fn patterns_mean_the_whole_value() {
    let pattern = Pattern::try_from("eu|us".to_owned()).unwrap();
    for (value, fits) in [
        ("eu", true),
        ("us", true),
        ("xeu", false),
        ("usx", false),
        ("us\n", false),
    ] {
        assert_eq!(pattern.is_match(value), fits, "{value:?}");
    }
    assert!(
        Pattern::try_from("eu)|(us".to_owned()).is_err(),
        "anchors cannot be undone"
    );
}

#[test]
fn api_paths_stay_at_the_api() {
    let resolved = load(GOOD).resolve(&Settings::new()).unwrap();
    for (path, url) in [
        (
            "/contacts?page=2",
            "https://eu.example.com/v1/contacts?page=2",
        ),
        ("//evil.org/x", "https://eu.example.com/v1//evil.org/x"),
        ("/../../x", "https://eu.example.com/x"),
        ("/\\evil.org", "https://eu.example.com/v1//evil.org"),
    ] {
        assert_eq!(resolved.api_url(path).unwrap().as_str(), url, "{path}");
    }
    for path in [
        "",
        "contacts",
        "@evil.org/",
        ".evil.org/",
        ":444/",
        "https://evil.org/",
    ] {
        let refusal = resolved.api_url(path).expect_err(path);
        assert_eq!(refusal.code, RefusalCode::HostNotListed, "{path}");
    }
}

#[test]
fn r16_a_retired_connector_ends_at_midnight_utc() {
    let retired = Retired::try_from("2024-09-26".to_owned()).unwrap();
    assert_eq!(retired.since.0, 1_727_308_800_000, "2024-09-26T00:00:00Z");
}

#[test]
fn errors_of_an_api_mean_what_the_connector_says_first() {
    let text = format!(
        "{GOOD}\n[[api.errors]]\nstatus = 401\nat = \"/code\"\nis = \"SCOPE\"\nmeans = \"scopes\"\n\
         [[api.errors]]\nstatus = 200\nat = \"/ok\"\nis = \"false\"\nmeans = \"expired\"\n"
    );
    let text = text.replace("[api]\nbase", "[api]\nheader_name = \"X-Token\"\nbase");
    let api = load(&text).api;
    assert_eq!(api.means(401, b"{\"code\":\"SCOPE\"}"), Some(Means::Scopes));
    assert_eq!(api.means(401, b"{\"code\":\"X\"}"), Some(Means::Expired));
    assert_eq!(api.means(200, b"{\"ok\":false}"), Some(Means::Expired));
    assert_eq!(api.means(200, b"{\"ok\":true}"), None);
    assert_eq!(api.means(429, b""), Some(Means::RateLimited));
    assert_eq!(api.means(404, b""), Some(Means::Other));
    assert_eq!(api.header_name, "X-Token");
}

#[test]
fn a_connector_sets_no_header_that_carries_a_credential() {
    for (field, name) in [
        ("headers", "Authorization"),
        ("headers", "Cookie"),
        ("headers", "Proxy-Authorization"),
        ("header_name", "Host"),
        ("header_name", "Cookie"),
    ] {
        let line = if field == "headers" {
            format!("[api]\nheaders = {{ {name} = \"x\" }}")
        } else {
            format!("[api]\nheader_name = \"{name}\"")
        };
        let text = GOOD.replace("[api]", &line);
        let problem = draft_of("example.toml", text.as_bytes())
            .outcome
            .unwrap_err();
        assert!(
            problem.why.to_string().contains(name),
            "{field} {name}: {problem}"
        );
    }
}
