//! Rules, asked through the console: R1, R2, R3, R19 and what a new connection may be.

use tsunagi_console::views::{NewConnection, SettingsChange};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{DataCenter, Kind, Member, MemberId, Mode, Plan, Role};

use crate::fixture::{Desk, practice_draft};

/// What a console refuses with, for every door that creates, authorizes or uses.
async fn refusals(desk: &Desk, id: ConnectionId) -> Vec<(&'static str, String)> {
    let session = desk.session();
    let console = &desk.console;
    let draft = practice_draft("Another", Kind::Admin, Mode::Same);
    let code = |outcome: Result<(), tsunagi_console::ConsoleError>| match outcome {
        Ok(()) => "allowed".to_owned(),
        Err(error) => error.code,
    };
    let authorize = console.authorize(session, id, Reach::All, None).await;
    let settings = console.set_environment(session, id, Reach::All, Default::default(), None);
    let faults = console.set_practice_faults(session, Default::default());
    vec![
        ("create", code(console.create(session, &draft).map(|_| ()))),
        (
            "offers",
            code(console.reuse_offers(session, &draft).map(|_| ())),
        ),
        ("authorize", code(authorize.map(|_| ()))),
        ("try", code(desk.try_it(id).await.map(|_| ()))),
        ("settings", code(settings.await.map(|_| ()))),
        ("faults", code(faults.map(|_| ()))),
    ]
}

