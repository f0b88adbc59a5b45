//! Data sources that are pulled by the clock.

use tsunagi_areas::data_source::Source;
use tsunagi_console::views::SourceDraft;

use super::*;

fn kept(orders: &Orders) -> ItemId {
    let draft = SourceDraft {
        id: None,
        version: None,
        application: orders.application,
        environment: LIVE,
        name: "All contacts".to_owned(),
        connection: Some(orders.connection),
        source: Source {
            operation: "list_contacts".to_owned(),
            ..Source::default()
        },
    };
    let kept = orders
        .desk
        .console
        .keep_source(orders.desk.session(), draft);
    kept.unwrap().draft.id.unwrap()
}

fn scheduled(orders: &Orders, source: ItemId) -> ItemId {
    let draft = ScheduleDraft {
        id: None,
        version: None,
        application: orders.application,
        environment: LIVE,
        name: "Each hour".to_owned(),
        what: Some(source),
        when: When::Cron {
            expression: "0 * * * *".to_owned(),
        },
        zone: "UTC".to_owned(),
        missed: MissedPolicy::RunOnce,
        overlap: Overlap::Skip,
    };
    let saved = orders
        .desk
        .console
        .save_schedule(orders.desk.session(), draft);
    saved.unwrap().id.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_a_data_source_is_pulled_by_the_clock_with_the_account_for_unattended_runs() {
    let orders = Orders::new().await;
    let source = kept(&orders);
    let schedule = scheduled(&orders, source);
    let (desk, console) = (&orders.desk, &orders.desk.console);
    let view = console.data_source(desk.session(), source).unwrap();
    assert_eq!(view.schedules[0].name, "Each hour");
    assert!(view.schedules[0].next.is_some(), "the source says when");
    desk.world.clock.pass(3600);
    console.run_schedules_due().await;
    let ran = &console
        .schedule_history(desk.session(), schedule, None)
        .unwrap()[0];
    assert_eq!(
        (ran.outcome, ran.rows),
        (Some(ScheduleOutcome::Done), Some(12))
    );
    assert_eq!(ran.who, None);
    let view = console.data_source(desk.session(), source).unwrap();
    assert_eq!((view.row.rows, view.history[0].who.as_str()), (12, ""));
    assert_eq!(
        code(console.delete_source(desk.session(), source)),
        "item_scheduled",
        "what is scheduled stays"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_that_is_going_is_left_alone_and_the_run_says_so() {
    let orders = Orders::new().await;
    let source = kept(&orders);
    let schedule = scheduled(&orders, source);
    let (desk, console, session) = (
        &orders.desk,
        orders.desk.console.clone(),
        orders.desk.session(),
    );
    desk.world.practice.set(tsunagi_practice::Faults {
        slow_millis: Some(600_000),
        ..tsunagi_practice::Faults::default()
    });
    let waiting = tokio::spawn({
        let console = console.clone();
        async move { console.pull_source(session, source, false).await }
    });
    crate::fixture::until("the pull waits", || {
        console.data_source(session, source).unwrap().row.pulling
    })
    .await;
    let ran = console.run_schedule(session, schedule).await.unwrap();
    assert_eq!(ran.outcome, Some(ScheduleOutcome::Failed));
    assert_eq!(ran.failure.unwrap().code, "source_busy");
    console.stop_pull(session, source).unwrap();
    waiting.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_a_scheduled_pull_stops_at_the_gate_once_nobody_is_there_for_it() {
    let orders = Orders::bare(Kind::LoggedInUser);
    orders.desk.authorize(orders.connection, Reach::All).await;
    let source = kept(&orders);
    let schedule = scheduled(&orders, source);
    let (desk, console) = (&orders.desk, &orders.desk.console);
    let revoked = console.revoke(desk.session(), orders.connection, Reach::All);
    revoked.await.unwrap();
    let ran = console
        .run_schedule(desk.session(), schedule)
        .await
        .unwrap();
    assert_eq!(ran.outcome, Some(ScheduleOutcome::Refused));
    assert_eq!(ran.failure.unwrap().code, "no_primary");
}
