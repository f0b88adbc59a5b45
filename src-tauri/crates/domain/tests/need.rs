//! What one reach needs of the member who looks: one decision for rows, list, Home and tray.

use tsunagi_domain::need::{Need, need};
use tsunagi_domain::{Health, Kind, Member, MemberId, NotConnected, Role};

const KINDS: [Kind; 3] = [Kind::System, Kind::Admin, Kind::LoggedInUser];
fn member(role: Role, active: bool) -> Member {
    Member {
        id: MemberId::new(),
        name: "Aiko".to_owned(),
        role,
        active,
    }
}

#[test]
fn r11_who_may_be_primary_is_asked_to_choose_where_nobody_is() {
    for kind in KINDS {
        for role in Role::ALL {
            for active in [true, false] {
                let viewer = member(role, active);
                let chooses = kind == Kind::LoggedInUser
                    && active
                    && matches!(role, Role::SuperAdmin | Role::Admin);
                assert_eq!(
                    need(kind, Health::Connected, None, &viewer),
                    chooses.then_some(Need::ChoosePrimary),
                    "{kind:?}, {role:?}, active: {active}"
                );
                for primary in [viewer.id, MemberId::new()] {
                    assert_eq!(
                        need(kind, Health::Connected, Some(primary), &viewer),
                        None,
                        "{kind:?}, {role:?}: somebody is primary"
                    );
                }
            }
        }
    }
}

#[test]
fn who_is_not_connected_authorizes_first_whoever_is_primary() {
    for kind in KINDS {
        for role in Role::ALL {
            for primary in [None, Some(MemberId::new())] {
                for reason in NotConnected::ALL {
                    let expected = if reason == NotConnected::Disabled {
                        Need::Enable
                    } else {
                        Need::Authorize
                    };
                    let health = Health::NotConnected(reason);
                    assert_eq!(
                        need(kind, health, primary, &member(role, true)),
                        Some(expected),
                        "{kind:?}, {role:?}, {reason:?}, primary: {}",
                        primary.is_some()
                    );
                }
            }
        }
    }
}

#[test]
fn what_was_disabled_waits_for_nobody() {
    assert!(Need::Authorize.needs_person() && Need::ChoosePrimary.needs_person());
    assert!(!Need::Enable.needs_person());
}
