//! What a click on one thing looks like: where it is, how one sees that it is there, and how one sees that it answered.
//!
//! Learned once per program, with WebKitWebDriver telling where the thing is. The measured starts then need no driver, which
//! would reach the page only after it is ready.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use crate::Error;
use crate::screen::{Area, Picture, Screen};

/// How long the screen must stay the same to be at rest.
const REST: Duration = Duration::from_millis(1_200);
/// How long it may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest part of the screen that is watched: small, so that watching costs the watched next to nothing.
const WATCHED: (u16, u16) = (400, 48);

/// Pixels of an area that tell one state from others: (index, color).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Probe {
    area: Area,
    pixels: Vec<(usize, u32)>,
}

impl Probe {
    /// Whether at least nine in ten of the pixels have their color: letters at the edge may be smoothed otherwise.
    fn matches(&self, picture: &Picture) -> bool {
        let same = self
            .pixels
            .iter()
            .filter(|(index, color)| picture.0.get(*index) == Some(color))
            .count();
        !self.pixels.is_empty() && same * 10 >= self.pixels.len() * 9
    }
}

/// A thing to click.
#[derive(Debug)]
pub struct Aim {
    point: (i16, i16),
    /// It is there: without the pointer on it, or with.
    there: [Probe; 2],
    answered: Probe,
}

impl Aim {
    /// Learns what a click on the thing in `area` changes, by clicking it.
    ///
    /// # Errors
    /// [`Error::Window`] where the screen does not come to rest, or the click changes nothing that can be seen.
    pub fn learn(screen: &Screen, area: Area) -> Result<Self, Error> {
        let all = screen.all();
        let area = area
            .within(all)
            .ok_or_else(|| Error::Window(format!("{area:?} is not on the screen")))?;
        let point = area.middle();
        screen.point((all.width.cast_signed() - 1, all.height.cast_signed() - 1))?;
        let before = at_rest(screen)?;
        screen.point(point)?;
        let under = at_rest(screen)?;
        screen.click()?;
        let after = at_rest(screen)?;
        let watched = around(point, all);
        let there = area.within(watched).unwrap_or(watched);
        let cut = |picture: &Picture, area: Area| crop(picture, all, area);
        let answered = [watched]
            .into_iter()
            .chain(first_change(&under, &after, all));
        let mut answered = answered.map(|area| Probe {
            area,
            pixels: news(&cut(&after, area), &[cut(&before, area), cut(&under, area)]),
        });
        Ok(Self {
            point,
            there: [&before, &under].map(|picture| Probe {
                area: there,
                pixels: ink(&cut(picture, there)),
            }),
            answered: answered
                .find(|probe| !probe.pixels.is_empty())
                .ok_or_else(|| {
                    Error::Window("a click changed nothing that can be seen".to_owned())
                })?,
        })
    }

    /// Clicks as soon as the thing is there, again every 100 ms, and returns once it has answered.
    ///
    /// # Errors
    /// [`Error::Window`] where that takes more than a minute.
    pub fn shoot(&self, screen: &Screen) -> Result<(), Error> {
        let deadline = Instant::now() + PATIENCE;
        let mut clicked: Option<Instant> = None;
        while Instant::now() < deadline {
            if clicked.is_some() && self.answered.matches(&screen.picture(self.answered.area)?) {
                return Ok(());
            }
            let due = clicked.is_none_or(|last| last.elapsed() > Duration::from_millis(100));
            if due && self.is_there(screen)? {
                screen.click()?;
                clicked = Some(Instant::now());
            }
            // Watching without pause would take one of the cores from the watched.
            thread::sleep(Duration::from_millis(2));
        }
        Err(Error::Window(match clicked {
            Some(_) => "it was clicked and did not answer".to_owned(),
            None => "what should be clicked did not show up".to_owned(),
        }))
    }

    /// Puts the pointer where the thing will be, so that the way there is not measured.
    ///
    /// # Errors
    /// As with every call on the display.
    pub fn point(&self, screen: &Screen) -> Result<(), Error> {
        screen.point(self.point)
    }

    fn is_there(&self, screen: &Screen) -> Result<bool, Error> {
        let picture = screen.picture(self.there[0].area)?;
        Ok(self.there.iter().any(|probe| probe.matches(&picture)))
    }
}

