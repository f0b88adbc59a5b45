//! Live mode and edit mode: R3, R15.

use tsunagi_console::views::{Impact, ListQuery, Stage};
use tsunagi_console::{ApplicationId, Cause, Component, ConnectionId, Reach};
use tsunagi_domain::{Edition, Environment, Health, Kind, Mode, NotConnected, Role};

use super::{LIVE, code, founds, ines, lets_use, live_names, newcomer, opens_to, sits, uses};
use crate::fixture::{BEN, Desk, Person, practice_draft};

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
        (
            "service's page",
            code(console.service_page(session, "practice")),
        ),
        ("source", code(console.source(session, "practice", 0))),
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
async fn r22_live_mode_tells_of_the_same_uses_as_every_other_door() {
    let desk = Desk::empty();
    let id = desk.create_practice("Shared", Kind::LoggedInUser, Mode::Same);
    let uma = desk.joins("Uma", Role::User);
    let (shop, stock) = (desk.software("Shop", &[id]), desk.software("Stock", &[id]));
    let hidden = desk.software("Hidden", &[id]);
    for (application, name) in [
        (shop, "Shop form"),
        (stock, "Stock form"),
        (hidden, "Hidden form"),
    ] {
        uses(&desk, application, id, "form", name);
    }
    for application in [shop, stock] {
        let catalog = desk.world.catalog();
        catalog.share_application(application, uma, true).unwrap();
    }
    desk.authorized_by(uma, id, Reach::All).await;
    let names = |impact: Impact| {
        let uses = impact.stops.into_iter().chain(impact.goes_on);
        let mut names: Vec<String> = uses.map(|used| used.application).collect();
        names.sort();
        names
    };
    let live = desk.console.live_impact(desk.session(), shop, LIVE, id);
    let told = names(live.await.unwrap());
    assert_eq!(told, ["Shop", "Stock"], "R18: it stops in both");
    let own = desk.console.impact(desk.session(), id, Reach::All).await;
    assert_eq!(told, names(own.unwrap()), "R22");
}
