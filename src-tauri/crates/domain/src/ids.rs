//! Identifiers: UUID version 7, so that keys sort by the time they were made.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier; later ones sort after earlier ones.
            #[must_use]
            #[allow(clippy::new_without_default)]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// Wraps an existing UUID, such as one read from the catalog.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map(Self)
            }
        }
    };
}

id!(
    /// One catalog. Also names the catalog's key in the keyring.
    WorkspaceId
);
id!(
    /// A person with a role.
    MemberId
);
id!(
    /// An application that uses connections.
    ApplicationId
);
id!(
    /// A connection.
    ConnectionId
);
id!(
    /// A place an authorization sits in.
    SlotId
);
id!(
    /// What fills a slot: an account, its granted scopes and its credential.
    AuthorizationId
);
id!(
    /// A client registration at a provider. Part of its redirect address.
    RegistrationId
);
id!(
    /// One attempt to authorize, from click to outcome.
    FlowId
);
id!(
    /// One request through the gate.
    RunId
);
id!(
    /// One entry of the audit log.
    EventId
);
id!(
    /// A kept sign-in. Also names its folder, and on macOS its data store.
    KeptSignInId
);
id!(
    /// One place that uses a connection.
    UseId
);
id!(
    /// What an area keeps: a call, a task, a schedule.
    ItemId
);
id!(
    /// One time an item did its work.
    ExecutionId
);
id!(
    /// A record of a form.
    RecordId
);
