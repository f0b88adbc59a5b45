//! Another authorization in the place of one, and another connection in the place of one: R14, R18,
//! R21.

use tsunagi_console::Reach;
use tsunagi_console::views::{ConnectionView, Fate};
use tsunagi_domain::{Kind, Mode};

use super::admin;
use crate::fixture::{BEN, Desk, Person, practice_draft};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_r21_an_authorization_is_switched_and_switched_back() {
    let desk = Desk::practice().0;
    let first = admin(&desk, "First", Mode::Same).await;
    desk.world.agent.person(Person::Allows(BEN));
    let second = admin(&desk, "Second", Mode::Same).await;
    // First's sits in a third connection too, so that one can go back.
    let mut draft = practice_draft("Third", Kind::Admin, Mode::Same);
    draft.reuse = Some(first);
    let third = desk.console.create(desk.session(), &draft).unwrap();
    let offers = desk
        .console
        .switch_offers(desk.session(), first, Reach::All)
        .unwrap();
    let from: Vec<_> = offers.iter().map(|offer| offer.from).collect();
    assert_eq!(from, [second], "its own is not offered again");
    let impact = desk
        .console
        .switch_impact(desk.session(), first, Reach::All, second)
        .unwrap();
    assert_eq!(impact.now.unwrap().label, "aiko@practice.example");
    assert_eq!(impact.next.label, "ben@practice.example");
    assert_eq!(impact.undo, Some(third), "it can be undone");
    let label = |view: &ConnectionView| view.row.stations[0].account.clone().unwrap().label;
    let switched = desk
        .console
        .switch_authorization(desk.session(), first, Reach::All, second)
        .await
        .unwrap();
    assert_eq!(label(&switched), "ben@practice.example");
    assert_eq!(desk.try_it(first).await.unwrap().account, label(&switched));
    let back = desk
        .console
        .switch_authorization(desk.session(), first, Reach::All, third)
        .await
        .unwrap();
    assert_eq!(label(&back), "aiko@practice.example");
    for id in [first, second, third] {
        assert!(desk.try_it(id).await.unwrap().ok, "all work");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_what_would_not_do_is_not_switched_to() {
    let desk = Desk::practice().0;
    let first = admin(&desk, "First", Mode::Same).await;
    let mut draft = practice_draft("Narrow", Kind::Admin, Mode::Same);
    draft.scopes.pop();
    let narrow = desk.console.create(desk.session(), &draft).unwrap();
    desk.authorize(narrow, Reach::All).await;
    let apart = admin(&desk, "Apart", Mode::PerEnvironment).await;
    let empty = desk.create_practice("Empty", Kind::Admin, Mode::Same);
    let own = desk.create_practice("Own", Kind::LoggedInUser, Mode::Same);
    desk.authorize(own, Reach::All).await;
    let offers = desk
        .console
        .switch_offers(desk.session(), first, Reach::All)
        .unwrap();
    assert!(offers.is_empty(), "{offers:?}");
    for other in [narrow, apart, empty, own, first] {
        let made = desk
            .console
            .switch_authorization(desk.session(), first, Reach::All, other)
            .await;
        assert_eq!(made.unwrap_err().code, "switch_unfit");
    }
    assert!(desk.try_it(first).await.unwrap().ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_a_connection_takes_anothers_place_only_where_its_uses_could_be_made() {
    let (desk, old) = Desk::practice();
    desk.authorize(old, Reach::All).await;
    let apart = admin(&desk, "Apart", Mode::PerEnvironment).await;
    let next = admin(&desk, "Next", Mode::Same).await;
    let shop = desk.software("Shop", &[old]);
    desk.used_in(old, shop, "data_source", "Contacts", true);
    desk.used_in(old, shop, "form_workflow", "On submit", false);
    let found = desk
        .console
        .replacements(desk.session(), old)
        .unwrap()
        .candidates;
    let of = |id| found.iter().find(|one| one.connection == id).unwrap();
    let refused = of(apart).refused.clone().unwrap();
    assert_eq!(refused.code, "same_authorization_needed", "R14");
    assert!(of(next).refused.is_none());
    assert_eq!(
        of(next).lets_in,
        ["Shop"],
        "R18: it says first who may use it then"
    );
    let before = desk.told_of(next);
    assert!(of(next).uses.iter().all(|one| one.fate == Fate::GoesOn));
    let made = desk.console.replace_connection(desk.session(), old, apart);
    assert_eq!(made.unwrap_err().code, "same_authorization_needed");
    assert_eq!(
        desk.world.catalog().count_uses(old).unwrap(),
        2,
        "unchanged"
    );
    let moved = desk.console.replace_connection(desk.session(), old, next);
    let moved = moved.unwrap();
    assert_eq!(moved.moved, 2);
    let catalog = desk.world.catalog();
    assert_eq!(catalog.count_uses(next).unwrap(), 2);
    assert!(catalog.has_access(shop, next).unwrap(), "R4: it may use it");
    assert_eq!(desk.news_of(next, &before), ["Shop may use Next"]);
    let let_in = desk.console.replacements(desk.session(), next).unwrap();
    let had_it = let_in.candidates.iter().find(|one| one.connection == old);
    assert!(had_it.unwrap().lets_in.is_empty(), "it may use the old one");
    let replaced = moved.undo.expect("it can be taken back");
    let back = desk
        .console
        .undo_replace(desk.session(), old, next, &replaced);
    assert_eq!(back.unwrap(), 2, "R18: both are back");
    assert_eq!(catalog.count_uses(old).unwrap(), 2);
    assert!(
        !catalog.has_access(shop, next).unwrap(),
        "and the shop may use it no more"
    );
    assert!(
        desk.news_of(next, &before)
            .contains(&"Shop may no longer use Next".to_owned()),
        "and the log knows"
    );
    let again = desk.console.replace_connection(desk.session(), old, next);
    assert_eq!(again.unwrap().moved, 2);
    let same = desk.console.replace_connection(desk.session(), old, old);
    assert_eq!(same.unwrap_err().code, "replace_same");
    desk.console
        .delete_connection(desk.session(), old)
        .await
        .unwrap();
}
