//! What a passphrase keeps from others: who can open what a member authorized.

use tsunagi_console::Reach;
use tsunagi_console::views::{MemberChange, Stage};
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{Kind, Mode, Role};
use tsunagi_vault::Reader;

use super::{PASSPHRASE, code, some, with_ben};
use crate::fixture::{BEN, Desk, Person};
use crate::managing::as_it_is;

#[tokio::test]
async fn what_a_member_with_a_passphrase_authorized_opens_for_nobody_with_file_and_key() {
    let (desk, id, ben) = with_ben().await;
    let own = desk.own(id, ben).unwrap();
    assert_eq!(
        desk.readers(own),
        [format!("member:{ben}")],
        "sealed for Ben alone"
    );
    let sealed = desk.sealed(own);
    let vault = desk.workspace_vault();
    for wrap in &sealed.wraps {
        for reader in [
            Reader::Workspace,
            Reader::Unattended,
            wrap.reader.parse().unwrap(),
        ] {
            let opened = vault.unwrap(&wrap.wrapped, &own.to_string(), &reader);
            assert!(
                opened.is_err(),
                "the workspace's key opens no wrap of Ben's"
            );
        }
    }
    let gate = desk.other_gate();
    assert_eq!(
        desk.sends(&gate, id, Caller::Member(ben)).await,
        Err("locked".to_owned()),
        "nor does another program that says it asks for Ben"
    );
    assert_eq!(
        desk.try_it(id).await.unwrap().account,
        "ben@practice.example",
        "Ben himself uses it while he sits there"
    );
}

#[tokio::test]
async fn a_primary_account_runs_unattended_while_its_member_is_away() {
    let (desk, id) = Desk::practice();
    let ines = desk.ines();
    desk.protects(PASSPHRASE).await;
    let view = desk.authorize(id, Reach::All).await;
    assert!(view.primary, "the first admin to authorize becomes primary");
    let own = desk.own(id, ines).unwrap();
    assert_eq!(
        desk.readers(own),
        [format!("member:{ines}"), "unattended".to_owned()],
        "sealed for its member and for unattended runs"
    );
    desk.console.lock(desk.session()).await.unwrap();
    let gate = desk.other_gate();
    assert_eq!(
        desk.sends(&gate, id, Caller::Unattended).await,
        Ok(200),
        "a schedule needs nobody's passphrase"
    );
    assert_eq!(
        desk.sends(&gate, id, Caller::Member(ines)).await,
        Err("locked".to_owned()),
        "which is no way for somebody present to use it"
    );
}

#[tokio::test]
async fn a_lost_primary_account_is_sealed_anew_for_its_member_alone() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let ines = desk.ines();
    let rei = desk.invites("Rei", Role::SuperAdmin).await;
    desk.protects(PASSPHRASE).await;
    let own = desk.own(id, ines).unwrap();
    let before = desk.sealed(own);
    let wrap = before
        .wraps
        .iter()
        .find(|wrap| wrap.reader == "unattended")
        .unwrap();
    let vault = desk.workspace_vault();
    let copied = vault
        .unwrap(&wrap.wrapped, &own.to_string(), &Reader::Unattended)
        .unwrap();
    desk.signs_in(rei, None).await;
    let change = MemberChange {
        name: "Ines".to_owned(),
        role: Role::Developer,
        passphrase: None,
    };
    let changed = desk.console.change_member(desk.session(), ines, change);
    changed.await.unwrap();
    assert_eq!(
        desk.world.catalog().primaries(id).unwrap(),
        [],
        "a developer is nobody's primary account"
    );
    desk.signs_in(ines, Some(PASSPHRASE)).await;
    crate::fixture::until("the credential is sealed anew at sign-in", || {
        desk.readers(own) == [format!("member:{ines}")]
    })
    .await;
    let after = desk.sealed(own);
    let aad = tsunagi_vault::Aad::credential(&own.to_string(), "tokens", after.version);
    assert!(
        copied.open(&aad, &before.sealed).is_ok(),
        "the key somebody copied opened what was there"
    );
    assert!(
        copied.open(&aad, &after.sealed).is_err(),
        "and does not open what is there now"
    );
    assert_eq!(
        desk.try_it(id).await.unwrap().status,
        200,
        "while its member goes on using it"
    );
}

