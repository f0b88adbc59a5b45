//! R2: who manages members.
#![allow(clippy::unwrap_used)]

use tsunagi_domain::roles::{
    Standing, gives_more, may_change, may_inherit, may_invite, may_keep_keys, may_manage_members,
    may_reset_passphrase, raises,
};
use tsunagi_domain::{Member, MemberId, Refusal, RefusalCode, Role};

fn member(role: Role) -> Member {
    Member {
        id: MemberId::new(),
        name: "Hana".to_owned(),
        role,
        active: true,
    }
}

fn code(result: Result<(), Refusal>) -> Option<RefusalCode> {
    result.err().map(|refusal| refusal.code)
}

const fn standing(role: Role, active: bool) -> Standing {
    Standing { role, active }
}

#[test]
fn r2_super_admins_and_admins_manage_members_while_they_are_active() {
    for role in Role::ALL {
        let manages = matches!(role, Role::SuperAdmin | Role::Admin);
        let expected = (!manages).then_some(RefusalCode::AdminNeeded);
        assert_eq!(
            code(may_manage_members(&member(role))),
            expected,
            "{role:?}"
        );
        let gone = Member {
            active: false,
            ..member(role)
        };
        assert_eq!(
            code(may_manage_members(&gone)),
            Some(RefusalCode::MemberInactive),
            "{role:?}, deactivated"
        );
    }
}

#[test]
fn r2_only_a_super_admin_invites_a_super_admin() {
    for (actor, role, allowed) in [
        (Role::SuperAdmin, Role::SuperAdmin, true),
        (Role::SuperAdmin, Role::PortalUser, true),
        (Role::Admin, Role::SuperAdmin, false),
        (Role::Admin, Role::Admin, true),
        (Role::Admin, Role::User, true),
        (Role::Developer, Role::User, false),
        (Role::User, Role::User, false),
        (Role::PortalUser, Role::PortalUser, false),
    ] {
        assert_eq!(
            may_invite(&member(actor), role).is_ok(),
            allowed,
            "{actor:?} invites {role:?}"
        );
    }
}

#[test]
fn r2_an_admin_neither_makes_nor_unmakes_a_super_admin() {
    let admin = member(Role::Admin);
    for (target, next) in [
        (Role::SuperAdmin, standing(Role::Admin, true)),
        (Role::SuperAdmin, standing(Role::SuperAdmin, false)),
        (Role::Admin, standing(Role::SuperAdmin, true)),
        (Role::PortalUser, standing(Role::SuperAdmin, true)),
    ] {
        assert_eq!(
            code(may_change(&admin, &member(target), next, 5)),
            Some(RefusalCode::SuperAdminNeeded),
            "{target:?} to {next:?}"
        );
        assert_eq!(
            code(may_change(
                &member(Role::SuperAdmin),
                &member(target),
                next,
                5
            )),
            None,
            "a super admin may: {target:?} to {next:?}"
        );
    }
    for next in [Role::Admin, Role::Developer, Role::User, Role::PortalUser] {
        assert_eq!(
            code(may_change(
                &admin,
                &member(Role::Developer),
                standing(next, true),
                1
            )),
            None,
            "an admin makes a developer {next:?}"
        );
    }
}

#[test]
fn r2_the_last_super_admin_stays() {
    let last = member(Role::SuperAdmin);
    for next in [
        standing(Role::Admin, true),
        standing(Role::PortalUser, true),
        standing(Role::SuperAdmin, false),
    ] {
        assert_eq!(
            code(may_change(&last, &last, next, 1)),
            Some(RefusalCode::LastSuperAdmin),
            "nobody could make another one: {next:?}"
        );
        assert_eq!(
            code(may_change(&last, &last, next, 2)),
            None,
            "where there is another one, also themself: {next:?}"
        );
    }
    assert_eq!(
        code(may_change(
            &last,
            &last,
            standing(Role::SuperAdmin, true),
            1
        )),
        None,
        "staying what one is takes nothing away"
    );
    let gone = Member {
        active: false,
        ..member(Role::SuperAdmin)
    };
    assert_eq!(
        code(may_change(&last, &gone, standing(Role::User, false), 1)),
        None,
        "one who is deactivated already was not the last"
    );
}

#[test]
fn raising_a_role_is_told_from_lowering_it() {
    for (index, from) in Role::ALL.into_iter().enumerate() {
        for (other, to) in Role::ALL.into_iter().enumerate() {
            assert_eq!(raises(from, to), other < index, "{from:?} to {to:?}");
        }
    }
}

#[test]
fn a_standing_is_what_the_member_has() {
    let gone = Member {
        active: false,
        ..member(Role::User)
    };
    assert_eq!(Standing::of(&gone), standing(Role::User, false));
}

#[test]
fn r2_only_a_super_admin_resets_a_passphrase_and_never_their_own() {
    for actor in Role::ALL {
        for target in Role::ALL {
            let (actor, target) = (member(actor), member(target));
            let refused = actor.role != Role::SuperAdmin;
            assert_eq!(
                code(may_reset_passphrase(&actor, &target)),
                refused.then_some(RefusalCode::SuperAdminNeeded),
                "{:?} resets that of {:?}",
                actor.role,
                target.role
            );
        }
    }
    let own = member(Role::SuperAdmin);
    assert_eq!(
        code(may_reset_passphrase(&own, &own)),
        Some(RefusalCode::RoleNotAllowed),
        "who knows their own changes it by knowing it"
    );
    let gone = Member {
        active: false,
        ..own.clone()
    };
    assert_eq!(
        code(may_reset_passphrase(&gone, &member(Role::User))),
        Some(RefusalCode::MemberInactive)
    );
}

#[test]
fn r2_connections_are_handed_to_active_managers_other_than_the_leaver() {
    let leaver = member(Role::Admin);
    for role in Role::ALL {
        let heir = member(role);
        assert_eq!(may_inherit(&heir, &leaver), role.is_manager(), "{role:?}");
        let gone = Member {
            active: false,
            ..heir
        };
        assert!(!may_inherit(&gone, &leaver), "{role:?}, deactivated");
    }
    assert!(!may_inherit(&leaver, &leaver), "not to who leaves");
}

#[test]
fn r2_only_an_active_super_admin_keeps_the_workspace_s_keys() {
    for role in Role::ALL {
        let allowed = role == Role::SuperAdmin;
        let expected = (!allowed).then_some(RefusalCode::SuperAdminNeeded);
        assert_eq!(
            code(may_keep_keys(&member(role))),
            expected,
            "{role:?}: who has a key opens everything that is not a member's own"
        );
        let gone = Member {
            active: false,
            ..member(role)
        };
        assert_eq!(
            code(may_keep_keys(&gone)),
            Some(RefusalCode::MemberInactive),
            "{role:?}, deactivated"
        );
    }
}

#[test]
fn r2_what_gives_somebody_more_is_a_higher_role_or_a_seat() {
    for from in Role::ALL {
        for to in Role::ALL {
            for (was, is) in [(true, true), (true, false), (false, false), (false, true)] {
                let more = gives_more(standing(from, was), standing(to, is));
                let higher = (to as u8) < (from as u8);
                assert_eq!(
                    more,
                    higher || (!was && is),
                    "{from:?}, active: {was}, to {to:?}, active: {is}"
                );
            }
        }
    }
}
