//! A connector learns to tell by an answer what a person had to set: connections from before go
//! on, and nobody is asked any more.

use std::collections::BTreeMap;

use tsunagi_console::views::{RedirectForm, Stage};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Environment, Health, Kind, Mode, NotConnected};

use super::{as_it_is, health};
use crate::fixture::{Desk, Person};
use crate::provider::{Provider, accept, draft, register};

/// A service with two places: accounts of either sign in at the first.
struct Places {
    here: Provider,
    there: Provider,
}

impl Places {
    async fn start() -> Self {
        Self {
            here: Provider::start().await,
            there: Provider::start().await,
        }
    }

    /// Its connector, whose API is at the place of that name.
    fn toml(&self, place: &str, rest: &str) -> String {
        let (here, there) = (&self.here.origin, &self.there.origin);
        let api = format!("\"http://127.0.0.1:{{{place}}}/api");
        self.here
            .toml("filing")
            .replace(&format!("\"{here}/api"), &api)
            .replace(
                &format!("hosts = [\"{here}\"]"),
                &format!("hosts = [\"{here}\", \"{there}\", \"http://127.0.0.1:9\"]"),
            )
            .replace(
                "[api]",
                &format!(
                    "[[oauth.answers]]\nname = \"accounts-server\"\nhost = true\n\
                     default = \"{here}\"\n{rest}\n[api]"
                ),
            )
    }

    /// As it was: a person had to say the place.
    fn asking(&self) -> String {
        let asked = format!(
            "\n[[parameters]]\nname = \"site\"\nlabel = {{ en = \"Site\", ja = \"サイト\" }}\n\
             pattern = \"[0-9]{{2,5}}\"\ndefault = \"{}\"\n",
            self.here.port()
        );
        self.toml("site", "") + &asked
    }

    /// As it is: the service says it.
    fn told(&self) -> String {
        let values = [&self.here, &self.there]
            .map(|place| format!("\"{}\" = \"{}\"\n", place.origin, place.port()));
        let told = format!(
            "[[oauth.answers]]\nname = \"site\"\n[oauth.answers.told_by]\n\
             answer = \"accounts-server\"\nsetting = \"site\"\n[oauth.answers.told_by.values]\n{}",
            values.concat()
        );
        self.toml("answer.site", &told)
    }

    /// How often the API was asked, at either place.
    fn asked(&self) -> (usize, usize) {
        let of = |place: &Provider| place.got("/api/files").len();
        (of(&self.here), of(&self.there))
    }
}

async fn sign_in(desk: &Desk, id: ConnectionId, reach: Reach, at: &str) -> Stage {
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, reach).await;
    desk.answers(flow, &[("code", "a-code"), ("accounts-server", at)])
        .await;
    desk.ended(flow).await.stage
}

/// Whether its API answers.
async fn files(desk: &Desk, id: ConnectionId) -> bool {
    let tried = desk.try_in(id, Environment::Production, "/files");
    tried.await.unwrap().ok
}

fn site(place: &Provider) -> BTreeMap<String, String> {
    BTreeMap::from([("site".to_owned(), place.port())])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_a_connection_that_named_its_place_goes_on_when_the_connector_knows_it() {
    let (desk, places) = (Desk::empty(), Places::start().await);
    accept(&desk, "filing", &places.asking()).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let mut new = draft("Filing", Kind::Admin, Mode::Same, Some(registration));
    new.settings = site(&places.there);
    let id = desk.console.create(desk.session(), &new).unwrap();
    let at = &places.there.origin;
    assert_eq!(sign_in(&desk, id, Reach::All, at).await, Stage::Done);

    accept(&desk, "filing", &places.told()).unwrap();
    let view = desk.view(id).await;
    assert_eq!(health(&view), [Health::Connected], "nobody signs in again");
    assert!(
        view.parameters.is_empty() && view.settings.is_empty(),
        "nothing is asked"
    );
    assert!(files(&desk, id).await);
    assert_eq!(places.asked(), (0, 1), "where the account is");

    // Whatever else of it is edited, with the old setting sent along or not.
    for settings in [BTreeMap::new(), site(&places.there)] {
        let mut edit = as_it_is(&desk.view(id).await);
        edit.name = format!("Filing {}", settings.len());
        edit.settings = settings;
        let edited = desk.console.edit_connection(desk.session(), id, &edit);
        assert_eq!(health(&edited.await.unwrap()), [Health::Connected]);
    }
    assert!(files(&desk, id).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_an_environment_that_named_its_place_goes_on_too() {
    let (desk, places) = (Desk::empty(), Places::start().await);
    accept(&desk, "filing", &places.asking()).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let new = draft(
        "Filing",
        Kind::Admin,
        Mode::PerEnvironment,
        Some(registration),
    );
    let id = desk.console.create(desk.session(), &new).unwrap();
    let set = |settings| {
        desk.console
            .set_environment(desk.session(), id, Reach::Stage, settings, None)
    };
    set(site(&places.there)).await.unwrap();
    let at = &places.there.origin;
    assert_eq!(sign_in(&desk, id, Reach::Stage, at).await, Stage::Done);

    accept(&desk, "filing", &places.told()).unwrap();
    assert_eq!(health(&desk.view(id).await)[1], Health::Connected);
    let view = set(BTreeMap::new()).await.unwrap();
    assert_eq!(
        health(&view)[1],
        Health::Connected,
        "its settings saved again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_nobody_knows_is_told_at_the_sign_in_and_not_at_the_first_request() {
    let (desk, places) = (Desk::empty(), Places::start().await);
    accept(&desk, "filing", &places.told()).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let new = draft("Filing", Kind::Admin, Mode::Same, Some(registration));
    let id = desk.console.create(desk.session(), &new).unwrap();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    let unknown = ("accounts-server", "http://127.0.0.1:9");
    desk.answers(flow, &[("code", "a-code"), unknown]).await;
    let failure = desk.ended(flow).await.failure.unwrap();
    assert_eq!(failure.code, "answer_unknown");
    assert!(
        failure.message.contains("http://127.0.0.1:9"),
        "{}",
        failure.message
    );
    assert!(places.here.got("/token").is_empty(), "the code is not sent");
    assert_eq!(
        health(&desk.view(id).await),
        [Health::NotConnected(NotConnected::NeverAuthorized)]
    );

    // With an account of a place that it knows, without a setting, it is connected there.
    let at = &places.there.origin;
    assert_eq!(sign_in(&desk, id, Reach::All, at).await, Stage::Done);
    assert!(files(&desk, id).await);
    assert_eq!(places.asked(), (0, 1));
}
