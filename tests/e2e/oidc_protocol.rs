//! The protocol with a server no one here wrote, without the app around it: what it says of itself
//! makes a connector, and with that connector people sign in on loopback and by device code,
//! requests are pushed, clients authorize themselves, tokens are rotated and taken back.

#[path = "oidc_protocol/client.rs"]
mod client;

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Notify;
use tsunagi_connectors::{ClientAuth, GrantType, OAuth, Pkce};
use tsunagi_oauth::{
    Client, Http, Listener, OAuthError, Revoked, Secret, TokenHint, Wire, check_metadata,
    client_credentials, fetch_metadata, poll_device, read_callback,
};
use tsunagi_tests::provider::DEVICE;
use tsunagi_tests::{Browser, Provider, until};
use url::Url;

use client::{Desk, REGISTERED, SCOPES, come_home, connector, found, home, refresh_token};

#[tokio::test(flavor = "multi_thread")]
async fn rfc8414_what_the_server_says_of_itself_makes_a_connector() {
    let provider = Provider::start(3600).await;
    let issuer = provider.issuer().to_owned();
    let found = found(&provider).await;
    assert_eq!(
        found.document.path(),
        "/.well-known/oauth-authorization-server",
        "RFC 8414 section 3: asked first, and answered"
    );
    let oauth = &found.oauth;
    for (what, said, path) in [
        ("authorize", oauth.authorize.as_deref(), "/auth"),
        ("token", Some(oauth.token.as_str()), "/token"),
        ("device", oauth.device.as_deref(), "/device/auth"),
        ("par", oauth.par.as_deref(), "/request"),
        ("jwks", oauth.jwks.as_deref(), "/jwks"),
        ("userinfo", oauth.userinfo.as_deref(), "/me"),
        (
            "revoke",
            oauth.revoke.as_ref().map(|it| it.url.as_str()),
            "/token/revocation",
        ),
    ] {
        assert_eq!(said, Some(format!("{issuer}{path}").as_str()), "{what}");
    }
    assert_eq!(oauth.issuer.as_deref(), Some(issuer.as_str()));
    assert_eq!(oauth.pkce, Some(Pkce::Supported), "RFC 7636");
    assert!(oauth.iss_required, "RFC 9207");
    assert_eq!(oauth.client_auth, ClientAuth::Basic, "it takes every way");
    assert!(found.code && found.device && found.client_credentials);
    for scope in ["openid", "offline_access", "profile", "email"] {
        assert!(found.scopes.iter().any(|it| it == scope), "{scope}");
    }

    let connector = connector(&provider, found.oauth, &SCOPES);
    let endpoints = connector.resolve(&Default::default()).expect("whole");
    let http = Http::new().expect("a client");
    let said = fetch_metadata(&http, &endpoints, &mut Wire::default()).await;
    let said = said.expect("from the address that discovery found");
    assert_eq!(check_metadata(&said, &connector, &endpoints), Ok(()));
    assert!(said.iss_required() && !said.require_pushed_authorization_requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8252_any_port_of_this_computer_is_home() {
    let mut desk = Desk::for_people(Provider::start(3600).await).await;
    // The first stays taken, so that the second is another one.
    let (_taken, elsewhere) = home().await;
    let (tokens, first) = desk.sign_in().await;
    assert_ne!(Some(first), elsewhere.port());
    let identity = tokens.identity.expect("an ID token, checked");
    assert_eq!(
        (identity.subject.as_str(), identity.email.as_deref()),
        ("mina", None),
        "who signed in; this server tells addresses at its userinfo endpoint only"
    );
    assert!(tokens.refresh.is_some(), "offline_access was asked for");
    let (_, second) = desk.sign_in().await;
    let count = desk.provider.count("authorization_code").await;
    assert_eq!(
        (count.ok, count.failed),
        (2, 0),
        "on ports {first} and {second}, with {REGISTERED} registered"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9126_a_server_that_takes_pushed_requests_only_gets_them() {
    let mut desk = Desk::for_people(Provider::pushed_only().await).await;
    let (listener, redirect) = home().await;
    let attempt = desk.begin(&redirect);
    let callback = come_home(listener, &attempt, attempt.url()).await;
    let refused = read_callback(&attempt, &callback, desk.endpoints.issuer.as_deref());
    assert!(
        matches!(&refused, Err(OAuthError::CallbackError { error, .. }) if error == "invalid_request"),
        "one that was not pushed is turned away: {refused:?}"
    );

    let (tokens, _) = desk.sign_in().await;
    assert!(tokens.identity.is_some(), "and one that was is answered");
    let log = desk.provider.log().await;
    assert!(log.contains(&("/request".to_owned(), 201)), "{log:?}");

    // The server demands it, and the connector must say so.
    let http = Http::new().expect("a client");
    let said = fetch_metadata(&http, &desk.endpoints, &mut Wire::default()).await;
    let said = said.expect("it describes itself");
    assert!(said.require_pushed_authorization_requests);
    let mut silent = desk.connector.oauth().clone();
    silent.par = None;
    let silent = connector(&desk.provider, silent, &SCOPES);
    let endpoints = silent.resolve(&Default::default()).expect("whole");
    let differs = check_metadata(&said, &silent, &endpoints);
    assert!(
        matches!(&differs, Err(OAuthError::MetadataDiffers { field, .. })
            if *field == "require_pushed_authorization_requests"),
        "{differs:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9126_a_reference_is_good_once_and_the_request_can_be_pushed_again() {
    let mut desk = Desk::for_people(Provider::start(3600).await).await;
    let (listener, redirect) = home().await;
    let attempt = desk.begin(&redirect);
    let address = desk.push(&attempt).await;
    let callback = come_home(listener, &attempt, &address).await;
    assert!(callback.query_pairs().any(|(name, _)| name == "code"));
    // Nobody listens where this server sends the refusal: without a request it knows no port.
    let registered = Url::parse(REGISTERED).expect("an address");
    let mut again = Browser::out_of_reach_of(&registered);
    again.open(&address).await;
    let ended = again.address().query().unwrap_or_default();
    assert!(
        ended.contains("error=invalid_request_uri"),
        "the reference is used up: {ended}"
    );

    // As when the page is opened once more: the same attempt, and the same port.
    let port = redirect.port();
    let listener = Listener::bind(port).await.expect("the port is free again");
    let fresh = desk.push(&attempt).await;
    assert_ne!(fresh, address, "another reference");
    let callback = come_home(listener, &attempt, &fresh).await;
    let code = read_callback(&attempt, &callback, desk.endpoints.issuer.as_deref());
    let code = code.expect("the state is still this attempt's");
    let tokens = desk.exchange(attempt, code).await;
    assert!(tokens.identity.is_some(), "and so are verifier and nonce");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_a_poll_that_is_told_to_slow_down_goes_on_slower() {
    let mut desk = Desk::for_people(Provider::start(3600).await).await;
    let device = desk.ask_for_code().await;
    assert!(device.verification_uri.as_str().ends_with("/device"));
    desk.provider.slow_down(1).await;

    let waits = Mutex::new(Vec::new());
    let answered = Notify::new();
    let sleep = |wait: Duration| {
        let mut waits = waits.lock().expect("the lock is sound");
        waits.push(wait.as_secs());
        let (nth, answered) = (waits.len(), &answered);
        async move {
            // Told to slow down, then told to wait: the person answers before the next poll.
            if nth == 3 {
                answered.notified().await;
            }
        }
    };
    let person = async {
        until("two polls", async || {
            (desk.provider.count(DEVICE).await.failed == 2).then_some(())
        })
        .await;
        let mut browser = Browser::default();
        browser.open(&device.verification_uri).await;
        browser.fill("Code", &device.user_code);
        browser.press("Continue").await;
        assert!(
            browser.text().contains(&device.user_code),
            "the code is compared (RFC 8628 section 5.4): {}",
            browser.text()
        );
        browser.press("Allow").await;
        assert!(
            browser.text().contains("signed in"),
            "the other device is told: {}",
            browser.html()
        );
        answered.notify_one();
    };
    let polling = poll_device(
        &desk.http,
        &desk.connector,
        &desk.endpoints,
        &desk.client,
        &device,
        sleep,
        &mut desk.wire,
    );
    let (tokens, ()) = tokio::join!(polling, person);
    let tokens = tokens.expect("the person allowed it");
    assert_eq!(
        waits.into_inner().expect("the lock is sound"),
        [5, 10, 10],
        "five seconds where the server does not say, and five more for good"
    );
    let identity = tokens
        .identity
        .expect("an ID token, checked, without a nonce");
    assert_eq!(identity.subject, "mina");
    let count = desk.provider.count(DEVICE).await;
    assert_eq!((count.ok, count.failed), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8628_a_person_who_denies_or_never_answers_ends_the_wait() {
    let mut desk = Desk::for_people(Provider::start(3600).await).await;
    let mut waited = Vec::new();
    for denies in [true, false] {
        // As long as three polls.
        desk.provider.code_lifetime(18).await;
        let device = desk.ask_for_code().await;
        if denies {
            let mut browser = Browser::default();
            browser.open(&device.verification_uri).await;
            browser.fill("Code", &device.user_code);
            browser.press("Continue").await;
            browser.press("Deny").await;
        }
        let sleep = |_| std::future::ready(());
        let polling = poll_device(
            &desk.http,
            &desk.connector,
            &desk.endpoints,
            &desk.client,
            &device,
            sleep,
            &mut desk.wire,
        );
        waited.push(polling.await.expect_err("nobody allowed it"));
    }
    assert_eq!(
        waited,
        [OAuthError::ConsentDenied, OAuthError::DeviceExpired],
        "each by its name"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_a_client_authorizes_itself() {
    let provider = Provider::start(3600).await;
    let secret = "a secret of this client, + and /";
    let metadata = json!({
        "client_id": "tsunagi-robot",
        "client_secret": secret,
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["client_credentials"],
        "response_types": [],
        "redirect_uris": [],
    });
    provider.register_as(&metadata).await;
    let found = found(&provider).await.oauth;
    let oauth = OAuth {
        grant: GrantType::ClientCredentials,
        authorize: None,
        device: None,
        par: None,
        userinfo: None,
        ..found
    };
    let client = Client {
        id: "tsunagi-robot".to_owned(),
        secret: Some(Secret::new(secret)),
    };
    let mut desk = Desk::at(provider, oauth, &[], client).await;
    let wrong = Client {
        secret: Some(Secret::new("another secret")),
        ..desk.client.clone()
    };
    let (http, connector, endpoints) = (&desk.http, &desk.connector, &desk.endpoints);
    let refused = client_credentials(http, connector, endpoints, &wrong, &[], &mut desk.wire).await;
    assert!(
        matches!(refused, Err(OAuthError::ClientRefused { .. })),
        "{refused:?}"
    );
    let client = desk.client.clone();
    let tokens = client_credentials(http, connector, endpoints, &client, &[], &mut desk.wire).await;
    let tokens = tokens.expect("the client proves itself");
    assert!(tokens.refresh.is_none() && tokens.identity.is_none());
    assert_eq!(desk.provider.client_tokens().await, 1);
    let revoked = desk.revoke(&tokens.access, TokenHint::Access).await;
    assert_eq!(revoked, Revoked::Done);
    assert_eq!(desk.provider.client_tokens().await, 0, "RFC 7009");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9700_a_refresh_token_is_replaced_and_a_replaced_one_ends_them_all() {
    let mut desk = Desk::for_people(Provider::start(3600).await).await;
    let (tokens, _) = desk.sign_in().await;
    let first = refresh_token(&tokens);
    let renewed = desk.refresh(&first).await.expect("the token is good");
    let second = refresh_token(&renewed);
    assert_ne!(first, second, "rotated");
    assert_ne!(tokens.access, renewed.access);
    let again = desk.refresh(&second).await.expect("the new one is good");
    let third = refresh_token(&again);
    for (what, token) in [("a replaced one", &first), ("the latest after it", &third)] {
        let refused = desk.refresh(token).await;
        assert!(
            matches!(refused, Err(OAuthError::InvalidGrant { .. })),
            "{what}: {refused:?}"
        );
    }
    assert_eq!(desk.provider.grants().await, 0, "as a thief would have it");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7009_a_token_that_is_taken_back_is_gone() {
    let mut desk = Desk::for_people(Provider::start(3600).await).await;
    let (tokens, _) = desk.sign_in().await;
    let token = refresh_token(&tokens);
    assert_eq!(desk.provider.grants().await, 1);
    assert_eq!(desk.revoke(&token, TokenHint::Refresh).await, Revoked::Done);
    assert_eq!(desk.provider.grants().await, 0, "and its grant with it");
    let refused = desk.refresh(&token).await;
    assert!(
        matches!(refused, Err(OAuthError::InvalidGrant { .. })),
        "{refused:?}"
    );
    for token in [&token, &tokens.access] {
        assert_eq!(
            desk.revoke(token, TokenHint::Access).await,
            Revoked::Done,
            "what is gone is no error (RFC 7009 section 2.2), whatever it is said to be"
        );
    }
}
