//! What a person typed in goes where the connector says, and nowhere else (R23).

use std::collections::BTreeMap;

use tsunagi_connectors::Connector;
use tsunagi_domain::Account;
use tsunagi_domain::connection::Settings;
use tsunagi_gateway::{GateError, Grant};
use tsunagi_oauth::Secret;

use super::connector::typed;
use super::home::Home;
use super::server::{MARK, Recorder, Server};

/// Where the service is asked, with the key in it.
const ME: &str = "/api/me?key=s3cret%2Fmark";

/// A connector that puts its key into the query of every request.
fn in_the_query(origin: &str) -> Connector {
    let library = typed(
        "typed",
        origin,
        "in = \"query\"\nname = \"key\"\nvalue = \"{key.key}\"",
        &format!(
            r#"errors = [{{ status = 200, at = "/error", is = "no key", means = "revoked" }}]

[verify]
url = "{origin}/api/me"
good = {{ at = "/ok", is = "true" }}
id = "/id"
name = "/name"
"#
        ),
    );
    library.get("typed").unwrap().clone()
}

async fn ask(home: &Home, connector: &Connector) -> Result<Account, GateError> {
    let resolved = connector.resolve(&Settings::new()).unwrap();
    let typed = BTreeMap::from([("key".to_owned(), Secret::new(MARK))]);
    let grant = Grant::typed(connector, &resolved, typed).unwrap();
    let known = Account::default();
    home.gateway
        .who_am_i(connector, &resolved, &grant, known)
        .await
}

#[tokio::test]
async fn r23_a_redirect_never_takes_a_key_of_the_query_along() {
    let (server, other) = (Server::start().await, Recorder::start().await);
    let home = Home::new(&server).await;
    let connector = in_the_query(&server.origin);
    for location in [
        format!("{}/me", other.origin),
        format!("{}/me?key=s3cret%2Fmark", other.origin),
    ] {
        server.answer(ME, 302, &[("location", &location)], "");
        ask(&home, &connector).await.unwrap_err();
        other.knows_nothing(&location);
        for seen in other.seen() {
            assert!(!seen.path.contains("s3cret"), "{}", seen.path);
        }
    }
    let told = format!("{}/s3cret%2Fmark", other.origin);
    server.answer(ME, 302, &[("location", &told)], "");
    let before = other.seen().len();
    ask(&home, &connector).await.unwrap_err();
    assert_eq!(
        other.seen().len(),
        before,
        "an address that repeats the key is not gone to"
    );
}

#[tokio::test]
async fn a_key_is_good_where_the_service_says_so_and_its_name_repeats_nothing() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let connector = in_the_query(&server.origin);
    let json = [("content-type", "application/json")];
    let good = r#"{"ok": true, "id": 7, "name": "hello s3cret/mark"}"#;
    server.answer(ME, 200, &json, good);
    let account = ask(&home, &connector).await.unwrap();
    assert_eq!(account.id.as_deref(), Some("7"));
    assert_eq!(account.name, None, "what repeats the key is no name");
    let sent = server.it().api.last().unwrap().path.clone();
    assert!(sent.ends_with("?key=s3cret%2Fmark"), "{sent}");
    for bad in [
        r#"{"ok": false}"#,
        r#"{"error": "no key", "ok": true}"#,
        "{}",
    ] {
        server.answer(ME, 200, &json, bad);
        let error = ask(&home, &connector).await.unwrap_err();
        assert_eq!(error.code(), "key_refused", "{bad}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{bad}");
    }
    for (status, code) in [
        (403, "key_refused"),
        (404, "key_refused"),
        (429, "service_unreachable"),
        (503, "service_unreachable"),
    ] {
        server.answer(ME, status, &json, "{}");
        let error = ask(&home, &connector).await.unwrap_err();
        assert_eq!(error.code(), code, "{status}");
    }
}
