//! R11 and R12: the primary account.

use tsunagi_domain::primary::{Succession, is_lost, on_authorized};
use tsunagi_domain::{Kind, MemberId, Role};

const ROLES: [Role; 5] = [
    Role::SuperAdmin,
    Role::Admin,
    Role::Developer,
    Role::User,
    Role::PortalUser,
];

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
        for role in ROLES {
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
    for role in ROLES {
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
    for role in ROLES {
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
