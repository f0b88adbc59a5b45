//! Connector files, good and bad.
#![allow(clippy::unwrap_used, missing_docs)]

mod endpoints;
mod keys;
mod marks;
mod misread;
mod offered;
mod openapi;
mod pkce;
mod reviewed;
mod sketch;
mod told;
mod wire;

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use tsunagi_connectors::{
    ClientAuth, Connector, DiffKind, Draft, Library, Means, Pattern, Retired, SCHEMA, Webview,
    diff, drafts, hash,
};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::hosts::may_receive;
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
fn a_bad_file_is_reported_by_name_and_line() {
    // What is changed in the good file, the line that is named, and a word of the reason.
    let cases = [
        ("kinds = [\"admin\"]", "kinds = [\"admin\"", 5, ""),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"everyone\"]",
            4,
            "everyone",
        ),
        (
            "category = \"crm\"",
            "category = \"crm\"\ncolour = 1",
            4,
            "colour",
        ),
        ("hue = 10", "hue = 400", 14, "359"),
        ("hue = 10", "hue = 10\nhue = 11", 15, "duplicate"),
        ("ja = \"例です。\"", "", 8, "ja"),
        (
            "token = \"https://{region}.example.com/token\"",
            "",
            16,
            "token",
        ),
        (
            "https://{region}.example.com/token",
            "https://evil.example.org/token",
            18,
            "evil.example.org",
        ),
        (
            "https://{region}.example.com/v1/",
            "https://{region}.example.com:8443/v1",
            21,
            "R23",
        ),
        (
            "https://{region}.example.com/v1/",
            "http://eu.example.com/v1",
            21,
            "https",
        ),
        (
            "https://accounts.example.net",
            "http://accounts.example.net",
            17,
            "https",
        ),
        (
            "https://accounts.example.net",
            "https://{tenant}.example.net",
            17,
            "tenant",
        ),
        (
            "https://accounts.example.net",
            "https://{accounts.example.net",
            17,
            "brace",
        ),
        ("pattern = \"eu|us\"", "pattern = \"(eu|us\"", 26, "regex"),
        (
            "default = true",
            "default = true\nsource = \"http://example.com/scopes\"",
            33,
            "https",
        ),
        (
            "default = \"eu\"",
            "default = \"eu.evil\"",
            27,
            "not a value",
        ),
        ("default = \"eu\"", "", 23, "example"),
        ("scopes = [\"read\"]", "scopes = [\"write\"]", 37, "write"),
        (
            "[[presets]]",
            "[[scopes]]\nname = \"openid\"\nabout = { en = \"x\", ja = \"x\" }\n[[presets]]",
            16,
            "issuer",
        ),
        (
            "[[presets]]",
            "[[scopes]]\nname = \"read\"\nabout = { en = \"x\", ja = \"x\" }\n[[presets]]",
            35,
            "twice",
        ),
        (
            "registration = \"needs_client\"",
            "registration = { built_in = { client_id = \"tsunagi-practice\" } }",
            6,
            "client registration",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\npractice = true",
            5,
            "practice",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\nverified = true",
            5,
            "verified",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\", \"logged_in_user\"]\npayment = true",
            4,
            "R7",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\nretired = \"2024-13-01\"",
            5,
            "",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\noffered_in = { countries = [\"IN\"] }",
            5,
            "R8",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\npayment = true\noffered_in = { countries = [\"XX\"] }",
            6,
            "ISO 3166",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\npayment = true\noffered_in = { data_centers = [\"zz\"] }",
            6,
            "data center",
        ),
        (
            "kinds = [\"admin\"]",
            "kinds = [\"admin\"]\npayment = true\noffered_in = \"here and there\"",
            6,
            "everywhere",
        ),
        ("[api]", "pkce = \"maybe\"\n[api]", 20, "undocumented"),
        ("https://*.api.example.com", "https://*.com", 5, "https"),
        (
            "[api]",
            "device = \"https://evil.example.org/device\"\n[api]",
            20,
            "R23",
        ),
        (
            "[api]",
            "device = \"https://{tenant}.example.com/device\"\n[api]",
            20,
            "tenant",
        ),
        (
            "[api]",
            "metadata = \"https://eu.example.com/about\"\n[api]",
            20,
            "issuer",
        ),
        (
            "[api]",
            "issuer = \"https://eu.example.com\"\nmetadata = \"https://evil.example.org/about\"\n[api]",
            21,
            "R23",
        ),
        (
            "[api]",
            "error_words = { waiting = \"patience\" }\n[api]",
            20,
            "patience",
        ),
        (
            "[api]",
            "authorize_params = { state = \"x\" }\n[api]",
            20,
            "state",
        ),
    ];
    for (from, to, line, word) in cases {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "`{from}` is in the good file");
        let problem = draft_of("example.toml", text.as_bytes())
            .outcome
            .expect_err(&format!("`{to}` instead of `{from}` is not accepted"));
        assert_eq!(problem.file, "example.toml", "the file is named");
        assert_eq!(problem.line, Some(line), "`{to}`: {problem}");
        assert!(
            problem
                .why
                .to_string()
                .to_lowercase()
                .contains(&word.to_lowercase()),
            "`{to}`: {problem}"
        );
    }
}

#[test]
fn one_bad_file_does_not_keep_the_others_out() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bad.toml"), "id = ").unwrap();
    std::fs::write(dir.path().join("example.toml"), GOOD).unwrap();
    std::fs::write(
        dir.path().join("latin.toml"),
        b"id = \"a\"\nname = \"\xe9\"",
    )
    .unwrap();
    std::fs::write(dir.path().join("huge.toml"), vec![b'#'; 300 * 1024]).unwrap();
    std::fs::write(dir.path().join("notes.txt"), "not a connector").unwrap();
    std::fs::create_dir(dir.path().join("folder.toml")).unwrap();
    let found = drafts(dir.path());
    let state: Vec<(&str, Option<usize>)> = found
        .iter()
        .map(|draft| {
            (
                draft.file.as_str(),
                draft.outcome.as_ref().err().and_then(|p| p.line),
            )
        })
        .collect();
    assert_eq!(
        state,
        [
            ("bad.toml", Some(1)),
            ("example.toml", None),
            ("folder.toml", None),
            ("huge.toml", None),
            ("latin.toml", Some(2)),
        ],
        "by name, each with its line"
    );
    let good: Vec<&str> = found
        .iter()
        .filter(|draft| draft.outcome.is_ok())
        .map(|draft| draft.file.as_str())
        .collect();
    assert_eq!(good, ["example.toml"], "only the good one loads");
}

#[test]
fn a_folder_that_is_not_there_has_no_drafts() {
    assert_eq!(
        drafts(Path::new("/nonexistent/connectors")),
        [],
        "first start"
    );
}

#[test]
fn a_file_never_shadows_a_built_in_connector() {
    let text = GOOD.replacen("id = \"example\"", "id = \"practice\"", 1);
    let problem = draft_of("practice.toml", text.as_bytes())
        .outcome
        .unwrap_err();
    assert!(problem.why.to_string().contains("built-in"), "{problem}");
    let (library, problems) =
        Library::built_in().with_accepted(&[(text.clone(), hash(text.as_bytes()))]);
    assert_eq!(problems.len(), 1, "accepted or not");
    assert!(
        !library.get("practice").unwrap().custom,
        "the built-in one stays"
    );
}

#[test]
fn a_file_is_named_after_its_id() {
    let problem = draft_of("other.toml", GOOD.as_bytes()).outcome.unwrap_err();
    assert_eq!(
        (
            problem.line,
            problem.why.to_string().contains("example.toml")
        ),
        (Some(1), true),
        "{problem}"
    );
}

#[test]
fn only_the_accepted_text_loads() {
    let accepted = hash(GOOD.as_bytes());
    assert_eq!(
        draft_of("example.toml", GOOD.as_bytes()).hash,
        accepted,
        "what is accepted"
    );
    let edited = GOOD.replacen("accounts.example.net", "evil.example.net", 1);
    let (library, problems) = Library::built_in().with_accepted(&[(edited, accepted.clone())]);
    assert!(
        library.get("example").is_none(),
        "an edited file is a draft again"
    );
    assert_eq!(problems.len(), 1, "and it is said");
    let (library, problems) = Library::built_in().with_accepted(&[
        (GOOD.to_owned(), accepted.clone()),
        (GOOD.to_owned(), accepted),
    ]);
    assert!(library.get("example").is_some(), "the accepted text loads");
    assert_eq!(problems.len(), 1, "once");
}

#[test]
fn r23_settings_lead_nowhere_else() {
    let mut connector = load(GOOD);
    assert_eq!(
        connector
            .resolve(&settings(&[("region", "us")]))
            .unwrap()
            .token
            .unwrap()
            .as_str(),
        "https://us.example.com/token",
        "a setting that fits"
    );
    assert_eq!(
        connector
            .resolve(&Settings::new())
            .unwrap()
            .token
            .unwrap()
            .as_str(),
        "https://eu.example.com/token",
        "the default"
    );
    for value in ["", "eu.", "euu", " eu", "eu\n", "EU"] {
        let refusal = connector
            .resolve(&settings(&[("region", value)]))
            .unwrap_err();
        assert_eq!(
            refusal.code,
            RefusalCode::SettingInvalid,
            "{value:?} does not match"
        );
        assert_eq!(refusal.args["parameter"], "region", "it is named");
    }
    // However careless the pattern is.
    connector.parameters[0].pattern = Pattern::try_from("(?s).*".to_owned()).unwrap();
    for value in [
        "evil.org/",
        "evil.org#",
        "evil.org?",
        "a@evil.org",
        "*",
        "evil.org\\",
        "x y",
    ] {
        connector
            .resolve(&settings(&[("region", value)]))
            .expect_err(&format!("{value:?} would change the host"));
    }
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
fn a_diff_says_which_lines_changed() {
    let lines = diff("a\nb\nc\n", "a\nB\nc\n");
    let told: Vec<(DiffKind, &str)> = lines
        .iter()
        .map(|line| (line.kind, line.text.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (DiffKind::Same, "a"),
            (DiffKind::Removed, "b"),
            (DiffKind::Added, "B"),
            (DiffKind::Same, "c"),
        ],
        "line by line"
    );
}

proptest! {
    /// R23: whatever a setting is, every receiver of a credential is one of the hosts.
    #[test]
    fn r23_every_receiver_is_a_listed_host(value in "\\PC{0,30}") {
        let mut connector = load(GOOD);
        connector.parameters[0].pattern = Pattern::try_from("(?s).*".to_owned()).unwrap();
        if let Ok(resolved) = connector.resolve(&settings(&[("region", &value)])) {
            for url in [resolved.token.as_ref().unwrap(), &resolved.api_base] {
                prop_assert!(may_receive(url, &resolved.hosts).is_ok(), "{url}");
                let host = url.host_str().unwrap();
                prop_assert!(host.ends_with(".example.com"), "{url}");
            }
        }
    }

    /// A file of anything is a problem, never a panic.
    #[test]
    fn any_text_is_loaded_or_reported(text in "\\PC{0,200}") {
        let draft = draft_of("example.toml", text.as_bytes());
        prop_assert!(draft.outcome.is_err(), "random text is no connector");
    }
}

/// The good file with further lines in `[oauth]` and another API address.
fn answering(oauth: &str, base: &str) -> Draft {
    let text = GOOD
        .replace(
            "token = \"https://{region}.example.com/token\"",
            &format!("token = \"https://{{region}}.example.com/token\"\n{oauth}"),
        )
        .replace("https://{region}.example.com/v1/", base);
    draft_of("example.toml", text.as_bytes())
}

#[test]
fn r23_what_a_service_answers_completes_its_addresses_within_its_hosts() {
    let oauth =
        "answers = [{ name = \"site\", host = true, example = \"https://a.api.example.com\" }]";
    let connector = answering(oauth, "{answer.site}/v1").outcome.unwrap();
    let resolved = connector.resolve(&Settings::new()).unwrap();
    assert_eq!(
        resolved.complete().unwrap_err().code,
        RefusalCode::AnswerMissing,
        "an example is nothing to send to"
    );
    let said = |site: &str| [("site".to_owned(), site.to_owned())].into();
    for site in ["https://b.api.example.com", "https://b.api.example.com/"] {
        let bound = connector.answered(&resolved, &said(site)).unwrap();
        bound.complete().unwrap();
        assert_eq!(
            bound.api_url("/files").unwrap().as_str(),
            "https://b.api.example.com/v1/files",
            "{site}"
        );
        assert_eq!(
            bound.origins, resolved.origins,
            "what is sealed is the connector's own"
        );
    }
    for site in [
        "https://evil.example.org",
        "https://b.api.example.com/deeper",
        "https://b.api.example.com@evil.example.org",
        "http://b.api.example.com",
        "evil.example.org/",
    ] {
        let bound = connector.answered(&resolved, &said(site));
        let usable = bound.and_then(|bound| bound.complete());
        assert!(usable.is_err(), "{site} is no place for a token");
    }
}

#[test]
fn an_answer_stands_only_where_it_is_known_in_time() {
    let table = [
        ("", "{answer.site}/v1", "answers"),
        (
            "answers = [{ name = \"site\" }]",
            "{answer.site}/v1",
            "example",
        ),
        (
            "refresh = \"{answer.site}/r\"\nheaders = { Host = \"x\" }\nanswers = [{ name = \"site\", default = \"https://eu.example.com\" }]",
            "https://eu.example.com/v1",
            "R23",
        ),
        (
            "device = \"{answer.site}/d\"\nanswers = [{ name = \"site\", example = \"https://eu.example.com\" }]",
            "https://eu.example.com/v1",
            "needs a `default`",
        ),
        (
            "issuer = \"https://{answer.site}\"\nanswers = [{ name = \"site\", default = \"eu.example.com\" }]",
            "https://eu.example.com/v1",
            "cannot stand here",
        ),
        (
            "authorize_params = { a = \"{nobody}\" }",
            "https://eu.example.com/v1",
            "nobody",
        ),
    ];
    for (oauth, base, said) in table {
        let problem = answering(oauth, base).outcome.unwrap_err();
        assert!(problem.why.to_string().contains(said), "{oauth}: {problem}");
        assert!(problem.line.is_some(), "{oauth}: {problem}");
    }
}

#[test]
fn a_setting_may_be_any_text_where_it_is_a_field_and_no_address() {
    let text = GOOD
        .replace("pattern = \"eu|us\"", "pattern = \"[a-z/: ]+\"")
        .replace("https://{region}.example.com", "https://eu.example.com")
        .replace(
            "[api]",
            "authorize_params = { audience = \"{region}\" }\n[api]",
        );
    let connector = load(&text);
    let resolved = connector
        .resolve(&settings(&[("region", "https://api/ of ours")]))
        .unwrap();
    assert_eq!(
        resolved.authorize_params["audience"],
        "https://api/ of ours"
    );
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
