//! What each security scheme of a document becomes.

use std::rc::Rc;

use tsunagi_domain::hosts::is_reserved_header;

use super::super::document::{Fault, Node};
use super::super::text;
use super::{About, Choice, Way, address};
use crate::{Attach, ClientAuth, GrantType, KeyField, Keys, OAuth, Scope, Security, Text};

/// The most scopes that are taken over.
const SCOPES_MAX: usize = 1000;

/// The choices that a scheme offers, and why what else is in it is none.
pub(super) fn choices(
    root: &Rc<Node>,
    about: &About,
    name: &str,
    node: &Rc<Node>,
) -> Vec<Result<Choice, Fault>> {
    let node = match node.follow(root) {
        Ok(node) => node,
        Err(fault) => return vec![Err(fault)],
    };
    let kind = match node.needs("type") {
        Ok(kind) => kind,
        Err(fault) => return vec![Err(fault)],
    };
    let choice = |way, keys: Keys| Choice {
        scheme: text::line(name, 100),
        way,
        sketch: about.sketch(Security::Keys(keys)),
        discover: None,
    };
    match kind {
        "oauth2" => flows(root, about, name, &node),
        "openIdConnect" => vec![open_id(about, name, &node)],
        "http" => vec![http(&node).map(|(way, keys)| choice(way, keys))],
        "apiKey" => vec![key(&node).map(|(way, keys)| choice(way, keys))],
        "mutualTLS" => vec![Err(refused(
            &node,
            "client certificates (mutualTLS) are not supported",
        ))],
        other => vec![Err(refused(&node, format!("type `{other}` is unknown")))],
    }
}

fn refused(node: &Node, reason: impl Into<String>) -> Fault {
    let line = node.get("type").map_or(node.line, |kind| kind.line);
    Fault::at(line, reason)
}

fn flows(
    root: &Rc<Node>,
    about: &About,
    name: &str,
    node: &Rc<Node>,
) -> Vec<Result<Choice, Fault>> {
    let flows = match node.get("flows") {
        None => return vec![Err(Fault::at(node.line, "`flows` is missing"))],
        Some(flows) => match flows.follow(root) {
            Ok(flows) => flows,
            Err(fault) => return vec![Err(fault)],
        },
    };
    let mut found = Vec::new();
    for (flow, node) in flows.entries() {
        // Extensions say nothing that a connector could use.
        if flow.starts_with("x-") {
            continue;
        }
        let outcome = node
            .follow(root)
            .and_then(|node| flow_of(about, name, flow, &node));
        found.push(outcome);
    }
    if found.is_empty() {
        found.push(Err(Fault::at(flows.line, "`flows` is empty")));
    }
    found
}

fn flow_of(about: &About, scheme: &str, flow: &str, node: &Rc<Node>) -> Result<Choice, Fault> {
    let way = match flow {
        "authorizationCode" => Way::Code,
        "clientCredentials" => Way::ClientCredentials,
        "implicit" => {
            return Err(Fault::at(
                node.line,
                "the implicit flow shows tokens in addresses and is not used (RFC 9700 section 2.1.2)",
            ));
        }
        "password" => {
            return Err(Fault::at(
                node.line,
                "the password flow takes people's passwords and is not used (RFC 9700 section 2.4)",
            ));
        }
        other => {
            return Err(Fault::at(
                node.line,
                format!("flow `{other}` is not supported"),
            ));
        }
    };
    let token = address(node, "tokenUrl")?;
    let refresh = match node.text("refreshUrl") {
        Some(_) => Some(address(node, "refreshUrl")?).filter(|url| *url != token),
        None => None,
    };
    let mut oauth = OAuth {
        refresh,
        // What every server has to take where a client has a secret (RFC 6749 §2.3.1); the
        // document does not say.
        client_auth: ClientAuth::Basic,
        ..OAuth::at(token)
    };
    if way == Way::Code {
        oauth.authorize = Some(address(node, "authorizationUrl")?);
    } else {
        oauth.grant = GrantType::ClientCredentials;
    }
    let mut sketch = about.sketch(Security::Oauth(Box::new(oauth)));
    sketch.scopes = scopes(node)?;
    Ok(Choice {
        scheme: text::line(scheme, 100),
        way,
        sketch,
        discover: None,
    })
}

