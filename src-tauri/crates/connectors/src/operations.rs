//! The operations of the built-in connectors: files of their own (`operations/*.toml`), read when
//! somebody asks for those of a service. A start of the program reads none of them.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::{Connector, Operation, Repeat};

/// Whose, and the JSON text of the list, as the build script put them together.
type File = (&'static [&'static str], &'static str);

const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/operations.rs"));

/// Those that were asked for, by connector.
type Read = BTreeMap<String, Arc<[Operation]>>;

static READ: LazyLock<Mutex<Read>> = LazyLock::new(Mutex::default);

impl Connector {
    /// What the service can do: what its own file says, else, of a connector of the program, what the
    /// program knows of it. That each of those files can be read is held by a test.
    #[must_use]
    pub fn operations(&self) -> Arc<[Operation]> {
        if self.custom || !self.operations.is_empty() {
            return Arc::from(self.operations.as_slice());
        }
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(&self.id) {
            return Arc::clone(known);
        }
        let operations = built_in(&self.id);
        read.insert(self.id.clone(), Arc::clone(&operations));
        operations
    }

    /// Whether a request does something anew each time it arrives, whatever its method says: one of
    /// the operations whose page says so is asked like this. `target` is a path below the API's
    /// base, or a whole address. There are services that send a message by GET.
    #[must_use]
    pub fn does_once(&self, method: &str, target: &str) -> bool {
        let operations = self.operations();
        let mut once = operations.iter().filter(|own| own.repeat == Repeat::Never);
        once.any(|own| own.method.as_str() == method && is_asked_like(&own.target, target))
    }

    /// The operation of this name.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<Operation> {
        let operations = self.operations();
        operations.iter().find(|own| own.id == id).cloned()
    }
}

/// Those of a built-in connector, read anew.
fn built_in(id: &str) -> Arc<[Operation]> {
    let own = FILES.iter().filter(|(ids, _)| ids.contains(&id));
    own.flat_map(|(_, text)| serde_json::from_str::<Vec<Operation>>(text).unwrap_or_default())
        .collect()
}

/// Whether an address is one of a template's. Of a whole address only the end of its path is looked
/// at: what stands before it is the API's base. Cases are not told apart: some servers do not.
fn is_asked_like(template: &str, target: &str) -> bool {
    let (template, target) = (steps(template), steps(target));
    let Some(start) = target.len().checked_sub(template.len()) else {
        return false;
    };
    let mut pairs = template.iter().zip(&target[start..]);
    !template.is_empty()
        && pairs.all(|(own, step)| own.contains('{') || own.eq_ignore_ascii_case(step))
}

/// The steps of an address's path.
fn steps(address: &str) -> Vec<&str> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let path = match path.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => path,
    };
    path.split('/').filter(|step| !step.is_empty()).collect()
}
