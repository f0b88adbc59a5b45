//! From rows to what is shown.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::cell::{field, fields, text};
use super::figure::{Tally, number};
use super::{BARS, Column, Figure, Form, LINE_POINTS, Shape, Span, TABLE_COLUMNS, TABLE_ROWS};

/// The most groups that are told apart while rows come: those that are met later are not shown.
const GROUPS: usize = 10_000;

/// What a panel shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelContent"))]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// The table, number or chart.
    pub content: Content,
    /// How many rows were looked at.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub rows: u64,
    /// Whether there are more rows than were looked at.
    pub more: bool,
}

/// A table, a number or a chart. Numbers are texts in decimal digits: none is rounded on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelContentKind"))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// Rows.
    Table {
        /// Columns.
        columns: Vec<ShownColumn>,
        /// Cells, row by row.
        cells: Vec<Vec<String>>,
    },
    /// A number, or one value.
    Number {
        /// It; `None` where there is none.
        value: Option<String>,
        /// Whether it is a number, and no text.
        numeric: bool,
        /// How many rows have no number to be counted.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        without: u64,
    },
    /// A chart.
    Chart {
        /// Its points, in their order.
        points: Vec<Point>,
        /// How many groups are not shown; more where rows were too many to be told apart.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        others: u64,
        /// How many rows have no number to be counted.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        without: u64,
    },
}

/// A column that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelShownColumn"))]
#[serde(rename_all = "camelCase")]
pub struct ShownColumn {
    /// Its head.
    pub label: String,
    /// Whether it holds numbers only.
    pub numeric: bool,
}

/// One group of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PanelPoint"))]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// What its rows have in common; empty where they have nothing there.
    pub x: String,
    /// Its number; `None` where none of its rows has one.
    pub y: Option<String>,
}

/// Makes of rows what is shown, one after another.
#[derive(Debug)]
pub struct Shaper<'a> {
    rows: u64,
    state: State<'a>,
}

#[derive(Debug)]
enum State<'a> {
    Table {
        columns: &'a [Column],
        kept: Vec<Value>,
    },
    Number(Tally),
    /// One value, once it is found.
    Value {
        pointer: &'a str,
        found: Option<Value>,
    },
    Chart(Groups<'a>),
}

#[derive(Debug)]
struct Groups<'a> {
    form: Form,
    x: &'a str,
    span: Option<Span>,
    figure: &'a Figure,
    known: HashMap<String, usize>,
    all: Vec<(String, Tally)>,
    /// Rows of groups beyond [`GROUPS`].
    beyond: u64,
}

impl<'a> Shaper<'a> {
    /// Begins a shape.
    #[must_use]
    pub fn new(shape: &'a Shape) -> Self {
        let state = match shape {
            Shape::Table { columns } => State::Table {
                columns,
                kept: Vec::new(),
            },
            Shape::Number {
                figure: Figure::Value { pointer },
                ..
            } => State::Value {
                pointer,
                found: None,
            },
            Shape::Number { figure, .. } => State::Number(Tally::new(figure)),
            Shape::Chart {
                form,
                x,
                span,
                figure,
                ..
            } => State::Chart(Groups {
                form: *form,
                x,
                span: *span,
                figure,
                known: HashMap::new(),
                all: Vec::new(),
                beyond: 0,
            }),
        };
        Self { rows: 0, state }
    }

    /// Whether further rows change nothing of what is shown.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match &self.state {
            State::Table { kept, .. } => kept.len() >= TABLE_ROWS,
            State::Value { .. } => true,
            State::Number(_) | State::Chart(_) => false,
        }
    }

    /// Takes the answer as a whole, before its rows.
    pub fn answer(&mut self, body: &Value) {
        if let State::Value { pointer, found } = &mut self.state {
            *found = body.pointer(pointer).cloned();
        }
    }

    /// Takes a row. One that comes when it is full is not looked at.
    pub fn add(&mut self, row: &Value) {
        if self.is_full() {
            return;
        }
        self.rows += 1;
        match &mut self.state {
            State::Table { kept, .. } => kept.push(row.clone()),
            State::Number(tally) => tally.add(row),
            State::Value { .. } => {}
            State::Chart(groups) => groups.add(row),
        }
    }

    /// What is shown of the rows that came; `more` where there are others.
    #[must_use]
    pub fn shown(self, more: bool) -> Shown {
        let content = match self.state {
            State::Table { columns, kept } => table(columns, &kept),
            State::Number(tally) => Content::Number {
                value: tally.value(),
                numeric: true,
                without: tally.without(),
            },
            State::Value { found, .. } => {
                let found = found.filter(|value| !value.is_null());
                let value = found.as_ref();
                Content::Number {
                    numeric: value.is_some_and(Value::is_number),
                    value: value.map(|value| text(Some(value))),
                    without: 0,
                }
            }
            State::Chart(groups) => groups.chart(),
        };
        Shown {
            content,
            rows: self.rows,
            more,
        }
    }
}

