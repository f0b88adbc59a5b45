//! Applications: their names and editions, what they may use, and deleting them: R4, R10, R18.

mod live;
mod system_connections;

use tsunagi_catalog::Use;
use tsunagi_console::views::{ListQuery, UsePlace};
use tsunagi_console::{ApplicationId, ConnectionId, Console, ConsoleError, Reach};
use tsunagi_domain::{Edition, Environment, Kind, Member, MemberId, Mode, Role, Timestamp, UseId};

use crate::fixture::{Desk, practice_draft};

const LIVE: Environment = Environment::Production;

fn founds(desk: &Desk, name: &str, edition: Edition) -> ApplicationId {
    let made = desk
        .console
        .create_application(desk.session(), name, edition);
    made.unwrap()
}

fn lets_use(desk: &Desk, application: ApplicationId, connection: ConnectionId) {
    desk.console
        .grant_application(desk.session(), application, connection, true)
        .unwrap();
}

fn opens_to(desk: &Desk, application: ApplicationId, member: MemberId, shared: bool) {
    desk.console
        .share_application(desk.session(), application, member, shared)
        .unwrap();
}

fn newcomer(desk: &Desk, name: &str, role: Role) -> MemberId {
    let member = Member {
        id: MemberId::new(),
        name: name.to_owned(),
        role,
        active: true,
    };
    desk.world.catalog().set_member(&member).unwrap();
    member.id
}

/// Somebody else sits down.
async fn sits(desk: &Desk, member: MemberId) {
    desk.console.sign_in(member, None).await.unwrap();
}

fn ines(desk: &Desk) -> MemberId {
    let members = desk.world.catalog().members().unwrap();
    let found = members.into_iter().find(|member| member.name == "Ines");
    found.unwrap().id
}

/// A place of an application that uses a connection; a schedule runs with nobody present.
fn uses(
    desk: &Desk,
    application: ApplicationId,
    connection: ConnectionId,
    area: &str,
    name: &str,
) -> UseId {
    let unattended = area == "schedule";
    let used = Use {
        id: UseId::new(),
        connection,
        application,
        environment: LIVE,
        area: area.to_owned(),
        name: name.to_owned(),
        scopes: vec!["contacts.read".to_owned(), "contacts.write".to_owned()],
        unattended,
        next_run: unattended.then_some(Timestamp(1_900_000_000_000)),
        item: None,
    };
    desk.world.catalog().set_use(&used).unwrap();
    used.id
}

fn live_names(desk: &Desk, application: ApplicationId) -> Vec<String> {
    let view = desk.console.live(desk.session(), application, LIVE);
    let rows = view.unwrap().rows.into_iter();
    rows.map(|row| row.connection.name).collect()
}

fn code<T>(outcome: Result<T, ConsoleError>) -> String {
    match outcome {
        Ok(_) => "allowed".to_owned(),
        Err(error) => error.code,
    }
}

