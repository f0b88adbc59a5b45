#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod figures;
mod shapes;

use serde_json::{Value, json};

use super::*;

fn shown(shape: &Shape, rows: &[Value]) -> Content {
    let mut shaper = Shaper::new(shape);
    for row in rows {
        shaper.add(row);
    }
    shaper.shown(false).content
}

fn figure(of: &str, field: &str) -> Figure {
    serde_json::from_value(match of {
        "count" => json!({"of": of}),
        _ => json!({"of": of, "field": field}),
    })
    .unwrap()
}

fn number(figure: Figure) -> Shape {
    Shape::Number {
        figure,
        unit: String::new(),
        digits: None,
    }
}

/// The number that is shown, and how many rows had none.
fn counted(of: &str, values: &[Value]) -> (Option<String>, u64) {
    let rows: Vec<Value> = values.iter().map(|value| json!({"n": value})).collect();
    match shown(&number(figure(of, "n")), &rows) {
        Content::Number { value, without, .. } => (value, without),
        other => panic!("{other:?} is no number"),
    }
}
