//! Settings: what is kept of runs, who says so, and that the rest is forgotten in the background.

use tsunagi_catalog::{Execution, Run};
use tsunagi_console::views::{ActivityQuery, AvailabilityChange, RetentionChange};
use tsunagi_console::{ConsoleError, Reach};
use tsunagi_domain::{
    ConnectionId, Environment, ExecutionId, ItemId, Plan, Role, RunId, Timestamp,
};

use crate::fixture::{AIKO, Desk, Person};

const DAY: i64 = 24 * 3600;

fn keep(days: Option<u32>, megabytes: Option<u32>) -> RetentionChange {
    RetentionChange { days, megabytes }
}

fn keeps(desk: &Desk, change: &RetentionChange) -> Result<(), ConsoleError> {
    let changed = desk.console.change_retention(desk.session(), change);
    changed.map(drop)
}

fn run(connection: ConnectionId, at: Timestamp, path: String) -> Run {
    Run {
        id: RunId::new(),
        at,
        connection,
        authorization: None,
        application: None,
        environment: Environment::Production,
        caller: "unattended".to_owned(),
        area: "try_it".to_owned(),
        method: "GET".to_owned(),
        host: "api.example.com".to_owned(),
        path,
        status: Some(200),
        refusal: None,
        tries: 1,
        millis: 12,
        bytes: 345,
    }
}

fn execution(item: ItemId, began_at: Timestamp, outcome: Option<&str>) -> Execution {
    Execution {
        id: ExecutionId::new(),
        item,
        caller: "unattended".to_owned(),
        due: None,
        began_at,
        ended: outcome.map(|word| (began_at.plus_seconds(1), word.to_owned())),
        detail: r#"{"count":1,"more":false}"#.to_owned(),
    }
}

fn now(desk: &Desk) -> Timestamp {
    use tsunagi_console::Clock as _;
    desk.world.clock.now()
}

