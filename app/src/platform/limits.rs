//! What this process lets others see of it, and what it takes from them: no core dumps, no debugger, no sudden death.

/// No core file is written, whatever ends this process: it would hold an open vault.
///
/// A handler of core dumps that is fed by a pipe (systemd-coredump) keeps to the same limit. On Windows the user's own
/// settings of error reports decide.
#[cfg(unix)]
pub(crate) fn leave_no_core_file() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Refused nowhere, since it is less than there was; without it the program still runs.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Other programs of the same user can neither attach to this process nor read its memory, and no core dump is made of it.
///
/// A desktop portal then refuses this process what it asks for on a new connection (flatpak/xdg-desktop-portal#785,
/// bitwarden/clients#20915): files are chosen in a process of their own, and the window waits until it knows the desktop's colours.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn keep_debuggers_out() {
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Lets writes over a limit on the size of files (`ulimit -f`) fail with an error that can be told, as a full disk does; the
/// system would end the program without a word.
#[cfg(all(unix, not(any(target_os = "android", target_os = "ios"))))]
#[allow(unsafe_code)]
pub(crate) fn fail_instead_of_dying() {
    // SAFETY: called once at the start, before there is another thread; ignoring a signal runs none of our code. Neither
    // the standard library nor rustix can change what a signal does.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
