//! Where the two windows of a flow are put, so that both are seen whole.

use tauri::{AppHandle, Manager as _, Runtime};

use crate::windows;

/// A rectangle in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// The places of the two windows; sizes are of what is inside the frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Places {
    pub(crate) page: Area,
    pub(crate) flow: Area,
}

/// Size of a provider's page where there is room.
const PAGE: (f64, f64) = (520.0, 680.0);
/// Size of a flow window where there is room.
const FLOW: (f64, f64) = (460.0, 300.0);
/// Size of a flow window that a key is typed into, where there is room.
const FORM: (f64, f64) = (520.0, 620.0);
/// Between the two.
const GAP: f64 = 12.0;
/// Kept free above each for its title bar, whose height nobody tells before it is shown.
const TITLE: f64 = 40.0;
/// A page lower than this is not put below the flow window but behind it.
const PAGE_LOW: f64 = 420.0;

/// What can be used of the screen that the main window is on, else of the first one.
pub(crate) fn area<R: Runtime>(app: &AppHandle<R>) -> Area {
    let own = app
        .get_webview_window(windows::MAIN)
        .and_then(|window| window.current_monitor().ok().flatten());
    let monitor = own
        .or_else(|| app.primary_monitor().ok().flatten())
        .or_else(|| app.available_monitors().ok()?.into_iter().next());
    let Some(monitor) = monitor else {
        return Area {
            x: 0.0,
            y: 0.0,
            width: 1024.0,
            height: 768.0,
        };
    };
    let (scale, area) = (monitor.scale_factor(), monitor.work_area());
    Area {
        x: f64::from(area.position.x) / scale,
        y: f64::from(area.position.y) / scale,
        width: f64::from(area.size.width) / scale,
        height: f64::from(area.size.height) / scale,
    }
}

/// In the middle: a form is alone.
pub(crate) fn form(area: Area) -> Area {
    let most = area.height - TITLE;
    let (width, height) = (FORM.0.min(area.width), FORM.1.min(most));
    let middle = |length: f64, room: f64| ((room - length) / 2.0).max(0.0);
    Area {
        x: (area.x + middle(width, area.width)).round(),
        y: (area.y + middle(height + TITLE, area.height)).round(),
        width,
        height,
    }
}

/// Side by side; where the screen is too narrow, one above the other; where it is too low for
/// that as well, the flow window in the corner, over the page.
pub(crate) fn both(area: Area) -> Places {
    let fit = |(width, height): (f64, f64), most: f64| (width.min(area.width), height.min(most));
    let most = area.height - TITLE;
    let (page, flow) = (fit(PAGE, most), fit(FLOW, most));
    let at = |x: f64, y: f64, (width, height): (f64, f64)| Area {
        x: x.round(),
        y: y.round(),
        width,
        height,
    };
    let middle = |length: f64, room: f64| ((room - length) / 2.0).max(0.0);

    let together = flow.0 + GAP + page.0;
    if together <= area.width {
        let x = area.x + middle(together, area.width);
        let y = area.y + middle(page.1 + TITLE, area.height);
        return Places {
            flow: at(x, y, flow),
            page: at(x + flow.0 + GAP, y, page),
        };
    }
    let above = TITLE + flow.1 + GAP;
    let below = (area.height - above - TITLE).min(page.1);
    if below >= PAGE_LOW {
        let page = (page.0, below);
        let y = area.y + middle(above + TITLE + below, area.height);
        return Places {
            flow: at(area.x + middle(flow.0, area.width), y, flow),
            page: at(area.x + middle(page.0, area.width), y + above, page),
        };
    }
    Places {
        flow: at(area.x + area.width - flow.0, area.y, flow),
        page: at(area.x, area.y, page),
    }
}

#[cfg(test)]
mod tests {
    use super::{Area, Places, TITLE, both};

    fn screen(x: f64, y: f64, width: f64, height: f64) -> Area {
        Area {
            x,
            y,
            width,
            height,
        }
    }

    fn holds(screen: Area, window: Area) -> bool {
        window.x >= screen.x
            && window.y >= screen.y
            && window.x + window.width <= screen.x + screen.width
            && window.y + TITLE + window.height <= screen.y + screen.height
    }

    fn overlap(Places { page, flow }: Places) -> bool {
        page.x < flow.x + flow.width
            && flow.x < page.x + page.width
            && page.y < flow.y + TITLE + flow.height
            && flow.y < page.y + TITLE + page.height
    }

    #[test]
    fn both_windows_are_whole_on_every_screen() {
        let mut screens = vec![screen(-1920.0, -200.0, 1366.0, 728.0)];
        for width in (480..2600).step_by(53) {
            for height in (340..1500).step_by(47) {
                screens.push(screen(0.0, 27.0, f64::from(width), f64::from(height)));
            }
        }
        for screen in screens {
            let places = both(screen);
            assert!(
                holds(screen, places.page) && holds(screen, places.flow),
                "nothing hangs over the edge of {screen:?}: {places:?}"
            );
        }
    }

    #[test]
    fn they_cover_each_other_only_where_there_is_no_other_way() {
        for (screen, covered) in [
            (screen(0.0, 0.0, 1920.0, 1080.0), false),
            (screen(0.0, 0.0, 1024.0, 768.0), false),
            (screen(0.0, 0.0, 1024.0, 600.0), false),
            // Upright: one above the other.
            (screen(0.0, 0.0, 768.0, 1024.0), false),
            (screen(0.0, 0.0, 800.0, 600.0), true),
        ] {
            let places = both(screen);
            assert_eq!(
                overlap(places),
                covered,
                "the host and the page are seen at once on {screen:?}: {places:?}"
            );
        }
    }
}
