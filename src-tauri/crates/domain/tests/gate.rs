//! R4, R6, R9, R12, R13: which authorization a request uses, or why none.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tsunagi_domain::gate::{Access, Caller, Candidate, Question, choose};
use tsunagi_domain::{
    Environment, Health, Kind, MemberId, Mode, NotConnected, Reach, Refusal, RefusalCode,
};

const KINDS: [Kind; 3] = [Kind::System, Kind::Admin, Kind::LoggedInUser];

fn question(kind: Kind, caller: Caller, primary: Option<MemberId>) -> Question<'static> {
    Question {
        connection: "practice_crm",
        kind,
        enabled: true,
        retired: None,
        unoffered: None,
        access: Access::Direct,
        environment: Environment::Production,
        caller,
        primary,
        led: primary.is_some(),
    }
}

fn of(member: MemberId, value: u8) -> Candidate<u8> {
    Candidate {
        member: Some(member),
        health: Health::Connected,
        value,
    }
}

fn shared(value: u8) -> Candidate<u8> {
    Candidate {
        member: None,
        health: Health::Connected,
        value,
    }
}

fn code(result: Result<u8, Refusal>) -> Option<RefusalCode> {
    result.err().map(|refusal| refusal.code)
}

#[test]
fn r6_everybodys_runs_use_the_one_authorization_of_an_admin_connection() {
    for kind in [Kind::System, Kind::Admin] {
        for caller in [Caller::Member(MemberId::new()), Caller::Unattended] {
            assert_eq!(
                choose(question(kind, caller, None), &[shared(7)]),
                Ok(7),
                "{kind:?} for {caller:?}"
            );
        }
    }
}

#[test]
fn r9_a_member_runs_on_their_own_authorization_and_on_no_other() {
    let (hana, ken) = (MemberId::new(), MemberId::new());
    let both = [of(hana, 1), of(ken, 2)];
    for primary in [None, Some(hana), Some(ken)] {
        let ask = |member| question(Kind::LoggedInUser, Caller::Member(member), primary);
        assert_eq!(
            choose(ask(hana), &both),
            Ok(1),
            "Hana's own, whoever is primary"
        );
        assert_eq!(
            choose(ask(ken), &both),
            Ok(2),
            "Ken's own, whoever is primary"
        );
        let refusal = choose(ask(ken), &[of(hana, 1)]).unwrap_err();
        assert_eq!(
            refusal.code,
            RefusalCode::MemberNotAuthorized,
            "never on somebody else's, be it the primary account"
        );
        assert_eq!(
            refusal.args["connection"], "practice_crm",
            "the sentence names it"
        );
        assert_eq!(refusal.args["environment"], "production", "and where");
    }
}

#[test]
fn r13_unattended_runs_use_the_primary_account_else_the_only_one() {
    let (hana, ken) = (MemberId::new(), MemberId::new());
    let (both, one) = ([of(hana, 1), of(ken, 2)], [of(ken, 2)]);
    let ask = |primary| question(Kind::LoggedInUser, Caller::Unattended, primary);

    assert_eq!(choose(ask(Some(ken)), &both), Ok(2), "the primary's");
    assert_eq!(
        choose(ask(None), &one),
        Ok(2),
        "no primary, but no doubt either"
    );
    assert_eq!(
        code(choose(ask(None), &both)),
        Some(RefusalCode::NoPrimary),
        "nobody is promoted silently"
    );
    assert_eq!(
        code(choose(ask(Some(hana)), &one)),
        Some(RefusalCode::NoPrimary),
        "a primary whose authorization is gone is not replaced by the one that is left"
    );
}

#[test]
fn r11_after_the_primary_went_the_only_account_that_is_left_does_not_stand_in() {
    let ken = MemberId::new();
    let ask = |kind, caller, led| Question {
        led,
        ..question(kind, caller, None)
    };
    for (led, expected) in [(false, None), (true, Some(RefusalCode::NoPrimary))] {
        let unattended = ask(Kind::LoggedInUser, Caller::Unattended, led);
        assert_eq!(
            code(choose(unattended, &[of(ken, 2)])),
            expected,
            "led: {led}"
        );
        let present = ask(Kind::LoggedInUser, Caller::Member(ken), led);
        assert_eq!(choose(present, &[of(ken, 2)]), Ok(2), "who is present runs");
        for kind in [Kind::System, Kind::Admin] {
            let everybodys = ask(kind, Caller::Unattended, led);
            assert_eq!(choose(everybodys, &[shared(7)]), Ok(7), "{kind:?}");
        }
    }
}

