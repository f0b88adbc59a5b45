//! The operations that come with the program, and those of custom connectors in the builder.

use std::collections::BTreeSet;
use std::path::Path;

use tsunagi_connectors::{Library, Sketch, hash};

use super::super::draft_of;
use super::text;

#[test]
fn every_file_belongs_to_connectors_and_every_operation_of_it_is_sound() {
    let library = Library::built_in();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut with_some: BTreeSet<String> = BTreeSet::new();
    for entry in std::fs::read_dir(folder.join("operations")).unwrap() {
        let path = entry.unwrap().path();
        let file: toml::Table = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let ids = file["connectors"].as_array().unwrap();
        assert!(!ids.is_empty(), "{name}");
        for id in ids {
            let id = id.as_str().unwrap();
            let connector = library.get(id).unwrap_or_else(|| panic!("{name}: no {id}"));
            // As a file of a person's, it is looked at as a whole: schema, scopes, hosts, words.
            let own = folder.join(format!("connectors/{id}.toml"));
            let text = std::fs::read_to_string(own).unwrap();
            let mut whole: toml::Table = toml::from_str(&text).unwrap();
            for only_built_in in ["practice", "verified"] {
                whole.remove(only_built_in);
            }
            if whole.get("registration").is_some_and(|own| !own.is_str()) {
                whole.insert("registration".to_owned(), "needs_client".into());
            }
            whole.insert("id".to_owned(), "example".into());
            whole.insert("operations".to_owned(), file["operations"].clone());
            let text = toml::to_string(&whole).unwrap();
            let draft = draft_of("example.toml", text.as_bytes());
            let custom = draft
                .outcome
                .unwrap_or_else(|problem| panic!("{name}: {problem}"));
            let operations = connector.operations();
            for operation in &custom.operations {
                assert!(operations.contains(operation), "{name}: {}", operation.id);
                // The practice service is this program's own.
                assert!(
                    connector.practice || operation.source.is_some(),
                    "{name}: {}: the page",
                    operation.id
                );
            }
            let ids: BTreeSet<&str> = operations.iter().map(|own| own.id.as_str()).collect();
            assert_eq!(ids.len(), operations.len(), "{id}: one id, one operation");
            with_some.insert(id.to_owned());
        }
    }
    for connector in library.all() {
        let some = !connector.operations().is_empty();
        assert_eq!(some, with_some.contains(&connector.id), "{}", connector.id);
    }
}

#[test]
fn a_custom_connector_has_its_own_operations_and_none_of_the_programs() {
    let own = Library::default();
    let with = text();
    let without = with.split("[[operations]]").next().unwrap().to_owned();
    for (text, count) in [(with, 2), (without, 0)] {
        let hash = hash(text.as_bytes());
        let (library, problems) = own.clone().with_accepted(&[(text, hash)]);
        assert!(problems.is_empty(), "{problems:?}");
        let connector = library.get("example").unwrap();
        assert_eq!(connector.operations().len(), count);
        assert_eq!(connector.operation("add").is_some(), count > 0);
    }
}

#[test]
fn the_builder_keeps_operations_to_the_letter() {
    // `false` is what the builder leaves out elsewhere: here it says something.
    let text = text().replace(
        "name = \"short\"\n",
        "name = \"short\"\nkind = \"boolean\"\ndefault = false\n",
    );
    let text = text.replace("choices = [\"a\", \"b\"]\n", "");
    let draft = draft_of("example.toml", text.as_bytes());
    let connector = draft.outcome.unwrap_or_else(|problem| panic!("{problem}"));
    let sketch = Sketch::from_toml("example.toml", &text).unwrap();
    let again = draft_of("example.toml", sketch.to_toml().as_bytes());
    let again = again.outcome.unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(again.operations, connector.operations);
    let short = again.operations[0].input("short").unwrap();
    assert_eq!(short.default, Some(false.into()));
}
