//! R11, R12: primary accounts, handed over between members.

use std::collections::BTreeSet;

use tsunagi_console::Reach;
use tsunagi_console::tray::TrayLine;
use tsunagi_console::views::MemberChange;
use tsunagi_domain::{ConnectionId, Kind, MemberId, Mode, Role};

use crate::fixture::Desk;
use crate::team::place_of;
use crate::work::with_many;

/// Ines, who is primary, and Ben, an admin, have both authorized.
async fn two(mode: Mode) -> (Desk, ConnectionId, MemberId, MemberId) {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Shared", Kind::LoggedInUser, mode);
    let (ines, ben) = (desk.founder(), desk.joins("Ben", Role::Admin));
    for reach in mode.reaches() {
        desk.authorized_by(ines, id, *reach).await;
        desk.authorized_by(ben, id, *reach).await;
    }
    (desk, id, ines, ben)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_an_offer_moves_the_primary_account_when_the_other_accepts() {
    let (desk, id, ines, ben) = two(Mode::Same).await;
    desk.seats(ines).await;
    let view = desk.view(id).await;
    assert!(place_of(&view, ines, Reach::All).primary, "the first admin");
    assert!(
        place_of(&view, ben, Reach::All).acts.offer,
        "Offer is there"
    );
    assert!(
        !place_of(&view, ines, Reach::All).acts.take,
        "nothing to take"
    );
    let offered = desk
        .console
        .offer_primary(desk.session(), id, Reach::All, ben)
        .await
        .unwrap();
    assert!(
        place_of(&offered, ines, Reach::All).primary,
        "nothing moves until the other accepts"
    );
    assert!(place_of(&offered, ben, Reach::All).acts.withdraw);

    desk.seats(ben).await;
    let home = desk.console.home_view(desk.session()).unwrap();
    assert_eq!(home.offers.len(), 1, "it needs Ben");
    assert_eq!(home.offers[0].from, "Ines");
    let told = desk.console.tray(desk.session());
    let text = "Accept the primary account of Shared";
    assert!(
        told.lines
            .iter()
            .any(|line| matches!(line, TrayLine::Entry { text: said, .. } if said == text)),
        "and the tray says so: {told:?}"
    );
    assert!(
        place_of(&desk.view(id).await, ben, Reach::All).acts.accept,
        "Accept is there"
    );
    let view = desk
        .console
        .accept_primary(desk.session(), id, Reach::All)
        .await
        .unwrap();
    let place = place_of(&view, ben, Reach::All);
    assert!(place.primary && place.primary_since.is_some() && place.offer.is_none());
    assert!(!place_of(&view, ines, Reach::All).primary, "there is one");
    let home = desk.console.home_view(desk.session()).unwrap();
    assert!(home.offers.is_empty(), "it is answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_where_nobody_is_primary_button_and_command_accept_nothing_beforehand() {
    let (desk, id, ines, ben) = two(Mode::Same).await;
    desk.seats(ines).await;
    desk.console
        .revoke(desk.session(), id, Reach::All)
        .await
        .unwrap();
    desk.seats(ben).await;
    let acts = place_of(&desk.view(id).await, ben, Reach::All).acts;
    assert!(acts.take && !acts.accept_beforehand, "it can be taken");
    let refused = desk
        .console
        .accept_primary(desk.session(), id, Reach::All)
        .await
        .unwrap_err();
    assert_eq!(
        refused.code, "no_primary",
        "the same answer from the command"
    );
    assert!(
        desk.world.catalog().offers(id).unwrap().is_empty(),
        "and no credential is wrapped for it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_accepted_beforehand_it_moves_when_it_is_offered() {
    let (desk, id, ines, ben) = two(Mode::Same).await;
    desk.seats(ben).await;
    assert!(
        place_of(&desk.view(id).await, ben, Reach::All)
            .acts
            .accept_beforehand
    );
    let view = desk
        .console
        .accept_primary(desk.session(), id, Reach::All)
        .await
        .unwrap();
    let place = place_of(&view, ben, Reach::All);
    assert!(!place.primary, "nobody takes it from another");
    assert!(place.offer.as_ref().unwrap().accepted_at.is_some());
    desk.seats(ines).await;
    let view = desk
        .console
        .offer_primary(desk.session(), id, Reach::All, ben)
        .await
        .unwrap();
    assert!(place_of(&view, ben, Reach::All).primary, "at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_declined_or_withdrawn_nothing_moves() {
    let (desk, id, ines, ben) = two(Mode::Same).await;
    let (console, all) = (&desk.console, Reach::All);
    for declines in [true, false] {
        desk.seats(ines).await;
        let offer = console.offer_primary(desk.session(), id, all, ben);
        offer.await.unwrap();
        if declines {
            desk.seats(ben).await;
            let declined = console.decline_primary(desk.session(), id, all).await;
            declined.unwrap();
        } else {
            let withdrawn = console.withdraw_primary(desk.session(), id, all, ben).await;
            withdrawn.unwrap();
            desk.seats(ben).await;
        }
        let again = console.decline_primary(desk.session(), id, all).await;
        assert_eq!(again.unwrap_err().code, "offer_gone");
        let view = desk.view(id).await;
        assert!(place_of(&view, ines, all).primary, "{declines}");
        assert!(place_of(&view, ben, all).offer.is_none(), "{declines}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_who_may_not_is_refused_and_nothing_changes() {
    let (desk, id, ines, ben) = two(Mode::Same).await;
    let dana = desk.joins("Dana", Role::Developer);
    let chidi = desk.joins("Chidi", Role::Admin);
    desk.authorized_by(dana, id, Reach::All).await;
    let offer = |to| {
        desk.console
            .offer_primary(desk.session(), id, Reach::All, to)
    };
    assert_eq!(
        offer(ben).await.unwrap_err().code,
        "admin_needed",
        "a developer hands nothing over"
    );
    desk.seats(ines).await;
    assert_eq!(
        offer(dana).await.unwrap_err().code,
        "primary_not_eligible",
        "nor receives it"
    );
    assert_eq!(
        offer(chidi).await.unwrap_err().code,
        "primary_not_authorized"
    );
    assert_eq!(offer(ines).await.unwrap_err().code, "primary_already");
    desk.seats(ben).await;
    assert_eq!(
        offer(ben).await.unwrap_err().code,
        "primary_taken",
        "nobody hands it to themself"
    );
    let wrong = desk
        .console
        .offer_primary(desk.session(), id, Reach::Stage, ben)
        .await;
    assert_eq!(wrong.unwrap_err().code, "reach_not_in_mode");
    let admin = desk.create_practice("For everybody", Kind::Admin, Mode::Same);
    desk.authorize(admin, Reach::All).await;
    let offered = desk
        .console
        .offer_primary(desk.session(), admin, Reach::All, ines)
        .await;
    assert_eq!(offered.unwrap_err().code, "primary_not_offered", "R6");
    assert!(place_of(&desk.view(id).await, ines, Reach::All).primary);
    assert!(desk.world.catalog().offers(id).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_each_environment_has_its_own_and_the_screen_says_what_runs_on_it() {
    let (desk, id, ines, ben) = two(Mode::PerEnvironment).await;
    let shop = desk.software("Shop", &[id]);
    desk.used_in(id, shop, "schedules", "Nightly", true);
    desk.seats(ines).await;
    let offer = desk
        .console
        .offer_primary(desk.session(), id, Reach::Production, ben);
    offer.await.unwrap();
    desk.seats(ben).await;
    let accept = desk
        .console
        .accept_primary(desk.session(), id, Reach::Production);
    accept.await.unwrap();
    let rows = desk
        .console
        .primaries_view(desk.session(), None)
        .unwrap()
        .rows;
    let rows: Vec<_> = rows.iter().filter(|row| row.connection == id).collect();
    let holders: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.reach,
                row.primary.as_ref().unwrap().member.name.as_str(),
            )
        })
        .collect();
    assert_eq!(
        holders,
        [
            (Reach::Development, "Ines"),
            (Reach::Stage, "Ines"),
            (Reach::Production, "Ben")
        ]
    );
    assert_eq!(rows[2].unattended[0].name, "Nightly");
    assert!(rows[2].unattended[0].next_run.is_some(), "and when");
    assert!(rows[0].unattended.is_empty(), "it runs in Production only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_revoked_by_a_manager_nobody_is_promoted_and_one_press_makes_another_primary() {
    let (desk, id, ines, ben) = two(Mode::Same).await;
    let shop = desk.software("Shop", &[id]);
    desk.used_in(id, shop, "schedules", "Nightly", true);
    desk.used_in(id, shop, "form_workflow", "On submit", false);
    desk.seats(ben).await;
    let impact = desk
        .console
        .impact_of(desk.session(), id, Reach::All, Some(ines))
        .await
        .unwrap();
    let names = |uses: &[tsunagi_console::views::UseView]| -> Vec<String> {
        uses.iter().map(|used| used.name.clone()).collect()
    };
    assert!(impact.primary && !impact.own);
    assert_eq!(names(&impact.stops), ["Nightly"], "R18: first it is said");
    assert_eq!(names(&impact.goes_on), ["On submit"], "with Ben's account");
    let revoked = desk
        .console
        .revoke_of(desk.session(), id, Reach::All, Some(ines))
        .await;
    assert!(revoked.unwrap().at_provider);
    let view = desk.view(id).await;
    assert!(view.row.stations[0].no_primary, "R11");
    assert!(place_of(&view, ben, Reach::All).acts.take, "Make primary");
    let taken = desk
        .console
        .choose_primary(desk.session(), id, Reach::All)
        .await
        .unwrap();
    assert!(place_of(&taken, ben, Reach::All).primary);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_environment_s_card_says_whose_account_it_shows() {
    let (desk, id, ines, ben) = two(Mode::Same).await;
    desk.seats(ben).await;
    let card = desk.view(id).await.environments.remove(0);
    assert!(card.station.primary, "the primary account is shown");
    assert_eq!(card.member, Some(ines), "and it is not the viewer's");
    let admin = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    let card = desk.view(admin).await.environments.remove(0);
    assert_eq!(card.member, None, "everybody's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_others_see_and_revoke_their_own_account_only() {
    let (desk, id, ines, _) = two(Mode::Same).await;
    let uma = desk.joins("Uma", Role::User);
    let shop = desk.software("Shop", &[id]);
    let catalog = desk.world.catalog();
    catalog.share_application(shop, uma, true).unwrap();
    desk.authorized_by(uma, id, Reach::All).await;
    let screen = desk.console.primaries_view(desk.session(), None);
    assert_eq!(
        screen.unwrap_err().code,
        "role_not_allowed",
        "R15: it tells of every application and of everybody's account"
    );
    let details = desk.console.connection_view(desk.session(), id).await;
    assert_eq!(details.unwrap_err().code, "role_not_allowed", "R15");
    let revoked = desk
        .console
        .revoke_of(desk.session(), id, Reach::All, Some(ines))
        .await;
    assert_eq!(revoked.unwrap_err().code, "role_not_allowed");
    let own = desk
        .console
        .revoke_of(desk.session(), id, Reach::All, None)
        .await;
    assert!(own.is_ok(), "their own they may");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_very_many_connections_every_one_is_on_some_page() {
    let desk = Desk::empty();
    with_many(&desk, 450, |n| {
        if n % 45 == 0 {
            Kind::Admin
        } else {
            Kind::LoggedInUser
        }
    });
    let mut after = None;
    let mut seen = BTreeSet::new();
    loop {
        let page = desk.console.primaries_view(desk.session(), after).unwrap();
        assert_eq!(page.all, 440, "each page says how many there are");
        assert!(page.connections <= 200, "and holds so many of them");
        for row in &page.rows {
            assert!(seen.insert(row.connection), "none comes twice");
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen.len(), 440, "nothing is cut off without a word");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_what_would_be_refused_is_offered_to_nobody() {
    let (desk, id, ines, ben) = two(Mode::Same).await;
    let offered = |desk: &Desk| desk.console.home_view(desk.session()).unwrap().offers.len();
    desk.seats(ines).await;
    desk.console
        .offer_primary(desk.session(), id, Reach::All, ben)
        .await
        .unwrap();
    desk.seats(ben).await;
    assert_eq!(offered(&desk), 1, "it waits for them");
    desk.console
        .revoke(desk.session(), id, Reach::All)
        .await
        .unwrap();
    assert_eq!(offered(&desk), 0, "who is not connected could not accept");
    let tray = format!("{:?}", desk.console.tray(desk.session()));
    assert!(!tray.contains("Accept"), "nor from the tray: {tray}");
    desk.authorize(id, Reach::All).await;
    assert_eq!(offered(&desk), 1, "authorized again, they can");

    let rei = desk.joins("Rei", Role::SuperAdmin);
    desk.seats(rei).await;
    let demoted = MemberChange {
        name: "Ines".to_owned(),
        role: Role::Developer,
        passphrase: None,
    };
    desk.console
        .change_member(desk.session(), ines, demoted)
        .await
        .unwrap();
    desk.seats(ben).await;
    assert_eq!(offered(&desk), 0, "what they offered went with their role");
    let refused = desk.console.accept_primary(desk.session(), id, Reach::All);
    assert_eq!(
        refused.await.unwrap_err().code,
        "no_primary",
        "nobody has it, so it is taken, not accepted"
    );
}
