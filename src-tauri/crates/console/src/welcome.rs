//! The first start, and every start.

use tsunagi_domain::connection::Settings;
use tsunagi_domain::{
    DataCenter, Kind, Member, MemberId, Mode, Plan, Role, Workspace, WorkspaceId,
};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::messages;
use crate::views::{Failure, Founded, Founding, MemberView, NewConnection, Start, WorkspaceView};

/// Id of the practice service's connector.
pub(crate) const PRACTICE: &str = "practice";

impl Console {
    /// What the program says first. Waits briefly for the keyring.
    ///
    /// # Errors
    /// Where the catalog cannot be read.
    pub fn start(&self, session: Session) -> Result<Start, ConsoleError> {
        self.wait_for_keyring();
        let workspace = self.inner.catalog.workspace()?;
        let member = match session.member {
            Some(id) => self.inner.catalog.member(id)?,
            None => None,
        };
        let problems = self
            .problems()
            .into_iter()
            .map(|problem| Failure {
                code: "connector_bad".to_owned(),
                message: problem.to_string(),
                help: messages::find(self.locale(), "error.connector_bad.help")
                    .unwrap_or_default()
                    .to_owned(),
            })
            .collect();
        let needing = match session.member {
            Some(id) => u32::try_from(self.inner.catalog.needing_count(id)?).unwrap_or(u32::MAX),
            None => 0,
        };
        Ok(Start {
            workspace: workspace.map(|workspace| WorkspaceView {
                name: workspace.name,
                plan: workspace.plan,
                data_center: workspace.data_center.0,
            }),
            member: member.as_ref().map_or_else(
                || MemberView {
                    id: None,
                    name: self.inner.person.clone(),
                    role: Role::SuperAdmin,
                },
                member_view,
            ),
            vault: self.vault_view(),
            locale: self.locale(),
            theme: self.theme(),
            problems,
            keyring: self.keyring_there().unwrap_or(true),
            needing,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            home: self.home().display().to_string(),
        })
    }

    /// The first start: makes the workspace, its key and its super admin, and where wished a
    /// connection to the practice service. Blocks while the keyring is asked.
    ///
    /// # Errors
    /// `already_founded`; a name that is empty; no key; a catalog that cannot be written.
    /// Nothing is founded then.
    pub fn found(&self, founding: &Founding) -> Result<Founded, ConsoleError> {
        if self.inner.catalog.workspace()?.is_some() {
            return Err(ConsoleError::new("already_founded"));
        }
        let name = person_name(&founding.workspace)?;
        let founder = Member {
            id: MemberId::new(),
            name: person_name(&founding.member)?,
            role: Role::SuperAdmin,
            active: true,
        };
        let workspace = Workspace {
            id: WorkspaceId::new(),
            name,
            plan: Plan::Paid,
            data_center: DataCenter("us".to_owned()),
            country: None,
            created_at: self.now(),
        };
        let passphrase = founding
            .passphrase
            .as_deref()
            .filter(|given| !given.is_empty());
        let record = self.make_key(&workspace, passphrase)?;
        let record =
            serde_json::to_string(&record).map_err(|_| ConsoleError::new("record_damaged"))?;
        if let Err(error) = self.inner.catalog.found(&workspace, &founder, &record) {
            self.forget_key();
            return Err(error.into());
        }
        let session = self.session();
        self.log(session, "workspace_founded", &workspace.id.to_string(), &[])?;
        let connection = if founding.practice {
            Some(self.found_practice(session)?)
        } else {
            None
        };
        self.inner.bell.changed();
        Ok(Founded {
            start: self.start(session)?,
            connection,
        })
    }

    fn found_practice(
        &self,
        session: Session,
    ) -> Result<tsunagi_domain::ConnectionId, ConsoleError> {
        let library = self.inner.gateway.library();
        let connector = library
            .get(PRACTICE)
            .ok_or_else(|| ConsoleError::new("connector_missing").with("service", PRACTICE))?;
        let draft = NewConnection {
            name: "Practice CRM".to_owned(),
            link_name: Some("practice_crm".to_owned()),
            connector: PRACTICE.to_owned(),
            kind: Kind::LoggedInUser,
            mode: Mode::Same,
            scopes: connector.default_scopes().map(str::to_owned).collect(),
            registration: None,
            settings: Settings::new(),
            reuse: None,
        };
        self.create(session, &draft)
    }
}

pub(crate) fn member_view(member: &Member) -> MemberView {
    MemberView {
        id: Some(member.id),
        name: member.name.clone(),
        role: member.role,
    }
}

/// A person's or a workspace's name: not empty, at most 80 characters, no control characters.
pub(crate) fn person_name(name: &str) -> Result<String, ConsoleError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(ConsoleError::new("name_empty"));
    }
    if name.chars().count() > 80 {
        return Err(ConsoleError::new("person_name_too_long"));
    }
    if let Some(bad) = name.chars().find(|c| c.is_control()) {
        return Err(
            ConsoleError::new("name_character").with("character", bad.escape_debug().to_string())
        );
    }
    Ok(name.to_owned())
}
