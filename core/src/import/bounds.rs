//! What is refused before memory or time is spent on it.

use super::ImportError;

/// The largest file that is looked at, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The most entries of one import, over all its files.
pub const MAX_ENTRIES: usize = 100_000;

/// The most names in one JSON object: a vault of other things keeps its names apart from its entries.
pub(super) const MAX_MEMBERS: usize = 10_000;

/// The most memory that is taken for a key, in bytes: 1 GiB, what Ente Auth asks for on a computer.
const MAX_MEMORY: u64 = 1024 * 1024 * 1024;

/// The most memory times passes, in bytes: 10 GiB, what Bitwarden allows at most. Some ten seconds of one core.
const MAX_WORK: u64 = 10 * MAX_MEMORY;

/// The most memory times passes of scrypt, in bytes, over all of a file's slots: 2 GiB, where Aegis takes 32 MiB a slot.
const MAX_SCRYPT: u64 = 2 * MAX_MEMORY;

/// The most rounds of PBKDF2: Bitwarden's own limit is two million.
const MAX_ROUNDS: u32 = 10_000_000;

/// Whether Argon2 with these parameters is paid for.
///
/// # Errors
/// [`ImportError::Cost`].
pub(super) fn argon2(memory_kib: u64, passes: u64, lanes: u64) -> Result<(), ImportError> {
    let memory = memory_kib.saturating_mul(1024);
    let fits = (1..=64).contains(&lanes)
        && memory_kib >= 8 * lanes
        && passes >= 1
        && memory <= MAX_MEMORY
        && memory.saturating_mul(passes) <= MAX_WORK;
    payable(fits)
}

/// Whether scrypt with these parameters (N, r, p of each of a file's slots) is paid for: it takes 128·N·r bytes, p times
/// over.
///
/// # Errors
/// [`ImportError::Cost`].
pub(super) fn scrypt(slots: impl IntoIterator<Item = (u64, u64, u64)>) -> Result<(), ImportError> {
    let mut work = 0_u64;
    let fits = slots.into_iter().all(|(n, r, p)| {
        let memory = n.saturating_mul(r).saturating_mul(128);
        work = work.saturating_add(memory.saturating_mul(p));
        n.is_power_of_two()
            && n >= 2
            && (1..=1024).contains(&r)
            && (1..=1024).contains(&p)
            && memory <= MAX_MEMORY
            && work <= MAX_SCRYPT
    });
    payable(fits)
}

/// Whether PBKDF2 with that many rounds is paid for.
///
/// # Errors
/// [`ImportError::Cost`].
pub(super) fn pbkdf2(rounds: u64) -> Result<u32, ImportError> {
    u32::try_from(rounds).ok().filter(|rounds| (1..=MAX_ROUNDS).contains(rounds)).ok_or(ImportError::Cost)
}

/// Whether what a zip or deflate stream says to unpack to is taken: never more than a file may have.
///
/// # Errors
/// [`ImportError::Cost`].
pub(super) fn unpacked(bytes: u64) -> Result<usize, ImportError> {
    usize::try_from(bytes).ok().filter(|bytes| *bytes <= MAX_BYTES).ok_or(ImportError::Cost)
}

fn payable(fits: bool) -> Result<(), ImportError> {
    if fits { Ok(()) } else { Err(ImportError::Cost) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_real_apps_ask_for_is_paid() {
        assert_eq!(argon2(1024 * 1024, 4, 1), Ok(())); // Ente Auth
        assert_eq!(argon2(1024 * 1024, 10, 16), Ok(())); // Bitwarden's limits
        assert_eq!(scrypt([(1 << 15, 8, 1); 60]), Ok(())); // Aegis, with more slots than anybody has
        assert_eq!(pbkdf2(2_000_000), Ok(2_000_000)); // Bitwarden's limit
        assert_eq!(unpacked(1_000_000), Ok(1_000_000));
    }

    #[test]
    fn hostile_costs_are_refused() {
        for (memory_kib, passes, lanes) in
            [(1 << 21, 1, 1), (1 << 20, 11, 1), (u64::MAX, u64::MAX, u64::MAX), (64, 1, 0), (64, 0, 1), (7, 1, 1)]
        {
            assert_eq!(argon2(memory_kib, passes, lanes), Err(ImportError::Cost), "{memory_kib} {passes} {lanes}");
        }
        for (n, r, p) in [(1 << 24, 8, 1), (1 << 15, 8, 1024), (1000, 8, 1), (0, 8, 1), (1, 8, 1), (u64::MAX, 1, 1)] {
            assert_eq!(scrypt([(n, r, p)]), Err(ImportError::Cost), "{n} {r} {p}");
        }
        assert_eq!([2, 3].map(|slots| scrypt(vec![(1 << 20, 8, 1); slots])), [Ok(()), Err(ImportError::Cost)]);
        for rounds in [0, 10_000_001, u64::MAX] {
            assert_eq!(pbkdf2(rounds), Err(ImportError::Cost));
        }
        assert_eq!(unpacked(u64::MAX), Err(ImportError::Cost));
    }
}
