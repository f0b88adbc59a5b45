//! Files that came to harm: overwritten, cut short, another program's.

use std::path::Path;

use rusqlite::Connection;
use tsunagi_catalog::{Catalog, CatalogError, set_aside_files};
use tsunagi_domain::{ConnectionId, Kind, Mode, Reach};

use crate::fixture::{Home, shared_slot};

const STAMP: &str = "2026-11-26-093000";

/// What is done to a file.
type Harm = fn(&Path);

fn overwritten(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes[..100].fill(0xa5);
    std::fs::write(file, bytes).unwrap();
}

fn cut_short(file: &Path) {
    let bytes = std::fs::read(file).unwrap();
    std::fs::write(file, &bytes[..4096]).unwrap();
}

fn a_page_overwritten(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    for page in bytes.chunks_mut(4096).skip(1) {
        page.fill(0xa5);
    }
    std::fs::write(file, bytes).unwrap();
}

fn no_database(file: &Path) {
    std::fs::write(file, "a person's notes").unwrap();
}

const HARMS: [(&str, Harm); 4] = [
    ("its head is overwritten", overwritten),
    ("it is cut short", cut_short),
    ("its pages are overwritten", a_page_overwritten),
    ("it is no database", no_database),
];

/// A home with a workspace and a connection, that no program has open.
fn home_at_rest() -> Home {
    let home = Home::new();
    home.add("Practice CRM", Kind::Admin, Mode::Same);
    home
}

/// The files of it, as they lie there once the program has ended.
fn copied(home: &Home) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    home.catalog.copy_to(folder.path()).unwrap();
    folder
}

#[test]
fn damaged_runs_are_set_aside_and_stop_nothing() {
    let home = home_at_rest();
    for (harm, does) in HARMS {
        let folder = copied(&home);
        let file = folder.path().join("data.sqlite");
        does(&file);
        let damaged = std::fs::read(&file).unwrap();
        let opened = Catalog::open_unharmed(folder.path(), STAMP);
        let catalog = opened.unwrap_or_else(|error| panic!("{harm}: {error}"));
        assert_eq!(
            catalog.connection_count().unwrap(),
            1,
            "{harm}: the connections are all there"
        );
        catalog
            .last_used(ConnectionId::new())
            .unwrap_or_else(|error| panic!("{harm}: runs are recorded again: {error}"));
        let aside = set_aside_files(folder.path()).unwrap();
        assert_eq!(
            aside,
            [format!("data.sqlite.damaged-{STAMP}")],
            "{harm}: it is named"
        );
        assert_eq!(
            std::fs::read(folder.path().join(&aside[0])).unwrap(),
            damaged,
            "{harm}: not one byte of it is changed"
        );
    }
}

#[test]
fn sound_runs_stay_where_they_are() {
    let folder = copied(&home_at_rest());
    for _ in 0..2 {
        drop(Catalog::open_unharmed(folder.path(), STAMP).unwrap());
    }
    assert_eq!(set_aside_files(folder.path()).unwrap(), [""; 0]);
}

#[test]
fn runs_of_a_later_version_are_refused_and_not_set_aside() {
    let folder = copied(&home_at_rest());
    let db = Connection::open(folder.path().join("data.sqlite")).unwrap();
    db.execute_batch("CREATE TABLE later (a); PRAGMA user_version = 9")
        .unwrap();
    drop(db);
    let error = Catalog::open_unharmed(folder.path(), STAMP).unwrap_err();
    assert!(matches!(error, CatalogError::TooNew { .. }), "{error}");
    assert_eq!(set_aside_files(folder.path()).unwrap(), [""; 0]);
}

