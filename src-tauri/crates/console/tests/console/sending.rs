//! SMS and payments: what is sent by hand goes out once, and only where it may.

mod offered;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tsunagi_areas::task::Task;
use tsunagi_connectors::PaymentState;
use tsunagi_console::views::{
    AvailabilityChange, CallRecord, FlowView, NewConnection, SendConnection, SendDraft, SendKind,
    Stage, Stakes, TaskDone, TaskVerdict, TypedKeys,
};
use tsunagi_console::{ApplicationId, ConnectionId, ConsoleError, Environment, FlowId, Reach};
use tsunagi_domain::{Edition, Kind, Mode, Plan, Role};

use crate::fixture::{Desk, Person};
use crate::provider::accept;
use crate::typing::types;

const LIVE: Environment = Environment::Production;
/// Long enough for a service of a test that ends with the year 2089.
const DECADES: i64 = 70 * 365 * 24 * 3600;

/// One request that a till got.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) body: Value,
}

/// A service for payments and messages.
pub(crate) struct Till {
    got: Mutex<Vec<Got>>,
    /// It acts, and its answer is lost on the way.
    pub(crate) loses: AtomicBool,
    /// Whose key it is: another account's than before.
    pub(crate) other: AtomicBool,
}

impl Till {
    async fn start() -> (Arc<Self>, String) {
        let till = Arc::new(Self {
            got: Mutex::default(),
            loses: AtomicBool::new(false),
            other: AtomicBool::new(false),
        });
        let router = Router::new().fallback(serve).with_state(till.clone());
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", socket.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(socket, router).await });
        (till, origin)
    }