/// What a console refuses of tidying up.
async fn tidying(desk: &Desk, id: ConnectionId) -> Vec<(&'static str, String)> {
    let (console, session) = (&desk.console, desk.session());
    let code = |outcome: Result<(), tsunagi_console::ConsoleError>| match outcome {
        Ok(()) => "allowed".to_owned(),
        Err(error) => error.code,
    };
    let rename = console.rename_connection(session, id, "Renamed").await;
    let disable = console.set_enabled(session, id, false).await;
    vec![
        ("rename", code(rename.map(|_| ()))),
        ("disable", code(disable.map(|_| ()))),
        ("delete", code(console.delete_connection(session, id).await)),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_free_plan_or_another_data_center_shows_everything_and_does_nothing() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let catalog = desk.world.catalog();
    let paid = catalog.workspace().unwrap().unwrap();
    let mut free = paid.clone();
    free.plan = Plan::Free;
    let mut elsewhere = paid.clone();
    elsewhere.data_center = DataCenter("jp".to_owned());
    for (workspace, code) in [(free, "plan_free"), (elsewhere, "data_center_not_served")] {
        catalog.set_workspace(&workspace).unwrap();
        for (what, refused) in refusals(&desk, id).await {
            assert_eq!(refused, code, "{what}");
        }
        let view = desk.view(id).await;
        assert_eq!(
            view.row.name, "Practice CRM",
            "everything is shown, and as it was"
        );
        let gallery = desk.console.gallery(desk.session()).unwrap();
        for entry in gallery {
            assert_eq!(entry.refused.unwrap().code, code, "the gallery says why");
        }
    }
    catalog.set_workspace(&paid).unwrap();
    assert!(desk.try_it(id).await.unwrap().ok, "nothing was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_r3_only_managers_manage() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let catalog = desk.world.catalog();
    let ines = catalog.members().unwrap().remove(0);
    for role in [Role::User, Role::PortalUser] {
        catalog
            .set_member(&Member {
                role,
                ..ines.clone()
            })
            .unwrap();
        // Trying the connection itself too: users send through applications shared with them.
        let doors = refusals(&desk, id).await.into_iter();
        for (what, refused) in doors.chain(tidying(&desk, id).await) {
            assert_eq!(refused, "role_not_allowed", "{what} as {role:?}");
        }
        let change = SettingsChange {
            workspace: Some("Theirs".to_owned()),
            ..SettingsChange::default()
        };
        let refused = desk
            .console
            .change_settings(desk.session(), &change)
            .unwrap_err();
        assert_eq!(refused.code, "role_not_allowed", "the workspace's name");
        let shown = desk.console.connection_view(desk.session(), id).await;
        assert_eq!(
            shown.unwrap_err().code,
            "role_not_allowed",
            "R15: they have live mode"
        );
    }
    let revoked = desk.console.revoke(desk.session(), id, Reach::All).await;
    assert!(revoked.is_ok(), "R2: every member may revoke their own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_a_developer_manages_and_is_never_primary() {
    let (desk, id) = Desk::practice();
    let catalog = desk.world.catalog();
    let ines = catalog.members().unwrap().remove(0);
    let developer = Member {
        role: Role::Developer,
        ..ines
    };
    catalog.set_member(&developer).unwrap();
    let end = desk.authorize(id, Reach::All).await;
    assert!(
        !end.primary && !end.may_become_primary,
        "super admins and admins only"
    );
    let refused = desk
        .console
        .choose_primary(desk.session(), id, Reach::All)
        .await;
    assert_eq!(refused.unwrap_err().code, "admin_needed");
    assert!(
        desk.console
            .rename_connection(desk.session(), id, "Ours")
            .await
            .is_ok(),
        "R2"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_another_member_s_place_as_primary_is_not_taken() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let catalog = desk.world.catalog();
    let other = Member {
        id: MemberId::new(),
        name: "Omar".to_owned(),
        role: Role::Admin,
        active: true,
    };
    catalog.set_member(&other).unwrap();
    let now = tsunagi_domain::Timestamp(1);
    catalog
        .set_primary(id, Reach::All, Some(other.id), now)
        .unwrap();
    let refused = desk
        .console
        .choose_primary(desk.session(), id, Reach::All)
        .await;
    assert_eq!(refused.unwrap_err().code, "primary_taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_names_that_names_may_not_be_change_nothing() {
    let (desk, id) = Desk::practice();
    let long = "a".repeat(10_000);
    for (name, code) in [
        ("", "name_empty"),
        ("   ", "name_empty"),
        ("party 🎉", "name_character"),
        ("\u{202e}gnihtemos", "name_character"),
        ("nul\0nul", "name_character"),
        ("tab\tbed", "name_character"),
        (long.as_str(), "name_too_long"),
        (&"か".repeat(51), "name_too_long"),
    ] {
        let shown: String = name.escape_debug().take(30).collect();
        let draft = practice_draft(name, Kind::Admin, Mode::Same);
        let refused = desk.console.create(desk.session(), &draft).unwrap_err();
        assert_eq!(refused.code, code, "create `{shown}`");
        let refused = desk
            .console
            .rename_connection(desk.session(), id, name)
            .await;
        assert_eq!(refused.unwrap_err().code, code, "rename to `{shown}`");
        let check = desk
            .console
            .check_name(desk.session(), "practice", name, None)
            .unwrap();
        assert_eq!(
            check.problem.unwrap().code,
            code,
            "while `{shown}` is typed"
        );
    }
    let view = desk.view(id).await;
    assert_eq!(view.row.name, "Practice CRM", "nothing changed");
    let page = desk
        .console
        .connections(desk.session(), &Default::default())
        .unwrap();
    assert_eq!(page.all, 1, "nothing was made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_link_names_are_suggested_unique_and_never_change() {
    let (desk, id) = Desk::practice();
    let check = |name: &str, link: Option<&str>| {
        desk.console
            .check_name(desk.session(), "practice", name, link)
            .unwrap()
    };
    assert_eq!(
        check("Practice CRM", None).link_name,
        "practice_crm_2",
        "the first is taken"
    );
    assert_eq!(
        check("営業　東京", None).link_name,
        "practice_1",
        "no Latin letter in it"
    );
    let taken = check("Other", Some("practice_crm")).link_problem.unwrap();
    assert_eq!(taken.code, "link_name_taken");
    let long = "a".repeat(10_000);
    for link in [
        "",
        "9lives",
        "Upper",
        "spa ce",
        "emoji🎉",
        "nul\0",
        long.as_str(),
    ] {
        let problem = check("Other", Some(link)).link_problem.unwrap();
        assert_eq!(
            problem.code,
            "link_name_invalid",
            "`{}`",
            link.escape_debug()
        );
        let mut draft = practice_draft("Other", Kind::Admin, Mode::Same);
        draft.link_name = Some(link.to_owned());
        let refused = desk.console.create(desk.session(), &draft).unwrap_err();
        assert_eq!(refused.code, "link_name_invalid");
    }
    let mut draft = practice_draft("営業　東京", Kind::Admin, Mode::Same);
    let made = desk.console.create(desk.session(), &draft).unwrap();
    let row = desk.view(made).await.row;
    assert_eq!(row.name, "営業 東京", "an ideographic space is a space");
    draft.link_name = Some("practice_crm".to_owned());
    let refused = desk.console.create(desk.session(), &draft).unwrap_err();
    assert_eq!(refused.code, "link_name_taken");
    assert_eq!(refused.args["link_name"], "practice_crm");
    let renamed = desk
        .console
        .rename_connection(desk.session(), id, "Another")
        .await;
    assert_eq!(
        renamed.unwrap().row.link_name,
        "practice_crm",
        "uses hold on to it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_connection_is_what_its_connector_offers() {
    let desk = Desk::empty();
    let good = practice_draft("Good", Kind::Admin, Mode::Same);
    let with = |change: fn(&mut NewConnection)| {
        let mut draft = good.clone();
        change(&mut draft);
        desk.console
            .create(desk.session(), &draft)
            .unwrap_err()
            .code
    };
    assert_eq!(
        with(|draft| draft.kind = Kind::System),
        "kind_not_offered",
        "R5"
    );
    assert_eq!(
        with(|draft| draft.connector = "unknown".to_owned()),
        "connector_missing"
    );
    for scope in [
        "contacts.burn",
        "",
        "contacts.read contacts.write",
        "a\0",
        "ｓ",
    ] {
        let mut draft = good.clone();
        draft.scopes.push(scope.to_owned());
        let refused = desk.console.create(desk.session(), &draft).unwrap_err();
        assert_eq!(refused.code, "scope_unknown", "`{}`", scope.escape_debug());
    }
    let mut twice = good.clone();
    twice.scopes.push("contacts.read".to_owned());
    let made = desk.console.create(desk.session(), &twice).unwrap();
    assert_eq!(
        desk.view(made).await.scopes.len(),
        good.scopes.len(),
        "each scope once"
    );
    let unknown = desk
        .console
        .connection_view(desk.session(), ConnectionId::new())
        .await;
    assert_eq!(unknown.unwrap_err().code, "connection_unknown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_try_it_goes_nowhere_but_to_the_service() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    for (path, code) in [
        ("https://elsewhere.example/", "host_not_listed"),
        ("//elsewhere.example/x", "allowed"),
        ("@elsewhere.example/", "address_invalid"),
        ("contacts", "address_invalid"),
        ("", "address_invalid"),
        ("file:///etc/passwd", "host_not_listed"),
    ] {
        let tried = desk.try_it_at(id, path).await;
        let got = tried.as_ref().map_or_else(
            |error| error.code.clone(),
            |answer| {
                assert!(
                    answer.address.starts_with("127.0.0.1:"),
                    "{path} went to {}",
                    answer.address
                );
                "allowed".to_owned()
            },
        );
        assert_eq!(got, code, "`{path}`");
    }
}
