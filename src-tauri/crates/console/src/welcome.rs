//! The first start, and every start.

use tsunagi_catalog::fold;
use tsunagi_domain::connection::Settings;
use tsunagi_domain::{
    DataCenter, Kind, Member, MemberId, Mode, Plan, Role, Workspace, WorkspaceId, access,
};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{Founded, Founding, MemberView, NewConnection, Start, WorkspaceView};

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
        let problems: Vec<_> = self
            .problems()
            .into_iter()
            .map(|problem| {
                let error = ConsoleError::new("connector_bad");
                self.failure(&error.with("detail", problem.to_string()))
            })
            .collect();
        let needing = match &member {
            Some(member) if member.role.is_manager() => self.needing_count(member.id)?,
            Some(member) => self.own_needing_count(member)?,
            None => 0,
        };
        let manages = member
            .as_ref()
            .is_none_or(|member| member.role.is_manager());
        let seated = member.is_some();
        let (problems, set_aside) = if manages && (seated || workspace.is_none()) {
            (problems, self.set_aside_files()?)
        } else {
            // R15: what is wrong with connectors and files is for those who can mend it.
            (Vec::new(), Vec::new())
        };
        let needing = u32::try_from(needing).unwrap_or(u32::MAX);
        let refused = workspace
            .as_ref()
            .and_then(|workspace| access::available(workspace).err())
            .map(|refusal| self.failure(&refusal.into()));
        let unusable = workspace
            .as_ref()
            .and_then(|workspace| self.usable(workspace).err())
            .map(|error| self.failure(&error));
        Ok(Start {
            refused,
            unusable,
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
            session: self.session_mark(session)?,
            vault: self.vault_view(),
            restored: self.restored_view(session)?,
            locale: self.locale(),
            theme: self.theme(),
            problems,
            set_aside,
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
    /// Nothing is founded then. A practice connection that cannot be made is no error: the
    /// workspace is there, and the answer's problems say why it is empty.
    pub fn found(&self, founding: &Founding) -> Result<Founded, ConsoleError> {
        // Two windows may ask at once: the second one must not undo what the first one made.
        let _only_one = self
            .inner
            .founding
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
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
        // A log that does not begin with the founding is no longer whole, so both are one write.
        let session = Session {
            member: Some(founder.id),
        };
        let subject = workspace.id.to_string();
        let founded = self.at_once(|| {
            self.inner.catalog.found(&workspace, &founder, &record)?;
            self.log(session, Action::WorkspaceFounded, &subject, &[])
        });
        if let Err(error) = founded {
            self.forget_key();
            return Err(error);
        }
        // It is founded: what fails from here on is told, and takes nothing back.
        let session = self.session();
        self.log_what_waits();
        let made = founding.practice.then(|| self.found_practice(session));
        self.inner.bell.changed();
        let mut start = self.start(session)?;
        let connection = match made {
            None => None,
            Some(Ok(connection)) => Some(connection),
            Some(Err(error)) => {
                start.problems.push(self.failure(&error));
                None
            }
        };
        Ok(Founded { start, connection })
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
    if let Some(bad) = name.chars().find(|c| c.is_control() || turns_text(*c)) {
        return Err(ConsoleError::new("name_character")
            .with("character", tsunagi_domain::names::shown(bad)));
    }
    // Of characters that show as nothing: no list could show such a name.
    if fold(name).trim().is_empty() {
        return Err(ConsoleError::new("name_empty"));
    }
    Ok(name.to_owned())
}

/// Invisible characters that turn the direction of what stands around them, or break lines: a
/// name that holds one can make the text beside it say something else.
const fn turns_text(c: char) -> bool {
    matches!(
        c,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{2028}' | '\u{2029}' | '\u{feff}'
    )
}
