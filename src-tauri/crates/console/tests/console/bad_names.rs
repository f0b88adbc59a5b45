//! Names that nobody should have: every door that takes one answers with a code, a sentence and
//! what to do, and changes nothing; what R19 allows is taken.

use tsunagi_console::views::{
    ConnectionEdit, Invitation, MemberChange, NewConnection, RegistrationChange, SettingsChange,
};
use tsunagi_console::{ConnectionId, ConsoleError, Edition, MemberId, Reach, RegistrationId, Role};
use tsunagi_domain::{ApplicationId, Environment, Kind, Mode};

use crate::fixture::{Desk, practice_draft};
use crate::provider::Provider;

/// Where a name is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Create,
    Rename,
    Edit,
    LinkName,
    CreateApplication,
    ChangeApplication,
    Invite,
    ChangeMember,
    Workspace,
    Own,
    Account,
    LiveAccount,
    Registration,
}

impl Door {
    const ALL: [Self; 13] = [
        Self::Create,
        Self::Rename,
        Self::Edit,
        Self::LinkName,
        Self::CreateApplication,
        Self::ChangeApplication,
        Self::Invite,
        Self::ChangeMember,
        Self::Workspace,
        Self::Own,
        Self::Account,
        Self::LiveAccount,
        Self::Registration,
    ];

    const fn is_connection(self) -> bool {
        matches!(self, Self::Create | Self::Rename | Self::Edit)
    }
}

struct House {
    desk: Desk,
    connection: ConnectionId,
    application: ApplicationId,
    member: MemberId,
    registration: RegistrationId,
    _provider: Provider,
}

async fn house() -> House {
    let (desk, connection) = Desk::practice();
    let provider = Provider::start().await;
    provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.authorize(connection, Reach::All).await;
    let application = desk.software("Orders", &[connection]);
    let member = desk.joins("Ben", Role::Developer);
    let registration = desk.world.catalog().registrations(None).unwrap()[0].id;
    House {
        desk,
        connection,
        application,
        member,
        registration,
        _provider: provider,
    }
}

impl House {
    async fn say(&self, door: Door, name: &str) -> Result<(), ConsoleError> {
        let (console, session) = (&self.desk.console, self.desk.session());
        let name = name.to_owned();
        let draft = |name: &str, link_name: Option<String>| NewConnection {
            link_name,
            ..practice_draft(name, Kind::Admin, Mode::Same)
        };
        match door {
            Door::Create => console.create(session, &draft(&name, None)).map(|_| ()),
            Door::LinkName => console
                .create(session, &draft("Plain", Some(name)))
                .map(|_| ()),
            Door::Rename => {
                let renamed = console.rename_connection(session, self.connection, &name);
                renamed.await.map(|_| ())
            }
            Door::Edit => {
                let stored = self.desk.world.catalog().connection(self.connection);
                let stored = stored.unwrap().unwrap();
                let edit = ConnectionEdit {
                    name,
                    scopes: stored.scopes,
                    mode: stored.mode,
                    registration: None,
                    settings: stored.settings,
                };
                let edited = console.edit_connection(session, self.connection, &edit);
                edited.await.map(|_| ())
            }
            Door::CreateApplication => console
                .create_application(session, &name, Edition::C6)
                .map(|_| ()),
            Door::ChangeApplication => console
                .change_application(session, self.application, &name, Edition::C6)
                .map(|_| ()),
            Door::Invite => {
                let invitation = Invitation {
                    name,
                    role: Role::User,
                    passphrase: None,
                };
                console.invite(session, invitation).await.map(|_| ())
            }
            Door::ChangeMember => {
                let change = MemberChange {
                    name,
                    role: Role::Developer,
                    passphrase: None,
                };
                let changed = console.change_member(session, self.member, change);
                changed.await.map(|_| ())
            }
            Door::Workspace | Door::Own => {
                let mut change = SettingsChange::default();
                if door == Door::Own {
                    change.member = Some(name);
                } else {
                    change.workspace = Some(name);
                }
                console.change_settings(session, &change).map(|_| ())
            }
            Door::Account => {
                let renamed = console.rename_account(session, self.connection, Reach::All, &name);
                renamed.await.map(|_| ())
            }
            Door::LiveAccount => console
                .live_rename(
                    session,
                    self.application,
                    Environment::Production,
                    self.connection,
                    &name,
                )
                .map(|_| ()),
            Door::Registration => {
                let change = RegistrationChange {
                    id: self.registration,
                    name,
                    client_id: "client".to_owned(),
                    client_secret: None,
                    redirect: None,
                };
                console.change_registration(session, &change).map(|_| ())
            }
        }
    }

