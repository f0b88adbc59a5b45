//! Files and rows that came to harm: named, set aside, and stopping nothing else.

use std::path::Path;
use std::sync::Arc;

use tsunagi_console::views::{ActivityQuery, InventoryForm, NewBackup, Restoring, Unreadable};
use tsunagi_console::{Console, ConsoleError, Reach, check_backup, set_aside};
use tsunagi_domain::{Kind, Mode, Role, Timestamp};

use crate::fixture::{Desk, World, founding};

const PASSPHRASE: &str = "a ladder in the orchard";

/// The files that the log says were set aside, by nobody.
fn logged(console: &Console) -> Vec<String> {
    let query = ActivityQuery::default();
    let log = console.activity(console.session(), &query).unwrap();
    let entries = log.entries.into_iter();
    entries
        .filter(|entry| entry.action == "workspace.file_set_aside")
        .map(|entry| {
            assert_eq!(entry.actor, None, "nobody did it");
            let said = entry.text.strip_prefix("Set aside ").unwrap();
            said.split(',').next().unwrap().to_owned()
        })
        .collect()
}

/// The same home and keyring, as they lie there while no program runs.
pub(crate) fn at_rest(desk: &Desk) -> World {
    let copy = World {
        practice: Arc::clone(&desk.world.practice),
        ring: desk.world.ring.clone(),
        ..World::new()
    };
    desk.world.catalog().copy_to(copy.home.path()).unwrap();
    copy
}

fn overwrite(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    for page in bytes.chunks_mut(4096) {
        page.fill(0xa5);
    }
    std::fs::write(file, bytes).unwrap();
}

