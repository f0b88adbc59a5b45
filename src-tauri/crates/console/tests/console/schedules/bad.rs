//! What cannot be kept, whoever asks.

use tsunagi_domain::Role;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_followed_is_refused_by_its_code_and_not_kept() {
    let orders = Orders::new().await;
    let what = orders.call("Ask for contacts", Call::get("/contacts"));
    let stage = orders.call_in(Environment::Stage, "Elsewhere", Call::get("/contacts"));
    let good = orders.draft(what, "0 9 * * *", "Europe/Berlin");
    let with = |change: &dyn Fn(&mut ScheduleDraft)| {
        let mut draft = good.clone();
        change(&mut draft);
        draft
    };
    let cron = |expression: &str| When::Cron {
        expression: expression.to_owned(),
    };
    for (draft, expected) in [
        (with(&|d| d.name = "  ".to_owned()), "name_empty"),
        (with(&|d| d.what = None), "schedule_target_needed"),
        (
            with(&|d| d.what = Some(ItemId::new())),
            "schedule_target_missing",
        ),
        (with(&|d| d.what = Some(stage)), "schedule_target_missing"),
        (with(&|d| d.when = cron("0 9 * *")), "schedule_expression"),
        (
            with(&|d| d.when = cron("* * * * * *")),
            "schedule_expression",
        ),
        (with(&|d| d.when = cron("0 0 30 2 *")), "schedule_never"),
        (with(&|d| d.zone = "Mars/Base".to_owned()), "schedule_zone"),
        (
            with(&|d| d.when = When::Once { at: String::new() }),
            "schedule_at",
        ),
        (with(&|d| d.id = Some(ItemId::new())), "missing"),
        (with(&|d| d.id = Some(what)), "missing"),
        (
            with(&|d| d.application = ApplicationId::new()),
            "application_unknown",
        ),
    ] {
        let error = orders.save(draft).unwrap_err();
        assert_eq!(error.code, expected);
        let told = orders.desk.console.failure(&error);
        assert!(!told.message.is_empty() && !told.help.is_empty());
        assert!(!told.message.contains('{'), "{told:?}");
    }
    assert!(orders.view(LIVE).schedules.is_empty());
    let id = orders.kept(good.clone());
    assert_eq!(code(orders.save(good)), "name_taken");
    let session = orders.desk.session();
    let mut kept = orders.desk.console.schedule(session, id).unwrap();
    let stale = kept.clone();
    kept.overlap = Overlap::Wait;
    orders.save(kept).unwrap();
    assert_eq!(code(orders.save(stale)), "stale", "another window");
    orders
        .desk
        .console
        .grant_application(session, orders.application, orders.connection, false)
        .unwrap();
    let draft = ScheduleDraft {
        name: "Another".to_owned(),
        ..orders.draft(what, "0 9 * * *", "UTC")
    };
    assert_eq!(code(orders.save(draft)), "application_no_access", "R4");
    let stopped = orders.row().stopped.unwrap();
    assert_eq!(stopped.code, "application_no_access");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_schedules_are_for_managers() {
    let orders = Orders::new().await;
    let what = orders.call("Ask for contacts", Call::get("/contacts"));
    let draft = orders.draft(what, "0 9 * * *", "UTC");
    let id = orders.kept(draft.clone());
    let uma = orders.desk.joins("Uma", Role::User);
    orders.desk.seats(uma).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let when = draft.when.clone();
    for refused in [
        code(console.schedules(session, orders.application, LIVE)),
        code(console.schedule(session, id)),
        code(console.schedule_preview(session, &when, "UTC")),
        code(console.save_schedule(session, draft)),
        code(console.pause_schedule(session, id, true)),
        code(console.delete_schedule(session, id)),
        code(console.run_schedule(session, id).await),
        code(console.schedule_history(session, id, None)),
        code(console.suspend_schedules(session, orders.application, Environment::Stage, true)),
    ] {
        assert_eq!(refused, "role_not_allowed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_cannot_be_read_keeps_no_other_from_its_time() {
    let orders = Orders::new().await;
    let what = orders.call("Ask for contacts", Call::get("/contacts"));
    orders.at("2027-01-15T08:00:10Z").await;
    let bad = orders.kept(orders.draft(what, "* * * * *", "UTC"));
    let good = orders.kept(ScheduleDraft {
        name: "Works".to_owned(),
        ..orders.draft(what, "* * * * *", "UTC")
    });
    let catalog = orders.desk.world.catalog();
    catalog
        .spoil("UPDATE item SET definition = '{\"later\": 1}' WHERE name = 'Nightly'")
        .unwrap();
    orders.at("2027-01-15T08:01:00Z").await;
    assert_eq!(orders.dues(good).len(), 1);
    assert!(orders.history(bad).is_empty());
    let row = orders.row();
    assert_eq!(row.stopped.unwrap().code, "schedule_unreadable");
    let session = orders.desk.session();
    orders.desk.console.delete_schedule(session, bad).unwrap();
}
