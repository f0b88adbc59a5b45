use std::collections::HashSet;

use tsunagi_catalog::{Catalog, CatalogError, ListQuery, Page, Run, Sort};
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    AuthorizationId, Connection, ConnectionId, Environment, Health, Kind, Mode, NotConnected,
    Reach, RunId, Timestamp,
};

use crate::fixture::{Home, NOW, add_member, connection, query, shared_slot, slot};

fn names(page: &Page) -> Vec<&str> {
    page.rows
        .iter()
        .map(|row| row.connection.name.as_str())
        .collect()
}

fn search(home: &Home, text: &str) -> Vec<String> {
    let page = home
        .catalog
        .list(&ListQuery {
            search: text.to_owned(),
            ..query(home.member)
        })
        .unwrap();
    assert_eq!(
        page.total,
        page.rows.len() as u64,
        "the count must be of the same rows: {text}"
    );
    names(&page).into_iter().map(str::to_owned).collect()
}

/// Every page of a query, one after the other.
fn walk(catalog: &Catalog, mut query: ListQuery, mut between: impl FnMut()) -> Vec<ConnectionId> {
    let mut seen = Vec::new();
    loop {
        let page = catalog.list(&query).unwrap();
        seen.extend(page.rows.iter().map(|row| row.connection.id));
        match page.next {
            Some(next) => query.after = Some(next),
            None => return seen,
        }
        between();
    }
}

fn add_many(home: &Home, count: usize) {
    // One transaction for all: through the front door each would be a write to the disk.
    let mut db = home.raw();
    let all = db.transaction().unwrap();
    for n in 0..count {
        // Every name several times, so that pages end in the middle of equal ones.
        let made = connection(&format!("Connection {}", n % 611), Kind::Admin, Mode::Same);
        all.execute(
            "INSERT INTO connection (id, name, folded, link_name, connector, kind, mode, scopes,
                 settings, enabled, created_at, last_used)
             VALUES (?1, ?2, lower(?2), ?3, 'practice', 'admin', 'same', '[]', '{}', 1, ?4, ?5)",
            rusqlite::params![
                made.id.uuid().into_bytes(),
                made.name.as_str(),
                made.link_name.as_str(),
                NOW.0,
                // A third was never used.
                i64::try_from((n % 3) * (n % 97)).unwrap()
            ],
        )
        .unwrap();
    }
    all.commit().unwrap();
    home.catalog.derive_again().unwrap();
}