fn scopes(node: &Rc<Node>) -> Result<Vec<Scope>, Fault> {
    let Some(scopes) = node.get("scopes") else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (name, about) in scopes.entries() {
        // RFC 6749 §3.3.
        let sendable = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
        if name.is_empty() || !name.chars().all(sendable) {
            return Err(Fault::at(
                about.line,
                format!("scope `{name}` cannot be sent (RFC 6749 section 3.3)"),
            ));
        }
        if found.len() >= SCOPES_MAX {
            return Err(Fault::at(
                about.line,
                format!("more than {SCOPES_MAX} scopes"),
            ));
        }
        let about = text::paragraph(about.as_text().unwrap_or_default(), 300);
        let about = if about.is_empty() {
            name.to_owned()
        } else {
            about
        };
        found.push(Scope {
            name: name.to_owned(),
            about: Text {
                en: about.clone(),
                ja: about,
            },
            default: false,
        });
    }
    Ok(found)
}

fn open_id(about: &About, name: &str, node: &Rc<Node>) -> Result<Choice, Fault> {
    let url = address(node, "openIdConnectUrl")?;
    Ok(Choice {
        scheme: text::line(name, 100),
        way: Way::OpenId,
        sketch: about.sketch(Security::Oauth(Box::new(OAuth::at("")))),
        discover: Some(url),
    })
}

fn http(node: &Rc<Node>) -> Result<(Way, Keys), Fault> {
    let scheme = node.needs("scheme")?;
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => Ok((
            Way::Basic,
            Keys {
                fields: vec![
                    field("user", "User name", "ユーザー名", false),
                    field("password", "Password", "パスワード", true),
                ],
                attach: vec![Attach::Basic {
                    user: "{key.user}".to_owned(),
                    password: "{key.password}".to_owned(),
                }],
            },
        )),
        "bearer" => Ok((
            Way::Bearer,
            Keys {
                fields: vec![field("token", "Token", "トークン", true)],
                attach: vec![Attach::Header {
                    name: "Authorization".to_owned(),
                    value: "Bearer {key.token}".to_owned(),
                }],
            },
        )),
        _ => {
            let line = node.get("scheme").map_or(node.line, |scheme| scheme.line);
            Err(Fault::at(
                line,
                format!("HTTP scheme `{scheme}` is not supported, only basic and bearer"),
            ))
        }
    }
}

fn key(node: &Rc<Node>) -> Result<(Way, Keys), Fault> {
    let place = node.needs("in")?;
    let name = node.needs("name")?;
    let line = |field: &str| node.get(field).map_or(node.line, |node| node.line);
    let value = "{key.key}".to_owned();
    let (way, attach) = match place {
        "header" => {
            let mut letters = name.chars();
            let valid = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
                && letters.all(|c| c.is_ascii_alphanumeric() || c == '-');
            let reserved = is_reserved_header(name) && !name.eq_ignore_ascii_case("authorization");
            if !valid || reserved {
                return Err(Fault::at(
                    line("name"),
                    format!("`{name}` cannot carry a credential"),
                ));
            }
            let name = name.to_owned();
            (Way::KeyInHeader, Attach::Header { name, value })
        }
        "query" => {
            if name.is_empty() || name.chars().any(char::is_control) {
                return Err(Fault::at(
                    line("name"),
                    "a parameter of the query needs a name",
                ));
            }
            let name = name.to_owned();
            (Way::KeyInQuery, Attach::Query { name, value })
        }
        "cookie" => {
            return Err(Fault::at(
                line("in"),
                "a key in a cookie is not supported: cookies are not for a caller to set (R23)",
            ));
        }
        other => {
            return Err(Fault::at(
                line("in"),
                format!("a key in `{other}` is not supported"),
            ));
        }
    };
    Ok((
        way,
        Keys {
            fields: vec![field("key", "API key", "API キー", true)],
            attach: vec![attach],
        },
    ))
}

fn field(name: &str, en: &str, ja: &str, secret: bool) -> KeyField {
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
