//! R1 to R3: what plan, data center and role allow.
#![allow(clippy::unwrap_used)]

use tsunagi_domain::access::{
    Act, act_of_change, available, is_place, may_authorize, may_authorize_now,
    may_change_availability, may_manage, may_revoke,
};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    Connection, ConnectionId, DataCenter, Kind, Member, MemberId, Mode, Plan, RefusalCode,
    RegistrationId, Role, Timestamp, Workspace, WorkspaceId,
};

const KINDS: [Kind; 3] = [Kind::System, Kind::Admin, Kind::LoggedInUser];

fn workspace(plan: Plan, data_center: &str) -> Workspace {
    Workspace {
        id: WorkspaceId::new(),
        name: "Practice".to_owned(),
        plan,
        data_center: DataCenter(data_center.to_owned()),
        country: None,
        created_at: Timestamp(0),
    }
}

fn member(role: Role, active: bool) -> Member {
    Member {
        id: MemberId::new(),
        name: "Hana".to_owned(),
        role,
        active,
    }
}

fn code<T>(result: Result<T, tsunagi_domain::Refusal>) -> Option<RefusalCode> {
    result.err().map(|refusal| refusal.code)
}

fn leads(kind: Kind, enabled: bool) -> Connection {
    Connection {
        id: ConnectionId::new(),
        name: ConnectionName::new("Leads").unwrap(),
        link_name: LinkName::new("leads").unwrap(),
        connector: "practice".to_owned(),
        kind,
        mode: Mode::Same,
        scopes: vec!["contacts.read".to_owned()],
        registration: None,
        settings: Settings::new(),
        enabled,
        created_by: None,
        created_at: Timestamp(0),
    }
}

#[test]
fn r1_a_free_plan_uses_nothing_anywhere() {
    for data_center in ["us", "eu", "in", "au", "jp"] {
        assert_eq!(
            code(available(&workspace(Plan::Free, data_center))),
            Some(RefusalCode::PlanFree),
            "free in {data_center}: the plan is what a person would change first"
        );
    }
}

#[test]
fn r1_four_data_centers_are_served_and_others_named_in_the_refusal() {
    for served in ["us", "eu", "in", "au"] {
        assert_eq!(
            available(&workspace(Plan::Paid, served)),
            Ok(()),
            "{served} is served"
        );
    }
    for other in ["jp", "ca", "cn", "sa", "uk", "US", "us ", "", "usa"] {
        let refusal = available(&workspace(Plan::Paid, other)).unwrap_err();
        assert_eq!(
            refusal.code,
            RefusalCode::DataCenterNotServed,
            "`{other}` is not served"
        );
        assert_eq!(
            refusal.args["data_center"],
            other.to_uppercase(),
            "the sentence names the data center"
        );
    }
}

#[test]
fn r1_only_an_active_super_admin_changes_plan_and_place() {
    for role in Role::ALL {
        for active in [true, false] {
            let expected = match (active, role) {
                (false, _) => Some(RefusalCode::MemberInactive),
                (true, Role::SuperAdmin) => None,
                (true, _) => Some(RefusalCode::SuperAdminNeeded),
            };
            let asked = may_change_availability(&member(role, active));
            assert_eq!(code(asked), expected, "{role:?}, active: {active}");
        }
    }
}

#[test]
fn r1_a_workspace_is_in_a_place_there_is() {
    // (data center, country, what is wrong with it)
    for (data_center, country, wrong) in [
        ("us", None, None),
        ("in", Some("IN"), None),
        ("jp", Some("JP"), None),
        ("cn", Some("CN"), None),
        ("ca", Some("CA"), None),
        ("sa", Some("SA"), None),
        ("US", None, Some("US")),
        ("mars", None, Some("mars")),
        ("", None, Some("")),
        ("us", Some("us"), Some("us")),
        ("us", Some("USA"), Some("USA")),
        ("us", Some("XX"), Some("XX")),
        ("us", Some(""), Some("")),
    ] {
        let asked = is_place(&DataCenter(data_center.to_owned()), country);
        let named = asked.err().map(|refusal| refusal.args["place"].clone());
        assert_eq!(named.as_deref(), wrong, "{data_center}, {country:?}");
    }
    let endless = is_place(&DataCenter("x".repeat(10_000)), None).unwrap_err();
    assert!(
        endless.args["place"].len() <= 20,
        "nothing endless is repeated"
    );
}

#[test]
fn r1_every_country_has_one_code_of_two_capitals() {
    let all: Vec<_> = tsunagi_domain::workspace::countries().collect();
    assert!(
        all.len() >= 249,
        "ISO 3166-1 has 249, and there are {}",
        all.len()
    );
    for code in &all {
        let capitals = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        assert!(capitals, "{code}");
    }
    assert!(all.is_sorted(), "so each is there once");
}

