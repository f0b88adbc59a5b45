//! What goes when somebody leaves.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tsunagi_console::Reach;
use tsunagi_console::views::WorkKind;
use tsunagi_domain::{Health, Kind, Mode, Role};

use super::{code, with_ben};
use crate::fixture::Desk;

#[tokio::test]
async fn a_leaver_s_connections_are_handed_over_and_their_authorizations_revoked() {
    let (desk, id) = Desk::practice();
    let ines = desk.ines();
    desk.authorize(id, Reach::All).await;
    let shared = desk.create_practice("Shared", Kind::Admin, Mode::Same);
    desk.authorize(shared, Reach::All).await;
    let shop = desk.software("Shop", &[id, shared]);
    desk.used_in(shared, shop, "form_workflow", "On submit", false);
    desk.used_in(id, shop, "schedule", "Nightly", true);
    desk.used_in(id, shop, "form_workflow", "On edit", false);
    let row = desk.row(ines);
    assert_eq!(
        (row.owned, row.authorized, row.primaries),
        (2, 2, 1),
        "the list says what belongs to them"
    );
    let rei = desk.invites("Rei", Role::SuperAdmin).await;
    desk.signs_in(rei, None).await;
    desk.authorize(id, Reach::All).await;
    let impact = desk
        .console
        .member_impact(desk.session(), ines, Role::SuperAdmin, false);
    let impact = impact.await.unwrap();
    assert_eq!(
        impact.connections.len(),
        2,
        "what they answer for is listed"
    );
    assert_eq!(impact.authorizations.len(), 2, "and what they authorized");
    assert_eq!(impact.primaries.len(), 1, "and the primary account");
    let stops: BTreeSet<&str> = impact.stops.iter().map(|used| used.name.as_str()).collect();
    assert_eq!(
        stops,
        BTreeSet::from(["Nightly", "On submit"]),
        "R18: what stops; what others run with accounts of their own goes on"
    );
    let next = impact.stops.iter().find(|used| used.name == "Nightly");
    assert!(next.unwrap().next_run.is_some(), "and when it would run");
    assert_eq!(impact.heirs[0].name, "Rei", "and who can take over");
    assert_eq!(
        code(
            desk.console
                .deactivate_member(desk.session(), ines, None)
                .await
        ),
        "heir_needed",
        "nothing is left without anybody who answers for it"
    );
    assert!(desk.row(ines).active, "a refusal changes nothing");
    let left = desk
        .console
        .deactivate_member(desk.session(), ines, Some(rei));
    let left = left.await.unwrap();
    assert_eq!(left.handed_over, 2, "both connections");
    assert_eq!(left.primaries, 1, "and nobody was promoted");
    assert!(
        left.authorizations.iter().all(|one| one.at_provider),
        "the provider was told of each"
    );
    let catalog = desk.world.catalog();
    assert_eq!(catalog.owner(id).unwrap(), Some(rei));
    assert_eq!(desk.own(id, ines), None, "their own place is empty");
    let slot = &catalog.slots(shared).unwrap()[0];
    assert!(
        matches!(slot.authorization.health, Health::NotConnected(_)),
        "what everybody used asks to be authorized anew"
    );
    assert_eq!(
        code(desk.console.sign_in(ines, None).await),
        "member_inactive",
        "and they sign in no more"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leave_that_is_stopped_between_two_authorizations_can_be_gone_on_with() {
    let (desk, id) = Desk::practice();
    let ines = desk.ines();
    desk.authorize(id, Reach::All).await;
    let shared = desk.create_practice("Shared", Kind::Admin, Mode::Same);
    desk.authorize(shared, Reach::All).await;
    let rei = desk.invites("Rei", Role::SuperAdmin).await;
    desk.signs_in(rei, None).await;
    // Whoever waits presses Stop as soon as the first of the two is under way.
    let over = Arc::new(AtomicBool::new(false));
    let (console, session, ended) = (desk.console.clone(), desk.session(), over.clone());
    desk.world.clock.until_done(move || {
        let over = ended.load(Ordering::Relaxed);
        if !over {
            console.stop_work(session, WorkKind::Leaving).unwrap();
        }
        over
    });
    let leaves = || {
        desk.console
            .deactivate_member(desk.session(), ines, Some(rei))
    };
    let stopped = leaves().await.unwrap_err();
    over.store(true, Ordering::Relaxed);
    assert_eq!(stopped.code, "leave_stopped");
    let (done, all) = (&stopped.args["done"], &stopped.args["all"]);
    assert_eq!((done.as_str(), all.as_str()), ("1", "2"), "between the two");
    let row = desk.row(ines);
    assert!(row.active, "they have not left");
    assert_eq!(row.owned, 2, "nothing was handed over");
    let left = leaves().await.unwrap();
    assert_eq!(left.authorizations.len(), 1, "the rest");
    assert_eq!(left.handed_over, 2);
    assert!(!desk.row(ines).active);
}

#[tokio::test]
async fn where_a_leaver_s_key_is_locked_the_host_to_revoke_at_by_hand_is_named() {
    let (desk, _, ben) = with_ben().await;
    desk.signs_in(desk.ines(), None).await;
    let left = desk
        .console
        .deactivate_member(desk.session(), ben, None)
        .await
        .unwrap();
    let one = &left.authorizations[0];
    assert!(one.locked && !one.at_provider, "nobody could open it");
    assert!(one.host.starts_with("127.0.0.1:"), "{}", one.host);
}
