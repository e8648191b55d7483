//! What libraries and the app itself say about their work, for somebody who looks for a fault: off, unless `SMARTOTP_LOG`
//! asks for it, and never with anything that looks like a secret.

mod redact;

use std::io::Write as _;

use log::{LevelFilter, Log, Metadata, Record};
use zeroize::Zeroizing;

/// Asks for a log on standard error: `error`, `warn`, `info`, `debug` or `trace`.
const VARIABLE: &str = "SMARTOTP_LOG";

struct Redacting;

impl Log for Redacting {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        // Written whole before it is looked through, and wiped then.
        let said = Zeroizing::new(record.args().to_string());
        let kept = redact::redact(&said);
        let _ = writeln!(std::io::stderr(), "{:<5} {}: {}", record.level(), record.target(), kept.as_str());
    }

    fn flush(&self) {}
}

/// Starts the log where it is asked for.
pub(crate) fn start() {
    let asked = std::env::var(VARIABLE).ok().and_then(|level| level.parse().ok());
    let Some(level) = asked.filter(|level| *level > LevelFilter::Off) else { return };
    if log::set_logger(&Redacting).is_ok() {
        log::set_max_level(level);
        log::debug!("Smart OTP {}", env!("CARGO_PKG_VERSION"));
    }
}
