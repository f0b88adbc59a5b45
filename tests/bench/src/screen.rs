//! The display as a person has it: what it shows, and a pointer.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, InputFocus, MapState, Window};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::Error;

/// Event codes of the X protocol, as its test extension takes them.
const PRESS: u8 = 4;
const RELEASE: u8 = 5;
const MOTION: u8 = 6;
const KEY_PRESS: u8 = 2;
const KEY_RELEASE: u8 = 3;

/// A part of the screen, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub x: i16,
    /// Upper edge.
    pub y: i16,
    /// Width.
    pub width: u16,
    /// Height.
    pub height: u16,
}

impl Area {
    /// The pixel in the middle.
    #[must_use]
    pub fn middle(self) -> (i16, i16) {
        (
            self.x + (self.width / 2).cast_signed(),
            self.y + (self.height / 2).cast_signed(),
        )
    }

    /// The part of it that lies within `other`; `None` where nothing does.
    #[must_use]
    pub fn within(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let right = (self.x + self.width.cast_signed()).min(other.x + other.width.cast_signed());
        let bottom = (self.y + self.height.cast_signed()).min(other.y + other.height.cast_signed());
        let (width, height) = (
            u16::try_from(right - x).ok()?,
            u16::try_from(bottom - y).ok()?,
        );
        (width > 0 && height > 0).then_some(Self {
            x,
            y,
            width,
            height,
        })
    }
}

/// The pixels of an area, row by row, each a color of the display's own format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture(pub Vec<u32>);

/// The display.
pub struct Screen {
    connection: RustConnection,
    root: u32,
    size: (u16, u16),
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Window(format!("display: {error}"))
}

impl Screen {
    /// Opens the display that `DISPLAY` names.
    ///
    /// # Errors
    /// [`Error::Window`] where there is none, as with every call here.
    pub fn open() -> Result<Self, Error> {
        let (connection, number) = x11rb::connect(None).map_err(broken)?;
        let screen = connection
            .setup()
            .roots
            .get(number)
            .ok_or_else(|| broken("no screen"))?;
        let (root, size) = (
            screen.root,
            (screen.width_in_pixels, screen.height_in_pixels),
        );
        Ok(Self {
            connection,
            root,
            size,
        })
    }

    /// All of it.
    #[must_use]
    pub fn all(&self) -> Area {
        Area {
            x: 0,
            y: 0,
            width: self.size.0,
            height: self.size.1,
        }
    }

    /// What an area shows now.
    ///
    /// # Errors
    /// As [`Screen::open`].
    pub fn picture(&self, area: Area) -> Result<Picture, Error> {
        let image = self
            .connection
            .get_image(
                ImageFormat::Z_PIXMAP,
                self.root,
                area.x,
                area.y,
                area.width,
                area.height,
                u32::MAX,
            )
            .map_err(broken)?
            .reply()
            .map_err(broken)?;
        // 24-bit displays hand out four bytes a pixel, the fourth of them undefined.
        let pixels = image
            .data
            .chunks_exact(4)
            .map(|bytes| u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], 0]));
        Ok(Picture(pixels.collect()))
    }

    /// The largest window that is shown.
    ///
    /// # Errors
    /// As [`Screen::open`], and where there is no window.
    pub fn window(&self) -> Result<Area, Error> {
        self.largest().map(|(_, area)| area)
    }

    /// Gives the largest window the keyboard, as a window manager would: this display has none,
    /// and without it keys go nowhere.
    ///
    /// # Errors
    /// As [`Screen::window`].
    pub fn focus(&self) -> Result<(), Error> {
        let (window, _) = self.largest()?;
        self.connection
            .set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME)
            .map_err(broken)?
            .check()
            .map_err(broken)
    }

    fn largest(&self) -> Result<(Window, Area), Error> {
        let tree = self
            .connection
            .query_tree(self.root)
            .map_err(broken)?
            .reply()
            .map_err(broken)?;
        let mut shown = Vec::new();
        for window in tree.children {
            let attributes = self
                .connection
                .get_window_attributes(window)
                .map_err(broken)?
                .reply();
            // It may have been closed since it was listed.
            let Ok(attributes) = attributes else { continue };
            let Ok(place) = self
                .connection
                .get_geometry(window)
                .map_err(broken)?
                .reply()
            else {
                continue;
            };
            if attributes.map_state == MapState::VIEWABLE {
                let area = Area {
                    x: place.x,
                    y: place.y,
                    width: place.width,
                    height: place.height,
                };
                shown.push((window, area));
            }
        }
        let size = |(_, area): &(Window, Area)| u32::from(area.width) * u32::from(area.height);
        shown
            .into_iter()
            .max_by_key(size)
            .ok_or_else(|| broken("no window is shown"))
    }

    /// Moves the pointer.
    ///
    /// # Errors
    /// As [`Screen::open`].
    pub fn point(&self, (x, y): (i16, i16)) -> Result<(), Error> {
        self.input(MOTION, 0, x, y)
    }

    /// Presses and releases the first button where the pointer is.
    ///
    /// # Errors
    /// As [`Screen::open`].
    pub fn click(&self) -> Result<(), Error> {
        self.input(PRESS, 1, 0, 0)?;
        self.input(RELEASE, 1, 0, 0)
    }

    /// The code of the key that types a letter, or of Backspace.
    ///
    /// # Errors
    /// As [`Screen::open`], and where no key does.
    pub fn key_code(&self, key: &str) -> Result<u8, Error> {
        let sign = match key {
            "BackSpace" => 0xff08,
            // Latin letters are their own signs.
            other => other.chars().next().map_or(0, u32::from),
        };
        let setup = self.connection.setup();
        let first = setup.min_keycode;
        let mapping = self
            .connection
            .get_keyboard_mapping(first, setup.max_keycode - first + 1)
            .map_err(broken)?
            .reply()
            .map_err(broken)?;
        let width = usize::from(mapping.keysyms_per_keycode).max(1);
        let found = mapping
            .keysyms
            .chunks(width)
            .position(|signs| signs.first() == Some(&sign))
            .ok_or_else(|| broken(format!("no key types {key}")))?;
        u8::try_from(found + usize::from(first)).map_err(broken)
    }

    /// Presses and releases a key.
    ///
    /// # Errors
    /// As [`Screen::open`].
    pub fn press(&self, code: u8) -> Result<(), Error> {
        self.input(KEY_PRESS, code, 0, 0)?;
        self.input(KEY_RELEASE, code, 0, 0)
    }

    fn input(&self, kind: u8, detail: u8, x: i16, y: i16) -> Result<(), Error> {
        self.connection
            .xtest_fake_input(kind, detail, 0, self.root, x, y, 0)
            .map_err(broken)?;
        self.connection.flush().map_err(broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_cut_to_what_is_on_the_screen() {
        let screen = Area {
            x: 0,
            y: 0,
            width: 100,
            height: 50,
        };
        let area = Area {
            x: 90,
            y: -10,
            width: 40,
            height: 20,
        };
        let cut = Area {
            x: 90,
            y: 0,
            width: 10,
            height: 10,
        };
        assert_eq!(
            area.within(screen),
            Some(cut),
            "the display refuses pictures of what lies outside"
        );
        assert_eq!(
            Area { x: 200, ..area }.within(screen),
            None,
            "nothing of it is there"
        );
    }
}
