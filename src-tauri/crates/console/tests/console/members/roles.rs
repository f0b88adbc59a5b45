//! Roles: what is asked of who raises one, and what is not shown to whom.

use tsunagi_console::views::{Invitation, MemberChange};
use tsunagi_domain::Role;

use super::{PASSPHRASE, code, some};
use crate::fixture::Desk;

#[tokio::test]
async fn raising_a_role_asks_for_the_raiser_s_passphrase_and_lowering_does_not() {
    let desk = Desk::empty();
    let rei = desk.invites("Rei", Role::User).await;
    desk.protects(PASSPHRASE).await;
    let change = |role, passphrase: Option<&str>| {
        let change = MemberChange {
            name: "Rei".to_owned(),
            role,
            passphrase: passphrase.map(str::to_owned),
        };
        desk.console.change_member(desk.session(), rei, change)
    };
    assert_eq!(code(change(Role::Admin, None).await), "passphrase_required");
    assert_eq!(
        code(change(Role::Admin, Some("wrong horse battery")).await),
        "member_passphrase_wrong"
    );
    assert_eq!(desk.row(rei).role, Role::User, "refused is unchanged");
    change(Role::Admin, Some(PASSPHRASE)).await.unwrap();
    assert_eq!(desk.row(rei).role, Role::Admin);
    change(Role::User, None).await.unwrap();
    assert_eq!(desk.row(rei).role, Role::User, "lowering needs no proof");
    let invitation = Invitation {
        name: "Kai".to_owned(),
        role: Role::SuperAdmin,
        passphrase: None,
    };
    assert_eq!(
        code(desk.console.invite(desk.session(), invitation).await),
        "passphrase_required",
        "inviting a manager raises somebody too"
    );
}

#[tokio::test]
async fn reactivating_and_resetting_ask_for_the_passphrase_of_whoever_does_it() {
    let desk = Desk::empty();
    let rei = desk.invites("Rei", Role::SuperAdmin).await;
    let kai = desk.invites("Kai", Role::User).await;
    desk.signs_in(kai, None).await;
    desk.protects("another passphrase").await;
    desk.signs_in(desk.ines(), None).await;
    desk.protects(PASSPHRASE).await;
    let session = desk.session();
    desk.console
        .deactivate_member(session, rei, None)
        .await
        .unwrap();
    for (passphrase, refused) in [
        (None, "passphrase_required"),
        (Some("wrong horse battery"), "member_passphrase_wrong"),
    ] {
        let given = || passphrase.map(str::to_owned);
        let reactivated = desk.console.reactivate_member(session, rei, given());
        assert_eq!(code(reactivated.await), refused);
        let reset = desk.console.reset_passphrase(session, kai, given());
        assert_eq!(code(reset.await), refused);
    }
    assert!(!desk.row(rei).active, "refused is unchanged");
    assert!(desk.row(kai).passphrase, "refused is unchanged");
    let impact = desk
        .console
        .member_impact(session, rei, Role::SuperAdmin, true);
    assert!(impact.await.unwrap().asks_passphrase, "it says so first");
    let reactivated = desk
        .console
        .reactivate_member(session, rei, some(PASSPHRASE));
    reactivated.await.unwrap();
    let reset = desk
        .console
        .reset_passphrase(session, kai, some(PASSPHRASE));
    reset.await.unwrap();
    assert!(desk.row(rei).active && !desk.row(kai).passphrase);
}

#[tokio::test]
async fn the_last_super_admin_stays_one() {
    let desk = Desk::empty();
    let ines = desk.ines();
    desk.invites("Rei", Role::Admin).await;
    let change = MemberChange {
        name: "Ines".to_owned(),
        role: Role::Admin,
        passphrase: None,
    };
    assert_eq!(
        code(
            desk.console
                .change_member(desk.session(), ines, change)
                .await
        ),
        "last_super_admin"
    );
    assert_eq!(
        code(
            desk.console
                .deactivate_member(desk.session(), ines, None)
                .await
        ),
        "last_super_admin"
    );
    let row = desk.row(ines);
    assert!(row.active && row.role == Role::SuperAdmin && !row.may_deactivate);
}

#[tokio::test]
async fn users_and_portal_users_are_shown_no_manager_s_screen() {
    let (desk, id) = Desk::practice();
    for role in [Role::User, Role::PortalUser] {
        let member = desk.invites(role.as_str(), role).await;
        desk.signs_in(member, None).await;
        let (console, session) = (&desk.console, desk.session());
        for (what, answer) in [
            ("home", code(console.home_view(session))),
            (
                "connections",
                code(console.connections(session, &Default::default())),
            ),
            (
                "connection",
                code(console.connection_view(session, id).await),
            ),
            ("timeline", code(console.timeline(session, id))),
            ("gallery", code(console.gallery(session))),
            (
                "service's page",
                code(console.service_page(session, "practice")),
            ),
            ("source", code(console.source(session, "practice", 0))),
            ("connectors", code(console.connectors(session))),
            ("practice", code(console.practice(session))),
            ("members", code(console.members(session))),
        ] {
            assert_eq!(answer, "role_not_allowed", "{what} for {role:?}");
        }
        let impact = console.member_impact(session, member, Role::SuperAdmin, true);
        assert_eq!(code(impact.await), "admin_needed", "{role:?}");
        desk.signs_in(desk.ines(), None).await;
    }
}
