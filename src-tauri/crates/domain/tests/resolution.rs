//! R21, R23: what slots come to.
#![allow(clippy::unwrap_used)]

use tsunagi_domain::RegistrationId;
use tsunagi_domain::resolution::{Resolution, alike, goes_on, registration_of};

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
fn slots_of_the_same_client_and_the_same_origins_are_alike() {
    let (a, b) = (Some(RegistrationId::new()), Some(RegistrationId::new()));
    let gone = Resolution {
        registration: a,
        origins: None,
    };
    let rows = [
        ("the same", resolution(a, LIVE), resolution(a, LIVE), true),
        (
            "no client",
            resolution(None, LIVE),
            resolution(None, LIVE),
            true,
        ),
        (
            "other client",
            resolution(a, LIVE),
            resolution(b, LIVE),
            false,
        ),
        (
            "other host",
            resolution(a, LIVE),
            resolution(a, SANDBOX),
            false,
        ),
        ("no connector", resolution(a, LIVE), gone.clone(), false),
        ("nor was there", gone.clone(), gone, false),
    ];
    for (what, one, other, expected) in rows {
        assert_eq!(alike(&one, &other), expected, "{what}");
        assert_eq!(alike(&other, &one), expected, "{what}, and back");
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
