//! R5, R7, R8, R9, R16, R18, R21: what may be made, shared and deleted.
#![allow(clippy::unwrap_used)]

use tsunagi_domain::connection::Settings;
use tsunagi_domain::offer::{
    Likeness, Places, kind_offered, may_delete, may_share, offered_here, served, takes_another,
};
use tsunagi_domain::{
    DataCenter, Kind, Mode, Plan, RefusalCode, RegistrationId, Timestamp, Workspace, WorkspaceId,
};

fn workspace(data_center: &str, country: Option<&str>) -> Workspace {
    Workspace {
        id: WorkspaceId::new(),
        name: "Practice".to_owned(),
        plan: Plan::Paid,
        data_center: DataCenter(data_center.to_owned()),
        country: country.map(str::to_owned),
        created_at: Timestamp(0),
    }
}

#[test]
fn r8_a_payment_service_is_offered_where_data_center_and_country_have_it() {
    use RefusalCode::{CountryNeeded, ServiceNotInCountry, ServiceNotInDataCenter};
    // (its data centers, its countries, the workspace's, what is refused)
    for (centers, countries, center, country, refused) in [
        (&["in"][..], &["IN"][..], "in", Some("IN"), None),
        (
            &["in"],
            &["IN"],
            "in",
            Some("JP"),
            Some(ServiceNotInCountry),
        ),
        (&["in"], &["IN"], "in", None, Some(CountryNeeded)),
        (
            &["in"],
            &["IN"],
            "us",
            Some("IN"),
            Some(ServiceNotInDataCenter),
        ),
        (&["in"], &["IN"], "us", None, Some(ServiceNotInDataCenter)),
        (&["us", "eu"], &[], "eu", None, None),
        (
            &["us", "eu"],
            &[],
            "au",
            Some("AU"),
            Some(ServiceNotInDataCenter),
        ),
        (&[], &["US", "AU"], "eu", Some("AU"), None),
        (
            &[],
            &["US", "AU"],
            "eu",
            Some("DE"),
            Some(ServiceNotInCountry),
        ),
        (&[], &["US", "AU"], "eu", None, Some(CountryNeeded)),
        (&[], &[], "eu", None, None),
    ] {
        let own = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let (centers, countries) = (own(centers), own(countries));
        let places = Places {
            data_centers: &centers,
            countries: &countries,
        };
        let asked = offered_here("Razorpay", Some(places), &workspace(center, country));
        let code = asked.as_ref().err().map(|refusal| refusal.code);
        assert_eq!(code, refused, "{places:?} in {center}, {country:?}");
        let named = asked
            .err()
            .is_none_or(|no| no.args["service"] == "Razorpay");
        assert!(named, "the refusal says which service");
    }
    let everywhere = offered_here("Zoho CRM", None, &workspace("eu", None));
    assert_eq!(everywhere, Ok(()), "no place is known to be left out");
}

#[test]
fn r16_a_service_ends_at_its_date_and_not_before() {
    let end = Some((Timestamp(1000), "2024-09-26"));
    assert!(
        served("PayPal", None, Timestamp(5000)).is_ok(),
        "never retired"
    );
    assert!(served("PayPal", end, Timestamp(999)).is_ok(), "not yet");
    let refusal = served("PayPal", end, Timestamp(1000)).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::ConnectorRetired);
    assert_eq!(refusal.args["date"], "2024-09-26", "the sentence names it");
}

#[test]
fn r5_r9_only_offered_kinds_and_never_a_system_connection() {
    use Kind::{Admin, LoggedInUser, System};
    for (kind, offered, allowed, why) in [
        (Admin, &[Admin][..], true, "offered"),
        (LoggedInUser, &[Admin][..], false, "not offered"),
        (LoggedInUser, &[Admin, LoggedInUser][..], true, "offered"),
        (System, &[System, Admin][..], false, "comes by itself"),
        (Admin, &[][..], false, "nothing is offered"),
    ] {
        let answer = kind_offered("Twilio", kind, offered);
        assert_eq!(answer.is_ok(), allowed, "{kind:?} of {offered:?}: {why}");
    }
}

