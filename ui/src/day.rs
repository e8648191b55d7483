//! Days as people write them on lists: `2026-11-24`, in UTC. The window knows no time zone.

/// The day of a Unix time.
pub(crate) fn of(unix: u64) -> String {
    // Days since 0000-03-01, so that a leap day is the last of its year (H. Hinnant, "chrono-compatible low-level date algorithms").
    let days = unix / 86_400 + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_those_of_the_calendar() {
        for (unix, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_790_000_000, "2026-09-21"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(super::of(unix), day, "{unix}");
        }
    }
}
