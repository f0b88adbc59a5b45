use serde_json::json;
use tsunagi_oauth::{Result, Revoked, Secret, TokenHint, Wire, revoke};

use crate::support::{CLIENT_ID, Canned, Provider, Service, canned, client, json};

async fn revoked(service: &Service, wire: &mut Wire) -> Result<Revoked> {
    revoke(
        &service.http,
        &service.connector,
        &service.endpoints,
        &client(),
        &Secret::new("revoke-canary"),
        TokenHint::Refresh,
        wire,
    )
    .await
}

async fn answered(canned: Canned) -> Result<Revoked> {
    let provider = Provider::start().await;
    provider.answers("/revoke", canned);
    revoked(&provider.service(""), &mut Wire::default()).await
}

#[tokio::test]
async fn rfc7009_a_token_is_revoked_with_its_hint() {
    let provider = Provider::start().await;
    provider.answers("/revoke", canned(200, "text/plain", ""));
    let mut wire = Wire::default();
    for auth in ["post", "basic", "none"] {
        let service = provider.service(&format!("client_auth = \"{auth}\""));
        assert_eq!(
            revoked(&service, &mut wire).await,
            Ok(Revoked::Done),
            "{auth}"
        );
        let seen = provider.seen().remove(0);
        let form = seen.form();
        assert_eq!(seen.target, "/revoke", "nothing in the address");
        assert_eq!(form["token"], "revoke-canary", "RFC 7009 §2.1");
        assert_eq!(form["token_type_hint"], "refresh_token", "RFC 7009 §2.1");
        assert_eq!(form.contains_key("client_secret"), auth == "post", "{auth}");
        assert_eq!(
            seen.headers.contains_key("authorization"),
            auth == "basic",
            "{auth}"
        );
        assert_eq!(
            form.get("client_id").is_some_and(|id| id == CLIENT_ID),
            auth != "basic",
            "{auth}"
        );
    }
    assert!(!format!("{wire:?}").contains("canary"), "redacted");
    assert_eq!(wire.lines.len(), 3, "told");
}

#[tokio::test]
async fn rfc7009_answers_are_told_apart() {
    let oauth = |error: &str| json!({"error": error});
    assert_eq!(
        answered(canned(204, "", "")).await,
        Ok(Revoked::Done),
        "204"
    );
    assert_eq!(
        answered(json(400, &oauth("unsupported_token_type"))).await,
        Ok(Revoked::Unsupported),
        "RFC 7009 §2.2.1"
    );
    for gone in ["invalid_token", "invalid_grant"] {
        assert_eq!(
            answered(json(400, &oauth(gone))).await,
            Ok(Revoked::Done),
            "was gone: {gone}"
        );
    }
    for (answer, code) in [
        (json(401, &oauth("invalid_client")), "client_refused"),
        (canned(400, "text/plain", ""), "empty_answer"),
        (json(200, &oauth("server_error")), "token_error"),
        (canned(503, "text/plain", "busy"), "provider_status"),
        (json(503, &oauth("invalid_token")), "provider_status"),
        (canned(404, "text/html", "<html>"), "provider_status"),
        (canned(302, "text/plain", ""), "provider_status"),
    ] {
        let (status, body) = (
            answer.status,
            String::from_utf8_lossy(&answer.body).into_owned(),
        );
        let found = answered(answer).await;
        assert_eq!(
            found.map_err(|error| error.code()),
            Err(code),
            "{status} {body}"
        );
    }
}

#[tokio::test]
async fn a_service_without_revocation_is_not_asked() {
    let provider = Provider::start().await;
    let mut service = provider.service("");
    service.endpoints.revoke = None;
    assert_eq!(
        revoked(&service, &mut Wire::default()).await,
        Ok(Revoked::NotOffered),
        "said so"
    );
    assert!(provider.seen().is_empty(), "and nothing sent");
}
