//! The search keeps in memory what it looks through. What it finds is always what the file says.

use tsunagi_catalog::{Catalog, CatalogError, ListQuery, fold};
use tsunagi_domain::names::ConnectionName;
use tsunagi_domain::{Connection, Kind, MemberId, Mode, Reach};

use crate::fixture::{Home, connection, query, shared_slot};

/// Short and long ones, one in everything, one in nothing, two at once.
const SEARCHES: [&str; 10] = [
    "顧客",
    "売",
    "sales",
    "head office",
    "practice",
    "example.com",
    "e",
    "nobody",
    "顧客 crm",
    "renamed",
];

/// Names of what `catalog` finds, in the order of the list.
fn found(catalog: &Catalog, viewer: MemberId, search: &str) -> Vec<String> {
    let wanted = ListQuery {
        search: search.to_owned(),
        limit: 1_000,
        ..query(viewer)
    };
    let page = catalog.list(&wanted).unwrap();
    assert_eq!(page.total, page.rows.len() as u64, "{search}: counted");
    page.rows
        .iter()
        .map(|row| row.connection.name.as_str().to_owned())
        .collect()
}

/// The same by SQL, from the text of each connection.
fn by_hand(home: &Home, search: &str) -> Vec<String> {
    let db = home.raw();
    let mut statement = db
        .prepare(
            "SELECT c.name FROM connection c JOIN connection_text t ON t.key = c.key
             WHERE NOT EXISTS (SELECT 1 FROM json_each(?1) word WHERE instr(t.text, word.value) = 0)
             ORDER BY c.folded, c.id",
        )
        .unwrap();
    let words: Vec<String> = search.split_whitespace().map(fold).collect();
    let rows = statement
        .query_map([serde_json::to_string(&words).unwrap()], |row| row.get(0))
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn each_process_finds_what_either_has_written() {
    let home = Home::new();
    let (one, other) = (&home.catalog, &Catalog::open(home.path()).unwrap());
    let same = |step: &str| {
        for search in SEARCHES {
            let wanted = by_hand(&home, search);
            for (who, catalog) in [("one", one), ("the other", other)] {
                assert_eq!(
                    found(catalog, home.member, search),
                    wanted,
                    "{step}: {search}, by {who}"
                );
            }
        }
    };
    same("nothing yet");
    // More than a pack, so that most of what is in memory stays as it is from step to step.
    one.at_once(|| -> tsunagi_catalog::Result<()> {
        (0..150).try_for_each(|n| {
            one.add_connection(&connection(&format!("売上 {n}"), Kind::Admin, Mode::Same))
        })
    })
    .unwrap();
    same("many were added at once");
    let made = home.add("顧客 Sales", Kind::Admin, Mode::Same);
    same("one was added");
    assert_eq!(
        found(other, home.member, "顧客"),
        ["顧客 Sales"],
        "the other process knows of it"
    );
    let renamed = Connection {
        name: ConnectionName::new("Renamed").unwrap(),
        ..made
    };
    other.update_connection(&renamed).unwrap();
    same("the other renamed it");
    assert_eq!(found(one, home.member, "renamed"), ["Renamed"], "so it is");
    let account = home.fill(shared_slot(renamed.id, Reach::All));
    same("an account came in");
    other.rename_account(account, "Head office 顧客").unwrap();
    same("the other named the account");
    one.set_connector_words("practice", "Practice CRM 練習")
        .unwrap();
    same("a service has other names");
    assert_eq!(
        found(other, home.member, "crm").len(),
        151,
        "in every connection of it"
    );
    other.empty(account).unwrap();
    same("the other took the account out");
    let undone = one.at_once(|| -> tsunagi_catalog::Result<()> {
        one.add_connection(&connection("顧客 never", Kind::Admin, Mode::Same))?;
        let inside = found(one, home.member, "顧客");
        assert_eq!(inside, ["顧客 never"], "inside a write it is there");
        Err(CatalogError::Cursor)
    });
    assert!(undone.is_err(), "the write was undone");
    same("a write was undone");
    other.delete_connection(renamed.id).unwrap();
    same("the other deleted it");
    one.derive_again().unwrap();
    same("all was derived again");
    // Another one takes the place in the pack that the deleted one had.
    other
        .add_connection(&connection("顧客 later", Kind::Admin, Mode::Same))
        .unwrap();
    same("one came in its place");
}

#[test]
fn a_restored_catalog_is_searched_and_not_what_was_before() {
    let (home, kept) = (Home::new(), Home::new());
    home.add("顧客 before", Kind::Admin, Mode::Same);
    kept.add("顧客 kept", Kind::Admin, Mode::Same);
    assert_eq!(
        found(&home.catalog, home.member, "顧客"),
        ["顧客 before"],
        "read once"
    );
    home.catalog.become_copy_of(&kept.catalog).unwrap();
    assert_eq!(
        found(&home.catalog, kept.member, "顧客"),
        ["顧客 kept"],
        "the same place in the file, and another text"
    );
}

#[test]
fn the_first_search_finds_what_later_ones_find() {
    let home = Home::new();
    // The index takes both for the same letter, the texts do not.
    home.add("οδοσ", Kind::Admin, Mode::Same);
    home.add("οδος", Kind::Admin, Mode::Same);
    home.add("Straße Ⅻ", Kind::Admin, Mode::Same);
    for search in ["οδοσ", "οδος", "ΟΔΟΣ", "straße", "STRASSE", "xii", "δοσ x"] {
        let first = Catalog::open(home.path()).unwrap();
        let by_index = found(&first, home.member, search);
        // Two characters: the texts are read.
        found(&first, home.member, "st");
        let by_texts = found(&first, home.member, search);
        assert_eq!(by_index, by_texts, "{search}");
        assert_eq!(by_texts, by_hand(&home, search), "{search}, by SQL");
    }
}
