//! Making a backup: by whom, and what is in it.

use std::path::Path;

use tsunagi_console::Reach;
use tsunagi_console::views::{ActivityQuery, NewBackup};
use tsunagi_domain::{Kind, Mode, Role};

use super::{PASSPHRASE, back_up, wish};
use crate::canary::forms;
use crate::fixture::{Desk, files};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_super_admin_makes_one_with_a_long_passphrase() {
    let desk = Desk::empty();
    let short = NewBackup {
        passphrase: "eleven char".to_owned(),
        ..wish()
    };
    let refused = desk
        .console
        .back_up(desk.session(), short)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "backup_passphrase_short");
    let ben = desk.joins("Ben", Role::Admin);
    desk.seats(ben).await;
    let refused = desk
        .console
        .back_up(desk.session(), wish())
        .await
        .unwrap_err();
    assert_eq!(refused.code, "super_admin_needed");
    let refused = desk.console.take_over(desk.session()).unwrap_err();
    assert_eq!(refused.code, "super_admin_needed");
    assert!(
        !desk.world.home.path().join("exports").exists(),
        "nothing was written"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_made_only_by_who_proves_who_they_are() {
    const OWN: &str = "a passphrase of their own";
    let desk = Desk::empty();
    let session = desk.session();
    let set = desk
        .console
        .set_passphrase(session, None, Some(OWN.to_owned()));
    set.await.unwrap();
    let wishing = |proof: Option<&str>| NewBackup {
        proof: proof.map(str::to_owned),
        ..wish()
    };
    for (proof, code) in [
        (None, "passphrase_required"),
        (Some("not this one"), "member_passphrase_wrong"),
    ] {
        let refused = desk.console.back_up(session, wishing(proof)).await;
        assert_eq!(refused.unwrap_err().code, code);
        assert!(
            !desk.world.home.path().join("exports").exists(),
            "a seat that was left open gives nothing away"
        );
    }
    let made = desk.console.back_up(session, wishing(Some(OWN))).await;
    assert!(Path::new(&made.unwrap().path).exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_cannot_be_written_gets_no_half_backup() {
    let desk = Desk::empty();
    std::fs::write(desk.world.home.path().join("exports"), b"in the way").unwrap();
    let failed = desk
        .console
        .back_up(desk.session(), wish())
        .await
        .unwrap_err();
    assert_eq!(failed.code, "backup_unwritable");
    let log = desk
        .console
        .activity(desk.session(), &ActivityQuery::default());
    let log = serde_json::to_string(&log.unwrap()).unwrap();
    assert!(!log.contains("backup.made"), "none was made: {log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_holds_no_token_in_clear() {
    use crate::provider::{Provider, Says};
    const ACCESS: &str = "canary-access/\"quoted\"/4+7=";
    const REFRESH: &str = "canary-refresh/\"quoted\"/4+7=";
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(crate::fixture::Person::Waits);
    provider.token(Says::json(
        200,
        &serde_json::json!({
            "access_token": ACCESS, "refresh_token": REFRESH,
            "token_type": "Bearer", "expires_in": 3600,
        }),
    ));
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    desk.ended(flow).await;
    let file = back_up(&desk).await;

    // Opened, too: whoever has the passphrase still finds sealed credentials, each on its own.
    let opened = tempfile::tempdir().unwrap();
    let stream =
        tsunagi_vault::OpeningStream::begin(std::fs::File::open(&file).unwrap(), PASSPHRASE);
    tar::Archive::new(stream.unwrap())
        .unpack(opened.path())
        .unwrap();
    let mut looked_at = files(desk.world.home.path());
    looked_at.extend(files(opened.path()));
    assert!(
        looked_at.iter().any(|(name, _)| name.ends_with("key.json")),
        "the inside is looked at"
    );
    for secret in [ACCESS, REFRESH, PASSPHRASE] {
        for form in forms(secret) {
            for (name, bytes) in &looked_at {
                let found = bytes.windows(form.len()).any(|it| it == form.as_bytes());
                assert!(!found, "{name} holds {form}");
            }
        }
    }
}
