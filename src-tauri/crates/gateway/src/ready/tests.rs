#![allow(clippy::unwrap_used)]

use super::*;

fn asked(link_name: &str) -> Asked {
    Asked {
        link_name: LinkName::new(link_name).unwrap(),
        caller: Caller::Unattended,
        application: None,
        environment: Environment::Production,
    }
}

#[tokio::test]
async fn of_calls_alike_one_is_decided_and_the_next_when_it_is_over() {
    let openings = Arc::new(Openings::default());
    let first = openings.turn(&asked("mail")).await;
    assert!(first.is_some(), "nobody is before it");
    let other = openings.turn(&asked("files")).await;
    assert!(
        other.is_some(),
        "one of another connection waits for nobody"
    );

    let second = tokio::spawn({
        let openings = Arc::clone(&openings);
        async move { openings.turn(&asked("mail")).await.is_some() }
    });
    tokio::task::yield_now().await;
    assert!(!second.is_finished(), "it waits for the one like it");
    drop(first);
    assert!(second.await.unwrap(), "and then it is its turn");
}

#[tokio::test]
async fn nobody_waits_long_for_one_that_takes_long() {
    let openings = Openings::default();
    let held = openings.turn(&asked("mail")).await;
    let turn = tokio::time::timeout(Duration::from_secs(30), openings.turn(&asked("mail"))).await;
    assert!(turn.unwrap().is_none(), "it goes on by itself");
    drop(held);
}

#[tokio::test]
async fn turns_that_nobody_holds_are_forgotten() {
    let openings = Openings::default();
    let held = openings.turn(&asked("held")).await;
    for number in 0..2 * MOST {
        openings.turn(&asked(&format!("mail_{number}"))).await;
    }
    let inner = openings.lock();
    assert!(inner.turns.len() <= MOST, "{}", inner.turns.len());
    assert!(inner.turns.contains_key(&asked("held")), "this one is held");
    drop(held);
}
