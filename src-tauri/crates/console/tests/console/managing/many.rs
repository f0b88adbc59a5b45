//! What is done to many connections at once: R18, R21.

use std::collections::BTreeSet;

use tsunagi_console::ConnectionId;
use tsunagi_console::views::{BulkAction, Fate, ListQuery};
use tsunagi_domain::{Health, Kind, Member, Mode, Role};

use super::admin;
use crate::fixture::{Desk, practice_draft};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_what_cannot_be_done_to_one_keeps_it_from_no_other() {
    let desk = Desk::practice().0;
    let (used, free) = (
        admin(&desk, "Used", Mode::Same).await,
        admin(&desk, "Free", Mode::Same).await,
    );
    let shop = desk.software("Shop", &[used]);
    desk.used_in(used, shop, "schedules", "Nightly", true);
    let gone = ConnectionId::new();
    let chosen = [used, free, gone];
    let parts = desk
        .console
        .bulk_impact(desk.session(), BulkAction::Delete, &chosen)
        .unwrap();
    assert_eq!(parts.len(), 2, "what is gone needs nothing done");
    let refused = parts[0].refused.clone().unwrap();
    assert_eq!(refused.code, "still_used", "R18");
    assert_eq!(
        parts[0].uses[0].used.name, "Nightly",
        "the places are listed"
    );
    assert!(parts[1].refused.is_none());
    let results = desk
        .console
        .bulk_run(desk.session(), BulkAction::Delete, &chosen)
        .await
        .unwrap();
    assert_eq!(results[0].failure.clone().unwrap().code, "still_used");
    assert!(results[1].changed && results[1].failure.is_none());
    assert!(desk.try_it(used).await.unwrap().ok, "nothing half done");
    let page = desk
        .console
        .connection_ids(desk.session(), &ListQuery::default())
        .unwrap();
    assert!(page.contains(&used) && !page.contains(&free));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_disabled_enabled_and_revoked_each_with_its_impact() {
    let desk = Desk::practice().0;
    let first = admin(&desk, "First", Mode::Same).await;
    let mut draft = practice_draft("Second", Kind::Admin, Mode::Same);
    draft.reuse = Some(first);
    let second = desk.console.create(desk.session(), &draft).unwrap();
    let shop = desk.software("Shop", &[first, second]);
    desk.used_in(second, shop, "schedules", "Nightly", true);
    let impact = |action, ids: &[ConnectionId]| {
        let parts = desk.console.bulk_impact(desk.session(), action, ids);
        parts.unwrap()
    };
    let run = async |action, ids: &[ConnectionId]| {
        let results = desk.console.bulk_run(desk.session(), action, ids).await;
        results.unwrap()
    };
    let both = [first, second];
    let parts = impact(BulkAction::Disable, &both);
    assert_eq!(parts[1].uses[0].fate, Fate::Stops);
    assert!(
        run(BulkAction::Disable, &both)
            .await
            .iter()
            .all(|one| one.changed)
    );
    assert!(
        impact(BulkAction::Disable, &both)
            .iter()
            .all(|one| one.nothing),
        "it is so already"
    );
    assert!(
        run(BulkAction::Disable, &both)
            .await
            .iter()
            .all(|one| !one.changed)
    );
    let parts = impact(BulkAction::Enable, &both);
    assert_eq!(parts[1].uses[0].fate, Fate::Starts);
    run(BulkAction::Enable, &both).await;
    assert!(desk.try_it(second).await.unwrap().ok);
    let parts = impact(BulkAction::Revoke, &[first]);
    let lost = &parts[0].also_lost;
    assert_eq!((lost.len(), lost[0].connection), (1, second), "R21");
    assert_eq!(lost[0].name, "Second");
    assert_eq!(lost[0].uses[0].used.name, "Nightly", "and what stops there");
    assert_eq!(
        impact(BulkAction::Revoke, &both)[0].also_lost.len(),
        1,
        "also where it is chosen: which slice it is asked in changes no answer"
    );
    assert_eq!(parts[0].authorizations, 1);
    run(BulkAction::Revoke, &[first]).await;
    assert_eq!(desk.try_it(second).await.unwrap_err().code, "not_connected");
    let log = desk.world.catalog().events(None, None, 50).unwrap();
    let revoked = log
        .iter()
        .filter(|event| event.event.action == "authorization.revoked");
    let told: Vec<_> = revoked.map(|event| event.event.subject.clone()).collect();
    let each = [second, first].map(|id| format!("connection/{id}"));
    assert_eq!(
        told.iter().collect::<BTreeSet<_>>(),
        each.iter().collect::<BTreeSet<_>>(),
        "each that shared it tells of it"
    );
    assert_eq!(told.len(), 2, "one credential is revoked once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_cannot_be_read_keeps_nothing_from_the_others() {
    let desk = Desk::practice().0;
    let (first, last) = (
        admin(&desk, "First", Mode::Same).await,
        admin(&desk, "Last", Mode::Same).await,
    );
    let bad = desk.create_practice("Bad", Kind::Admin, Mode::Same);
    desk.world.catalog().spoil_connection(bad).unwrap();
    let chosen = [first, bad, last];
    let parts = desk
        .console
        .bulk_impact(desk.session(), BulkAction::Disable, &chosen)
        .unwrap();
    let refused = parts.iter().map(|part| part.refused.as_ref());
    let codes: Vec<_> = refused
        .map(|why| why.map(|why| why.code.as_str()))
        .collect();
    assert_eq!(codes, [None, Some("row_unreadable"), None]);
    let results = desk
        .console
        .bulk_run(desk.session(), BulkAction::Disable, &chosen)
        .await
        .unwrap();
    let changed: Vec<_> = results.iter().map(|one| one.changed).collect();
    assert_eq!(changed, [true, false, true], "the person learns of each");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_who_is_demoted_between_two_of_many_goes_no_further() {
    let desk = Desk::practice().0;
    let (first, second) = (
        admin(&desk, "First", Mode::Same).await,
        admin(&desk, "Second", Mode::Same).await,
    );
    desk.joins("Rei", Role::SuperAdmin);
    let catalog = desk.world.catalog();
    let ines = catalog.member(desk.founder()).unwrap().unwrap();
    let role = Role::User;
    desk.world.clock.until_done(move || {
        let slots = catalog.slots(first).unwrap();
        let revoked = slots
            .iter()
            .all(|slot| slot.authorization.health != Health::Connected);
        let demoted = Member {
            role,
            ..ines.clone()
        };
        revoked && catalog.set_member(&demoted).is_ok()
    });
    let done = desk
        .console
        .bulk_run(desk.session(), BulkAction::Revoke, &[first, second])
        .await
        .unwrap();
    assert!(done[0].changed, "she was a manager");
    let refused = done[1].failure.as_ref().map(|why| why.code.as_str());
    assert_eq!(refused, Some("role_not_allowed"), "and is none any more");
    let slots = desk.world.catalog().slots(second).unwrap();
    assert_eq!(slots[0].authorization.health, Health::Connected);
}
