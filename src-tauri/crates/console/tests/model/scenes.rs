//! Actions that lead somewhere only one after the other: by chance alone they are met too rarely.

use proptest::prelude::*;
use tsunagi_console::{Edition, Environment, Reach, Role};
use tsunagi_domain::{Kind, Mode};

use crate::actions::{Action, What, action, few, reach, ticks};
use crate::world::Service;

/// What happens next: one thing, or a few that belong together.
pub(crate) fn scene() -> impl Strategy<Value = Vec<Action>> {
    prop_oneof![
        24 => action().prop_map(|action| vec![action]).boxed(),
        2 => kept().boxed(),
        2 => apart().boxed(),
        2 => slept().boxed(),
        2 => runs().boxed(),
        1 => lapses().boxed(),
    ]
}

fn authorize(connection: u8, reach: Reach, primary: Option<bool>) -> Action {
    Action::Authorize {
        connection,
        reach,
        other_account: false,
        primary,
        replace: true,
    }
}

/// Somebody with a passphrase authorizes, and somebody else sits there after them, who may be told
/// that it is forgotten.
fn kept() -> impl Strategy<Value = Vec<Action>> {
    let who = (few(), few(), few());
    let how = (reach(), any::<bool>(), prop::bool::weighted(0.5));
    let run = (few(), any::<bool>());
    (who, how, run).prop_map(|((who, next, connection), how, (used, present))| {
        let (reach, primary, forgotten) = how;
        let mut actions = vec![
            Action::Sit(who),
            Action::Passphrase(true),
            authorize(connection, reach, Some(primary)),
            Action::Sit(next),
        ];
        actions.extend(forgotten.then_some(Action::ResetPassphrase(who)));
        let by = present.then_some(who);
        actions.push(Action::Run { used, by });
        actions
    })
}

/// An environment leads elsewhere, or with another client, and is authorized there.
fn apart() -> impl Strategy<Value = Vec<Action>> {
    let own = (prop::option::of(0u8..2), prop::option::weighted(0.3, few()));
    let all = prop::collection::vec((reach(), own), 1..4);
    (few(), all).prop_map(|(connection, all)| {
        let each = all.into_iter().flat_map(|(reach, (site, client))| {
            let leads = Action::LeadApart {
                connection,
                reach,
                site,
                client,
            };
            [leads, authorize(connection, reach, None)]
        });
        each.collect()
    })
}

/// What was authorized is old when it is used next, and may lack scopes by then.
fn slept() -> impl Strategy<Value = Vec<Action>> {
    let more = prop::option::weighted(0.4, any::<bool>());
    (few(), reach(), more, ticks(), few()).prop_map(|(connection, reach, more, ticks, used)| {
        let mut actions = vec![authorize(connection, reach, None)];
        actions.extend(more.map(|write| Action::Scopes { connection, write }));
        actions.push(Action::Woken { ticks, used });
        actions
    })
}

/// A place begins to use a connection that somebody has authorized, and does.
fn runs() -> impl Strategy<Value = Vec<Action>> {
    let place = prop::sample::select(vec![Reach::All, Reach::Production]);
    (few(), few(), place, any::<bool>()).prop_map(|(connection, application, reach, form)| {
        let what = if form { What::Form } else { What::Schedule };
        vec![
            Action::Grant {
                application,
                connection,
                granted: true,
            },
            authorize(connection, reach, None),
            Action::Use {
                connection,
                application,
                environment: Environment::Production,
                what,
            },
        ]
    })
}

/// The plan lapses for a while.
fn lapses() -> impl Strategy<Value = Vec<Action>> {
    let plan = |paid| Action::Plan {
        paid,
        data_center: "us",
        country: Some("US"),
    };
    (action(), ticks()).prop_map(move |(meanwhile, ticks)| {
        vec![
            Action::Sit(0),
            plan(false),
            meanwhile,
            Action::Pass(ticks),
            Action::Sit(0),
            plan(true),
        ]
    })
}

/// A workspace in which something is going on: an admin and a user beside the founder, an
/// application that is shared with both, a connection of each kind, some of them authorized, and a
/// schedule on two of them.
pub(crate) fn settled() -> Vec<Action> {
    let create = |kind| Action::Create {
        kind,
        mode: Mode::Same,
        from: Some(0),
    };
    let share = |member| Action::Share {
        application: 0,
        member,
        shared: true,
    };
    let at = |service, mode| Action::CreateAt {
        service,
        kind: Kind::LoggedInUser,
        mode,
        site: 0,
        client: 0,
    };
    let schedule = |connection| Action::Use {
        connection,
        application: 0,
        environment: Environment::Production,
        what: What::Schedule,
    };
    vec![
        Action::Register(Service::Filing),
        Action::Register(Service::Cashier),
        Action::Invite(Role::Admin),
        Action::Invite(Role::User),
        Action::NewApplication(Edition::C6),
        share(1),
        share(2),
        create(Kind::LoggedInUser),
        create(Kind::Admin),
        at(Service::Filing, Mode::PerEnvironment),
        schedule(0),
        schedule(1),
        authorize(1, Reach::All, None),
        authorize(2, Reach::Stage, None),
        authorize(2, Reach::Production, None),
    ]
}
