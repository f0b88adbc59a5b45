#![allow(clippy::unwrap_used)]

use super::*;
use crate::schema::{CATALOG, DATA};

const FIRST: &str = "CREATE TABLE thing (name TEXT NOT NULL) STRICT;";
const SECOND: &str = "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 7;";

fn names(path: &Path) -> Vec<String> {
    let db = Connection::open(path).unwrap();
    let mut statement = db.prepare("SELECT name FROM thing").unwrap();
    statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn add(store: &Store, name: &str) -> Result<()> {
    store.write(|db| {
        Ok(db
            .execute("INSERT INTO thing (name) VALUES (?1)", [name])
            .map(drop)?)
    })
}

#[test]
fn migrations_of_both_files_are_valid() {
    CATALOG
        .migrations()
        .validate()
        .expect("catalog.sqlite must migrate from nothing");
    DATA.migrations()
        .validate()
        .expect("data.sqlite must migrate from nothing");
}

#[test]
fn an_older_file_is_copied_before_it_is_migrated() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("file.sqlite");
    let old = Store::open(&path, &Schema::new(77, vec![FIRST])).unwrap();
    add(&old, "in the log only").unwrap();
    // Kept open, so that the row is in the write-ahead log and not in the file.
    let new = Store::open(&path, &Schema::new(77, vec![FIRST, SECOND])).unwrap();
    let size: i64 = new
        .read(|db| Ok(db.query_row("SELECT size FROM thing", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(size, 7, "the migration must have run");
    let backup = home.path().join("file.sqlite.before-2");
    assert_eq!(
        names(&backup),
        ["in the log only"],
        "the copy must hold what the log held"
    );
    let version: i64 = Connection::open(&backup)
        .unwrap()
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1, "the copy must be of the version before");
    assert!(
        !home.path().join("file.sqlite.before-2.partial").exists(),
        "no half copy may stay"
    );
}

#[test]
fn a_migration_that_fails_leaves_the_older_file_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("file.sqlite");
    add(
        &Store::open(&path, &Schema::new(77, vec![FIRST])).unwrap(),
        "kept",
    )
    .unwrap();
    let broken = Schema::new(77, vec![FIRST, "DELETE FROM thing; SELECT nonsense;"]);
    assert!(
        Store::open(&path, &broken).is_err(),
        "a failed migration must be told"
    );
    let again = Store::open(&path, &Schema::new(77, vec![FIRST]));
    assert!(
        again.is_ok(),
        "the file must still be of the version before"
    );
    assert_eq!(
        names(&path),
        ["kept"],
        "a failed migration must not have deleted anything"
    );
}

#[test]
fn a_file_that_is_not_sound_is_not_migrated() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("file.sqlite");
    let store = Store::open(&path, &Schema::new(77, vec![FIRST])).unwrap();
    for _ in 0..200 {
        add(&store, &"x".repeat(100)).unwrap();
    }
    store.scrub();
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    // The header of every page but the first, which holds the schema.
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..64].fill(0xff);
    }
    std::fs::write(&path, &bytes).unwrap();
    let error = Store::open(&path, &Schema::new(77, vec![FIRST, SECOND]))
        .err()
        .unwrap();
    assert!(
        matches!(&error, CatalogError::Damaged { file, .. } if file == "file.sqlite"),
        "migrating would bury the damage: {error}"
    );
}

#[test]
fn every_connection_is_set_up_the_same_careful_way() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("file.sqlite");
    let store = Store::open(&path, &Schema::new(77, vec![FIRST])).unwrap();
    let pragma = |db: &Connection, name: &str| -> String {
        let sql = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
        db.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    store
        .write(|db| {
            assert_eq!(
                pragma(db, "journal_mode"),
                "wal",
                "two processes read and write at once"
            );
            assert_eq!(
                pragma(db, "synchronous"),
                "2",
                "what is stored survives a power cut"
            );
            assert_eq!(pragma(db, "foreign_keys"), "1", "no slot may point nowhere");
            assert_eq!(
                pragma(db, "trusted_schema"),
                "0",
                "the file's own schema is not trusted"
            );
            assert_eq!(
                pragma(db, "secure_delete"),
                "1",
                "deleted credentials are overwritten"
            );
            Ok(())
        })
        .unwrap();
    store
        .read(|db| {
            assert_eq!(pragma(db, "query_only"), "1", "a read must not write");
            assert_eq!(pragma(db, "trusted_schema"), "0", "nor trust the schema");
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_write_inside_a_write_is_stored_with_it_or_not_at_all() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("file.sqlite");
    let store = Store::open(&path, &Schema::new(77, vec![FIRST])).unwrap();
    let failed = || Err(CatalogError::Missing("thing"));
    let outcome: Result<()> = store.write_or(|_| {
        add(&store, "first")?;
        let inner: Result<()> = store.write(|db| {
            db.execute("INSERT INTO thing (name) VALUES ('undone')", [])?;
            failed()
        });
        assert!(inner.is_err());
        let seen: i64 = store
            .read(|db| Ok(db.query_row("SELECT count(*) FROM thing", [], |row| row.get(0))?))?;
        assert_eq!(seen, 1, "it reads what it wrote, and not what was undone");
        assert_eq!(names(&path), Vec::<String>::new(), "nobody else does yet");
        add(&store, "second")
    });
    outcome.unwrap();
    assert_eq!(
        names(&path),
        ["first", "second"],
        "all of it, once it is whole"
    );
    let outcome: Result<()> = store.write_or(|_| {
        add(&store, "third")?;
        failed()
    });
    assert!(outcome.is_err());
    let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.write_or(|_| -> Result<()> {
            add(&store, "fourth")?;
            panic!("in the middle")
        })
    }));
    assert!(panics.is_err());
    add(&store, "fifth").unwrap();
    assert_eq!(names(&path), ["first", "second", "fifth"], "or none of it");
}

#[test]
fn what_a_part_of_a_write_overwrites_is_not_left_in_the_log() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("file.sqlite");
    let store = Store::open(&path, &Schema::new(77, vec![FIRST])).unwrap();
    add(&store, "canary-of-a-credential").unwrap();
    let taken: Result<()> = store.write_or(|_| {
        store.write(|db| Ok(db.execute("DELETE FROM thing", []).map(drop)?))?;
        store.scrub();
        add(&store, "after")
    });
    taken.unwrap();
    for file in ["file.sqlite", "file.sqlite-wal"] {
        let bytes = std::fs::read(home.path().join(file)).unwrap_or_default();
        let found = memchr::memmem::find(&bytes, b"canary-of-a-credential");
        assert_eq!(found, None, "{file}");
    }
    assert_eq!(names(&path), ["after"]);
}
