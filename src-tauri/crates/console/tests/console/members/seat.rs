//! Who sits at the keyboard, and for how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt as _;
use tsunagi_console::tray::{TrayAction, TrayLine};
use tsunagi_console::views::Stage;
use tsunagi_console::{Console, Reach};
use tsunagi_domain::Role;

use super::{PASSPHRASE, code, some};
use crate::fixture::{AIKO, Desk, Person, arrive, press, until};

#[tokio::test]
async fn who_has_a_passphrase_signs_in_and_who_has_none_just_sits_down() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let again = desk.world.open();
    assert!(
        again.start(again.session()).unwrap().session.signed_in,
        "the only member without a passphrase sits down by themself"
    );
    desk.protects(PASSPHRASE).await;
    let again = desk.world.open();
    let start = again.start(again.session()).unwrap();
    assert!(!start.session.signed_in, "with one, nobody sits");
    assert_eq!(
        code(again.home_view(again.session())),
        "signed_out",
        "and nothing is shown"
    );
    let menu = again.tray(again.session());
    let acts: Vec<&TrayAction> = menu
        .lines
        .iter()
        .filter_map(|line| match line {
            TrayLine::Entry { action, .. } => Some(action),
            TrayLine::Separator => None,
        })
        .collect();
    assert_eq!(
        acts,
        [&TrayAction::None, &TrayAction::Unlock, &TrayAction::Quit],
        "the tray offers to unlock and names no connection"
    );
    again.sign_in(desk.ines(), some(PASSPHRASE)).await.unwrap();
    assert!(again.home_view(again.session()).is_ok(), "signed in");
}

#[tokio::test]
async fn whoever_sat_last_sits_down_again_among_several() {
    let desk = Desk::empty();
    let rei = desk.invites("Rei", Role::Developer).await;
    desk.signs_in(rei, None).await;
    let again = desk.world.open();
    let name = |console: &Console| console.start(console.session()).unwrap().member.name;
    assert_eq!(name(&again), "Rei", "not the first of the list");
    again.lock(again.session()).await.unwrap();
    assert!(
        !again.start(again.session()).unwrap().session.signed_in,
        "a seat that was left locked stays empty"
    );
    again.sign_in(desk.ines(), None).await.unwrap();
    assert_eq!(name(&again), "Ines", "until somebody sits down");
}

#[tokio::test]
async fn a_seat_nobody_moved_at_is_locked_and_its_sign_ins_end() {
    let (desk, id) = Desk::practice();
    desk.protects(PASSPHRASE).await;
    desk.console.set_auto_lock(desk.session(), 5).unwrap();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.console.touch();
    desk.world.clock.pass(4 * 60);
    assert!(!desk.console.lock_if_idle(), "four minutes are not five");
    desk.console.touch();
    desk.world.clock.pass(5 * 60 + 1);
    desk.console.touch();
    assert!(
        !desk
            .console
            .start(desk.session())
            .unwrap()
            .session
            .signed_in,
        "whoever wakes the computer does not keep the seat open"
    );
    let ended = desk.ended(flow).await;
    assert_eq!(
        ended.failure.unwrap().code,
        "cancelled",
        "a sign-in that was open ends with the seat"
    );
}

#[tokio::test]
async fn a_sign_in_under_way_is_not_cut_off_by_the_lock() {
    let (desk, id) = Desk::practice();
    desk.protects(PASSPHRASE).await;
    desk.console.set_auto_lock(desk.session(), 1).unwrap();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.console.extend_flow(flow).unwrap();
    until("it has two more minutes", || {
        let view = desk.console.flow(flow).unwrap();
        view.deadline.millis_since(view.now) > 200_000
    })
    .await;
    for minute in 1..=4 {
        desk.world.clock.pass(59);
        assert!(
            !desk.console.lock_if_idle(),
            "minute {minute}: nobody moves in the window, and yet somebody types a password there"
        );
    }
    let visit = desk.world.agent.visit(flow);
    let answer = press(&visit.url, AIKO, "allow").await;
    arrive(&visit, answer).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done, "to its end");
    assert!(
        !desk.console.lock_if_idle(),
        "who was busy with it until now is not idle"
    );
    desk.world.clock.pass(61);
    assert!(desk.console.lock_if_idle(), "a minute after it, they are");
}

#[tokio::test]
async fn whoever_wakes_the_computer_finds_no_seat_that_a_sign_in_kept_open() {
    let (desk, id) = Desk::practice();
    desk.protects(PASSPHRASE).await;
    desk.console.set_auto_lock(desk.session(), 5).unwrap();
    desk.world.agent.person(Person::Waits);
    desk.begin(id, Reach::All).await;
    desk.world.clock.pass(8 * 3600);
    desk.console.touch();
    let start = desk.console.start(desk.session()).unwrap();
    assert!(!start.session.signed_in, "its time was over long ago");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sits_down_between_the_look_and_the_lock_is_not_locked_out() {
    let desk = Desk::empty();
    let rei = desk.invites("Rei", Role::Developer).await;
    desk.protects(PASSPHRASE).await;
    desk.world.clock.pass(3600);
    let (console, runtime) = (desk.console.clone(), tokio::runtime::Handle::current());
    let sat = Arc::new(AtomicBool::new(false));
    let told = sat.clone();
    desk.world.clock.meanwhile(move || {
        let _here = runtime.enter();
        // Either they sit at once, or they wait until the look is over.
        let at_once = console.sign_in(rei, None).now_or_never();
        told.store(at_once.is_some(), Ordering::SeqCst);
    });
    assert!(desk.console.lock_if_idle(), "the founder was idle");
    if !sat.load(Ordering::SeqCst) {
        desk.console.sign_in(rei, None).await.unwrap();
    }
    let seated = desk.console.start(desk.session()).unwrap();
    assert!(seated.session.signed_in, "the lock was not for them");
    assert_eq!(seated.member.id, Some(rei));
}
