//! What has happened is forgotten in portions, and the room it took given back.

use tsunagi_catalog::{Catalog, Execution, Run};
use tsunagi_domain::{
    AuthorizationId, ConnectionId, ExecutionId, ItemId, Kind, Mode, Reach, Timestamp,
};

use crate::fixture::{Home, NOW, shared_slot};
use crate::runs::run;

fn execution(item: ItemId, began: i64, outcome: Option<&str>) -> Execution {
    let began_at = NOW.plus_seconds(began);
    Execution {
        id: ExecutionId::new(),
        item,
        caller: "unattended".to_owned(),
        due: None,
        began_at,
        ended: outcome.map(|word| (began_at.plus_seconds(1), word.to_owned())),
        detail: "{}".to_owned(),
    }
}

#[test]
fn the_oldest_runs_go_first_a_portion_at_a_time_and_the_last_use_stays_known() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    let runs: Vec<_> = (0..10).map(|at| run(made.id, Some(id), at)).collect();
    home.catalog.record(&runs).unwrap();
    let before = NOW.plus_seconds(9);
    assert_eq!(home.catalog.history_before(before).unwrap(), (9, 0));
    assert_eq!(home.catalog.forget_runs(before, 4).unwrap(), 4);
    let left = home.catalog.runs(made.id, 20).unwrap();
    assert_eq!(left.last(), Some(&runs[4]), "the four oldest are gone");
    assert_eq!(home.catalog.forget_runs(before, 400).unwrap(), 5);
    let left = home.catalog.runs(made.id, 20).unwrap();
    assert_eq!(left, [runs[9].clone()], "what is not older stays");
    home.catalog.forget_runs(Timestamp(i64::MAX), 400).unwrap();
    assert_eq!(home.catalog.history().unwrap().runs, 0);
    let used = Some(NOW.plus_seconds(9));
    assert_eq!(home.catalog.last_used(made.id).unwrap(), used);
    let authorization = home.catalog.authorization(id).unwrap().unwrap();
    assert_eq!(authorization.last_used, used, "and of the account");
}

#[test]
fn a_request_whose_answer_nobody_heard_stays() {
    let home = Home::new();
    let connection = ConnectionId::new();
    let lost = |method: &str, code: &str, at| Run {
        method: method.to_owned(),
        status: None,
        refusal: Some(code.to_owned()),
        ..run(connection, Some(AuthorizationId::new()), at)
    };
    let post = lost("POST", "service_unreachable", 0);
    let put = lost("PUT", "cancelled", 1);
    let refused = Run {
        authorization: None,
        ..lost("POST", "cancelled", 2)
    };
    let answered = Run {
        status: Some(201),
        ..lost("POST", "cancelled", 3)
    };
    let all = [
        post.clone(),
        put.clone(),
        refused,
        answered,
        lost("GET", "service_unreachable", 4),
        lost("HEAD", "cancelled", 5),
        lost("POST", "cooling_down", 6),
        run(connection, None, 7),
    ];
    home.catalog.record_runs(&all).unwrap();
    let before = NOW.plus_seconds(100);
    assert_eq!(home.catalog.history_before(before).unwrap(), (6, 0));
    assert_eq!(home.catalog.forget_runs(before, 400).unwrap(), 6);
    assert_eq!(home.catalog.runs(connection, 20).unwrap(), [put, post]);
}

#[test]
fn runs_and_executions_are_measured_apart() {
    let home = Home::new();
    let none = home.catalog.history().unwrap();
    let runs: Vec<_> = (0..1_000)
        .map(|at| run(ConnectionId::new(), None, at))
        .collect();
    home.catalog.record_runs(&runs).unwrap();
    let there = home.catalog.history().unwrap();
    assert!(there.run_bytes > none.run_bytes + 100_000, "{there:?}");
    assert_eq!(there.execution_bytes, none.execution_bytes);
    assert_eq!(there.bytes(), there.run_bytes + there.execution_bytes);
}

#[test]
fn what_is_under_way_and_the_last_one_of_an_item_stay_whatever_is_asked() {
    let home = Home::new();
    let (one, other) = (ItemId::new(), ItemId::new());
    let open = execution(one, 0, None);
    let old = execution(one, 1, Some("done"));
    let last = execution(one, 2, Some("done"));
    let alone = execution(other, 3, Some("failed"));
    let all = [open.clone(), old.clone(), last.clone(), alone.clone()];
    home.catalog.put_executions(&all).unwrap();
    let there = home.catalog.history().unwrap();
    assert_eq!(there.executions, 4);
    assert_eq!(there.oldest, Some(NOW.plus_seconds(2)), "the first to end");
    let before = NOW.plus_seconds(100);
    let seen = home.catalog.past_executions(before, None, 2).unwrap();
    let told = |seen: &[tsunagi_catalog::PastExecution]| -> Vec<_> {
        let seen = seen.iter();
        seen.map(|one| (one.execution.id, one.latest)).collect()
    };
    assert_eq!(told(&seen), [(old.id, false), (last.id, true)]);
    let next = home.catalog.past_executions(before, Some(seen[1].mark), 2);
    assert_eq!(told(&next.unwrap()), [(alone.id, true)], "behind those");
    let ids: Vec<_> = all.iter().map(|one| one.id).collect();
    assert_eq!(home.catalog.forget_past_executions(&ids).unwrap(), 1);
    let left = home.catalog.executions(one, None, 10).unwrap();
    assert_eq!(left, [last, open]);
    assert_eq!(home.catalog.executions(other, None, 10).unwrap(), [alone]);
}

