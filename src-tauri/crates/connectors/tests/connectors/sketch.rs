//! What a person makes up in the builder: as a file and back, and what is wrong with it by field.

mod doubled;
mod offered;
mod round_trip;

use tsunagi_connectors::{
    Attach, Body, GrantType, KeyField, Keys, Method, OAuth, Question, Scope, Security, Sketch,
    Text, Way, drafts, host_of,
};

use crate::GOOD;

/// Where a service says about itself what it offers (RFC 8414).
const DOCUMENT: &str = "https://id.mill.example/.well-known/oauth-authorization-server";

fn text(words: &str) -> Text {
    Text {
        en: words.to_owned(),
        ja: words.to_owned(),
    }
}

fn signed_in() -> Sketch {
    let oauth = OAuth {
        authorize: Some("https://login.mill.example/authorize".to_owned()),
        ..OAuth::at("https://login.mill.example/token")
    };
    let mut sketch = Sketch::new("Paper Mill", Security::Oauth(Box::new(oauth)));
    sketch.api.base = "https://api.mill.example/v1".to_owned();
    sketch.scopes = vec![Scope {
        name: "read".to_owned(),
        about: text("Read"),
        default: true,
        source: None,
    }];
    sketch
}

fn question(url: &str) -> Question {
    Question::at(url)
}

fn places(sketch: &Sketch) -> Vec<String> {
    let mut places: Vec<String> = sketch.check().into_iter().map(|one| one.at).collect();
    places.sort();
    places
}

#[test]
fn a_sketch_without_findings_is_a_connector_file() {
    let sketch = signed_in();
    assert_eq!(sketch.check(), []);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("paper_mill.toml"), sketch.to_toml()).unwrap();
    let draft = drafts(dir.path()).remove(0);
    let connector = draft
        .outcome
        .unwrap_or_else(|problem| panic!("{problem}\n{}", draft.toml));
    assert_eq!(connector.name, "Paper Mill");
    assert!(connector.oauth().sends_pkce(), "as where nothing is said");
    assert_eq!(
        connector.hosts,
        ["https://login.mill.example", "https://api.mill.example"]
    );
}

#[test]
fn the_file_says_no_more_than_it_has_to_and_always_the_same() {
    let toml = signed_in().to_toml();
    assert_eq!(toml, signed_in().to_toml());
    for unsaid in [
        "null",
        "pkce",
        "client_auth",
        "header",
        "answers",
        "#",
        "custom =",
    ] {
        assert!(
            !toml.contains(unsaid),
            "`{unsaid}` goes without saying:\n{toml}"
        );
    }
    assert!(toml.starts_with("id = \"paper_mill\"\nname = "), "{toml}");
}

#[test]
fn a_file_that_is_read_and_written_says_the_same() {
    let good = &GOOD.replace(
        "[[presets]]",
        "[rate]\nrefreshes = 5\nseconds = 60\n\n[[presets]]",
    );
    let sketch = Sketch::from_toml("example.toml", good).unwrap();
    assert_eq!(sketch.presets.len(), 1);
    assert!(
        sketch.rest.contains_key("rate"),
        "what the builder has no fields for is kept"
    );
    let again = Sketch::from_toml("example.toml", &sketch.to_toml())
        .unwrap_or_else(|problem| panic!("{problem}\n{}", sketch.to_toml()));
    assert_eq!(again, sketch);
    let value = |text: &str| toml_value(text);
    assert_eq!(value(&sketch.to_toml()), value(good), "nothing is lost");
}

fn toml_value(text: &str) -> serde_json::Value {
    let sketch = Sketch::from_toml("example.toml", text).unwrap();
    serde_json::Value::Object(sketch.fields())
}

#[test]
fn a_bad_file_is_refused_by_name_line_and_reason() {
    let bad = GOOD.replace("hue = 10", "hue = 999");
    let problem = Sketch::from_toml("mill.toml", &bad).unwrap_err();
    assert_eq!(problem.file, "mill.toml");
    let line = bad.lines().position(|line| line == "hue = 999").unwrap() + 1;
    assert_eq!(problem.line, Some(line), "{problem}");
    let clever = GOOD.replace(
        "registration = \"needs_client\"",
        "registration = { built_in = { client_id = \"tsunagi\" } }",
    );
    let problem = Sketch::from_toml("mill.toml", &clever).unwrap_err();
    assert!(
        problem
            .why
            .to_string()
            .contains("client registration of the program"),
        "{problem}"
    );
}

