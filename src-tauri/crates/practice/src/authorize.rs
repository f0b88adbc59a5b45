//! The authorization endpoint: what is asked, the two pages, and the redirect back.

use std::sync::Arc;

use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use crate::devices::Reply;
use crate::faults::{Fault, OTHER_ISSUER, Place};
use crate::grants::Consent;
use crate::params::{Params, Repeated};
use crate::server::Ctx;
use crate::tickets::Purpose;
use crate::wire::{Wire, zoho};
use crate::words::{Language, Why};
use crate::{Account, CLIENT_ID, PracticeError, accounts, device, pages, sessions};

/// The longest parameter accepted, in bytes.
const LONGEST: usize = 2048;

/// A sound authorization request (RFC 6749 section 4.1.1, with RFC 7636).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    /// Known scopes, each once, in the order asked.
    pub(crate) scopes: Vec<String>,
    pub(crate) challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) login_hint: Option<String>,
    pub(crate) ui_locales: Option<String>,
    /// The account is to be chosen even where somebody is signed in already.
    pub(crate) choose: bool,
    /// Which service was asked.
    pub(crate) wire: Wire,
    /// Of Zoho: whether a refresh token was asked for.
    pub(crate) offline: bool,
}

/// An authorization request that is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The redirect address cannot be trusted: a page, never a redirect.
    Page(Why),
    /// The client is told (RFC 6749 section 4.1.2.1).
    Redirect {
        redirect_uri: String,
        state: Option<String>,
        error: &'static str,
        description: String,
    },
}

/// `http://127.0.0.1:<port>/callback/<uuid>`, letter by letter: the IP literal with any port of
/// RFC 8252 section 7.3, and a path of its own per client registration. Nothing is decoded or
/// normalized first, so nothing can be smuggled in.
pub(crate) fn is_redirect_address(address: &str) -> bool {
    let Some((port, path)) = address
        .strip_prefix("http://127.0.0.1:")
        .and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let sound_port = port.bytes().all(|byte| byte.is_ascii_digit())
        && !port.starts_with('0')
        && port.parse::<u16>().is_ok();
    let sound_id = |id: &str| {
        id.len() == 36
            && id.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            })
    };
    sound_port && path.strip_prefix("callback/").is_some_and(sound_id)
}

/// The origin of a redirect address of that shape.
pub(crate) fn origin_of(address: &str) -> &str {
    let end = address.find("/callback/").unwrap_or(address.len());
    address.get(..end).unwrap_or_default()
}

/// Judges an authorization request. First who asks and where the answer goes; only then may a
/// redirect carry the rest.
pub(crate) fn judge(params: &Params, wire: Wire) -> Result<Request, Refused> {
    if params.once("client_id") != Ok(Some(CLIENT_ID)) {
        return Err(Refused::Page(Why::UnknownClient));
    }
    let redirect_uri = match params.once("redirect_uri") {
        Ok(Some(address)) if is_redirect_address(address) => address.to_owned(),
        _ => return Err(Refused::Page(Why::BadRedirect)),
    };
    let state = match params.once("state") {
        Ok(state) if state.is_none_or(|state| state.len() <= LONGEST) => state.map(str::to_owned),
        _ => None,
    };
    ask(params, &redirect_uri, wire).map_err(|(error, description)| Refused::Redirect {
        redirect_uri: redirect_uri.clone(),
        state,
        error,
        description,
    })
}

type Told = (&'static str, String);

fn ask(params: &Params, redirect_uri: &str, wire: Wire) -> Result<Request, Told> {
    let told = |error, sentence: &str| (error, sentence.to_owned());
    let once = |name| match params.once(name) {
        Ok(Some(value)) if value.len() > LONGEST => {
            Err(("invalid_request", format!("{name} is too long")))
        }
        Ok(value) => Ok(value),
        Err(Repeated(name)) => Err(("invalid_request", format!("{name} came twice"))),
    };
    let state = once("state")?.map(str::to_owned);
    for (name, error) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        if once(name)?.is_some() {
            return Err((error, format!("{name} is not supported here")));
        }
    }
    match once("response_type")? {
        Some("code") => {}
        Some(_) => {
            return Err(told(
                "unsupported_response_type",
                "Only response_type=code is supported here",
            ));
        }
        None => return Err(told("invalid_request", "response_type is missing")),
    }
    if once("response_mode")?.is_some_and(|mode| mode != "query") {
        return Err(told(
            "invalid_request",
            "Only response_mode=query is supported here",
        ));
    }
    let challenge = once("code_challenge")?.ok_or_else(|| {
        told(
            "invalid_request",
            "code_challenge is missing; PKCE is required",
        )
    })?;
    // Without a method it would mean "plain" (RFC 7636 section 4.3).
    if once("code_challenge_method")? != Some("S256") {
        return Err(told(
            "invalid_request",
            "Only code_challenge_method=S256 is accepted",
        ));
    }
    let sound_challenge = challenge.len() == 43
        && challenge
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !sound_challenge {
        return Err(told(
            "invalid_request",
            "code_challenge is not a base64url SHA-256",
        ));
    }
    let scopes = scopes(once("scope")?, wire).map_err(|why| told("invalid_scope", why))?;
    let prompt = once("prompt")?.unwrap_or_default();
    let prompts = |word| prompt.split_ascii_whitespace().any(|prompt| prompt == word);
    // Whoever may be signed in: consent is asked for every time (OpenID Connect Core 1.0 section
    // 3.1.2.6).
    if prompts("none") {
        return Err(told("login_required", "A person has to answer here"));
    }
    Ok(Request {
        redirect_uri: redirect_uri.to_owned(),
        state,
        scopes,
        challenge: challenge.to_owned(),
        nonce: once("nonce")?.map(str::to_owned),
        login_hint: once("login_hint")?.map(str::to_owned),
        ui_locales: once("ui_locales")?.map(str::to_owned),
        choose: prompts("login") || prompts("select_account"),
        wire,
        offline: once("access_type")? == Some("offline") && prompts("consent"),
    })
}

