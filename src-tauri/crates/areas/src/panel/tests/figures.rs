//! Numbers are what a person would get by adding up on paper.

use proptest::prelude::*;

use super::*;

#[test]
fn numbers_are_exact() {
    let largest = json!(u64::MAX);
    for (of, values, expected, without) in [
        ("count", vec![json!(1), json!(null)], Some("2"), 0),
        ("sum", vec![], None, 0),
        ("sum", vec![json!(0.1), json!(0.2)], Some("0.3"), 0),
        (
            "sum",
            vec![json!("10.50"), json!(" 2 "), json!("-0.5")],
            Some("12"),
            0,
        ),
        (
            "sum",
            vec![largest.clone(), largest],
            Some("36893488147419103230"),
            0,
        ),
        (
            "sum",
            vec![json!(9_007_199_254_740_993_i64), json!(0.5)],
            Some("9007199254740993.5"),
            0,
        ),
        ("sum", vec![json!(1e3), json!(2.5e-3)], Some("1000.0025"), 0),
        (
            "sum",
            vec![
                json!(1),
                json!("1,000"),
                json!("n/a"),
                json!(true),
                json!(null),
            ],
            Some("1"),
            4,
        ),
        ("sum", vec![json!("1_000")], None, 1),
        ("average", vec![json!(1), json!(2)], Some("1.5"), 0),
        (
            "average",
            vec![json!(1), json!(1), json!(0)],
            Some("0.666667"),
            0,
        ),
        ("average", vec![json!(4), json!(null)], Some("4"), 1),
        (
            "min",
            vec![json!(3), json!(-2.5), json!("7")],
            Some("-2.5"),
            0,
        ),
        (
            "max",
            vec![json!(3), json!(-2.5), json!("7.10")],
            Some("7.1"),
            0,
        ),
        ("max", vec![json!(-1), json!(null)], Some("-1"), 1),
    ] {
        let (value, missing) = counted(of, &values);
        assert_eq!(
            (value.as_deref(), missing),
            (expected, without),
            "{of} of {values:?}"
        );
    }
}

#[test]
fn a_sum_with_more_digits_than_can_be_kept_is_not_shown_instead_of_a_wrong_one() {
    let (value, _) = counted(
        "sum",
        &[
            json!("79228162514264337593543950335"),
            json!("0.0000000000000000000000000001"),
        ],
    );
    assert_eq!(value, None);
}

proptest! {
    #[test]
    fn whole_numbers_add_up_in_any_order(mut values in prop::collection::vec(any::<i64>(), 1..60)) {
        let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
        let rows: Vec<Value> = values.iter().map(|value| json!(value)).collect();
        prop_assert_eq!(counted("sum", &rows).0, Some(sum.to_string()));
        values.reverse();
        let texts: Vec<Value> = values.iter().map(|value| json!(value.to_string())).collect();
        prop_assert_eq!(counted("sum", &texts).0, Some(sum.to_string()), "a text that is a number counts");
    }

    #[test]
    fn cents_add_up(values in prop::collection::vec(-1_000_000_i64..1_000_000, 1..60)) {
        let cents: i64 = values.iter().sum();
        let money = |cents: i64| format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100);
        let rows: Vec<Value> = values.iter().map(|value| json!(money(*value))).collect();
        let sum = counted("sum", &rows).0.unwrap();
        let shown: rust_decimal::Decimal = sum.parse().unwrap();
        prop_assert_eq!(shown, rust_decimal::Decimal::new(cents, 2));
    }

    #[test]
    fn the_average_lies_between_the_smallest_and_the_largest(values in prop::collection::vec(-1e6..1e6, 1..40)) {
        let rows: Vec<Value> = values.iter().map(|value: &f64| json!((value * 100.0).round() / 100.0)).collect();
        let of = |word| counted(word, &rows).0.unwrap().parse::<f64>().unwrap();
        let (low, middle, high) = (of("min"), of("average"), of("max"));
        prop_assert!(low - 1e-6 <= middle && middle <= high + 1e-6, "{} {} {}", low, middle, high);
    }
}

#[test]
fn a_sum_with_too_many_digits_for_an_average_is_not_shown_and_ends_nothing() {
    // The largest that is read.
    let most = json!("79228162514264337593543950335");
    assert_eq!(counted("average", &[most.clone(), most.clone()]), (None, 0));
    assert_eq!(
        counted("sum", &[most.clone(), most, json!("0.5")]),
        (None, 0)
    );
}
