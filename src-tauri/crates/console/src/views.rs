//! What crosses IPC: the shapes screens read. Nothing here can hold a secret but
//! [`RecoveryCodeView`], which exists to be written down; all others that ever cross come *from*
//! the screens (a client secret, a passphrase) as arguments.

mod activity;
mod applications;
mod backups;
mod builder;
mod calls;
mod connection;
mod connectors;
mod data_sources;
mod flow;
mod keys;
mod list;
mod managing;
mod members;
mod own_accounts;
mod panels;
mod papers;
mod primaries;
mod retention;
mod schedules;
mod sending;
mod services;
mod setup;
mod start;
mod tasks;
mod templates;
mod workflows;

pub use activity::{
    ActivityEntry, ActivityPage, ActivityQuery, ActorView, InventoryForm, VerificationView,
    WrittenFile,
};
pub use applications::{
    AccessImpact, ApplicationAccess, ApplicationMark, ApplicationRow, ApplicationView,
    ComponentRow, ConnectionMark, EditRow, EditView, Grantable, GrantableApplication,
    GrantedConnection, LiveRow, LiveView, ScopeNeed, Sharing, UsePlace, UsedIn,
};
pub use backups::{BackupFile, NewBackup, RestoredView, Restoring};
pub use builder::{
    BuilderState, BuilderView, ChangedAddress, ChoiceView, ConnectorStart, ConnectorUse,
    ConnectorUses, FilledView, FindingView, LeftOut, OpenApiView, PublishImpact, SecretRemoved,
    TouchedByConnector, UnsavedView,
};
pub use calls::{CallConnection, CallDraft, CallRecord, CallRow, CallsView};
pub use connection::{
    AccountPlace, AccountRow, ConnectionView, Crowded, EnvironmentCard, Impact, RevokeOutcome,
    ServiceToTry, ServiceTried, ServiceTry, TryAnswer, TryRequest, UseView,
};
pub use connectors::{
    ConnectorFile, ConnectorsView, DiffRow, FileState, PracticeFaults, PracticeView,
};
pub use data_sources::{
    FieldView, PullRecord, RowsForm, SourceConnection, SourceDoor, SourceDraft, SourceEntry,
    SourceForm, SourceOperation, SourcePage, SourceRecord, SourceRow, SourceSchedule, SourceView,
    SourcesView,
};
pub use flow::{
    AgentKind, CodeView, FlowRecord, FlowView, FormProblem, KeyFieldView, KeyForm, QrView, Stage,
    Stay, StepView, TypedKeys,
};
pub use keys::{KeyProof, KeysView, RecoveryCodeView, RotationView};
pub use list::{
    AccountView, ConnectionPage, ConnectionRow, CrowdedAccount, HomeView, ListQuery, Mend,
    NamedFlow, Need, ServiceMark, SortBy, Station, UnreachableView, Unreadable,
};
pub use managing::{
    AffectedUse, AlsoLost, BulkAction, BulkPart, BulkResult, ConnectionEdit, DriftKind, DriftView,
    EditImpact, EditOutcome, EditUndo, Fate, NeededScope, OwnSettings, PlacedAccount,
    RegistrationChange, ReplaceOutcome, Replaced, Replacement, Replacements, SwitchImpact,
    SwitchOffer, TestResult, Touched, Whose,
};
pub use members::{
    Farewell, Invitation, LeaveOutcome, MemberChange, MemberImpact, MemberRow, MembersView,
    OwnedConnection, PrimaryLoss, SeatView, SessionMark, SessionView,
};
pub use own_accounts::{OwnAccount, OwnAccounts};
pub use panels::{PanelDraft, PanelRow, PanelShown, PanelSource, PanelsView};
pub use papers::{
    ImportItem, ImportOutcome, ImportPreview, ImportState, ImportWhat, WorkKind, WorkView,
};
pub use primaries::{OfferView, OfferedToYou, PrimaryActs, PrimaryHolder, PrimaryPage, PrimaryRow};
pub use retention::{AgeChoice, RetentionChange, RetentionView, SizeChoice};
pub use schedules::{
    ScheduleDraft, ScheduleOutcome, ScheduleRow, ScheduleRun, ScheduleTarget, SchedulesView,
};
pub use sending::{SendConnection, SendDraft, SendKind, SendView, Stakes, UnspokenService};
pub use services::{
    Attached, AttachedPlace, AuthKind, OfferedKnown, OfferedView, PkceView, RetiredView,
    ServiceKey, ServiceKeys, ServiceView, SignInView,
};
pub use setup::{
    ConnectorView, GalleryEntry, NameCheck, NewConnection, NewRegistration, ParameterView,
    PresetView, RedirectForm, RedirectKind, RegistrationDraft, RegistrationView, ReuseOffer,
    ScopeView, SetupView,
};
pub use start::{
    AvailabilityChange, AvailabilityView, DataCenterView, Failure, Founded, Founding,
    KeptSignInView, Locale, MemberView, SettingsChange, Start, Theme, VaultView, WorkspaceView,
};
pub use tasks::{
    InputView, OperationView, TaskDone, TaskDraft, TaskRecord, TaskRow, TaskService, TaskVerdict,
    TasksView,
};
pub use templates::{TemplateService, TemplateUse, TemplateUsed, TemplateView};
pub use workflows::{
    ActionRun, ActionState, FieldChoice, FieldShown, FormChange, FormMark, FormValues, FormView,
    RecordDone, RecordPage, RecordView, ReportSubject, ReportView, WorkflowDraft, WorkflowOutcome,
    WorkflowPart, WorkflowRow, WorkflowRun, WorkflowSeat, WorkflowsView,
};
