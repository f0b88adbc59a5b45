//! Services of which no source says how they are spoken to.

use tsunagi_connectors::{Area, AuthKind, Library, Wire};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::{RefusalCode, Timestamp};

use crate::{GOOD, draft_of, load};

#[test]
fn a_service_of_unknown_wire_is_listed_and_leads_nowhere() {
    let library = Library::built_in();
    let unknown: Vec<_> = library
        .all()
        .filter(|connector| connector.wire == Wire::Unknown)
        .collect();
    assert!(
        unknown.iter().any(|one| one.id == "sms_magic"),
        "of SMS-Magic nobody says what it answers"
    );
    for connector in unknown {
        let id = &connector.id;
        assert_eq!(connector.way(), AuthKind::Unknown, "{id}");
        let now = Timestamp(1_790_000_000_000);
        let code = |refused: Result<(), _>| refused.unwrap_err();
        for refused in [connector.spoken(), connector.served(now)] {
            let refusal: tsunagi_domain::Refusal = code(refused);
            assert_eq!(refusal.code, RefusalCode::WireUnknown, "{id}");
            assert_eq!(refusal.args["service"], connector.name, "{id} is named");
        }
        let refusal = connector.resolve(&Settings::new()).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::WireUnknown, "{id}: no address");
        assert!(
            !connector.notes.is_empty() && !connector.sources.is_empty(),
            "{id}: what is known is said, and where"
        );
    }
}

#[test]
fn only_the_program_may_say_that_a_wire_is_unknown() {
    let text = GOOD.replace("category = ", "wire = \"unknown\"\nnotes = [{ en = \"a\", ja = \"b\" }]\nsources = [\"https://a.example\"]\ncategory = ");
    let problem = draft_of("example.toml", text.as_bytes())
        .outcome
        .unwrap_err();
    assert!(
        problem.why.to_string().contains("only built-in"),
        "{problem}"
    );
    assert_eq!(problem.line, Some(3), "the line that says so");
    let text = GOOD.replace("category = ", "wire = \"guessed\"\ncategory = ");
    let problem = draft_of("example.toml", text.as_bytes())
        .outcome
        .unwrap_err();
    assert!(problem.why.to_string().contains("unknown"), "{problem}");
}

#[test]
fn the_areas_of_a_service_are_its_files_or_follow_from_what_it_is() {
    let connector = load(GOOD);
    assert!(
        connector.areas().contains(&Area::InvokeUrl),
        "any API can be called"
    );
    for special in [Area::Sms, Area::Payment] {
        assert!(
            !connector.areas().contains(&special),
            "{special:?} asks for a kind of service"
        );
    }
    let payment = load(&GOOD.replace("category = ", "payment = true\ncategory = "));
    assert_eq!(payment.areas(), [Area::Payment], "R7");
    for id in ["clickatell", "hoiio", "clockwork", "twilio", "sms_magic"] {
        let library = Library::built_in();
        let areas = library.get(id).unwrap().areas();
        assert!(areas.contains(&Area::Sms), "{id} sends messages");
    }
    for wrong in ["payment = true\nareas = [\"sms\"]", "areas = [\"payment\"]"] {
        let text = GOOD.replace("category = ", &format!("{wrong}\ncategory = "));
        let problem = draft_of("example.toml", text.as_bytes())
            .outcome
            .unwrap_err();
        assert!(problem.why.to_string().contains("R7"), "{wrong}: {problem}");
    }
}
