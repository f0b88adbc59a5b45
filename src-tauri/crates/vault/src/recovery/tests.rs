//! The recovery code of version 1, pinned: what a person has on paper must open for ever.
#![allow(clippy::unwrap_used)]

use super::*;

/// Symbols 4, 11, 18 and so on, by sevens. The check symbol was also computed apart from this
/// code, from Crockford's description.
const CODE: &str = "4BJS0-7ENW3-AHRZ6-DMV29-GQY5C-KT182";
/// A key of 32 eights, sealed under it.
const RECOVERY: &str = "VFNORwEEuwdl7y1QOTbqoNYtaXvNKOHhGQfJQiVyA/zynaVWCzeuFm4SoKqMN6BOyfiO\
    olX+U16GkTpGVVcHV47r4BvEfJ1czeqrocTe7dk3XXbhFbwQTlmyp3eO7A==";

fn by_sevens() -> [u8; RANDOM] {
    std::array::from_fn(|n| u8::try_from((n * 7 + 4) % 32).unwrap())
}

#[test]
fn the_check_symbol_of_version_1_stays_what_it_is() {
    assert_eq!(check(&by_sevens()), 2, "the number of 145 bits, modulo 37");
    assert_eq!(check(&[0; RANDOM]), 0, "and of no bits");
    let code = RecoveryCode::of(&by_sevens(), 2);
    assert_eq!(code.expose(), CODE, "six groups of five");
    assert_eq!(code.0.capacity(), LEN, "no copy was left by growing");
}

#[test]
fn what_a_code_of_version_1_sealed_still_opens() {
    use base64::Engine;
    let sealed = base64::engine::general_purpose::STANDARD
        .decode(RECOVERY)
        .unwrap();
    let key = CODE.parse::<RecoveryCode>().unwrap().key("catalog");
    let master = key
        .open(Purpose::Recovery, &Aad::recovery("catalog"), &sealed)
        .unwrap();
    assert_eq!(&**master, &[8; 32], "the key the paper was written for");
}

#[test]
fn no_code_is_made_whose_check_symbol_is_no_letter_or_digit() {
    // Each has a chance of five in 37 to be drawn again.
    for _ in 0..500 {
        let code = RecoveryCode::generate().unwrap();
        assert!(
            code.expose().parse::<RecoveryCode>().is_ok(),
            "what is shown can be typed: {}",
            code.expose()
        );
    }
}
