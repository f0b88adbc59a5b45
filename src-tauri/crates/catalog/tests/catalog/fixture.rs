//! What the tests stand on: a home, a member, and things to put into a catalog.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tsunagi_catalog::{
    Authorization, Catalog, Filling, Flow, ListQuery, NewEvent, Sealed, Sort, Use, Wrap,
};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    Account, Application, ApplicationId, AuthorizationId, Connection, ConnectionId, Edition,
    Environment, FlowId, Health, Kind, Member, MemberId, Mode, Reach, Role, Timestamp, UseId,
};

pub(crate) const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// A catalog in a folder of its own, with one member.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    pub(crate) catalog: Catalog,
    pub(crate) member: MemberId,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(folder.path()).unwrap();
        let member = add_member(&catalog, "Aiko");
        Self {
            folder,
            catalog,
            member,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.path().join("catalog.sqlite")
    }

    /// The file as another program sees it.
    pub(crate) fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.file()).unwrap()
    }

    pub(crate) fn add(&self, name: &str, kind: Kind, mode: Mode) -> Connection {
        let connection = connection(name, kind, mode);
        self.catalog.add_connection(&connection).unwrap();
        connection
    }

    pub(crate) fn application(&self, name: &str) -> ApplicationId {
        let application = Application {
            id: ApplicationId::new(),
            name: name.to_owned(),
            edition: Edition::C6,
            created_at: NOW,
        };
        self.catalog.set_application(&application).unwrap();
        application.id
    }

    /// Fills a slot with a new authorization.
    pub(crate) fn fill(&self, key: SlotKey) -> AuthorizationId {
        let filling = filling(key, self.member);
        self.catalog.fill(&filling).unwrap();
        filling.authorization.id
    }
}

pub(crate) fn add_member(catalog: &Catalog, name: &str) -> MemberId {
    let member = Member {
        id: MemberId::new(),
        name: name.to_owned(),
        role: Role::Admin,
        active: true,
    };
    catalog.set_member(&member).unwrap();
    member.id
}

pub(crate) fn connection(name: &str, kind: Kind, mode: Mode) -> Connection {
    let id = ConnectionId::new();
    Connection {
        id,
        name: ConnectionName::new(name).unwrap(),
        link_name: LinkName::new(&format!("c{}", id.uuid().simple())).unwrap(),
        connector: "practice".to_owned(),
        kind,
        mode,
        scopes: vec!["contacts.read".to_owned()],
        registration: None,
        settings: BTreeMap::from([("region".to_owned(), "eu".to_owned())]),
        enabled: true,
        created_by: None,
        created_at: NOW,
    }
}

pub(crate) fn used(
    connection: ConnectionId,
    application: ApplicationId,
    environment: Environment,
) -> Use {
    Use {
        id: UseId::new(),
        connection,
        application,
        environment,
        area: "invoke_url".to_owned(),
        name: "Send contact".to_owned(),
        scopes: vec!["contacts.write".to_owned()],
        unattended: true,
        next_run: Some(NOW.plus_seconds(60)),
        item: None,
    }
}

/// Everything, as `viewer` sees it, by name.
pub(crate) fn query(viewer: MemberId) -> ListQuery {
    ListQuery {
        search: String::new(),
        kinds: Vec::new(),
        connectors: Vec::new(),
        applications: Vec::new(),
        seen: Vec::new(),
        needs_person: None,
        viewer,
        sort: Sort::Name,
        after: None,
        limit: 100,
    }
}

pub(crate) const fn shared_slot(connection: ConnectionId, reach: Reach) -> SlotKey {
    SlotKey {
        connection,
        reach,
        member: None,
    }
}

pub(crate) const fn slot(connection: ConnectionId, reach: Reach, member: MemberId) -> SlotKey {
    SlotKey {
        connection,
        reach,
        member: Some(member),
    }
}

pub(crate) fn authorization(authorized_by: MemberId) -> Authorization {
    Authorization {
        id: AuthorizationId::new(),
        account: Account {
            id: Some("42".to_owned()),
            name: Some("Aiko Sato".to_owned()),
            email: Some("aiko@example.com".to_owned()),
            at: Some("https://accounts.example.com".to_owned()),
        },
        label: None,
        asked: vec!["contacts.read".to_owned()],
        granted: Some(vec!["contacts.read".to_owned()]),
        health: Health::Connected,
        issued_at: NOW,
        expires_at: Some(NOW.plus_seconds(3600)),
        refresh_expires_at: None,
        renewable: true,
        unreachable: None,
        unproven: false,
        registration: None,
        origins: vec!["https://api.example.com".to_owned().try_into().unwrap()],
        extras: BTreeMap::from([("organization".to_owned(), "7".to_owned())]),
        authorized_by,
        authorized_at: NOW,
        last_used: None,
        last_renewed: None,
        version: 1,
    }
}

pub(crate) fn sealed(version: u64, bytes: &[u8]) -> Sealed {
    let wrap = Wrap {
        reader: "workspace".to_owned(),
        wrapped: vec![9; 48],
    };
    Sealed {
        version,
        sealed: bytes.to_vec(),
        previous: None,
        wraps: vec![wrap],
    }
}

pub(crate) fn filling(key: SlotKey, authorized_by: MemberId) -> Filling<'static> {
    Filling {
        key,
        authorization: authorization(authorized_by),
        sealed: sealed(1, b"sealed once"),
        primary: false,
        event: None,
        flow: None,
    }
}

pub(crate) fn flow(key: SlotKey, state_hash: [u8; 32]) -> Flow {
    Flow {
        id: FlowId::new(),
        key,
        registration: None,
        state_hash,
        agent: "webview".to_owned(),
        started_at: NOW,
        deadline: NOW.plus_seconds(300),
        outcome: None,
        ended_at: None,
    }
}

pub(crate) fn event(action: &str) -> NewEvent {
    NewEvent {
        at: NOW,
        actor: None,
        action: action.to_owned(),
        subject: "workspace".to_owned(),
        args: BTreeMap::from([("name".to_owned(), "練習".to_owned())]),
    }
}

/// HMAC-SHA-256 as the vault does it.
pub(crate) fn tag(previous: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
    mac.update(previous);
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}
