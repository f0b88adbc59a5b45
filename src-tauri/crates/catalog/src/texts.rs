//! Every text the search looks through, kept in memory: what the trigram index cannot find, or
//! finds too much of, is found by reading them all, and from the file that takes longer than
//! somebody who types should wait.
//!
//! They are kept by pack, as the file has them. The file says which packs are still the ones that
//! were read: each change of one, by whatever process, gives it another mark. They are read when
//! they are first needed, and afterwards only what has changed is read again. Each search looks
//! through what its own snapshot of the file holds.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memchr::memmem::Finder;
use rusqlite::Connection as Db;

use crate::Result;
use crate::keys::Keys;

/// Texts of a pack: as many as a word of a set has bits.
pub(crate) const PACK: i64 = 64;
const TEXTS: usize = 64;
/// Stands between the texts of a pack: a control character, which no text holds.
pub(crate) const BETWEEN: u8 = 0x1e;

/// The texts as they were last read.
#[derive(Default)]
pub(crate) struct Texts(Mutex<Option<Packs>>);

/// In the order of their numbers.
type Packs = Arc<Vec<Arc<Pack>>>;

struct Pack {
    number: i64,
    mark: i64,
    texts: Box<[u8]>,
    /// Where each text ends.
    ends: [u32; TEXTS],
}

impl Texts {
    /// Whether they have been read, if not to the last change.
    pub(crate) fn are_read(&self) -> bool {
        self.kept().is_some()
    }

    /// The connections whose text holds all of these terms.
    pub(crate) fn with(&self, db: &Db, terms: &[String]) -> Result<Keys> {
        let packs = self.current(db)?;
        let finders: Vec<Finder<'_>> = terms.iter().map(Finder::new).collect();
        let mut found = Keys::default();
        for pack in packs.iter() {
            let holding = finders.iter().fold(u64::MAX, |before, finder| {
                // What one term is not in need not be looked at for the others.
                if before == 0 {
                    0
                } else {
                    before & pack.with(finder)
                }
            });
            found.insert_word(pack.number * PACK, holding);
        }
        Ok(found)
    }

    fn kept(&self) -> MutexGuard<'_, Option<Packs>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self, db: &Db) -> Result<Packs> {
        // Held until they are read: whoever asks meanwhile would else read them a second time.
        let mut kept = self.kept();
        let before = kept.clone().unwrap_or_default();
        let marks: Vec<(i64, i64)> = db
            .prepare_cached(
                "SELECT pack, mark FROM connection_pack INDEXED BY connection_pack_mark ORDER BY pack",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        if before
            .iter()
            .map(|pack| (pack.number, pack.mark))
            .eq(marks.iter().copied())
        {
            return Ok(kept.insert(before).clone());
        }
        let now = marks
            .into_iter()
            .map(|(number, mark)| {
                let at = before.binary_search_by_key(&number, |pack| pack.number);
                let same = at.ok().map(|at| &before[at]);
                match same.filter(|pack| pack.mark == mark) {
                    Some(pack) => Ok(pack.clone()),
                    None => Ok(Arc::new(Pack::read(db, number, mark)?)),
                }
            })
            .collect::<Result<_>>()?;
        Ok(kept.insert(Arc::new(now)).clone())
    }
}

impl Pack {
    fn read(db: &Db, number: i64, mark: i64) -> Result<Self> {
        let texts: Vec<u8> = db
            .prepare_cached("SELECT texts FROM connection_pack WHERE pack = ?1")?
            .query_row([number], |row| row.get(0))?;
        Ok(Self::new(number, mark, texts))
    }

    fn new(number: i64, mark: i64, texts: Vec<u8>) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let mut ends = [place(texts.len()); TEXTS];
        for (end, at) in ends.iter_mut().zip(memchr::memchr_iter(BETWEEN, &texts)) {
            *end = place(at);
        }
        Self {
            number,
            mark,
            texts: texts.into_boxed_slice(),
            ends,
        }
    }

    /// Which of its texts hold something: a bit for each, the lowest for the first. Goes from hit
    /// to hit, so that texts without one cost nothing, and of a text only the first one counts.
    fn with(&self, finder: &Finder<'_>) -> u64 {
        let (mut holding, mut text, mut start) = (0_u64, 0, 0);
        while let Some(hit) = finder.find(self.texts.get(start..).unwrap_or_default()) {
            let hit = start + hit;
            let end = |text: usize| self.ends.get(text).map(|end| *end as usize);
            while end(text).is_some_and(|end| end <= hit) {
                text += 1;
            }
            let Some(end) = end(text) else {
                break;
            };
            holding |= 1 << text;
            text += 1;
            start = end + 1;
        }
        holding
    }
}

#[cfg(test)]
mod tests;
