//! What the model found, by name.

use tsunagi_console::views::BulkAction;
use tsunagi_console::{Edition, Environment, Reach, Role};
use tsunagi_domain::{Kind, Mode};

use crate::actions::{Action, What};
use crate::play;
use crate::world::Service;

fn create(mode: Mode) -> Action {
    Action::Create {
        kind: Kind::LoggedInUser,
        mode,
        from: None,
    }
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

fn revoke(connection: u8, reach: Reach) -> Action {
    Action::Revoke {
        connection,
        reach,
        whose: None,
    }
}

/// A primary account, and another admin who has authorized too and sits there.
fn two() -> Vec<Action> {
    vec![
        Action::Invite(Role::Admin),
        create(Mode::Same),
        authorize(0, Reach::All, None),
        Action::Sit(1),
        authorize(0, Reach::All, None),
    ]
}

#[test]
fn r11_an_offer_lapses_when_its_member_becomes_primary_by_signing_in() {
    let mut actions = two();
    actions.extend([
        Action::Sit(0),
        Action::Offer {
            connection: 0,
            reach: Reach::All,
            to: 1,
        },
        revoke(0, Reach::All),
        Action::Sit(1),
        // Home still asked to accept what was theirs already, and refused the answer.
        authorize(0, Reach::All, Some(true)),
    ]);
    play(&actions);
}

#[test]
fn r11_what_another_accepted_beforehand_is_not_withdrawn() {
    let mut actions = two();
    actions.extend([
        Action::Accept(0, Reach::All),
        Action::Sit(0),
        Action::Withdraw {
            connection: 0,
            reach: Reach::All,
            to: 1,
        },
    ]);
    play(&actions);
}

#[test]
fn r11_a_primary_account_is_not_switched_to_a_revoked_one() {
    play(&[
        create(Mode::Same),
        authorize(0, Reach::All, None),
        create(Mode::Same),
        authorize(1, Reach::All, None),
        revoke(1, Reach::All),
        Action::Switch {
            connection: 0,
            reach: Reach::All,
            from: 1,
        },
    ]);
}

#[test]
fn r11_a_revoked_account_is_not_primary_after_the_environment_mode_changes() {
    play(&[
        create(Mode::PerEnvironment),
        authorize(0, Reach::Stage, None),
        authorize(0, Reach::Production, None),
        revoke(0, Reach::Production),
        // Stage's primary account would lead to Production's revoked one.
        Action::ChangeMode(0, Mode::Same),
    ]);
}

#[test]
fn r11_when_the_primary_leaves_the_only_account_that_is_left_runs_nothing_unattended() {
    play(&[
        Action::Invite(Role::Admin),
        create(Mode::Same),
        Action::Sit(1),
        authorize(0, Reach::All, None),
        Action::Sit(0),
        authorize(0, Reach::All, None),
        Action::NewApplication(Edition::C6),
        Action::Grant {
            application: 0,
            connection: 0,
            granted: true,
        },
        Action::Use {
            connection: 0,
            application: 0,
            environment: Environment::Production,
            what: What::Schedule,
        },
        Action::Leave { who: 1, heir: 0 },
    ]);
}

#[test]
fn r22_a_shared_authorization_is_short_where_more_is_asked_and_nowhere_else() {
    let scopes = |connection, write| Action::Scopes { connection, write };
    let production = |connection| Action::Try(connection, Environment::Production);
    play(&[
        create(Mode::Same),
        authorize(0, Reach::All, None),
        Action::Reuse(0),
        scopes(1, true),
        production(0),
        production(1),
        // Switched to what is short there, and asking for as little as before.
        create(Mode::Same),
        Action::Switch {
            connection: 2,
            reach: Reach::All,
            from: 1,
        },
        scopes(1, false),
        scopes(0, true),
        scopes(1, true),
        authorize(1, Reach::All, None),
        production(0),
        production(1),
        revoke(0, Reach::All),
        authorize(2, Reach::All, None),
    ]);
}

#[test]
fn r16_a_connector_file_says_which_service_followed_a_retired_one() {
    let at = |service| Action::CreateAt {
        service,
        kind: Kind::Admin,
        mode: Mode::Same,
        site: 0,
        client: 0,
    };
    play(&[
        Action::Plan {
            paid: true,
            data_center: "us",
            country: Some("US"),
        },
        Action::Register(Service::Till),
        at(Service::Till),
        authorize(0, Reach::All, None),
        // Was refused: no file could name a successor, and nothing could be migrated.
        Action::Retire,
        Action::Try(0, Environment::Production),
        Action::Unregister(0),
        Action::Register(Service::Cashier),
        Action::CreateAt {
            service: Service::Cashier,
            kind: Kind::Admin,
            mode: Mode::Same,
            site: 0,
            client: 1,
        },
        Action::NewApplication(Edition::C6),
        Action::Use {
            connection: 0,
            application: 0,
            environment: Environment::Production,
            what: What::Form,
        },
        Action::Replace { from: 0, to: 1 },
    ]);
}

#[test]
fn r13_a_credential_runs_unattended_no_more_when_the_connection_it_did_so_in_is_deleted() {
    play(&[
        Action::Passphrase(true),
        create(Mode::Same),
        authorize(0, Reach::All, None),
        Action::Reuse(0),
        Action::Delete(0),
    ]);
}

#[test]
fn r13_a_credential_runs_unattended_no_more_when_another_is_switched_to_where_it_did() {
    play(&[
        Action::Passphrase(true),
        create(Mode::Same),
        authorize(0, Reach::All, None),
        Action::Reuse(0),
        create(Mode::Same),
        authorize(2, Reach::All, Some(false)),
        Action::Switch {
            connection: 0,
            reach: Reach::All,
            from: 2,
        },
    ]);
}

fn at(client: u8) -> Action {
    Action::CreateAt {
        service: Service::Filing,
        kind: Kind::LoggedInUser,
        mode: Mode::Same,
        site: 0,
        client,
    }
}

#[test]
fn r21_what_is_reused_was_obtained_with_the_client_that_the_new_connection_has() {
    play(&[
        Action::Register(Service::Filing),
        Action::Register(Service::Filing),
        at(0),
        Action::LeadApart {
            connection: 0,
            reach: Reach::All,
            site: None,
            client: Some(1),
        },
        authorize(0, Reach::All, None),
        Action::Reuse(0),
        Action::Try(1, Environment::Production),
    ]);
}

#[test]
fn r18_many_that_share_are_revoked_as_it_was_said() {
    play(&[
        Action::Register(Service::Filing),
        at(0),
        authorize(0, Reach::All, None),
        Action::Reuse(0),
        Action::Bulk {
            action: BulkAction::Revoke,
            connections: vec![0, 1],
        },
        Action::Bulk {
            action: BulkAction::Delete,
            connections: vec![0],
        },
        Action::ChangeClient { one: 0, anew: true },
    ]);
}

#[test]
fn r23_each_environment_keeps_what_was_obtained_for_where_it_leads() {
    play(&[
        Action::Register(Service::Filing),
        at(0),
        authorize(0, Reach::All, None),
        Action::ChangeMode(0, Mode::PerEnvironment),
        Action::LeadApart {
            connection: 0,
            reach: Reach::Stage,
            site: Some(1),
            client: None,
        },
        authorize(0, Reach::Stage, None),
        Action::Try(0, Environment::Production),
        Action::Try(0, Environment::Stage),
        Action::ChangeClient { one: 0, anew: true },
        authorize(0, Reach::Production, None),
        authorize(0, Reach::Development, None),
        Action::Try(0, Environment::Production),
        Action::Try(0, Environment::Stage),
        Action::ChangeMode(0, Mode::Same),
        revoke(0, Reach::All),
    ]);
}

#[test]
fn r20_a_rename_asks_nobody_again_where_an_environment_leads_elsewhere() {
    play(&[
        Action::Register(Service::Filing),
        at(0),
        authorize(0, Reach::All, None),
        Action::ChangeMode(0, Mode::PerEnvironment),
        // One account serves all three; in Stage it works no more. Whatever was edited then, even
        // the name, Stage was said to ask for it again.
        Action::LeadApart {
            connection: 0,
            reach: Reach::Stage,
            site: Some(1),
            client: None,
        },
        Action::Rename(0),
    ]);
}

#[test]
fn r13_an_account_that_is_locked_in_one_environment_is_shown_so_though_it_runs_in_another() {
    play(&[
        Action::Invite(Role::Admin),
        create(Mode::PerEnvironment),
        Action::Sit(1),
        Action::Passphrase(true),
        authorize(0, Reach::Development, Some(true)),
        authorize(0, Reach::Stage, Some(false)),
        // Development's runs unattended; that Stage's waits for its member was not shown.
        Action::Sit(0),
    ]);
}

#[test]
fn r19_every_name_of_the_table_is_taken_or_refused_as_it_says() {
    let names = (0u8..16).map(|name| Action::NameNew(name, None));
    let links = (0u8..7).map(|link| Action::NameNew(0, Some(link)));
    let again = (0u8..16).map(|name| Action::NameAnew(0, name));
    play(&names.chain(links).chain(again).collect::<Vec<_>>());
}

#[test]
fn r21_everything_that_stops_elsewhere_is_said_where_more_than_one_authorization_is_shared() {
    let switch = |connection, reach| Action::Switch {
        connection,
        reach,
        from: 0,
    };
    let used = |connection, environment| Action::Use {
        connection,
        application: 0,
        environment,
        what: What::Form,
    };
    let granted = |connection| Action::Grant {
        application: 0,
        connection,
        granted: true,
    };
    play(&[
        Action::NewApplication(Edition::C6),
        create(Mode::PerEnvironment),
        create(Mode::PerEnvironment),
        create(Mode::PerEnvironment),
        // Of the same name, which says nothing.
        Action::NameAnew(1, 0),
        Action::NameAnew(2, 0),
        granted(1),
        granted(2),
        authorize(0, Reach::Stage, None),
        authorize(0, Reach::Production, None),
        switch(1, Reach::Stage),
        switch(1, Reach::Production),
        switch(2, Reach::Stage),
        used(1, Environment::Stage),
        used(1, Environment::Production),
        used(2, Environment::Stage),
        // Production of the one and all of the other were left out.
        Action::Bulk {
            action: BulkAction::Revoke,
            connections: vec![0],
        },
    ]);
}