fn table(columns: &[Column], rows: &[Value]) -> Content {
    let columns: Vec<(String, String)> = if columns.is_empty() {
        let met = fields(rows).into_iter().take(TABLE_COLUMNS);
        met.map(|name| (name.clone(), name)).collect()
    } else {
        let given = columns.iter().map(|column| {
            let label = if column.label.is_empty() {
                &column.field
            } else {
                &column.label
            };
            (column.field.clone(), label.clone())
        });
        given.collect()
    };
    let cell = |row: &Value, name: &str| {
        // Rows that are no records are their own only column.
        match row {
            Value::Object(_) => text(field(row, name)),
            other => text(other.pointer(name)),
        }
    };
    let numeric = |name: &str| {
        let mut there = rows.iter().filter_map(|row| field(row, name)).peekable();
        there.peek().is_some() && there.all(|value| value.is_number() && number(value).is_some())
    };
    Content::Table {
        cells: rows
            .iter()
            .map(|row| columns.iter().map(|(name, _)| cell(row, name)).collect())
            .collect(),
        columns: columns
            .iter()
            .map(|(name, label)| ShownColumn {
                label: label.clone(),
                numeric: numeric(name),
            })
            .collect(),
    }
}

impl Groups<'_> {
    fn add(&mut self, row: &Value) {
        let x = text(field(row, self.x));
        let x = match self.span {
            Some(span) => spanned(x, span),
            None => x,
        };
        let at = match self.known.get(&x) {
            Some(at) => *at,
            None if self.all.len() >= GROUPS => {
                self.beyond += 1;
                return;
            }
            None => {
                self.known.insert(x.clone(), self.all.len());
                self.all.push((x, Tally::new(self.figure)));
                self.all.len() - 1
            }
        };
        if let Some((_, tally)) = self.all.get_mut(at) {
            tally.add(row);
        }
    }

    fn chart(self) -> Content {
        let without = self.all.iter().map(|(_, tally)| tally.without()).sum();
        let in_order = self.form == Form::Line || self.span.is_some();
        let points = self.all.into_iter().map(|(x, tally)| Point {
            y: tally.value(),
            x,
        });
        let mut points: Vec<Point> = points.collect();
        let most = match self.form {
            Form::Bar => BARS,
            Form::Line => LINE_POINTS,
        };
        let read = |text: &str| number(&Value::String(text.to_owned()));
        if in_order {
            let numbers = points.iter().all(|point| read(&point.x).is_some());
            if numbers {
                points.sort_by_cached_key(|point| read(&point.x));
            } else {
                points.sort_by(|a, b| a.x.cmp(&b.x));
            }
        } else {
            // Those that are alike stay in the order they came.
            points.sort_by_cached_key(|point| std::cmp::Reverse(point.y.as_deref().and_then(read)));
        }
        let left_out = points.len().saturating_sub(most);
        if in_order {
            // The latest are the ones to look at.
            points.drain(..left_out);
        } else {
            points.truncate(most);
        }
        Content::Chart {
            points,
            others: left_out as u64 + u64::from(self.beyond > 0),
            without,
        }
    }
}

/// The span a date lies in, by its first digits (ISO 8601); what is no date stays as it is.
fn spanned(text: String, span: Span) -> String {
    let length = match span {
        Span::Day => 10,
        Span::Month => 7,
        Span::Year => 4,
    };
    let date = text.get(..10).is_some_and(|date| {
        date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
    });
    match text.get(..length) {
        Some(start) if date => start.to_owned(),
        _ => text,
    }
}
