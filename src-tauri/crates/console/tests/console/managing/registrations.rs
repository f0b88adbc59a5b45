//! Client registrations, changed while connections use them.

use tsunagi_console::Reach;
use tsunagi_console::views::{RedirectForm, RegistrationChange, Stage};
use tsunagi_domain::{Health, Kind, Mode, NotConnected};

use super::{as_it_is, health};
use crate::fixture::{Desk, Person};
use crate::provider::{Provider, register};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changing_a_registration_lists_every_connection_it_touches_first() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a")]).await;
    desk.ended(flow).await;
    let registration = desk.view(id).await.registration.unwrap();
    let spare = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let touched = desk
        .console
        .registration_touches(desk.session(), registration.id)
        .unwrap();
    assert_eq!(touched.len(), 1);
    assert_eq!(touched[0].connection, id);
    assert_eq!(touched[0].authorizations, 1);
    let deleted = desk
        .console
        .delete_registration(desk.session(), registration.id);
    assert_eq!(deleted.unwrap_err().code, "registration_used");
    desk.console
        .delete_registration(desk.session(), spare)
        .unwrap();

    let mut change = RegistrationChange {
        id: registration.id,
        name: "Renamed".to_owned(),
        client_id: registration.client_id.clone(),
        client_secret: None,
        redirect: Some(RedirectForm::LoopbackPort { port: 41_999 }),
    };
    let view = desk
        .console
        .change_registration(desk.session(), &change)
        .unwrap();
    assert_eq!(view.name, "Renamed");
    assert_eq!(view.has_secret, registration.has_secret, "it is kept");
    assert!(view.redirect_address.contains(":41999/callback/"));
    assert_eq!(
        health(&desk.view(id).await),
        [Health::Connected],
        "tokens of the same client go on"
    );
    change.client_id = "another".to_owned();
    change.client_secret = Some("s3cret".to_owned());
    change.redirect = None;
    let view = desk
        .console
        .change_registration(desk.session(), &change)
        .unwrap();
    assert!(view.has_secret);
    let refused = Health::NotConnected(NotConnected::ClientRefused);
    assert_eq!(
        health(&desk.view(id).await),
        [refused],
        "tokens belong to the client they were issued to (RFC 6749 §6)"
    );
    change.client_id = " ".to_owned();
    let empty = desk.console.change_registration(desk.session(), &change);
    assert_eq!(empty.unwrap_err().code, "client_id_empty");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_registration_asks_to_sign_in_again_and_leaves_what_is_shared() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a")]).await;
    desk.ended(flow).await;
    let other = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let mut edit = as_it_is(&desk.view(id).await);
    edit.registration = Some(other);
    let impact = desk.console.edit_impact(desk.session(), id, &edit).unwrap();
    assert_eq!(impact.asks_again.len(), 1);
    let view = desk
        .console
        .edit_connection(desk.session(), id, &edit)
        .await
        .unwrap();
    let refused = Health::NotConnected(NotConnected::ClientRefused);
    assert_eq!(health(&view), [refused]);
    edit.registration = None;
    let none = desk
        .console
        .edit_connection(desk.session(), id, &edit)
        .await;
    assert_eq!(none.unwrap_err().code, "registration_needed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_was_begun_with_another_client_id_ends() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    let registration = desk.view(id).await.registration.unwrap();
    let mut change = RegistrationChange {
        id: registration.id,
        name: "Renamed".to_owned(),
        client_id: registration.client_id,
        client_secret: None,
        redirect: None,
    };
    let console = &desk.console;
    console
        .change_registration(desk.session(), &change)
        .unwrap();
    assert_eq!(
        console.flow(flow).unwrap().stage,
        Stage::Waiting,
        "another name changes nothing about it"
    );
    change.client_id = "another".to_owned();
    console
        .change_registration(desk.session(), &change)
        .unwrap();
    let ended = desk.ended(flow).await;
    assert_eq!(
        ended.failure.unwrap().code,
        "cancelled",
        "its tokens would be another client's"
    );
    assert_eq!(
        health(&desk.view(id).await),
        [Health::NotConnected(NotConnected::NeverAuthorized)]
    );
}
