//! The activity log: everything a member does is in it, in words, and nothing is done that it does
//! not tell.

use std::collections::BTreeSet;

use tsunagi_console::log::Action;
use tsunagi_console::views::{
    ActivityQuery, InventoryForm, Invitation, Locale, MemberChange, PracticeFaults,
    RegistrationChange, SettingsChange, Theme,
};
use tsunagi_console::{Console, ConsoleError, Edition, Reach, Role, Session};
use tsunagi_domain::{ApplicationId, ConnectionId, Environment, Kind, MemberId, Mode};

use crate::fixture::{Desk, World, founding, practice_draft};
use crate::provider::{accept, connector, draft, register};

/// What the deeds are done to.
struct Place {
    connection: ConnectionId,
    spare: ConnectionId,
    application: ApplicationId,
    empty: ApplicationId,
    member: MemberId,
    registration: tsunagi_domain::RegistrationId,
    unused: tsunagi_domain::RegistrationId,
}

async fn furnished() -> (Desk, Place) {
    let (desk, connection) = Desk::practice();
    desk.authorize(connection, Reach::All).await;
    let toml = connector("filing", "Filing", "https://a.example");
    accept(&desk, "filing", &toml).unwrap();
    let registration = register(
        &desk,
        "filing",
        tsunagi_console::views::RedirectForm::LoopbackAnyPort,
    );
    let unused = register(
        &desk,
        "filing",
        tsunagi_console::views::RedirectForm::LoopbackAnyPort,
    );
    let papers = draft("Papers", Kind::Admin, Mode::Same, Some(registration));
    desk.console.create(desk.session(), &papers).unwrap();
    let place = Place {
        connection,
        spare: desk.create_practice("Spare", Kind::Admin, Mode::Same),
        application: desk.software("Orders", &[connection]),
        empty: desk.software("Nothing", &[]),
        member: desk.joins("Rei", Role::Admin),
        registration,
        unused,
    };
    (desk, place)
}

/// What a member can do that one write stores, each with what the log calls it.
const DEEDS: &[(&str, Action)] = &[
    ("make an application", Action::ApplicationCreated),
    ("rename an application", Action::ApplicationRenamed),
    ("change its edition", Action::ApplicationEditionChanged),
    ("delete an application", Action::ApplicationDeleted),
    ("share an application", Action::ApplicationShared),
    ("give access", Action::ApplicationGranted),
    ("make a connection", Action::ConnectionCreated),
    ("rename a connection", Action::ConnectionRenamed),
    ("disable", Action::ConnectionDisabled),
    ("delete a connection", Action::ConnectionDeleted),
    ("name an account", Action::AuthorizationRenamed),
    ("name an account in live mode", Action::AuthorizationRenamed),
    ("take access away", Action::ApplicationAccessRemoved),
    ("revoke", Action::AuthorizationMemberRevoked),
    ("invite", Action::MemberInvited),
    ("rename a member", Action::MemberRenamed),
    ("change a role", Action::MemberRoleChanged),
    ("rename oneself", Action::MemberRenamed),
    ("rename the workspace", Action::WorkspaceRenamed),
    ("change a registration", Action::RegistrationChanged),
    ("delete a registration", Action::RegistrationDeleted),
];

