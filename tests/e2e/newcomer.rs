//! The newcomer's journey: from an empty home to a connection that works, through a restart, a
//! renewal, a revocation, and back.

use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, ENVIRONMENTS, PRACTICE, Tried};
use tsunagi_tests::{App, Page, Role, Trial, until};

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
    let pages = steps::sign_in_at_practice(&desk, app.pid()).await;
    assert_eq!(pages, 2, "an account is chosen, then consent is asked for");

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
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::connections(page).await;
    steps::connected_everywhere(page, AIKO).await;
    trial.picture("5-after-a-restart");

    // Tokens that last seconds: the next one by a new sign-in, the ones after it by renewal.
    steps::open(page, PRACTICE).await;
    page.tab("Overview").await;
    page.press(Role::Checkbox, "Access tokens live 5 seconds")
        .await;
    steps::authorize(page).await;
    steps::sign_in_at_practice(&desk, app.pid()).await;
    until("a use with a renewed token", async || {
        let shown = answer(steps::try_it(page, "Stage", "/contacts").await);
        assert!(
            shown.contains("\"email\""),
            "an expired token is renewed: {shown}"
        );
        steps::was_renewed(page).await.then_some(())
    })
    .await;
    trial.picture("6-renewed");

    steps::open(page, PRACTICE).await;
    steps::revoke(page).await;
    trial.picture("7-revoked");
    let refused = steps::try_it(page, "Production", "/contacts").await;
    assert!(
        matches!(&refused, Tried::Refused(why) if why.contains("revoked")),
        "a revoked connection sends nothing and says why: {refused:?}"
    );
    trial.picture("8-refused");

    steps::authorize(page).await;
    steps::sign_in_at_practice(&desk, app.pid()).await;
    answer(steps::try_it(page, "Production", "/contacts").await);
    // R11: whose primary account was revoked is not promoted again silently, but asked.
    steps::connections(page).await;
    steps::list_shows(page, &format!("No primary, {AIKO}")).await;
    steps::make_primary(page, PRACTICE).await;
    steps::connections(page).await;
    steps::connected_everywhere(page, &format!("{AIKO}, primary")).await;
    trial.picture("9-authorized-again");
    apart(&trial, page).await;
    app.close(&desk).await;
}

/// R12: one for all becomes one per environment, and nobody signs in again; R2: what one has
/// authorized oneself is found, and what revoking it would take is said first.
async fn apart(trial: &Trial, page: &Page) {
    steps::open(page, PRACTICE).await;
    page.button("Edit…").await;
    page.press(Role::Radio, "One per environment").await;
    page.button("Save").await;
    page.wait(Role::Heading, &format!("Change {PRACTICE}?"))
        .await;
    page.says("Nothing has to be authorized again").await;
    trial.shown(page, "10-what-sits-where").await;
    page.button("Save").await;
    page.wait_gone(Role::Heading, &format!("Change {PRACTICE}?"))
        .await;
    steps::connections(page).await;
    for environment in ENVIRONMENTS {
        let cell = format!("{environment}: Connected, {AIKO}, primary*");
        page.wait(Role::Gridcell, &cell).await;
    }
    page.link("Settings").await;
    page.button(&format!("Revoke {AIKO} of {PRACTICE}")).await;
    page.wait(Role::Button, "Keep it").await;
    // R21: it sits in all three by now, and goes from each.
    page.wait(
        Role::Heading,
        &format!("Revoke {AIKO} in all environments?"),
    )
    .await;
    trial.shown(page, "11-own-accounts").await;
    page.button("Keep it").await;
    page.wait_gone(Role::Button, "Keep it").await;
}
