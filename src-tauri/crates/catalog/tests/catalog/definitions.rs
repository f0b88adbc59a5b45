//! Everything there is, page by page, and adding what a copy brought.

use tsunagi_catalog::{CatalogError, NewDefinitions, Redirect, Registration, SlotSettings};
use tsunagi_domain::{Application, ApplicationId, Edition, Kind, Mode, Reach, RegistrationId};

use crate::fixture::{Home, NOW, connection, event, tag};

fn damage(home: &Home, name: &str) {
    let damaged = home.raw().execute(
        "UPDATE connection SET scopes = 'no json' WHERE name = ?1",
        [name],
    );
    assert_eq!(damaged.unwrap(), 1);
}

#[test]
fn the_inventory_goes_over_its_pages_once_and_counts_what_it_cannot_read() {
    let home = Home::new();
    for n in 0..7 {
        // Three of one name: pages part them by their identifiers.
        let name = format!("Papers {}", n / 3);
        home.add(&name, Kind::Admin, Mode::Same);
    }
    home.add("Damaged", Kind::Admin, Mode::Same);
    damage(&home, "Damaged");
    let (mut seen, mut unreadable, mut after) = (Vec::new(), 0, None);
    loop {
        let page = home.catalog.inventory(after.as_ref(), 2).unwrap();
        assert!(page.rows.len() <= 2);
        seen.extend(page.rows.into_iter().map(|row| row.row.connection));
        unreadable += page.unreadable;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let names: Vec<_> = seen.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names.len(), 7, "each once: {names:?}");
    assert!(names.is_sorted(), "by name");
    assert_eq!(unreadable, 1, "and it is known that one is missing");
}

#[test]
fn definitions_go_over_their_pages_by_link_name() {
    let home = Home::new();
    for n in 0..5 {
        home.add(&format!("Papers {n}"), Kind::Admin, Mode::Same);
    }
    home.add("Damaged", Kind::Admin, Mode::Same);
    damage(&home, "Damaged");
    let (mut names, mut unreadable, mut after) = (Vec::new(), 0, None::<String>);
    loop {
        let page = home.catalog.definitions(after.as_deref(), 1).unwrap();
        if page.next.is_none() {
            break;
        }
        let links = page.rows.into_iter().map(|one| one.connection.link_name);
        names.extend(links);
        unreadable += page.unreadable;
        after = page.next;
    }
    assert_eq!(names.len(), 5, "a page of nothing readable does not end it");
    assert!(names.is_sorted());
    assert_eq!(unreadable, 1);
}

/// A registration, an application and two connections that refer to them.
fn brought() -> NewDefinitions {
    let registration = Registration {
        id: RegistrationId::new(),
        connector: "practice".to_owned(),
        name: "Ours".to_owned(),
        client_id: "client".to_owned(),
        secret: None,
        redirect: Redirect::LoopbackAnyPort,
        created_at: NOW,
    };
    let application = Application {
        id: ApplicationId::new(),
        name: "Orders".to_owned(),
        edition: Edition::C6,
        created_at: NOW,
    };
    let mut one = connection("One", Kind::Admin, Mode::PerEnvironment);
    one.registration = Some(registration.id);
    let own = SlotSettings {
        reach: Reach::Stage,
        settings: [("region".to_owned(), "in".to_owned())].into(),
        registration: Some(registration.id),
    };
    let two = connection("Two", Kind::LoggedInUser, Mode::Same);
    NewDefinitions {
        connections: vec![
            (one, vec![own], vec![application.id]),
            (two, Vec::new(), vec![application.id]),
        ],
        registrations: vec![(registration, true)],
        applications: vec![application],
    }
}

#[test]
fn what_a_copy_brought_is_added_with_its_log_and_comes_back_the_same() {
    let home = Home::new();
    let new = brought();
    let entry = tsunagi_catalog::Entry {
        event: event("workspace.definitions_imported"),
        tag: &tag,
    };
    home.catalog
        .add_definitions(&new, &[entry], |_| true)
        .unwrap();
    let page = home.catalog.definitions(None, 10).unwrap();
    assert_eq!(page.rows.len(), 2);
    for (connection, overrides, _) in &new.connections {
        let found = page
            .rows
            .iter()
            .find(|one| one.connection.id == connection.id);
        let found = found.unwrap();
        assert_eq!(&found.connection, connection);
        assert_eq!(&found.overrides, overrides);
        assert_eq!(found.applications, new.applications, "R4: it may use both");
    }
    let of_application = tsunagi_catalog::ListQuery {
        applications: vec![new.applications[0].id],
        ..crate::fixture::query(home.member)
    };
    let found = home.catalog.list_ids(&of_application, 10).unwrap();
    assert_eq!(found.len(), 2, "the list's filter finds both by it");
    assert_eq!(home.catalog.events(None, None, 10).unwrap().len(), 1);
    let (mut registration, _) = new.registrations[0].clone();
    assert!(home.catalog.secret_due(registration.id).unwrap());
    home.catalog.settle_secret(registration.id).unwrap();
    assert!(!home.catalog.secret_due(registration.id).unwrap());
    registration.name = "Renamed".to_owned();
    home.catalog.update_registration(&registration).unwrap();
}

#[test]
fn one_link_name_that_is_taken_and_nothing_of_it_is_added() {
    let home = Home::new();
    let mut new = brought();
    let there = home.add("There", Kind::Admin, Mode::Same);
    new.connections[1].0.link_name = there.link_name.clone();
    let entry = tsunagi_catalog::Entry {
        event: event("workspace.definitions_imported"),
        tag: &tag,
    };
    let refused = home
        .catalog
        .add_definitions(&new, &[entry], |_| true)
        .unwrap_err();
    assert!(matches!(refused, CatalogError::LinkNameTaken));
    assert_eq!(home.catalog.connection_count().unwrap(), 1, "as it was");
    assert!(home.catalog.registrations(None).unwrap().is_empty());
    assert!(home.catalog.applications().unwrap().is_empty());
    assert!(home.catalog.events(None, None, 10).unwrap().is_empty());
}
