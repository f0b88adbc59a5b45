//! The mission page's three use cases, as templates: started in one step, and run to the end against
//! the practice services.

use serde_json::json;
use tsunagi_areas::call::Call;
use tsunagi_areas::workflow::Values;
use tsunagi_console::views::{
    ActionState, CallDraft, Stage, TemplateUse, TemplateUsed, WorkflowOutcome, WorkflowRun,
};
use tsunagi_console::{ApplicationId, ConnectionId, ConsoleError, Environment};
use tsunagi_domain::{Edition, Kind, Plan, Role};

use crate::fixture::Desk;

const START: Environment = Environment::Development;

fn wish(template: &str, service: &str) -> TemplateUse {
    TemplateUse {
        template: template.to_owned(),
        service: service.to_owned(),
        connection: None,
        application: None,
    }
}

/// Started, and signed in to.
async fn started(desk: &Desk, template: &str, service: &str) -> TemplateUsed {
    let wish = wish(template, service);
    let used = desk.console.use_template(desk.session(), &wish).unwrap();
    assert!(used.needs_authorization, "nobody has signed in yet");
    assert_eq!(used.environment, START);
    let flow = desk.authorize(used.connection.id, used.reach).await;
    assert_eq!(flow.stage, Stage::Done, "{:?}", flow.failure);
    used
}

fn values(given: serde_json::Value) -> Values {
    serde_json::from_value(given).unwrap()
}

