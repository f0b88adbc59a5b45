//! R2: whoever has authorized something can take it back, wherever it sits.

use tsunagi_console::Reach;
use tsunagi_domain::{Kind, Mode, Role};

use crate::fixture::Desk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_what_one_has_authorized_is_found_and_revoked_after_its_application_is_out_of_sight() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Shared", Kind::LoggedInUser, Mode::Same);
    let shop = desk.software("Shop", &[id]);
    let (ines, paula) = (desk.founder(), desk.joins("Paula", Role::PortalUser));
    desk.authorized_by(ines, id, Reach::All).await;
    let share = |shared| {
        desk.console
            .share_application(desk.session(), shop, paula, shared)
    };
    share(true).unwrap();
    desk.authorized_by(paula, id, Reach::All).await;
    desk.seats(ines).await;
    share(false).unwrap();
    desk.seats(paula).await;
    let (console, session) = (&desk.console, desk.session());
    assert!(console.live_applications(session).unwrap().is_empty());
    let own = console.own_accounts(session).unwrap();
    let found: Vec<_> = own.accounts.iter().map(|one| one.whose).collect();
    assert_eq!(found, [Some(paula)], "hers, and nobody else's");
    let (at, whose) = (own.accounts[0].reaches[0], own.accounts[0].whose);
    let renamed = console.rename_own_account(session, id, at, whose, " Hers ");
    assert_eq!(renamed.unwrap().accounts[0].account.label, "Hers", "R2");
    let others = console.rename_own_account(session, id, at, Some(ines), "Mine");
    let code = others.unwrap_err().code;
    assert_eq!(code, "role_not_allowed", "R2: not Ines's");
    let again = console.authorize(session, id, at, None).await;
    assert_eq!(again.unwrap_err().code, "role_not_allowed", "R3");
    let impact = console.impact_of(session, id, at, whose).await.unwrap();
    assert!(impact.stops.is_empty(), "R15: of no application she sees");
    console.revoke_of(session, id, at, whose).await.unwrap();
    assert!(console.own_accounts(session).unwrap().accounts.is_empty());
    desk.seats(ines).await;
    let own = console.own_accounts(desk.session()).unwrap();
    assert_eq!(own.accounts[0].whose, Some(ines), "and Ines has hers still");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_sits_in_three_environments_is_one_account() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    desk.authorize(id, Reach::All).await;
    let mut edit = crate::managing::as_it_is(&desk.view(id).await);
    edit.mode = Mode::PerEnvironment;
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    edited.await.unwrap();
    let own = desk.console.own_accounts(desk.session()).unwrap();
    let reaches: Vec<_> = own.accounts.iter().map(|one| &*one.reaches).collect();
    assert_eq!(reaches, [Mode::PerEnvironment.reaches()], "one row");
    assert_eq!(own.accounts[0].whose, None, "everybody's");
    assert_eq!(own.more, 0);
}
