use tsunagi_catalog::{By, Catalog, CatalogError, EventQuery, Fault, NewEvent, Verification};
use tsunagi_domain::MemberId;

use crate::fixture::{Home, NOW, event, tag};

fn home_with(count: u64) -> Home {
    let home = Home::new();
    for n in 1..=count {
        let seq = home
            .catalog
            .append_event(&event(&format!("action.{n}")), &tag)
            .unwrap();
        assert_eq!(seq, n, "numbered without gaps");
    }
    home
}

/// Changes the file the way somebody does who knows SQL and not the key.
fn tamper(home: &Home, sql: &str) {
    let guards =
        "DROP TRIGGER IF EXISTS event_never_changes; DROP TRIGGER IF EXISTS event_never_goes;";
    home.raw().execute_batch(&format!("{guards}{sql}")).unwrap();
}

fn verify(home: &Home) -> Verification {
    home.catalog.verify_events(None, &tag).unwrap()
}

#[test]
fn a_log_nobody_touched_is_whole() {
    assert_eq!(
        verify(&home_with(0)),
        Verification::Whole { count: 0 },
        "before the first entry"
    );
    let home = home_with(5);
    assert_eq!(verify(&home), Verification::Whole { count: 5 }, "and after");
    let other = Catalog::open(home.path()).unwrap();
    assert_eq!(
        other.append_event(&event("last"), &tag).unwrap(),
        6,
        "another process goes on"
    );
    assert_eq!(
        verify(&home),
        Verification::Whole { count: 6 },
        "in the same chain"
    );
}

#[test]
fn entries_come_back_the_latest_first_page_by_page() {
    let home = home_with(5);
    let page = home.catalog.events(None, None, 2).unwrap();
    let actions: Vec<_> = page
        .iter()
        .map(|entry| entry.event.action.as_str())
        .collect();
    assert_eq!(actions, ["action.5", "action.4"], "the latest first");
    assert_eq!(page[0].event, event("action.5"), "as it was logged");
    let rest = home
        .catalog
        .events(Some("workspace"), Some(page[1].seq), 10)
        .unwrap();
    let numbers: Vec<_> = rest.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, [3, 2, 1], "then the rest, here by subject");
    assert_eq!(
        home.catalog.events(Some("other"), None, 10).unwrap(),
        [],
        "of that subject only"
    );
}

#[test]
fn an_entry_that_cannot_be_read_hides_none_of_the_older_ones() {
    let home = home_with(5);
    tamper(&home, "UPDATE event SET args = 'no json' WHERE seq = 4");
    let numbers = |entries: Vec<tsunagi_catalog::Event>| -> Vec<u64> {
        entries.into_iter().map(|entry| entry.seq).collect()
    };
    // Whoever asks for pages takes a short one for the last.
    let query = EventQuery {
        limit: 3,
        ..EventQuery::default()
    };
    let found = home.catalog.find_events(&query).unwrap();
    assert_eq!(
        numbers(found),
        [5, 3, 2],
        "a page is full while there are more"
    );
    let all = home.catalog.events(None, None, 3).unwrap();
    assert_eq!(numbers(all), [5, 3, 2]);
    let about = home.catalog.events(Some("workspace"), Some(5), 2).unwrap();
    assert_eq!(numbers(about), [3, 2]);
}

#[test]
fn the_log_is_append_only() {
    let home = home_with(2);
    for sql in [
        "UPDATE event SET action = 'nothing'",
        "DELETE FROM event WHERE seq = 2",
    ] {
        assert!(
            home.raw().execute_batch(sql).is_err(),
            "not even by mistake: {sql}"
        );
    }
}

#[test]
fn every_edit_shows_where_it_is() {
    let edits = [
        "UPDATE event SET action = 'nothing' WHERE seq = 3",
        "UPDATE event SET subject = 'elsewhere' WHERE seq = 3",
        "UPDATE event SET at = at + 1 WHERE seq = 3",
        "UPDATE event SET actor = randomblob(16) WHERE seq = 3",
        "UPDATE event SET id = randomblob(16) WHERE seq = 3",
        "UPDATE event SET args = '{}' WHERE seq = 3",
        "UPDATE event SET args = 'no json' WHERE seq = 3",
        "UPDATE event SET args = args || ' ' WHERE seq = 3",
        "UPDATE event SET tag = zeroblob(32) WHERE seq = 3",
        "UPDATE event SET tag = x'00' WHERE seq = 3",
        "UPDATE event SET action = action || 'w', subject = substr(subject, 2) WHERE seq = 3",
    ];
    for edit in edits {
        let home = home_with(5);
        tamper(&home, edit);
        let broken = Verification::Broken {
            at: 3,
            why: Fault::Altered,
        };
        assert_eq!(verify(&home), broken, "{edit}");
    }
}

