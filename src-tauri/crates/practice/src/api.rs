//! What an access token opens: userinfo and the contacts.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::{Fault, Place, cut_off};
use crate::server::Ctx;
use crate::state::Contact;
use crate::wire::Wire;
use crate::{Account, PracticeError, accounts};

/// How many contacts can be added.
const MOST_ADDED: usize = 500;
/// The longest field of a contact, in characters.
const LONGEST: usize = 200;

/// A refused API request.
enum Refused {
    /// No access token came: 401 without an error code (RFC 6750 section 3.1).
    NoToken,
    /// 401 `invalid_token`.
    Token,
    /// 403 `insufficient_scope`, with the scope that is needed.
    Scope(&'static str),
    /// 404.
    Unknown,
    /// 4xx with what is wrong with the request.
    Request(StatusCode, &'static str),
    Failed(PracticeError),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let challenge = match &self {
            Self::NoToken => Some("Bearer realm=\"practice\"".to_owned()),
            Self::Token => Some(
                "Bearer realm=\"practice\", error=\"invalid_token\", \
                 error_description=\"The access token is not known, expired or revoked\""
                    .to_owned(),
            ),
            Self::Scope(scope) => Some(format!(
                "Bearer realm=\"practice\", error=\"insufficient_scope\", scope=\"{scope}\""
            )),
            _ => None,
        };
        let (status, error, message) = match self {
            Self::NoToken => (
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "An access token is needed",
            ),
            Self::Token => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "The access token is not known, expired or revoked",
            ),
            Self::Scope(_) => (
                StatusCode::FORBIDDEN,
                "insufficient_scope",
                "The access token was not granted the scope this needs",
            ),
            Self::Unknown => (StatusCode::NOT_FOUND, "not_found", "There is no such thing"),
            Self::Request(status, message) => (status, "invalid_request", message),
            Self::Failed(error) => {
                tracing::error!(%error, "practice service: a request could not be answered");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "server_error",
                    "The practice service could not do this",
                )
            }
        };
        let body = Json(json!({"error": error, "message": message}));
        let mut response = (status, body).into_response();
        if let Some(challenge) = challenge.and_then(|text| HeaderValue::from_str(&text).ok()) {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Who an access token speaks for. The token is taken from the `Authorization` header only,
/// never from a query or a form (RFC 6750 sections 2.2 and 2.3 are optional and unsafe).
struct Bearer {
    account: &'static Account,
    scopes: Vec<String>,
}

impl Bearer {
    fn check(ctx: &Ctx, headers: &HeaderMap, needed: &'static str) -> Result<Self, Refused> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let token = match (values.next(), values.next()) {
            (None, _) => return Err(Refused::NoToken),
            (Some(value), None) => value
                .to_str()
                .ok()
                .and_then(|value| value.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim())
                .ok_or(Refused::Token)?,
            (Some(_), Some(_)) => return Err(Refused::Token),
        };
        let state = ctx.store.now();
        let (access, family) = state
            .open(token, Wire::Practice, ctx.now())
            .ok_or(Refused::Token)?;
        let account = accounts::by_id(&family.account).ok_or(Refused::Token)?;
        if !access.scopes.iter().any(|scope| scope == needed) {
            return Err(Refused::Scope(needed));
        }
        Ok(Self {
            account,
            scopes: access.scopes.clone(),
        })
    }

    fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

/// Lets a fault strike, else answers.
fn answer(ctx: &Ctx, place: Place, make: impl FnOnce() -> Result<Response, Refused>) -> Response {
    let fault = ctx.strike(place);
    if let Some(response) = fault.as_ref().and_then(Fault::instead) {
        return response;
    }
    let response = make().unwrap_or_else(IntoResponse::into_response);
    if fault == Some(Fault::CutOff) {
        cut_off()
    } else {
        response
    }
}

/// `GET` and `POST /userinfo` (OpenID Connect Core 1.0 section 5.3).
pub(crate) async fn userinfo(State(ctx): State<Arc<Ctx>>, headers: HeaderMap) -> Response {
    answer(&ctx, Place::Userinfo, || {
        let bearer = Bearer::check(&ctx, &headers, "openid")?;
        let mut claims = serde_json::Map::new();
        claims.insert("sub".to_owned(), json!(bearer.account.id));
        if bearer.may("profile") {
            claims.insert("name".to_owned(), json!(bearer.account.name));
        }
        if bearer.may("email") {
            claims.insert("email".to_owned(), json!(bearer.account.email));
            claims.insert("email_verified".to_owned(), json!(true));
        }
        Ok(Json(Value::Object(claims)).into_response())
    })
}

/// `GET /api/contacts`: `{"account": e-mail of who asks, "contacts": [...]}`.
pub(crate) async fn contacts(State(ctx): State<Arc<Ctx>>, headers: HeaderMap) -> Response {
    answer(&ctx, Place::Api, || {
        let bearer = Bearer::check(&ctx, &headers, "contacts.read")?;
        let mut all = made_up();
        all.extend_from_slice(&ctx.store.now().contacts);
        Ok(Json(json!({"account": bearer.account.email, "contacts": all})).into_response())
    })
}

/// `GET /api/contacts/{id}`.
pub(crate) async fn contact(
    State(ctx): State<Arc<Ctx>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(&ctx, Place::Api, || {
        Bearer::check(&ctx, &headers, "contacts.read")?;
        made_up()
            .into_iter()
            .chain(ctx.store.now().contacts.iter().cloned())
            .find(|contact| contact.id == id)
            .map(|contact| Json(contact).into_response())
            .ok_or(Refused::Unknown)
    })
}

/// What `POST /api/contacts` takes: `name` is needed, the rest may be left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContact {
    name: String,
    #[serde(default)]
    company: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
}

/// `POST /api/contacts`: 201 with the contact, its id, and its address in `Location`.
pub(crate) async fn add(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    body: Result<Json<NewContact>, JsonRejection>,
) -> Response {
    let fault = ctx.strike(Place::Api);
    if let Some(response) = fault.as_ref().and_then(Fault::instead) {
        return response;
    }
    let response = match store(&ctx, &headers, body).await {
        Ok(contact) => {
            let location = format!("{}/api/contacts/{}", ctx.issuer, contact.id);
            (
                StatusCode::CREATED,
                [(header::LOCATION, location)],
                Json(contact),
            )
                .into_response()
        }
        Err(refused) => refused.into_response(),
    };
    if fault == Some(Fault::CutOff) {
        cut_off()
    } else {
        response
    }
}

async fn store(
    ctx: &Arc<Ctx>,
    headers: &HeaderMap,
    body: Result<Json<NewContact>, JsonRejection>,
) -> Result<Contact, Refused> {
    Bearer::check(ctx, headers, "contacts.write")?;
    let Json(new) = body.map_err(|rejection| {
        Refused::Request(
            rejection.status(),
            "A JSON contact is needed: name, and perhaps company, email, phone",
        )
    })?;
    let fields = [&new.name, &new.company, &new.email, &new.phone];
    if new.name.trim().is_empty() || fields.iter().any(|field| field.chars().count() > LONGEST) {
        return Err(Refused::Request(
            StatusCode::UNPROCESSABLE_ENTITY,
            "A contact needs a name, and no field may be longer than 200 characters",
        ));
    }
    let make = move |state: &mut crate::state::State| {
        if state.contacts.len() >= MOST_ADDED {
            return None;
        }
        let contact = Contact {
            // Contacts are never removed, so the next number is free.
            id: format!("c{}", MADE_UP.len() + state.contacts.len() + 1),
            name: new.name,
            company: new.company,
            email: new.email,
            phone: new.phone,
        };
        state.contacts.push(contact.clone());
        Some(contact)
    };
    ctx.store
        .change(make)
        .await
        .map_err(Refused::Failed)?
        .ok_or(Refused::Request(
            StatusCode::CONFLICT,
            "No more contacts fit",
        ))
}

/// Name, company, e-mail, phone. Telephone numbers are of ranges kept for fiction.
const MADE_UP: [[&str; 4]; 12] = [
    [
        "佐藤 花子",
        "桜工業株式会社",
        "hanako.sato@sakura.example",
        "+81 3-0000-0101",
    ],
    [
        "Ada Okafor",
        "Lagos Lights",
        "ada@lagoslights.example",
        "+44 20 7946 0102",
    ],
    [
        "鈴木 一郎",
        "富士物産",
        "ichiro.suzuki@fujibussan.example",
        "+81 3-0000-0103",
    ],
    [
        "Mateo Rossi",
        "Rossi e Figli",
        "mateo@rossi.example",
        "+44 20 7946 0104",
    ],
    [
        "Priya Nair",
        "Kochi Spices",
        "priya@kochispices.example",
        "+44 20 7946 0105",
    ],
    [
        "高橋 美咲",
        "北海道ファーム",
        "misaki@hokkaidofarm.example",
        "+81 11-000-0106",
    ],
    [
        "Noah Weber",
        "Weber Werkzeuge",
        "noah@weber.example",
        "+1 202-555-0107",
    ],
    [
        "田中 健太",
        "田中精機",
        "kenta@tanakaseiki.example",
        "+81 6-0000-0108",
    ],
    [
        "Zoë Martin",
        "Atelier Martin",
        "zoe@ateliermartin.example",
        "+1 202-555-0109",
    ],
    [
        "Ólafur Jónsson",
        "Norðurljós",
        "olafur@nordurljos.example",
        "+1 202-555-0110",
    ],
    [
        "渡辺 さくら",
        "渡辺デザイン",
        "sakura@watanabe.example",
        "+81 75-000-0111",
    ],
    [
        "Grace O'Neill",
        "O'Neill & Daughters",
        "grace@oneill.example",
        "+1 202-555-0112",
    ],
];

fn made_up() -> Vec<Contact> {
    MADE_UP
        .iter()
        .enumerate()
        .map(|(at, [name, company, email, phone])| Contact {
            id: format!("c{}", at + 1),
            name: (*name).to_owned(),
            company: (*company).to_owned(),
            email: (*email).to_owned(),
            phone: (*phone).to_owned(),
        })
        .collect()
}
