//! Logos of custom connectors. A logo is a stranger's file that a web view shows, so it is one
//! thing only: a still PNG picture, small, and read to its end before it is kept. SVG drawings are
//! refused: they can hold scripts and lead elsewhere, and are not needed for a mark of 28 pixels.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Why;

/// The largest logo, in bytes.
const LOGO_MAX: usize = 32 * 1024;
/// The most pixels each way.
const PIXELS_MAX: u32 = 512;

/// A picture as a connector file holds it.
///
/// # Errors
/// Why it cannot be a logo.
pub fn logo(bytes: &[u8]) -> Result<String, Why> {
    let looks_like = |start: &str| {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]);
        text.to_ascii_lowercase().contains(start)
    };
    if looks_like("<svg") {
        return Err(Why::logo_svg());
    }
    if bytes.len() > LOGO_MAX {
        return Err(Why::logo_large(format!("{} KiB", LOGO_MAX / 1024)));
    }
    let broken = |_| Why::logo_not_png();
    let limits = png::Limits {
        bytes: 8 * 1024 * 1024,
    };
    let decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    let mut reader = decoder.read_info().map_err(broken)?;
    let (width, height) = reader.info().size();
    if width > PIXELS_MAX || height > PIXELS_MAX {
        return Err(Why::logo_size(width, height, PIXELS_MAX));
    }
    // A picture that moves draws a person's eye for good.
    if reader.info().animation_control().is_some() {
        return Err(Why::logo_moves());
    }
    let size = reader.output_buffer_size().ok_or_else(Why::logo_not_png)?;
    let mut pixels = vec![0; size];
    reader.next_frame(&mut pixels).map_err(broken)?;
    reader.finish().map_err(broken)?;
    Ok(STANDARD.encode(bytes))
}

/// What is wrong with a logo that a file holds.
pub(crate) fn check(held: &str) -> Result<(), Why> {
    let bytes = STANDARD.decode(held).map_err(|_| Why::logo_not_png())?;
    logo(&bytes).map(|_| ())
}
