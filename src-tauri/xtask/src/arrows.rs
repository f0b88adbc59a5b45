//! `arrows`: who may import whom, checked against cargo metadata.
//!
//! Normal and build dependencies count, on every platform. Dev-dependencies do not: a test may bring a neighbor to
//! stand in for the world, and what it brings is not shipped. The packages outside `src-tauri/` but the shell (tests and
//! benches) and this one may import anything; that nobody imports them follows from the table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use crate::error::Error;
use crate::metadata::House;

/// One room and the rooms it may import.
type Row = (&'static str, &'static [&'static str]);

/// The house. A room that is not built yet may stand here already.
const TABLE: &[Row] = &[
    ("tsunagi-domain", &[]),
    ("tsunagi-vault", &[]),
    ("tsunagi-practice", &[]),
    ("tsunagi-connectors", &["tsunagi-domain"]),
    ("tsunagi-catalog", &["tsunagi-domain"]),
    ("tsunagi-oauth", &["tsunagi-domain", "tsunagi-connectors"]),
    (
        "tsunagi-gateway",
        &[
            "tsunagi-domain",
            "tsunagi-connectors",
            "tsunagi-catalog",
            "tsunagi-vault",
            "tsunagi-oauth",
        ],
    ),
    (
        "tsunagi-areas",
        &["tsunagi-domain", "tsunagi-connectors", "tsunagi-gateway"],
    ),
    (
        "tsunagi-console",
        &[
            "tsunagi-domain",
            "tsunagi-connectors",
            "tsunagi-catalog",
            "tsunagi-vault",
            "tsunagi-oauth",
            "tsunagi-gateway",
            "tsunagi-areas",
        ],
    ),
    ("tsunagi", &["tsunagi-console", "tsunagi-practice"]),
];

/// Families of foreign crates that only some rooms may import: (family, rooms, why). A family `x` is the crate `x` and
/// every `x-…` and `x_…`.
const KEPT: &[(&str, &[&str], &str)] = &[
    ("tauri", &["tsunagi"], "no room but the shell knows Tauri"),
    ("wry", &["tsunagi"], "no room but the shell knows Tauri"),
    ("tao", &["tsunagi"], "no room but the shell knows Tauri"),
    (
        "rusqlite",
        &["tsunagi-catalog"],
        "only the catalog speaks SQL",
    ),
    ("keyring", &["tsunagi-vault"], "only the vault sees a key"),
    (
        "chacha20poly1305",
        &["tsunagi-vault"],
        "only the vault sees a key",
    ),
    (
        "reqwest",
        &["tsunagi-gateway", "tsunagi-oauth"],
        "R4: only the gateway and oauth send credentials",
    ),
];

/// One room as cargo sees it.
struct Room {
    name: String,
    imports: BTreeSet<String>,
}

/// Checks, and says so.
///
/// # Errors
/// Names every offending arrow.
pub fn run(house: &House) -> Result<ExitCode, Error> {
    check(house)?;
    println!("1 passed, 0 failed");
    Ok(ExitCode::SUCCESS)
}

/// Checks the house against the table.
///
/// # Errors
/// Names every offending arrow.
pub fn check(house: &House) -> Result<(), Error> {
    let rooms = rooms(house);
    for room in &rooms {
        let inside: Vec<_> = room
            .imports
            .iter()
            .filter(|name| is_room(name, &rooms))
            .map(String::as_str)
            .collect();
        println!(
            "{:<20} -> {}",
            room.name,
            if inside.is_empty() {
                "nothing".to_owned()
            } else {
                inside.join(", ")
            }
        );
    }
    let faults = faults(&rooms, TABLE);
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Need(format!(
            "the house has wrong arrows:\n  {}",
            faults.join("\n  ")
        )))
    }
}

