//! What the log tells of each connection where an authorization goes or a primary account changes:
//! in the same write, so that what cannot be logged is not done.

use tsunagi_console::views::{ActivityQuery, ConnectionEdit};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Kind, Mode, Role};

use crate::fixture::Desk;
use crate::managing::as_it_is;
use crate::sharing;

impl Desk {
    /// What the Activity tab of a connection says, the first entry first.
    pub(crate) fn told_of(&self, id: ConnectionId) -> Vec<String> {
        let query = ActivityQuery {
            connection: Some(id),
            ..ActivityQuery::default()
        };
        let page = self.console.activity(self.session(), &query).unwrap();
        page.entries
            .into_iter()
            .rev()
            .map(|entry| entry.text)
            .collect()
    }

    /// What it says since it said so much.
    pub(crate) fn news_of(&self, id: ConnectionId, before: &[String]) -> Vec<String> {
        self.told_of(id).split_off(before.len())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_revoking_tells_of_each_connection_that_shared_it_and_whose_it_was() {
    let (desk, first, second) = sharing::two().await;
    let before = [first, second].map(|id| desk.told_of(id));
    let revoked = desk
        .console
        .revoke(desk.session(), second, Reach::All)
        .await;
    revoked.unwrap();
    for (id, (name, before)) in [first, second]
        .into_iter()
        .zip(["Practice CRM", "Second"].into_iter().zip(&before))
    {
        assert_eq!(
            desk.news_of(id, before)[0],
            format!(
                "Revoked Ines’s authorization of {name}, all environments, as \
                 aiko@practice.example"
            ),
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_what_everybody_uses_names_the_account_alone() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    desk.authorize(id, Reach::All).await;
    let before = desk.told_of(id);
    let revoked = desk.console.revoke(desk.session(), id, Reach::All).await;
    revoked.unwrap();
    assert_eq!(
        desk.news_of(id, &before),
        ["Revoked the authorization of Ours, all environments, as aiko@practice.example"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_becoming_primary_by_authorizing_and_losing_it_by_revoking_is_told() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Each", Kind::LoggedInUser, Mode::Same);
    let ben = desk.joins("Ben", Role::Admin);
    let before = desk.told_of(id);
    desk.authorize(id, Reach::All).await;
    assert_eq!(
        desk.news_of(id, &before)[1..],
        ["Ines became the primary account of Each, all environments, by authorizing"]
    );
    let before = desk.told_of(id);
    desk.authorize(id, Reach::All).await;
    assert_eq!(desk.news_of(id, &before).len(), 1, "she was already");
    desk.authorized_by(ben, id, Reach::All).await;
    assert_eq!(desk.news_of(id, &before).len(), 2, "and he is not");
    let before = desk.told_of(id);
    desk.console
        .revoke_of(desk.session(), id, Reach::All, Some(desk.founder()))
        .await
        .unwrap();
    assert_eq!(
        desk.news_of(id, &before)[1..],
        ["Ines is no longer the primary account of Each, all environments"]
    );
    let last = desk.world.catalog().events(None, None, 1).unwrap();
    assert_eq!(last[0].event.actor, Some(ben), "by whom");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_what_another_environment_mode_does_to_primary_accounts_is_told() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Each", Kind::LoggedInUser, Mode::PerEnvironment);
    let (ines, ben) = (desk.founder(), desk.joins("Ben", Role::Admin));
    desk.authorized_by(ines, id, Reach::Development).await;
    desk.authorized_by(ben, id, Reach::Production).await;
    let before = desk.told_of(id);
    let edit = ConnectionEdit {
        mode: Mode::Same,
        ..as_it_is(&desk.view(id).await)
    };
    desk.world.catalog().fail_events(true).unwrap();
    let refused = desk.console.edit_connection(desk.session(), id, &edit);
    refused.await.expect_err("the log takes no entry");
    desk.world.catalog().fail_events(false).unwrap();
    let edited = desk
        .console
        .edit_connection_as_seen(desk.session(), id, &edit, None)
        .await;
    let undo = edited.unwrap().undo.unwrap();
    assert_eq!(
        desk.news_of(id, &before),
        [
            "Ines is no longer the primary account of Each, Development",
            "Ben became the primary account of Each, Development",
            "Ben became the primary account of Each, Stage",
            "Edited the connection Each: environments",
        ]
    );
    let before = desk.told_of(id);
    let back = desk.console.undo_edit(desk.session(), id, &undo);
    back.await.expect("it can still be taken back");
    let told = desk.news_of(id, &before);
    assert!(
        told.contains(&"Ines became the primary account of Each, Development".to_owned()),
        "she is again: {told:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_what_deleting_a_connection_does_to_primary_accounts_is_told() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Each", Kind::LoggedInUser, Mode::Same);
    desk.authorize(id, Reach::All).await;
    let before = desk.told_of(id);
    let deleted = desk.console.delete_connection(desk.session(), id).await;
    deleted.unwrap();
    assert_eq!(
        desk.news_of(id, &before),
        [
            "Ines is no longer the primary account of Each, all environments",
            "Deleted the connection Each",
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_presses_test_is_told_also_where_the_primary_account_is_asked_for() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Each", Kind::LoggedInUser, Mode::Same);
    let dai = desk.joins("Dai", Role::Developer);
    desk.authorize(id, Reach::All).await;
    let edit = ConnectionEdit {
        name: "Every one".to_owned(),
        ..as_it_is(&desk.view(id).await)
    };
    let edited = desk
        .console
        .edit_connection_as_seen(desk.session(), id, &edit, None)
        .await;
    let undo = edited.unwrap().undo.unwrap();
    desk.seats(dai).await;
    let before = desk.told_of(id);
    let results = desk.console.test_connection(desk.session(), id).await;
    assert!(results.unwrap()[0].ok);
    assert_eq!(
        desk.news_of(id, &before),
        ["Tested Every one"],
        "once a press"
    );
    let last = desk.world.catalog().events(None, None, 1).unwrap();
    assert_eq!(last[0].event.actor, Some(dai), "by whom");
    let back = desk.console.undo_edit(desk.session(), id, &undo).await;
    assert_eq!(
        back.expect("a test overtakes nothing").row.name,
        "Each",
        "taken back"
    );
}
