#![allow(clippy::unwrap_used)]

use super::*;

fn refused(text: &str) -> (PracticeError, String) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("practice.json");
    std::fs::write(&file, text).unwrap();
    let error = Store::open(&file).err().unwrap();
    (error, std::fs::read_to_string(&file).unwrap())
}

#[test]
fn a_file_of_a_later_version_is_refused_and_left_alone() {
    let text = r#"{"format": 2, "port": {"shape": "unknown to us"}}"#;
    let (error, after) = refused(text);
    assert!(
        matches!(error, PracticeError::StateNewer { format: 2, .. }),
        "{error:?}"
    );
    assert_eq!(after, text, "it belongs to the later version");
}

#[test]
fn a_malformed_file_is_refused_by_place_without_its_text() {
    let text = "{\n  \"signing_key\": [\"SECRET\"]\n}";
    let (error, after) = refused(text);
    assert!(
        matches!(error, PracticeError::StateMalformed { line: 2, .. }),
        "{error:?}"
    );
    let told = format!("{error} {error:?}");
    assert!(!told.contains("SECRET"), "what stands there may be a key");
    assert_eq!(after, text, "a person may still want to mend it");
}

#[test]
fn a_mistyped_fault_is_told_and_not_ignored() {
    let (error, _) = refused(r#"{"faults": {"tokn": "html"}}"#);
    assert!(
        matches!(error, PracticeError::StateMalformed { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_cannot_be_written_has_not_happened() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("gone");
    std::fs::create_dir(&folder).unwrap();
    let store = Arc::new(Store::open(&folder.join("practice.json")).unwrap());
    store.change(|state| state.port = Some(1)).await.unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let error = store
        .change(|state| state.port = Some(2))
        .await
        .unwrap_err();
    assert!(
        matches!(error, PracticeError::StateWrite { .. }),
        "{error:?}"
    );
    assert_eq!(
        store.now().port,
        Some(1),
        "memory never runs ahead of the disk"
    );
}

#[tokio::test]
async fn changes_at_once_all_count() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("practice.json");
    let store = Arc::new(Store::open(&file).unwrap());
    let changes = (0..20)
        .map(|_| store.change(|state| state.port = Some(state.port.unwrap_or_default() + 1)));
    for outcome in futures::future::join_all(changes).await {
        outcome.unwrap();
    }
    let again = Store::open(&file).unwrap();
    assert_eq!(again.now().port, Some(20), "one writer at a time");
    let beside = std::fs::read_dir(home.path()).unwrap().count();
    assert_eq!(beside, 1, "no temporary file is left");
}

#[tokio::test]
async fn a_change_goes_on_when_whoever_asked_for_it_is_gone() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("practice.json");
    let store = Arc::new(Store::open(&file).unwrap());
    let (begun, begins) = tokio::sync::oneshot::channel();
    let mut asked = Box::pin(store.change(move |state| {
        begun.send(()).unwrap();
        state.port = Some(1);
    }));
    assert!(
        futures::poll!(&mut asked).is_pending(),
        "handed to a thread of its own"
    );
    drop(asked);
    begins.await.unwrap();
    // Waits for its turn, so the first change is over when this one is.
    let seen = store.change(|state| state.port).await.unwrap();
    assert_eq!(seen, Some(1), "memory has it");
    let again = Store::open(&file).unwrap();
    assert_eq!(again.now().port, Some(1), "the disk has it");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("practice.json");
    // A file that was open to all becomes closed with the first write.
    std::fs::write(&file, "{}").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let store = Arc::new(Store::open(&file).unwrap());
    store.change(|state| state.port = Some(1)).await.unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds the signing key");
}
