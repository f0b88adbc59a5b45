//! Where the payer of a PayPal order answers: approves it, approves it with a card that the bank will
//! decline, approves it so that the capture is declined or waits, or goes away. At PayPal the payer signs in first; here whoever opens the page is the payer.

use std::sync::Arc;

use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::authorize::{failed, is_foreign, language};
use crate::pages::{self, checkout::Answer};
use crate::params::Params;
use crate::server::Ctx;
use crate::state::{Fares, Stage};
use crate::words::Why;

/// `GET /checkoutnow?token=`.
pub(crate) async fn page(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let params = match form {
        Ok(RawForm(bytes)) => Params::parse(&bytes),
        Err(rejection) => return rejection.into_response(),
    };
    let language = language(None, &headers);
    let id = params.once("token").ok().flatten();
    let state = ctx.store.now();
    let order = state.orders.iter().find(|order| Some(&*order.id) == id);
    match order.filter(|order| !matches!(order.stage, Stage::Captured { .. })) {
        Some(order) => pages::checkout::order(language, order),
        None => pages::checkout::gone(language),
    }
}

/// `POST /checkoutnow`: `token`, and `decision`.
pub(crate) async fn answer(
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
    let text = |name| params.once(name).ok().flatten();
    let answer = match text("decision") {
        Some("approve") => Answer::Approved,
        Some("decline") => Answer::Declining,
        Some("refuse") => Answer::Faring(Fares::Declined),
        Some("hold") => Answer::Faring(Fares::Pending),
        // As PayPal leaves it: the payer may come back.
        _ => return pages::checkout::answered(language, Answer::Left),
    };
    let id = text("token").unwrap_or_default().to_owned();
    let declines = answer == Answer::Declining;
    let fares = match answer {
        Answer::Faring(fares) => fares,
        _ => Fares::Completed,
    };
    let kept = ctx.store.change(move |state| {
        let mut orders = state.orders.iter_mut();
        let order = orders.find(|order| order.id == id)?;
        if matches!(order.stage, Stage::Captured { .. }) {
            return None;
        }
        order.stage = Stage::Approved { declines, fares };
        Some(())
    });
    match kept.await {
        Ok(Some(())) => pages::checkout::answered(language, answer),
        Ok(None) => pages::checkout::gone(language),
        Err(error) => failed(&error, language),
    }
}
