//! Files written for a person: in the home's `exports` folder, where nothing else reads them.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tsunagi_domain::Timestamp;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::WrittenFile;

/// Rows for a spreadsheet (RFC 4180), each cell safe to open.
pub(crate) struct Sheet<W: Write = Vec<u8>> {
    writer: csv::Writer<W>,
    rows: u64,
}

impl Sheet {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self::onto(Vec::new(), head).expect("memory takes every record")
    }

    pub(crate) fn row(&mut self, cells: &[&str]) {
        self.add(cells)
            .expect("memory takes every record, and each has as many cells");
    }

    fn bytes(self) -> Vec<u8> {
        self.writer
            .into_inner()
            .expect("memory is never flushed in vain")
    }
}

impl<W: Write> Sheet<W> {
    /// A sheet that is written as it grows.
    pub(crate) fn onto(mut to: W, head: &[&str]) -> std::io::Result<Self> {
        // The mark tells spreadsheets that it is UTF-8; without it Japanese arrives broken.
        to.write_all("\u{feff}".as_bytes())?;
        let writer = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer(to);
        let mut sheet = Self { writer, rows: 0 };
        sheet.line(head)?;
        Ok(sheet)
    }

    pub(crate) fn add(&mut self, cells: &[&str]) -> std::io::Result<()> {
        self.rows += 1;
        self.line(cells)
    }

    /// A line that is none of the rows.
    pub(crate) fn note(&mut self, cells: &[&str]) -> std::io::Result<()> {
        self.line(cells)
    }

    fn line(&mut self, cells: &[&str]) -> std::io::Result<()> {
        let safe = cells.iter().map(|cell| safe(cell));
        self.writer.write_record(safe).map_err(std::io::Error::from)
    }

    /// What it was written onto, and how many rows it has.
    pub(crate) fn end(self) -> std::io::Result<(W, u64)> {
        let rows = self.rows;
        let to = self.writer.into_inner();
        to.map(|to| (to, rows))
            .map_err(csv::IntoInnerError::into_error)
    }
}

/// A file that is being written. It goes again unless it is finished: half a file would pass for
/// a whole one.
pub(crate) struct Draft {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Draft {
    /// Makes the file durable, and gives its path.
    pub(crate) fn finish(mut self) -> Result<String, ConsoleError> {
        let Some(mut file) = self.file.take() else {
            return Ok(self.path.display().to_string());
        };
        match file.flush().and_then(|()| file.get_ref().sync_all()) {
            Ok(()) => Ok(self.path.display().to_string()),
            Err(error) => {
                self.file = Some(file);
                Err(self.unwritable(&error))
            }
        }
    }

    pub(crate) fn unwritable(&self, error: &std::io::Error) -> ConsoleError {
        unwritable(self.path.parent().unwrap_or(&self.path), error)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// What a spreadsheet would take for a formula is kept from being one by an apostrophe (OWASP,
/// *CSV Injection*): names come from people and providers. Some look for it behind white space too.
fn safe(cell: &str) -> String {
    let formula = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if cell.starts_with(formula) || cell.trim_start().starts_with(formula) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// `2026-11-24T02:53:32Z` (RFC 3339).
pub(crate) fn utc(at: Timestamp) -> String {
    written(at, "%Y-%m-%dT%H:%M:%SZ")
}

/// `2026-11-24-025332`, in UTC, for the names of files.
pub(crate) fn stamp(at: Timestamp) -> String {
    written(at, "%Y-%m-%d-%H%M%S")
}

/// `2026-11-24 02:53 UTC`, for people.
pub(crate) fn minute(at: Timestamp) -> String {
    written(at, "%Y-%m-%d %H:%M UTC")
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
        let stamp = stamp(self.now());
        let entries = sheet.rows;
        let path = self.write_file(&format!("{what}-{stamp}.csv"), &sheet.bytes())?;
        Ok(WrittenFile {
            path,
            entries,
            left_out: 0,
        })
    }

    /// Notes that a member took something along.
    pub(crate) fn note_export(&self, session: Session, action: Action, file: &WrittenFile) {
        let name = Path::new(&file.path).file_name().unwrap_or_default();
        let args = [("file", name.to_string_lossy())];
        let args = args.each_ref().map(|(key, value)| (*key, value.as_ref()));
        self.note(session, action, "workspace", &args);
    }

    /// Writes a file of this name, or of this name with a number where there is one: what was
    /// written before may be somebody's only copy. Gives its path.
    pub(crate) fn write_file(&self, name: &str, bytes: &[u8]) -> Result<String, ConsoleError> {
        let mut draft = self.draft_file(name)?;
        match draft.write_all(bytes) {
            Ok(()) => draft.finish(),
            Err(error) => Err(draft.unwritable(&error)),
        }
    }

    /// Begins `exports/<what>-<date>-<time>.<ending>`.
    pub(crate) fn draft_export(&self, what: &str, ending: &str) -> Result<Draft, ConsoleError> {
        self.draft_file(&format!("{what}-{}.{ending}", stamp(self.now())))
    }

    fn draft_file(&self, name: &str) -> Result<Draft, ConsoleError> {
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
            match options.open(&path) {
                Ok(file) => {
                    let file = Some(BufWriter::new(file));
                    return Ok(Draft { path, file });
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(&error)),
            }
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

pub(crate) fn unwritable(folder: &Path, error: &std::io::Error) -> ConsoleError {
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
            " =1",
            "\u{a0}=1",
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
