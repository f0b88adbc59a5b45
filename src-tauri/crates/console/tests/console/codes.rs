//! RFC 8628 and RFC 8414 as a person meets them: a code for another device, and a provider whose
//! own description contradicts the connector.

use tsunagi_console::agent::Practice as _;
use tsunagi_console::views::{AgentKind, CodeView, NewRegistration, RedirectForm, Stage};
use tsunagi_domain::{ConnectionId, FlowId, Kind, Mode, Reach};
use url::Url;

use crate::fixture::people::approve_code;
use crate::fixture::{AIKO, Desk, Person, until};
use crate::provider::{accept, draft};

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

/// A connection to the practice server by a connector of one's own that names no page of it.
fn by_code_alone(desk: &Desk) -> ConnectionId {
    let port = desk.world.practice.start().unwrap();
    let own = include_str!("../../../connectors/connectors/practice.toml");
    let paged = [
        "authorize = ",
        "practice = ",
        "verified = ",
        "iss_required = ",
    ];
    let (before, asked) = own.split_once("[[parameters]]").unwrap();
    let (_, after) = asked.split_once("[[scopes]]").unwrap();
    let toml: String = format!("{before}[[scopes]]{after}")
        .replace("{port}", &port.to_string())
        .replace("id = \"practice\"", "id = \"filing\"")
        .replace(
            "{ built_in = { client_id = \"tsunagi-practice\" } }",
            "\"needs_client\"",
        )
        .lines()
        .filter(|line| !paged.iter().any(|field| line.starts_with(field)))
        .flat_map(|line| [line, "\n"])
        .collect();
    accept(desk, "filing", &toml).unwrap();
    let redirect = RedirectForm::LoopbackAnyPort;
    let drafted = desk.console.registration_draft(desk.session(), &redirect);
    let new = NewRegistration {
        id: drafted.unwrap().id,
        connector: "filing".to_owned(),
        name: "Ours".to_owned(),
        client_id: "tsunagi-practice".to_owned(),
        client_secret: None,
        redirect,
    };
    let added = desk.console.add_registration(desk.session(), &new).unwrap();
    assert!(!added.sent_back, "nobody is sent back to an address");
    let mut wanted = draft("Filing", Kind::Admin, Mode::Same, Some(added.id));
    wanted.scopes = ["openid", "profile", "email", "contacts.read"]
        .map(str::to_owned)
        .into();
    desk.console.create(desk.session(), &wanted).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc8628_where_there_is_no_page_a_code_is_the_only_way() {
    let desk = Desk::empty();
    let id = by_code_alone(&desk);
    let service = desk.console.service(desk.session(), "filing").unwrap();
    assert!(service.by_code_alone && !service.for_clients);
    desk.world.agent.person(Person::Waits);
    // Whatever was asked for: the tray and an older window know of no other way.
    for asked in [None, Some(AgentKind::Webview), Some(AgentKind::Browser)] {
        let begun = desk
            .console
            .authorize(desk.session(), id, Reach::All, asked);
        let flow = begun.await.unwrap();
        let code = shown(&desk, flow).await;
        assert_eq!(
            desk.console.flow(flow).unwrap().agent,
            AgentKind::Device,
            "{asked:?}"
        );
        assert!(code.address.ends_with("/device"), "{}", code.address);
        assert!(
            desk.console.flow_in_browser(flow).is_err(),
            "there is nothing to open instead"
        );
        desk.console.cancel_flow(flow).unwrap();
        desk.ended(flow).await;
    }
    let (flow, code) = ask_for_code(&desk, id).await;
    let page = Url::parse(&code.address).unwrap();
    approve_code(&page, &code.user_code, AIKO, "allow").await;
    let ended = desk.ended(flow).await;
    assert_eq!(ended.stage, Stage::Done, "{:?}", ended.failure);
    assert!(desk.try_it(id).await.unwrap().ok, "and it can be used");
}
