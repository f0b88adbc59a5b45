//! What the environments of a connection differ in.

use tsunagi_domain::drift::{Drift, Place, drift};
use tsunagi_domain::hosts::Origin;
use tsunagi_domain::{Account, Environment, Health, Kind, NotConnected};

use Environment::{Development, Production, Stage};

fn account(id: &str) -> Account {
    Account {
        id: Some(id.to_owned()),
        ..Account::default()
    }
}

fn scopes(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn place<'a>(
    environment: Environment,
    account: Option<&'a Account>,
    scopes: &'a [String],
) -> Place<'a> {
    Place {
        environment,
        health: if account.is_some() {
            Health::Connected
        } else {
            Health::NotConnected(NotConnected::NeverAuthorized)
        },
        account,
        origins: &[],
        scopes,
        has_primary: true,
        authorized: account.is_some(),
    }
}

#[test]
fn environments_that_agree_show_nothing() {
    let (one, two, three) = (account("1"), account("2"), account("3"));
    let same = scopes(&["contacts.read"]);
    for kind in [Kind::System, Kind::Admin, Kind::LoggedInUser] {
        let places = [
            place(Development, Some(&one), &same),
            place(Stage, Some(&two), &same),
            place(Production, Some(&three), &same),
        ];
        assert_eq!(drift(kind, &places), [], "{kind:?}");
        assert_eq!(
            drift(kind, &[]),
            [],
            "{kind:?} with one authorization for all"
        );
    }
}

#[test]
fn fewer_scopes_in_production_than_in_development_are_named() {
    let (one, two) = (account("1"), account("2"));
    let more = scopes(&["b", "a", "c", "b"]);
    let less = scopes(&["c", "d"]);
    let found = drift(
        Kind::Admin,
        &[
            place(Production, Some(&two), &less),
            place(Development, Some(&one), &more),
        ],
    );
    assert_eq!(
        found,
        [Drift::FewerScopes {
            environment: Production,
            scopes: scopes(&["a", "b"]),
        }],
        "sorted, each once; that Production has more besides is no fault"
    );
    assert_eq!(
        drift(
            Kind::Admin,
            &[
                place(Development, Some(&one), &more),
                place(Production, None, &[]),
            ]
        ),
        [Drift::NotReady {
            environment: Production
        }],
        "where nothing sits, authorizing is what is to be done, not scopes"
    );
}

#[test]
fn the_account_of_production_anywhere_else_is_told() {
    let (one, two) = (account("1"), account("2"));
    for (development, stage, expected) in [
        (&one, &two, vec![Development]),
        (&two, &one, vec![Stage]),
        (&one, &one, vec![Development, Stage]),
        (&two, &two, vec![]),
    ] {
        let found = drift(
            Kind::Admin,
            &[
                place(Development, Some(development), &[]),
                place(Stage, Some(stage), &[]),
                place(Production, Some(&one), &[]),
            ],
        );
        let expected: Vec<Drift> = expected
            .into_iter()
            .map(|environment| Drift::SameAccount { environment })
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn the_same_identifier_at_two_servers_is_two_accounts() {
    let first = account("1");
    let at = |address: &str| {
        vec![Origin::of(&address.parse().expect("an address")).expect("of a server")]
    };
    let (here, there) = (at("https://git.example"), at("https://git-test.example"));
    for (development, same) in [(&here, true), (&there, false)] {
        let found = drift(
            Kind::Admin,
            &[
                Place {
                    origins: development,
                    ..place(Development, Some(&first), &[])
                },
                Place {
                    origins: &here,
                    ..place(Production, Some(&first), &[])
                },
            ],
        );
        assert_eq!(!found.is_empty(), same, "{development:?}");
    }
}

#[test]
fn accounts_are_the_same_only_where_it_is_known() {
    let mail = |mail: &str| Account {
        email: Some(mail.to_owned()),
        ..Account::default()
    };
    let nobody = Account::default();
    for (one, other, same) in [
        (mail("Hana@example.com"), mail("hana@EXAMPLE.com"), true),
        (mail("hana@example.com"), mail("ken@example.com"), false),
        (nobody.clone(), nobody.clone(), false),
        (account("1"), mail("hana@example.com"), false),
        (mail("hana@example.com"), account("1"), false),
    ] {
        let found = drift(
            Kind::Admin,
            &[
                place(Development, Some(&one), &[]),
                place(Production, Some(&other), &[]),
            ],
        );
        assert_eq!(!found.is_empty(), same, "{one:?} and {other:?}");
    }
}

#[test]
fn a_missing_primary_account_is_told_where_somebody_has_authorized() {
    let one = account("1");
    for (kind, authorized, has_primary, told) in [
        (Kind::LoggedInUser, true, false, true),
        (Kind::LoggedInUser, true, true, false),
        (Kind::LoggedInUser, false, false, false),
        (Kind::Admin, true, false, false),
    ] {
        let stage = Place {
            authorized,
            has_primary,
            ..place(Stage, Some(&one), &[])
        };
        let expected = if told {
            vec![Drift::NoPrimary { environment: Stage }]
        } else {
            vec![]
        };
        assert_eq!(drift(kind, &[stage]), expected, "{kind:?}");
    }
}

#[test]
fn an_environment_that_lags_behind_an_earlier_one_is_told() {
    let (one, two) = (account("1"), account("2"));
    let broken = |environment, reason| Place {
        health: Health::NotConnected(reason),
        ..place(environment, Some(&two), &[])
    };
    for (places, expected) in [
        (
            vec![
                place(Development, Some(&one), &[]),
                broken(Stage, NotConnected::Expired),
                broken(Production, NotConnected::Revoked),
            ],
            vec![Stage, Production],
        ),
        (
            vec![
                broken(Development, NotConnected::Expired),
                place(Stage, Some(&one), &[]),
                place(Production, None, &[]),
            ],
            vec![Production],
        ),
        (
            vec![
                place(Development, None, &[]),
                place(Stage, None, &[]),
                place(Production, None, &[]),
            ],
            vec![],
        ),
        (
            vec![
                place(Development, Some(&one), &[]),
                broken(Production, NotConnected::Disabled),
            ],
            vec![],
        ),
        (
            vec![
                broken(Development, NotConnected::Expired),
                place(Production, Some(&one), &[]),
            ],
            vec![],
        ),
    ] {
        let expected: Vec<Drift> = expected
            .into_iter()
            .map(|environment| Drift::NotReady { environment })
            .collect();
        let lagging: Vec<Drift> = drift(Kind::Admin, &places)
            .into_iter()
            .filter(|found| matches!(found, Drift::NotReady { .. }))
            .collect();
        assert_eq!(lagging, expected, "{places:?}");
    }
}
