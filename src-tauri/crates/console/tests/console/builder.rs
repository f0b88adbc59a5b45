//! The builder: drafts of custom connectors, and what publishing one does to those who use it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tsunagi_connectors::{OAuth, Question};
use tsunagi_console::agent::Practice as _;
use tsunagi_console::views::{
    ActivityQuery, BuilderState, BuilderView, ConnectorStart, FileState, Locale, RedirectForm,
    RegistrationChange, Stage,
};
use tsunagi_console::{ConsoleError, Reach, Security, Sketch, Way};
use tsunagi_domain::{Health, Kind, Mode, NotConnected, Role};
use tsunagi_practice::{Fault, Faults};

use crate::fixture::{Desk, Person};
use crate::provider::{Provider, Says, accept, connector, draft, register, tokens};

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

/// Two by two pixels.
const PNG: &[u8] = &[
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0,
    0, 0, 253, 212, 154, 115, 0, 0, 0, 16, 73, 68, 65, 84, 120, 156, 99, 80, 112, 104, 0, 34, 6, 8,
    5, 0, 23, 14, 3, 129, 161, 183, 117, 1, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];

async fn begin(desk: &Desk, start: ConnectorStart) -> Result<BuilderView, ConsoleError> {
    desk.console.begin_connector(desk.session(), &start).await
}

async fn mill(desk: &Desk) -> BuilderView {
    let (file, text) = ("mill.yaml".to_owned(), MILL.to_owned());
    let start = ConnectorStart::Openapi {
        file,
        text,
        choice: 0,
    };
    begin(desk, start).await.unwrap()
}

async fn scratch(desk: &Desk, name: &str, way: Way) -> BuilderView {
    let name = name.to_owned();
    begin(desk, ConnectorStart::Scratch { name, way })
        .await
        .unwrap()
}

fn save(desk: &Desk, view: &BuilderView, sketch: &Sketch) -> Result<BuilderView, ConsoleError> {
    desk.console
        .save_connector(desk.session(), &view.file, sketch, &view.hash)
}

fn publish(desk: &Desk, view: &BuilderView) -> Result<BuilderView, ConsoleError> {
    desk.console
        .publish_connector(desk.session(), &view.file, &view.hash)
}

fn opened(desk: &Desk, file: &str) -> BuilderView {
    desk.console.connector_draft(desk.session(), file).unwrap()
}