#[test]
fn what_comes_late_in_the_order_is_paged_as_what_comes_early() {
    let home = Home::new();
    add_many(&home, 4_500);
    let viewer = home.member;
    let late: Vec<Connection> = home
        .catalog
        .at_once(|| -> tsunagi_catalog::Result<_> {
            // More than are looked up one by one, and behind all the others.
            (0..1_700)
                .map(|n| {
                    let made = connection(
                        &format!("顧客 {:04}", n * 7 % 1_700),
                        Kind::Admin,
                        Mode::Same,
                    );
                    home.catalog.add_connection(&made)?;
                    Ok(made)
                })
                .collect()
        })
        .unwrap();
    let wanted = || ListQuery {
        search: "顧客".to_owned(),
        limit: 300,
        ..query(viewer)
    };
    let in_order = |mut those: Vec<Connection>| {
        those.sort_by(|a, b| (a.name.as_str(), a.id).cmp(&(b.name.as_str(), b.id)));
        those.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    let found = walk(&home.catalog, wanted(), || {});
    assert_eq!(found, in_order(late.clone()), "each once, by name");

    // Another process moves the very row a page ended with, takes one away and adds one.
    let elsewhere = Catalog::open(home.path()).unwrap();
    let mut kept = late.clone();
    let mut pages = 0;
    let found = walk(&home.catalog, wanted(), || {
        pages += 1;
        if pages > 1 {
            return;
        }
        let at = kept
            .iter()
            .position(|one| one.name.as_str() == "顧客 0299")
            .unwrap();
        let mut moved = kept.remove(at);
        moved.name = ConnectionName::new("顧客 0000").unwrap();
        elsewhere.update_connection(&moved).unwrap();
        let at = kept
            .iter()
            .position(|one| one.name.as_str() == "顧客 1000")
            .unwrap();
        elsewhere.delete_connection(kept.remove(at).id).unwrap();
        let added = connection("顧客 1000 a", Kind::Admin, Mode::Same);
        elsewhere.add_connection(&added).unwrap();
        kept.push(added);
    });
    let early: Vec<Connection> = late
        .iter()
        .filter(|one| one.name.as_str() < "顧客 0300")
        .cloned()
        .collect();
    kept.retain(|one| one.name.as_str() >= "顧客 0300");
    let expected = [in_order(early), in_order(kept)].concat();
    assert_eq!(
        found, expected,
        "the second page goes on where the first one ended"
    );
}

#[test]
fn two_characters_of_japanese_are_found() {
    let home = Home::new();
    home.add("請求書の連携", Kind::Admin, Mode::Same);
    home.add("本番環境", Kind::Admin, Mode::Same);
    home.add("Contacts", Kind::Admin, Mode::Same);
    assert_eq!(search(&home, "請求"), ["請求書の連携"], "at the beginning");
    assert_eq!(search(&home, "環境"), ["本番環境"], "at the end");
    assert_eq!(
        search(&home, "書"),
        ["請求書の連携"],
        "one character is a word too"
    );
    assert_eq!(
        search(&home, "求書の連"),
        ["請求書の連携"],
        "and more than two"
    );
    assert_eq!(
        search(&home, "請求 連携"),
        ["請求書の連携"],
        "every word must occur"
    );
    assert_eq!(
        search(&home, "請求　本番"),
        [""; 0],
        "an ideographic space parts words as well"
    );
}

#[test]
fn width_and_case_make_no_difference() {
    let home = Home::new();
    home.add("ＣＲＭ カタカナ", Kind::Admin, Mode::Same);
    home.add("crm ｶﾀｶﾅ", Kind::Admin, Mode::Same);
    for text in ["CRM", "crm", "ｃｒｍ", "カタカナ", "ｶﾀｶﾅ", "cr", "ﾀｶ"] {
        assert_eq!(search(&home, text).len(), 2, "{text} must find both");
    }
}

#[test]
fn signs_of_the_query_language_stand_for_themselves() {
    let home = Home::new();
    home.add("a_b", Kind::Admin, Mode::Same);
    home.add("a-b", Kind::Admin, Mode::Same);
    home.add("slash \\ back", Kind::Admin, Mode::Same);
    assert_eq!(search(&home, "%"), [""; 0], "no name holds a percent sign");
    assert_eq!(search(&home, "a%"), [""; 0], "nor stands one for anything");
    assert_eq!(
        search(&home, "_b"),
        ["a_b"],
        "an underscore is an underscore"
    );
    assert_eq!(search(&home, "a_b"), ["a_b"], "also in the index");
    assert_eq!(
        search(&home, "\\"),
        ["slash \\ back"],
        "the escape escapes itself"
    );
    for text in [
        "\"",
        "a\"b",
        "a*b",
        "NEAR(a b)",
        "text:a_b",
        "- OR -",
        "^a_b",
        "'",
        "\0\0\0",
    ] {
        let page = home.catalog.list(&ListQuery {
            search: text.to_owned(),
            ..query(home.member)
        });
        assert!(page.is_ok(), "{text} is text, not a mistake: {page:?}");
    }
    assert_eq!(
        search(&home, "a_b OR a-b"),
        [""; 0],
        "OR is a word like any other"
    );
}

#[test]
fn a_page_pasted_into_the_search_field_is_no_trouble() {
    let home = Home::new();
    home.add("word", Kind::Admin, Mode::Same);
    assert_eq!(
        search(&home, &"word ".repeat(50_000)),
        ["word"],
        "many words"
    );
    assert_eq!(search(&home, &"x".repeat(500_000)), [""; 0], "a long one");
}

#[test]
fn names_link_names_connectors_and_accounts_are_searched() {
    let home = Home::new();
    let mut made = connection("Sales", Kind::Admin, Mode::Same);
    made.link_name = LinkName::new("sales_link").unwrap();
    made.connector = "zoho_crm".to_owned();
    home.catalog.add_connection(&made).unwrap();
    home.add("Other", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    home.catalog.rename_account(id, "Head office").unwrap();
    home.catalog
        .set_connector_words("zoho_crm", "Zoho CRM ゾーホー顧客管理")
        .unwrap();
    home.catalog
        .set_connector_words("zoho_crm", "Zoho CRM ゾーホー顧客管理")
        .unwrap();
    for text in [
        "sales",
        "s_l",
        "zoho_c",
        "顧客",
        "aiko@example",
        "head office",
        "fi",
        "oho CRM",
    ] {
        assert_eq!(search(&home, text), ["Sales"], "{text}");
    }
    home.catalog
        .update_connection(&Connection {
            name: ConnectionName::new("Renamed").unwrap(),
            ..made
        })
        .unwrap();
    assert_eq!(
        search(&home, "sales"),
        ["Renamed"],
        "the link name still says so"
    );
    assert_eq!(
        search(&home, "renam"),
        ["Renamed"],
        "and the new name is found"
    );
    home.catalog.empty(id).unwrap();
    assert_eq!(
        search(&home, "head office"),
        [""; 0],
        "an account that is gone is not"
    );
    let check =
        "INSERT INTO connection_search (connection_search, rank) VALUES ('integrity-check', 1)";
    home.raw()
        .execute_batch(check)
        .expect("the index must agree with the text it is built from");
}

#[test]
fn filters_narrow_and_are_counted() {
    let home = Home::new();
    let admin = home.add("Admin", Kind::Admin, Mode::Same);
    home.add("Own", Kind::LoggedInUser, Mode::Same);
    home.add("System", Kind::System, Mode::Same);
    let other = Connection {
        connector: "other".to_owned(),
        ..connection("Elsewhere", Kind::Admin, Mode::Same)
    };
    home.catalog.add_connection(&other).unwrap();
    home.fill(shared_slot(admin.id, Reach::All));
    let list = |query: ListQuery| home.catalog.list(&query).unwrap();
    let page = list(ListQuery {
        kinds: vec![Kind::Admin],
        ..query(home.member)
    });
    assert_eq!(names(&page), ["Admin", "Elsewhere"], "by kind");
    assert_eq!(
        (page.total, page.all, page.needing),
        (2, 4, 3),
        "counted with and without filter"
    );
    let kinds = vec![Kind::LoggedInUser, Kind::System];
    assert_eq!(
        names(&list(ListQuery {
            kinds,
            ..query(home.member)
        })),
        ["Own", "System"],
        "several"
    );
    let connectors = vec!["other".to_owned()];
    let page = list(ListQuery {
        connectors,
        ..query(home.member)
    });
    assert_eq!(names(&page), ["Elsewhere"], "by connector");
    let page = list(ListQuery {
        needs_person: Some(true),
        ..query(home.member)
    });
    assert_eq!(
        names(&page),
        ["Elsewhere", "Own", "System"],
        "what needs a person"
    );
    let page = list(ListQuery {
        needs_person: Some(false),
        ..query(home.member)
    });
    assert_eq!(names(&page), ["Admin"], "what does not");
    let narrow = ListQuery {
        search: "e".to_owned(),
        kinds: vec![Kind::Admin],
        connectors: vec!["other".to_owned()],
        needs_person: Some(true),
        ..query(home.member)
    };
    assert_eq!(names(&list(narrow)), ["Elsewhere"], "all at once");
}

#[test]
fn a_row_tells_slots_primaries_uses_and_last_use() {
    let home = Home::new();
    let made = home.add("Practice", Kind::LoggedInUser, Mode::PerEnvironment);
    let id = home.fill(slot(made.id, Reach::Stage, home.member));
    home.catalog
        .set_primary(made.id, Reach::Stage, Some(home.member), NOW)
        .unwrap();
    home.catalog.record(&[used(made.id, id, NOW)]).unwrap();
    let page = home.catalog.list(&query(home.member)).unwrap();
    let row = &page.rows[0];
    assert_eq!(row.connection, made, "the connection");
    assert_eq!(row.slots, home.catalog.slots(made.id).unwrap(), "its slots");
    assert_eq!(
        row.primaries,
        home.catalog.primaries(made.id).unwrap(),
        "its primary accounts"
    );
    assert_eq!((row.uses, row.last_used), (0, Some(NOW)), "its uses");
}

fn used(connection: ConnectionId, authorization: AuthorizationId, at: Timestamp) -> Run {
    Run {
        id: RunId::new(),
        at,
        connection,
        authorization: Some(authorization),
        application: None,
        environment: Environment::Stage,
        caller: "unattended".to_owned(),
        area: "try_it".to_owned(),
        method: "GET".to_owned(),
        host: "api.example.com".to_owned(),
        path: "/".to_owned(),
        status: Some(200),
        refusal: None,
        tries: 1,
        millis: 1,
        bytes: 1,
    }
}

#[test]
fn pages_show_every_row_once_in_both_orders() {
    let home = Home::new();
    add_many(&home, 5_000);
    for sort in [Sort::Name, Sort::LastUsed] {
        let seen = walk(
            &home.catalog,
            ListQuery {
                sort,
                limit: 97,
                ..query(home.member)
            },
            || (),
        );
        let different: HashSet<_> = seen.iter().collect();
        assert_eq!(seen.len(), 5_000, "every row: {sort:?}");
        assert_eq!(different.len(), 5_000, "once: {sort:?}");
        let whole = home.catalog.list(&ListQuery {
            sort,
            limit: 1_000,
            ..query(home.member)
        });
        let first: Vec<_> = whole
            .unwrap()
            .rows
            .iter()
            .map(|row| row.connection.id)
            .collect();
        assert_eq!(
            first,
            seen[..1_000],
            "in the order of one long page: {sort:?}"
        );
    }
    let last = home
        .catalog
        .list(&ListQuery {
            sort: Sort::LastUsed,
            ..query(home.member)
        })
        .unwrap();
    let times: Vec<_> = last.rows.iter().map(|row| row.last_used).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "the last used first");
    assert!(times[0].is_some(), "the never used last");
}

#[test]
fn rows_that_come_and_go_meanwhile_move_nothing_else() {
    let home = Home::new();
    add_many(&home, 5_000);
    let small = ListQuery {
        limit: 250,
        ..query(home.member)
    };
    let before: Vec<_> = walk(&home.catalog, small.clone(), || ());
    let mut doomed = before.iter().step_by(7).copied().collect::<Vec<_>>();
    let gone: HashSet<_> = doomed.iter().copied().collect();
    let seen = walk(&home.catalog, small, || {
        home.add("AAA comes in front", Kind::Admin, Mode::Same);
        home.add("zzz comes behind", Kind::Admin, Mode::Same);
        for id in doomed.drain(..doomed.len().min(5)) {
            home.catalog.delete_connection(id).unwrap();
        }
    });
    let different: HashSet<_> = seen.iter().collect();
    assert_eq!(different.len(), seen.len(), "nothing is shown twice");
    let stayed: Vec<_> = before.iter().filter(|id| !gone.contains(id)).collect();
    let shown: Vec<_> = seen
        .iter()
        .filter(|id| before.contains(id) && !gone.contains(id))
        .collect();
    assert_eq!(shown, stayed, "and nothing that stayed is left out");
}

#[test]
fn a_cursor_belongs_to_its_order() {
    let home = Home::new();
    add_many(&home, 3);
    let page = home
        .catalog
        .list(&ListQuery {
            limit: 1,
            ..query(home.member)
        })
        .unwrap();
    let other = ListQuery {
        sort: Sort::LastUsed,
        after: page.next,
        ..query(home.member)
    };
    assert_eq!(
        home.catalog.list(&other),
        Err(CatalogError::Cursor),
        "it would skip rows"
    );
    let nonsense = Some(tsunagi_catalog::Cursor("nonsense".to_owned()));
    let refused = home.catalog.list(&ListQuery {
        after: nonsense,
        ..query(home.member)
    });
    assert_eq!(
        refused,
        Err(CatalogError::Cursor),
        "and is handed back as it was given"
    );
}

#[test]
fn a_row_in_quarantine_does_not_end_the_list() {
    let home = Home::new();
    add_many(&home, 10);
    home.raw()
        .execute_batch("UPDATE connection SET scopes = 'x' WHERE key IN (3, 4)")
        .unwrap();
    let seen = walk(
        &home.catalog,
        ListQuery {
            limit: 1,
            ..query(home.member)
        },
        || (),
    );
    assert_eq!(seen.len(), 8, "the others are shown, page after page");
}

#[test]
fn what_one_member_needs_is_not_what_another_needs() {
    let home = Home::new();
    let made = home.add("Own", Kind::LoggedInUser, Mode::Same);
    let other = add_member(&home.catalog, "Ben");
    let id = home.fill(slot(made.id, Reach::All, home.member));
    let needing = |viewer| {
        home.catalog
            .list(&ListQuery {
                needs_person: Some(true),
                ..query(viewer)
            })
            .map(|page| (page.total, page.needing))
            .unwrap()
    };
    assert_eq!(
        needing(home.member),
        (1, 1),
        "she has authorized, and may choose who is primary"
    );
    home.catalog
        .set_primary(made.id, Reach::All, Some(home.member), NOW)
        .unwrap();
    assert_eq!(needing(home.member), (0, 0), "she is");
    assert_eq!(needing(other), (1, 1), "he has not");
    home.catalog
        .set_health(id, Health::NotConnected(NotConnected::Expired))
        .unwrap();
    assert_eq!(needing(home.member), (1, 1), "hers has run out");
}
