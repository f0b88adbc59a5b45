//! R23: a credential goes only to the hosts its connector lists, and listed when it was obtained.

use std::process::Stdio;

use tsunagi_domain::{Account, Health, Kind, NotConnected, Reach, Timestamp};
use tsunagi_gateway::{GateError, Grant};
use tsunagi_oauth::{Secret, Tokens, Wire};

use super::connector::connector;
use super::home::{Home, Plans, open, plain_call};
use super::server::{Recorder, Server, access};

#[tokio::test]
async fn whole_addresses_elsewhere_are_refused_and_nothing_is_sent() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let home = Home::new(&server).await;
    home.expire();
    let own = server.origin.strip_prefix("http://127.0.0.1:").unwrap();
    let port = other.port;
    for target in [
        format!("http://127.0.0.1:{port}/x"),
        format!("HTTP://127.0.0.1:{port}/x"),
        format!("http://localhost:{port}/x"),
        format!("http://LOCALHOST:{port}/x"),
        format!("http://localhost:{own}/x"),
        format!("http://localhost.:{own}/x"),
        format!("http://[::1]:{own}/x"),
        format!("https://127.0.0.1:{own}/x"),
        format!("http://user@127.0.0.1:{own}/x"),
        format!("http://user:word@127.0.0.1:{own}/x"),
        format!("http://127.0.0.1:{own}@127.0.0.1:{port}/x"),
        format!("http:\\\\127.0.0.1:{port}\\x"),
        format!("http://2130706433:{port}/x"),
        format!("ftp://127.0.0.1:{own}/x"),
        "https://marked.example/x".to_owned(),
        "https://marked.example./x".to_owned(),
        "data:text/plain,x".to_owned(),
    ] {
        assert_eq!(
            home.refused(home.call(&target)).await,
            "host_not_listed",
            "{target}"
        );
    }
    for target in ["files", "", "@127.0.0.1/x", "://x", "127.0.0.1:1/x"] {
        let code = home.refused(home.call(target)).await;
        assert!(
            ["address_invalid", "host_not_listed"].contains(&code.as_str()),
            "{target}: {code}"
        );
    }
    assert!(
        server.was_left_alone(),
        "a refusal does not even renew the token"
    );
    assert_eq!(
        other.seen().len(),
        0,
        "and the other host hears nothing at all"
    );
}

#[tokio::test]
async fn other_ways_to_write_a_listed_host_reach_that_host() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let home = Home::new(&server).await;
    let own = server.origin.strip_prefix("http://").unwrap();
    let port = other.port;
    for target in [
        format!("HTTP://{own}/api/files"),
        format!("//127.0.0.1:{port}/x"),
        format!("/\\127.0.0.1:{port}/x"),
        format!("/@127.0.0.1:{port}/x"),
        format!("/../../@127.0.0.1:{port}/x"),
        format!("/.127.0.0.1:{port}/x"),
    ] {
        assert_eq!(
            home.get(&target).await.unwrap().status,
            200,
            "{target} is a path of the host"
        );
    }
    assert_eq!(
        server.api_requests(),
        6,
        "all of them arrived where the credential belongs"
    );
    assert_eq!(other.seen().len(), 0, "and none elsewhere");
}

#[tokio::test]
async fn an_address_that_is_told_says_neither_query_nor_user() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    for target in [
        "files?key=hidden",
        "http://user:hidden@:80/x",
        "http://a b/#hidden",
    ] {
        let error = home
            .get(target)
            .await
            .map(|answer| answer.status)
            .unwrap_err();
        let told = format!("{error} {:?} {error:?}", error.args());
        assert!(
            !told.contains("hidden"),
            "secrets stay out of errors: {told}"
        );
    }
}

#[tokio::test]
async fn redirects_elsewhere_leave_the_credential_behind() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let home = Home::new(&server).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/landed", other.origin);
        server.answer("/api/away", status, &[("location", &location)], "");
        let answer = home.get("/away").await.unwrap();
        assert_eq!(
            (answer.status.as_u16(), answer.url.as_str()),
            (200, location.as_str())
        );
        other.knows_nothing(&format!("a redirect with {status}"));
    }
    assert_eq!(other.seen().len(), 5, "the redirects were followed");
}

#[tokio::test]
async fn a_redirect_chain_does_not_bring_the_credential_back() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let home = Home::new(&server).await;
    let there = format!("{}/there", other.origin);
    server.answer("/api/away", 302, &[("location", &there)], "");
    server.answer("/api/back", 200, &[], "open to all");
    other.answer(302, Some(format!("{}/api/back", server.origin)));
    assert_eq!(home.get("/away").await.unwrap().body, b"open to all");
    other.knows_nothing("a redirect chain");
    let back = server.it().api.last().cloned().unwrap();
    assert_eq!(back.path, "/api/back", "the chain came back");
    assert_eq!(
        back.authorization(),
        None,
        "another host does not choose what we ask with it"
    );
}

