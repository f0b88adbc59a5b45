//! What members do. Who and what is meant is a number, taken modulo however many there are.

use proptest::prelude::*;
use tsunagi_console::views::BulkAction;
use tsunagi_console::{Cause, Edition, Environment, Reach, Role};
use tsunagi_domain::{Kind, Mode};

use crate::world::Service;

/// One thing that somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Another member sits down.
    Sit(u8),
    /// Whoever sits there leaves and locks the seat.
    Lock,
    /// The passphrase of another is taken away, who forgot it.
    ResetPassphrase(u8),
    /// The workspace gets another key.
    ReplaceKey,
    /// Time goes by, in ticks.
    Pass(u32),
    /// Time goes by while the computer sleeps, and what wakes it is a place that uses a connection.
    Woken {
        ticks: u32,
        used: u8,
    },
    /// A place that uses a connection sends a request: with nobody present, or for a member.
    Run {
        used: u8,
        by: Option<u8>,
    },
    /// Whoever sits there has a passphrase of their own from now on, or none.
    Passphrase(bool),
    Invite(Role),
    ChangeRole(u8, Role),
    Leave {
        who: u8,
        heir: u8,
    },
    Return(u8),
    Plan {
        paid: bool,
        data_center: &'static str,
        country: Option<&'static str>,
    },
    /// The till ends.
    Retire,
    Register(Service),
    /// Another client ID, or only another name and secret.
    ChangeClient {
        one: u8,
        anew: bool,
    },
    Unregister(u8),
    NewApplication(Edition),
    ChangeEdition(u8, Edition),
    DeleteApplication(u8),
    Share {
        application: u8,
        member: u8,
        shared: bool,
    },
    Grant {
        application: u8,
        connection: u8,
        granted: bool,
    },
    Create {
        kind: Kind,
        mode: Mode,
        from: Option<u8>,
    },
    /// Of a service that needs a client.
    CreateAt {
        service: Service,
        kind: Kind,
        mode: Mode,
        site: u8,
        client: u8,
    },
    /// A new connection that shares what another has.
    Reuse(u8),
    SystemConnection {
        application: u8,
        cause: Cause,
    },
    Authorize {
        connection: u8,
        reach: Reach,
        /// As Ben rather than as Aiko.
        other_account: bool,
        /// Whether the account is to be primary; else as the dialog proposes.
        primary: Option<bool>,
        /// Whether another account may replace the first.
        replace: bool,
    },
    Revoke {
        connection: u8,
        reach: Reach,
        whose: Option<u8>,
    },
    Enable {
        connection: u8,
        enabled: bool,
    },
    Rename(u8),
    /// A new connection with a name of the table, and a link name where one is typed.
    NameNew(u8, Option<u8>),
    NameAnew(u8, u8),
    NameNoAccount(u8, Reach),
    RenameAccount {
        connection: u8,
        reach: Reach,
        whose: Option<u8>,
    },
    Scopes {
        connection: u8,
        write: bool,
    },
    ChangeMode(u8, Mode),
    /// Leads elsewhere, or with another client, in all its environments.
    Lead {
        connection: u8,
        site: u8,
        client: u8,
    },
    /// Leads elsewhere in one environment.
    LeadApart {
        connection: u8,
        reach: Reach,
        site: Option<u8>,
        client: Option<u8>,
    },
    Bulk {
        action: BulkAction,
        connections: Vec<u8>,
    },
    Switch {
        connection: u8,
        reach: Reach,
        from: u8,
    },
    Replace {
        from: u8,
        to: u8,
    },
    Delete(u8),
    Offer {
        connection: u8,
        reach: Reach,
        to: u8,
    },
    Accept(u8, Reach),
    Decline(u8, Reach),
    Withdraw {
        connection: u8,
        reach: Reach,
        to: u8,
    },
    /// An area begins to use a connection.
    Use {
        connection: u8,
        application: u8,
        environment: Environment,
        what: What,
    },
    /// An area no longer uses one.
    Unuse(u8),
    Try(u8, Environment),
}

/// A place that uses a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Of a form: whoever fills it in is present.
    Form,
    Schedule,
    DataSource,
}

