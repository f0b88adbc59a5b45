#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const SECRET: &str = "at-1/s3cret+mark";

fn needles() -> Needles {
    Needles::of(&[Secret::new(""), Secret::new(SECRET)])
}

/// A secret as JSON may write it: every character as its number.
fn numbered(text: &str) -> String {
    text.encode_utf16()
        .map(|unit| format!("\\u{unit:04X}"))
        .collect()
}

#[test]
fn a_secret_is_found_in_every_form_it_is_written_in() {
    let needles = needles();
    let forms = [
        SECRET.to_owned(),
        "at-1%2Fs3cret%2Bmark".to_owned(),
        "at-1\\/s3cret+mark".to_owned(),
        "at-1\\u002fs3cret\\u002Bmark".to_owned(),
        numbered(SECRET),
    ];
    for form in forms {
        let text = format!("{{\"a\":\"\\\\ {form}\"}}");
        assert!(needles.are_told_by(text.as_bytes()), "{form}");
    }
    for other in [
        "",
        "at-1/s3cret+mar",
        "\\",
        "\\u00",
        "\\ud800\\u0041",
        "at-1\\ns3cret",
    ] {
        assert!(!needles.are_told_by(other.as_bytes()), "{other}");
    }
    let none = Needles::of(&[Secret::new("")]);
    assert!(!none.are_told_by(b"anything"), "where there is none");
}

#[test]
fn characters_of_two_units_are_read() {
    let needles = Needles::of(&[Secret::new("p\u{1f511}w")]);
    let text = numbered("p\u{1f511}w");
    assert!(needles.are_told_by(text.as_bytes()), "{text}");
}

proptest! {
    #[test]
    fn however_it_is_cut_nothing_of_a_secret_is_handed_on(
        before in "[a-z\\\\\"]{0,300}", after in "[a-z]{0,300}", form in 0_usize..3,
        cuts in proptest::collection::vec(1_usize..50, 1..40),
    ) {
        let needles = needles();
        let written = [SECRET.to_owned(), "at-1%2Fs3cret%2Bmark".to_owned(), numbered(SECRET)];
        // An escape before it must not swallow its first character.
        let text = format!("{before} {}{after}", written[form]);
        let mut sieve = Sieve::of(&needles);
        let mut handed = Vec::new();
        let mut told = false;
        let mut rest = text.as_bytes();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, later) = rest.split_at((*cut).min(rest.len()));
            rest = later;
            match sieve.pass(&needles, chunk) {
                Ok(bytes) => handed.extend_from_slice(&bytes),
                Err(Told) => {
                    told = true;
                    break;
                }
            }
        }
        prop_assert!(told, "it is met");
        prop_assert!(handed.len() <= before.len() + 1, "none of it was handed on");
    }

    #[test]
    fn what_tells_nothing_comes_through_as_it_is(
        chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..400), 0..20),
    ) {
        let needles = needles();
        let mut sieve = Sieve::of(&needles);
        let mut handed = Vec::new();
        for chunk in &chunks {
            handed.extend_from_slice(&sieve.pass(&needles, chunk).unwrap());
        }
        handed.extend_from_slice(&sieve.rest());
        prop_assert_eq!(handed, chunks.concat());
    }
}
