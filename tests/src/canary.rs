//! Searching everything a program wrote for a marked secret, in every writing it may have taken.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A writing of the secret that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Where.
    pub file: PathBuf,
    /// In which writing (`raw`, `base64`, `url`, …).
    pub writing: String,
}

/// The writings of `secret` to look for, with a name for each.
#[must_use]
pub fn writings(secret: &str) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| {
        if !all.iter().any(|(_, known)| *known == bytes) {
            all.push((name.to_owned(), bytes));
        }
    };
    add("raw", secret.as_bytes().to_vec());
    // Base64 of a text that holds the secret somewhere: three alignments, and of each only the
    // letters that do not depend on what stands before or after it.
    for before in 0..3 {
        let shifted = [&[0_u8; 2][..before.min(2)], secret.as_bytes()].concat();
        let skip = [0, 2, 3][before];
        let keep = shifted.len() * 8 / 6;
        for (name, text) in [
            ("base64", STANDARD_NO_PAD.encode(&shifted)),
            ("base64url", URL_SAFE_NO_PAD.encode(&shifted)),
        ] {
            add(&format!("{name}, offset {before}"), text[skip..keep].into());
        }
    }
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    add("url, lower case", lower_escapes(&encoded).into_bytes());
    add("url", encoded.into_bytes());
    // In a query, only what would be misread is escaped: a slash may stay.
    add("url, slash kept", secret.replace('+', "%2B").into_bytes());
    add("url, plus kept", secret.replace('/', "%2F").into_bytes());
    add(
        "json, escaped slash",
        secret.replace('/', "\\/").into_bytes(),
    );
    let numbered = secret.replace('/', "\\u002f").replace('+', "\\u002b");
    add("json, numbered", numbered.into_bytes());
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    add("hex, upper case", hex.to_ascii_uppercase().into_bytes());
    add("hex", hex.into_bytes());
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    add("utf-16", wide);
    let list: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
    add("list of numbers", list.join(",").into_bytes());
    add("list of numbers, spaced", list.join(", ").into_bytes());
    all
}

fn lower_escapes(encoded: &str) -> String {
    let mut out = String::new();
    let mut escape = 0;
    for letter in encoded.chars() {
        if letter == '%' {
            escape = 3;
        }
        out.push(if escape > 0 {
            letter.to_ascii_lowercase()
        } else {
            letter
        });
        escape = i32::max(escape - 1, 0);
    }
    out
}

/// Every file below `folders` (contents and names) that holds `secret` in some writing.
///
/// # Panics
/// Where a folder cannot be read: a search that saw nothing must not look like one that found
/// nothing.
#[must_use]
pub fn search(folders: &[&Path], secret: &str) -> Search {
    let writings = writings(secret);
    let mut search = Search::default();
    for folder in folders {
        look(folder, &writings, &mut search);
    }
    search
}

/// What a search came to.
#[derive(Debug, Default)]
pub struct Search {
    /// The leaks.
    pub leaks: Vec<Leak>,
    /// How many files were read.
    pub files: usize,
}

fn look(folder: &Path, writings: &[(String, Vec<u8>)], search: &mut Search) {
    let entries = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{} cannot be searched: {error}", folder.display()));
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            look(&path, writings, search);
            continue;
        }
        // Sockets and pipes hold nothing; a file that vanished in between was not kept.
        if !kind.is_file() {
            continue;
        }
        let Ok(content) = std::fs::read(&path) else {
            continue;
        };
        search.files += 1;
        let name = entry.file_name();
        for (writing, bytes) in writings {
            if holds(&content, bytes) || holds(name.as_encoded_bytes(), bytes) {
                search.leaks.push(Leak {
                    file: path.clone(),
                    writing: writing.clone(),
                });
            }
        }
    }
}

fn holds(content: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(content, wanted).is_some()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::{holds, search, writings};
    use crate::issuer::MARK;

    fn found(text: &[u8]) -> bool {
        writings(MARK).iter().any(|(_, bytes)| holds(text, bytes))
    }

    #[test]
    fn a_marked_secret_is_found_in_every_writing() {
        let secret = format!("{MARK}access-12");
        for before in ["", "a", "ab", "abc", "Bearer "] {
            let plain = format!("{before}{secret}, and more");
            let encoded: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
            for (writing, text) in [
                ("raw", plain.clone()),
                ("base64", STANDARD.encode(&plain)),
                ("base64url", URL_SAFE_NO_PAD.encode(&plain)),
                ("url", encoded),
                ("json", serde_json::json!({ "token": plain }).to_string()),
                ("json with escaped slashes", plain.replace('/', "\\/")),
                ("debug of bytes", format!("{:?}", plain.as_bytes())),
            ] {
                assert!(
                    found(text.as_bytes()),
                    "the {writing} writing after {before:?} must not escape the search"
                );
            }
        }
    }

    #[test]
    fn what_holds_no_secret_is_left_alone() {
        for innocent in ["", "CANARY", "7f3Kq", "Q0FOQVJZ", "canary/7f3kq+"] {
            assert!(
                !found(innocent.as_bytes()),
                "{innocent:?} is no leak: only the whole mark is"
            );
        }
    }

    #[test]
    fn folders_below_are_searched_and_counted() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let deep = folder.path().join("a/b");
        std::fs::create_dir_all(&deep).expect("a folder in it");
        std::fs::write(deep.join("log"), format!("x{MARK}y")).expect("a file");
        std::fs::write(folder.path().join("quiet"), "nothing").expect("a file");
        let search = search(&[folder.path()], MARK);
        assert_eq!(search.files, 2, "both files are read");
        assert_eq!(search.leaks.len(), 1, "one of them leaks, in one writing");
    }
}
