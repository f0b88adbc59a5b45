//! R21, R23: what slots come to, and which authorizations serve them.
#![allow(clippy::unwrap_used)]

use tsunagi_domain::resolution::{Resolution, alike, goes_on, registration_of, serves, unfit};
use tsunagi_domain::{NotConnected, RegistrationId};

fn resolution(registration: Option<RegistrationId>, origins: &[&str]) -> Resolution {
    let origins = origins.iter().map(|origin| (*origin).to_owned());
    Resolution {
        registration,
        origins: Some(origins.map(|one| one.try_into().unwrap()).collect()),
    }
}

const LIVE: &[&str] = &["https://api.example.com"];
const SANDBOX: &[&str] = &["https://sandbox.example.com"];

#[test]
fn a_reach_has_the_registration_of_its_connection_unless_it_has_its_own() {
    let (ours, own) = (RegistrationId::new(), RegistrationId::new());
    let rows = [
        (None, None, None),
        (None, Some(ours), Some(ours)),
        (Some(own), Some(ours), Some(own)),
        (Some(own), None, Some(own)),
    ];
    for (of_reach, of_connection, expected) in rows {
        assert_eq!(registration_of(of_reach, of_connection), expected);
    }
}

#[test]
fn r23_an_authorization_serves_a_slot_of_the_same_client_and_the_same_origins() {
    let (a, b) = (Some(RegistrationId::new()), Some(RegistrationId::new()));
    let gone = Resolution {
        registration: a,
        origins: None,
    };
    let changed = Some(NotConnected::ConnectorChanged);
    let refused = Some(NotConnected::ClientRefused);
    let rows = [
        ("the same", resolution(a, LIVE), resolution(a, LIVE), None),
        (
            "no client",
            resolution(None, LIVE),
            resolution(None, LIVE),
            None,
        ),
        (
            "other client",
            resolution(a, LIVE),
            resolution(b, LIVE),
            refused,
        ),
        (
            "its client went",
            resolution(None, LIVE),
            resolution(b, LIVE),
            refused,
        ),
        (
            "other host",
            resolution(a, LIVE),
            resolution(a, SANDBOX),
            changed,
        ),
        ("both", resolution(a, LIVE), resolution(b, SANDBOX), changed),
        ("no connector", resolution(a, LIVE), gone.clone(), changed),
        ("nor was there", gone.clone(), gone, changed),
    ];
    for (what, obtained, slot, expected) in rows {
        assert_eq!(unfit(&obtained, &slot), expected, "{what}");
        assert_eq!(alike(&obtained, &slot), expected.is_none(), "{what}");
        assert_eq!(
            alike(&slot, &obtained),
            expected.is_none(),
            "{what}, and back"
        );
    }
}

#[test]
fn r21_authorized_again_it_goes_on_elsewhere_only_where_every_slot_comes_to_the_same() {
    let (a, b) = (Some(RegistrationId::new()), Some(RegistrationId::new()));
    let here = resolution(a, LIVE);
    let same = resolution(a, LIVE);
    assert!(goes_on(&here, &[]), "it sits nowhere else");
    assert!(goes_on(&here, &[same.clone(), same.clone()]), "all alike");
    for other in [resolution(b, LIVE), resolution(a, SANDBOX)] {
        let others = [same.clone(), other];
        assert!(
            !goes_on(&here, &others),
            "one of them would lose it: {others:?}"
        );
    }
}

#[test]
fn r12_what_serves_a_slot_goes_on_there_and_where_nobody_can_tell_the_client_decides() {
    let (a, b) = (Some(RegistrationId::new()), Some(RegistrationId::new()));
    let gone = |registration| Resolution {
        registration,
        origins: None,
    };
    let rows = [
        ("the same", resolution(a, LIVE), true),
        ("other client", resolution(b, LIVE), false),
        ("other host", resolution(a, SANDBOX), false),
        ("no connector, same client", gone(a), true),
        ("no connector, other client", gone(b), false),
    ];
    for (what, slot, expected) in rows {
        assert_eq!(serves(&resolution(a, LIVE), &slot), expected, "{what}");
    }
}
