//! SMS and payments with the practice services that speak the wire of Twilio and of PayPal: what a
//! newcomer sends with *Send test*, and every way in which it goes wrong.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tsunagi_areas::task::Task;
use tsunagi_connectors::PaymentState;
use tsunagi_console::agent::Practice as _;
use tsunagi_console::views::{
    NewConnection, NewRegistration, RedirectForm, SendDraft, SendKind, Stage, Stakes, TaskDone,
    TaskVerdict, TypedKeys,
};
use tsunagi_console::{ApplicationId, ConnectionId, ConsoleError, Environment, Reach};
use tsunagi_domain::{Edition, Health, Kind, Mode};
use tsunagi_practice::{ACCOUNT_SID, CLIENT_ID, Fault, Faults, PASSWORD};

use crate::fixture::people::{page, posted};
use crate::fixture::{Desk, Person};
use crate::typing::types;

const LIVE: Environment = Environment::Production;
/// A number of the practice account.
const FROM: &str = "+15005550006";

fn draft(connector: &str, kind: Kind) -> NewConnection {
    NewConnection {
        name: connector.replace('_', " "),
        link_name: None,
        connector: connector.to_owned(),
        kind,
        mode: Mode::Same,
        scopes: Vec::new(),
        registration: None,
        settings: BTreeMap::new(),
        reuse: None,
    }
}

/// A client at the practice PayPal with this secret.
fn client(desk: &Desk, secret: &str) -> NewConnection {
    let redirect = RedirectForm::LoopbackAnyPort;
    let drafted = desk.console.registration_draft(desk.session(), &redirect);
    let new = NewRegistration {
        id: drafted.unwrap().id,
        connector: "practice_paypal".to_owned(),
        name: "Practice".to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Some(secret.to_owned()),
        redirect,
    };
    let added = desk.console.add_registration(desk.session(), &new).unwrap();
    NewConnection {
        registration: Some(added.id),
        ..draft("practice_paypal", Kind::Admin)
    }
}

/// An application with a connection that it may send with.
pub(crate) struct Shop {
    pub(crate) desk: Desk,
    pub(crate) application: ApplicationId,
    pub(crate) id: ConnectionId,
}

impl Shop {
    fn around(desk: Desk, draft: &NewConnection) -> Self {
        let (console, session) = (&desk.console, desk.session());
        let application = console.create_application(session, "Shop", Edition::C6);
        let application = application.unwrap();
        let id = console.create(session, draft).unwrap();
        console
            .grant_application(session, application, id, true)
            .unwrap();
        Self {
            desk,
            application,
            id,
        }
    }

    /// With text messages: what the form takes is typed in.
    async fn texting() -> Self {
        let desk = Desk::empty();
        desk.world.agent.person(Person::Waits);
        let shop = Self::around(desk, &draft("practice_twilio", Kind::Admin));
        let end = shop.types(PASSWORD).await;
        assert_eq!(end, (Stage::Done, None));
        shop
    }

