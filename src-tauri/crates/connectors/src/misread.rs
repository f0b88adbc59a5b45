//! What a parser of TOML, JSON or YAML stopped at, in words of ours. Each of them has English
//! sentences of its own, and none says in another language what is wrong: so that a person is told
//! in theirs, what was found is put into one of a few kinds, each with a message `word.fault.<kind>`.

use std::fmt;

use crate::Why;
use crate::lines::line_at;

/// The kinds there are.
pub const FAULTS: &[&str] = &[
    "anchor",
    "brackets",
    "character",
    "colon",
    "comma",
    "deep",
    "directive",
    "ends",
    "equals",
    "escape",
    "extra",
    "indent",
    "missing",
    "name",
    "number",
    "other",
    "quotes",
    "repeat",
    "tab",
    "trailing",
    "twice",
    "type",
    "unknown",
    "unsupported",
    "value",
];

/// Words of the parsers (`toml`, `serde_json`, `granit-parser`, `regex-lite`) in lower case, and the kind of fault
/// they stand for. The first that is said counts.
const SAID: &[(&str, &str)] = &[
    // Regular expressions.
    ("not supported", "unsupported"),
    ("unclosed", "brackets"),
    ("closing", "brackets"),
    ("open group", "brackets"),
    ("repetition", "repeat"),
    // What was read, and is not what was asked for (serde's own words).
    ("unknown field", "unknown"),
    ("missing field", "missing"),
    ("duplicate", "twice"),
    ("invalid type", "type"),
    ("invalid length", "type"),
    ("unknown variant", "type"),
    ("invalid value:", "type"),
    // Where the text is over too early, or is not.
    ("eof", "ends"),
    ("trailing comma", "extra"),
    ("trailing", "trailing"),
    ("content after document end", "trailing"),
    ("unexpected key or value", "extra"),
    ("unexpected content", "extra"),
    // How deep it goes.
    ("recurs", "deep"),
    // Inside of texts and numbers. "Escape" before "character": an escape is called one as well.
    ("escape", "escape"),
    ("surrogate", "escape"),
    ("unicode", "escape"),
    ("hexadecimal", "escape"),
    ("control character", "character"),
    ("carriage return", "character"),
    ("comment character", "character"),
    ("number", "number"),
    ("integer", "number"),
    ("float", "number"),
    ("radix", "number"),
    ("leading zero", "number"),
    ("sign", "number"),
    ("digit", "number"),
    ("date", "number"),
    ("time", "number"),
    // YAML: what indents, and what has a name.
    ("tab", "tab"),
    ("indent", "indent"),
    ("not allowed in this context", "indent"),
    ("'-' indicator", "indent"),
    ("anchor", "anchor"),
    ("alias", "anchor"),
    ("directive", "directive"),
    ("tag", "directive"),
    ("expected key", "colon"),
    ("simple key", "colon"),
    ("expected `:`", "colon"),
    // Between the parts.
    ("extra", "extra"),
    ("unexpected `=`", "extra"),
    ("missing comma", "comma"),
    ("`,` or", "comma"),
    ("',' or", "comma"),
    ("assignment", "equals"),
    ("key with no value", "equals"),
    ("expected `=`", "equals"),
    ("quote", "quotes"),
    ("expected `\"`", "quotes"),
    ("key must be a string", "quotes"),
    ("key", "name"),
    ("value", "value"),
    ("ident", "value"),
    ("node content", "value"),
    ("unexpected", "extra"),
];

/// `tables` and `unclosed table` have a tab in them, and none that indents.
fn fault_of(said: &str) -> &'static str {
    let said = said.to_lowercase().replace("table", "");
    SAID.iter()
        .find(|(words, _)| said.contains(words))
        .map_or("other", |(_, fault)| fault)
}

/// What is unknown, missing or there twice, behind a colon; nothing where no name is said.
fn which_of(fault: &str, said: &str) -> String {
    let name = said.split('`').nth(1).filter(|name| !name.is_empty());
    let of_name = matches!(fault, "unknown" | "missing" | "twice");
    name.filter(|_| of_name)
        .map(|name| format!(": {name}"))
        .unwrap_or_default()
}