fn done(runs: &[WorkflowRun]) {
    let told: Vec<_> = runs
        .iter()
        .map(|run| {
            (
                run.outcome,
                run.actions.iter().map(|one| one.state).collect::<Vec<_>>(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [(WorkflowOutcome::Done, vec![ActionState::Done])],
        "{runs:?}"
    );
}

async fn asked(desk: &Desk, used: &TemplateUsed, path: &str) -> String {
    let draft = CallDraft {
        id: None,
        version: None,
        application: used.application,
        environment: START,
        name: "Ask".to_owned(),
        connection: Some(used.connection.id),
        call: Call::get(path),
    };
    let answer = desk.console.send_call(desk.session(), &draft).await;
    answer.unwrap().body
}

fn applications(desk: &Desk) -> usize {
    desk.world.catalog().applications().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_applies_is_a_candidate_in_recruit_through_a_system_connection() {
    let desk = Desk::empty();
    let used = started(&desk, "candidates", "practice_recruit").await;
    assert_eq!(used.connection.kind, Kind::System, "R5");
    let console = &desk.console;
    let who = values(json!({
        "first_name": "Ada", "last_name": "Byron", "email": "ada@example.com",
    }));
    let added = console
        .add_form_record(desk.session(), used.item, who)
        .await;
    done(&added.unwrap().runs);
    let found = asked(&desk, &used, "/Candidates/search?email=ada@example.com").await;
    assert!(found.contains("\"Byron\""), "{found}");
    let uses = console.used_in(desk.session(), used.connection.id).unwrap();
    assert_eq!(uses.uses[0].area, "form_workflow", "R18");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_for_support_is_known_from_salesforce_through_an_admin_connection() {
    let desk = Desk::empty();
    let used = started(&desk, "customer", "practice_salesforce").await;
    assert_eq!(used.connection.kind, Kind::Admin);
    let (console, session) = (&desk.console, desk.session());
    let typed = |email: &str| values(json!({"email": email}));
    let ada = typed("ada@lagoslights.example.com");
    let change = console
        .form_input(session, used.item, None, "email", ada)
        .await;
    let change = change.unwrap();
    done(&change.runs);
    assert_eq!(change.values["customer"], json!("Ada Okafor"));
    assert_eq!(change.values["title"], json!("Founder"));
    assert_eq!(change.values["phone"], json!("+44 20 7946 0102"));
    // What is typed is compared, and ends no query.
    for email in [
        "nobody@example.com",
        "x@' OR Email != '",
        "x@\\' OR Name != '",
    ] {
        let change = console
            .form_input(session, used.item, None, "email", typed(email))
            .await
            .unwrap();
        let known = change.values.get("customer").and_then(|name| name.as_str());
        assert!(known.is_none_or(str::is_empty), "{email}: {known:?}");
    }
    let half = console.form_input(session, used.item, None, "email", typed("ada"));
    assert!(
        half.await.unwrap().runs.is_empty(),
        "half typed is not asked for"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_completed_task_is_told_in_cliq_as_whoever_completed_it() {
    let desk = Desk::empty();
    let used = started(&desk, "message", "practice_cliq").await;
    assert_eq!(used.connection.kind, Kind::LoggedInUser);
    let console = &desk.console;
    let task = |state: &str| {
        values(json!({
            "task": "Paint the door", "assignee": "Ben", "channel": "taskupdates", "state": state,
        }))
    };
    let added = console
        .add_form_record(desk.session(), used.item, task("Open"))
        .await;
    let added = added.unwrap();
    assert!(added.runs.is_empty(), "an open task is told to nobody");
    let record = added.record.unwrap();
    let edit = async |version, state| {
        let id = record.id.parse().unwrap();
        let edited = console.edit_form_record(desk.session(), used.item, id, version, task(state));
        edited.await.unwrap()
    };
    let review = edit(record.version.unwrap(), "For review").await;
    done(&review.runs);
    let over = edit(review.record.unwrap().version.unwrap(), "Completed").await;
    done(&over.runs);
    let again = edit(over.record.as_ref().unwrap().version.unwrap(), "Completed").await;
    assert!(again.runs.is_empty(), "told once");

    // R9: somebody else posts as themself, or not at all.
    let ben = desk.joins("Ben", Role::Developer);
    desk.seats(ben).await;
    let theirs = edit(again.record.unwrap().version.unwrap(), "For review").await;
    assert_eq!(theirs.runs[0].actions[0].state, ActionState::Refused);
    let failure = theirs.runs[0].actions[0].failure.as_ref().unwrap();
    assert_eq!(failure.code, "member_not_authorized");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_started_leaves_nothing_behind() {
    let (desk, practice) = Desk::practice();
    let (console, session) = (&desk.console, desk.session());
    let before = applications(&desk);
    let with = |template, service, connection: Option<ConnectionId>, application| TemplateUse {
        connection,
        application,
        ..wish(template, service)
    };
    let old = console
        .create_application(session, "Old", Edition::C5)
        .unwrap();
    for (wish, told) in [
        (
            with("customer", "practice_salesforce", Some(practice), None),
            "template_connection_unfit",
        ),
        (with("customer", "practice_cliq", None, None), "missing"),
        (with("nothing", "practice_cliq", None, None), "missing"),
        (
            with("customer", "salesforce", None, None),
            "registration_needed",
        ),
        (
            with("message", "practice_cliq", None, Some(old)),
            "edition_too_old",
        ),
        (
            with("message", "practice_cliq", None, Some(ApplicationId::new())),
            "application_unknown",
        ),
    ] {
        let refused = console.use_template(session, &wish).unwrap_err();
        assert_eq!(refused.code, told, "{wish:?}");
    }
    assert_eq!(applications(&desk), before + 1, "no application was made");
    let connections = console.connections(session, &Default::default()).unwrap();
    assert_eq!(connections.rows.len(), 1, "and no connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_there_is_already_is_used_and_a_taken_name_gets_a_number() {
    let desk = Desk::empty();
    let (console, session) = (&desk.console, desk.session());
    let first = console
        .use_template(session, &wish("customer", "practice_salesforce"))
        .unwrap();
    let offered = console.templates(session).unwrap();
    let template = offered.iter().find(|one| one.id == "customer").unwrap();
    let service = &template.services[0];
    assert!(service.service.practice, "the practice service comes first");
    assert_eq!(service.connections[0].id, first.connection.id);
    let again = TemplateUse {
        connection: Some(first.connection.id),
        ..wish("customer", "practice_salesforce")
    };
    let second = console.use_template(session, &again).unwrap();
    assert_eq!(second.connection.id, first.connection.id);
    let names: Vec<_> = desk.world.catalog().applications().unwrap();
    let names: Vec<_> = names.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Support", "Support 2"]);
    let third = TemplateUse {
        application: Some(first.application),
        ..again
    };
    let third = console.use_template(session, &third).unwrap();
    assert_eq!(third.name, "Support ticket 2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_r2_templates_are_the_managers_and_take_a_plan() {
    let desk = Desk::empty();
    let wish = wish("customer", "practice_salesforce");
    let code = |outcome: Result<TemplateUsed, ConsoleError>| {
        outcome.map_or_else(|error| error.code, |_| "allowed".to_owned())
    };
    let founder = desk.founder();
    let user = desk.joins("Elif", Role::User);
    desk.seats(user).await;
    let (console, session) = (&desk.console, desk.session());
    assert_eq!(
        code(console.use_template(session, &wish)),
        "role_not_allowed"
    );
    assert_eq!(
        console.templates(session).unwrap_err().code,
        "role_not_allowed"
    );
    desk.seats(founder).await;
    let free = tsunagi_console::views::AvailabilityChange {
        plan: Plan::Free,
        data_center: "us".to_owned(),
        country: None,
    };
    let session = desk.session();
    console.change_availability(session, &free).unwrap();
    assert_eq!(code(console.use_template(session, &wish)), "plan_free");
    let offered = console.templates(session).unwrap();
    let refused = offered[0].services[0].refused.as_ref();
    assert_eq!(
        refused.map(|why| &*why.code),
        Some("plan_free"),
        "and says so before"
    );
}
