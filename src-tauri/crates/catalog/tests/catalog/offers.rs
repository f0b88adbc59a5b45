use tsunagi_catalog::{CatalogError, Entry, Offer};
use tsunagi_domain::{ConnectionId, Kind, MemberId, Mode, Reach};

use crate::fixture::{Home, NOW, add_member, event, filling, slot, tag};

fn offer(connection: ConnectionId, member: MemberId, by: Option<MemberId>) -> Offer {
    Offer {
        connection,
        reach: Reach::All,
        member,
        offered: by.map(|by| (by, NOW)),
        accepted_at: by.is_none().then_some(NOW),
    }
}

#[test]
fn r11_an_offer_waits_for_its_member_and_an_acceptance_for_its_offer() {
    let home = Home::new();
    let (aiko, ken) = (home.member, add_member(&home.catalog, "Ken"));
    let made = home.add("Practice", Kind::LoggedInUser, Mode::Same);
    let offered = offer(made.id, ken, Some(aiko));
    let entry = Entry {
        event: event("primary.offered"),
        tag: &tag,
    };
    home.catalog.set_offer(&offered, Some(&entry)).unwrap();
    assert_eq!(home.catalog.offers_to(ken).unwrap(), [offered]);
    assert_eq!(home.catalog.offers(made.id).unwrap(), [offered]);
    assert_eq!(home.catalog.offers_to(aiko).unwrap(), []);

    home.catalog
        .set_offer(&offer(made.id, aiko, None), None)
        .unwrap();
    assert_eq!(
        home.catalog.offers_to(aiko).unwrap(),
        [],
        "what was only accepted beforehand waits for nobody's answer"
    );
    home.catalog
        .set_offer(&offer(made.id, aiko, Some(ken)), None)
        .unwrap();
    let both = home.catalog.offers_to(aiko).unwrap();
    assert_eq!(
        (both[0].offered, both[0].accepted_at),
        (Some((ken, NOW)), Some(NOW)),
        "an offer forgets no acceptance"
    );
    let withdrawn = home
        .catalog
        .withdraw_offer(made.id, Reach::All, aiko, None)
        .unwrap();
    assert!(withdrawn, "it was there");
    let again = home
        .catalog
        .withdraw_offer(made.id, Reach::All, aiko, Some(&entry))
        .unwrap();
    assert!(!again, "and is gone");
    assert_eq!(
        home.catalog.events(None, None, 9).unwrap().len(),
        1,
        "what did not happen is not logged"
    );
}

#[test]
fn r11_when_the_primary_account_moves_every_offer_there_lapses() {
    let home = Home::new();
    let (aiko, ken) = (home.member, add_member(&home.catalog, "Ken"));
    let made = home.add("Practice", Kind::LoggedInUser, Mode::Same);
    let mut own = filling(slot(made.id, Reach::All, aiko), aiko);
    own.primary = true;
    home.catalog.fill(&own).unwrap();
    home.catalog
        .fill(&filling(slot(made.id, Reach::All, ken), ken))
        .unwrap();
    for member in [aiko, ken] {
        home.catalog
            .set_offer(&offer(made.id, member, Some(aiko)), None)
            .unwrap();
    }
    let now = NOW.plus_seconds(9);
    let here = (made.id, Reach::All);
    let standing = offer(made.id, ken, Some(aiko));
    let mut withdrawn = standing;
    withdrawn.offered = Some((aiko, NOW.plus_seconds(1)));
    for (before, by, why) in [
        (
            Some(ken),
            Some(&standing),
            "somebody else is primary by now",
        ),
        (None, Some(&standing), "somebody is primary by now"),
        (
            Some(aiko),
            Some(&withdrawn),
            "that offer does not stand any more",
        ),
    ] {
        let moved = home.catalog.move_primary(here, ken, before, by, now, None);
        assert_eq!(moved, Err(CatalogError::Stale), "{why}");
    }
    let stranger = add_member(&home.catalog, "Mio");
    let moved = home
        .catalog
        .move_primary(here, stranger, Some(aiko), None, now, None);
    assert_eq!(
        moved,
        Err(CatalogError::Stale),
        "they have no credential there"
    );
    home.catalog
        .move_primary(here, ken, Some(aiko), Some(&standing), now, None)
        .unwrap();
    let primaries = home.catalog.primaries(made.id).unwrap();
    assert_eq!(
        primaries
            .iter()
            .map(|primary| (primary.member, primary.since))
            .collect::<Vec<_>>(),
        [(ken, now)]
    );
    assert_eq!(home.catalog.offers(made.id).unwrap(), []);
}
