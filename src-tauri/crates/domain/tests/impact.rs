//! R13, R14, R18: which uses run, and what a change does to them.

use tsunagi_domain::gate::Access;
use tsunagi_domain::impact::{DATA_SOURCES, Fate, Place, Seat, Shape, fate, may_be_made, runs};
use tsunagi_domain::{Environment, Health, Kind, MemberId, Mode, NotConnected, Reach, RefusalCode};

fn seat(reach: Reach, member: Option<MemberId>) -> Seat {
    Seat {
        reach,
        member,
        health: Health::Connected,
    }
}

fn shape(kind: Kind, mode: Mode, seats: Vec<Seat>, primaries: Vec<(Reach, MemberId)>) -> Shape {
    Shape {
        link_name: "crm".to_owned(),
        kind,
        mode,
        enabled: true,
        retired: None,
        unoffered: None,
        seats,
        led: primaries.iter().map(|(reach, _)| *reach).collect(),
        primaries,
    }
}

fn place(area: &str, unattended: bool) -> Place<'_> {
    Place {
        area,
        environment: Environment::Production,
        unattended,
        access: Access::Granted,
    }
}

const SCHEDULE: &str = "schedule";
const FORM: &str = "form_workflow";

fn refused(shape: &Shape, place: Place<'_>) -> Option<RefusalCode> {
    runs(shape, place).err().map(|refusal| refusal.code)
}

#[test]
fn r13_and_r14_as_a_table() {
    use RefusalCode as No;
    let (a, b) = (MemberId::new(), MemberId::new());
    let admin = |mode, reach| shape(Kind::Admin, mode, vec![seat(reach, None)], vec![]);
    let personal = |mode, seats, primaries| shape(Kind::LoggedInUser, mode, seats, primaries);
    let all = Reach::All;
    let both = || vec![seat(all, Some(a)), seat(all, Some(b))];
    let production = Reach::Production;
    let rows: [(&str, Shape, [Option<No>; 3]); 8] = [
        (
            "admin, one for all",
            admin(Mode::Same, all),
            [None, None, None],
        ),
        (
            "admin, one per environment",
            admin(Mode::PerEnvironment, production),
            [None, None, Some(No::SameAuthorizationNeeded)],
        ),
        (
            "admin, authorized in the other mode only",
            admin(Mode::PerEnvironment, all),
            [
                Some(No::NotConnected),
                Some(No::NotConnected),
                Some(No::SameAuthorizationNeeded),
            ],
        ),
        (
            "nobody has authorized",
            personal(Mode::Same, vec![], vec![]),
            [
                Some(No::NotConnected),
                Some(No::NotConnected),
                Some(No::NoPrimary),
            ],
        ),
        (
            "one account, no primary",
            personal(Mode::Same, vec![seat(all, Some(a))], vec![]),
            [None, None, Some(No::NoPrimary)],
        ),
        (
            "two accounts, no primary",
            personal(Mode::Same, both(), vec![]),
            [None, Some(No::NoPrimary), Some(No::NoPrimary)],
        ),
        (
            "two accounts, one primary",
            personal(Mode::Same, both(), vec![(all, a)]),
            [None, None, None],
        ),
        (
            "a primary in another environment",
            personal(
                Mode::PerEnvironment,
                vec![seat(production, Some(a)), seat(production, Some(b))],
                vec![(Reach::Stage, a)],
            ),
            [None, Some(No::NoPrimary), Some(No::SameAuthorizationNeeded)],
        ),
    ];
    for (what, shape, expected) in rows {
        let found = [
            refused(&shape, place(FORM, false)),
            refused(&shape, place(SCHEDULE, true)),
            refused(&shape, place(DATA_SOURCES, true)),
        ];
        assert_eq!(found, expected, "form, schedule, data source: {what}");
    }
}

#[test]
fn what_a_change_does_is_told_by_before_and_after() {
    let (a, b) = (MemberId::new(), MemberId::new());
    let all = Reach::All;
    let before = shape(
        Kind::LoggedInUser,
        Mode::Same,
        vec![seat(all, Some(a)), seat(all, Some(b))],
        vec![(all, a)],
    );
    let mut without_a = before.clone();
    without_a.seats[0].health = Health::NotConnected(NotConnected::Revoked);
    without_a.primaries.clear();
    let told = |after: &Shape, place| fate(&before, after, place);
    assert_eq!(
        told(&without_a, place(SCHEDULE, true)),
        Fate::Stops,
        "R11: nobody is promoted"
    );
    assert_eq!(
        told(&without_a, place(FORM, false)),
        Fate::GoesOn,
        "the other member runs it with their own account"
    );
    let mut without_b = before.clone();
    without_b.seats.remove(1);
    assert_eq!(told(&without_b, place(SCHEDULE, true)), Fate::GoesOn);
    let mut disabled = before.clone();
    disabled.enabled = false;
    for used in [place(FORM, false), place(SCHEDULE, true)] {
        assert_eq!(told(&disabled, used), Fate::Stops, "R4");
        assert_eq!(fate(&disabled, &before, used), Fate::Starts);
        assert_eq!(fate(&disabled, &disabled, used), Fate::StaysStopped);
    }
    let refused = Place {
        access: Access::Missing("Shop"),
        ..place(FORM, false)
    };
    assert_eq!(
        told(&before, refused),
        Fate::StaysStopped,
        "R4: the application may not use it"
    );
}

#[test]
fn r14_a_schedule_is_made_with_a_primary_and_goes_on_with_the_only_account() {
    let member = MemberId::new();
    let alone = shape(
        Kind::LoggedInUser,
        Mode::Same,
        vec![seat(Reach::All, Some(member))],
        vec![],
    );
    let schedule = place(SCHEDULE, true);
    let refusal = may_be_made(&alone, schedule).err();
    assert_eq!(
        refusal.map(|refusal| refusal.code),
        Some(RefusalCode::NoPrimary)
    );
    assert!(
        runs(&alone, schedule).is_ok(),
        "R13: one that is there runs"
    );
    assert!(may_be_made(&alone, place(FORM, false)).is_ok());
    let admin = shape(Kind::Admin, Mode::PerEnvironment, vec![], vec![]);
    assert!(
        may_be_made(&admin, schedule).is_ok(),
        "it need not be authorized yet"
    );
}
