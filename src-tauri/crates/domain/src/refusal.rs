//! The answer no: a code with arguments. Sentences and help are written per language by the
//! doors, from one message source, under `error.<code>`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident => $word:literal,)*) => {
        /// Why the answer was no. Screens match on this and on nothing else.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum RefusalCode {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl RefusalCode {
            /// Every code, so that a test can ask for each one's sentence.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word used across IPC and in message keys.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

codes! {
    /// R1: the workspace's plan is free.
    PlanFree => "plan_free",
    /// R1: not available in the workspace's data center. Argument: `data_center`.
    DataCenterNotServed => "data_center_not_served",
    /// R1: no data center or country a workspace can be in. Argument: `place`.
    PlaceUnknown => "place_unknown",
    /// R8: the payment service is not offered in the workspace's data center. Arguments:
    /// `service`, `data_center`.
    ServiceNotInDataCenter => "service_not_in_data_center",
    /// R8: the payment service is not offered in the workspace's country. Arguments: `service`,
    /// `country`.
    ServiceNotInCountry => "service_not_in_country",
    /// R8: the payment service is offered in some countries only, and nobody has told which one
    /// the workspace is in. Argument: `service`.
    CountryNeeded => "country_needed",
    /// R2, R3: the member's role does not allow it; a super admin's, an admin's or a developer's
    /// does.
    RoleNotAllowed => "role_not_allowed",
    /// Nothing one can choose to keep.
    RetentionUnknown => "retention_unknown",
    /// The acting member is deactivated.
    MemberInactive => "member_inactive",
    /// No such connection. Argument: `connection`.
    ConnectionUnknown => "connection_unknown",
    /// R4: the slot is not connected. Arguments: `connection`, `environment`, `reason`.
    NotConnected => "not_connected",
    /// R4: the connection is disabled. Argument: `connection`.
    Disabled => "disabled",
    /// R9: the caller has not authorized. Arguments: `connection`, `environment`.
    MemberNotAuthorized => "member_not_authorized",
    /// R13: an unattended run, and no primary account. Arguments: `connection`, `environment`.
    NoPrimary => "no_primary",
    /// R23: the host is not one of the connector's. Argument: `host`.
    HostNotListed => "host_not_listed",
    /// R23: a header the caller may not set. Argument: `header`.
    HeaderReserved => "header_reserved",
    /// R23: a field the caller may not set: the credential goes there. Argument: `field`.
    FieldReserved => "field_reserved",
    /// The credential is part of a form, and the request has none. Argument: `field`.
    FormNeeded => "form_needed",
    /// R9: the connector does not offer this kind. Arguments: `service`, `kind`.
    KindNotOffered => "kind_not_offered",
    /// R7: the payment service already has its one connection. Argument: `connection`.
    PaymentConnectionExists => "payment_connection_exists",
    /// R16: the connector is retired. Arguments: `service`, `date`.
    ConnectorRetired => "connector_retired",
    /// No source says how the service is spoken to. Argument: `service`.
    WireUnknown => "wire_unknown",
    /// R19: the name is empty.
    NameEmpty => "name_empty",
    /// R19: the name has more than 50 characters.
    NameTooLong => "name_too_long",
    /// R19: a character that names may not hold. Argument: `character`.
    NameCharacter => "name_character",
    /// R19: the link name does not match `[a-z][a-z0-9_]*`, or is too long.
    LinkNameInvalid => "link_name_invalid",
    /// R19: another connection has this link name. Argument: `link_name`.
    LinkNameTaken => "link_name_taken",
    /// R18: the connection is still used. Argument: `count`.
    StillUsed => "still_used",
    /// A scope that the connector does not list, or none at all where one is needed.
    /// Argument: `scope`.
    ScopeUnknown => "scope_unknown",
    /// R2: the last active super admin cannot be demoted or deactivated.
    LastSuperAdmin => "last_super_admin",
    /// R5: no connection was chosen, and none comes into being here. Argument: `service`.
    ConnectionNeeded => "connection_needed",
    /// R4: the application may not use the connection. Arguments: `connection`, `application`.
    ApplicationNoAccess => "application_no_access",
    /// R10: logged-in-user connections exist in C6 applications only. Argument: `application`.
    EditionTooOld => "edition_too_old",
    /// R15: the application is not shared with the member. Argument: `application`.
    ApplicationNotShared => "application_not_shared",
    /// No such application.
    ApplicationUnknown => "application_unknown",
    /// R18: the application still uses connections. Arguments: `application`, `count`.
    ApplicationInUse => "application_in_use",
    /// R11: only logged-in-user connections have a primary account. Arguments: `connection`,
    /// `member`.
    PrimaryNotOffered => "primary_not_offered",
    /// R11: only super admins and admins may be primary. Arguments: `connection`, `member`.
    PrimaryNotEligible => "primary_not_eligible",
    /// R11: the member has not authorized there, or their authorization is not connected.
    /// Arguments: `connection`, `member`.
    PrimaryNotAuthorized => "primary_not_authorized",
    /// R11: the member is primary already. Arguments: `connection`, `member`.
    PrimaryAlready => "primary_already",
    /// R11: another is primary; somebody else has to offer it. Argument: `connection`.
    PrimaryTaken => "primary_taken",
    /// R18: a connection cannot take its own place. Arguments: `connection`, `other`.
    ReplaceSame => "replace_same",
    /// R16, R18: the other connection is of another service. Arguments: `connection`, `other`.
    ReplaceOtherService => "replace_other_service",
    /// R18: the other connection is disabled or of a retired connector. Arguments: `connection`,
    /// `other`.
    ReplaceUnusable => "replace_unusable",
    /// R14: a data source needs the same authorization in all environments. Arguments:
    /// `connection`, `environment`.
    SameAuthorizationNeeded => "same_authorization_needed",
    /// R18, R21: an authorization that does not fit the place. Argument: `connection`.
    SwitchUnfit => "switch_unfit",
    /// The connection needs a client registration of this service.
    RegistrationNeeded => "registration_needed",
    /// The workspace was restored from a backup and lives on another computer still. Argument:
    /// `workspace`.
    NotTakenOver => "not_taken_over",
    /// This computer has the workspace: there is nothing to take over.
    NothingToTakeOver => "nothing_to_take_over",
    /// R1, R2: only super admins do it: backups, taking a workspace over, plan and place, what
    /// concerns a super admin.
    SuperAdminNeeded => "super_admin_needed",
    /// R2, R11: only super admins and admins do it: members and primary accounts.
    AdminNeeded => "admin_needed",
    /// A backup's passphrase of fewer than twelve characters.
    BackupPassphraseShort => "backup_passphrase_short",
    /// A parameter value the connector does not accept. Argument: `parameter`.
    SettingInvalid => "setting_invalid",
    /// The service did not say where its API is. Argument: `answer`.
    AnswerMissing => "answer_missing",
    /// Nobody knows what follows from what the service said, such as where the API of that data
    /// center is. Arguments: `service`, `answer`, `value`.
    AnswerUnknown => "answer_unknown",
    /// A setting belongs to another data center than the account. Arguments: `service`,
    /// `parameter`, `setting`, `value`.
    SettingElsewhere => "setting_elsewhere",
}

/// Why the answer was no: a code, and what the sentence names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", self.code.as_str())]
pub struct Refusal {
    /// The code.
    pub code: RefusalCode,
    /// Names and values the sentence mentions; never a secret.
    pub args: BTreeMap<String, String>,
}

impl Refusal {
    /// A refusal without arguments.
    #[must_use]
    pub const fn new(code: RefusalCode) -> Self {
        Self {
            code,
            args: BTreeMap::new(),
        }
    }

    /// Adds what the sentence names.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }
}
