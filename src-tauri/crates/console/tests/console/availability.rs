//! R1, R8, R16: what plan, data center and country refuse, at every door, and who changes them.

use tsunagi_console::tray::{TrayAction, TrayLine};
use tsunagi_console::views::{ActivityQuery, AvailabilityChange, BulkAction, RedirectForm};
use tsunagi_console::{Cause, ConsoleError, Edition, Reach};
use tsunagi_domain::{Kind, Mode, Plan, Role};

use crate::fixture::{AIKO, Desk, Person, practice_draft};
use crate::provider::{accept, connector, draft, register};

fn place(plan: Plan, data_center: &str, country: Option<&str>) -> AvailabilityChange {
    AvailabilityChange {
        plan,
        data_center: data_center.to_owned(),
        country: country.map(str::to_owned),
    }
}

fn moves(desk: &Desk, change: &AvailabilityChange) -> Result<(), ConsoleError> {
    let changed = desk.console.change_availability(desk.session(), change);
    changed.map(|_| ())
}

/// What is in the log about the workspace, the latest first.
fn logged(desk: &Desk) -> Vec<String> {
    let query = ActivityQuery {
        groups: vec!["workspace".to_owned()],
        ..ActivityQuery::default()
    };
    let page = desk.console.activity(desk.session(), &query).unwrap();
    page.entries.into_iter().map(|entry| entry.text).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_every_door_refuses_with_the_same_reason_and_opens_again() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Allows(AIKO));
    desk.authorize(id, Reach::All).await;
    let orders = desk.software("Orders", &[id]);
    let (console, session) = (&desk.console, desk.session());
    let code = |outcome: Result<(), ConsoleError>| match outcome {
        Ok(()) => "allowed".to_owned(),
        Err(error) => error.code,
    };
    for (change, refused) in [
        (place(Plan::Free, "us", None), "plan_free"),
        (
            place(Plan::Paid, "jp", Some("JP")),
            "data_center_not_served",
        ),
        (place(Plan::Paid, "ca", None), "data_center_not_served"),
        (place(Plan::Paid, "sa", None), "data_center_not_served"),
        (place(Plan::Paid, "cn", None), "data_center_not_served"),
        (place(Plan::Free, "cn", None), "plan_free"),
    ] {
        moves(&desk, &change).unwrap();
        let start = console.start(session).unwrap();
        let told = start.refused.expect("every screen says so");
        assert_eq!(told.code, refused, "{change:?}");
        assert!(!told.help.is_empty(), "and what to do");
        assert_eq!(start.unusable, Some(told), "nothing offers to authorize");
        let draft = practice_draft("Another", Kind::Admin, Mode::Same);
        let authorized = console.authorize(session, id, Reach::All, None).await;
        let form = RedirectForm::LoopbackAnyPort;
        let cause = Cause::PagePanel;
        for (door, outcome) in [
            ("create", code(console.create(session, &draft).map(|_| ()))),
            ("authorize", code(authorized.map(|_| ()))),
            ("use", code(desk.try_it(id).await.map(|_| ()))),
            (
                "register",
                code(console.registration_draft(session, &form).map(|_| ())),
            ),
            (
                "by itself",
                code(
                    console
                        .system_connection(session, orders, "practice", cause)
                        .map(|_| ()),
                ),
            ),
            (
                "application",
                code(
                    console
                        .create_application(session, "New", Edition::C6)
                        .map(|_| ()),
                ),
            ),
            (
                "grant",
                code(console.grant_application(session, orders, id, true)),
            ),
            ("test", {
                let tested = console.test_connection(session, id).await;
                tested.map_or_else(
                    |error| error.code,
                    |found| {
                        found[0]
                            .failure
                            .clone()
                            .map_or("allowed".to_owned(), |no| no.code)
                    },
                )
            }),
        ] {
            assert_eq!(outcome, refused, "{door}, {change:?}");
        }
        for entry in console.gallery(session).unwrap() {
            let why = entry.refused.expect("nothing is offered");
            assert_eq!(why.code, refused, "{}", entry.service.name);
        }
        assert_eq!(desk.view(id).await.row.name, "Practice CRM", "all is shown");
        assert!(console.activity(session, &ActivityQuery::default()).is_ok());
    }
    for served in ["us", "eu", "in", "au"] {
        moves(&desk, &place(Plan::Paid, served, None)).unwrap();
        let start = console.start(session).unwrap();
        assert!(start.refused.is_none(), "{served} is served");
        assert!(desk.try_it(id).await.unwrap().ok, "nothing was lost");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_who_falls_back_to_a_free_plan_tidies_up_one_by_one_and_in_bulk() {
    let (desk, alone) = Desk::practice();
    desk.world.agent.person(Person::Allows(AIKO));
    let together = desk.create_practice("Together", Kind::LoggedInUser, Mode::Same);
    for id in [alone, together] {
        desk.authorize(id, Reach::All).await;
    }
    let orders = desk.software("Orders", &[alone]);
    let founder = desk.founder();
    moves(&desk, &place(Plan::Free, "us", None)).unwrap();
    let (console, session) = (&desk.console, desk.session());
    let label = console.rename_account(session, alone, Reach::All, "Reception");
    label.await.unwrap();
    console
        .rename_connection(session, alone, "Front desk")
        .await
        .unwrap();
    console.set_enabled(session, alone, false).await.unwrap();
    console.set_enabled(session, alone, true).await.unwrap();
    console.revoke(session, alone, Reach::All).await.unwrap();
    console
        .access_impact(session, orders, alone)
        .expect("what it stops is told first");
    console
        .grant_application(session, orders, alone, false)
        .unwrap();
    console
        .share_application(session, orders, founder, false)
        .unwrap();
    console
        .change_application(session, orders, "Old orders", Edition::C6)
        .unwrap();
    console.delete_application(session, orders).unwrap();
    console.delete_connection(session, alone).await.unwrap();
    for action in [BulkAction::Disable, BulkAction::Revoke, BulkAction::Delete] {
        let told = console.bulk_impact(session, action, &[together]).unwrap();
        assert!(told[0].refused.is_none(), "{action:?}: {told:?}");
        let done = console.bulk_run(session, action, &[together]).await;
        let done = done.unwrap();
        assert!(
            done[0].changed && done[0].failure.is_none(),
            "{action:?}: the same answer as alone: {done:?}"
        );
    }
    let left = desk.world.catalog().connection_count().unwrap();
    assert_eq!(left, 0, "both are gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_primary_account_is_declined_on_a_free_plan_and_not_accepted() {
    let desk = Desk::empty();
    let id = desk.create_practice("Practice", Kind::LoggedInUser, Mode::Same);
    let founder = desk.founder();
    desk.world.agent.person(Person::Allows(AIKO));
    desk.authorize(id, Reach::All).await;
    let ben = desk.joins("Ben", Role::Admin);
    desk.authorized_by(ben, id, Reach::All).await;
    desk.seats(founder).await;
    let offered = desk
        .console
        .offer_primary(desk.session(), id, Reach::All, ben);
    offered.await.unwrap();
    moves(&desk, &place(Plan::Free, "us", None)).unwrap();
    desk.seats(ben).await;
    let (console, session) = (&desk.console, desk.session());
    let accepted = console.accept_primary(session, id, Reach::All).await;
    assert_eq!(accepted.unwrap_err().code, "plan_free");
    console
        .decline_primary(session, id, Reach::All)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_the_tray_offers_nothing_to_authorize_on_a_free_plan() {
    let (desk, _) = Desk::practice();
    let offers = |desk: &Desk| {
        let menu = desk.console.tray(desk.session());
        let authorizes = |line: &TrayLine| {
            matches!(
                line,
                TrayLine::Entry {
                    action: TrayAction::Authorize(..),
                    ..
                }
            )
        };
        menu.lines.iter().any(authorizes)
    };
    assert!(offers(&desk), "it is not authorized yet");
    moves(&desk, &place(Plan::Free, "us", None)).unwrap();
    assert!(!offers(&desk), "what would be refused is not offered");
    let menu = format!("{:?}", desk.console.tray(desk.session()));
    assert!(menu.contains("Free plan"), "it says why: {menu}");
    let ben = desk.joins("Ben", Role::User);
    desk.seats(ben).await;
    assert!(!offers(&desk), "nor to who manages nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_super_admin_changes_it_nobody_else_and_the_log_says_so() {
    let desk = Desk::empty();
    let founder = desk.founder();
    let india = place(Plan::Paid, "in", Some("IN"));
    for role in [Role::Admin, Role::Developer, Role::User, Role::PortalUser] {
        let member = desk.joins(&format!("{role:?}"), role);
        desk.seats(member).await;
        let refused = moves(&desk, &india).unwrap_err();
        assert_eq!(refused.code, "super_admin_needed", "{role:?}");
        let seen = desk.console.availability(desk.session());
        match role.is_manager() {
            true => assert!(!seen.unwrap().may_change, "{role:?} sees it and no more"),
            false => assert_eq!(seen.unwrap_err().code, "role_not_allowed", "{role:?}"),
        }
    }
    desk.seats(founder).await;
    for wrong in [
        place(Plan::Paid, "atlantis", None),
        place(Plan::Paid, "us", Some("ZZ")),
        place(Plan::Paid, "us", Some("\u{202e}SU")),
    ] {
        let refused = moves(&desk, &wrong).unwrap_err();
        assert_eq!(refused.code, "place_unknown", "{wrong:?}");
    }
    let before = desk.console.availability(desk.session()).unwrap();
    assert_eq!(
        (before.plan, before.data_center.as_str(), before.country),
        (Plan::Paid, "us", None),
        "a refusal changes nothing, and the first start is paid, in US"
    );
    assert!(before.may_change && before.countries.contains(&"JP".to_owned()));
    let count = logged(&desk).len();
    moves(&desk, &india).unwrap();
    moves(&desk, &india).unwrap();
    moves(&desk, &place(Plan::Free, "in", Some("IN"))).unwrap();
    let log = logged(&desk);
    assert_eq!(
        log[..log.len() - count],
        [
            "Changed the plan to Free",
            "Changed the country from ? to IN",
            "Changed the data center from US to IN",
        ],
        "each change once, and none where nothing changed"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_a_payment_service_is_refused_where_the_place_has_it_not() {
    let desk = Desk::empty();
    let toml = connector("filing", "Razorpay", "https://a.example").replace(
        "kinds = [\"admin\", \"logged_in_user\"]",
        "kinds = [\"admin\"]\npayment = true\n\
         offered_in = { data_centers = [\"in\", \"us\"], countries = [\"IN\"] }",
    );
    accept(&desk, "filing", &toml).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let draft = draft("Shop", Kind::Admin, Mode::Same, Some(registration));
    let offered = |desk: &Desk| {
        let gallery = desk.console.gallery(desk.session()).unwrap();
        let entry = gallery.into_iter().find(|one| one.service.id == "filing");
        entry.unwrap().refused.map(|why| why.code)
    };
    for (center, country, refused) in [
        ("us", None, "country_needed"),
        ("us", Some("US"), "service_not_in_country"),
        ("eu", Some("IN"), "service_not_in_data_center"),
    ] {
        moves(&desk, &place(Plan::Paid, center, country)).unwrap();
        let no = desk.console.create(desk.session(), &draft).unwrap_err();
        assert_eq!(no.code, refused, "{center}, {country:?}");
        assert_eq!(no.args["service"], "Razorpay");
        assert_eq!(offered(&desk).as_deref(), Some(refused), "the gallery too");
    }
    moves(&desk, &place(Plan::Paid, "in", Some("IN"))).unwrap();
    assert_eq!(offered(&desk), None, "here it is offered");
    let id = desk.console.create(desk.session(), &draft).unwrap();
    moves(&desk, &place(Plan::Paid, "eu", Some("IN"))).unwrap();
    let begun = desk.console.authorize(desk.session(), id, Reach::All, None);
    assert_eq!(
        begun.await.unwrap_err().code,
        "service_not_in_data_center",
        "a connection that was there before is not authorized elsewhere"
    );
    assert_eq!(desk.view(id).await.row.name, "Shop", "and stays visible");
}
