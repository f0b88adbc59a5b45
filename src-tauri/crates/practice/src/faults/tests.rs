#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn the_spelling_of_faults_in_the_state_file_stays() {
    let text = r#"{"access_lifetime_seconds":5,"token":{"too_many":{"retry_after":3}},"api":"html","times":2,"slow_millis":10,"withhold_scopes":["email"]}"#;
    let faults: Faults = serde_json::from_str(text).unwrap();
    assert_eq!(
        faults.token,
        Some(Fault::TooMany {
            retry_after: Some(3)
        }),
        "as written by hand"
    );
    assert_eq!(
        serde_json::to_string(&faults).unwrap(),
        text,
        "files of people and tests rely on it"
    );
}

#[test]
fn times_counts_strikes_only() {
    let mut faults = Faults {
        token: Some(Fault::Html),
        times: Some(1),
        ..Faults::default()
    };
    assert_eq!(faults.strike(Place::Api), None, "no fault there");
    assert_eq!(
        faults.strike(Place::Token),
        Some(Fault::Html),
        "the one time"
    );
    assert_eq!(faults.strike(Place::Token), None, "used up");
}
