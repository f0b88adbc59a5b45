//! A restored workspace sends nothing until this computer has taken it over.
#![allow(clippy::unwrap_used)]

use tsunagi_domain::custody::{
    Custody, Evidence, Restoration, custody, good_for_backup, may_take_over, may_use_credentials,
    unproven, usable,
};
use tsunagi_domain::roles::may_keep_keys;
use tsunagi_domain::{
    DataCenter, Member, MemberId, Plan, RefusalCode, Role, Timestamp, Workspace, WorkspaceId,
};

const RESTORED: Restoration = Restoration {
    backed_up_at: Timestamp(1),
    restored_at: Timestamp(2),
    taken_over_at: None,
};

fn member(role: Role, active: bool) -> Member {
    Member {
        id: MemberId::new(),
        name: "Aiko".to_owned(),
        role,
        active,
    }
}

#[test]
fn a_workspace_is_here_unless_it_was_restored_and_not_taken_over() {
    assert_eq!(custody(None), Custody::Here, "it was founded here");
    assert_eq!(custody(Some(RESTORED)), Custody::Elsewhere);
    let taken = Restoration {
        taken_over_at: Some(Timestamp(3)),
        ..RESTORED
    };
    assert_eq!(custody(Some(taken)), Custody::Here);
}

#[test]
fn credentials_are_used_only_where_the_workspace_is() {
    assert_eq!(may_use_credentials(Custody::Here), Ok(()));
    let refused = may_use_credentials(Custody::Elsewhere).unwrap_err();
    assert_eq!(refused.code, RefusalCode::NotTakenOver);
}

#[test]
fn a_workspace_is_usable_where_its_plan_allows_it_and_where_it_is() {
    let workspace = |plan| Workspace {
        id: WorkspaceId::new(),
        name: "Mori trading".to_owned(),
        plan,
        data_center: DataCenter("us".to_owned()),
        country: None,
        created_at: Timestamp(0),
    };
    let told = |plan, custody| usable(&workspace(plan), custody).map_err(|refusal| refusal.code);
    assert_eq!(told(Plan::Paid, Custody::Here), Ok(()));
    assert_eq!(
        told(Plan::Paid, Custody::Elsewhere),
        Err(RefusalCode::NotTakenOver)
    );
    assert_eq!(told(Plan::Free, Custody::Here), Err(RefusalCode::PlanFree));
    assert_eq!(
        told(Plan::Free, Custody::Elsewhere),
        Err(RefusalCode::PlanFree),
        "taking it over would mend nothing"
    );
}

#[test]
fn only_an_active_super_admin_makes_backups_and_takes_over() {
    for role in Role::ALL {
        let expected = match role {
            Role::SuperAdmin => Ok(()),
            _ => Err(RefusalCode::SuperAdminNeeded),
        };
        let here = member(role, true);
        assert_eq!(may_keep_keys(&here).map_err(|no| no.code), expected);
        let over = may_take_over(&here, Custody::Elsewhere);
        assert_eq!(over.map_err(|no| no.code), expected, "{role:?}");
        let gone = may_take_over(&member(role, false), Custody::Elsewhere);
        assert_eq!(gone.unwrap_err().code, RefusalCode::MemberInactive);
        let again = may_take_over(&here, Custody::Here);
        assert!(again.is_err(), "{role:?}: there is nothing to take over");
    }
}

#[test]
fn a_backup_s_passphrase_has_twelve_characters_of_any_script() {
    for (passphrase, good) in [
        ("", false),
        ("eleven char", false),
        ("twelve chars", true),
        ("あいうえおかきくけこさ", false),
        ("あいうえおかきくけこさし", true),
    ] {
        assert_eq!(good_for_backup(passphrase).is_ok(), good, "{passphrase:?}");
    }
}

#[test]
fn only_the_provider_proves_a_restored_credential() {
    for before in [true, false] {
        assert!(unproven(before, Evidence::Restored), "whatever it was");
        for seen in [Evidence::Authorized, Evidence::Renewed, Evidence::Accepted] {
            assert!(!unproven(before, seen), "{seen:?} proves it");
        }
        assert_eq!(
            unproven(before, Evidence::Nothing),
            before,
            "silence proves nothing and disproves nothing"
        );
    }
}

#[test]
fn what_opens_or_ends_a_credential_waits_for_the_computer_that_has_the_workspace() {
    use tsunagi_domain::access::Act;
    use tsunagi_domain::custody::allows;
    let paid = Workspace {
        id: WorkspaceId::new(),
        name: "Home".to_owned(),
        plan: Plan::Paid,
        data_center: DataCenter("us".to_owned()),
        country: None,
        created_at: Timestamp(0),
    };
    let waits = [
        Act::Authorize,
        Act::Use,
        Act::Renew,
        Act::Verify,
        Act::Revoke,
        Act::Delete,
    ];
    for act in Act::ALL {
        assert_eq!(allows(&paid, Custody::Here, act), Ok(()), "{act:?}");
        let elsewhere = allows(&paid, Custody::Elsewhere, act);
        let refused = waits.contains(&act).then_some(RefusalCode::NotTakenOver);
        assert_eq!(elsewhere.err().map(|no| no.code), refused, "{act:?}");
    }
}
