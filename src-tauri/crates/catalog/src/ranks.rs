//! Every connection's place in the list by name, kept in memory: what is found late in the order
//! would else be reached by passing all that comes before it.
//!
//! The file says whether the order is still the one that was read: each change of it, by whatever
//! process, gives it another mark.

use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection as Db;

use crate::Result;
use crate::keys::{Keys, SPAN, chunk};

/// The order as it was last read.
#[derive(Default)]
pub(crate) struct Ranking(Mutex<Option<Arc<Ranks>>>);

struct Ranks {
    mark: i64,
    /// By chunk of keys, the rank of each key in it.
    ranks: BTreeMap<i64, Vec<u32>>,
}

impl Ranking {
    /// The keys of `wanted` after the connection of key `after`, in the order of the list, at most
    /// `most`.
    pub(crate) fn first(
        &self,
        db: &Db,
        wanted: &Keys,
        after: Option<i64>,
        most: usize,
    ) -> Result<Vec<i64>> {
        let ranks = self.current(db)?;
        let after = after.map(|key| rank(ranks.of_chunk(key), key));
        // The last of those that are kept is on top, and goes first.
        let mut kept: BinaryHeap<(u32, i64)> = BinaryHeap::with_capacity(most + 1);
        // Keys come chunk by chunk.
        let mut of_chunk: (Option<i64>, &[u32]) = (None, &[]);
        for key in wanted.iter() {
            if of_chunk.0 != Some(chunk(key)) {
                of_chunk = (Some(chunk(key)), ranks.of_chunk(key));
            }
            let rank = rank(of_chunk.1, key);
            let is_late = kept.len() == most && kept.peek().is_some_and(|(last, _)| *last < rank);
            if is_late || after.is_some_and(|after| rank <= after) {
                continue;
            }
            kept.push((rank, key));
            if kept.len() > most {
                kept.pop();
            }
        }
        Ok(kept
            .into_sorted_vec()
            .into_iter()
            .map(|(_, key)| key)
            .collect())
    }

    /// Whether the order has been read, if not to the last change.
    pub(crate) fn is_read(&self) -> bool {
        self.kept().is_some()
    }

    fn kept(&self) -> MutexGuard<'_, Option<Arc<Ranks>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self, db: &Db) -> Result<Arc<Ranks>> {
        let mark = db
            .prepare_cached("SELECT mark FROM name_order")?
            .query_row([], |row| row.get(0))?;
        let mut kept = self.kept();
        if let Some(ranks) = &*kept
            && ranks.mark == mark
        {
            return Ok(ranks.clone());
        }
        let read = Arc::new(Ranks::read(db, mark)?);
        *kept = Some(read.clone());
        Ok(read)
    }
}

impl Ranks {
    fn read(db: &Db, mark: i64) -> Result<Self> {
        let mut ranks: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        let mut statement = db.prepare_cached("SELECT key FROM connection ORDER BY folded, id")?;
        let mut rows = statement.query([])?;
        let mut next = 0;
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            let span = usize::try_from(SPAN).unwrap_or_default();
            let of_chunk = ranks
                .entry(chunk(key))
                .or_insert_with(|| vec![u32::MAX; span]);
            of_chunk[usize::try_from(key.rem_euclid(SPAN)).unwrap_or_default()] = next;
            next += 1;
        }
        Ok(Self { mark, ranks })
    }

    /// The ranks of the chunk a key is in.
    fn of_chunk(&self, key: i64) -> &[u32] {
        self.ranks
            .get(&chunk(key))
            .map_or(&[], |ranks| ranks.as_slice())
    }
}

/// The rank of a key among those of its chunk. One that is not in the list comes last.
fn rank(of_chunk: &[u32], key: i64) -> u32 {
    let at = usize::try_from(key.rem_euclid(SPAN)).unwrap_or_default();
    of_chunk.get(at).copied().unwrap_or(u32::MAX)
}
