//! R21: one authorization in several connections.

use tsunagi_console::views::{ListQuery, NewConnection};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Health, Kind, Mode, NotConnected};
use tsunagi_practice::Faults;

use crate::fixture::{Desk, practice_draft};

pub(crate) async fn two() -> (Desk, ConnectionId, ConnectionId) {
    let (desk, first) = Desk::practice();
    desk.authorize(first, Reach::All).await;
    let mut draft = practice_draft("Second", Kind::LoggedInUser, Mode::Same);
    let offers = desk.console.reuse_offers(desk.session(), &draft).unwrap();
    assert_eq!(
        offers.len(),
        1,
        "same service, registration, scopes and reach"
    );
    assert_eq!(
        offers[0].account.label, "aiko@practice.example",
        "whose is said"
    );
    draft.reuse = Some(offers[0].connection);
    let second = desk.console.create(desk.session(), &draft).unwrap();
    (desk, first, second)
}

fn offers(desk: &Desk, draft: &NewConnection) -> usize {
    desk.console
        .reuse_offers(desk.session(), draft)
        .unwrap()
        .len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_shared_authorization_is_one_credential() {
    let (desk, first, second) = two().await;
    for id in [first, second] {
        assert!(desk.try_it(id).await.unwrap().ok, "both work");
    }
    let stored = desk
        .world
        .catalog()
        .sealed_authorizations(None, 10)
        .unwrap();
    assert_eq!(stored.len(), 1, "never a copy");
    let card = desk.view(first).await.environments[0].clone();
    assert_eq!(card.shared_with, ["Second"], "and it says so");
    desk.world.clock.pass(4000);
    let before = desk.world.practice.token_requests();
    for id in [first, second] {
        assert!(desk.try_it(id).await.unwrap().ok);
    }
    assert_eq!(
        desk.world.practice.token_requests(),
        before + 1,
        "renewed once for both"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_revoking_lists_all_that_share_and_empties_all() {
    let (desk, first, second) = two().await;
    let impact = desk
        .console
        .impact(desk.session(), second, Reach::All)
        .await;
    assert_eq!(
        impact.unwrap().shared_with,
        ["Practice CRM"],
        "R18: first it is said"
    );
    let revoked = desk
        .console
        .revoke(desk.session(), second, Reach::All)
        .await;
    revoked.unwrap();
    for id in [first, second] {
        let health = desk.view(id).await.row.stations[0].health;
        assert_eq!(
            health,
            Health::NotConnected(NotConnected::Revoked),
            "both lost it"
        );
        assert_eq!(desk.try_it(id).await.unwrap_err().code, "not_connected");
    }
    // Authorized again through one of them, both are back.
    desk.authorize(first, Reach::All).await;
    assert!(
        desk.try_it(second).await.unwrap().ok,
        "the same account keeps its places"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_deleting_one_leaves_the_other() {
    let (desk, first, second) = two().await;
    desk.console
        .delete_connection(desk.session(), first)
        .await
        .unwrap();
    assert!(
        desk.try_it(second).await.unwrap().ok,
        "the provider was not told"
    );
    assert!(
        desk.view(second).await.environments[0]
            .shared_with
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_only_what_would_work_as_it_is_is_offered() {
    let (desk, first) = Desk::practice();
    let same = practice_draft("Second", Kind::LoggedInUser, Mode::Same);
    assert_eq!(offers(&desk, &same), 0, "not authorized yet");
    desk.authorize(first, Reach::All).await;
    assert_eq!(offers(&desk, &same), 1);
    let mut reordered = same.clone();
    reordered.scopes.reverse();
    assert_eq!(offers(&desk, &reordered), 1, "scopes are a set");
    let mut fewer = same.clone();
    fewer.scopes.pop();
    assert_eq!(offers(&desk, &fewer), 0, "other scopes");
    let admin = practice_draft("Second", Kind::Admin, Mode::Same);
    assert_eq!(offers(&desk, &admin), 0, "another kind");
    let three = practice_draft("Second", Kind::LoggedInUser, Mode::PerEnvironment);
    assert_eq!(offers(&desk, &three), 0, "another reach");
    let mut gone = same.clone();
    gone.reuse = Some(first);
    let revoked = desk.console.revoke(desk.session(), first, Reach::All).await;
    revoked.unwrap();
    assert_eq!(offers(&desk, &same), 0, "revoked");
    let refused = desk.console.create(desk.session(), &gone).unwrap_err();
    assert_eq!(
        refused.code, "reuse_gone",
        "the offer went while the person was typing"
    );
    let page = desk
        .console
        .connections(desk.session(), &ListQuery::default())
        .unwrap();
    assert_eq!(page.all, 1, "and nothing was made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_scopes_that_are_withheld_are_missing_in_every_place_that_asks_for_them() {
    let (desk, _first, second) = two().await;
    // The same account again through the second one, with a scope withheld: both ask for it.
    desk.world.practice.set(Faults {
        withhold_scopes: vec!["contacts.read".to_owned()],
        ..Faults::default()
    });
    desk.authorize(second, Reach::All).await;
    assert_eq!(
        desk.console.start(desk.session()).unwrap().needing,
        2,
        "in neither place"
    );
}
