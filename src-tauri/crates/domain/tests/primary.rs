//! R11 and R12: the primary account.

#![allow(clippy::unwrap_used)]

use tsunagi_domain::primary::{
    Acceptance, Handover, Offering, Succession, Turnover, accept, is_kept, is_lost, may_choose,
    may_hand_over, may_receive, offer, on_authorized, turnover,
};
use tsunagi_domain::{Health, Kind, Member, MemberId, NotConnected, Reach, RefusalCode, Role};

#[test]
fn r11_the_first_super_admin_or_admin_to_authorize_becomes_primary() {
    for (role, becomes) in [
        (Role::SuperAdmin, true),
        (Role::Admin, true),
        (Role::Developer, false),
        (Role::User, false),
        (Role::PortalUser, false),
    ] {
        let expected = if becomes {
            Succession::Becomes
        } else {
            Succession::Unchanged
        };
        assert_eq!(
            on_authorized(Kind::LoggedInUser, role, None, false),
            expected,
            "{role:?}"
        );
    }
}

#[test]
fn r11_only_logged_in_user_connections_have_one() {
    for kind in [Kind::System, Kind::Admin] {
        for role in Role::ALL {
            assert_eq!(
                on_authorized(kind, role, None, false),
                Succession::Unchanged,
                "{kind:?} by {role:?}: everybody's runs use its one authorization"
            );
        }
    }
}

#[test]
fn r11_who_is_primary_stays_so_when_others_or_they_themselves_authorize() {
    let primary = Some(MemberId::new());
    for role in Role::ALL {
        for ever_had in [false, true] {
            assert_eq!(
                on_authorized(Kind::LoggedInUser, role, primary, ever_had),
                Succession::Unchanged,
                "{role:?} takes nothing over by signing in"
            );
        }
    }
}

#[test]
fn r11_after_the_primary_went_nobody_is_promoted_silently() {
    for role in Role::ALL {
        assert_eq!(
            on_authorized(Kind::LoggedInUser, role, None, true),
            Succession::Unchanged,
            "{role:?}: the screen asks for a choice instead"
        );
    }
}

#[test]
fn r11_revoking_the_primary_loses_it_and_revoking_another_does_not() {
    let (hana, ken) = (MemberId::new(), MemberId::new());
    assert!(
        is_lost(Some(hana), hana),
        "the primary's own authorization went"
    );
    assert!(!is_lost(Some(hana), ken), "somebody else's went");
    assert!(!is_lost(None, ken), "there was none to lose");
}

fn member(role: Role, active: bool) -> Member {
    Member {
        id: MemberId::new(),
        name: "Sora".to_owned(),
        role,
        active,
    }
}

fn offering(to: &Member) -> Offering<'_> {
    Offering {
        connection: "practice_crm",
        kind: Kind::LoggedInUser,
        current: Some(MemberId::new()),
        to,
        health: Some(Health::Connected),
    }
}

#[test]
fn r11_an_offer_waits_for_the_other_unless_they_accepted_beforehand() {
    let to = member(Role::Admin, true);
    for role in Role::ALL {
        let actor = member(role, true);
        let (waits, moves) = (
            offer(&actor, offering(&to), false),
            offer(&actor, offering(&to), true),
        );
        if role.may_be_primary() {
            assert_eq!(waits, Ok(Handover::Waits), "{role:?}");
            assert_eq!(moves, Ok(Handover::Moves), "{role:?}");
        } else {
            for answer in [waits, moves] {
                assert_eq!(
                    answer.unwrap_err().code,
                    RefusalCode::AdminNeeded,
                    "{role:?} offers nothing"
                );
            }
        }
        let gone = member(role, false);
        assert_eq!(
            offer(&gone, offering(&to), true).unwrap_err().code,
            RefusalCode::MemberInactive,
            "{role:?}, deactivated"
        );
    }
}

#[test]
fn r11_only_super_admins_and_admins_who_have_authorized_receive_it() {
    for role in Role::ALL {
        for active in [false, true] {
            let to = member(role, active);
            let answer = may_receive(offering(&to));
            if active && role.may_be_primary() {
                assert_eq!(answer, Ok(()), "{role:?}");
                continue;
            }
            let refusal = answer.unwrap_err();
            assert_eq!(
                refusal.code,
                RefusalCode::PrimaryNotEligible,
                "{role:?}, active: {active}"
            );
            assert_eq!(
                (&*refusal.args["member"], &*refusal.args["connection"]),
                ("Sora", "practice_crm"),
                "the sentence names both"
            );
        }
    }
    let to = member(Role::Admin, true);
    for health in [
        None,
        Some(Health::NotConnected(NotConnected::Expired)),
        Some(Health::NotConnected(NotConnected::Revoked)),
    ] {
        let asked = Offering {
            health,
            ..offering(&to)
        };
        assert_eq!(
            may_receive(asked).unwrap_err().code,
            RefusalCode::PrimaryNotAuthorized,
            "{health:?}: unattended runs would stop at once"
        );
    }
    for kind in [Kind::System, Kind::Admin] {
        let asked = Offering {
            kind,
            ..offering(&to)
        };
        assert_eq!(
            may_receive(asked).unwrap_err().code,
            RefusalCode::PrimaryNotOffered,
            "{kind:?} has none"
        );
    }
    let asked = Offering {
        current: Some(to.id),
        ..offering(&to)
    };
    assert_eq!(
        may_receive(asked).unwrap_err().code,
        RefusalCode::PrimaryAlready
    );
}