/// The packages of the house: all below `src-tauri/`, but this program.
fn rooms(house: &House) -> Vec<Room> {
    let inside = house.root.join("src-tauri");
    let outside: &Path = &inside.join("xtask");
    house
        .packages
        .iter()
        .filter(|package| package.folder.starts_with(&inside) && package.folder != outside)
        .map(|package| Room {
            name: package.name.clone(),
            imports: package
                .needs
                .iter()
                .filter(|need| !need.dev)
                .map(|need| need.name.clone())
                .collect(),
        })
        .collect()
}

/// Whether a name is one of ours: a package of the workspace, or one that is called like one.
fn is_room(name: &str, rooms: &[Room]) -> bool {
    name.starts_with("tsunagi") || name == "xtask" || rooms.iter().any(|room| room.name == name)
}

fn belongs(name: &str, family: &str) -> bool {
    // `zbus-secret-service-keyring-store` and `apple-native-keyring-store` are named after the family inside.
    let member = |rest: &str| rest.is_empty() || rest.starts_with(['-', '_']);
    name.strip_prefix(family).is_some_and(member) || name.contains(&format!("-{family}-"))
}

/// Every wrong arrow, as a sentence.
fn faults(rooms: &[Room], table: &[Row]) -> Vec<String> {
    let mut faults = Vec::new();
    for room in rooms {
        let Some((_, allowed)) = table.iter().find(|(name, _)| *name == room.name) else {
            faults.push(format!("{} has no row in the import table", room.name));
            continue;
        };
        for import in &room.imports {
            if is_room(import, rooms) && !allowed.contains(&import.as_str()) {
                let may = if allowed.is_empty() {
                    "nothing".to_owned()
                } else {
                    allowed.join(", ")
                };
                faults.push(format!(
                    "{} -> {import} ({} may import {may})",
                    room.name, room.name
                ));
            }
            for (family, keepers, why) in KEPT {
                if belongs(import, family) && !keepers.contains(&room.name.as_str()) {
                    faults.push(format!("{} -> {import} ({why})", room.name));
                }
            }
        }
    }
    faults.extend(circle(rooms).map(|path| format!("a circle: {}", path.join(" -> "))));
    faults
}

/// A circle of imports, if there is one. Cargo refuses it too, later and in other words.
fn circle(rooms: &[Room]) -> Option<Vec<String>> {
    let arrows: BTreeMap<&str, &BTreeSet<String>> = rooms
        .iter()
        .map(|room| (room.name.as_str(), &room.imports))
        .collect();
    let mut done = BTreeSet::new();
    rooms
        .iter()
        .find_map(|room| follow(&room.name, &arrows, &mut Vec::new(), &mut done))
}

