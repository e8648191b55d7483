//! The `Date` of an answer over HTTPS (RFC 9110 section 6.6.1): right to a second, and not to be forged on the way.

use super::{Sample, TimeError};

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// What the `Date` of an answer says of this device's clock: `sent` is its Unix time when the request left, `elapsed` how long
/// the answer took, in microseconds.
///
/// # Errors
/// [`TimeError::NoDate`].
pub fn sample(date: &str, sent: i64, elapsed: i64) -> Result<Sample, TimeError> {
    let unix = read(date).ok_or(TimeError::NoDate)?;
    // The date is that of some moment between, cut to a second; many servers renew it once a second.
    let truth = unix.checked_mul(SECOND).ok_or(TimeError::NoDate)? + SECOND / 2;
    let middle = sent.checked_add(elapsed / 2).ok_or(TimeError::NoDate)?;
    Ok(Sample { offset: truth - middle, uncertainty: SECOND + elapsed / 2, delay: elapsed, stratum: None })
}

/// `Tue, 24 Nov 2026 09:01:47 GMT` as Unix time. The two older forms are obsolete, and no server of today writes them.
#[must_use]
pub fn read(date: &str) -> Option<i64> {
    let (_, date) = date.trim().split_once(", ")?;
    let mut parts = date.split(' ');
    let (day, month, year, time, zone) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if zone != "GMT" || parts.next().is_some() {
        return None;
    }
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = i64::try_from(MONTHS.iter().position(|name| *name == month)?).ok()? + 1;
    let (day, year) = (number(day, 2, 31)?, number(year, 4, 9999)?);
    let mut time = time.split(':');
    let (hour, minute, second) =
        (number(time.next()?, 2, 23)?, number(time.next()?, 2, 59)?, number(time.next()?, 2, 60)?);
    if time.next().is_some() || day == 0 || year < 1970 {
        return None;
    }
    Some(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn number(text: &str, digits: usize, most: i64) -> Option<i64> {
    let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| fits && *number <= most)
}

/// Days since 1 January 1970. Years begin in March here, so that the odd day comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_read_as_servers_write_them() {
        for (date, unix) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
            ("Tue, 24 Nov 2026 09:01:47 GMT", 1_795_510_907),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ] {
            assert_eq!(read(date), Some(unix), "{date}");
        }
        for date in [
            "",
            "Tue, 24 Nov 2026 09:01:47",
            "Tue, 24 Nov 2026 09:01:47 CET",
            "x, 1 Nov 2026 09:01:47 GMT",
            "Tue, 24 Nov 2026 29:01:47 GMT",
        ] {
            assert_eq!(read(date), None, "{date}");
        }
    }

    #[test]
    fn it_is_right_to_a_second() {
        let sample = sample("Thu, 01 Jan 1970 00:02:13 GMT", 0, 200_000).unwrap();
        assert_eq!((sample.offset, sample.uncertainty), (133_400_000, 1_100_000));
        assert!((sample.offset - 133_000_000).abs() <= sample.uncertainty);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}", sent in any::<i64>(), elapsed in 0..60_000_000_i64) {
            let _ = sample(&text, sent, elapsed);
        }
    }
}
