//! Files of the home's `connectors/` folder: drafts, until a manager accepts their hash.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::lines::line_of;
use crate::load::{Provenance, load};
use crate::sketch::is_taken;
use crate::{Connector, Problem, Why};

/// The largest connector file, in bytes.
const FILE_MAX: u64 = 256 * 1024;

/// One file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The file's name, without its folder.
    pub file: String,
    /// SHA-256 of its bytes, lower-case hex: what is accepted. Empty where it could not be read.
    pub hash: String,
    /// The connector, or what is wrong with the file.
    pub outcome: Result<Connector, Problem>,
    /// Its text; empty where it could not be read.
    pub toml: String,
}

/// SHA-256 of a file's bytes as lower-case hex.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// The `*.toml` files of `dir`, by name. A folder that is not there has none; a file that
/// cannot be read is reported like any other bad one.
#[must_use]
pub fn drafts(dir: &Path) -> Vec<Draft> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    names.into_iter().map(|name| draft(dir, name)).collect()
}

fn draft(dir: &Path, file: String) -> Draft {
    let problem = |line, why: Why| Problem {
        file: file.clone(),
        line,
        why,
    };
    let bytes = match read(&dir.join(&file)) {
        Ok(bytes) => bytes,
        Err(why) => {
            let outcome = Err(problem(None, why));
            return Draft {
                file,
                hash: String::new(),
                outcome,
                toml: String::new(),
            };
        }
    };
    let hash = hash(&bytes);
    let toml = match String::from_utf8(bytes) {
        Ok(toml) => toml,
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            let outcome = Err(problem(Some(line), Why::file_not_text()));
            return Draft {
                file,
                hash,
                outcome,
                toml: String::new(),
            };
        }
    };
    let outcome = load(&file, &toml, Provenance::Custom).and_then(|connector| {
        let line = line_of(&toml, "/id", None);
        if file.strip_suffix(".toml") != Some(connector.id.as_str()) {
            Err(problem(
                line,
                Why::file_name(format!("{}.toml", connector.id)),
            ))
        } else if is_taken(&connector.id) {
            Err(problem(line, Why::id_built_in(&connector.id)))
        } else {
            Ok(connector)
        }
    });
    Draft {
        file,
        hash,
        outcome,
        toml,
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Why> {
    let metadata = std::fs::metadata(path).map_err(Why::file_unread)?;
    // A pipe or device would block the reader for good.
    if !metadata.is_file() {
        return Err(Why::file_not_file());
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut bytes))
        .map_err(Why::file_unread)?;
    if bytes.len() as u64 > FILE_MAX {
        return Err(Why::file_large(format!("{} KiB", FILE_MAX / 1024)));
    }
    Ok(bytes)
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffKind {
    /// In both texts.
    Same,
    /// Only in the new one.
    Added,
    /// Only in the old one.
    Removed,
}

/// One line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What became of it.
    pub kind: DiffKind,
    /// The line, without its end.
    pub text: String,
}

/// Compares two versions of a file line by line.
#[must_use]
pub fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    similar::TextDiff::from_lines(old, new)
        .iter_all_changes()
        .map(|change| DiffLine {
            kind: match change.tag() {
                similar::ChangeTag::Equal => DiffKind::Same,
                similar::ChangeTag::Insert => DiffKind::Added,
                similar::ChangeTag::Delete => DiffKind::Removed,
            },
            text: change.value().trim_end_matches(['\r', '\n']).to_owned(),
        })
        .collect()
}
