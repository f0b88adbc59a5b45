//! The builder: drafts of custom connectors, and what publishing one does to those who use it.

use tsunagi_console::agent::Practice as _;
use tsunagi_console::views::{FileState, RedirectForm, SavedDraft, Stage};
use tsunagi_console::{ConsoleError, Reach, Security, Sketch, Way};
use tsunagi_domain::{Health, Kind, Mode, NotConnected};
use tsunagi_practice::{Fault, Faults};

use crate::fixture::{Desk, Person};
use crate::provider::{Provider, accept, connector, draft, register};

const MILL: &str = "openapi: 3.0.3
info: { title: Paper Mill, version: '1' }
servers: [{ url: 'https://api.mill.example/v1' }]
components:
  securitySchemes:
    signin:
      type: oauth2
      flows:
        authorizationCode:
          authorizationUrl: https://login.mill.example/authorize
          tokenUrl: https://login.mill.example/token
          scopes: { read: Read paper }
    cookie: { type: apiKey, in: cookie, name: sid }
";

fn mill(desk: &Desk) -> Sketch {
    let found = desk
        .console
        .import_openapi(desk.session(), "mill.yaml", MILL)
        .unwrap();
    found.choices.into_iter().next().unwrap().sketch
}

fn save(desk: &Desk, sketch: &Sketch, seen: Option<&str>) -> Result<SavedDraft, ConsoleError> {
    desk.console.save_connector(desk.session(), sketch, seen)
}

fn filing(desk: &Desk) -> Sketch {
    desk.console
        .open_draft(desk.session(), "filing.toml")
        .unwrap()
}

fn hash_of(desk: &Desk, file: &str) -> String {
    let view = desk.console.connectors(desk.session()).unwrap();
    let found = view.files.into_iter().find(|known| known.file == file);
    found.unwrap().hash
}

