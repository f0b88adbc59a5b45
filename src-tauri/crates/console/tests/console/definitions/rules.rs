//! One line or more for each of the rules, R1 to R23: a file edited by hand that would break it,
//! and how it is refused.
//!
//! Two ways there are. What the format has a field for is held against the rule, item by item.
//! What it has no field for (who authorized, who is primary, what runs) is refused by name and
//! line with the whole file: a field that is silently dropped is one that somebody relied on.

use std::collections::BTreeSet;

use tsunagi_console::views::RedirectForm;
use tsunagi_domain::{Kind, Mode};

use super::{connection, everything, import, preview};
use crate::fixture::Desk;
use crate::provider::{accept, connector, register};

/// How a file is refused.
enum Refused {
    /// Whole, for a field or table of this name, which the format does not have.
    Unknown(&'static str),
    /// Its last item, with this code.
    Item(&'static str),
}
use Refused::{Item, Unknown};

/// A desk with services to break rules with, and a connection called Taken.
fn desk() -> (Desk, String) {
    let desk = Desk::empty();
    let service = |id: &str| connector(id, "Shop pay", "https://a.example");
    let admin = |id: &str, more: &str| {
        service(id).replace(
            "kinds = [\"admin\", \"logged_in_user\"]",
            &format!("kinds = [\"admin\"]\n{more}"),
        )
    };
    for (id, toml) in [
        ("boards", admin("boards", "")),
        ("paying", admin("paying", "payment = true")),
        (
            "abroad",
            admin(
                "abroad",
                "payment = true\noffered_in = { countries = [\"IN\"] }",
            ),
        ),
    ] {
        accept(&desk, id, &toml).unwrap();
    }
    let paying = register(&desk, "paying", RedirectForm::LoopbackAnyPort);
    desk.create_practice("Taken", Kind::Admin, Mode::Same);
    (desk, format!("\"{paying}\""))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_rule_broken_by_hand_is_refused_by_name_and_changes_nothing() {
    let (desk, paying) = desk();
    // A connection with one line more or another; a table of its own; an application.
    let with = |name: &str, value: &str| connection(&[(name, value)]);
    let own = |name: &str, value: &str| {
        let user = ("kind", "\"logged_in_user\"");
        connection(&[user, (name, value)])
    };
    let application =
        |more: &str| format!("\n[[application]]\nname = \"Old\"\nedition = \"c5\"\n{more}\n");
    let paid = |link_name: &str| {
        connection(&[
            ("link_name", link_name),
            ("service", "\"paying\""),
            ("registration", &paying),
            ("scopes", "[\"files.read\"]"),
        ])
    };
    let reference =
        |more: &str| format!("\n[[connector]]\nid = \"paying\"\nsha256 = \"00\"\n{more}\n");
    let account = "[{ member = \"Uma\", token = \"canary-of-a-file\" }]";
    let two = "[{ environment = \"all\" }, { environment = \"all\" }]";
    let table: Vec<(u8, String, Refused)> = vec![
        (
            1,
            "\n[workspace]\nplan = \"paid\"\n".into(),
            Unknown("workspace"),
        ),
        (
            2,
            "\n[[member]]\nrole = \"super_admin\"\n".into(),
            Unknown("member"),
        ),
        (2, with("managers", "[\"Uma\"]"), Unknown("managers")),
        (
            3,
            application("shared_with = [\"Uma\"]"),
            Unknown("shared_with"),
        ),
        (3, own("authorizations", account), Unknown("authorizations")),
        (4, with("status", "\"connected\""), Unknown("status")),
        (4, with("token", "\"canary-of-a-file\""), Unknown("token")),
        (5, with("kind", "\"system\""), Item("kind_not_offered")),
        (6, with("slot", two), Unknown("slot")),
        (
            6,
            with(
                "environment",
                "[{ environment = \"all\", member = \"Uma\" }]",
            ),
            Unknown("member"),
        ),
        (
            7,
            paid("\"first\"") + &paid("\"wrong\""),
            Item("payment_connection_exists"),
        ),
        (8, with("service", "\"abroad\""), Item("country_needed")),
        (9, own("service", "\"boards\""), Item("kind_not_offered")),
        (
            10,
            application("") + &own("applications", "[\"Old\"]"),
            Item("edition_too_old"),
        ),
        (11, own("primary", "\"Uma\""), Unknown("primary")),
        (
            11,
            own("accepted_beforehand", "[\"Uma\"]"),
            Unknown("accepted_beforehand"),
        ),
        (
            12,
            connection(&[
                ("kind", "\"logged_in_user\""),
                ("environments", "\"per_environment\""),
                (
                    "environment",
                    "[{ environment = \"stage\", primary = \"Uma\" }]",
                ),
            ]),
            Unknown("primary"),
        ),
        (
            12,
            with("environment", "[{ environment = \"stage\" }]"),
            Item("reach_not_in_mode"),
        ),
        (13, own("unattended", "true"), Unknown("unattended")),
        (
            14,
            "\n[[schedule]]\nconnection = \"taken\"\n".into(),
            Unknown("schedule"),
        ),
        (
            14,
            own("uses", "[{ area = \"data_source\" }]"),
            Unknown("uses"),
        ),
        (
            15,
            application("live_mode = [\"admin\"]"),
            Unknown("live_mode"),
        ),
        (
            15,
            application("edit_mode = [\"portal_user\"]"),
            Unknown("edit_mode"),
        ),
        (
            16,
            reference("retired = \"2099-01-01\""),
            Unknown("retired"),
        ),
        (17, with("ungated", "[\"functions\"]"), Unknown("ungated")),
        (
            18,
            "\n[[delete]]\nlink_name = \"taken\"\n".into(),
            Unknown("delete"),
        ),
        (18, with("replaces", "\"taken\""), Unknown("replaces")),
        (19, with("name", "\"a\\u0000b\""), Item("name_character")),
        (
            20,
            connection(&[("link_name", "\"taken\""), ("scopes", "[\"email\"]")]),
            Item("link_name_taken"),
        ),
        (20, with("granted", "[\"email\"]"), Unknown("granted")),
        (21, with("reuse", "\"taken\""), Unknown("reuse")),
        (22, with("created_by", "\"Uma\""), Unknown("created_by")),
        (
            23,
            reference("hosts = [\"https://evil.example\"]"),
            Unknown("hosts"),
        ),
        (
            23,
            with("settings", "{ host = \"evil\" }"),
            Item("setting_invalid"),
        ),
    ];
    let rules: BTreeSet<u8> = table.iter().map(|(rule, ..)| *rule).collect();
    assert!(rules.into_iter().eq(1..=23), "each rule has a line");

    let before = everything(&desk);
    for (rule, lines, refused) in &table {
        let text = format!("version = 1\n{lines}");
        let what = format!("R{rule}:\n{text}");
        match refused {
            Unknown(field) => {
                let error = preview(&desk, &text).unwrap_err();
                assert_eq!(error.code, "definitions_bad", "{what}");
                let told = desk.console.failure(&error);
                let named = format!("there is no field of this name: {field}.");
                assert!(told.message.contains(&named), "{}\n{what}", told.message);
                assert!(!told.message.contains("canary-of-a-file"), "{what}");
                assert!(!told.help.is_empty(), "{what}");
                let mut near = text.lines();
                let at = near.position(|line| line.contains(field)).unwrap() + 1;
                assert_eq!(error.args["line"], at.to_string(), "{what}");
            }
            Item(code) => {
                let seen = preview(&desk, &text).unwrap();
                let mut wrong = seen.items.iter().filter_map(|item| item.failure.as_ref());
                let failure = wrong.next().expect(&what);
                assert!(wrong.next().is_none(), "that and nothing else, {what}");
                assert_eq!(&failure.code, code, "{what}");
                assert!(!failure.message.is_empty(), "{what}");
                assert!(!failure.help.is_empty(), "{what}");
                if seen.adds == 0 {
                    let nothing = import(&desk, &seen).unwrap_err();
                    assert_eq!(nothing.code, "import_empty", "{what}");
                }
            }
        }
        assert_eq!(everything(&desk), before, "nothing changes, {what}");
    }
}
