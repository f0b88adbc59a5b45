use tsunagi_catalog::{CatalogError, Use};
use tsunagi_domain::{ApplicationId, ConnectionId, Environment, Kind, Mode, UseId};

use crate::fixture::{Home, used};

#[test]
fn uses_are_listed_by_connection_and_by_application() {
    let home = Home::new();
    let crm = home.add("CRM", Kind::Admin, Mode::Same);
    let sms = home.add("SMS", Kind::Admin, Mode::Same);
    let (shop, desk) = (home.application("Shop"), home.application("Desk"));
    let in_shop = used(crm.id, shop, Environment::Production);
    let in_desk = Use {
        area: "sms".to_owned(),
        unattended: false,
        next_run: None,
        scopes: Vec::new(),
        ..used(crm.id, desk, Environment::Stage)
    };
    let other = used(sms.id, shop, Environment::Production);
    for place in [&in_shop, &in_desk, &other] {
        home.catalog.set_use(place).unwrap();
    }
    assert_eq!(
        home.catalog.uses(crm.id).unwrap(),
        [in_desk.clone(), in_shop.clone()],
        "by application"
    );
    let of = |application, environment| {
        home.catalog
            .uses_of_application(application, environment)
            .unwrap()
    };
    assert_eq!(of(shop, Environment::Production).len(), 2);
    assert_eq!(of(shop, Environment::Stage), []);
    assert_eq!(of(desk, Environment::Stage), [in_desk]);
    let renamed = Use {
        name: "Send order".to_owned(),
        environment: Environment::Stage,
        ..in_shop
    };
    home.catalog.set_use(&renamed).unwrap();
    assert_eq!(
        of(shop, Environment::Stage),
        [renamed],
        "a place that changes stays one place"
    );
}

#[test]
fn a_use_refers_to_what_is_there() {
    let home = Home::new();
    let crm = home.add("CRM", Kind::Admin, Mode::Same);
    let shop = home.application("Shop");
    for place in [
        used(ConnectionId::new(), shop, Environment::Stage),
        used(crm.id, ApplicationId::new(), Environment::Stage),
    ] {
        assert!(
            matches!(home.catalog.set_use(&place), Err(CatalogError::Missing(_))),
            "{place:?}"
        );
    }
    assert!(!home.catalog.remove_use(UseId::new()).unwrap());
}

#[test]
fn r18_one_connection_takes_another_ones_place_everywhere_at_once() {
    let home = Home::new();
    let old = home.add("Old", Kind::Admin, Mode::Same);
    let new = home.add("New", Kind::Admin, Mode::Same);
    let (shop, desk) = (home.application("Shop"), home.application("Desk"));
    for (application, environment) in [
        (shop, Environment::Stage),
        (shop, Environment::Production),
        (desk, Environment::Production),
    ] {
        home.catalog
            .set_use(&used(old.id, application, environment))
            .unwrap();
    }
    assert_eq!(
        home.catalog
            .replace_in_uses(old.id, ConnectionId::new(), None),
        Err(CatalogError::Missing("connection")),
        "not by what is not there"
    );
    assert_eq!(home.catalog.count_uses(old.id).unwrap(), 3, "untouched");
    home.catalog.grant_application(desk, new.id, true).unwrap();
    let moved = home.catalog.replace_in_uses(old.id, new.id, None).unwrap();
    assert_eq!(moved.uses.len(), 3);
    assert_eq!(moved.granted, [shop], "the desk could use it before");
    assert_eq!(home.catalog.count_uses(old.id).unwrap(), 0);
    assert_eq!(home.catalog.count_uses(new.id).unwrap(), 3);
    for application in [shop, desk] {
        assert!(
            home.catalog.has_access(application, new.id).unwrap(),
            "the gate lets them through"
        );
    }
    // One place was taken to a third connection, and the shop uses the new one elsewhere, too.
    let third = home.add("Third", Kind::Admin, Mode::Same);
    let mut gone = home.catalog.uses(new.id).unwrap().remove(0);
    gone.connection = third.id;
    home.catalog.set_use(&gone).unwrap();
    let back = home
        .catalog
        .put_back_in_uses(old.id, new.id, &moved, None)
        .unwrap();
    assert_eq!(back, 2, "what went on to a third stays there");
    assert_eq!(home.catalog.count_uses(third.id).unwrap(), 1);
    assert_eq!(home.catalog.count_uses(old.id).unwrap(), 2);
    assert_eq!(home.catalog.count_uses(new.id).unwrap(), 0);
    assert!(
        !home.catalog.has_access(shop, new.id).unwrap(),
        "let in for these places only"
    );
    assert!(
        home.catalog.has_access(desk, new.id).unwrap(),
        "what it could use before it can use still"
    );
}
