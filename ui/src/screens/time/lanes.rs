//! A measurement as it is drawn: a bar for each source in a lane, and the band on which they agree.

use slint::{ModelRc, VecModel};
use smartotp_core::clock::{Measurement, Server, TimeError};

use crate::{SourceFate, TimeScreen, TimeSource};

/// The least half of what a lane shows, in microseconds.
const LEAST_HALF: i64 = 50_000;
/// How thin a bar may be, as a part of the lane.
const THINNEST: f32 = 0.06;

/// Microseconds as seconds with two decimals.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "for the eye")]
pub(super) fn seconds(micros: i64) -> f32 {
    let hundredths = (micros as f64 / 10_000.).round();
    (hundredths / 100.) as f32
}

/// Fills the lanes; without a measurement of this run there are none.
pub(super) fn show(screen: &TimeScreen<'_>, measurement: Option<&Measurement>) {
    let Some(measurement) = measurement else {
        screen.set_sources(ModelRc::default());
        return;
    };
    let lane = Lane::of(measurement);
    let mut ntp = 0;
    let sources = measurement.heard.iter().enumerate().map(|(place, heard)| {
        let agrees = measurement.agreeing.contains(&place);
        let is_ntp = matches!(heard.server, Server::Ntp { .. });
        ntp += i32::from(is_ntp);
        let number = if is_ntp { ntp } else { 0 };
        let mut source = TimeSource { number, host: host(&heard.server).into(), ..TimeSource::default() };
        match &heard.sample {
            Ok(sample) => {
                source.fate = if agrees { SourceFate::Agrees } else { SourceFate::LeftOut };
                source.offset = seconds(sample.offset);
                (source.from, source.to) = lane.bar(sample.offset, sample.uncertainty);
            }
            Err(error) => source.fate = fate(error),
        }
        source
    });
    let sources: Vec<TimeSource> = sources.collect();
    let count = |fates: &[SourceFate]| {
        i32::try_from(sources.iter().filter(|source| fates.contains(&source.fate)).count()).unwrap_or(0)
    };
    let (agreeing, left_out) = (count(&[SourceFate::Agrees]), count(&[SourceFate::LeftOut]));
    screen.set_agreeing(agreeing);
    screen.set_left_out(left_out);
    screen.set_silent(i32::try_from(sources.len()).unwrap_or(0) - agreeing - left_out);
    let band = measurement.agreement.as_ref().map(|found| lane.bar(found.offset, found.uncertainty));
    let (from, to) = band.unwrap_or_default();
    screen.set_band_from(from);
    screen.set_band_to(to);
    screen.set_sources(ModelRc::new(VecModel::from(sources)));
}

/// What a source is called.
fn host(server: &Server) -> String {
    match server {
        Server::Ntp { .. } => server.to_string(),
        Server::Https { url } => {
            let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned()
        }
    }
}

pub(super) fn fate(error: &TimeError) -> SourceFate {
    match error {
        TimeError::NoAddress => SourceFate::NoAddress,
        TimeError::Unreachable => SourceFate::Unreachable,
        TimeError::Timeout => SourceFate::Silent,
        TimeError::KissOfDeath { .. } => SourceFate::LeaveAlone,
        TimeError::Unsynchronised => SourceFate::Unsynchronised,
        TimeError::TooFar => SourceFate::TooFar,
        _ => SourceFate::Nonsense,
    }
}

/// The part of time that the lanes show.
struct Lane {
    middle: i64,
    half: i64,
}

impl Lane {
    /// Wide enough for all that agree, with the agreed offset in its middle.
    fn of(measurement: &Measurement) -> Self {
        let Some(agreement) = &measurement.agreement else { return Self { middle: 0, half: LEAST_HALF } };
        let reach = |place: &usize| {
            let sample = measurement.heard.get(*place)?.sample.as_ref().ok()?;
            Some(sample.offset.saturating_sub(agreement.offset).saturating_abs().saturating_add(sample.uncertainty))
        };
        let widest = measurement.agreeing.iter().filter_map(reach).max().unwrap_or(0);
        Self { middle: agreement.offset, half: widest.saturating_add(widest / 4).max(LEAST_HALF) }
    }

    /// From where to where an interval lies, in parts of the lane. One that lies outside stands at its edge.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "for the eye")]
    fn bar(&self, offset: i64, uncertainty: i64) -> (f32, f32) {
        let part = |micros: i64| {
            let from_the_middle = micros.saturating_sub(self.middle) as f64 / self.half as f64;
            (0.5 + from_the_middle / 2.).clamp(0., 1.) as f32
        };
        let (from, to) = (part(offset.saturating_sub(uncertainty)), part(offset.saturating_add(uncertainty)));
        if to - from >= THINNEST {
            return (from, to);
        }
        let from = ((from + to - THINNEST) / 2.).clamp(0., 1. - THINNEST);
        (from, from + THINNEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smartotp_core::clock::{Agreement, Heard, Sample};

    fn heard(offset: i64, uncertainty: i64) -> Heard {
        let server = "time.example".parse().unwrap();
        Heard { server, sample: Ok(Sample { offset, uncertainty, delay: 0, stratum: None }) }
    }

    #[test]
    fn who_agrees_lies_in_the_middle_and_a_liar_at_the_edge() {
        let heard = vec![heard(1_840_000, 30_000), heard(1_850_000, 20_000), heard(-90_000_000, 10_000)];
        let agreement = Agreement { offset: 1_845_000, uncertainty: 20_000, agreeing: vec![0, 1], of: 3 };
        let lane = Lane::of(&Measurement { heard, agreement: Some(agreement), agreeing: vec![0, 1] });
        let (from, to) = lane.bar(1_840_000, 30_000);
        assert!(from < 0.5 && to > 0.5 && from > 0. && to < 1., "{from} {to}");
        let (from, to) = lane.bar(-90_000_000, 10_000);
        assert!(from == 0. && (to - THINNEST).abs() < 1e-6, "{from} {to}");
        let (from, to) = lane.bar(i64::MAX, i64::MAX);
        assert!((0. ..=1.).contains(&from) && (0. ..=1.).contains(&to) && from < to);
    }

    #[test]
    fn seconds_have_two_decimals_and_pages_are_named_by_their_host() {
        assert_eq!([1_836_000, -1_836_000, 4_000, 133_000_000].map(seconds), [1.84, -1.84, 0., 133.]);
        let host = |text: &str| host(&text.parse().unwrap());
        assert_eq!(
            (host("https://www.ptb.de/time?x=1"), host("time.example:123")),
            ("www.ptb.de".into(), "time.example".into())
        );
    }
}
