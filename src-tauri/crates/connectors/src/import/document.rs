//! A YAML or JSON document as a tree whose every part knows its line.
//!
//! An OpenAPI document needs no types but text, so none are resolved: `3.0` stays what it says.
//! JSON is read by a JSON reader: it has escapes that YAML does not know, and tabs.

use std::collections::BTreeMap;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::value::RawValue;

use crate::Why;

/// The largest document, in bytes.
pub(crate) const SIZE_MAX: usize = 8 * 1024 * 1024;
/// The deepest nesting.
const DEPTH_MAX: usize = 100;
/// The most values.
const VALUES_MAX: usize = 500_000;
/// The longest chain of references.
const REFERENCES_MAX: usize = 20;

/// What is wrong, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: Option<usize>,
    pub(crate) why: Why,
}

impl Fault {
    pub(crate) fn at(line: usize, why: Why) -> Self {
        Self {
            line: Some(line),
            why,
        }
    }
}

/// A part of a document.
#[derive(Debug)]
pub(crate) struct Node {
    /// From 1.
    pub(crate) line: usize,
    pub(crate) kind: Kind,
}

/// What it is.
#[derive(Debug)]
pub(crate) enum Kind {
    Nothing,
    /// Text, number, truth: as it is written.
    Text(String),
    List(Vec<Rc<Node>>),
    Map(BTreeMap<String, Rc<Node>>),
}

impl Node {
    pub(crate) fn get(&self, name: &str) -> Option<&Rc<Node>> {
        match &self.kind {
            Kind::Map(entries) => entries
                .get(name)
                .filter(|node| !matches!(node.kind, Kind::Nothing)),
            _ => None,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Entries of a map, by name.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Rc<Node>)> {
        let entries = match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        };
        entries
            .into_iter()
            .flatten()
            .map(|(name, node)| (name.as_str(), node))
    }

    /// Items of a list.
    pub(crate) fn items(&self) -> &[Rc<Node>] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// Text that has to be there.
    pub(crate) fn needs(&self, name: &str) -> Result<&str, Fault> {
        self.text(name)
            .ok_or_else(|| Fault::at(self.line, Why::document_missing(name)))
    }

    /// What a node stands for: itself, or what its `$ref` leads to inside this document.
    pub(crate) fn follow(self: &Rc<Self>, root: &Rc<Self>) -> Result<Rc<Self>, Fault> {
        let mut here = Rc::clone(self);
        for _ in 0..REFERENCES_MAX {
            let Some(reference) = here.text("$ref") else {
                return Ok(here);
            };
            let line = here.get("$ref").map_or(here.line, |node| node.line);
            let Some(path) = reference.strip_prefix('#') else {
                return Err(Fault::at(line, Why::document_leads_out(reference)));
            };
            let found = lead(root, path);
            here = found.ok_or_else(|| Fault::at(line, Why::document_leads_nowhere(reference)))?;
        }
        Err(Fault::at(self.line, Why::document_leads_back()))
    }
}