fn follow(
    name: &str,
    arrows: &BTreeMap<&str, &BTreeSet<String>>,
    path: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(start) = path.iter().position(|visited| visited == name) {
        let mut circle = path[start..].to_vec();
        circle.push(name.to_owned());
        return Some(circle);
    }
    if done.contains(name) {
        return None;
    }
    path.push(name.to_owned());
    let found = arrows
        .get(name)?
        .iter()
        .filter(|import| arrows.contains_key(import.as_str()));
    for import in found {
        if let Some(circle) = follow(import, arrows, path, done) {
            return Some(circle);
        }
    }
    path.pop();
    done.insert(name.to_owned());
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn room(name: &str, imports: &[&str]) -> Room {
        Room {
            name: name.to_owned(),
            imports: imports.iter().map(|import| (*import).to_owned()).collect(),
        }
    }

    fn only(rooms: &[Room]) -> String {
        let faults = faults(rooms, TABLE);
        assert_eq!(faults.len(), 1, "one wrong arrow, one sentence: {faults:?}");
        faults[0].clone()
    }

    #[test]
    fn the_house_as_drawn_has_no_fault() {
        let rooms: Vec<Room> = TABLE
            .iter()
            .map(|(name, allowed)| room(name, allowed))
            .collect();
        assert_eq!(
            faults(&rooms, TABLE),
            Vec::<String>::new(),
            "every allowed arrow at once is allowed"
        );
    }

    #[test]
    fn an_arrow_against_the_table_is_named() {
        let fault = only(&[
            room("tsunagi-domain", &["tsunagi-catalog"]),
            room("tsunagi-catalog", &[]),
        ]);
        assert!(
            fault.starts_with("tsunagi-domain -> tsunagi-catalog"),
            "the offending arrow: {fault}"
        );
    }

    #[test]
    fn a_shortcut_past_the_console_is_refused() {
        let fault = only(&[
            room("tsunagi", &["tsunagi-console", "tsunagi-catalog"]),
            room("tsunagi-console", &[]),
        ]);
        assert!(
            fault.contains("tsunagi -> tsunagi-catalog"),
            "R22: every door calls the console: {fault}"
        );
    }

    #[test]
    fn tauri_and_its_plugins_belong_to_the_shell() {
        assert!(
            only(&[room("tsunagi-console", &["tauri-plugin-opener"])]).contains("shell"),
            "a plugin is Tauri too"
        );
        assert!(
            only(&[room("tsunagi-console", &["tauri"])]).contains("shell"),
            "and so is Tauri itself"
        );
        assert_eq!(
            faults(&[room("tsunagi", &["tauri", "tauri-build"])], TABLE),
            Vec::<String>::new(),
            "the shell may"
        );
    }

    #[test]
    fn sql_keys_and_the_network_stay_in_their_rooms() {
        assert!(
            only(&[room("tsunagi-gateway", &["rusqlite"])]).contains("SQL"),
            "the catalog's own"
        );
        assert!(
            only(&[room(
                "tsunagi-console",
                &["zbus-secret-service-keyring-store"]
            )])
            .contains("key"),
            "the vault's own"
        );
        assert!(
            only(&[room("tsunagi-console", &["reqwest"])]).contains("R4"),
            "the gateway's and oauth's own"
        );
        assert_eq!(
            faults(&[room("tsunagi-domain", &["taon", "wrybill"])], TABLE),
            Vec::<String>::new(),
            "likeness is not kinship"
        );
    }

    #[test]
    fn a_room_without_a_row_is_a_fault() {
        assert!(
            only(&[room("tsunagi-broker", &[])]).contains("no row"),
            "a new room needs a decision"
        );
    }

    #[test]
    fn a_circle_is_shown_as_a_path() {
        let rooms = [room("a", &["b"]), room("b", &["c"]), room("c", &["b"])];
        assert_eq!(
            circle(&rooms),
            Some(vec!["b".to_owned(), "c".to_owned(), "b".to_owned()]),
            "from b round to b"
        );
        let diamond = [
            room("a", &["b", "c"]),
            room("b", &["d"]),
            room("c", &["d"]),
            room("d", &[]),
        ];
        assert_eq!(circle(&diamond), None, "two ways to one room are no circle");
    }

    #[test]
    fn dev_dependencies_and_the_rooms_outside_do_not_count() {
        let package = |name: &str, folder: &str, kind: serde_json::Value| {
            json!({ "name": name, "manifest_path": format!("/h/{folder}/Cargo.toml"), "rust_version": "1.95", "targets": [],
                    "dependencies": [{ "name": "tsunagi-practice", "kind": kind }] })
        };
        let house = |packages| {
            let value =
                json!({ "workspace_root": "/h", "target_directory": "/t", "packages": packages });
            House::from_json(&value).unwrap()
        };
        let fine = house(json!([
            package("tsunagi-console", "src-tauri/crates/console", json!("dev")),
            package("tsunagi-tests", "tests", json!(null)),
            package("xtask", "src-tauri/xtask", json!(null)),
        ]));
        assert!(
            check(&fine).is_ok(),
            "a test may bring the practice service"
        );
        for kind in [json!(null), json!("build")] {
            let wrong = house(json!([package(
                "tsunagi-console",
                "src-tauri/crates/console",
                kind
            )]));
            assert!(check(&wrong).is_err(), "what is shipped may not");
        }
    }
}
