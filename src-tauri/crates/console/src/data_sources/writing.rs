//! Rows written for a person: as a sheet, or as JSON.

use std::io::Write;

use serde_json::Value;
use tsunagi_areas::data_source::Source;
use tsunagi_domain::ItemId;

use super::SOURCES;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::exporting::Sheet;
use crate::items::definition_of;
use crate::log::Action;
use crate::views::{RowsForm, WorkKind, WrittenFile};

/// Rows read at a time.
const BATCH: u32 = 2_000;

impl Console {
    /// Writes every row of a data source, as a sheet whose columns are the fields that are shown,
    /// else those that rows have, or as the service sent them.
    ///
    /// # Errors
    /// R2; `missing`; a file that cannot be written; `work_stopped`.
    pub fn export_rows(
        &self,
        session: Session,
        id: ItemId,
        form: RowsForm,
    ) -> Result<WrittenFile, ConsoleError> {
        self.reader(session)?;
        let item = self.item_of(SOURCES, id)?;
        let source: Source = definition_of(&item)?;
        let ending = match form {
            RowsForm::Csv => "csv",
            RowsForm::Json => "json",
        };
        let draft = self.draft_export("rows", ending)?;
        let (draft, rows) = match form {
            RowsForm::Csv => {
                let columns = self.columns(id, &source)?;
                let head: Vec<&str> = columns.iter().map(|column| column.1.as_str()).collect();
                let unwritable = |error: &std::io::Error| self.cannot_write(error);
                let mut sheet = Sheet::onto(draft, &head).map_err(|error| unwritable(&error))?;
                self.each_row(id, |fields| {
                    let row: Value = serde_json::from_str(fields).unwrap_or(Value::Null);
                    let cells: Vec<String> =
                        columns.iter().map(|column| cell(&row, &column.0)).collect();
                    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                    sheet.add(&cells)
                })?;
                sheet.end().map_err(|error| unwritable(&error))?
            }
            RowsForm::Json => {
                let mut draft = draft;
                let mut rows = 0_u64;
                let begun = draft.write_all(b"[");
                begun.map_err(|error| self.cannot_write(&error))?;
                self.each_row(id, |fields| {
                    let joint: &[u8] = if rows == 0 { b"\n" } else { b",\n" };
                    rows += 1;
                    draft.write_all(joint)?;
                    draft.write_all(fields.as_bytes())
                })?;
                let ended = draft.write_all(b"\n]\n");
                ended.map_err(|error| self.cannot_write(&error))?;
                (draft, rows)
            }
        };
        let file = WrittenFile {
            path: draft.finish()?,
            entries: rows,
            left_out: 0,
        };
        self.note_export(session, Action::SourceExported, &file);
        Ok(file)
    }

    fn cannot_write(&self, error: &std::io::Error) -> ConsoleError {
        crate::exporting::unwritable(&self.exports_folder(), error)
    }

    /// The columns of a sheet: each field with its label.
    fn columns(&self, id: ItemId, source: &Source) -> Result<Vec<(String, String)>, ConsoleError> {
        let shown = source.fields.iter().filter(|field| field.shown);
        let mut columns: Vec<(String, String)> = shown
            .map(|field| (field.name.clone(), field.label.clone()))
            .collect();
        if columns.is_empty() {
            self.each_row(id, |fields| {
                let row: Value = serde_json::from_str(fields).unwrap_or(Value::Null);
                for name in row.as_object().into_iter().flat_map(|row| row.keys()) {
                    if columns.iter().all(|known| known.0 != *name) {
                        columns.push((name.clone(), name.clone()));
                    }
                }
                Ok(())
            })?;
        }
        Ok(columns)
    }

    /// Every row, page by page; a person may stop it.
    fn each_row(
        &self,
        id: ItemId,
        mut write: impl FnMut(&str) -> std::io::Result<()>,
    ) -> Result<(), ConsoleError> {
        let work = self.begin_work(WorkKind::Rows);
        let all = self.inner.catalog.count_pulled(id)?;
        let (mut after, mut done) = (None, 0_u64);
        loop {
            let rows = self.inner.catalog.pulled(id, after, BATCH)?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = Some(last.place);
            for row in &rows {
                write(&row.fields).map_err(|error| self.cannot_write(&error))?;
            }
            done += rows.len() as u64;
            work.step(done, all)?;
        }
    }
}

/// A value in a cell: what is no plain value as JSON.
fn cell(row: &Value, name: &str) -> String {
    match row.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
