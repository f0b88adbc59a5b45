//! Where the API of a document is.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::super::document::{Fault, Node};
use super::super::text;
use super::{checked, sample_of};
use crate::resolve::{is_plain, placeholders};
use crate::{Parameter, Pattern, Text, Why};

/// The most servers that are looked at.
const SERVERS_MAX: usize = 50;
/// The most values a variable may choose from.
const VALUES_MAX: usize = 100;

/// A base address, and what completes it.
pub(super) struct Base {
    /// Template.
    pub(super) url: String,
    pub(super) parameters: Vec<Parameter>,
}

/// The servers that can be used, at least one, and why the others cannot.
pub(super) fn bases(root: &Rc<Node>) -> Result<(Vec<Base>, Vec<Fault>), Fault> {
    let servers = root
        .get("servers")
        .ok_or_else(|| Fault::at(root.line, Why::servers_missing()))?;
    let servers = servers.follow(root)?;
    let (mut bases, mut refused) = (Vec::new(), Vec::new());
    for server in servers.items().iter().take(SERVERS_MAX) {
        match server.follow(root).and_then(|server| base(root, &server)) {
            Ok(base) => bases.push(base),
            Err(fault) => refused.push(fault),
        }
    }
    if bases.is_empty() {
        return Err(refused
            .into_iter()
            .next()
            .unwrap_or_else(|| Fault::at(servers.line, Why::document_empty_part("servers"))));
    }
    Ok((bases, refused))
}

fn base(root: &Rc<Node>, server: &Rc<Node>) -> Result<Base, Fault> {
    let url = server.needs("url")?.trim();
    let line = server.get("url").map_or(server.line, |node| node.line);
    let names = placeholders(url).map_err(|why| Fault::at(line, why))?;
    let variables = server
        .get("variables")
        .map(|variables| variables.follow(root))
        .transpose()?;
    let mut base = Base {
        url: url.to_owned(),
        parameters: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for name in names.into_iter().filter(|name| seen.insert(*name)) {
        let variable = variables.as_ref().and_then(|all| all.get(name));
        let variable = variable
            .ok_or_else(|| Fault::at(line, Why::variable_unknown(name)))?
            .follow(root)?;
        let whole = format!("{{{name}}}");
        let put = match variable_of(name, &variable)? {
            // The scheme is not for a person to choose.
            _ if base.url.starts_with(&format!("{whole}://")) => scheme(&variable)?.to_owned(),
            Variable::Fixed(value) => value,
            Variable::Asked(parameter) => {
                if base.parameters.iter().any(|own| own.name == parameter.name) {
                    return Err(Fault::at(
                        variable.line,
                        Why::variable_same(&parameter.name),
                    ));
                }
                let put = format!("{{{}}}", parameter.name);
                base.parameters.push(*parameter);
                put
            }
        };
        base.url = base.url.replace(&whole, &put);
    }
    let trimmed = base.url.trim_end_matches('/').len();
    base.url.truncate(trimmed);
    let sample = sample_of(&base.url, &base.parameters)
        .ok_or_else(|| Fault::at(line, Why::address_open(url)))?;
    checked(&sample, url, line)?;
    if sample.contains('?') {
        return Err(Fault::at(line, Why::address_query(url)));
    }
    Ok(base)
}

/// What a server variable becomes.
enum Variable {
    /// A part of the address: it has one value, or one that is more than a word.
    Fixed(String),
    /// Something a connection sets.
    Asked(Box<Parameter>),
}

fn variable_of(name: &str, variable: &Rc<Node>) -> Result<Variable, Fault> {
    let default = match variable.get("default") {
        // An empty text is read as nothing where it is not quoted.
        None => variable
            .entries()
            .any(|(name, _)| name == "default")
            .then_some("")
            .ok_or_else(|| Fault::at(variable.line, Why::variable_default(name)))?,
        Some(node) => node.as_text().unwrap_or_default(),
    };
    let values: Vec<&str> = variable
        .get("enum")
        .map(|values| values.items())
        .unwrap_or_default()
        .iter()
        .filter_map(|value| value.as_text())
        .collect();
    if values.len() > VALUES_MAX {
        return Err(Fault::at(
            variable.line,
            Why::variable_values(name, VALUES_MAX),
        ));
    }
    if values == [default] || !is_plain(default) || !values.iter().all(|value| is_plain(value)) {
        return Ok(Variable::Fixed(default.to_owned()));
    }
    if !values.is_empty() && !values.contains(&default) {
        return Err(Fault::at(variable.line, Why::variable_value(name, default)));
    }
    let pattern = if values.is_empty() {
        "[A-Za-z0-9._~-]+".to_owned()
    } else {
        let escaped: Vec<String> = values
            .iter()
            .map(|value| value.replace('.', r"\."))
            .collect();
        escaped.join("|")
    };
    let pattern = Pattern::try_from(pattern)
        .map_err(|error| Fault::at(variable.line, Why::variable(error)))?;
    let label = text::paragraph(variable.text("description").unwrap_or_default(), 100);
    let label = if label.is_empty() {
        text::line(name, 50)
    } else {
        label
    };
    Ok(Variable::Asked(Box::new(Parameter {
        name: text::identifier(name, "value", 40),
        label: Text {
            en: label.clone(),
            ja: label,
        },
        pattern,
        default: Some(default.to_owned()),
        example: None,
        automatic: false,
    })))
}

/// https, where the variable lets one choose it.
fn scheme(variable: &Rc<Node>) -> Result<&str, Fault> {
    let values = variable.get("enum");
    let offered = values
        .iter()
        .flat_map(|values| values.items())
        .filter_map(|value| value.as_text())
        .chain(variable.text("default"));
    for value in offered {
        if value == "https" {
            return Ok("https");
        }
    }
    Err(Fault::at(variable.line, Why::variable_https()))
}