#[test]
fn every_problem_is_told_with_its_field() {
    let mut sketch = signed_in();
    let Security::Oauth(oauth) = &mut sketch.security else {
        panic!("it is OAuth");
    };
    oauth.token = "https://elsewhere.example/token".to_owned();
    oauth.userinfo = Some("https://third.example/me".to_owned());
    oauth.authorize = None;
    sketch.api.base = "http://api.mill.example/v1".to_owned();
    sketch.hosts = Some(vec!["https://api.mill.example".to_owned()]);
    sketch.scopes.push(sketch.scopes[0].clone());
    sketch.whoami = Some(question("https://{nobody}.mill.example/me"));
    sketch.whoami.as_mut().unwrap().id = Some("/id".to_owned());
    assert_eq!(
        places(&sketch),
        [
            "/api/base",
            "/oauth/authorize",
            "/oauth/token",
            "/oauth/userinfo",
            "/scopes/1/name",
            "/whoami/url",
        ],
        "{:?}",
        sketch.check()
    );
}

#[test]
fn what_is_empty_is_told_with_its_field() {
    let sketch = Sketch::new("", Security::Oauth(Box::new(OAuth::at(""))));
    let places = places(&sketch);
    for field in ["/name", "/oauth/token", "/api/base", "/hosts"] {
        assert!(places.iter().any(|at| at == field), "{field}: {places:?}");
    }
}

#[test]
fn no_sketch_takes_a_built_in_connectors_id_or_one_that_reads_like_it() {
    let toml = GOOD.replace("id = \"example\"", "id = \"zoho-crm\"");
    let problem = Sketch::from_toml("mill.toml", &toml).unwrap_err();
    assert_eq!(problem.line, Some(1), "{problem}");
    for id in ["salesforce", "zoho_crm", "zoho-crm"] {
        let mut sketch = signed_in();
        sketch.general.id = id.to_owned();
        assert_eq!(places(&sketch), ["/id"], "{id}");
    }
}

#[test]
fn r23_hosts_follow_the_addresses_until_a_person_lists_them() {
    let mut sketch = signed_in();
    sketch.verify = Some(question("https://who.mill.example/me"));
    assert_eq!(
        sketch.hosts(),
        [
            "https://login.mill.example",
            "https://api.mill.example",
            "https://who.mill.example",
        ]
    );
    sketch.hosts = Some(vec!["https://*.mill.example".to_owned()]);
    assert_eq!(sketch.check(), [], "a wider list is a person's choice");
    let again = Sketch::from_toml("paper_mill.toml", &sketch.to_toml()).unwrap();
    assert_eq!(again.hosts, sketch.hosts, "and stays it");
    for (template, host) in [
        ("https://a.example", Some("https://a.example")),
        ("https://a.example/x?y#z", Some("https://a.example")),
        (
            "https://a.example?x=https://b.example",
            Some("https://a.example"),
        ),
        (
            "https://{region}.a.example:8443/x",
            Some("https://{region}.a.example:8443"),
        ),
        ("{answer.api_domain}/x", None),
        ("https://{answer.host}/x", None),
        ("ftp://a.example", None),
        ("https:///x", None),
    ] {
        assert_eq!(host_of(template), host, "{template}");
    }
}

#[test]
fn a_key_is_a_connector_too() {
    let field = |name: &str, secret| KeyField {
        name: name.to_owned(),
        label: text(name),
        help: None,
        secret,
        pattern: None,
        example: None,
    };
    let keys = Keys {
        fields: vec![field("account", false), field("key", true)],
        attach: vec![Attach::Basic {
            user: "{key.account}".to_owned(),
            password: "{key.key}".to_owned(),
        }],
    };
    let mut sketch = Sketch::new("Paper Mill", Security::Keys(keys));
    sketch.api.base = "https://api.mill.example".to_owned();
    assert_eq!(places(&sketch), ["/keys"], "it is not said how it is tried");
    sketch.verify = Some(question("https://api.mill.example/me"));
    assert_eq!(sketch.check(), []);
    let again = Sketch::from_toml("paper_mill.toml", &sketch.to_toml()).unwrap();
    assert_eq!(again, sketch);
}

