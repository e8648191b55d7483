//! The screens that sign and that measure the time as pictures to look at, reached without a word of any language.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use slint::ComponentHandle as _;
use smartotp_core::enrol::otpauth;
use smartotp_core::secret::SecretText;
use smartotp_core::settings::Settings;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, Session};
use smartotp_tests::look::{Look, Series};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_tests::time_server::TimeServer;
use smartotp_ui::services::Clip;
use smartotp_ui::{Nav, OpenSheet, Place, SignScreen, SignedScreen, Tab, TimeScreen, UnlockScreen};

const NOW: u64 = 1_790_000_000 / 60 * 60 + 9;
const PASSWORD: &str = "a row of four words";
const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const TRANSFER: &str = r#"{"challenge":"48261937","transactionData":"amount=1250.00|currency=EUR|to=Elena Petrova|iban=DE89370400440532013000|purpose=Rent, December|from=Giro ··4471"}"#;
const HASH: &str = "fb1d43d32316bd500e5572b2d084077d7860fb9ac8e08ccc5e7cc5113d1d9962";

const SERIES: Series = Series { name: "confirm", folder: env!("CARGO_TARGET_TMPDIR") };

fn prepared(look: &Look) -> Phone {
    let mut phone = Phone::new(look.glass, NOW);
    let clock = phone.outside.clock.clone();
    let mut servers: Vec<String> =
        [1_840, 1_843, 1_838, -7_000].map(|ahead| TimeServer::new(&clock, ahead).address).into();
    servers.push(TimeServer::gone());
    let settings = phone.services().settings_file;
    let mut set = Settings::default();
    set.language = Some(look.language.into());
    set.time_servers = servers;
    set.save(&settings).unwrap();
    let link = |name: &str, suite: &str| {
        let link = format!("otpauth://ocra/{name}:Giro?secret={KEY}&issuer={name}&suite={suite}");
        otpauth::read(&link, None).unwrap()
    };
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    let totp = otpauth::read(&format!("otpauth://totp/GitHub:mira-keller?secret={KEY}&issuer=GitHub"), None);
    let tokens = vec![
        totp.unwrap(),
        link("Nordwind%20Bank", "OCRA-1:HOTP-SHA1-6:QN08"),
        link("Harbor", "OCRA-1:HOTP-SHA512-8:C-QA64-PSHA1-S064-T1M"),
        link("Lumen", "OCRA-1:HOTP-SHA256-0:QH64"),
    ];
    session.add(tokens).unwrap();
    let mut protection = session.contents().protection().clone();
    protection.lock_after_seconds = 0;
    session.protect(protection).unwrap();
    drop(session);
    phone.restart(look.glass);
    look.set(&phone);
    phone.ui().window().global::<UnlockScreen>().invoke_unlock(PASSWORD.into());
    phone.settle();
    phone
}

fn walk(look: &Look) {
    let phone = prepared(look);
    let window = phone.ui().window();
    let (nav, sign, time) = (window.global::<Nav>(), window.global::<SignScreen>(), window.global::<TimeScreen>());
    look.take(&phone, "tokens");
    nav.set_tab(Tab::Sign);
    phone.settle();
    look.take(&phone, "sign");
    let paste = |text: &str| {
        phone.outside.clipboard.put(Clip::Text(SecretText::from(text)));
        sign.invoke_clipboard();
        phone.settle();
    };
    paste("12x4");
    look.take(&phone, "sign-wrong");
    paste(TRANSFER);
    look.take(&phone, "review");
    look.to_the_end(&phone);
    look.take(&phone, "review-end");
    sign.invoke_confirm();
    phone.settle();
    look.take(&phone, "answer");
    look.to_the_end(&phone);
    look.take(&phone, "answer-end");
    sign.invoke_done();
    phone.settle();

    // All that a suite can ask for.
    let handle = |issuer: &str| {
        let rows = window.global::<smartotp_ui::TokensScreen>().get_rows();
        use slint::Model as _;
        rows.iter().find(|row| row.name.starts_with(issuer)).unwrap().handle
    };
    sign.invoke_sign_with(handle("Harbor"));
    phone.settle();
    paste("ORDER-7");
    look.take(&phone, "sign-all");
    look.to_the_end(&phone);
    look.take(&phone, "sign-all-end");
    sign.set_pin("1234".into());
    sign.set_session("9f3a".into());
    sign.invoke_go_on();
    phone.settle();
    look.take(&phone, "review-bare");
    sign.invoke_confirm();
    phone.settle();
    look.take(&phone, "answer-timed");
    phone.pass(std::time::Duration::from_secs(61));
    phone.settle();
    look.take(&phone, "answer-over");
    sign.invoke_done();
    // A whole HMAC, for a challenge that is the hash of its transaction.
    sign.invoke_sign_with(handle("Lumen"));
    phone.settle();
    paste(&format!(r#"{{"challenge":"{HASH}","transactionData":"amount=100.00|to=ACME GmbH"}}"#));
    look.take(&phone, "review-bound");
    sign.invoke_confirm();
    phone.settle();
    look.to_the_end(&phone);
    look.take(&phone, "answer-whole");
    sign.invoke_done();
    phone.settle();
    nav.invoke_go(Place::Signed);
    phone.settle();
    look.take(&phone, "signed");
    window.global::<SignedScreen>().invoke_open(2);
    phone.settle();
    look.take(&phone, "signed-one");
    nav.invoke_show(OpenSheet::ForgetSigned);
    phone.settle();
    look.take(&phone, "signed-forget");
    nav.invoke_close();

    time.invoke_open();
    phone.settle();
    look.take(&phone, "time-unchecked");
    time.invoke_measure();
    phone.pass(std::time::Duration::from_millis(30));
    phone.settle();
    look.take(&phone, "time");
    look.to_the_end(&phone);
    look.take(&phone, "time-end");
    nav.invoke_show(OpenSheet::TimeServers);
    phone.settle();
    look.take(&phone, "time-servers");
    nav.invoke_close();
    nav.invoke_go(Place::Home);
    nav.set_tab(Tab::More);
    phone.settle();
    look.take(&phone, "more");
    phone.outside.clock.set((NOW + 7_260) * 1_000);
    time.invoke_set_check(false);
    look.set(&phone);
    time.invoke_open();
    phone.settle();
    look.take(&phone, "time-changed");
}

#[test]
fn light() {
    walk(&SERIES.light());
}

#[test]
fn dark() {
    walk(&SERIES.dark());
}

#[test]
fn more_contrast() {
    walk(&SERIES.contrast());
}

#[test]
fn small_and_in_other_languages() {
    SERIES.small(walk);
}

#[test]
fn large_text() {
    walk(&SERIES.large_text());
}

#[test]
fn desktop() {
    walk(&SERIES.wide());
}

#[test]
fn nothing_to_sign_with() {
    let phone = Phone::new(Glass::PHONE, NOW);
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    drop(Session::create(phone.services().vault, slot).unwrap());
    let mut phone = phone;
    phone.restart(Glass::PHONE);
    phone.ui().window().global::<UnlockScreen>().invoke_unlock(PASSWORD.into());
    phone.settle();
    phone.ui().window().global::<Nav>().set_tab(Tab::Sign);
    phone.settle();
    SERIES.light().take(&phone, "empty");
}
