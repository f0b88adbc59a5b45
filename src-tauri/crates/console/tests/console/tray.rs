//! The tray's menu: a pure table, and what a console makes of it.

use proptest::prelude::*;
use tsunagi_console::KeyringError;
use tsunagi_console::tray::{
    ENTRIES_MAX, TrayAction, TrayIcon, TrayLine, TrayMenu, TrayNeed, TrayState, tray_model,
};
use tsunagi_console::views::{Locale, Mend, SettingsChange};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Kind, Mode};

use crate::fixture::{Desk, until};

fn need(name: &str, reach: Reach, mend: Mend) -> TrayNeed {
    TrayNeed {
        connection: ConnectionId::new(),
        name: name.to_owned(),
        reach,
        mend,
    }
}

fn open(needs: Vec<TrayNeed>, count: usize) -> TrayState {
    TrayState::Open {
        needs,
        count,
        connections: 20,
    }
}

fn texts(menu: &TrayMenu) -> Vec<String> {
    menu.lines
        .iter()
        .map(|line| match line {
            TrayLine::Entry { text, .. } => text.clone(),
            TrayLine::Separator => "-".to_owned(),
        })
        .collect()
}

fn actions(menu: &TrayMenu) -> Vec<TrayAction> {
    let entries = menu.lines.iter().filter_map(|line| match line {
        TrayLine::Entry { action, .. } => Some(action.clone()),
        TrayLine::Separator => None,
    });
    entries.collect()
}

#[test]
fn the_menu_in_english() {
    let table: [(TrayState, TrayIcon, &[&str]); 7] = [
        (
            TrayState::Empty,
            TrayIcon::Fine,
            &["Not set up yet", "-", "Open Tsunagi", "Quit"],
        ),
        (
            TrayState::Locked,
            TrayIcon::Needs,
            &["Locked", "-", "Unlock", "Quit"],
        ),
        (
            TrayState::Open {
                needs: Vec::new(),
                count: 0,
                connections: 0,
            },
            TrayIcon::Fine,
            &["No connections yet", "-", "Open Tsunagi", "Quit"],
        ),
        (
            open(Vec::new(), 0),
            TrayIcon::Fine,
            &["All connected", "-", "Open Tsunagi", "Quit"],
        ),
        (
            open(
                vec![need("Practice CRM", Reach::Production, Mend::Authorize)],
                1,
            ),
            TrayIcon::Needs,
            &[
                "1 needs authorizing",
                "-",
                "Authorize Practice CRM, Production",
                "-",
                "Open Tsunagi",
                "Quit",
            ],
        ),
        (
            open(
                vec![
                    need("One", Reach::All, Mend::Authorize),
                    need("Two", Reach::Stage, Mend::ChoosePrimary),
                ],
                2,
            ),
            TrayIcon::Needs,
            &[
                "2 need a person",
                "-",
                "Authorize One",
                "Choose the primary account of Two, Stage",
                "-",
                "Open Tsunagi",
                "Quit",
            ],
        ),
        (
            open(vec![need("Three", Reach::All, Mend::ChoosePrimary)], 1),
            TrayIcon::Needs,
            &[
                "1 needs a person",
                "-",
                "Choose the primary account of Three",
                "-",
                "Open Tsunagi",
                "Quit",
            ],
        ),
    ];
    for (state, icon, lines) in table {
        let menu = tray_model(Locale::En, &state);
        assert_eq!(texts(&menu), lines, "{state:?}");
        assert_eq!(menu.icon, icon, "{state:?}");
        assert_eq!(
            tray_model(Locale::En, &state),
            menu,
            "the same state, the same menu"
        );
    }
}

#[test]
fn the_menu_in_japanese_says_the_same() {
    let state = open(vec![need("営業", Reach::Production, Mend::Authorize)], 1);
    let (english, japanese) = (
        tray_model(Locale::En, &state),
        tray_model(Locale::Ja, &state),
    );
    assert_eq!(actions(&english), actions(&japanese), "the same actions");
    assert_ne!(texts(&english), texts(&japanese), "in other words");
    assert!(
        texts(&japanese)[2].contains("本番"),
        "the environment's word too"
    );
}