#[test]
fn every_column_of_the_log_and_its_head_is_sealed() {
    for (table, place, columns) in [("event", "WHERE seq = 3", 8), ("event_head", "", 4)] {
        let about = format!("SELECT name, type FROM pragma_table_info('{table}')");
        let empty = home_with(0);
        let raw = empty.raw();
        let mut statement = raw.prepare(&about).unwrap();
        let found = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        });
        let found: Vec<_> = found.unwrap().map(Result::unwrap).collect();
        assert_eq!(found.len(), columns, "{table}: {found:?}");
        for (column, kind) in found {
            let changes: &[&str] = match kind.as_str() {
                "INTEGER" => &["{} + 100", "-{}"],
                "BLOB" => &["randomblob(16)", "randomblob(32)", "x''"],
                _ => &["{} || ' '", "''", "upper({}) || 'x'"],
            };
            for change in changes {
                let home = home_with(5);
                let to = change.replace("{}", &column);
                tamper(
                    &home,
                    &format!(
                        "PRAGMA ignore_check_constraints = ON;
                         UPDATE {table} SET {column} = {to} {place}"
                    ),
                );
                let verified = verify(&home);
                assert!(
                    matches!(verified, Verification::Broken { .. }),
                    "{table}.{column} = {to}: {verified:?}"
                );
            }
        }
    }
    let home = home_with(5);
    tamper(&home, "UPDATE event SET actor = zeroblob(16) WHERE seq = 3");
    assert!(
        matches!(verify(&home), Verification::Broken { .. }),
        "nobody and somebody with an empty identifier are not the same"
    );
}

#[test]
fn a_gap_shows() {
    let home = home_with(5);
    tamper(&home, "DELETE FROM event WHERE seq = 2");
    assert_eq!(
        verify(&home),
        Verification::Broken {
            at: 2,
            why: Fault::Gap
        },
        "2 is missing"
    );
    tamper(&home, "UPDATE event SET seq = seq - 1 WHERE seq > 2");
    let closed = Verification::Broken {
        at: 2,
        why: Fault::Altered,
    };
    assert_eq!(verify(&home), closed, "closing the gap shows too");
}

#[test]
fn a_log_cut_short_shows_also_where_the_head_is_moved_back() {
    let home = home_with(5);
    tamper(&home, "DELETE FROM event WHERE seq > 3");
    let truncated = Verification::Broken {
        at: 4,
        why: Fault::Truncated,
    };
    assert_eq!(verify(&home), truncated, "the head says 5");
    tamper(
        &home,
        "UPDATE event_head SET seq = 3, tag = (SELECT tag FROM event WHERE seq = 3)",
    );
    let moved = Verification::Broken {
        at: 4,
        why: Fault::Head,
    };
    assert_eq!(verify(&home), moved, "its seal is over 5");
    tamper(&home, "DELETE FROM event_head");
    assert_eq!(verify(&home), moved, "and without it nothing is proven");
}

#[test]
fn going_on_does_not_cover_up() {
    let cuts = [
        "DELETE FROM event WHERE seq > 3",
        "DELETE FROM event WHERE seq > 3; DELETE FROM event_head",
        "DELETE FROM event WHERE seq > 3;
         UPDATE event_head SET seq = 3, tag = (SELECT tag FROM event WHERE seq = 3)",
    ];
    for cut in cuts {
        let home = home_with(5);
        tamper(&home, cut);
        home.catalog
            .append_event(&event("later"), &tag)
            .expect("a broken log still logs");
        let verified = verify(&home);
        assert!(
            matches!(verified, Verification::Broken { at: 4, .. }),
            "{cut}: {verified:?}"
        );
    }
}

#[test]
fn a_log_that_was_emptied_does_not_pass_for_one_that_has_just_begun() {
    let home = home_with(5);
    let founding = Some(("action.1", "workspace"));
    let verify = || home.catalog.verify_events(founding, &tag).unwrap();
    assert_eq!(verify(), Verification::Whole { count: 5 }, "it is in there");
    tamper(&home, "DELETE FROM event; DELETE FROM event_head");
    let broken = |why| Verification::Broken { at: 1, why };
    assert_eq!(
        verify(),
        broken(Fault::Truncated),
        "nothing is left, not even the founding"
    );
    let later = home.catalog.append_event(&event("later"), &tag);
    assert_eq!(later, Ok(1), "what comes next begins a chain of its own");
    assert_eq!(verify(), broken(Fault::Gap), "which covers up nothing");
}

