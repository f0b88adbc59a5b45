//! Where a payment service is offered (R8).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where a payment service is offered (R8). In a file: `"everywhere"`, or a table of the places.
/// A payment service whose pages do not say it, or not completely, has none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferedIn {
    /// Its pages say: in every country.
    Everywhere,
    /// Its pages list the places.
    Places(OfferedPlaces),
}

/// The places a payment service is offered in. An empty list leaves no place out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferedPlaces {
    /// Data centers, such as `us`.
    #[serde(default)]
    pub data_centers: Vec<String>,
    /// Countries (ISO 3166-1 alpha-2), such as `US`.
    #[serde(default)]
    pub countries: Vec<String>,
}

impl OfferedIn {
    /// The places that its pages list; `None`: everywhere.
    #[must_use]
    pub const fn places(&self) -> Option<&OfferedPlaces> {
        match self {
            Self::Everywhere => None,
            Self::Places(places) => Some(places),
        }
    }
}

/// How [`OfferedIn`] is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Word(Word),
    Places(OfferedPlaces),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Everywhere,
}

impl Serialize for OfferedIn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Everywhere => Word::Everywhere.serialize(serializer),
            Self::Places(places) => places.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for OfferedIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Word(Word::Everywhere) => Self::Everywhere,
            Written::Places(places) => Self::Places(places),
        })
    }
}
