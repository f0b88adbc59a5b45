//! The pages: plain HTML with one small style, no script, nothing loaded.

pub(crate) mod checkout;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::state::State;
use crate::tickets::Purpose;
use crate::wire::{candidates, orders};
use crate::words::{Language, Why, Words};
use crate::{ACCOUNT_SID, ACCOUNTS, Account, CLIENT_ID, PASSWORD, accounts};

const STYLE: &str = include_str!("pages.css");

/// The sign-in page: three accounts as buttons. The hinted one comes first; the first has the
/// focus, so that Enter chooses it.
pub(crate) fn sign_in(
    language: Language,
    ticket: &str,
    hinted: Option<&'static Account>,
    answers_to: &str,
) -> Response {
    let words = language.words();
    let mut accounts: Vec<&Account> = ACCOUNTS.iter().collect();
    accounts.sort_by_key(|account| hinted != Some(*account));
    let buttons: String = accounts
        .iter()
        .enumerate()
        .map(|(at, account)| {
            let focus = if at == 0 { " autofocus" } else { "" };
            let chip = if hinted == Some(*account) {
                format!(r#"<span class="chip">{}</span>"#, words.suggested)
            } else {
                String::new()
            };
            format!(
                r#"<button class="person" type="submit" name="account" value="{id}"{focus}>{who}{chip}</button>"#,
                id = account.id,
                who = who(account),
            )
        })
        .collect();
    let body = format!(
        r#"<h1>{title}</h1><p>{more}</p>
<form method="post" action="/authorize/sign-in">
<input type="hidden" name="ticket" value="{ticket}">
{buttons}
<button class="quiet" type="submit" formaction="/authorize/consent" name="decision" value="deny">{cancel}</button>
</form>"#,
        title = words.choose,
        more = words.choose_more,
        ticket = escape(ticket),
        cancel = words.cancel,
    );
    page(
        StatusCode::OK,
        language,
        words.choose,
        &body,
        Some(answers_to),
    )
}

/// The consent page: the asked scopes in words, Allow (with the focus) and Deny. For a device
/// also its code, so that a code from elsewhere is noticed (RFC 8628 section 5.4).
pub(crate) fn consent(
    language: Language,
    ticket: &str,
    account: &Account,
    purpose: &Purpose,
) -> Response {
    let words = language.words();
    let device = purpose.user_code().map_or_else(String::new, |code| {
        let (ask, code) = (words.device_compare, escape(code));
        format!(r#"<p>{ask}</p><p class="code">{code}</p>"#)
    });
    let items: String = purpose
        .scopes()
        .iter()
        .map(|scope| match language.scope(scope) {
            Some(sentence) => format!("<li>{sentence}</li>"),
            None => format!("<li>{}</li>", escape(scope)),
        })
        .collect();
    let body = format!(
        r#"<h1>{title}</h1>{device}
<form method="post" action="/authorize/consent">
<input type="hidden" name="ticket" value="{ticket}">
<div class="person">{who}</div>
<h2>{able}</h2><ul>{items}</ul>
<div class="answers">
<button class="allow" type="submit" name="decision" value="allow" autofocus>{allow}</button>
<button type="submit" name="decision" value="deny">{deny}</button>
</div>
<button class="quiet" type="submit" formaction="/authorize/sign-in" name="account" value="">{other}</button>
</form>"#,
        title = words.consent,
        ticket = escape(ticket),
        who = who(account),
        able = words.able,
        allow = words.allow,
        deny = words.deny,
        other = words.other_account,
    );
    page(
        StatusCode::OK,
        language,
        words.consent,
        &body,
        Some(purpose.answers_to()),
    )
}

/// The page where a person types the code that a device shows. `code` is filled in; `why` says
/// what was wrong with the last one.
pub(crate) fn device(
    status: StatusCode,
    language: Language,
    code: Option<&str>,
    why: Option<Why>,
) -> Response {
    let words = language.words();
    let wrong = why.map_or_else(String::new, |why| {
        format!(
            r#"<p class="wrong" id="wrong" role="alert">{}</p>"#,
            words.why(why)
        )
    });
    // What has just been filled in only needs Enter.
    let (in_field, on_button) = if code.is_some() {
        ("", " autofocus")
    } else {
        (" autofocus", "")
    };
    let described = if why.is_some() {
        r#" aria-invalid="true" aria-describedby="wrong""#
    } else {
        ""
    };
    let body = format!(
        r#"<h1>{title}</h1><p>{more}</p>
<form method="post" action="/device">{wrong}
<label for="code">{label}</label>
<input id="code" name="user_code" value="{code}" required maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false"{described}{in_field}>
<div class="answers"><button class="allow" type="submit"{on_button}>{next}</button></div>
</form>"#,
        title = words.device,
        more = words.device_more,
        label = words.device_code,
        code = escape(code.unwrap_or_default()),
        next = words.device_next,
    );
    page(status, language, words.device, &body, Some(""))
}

/// The last page of a device's authorization.
pub(crate) fn answered(language: Language, allowed: bool) -> Response {
    let words = language.words();
    let title = if allowed {
        words.device_allowed
    } else {
        words.device_denied
    };
    let body = format!("<h1>{title}</h1><p>{}</p>", words.device_close);
    page(StatusCode::OK, language, title, &body, None)
}

/// The page that says no where no redirect may (RFC 6749 section 4.1.2.1): what happened, why,
/// what to do.
pub(crate) fn refused(status: StatusCode, language: Language, why: Why) -> Response {
    let words = language.words();
    let body = format!(
        "<h1>{nothing}</h1><p>{why}</p><p>{again}</p>",
        nothing = words.nothing,
        why = words.why(why),
        again = words.again,
    );
    page(status, language, words.nothing, &body, None)
}

/// The page at `/`: what this is, and what arrived here through its wires, the newest first.
pub(crate) fn about(language: Language, state: &State) -> Response {
    let words = language.words();
    let accounts: String = ACCOUNTS
        .iter()
        .map(|account| format!(r#"<div class="person">{}</div>"#, who(account)))
        .collect();
    let name = |id: &str| accounts::by_id(id).map_or("", |account| account.name);
    let messages = state.messages.iter().rev().map(|message| {
        let from = name(&message.by);
        format!(
            "<li><b>{from}</b> → {to}<br>{text}</li>",
            to = escape(&message.to),
            text = escape(&message.text),
        )
    });
    let added = state.candidates.iter().rev().map(|candidate| {
        let email = candidates::text(candidate, "Email");
        format!(
            "<li><b>{}</b> {}</li>",
            escape(&candidates::full_name(candidate)),
            escape(email),
        )
    });
    let texts = state.texts.iter().rev().map(|text| {
        format!(
            "<li><b>{from}</b> → {to}<br>{body}</li>",
            from = escape(
                text.from
                    .as_deref()
                    .or(text.service.as_deref())
                    .unwrap_or_default()
            ),
            to = escape(&text.to),
            body = escape(&text.body),
        )
    });
    let orders = state.orders.iter().rev().map(|order| {
        format!(
            "<li><b>{value} {currency}</b> {status}<br>{id} {about}</li>",
            value = escape(&order.value),
            currency = escape(&order.currency),
            status = orders::stands(order),
            id = order.id,
            about = escape(order.description.as_deref().unwrap_or_default()),
        )
    });
    let body = format!(
        "<h1>{about}</h1><p>{more}</p>{messages}{candidates}{texts}{orders}<h2>{list}</h2>{accounts}\
         <h2>{keys}</h2><ul>\
         <li>Practice Twilio: {ACCOUNT_SID} · {PASSWORD}</li>\
         <li>Practice PayPal: {CLIENT_ID} · {PASSWORD}</li></ul>",
        about = words.about,
        more = words.about_more,
        messages = arrived(words.messages, messages),
        candidates = arrived(words.candidates, added),
        texts = arrived(words.texts, texts),
        orders = arrived(words.orders, orders),
        keys = words.keys,
        list = words.about_accounts,
    );
    page(StatusCode::OK, language, words.about, &body, None)
}

/// How much of what arrived is shown.
const MOST_SHOWN: usize = 50;

/// A list under a heading; nothing where nothing arrived.
fn arrived(title: &str, items: impl Iterator<Item = String>) -> String {
    let items: String = items.take(MOST_SHOWN).collect();
    if items.is_empty() {
        return items;
    }
    format!("<h2>{title}</h2><ul>{items}</ul>")
}

fn who(account: &Account) -> String {
    format!(
        r#"<span class="mark {id}" aria-hidden="true">{initial}</span><span class="who"><b>{name}</b><span>{email}</span></span>"#,
        id = account.id,
        initial = account.name.get(..1).unwrap_or_default(),
        name = account.name,
        email = account.email,
    )
}

fn page(
    status: StatusCode,
    language: Language,
    title: &str,
    body: &str,
    answers_to: Option<&str>,
) -> Response {
    let Words {
        service, marked, ..
    } = language.words();
    let html = format!(
        r#"<!doctype html>
<html lang="{tag}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>{title} · {service}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<div class="service"><span class="mark" aria-hidden="true">PR</span>{service}</div>
{body}
</main>
<footer>{marked}</footer>
</body>
</html>
"#,
        tag = language.tag(),
    );
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy(answers_to)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(language.tag()),
    );
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    response
}

/// Only the page's own style, and forms that post here. `form-action` also governs where the
/// answer to a form redirects to, so the origin of the redirect address stands there too, if
/// there is one.
fn policy(answers_to: Option<&str>) -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let forms = match answers_to {
        None => "'none'".to_owned(),
        Some("") => "'self'".to_owned(),
        Some(origin) => format!("'self' {origin}"),
    };
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {forms}; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Text for an element or a quoted attribute.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}
