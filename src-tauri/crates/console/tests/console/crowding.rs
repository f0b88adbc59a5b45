//! A provider that keeps only so many authorizations of an account: it is told in time.

use tsunagi_console::views::{Crowded, CrowdedAccount, RedirectForm, Stage};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Kind, Mode};

use crate::fixture::{Desk, Person};
use crate::provider::{Provider, accept, draft, register};

async fn authorize(desk: &Desk, id: ConnectionId, reach: Reach) {
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, reach).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
}

async fn told(desk: &Desk, id: ConnectionId) -> (Option<Crowded>, Vec<String>) {
    let crowded = desk.view(id).await.accounts.remove(0).crowded;
    let timeline = desk.console.timeline(desk.session(), id).unwrap();
    let steps = timeline[0].steps.iter().map(|step| step.text.clone());
    let of_it = |text: &String| text.contains("authorizations of");
    (crowded, steps.filter(of_it).collect())
}

fn on_home(desk: &Desk) -> Vec<CrowdedAccount> {
    desk.console.home_view(desk.session()).unwrap().crowded
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_can_hardly_be_authorized_again_is_told() {
    let desk = Desk::empty();
    let provider = Provider::start().await;
    let keeps = "rotates = true\nrefresh_tokens_max = 3";
    let toml = provider.toml("filing").replace("rotates = true", keeps);
    accept(&desk, "filing", &toml).unwrap();
    let client = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let draft = draft("Filing", Kind::Admin, Mode::PerEnvironment, Some(client));
    let id = desk.console.create(desk.session(), &draft).unwrap();
    authorize(&desk, id, Reach::Development).await;
    assert!(on_home(&desk).is_empty(), "there is room");
    let (crowded, steps) = told(&desk, id).await;
    assert!(
        crowded.is_none() && steps.is_empty(),
        "two more fit: {steps:?}"
    );
    let near = Crowded {
        held: 2,
        most: 3,
        full: false,
    };
    authorize(&desk, id, Reach::Stage).await;
    let (crowded, steps) = told(&desk, id).await;
    assert_eq!(crowded, Some(near.clone()), "one more fits");
    let shown = on_home(&desk);
    assert_eq!(shown.len(), 1, "one account and one client: {shown:?}");
    assert_eq!(shown[0].crowded, near);
    assert_eq!(shown[0].name, "Filing", "where the oldest sits");
    assert_eq!(shown[0].connection, Some(id));
    assert!(!shown[0].account.is_empty(), "{shown:?}");
    assert_eq!(steps.len(), 1, "{steps:?}");
    let full = Crowded {
        held: 3,
        most: 3,
        full: true,
    };
    authorize(&desk, id, Reach::Production).await;
    let (crowded, steps) = told(&desk, id).await;
    assert_eq!(crowded, Some(full.clone()), "the next one ends the oldest");
    assert_eq!(on_home(&desk)[0].crowded, full);
    assert!(
        steps.len() == 1 && steps[0].contains("ends the oldest"),
        "{steps:?}"
    );
    let revoked = desk.console.revoke(desk.session(), id, Reach::Production);
    revoked.await.unwrap();
    assert_eq!(on_home(&desk)[0].crowded, near, "what to do did help");
}
