#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// A pack as the file holds it, with these texts in its first places.
fn packed(texts: &[&str]) -> Vec<u8> {
    let mut all: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
    all.resize(TEXTS, b"");
    all.join(&BETWEEN)
}

fn file(packs: &[(i64, &[&str])]) -> Db {
    let db = Db::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE connection_pack (pack INTEGER PRIMARY KEY, texts BLOB NOT NULL, mark INTEGER NOT NULL);
         CREATE INDEX connection_pack_mark ON connection_pack (pack, mark);",
    )
    .unwrap();
    for (number, texts) in packs {
        write(&db, *number, texts);
    }
    db
}

fn write(db: &Db, number: i64, texts: &[&str]) {
    db.execute(
        "INSERT INTO connection_pack VALUES (?1, ?2, random())
         ON CONFLICT DO UPDATE SET texts = excluded.texts, mark = excluded.mark",
        rusqlite::params![number, packed(texts)],
    )
    .unwrap();
}

fn with(texts: &Texts, db: &Db, terms: &[&str]) -> Vec<i64> {
    let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
    texts.with(db, &terms).unwrap().iter().collect()
}

#[test]
fn a_pack_that_changed_is_read_again_and_no_other() {
    let db = file(&[(0, &["", "orders"]), (3, &["orders", "顧客"])]);
    let texts = Texts::default();
    assert!(!texts.are_read(), "nothing is read before it is needed");
    assert_eq!(with(&texts, &db, &["orders"]), [1, 192], "in both packs");
    let before = texts.kept().clone().unwrap();
    with(&texts, &db, &["顧客"]);
    assert!(
        Arc::ptr_eq(&before, &texts.kept().clone().unwrap()),
        "nothing changed, nothing is read"
    );
    write(&db, 3, &["invoices", "顧客"]);
    assert_eq!(with(&texts, &db, &["orders"]), [1], "it is there no longer");
    assert_eq!(with(&texts, &db, &["invoices"]), [192], "this is there now");
    let now = texts.kept().clone().unwrap();
    assert!(
        Arc::ptr_eq(&before[0], &now[0]),
        "the pack that did not change was not read"
    );
    db.execute("DELETE FROM connection_pack WHERE pack = 0", [])
        .unwrap();
    write(&db, 7, &["orders"]);
    assert_eq!(
        with(&texts, &db, &["orders"]),
        [448],
        "one that went and one that came"
    );
}

#[test]
fn what_is_rolled_back_is_found_no_longer() {
    let mut db = file(&[(0, &["orders"])]);
    let texts = Texts::default();
    let undone = db.transaction().unwrap();
    write(&undone, 0, &["invoices"]);
    assert_eq!(
        with(&texts, &undone, &["invoices"]),
        [0],
        "inside the write it is so"
    );
    drop(undone);
    assert_eq!(with(&texts, &db, &["orders"]), [0], "it never happened");
    write(&db, 0, &["leads"]);
    assert_eq!(
        with(&texts, &db, &["invoices"]),
        [0_i64; 0],
        "and does not come back with the next write"
    );
}

#[test]
fn all_terms_are_found_or_none_and_never_across_two_texts() {
    let db = file(&[(0, &["ab", "cd", "ab\ncd", "cd ab"])]);
    let texts = Texts::default();
    assert_eq!(with(&texts, &db, &["ab", "cd"]), [2, 3], "both of them");
    assert_eq!(
        with(&texts, &db, &["abcd"]),
        [0_i64; 0],
        "where one text ends and the next begins nothing is found"
    );
}

#[test]
fn bytes_that_are_no_pack_do_no_harm() {
    let many = vec!["orders"; TEXTS + 9].join("\u{1e}").into_bytes();
    let found = Pack::new(0, 0, many).with(&Finder::new("orders"));
    assert_eq!(found, u64::MAX, "the first 64");
    let few = Pack::new(0, 0, b"orders".to_vec()).with(&Finder::new("orders"));
    assert_eq!(few, 1, "one without an end");
    let none = Pack::new(0, 0, Vec::new()).with(&Finder::new("orders"));
    assert_eq!(none, 0, "an empty one");
}

proptest! {
    #[test]
    fn every_text_is_found_that_holds_the_term(
        texts in proptest::collection::vec("[ab顧\\n]{0,6}", 0..=TEXTS),
        term in "[ab顧]{1,3}",
    ) {
        let of: Vec<&str> = texts.iter().map(String::as_str).collect();
        let found = Pack::new(0, 0, packed(&of)).with(&Finder::new(&term));
        let found: BTreeSet<usize> = (0..TEXTS).filter(|at| found >> at & 1 == 1).collect();
        let holding = texts.iter().enumerate().filter(|(_, text)| text.contains(&term));
        let holding: BTreeSet<usize> = holding.map(|(at, _)| at).collect();
        prop_assert_eq!(found, holding, "as looking at each would find it");
    }
}
