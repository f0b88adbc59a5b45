//! Puts the built-in connectors into JSON: read in a third of the time that their TOML takes, at
//! every start. Their operations, which few connections need, go beside it unread.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=connectors");
    println!("cargo:rerun-if-changed=operations");
    let out = std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    let out = Path::new(&out);
    std::fs::write(out.join("operations.rs"), operations()?)?;
    std::fs::write(out.join("built_in.rs"), built_in()?)?;
    Ok(())
}

/// The built-in connectors: their names and their JSON text in two halves of about the same length, so that
/// a start reads both at once.
fn built_in() -> Result<String, Box<dyn Error>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("connectors")? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "toml") {
            let name = path.file_stem().and_then(|stem| stem.to_str());
            let name = name.ok_or("a file name that is no text")?.to_owned();
            let text = std::fs::read_to_string(&path)?;
            let facts: serde_json::Value =
                toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            all.push((name, facts.to_string()));
        }
    }
    all.sort();
    let (mut parts, mut length) = ([String::new(), String::new()], [0, 0]);
    for (name, facts) in all {
        let part = usize::from(length[1] < length[0]);
        length[part] += facts.len();
        parts[part] += &format!("        ({name:?}, {facts:?}),\n");
    }
    let [first, second] = parts;
    Ok(format!(
        "[\n    &[\n{first}    ],\n    &[\n{second}    ],\n]"
    ))
}

/// The operations of the built-in connectors: a list of which connectors, and the JSON text of theirs,
/// in the order of the files' names. Nothing of it is parsed before somebody asks for it.
fn operations() -> Result<String, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir("operations")? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "toml") {
            let text = std::fs::read_to_string(&path)?;
            let file: serde_json::Value =
                toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            let connectors = file.get("connectors").and_then(|list| list.as_array());
            let connectors = connectors.ok_or_else(|| format!("{}: whose?", path.display()))?;
            let ids: Vec<&str> = connectors.iter().filter_map(|id| id.as_str()).collect();
            let list = file.get("operations").map(ToString::to_string);
            let list = list.unwrap_or_else(|| "[]".to_owned());
            files.insert(path.clone(), format!("    (&{ids:?}, {list:?}),\n"));
        }
    }
    let entries: String = files.into_values().collect();
    Ok(format!("&[\n{entries}]"))
}