/// R1, R8: data centers and countries, more often where everything is to be had.
fn place() -> impl Strategy<Value = (&'static str, Option<&'static str>)> {
    prop_oneof![
        4 => Just(("us", Some("US"))),
        1 => Just(("us", None)),
        1 => Just(("us", Some("JP"))),
        1 => Just(("in", None)),
        1 => Just(("eu", Some("US"))),
        1 => Just(("jp", Some("JP"))),
        // There are no such places.
        1 => prop::sample::select(vec![("mars", None), ("us", Some("ZZ"))]),
    ]
}

fn service() -> impl Strategy<Value = Service> {
    prop_oneof![
        6 => Just(Service::Filing),
        1 => Just(Service::Cashier),
        1 => Just(Service::Till),
    ]
}

fn bulk() -> impl Strategy<Value = BulkAction> {
    prop::sample::select(vec![
        BulkAction::Disable,
        BulkAction::Enable,
        BulkAction::Enable,
        BulkAction::Revoke,
        BulkAction::Delete,
    ])
}

pub(crate) fn reach() -> impl Strategy<Value = Reach> {
    // Most reaches of one connection's mode are not the other's.
    prop_oneof![
        6 => Just(Reach::All),
        1 => Just(Reach::Development),
        2 => Just(Reach::Stage),
        4 => Just(Reach::Production),
    ]
}

fn environment() -> impl Strategy<Value = Environment> {
    prop::sample::select(Environment::ALL.to_vec())
}

fn edition() -> impl Strategy<Value = Edition> {
    prop_oneof![1 => Just(Edition::C5), 3 => Just(Edition::C6)]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        1 => Just(Kind::System),
        3 => Just(Kind::Admin),
        8 => Just(Kind::LoggedInUser),
    ]
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![2 => Just(Mode::Same), 1 => Just(Mode::PerEnvironment)]
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        1 => Just(Role::SuperAdmin),
        3 => Just(Role::Admin),
        2 => Just(Role::Developer),
        2 => Just(Role::User),
        1 => Just(Role::PortalUser),
    ]
}

fn cause() -> impl Strategy<Value = Cause> {
    prop_oneof![
        any::<bool>().prop_map(|zoho| Cause::FormWorkflow { zoho }),
        Just(Cause::PagePanel),
        any::<bool>().prop_map(|optional| Cause::IntegrationTask { optional }),
        Just(Cause::Elsewhere),
    ]
}

fn what() -> impl Strategy<Value = What> {
    prop::sample::select(vec![What::Form, What::Schedule, What::DataSource])
}

/// Small numbers: the same few are met again and again.
pub(crate) fn few() -> impl Strategy<Value = u8> {
    0u8..6
}

/// Anything that somebody may do, more often what leads somewhere.
pub(crate) fn action() -> BoxedStrategy<Action> {
    // Boxed: by value they are too large for a test's stack.
    prop_oneof![
        2 => members().boxed(),
        1 => applications().boxed(),
        3 => connections().boxed(),
        1 => clients().boxed(),
        1 => primaries().boxed(),
        1 => time().boxed(),
    ]
    .boxed()
}

/// From before anything is due to after everything has run out.
pub(crate) fn ticks() -> impl Strategy<Value = u32> {
    prop::sample::select(vec![1, 1, 2, 2, 3, 5, 60, 300, 500, 580, 1300, 1730])
}

fn time() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => ticks().prop_map(Action::Pass),
        2 => (ticks(), few()).prop_map(|(ticks, used)| Action::Woken { ticks, used }),
        6 => (few(), prop::option::weighted(0.5, few()))
            .prop_map(|(used, by)| Action::Run { used, by }),
    ]
}

fn members() -> impl Strategy<Value = Action> {
    prop_oneof![
        10 => few().prop_map(Action::Sit),
        2 => prop::bool::weighted(0.7).prop_map(Action::Passphrase),
        1 => Just(Action::Lock),
        2 => few().prop_map(Action::ResetPassphrase),
        1 => Just(Action::ReplaceKey),
        3 => role().prop_map(Action::Invite),
        2 => (few(), role()).prop_map(|(who, role)| Action::ChangeRole(who, role)),
        2 => (few(), few()).prop_map(|(who, heir)| Action::Leave { who, heir }),
        1 => few().prop_map(Action::Return),
        // Most of the time everything works.
        2 => (prop::bool::weighted(0.7), place()).prop_map(|(paid, (data_center, country))| {
            Action::Plan { paid, data_center, country }
        }),
    ]
}

