//! Passwords to keys: Argon2id (RFC 9106), bounded before it is paid.

use std::time::Duration;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroizing;

use super::keys::Key;
use crate::secret::SecretText;

/// What one derivation costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// How long a derivation should take on the device that makes the vault.
const TARGET: Duration = Duration::from_millis(500);
/// More memory is never chosen by itself: a small phone would kill the app for it.
const CALIBRATED_MEMORY_KIB: u32 = 256 * 1024;

impl Cost {
    /// RFC 9106's second choice and our default: 64 MiB, 3 passes, 4 lanes.
    pub const DEFAULT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };
    /// The least that is ever made: OWASP's 19 MiB, 2 passes, 1 lane.
    pub const FLOOR: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// The most that is taken from a file: 1 GiB, 16 passes, 16 lanes.
    pub const CEILING: Self = Self { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };
    /// The most memory times passes that is taken from a file, in KiB: 4 GiB, about five seconds of one core.
    pub const MOST_WORK_KIB: u64 = 4 * 1024 * 1024;

    /// Whether this cost is paid when a file asks for it.
    #[must_use]
    pub fn is_payable(self) -> bool {
        let Self { memory_kib, passes, lanes } = self;
        (1..=Self::CEILING.passes).contains(&passes)
            && (1..=Self::CEILING.lanes).contains(&lanes)
            && (8 * lanes..=Self::CEILING.memory_kib).contains(&memory_kib)
            && self.work_kib() <= Self::MOST_WORK_KIB
    }

    /// Whether a new slot may be made with this cost.
    #[must_use]
    pub fn is_makeable(self) -> bool {
        self.is_payable()
            && self.memory_kib >= Self::FLOOR.memory_kib
            && self.passes >= Self::FLOOR.passes
            && self.lanes >= Self::FLOOR.lanes
    }

    fn work_kib(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.passes)
    }

    /// Chooses a cost of about half a second on this device, by deriving once at [`Cost::DEFAULT`].
    ///
    /// `clock` is a monotonic time since any moment. The result is never below [`Cost::FLOOR`], and below the default
    /// only where the default takes more than a second.
    #[must_use]
    pub fn calibrate(mut clock: impl FnMut() -> Duration) -> Self {
        let before = clock();
        if derive(&SecretText::from("calibration"), &[0; SALT_LEN], Self::DEFAULT).is_err() {
            return Self::FLOOR;
        }
        Self::fit(clock().saturating_sub(before))
    }

    /// The cost that takes about [`TARGET`], when the default takes `default_takes`. Time grows with memory × passes.
    fn fit(default_takes: Duration) -> Self {
        let default_takes = default_takes.as_micros().max(1);
        let affordable = u128::from(Self::DEFAULT.work_kib()) * TARGET.as_micros() / default_takes;
        if affordable < u128::from(Self::DEFAULT.work_kib()) / 2 {
            // A small phone: the same passes over less memory.
            let memory_kib = u32::try_from(affordable / u128::from(Self::DEFAULT.passes)).unwrap_or(u32::MAX);
            return Self { memory_kib: memory_kib.max(Self::FLOOR.memory_kib), ..Self::DEFAULT };
        }
        // Memory first, since it is what hurts a cracker; then passes.
        let mut cost = Self::DEFAULT;
        while cost.memory_kib < CALIBRATED_MEMORY_KIB && u128::from(cost.work_kib()) * 2 <= affordable {
            cost.memory_kib *= 2;
        }
        while cost.passes < Self::CEILING.passes
            && u128::from(cost.work_kib() + u64::from(cost.memory_kib)) <= affordable
        {
            cost.passes += 1;
        }
        cost
    }
}

/// Bytes of salt.
pub(crate) const SALT_LEN: usize = 16;

/// Why nothing was derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KdfError {
    /// The cost is outside of what is ever paid. Neither memory nor time was spent.
    #[error("the cost is out of bounds")]
    Cost,
    /// The system does not give that much memory.
    #[error("not enough memory")]
    Memory,
}

/// The key under a password: Argon2id 1.3 over its UTF-8 bytes. The working memory is wiped.
pub(crate) fn derive(password: &SecretText, salt: &[u8; SALT_LEN], cost: Cost) -> Result<Key, KdfError> {
    if !cost.is_payable() {
        return Err(KdfError::Cost);
    }
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(Key::LEN)).map_err(|_| KdfError::Cost)?;
    let blocks = params.block_count();
    let mut memory = Zeroizing::new(Vec::new());
    memory.try_reserve_exact(blocks).map_err(|_| KdfError::Memory)?;
    memory.resize(blocks, Block::new());
    let mut key = Key::zero();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.expose().as_bytes(), salt, key.as_mut(), memory.as_mut_slice())
        .map_err(|_| KdfError::Cost)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argon2id_agrees_with_libargon2() {
        // `echo -n password | argon2 somesalt12345678 -id -t 2 -k 19456 -p 1 -l 32 -r`
        let key = derive(&SecretText::from("password"), b"somesalt12345678", Cost::FLOOR).unwrap();
        assert_eq!(
            data_encoding::HEXLOWER.encode(key.expose()),
            "0c4c0b6db219194b6006e078818a24eabea136f7af619a31930310e7f2d749a5"
        );
    }

    #[test]
    fn hostile_costs_are_refused_before_they_are_paid() {
        let password = SecretText::from("password");
        for (memory_kib, passes, lanes) in [
            (4 * 1024 * 1024, 3, 4),
            (u32::MAX, u32::MAX, u32::MAX),
            (1024 * 1024, 5, 4),
            (64 * 1024, 17, 4),
            (64 * 1024, 3, 17),
            (64 * 1024, 0, 4),
            (64 * 1024, 3, 0),
            (7, 1, 1),
            (0, 0, 0),
        ] {
            let cost = Cost { memory_kib, passes, lanes };
            assert_eq!(derive(&password, &[0; SALT_LEN], cost).err(), Some(KdfError::Cost), "{cost:?}");
        }
    }

    #[test]
    fn nothing_weaker_than_the_floor_is_made() {
        assert!(Cost::FLOOR.is_makeable() && Cost::DEFAULT.is_makeable());
        assert!(!Cost { memory_kib: 18 * 1024, ..Cost::FLOOR }.is_makeable());
        assert!(!Cost { passes: 1, ..Cost::DEFAULT }.is_makeable());
    }

    #[test]
    fn a_fast_device_pays_more_and_a_slow_one_never_less_than_the_floor() {
        let millis = |n| Cost::fit(Duration::from_millis(n));
        assert_eq!(millis(75), Cost { memory_kib: 256 * 1024, passes: 5, lanes: 4 });
        assert_eq!(millis(500), Cost::DEFAULT);
        assert_eq!(millis(900), Cost::DEFAULT);
        assert_eq!(millis(1500).passes, 3);
        assert!(millis(1500).memory_kib < Cost::DEFAULT.memory_kib);
        for slow in [0, 1, 10, 100, 1_000, 2_000, 10_000, 1_000_000, u64::MAX / 1_000_000] {
            let cost = millis(slow);
            assert!(cost.is_makeable(), "{slow} ms: {cost:?}");
            assert!(cost.memory_kib <= CALIBRATED_MEMORY_KIB);
        }
    }

    #[test]
    fn calibration_reads_the_clock_that_it_is_given() {
        let mut ticks = [0, 75].into_iter().map(Duration::from_millis);
        let cost = Cost::calibrate(|| ticks.next().unwrap());
        assert_eq!(cost, Cost { memory_kib: 256 * 1024, passes: 5, lanes: 4 });
    }
}
