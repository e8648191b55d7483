//! Secrets are kept out of the swap, as far as the system lets a program lock its memory: at the best effort, and never in the way.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The longest secret whose memory is locked, in bytes; whatever is longer is a text that passes through.
const MOST: usize = 64 * 1024;

/// Bytes that are locked at once, and from a multiple of it: a vault's secrets lie side by side, and each call takes microseconds.
const SPAN: usize = 16 * 1024;
/// Bytes of a page, or less.
const PAGE: usize = 4096;
/// The spans that were locked last, each in its place: what lies in one of them is not asked for again.
static LOCKED: [AtomicUsize; 64] = [const { AtomicUsize::new(0) }; 64];

/// The page that was locked last where not all of its span is there: at the end of a heap that grows.
static EDGE: AtomicUsize = AtomicUsize::new(0);
/// Whether the limit is reached.
static FULL: AtomicBool = AtomicBool::new(false);

/// Has the memory of keys and secrets locked from now on. It stays so until the program ends or gives it back to the system: what
/// is locked and free is where the next secret comes to lie.
///
/// What else lies there is locked too: a vault of a thousand tokens takes about half a MiB of the 8 that systems commonly allow.
pub(crate) fn keep_secrets_out() {
    allow_what_may_be_allowed();
    smartotp_core::secret::keep_by(keep);
}

/// To be called now and then: what was given back to the system and taken again is not locked any more.
pub(crate) fn look_again() {
    LOCKED.iter().for_each(|span| span.store(0, Ordering::Relaxed));
    EDGE.store(0, Ordering::Relaxed);
    FULL.store(false, Ordering::Relaxed);
}

/// The system's own limit may be raised by the program up to another one.
#[cfg(unix)]
fn allow_what_may_be_allowed() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Memlock).maximum;
    let _ = setrlimit(Resource::Memlock, Rlimit { current: maximum, maximum });
}

#[cfg(not(unix))]
fn allow_what_may_be_allowed() {}

fn keep(start: *const u8, length: usize) {
    if !(1..=MOST).contains(&length) || FULL.load(Ordering::Relaxed) {
        return;
    }
    let of = |size| (start.addr() / size, (start.addr() + length - 1) / size);
    let (page, last) = of(PAGE);
    if page == last && EDGE.load(Ordering::Relaxed) == page {
        return;
    }
    let (first, last) = of(SPAN);
    for span in first..=last {
        let Some(locked) = LOCKED.get(span % LOCKED.len()) else { return };
        if locked.load(Ordering::Relaxed) == span {
            continue;
        }
        if lock(start.with_addr(span * SPAN), SPAN) {
            locked.store(span, Ordering::Relaxed);
        } else if lock(start, length) {
            EDGE.store(page, Ordering::Relaxed);
        } else {
            // It is not for want of memory: that of the secret is there.
            FULL.store(true, Ordering::Relaxed);
        }
    }
}

/// Locks the pages of a range; false where the program has not all of them, or past the limit.
#[cfg(unix)]
#[allow(unsafe_code)]
fn lock(start: *const u8, length: usize) -> bool {
    // SAFETY: nothing is read or written through the pointer: the system is told which pages are to stay in memory. Whoever else
    // uses them notices nothing of it, and it refuses what is not there.
    unsafe { rustix::mm::mlock(start.cast_mut().cast(), length) }.is_ok()
}

#[cfg(windows)]
#[allow(unsafe_code)]
fn lock(start: *const u8, length: usize) -> bool {
    // SAFETY: as under Unix.
    unsafe { windows_sys::Win32::System::Memory::VirtualLock(start.cast(), length) != 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_locked_is_let_be() {
        let longer = vec![0_u8; MOST + 1];
        keep(longer.as_ptr(), longer.len());
        keep(longer.as_ptr(), 0);
        // No memory of ours at all: the system refuses, and nothing happens.
        assert!(!lock(std::ptr::without_provenance(4096), 1));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_secret_lies_in_locked_memory() {
        let locked = || {
            let status = std::fs::read_to_string("/proc/self/status").expect("a status");
            let line = status.lines().find(|line| line.starts_with("VmLck:")).expect("a line of locked memory");
            line.split_whitespace().nth(1).and_then(|kib| kib.parse::<usize>().ok()).expect("a number")
        };
        if rustix::process::getrlimit(rustix::process::Resource::Memlock).current.is_some_and(|most| most < 1 << 20) {
            println!("skipped: the system lets nobody lock memory");
            return;
        }
        let (secret, before) = (vec![1_u8; 8 * SPAN], locked());
        let middle = &secret[2 * SPAN..2 * SPAN + 40_000];
        keep(middle.as_ptr(), middle.len());
        assert!(locked() >= before + 40, "from {before} KiB to {}", locked());
        look_again();
        keep(middle.as_ptr(), middle.len());
    }
}
