//! Signing in by a code that is entered on any device (RFC 8628), for where neither a window nor
//! a browser of this computer will do.

use std::fmt::Write as _;
use std::time::Instant;

use qrcode::{Color, EcLevel, QrCode};
use tsunagi_gateway::Arrived;
use tsunagi_oauth::{Device, Wire};
use url::Url;

use crate::console::Console;
use crate::error::ConsoleError;
use crate::flow::{Errand, Running, host_of, is_secure};
use crate::views::{AgentKind, CodeView, QrView};

/// Modules that have to stay light around a code for cameras to find it (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;

/// The address that a phone's camera is shown: with the code in it where the provider gives such
/// a one, so that nobody has to type. It must lead where the person is told that it leads.
fn scanned<'a>(typed: &'a Url, complete: Option<&'a Url>) -> &'a Url {
    complete
        .filter(|complete| complete.origin() == typed.origin())
        .unwrap_or(typed)
}

/// An address as a QR code; `None` where it is too long for one.
fn drawn(address: &Url) -> Option<QrView> {
    let code = QrCode::with_error_correction_level(address.as_str(), EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (line, colors) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        for run in colors.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                let (x, y, length) = (column + QUIET, line + QUIET, run.len());
                let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
            }
            column += run.len();
        }
    }
    let size = u32::try_from(width + 2 * QUIET).ok()?;
    Some(QrView { size, path })
}

impl Console {
    /// Asks the provider for a code and shows it; the flow ends when the code does.
    pub(crate) async fn ask_for_code(
        &self,
        errand: &Errand,
        running: &Running,
    ) -> Result<Device, ConsoleError> {
        let started = Instant::now();
        let mut wire = Wire::default();
        let asked = self
            .inner
            .gateway
            .begin_device(
                &errand.connector,
                &errand.resolved,
                errand.registration,
                &errand.connection.scopes,
                &mut wire,
            )
            .await
            .map_err(ConsoleError::from);
        let lines = wire.lines.iter().map(ToString::to_string).collect();
        let told = asked.as_ref().map(|_| ());
        self.step(errand.id, "code_shown", told, lines, Some(started))
            .await?;
        let device = asked?;
        let seconds = u32::try_from(device.expires_in.as_secs()).unwrap_or(u32::MAX);
        let deadline = self.now().plus_seconds(i64::from(seconds));
        let address = &device.verification_uri;
        self.show(running, |view| {
            view.agent = AgentKind::Device;
            view.host = host_of(address);
            view.secure = is_secure(address);
            view.deadline = deadline;
            view.seconds = seconds;
            view.code = Some(CodeView {
                user_code: device.user_code.clone(),
                address: address.to_string(),
                qr: drawn(scanned(address, device.verification_uri_complete.as_ref())),
            });
        });
        Ok(device)
    }

    /// Waits until the code is entered.
    pub(crate) async fn poll(
        &self,
        errand: &Errand,
        device: Device,
    ) -> Result<Arrived, ConsoleError> {
        let started = Instant::now();
        let mut wire = Wire::default();
        let arrived = self
            .inner
            .gateway
            .poll_device(
                &errand.connector,
                &errand.resolved,
                errand.registration,
                device,
                &mut wire,
            )
            .await
            .map_err(ConsoleError::from);
        let lines = wire.lines.iter().map(ToString::to_string).collect();
        let told = arrived.as_ref().map(|_| ());
        let noted = self
            .step(errand.id, "by_code", told, lines, Some(started))
            .await;
        match (arrived, noted) {
            (Ok(arrived), Err(error)) => {
                self.hand_back(errand, arrived.grant).await;
                Err(error)
            }
            (arrived, _) => arrived,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use url::Url;

    use super::{drawn, scanned};

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_camera_is_led_where_the_window_says() {
        let typed = url("https://accounts.example.com/device");
        let complete = url("https://accounts.example.com/device?user_code=AB-12");
        assert_eq!(
            scanned(&typed, Some(&complete)),
            &complete,
            "with the code in it"
        );
        assert_eq!(scanned(&typed, None), &typed, "or to where it is typed");
        let elsewhere = url("https://accounts.example.net/device?user_code=AB-12");
        assert_eq!(
            scanned(&typed, Some(&elsewhere)),
            &typed,
            "and nowhere else"
        );
    }

    #[test]
    fn an_address_too_long_for_a_code_is_left_to_be_typed() {
        let long = url(&format!(
            "https://accounts.example.com/{}",
            "a".repeat(3000)
        ));
        assert!(drawn(&long).is_none(), "no code, and no failure either");
    }
}
