//! The practice service as a client and a browser see it, over its own port.
#![allow(clippy::unwrap_used)]

mod device;
mod doors;
mod faults;
mod flow;
mod restart;
mod sessions;
mod tokens;
mod visit;
mod wires;