#[test]
fn r11_nobody_takes_it_from_another_but_an_empty_place_is_taken_at_once() {
    let actor = member(Role::SuperAdmin, true);
    assert_eq!(
        offer(&actor, offering(&actor), true).unwrap_err().code,
        RefusalCode::PrimaryTaken,
        "while another has it"
    );
    let empty = Offering {
        current: None,
        ..offering(&actor)
    };
    assert_eq!(
        offer(&actor, empty, false),
        Ok(Handover::Moves),
        "who offers it to themself has accepted"
    );
}

#[test]
fn r11_demotion_and_leaving_cost_it() {
    for role in Role::ALL {
        assert_eq!(is_kept(role, true), role.may_be_primary(), "{role:?}");
        assert!(!is_kept(role, false), "{role:?}, deactivated");
    }
}

#[test]
fn r11_the_sign_in_offers_the_primary_account_to_super_admins_and_admins_where_nobody_has_it() {
    use tsunagi_domain::primary::may_take;
    let roles = [
        (Role::SuperAdmin, true),
        (Role::Admin, true),
        (Role::Developer, false),
        (Role::User, false),
        (Role::PortalUser, false),
    ];
    for (role, may) in roles {
        let free = may_take(Kind::LoggedInUser, role, None);
        assert_eq!(free, may, "{role:?}, where nobody is");
        let taken = may_take(Kind::LoggedInUser, role, Some(MemberId::new()));
        assert!(!taken, "{role:?}: nobody takes it from another");
        for kind in [Kind::Admin, Kind::System] {
            assert!(!may_take(kind, role, None), "{kind:?} has none");
        }
    }
}

fn one(role: Role, active: bool) -> Member {
    Member {
        id: MemberId::new(),
        name: "Ben".to_owned(),
        role,
        active,
    }
}

#[test]
fn r11_who_offers_takes_and_withdraws_is_one_rule() {
    for role in Role::ALL {
        for active in [true, false] {
            let member = one(role, active);
            let refused = may_hand_over(&member).err().map(|no| no.code);
            let leads = matches!(role, Role::SuperAdmin | Role::Admin);
            let expected = match (active, leads) {
                (false, _) => Some(RefusalCode::MemberInactive),
                (true, false) => Some(RefusalCode::AdminNeeded),
                (true, true) => None,
            };
            assert_eq!(refused, expected, "{role:?}, active: {active}");
            assert_eq!(may_choose(&member), expected.is_none(), "{role:?}");
        }
    }
}

#[test]
fn r11_it_is_accepted_beforehand_only_where_somebody_could_hand_it_on() {
    let ben = one(Role::Admin, true);
    let offering = |current| Offering {
        connection: "crm",
        kind: Kind::LoggedInUser,
        current,
        to: &ben,
        health: Some(Health::Connected),
    };
    let another = Some(MemberId::new());
    for (current, offered, accepted, expected) in [
        (another, true, false, Ok(Acceptance::Moves)),
        (None, true, false, Ok(Acceptance::Moves)),
        (another, false, false, Ok(Acceptance::Waits)),
        (another, false, true, Ok(Acceptance::Known)),
        (None, false, true, Ok(Acceptance::Known)),
        (None, false, false, Err(RefusalCode::NoPrimary)),
        (Some(ben.id), true, false, Err(RefusalCode::PrimaryAlready)),
    ] {
        assert_eq!(
            accept(offering(current), offered, accepted).map_err(|no| no.code),
            expected,
            "current: {current:?}, offered: {offered}, accepted: {accepted}"
        );
    }
}

#[test]
fn r11_r12_what_a_change_did_to_primary_accounts_is_told_by_environment() {
    use Reach::{All, Development, Production, Stage};
    let (a, b) = (MemberId::new(), MemberId::new());
    let each = |member| [Development, Stage, Production].map(|reach| (reach, member));
    let none = Turnover::default();
    assert_eq!(turnover(&[(All, a)], &[(All, a)]), none);
    assert_eq!(turnover(&[(All, a)], &each(a)), none, "the same account");
    assert_eq!(turnover(&each(a), &[(All, a)]), none, "either way");
    assert_eq!(
        turnover(&[(All, a)], &[(All, b)]),
        Turnover {
            lost: vec![(All, a)],
            gained: vec![(All, b)],
        }
    );
    assert_eq!(
        turnover(&[(All, a)], &[(Stage, a), (Production, a)]).lost,
        [(Development, a)],
        "it has none now, and the others go on"
    );
    assert_eq!(
        turnover(&[(Development, a), (Production, b)], &[(All, b)]),
        Turnover {
            lost: vec![(Development, a)],
            gained: vec![(Development, b), (Stage, b)],
        },
        "whoever stays where they were loses nothing"
    );
    assert_eq!(turnover(&each(a), &[]).lost, each(a));
    assert_eq!(turnover(&[], &[(Stage, b)]).gained, [(Stage, b)]);
}