/// The whole screen once it has stayed the same for a while.
///
/// # Errors
/// [`Error::Window`] where it does not come to rest within a minute.
pub fn at_rest(screen: &Screen) -> Result<Picture, Error> {
    let deadline = Instant::now() + PATIENCE;
    let mut last = screen.picture(screen.all())?;
    let mut since = Instant::now();
    while Instant::now() < deadline {
        thread::sleep(Duration::from_millis(50));
        let now = screen.picture(screen.all())?;
        if now != last {
            last = now;
            since = Instant::now();
        } else if since.elapsed() > REST {
            return Ok(now);
        }
    }
    Err(Error::Window(
        "the screen does not come to rest; does something blink?".to_owned(),
    ))
}

/// The watched area around a point.
fn around((x, y): (i16, i16), all: Area) -> Area {
    let (width, height) = WATCHED;
    let area = Area {
        x: x - (width / 2).cast_signed(),
        y: y - (height / 2).cast_signed(),
        width,
        height,
    };
    area.within(all).unwrap_or(all)
}

/// The watched area around the first pixel that differs.
fn first_change(one: &Picture, other: &Picture, all: Area) -> Option<Area> {
    let index = one
        .0
        .iter()
        .zip(&other.0)
        .position(|(one, other)| one != other)?;
    let width = usize::from(all.width);
    let (x, y) = (
        i16::try_from(index % width).ok()?,
        i16::try_from(index / width).ok()?,
    );
    Some(around((x, y), all))
}

/// A part of a picture of the whole screen.
fn crop(picture: &Picture, all: Area, area: Area) -> Picture {
    let (x, y) = (
        usize::from(area.x.unsigned_abs()),
        usize::from(area.y.unsigned_abs()),
    );
    let rows = picture
        .0
        .chunks(usize::from(all.width))
        .skip(y)
        .take(usize::from(area.height));
    Picture(
        rows.flat_map(|row| row.iter().skip(x).take(usize::from(area.width)).copied())
            .collect(),
    )
}

/// The pixels that stand out from the most frequent color: a blank area must not pass for a filled one.
fn ink(picture: &Picture) -> Vec<(usize, u32)> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for color in &picture.0 {
        *counts.entry(*color).or_default() += 1;
    }
    let paper = counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(color, _)| color);
    picture
        .0
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, color)| Some(*color) != paper)
        .collect()
}

/// The pixels of a picture that no earlier one had.
fn news(picture: &Picture, earlier: &[Picture]) -> Vec<(usize, u32)> {
    let new = |index: usize, color: u32| {
        earlier
            .iter()
            .all(|earlier| earlier.0.get(index) != Some(&color))
    };
    picture
        .0
        .iter()
        .copied()
        .enumerate()
        .filter(|(index, color)| new(*index, *color))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ALL: Area = Area {
        x: 0,
        y: 0,
        width: 4,
        height: 2,
    };

    fn probe(pixels: Vec<(usize, u32)>) -> Probe {
        Probe { area: ALL, pixels }
    }

    #[test]
    fn a_blank_area_is_not_taken_for_a_filled_one() {
        let row = Picture(vec![7, 7, 1, 7, 7, 2, 7, 7]);
        let there = probe(ink(&row));
        assert_eq!(there.pixels, [(2, 1), (5, 2)], "letters, not paper");
        assert!(there.matches(&row), "the row itself");
        assert!(
            !there.matches(&Picture(vec![7; 8])),
            "paper without letters"
        );
        assert!(
            !probe(ink(&Picture(vec![7; 8]))).matches(&Picture(vec![7; 8])),
            "nothing to tell by is no match"
        );
    }

    #[test]
    fn hovering_is_no_answer() {
        let (rest, hover, clicked) = (
            Picture(vec![0; 8]),
            Picture(vec![1; 8]),
            Picture(vec![2, 2, 1, 1, 0, 0, 1, 1]),
        );
        let answered = probe(news(&clicked, &[rest.clone(), hover.clone()]));
        assert_eq!(
            answered.pixels,
            [(0, 2), (1, 2)],
            "only what neither rest nor hover show"
        );
        assert!(
            !answered.matches(&rest) && !answered.matches(&hover),
            "and so neither of them matches"
        );
        assert!(answered.matches(&clicked), "the answer does");
    }

    #[test]
    fn a_part_is_cut_out_of_the_whole_and_the_first_change_found() {
        let whole = Picture((0..8).collect());
        let area = Area {
            x: 1,
            y: 1,
            width: 2,
            height: 1,
        };
        assert_eq!(
            crop(&whole, ALL, area),
            Picture(vec![5, 6]),
            "the second row, from its second pixel on"
        );
        let mut other = whole.clone();
        other.0[6] = 99;
        assert_eq!(
            first_change(&whole, &other, ALL),
            Some(ALL),
            "the screen is smaller than what is watched"
        );
        assert_eq!(first_change(&whole, &whole, ALL), None, "nothing changed");
    }
}
