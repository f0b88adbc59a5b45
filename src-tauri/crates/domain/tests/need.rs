//! What one reach needs of the member who looks: one decision for rows, list, Home and tray.

use tsunagi_domain::need::{Need, need};
use tsunagi_domain::{Health, Kind, Member, MemberId, Mode, NotConnected, Role};

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
                    need(kind, Health::Connected, true, None, &viewer),
                    chooses.then_some(Need::ChoosePrimary),
                    "{kind:?}, {role:?}, active: {active}"
                );
                for primary in [viewer.id, MemberId::new()] {
                    assert_eq!(
                        need(kind, Health::Connected, true, Some(primary), &viewer),
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
                    let expected = match reason {
                        NotConnected::Disabled => Some(Need::Enable),
                        // Of whom it is asked has a test of its own.
                        NotConnected::Retired => continue,
                        _ => Some(Need::Authorize),
                    };
                    let health = Health::NotConnected(reason);
                    assert_eq!(
                        need(kind, health, false, primary, &member(role, true)),
                        expected,
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

#[test]
fn r16_what_uses_an_ended_service_waits_for_a_manager_and_nobody_signs_in() {
    let ended = Health::NotConnected(NotConnected::Retired);
    for kind in KINDS {
        for role in Role::ALL {
            for active in [true, false] {
                let manages =
                    active && matches!(role, Role::SuperAdmin | Role::Admin | Role::Developer);
                assert_eq!(
                    need(kind, ended, true, None, &member(role, active)),
                    manages.then_some(Need::Migrate),
                    "{kind:?}, {role:?}, active: {active}"
                );
                assert_eq!(
                    need(kind, ended, false, None, &member(role, active)),
                    None,
                    "there is nothing to move"
                );
            }
        }
    }
    assert!(Need::Migrate.needs_person(), "what used it stands still");
}

#[test]
fn r16_migrating_is_one_thing_to_do_for_a_whole_connection() {
    for mode in [Mode::Same, Mode::PerEnvironment] {
        let told = |need: Need| {
            let reaches = mode.reaches().iter();
            reaches
                .filter(|reach| need.is_told_of(**reach, mode))
                .count()
        };
        assert_eq!(told(Need::Migrate), 1, "{mode:?}");
        assert_eq!(told(Need::Authorize), mode.reaches().len(), "{mode:?}");
        assert_eq!(told(Need::ChoosePrimary), mode.reaches().len(), "{mode:?}");
    }
}