    /// Everything that has a name, as it is stored.
    fn names(&self) -> Vec<String> {
        let catalog = self.desk.world.catalog();
        let mut names: Vec<String> = Vec::new();
        let (console, session) = (&self.desk.console, self.desk.session());
        for row in console
            .connections(session, &Default::default())
            .unwrap()
            .rows
        {
            names.push(format!("{} {}", row.name, row.link_name));
            for slot in catalog.slots(row.id).unwrap() {
                names.push(format!("{:?}", slot.authorization.label));
            }
        }
        for application in catalog.application_summaries().unwrap() {
            names.push(application.application.name);
        }
        names.extend(catalog.members().unwrap().into_iter().map(|one| one.name));
        for registration in catalog.registrations(None).unwrap() {
            names.push(registration.name);
        }
        names.push(catalog.workspace().unwrap().unwrap().name);
        let events = catalog.events(None, None, 1000).unwrap();
        names.push(format!("{} events", events.len()));
        names
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_every_door_refuses_what_no_name_may_be_and_changes_nothing() {
    let house = house().await;
    let before = house.names();
    let long = "n".repeat(10_000);
    let marks = "\u{301}".repeat(10_000);
    // What the doors of connections say, and what all others say.
    for (name, connection, other) in [
        ("", "name_empty", "name_empty"),
        (" \u{3000}\t ", "name_empty", "name_empty"),
        ("\u{200b}\u{3164}\u{200d}", "name_character", "name_empty"),
        ("nul\0byte", "name_character", "name_character"),
        ("two\nlines", "name_character", "name_character"),
        ("bell\u{7}", "name_character", "name_character"),
        ("turned \u{202e}txet", "name_character", "name_character"),
        ("marked \u{200f}right", "name_character", "name_character"),
        (
            "isolated \u{2067}x\u{2069}",
            "name_character",
            "name_character",
        ),
        (long.as_str(), "name_too_long", "person_name_too_long"),
        (marks.as_str(), "name_too_long", "person_name_too_long"),
    ] {
        for door in Door::ALL {
            let shown: String = name.chars().take(12).collect();
            let refused = house.say(door, name).await;
            let error = refused.expect_err(&format!("{door:?} {shown:?}"));
            let code = match door {
                Door::LinkName => "link_name_invalid",
                door if door.is_connection() => connection,
                _ => other,
            };
            assert_eq!(error.code, code, "{door:?} {shown:?}");
            let told = house.desk.console.failure(&error);
            for text in [&told.message, &told.help] {
                assert!(
                    !text.is_empty() && !text.starts_with("error.") && text.len() < 500,
                    "{door:?} {shown:?} says what, and what to do: {text}"
                );
                assert!(!text.contains(['\0', '\u{202e}']), "and not in those words");
            }
            assert_eq!(house.names(), before, "{door:?} {shown:?} changes nothing");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_what_is_a_name_in_any_script_is_taken_and_emoji_only_by_people_s_names() {
    let house = house().await;
    // Scripts from right to left are names like any other; it is marks that turn others' text.
    let names = ["مرحبا بالعالم", "顧客 管理", "ไทย ๑๒", "Żółć & Co"];
    for door in Door::ALL {
        for (at, name) in names.iter().enumerate() {
            if door == Door::LinkName {
                let refused = house.say(door, name).await.unwrap_err();
                assert_eq!(refused.code, "link_name_invalid", "{name}");
                continue;
            }
            // Members' and applications' names are each somebody's own.
            let name = format!("{name} {at}{}", door as u8);
            house.say(door, &name).await.expect(&name);
        }
        let emoji = format!("Ines 🦊 {}", door as u8);
        let taken = house.say(door, &emoji).await;
        match door {
            Door::LinkName => assert_eq!(taken.unwrap_err().code, "link_name_invalid"),
            door if door.is_connection() => {
                assert_eq!(taken.unwrap_err().code, "name_character", "{door:?}");
            }
            _ => taken.expect("people call themselves and their things what they like"),
        }
    }
}
