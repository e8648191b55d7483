//! The time in the window: measured from several servers, codes corrected, and nothing sent that nobody asked for.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::net::UdpSocket;
use std::time::Duration;

use slint::ComponentHandle as _;
use smartotp_core::enrol::otpauth;
use smartotp_core::secret::SecretText;
use smartotp_core::settings::Settings;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, Session};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_tests::time_server::TimeServer;
use smartotp_ui::{TimeScreen, TimeState};

const PASSWORD: &str = "a row of four words";
/// RFC 6238, Appendix B: from 1234567890 on it is 89005924 for 30 seconds.
const RFC_TIME: u64 = 1_234_567_890;
const RFC_CODE: &str = "8 9 0 0 5 9 2 4";
const RFC_URI: &str =
    "otpauth://totp/RFC%206238:appendix-b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=RFC%206238&digits=8";
/// How far the phone's clock is behind, in seconds: 2 min 13 s.
const BEHIND: u64 = 133;

/// A phone whose clock is behind; `servers` of its clock give the names of those that it asks.
fn phone(servers: impl FnOnce(&Phone) -> Vec<String>) -> Phone {
    let mut phone = Phone::new(Glass::PHONE, RFC_TIME - BEHIND);
    let names = servers(&phone);
    let file = phone.services().settings_file;
    let mut settings = Settings::default();
    settings.time_servers = names;
    settings.save(&file).unwrap();
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    session.add(vec![otpauth::read(RFC_URI, None).unwrap()]).unwrap();
    let mut protection = session.contents().protection().clone();
    protection.lock_after_seconds = 0;
    session.protect(protection).unwrap();
    drop(session);
    phone.restart(Glass::PHONE);
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    phone.at(RFC_TIME - BEHIND);
    phone
}

