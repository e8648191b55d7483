//! SNTP, a client's half of NTP (RFC 4330, RFC 5905): one question, one answer of 48 bytes.
//!
//! ```text
//! T1 ─ request ─►  T2          offset = ((T2 − T1) + (T3 − T4)) / 2
//! T4 ◄─ answer ──  T3          delay  =  (T4 − T1) − (T3 − T2)
//! ```
//!
//! The request carries a random number in place of T1: an answer that does not bring it back is none of ours, and nobody
//! on the way learns what this device's clock says (RFC 9769 has the same idea for NTP's own use).

use super::{Sample, TimeError};

/// Length of a request, and the least of an answer, in bytes.
pub const LENGTH: usize = 48;

/// The largest root distance that is believed, in microseconds.
const MOST_ROOT_DISTANCE: i64 = 1_500_000;

/// Seconds from 1900, where NTP counts from, to 1970.
const TO_1970: i64 = 2_208_988_800;

const MICROS: i64 = 1_000_000;

/// A request with its random number.
#[must_use]
pub fn request(number: [u8; 8]) -> [u8; LENGTH] {
    let mut request = [0; LENGTH];
    // Leap indicator 0, version 4, mode 3: client.
    request[0] = 4 << 3 | 3;
    if let Some(place) = request.last_chunk_mut::<8>() {
        *place = number;
    }
    request
}

/// Reads an answer: `sent` is this device's Unix time when the request left, `elapsed` how long the answer took, both in
/// microseconds.
///
/// # Errors
/// [`TimeError`] says why it does not count.
pub fn answer(bytes: &[u8], number: [u8; 8], sent: i64, elapsed: i64) -> Result<Sample, TimeError> {
    let packet = Packet::read(bytes).ok_or(TimeError::Garbage)?;
    let (leap, version, mode) = (packet.flags >> 6, packet.flags >> 3 & 7, packet.flags & 7);
    if mode != 4 || !(3..=4).contains(&version) {
        return Err(TimeError::Garbage);
    }
    if packet.origin != number {
        return Err(TimeError::WrongOrigin);
    }
    if packet.stratum == 0 {
        let code = packet.reference.iter().map(|b| if b.is_ascii_graphic() { char::from(*b) } else { '?' }).collect();
        return Err(TimeError::KissOfDeath { code });
    }
    if leap == 3 || packet.stratum > 15 {
        return Err(TimeError::Unsynchronised);
    }
    if packet.received == 0 || packet.transmitted == 0 {
        return Err(TimeError::BadStamps);
    }
    let (received, transmitted) = (unix_micros(packet.received), unix_micros(packet.transmitted));
    let at_server = transmitted - received;
    // A server that takes longer than the whole way has stamps that mean nothing.
    if at_server < 0 || at_server > elapsed + MICROS {
        return Err(TimeError::BadStamps);
    }
    let root_distance = packet.root_delay / 2 + packet.root_dispersion;
    if root_distance > MOST_ROOT_DISTANCE {
        return Err(TimeError::TooFar);
    }
    let arrived = sent.checked_add(elapsed).ok_or(TimeError::BadStamps)?;
    let offset = ((received - sent) + (transmitted - arrived)) / 2;
    let delay = (elapsed - at_server).max(0);
    Ok(Sample { offset, uncertainty: delay / 2 + root_distance, delay, stratum: Some(packet.stratum) })
}

/// The fields that are looked at.
struct Packet {
    flags: u8,
    stratum: u8,
    root_delay: i64,
    root_dispersion: i64,
    reference: [u8; 4],
    origin: [u8; 8],
    received: u64,
    transmitted: u64,
}

impl Packet {
    /// Extensions and signatures behind the 48 bytes are passed over.
    fn read(bytes: &[u8]) -> Option<Self> {
        let (packet, _) = bytes.split_first_chunk::<LENGTH>()?;
        let four = |at: usize| packet.get(at..at + 4)?.try_into().ok();
        let eight = |at: usize| packet.get(at..at + 8)?.try_into().ok();
        Some(Self {
            flags: packet[0],
            stratum: packet[1],
            root_delay: short_micros(four(4)?),
            root_dispersion: short_micros(four(8)?),
            reference: four(12)?,
            origin: eight(24)?,
            received: u64::from_be_bytes(eight(32)?),
            transmitted: u64::from_be_bytes(eight(40)?),
        })
    }
}

/// 16 bits of seconds, 16 of their fraction.
fn short_micros(bytes: [u8; 4]) -> i64 {
    (i64::from(u32::from_be_bytes(bytes)) * MICROS) >> 16
}

