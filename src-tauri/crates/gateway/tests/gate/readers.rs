//! For whom credentials are sealed: beside renewals, which write the same row.

use std::time::Duration;

use tsunagi_catalog::Lease;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{Clock, Health, Kind, Mode, Reach};
use tsunagi_gateway::{Call, Limits};
use tsunagi_vault::{Aad, DataKey, MemberVault};

use super::home::{Home, Plans};
use super::server::Server;

/// A member's connection, whose member has just set a passphrase: nothing is sealed anew yet.
async fn with_passphrase(server: &Server, limits: Limits) -> Home {
    let plans = Plans {
        kind: Kind::LoggedInUser,
        limits,
        ..Plans::default()
    };
    let home = Home::with(server, plans).await;
    home.catalog
        .set_member_key(home.member, Some("the vault's record"))
        .unwrap();
    home.keys.open_member(home.member, own_vault(&home));
    home
}

fn own_vault(home: &Home) -> MemberVault {
    let member = home.member.to_string();
    MemberVault::create("catalog", &member, "eight letters and more")
        .unwrap()
        .0
}

fn patient() -> Limits {
    Plans::default().limits
}

fn readers(home: &Home) -> Vec<String> {
    let sealed = home.catalog.sealed(home.id).unwrap().unwrap();
    sealed.wraps.into_iter().map(|wrap| wrap.reader).collect()
}

fn own(home: &Home) -> Vec<String> {
    vec![format!("member:{}", home.member)]
}

fn opens(home: &Home, key: &DataKey, version: u64, sealed: &[u8]) -> bool {
    let aad = Aad::credential(&home.id.to_string(), "tokens", version);
    key.open(&aad, sealed).is_ok()
}

#[tokio::test]
async fn a_credential_is_sealed_anew_only_after_another_process_has_finished_its_renewal() {
    let server = Server::start().await;
    let home = with_passphrase(&server, patient()).await;
    let now = home.clock.now();
    let taken = home.catalog.take_lease(home.id, "another", now, 60_000);
    let Lease::Taken { generation, .. } = taken.unwrap() else {
        panic!("nobody had it");
    };
    let (gate, id) = (home.gateway.clone(), home.id);
    let settling = tokio::spawn(async move { gate.settle_readers(id).await });
    // The second try begins after the first has found it taken.
    home.clock.is_looked_at(2).await;
    assert_eq!(
        readers(&home),
        ["unattended", "workspace"],
        "the other process may be about to store an answer"
    );
    home.catalog
        .release_lease(home.id, "another", generation)
        .unwrap();
    settling.await.unwrap().unwrap();
    assert_eq!(readers(&home), own(&home), "then it is sealed anew");
}

#[tokio::test]
async fn a_process_that_never_finishes_is_told_of_and_nothing_is_changed() {
    let server = Server::start().await;
    let limits = Limits {
        wait: Duration::from_millis(100),
        ..Limits::default()
    };
    let home = with_passphrase(&server, limits).await;
    let now = home.clock.now();
    home.catalog
        .take_lease(home.id, "another", now, 60_000)
        .unwrap();
    let error = home.gateway.settle_readers(home.id).await.unwrap_err();
    assert_eq!(error.code(), "renewal_busy");
    assert_eq!(readers(&home), ["unattended", "workspace"]);
}

#[tokio::test]
async fn what_is_sealed_anew_renews_and_keeps_the_token_before_it() {
    let server = Server::start().await;
    let home = with_passphrase(&server, patient()).await;
    home.expire();
    // The service answers, and the token before is kept until the new one has worked.
    home.gateway.renew_due().await;
    let before = home.catalog.sealed(home.id).unwrap().unwrap();
    assert!(before.previous.is_some(), "the token before is still kept");
    home.gateway.settle_readers(home.id).await.unwrap();
    let after = home.catalog.sealed(home.id).unwrap().unwrap();
    assert_eq!(after.version, before.version, "it is the same credential");
    let (version, previous) = after.previous.clone().unwrap();
    assert_ne!(
        previous,
        before.previous.unwrap().1,
        "sealed under another key"
    );
    assert_eq!(home.get("/files").await.unwrap().status, 200, "it works");
    home.expire();
    assert_eq!(home.get("/files").await.unwrap().status, 200, "and renews");
    assert_eq!(readers(&home), own(&home), "for its member alone, still");
    assert!(version < after.version);
}