async fn act(
    console: &Console,
    session: Session,
    what: &str,
    at: &Place,
) -> Result<(), ConsoleError> {
    let change = |name: &str, role| MemberChange {
        name: name.to_owned(),
        role,
        passphrase: None,
    };
    let settings = SettingsChange {
        member: None,
        workspace: None,
        locale: None,
        theme: None,
    };
    match what {
        "make an application" => console
            .create_application(session, "Stock", Edition::C6)
            .map(drop),
        "rename an application" => console
            .change_application(session, at.application, "Sales", Edition::C6)
            .map(drop),
        "change its edition" => console
            .change_application(session, at.empty, "Nothing", Edition::C5)
            .map(drop),
        "delete an application" => console.delete_application(session, at.empty),
        "share an application" => console
            .share_application(session, at.application, at.member, true)
            .map(drop),
        "give access" => console.grant_application(session, at.application, at.spare, true),
        "take access away" => {
            console.grant_application(session, at.application, at.connection, false)
        }
        "make a connection" => {
            let mut draft = practice_draft("Another", Kind::Admin, Mode::Same);
            draft.reuse = None;
            console.create(session, &draft).map(drop)
        }
        "rename a connection" => console
            .rename_connection(session, at.connection, "Other name")
            .await
            .map(drop),
        "disable" => console
            .set_enabled(session, at.connection, false)
            .await
            .map(drop),
        "delete a connection" => console.delete_connection(session, at.spare).await,
        "name an account" => console
            .rename_account(session, at.connection, Reach::All, "Ours")
            .await
            .map(drop),
        "name an account in live mode" => console
            .live_rename(
                session,
                at.application,
                Environment::Production,
                at.connection,
                "Ours",
            )
            .map(drop),
        "revoke" => console
            .revoke(session, at.connection, Reach::All)
            .await
            .map(drop),
        "invite" => console
            .invite(
                session,
                Invitation {
                    name: "Kai".to_owned(),
                    role: Role::User,
                    passphrase: None,
                },
            )
            .await
            .map(drop),
        "rename a member" => console
            .change_member(session, at.member, change("Reiko", Role::Admin))
            .await
            .map(drop),
        "change a role" => console
            .change_member(session, at.member, change("Rei", Role::User))
            .await
            .map(drop),
        "rename oneself" => {
            let member = Some("Inés".to_owned());
            console
                .change_settings(session, &SettingsChange { member, ..settings })
                .map(drop)
        }
        "rename the workspace" => {
            let workspace = Some("Elsewhere".to_owned());
            console
                .change_settings(
                    session,
                    &SettingsChange {
                        workspace,
                        ..settings
                    },
                )
                .map(drop)
        }
        "change a registration" => console
            .change_registration(
                session,
                &RegistrationChange {
                    id: at.registration,
                    name: "Theirs".to_owned(),
                    client_id: "another".to_owned(),
                    client_secret: None,
                    redirect: None,
                },
            )
            .map(drop),
        "delete a registration" => console.delete_registration(session, at.unused),
        other => panic!("{other} is no deed"),
    }
}

