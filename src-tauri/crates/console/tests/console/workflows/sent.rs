//! Messages and payments as actions: sent once, to the account that was asked before, and refused
//! where *Send test* is.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use tsunagi_console::views::{AvailabilityChange, SendKind};
use tsunagi_domain::Plan;

use super::*;
use crate::sending::{Shop, moves};

fn amount() -> Field {
    Field {
        currency: Some("USD".to_owned()),
        ..field("amount", FieldKind::Amount)
    }
}

fn field_of(name: &str) -> From {
    From::Field {
        field: name.to_owned(),
    }
}

fn pays(id: &str, operation: &str) -> Action {
    Action {
        does: Deed::TakePayment {
            operation: operation.to_owned(),
            inputs: vec![put("amount", None, field_of("amount"))],
        },
        ..push(id, "x")
    }
}

fn keeps(shop: &Shop, actions: Vec<Action>) -> Result<ItemId, ConsoleError> {
    let seats = actions.iter().map(|action| WorkflowSeat {
        part: action.id.clone(),
        connection: Some(shop.id),
        service: None,
    });
    let draft = WorkflowDraft {
        id: None,
        version: None,
        application: shop.application,
        environment: LIVE,
        name: "Orders".to_owned(),
        seats: seats.collect(),
        workflow: Workflow {
            subject: Subject::Form {
                fields: vec![
                    amount(),
                    field("phone", FieldKind::Phone),
                    field("name", FieldKind::Text),
                ],
            },
            rules: vec![rule("added", Trigger::Add, actions)],
        },
    };
    let kept = shop.desk.console.keep_workflow(shop.desk.session(), draft);
    kept.map(|kept| kept.id.unwrap())
}

async fn adds(shop: &Shop, form: ItemId, json: Value) -> WorkflowRun {
    let console = &shop.desk.console;
    let added = console.add_form_record(shop.desk.session(), form, values(json));
    added.await.unwrap().runs.remove(0)
}

fn cents(minor: u64) -> Value {
    json!({ "amount": { "minor": minor, "currency": "USD" } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_goes_to_the_number_of_the_record_once() {
    let shop = Shop::open(SendKind::Sms, "live").await;
    let text = From::Template {
        text: "{name}: your order is ready".to_owned(),
    };
    let says = Action {
        does: Deed::SendSms {
            operation: "send_sms".to_owned(),
            inputs: vec![put("to", None, field_of("phone")), put("text", None, text)],
        },
        ..push("s", "x")
    };
    let form = keeps(&shop, vec![says]).unwrap();
    let record = json!({ "name": "Ada", "phone": "+819012345678" });
    let run = adds(&shop, form, record.clone()).await;
    assert_eq!(states(&run), [ActionState::Done], "{run:?}");
    let got = shop.till.done();
    assert_eq!(got.len(), 1);
    assert_eq!(
        got[0].body,
        json!({ "to": "+819012345678", "text": "Ada: your order is ready" })
    );
    shop.till.loses.store(true, Ordering::SeqCst);
    let run = adds(&shop, form, record).await;
    assert_eq!(states(&run), [ActionState::Unknown], "it has no key");
    assert_eq!(shop.till.done().len(), 2, "sent once, whatever came of it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_exact_and_repeated_with_its_own_key_only() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    let (console, session) = (&shop.desk.console, shop.desk.session());
    let form = keeps(&shop, vec![pays("p", "charge")]).unwrap();
    let run = adds(&shop, form, cents(1050)).await;
    assert_eq!(states(&run), [ActionState::Done], "{run:?}");
    assert_eq!(shop.till.done()[0].body["cents"], json!(1050));
    assert_eq!(shop.till.done()[0].body["shown"], json!("10.50"));
    shop.till.loses.store(true, Ordering::SeqCst);
    let run = adds(&shop, form, cents(30)).await;
    assert_eq!(states(&run), [ActionState::Repeatable]);
    shop.till.loses.store(false, Ordering::SeqCst);
    // The same account again: it still knows the key.
    shop.authorizes().await;
    let again = console
        .retry_workflow(session, form, run.id, &[], &[])
        .await
        .unwrap();
    assert_eq!(states(&again), [ActionState::Done], "{again:?}");
    let got = shop.till.done();
    let keys: BTreeSet<_> = got.iter().skip(1).map(|one| one.key.clone()).collect();
    assert!(got.len() > 2, "it was asked for again");
    assert_eq!(keys.len(), 1, "and is one payment: {got:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_another_account_is_not_asked_with_the_key_of_the_first() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    let (console, session) = (&shop.desk.console, shop.desk.session());
    let form = keeps(&shop, vec![pays("p", "charge")]).unwrap();
    shop.till.loses.store(true, Ordering::SeqCst);
    let run = adds(&shop, form, cents(30)).await;
    assert_eq!(states(&run), [ActionState::Repeatable]);
    shop.till.loses.store(false, Ordering::SeqCst);
    let before = shop.till.done();
    shop.becomes_another().await;
    let again = console.retry_workflow(session, form, run.id, &[], &[]);
    let again = again.await.unwrap();
    assert_eq!(states(&again), [ActionState::Unknown]);
    let failure = again.actions[0].failure.as_ref().unwrap();
    assert_eq!(failure.code, "workflow_elsewhere", "it says so");
    assert_eq!(shop.till.done().len(), before.len(), "nothing was sent");
    // A person has looked: it was not done.
    let unchecked = console.retry_workflow(session, form, again.id, &[], &[]);
    assert_eq!(code(unchecked.await), "workflow_not_checked");
    let checked = ["p".to_owned()];
    let checked = console.retry_workflow(session, form, again.id, &checked, &[]);
    let checked = checked.await.unwrap();
    assert_eq!(states(&checked), [ActionState::Done]);
    let got = shop.till.done();
    assert_eq!(got.len(), before.len() + 1);
    assert_ne!(
        got.last().unwrap().key,
        before[0].key,
        "with a key of its own"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_payment_is_refused_as_send_test_is() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    let (console, session) = (&shop.desk.console, shop.desk.session());
    let form = keeps(&shop, vec![pays("p", "charge")]).unwrap();
    // R8: the service is not offered there.
    moves(&shop.desk, "DE");
    let by_hand = shop.refused(&shop.pays("charge", 30, "USD")).await;
    let run = adds(&shop, form, cents(30)).await;
    assert_eq!(states(&run), [ActionState::Refused]);
    assert_eq!(run.actions[0].failure.as_ref().unwrap().code, by_hand);
    assert_eq!(code(keeps(&shop, vec![pays("q", "charge")])), by_hand);
    let view = console.workflows(session, shop.application, LIVE).unwrap();
    let stopped = view.workflows[0].stopped.as_ref();
    assert_eq!(stopped.unwrap().code, by_hand, "and the list says why");
    assert!(shop.till.done().is_empty(), "nothing was sent");
    moves(&shop.desk, "US");
    let run = adds(&shop, form, cents(30)).await;
    assert_eq!(states(&run), [ActionState::Done], "{run:?}");
    // R1: a free plan uses nothing.
    let free = AvailabilityChange {
        plan: Plan::Free,
        data_center: "us".to_owned(),
        country: Some("US".to_owned()),
    };
    console.change_availability(session, &free).unwrap();
    let added = console.add_form_record(session, form, values(cents(30)));
    let refused = code(added.await);
    let by_hand = shop.refused(&shop.pays("charge", 30, "USD")).await;
    assert_eq!(refused, by_hand, "R1");
    assert_eq!(shop.till.done().len(), 1);
}
