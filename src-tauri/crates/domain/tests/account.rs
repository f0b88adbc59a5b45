//! R20: authorizing again with a different account asks first.

use proptest::prelude::*;
use tsunagi_domain::Account;
use tsunagi_domain::account::{AccountAnswer, Arrival, arrival, numbered};

fn account(id: Option<&str>, name: Option<&str>, email: Option<&str>) -> Account {
    Account {
        id: id.map(str::to_owned),
        name: name.map(str::to_owned),
        email: email.map(str::to_owned),
        at: None,
    }
}

#[test]
fn r20_an_empty_slot_welcomes_anybody() {
    for arriving in [
        Account::default(),
        account(Some("1"), None, None),
        account(None, None, Some("hana@example.com")),
    ] {
        for same_key in [false, true] {
            assert_eq!(
                arrival(None, &arriving, same_key),
                Arrival::Welcome,
                "nobody is replaced"
            );
        }
    }
}

#[test]
fn r20_who_counts_as_the_same_account() {
    let hana = account(Some("1"), Some("Hana"), Some("hana@example.com"));
    for (why, before, now, same) in [
        (
            "the same id",
            &hana,
            account(Some("1"), Some("Hana"), Some("hana@example.com")),
            true,
        ),
        (
            "the id counts, not the e-mail",
            &hana,
            account(Some("1"), None, Some("h@x.org")),
            true,
        ),
        (
            "the id counts, not the name",
            &hana,
            account(Some("1"), Some("H."), None),
            true,
        ),
        (
            "another id, the same e-mail",
            &hana,
            account(Some("2"), None, Some("hana@example.com")),
            false,
        ),
        (
            "ids keep their case",
            &account(Some("aB"), None, None),
            account(Some("ab"), None, None),
            false,
        ),
        (
            "the id is no longer told",
            &hana,
            account(None, None, Some("hana@example.com")),
            false,
        ),
        (
            "the id is told for the first time",
            &account(None, None, Some("hana@example.com")),
            hana.clone(),
            false,
        ),
        (
            "the same e-mail in another case",
            &account(None, None, Some("Hana@Example.com")),
            account(None, Some("Hana"), Some("hana@example.com")),
            true,
        ),
        (
            "another e-mail",
            &account(None, Some("Hana"), Some("hana@example.com")),
            account(None, Some("Hana"), Some("ken@example.com")),
            false,
        ),
        (
            "the e-mail is no longer told",
            &account(None, Some("Hana"), Some("hana@example.com")),
            account(None, Some("Hana"), None),
            false,
        ),
        (
            "the same name only",
            &account(None, Some("Hana"), None),
            account(None, Some("Hana"), None),
            true,
        ),
        (
            "another name only",
            &account(None, Some("Hana"), None),
            account(None, Some("Ken"), None),
            false,
        ),
        (
            "nothing, where a name was told",
            &account(None, Some("Hana"), None),
            Account::default(),
            false,
        ),
    ] {
        let expected = if same {
            Arrival::Welcome
        } else {
            Arrival::AskFirst
        };
        for same_key in [false, true] {
            assert_eq!(arrival(Some(before), &now, same_key), expected, "{why}");
        }
    }
}

#[test]
fn r20_an_account_of_another_server_is_another_account() {
    let at = |server: &str, account: Account| Account {
        at: Some(server.to_owned()),
        ..account
    };
    let first = || account(Some("1"), Some("Hana"), Some("hana@example.com"));
    for (why, before, now, expected) in [
        (
            "the first user of each of two servers",
            at("https://git.example", first()),
            at("https://git.example.org", first()),
            Arrival::AskFirst,
        ),
        (
            "the same server",
            at("https://git.example", first()),
            at("https://git.example", first()),
            Arrival::Welcome,
        ),
        (
            "a key of another server, whoever it belongs to",
            at("https://a.example", Account::default()),
            at("https://b.example", Account::default()),
            Arrival::AskFirst,
        ),
        (
            "it is not known who vouched for the first",
            first(),
            at("https://git.example", first()),
            Arrival::Welcome,
        ),
    ] {
        for same_key in [false, true] {
            assert_eq!(arrival(Some(&before), &now, same_key), expected, "{why}");
        }
    }
}