fn applications() -> impl Strategy<Value = Action> {
    let share = (few(), few(), prop::bool::weighted(0.8));
    let grant = (few(), few(), prop::bool::weighted(0.8));
    prop_oneof![
        2 => edition().prop_map(Action::NewApplication),
        1 => (few(), edition()).prop_map(|(one, edition)| Action::ChangeEdition(one, edition)),
        1 => few().prop_map(Action::DeleteApplication),
        3 => share.prop_map(|(application, member, shared)| Action::Share {
            application,
            member,
            shared,
        }),
        3 => grant.prop_map(|(application, connection, granted)| Action::Grant {
            application,
            connection,
            granted,
        }),
        3 => (few(), few(), environment(), what()).prop_map(
            |(connection, application, environment, what)| Action::Use {
                connection,
                application,
                environment,
                what,
            }
        ),
        1 => few().prop_map(Action::Unuse),
    ]
}

fn connections() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (kind(), mode(), prop::option::weighted(0.4, few()))
            .prop_map(|(kind, mode, from)| Action::Create { kind, mode, from }),
        3 => few().prop_map(Action::Reuse),
        1 => (few(), cause()).prop_map(|(application, cause)| Action::SystemConnection {
            application,
            cause,
        }),
        10 => (few(), reach(), any::<bool>(), prop::option::weighted(0.3, any::<bool>()),
            any::<bool>())
            .prop_map(|(connection, reach, other_account, primary, replace)| Action::Authorize {
                connection,
                reach,
                other_account,
                primary,
                replace,
            }),
        3 => (few(), reach(), prop::option::of(few())).prop_map(|(connection, reach, whose)| {
            Action::Revoke { connection, reach, whose }
        }),
        2 => (few(), any::<bool>()).prop_map(|(connection, enabled)| Action::Enable {
            connection,
            enabled,
        }),
        1 => few().prop_map(Action::Rename),
        2 => (0u8..16, prop::option::weighted(0.4, 0u8..7))
            .prop_map(|(name, link)| Action::NameNew(name, link)),
        1 => (few(), 0u8..16).prop_map(|(one, name)| Action::NameAnew(one, name)),
        1 => (few(), reach()).prop_map(|(one, reach)| Action::NameNoAccount(one, reach)),
        1 => (few(), reach(), prop::option::of(few())).prop_map(|(connection, reach, whose)| {
            Action::RenameAccount { connection, reach, whose }
        }),
        4 => (few(), any::<bool>())
            .prop_map(|(connection, write)| Action::Scopes { connection, write }),
        2 => (few(), mode()).prop_map(|(connection, mode)| Action::ChangeMode(connection, mode)),
        2 => (few(), reach(), few()).prop_map(|(connection, reach, from)| Action::Switch {
            connection,
            reach,
            from,
        }),
        1 => (few(), few()).prop_map(|(from, to)| Action::Replace { from, to }),
        1 => few().prop_map(Action::Delete),
        4 => (few(), environment()).prop_map(|(one, environment)| Action::Try(one, environment)),
    ]
}

fn clients() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => service().prop_map(Action::Register),
        2 => (few(), any::<bool>())
            .prop_map(|(one, anew)| Action::ChangeClient { one, anew }),
        1 => few().prop_map(Action::Unregister),
        5 => (service(), kind(), mode(), 0u8..2, few()).prop_map(
            |(service, kind, mode, site, client)| Action::CreateAt {
                service,
                kind,
                mode,
                site,
                client,
            }
        ),
        2 => (few(), 0u8..2, few())
            .prop_map(|(connection, site, client)| Action::Lead { connection, site, client }),
        5 => (few(), reach(), prop::option::of(0u8..2), prop::option::of(few())).prop_map(
            |(connection, reach, site, client)| Action::LeadApart {
                connection,
                reach,
                site,
                client,
            }
        ),
        1 => Just(Action::Retire),
        2 => (bulk(), prop::collection::vec(few(), 1..4))
            .prop_map(|(action, connections)| Action::Bulk { action, connections }),
    ]
}

fn primaries() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (few(), reach(), few()).prop_map(|(connection, reach, to)| Action::Offer {
            connection,
            reach,
            to,
        }),
        2 => (few(), reach()).prop_map(|(connection, reach)| Action::Accept(connection, reach)),
        1 => (few(), reach()).prop_map(|(connection, reach)| Action::Decline(connection, reach)),
        1 => (few(), reach(), few()).prop_map(|(connection, reach, to)| Action::Withdraw {
            connection,
            reach,
            to,
        }),
    ]
}
