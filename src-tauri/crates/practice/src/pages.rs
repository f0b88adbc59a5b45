//! The pages: plain HTML with one small style, no script, nothing loaded.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::words::{Language, Why, Words};
use crate::{ACCOUNTS, Account};

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

/// The consent page: the asked scopes in words, Allow (with the focus) and Deny.
pub(crate) fn consent(
    language: Language,
    ticket: &str,
    account: &Account,
    scopes: &[String],
    answers_to: &str,
) -> Response {
    let words = language.words();
    let items: String = scopes
        .iter()
        .map(|scope| match words.scope(scope) {
            Some(sentence) => format!("<li>{sentence}</li>"),
            None => format!("<li>{}</li>", escape(scope)),
        })
        .collect();
    let body = format!(
        r#"<h1>{title}</h1>
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
        Some(answers_to),
    )
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

/// The page at `/`: what this is.
pub(crate) fn about(language: Language) -> Response {
    let words = language.words();
    let accounts: String = ACCOUNTS
        .iter()
        .map(|account| format!(r#"<div class="person">{}</div>"#, who(account)))
        .collect();
    let body = format!(
        "<h1>{about}</h1><p>{more}</p><h2>{list}</h2>{accounts}",
        about = words.about,
        more = words.about_more,
        list = words.about_accounts,
    );
    page(StatusCode::OK, language, words.about, &body, None)
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
/// answer to a form redirects to, so the origin of the redirect address stands there too.
fn policy(answers_to: Option<&str>) -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let forms = answers_to.map_or_else(|| "'none'".to_owned(), |origin| format!("'self' {origin}"));
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
