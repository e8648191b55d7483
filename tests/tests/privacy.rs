//! What others get to see of the window, and that it closes when its user leaves.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use smartotp_core::qr::write::Modules;
use smartotp_tests::phone::{Glass, Phone};

const PASSWORD: &str = "a row of four words";
const RFC_TIME: u64 = 1_111_111_109;
const RFC_URI: &str =
    "otpauth://totp/RFC%206238:appendix-b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=RFC%206238&digits=8";

fn with_a_token() -> Phone {
    let phone = Phone::new(Glass::PHONE, RFC_TIME);
    phone.tap("Start fresh");
    phone.type_into("Password", PASSWORD);
    phone.type_into("The same once more", PASSWORD);
    phone.tap("Create the vault");
    phone.outside.gallery.next(vec![("code.png".to_owned(), Modules::encode(RFC_URI).unwrap().to_png(8))]);
    phone.tap("Add your first token");
    phone.tap("Read a picture");
    phone.tap("Add 1 token");
    phone
}

/// Held by the system until the vault is locked.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_user_who_leaves_locks_the_vault_before_the_system_goes_on() {
    let phone = with_a_token();
    assert!(phone.spoken("RFC 6238").is_some());
    let locked = Arc::new(AtomicBool::new(false));
    phone.outside.doorman.leave(|| Some(Box::new(Waiting(locked.clone()))));
    assert!(!locked.load(Ordering::SeqCst), "it waits for the lock");
    phone.settle();
    assert!(locked.load(Ordering::SeqCst));
    assert!(phone.sees("Unlock") && phone.spoken("RFC 6238").is_none(), "{:?}", phone.heard());
    // Leaving a locked vault changes nothing.
    phone.outside.doorman.leave(|| None);
    phone.settle();
    assert!(phone.sees("Unlock"));
}

#[test]
fn the_window_is_kept_out_of_pictures_from_the_start() {
    let phone = Phone::new(Glass::PHONE, RFC_TIME);
    assert_eq!(phone.outside.curtain.capture_allowed(), Some(false));
}

/// Keeps what is logged, before anything is taken out of it.
struct Ear(Mutex<Vec<String>>);

static EAR: Ear = Ear(Mutex::new(Vec::new()));

impl log::Log for Ear {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{}: {}", record.target(), record.args());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn flush(&self) {}
}

#[test]
fn nothing_that_is_typed_shown_or_copied_is_logged() {
    log::set_logger(&EAR).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    log::trace!("the ear hears");
    let phone = with_a_token();
    phone.at(RFC_TIME);
    let spoken = phone.spoken("RFC 6238").unwrap();
    phone.tap(&spoken);
    phone.tap("Lock");
    phone.type_into("Password", "not the password");
    phone.tap("Unlock");
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    let said = EAR.0.lock().unwrap().clone();
    assert!(said.iter().any(|line| line.ends_with("the ear hears")));
    for secret in
        [PASSWORD, "not the password", "GEZDGNBV", "RFC 6238", "appendix-b", "07081804", "0708 1804", "otpauth:"]
    {
        let line = said.iter().find(|line| line.contains(secret));
        assert!(line.is_none(), "{line:?}");
    }
}
