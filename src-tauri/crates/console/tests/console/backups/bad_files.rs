//! Files that are no backup, or one no longer.

use std::io::Write as _;
use std::path::Path;

use tsunagi_console::ConsoleError;
use tsunagi_vault::SealingStream;

use super::{PASSPHRASE, backed_up, restore_with};
use crate::fixture::{World, founding};

/// Tries a file on an empty home, which must stay one.
fn refused(file: &Path, passphrase: &str) -> ConsoleError {
    let world = World::new();
    let console = world.open();
    let bytes = std::fs::read(file).ok();
    let error = restore_with(&console, file, passphrase).unwrap_err();
    assert!(
        world.catalog().workspace().unwrap().is_none(),
        "nothing was put into place"
    );
    assert_eq!(std::fs::read(file).ok(), bytes, "the file stays as it is");
    let name = file.display().to_string();
    let told = console.failure(&error);
    assert!(told.message.contains(&name), "it is named: {told:?}");
    assert!(!told.help.is_empty(), "and what to do is said: {told:?}");
    let half = std::fs::read_dir(world.home.path()).unwrap().any(|entry| {
        let name = entry.unwrap().file_name();
        name.to_string_lossy().starts_with(".half-")
    });
    assert!(!half, "no half of it stays");
    console.found(&founding(false)).unwrap();
    error
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_file_is_named_and_changes_nothing() {
    let (_desk, _, file) = backed_up().await;
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let whole = std::fs::read(&file).unwrap();
    let code = |path: &Path, passphrase: &str| refused(path, passphrase).code;

    assert_eq!(code(&file, "not the passphrase"), "backup_passphrase_wrong");
    let cut = put("cut.age", &whole[..whole.len() - 1000]);
    assert_eq!(code(&cut, PASSPHRASE), "backup_damaged");
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let flipped = put("flipped.age", &flipped);
    assert_eq!(code(&flipped, PASSPHRASE), "backup_damaged");
    let mut version = whole.clone();
    version[20] ^= 1;
    let version = put("version.age", &version);
    let told = code(&version, PASSPHRASE);
    assert_eq!(told, "backup_damaged", "its first line is damaged");
    let empty = put("empty.age", b"");
    assert_eq!(code(&empty, PASSPHRASE), "not_a_backup");
    let letter = put("letter.txt", b"Dear Aiko, the backup is in the drawer.");
    assert_eq!(code(&letter, PASSPHRASE), "not_a_backup");
    let gone = folder.path().join("gone.age");
    assert_eq!(code(&gone, PASSPHRASE), "backup_unreadable");
}

/// An age file of ours around any inside.
fn sealed(path: &Path, parts: &[(&str, &[u8])]) {
    let file = std::fs::File::create(path).unwrap();
    let mut archive = tar::Builder::new(SealingStream::begin(file, PASSPHRASE).unwrap());
    for (name, bytes) in parts {
        let mut head = tar::Header::new_gnu();
        head.set_size(bytes.len() as u64);
        head.set_mode(0o600);
        archive.append_data(&mut head, name, *bytes).unwrap();
    }
    let mut stream = archive.into_inner().unwrap();
    stream.flush().unwrap();
    stream.finish().unwrap();
}

#[test]
fn what_is_inside_is_not_trusted_either() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("forged.age");
    let newer = br#"{"format": "tsunagi-backup", "version": 2, "program": "9.0.0"}"#;
    sealed(&file, &[("manifest.json", newer)]);
    let error = refused(&file, PASSPHRASE);
    assert_eq!(error.code, "backup_too_new");
    assert_eq!(error.args["version"], "9.0.0", "which version it takes");
    sealed(&file, &[("letter.txt", b"hello")]);
    assert_eq!(refused(&file, PASSPHRASE).code, "not_a_backup");
    let short = br#"{"format": "tsunagi-backup", "version": 1}"#;
    sealed(&file, &[("manifest.json", short)]);
    assert_eq!(refused(&file, PASSPHRASE).code, "backup_damaged");
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let parts: Vec<String> = ["key.json", "data.sqlite", "catalog.sqlite"]
        .map(|name| format!(r#"{{"name": "{name}", "bytes": 0, "sha256": "{empty}"}}"#))
        .to_vec();
    let manifest = format!(
        r#"{{"format": "tsunagi-backup", "version": 1, "workspace": "x", "made_at": 1,
            "program": "0.1.0", "catalog_version": 1, "data_version": 1, "parts": [{}]}}"#,
        parts.join(",")
    );
    // Parts under other names, such as one that would lie outside the folder.
    sealed(
        &file,
        &[("manifest.json", manifest.as_bytes()), ("elsewhere", b"")],
    );
    assert_eq!(refused(&file, PASSPHRASE).code, "backup_damaged");
    sealed(
        &file,
        &[
            ("manifest.json", manifest.as_bytes()),
            ("key.json", b""),
            ("data.sqlite", b""),
            ("catalog.sqlite", b""),
        ],
    );
    assert_eq!(
        refused(&file, PASSPHRASE).code,
        "backup_damaged",
        "hashes that fit make no catalog of nothing"
    );
}