#[tokio::test]
async fn setting_and_removing_a_passphrase_takes_what_was_authorized_along() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let rei = desk.invites("Rei", Role::Developer).await;
    desk.signs_in(rei, None).await;
    desk.world.agent.person(Person::Allows(BEN));
    desk.authorize(id, Reach::All).await;
    let own = desk.own(id, rei).unwrap();
    let everybody = ["unattended".to_owned(), "workspace".to_owned()];
    assert_eq!(desk.readers(own), everybody, "without a passphrase");
    desk.protects(PASSPHRASE).await;
    assert_eq!(desk.readers(own), [format!("member:{rei}")], "with one");
    assert_eq!(desk.try_it(id).await.unwrap().status, 200, "and it works");
    let remove = |given: &str| {
        desk.console
            .set_passphrase(desk.session(), some(given), None)
    };
    assert_eq!(
        code(remove("wrong horse battery").await),
        "member_passphrase_wrong",
        "removing needs the passphrase"
    );
    assert_eq!(
        desk.readers(own),
        [format!("member:{rei}")],
        "a wrong one changes nothing"
    );
    remove(PASSPHRASE).await.unwrap();
    assert_eq!(desk.readers(own), everybody, "back to everybody");
    assert_eq!(desk.try_it(id).await.unwrap().status, 200, "and it works");
    assert!(
        !desk
            .console
            .start(desk.session())
            .unwrap()
            .session
            .passphrase,
        "none"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_what_a_mode_change_sets_aside_runs_unattended_no_more() {
    let desk = Desk::practice().0;
    desk.protects(PASSPHRASE).await;
    let id = desk.create_practice("Shared", Kind::LoggedInUser, Mode::PerEnvironment);
    for reach in [Reach::Stage, Reach::Production] {
        desk.authorize(id, reach).await;
    }
    let slots = desk.world.catalog().slots(id).unwrap();
    let in_reach = |reach| {
        let slot = slots.iter().find(|slot| slot.key.reach == reach).unwrap();
        desk.readers(slot.authorization.id)
    };
    let own = format!("member:{}", desk.ines());
    let both = [own.clone(), "unattended".to_owned()];
    assert_eq!(in_reach(Reach::Stage), both, "primary of Stage");
    let mut edit = as_it_is(&desk.view(id).await);
    edit.mode = Mode::Same;
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    edited.await.unwrap();
    assert_eq!(
        in_reach(Reach::Stage),
        [own],
        "the workspace's key alone opens it no more"
    );
    assert_eq!(
        in_reach(Reach::Production),
        both,
        "what runs for all now stays unattended"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_an_acceptance_that_goes_is_no_longer_sealed_for_unattended_runs() {
    let (desk, id, ben) = with_ben().await;
    let own = desk.own(id, ben).unwrap();
    let alone = [format!("member:{ben}")];
    let both = [format!("member:{ben}"), "unattended".to_owned()];
    let accepts = || desk.console.accept_primary(desk.session(), id, Reach::All);
    accepts().await.unwrap();
    assert_eq!(desk.readers(own), both, "accepted beforehand");
    let change = MemberChange {
        name: "Ben".to_owned(),
        role: Role::Developer,
        passphrase: None,
    };
    let changed = desk.console.change_member(desk.session(), ben, change);
    changed.await.unwrap();
    assert_eq!(
        desk.readers(own),
        alone,
        "a developer runs nothing unattended"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_an_acceptance_that_lapses_is_no_longer_sealed_for_unattended_runs() {
    let (desk, id, ben) = with_ben().await;
    let own = desk.own(id, ben).unwrap();
    let alone = [format!("member:{ben}")];
    let both = [format!("member:{ben}"), "unattended".to_owned()];
    desk.signs_in(desk.ines(), None).await;
    let kai = desk.invites("Kai", Role::Admin).await;
    desk.signs_in(kai, None).await;
    desk.world.agent.person(Person::Allows(BEN));
    assert_eq!(desk.authorize(id, Reach::All).await.stage, Stage::Done);
    let kais = desk.console.accept_primary(desk.session(), id, Reach::All);
    kais.await.unwrap();
    desk.signs_in(ben, Some(PASSPHRASE)).await;
    let bens = desk.console.accept_primary(desk.session(), id, Reach::All);
    bens.await.unwrap();
    assert_eq!(desk.readers(own), both, "accepted beforehand");
    let offered = desk
        .console
        .offer_primary(desk.session(), id, Reach::All, kai);
    offered.await.unwrap();
    assert_eq!(
        desk.world.catalog().primaries(id).unwrap()[0].member,
        kai,
        "it moved at once"
    );
    assert_eq!(desk.readers(own), alone, "Ben's acceptance went with it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_an_acceptance_for_the_mode_that_was_left_is_not_sealed_for_unattended_runs() {
    let (desk, id, ben) = with_ben().await;
    let own = desk.own(id, ben).unwrap();
    let accepted = desk.console.accept_primary(desk.session(), id, Reach::All);
    accepted.await.unwrap();
    assert!(desk.readers(own).contains(&"unattended".to_owned()));
    let mut edit = as_it_is(&desk.view(id).await);
    edit.mode = Mode::PerEnvironment;
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    edited.await.unwrap();
    assert_eq!(
        desk.readers(own),
        [format!("member:{ben}")],
        "nobody has accepted anything where it sits now"
    );
}