/// Records so much that forgetting it is worth something, and forgets it.
fn fill_and_forget(catalog: &Catalog) -> (u64, u64) {
    let connection = ConnectionId::new();
    let runs: Vec<_> = (0..20_000).map(|at| run(connection, None, at)).collect();
    catalog.record(&runs).unwrap();
    let full = catalog.data_size().unwrap();
    let held = catalog.history().unwrap().bytes();
    assert!(
        held > 20_000 * 100 && held <= full,
        "{held} of {full}: what is kept takes most of the file"
    );
    while catalog.forget_runs(Timestamp(i64::MAX), 5_000).unwrap() > 0 {}
    assert_eq!(
        catalog.data_size().unwrap(),
        full,
        "free, and not given yet"
    );
    let mut portions = 0;
    while catalog.give_room_back(256, 64).unwrap() {
        portions += 1;
    }
    assert!(portions > 1, "a portion at a time: {portions}");
    (full, catalog.data_size().unwrap())
}

#[test]
fn room_is_given_back_to_the_disk_but_for_what_is_soon_filled_again() {
    let home = Home::new();
    let (full, left) = fill_and_forget(&home.catalog);
    assert!(left < full / 4, "{left} of {full}");
    assert!(left >= 64 * 4096, "some stays to be filled again: {left}");
    let again = home.catalog.give_room_back(256, 64).unwrap();
    assert!(!again, "there is no more to give");
}

/// A `data.sqlite` of the program before, with an execution in it.
fn of_before(home: &std::path::Path) -> (ItemId, ExecutionId) {
    let db = rusqlite::Connection::open(home.join("data.sqlite")).unwrap();
    for step in [
        include_str!("../../src/migrations/data_1.sql"),
        include_str!("../../src/migrations/data_2.sql"),
        include_str!("../../src/migrations/data_3.sql"),
        include_str!("../../src/migrations/data_4.sql"),
        include_str!("../../src/migrations/data_5.sql"),
        include_str!("../../src/migrations/data_6.sql"),
        include_str!("../../src/migrations/data_7.sql"),
    ] {
        db.execute_batch(step).unwrap();
    }
    let (item, id) = (ItemId::new(), ExecutionId::new());
    db.execute(
        "INSERT INTO execution (id, item, caller, began_at, ended_at, outcome, detail)
         VALUES (?1, ?2, 'unattended', 1, 2, 'done', '{}')",
        [id.uuid().into_bytes(), item.uuid().into_bytes()],
    )
    .unwrap();
    db.execute_batch("PRAGMA application_id = 0x54736e64; PRAGMA user_version = 7")
        .unwrap();
    (item, id)
}

#[test]
fn what_was_tried_once_is_not_tried_at_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(home.path()).unwrap();
    catalog
        .set_setting("room_tried", env!("CARGO_PKG_VERSION"))
        .unwrap();
    drop(catalog);
    for file in ["data.sqlite", "data.sqlite-wal", "data.sqlite-shm"] {
        let _ = std::fs::remove_file(home.path().join(file));
    }
    let (item, _) = of_before(home.path());
    let catalog = Catalog::open(home.path()).unwrap();
    assert_eq!(catalog.executions(item, None, 10).unwrap().len(), 1);
    let runs: Vec<_> = (0..5_000)
        .map(|at| run(ConnectionId::new(), None, at))
        .collect();
    catalog.record_runs(&runs).unwrap();
    let full = catalog.data_size().unwrap();
    catalog.forget_runs(Timestamp(i64::MAX), 5_000).unwrap();
    assert!(!catalog.give_room_back(256, 64).unwrap());
    assert_eq!(catalog.data_size().unwrap(), full, "it stays as it is");
    catalog.set_setting("room_tried", "an older one").unwrap();
    drop(catalog);
    let catalog = Catalog::open(home.path()).unwrap();
    let written = catalog.data_size().unwrap();
    assert!(written < full / 4, "{written} of {full}: a newer one tries");
    let log = home.path().join("data.sqlite-wal");
    assert_eq!(log.metadata().map_or(0, |log| log.len()), 0, "no log of it");
}

#[test]
fn a_file_of_a_program_before_gives_room_back_too_and_keeps_what_it_holds() {
    let home = tempfile::tempdir().unwrap();
    let (item, id) = of_before(home.path());
    let catalog = Catalog::open(home.path()).unwrap();
    let kept = catalog.executions(item, None, 10).unwrap();
    assert_eq!(kept.len(), 1, "it is still told");
    let past = catalog.past_executions(Timestamp(3), None, 10).unwrap();
    assert_eq!(past[0].execution.id, id, "and found by when it was over");
    assert!(home.path().join("data.sqlite.before-8").is_file());
    let (full, left) = fill_and_forget(&catalog);
    assert!(left < full / 4, "{left} of {full}");
}