#[test]
fn r12_each_environment_asks_its_own_reach() {
    let (hana, ken) = (MemberId::new(), MemberId::new());
    let primaries = [
        (Reach::Development, hana),
        (Reach::Stage, ken),
        (Reach::Production, hana),
    ];
    for environment in Environment::ALL {
        let reach = Mode::PerEnvironment.reach(environment);
        let primary = primaries
            .iter()
            .find(|(of, _)| *of == reach)
            .map(|(_, member)| *member);
        let ask = Question {
            environment,
            ..question(Kind::LoggedInUser, Caller::Unattended, primary)
        };
        let expected = if environment == Environment::Stage {
            2
        } else {
            1
        };
        assert_eq!(
            choose(ask, &[of(hana, 1), of(ken, 2)]),
            Ok(expected),
            "{environment:?} has its own primary"
        );
        assert_eq!(
            Mode::Same.reach(environment),
            Reach::All,
            "{environment:?}: one for all"
        );
    }
}

#[test]
fn r4_an_empty_slot_was_never_authorized() {
    for kind in KINDS {
        let refusal = choose::<u8>(question(kind, Caller::Unattended, None), &[]).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::NotConnected, "{kind:?}");
        assert_eq!(
            refusal.args["reason"], "never_authorized",
            "{kind:?}: and says why"
        );
    }
}

#[test]
fn r4_what_is_not_connected_does_not_pass_and_says_why() {
    let hana = MemberId::new();
    for kind in KINDS {
        for caller in [Caller::Member(hana), Caller::Unattended] {
            for reason in NotConnected::ALL {
                let candidate = Candidate {
                    member: (kind == Kind::LoggedInUser).then_some(hana),
                    health: Health::NotConnected(reason),
                    value: 1,
                };
                let refusal = choose(question(kind, caller, Some(hana)), &[candidate]).unwrap_err();
                assert_eq!(
                    refusal.code,
                    RefusalCode::NotConnected,
                    "{kind:?}, {reason:?}"
                );
                assert_eq!(
                    refusal.args["reason"],
                    reason.as_str(),
                    "{kind:?}: the true reason"
                );
            }
        }
    }
}

#[test]
fn r4_a_broken_authorization_is_not_passed_over_for_a_healthy_one() {
    let (hana, ken) = (MemberId::new(), MemberId::new());
    let broken = Candidate {
        health: Health::NotConnected(NotConnected::Revoked),
        ..of(hana, 1)
    };
    for caller in [Caller::Member(hana), Caller::Unattended] {
        assert_eq!(
            code(choose(
                question(Kind::LoggedInUser, caller, Some(hana)),
                &[broken, of(ken, 2)]
            )),
            Some(RefusalCode::NotConnected),
            "{caller:?}: Ken's account was not asked to stand in"
        );
    }
}

#[test]
fn r4_a_disabled_connection_lets_nothing_pass() {
    let hana = MemberId::new();
    for kind in KINDS {
        for caller in [Caller::Member(hana), Caller::Unattended] {
            let ask = Question {
                enabled: false,
                ..question(kind, caller, Some(hana))
            };
            assert_eq!(
                code(choose(ask, &[of(hana, 1)])),
                Some(RefusalCode::Disabled),
                "{kind:?} for {caller:?}"
            );
        }
    }
}

#[test]
fn r16_through_a_retired_connector_nothing_is_sent_whoever_asks() {
    let hana = MemberId::new();
    let retired = Refusal::new(RefusalCode::ConnectorRetired).with("date", "2024-09-26");
    for kind in KINDS {
        for caller in [Caller::Member(hana), Caller::Unattended] {
            let ask = Question {
                retired: Some(&retired),
                ..question(kind, caller, Some(hana))
            };
            let refused = choose(ask, &[of(hana, 1)]).unwrap_err();
            assert_eq!(refused, retired, "{kind:?} for {caller:?}: and since when");
        }
    }
}

#[test]
fn r8_to_a_payment_service_that_is_not_offered_here_nothing_is_sent_whoever_asks() {
    let hana = MemberId::new();
    let unoffered = Refusal::new(RefusalCode::ServiceNotInCountry).with("country", "JP");
    let retired = Refusal::new(RefusalCode::ConnectorRetired).with("date", "2024-09-26");
    for kind in KINDS {
        for caller in [Caller::Member(hana), Caller::Unattended] {
            let here = Question {
                unoffered: Some(&unoffered),
                ..question(kind, caller, Some(hana))
            };
            let over = Question {
                retired: Some(&retired),
                ..here
            };
            let disabled = Question {
                enabled: false,
                ..over
            };
            let missing = Question {
                access: Access::Missing("Shop"),
                ..here
            };
            let disconnected = Candidate {
                health: Health::NotConnected(NotConnected::Revoked),
                ..of(hana, 1)
            };
            for (ask, candidate, expected, why) in [
                (here, of(hana, 1), unoffered.code, "R8"),
                (
                    here,
                    disconnected,
                    unoffered.code,
                    "before what authorizing mends",
                ),
                (
                    missing,
                    of(hana, 1),
                    unoffered.code,
                    "before what granting mends",
                ),
                (
                    over,
                    of(hana, 1),
                    retired.code,
                    "what is over has no place at all",
                ),
                (
                    disabled,
                    of(hana, 1),
                    RefusalCode::Disabled,
                    "R4 comes first",
                ),
            ] {
                let refused = code(choose(ask, &[candidate]));
                assert_eq!(refused, Some(expected), "{kind:?} for {caller:?}: {why}");
            }
        }
    }
}

