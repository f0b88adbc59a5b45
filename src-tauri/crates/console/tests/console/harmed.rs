//! One row that cannot be read, of any table, while everybody else goes on with everything else:
//! somebody leaves, is demoted, hands over; others edit, replace, test, export and delete.

use tsunagi_console::views::{
    ActivityQuery, BulkAction, ConnectionEdit, InventoryForm, LeaveOutcome, ListQuery,
    MemberChange, NewBackup,
};
use tsunagi_console::{ConnectionId, ConsoleError, Reach};
use tsunagi_domain::{ApplicationId, Edition, Kind, MemberId, Mode, Role, Timestamp};

use crate::damage::at_rest;
use crate::fixture::{Desk, World};
use crate::managing::as_it_is;

/// A workspace in which Rei made everything that comes to harm, and somebody else will.
struct House {
    desk: Desk,
    rei: MemberId,
    bad: ConnectionId,
    good: ConnectionId,
    spare: ConnectionId,
    shop: ApplicationId,
}

/// What befalls one row, and what only its own row may be refused for.
const HARMS: [(&str, &str); 16] = [
    (
        "a connection",
        "UPDATE connection SET scopes = 'x' WHERE name = 'Bad'",
    ),
    (
        "a connection's service",
        "UPDATE connection SET connector = cast(x'ff' AS TEXT) WHERE name = 'Bad'",
    ),
    (
        "a connection's name",
        "UPDATE connection SET name = cast(x'42ff' AS TEXT) WHERE name = 'Bad'",
    ),
    (
        "a connection's link name",
        "UPDATE connection SET link_name = cast(x'7aff' AS TEXT) WHERE name = 'Bad'",
    ),
    (
        "an authorization",
        "UPDATE authorization SET health = 'splendid' WHERE id IN (SELECT s.authorization
         FROM slot s JOIN connection c ON c.id = s.connection WHERE c.name = 'Bad')",
    ),
    (
        "what an authorization was obtained for",
        "UPDATE authorization SET origins = 'x' WHERE id IN (SELECT s.authorization
         FROM slot s JOIN connection c ON c.id = s.connection WHERE c.name = 'Bad')",
    ),
    (
        "a slot",
        "UPDATE slot SET reach = 'moon'
         WHERE connection IN (SELECT id FROM connection WHERE name = 'Bad')",
    ),
    (
        "a primary account",
        "UPDATE primary_account SET reach = 'moon'
         WHERE connection IN (SELECT id FROM connection WHERE name = 'Bad')",
    ),
    (
        "a use",
        "UPDATE use SET scopes = 'x' WHERE name = 'Nightly'",
    ),
    (
        "another member",
        "UPDATE member SET role = 'pirate' WHERE name = 'Mia'",
    ),
    (
        "another member's name",
        "UPDATE member SET name = cast(x'4dff' AS TEXT) WHERE name = 'Mia'",
    ),
    (
        "another member's key",
        "UPDATE member SET key_record = cast(x'ff' AS TEXT) WHERE name = 'Mia'",
    ),
    (
        "an application",
        "UPDATE application SET edition = 'c9' WHERE name = 'Other'",
    ),
    (
        "with whom an application is shared",
        "UPDATE application_member SET member = x'00' WHERE application IN
         (SELECT id FROM application WHERE name = 'Other')",
    ),
    (
        "what an application may use",
        "UPDATE application_connection SET connection = x'00' WHERE application IN
         (SELECT id FROM application WHERE name = 'Other')",
    ),
    (
        "a setting",
        "UPDATE setting SET value = cast(x'ff' AS TEXT) WHERE name = 'locale'",
    ),
];

async fn house() -> House {
    let desk = Desk::empty();
    let (ines, rei) = (desk.founder(), desk.joins("Rei", Role::SuperAdmin));
    let mia = desk.joins("Mia", Role::Admin);
    desk.world.catalog().set_setting("locale", "en").unwrap();
    desk.seats(rei).await;
    let bad = desk.create_practice("Bad", Kind::LoggedInUser, Mode::Same);
    let good = desk.create_practice("Good", Kind::LoggedInUser, Mode::Same);
    let spare = desk.create_practice("Spare", Kind::LoggedInUser, Mode::Same);
    for id in [bad, good] {
        desk.authorize(id, Reach::All).await;
    }
    let shop = desk.software("Shop", &[bad, good]);
    let other = desk.software("Other", &[bad]);
    desk.world
        .catalog()
        .share_application(other, mia, true)
        .unwrap();
    desk.used_in(bad, shop, "schedules", "Nightly", true);
    desk.used_in(good, shop, "schedules", "Daily", true);
    desk.seats(ines).await;
    desk.authorize(spare, Reach::All).await;
    House {
        desk,
        rei,
        bad,
        good,
        spare,
        shop,
    }
}

