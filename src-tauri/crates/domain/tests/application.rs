//! R10 and R15: applications.
#![allow(clippy::unwrap_used)]

use tsunagi_domain::application::{
    Component, may_become, may_delete, may_open_edit_mode, may_open_live_mode, may_send,
    may_use_kind, sees_in_live_mode,
};
use tsunagi_domain::{Edition, Kind, Member, MemberId, RefusalCode, Role};

const KINDS: [Kind; 3] = [Kind::System, Kind::Admin, Kind::LoggedInUser];
fn member(role: Role, active: bool) -> Member {
    Member {
        id: MemberId::new(),
        name: "Ken".to_owned(),
        role,
        active,
    }
}

#[test]
fn r10_logged_in_user_connections_exist_in_c6_applications_only() {
    for kind in KINDS {
        assert_eq!(
            may_use_kind("Orders", Edition::C6, kind),
            Ok(()),
            "{kind:?} in C6"
        );
        let in_c5 = may_use_kind("Orders", Edition::C5, kind);
        if kind == Kind::LoggedInUser {
            let refusal = in_c5.unwrap_err();
            assert_eq!(refusal.code, RefusalCode::EditionTooOld, "{kind:?} in C5");
            assert_eq!(
                refusal.args["application"], "Orders",
                "the sentence names it"
            );
        } else {
            assert_eq!(in_c5, Ok(()), "{kind:?} in C5");
        }
    }
}

#[test]
fn r10_an_application_with_one_stays_c6() {
    let kinds = [Kind::Admin, Kind::LoggedInUser];
    assert_eq!(
        may_become("Orders", Edition::C5, kinds.into_iter())
            .unwrap_err()
            .code,
        RefusalCode::EditionTooOld,
        "it would lose what its members have authorized"
    );
    assert!(may_become("Orders", Edition::C6, kinds.into_iter()).is_ok());
    assert!(
        may_become(
            "Orders",
            Edition::C5,
            [Kind::Admin, Kind::System].into_iter()
        )
        .is_ok(),
        "one without may go back"
    );
    assert!(may_become("Orders", Edition::C5, std::iter::empty()).is_ok());
}

#[test]
fn r15_live_mode_shows_users_their_own_kind_and_managers_all() {
    for role in Role::ALL {
        for kind in KINDS {
            for shared in [false, true] {
                let expected = role.is_manager() || (shared && kind == Kind::LoggedInUser);
                assert_eq!(
                    sees_in_live_mode(&member(role, true), kind, shared),
                    expected,
                    "{role:?}, {kind:?}, shared: {shared}"
                );
                assert!(
                    !sees_in_live_mode(&member(role, false), kind, shared),
                    "{role:?}, deactivated, sees nothing"
                );
            }
        }
    }
}

#[test]
fn r15_live_mode_opens_for_managers_and_those_it_is_shared_with() {
    for role in Role::ALL {
        for shared in [false, true] {
            let answer = may_open_live_mode(&member(role, true), "Orders", shared);
            if role.is_manager() || shared {
                assert_eq!(answer, Ok(()), "{role:?}, shared: {shared}");
            } else {
                let refusal = answer.unwrap_err();
                assert_eq!(refusal.code, RefusalCode::ApplicationNotShared, "{role:?}");
                assert_eq!(
                    refusal.args["application"], "Orders",
                    "the sentence names it"
                );
            }
            assert_eq!(
                may_open_live_mode(&member(role, false), "Orders", shared)
                    .unwrap_err()
                    .code,
                RefusalCode::MemberInactive,
                "{role:?}, deactivated"
            );
        }
    }
}

#[test]
fn editions_are_written_as_people_write_them() {
    assert_eq!((Edition::C5.as_str(), Edition::C6.as_str()), ("c5", "c6"));
}

#[test]
fn r15_edit_mode_opens_for_managers_only() {
    for role in Role::ALL {
        let answer = may_open_edit_mode(&member(role, true));
        assert_eq!(answer.is_ok(), role.is_manager(), "{role:?}");
        assert_eq!(
            may_open_edit_mode(&member(role, false)).unwrap_err().code,
            RefusalCode::MemberInactive,
            "{role:?}, deactivated"
        );
    }
}

#[test]
fn r15_a_component_is_the_places_of_its_area_and_name() {
    let component = Component {
        area: "form_workflow".to_owned(),
        name: "Orders".to_owned(),
    };
    assert!(component.includes("form_workflow", "Orders"));
    assert!(!component.includes("form_workflow", "Returns"));
    assert!(
        !component.includes("page_panel", "Orders"),
        "another area may use the same name"
    );
}

#[test]
fn r4_who_is_no_manager_sends_through_a_shared_application_only() {
    for role in Role::ALL {
        let present = member(role, true);
        let direct = may_send(&present, None).map_err(|refusal| refusal.code);
        let own = may_send(&present, Some(("Orders", true)));
        let other = may_send(&present, Some(("Orders", false)));
        assert_eq!(own, Ok(()), "{role:?} through one that is shared");
        if role.is_manager() {
            assert_eq!(direct, Ok(()), "{role:?} tries the connection itself");
            assert_eq!(other, Ok(()), "{role:?} through any application");
        } else {
            assert_eq!(direct, Err(RefusalCode::RoleNotAllowed), "{role:?}");
            let refusal = other.unwrap_err();
            assert_eq!(refusal.code, RefusalCode::ApplicationNotShared, "{role:?}");
            assert_eq!(refusal.args["application"], "Orders", "it is named");
        }
        let gone = may_send(&member(role, false), Some(("Orders", true)));
        assert_eq!(
            gone.unwrap_err().code,
            RefusalCode::MemberInactive,
            "{role:?}, deactivated"
        );
    }
}

#[test]
fn r18_an_application_goes_when_it_uses_nothing() {
    assert_eq!(may_delete("Orders", 0), Ok(()));
    let refusal = may_delete("Orders", 3).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::ApplicationInUse);
    assert_eq!(
        (
            refusal.args["application"].as_str(),
            refusal.args["count"].as_str()
        ),
        ("Orders", "3"),
        "the sentence says which and how many"
    );
}
