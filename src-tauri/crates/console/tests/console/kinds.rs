//! Admin and logged-in-user connections, in both environment modes.

mod meanwhile;

use std::collections::BTreeMap;

use tsunagi_console::Reach;
use tsunagi_console::views::{RedirectForm, Stage};
use tsunagi_domain::{Environment, Health, Kind, Mode, NotConnected};

use crate::fixture::{AIKO, BEN, Desk, Person};
use crate::managing::as_it_is;
use crate::provider::{Provider, Says, account, register, tokens};

const THREE: [Reach; 3] = [Reach::Development, Reach::Stage, Reach::Production];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_r12_one_authorization_per_environment_of_either_kind() {
    for kind in [Kind::Admin, Kind::LoggedInUser] {
        let (desk, _) = Desk::practice();
        let id = desk.create_practice("Three", kind, Mode::PerEnvironment);
        let refused = desk
            .console
            .authorize(desk.session(), id, Reach::All, None)
            .await;
        assert_eq!(refused.unwrap_err().code, "reach_not_in_mode", "{kind:?}");
        for (reach, account) in THREE.into_iter().zip([AIKO, BEN, AIKO]) {
            desk.world.agent.person(Person::Allows(account));
            let end = desk.authorize(id, reach).await;
            assert_eq!(
                end.stage,
                Stage::Done,
                "{kind:?} {reach:?}: {:?}",
                end.failure
            );
            let personal = kind == Kind::LoggedInUser;
            assert_eq!(
                end.primary, personal,
                "R12: {reach:?} has a primary of its own"
            );
        }
        let view = desk.view(id).await;
        let labels: Vec<String> = view
            .row
            .stations
            .iter()
            .map(|station| station.account.as_ref().unwrap().label.clone())
            .collect();
        let (aiko, ben) = ("aiko@practice.example", "ben@practice.example");
        assert_eq!(labels, [aiko, ben, aiko], "{kind:?}: each its own");
        assert_eq!(view.environments.len(), 3, "three cards");
        assert_eq!(
            view.accounts.len(),
            2,
            "two accounts, one of them in two places"
        );
        let used = desk
            .try_in(id, Environment::Stage, "/contacts")
            .await
            .unwrap();
        assert_eq!(
            used.account, ben,
            "{kind:?}: a run uses its environment's account"
        );

        let revoked = desk.console.revoke(desk.session(), id, Reach::Stage).await;
        revoked.unwrap();
        for environment in Environment::ALL {
            let tried = desk.try_in(id, environment, "/contacts").await;
            let gone = environment == Environment::Stage;
            assert_eq!(
                tried.is_err(),
                gone,
                "{kind:?}: only Stage lost it: {environment:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_connection_has_no_primary() {
    let (desk, _) = Desk::practice();
    let id = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    let end = desk.authorize(id, Reach::All).await;
    assert!(
        !end.primary && !end.may_become_primary,
        "R11 is about logged-in-user ones"
    );
    let refused = desk
        .console
        .choose_primary(desk.session(), id, Reach::All)
        .await;
    assert_eq!(refused.unwrap_err().code, "primary_not_offered");
    assert!(
        desk.try_it(id).await.unwrap().ok,
        "R6: everybody's runs use it"
    );
}

/// A provider per environment, one connection: a parameter leads to each.
pub(crate) async fn with_ports() -> (Desk, Provider, Provider, tsunagi_console::ConnectionId) {
    let (desk, one, two) = (
        Desk::empty(),
        Provider::start().await,
        Provider::start().await,
    );
    let toml = one
        .toml("filing")
        .replace(&one.origin, "http://127.0.0.1:{site}")
        + r#"
[[parameters]]
name = "site"
label = { en = "Site", ja = "サイト" }
pattern = "[0-9]{2,5}"
example = "8080"
"#;
    crate::provider::accept(&desk, "filing", &toml).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let mut draft = crate::provider::draft(
        "Filing",
        Kind::Admin,
        Mode::PerEnvironment,
        Some(registration),
    );
    let refused = desk.console.create(desk.session(), &draft).unwrap_err();
    assert_eq!(
        refused.code, "setting_invalid",
        "a parameter without a value"
    );
    draft.settings = BTreeMap::from([("site".to_owned(), one.port())]);
    let id = desk.console.create(desk.session(), &draft).unwrap();
    (desk, one, two, id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_settings_of_one_environment_lead_elsewhere_and_need_a_sign_in() {
    let (desk, one, two, id) = with_ports().await;
    desk.world.agent.person(Person::Waits);
    for reach in THREE {
        let flow = desk.begin(id, reach).await;
        desk.answers(flow, &[("code", "a-code")]).await;
        assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    }
    let start = desk.console.start(desk.session()).unwrap();
    assert_eq!(start.needing, 0);
    let port = two.port();
    let set = |reach, value: Option<&str>| {
        let settings = value.map(|value| ("site".to_owned(), value.to_owned()));
        let settings = settings.into_iter().collect();
        desk.console
            .set_environment(desk.session(), id, reach, settings, None)
    };
    for wrong in ["not-a-port", "1@evil", ""] {
        let refused = set(Reach::Stage, Some(wrong)).await.unwrap_err();
        assert_eq!(refused.code, "setting_invalid", "`{wrong}`");
    }
    let refused = set(Reach::All, Some(&port)).await.unwrap_err();
    assert_eq!(refused.code, "reach_not_in_mode");
    let view = set(Reach::Stage, Some(&port)).await.unwrap();
    let changed = Health::NotConnected(NotConnected::ConnectorChanged);
    assert_eq!(
        view.row.stations[1].health, changed,
        "R23: bound to the other host"
    );
    assert_eq!(
        view.row.stations[0].health,
        Health::Connected,
        "the others are not touched"
    );
    let start = desk.console.start(desk.session()).unwrap();
    assert_eq!(start.needing, 1, "tray and Home say so too");
    let refused = desk
        .try_in(id, Environment::Stage, "/files")
        .await
        .unwrap_err();
    assert_eq!(refused.args["reason"], "connector_changed");
    assert!(
        two.inner.got.lock().unwrap().is_empty(),
        "nothing was sent there"
    );

    // Back as it was: nothing has to be signed in again.
    let view = set(Reach::Stage, None).await.unwrap();
    assert_eq!(view.row.stations[1].health, Health::Connected, "healed");
    assert_eq!(desk.console.start(desk.session()).unwrap().needing, 0);

    set(Reach::Stage, Some(&port)).await.unwrap();
    // A catalog of before did not keep which server vouched for an account.
    let older = "UPDATE authorization SET account_at = NULL";
    assert_eq!(desk.world.catalog().spoil(older).unwrap(), 3);
    let flow = desk.begin(id, Reach::Stage).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    let asked = desk.replaces(flow).await;
    assert_eq!(asked.stage, Stage::AskReplace, "R20: of another server");
    let flow = desk.begin(id, Reach::Production).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    let stage = desk.ended(flow).await.stage;
    assert_eq!(stage, Stage::Done, "and this one of the same");
    assert!(
        desk.try_in(id, Environment::Stage, "/files")
            .await
            .unwrap()
            .ok
    );
    assert_eq!(two.got("/api/files").len(), 1, "Stage asks the second one");
    assert!(
        desk.try_in(id, Environment::Production, "/files")
            .await
            .unwrap()
            .ok
    );
    assert_eq!(one.got("/api/files").len(), 1, "Production the first one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_authorizing_for_another_host_in_one_environment_leaves_the_others_theirs() {
    let (desk, one, two, _) = with_ports().await;
    let registration = desk.world.catalog().registrations(None).unwrap()[0].id;
    let mut draft = crate::provider::draft("Shared", Kind::Admin, Mode::Same, Some(registration));
    draft.settings = BTreeMap::from([("site".to_owned(), one.port())]);
    let id = desk.console.create(desk.session(), &draft).unwrap();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);

    // One sign-in serves all three from here on.
    let edit = tsunagi_console::views::ConnectionEdit {
        name: "Shared".to_owned(),
        scopes: draft.scopes.clone(),
        mode: Mode::PerEnvironment,
        registration: Some(registration),
        settings: draft.settings.clone(),
    };
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    edited.await.unwrap();
    let health = || async {
        let view = desk.view(id).await;
        let stations = view.row.stations.iter();
        stations.map(|at| at.health).collect::<Vec<_>>()
    };
    assert_eq!(
        health().await,
        [Health::Connected; 3],
        "nobody signs in again"
    );
    let elsewhere = BTreeMap::from([("site".to_owned(), two.port())]);
    let set = || {
        let (console, settings) = (&desk.console, elsewhere.clone());
        console.edit_environment(desk.session(), id, Reach::Stage, settings, None)
    };
    let undo = set().await.unwrap().undo.expect("it can be taken back");
    let changed = Health::NotConnected(NotConnected::ConnectorChanged);
    assert_eq!(
        health().await,
        [Health::Connected, changed, Health::Connected],
        "only Stage leads elsewhere"
    );
    let back = desk.console.undo_edit(desk.session(), id, &undo).await;
    back.unwrap();
    assert_eq!(
        health().await,
        [Health::Connected; 3],
        "R18: taken back, nobody has to sign in"
    );
    let twice = desk.console.undo_edit(desk.session(), id, &undo).await;
    assert_eq!(twice.unwrap_err().code, "undo_overtaken");
    set().await.unwrap();

    let flow = desk.begin(id, Reach::Stage).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    let asked = desk.replaces(flow).await;
    assert_eq!(
        asked.stage,
        Stage::AskReplace,
        "R20: whoever has this id at another server is another account"
    );
    for (shown, provider) in [(asked.previous, &one), (asked.account, &two)] {
        let (label, host) = (shown.unwrap().label, provider.port());
        assert!(
            label.contains(&format!("127.0.0.1:{host}")),
            "what tells the two apart is shown: {label}"
        );
    }
    assert_eq!(
        health().await,
        [Health::Connected; 3],
        "and no credential was put in place of another"
    );
    for environment in Environment::ALL {
        let tried = desk.try_in(id, environment, "/files").await;
        assert!(tried.unwrap().ok, "{environment:?} works");
    }

    desk.world.catalog().spoil_settings(id).unwrap();
    for environment in Environment::ALL {
        let tried = desk.try_in(id, environment, "/files").await;
        assert_eq!(
            tried.unwrap_err().code,
            "row_unreadable",
            "nothing tells any more where {environment:?} leads, so nothing is sent"
        );
    }
    assert_eq!(one.got("/api/files").len(), 2, "Development and Production");
    assert_eq!(two.got("/api/files").len(), 1, "Stage");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_may_have_a_client_registration_of_its_own() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::LoggedInUser, Mode::PerEnvironment);
    let drafted = desk
        .console
        .registration_draft(desk.session(), &RedirectForm::LoopbackAnyPort)
        .unwrap();
    let own = tsunagi_console::views::NewRegistration {
        id: drafted.id,
        connector: "filing".to_owned(),
        name: "Stage".to_owned(),
        client_id: "client-of-stage".to_owned(),
        client_secret: None,
        redirect: RedirectForm::LoopbackAnyPort,
    };
    desk.console.add_registration(desk.session(), &own).unwrap();
    let unknown = tsunagi_console::RegistrationId::new();
    let set = |registration| {
        let none = BTreeMap::new();
        desk.console
            .set_environment(desk.session(), id, Reach::Stage, none, Some(registration))
    };
    assert_eq!(set(unknown).await.unwrap_err().code, "registration_needed");
    let view = set(own.id).await.unwrap();
    assert_eq!(view.environments[1].registration, Some(own.id));
    desk.world.agent.person(Person::Waits);
    for reach in [Reach::Development, Reach::Stage] {
        let flow = desk.begin(id, reach).await;
        desk.answers(flow, &[("code", "a-code")]).await;
        assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    }
    let clients: Vec<String> = provider
        .got("/token")
        .iter()
        .map(|got| got.form["client_id"].clone())
        .collect();
    assert_eq!(
        clients,
        ["client-of-ours", "client-of-stage"],
        "each its own"
    );
    let none = BTreeMap::new();
    let set =
        desk.console
            .set_environment(desk.session(), id, Reach::Development, none, Some(own.id));
    assert_eq!(
        set.await.unwrap().row.stations[0].health,
        Health::NotConnected(NotConnected::ClientRefused),
        "its tokens are the former client's (RFC 6749 §6)"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_client_in_one_environment_asks_there_and_takes_nothing_from_the_others() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connected(&desk, Kind::Admin, Mode::Same).await;
    let catalog = desk.world.catalog();
    let made = catalog.connection(id).unwrap().unwrap();
    let edit = tsunagi_console::views::ConnectionEdit {
        name: made.name.to_string(),
        scopes: made.scopes.clone(),
        mode: Mode::PerEnvironment,
        registration: made.registration,
        settings: made.settings.clone(),
    };
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    edited.await.unwrap();
    let other = Some(register(&desk, "filing", RedirectForm::LoopbackAnyPort));
    let set = |reach, registration| {
        let none = BTreeMap::new();
        desk.console
            .set_environment(desk.session(), id, reach, none, registration)
    };
    let health = |view: tsunagi_console::views::ConnectionView| {
        let stations = view.row.stations.into_iter();
        stations.map(|at| at.health).collect::<Vec<_>>()
    };
    let told =
        desk.console
            .environment_impact(desk.session(), id, Reach::Stage, BTreeMap::new(), other);
    let told = told.unwrap();
    let again: Vec<Reach> = told.asks_again.iter().map(|seat| seat.reach).collect();
    assert_eq!(again, [Reach::Stage], "R18: said first");
    let stored = desk.view(id).await.environments[1].registration;
    assert_eq!(stored, None, "and nothing is changed by asking");
    let refused = Health::NotConnected(NotConnected::ClientRefused);
    let view = set(Reach::Stage, other).await.unwrap();
    assert_eq!(
        health(view),
        [Health::Connected, refused, Health::Connected],
        "its tokens are another client's (RFC 6749 §6)"
    );
    let tried = desk.try_in(id, Environment::Stage, "/files").await;
    assert_eq!(tried.unwrap_err().args["reason"], "client_refused");
    assert_eq!(desk.console.start(desk.session()).unwrap().needing, 1);
    let view = set(Reach::Stage, None).await.unwrap();
    assert_eq!(health(view), [Health::Connected; 3], "taken back");
    assert_eq!(desk.console.start(desk.session()).unwrap().needing, 0);

    set(Reach::Stage, other).await.unwrap();
    let flow = desk.begin(id, Reach::Stage).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    assert_eq!(health(desk.view(id).await), [Health::Connected; 3]);
    // One for all again: what Stage has of another client goes nowhere else.
    let mut joined = edit.clone();
    joined.mode = Mode::Same;
    let told = desk.console.edit_impact(desk.session(), id, &joined);
    let told = told.unwrap();
    assert!(told.asks_again.is_empty(), "Production's serves all");
    let aside: Vec<Reach> = told.set_aside.iter().map(|seat| seat.reach).collect();
    assert_eq!(aside, [Reach::Stage], "and Stage's own is set aside");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_go_on_with_another_client_is_asked_for_and_not_moved_there() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::PerEnvironment);
    desk.world.agent.person(Person::Waits);
    let own = Some(register(&desk, "filing", RedirectForm::LoopbackAnyPort));
    let none = BTreeMap::new();
    let set = desk
        .console
        .set_environment(desk.session(), id, Reach::Production, none, own);
    set.await.unwrap();
    let flow = desk.begin(id, Reach::Production).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    let mut edit = as_it_is(&desk.view(id).await);
    edit.mode = Mode::Same;
    let told = desk.console.edit_impact(desk.session(), id, &edit);
    let told = told.unwrap();
    let again: Vec<Reach> = told.asks_again.iter().map(|seat| seat.reach).collect();
    assert_eq!(again, [Reach::All], "R18: it is said who signs in again");
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    let view = edited.await.unwrap();
    let never = Health::NotConnected(NotConnected::NeverAuthorized);
    assert_eq!(view.row.stations[0].health, never);
    assert_eq!(view.set_aside.len(), 1, "it is kept, and shown");
    edit.mode = Mode::PerEnvironment;
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    let view = edited.await.unwrap();
    assert_eq!(view.row.stations[2].health, Health::Connected, "and back");
    assert!(view.set_aside.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disabling_stops_everything_and_enabling_brings_it_back() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let view = desk
        .console
        .set_enabled(desk.session(), id, false)
        .await
        .unwrap();
    let disabled = Health::NotConnected(NotConnected::Disabled);
    assert_eq!(view.row.stations[0].health, disabled);
    assert_eq!(desk.try_it(id).await.unwrap_err().code, "disabled", "R4");
    let refused = desk
        .console
        .authorize(desk.session(), id, Reach::All, None)
        .await;
    assert_eq!(refused.unwrap_err().code, "disabled");
    desk.console
        .set_enabled(desk.session(), id, true)
        .await
        .unwrap();
    assert!(desk.try_it(id).await.unwrap().ok, "nothing was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_tells_the_provider_and_leaves_nothing() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    provider.who(Says::json(200, &account("one")));
    provider.token(Says::json(200, &tokens()));
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    desk.ended(flow).await;
    desk.console
        .delete_connection(desk.session(), id)
        .await
        .unwrap();
    assert!(!provider.got("/revoke").is_empty(), "RFC 7009");
    let gone = desk.console.connection_view(desk.session(), id).await;
    assert_eq!(gone.unwrap_err().code, "connection_unknown");
    let left = desk
        .world
        .catalog()
        .sealed_authorizations(None, 10)
        .unwrap();
    assert!(left.is_empty(), "no credential is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_can_be_given_a_name() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let rename = |name: &'static str| {
        desk.console
            .rename_account(desk.session(), id, Reach::All, name)
    };
    let view = rename("東京の Aiko").await.unwrap();
    let account = view.row.stations[0].account.clone().unwrap();
    assert_eq!(account.label, "東京の Aiko", "R19");
    for wrong in ["", " ", "a\0b", "\u{202e}oki"] {
        assert!(rename(wrong).await.is_err(), "`{}`", wrong.escape_debug());
    }
    let view = desk.view(id).await;
    assert_eq!(
        view.accounts[0].account.label, "東京の Aiko",
        "a refusal changes nothing"
    );
    desk.authorize(id, Reach::All).await;
    let view = desk.view(id).await;
    assert_eq!(
        view.accounts[0].account.label, "東京の Aiko",
        "the name stays with the account"
    );
}