/// The clock is believed: the program has been there for a day.
async fn settles(desk: &Desk) {
    desk.console.forget_old().await.unwrap();
    desk.world.clock.pass(DAY);
    desk.console.forget_old().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_old_is_forgotten_and_when_a_connection_was_used_is_not() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Allows(AIKO));
    desk.authorize(id, Reach::All).await;
    assert!(desk.try_it(id).await.unwrap().ok);
    desk.console.close().await;
    let used = desk.view(id).await.row.last_used;
    assert!(used.is_some());
    let catalog = desk.world.catalog();
    let runs = catalog.runs(id, 10).unwrap().len();
    desk.world.clock.pass(89 * DAY);
    let forgotten = desk.console.forget_old().await.unwrap();
    assert_eq!(
        (forgotten.runs, forgotten.executions),
        (0, 0),
        "90 at first"
    );
    desk.world.clock.pass(2 * DAY);
    let forgotten = desk.console.forget_old().await.unwrap();
    assert_eq!(forgotten.runs, runs as u64);
    assert!(catalog.runs(id, 10).unwrap().is_empty());
    assert_eq!(desk.view(id).await.row.last_used, used, "still true");
    let log = desk
        .console
        .activity(desk.session(), &ActivityQuery::default());
    let log = log.unwrap().entries;
    let founded = log.iter().any(|entry| entry.action == "workspace.founded");
    assert!(founded, "the log is not trimmed");
    let verified = desk.console.verify_activity(desk.session()).unwrap();
    assert!(verified.failure.is_none(), "nor is its chain cut");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_unknown_under_way_or_the_last_of_a_schedule_stays() {
    let desk = Desk::empty();
    settles(&desk).await;
    let catalog = desk.world.catalog();
    let (nightly, once) = (ItemId::new(), ItemId::new());
    let old = now(&desk).plus_seconds(-100 * DAY);
    let later = |seconds| old.plus_seconds(seconds);
    let done = execution(nightly, old, Some("done"));
    let unknown = execution(nightly, later(1), Some("unknown"));
    let open = execution(nightly, later(2), None);
    let last = execution(nightly, later(3), Some("done"));
    let alone = execution(once, later(4), Some("failed"));
    let all = [&done, &unknown, &open, &last, &alone].map(Clone::clone);
    catalog.put_executions(&all).unwrap();
    let forgotten = desk.console.forget_old().await.unwrap();
    assert_eq!(
        forgotten.executions, 1,
        "what is over and told of by a later one"
    );
    let left = catalog.executions(nightly, None, 10).unwrap();
    assert_eq!(left, [last, open, unknown]);
    assert_eq!(catalog.executions(once, None, 10).unwrap(), [alone]);
    let again = desk.console.forget_old().await.unwrap();
    assert_eq!(again.executions, 0, "and they stay");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_goes_in_portions_between_which_others_write() {
    let (desk, id) = Desk::practice();
    settles(&desk).await;
    let catalog = desk.world.catalog();
    let old = now(&desk).plus_seconds(-100 * DAY);
    let runs: Vec<Run> = (0..3_000)
        .map(|at| run(id, old.plus_seconds(at), "/a".to_owned()))
        .collect();
    catalog.record_runs(&runs).unwrap();
    let item = ItemId::new();
    let executions: Vec<Execution> = (0..1_200)
        .map(|at| execution(item, old.plus_seconds(at), Some("done")))
        .collect();
    catalog.put_executions(&executions).unwrap();
    let forgotten = desk.console.forget_old().await.unwrap();
    assert_eq!((forgotten.runs, forgotten.executions), (3_000, 1_199));
    assert!(
        forgotten.portion <= 500,
        "no write is long: {}",
        forgotten.portion
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_too_much_room_goes_the_oldest_first_and_the_room_is_given_back() {
    let (desk, id) = Desk::practice();
    let catalog = desk.world.catalog();
    let young = now(&desk).plus_seconds(-2 * DAY);
    // Paths as long as a service may have them: 100 MB are reached with few.
    let path = "/p".repeat(20_000);
    for part in 0..30 {
        let runs: Vec<Run> = (0..100)
            .map(|at| run(id, young.plus_seconds(part * 100 + at), path.clone()))
            .collect();
        catalog.record_runs(&runs).unwrap();
    }
    keeps(&desk, &keep(None, None)).unwrap();
    let forgotten = desk.console.forget_old().await.unwrap();
    assert_eq!(forgotten.runs, 0, "everything is kept");
    let full = desk.console.retention(desk.session()).unwrap();
    assert!(full.bytes > 110_000_000, "{}", full.bytes);
    keeps(&desk, &keep(None, Some(100))).unwrap();
    let forgotten = desk.console.forget_old().await.unwrap();
    let left = desk.console.retention(desk.session()).unwrap();
    assert!(forgotten.runs > 0 && left.runs > 2_000, "{left:?}");
    assert!(left.bytes <= 100_000_000, "{}", left.bytes);
    assert!(left.file < full.file - 10_000_000, "{}", left.file);
    assert!(left.oldest > full.oldest, "the oldest went first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_years_ahead_and_back_loses_nothing() {
    let (desk, id) = Desk::practice();
    settles(&desk).await;
    let catalog = desk.world.catalog();
    let runs = |count: i64| -> Vec<Run> {
        let at = |days: i64| now(&desk).plus_seconds(-days * DAY);
        (0..count)
            .map(|days| run(id, at(days), "/a".to_owned()))
            .collect()
    };
    catalog.record_runs(&runs(80)).unwrap();
    let item = ItemId::new();
    let done = [3, 2, 1].map(|days| {
        let began = now(&desk).plus_seconds(-days * DAY);
        execution(item, began, Some("done"))
    });
    catalog.put_executions(&done).unwrap();
    let there = || {
        let there = catalog.history().unwrap();
        (there.runs, there.executions)
    };
    let years = 20 * 365 * DAY;
    desk.world.clock.jump(years);
    desk.console.forget_due().await;
    assert_eq!(there(), (80, 3), "years ahead at once");
    for _ in 0..23 {
        desk.world.clock.pass(3600);
        desk.console.forget_due().await;
    }
    catalog.record_runs(&runs(1)).unwrap();
    assert_eq!(there(), (81, 3), "and hours later");
    desk.world.clock.jump(-years);
    desk.console.forget_due().await;
    desk.world.clock.pass(DAY);
    desk.console.forget_due().await;
    assert_eq!(there(), (81, 3), "right again, nothing is lost");
    catalog
        .record_runs(&[run(
            id,
            now(&desk).plus_seconds(-100 * DAY),
            "/a".to_owned(),
        )])
        .unwrap();
    desk.world.clock.pass(3600);
    desk.console.forget_due().await;
    assert_eq!(there(), (81, 3), "and what is old goes again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_away_for_long_has_what_is_old_forgotten_a_day_later() {
    let (desk, id) = Desk::practice();
    settles(&desk).await;
    let catalog = desk.world.catalog();
    let old = now(&desk).plus_seconds(-80 * DAY);
    catalog
        .record_runs(&[run(id, old, "/a".to_owned())])
        .unwrap();
    desk.world.clock.jump(21 * DAY);
    let forgotten = desk.console.forget_old().await.unwrap();
    assert_eq!(forgotten.runs, 0, "it may be the clock");
    desk.world.clock.pass(DAY - 1);
    let forgotten = desk.console.forget_old().await.unwrap();
    assert_eq!(forgotten.runs, 0, "not a day yet");
    desk.world.clock.pass(2);
    let forgotten = desk.console.forget_old().await.unwrap();
    assert_eq!(forgotten.runs, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_go_eats_no_request_and_nothing_of_today_goes_for_its_size() {
    let (desk, id) = Desk::practice();
    settles(&desk).await;
    let catalog = desk.world.catalog();
    let item = ItemId::new();
    // Nobody knows what became of them: 120 MB of them stay.
    let text = format!(r#"{{"count":1,"text":"{}"}}"#, "x".repeat(400_000));
    let began = now(&desk).plus_seconds(-50 * DAY);
    let unknown: Vec<Execution> = (0..300)
        .map(|at| Execution {
            detail: text.clone(),
            ..execution(item, began.plus_seconds(at), Some("unknown"))
        })
        .collect();
    catalog.put_executions(&unknown).unwrap();
    let path = "/p".repeat(20_000);
    let many = |days: i64| -> Vec<Run> {
        let from = now(&desk).plus_seconds(-days * DAY);
        (0..1_000)
            .map(|at| run(id, from.plus_seconds(at), path.clone()))
            .collect()
    };
    catalog.record_runs(&many(10)).unwrap();
    keeps(&desk, &keep(None, Some(100))).unwrap();
    let forgotten = desk.console.forget_old().await.unwrap();
    assert_eq!((forgotten.runs, forgotten.executions), (0, 0));
    // 80 MB where half of 100 is theirs; what is young or dated later stays.
    catalog.record_runs(&many(0)).unwrap();
    let forgotten = desk.console.forget_old().await.unwrap();
    assert!(
        forgotten.runs > 300 && forgotten.runs < 1_000,
        "{forgotten:?}"
    );
    let next = now(&desk).plus_seconds(365 * DAY);
    catalog.record_runs(&[run(id, next, path.clone())]).unwrap();
    catalog.record_runs(&many(0)).unwrap();
    desk.console.forget_old().await.unwrap();
    let left = catalog.history().unwrap();
    assert_eq!(left.runs, 2_001, "more than it may be, and all of today");
    assert_eq!(left.executions, 300);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_looked_at_the_start_every_hour_and_when_the_choice_is_another() {
    let (desk, id) = Desk::practice();
    let catalog = desk.world.catalog();
    settles(&desk).await;
    let there = || catalog.history().unwrap().runs;
    let records = |days: i64| {
        let at = now(&desk).plus_seconds(-days * DAY);
        catalog
            .record_runs(&[run(id, at, "/a".to_owned())])
            .unwrap();
    };
    records(100);
    desk.console.forget_due().await;
    assert_eq!(there(), 0, "at the start");
    records(100);
    desk.world.clock.pass(3599);
    desk.console.forget_due().await;
    assert_eq!(there(), 1, "not every minute");
    desk.world.clock.pass(1);
    desk.console.forget_due().await;
    assert_eq!(there(), 0, "an hour later");
    records(40);
    keeps(&desk, &keep(Some(30), None)).unwrap();
    desk.console.forget_due().await;
    assert_eq!(there(), 0, "within a minute of the choice");
    records(400);
    desk.world
        .catalog()
        .set_setting("retention_days", "some")
        .unwrap();
    desk.world.clock.pass(3600);
    desk.console.forget_due().await;
    assert_eq!(there(), 1, "what cannot be read forgets nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_super_admins_and_admins_choose_and_the_log_says_so() {
    let desk = Desk::empty();
    let founder = desk.founder();
    for (role, refused) in [
        (Role::Admin, None),
        (Role::Developer, Some("admin_needed")),
        (Role::User, Some("role_not_allowed")),
        (Role::PortalUser, Some("role_not_allowed")),
    ] {
        let member = desk.joins(&format!("{role:?}"), role);
        desk.seats(member).await;
        let answer = keeps(&desk, &keep(Some(365), Some(1000))).err();
        assert_eq!(answer.map(|no| no.code).as_deref(), refused, "{role:?}");
        match desk.console.retention(desk.session()) {
            Ok(view) => assert_eq!(view.may_change, refused.is_none(), "{role:?}"),
            Err(error) => assert_eq!(error.code, "role_not_allowed", "{role:?}"),
        }
    }
    desk.seats(founder).await;
    let wrong = keeps(&desk, &keep(Some(1), None)).unwrap_err();
    assert_eq!(wrong.code, "retention_unknown", "nothing else is offered");
    keeps(&desk, &keep(Some(365), Some(1000))).unwrap();
    keeps(&desk, &keep(None, None)).unwrap();
    let view = desk.console.retention(desk.session()).unwrap();
    assert_eq!((view.days, view.megabytes), (None, None));
    let query = ActivityQuery {
        groups: vec!["workspace".to_owned()],
        ..ActivityQuery::default()
    };
    let log = desk.console.activity(desk.session(), &query).unwrap();
    let log: Vec<_> = log.entries.iter().map(|entry| &*entry.text).collect();
    assert_eq!(
        log[..2],
        [
            "Changed how long runs are kept to any age, and how much of them to any size",
            "Changed how long runs are kept to 365 days, and how much of them to 1,000 MB",
        ],
        "each change once, and none where nothing changed"
    );
    let free = AvailabilityChange {
        plan: Plan::Free,
        data_center: "us".to_owned(),
        country: None,
    };
    desk.console
        .change_availability(desk.session(), &free)
        .unwrap();
    let refused = keeps(&desk, &keep(Some(30), None)).unwrap_err();
    assert_eq!(refused.code, "plan_free", "R1: it is seen and not changed");
    let view = desk.console.retention(desk.session()).unwrap();
    assert!(!view.may_change && view.days.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_there_is_and_what_a_choice_would_forget_is_told_beforehand() {
    let (desk, id) = Desk::practice();
    let catalog = desk.world.catalog();
    let at = |days: i64| now(&desk).plus_seconds(-days * DAY);
    let runs = [10, 50, 100, 200].map(|days| run(id, at(days), "/a".to_owned()));
    catalog.record_runs(&runs).unwrap();
    let item = ItemId::new();
    let executions = [60, 5].map(|days| execution(item, at(days), Some("done")));
    catalog.put_executions(&executions).unwrap();
    let view = desk.console.retention(desk.session()).unwrap();
    assert_eq!((view.runs, view.executions), (4, 2));
    assert_eq!(view.oldest, Some(runs[3].at));
    assert!(view.bytes > 0 && view.bytes <= view.file);
    let ages = view.ages.iter();
    let ages: Vec<_> = ages
        .map(|age| (age.days, age.runs, age.executions))
        .collect();
    assert_eq!(
        ages,
        [
            (Some(30), 3, 1),
            (Some(90), 2, 0),
            (Some(180), 1, 0),
            (Some(365), 0, 0),
            (None, 0, 0),
        ]
    );
    let sizes: Vec<_> = view.sizes.iter().map(|size| size.megabytes).collect();
    assert_eq!(sizes, [Some(100), Some(250), Some(500), Some(1000), None]);
    assert!(view.sizes.iter().all(|size| !size.over), "it is not much");
}
