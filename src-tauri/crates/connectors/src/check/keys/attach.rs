//! Where a key is attached: names that can be sent, told apart from a caller's, and used once.

use std::collections::BTreeSet;

use crate::check::{Fault, fault};
use crate::resolve::{OF_THE_KEY, fill, placeholders};
use crate::{Attach, Keys};

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

pub(super) fn check(keys: &Keys) -> Result<(), Fault> {
    let mut places = BTreeSet::new();
    for (index, attach) in keys.attach.iter().enumerate() {
        let at = format!("/keys/attach/{index}");
        named(attach, &at)?;
        let typed = attach
            .templates()
            .filter_map(|template| placeholders(template).ok())
            .flatten()
            .any(|name| name.starts_with(OF_THE_KEY));
        if !typed {
            return fault(
                at,
                "no field goes there: what is the same for everybody is no credential",
            );
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
            return fault(at, format!("`{name}` is attached twice"));
        }
    }
    nested(keys)
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
fn is_pointer(at: &str) -> bool {
    let mut escapes = at.split('~').skip(1);
    at.starts_with('/')
        && escapes.all(|rest| rest.starts_with(['0', '1']))
        && !at.split('/').skip(1).any(str::is_empty)
}

/// That a credential can be sent under this name, and in this form.
fn named(attach: &Attach, at: &str) -> Result<(), Fault> {
    let no_field = |name: &str| fault(at, format!("`{name}` is not the name of a field"));
    match attach {
        Attach::Header { name, .. } if !is_token(name) => fault(
            at,
            format!("`{name}` is not the name of a header (RFC 9110 section 5.6.2)"),
        ),
        Attach::Header { name, .. }
            if OF_THE_REQUEST
                .iter()
                .any(|own| name.eq_ignore_ascii_case(own)) =>
        {
            fault(at, format!("`{name}` cannot carry a credential"))
        }
        Attach::Header { name, value } if value.chars().any(char::is_control) => {
            fault(at, format!("the value of `{name}` is not on one line"))
        }
        Attach::Query { name, .. } | Attach::Form { name, .. } | Attach::FormJson { name, .. }
            if !is_field(name) =>
        {
            no_field(name)
        }
        Attach::FormJson { at: pointer, .. } if !is_pointer(pointer) => {
            fault(at, format!("`{pointer}` is not a JSON pointer"))
        }
        Attach::Basic { user, .. }
            if fill(user, |_| Some("")).is_some_and(|literal| literal.contains(':')) =>
        {
            fault(at, "a user of Basic has no colon (RFC 7617 section 2)")
        }
        _ => Ok(()),
    }
}

/// That nothing is put into what something else is put in place of.
fn nested(keys: &Keys) -> Result<(), Fault> {
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
            return fault(
                format!("/keys/attach/{index}"),
                format!("`{name}` is attached as a whole as well"),
            );
        }
    }
    Ok(())
}
