//! Workflows against the services' wire: a customer looked up in Salesforce, messages to Cliq as
//! whoever fills the form in, and requests that a person wrote.

use tsunagi_areas::call::{Body, Call, Method};
use tsunagi_console::agent::Practice as _;

use super::*;
use crate::fixture::people::page;
use crate::fixture::{BEN, Person};
use crate::practiced::Shop;

/// A practice service with the scopes that are suggested.
async fn orders(connector: &str, kind: Kind) -> Orders {
    let desk = Desk::empty();
    let service = desk.console.service(desk.session(), connector).unwrap();
    let scopes = service.scopes.iter().filter(|scope| scope.default);
    let draft = NewConnection {
        name: service.service.name.clone(),
        link_name: None,
        connector: connector.to_owned(),
        kind,
        mode: Mode::Same,
        scopes: scopes.map(|scope| scope.name.clone()).collect(),
        registration: None,
        settings: std::collections::BTreeMap::new(),
        reuse: None,
    };
    let orders = Orders::around(desk, &draft);
    orders.desk.authorize(orders.crm, Reach::All).await;
    orders
}

fn constant(value: Value) -> From {
    From::Constant { value }
}

fn posts(id: &str) -> Action {
    let text = From::Template {
        text: "{name} is done".to_owned(),
    };
    Action {
        does: Deed::Push {
            operation: "post_to_channel".to_owned(),
            inputs: vec![
                put("channel", None, constant(json!("taskupdates"))),
                put("text", None, text),
            ],
        },
        ..push(id, "x")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_is_looked_up_in_salesforce_as_the_field_is_typed() {
    let orders = orders("practice_salesforce", Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let email = From::Field {
        field: "contact".to_owned(),
    };
    let finds = Action {
        does: Deed::LookUp {
            operation: "find_records".to_owned(),
            inputs: vec![
                put("module", None, constant(json!("Contact"))),
                put("fields", None, constant(json!(["Id", "Name", "Phone"]))),
                put("field", None, constant(json!("Email"))),
                put("value", None, email),
            ],
            into: vec![
                Into {
                    at: "Name".to_owned(),
                    field: "name".to_owned(),
                },
                Into {
                    at: "/Phone".to_owned(),
                    field: "company".to_owned(),
                },
            ],
        },
        ..push("l", "x")
    };
    let typed = Trigger::FieldInput {
        field: "contact".to_owned(),
    };
    let form = orders.keep("Customers", form(vec![rule("typed", typed, vec![finds])]));
    for (email, found) in [
        ("grace@oneill.example.com", Some("Grace O'Neill")),
        ("' OR Name != '", None),
    ] {
        let change = values(json!({ "contact": email }));
        let change = console.form_input(session, form, None, "contact", change);
        let change = change.await.unwrap();
        assert_eq!(change.runs[0].outcome, WorkflowOutcome::Done, "{change:?}");
        let name = change.values.get("name").and_then(Value::as_str);
        assert_eq!(name, found, "{email}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_two_members_post_to_cliq_each_as_themself() {
    let orders = orders("practice_cliq", Kind::LoggedInUser).await;
    let (desk, console) = (&orders.desk, &orders.desk.console);
    let form = orders.keep(
        "Tasks",
        form(vec![rule("added", Trigger::Add, vec![posts("p")])]),
    );
    let (_, runs) = orders.add(form, json!({ "name": "The first" })).await;
    assert_eq!(states(&runs[0]), [ActionState::Done], "{runs:?}");
    let (ines, uma) = (desk.founder(), desk.joins("Uma", Role::User));
    let catalog = desk.world.catalog();
    catalog
        .share_application(orders.application, uma, true)
        .unwrap();
    desk.seats(uma).await;
    let (_, runs) = orders.add(form, json!({ "name": "The second" })).await;
    assert_eq!(
        states(&runs[0]),
        [ActionState::Refused],
        "R13: not as somebody else"
    );
    desk.world.agent.person(Person::Allows(BEN));
    desk.authorize(orders.crm, Reach::All).await;
    let (_, runs) = orders.add(form, json!({ "name": "The third" })).await;
    assert_eq!(states(&runs[0]), [ActionState::Done], "{runs:?}");
    assert_eq!(runs[0].who, "Uma");
    let port = desk.world.practice.port().unwrap();
    let page = page(&format!("http://127.0.0.1:{port}/")).await;
    assert!(
        page.contains("<b>Aiko Practice</b> → #taskupdates<br>The first is done"),
        "{page}"
    );
    assert!(
        page.contains("<b>Ben Practice</b> → #taskupdates<br>The third is done"),
        "{page}"
    );
    assert!(!page.contains("The second"), "nothing was sent");
    // What was refused to one is not done by the other with their own account.
    desk.seats(ines).await;
    let session = desk.session();
    let history = console.workflow_history(session, form, None).unwrap();
    assert_eq!(history[1].outcome, WorkflowOutcome::Failed);
    assert!(!history[1].may_retry);
    let other = console.retry_workflow(session, form, history[1].id, &[], &[]);
    assert_eq!(code(other.await), "workflow_not_yours");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_sent_with_the_values_of_the_record_and_a_post_once() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let calls = |id: &str, call: Call| Action {
        does: Deed::CallUrl { call },
        ..push(id, "x")
    };
    let body = Body::Json {
        text: r#"{ "name": "{name} \"the\" \\ one" }"#.to_owned(),
    };
    let adds = Call {
        method: Method::Post,
        body,
        ..Call::get("/contacts")
    };
    let actions = vec![
        calls("g", Call::get("/contacts/{contact}")),
        calls("p", adds),
    ];
    let form = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    let (_, runs) = orders
        .add(form, json!({ "name": "Ada", "contact": "c1" }))
        .await;
    assert_eq!(states(&runs[0]), [ActionState::Done, ActionState::Done]);
    assert_eq!(runs[0].actions[0].status, Some(200));
    let answer = orders.desk.try_it_at(orders.crm, "/contacts").await;
    let answer: Value = serde_json::from_str(&answer.unwrap().body).unwrap();
    assert!(
        answer.to_string().contains(r#"Ada \"the\" \\ one"#),
        "what stands in a value stays in it: {answer}"
    );
    // A step of an address stays one.
    let (_, runs) = orders
        .add(form, json!({ "name": "Bea", "contact": ".." }))
        .await;
    assert_eq!(
        states(&runs[0]),
        [ActionState::Failed, ActionState::Skipped]
    );
    let failure = runs[0].actions[0].failure.as_ref().unwrap();
    assert_eq!(failure.code, "workflow_step");
    let (_, runs) = orders
        .add(form, json!({ "name": "Cy", "contact": "c99" }))
        .await;
    assert_eq!(states(&runs[0])[0], ActionState::Failed, "404");
    assert_eq!(runs[0].actions[0].status, Some(404));
    orders.faulty(Fault::CutOff);
    let (_, runs) = orders
        .add(form, json!({ "name": "Dee", "contact": "c1" }))
        .await;
    assert_eq!(
        states(&runs[0]),
        [ActionState::Failed, ActionState::Skipped],
        "a GET changes nothing and is not in doubt"
    );
    orders.desk.world.practice.set(Faults::default());
    let again = console.retry_workflow(session, form, runs[0].id, &[], &[]);
    let again = again.await.unwrap();
    assert_eq!(states(&again), [ActionState::Done, ActionState::Done]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_without_access_or_authorization_nothing_is_sent() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let form = orders.keep(
        "People",
        form(vec![rule("added", Trigger::Add, vec![push("p", "{name}")])]),
    );
    let access = |may| {
        console
            .grant_application(session, orders.application, orders.crm, may)
            .unwrap();
    };
    access(false);
    let (_, runs) = orders.add(form, json!({ "name": "Without" })).await;
    let told = |runs: &[WorkflowRun]| runs[0].actions[0].failure.clone().unwrap().code;
    assert_eq!(states(&runs[0]), [ActionState::Refused]);
    assert_eq!(told(&runs), "application_no_access");
    access(true);
    let revoked = console.revoke(session, orders.crm, Reach::All).await;
    revoked.unwrap();
    let (_, runs) = orders.add(form, json!({ "name": "Revoked" })).await;
    assert_eq!(states(&runs[0]), [ActionState::Refused]);
    assert_eq!(told(&runs), "not_connected");
    orders.desk.authorize(orders.crm, Reach::All).await;
    assert_eq!(orders.contacts("Without").await, 0);
    assert_eq!(orders.contacts("Revoked").await, 0);
    let again = console.retry_workflow(session, form, runs[0].id, &[], &[]);
    assert_eq!(states(&again.await.unwrap()), [ActionState::Done]);
    assert_eq!(
        orders.contacts("Revoked").await,
        1,
        "authorized, it is repeated"
    );
}

/// PayPal tells repetitions apart by the key of the action: the one that is retried is the one that
/// was lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_a_person_retries_is_one_payment_at_the_service() {
    let shop = Shop::paid().await;
    let (console, session) = (&shop.desk.console, shop.desk.session());
    let amount = From::Field {
        field: "amount".to_owned(),
    };
    let pays = Action {
        does: Deed::TakePayment {
            operation: "create_payment".to_owned(),
            inputs: vec![put("amount", None, amount)],
        },
        ..push("p", "x")
    };
    let draft = WorkflowDraft {
        id: None,
        version: None,
        application: shop.application,
        environment: LIVE,
        name: "Orders".to_owned(),
        seats: vec![WorkflowSeat {
            part: "p".to_owned(),
            connection: Some(shop.id),
            service: None,
        }],
        workflow: Workflow {
            subject: Subject::Form {
                fields: vec![Field {
                    currency: Some("USD".to_owned()),
                    ..field("amount", FieldKind::Amount)
                }],
            },
            rules: vec![rule("added", Trigger::Add, vec![pays])],
        },
    };
    let form = console.keep_workflow(session, draft).unwrap().id.unwrap();
    shop.faulty(Fault::CutOff);
    let record = values(json!({ "amount": { "minor": 1050, "currency": "USD" } }));
    let added = console.add_form_record(session, form, record).await;
    let run = added.unwrap().runs.remove(0);
    assert_eq!(states(&run), [ActionState::Repeatable], "it has a key");
    shop.sound();
    assert_eq!(shop.payments().await, 1, "it was created, unseen");
    let again = console.retry_workflow(session, form, run.id, &[], &[]);
    let again = again.await.unwrap();
    assert_eq!(states(&again), [ActionState::Done], "{again:?}");
    assert_eq!(shop.payments().await, 1, "and is the same payment");
    let link = again.actions[0]
        .link
        .as_ref()
        .expect("where the payer goes");
    assert!(page(link).await.contains("10.50 USD"), "{link}");
}
