//! What a service's 401 means (RFC 6750 §3.1).

use tsunagi_domain::{Health, NotConnected, Reach};

use super::connector::connector;
use super::home::{Home, Plans};
use super::server::{Recorder, Say, Server, access};

/// A home whose service has words of its own for a bad token.
async fn with_words(server: &Server, api: &str) -> Home {
    let plans = Plans {
        api: api.to_owned(),
        ..Plans::default()
    };
    Home::with(server, plans).await
}

const WORDS: &str =
    "[[api.errors]]\nat = \"/error\"\nis = \"token_revoked\"\nmeans = \"revoked\"\n";
const SAID: &str = r#"{"error":"token_revoked"}"#;

#[tokio::test]
async fn what_somebody_stored_at_a_service_is_no_word_about_the_token() {
    let server = Server::start().await;
    let home = with_words(&server, WORDS).await;
    // A file whose content reads like the service's own error.
    server.answer("/api/files", 200, &[], SAID);
    let answer = home.get("/files").await.unwrap();
    assert_eq!(answer.body, SAID.as_bytes(), "it is shown");
    assert!(!answer.refused, "and nothing was refused");
    assert_eq!(
        (server.token_requests(), server.api_requests()),
        (0, 1),
        "no renewal, and not asked twice"
    );
    assert_eq!(home.stored().health, Health::Connected, "all is well");
}

#[tokio::test]
async fn a_service_that_refuses_with_status_200_is_understood_where_its_connector_says_so() {
    let server = Server::start().await;
    let words = WORDS.replace("at = ", "status = 200\nat = ");
    let home = with_words(&server, &words).await;
    server.answer("/api/files", 200, &[], SAID);
    let answer = home.get("/files").await.unwrap();
    assert!(answer.refused, "whatever the status says");
    assert_eq!(
        (server.token_requests(), server.api_requests()),
        (1, 2),
        "one renewal, one retry, as after a 401"
    );
    assert_eq!(home.stored().health, REVOKED, "and then it is known");
}

#[tokio::test]
async fn a_word_about_scopes_with_401_renews_nothing() {
    let server = Server::start().await;
    let words = WORDS.replace("means = \"revoked\"", "means = \"scopes\"");
    let home = with_words(&server, &words).await;
    server.answer("/api/files", 401, &[], SAID);
    assert_eq!(home.get("/files").await.unwrap().status, 401, "shown");
    assert_eq!(
        server.token_requests(),
        0,
        "a new token would change nothing"
    );
    assert_eq!(home.stored().health, Health::Connected, "the token is good");
}

#[tokio::test]
async fn r23_a_header_that_carries_the_token_is_not_the_callers() {
    let server = Server::start().await;
    let api =
        "header_name = \"X-Access-Token\"\nheader = \"{token}\"\nheaders = { X-Version = \"7\" }";
    let home = with_words(&server, api).await;
    server.answer("/api/files", 200, &[], "[]");
    let mut call = home.call("/files");
    let junk = "junk".parse().unwrap();
    call.request.headers.insert("x-access-token", junk);
    assert_eq!(home.refused(call).await, "header_reserved");
    assert_eq!(server.api_requests(), 0, "nothing was sent");
    let mut call = home.call("/files");
    let own = "8".parse().unwrap();
    call.request.headers.insert("x-version", own);
    home.gateway.send(home.call("/files")).await.unwrap();
    home.gateway.send(call).await.unwrap();
    let it = server.it();
    let [first, second] = it.api.as_slice() else {
        panic!("two requests");
    };
    assert_eq!(first.headers["x-access-token"], access(1), "in its place");
    assert!(first.authorization().is_none(), "and nowhere else");
    assert_eq!(first.headers["x-version"], "7", "the connector's");
    assert_eq!(second.headers["x-version"], "8", "the caller's goes before");
}

#[tokio::test]
async fn r23_a_renewal_goes_to_no_host_that_was_added_after_the_sign_in() {
    let server = Server::start().await;
    let added = Recorder::start().await;
    let home = Home::new(&server).await;
    let api = format!("{}/api", server.origin);
    // The same origins by default, and an answered address on a host that is new.
    let oauth = format!(
        "refresh = \"{{answer.site}}/token\"\nanswers = [{{ name = \"site\", default = \"{}\" }}]",
        server.origin
    );
    let hosts = [server.origin.clone(), added.origin.clone()];
    let library = connector(&server.origin, &api, &hosts, ["", &oauth, ""]);
    home.gateway.set_library(library);
    let mut stored = home.stored();
    stored
        .extras
        .insert("site".to_owned(), added.origin.clone());
    let sealed = home.catalog.sealed(home.id).unwrap().unwrap();
    home.refill_as(stored, sealed);
    home.expire();
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    added.knows_nothing("a renewal was due");
}

#[tokio::test]
async fn what_a_renewal_says_beside_the_tokens_is_where_the_next_call_goes() {
    let server = Server::start().await;
    let moved = Server::start().await;
    let plans = Plans {
        hosts: vec![server.origin.clone(), moved.origin.clone()],
        oauth: format!(
            "answers = [{{ name = \"api_domain\", host = true, default = \"{}\" }}]",
            server.origin
        ),
        ..Plans::default()
    };
    let home = Home::with_answered_base(&server, plans).await;
    home.get("/files").await.unwrap();
    assert_eq!(server.api_requests(), 1, "as it was");
    server.say(Say::But(serde_json::json!({ "api_domain": moved.origin })));
    home.expire();
    home.get("/files").await.unwrap();
    assert_eq!(home.stored().extras["api_domain"], moved.origin, "kept");
    home.get("/files").await.unwrap();
    assert!(moved.api_requests() >= 1, "and gone to");
}

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
