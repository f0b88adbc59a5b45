use tsunagi_catalog::CatalogError;
use tsunagi_domain::{
    Application, ApplicationId, ConnectionId, Edition, Environment, Kind, MemberId, Mode,
};

use crate::fixture::{Home, NOW, add_member, used};

fn application(name: &str, edition: Edition) -> Application {
    Application {
        id: ApplicationId::new(),
        name: name.to_owned(),
        edition,
        created_at: NOW,
    }
}

#[test]
fn an_application_comes_back_as_it_was_made_and_changed() {
    let home = Home::new();
    let orders = application("Orders", Edition::C5);
    let bookings = application("予約", Edition::C6);
    for one in [&orders, &bookings] {
        home.catalog.set_application(one).unwrap();
        assert_eq!(
            home.catalog.application(one.id).unwrap().as_ref(),
            Some(one)
        );
    }
    let grown = Application {
        name: "Order desk".to_owned(),
        edition: Edition::C6,
        ..orders
    };
    home.catalog.set_application(&grown).unwrap();
    assert_eq!(
        home.catalog.applications().unwrap(),
        [grown, bookings],
        "by name"
    );
}

#[test]
fn no_two_applications_are_called_the_same() {
    let home = Home::new();
    let orders = application("Orders", Edition::C6);
    home.catalog.set_application(&orders).unwrap();
    for name in ["Orders", "ORDERS", "Ｏｒｄｅｒｓ"] {
        assert_eq!(
            home.catalog
                .set_application(&application(name, Edition::C6)),
            Err(CatalogError::NameTaken),
            "`{name}` could not be told from it"
        );
    }
    let louder = Application {
        name: "ORDERS".to_owned(),
        ..orders
    };
    home.catalog.set_application(&louder).unwrap();
    assert_eq!(
        home.catalog.applications().unwrap(),
        [louder],
        "it may change its own spelling"
    );
}

#[test]
fn r3_a_connection_is_shared_with_those_its_applications_are_shared_with() {
    let home = Home::new();
    let (aiko, ken) = (home.member, add_member(&home.catalog, "Ken"));
    let made = home.add("Practice", Kind::LoggedInUser, Mode::Same);
    let (shop, desk) = (home.application("Shop"), home.application("Desk"));
    let shared = |member| home.catalog.is_shared_with(made.id, member).unwrap();
    home.catalog.grant_application(shop, made.id, true).unwrap();
    home.catalog.share_application(desk, ken, true).unwrap();
    assert!(!shared(ken), "his application does not use it");
    home.catalog.share_application(shop, ken, true).unwrap();
    home.catalog.share_application(shop, ken, true).unwrap();
    assert!(shared(ken), "now one does");
    assert!(!shared(aiko), "hers none");
    assert_eq!(home.catalog.members_of_application(shop).unwrap(), [ken]);
    let names: Vec<String> = home
        .catalog
        .applications_shared_with(ken)
        .unwrap()
        .into_iter()
        .map(|application| application.name)
        .collect();
    assert_eq!(names, ["Desk", "Shop"]);
    home.catalog.share_application(shop, ken, false).unwrap();
    assert!(!shared(ken), "and no longer");
    assert_eq!(
        home.catalog.share_application(shop, MemberId::new(), true),
        Err(CatalogError::Missing(
            "member, connection, registration or authorization"
        )),
        "not with nobody"
    );
}

#[test]
fn r4_access_is_granted_and_taken_per_application() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let (shop, desk) = (home.application("Shop"), home.application("Desk"));
    let access = |application| home.catalog.has_access(application, made.id).unwrap();
    assert!(!access(shop), "nobody has it to begin with");
    home.catalog.grant_application(shop, made.id, true).unwrap();
    home.catalog.grant_application(shop, made.id, true).unwrap();
    assert!(access(shop) && !access(desk), "one by one");
    let granted = home.catalog.applications_of_connection(made.id).unwrap();
    assert_eq!(granted[0].id, shop);
    let usable = home.catalog.connections_of_application(shop).unwrap();
    assert_eq!(usable, std::slice::from_ref(&made));
    home.catalog
        .grant_application(shop, made.id, false)
        .unwrap();
    assert!(!access(shop), "and taken back");
    assert!(
        home.catalog
            .grant_application(shop, ConnectionId::new(), true)
            .is_err(),
        "there is nothing to grant"
    );
}

#[test]
fn an_application_goes_with_its_shares_but_not_while_it_uses_something() {
    let home = Home::new();
    let made = home.add("Practice", Kind::Admin, Mode::Same);
    let shop = home.application("Shop");
    home.catalog.grant_application(shop, made.id, true).unwrap();
    home.catalog
        .share_application(shop, home.member, true)
        .unwrap();
    let place = used(made.id, shop, Environment::Stage);
    home.catalog.set_use(&place).unwrap();
    assert_eq!(
        home.catalog.delete_application(shop),
        Err(CatalogError::StillUsed),
        "its places would hang in the air"
    );
    home.catalog.remove_use(place.id).unwrap();
    home.catalog.delete_application(shop).unwrap();
    assert_eq!(home.catalog.applications().unwrap(), []);
    assert_eq!(
        home.catalog.applications_of_connection(made.id).unwrap(),
        []
    );
    assert_eq!(
        home.catalog.delete_application(shop),
        Err(CatalogError::Missing("application"))
    );
}

#[test]
fn an_application_is_listed_with_how_much_there_is_around_it() {
    let home = Home::new();
    let crm = home.add("CRM", Kind::Admin, Mode::Same);
    let sms = home.add("SMS", Kind::Admin, Mode::Same);
    let (shop, desk) = (home.application("Shop"), home.application("Desk"));
    let catalog = &home.catalog;
    catalog.grant_application(shop, crm.id, true).unwrap();
    catalog.grant_application(shop, sms.id, true).unwrap();
    let member = add_member(&home.catalog, "Ren");
    catalog.share_application(shop, member, true).unwrap();
    for environment in Environment::ALL {
        catalog.set_use(&used(crm.id, shop, environment)).unwrap();
    }
    let counts: Vec<_> = catalog
        .application_summaries()
        .unwrap()
        .into_iter()
        .map(|row| (row.application.id, row.members, row.connections, row.uses))
        .collect();
    assert_eq!(counts, [(desk, 0, 0, 0), (shop, 1, 2, 3)], "by name");
}
