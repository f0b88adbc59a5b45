//! Runs are forgotten when they are old, but for what taking them up again needs.

use tsunagi_console::views::RetentionChange;

use super::*;

const DAY: i64 = 24 * 3600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_can_be_taken_up_again_is_not_forgotten_and_does_nothing_twice() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    // There is no such contact until the field says another.
    let actions = vec![push("a", "Once"), look_up("b"), push("c", "After")];
    let id = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    let missing = json!({ "name": "Ada", "contact": "c99" });
    let (_, runs) = orders.add(id, missing).await;
    let stopped = runs[0].id;
    let done = [ActionState::Done, ActionState::Failed, ActionState::Skipped];
    assert_eq!(states(&runs[0]), done);
    let found = json!({ "name": "Ben", "contact": "c1" });
    let (_, runs) = orders.add(id, found.clone()).await;
    let finished = runs[0].id;
    let (_, runs) = orders.add(id, found).await;
    let last = runs[0].id;
    console.forget_old().await.unwrap();
    orders.desk.world.clock.pass(80 * DAY);
    let change = RetentionChange {
        days: Some(30),
        megabytes: None,
    };
    console.change_retention(session, &change).unwrap();
    let forgotten = console.forget_old().await.unwrap();
    assert!(forgotten.executions > 0);
    let kept = |id| {
        let history = console.workflow_history(session, id, None).unwrap();
        history.iter().map(|run| run.id).collect::<Vec<_>>()
    };
    let left = kept(id);
    assert!(!left.contains(&finished), "it is over: {left:?}");
    assert_eq!(left, [last, stopped], "the last one, and what is not done");
    let before = orders.contacts("Once").await;
    let again = console.retry_workflow(session, id, stopped, &[], &[]).await;
    let again = again.unwrap();
    assert_eq!(again.actions[0].state, ActionState::Done);
    assert!(again.actions[0].before, "it knows what was done");
    assert_eq!(orders.contacts("Once").await, before, "nothing twice");
    // Taken up, it is needed no more; what took it up stands for it.
    orders.desk.world.clock.pass(100 * DAY);
    console.forget_old().await.unwrap();
    let left = kept(id);
    assert!(!left.contains(&stopped), "{left:?}");
    assert!(left.contains(&again.id), "{left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_takes_it_up_within_three_months_and_it_is_forgotten_unless_unreadable() {
    let orders = Orders::new(Kind::Admin).await;
    let console = &orders.desk.console;
    let actions = vec![look_up("b")];
    let id = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    let missing = json!({ "name": "Ada", "contact": "c99" });
    let mut failed = Vec::new();
    for _ in 0..3 {
        let (_, runs) = orders.add(id, missing.clone()).await;
        failed.push(runs[0].id);
    }
    // As a later version of the program may note it.
    let catalog = orders.desk.world.catalog();
    let all = catalog.executions(id, None, 10).unwrap();
    let mut strange = all.into_iter().find(|one| one.id == failed[1]).unwrap();
    strange.detail = r#"{"rule":{},"steps":{"first":"done"}}"#.to_owned();
    catalog.put_executions(&[strange]).unwrap();
    console.forget_old().await.unwrap();
    let kept = || -> Vec<_> {
        let left = catalog.executions(id, None, 10).unwrap();
        left.iter().map(|one| one.id).collect()
    };
    orders.desk.world.clock.pass(89 * DAY);
    console.forget_old().await.unwrap();
    assert_eq!(kept().len(), 3);
    orders.desk.world.clock.pass(2 * DAY);
    console.forget_old().await.unwrap();
    assert_eq!(kept(), [failed[2], failed[1]]);
}