#[test]
fn what_a_service_says_about_itself_fills_the_form_and_keeps_what_it_does_not_say() {
    let mut sketch = signed_in();
    if let Security::Oauth(oauth) = &mut sketch.security {
        oauth.scope_separator = ",".to_owned();
        oauth.body = Body::Json;
        oauth.answer_at = Some("/authed_user".to_owned());
        oauth.error_words = [("gone".to_owned(), "invalid_grant".to_owned())].into();
        oauth.token_lifetime_seconds = Some(600);
        oauth.authorize_params.insert(
            "prompt".to_owned(),
            serde_json::from_value("consent".into()).unwrap(),
        );
    }
    let found = OAuth {
        grant: GrantType::Code,
        authorize: Some("https://id.mill.example/authorize".to_owned()),
        device: Some("https://id.mill.example/device".to_owned()),
        issuer: Some("https://id.mill.example".to_owned()),
        metadata: Some(DOCUMENT.to_owned()),
        ..OAuth::at("https://id.mill.example/token")
    };
    sketch.scopes.push(Scope {
        name: "admin".to_owned(),
        about: text("Everything"),
        default: false,
        source: None,
    });
    sketch.scopes.push(Scope {
        name: "sheets".to_owned(),
        about: text("Sheets"),
        default: false,
        source: Some("https://docs.mill.example/scopes".to_owned()),
    });
    let said = ["read", "sheets", "write"].map(str::to_owned);
    sketch.fill(found, &said);
    let Security::Oauth(oauth) = &sketch.security else {
        panic!("it is OAuth");
    };
    assert_eq!(oauth.token, "https://id.mill.example/token");
    assert_eq!(oauth.scope_separator, ",", "the service did not say");
    assert_eq!(oauth.authorize_params.len(), 1);
    assert_eq!(
        (oauth.body, oauth.answer_at.as_deref()),
        (Body::Json, Some("/authed_user"))
    );
    assert_eq!(
        (oauth.error_words.len(), oauth.token_lifetime_seconds),
        (1, Some(600)),
        "nothing that a person set is lost"
    );
    let names: Vec<_> = sketch.scopes.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["read", "admin", "sheets", "write"], "each once");
    let pages: Vec<_> = sketch
        .scopes
        .iter()
        .map(|one| one.source.as_deref())
        .collect();
    assert_eq!(
        pages,
        [
            Some(DOCUMENT),
            None,
            Some("https://docs.mill.example/scopes"),
            Some(DOCUMENT)
        ],
        "what the service lists is listed there; what a person wrote is not, and what they say stays"
    );
    assert_eq!(sketch.scopes[0].about.en, "Read", "a person's words stay");
    assert_eq!(sketch.check(), []);
}

#[test]
fn every_way_begins_with_what_is_the_same_everywhere() {
    for way in [
        Way::Code,
        Way::Device,
        Way::ClientCredentials,
        Way::OpenId,
        Way::Basic,
        Way::Bearer,
        Way::KeyInHeader,
        Way::KeyInQuery,
        Way::KeyInBody,
        Way::Fields,
    ] {
        let mut sketch = Sketch::new("Paper Mill", Security::of(way));
        let again = Sketch::reopen("paper_mill.toml", &sketch.to_toml());
        assert_eq!(
            again.as_ref(),
            Ok(&sketch),
            "{way:?}: it can be put aside unfinished"
        );
        sketch.api.base = "https://api.mill.example".to_owned();
        match &mut sketch.security {
            Security::Oauth(oauth) => {
                oauth.token = "https://api.mill.example/token".to_owned();
                if way == Way::Device {
                    oauth.device = Some("https://api.mill.example/device".to_owned());
                } else if oauth.grant == GrantType::Code {
                    oauth.authorize = Some("https://api.mill.example/authorize".to_owned());
                }
            }
            Security::Keys(_) => {
                let mut verify = question("https://api.mill.example/me");
                if way == Way::KeyInBody {
                    verify.method = Method::Post;
                }
                sketch.verify = Some(verify);
            }
        }
        assert_eq!(sketch.check(), [], "{way:?}");
    }
}

#[test]
fn the_name_of_a_file_is_no_way_out_of_the_folder() {
    let mut sketch = signed_in();
    assert_eq!(sketch.file_name().as_deref(), Ok("paper_mill.toml"));
    for id in [
        "",
        "../x",
        "a/b",
        "A",
        "1a",
        "a.b",
        "con\u{0}",
        "salesforce",
        &"a".repeat(51),
    ] {
        sketch.general.id = id.to_owned();
        let refused = sketch.file_name().unwrap_err();
        assert_eq!(refused.at, "/id", "{id}");
    }
}
