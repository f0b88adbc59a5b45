//! The clock is set back: by a person, by a computer without a battery, or to gain something.

use tsunagi_console::views::Stage;
use tsunagi_console::{ConsoleError, Reach, Role};
use tsunagi_domain::{Kind, Mode};

use crate::fixture::{Desk, Person};

const DAY: i64 = 24 * 3600;
const PASSPHRASE: &str = "correct horse battery";

fn code<T>(outcome: Result<T, ConsoleError>) -> String {
    match outcome {
        Ok(_) => "done".to_owned(),
        Err(error) => error.code,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_back_shortens_no_delay_and_makes_none_endless() {
    let desk = Desk::empty();
    let founder = desk.founder();
    let own = Some(PASSPHRASE.to_owned());
    let set = desk
        .console
        .set_passphrase(desk.session(), None, own.clone());
    set.await.unwrap();
    desk.console.lock(desk.session()).await.unwrap();
    for _ in 0..5 {
        let wrong = Some("wrong horse battery".to_owned());
        let _ = desk.console.sign_in(founder, wrong).await;
    }
    for back in [40, DAY, 400 * DAY] {
        desk.world.clock.pass(-back);
        let refused = desk.console.sign_in(founder, own.clone()).await;
        assert_eq!(
            code(refused),
            "passphrase_wait",
            "{back} s back gain no try"
        );
        let seat = desk.console.session_view().unwrap().members.remove(0);
        let until = seat.refused_until.expect("and the screen says so");
        let now = desk.console.session_view().unwrap().now;
        assert!(
            until.millis_since(now) <= 30_000,
            "for no longer than half a minute from now on"
        );
    }
    let again = desk.world.open();
    let refused = again.sign_in(founder, own.clone()).await;
    assert_eq!(code(refused), "passphrase_wait", "nor does a restart");
    desk.world.clock.pass(31);
    let opened = again.sign_in(founder, own).await;
    assert_eq!(
        code(opened),
        "done",
        "a year back is waited for half a minute"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_is_not_locked_by_a_clock_set_back_and_idleness_is_counted_from_there() {
    let desk = Desk::empty();
    let own = Some(PASSPHRASE.to_owned());
    let set = desk.console.set_passphrase(desk.session(), None, own);
    set.await.unwrap();
    desk.console.set_auto_lock(desk.session(), 5).unwrap();
    desk.console.touch();
    desk.world.clock.pass(-DAY);
    assert!(!desk.console.lock_if_idle(), "nobody was idle");
    desk.world.clock.pass(4 * 60);
    assert!(!desk.console.lock_if_idle(), "four minutes are not five");
    desk.world.clock.pass(61);
    assert!(desk.console.lock_if_idle(), "and a day is not waited for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flows_renewals_offers_lapses_and_the_log_go_on() {
    let (desk, id) = Desk::practice();
    let ines = desk.founder();
    desk.authorize(id, Reach::All).await;
    let ben = desk.joins("Ben", Role::Admin);
    desk.authorized_by(ben, id, Reach::All).await;
    let bens = desk.session();
    desk.seats(ines).await;
    let session = desk.session();
    let console = &desk.console;
    let offered = console.offer_primary(session, id, Reach::All, ben).await;
    offered.unwrap();
    desk.world.agent.person(Person::Waits);
    let other = desk.create_practice("Another", Kind::Admin, Mode::Same);
    let flow = desk.begin(other, Reach::All).await;

    desk.world.clock.pass(-3 * DAY);
    assert!(
        desk.try_it(id).await.unwrap().ok,
        "what there is, is renewed and used"
    );
    let view = console.flow(flow).unwrap();
    assert!(view.seconds > 0, "an open flow goes on: {view:?}");
    console.cancel_flow(flow).unwrap();
    assert_eq!(
        desk.ended(flow).await.stage,
        Stage::Failed,
        "and can be ended"
    );
    desk.world
        .agent
        .person(Person::Allows(crate::fixture::AIKO));
    let end = desk.authorize(other, Reach::All).await;
    // OpenID Connect Core §3.1.3.7: an ID token of the future proves nothing.
    let failure = end
        .failure
        .expect("the provider's clock is three days ahead");
    assert_eq!(failure.code, "id_token_invalid");
    assert!(
        failure.help.contains("clock"),
        "what to mend is said: {failure:?}"
    );
    let accepted = console.accept_primary(bens, id, Reach::All).await;
    assert_eq!(code(accepted), "done", "an offer of the future stands");
    let home = console.home_view(session).unwrap();
    assert!(
        home.lapsing.is_empty(),
        "nothing is about to end: {:?}",
        home.lapsing
    );
    console.renew_due().await;
    let view = desk.view(id).await;
    assert!(
        view.environments[0].verified_at.is_none(),
        "what is renewed is not verified"
    );
    let log = console.verify_activity(session).unwrap();
    assert!(
        log.failure.is_none(),
        "the log is in the order it was written"
    );
    desk.world.clock.pass(3 * DAY);
    let end = desk.authorize(other, Reach::All).await;
    assert_eq!(
        end.stage,
        Stage::Done,
        "with the clock set right it goes on"
    );
    let timeline = console.timeline(session, other).unwrap();
    assert_eq!(timeline.len(), 3, "and every attempt is in the timeline");
}