#[test]
fn r2_managers_manage_and_nobody_else() {
    for (role, manages) in [
        (Role::SuperAdmin, true),
        (Role::Admin, true),
        (Role::Developer, true),
        (Role::User, false),
        (Role::PortalUser, false),
    ] {
        let expected = (!manages).then_some(RefusalCode::RoleNotAllowed);
        assert_eq!(code(may_manage(&member(role, true))), expected, "{role:?}");
        assert_eq!(
            role.is_manager(),
            manages,
            "{role:?}: the word `manager` means the same"
        );
    }
}

#[test]
fn r2_everybody_may_revoke_their_own_and_managers_any() {
    for role in Role::ALL {
        assert_eq!(
            may_revoke(&member(role, true), true),
            Ok(()),
            "{role:?}: their own"
        );
        let expected = (!role.is_manager()).then_some(RefusalCode::RoleNotAllowed);
        assert_eq!(
            code(may_revoke(&member(role, true), false)),
            expected,
            "{role:?}: another's"
        );
    }
}

#[test]
fn r3_who_may_authorize_which_kind() {
    for role in Role::ALL {
        for kind in KINDS {
            for shared in [false, true] {
                let allowed = match (role, kind) {
                    (Role::SuperAdmin | Role::Admin | Role::Developer, _) => true,
                    (Role::User | Role::PortalUser, Kind::LoggedInUser) => shared,
                    (Role::User | Role::PortalUser, Kind::System | Kind::Admin) => false,
                };
                let expected = (!allowed).then_some(RefusalCode::RoleNotAllowed);
                assert_eq!(
                    code(may_authorize(&member(role, true), kind, shared)),
                    expected,
                    "{role:?} on {kind:?}, shared: {shared}"
                );
            }
        }
    }
}

#[test]
fn r3_a_disabled_connection_is_authorized_by_nobody() {
    for role in Role::ALL {
        for kind in KINDS {
            for shared in [false, true] {
                let member = member(role, true);
                let by_role = code(may_authorize(&member, kind, shared));
                assert_eq!(
                    code(may_authorize_now(&member, &leads(kind, true), shared)),
                    by_role,
                    "an enabled one asks for the role only: {role:?} on {kind:?}"
                );
                assert_eq!(
                    code(may_authorize_now(&member, &leads(kind, false), shared)),
                    by_role.or(Some(RefusalCode::Disabled)),
                    "whoever may not is not told more: {role:?} on {kind:?}"
                );
            }
        }
    }
    let admin = member(Role::Admin, true);
    let refusal = may_authorize_now(&admin, &leads(Kind::Admin, false), false).unwrap_err();
    assert_eq!(refusal.args["connection"], "leads", "which one is said");
}

#[test]
fn a_deactivated_member_does_nothing_whatever_their_role() {
    for role in Role::ALL {
        let gone = member(role, false);
        let inactive = Some(RefusalCode::MemberInactive);
        assert_eq!(
            code(may_manage(&gone)),
            inactive,
            "{role:?} manages nothing"
        );
        assert_eq!(
            code(may_revoke(&gone, true)),
            inactive,
            "{role:?} revokes nothing"
        );
        for kind in KINDS {
            assert_eq!(
                code(may_authorize(&gone, kind, true)),
                inactive,
                "{role:?}, {kind:?}"
            );
        }
    }
}

#[test]
fn r1_what_a_free_plan_does_and_does_not() {
    use tsunagi_domain::access::allows;
    let allowed = [
        Act::See,
        // A plan that lapses for a week ends no sign-in.
        Act::Renew,
        Act::Rename,
        Act::Revoke,
        Act::Disable,
        Act::Enable,
        Act::Delete,
        Act::TakeAway,
        Act::Decline,
    ];
    for act in Act::ALL {
        let tidies = allowed.contains(&act);
        for (plan, data_center, refused) in [
            (Plan::Free, "us", Some(RefusalCode::PlanFree)),
            (Plan::Paid, "jp", Some(RefusalCode::DataCenterNotServed)),
            (Plan::Paid, "us", None),
        ] {
            assert_eq!(
                code(allows(&workspace(plan, data_center), act)),
                refused.filter(|_| !tidies),
                "{act:?}, {plan:?} in {data_center}"
            );
        }
    }
}

#[test]
fn r1_r20_another_name_is_a_rename_and_anything_else_is_an_edit() {
    let before = leads(Kind::Admin, true);
    let change = |change: fn(&mut Connection)| {
        let mut after = before.clone();
        change(&mut after);
        act_of_change(&before, &after)
    };
    let name = |after: &mut Connection| after.name = ConnectionName::new("Prospects").unwrap();
    assert_eq!(change(name), Act::Rename);
    assert_eq!(change(|_| ()), Act::Rename, "nothing at all asks nobody");
    let edits: [fn(&mut Connection); 4] = [
        |after| after.scopes.clear(),
        |after| after.mode = Mode::PerEnvironment,
        |after| after.registration = Some(RegistrationId::new()),
        |after| drop(after.settings.insert("region".to_owned(), "eu".to_owned())),
    ];
    for edit in edits {
        assert_eq!(change(edit), Act::Edit);
        let mut both = before.clone();
        name(&mut both);
        edit(&mut both);
        assert_eq!(act_of_change(&before, &both), Act::Edit, "with a name, too");
    }
}
