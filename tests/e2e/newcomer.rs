//! The newcomer's journey: from an empty home to a connection that works, through a restart, a
//! renewal, a revocation, and back.

use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, ENVIRONMENTS, PRACTICE, Tried};
use tsunagi_tests::{App, Role, Trial};

const AIKO: &str = "aiko@practice.example";

fn answer(tried: Tried) -> String {
    match tried {
        Tried::Answer(shown) => shown,
        Tried::Refused(why) => panic!("Try it was refused: {why}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_empty_home_to_connected_and_back() {
    let trial = Trial::begin("newcomer").await;
    let desk = Desk::open();

    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    page.wait(Role::Button, "Start empty").await;
    trial.picture("1-welcome");

    steps::start_with_practice(page).await;
    let provider = steps::provider_window(&desk, app.pid()).await;
    desk.drawn(&provider, None).await;
    trial.picture("2-sign-in");
    steps::sign_in_at_practice(&desk, app.pid()).await;

    steps::connections(page).await;
    steps::connected_everywhere(page, AIKO).await;
    trial.picture("3-connected");

    steps::open(page, PRACTICE).await;
    for environment in ENVIRONMENTS {
        let shown = answer(steps::try_it(page, environment, "/contacts").await);
        assert!(
            shown.contains("\"email\""),
            "the service's contacts are shown as JSON: {shown}"
        );
    }
    trial.picture("4-try-it");

    app.close(&desk).await;
    // What a person can do in the practice service's own file; here, so that the access token of
    // the next renewal lapses at once.
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::connections(page).await;
    steps::connected_everywhere(page, AIKO).await;
    trial.picture("5-after-a-restart");

    steps::open(page, PRACTICE).await;
    steps::revoke(page).await;
    trial.picture("6-revoked");
    let refused = steps::try_it(page, "Production", "/contacts").await;
    assert!(
        matches!(&refused, Tried::Refused(why) if why.contains("revoked")),
        "a revoked connection sends nothing and says why: {refused:?}"
    );
    trial.picture("7-refused");

    page.button("Authorize").await;
    steps::sign_in_at_practice(&desk, app.pid()).await;
    steps::connections(page).await;
    steps::connected_everywhere(page, AIKO).await;
    steps::open(page, PRACTICE).await;
    answer(steps::try_it(page, "Production", "/contacts").await);
    trial.picture("8-authorized-again");
    app.close(&desk).await;
}
