//! What is answered, and what is a malformed query.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn code(text: &str) -> &'static str {
    match Query::read(text) {
        Ok(_) => "answered",
        Err(Refused(code, _)) => code,
    }
}

#[test]
fn a_customer_is_asked_for_by_email() {
    let query = Query::read(
        "select Id, name from CONTACT where Email = 'grace@oneill.example.com' and LastName = 'O\\'Neill' limit 1",
    );
    let query = query.unwrap();
    assert_eq!(query.object, "Contact", "as the service writes it");
    assert_eq!(query.fields, ["Id", "Name"], "whatever their case was");
    assert_eq!(
        query.conditions,
        [
            ("Email", Holds::Text("grace@oneill.example.com".to_owned())),
            ("LastName", Holds::Text("O'Neill".to_owned())),
        ],
        "a mark in a text has a backslash before it"
    );
    assert_eq!(query.limit, Some(1));
}

#[test]
fn what_was_changed_since_is_asked_for_by_a_time() {
    for time in [
        "2026-01-31T09:00:00Z",
        "2026-01-31T09:00:00+00:00",
        "2026-01-31T18:00:00.000+09:00",
    ] {
        let query = Query::read(&format!(
            "SELECT Id FROM Account WHERE LastModifiedDate > {time}"
        ));
        let holds = Holds::After(1_769_850_000);
        assert_eq!(query.unwrap().conditions, [(CHANGED, holds)], "{time}");
    }
}

#[test]
fn anything_else_is_said_to_be_malformed() {
    for text in [
        "SELECT Id FROM Account WHERE LastModifiedDate > '2026-01-31T09:00:00Z'",
        "SELECT Id FROM Account WHERE LastModifiedDate > 2026-01-31",
        "SELECT Id FROM Account WHERE LastModifiedDate = 2026-01-31T09:00:00Z",
        "SELECT Id FROM Account WHERE Name > 2026-01-31T09:00:00Z",
        "SELECT Id FROM Account WHERE Name > 'A'",
        "",
        "SELECT",
        "SELECT Id",
        "SELECT FROM Account",
        "SELECT Id,, Name FROM Account",
        "SELECT Id, Id FROM Account",
        "SELECT * FROM Account",
        "SELECT COUNT() FROM Account",
        "SELECT Id FROM Account WHERE",
        "SELECT Id FROM Account WHERE Name LIKE 'A%'",
        "SELECT Id FROM Account WHERE Name = A",
        "SELECT Id FROM Account WHERE Name = 'A' OR Name = 'B'",
        "SELECT Id FROM Account WHERE Name = 'A",
        "SELECT Id FROM Account LIMIT -1",
        "SELECT Id FROM Account LIMIT ten",
        "SELECT Id FROM Account ORDER BY Name",
        "SELECT Id FROM Account; DROP",
    ] {
        assert_eq!(code(text), "MALFORMED_QUERY", "{text}");
    }
    assert_eq!(code("SELECT Id FROM Lead"), "INVALID_TYPE");
    assert_eq!(code("SELECT Email FROM Account"), "INVALID_FIELD");
    assert_eq!(
        code("SELECT Id FROM Account WHERE Email = 'a'"),
        "INVALID_FIELD"
    );
    assert_eq!(
        code("SELECT Id FROM Account WHERE Phone = null"),
        "answered"
    );
}

proptest! {
    #[test]
    fn no_text_is_too_much(text in ".*") {
        let _ = Query::read(&text);
    }

    #[test]
    fn whatever_is_quoted_comes_back(text in "[^\\\\']*") {
        let query = Query::read(&format!("SELECT Id FROM Account WHERE Name = '{text}'")).unwrap();
        prop_assert_eq!(query.conditions, [("Name", Holds::Text(text))]);
    }
}
