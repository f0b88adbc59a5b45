//! Development, Stage, Production.

use serde::{Deserialize, Serialize};

/// One of the three environments of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Environment {
    /// Where it is built.
    Development,
    /// Where it is tried.
    Stage,
    /// Where it counts.
    Production,
}

impl Environment {
    /// All three, in the order they are always shown.
    pub const ALL: [Self; 3] = [Self::Development, Self::Stage, Self::Production];

    /// `development`, `stage` or `production`: the word used in the catalog and across IPC.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Stage => "stage",
            Self::Production => "production",
        }
    }
}

/// How far an authorization reaches: one environment, or all of them at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Reach {
    /// The same authorization in Development, Stage and Production.
    All,
    /// Development only.
    Development,
    /// Stage only.
    Stage,
    /// Production only.
    Production,
}

impl Reach {
    /// `all`, `development`, `stage` or `production`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self.environment() {
            None => "all",
            Some(environment) => environment.as_str(),
        }
    }

    /// The one environment meant, or `None` for all of them.
    #[must_use]
    pub const fn environment(self) -> Option<Environment> {
        match self {
            Self::All => None,
            Self::Development => Some(Environment::Development),
            Self::Stage => Some(Environment::Stage),
            Self::Production => Some(Environment::Production),
        }
    }

    /// Whether `environment` is within reach.
    #[must_use]
    pub fn covers(self, environment: Environment) -> bool {
        self.environment().is_none_or(|own| own == environment)
    }
}

impl From<Environment> for Reach {
    fn from(environment: Environment) -> Self {
        match environment {
            Environment::Development => Self::Development,
            Environment::Stage => Self::Stage,
            Environment::Production => Self::Production,
        }
    }
}

/// A word that names no environment or reach.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an environment")]
pub struct UnknownEnvironment(pub String);

impl std::str::FromStr for Environment {
    type Err = UnknownEnvironment;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|environment| environment.as_str() == s)
            .ok_or_else(|| UnknownEnvironment(s.to_owned()))
    }
}

impl std::str::FromStr for Reach {
    type Err = UnknownEnvironment;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        if s == "all" {
            return Ok(Self::All);
        }
        s.parse::<Environment>().map(Self::from)
    }
}
