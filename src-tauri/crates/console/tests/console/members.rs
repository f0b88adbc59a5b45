//! Members: who sits at the keyboard, what a passphrase keeps from others, and what goes when
//! somebody leaves. The provider is the practice service; whoever attacks has the files and the
//! workspace's key.

mod leaving;
mod meanwhile;
mod passphrases;
mod readers;
mod roles;
mod seat;

use std::sync::Arc;

use tsunagi_catalog::Sealed;
use tsunagi_console::views::{Invitation, MemberRow, Stage};
use tsunagi_console::{ConsoleError, Reach};
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{AuthorizationId, ConnectionId, Environment, MemberId, Role};
use tsunagi_gateway::{Call, GateError, Gateway, Keys, Request};
use tsunagi_vault::{KeyRecord, Vault};

use crate::fixture::{BEN, Desk, Person};

const PASSPHRASE: &str = "correct horse battery";

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

impl Desk {
    async fn invites(&self, name: &str, role: Role) -> MemberId {
        let invitation = Invitation {
            name: name.to_owned(),
            role,
            passphrase: None,
        };
        let view = self.console.invite(self.session(), invitation).await;
        let view = view.unwrap();
        view.members
            .into_iter()
            .find(|row| row.name == name)
            .unwrap()
            .id
    }

    async fn signs_in(&self, member: MemberId, passphrase: Option<&str>) {
        let given = passphrase.map(str::to_owned);
        self.console.sign_in(member, given).await.unwrap();
    }

    async fn protects(&self, passphrase: &str) {
        let set = self
            .console
            .set_passphrase(self.session(), None, some(passphrase));
        set.await.unwrap();
    }

    /// The founder.
    fn ines(&self) -> MemberId {
        let members = self.world.catalog().members().unwrap();
        members
            .into_iter()
            .find(|member| member.name == "Ines")
            .unwrap()
            .id
    }

    fn row(&self, id: MemberId) -> MemberRow {
        let view = self.console.members(self.session()).unwrap();
        view.members.into_iter().find(|row| row.id == id).unwrap()
    }

    /// A member's own authorization of a connection.
    fn own(&self, connection: ConnectionId, member: MemberId) -> Option<AuthorizationId> {
        let slots = self.world.catalog().slots(connection).unwrap();
        let slot = slots
            .into_iter()
            .find(|slot| slot.key.member == Some(member));
        slot.map(|slot| slot.authorization.id)
    }

    fn sealed(&self, id: AuthorizationId) -> Sealed {
        self.world.catalog().sealed(id).unwrap().unwrap()
    }

    fn readers(&self, id: AuthorizationId) -> Vec<String> {
        let wraps = self.sealed(id).wraps;
        wraps.into_iter().map(|wrap| wrap.reader).collect()
    }

    /// The workspace's own vault, as everybody who can use this computer account can open it.
    fn workspace_vault(&self) -> Vault {
        let catalog = self.world.catalog();
        let name = catalog.workspace().unwrap().unwrap().id.to_string();
        let record: KeyRecord =
            serde_json::from_str(&catalog.key_record().unwrap().unwrap()).unwrap();
        Vault::open_from_keyring(&name, &record, &self.world.ring).unwrap()
    }

    /// Another program over the same home, with the workspace's key and nobody's passphrase.
    fn other_gate(&self) -> Gateway {
        let keys = Keys::locked();
        keys.open(self.workspace_vault());
        Gateway::new(
            self.world.catalog(),
            keys,
            tsunagi_connectors::Library::built_in(),
            Arc::clone(&self.world.clock) as Arc<_>,
            || {},
        )
        .unwrap()
    }

    async fn sends(&self, gate: &Gateway, id: ConnectionId, caller: Caller) -> Result<u16, String> {
        let connection = self.world.catalog().connection(id).unwrap().unwrap();
        let call = Call {
            link_name: connection.link_name,
            caller,
            application: None,
            environment: Environment::Production,
            area: "test".to_owned(),
            request: Request {
                method: http::Method::GET,
                target: "/contacts".to_owned(),
                headers: http::HeaderMap::new(),
                body: Vec::new(),
                ..Request::default()
            },
        };
        match gate.send(call).await {
            Ok(answer) => Ok(answer.status.as_u16()),
            Err(error) => Err(GateError::code(&error).to_owned()),
        }
    }
}

/// Ines is primary of the practice connection; Ben, an admin with a passphrase, sits there and
/// has authorized as himself.
async fn with_ben() -> (Desk, ConnectionId, MemberId) {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let ben = desk.invites("Ben", Role::Admin).await;
    desk.signs_in(ben, None).await;
    desk.protects(PASSPHRASE).await;
    desk.world.agent.person(Person::Allows(BEN));
    let view = desk.authorize(id, Reach::All).await;
    assert_eq!(view.stage, Stage::Done, "{:?}", view.failure);
    (desk, id, ben)
}

fn code<T>(answer: Result<T, ConsoleError>) -> String {
    match answer {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.code,
    }
}

#[tokio::test]
async fn what_members_do_is_in_the_log_and_no_passphrase_is() {
    let (desk, _, ben) = with_ben().await;
    let _ = desk.console.sign_in(ben, some("wrong horse battery")).await;
    desk.console.lock(desk.session()).await.unwrap();
    let events = desk.world.catalog().events(None, None, 100).unwrap();
    let actions: Vec<&str> = events
        .iter()
        .map(|event| event.event.action.as_str())
        .collect();
    for action in [
        "member.invited",
        "session.signed_in",
        "member.passphrase_set",
        "session.refused",
        "session.locked",
    ] {
        assert!(
            actions.contains(&action),
            "{action} is missing: {actions:?}"
        );
    }
    for (file, bytes) in crate::fixture::files(desk.world.home.path()) {
        for secret in [PASSPHRASE, "wrong horse battery"] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{file} holds a passphrase");
        }
    }
}
