//! Page panels: what is shown to whom, through what, and what is said where nothing can be.

use serde_json::{Value, json};
use tsunagi_areas::data_source::Source;
use tsunagi_areas::panel::{Content, SOURCE_ROWS, Width};
use tsunagi_catalog::NewRow;
use tsunagi_console::views::{PanelDraft, PanelShown, SourceDraft};
use tsunagi_console::{
    ApplicationId, Clock, ConnectionId, ConsoleError, Environment, ItemId, Reach,
};
use tsunagi_domain::{Edition, Kind, Member, MemberId, Mode, Role};
use tsunagi_practice::{Fault, Faults};

use crate::fixture::{BEN, Desk, Person, until};

const LIVE: Environment = Environment::Production;

fn orders() -> (Desk, ApplicationId, ConnectionId) {
    let (desk, id) = Desk::practice();
    let application = desk
        .console
        .create_application(desk.session(), "Orders", Edition::C6)
        .unwrap();
    lets_use(&desk, application, id);
    (desk, application, id)
}

fn lets_use(desk: &Desk, application: ApplicationId, connection: ConnectionId) {
    desk.console
        .grant_application(desk.session(), application, connection, true)
        .unwrap();
}

fn draft(application: ApplicationId, connection: Option<ConnectionId>, shape: Value) -> PanelDraft {
    PanelDraft {
        id: None,
        version: None,
        application,
        environment: LIVE,
        name: "Contacts".to_owned(),
        connection,
        service: None,
        panel: serde_json::from_value(json!({
            "data": {"from": "operation", "operation": "list_contacts"},
            "shape": shape,
        }))
        .unwrap(),
    }
}

fn kept(desk: &Desk, draft: PanelDraft) -> ItemId {
    let kept = desk.console.keep_panel(desk.session(), draft).unwrap();
    kept.id.unwrap()
}

async fn shown(desk: &Desk, item: ItemId) -> PanelShown {
    desk.console.show_panel(desk.session(), item).await.unwrap()
}

fn content(shown: PanelShown) -> Content {
    assert!(shown.refused.is_none(), "{:?}", shown.refused);
    shown.shown.unwrap().content
}

fn number(shown: PanelShown) -> Option<String> {
    match content(shown) {
        Content::Number { value, .. } => value,
        other => panic!("{other:?} is no number"),
    }
}

fn refused(shown: &PanelShown) -> &str {
    assert!(shown.shown.is_none(), "nothing is shown beside it");
    shown.refused.as_ref().map_or("", |refused| &refused.code)
}

fn code<T>(outcome: Result<T, ConsoleError>) -> String {
    outcome.map_or_else(|error| error.code, |_| "allowed".to_owned())
}

fn table() -> Value {
    json!({"kind": "table"})
}

fn count() -> Value {
    json!({"kind": "number", "figure": {"of": "count"}})
}

/// A user whom the application is shared with.
fn user(desk: &Desk, application: ApplicationId) -> MemberId {
    let uma = Member {
        id: MemberId::new(),
        name: "Uma".to_owned(),
        role: Role::User,
        active: true,
    };
    desk.world.catalog().set_member(&uma).unwrap();
    desk.console
        .share_application(desk.session(), application, uma.id, true)
        .unwrap();
    uma.id
}

