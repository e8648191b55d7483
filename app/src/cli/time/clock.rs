//! The time that codes are made with: this device's, corrected by what was measured as long as that counts.

use std::time::Duration;

use smartotp_core::clock::{Correction, Stored, device_millis};
use smartotp_core::settings::Settings;
use smartotp_core::vault::BootClock as _;

use super::words;
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::platform::boot::SystemBoot;

/// From so many seconds on, a difference is worth a remark.
const WORTH_SAYING: i64 = 2;

/// This device's clock and what was measured of it.
pub(in crate::cli) struct Clock {
    stored: Option<Stored>,
    /// Whether the settings want codes to be corrected.
    corrects: bool,
}

impl Clock {
    /// With what was measured last.
    pub(in crate::cli) fn of(context: &Context<'_>) -> Self {
        let file = context.platform.settings_file.as_deref().map(Stored::beside);
        Self::with(context, file.as_deref().and_then(Stored::load))
    }

    pub(super) fn with(context: &Context<'_>, stored: Option<Stored>) -> Self {
        let settings = context.platform.settings_file.as_deref();
        Self { stored, corrects: settings.is_none_or(|file| Settings::load(file).correct_codes) }
    }

    /// Whether codes are made with the measured time.
    pub(super) fn applies(&self) -> bool {
        self.corrects && matches!(self.correction(), Correction::Applied { .. })
    }

    pub(super) fn stored(&self) -> Option<&Stored> {
        self.stored.as_ref()
    }

    pub(super) fn correction(&self) -> Correction {
        let stored = self.stored.as_ref();
        stored.map_or(Correction::NotMeasured, |stored| stored.correction(device_millis(), &SystemBoot.now()))
    }

    /// Unix time in milliseconds.
    pub(in crate::cli) fn unix_millis(&self) -> i64 {
        let device = device_millis();
        if self.applies() { self.correction().apply(device) } else { device }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.unix_millis()).unwrap_or_default()
    }

    /// Unix time in seconds.
    pub(in crate::cli) fn unix(&self) -> u64 {
        self.millis() / 1_000
    }

    /// Until the second is over.
    pub(in crate::cli) fn to_the_next_second(&self) -> Duration {
        Duration::from_millis(1_000 - self.millis() % 1_000)
    }

    /// Says what is worth knowing beside a code: that it is corrected, or no longer.
    pub(in crate::cli) fn tell(&self, out: Output) {
        match self.correction() {
            Correction::ClockChanged { .. } => out.warn("clock_changed", &self.words()),
            correction if self.corrects && correction.seconds_behind().abs() >= WORTH_SAYING => {
                out.warn("clock_corrected", &self.words());
            }
            _ => {}
        }
    }

    /// How it stands, in a sentence or two.
    pub(super) fn words(&self) -> String {
        match self.correction() {
            Correction::NotMeasured => {
                tr!("The time was not measured yet; codes follow this device's clock. Measure it: smartotp time sync")
                    .to_owned()
            }
            Correction::Applied { offset, uncertainty } if !self.corrects => tr!(
                "This device's clock is off by {off}, ± {sure}. Codes follow it: correct_codes is off.",
                off = words::span(offset),
                sure = words::span(uncertainty)
            ),
            Correction::Applied { offset, uncertainty } => {
                let (off, sure) = (words::span(offset), words::span(uncertainty));
                match offset {
                    -999_999..=999_999 => {
                        tr!("This device's clock is right: off by {off}, ± {sure}.", off = off, sure = sure)
                    }
                    1_000_000.. => {
                        tr!("This device's clock is {off} behind, ± {sure}. Codes are corrected.", off = off, sure = sure)
                    }
                    _ => tr!("This device's clock is {off} ahead, ± {sure}. Codes are corrected.", off = off, sure = sure),
                }
            }
            Correction::Rebooted => tr!(
                "The system was started anew since the time was measured; codes follow its clock. Measure it again: smartotp time sync"
            )
            .to_owned(),
            Correction::ClockChanged { .. } => tr!(
                "This device's clock was set since the time was measured; codes follow it. Measure it again: smartotp time sync"
            )
            .to_owned(),
            Correction::Old => tr!(
                "The time was measured more than a week ago; codes follow this device's clock. Measure it again: smartotp time sync"
            )
            .to_owned(),
        }
    }
}
