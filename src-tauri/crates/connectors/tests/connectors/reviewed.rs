//! What the built-in connectors say was read beside the vendors' documentation. A golden transcript
//! shows most of what goes over the wire; what no transcript shows (lifetimes, limits, words for
//! people) is held here: whoever changes a connector says that they looked.

use std::collections::BTreeMap;
use std::path::Path;

use tsunagi_connectors::hash;

/// Writes the list anew: `TSUNAGI_REVIEWED=1 cargo test -p tsunagi-connectors`.
const ORDER: &str = "TSUNAGI_REVIEWED";

#[test]
fn no_connector_changes_unseen() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = folder.join("tests/connectors/reviewed.txt");
    let mut now = BTreeMap::new();
    let listed = |name| std::fs::read_dir(folder.join(name)).unwrap();
    for entry in listed("connectors").chain(listed("operations")) {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "toml") {
            let text = std::fs::read_to_string(&path).unwrap();
            // The facts, not how the file is laid out.
            let facts: serde_json::Value = toml::from_str(&text).unwrap();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let operations = path.parent().is_some_and(|own| own.ends_with("operations"));
            let name = if operations {
                format!("operations/{stem}")
            } else {
                stem.to_owned()
            };
            now.insert(name, hash(facts.to_string().as_bytes()));
        }
    }
    let text: String = now
        .iter()
        .map(|(name, hash)| format!("{name} {hash}\n"))
        .collect();
    if std::env::var_os(ORDER).is_some() {
        std::fs::write(&list, &text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&list).unwrap();
    let changed: Vec<&str> = text
        .lines()
        .filter(|line| !reviewed.lines().any(|known| known == *line))
        .map(|line| line.split(' ').next().unwrap_or_default())
        .collect();
    assert!(
        changed.is_empty() && text.lines().count() == reviewed.lines().count(),
        "{changed:?} changed: compare with the pages named in `sources`, then run with {ORDER}=1"
    );
}
