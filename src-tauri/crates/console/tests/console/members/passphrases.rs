//! Passphrases: asked for, changed, guessed at and forgotten.

use tsunagi_console::{Console, Reach};
use tsunagi_domain::Role;

use super::{PASSPHRASE, code, some, with_ben};
use crate::fixture::Desk;

#[tokio::test]
async fn a_changed_passphrase_opens_what_the_old_one_opened() {
    let (desk, id, ben) = with_ben().await;
    let next = "another fine passphrase";
    let change = desk
        .console
        .set_passphrase(desk.session(), some(PASSPHRASE), some(next));
    change.await.unwrap();
    desk.console.lock(desk.session()).await.unwrap();
    assert_eq!(
        code(desk.console.sign_in(ben, some(PASSPHRASE)).await),
        "member_passphrase_wrong",
        "the old one is over"
    );
    desk.signs_in(ben, Some(next)).await;
    assert_eq!(
        desk.try_it(id).await.unwrap().status,
        200,
        "nothing is lost"
    );
}

#[tokio::test]
async fn wrong_passphrases_are_slowed_down_and_a_restart_gains_no_try() {
    let (desk, _, ben) = with_ben().await;
    desk.console.lock(desk.session()).await.unwrap();
    let tries = async |console: &Console, given: &str| match console.sign_in(ben, some(given)).await
    {
        Ok(_) => ("ok".to_owned(), String::new()),
        Err(error) => {
            let left = error.args.get("tries").or(error.args.get("seconds"));
            (error.code.clone(), left.cloned().unwrap_or_default())
        }
    };
    for left in ["4", "3", "2", "1"] {
        assert_eq!(
            tries(&desk.console, "wrong horse battery").await,
            ("member_passphrase_wrong".to_owned(), left.to_owned()),
            "so many tries are left"
        );
    }
    let (refused, _) = tries(&desk.console, "wrong horse battery").await;
    assert_eq!(
        refused, "passphrase_wait",
        "the fifth is followed by a delay"
    );
    let again = desk.world.open();
    let (refused, seconds) = tries(&again, PASSPHRASE).await;
    assert_eq!(
        refused, "passphrase_wait",
        "a restarted program asks for the same patience, of the right passphrase too"
    );
    assert!(seconds.parse::<u32>().unwrap() <= 30, "for half a minute");
    desk.world.clock.pass(31);
    let (refused, _) = tries(&again, PASSPHRASE).await;
    assert_eq!(refused, "ok", "then the right one opens");
}

#[tokio::test]
async fn a_super_admin_resets_a_forgotten_passphrase_and_what_only_it_opened_is_gone() {
    let (desk, id, ben) = with_ben().await;
    desk.signs_in(desk.ines(), None).await;
    let shop = desk.software("Shop", &[id]);
    desk.used_in(id, shop, "form_workflow", "On submit", false);
    let revoked = desk.console.revoke(desk.session(), id, Reach::All).await;
    revoked.expect("Ben is the only one who has authorized now");
    let impact = desk
        .console
        .member_impact(desk.session(), ben, Role::Admin, true);
    let impact = impact.await.unwrap();
    let lost = impact.lost_by_reset;
    assert_eq!(lost.len(), 1, "it says first what is lost");
    assert_eq!(lost[0].account, "ben@practice.example");
    let stops: Vec<&str> = impact
        .stops_by_reset
        .iter()
        .map(|used| used.name.as_str())
        .collect();
    assert_eq!(stops, ["On submit"], "R18: and what stops with it");
    let before = desk.told_of(id);
    desk.world.catalog().fail_events(true).unwrap();
    desk.console
        .reset_passphrase(desk.session(), ben, None)
        .await
        .expect_err("the log takes no entry");
    desk.world.catalog().fail_events(false).unwrap();
    assert!(
        desk.own(id, ben).is_some() && desk.row(ben).passphrase,
        "then nothing is gone"
    );
    desk.console
        .reset_passphrase(desk.session(), ben, None)
        .await
        .unwrap();
    assert_eq!(desk.own(id, ben), None, "nobody could open it any more");
    assert_eq!(
        desk.news_of(id, &before),
        [
            "Removed the authorization of Practice CRM, all environments, as \
             ben@practice.example, when the passphrase of Ben was reset"
        ]
    );
    desk.signs_in(ben, None).await;
    desk.authorize(id, Reach::All).await;
    assert_eq!(
        desk.try_it(id).await.unwrap().status,
        200,
        "authorized again"
    );
    assert_eq!(
        code(
            desk.console
                .reset_passphrase(desk.session(), desk.ines(), None)
                .await
        ),
        "super_admin_needed",
        "an admin resets nobody's"
    );
}

#[tokio::test]
async fn a_second_member_has_the_first_one_asked_for_a_passphrase_once() {
    let desk = Desk::empty();
    let asked = || {
        let start = desk.console.start(desk.session()).unwrap();
        start.session.ask_passphrase
    };
    assert!(!asked(), "alone there is nobody to keep out");
    desk.invites("Rei", Role::User).await;
    assert!(asked(), "now there is");
    desk.console.passphrase_not_now(desk.session()).unwrap();
    assert!(!asked(), "not now is not now");
}
