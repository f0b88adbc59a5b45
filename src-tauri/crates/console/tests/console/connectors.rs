//! Connector files: drafts until a manager accepts exactly what they saw.

use tsunagi_console::views::{ConnectorFile, FileState, ListQuery, RedirectForm};
use tsunagi_console::{ConsoleError, Reach};
use tsunagi_domain::{Health, Kind, Mode, NotConnected};

use crate::fixture::Desk;
use crate::provider::{Provider, connector, register};

fn file(desk: &Desk, name: &str) -> ConnectorFile {
    let view = desk.console.connectors(desk.session()).unwrap();
    let found = view.files.into_iter().find(|file| file.file == name);
    found.unwrap()
}

fn accept(desk: &Desk, name: &str, hash: &str) -> Result<(), ConsoleError> {
    let accepted = desk.console.accept_connector(desk.session(), name, hash);
    accepted.map(|_| ())
}

fn offered(desk: &Desk, id: &str) -> bool {
    let gallery = desk.console.gallery(desk.session()).unwrap();
    gallery.iter().any(|entry| entry.service.id == id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_a_draft_until_its_hash_is_accepted() {
    let desk = Desk::empty();
    desk.world.put(
        "filing.toml",
        &connector("filing", "Filing", "https://filing.example"),
    );
    let draft = file(&desk, "filing.toml");
    assert_eq!(draft.state, FileState::Draft);
    assert_eq!(
        draft.hosts,
        ["https://filing.example"],
        "where credentials would go"
    );
    assert!(!offered(&desk, "filing"), "a draft is not used");
    let unknown = desk.console.service(desk.session(), "filing").unwrap_err();
    assert_eq!(unknown.code, "connector_missing");
    let wrong = accept(&desk, "filing.toml", &"0".repeat(64)).unwrap_err();
    assert_eq!(wrong.code, "draft_changed");
    let wrong = accept(&desk, "../filing.toml", &draft.hash).unwrap_err();
    assert_eq!(
        wrong.code, "draft_changed",
        "a file of the folder and no other"
    );
    accept(&desk, "filing.toml", &draft.hash).unwrap();
    assert_eq!(file(&desk, "filing.toml").state, FileState::Accepted);
    assert!(offered(&desk, "filing"), "from now on");
    let service = desk.console.service(desk.session(), "filing").unwrap();
    assert!(service.custom && service.needs_registration);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_swapped_after_it_was_shown_is_not_accepted() {
    let desk = Desk::empty();
    desk.world.put(
        "filing.toml",
        &connector("filing", "Filing", "https://filing.example"),
    );
    let seen = file(&desk, "filing.toml").hash;
    desk.world.put(
        "filing.toml",
        &connector("filing", "Filing", "https://evil.example"),
    );
    assert_eq!(
        accept(&desk, "filing.toml", &seen).unwrap_err().code,
        "draft_changed"
    );
    assert!(!offered(&desk, "filing"), "nothing was accepted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_file_is_a_new_draft_with_a_diff_and_the_accepted_one_goes_on() {
    let (mut desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connected(&desk, Kind::Admin, Mode::Same).await;

    let elsewhere = Provider::start().await;
    desk.world.put(
        "filing.toml",
        &connector("filing", "Filing", &elsewhere.origin),
    );
    let changed = file(&desk, "filing.toml");
    assert_eq!(changed.state, FileState::Changed);
    assert_eq!(changed.connections, 1, "who is affected");
    let added = |row: &&tsunagi_console::views::DiffRow| {
        row.change == "added" && row.text.contains(&elsewhere.origin)
    };
    assert!(
        changed.diff.iter().any(|row| added(&row)),
        "what changed is shown"
    );
    assert!(changed.diff.iter().any(|row| row.change == "removed"));
    assert!(
        desk.try_it_at(id, "/files").await.unwrap().ok,
        "the accepted one is in use"
    );
    desk.console.close().await;
    desk.console = desk.world.open();
    assert!(
        desk.try_it_at(id, "/files").await.unwrap().ok,
        "after a restart too"
    );
    assert!(
        elsewhere.inner.got.lock().unwrap().is_empty(),
        "R23: nothing went elsewhere"
    );

    accept(&desk, "filing.toml", &changed.hash).unwrap();
    let station = desk.view(id).await.row.stations[0].clone();
    let moved = Health::NotConnected(NotConnected::ConnectorChanged);
    assert_eq!(
        station.health, moved,
        "R23: the credential belongs to the old host"
    );
    let needing = desk.console.start(desk.session()).unwrap().needing;
    assert_eq!(needing, 1, "tray and Home say so too");
    assert!(desk.try_it_at(id, "/files").await.is_err());
    assert!(
        elsewhere.inner.got.lock().unwrap().is_empty(),
        "R23: still nothing"
    );

    provider.accept(&desk, "filing");
    assert!(
        desk.try_it_at(id, "/files").await.unwrap().ok,
        "back to the old one, healed"
    );
    assert_eq!(desk.console.start(desk.session()).unwrap().needing, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_gone_or_broken_leaves_the_accepted_one() {
    let desk = Desk::empty();
    crate::provider::accept(
        &desk,
        "filing",
        &connector("filing", "Filing", "https://a.example"),
    )
    .unwrap();
    let path = desk.world.home.path().join("connectors/filing.toml");
    std::fs::remove_file(&path).unwrap();
    let gone = file(&desk, "filing.toml");
    assert_eq!(gone.state, FileState::Gone);
    assert!(offered(&desk, "filing"), "the accepted one goes on");
    std::fs::write(&path, "id = \"filing\"\nname = 7\n").unwrap();
    let bad = file(&desk, "filing.toml");
    assert_eq!(bad.state, FileState::Bad);
    assert!(offered(&desk, "filing"), "a broken file changes nothing");
    let refused = accept(&desk, "filing.toml", &bad.hash).unwrap_err();
    assert_eq!(refused.code, "connector_bad");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_file_is_reported_by_name_and_line_and_the_rest_still_load() {
    let desk = Desk::empty();
    let good = connector("good", "Good", "https://good.example");
    let bad = connector("bad", "Bad", "https://bad.example").replace("hue = 20", "hue = 999");
    let line = 1 + bad.lines().position(|line| line == "hue = 999").unwrap();
    desk.world.put("good.toml", &good);
    desk.world.put("bad.toml", &bad);
    let reported = file(&desk, "bad.toml");
    assert_eq!(reported.state, FileState::Bad);
    assert_eq!(
        reported.line,
        Some(u32::try_from(line).unwrap()),
        "{:?}",
        reported.problem
    );
    assert!(reported.problem.is_some(), "and what is wrong");
    assert_eq!(file(&desk, "good.toml").state, FileState::Draft);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_file_shadows_a_built_in_service_or_claims_to_be_one() {
    let desk = Desk::empty();
    let shadow = connector("practice", "Practice service", "https://evil.example");
    desk.world.put("practice.toml", &shadow);
    let refused = file(&desk, "practice.toml");
    assert_eq!(refused.state, FileState::Bad, "{:?}", refused.problem);
    assert_eq!(
        accept(&desk, "practice.toml", &refused.hash)
            .unwrap_err()
            .code,
        "connector_bad"
    );
    let client = connector("clever", "Clever", "https://evil.example").replace(
        "registration = \"needs_client\"",
        "registration = { built_in = { client_id = \"tsunagi-practice\" } }",
    );
    desk.world.put("clever.toml", &client);
    let refused = file(&desk, "clever.toml");
    assert_eq!(
        refused.state,
        FileState::Bad,
        "no built-in client for a custom file"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_text_that_was_tampered_with_in_the_catalog_is_not_used() {
    let mut desk = Desk::empty();
    crate::provider::accept(
        &desk,
        "filing",
        &connector("filing", "Filing", "https://a.example"),
    )
    .unwrap();
    let catalog = desk.world.catalog();
    let mut accepted = catalog.accepted_connectors().unwrap().remove(0);
    accepted.toml = accepted
        .toml
        .replace("https://a.example", "https://evil.example");
    catalog.accept_connector(&accepted).unwrap();
    desk.console = desk.world.open();
    assert!(
        !offered(&desk, "filing"),
        "its hash is not the accepted one"
    );
    let start = desk.console.start(desk.session()).unwrap();
    assert_eq!(
        start.problems[0].code, "connector_bad",
        "and that is said at the start"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn search_finds_what_people_call_a_service() {
    let (desk, practice) = Desk::practice();
    crate::provider::accept(
        &desk,
        "filing",
        &connector("filing", "Filing", "https://a.example"),
    )
    .unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let draft = crate::provider::draft("Papers", Kind::Admin, Mode::Same, Some(registration));
    let papers = desk.console.create(desk.session(), &draft).unwrap();
    for (search, found) in [
        ("practice service", practice),
        ("連絡先一覧", practice),
        ("cabinets", papers),
        ("書類", papers),
    ] {
        let query = ListQuery {
            search: search.to_owned(),
            ..ListQuery::default()
        };
        let page = desk.console.connections(desk.session(), &query).unwrap();
        let ids: Vec<_> = page.rows.iter().map(|row| row.id).collect();
        assert_eq!(ids, [found], "`{search}`");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_a_retired_service_stays_visible_and_takes_nothing_new() {
    let desk = Desk::empty();
    let living = connector("filing", "Filing", "https://a.example");
    crate::provider::accept(&desk, "filing", &living).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let draft = crate::provider::draft("Papers", Kind::Admin, Mode::Same, Some(registration));
    let id = desk.console.create(desk.session(), &draft).unwrap();
    let ended = living.replace("category =", "retired = \"2024-09-26\"\ncategory =");
    crate::provider::accept(&desk, "filing", &ended).unwrap();
    let refused = desk.console.create(desk.session(), &draft).unwrap_err();
    assert_eq!(refused.code, "connector_retired");
    assert_eq!(refused.args["date"], "2024-09-26", "since when");
    let begun = desk.console.authorize(desk.session(), id, Reach::All, None);
    assert_eq!(begun.await.unwrap_err().code, "connector_retired");
    let view = desk.view(id).await;
    assert_eq!(view.row.name, "Papers", "it stays visible");
    let problem = view.problem.unwrap().code;
    assert_eq!(problem, "connector_retired", "and says what is wrong");
    let gallery = desk.console.gallery(desk.session()).unwrap();
    let entry = gallery.iter().find(|entry| entry.service.id == "filing");
    let why = entry.unwrap().refused.clone().unwrap();
    assert_eq!(why.code, "connector_retired", "and the gallery says why");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_payment_service_takes_one_connection_of_kind_admin() {
    let desk = Desk::empty();
    let toml = connector("filing", "Filing", "https://a.example").replace(
        "kinds = [\"admin\", \"logged_in_user\"]",
        "kinds = [\"admin\"]\npayment = true",
    );
    crate::provider::accept(&desk, "filing", &toml).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let draft =
        |name: &str, kind| crate::provider::draft(name, kind, Mode::Same, Some(registration));
    let personal = draft("One", Kind::LoggedInUser);
    let refused = desk.console.create(desk.session(), &personal).unwrap_err();
    assert_eq!(refused.code, "kind_not_offered");
    desk.console
        .create(desk.session(), &draft("One", Kind::Admin))
        .unwrap();
    let refused = desk
        .console
        .create(desk.session(), &draft("Two", Kind::Admin))
        .unwrap_err();
    assert_eq!(refused.code, "payment_connection_exists");
    assert_eq!(refused.args["connection"], "One", "which one there is");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_payment_connection_that_cannot_be_read_is_still_the_only_one() {
    let desk = Desk::empty();
    let toml = connector("filing", "Filing", "https://a.example").replace(
        "kinds = [\"admin\", \"logged_in_user\"]",
        "kinds = [\"admin\"]\npayment = true",
    );
    crate::provider::accept(&desk, "filing", &toml).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let draft =
        |name: &str| crate::provider::draft(name, Kind::Admin, Mode::Same, Some(registration));
    let one = desk.console.create(desk.session(), &draft("One")).unwrap();
    desk.world.catalog().spoil_connection(one).unwrap();
    let refused = desk
        .console
        .create(desk.session(), &draft("Two"))
        .unwrap_err();
    assert_eq!(refused.code, "payment_connection_exists");
    assert_eq!(refused.args["connection"], "One", "which one there is");
}
