//! What the activity log can say, and saying it in the write that does it.

mod going;

use tsunagi_catalog::NewEvent;

use crate::console::{Console, Session};
use crate::error::ConsoleError;

pub(crate) use going::Going;

macro_rules! actions {
    ($($name:ident = $word:literal,)+) => {
        /// What was done. Its sentence is the message `event.<word>`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is told by its word")]
        pub enum Action {
            $($name,)+
        }

        impl Action {
            /// Each of them, in groups.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As it is stored: its group, a dot, and what was done.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

actions! {
    WorkspaceFounded = "workspace.founded",
    WorkspaceRenamed = "workspace.renamed",
    WorkspacePlanChanged = "workspace.plan_changed",
    WorkspaceDataCenterChanged = "workspace.data_center_changed",
    WorkspaceCountryChanged = "workspace.country_changed",
    WorkspaceRetentionChanged = "workspace.retention_changed",
    WorkspaceDefinitionsImported = "workspace.definitions_imported",
    WorkspaceDefinitionsExported = "workspace.definitions_exported",
    WorkspaceInventoryExported = "workspace.inventory_exported",
    WorkspaceLogExported = "workspace.log_exported",
    WorkspaceFileSetAside = "workspace.file_set_aside",
    MemberInvited = "member.invited",
    MemberRenamed = "member.renamed",
    MemberRoleChanged = "member.role_changed",
    MemberDeactivated = "member.deactivated",
    MemberReactivated = "member.reactivated",
    MemberConnectionsHandedOver = "member.connections_handed_over",
    MemberPassphraseSet = "member.passphrase_set",
    MemberPassphraseChanged = "member.passphrase_changed",
    MemberPassphraseRemoved = "member.passphrase_removed",
    MemberPassphraseReset = "member.passphrase_reset",
    MemberAutoLockChanged = "member.auto_lock_changed",
    MemberLanguageChanged = "member.language_changed",
    MemberThemeChanged = "member.theme_changed",
    SessionSignedIn = "session.signed_in",
    SessionLocked = "session.locked",
    SessionRefused = "session.refused",
    ApplicationCreated = "application.created",
    ApplicationRenamed = "application.renamed",
    ApplicationEditionChanged = "application.edition_changed",
    ApplicationDeleted = "application.deleted",
    ApplicationShared = "application.shared",
    ApplicationUnshared = "application.unshared",
    ApplicationGranted = "application.granted",
    ApplicationAccessRemoved = "application.access_removed",
    CallKept = "call.kept",
    CallDeleted = "call.deleted",
    TaskKept = "task.kept",
    TaskDeleted = "task.deleted",
    WorkflowKept = "workflow.kept",
    WorkflowDeleted = "workflow.deleted",
    SourceKept = "source.kept",
    SourceDeleted = "source.deleted",
    SourceExported = "source.exported",
    PanelKept = "panel.kept",
    PanelDeleted = "panel.deleted",
    PanelOrdered = "panel.ordered",
    ConnectionCreated = "connection.created",
    ConnectionRenamed = "connection.renamed",
    ConnectionEdited = "connection.edited",
    ConnectionEnvironmentSet = "connection.environment_set",
    ConnectionDisabled = "connection.disabled",
    ConnectionEnabled = "connection.enabled",
    ConnectionReplaced = "connection.replaced",
    ConnectionTested = "connection.tested",
    ConnectionDeleted = "connection.deleted",
    AuthorizationStored = "authorization.stored",
    AuthorizationReplaced = "authorization.replaced",
    AuthorizationSwitched = "authorization.switched",
    AuthorizationRenamed = "authorization.renamed",
    AuthorizationRevoked = "authorization.revoked",
    AuthorizationMemberRevoked = "authorization.member_revoked",
    AuthorizationLeftRevoked = "authorization.left_revoked",
    AuthorizationLeftRemoved = "authorization.left_removed",
    AuthorizationResetRemoved = "authorization.reset_removed",
    PrimaryOffered = "primary.offered",
    PrimaryAcceptedBeforehand = "primary.accepted_beforehand",
    PrimaryMoved = "primary.moved",
    PrimaryTaken = "primary.taken",
    PrimaryDeclined = "primary.declined",
    PrimaryWithdrawn = "primary.withdrawn",
    PrimaryLost = "primary.lost",
    RegistrationAdded = "registration.added",
    RegistrationChanged = "registration.changed",
    RegistrationDeleted = "registration.deleted",
    RegistrationSecretRemoved = "registration.secret_removed",
    ConnectorDraftBegun = "connector.draft_begun",
    ConnectorImported = "connector.imported",
    ConnectorDraftSaved = "connector.draft_saved",
    ConnectorAccepted = "connector.accepted",
    ConnectorWithdrawn = "connector.withdrawn",
    ConnectorDeleted = "connector.deleted",
    ConnectorExported = "connector.exported",
    ScheduleSaved = "schedule.saved",
    SchedulePaused = "schedule.paused",
    ScheduleResumed = "schedule.resumed",
    ScheduleStarted = "schedule.started",
    ScheduleDeleted = "schedule.deleted",
    ScheduleSuspended = "schedule.suspended",
    ScheduleUnsuspended = "schedule.unsuspended",
    SignInKept = "sign_in.kept",
    SignInCleared = "sign_in.cleared",
    KeyRecoveryCodeMade = "key.recovery_code_made",
    KeyRecoveryCodeReplaced = "key.recovery_code_replaced",
    KeyRecovered = "key.recovered",
    KeyReplacing = "key.replacing",
    KeyPaused = "key.paused",
    KeyResumed = "key.resumed",
    KeyReplaced = "key.replaced",
    PracticeFaultsSet = "practice.faults_set",
    PracticeRevoked = "practice.revoked",
    BackupMade = "backup.made",
    BackupRestored = "backup.restored",
    BackupTakenOver = "backup.taken_over",
}

impl Action {
    /// The groups in which the Activity screen filters, in the order it offers them.
    pub(crate) fn groups() -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for action in Self::ALL {
            let (group, _) = action.as_str().split_once('.').unwrap_or_default();
            if groups.last().is_none_or(|last| last != group) {
                groups.push(group.to_owned());
            }
        }
        groups
    }
}

impl Console {
    /// Makes one write of all that `work` writes and logs: all of it is stored, or none. What it
    /// reads is what no other window or process changes meanwhile, so that what is checked there
    /// still holds when it is written.
    ///
    /// # Errors
    /// Those of `work`, and of a catalog that cannot be written.
    pub(crate) fn at_once<T>(
        &self,
        work: impl FnOnce() -> Result<T, ConsoleError>,
    ) -> Result<T, ConsoleError> {
        self.inner.catalog.at_once(work)
    }

    /// Adds an entry to the log. A locked vault has no key to chain it with, so actions that are
    /// logged need an open one.
    pub(crate) fn log(
        &self,
        session: Session,
        action: Action,
        subject: &str,
        args: &[(&str, &str)],
    ) -> Result<(), ConsoleError> {
        self.log_event(&self.event(session, action, subject, args))
    }

    /// As [`Self::log`], of an entry that is made already.
    pub(crate) fn log_event(&self, event: &NewEvent) -> Result<(), ConsoleError> {
        let vault = self.inner.keys.vault()?;
        self.inner
            .catalog
            .append_event(event, &|previous, entry| vault.event_tag(previous, entry))?;
        Ok(())
    }

    /// Notes what was done whether or not the vault is open: without the key of the chain the entry
    /// waits in the catalog until there is one ([`Self::log_what_waits`]). For what must not fail
    /// because it cannot be logged, such as a wrong passphrase or a file that lies there already.
    pub(crate) fn note(
        &self,
        session: Session,
        action: Action,
        subject: &str,
        args: &[(&str, &str)],
    ) {
        let event = self.event(session, action, subject, args);
        if let Err(error) = self.inner.catalog.let_wait(&event) {
            tracing::error!(code = error.code(), action = event.action, "not in the log");
        }
        self.log_what_waits();
    }

    /// Writes down what happened while the vault was locked.
    pub(crate) fn log_what_waits(&self) {
        let Ok(vault) = self.inner.keys.vault() else {
            return;
        };
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        if let Err(error) = self.inner.catalog.append_waiting(&tag) {
            tracing::error!(code = error.code(), "what waits is not in the log yet");
        }
    }

    /// An entry that is written with what it tells of.
    pub(crate) fn event(
        &self,
        session: Session,
        action: Action,
        subject: &str,
        args: &[(&str, &str)],
    ) -> NewEvent {
        NewEvent {
            at: self.now(),
            actor: session.member,
            action: action.as_str().to_owned(),
            subject: subject.to_owned(),
            args: args
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }
}
