//! What goes along with the requests that a connector names: headers and bodies.

use std::collections::BTreeMap;

use tsunagi_domain::hosts::is_reserved_header;

use super::Faults;
use super::keys::carriers;
use crate::{Connector, Method, Why};

pub(super) fn check(connector: &Connector, found: &mut Faults) {
    headers(connector, found);
    bodies(connector, found);
}

/// Headers that carry the credential or belong to the transport are not for a file to set.
fn headers(connector: &Connector, found: &mut Faults) {
    let sets = [
        ("/oauth/headers", Some(&connector.oauth().headers)),
        ("/api/headers", Some(&connector.api.headers)),
        (
            "/oauth/revoke/headers",
            connector
                .oauth()
                .revoke
                .as_ref()
                .map(|revoke| &revoke.headers),
        ),
        (
            "/whoami/headers",
            connector.whoami.as_ref().map(|whoami| &whoami.headers),
        ),
        (
            "/verify/headers",
            connector.verify.as_ref().map(|verify| &verify.headers),
        ),
    ];
    for (at, set) in sets {
        for name in set.into_iter().flat_map(BTreeMap::keys) {
            if is_not_yours(connector, name) {
                found.add(at, Why::header_not_yours(name));
            }
        }
    }
    let name = &connector.api.header_name;
    if is_reserved_header(name) && !name.eq_ignore_ascii_case("authorization") {
        found.add("/api/header_name", Why::header_no_carrier(name));
    }
}

/// Whether a header carries the credential or belongs to the transport.
pub(super) fn is_not_yours(connector: &Connector, name: &str) -> bool {
    let transport = [
        "connection",
        "content-length",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    is_reserved_header(name)
        || carriers(connector).any(|own| name.eq_ignore_ascii_case(own))
        || transport.iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// What the program asks the service by itself: one body at most, and one that can be sent.
fn bodies(connector: &Connector, found: &mut Faults) {
    let asked = [("whoami", &connector.whoami), ("verify", &connector.verify)];
    for (name, question) in asked {
        let Some(question) = question else {
            continue;
        };
        if let Some(text) = question.json.as_deref()
            && let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text)
        {
            found.add(format!("/{name}/json"), Why::json(text, &error));
        }
        match (&question.json, question.form.is_empty()) {
            (Some(_), false) => found.add(format!("/{name}/form"), Why::body_both()),
            (None, true) => {}
            _ if question.method == Method::Get => {
                found.add(format!("/{name}/method"), Why::body_needs_post());
            }
            _ => {}
        }
    }
}
