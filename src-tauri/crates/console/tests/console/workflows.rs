//! Form and report workflows: what they do on each trigger, and what is left when they cannot.

mod forgotten;
mod kept;
mod killed;
mod opened;
mod retried;
mod sent;
mod wired;

use serde_json::{Value, json};
use tsunagi_areas::workflow::{
    Action, Condition, Deed, Does, Field, FieldKind, From, Into, Is, Put, Rule, Subject, Test,
    Trigger, Values, Workflow,
};
use tsunagi_console::views::{
    ActionState, NewConnection, WorkflowDraft, WorkflowOutcome, WorkflowRun, WorkflowSeat,
};
use tsunagi_console::{
    ApplicationId, ConnectionId, ConsoleError, Environment, ItemId, Reach, RecordId,
};
use tsunagi_domain::{Edition, Kind, Member, Mode, Role};
use tsunagi_practice::{Fault, Faults};

use crate::fixture::{Desk, practice_draft};

const LIVE: Environment = Environment::Production;

fn code<T>(outcome: Result<T, ConsoleError>) -> String {
    outcome.map_or_else(|error| error.code, |_| "allowed".to_owned())
}

fn values(json: Value) -> Values {
    serde_json::from_value(json).unwrap()
}

/// An application whose forms go through the practice CRM, which may add contacts.
struct Orders {
    desk: Desk,
    application: ApplicationId,
    crm: ConnectionId,
}

impl Orders {
    async fn new(kind: Kind) -> Self {
        let (desk, _) = Desk::practice();
        let mut draft = practice_draft("Contacts", kind, Mode::Same);
        draft.scopes.push("contacts.write".to_owned());
        let orders = Self::around(desk, &draft);
        orders.desk.authorize(orders.crm, Reach::All).await;
        orders
    }

    fn around(desk: Desk, draft: &NewConnection) -> Self {
        let (console, session) = (&desk.console, desk.session());
        let application = console.create_application(session, "Orders", Edition::C6);
        let application = application.unwrap();
        let crm = console.create(session, draft).unwrap();
        console
            .grant_application(session, application, crm, true)
            .unwrap();
        Self {
            desk,
            application,
            crm,
        }
    }

    fn draft(&self, name: &str, workflow: Workflow) -> WorkflowDraft {
        let parts = workflow.parts();
        let seats = parts.iter().map(|part| WorkflowSeat {
            part: part.id.to_owned(),
            connection: Some(self.crm),
            service: None,
        });
        WorkflowDraft {
            id: None,
            version: None,
            application: self.application,
            environment: LIVE,
            name: name.to_owned(),
            seats: seats.collect(),
            workflow,
        }
    }

    fn keep(&self, name: &str, workflow: Workflow) -> ItemId {
        let draft = self.draft(name, workflow);
        let kept = self.desk.console.keep_workflow(self.desk.session(), draft);
        kept.unwrap().id.unwrap()
    }

    async fn add(&self, form: ItemId, json: Value) -> (RecordId, Vec<WorkflowRun>) {
        let console = &self.desk.console;
        let added = console.add_form_record(self.desk.session(), form, values(json));
        let done = added.await.unwrap();
        (done.record.unwrap().id.parse().unwrap(), done.runs)
    }

    /// How many contacts of this name the service has.
    async fn contacts(&self, name: &str) -> usize {
        self.desk.world.practice.set(Faults::default());
        let answer = self.desk.try_it_at(self.crm, "/contacts").await.unwrap();
        answer.body.matches(&format!("\"{name}\"")).count()
    }

    fn faulty(&self, api: Fault) {
        self.desk.world.practice.set(Faults {
            api: Some(api),
            ..Faults::default()
        });
    }
}

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        label: format!("The {name}"),
        kind,
        required: false,
        choices: Vec::new(),
        currency: None,
        shows: None,
    }
}

fn people() -> Vec<Field> {
    vec![
        Field {
            required: true,
            ..field("name", FieldKind::Text)
        },
        field("company", FieldKind::Text),
        field("contact", FieldKind::Text),
    ]
}

fn put(input: &str, field: Option<&str>, value: From) -> Put {
    Put {
        input: input.to_owned(),
        field: field.map(str::to_owned),
        value,
    }
}

/// Adds a contact whose name is this text.
fn push(id: &str, name: &str) -> Action {
    let text = From::Template {
        text: name.to_owned(),
    };
    Action {
        id: id.to_owned(),
        name: String::new(),
        go_on: false,
        does: Deed::Push {
            operation: "add_contact".to_owned(),
            inputs: vec![put("record", Some("name"), text)],
        },
    }
}

