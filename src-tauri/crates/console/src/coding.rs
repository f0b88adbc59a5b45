//! Signing in by a code that is entered on any device (RFC 8628), for where neither a window nor
//! a browser of this computer will do.

use std::time::Instant;

use tsunagi_gateway::Arrived;
use tsunagi_oauth::{Device, Wire};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::flow::{Errand, Running, host_of, is_secure};
use crate::views::{AgentKind, CodeView};

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
        self.show(running, |view| {
            view.agent = AgentKind::Device;
            view.host = host_of(&device.verification_uri);
            view.secure = is_secure(&device.verification_uri);
            view.deadline = deadline;
            view.seconds = seconds;
            view.code = Some(CodeView {
                user_code: device.user_code.clone(),
                address: device.verification_uri.to_string(),
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
