use tsunagi_catalog::{Catalog, CatalogError, NewRow};
use tsunagi_domain::{ItemId, Timestamp};

use crate::fixture::{Home, NOW};

/// Whose rows are pulled.
const OURS: &str = "practice ines";

fn page(catalog: &Catalog, item: ItemId, generation: u64, after: u64, ids: &[&str], next: &str) {
    let fields: Vec<String> = ids
        .iter()
        .map(|id| format!("{{\"id\":\"{id}\",\"pull\":{generation}}}"))
        .collect();
    let rows: Vec<NewRow<'_>> = ids
        .iter()
        .zip(&fields)
        .map(|(id, fields)| NewRow { id, fields })
        .collect();
    let next = (!next.is_empty()).then_some(next);
    catalog
        .put_page(item, generation, after, &rows, next)
        .unwrap();
}

fn ids(catalog: &Catalog, item: ItemId) -> Vec<String> {
    let rows = catalog.pulled(item, None, 100).unwrap().into_iter();
    rows.map(|row| row.id).collect()
}

#[test]
fn a_pull_that_was_interrupted_goes_on_where_it_was() {
    let home = Home::new();
    let item = ItemId::new();
    let begun = home.catalog.begin_pull(item, true, OURS, NOW).unwrap();
    assert_eq!(begun.generation, 1);
    page(&home.catalog, item, 1, 0, &["a", "b"], "page=2");
    let path = home.path().to_owned();
    // Another process, after this one was killed.
    let later = Catalog::open(&path).unwrap();
    let again = later
        .begin_pull(item, true, OURS, NOW.plus_seconds(60))
        .unwrap();
    let running = again.running.expect("it is not over");
    assert_eq!(
        (again.generation, running.next.as_deref(), running.came),
        (1, Some("page=2"), 2),
        "no page that came is asked for again"
    );
    assert_eq!(running.began_at, NOW, "changes since then are its own");
    page(&later, item, 1, 2, &["c"], "");
    assert_eq!(later.end_pull(item, 1, NOW, Some("mark")).unwrap(), 0);
    assert_eq!(ids(&later, item), ["a", "b", "c"]);
    let over = later.pull(item).unwrap().unwrap();
    assert_eq!(
        (over.running, over.done_at, over.since.as_deref()),
        (None, Some(NOW), Some("mark"))
    );
}

#[test]
fn what_does_not_come_again_is_gone_once_everything_has_come() {
    let home = Home::new();
    let catalog = &home.catalog;
    let item = ItemId::new();
    catalog.begin_pull(item, true, OURS, NOW).unwrap();
    page(catalog, item, 1, 0, &["a", "b", "c"], "");
    catalog.end_pull(item, 1, NOW, None).unwrap();

    let second = catalog.begin_pull(item, true, OURS, NOW).unwrap();
    assert_eq!(second.generation, 2);
    page(catalog, item, 2, 0, &["d", "b"], "more");
    assert_eq!(
        ids(catalog, item),
        ["a", "b", "c", "d"],
        "until it is over nothing is missing, and a row keeps its place"
    );
    page(catalog, item, 2, 2, &["a"], "");
    assert_eq!(catalog.end_pull(item, 2, NOW, None).unwrap(), 1);
    assert_eq!(ids(catalog, item), ["a", "b", "d"]);
    let rows = catalog.pulled(item, None, 9).unwrap();
    assert!(rows.iter().all(|row| row.fields.contains("\"pull\":2")));
}

#[test]
fn a_pull_of_changes_removes_nothing() {
    let home = Home::new();
    let catalog = &home.catalog;
    let item = ItemId::new();
    catalog.begin_pull(item, true, OURS, NOW).unwrap();
    page(catalog, item, 1, 0, &["a", "b"], "");
    catalog.end_pull(item, 1, NOW, Some("monday")).unwrap();
    let changes = catalog.begin_pull(item, false, OURS, NOW).unwrap();
    assert_eq!(
        (changes.generation, changes.since.as_deref()),
        (1, Some("monday"))
    );
    page(catalog, item, 1, 0, &["b", "c"], "");
    assert_eq!(catalog.end_pull(item, 1, NOW, Some("tuesday")).unwrap(), 0);
    assert_eq!(ids(catalog, item), ["a", "b", "c"]);
}

#[test]
fn two_that_pull_at_once_do_not_mix() {
    let home = Home::new();
    let catalog = &home.catalog;
    let item = ItemId::new();
    catalog.begin_pull(item, true, OURS, NOW).unwrap();
    page(catalog, item, 1, 0, &["a"], "more");
    let row = [NewRow {
        id: "late",
        fields: "{}",
    }];
    assert_eq!(
        catalog.put_page(item, 1, 0, &row, None),
        Err(CatalogError::Stale),
        "that page has come already"
    );
    catalog.give_up_pull(item).unwrap();
    assert_eq!(
        catalog.put_page(item, 1, 1, &row, None),
        Err(CatalogError::Stale),
        "it was given up"
    );
    assert_eq!(
        catalog.end_pull(item, 1, NOW, None),
        Err(CatalogError::Stale)
    );
    assert_eq!(ids(catalog, item), ["a"], "what has come stays");
    assert_eq!(
        catalog
            .begin_pull(item, true, OURS, NOW)
            .unwrap()
            .generation,
        2
    );
}

