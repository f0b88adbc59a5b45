//! Integration tasks, and rules of forms, that run by the clock.

use serde_json::json;
use tsunagi_areas::task::Task;
use tsunagi_areas::workflow::{
    Action, Condition, Deed, Field, FieldKind, From, Is, Put, Rule, Subject, Test, Trigger,
    Workflow,
};
use tsunagi_console::views::{TaskDraft, WorkflowDraft, WorkflowOutcome, WorkflowSeat};
use tsunagi_practice::{Fault, Faults};

use super::*;

fn task(orders: &Orders, name: &str) -> ItemId {
    let draft = TaskDraft {
        id: None,
        version: None,
        application: orders.application,
        environment: LIVE,
        name: format!("Add {name}"),
        connection: Some(orders.connection),
        service: None,
        task: Task {
            operation: "add_contact".to_owned(),
            given: serde_json::from_value(json!({ "record": { "name": name } })).unwrap(),
        },
    };
    let kept = orders.desk.console.keep_task(orders.desk.session(), draft);
    kept.unwrap().id.unwrap()
}

/// A form whose rule adds a contact, by the clock, for each record that is ready.
fn form(orders: &Orders) -> ItemId {
    let text = |name: &str| Field {
        name: name.to_owned(),
        label: name.to_owned(),
        kind: FieldKind::Text,
        required: false,
        choices: Vec::new(),
        currency: None,
        shows: None,
    };
    let adds = Action {
        id: "p".to_owned(),
        name: String::new(),
        go_on: false,
        does: Deed::Push {
            operation: "add_contact".to_owned(),
            inputs: vec![Put {
                input: "record".to_owned(),
                field: Some("name".to_owned()),
                value: From::Field {
                    field: "name".to_owned(),
                },
            }],
        },
    };
    let ready = Condition {
        any: false,
        tests: vec![Test {
            field: "state".to_owned(),
            is: Is::Is,
            value: json!("ready"),
        }],
    };
    let draft = WorkflowDraft {
        id: None,
        version: None,
        application: orders.application,
        environment: LIVE,
        name: "People".to_owned(),
        seats: vec![WorkflowSeat {
            part: "p".to_owned(),
            connection: Some(orders.connection),
            service: None,
        }],
        workflow: Workflow {
            subject: Subject::Form {
                fields: vec![text("name"), text("state")],
            },
            rules: vec![Rule {
                id: "nightly".to_owned(),
                name: "Nightly".to_owned(),
                on: Trigger::Schedule,
                when: Some(ready),
                actions: vec![adds],
            }],
        },
    };
    let kept = orders
        .desk
        .console
        .keep_workflow(orders.desk.session(), draft);
    kept.unwrap().id.unwrap()
}

async fn record(orders: &Orders, form: ItemId, name: &str, state: &str) {
    let values = serde_json::from_value(json!({ "name": name, "state": state })).unwrap();
    let console = &orders.desk.console;
    let added = console.add_form_record(orders.desk.session(), form, values);
    assert!(added.await.unwrap().runs.is_empty(), "nothing runs by hand");
}

