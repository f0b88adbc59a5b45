//! How a token is taken back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Method;

/// The two kinds of token there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Access token.
    Access,
    /// Refresh token.
    Refresh,
}

/// Who a revocation is asked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RevokeAuth {
    /// Nobody: the token itself is enough.
    None,
    /// The client, by HTTP Basic.
    Basic,
    /// The client, by fields of the body.
    Post,
    /// The client's secret alone, in a scheme called `Client` (Square).
    Client,
    /// The token, as the API's requests carry it.
    Token,
}

/// Where the fields of a revocation are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RevokeBody {
    /// `application/x-www-form-urlencoded`, as RFC 7009 asks.
    #[default]
    Form,
    /// `application/json`.
    Json,
    /// The address.
    Query,
    /// Nowhere: there are none.
    None,
}

/// How a token is taken back. RFC 7009 is what the address alone stands for; the rest is for
/// services that have ways of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(from = "RevokeForm")]
pub struct Revoke {
    /// POST or DELETE.
    pub method: Method,
    /// Address template; may hold `{token}` and `{client_id}` beside what others may.
    pub url: String,
    /// Further headers, before those of [`crate::OAuth::headers`].
    pub headers: BTreeMap<String, String>,
    /// Who asks; `None`: the client, as at the token endpoint.
    pub auth: Option<RevokeAuth>,
    /// Where the fields are.
    pub body: RevokeBody,
    /// The fields; values may hold `{token}`, `{hint}` (`access_token` or `refresh_token`),
    /// `{client_id}` and `{answer.name}`.
    pub fields: BTreeMap<String, String>,
    /// Which kinds of token the service takes.
    pub tokens: Vec<TokenKind>,
}

/// What of [`Revoke`] a file may leave out.
#[derive(Deserialize)]
#[serde(untagged)]
enum RevokeForm {
    Address(String),
    Table(RevokeTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokeTable {
    #[serde(default)]
    method: Option<Method>,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    auth: Option<RevokeAuth>,
    #[serde(default)]
    body: RevokeBody,
    #[serde(default)]
    fields: Option<BTreeMap<String, String>>,
    #[serde(default)]
    tokens: Option<Vec<TokenKind>>,
}

impl Revoke {
    /// A revocation as RFC 7009 has it.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        RevokeForm::Address(url.into()).into()
    }
}

impl From<RevokeForm> for Revoke {
    fn from(form: RevokeForm) -> Self {
        let table = match form {
            RevokeForm::Table(table) => table,
            RevokeForm::Address(url) => RevokeTable {
                method: None,
                url,
                headers: BTreeMap::new(),
                auth: None,
                body: RevokeBody::Form,
                fields: None,
                tokens: None,
            },
        };
        let standard = || {
            [("token", "{token}"), ("token_type_hint", "{hint}")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into()
        };
        let bare = table.body == RevokeBody::None;
        Self {
            method: table.method.unwrap_or(Method::Post),
            url: table.url,
            headers: table.headers,
            auth: table.auth,
            body: table.body,
            fields: match table.fields {
                Some(fields) => fields,
                None if bare => BTreeMap::new(),
                None => standard(),
            },
            // RFC 7009 §2.1: a refresh token takes the access tokens of its grant along.
            tokens: table
                .tokens
                .unwrap_or_else(|| vec![TokenKind::Refresh, TokenKind::Access]),
        }
    }
}
