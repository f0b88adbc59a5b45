use tsunagi_catalog::{CatalogError, SlotSettings};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{Connection, Environment, Kind, Mode, Reach};

use crate::fixture::{Home, connection, shared_slot, used};

#[test]
fn a_connection_comes_back_as_it_was_made() {
    let home = Home::new();
    for kind in [Kind::System, Kind::Admin, Kind::LoggedInUser] {
        for mode in [Mode::Same, Mode::PerEnvironment] {
            let mut made = connection("練習 CRM ・ Ünïcode", kind, mode);
            made.created_by = (kind != Kind::System).then_some(home.member);
            home.catalog.add_connection(&made).unwrap();
            let by_id = home.catalog.connection(made.id).unwrap();
            assert_eq!(by_id.as_ref(), Some(&made), "found by id");
            let link_name = made.link_name.as_str();
            let by_link_name = home.catalog.connection_by_link_name(link_name).unwrap();
            assert_eq!(by_link_name.as_ref(), Some(&made), "found by link name");
        }
    }
    assert_eq!(
        home.catalog
            .connections_of_connector("practice")
            .unwrap()
            .len(),
        6,
        "by connector"
    );
}

#[test]
fn r19_a_link_name_is_given_once() {
    let home = Home::new();
    let first = home.add("First", Kind::Admin, Mode::Same);
    let second = Connection {
        link_name: first.link_name.clone(),
        ..connection("Second", Kind::Admin, Mode::Same)
    };
    assert!(
        home.catalog
            .link_name_taken(first.link_name.as_str())
            .unwrap(),
        "it is taken"
    );
    let refused = home.catalog.add_connection(&second);
    assert_eq!(
        refused,
        Err(CatalogError::LinkNameTaken),
        "scripts would not know which is meant"
    );
    assert_eq!(
        home.catalog.connection(second.id).unwrap(),
        None,
        "and nothing was stored"
    );
}

#[test]
fn r19_what_scripts_hold_on_to_never_changes() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let other_link_name = Connection {
        link_name: LinkName::new("other").unwrap(),
        ..made.clone()
    };
    let other_connector = Connection {
        connector: "other".to_owned(),
        ..made.clone()
    };
    let other_kind = Connection {
        kind: Kind::LoggedInUser,
        ..made.clone()
    };
    for (changed, part) in [
        (other_link_name, "link name"),
        (other_connector, "connector"),
        (other_kind, "kind"),
    ] {
        let refused = home.catalog.update_connection(&changed);
        assert_eq!(
            refused,
            Err(CatalogError::Fixed(part)),
            "it is fixed from creation on"
        );
    }
    let renamed = Connection {
        name: ConnectionName::new("Renamed").unwrap(),
        mode: Mode::PerEnvironment,
        scopes: vec!["a".to_owned(), "b".to_owned()],
        settings: Settings::new(),
        enabled: false,
        ..made
    };
    home.catalog.update_connection(&renamed).unwrap();
    let kept = home.catalog.connection(renamed.id).unwrap();
    assert_eq!(kept, Some(renamed), "everything else is editable");
}

#[test]
fn r18_a_connection_in_use_is_not_deleted() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let shop = home.application("Shop");
    let place = used(made.id, shop, Environment::Stage);
    home.catalog.set_use(&place).unwrap();
    let refused = home.catalog.delete_connection(made.id);
    assert_eq!(refused, Err(CatalogError::StillUsed), "R18");
    assert_eq!(
        home.catalog.count_uses(made.id).unwrap(),
        1,
        "the place is counted"
    );
    let uses = home.catalog.uses(made.id).unwrap();
    assert_eq!(
        uses,
        std::slice::from_ref(&place),
        "and listed, with its environment"
    );
    assert!(home.catalog.remove_use(place.id).unwrap());
    home.catalog.delete_connection(made.id).unwrap();
    assert!(
        !home.catalog.remove_use(place.id).unwrap(),
        "once nothing uses it, it goes"
    );
}

