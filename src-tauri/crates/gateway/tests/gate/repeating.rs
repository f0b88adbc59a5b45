//! Sending again: what may be, within the call's own time, and never past a rule.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use tokio::sync::Notify;
use tsunagi_domain::{Application, ApplicationId, Edition, Timestamp};
use tsunagi_gateway::{Call, Repeat};

use super::home::{Home, Plans, later};
use super::server::Server;

fn of(home: &Home, method: Method, target: &str) -> Call {
    let mut call = home.call(target);
    call.request.method = method;
    call
}

#[tokio::test]
async fn what_may_be_done_twice_is_sent_again_and_nothing_else_is() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let waits = home.waits_at_once();
    for (method, status, tries) in [
        (Method::GET, 503, 3),
        (Method::HEAD, 500, 3),
        (Method::PUT, 429, 3),
        (Method::DELETE, 502, 3),
        (Method::OPTIONS, 504, 3),
        (Method::PUT, 500, 1),
        (Method::POST, 503, 1),
        (Method::PATCH, 429, 1),
        (Method::GET, 404, 1),
    ] {
        server.it().api.clear();
        waits.lock().unwrap().clear();
        server.answer("/api/busy", status, &[], "not now");
        let answer = home.gateway.send(of(&home, method.clone(), "/busy")).await;
        let what = format!("{method} after {status}");
        assert_eq!(
            answer.unwrap().status,
            status,
            "{what}: the last answer is the answer"
        );
        assert_eq!(server.api_requests(), tries, "{what}");
        assert_eq!(
            waits.lock().unwrap().len(),
            tries - 1,
            "{what}: a wait before each"
        );
        let run = home.runs().await.remove(0);
        assert_eq!(
            (run.tries as usize, run.status),
            (tries, Some(status)),
            "{what} is recorded"
        );
        home.clock.forward(1);
    }
}

#[tokio::test]
async fn a_post_with_a_key_is_sent_again_and_a_get_that_must_not_be_is_not() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.waits_at_once();
    for (method, repeat, tries) in [
        (Method::POST, Repeat::Keyed, 3),
        (Method::POST, Repeat::AsMethod, 1),
        (Method::GET, Repeat::Never, 1),
    ] {
        server.it().api.clear();
        server.answer("/api/pay", 503, &[], "");
        let mut call = of(&home, method, "/pay");
        call.request.repeat = repeat;
        call.request.body = b"amount=1".to_vec();
        home.gateway.send(call).await.unwrap();
        assert_eq!(server.api_requests(), tries, "{repeat:?}");
        let same = server.it().api.iter().all(|seen| seen.body == "amount=1");
        assert!(same, "each with the body it had");
    }
}

#[tokio::test]
async fn the_first_good_answer_ends_it_and_waits_grow() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let waits = home.waits_at_once();
    server.answer_once("/api/files", 502, &[]);
    server.answer_once("/api/files", 504, &[]);
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    let waits = waits.lock().unwrap().clone();
    let milliseconds = Duration::from_millis;
    assert!(
        (milliseconds(250)..=milliseconds(500)).contains(&waits[0]),
        "{waits:?}"
    );
    assert!(
        (milliseconds(500)..=milliseconds(1000)).contains(&waits[1]),
        "{waits:?}"
    );
    let run = home.runs().await.remove(0);
    assert_eq!((run.tries, run.status, run.refusal), (3, Some(200), None));
}

#[tokio::test]
async fn retry_after_is_obeyed_in_seconds_and_as_a_date() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let waits = home.waits_at_once();
    server.answer_once("/api/files", 429, &[("retry-after", "7")]);
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    // The clock of the tests stands at 22:13:20 and went on by the seven seconds.
    let date = "Tue, 14 Nov 2023 22:13:38 GMT";
    server.answer_once("/api/files", 503, &[("retry-after", date)]);
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    let seconds = [7, 11].map(Duration::from_secs);
    assert_eq!(*waits.lock().unwrap(), seconds, "by the gate's clock");
}

#[tokio::test]
async fn a_retry_after_beyond_the_calls_time_gives_the_answer_at_once() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let waits = home.waits_at_once();
    server.answer("/api/files", 503, &[("retry-after", "40")], "maintenance");
    let answer = home.get("/files").await.unwrap();
    assert_eq!(
        (answer.status.as_u16(), &answer.body[..]),
        (503, &b"maintenance"[..])
    );
    server.answer("/api/files", 503, &[("retry-after", "5")], "soon");
    let mut call = home.call("/files");
    call.request.timeout = Some(Duration::from_secs(3));
    let answer = home.gateway.send(call).await.unwrap();
    assert_eq!(
        &answer.body[..],
        b"soon",
        "this caller has only three seconds"
    );
    assert!(waits.lock().unwrap().is_empty(), "nobody waited");
    assert_eq!(server.api_requests(), 2, "each was sent once");
    let mut call = home.call("/files");
    call.request.timeout = Some(Duration::from_secs(300));
    home.gateway.send(call).await.unwrap();
    let waited: Duration = waits.lock().unwrap().iter().sum();
    assert!(
        waited < Duration::from_secs(40),
        "nobody has more than the forty: {waited:?}"
    );
}