fn state(desk: &Desk, file: &str) -> FileState {
    let view = desk.console.connectors(desk.session()).unwrap();
    let found = view.files.into_iter().find(|known| known.file == file);
    found.unwrap().state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_openapi_document_becomes_a_draft_and_a_published_connector() {
    let desk = Desk::empty();
    let sketch = mill(&desk);
    assert_eq!(
        desk.console
            .check_connector(desk.session(), &sketch)
            .unwrap(),
        [],
        "nothing is missing"
    );
    let saved = save(&desk, &sketch, None).unwrap();
    assert_eq!(
        (saved.file.as_str(), saved.findings),
        ("paper_mill.toml", 0)
    );
    assert_eq!(saved.hash, hash_of(&desk, "paper_mill.toml"));
    assert_eq!(state(&desk, "paper_mill.toml"), FileState::Draft);
    let unused = desk.console.service(desk.session(), "paper_mill");
    assert_eq!(unused.unwrap_err().code, "connector_missing");
    let impact = desk
        .console
        .publish_impact(desk.session(), &saved.file, &saved.hash)
        .unwrap();
    assert!(!impact.replaces && impact.connections.is_empty());
    assert_eq!(
        impact.hosts_added,
        ["https://login.mill.example", "https://api.mill.example"],
        "R23: where credentials would go"
    );
    desk.console
        .publish_connector(desk.session(), &saved.file, &saved.hash)
        .unwrap();
    let service = desk.console.service(desk.session(), "paper_mill").unwrap();
    assert!(service.custom && service.needs_registration);
    let written = desk
        .console
        .export_connector(desk.session(), "paper_mill")
        .unwrap();
    assert_eq!(
        std::fs::read_to_string(written.path).unwrap(),
        sketch.to_toml(),
        "what is exported can be imported"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_fills_the_form_and_its_service_can_be_connected() {
    let desk = Desk::empty();
    let port = desk.world.practice.start().unwrap();
    let issuer = format!("http://127.0.0.1:{port}");
    let begun = desk
        .console
        .begin_connector(desk.session(), "Our own", Way::Code)
        .unwrap();
    let mut sketch = desk
        .console
        .fill_connector(desk.session(), &begun, &issuer)
        .await
        .unwrap();
    let Security::Oauth(oauth) = &sketch.security else {
        panic!("it is OAuth");
    };
    assert_eq!(oauth.issuer.as_deref(), Some(issuer.as_str()));
    assert_eq!(
        oauth.device.as_deref(),
        Some(format!("{issuer}/device_authorization").as_str())
    );
    assert!(oauth.iss_required && oauth.pkce, "RFC 9207, RFC 7636");
    assert!(sketch.scopes.iter().any(|scope| scope.name == "openid"));
    sketch.api.base = format!("{issuer}/api");
    let found = desk
        .console
        .check_connector(desk.session(), &sketch)
        .unwrap();
    assert_eq!(found, [], "only the API's address was missing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issuer_that_lies_leaves_the_draft_as_it_was() {
    let desk = Desk::empty();
    let port = desk.world.practice.start().unwrap();
    desk.world.practice.set(Faults {
        metadata: Some(Fault::WrongIssuer),
        ..Faults::default()
    });
    let sketch = mill(&desk);
    let issuer = format!("http://127.0.0.1:{port}");
    let filled = desk
        .console
        .fill_connector(desk.session(), &sketch, &issuer)
        .await;
    let refused = filled.unwrap_err();
    assert_eq!(refused.code, "discovery_other_issuer");
    assert_eq!(refused.args["expected"], issuer);
    assert_eq!(sketch, mill(&desk));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_import_is_refused_by_name_line_and_reason_and_nothing_is_stored() {
    let desk = Desk::empty();
    let bad = MILL.replace("openapi: 3.0.3", "swagger: '2.0'");
    let refused = desk
        .console
        .import_openapi(desk.session(), "mill.yaml", &bad)
        .unwrap_err();
    assert_eq!(refused.code, "import_bad");
    assert!(
        refused.args["detail"].starts_with("mill.yaml:1: Swagger 2.0"),
        "{:?}",
        refused.args
    );
    let bad = connector("mill", "Mill", "https://mill.example").replace("hue = 20", "hue = 999");
    let line = 1 + bad.lines().position(|line| line == "hue = 999").unwrap();
    let refused = desk
        .console
        .import_connector(desk.session(), "mill.toml", &bad)
        .unwrap_err();
    assert!(
        refused.args["detail"].starts_with(&format!("mill.toml:{line}: ")),
        "{:?}",
        refused.args
    );
    assert!(
        desk.console
            .connectors(desk.session())
            .unwrap()
            .files
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_can_be_put_aside_unfinished_and_taken_up_again() {
    let desk = Desk::empty();
    let begun = desk
        .console
        .begin_connector(desk.session(), "Paper Mill", Way::Bearer)
        .unwrap();
    let saved = save(&desk, &begun, None).unwrap();
    assert!(saved.findings > 0, "much is missing");
    assert_eq!(state(&desk, &saved.file), FileState::Bad);
    let refused = desk
        .console
        .publish_connector(desk.session(), &saved.file, &saved.hash)
        .unwrap_err();
    assert_eq!(refused.code, "connector_bad", "it is not finished");
    let again = desk
        .console
        .open_draft(desk.session(), &saved.file)
        .unwrap();
    assert_eq!(again, begun);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_save_overwrites_what_somebody_else_wrote() {
    let desk = Desk::empty();
    let mut sketch = mill(&desk);
    let saved = save(&desk, &sketch, None).unwrap();
    assert_eq!(save(&desk, &sketch, None).unwrap_err().code, "draft_exists");
    sketch.general.description.en = "Paper of all kinds.".to_owned();
    let second = save(&desk, &sketch, Some(&saved.hash)).unwrap();
    let late = save(&desk, &mill(&desk), Some(&saved.hash)).unwrap_err();
    assert_eq!(late.code, "draft_changed", "from another window");
    assert_eq!(hash_of(&desk, &second.file), second.hash, "it stays");
    desk.console
        .publish_connector(desk.session(), &second.file, &second.hash)
        .unwrap();
    std::fs::remove_file(desk.world.home.path().join("connectors").join(&second.file)).unwrap();
    let refused = save(&desk, &sketch, None).unwrap_err();
    assert_eq!(
        refused.code, "draft_exists",
        "the id of a published connector is taken, file or not"
    );
    let folder = std::fs::read_dir(desk.world.home.path().join("connectors")).unwrap();
    assert_eq!(folder.count(), 0, "no half file is left over");
    let opened = desk
        .console
        .open_draft(desk.session(), &second.file)
        .unwrap();
    assert_eq!(opened, sketch, "what is published can be gone on with");
    save(&desk, &opened, Some(&second.hash)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_draft_takes_a_built_in_id_or_leaves_the_folder() {
    let desk = Desk::empty();
    let mut sketch = mill(&desk);
    for id in ["salesforce", "zoho-crm", "../mill", "", "Mill"] {
        sketch.general.id = id.to_owned();
        let refused = save(&desk, &sketch, None).unwrap_err();
        assert_eq!(refused.code, "connector_id_bad", "{id}");
    }
    let shadow = connector("zoho-crm", "CRM", "https://evil.example");
    let imported = desk
        .console
        .import_connector(desk.session(), "zoho-crm.toml", &shadow);
    assert_eq!(imported.unwrap_err().code, "import_bad");
    desk.world.put("zoho-crm.toml", &shadow);
    assert_eq!(
        state(&desk, "zoho-crm.toml"),
        FileState::Bad,
        "nor does a file that was put there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_another_address_asks_everybody_to_sign_in_again_and_says_so_before() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    let references = desk
        .console
        .connector_uses(desk.session(), "filing")
        .unwrap();
    assert_eq!(references.len(), 1);
    assert_eq!(references[0].connection.id, id);

    let elsewhere = Provider::start().await;
    let mut sketch = filing(&desk);
    if let Security::Oauth(oauth) = &mut sketch.security {
        oauth.token = format!("{}/token", elsewhere.origin);
    }
    sketch.scopes.retain(|scope| scope.name != "files.read");
    let saved = save(&desk, &sketch, Some(&hash_of(&desk, "filing.toml"))).unwrap();
    assert_eq!(saved.findings, 0, "hosts follow the addresses");
    let impact = desk
        .console
        .publish_impact(desk.session(), &saved.file, &saved.hash)
        .unwrap();
    assert!(impact.replaces);
    assert_eq!(impact.hosts_added, [elsewhere.origin.as_str()]);
    let fields: Vec<_> = impact.addresses.iter().map(|one| &*one.field).collect();
    assert_eq!(fields, ["/oauth/token"]);
    assert_eq!(impact.scopes_removed, ["files.read"]);
    assert_eq!(
        impact.secrets_sent_elsewhere,
        ["Ours"],
        "the client secret would go there too"
    );
    let [touched] = &impact.connections[..] else {
        panic!("one connection uses it");
    };
    assert_eq!(touched.connection.id, id);
    assert_eq!(touched.scopes_gone, ["files.read"], "R20");
    let [again] = &touched.asks_again[..] else {
        panic!("one account is authorized");
    };
    let moved = Health::NotConnected(NotConnected::ConnectorChanged);
    assert_eq!(again.health, moved);
    assert!(
        desk.try_it_at(id, "/files").await.unwrap().ok,
        "nothing has happened yet"
    );
    desk.console
        .publish_connector(desk.session(), &saved.file, &saved.hash)
        .unwrap();
    assert_eq!(
        desk.view(id).await.row.stations[0].health,
        moved,
        "what was said is what happens"
    );
    assert!(
        elsewhere.inner.got.lock().unwrap().is_empty(),
        "R23: and nothing was sent there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_asks_nobody_again_says_so_too() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    let mut sketch = filing(&desk);
    sketch.general.name = "Filing cabinet".to_owned();
    let saved = save(&desk, &sketch, Some(&hash_of(&desk, "filing.toml"))).unwrap();
    let impact = desk
        .console
        .publish_impact(desk.session(), &saved.file, &saved.hash)
        .unwrap();
    assert!(impact.hosts_added.is_empty() && impact.addresses.is_empty());
    assert!(impact.secrets_sent_elsewhere.is_empty());
    assert!(impact.connections[0].asks_again.is_empty());
    desk.console
        .publish_connector(desk.session(), &saved.file, &saved.hash)
        .unwrap();
    assert!(desk.try_it_at(id, "/files").await.unwrap().ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_in_use_keeps_its_way_to_authorize() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    provider.connect(&desk, Kind::Admin, Mode::Same);
    let mut sketch = filing(&desk);
    sketch.security = Security::of(Way::Bearer);
    sketch.scopes.clear();
    let saved = save(&desk, &sketch, Some(&hash_of(&desk, "filing.toml"))).unwrap();
    assert_eq!(saved.findings, 0, "there is nothing wrong with it as such");
    let shown = desk
        .console
        .publish_impact(desk.session(), &saved.file, &saved.hash);
    let done = desk
        .console
        .publish_connector(desk.session(), &saved.file, &saved.hash);
    for refused in [shown.unwrap_err(), done.unwrap_err()] {
        assert_eq!(refused.code, "connector_way_changed");
        assert_eq!(refused.args["count"], "1");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_custom_connector_uses_another_ones_client_registration() {
    let desk = Desk::empty();
    let evil = connector("filing", "Filing", "https://evil.example");
    let built_in = evil.replace(
        "registration = \"needs_client\"",
        "registration = { built_in = { client_id = \"tsunagi-practice\" } }",
    );
    let imported = desk
        .console
        .import_connector(desk.session(), "filing.toml", &built_in);
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
