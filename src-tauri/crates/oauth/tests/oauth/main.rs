//! The protocol against servers on loopback that behave as badly as real ones.
#![allow(clippy::unwrap_used, missing_docs)]

mod attempt;
mod callback;
mod device;
mod device_codes;
mod discovery;
mod errors;
mod identity;
mod listener;
mod metadata;
mod pushed;
mod revoke;
mod support;
mod telling;
mod token;
mod told;
mod ways;