fn health() -> impl Strategy<Value = Health> {
    prop_oneof![
        Just(Health::Connected),
        proptest::sample::select(NotConnected::ALL.to_vec()).prop_map(Health::NotConnected),
    ]
}

fn people() -> Vec<MemberId> {
    (1..=4)
        .map(|n| {
            format!("00000000-0000-7000-8000-00000000000{n}")
                .parse()
                .unwrap()
        })
        .collect()
}

proptest! {
    /// Whatever the mixture, what comes out is connected and belongs to whom it must.
    #[test]
    fn r4_r9_r13_nothing_passes_that_must_not(
        kind in proptest::sample::select(KINDS.to_vec()),
        enabled: bool,
        healths in proptest::collection::vec(health(), 0..4),
        caller in proptest::option::of(0usize..4),
        primary in proptest::option::of(0usize..4),
    ) {
        let people = people();
        let personal = kind == Kind::LoggedInUser;
        let candidates: Vec<_> = healths
            .iter()
            .enumerate()
            .take(if personal { 4 } else { 1 })
            .map(|(n, health)| Candidate {
                member: personal.then(|| people[n]),
                health: *health,
                value: n,
            })
            .collect();
        let caller = caller.map_or(Caller::Unattended, |n| Caller::Member(people[n]));
        let primary = primary.map(|n| people[n]);
        let ask = Question { enabled, ..question(kind, caller, primary) };
        if let Ok(n) = choose(ask, &candidates) {
            prop_assert!(enabled, "a disabled connection passed");
            prop_assert_eq!(candidates[n].health, Health::Connected, "a broken one passed");
            if personal {
                let owner = candidates[n].member;
                match caller {
                    Caller::Member(member) => prop_assert_eq!(owner, Some(member), "not theirs"),
                    Caller::Unattended => prop_assert!(
                        owner == primary || (primary.is_none() && candidates.len() == 1),
                        "neither the primary's nor the only one"
                    ),
                }
            }
        }
    }

    /// The order in which the catalog lists a connection's slots decides nothing.
    #[test]
    fn r9_r13_the_order_of_slots_does_not_matter(
        healths in proptest::collection::vec(health(), 0..4),
        caller in proptest::option::of(0usize..4),
        primary in proptest::option::of(0usize..4),
    ) {
        let people = people();
        let mut candidates: Vec<_> = healths
            .iter()
            .zip(&people)
            .map(|(health, member)| Candidate { member: Some(*member), health: *health, value: *member })
            .collect();
        let caller = caller.map_or(Caller::Unattended, |n| Caller::Member(people[n]));
        let ask = question(Kind::LoggedInUser, caller, primary.map(|n| people[n]));
        let forward = choose(ask, &candidates);
        candidates.reverse();
        prop_assert_eq!(forward, choose(ask, &candidates), "reversed, the answer changed");
    }
}

#[test]
fn r4_an_application_without_access_is_refused_before_anything_is_chosen() {
    let hana = MemberId::new();
    for (kind, caller, candidate) in [
        (Kind::Admin, Caller::Member(hana), shared(1)),
        (Kind::System, Caller::Unattended, shared(1)),
        (Kind::LoggedInUser, Caller::Member(hana), of(hana, 1)),
        (Kind::LoggedInUser, Caller::Unattended, of(hana, 1)),
    ] {
        let ask = |access| Question {
            access,
            ..question(kind, caller, Some(hana))
        };
        assert_eq!(
            choose(ask(Access::Granted), &[candidate]),
            Ok(1),
            "{kind:?} for {caller:?}: one with access passes"
        );
        let refusal = choose(ask(Access::Missing("Orders")), &[candidate]).unwrap_err();
        assert_eq!(
            refusal.code,
            RefusalCode::ApplicationNoAccess,
            "{kind:?} for {caller:?}"
        );
        assert_eq!(
            (&*refusal.args["application"], &*refusal.args["connection"]),
            ("Orders", "practice_crm"),
            "the sentence names both"
        );
        let disabled = Question {
            enabled: false,
            ..ask(Access::Missing("Orders"))
        };
        assert_eq!(
            code(choose(disabled, &[candidate])),
            Some(RefusalCode::Disabled),
            "a disabled connection works for nobody: that is what is to be mended first"
        );
    }
}