    /// Types in the account and this token; how it ends.
    async fn types(&self, token: &str) -> (Stage, Option<String>) {
        let flow = self.desk.begin(self.id, Reach::All).await;
        let fields = [("account_sid", ACCOUNT_SID), ("auth_token", token)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let keys = TypedKeys {
            fields: BTreeMap::from(fields),
        };
        let end = types(&self.desk, flow, keys).await;
        let problem = end.form.and_then(|form| form.problem);
        (end.stage, problem.map(|problem| problem.failure.code))
    }

    /// With payments: the client authorizes itself.
    pub(crate) async fn paid() -> Self {
        let desk = Desk::empty();
        desk.world.agent.person(Person::Waits);
        let draft = client(&desk, PASSWORD);
        let shop = Self::around(desk, &draft);
        let end = shop.desk.authorize(shop.id, Reach::All).await;
        assert_eq!(end.stage, Stage::Done, "{:?}", end.failure);
        shop
    }

    async fn sends(
        &self,
        kind: SendKind,
        operation: &str,
        given: Value,
    ) -> Result<TaskDone, ConsoleError> {
        let draft = SendDraft {
            kind,
            application: self.application,
            environment: LIVE,
            connection: self.id,
            task: Task {
                operation: operation.to_owned(),
                given: serde_json::from_value(given).unwrap(),
            },
            stakes: (kind == SendKind::Payment).then_some(Stakes::Sandbox),
        };
        let console = &self.desk.console;
        console.send_by_hand(self.desk.session(), &draft).await
    }

    async fn texts(&self, to: &str, text: &str) -> TaskDone {
        let given = json!({"to": to, "from": FROM, "text": text});
        self.sends(SendKind::Sms, "send_sms", given).await.unwrap()
    }

    /// A payment of 10.50 USD.
    async fn pays(&self) -> TaskDone {
        let given = json!({
            "amount": {"minor": 1050, "currency": "USD"}, "description": "A chair",
        });
        let sent = self.sends(SendKind::Payment, "create_payment", given);
        sent.await.unwrap()
    }

    async fn captures(&self, id: &str) -> TaskDone {
        let given = json!({"id": id});
        let sent = self.sends(SendKind::Payment, "capture_payment", given);
        sent.await.unwrap()
    }

    pub(crate) fn faulty(&self, fault: Fault) {
        self.desk.world.practice.set(Faults {
            api: Some(fault),
            ..Faults::default()
        });
    }

    pub(crate) fn sound(&self) {
        self.desk.world.practice.set(Faults::default());
    }

    /// What the practice page shows.
    async fn page(&self) -> String {
        let port = self.desk.world.practice.port().unwrap();
        page(&format!("http://127.0.0.1:{port}/")).await
    }

    pub(crate) async fn payments(&self) -> usize {
        self.page().await.matches("<b>10.50 USD</b>").count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_finds_what_to_type_in_and_a_wrong_token_is_refused() {
    let desk = Desk::empty();
    desk.world.agent.person(Person::Waits);
    for (connector, told) in [
        ("practice_twilio", ACCOUNT_SID),
        ("practice_paypal", CLIENT_ID),
    ] {
        let service = desk.console.service(desk.session(), connector).unwrap();
        assert!(service.service.practice, "marked as a practice connection");
        let notes = service.notes.join(" ");
        assert!(
            notes.contains(told) && notes.contains(PASSWORD),
            "{connector}: {notes}"
        );
    }
    let shop = Shop::around(desk, &draft("practice_twilio", Kind::Admin));
    let (stage, problem) = shop.types("wrong").await;
    assert_eq!(stage, Stage::Waiting, "it can be typed again");
    assert_eq!(problem.as_deref(), Some("key_refused"));
    assert_eq!(shop.types(PASSWORD).await, (Stage::Done, None));
    let view = shop.desk.view(shop.id).await;
    assert_eq!(view.row.stations[0].health, Health::Connected);
    assert_eq!(
        view.accounts[0].account.name.as_deref(),
        Some("Practice account")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_arrives_and_a_wrong_number_is_told_in_the_service_s_words() {
    let shop = Shop::texting().await;
    let done = shop.texts("+819012345678", "明日10時です").await;
    assert_eq!(done.verdict, Some(TaskVerdict::Done), "{:?}", done.refused);
    assert!(done.id.unwrap().starts_with("SM"));
    let seen = shop.page().await;
    assert!(
        seen.contains("<b>+15005550006</b> → +819012345678<br>明日10時です"),
        "a newcomer sees it arrive: {seen}"
    );
    for (to, said) in [
        (
            "+15005550001",
            "The 'To' number +15005550001 is not a valid phone number.",
        ),
        (
            "+15005550009",
            "To number: +15005550009, is not a mobile number",
        ),
        (
            "+15005550004",
            "The message From/To pair violates a blacklist rule.",
        ),
    ] {
        let done = shop.texts(to, "Hello").await;
        assert_eq!(done.verdict, Some(TaskVerdict::Refused), "{to}");
        assert_eq!(done.message.as_deref(), Some(said));
        assert_eq!(done.id, None);
        assert_eq!(done.answer.unwrap().status, 400);
    }
    assert!(!shop.page().await.contains("Hello"), "none of them arrived");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_whose_answer_was_lost_is_unknown_and_arrived_once() {
    let shop = Shop::texting().await;
    shop.faulty(Fault::CutOff);
    let done = shop.texts("+819012345678", "Only once").await;
    assert_eq!(done.refused.unwrap().code, "answer_lost");
    assert_eq!(done.verdict, None, "nobody knows");
    shop.sound();
    assert_eq!(
        shop.page().await.matches("Only once").count(),
        1,
        "it has no key: it is never sent again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_created_approved_captured_and_looked_up() {
    let shop = Shop::paid().await;
    let (console, session) = (&shop.desk.console, shop.desk.session());
    let view = console.sending(session, SendKind::Payment, shop.application, LIVE);
    let seat = view.await.unwrap().connections.remove(0);
    assert_eq!(seat.stakes, Some(Stakes::Sandbox), "no money moves here");
    assert!(seat.refused.is_none());

    let done = shop.pays().await;
    assert_eq!(done.verdict, Some(TaskVerdict::Done), "{:?}", done.refused);
    assert_eq!(done.payment, Some(PaymentState::Waiting));
    let (id, link) = (done.id.unwrap(), done.link.expect("where the payer goes"));
    assert!(page(&link).await.contains("10.50 USD"), "{link}");

    let early = shop.captures(&id).await;
    assert_eq!(early.verdict, Some(TaskVerdict::Refused));
    assert!(
        early.message.unwrap().starts_with("Payer has not yet"),
        "nobody has approved it"
    );
    let decide = |decision: &'static str| {
        let (link, id) = (link.clone(), id.clone());
        async move { posted(&link, &[("token", &*id), ("decision", decision)]).await }
    };
    assert_eq!(decide("decline").await, 200);
    let declined = shop.captures(&id).await;
    assert_eq!(declined.verdict, Some(TaskVerdict::Refused));
    assert_eq!(
        declined.message.as_deref(),
        Some(
            "The instrument presented was either declined by the processor or bank, or it can't be used for this payment."
        ),
        "in the service's words"
    );
    assert_eq!(decide("approve").await, 200);
    let paid = shop.captures(&id).await;
    assert_eq!(paid.payment, Some(PaymentState::Paid));
    let look = shop.sends(SendKind::Payment, "get_payment", json!({"id": id}));
    let look = look.await.unwrap();
    assert_eq!(look.payment, Some(PaymentState::Paid));
    assert_eq!(look.link, None, "nothing is left to do");
    let seen = shop.page().await;
    assert!(seen.contains("<b>10.50 USD</b> COMPLETED"), "{seen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_capture_is_told_as_declined_though_the_order_is_completed() {
    let shop = Shop::paid().await;
    for (decision, stands, word) in [
        ("refuse", PaymentState::Failed, "DECLINED"),
        ("hold", PaymentState::Waiting, "PENDING"),
        ("approve", PaymentState::Paid, ""),
    ] {
        let done = shop.pays().await;
        let (id, link) = (done.id.unwrap(), done.link.unwrap());
        let form = [("token", &*id), ("decision", decision)];
        assert_eq!(posted(&link, &form).await, 200);
        let captured = shop.captures(&id).await;
        assert_eq!(captured.payment, Some(stands), "{decision}");
        let look = shop.sends(SendKind::Payment, "get_payment", json!({"id": id}));
        assert_eq!(look.await.unwrap().payment, Some(stands), "{decision}");
        let seen = shop.page().await;
        assert!(seen.contains(word), "{seen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_whose_answer_was_lost_is_one_payment_and_told_as_unknown() {
    let shop = Shop::paid().await;
    shop.faulty(Fault::CutOff);
    let done = shop.pays().await;
    assert_eq!(done.refused.unwrap().code, "answer_lost");
    assert_eq!(done.payment, None, "nobody knows");
    shop.sound();
    assert_eq!(shop.payments().await, 1, "it was created once, unseen");
    // A second press is a second payment: it has a key of its own.
    assert_eq!(shop.pays().await.verdict, Some(TaskVerdict::Done));
    assert_eq!(shop.payments().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_there_is_one_connection_to_the_practice_payments_and_it_is_an_admin_s() {
    let shop = Shop::paid().await;
    let (console, session) = (&shop.desk.console, shop.desk.session());
    let second = NewConnection {
        name: "Another".to_owned(),
        ..client(&shop.desk, PASSWORD)
    };
    let refused = console.create(session, &second).unwrap_err();
    assert_eq!(refused.code, "payment_connection_exists");
    for kind in [Kind::LoggedInUser, Kind::System] {
        let other = NewConnection {
            kind,
            ..second.clone()
        };
        let refused = console.create(session, &other).unwrap_err();
        assert_eq!(refused.code, "kind_not_offered", "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_the_practice_payments_do_not_know_is_refused() {
    let desk = Desk::empty();
    desk.world.agent.person(Person::Waits);
    let wrong = client(&desk, "wrong");
    let shop = Shop::around(desk, &wrong);
    let end = shop.desk.authorize(shop.id, Reach::All).await;
    assert_eq!(end.stage, Stage::Failed);
    assert_eq!(end.failure.unwrap().code, "client_refused");
    assert!(shop.desk.view(shop.id).await.accounts.is_empty());
}