#[test]
fn rows_are_listed_page_by_page_and_forgotten_with_their_source() {
    let home = Home::new();
    let catalog = &home.catalog;
    let (item, other) = (ItemId::new(), ItemId::new());
    let all: Vec<String> = (0..250).map(|n| format!("{n:03}")).collect();
    for (source, from) in [(item, 0), (other, 100)] {
        catalog
            .begin_pull(source, true, OURS, Timestamp(0))
            .unwrap();
        let ids: Vec<&str> = all[from..].iter().map(String::as_str).collect();
        page(catalog, source, 1, 0, &ids, "");
    }
    assert_eq!(catalog.count_pulled(item).unwrap(), 250);
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let rows = catalog.pulled(item, after, 100).unwrap();
        let Some(last) = rows.last() else { break };
        after = Some(last.place);
        seen.extend(rows.into_iter().map(|row| row.id));
    }
    assert_eq!(seen, all);
    catalog.forget_pulled(item).unwrap();
    assert_eq!(catalog.count_pulled(item).unwrap(), 0);
    assert_eq!(catalog.pull(item).unwrap(), None);
    assert_eq!(catalog.count_pulled(other).unwrap(), 150);
}

#[test]
fn another_account_begins_anew_and_takes_nothing_for_its_own() {
    let home = Home::new();
    let catalog = &home.catalog;
    let item = ItemId::new();
    catalog.begin_pull(item, true, OURS, NOW).unwrap();
    page(catalog, item, 1, 0, &["a", "b"], "");
    catalog.end_pull(item, 1, NOW, Some("monday")).unwrap();
    let theirs = catalog
        .begin_pull(item, false, "practice uma", NOW)
        .unwrap();
    let running = theirs.running.unwrap();
    assert_eq!(
        (running.whole, theirs.since, theirs.generation),
        (true, None, 2),
        "what changed for one account says nothing of another's"
    );
    page(catalog, item, 2, 0, &["b", "c"], "more");
    assert_eq!(ids(catalog, item), ["a", "b", "c"], "until it is over");
    let ours = catalog.begin_pull(item, false, OURS, NOW).unwrap();
    let running = ours.running.unwrap();
    assert_eq!(
        (running.next, running.came, ours.generation),
        (None, 0, 3),
        "and what leads on is not followed with another account"
    );
    page(catalog, item, 3, 0, &["a"], "");
    assert_eq!(catalog.end_pull(item, 3, NOW, None).unwrap(), 2);
    assert_eq!(ids(catalog, item), ["a"]);
    let next = catalog.begin_pull(item, false, OURS, NOW).unwrap();
    assert!(next.running.unwrap().whole, "there is nothing to ask since");
}

#[test]
fn rows_are_found_by_what_their_values_have() {
    let home = Home::new();
    let catalog = &home.catalog;
    let item = ItemId::new();
    catalog.begin_pull(item, true, OURS, NOW).unwrap();
    let rows = [
        ("a", r#"{"name":"佐藤 \"Hana\"","at":{"city":"Ōsaka"}}"#),
        ("b", r#"{"name":"100%","n":42}"#),
        ("c", r#"{"title":"NAME_of"}"#),
    ];
    let rows = rows.map(|(id, fields)| NewRow { id, fields });
    catalog.put_page(item, 1, 0, &rows, None).unwrap();
    for (text, found) in [
        ("佐藤", &["a"][..]),
        ("\"hana\"", &["a"]),
        ("saka", &["a"]),
        ("0%", &["b"]),
        ("42", &["b"]),
        ("e_o", &["c"]),
        ("name", &["c"]),
        ("nobody", &[]),
    ] {
        let all = catalog.find_pulled(item, text, None, 9).unwrap();
        assert_eq!((all.looked, all.next), (3, None), "{text}");
        let ids: Vec<&str> = all.rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, found, "{text}");
    }
    let after = catalog.pulled(item, None, 1).unwrap()[0].place;
    let rest = catalog.find_pulled(item, "a", Some(after), 9).unwrap();
    assert_eq!(rest.rows.len(), 1, "from there on");
    let one = catalog.find_pulled(item, "a", None, 1).unwrap();
    assert_eq!(
        (one.rows.len(), one.looked, one.next),
        (1, 1, Some(after)),
        "no further than it was asked for"
    );
}

#[test]
fn a_page_is_found_by_its_number_and_a_search_tells_how_far_it_is() {
    const ROWS: usize = 60_000;
    let home = Home::new();
    let catalog = &home.catalog;
    let (item, beside) = (ItemId::new(), ItemId::new());
    let ids: Vec<String> = (0..ROWS).map(|n| format!("r{n}")).collect();
    let fields = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#));
    let fields: Vec<String> = fields.collect();
    let rows = ids.iter().zip(&fields);
    let rows: Vec<NewRow<'_>> = rows.map(|(id, fields)| NewRow { id, fields }).collect();
    // Two that are pulled at the same time: the places of one lie among the other's.
    for one in [item, beside] {
        catalog.begin_pull(one, true, OURS, NOW).unwrap();
    }
    for (n, page) in rows.chunks(ROWS / 4).enumerate() {
        let after = u64::try_from(n * ROWS / 4).unwrap();
        for one in [item, beside] {
            catalog.put_page(one, 1, after, page, Some("next")).unwrap();
        }
    }
    let page = catalog.pulled_beyond(item, None, 45_678, 2).unwrap();
    let names: Vec<&str> = page.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(names, ["r45678", "r45679"]);
    let on = catalog.pulled_beyond(item, Some(page[1].place), 320, 1);
    assert_eq!(on.unwrap()[0].id, "r46000", "and from a place on");

    let first = catalog.find_pulled(item, "r59999", None, 9).unwrap();
    assert_eq!((first.rows.len(), first.looked), (0, 50_000));
    assert!(first.next.is_some(), "it goes on, and can be told of");
    let last = catalog.find_pulled(item, "r59999", first.next, 9).unwrap();
    assert_eq!((last.rows.len(), last.looked, last.next), (1, 10_000, None));
}
