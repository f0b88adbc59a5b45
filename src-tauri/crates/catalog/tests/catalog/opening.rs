use rusqlite::Connection;
use tsunagi_catalog::{Catalog, CatalogError};
use tsunagi_domain::{Kind, MemberId, Mode};

use crate::fixture::{Home, connection};

#[test]
fn a_file_of_a_later_version_is_refused_and_left_untouched() {
    for (name, known) in [("catalog.sqlite", 4), ("data.sqlite", 8)] {
        let home = tempfile::tempdir().unwrap();
        drop(Catalog::open(home.path()).unwrap());
        let path = home.path().join(name);
        let db = Connection::open(&path).unwrap();
        db.execute_batch("CREATE TABLE later (a); PRAGMA user_version = 9")
            .unwrap();
        drop(db);
        let before = std::fs::read(&path).unwrap();
        let error = Catalog::open(home.path()).unwrap_err();
        assert_eq!(
            error,
            CatalogError::TooNew {
                file: name.to_owned(),
                found: 9,
                known
            },
            "the person must learn which file, and how far apart the versions are"
        );
        assert_eq!(
            std::fs::read(&path).unwrap(),
            before,
            "not one byte of it may change"
        );
    }
}

#[test]
fn a_file_of_a_later_version_is_untouched_even_where_that_program_crashed() {
    let home = tempfile::tempdir().unwrap();
    drop(Catalog::open(home.path()).unwrap());
    let path = home.path().join("catalog.sqlite");
    let crashed = tempfile::tempdir().unwrap();
    let db = Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE later (a); PRAGMA user_version = 9")
        .unwrap();
    // While it is open everything new is in the log: this is what a crash leaves.
    for name in ["catalog.sqlite", "catalog.sqlite-wal", "data.sqlite"] {
        std::fs::copy(home.path().join(name), crashed.path().join(name)).unwrap();
    }
    let log = crashed.path().join("catalog.sqlite-wal");
    let before = std::fs::read(&log).unwrap();
    assert!(
        !before.is_empty(),
        "the version must be in the log for this to show anything"
    );
    let error = Catalog::open(crashed.path()).unwrap_err();
    assert!(
        matches!(error, CatalogError::TooNew { found: 9, .. }),
        "the log counts: {error}"
    );
    assert_eq!(
        std::fs::read(&log).unwrap(),
        before,
        "the log is its last hour of work"
    );
    drop(db);
}

#[test]
fn what_is_no_catalog_is_damaged_and_never_recreated() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("catalog.sqlite");
    let garbage = b"these are a person's notes, not a database".repeat(500);
    std::fs::write(&path, &garbage).unwrap();
    let error = Catalog::open(home.path()).unwrap_err();
    assert!(
        matches!(&error, CatalogError::Damaged { file, .. } if file == "catalog.sqlite"),
        "it must be told which file is damaged: {error}"
    );
    assert_eq!(
        std::fs::read(&path).unwrap(),
        garbage,
        "a damaged file may still be rescued"
    );
}

#[test]
fn another_programs_database_is_not_taken_over() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("catalog.sqlite");
    let db = Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE places (url TEXT); PRAGMA user_version = 1")
        .unwrap();
    drop(db);
    let before = std::fs::read(&path).unwrap();
    let error = Catalog::open(home.path()).unwrap_err();
    assert!(
        matches!(error, CatalogError::Damaged { .. }),
        "its tables are not ours: {error}"
    );
    assert_eq!(
        std::fs::read(&path).unwrap(),
        before,
        "nor may it be changed"
    );
}

#[test]
fn a_damaged_page_is_told_when_it_is_met() {
    let home = Home::new();
    for n in 0..300 {
        home.add(&format!("Connection {n}"), Kind::Admin, Mode::Same);
    }
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("catalog.sqlite");
    home.raw()
        .execute("VACUUM INTO ?1", [damaged.to_str().unwrap()])
        .unwrap();
    let mut bytes = std::fs::read(&damaged).unwrap();
    let root: u32 = home
        .raw()
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE rootpage > 0",
            [],
            |row| row.get(0),
        )
        .unwrap();
    // Past the schema's pages, everything.
    for page in bytes.chunks_mut(4096).skip(usize::try_from(root).unwrap()) {
        page.fill(0xa5);
    }
    std::fs::write(&damaged, bytes).unwrap();
    let met = Catalog::open(folder.path())
        .and_then(|catalog| catalog.connections_of_connector("practice").map(drop));
    assert!(
        matches!(met, Err(CatalogError::Damaged { .. })),
        "not an empty list: {met:?}"
    );
}