#[test]
fn deleting_a_connection_takes_only_what_sat_there_alone() {
    let home = Home::new();
    let first = home.add("First", Kind::Admin, Mode::Same);
    let second = home.add("Second", Kind::Admin, Mode::Same);
    let third = home.add("Third", Kind::Admin, Mode::Same);
    let shared = home.fill(shared_slot(first.id, Reach::All));
    home.catalog
        .share(shared_slot(second.id, Reach::All), shared)
        .unwrap();
    let alone = home.fill(shared_slot(third.id, Reach::All));
    home.catalog.delete_connection(first.id).unwrap();
    home.catalog.delete_connection(third.id).unwrap();
    assert!(
        home.catalog.sealed(shared).unwrap().is_some(),
        "the second still uses it"
    );
    assert_eq!(
        home.catalog.authorization(alone).unwrap(),
        None,
        "nobody uses it any more"
    );
    assert_eq!(
        home.catalog.sealed(alone).unwrap(),
        None,
        "nor its credential"
    );
    let again = home.catalog.delete_connection(first.id);
    assert_eq!(
        again,
        Err(CatalogError::Missing("connection")),
        "it is gone"
    );
}

#[test]
fn settings_of_one_environment_are_kept_apart() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::PerEnvironment);
    let settings = |reach, value: &str| SlotSettings {
        reach,
        settings: [("sandbox".to_owned(), value.to_owned())].into(),
        registration: None,
    };
    home.catalog
        .set_slot_settings(made.id, &settings(Reach::Stage, "no"), &[])
        .unwrap();
    home.catalog
        .set_slot_settings(made.id, &settings(Reach::Stage, "yes"), &[])
        .unwrap();
    home.catalog
        .set_slot_settings(made.id, &settings(Reach::Development, "yes"), &[])
        .unwrap();
    assert_eq!(
        home.catalog.slot_settings(made.id).unwrap(),
        [
            settings(Reach::Development, "yes"),
            settings(Reach::Stage, "yes")
        ],
        "each reach has its own, the last one set"
    );
    let nothing = SlotSettings {
        reach: Reach::Stage,
        settings: Settings::new(),
        registration: None,
    };
    home.catalog
        .set_slot_settings(made.id, &nothing, &[])
        .unwrap();
    assert_eq!(
        home.catalog.slot_settings(made.id).unwrap().len(),
        1,
        "no override, no row"
    );
}

#[test]
fn a_row_that_cannot_be_read_is_shown_and_stops_nothing() {
    let home = Home::new();
    let good = home.add("Good", Kind::Admin, Mode::Same);
    let bad = home.add("Bad", Kind::Admin, Mode::Same);
    let filled = home.fill(shared_slot(good.id, Reach::All));
    home.raw()
        .execute(
            "UPDATE connection SET scopes = 'no json' WHERE id = ?1",
            [bad.id.uuid().into_bytes()],
        )
        .unwrap();
    home.raw()
        .execute_batch("UPDATE authorization SET health = 'splendid'")
        .unwrap();
    let all = home.catalog.connections_of_connector("practice").unwrap();
    assert_eq!(all, std::slice::from_ref(&good), "the others are seen");
    assert_eq!(
        home.catalog.slots(good.id).unwrap(),
        [],
        "nothing is sent with what is unknown"
    );
    let direct = home.catalog.connection(bad.id);
    assert!(
        matches!(direct, Err(CatalogError::Unreadable(_))),
        "asked for, it says so: {direct:?}"
    );
    let found = home.catalog.quarantined().unwrap();
    let told: Vec<_> = found.iter().map(|row| (row.what, row.id.clone())).collect();
    assert_eq!(
        told,
        [
            ("connection", bad.id.to_string()),
            ("authorization", filled.to_string())
        ],
        "the person learns which rows they are: {found:?}"
    );
}
