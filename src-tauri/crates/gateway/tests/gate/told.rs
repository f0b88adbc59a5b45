//! A connector that learns to tell by an answer what a person had to set: its connections go on.

use std::collections::BTreeMap;

use tsunagi_domain::connection::Settings;

use crate::connector::connector;
use crate::home::{Home, Plans};
use crate::server::Server;

/// The API of one of two servers on this computer, by its port.
const BASE: &str = "http://127.0.0.1:{at}/api";

fn port(server: &Server) -> String {
    let (_, port) = server.origin.rsplit_once(':').unwrap();
    port.to_owned()
}

/// A person had to say at which of two servers the API is, and said `set`; the service said that
/// its accounts are at `told`. From then on the connector knows that by itself.
async fn upgraded(here: &Server, there: &Server, set: &Server, told: Option<&Server>) -> Home {
    let hosts = vec![here.origin.clone(), there.origin.clone()];
    let asked = format!(
        "[[parameters]]\nname = \"center\"\nlabel = {{ en = \"Center\", ja = \"場所\" }}\n\
         pattern = \"[0-9]+\"\ndefault = \"{}\"",
        port(here)
    );
    let server = format!(
        "[[oauth.answers]]\nname = \"accounts-server\"\nhost = true\ndefault = \"{}\"\n",
        here.origin
    );
    let plans = Plans {
        oauth: server.clone(),
        api: asked,
        hosts: hosts.clone(),
        settings: Settings::from([("center".to_owned(), port(set))]),
        ..Plans::default()
    };
    let home = Home::with_base(&BASE.replace("{at}", "{center}"), here, plans).await;
    if let Some(told) = told {
        let mut stored = home.stored();
        stored.extras = BTreeMap::from([("accounts-server".to_owned(), told.origin.clone())]);
        let sealed = home.catalog.sealed(home.id).unwrap().unwrap();
        home.refill_as(stored, sealed);
    }
    let knows = format!(
        "{server}\n[[oauth.answers]]\nname = \"at\"\n[oauth.answers.told_by]\n\
         answer = \"accounts-server\"\nsetting = \"center\"\n[oauth.answers.told_by.values]\n\
         \"{}\" = \"{}\"\n\"{}\" = \"{}\"\n",
        here.origin,
        port(here),
        there.origin,
        port(there),
    );
    let library = connector(
        &here.origin,
        &BASE.replace("{at}", "{answer.at}"),
        &hosts,
        ["", &knows, ""],
    );
    home.gateway.set_library(library);
    home
}

#[tokio::test]
async fn r23_a_connection_that_said_its_data_center_needs_no_new_sign_in_once_it_is_told() {
    for (elsewhere, expected) in [(false, (1, 0)), (true, (0, 1))] {
        let (here, there) = (Server::start().await, Server::start().await);
        let set = if elsewhere { &there } else { &here };
        let home = upgraded(&here, &there, set, Some(set)).await;
        let answer = home.get("/files").await.unwrap();
        assert_eq!(answer.status, 200, "elsewhere: {elsewhere}");
        assert_eq!((here.api_requests(), there.api_requests()), expected);
        let kept = &home.connection.settings["center"];
        assert_eq!(*kept, port(set), "what was set stays");
        // Its tokens are renewed where they were issued. The other server knows only its first.
        home.expire();
        let renewed = home.get("/files").await.unwrap();
        assert_eq!(renewed.status == 200, !elsewhere);
        assert!(
            here.token_requests() >= 1,
            "renewed, elsewhere: {elsewhere}"
        );
        assert_eq!(there.token_requests(), 0, "and nowhere else");
    }
}

#[tokio::test]
async fn a_wrong_data_center_that_was_set_is_put_right_by_what_the_service_told() {
    let (here, there) = (Server::start().await, Server::start().await);
    let home = upgraded(&here, &there, &here, Some(&there)).await;
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    assert_eq!(
        (here.api_requests(), there.api_requests()),
        (0, 1),
        "where the account is"
    );
}

#[tokio::test]
async fn an_account_of_a_data_center_that_is_no_longer_known_is_asked_to_sign_in() {
    let (here, there) = (Server::start().await, Server::start().await);
    let home = upgraded(&here, &there, &here, None).await;
    let mut stored = home.stored();
    let nowhere = "http://127.0.0.1:9".to_owned();
    stored.extras = BTreeMap::from([("accounts-server".to_owned(), nowhere)]);
    let sealed = home.catalog.sealed(home.id).unwrap().unwrap();
    home.refill_as(stored, sealed);
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(
        (here.api_requests(), there.api_requests()),
        (0, 0),
        "nothing is sent"
    );
}
