//! Where a key is attached: names that can be sent, told apart from a caller's, and used once.

use std::collections::BTreeSet;

use crate::check::Faults;
use crate::resolve::{OF_THE_KEY, fill, placeholders};
use crate::{Attach, Keys, Why};

/// Headers that say how the request itself is sent: no place for a credential.
const OF_THE_REQUEST: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

pub(super) fn check(keys: &Keys, found: &mut Faults) {
    let mut places = BTreeSet::new();
    for (index, attach) in keys.attach.iter().enumerate() {
        let at = format!("/keys/attach/{index}");
        if let Some(why) = named(attach) {
            found.add(&at, why);
        }
        let typed = attach
            .templates()
            .filter_map(|template| placeholders(template).ok())
            .flatten()
            .any(|name| name.starts_with(OF_THE_KEY));
        if !typed {
            found.add(&at, Why::key_attach_no_field());
        }
        // Names in JSON differ by case.
        let place = match attach {
            Attach::FormJson { name, at, .. } => {
                ("form_json", format!("{}{at}", name.to_ascii_lowercase()))
            }
            Attach::Header { name, .. } => ("header", name.to_ascii_lowercase()),
            Attach::Basic { .. } => ("header", "authorization".to_owned()),
            Attach::Query { name, .. } => ("query", name.to_ascii_lowercase()),
            Attach::Form { name, .. } => ("form", name.to_ascii_lowercase()),
        };
        let name = place.1.clone();
        if !places.insert(place) {
            found.add(&at, Why::key_attached_twice(name));
        }
    }
    nested(keys, found);
}

/// RFC 9110 section 5.6.2: what the name of a header is made of.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// What can be told from a name of the caller's: services take lengths and lists in brackets, and
/// trim what is around it.
fn is_field(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || "[]&=#?".contains(c))
}

/// RFC 6901, with a name at every step: `~` stands before 0 or 1 only.
pub(in crate::check) fn is_pointer(at: &str) -> bool {
    let mut escapes = at.split('~').skip(1);
    at.starts_with('/')
        && escapes.all(|rest| rest.starts_with(['0', '1']))
        && !at.split('/').skip(1).any(str::is_empty)
}

/// Why no credential can be sent under this name, or in this form.
fn named(attach: &Attach) -> Option<Why> {
    match attach {
        Attach::Header { name, .. } if !is_token(name) => Some(Why::key_header_name(name)),
        Attach::Header { name, .. }
            if OF_THE_REQUEST
                .iter()
                .any(|own| name.eq_ignore_ascii_case(own)) =>
        {
            Some(Why::header_no_carrier(name))
        }
        Attach::Header { name, value } if value.chars().any(char::is_control) => {
            Some(Why::key_header_line(name))
        }
        Attach::Query { name, .. } | Attach::Form { name, .. } | Attach::FormJson { name, .. }
            if !is_field(name) =>
        {
            Some(Why::key_field_name(name))
        }
        Attach::FormJson { at, .. } if !is_pointer(at) => Some(Why::key_pointer(at)),
        Attach::Basic { user, .. }
            if fill(user, |_| Some("")).is_some_and(|literal| literal.contains(':')) =>
        {
            Some(Why::key_user_colon())
        }
        _ => None,
    }
}

/// That nothing is put into what something else is put in place of.
fn nested(keys: &Keys, found: &mut Faults) {
    for (index, attach) in keys.attach.iter().enumerate() {
        let Attach::FormJson { name, at, .. } = attach else {
            continue;
        };
        let inside = keys.attach.iter().any(|other| match other {
            Attach::Form { name: own, .. } => own.eq_ignore_ascii_case(name),
            Attach::FormJson {
                name: own,
                at: outer,
                ..
            } => {
                let rest = at.strip_prefix(outer.as_str());
                own == name && rest.is_some_and(|rest| rest.starts_with('/'))
            }
            _ => false,
        });
        if inside {
            found.add(
                format!("/keys/attach/{index}"),
                Why::key_attached_whole(name),
            );
        }
    }
}
