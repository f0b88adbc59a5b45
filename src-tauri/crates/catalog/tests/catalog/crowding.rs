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
    let held = |account| home.catalog.tokens_held(&account, client.id).unwrap();
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
