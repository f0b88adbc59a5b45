//! What a person sees and does outside the main window: windows, keys.
//!
//! WebDriver only sees the first web context, so sign-in windows are found on the X display and
//! typed into. No window manager is needed, and none runs.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::Command;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt, EventMask, ImageFormat,
    MapState, StackMode, Window as WindowId,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::wait::until;

/// The X display.
pub struct Desk {
    connection: RustConnection,
    root: WindowId,
}

/// A window on the display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// X's name of it.
    pub id: WindowId,
    /// Its title.
    pub title: String,
    /// The process it belongs to, where it says so.
    pub pid: Option<u32>,
    /// Height in pixels.
    pub height: u16,
}

/// What a window looked like at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Hardly any color: nothing is drawn yet.
    pub blank: bool,
    /// Changes when the look does.
    hash: u64,
}

impl Desk {
    /// Connects to `DISPLAY`.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn open() -> Self {
        let (connection, screen) = x11rb::connect(None).expect("a display: use `cargo xtask e2e`");
        let root = connection.setup().roots[screen].root;
        Self { connection, root }
    }

    /// The windows that are on the display now (mapped and of some size) and have a title.
    #[must_use]
    pub fn windows(&self) -> Vec<Window> {
        let Ok(Ok(tree)) = self.connection.query_tree(self.root).map(|it| it.reply()) else {
            return Vec::new();
        };
        // Windows come and go while they are asked about; one that is gone is left out.
        tree.children
            .into_iter()
            .filter_map(|id| self.look(id))
            .collect()
    }

    fn look(&self, id: WindowId) -> Option<Window> {
        let attributes = self
            .connection
            .get_window_attributes(id)
            .ok()?
            .reply()
            .ok()?;
        let geometry = self.connection.get_geometry(id).ok()?.reply().ok()?;
        if attributes.map_state != MapState::VIEWABLE || geometry.width < 32 {
            return None;
        }
        let title = self
            .text(id, b"_NET_WM_NAME")
            .or_else(|| self.text(id, b"WM_NAME"))?;
        let pid = self.number(id, b"_NET_WM_PID");
        Some(Window {
            id,
            title,
            pid,
            height: geometry.height,
        })
    }

    /// The windows of one process.
    #[must_use]
    pub fn windows_of(&self, pid: u32) -> Vec<Window> {
        let mut windows = self.windows();
        windows.retain(|window| window.pid == Some(pid));
        windows
    }

    /// Waits for a window of `pid` whose title holds `title`.
    pub async fn window_of(&self, pid: u32, title: &str) -> Window {
        until(&format!("a window titled {title:?}"), async || {
            self.windows_of(pid)
                .into_iter()
                .find(|window| window.title.contains(title))
        })
        .await
    }

    /// Waits until no window of `pid` has `title` in its title.
    pub async fn gone(&self, pid: u32, title: &str) {
        until(&format!("no window titled {title:?}"), async || {
            let here = self.windows_of(pid);
            (!here.iter().any(|window| window.title.contains(title))).then_some(())
        })
        .await;
    }

    /// Waits for a window of `pid` that is none of `known`.
    pub async fn new_window_of(&self, pid: u32, known: &[Window]) -> Window {
        until("another window", async || {
            self.windows_of(pid)
                .into_iter()
                .find(|window| !known.iter().any(|old| old.id == window.id))
        })
        .await
    }

    /// What a window looks like now; `None` once the window is gone.
    #[must_use]
    pub fn look_of(&self, window: &Window) -> Option<Look> {
        // Only what is on top is drawn: there is no compositor.
        let raise = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
        self.connection
            .configure_window(window.id, &raise)
            .ok()?
            .check()
            .ok()?;
        let size = self.connection.get_geometry(window.id).ok()?.reply().ok()?;
        let image = self
            .connection
            .get_image(
                ImageFormat::Z_PIXMAP,
                window.id,
                0,
                0,
                size.width,
                size.height,
                !0,
            )
            .ok()?
            .reply()
            .ok()?;
        let mut hasher = DefaultHasher::new();
        image.data.hash(&mut hasher);
        // Counted only as far as it matters: most pictures are decided in their first lines.
        let mut colors: HashSet<&[u8]> = HashSet::new();
        let mut pixels = image.data.chunks_exact(4);
        let colorful = pixels.any(|pixel| colors.insert(pixel) && colors.len() >= 8);
        Some(Look {
            blank: !colorful,
            hash: hasher.finish(),
        })
    }

    /// Waits until a window looks other than `before`, is not blank, and has stopped changing:
    /// its page is drawn. Gives the look, or `None` once the window is gone.
    pub async fn drawn(&self, window: &Window, before: Option<Look>) -> Option<Look> {
        let mut last = None;
        let mut same = 0;
        until(&format!("{:?} to be drawn", window.title), async || {
            let Some(look) = self.look_of(window) else {
                return Some(None);
            };
            same = if Some(look) == last { same + 1 } else { 0 };
            last = Some(look);
            (last != before && !look.blank && same >= 4).then_some(last)
        })
        .await
    }

    /// Asks a window to close, as the close button of a window manager does (ICCCM 4.2.8.1).
    ///
    /// # Panics
    /// Where the display is gone.
    pub fn close(&self, window: Window) {
        let protocols = self.atom(b"WM_PROTOCOLS");
        let delete = self.atom(b"WM_DELETE_WINDOW");
        let event = ClientMessageEvent::new(32, window.id, protocols, [delete, 0, 0, 0, 0]);
        self.connection
            .send_event(false, window.id, EventMask::NO_EVENT, event)
            .expect("the request to close is sent");
        self.connection.sync().expect("the display answers");
    }

    /// Gives a window the keyboard.
    ///
    /// # Panics
    /// Where xdotool fails: the window is gone, or cannot take the keyboard.
    pub fn focus(&self, window: &Window) {
        xdotool(&["windowfocus", "--sync", &window.id.to_string()]);
    }

    /// Gives a window the keyboard and presses keys there, in xdotool's names (`Return`, `Tab`).
    ///
    /// # Panics
    /// Where xdotool fails: the window is gone, or cannot take the keyboard.
    pub fn keys(&self, window: &Window, keys: &[&str]) {
        let id = window.id.to_string();
        let mut arguments = vec!["windowfocus", "--sync", &id, "key", "--delay", "40"];
        arguments.extend(keys);
        xdotool(&arguments);
    }

    /// Gives a window the keyboard and types text there.
    ///
    /// # Panics
    /// As [`Desk::keys`].
    pub fn text_into(&self, window: &Window, text: &str) {
        let id = window.id.to_string();
        xdotool(&["windowfocus", "--sync", &id, "type", "--delay", "20", text]);
    }

    fn atom(&self, name: &[u8]) -> u32 {
        self.connection
            .intern_atom(false, name)
            .expect("the display is there")
            .reply()
            .expect("the display answers")
            .atom
    }

    fn property(&self, id: WindowId, name: &[u8]) -> Option<Vec<u8>> {
        let reply = self
            .connection
            .get_property(false, id, self.atom(name), AtomEnum::ANY, 0, 1024)
            .ok()?
            .reply()
            .ok()?;
        (!reply.value.is_empty()).then_some(reply.value)
    }

    fn text(&self, id: WindowId, name: &[u8]) -> Option<String> {
        String::from_utf8(self.property(id, name)?).ok()
    }

    fn number(&self, id: WindowId, name: &[u8]) -> Option<u32> {
        let bytes = self.property(id, name)?;
        Some(u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?))
    }
}

fn xdotool(arguments: &[&str]) {
    let output = Command::new("xdotool")
        .args(arguments)
        .output()
        .expect("xdotool is installed");
    assert!(
        output.status.success(),
        "xdotool {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