fn cut_short(file: &Path) {
    let bytes = std::fs::read(file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
}

fn try_open(world: &World) -> Result<Console, ConsoleError> {
    Console::open(world.surroundings(world.keyring()))
}

fn wish(file: &str, passphrase: &str) -> Restoring {
    Restoring {
        path: file.to_owned(),
        passphrase: passphrase.to_owned(),
        own_passphrase: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_runs_are_set_aside_by_themselves_and_told_until_somebody_takes_note() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    for harm in [overwrite, cut_short] {
        let world = at_rest(&desk);
        harm(&world.home.path().join("data.sqlite"));
        let console = world.open();
        let copy = Desk { world, console };
        assert!(
            copy.try_it(id).await.unwrap().ok,
            "the connection works, and its run is recorded"
        );
        let start = || copy.console.start(copy.session()).unwrap();
        let told = start().set_aside;
        assert_eq!(told.len(), 1, "one file is named: {told:?}");
        assert_eq!(logged(&copy.console), told, "and Activity tells of it");
        assert!(told[0].starts_with("data.sqlite.damaged-"), "{told:?}");
        assert!(
            copy.world.home.path().join(&told[0]).exists(),
            "and lies where it is said to"
        );

        let uma = copy.joins("Uma", Role::User);
        copy.seats(uma).await;
        assert!(start().set_aside.is_empty(), "R15: not a user's to mend");
        let refused = copy.console.note_set_aside(copy.session(), &told[0]);
        assert_eq!(refused.unwrap_err().code, "role_not_allowed");
        copy.seats(copy.founder()).await;
        assert_eq!(start().set_aside, told, "it is told again");
        let after = copy.console.note_set_aside(copy.session(), &told[0]);
        assert!(after.unwrap().set_aside.is_empty(), "until it was noted");
        assert!(start().set_aside.is_empty());
        assert!(
            copy.world.home.path().join(&told[0]).exists(),
            "nothing is ever deleted"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_catalog_is_named_and_set_aside_for_a_new_start() {
    let (desk, _) = Desk::practice();
    for harm in [overwrite, cut_short] {
        let world = at_rest(&desk);
        let file = world.home.path().join("catalog.sqlite");
        harm(&file);
        let damaged = std::fs::read(&file).unwrap();
        let error = try_open(&world).unwrap_err();
        assert_eq!(error.code, tsunagi_console::DAMAGED);
        let said = error.failure(tsunagi_console::views::Locale::En).message;
        assert!(said.contains("catalog.sqlite"), "the file is named: {said}");

        set_aside(world.home.path(), Timestamp(0)).unwrap();
        let console = world.open();
        let start = console.start(console.session()).unwrap();
        assert!(start.workspace.is_none(), "a new start");
        assert_eq!(
            start.set_aside,
            ["catalog.sqlite.damaged-1970-01-01-000000"],
            "and what was damaged is named"
        );
        let runs = "data.sqlite.damaged-1970-01-01-000000";
        assert!(
            world.home.path().join(runs).exists(),
            "its runs lie beside it"
        );
        let kept = world.home.path().join(&start.set_aside[0]);
        assert_eq!(std::fs::read(kept).unwrap(), damaged, "as it was");
        console.found(&founding(false)).unwrap();
        assert_eq!(
            logged(&console),
            start.set_aside,
            "whoever reads the log sees where the one before it went"
        );
        drop(console);
        assert_eq!(logged(&world.open()), start.set_aside, "once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_takes_the_place_of_a_damaged_catalog_once_it_is_known_to_be_whole() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let made = desk.console.back_up(
        desk.session(),
        NewBackup {
            passphrase: PASSPHRASE.to_owned(),
            proof: None,
        },
    );
    let backup = made.await.unwrap().path;
    let world = at_rest(&desk);
    overwrite(&world.home.path().join("catalog.sqlite"));
    assert!(try_open(&world).is_err());

    let home = world.home.path();
    let now = Timestamp(0);
    let wrong = check_backup(home, &wish(&backup, "another"), now).unwrap_err();
    assert_eq!(wrong.code, "backup_passphrase_wrong");
    assert!(
        home.join("catalog.sqlite").exists(),
        "a wrong passphrase moves nothing"
    );
    check_backup(home, &wish(&backup, PASSPHRASE), now).unwrap();
    set_aside(home, now).unwrap();
    let console = world.open();
    let start = console.restore(&wish(&backup, PASSPHRASE)).unwrap();
    assert!(start.workspace.is_some(), "the workspace is back");
    let told = console.start(console.session()).unwrap();
    assert!(
        home.join("catalog.sqlite.damaged-1970-01-01-000000")
            .exists(),
        "and the damaged file is kept: {:?}",
        told.set_aside
    );
    assert_eq!(logged(&console).len(), 1, "Activity tells of it");
    console.take_over(console.session()).unwrap();
    let copy = Desk { world, console };
    assert!(copy.try_it(id).await.unwrap().ok, "and works here");
}

/// What Home shows once it is as expected: it is looked for beside the work, the bell tells, and
/// the screen asks again.
fn comes_to_show(console: &Console, expected: fn(&[Unreadable]) -> bool) -> Vec<Unreadable> {
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let home = console.home_view(console.session()).unwrap();
        if expected(&home.unreadable) {
            return home.unreadable;
        }
        let over = std::time::Instant::now() >= patience;
        assert!(!over, "Home shows {:?}", home.unreadable);
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_cannot_be_read_are_shown_on_home_and_counted_in_the_sheet() {
    let desk = Desk::empty();
    desk.create_practice("Good", Kind::Admin, Mode::Same);
    let bad = desk.create_practice("Bad", Kind::Admin, Mode::Same);
    let world = at_rest(&desk);
    world.catalog().spoil_connection(bad).unwrap();
    let looked = |console: &Console| comes_to_show(console, |rows| !rows.is_empty());
    let console = world.open();
    let told = looked(&console);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (told[0].what.as_str(), told[0].name.as_str()),
        ("connection", "Bad")
    );
    assert_eq!(told[0].id, bad.to_string());
    assert!(
        !told[0].why.contains("no list"),
        "no stored value: {}",
        told[0].why
    );
    let file = console
        .write_inventory(console.session(), InventoryForm::Csv)
        .unwrap();
    assert_eq!((file.entries, file.left_out), (1, 1), "the person is told");
    let sheet = std::fs::read_to_string(&file.path).unwrap();
    let last = sheet.lines().last().unwrap();
    assert!(
        last.contains("left out: 1"),
        "and whoever reads the sheet: {last}"
    );

    // Since when stays what it was.
    let since = told[0].since;
    world.clock.pass(3600);
    drop(console);
    let console = world.open();
    assert_eq!(looked(&console)[0].since, since);
    // What is mended goes from Home.
    world.catalog().delete_connection(bad).unwrap();
    comes_to_show(&console, <[Unreadable]>::is_empty);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_who_cannot_be_read_is_named_on_home_and_keeps_nobody_else_away() {
    let desk = Desk::empty();
    let rei = desk.joins("Rei", Role::Admin);
    let kai = desk.joins("Kai", Role::User);
    // The one who cannot be read sat here last.
    desk.seats(rei).await;
    let theirs = desk.create_practice("Theirs", Kind::Admin, Mode::Same);
    desk.authorize(theirs, Reach::All).await;
    let world = at_rest(&desk);
    world.catalog().spoil_member(rei).unwrap();
    let console = world.open();
    console
        .start(console.session())
        .expect("the program starts");
    let seats = console.session_view().unwrap().members;
    let names: Vec<_> = seats.iter().map(|seat| seat.name.as_str()).collect();
    assert_eq!(names, ["Ines", "Kai"], "the others may sign in");
    let refused = console.sign_in(rei, None).await.unwrap_err();
    assert_eq!(refused.code, "row_unreadable", "and they are told why not");
    console.sign_in(kai, None).await.unwrap();
    console.sign_in(desk.founder(), None).await.unwrap();
    let told = comes_to_show(&console, |rows| !rows.is_empty());
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (told[0].what.as_str(), told[0].name.as_str()),
        ("member", "Rei")
    );
    let members = console.members(console.session()).unwrap().members;
    assert_eq!(members.len(), 2, "the screen shows the others");
    let view = console.connection_view(console.session(), theirs).await;
    let view = view.expect("what they made is shown");
    assert_eq!(view.created_by, None, "without a name");
    let copy = Desk { world, console };
    assert!(copy.try_it(theirs).await.unwrap().ok, "and works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_of_a_connection_that_cannot_be_read_takes_home_from_nobody() {
    let desk = Desk::empty();
    let bad = desk.create_practice("Bad", Kind::LoggedInUser, Mode::Same);
    let catalog = desk.world.catalog();
    let offer = tsunagi_catalog::Offer {
        connection: bad,
        reach: Reach::All,
        member: desk.founder(),
        offered: Some((desk.joins("Rei", Role::Admin), Timestamp(0))),
        accepted_at: None,
    };
    catalog.set_offer(&offer, None).unwrap();
    catalog.spoil_connection(bad).unwrap();
    let told = comes_to_show(&desk.console, |rows| !rows.is_empty());
    assert_eq!(told[0].name, "Bad", "Home is shown, and says so");
}
