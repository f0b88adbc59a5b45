//! What a service's 401 means (RFC 6750 §3.1).

use tsunagi_domain::{Health, NotConnected, Reach};

use super::home::Home;
use super::server::{Recorder, Say, Server};

const REVOKED: Health = Health::NotConnected(NotConnected::Revoked);

#[tokio::test]
async fn an_invalid_token_is_renewed_and_tried_once_more() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    // The provider has withdrawn the access token before its time; the refresh token still works.
    let withdrawn = "Bearer realm=\"x\", error=\"invalid_token\"";
    server.answer("/api/files", 401, &[("www-authenticate", withdrawn)], "");
    let asked = home.get("/files");
    let watched = async {
        // Until the renewal the path says 401, and afterwards it works.
        server.token_request_arrives().await;
        server.it().answers.clear();
    };
    server.say(Say::Wait);
    let watched = async {
        watched.await;
        server.open_gate();
    };
    let (answer, ()) = tokio::join!(asked, watched);
    assert_eq!(
        answer.unwrap().status,
        200,
        "the second try has the new token"
    );
    assert_eq!(
        (server.token_requests(), server.api_requests()),
        (1, 2),
        "one renewal, one retry"
    );
    assert_eq!(home.stored().health, Health::Connected, "and all is well");
}

#[tokio::test]
async fn an_invalid_token_after_a_renewal_means_revoked() {
    for challenge in [
        Some("Bearer error=\"invalid_token\""),
        Some("Bearer realm=\"x\""),
        None,
    ] {
        let server = Server::start().await;
        let home = Home::new(&server).await;
        let headers: Vec<_> = challenge
            .map(|text| ("www-authenticate", text))
            .into_iter()
            .collect();
        server.answer("/api/files", 401, &headers, "no");
        assert_eq!(
            home.get("/files").await.unwrap().status,
            401,
            "the service's answer is shown"
        );
        assert_eq!(
            (server.token_requests(), server.api_requests()),
            (1, 2),
            "one renewal, one retry"
        );
        assert_eq!(home.stored().health, REVOKED, "{challenge:?}");
        assert_eq!(home.refused(home.call("/files")).await, "not_connected");
        assert_eq!(server.api_requests(), 2, "R4: and nothing more is sent");
    }
}

#[tokio::test]
async fn an_invalid_token_that_cannot_be_renewed_means_revoked() {
    let server = Server::start().await;
    let mut home = Home::new(&server).await;
    home.id = home.authorize(Reach::All, None, None, false).await;
    server.answer(
        "/api/files",
        401,
        &[("www-authenticate", "Bearer error=\"invalid_token\"")],
        "",
    );
    assert_eq!(home.get("/files").await.unwrap().status, 401);
    assert_eq!(
        home.stored().health,
        REVOKED,
        "there is nothing to renew it with"
    );
    assert_eq!(
        (server.token_requests(), server.api_requests()),
        (0, 1),
        "and no second try"
    );
}

#[tokio::test]
async fn a_passing_fault_of_the_forced_renewal_changes_no_health() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    server.answer(
        "/api/files",
        401,
        &[("www-authenticate", "Bearer error=\"invalid_token\"")],
        "",
    );
    server.say(Say::Just(503, Vec::new(), String::new()));
    assert_eq!(
        home.get("/files").await.unwrap().status,
        401,
        "the service's answer is shown"
    );
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "nothing is known about the new token"
    );
}

#[tokio::test]
async fn insufficient_scope_is_no_reason() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let challenge = "Bearer realm=\"x\", error=\"insufficient_scope\", scope=\"files.write\"";
    server.answer("/api/files", 401, &[("www-authenticate", challenge)], "");
    assert_eq!(home.get("/files").await.unwrap().status, 401);
    server.answer("/api/files", 403, &[("www-authenticate", challenge)], "");
    assert_eq!(home.get("/files").await.unwrap().status, 403);
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "the token is good for other things"
    );
    assert_eq!(
        server.token_requests(),
        0,
        "a renewal brings no more scopes"
    );
}

#[tokio::test]
async fn another_hosts_401_says_nothing_about_the_token() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let other = Recorder::start().await;
    other.answer(401, None);
    server.answer(
        "/api/files",
        302,
        &[("location", &format!("{}/login", other.origin))],
        "",
    );
    assert_eq!(
        home.get("/files").await.unwrap().status,
        401,
        "its answer is shown"
    );
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "it was not even sent the token"
    );
    assert_eq!(server.token_requests(), 0, "so there is nothing to renew");
    other.knows_nothing("a redirect");
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_end_a_token_without_renewal() {
    let server = Server::start().await;
    let mut home = Home::new(&server).await;
    home.id = home.authorize(Reach::All, None, Some(3600), false).await;
    home.clock.forward(-86_400);
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "the service knows the time"
    );
    assert_eq!(home.stored().health, Health::Connected);
    home.clock.forward(86_400 + 3600);
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    let expired = Health::NotConnected(NotConnected::Expired);
    assert_eq!(home.stored().health, expired, "its time is over");
    assert_eq!(server.api_requests(), 1, "R4: an expired token is not sent");
}
