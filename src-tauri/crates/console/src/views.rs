//! What crosses IPC: the shapes screens read. Nothing here can hold a secret; the only secrets
//! that ever cross come *from* the screens (a client secret, a passphrase) as arguments.

mod connection;
mod connectors;
mod flow;
mod list;
mod setup;
mod start;

pub use connection::{
    AccountPlace, AccountRow, ConnectionView, EnvironmentCard, Impact, RevokeOutcome, TryAnswer,
    TryRequest, UseView,
};
pub use connectors::{
    ConnectorFile, ConnectorsView, DiffRow, FileState, PracticeFaults, PracticeView,
};
pub use flow::{AgentKind, CodeView, FlowRecord, FlowView, QrView, Stage, Stay, StepView};
pub use list::{
    AccountView, ConnectionPage, ConnectionRow, HomeView, ListQuery, Mend, NamedFlow, Need,
    ServiceMark, SortBy, Station, UnreachableView,
};
pub use setup::{
    ConnectorView, GalleryEntry, NameCheck, NewConnection, NewRegistration, ParameterView,
    PresetView, RedirectForm, RegistrationDraft, RegistrationView, ReuseOffer, ScopeView,
};
pub use start::{
    Failure, Founded, Founding, KeptSignInView, Locale, MemberView, SettingsChange, Start, Theme,
    VaultView, WorkspaceView,
};
