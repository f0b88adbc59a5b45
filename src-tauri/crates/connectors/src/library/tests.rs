#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::load_built_in;
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