#[tokio::test]
async fn a_call_has_the_time_its_request_says() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let mut call = home.call("/slow");
    call.request.timeout = Some(Duration::from_millis(200));
    let error = home.gateway.send(call).await.map(|answer| answer.status);
    let error = error.unwrap_err();
    assert_eq!(
        (error.code(), error.args()["reason"].as_str()),
        ("service_unreachable", "timeout")
    );
    assert_eq!(server.api_requests(), 1, "what was sent is not sent again");
}

#[tokio::test]
async fn what_never_left_is_sent_again() {
    let server = Server::start().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", port.local_addr().unwrap());
    drop(port);
    let hosts = vec![server.origin.clone(), closed.clone()];
    let plans = Plans {
        hosts,
        ..Plans::default()
    };
    let home = Home::with_base(&closed, &server, plans).await;
    let waits = home.waits_at_once();
    for (method, tries) in [(Method::GET, 3), (Method::POST, 1)] {
        waits.lock().unwrap().clear();
        let code = home.refused(of(&home, method.clone(), "/files")).await;
        assert_eq!(code, "service_unreachable", "{method}");
        assert_eq!(waits.lock().unwrap().len(), tries - 1, "{method}");
        let run = home.runs().await.remove(0);
        assert_eq!((run.tries as usize, run.status), (tries, None), "{method}");
        home.clock.forward(1);
    }
}

#[tokio::test]
async fn what_a_service_says_in_its_own_words_counts_as_its_status() {
    let server = Server::start().await;
    let api =
        "errors = [{ status = 200, at = \"/code\", is = \"TOO_MANY\", means = \"rate_limited\" }]";
    let plans = Plans {
        api: api.to_owned(),
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    let waits = home.waits_at_once();
    server.answer(
        "/api/files",
        200,
        &[("retry-after", "3")],
        "{\"code\":\"TOO_MANY\"}",
    );
    let answer = home.get("/files").await.unwrap();
    assert!(answer.refused, "whatever the status says");
    assert_eq!(server.api_requests(), 3, "it was asked as after a 429");
    let three = Duration::from_secs(3);
    assert_eq!(*waits.lock().unwrap(), [three, three]);
}

#[tokio::test]
async fn r4_what_is_disabled_during_the_wait_is_not_sent_again() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let (catalog, mut connection) = (home.catalog.clone(), home.connection.clone());
    connection.enabled = false;
    home.gateway.pause_by(move |_| {
        catalog.update_connection(&connection).unwrap();
        Box::pin(std::future::ready(()))
    });
    server.answer("/api/files", 503, &[], "");
    assert_eq!(home.refused(home.call("/files")).await, "disabled");
    assert_eq!(server.api_requests(), 1, "not once more");
    let run = home.runs().await.remove(0);
    assert_eq!((run.tries, run.refusal.as_deref()), (1, Some("disabled")));
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_waits_sends_nothing_more() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let waits = Arc::new(Notify::new());
    let told = Arc::clone(&waits);
    home.gateway.pause_by(move |_| {
        told.notify_one();
        Box::pin(std::future::pending())
    });
    server.answer("/api/files", 503, &[], "");
    let call = later(&home.gateway, home.call("/files"));
    waits.notified().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(server.api_requests(), 1);
    let run = home.runs().await.remove(0);
    assert_eq!(
        (run.tries, run.refusal.as_deref()),
        (1, Some("cancelled")),
        "and is recorded"
    );
}

#[tokio::test]
async fn a_run_says_through_which_application_it_came() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let shop = Application {
        id: ApplicationId::new(),
        name: "Shop".to_owned(),
        edition: Edition::C6,
        created_at: Timestamp(0),
    };
    home.catalog.set_application(&shop).unwrap();
    let through = |application| Call {
        application,
        ..home.call("/files")
    };
    home.refused(through(Some(shop.id))).await;
    home.clock.forward(1);
    let granted = home
        .catalog
        .grant_application(shop.id, home.connection.id, true);
    granted.unwrap();
    home.gateway.send(through(Some(shop.id))).await.unwrap();
    home.clock.forward(1);
    home.gateway.send(through(None)).await.unwrap();
    let runs = home.runs().await;
    let through: Vec<_> = runs
        .iter()
        .map(|run| (run.application, run.tries))
        .collect();
    let shop = Some(shop.id);
    assert_eq!(
        through,
        [(None, 1), (shop, 1), (shop, 0)],
        "refused ones too"
    );
}
