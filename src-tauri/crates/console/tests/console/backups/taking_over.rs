//! A copy sends nothing before it has taken the workspace over, and is unproven until it has
//! worked.

use tsunagi_console::tray::{TrayIcon, TrayLine};
use tsunagi_console::views::ListQuery;
use tsunagi_console::{ConsoleError, Reach};
use tsunagi_domain::{ConnectionId, Health, NotConnected};
use tsunagi_practice::Faults;

use super::{backed_up, elsewhere, restore};
use crate::fixture::Desk;

/// A copy of that workspace on another computer; the first one is still there.
async fn restored() -> (Desk, Desk, ConnectionId) {
    let (desk, id, file) = backed_up().await;
    let world = elsewhere(&desk);
    let console = world.open();
    restore(&console, &file).unwrap();
    (desk, Desk { world, console }, id)
}

/// Everything that a person or the clock can set going.
async fn everything_is_tried(copy: &Desk, id: ConnectionId) {
    let (console, session) = (&copy.console, copy.session());
    let refused = |error: ConsoleError, what: &str| {
        assert_eq!(error.code, "not_taken_over", "{what} is refused by name");
    };
    refused(copy.try_it(id).await.unwrap_err(), "a use");
    let begun = console.authorize(session, id, Reach::All, None).await;
    refused(begun.unwrap_err(), "a sign-in");
    let revoked = console.revoke(session, id, Reach::All).await;
    refused(revoked.unwrap_err(), "a revocation");
    let deleted = console.delete_connection(session, id).await;
    refused(deleted.unwrap_err(), "deleting, which revokes");
    let _ = console.test_connection(session, id).await;
    console.renew_due().await;
    // Past every lifetime, when a renewal would be due for anybody.
    copy.world.clock.pass(50 * 60);
    console.renew_due().await;
    copy.world.clock.pass(24 * 3600);
    console.renew_due().await;
    refused(copy.try_it(id).await.unwrap_err(), "a use of what is due");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_sends_no_token_request_whatever_is_called() {
    let (desk, copy, id) = restored().await;
    let before = desk.world.practice.token_requests();
    everything_is_tried(&copy, id).await;
    // Nor after a restart.
    let Desk { world, console } = copy;
    console.close().await;
    drop(console);
    let copy = Desk {
        console: world.open(),
        world,
    };
    everything_is_tried(&copy, id).await;
    assert_eq!(
        desk.world.practice.token_requests(),
        before,
        "one old refresh token would end the family of the computer that has the workspace"
    );
    assert!(
        desk.try_it(id).await.unwrap().ok,
        "which has noticed nothing"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taken_over_it_is_unproven_until_it_has_worked() {
    let (desk, copy, id) = restored().await;
    let shown = copy.console.start(copy.session()).unwrap();
    let said = shown.restored.unwrap();
    assert!(!said.taken_over && said.may_take_over, "{said:?}");
    assert_eq!(said.unproven, 1, "the one authorization");
    let page = copy
        .console
        .connections(copy.session(), &ListQuery::default())
        .unwrap();
    let station = &page.rows[0].stations[0];
    assert_eq!(
        station.health,
        Health::Connected,
        "unproven stands beside the health, never instead of it"
    );
    assert!(station.unproven, "the list says so");
    let menu = copy.console.tray(copy.session());
    assert_eq!(menu.icon, TrayIcon::Needs);
    assert!(
        menu.lines.iter().any(|line| matches!(line,
            TrayLine::Entry { text, .. } if text.contains("another computer"))),
        "the tray says so: {menu:?}"
    );

    let start = copy.console.take_over(copy.session()).unwrap();
    let said = start.restored.unwrap();
    assert!(said.taken_over, "this computer has it now");
    assert_eq!(said.unproven, 1, "and still nobody knows");
    let again = copy.console.take_over(copy.session()).unwrap_err();
    assert_eq!(again.code, "nothing_to_take_over");

    copy.world.clock.pass(50 * 60);
    let before = desk.world.practice.token_requests();
    assert!(copy.try_it(id).await.unwrap().ok, "it is used");
    assert!(
        desk.world.practice.token_requests() > before,
        "and renewed here from now on"
    );
    let said = copy.console.start(copy.session()).unwrap().restored;
    assert_eq!(said.unwrap().unproven, 0, "a use that worked proves it");
    let view = copy.view(id).await;
    let text = serde_json::to_string(&view).unwrap();
    assert!(!text.contains("\"unproven\":true"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_use_without_a_renewal_proves_it_too_and_a_failing_service_does_not() {
    let (desk, copy, id) = restored().await;
    copy.console.take_over(copy.session()).unwrap();
    let unproven = || {
        let start = copy.console.start(copy.session()).unwrap();
        start.restored.unwrap().unproven
    };
    desk.world.practice.set(Faults {
        api: Some(tsunagi_practice::Fault::ServerError),
        ..Faults::default()
    });
    let _ = copy.try_it(id).await;
    assert_eq!(unproven(), 1, "a service's own trouble proves nothing");
    desk.world.practice.set(Faults::default());
    assert!(copy.try_it(id).await.unwrap().ok);
    assert_eq!(unproven(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_replaced_since_the_backup_is_not_connected_after_the_first_renewal() {
    let (desk, copy, id) = restored().await;
    // The computer that has the workspace goes on, and the provider rotates.
    desk.world.clock.pass(50 * 60);
    assert!(desk.try_it(id).await.unwrap().ok);
    copy.console.take_over(copy.session()).unwrap();
    copy.world.clock.pass(50 * 60);
    let refused = copy.try_it(id).await.unwrap_err();
    assert_eq!(refused.code, "not_connected", "{refused:?}");
    let view = copy.view(id).await;
    assert_eq!(
        view.row.stations[0].health,
        Health::NotConnected(NotConnected::Expired),
        "invalid_grant about the stored token is final"
    );
    // The provider's own clock has not moved, and an ID token of the past is refused.
    copy.world.clock.pass(-50 * 60);
    let flow = copy.authorize(id, Reach::All).await;
    assert_eq!(flow.failure.map(|failure| failure.code), None);
    assert!(copy.try_it(id).await.unwrap().ok, "authorized anew");
    let said = copy.console.start(copy.session()).unwrap().restored;
    assert_eq!(said.unwrap().unproven, 0, "what is new was never unproven");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_until_it_is_taken_over_no_screen_has_to_offer_what_would_be_refused() {
    let (_desk, copy, id) = restored().await;
    let (console, session) = (&copy.console, copy.session());
    let told = console.start(session).unwrap().unusable;
    let told = told.expect("screens say why instead of offering to authorize");
    let pressed = console.authorize(session, id, Reach::All, None).await;
    let refused = console.failure(&pressed.unwrap_err());
    assert_eq!(told, refused, "the very answer that a press would get");

    let start = console.take_over(session).unwrap();
    assert_eq!(start.unusable, None, "from now on it is offered");
    let flow = copy.authorize(id, Reach::All).await;
    assert_eq!(flow.failure.map(|failure| failure.code), None, "and works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_it_is_taken_over_revoking_and_deleting_say_why_not() {
    use tsunagi_console::views::BulkAction;
    let (desk, id, file) = backed_up().await;
    let world = elsewhere(&desk);
    let console = world.open();
    restore(&console, &file).unwrap();
    let session = console.session();
    let told = console.impact(session, id, Reach::All).await.unwrap();
    let why = told
        .refused
        .expect("the dialog says so before it is pressed");
    assert_eq!(why.code, "not_taken_over");
    for action in [BulkAction::Revoke, BulkAction::Delete] {
        let told = console.bulk_impact(session, action, &[id]).unwrap();
        let why = told[0].refused.clone().expect("and of many, for each");
        assert_eq!(why.code, "not_taken_over", "{action:?}");
        let done = console.bulk_run(session, action, &[id]).await.unwrap();
        let why = done[0].failure.clone().unwrap();
        assert_eq!(why.code, "not_taken_over", "{action:?}: the same answer");
    }
    let refused = console.revoke(session, id, Reach::All).await.unwrap_err();
    assert_eq!(refused.code, "not_taken_over");
    let disabled = console
        .bulk_impact(session, BulkAction::Disable, &[id])
        .unwrap();
    assert!(disabled[0].refused.is_none(), "disabling opens nothing");
    console.take_over(session).unwrap();
    let told = console.impact(session, id, Reach::All).await.unwrap();
    assert!(told.refused.is_none(), "from then on it can");
}
