//! Schedules: by the clock, through sleep and changes of the clocks, cut off, refused, kept from
//! running.

mod bad;
mod clocks;
mod cut_off;
mod doors;
mod items;
mod sources;

use tsunagi_areas::call::{Body, Call, Method};
use tsunagi_areas::schedule::{MissedPolicy, Overlap, When};
use tsunagi_console::views::{
    CallDraft, ScheduleDraft, ScheduleOutcome, ScheduleRow, ScheduleRun, SchedulesView,
};
use tsunagi_console::{
    ApplicationId, Clock as _, ConnectionId, ConsoleError, Environment, ItemId, Reach, Timestamp,
};
use tsunagi_domain::{Edition, Kind, Mode};

use crate::fixture::{Desk, practice_draft};

const LIVE: Environment = Environment::Production;

fn code<T>(outcome: Result<T, ConsoleError>) -> String {
    outcome.map_or_else(|error| error.code, |_| "allowed".to_owned())
}

fn at(text: &str) -> Timestamp {
    let at: jiff::Timestamp = text.parse().unwrap();
    Timestamp(at.as_millisecond())
}

/// A workspace with an application that may use an authorized practice connection.
struct Orders {
    desk: Desk,
    application: ApplicationId,
    connection: ConnectionId,
}

impl Orders {
    /// With an application that may use a practice connection, which nobody has authorized.
    fn bare(kind: Kind) -> Self {
        let desk = Desk::empty();
        let mut draft = practice_draft("Practice", kind, Mode::Same);
        draft.scopes.push("contacts.write".to_owned());
        let connection = desk.console.create(desk.session(), &draft).unwrap();
        let application = desk
            .console
            .create_application(desk.session(), "Orders", Edition::C6)
            .unwrap();
        desk.console
            .grant_application(desk.session(), application, connection, true)
            .unwrap();
        Self {
            desk,
            application,
            connection,
        }
    }

    async fn new() -> Self {
        let orders = Self::bare(Kind::Admin);
        orders.desk.authorize(orders.connection, Reach::All).await;
        orders
    }

    /// Keeps a call.
    fn call(&self, name: &str, call: Call) -> ItemId {
        self.call_in(LIVE, name, call)
    }

    fn call_in(&self, environment: Environment, name: &str, call: Call) -> ItemId {
        let draft = CallDraft {
            id: None,
            version: None,
            application: self.application,
            environment,
            name: name.to_owned(),
            connection: Some(self.connection),
            call,
        };
        let kept = self.desk.console.keep_call(self.desk.session(), draft);
        kept.unwrap().id.unwrap()
    }

    fn draft(&self, what: ItemId, expression: &str, zone: &str) -> ScheduleDraft {
        ScheduleDraft {
            id: None,
            version: None,
            application: self.application,
            environment: LIVE,
            name: "Nightly".to_owned(),
            what: Some(what),
            when: When::Cron {
                expression: expression.to_owned(),
            },
            zone: zone.to_owned(),
            missed: MissedPolicy::RunOnce,
            overlap: Overlap::Skip,
        }
    }

    fn save(&self, draft: ScheduleDraft) -> Result<ScheduleDraft, ConsoleError> {
        self.desk.console.save_schedule(self.desk.session(), draft)
    }

    fn kept(&self, draft: ScheduleDraft) -> ItemId {
        self.save(draft).unwrap().id.unwrap()
    }

    fn view(&self, environment: Environment) -> SchedulesView {
        let session = self.desk.session();
        let view = self
            .desk
            .console
            .schedules(session, self.application, environment);
        view.unwrap()
    }

    fn row(&self) -> ScheduleRow {
        self.view(LIVE).schedules.remove(0)
    }

    fn history(&self, schedule: ItemId) -> Vec<ScheduleRun> {
        let session = self.desk.session();
        let history = self.desk.console.schedule_history(session, schedule, None);
        history.unwrap()
    }

    /// How runs ended, the latest first.
    fn outcomes(&self, schedule: ItemId) -> Vec<ScheduleOutcome> {
        let history = self.history(schedule).into_iter();
        history.filter_map(|run| run.outcome).collect()
    }

    /// What ran by its time, the latest first.
    fn dues(&self, schedule: ItemId) -> Vec<Timestamp> {
        let history = self.history(schedule).into_iter();
        let ran = history.filter(|run| run.outcome == Some(ScheduleOutcome::Done));
        ran.filter_map(|run| run.due).collect()
    }

    async fn round(&self) {
        self.desk.console.run_schedules_due().await;
    }

