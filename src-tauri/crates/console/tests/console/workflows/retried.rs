//! What is left of a run that could not be finished, and taking it up again.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_unknown_and_is_repeated_only_when_checked() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let actions = vec![push("a", "First {name}"), push("b", "Second {name}")];
    let id = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    orders.faulty(Fault::CutOff);
    let (_, runs) = orders.add(id, json!({ "name": "Ada" })).await;
    assert_eq!(
        states(&runs[0]),
        [ActionState::Unknown, ActionState::Skipped]
    );
    assert_eq!(runs[0].outcome, WorkflowOutcome::Unknown);
    assert_eq!(
        runs[0].actions[0].failure.as_ref().unwrap().code,
        "answer_lost"
    );
    assert_eq!(
        orders.contacts("First Ada").await,
        1,
        "it had arrived, and is not sent again"
    );
    let run = runs[0].id;
    let unchecked = console.retry_workflow(session, id, run, &[], &[]).await;
    assert_eq!(code(unchecked), "workflow_not_checked");
    assert_eq!(orders.contacts("First Ada").await, 1, "nothing was sent");
    let checked = ["a".to_owned()];
    let again = console
        .retry_workflow(session, id, run, &checked, &[])
        .await
        .unwrap();
    assert_eq!(states(&again), [ActionState::Done, ActionState::Done]);
    assert_eq!(orders.contacts("Second Ada").await, 1);
    let twice = console
        .retry_workflow(session, id, run, &checked, &[])
        .await;
    assert_eq!(
        code(twice),
        "workflow_nothing_to_retry",
        "it was taken up already"
    );
    let history = console.workflow_history(session, id, None).unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[1].retried_by, Some(again.id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_is_not_done_again() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    // There is no such contact until the field says another.
    let actions = vec![push("a", "Once"), look_up("b"), push("c", "After")];
    let id = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    let (_, runs) = orders
        .add(id, json!({ "name": "Ada", "contact": "c99" }))
        .await;
    assert_eq!(
        states(&runs[0]),
        [ActionState::Done, ActionState::Failed, ActionState::Skipped]
    );
    assert_eq!(
        runs[0].actions[1].message.as_deref(),
        Some("There is no such thing"),
        "in the service's words"
    );
    let again = console
        .retry_workflow(session, id, runs[0].id, &[], &[])
        .await
        .unwrap();
    assert_eq!(states(&again)[0], ActionState::Done);
    assert!(again.actions[0].before, "and is told as done before");
    assert_eq!(orders.contacts("Once").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_cut_off_is_ended_at_the_next_start_and_sends_nothing() {
    let orders = Orders::new(Kind::Admin).await;
    let actions = vec![push("a", "Once"), push("b", "After")];
    let id = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    orders.add(id, json!({ "name": "Ada" })).await;
    let catalog = orders.desk.world.catalog();
    let mut execution = catalog.executions(id, None, 1).unwrap().remove(0);
    // As it was while the first answer was waited for.
    let mut detail: Value = serde_json::from_str(&execution.detail).unwrap();
    detail["steps"][0]["state"] = json!("begun");
    detail["steps"][1] = json!({ "state": "waiting" });
    execution.detail = detail.to_string();
    execution.ended = None;
    catalog.put_execution(&execution).unwrap();
    let again = orders.desk.world.open();
    let history = again.workflow_history(again.session(), id, None).unwrap();
    assert_eq!(
        states(&history[0]),
        [ActionState::Unknown, ActionState::Skipped]
    );
    assert_eq!(history[0].outcome, WorkflowOutcome::Unknown);
    for name in ["Once", "After"] {
        assert_eq!(
            orders.contacts(name).await,
            1,
            "{name}: nothing more went out"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_says_was_done_is_not_sent_again_and_the_run_goes_on() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let actions = vec![push("a", "First {name}"), push("b", "Second {name}")];
    let id = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    orders.faulty(Fault::CutOff);
    let (_, runs) = orders.add(id, json!({ "name": "Ada" })).await;
    assert_eq!(
        states(&runs[0]),
        [ActionState::Unknown, ActionState::Skipped]
    );
    orders.desk.world.practice.set(Faults::default());
    let both = ["a".to_owned(), "b".to_owned()];
    let wrong = console.retry_workflow(session, id, runs[0].id, &[], &both);
    assert_eq!(
        code(wrong.await),
        "workflow_no_doubt",
        "what was skipped was not done"
    );
    assert_eq!(orders.contacts("Second Ada").await, 0);
    let said = ["a".to_owned()];
    let again = console.retry_workflow(session, id, runs[0].id, &[], &said);
    let again = again.await.unwrap();
    assert_eq!(states(&again), [ActionState::Done, ActionState::Done]);
    assert_eq!(again.outcome, WorkflowOutcome::Done);
    assert!(again.actions[0].said, "that a person said so is told");
    assert!(!again.actions[1].said && !again.actions[1].before);
    assert_eq!(orders.contacts("First Ada").await, 1, "not sent again");
    assert_eq!(orders.contacts("Second Ada").await, 1);
}
