//! Counting tests across every runner, and the table at the end.

use std::process::ExitCode;
use std::time::Duration;

/// How many tests did what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Neither: left out by the runner.
    pub skipped: u64,
}

impl Totals {
    /// One step without tests of its own.
    pub fn step(success: bool) -> Self {
        Self {
            passed: u64::from(success),
            failed: u64::from(!success),
            skipped: 0,
        }
    }

    /// Reads what a runner said, and believes its exit code over its words.
    pub fn read(output: &str, success: bool) -> Self {
        let mut totals = Self::default();
        for line in output.lines().filter(|line| is_summary(line)) {
            let mut number = None;
            for word in line
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
            {
                match word {
                    "passed" => totals.passed += number.take().unwrap_or(0),
                    "failed" => totals.failed += number.take().unwrap_or(0),
                    "ignored" | "skipped" | "todo" => totals.skipped += number.take().unwrap_or(0),
                    other => number = other.parse().ok(),
                }
            }
        }
        if totals.passed + totals.failed == 0 || (!success && totals.failed == 0) {
            // No test ran, for example as nothing compiled; or the runner failed beside its tests.
            totals = Self {
                passed: totals.passed + u64::from(success),
                failed: u64::from(!success),
                skipped: totals.skipped,
            };
        }
        totals
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }

    /// The closing line.
    pub fn line(self) -> String {
        let skipped = if self.skipped > 0 {
            format!(", {} skipped", self.skipped)
        } else {
            String::new()
        };
        format!("{} passed, {} failed{skipped}", self.passed, self.failed)
    }
}

/// Whether a line is a runner's closing line: libtest's "test result: ok. 3 passed; …", vitest's "Tests  3 passed (3)",
/// Playwright's "3 passed (1.2s)", and the plain "3 passed, 0 failed".
fn is_summary(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with("test result:") || line.starts_with("Tests ") {
        return true;
    }
    let mut words = line.split_whitespace();
    let number = words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    number
        && words.next().is_some_and(|word| {
            matches!(word.trim_end_matches(','), "passed" | "failed" | "skipped")
        })
}

/// The steps of a verb, as they ended.
#[derive(Default)]
pub struct Table {
    rows: Vec<(String, Totals, Duration)>,
}

impl Table {
    /// Adds a step.
    pub fn add(&mut self, name: impl Into<String>, totals: Totals, took: Duration) {
        self.rows.push((name.into(), totals, took));
    }

    /// All steps together.
    pub fn sum(&self) -> Totals {
        self.rows
            .iter()
            .fold(Totals::default(), |sum, row| sum.and(row.1))
    }

    /// Prints the table and the closing line; fails where anything failed, or nothing ran.
    pub fn close(&self) -> ExitCode {
        println!();
        for (name, totals, took) in &self.rows {
            let sign = if totals.failed == 0 {
                "ok    "
            } else {
                "FAILED"
            };
            println!(
                "{sign}  {name:<28} {:<34} {:>7.1} s",
                totals.line(),
                took.as_secs_f64()
            );
        }
        let sum = self.sum();
        println!("\n{}", sum.line());
        if sum.failed == 0 && sum.passed > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(passed: u64, failed: u64, skipped: u64) -> Totals {
        Totals {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn each_runner_is_counted_as_it_closes() {
        let cargo = "running 2 tests\ntest a ... ok\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                     test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.1s\n";
        assert_eq!(
            Totals::read(cargo, false),
            totals(5, 1, 1),
            "cargo test closes once per target"
        );
        let vitest =
            " Test Files  2 passed (2)\n      Tests  1 failed | 12 passed | 2 skipped (15)\n";
        assert_eq!(
            Totals::read(vitest, false),
            totals(12, 1, 2),
            "files are not tests"
        );
        assert_eq!(
            Totals::read("  3 skipped\n  12 passed (3.2s)\n", true),
            totals(12, 0, 3),
            "Playwright, one per line"
        );
        assert_eq!(
            Totals::read("4 passed, 0 failed\n", true),
            totals(4, 0, 0),
            "the plain line"
        );
    }

    #[test]
    fn words_of_a_test_are_not_a_closing_line() {
        let output = "test 3 passed arguments ... ok\nit passed, 4 failed before\ntest result: ok. 1 passed; 0 failed\n";
        assert_eq!(
            Totals::read(output, true),
            totals(1, 0, 0),
            "only closing lines count"
        );
    }

    #[test]
    fn a_failed_exit_is_a_failure_whatever_was_counted() {
        assert_eq!(
            Totals::read("error: could not compile", false),
            totals(0, 1, 0),
            "nothing ran"
        );
        assert_eq!(
            Totals::read("3 passed, 0 failed", false),
            totals(3, 1, 0),
            "the runner itself broke"
        );
        assert_eq!(
            Totals::read("", true),
            totals(1, 0, 0),
            "a step without tests counts as one"
        );
    }

    #[test]
    fn an_empty_table_is_no_success() {
        assert_eq!(
            format!("{:?}", Table::default().close()),
            format!("{:?}", ExitCode::FAILURE),
            "no test ran"
        );
    }
}
