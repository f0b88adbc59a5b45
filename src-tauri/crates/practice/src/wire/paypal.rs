//! PayPal: the token of a client, and how the API refuses.
//!
//! - Tokens: <https://developer.paypal.com/api/rest/authentication/>
//! - Another client: <https://developer.paypal.com/api/identity/v1/errors/invalid_client>, with the
//!   status that RFC 6749 section 5.2 demands
//! - The form of an error: <https://developer.paypal.com/api/rest/responses/>
//! - Who may not ask: <https://developer.paypal.com/api/payments/v2/errors/authentication_failure>
//!
//! Nobody signs in, and nothing can be revoked: a token ends by itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::{Wire, basic, credential, struck};
use crate::faults::Place;
use crate::grants::{GrantError, Terms};
use crate::params::Params;
use crate::server::Ctx;
use crate::{ACCOUNTS, CLIENT_ID, PASSWORD, PracticeError, secrets};

/// How long a token is good, in seconds: about nine hours.
pub(crate) const ACCESS_SECONDS: i64 = 32_400;

/// What the practice app has; the client does not ask for it.
pub(crate) const SCOPES: [&str; 1] =
    ["https://uri.paypal.com/services/payments/payment/authcapture"];

/// `POST /v1/oauth2/token`: the client's ID and secret by Basic, `grant_type=client_credentials`.
pub(crate) async fn token(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    ctx.count_token_request();
    struck(&ctx, Place::Token, async {
        let params = match form {
            Ok(RawForm(bytes)) => Params::parse(&bytes),
            Err(rejection) => return rejection.into_response(),
        };
        let known =
            basic(&headers).is_some_and(|(id, secret)| id == CLIENT_ID && secret == PASSWORD);
        if !known {
            let refused = word(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "Client Authentication failed",
            );
            let challenge = HeaderValue::from_static("Basic realm=\"practice\"");
            return ([(header::WWW_AUTHENTICATE, challenge)], refused).into_response();
        }
        if params.once("grant_type") != Ok(Some("client_credentials")) {
            return word(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "unsupported grant_type",
            );
        }
        issued(&ctx).await.unwrap_or_else(|error| {
            tracing::error!(%error, "practice service: a request could not be answered");
            word(
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                "The practice service could not do this",
            )
        })
    })
    .await
}

fn word(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({"error": error, "error_description": description});
    (status, Json(body)).into_response()
}

async fn issued(ctx: &Arc<Ctx>) -> Result<Response, PracticeError> {
    let terms = Terms::of(Wire::Paypal, &ctx.faults());
    let now = ctx.now();
    // Whose business it is: the first of the accounts.
    let account = ACCOUNTS.first().map_or("", |account| account.id);
    let scopes = SCOPES.map(str::to_owned).to_vec();
    let issued = ctx
        .store
        .change(move |state| state.issue_at_once(account, scopes, now, terms, now))
        .await?;
    let issued = issued.map_err(|error| match error {
        GrantError::Failed(error) => error,
        // A family that was started a moment ago is there.
        _ => PracticeError::Interrupted,
    })?;
    let body = json!({
        "scope": issued.scopes.join(" "),
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "app_id": "APP-PRACTICE",
        "expires_in": issued.expires_in,
        "nonce": secrets::new("practice")?,
    });
    Ok(Json(body).into_response())
}

/// A refusal of the API.
pub(super) struct Sorry {
    status: StatusCode,
    name: &'static str,
    message: &'static str,
    details: Vec<Value>,
    /// Where the payer can go on.
    redirect: Option<String>,
}

impl Sorry {
    fn new(status: StatusCode, name: &'static str, message: &'static str) -> Self {
        Self {
            status,
            name,
            message,
            details: Vec::new(),
            redirect: None,
        }
    }

    /// No token that is good.
    fn nobody() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "AUTHENTICATION_FAILURE",
            "Authentication failed due to missing authorization header, or invalid authentication credentials.",
        )
    }

    /// No such order.
    pub(super) fn unknown() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "RESOURCE_NOT_FOUND",
            "The specified resource does not exist.",
        )
        .because(
            "INVALID_RESOURCE_ID",
            "Specified resource ID does not exist. Please check the resource ID and try again.",
        )
    }

    /// What is not as a request has to be.
    pub(super) fn request(issue: &str, description: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "INVALID_REQUEST",
            "Request is not well-formed, syntactically incorrect, or violates schema.",
        )
        .because(issue, description)
    }

    /// What cannot be done.
    pub(super) fn unprocessable(issue: &str, description: &str) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "UNPROCESSABLE_ENTITY",
            "The requested action could not be performed, semantically incorrect, or failed business validation.",
        )
        .because(issue, description)
    }

    /// What cannot be stored here.
    pub(super) fn broken(error: &PracticeError) -> Self {
        tracing::error!(%error, "practice service: a request could not be answered");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_SERVER_ERROR",
            "An internal server error has occurred.",
        )
    }

    fn because(mut self, issue: &str, description: &str) -> Self {
        self.details
            .push(json!({"issue": issue, "description": description}));
        self
    }

    /// About this field of the body.
    pub(super) fn at(mut self, field: &str, value: Option<&str>) -> Self {
        if let Some(detail) = self.details.last_mut().and_then(Value::as_object_mut) {
            detail.insert("field".to_owned(), json!(field));
            detail.insert("location".to_owned(), json!("body"));
            if let Some(value) = value {
                detail.insert("value".to_owned(), json!(value));
            }
        }
        self
    }

    /// The payer can choose another way to pay here.
    pub(super) fn redirecting(mut self, address: String) -> Self {
        self.redirect = Some(address);
        self
    }
}

impl IntoResponse for Sorry {
    fn into_response(self) -> Response {
        let issue = self.details.first().and_then(|detail| detail.get("issue"));
        let mut links = Vec::new();
        if let Some(issue) = issue.and_then(Value::as_str) {
            links.push(json!({
                "href": format!("https://developer.paypal.com/docs/api/orders/v2/#error-{issue}"),
                "rel": "information_link",
                "method": "GET",
            }));
        }
        if let Some(address) = self.redirect {
            links.push(json!({"href": address, "rel": "redirect", "method": "GET"}));
        }
        let mut body = Map::new();
        body.insert("name".to_owned(), json!(self.name));
        body.insert("message".to_owned(), json!(self.message));
        if let Ok(id) = secrets::hex::<7>() {
            body.insert("debug_id".to_owned(), json!(id));
        }
        if !self.details.is_empty() {
            body.insert("details".to_owned(), json!(self.details));
        }
        body.insert("links".to_owned(), json!(links));
        (self.status, Json(body)).into_response()
    }
}

/// That a token of this wire asks.
pub(super) fn may_ask(ctx: &Ctx, headers: &HeaderMap) -> Result<(), Sorry> {
    let token = credential(headers, &["Bearer"]).map_err(|_| Sorry::nobody())?;
    match ctx.store.now().open(token, Wire::Paypal, ctx.now()) {
        Some(_) => Ok(()),
        None => Err(Sorry::nobody()),
    }
}
