//! Limits, what is recorded, and what is shown.

use std::time::Duration;

use http::Method;
use tsunagi_domain::Health;
use tsunagi_domain::gate::Caller;
use tsunagi_gateway::{Call, Limits};

use super::home::{Home, Plans};
use super::server::{Recorder, Server};

async fn limited(server: &Server, limits: Limits) -> Home {
    Home::with(
        server,
        Plans {
            limits,
            ..Plans::default()
        },
    )
    .await
}

#[tokio::test]
async fn a_body_longer_than_the_limit_is_truncated_and_says_so() {
    let server = Server::start().await;
    let home = limited(
        &server,
        Limits {
            body: 1000,
            ..Limits::default()
        },
    )
    .await;
    for (length, kept, truncated) in [(999, 999, false), (1000, 1000, false), (1001, 1000, true)] {
        server.answer("/api/big", 200, &[], &"x".repeat(length));
        let answer = home.get("/big").await.unwrap();
        assert_eq!(
            (answer.body.len(), answer.truncated),
            (kept, truncated),
            "{length} bytes"
        );
    }
}

#[tokio::test]
async fn the_usual_limits_are_forty_seconds_and_eight_mebibytes() {
    let limits = Limits::default();
    assert_eq!(limits.whole, Duration::from_secs(40));
    assert_eq!(limits.body, 8 * 1024 * 1024);
    let lease = Duration::from_secs(60);
    assert!(
        limits.tokens.whole < lease,
        "a lease outlives the request it is for"
    );
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let server = Server::start().await;
    let whole = Duration::from_millis(300);
    let home = limited(
        &server,
        Limits {
            whole,
            ..Limits::default()
        },
    )
    .await;
    let error = home
        .get("/slow")
        .await
        .map(|answer| answer.status)
        .unwrap_err();
    assert_eq!(
        (error.code(), error.args()["reason"].as_str()),
        ("service_unreachable", "timeout")
    );
    let stored = home.stored();
    assert_eq!(
        stored.health,
        Health::Connected,
        "a time-out changes no health"
    );
    assert_eq!(stored.unreachable.expect("it is noted").code, "timeout");
    // Through a gate with the usual limits, however slow this computer is.
    let usual = Home {
        limits: Limits::default(),
        ..home
    };
    let answer = usual.restarted().send(usual.call("/files")).await.unwrap();
    assert_eq!(answer.status, 200, "the service is back");
    assert_eq!(
        usual.stored().unreachable,
        None,
        "an answer takes the note away"
    );
}

#[tokio::test]
async fn runs_are_recorded_without_query_and_with_what_came_of_them() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let mut call = home.call("/files?key=hidden#hidden");
    call.request.method = Method::POST;
    call.request.body = b"hidden".to_vec();
    home.gateway.send(call).await.unwrap();
    home.clock.forward(1);
    server.answer("/api/none", 404, &[], "no such file");
    let call = Call {
        caller: Caller::Unattended,
        ..home.call("/none")
    };
    home.gateway.send(call).await.unwrap();
    home.clock.forward(1);
    let other = Recorder::start().await;
    let _ = home.get(&format!("{}/x?key=hidden", other.origin)).await;
    home.clock.forward(1);
    home.keys.lock();
    let _ = home.get("/files").await;
    home.gateway.flush().await;

    let mut runs = home.catalog.runs(home.connection.id, 10).unwrap();
    runs.reverse();
    assert_eq!(
        runs.len(),
        4,
        "every request is recorded, the refused ones too"
    );
    assert!(
        !format!("{runs:?}").contains("hidden"),
        "no query and no body: they hold secrets"
    );
    let summary: Vec<_> = runs
        .iter()
        .map(|run| {
            (
                run.method.as_str(),
                run.path.as_str(),
                run.status,
                run.refusal.as_deref(),
            )
        })
        .collect();
    let expected = [
        ("POST", "/api/files", Some(200), None),
        ("GET", "/api/none", Some(404), None),
        ("GET", "/x", None, Some("host_not_listed")),
        ("GET", "/api/files", None, Some("locked")),
    ];
    assert_eq!(summary, expected, "what was asked, and what came of it");
    let used: Vec<bool> = runs.iter().map(|run| run.authorization.is_some()).collect();
    assert_eq!(
        used,
        [true, true, false, false],
        "what was refused has used nothing"
    );
    let callers: Vec<_> = runs.iter().map(|run| run.caller.clone()).collect();
    assert_eq!(
        callers[..2],
        [home.member.to_string(), "unattended".to_owned()],
        "who asked"
    );
    assert_eq!(
        (runs[1].bytes, runs[1].host.as_str()),
        (12, "127.0.0.1"),
        "how much, and where"
    );
    assert_eq!(runs[0].area, "tests", "from which area");
}

#[tokio::test]
async fn a_refused_request_is_no_use_of_the_authorization() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let _ = home.get("https://elsewhere.example/x").await;
    home.gateway.flush().await;
    assert_eq!(home.stored().last_used, None, "nothing was used");
    home.get("/files").await.unwrap();
    let now = tsunagi_domain::Clock::now(&*home.clock);
    assert_eq!(home.stored().last_used, Some(now), "and now it was");
}

#[tokio::test]
async fn an_answer_that_repeats_the_credential_is_marked() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    assert!(
        home.get("/echo").await.unwrap().echoes_credential,
        "as it was sent"
    );
    for body in [
        "{\"token\":\"at-1-s3cret\\/mark\"}",
        "?token=at-1-s3cret%2Fmark",
        "rt-1-s3cret/mark",
    ] {
        server.answer("/api/echo", 200, &[], body);
        assert!(home.get("/echo").await.unwrap().echoes_credential, "{body}");
    }
    server.answer("/api/echo", 200, &[("x-debug", "at-1-s3cret/mark")], "");
    assert!(
        home.get("/echo").await.unwrap().echoes_credential,
        "in a header"
    );
    assert!(
        !home.get("/files").await.unwrap().echoes_credential,
        "others are not"
    );
}

#[tokio::test]
async fn the_caller_gets_status_headers_body_and_sends_its_own() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    server.answer("/api/files?page=2", 207, &[("x-page", "2")], "two");
    let mut call = home.call("/files?page=2");
    call.request.method = Method::PUT;
    call.request.body = b"a body".to_vec();
    let answer = home.gateway.send(call).await.unwrap();
    assert_eq!(answer.status, 207);
    assert_eq!(answer.headers["x-page"], "2");
    assert_eq!(answer.body, b"two");
    assert_eq!(answer.authorization, home.id);
    let seen = server.it().api.last().cloned().unwrap();
    assert_eq!(
        (seen.method.as_str(), seen.body.as_str()),
        ("PUT", "a body")
    );
    assert_eq!(seen.headers["x-note"], "for-the-service");
    assert!(
        !seen.headers.contains_key("referer"),
        "no referrer tells where we were before"
    );
}