impl House {
    /// The same house after the harm, with Ines at the keyboard.
    async fn harmed(&self, sql: &str) -> Desk {
        let world: World = at_rest(&self.desk);
        let harmed = world.catalog().spoil(sql).unwrap();
        assert_eq!(harmed, 1, "one row: {sql}");
        let console = world.open();
        let desk = Desk { world, console };
        desk.seats(self.desk.founder()).await;
        desk
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_leaves_whatever_row_cannot_be_read() {
    let house = house().await;
    for (what, sql) in HARMS {
        let desk = house.harmed(sql).await;
        let (console, session, rei) = (&desk.console, desk.session(), house.rei);
        console
            .members(session)
            .unwrap_or_else(|error| panic!("{what}: the screen: {error:?}"));
        let impact = console
            .member_impact(session, rei, Role::SuperAdmin, false)
            .await;
        let impact = impact.unwrap_or_else(|error| panic!("{what}: the impact: {error:?}"));
        assert_eq!(impact.authorizations.len(), 2, "{what}: each is told of");
        assert_eq!(
            impact.connections.len(),
            3,
            "{what}: and what is handed over"
        );
        let down = console.member_impact(session, rei, Role::User, true).await;
        down.unwrap_or_else(|error| panic!("{what}: a demotion's impact: {error:?}"));
        let left = console
            .deactivate_member(session, rei, Some(desk.founder()))
            .await;
        let left = left.unwrap_or_else(|error| panic!("{what}: they leave: {error:?}"));
        assert_eq!(left.authorizations.len(), 2, "{what}: both are gone");
        assert_eq!(
            left.handed_over, 3,
            "{what}: nobody has to answer for them in vain"
        );
        let catalog = desk.world.catalog();
        assert!(catalog.authorizations_by(rei).unwrap().is_empty(), "{what}");
        let sealed = catalog.sealed_authorizations(None, 10).unwrap();
        assert_eq!(sealed.len(), 1, "{what}: no credential of theirs is left");
        let good = told_of(&left, house.good);
        assert!(
            good.at_provider && !good.unreadable,
            "{what}: the others as ever"
        );
    }
}

fn told_of(left: &LeaveOutcome, id: ConnectionId) -> &tsunagi_console::views::Farewell {
    let mut told = left.authorizations.iter();
    told.find(|one| one.connection == id)
        .expect("each is named")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaver_s_provider_is_told_wherever_what_can_be_read_leads_to_it() {
    let house = house().await;
    for (what, at_provider, unreadable) in [
        ("a connection", true, true),
        ("a connection's name", true, true),
        ("a connection's link name", true, true),
        ("a connection's service", false, true),
        ("an authorization", true, false),
        ("what an authorization was obtained for", false, false),
        ("a slot", true, false),
    ] {
        let sql = HARMS.iter().find(|harm| harm.0 == what).unwrap().1;
        let desk = house.harmed(sql).await;
        let left = desk
            .console
            .deactivate_member(desk.session(), house.rei, Some(desk.founder()));
        let left = left.await.unwrap();
        let bad = told_of(&left, house.bad);
        assert_eq!(bad.at_provider, at_provider, "{what}: {bad:?}");
        assert_eq!(bad.unreadable, unreadable, "{what}: it is said plainly");
        assert!(
            bad.name.starts_with('B'),
            "{what}: by its name: {}",
            bad.name
        );
        let known = what != "a connection's service";
        assert_eq!(!bad.host.is_empty(), known, "{what}: and where: {bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demotion_is_done_whatever_row_cannot_be_read() {
    let house = house().await;
    for (what, sql) in HARMS {
        let desk = house.harmed(sql).await;
        let change = MemberChange {
            name: "Rei".to_owned(),
            role: Role::User,
            passphrase: None,
        };
        let changed = desk
            .console
            .change_member(desk.session(), house.rei, change);
        changed
            .await
            .unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let primaries = desk.world.catalog().primaries(house.good).unwrap();
        assert!(primaries.is_empty(), "{what}: and primary no more");
    }
}

/// Notes what could not be done.
fn note<T>(missed: &mut Vec<String>, what: &str, done: Result<T, ConsoleError>) {
    if let Err(error) = done {
        missed.push(format!("{what}: {}", error.code));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_else_is_done_whatever_row_cannot_be_read() {
    let house = house().await;
    let (bad, good, spare) = (house.bad, house.good, house.spare);
    for (what, sql) in HARMS {
        let desk = house.harmed(sql).await;
        let (console, session) = (&desk.console, desk.session());
        let mut missed = Vec::new();
        let all = &mut missed;
        note(all, "start", console.start(session));
        note(all, "home", console.home_view(session));
        note(
            all,
            "list",
            console.connections(
                session,
                &ListQuery {
                    limit: 50,
                    ..ListQuery::default()
                },
            ),
        );
        note(
            all,
            "connection",
            console.connection_view(session, good).await,
        );
        note(all, "own accounts", console.own_accounts(session));
        note(all, "primaries", console.primaries_view(session, None));
        note(all, "applications", console.applications(session));
        note(
            all,
            "application",
            console.application_view(session, house.shop),
        );
        note(all, "connectors", console.connectors(session));
        note(all, "used in", console.used_in(session, good));
        note(
            all,
            "activity",
            console.activity(session, &ActivityQuery::default()),
        );
        note(
            all,
            "activity written",
            console.export_activity(session, &ActivityQuery::default()),
        );
        note(all, "log verified", console.verify_activity(session));
        note(all, "definitions", console.export_definitions(session));
        note(
            all,
            "sheet",
            console.write_inventory(session, InventoryForm::Csv),
        );
        note(
            all,
            "page",
            console.write_inventory(session, InventoryForm::Html),
        );
        let backup = NewBackup {
            passphrase: "a ladder in the orchard".to_owned(),
            proof: None,
        };
        note(all, "backup", console.back_up(session, backup).await);
        for action in [BulkAction::Disable, BulkAction::Revoke, BulkAction::Delete] {
            note(
                all,
                "bulk impact",
                console.bulk_impact(session, action, &[bad, good, spare]),
            );
        }
        for id in [good, spare] {
            note(all, "test", console.test_connection(session, id).await);
        }
        note(
            all,
            "impact",
            console.impact(session, spare, Reach::All).await,
        );
        note(
            all,
            "switch",
            console.switch_offers(session, spare, Reach::All),
        );
        note(all, "replacements", console.replacements(session, good));
        note(
            all,
            "replace",
            console.replace_connection(session, good, spare),
        );
        let view = desk.view(good).await;
        let edit = ConnectionEdit {
            name: "Better".to_owned(),
            ..as_it_is(&view)
        };
        note(
            all,
            "edit",
            console.edit_connection(session, good, &edit).await,
        );
        note(
            all,
            "delete",
            console.delete_connection(session, good).await,
        );
        let made = console.create_application(session, "New", Edition::C6);
        let made = made.and_then(|id| console.delete_application(session, id));
        note(all, "delete application", made);
        let results = console
            .bulk_run(session, BulkAction::Disable, &[bad, spare])
            .await;
        let results = results.unwrap();
        let done = results
            .iter()
            .find(|result| result.connection == spare)
            .unwrap();
        if let Some(failure) = &done.failure {
            all.push(format!("disable: {}", failure.code));
        }
        assert!(missed.is_empty(), "{what}: {missed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_cannot_be_read_starts_and_sends_nothing_until_it_is_chosen_again() {
    let house = house().await;
    for sql in [
        "UPDATE workspace SET plan = 'moon'",
        "UPDATE workspace SET data_center = cast(x'ff' AS TEXT)",
    ] {
        let desk = house.harmed(sql).await;
        let start = desk.console.start(desk.session()).unwrap();
        let refused = start.refused.expect("what is strictest holds").code;
        assert!(
            ["plan_free", "data_center_not_served"].contains(&&*refused),
            "{refused}"
        );
        assert!(desk.try_it(house.spare).await.is_err(), "nothing is sent");
        let chosen = tsunagi_console::views::AvailabilityChange {
            plan: tsunagi_domain::Plan::Paid,
            data_center: "us".to_owned(),
            country: None,
        };
        desk.console
            .change_availability(desk.session(), &chosen)
            .unwrap();
        assert!(desk.try_it(house.spare).await.unwrap().ok, "it goes on");
        assert_eq!(desk.world.catalog().quarantined().unwrap(), []);
    }
    // Who has a passphrase is asked for it, also where it cannot be told which.
    let desk = house
        .harmed("UPDATE member SET key_record = cast(x'ff' AS TEXT) WHERE name = 'Mia'")
        .await;
    let seats = desk.console.session_view().unwrap().members;
    let mia = seats.iter().find(|seat| seat.name == "Mia").unwrap();
    assert!(mia.passphrase, "nobody sits down as them without it");
    let refused = desk.console.sign_in(mia.id, Some("any at all".to_owned()));
    assert_eq!(refused.await.unwrap_err().code, "record_damaged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_cannot_be_read_keep_nobody_from_starting() {
    let house = house().await;
    let ines = house.desk.founder();
    let lock = format!("auto_lock.{ines}");
    house.desk.world.catalog().set_setting(&lock, "60").unwrap();
    let world = at_rest(&house.desk);
    let spoilt = world
        .catalog()
        .spoil("UPDATE setting SET value = cast(x'ff' AS TEXT)");
    assert!(spoilt.unwrap() > 2, "every one of them");
    let console = world.open();
    let desk = Desk { world, console };
    desk.seats(ines).await;
    let start = desk.console.start(desk.session()).unwrap();
    assert_eq!(
        start.session.auto_lock, 1,
        "it locks as soon as anybody can have chosen"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_does_not_say_whose_it_is_is_named_and_left_alone() {
    let house = house().await;
    let world = at_rest(&house.desk);
    world
        .catalog()
        .spoil("UPDATE workspace SET id = x'00'")
        .unwrap();
    let file = world.home.path().join("catalog.sqlite");
    let opened = tsunagi_console::Console::open(world.surroundings(world.keyring()));
    let error = opened.unwrap_err();
    assert_eq!(
        error.code,
        tsunagi_console::DAMAGED,
        "the page that offers a backup"
    );
    let said = error.failure(tsunagi_console::views::Locale::En).message;
    assert!(said.contains("catalog.sqlite"), "{said}");
    assert!(file.exists(), "it lies where it was");
    assert_eq!(
        tsunagi_catalog::set_aside_files(world.home.path()).unwrap(),
        [""; 0]
    );
    tsunagi_console::set_aside(world.home.path(), Timestamp(0)).unwrap();
    let fresh = world.open();
    assert!(
        fresh.start(fresh.session()).unwrap().workspace.is_none(),
        "a new start"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_cannot_be_read_can_be_deleted_once_nothing_uses_it() {
    let house = house().await;
    let told = None;
    let by_hand = Some("revoke_unreadable");
    for (what, untold) in [
        ("a connection", told),
        ("a connection's service", by_hand),
        ("a connection's name", told),
        ("a connection's link name", told),
        ("an authorization", told),
        ("what an authorization was obtained for", by_hand),
        ("a slot", told),
    ] {
        let sql = HARMS.iter().find(|harm| harm.0 == what).unwrap().1;
        let desk = house.harmed(sql).await;
        let (console, session, bad) = (&desk.console, desk.session(), house.bad);
        let delete = BulkAction::Delete;
        let impact = console.bulk_impact(session, delete, &[bad]).unwrap();
        let refused = impact[0].refused.as_ref().expect("R18: something uses it");
        assert_eq!(refused.code, "still_used", "{what}");
        assert_eq!(impact[0].uses[0].used.name, "Nightly", "{what}: named");
        let kept = console.bulk_run(session, delete, &[bad]).await.unwrap();
        assert_eq!(
            kept[0].failure.as_ref().unwrap().code,
            "still_used",
            "{what}"
        );

        let catalog = desk.world.catalog();
        for used in catalog.uses(bad).unwrap() {
            catalog.remove_use(used.id).unwrap();
        }
        let impact = console.bulk_impact(session, delete, &[bad]).unwrap();
        assert!(impact[0].refused.is_none(), "{what}: nothing uses it");
        assert!(impact[0].name.starts_with('B'), "{what}: by its name");
        let done = console.bulk_run(session, delete, &[bad]).await.unwrap();
        assert!(done[0].changed, "{what}: {done:?}");
        let note = done[0].note.as_ref().map(|note| note.code.as_str());
        assert_eq!(note, untold, "{what}: who was not told is said");
        assert_eq!(catalog.quarantined().unwrap(), [], "{what}: Home is clear");
        assert!(catalog.authorizations_in(bad).unwrap().is_empty(), "{what}");
        let sealed = catalog.sealed_authorizations(None, 10).unwrap();
        assert_eq!(sealed.len(), 2, "{what}: its credential is gone, no other");
        let again = desk.create_practice("Bad", Kind::LoggedInUser, Mode::Same);
        let made = desk.view(again).await.row.link_name;
        assert_eq!(made, "bad", "{what}: its link name is free");
        let log = console
            .activity(session, &ActivityQuery::default())
            .unwrap();
        let entry = log
            .entries
            .iter()
            .find(|one| one.action == "connection.deleted");
        assert!(entry.is_some(), "{what}: in the log");
    }
}
