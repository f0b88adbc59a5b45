//! Tables and charts, and what becomes of rows that are too many or not what was promised.

use proptest::prelude::*;

use super::*;

fn table(columns: &[(&str, &str)]) -> Shape {
    let columns = columns.iter().map(|(field, label)| Column {
        field: (*field).to_owned(),
        label: (*label).to_owned(),
    });
    Shape::Table {
        columns: columns.collect(),
    }
}

fn chart(form: Form, span: Option<Span>, figure: Figure) -> Shape {
    Shape::Chart {
        form,
        x: "x".to_owned(),
        span,
        figure,
        unit: String::new(),
    }
}

fn points(content: Content) -> (Vec<(String, Option<String>)>, u64) {
    match content {
        Content::Chart { points, others, .. } => {
            let points = points.into_iter().map(|point| (point.x, point.y));
            (points.collect(), others)
        }
        other => panic!("{other:?} is no chart"),
    }
}

fn cells(content: Content) -> (Vec<(String, bool)>, Vec<Vec<String>>) {
    match content {
        Content::Table { columns, cells } => {
            let heads = columns.into_iter().map(|one| (one.label, one.numeric));
            (heads.collect(), cells)
        }
        other => panic!("{other:?} is no table"),
    }
}

#[test]
fn a_table_has_the_fields_that_are_chosen_or_those_that_rows_have() {
    let rows = [
        json!({"id": 1, "owner": {"id": 7, "name": "Ines"}, "at": {"city": "Kyoto"}}),
        json!({"id": 9_007_199_254_740_993_i64, "tags": ["a", "b"], "gone": null, "line": "a\nb"}),
    ];
    let (heads, all) = cells(shown(&table(&[]), &rows));
    let heads: Vec<&str> = heads.iter().map(|(head, _)| head.as_str()).collect();
    assert_eq!(heads, ["at", "id", "owner", "gone", "line", "tags"]);
    assert_eq!(all[0], [r#"{"city":"Kyoto"}"#, "1", "Ines", "", "", ""]);
    assert_eq!(
        all[1],
        ["", "9007199254740993", "", "", "a b", "a, b"],
        "no digit of an id is lost"
    );
    let (heads, all) = cells(shown(&table(&[("/at/city", "City"), ("id", "")]), &rows));
    assert_eq!(heads, [("City".to_owned(), false), ("id".to_owned(), true)]);
    assert_eq!(all, [["Kyoto", "1"], ["", "9007199254740993"]]);
}

#[test]
fn rows_that_are_no_records_break_nothing() {
    let rows = [json!(1), json!("text"), json!(null), json!([1]), json!({})];
    let (_, all) = cells(shown(&table(&[("id", "")]), &rows));
    assert_eq!(all.len(), 5);
    let (all, _) = points(shown(&chart(Form::Bar, None, Figure::Count), &rows));
    assert_eq!(all, [(String::new(), Some("5".to_owned()))]);
}

#[test]
fn a_table_of_a_million_rows_keeps_what_it_shows() {
    let shape = table(&[("n", "")]);
    let mut shaper = Shaper::new(&shape);
    let row = json!({"n": 1});
    let mut taken = 0;
    while !shaper.is_full() && taken < 1_000_000 {
        shaper.add(&row);
        taken += 1;
    }
    assert_eq!(taken, TABLE_ROWS, "nobody need read on");
    let shown = shaper.shown(true);
    assert_eq!((shown.rows, shown.more), (TABLE_ROWS as u64, true));
}

#[test]
fn long_texts_are_cut() {
    let rows = [json!({"n": "あ".repeat(100_000)})];
    let (_, all) = cells(shown(&table(&[]), &rows));
    assert_eq!(all[0][0].chars().count(), 301);
    assert!(all[0][0].ends_with('…'));
}

#[test]
fn bars_stand_by_length_and_lines_by_their_field() {
    let rows = [
        json!({"x": 10, "n": 1}),
        json!({"x": 9, "n": 5}),
        json!({"x": 10, "n": 2}),
        json!({"n": "no number"}),
    ];
    let pair = |x: &str, y: &str| (x.to_owned(), Some(y.to_owned()));
    let sum = figure("sum", "n");
    let (bars, _) = points(shown(&chart(Form::Bar, None, sum.clone()), &rows[..3]));
    assert_eq!(bars, [pair("9", "5"), pair("10", "3")]);
    let (line, _) = points(shown(&chart(Form::Line, None, Figure::Count), &rows[..3]));
    assert_eq!(line, [pair("9", "1"), pair("10", "2")], "9 comes before 10");
    let content = shown(&chart(Form::Bar, None, sum), &rows);
    assert!(
        matches!(content, Content::Chart { without: 1, .. }),
        "what cannot be added is told: {content:?}"
    );
    let (bars, _) = points(content);
    assert_eq!(bars[2], (String::new(), None), "and shown as nothing");
}

#[test]
fn dates_are_grouped_by_the_span_that_is_chosen() {
    let rows: Vec<Value> = [
        "2026-10-31T23:59:59+09:00",
        "2026-10-01",
        "2025-12-31",
        "soon",
        "2026/10/01",
    ]
    .iter()
    .map(|at| json!({"x": at}))
    .collect();
    for (span, expected) in [
        (
            Span::Day,
            vec![
                "2025-12-31",
                "2026-10-01",
                "2026-10-31",
                "2026/10/01",
                "soon",
            ],
        ),
        (
            Span::Month,
            vec!["2025-12", "2026-10", "2026/10/01", "soon"],
        ),
        (Span::Year, vec!["2025", "2026", "2026/10/01", "soon"]),
    ] {
        let (all, _) = points(shown(&chart(Form::Bar, Some(span), Figure::Count), &rows));
        let all: Vec<&str> = all.iter().map(|(x, _)| x.as_str()).collect();
        assert_eq!(all, expected, "{span:?}");
    }
}

#[test]
fn too_many_bars_leave_the_shortest_out_and_too_long_a_line_its_beginning() {
    let rows: Vec<Value> = (0..600).map(|n| json!({"x": n, "n": n})).collect();
    let (bars, others) = points(shown(&chart(Form::Bar, None, figure("sum", "n")), &rows));
    assert_eq!((bars.len(), others), (BARS, 550));
    assert_eq!(bars[0].0, "599");
    let (line, others) = points(shown(&chart(Form::Line, None, figure("sum", "n")), &rows));
    assert_eq!((line.len(), others), (LINE_POINTS, 100));
    assert_eq!((line[0].0.as_str(), line[499].0.as_str()), ("100", "599"));
}

#[test]
fn one_value_is_where_the_pointer_leads() {
    let body = json!({"info": {"total": 9_007_199_254_740_993_i64, "word": "open"}, "none": null});
    for (pointer, expected, is_number) in [
        ("/info/total", Some("9007199254740993"), true),
        ("/info/word", Some("open"), false),
        ("/none", None, false),
        ("/nowhere", None, false),
    ] {
        let shape = number(Figure::Value {
            pointer: pointer.to_owned(),
        });
        let mut shaper = Shaper::new(&shape);
        shaper.answer(&body);
        let Content::Number { value, numeric, .. } = shaper.shown(false).content else {
            panic!("no number")
        };
        assert_eq!(
            (value.as_deref(), numeric),
            (expected, is_number),
            "{pointer}"
        );
    }
}

#[test]
fn what_cannot_be_shown_is_not_kept() {
    let operation = json!({"from": "operation", "operation": "list"});
    let source = json!({"from": "source", "source": ItemId::new()});
    let value =
        |pointer: &str| json!({"kind": "number", "figure": {"of": "value", "pointer": pointer}});
    let many: Vec<Value> = (0..=TABLE_COLUMNS)
        .map(|n| json!({"field": n.to_string()}))
        .collect();
    for (data, shape, expected) in [
        (&operation, json!({"kind": "table"}), Ok(())),
        (
            &operation,
            json!({"kind": "table", "columns": [{"field": ""}]}),
            Err("panel_field_missing"),
        ),
        (
            &operation,
            json!({"kind": "table", "columns": many}),
            Err("panel_columns"),
        ),
        (&operation, value("/info/count"), Ok(())),
        (&operation, value("info"), Err("panel_pointer")),
        (&source, value("/info/count"), Err("panel_value_of_rows")),
        (
            &source,
            json!({"kind": "number", "figure": {"of": "sum", "field": ""}}),
            Err("panel_field_missing"),
        ),
        (
            &source,
            json!({"kind": "chart", "form": "bar", "x": "", "figure": {"of": "count"}}),
            Err("panel_field_missing"),
        ),
        (
            &operation,
            json!({"kind": "chart", "form": "bar", "x": "a", "figure": {"of": "value", "pointer": "/a"}}),
            Err("panel_value_of_rows"),
        ),
        (
            &operation,
            json!({"kind": "chart", "form": "line", "x": "a", "span": "month", "figure": {"of": "average", "field": "b"}}),
            Ok(()),
        ),
    ] {
        let panel: Panel = serde_json::from_value(json!({"data": data, "shape": shape})).unwrap();
        assert_eq!(panel.fits().map_err(Misfit::code), expected, "{shape}");
        let kept = serde_json::to_string(&panel).unwrap();
        assert_eq!(
            serde_json::from_str::<Panel>(&kept).unwrap(),
            panel,
            "what is kept can be read"
        );
    }
}

proptest! {
    #[test]
    fn no_row_is_lost_in_a_chart(values in prop::collection::vec("[a-e]{0,1}", 0..80)) {
        let rows: Vec<Value> = values.iter().map(|x| json!({"x": x})).collect();
        let (all, others) = points(shown(&chart(Form::Bar, None, Figure::Count), &rows));
        let sum: u64 = all.iter().map(|(_, y)| y.as_deref().unwrap().parse::<u64>().unwrap()).sum();
        prop_assert_eq!((sum, others), (values.len() as u64, 0));
        let counts: Vec<u64> = all.iter().map(|(_, y)| y.as_deref().unwrap().parse().unwrap()).collect();
        prop_assert!(counts.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn whatever_rows_are_every_shape_takes_them(texts in prop::collection::vec(any::<String>(), 0..12), numbers in prop::collection::vec(any::<f64>(), 0..12)) {
        let texts = texts.iter().map(|text| json!({"x": text, "n": text}));
        let rows: Vec<Value> = texts.chain(numbers.iter().map(|n| json!({"x": n, "n": n}))).collect();
        let (heads, all) = cells(shown(&table(&[]), &rows));
        prop_assert!(all.iter().all(|row| row.len() == heads.len()));
        for of in ["count", "sum", "average", "min", "max"] {
            let _ = shown(&number(figure(of, "n")), &rows);
            let (all, _) = points(shown(&chart(Form::Line, Some(Span::Month), figure(of, "n")), &rows));
            prop_assert!(all.len() <= rows.len());
        }
    }
}