/// 32 bits of seconds since 1900, 32 of their fraction, as Unix time. Seconds with the top bit clear are those after 2036,
/// where the count starts anew (RFC 4330 section 3).
fn unix_micros(stamp: u64) -> i64 {
    let (seconds, fraction) = ((stamp >> 32) as i64, (stamp & 0xFFFF_FFFF) as i64);
    let era = if stamp >> 63 == 1 { 0 } else { 1 << 32 };
    (seconds + era - TO_1970) * MICROS + ((fraction * MICROS) >> 32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NUMBER: [u8; 8] = *b"\x01\x02\x03\x04\x05\x06\x07\x08";
    /// 2026-11-24, in microseconds.
    const SENT: i64 = 1_795_478_400_000_000;

    fn stamp(unix_micros: i64) -> [u8; 8] {
        let seconds = unix_micros.div_euclid(MICROS) + TO_1970;
        let fraction = (unix_micros.rem_euclid(MICROS) << 32) / MICROS;
        ((seconds as u64) << 32 | fraction as u64).to_be_bytes()
    }

    /// An answer whose server's clock is `ahead` of ours, 10 ms after the request and 1 ms at the server.
    fn good(ahead: i64) -> Vec<u8> {
        let mut bytes = vec![0; LENGTH];
        (bytes[0], bytes[1]) = (4 << 3 | 4, 2);
        bytes[8..12].copy_from_slice(&[0, 0, 0x02, 0]);
        bytes[12..16].copy_from_slice(b"LOCL");
        bytes[24..32].copy_from_slice(&NUMBER);
        bytes[32..40].copy_from_slice(&stamp(SENT + ahead + 10_000));
        bytes[40..48].copy_from_slice(&stamp(SENT + ahead + 11_000));
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Sample, TimeError> {
        answer(bytes, NUMBER, SENT, 21_000)
    }

    fn with(change: impl FnOnce(&mut Vec<u8>)) -> Result<Sample, TimeError> {
        let mut bytes = good(0);
        change(&mut bytes);
        read(&bytes)
    }

    #[test]
    fn a_clock_that_is_behind_has_something_added() {
        for ahead in [133 * MICROS, -7_200 * MICROS, 0, 40 * 365 * 86_400 * MICROS] {
            let sample = read(&good(ahead)).unwrap();
            assert!((sample.offset - ahead).abs() <= 1, "{ahead}: {sample:?}");
            assert!((sample.delay - 20_000).abs() <= 1 && sample.stratum == Some(2));
            assert!((sample.uncertainty - 10_000 - 7_812).abs() <= 2, "half the way and the root distance: {sample:?}");
        }
    }

    #[test]
    fn what_a_server_says_of_itself_is_believed() {
        let kiss = with(|bytes| {
            bytes[1] = 0;
            bytes[12..16].copy_from_slice(b"RAT\0");
        });
        assert_eq!(kiss, Err(TimeError::KissOfDeath { code: "RAT?".into() }));
        assert_eq!(with(|bytes| bytes[0] |= 3 << 6), Err(TimeError::Unsynchronised));
        assert_eq!(with(|bytes| bytes[1] = 16), Err(TimeError::Unsynchronised));
        assert_eq!(with(|bytes| bytes[9] = 2), Err(TimeError::TooFar));
        assert_eq!(with(|bytes| bytes[5] = 4), Err(TimeError::TooFar));
    }

    #[test]
    fn what_is_no_answer_to_the_request_does_not_count() {
        assert_eq!(with(|bytes| bytes[24] ^= 1), Err(TimeError::WrongOrigin));
        assert_eq!(with(|bytes| bytes[32..40].fill(0)), Err(TimeError::BadStamps));
        assert_eq!(with(|bytes| bytes[40..48].fill(0)), Err(TimeError::BadStamps));
        assert_eq!(with(|bytes| bytes[40..48].copy_from_slice(&stamp(SENT))), Err(TimeError::BadStamps));
        assert_eq!(with(|bytes| bytes[40..48].copy_from_slice(&stamp(SENT + 9 * MICROS))), Err(TimeError::BadStamps));
        assert_eq!(with(|bytes| bytes[0] = 4 << 3 | 3), Err(TimeError::Garbage));
        assert_eq!(with(|bytes| bytes.truncate(47)), Err(TimeError::Garbage));
        assert_eq!(read(&[]), Err(TimeError::Garbage));
    }

    #[test]
    fn the_count_starts_anew_in_2036() {
        // RFC 4330 section 3: 2036-02-07 06:28:16 UTC is second 0 of the next era.
        assert_eq!(unix_micros(0x0000_0000_8000_0000), 2_085_978_496 * MICROS + 500_000);
        assert_eq!(unix_micros(0xFFFF_FFFF_0000_0000), 2_085_978_495 * MICROS);
    }

    #[test]
    fn a_request_tells_nothing_of_this_device() {
        let request = request(NUMBER);
        assert_eq!((request[0], &request[40..]), (0x23, &NUMBER[..]));
        assert!(request[1..40].iter().all(|byte| *byte == 0));
    }

    proptest! {
        #[test]
        fn any_answer_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80), elapsed in 0..10_000_000_i64) {
            let _ = answer(&bytes, NUMBER, SENT, elapsed);
            let mut fitting = bytes;
            if fitting.len() >= LENGTH {
                fitting[0] = 4 << 3 | 4;
                fitting[24..32].copy_from_slice(&NUMBER);
                if let Ok(sample) = answer(&fitting, NUMBER, SENT, elapsed) {
                    prop_assert!(sample.uncertainty >= 0 && sample.delay >= 0);
                }
            }
        }
    }
}
