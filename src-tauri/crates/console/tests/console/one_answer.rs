//! R22: an authorization that several connections share may fare well in one and not in the other.
//! Row, count, filters, Home, tray, details and gate say the same of each.

use std::collections::BTreeSet;

use tsunagi_console::tray::{TrayAction, TrayLine};
use tsunagi_console::views::{ListQuery, Stage};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Health, Kind, Mode, NotConnected, Seen};
use tsunagi_practice::Faults;

use crate::fixture::{Desk, Person};
use crate::kinds::with_ports;
use crate::managing::as_it_is;
use crate::sharing::two;

const SHORT: Health = Health::NotConnected(NotConnected::ScopesMissing);
const CHANGED: Health = Health::NotConnected(NotConnected::ConnectorChanged);

fn listed(desk: &Desk, query: ListQuery) -> BTreeSet<ConnectionId> {
    let page = desk.console.connections(desk.session(), &query).unwrap();
    assert_eq!(page.total as usize, page.rows.len(), "counted as listed");
    page.rows.iter().map(|row| row.id).collect()
}

/// Of one station, every door says this health.
async fn says(desk: &Desk, place: (ConnectionId, usize), health: Health, why: &str) {
    let (id, at) = place;
    let view = desk.view(id).await;
    let station = &view.row.stations[at];
    assert_eq!(station.health, health, "its row: {why}");
    let places = view.accounts.iter().flat_map(|account| &account.places);
    let mut here = places.filter(|place| place.reach == station.reach);
    assert!(
        here.all(|place| place.health == health),
        "its details: {why}"
    );
    let found = listed(
        desk,
        ListQuery {
            health: vec![Seen::from(health)],
            ..ListQuery::default()
        },
    );
    assert!(found.contains(&id), "the filter by health: {why}");
    let tried = match station.reach.environment() {
        Some(environment) => desk.try_in(id, environment, "/files").await,
        None => desk.try_it(id).await,
    };
    let tried = tried.map(|answer| answer.ok).map_err(|error| error.code);
    let passes = health == Health::Connected;
    assert_eq!(tried.is_ok(), passes, "R4: the gate, {tried:?}: {why}");
}

/// These reaches need a person, and nothing else does: from every side.
fn needs(desk: &Desk, expected: &[(ConnectionId, Reach)], why: &str) {
    let (console, session) = (&desk.console, desk.session());
    let connections: BTreeSet<_> = expected.iter().map(|(id, _)| *id).collect();
    let every = console.connections(session, &ListQuery::default()).unwrap();
    let rows = every.rows.iter().filter(|row| row.needs_person);
    let rows: BTreeSet<_> = rows.map(|row| row.id).collect();
    assert_eq!(rows, connections, "the rows: {why}");
    assert_eq!(
        every.needing as usize,
        connections.len(),
        "the count: {why}"
    );
    for wanted in [true, false] {
        let query = ListQuery {
            needs_person: Some(wanted),
            ..ListQuery::default()
        };
        let group = every.rows.iter().map(|row| row.id);
        let group = group.filter(|id| connections.contains(id) == wanted);
        assert_eq!(listed(desk, query), group.collect(), "the groups: {why}");
    }
    let home = console.home_view(session).unwrap();
    let home = home.needs.iter();
    let home: BTreeSet<_> = home
        .map(|need| (need.connection, need.station.reach))
        .collect();
    let all: BTreeSet<_> = expected.iter().copied().collect();
    assert_eq!(home, all, "Home: {why}");
    let start = console.start(session).unwrap();
    assert_eq!(
        start.needing as usize,
        all.len(),
        "what is said first: {why}"
    );
    let tray = console.tray(session).lines;
    let tray: BTreeSet<_> = tray
        .into_iter()
        .filter_map(|line| match line {
            TrayLine::Entry {
                action: TrayAction::Authorize(id, reach),
                ..
            } => Some((id, reach)),
            _ => None,
        })
        .collect();
    assert_eq!(tray, all, "the tray: {why}");
}

