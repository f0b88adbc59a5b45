//! What publishing, withdrawing and deleting a connector does to those who use it.

use tsunagi_connectors::OAuth;
use tsunagi_console::views::{BuilderState, FileState, RedirectForm, RegistrationChange};
use tsunagi_console::{Reach, Security, Sketch, Way};
use tsunagi_domain::{Health, Kind, Mode, NotConnected};

use super::{done, opened, publish, save, state};
use crate::fixture::Desk;
use crate::provider::{Provider, Says, accept, connector, register, tokens};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_another_address_asks_everybody_to_sign_in_again_and_says_so_before() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connected(&desk, Kind::Admin, Mode::Same).await;
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
    let id = provider.connected(&desk, Kind::Admin, Mode::Same).await;
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
async fn r7_r9_a_connector_in_use_goes_on_offering_what_its_connections_are() {
    let desk = Desk::empty();
    let text = connector("filing", "Filing", "https://filing.example");
    accept(&desk, "filing", &text).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let session = desk.session();
    let make = |name: &str, kind| {
        let draft = crate::provider::draft(name, kind, Mode::Same, Some(registration));
        desk.console.create(session, &draft).unwrap()
    };
    let (_, two) = (make("One", Kind::Admin), make("Two", Kind::Admin));
    let own = make("Own", Kind::LoggedInUser);
    let with = |kinds: &str| {
        let changed = text.replace("kinds = [\"admin\", \"logged_in_user\"]", kinds);
        accept(&desk, "filing", &changed)
    };
    for (kinds, count) in [
        ("kinds = [\"admin\"]", "1"),
        ("kinds = [\"logged_in_user\"]", "2"),
        ("kinds = [\"admin\"]\npayment = true", "1"),
    ] {
        let refused = with(kinds).unwrap_err();
        assert_eq!(refused.code, "connector_kind_gone", "{kinds}");
        assert_eq!(refused.args["count"], count, "{kinds}");
    }
    desk.console.delete_connection(session, own).await.unwrap();
    let refused = with("kinds = [\"admin\"]\npayment = true").unwrap_err();
    assert_eq!(refused.code, "connector_one_only");
    assert_eq!(refused.args["count"], "2");
    desk.console.delete_connection(session, two).await.unwrap();
    with("kinds = [\"admin\"]\npayment = true").unwrap();
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