/// Lets time go by, but none while it is being measured: a clock that jumps from frame to frame in between is none to measure.
fn pass_unmeasured(phone: &Phone, time: Duration) {
    const FRAME: Duration = Duration::from_millis(16);
    for _ in 0..=time.as_millis() / FRAME.as_millis() {
        phone.pass(FRAME);
        while phone.outside.threads.running() > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Three that are right and one that lies.
fn four(phone: &Phone) -> Vec<TimeServer> {
    let ahead = i64::try_from(BEHIND * 1_000).unwrap();
    [ahead, ahead + 4, -90_000_000, ahead - 4].map(|ahead| TimeServer::new(&phone.outside.clock, ahead)).into()
}

fn names(servers: &[TimeServer]) -> Vec<String> {
    servers.iter().map(|server| server.address.clone()).collect()
}

#[test]
fn a_clock_that_is_behind_is_measured_and_codes_are_corrected() {
    let mut servers = Vec::new();
    let phone = phone(|phone| {
        servers = four(phone);
        names(&servers)
    });
    assert!(!phone.spoken("RFC 6238").unwrap().contains(RFC_CODE));
    phone.tap("Time, Not checked");
    assert_eq!(servers.iter().map(TimeServer::asked).sum::<usize>(), 0, "looking at the page sends nothing");
    phone.tap("Measure now");
    assert!(phone.sees("This device's clock is 2 min 13 s behind. Codes are corrected."), "{:?}", phone.heard());
    let sources = "3 sources agree in the marked band. 1 is far off and does not count.";
    assert!(phone.spoken("NTP 3").unwrap().contains("left out"), "{:?}", phone.heard());
    assert!(phone.sees(sources), "{:?}", phone.heard());
    phone.tap("Back");
    assert!(phone.sees("Time, 2 min 13 s off"), "{:?}", phone.heard());
    assert!(phone.spoken("RFC 6238").unwrap().contains(RFC_CODE), "{:?}", phone.heard());

    // The device's clock is left to itself where the user wants that.
    phone.tap("Time, 2 min 13 s off");
    phone.tap("Correct the codes");
    phone.tap("Back");
    assert!(!phone.spoken("RFC 6238").unwrap().contains(RFC_CODE), "{:?}", phone.heard());
    assert!(!Settings::load(&phone.services().settings_file).correct_codes);
    phone.tap("Time, 2 min 13 s off");
    phone.tap("Correct the codes");

    // It holds after a restart of the app.
    let mut phone = phone;
    phone.restart(Glass::PHONE);
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    assert!(phone.spoken("RFC 6238").unwrap().contains(RFC_CODE), "{:?}", phone.heard());
}

#[test]
fn a_clock_that_is_set_is_noticed_and_measured_again_unless_that_is_off() {
    let mut servers = Vec::new();
    let phone = phone(|phone| {
        servers = four(phone);
        names(&servers)
    });
    let asked = |servers: &[TimeServer]| servers.iter().map(TimeServer::asked).sum::<usize>();
    phone.tap("Time, Not checked");
    phone.tap("Measure now");
    assert_eq!(asked(&servers), 4);
    phone.tap("Measure by itself");
    phone.outside.clock.set((RFC_TIME - BEHIND + 3_600) * 1_000);
    phone.pass(Duration::from_secs(7));
    phone.settle();
    assert!(phone.spoken("This device's clock was set forward by 59 min").is_some(), "{:?}", phone.heard());
    assert_eq!(asked(&servers), 4, "it is off");
    // On again: by itself, once a quarter of an hour has gone by since the last measurement.
    phone.tap("Measure by itself");
    pass_unmeasured(&phone, Duration::from_secs(15 * 60));
    phone.settle();
    assert_eq!(asked(&servers), 8, "{:?}", phone.heard());
    let state = phone.ui().window().global::<TimeScreen>().get_state();
    assert_eq!(state, TimeState::Off, "{:?}", phone.heard());
}

#[test]
fn servers_that_are_gone_hold_up_nothing_and_a_wait_can_be_ended() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let silent_name = silent.local_addr().unwrap().to_string();
    let phone = phone(|_| vec![silent_name, TimeServer::gone()]);
    phone.tap("Time, Not checked");
    let window = phone.ui().window();
    let screen = window.global::<TimeScreen>();
    screen.invoke_measure();
    let before = phone.spoken("RFC 6238");
    phone.pass(Duration::from_millis(400));
    assert!(screen.get_measuring() && phone.sees("Cancel"), "{:?}", phone.heard());
    assert_eq!(phone.spoken("RFC 6238"), before, "codes go on");
    screen.invoke_cancel();
    phone.settle();
    assert!(!screen.get_measuring() && phone.sees("Measure now"), "{:?}", phone.heard());
    assert!(phone.services().settings_file.with_file_name("clock.json").metadata().is_err());

    // Nobody: said, and nothing changes.
    phone.tap("Measure now");
    assert!(phone.spoken("No server told the time.").is_some(), "{:?}", phone.heard());
    phone.tap("Time servers, 2 of your own");
    for said in ["doesn't answer", "Codes are corrected only where most of at least three agree. Add more."] {
        assert!(phone.sees(said), "{said}: {:?}", phone.heard());
    }
    phone.type_into("Another server", "not a server");
    phone.tap("Add it");
    assert!(phone.spoken("That is no server.").is_some(), "{:?}", phone.heard());
    phone.tap("Ask the usual ones again");
    assert!(Settings::load(&phone.services().settings_file).time_servers.is_empty());
}

#[test]
fn nothing_is_sent_unasked_before_the_first_time() {
    let mut servers = Vec::new();
    let phone = phone(|phone| {
        servers = four(phone);
        names(&servers)
    });
    let asked = |servers: &[TimeServer]| servers.iter().map(TimeServer::asked).sum::<usize>();
    for _ in 0..3 {
        let card = phone.spoken("RFC 6238").unwrap();
        phone.tap(&card);
    }
    assert!(
        phone.sees("Code of RFC 6238 copied again. If it is refused, the clock may be off."),
        "{:?}",
        phone.heard()
    );
    phone.outside.clock.set((RFC_TIME + 7_200) * 1_000);
    phone.pass(Duration::from_secs(7));
    phone.settle();
    assert_eq!(asked(&servers), 0, "offered, not done");
    for _ in 0..3 {
        let card = phone.spoken("RFC 6238").unwrap();
        phone.tap(&card);
    }
    phone.tap("Measure it");
    assert_eq!(asked(&servers), 4, "{:?}", phone.heard());
}
