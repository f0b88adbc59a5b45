//! R20: authorizing again with another account asks before it replaces the first.

use tsunagi_console::agent::Sighting;
use tsunagi_console::views::Stage;
use tsunagi_console::{AccountAnswer, ConnectionId, FlowId, Reach};
use tsunagi_domain::{Kind, Mode};

use crate::fixture::{AIKO, BEN, Desk, Person, until};
use crate::provider::{Provider, Says, account};

async fn asked() -> (Desk, ConnectionId, FlowId) {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    desk.world.agent.person(Person::Allows(BEN));
    let flow = desk.begin(id, Reach::All).await;
    let view = desk.asks(flow).await;
    assert_eq!(
        view.account.unwrap().label,
        "ben@practice.example",
        "who has come"
    );
    assert_eq!(
        view.previous.unwrap().label,
        "aiko@practice.example",
        "who was there"
    );
    (desk, id, flow)
}

async fn still_aiko(desk: &Desk, id: ConnectionId) {
    let station = desk.view(id).await.row.stations[0].clone();
    assert_eq!(
        station.account.unwrap().label,
        "aiko@practice.example",
        "nothing was replaced"
    );
    assert!(station.primary, "the primary account stays");
    assert!(desk.try_it(id).await.unwrap().ok, "and works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_keeping_replaces_nothing() {
    let (desk, id, flow) = asked().await;
    desk.console.answer_flow(flow, AccountAnswer::Keep).unwrap();
    let end = desk.ended(flow).await;
    assert_eq!(end.failure.unwrap().code, "kept");
    still_aiko(&desk, id).await;
    let timeline = desk.console.timeline(desk.session(), id).unwrap();
    assert_eq!(timeline[0].outcome.as_deref(), Some("kept"));
    assert!(timeline[0].ok, "it went as the person wished");
    let kept = timeline[0].steps.last().unwrap();
    assert!(
        kept.wire.iter().any(|line| line.contains("/revoke")),
        "the tokens were discarded at the provider: {:?}",
        kept.wire
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_replacing_puts_the_other_account_in() {
    let (desk, id, flow) = asked().await;
    desk.console
        .answer_flow(flow, AccountAnswer::Replace)
        .unwrap();
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    let station = desk.view(id).await.row.stations[0].clone();
    assert_eq!(station.account.unwrap().label, "ben@practice.example");
    assert!(
        station.primary,
        "the member is primary, whatever account they use"
    );
    assert!(desk.try_it(id).await.unwrap().ok);
    assert_eq!(
        desk.world
            .catalog()
            .sealed_authorizations(None, 10)
            .unwrap()
            .len(),
        1,
        "the credential that was there is gone"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_closing_the_flow_window_keeps_the_first() {
    let (desk, id, flow) = asked().await;
    desk.world.agent.sees(flow, Sighting::Dismissed);
    assert_eq!(desk.ended(flow).await.failure.unwrap().code, "kept");
    still_aiko(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_cancelling_keeps_the_first() {
    let (desk, id, flow) = asked().await;
    desk.console.cancel_flow(flow).unwrap();
    assert_eq!(desk.ended(flow).await.failure.unwrap().code, "kept");
    still_aiko(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_no_answer_keeps_the_first() {
    let (desk, id, flow) = asked().await;
    desk.world.clock.pass(601);
    assert_eq!(desk.ended(flow).await.failure.unwrap().code, "kept");
    still_aiko(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_signing_in_again_from_the_question_starts_over() {
    let (desk, id, flow) = asked().await;
    desk.world.agent.person(Person::Allows(AIKO));
    let next = desk.console.flow_again(desk.session(), flow).await.unwrap();
    assert_ne!(next, flow, "another flow");
    assert_eq!(
        desk.ended(flow).await.failure.unwrap().code,
        "kept",
        "the first one is over"
    );
    assert_eq!(
        desk.ended(next).await.stage,
        Stage::Done,
        "the same account needs no question"
    );
    still_aiko(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_an_answer_before_the_question_answers_nothing() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.console
        .answer_flow(flow, AccountAnswer::Replace)
        .unwrap();
    let visit = desk.world.agent.visit(flow);
    let url = crate::fixture::press(&visit.url, BEN, "allow").await;
    crate::fixture::arrive(&visit, url).await;
    desk.asks(flow).await;
    desk.console.cancel_flow(flow).unwrap();
    desk.ended(flow).await;
    still_aiko(&desk, id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_service_that_tells_nothing_new_about_the_account_asks() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a")]).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    // The same e-mail address under another id is another account.
    let mut other = account("one");
    other["id"] = "two".into();
    provider.who(Says::json(200, &other));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "b")]).await;
    desk.asks(flow).await;
    desk.console.answer_flow(flow, AccountAnswer::Keep).unwrap();
    desk.ended(flow).await;
    until("the tokens are handed back", || {
        provider
            .got("/revoke")
            .iter()
            .any(|got| got.form["token"] == "refresh-one")
    })
    .await;
}
