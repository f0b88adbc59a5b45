//! A service that asks to be left alone is, and so is one whose limits are known.

use std::time::Duration;

use http::Method;
use tsunagi_domain::{Environment, Mode};
use tsunagi_gateway::Call;

use super::home::{Home, Plans};
use super::server::Server;

/// So that nothing is sent again by itself.
fn post(home: &Home) -> Call {
    let mut call = home.call("/files");
    call.request.method = Method::POST;
    call
}

#[tokio::test]
async fn after_a_429_the_next_call_waits_as_long_as_was_asked() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let waits = home.waits_at_once();
    server.answer_once("/api/files", 429, &[("retry-after", "20")]);
    let first = home.gateway.send(post(&home)).await.unwrap();
    assert_eq!(first.status, 429, "a POST is not sent again by the gate");
    home.clock.forward(5);
    let mut hurried = post(&home);
    hurried.request.timeout = Some(Duration::from_secs(10));
    let busy = home.gateway.send(hurried).await.map(|answer| answer.status);
    let busy = busy.unwrap_err();
    assert_eq!(
        (busy.code(), busy.args()["seconds"].as_str()),
        ("service_busy", "15")
    );
    assert_eq!(server.api_requests(), 1, "nothing was sent");
    let run = home.runs().await.remove(0);
    assert_eq!(
        (run.tries, run.refusal.as_deref()),
        (0, Some("service_busy"))
    );
    assert_eq!(home.gateway.send(post(&home)).await.unwrap().status, 200);
    assert_eq!(
        *waits.lock().unwrap(),
        [Duration::from_secs(15)],
        "what was left of it"
    );
}

#[tokio::test]
async fn a_longer_wait_than_a_call_has_is_refused_until_it_is_over() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let waits = home.waits_at_once();
    server.answer_once("/api/files", 429, &[("retry-after", "600")]);
    assert_eq!(home.get("/files").await.unwrap().status, 429);
    assert_eq!(home.refused(home.call("/other")).await, "service_busy");
    home.clock.forward(599);
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "a second is soon over"
    );
    assert_eq!(*waits.lock().unwrap(), [Duration::from_secs(1)]);
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    assert_eq!(waits.lock().unwrap().len(), 1, "and then nobody waits");
}

#[tokio::test]
async fn another_authorization_is_not_kept_waiting() {
    let server = Server::start().await;
    let plans = Plans {
        mode: Mode::PerEnvironment,
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    let stage = Mode::PerEnvironment.reach(Environment::Stage);
    home.authorize(stage, None, Some(3600), true).await;
    home.waits_at_once();
    server.answer_once("/api/files", 429, &[("retry-after", "600")]);
    home.get("/files").await.unwrap();
    assert_eq!(home.refused(home.call("/files")).await, "service_busy");
    let call = Call {
        environment: Environment::Stage,
        ..home.call("/files")
    };
    assert_eq!(home.gateway.send(call).await.unwrap().status, 200);
}

#[tokio::test]
async fn what_a_connector_says_of_its_service_is_kept_to() {
    let server = Server::start().await;
    let top = "pace = { requests = 2, seconds = 60 }".to_owned();
    let home = Home::with(
        &server,
        Plans {
            top,
            ..Plans::default()
        },
    )
    .await;
    let waits = home.waits_at_once();
    home.get("/files").await.unwrap();
    home.clock.forward(30);
    home.get("/files").await.unwrap();
    let mut hurried = home.call("/files");
    hurried.request.timeout = Some(Duration::from_secs(20));
    assert_eq!(
        home.refused(hurried).await,
        "service_busy",
        "two in a minute"
    );
    assert_eq!(server.api_requests(), 2);
    home.get("/files").await.unwrap();
    assert_eq!(
        *waits.lock().unwrap(),
        [Duration::from_secs(30)],
        "when the first is a minute old"
    );
    server.answer_once("/api/files", 503, &[("retry-after", "1")]);
    home.clock.forward(60);
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    assert_eq!(
        home.refused(home.call("/files")).await,
        "service_busy",
        "tries count too"
    );
}

#[tokio::test]
async fn where_no_other_try_fits_the_answer_there_is_is_given() {
    let server = Server::start().await;
    let top = "pace = { requests = 1, seconds = 60 }".to_owned();
    let home = Home::with(
        &server,
        Plans {
            top,
            ..Plans::default()
        },
    )
    .await;
    home.waits_at_once();
    server.answer_once("/api/files", 503, &[("retry-after", "1")]);
    assert_eq!(home.get("/files").await.unwrap().status, 503);
    assert_eq!(server.api_requests(), 1);
    let run = home.runs().await.remove(0);
    assert_eq!((run.tries, run.status, run.refusal), (1, Some(503), None));
}
