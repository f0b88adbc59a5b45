//! Whether what a service sends repeats a credential: as it is, as addresses write it, or as JSON
//! may (RFC 8259 §7), also where a piece of it ends in the middle.

use bytes::Bytes;
use memchr::{memchr, memmem};
use tsunagi_oauth::Secret;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

/// What JSON takes for one byte at most: `\u0041`.
const ESCAPED: usize = 6;

/// What must not be seen, in the forms it may be written in.
pub(crate) struct Needles {
    plain: Vec<Secret>,
    /// Those that differ from the plain ones.
    written: Vec<Secret>,
}

impl Needles {
    pub(crate) fn of(secrets: &[Secret]) -> Self {
        let plain: Vec<Secret> = secrets
            .iter()
            .filter(|it| !it.is_empty())
            .cloned()
            .collect();
        let mut written = Vec::new();
        for secret in &plain {
            let text = secret.expose();
            let in_a_url: Zeroizing<String> =
                Zeroizing::new(byte_serialize(text.as_bytes()).collect());
            let in_json = Zeroizing::new(text.replace('/', "\\/"));
            for other in [in_a_url, in_json] {
                if other.as_str() != text {
                    written.push(Secret::new(other.as_str()));
                }
            }
        }
        Self { plain, written }
    }

    /// Whether one of them stands in these bytes.
    pub(crate) fn are_told_by(&self, bytes: &[u8]) -> bool {
        self.is_in(bytes)
            || (memchr(b'\\', bytes).is_some() && {
                let read = unescaped(bytes);
                self.plain.iter().any(|it| is_in(&read, it))
            })
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        self.plain
            .iter()
            .chain(&self.written)
            .any(|it| is_in(bytes, it))
    }

    /// The most bytes that one of them may take.
    fn longest(&self) -> usize {
        let all = self.plain.iter().chain(&self.written);
        let longest = all.map(|it| it.expose().len()).max().unwrap_or(0);
        longest * ESCAPED
    }
}

fn is_in(bytes: &[u8], secret: &Secret) -> bool {
    let needle = secret.expose().as_bytes();
    bytes.len() >= needle.len() && memmem::find(bytes, needle).is_some()
}

/// Text as JSON reads it. What is no escape is left as it is.
fn unescaped(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut read = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut rest = bytes;
    while let Some(at) = memchr(b'\\', rest) {
        read.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((kind, after)) = rest.split_first() else {
            break;
        };
        rest = after;
        match kind {
            b'u' => {
                let Some(first) = unit(rest) else { continue };
                rest = &rest[4..];
                let second = rest.strip_prefix(b"\\u").and_then(unit);
                let pair = second.and_then(|second| char::decode_utf16([first, second]).next());
                let (read_as, used) = match (char::from_u32(u32::from(first)), pair) {
                    (Some(one), _) => (Some(one), 0),
                    (None, Some(Ok(pair))) => (Some(pair), 6),
                    (None, _) => (None, 0),
                };
                rest = &rest[used..];
                if let Some(read_as) = read_as {
                    read.extend_from_slice(read_as.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            b'n' => read.push(b'\n'),
            b't' => read.push(b'\t'),
            b'r' => read.push(b'\r'),
            b'b' => read.push(8),
            b'f' => read.push(12),
            other => read.push(*other),
        }
    }
    read.extend_from_slice(rest);
    read
}

fn unit(digits: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(digits.get(..4)?).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

/// A credential was met in what a service sends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told;

/// Lets a stream through, up to where a credential might begin that has not come in full yet.
pub(crate) struct Sieve {
    held: Vec<u8>,
    /// So many bytes are held back: one more than the longest could have begun in.
    hold: usize,
}

impl Sieve {
    pub(crate) fn of(needles: &Needles) -> Self {
        let longest = needles.longest();
        Self {
            held: Vec::new(),
            // An escape may begin before it and end in it.
            hold: if longest == 0 { 0 } else { longest + ESCAPED },
        }
    }

    /// What may be handed on of everything that has come.
    ///
    /// # Errors
    /// [`Told`]; nothing of the credential has been handed on.
    pub(crate) fn pass(&mut self, needles: &Needles, chunk: &[u8]) -> Result<Bytes, Told> {
        self.held.extend_from_slice(chunk);
        if needles.are_told_by(&self.held) {
            self.held.clear();
            return Err(Told);
        }
        let rest = self
            .held
            .split_off(self.held.len().saturating_sub(self.hold));
        Ok(Bytes::from(std::mem::replace(&mut self.held, rest)))
    }

    /// What was held back, when nothing more comes.
    pub(crate) fn rest(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.held))
    }
}

#[cfg(test)]
mod tests;
