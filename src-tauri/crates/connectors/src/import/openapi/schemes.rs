//! What each security scheme of a document becomes.

use std::rc::Rc;

use tsunagi_domain::hosts::is_reserved_header;

use super::super::document::{Fault, Node};
use super::super::text;
use super::{About, Choice, address};
use crate::{Attach, ClientAuth, GrantType, OAuth, Scope, Security, Text, Way, Why};

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
    let choice = |(way, security)| Choice {
        scheme: text::line(name, 100),
        way,
        sketch: about.sketch(security),
        discover: None,
    };
    match kind {
        "oauth2" => flows(root, about, name, &node),
        "openIdConnect" => vec![open_id(about, name, &node)],
        "http" => vec![http(&node).map(choice)],
        "apiKey" => vec![key(&node).map(choice)],
        "mutualTLS" => vec![Err(refused(&node, Why::scheme_mtls()))],
        other => vec![Err(refused(&node, Why::scheme_type(other)))],
    }
}

fn refused(node: &Node, why: Why) -> Fault {
    let line = node.get("type").map_or(node.line, |kind| kind.line);
    Fault::at(line, why)
}

fn flows(
    root: &Rc<Node>,
    about: &About,
    name: &str,
    node: &Rc<Node>,
) -> Vec<Result<Choice, Fault>> {
    let flows = match node.get("flows") {
        None => return vec![Err(Fault::at(node.line, Why::document_missing("flows")))],
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
        found.push(Err(Fault::at(
            flows.line,
            Why::document_empty_part("flows"),
        )));
    }
    found
}

fn flow_of(about: &About, scheme: &str, flow: &str, node: &Rc<Node>) -> Result<Choice, Fault> {
    let way = match flow {
        "authorizationCode" => Way::Code,
        "clientCredentials" => Way::ClientCredentials,
        "implicit" => {
            return Err(Fault::at(node.line, Why::flow_implicit()));
        }
        "password" => {
            return Err(Fault::at(node.line, Why::flow_password()));
        }
        other => {
            return Err(Fault::at(node.line, Why::flow_unknown(other)));
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
            return Err(Fault::at(about.line, Why::scope_unsendable(name)));
        }
        if found.len() >= SCOPES_MAX {
            return Err(Fault::at(about.line, Why::scopes_many(SCOPES_MAX)));
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
            source: None,
        });
    }
    Ok(found)
}

fn open_id(about: &About, name: &str, node: &Rc<Node>) -> Result<Choice, Fault> {
    let url = address(node, "openIdConnectUrl")?;
    Ok(Choice {
        scheme: text::line(name, 100),
        way: Way::OpenId,
        sketch: about.sketch(Security::of(Way::OpenId)),
        discover: Some(url),
    })
}

fn http(node: &Rc<Node>) -> Result<(Way, Security), Fault> {
    let scheme = node.needs("scheme")?;
    let way = match scheme.to_ascii_lowercase().as_str() {
        "basic" => Way::Basic,
        "bearer" => Way::Bearer,
        _ => {
            let line = node.get("scheme").map_or(node.line, |scheme| scheme.line);
            return Err(Fault::at(line, Why::scheme_http(scheme)));
        }
    };
    Ok((way, Security::of(way)))
}

fn key(node: &Rc<Node>) -> Result<(Way, Security), Fault> {
    let place = node.needs("in")?;
    let given = node.needs("name")?;
    let line = |field: &str| node.get(field).map_or(node.line, |node| node.line);
    let way = match place {
        "header" => {
            let mut letters = given.chars();
            let valid = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
                && letters.all(|c| c.is_ascii_alphanumeric() || c == '-');
            let reserved =
                is_reserved_header(given) && !given.eq_ignore_ascii_case("authorization");
            if !valid || reserved {
                return Err(Fault::at(line("name"), Why::header_no_carrier(given)));
            }
            Way::KeyInHeader
        }
        "query" => {
            if given.is_empty() || given.chars().any(char::is_control) {
                return Err(Fault::at(line("name"), Why::scheme_query_name()));
            }
            Way::KeyInQuery
        }
        "cookie" => {
            return Err(Fault::at(line("in"), Why::scheme_cookie()));
        }
        other => {
            return Err(Fault::at(line("in"), Why::scheme_place(other)));
        }
    };
    let mut security = Security::of(way);
    if let Security::Keys(keys) = &mut security {
        for attach in &mut keys.attach {
            if let Attach::Header { name, .. } | Attach::Query { name, .. } = attach {
                given.clone_into(name);
            }
        }
    }
    Ok((way, security))
}