/// All that the deeds could change.
fn everything(desk: &Desk, at: &Place) -> String {
    let catalog = desk.world.catalog();
    let mut connections = Vec::new();
    for link in ["practice_crm", "spare", "papers", "another"] {
        let connection = catalog.connection_by_link_name(link).unwrap();
        let slots = connection
            .as_ref()
            .map(|one| catalog.slots(one.id).unwrap());
        let slots = slots.unwrap_or_default().into_iter().map(|slot| {
            let stored = slot.authorization;
            (slot.key, stored.id, stored.label, stored.health)
        });
        connections.push((connection.clone(), slots.collect::<Vec<_>>()));
    }
    let applications: Vec<_> = catalog
        .applications()
        .unwrap()
        .into_iter()
        .map(|one| {
            let (shared, granted) = (
                catalog.members_of_application(one.id).unwrap(),
                catalog.connections_of_application(one.id).unwrap().len(),
            );
            (one, shared, granted)
        })
        .collect();
    format!(
        "{connections:?} {applications:?} {:?} {:?} {:?} {:?}",
        catalog.members().unwrap(),
        catalog.workspace().unwrap(),
        catalog.registrations(None).unwrap().len(),
        catalog.registration(at.registration).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_member_does_is_logged_and_what_cannot_be_logged_is_not_done() {
    for (what, action) in DEEDS {
        let (desk, place) = furnished().await;
        let catalog = desk.world.catalog();
        let (before, ines) = (everything(&desk, &place), desk.founder());
        let logged = catalog.events(None, None, 1).unwrap()[0].seq;
        catalog.fail_events(true).unwrap();
        let refused = act(&desk.console, desk.session(), what, &place).await;
        assert!(refused.is_err(), "{what}: the log takes no entry");
        assert!(
            everything(&desk, &place) == before,
            "{what}: nothing is done"
        );
        catalog.fail_events(false).unwrap();

        act(&desk.console, desk.session(), what, &place)
            .await
            .unwrap();
        assert!(everything(&desk, &place) != before, "{what}: it is done");
        let newest = catalog.events(None, None, 20).unwrap();
        let entry = newest
            .iter()
            .find(|entry| entry.event.action == action.as_str());
        let entry = entry.unwrap_or_else(|| panic!("{what} is logged"));
        assert!(entry.seq > logged, "{what}: as something new");
        assert_eq!(entry.event.actor, Some(ines), "{what}: by whom");
        let verified = desk.console.verify_activity(desk.session()).unwrap();
        assert!(verified.failure.is_none(), "{what}: and the chain holds");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_screen_tells_every_action_in_words_of_its_language() {
    let (desk, place) = furnished().await;
    for (what, _) in DEEDS.iter().filter(|(what, _)| !what.starts_with("delete")) {
        let done = act(&desk.console, desk.session(), what, &place).await;
        assert!(done.is_ok(), "{what}: {done:?}");
    }
    for locale in [Locale::En, Locale::Ja] {
        let settings = SettingsChange {
            member: None,
            workspace: None,
            locale: Some(locale),
            theme: None,
        };
        desk.console
            .change_settings(desk.session(), &settings)
            .unwrap();
        let page = desk
            .console
            .activity(desk.session(), &ActivityQuery::default())
            .unwrap();
        for entry in &page.entries {
            assert!(
                !entry.text.contains("event.") && !entry.text.contains('{'),
                "{}: {}",
                entry.action,
                entry.text
            );
            assert!(
                !entry.text.contains("  ") && !entry.text.contains("「」"),
                "{} names what it was done to: {}",
                entry.action,
                entry.text
            );
        }
        let groups: BTreeSet<&String> = page.groups.iter().collect();
        for action in Action::ALL {
            let (group, _) = action.as_str().split_once('.').unwrap();
            assert!(
                groups.contains(&group.to_owned()),
                "{group} can be filtered by"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_along_is_logged() {
    let (desk, _) = Desk::practice();
    let (console, session) = (&desk.console, desk.session());
    console.export_definitions(session).unwrap();
    console
        .write_inventory(session, InventoryForm::Csv)
        .unwrap();
    console
        .export_activity(session, &ActivityQuery::default())
        .unwrap();
    let newest = desk.world.catalog().events(None, None, 3).unwrap();
    let said: Vec<_> = newest
        .iter()
        .map(|entry| entry.event.action.as_str())
        .collect();
    assert_eq!(
        said,
        [
            "workspace.log_exported",
            "workspace.inventory_exported",
            "workspace.definitions_exported"
        ]
    );
    assert!(
        newest
            .iter()
            .all(|entry| !entry.event.args["file"].contains('/')),
        "by its name, not by whose folder it lies in"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_member_takes_the_name_of_another_at_any_door() {
    let desk = Desk::empty();
    let paula = desk.joins("Paula", Role::PortalUser);
    desk.seats(paula).await;
    let takes = |name: &str| {
        let settings = SettingsChange {
            member: Some(name.to_owned()),
            workspace: None,
            locale: None,
            theme: None,
        };
        desk.console
            .change_settings(desk.session(), &settings)
            .map(drop)
    };
    for name in [
        "Ines",
        "INES",
        "Ｉｎｅｓ",
        "In\u{200b}es",
        "Ines\u{2060}",
        "I\u{ad}nes",
    ] {
        let refused = takes(name).unwrap_err();
        assert!(
            ["member_name_taken", "name_character"].contains(&refused.code.as_str()),
            "{name:?}: {}",
            refused.code
        );
    }
    takes("Paulina").expect("a name nobody has");
    let entry = &desk.world.catalog().events(None, None, 1).unwrap()[0].event;
    assert_eq!(
        (entry.action.as_str(), entry.args["before"].as_str()),
        ("member.renamed", "Paula"),
        "and the log knows both"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_the_members_screen_from_themself_is_told_that_it_is_done() {
    let desk = Desk::empty();
    desk.joins("Rei", Role::SuperAdmin);
    let own = desk.founder();
    let change = MemberChange {
        name: "Ines".to_owned(),
        role: Role::User,
        passphrase: None,
    };
    let done = desk.console.change_member(desk.session(), own, change);
    assert!(
        done.await.expect("it is done").is_none(),
        "and the screen is theirs no longer"
    );
    let stored = desk.world.catalog().member(own).unwrap().unwrap();
    assert_eq!(stored.role, Role::User);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_whose_founding_cannot_be_logged_is_not_founded() {
    let world = World::new();
    let console = world.open();
    world.catalog().fail_events(true).unwrap();
    console
        .found(&founding(false))
        .expect_err("the log takes no entry");
    assert!(
        world.catalog().workspace().unwrap().is_none(),
        "else its log would never be whole"
    );
    world.catalog().fail_events(false).unwrap();
    console.found(&founding(false)).unwrap();
    let verified = console.verify_activity(console.session()).unwrap();
    assert!(verified.failure.is_none(), "{:?}", verified.failure);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_no_connection_is_logged_too() {
    let (desk, _) = Desk::practice();
    let (console, session) = (&desk.console, desk.session());
    let faults = PracticeFaults {
        access_seconds: Some(60),
        api: Some("too_many".to_owned()),
        ..PracticeFaults::default()
    };
    console.set_practice_faults(session, faults).unwrap();
    console.revoke_practice(session).unwrap();
    console.pause_rotation(session, true).unwrap();
    console.pause_rotation(session, true).unwrap();
    console.pause_rotation(session, false).unwrap();
    let looks = SettingsChange {
        member: None,
        workspace: None,
        locale: Some(Locale::Ja),
        theme: Some(Theme::Dark),
    };
    console.change_settings(session, &looks).unwrap();
    console.change_settings(session, &looks).unwrap();
    let told = |locale| {
        let settings = SettingsChange {
            locale: Some(locale),
            theme: None,
            ..looks.clone()
        };
        console.change_settings(session, &settings).unwrap();
        let page = console
            .activity(session, &ActivityQuery::default())
            .unwrap();
        let mut entries = page.entries;
        entries.retain(|entry| entry.actor.as_deref() == Some("Ines"));
        entries.reverse();
        let from = entries
            .iter()
            .position(|entry| entry.action == "practice.faults_set");
        let entries = entries.split_off(from.unwrap());
        let texts = entries.into_iter().map(|entry| entry.text).take(6);
        texts.collect::<Vec<_>>()
    };
    assert_eq!(
        told(Locale::Ja),
        [
            "練習用サービスの障害を設定: access 60 s, API too_many",
            "練習用サービスのすべての同意を取り消し",
            "ワークスペースの鍵の置き換えを一時停止",
            "ワークスペースの鍵の置き換えを再開",
            "表示言語を日本語に変更",
            "テーマをダークに変更",
        ],
        "each once, by who did it"
    );
    assert_eq!(
        told(Locale::En),
        [
            "Set the faults of the practice service: access 60 s, API too_many",
            "Let the practice service forget every consent",
            "Paused replacing the workspace’s key",
            "Went on with replacing the workspace’s key",
            "Changed the language to Japanese",
            "Changed the theme to dark",
        ]
    );
    let verified = console.verify_activity(session).unwrap();
    assert!(verified.failure.is_none(), "and the chain holds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn practice_faults_that_cannot_be_logged_are_not_set() {
    let (desk, _) = Desk::practice();
    desk.world.catalog().fail_events(true).unwrap();
    let faults = PracticeFaults {
        access_seconds: Some(60),
        ..PracticeFaults::default()
    };
    let refused = desk.console.set_practice_faults(desk.session(), faults);
    assert!(refused.is_err(), "the log takes no entry");
    assert!(
        desk.console.revoke_practice(desk.session()).is_err(),
        "and no consent is forgotten"
    );
}
