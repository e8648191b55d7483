//! A limit on the size of files (`ulimit -f`) is an error like a full disk, not the end of the program.

/// Lets writes over the limit fail with an error that can be told; the system would end the program without a word.
#[allow(unsafe_code)]
pub(crate) fn fail_instead_of_dying() {
    // SAFETY: called once at the start, before there is another thread; ignoring a signal runs none of our code. Neither
    // the standard library nor rustix can change what a signal does.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