#[test]
fn another_key_proves_nothing() {
    let home = home_with(1);
    let other = |_: &[u8; 32], _: &[u8]| [1; 32];
    let verified = home.catalog.verify_events(None, &other).unwrap();
    let broken = Verification::Broken {
        at: 1,
        why: Fault::Altered,
    };
    assert_eq!(
        verified, broken,
        "whoever lacks the key can make no entry that holds"
    );
}

#[test]
fn an_entry_that_cannot_be_stored_leaves_the_chain_whole() {
    let home = home_with(2);
    home.catalog.limit_pages(1).unwrap();
    let mut long = event("long");
    long.args.insert("text".to_owned(), "x".repeat(1_000_000));
    let full = home.catalog.append_event(&long, &tag);
    assert_eq!(full, Err(CatalogError::DiskFull), "it did not fit");
    assert_eq!(
        verify(&home),
        Verification::Whole { count: 2 },
        "and left nothing behind"
    );
}

#[test]
fn entries_are_found_by_who_what_and_when() {
    let home = Home::new();
    let (aiko, ken) = (home.member, MemberId::new());
    for (n, (actor, action, subject)) in [
        (Some(aiko), "connection.created", "connection/1"),
        (Some(ken), "connection.renamed", "connection/1"),
        (None, "connections.odd", "connection/2"),
        (Some(aiko), "member.changed", "member/2"),
        (Some(aiko), "connection.deleted", "connection/2"),
    ]
    .into_iter()
    .enumerate()
    {
        let entry = NewEvent {
            at: NOW.plus_seconds(i64::try_from(n).unwrap()),
            actor,
            subject: subject.to_owned(),
            ..event(action)
        };
        home.catalog.append_event(&entry, &tag).unwrap();
    }
    let all = EventQuery {
        limit: 100,
        ..EventQuery::default()
    };
    let found = |query: &EventQuery| -> Vec<u64> {
        let entries = home.catalog.find_events(query).unwrap();
        entries.into_iter().map(|entry| entry.seq).collect()
    };
    for (query, expected, why) in [
        (all.clone(), vec![5, 4, 3, 2, 1], "the latest first"),
        (
            EventQuery {
                actor: Some(By::Member(aiko)),
                ..all.clone()
            },
            vec![5, 4, 1],
            "one member's",
        ),
        (
            EventQuery {
                actor: Some(By::Program),
                ..all.clone()
            },
            vec![3],
            "the program's own",
        ),
        (
            EventQuery {
                subject: Some("connection/1".to_owned()),
                ..all.clone()
            },
            vec![2, 1],
            "about one thing",
        ),
        (
            EventQuery {
                groups: vec!["connection".to_owned()],
                ..all.clone()
            },
            vec![5, 2, 1],
            "one group, and not another one whose name begins the same",
        ),
        (
            EventQuery {
                groups: vec!["connection".to_owned(), "member".to_owned()],
                actor: Some(By::Member(aiko)),
                before: Some(5),
                ..all.clone()
            },
            vec![4, 1],
            "all of it at once, further back",
        ),
        (
            EventQuery {
                since: Some(NOW.plus_seconds(1)),
                until: Some(NOW.plus_seconds(3)),
                ..all.clone()
            },
            vec![3, 2],
            "from one moment up to another",
        ),
        (EventQuery { limit: 2, ..all }, vec![5, 4], "a page"),
    ] {
        assert_eq!(found(&query), expected, "{why}");
    }
}

#[test]
fn what_waits_for_the_key_is_appended_in_the_order_it_happened_and_survives_a_restart() {
    let home = home_with(1);
    for action in ["session.refused", "session.signed_in"] {
        home.catalog.let_wait(&event(action)).unwrap();
    }
    assert_eq!(
        home.catalog.events(None, None, 9).unwrap().len(),
        1,
        "not in the chain without its key"
    );
    home.raw()
        .execute_batch("INSERT INTO event_waiting (event) VALUES ('{}')")
        .unwrap();
    home.catalog.let_wait(&event("session.locked")).unwrap();
    let later = Catalog::open(home.path()).unwrap();
    later.append_waiting(&tag).unwrap();
    let actions: Vec<String> = later
        .events(None, None, 9)
        .unwrap()
        .into_iter()
        .rev()
        .map(|entry| entry.event.action)
        .collect();
    assert_eq!(
        actions,
        [
            "action.1",
            "session.refused",
            "session.signed_in",
            "session.locked"
        ],
        "one that cannot be read keeps no other out"
    );
    assert_eq!(verify(&home), Verification::Whole { count: 4 });
    assert_eq!(later.append_waiting(&tag).unwrap(), 0, "and each once");
}
