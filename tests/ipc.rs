//! Which window and which origin may call which command: the real context, without a display.
#![allow(clippy::unwrap_used)]

#[test]
fn placeholder() {}
