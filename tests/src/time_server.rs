//! A time server on loopback that goes by the clock of a phone in a test, as far ahead of it as the test says.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use smartotp_ui::services::WallClock as _;

use crate::outside::Clock;

/// Seconds from 1900, where NTP counts from, to 1970.
const TO_1970: i64 = 2_208_988_800;

/// Where it is, and how often it was asked.
pub struct TimeServer {
    /// As the settings name it.
    pub address: String,
    asked: Arc<AtomicUsize>,
}

impl TimeServer {
    /// A server whose clock is `ahead` milliseconds ahead of the phone's.
    ///
    /// # Panics
    /// When loopback has no port for it: a test can't go on then.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "a test can't go on without its server")]
    pub fn new(clock: &Arc<Clock>, ahead: i64) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let asked = Arc::new(AtomicUsize::new(0));
        let (clock, counted) = (clock.clone(), asked.clone());
        std::thread::spawn(move || {
            let mut request = [0; 512];
            while let Ok((_, from)) = socket.recv_from(&mut request) {
                counted.fetch_add(1, Ordering::SeqCst);
                let Some(number) = request.get(40..48) else { continue };
                let millis = i64::try_from(clock.unix_millis()).unwrap_or(0) + ahead;
                let (seconds, rest) = (millis.div_euclid(1_000) + TO_1970, millis.rem_euclid(1_000));
                #[expect(clippy::cast_sign_loss, reason = "NTP's stamps are bits")]
                let stamp = (((seconds as u64) << 32) | (((rest as u64) << 32) / 1_000)).to_be_bytes();
                // Version 4, a server, at stratum 1.
                let mut answer = vec![0x24, 1, 6, 0xEC];
                answer.resize(24, 0);
                answer.extend(number);
                answer.extend([stamp, stamp].concat());
                let _ = socket.send_to(&answer, from);
            }
        });
        Self { address, asked }
    }

    /// A place where nobody listens.
    ///
    /// # Panics
    /// As [`TimeServer::new`].
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "a test can't go on without its server")]
    pub fn gone() -> String {
        UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
    }

    /// How many requests came.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}
