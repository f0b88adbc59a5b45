//! What a connector begins with: an issuer, a connector file, an OpenAPI document.

use tsunagi_connectors::Pkce;
use tsunagi_console::Reach;
use tsunagi_console::Security;
use tsunagi_console::agent::Practice as _;
use tsunagi_console::views::{BuilderState, ConnectorStart, FileState, Locale, RedirectForm};
use tsunagi_domain::{Kind, Mode};
use tsunagi_practice::{Fault, Faults};

use super::{MILL, begin, done, hash_of, mill, opened, publish, save, state};
use crate::fixture::Desk;
use crate::provider::{accept, connector, draft, register};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_openapi_document_becomes_a_draft_and_a_published_connector() {
    let desk = Desk::empty();
    let read = desk
        .console
        .read_openapi(desk.session(), "mill.yaml", MILL)
        .unwrap();
    assert_eq!((read.name.as_str(), read.choices.len()), ("Paper Mill", 1));
    assert_eq!(
        read.left_out[0].line,
        Some(13),
        "the cookie, and where it is"
    );
    assert_eq!(read.left_out[0].code, "scheme_cookie");
    let draft = mill(&desk).await;
    assert_eq!(draft.findings, [], "nothing is missing");
    assert_eq!(draft.file, "paper_mill.toml");
    assert_eq!(draft.hash, hash_of(&desk, "paper_mill.toml"));
    assert_eq!(state(&desk, "paper_mill.toml"), FileState::Draft);
    let unused = desk.console.service(desk.session(), "paper_mill");
    assert_eq!(unused.unwrap_err().code, "connector_missing");
    let impact = desk
        .console
        .publish_impact(desk.session(), &draft.file, &draft.hash)
        .unwrap();
    assert!(!impact.replaces && impact.connections.is_empty());
    assert_eq!(
        impact.hosts_added,
        ["https://login.mill.example", "https://api.mill.example"],
        "R23: where credentials would go"
    );
    let published = publish(&desk, &draft).unwrap();
    assert_eq!(published.state, BuilderState::Published);
    let service = desk.console.service(desk.session(), "paper_mill").unwrap();
    assert!(service.custom && service.needs_registration);
    let written = desk
        .console
        .export_connector(desk.session(), "paper_mill")
        .unwrap();
    assert_eq!(
        std::fs::read_to_string(written.path).unwrap(),
        draft.sketch.to_toml(),
        "what is exported can be imported"
    );
    assert_eq!(
        done(&desk),
        [
            "connector.imported",
            "connector.accepted",
            "connector.exported"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_fills_the_form_and_its_service_can_be_connected() {
    let desk = Desk::empty();
    let port = desk.world.practice.start().unwrap();
    let issuer = format!("http://127.0.0.1:{port}");
    let start = ConnectorStart::Issuer {
        name: "Our own".to_owned(),
        issuer: issuer.clone(),
    };
    let begun = begin(&desk, start).await.unwrap();
    let mut sketch = begun.sketch.clone();
    let Security::Oauth(oauth) = &sketch.security else {
        panic!("it is OAuth");
    };
    assert_eq!(oauth.issuer.as_deref(), Some(issuer.as_str()));
    assert_eq!(
        oauth.device.as_deref(),
        Some(format!("{issuer}/device_authorization").as_str())
    );
    assert_eq!(oauth.pkce, Some(Pkce::Supported), "RFC 7636");
    assert!(oauth.iss_required, "RFC 9207");
    assert!(sketch.scopes.iter().any(|scope| scope.name == "openid"));
    sketch.api.base = format!("{issuer}/api");
    let saved = save(&desk, &begun, &sketch).unwrap();
    assert_eq!(saved.findings, [], "only the API's address was missing");
    let filled = desk
        .console
        .fill_connector(desk.session(), &sketch, &issuer)
        .await
        .unwrap();
    assert_eq!(filled.sketch, sketch, "the same once more");
    assert!(filled.filled.contains(&"/oauth/token".to_owned()) && filled.device);
    assert_eq!(filled.pkce, Some(Pkce::Supported), "it names S256");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_that_lies_leaves_the_draft_as_it_was_and_begins_none() {
    let desk = Desk::empty();
    let port = desk.world.practice.start().unwrap();
    desk.world.practice.set(Faults {
        metadata: Some(Fault::WrongIssuer),
        ..Faults::default()
    });
    let draft = mill(&desk).await;
    let issuer = format!("http://127.0.0.1:{port}");
    let filled = desk
        .console
        .fill_connector(desk.session(), &draft.sketch, &issuer)
        .await;
    let refused = filled.unwrap_err();
    assert_eq!(refused.code, "discovery_other_issuer");
    assert_eq!(refused.args["expected"], issuer);
    assert_eq!(opened(&desk, &draft.file).hash, draft.hash);
    let name = "Liar".to_owned();
    let begun = begin(&desk, ConnectorStart::Issuer { name, issuer }).await;
    assert_eq!(begun.unwrap_err().code, "discovery_other_issuer");
    let view = desk.console.connectors(desk.session()).unwrap();
    assert_eq!(view.files.len(), 1, "nothing was stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_import_is_refused_by_name_line_and_reason_and_nothing_is_stored() {
    let desk = Desk::empty();
    let bad = MILL.replace("openapi: 3.0.3", "swagger: '2.0'");
    let refused = desk
        .console
        .read_openapi(desk.session(), "mill.yaml", &bad)
        .unwrap_err();
    assert_eq!(refused.code, "import_bad");
    let english = refused.failure(Locale::En).message;
    assert!(english.contains("mill.yaml:1: Swagger 2.0"), "{english}");
    let japanese = refused.failure(Locale::Ja).message;
    assert!(
        japanese.contains("mill.yaml:1: ") && japanese.contains("変換"),
        "the reason is in the language of who reads it: {japanese}"
    );
    let text = connector("mill", "Mill", "https://mill.example").replace("hue = 20", "hue = 999");
    let line = 1 + text.lines().position(|line| line == "hue = 999").unwrap();
    let file = "mill.toml".to_owned();
    let refused = begin(&desk, ConnectorStart::Toml { file, text })
        .await
        .unwrap_err();
    let english = refused.failure(Locale::En).message;
    assert!(
        english.contains(&format!("mill.toml:{line}: “monogram.hue”")),
        "{english}"
    );
    assert!(
        desk.console
            .connectors(desk.session())
            .unwrap()
            .files
            .is_empty()
    );
    assert_eq!(done(&desk), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_import_takes_a_built_in_id() {
    let desk = Desk::empty();
    let text = connector("zoho-crm", "CRM", "https://evil.example");
    let file = "zoho-crm.toml".to_owned();
    desk.world.put("zoho-crm.toml", &text);
    let imported = begin(&desk, ConnectorStart::Toml { file, text }).await;
    assert_eq!(imported.unwrap_err().code, "import_bad");
    assert_eq!(
        state(&desk, "zoho-crm.toml"),
        FileState::Bad,
        "nor does a file that was put there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_custom_connector_uses_another_ones_client_registration() {
    let desk = Desk::empty();
    let evil = connector("filing", "Filing", "https://evil.example");
    let built_in = evil.replace(
        "registration = \"needs_client\"",
        "registration = { built_in = { client_id = \"tsunagi-practice\" } }",
    );
    let start = ConnectorStart::Toml {
        file: "filing.toml".to_owned(),
        text: built_in,
    };
    let imported = begin(&desk, start).await;
    assert!(
        imported.unwrap_err().args["detail"].contains("client registration"),
        "the program's own"
    );
    accept(&desk, "filing", &evil).unwrap();
    let theirs = register(&desk, "github", RedirectForm::LoopbackAnyPort);
    let taken = draft("Papers", Kind::Admin, Mode::Same, Some(theirs));
    let refused = desk.console.create(desk.session(), &taken).unwrap_err();
    assert_eq!(
        refused.code, "registration_needed",
        "a built-in connector's"
    );
    let own = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let own = draft("Papers", Kind::Admin, Mode::Same, Some(own));
    let id = desk.console.create(desk.session(), &own).unwrap();
    let refused = desk
        .console
        .set_environment(
            desk.session(),
            id,
            Reach::All,
            Default::default(),
            Some(theirs),
        )
        .await;
    assert_eq!(
        refused.unwrap_err().code,
        "registration_needed",
        "nor for one environment"
    );
}