#[test]
fn r20_where_a_service_tells_nothing_only_the_same_key_is_the_same_account() {
    let nobody = Account::default();
    assert_eq!(
        arrival(Some(&nobody), &nobody, true),
        Arrival::Welcome,
        "it is the key that sits there"
    );
    assert_eq!(
        arrival(Some(&nobody), &nobody, false),
        Arrival::AskWhose,
        "nothing tells whose the two are"
    );
}

#[test]
fn r20_that_it_is_the_same_account_is_an_answer_only_where_nothing_tells() {
    for (asked, answer, takes) in [
        (Arrival::Welcome, AccountAnswer::Keep, false),
        (Arrival::Welcome, AccountAnswer::Same, false),
        (Arrival::Welcome, AccountAnswer::Replace, false),
        (Arrival::AskFirst, AccountAnswer::Keep, true),
        (Arrival::AskFirst, AccountAnswer::Same, false),
        (Arrival::AskFirst, AccountAnswer::Replace, true),
        (Arrival::AskWhose, AccountAnswer::Keep, true),
        (Arrival::AskWhose, AccountAnswer::Same, true),
        (Arrival::AskWhose, AccountAnswer::Replace, true),
    ] {
        assert_eq!(asked.takes(answer), takes, "{asked:?} {answer:?}");
    }
}

#[test]
fn the_label_is_what_a_person_recognizes_first() {
    let cases = [
        (
            account(Some("1"), Some("Hana"), Some("h@x.org")),
            Some("h@x.org"),
        ),
        (account(Some("1"), Some("Hana"), None), Some("Hana")),
        (account(Some("1"), None, None), Some("1")),
        (Account::default(), None),
    ];
    for (account, label) in cases {
        assert_eq!(account.label(), label, "e-mail, else name, else id");
    }
}

#[test]
fn r19_an_account_that_the_service_does_not_name_gets_the_first_free_number() {
    let taken = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    for (there, expected) in [
        (taken(&[]), "Twilio Account 1"),
        (taken(&["Twilio Account 1"]), "Twilio Account 2"),
        (
            taken(&["Twilio Account 2", "Twilio Account 3"]),
            "Twilio Account 1",
        ),
        (
            taken(&["Twilio Account 1", "Twilio Account 3", "Sales"]),
            "Twilio Account 2",
        ),
    ] {
        assert_eq!(numbered("Twilio", &there), expected, "beside {there:?}");
    }
}

fn any_account() -> impl Strategy<Value = Account> {
    let field = || proptest::option::of("[a-bA-B]{1,2}");
    let server = proptest::option::of("https://[ab]\\.example");
    (field(), field(), field(), server).prop_map(|(id, name, email, at)| Account {
        id,
        name,
        email,
        at,
    })
}

proptest! {
    #[test]
    fn r20_an_account_that_is_told_is_never_asked_about_again(
        account in any_account(),
        same_key: bool,
    ) {
        let told = account.label().is_some();
        let expected = if told || same_key { Arrival::Welcome } else { Arrival::AskWhose };
        prop_assert_eq!(arrival(Some(&account), &account, same_key), expected, "it is the same");
    }

    #[test]
    fn r20_it_does_not_matter_who_came_first(
        a in any_account(),
        b in any_account(),
        same_key: bool,
    ) {
        prop_assert_eq!(
            arrival(Some(&a), &b, same_key),
            arrival(Some(&b), &a, same_key),
            "same or not, both ways"
        );
    }

    #[test]
    fn r20_two_ids_that_differ_are_always_asked_about(
        a in any_account(),
        b in any_account(),
        same_key: bool,
    ) {
        if a.id.is_some() && b.id.is_some() && a.id != b.id {
            prop_assert_eq!(
                arrival(Some(&a), &b, same_key),
                Arrival::AskFirst,
                "another account"
            );
        }
    }
}
