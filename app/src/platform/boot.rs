//! Time since the system's start, suspend included: what wrong tries are waited out in.

use std::sync::OnceLock;

use smartotp_core::vault::{BootClock, BootTime};

/// The system's own.
pub(crate) struct SystemBoot;

impl BootClock for SystemBoot {
    fn now(&self) -> BootTime {
        BootTime { boot: boot(), seconds: seconds() }
    }
}

/// Linux, and Android where it lets apps read it. Elsewhere a start is noticed by a time that went back.
fn boot() -> String {
    // Read once: it is asked for with every code that is corrected, and no process outlives its system.
    static BOOT: OnceLock<String> = OnceLock::new();
    let read = || {
        if !cfg!(any(target_os = "linux", target_os = "android")) {
            return String::new();
        }
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        id.trim_end().chars().take(64).collect()
    };
    BOOT.get_or_init(read).clone()
}

#[cfg(unix)]
fn seconds() -> u64 {
    use rustix::time::{ClockId, clock_gettime};
    // Apple's monotonic clock goes on in sleep; the one of Linux does not.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let clock = ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let clock = ClockId::Monotonic;
    u64::try_from(clock_gettime(clock).tv_sec).unwrap_or_default()
}

#[cfg(windows)]
#[allow(unsafe_code)]
fn seconds() -> u64 {
    // SAFETY: it takes nothing and gives a number. The standard library has no time since the system's start.
    unsafe { windows_sys::Win32::System::SystemInformation::GetTickCount64() / 1000 }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_time_since_the_start() {
        let now = SystemBoot.now();
        assert!(now.boot.len() == 36 && now.boot.is_ascii(), "{}", now.boot);
        assert!(now.seconds > 0);
        assert_eq!(SystemBoot.now().boot, now.boot);
    }
}
