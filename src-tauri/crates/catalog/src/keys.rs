//! Sets of connections, by the key of their row.

use std::collections::BTreeMap;

/// 64-bit words of a chunk: a chunk spans 4,096 keys, and its 512 bytes fit a page of the file
/// several times over.
const WORDS: usize = 64;
/// Keys of a chunk.
pub(crate) const SPAN: i64 = 4_096;

/// Bits of the keys of one chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bits([u64; WORDS]);

impl Default for Bits {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

impl Bits {
    /// From the bytes of the file. A length no chunk has is read as far as it goes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let mut bits = Self::default();
        for (word, bytes) in bits.0.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        }
        bits
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Says whether that changed anything.
    pub(crate) fn set(&mut self, key: i64, on: bool) -> bool {
        let (word, bit) = place(key);
        let before = self.0[word];
        if on {
            self.0[word] |= bit;
        } else {
            self.0[word] &= !bit;
        }
        self.0[word] != before
    }

    fn has(&self, key: i64) -> bool {
        let (word, bit) = place(key);
        self.0[word] & bit != 0
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// The chunk a key is in.
pub(crate) const fn chunk(key: i64) -> i64 {
    key.div_euclid(SPAN)
}

fn place(key: i64) -> (usize, u64) {
    let offset = key.rem_euclid(SPAN);
    (
        usize::try_from(offset / 64).unwrap_or_default(),
        1 << (offset % 64),
    )
}

/// A set of connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys(BTreeMap<i64, Bits>);

impl Keys {
    pub(crate) fn insert(&mut self, key: i64) {
        self.0.entry(chunk(key)).or_default().set(key, true);
    }

    /// Puts in all at once which of 64 keys, from `first` on, a multiple of 64, are in the set: the
    /// lowest bit stands for the first.
    pub(crate) fn insert_word(&mut self, first: i64, word: u64) {
        if word != 0 {
            self.0.entry(chunk(first)).or_default().0[place(first).0] |= word;
        }
    }

    pub(crate) fn put(&mut self, chunk: i64, bits: Bits) {
        self.0.insert(chunk, bits);
    }

    pub(crate) fn has(&self, key: i64) -> bool {
        self.0.get(&chunk(key)).is_some_and(|bits| bits.has(key))
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.values().map(Bits::count).sum()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (chunk, bits) in &other.0 {
            let mine = self.0.entry(*chunk).or_default();
            mine.0.iter_mut().zip(&bits.0).for_each(|(a, b)| *a |= b);
        }
    }

    pub(crate) fn keep(&mut self, other: &Self) {
        self.0.retain(|chunk, bits| {
            let Some(theirs) = other.0.get(chunk) else {
                return false;
            };
            bits.0.iter_mut().zip(&theirs.0).for_each(|(a, b)| *a &= b);
            true
        });
    }

    pub(crate) fn take_out(&mut self, other: &Self) {
        for (chunk, bits) in &mut self.0 {
            if let Some(theirs) = other.0.get(chunk) {
                bits.0.iter_mut().zip(&theirs.0).for_each(|(a, b)| *a &= !b);
            }
        }
    }

    /// In the order of the keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.iter().flat_map(|(chunk, bits)| {
            let first = chunk * SPAN;
            bits.0.iter().zip(0_i64..).flat_map(move |(word, at)| {
                let mut left = *word;
                std::iter::from_fn(move || {
                    (left != 0).then(|| {
                        let bit = left.trailing_zeros();
                        left &= left - 1;
                        first + at * 64 + i64::from(bit)
                    })
                })
            })
        })
    }
}

impl FromIterator<i64> for Keys {
    fn from_iter<T: IntoIterator<Item = i64>>(keys: T) -> Self {
        let mut set = Self::default();
        keys.into_iter().for_each(|key| set.insert(key));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn some() -> impl Strategy<Value = BTreeSet<i64>> {
        // Around the edges of words and chunks, and far away.
        let key = prop_oneof![0..200_i64, 4_000..4_200_i64, Just(i64::MAX), Just(-1)];
        proptest::collection::btree_set(key, 0..40)
    }

    proptest! {
        #[test]
        fn they_are_sets(a in some(), b in some()) {
            let (mine, theirs): (Keys, Keys) = (a.iter().copied().collect(), b.iter().copied().collect());
            prop_assert_eq!(mine.iter().collect::<BTreeSet<_>>(), a.clone(), "what went in");
            prop_assert_eq!(mine.count(), a.len() as u64, "counted");
            let of = |act: fn(&mut Keys, &Keys)| {
                let mut set = mine.clone();
                act(&mut set, &theirs);
                set.iter().collect::<BTreeSet<_>>()
            };
            prop_assert_eq!(of(Keys::add), &a | &b, "either");
            prop_assert_eq!(of(Keys::keep), &a & &b, "both");
            prop_assert_eq!(of(Keys::take_out), &a - &b, "one without the other");
            prop_assert!(a.iter().all(|key| mine.has(*key)), "each is found");
            prop_assert!((&b - &a).iter().all(|key| !mine.has(*key)), "and no other");
        }

        #[test]
        fn bits_come_back_from_the_file_as_they_were(keys in some()) {
            let mut bits = Bits::default();
            for key in &keys {
                bits.set(*key, true);
            }
            prop_assert_eq!(Bits::from_bytes(&bits.bytes()), bits.clone(), "the same");
            for key in &keys {
                bits.set(*key, false);
            }
            prop_assert!(bits.is_empty(), "taken out again");
        }
    }
}
