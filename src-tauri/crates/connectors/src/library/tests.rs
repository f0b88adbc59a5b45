#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::load_built_in;
use crate::check;
use crate::load::{Provenance, load};

#[test]
fn every_built_in_file_fits_the_schema_and_is_what_the_program_has() {
    let built_in = load_built_in();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("connectors");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "toml") {
            continue;
        }
        files += 1;
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let read =
            load(name, &text, Provenance::BuiltIn).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(built_in.get(&read.id), Some(&read), "{name}");
    }
    assert_eq!(built_in.len(), files, "and nothing else");
}

#[test]
fn a_built_in_scope_that_no_page_lists_is_refused_and_a_custom_one_is_not() {
    let mut connector = load_built_in().remove("slack").unwrap();
    let page = connector.scope_source.take();
    assert!(page.is_some(), "it names a page");
    let scopes = connector.scopes.len();
    connector.scopes[0].source = page;
    let found = check::all(&connector, Provenance::BuiltIn);
    let places: Vec<&str> = found.iter().map(|(at, _)| at.as_str()).collect();
    let expected: Vec<String> = (1..scopes)
        .map(|index| format!("/scopes/{index}"))
        .collect();
    assert_eq!(places, expected, "but for the one that names its own");
    assert!(found.iter().all(|(_, why)| why.code == "scope_source"));
    let name = connector.scopes[1].name.clone();
    assert!(found[0].1.to_string().contains(&name), "{}", found[0].1);
    assert_eq!(
        check::all(&connector, Provenance::Custom),
        [],
        "who writes one may know a scope that no page lists"
    );
}
