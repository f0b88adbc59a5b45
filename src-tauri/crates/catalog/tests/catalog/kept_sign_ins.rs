//! Kept sign-ins: one per member, service and account, and a file of the version before them.

use rusqlite::Connection;
use tsunagi_catalog::{Catalog, CatalogError, Entry, KeptSignIn, NewEvent};
use tsunagi_domain::{KeptSignInId, MemberId};

use crate::fixture::{Home, NOW, add_member};

fn kept(member: MemberId, account: &str) -> KeptSignIn {
    KeptSignIn {
        id: KeptSignInId::new(),
        member,
        connector: "practice".to_owned(),
        account: account.to_owned(),
        label: format!("{account}@example.com"),
        created_at: NOW,
        last_used: NOW,
    }
}

fn cleared(was: &KeptSignIn) -> NewEvent {
    NewEvent {
        at: NOW,
        actor: Some(was.member),
        action: "sign_in.cleared".to_owned(),
        subject: format!("sign_in/{}", was.id),
        args: std::collections::BTreeMap::new(),
    }
}

fn tag(_: &[u8; 32], _: &[u8]) -> [u8; 32] {
    [7; 32]
}

#[test]
fn an_account_has_one_kept_sign_in_per_member_and_service() {
    let home = Home::new();
    let other = add_member(&home.catalog, "Ben");
    let first = kept(home.member, "one");
    let elsewhere = KeptSignIn {
        connector: "filing".to_owned(),
        ..kept(home.member, "one")
    };
    let others = kept(other, "one");
    for sign_in in [&first, &elsewhere, &others] {
        let gone = home.catalog.keep_sign_in(sign_in, None).unwrap();
        assert!(gone.is_empty(), "they do not stand in each other's way");
    }
    let newer = kept(home.member, "one");
    let gone = home.catalog.keep_sign_in(&newer, None).unwrap();
    assert_eq!(gone, [first.id], "the older one goes, and says so");
    let found = home
        .catalog
        .kept_sign_in_of(home.member, "practice", "one")
        .unwrap();
    assert_eq!(found, Some(newer));
    assert_eq!(
        home.catalog.kept_sign_ins(other).unwrap(),
        [others],
        "another member's stays"
    );
    assert_eq!(home.catalog.kept_sign_in_ids().unwrap().len(), 3);
}

#[test]
fn a_kept_sign_in_may_come_to_be_another_accounts() {
    let home = Home::new();
    let (first, second) = (kept(home.member, "one"), kept(home.member, "two"));
    home.catalog.keep_sign_in(&first, None).unwrap();
    home.catalog.keep_sign_in(&second, None).unwrap();
    let taken_over = KeptSignIn {
        account: "two".to_owned(),
        label: "two again".to_owned(),
        last_used: NOW.plus_seconds(5),
        created_at: NOW.plus_seconds(5),
        ..first.clone()
    };
    let gone = home.catalog.keep_sign_in(&taken_over, None).unwrap();
    assert_eq!(gone, [second.id], "what the other account had before goes");
    let all = home.catalog.kept_sign_ins(home.member).unwrap();
    assert_eq!(
        all,
        [KeptSignIn {
            created_at: NOW,
            ..taken_over
        }],
        "one folder, one account, and it is as old as it was"
    );
}

#[test]
fn forgetting_says_what_was_there_and_logs_only_that() {
    let home = Home::new();
    let sign_in = kept(home.member, "one");
    home.catalog.keep_sign_in(&sign_in, None).unwrap();
    let entry = |was: &KeptSignIn| Entry {
        event: cleared(was),
        tag: &tag,
    };
    let unknown = KeptSignInId::new();
    let gone = home
        .catalog
        .forget_sign_ins(&[sign_in.id, unknown], Some(&entry))
        .unwrap();
    assert_eq!(gone, [sign_in.id]);
    assert!(home.catalog.kept_sign_ins(home.member).unwrap().is_empty());
    let again = home
        .catalog
        .forget_sign_ins(&[sign_in.id], Some(&entry))
        .unwrap();
    assert!(again.is_empty(), "it was gone already");
    let logged = home.catalog.events(None, None, 10).unwrap();
    assert_eq!(logged.len(), 1, "what did not happen is not logged");
    assert_eq!(logged[0].event.subject, format!("sign_in/{}", sign_in.id));
}

#[test]
fn a_sign_in_is_somebodys() {
    let home = Home::new();
    let nobody = kept(MemberId::new(), "one");
    let error = home.catalog.keep_sign_in(&nobody, None).unwrap_err();
    assert!(matches!(error, CatalogError::Missing(_)), "{error}");
}

#[test]
fn a_file_of_the_version_before_kept_sign_ins_is_brought_up_to_date() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("catalog.sqlite");
    let old = Connection::open(&file).unwrap();
    old.execute_batch(include_str!("../../src/migrations/catalog_1.sql"))
        .unwrap();
    old.execute_batch(
        "INSERT INTO member (id, name, role, active)
         VALUES (x'0190f3a25b6c7d8e9f0123456789abcd', 'Aiko', 'admin', 1);
         PRAGMA application_id = 0x54736e63; PRAGMA user_version = 1",
    )
    .unwrap();
    drop(old);
    let catalog = Catalog::open(home.path()).unwrap();
    let member = catalog.members().unwrap().remove(0);
    assert_eq!(member.name, "Aiko", "what was there is there");
    assert!(catalog.kept_sign_ins(member.id).unwrap().is_empty());
    let sign_in = kept(member.id, "one");
    catalog.keep_sign_in(&sign_in, None).unwrap();
    assert_eq!(catalog.kept_sign_ins(member.id).unwrap(), [sign_in]);
    assert!(
        home.path().join("catalog.sqlite.before-4").exists(),
        "the file was copied before it was changed"
    );
}

#[test]
fn a_page_that_ends_well_after_its_member_has_left_is_not_kept() {
    let home = Home::new();
    let gone = add_member(&home.catalog, "Ben");
    let mut ben = home.catalog.member(gone).unwrap().unwrap();
    ben.active = false;
    home.catalog.set_member(&ben).unwrap();
    let refused = home.catalog.keep_sign_in(&kept(gone, "one"), None);
    assert!(
        matches!(refused, Err(CatalogError::Stale)),
        "nobody could clear it: {refused:?}"
    );
    assert!(home.catalog.kept_sign_in_ids().unwrap().is_empty());
}
