//! Codes for another device.

use std::time::Duration;

use tsunagi_oauth::{OAuthError, Wire, begin_device, poll_device};

use super::Journey;
use crate::compare;
use crate::transcript::Step;

impl Journey<'_> {
    pub(super) async fn device(&mut self, step: &Step) -> Option<Step> {
        self.lay(step);
        let scopes = self.scopes(step);
        let outcome = begin_device(
            &self.desk.http,
            self.connector,
            &self.resolved,
            &self.client,
            &scopes,
            &mut Wire::default(),
        )
        .await;
        self.compare(step);
        if let Err(error) = outcome {
            self.faults.push(format!("{error:?}"));
            return None;
        }
        Some(step.clone())
    }

    /// One poll: pending and slow down go on, so that the next poll finds nothing laid out.
    pub(super) async fn poll(&mut self, step: &Step, device: Option<&Step>) {
        let Some(device) = device else { return };
        self.lay(device);
        let scopes: Vec<String> = Vec::new();
        let began = begin_device(
            &self.desk.http,
            self.connector,
            &self.resolved,
            &self.client,
            &scopes,
            &mut Wire::default(),
        )
        .await;
        let _ = self.desk.orders.arrived();
        let device = match began {
            Ok(device) => device,
            Err(error) => {
                self.faults.push(format!("no device code: {error:?}"));
                return;
            }
        };
        self.lay(step);
        let polls = std::cell::Cell::new(0);
        let sleep = |_: Duration| {
            polls.set(polls.get() + 1);
            std::future::ready(())
        };
        let mut wire = Wire::default();
        let polled = poll_device(
            &self.desk.http,
            self.connector,
            &self.resolved,
            &self.client,
            &device,
            sleep,
            &mut wire,
        )
        .await;
        let arrived = self.desk.orders.arrived();
        let Some(first) = arrived.first() else {
            self.faults.push("nothing was asked".to_owned());
            return;
        };
        let ignored = self.ignored(&step.what);
        self.faults
            .extend(compare::request(first, &step.sent(), &ignored));
        match step.expected("error").as_deref() {
            None => self.outcome(step, polled),
            Some("authorization_pending" | "slow_down") => {
                if arrived.len() < 2 {
                    self.faults
                        .push(format!("{polled:?} instead of another poll"));
                }
            }
            Some("access_denied") => {
                if !matches!(polled, Err(OAuthError::ConsentDenied)) {
                    self.faults.push(format!("{polled:?} instead of a refusal"));
                }
            }
            Some("expired_token") => {
                if !matches!(polled, Err(OAuthError::DeviceExpired)) {
                    self.faults.push(format!("{polled:?} instead of the end"));
                }
            }
            Some(_) => self.outcome(step, polled),
        }
    }
}