    /// What it was asked to do.
    pub(crate) fn done(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

async fn serve(
    State(till): State<Arc<Till>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    if path.ends_with("/me") {
        let id = match till.other.load(Ordering::SeqCst) {
            true => "till-2",
            false => "till-1",
        };
        return axum::Json(json!({"id": id, "name": "Shop"})).into_response();
    }
    let key = headers.get("x-request-key");
    till.got.lock().unwrap().push(Got {
        path: path.clone(),
        key: key.map(|key| key.to_str().unwrap().to_owned()),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    if till.loses.load(Ordering::SeqCst) {
        let torn = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("torn")) });
        return Body::from_stream(torn).into_response();
    }
    axum::Json(json!({
        "id": "pay-1", "status": if path.ends_with("/pay-1") { "paid" } else { "open" },
        "url": "https://till.example/pay-1",
    }))
    .into_response()
}

/// A connector for payments; the operation "charge" has a key, and "order" none.
fn till(origin: &str) -> String {
    format!(
        r#"id = "till"
name = "Till"
category = "payments"
payment = true
kinds = ["admin"]
hosts = ["{origin}"]

[description]
en = "Takes money."
ja = "支払いを受け付けます。"

[monogram]
text = "Ti"
hue = 20

[offered_in]
countries = ["US"]

[[keys.fields]]
name = "secret"
label = {{ en = "Secret", ja = "シークレット" }}

[[keys.attach]]
in = "header"
name = "Authorization"
value = "Till {{key.secret}}"

[api]
base = "{origin}/{{mode}}"

[whoami]
url = "{origin}/{{mode}}/me"
id = "/id"
name = "/name"

[[parameters]]
name = "mode"
label = {{ en = "Mode", ja = "モード" }}
pattern = "(live|test)"
default = "test"

[[operations]]
id = "get_payment"
label = {{ en = "Look up a payment", ja = "支払いの確認" }}
target = "/payments/{{id}}"
areas = ["payment"]
role = "payment_status"
repeat = "safe"
sandbox = [{{ of = "{{mode}}", is = "test" }}]
answer = {{ id = "/id", states = {{ at = "/status", paid = ["paid"], waiting = ["open"] }}, link = {{ href = "/url" }} }}

[[operations.inputs]]
name = "id"
label = {{ en = "Payment ID", ja = "支払い ID" }}
required = true

[[operations]]
id = "charge"
label = {{ en = "Create a payment", ja = "支払いの作成" }}
method = "POST"
target = "/payments"
areas = ["payment"]
role = "payment"
repeat = "key"
sandbox = [{{ of = "{{mode}}", is = "test" }}]
headers = {{ X-Request-Key = "{{idempotency_key}}" }}
json = {{ cents = "{{amount.minor}}", shown = "{{amount.decimal}}", currency = "{{amount.currency}}" }}
answer = {{ id = "/id", states = {{ at = "/status", paid = ["paid"], waiting = ["open"] }}, link = {{ href = "/url" }} }}

[[operations.inputs]]
name = "amount"
label = {{ en = "Amount", ja = "金額" }}
kind = "amount"
required = true
choices = ["USD", "JPY", "KWD", "HUF"]
whole = ["HUF"]
most = 1000000

[[operations.inputs]]
name = "idempotency_key"
label = {{ en = "Key", ja = "キー" }}
required = true

[[operations]]
id = "order"
label = {{ en = "Create an order", ja = "注文の作成" }}
method = "POST"
target = "/orders"
areas = ["payment"]
role = "payment"
repeat = "never"
sandbox = [{{ of = "{{mode}}", is = "test" }}]
json = {{ cents = "{{amount.minor}}", currency = "{{amount.currency}}" }}
answer = {{ id = "/id" }}

[[operations.inputs]]
name = "amount"
label = {{ en = "Amount", ja = "金額" }}
kind = "amount"
required = true
"#
    )
}

/// A connector for text messages.
fn texts(origin: &str) -> String {
    let till = till(origin);
    let (head, _) = till.split_once("[[operations]]").unwrap();
    let (before, after) = head.split_once("[offered_in]").unwrap();
    let (_, after) = after.split_once("[[keys.fields]]").unwrap();
    let head = format!("{before}[[keys.fields]]{after}")
        .replace("\"till\"", "\"texts\"")
        .replace("\"Till\"", "\"Texts\"")
        .replace(
            "category = \"payments\"\npayment = true",
            "category = \"messages\"\nareas = [\"sms\", \"invoke_url\"]",
        );
    format!(
        r#"{head}
[[operations]]
id = "send_sms"
label = {{ en = "Send a text message", ja = "SMS の送信" }}
method = "POST"
target = "/messages"
areas = ["sms"]
role = "message"
repeat = "never"
json = {{ to = "{{to}}", text = "{{text}}" }}
answer = {{ id = "/id" }}

[[operations.inputs]]
name = "to"
label = {{ en = "To", ja = "宛先" }}
kind = "phone"
required = true

[[operations.inputs]]
name = "text"
label = {{ en = "Text", ja = "本文" }}
required = true
"#
    )
}

pub(crate) struct Shop {
    pub(crate) desk: Desk,
    pub(crate) till: Arc<Till>,
    pub(crate) application: ApplicationId,
    pub(crate) id: ConnectionId,
}

impl Shop {
    pub(crate) async fn open(kind: SendKind, mode: &str) -> Self {
        Self::changed(kind, mode, |toml| toml).await
    }

    /// With another connector file than the usual one.
    async fn changed(kind: SendKind, mode: &str, change: impl Fn(String) -> String) -> Self {
        let desk = Desk::empty();
        let (server, origin) = Till::start().await;
        let (id, toml) = match kind {
            SendKind::Payment => ("till", till(&origin)),
            SendKind::Sms => ("texts", texts(&origin)),
        };
        accept(&desk, id, &change(toml)).unwrap();
        moves(&desk, "US");
        desk.world.agent.person(Person::Waits);
        let draft = NewConnection {
            name: "Shop".to_owned(),
            link_name: None,
            connector: id.to_owned(),
            kind: Kind::Admin,
            mode: Mode::Same,
            scopes: Vec::new(),
            registration: None,
            settings: BTreeMap::from([("mode".to_owned(), mode.to_owned())]),
            reuse: None,
        };
        let id = desk.console.create(desk.session(), &draft).unwrap();
        let application = desk
            .console
            .create_application(desk.session(), "Orders", Edition::C6)
            .unwrap();
        desk.console
            .grant_application(desk.session(), application, id, true)
            .unwrap();
        let shop = Self {
            desk,
            till: server,
            application,
            id,
        };
        shop.authorizes().await;
        shop
    }

