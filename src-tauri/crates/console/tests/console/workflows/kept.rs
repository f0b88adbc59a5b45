//! What can be kept, what goes through what, and what cannot be deleted.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_a_push_to_a_zoho_service_makes_the_system_connection_and_nothing_else_does() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let services = console
        .workflows(session, orders.application, LIVE)
        .unwrap()
        .services;
    let offered = |id: &str| services.iter().any(|entry| entry.service.id == id);
    assert!(offered("zoho_recruit"));
    assert!(
        !offered("salesforce") && !offered("practice"),
        "R5: only Zoho's"
    );
    let candidate = Action {
        does: Deed::Push {
            operation: "add_candidate".to_owned(),
            inputs: vec![put(
                "record",
                Some("Last_Name"),
                From::Field {
                    field: "name".to_owned(),
                },
            )],
        },
        ..push("p", "x")
    };
    let workflow = form(vec![rule("added", Trigger::Add, vec![candidate])]);
    let left_out = |service: &str| WorkflowDraft {
        seats: vec![WorkflowSeat {
            part: "p".to_owned(),
            connection: None,
            service: Some(service.to_owned()),
        }],
        ..orders.draft("Candidates", workflow.clone())
    };
    let kept = console
        .keep_workflow(session, left_out("practice_recruit"))
        .unwrap();
    let connection = kept.seats[0].connection.unwrap();
    let uses = console.used_in(session, connection).unwrap().uses;
    assert_eq!(uses[0].area, "form_workflow");
    let again = console.keep_workflow(session, kept).unwrap();
    assert_eq!(
        again.seats[0].connection,
        Some(connection),
        "it stays the same one"
    );
    let (_, runs) = orders
        .add(again.id.unwrap(), json!({ "name": "Ada" }))
        .await;
    assert_eq!(
        states(&runs[0]),
        [ActionState::Refused],
        "nobody has authorized it yet"
    );
    let other = console.keep_workflow(session, left_out("salesforce"));
    assert_eq!(code(other), "connection_needed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_each_part_is_a_use_of_its_connection_and_only_that() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let actions = vec![look_up("l"), push("p", "{name}")];
    let id = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    let uses = console.used_in(session, orders.crm).unwrap().uses;
    let scopes: Vec<Vec<&str>> = uses
        .iter()
        .map(|used| {
            used.scopes
                .iter()
                .map(|scope| scope.name.as_str())
                .collect()
        })
        .collect();
    assert_eq!(
        scopes,
        [["contacts.read"], ["contacts.write"]],
        "each its own"
    );
    let refused = console.delete_connection(session, orders.crm).await;
    assert_eq!(code(refused), "still_used");
    let report = orders.keep(
        "Report",
        Workflow {
            subject: Subject::Report {
                of: id,
                columns: vec![],
            },
            rules: vec![],
        },
    );
    assert_eq!(
        code(console.delete_workflow(session, id)),
        "workflow_in_use"
    );
    console.delete_workflow(session, report).unwrap();
    console.delete_workflow(session, id).unwrap();
    assert!(
        console
            .used_in(session, orders.crm)
            .unwrap()
            .uses
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_is_not_kept() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let with = |does: Deed| {
        let action = Action {
            does,
            ..push("p", "x")
        };
        form(vec![rule("added", Trigger::Add, vec![action])])
    };
    let push_of = |operation: &str, input: &str| Deed::Push {
        operation: operation.to_owned(),
        inputs: vec![put(
            input,
            None,
            From::Constant {
                value: json!({ "name": "x" }),
            },
        )],
    };
    let pay = Deed::TakePayment {
        operation: "add_contact".to_owned(),
        inputs: vec![],
    };
    for (workflow, expected) in [
        (with(push_of("gone", "record")), "workflow_operation_unfit"),
        (
            with(push_of("list_contacts", "record")),
            "workflow_operation_unfit",
        ),
        (with(push_of("add_contact", "gone")), "task_input_unknown"),
        (
            with(Deed::Push {
                operation: "add_contact".to_owned(),
                inputs: vec![],
            }),
            "task_input_missing",
        ),
        (with(pay), "workflow_operation_unfit"),
        (
            form(vec![rule("r", Trigger::Add, vec![push("p", "{gone}")])]),
            "workflow_field_missing",
        ),
        (
            Workflow {
                subject: Subject::Report {
                    of: ItemId::new(),
                    columns: vec![],
                },
                rules: vec![],
            },
            "workflow_subject_missing",
        ),
    ] {
        let kept = console.keep_workflow(session, orders.draft("People", workflow));
        assert_eq!(code(kept), expected);
    }
    let unseated = WorkflowDraft {
        seats: vec![],
        ..orders.draft(
            "People",
            form(vec![rule("r", Trigger::Add, vec![push("p", "x")])]),
        )
    };
    assert_eq!(
        code(console.keep_workflow(session, unseated)),
        "workflow_seat_missing"
    );
    let view = console
        .workflows(session, orders.application, LIVE)
        .unwrap();
    assert!(view.workflows.is_empty(), "nothing half-written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_refuses_what_its_fields_do_not_take_and_stores_nothing() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let id = orders.keep("People", form(vec![]));
    for (record, expected) in [
        (json!({}), "record_field_missing"),
        (json!({ "name": 7 }), "record_field_unfit"),
        (json!({ "name": "x", "gone": 1 }), "record_field_unknown"),
    ] {
        let added = console.add_form_record(session, id, values(record)).await;
        assert_eq!(code(added), expected);
    }
    assert_eq!(console.records(session, id, None).unwrap().count, 0);
}