#[tokio::test]
async fn a_key_that_was_seen_before_opens_nothing_of_what_is_sealed_anew() {
    let server = Server::start().await;
    let home = with_passphrase(&server, patient()).await;
    let vault = home.keys.vault().unwrap();
    let before = home.catalog.sealed(home.id).unwrap().unwrap();
    let wrap = before
        .wraps
        .iter()
        .find(|wrap| wrap.reader == "workspace")
        .unwrap();
    let reader = tsunagi_vault::Reader::Workspace;
    let seen = vault
        .unwrap(&wrap.wrapped, &home.id.to_string(), &reader)
        .unwrap();
    assert!(opens(&home, &seen, before.version, &before.sealed), "then");
    home.gateway.settle_readers(home.id).await.unwrap();
    let after = home.catalog.sealed(home.id).unwrap().unwrap();
    assert!(
        !opens(&home, &seen, after.version, &after.sealed),
        "who lost access does not open it with a key they kept"
    );
}

#[tokio::test]
async fn r12_a_primary_account_of_the_mode_that_was_left_is_unattended_no_more() {
    let server = Server::start().await;
    let mut home = with_passphrase(&server, patient()).await;
    let id = home.connection.id;
    home.catalog
        .set_primary(id, Reach::All, Some(home.member), home.clock.now())
        .unwrap();
    home.gateway.settle_readers(home.id).await.unwrap();
    let both = [own(&home), vec!["unattended".to_owned()]].concat();
    assert_eq!(readers(&home), both, "its schedules run with it");
    home.connection.mode = Mode::PerEnvironment;
    home.catalog.update_connection(&home.connection).unwrap();
    home.gateway.settle_readers(home.id).await.unwrap();
    assert_eq!(
        readers(&home),
        own(&home),
        "nothing runs with what was set aside, so the workspace's key alone does not open it"
    );
}

#[tokio::test]
async fn a_locked_member_s_credential_is_not_renewed_and_its_health_stays() {
    let server = Server::start().await;
    let home = with_passphrase(&server, patient()).await;
    home.gateway.settle_readers(home.id).await.unwrap();
    home.keys.lock_member(home.member);
    home.expire();
    home.gateway.renew_due().await;
    assert_eq!(server.token_requests(), 0, "nobody can open it");
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "which is no fault of it"
    );
    assert_eq!(home.refused(home.call("/files")).await, "locked");
    home.keys.open_member(home.member, own_vault(&home));
    assert_ne!(
        home.refused(home.call("/files")).await,
        "ok",
        "another key of the same name opens it no more than none"
    );
}

#[tokio::test]
async fn somebody_else_who_is_present_never_opens_it_even_while_its_member_s_key_is_open() {
    let server = Server::start().await;
    let home = with_passphrase(&server, patient()).await;
    home.gateway.settle_readers(home.id).await.unwrap();
    let other = tsunagi_domain::Member {
        id: tsunagi_domain::MemberId::new(),
        name: "Rei".to_owned(),
        role: tsunagi_domain::Role::SuperAdmin,
        active: true,
    };
    home.catalog.set_member(&other).unwrap();
    let call = Call {
        caller: Caller::Member(other.id),
        ..home.call("/files")
    };
    assert_eq!(
        home.refused(call).await,
        "member_not_authorized",
        "they have none of their own"
    );
    assert!(server.was_left_alone(), "and nothing is sent");
}
