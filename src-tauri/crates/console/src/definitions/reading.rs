//! From a file that somebody chose to definitions, or to what is wrong with it. The file is only
//! read: it stays where it is and as it is.

use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use tsunagi_connectors::Misread;

use super::document::{Document, VERSION};
use crate::error::ConsoleError;

/// The largest file that is read, in MiB: definitions of more than a hundred thousand connections.
const LIMIT_MIB: u64 = 64;
/// The longest reason, in characters: an error of the parser repeats the value it is about.
const REASON_MAX: usize = 200;

fn failed(code: &str, path: &Path) -> ConsoleError {
    let name = path.file_name().unwrap_or(path.as_os_str());
    ConsoleError::new(code).with("file", name.display().to_string())
}

/// The bytes of a file.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, ConsoleError> {
    let unreadable = |error: &std::io::Error| {
        failed("definitions_unreadable", path).with("detail", error.to_string())
    };
    let too_large = || failed("definitions_too_large", path).with("limit", LIMIT_MIB.to_string());
    let limit = LIMIT_MIB * 1024 * 1024;
    // Of a device or a pipe the end may never come.
    let about = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !about.is_file() {
        return Err(unreadable(&std::io::ErrorKind::InvalidInput.into()));
    }
    if about.len() > limit {
        return Err(too_large());
    }
    let file = std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Its text.
pub(super) fn text<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, ConsoleError> {
    let text = std::str::from_utf8(bytes).map_err(|_| failed("definitions_not_utf8", path))?;
    // Editors of one system put a mark there; TOML does not know it.
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Its definitions. The version is looked at first: a later one may hold what this program would
/// take for a mistake.
pub(super) fn document(path: &Path, text: &str) -> Result<Document, ConsoleError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: Option<u32>,
    }
    let bad = |error: toml::de::Error| {
        let it = Misread::toml(text, &error);
        failed("definitions_bad", path)
            .with("line", it.line.to_string())
            .with("column", it.column.to_string())
            .with("fault", it.fault)
            .with("which", it.which)
            .with("said", it.said.chars().take(REASON_MAX).collect::<String>())
    };
    let found: Versioned = toml::from_str(text).map_err(bad)?;
    match found.version {
        Some(version) if version > VERSION => Err(failed("definitions_newer", path)
            .with("found", version.to_string())
            .with("known", VERSION.to_string())),
        Some(0) | None => Err(failed("definitions_foreign", path)),
        Some(_) => toml::from_str(text).map_err(bad),
    }
}
