//! Client registrations come without their secret, and connections only to their own client.

use tsunagi_console::Reach;
use tsunagi_console::views::{ImportState, ImportWhat, RedirectForm, RegistrationChange};
use tsunagi_domain::{Kind, Mode};

use super::{exported, item, preview};
use crate::fixture::Desk;
use crate::provider::{accept, connector, draft, register};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registration_comes_without_its_secret_and_says_so_until_it_is_entered() {
    let (here, there) = (Desk::empty(), Desk::empty());
    for desk in [&here, &there] {
        accept(
            desk,
            "filing",
            &connector("filing", "Filing", "https://a.example"),
        )
        .unwrap();
    }
    let id = register(&here, "filing", RedirectForm::LoopbackAnyPort);
    let made = draft("Papers", Kind::Admin, Mode::Same, Some(id));
    here.console.create(here.session(), &made).unwrap();
    let text = exported(&here);
    assert!(!text.contains("client-secret-of-ours"), "never the secret");
    let seen = preview(&there, &text).unwrap();
    let what = |what| {
        seen.items
            .iter()
            .find(move |item| item.what == what)
            .unwrap()
    };
    assert_eq!(what(ImportWhat::Connector).state, ImportState::Same);
    let note = what(ImportWhat::Registration).note.as_ref().unwrap();
    assert_eq!(note.code, "registration_secret_due", "it is said before");
    let done = there
        .console
        .import_definitions(there.session(), &seen.hash)
        .unwrap();
    assert_eq!((done.registrations, done.secrets_due), (1, 1));
    let shown = |desk: &Desk| {
        let view = desk.console.connectors(desk.session()).unwrap();
        view.registrations[0].clone()
    };
    assert!(shown(&there).secret_due && !shown(&there).has_secret);
    assert_eq!(
        shown(&there).redirect_address,
        shown(&here).redirect_address,
        "what is registered at the provider goes on"
    );
    let catalog = there.world.catalog();
    let papers = catalog
        .connection_by_link_name("papers")
        .unwrap()
        .unwrap()
        .id;
    let begun = there
        .console
        .authorize(there.session(), papers, Reach::All, None)
        .await;
    assert_eq!(begun.unwrap_err().code, "registration_secret_due");
    let change = |secret: &str| RegistrationChange {
        id,
        name: "Ours".to_owned(),
        client_id: "client-of-ours".to_owned(),
        client_secret: Some(secret.to_owned()),
        redirect: None,
    };
    let entered = there
        .console
        .change_registration(there.session(), &change("entered"));
    assert!(!entered.unwrap().secret_due, "entered");
    let again = there
        .console
        .change_registration(there.session(), &change(""));
    assert!(!again.unwrap().secret_due, "or told that there is none");
    assert!(
        there
            .console
            .authorize(there.session(), papers, Reach::All, None)
            .await
            .is_ok(),
        "then it can be authorized"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_of_a_registration_that_is_here_with_another_client_stay_out() {
    let desk = Desk::empty();
    let toml = connector("filing", "Filing", "https://a.example");
    accept(&desk, "filing", &toml).unwrap();
    let id = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let made = draft("Papers", Kind::Admin, Mode::Same, Some(id));
    let papers = desk.console.create(desk.session(), &made).unwrap();
    let text = exported(&desk);
    let gone = desk.console.delete_connection(desk.session(), papers);
    gone.await.unwrap();
    assert_eq!(
        preview(&desk, &text).unwrap().adds,
        1,
        "of the same client it comes in"
    );
    let named = text.replace("name = \"Ours\"", "name = \"Ours, Osaka\"");
    assert_ne!(named, text, "the name is in the file");
    let seen = preview(&desk, &named).unwrap();
    assert_eq!(
        (seen.clashes, seen.adds),
        (1, 1),
        "another name is another name only: {:?}",
        seen.items
    );
    let other = text.replace("client-of-ours", "client-of-theirs");
    let seen = preview(&desk, &other).unwrap();
    assert_eq!(
        seen.adds, 0,
        "tokens belong to the client they were issued to"
    );
    let refused = item(&seen, "papers");
    assert_eq!(refused.state, ImportState::Refused);
    let failure = refused.failure.as_ref().unwrap();
    assert_eq!(failure.code, "import_registration_differs");
}
