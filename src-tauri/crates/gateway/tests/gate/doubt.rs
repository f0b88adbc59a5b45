//! A 401 to what is never renewed: the service is asked before anything is believed.

use std::collections::BTreeMap;

use tsunagi_catalog::Authorization;
use tsunagi_connectors::Library;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{Clock as _, Health, NotConnected, Reach};
use tsunagi_gateway::Grant;
use tsunagi_oauth::Secret;

use super::connector::typed;
use super::home::{Home, later};
use super::server::{Server, access};

const REVOKED: Health = Health::NotConnected(NotConnected::Revoked);
/// Where the connector asks whether the key is good.
const ME: &str = "/api/me";

/// A connector of the same name with a key in place of OAuth.
fn with_a_key(origin: &str) -> Library {
    typed(
        "marked",
        origin,
        "in = \"header\"\nname = \"Authorization\"\nvalue = \"Bearer {key.key}\"",
        &format!(
            r#"errors = [{{ at = "/error", is = "bad_key", means = "revoked" }}]

[verify]
url = "{origin}{ME}"
"#
        ),
    )
}

/// A home whose connection has a typed key that the server takes.
async fn with_key(server: &Server) -> Home {
    let mut home = Home::new(server).await;
    let library = with_a_key(&server.origin);
    home.gateway.set_library(library.clone());
    let mut connection = home.connection.clone();
    connection.scopes = Vec::new();
    home.catalog.update_connection(&connection).unwrap();
    let resolved = home.gateway.resolve(&connection, Reach::All).await;
    let (connector, resolved, _) = resolved.unwrap();
    let key = BTreeMap::from([("key".to_owned(), Secret::new(access(1)))]);
    let grant = Grant::typed(&connector, &resolved, key).unwrap();
    let slot = SlotKey {
        connection: connection.id,
        reach: Reach::All,
        member: None,
    };
    let sealed = home.gateway.seal(&grant, home.id, 1, slot, false);
    let sealed = sealed.await.unwrap();
    let authorization = Authorization {
        asked: Vec::new(),
        expires_at: None,
        renewable: false,
        origins: resolved.origins.clone(),
        ..home.stored()
    };
    home.refill_as(authorization, sealed);
    (home.connection, home.library) = (connection, library);
    home
}

/// How often the server was asked whether the key is good.
fn asked(server: &Server) -> usize {
    let it = server.it();
    it.api.iter().filter(|seen| seen.path == ME).count()
}

#[tokio::test]
async fn a_401_to_a_good_key_is_the_calls_own_error() {
    for headers in [
        &[][..],
        &[("www-authenticate", "Bearer error=\"invalid_token\"")],
    ] {
        let server = Server::start().await;
        let home = with_key(&server).await;
        server.answer("/api/files", 401, headers, "not for you");
        let answer = home.get("/files").await.unwrap();
        assert_eq!(answer.status, 401, "the service's answer is shown");
        assert_eq!(answer.body, b"not for you");
        assert_eq!(asked(&server), 1, "asked whether the key is good");
        assert_eq!(home.stored().health, Health::Connected, "it is");
        let at = home.catalog.verified_at(home.id).unwrap();
        assert_eq!(at, Some(home.clock.now()), "and that is kept");
        assert_eq!(home.get("/others").await.unwrap().status, 200, "R4");
    }
}

#[tokio::test]
async fn a_key_that_the_question_refuses_too_is_revoked() {
    for (status, said) in [(401, ""), (403, r#"{"error": "bad_key"}"#)] {
        let server = Server::start().await;
        let home = with_key(&server).await;
        server.answer("/api/files", 401, &[], "no");
        server.answer(ME, status, &[], said);
        assert_eq!(home.get("/files").await.unwrap().status, 401);
        assert_eq!(asked(&server), 1);
        assert_eq!(home.stored().health, REVOKED, "{status}");
        assert_eq!(home.refused(home.call("/files")).await, "not_connected");
        assert_eq!(server.api_requests(), 2, "R4: and nothing more is sent");
    }
}

#[tokio::test]
async fn a_question_without_an_answer_changes_no_health() {
    for status in [403, 404, 429, 503] {
        let server = Server::start().await;
        let home = with_key(&server).await;
        server.answer("/api/files", 401, &[], "no");
        server.answer(ME, status, &[], "");
        assert_eq!(home.get("/files").await.unwrap().status, 401);
        assert_eq!(asked(&server), 1, "{status}");
        assert_eq!(home.stored().health, Health::Connected, "{status}");
    }
}

#[tokio::test]
async fn calls_that_are_refused_together_ask_once() {
    let server = Server::start().await;
    let home = with_key(&server).await;
    server.answer("/api/files", 401, &[], "no");
    let calls: Vec<_> = (0..12)
        .map(|_| later(&home.gateway, home.call("/files")))
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().status, 401);
    }
    assert_eq!(asked(&server), 1, "one question for all of them");
    home.get("/files").await.unwrap();
    assert_eq!(asked(&server), 1, "nor for one that follows at once");
    home.clock.forward(31);
    server.answer(ME, 401, &[], "");
    home.get("/files").await.unwrap();
    assert_eq!(asked(&server), 2, "later it is asked again");
    assert_eq!(home.stored().health, REVOKED, "and believed");
}

#[tokio::test]
async fn calls_that_are_refused_together_with_a_bad_key_ask_once() {
    let server = Server::start().await;
    let home = with_key(&server).await;
    server.answer("/api/files", 401, &[], "no");
    server.answer(ME, 401, &[], "");
    let calls: Vec<_> = (0..12)
        .map(|_| later(&home.gateway, home.call("/files")))
        .collect();
    for call in calls {
        match call.await.unwrap() {
            Ok(answer) => assert_eq!(answer.status, 401),
            Err(error) => assert_eq!(error.code(), "not_connected", "one that came late"),
        }
    }
    assert_eq!(asked(&server), 1);
    assert_eq!(home.stored().health, REVOKED);
}

#[tokio::test]
async fn a_bare_401_to_a_token_without_renewal_is_asked_about_too() {
    let server = Server::start().await;
    let mut home = Home::new(&server).await;
    home.id = home.authorize(Reach::All, None, None, false).await;
    server.answer("/api/files", 401, &[], "no");
    assert_eq!(home.get("/files").await.unwrap().status, 401);
    assert_eq!(asked(&server), 1);
    assert_eq!(home.stored().health, Health::Connected, "the page was it");
    assert_eq!(server.token_requests(), 0, "nothing is renewed");
}
