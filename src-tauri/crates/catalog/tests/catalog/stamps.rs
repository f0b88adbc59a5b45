//! What says that nothing was written since.

use tsunagi_catalog::{Catalog, CatalogError, Stamp};
use tsunagi_domain::{Kind, Mode, Reach};

use crate::fixture::{Home, NOW, shared_slot};
use crate::runs::run;

fn stamp(home: &Home) -> Stamp {
    home.catalog.stamp().unwrap()
}

#[test]
fn a_stamp_changes_with_every_write_and_with_nothing_else() {
    let home = Home::new();
    let mut made = home.add("Practice", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    let before = stamp(&home);
    assert_eq!(stamp(&home), before, "looking changes nothing");
    home.catalog.connection(made.id).unwrap();
    home.catalog
        .record_runs(&[run(made.id, Some(id), 1)])
        .unwrap();
    assert_eq!(stamp(&home), before, "nor does reading, or recording runs");
    made.enabled = false;
    home.catalog.update_connection(&made).unwrap();
    let disabled = stamp(&home);
    assert_ne!(disabled, before, "a connection was disabled");
    home.catalog.note_use(&[run(made.id, Some(id), 1)]).unwrap();
    let used = stamp(&home);
    assert_ne!(used, disabled, "its last use is written there");
    let elsewhere = Catalog::open(home.path()).unwrap();
    assert_eq!(stamp(&home), used, "whoever opens it writes nothing");
    elsewhere.set_revoked(id, NOW).unwrap();
    assert_ne!(stamp(&home), used, "what another one writes shows here");
    assert_ne!(
        stamp(&home),
        elsewhere.stamp().unwrap(),
        "stamps of two openings never pass for each other"
    );
}

#[test]
fn a_write_shows_also_after_the_log_was_emptied() {
    let home = Home::new();
    let mut made = home.add("Practice", Kind::Admin, Mode::Same);
    let elsewhere = rusqlite::Connection::open(home.path().join("catalog.sqlite")).unwrap();
    let mut seen = vec![stamp(&home)];
    for _ in 0..4 {
        elsewhere
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .unwrap();
        let emptied = stamp(&home);
        assert_eq!(emptied, stamp(&home), "looking changes nothing");
        made.enabled = !made.enabled;
        home.catalog.update_connection(&made).unwrap();
        let written = stamp(&home);
        assert_ne!(written, emptied, "the first write into an empty log");
        assert!(!seen.contains(&written), "as it never stood before");
        seen.push(written);
    }
}

#[test]
fn a_write_shows_once_it_is_stored_and_not_before() {
    let home = Home::new();
    let mut made = home.add("Practice", Kind::Admin, Mode::Same);
    let before = stamp(&home);
    let undone: Result<(), CatalogError> = home.catalog.at_once(|| {
        made.enabled = false;
        home.catalog.update_connection(&made)?;
        assert_eq!(stamp(&home), before, "nobody can read it yet");
        Err(CatalogError::Missing("reason"))
    });
    assert!(undone.is_err());
    assert_eq!(stamp(&home), before, "and nobody ever will");
    let stored: Result<(), CatalogError> = home
        .catalog
        .at_once(|| home.catalog.update_connection(&made));
    stored.unwrap();
    assert_ne!(stamp(&home), before, "this one is stored");
}

/// Where a process closes a file, the locks that SQLite has on it in that process are gone: another
/// process that opens the catalog then takes it for one that nobody has open, and empties what this
/// one reads from.
#[cfg(target_os = "linux")]
#[test]
fn a_catalog_that_is_closed_leaves_another_one_its_locks() {
    let home = Home::new();
    stamp(&home);
    let elsewhere = Catalog::open(home.path()).unwrap();
    elsewhere.stamp().unwrap();
    drop(elsewhere);
    let index = home.path().join("catalog.sqlite-shm");
    let locked = std::fs::read_to_string("/proc/locks").unwrap();
    let file = std::fs::metadata(index).unwrap();
    let file = std::os::unix::fs::MetadataExt::ino(&file);
    assert!(
        locked
            .lines()
            .any(|line| line.contains(&format!(":{file} "))),
        "nobody has it open any more: {locked}"
    );
}
