//! Page panels: a service's rows, or those that a data source has pulled, as a table, a number or a
//! chart.
//!
//! What is shown is made of the rows by [`Shaper`], which takes them one after another and keeps no
//! more than it shows: a million rows need no more memory than a hundred. It never reaches a
//! service; [`fetch`] does, through a door of the gateway.

mod cell;
mod fetching;
mod figure;
mod shaping;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use tsunagi_connectors::{Area, Given, Operation, Repeat, Role};
use tsunagi_domain::ItemId;

pub use cell::fields;
pub use fetching::{Fetched, fetch};
pub use shaping::{Content, Point, Shaper, Shown, ShownColumn};

pub use crate::page::PageError;

/// The most rows of a service that a panel looks at: each view of it asks for them anew.
pub const SERVICE_ROWS: usize = 1_000;
/// The most requests that one view of a panel makes.
pub const SERVICE_PAGES: usize = 10;
/// The most rows of a data source that a panel looks at.
pub const SOURCE_ROWS: u64 = 100_000;
/// The most rows of a table.
pub const TABLE_ROWS: usize = 200;
/// The most columns of a table.
pub const TABLE_COLUMNS: usize = 24;
/// The most bars of a chart.
pub const BARS: usize = 50;
/// The most points of a line.
pub const LINE_POINTS: usize = 500;

/// One panel of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// Where its rows come from.
    pub data: Data,
    /// What is made of them.
    pub shape: Shape,
    /// How much of the page's width it takes.
    #[serde(default)]
    pub width: Width,
    /// Where it stands: a smaller one stands before.
    #[serde(default)]
    pub place: u32,
}

/// Where a panel's rows come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelData"))]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum Data {
    /// The service itself, each time the panel is looked at.
    Operation {
        /// The operation, by its id.
        operation: String,
        /// What it is given, by the names of its inputs.
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
        given: Given,
    },
    /// What a data source has pulled. Nothing is sent.
    Source {
        /// The data source.
        source: ItemId,
    },
}

/// What is made of the rows. A field is named as the service names it, or by a JSON Pointer into
/// the row (RFC 6901), which begins with `/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelShape"))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// The rows themselves.
    Table {
        /// Its columns; none: the fields that the first rows have.
        #[serde(default)]
        columns: Vec<Column>,
    },
    /// One number.
    Number {
        /// Which.
        figure: Figure,
        /// What it counts, such as `USD`; may be empty.
        #[serde(default)]
        unit: String,
        /// Digits behind the point; `None`: as many as it has.
        #[serde(default)]
        digits: Option<u8>,
    },
    /// A number for each value of a field.
    Chart {
        /// How it is drawn.
        form: Form,
        /// The field that rows are grouped by.
        x: String,
        /// Where that is a date: the span that is one group.
        #[serde(default)]
        span: Option<Span>,
        /// The number of each group.
        figure: Figure,
        /// What it counts; may be empty.
        #[serde(default)]
        unit: String,
    },
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelColumn"))]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The field.
    pub field: String,
    /// Its head; empty: the field's name.
    #[serde(default)]
    pub label: String,
}

/// A number made of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelFigure"))]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Figure {
    /// How many rows there are.
    Count,
    /// The sum of a field.
    Sum {
        /// The field.
        field: String,
    },
    /// The average of a field, over the rows that have it.
    Average {
        /// The field.
        field: String,
    },
    /// The smallest.
    Min {
        /// The field.
        field: String,
    },
    /// The largest.
    Max {
        /// The field.
        field: String,
    },
    /// One value of the answer, where a JSON Pointer leads (RFC 6901).
    Value {
        /// The pointer.
        pointer: String,
    },
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelForm"))]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Bars, the longest first; in order of time where the groups are spans of it.
    Bar,
    /// A line, in the order of the field's values.
    Line,
}

/// A span of time that is one group. The date is taken as the service writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelSpan"))]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// A day.
    Day,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// How much of the page's width a panel takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelWidth"))]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// One third.
    Third,
    /// One half.
    #[default]
    Half,
    /// All of it.
    Whole,
}

/// Why a panel cannot be kept as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// A field is not named.
    #[error("a field is not named")]
    FieldMissing,
    /// One value is looked for where there are rows only.
    #[error("one value is looked for where there are rows only")]
    ValueOfRows,
    /// What leads to the value is no JSON Pointer.
    #[error("no JSON Pointer")]
    Pointer,
    /// More columns than a table has.
    #[error("more columns than a table has")]
    Columns,
}

impl Misfit {
    /// The code of the sentence that says so.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::FieldMissing => "panel_field_missing",
            Self::ValueOfRows => "panel_value_of_rows",
            Self::Pointer => "panel_pointer",
            Self::Columns => "panel_columns",
        }
    }
}

impl Figure {
    /// The field that it is made of.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Count | Self::Value { .. } => None,
            Self::Sum { field }
            | Self::Average { field }
            | Self::Min { field }
            | Self::Max { field } => Some(field),
        }
    }

    fn fits(&self) -> Result<(), Misfit> {
        match (self, self.field()) {
            // RFC 6901 §3: a pointer is empty or begins with a slash; the empty one is the whole
            // answer, which is no one value.
            (Self::Value { pointer }, _) if !pointer.starts_with('/') => Err(Misfit::Pointer),
            (_, Some("")) => Err(Misfit::FieldMissing),
            _ => Ok(()),
        }
    }
}

impl Panel {
    /// Whether it can be shown at all.
    ///
    /// # Errors
    /// [`Misfit`].
    pub fn fits(&self) -> Result<(), Misfit> {
        match &self.shape {
            Shape::Table { columns } if columns.len() > TABLE_COLUMNS => Err(Misfit::Columns),
            Shape::Table { columns } if columns.iter().any(|one| one.field.is_empty()) => {
                Err(Misfit::FieldMissing)
            }
            Shape::Table { .. } => Ok(()),
            Shape::Number { figure, .. } => {
                let pulled = matches!(self.data, Data::Source { .. });
                if pulled && matches!(figure, Figure::Value { .. }) {
                    return Err(Misfit::ValueOfRows);
                }
                figure.fits()
            }
            Shape::Chart { x, .. } if x.is_empty() => Err(Misfit::FieldMissing),
            Shape::Chart { figure, .. } => match figure {
                Figure::Value { .. } => Err(Misfit::ValueOfRows),
                _ => figure.fits(),
            },
        }
    }
}

impl Shape {
    /// Whether it is how many rows there are, and nothing more.
    #[must_use]
    pub const fn counts_only(&self) -> bool {
        matches!(
            self,
            Self::Number {
                figure: Figure::Count,
                ..
            }
        )
    }
}

/// Whether a panel may show what an operation gives: it is looked at as often as somebody likes, so
/// that it must change nothing.
#[must_use]
pub fn shows(operation: &Operation) -> bool {
    operation.areas.contains(&Area::PagePanel)
        && operation.repeat == Repeat::Safe
        && matches!(operation.role, Some(Role::Rows | Role::Search | Role::Get))
}
