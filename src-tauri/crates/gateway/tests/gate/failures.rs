//! What a failed renewal means: only `invalid_grant` about the stored token is final.

use std::time::Duration;

use serde_json::json;
use tsunagi_domain::{Health, NotConnected};
use tsunagi_gateway::Limits;

use super::home::{Home, Plans, START};
use super::server::{Say, Server, refresh};

fn not_connected(reason: NotConnected) -> Health {
    Health::NotConnected(reason)
}

fn error(word: &str) -> Say {
    Say::Just(400, Vec::new(), json!({ "error": word }).to_string())
}

#[tokio::test]
async fn invalid_grant_about_the_stored_token_is_final() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    server.say(error("invalid_grant"));
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(
        home.stored().health,
        not_connected(NotConnected::Expired),
        "a person is needed"
    );
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(server.token_requests(), 1, "and nothing is tried again");
    assert_eq!(server.api_requests(), 0, "R4: nothing was sent");
}

#[tokio::test]
async fn a_final_refusal_stops_a_token_that_still_works() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    server.say(error("invalid_grant"));
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(
        server.api_requests(),
        0,
        "R4: the slot is not connected, whatever is left of it"
    );
}

#[tokio::test]
async fn a_refused_client_is_told_apart_from_a_refused_token() {
    for word in ["invalid_client", "unauthorized_client"] {
        let server = Server::start().await;
        let home = Home::new(&server).await;
        home.expire();
        server.say(Say::Just(
            401,
            Vec::new(),
            json!({ "error": word }).to_string(),
        ));
        assert_eq!(home.refused(home.call("/files")).await, "not_connected");
        let health = home.stored().health;
        assert_eq!(health, not_connected(NotConnected::ClientRefused), "{word}");
    }
}

#[tokio::test]
async fn faults_of_network_and_provider_change_no_health_and_are_noted() {
    let html = "<html>busy</html>".to_owned();
    let faults = [
        (Say::Just(408, Vec::new(), String::new()), "provider_status"),
        (
            Say::Just(429, Vec::new(), r#"{"error":"invalid_grant"}"#.to_owned()),
            "provider_status",
        ),
        (
            Say::Just(500, Vec::new(), r#"{"error":"invalid_grant"}"#.to_owned()),
            "provider_status",
        ),
        (Say::Just(503, Vec::new(), html.clone()), "provider_status"),
        (
            Say::Just(200, vec![("content-type", "text/html".to_owned())], html),
            "html_answer",
        ),
        (Say::Just(400, Vec::new(), String::new()), "empty_answer"),
        (error("temporarily_unavailable"), "token_error"),
        (Say::Swallow, "unreachable"),
    ];
    for (fault, code) in faults {
        let server = Server::start().await;
        let mut limits = Limits::default();
        if matches!(fault, Say::Swallow) {
            limits.tokens.whole = Duration::from_millis(300);
        }
        let home = Home::with(
            &server,
            Plans {
                limits,
                ..Plans::default()
            },
        )
        .await;
        home.expire();
        let at = tsunagi_domain::Clock::now(&*home.clock);
        server.say(fault.clone());
        assert_eq!(home.refused(home.call("/files")).await, code, "{fault:?}");
        let stored = home.stored();
        assert_eq!(
            stored.health,
            Health::Connected,
            "{fault:?} says nothing about the token"
        );
        let noted = stored.unreachable.expect("it is noted beside the health");
        assert_eq!((noted.since, noted.code.as_str()), (at, code), "{fault:?}");
        assert_eq!(server.api_requests(), 0, "an expired token is not used");

        // Cool-down: not tried again for 30 s.
        home.clock.forward(29);
        assert_eq!(
            home.refused(home.call("/files")).await,
            "cooling_down",
            "{fault:?}"
        );
        assert_eq!(server.token_requests(), 1, "{fault:?}: one try in 30 s");
        if matches!(fault, Say::Swallow) {
            continue;
        }
        // Still away: the time since when stays the first one.
        home.clock.forward(1);
        server.say(Say::Just(503, Vec::new(), String::new()));
        assert_eq!(home.refused(home.call("/files")).await, "provider_status");
        let noted = home.stored().unreachable.unwrap();
        assert_eq!(
            noted.since, at,
            "since the first failure, not since the last"
        );
        home.clock.forward(30);
        assert_eq!(
            home.get("/files").await.unwrap().status,
            200,
            "{fault:?}: and then it works"
        );
        let stored = home.stored();
        assert_eq!(
            (stored.unreachable, stored.version),
            (None, 2),
            "{fault:?}: success clears it"
        );
    }
}

#[tokio::test]
async fn a_token_address_where_nobody_listens_changes_no_health() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    let origin = server.origin.clone();
    drop(server);
    tokio::task::yield_now().await;
    let code = home.refused(home.call("/files")).await;
    assert_eq!(code, "unreachable", "nobody at {origin}");
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "the network says nothing about a token"
    );
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    server.say(Say::Just(
        429,
        vec![("retry-after", "300".to_owned())],
        String::new(),
    ));
    assert_eq!(home.refused(home.call("/files")).await, "provider_status");
    home.clock.forward(299);
    assert_eq!(home.refused(home.call("/files")).await, "cooling_down");
    home.clock.forward(1);
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "after as long as it asked for"
    );
}