/// Looks the contact up whose id is in the field, and puts its company into another.
fn look_up(id: &str) -> Action {
    let from = From::Field {
        field: "contact".to_owned(),
    };
    Action {
        id: id.to_owned(),
        name: String::new(),
        go_on: false,
        does: Deed::LookUp {
            operation: "get_contact".to_owned(),
            inputs: vec![put("id", None, from)],
            into: vec![Into {
                at: "company".to_owned(),
                field: "company".to_owned(),
            }],
        },
    }
}

fn rule(id: &str, on: Trigger, actions: Vec<Action>) -> Rule {
    Rule {
        id: id.to_owned(),
        name: id.to_owned(),
        on,
        when: None,
        actions,
    }
}

fn form(rules: Vec<Rule>) -> Workflow {
    Workflow {
        subject: Subject::Form { fields: people() },
        rules,
    }
}

fn states(run: &WorkflowRun) -> Vec<ActionState> {
    run.actions.iter().map(|action| action.state).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_trigger_of_a_form_and_a_report_does_its_own() {
    let orders = Orders::new(Kind::Admin).await;
    let (console, session) = (&orders.desk.console, orders.desk.session());
    let typed = Trigger::FieldInput {
        field: "contact".to_owned(),
    };
    let id = orders.keep(
        "People",
        form(vec![
            rule("loaded", Trigger::Load, vec![push("p1", "Loaded")]),
            rule("typed", typed, vec![look_up("p2")]),
            rule("added", Trigger::Add, vec![push("p3", "Added {name}")]),
            rule("edited", Trigger::Edit, vec![push("p4", "Edited {name}")]),
            rule(
                "deleted",
                Trigger::Delete,
                vec![push("p5", "Deleted {name}")],
            ),
        ]),
    );
    let button = Trigger::RowAction {
        label: "Send".to_owned(),
    };
    let report = orders.keep(
        "People report",
        Workflow {
            subject: Subject::Report {
                of: id,
                columns: vec!["name".to_owned()],
            },
            rules: vec![
                rule("opened", Trigger::Load, vec![push("q1", "Opened")]),
                rule("pressed", button, vec![push("q2", "Pressed {name}")]),
                rule("changed", Trigger::Edit, vec![push("q3", "Changed {name}")]),
                rule("gone", Trigger::Delete, vec![push("q4", "Gone {name}")]),
            ],
        },
    );

    let opened = console.open_form(session, id, None).await.unwrap();
    assert_eq!(opened.listens, ["contact"]);
    assert_eq!(opened.runs.len(), 1);
    let typed = json!({ "name": "Ada", "contact": "c1" });
    let typed = console.form_input(session, id, None, "contact", values(typed));
    let typed = typed.await.unwrap();
    assert!(typed.values.contains_key("company"), "{typed:?}");
    assert_eq!(typed.values.len(), 1, "only what was filled comes back");
    assert_eq!(
        typed.runs[0].actions[0].filled,
        ["The company"],
        "a person knows a field by its label"
    );
    let (record, runs) = orders.add(id, json!({ "name": "Ada" })).await;
    assert_eq!(runs[0].outcome, WorkflowOutcome::Done, "{runs:?}");
    let shown = console.open_report(session, report).await.unwrap();
    assert_eq!(shown.columns, [("name".to_owned(), "The name".to_owned())]);
    assert_eq!(shown.buttons, [("pressed".to_owned(), "Send".to_owned())]);
    assert_eq!(shown.page.count, 1);
    let row = record.to_string();
    let pressed = console.report_act(session, report, "pressed", &row).await;
    assert_eq!(pressed.unwrap().outcome, WorkflowOutcome::Done);
    let edited = values(json!({ "name": "Bea" }));
    let edited = console.edit_form_record(session, report, record, 1, edited);
    let edited = edited.await.unwrap();
    let told: Vec<&str> = edited.runs.iter().map(|run| run.rule.as_str()).collect();
    assert_eq!(told, ["edited", "changed"], "the form's own rules first");
    let stale = console.edit_form_record(session, id, record, 1, values(json!({ "name": "x" })));
    assert_eq!(
        code(stale.await),
        "stale",
        "another window was there before"
    );
    let deleted = console.delete_form_record(session, report, record, 2).await;
    assert_eq!(deleted.unwrap().runs.len(), 2);
    assert_eq!(console.records(session, id, None).unwrap().count, 0);
    for name in [
        "Loaded",
        "Added Ada",
        "Opened",
        "Pressed Ada",
        "Edited Bea",
        "Changed Bea",
        "Deleted Bea",
        "Gone Bea",
    ] {
        assert_eq!(orders.contacts(name).await, 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_whose_condition_does_not_hold_does_nothing() {
    let orders = Orders::new(Kind::Admin).await;
    let when = Condition {
        any: false,
        tests: vec![Test {
            field: "company".to_owned(),
            is: Is::StartsWith,
            value: json!("lagos"),
        }],
    };
    let conditional = Rule {
        when: Some(when),
        ..rule("added", Trigger::Add, vec![push("p", "{name}")])
    };
    let id = orders.keep("People", form(vec![conditional]));
    let (_, runs) = orders.add(id, json!({ "name": "Abe" })).await;
    assert!(runs.is_empty(), "and no run is told");
    let (_, runs) = orders
        .add(id, json!({ "name": "Bea", "company": "Lagos Lights" }))
        .await;
    assert_eq!(runs.len(), 1);
    assert_eq!(orders.contacts("Abe").await, 0);
    assert_eq!(orders.contacts("Bea").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_looked_up_is_in_the_record_and_in_what_comes_after() {
    let orders = Orders::new(Kind::Admin).await;
    let actions = vec![look_up("l"), push("p", "{name} of {company}")];
    let id = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    let (record, runs) = orders
        .add(id, json!({ "name": "Ada", "contact": "c1" }))
        .await;
    assert_eq!(runs[0].actions[0].filled, ["The company"]);
    assert_eq!(runs[0].about, "Ada", "the run is told by its record");
    let page = orders.desk.console.records(orders.desk.session(), id, None);
    let page = page.unwrap();
    assert_eq!(page.records[0].id, record.to_string());
    let company = page.records[0].values["company"].as_str().unwrap();
    assert!(!company.is_empty());
    let name = format!("Ada of {company}");
    assert_eq!(orders.contacts(&name).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_what_the_gate_refuses_is_told_per_action_and_nothing_is_sent() {
    let orders = Orders::new(Kind::Admin).await;
    let first = Action {
        go_on: true,
        ..push("a", "One")
    };
    let actions = vec![first, push("b", "Two"), push("c", "Three")];
    let id = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    let (console, session) = (&orders.desk.console, orders.desk.session());
    console
        .set_enabled(session, orders.crm, false)
        .await
        .unwrap();
    let (_, runs) = orders.add(id, json!({ "name": "Ada" })).await;
    assert_eq!(
        states(&runs[0]),
        [
            ActionState::Refused,
            ActionState::Refused,
            ActionState::Skipped
        ],
        "the first says that one goes on; the second does not"
    );
    assert_eq!(runs[0].outcome, WorkflowOutcome::Failed);
    let failure = runs[0].actions[0].failure.as_ref().unwrap();
    assert_eq!(failure.code, "disabled");
    assert_eq!(
        console.records(session, id, None).unwrap().count,
        1,
        "the record is there all the same"
    );
    let row = &console
        .workflows(session, orders.application, LIVE)
        .unwrap()
        .workflows[0];
    assert_eq!(
        row.stopped.as_ref().unwrap().code,
        "disabled",
        "and why is said"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_each_member_runs_with_their_own_account_or_not_at_all() {
    let orders = Orders::new(Kind::LoggedInUser).await;
    let actions = vec![push("p", "{name}")];
    let id = orders.keep("People", form(vec![rule("added", Trigger::Add, actions)]));
    let (console, catalog) = (&orders.desk.console, orders.desk.world.catalog());
    let (_, runs) = orders.add(id, json!({ "name": "Mine" })).await;
    assert_eq!(runs[0].outcome, WorkflowOutcome::Done);
    let ines = catalog.members().unwrap().remove(0);
    let user = Member {
        role: Role::User,
        ..ines.clone()
    };
    catalog.set_member(&user).unwrap();
    let session = orders.desk.session();
    // It was, with whoever made it.
    catalog
        .share_application(orders.application, user.id, false)
        .unwrap();
    let added = console.add_form_record(session, id, values(json!({ "name": "Not" })));
    assert_eq!(
        code(added.await),
        "application_not_shared",
        "R15: nobody fills in what is not shared with them"
    );
    assert_eq!(code(console.workflow(session, id)), "role_not_allowed");
    assert_eq!(
        code(console.delete_workflow(session, id)),
        "role_not_allowed"
    );
    catalog
        .share_application(orders.application, user.id, true)
        .unwrap();
    let added = console.add_form_record(session, id, values(json!({ "name": "Shared" })));
    let runs = added.await.unwrap().runs;
    assert_eq!(runs[0].outcome, WorkflowOutcome::Done, "{runs:?}");
    let forms = console.forms(session, orders.application, LIVE).unwrap();
    assert_eq!(forms[0].name, "People");
    assert_eq!(runs[0].actions[0].does, Does::Push);
}