async fn asks_for(desk: &Desk, id: ConnectionId, scopes: &[&str]) {
    let mut edit = as_it_is(&desk.view(id).await);
    edit.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    edited.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_scopes_added_to_one_of_two_that_share_are_missing_in_that_one_alone() {
    let (desk, first, second) = two().await;
    let chosen = desk
        .console
        .choose_primary(desk.session(), second, Reach::All);
    chosen.await.unwrap();
    needs(&desk, &[], "both work, and somebody is primary");
    let edit = as_it_is(&desk.view(second).await);
    let few: Vec<&str> = edit.scopes.iter().map(String::as_str).collect();
    let more = [few.as_slice(), &["contacts.write"]].concat();
    asks_for(&desk, second, &more).await;
    needs(&desk, &[(second, Reach::All)], "one asks for more");
    says(&desk, (second, 0), SHORT, "it asks for more").await;
    says(&desk, (first, 0), Health::Connected, "it does not").await;
    desk.authorize(second, Reach::All).await;
    needs(&desk, &[], "mended by authorizing");
    for id in [first, second] {
        says(&desk, (id, 0), Health::Connected, "one credential for both").await;
    }
    asks_for(&desk, first, &more).await;
    needs(&desk, &[], "what the other was granted is enough here too");
    // Authorized again through the one that asks for less: the other is short of it.
    asks_for(&desk, second, &few).await;
    desk.authorize(second, Reach::All).await;
    needs(&desk, &[(first, Reach::All)], "less was asked for");
    says(&desk, (first, 0), SHORT, "it still asks for more").await;
    says(&desk, (second, 0), Health::Connected, "it has it all").await;
    desk.console
        .delete_connection(desk.session(), second)
        .await
        .unwrap();
    needs(&desk, &[(first, Reach::All)], "by itself");
    asks_for(&desk, first, &few).await;
    needs(&desk, &[], "it asks for no more than it has");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_scopes_withheld_at_authorizing_are_told_with_the_sign_in_itself() {
    let (desk, first, second) = two().await;
    let edit = as_it_is(&desk.view(second).await);
    let few: Vec<&str> = edit.scopes.iter().map(String::as_str).collect();
    asks_for(
        &desk,
        second,
        &[few.as_slice(), &["contacts.write"]].concat(),
    )
    .await;
    desk.world.practice.set(Faults {
        withhold_scopes: vec!["contacts.write".to_owned()],
        ..Faults::default()
    });
    let end = desk.authorize(second, Reach::All).await;
    assert_eq!(end.failure.unwrap().code, "scopes_missing", "it is said");
    needs(
        &desk,
        &[(second, Reach::All)],
        "the sign-in did not mend it",
    );
    says(&desk, (first, 0), Health::Connected, "enough for this one").await;
    says(&desk, (second, 0), SHORT, "and not for this one").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_r23_a_setting_of_one_of_two_that_share_changes_the_connector_there_alone() {
    let (desk, one, two, first) = with_ports().await;
    desk.world.agent.person(Person::Waits);
    let signs_in = async |id| {
        let flow = desk.begin(id, Reach::Stage).await;
        desk.answers(flow, &[("code", "a-code")]).await;
        assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    };
    signs_in(first).await;
    let known = desk.view(first).await;
    let registration = known.registration.as_ref().map(|known| known.id);
    let mut draft =
        crate::provider::draft("Second", Kind::Admin, Mode::PerEnvironment, registration);
    draft.settings = known.settings.clone();
    let second = desk.console.create(desk.session(), &draft).unwrap();
    desk.console
        .switch_authorization(desk.session(), second, Reach::Stage, first)
        .await
        .unwrap();
    let rest = |also: &[(ConnectionId, Reach)]| {
        let mut rest = also.to_vec();
        for id in [first, second] {
            rest.extend([(id, Reach::Development), (id, Reach::Production)]);
        }
        rest
    };
    needs(&desk, &rest(&[]), "Stage is authorized in both");
    let port = two.port();
    let site = |value: Option<&String>| {
        let settings = value.map(|value| ("site".to_owned(), value.clone()));
        let settings = settings.into_iter().collect();
        desk.console
            .set_environment(desk.session(), second, Reach::Stage, settings, None)
    };
    site(Some(&port)).await.unwrap();
    let stage = |id| (id, Reach::Stage);
    needs(&desk, &rest(&[stage(second)]), "it leads elsewhere now");
    says(&desk, (second, 1), CHANGED, "R23").await;
    says(&desk, (first, 1), Health::Connected, "this one does not").await;
    // R20: another server's account is another one.
    let signs_in_elsewhere = async |id| {
        let flow = desk.begin(id, Reach::Stage).await;
        desk.answers(flow, &[("code", "a-code")]).await;
        desk.replaces(flow).await;
    };
    // Whoever signs in there gets a credential for there: the first keeps its own (R21).
    signs_in_elsewhere(second).await;
    needs(&desk, &rest(&[]), "each has what it needs");
    says(&desk, (first, 1), Health::Connected, "it kept its own").await;
    says(&desk, (second, 1), Health::Connected, "where it leads").await;
    site(None).await.unwrap();
    needs(
        &desk,
        &rest(&[stage(second)]),
        "it leads there no more, and no longer shares",
    );
    signs_in_elsewhere(second).await;
    needs(&desk, &rest(&[]), "and it is back");
    drop(one);
}
