//! The connectors a workspace has: the built-in ones, and the custom ones it accepted.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use crate::load::{Provenance, load};
use crate::{Connector, Problem, hash};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/connectors");

/// Built-in files by name, in alphabetical order.
pub(crate) fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.files().filter_map(|file| {
        let name = file.path().to_str()?;
        Some((name, file.contents_utf8()?)).filter(|_| name.ends_with(".toml"))
    })
}

/// Whether a built-in connector has this id.
pub(crate) fn is_built_in(id: &str) -> bool {
    built_in().any(|(file, _)| file.strip_suffix(".toml") == Some(id))
}

/// Connectors by id.
#[derive(Debug, Clone, Default)]
pub struct Library {
    connectors: BTreeMap<String, Connector>,
}

impl Library {
    /// The built-in connectors. A test holds that every built-in file loads; one that did not
    /// would be left out here.
    #[must_use]
    pub fn built_in() -> Self {
        let connectors = built_in()
            .filter_map(|(file, text)| load(file, text, Provenance::BuiltIn).ok())
            .map(|connector| (connector.id.clone(), connector))
            .collect();
        Self { connectors }
    }

    /// Adds custom connectors that a manager accepted: the text of each file, and the hash (see
    /// [`crate::hash`]) that was accepted. What does not load, has another hash by now, or
    /// claims an id that is taken is reported, and the rest still load.
    #[must_use]
    pub fn with_accepted(mut self, accepted: &[(String, String)]) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        for (text, accepted_hash) in accepted {
            let short: String = accepted_hash.chars().take(12).collect();
            let file = format!("accepted {short}");
            if hash(text.as_bytes()) != *accepted_hash {
                problems.push(Problem {
                    file,
                    line: None,
                    reason: "the text is not the one that was accepted".to_owned(),
                });
                continue;
            }
            match load(&file, text, Provenance::Custom) {
                Err(problem) => problems.push(problem),
                Ok(connector) if self.connectors.contains_key(&connector.id) => {
                    problems.push(Problem {
                        file: format!("{}.toml", connector.id),
                        line: None,
                        reason: format!("the id `{}` is taken", connector.id),
                    });
                }
                Ok(connector) => {
                    self.connectors.insert(connector.id.clone(), connector);
                }
            }
        }
        (self, problems)
    }

    /// The connector with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Connector> {
        self.connectors.get(id)
    }

    /// All connectors, by id.
    pub fn all(&self) -> impl Iterator<Item = &Connector> {
        self.connectors.values()
    }
}
