//! Asks several servers at once, and waits for none longer than was said.

use std::net::{SocketAddr, ToSocketAddrs as _, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Agreement, Sample, Server, TimeError, https_date, sntp};
use crate::vault::Entropy;
use crate::web::{Limits, Web, WebError};

/// Who is asked where nothing is set: public servers of five operators who allow it, each of its own clock.
/// Cloudflare, PTB (Germany), NIST (USA), SIDN Labs (Netherlands), Netnod (Sweden).
pub const NTP_SERVERS: [&str; 5] = ["time.cloudflare.com", "ptbtime1.ptb.de", "time.nist.gov", "any.time.nl", "ntp.se"];

/// Who is asked over HTTPS where UDP is shut: the same operators' pages.
pub const DATE_SERVERS: [&str; 4] =
    ["https://www.cloudflare.com/", "https://www.ptb.de/", "https://www.sidnlabs.nl/", "https://www.netnod.se/"];

/// More servers than anybody needs: the rest is not asked.
pub const MOST_SERVERS: usize = 16;

/// A request that got lost is sent anew after so long.
const PATIENCE: Duration = Duration::from_millis(900);
/// How long after the time is over servers' answers are still taken in.
const MOMENT: Duration = Duration::from_millis(250);
/// How often it is sent at all. Who asks to be left alone is not asked again.
const TRIES: u32 = 3;
/// Packets that are looked at for one request: whoever floods the socket keeps nobody busy.
const MOST_PACKETS: u32 = 32;
/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 2;
/// Nothing but the head of an answer is wanted.
const DATE_LIMITS: Limits = Limits { bytes: 0, time: Duration::from_secs(4) };

/// What one server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Who.
    pub server: Server,
    /// What.
    pub sample: Result<Sample, TimeError>,
}

/// What all of them said, and what most agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurement {
    /// One for each server, in the order in which they were named.
    pub heard: Vec<Heard>,
    /// `None`: nobody gave a time.
    pub agreement: Option<Agreement>,
    /// Which of `heard` agree.
    pub agreeing: Vec<usize>,
}

/// How soon whoever watches a measurement is asked whether it is still wanted.
const BEAT: Duration = Duration::from_millis(100);

/// Asks all servers at once; gives what was said after `patience` at the latest.
///
/// `now` tells this device's Unix time in microseconds.
pub fn measure(
    servers: &[Server],
    entropy: &Arc<dyn Entropy>,
    now: impl Fn() -> i64 + Clone + Send + 'static,
    patience: Duration,
) -> Measurement {
    measure_watched(servers, entropy, now, patience, &mut |_| true)
}

/// The same, with somebody who is told how many servers have spoken, ten times a second, and ends it early by `false`.
pub fn measure_watched(
    servers: &[Server],
    entropy: &Arc<dyn Entropy>,
    now: impl Fn() -> i64 + Clone + Send + 'static,
    patience: Duration,
    watch: &mut dyn FnMut(usize) -> bool,
) -> Measurement {
    let deadline = Instant::now() + patience;
    let servers: Vec<&Server> = servers.iter().take(MOST_SERVERS).collect();
    let (answers, answered) = mpsc::channel();
    for (place, server) in servers.iter().enumerate() {
        let (server, entropy, answers, now) = ((*server).clone(), Arc::clone(entropy), answers.clone(), now.clone());
        // Not waited for: looking up a name can take longer than anybody wants to wait, and nothing cuts that short.
        let asking = move || {
            let sample = match &server {
                Server::Ntp { host, port } => ask_ntp(host, *port, &*entropy, &now, deadline),
                Server::Https { url } => ask_https(url, &now),
            };
            let _ = answers.send((place, sample));
        };
        // No thread to be had is as good as no answer.
        let _ = thread::Builder::new().name("time".into()).spawn(asking);
    }
    drop(answers);
    let mut samples: Vec<Result<Sample, TimeError>> = servers.iter().map(|_| Err(TimeError::Timeout)).collect();
    // A moment longer than they wait themselves, so that what they have heard is told.
    let last = deadline + MOMENT;
    let mut spoken = 0;
    loop {
        let left = last.saturating_duration_since(Instant::now());
        match answered.recv_timeout(left.min(BEAT)) {
            Ok((place, sample)) => {
                spoken += 1;
                if let Some(slot) = samples.get_mut(place) {
                    *slot = sample;
                }
            }
            Err(RecvTimeoutError::Timeout) if !left.is_zero() => {}
            Err(_) => break,
        }
        if !watch(spoken) {
            break;
        }
    }
    let heard: Vec<Heard> =
        servers.into_iter().cloned().zip(samples).map(|(server, sample)| Heard { server, sample }).collect();
    Measurement::of(heard)
}

