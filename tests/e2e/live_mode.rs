//! Live mode (R15): what a portal user sees of an application, and that there is nothing else for
//! them behind any door.

use serde_json::json;
use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps;
use tsunagi_tests::watcher::Watcher;
use tsunagi_tests::{App, Role, Trial};

const BEN: &str = "ben@practice.example";

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_user_authorizes_their_own_and_reaches_nothing_else() {
    let trial = Trial::begin("live-mode").await;
    let desk = Desk::open();
    let watcher = Watcher::own().await;
    let mut app = App::start(&trial, Options::default()).await;
    let page = app.page().clone();
    let page = &page;
    let tray = watcher.tray().await;
    steps::start_empty(page).await;
    let founder = steps::founder(page).await;
    steps::create_practice(page, "Own contacts", "Logged-in user", "Same authorization").await;
    steps::create_practice(page, "Shared contacts", "Admin", "Same authorization").await;
    let shared = page
        .client()
        .current_url()
        .await
        .expect("the page has an address");
    let shared = shared
        .fragment()
        .and_then(|it| it.split('/').nth(2))
        .expect("its id")
        .to_owned();
    steps::invite(page, "Paula", "Portal user").await;

    page.link("Applications").await;
    page.button("New application").await;
    page.wait(Role::Heading, "New application").await;
    page.fill("Name", "Orders").await;
    page.button("Create").await;
    page.wait(Role::Heading, "Orders").await;
    page.button("Grant access…").await;
    page.button("Grant Own contacts").await;
    page.button("Grant Shared contacts").await;
    page.button("Done").await;
    page.tab("Shared with*").await;
    page.press(Role::Checkbox, "Share with Paula").await;
    page.says("Live mode: authorizes their own accounts").await;
    trial.picture("1-application");

    // Edit mode shows what a component uses: nothing does yet, the areas come later.
    page.link("Edit mode").await;
    page.says("Nothing uses a connection in Production").await;
    page.press(Role::Radio, "Live mode").await;
    page.says("Shared contacts").await;
    trial.picture("2-live-mode-of-a-manager");

    steps::switch_member(page, &founder, "Paula", None).await;
    page.wait(Role::Button, "Authorize Own contacts").await;
    let shown = page.text().await;
    assert!(
        !shown.contains("Shared contacts"),
        "R15: no admin connection: {shown}"
    );
    for hidden in ["Home", "Connections", "Connectors", "Members", "Activity"] {
        assert!(
            !page.has(Role::Link, &format!("{hidden}*")).await,
            "{hidden} is no place of hers"
        );
    }
    tray.wait("Authorize Own contacts").await;
    let lines = tray.labels().await;
    assert!(
        !lines.iter().any(|line| line.contains("Shared contacts")),
        "nor in the tray: {lines:?}"
    );
    trial.picture("3-portal-user");

    // R22: the same answer behind the screens.
    let reach = json!({"connection": shared, "reach": "all"});
    for (command, arguments) in [
        (
            "connections_list",
            json!({"query": {"search": "", "kinds": [], "services": [], "needsPerson": null, "sort": "name", "after": null, "limit": 10}}),
        ),
        ("connection_get", json!({"connection": shared})),
        (
            "authorize",
            json!({"connection": shared, "reach": "all", "agent": null}),
        ),
        (
            "authorization_revoke",
            json!({"connection": shared, "reach": "all", "whose": null}),
        ),
        ("connection_delete", json!({"connection": shared})),
        ("members_get", json!({})),
        ("applications_list", json!({})),
        ("activity_verify", json!({})),
        ("gallery_list", json!({})),
    ] {
        let answer = page.invoke(command, arguments).await;
        assert_eq!(
            answer.as_ref().err().map(String::as_str),
            Some("role_not_allowed"),
            "{command}: {answer:?}"
        );
    }
    let taken = page.invoke("primary_choose", reach).await;
    assert_eq!(
        taken.as_ref().err().map(String::as_str),
        Some("admin_needed"),
        "R11: {taken:?}"
    );

    page.button("Authorize Own contacts").await;
    steps::sign_in_at_practice_as(&desk, app.pid(), 1).await;
    page.wait(Role::Button, "Revoke… Own contacts").await;
    page.says(BEN).await;
    tray.wait("All connected").await;
    trial.picture("4-authorized");
    page.button(&format!("Rename {BEN}")).await;
    page.fill("Account name", "My contacts").await;
    page.button("Save").await;
    page.wait(Role::Button, "Rename My contacts").await;
    page.button("Revoke… Own contacts").await;
    page.wait(Role::Button, "Keep it").await;
    page.button("Revoke*").await;
    page.wait(Role::Button, "Authorize again Own contacts")
        .await;
    trial.picture("5-revoked");

    // Locked, the tray offers to unlock and nothing else.
    page.button("Paula *").await;
    page.press(Role::Menuitem, "Lock").await;
    page.wait(Role::Heading, "Sign in").await;
    tray.wait("Unlock").await;
    assert_eq!(
        tray.labels().await,
        ["Locked", "Unlock", "Quit"],
        "who is locked out sees nothing of what is in there"
    );
    let answer = page.invoke("live_applications", json!({})).await;
    assert_eq!(answer.err().as_deref(), Some("signed_out"));
    trial.picture("6-locked");
    tray.choose("Quit").await;
    app.ended().await;
}
