//! RFC 8628 and RFC 8414 as a person meets them: a code for another device, and a provider whose
//! own description contradicts the connector.

use tsunagi_console::views::{AgentKind, CodeView, Stage};
use tsunagi_domain::{ConnectionId, FlowId, Reach};
use url::Url;

use crate::fixture::{AIKO, Desk, Person, approve_code, until};

/// Begins with a code, and waits until it is shown.
async fn ask_for_code(desk: &Desk, id: ConnectionId) -> (FlowId, CodeView) {
    desk.world.agent.person(Person::Waits);
    let device = Some(AgentKind::Device);
    let begun = desk
        .console
        .authorize(desk.session(), id, Reach::All, device);
    let flow = begun.await.unwrap();
    (flow, shown(desk, flow).await)
}

async fn shown(desk: &Desk, flow: FlowId) -> CodeView {
    let code = || desk.console.flow(flow).unwrap().code;
    until("the code is shown", || code().is_some()).await;
    code().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc8628_a_code_entered_elsewhere_connects() {
    let (desk, id) = Desk::practice();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    assert!(
        desk.console.flow(flow).unwrap().code_offered,
        "the practice service offers it"
    );
    desk.console.flow_by_code(flow).unwrap();
    let code = shown(&desk, flow).await;
    let view = desk.console.flow(flow).unwrap();
    assert_eq!(view.agent, AgentKind::Device, "no page is open any more");
    assert_eq!(view.stage, Stage::Waiting, "nobody has entered it yet");
    approve_code(
        &Url::parse(&code.address).unwrap(),
        &code.user_code,
        AIKO,
        "allow",
    )
    .await;
    let ended = desk.ended(flow).await;
    assert_eq!(ended.stage, Stage::Done, "{:?}", ended.failure);
    assert_eq!(ended.account.unwrap().label, "aiko@practice.example");
    assert!(desk.try_it(id).await.unwrap().ok, "and it can be used");
    let told = desk.console.timeline(desk.session(), id).unwrap();
    let steps = serde_json::to_string(&told).unwrap();
    assert!(
        steps.contains("The code was entered"),
        "the Timeline tells how: {steps}"
    );
    assert!(
        !steps.contains(&code.user_code),
        "the code itself is not kept"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc8628_a_code_that_is_denied_connects_nobody() {
    let (desk, id) = Desk::practice();
    let (flow, code) = ask_for_code(&desk, id).await;
    approve_code(
        &Url::parse(&code.address).unwrap(),
        &code.user_code,
        AIKO,
        "deny",
    )
    .await;
    let ended = desk.ended(flow).await;
    assert_eq!(ended.failure.unwrap().code, "consent_denied");
    assert!(
        desk.view(id).await.accounts.is_empty(),
        "nothing was stored"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc8628_cancelling_stops_the_polling() {
    let (desk, id) = Desk::practice();
    let (flow, _) = ask_for_code(&desk, id).await;
    desk.console.cancel_flow(flow).unwrap();
    let ended = desk.ended(flow).await;
    assert_eq!(ended.failure.unwrap().code, "cancelled");
}