impl Measurement {
    fn of(heard: Vec<Heard>) -> Self {
        let (places, samples): (Vec<usize>, Vec<Sample>) =
            heard.iter().enumerate().filter_map(|(place, heard)| Some((place, *heard.sample.as_ref().ok()?))).unzip();
        let agreement = Agreement::of(&samples);
        let agreeing = agreement.as_ref().map(|agreement| agreement.agreeing.as_slice()).unwrap_or_default();
        let agreeing = agreeing.iter().filter_map(|place| places.get(*place).copied()).collect();
        Self { heard, agreement, agreeing }
    }

    /// Both, as one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::of(self.heard.into_iter().chain(other.heard).collect())
    }

    /// How many servers gave a time.
    #[must_use]
    pub fn answers(&self) -> usize {
        self.heard.iter().filter(|heard| heard.sample.is_ok()).count()
    }
}

/// This device's Unix time, in microseconds.
#[must_use]
pub fn device_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
}

/// The same in milliseconds.
#[must_use]
pub fn device_millis() -> i64 {
    device_micros() / 1_000
}

fn ask_ntp(
    host: &str,
    port: u16,
    entropy: &dyn Entropy,
    now: &dyn Fn() -> i64,
    deadline: Instant,
) -> Result<Sample, TimeError> {
    let addresses = (host, port).to_socket_addrs().map_err(|_| TimeError::NoAddress)?;
    let mut last = TimeError::NoAddress;
    for address in addresses.take(MOST_ADDRESSES) {
        match ask_address(address, entropy, now, deadline) {
            Ok(sample) => return Ok(sample),
            // What the server says itself is not asked for again elsewhere.
            Err(error @ (TimeError::KissOfDeath { .. } | TimeError::NoEntropy)) => return Err(error),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn ask_address(
    address: SocketAddr,
    entropy: &dyn Entropy,
    now: &dyn Fn() -> i64,
    deadline: Instant,
) -> Result<Sample, TimeError> {
    let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).map_err(|_| TimeError::Unreachable)?;
    // Connected: what others send does not arrive.
    socket.connect(address).map_err(|_| TimeError::Unreachable)?;
    let mut last = TimeError::Timeout;
    for _ in 0..TRIES {
        match ask_once(&socket, entropy, now, deadline) {
            Ok(sample) => return Ok(sample),
            Err(error @ (TimeError::Timeout | TimeError::Unreachable)) if last == TimeError::Timeout => last = error,
            Err(error @ (TimeError::WrongOrigin | TimeError::Garbage)) => last = error,
            Err(TimeError::Timeout) => {}
            Err(error) => return Err(error),
        }
        if Instant::now() >= deadline {
            break;
        }
    }
    Err(last)
}

fn ask_once(
    socket: &UdpSocket,
    entropy: &dyn Entropy,
    now: &dyn Fn() -> i64,
    deadline: Instant,
) -> Result<Sample, TimeError> {
    let mut number = [0; 8];
    entropy.fill(&mut number).map_err(|_| TimeError::NoEntropy)?;
    let request = sntp::request(number);
    let (sent, start) = (now(), Instant::now());
    socket.send(&request).map_err(|_| TimeError::Unreachable)?;
    let until = deadline.min(start + PATIENCE);
    let mut last = TimeError::Timeout;
    let mut bytes = [0; 1024];
    for _ in 0..MOST_PACKETS {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        socket.set_read_timeout(Some(left)).map_err(|_| TimeError::Unreachable)?;
        let Ok(length) = socket.recv(&mut bytes) else { break };
        // By the monotonic clock: the other one may be set just now.
        let elapsed = i64::try_from(start.elapsed().as_micros()).unwrap_or(i64::MAX);
        match sntp::answer(bytes.get(..length).unwrap_or_default(), number, sent, elapsed) {
            // Whoever does not know our number may only have guessed the port: the answer can still come.
            Err(error @ (TimeError::WrongOrigin | TimeError::Garbage)) => last = error,
            settled => return settled,
        }
    }
    Err(last)
}

fn ask_https(url: &str, now: &dyn Fn() -> i64) -> Result<Sample, TimeError> {
    let web = Web::new().map_err(|_| TimeError::Unreachable)?;
    let (sent, start) = (now(), Instant::now());
    let answer = web.head(url, DATE_LIMITS).map_err(|error| match error {
        WebError::Timeout => TimeError::Timeout,
        _ => TimeError::Unreachable,
    })?;
    let elapsed = i64::try_from(start.elapsed().as_micros()).unwrap_or(i64::MAX);
    https_date::sample(answer.date.as_deref().ok_or(TimeError::NoDate)?, sent, elapsed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::SystemEntropy;

    fn entropy() -> Arc<dyn Entropy> {
        Arc::new(SystemEntropy)
    }

    /// A server that is `ahead` microseconds, and answers by what `change` makes of a sound answer.
    fn server(ahead: i64, change: fn(&mut Vec<u8>)) -> Server {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        thread::spawn(move || {
            let mut request = [0; 512];
            while let Ok((_, from)) = socket.recv_from(&mut request) {
                let micros = device_micros() + ahead;
                let seconds = (micros / 1_000_000 + 2_208_988_800) as u64;
                let stamp = (seconds << 32 | (((micros % 1_000_000) << 32) / 1_000_000) as u64).to_be_bytes();
                let mut answer = vec![0x24, 1, 6, 0xEC];
                answer.resize(24, 0);
                answer.extend(&request[40..48]);
                answer.extend([stamp, stamp].concat());
                change(&mut answer);
                let _ = socket.send_to(&answer, from);
            }
        });
        Server::Ntp { host: "127.0.0.1".into(), port }
    }

    #[test]
    fn a_liar_among_four_is_outvoted() {
        let ahead = 133_000_000;
        let servers =
            [server(ahead, |_| {}), server(-90_000_000, |_| {}), server(ahead, |_| {}), server(ahead + 2_000, |_| {})];
        let measured = measure(&servers, &entropy(), device_micros, Duration::from_secs(20));
        let agreement = measured.agreement.as_ref().unwrap();
        assert!(agreement.counts() && (agreement.offset - ahead).abs() < 10_000, "{measured:?}");
        assert_eq!(measured.agreeing, [0, 2, 3]);
    }

    #[test]
    fn who_misbehaves_is_named_and_holds_up_nobody() {
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let servers = [
            server(0, |answer| answer[1] = 0),
            server(0, |answer| answer[0] |= 0xC0),
            server(0, |answer| answer[24] ^= 1),
            server(0, |answer| answer[32..48].fill(0)),
            server(0, |answer| answer.truncate(20)),
            Server::Ntp { host: "127.0.0.1".into(), port: silent.local_addr().unwrap().port() },
            Server::Ntp { host: "no such host.invalid".into(), port: 123 },
            server(0, |_| {}),
        ];
        let measured = measure(&servers, &entropy(), device_micros, Duration::from_millis(2_500));
        let said: Vec<Option<TimeError>> = measured.heard.into_iter().map(|heard| heard.sample.err()).collect();
        assert_eq!(
            said,
            [
                Some(TimeError::KissOfDeath { code: "????".into() }),
                Some(TimeError::Unsynchronised),
                Some(TimeError::WrongOrigin),
                Some(TimeError::BadStamps),
                Some(TimeError::Garbage),
                Some(TimeError::Timeout),
                Some(TimeError::NoAddress),
                None,
            ]
        );
        let agreement = measured.agreement.unwrap();
        assert!(!agreement.counts(), "one server is shown, not applied");
    }

    #[test]
    fn who_has_had_enough_ends_it() {
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let silent = Server::Ntp { host: "127.0.0.1".into(), port: silent.local_addr().unwrap().port() };
        let mut told = Vec::new();
        let patience = Duration::from_secs(600);
        let measured =
            measure_watched(&[server(0, |_| {}), silent], &entropy(), device_micros, patience, &mut |spoken| {
                told.push(spoken);
                spoken == 0
            });
        assert_eq!((told.last(), measured.answers()), (Some(&1), 1));
        assert_eq!(measured.heard.last().map(|heard| heard.sample.clone()), Some(Err(TimeError::Timeout)));
    }

    #[test]
    fn every_default_names_a_server() {
        for name in NTP_SERVERS.iter().chain(&DATE_SERVERS) {
            assert!(name.parse::<Server>().is_ok(), "{name}");
        }
    }
}