/// Where a parser stopped, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// One of [`FAULTS`].
    pub fault: &'static str,
    /// The field it is about, behind a colon, where it says one.
    pub which: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The parser's own words, on one line, without where it is.
    pub said: String,
}

impl Misread {
    fn new(said: &str, line: usize, column: usize) -> Self {
        let said = said.trim().replace('\n', "; ");
        let fault = fault_of(&said);
        Self {
            fault,
            which: which_of(fault, &said),
            line: line.max(1),
            column: column.max(1),
            said,
        }
    }

    /// What is wrong with a TOML text.
    #[must_use]
    pub fn toml(text: &str, error: &toml::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        let before = text.get(..offset).unwrap_or_default();
        let begins = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[begins..].chars().count() + 1;
        let mut it = Self::new(error.message(), line_at(text, offset), column);
        // Where nothing stands behind the `=`, no quotation marks are what is missing.
        let rest = text.get(offset..).unwrap_or_default();
        if it.fault == "quotes"
            && rest
                .lines()
                .next()
                .is_none_or(|rest| rest.trim().is_empty())
        {
            it.fault = "value";
        }
        it
    }

    /// What is wrong with a JSON text.
    #[must_use]
    pub fn json(text: &str, error: &serde_json::Error) -> Self {
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        let row = text.split('\n').nth(error.line().saturating_sub(1));
        let row = row.unwrap_or_default().as_bytes();
        // It counts bytes; a character has one that is not a continuation (RFC 3629).
        let column = row
            .iter()
            .take(error.column())
            .filter(|byte| **byte & 0xC0 != 0x80)
            .count();
        let mut it = Self::new(said, error.line(), column);
        // It asks for another name behind the last comma.
        if it.fault == "quotes" && row.get(error.column().saturating_sub(1)) == Some(&b'}') {
            it.fault = "extra";
        }
        it
    }

    /// What is wrong with a YAML text.
    pub(crate) fn yaml(text: &str, error: &granit_parser::ScanError) -> Self {
        let at = error.marker();
        let mut it = Self::new(&error.info(), at.line(), at.col() + 1);
        // Of a tab it tells where the text began that the tab is in.
        let mut rest = text.lines().enumerate().skip(it.line - 1);
        if it.fault == "tab"
            && let Some((line, before)) =
                rest.find_map(|(line, row)| Some((line, row.split_once('\t')?.0)))
        {
            (it.line, it.column) = (line + 1, before.chars().count() + 1);
        }
        it
    }
}

impl Why {
    /// What is wrong with a connector file that is no TOML, or no connector.
    pub(crate) fn toml(text: &str, error: &toml::de::Error) -> Self {
        let it = Misread::toml(text, error);
        Self::not_toml(it.fault, it.which, it.line, it.column, it.said)
    }

    /// What is wrong with what should be JSON.
    pub(crate) fn json(text: &str, error: &serde_json::Error) -> Self {
        Self::part_of_json(text, error, 1, 1)
    }

    /// What is wrong with a part of JSON that begins at this line and column.
    pub(crate) fn part_of_json(
        part: &str,
        error: &serde_json::Error,
        line: usize,
        column: usize,
    ) -> Self {
        let it = Misread::json(part, error);
        let before = if it.line == 1 { column - 1 } else { 0 };
        Self::not_json(it.fault, it.line + line - 1, it.column + before, it.said)
    }

    /// What is wrong with what should be YAML.
    pub(crate) fn yaml(text: &str, error: &granit_parser::ScanError) -> Self {
        let it = Misread::yaml(text, error);
        Self::not_yaml(it.fault, it.line, it.column, it.said)
    }

    /// What should be a regular expression.
    pub(crate) fn pattern(error: impl fmt::Display) -> Self {
        let said = error.to_string();
        Self::pattern_bad(fault_of(&said), said)
    }

    /// Values of a variable that make no regular expression.
    pub(crate) fn variable(error: impl fmt::Display) -> Self {
        let said = error.to_string();
        Self::variable_pattern(fault_of(&said), said)
    }

    /// Values that are read and make no connector.
    pub(crate) fn values(error: impl fmt::Display) -> Self {
        let said = error.to_string();
        let fault = fault_of(&said);
        Self::not_connector(fault, which_of(fault, &said), said)
    }
}
