//! The clock: changes of the clocks, sleep, and hands that set it.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_that_is_left_out_runs_once_and_one_that_comes_twice_as_well() {
    let orders = Orders::new().await;
    let what = orders.call("Add a contact", post("Spring"));
    orders.at("2027-03-27T12:00:00Z").await;
    let id = orders.kept(orders.draft(what, "30 2 * * *", "Europe/Berlin"));
    // 2027-03-28 02:00 → 03:00 in Berlin, at 01:00 UTC.
    orders.at("2027-03-28T00:59:30Z").await;
    assert!(orders.history(id).is_empty());
    orders.at("2027-03-28T01:00:00Z").await;
    orders.at("2027-03-28T01:30:00Z").await;
    assert_eq!(orders.dues(id), [at("2027-03-28T01:00:00Z")]);
    assert_eq!(orders.contacts("Spring").await, 1);
    // 2027-10-31 03:00 → 02:00, at 01:00 UTC.
    orders.at("2027-10-31T00:30:00Z").await;
    orders.at("2027-10-31T01:30:00Z").await;
    let dues = orders.dues(id);
    assert_eq!(dues[0], at("2027-10-31T00:30:00Z"), "the first of the two");
    assert_eq!(dues.len(), 2, "and not the second: {dues:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_night_asleep_is_made_up_for_as_each_schedule_says() {
    let orders = Orders::new().await;
    let what = orders.call("Ask for contacts", Call::get("/contacts"));
    orders.at("2027-01-15T22:05:00Z").await;
    let with = |name: &str, missed| {
        let draft = orders.draft(what, "0 * * * *", "UTC");
        orders.kept(ScheduleDraft {
            name: name.to_owned(),
            missed,
            ..draft
        })
    };
    let skip = with("Skips", MissedPolicy::Skip);
    let once = with("Once", MissedPolicy::RunOnce);
    let each = with("Each", MissedPolicy::RunEach);
    orders.at("2027-01-16T06:30:00Z").await;
    assert!(orders.dues(skip).is_empty());
    let told = &orders.history(skip)[0];
    assert_eq!(told.outcome, Some(ScheduleOutcome::Missed));
    assert_eq!((told.count, told.more), (8, false), "in one line");
    assert_eq!(told.first, Some(at("2027-01-15T23:00:00Z")));
    assert_eq!(orders.dues(once), [at("2027-01-16T06:00:00Z")]);
    for _ in 0..9 {
        orders.round().await;
    }
    let dues = orders.dues(each);
    assert_eq!(dues.len(), 8, "one after the other: {dues:?}");
    assert_eq!(dues[7], at("2027-01-15T23:00:00Z"), "in their order");
    assert_eq!(orders.dues(once).len(), 1, "and no other runs again");
    // The program is off as well.
    let off = orders.desk.world.open();
    orders.desk.world.clock.pass(2 * 3600);
    off.run_schedules_due().await;
    off.run_schedules_due().await;
    assert_eq!(orders.dues(once).len(), 2);
    assert_eq!(orders.dues(each).len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_runs_nothing_twice() {
    let orders = Orders::new().await;
    let what = orders.call("Add a contact", post("Clock"));
    orders.at("2027-01-15T08:00:10Z").await;
    let id = orders.kept(orders.draft(what, "* * * * *", "UTC"));
    orders.at("2027-01-15T08:01:00Z").await;
    orders.at("2027-01-15T08:02:00Z").await;
    orders.at("2027-01-15T07:30:00Z").await;
    orders.at("2027-01-15T08:01:00Z").await;
    orders.at("2027-01-15T08:02:30Z").await;
    assert_eq!(orders.dues(id).len(), 2, "they have run");
    orders.at("2027-01-15T08:03:00Z").await;
    assert_eq!(orders.dues(id).len(), 3, "and it goes on");
    // Wrong by half a year, then right.
    orders.at("2027-07-15T08:00:00Z").await;
    assert_eq!(orders.dues(id).len(), 4, "no storm");
    orders.at("2027-01-15T08:04:30Z").await;
    orders.at("2027-01-15T08:05:00Z").await;
    assert!(
        orders.dues(id).contains(&at("2027-01-15T08:05:00Z")),
        "and no wait"
    );
    assert_eq!(orders.contacts("Clock").await, 5, "as often as it is told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_is_once() {
    let orders = Orders::new().await;
    let what = orders.call("Add a contact", post("Only"));
    orders.at("2027-01-15T08:00:10Z").await;
    let draft = ScheduleDraft {
        when: When::Once {
            at: "2027-01-15T09:00".to_owned(),
        },
        ..orders.draft(what, "", "Asia/Tokyo")
    };
    assert_eq!(code(orders.save(draft.clone())), "schedule_past");
    let id = orders.kept(ScheduleDraft {
        when: When::Once {
            at: "2027-01-15T18:00".to_owned(),
        },
        ..draft
    });
    assert_eq!(orders.row().next, [at("2027-01-15T09:00:00Z")]);
    orders.at("2027-01-15T09:00:00Z").await;
    orders.at("2027-01-14T09:00:00Z").await;
    orders.at("2027-01-15T09:00:30Z").await;
    assert_eq!(orders.dues(id), [at("2027-01-15T09:00:00Z")]);
    assert!(orders.row().next.is_empty(), "it is over");
    assert_eq!(orders.contacts("Only").await, 1);
    let session = orders.desk.session();
    let mut kept = orders.desk.console.schedule(session, id).unwrap();
    kept.name = "Done with".to_owned();
    assert_eq!(code(orders.save(kept)), "allowed", "and may be renamed");
    orders.round().await;
    assert_eq!(orders.contacts("Only").await, 1, "which runs nothing");
}
