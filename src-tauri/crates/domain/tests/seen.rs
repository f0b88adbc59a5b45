//! The one word a row shows for a connection, and what may stand beside it.
#![allow(clippy::unwrap_used)]

use tsunagi_domain::seen::{seen, shown};
use tsunagi_domain::{Health, NotConnected, Seen};

#[test]
fn every_health_is_a_state_of_the_same_word() {
    let reasons = NotConnected::ALL.map(Health::NotConnected);
    for health in reasons.into_iter().chain([Health::Connected]) {
        let word = match health {
            Health::Connected => "connected",
            Health::NotConnected(reason) => reason.as_str(),
        };
        assert_eq!(Seen::from(health).as_str(), word, "one word for one thing");
    }
    for state in Seen::ALL {
        let word = serde_json::to_string(&state).unwrap();
        assert_eq!(word, format!("\"{}\"", state.as_str()), "across IPC too");
    }
}

#[test]
fn what_stands_beside_a_health_stands_beside_connected_alone() {
    let states = |health| seen(health, true, true).collect::<Vec<_>>();
    assert_eq!(
        states(Health::Connected),
        [Seen::Connected, Seen::Unreachable, Seen::NoPrimary],
        "beside it, never instead of it"
    );
    assert_eq!(
        states(Health::NotConnected(NotConnected::Expired)),
        [Seen::Expired],
        "the row says Expired and no more"
    );
    assert_eq!(
        seen(Health::Connected, false, false).collect::<Vec<_>>(),
        [Seen::Connected],
        "nothing beside it"
    );
}

#[test]
fn a_station_shows_what_needs_the_viewer_before_what_runs() {
    assert_eq!(
        shown(Some("own"), false, Some("primary")),
        Some("own"),
        "theirs needs them"
    );
    assert_eq!(
        shown(None, false, Some("primary")),
        None,
        "they have not authorized"
    );
    assert_eq!(
        shown(Some("own"), true, Some("primary")),
        Some("primary"),
        "what runs"
    );
    assert_eq!(shown(Some("own"), true, None), Some("own"), "nobody runs");
}
