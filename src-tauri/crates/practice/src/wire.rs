//! The wires this service speaks: its own, and beside it those of Zoho and of Salesforce, at the
//! real paths, so that what speaks with the real services can be practiced on this computer.
//!
//! Each is written from the vendor's pages, whose addresses stand in its file. What no page says is
//! left out, or said to be this service's own choice.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use crate::SCOPES;
use crate::faults::{Fault, Place, cut_off};
use crate::server::Ctx;

pub(crate) mod candidates;
pub(crate) mod cliq;
pub(crate) mod customers;
pub(crate) mod objects;
pub(crate) mod records;
pub(crate) mod recruit;
pub(crate) mod salesforce;
pub(crate) mod soql;
pub(crate) mod zoho;

/// Which service a consent, a code or a token belongs to: none opens another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wire {
    /// The practice service's own, strictly by the standards.
    #[default]
    Practice,
    /// Zoho: one accounts server for all of its services.
    Zoho,
    Salesforce,
}

impl Wire {
    /// Every scope that can be asked for.
    pub(crate) const fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Practice => &SCOPES,
            Self::Zoho => &zoho::SCOPES,
            Self::Salesforce => &salesforce::SCOPES,
        }
    }

    /// The scopes of a request, apart. Zoho's stand with commas between them
    /// (<https://www.zoho.com/accounts/protocol/oauth/web-apps/authorization.html>).
    pub(crate) fn apart(self, scopes: &str) -> impl Iterator<Item = &str> {
        let between = move |letter: char| match self {
            Self::Zoho => letter == ',',
            Self::Practice | Self::Salesforce => letter.is_ascii_whitespace(),
        };
        scopes
            .split(between)
            .map(str::trim)
            .filter(|scope| !scope.is_empty())
    }

    /// Whether a refresh token takes the place of the one it was renewed with.
    pub(crate) const fn rotates(self) -> bool {
        matches!(self, Self::Practice)
    }

    /// What the names of its codes and tokens begin with.
    pub(crate) const fn prefixes(self) -> Prefixes {
        match self {
            Self::Practice => Prefixes {
                code: "practice_code_",
                access: "practice_access_",
                refresh: "practice_refresh_",
            },
            Self::Zoho => Prefixes {
                code: "1000.practice_code_",
                access: "1000.practice_access_",
                refresh: "1000.practice_refresh_",
            },
            Self::Salesforce => Prefixes {
                code: "aPrx.practice_code_",
                access: "00DPractice!practice_access_",
                refresh: "5Aep.practice_refresh_",
            },
        }
    }
}

/// What codes and tokens begin with, so that a leak is easy to find.
pub(crate) struct Prefixes {
    pub(crate) code: &'static str,
    pub(crate) access: &'static str,
    pub(crate) refresh: &'static str,
}

/// The pages of the wires, where a person answers.
pub(crate) fn pages() -> Router<Arc<Ctx>> {
    Router::new()
        .route("/oauth/v2/auth", get(zoho::authorize).post(zoho::authorize))
        .route(
            "/services/oauth2/authorize",
            get(salesforce::authorize).post(salesforce::authorize),
        )
}

/// What programs ask.
pub(crate) fn machines() -> Router<Arc<Ctx>> {
    Router::new()
        .route("/oauth/v2/token", post(zoho::token))
        .route("/oauth/v2/token/revoke", post(zoho::revoke))
        .route("/oauth/user/info", get(zoho::user_info))
        .route("/recruit/v2/users", get(recruit::users))
        .route(
            "/recruit/v2/{module}",
            get(recruit::list).post(recruit::add),
        )
        .route("/recruit/v2/{module}/search", get(recruit::search))
        .route("/recruit/v2/{module}/{id}", get(recruit::one))
        .route("/api/v2/channels", get(cliq::channels))
        .route(
            "/api/v2/channelsbyname/{name}/message",
            post(cliq::to_channel),
        )
        .route("/api/v2/buddies/{who}/message", post(cliq::to_buddy))
        .route("/services/oauth2/token", post(salesforce::token))
        .route("/services/oauth2/revoke", post(salesforce::revoke))
        .route(
            "/services/oauth2/userinfo",
            get(salesforce::userinfo).post(salesforce::userinfo),
        )
        .route("/id/keys", get(crate::metadata::jwks))
        .route("/id/{organization}/{user}", get(salesforce::identity))
        // Its pages write some addresses with a slash at the end, and the service takes both.
        .route("/services/data/{version}/query", get(records::query))
        .route("/services/data/{version}/query/", get(records::query))
        .route("/services/data/{version}/query/{more}", get(records::more))
        .route("/services/data/{version}/sobjects", get(objects::list))
        .route("/services/data/{version}/sobjects/", get(objects::list))
        .route(
            "/services/data/{version}/sobjects/{kind}/describe",
            get(objects::describe),
        )
        .route(
            "/services/data/{version}/sobjects/{kind}/describe/",
            get(objects::describe),
        )
        .route(
            "/services/data/{version}/sobjects/{kind}",
            post(records::create),
        )
        .route(
            "/services/data/{version}/sobjects/{kind}/",
            post(records::create),
        )
        .route(
            "/services/data/{version}/sobjects/{kind}/{id}",
            get(records::one).patch(records::update),
        )
}

/// Lets a fault strike, else answers.
pub(crate) async fn struck(
    ctx: &Ctx,
    place: Place,
    answer: impl Future<Output = Response>,
) -> Response {
    let fault = ctx.strike(place);
    if let Some(response) = fault.as_ref().and_then(Fault::instead) {
        return response;
    }
    let response = answer.await;
    if fault == Some(Fault::CutOff) {
        cut_off()
    } else {
        response
    }
}

/// The credential of the one `Authorization` header, behind one of these words.
pub(crate) fn credential<'a>(headers: &'a HeaderMap, schemes: &[&str]) -> Result<&'a str, NoToken> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Err(NoToken::None),
        (Some(value), None) => value.to_str().map_err(|_| NoToken::Other)?,
        (Some(_), Some(_)) => return Err(NoToken::Other),
    };
    value
        .split_once(' ')
        .filter(|(scheme, _)| {
            schemes
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known))
        })
        .map(|(_, token)| token.trim())
        .ok_or(NoToken::Other)
}

/// Why there is no token to look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoToken {
    /// No header came.
    None,
    /// Something else came.
    Other,
}

/// An id of this service's own that nobody could guess to be a real one: 18 digits.
pub(crate) fn numbered(base: u64, at: usize) -> String {
    (base + u64::try_from(at).unwrap_or(u64::MAX - base)).to_string()
}