#[test]
fn r7_a_payment_service_takes_one_connection() {
    assert!(takes_another("PayPal", true, None).is_ok(), "the first");
    assert!(
        takes_another("Twilio", false, Some("Reminders")).is_ok(),
        "others take any number"
    );
    let refusal = takes_another("PayPal", true, Some("Shop")).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::PaymentConnectionExists);
    assert_eq!(refusal.args["connection"], "Shop", "which one it has");
}

#[test]
fn r18_what_is_used_stays() {
    assert!(may_delete(0).is_ok(), "nothing uses it");
    let refusal = may_delete(3).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::StillUsed);
    assert_eq!(refusal.args["count"], "3", "in how many places");
}

#[test]
fn r21_an_authorization_is_shared_only_between_alikes() {
    let scopes = ["read".to_owned(), "write".to_owned()];
    let turned = ["write".to_owned(), "read".to_owned()];
    let repeated = ["read".to_owned(), "read".to_owned()];
    let none = Settings::new();
    let sandbox = Settings::from([("sandbox".to_owned(), "yes".to_owned())]);
    let one = Likeness {
        kind: Kind::Admin,
        mode: Mode::Same,
        registration: None,
        scopes: &scopes,
        settings: &none,
    };
    assert!(may_share(one, one), "the same");
    assert!(
        may_share(
            one,
            Likeness {
                scopes: &turned,
                ..one
            }
        ),
        "another order"
    );
    assert!(
        may_share(
            one,
            Likeness {
                kind: Kind::System,
                ..one
            }
        ),
        "both are everybody's"
    );
    let registration = Some(RegistrationId::new());
    for (other, why) in [
        (
            Likeness {
                kind: Kind::LoggedInUser,
                ..one
            },
            "one is each member's own",
        ),
        (
            Likeness {
                mode: Mode::PerEnvironment,
                ..one
            },
            "one per environment",
        ),
        (
            Likeness {
                registration,
                ..one
            },
            "another client",
        ),
        (
            Likeness {
                scopes: &scopes[..1],
                ..one
            },
            "fewer scopes",
        ),
        (
            Likeness {
                scopes: &repeated,
                ..one
            },
            "as many, but not the same",
        ),
        (
            Likeness {
                settings: &sandbox,
                ..one
            },
            "another place of the service",
        ),
    ] {
        assert!(!may_share(one, other), "{why}");
        assert!(!may_share(other, one), "{why}, asked the other way round");
    }
}

#[test]
fn r18_an_authorization_switches_to_a_place_that_asks_for_the_same() {
    use tsunagi_domain::Reach;
    use tsunagi_domain::offer::may_switch;
    let settings = Settings::new();
    let (scopes, others) = (vec!["a".to_owned(), "b".to_owned()], vec!["a".to_owned()]);
    let like = |kind, mode, scopes| Likeness {
        kind,
        mode,
        registration: None,
        scopes,
        settings: &settings,
    };
    let per = |scopes| like(Kind::Admin, Mode::PerEnvironment, scopes);
    let rows = [
        (per(&scopes), Reach::Stage, per(&scopes), Reach::Stage, true),
        (
            per(&scopes),
            Reach::Stage,
            per(&scopes),
            Reach::Production,
            false,
        ),
        (
            per(&scopes),
            Reach::Stage,
            per(&others),
            Reach::Stage,
            false,
        ),
        (
            like(Kind::Admin, Mode::Same, &scopes),
            Reach::All,
            like(Kind::System, Mode::Same, &scopes),
            Reach::All,
            true,
        ),
        (
            like(Kind::Admin, Mode::Same, &scopes),
            Reach::All,
            like(Kind::LoggedInUser, Mode::Same, &scopes),
            Reach::All,
            false,
        ),
    ];
    for (here, reach, other, sits, fits) in rows {
        let told = may_switch("crm", (here, reach), (other, sits));
        assert_eq!(told.is_ok(), fits, "{here:?} {reach:?}, {other:?} {sits:?}");
    }
}