#[test]
fn a_damaged_catalog_is_named_and_waits_for_a_person() {
    let home = home_at_rest();
    for (harm, does) in HARMS {
        let folder = copied(&home);
        let file = folder.path().join("catalog.sqlite");
        does(&file);
        let damaged = std::fs::read(&file).unwrap();
        let met = Catalog::open_unharmed(folder.path(), STAMP)
            .and_then(|catalog| catalog.connections_of_connector("practice").map(drop));
        assert!(
            matches!(&met, Err(CatalogError::Damaged { file, .. }) if file == "catalog.sqlite"),
            "{harm}: {met:?}"
        );
        assert_eq!(
            set_aside_files(folder.path()).unwrap(),
            [""; 0],
            "{harm}: nothing is decided without a person"
        );

        Catalog::set_aside(folder.path(), STAMP).unwrap();
        assert_eq!(
            set_aside_files(folder.path()).unwrap(),
            [
                format!("catalog.sqlite.damaged-{STAMP}"),
                format!("data.sqlite.damaged-{STAMP}")
            ],
            "{harm}: both, since they belong together"
        );
        let kept = folder
            .path()
            .join(format!("catalog.sqlite.damaged-{STAMP}"));
        assert_eq!(
            std::fs::read(kept).unwrap(),
            damaged,
            "{harm}: it may still be rescued"
        );
        let fresh = Catalog::open_unharmed(folder.path(), STAMP).unwrap();
        assert!(fresh.workspace().unwrap().is_none(), "{harm}: a new start");
    }
}

#[test]
fn damage_that_is_met_while_it_is_used_is_known_at_the_next_start() {
    let home = Home::new();
    for n in 0..300 {
        home.add(&format!("Connection {n}"), Kind::Admin, Mode::Same);
    }
    let folder = copied(&home);
    let file = folder.path().join("catalog.sqlite");
    // Deep in it: leaves of a table, which opening it does not read.
    let mut bytes = std::fs::read(&file).unwrap();
    for page in bytes.chunks_mut(4096) {
        let holds = page.windows(14).any(|text| text == b"Connection 250");
        if page[0] == 0x0d && holds {
            page.fill(0xa5);
        }
    }
    std::fs::write(&file, bytes).unwrap();
    let opened = Catalog::open_unharmed(folder.path(), STAMP).unwrap();
    let met = opened.connections_of_connector("practice");
    assert!(
        matches!(met, Err(CatalogError::Damaged { .. })),
        "not an empty list: {met:?}"
    );
    drop(opened);
    for _ in 0..2 {
        let error = Catalog::open_unharmed(folder.path(), STAMP).unwrap_err();
        assert!(
            matches!(&error, CatalogError::Damaged { file, .. } if file == "catalog.sqlite"),
            "a person can decide about it now, and as often as they start: {error}"
        );
    }
    Catalog::set_aside(folder.path(), STAMP).unwrap();
    assert!(Catalog::open_unharmed(folder.path(), STAMP).is_ok());
}

#[test]
fn what_was_set_aside_before_is_not_written_over() {
    let folder = copied(&home_at_rest());
    for _ in 0..2 {
        no_database(&folder.path().join("data.sqlite"));
        drop(Catalog::open_unharmed(folder.path(), STAMP).unwrap());
    }
    assert_eq!(
        set_aside_files(folder.path()).unwrap(),
        [
            format!("data.sqlite.damaged-{STAMP}"),
            format!("data.sqlite.damaged-{STAMP}-2")
        ]
    );
}

#[test]
fn a_row_in_quarantine_says_whose_it_is() {
    let home = Home::new();
    let good = home.add("Good", Kind::Admin, Mode::Same);
    home.add("Bad", Kind::Admin, Mode::Same);
    home.fill(shared_slot(good.id, Reach::All));
    home.raw()
        .execute_batch(
            "UPDATE connection SET scopes = 'x' WHERE name = 'Bad';
             UPDATE authorization SET health = 'splendid'",
        )
        .unwrap();
    let found = home.catalog.quarantined().unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|row| (row.what, row.name.as_str()))
        .collect();
    assert_eq!(told, [("connection", "Bad"), ("authorization", "Good")]);
}