async fn sits(desk: &Desk, member: MemberId) {
    desk.console.lock(desk.session()).await.unwrap();
    desk.console.sign_in(member, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_shows_a_table_a_number_and_a_chart_of_what_a_service_gives() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let (console, session) = (&desk.console, desk.session());
    let columns =
        json!({"kind": "table", "columns": [{"field": "name", "label": "Who"}, {"field": "/id"}]});
    let item = kept(&desk, draft(application, Some(id), columns));
    let view = shown(&desk, item).await;
    assert_eq!(
        view.shown.as_ref().map(|shown| (shown.rows, shown.more)),
        Some((12, false))
    );
    assert!(view.at.is_some());
    assert_eq!(view.seat.as_ref().unwrap().connection.id, id);
    let Content::Table { columns, cells } = content(view) else {
        panic!("no table")
    };
    assert_eq!(columns[0].label, "Who");
    assert_eq!(cells[0], ["佐藤 花子", "c1"]);

    let mut number_of = draft(application, Some(id), count());
    number_of.name = "How many".to_owned();
    let item = kept(&desk, number_of);
    assert_eq!(number(shown(&desk, item).await).as_deref(), Some("12"));

    let chart = json!({"kind": "chart", "form": "bar", "x": "company", "figure": {"of": "count"}});
    let preview = console
        .preview_panel(session, &draft(application, Some(id), chart), true)
        .await;
    let preview = preview.unwrap();
    assert!(
        preview.fields.contains(&"company".to_owned()),
        "the editor offers what rows have"
    );
    let Content::Chart { points, .. } = content(preview) else {
        panic!("no chart")
    };
    let all: u64 = points
        .iter()
        .map(|point| point.y.as_deref().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(all, 12);

    let mut one = draft(
        application,
        Some(id),
        json!({"kind": "number", "figure": {"of": "value", "pointer": "/name"}}),
    );
    one.panel.data = serde_json::from_value(
        json!({"from": "operation", "operation": "get_contact", "given": {"id": "c1"}}),
    )
    .unwrap();
    let one = console.preview_panel(session, &one, true).await.unwrap();
    assert_eq!(number(one).as_deref(), Some("佐藤 花子"));

    let uses = console.used_in(session, id).unwrap().uses;
    assert_eq!(uses.len(), 2, "R18: each panel is a use");
    assert!(
        uses.iter()
            .all(|used| used.area == "page_panel" && !used.unattended)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_shape_of_the_same_rows_asks_the_service_for_nothing() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let (console, session) = (&desk.console, desk.session());
    let first = draft(application, Some(id), table());
    console.preview_panel(session, &first, true).await.unwrap();
    desk.world.practice.set(Faults {
        api: Some(Fault::ServerError),
        ..Faults::default()
    });
    let other = draft(application, Some(id), count());
    let again = console.preview_panel(session, &other, false).await.unwrap();
    assert_eq!(number(again).as_deref(), Some("12"));
    let anew = console.preview_panel(session, &other, true).await.unwrap();
    assert_eq!(refused(&anew), "panel_refused_silently", "anew is anew");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_what_the_gate_refuses_is_said_in_the_panel_with_what_mends_it() {
    let (desk, application, id) = orders();
    let item = kept(&desk, draft(application, Some(id), count()));
    let view = shown(&desk, item).await;
    assert_eq!(refused(&view), "member_not_authorized");
    assert!(
        view.seat.unwrap().may_authorize,
        "Authorize stands beside it"
    );
    desk.authorize(id, Reach::All).await;
    assert_eq!(number(shown(&desk, item).await).as_deref(), Some("12"));
    desk.console
        .revoke(desk.session(), id, Reach::All)
        .await
        .unwrap();
    let view = shown(&desk, item).await;
    assert!(!refused(&view).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_a_connection_that_is_left_out_comes_into_being_as_a_system_connection() {
    let (desk, application, _) = orders();
    let (console, session) = (&desk.console, desk.session());
    let mut left_out = draft(application, None, count());
    assert_eq!(
        code(console.keep_panel(session, left_out.clone())),
        "call_connection_needed"
    );
    left_out.service = Some("practice".to_owned());
    let offered = console.panels(session, application, LIVE).unwrap().services;
    assert!(offered.iter().any(|one| one.service.id == "practice"));
    for payment in ["razorpay", "worldpay"] {
        assert!(
            !offered.iter().any(|one| one.service.id == payment),
            "never for payments"
        );
        let mut pays = left_out.clone();
        pays.service = Some(payment.to_owned());
        assert_ne!(code(console.keep_panel(session, pays)), "allowed");
    }
    let preview = console
        .preview_panel(session, &left_out, true)
        .await
        .unwrap();
    assert!(preview.made);
    assert_eq!(refused(&preview), "not_connected");
    let seat = preview.seat.unwrap();
    assert_eq!(seat.connection.kind, Kind::System);
    let item = kept(&desk, left_out);
    let through = console.panel(session, item).unwrap().connection;
    assert_eq!(through, Some(seat.connection.id), "the same one");
    desk.authorize(seat.connection.id, Reach::All).await;
    assert_eq!(number(shown(&desk, item).await).as_deref(), Some("12"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_r15_each_sees_it_with_their_own_account_and_users_learn_of_no_other_connection() {
    let (desk, application, id) = orders();
    let ours = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    lets_use(&desk, application, ours);
    desk.authorize(id, Reach::All).await;
    let own = kept(&desk, draft(application, Some(id), count()));
    let mut shared = draft(application, Some(ours), count());
    shared.name = "Everybody's".to_owned();
    let shared = kept(&desk, shared);
    let founder = desk.founder();
    let uma = user(&desk, application);
    sits(&desk, uma).await;
    let (console, session) = (&desk.console, desk.session());

    let page = console.panels(session, application, LIVE).unwrap();
    assert_eq!(page.panels.len(), 2);
    assert!(!page.may_manage && page.connections.is_empty() && page.services.is_empty());
    let through: Vec<_> = page
        .panels
        .iter()
        .map(|one| one.seat.as_ref().map(|seat| seat.connection.id))
        .collect();
    assert_eq!(through, [Some(id), None], "R15");

    let view = shown(&desk, own).await;
    assert_eq!(
        refused(&view),
        "member_not_authorized",
        "the founder's account is not theirs"
    );
    assert!(view.seat.unwrap().may_authorize);
    let hidden = shown(&desk, shared).await;
    assert_eq!(refused(&hidden), "panel_not_now");
    assert!(hidden.seat.is_none());

    desk.world.agent.person(Person::Allows(BEN));
    desk.authorize(id, Reach::All).await;
    let view = shown(&desk, own).await;
    assert_eq!(
        view.seat.as_ref().unwrap().account.as_ref().unwrap().label,
        "ben@practice.example"
    );
    assert_eq!(number(view).as_deref(), Some("12"));

    for (door, answer) in [
        ("edit", code(console.panel(session, own))),
        (
            "keep",
            code(console.keep_panel(session, draft(application, Some(id), count()))),
        ),
        ("delete", code(console.delete_panel(session, own))),
        (
            "order",
            code(console.order_panels(session, application, LIVE, &[own, shared])),
        ),
        (
            "operations",
            code(console.panel_operations(session, "practice", None)),
        ),
        (
            "preview",
            code(
                console
                    .preview_panel(session, &draft(application, Some(id), count()), true)
                    .await,
            ),
        ),
    ] {
        assert_eq!(answer, "role_not_allowed", "{door}");
    }
    sits(&desk, founder).await;
    desk.authorize(ours, Reach::All).await;
    desk.console
        .share_application(desk.session(), application, uma, false)
        .unwrap();
    sits(&desk, uma).await;
    let (console, session) = (&desk.console, desk.session());
    assert_eq!(
        code(console.panels(session, application, LIVE)),
        "application_not_shared"
    );
    assert_eq!(
        code(console.show_panel(session, own).await),
        "application_not_shared"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_what_was_promised_is_said_and_nothing_half_is_shown() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let item = kept(&desk, draft(application, Some(id), count()));
    for (fault, told) in [
        (Fault::Html, "panel_not_as_promised"),
        (Fault::Empty, "panel_refused_silently"),
        (Fault::Malformed, "panel_not_as_promised"),
        (Fault::Huge, "panel_page_too_large"),
        (Fault::ServerError, "panel_refused_silently"),
    ] {
        desk.world.practice.set(Faults {
            api: Some(fault.clone()),
            ..Faults::default()
        });
        assert_eq!(refused(&shown(&desk, item).await), told, "{fault:?}");
    }
    desk.world.practice.set(Faults::default());
    assert_eq!(number(shown(&desk, item).await).as_deref(), Some("12"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_that_waits_is_stopped_by_itself() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let one = kept(&desk, draft(application, Some(id), count()));
    let mut other = draft(application, Some(id), count());
    other.name = "Other".to_owned();
    let other = kept(&desk, other);
    desk.world.practice.set(Faults {
        slow_millis: Some(600_000),
        ..Faults::default()
    });
    let (console, session) = (desk.console.clone(), desk.session());
    let looks = |item| {
        let console = console.clone();
        tokio::spawn(async move { console.show_panel(session, item).await })
    };
    let (one_waits, other_waits) = (looks(one), looks(other));
    until("one is stopped", || {
        console.stop_panel(session, Some(one)).unwrap();
        one_waits.is_finished()
    })
    .await;
    assert_eq!(code(one_waits.await.unwrap()), "panel_stopped");
    assert!(!other_waits.is_finished(), "the other one waits on");
    until("the other is stopped", || {
        console.stop_panel(session, Some(other)).unwrap();
        other_waits.is_finished()
    })
    .await;
    assert_eq!(code(other_waits.await.unwrap()), "panel_stopped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_order_is_kept_and_another_windows_panel_is_not_lost_over_it() {
    let (desk, application, id) = orders();
    let (console, session) = (&desk.console, desk.session());
    let made: Vec<ItemId> = ["One", "Two", "Three"]
        .iter()
        .map(|name| {
            let mut one = draft(application, Some(id), count());
            one.name = (*name).to_owned();
            kept(&desk, one)
        })
        .collect();
    let names = || -> Vec<String> {
        let page = console.panels(session, application, LIVE).unwrap();
        page.panels.into_iter().map(|one| one.name).collect()
    };
    assert_eq!(names(), ["One", "Two", "Three"], "a new one stands last");
    let turned = [made[2], made[0], made[1]];
    console
        .order_panels(session, application, LIVE, &turned)
        .unwrap();
    assert_eq!(names(), ["Three", "One", "Two"]);
    let mut wide = console.panel(session, made[0]).unwrap();
    wide.panel.width = Width::Whole;
    wide.panel.place = 77;
    console.keep_panel(session, wide).unwrap();
    assert_eq!(
        names(),
        ["Three", "One", "Two"],
        "what is edited stays where it is"
    );
    for order in [&turned[..2], &[made[0], made[0], made[1]]] {
        let refused = console.order_panels(session, application, LIVE, order);
        assert_eq!(code(refused), "stale");
    }
    assert_eq!(
        names(),
        ["Three", "One", "Two"],
        "all of an order or nothing"
    );
    console.delete_panel(session, made[0]).unwrap();
    assert_eq!(names(), ["Three", "Two"]);
    assert_eq!(console.used_in(session, id).unwrap().uses.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_shown_is_not_kept() {
    let (desk, application, id) = orders();
    let (console, session) = (&desk.console, desk.session());
    let with = |data: Value, shape: Value| {
        let mut one = draft(application, Some(id), shape);
        one.panel.data = serde_json::from_value(data).unwrap();
        code(console.keep_panel(session, one))
    };
    let list = || json!({"from": "operation", "operation": "list_contacts"});
    let operation = |id: &str| json!({"from": "operation", "operation": id});
    assert_eq!(
        with(operation("add_contact"), table()),
        "task_operation_unknown",
        "looking changes nothing"
    );
    assert_eq!(
        with(operation("get_contact"), table()),
        "task_input_missing"
    );
    assert_eq!(
        with(
            list(),
            json!({"kind": "chart", "form": "bar", "x": "", "figure": {"of": "count"}})
        ),
        "panel_field_missing"
    );
    assert_eq!(
        with(json!({"from": "source", "source": ItemId::new()}), table()),
        "panel_source_gone"
    );
    let apart = desk.create_practice("Apart", Kind::Admin, Mode::Same);
    let refused = console.keep_panel(session, draft(application, Some(apart), table()));
    assert_eq!(code(refused), "application_no_access");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panel_of_a_data_source_sends_nothing_and_looks_at_no_more_than_it_says() {
    let (desk, application, id) = orders();
    desk.authorize(id, Reach::All).await;
    let (console, session) = (&desk.console, desk.session());
    let source = SourceDraft {
        id: None,
        version: None,
        application,
        environment: LIVE,
        name: "All contacts".to_owned(),
        connection: Some(id),
        source: Source {
            operation: "list_contacts".to_owned(),
            ..Source::default()
        },
    };
    let source = console
        .keep_source(session, source)
        .unwrap()
        .draft
        .id
        .unwrap();
    let catalog = desk.world.catalog();
    let all = SOURCE_ROWS + 1;
    let begun = catalog
        .begin_pull(source, true, "", desk.world.clock.now())
        .unwrap();
    let rows: Vec<(String, String)> = (0..all)
        .map(|n| (n.to_string(), format!(r#"{{"id":{n},"half":"{}"}}"#, n % 2)))
        .collect();
    let rows: Vec<NewRow<'_>> = rows
        .iter()
        .map(|(id, fields)| NewRow { id, fields })
        .collect();
    catalog
        .put_page(source, begun.generation, 0, &rows, None)
        .unwrap();
    catalog
        .end_pull(source, begun.generation, desk.world.clock.now(), None)
        .unwrap();

    desk.world.practice.set(Faults {
        api: Some(Fault::ServerError),
        ..Faults::default()
    });
    let of = |shape: Value| {
        let mut one = draft(application, None, shape);
        one.panel.data =
            serde_json::from_value(json!({"from": "source", "source": source})).unwrap();
        one
    };
    let item = kept(&desk, of(count()));
    let uses = console.used_in(session, id).unwrap().uses;
    assert_eq!(
        uses.len(),
        1,
        "the data source uses the connection, and the panel does not"
    );
    let view = shown(&desk, item).await;
    assert!(view.at.is_some(), "since the pull");
    assert!(!view.shown.as_ref().unwrap().more);
    assert_eq!(
        number(view),
        Some(all.to_string()),
        "how many there are is known of any number"
    );

    let sum = json!({"kind": "number", "figure": {"of": "sum", "field": "id"}});
    let view = console
        .preview_panel(session, &of(sum), true)
        .await
        .unwrap();
    let seen = view.shown.as_ref().unwrap();
    assert_eq!(
        (seen.rows, seen.more),
        (SOURCE_ROWS, true),
        "and says that there are more"
    );
    let sum: u64 = (0..SOURCE_ROWS).sum();
    assert_eq!(number(view), Some(sum.to_string()));
    let view = console
        .preview_panel(session, &of(table()), true)
        .await
        .unwrap();
    let seen = view.shown.as_ref().unwrap();
    assert_eq!((seen.rows, seen.more), (200, true));
    console.delete_source(session, source).unwrap();
    assert_eq!(refused(&shown(&desk, item).await), "panel_source_gone");
}
