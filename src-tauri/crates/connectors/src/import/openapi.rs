//! The security schemes of an OpenAPI document (3.0 and 3.1) as sketches to go on with.
//!
//! A document says where a service is and how one gets in, but not what a connector is: each way
//! to get in is one [`Choice`], and what the document leaves open the builder asks for. Nothing is
//! fetched, and nothing is guessed. A way that cannot be used is named with its line and reason.

mod schemes;
mod servers;

use std::rc::Rc;

use super::document::{Fault, Node, read};
use super::text;
use crate::{Parameter, Problem, Sketch, Way, Why};

/// The longest description that is taken over, in characters.
const DESCRIPTION_MAX: usize = 300;
/// The most security schemes that are looked at.
const SCHEMES_MAX: usize = 50;

/// One way to get in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Choice {
    /// What the document calls the scheme.
    pub scheme: String,
    /// What it is.
    pub way: Way,
    /// The connector as far as the document describes it.
    pub sketch: Sketch,
    /// Where the service describes the rest, of [`Way::OpenId`]: to be discovered.
    pub discover: Option<String>,
}

/// What an OpenAPI document offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenApi {
    /// The ways to get in that can be used, at least one.
    pub choices: Vec<Choice>,
    /// The others, and why not.
    pub refused: Vec<Problem>,
    /// The addresses of the API, as templates; the sketches have the first one.
    pub bases: Vec<String>,
}

/// Reads an OpenAPI document, JSON or YAML. `file` is its name, for what is said about it.
///
/// # Errors
/// What is wrong with the document, with the line where it has one; where none of its security
/// schemes can be used, why the first one cannot.
pub fn openapi(file: &str, text: &str) -> Result<OpenApi, Problem> {
    let problem = |fault: Fault| Problem {
        file: file.to_owned(),
        line: fault.line,
        why: fault.why,
    };
    let root = read(text).map_err(problem)?;
    version(&root).map_err(problem)?;
    let about = About::of(&root).map_err(problem)?;
    let mut found = OpenApi {
        choices: Vec::new(),
        refused: about.refused.iter().cloned().map(problem).collect(),
        bases: about.bases.iter().map(|base| base.url.clone()).collect(),
    };
    let servers_refused = found.refused.len();
    let schemes = declared(&root).map_err(problem)?;
    for (name, node) in schemes {
        for outcome in schemes::choices(&root, &about, &name, &node) {
            match outcome {
                Ok(choice) => found.choices.push(choice),
                Err(fault) => found.refused.push(problem(Fault {
                    why: fault.why.of_scheme(&name),
                    ..fault
                })),
            }
        }
    }
    if found.choices.is_empty() {
        return Err(found
            .refused
            .into_iter()
            .nth(servers_refused)
            .unwrap_or(Problem {
                file: file.to_owned(),
                line: None,
                why: Why::schemes_none(),
            }));
    }
    Ok(found)
}

fn version(root: &Rc<Node>) -> Result<(), Fault> {
    if let Some(old) = root.get("swagger") {
        return Err(Fault::at(old.line, Why::swagger()));
    }
    let version = root.needs("openapi")?;
    let known = ["3.0", "3.1"]
        .iter()
        .any(|known| version == *known || version.starts_with(&format!("{known}.")));
    if known {
        return Ok(());
    }
    let line = root.get("openapi").map_or(root.line, |node| node.line);
    Err(Fault::at(line, Why::openapi_version(version)))
}

fn declared(root: &Rc<Node>) -> Result<Vec<(String, Rc<Node>)>, Fault> {
    let missing = || {
        Fault::at(
            root.line,
            Why::document_missing("components.securitySchemes"),
        )
    };
    let components = root.get("components").ok_or_else(missing)?.follow(root)?;
    let schemes = components
        .get("securitySchemes")
        .ok_or_else(missing)?
        .follow(root)?;
    let all: Vec<_> = schemes
        .entries()
        .map(|(name, node)| (name.to_owned(), Rc::clone(node)))
        .collect();
    if all.is_empty() {
        return Err(Fault::at(schemes.line, Why::schemes_none()));
    }
    if all.len() > SCHEMES_MAX {
        return Err(Fault::at(schemes.line, Why::schemes_many(SCHEMES_MAX)));
    }
    Ok(all)
}

/// What holds for every way to get in.
struct About {
    title: String,
    description: String,
    bases: Vec<servers::Base>,
    refused: Vec<Fault>,
}

impl About {
    fn of(root: &Rc<Node>) -> Result<Self, Fault> {
        let info = root
            .get("info")
            .ok_or_else(|| Fault::at(root.line, Why::document_missing("info")))?
            .follow(root)?;
        let title = text::line(info.needs("title")?, 100);
        if title.is_empty() {
            return Err(Fault::at(info.line, Why::document_empty_part("title")));
        }
        let described = info.text("summary").or_else(|| info.text("description"));
        let description = text::paragraph(described.unwrap_or_default(), DESCRIPTION_MAX);
        let (bases, refused) = servers::bases(root)?;
        Ok(Self {
            description: if description.is_empty() {
                title.clone()
            } else {
                description
            },
            title,
            bases,
            refused,
        })
    }

    /// A sketch with all but the scopes.
    fn sketch(&self, security: crate::Security) -> Sketch {
        let mut sketch = Sketch::new(&self.title, security);
        sketch.general.description.en.clone_from(&self.description);
        sketch.general.description.ja.clone_from(&self.description);
        if let Some(base) = self.bases.first() {
            sketch.api.base.clone_from(&base.url);
            sketch.parameters.clone_from(&base.parameters);
        }
        sketch
    }
}

/// An address that the document names: whole, https (or http on this computer), without a
/// fragment.
fn address(node: &Node, name: &str) -> Result<String, Fault> {
    let text = node.needs(name)?.trim();
    let line = node.get(name).map_or(node.line, |node| node.line);
    checked(text, text, line)?;
    Ok(text.to_owned())
}

/// Whether `sample`, what a template looks like when it is completed, is a usable address.
fn checked(sample: &str, shown: &str, line: usize) -> Result<(), Fault> {
    let url = url::Url::parse(sample).map_err(|error| {
        let why = match error {
            url::ParseError::RelativeUrlWithoutBase => Why::address_part(shown),
            _ => Why::address_none(shown),
        };
        Fault::at(line, why)
    })?;
    if tsunagi_domain::hosts::Origin::of(&url).is_err() {
        return Err(Fault::at(line, Why::address_unsafe(shown)));
    }
    if url.fragment().is_some() {
        return Err(Fault::at(line, Why::address_fragment(shown)));
    }
    Ok(())
}

/// Parameters by name, for what completes a template.
fn sample_of(template: &str, parameters: &[Parameter]) -> Option<String> {
    crate::fill(template, |name| {
        let parameter = parameters.iter().find(|parameter| parameter.name == name)?;
        parameter.default.clone()
    })
}
