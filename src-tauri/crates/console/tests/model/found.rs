//! What the model found, by name.
