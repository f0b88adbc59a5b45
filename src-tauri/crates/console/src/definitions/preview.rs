//! What a person sees of a file before they decide.

use super::plan::{Item, Plan, Verdict};
use crate::console::Console;
use crate::views::{ImportItem, ImportPreview, ImportState};

/// The most items a preview lists.
const SHOWN: usize = 400;
/// Characters of a name that a preview repeats: of one that is refused there may be many.
const NAME_SHOWN: usize = 80;

/// Where lines begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(breaks.map(|(at, _)| at).collect())
    }

    pub(super) fn line(&self, offset: usize) -> u32 {
        let line = self.0.partition_point(|at| *at < offset) + 1;
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}

impl Plan {
    /// What the person sees before they decide: what needs a look first.
    pub(super) fn preview(&self, console: &Console, file: String, hash: String) -> ImportPreview {
        let state = |item: &Item| match item.verdict {
            Verdict::Refused(_) => ImportState::Refused,
            Verdict::Clash(_) => ImportState::Clash,
            Verdict::Add(_) => ImportState::Add,
            Verdict::Unwanted => ImportState::Unwanted,
            Verdict::Same => ImportState::Same,
        };
        let count = |wanted: ImportState| {
            let found = self.items.iter().filter(|item| state(item) == wanted);
            u32::try_from(found.count()).unwrap_or(u32::MAX)
        };
        let mut listed: Vec<(u32, &Item)> = (0..).zip(&self.items).collect();
        // What was left out keeps its place beside what is added, where it can be taken in again.
        listed.sort_by_key(|(_, item)| match state(item) {
            ImportState::Unwanted => ImportState::Add,
            other => other,
        });
        let left_out = listed.len().saturating_sub(SHOWN);
        let items = listed.into_iter().take(SHOWN).map(|(place, item)| {
            let (failure, note) = match &item.verdict {
                Verdict::Refused(error) | Verdict::Clash(error) => (Some(error), None),
                Verdict::Add(note) => (None, note.as_ref()),
                Verdict::Unwanted | Verdict::Same => (None, None),
            };
            ImportItem {
                place,
                what: item.what,
                state: state(item),
                name: shown(&item.name),
                link_name: item.link_name.as_deref().map(shown),
                service: item
                    .service
                    .as_deref()
                    .map(|id| console.mark_of(&shown(id))),
                kind: item.kind,
                line: item.line,
                failure: failure.map(|error| console.failure(error)),
                note: note.map(|error| console.failure(error)),
            }
        });
        ImportPreview {
            items: items.collect(),
            file,
            hash,
            adds: count(ImportState::Add),
            same: count(ImportState::Same),
            clashes: count(ImportState::Clash),
            refused: count(ImportState::Refused),
            left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        }
    }
}

/// A text of the file as it is repeated to a person: nothing endless, nothing invisible.
pub(super) fn shown(text: &str) -> String {
    let visible = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut chars = text.chars();
    let mut short: String = chars
        .by_ref()
        .take(NAME_SHOWN)
        .map(|c| if visible(c) { c } else { '\u{fffd}' })
        .collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::{Lines, shown};

    #[test]
    fn a_line_is_counted_from_one() {
        let lines = Lines::of("a\nbc\n\nd");
        for (offset, line) in [(0, 1), (1, 1), (2, 2), (4, 2), (5, 3), (6, 4)] {
            assert_eq!(lines.line(offset), line, "byte {offset}");
        }
        assert_eq!(Lines::of("").line(7), 1, "of nothing there is one");
    }

    #[test]
    fn what_is_repeated_is_short_and_visible() {
        assert_eq!(shown("接続 🙂"), "接続 🙂");
        assert_eq!(shown("a\0b\u{202e}c"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(shown(&"x".repeat(10_000)).chars().count(), 81);
    }
}