#[tokio::test]
async fn a_redirect_on_the_same_origin_keeps_the_credential() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    server.answer("/api/moved", 308, &[("location", "/api/files?page=2")], "");
    assert_eq!(home.get("/moved").await.unwrap().body, b"fine");
    let last = server.it().api.last().cloned().unwrap();
    assert_eq!(last.path, "/api/files?page=2", "it was followed");
    assert_eq!(
        last.authorization(),
        Some(format!("Bearer {}", access(1)).as_str())
    );
    assert!(
        last.headers.contains_key("x-note"),
        "with the caller's headers"
    );
}

#[tokio::test]
async fn redirects_that_no_credential_may_follow_are_shown() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let own = server.origin.strip_prefix("http://").unwrap();
    for location in [
        format!("http://user:word@{own}/api/files"),
        "http://192.0.2.1/plain".to_owned(),
        "file:///etc/passwd".to_owned(),
        "javascript:alert(1)".to_owned(),
    ] {
        server.answer("/api/odd", 302, &[("location", &location)], "");
        assert_eq!(
            home.get("/odd").await.unwrap().status,
            302,
            "{location} is shown, not followed"
        );
    }
    let mut post = home.call("/odd");
    post.request.method = http::Method::POST;
    server.answer("/api/odd", 307, &[("location", "/api/files")], "");
    let answer = home.gateway.send(post).await.unwrap();
    assert_eq!(
        answer.status, 307,
        "what a POST did is for the caller to decide about"
    );
}

#[tokio::test]
async fn a_redirect_loop_ends() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    server.answer("/api/loop", 302, &[("location", "/api/loop")], "");
    assert_eq!(home.refused(home.call("/loop")).await, "address_invalid");
    assert_eq!(server.api_requests(), 6, "after five redirects");
}

#[tokio::test]
async fn hosts_added_after_the_sign_in_do_not_get_its_credential() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let home = Home::new(&server).await;
    let hosts = [server.origin.clone(), other.origin.clone()];
    let api = format!("{}/api", server.origin);
    home.gateway
        .set_library(connector(&server.origin, &api, &hosts, [""; 3]));
    let target = format!("{}/api/files", other.origin);
    assert_eq!(home.refused(home.call(&target)).await, "host_not_listed");
    assert_eq!(other.seen().len(), 0, "it was sealed for one host");
    let location = format!("{}/landed", other.origin);
    server.answer("/api/away", 302, &[("location", &location)], "");
    assert_eq!(home.get("/away").await.unwrap().status, 200);
    other.knows_nothing("a redirect to a host that was added later");
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "its own host still works"
    );
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "more hosts are no reason to disconnect"
    );
}

#[tokio::test]
async fn hosts_taken_out_of_the_connector_get_nothing_any_more() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let hosts = vec![server.origin.clone(), other.origin.clone()];
    let home = Home::with(
        &server,
        Plans {
            hosts,
            ..Plans::default()
        },
    )
    .await;
    let target = format!("{}/api/files", other.origin);
    assert_eq!(
        home.get(&target).await.unwrap().status,
        200,
        "both are listed"
    );
    let api = format!("{}/api", server.origin);
    home.gateway
        .set_library(connector(&server.origin, &api, &[], [""; 3]));
    assert_eq!(home.refused(home.call(&target)).await, "host_not_listed");
    assert_eq!(other.seen().len(), 1, "what is not listed now gets nothing");
}

#[tokio::test]
async fn a_connector_with_other_origins_is_not_connected() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let home = Home::new(&server).await;
    home.expire();
    let hosts = [server.origin.clone(), other.origin.clone()];
    let (own, away) = (
        format!("{}/api", server.origin),
        format!("{}/api", other.origin),
    );
    for (origin, api) in [(&server.origin, &away), (&other.origin, &own)] {
        home.gateway
            .set_library(connector(origin, api, &hosts, [""; 3]));
        let error = home
            .get("/files")
            .await
            .map(|answer| answer.status)
            .unwrap_err();
        assert_eq!(
            error.args()["reason"],
            "connector_changed",
            "token or API origin changed"
        );
        home.gateway.renew_due().await;
        let told = home
            .gateway
            .revoke_at_provider(home.id, &mut Wire::default())
            .await;
        assert!(
            told.is_ok(),
            "there is nothing to tell a provider that is another one by now"
        );
    }
    assert!(
        server.was_left_alone(),
        "nothing is sent, not even to the old host"
    );
    assert_eq!(other.seen().len(), 0, "and nothing to the new one");
    // Changed back, it is as it was.
    home.gateway.set_library(home.library.clone());
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "the origins are the sealed ones"
    );
}

