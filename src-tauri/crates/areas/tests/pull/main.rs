//! Pulling rows through a real gate from a server on loopback.

#![allow(clippy::unwrap_used)]

// The server, and a home with one connection to it, are those of the gate's own tests.
#[path = "../../../gateway/tests/gate/clock.rs"]
#[allow(dead_code)]
mod clock;
#[path = "../../../gateway/tests/gate/connector.rs"]
#[allow(dead_code)]
mod connector;
#[path = "../../../gateway/tests/gate/home.rs"]
#[allow(dead_code)]
mod home;
#[path = "../../../gateway/tests/gate/server.rs"]
#[allow(dead_code)]
mod server;

mod killed;
mod pages;
mod shelf;
