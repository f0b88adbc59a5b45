//! Authorizing a device (RFC 8628): the endpoint that issues codes, and the page where a person
//! types one. From there on the sign-in pages are those of the authorization endpoint.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::authorize::{failed, is_foreign, language, scopes};
use crate::devices::{Asked, DEVICE_SECONDS, INTERVAL, NotTaken, Reply};
use crate::faults::{Fault, Place, cut_off};
use crate::pages;
use crate::params::Params;
use crate::server::Ctx;
use crate::tickets::Purpose;
use crate::token::{Refused, read};
use crate::wire::Wire;
use crate::words::{Language, Why};

/// `POST /device_authorization` (RFC 8628 section 3.1).
pub(crate) async fn authorization(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let fault = ctx.strike(Place::Device);
    if let Some(response) = fault.as_ref().and_then(Fault::instead) {
        return response;
    }
    match issue(&ctx, &headers, form) {
        _ if fault == Some(Fault::CutOff) => cut_off(),
        Ok(body) => Json(body).into_response(),
        Err(refused) => refused.into_response(),
    }
}

fn issue(
    ctx: &Ctx,
    headers: &HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Result<serde_json::Value, Refused> {
    let params = read(headers, form)?;
    let scopes = scopes(params.once("scope")?, Wire::Practice)
        .map_err(|why| Refused::Scope(why.to_owned()))?;
    let now = ctx.now();
    let new = ctx.devices.issue(scopes, now)?;
    if let Some(account) = ctx.approve {
        let auth_time = now;
        let reply = Reply::Allowed { account, auth_time };
        ctx.devices.reply(&new.asked, reply, now);
    }
    let page = format!("{}/device", ctx.issuer);
    let user_code = new.asked.user_code;
    Ok(json!({
        "device_code": new.device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": DEVICE_SECONDS,
        "interval": INTERVAL,
    }))
}

/// `GET /device`, with a `user_code` where the address was opened from a link or QR code. It is
/// only filled in: the person still compares and confirms it (RFC 8628 section 3.3.1).
pub(crate) async fn page(headers: HeaderMap, form: Result<RawForm, RawFormRejection>) -> Response {
    let params = match form {
        Ok(RawForm(bytes)) => Params::parse(&bytes),
        Err(rejection) => return rejection.into_response(),
    };
    let language = language(params.once("ui_locales").ok().flatten(), &headers);
    // Only what can be a code is shown again.
    let code = params
        .once("user_code")
        .ok()
        .flatten()
        .and_then(crate::devices::canonical);
    pages::device(StatusCode::OK, language, code.as_deref(), None)
}

/// `POST /device`: `user_code`. The right one leads to the sign-in page.
pub(crate) async fn enter(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let params = match form {
        Ok(RawForm(bytes)) => Params::parse(&bytes),
        Err(rejection) => return rejection.into_response(),
    };
    let language = language(None, &headers);
    if is_foreign(&ctx, &headers) {
        return pages::refused(StatusCode::FORBIDDEN, language, Why::NotThisPage);
    }
    let typed = params.once("user_code").ok().flatten().unwrap_or_default();
    let now = ctx.now();
    let asked = match ctx.devices.find(typed, now) {
        Ok(asked) => asked,
        Err(not_taken) => {
            let (status, why) = match not_taken {
                NotTaken::Wrong => (StatusCode::BAD_REQUEST, Why::WrongCode),
                NotTaken::TooMany => (StatusCode::TOO_MANY_REQUESTS, Why::TooManyTries),
            };
            return pages::device(status, language, None, Some(why));
        }
    };
    match ctx.tickets.issue(Purpose::Device(asked), None, now) {
        Ok(ticket) => pages::sign_in(language, &ticket, None, ""),
        Err(error) => failed(&error, language),
    }
}

/// The end of the pages: notes the answer, once, and says so.
pub(crate) fn answer(ctx: &Ctx, asked: &Asked, reply: Reply, language: Language) -> Response {
    if !ctx.devices.reply(asked, reply, ctx.now()) {
        return pages::refused(StatusCode::BAD_REQUEST, language, Why::TicketGone);
    }
    pages::answered(language, reply != Reply::Denied)
}
