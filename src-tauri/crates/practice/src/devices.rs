//! Device codes under way (RFC 8628): from asking for one to the tokens. A restart forgets them.
//!
//! Pure but for the random codes: time is an argument, in seconds since 1970.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::{Account, PracticeError, secrets};

/// How long a device code is good, in seconds.
pub(crate) const DEVICE_SECONDS: i64 = 600;
/// How long the client waits between polls, in seconds, to begin with. Short, because nobody
/// but this computer asks.
pub(crate) const INTERVAL: i64 = 2;
/// What `slow_down` adds, in seconds (RFC 8628 section 3.5).
const SLOW_DOWN: i64 = 5;
/// How long an ended device code is remembered, in seconds, to be told from one that never was.
const REMEMBERED: i64 = 600;
/// How many may be under way; the oldest gives way.
const MOST: usize = 256;
/// How many wrong user codes are taken ...
const TRIES: usize = 5;
/// ... in so many seconds. Together with 20^8 codes: years of guessing for one hit.
const TRIES_SECONDS: i64 = 60;
/// No vowels, so no words; nothing that looks like something else (RFC 8628 section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// What a client asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Digest of the device code.
    pub(crate) device: String,
    /// As it is shown, with the hyphen.
    pub(crate) user_code: String,
    /// Known scopes, each once, in the order asked.
    pub(crate) scopes: Vec<String>,
}

/// A person's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reply {
    Denied,
    Allowed {
        account: &'static Account,
        /// When the person signed in.
        auth_time: i64,
    },
}

/// Why there are no tokens (yet): RFC 8628 section 3.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    Pending,
    SlowDown,
    Expired,
    Denied,
    /// Never issued, or used before: `invalid_grant`.
    Unknown,
}

/// Why a user code is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// Not one that waits.
    Wrong,
    /// Too many wrong ones a moment ago.
    TooMany,
}

struct Device {
    asked: Asked,
    reply: Option<Reply>,
    interval: i64,
    polled: Option<i64>,
    expires: i64,
}

#[derive(Default)]
struct All {
    /// By digest of the device code.
    devices: HashMap<String, Device>,
    /// When wrong user codes came.
    wrong: Vec<i64>,
}

/// All device codes under way.
#[derive(Default)]
pub(crate) struct Devices(Mutex<All>);

/// A device code and its user code, to be told once.
pub(crate) struct New {
    pub(crate) device_code: String,
    pub(crate) asked: Asked,
}

impl Devices {
    /// Issues a device code and a user code for it.
    pub(crate) fn issue(&self, scopes: Vec<String>, now: i64) -> Result<New, PracticeError> {
        let device_code = secrets::new("practice_device_")?;
        let device = secrets::digest(&device_code);
        let mut all = self.lock();
        all.devices
            .retain(|_, device| device.expires + REMEMBERED > now);
        if all.devices.len() >= MOST {
            let oldest = all
                .devices
                .iter()
                .min_by_key(|(_, device)| device.expires)
                .map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                all.devices.remove(&oldest);
            }
        }
        let user_code = loop {
            let code = user_code()?;
            if !all.devices.values().any(|d| d.asked.user_code == code) {
                break code;
            }
        };
        let asked = Asked {
            device: device.clone(),
            user_code,
            scopes,
        };
        all.devices.insert(
            device,
            Device {
                asked: asked.clone(),
                reply: None,
                interval: INTERVAL,
                polled: None,
                expires: now + DEVICE_SECONDS,
            },
        );
        Ok(New { device_code, asked })
    }

    /// The request behind a user code that still waits for its answer. Case, hyphens and spaces
    /// do not matter. Wrong ones are counted (RFC 8628 section 5.1).
    pub(crate) fn find(&self, typed: &str, now: i64) -> Result<Asked, NotTaken> {
        let mut all = self.lock();
        all.wrong
            .retain(|at| (0..TRIES_SECONDS).contains(&(now - at)));
        if all.wrong.len() >= TRIES {
            return Err(NotTaken::TooMany);
        }
        let found = canonical(typed).and_then(|code| {
            let mut devices = all.devices.values();
            devices.find(|device| device.asked.user_code == code && device.waits(now))
        });
        match found {
            Some(device) => Ok(device.asked.clone()),
            None => {
                all.wrong.push(now);
                Err(NotTaken::Wrong)
            }
        }
    }

    /// Notes the person's answer; `false` where there was one before, or time is over.
    pub(crate) fn reply(&self, asked: &Asked, reply: Reply, now: i64) -> bool {
        let mut all = self.lock();
        match all.devices.get_mut(&asked.device) {
            Some(device) if device.waits(now) => {
                device.reply = Some(reply);
                true
            }
            _ => false,
        }
    }

    /// The answer to a poll. An allowed code is used up by it.
    pub(crate) fn poll(
        &self,
        device_code: &str,
        now: i64,
    ) -> Result<(Asked, &'static Account, i64), Wait> {
        let key = secrets::digest(device_code);
        let mut all = self.lock();
        let device = all.devices.get_mut(&key).ok_or(Wait::Unknown)?;
        let early = device.polled.is_some_and(|at| now - at < device.interval);
        device.polled = Some(now);
        if device.expires <= now {
            return Err(Wait::Expired);
        }
        if early {
            device.interval += SLOW_DOWN;
            return Err(Wait::SlowDown);
        }
        match device.reply {
            None => Err(Wait::Pending),
            Some(Reply::Denied) => Err(Wait::Denied),
            Some(Reply::Allowed { account, auth_time }) => {
                let asked = device.asked.clone();
                all.devices.remove(&key);
                Ok((asked, account, auth_time))
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Device {
    fn waits(&self, now: i64) -> bool {
        self.reply.is_none() && self.expires > now
    }
}

/// Eight random letters as `WDJB-MJHT`.
fn user_code() -> Result<String, PracticeError> {
    let mut letters = String::with_capacity(LENGTH + 1);
    while letters.len() < LENGTH + 1 {
        let mut random = [0_u8; 1];
        getrandom::fill(&mut random).map_err(|_| PracticeError::Random)?;
        // 240 is a multiple of 20: each letter is equally likely.
        let [byte] = random;
        let Some(letter) = (byte < 240)
            .then(|| LETTERS.get(usize::from(byte) % LETTERS.len()))
            .flatten()
        else {
            continue;
        };
        if letters.len() == LENGTH / 2 {
            letters.push('-');
        }
        letters.push(char::from(*letter));
    }
    Ok(letters)
}

/// A typed code as it is shown; `None` where it cannot be one.
pub(crate) fn canonical(typed: &str) -> Option<String> {
    let letters: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let sound = letters.len() == LENGTH && letters.bytes().all(|byte| LETTERS.contains(&byte));
    let (left, right) = letters.split_at_checked(LENGTH / 2)?;
    sound.then(|| format!("{left}-{right}"))
}

#[cfg(test)]
mod tests;
