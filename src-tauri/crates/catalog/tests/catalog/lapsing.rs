//! What ends before long: the first to end comes first, however many connections there are.

use tsunagi_catalog::Lapse;
use tsunagi_domain::{
    AuthorizationId, Health, Kind, MemberId, Mode, NotConnected, Reach, Timestamp,
};

use crate::fixture::{Home, NOW, add_member, filling, shared_slot, slot};
use crate::leases::{renewal, taken};

const DAY: i64 = 24 * 3600;

fn days(days: i64) -> Timestamp {
    NOW.plus_seconds(days * DAY)
}

/// Every page of the list, three at a time.
fn lapsing(home: &Home, viewer: MemberId) -> Vec<(String, Reach, i64)> {
    let mut all: Vec<Lapse> = Vec::new();
    loop {
        let page = home
            .catalog
            .lapsing(viewer, days(14), all.last(), 3)
            .unwrap();
        let ends = page.len() < 3;
        all.extend(page);
        if ends {
            break;
        }
    }
    all.iter()
        .map(|lapse| {
            let in_days = lapse.at.millis_since(NOW) / 1000 / DAY;
            (lapse.connection.name.to_string(), lapse.reach, in_days)
        })
        .collect()
}

/// An authorization that cannot be renewed and ends after so many days.
fn ending(home: &Home, key: tsunagi_domain::connection::SlotKey, after: i64) -> AuthorizationId {
    let mut filling = filling(key, home.member);
    filling.authorization.renewable = false;
    filling.authorization.expires_at = Some(days(after));
    home.catalog.fill(&filling).unwrap();
    filling.authorization.id
}

#[test]
fn the_first_to_end_comes_first_over_all_pages() {
    let home = Home::new();
    // Many end at the same moment, so that pages end in the middle of equal ones.
    for n in 0..10 {
        let made = home.add(&format!("Same {n}"), Kind::Admin, Mode::Same);
        ending(&home, shared_slot(made.id, Reach::All), 5);
    }
    let late = home.add("Late", Kind::Admin, Mode::Same);
    ending(&home, shared_slot(late.id, Reach::All), 15);
    let first = home.add("First", Kind::Admin, Mode::PerEnvironment);
    ending(&home, shared_slot(first.id, Reach::Stage), 2);
    ending(&home, shared_slot(first.id, Reach::Production), 13);
    let found = lapsing(&home, home.member);
    assert_eq!(found[0], ("First".to_owned(), Reach::Stage, 2));
    assert_eq!(found[11], ("First".to_owned(), Reach::Production, 13));
    let mut names: Vec<_> = found[1..11].iter().map(|(name, _, _)| name).collect();
    names.sort();
    names.dedup();
    assert_eq!(
        (found.len(), names.len()),
        (12, 10),
        "each once, and nothing that ends later"
    );
}

#[test]
fn what_renews_ends_with_what_renews_it() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let key = shared_slot(made.id, Reach::All);
    let mut first = filling(key, home.member);
    first.authorization.refresh_expires_at = Some(days(3));
    home.catalog.fill(&first).unwrap();
    let id = first.authorization.id;
    let found = lapsing(&home, home.member);
    assert_eq!(found[0].2, 3, "its token ends in an hour and is renewed");
    let generation = taken(&home.catalog, id);
    let renewed = tsunagi_catalog::Renewal {
        refresh_expires_at: Some(days(9)),
        ..renewal(id, generation, 1)
    };
    assert!(home.catalog.store_renewal(&renewed).unwrap());
    assert_eq!(lapsing(&home, home.member)[0].2, 9, "a renewal moves it");
    let generation = generation + 1;
    home.catalog.release_lease(id, "a", generation - 1).unwrap();
    assert_eq!(taken(&home.catalog, id), generation);
    let last = tsunagi_catalog::Renewal {
        extras: None,
        renewable: false,
        expires_at: Some(days(1)),
        ..renewal(id, generation, 2)
    };
    assert!(home.catalog.store_renewal(&last).unwrap());
    assert_eq!(
        lapsing(&home, home.member)[0].2,
        1,
        "without a refresh token the token's own end counts"
    );
    let expired = Health::NotConnected(NotConnected::Expired);
    home.catalog.set_health(id, expired).unwrap();
    assert!(
        lapsing(&home, home.member).is_empty(),
        "what has ended does not end again"
    );
}

#[test]
fn only_what_the_viewer_may_be_shown_and_what_is_in_use() {
    let home = Home::new();
    let (aiko, ben, chie) = (
        home.member,
        add_member(&home.catalog, "Ben"),
        add_member(&home.catalog, "Chie"),
    );
    let made = home.add("Practice", Kind::LoggedInUser, Mode::Same);
    ending(&home, slot(made.id, Reach::All, aiko), 2);
    ending(&home, slot(made.id, Reach::All, ben), 4);
    ending(&home, slot(made.id, Reach::All, chie), 6);
    home.catalog
        .set_primary(made.id, Reach::All, Some(ben), NOW)
        .unwrap();
    let of = |viewer| -> Vec<i64> {
        let found = lapsing(&home, viewer);
        found.into_iter().map(|(_, _, after)| after).collect()
    };
    assert_eq!(of(aiko), [2, 4], "her own, and the primary account");
    assert_eq!(of(ben), [4], "his own is the primary account");
    assert_eq!(of(chie), [4, 6]);
    let mut switched = made.clone();
    switched.mode = Mode::PerEnvironment;
    home.catalog.update_connection(&switched).unwrap();
    assert!(of(aiko).is_empty(), "slots of the other mode are not used");
    let mut disabled = made;
    disabled.enabled = false;
    home.catalog.update_connection(&disabled).unwrap();
    assert!(of(aiko).is_empty(), "nor is anything of a disabled one");
}