#[test]
fn an_opening_that_was_cut_short_is_taken_up_again() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("catalog.sqlite"), b"").unwrap();
    let db = Connection::open(home.path().join("data.sqlite")).unwrap();
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA application_id = 1")
        .unwrap();
    drop(db);
    let opened = Catalog::open(home.path());
    assert!(
        opened.is_ok(),
        "an empty file holds nothing to lose: {opened:?}"
    );
}

#[test]
fn a_home_that_is_not_there_is_an_error_of_input_and_output() {
    let home = tempfile::tempdir().unwrap();
    let error = Catalog::open(&home.path().join("gone")).unwrap_err();
    assert!(
        matches!(error, CatalogError::Io(_)),
        "the home is the shell's to make: {error}"
    );
}

#[test]
fn many_openings_at_once_make_one_catalog() {
    let home = tempfile::tempdir().unwrap();
    let opened: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Catalog::open(home.path())))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for catalog in opened {
        assert!(
            catalog.is_ok(),
            "each must find or make the tables: {catalog:?}"
        );
    }
}

#[test]
fn a_full_disk_is_told_and_stores_nothing() {
    let home = Home::new();
    home.catalog.limit_pages(1).unwrap();
    let mut added = Vec::new();
    let error = loop {
        let connection = connection("Practice CRM", Kind::Admin, Mode::Same);
        match home.catalog.add_connection(&connection) {
            Ok(()) => added.push(connection),
            Err(error) => break error,
        }
        assert!(added.len() < 10_000, "the limit must be met at some time");
    };
    assert_eq!(
        error,
        CatalogError::DiskFull,
        "the person can make room, if told"
    );
    let stored = home.catalog.connections_of_connector("practice").unwrap();
    assert_eq!(
        stored, added,
        "what failed must have left nothing, and what went well everything"
    );
    home.catalog.limit_pages(1_000_000).unwrap();
    home.catalog
        .add_connection(&connection("Practice CRM", Kind::Admin, Mode::Same))
        .expect("with room made it must work again without a restart");
}

#[test]
fn a_catalog_of_the_first_version_keeps_what_it_holds() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("catalog.sqlite");
    let member = MemberId::new();
    let made = connection("Practice", Kind::Admin, Mode::Same);
    let db = Connection::open(&path).unwrap();
    db.execute_batch(include_str!("../../src/migrations/catalog_1.sql"))
        .unwrap();
    db.execute_batch("PRAGMA application_id = 0x54736e63; PRAGMA user_version = 1")
        .unwrap();
    db.execute(
        "INSERT INTO member (id, name, role, active) VALUES (?1, 'Aiko', 'super_admin', 1)",
        [member.uuid().into_bytes()],
    )
    .unwrap();
    db.execute(
        "INSERT INTO connection (id, name, folded, link_name, connector, kind, mode, scopes,
             settings, enabled, created_by, created_at)
         VALUES (?1, 'Practice', 'practice', ?2, 'practice', 'admin', 'same',
             '[\"contacts.read\"]', '{\"region\":\"eu\"}', 1, ?3, ?4)",
        rusqlite::params![
            made.id.uuid().into_bytes(),
            made.link_name.as_str(),
            member.uuid().into_bytes(),
            made.created_at.0
        ],
    )
    .unwrap();
    drop(db);
    let catalog = Catalog::open(home.path()).unwrap();
    let kept = tsunagi_domain::Connection {
        created_by: Some(member),
        ..made
    };
    assert_eq!(catalog.connection(kept.id).unwrap(), Some(kept.clone()));
    assert_eq!(
        catalog.owner(kept.id).unwrap(),
        Some(member),
        "who made it answers for it"
    );
    assert_eq!(
        catalog.proof(member).unwrap(),
        Some(tsunagi_catalog::Proof::default()),
        "nobody had a passphrase of their own"
    );
    assert!(
        home.path().join("catalog.sqlite.before-4").is_file(),
        "and the file as it was is kept"
    );
}

