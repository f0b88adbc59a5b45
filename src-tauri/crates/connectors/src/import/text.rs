//! Words of strangers, made fit for a file and a screen.

/// One line without characters that change how others look, and not longer than `max`.
pub(crate) fn line(text: &str, max: usize) -> String {
    let clean: String = text
        .chars()
        .filter(|c| !is_direction(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut words = String::new();
    for word in clean.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
        .chars()
        .take(max)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The first paragraph of a description, on one line.
pub(crate) fn paragraph(text: &str, max: usize) -> String {
    let first = text.trim().split("\n\n").next().unwrap_or_default();
    line(first, max)
}

fn is_direction(c: char) -> bool {
    matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// An identifier out of a name: Latin letters and digits joined by `_`; `otherwise` where the name
/// has no letter to begin with.
pub(crate) fn identifier(name: &str, otherwise: &str, max: usize) -> String {
    let mut id = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            id.push(c);
        } else if !id.is_empty() && !id.ends_with('_') {
            id.push('_');
        }
    }
    let begins = id.find(|c: char| c.is_ascii_lowercase());
    let id: String = begins
        .map(|at| id[at..].chars().take(max).collect())
        .unwrap_or_default();
    let id = id.trim_end_matches('_');
    if id.is_empty() { otherwise } else { id }.to_owned()
}

/// One or two letters that stand for a name.
pub(crate) fn initials(name: &str) -> String {
    let letters: String = name
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| word.chars().next())
        .take(2)
        .collect();
    let letters: String = letters.to_uppercase().chars().take(3).collect();
    if letters.is_empty() {
        "?".to_owned()
    } else {
        letters
    }
}

/// A hue that is always the same for a name.
pub(crate) fn hue(name: &str) -> u16 {
    let sum = name.bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    u16::try_from(sum % 360).unwrap_or_default()
}
