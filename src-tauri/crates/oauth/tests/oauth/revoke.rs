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

#[tokio::test]
async fn a_service_with_a_way_of_its_own_is_asked_in_it_and_the_token_is_not_told() {
    let provider = Provider::start().await;
    let at = format!("http://127.0.0.1:{}/revoke", provider.port);
    let ways = [
        // The token in the address.
        (
            format!(
                "{{ method = \"DELETE\", url = \"{at}/{{token}}\", auth = \"none\", body = \"none\" }}"
            ),
            "DELETE",
            "/revoke/revoke%2Dcanary",
            "",
        ),
        // The token as the API's requests carry it.
        (
            format!("{{ url = \"{at}\", auth = \"token\", body = \"none\" }}"),
            "POST",
            "/revoke",
            "",
        ),
        // JSON with a name of its own.
        (
            format!(
                "{{ url = \"{at}\", auth = \"basic\", body = \"json\", fields = {{ t = \"{{token}}\" }} }}"
            ),
            "POST",
            "/revoke",
            "{\"t\":\"revoke-canary\"}",
        ),
        // In the query.
        (
            format!(
                "{{ url = \"{at}\", auth = \"none\", body = \"query\", fields = {{ token = \"{{token}}\" }} }}"
            ),
            "POST",
            "/revoke?token=revoke-canary",
            "",
        ),
    ];
    for (way, method, target, body) in ways {
        let path = target.split('?').next().unwrap();
        provider.answers(path, canned(200, "text/plain", ""));
        let service = provider.service_without_revoke(&format!("revoke = {way}"));
        let mut wire = Wire::default();
        assert_eq!(
            revoked(&service, &mut wire).await,
            Ok(Revoked::Done),
            "{way}"
        );
        let seen = provider.seen().pop().unwrap();
        assert_eq!(seen.method, method, "{way}");
        assert_eq!(seen.target, target, "{way}");
        assert_eq!(seen.body, body, "{way}");
        let bearer = seen.headers.get("authorization");
        assert_eq!(
            bearer.is_some_and(|value| value == "Bearer revoke-canary"),
            way.contains("\"token\", body"),
            "{way}"
        );
        assert!(!format!("{wire:?}").contains("canary"), "{way}: {wire:?}");
    }
}

#[tokio::test]
async fn a_kind_of_token_that_a_service_does_not_take_is_not_sent() {
    let provider = Provider::start().await;
    let service = provider.service_without_revoke(&format!(
        "revoke = {{ url = \"http://127.0.0.1:{}/revoke\", tokens = [\"access\"] }}",
        provider.port
    ));
    let outcome = revoked(&service, &mut Wire::default()).await;
    assert_eq!(outcome, Ok(Revoked::Unsupported), "a refresh token");
    assert!(provider.seen().is_empty(), "nothing was sent");
}