    pub(crate) async fn authorizes(&self) {
        let view = self.types().await.1;
        assert_eq!(view.stage, Stage::Done, "{:?}", view.failure);
    }

    /// Authorizes again, and says that another account is meant.
    pub(crate) async fn becomes_another(&self) {
        self.till.other.store(true, Ordering::SeqCst);
        let (flow, _) = self.types().await;
        self.desk.replaces(flow).await;
    }

    async fn types(&self) -> (FlowId, FlowView) {
        let flow = self.desk.begin(self.id, Reach::All).await;
        let keys = TypedKeys {
            fields: BTreeMap::from([("secret".to_owned(), "s3cret-of-till".to_owned())]),
        };
        (flow, types(&self.desk, flow, keys).await)
    }

    fn draft(&self, kind: SendKind, operation: &str, given: Value) -> SendDraft {
        SendDraft {
            kind,
            application: self.application,
            environment: LIVE,
            connection: self.id,
            task: Task {
                operation: operation.to_owned(),
                given: serde_json::from_value(given).unwrap(),
            },
            stakes: match kind {
                SendKind::Sms => None,
                SendKind::Payment => Some(Stakes::Sandbox),
            },
        }
    }

    pub(crate) fn pays(&self, operation: &str, minor: u64, currency: &str) -> SendDraft {
        let amount = json!({"amount": {"minor": minor, "currency": currency}});
        self.draft(SendKind::Payment, operation, amount)
    }

    async fn sends(&self, draft: &SendDraft) -> Result<TaskDone, ConsoleError> {
        let console = &self.desk.console;
        console.send_by_hand(self.desk.session(), draft).await
    }

    /// The code of why it is refused.
    pub(crate) async fn refused(&self, draft: &SendDraft) -> String {
        match self.sends(draft).await {
            Err(error) => error.code,
            Ok(done) => done.refused.expect("it is refused").code,
        }
    }

    async fn seat(&self, kind: SendKind) -> SendConnection {
        let (console, session) = (&self.desk.console, self.desk.session());
        let view = console.sending(session, kind, self.application, LIVE).await;
        view.unwrap().connections.remove(0)
    }

