//! What others wrote about a service, made into something the builder can go on with.

mod document;
mod openapi;
pub(crate) mod text;

pub use openapi::{Choice, OpenApi, openapi};