fn connections(console: &Console, desk: &Desk) -> usize {
    let page = console.connections(desk.session(), &ListQuery::default());
    page.unwrap().rows.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_a_c5_application_has_no_logged_in_user_connections() {
    let (desk, own) = Desk::practice();
    let (console, session) = (&desk.console, desk.session());
    let old = founds(&desk, "Library", Edition::C5);
    let before = connections(console, &desk);
    let granted = console.grant_application(session, old, own, true);
    assert_eq!(code(granted), "edition_too_old", "when access is granted");
    let draft = practice_draft("Readers", Kind::LoggedInUser, Mode::Same);
    let made = console.create_from(session, &draft, Some(old));
    assert_eq!(code(made), "edition_too_old", "when one is created from it");
    assert_eq!(
        connections(console, &desk),
        before,
        "and nothing was stored"
    );
    let refused = console.grantable(session, old, "practice crm").unwrap();
    assert!(
        refused[0].refused.is_some(),
        "the list of what it could use says why"
    );

    let draft = practice_draft("Desk", Kind::Admin, Mode::Same);
    let made = console.create_from(session, &draft, Some(old)).unwrap();
    assert!(
        desk.world.catalog().has_access(old, made).unwrap(),
        "what is created from an application may be used by it"
    );
    let new = founds(&desk, "Orders", Edition::C6);
    console.grant_application(session, new, own, true).unwrap();
    let back = console.change_application(session, new, "Orders", Edition::C5);
    assert_eq!(
        code(back),
        "edition_too_old",
        "it would lose what its members authorized"
    );
    let grown = console.change_application(session, old, "Library desk", Edition::C6);
    let grown = grown.unwrap().application;
    assert_eq!(
        (grown.name.as_str(), grown.edition),
        ("Library desk", Edition::C6)
    );
    console.grant_application(session, old, own, true).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_taking_access_shows_what_stops_and_then_it_stops() {
    let (desk, own) = Desk::practice();
    let ours = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    let (console, session) = (&desk.console, desk.session());
    let orders = founds(&desk, "Orders", Edition::C6);
    let dana = newcomer(&desk, "Dana", Role::User);
    opens_to(&desk, orders, dana, true);
    for connection in [own, ours] {
        lets_use(&desk, orders, connection);
        desk.authorize(connection, Reach::All).await;
    }
    uses(&desk, orders, own, "schedule", "Nightly");
    uses(&desk, orders, ours, "invoke_url", "Lookup");

    let impact = console.access_impact(session, orders, own).unwrap();
    let stops: Vec<&str> = impact.stops.iter().map(|used| used.name.as_str()).collect();
    assert_eq!(stops, ["Nightly"], "of this connection only");
    assert_eq!(
        impact.members,
        ["Dana"],
        "R3: whoever authorizes through it"
    );
    let used = console.used_in(session, own).unwrap();
    let place: UsePlace = used.uses[0].clone();
    assert!(place.stopped.is_none(), "it runs as things stand");
    assert_eq!(
        place.scopes.iter().filter(|scope| !scope.asked).count(),
        1,
        "a scope it needs and the connection does not ask for"
    );
    assert_eq!(used.applications[0].uses, 1);

    console
        .grant_application(session, orders, own, false)
        .unwrap();
    let used = console.used_in(session, own).unwrap();
    assert!(used.applications.is_empty() && used.others.len() == 1);
    assert_eq!(
        used.uses[0].stopped.as_ref().unwrap().code,
        "application_no_access",
        "R4: it stops at the gate, and says so"
    );
    let again = console.access_impact(session, orders, own).unwrap();
    assert_eq!((again.stops.len(), again.stopped), (0, 1));
    sits(&desk, dana).await;
    assert!(
        live_names(&desk, orders).is_empty(),
        "and live mode shows it no more"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_an_application_is_deleted_when_it_uses_nothing() {
    let (desk, own) = Desk::practice();
    let (console, session) = (&desk.console, desk.session());
    let orders = founds(&desk, "Orders", Edition::C6);
    lets_use(&desk, orders, own);
    let used = uses(&desk, orders, own, "schedule", "Nightly");
    let refused = console.delete_application(session, orders).unwrap_err();
    assert_eq!(refused.code, "application_in_use");
    assert_eq!(refused.args["count"], "1");
    assert_eq!(
        console.application_view(session, orders).unwrap().uses[0].name,
        "Nightly",
        "where it is used is listed"
    );
    desk.world.catalog().remove_use(used).unwrap();
    console.delete_application(session, orders).unwrap();
    assert_eq!(
        code(console.application_view(session, orders)),
        "application_unknown"
    );
    assert!(console.applications(session).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_has_a_name_of_its_own() {
    let (desk, _) = Desk::practice();
    let (console, session) = (&desk.console, desk.session());
    let orders = founds(&desk, "Orders", Edition::C6);
    let long = "x".repeat(10_000);
    let rows = [
        ("", "name_empty"),
        ("   ", "name_empty"),
        (long.as_str(), "person_name_too_long"),
        ("a\u{0}b", "name_character"),
        ("a\u{202e}b", "name_character"),
        ("ＯＲＤＥＲＳ", "name_taken"),
    ];
    let other = founds(&desk, "予約 📅", Edition::C6);
    for (name, expected) in rows {
        let made = console.create_application(session, name, Edition::C6);
        assert_eq!(code(made), expected, "new: {name:.20?}");
        let changed = console.change_application(session, other, name, Edition::C6);
        assert_eq!(code(changed), expected, "renamed: {name:.20?}");
    }
    let kept = console.change_application(session, orders, "ORDERS", Edition::C6);
    assert_eq!(
        kept.unwrap().application.name,
        "ORDERS",
        "its own is no other's"
    );
    let listed: Vec<String> = console
        .applications(session)
        .unwrap()
        .into_iter()
        .map(|row| row.application.name)
        .collect();
    assert_eq!(
        listed,
        ["ORDERS", "予約 📅"],
        "and what was refused left nothing"
    );
    let nobody = console.application_view(session, ApplicationId::new());
    assert_eq!(code(nobody), "application_unknown");
}