/// The scopes of a request: known ones, each once, in the order asked. An error is a sentence.
pub(crate) fn scopes(asked: Option<&str>, wire: Wire) -> Result<Vec<String>, &'static str> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in wire.apart(asked.unwrap_or_default()) {
        if !wire.scopes().contains(&scope) {
            return Err("A scope was asked for that is not known here");
        }
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    if scopes.is_empty() {
        return Err("No scope was asked for");
    }
    Ok(scopes)
}

/// `GET` and `POST /authorize`.
pub(crate) async fn start(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    begin(&ctx, &headers, form, Wire::Practice).await
}

/// A sign-in that one of the services was asked for.
pub(crate) async fn begin(
    ctx: &Arc<Ctx>,
    headers: &HeaderMap,
    form: Result<RawForm, RawFormRejection>,
    wire: Wire,
) -> Response {
    let RawForm(bytes) = match form {
        Ok(form) => form,
        Err(rejection) => return rejection.into_response(),
    };
    let params = Params::parse(&bytes);
    let language = language(params.once("ui_locales").ok().flatten(), headers);
    let request = match judge(&params, wire) {
        Ok(request) => request,
        Err(Refused::Page(why)) => return pages::refused(StatusCode::BAD_REQUEST, language, why),
        Err(Refused::Redirect {
            redirect_uri,
            state,
            error,
            description,
        }) => {
            return back(
                &redirect_uri,
                &[
                    ("error", Some(error)),
                    ("error_description", Some(&description)),
                    ("state", state.as_deref()),
                    ("iss", issuer_of(ctx, wire)),
                ],
            );
        }
    };
    if let Some(account) = ctx.approve {
        let auth_time = ctx.now();
        return allow(ctx, request, account, auth_time, language).await;
    }
    let choose = request.choose;
    let purpose = Purpose::Redirect(request);
    // Whoever is signed in in this browser is asked for consent only, unless the client expects
    // somebody else.
    let here = sessions::signed_in(ctx, headers).filter(|(account, _)| {
        let expected = purpose.hinted().is_none_or(|hinted| hinted == *account);
        expected && !choose
    });
    match ctx.tickets.issue(purpose.clone(), here, ctx.now()) {
        Ok(ticket) => match here {
            Some((account, _)) => pages::consent(language, &ticket, account, &purpose),
            None => pages::sign_in(language, &ticket, purpose.hinted(), purpose.answers_to()),
        },
        Err(error) => failed(&error, language),
    }
}

/// `POST /authorize/sign-in`: `ticket`, and `account` (empty to choose again).
pub(crate) async fn sign_in(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let params = match form {
        Ok(RawForm(bytes)) => Params::parse(&bytes),
        Err(rejection) => return rejection.into_response(),
    };
    let ticket = match redeem(&ctx, &headers, &params) {
        Ok(ticket) => ticket,
        Err((status, why)) => return pages::refused(status, language(None, &headers), why),
    };
    let language = language(ticket.purpose.ui_locales(), &headers);
    let purpose = ticket.purpose.clone();
    let account = params
        .once("account")
        .ok()
        .flatten()
        .and_then(accounts::by_id);
    let ticket = match ctx.tickets.choose(ticket, account, ctx.now()) {
        Ok(ticket) => ticket,
        Err(error) => return failed(&error, language),
    };
    let Some(account) = account else {
        return pages::sign_in(language, &ticket, purpose.hinted(), purpose.answers_to());
    };
    let page = pages::consent(language, &ticket, account, &purpose);
    match sessions::remember(&ctx, &headers, account, page).await {
        Ok(page) => page,
        Err(error) => failed(&error, language),
    }
}