    async fn history(&self, kind: SendKind) -> Vec<CallRecord> {
        let (console, session) = (&self.desk.console, self.desk.session());
        let history = console.send_history(session, kind, self.id, LIVE).await;
        history.unwrap()
    }
}

pub(crate) fn moves(desk: &Desk, country: &str) {
    let change = AvailabilityChange {
        plan: Plan::Paid,
        data_center: "us".to_owned(),
        country: Some(country.to_owned()),
    };
    desk.console
        .change_availability(desk.session(), &change)
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_goes_out_exactly_and_is_looked_up_and_recorded() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    let seat = shop.seat(SendKind::Payment).await;
    assert_eq!(seat.stakes, Some(Stakes::Sandbox), "said beforehand");
    assert!(seat.refused.is_none());
    let done = shop.sends(&shop.pays("charge", 30, "USD")).await.unwrap();
    assert_eq!(done.verdict, Some(TaskVerdict::Done));
    assert_eq!(done.payment, Some(PaymentState::Waiting));
    assert_eq!(done.link.as_deref(), Some("https://till.example/pay-1"));
    let look = shop.draft(SendKind::Payment, "get_payment", json!({"id": "pay-1"}));
    let found = shop.sends(&look).await.unwrap();
    assert_eq!(found.payment, Some(PaymentState::Paid));
    shop.sends(&shop.pays("charge", 1500, "JPY")).await.unwrap();
    shop.sends(&shop.pays("charge", 1500, "KWD")).await.unwrap();

    let got = shop.till.done();
    let shown: Vec<_> = got
        .iter()
        .filter(|one| one.key.is_some())
        .map(|one| (one.body["cents"].clone(), one.body["shown"].clone()))
        .collect();
    assert_eq!(
        shown,
        [
            (json!(30), json!("0.30")),
            (json!(1500), json!("1500")),
            (json!(1500), json!("1.500"))
        ],
        "the currency's own digits (ISO 4217)"
    );
    let history = shop.history(SendKind::Payment).await;
    let told: Vec<_> = history
        .iter()
        .map(|one| (one.method.as_str(), one.path.as_str(), one.status))
        .collect();
    assert_eq!(
        told,
        [
            ("POST", "/test/payments", Some(200)),
            ("POST", "/test/payments", Some(200)),
            ("GET", "/test/payments/pay-1", Some(200)),
            ("POST", "/test/payments", Some(200)),
        ],
        "the latest first, under the area of payments"
    );
    assert!(
        shop.history(SendKind::Sms).await.is_empty(),
        "and of no other area"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_press_has_a_key_of_its_own() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    let mut mine = shop.pays("charge", 30, "USD");
    shop.sends(&mine).await.unwrap();
    mine.task
        .given
        .insert("idempotency_key".to_owned(), json!("mine"));
    shop.sends(&mine).await.unwrap();
    let keys: Vec<_> = shop.till.done().into_iter().map(|one| one.key).collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1], "a second press is a second payment");
    assert!(
        keys.iter().flatten().all(|key| key.len() >= 32),
        "no person's to choose: {keys:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_lost_on_the_way_is_unknown_and_sent_once() {
    for (kind, operation, given) in [
        (
            SendKind::Sms,
            "send_sms",
            json!({"to": "+819012345678", "text": "Hello"}),
        ),
        (
            SendKind::Payment,
            "order",
            json!({"amount": {"minor": 30, "currency": "USD"}}),
        ),
    ] {
        let shop = Shop::open(kind, "test").await;
        shop.till.loses.store(true, Ordering::SeqCst);
        let lost = shop.refused(&shop.draft(kind, operation, given)).await;
        assert_eq!(lost, "answer_lost", "{operation}");
        assert_eq!(
            shop.till.done().len(),
            1,
            "{operation}: it may have arrived, and did"
        );
    }
    let shop = Shop::open(SendKind::Payment, "test").await;
    shop.till.loses.store(true, Ordering::SeqCst);
    let lost = shop.refused(&shop.pays("charge", 30, "USD")).await;
    assert_eq!(lost, "answer_lost");
    let keys: std::collections::BTreeSet<_> =
        shop.till.done().into_iter().map(|one| one.key).collect();
    assert_eq!(
        keys.len(),
        1,
        "however often it was tried, it is one payment"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_sent_and_says_nothing_of_stakes() {
    let shop = Shop::open(SendKind::Sms, "live").await;
    let seat = shop.seat(SendKind::Sms).await;
    assert_eq!(seat.stakes, None);
    let text = json!({"to": "+819012345678", "text": "明日10時にお待ちしています。"});
    let done = shop
        .sends(&shop.draft(SendKind::Sms, "send_sms", text))
        .await;
    assert_eq!(done.unwrap().id.as_deref(), Some("pay-1"));
    assert_eq!(
        shop.till.done()[0].body["text"],
        json!("明日10時にお待ちしています。")
    );
    shop.desk.console.close().await;
    for (name, bytes) in crate::fixture::files(shop.desk.world.home.path()) {
        for said in ["819012345678", "お待ち"] {
            let said = said.as_bytes();
            assert!(
                !bytes.windows(said.len()).any(|seen| seen == said),
                "{name}: what a message says is not kept, nor to whom"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_message_is_refused_and_who_cannot_send_is_named() {
    let shop = Shop::open(SendKind::Sms, "live").await;
    let empty = json!({"to": "09012345678", "text": "Hello"});
    let wrong = shop.draft(SendKind::Sms, "send_sms", empty);
    assert_eq!(shop.refused(&wrong).await, "task_input_kind");
    let payment = shop.draft(SendKind::Payment, "send_sms", json!({}));
    assert_eq!(
        shop.refused(&payment).await,
        "task_operation_unknown",
        "no payment goes through it"
    );
    let view = shop
        .desk
        .console
        .sending(shop.desk.session(), SendKind::Sms, shop.application, LIVE)
        .await
        .unwrap();
    let unspoken: Vec<_> = view
        .unspoken
        .iter()
        .map(|one| (one.service.id.as_str(), one.notes.is_empty()))
        .collect();
    assert_eq!(unspoken, [("sms_magic", false)], "and it is said why");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_that_are_none_are_refused_and_nothing_is_sent() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    for (amount, told) in [
        (json!({"minor": 0, "currency": "USD"}), "task_input_kind"),
        (json!({"minor": -5, "currency": "USD"}), "task_input_kind"),
        (json!({"minor": 0.5, "currency": "USD"}), "task_input_kind"),
        (
            json!({"minor": 9_007_199_254_740_992_u64, "currency": "USD"}),
            "task_input_kind",
        ),
        (
            json!({"minor": 1_000_001, "currency": "USD"}),
            "task_input_most",
        ),
        (json!({"minor": 30, "currency": "XXX"}), "task_input_kind"),
        (json!({"minor": 30, "currency": "usd"}), "task_input_kind"),
        (json!({"minor": 30, "currency": "EUR"}), "task_input_choice"),
        (json!({"minor": 150, "currency": "HUF"}), "task_input_whole"),
        (json!(30), "task_input_kind"),
        (json!(null), "task_input_missing"),
    ] {
        let draft = shop.draft(SendKind::Payment, "charge", json!({"amount": amount}));
        assert_eq!(shop.refused(&draft).await, told, "{amount}");
    }
    assert!(shop.till.done().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_moves_only_where_whoever_pressed_was_told_that_it_does() {
    let shop = Shop::open(SendKind::Payment, "live").await;
    let seat = shop.seat(SendKind::Payment).await;
    assert_eq!(seat.stakes, Some(Stakes::Live));
    let mut draft = shop.pays("charge", 30, "USD");
    for told in [Some(Stakes::Sandbox), Some(Stakes::Unknown), None] {
        draft.stakes = told;
        assert_eq!(
            shop.refused(&draft).await,
            "send_stakes_changed",
            "{told:?}"
        );
    }
    assert!(shop.till.done().is_empty());
    draft.stakes = Some(Stakes::Live);
    shop.sends(&draft).await.unwrap();
    assert_eq!(shop.till.done()[0].path, "/live/payments");
    let mut look = shop.draft(SendKind::Payment, "get_payment", json!({"id": "pay-1"}));
    look.stakes = None;
    assert!(shop.sends(&look).await.is_ok(), "looking moves nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_payments_stop_where_the_service_is_not_offered() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    moves(&shop.desk, "JP");
    let seat = shop.seat(SendKind::Payment).await;
    assert_eq!(seat.refused.unwrap().code, "service_not_in_country");
    let refused = shop.refused(&shop.pays("charge", 30, "USD")).await;
    assert_eq!(refused, "service_not_in_country");
    assert!(shop.till.done().is_empty());
    moves(&shop.desk, "US");
    assert!(shop.sends(&shop.pays("charge", 30, "USD")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_what_has_ended_takes_no_payment_and_says_so_in_the_record() {
    let shop = Shop::changed(SendKind::Payment, "test", |toml| {
        toml.replace("category =", "retired = \"2090-01-01\"\ncategory =")
    })
    .await;
    assert!(shop.sends(&shop.pays("charge", 30, "USD")).await.is_ok());
    shop.desk.world.clock.pass(DECADES);
    let seat = shop.seat(SendKind::Payment).await;
    assert_eq!(seat.refused.unwrap().code, "connector_retired");
    let refused = shop.refused(&shop.pays("charge", 30, "USD")).await;
    assert_eq!(refused, "connector_retired");
    assert_eq!(shop.till.done().len(), 1, "only the one before");
    let history = shop.history(SendKind::Payment).await;
    let told = history[0].refused.as_ref().map(|failure| &*failure.code);
    assert_eq!(told, Some("connector_retired"), "recorded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_payment_goes_through_an_admin_connection_alone() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    let catalog = shop.desk.world.catalog();
    let mut connection = catalog.connection(shop.id).unwrap().unwrap();
    connection.kind = Kind::LoggedInUser;
    catalog.delete_connection(shop.id).unwrap();
    catalog.add_connection(&connection).unwrap();
    catalog
        .grant_application(shop.application, shop.id, true)
        .unwrap();
    let seat = shop.seat(SendKind::Payment).await;
    assert_eq!(seat.refused.unwrap().code, "kind_not_offered");
    let refused = shop.refused(&shop.pays("charge", 30, "USD")).await;
    assert_eq!(refused, "kind_not_offered");
    assert!(shop.till.done().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_what_the_gate_refuses_is_told_recorded_and_not_sent() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    let (console, session) = (&shop.desk.console, shop.desk.session());
    let other = console
        .create_application(session, "Other", Edition::C6)
        .unwrap();
    let mut draft = shop.pays("charge", 30, "USD");
    draft.application = other;
    assert_eq!(shop.refused(&draft).await, "application_no_access");
    console.set_enabled(session, shop.id, false).await.unwrap();
    assert_eq!(
        shop.refused(&shop.pays("charge", 30, "USD")).await,
        "disabled"
    );
    assert!(shop.till.done().is_empty());
    let history = shop.history(SendKind::Payment).await;
    let told: Vec<_> = history
        .iter()
        .map(|one| one.refused.as_ref().unwrap().code.as_str())
        .collect();
    assert_eq!(told, ["disabled", "application_no_access"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_r2_only_managers_send_and_only_where_it_is_paid_for() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    let draft = shop.pays("charge", 30, "USD");
    let (console, founder) = (&shop.desk.console, shop.desk.founder());
    for role in [Role::User, Role::PortalUser] {
        let member = shop.desk.joins(&format!("{role:?}"), role);
        console
            .share_application(shop.desk.session(), shop.application, member, true)
            .unwrap();
        shop.desk.seats(member).await;
        let session = shop.desk.session();
        assert_eq!(shop.refused(&draft).await, "role_not_allowed", "{role:?}");
        let listed = console.sending(session, SendKind::Sms, shop.application, LIVE);
        assert_eq!(listed.await.unwrap_err().code, "role_not_allowed");
        let history = console.send_history(session, SendKind::Payment, shop.id, LIVE);
        assert_eq!(history.await.unwrap_err().code, "role_not_allowed");
        let can = console.send_operations(session, SendKind::Payment, shop.id);
        assert_eq!(can.unwrap_err().code, "role_not_allowed");
        shop.desk.seats(founder).await;
    }
    let free = AvailabilityChange {
        plan: Plan::Free,
        data_center: "us".to_owned(),
        country: Some("US".to_owned()),
    };
    console
        .change_availability(shop.desk.session(), &free)
        .unwrap();
    assert_eq!(shop.refused(&draft).await, "plan_free");
    let view = console
        .sending(
            shop.desk.session(),
            SendKind::Payment,
            shop.application,
            LIVE,
        )
        .await
        .unwrap();
    assert!(!view.may_manage, "it is shown, and nothing can be sent");
    assert!(shop.till.done().is_empty());
}