async fn runs(orders: &Orders, schedule: ItemId) -> ScheduleRun {
    let console = &orders.desk.console;
    let ran = console.run_schedule(orders.desk.session(), schedule).await;
    ran.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_is_done_by_the_clock_once_and_what_is_lost_is_unknown() {
    let orders = Orders::new().await;
    orders.at("2027-01-15T08:00:10Z").await;
    let what = task(&orders, "Clockwork");
    let id = orders.kept(orders.draft(what, "0 9 * * *", "UTC"));
    orders.at("2027-01-15T09:00:00Z").await;
    assert_eq!(orders.outcomes(id), [ScheduleOutcome::Done]);
    assert_eq!(orders.contacts("Clockwork").await, 1);
    orders.desk.world.practice.set(Faults {
        api: Some(Fault::CutOff),
        ..Faults::default()
    });
    let ran = runs(&orders, id).await;
    orders.desk.world.practice.set(Faults::default());
    assert_eq!(ran.outcome, Some(ScheduleOutcome::Unknown));
    assert_eq!(orders.contacts("Clockwork").await, 2, "and sent once");
    let (console, session) = (&orders.desk.console, orders.desk.session());
    assert_eq!(
        code(console.delete_task(session, what)),
        "item_scheduled",
        "what is scheduled stays"
    );
    console
        .set_enabled(session, orders.connection, false)
        .await
        .unwrap();
    let ran = runs(&orders, id).await;
    assert_eq!(ran.outcome, Some(ScheduleOutcome::Refused));
    assert_eq!(ran.failure.unwrap().code, "disabled", "R4");
    console
        .set_enabled(session, orders.connection, true)
        .await
        .unwrap();
    assert_eq!(orders.contacts("Clockwork").await, 2, "nothing was sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rules_of_a_form_run_by_the_clock_for_the_records_that_are_ready() {
    let orders = Orders::new().await;
    orders.at("2027-01-15T08:00:10Z").await;
    let form = form(&orders);
    record(&orders, form, "Early Ada", "ready").await;
    record(&orders, form, "Late Bea", "waiting").await;
    record(&orders, form, "Early Cy", "ready").await;
    let id = orders.kept(orders.draft(form, "0 9 * * *", "UTC"));
    orders.at("2027-01-15T09:00:00Z").await;
    assert_eq!(orders.outcomes(id), [ScheduleOutcome::Done]);
    for (name, expected) in [("Early Ada", 1), ("Late Bea", 0), ("Early Cy", 1)] {
        assert_eq!(orders.contacts(name).await, expected, "{name}");
    }
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let history = console.workflow_history(session, form, None).unwrap();
    assert_eq!(history.len(), 2);
    assert!(
        history
            .iter()
            .all(|run| run.outcome == WorkflowOutcome::Done && run.who.is_empty()),
        "R13: nobody's own run: {history:?}"
    );
    let uses = console.used_in(session, orders.connection).unwrap().uses;
    assert!(
        uses.iter().any(|used| used.unattended),
        "used in says that nobody is present: {uses:?}"
    );
    console
        .set_enabled(session, orders.connection, false)
        .await
        .unwrap();
    let ran = runs(&orders, id).await;
    assert_eq!(ran.outcome, Some(ScheduleOutcome::Failed));
    let failure = ran.failure.unwrap();
    assert_eq!(failure.code, "workflow_schedule");
    console
        .set_enabled(session, orders.connection, true)
        .await
        .unwrap();
    assert_eq!(orders.contacts("Early Ada").await, 1, "nothing was sent");
    assert_eq!(
        code(console.delete_workflow(session, form)),
        "item_scheduled"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_rules_that_run_by_the_clock_need_a_primary_account() {
    let orders = Orders::bare(Kind::LoggedInUser);
    let form = form(&orders);
    let refused = orders.save(orders.draft(form, "0 9 * * *", "UTC"));
    assert_eq!(code(refused), "no_primary");
    orders.desk.authorize(orders.connection, Reach::All).await;
    record(&orders, form, "Ada", "ready").await;
    let id = orders.kept(orders.draft(form, "0 9 * * *", "UTC"));
    assert_eq!(runs(&orders, id).await.outcome, Some(ScheduleOutcome::Done));
    let console = &orders.desk.console;
    let revoked = console.revoke(orders.desk.session(), orders.connection, Reach::All);
    revoked.await.unwrap();
    let ran = runs(&orders, id).await;
    assert_eq!(ran.outcome, Some(ScheduleOutcome::Failed));
    let history = console.workflow_history(orders.desk.session(), form, None);
    let history = history.unwrap();
    let failure = history[0].actions[0].failure.as_ref().unwrap();
    assert_eq!(failure.code, "no_primary");
}
