//! A caller's form that a credential is added to. What the caller wrote stays as it was written,
//! byte for byte: its order, what stands in it twice, how it is encoded.

use serde::de::IgnoredAny;
use serde_json::Value;
use url::form_urlencoded::{self, Serializer, byte_serialize};
use zeroize::Zeroizing;

/// Why nothing can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// There is no place for it, or more than one.
    NoPlace,
    /// Something of the caller's stands there.
    Taken,
}

/// Adds a field behind all others.
pub(super) fn append(body: &mut Vec<u8>, name: &str, value: &str) {
    if !body.is_empty() && !body.ends_with(b"&") {
        body.push(b'&');
    }
    let pair = Serializer::new(String::new())
        .append_pair(name, value)
        .finish();
    body.extend(Zeroizing::new(pair).as_bytes());
}

/// Adds a text to the JSON object that one field holds. Objects on the way to it are made.
pub(super) fn insert(body: &mut Vec<u8>, name: &str, at: &str, value: &str) -> Result<(), Unfit> {
    let start = only(body, name)?;
    let end = body[start..]
        .iter()
        .position(|byte| *byte == b'&')
        .map_or(body.len(), |length| start + length);
    let (text, offsets) = decoded(&body[start..end]).ok_or(Unfit::NoPlace)?;
    // What follows reads it as JSON that has no fault. Its numbers are not looked at: they may be
    // larger than any that is known here.
    let open = after_space(text.as_bytes(), 0);
    if serde_json::from_str::<IgnoredAny>(&text).is_err() || !text[open..].starts_with('{') {
        return Err(Unfit::NoPlace);
    }
    let steps: Vec<String> = at
        .split('/')
        .skip(1)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    let (offset, added) = place(&text, open, &steps, value)?;
    let at = start + offsets.get(offset).ok_or(Unfit::NoPlace)?;
    let encoded: Zeroizing<String> = Zeroizing::new(byte_serialize(added.as_bytes()).collect());
    body.splice(at..at, encoded.bytes());
    Ok(())
}

/// Where the value of a field begins that stands in a form once.
fn only(body: &[u8], name: &str) -> Result<usize, Unfit> {
    let mut found = None;
    let mut at = 0;
    for pair in body.split(|byte| *byte == b'&') {
        let own = form_urlencoded::parse(pair)
            .next()
            .is_some_and(|(own, _)| own == name);
        if own {
            let equals = pair.iter().position(|byte| *byte == b'=');
            let value = equals.ok_or(Unfit::NoPlace)? + 1;
            if found.replace(at + value).is_some() {
                return Err(Unfit::NoPlace);
            }
        }
        at += pair.len() + 1;
    }
    found.ok_or(Unfit::NoPlace)
}

/// The text of a value, and where each of its bytes begins as it is written.
fn decoded(raw: &[u8]) -> Option<(Zeroizing<String>, Vec<usize>)> {
    let hex = |at: usize| char::from(*raw.get(at)?).to_digit(16);
    let (mut text, mut offsets, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(byte) = raw.get(at) {
        offsets.push(at);
        let escaped = (*byte == b'%')
            .then(|| u8::try_from(hex(at + 1)? * 16 + hex(at + 2)?).ok())
            .flatten();
        let (plain, length) = match (escaped, byte) {
            (Some(plain), _) => (plain, 3),
            (None, b'+') => (b' ', 1),
            (None, other) => (*other, 1),
        };
        text.push(plain);
        at += length;
    }
    offsets.push(at);
    Some((Zeroizing::new(String::from_utf8(text).ok()?), offsets))
}

/// Where in a JSON text something is added so that the steps lead to the value, and what. `open` is
/// where the object begins.
fn place(
    text: &str,
    open: usize,
    steps: &[String],
    value: &str,
) -> Result<(usize, Zeroizing<String>), Unfit> {
    let (step, rest) = steps.split_first().ok_or(Unfit::NoPlace)?;
    let members = members(text, open).ok_or(Unfit::NoPlace)?;
    let quoted = |text: &str| Value::from(text).to_string();
    let mut same = members.iter().filter(|(name, _)| name == step);
    match (same.next(), same.next()) {
        (None, _) => {
            let mut inner = Zeroizing::new(quoted(value));
            for step in rest.iter().rev() {
                inner = Zeroizing::new(format!("{{{}:{}}}", quoted(step), *inner));
            }
            let comma = if members.is_empty() { "" } else { "," };
            let member = format!("{}:{}{comma}", quoted(step), *inner);
            Ok((open + 1, Zeroizing::new(member)))
        }
        (Some(_), _) if rest.is_empty() => Err(Unfit::Taken),
        (Some((_, at)), None) if text[*at..].starts_with('{') => place(text, *at, rest, value),
        _ => Err(Unfit::NoPlace),
    }
}

/// Names and values of an object, the latter by where they begin; one that stands there twice is
/// there twice.
fn members(text: &str, open: usize) -> Option<Vec<(String, usize)>> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), open + 1);
    loop {
        at = after_space(bytes, at);
        match bytes.get(at)? {
            b'}' => return Some(found),
            b',' => at += 1,
            _ => {
                let end = after_text(bytes, at)?;
                let name = serde_json::from_str(text.get(at..end)?).ok()?;
                let colon = after_space(bytes, end);
                at = after_space(bytes, colon + 1);
                found.push((name, at));
                at = after_value(bytes, at)?;
            }
        }
    }
}

fn after_space(bytes: &[u8], from: usize) -> usize {
    let space = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    from + bytes.iter().skip(from).take_while(space).count()
}

/// Behind the closing quote of a text.
fn after_text(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn after_value(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut at, mut depth) = (from, 0_usize);
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = after_text(bytes, at)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b',' | b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests;
