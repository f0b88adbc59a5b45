//! The inventory as one page of HTML: no script, nothing fetched, every name escaped.

use std::collections::BTreeMap;

use maud::{DOCTYPE, PreEscaped, html};
use tsunagi_domain::Health;

use super::{Filled, Held, Place};
use crate::exporting::minute;
use crate::messages;
use crate::views::Locale;

const STYLE: &str = include_str!("page.css");
/// Where the connections go. Names are escaped, so that none can look like it.
const ROWS: &str = "<!--connections-->";

fn word(locale: Locale, key: &str) -> &'static str {
    messages::find(locale, key).unwrap_or_default()
}

/// What stands before and after the connections.
pub(super) fn frame(locale: Locale, workspace: &str, at: &str) -> (String, String) {
    let lang = match locale {
        Locale::En => "en",
        Locale::Ja => "ja",
    };
    let args = BTreeMap::from([
        ("workspace".to_owned(), workspace.to_owned()),
        ("at".to_owned(), at.to_owned()),
    ]);
    let title = messages::text(locale, "report.title", &args);
    let heads = [
        "report.environment",
        "report.account",
        "report.authorized_by",
        "report.authorized_at",
        "report.scopes",
        "report.health",
        "report.last_used",
    ];
    let page = html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    p { (messages::text(locale, "report.about", &args)) }
                }
                main {
                    table {
                        thead { tr { @for head in heads { th scope="col" { (word(locale, head)) } } } }
                        (PreEscaped(ROWS))
                    }
                }
            }
        }
    }
    .into_string();
    let (before, after) = page.split_once(ROWS).unwrap_or((&page, ""));
    (before.to_owned(), after.to_owned())
}

/// One connection and its slots.
pub(super) fn connection(locale: Locale, held: &Held) -> String {
    let kind = word(locale, &format!("kind.{}", held.kind));
    html! {
        tbody {
            tr.connection {
                th scope="rowgroup" colspan="7" {
                    strong { (held.name) } " "
                    code { (held.link_name) }
                    span.facts {
                        (held.service) " · " (kind)
                        @if !held.enabled { " · " span.off { (word(locale, "health.disabled")) } }
                        @if !held.applications.is_empty() {
                            " · " (word(locale, "report.applications")) " " (held.applications.join(", "))
                        }
                    }
                }
            }
            @for place in &held.places { (row(locale, place)) }
        }
    }
    .into_string()
}

fn row(locale: Locale, place: &Place) -> maud::Markup {
    let environment = word(locale, &format!("environment.{}", place.reach.as_str()));
    let (class, health) = match place.health {
        Health::Connected => ("ok", word(locale, "health.connected")),
        Health::NotConnected(reason) => {
            ("no", word(locale, &format!("health.{}", reason.as_str())))
        }
    };
    let filled = place.filled.as_ref();
    html! {
        tr {
            td {
                (environment)
                @if !place.in_use { small { (word(locale, "report.not_in_use")) } }
            }
            td {
                @if let Some(filled) = filled { (account(locale, filled)) }
                @else { span.none { (word(locale, "report.nobody")) } }
            }
            td { @if let Some(filled) = filled { (filled.by) } }
            td.time { @if let Some(filled) = filled { (minute(filled.at)) } }
            td { @if let Some(filled) = filled { @for scope in &filled.scopes { code { (scope) } " " } } }
            td class=(class) {
                (health)
                @if let Some(since) = filled.and_then(|filled| filled.unreachable) {
                    small { (word(locale, "health.unreachable")) " " (minute(since)) }
                }
            }
            td.time {
                @if let Some(filled) = filled {
                    @if let Some(at) = filled.last_used { (minute(at)) }
                    @else { (word(locale, "report.never")) }
                }
            }
        }
    }
}

fn account(locale: Locale, filled: &Filled) -> maud::Markup {
    html! {
        (filled.account)
        @if filled.primary { " " span.primary { (word(locale, "report.primary")) } }
        @if filled.name != filled.account && !filled.name.is_empty() { small { (filled.name) } }
        @if filled.email != filled.account && !filled.email.is_empty() { small { (filled.email) } }
    }
}

/// What could not be read is said, where there is such.
pub(super) fn left_out(locale: Locale, count: u32) -> String {
    if count == 0 {
        return String::new();
    }
    html! { tbody { tr { td.no colspan="7" { (left_out_words(locale, count)) } } } }.into_string()
}

pub(super) fn left_out_words(locale: Locale, count: u32) -> String {
    let args = BTreeMap::from([("n".to_owned(), count.to_string())]);
    messages::text(locale, "report.left_out", &args)
}

#[cfg(test)]
mod tests {
    use super::left_out;
    use crate::views::Locale;

    #[test]
    fn what_is_left_out_is_said_and_nothing_else() {
        assert_eq!(left_out(Locale::En, 0), "");
        assert!(left_out(Locale::En, 2).contains("left out: 2"));
    }
}