#[test]
fn what_used_a_connection_before_there_were_items_goes_on_using_it() {
    let home = tempfile::tempdir().unwrap();
    let db = Connection::open(home.path().join("catalog.sqlite")).unwrap();
    for step in [
        include_str!("../../src/migrations/catalog_1.sql"),
        include_str!("../../src/migrations/catalog_2.sql"),
        include_str!("../../src/migrations/catalog_3.sql"),
    ] {
        db.execute_batch(step).unwrap();
    }
    let made = connection("Practice", Kind::Admin, Mode::Same);
    db.execute(
        "INSERT INTO connection (id, name, folded, link_name, connector, kind, mode, scopes,
             settings, enabled, created_at)
         VALUES (?1, 'Practice', 'practice', ?2, 'practice', 'admin', 'same', '[]', '{}', 1, 0)",
        rusqlite::params![made.id.uuid().into_bytes(), made.link_name.as_str()],
    )
    .unwrap();
    db.execute_batch(
        "INSERT INTO application (id, name, folded, edition, created_at)
         VALUES (x'0190f3a25b6c7d8e9f0123456789abcd', 'Shop', 'shop', 'c6', 0);
         INSERT INTO use (id, connection, application, environment, area, name, scopes, unattended)
         SELECT x'0190f3a25b6c7d8e9f0123456789abce', id, x'0190f3a25b6c7d8e9f0123456789abcd',
             'stage', 'schedule', 'Nightly sync', '[]', 1 FROM connection;
         PRAGMA application_id = 0x54736e63; PRAGMA user_version = 3",
    )
    .unwrap();
    drop(db);
    let catalog = Catalog::open(home.path()).unwrap();
    let uses = catalog.uses(made.id).unwrap();
    assert_eq!(uses.len(), 1, "R18: it still keeps the connection");
    assert_eq!(
        (uses[0].name.as_str(), uses[0].item),
        ("Nightly sync", None)
    );
}

#[test]
fn runs_of_the_first_version_are_kept() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("data.sqlite");
    let made = connection("Practice", Kind::Admin, Mode::Same);
    let used = tsunagi_domain::AuthorizationId::new();
    let db = Connection::open(&path).unwrap();
    db.execute_batch(include_str!("../../src/migrations/data_1.sql"))
        .unwrap();
    db.execute_batch("PRAGMA application_id = 0x54736e64; PRAGMA user_version = 1")
        .unwrap();
    for (at, authorization) in [(1, Some(used.uuid().into_bytes())), (2, None)] {
        db.execute(
            "INSERT INTO run (id, at, connection, authorization, environment, caller, area, method,
                 host, path, status, refusal, millis, bytes)
             VALUES (?1, ?2, ?3, ?4, 'production', 'unattended', 'try_it', 'GET',
                 'api.example.com', '/a', NULL, 'timeout', 5, 6)",
            rusqlite::params![
                tsunagi_domain::RunId::new().uuid().into_bytes(),
                at,
                made.id.uuid().into_bytes(),
                authorization
            ],
        )
        .unwrap();
    }
    drop(db);
    let catalog = Catalog::open(home.path()).unwrap();
    let kept = catalog.runs(made.id, 10).unwrap();
    let tries: Vec<_> = kept.iter().map(|run| (run.at.0, run.tries)).collect();
    assert_eq!(tries, [(2, 0), (1, 1)], "one was refused, one was sent");
    assert!(
        kept.iter().all(|run| run.application.is_none()),
        "through which application was not kept"
    );
    assert_eq!(kept[1].authorization, Some(used));
    assert!(
        home.path().join("data.sqlite.before-8").is_file(),
        "and the file as it was is kept"
    );
}