/// What the log says was done with connectors and registrations, oldest first.
fn done(desk: &Desk) -> Vec<String> {
    let query = ActivityQuery::default();
    let page = desk.console.activity(desk.session(), &query).unwrap();
    let all = page.entries.into_iter().map(|entry| entry.action);
    let mut all: Vec<String> = all
        .filter(|action| action.starts_with("connector.") || action.ends_with("secret_removed"))
        .collect();
    all.reverse();
    all
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
    assert!(oauth.iss_required && oauth.pkce, "RFC 9207, RFC 7636");
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
async fn a_draft_is_kept_unfinished_and_taken_up_again_after_a_restart() {
    let mut desk = Desk::empty();
    let begun = scratch(&desk, "Paper Mill", Way::Bearer).await;
    assert!(!begun.findings.is_empty(), "much is missing");
    let missing = begun.findings.iter().find(|one| one.at == "/api/base");
    assert_eq!(missing.unwrap().code, "field_empty", "said at its field");
    assert_eq!(state(&desk, &begun.file), FileState::Bad);
    let view = desk.console.connectors(desk.session()).unwrap();
    assert!(
        view.files[0].unfinished,
        "and the builder can go on with it"
    );
    let refused = publish(&desk, &begun).unwrap_err();
    assert_eq!(refused.code, "connector_bad", "it is not finished");
    desk.console.close().await;
    desk.console = desk.world.open();
    let again = opened(&desk, &begun.file);
    assert_eq!((again.sketch, again.hash), (begun.sketch, begun.hash));
    let second = scratch(&desk, "Paper Mill", Way::Basic).await;
    assert_eq!(
        second.file, "paper_mill_2.toml",
        "each has a name of its own"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sitting_at_a_draft_has_one_entry_in_the_log() {
    let desk = Desk::empty();
    let mut view = scratch(&desk, "Paper Mill", Way::Bearer).await;
    for base in ["https://a", "https://api.mill", "https://api.mill.example"] {
        let mut sketch = view.sketch.clone();
        sketch.api.base = base.to_owned();
        view = save(&desk, &view, &sketch).unwrap();
    }
    assert_eq!(done(&desk), ["connector.draft_begun"], "as it was typed");
    let mut sketch = view.sketch.clone();
    sketch.verify = Some(Question::at("https://api.mill.example/me"));
    view = save(&desk, &view, &sketch).unwrap();
    assert_eq!(view.findings, []);
    publish(&desk, &view).unwrap();
    sketch.general.name = "Mill of paper".to_owned();
    view = opened(&desk, &view.file);
    save(&desk, &view, &sketch).unwrap();
    assert_eq!(
        done(&desk),
        [
            "connector.draft_begun",
            "connector.accepted",
            "connector.draft_saved"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_follows_its_link_name_until_it_is_published() {
    let desk = Desk::empty();
    let draft = mill(&desk).await;
    scratch(&desk, "Press", Way::Bearer).await;
    let mut sketch = draft.sketch.clone();
    sketch.general.id = "mill".to_owned();
    let moved = save(&desk, &draft, &sketch).unwrap();
    assert_eq!(
        (moved.file.as_str(), moved.findings.len()),
        ("mill.toml", 0)
    );
    let gone = desk.console.connector_draft(desk.session(), &draft.file);
    assert_eq!(gone.unwrap_err().code, "draft_changed", "no copy stays");
    for (id, code) in [
        ("press", "id_taken"),
        ("Mill", "field_word"),
        ("../mill", "field_word"),
        ("salesforce", "id_built_in"),
        ("zoho-crm", "id_built_in"),
    ] {
        let seen = opened(&desk, "mill.toml");
        sketch.general.id = id.to_owned();
        let kept = save(&desk, &seen, &sketch).unwrap();
        assert_eq!(kept.file, "mill.toml", "{id}: what was typed is not lost");
        let found = kept.findings.iter().find(|one| one.at == "/id").unwrap();
        assert_eq!(found.code, code, "{id}");
        assert_eq!(publish(&desk, &kept).unwrap_err().code, "connector_bad");
    }
    sketch.general.id = "mill".to_owned();
    let draft = save(&desk, &opened(&desk, "mill.toml"), &sketch).unwrap();
    let published = publish(&desk, &draft).unwrap();
    sketch.general.id = "other".to_owned();
    let kept = save(&desk, &published, &sketch).unwrap();
    assert_eq!(kept.findings[0].code, "id_published");
    assert_eq!(kept.file, "mill.toml");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_save_overwrites_what_somebody_else_wrote() {
    let desk = Desk::empty();
    let first = mill(&desk).await;
    let mut sketch = first.sketch.clone();
    sketch.general.description.en = "Paper of all kinds.".to_owned();
    let second = save(&desk, &first, &sketch).unwrap();
    let late = save(&desk, &first, &first.sketch).unwrap_err();
    assert_eq!(late.code, "draft_changed", "from another window");
    assert_eq!(hash_of(&desk, &second.file), second.hash, "it stays");
    publish(&desk, &second).unwrap();
    let folder = desk.world.home.path().join("connectors");
    std::fs::remove_file(folder.join(&second.file)).unwrap();
    let file = "paper_mill.toml".to_owned();
    let text = sketch.to_toml();
    let refused = begin(&desk, ConnectorStart::Toml { file, text }).await;
    assert_eq!(
        refused.unwrap_err().code,
        "draft_exists",
        "the id of a published connector is taken, file or not"
    );
    assert_eq!(
        std::fs::read_dir(&folder).unwrap().count(),
        0,
        "no half file is left over"
    );
    let opened = opened(&desk, &second.file);
    assert_eq!(
        opened.sketch, sketch,
        "what is published can be gone on with"
    );
    save(&desk, &opened, &sketch).unwrap();
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
    assert_eq!(references.connections.len(), 1);
    assert_eq!(references.connections[0].connection.id, id);
    assert_eq!(references.registrations, ["Ours"]);

    let elsewhere = Provider::start().await;
    let before = opened(&desk, "filing.toml");
    let mut sketch = before.sketch.clone();
    if let Security::Oauth(oauth) = &mut sketch.security {
        oauth.token = format!("{}/token", elsewhere.origin);
    }
    sketch.scopes.retain(|scope| scope.name != "files.read");
    let saved = save(&desk, &before, &sketch).unwrap();
    assert_eq!(saved.findings, [], "hosts follow the addresses");
    let impact = desk
        .console
        .publish_impact(desk.session(), &saved.file, &saved.hash)
        .unwrap();
    assert!(impact.replaces);
    assert_eq!(impact.hosts_added, [elsewhere.origin.as_str()]);
    let fields: Vec<_> = impact.addresses.iter().map(|one| &*one.field).collect();
    assert_eq!(fields, ["/oauth/token"]);
    assert_eq!(impact.scopes_removed, ["files.read"]);
    let [secret] = &impact.secrets_removed[..] else {
        panic!("the client secret would go there too");
    };
    assert_eq!(secret.name, "Ours");
    assert_eq!(secret.connections[0].id, id, "who waits for it then");
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
    publish(&desk, &saved).unwrap();
    assert_eq!(
        desk.view(id).await.row.stations[0].health,
        moved,
        "what was said is what happens"
    );
    assert!(
        elsewhere.inner.got.lock().unwrap().is_empty(),
        "R23: and nothing was sent there"
    );
    let registration = secret.registration;
    let shown = desk.console.connectors(desk.session()).unwrap();
    let shown = shown
        .registrations
        .iter()
        .find(|one| one.id == registration);
    let shown = shown.unwrap();
    assert!(
        !shown.has_secret && shown.secret_due,
        "R23: what is stored is gone, and it says so"
    );
    let begun = desk
        .console
        .authorize(desk.session(), id, Reach::All, None)
        .await;
    assert_eq!(begun.unwrap_err().code, "registration_secret_due");
    let log = done(&desk);
    assert!(
        log.contains(&"registration.secret_removed".to_owned()),
        "{log:?}"
    );
    let change = RegistrationChange {
        id: registration,
        name: shown.name.clone(),
        client_id: shown.client_id.clone(),
        client_secret: Some("entered-again".to_owned()),
        redirect: None,
    };
    desk.console
        .change_registration(desk.session(), &change)
        .unwrap();
    elsewhere.token(Says::json(200, &tokens()));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    desk.ended(flow).await;
    let sent = elsewhere.got("/token");
    assert_eq!(
        sent[0].form["client_secret"], "entered-again",
        "entered for the host it goes to"
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
    let before = opened(&desk, "filing.toml");
    let mut sketch = before.sketch.clone();
    sketch.general.name = "Filing cabinet".to_owned();
    let saved = save(&desk, &before, &sketch).unwrap();
    let impact = desk
        .console
        .publish_impact(desk.session(), &saved.file, &saved.hash)
        .unwrap();
    assert!(impact.hosts_added.is_empty() && impact.addresses.is_empty());
    assert!(impact.secrets_removed.is_empty());
    assert!(impact.connections[0].asks_again.is_empty());
    publish(&desk, &saved).unwrap();
    assert!(desk.try_it_at(id, "/files").await.unwrap().ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_in_use_keeps_its_way_to_authorize() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    provider.connect(&desk, Kind::Admin, Mode::Same);
    let before = opened(&desk, "filing.toml");
    let mut sketch = before.sketch.clone();
    sketch.security = Security::of(Way::Bearer);
    sketch.scopes.clear();
    let saved = save(&desk, &before, &sketch).unwrap();
    assert_eq!(saved.findings, [], "there is nothing wrong with it as such");
    let shown = desk
        .console
        .publish_impact(desk.session(), &saved.file, &saved.hash);
    let done = publish(&desk, &saved);
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
/// A connector that moves one thing, and whether a stored client secret stays.
fn moved_by(change: impl FnOnce(&mut Sketch)) -> bool {
    let desk = Desk::empty();
    let origin = "https://filing.example";
    let text = connector("filing", "Filing", origin);
    accept(&desk, "filing", &text).unwrap();
    register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let before = opened(&desk, "filing.toml");
    let mut sketch = before.sketch.clone();
    change(&mut sketch);
    let saved = save(&desk, &before, &sketch).unwrap();
    assert_eq!(saved.findings, [], "nothing is wrong with it as such");
    let impact = desk
        .console
        .publish_impact(desk.session(), &saved.file, &saved.hash)
        .unwrap();
    publish(&desk, &saved).unwrap();
    let shown = desk.console.connectors(desk.session()).unwrap();
    let [registration] = &shown.registrations[..] else {
        panic!("there is one");
    };
    assert_eq!(
        impact.secrets_removed.len(),
        usize::from(!registration.has_secret),
        "what was said is what happened"
    );
    assert_eq!(registration.secret_due, !registration.has_secret);
    !registration.has_secret
}

fn oauth(sketch: &mut Sketch) -> &mut OAuth {
    match &mut sketch.security {
        Security::Oauth(oauth) => oauth,
        Security::Keys(_) => panic!("it is OAuth"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_a_client_secret_stays_with_the_hosts_it_was_entered_for() {
    let evil = || "https://evil.example/x".to_owned();
    assert!(moved_by(|sketch| oauth(sketch).token = evil()));
    assert!(moved_by(|sketch| oauth(sketch).refresh = Some(evil())));
    assert!(moved_by(|sketch| oauth(sketch).device = Some(evil())));
    assert!(moved_by(|sketch| {
        oauth(sketch).revoke.as_mut().unwrap().url = evil();
    }));
    assert!(moved_by(|sketch| sketch.api.base = evil()));
    assert!(moved_by(|sketch| {
        sketch.whoami.as_mut().unwrap().url = evil();
    }));
    assert!(
        moved_by(|sketch| {
            let mut hosts = sketch.derived_hosts();
            hosts.push("https://evil.example".to_owned());
            sketch.hosts = Some(hosts);
        }),
        "what an answer could lead to"
    );
    let own = |path: &str| format!("https://filing.example{path}");
    assert!(!moved_by(|sketch| oauth(sketch).token = own("/v2/token")));
    assert!(!moved_by(|sketch| oauth(sketch).device = Some(own("/d"))));
    assert!(
        !moved_by(|sketch| oauth(sketch).authorize = Some(evil())),
        "no secret goes where a person authorizes"
    );
    assert!(!moved_by(|sketch| {
        sketch.scopes.clear();
        sketch.rest.remove("presets");
    }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_what_completes_a_host_is_part_of_where_a_secret_goes() {
    let desk = Desk::empty();
    let text = connector("filing", "Filing", "https://{place}.example").replace(
        "[description]",
        "[[parameters]]\nname = \"place\"\nlabel = { en = \"Place\", ja = \"場所\" }\n\
         pattern = \"filing|evil\"\ndefault = \"filing\"\n\n[description]",
    );
    accept(&desk, "filing", &text).unwrap();
    register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let before = opened(&desk, "filing.toml");
    let mut sketch = before.sketch.clone();
    sketch.parameters[0].default = Some("evil".to_owned());
    let saved = save(&desk, &before, &sketch).unwrap();
    assert_eq!(saved.findings, []);
    publish(&desk, &saved).unwrap();
    let shown = desk.console.connectors(desk.session()).unwrap();
    assert!(shown.registrations[0].secret_due);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_a_connector_is_withdrawn_and_deleted_only_where_nothing_uses_it() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    let console = &desk.console;
    let withdrawn = console.withdraw_connector(desk.session(), "filing");
    let deleted = console.delete_connector(desk.session(), "filing");
    for refused in [withdrawn.unwrap_err(), deleted.unwrap_err()] {
        assert_eq!(refused.code, "connector_used");
        let counts = (
            &*refused.args["connections"],
            &*refused.args["registrations"],
        );
        assert_eq!(counts, ("1", "1"));
    }
    assert!(console.service(desk.session(), "filing").is_ok());
    console.delete_connection(desk.session(), id).await.unwrap();
    let refused = console.withdraw_connector(desk.session(), "filing");
    assert_eq!(
        refused.unwrap_err().code,
        "connector_used",
        "R23: a secret is for what it was entered for"
    );
    let registration = console.connectors(desk.session()).unwrap().registrations[0].id;
    console
        .delete_registration(desk.session(), registration)
        .unwrap();
    let draft = console
        .withdraw_connector(desk.session(), "filing")
        .unwrap();
    assert_eq!(draft.state, BuilderState::Draft);
    assert_eq!(state(&desk, "filing.toml"), FileState::Draft);
    assert!(console.service(desk.session(), "filing").is_err());
    publish(&desk, &draft).unwrap();
    console.delete_connector(desk.session(), "filing").unwrap();
    assert!(console.service(desk.session(), "filing").is_err());
    assert!(console.connectors(desk.session()).unwrap().files.is_empty());
    let again = console.delete_connector(desk.session(), "filing");
    assert_eq!(again.unwrap_err().code, "connector_missing");
    let log = done(&desk);
    assert_eq!(
        log[log.len() - 3..],
        [
            "connector.withdrawn",
            "connector.accepted",
            "connector.deleted"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_who_manages_nothing_makes_no_connector() {
    let desk = Desk::empty();
    let draft = mill(&desk).await;
    let user = desk.joins("Mika", Role::User);
    desk.seats(user).await;
    let console = &desk.console;
    let refused = [
        console.connector_draft(desk.session(), &draft.file).err(),
        console.export_connector(desk.session(), "paper_mill").err(),
        save(&desk, &draft, &draft.sketch).err(),
        publish(&desk, &draft).err(),
        console
            .withdraw_connector(desk.session(), "paper_mill")
            .err(),
        console.delete_connector(desk.session(), "paper_mill").err(),
        console.connector_logo(desk.session(), "a.png", "").err(),
        console.read_openapi(desk.session(), "a", MILL).err(),
        begin(
            &desk,
            ConnectorStart::Scratch {
                name: "X".to_owned(),
                way: Way::Code,
            },
        )
        .await
        .err(),
    ];
    for refused in refused {
        assert_eq!(refused.unwrap().code, "role_not_allowed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_logo_is_refused_by_name_and_reason_and_a_good_one_is_shown() {
    let desk = Desk::empty();
    let console = &desk.console;
    let base64 = |bytes: &[u8]| STANDARD.encode(bytes);
    let svg = base64(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>");
    let refused = console.connector_logo(desk.session(), "mill.svg", &svg);
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.code.as_str(), &*refused.args["why"]),
        ("logo_bad", "logo_svg")
    );
    let words = refused.failure(Locale::En).message;
    assert!(words.contains("mill.svg: "), "{words}");
    let good = STANDARD.encode(PNG);
    let taken = console.connector_logo(desk.session(), "mill.png", &good);
    assert_eq!(taken.unwrap(), good);
    let cut = base64(&PNG[..PNG.len() - 20]);
    let refused = console.connector_logo(desk.session(), "cut.png", &cut);
    assert_eq!(refused.unwrap_err().args["why"], "logo_not_png");
    let large = base64(&[0; 40_000]);
    let refused = console.connector_logo(desk.session(), "large.png", &large);
    assert_eq!(refused.unwrap_err().args["why"], "logo_large");
    let draft = mill(&desk).await;
    let mut sketch = draft.sketch.clone();
    sketch.general.logo = Some(svg);
    let saved = save(&desk, &draft, &sketch).unwrap();
    assert_eq!(
        (&*saved.findings[0].at, &*saved.findings[0].code),
        ("/logo", "logo_svg"),
        "nor does a file bring one in"
    );
    sketch.general.logo = Some(good.clone());
    let saved = save(&desk, &saved, &sketch).unwrap();
    publish(&desk, &saved).unwrap();
    let logos = console.connector_logos(desk.session()).unwrap();
    assert_eq!(logos["paper_mill"], good);
}
