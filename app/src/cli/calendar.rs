//! Unix time as people write it, in UTC: ISO 8601, which all six languages read.

/// `2026-11-24`
pub(super) fn date(unix: u64) -> String {
    let (year, month, day) = civil(unix / 86_400);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2026-11-24 09:05:07`
pub(super) fn date_and_time(unix: u64) -> String {
    let seconds = unix % 86_400;
    format!("{} {:02}:{:02}:{:02}", date(unix), seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The day of the Gregorian calendar, by its number since 1 January 1970. Years are counted from March here, so that the
/// odd day comes last, and in eras of 400 years, which are all alike.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next_year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (unix, text) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_709_251_199, "2024-02-29 23:59:59"),
            (1_795_510_907, "2026-11-24 09:01:47"),
            (4_107_542_400, "2100-03-01 00:00:00"),
        ] {
            assert_eq!(date_and_time(unix), text);
        }
    }
}