#[tokio::test]
async fn a_row_that_claims_other_origins_than_the_sealed_ones_is_found_out() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let home = Home::new(&server).await;
    // Somebody edits both the connector and the catalog, and lacks only the key.
    let hosts = [server.origin.clone(), other.origin.clone()];
    let away = format!("{}/api", other.origin);
    let library = connector(&server.origin, &away, &hosts, [""; 3]);
    home.gateway.set_library(library);
    let (_, resolved, _) = home
        .gateway
        .resolve(&home.connection, Reach::All)
        .await
        .unwrap();
    let sealed = home.catalog.sealed(home.id).unwrap().unwrap();
    home.refill(resolved.origins, sealed);
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    let changed = Health::NotConnected(NotConnected::ConnectorChanged);
    let health = home.catalog.slots(home.connection.id).unwrap()[0]
        .authorization
        .health;
    assert_eq!(
        health, changed,
        "the sealed origins count, and the screens are told"
    );
    assert_eq!(other.seen().len(), 0, "the new host got nothing");
}

#[tokio::test]
async fn who_am_i_leaves_the_credential_behind_as_well() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let home = Home::new(&server).await;
    let (marked, resolved, _) = home
        .gateway
        .resolve(&home.connection, Reach::All)
        .await
        .unwrap();
    let tokens = Tokens {
        access: Secret::new(access(1)),
        refresh: None,
        expires_in: None,
        refresh_expires_in: None,
        scopes: None,
        identity: None,
        extras: std::collections::BTreeMap::new(),
    };
    let grant = Grant::new(&tokens, &resolved);
    server.answer("/api/me", 200, &[], r#"{"id":"kana"}"#);
    let who = home
        .gateway
        .who_am_i(&marked, &resolved, &grant, Account::default())
        .await
        .unwrap();
    assert_eq!(
        who.id.as_deref(),
        Some("kana"),
        "the listed host is asked with the credential"
    );
    let location = format!("{}/me", other.origin);
    server.answer("/api/me", 302, &[("location", &location)], "");
    let _ = home
        .gateway
        .who_am_i(&marked, &resolved, &grant, Account::default())
        .await;
    other.knows_nothing("who-am-I was redirected");
    // Whatever a resolved connector says, the address is looked at again before it is sent to.
    let mut elsewhere = resolved.clone();
    elsewhere.question.as_mut().unwrap().url = format!("{}/me", other.origin).parse().unwrap();
    let before = other.seen().len();
    let error = home
        .gateway
        .who_am_i(&marked, &elsewhere, &grant, Account::default())
        .await;
    assert!(
        matches!(error, Err(GateError::Refused(_))),
        "not a listed host"
    );
    assert_eq!(other.seen().len(), before, "nothing was sent");
}

/// Runs in the process that the next test starts; does nothing otherwise.
#[tokio::test]
async fn behind_a_proxy() {
    let Ok(order) = std::env::var("TSUNAGI_PROXY_TEST") else {
        return;
    };
    let (home, origin) = order.split_once('|').unwrap();
    let library = connector(origin, &format!("{origin}/api"), &[], [""; 3]);
    let (gateway, member) = open(home.as_ref(), &library, super::home::START);
    let answer = gateway.send(plain_call("/files", member)).await.unwrap();
    assert_eq!(answer.body, b"fine", "the service itself answered");
}

#[tokio::test]
async fn a_system_proxy_never_sees_a_credential_for_this_computer() {
    let server = Server::start().await;
    let proxy = Recorder::start().await;
    let home = Home::with(
        &server,
        Plans {
            passphrase: true,
            ..Plans::default()
        },
    )
    .await;
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "hosts::behind_a_proxy", "--nocapture"]);
    command.env(
        "TSUNAGI_PROXY_TEST",
        format!("{}|{}", home.dir.path().display(), server.origin),
    );
    for name in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ] {
        command.env(name, &proxy.origin);
    }
    for name in ["no_proxy", "NO_PROXY", "REQUEST_METHOD"] {
        command.env_remove(name);
    }
    let output = command.stdin(Stdio::null()).output().await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!(server.api_requests(), 1, "the service was asked directly");
    assert_eq!(
        proxy.seen().len(),
        0,
        "plain http to this computer does not pass a proxy"
    );
}

#[tokio::test]
async fn a_members_credential_is_bound_like_everybody_elses() {
    let server = Server::start().await;
    let other = Recorder::start().await;
    let home = Home::with(
        &server,
        Plans {
            kind: Kind::LoggedInUser,
            ..Plans::default()
        },
    )
    .await;
    let target = format!("{}/x", other.origin);
    assert_eq!(home.refused(home.call(&target)).await, "host_not_listed");
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    assert!(
        home.stored().last_used > Some(Timestamp(0)),
        "its use is noted"
    );
}
