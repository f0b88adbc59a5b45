//! Medians of both sides, their ratio, the limit: as a table and as JSON.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::Error;

/// One measured quantity, on both sides.
#[derive(Debug)]
pub struct Metric {
    /// What was measured.
    pub name: &'static str,
    /// Its unit, such as `ms` or `MiB`.
    pub unit: &'static str,
    /// Our measurements.
    pub ours: Vec<f64>,
    /// The measurements it is compared with.
    pub theirs: Vec<f64>,
    /// The largest ratio of the medians that is good enough.
    pub limit: f64,
}

impl Metric {
    /// Median of ours over median of theirs; `None` without measurements.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        let (ours, theirs) = (median(&self.ours)?, median(&self.theirs)?);
        (theirs > 0.0).then(|| ours / theirs)
    }

    /// Whether the limit is exceeded. What could not be measured is not within it.
    #[must_use]
    pub fn exceeded(&self) -> bool {
        self.ratio().is_none_or(|ratio| ratio > self.limit)
    }
}

/// What a bench found.
#[derive(Debug)]
pub struct Report {
    /// The bench's name.
    pub name: &'static str,
    /// Its quantities.
    pub metrics: Vec<Metric>,
}

impl Report {
    /// `{"name", "metrics": [{"name", "unit", "ours", "theirs", "ratio", "limit", "n"}]}`, medians of both sides.
    #[must_use]
    pub fn json(&self) -> Value {
        let metric = |metric: &Metric| {
            json!({
                "name": metric.name, "unit": metric.unit, "ours": median(&metric.ours), "theirs": median(&metric.theirs),
                "ratio": metric.ratio(), "limit": metric.limit, "n": metric.ours.len().min(metric.theirs.len()),
            })
        };
        json!({ "name": self.name, "metrics": self.metrics.iter().map(metric).collect::<Vec<_>>() })
    }

    /// The table for a person: medians, and the span of the measurements behind them.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = format!(
            "{:<26}{:>24}{:>24}{:>8}{:>8}{:>5}\n",
            self.name, "ours (least to most)", "theirs (least to most)", "ratio", "limit", "n"
        );
        for metric in &self.metrics {
            let side = |values: &[f64]| match (median(values), span(values)) {
                (Some(median), Some((least, most))) => {
                    format!("{median:.0} ({least:.0} to {most:.0})")
                }
                _ => "none".to_owned(),
            };
            let ratio = metric
                .ratio()
                .map_or_else(|| "none".to_owned(), |ratio| format!("{ratio:.2}"));
            let _ = writeln!(
                table,
                "{:<26}{:>24}{:>24}{:>8}{:>8.2}{:>5}",
                format!("{} [{}]", metric.name, metric.unit),
                side(&metric.ours),
                side(&metric.theirs),
                ratio,
                metric.limit,
                metric.ours.len().min(metric.theirs.len()),
            );
        }
        table
    }

    /// The quantities over their limit.
    #[must_use]
    pub fn exceeded(&self) -> Vec<&Metric> {
        self.metrics
            .iter()
            .filter(|metric| metric.exceeded())
            .collect()
    }

    /// Writes the JSON, creating the folder.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let at = || path.display().to_string();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(Error::io(at()))?;
        }
        std::fs::write(path, format!("{:#}\n", self.json())).map_err(Error::io(at()))
    }
}

/// The middle value; of an even number of values, the mean of the middle two. `None` for no values.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        Some(upper)
    } else {
        Some(f64::midpoint(sorted[middle - 1], upper))
    }
}

/// The value that 95 of 100 do not exceed. `None` for no values.
#[must_use]
pub fn p95(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * 95).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// The least and the most.
fn span(values: &[f64]) -> Option<(f64, f64)> {
    let least = values.iter().copied().min_by(f64::total_cmp)?;
    let most = values.iter().copied().max_by(f64::total_cmp)?;
    Some((least, most))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn metric(ours: &[f64], theirs: &[f64]) -> Metric {
        Metric {
            name: "start",
            unit: "ms",
            ours: ours.to_vec(),
            theirs: theirs.to_vec(),
            limit: 1.3,
        }
    }

    #[test]
    fn the_median_is_the_middle_however_they_come() {
        assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0), "odd: the middle one");
        assert_eq!(
            median(&[4.0, 1.0, 3.0, 2.0]),
            Some(2.5),
            "even: between the middle two"
        );
        assert_eq!(median(&[]), None, "nothing measured has no middle");
    }

    #[test]
    fn five_of_a_hundred_may_be_slow() {
        let mut values = vec![1.0; 95];
        values.extend([50.0; 5]);
        assert_eq!(p95(&values), Some(1.0), "five of them are not looked at");
        values.push(50.0);
        assert_eq!(p95(&values), Some(50.0), "six are too many");
        assert_eq!(p95(&[7.0]), Some(7.0), "of one value it is that");
        assert_eq!(p95(&[]), None, "nothing measured has none");
    }

    #[test]
    fn one_slow_start_does_not_decide() {
        assert!(
            !metric(&[100.0, 110.0, 900.0], &[100.0, 100.0, 100.0]).exceeded(),
            "the median is 110"
        );
        assert!(metric(&[131.0], &[100.0]).exceeded(), "1.31 is over 1.3");
        assert!(
            !metric(&[130.0], &[100.0]).exceeded(),
            "the limit itself is allowed"
        );
    }

    #[test]
    fn nothing_measured_is_not_within_the_limit() {
        assert!(metric(&[], &[]).exceeded(), "an empty side proves nothing");
        assert!(
            metric(&[1.0], &[0.0]).exceeded(),
            "nor does a ratio to zero"
        );
    }

    #[test]
    fn the_json_has_the_fields_that_readers_expect() {
        let report = Report {
            name: "startup",
            metrics: vec![metric(&[120.0, 100.0], &[100.0, 100.0])],
        };
        let expected = serde_json::json!({ "name": "startup", "metrics": [{
            "name": "start", "unit": "ms", "ours": 110.0, "theirs": 100.0, "ratio": 1.1, "limit": 1.3, "n": 2 }] });
        assert_eq!(
            report.json(),
            expected,
            "medians of both sides, their ratio, the limit and the pairs"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/startup.json");
        report.write(&path).unwrap();
        let read: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(read, expected, "the file holds the same");
    }
}
