//! Forms as they are opened: integration fields with the service's data.

use std::collections::BTreeMap;

use tsunagi_areas::workflow::Shows;
use tsunagi_console::views::WorkKind;
use tsunagi_domain::MemberId;

use super::*;
use crate::fixture::until;

/// A form with a choice of the service's contacts.
fn tickets(orders: &Orders) -> ItemId {
    let shows = Shows {
        id: "customers".to_owned(),
        operation: "list_contacts".to_owned(),
        given: BTreeMap::new(),
        label: "/name".to_owned(),
        value: "id".to_owned(),
    };
    let customer = Field {
        shows: Some(shows),
        ..field("customer", FieldKind::Choice)
    };
    let fields = vec![customer, field("about", FieldKind::Text)];
    let workflow = Workflow {
        subject: Subject::Form { fields },
        rules: vec![],
    };
    orders.keep("Tickets", workflow)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_integration_field_shows_the_services_data() {
    let orders = Orders::new(Kind::Admin).await;
    let id = tickets(&orders);
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let view = console.open_form(session, id, None).await.unwrap();
    let shown = &view.fields[0];
    assert_eq!(shown.choices.len(), 12, "{shown:?}");
    assert_eq!(shown.choices[0].value, "c1");
    assert!(!shown.choices[0].label.is_empty());
    console
        .set_enabled(session, orders.crm, false)
        .await
        .unwrap();
    let view = console.open_form(session, id, None).await.unwrap();
    let failure = view.fields[0].failure.as_ref().expect("why there are none");
    assert_eq!(failure.code, "disabled", "R4");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_whoever_fills_a_form_in_stops_what_it_waits_for() {
    let orders = Orders::new(Kind::Admin).await;
    let id = tickets(&orders);
    let uma = Member {
        id: MemberId::new(),
        name: "Uma".to_owned(),
        role: Role::User,
        active: true,
    };
    orders.desk.world.catalog().set_member(&uma).unwrap();
    let console = orders.desk.console.clone();
    console
        .share_application(orders.desk.session(), orders.application, uma.id, true)
        .unwrap();
    orders.desk.world.practice.set(Faults {
        slow_millis: Some(600_000),
        ..Faults::default()
    });
    let before = orders.desk.session();
    let others = tokio::spawn({
        let console = console.clone();
        async move { console.open_form(before, id, None).await }
    });
    until("somebody else waits, too", || {
        let work = console.work(before, WorkKind::Workflow);
        work.unwrap().is_some()
    })
    .await;
    console.sign_in(uma.id, None).await.unwrap();
    let session = orders.desk.session();
    let theirs = console.work(session, WorkKind::Workflow).unwrap();
    assert!(theirs.is_none(), "what others wait for is theirs to stop");
    let opening = tokio::spawn({
        let console = console.clone();
        async move { console.open_form(session, id, None).await }
    });
    until("it waits for the service", || {
        let work = console.work(session, WorkKind::Workflow);
        work.unwrap().is_some()
    })
    .await;
    console.stop_work(session, WorkKind::Workflow).unwrap();
    let view = opening.await.unwrap().unwrap();
    let failure = view.fields[0].failure.as_ref().expect("why there are none");
    assert_eq!(failure.code, "call_stopped");
    assert!(view.fields[1].failure.is_none(), "it opens all the same");
    let refused = console.stop_work(session, WorkKind::Task);
    assert_eq!(code(refused), "role_not_allowed", "R2");
    assert!(!others.is_finished(), "only what was hers was stopped");
    others.abort();
}
