use tsunagi_catalog::{CatalogError, Entry, Offer, Proof};
use tsunagi_domain::{Kind, Member, MemberId, Mode, Reach, Role};

use crate::fixture::{Home, NOW, add_member, connection, event, filling, slot, tag};

#[test]
fn wrong_passphrases_are_counted_in_a_row_and_across_a_restart() {
    let home = Home::new();
    let own = home.member;
    assert_eq!(
        home.catalog.proof(own).unwrap(),
        Some(Proof::default()),
        "who has no passphrase has tried none"
    );
    for n in 1..=3 {
        let now = NOW.plus_seconds(i64::from(n));
        assert_eq!(home.catalog.note_wrong_passphrase(own, now).unwrap(), n);
    }
    let again = tsunagi_catalog::Catalog::open(home.path()).unwrap();
    let proof = again.proof(own).unwrap().unwrap();
    assert_eq!(
        (proof.wrong, proof.wrong_at),
        (3, NOW.plus_seconds(3)),
        "ending the program gains no try"
    );
    again.set_member_key(own, Some("{}")).unwrap();
    let renewed = again.proof(own).unwrap().unwrap();
    assert_eq!(
        (renewed.record.as_deref(), renewed.wrong),
        (Some("{}"), 0),
        "another passphrase, other tries"
    );
    again.note_wrong_passphrase(own, NOW).unwrap();
    again.forget_wrong_passphrases(own).unwrap();
    let proof = home.catalog.proof(own).unwrap().unwrap();
    assert_eq!(proof.wrong, 0, "a right one starts anew");
    assert_eq!(
        home.catalog.note_wrong_passphrase(MemberId::new(), NOW),
        Err(CatalogError::Missing("member")),
        "nobody's tries are not counted"
    );
    assert_eq!(home.catalog.proof(MemberId::new()).unwrap(), None);
}

#[test]
fn r11_who_is_demoted_or_leaves_loses_primary_accounts_and_offers() {
    let home = Home::new();
    let (aiko, ken) = (home.member, add_member(&home.catalog, "Ken"));
    let made = home.add("Practice", Kind::LoggedInUser, Mode::PerEnvironment);
    for reach in [Reach::Development, Reach::Production] {
        let mut filling = filling(slot(made.id, reach, aiko), aiko);
        filling.primary = true;
        home.catalog.fill(&filling).unwrap();
    }
    home.catalog
        .set_offer(
            &Offer {
                connection: made.id,
                reach: Reach::Stage,
                member: aiko,
                offered: Some((ken, NOW)),
                accepted_at: None,
            },
            None,
        )
        .unwrap();
    let before = home.catalog.member(aiko).unwrap().unwrap();
    let renamed = Member {
        name: "Aiko Sato".to_owned(),
        ..before
    };
    let lost = home
        .catalog
        .change_member(&renamed, true, NOW, None)
        .unwrap();
    assert_eq!(lost, [], "another name costs nothing");
    assert_eq!(home.catalog.primaries(made.id).unwrap().len(), 2);

    let demoted = Member {
        role: Role::Developer,
        ..renamed
    };
    let entry = Entry {
        event: event("member.changed"),
        tag: &tag,
    };
    let mut lost = home
        .catalog
        .change_member(&demoted, false, NOW, Some(&entry))
        .unwrap();
    lost.sort_by_key(|(_, reach)| *reach);
    assert_eq!(
        lost,
        [(made.id, Reach::Development), (made.id, Reach::Production)],
        "it is told what runs on nobody's account now"
    );
    assert_eq!(home.catalog.member(aiko).unwrap(), Some(demoted));
    assert_eq!(home.catalog.primaries(made.id).unwrap(), []);
    assert!(
        home.catalog
            .ever_had_primary(made.id, Reach::Production)
            .unwrap(),
        "nobody is promoted silently afterwards"
    );
    assert_eq!(home.catalog.offers_to(aiko).unwrap(), []);
    assert_eq!(
        home.catalog.events(None, None, 9).unwrap().len(),
        1,
        "logged in the same transaction"
    );
}

#[test]
fn a_connection_is_answered_for_by_who_made_it_until_it_is_handed_over() {
    let home = Home::new();
    let ken = add_member(&home.catalog, "Ken");
    let mut made = Vec::new();
    for name in ["Beta", "Alpha"] {
        let mut one = connection(name, Kind::Admin, Mode::Same);
        one.created_by = Some(home.member);
        home.catalog.add_connection(&one).unwrap();
        made.push(one.id);
    }
    let by_itself = home.add("System", Kind::System, Mode::Same);
    assert_eq!(home.catalog.owner(by_itself.id).unwrap(), None, "R5");
    let names = |member| -> Vec<String> {
        let owned = home.catalog.connections_owned_by(member).unwrap();
        owned.iter().map(|one| one.name.to_string()).collect()
    };
    assert_eq!(names(home.member), ["Alpha", "Beta"], "by name");
    home.catalog.set_owner(made[0], ken).unwrap();
    assert_eq!(home.catalog.owner(made[0]).unwrap(), Some(ken));
    let moved = home
        .catalog
        .hand_over_connections(home.member, ken, None)
        .unwrap();
    assert_eq!(moved, 1, "the one that was left");
    assert_eq!(names(ken), ["Alpha", "Beta"]);
    assert_eq!(names(home.member), [""; 0]);
    assert_eq!(
        home.catalog
            .connection(made[0])
            .unwrap()
            .unwrap()
            .created_by,
        Some(home.member),
        "who made it stays as it was"
    );
    assert_eq!(
        home.catalog
            .set_owner(made[0], MemberId::new())
            .map_err(|error| error.code()),
        Err("missing"),
        "nobody answers for it otherwise"
    );
}

#[test]
fn r12_a_primary_account_of_the_mode_that_was_left_is_nobodys_to_lose() {
    let home = Home::new();
    let catalog = &home.catalog;
    let mut made = home.add("Own", Kind::LoggedInUser, Mode::Same);
    home.fill(slot(made.id, Reach::All, home.member));
    catalog
        .set_primary(made.id, Reach::All, Some(home.member), NOW)
        .unwrap();
    let primaries = || catalog.belongings().unwrap()[&home.member].primaries;
    let held = || catalog.primaries_of(home.member).unwrap();
    assert_eq!((primaries(), held()), (1, vec![(made.id, Reach::All)]));
    made.mode = Mode::PerEnvironment;
    catalog.update_connection(&made).unwrap();
    assert_eq!((primaries(), held()), (0, Vec::new()), "it runs nothing");
    made.mode = Mode::Same;
    catalog.update_connection(&made).unwrap();
    assert_eq!(primaries(), 1, "back with the mode");
}
