//! The name that a machine gives itself: it stands in the sealed part of what a backup writes.

/// The host's name; empty where it has none.
pub(crate) fn device_name() -> String {
    let name = host_name();
    name.split('.').next().unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(64).collect()
}

#[cfg(unix)]
fn host_name() -> String {
    let mut buffer = [0_u8; 256];
    // SAFETY: the buffer is ours, and its length is said; the name is cut off where it does not fit.
    #[allow(unsafe_code, reason = "the standard library does not ask for the host's name")]
    let done = unsafe { libc::gethostname(buffer.as_mut_ptr().cast(), buffer.len() - 1) };
    let name = if done == 0 { buffer.split(|byte| *byte == 0).next().unwrap_or_default() } else { &[] };
    String::from_utf8_lossy(name).into_owned()
}

#[cfg(not(unix))]
fn host_name() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_short_and_has_no_domain() {
        let name = super::device_name();
        assert!(name.len() <= 256 && !name.contains('.') && !name.contains('\0'), "{name:?}");
    }
}
