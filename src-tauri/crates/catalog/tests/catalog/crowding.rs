//! How many refresh tokens an account has.

use tsunagi_domain::{Kind, Mode, Reach};

use crate::fixture::{Home, NOW, filling, shared_slot};

#[test]
fn the_refresh_tokens_of_an_account_and_a_client_are_counted() {
    let home = Home::new();
    let client = tsunagi_catalog::Registration {
        id: tsunagi_domain::RegistrationId::new(),
        connector: "practice".to_owned(),
        name: "Ours".to_owned(),
        client_id: "client".to_owned(),
        secret: None,
        redirect: tsunagi_catalog::Redirect::LoopbackAnyPort,
        created_at: NOW,
    };
    home.catalog.add_registration(&client).unwrap();
    let account = |id: &str, at: Option<&str>| tsunagi_domain::Account {
        id: Some(id.to_owned()),
        at: at.map(str::to_owned),
        ..tsunagi_domain::Account::default()
    };
    let fill = |account: tsunagi_domain::Account, registration, renewable| {
        let made = home.add("Practice", Kind::Admin, Mode::Same);
        let mut filling = filling(shared_slot(made.id, Reach::All), home.member);
        filling.authorization.account = account;
        filling.authorization.registration = registration;
        filling.authorization.renewable = renewable;
        home.catalog.fill(&filling).unwrap();
        filling.authorization.id
    };
    let ours = Some(client.id);
    let first = fill(account("kana", None), ours, true);
    fill(account("kana", None), ours, true);
    fill(account("kana", None), None, true);
    fill(account("kana", None), ours, false);
    fill(account("ren", None), ours, true);
    fill(account("kana", Some("eu")), ours, true);
    let held = |account| {
        let known = ["practice"];
        let held = home
            .catalog
            .tokens_held(&known, "practice", &account, client.id);
        held.unwrap()
    };
    assert_eq!(
        held(account("kana", None)),
        2,
        "of this account, this client, with a token"
    );
    assert_eq!(
        held(account("kana", Some("eu"))),
        1,
        "elsewhere it is another account"
    );
    assert_eq!(held(account("nobody", None)), 0);
    home.catalog.set_revoked(first, NOW).unwrap();
    assert_eq!(
        held(account("kana", None)),
        1,
        "what was revoked is given back"
    );
}

#[test]
fn one_client_and_one_person_are_counted_once_however_many_registrations_and_places_they_have() {
    let home = Home::new();
    let client = |connector: &str, client_id: &str| {
        let client = tsunagi_catalog::Registration {
            id: tsunagi_domain::RegistrationId::new(),
            connector: connector.to_owned(),
            name: "Ours".to_owned(),
            client_id: client_id.to_owned(),
            secret: None,
            redirect: tsunagi_catalog::Redirect::LoopbackAnyPort,
            created_at: NOW,
        };
        home.catalog.add_registration(&client).unwrap();
        client.id
    };
    let [crm, books, mail, other] = [
        client("crm", "1000.A"),
        client("books", "1000.A"),
        client("mail", "1000.A"),
        client("crm", "1000.B"),
    ];
    let account = |id: &str, email: Option<&str>| tsunagi_domain::Account {
        id: Some(id.to_owned()),
        email: email.map(str::to_owned),
        ..tsunagi_domain::Account::default()
    };
    let kana = Some("Kana@example.com");
    let fill = |account, registration, second| {
        let made = home.add("Practice", Kind::Admin, Mode::Same);
        let mut filling = filling(shared_slot(made.id, Reach::All), home.member);
        filling.authorization.account = account;
        filling.authorization.registration = Some(registration);
        filling.authorization.renewable = true;
        filling.authorization.authorized_at = NOW.plus_seconds(second);
        home.catalog.fill(&filling).unwrap();
        (filling.authorization.id, made.id)
    };
    let second = fill(account("crm-1", kana), crm, 2);
    let first = fill(account("org-7", Some("kana@example.com")), books, 1);
    fill(account("mail-3", None), mail, 3);
    fill(account("mail-3", None), mail, 4);
    fill(account("crm-1", kana), other, 5);
    fill(account("crm-2", Some("ren@example.com")), crm, 6);
    let (gone, _) = fill(account("crm-1", kana), crm, 0);
    // Used in another place too: the same token.
    let again = home.add("Again", Kind::Admin, Mode::Same);
    let place = shared_slot(again.id, Reach::All);
    home.catalog.share(place, second.0).unwrap();
    let known = ["crm", "books", "mail"];
    let held = |id: &str, email| {
        let held = home
            .catalog
            .tokens_held(&known, "crm", &account(id, email), crm);
        held.unwrap()
    };
    assert_eq!(held("crm-1", Some("KANA@example.com")), 3);
    let health = tsunagi_domain::Health::NotConnected(tsunagi_domain::NotConnected::Revoked);
    home.catalog.set_health(gone, health).unwrap();
    assert_eq!(held("crm-1", kana), 2, "the provider has that one no more");
    let crowds = home.catalog.crowds(&known, 2, 10).unwrap();
    let told: Vec<_> = crowds
        .iter()
        .map(|one| (one.held, one.connector.as_str(), one.connection.is_some()))
        .collect();
    assert_eq!(told, [(2, "books", true), (2, "mail", true)]);
    assert_eq!(crowds[0].oldest, first.0, "the provider forgets it first");
    assert_eq!(crowds[0].connection, Some(first.1));
    let most = home.catalog.crowds(&known, 2, 1).unwrap();
    assert_eq!(most.len(), 1, "no more than asked for");
    assert!(home.catalog.crowds(&known, 3, 10).unwrap().is_empty());
    let elsewhere = home.catalog.crowds(&["other"], 1, 10).unwrap();
    assert!(elsewhere.is_empty(), "of these connectors alone");
}
