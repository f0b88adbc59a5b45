//! The connectors a workspace has: the built-in ones, and the custom ones it accepted.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::load::{Provenance, load};
use crate::{Connector, Problem, Why, check, hash};

/// The built-in files, as the build script put them together: name and JSON text of each.
const BUILT_IN: [&[(&str, &str)]; 2] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// Parsed once: the files never change while the program runs.
static LOADED: LazyLock<BTreeMap<String, Connector>> = LazyLock::new(load_built_in);

/// Reads and checks the built-in connectors, one half beside the other. That each file fits the
/// schema is for a test; what a schema cannot say is looked at here as well, since hosts are
/// decided by it. What fails would be left out, and a test holds that nothing is.
pub(crate) fn load_built_in() -> BTreeMap<String, Connector> {
    let [here, beside] = BUILT_IN;
    std::thread::scope(|scope| {
        let other = std::thread::Builder::new().spawn_scoped(scope, || read(beside));
        let mut all: BTreeMap<String, Connector> = read(here).into_iter().collect();
        let other = match other {
            Ok(other) => other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // Where there is no thread to be had, one after the other will do.
            Err(_) => read(beside),
        };
        all.extend(other);
        all
    })
}

fn read(files: &[(&str, &str)]) -> Vec<(String, Connector)> {
    files
        .iter()
        .filter_map(|(name, text)| Some((*name, serde_json::from_str(text).ok()?)))
        .filter(|(name, connector): &(&str, Connector)| {
            *name == connector.id && check::is_sound(connector)
        })
        .map(|(name, connector)| (name.to_owned(), connector))
        .collect()
}

/// Whether a built-in connector has this id.
pub(crate) fn is_built_in(id: &str) -> bool {
    LOADED.contains_key(id)
}

/// Connectors by id.
#[derive(Debug, Clone, Default)]
pub struct Library {
    connectors: BTreeMap<String, Connector>,
}

impl Library {
    /// The built-in connectors.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            connectors: LOADED.clone(),
        }
    }

    /// The built-in connectors, read and checked anew: what a start of the program costs.
    #[must_use]
    pub fn built_in_anew() -> Self {
        Self {
            connectors: load_built_in(),
        }
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
                    why: Why::text_changed(),
                });
                continue;
            }
            match load(&file, text, Provenance::Custom) {
                Err(problem) => problems.push(problem),
                Ok(connector) if self.connectors.contains_key(&connector.id) => {
                    problems.push(Problem {
                        file: format!("{}.toml", connector.id),
                        line: None,
                        why: Why::id_taken(&connector.id),
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

#[cfg(test)]
mod tests;
