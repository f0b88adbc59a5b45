//! The page of a payer.

use axum::http::StatusCode;
use axum::response::Response;

use super::{escape, page};
use crate::state::{Fares, Order};
use crate::words::Language;

/// What a payer answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Approved,
    /// Approved, with a card that the bank will decline.
    Declining,
    /// Approved, and the capture fares like that.
    Faring(Fares),
    /// Nothing yet.
    Left,
}

/// What is to be paid, and the answers.
pub(crate) fn order(language: Language, order: &Order) -> Response {
    let words = language.words();
    let body = format!(
        r#"<h1>{title}</h1><p>{more}</p>
<p class="code">{value} {currency}</p>{about}
<form method="post" action="/checkoutnow">
<input type="hidden" name="token" value="{id}">
<div class="answers">
<button class="allow" type="submit" name="decision" value="approve" autofocus>{pay}</button>
<button type="submit" name="decision" value="decline">{decline}</button>
<button type="submit" name="decision" value="refuse">{refuse}</button>
<button type="submit" name="decision" value="hold">{hold}</button>
</div>
<button class="quiet" type="submit" name="decision" value="leave">{cancel}</button>
</form>"#,
        title = words.pay,
        more = words.pay_more,
        value = escape(&order.value),
        currency = escape(&order.currency),
        about = order
            .description
            .as_deref()
            .map_or_else(String::new, |about| format!("<p>{}</p>", escape(about))),
        id = escape(&order.id),
        pay = words.pay_approve,
        decline = words.pay_decline,
        refuse = words.pay_refuse,
        hold = words.pay_hold,
        cancel = words.cancel,
    );
    page(StatusCode::OK, language, words.pay, &body, Some(""))
}

/// The last page of a payer.
pub(crate) fn answered(language: Language, answer: Answer) -> Response {
    let words = language.words();
    let (title, more) = match answer {
        Answer::Approved | Answer::Faring(Fares::Completed) => (words.paid, words.paid_more),
        Answer::Faring(Fares::Declined) => (words.paid, words.refused_more),
        Answer::Faring(Fares::Pending) => (words.paid, words.held_more),
        Answer::Declining => (words.paid, words.declined_more),
        Answer::Left => (words.unpaid, words.device_close),
    };
    let body = format!("<h1>{title}</h1><p>{more}</p>");
    page(StatusCode::OK, language, title, &body, None)
}

/// What cannot be paid.
pub(crate) fn gone(language: Language) -> Response {
    let words = language.words();
    let body = format!("<h1>{}</h1><p>{}</p>", words.unpaid, words.order_gone);
    page(StatusCode::NOT_FOUND, language, words.unpaid, &body, None)
}
