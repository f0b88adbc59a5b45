//! What a caller gets of an answer, through the whole gate: secrets that the service tells about
//! other accounts are not among it.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{HeaderMap, Method};
use serde_json::Value;
use tsunagi_catalog::{Authorization, Catalog, Filling};
use tsunagi_connectors::Library;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    Account, AuthorizationId, Clock as _, Connection, ConnectionId, DataCenter, Environment,
    Health, Kind, Member, MemberId, Mode, Plan, Role, SystemClock, Workspace, WorkspaceId,
};
use tsunagi_gateway::{Call, Gateway, Grant, Keys, Request};
use tsunagi_oauth::Secret;
use tsunagi_vault::{MemoryKeyHolder, Vault};

use super::Journey;
use crate::transcript::Step;

const LINK_NAME: &str = "golden";

impl Journey<'_> {
    /// Sends the step's request as an application does.
    pub(super) async fn send(&mut self, step: &Step, library: &Library) {
        let home = tempfile::tempdir().unwrap();
        let (gateway, member) = self.home(home.path(), library).await;
        let sent = step.sent();
        let request = Request {
            method: Method::from_bytes(sent.method.as_bytes()).unwrap(),
            target: sent.url.to_string(),
            headers: HeaderMap::new(),
            body: sent.body.into_bytes(),
            ..Request::default()
        };
        self.lay(step);
        let outcome = gateway
            .send(Call {
                link_name: LinkName::new(LINK_NAME).unwrap(),
                caller: Caller::Member(member),
                application: None,
                environment: Environment::Production,
                area: "golden".to_owned(),
                request,
            })
            .await;
        self.compare(step);
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => {
                self.faults.push(format!("{error:?} instead of an answer"));
                return;
            }
        };
        // Nothing of it is shown.
        let got = if answer.echoes_credential {
            String::new()
        } else {
            String::from_utf8(answer.body).unwrap()
        };
        let wanted = step.caller_gets.as_deref().unwrap_or_default().trim();
        let read = |text: &str| serde_json::from_str::<Value>(text).ok();
        if got != wanted && (read(&got).is_none() || read(&got) != read(wanted)) {
            self.faults
                .push(format!("the caller gets {got} instead of {wanted}"));
        }
    }

    /// A home with one connection of what was typed in.
    async fn home(&self, folder: &std::path::Path, library: &Library) -> (Gateway, MemberId) {
        let now = SystemClock.now();
        let catalog = Catalog::open(folder).unwrap();
        let workspace = Workspace {
            id: WorkspaceId::new(),
            name: "Golden".to_owned(),
            plan: Plan::Paid,
            data_center: DataCenter("us".to_owned()),
            country: None,
            created_at: now,
        };
        let founder = Member {
            id: MemberId::new(),
            name: "Kana".to_owned(),
            role: Role::SuperAdmin,
            active: true,
        };
        let name = workspace.id.to_string();
        let (vault, record) = Vault::create_in_keyring(&name, &MemoryKeyHolder::new()).unwrap();
        let record = serde_json::to_string(&record).unwrap();
        catalog.found(&workspace, &founder, &record).unwrap();
        let keys = Keys::locked();
        keys.open(vault);
        let connection = Connection {
            id: ConnectionId::new(),
            name: ConnectionName::new("Golden").unwrap(),
            link_name: LinkName::new(LINK_NAME).unwrap(),
            connector: self.connector.id.clone(),
            kind: Kind::Admin,
            mode: Mode::Same,
            scopes: Vec::new(),
            registration: None,
            settings: self.transcript.settings.clone(),
            enabled: true,
            created_by: Some(founder.id),
            created_at: now,
        };
        catalog.add_connection(&connection).unwrap();
        let clock = Arc::new(SystemClock);
        let gateway = Gateway::new(catalog.clone(), keys, library.clone(), clock, || {}).unwrap();
        let reach = connection.mode.reach(Environment::Production);
        let typed: BTreeMap<String, Secret> = self
            .transcript
            .keys
            .iter()
            .map(|(name, value)| (name.clone(), Secret::new(value.clone())))
            .collect();
        let grant = Grant::typed(self.connector, &self.resolved, typed).unwrap();
        let key = SlotKey {
            connection: connection.id,
            reach,
            member: None,
        };
        let id = AuthorizationId::new();
        let sealed = gateway.seal(&grant, id, 1, key, false).await;
        let authorization = Authorization {
            id,
            account: Account::default(),
            label: None,
            asked: Vec::new(),
            granted: None,
            health: Health::Connected,
            issued_at: now,
            expires_at: None,
            refresh_expires_at: None,
            renewable: false,
            unreachable: None,
            unproven: false,
            registration: None,
            origins: self.resolved.origins.clone(),
            extras: BTreeMap::new(),
            authorized_by: founder.id,
            authorized_at: now,
            last_used: None,
            last_renewed: None,
            version: 1,
        };
        let filling = Filling {
            key,
            authorization,
            sealed: sealed.unwrap(),
            primary: false,
            event: None,
            flow: None,
        };
        catalog.fill(&filling).unwrap();
        (gateway, founder.id)
    }
}
