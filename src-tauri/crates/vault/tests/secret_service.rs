//! The real Secret Service: gnome-keyring on a D-Bus session of its own, with a home of its own
//! and no display. Needs `dbus-run-session` and `gnome-keyring-daemon`; fails where they are
//! missing, because the program's keys depend on what is shown here.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use tsunagi_vault::{Home, KeyRecord, KeyringError, Reader, Vault, VaultError, platform_keyring};

const CATALOG: &str = "0198c0de-0000-7000-8000-00000000000c";
const STEP: &str = "TSUNAGI_TEST_STEP";
const FOLDER: &str = "TSUNAGI_TEST_FOLDER";

/// A daemon whose login collection is unlocked, as after signing in to a desktop.
const UNLOCKED: &str =
    "printf pw | gnome-keyring-daemon --unlock --components=secrets && exec \"$0\" \"$@\"";
/// The next day: the collection is there and nobody has unlocked it.
const LOCKED: &str = "gnome-keyring-daemon --start --components=secrets && exec \"$0\" \"$@\"";

/// Runs one step of the test `name` in this same binary, on a new D-Bus session.
fn session(name: &str, step: &str, folder: &Path, config: Option<&Path>, script: &str) -> Output {
    // A daemon that never answers must fail the test, not hold it up for ever.
    let mut command = Command::new("timeout");
    command.args(["60", "dbus-run-session"]);
    if let Some(config) = config {
        command.arg("--config-file").arg(config);
    }
    command
        .args(["--", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(STEP, step)
        .env(FOLDER, folder)
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder.join("data"))
        .env("XDG_RUNTIME_DIR", folder.join("run"))
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("GNOME_KEYRING_CONTROL")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("install dbus-daemon and gnome-keyring: this test needs a Secret Service")
}

fn assert_passed(step: &str, output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(
        output.status.success(),
        "step `{step}` failed:\n{out}\n{err}"
    );
    assert!(
        out.contains("1 passed"),
        "step `{step}` did not run:\n{out}\n{err}"
    );
}

fn home() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    std::fs::create_dir(&run).unwrap();
    std::fs::set_permissions(&run, std::fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

/// Which step this process is, and where it finds what the step before left.
fn step() -> Option<(String, std::path::PathBuf)> {
    let step = std::env::var(STEP).ok()?;
    Some((step, std::env::var_os(FOLDER).unwrap().into()))
}

#[test]
fn a_key_outlives_the_session_and_a_locked_keyring_makes_no_new_one() {
    const NAME: &str = "a_key_outlives_the_session_and_a_locked_keyring_makes_no_new_one";
    let Some((step, folder)) = step() else {
        let home = home();
        for (step, script) in [
            ("create", UNLOCKED),
            ("open", UNLOCKED),
            ("locked", LOCKED),
            ("open", UNLOCKED),
        ] {
            assert_passed(step, &session(NAME, step, home.path(), None, script));
        }
        return;
    };

    let holder = platform_keyring().expect("a Secret Service is running");
    let (record_at, wrapped_at) = (folder.join("record.json"), folder.join("wrapped"));
    if step == "create" {
        let (vault, record) = Vault::create_in_keyring(CATALOG, &*holder).unwrap();
        let wrapped = vault
            .wrap(&vault.new_data_key(), "credential", &Reader::Workspace)
            .unwrap();
        std::fs::write(record_at, serde_json::to_vec(&record).unwrap()).unwrap();
        std::fs::write(wrapped_at, wrapped).unwrap();
        assert_eq!(
            Vault::create_in_keyring(CATALOG, &*holder).err(),
            Some(VaultError::KeyringEntryExists),
            "a second key for the same catalog is refused"
        );
        return;
    }

    let record: KeyRecord = serde_json::from_slice(&std::fs::read(record_at).unwrap()).unwrap();
    let opened = Vault::open_from_keyring(CATALOG, &record, &*holder);
    if step == "locked" {
        assert_eq!(
            opened.err(),
            Some(VaultError::Keyring(KeyringError::Locked)),
            "a locked collection without a display to ask on is an error at once"
        );
        assert_eq!(
            Vault::create_in_keyring(CATALOG, &*holder).err(),
            Some(VaultError::Keyring(KeyringError::Locked)),
            "and no reason to make a key"
        );
        return;
    }
    assert_eq!(step, "open", "no other step");
    let wrapped = std::fs::read(wrapped_at).unwrap();
    assert!(
        opened
            .unwrap()
            .unwrap(&wrapped, "credential", &Reader::Workspace)
            .is_ok(),
        "the key of the session before opens what it wrapped"
    );
}

#[test]
fn a_rotation_outlives_the_session_and_leaves_one_key_in_the_keyring() {
    const NAME: &str = "a_rotation_outlives_the_session_and_leaves_one_key_in_the_keyring";
    let Some((step, folder)) = step() else {
        let home = home();
        for step in ["begin", "finish", "open"] {
            assert_passed(step, &session(NAME, step, home.path(), None, UNLOCKED));
        }
        return;
    };

    let holder = platform_keyring().expect("a Secret Service is running");
    let next = format!("{CATALOG}/next");
    let (record_at, wrapped_at) = (folder.join("record.json"), folder.join("wrapped"));
    let store = |record: &KeyRecord, wrapped: &[u8]| {
        std::fs::write(&record_at, serde_json::to_vec(record).unwrap()).unwrap();
        std::fs::write(&wrapped_at, wrapped).unwrap();
    };
    if step == "begin" {
        let (vault, record) = Vault::create_in_keyring(CATALOG, &*holder).unwrap();
        let key = vault.new_data_key();
        let wrapped = vault.wrap(&key, "credential", &Reader::Workspace).unwrap();
        let (_, record) = Vault::begin_rotation(CATALOG, &record, Home::Keyring(&*holder)).unwrap();
        store(&record, &wrapped);
        return;
    }

    let record: KeyRecord = serde_json::from_slice(&std::fs::read(&record_at).unwrap()).unwrap();
    let wrapped = std::fs::read(&wrapped_at).unwrap();
    let vault = Vault::open_from_keyring(CATALOG, &record, &*holder).unwrap();
    assert!(
        vault
            .unwrap(&wrapped, "credential", &Reader::Workspace)
            .is_ok(),
        "{step}: what the first session wrapped opens"
    );
    if step == "finish" {
        assert!(record.is_rotating(), "the rotation goes on");
        let wrapped = vault
            .rewrap(&wrapped, "credential", &Reader::Workspace)
            .unwrap();
        let (_, record) = vault
            .finish_rotation(CATALOG, &record, Some(&*holder))
            .unwrap();
        store(&record, &wrapped);
        return;
    }
    assert_eq!(step, "open", "no other step");
    assert!(vault.is_current(&wrapped), "it is under the new key");
    assert!(holder.get(CATALOG).unwrap().is_some(), "which is there");
    assert!(
        holder.get(&next).unwrap().is_none(),
        "and no second entry is left"
    );
    assert_eq!(holder.remove(&next), Ok(()), "removing nothing is no fault");
}

#[test]
fn a_keyring_without_a_collection_keeps_no_key_and_says_locked() {
    const NAME: &str = "a_keyring_without_a_collection_keeps_no_key_and_says_locked";
    if step().is_some() {
        let holder = platform_keyring().expect("a Secret Service is running");
        assert_eq!(
            Vault::create_in_keyring(CATALOG, &*holder).err(),
            Some(VaultError::Keyring(KeyringError::Locked)),
            "the daemon answers that there is no entry, and then takes none"
        );
        return;
    }
    let home = home();
    let output = session(NAME, "empty", home.path(), None, LOCKED);
    assert_passed("empty", &output);
}

#[test]
fn a_session_without_a_keyring_says_so() {
    const NAME: &str = "a_session_without_a_keyring_says_so";
    if step().is_some() {
        assert_eq!(
            platform_keyring().err(),
            Some(KeyringError::Missing),
            "a bus without a Secret Service has no keyring"
        );
        return;
    }
    let home = home();
    // A bus that can start no service, as in a container.
    let config = home.path().join("bus.conf");
    let text = r#"<busconfig>
        <type>session</type>
        <listen>unix:tmpdir=/tmp</listen>
        <policy context="default">
            <allow send_destination="*" eavesdrop="true"/>
            <allow eavesdrop="true"/>
            <allow own="*"/>
        </policy>
    </busconfig>"#;
    std::fs::write(&config, text).unwrap();
    let output = session(
        NAME,
        "missing",
        home.path(),
        Some(&config),
        "exec \"$0\" \"$@\"",
    );
    assert_passed("missing", &output);
}