#[tokio::test]
async fn a_token_that_still_works_is_used_when_renewal_fails() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    server.say(Say::Just(503, Vec::new(), String::new()));
    for _ in 0..3 {
        assert_eq!(
            home.get("/files").await.unwrap().status,
            200,
            "a minute is left"
        );
    }
    assert_eq!(
        server.token_requests(),
        1,
        "the renewal cools down meanwhile"
    );
    let noted = home.stored().unreachable;
    assert!(
        noted.is_some(),
        "the API's answer does not hide that the token address is away"
    );
    home.clock.forward(30);
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "with the new token"
    );
    assert_eq!(home.stored().unreachable, None, "success clears it");
}

#[tokio::test]
async fn an_answer_without_expires_in_counts_as_what_the_connector_knows_or_as_open() {
    for (oauth, end) in [("", None), ("token_lifetime_seconds = 600", Some(600))] {
        let server = Server::start().await;
        let home = Home::with(
            &server,
            Plans {
                oauth: oauth.to_owned(),
                ..Plans::default()
            },
        )
        .await;
        home.expire();
        server.say(Say::But(json!({ "expires_in": null })));
        assert_eq!(home.get("/files").await.unwrap().status, 200);
        let expected = end.map(|seconds| START.plus_seconds(3601 + seconds));
        assert_eq!(home.stored().expires_at, expected, "with `{oauth}`");
        assert_eq!(home.get("/files").await.unwrap().status, 200);
        assert_eq!(
            server.token_requests(),
            1,
            "an unknown end is no reason to renew"
        );
    }
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    server.say(Say::But(json!({ "refresh_token": null })));
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    assert!(
        home.stored().renewable,
        "RFC 6749 §6: the old one is still the one"
    );
    // The provider keeps to it as well.
    server.it().generation = 1;
    home.expire();
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    let sent = server.it().token_requests[1]["refresh_token"].clone();
    assert_eq!(sent, refresh(1), "the old refresh token was sent again");
}

#[tokio::test]
async fn a_new_refresh_token_replaces_the_old_one() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    for generation in 1..=3 {
        home.expire();
        assert_eq!(
            home.restarted()
                .send(home.call("/files"))
                .await
                .unwrap()
                .status,
            200
        );
        let sent = server.it().token_requests.last().unwrap()["refresh_token"].clone();
        assert_eq!(
            sent,
            refresh(generation),
            "each renewal sends the latest one, restart or not"
        );
    }
    assert!(!server.it().revoked, "no token was sent twice");
}

#[tokio::test]
async fn the_previous_credential_is_kept_until_the_new_one_has_worked() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let before = home.catalog.sealed(home.id).unwrap().unwrap();
    home.expire();
    server.answer("/api/files", 503, &[], "");
    assert_eq!(
        home.get("/files").await.unwrap().status,
        503,
        "a fault of the service"
    );
    let sealed = home.catalog.sealed(home.id).unwrap().unwrap();
    let kept = sealed
        .previous
        .map(|(version, bytes)| (version, bytes == before.sealed));
    assert_eq!(
        kept,
        Some((1, true)),
        "503 does not show that the new token works"
    );
    assert_eq!(sealed.version, 2, "the new one is stored");
    assert_eq!(home.get("/other").await.unwrap().status, 200, "this does");
    let sealed = home.catalog.sealed(home.id).unwrap().unwrap();
    assert_eq!(sealed.previous, None, "what has been replaced is wiped");
}

#[tokio::test]
async fn a_renewal_sends_the_client_and_never_more_scopes_than_were_granted() {
    let server = Server::start().await;
    let oauth = "refresh_sends_scopes = true".to_owned();
    let home = Home::with(
        &server,
        Plans {
            oauth,
            ..Plans::default()
        },
    )
    .await;
    // R20: somebody asks for more, and nobody has consented yet.
    let mut wider = home.connection.clone();
    wider.scopes.push("files.write".to_owned());
    home.catalog.update_connection(&wider).unwrap();
    home.expire();
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(
        server.token_requests(),
        0,
        "R4: scopes are missing, so nothing is sent"
    );
    home.gateway.renew_due().await;
    let sent = server.it().token_requests[0].clone();
    assert_eq!(
        sent["scope"], "files.read",
        "RFC 6749 §6: none that was not granted"
    );
    assert_eq!(sent["client_id"], "client");
    assert_eq!(
        sent["client_secret"], "cs-s3cret/mark",
        "opened for this request"
    );
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "its token is kept fresh meanwhile"
    );
}
