//! Applications, live mode and edit mode, system connections: R3, R4, R5, R10, R15, R18.

use tsunagi_catalog::Use;
use tsunagi_console::views::{ListQuery, ServiceTry, Stage, UsePlace};
use tsunagi_console::{
    ApplicationId, Cause, Component, ConnectionId, Console, ConsoleError, Reach,
};
use tsunagi_domain::{
    Edition, Environment, Health, Kind, Member, MemberId, Mode, NotConnected, Role, Timestamp,
    UseId,
};

use crate::fixture::{BEN, Desk, Person, practice_draft};
use crate::provider::{Provider, accept};

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
async fn r3_a_user_authorizes_through_an_application_that_is_shared_with_them() {
    let (desk, own) = Desk::practice();
    let ours = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    let orders = founds(&desk, "Orders", Edition::C6);
    let dana = newcomer(&desk, "Dana", Role::User);
    let founder = ines(&desk);
    lets_use(&desk, orders, ours);
    opens_to(&desk, orders, dana, true);

    sits(&desk, dana).await;
    let early = desk
        .console
        .authorize(desk.session(), own, Reach::All, None);
    assert_eq!(
        code(early.await),
        "role_not_allowed",
        "no application of theirs uses it"
    );
    sits(&desk, founder).await;
    lets_use(&desk, orders, own);
    sits(&desk, dana).await;
    let refused = desk
        .console
        .authorize(desk.session(), ours, Reach::All, None);
    assert_eq!(
        code(refused.await),
        "role_not_allowed",
        "R3: admin connections are the managers', shared or not"
    );
    desk.world.agent.person(Person::Allows(BEN));
    let end = desk.authorize(own, Reach::All).await;
    assert_eq!(end.stage, Stage::Done, "{:?}", end.failure);
    assert!(!end.primary, "R11: a user is never primary");
    let slots = desk.world.catalog().slots(own).unwrap();
    assert_eq!(slots.len(), 1);
    assert_eq!(slots[0].key.member, Some(dana), "for themself");

    sits(&desk, founder).await;
    opens_to(&desk, orders, dana, false);
    sits(&desk, dana).await;
    let again = desk
        .console
        .authorize(desk.session(), own, Reach::All, None);
    assert_eq!(
        code(again.await),
        "role_not_allowed",
        "it is no longer shared with them"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_a_portal_user_sees_and_authorizes_their_own_kind_and_nothing_else() {
    let (desk, own) = Desk::practice();
    let ours = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    let orders = founds(&desk, "Orders", Edition::C6);
    let secret = founds(&desk, "Payroll", Edition::C6);
    let elif = newcomer(&desk, "Elif", Role::PortalUser);
    for connection in [own, ours] {
        lets_use(&desk, orders, connection);
    }
    lets_use(&desk, secret, own);
    opens_to(&desk, orders, elif, true);
    desk.authorize(own, Reach::All).await;
    assert_eq!(
        live_names(&desk, orders),
        ["Ours", "Practice CRM"],
        "managers see all kinds"
    );

    sits(&desk, elif).await;
    let names: Vec<String> = desk
        .console
        .live_applications(desk.session())
        .unwrap()
        .into_iter()
        .map(|application| application.name)
        .collect();
    assert_eq!(names, ["Orders"], "the others are not even named");
    assert_eq!(live_names(&desk, orders), ["Practice CRM"]);
    let row = desk.console.live(desk.session(), orders, LIVE).unwrap();
    assert!(!row.may_edit, "edit mode is the managers'");
    let row = row.rows[0].clone();
    assert_eq!(
        (row.health, row.account.is_none(), row.primary),
        (
            Health::NotConnected(NotConnected::NeverAuthorized),
            true,
            false
        ),
        "not a word of the super admin's account"
    );
    assert!(row.may_authorize && !row.may_revoke);

    desk.world.agent.person(Person::Allows(BEN));
    assert_eq!(desk.authorize(own, Reach::All).await.stage, Stage::Done);
    let row = desk
        .console
        .live(desk.session(), orders, LIVE)
        .unwrap()
        .rows[0]
        .clone();
    assert_eq!(row.health, Health::Connected);
    assert_eq!(row.account.unwrap().label, "ben@practice.example");
    let renamed = desk
        .console
        .live_rename(desk.session(), orders, LIVE, own, "Mine");
    let renamed = renamed.unwrap();
    assert_eq!(
        renamed.rows[0].account.as_ref().unwrap().label,
        "Mine",
        "R2"
    );
    let impact = desk
        .console
        .live_impact(desk.session(), orders, LIVE, own)
        .await;
    assert!(impact.unwrap().own, "R18: first it is said");
    let revoked = desk
        .console
        .live_revoke(desk.session(), orders, LIVE, own)
        .await;
    assert!(revoked.unwrap().at_provider);
    let row = desk
        .console
        .live(desk.session(), orders, LIVE)
        .unwrap()
        .rows[0]
        .clone();
    assert_eq!(row.health, Health::NotConnected(NotConnected::Revoked));

    let hidden = desk.console.live(desk.session(), secret, LIVE);
    assert_eq!(code(hidden), "application_not_shared");
    let hidden = desk
        .console
        .live_revoke(desk.session(), orders, LIVE, ours)
        .await;
    assert_eq!(code(hidden), "connection_unknown", "they do not see it");
    for (what, refused) in everything_else(&desk, own, orders).await {
        assert_eq!(refused, "role_not_allowed", "{what}");
    }
    let inside = desk.world.catalog();
    let rows = inside.connection(own).unwrap().unwrap();
    assert_eq!(rows.name.as_str(), "Practice CRM", "and nothing changed");
}

/// What a member who is no manager gets from everything that live mode is not made of.
async fn everything_else(
    desk: &Desk,
    id: ConnectionId,
    application: ApplicationId,
) -> Vec<(&'static str, String)> {
    let (console, session) = (&desk.console, desk.session());
    let draft = practice_draft("Another", Kind::LoggedInUser, Mode::Same);
    let search = ListQuery::default();
    let member = ines(desk);
    let cause = Cause::PagePanel;
    vec![
        ("home", code(console.home_view(session))),
        ("connections", code(console.connections(session, &search))),
        (
            "connection",
            code(console.connection_view(session, id).await),
        ),
        ("timeline", code(console.timeline(session, id))),
        ("used in", code(console.used_in(session, id))),
        ("try", code(desk.try_it(id).await)),
        ("gallery", code(console.gallery(session))),
        ("service", code(console.service(session, "practice"))),
        ("reuse", code(console.reuse_offers(session, &draft))),
        ("create", code(console.create(session, &draft))),
        (
            "create from",
            code(console.create_from(session, &draft, Some(application))),
        ),
        ("connectors", code(console.connectors(session))),
        ("practice", code(console.practice(session))),
        (
            "rename",
            code(console.rename_connection(session, id, "Theirs").await),
        ),
        (
            "disable",
            code(console.set_enabled(session, id, false).await),
        ),
        ("delete", code(console.delete_connection(session, id).await)),
        ("members", code(console.members(session))),
        ("applications", code(console.applications(session))),
        (
            "application",
            code(console.application_view(session, application)),
        ),
        (
            "new application",
            code(console.create_application(session, "Theirs", Edition::C6)),
        ),
        (
            "change application",
            code(console.change_application(session, application, "Theirs", Edition::C6)),
        ),
        (
            "delete application",
            code(console.delete_application(session, application)),
        ),
        (
            "share",
            code(console.share_application(session, application, member, true)),
        ),
        (
            "grant",
            code(console.grant_application(session, application, id, false)),
        ),
        (
            "grantable",
            code(console.grantable(session, application, "")),
        ),
        (
            "access impact",
            code(console.access_impact(session, application, id)),
        ),
        (
            "system connection",
            code(console.system_connection(session, application, "practice", cause)),
        ),
        (
            "edit mode",
            code(console.edit(session, application, LIVE, None)),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_the_environment_switch_follows_the_connection_s_mode() {
    let (desk, _) = Desk::practice();
    let three = desk.create_practice("Three", Kind::LoggedInUser, Mode::PerEnvironment);
    let orders = founds(&desk, "Orders", Edition::C6);
    lets_use(&desk, orders, three);
    desk.authorize(three, Reach::Stage).await;
    for environment in Environment::ALL {
        let view = desk.console.live(desk.session(), orders, environment);
        let row = view.unwrap().rows[0].clone();
        let connected = row.health == Health::Connected;
        assert_eq!(
            connected,
            environment == Environment::Stage,
            "{environment:?} has an authorization of its own"
        );
        assert_eq!(row.reach, Reach::from(environment));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_edit_mode_lists_what_the_component_uses_and_no_other() {
    let (desk, own) = Desk::practice();
    let ours = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    let unused = desk.create_practice("Unused", Kind::Admin, Mode::Same);
    let orders = founds(&desk, "Orders", Edition::C6);
    for connection in [own, ours, unused] {
        lets_use(&desk, orders, connection);
    }
    uses(&desk, orders, own, "form_workflow", "New order");
    uses(&desk, orders, ours, "form_workflow", "New order");
    uses(&desk, orders, ours, "schedule", "Nightly");
    let named = |area: &str, name: &str| Component {
        area: area.to_owned(),
        name: name.to_owned(),
    };
    let shown = |component: Option<Component>| {
        let view = desk.console.edit(desk.session(), orders, LIVE, component);
        let view = view.unwrap();
        let mut names: Vec<String> = view
            .rows
            .iter()
            .map(|row| row.row.connection.name.clone())
            .collect();
        names.sort();
        (view.components.len(), names)
    };
    assert_eq!(
        shown(Some(named("form_workflow", "New order"))),
        (2, vec!["Ours".to_owned(), "Practice CRM".to_owned()]),
        "all kinds, for managers"
    );
    assert_eq!(
        shown(Some(named("schedule", "Nightly"))).1,
        ["Ours"],
        "not what the other component uses"
    );
    assert_eq!(
        shown(Some(named("schedule", "New order"))).1,
        shown(None).1,
        "a component that is not there shows the first one"
    );
    let elsewhere = desk
        .console
        .edit(desk.session(), orders, Environment::Stage, None)
        .unwrap();
    assert!(
        elsewhere.components.is_empty() && elsewhere.rows.is_empty(),
        "nothing is used in Stage"
    );
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_a_system_connection_comes_into_being_once_per_service() {
    let (desk, _) = Desk::practice();
    let (console, session) = (&desk.console, desk.session());
    let orders = founds(&desk, "Orders", Edition::C5);
    let desk_app = founds(&desk, "Desk", Edition::C6);
    let make =
        |application, cause| console.system_connection(session, application, "practice", cause);
    let refused = [
        Cause::Elsewhere,
        Cause::IntegrationTask { optional: false },
        Cause::FormWorkflow { zoho: false },
    ];
    for cause in refused {
        assert_eq!(
            code(make(orders, cause)),
            "connection_needed",
            "{cause:?}: one has to be chosen"
        );
    }
    assert_eq!(connections(console, &desk), 1, "and none was made");

    let first = make(orders, Cause::PagePanel).unwrap();
    let again = make(orders, Cause::IntegrationTask { optional: true }).unwrap();
    let other = make(desk_app, Cause::FormWorkflow { zoho: true }).unwrap();
    assert_eq!(first, again, "the same service yields the same one");
    assert_eq!(first, other, "for every application");
    let view = desk.view(first).await;
    assert_eq!(view.row.kind, Kind::System);
    assert_eq!(view.row.name, "Practice service", "named after the service");
    assert!(view.created_by.is_none(), "nobody made it");
    let asked = view.scopes.len();
    let all = console.service(session, "practice").unwrap().scopes.len();
    assert_eq!(asked, all, "it carries the connector's full scopes");
    assert_eq!(
        view.row.stations[0].health,
        Health::NotConnected(NotConnected::NeverAuthorized),
        "and starts Not connected"
    );
    let catalog = desk.world.catalog();
    for application in [orders, desk_app] {
        assert!(catalog.has_access(application, first).unwrap());
    }
    let subject = format!("connection/{first}");
    let logged: Vec<(String, bool)> = catalog
        .events(None, None, 1000)
        .unwrap()
        .into_iter()
        .filter(|entry| entry.event.subject == subject)
        .map(|entry| (entry.event.action, entry.event.actor.is_none()))
        .collect();
    let count = |action: &str| {
        let found = logged.iter().filter(|(known, _)| known == action);
        found.count()
    };
    assert_eq!(count("connection.created"), 1);
    assert_eq!(count("application.granted"), 2, "once per application");
    assert!(
        logged.iter().all(|(_, by_system)| *by_system),
        "the actor in the log is the system: {logged:?}"
    );
    desk.authorize(first, Reach::All).await;
    assert!(
        desk.try_it(first).await.unwrap().ok,
        "R3: a manager authorizes it, and then it works"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_never_for_payments_nor_for_what_is_not_there() {
    let desk = Desk::empty();
    let provider = Provider::start().await;
    let toml = provider
        .toml("shop_pay")
        .replace("\nkinds = ", "\npayment = true\nkinds = ");
    let toml = toml.replace(
        r#"kinds = ["admin", "logged_in_user"]"#,
        r#"kinds = ["admin"]"#,
    );
    accept(&desk, "shop_pay", &toml).unwrap();
    let (console, session) = (&desk.console, desk.session());
    let orders = founds(&desk, "Orders", Edition::C6);
    for cause in [
        Cause::PagePanel,
        Cause::FormWorkflow { zoho: true },
        Cause::IntegrationTask { optional: true },
    ] {
        let made = console.system_connection(session, orders, "shop_pay", cause);
        assert_eq!(code(made), "connection_needed", "{cause:?}");
    }
    let unknown = console.system_connection(session, orders, "nowhere", Cause::PagePanel);
    assert_eq!(code(unknown), "connector_missing");
    let nobody =
        console.system_connection(session, ApplicationId::new(), "practice", Cause::PagePanel);
    assert_eq!(code(nobody), "application_unknown");
    assert_eq!(connections(console, &desk), 0, "nothing was made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_two_places_at_once_get_the_same_system_connection() {
    let (desk, _) = Desk::practice();
    let orders = founds(&desk, "Orders", Edition::C6);
    let session = desk.session();
    let mut made: Vec<ConnectionId> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| {
                let console = &desk.console;
                scope.spawn(move || {
                    console
                        .system_connection(session, orders, "practice", Cause::PagePanel)
                        .unwrap()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    made.dedup();
    assert_eq!(made.len(), 1, "one connection for all of them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_what_revoking_one_s_own_would_stop_tells_of_no_other_application() {
    let desk = Desk::empty();
    let id = desk.create_practice("Shared", Kind::LoggedInUser, Mode::Same);
    let uma = desk.joins("Uma", Role::User);
    let (shop, stock) = (desk.software("Shop", &[id]), desk.software("Stock", &[id]));
    let catalog = desk.world.catalog();
    catalog.share_application(shop, uma, true).unwrap();
    for (application, name) in [(shop, "Shop form"), (stock, "Stock form")] {
        uses(&desk, application, id, "form", name);
    }
    desk.authorized_by(uma, id, Reach::All).await;
    let told = desk.console.impact(desk.session(), id, Reach::All).await;
    let told = told.unwrap();
    let names: Vec<&str> = told
        .stops
        .iter()
        .chain(&told.goes_on)
        .map(|used| used.application.as_str())
        .collect();
    assert_eq!(names, ["Shop"], "their own, and no other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_trying_a_service_without_a_connection_makes_its_system_connection() {
    let desk = Desk::empty();
    let provider = Provider::start().await;
    let toml = provider
        .toml("shop_pay")
        .replace("\nkinds = ", "\npayment = true\nkinds = ")
        .replace(
            r#"kinds = ["admin", "logged_in_user"]"#,
            r#"kinds = ["admin"]"#,
        );
    accept(&desk, "shop_pay", &toml).unwrap();
    let (console, session) = (&desk.console, desk.session());
    let orders = founds(&desk, "Orders", Edition::C5);
    let listed = console.services_to_try(session, orders).unwrap();
    let of = |service: &str| listed.iter().find(|one| one.service.id == service);
    assert!(of("shop_pay").is_none(), "never for payments");
    assert!(
        of("practice").unwrap().connection.is_none(),
        "looking makes nothing"
    );
    assert_eq!(connections(console, &desk), 0, "looking makes nothing");

    let request = |service: &str| ServiceTry {
        application: orders,
        service: service.to_owned(),
        environment: Environment::Stage,
        path: "/contacts".to_owned(),
    };
    let paid = console.try_service(session, &request("shop_pay")).await;
    assert_eq!(code(paid), "connection_needed", "never for payments");
    let uma = desk.joins("Uma", Role::User);
    desk.seats(uma).await;
    let refused = console
        .try_service(desk.session(), &request("practice"))
        .await;
    assert_eq!(code(refused), "role_not_allowed", "R2: managers only");
    desk.seats(desk.founder()).await;
    assert_eq!(connections(console, &desk), 0, "a refusal makes nothing");

    let tried = console.try_service(session, &request("practice")).await;
    let tried = tried.unwrap();
    assert!(tried.made, "it says that one came into being");
    assert_eq!(tried.connection.kind, Kind::System);
    assert_eq!(
        tried.refused.unwrap().code,
        "not_connected",
        "R4: it starts Not connected, and nothing was sent"
    );
    desk.authorize(tried.connection.id, Reach::All).await;
    let again = console.try_service(session, &request("practice")).await;
    let again = again.unwrap();
    assert!(!again.made, "the same service yields the same one again");
    assert_eq!(again.connection.id, tried.connection.id);
    assert!(
        again.answer.unwrap().ok,
        "authorized as every other, it works"
    );
    assert_eq!(connections(console, &desk), 1);

    // R4: asked for an application, so its access counts as for every other task of it.
    let listed = console.services_to_try(session, orders).unwrap();
    let known = listed
        .into_iter()
        .find(|one| one.service.id == "practice")
        .and_then(|one| one.connection);
    assert_eq!(known.map(|one| one.id), Some(tried.connection.id));
}
