//! Every command the screens may call: its name, arguments and answer, declared once. The
//! TypeScript the screens are written against is generated from this table, and a test of the
//! shell holds its command list against it.

use ts_rs::{Config, TS};
use tsunagi_areas::{call as a, panel as p, schedule as sc, workflow as w};
use tsunagi_connectors::{self as s, Sketch};
use tsunagi_domain as d;

use crate::views as v;

/// Name, arguments (name and TypeScript type) and answer type of a command.
#[derive(Debug)]
pub struct Command {
    /// As invoked.
    pub name: &'static str,
    arguments: Vec<(&'static str, String)>,
    answer: String,
}

/// Every command.
#[must_use]
pub fn all() -> Vec<Command> {
    let c = &Config::new().with_large_int("number");
    macro_rules! table {
        ($($name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
            vec![$(Command {
                name: stringify!($name),
                arguments: vec![$((stringify!($arg), <$type as TS>::name(c))),*],
                answer: <$answer as TS>::name(c),
            }),*]
        };
    }
    table! {
        start() -> v::Start;
        welcome_found(founding: v::Founding) -> v::Founded;
        backup_choose() -> Option<String>;
        backup_restore(wish: v::Restoring) -> v::Start;
        catalog_open_again() -> v::Start;
        catalog_set_aside() -> v::Start;
        catalog_restore(wish: v::Restoring) -> v::Start;
        set_aside_noted(file: String) -> v::Start;
        vault_unlock(passphrase: Option<String>) -> v::Start;
        session_get() -> v::SessionView;
        session_sign_in(member: d::MemberId, passphrase: Option<String>) -> v::Start;
        session_lock() -> v::Start;
        session_active() -> ();
        session_auto_lock(minutes: u32) -> v::Start;
        session_passphrase(current: Option<String>, next: Option<String>) -> v::Start;
        session_passphrase_not_now() -> v::Start;
        members_get() -> v::MembersView;
        member_invite(invitation: v::Invitation) -> v::MembersView;
        member_impact(member: d::MemberId, role: d::Role, active: bool) -> v::MemberImpact;
        member_change(member: d::MemberId, change: v::MemberChange) -> Option<v::MembersView>;
        member_deactivate(member: d::MemberId, heir: Option<d::MemberId>) -> v::LeaveOutcome;
        member_reactivate(member: d::MemberId, passphrase: Option<String>) -> v::MembersView;
        member_reset_passphrase(member: d::MemberId, passphrase: Option<String>) -> v::MembersView;
        backup_make(wish: v::NewBackup) -> v::BackupFile;
        backup_take_over() -> v::Start;
        settings_change(change: v::SettingsChange) -> v::Start;
        availability_get() -> v::AvailabilityView;
        availability_change(change: v::AvailabilityChange) -> v::Start;
        retention_get() -> v::RetentionView;
        retention_change(change: v::RetentionChange) -> v::RetentionView;
        own_accounts() -> v::OwnAccounts;
        own_account_rename(connection: d::ConnectionId, reach: d::Reach, whose: v::Whose, label: String) -> v::OwnAccounts;
        kept_sign_ins_list() -> Vec<v::KeptSignInView>;
        kept_sign_ins_clear(only: Option<d::KeptSignInId>) -> Vec<v::KeptSignInView>;
        keys_get() -> v::KeysView;
        recovery_code_make(passphrase: Option<String>) -> v::RecoveryCodeView;
        recovery_code_confirm(typed: String) -> v::KeysView;
        recovery_code_drop() -> ();
        recovery_code_use(code: String, passphrase: Option<String>) -> v::Start;
        key_replace(passphrase: Option<String>) -> v::KeysView;
        key_replace_pause(paused: bool) -> v::KeysView;
        home_get() -> v::HomeView;
        connections_list(query: v::ListQuery) -> v::ConnectionPage;
        gallery_list() -> Vec<v::GalleryEntry>;
        gallery_service(service: String) -> v::ConnectorView;
        provider_open(service: String) -> ();
        service_get(service: String) -> v::ServiceView;
        service_open_source(service: String, source: u32) -> ();
        connection_check_name(service: String, name: String, link_name: Option<String>) -> v::NameCheck;
        connection_reuse(draft: v::NewConnection) -> Vec<v::ReuseOffer>;
        connection_create(draft: v::NewConnection, application: Option<d::ApplicationId>) -> d::ConnectionId;
        registration_draft(redirect: v::RedirectForm) -> v::RegistrationDraft;
        registration_add(registration: v::NewRegistration) -> v::RegistrationView;
        connection_get(connection: d::ConnectionId) -> v::ConnectionView;
        connection_rename(connection: d::ConnectionId, name: String) -> v::ConnectionView;
        connection_set_enabled(connection: d::ConnectionId, enabled: bool) -> v::ConnectionView;
        connection_set_environment(connection: d::ConnectionId, reach: d::Reach, settings: std::collections::BTreeMap<String, String>, registration: Option<d::RegistrationId>) -> v::EditOutcome;
        connection_environment_impact(connection: d::ConnectionId, reach: d::Reach, settings: std::collections::BTreeMap<String, String>, registration: Option<d::RegistrationId>) -> v::EditImpact;
        connection_timeline(connection: d::ConnectionId) -> Vec<v::FlowRecord>;
        connection_try(request: v::TryRequest) -> v::TryAnswer;
        calls_get(application: d::ApplicationId, environment: d::Environment) -> v::CallsView;
        call_get(item: d::ItemId) -> v::CallDraft;
        call_keep(draft: v::CallDraft) -> v::CallDraft;
        call_delete(item: d::ItemId) -> ();
        call_send(draft: v::CallDraft) -> v::TryAnswer;
        call_code(draft: v::CallDraft, language: a::Language) -> String;
        call_history(connection: d::ConnectionId, environment: d::Environment) -> Vec<v::CallRecord>;
        tasks_get(application: d::ApplicationId, environment: d::Environment) -> v::TasksView;
        task_get(item: d::ItemId) -> v::TaskDraft;
        task_operations(service: String, connection: Option<d::ConnectionId>) -> Vec<v::OperationView>;
        task_keep(draft: v::TaskDraft) -> v::TaskDraft;
        task_delete(item: d::ItemId) -> ();
        task_run(draft: v::TaskDraft) -> v::TaskDone;
        sending_get(kind: v::SendKind, application: d::ApplicationId, environment: d::Environment) -> v::SendView;
        send_operations(kind: v::SendKind, connection: d::ConnectionId) -> Vec<v::OperationView>;
        send_by_hand(draft: v::SendDraft) -> v::TaskDone;
        send_history(kind: v::SendKind, connection: d::ConnectionId, environment: d::Environment) -> Vec<v::CallRecord>;
        sources_get(application: d::ApplicationId, environment: d::Environment) -> v::SourcesView;
        source_get(item: d::ItemId) -> v::SourceView;
        source_operations(connection: d::ConnectionId) -> Vec<v::SourceOperation>;
        source_modules(through: v::SourceDoor) -> Vec<v::FieldView>;
        source_fields(through: v::SourceDoor, module: Option<String>) -> Vec<v::FieldView>;
        source_keep(draft: v::SourceDraft) -> v::SourceView;
        source_delete(item: d::ItemId) -> ();
        source_pull(item: d::ItemId, anew: bool) -> v::SourceView;
        source_stop(item: d::ItemId) -> ();
        source_rows(item: d::ItemId, after: Option<i64>, skip: u64, limit: u32, find: String) -> v::SourcePage;
        source_export(item: d::ItemId, form: v::RowsForm) -> v::WrittenFile;
        source_forms(application: d::ApplicationId, environment: d::Environment) -> Vec<v::SourceForm>;
        source_add(item: d::ItemId, record: v::SourceEntry) -> v::TaskDone;
        panels_get(application: d::ApplicationId, environment: d::Environment) -> v::PanelsView;
        panel_get(item: d::ItemId) -> v::PanelDraft;
        panel_operations(service: String, connection: Option<d::ConnectionId>) -> Vec<v::OperationView>;
        panel_keep(draft: v::PanelDraft) -> v::PanelDraft;
        panel_delete(item: d::ItemId) -> ();
        panels_order(application: d::ApplicationId, environment: d::Environment, items: Vec<d::ItemId>) -> ();
        panel_show(item: d::ItemId) -> v::PanelShown;
        panel_preview(draft: v::PanelDraft, anew: bool) -> v::PanelShown;
        panel_stop(item: Option<d::ItemId>) -> ();
        workflows_get(application: d::ApplicationId, environment: d::Environment) -> v::WorkflowsView;
        workflow_get(item: d::ItemId) -> v::WorkflowDraft;
        workflow_operations(service: String, connection: Option<d::ConnectionId>, does: w::Does, form: bool) -> Vec<v::OperationView>;
        workflow_keep(draft: v::WorkflowDraft) -> v::WorkflowDraft;
        workflow_delete(item: d::ItemId) -> ();
        workflow_history(item: d::ItemId, before: Option<d::ExecutionId>) -> Vec<v::WorkflowRun>;
        workflow_retry(item: d::ItemId, run: d::ExecutionId, checked: Vec<String>, done: Vec<String>) -> v::WorkflowRun;
        forms_get(application: d::ApplicationId, environment: d::Environment) -> Vec<v::FormMark>;
        form_open(item: d::ItemId, record: Option<d::RecordId>) -> v::FormView;
        form_input(item: d::ItemId, record: Option<d::RecordId>, field: String, values: v::FormValues) -> v::FormChange;
        record_add(item: d::ItemId, values: v::FormValues) -> v::RecordDone;
        record_edit(item: d::ItemId, record: d::RecordId, version: u64, values: v::FormValues) -> v::RecordDone;
        record_delete(item: d::ItemId, record: d::RecordId, version: u64) -> v::RecordDone;
        records_get(item: d::ItemId, after: Option<i64>) -> v::RecordPage;
        report_open(item: d::ItemId) -> v::ReportView;
        report_act(item: d::ItemId, rule: String, row: String) -> v::WorkflowRun;
        templates_get() -> Vec<v::TemplateView>;
        template_use(wish: v::TemplateUse) -> v::TemplateUsed;
        schedules_get(application: d::ApplicationId, environment: d::Environment) -> v::SchedulesView;
        schedule_get(item: d::ItemId) -> v::ScheduleDraft;
        schedule_preview(when: sc::When, zone: String) -> Vec<d::Timestamp>;
        schedule_save(draft: v::ScheduleDraft) -> v::ScheduleDraft;
        schedule_pause(item: d::ItemId, paused: bool) -> ();
        schedule_delete(item: d::ItemId) -> ();
        schedule_run(item: d::ItemId) -> v::ScheduleRun;
        schedule_history(item: d::ItemId, before: Option<d::ExecutionId>) -> Vec<v::ScheduleRun>;
        schedules_suspend(application: d::ApplicationId, environment: d::Environment, suspended: bool) -> ();
        connection_delete(connection: d::ConnectionId) -> ();
        authorization_rename(connection: d::ConnectionId, reach: d::Reach, whose: v::Whose, label: String) -> v::ConnectionView;
        primary_choose(connection: d::ConnectionId, reach: d::Reach) -> v::ConnectionView;
        primary_offer(connection: d::ConnectionId, reach: d::Reach, member: d::MemberId) -> v::ConnectionView;
        primary_accept(connection: d::ConnectionId, reach: d::Reach) -> v::ConnectionView;
        primary_decline(connection: d::ConnectionId, reach: d::Reach) -> v::ConnectionView;
        primary_withdraw(connection: d::ConnectionId, reach: d::Reach, member: d::MemberId) -> v::ConnectionView;
        primaries_list(after: Option<String>) -> v::PrimaryPage;
        authorization_impact(connection: d::ConnectionId, reach: d::Reach, whose: v::Whose) -> v::Impact;
        authorization_revoke(connection: d::ConnectionId, reach: d::Reach, whose: v::Whose) -> v::RevokeOutcome;
        connection_edit(connection: d::ConnectionId, edit: v::ConnectionEdit, seen: v::ConnectionEdit) -> v::EditOutcome;
        connection_edit_undo(connection: d::ConnectionId, undo: v::EditUndo) -> v::ConnectionView;
        connection_edit_impact(connection: d::ConnectionId, edit: v::ConnectionEdit) -> v::EditImpact;
        switch_offers(connection: d::ConnectionId, reach: d::Reach) -> Vec<v::SwitchOffer>;
        switch_impact(connection: d::ConnectionId, reach: d::Reach, from: d::ConnectionId) -> v::SwitchImpact;
        authorization_switch(connection: d::ConnectionId, reach: d::Reach, from: d::ConnectionId) -> v::ConnectionView;
        connections_ids(query: v::ListQuery) -> Vec<d::ConnectionId>;
        connections_impact(action: v::BulkAction, connections: Vec<d::ConnectionId>) -> Vec<v::BulkPart>;
        connections_run(action: v::BulkAction, connections: Vec<d::ConnectionId>) -> Vec<v::BulkResult>;
        connection_test(connection: d::ConnectionId) -> Vec<v::TestResult>;
        connection_replacements(connection: d::ConnectionId) -> v::Replacements;
        connection_replace(connection: d::ConnectionId, by: d::ConnectionId) -> v::ReplaceOutcome;
        connection_replace_undo(connection: d::ConnectionId, by: d::ConnectionId, replaced: v::Replaced) -> u32;
        registration_touches(registration: d::RegistrationId) -> Vec<v::Touched>;
        registration_change(change: v::RegistrationChange) -> v::RegistrationView;
        registration_delete(registration: d::RegistrationId) -> ();
        authorize(connection: d::ConnectionId, reach: d::Reach, agent: Option<v::AgentKind>) -> d::FlowId;
        flow_get(flow: d::FlowId) -> v::FlowView;
        flow_cancel(flow: d::FlowId) -> ();
        flow_extend(flow: d::FlowId) -> v::FlowView;
        flow_in_browser(flow: d::FlowId) -> v::FlowView;
        flow_stay(flow: d::FlowId, wanted: bool) -> v::FlowView;
        flow_by_code(flow: d::FlowId) -> v::FlowView;
        flow_open_address(flow: d::FlowId) -> ();
        flow_paste(flow: d::FlowId, address: String) -> v::FlowView;
        flow_typed(flow: d::FlowId, typed: v::TypedKeys) -> v::FlowView;
        flow_open_setup(flow: d::FlowId) -> ();
        flow_answer(flow: d::FlowId, answer: d::account::AccountAnswer) -> v::FlowView;
        flow_primary(flow: d::FlowId, wanted: bool) -> v::FlowView;
        flow_again(flow: d::FlowId) -> d::FlowId;
        connectors_get() -> v::ConnectorsView;
        connectors_accept(file: String, hash: String) -> v::ConnectorsView;
        connectors_open_folder() -> ();
        connector_begin(start: v::ConnectorStart) -> v::BuilderView;
        connector_read_openapi(file: String, text: String) -> v::OpenApiView;
        connector_draft(file: String) -> v::BuilderView;
        connector_save(file: String, sketch: Sketch, seen: String, settled: bool) -> v::BuilderView;
        connector_discard(file: String) -> v::BuilderView;
        connector_fill(sketch: Sketch, issuer: String) -> v::FilledView;
        connector_logo(file: String, data: String) -> String;
        connector_logos() -> std::collections::BTreeMap<String, String>;
        connector_publish_impact(file: String, hash: String) -> v::PublishImpact;
        connector_publish(file: String, hash: String) -> v::BuilderView;
        connector_uses(id: String) -> v::ConnectorUses;
        connector_withdraw(id: String) -> v::BuilderView;
        connector_delete(id: String) -> ();
        connector_export(id: String) -> v::WrittenFile;
        activity_list(query: v::ActivityQuery) -> v::ActivityPage;
        activity_verify() -> v::VerificationView;
        activity_export(query: v::ActivityQuery) -> v::WrittenFile;
        inventory_export(form: v::InventoryForm) -> v::WrittenFile;
        definitions_export() -> v::WrittenFile;
        definitions_choose() -> Option<v::ImportPreview>;
        definitions_leave_out(hash: String, without: Vec<u32>) -> v::ImportPreview;
        definitions_import(hash: String) -> v::ImportOutcome;
        exports_open_folder() -> ();
        work_get(kind: v::WorkKind) -> Option<v::WorkView>;
        work_stop(kind: v::WorkKind) -> ();
        applications_list() -> Vec<v::ApplicationRow>;
        application_get(application: d::ApplicationId) -> v::ApplicationView;
        application_create(name: String, edition: d::Edition) -> d::ApplicationId;
        application_change(application: d::ApplicationId, name: String, edition: d::Edition) -> v::ApplicationView;
        application_delete(application: d::ApplicationId) -> ();
        application_share(application: d::ApplicationId, member: d::MemberId, shared: bool) -> v::ApplicationView;
        application_grant(application: d::ApplicationId, connection: d::ConnectionId, granted: bool) -> ();
        application_grantable(application: d::ApplicationId, search: String) -> Vec<v::Grantable>;
        application_access_impact(application: d::ApplicationId, connection: d::ConnectionId) -> v::AccessImpact;
        application_services(application: d::ApplicationId) -> Vec<v::ServiceToTry>;
        application_try(request: v::ServiceTry) -> v::ServiceTried;
        connection_uses(connection: d::ConnectionId) -> v::UsedIn;
        live_applications() -> Vec<v::ApplicationMark>;
        live_get(application: d::ApplicationId, environment: d::Environment) -> v::LiveView;
        live_rename(application: d::ApplicationId, environment: d::Environment, connection: d::ConnectionId, label: String) -> v::LiveView;
        live_impact(application: d::ApplicationId, environment: d::Environment, connection: d::ConnectionId) -> v::Impact;
        live_revoke(application: d::ApplicationId, environment: d::Environment, connection: d::ConnectionId) -> v::RevokeOutcome;
        edit_get(application: d::ApplicationId, environment: d::Environment, component: Option<d::application::Component>) -> v::EditView;
        practice_get() -> v::PracticeView;
        practice_set_faults(faults: v::PracticeFaults) -> v::PracticeView;
        practice_revoke_all() -> v::PracticeView;
        show_main(connection: Option<d::ConnectionId>) -> ();
    }
}

/// The TypeScript declarations of every view and command, as one file.
#[must_use]
pub fn typescript() -> String {
    let c = &Config::new().with_large_int("number");
    let mut out = String::from(
        "// Generated by a test of the console crate; do not edit.\n\
         // To write it anew: TSUNAGI_WRITE_BINDINGS=1 cargo test -p tsunagi-console --test bindings\n\n",
    );
    macro_rules! declare {
        ($($type:ty),* $(,)?) => { $(
            out.push_str("export ");
            out.push_str(&<$type as TS>::decl(c));
            out.push('\n');
        )* };
    }
    declare!(
        d::ApplicationId,
        d::ConnectionId,
        d::FlowId,
        d::KeptSignInId,
        d::MemberId,
        d::RegistrationId,
        d::UseId,
        d::Timestamp,
        d::Environment,
        d::Edition,
        d::account::AccountAnswer,
        d::application::Component,
        d::Reach,
        d::Role,
        d::Plan,
        d::Kind,
        d::Mode,
        d::NotConnected,
        d::Health,
        v::Failure,
        v::Locale,
        v::Theme,
        v::VaultView,
        v::RestoredView,
        v::Start,
        v::WorkspaceView,
        v::MemberView,
        v::SessionMark,
        v::SessionView,
        v::SeatView,
        v::MembersView,
        v::MemberRow,
        v::MemberImpact,
        v::PrimaryLoss,
        v::OwnedConnection,
        v::Farewell,
        v::LeaveOutcome,
        v::Invitation,
        v::MemberChange,
        v::Founding,
        v::Founded,
        v::ServiceMark,
        v::AccountView,
        v::UnreachableView,
        v::Mend,
        v::Station,
        v::ConnectionRow,
        d::Seen,
        v::ListQuery,
        v::SortBy,
        v::ConnectionPage,
        v::AuthKind,
        v::GalleryEntry,
        v::ScopeView,
        v::PresetView,
        v::ParameterView,
        v::RedirectForm,
        v::RegistrationDraft,
        v::RedirectKind,
        v::SetupView,
        v::RegistrationView,
        v::NewRegistration,
        v::ConnectorView,
        v::OfferedKnown,
        v::OfferedView,
        v::PkceView,
        v::RetiredView,
        v::SignInView,
        v::AttachedPlace,
        v::Attached,
        v::ServiceKey,
        v::ServiceKeys,
        v::ServiceView,
        v::NameCheck,
        v::ReuseOffer,
        v::NewConnection,
        v::EnvironmentCard,
        v::AccountRow,
        v::Crowded,
        v::CrowdedAccount,
        v::AccountPlace,
        v::ConnectionView,
        v::FlowRecord,
        v::StepView,
        v::AgentKind,
        v::Stage,
        v::Stay,
        v::QrView,
        v::CodeView,
        v::KeyForm,
        v::KeyFieldView,
        v::FormProblem,
        v::TypedKeys,
        v::FlowView,
        v::UseView,
        v::Impact,
        v::RevokeOutcome,
        v::TryRequest,
        v::TryAnswer,
        v::ServiceToTry,
        v::ServiceTry,
        v::ServiceTried,
        d::ItemId,
        d::ExecutionId,
        sc::When,
        sc::MissedPolicy,
        sc::Overlap,
        v::SchedulesView,
        v::ScheduleRow,
        v::ScheduleTarget,
        v::ScheduleDraft,
        v::ScheduleOutcome,
        v::ScheduleRun,
        a::Method,
        a::Pair,
        a::Body,
        a::Call,
        a::Language,
        s::InputKind,
        s::PaymentState,
        s::Repeat,
        s::Role,
        tsunagi_areas::task::Task,
        tsunagi_areas::data_source::SourceField,
        tsunagi_areas::data_source::Source,
        v::PullRecord,
        v::SourceRow,
        v::SourceConnection,
        v::SourceOperation,
        v::SourcesView,
        v::SourceDoor,
        v::FieldView,
        v::SourceDraft,
        v::SourceSchedule,
        v::SourceView,
        v::SourceForm,
        v::SourceEntry,
        v::SourceRecord,
        v::SourcePage,
        v::RowsForm,
        v::TaskRow,
        v::TaskService,
        v::InputView,
        v::OperationView,
        v::TaskDraft,
        v::TaskVerdict,
        v::TaskRecord,
        v::TemplateService,
        v::TemplateView,
        v::TemplateUse,
        v::TemplateUsed,
        v::SendKind,
        v::Stakes,
        v::SendConnection,
        v::UnspokenService,
        v::SendView,
        v::SendDraft,
        v::TaskDone,
        v::TasksView,
        p::Data,
        p::Column,
        p::Figure,
        p::Form,
        p::Span,
        p::Width,
        p::Shape,
        p::Panel,
        p::ShownColumn,
        p::Point,
        p::Content,
        p::Shown,
        v::PanelSource,
        v::PanelRow,
        v::PanelsView,
        v::PanelDraft,
        v::PanelShown,
        d::RecordId,
        w::FieldKind,
        w::Shows,
        w::Field,
        w::Subject,
        w::Trigger,
        w::Is,
        w::Test,
        w::Condition,
        w::From,
        w::Put,
        w::Into,
        w::Deed,
        w::Does,
        w::Action,
        w::Rule,
        w::Workflow,
        v::ReportSubject,
        v::WorkflowPart,
        v::WorkflowOutcome,
        v::ActionState,
        v::ActionRun,
        v::WorkflowRun,
        v::WorkflowRow,
        v::WorkflowsView,
        v::WorkflowSeat,
        v::WorkflowDraft,
        v::FormMark,
        v::FieldChoice,
        v::FormValues,
        v::FieldShown,
        v::FormView,
        v::FormChange,
        v::RecordView,
        v::RecordPage,
        v::ReportView,
        v::RecordDone,
        v::CallRow,
        v::CallConnection,
        v::CallDraft,
        v::CallRecord,
        v::CallsView,
        v::FileState,
        v::DiffRow,
        v::ConnectorFile,
        v::ConnectorsView,
        s::Text,
        s::Monogram,
        s::Method,
        s::GrantType,
        s::ClientAuth,
        s::Body,
        s::Param,
        s::TokenKind,
        s::RevokeAuth,
        s::RevokeBody,
        s::Revoke,
        s::ToldBy,
        s::Answered,
        s::OAuth,
        s::KeyField,
        s::Attach,
        s::Keys,
        s::Means,
        s::ApiError,
        s::Api,
        s::Good,
        s::Question,
        s::Scope,
        s::Preset,
        s::Parameter,
        s::General,
        s::Security,
        s::Doubled,
        s::Sketch,
        s::Way,
        v::ConnectorStart,
        v::FindingView,
        v::BuilderState,
        v::BuilderView,
        v::UnsavedView,
        v::FilledView,
        v::ChoiceView,
        v::LeftOut,
        v::OpenApiView,
        v::ConnectorUse,
        v::ConnectorUses,
        v::ChangedAddress,
        v::TouchedByConnector,
        v::SecretRemoved,
        v::PublishImpact,
        v::Need,
        v::Unreadable,
        v::HomeView,
        v::NamedFlow,
        v::OfferView,
        v::PrimaryActs,
        v::PrimaryHolder,
        v::PrimaryRow,
        v::PrimaryPage,
        v::OfferedToYou,
        v::Fate,
        v::AffectedUse,
        v::DriftKind,
        v::DriftView,
        v::NeededScope,
        v::BulkAction,
        v::AlsoLost,
        v::BulkPart,
        v::BulkResult,
        v::TestResult,
        v::ConnectionEdit,
        v::PlacedAccount,
        v::EditImpact,
        v::OwnSettings,
        v::EditUndo,
        v::EditOutcome,
        v::SwitchOffer,
        v::SwitchImpact,
        v::Replacement,
        v::ReplaceOutcome,
        v::Replaced,
        v::Replacements,
        v::RegistrationChange,
        v::Touched,
        v::SettingsChange,
        v::AvailabilityView,
        v::DataCenterView,
        v::AvailabilityChange,
        v::AgeChoice,
        v::SizeChoice,
        v::RetentionView,
        v::RetentionChange,
        v::KeptSignInView,
        v::OwnAccount,
        v::OwnAccounts,
        v::KeyProof,
        v::KeysView,
        v::RotationView,
        v::RecoveryCodeView,
        v::NewBackup,
        v::BackupFile,
        v::Restoring,
        v::PracticeView,
        v::ActivityQuery,
        v::ActivityEntry,
        v::ActorView,
        v::ActivityPage,
        v::VerificationView,
        v::InventoryForm,
        v::WrittenFile,
        v::ImportWhat,
        v::ImportState,
        v::ImportItem,
        v::ImportPreview,
        v::ImportOutcome,
        v::WorkKind,
        v::WorkView,
        v::ApplicationMark,
        v::ApplicationRow,
        v::ConnectionMark,
        v::Sharing,
        v::GrantedConnection,
        v::Grantable,
        v::ScopeNeed,
        v::UsePlace,
        v::ApplicationView,
        v::AccessImpact,
        v::ApplicationAccess,
        v::GrantableApplication,
        v::UsedIn,
        v::LiveRow,
        v::LiveView,
        v::ComponentRow,
        v::EditRow,
        v::EditView,
        v::PracticeFaults,
    );
    out.push_str(
        "\n/** Every command: its arguments and its answer. */\nexport interface Commands {\n",
    );
    for command in all() {
        let arguments: Vec<String> = command
            .arguments
            .iter()
            .map(|(name, type_name)| format!("{}: {type_name}", camel(name)))
            .collect();
        let answer = if command.answer == "null" {
            "void"
        } else {
            &command.answer
        };
        out.push_str(&format!(
            "  {}: {{ args: {{ {} }}; answer: {answer} }};\n",
            command.name,
            arguments.join("; "),
        ));
    }
    out.push_str("}\n");
    out
}

/// `link_name` to `linkName`: Tauri expects camel case from the screens.
fn camel(name: &str) -> String {
    let mut camel = String::new();
    let mut raise = false;
    for c in name.chars() {
        if c == '_' {
            raise = true;
        } else if std::mem::take(&mut raise) {
            camel.extend(c.to_uppercase());
        } else {
            camel.push(c);
        }
    }
    camel
}
