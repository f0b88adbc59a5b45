//! Whether a slot works, and why not.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tsunagi_domain::health::{Condition, health, missing_scopes, scopes_granted};
use tsunagi_domain::{Health, NotConnected};

fn conditions() -> impl Iterator<Item = Condition> {
    let stored = NotConnected::ALL
        .into_iter()
        .map(|reason| Some(Health::NotConnected(reason)))
        .chain([None, Some(Health::Connected)]);
    let flags = [false, true];
    stored.flat_map(move |stored| {
        flags.into_iter().flat_map(move |enabled| {
            flags.into_iter().flat_map(move |scopes_granted| {
                flags.into_iter().flat_map(move |origins_unchanged| {
                    flags.into_iter().flat_map(move |same_client| {
                        flags.into_iter().map(move |served| Condition {
                            enabled,
                            served,
                            stored,
                            scopes_granted,
                            origins_unchanged,
                            same_client,
                        })
                    })
                })
            })
        })
    })
}

#[test]
fn r4_a_slot_is_connected_only_where_nothing_speaks_against_it() {
    for condition in conditions() {
        let whole = condition
            == Condition {
                enabled: true,
                served: true,
                stored: Some(Health::Connected),
                scopes_granted: true,
                origins_unchanged: true,
                same_client: true,
            };
        assert_eq!(
            health(condition) == Health::Connected,
            whole,
            "{condition:?}"
        );
    }
}

#[test]
fn the_reason_shown_is_the_one_to_act_on_first() {
    for condition in conditions() {
        let Condition {
            enabled,
            served,
            stored,
            scopes_granted,
            origins_unchanged,
            same_client,
        } = condition;
        let expected = if !enabled {
            Health::NotConnected(NotConnected::Disabled)
        } else if !served {
            Health::NotConnected(NotConnected::Retired)
        } else if stored.is_none() {
            Health::NotConnected(NotConnected::NeverAuthorized)
        } else if let Some(Health::NotConnected(reason)) = stored {
            Health::NotConnected(reason)
        } else if !origins_unchanged {
            Health::NotConnected(NotConnected::ConnectorChanged)
        } else if !same_client {
            Health::NotConnected(NotConnected::ClientRefused)
        } else if !scopes_granted {
            Health::NotConnected(NotConnected::ScopesMissing)
        } else {
            Health::Connected
        };
        assert_eq!(health(condition), expected, "{condition:?}");
    }
}

#[test]
fn r16_every_reason_but_disabled_and_retired_is_mended_by_authorizing() {
    for reason in NotConnected::ALL {
        let mended = !matches!(reason, NotConnected::Disabled | NotConnected::Retired);
        assert_eq!(reason.is_mended_by_authorizing(), mended, "{reason:?}");
    }
}

#[test]
fn reasons_are_read_as_they_are_written() {
    for reason in NotConnected::ALL {
        assert_eq!(
            reason.as_str().parse(),
            Ok(reason),
            "{reason:?} in the catalog"
        );
        let json = serde_json::to_value(reason).unwrap();
        assert_eq!(json, reason.as_str(), "{reason:?} across IPC");
    }
    for text in ["", "connected", "Expired", "unreachable", "locked"] {
        assert!(
            text.parse::<NotConnected>().is_err(),
            "`{text}` is no reason"
        );
    }
}

#[test]
fn an_absent_scope_means_as_requested() {
    let asked = ["crm.read".to_owned(), "crm.write".to_owned()];
    assert!(
        scopes_granted(&asked, &asked, None),
        "RFC 6749 §5.1: omitted, if identical"
    );
    assert!(
        !scopes_granted(&asked, &asked[..1], None),
        "R20: identical to what was asked for then, not to what is wanted now"
    );
    assert!(
        !scopes_granted(&asked, &asked, Some(&[])),
        "an empty list is an answer, and grants nothing"
    );
    assert!(
        !scopes_granted(&asked, &asked, Some(&asked[..1])),
        "one is missing"
    );
    assert!(
        scopes_granted(&asked[..1], &[], Some(&asked)),
        "more than asked for is enough"
    );
    assert!(
        scopes_granted(&[], &[], Some(&[])),
        "nothing wanted, nothing missing"
    );
    let upper = ["CRM.READ".to_owned()];
    assert!(
        !scopes_granted(&upper, &asked, Some(&asked)),
        "RFC 6749 §3.3: scopes are case-sensitive"
    );
}

proptest! {
    #[test]
    fn scopes_are_granted_exactly_when_none_is_missing(
        wanted in proptest::collection::vec("[a-d]", 0..5),
        asked in proptest::collection::vec("[a-d]", 0..5),
        granted in proptest::option::of(proptest::collection::vec("[a-d]", 0..5)),
    ) {
        let held = granted.as_ref().unwrap_or(&asked);
        let missing = wanted.iter().filter(|scope| !held.contains(scope)).count();
        let granted = granted.as_deref();
        prop_assert_eq!(scopes_granted(&wanted, &asked, granted), missing == 0, "in any order");
        prop_assert_eq!(missing_scopes(&wanted, &asked, granted), missing, "as many");
    }
}
