//! Client registrations: their secret goes in and never comes out.

use tsunagi_console::RegistrationId;
use tsunagi_console::views::{NewRegistration, RedirectForm, RegistrationChange};
use tsunagi_domain::{Kind, Mode};

use crate::fixture::{Desk, files};
use crate::provider::{Provider, register};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_sealed_and_never_answered() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    let view = desk.view(id).await;
    let registration = view.registration.clone().unwrap();
    assert!(registration.has_secret, "there is one");
    assert_eq!(registration.connections, 1);
    let shown = serde_json::to_string(&(
        &view,
        desk.console.connectors(desk.session()).unwrap(),
        desk.console.service(desk.session(), "filing").unwrap(),
    ))
    .unwrap();
    assert!(!shown.contains("client-secret-of-ours"), "no view holds it");
    for (name, bytes) in files(desk.world.home.path()) {
        let found = bytes
            .windows(21)
            .any(|window| window == b"client-secret-of-ours");
        assert!(!found, "{name} holds the secret");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_redirect_address_is_known_before_the_client_is() {
    let desk = Desk::empty();
    crate::provider::accept(
        &desk,
        "filing",
        &crate::provider::connector("filing", "F", "https://a.example"),
    )
    .unwrap();
    let draft = |form: &RedirectForm| desk.console.registration_draft(desk.session(), form);
    let any = draft(&RedirectForm::LoopbackAnyPort).unwrap();
    assert_eq!(
        any.redirect_address,
        format!("http://127.0.0.1/callback/{}", any.id),
        "RFC 8252 §7.3: any port"
    );
    let fixed = draft(&RedirectForm::LoopbackPort { port: 4711 }).unwrap();
    assert_eq!(
        fixed.redirect_address,
        format!("http://127.0.0.1:4711/callback/{}", fixed.id)
    );
    for wrong in [
        RedirectForm::LoopbackPort { port: 80 },
        RedirectForm::Intercepted {
            base: "http://a.example".to_owned(),
        },
        RedirectForm::Intercepted {
            base: "https://u:p@a.example".to_owned(),
        },
        RedirectForm::Intercepted {
            base: "https://a.example/?x=1".to_owned(),
        },
        RedirectForm::Intercepted {
            base: "javascript:alert(1)".to_owned(),
        },
        RedirectForm::Intercepted {
            base: String::new(),
        },
    ] {
        assert_eq!(
            draft(&wrong).unwrap_err().code,
            "redirect_invalid",
            "{wrong:?}"
        );
    }
    let id = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let known = desk
        .console
        .connectors(desk.session())
        .unwrap()
        .registrations;
    assert_eq!(known[0].id, id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registrations_that_make_no_sense_are_refused() {
    let desk = Desk::empty();
    crate::provider::accept(
        &desk,
        "filing",
        &crate::provider::connector("filing", "F", "https://a.example"),
    )
    .unwrap();
    let new = |connector: &str, client_id: &str| NewRegistration {
        id: RegistrationId::new(),
        connector: connector.to_owned(),
        name: String::new(),
        client_id: client_id.to_owned(),
        client_secret: None,
        redirect: RedirectForm::LoopbackAnyPort,
    };
    let endless = "x".repeat(501);
    for (connector, client_id, code) in [
        ("filing", "  ", "client_id_empty"),
        ("practice", "ours", "registration_not_needed"),
        ("unknown", "ours", "connector_missing"),
        ("filing", "ours\0", "client_id_invalid"),
        ("filing", endless.as_str(), "client_id_invalid"),
    ] {
        let refused = desk
            .console
            .add_registration(desk.session(), &new(connector, client_id));
        assert_eq!(refused.unwrap_err().code, code);
    }
    let added = desk
        .console
        .add_registration(desk.session(), &new("filing", " ours "))
        .unwrap();
    assert_eq!(
        (added.client_id.as_str(), added.name.as_str()),
        ("ours", "F"),
        "as it is meant"
    );
    for client_id in ["ours\0", &endless] {
        let change = RegistrationChange {
            id: added.id,
            name: "F".to_owned(),
            client_id: client_id.to_owned(),
            client_secret: None,
            redirect: None,
        };
        let refused = desk.console.change_registration(desk.session(), &change);
        assert_eq!(
            refused.unwrap_err().code,
            "client_id_invalid",
            "whichever way it comes in"
        );
    }
    let draft = crate::provider::draft("Filing", Kind::Admin, Mode::Same, None);
    let refused = desk.console.create(desk.session(), &draft).unwrap_err();
    assert_eq!(refused.code, "registration_needed");
    let other = crate::provider::draft(
        "Filing",
        Kind::Admin,
        Mode::Same,
        Some(RegistrationId::new()),
    );
    let refused = desk.console.create(desk.session(), &other).unwrap_err();
    assert_eq!(refused.code, "registration_needed", "one that is not there");
}