    /// Sets the clock, forward or back, and looks what is due.
    async fn at(&self, moment: &str) {
        let clock = &self.desk.world.clock;
        let seconds = at(moment).millis_since(clock.now()).div_euclid(1000) + 1;
        clock.pass(seconds);
        self.round().await;
    }

    /// How many contacts of a name the service has.
    async fn contacts(&self, name: &str) -> usize {
        let answer = self.desk.try_it(self.connection).await.unwrap();
        answer.body.matches(name).count()
    }
}

fn post(name: &str) -> Call {
    Call {
        method: Method::Post,
        body: Body::Json {
            text: format!("{{\"name\":\"{name}\"}}"),
        },
        ..Call::get("/contacts")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_runs_at_its_time_and_shows_where_its_connection_is_used() {
    let orders = Orders::new().await;
    let what = orders.call("Ask for contacts", Call::get("/contacts"));
    orders.at("2027-01-15T08:00:00Z").await;
    let id = orders.kept(orders.draft(what, "*/15 * * * *", "UTC"));
    let row = orders.row();
    assert_eq!(
        row.next,
        [
            at("2027-01-15T08:15:00Z"),
            at("2027-01-15T08:30:00Z"),
            at("2027-01-15T08:45:00Z"),
            at("2027-01-15T09:00:00Z"),
            at("2027-01-15T09:15:00Z"),
        ],
        "the next five are shown"
    );
    assert!(row.stopped.is_none() && row.last.is_none());
    orders.at("2027-01-15T08:14:50Z").await;
    assert!(orders.history(id).is_empty(), "not yet");
    orders.at("2027-01-15T08:15:00Z").await;
    orders.round().await;
    let history = orders.history(id);
    assert_eq!(history.len(), 1, "once: {history:?}");
    assert_eq!(history[0].outcome, Some(ScheduleOutcome::Done));
    assert_eq!(history[0].due, Some(at("2027-01-15T08:15:00Z")));
    assert_eq!((history[0].status, &history[0].who), (Some(200), &None));

    let console = &orders.desk.console;
    let used = console.used_in(orders.desk.session(), orders.connection);
    let used = used.unwrap().uses;
    let place = used.iter().find(|place| place.area == "schedule").unwrap();
    assert_eq!(place.name, "Nightly");
    assert!(place.unattended);
    assert_eq!(
        place.next_run,
        Some(at("2027-01-15T08:30:00Z")),
        "R18: what would stop is shown with its next time"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_a_schedule_needs_a_primary_account_and_stops_when_it_goes() {
    let orders = Orders::bare(Kind::LoggedInUser);
    let connection = orders.connection;
    let what = orders.call("Add a contact", post("Mina"));
    let draft = orders.draft(what, "* * * * *", "UTC");
    assert_eq!(code(orders.save(draft.clone())), "no_primary");
    assert!(orders.view(LIVE).schedules.is_empty(), "nothing is kept");
    let refused = orders.view(LIVE).targets.remove(0).refused;
    assert_eq!(refused.unwrap().code, "no_primary", "the form knows before");

    orders.desk.authorize(connection, Reach::All).await;
    orders.at("2027-01-15T08:00:10Z").await;
    let id = orders.kept(draft);
    orders.at("2027-01-15T08:01:00Z").await;
    assert_eq!(orders.outcomes(id), [ScheduleOutcome::Done]);

    let session = orders.desk.session();
    let console = &orders.desk.console;
    let impact = console.impact(session, connection, Reach::All).await;
    let impact = impact.unwrap();
    assert!(
        impact.stops.iter().any(|place| place.area == "schedule"),
        "R18: the schedule is among what stops"
    );
    console
        .revoke(session, connection, Reach::All)
        .await
        .unwrap();
    let row = orders.row();
    let stopped = row.stopped.expect("it says that it stops");
    orders.at("2027-01-15T08:02:00Z").await;
    let history = orders.history(id);
    assert_eq!(history[0].outcome, Some(ScheduleOutcome::Refused));
    let failure = history[0].failure.as_ref().unwrap();
    assert_eq!(failure.code, stopped.code, "the gate says the same");
    assert!(!failure.message.is_empty() && !failure.help.is_empty());
    assert_eq!(history[0].status, None, "nothing was sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_paused_or_suspended_makes_up_for_nothing() {
    let orders = Orders::new().await;
    let what = orders.call("Ask for contacts", Call::get("/contacts"));
    orders.at("2027-01-15T08:00:10Z").await;
    let id = orders.kept(orders.draft(what, "* * * * *", "UTC"));
    let console = &orders.desk.console;
    let session = orders.desk.session();
    console.pause_schedule(session, id, true).unwrap();
    orders.at("2027-01-15T08:10:10Z").await;
    assert!(orders.history(id).is_empty(), "it is paused");
    let row = orders.row();
    assert!(row.paused && row.next.is_empty());
    let used = console.used_in(session, orders.connection).unwrap().uses;
    let next = |uses: &[tsunagi_console::views::UsePlace]| {
        let mut uses = uses.iter();
        uses.find(|place| place.area == "schedule")
            .unwrap()
            .next_run
    };
    assert_eq!(next(&used), None, "and the impact of a change knows");

    console.pause_schedule(session, id, false).unwrap();
    orders.round().await;
    assert!(orders.history(id).is_empty(), "from now on only");
    orders.at("2027-01-15T08:11:00Z").await;
    assert_eq!(orders.dues(id), [at("2027-01-15T08:11:00Z")]);

    let stage = orders.call_in(Environment::Stage, "Ask", Call::get("/contacts"));
    let draft = ScheduleDraft {
        environment: Environment::Stage,
        ..orders.draft(stage, "* * * * *", "UTC")
    };
    let staged = orders.kept(draft);
    let suspend = |environment, suspended| {
        console.suspend_schedules(session, orders.application, environment, suspended)
    };
    assert_eq!(code(suspend(LIVE, true)), "schedule_production");
    suspend(Environment::Stage, true).unwrap();
    orders.at("2027-01-15T08:12:00Z").await;
    assert!(orders.history(staged).is_empty(), "Stage rests");
    assert_eq!(orders.dues(id).len(), 2, "and Production does not");
    let view = orders.view(Environment::Stage);
    assert!(view.suspended && view.may_suspend && view.schedules[0].next.is_empty());
    suspend(Environment::Stage, false).unwrap();
    orders.at("2027-01-15T08:13:00Z").await;
    assert_eq!(orders.dues(staged), [at("2027-01-15T08:13:00Z")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn run_now_runs_what_would_run_and_leaves_its_times_alone() {
    let orders = Orders::new().await;
    let what = orders.call("Ask for nothing", Call::get("/nothing-there"));
    orders.at("2027-01-15T08:00:10Z").await;
    let id = orders.kept(orders.draft(what, "0 9 * * *", "UTC"));
    let before = orders.row().next;
    let run = orders.desk.console.run_schedule(orders.desk.session(), id);
    let run = run.await.unwrap();
    assert_eq!(run.outcome, Some(ScheduleOutcome::Failed));
    assert_eq!((run.status, run.due), (Some(404), None));
    assert_eq!(run.who.as_deref(), Some("Ines"));
    assert!(run.failure.unwrap().message.contains("404"));
    assert_eq!(orders.row().next, before);
    assert_eq!(orders.history(id).len(), 1);
    let console = &orders.desk.console;
    console.delete_schedule(orders.desk.session(), id).unwrap();
    let left = orders.desk.world.catalog().executions(id, None, 9);
    assert_eq!(left.unwrap(), [], "what is told of its runs goes with it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_around_a_schedule_is_followed() {
    let orders = Orders::new().await;
    let what = orders.call("Ask for contacts", Call::get("/contacts"));
    orders.at("2027-01-15T08:00:10Z").await;
    let id = orders.kept(orders.draft(what, "* * * * *", "UTC"));
    let console = &orders.desk.console;
    let session = orders.desk.session();
    let other = orders
        .desk
        .create_practice("Another", Kind::Admin, Mode::Same);
    console
        .grant_application(session, orders.application, other, true)
        .unwrap();
    let mut call = console.call(session, what).unwrap();
    call.connection = Some(other);
    console.keep_call(session, call).unwrap();
    orders.at("2027-01-15T08:01:00Z").await;
    assert_eq!(
        orders.outcomes(id),
        [ScheduleOutcome::Refused],
        "the other connection is not authorized"
    );
    let areas = |connection| {
        let uses = console.used_in(session, connection).unwrap().uses;
        uses.into_iter().map(|place| place.area).collect::<Vec<_>>()
    };
    assert!(areas(orders.connection).is_empty());
    assert_eq!(areas(other), ["invoke_url", "schedule"], "R18");
    let error = console.delete_call(session, what).unwrap_err();
    assert_eq!(error.code, "item_scheduled", "R18: what runs stays");
    let told = console.failure(&error).message;
    assert!(told.contains("Nightly"), "and it is said where: {told}");
    console.delete_schedule(session, id).unwrap();
    assert_eq!(areas(other), ["invoke_url"]);
    console.delete_call(session, what).unwrap();
    orders.at("2027-01-15T08:02:00Z").await;
}
