//! The program is stopped in the middle of a run, or one takes longer than the time to the next.

use tsunagi_catalog::{Execution, Progress};
use tsunagi_domain::ExecutionId;
use tsunagi_practice::{Fault, Faults};

use super::*;
use crate::fixture::until;

/// A run that was begun by a program that is no more, as the catalog has it then.
fn begun(orders: &Orders, schedule: ItemId, due: Option<Timestamp>) {
    let catalog = orders.desk.world.catalog();
    let before = catalog.progress(schedule).unwrap().unwrap();
    let execution = Execution {
        id: ExecutionId::new(),
        item: schedule,
        caller: "unattended".to_owned(),
        due,
        began_at: orders.desk.world.clock.now(),
        ended: None,
        detail: "{}".to_owned(),
    };
    let after = Progress {
        considered: orders.desk.world.clock.now(),
        waiting: Vec::new(),
    };
    let stored = catalog.advance(schedule, Some(&before), &after, &[execution]);
    stored.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_have_been_done_is_told_and_not_done_again() {
    let orders = Orders::new().await;
    let what = orders.call("Add a contact", post("Twice"));
    orders.at("2027-01-15T08:00:10Z").await;
    let id = orders.kept(orders.draft(what, "0 9 * * *", "UTC"));
    begun(&orders, id, Some(at("2027-01-15T08:00:00Z")));
    let again = orders.desk.world.open();
    again.run_schedules_due().await;
    again.run_schedules_due().await;
    let history = orders.history(id);
    assert_eq!(orders.outcomes(id), [ScheduleOutcome::Unknown]);
    let failure = history[0].failure.as_ref().unwrap();
    assert_eq!(failure.code, "schedule_unknown");
    assert!(failure.help.contains("Check at the service"), "{failure:?}");
    assert_eq!(orders.contacts("Twice").await, 0, "nothing was sent again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_reads_is_made_up_for_unless_missed_times_are_skipped() {
    let orders = Orders::new().await;
    let what = orders.call("Ask for contacts", Call::get("/contacts"));
    orders.at("2027-01-15T08:00:10Z").await;
    let due = at("2027-01-15T08:00:00Z");
    for (missed, expected) in [
        (
            MissedPolicy::RunOnce,
            vec![ScheduleOutcome::Done, ScheduleOutcome::Interrupted],
        ),
        (MissedPolicy::Skip, vec![ScheduleOutcome::Interrupted]),
    ] {
        let draft = orders.draft(what, "0 9 * * *", "UTC");
        let id = orders.kept(ScheduleDraft {
            name: format!("{missed:?}"),
            missed,
            ..draft
        });
        begun(&orders, id, Some(due));
        let again = orders.desk.world.open();
        again.run_schedules_due().await;
        again.run_schedules_due().await;
        assert_eq!(orders.outcomes(id), expected, "{missed:?}");
        assert!(orders.history(id).iter().all(|run| run.due == Some(due)));
    }
    // What a person started they start again if they like.
    let draft = orders.draft(what, "0 9 * * *", "UTC");
    let by_hand = orders.kept(draft);
    begun(&orders, by_hand, None);
    orders.desk.world.open().run_schedules_due().await;
    assert_eq!(orders.outcomes(by_hand), [ScheduleOutcome::Interrupted]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_takes_long_is_met_by_the_next_as_the_schedule_says() {
    let orders = Orders::new().await;
    let what = orders.call("Ask for contacts", Call::get("/contacts"));
    orders.at("2027-01-15T08:00:10Z").await;
    let with = |overlap| {
        let draft = orders.draft(what, "* * * * *", "UTC");
        orders.kept(ScheduleDraft {
            name: format!("{overlap:?}"),
            overlap,
            ..draft
        })
    };
    let ids = [Overlap::Skip, Overlap::Wait, Overlap::Beside].map(with);
    // Renewed before, so that only the answer is slow.
    orders.desk.try_it(orders.connection).await.unwrap();
    orders.desk.world.practice.set(Faults {
        slow_millis: Some(6_000),
        ..Faults::default()
    });
    orders.desk.world.clock.pass(51);
    let console = orders.desk.console.clone();
    let slow = tokio::spawn(async move { console.run_schedules_due().await });
    until("three runs are under way", || {
        let view = orders.view(LIVE);
        view.schedules.iter().all(|row| row.running == 1)
    })
    .await;
    let by_hand = orders
        .desk
        .console
        .run_schedule(orders.desk.session(), ids[0]);
    assert_eq!(code(by_hand.await), "schedule_running");
    orders.desk.world.clock.pass(60);
    let console = orders.desk.console.clone();
    let second_round = tokio::spawn(async move { console.run_schedules_due().await });
    let running = |name: &str| {
        let view = orders.view(LIVE);
        let row = view.schedules.iter().find(|row| row.name == name);
        row.map(|row| row.running).unwrap_or_default()
    };
    until("the next time is met", || {
        orders.outcomes(ids[0]) == [ScheduleOutcome::Busy] && running("Beside") == 2
    })
    .await;
    assert_eq!(running("Wait"), 1, "the second waits");
    assert!(orders.outcomes(ids[1]).is_empty(), "and is not missed");
    assert!(!slow.is_finished(), "the first ones are not over");
    orders.desk.world.practice.set(Faults::default());
    second_round.await.unwrap();
    slow.await.unwrap();
    orders.round().await;
    let second = at("2027-01-15T08:02:00Z");
    assert_eq!(orders.dues(ids[1])[0], second, "when the first was over");
    assert_eq!(orders.dues(ids[1]).len(), 2);
    assert_eq!(orders.dues(ids[2]).len(), 2);
    assert_eq!(orders.dues(ids[0]).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_lost_is_unknown_where_something_may_have_been_done() {
    let orders = Orders::new().await;
    let reads = orders.call("Ask for contacts", Call::get("/contacts"));
    let writes = orders.call("Add a contact", post("Lost"));
    orders.at("2027-01-15T08:00:10Z").await;
    let console = &orders.desk.console;
    let session = orders.desk.session();
    orders.desk.try_it(orders.connection).await.unwrap();
    for (what, name, expected, told) in [
        (
            reads,
            "Reads",
            ScheduleOutcome::Failed,
            "service_unreachable",
        ),
        (writes, "Writes", ScheduleOutcome::Unknown, "answer_lost"),
    ] {
        let draft = orders.draft(what, "0 9 * * *", "UTC");
        let id = orders.kept(ScheduleDraft {
            name: name.to_owned(),
            ..draft
        });
        orders.desk.world.practice.set(Faults {
            api: Some(Fault::CutOff),
            ..Faults::default()
        });
        let run = console.run_schedule(session, id).await.unwrap();
        assert_eq!(run.outcome, Some(expected), "{name}: {run:?}");
        assert_eq!(run.failure.unwrap().code, told);
    }
}
