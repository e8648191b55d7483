//! `time`: how far this device's clock is off, by several servers. It is never changed; codes are corrected.

mod clock;
mod words;

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;
use smartotp_core::clock::{
    Correction, DATE_SERVERS, Heard, MOST_SERVERS, Measurement, NTP_SERVERS, Sample, Server, Stored, agree,
    device_micros, device_millis, measure,
};
use smartotp_core::settings::Settings;
use smartotp_core::vault::{BootClock as _, Entropy, SystemEntropy};

use super::context::Context;
use super::failure::{Exit, Failure, reason};
use super::output::visible;
use super::table::Table;
use crate::platform::boot::SystemBoot;
pub(super) use clock::Clock;

/// Show how far this device's clock is off, or measure it; it is never changed, codes are corrected
#[derive(Debug, Args)]
pub(super) struct Time {
    #[command(subcommand)]
    command: TimeCommand,
}

#[derive(Debug, Subcommand)]
enum TimeCommand {
    /// Show what was measured, and whether it still counts
    Show(Servers),
    /// Ask time servers, and correct codes by what most of at least three say
    Sync(Servers),
}

#[derive(Debug, Args)]
struct Servers {
    /// Whom to ask, instead of what the settings say: HOST:PORT or an https address; may be repeated
    #[arg(long = "server", value_name = "HOST:PORT")]
    servers: Vec<String>,
}

/// How long servers are waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of the time; its JSON is a contract. Numbers without a unit in their name are seconds.
#[derive(Serialize)]
struct State {
    /// `corrected`, `off` (by the settings), `not_measured`, `restarted`, `clock_changed`, `old`; after a measurement also `no_majority`.
    state: &'static str,
    /// Whether codes are corrected.
    applied: bool,
    /// What has to be added to the device's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uncertainty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uncertainty_ms: Option<i64>,
    /// Unix time of the measurement, by the device's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    measured_at: Option<i64>,
    /// By how much the clock was set since, forward.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_moved: Option<i64>,
    /// Unix time by the device's clock.
    device_time: u64,
    /// Unix time that codes are made with.
    time: u64,
    /// How many servers agree, of how many that gave a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreeing: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<usize>,
    servers: Vec<Source>,
}

/// One server; nothing but its name where it was not asked.
#[derive(Serialize, Default)]
struct Source {
    server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uncertainty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stratum: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agrees: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

impl Time {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        match &self.command {
            TimeCommand::Show(servers) => show(context, servers),
            TimeCommand::Sync(servers) => sync(context, servers),
        }
    }
}

impl Servers {
    /// Who is asked: those of this call, of the settings, or the public ones; in the last case also who stands in for them.
    fn chosen(&self, context: &Context<'_>) -> Result<(Vec<Server>, Vec<Server>), Failure> {
        let set = || context.platform.settings_file.as_deref().map(Settings::load).unwrap_or_default().time_servers;
        let named = if self.servers.is_empty() { set() } else { self.servers.clone() };
        if named.len() > MOST_SERVERS {
            let message = trn!("At most {n} server can be asked.", "At most {n} servers can be asked.", MOST_SERVERS);
            return Err(Failure::new(Exit::Usage, "too_many_servers", message));
        }
        if !named.is_empty() {
            return Ok((named.iter().map(|name| server(name)).collect::<Result<_, _>>()?, Vec::new()));
        }
        let known = |names: &[&str]| names.iter().filter_map(|name| name.parse().ok()).collect();
        Ok((known(&NTP_SERVERS), known(&DATE_SERVERS)))
    }
}

/// A server as it was typed.
pub(super) fn server(name: &str) -> Result<Server, Failure> {
    name.parse().map_err(|_| {
        let message =
            tr!("\"{name}\" is no time server. Write HOST, HOST:PORT or an https address.", name = visible(name));
        Failure::new(Exit::Usage, "bad_server", message)
    })
}

fn show(context: &Context<'_>, servers: &Servers) -> Result<(), Failure> {
    let clock = Clock::of(context);
    let named = servers.chosen(context)?.0;
    let sources = named.iter().map(|server| Source { server: server.to_string(), ..Source::default() }).collect();
    let state = State { servers: sources, ..State::of(&clock) };
    if context.out.json { context.out.result(&state) } else { context.out.line(&clock.words()) }
}