/// `POST /authorize/consent`: `ticket`, and `decision`, `allow` or anything else.
pub(crate) async fn consent(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let params = match form {
        Ok(RawForm(bytes)) => Params::parse(&bytes),
        Err(rejection) => return rejection.into_response(),
    };
    let ticket = match redeem(&ctx, &headers, &params) {
        Ok(ticket) => ticket,
        Err((status, why)) => return pages::refused(status, language(None, &headers), why),
    };
    let language = language(ticket.purpose.ui_locales(), &headers);
    let allowed = match (params.once("decision"), ticket.chosen) {
        (Ok(Some("allow")), chosen) => chosen,
        _ => None,
    };
    match (ticket.purpose, allowed) {
        (Purpose::Device(asked), allowed) => {
            let reply = allowed.map_or(Reply::Denied, |(account, auth_time)| Reply::Allowed {
                account,
                auth_time,
            });
            device::answer(&ctx, &asked, reply, language)
        }
        (Purpose::Redirect(request), Some((account, auth_time))) => {
            allow(&ctx, request, account, auth_time, language).await
        }
        (Purpose::Redirect(request), None) => back(
            &request.redirect_uri,
            &[
                ("error", Some("access_denied")),
                ("error_description", Some("The person did not allow it")),
                ("state", request.state.as_deref()),
                ("iss", issuer_of(&ctx, request.wire)),
            ],
        ),
    }
}

/// Whether a form comes from another page than this service's own: browsers say with every POST
/// which origin it comes from.
pub(crate) fn is_foreign(ctx: &Ctx, headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ORIGIN)
        .iter()
        .any(|origin| origin.as_bytes() != ctx.issuer.as_bytes())
}

/// Takes the ticket of a form, and checks that the form is one of this service's pages.
fn redeem(
    ctx: &Ctx,
    headers: &HeaderMap,
    params: &Params,
) -> Result<crate::tickets::Ticket, (StatusCode, Why)> {
    if is_foreign(ctx, headers) {
        return Err((StatusCode::FORBIDDEN, Why::NotThisPage));
    }
    params
        .once("ticket")
        .ok()
        .flatten()
        .and_then(|ticket| ctx.tickets.take(ticket, ctx.now()))
        .ok_or((StatusCode::BAD_REQUEST, Why::TicketGone))
}

/// Issues the code and goes back with it (RFC 6749 section 4.1.2, RFC 9207).
async fn allow(
    ctx: &Arc<Ctx>,
    request: Request,
    account: &'static Account,
    auth_time: i64,
    language: Language,
) -> Response {
    let fault = ctx.strike(Place::Authorize);
    let error = match fault {
        Some(Fault::ServerError) => Some("server_error"),
        Some(Fault::TooMany { .. }) => Some("temporarily_unavailable"),
        _ => None,
    };
    if let Some(error) = error {
        return back(
            &request.redirect_uri,
            &[
                ("error", Some(error)),
                ("error_description", Some("A fault you asked for")),
                ("state", request.state.as_deref()),
                ("iss", issuer_of(ctx, request.wire)),
            ],
        );
    }
    let withheld = ctx.faults().withhold_scopes;
    let Request {
        redirect_uri,
        state,
        mut scopes,
        challenge,
        nonce,
        wire,
        offline,
        ..
    } = request;
    scopes.retain(|scope| !withheld.contains(scope));
    let consent = Consent {
        account: account.id,
        scopes,
        redirect_uri: redirect_uri.clone(),
        challenge,
        nonce,
        auth_time,
        wire,
        offline,
    };
    let now = ctx.now();
    let code = ctx
        .store
        .change(move |state| state.issue_code(consent, now))
        .await
        .and_then(|code| code);
    let code = match code {
        Ok(code) => code,
        Err(error) => return failed(&error, language),
    };
    let (state, issuer) = match fault {
        Some(Fault::WrongState) => (Some("another-state"), ctx.issuer.as_str()),
        Some(Fault::WrongIssuer) => (state.as_deref(), OTHER_ISSUER),
        _ => (state.as_deref(), ctx.issuer.as_str()),
    };
    let zoho = wire == Wire::Zoho;
    back(
        &redirect_uri,
        &[
            ("code", Some(&code)),
            ("state", state),
            ("iss", issuer_of(ctx, wire).and(Some(issuer))),
            ("location", zoho.then_some(zoho::LOCATION)),
            ("accounts-server", zoho.then_some(issuer)),
        ],
    )
}

/// Who the redirect says it comes from (RFC 9207); neither Zoho nor Salesforce say it.
fn issuer_of(ctx: &Ctx, wire: Wire) -> Option<&str> {
    (wire == Wire::Practice).then_some(ctx.issuer.as_str())
}

/// Redirects back with 303, which turns the form's POST into a GET (RFC 9700 section 2.6).
fn back(redirect_uri: &str, params: &[(&str, Option<&str>)]) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in params {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let location = format!("{redirect_uri}?{}", query.finish());
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

pub(crate) fn failed(error: &PracticeError, language: Language) -> Response {
    tracing::error!(%error, "practice service: a sign-in could not go on");
    pages::refused(StatusCode::INTERNAL_SERVER_ERROR, language, Why::Failed)
}

/// The language of a request's page.
pub(crate) fn language(ui_locales: Option<&str>, headers: &HeaderMap) -> Language {
    let accept = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    Language::choose(ui_locales, accept)
}

#[cfg(test)]
mod tests;
