use std::collections::BTreeMap;

use tsunagi_catalog::{Catalog, CatalogError, Step};
use tsunagi_domain::{FlowId, Kind, Mode, Reach};

use crate::fixture::{Home, NOW, flow, shared_slot};

fn step(code: &str) -> Step {
    Step {
        at: NOW,
        code: code.to_owned(),
        ok: true,
        args: BTreeMap::from([("host".to_owned(), "auth.example.com".to_owned())]),
        wire: vec!["GET /authorize".to_owned(), "302".to_owned()],
        millis: Some(12),
    }
}

#[test]
fn a_state_is_good_for_one_claim() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let begun = flow(shared_slot(made.id, Reach::All), [5; 32]);
    home.catalog.begin_flow(&begun).unwrap();
    assert_eq!(
        home.catalog.claim_flow(&[6; 32]).unwrap(),
        None,
        "a stranger's state finds nothing"
    );
    assert_eq!(
        home.catalog.claim_flow(&[5; 32]).unwrap(),
        Some(begun),
        "its own finds it"
    );
    let other = Catalog::open(home.path()).unwrap();
    assert_eq!(
        other.claim_flow(&[5; 32]).unwrap(),
        None,
        "a replay finds nothing, anywhere"
    );
}

#[test]
fn a_state_claimed_by_many_at_once_is_claimed_by_one() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    home.catalog
        .begin_flow(&flow(shared_slot(made.id, Reach::All), [5; 32]))
        .unwrap();
    let other = Catalog::open(home.path()).unwrap();
    let claims: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = [&home.catalog, &other, &home.catalog, &other]
            .map(|catalog| scope.spawn(|| catalog.claim_flow(&[5; 32]).unwrap().is_some()))
            .into();
        threads
            .into_iter()
            .map(|thread| usize::from(thread.join().unwrap()))
            .sum()
    });
    assert_eq!(claims, 1, "RFC 6749 section 10.12: a callback counts once");
}

#[test]
fn a_flow_that_has_ended_is_not_claimed_and_keeps_its_outcome() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let begun = flow(shared_slot(made.id, Reach::All), [5; 32]);
    home.catalog.begin_flow(&begun).unwrap();
    let later = NOW.plus_seconds(3);
    assert!(
        home.catalog
            .finish_flow(begun.id, "cancelled", later)
            .unwrap(),
        "it was running"
    );
    assert!(
        !home
            .catalog
            .finish_flow(begun.id, "connected", later)
            .unwrap(),
        "now it is not"
    );
    assert_eq!(
        home.catalog.claim_flow(&[5; 32]).unwrap(),
        None,
        "a late callback changes nothing"
    );
    let kept = home.catalog.flow(begun.id).unwrap().unwrap();
    assert_eq!(
        kept.outcome.as_deref(),
        Some("cancelled"),
        "the first outcome stands"
    );
    assert_eq!(kept.ended_at, Some(later), "with its time");
}

#[test]
fn timelines_come_back_in_order_the_latest_flow_first() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let key = shared_slot(made.id, Reach::All);
    let first = flow(key, [1; 32]);
    let mut second = flow(key, [2; 32]);
    second.started_at = NOW.plus_seconds(60);
    for begun in [&first, &second] {
        home.catalog.begin_flow(begun).unwrap();
        home.catalog.add_step(begun.id, &step("opened")).unwrap();
        home.catalog.add_step(begun.id, &step("callback")).unwrap();
    }
    let steps = vec![step("opened"), step("callback")];
    let flows = home.catalog.flows(made.id, 10).unwrap();
    assert_eq!(
        flows,
        [(second, steps.clone()), (first, steps)],
        "as they happened"
    );
    assert_eq!(
        home.catalog.flows(made.id, 1).unwrap().len(),
        1,
        "no more than asked for"
    );
    let nowhere = home.catalog.add_step(FlowId::new(), &step("opened"));
    assert_eq!(
        nowhere,
        Err(CatalogError::Missing("flow")),
        "a step belongs to a flow"
    );
}

#[test]
fn flows_an_earlier_session_left_running_are_interrupted() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let key = shared_slot(made.id, Reach::All);
    let (done, running) = (flow(key, [1; 32]), flow(key, [2; 32]));
    home.catalog.begin_flow(&done).unwrap();
    home.catalog.finish_flow(done.id, "connected", NOW).unwrap();
    home.catalog.begin_flow(&running).unwrap();
    assert_eq!(
        home.catalog.abandon_flows(NOW.plus_seconds(99)).unwrap(),
        1,
        "only the running"
    );
    let outcome = |id| home.catalog.flow(id).unwrap().unwrap().outcome;
    assert_eq!(
        outcome(done.id).as_deref(),
        Some("connected"),
        "what ended has ended"
    );
    assert_eq!(
        outcome(running.id).as_deref(),
        Some("interrupted"),
        "nobody waits for it any more"
    );
    assert_eq!(
        home.catalog.claim_flow(&[2; 32]).unwrap(),
        None,
        "nor may its callback count"
    );
}

#[test]
fn failures_of_all_connections_come_latest_first_and_what_went_well_is_none() {
    let home = Home::new();
    let key = |n: u8| {
        let made = home.add(&format!("Practice {n}"), Kind::Admin, Mode::Same);
        shared_slot(made.id, Reach::All)
    };
    let outcomes = [
        "connected",
        "access_denied",
        "kept",
        "scopes_missing",
        "revoked",
        "timed_out",
    ];
    for (n, outcome) in (0_u8..).zip(outcomes) {
        let mut begun = flow(key(n), [n; 32]);
        begun.started_at = NOW.plus_seconds(i64::from(n));
        home.catalog.begin_flow(&begun).unwrap();
        assert!(
            home.catalog
                .finish_flow(begun.id, outcome, NOW.plus_seconds(60))
                .unwrap()
        );
    }
    let mut left = flow(key(9), [9; 32]);
    left.started_at = NOW.plus_seconds(9);
    home.catalog.begin_flow(&left).unwrap();
    let failed = |since, limit| -> Vec<(String, String)> {
        let failed = home.catalog.failed_flows(since, limit).unwrap();
        failed
            .into_iter()
            .map(|(connection, flow, _)| (connection.name.to_string(), flow.outcome.unwrap()))
            .collect()
    };
    let named = |n: u8, outcome: &str| (format!("Practice {n}"), outcome.to_owned());
    let three = [
        named(5, "timed_out"),
        named(3, "scopes_missing"),
        named(1, "access_denied"),
    ];
    assert_eq!(failed(NOW, 10), three, "one that runs has not failed");
    assert_eq!(failed(NOW, 2), three[..2], "no more than asked for");
    assert_eq!(
        failed(NOW.plus_seconds(2), 10),
        three[..2],
        "and none from before"
    );
    home.catalog.abandon_flows(NOW.plus_seconds(70)).unwrap();
    assert_eq!(
        failed(NOW, 1),
        [named(9, "interrupted")],
        "what the program's end cut off has"
    );
}
