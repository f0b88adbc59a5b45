//! Files written for a person: in the home's `exports` folder, where nothing else reads them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use tsunagi_domain::Timestamp;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::WrittenFile;

/// Rows for a spreadsheet (RFC 4180), each cell safe to open.
pub(crate) struct Sheet {
    writer: csv::Writer<Vec<u8>>,
    rows: u64,
}

impl Sheet {
    pub(crate) fn new(head: &[&str]) -> Self {
        // The mark tells spreadsheets that it is UTF-8; without it Japanese arrives broken.
        let writer = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer("\u{feff}".as_bytes().to_vec());
        let mut sheet = Self { writer, rows: 0 };
        sheet.line(head);
        sheet
    }

    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.line(cells);
        self.rows += 1;
    }

    fn line(&mut self, cells: &[&str]) {
        self.writer
            .write_record(cells.iter().map(|cell| safe(cell)))
            .expect("memory takes every record, and each has as many cells");
    }

    fn bytes(self) -> Vec<u8> {
        self.writer
            .into_inner()
            .expect("memory is never flushed in vain")
    }
}

/// What a spreadsheet would take for a formula is kept from being one by an apostrophe (OWASP,
/// *CSV Injection*): names come from people and providers.
fn safe(cell: &str) -> String {
    let formula = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if cell.starts_with(formula) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// `2026-11-24T02:53:32Z` (RFC 3339).
pub(crate) fn utc(at: Timestamp) -> String {
    written(at, "%Y-%m-%dT%H:%M:%SZ")
}

fn written(at: Timestamp, form: &str) -> String {
    let second = jiff::Timestamp::from_second(at.0.div_euclid(1000)).unwrap_or_default();
    second.strftime(form).to_string()
}

impl Console {
    /// Writes a sheet as `exports/<what>-<date>-<time>.csv`.
    pub(crate) fn write_export(
        &self,
        what: &str,
        sheet: Sheet,
    ) -> Result<WrittenFile, ConsoleError> {
        let stamp = written(self.now(), "%Y-%m-%d-%H%M%S");
        let entries = sheet.rows;
        let path = self.write_file(&format!("{what}-{stamp}.csv"), &sheet.bytes())?;
        Ok(WrittenFile { path, entries })
    }

    /// Writes a file of this name, or of this name with a number where there is one: what was
    /// written before may be somebody's only copy. Gives its path.
    pub(crate) fn write_file(&self, name: &str, bytes: &[u8]) -> Result<String, ConsoleError> {
        let folder = self.exports_folder();
        let failed = |error: &std::io::Error| unwritable(&folder, error);
        std::fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        for n in 1..1000 {
            let name = match n {
                1 => name.to_owned(),
                _ => format!("{stem}-{n}.{ending}"),
            };
            let path = folder.join(name);
            let mut file = match options.open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(failed(&error)),
            };
            let written = file.write_all(bytes).and_then(|()| file.sync_all());
            if let Err(error) = written {
                // Half a file would pass for a whole one.
                let _ = std::fs::remove_file(&path);
                return Err(failed(&error));
            }
            return Ok(path.display().to_string());
        }
        Err(failed(&std::io::ErrorKind::AlreadyExists.into()))
    }

    /// The folder of what was written, for a manager who wants to see it.
    ///
    /// # Errors
    /// R2; a folder that cannot be made.
    pub fn may_open_exports(&self, session: Session) -> Result<PathBuf, ConsoleError> {
        self.reader(session)?;
        let folder = self.exports_folder();
        std::fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
        Ok(folder)
    }

    pub(crate) fn exports_folder(&self) -> PathBuf {
        self.home().join("exports")
    }
}

fn unwritable(folder: &Path, error: &std::io::Error) -> ConsoleError {
    ConsoleError::new("export_unwritable")
        .with("path", folder.display().to_string())
        .with("detail", error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tsunagi_domain::Timestamp;

    use super::{Sheet, utc};

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        let mut sheet = Sheet::new(&["name"]);
        let evil = [
            "=HYPERLINK(\"https://evil.example\")",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "＝1",
        ];
        for cell in evil {
            sheet.row(&[cell]);
        }
        let text = String::from_utf8(sheet.bytes()).unwrap();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines.len(), evil.len());
        for line in lines {
            assert!(line.starts_with("\"'"), "{line} would be calculated");
        }
    }

    #[test]
    fn a_cell_comes_back_as_it_was() {
        let mut sheet = Sheet::new(&["a", "b"]);
        sheet.row(&["say \"hi\", or\nnot", "接続"]);
        assert_eq!(
            String::from_utf8(sheet.bytes()).unwrap(),
            "\u{feff}\"a\",\"b\"\r\n\"say \"\"hi\"\", or\nnot\",\"接続\"\r\n"
        );
    }

    #[test]
    fn times_are_written_in_utc() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_790_000_000_999, "2026-09-21T14:13:20Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(Timestamp(millis)), text);
        }
    }
}
