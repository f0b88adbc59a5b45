//! The ways to get in that a sketch begins with.

use serde::{Deserialize, Serialize};

use super::Security;
use crate::{Attach, GrantType, KeyField, Keys, OAuth, Text};

/// How one gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// OAuth 2.0: a person signs in at a page.
    Code,
    /// OAuth 2.0: a person signs in by a code that is entered on any device.
    Device,
    /// OAuth 2.0: the client authorizes itself.
    ClientCredentials,
    /// OpenID Connect: the service describes itself at an address.
    OpenId,
    /// User and password (RFC 7617).
    Basic,
    /// A token that a person types in (RFC 6750).
    Bearer,
    /// A key in a header.
    KeyInHeader,
    /// A key in the query of the address.
    KeyInQuery,
    /// A key in the form that is the body.
    KeyInBody,
    /// Several fields, to be named.
    Fields,
}

impl Security {
    /// What a way to get in begins with: everything that is the same at every service.
    #[must_use]
    pub fn of(way: Way) -> Self {
        let key = || vec![field("key", ("API key", "API キー"), true)];
        let value = || "{key.key}".to_owned();
        let (fields, attach) = match way {
            Way::Code | Way::OpenId => return Self::Oauth(Box::new(OAuth::at(""))),
            Way::Device => {
                return Self::Oauth(Box::new(OAuth {
                    device: Some(String::new()),
                    ..OAuth::at("")
                }));
            }
            Way::ClientCredentials => {
                return Self::Oauth(Box::new(OAuth {
                    grant: GrantType::ClientCredentials,
                    ..OAuth::at("")
                }));
            }
            Way::Basic => (
                vec![
                    field("user", ("User name", "ユーザー名"), false),
                    field("password", ("Password", "パスワード"), true),
                ],
                Attach::Basic {
                    user: "{key.user}".to_owned(),
                    password: "{key.password}".to_owned(),
                },
            ),
            Way::Bearer => (
                vec![field("token", ("Token", "トークン"), true)],
                Attach::Header {
                    name: "Authorization".to_owned(),
                    value: "Bearer {key.token}".to_owned(),
                },
            ),
            Way::KeyInHeader | Way::Fields => (
                key(),
                Attach::Header {
                    name: "X-API-Key".to_owned(),
                    value: value(),
                },
            ),
            Way::KeyInQuery => (
                key(),
                Attach::Query {
                    name: "api_key".to_owned(),
                    value: value(),
                },
            ),
            Way::KeyInBody => (
                key(),
                Attach::Form {
                    name: "api_key".to_owned(),
                    value: value(),
                },
            ),
        };
        Self::Keys(Keys {
            fields,
            attach: vec![attach],
        })
    }
}

fn field(name: &str, (en, ja): (&str, &str), secret: bool) -> KeyField {
    KeyField {
        name: name.to_owned(),
        label: Text {
            en: en.to_owned(),
            ja: ja.to_owned(),
        },
        help: None,
        secret,
        pattern: None,
        example: None,
    }
}
