//! What the service says about itself: RFC 8414 and OpenID Connect Discovery 1.0 at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::SCOPES;
use crate::faults::{Fault, OTHER_ISSUER, Place, cut_off};
use crate::server::Ctx;
use crate::token::DEVICE_GRANT;

/// `GET /.well-known/oauth-authorization-server` and `GET /.well-known/openid-configuration`.
pub(crate) async fn metadata(State(ctx): State<Arc<Ctx>>) -> Response {
    let fault = ctx.strike(Place::Metadata);
    if let Some(response) = fault.as_ref().and_then(Fault::instead) {
        return response;
    }
    let mut document = document(&ctx.issuer);
    match (fault, document.as_object_mut()) {
        (Some(Fault::CutOff), _) => return cut_off(),
        (Some(Fault::WrongIssuer), Some(members)) => {
            members.insert("issuer".to_owned(), json!(OTHER_ISSUER));
        }
        _ => {}
    }
    Json(document).into_response()
}

/// `GET /jwks`.
pub(crate) async fn jwks(State(ctx): State<Arc<Ctx>>) -> Json<Value> {
    Json(ctx.key.set())
}

fn document(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "device_authorization_endpoint": format!("{issuer}/device_authorization"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "service_documentation": format!("{issuer}/"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", DEVICE_GRANT],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": [
            "iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "at_hash", "name", "email",
            "email_verified",
        ],
        "ui_locales_supported": ["en", "ja"],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    })
}
