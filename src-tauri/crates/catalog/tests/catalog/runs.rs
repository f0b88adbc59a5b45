use tsunagi_catalog::{CatalogError, Run};
use tsunagi_domain::{AuthorizationId, ConnectionId, Environment, Kind, Mode, Reach, RunId};

use crate::fixture::{Home, NOW, shared_slot};

pub(crate) fn run(
    connection: ConnectionId,
    authorization: Option<AuthorizationId>,
    second: i64,
) -> Run {
    Run {
        id: RunId::new(),
        at: NOW.plus_seconds(second),
        connection,
        authorization,
        application: None,
        environment: Environment::Production,
        caller: "unattended".to_owned(),
        area: "try_it".to_owned(),
        method: "GET".to_owned(),
        host: "api.example.com".to_owned(),
        path: "/contacts".to_owned(),
        status: Some(200),
        refusal: None,
        tries: 1,
        millis: 12,
        bytes: 345,
    }
}

#[test]
fn runs_are_recorded_and_note_the_last_use() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    let runs = [
        run(made.id, Some(id), 5),
        Run {
            application: Some(tsunagi_domain::ApplicationId::new()),
            tries: 3,
            ..run(made.id, Some(id), 9)
        },
        run(made.id, Some(id), 7),
    ];
    home.catalog.record(&runs).unwrap();
    home.catalog.record(&runs[..1]).unwrap();
    let [first, last, middle] = runs;
    let recorded = home.catalog.runs(made.id, 10).unwrap();
    assert_eq!(
        recorded,
        [last, middle, first],
        "the latest first, each once"
    );
    assert_eq!(
        home.catalog.runs(made.id, 1).unwrap().len(),
        1,
        "no more than asked for"
    );
    let used = home.catalog.authorization(id).unwrap().unwrap().last_used;
    assert_eq!(used, Some(NOW.plus_seconds(9)), "the last use of the batch");
}

#[test]
fn a_refusal_at_the_gate_is_recorded_and_is_no_use() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let refused = Run {
        status: None,
        refusal: Some("not_connected".to_owned()),
        ..run(made.id, None, 5)
    };
    home.catalog.record(std::slice::from_ref(&refused)).unwrap();
    assert_eq!(
        home.catalog.runs(made.id, 10).unwrap(),
        [refused],
        "recorded"
    );
    let used: i64 = home
        .raw()
        .query_row("SELECT max(last_used) FROM connection", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(used, 0, "nothing was used");
}

#[test]
fn runs_outlive_their_connection() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let id = home.fill(shared_slot(made.id, Reach::All));
    home.catalog.record(&[run(made.id, Some(id), 1)]).unwrap();
    home.catalog.delete_connection(made.id).unwrap();
    home.catalog
        .record(&[run(made.id, Some(id), 2)])
        .expect("a batch may come after the deletion");
    assert_eq!(
        home.catalog.runs(made.id, 10).unwrap().len(),
        2,
        "what happened has happened"
    );
}

#[test]
fn a_batch_is_recorded_whole_or_not_at_all() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    home.catalog.limit_pages(1).unwrap();
    let runs: Vec<_> = (0..2_000)
        .map(|second| run(made.id, None, second))
        .collect();
    assert_eq!(
        home.catalog.record(&runs),
        Err(CatalogError::DiskFull),
        "it did not fit"
    );
    assert_eq!(home.catalog.runs(made.id, 10).unwrap(), [], "no half batch");
}
