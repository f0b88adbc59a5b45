//! A shelf in memory that keeps what it was told, and breaks where a test wants it to.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tsunagi_areas::data_source::{Begun, Row, Shelf};

#[derive(Debug, thiserror::Error)]
#[error("the disk is full")]
pub(crate) struct Full;

#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) rows: BTreeMap<String, String>,
    pub(crate) running: Option<(bool, Option<String>, u64)>,
    pub(crate) since: Option<String>,
    pub(crate) origin: String,
    /// After so many pages nothing more can be kept.
    pub(crate) pages_left: Option<u32>,
    pub(crate) pages: u32,
    pub(crate) begun_anew: u32,
    pub(crate) ended: u32,
    /// The program is stopped before a pull can be ended.
    pub(crate) dies_at_the_end: bool,
}

#[derive(Default)]
pub(crate) struct Memory(pub(crate) Mutex<Kept>);

impl Memory {
    pub(crate) fn ids(&self) -> Vec<String> {
        self.0.lock().unwrap().rows.keys().cloned().collect()
    }
}

impl Shelf for Memory {
    type Error = Full;

    async fn begin(&self, whole: bool, origin: &str) -> Result<Begun, Full> {
        let mut kept = self.0.lock().unwrap();
        if kept.origin != origin {
            kept.origin = origin.to_owned();
            kept.running = None;
            kept.since = None;
        }
        let whole = whole || kept.since.is_none();
        if kept.running.is_none() {
            kept.begun_anew += 1;
            kept.running = Some((whole, None, 0));
        }
        let (whole, next, came) = kept.running.clone().unwrap();
        Ok(Begun {
            whole,
            next,
            came,
            since: kept.since.clone(),
        })
    }

    async fn put(&self, after: u64, rows: Vec<Row>, next: Option<String>) -> Result<(), Full> {
        let mut kept = self.0.lock().unwrap();
        if let Some(left) = &mut kept.pages_left {
            *left = left.checked_sub(1).ok_or(Full)?;
        }
        kept.pages += 1;
        let running = kept.running.as_mut().unwrap();
        assert_eq!(
            running.2, after,
            "no page is left out, and none comes twice"
        );
        running.1 = next;
        running.2 += rows.len() as u64;
        kept.rows
            .extend(rows.into_iter().map(|row| (row.id, row.fields)));
        Ok(())
    }

    async fn end(&self, since: Option<String>) -> Result<u64, Full> {
        let mut kept = self.0.lock().unwrap();
        if std::mem::take(&mut kept.dies_at_the_end) {
            return Err(Full);
        }
        kept.running = None;
        kept.since = since;
        kept.ended += 1;
        Ok(0)
    }

    async fn give_up(&self) -> Result<(), Full> {
        let mut kept = self.0.lock().unwrap();
        kept.running = None;
        kept.since = None;
        Ok(())
    }
}