fn sync(context: &Context<'_>, servers: &Servers) -> Result<(), Failure> {
    let (named, instead) = servers.chosen(context)?;
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let ask = |servers: &[Server]| measure(servers, &entropy, device_micros, PATIENCE);
    let mut measured = ask(&named);
    if !instead.is_empty() && measured.answers() < agree::LEAST_SOURCES {
        measured = measured.and(ask(&instead));
    }
    let Some(agreement) = measured.agreement.clone() else {
        return Err(nobody(context, &measured));
    };
    let stored = Stored::of(&agreement, device_millis(), &SystemBoot.now());
    if let (Some(stored), Some(settings)) = (&stored, context.platform.settings_file.as_deref()) {
        super::writing::make_folder_of(settings)?;
        stored.save(&Stored::beside(settings)).map_err(|error| {
            let message = tr!("The measurement couldn't be saved: {reason}.", reason = reason(&error));
            Failure::new(Exit::Failed, "clock_unwritable", message)
        })?;
    }
    let counts = stored.is_some();
    let clock = Clock::with(context, stored);
    if context.out.json {
        let mut state = State { servers: sources(&measured), ..State::of(&clock) };
        state.set(agreement.offset, agreement.uncertainty);
        (state.agreeing, state.answers) = (Some(agreement.agreeing.len()), Some(agreement.of));
        if !counts {
            state.state = "no_majority";
        }
        return context.out.result(&state);
    }
    table(&measured).print(context.out)?;
    if counts {
        return context.out.line(&clock.words());
    }
    let (n, of) = (agreement.agreeing.len(), agreement.of);
    context.out.line(&tr!(
        "Codes are not corrected: {n} of {of} servers agree; most of at least three have to.",
        n = n,
        of = of
    ))
}

/// Nobody gave a time: what each of them said instead.
fn nobody(context: &Context<'_>, measured: &Measurement) -> Failure {
    if !context.out.json {
        for heard in &measured.heard {
            if let Err(error) = &heard.sample {
                context
                    .out
                    .warn("time_server", &format!("{}: {}", visible(&heard.server.to_string()), words::error(error)));
            }
        }
    }
    let message = tr!("No server told the time. Codes follow this device's clock.");
    let servers = serde_json::to_value(sources(measured)).unwrap_or_default();
    Failure::new(Exit::Network, "no_time", message).with("servers", servers)
}

fn table(measured: &Measurement) -> Table {
    let mut table = Table::default();
    for (place, Heard { server, sample }) in measured.heard.iter().enumerate() {
        let server = visible(&server.to_string());
        match sample {
            Ok(Sample { offset, uncertainty, .. }) => {
                let agrees = measured.agreeing.contains(&place);
                let remark = if agrees { String::new() } else { tr!("does not agree with the others").to_owned() };
                table.row([server, format!("{} ± {}", words::signed(*offset), words::span(*uncertainty)), remark]);
            }
            Err(error) => table.row([server, String::new(), words::error(error)]),
        }
    }
    table
}

fn sources(measured: &Measurement) -> Vec<Source> {
    let source = |(place, heard): (usize, &Heard)| {
        let server = heard.server.to_string();
        match &heard.sample {
            Ok(sample) => Source {
                server,
                offset: Some(seconds(sample.offset)),
                uncertainty: Some(seconds(sample.uncertainty)),
                delay: Some(seconds(sample.delay)),
                stratum: sample.stratum,
                agrees: Some(measured.agreeing.contains(&place)),
                error: None,
            },
            Err(error) => Source { server, error: Some(words::name(error)), ..Source::default() },
        }
    };
    measured.heard.iter().enumerate().map(source).collect()
}

#[allow(clippy::cast_precision_loss, reason = "microseconds of centuries are exact in 53 bits")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

impl State {
    fn of(clock: &Clock) -> Self {
        let correction = clock.correction();
        let mut state = Self {
            state: match correction {
                Correction::NotMeasured => "not_measured",
                Correction::Applied { .. } if !clock.applies() => "off",
                Correction::Applied { .. } => "corrected",
                Correction::Rebooted => "restarted",
                Correction::ClockChanged { .. } => "clock_changed",
                Correction::Old => "old",
            },
            applied: clock.applies(),
            offset: None,
            uncertainty: None,
            offset_ms: None,
            uncertainty_ms: None,
            measured_at: clock.stored().map(|stored| stored.at() / 1_000),
            clock_moved: match correction {
                Correction::ClockChanged { seconds } => Some(seconds),
                _ => None,
            },
            device_time: super::code::now(),
            time: clock.unix(),
            agreeing: None,
            answers: None,
            servers: Vec::new(),
        };
        if let Some((offset, uncertainty)) = clock.stored().map(Stored::measured) {
            state.set(offset, uncertainty);
        }
        state
    }

    fn set(&mut self, offset: i64, uncertainty: i64) {
        (self.offset, self.uncertainty) = (Some(seconds(offset)), Some(seconds(uncertainty)));
        (self.offset_ms, self.uncertainty_ms) = (Some(offset / 1_000), Some(uncertainty / 1_000));
    }
}