#[test]
fn ten_entries_then_more() {
    for (count, entries, more) in [
        (9, 9, false),
        (10, 10, false),
        (11, 10, true),
        (5000, 10, true),
    ] {
        let needs = (0..count.min(11))
            .map(|n| need(&format!("C{n}"), Reach::All, Mend::Authorize))
            .collect();
        let menu = tray_model(Locale::En, &open(needs, count));
        let authorize = actions(&menu)
            .iter()
            .filter(|action| matches!(action, TrayAction::Authorize(..)))
            .count();
        assert_eq!(authorize, entries, "{count} needs");
        assert_eq!(
            texts(&menu).contains(&"More…".to_owned()),
            more,
            "{count} needs"
        );
    }
    assert_eq!(ENTRIES_MAX, 10);
}

proptest! {
    #[test]
    fn whatever_there_is_the_menu_stays_a_menu(
        names in proptest::collection::vec(".{0,60}", 0..30),
        beyond in 0_usize..10_000,
    ) {
        let needs: Vec<TrayNeed> = names
            .iter()
            .map(|name| need(name, Reach::Stage, Mend::Authorize))
            .collect();
        let count = needs.len() + beyond;
        for locale in [Locale::En, Locale::Ja] {
            let menu = tray_model(locale, &open(needs.clone(), count));
            let can = actions(&menu);
            prop_assert!(menu.lines.len() <= ENTRIES_MAX + 6, "no menu longer than a screen");
            prop_assert_eq!(&can[0], &TrayAction::None, "the status comes first");
            prop_assert_eq!(can.last(), Some(&TrayAction::Quit), "Quit comes last");
            prop_assert!(can.contains(&TrayAction::Open), "and Open is there");
        }
    }
}

#[test]
fn who_is_locked_out_sees_nothing_and_can_only_unlock_or_quit() {
    for locale in [Locale::En, Locale::Ja] {
        let can = actions(&tray_model(locale, &TrayState::Locked));
        assert_eq!(
            can,
            [TrayAction::None, TrayAction::Unlock, TrayAction::Quit]
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tray_of_a_console_follows_what_happens() {
    let (mut desk, id) = Desk::practice();
    let tray = |desk: &Desk| texts(&desk.console.tray(desk.session()));
    assert_eq!(tray(&desk)[0], "1 needs authorizing");
    let menu = desk.console.tray(desk.session());
    assert_eq!(actions(&menu)[1], TrayAction::Authorize(id, Reach::All));
    desk.authorize(id, Reach::All).await;
    assert_eq!(tray(&desk)[0], "All connected");

    let three = desk.create_practice("Three", Kind::Admin, Mode::PerEnvironment);
    assert_eq!(tray(&desk)[0], "3 need authorizing");
    desk.authorize(three, Reach::Stage).await;
    let lines = tray(&desk);
    assert!(
        !lines.contains(&"Authorize Three, Stage".to_owned()),
        "{lines:?}"
    );
    assert!(
        lines.contains(&"Authorize Three, Production".to_owned()),
        "{lines:?}"
    );
    desk.console
        .set_enabled(desk.session(), three, false)
        .await
        .unwrap();
    assert_eq!(
        tray(&desk)[0],
        "All connected",
        "what is disabled needs nobody"
    );
    desk.console
        .set_enabled(desk.session(), three, true)
        .await
        .unwrap();
    for n in 0..9 {
        desk.create_practice(&format!("More {n}"), Kind::Admin, Mode::Same);
    }
    assert_eq!(tray(&desk)[0], "11 need authorizing");
    assert!(tray(&desk).contains(&"More…".to_owned()));
    let change = SettingsChange {
        locale: Some(Locale::Ja),
        ..SettingsChange::default()
    };
    desk.console
        .change_settings(desk.session(), &change)
        .unwrap();
    assert_eq!(tray(&desk)[0], "11件の認証が必要");

    desk.world.ring.fail_with(Some(KeyringError::Locked));
    desk.console = desk.world.open();
    until("the vault is locked", || {
        actions(&desk.console.tray(desk.session())).contains(&TrayAction::Unlock)
    })
    .await;
    let lines = tray(&desk);
    assert!(
        !lines.iter().any(|line| line.contains("Three")),
        "locked: {lines:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_first_start_there_is_nothing_to_do() {
    let world = crate::fixture::World::new();
    let console = world.open();
    let menu = console.tray(console.session());
    assert_eq!(texts(&menu)[0], "Not set up yet");
}
