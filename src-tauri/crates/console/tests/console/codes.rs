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

/// What a camera reads: the path is drawn as a browser draws it, three pixels a module.
fn scanned(code: &CodeView) -> String {
    const SCALE: usize = 3;
    let qr = code.qr.as_ref().expect("a QR code");
    let size = qr.size as usize;
    let mut dark = vec![false; size * size];
    for run in qr.path.split_terminator('z') {
        let numbers: Vec<usize> = run
            .split(|sign: char| !sign.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect();
        let &[x, y, length, 1, back] = numbers.as_slice() else {
            panic!("not a run of modules: {run}")
        };
        assert_eq!(length, back, "a rectangle: {run}");
        assert!(
            [x, y, size - 1 - y, size - x - length]
                .iter()
                .all(|free| *free >= 4),
            "the margin stays light: {run}"
        );
        dark[y * size + x..y * size + x + length].fill(true);
    }
    let shade = |x: usize, y: usize| {
        if dark[y / SCALE * size + x / SCALE] {
            0
        } else {
            255
        }
    };
    let side = size * SCALE;
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, shade);
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "one code is found");
    grids[0].decode().expect("and it can be read").1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc8628_a_camera_reads_the_address_with_the_code_in_it() {
    let (desk, id) = Desk::practice();
    let (_, code) = ask_for_code(&desk, id).await;
    let read = Url::parse(&scanned(&code)).unwrap();
    let typed = Url::parse(&code.address).unwrap();
    assert_eq!(
        read.origin(),
        typed.origin(),
        "it leads where the window says"
    );
    assert!(
        read.query_pairs().any(|(_, value)| value == code.user_code),
        "and nobody has to type the code: {read}"
    );
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
