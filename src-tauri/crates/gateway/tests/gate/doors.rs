//! R4, as architecture: nothing goes round the gate.

use std::path::{Path, PathBuf};

/// Rust sources below `dir`, without generated ones and tests.
fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["tests", "target", "gen", "examples", "benches"].contains(&name.as_str()) {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|end| end == "rs") && name != "tests.rs" {
            found.push(path);
        }
    }
}

/// Files that hold one of `words`, outside the crates `allowed`.
fn offenders(words: &[&str], allowed: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(
        found.len() > 100,
        "the sources of the whole program are looked at"
    );
    let allowed: Vec<PathBuf> = allowed
        .iter()
        .map(|name| root.join("crates").join(name))
        .collect();
    found
        .into_iter()
        .filter(|path| !allowed.iter().any(|crate_| path.starts_with(crate_)))
        // It writes the words for other programs, with placeholders.
        .filter(|path| !path.ends_with("areas/src/call/code.rs"))
        .filter(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            text.lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .any(|line| words.iter().any(|word| line.contains(word)))
        })
        .map(|path| path.display().to_string())
        .collect()
}

#[test]
fn only_the_gate_and_the_protocol_build_an_authorization_header() {
    let words = [
        "AUTHORIZATION",
        "bearer_auth",
        "basic_auth",
        "(\"Authorization\"",
        // Not the table's name, which the catalog says often.
        "header(\"authorization\",",
        "insert(\"authorization\",",
        "from_static(\"authorization\"",
        "Bearer {",
    ];
    // `connectors` has the header's default value; `practice` is the other side.
    let allowed = ["gateway", "oauth", "practice", "connectors"];
    let found = offenders(&words, &allowed);
    assert_eq!(
        found,
        Vec::<String>::new(),
        "R4: only the gate attaches a credential"
    );
}

#[test]
fn only_the_gate_and_the_protocol_make_http_clients() {
    let found = offenders(
        &["reqwest::", "hyper::Client", "TcpStream::connect"],
        &["gateway", "oauth", "practice"],
    );
    let found: Vec<_> = found
        .into_iter()
        .filter(|path| !path.contains("xtask"))
        .collect();
    assert_eq!(found, Vec::<String>::new(), "R4: there is no other way out");
}

#[test]
fn only_the_gate_opens_sealed_credentials() {
    let found = offenders(
        &["Aad::credential", ".unwrap(&wrap.wrapped"],
        &["gateway", "vault"],
    );
    assert_eq!(found, Vec::<String>::new(), "tokens are opened in one room");
}
