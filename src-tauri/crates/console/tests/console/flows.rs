//! Flows: one per slot, one answer each, and steered from outside.

use tsunagi_console::agent::Sighting;
use tsunagi_console::views::{AgentKind, RedirectForm, Stage};
use tsunagi_console::{FlowId, Reach, Verdict};
use tsunagi_domain::{Kind, Mode};

use crate::fixture::people::client;
use crate::fixture::{AIKO, Desk, Person, arrive, press, redirect};
use crate::provider::{Provider, Says, register, tokens};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_slot_twice_is_the_same_flow() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Waits);
    let authorize = || desk.console.authorize(desk.session(), id, Reach::All, None);
    let (one, two) = tokio::join!(authorize(), authorize());
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one, two, "two clicks at once begin one flow");
    desk.opened(one).await;
    assert_eq!(authorize().await.unwrap(), one, "and a third one finds it");
    assert!(
        desk.world.agent.shown.lock().unwrap().contains(&one),
        "it is brought to the front"
    );
    assert_eq!(
        desk.world.agent.visits.lock().unwrap().len(),
        1,
        "one page was opened"
    );
    desk.console.cancel_flow(one).unwrap();
    desk.ended(one).await;
    assert_ne!(
        authorize().await.unwrap(),
        one,
        "a flow that ended is not found again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_flows_for_different_slots_do_not_mix() {
    let (desk, first) = Desk::practice();
    let second = desk.create_practice("Second", Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let one = desk.begin(first, Reach::All).await;
    let two = desk.begin(second, Reach::All).await;
    let (visit_one, visit_two) = (desk.world.agent.visit(one), desk.world.agent.visit(two));
    let answer = press(&visit_one.url, AIKO, "allow").await;
    assert_eq!(
        (visit_two.judge)(&answer),
        Verdict::Refuse {
            reason: "not_encrypted"
        },
        "one flow's answer is at another address than the other's"
    );
    arrive(&visit_one, answer).await;
    assert_eq!(desk.ended(one).await.stage, Stage::Done);
    assert_eq!(
        desk.console.flow(two).unwrap().stage,
        Stage::Waiting,
        "the other one waits on"
    );
    let answer = press(&visit_two.url, AIKO, "allow").await;
    arrive(&visit_two, answer).await;
    assert_eq!(desk.ended(two).await.stage, Stage::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_is_good_for_one_answer() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    let visit = desk.world.agent.visit(flow);
    let answer = press(&visit.url, AIKO, "allow").await;
    arrive(&visit, answer.clone()).await;
    arrive(&visit, answer.clone()).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    let requests = desk.world.practice.token_requests();
    assert_eq!(
        (visit.judge)(&answer),
        Verdict::Refuse {
            reason: "flow_over"
        },
        "nothing more may load in a page of a flow that is over"
    );
    desk.world
        .agent
        .sees(flow, Sighting::Callback(answer.clone()));
    let pasted = desk.console.paste_into_flow(flow, answer.as_str());
    assert_eq!(pasted.unwrap_err().code, "flow_over");
    assert_eq!(
        desk.world.practice.token_requests(),
        requests,
        "nothing was exchanged again"
    );
    assert_eq!(desk.view(id).await.accounts.len(), 1, "nothing changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_while_tokens_are_fetched_stores_nothing_and_hands_them_back() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    provider.token(Says::json(200, &tokens()).held());
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    crate::fixture::until("the code is exchanged", || {
        !provider.got("/token").is_empty()
    })
    .await;
    assert_eq!(desk.console.flow(flow).unwrap().stage, Stage::Checking);
    desk.console.cancel_flow(flow).unwrap();
    let end = desk.ended(flow).await;
    assert_eq!(end.failure.unwrap().code, "cancelled", "at once");
    provider.inner.gate.add_permits(1);
    crate::fixture::until("what came late is handed back", || {
        provider
            .got("/revoke")
            .iter()
            .any(|got| got.form["token"] == "refresh-one")
    })
    .await;
    assert!(
        desk.world.catalog().slots(id).unwrap().is_empty(),
        "nothing is stored"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_time_is_added_and_counts() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    let before = desk.console.flow(flow).unwrap();
    desk.console.extend_flow(flow).unwrap();
    crate::fixture::until("the time is added", || {
        desk.console.flow(flow).unwrap().deadline > before.deadline
    })
    .await;
    let view = desk.console.flow(flow).unwrap();
    assert_eq!(
        view.deadline,
        before.deadline.plus_seconds(120),
        "two more minutes"
    );
    assert_eq!(view.seconds, before.seconds + 120);
    desk.world.clock.pass(200);
    let visit = desk.world.agent.visit(flow);
    let answer = press(&visit.url, AIKO, "allow").await;
    arrive(&visit, answer).await;
    assert_eq!(
        desk.ended(flow).await.stage,
        Stage::Done,
        "what was too late before is in time"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_can_be_pasted() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    let visit = desk.world.agent.visit(flow);
    let console = &desk.console;
    let code = |text: &str| console.paste_into_flow(flow, text).unwrap_err().code;
    assert_eq!(code("hello"), "callback_invalid");
    assert_eq!(code("https://elsewhere.example/"), "redirect_mismatch");
    let strange = redirect(&visit, &[("state", "another"), ("code", "a")]);
    assert_eq!(code(strange.as_str()), "state_mismatch");
    assert_eq!(
        console.flow(flow).unwrap().stage,
        Stage::Waiting,
        "a wrong paste ends nothing"
    );
    let answer = press(&visit.url, AIKO, "allow").await;
    console
        .paste_into_flow(flow, &format!("  {answer}\n"))
        .unwrap();
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_goes_on_in_the_browser() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.console.flow_in_browser(flow).unwrap();
    crate::fixture::until("the browser is opened", || {
        desk.world.agent.visit(flow).kind == AgentKind::Browser
    })
    .await;
    // A tab that was closed, or never came up, is opened once more.
    desk.console.flow_in_browser(flow).unwrap();
    let opened = desk.world.agent.browsed();
    assert_eq!(
        opened,
        [desk.world.agent.visit(flow).url],
        "the same page of the same flow"
    );
    // Closing the page makes the window say so; in the browser that ends nothing.
    desk.world.agent.sees(flow, Sighting::Closed);
    let visit = desk.world.agent.visit(flow);
    let answer = press(&visit.url, AIKO, "allow").await;
    let mut strange = answer.clone();
    strange.set_query(Some("state=another&code=a"));
    let page = client().get(strange).send().await.unwrap();
    assert_eq!(
        page.status(),
        400,
        "any page of the browser can ask for this address"
    );
    assert!(
        page.text().await.unwrap().contains("another sign-in"),
        "and is told"
    );
    let page = client().get(answer.clone()).send().await.unwrap();
    assert!(
        page.text()
            .await
            .unwrap()
            .contains("You can go back to Tsunagi")
    );
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    assert!(
        client().get(answer).send().await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_that_ended_can_be_begun_again() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Denies(AIKO));
    let flow = desk.begin(id, Reach::All).await;
    desk.ended(flow).await;
    desk.world.agent.person(Person::Allows(AIKO));
    let next = desk.console.flow_again(desk.session(), flow).await.unwrap();
    assert_eq!(desk.ended(next).await.stage, Stage::Done);
    assert!(
        desk.world
            .agent
            .flows_closed
            .lock()
            .unwrap()
            .contains(&flow),
        "the old one closes"
    );
    let unknown = desk.console.flow(FlowId::new()).unwrap_err();
    assert_eq!(unknown.code, "flow_over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_https_redirect_address_is_intercepted_and_never_loaded() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    provider.accept(&desk, "filing");
    let base = "https://tsunagi.example/app/".to_owned();
    let registration = register(&desk, "filing", RedirectForm::Intercepted { base });
    let draft = crate::provider::draft("Filing", Kind::Admin, Mode::Same, Some(registration));
    let id = desk.console.create(desk.session(), &draft).unwrap();
    desk.world.agent.person(Person::Waits);
    let asked = Some(AgentKind::Browser);
    let begun = desk
        .console
        .authorize(desk.session(), id, Reach::All, asked);
    let flow = begun.await.unwrap();
    desk.opened(flow).await;
    let visit = desk.world.agent.visit(flow);
    assert_eq!(
        visit.kind,
        AgentKind::Webview,
        "only a window of ours can intercept"
    );
    let refused = desk.console.flow_in_browser(flow).unwrap_err();
    assert_eq!(refused.code, "browser_needs_loopback");
    let answer = redirect(&visit, &[("code", "a-code")]);
    assert!(
        answer.as_str().starts_with(&format!(
            "https://tsunagi.example/app/callback/{registration}?"
        )),
        "the registered address: {answer}"
    );
    assert_eq!((visit.judge)(&answer), Verdict::Callback);
    arrive(&visit, answer).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    // The same address with another state fails the flow, and is not loaded either.
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code"), ("state", "another")])
        .await;
    assert_eq!(
        desk.ended(flow).await.failure.unwrap().code,
        "state_mismatch"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fixed_port_in_use_is_named() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    provider.accept(&desk, "filing");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let registration = register(&desk, "filing", RedirectForm::LoopbackPort { port });
    let draft = crate::provider::draft("Filing", Kind::Admin, Mode::Same, Some(registration));
    let id = desk.console.create(desk.session(), &draft).unwrap();
    let begun = desk.console.authorize(desk.session(), id, Reach::All, None);
    let refused = begun.await.unwrap_err();
    assert_eq!(refused.code, "port_taken");
    assert_eq!(refused.args["port"], port.to_string(), "which one");
    drop(taken);
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done, "once it is free");
    let flow = desk.begin(id, Reach::All).await;
    desk.console.cancel_flow(flow).unwrap();
    desk.ended(flow).await;
    desk.begin(id, Reach::All).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_ended_in_between_leaves_an_interrupted_flow() {
    let (mut desk, id) = Desk::practice();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.console = desk.world.open();
    let timeline = desk.console.timeline(desk.session(), id).unwrap();
    assert_eq!(timeline[0].id, flow);
    assert_eq!(timeline[0].outcome.as_deref(), Some("interrupted"));
    assert_eq!(desk.console.flow(flow).unwrap_err().code, "flow_over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_a_connection_ends_its_flows() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    let deleted = desk.console.delete_connection(desk.session(), id).await;
    deleted.unwrap();
    let end = desk.ended(flow).await;
    assert_eq!(end.failure.unwrap().code, "cancelled");
    assert!(
        desk.world
            .agent
            .pages_closed
            .lock()
            .unwrap()
            .contains(&flow),
        "no sign-in page stays open for nothing"
    );
}