/// What a JSON pointer leads to (RFC 6901 §6: percent-encoded in a fragment).
fn lead(root: &Rc<Node>, path: &str) -> Option<Rc<Node>> {
    let mut here = Rc::clone(root);
    if path.is_empty() {
        return Some(here);
    }
    for step in path.strip_prefix('/')?.split('/') {
        let step = percent_encoding::percent_decode_str(step)
            .decode_utf8()
            .ok()?;
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match &here.kind {
            Kind::Map(entries) => entries.get(&step)?,
            Kind::List(items) => items.get(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
        here = Rc::clone(next);
    }
    Some(here)
}

/// Reads a document, as JSON where it begins with a brace.
pub(crate) fn read(text: &str) -> Result<Rc<Node>, Fault> {
    if text.len() > SIZE_MAX {
        return Err(Fault {
            line: None,
            why: Why::file_large(format!("{} MiB", SIZE_MAX / 1024 / 1024)),
        });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        json(text)
    } else {
        yaml(text)
    }
}

/// How much there may still be.
struct Budget {
    values: usize,
}

impl Budget {
    fn take(&mut self, line: usize) -> Result<(), Fault> {
        self.values = self
            .values
            .checked_sub(1)
            .ok_or_else(|| Fault::at(line, Why::document_values(VALUES_MAX)))?;
        Ok(())
    }
}

fn too_deep(line: usize) -> Fault {
    Fault::at(line, Why::document_deep(DEPTH_MAX))
}

fn json(text: &str) -> Result<Rc<Node>, Fault> {
    let root: &RawValue = serde_json::from_str(text)
        .map_err(|error| Fault::at(error.line().max(1), Why::json(text, &error)))?;
    let ends = text
        .bytes()
        .enumerate()
        .filter_map(|(at, byte)| (byte == b'\n').then_some(at))
        .collect();
    let mut json = Json {
        text,
        ends,
        budget: Budget { values: VALUES_MAX },
    };
    json.node(root, 0)
}

struct Json<'t> {
    text: &'t str,
    /// Where lines end.
    ends: Vec<usize>,
    budget: Budget,
}

impl<'t> Json<'t> {
    /// The line of a value: what was not copied is a part of the text.
    fn line(&self, raw: &'t RawValue) -> usize {
        let at = (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.ends.partition_point(|end| *end < at) + 1
    }

    /// The column of a value, in characters. It reads the whole line: only for one that is wrong.
    fn column(&self, raw: &'t RawValue) -> usize {
        let at = (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.get(..at).unwrap_or_default();
        let begins = before.rfind('\n').map_or(0, |end| end + 1);
        before[begins..].chars().count() + 1
    }

    fn node(&mut self, raw: &'t RawValue, depth: usize) -> Result<Rc<Node>, Fault> {
        let line = self.line(raw);
        self.budget.take(line)?;
        if depth > DEPTH_MAX {
            return Err(too_deep(line));
        }
        let text = raw.get();
        let unread = |error: serde_json::Error| {
            let why = Why::part_of_json(text, &error, line, self.column(raw));
            Fault::at(line, why)
        };
        let kind = match text.as_bytes().first() {
            Some(b'{') => {
                let parts: BTreeMap<String, &'t RawValue> =
                    serde_json::from_str(text).map_err(unread)?;
                let mut entries = BTreeMap::new();
                for (name, part) in parts {
                    entries.insert(name, self.node(part, depth + 1)?);
                }
                Kind::Map(entries)
            }
            Some(b'[') => {
                let parts: Vec<&'t RawValue> = serde_json::from_str(text).map_err(unread)?;
                let items = parts.into_iter().map(|part| self.node(part, depth + 1));
                Kind::List(items.collect::<Result<_, _>>()?)
            }
            Some(b'"') => Kind::Text(serde_json::from_str(text).map_err(unread)?),
            Some(b'n') => Kind::Nothing,
            _ => Kind::Text(text.to_owned()),
        };
        Ok(Rc::new(Node { line, kind }))
    }
}

/// A list or map that is not whole yet.
enum Open {
    List(Vec<Rc<Node>>),
    Map {
        entries: BTreeMap<String, Rc<Node>>,
        key: Option<String>,
    },
}

struct Frame {
    open: Open,
    line: usize,
    anchor: usize,
}

fn yaml(text: &str) -> Result<Rc<Node>, Fault> {
    let mut yaml = Yaml {
        frames: Vec::new(),
        anchors: BTreeMap::new(),
        root: None,
        budget: Budget { values: VALUES_MAX },
    };
    // Comments say nothing here, and a page of them is no fault.
    let options = granit_parser::options! { emit_comments: false };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) =
            next.map_err(|error| Fault::at(error.marker().line().max(1), Why::yaml(text, &error)))?;
        yaml.take(event, span.start.line().max(1))?;
    }
    yaml.root.ok_or_else(|| Fault {
        line: None,
        why: Why::document_empty(),
    })
}

struct Yaml {
    frames: Vec<Frame>,
    /// What may be repeated. A repetition shares what it repeats, so that none can grow.
    anchors: BTreeMap<usize, Rc<Node>>,
    root: Option<Rc<Node>>,
    budget: Budget,
}

impl Yaml {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Fault> {
        match event {
            Event::Scalar(value, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let kind = if plain && matches!(&*value, "" | "~" | "null" | "Null" | "NULL") {
                    Kind::Nothing
                } else {
                    Kind::Text(value.into_owned())
                };
                self.put(kind, line, anchor)
            }
            Event::SequenceStart(_, anchor, _) => self.open(Open::List(Vec::new()), line, anchor),
            Event::MappingStart(_, anchor, _) => {
                let open = Open::Map {
                    entries: BTreeMap::new(),
                    key: None,
                };
                self.open(open, line, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Frame { open, line, anchor }) = self.frames.pop() else {
                    return Ok(());
                };
                let kind = match open {
                    Open::List(items) => Kind::List(items),
                    Open::Map { entries, .. } => Kind::Map(entries),
                };
                self.put(kind, line, anchor)
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).map(Rc::clone);
                let node = node.ok_or_else(|| Fault::at(line, Why::yaml_alias()))?;
                self.place(node)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, open: Open, line: usize, anchor: usize) -> Result<(), Fault> {
        // A map or list begins where its first part does; what it is called stands before.
        if self.frames.len() >= DEPTH_MAX {
            return Err(too_deep(line));
        }
        self.frames.push(Frame { open, line, anchor });
        Ok(())
    }

    fn put(&mut self, kind: Kind, line: usize, anchor: usize) -> Result<(), Fault> {
        let node = Rc::new(Node { line, kind });
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.place(node)
    }

    fn place(&mut self, node: Rc<Node>) -> Result<(), Fault> {
        let line = node.line;
        self.budget.take(line)?;
        let Some(frame) = self.frames.last_mut() else {
            if self.root.is_some() {
                return Err(Fault::at(line, Why::yaml_second()));
            }
            self.root = Some(node);
            return Ok(());
        };
        match &mut frame.open {
            Open::List(items) => items.push(node),
            Open::Map { entries, key } => match key.take() {
                None => {
                    let name = match &node.kind {
                        Kind::Text(text) => text.clone(),
                        Kind::Nothing => "null".to_owned(),
                        _ => return Err(Fault::at(line, Why::yaml_name())),
                    };
                    if entries.contains_key(&name) {
                        return Err(Fault::at(line, Why::name_twice(name)));
                    }
                    *key = Some(name);
                }
                Some(name) => {
                    entries.insert(name, node);
                }
            },
        }
        Ok(())
    }
}
