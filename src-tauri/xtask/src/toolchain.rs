//! The four things a person brings: Rust, a C compiler, Node and npm.

use std::fmt;

use crate::command;
use crate::error::Error;
use crate::metadata::House;

/// The least Node that builds the screens (Vite 8 asks for it).
pub const NODE: Version = Version {
    major: 20,
    minor: 19,
    patch: 0,
};

/// A version as programs print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// First number.
    pub major: u32,
    /// Second number.
    pub minor: u32,
    /// Third number, 0 where there is none.
    pub patch: u32,
}

impl Version {
    /// Finds the first version in a program's answer: `v20.19.1`, `rustc 1.95.0 (…)`, `gcc (Debian 12.2.0-14) 12.2.0`.
    pub fn find(text: &str) -> Option<Self> {
        text.split(|c: char| c.is_whitespace() || c == '(' || c == ')')
            .find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        // What follows a dash or plus is a build's own name.
        let word = word.split(['-', '+', '~']).next()?;
        let mut numbers = word.split('.').map(|part| part.parse::<u32>().ok());
        let (major, minor) = (numbers.next()??, numbers.next()??);
        let patch = numbers.next().flatten().unwrap_or(0);
        Some(Self {
            major,
            minor,
            patch,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// One tool: what was found, and whether it will do.
pub struct Tool {
    /// What it is called for a person.
    pub name: &'static str,
    /// Its version; `None` where it is missing or says nothing we read.
    pub found: Option<Version>,
    /// The least that will do.
    pub least: Option<Version>,
    /// What to do where it is missing or too old.
    pub help: &'static str,
}

impl Tool {
    /// Whether it is there and new enough.
    pub fn fits(&self) -> bool {
        self.found
            .is_some_and(|found| self.least.is_none_or(|least| found >= least))
    }
}

/// Looks at the four.
pub fn look(house: &House) -> Vec<Tool> {
    let version = |program: &str| {
        command::ask(program, &["--version"])
            .as_deref()
            .and_then(Version::find)
    };
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    // On Windows the compiler is found through the registry, not PATH; the build itself says when it is missing.
    let cc = if cfg!(windows) {
        Some(Version {
            major: 0,
            minor: 0,
            patch: 0,
        })
    } else {
        version(&compiler)
    };
    vec![
        Tool {
            name: "Rust",
            found: version("rustc"),
            least: Version::find(&house.rust),
            help: "install it from https://rustup.rs, or run `rustup update`",
        },
        Tool {
            name: "C compiler",
            found: cc,
            least: None,
            help: "on Debian: apt-get install build-essential",
        },
        Tool {
            name: "Node",
            found: version("node"),
            least: Some(NODE),
            help: "install it from https://nodejs.org",
        },
        Tool {
            name: "npm",
            found: version("npm"),
            least: None,
            help: "it comes with Node",
        },
    ]
}

/// Stops where one of the four is missing or too old, naming all that are.
///
/// # Errors
/// [`Error::Need`].
pub fn check(house: &House) -> Result<(), Error> {
    let lacking: Vec<String> = look(house)
        .iter()
        .filter(|tool| !tool.fits())
        .map(|tool| {
            let least = tool
                .least
                .map(|least| format!(" {least} or newer"))
                .unwrap_or_default();
            let found = tool
                .found
                .map_or_else(|| "not found".to_owned(), |found| format!("found {found}"));
            format!("  {}{least} ({found}): {}", tool.name, tool.help)
        })
        .collect();
    if lacking.is_empty() {
        Ok(())
    } else {
        Err(Error::Need(format!(
            "this machine lacks\n{}",
            lacking.join("\n")
        )))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn versions_are_read_as_each_program_prints_them() {
        for (text, expected) in [
            ("v20.19.1", "20.19.1"),
            ("rustc 1.95.0 (59807616e 2026-04-14)", "1.95.0"),
            ("rustc 1.97.0-nightly (abc 2026-06-01)", "1.97.0"),
            ("cc (Debian 12.2.0-14+deb12u1) 12.2.0", "12.2.0"),
            ("Apple clang version 17.0.0 (clang-1700.0.13.3)", "17.0.0"),
            ("11.6.2", "11.6.2"),
            ("1.95", "1.95.0"),
        ] {
            assert_eq!(
                Version::find(text).unwrap().to_string(),
                expected,
                "read from {text:?}"
            );
        }
        assert_eq!(
            Version::find("command not found"),
            None,
            "words are not versions"
        );
    }

    #[test]
    fn versions_compare_by_number_and_not_by_text() {
        let find = |text| Version::find(text).unwrap();
        assert!(find("v20.9.0") < NODE, "20.9 is older than 20.19");
        assert!(find("v20.19.0") >= NODE, "20.19 itself will do");
        assert!(find("v22.0.0") > NODE, "22 is newer");
    }

    #[test]
    fn a_missing_tool_does_not_fit() {
        let tool = Tool {
            name: "Node",
            found: None,
            least: Some(NODE),
            help: "",
        };
        assert!(!tool.fits(), "nothing was found");
    }
}
