//! Every screen, light and dark, as pictures to look at; none is blank.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::path::Path;
use std::time::Duration;

use slint::ComponentHandle as _;
use smartotp_core::enrol::{Detected, detect};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, Session};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_ui::services::Clip;
use smartotp_ui::{AddScreen, DetailsScreen, Nav, OpenSheet, Palette, Place, Tab, Theme, UnlockScreen};

const TOKENS: [&str; 9] = [
    "otpauth://totp/GitHub:mira-keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub",
    "otpauth://totp/Nordwind%20Bank:Giro%20%C2%B7%20mira@keller.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJA&issuer=Nordwind%20Bank&digits=8&period=60",
    "otpauth://hotp/Aurora%20Mail:mira@aurora.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJB&issuer=Aurora%20Mail&counter=148",
    "otpauth://totp/Nextcloud:family%20%C2%B7%20cloud.keller.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJC&issuer=Nextcloud",
    "otpauth://totp/Harbor%20VPN:m.keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJD&issuer=Harbor%20VPN&digits=10",
    "steam://GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJE",
    "otpauth://totp/Verlag%20Ost:lektorat@verlag-ost.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJF&issuer=Verlag%20Ost",
    "otpauth://totp/Studio%20Linden:payroll?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJG&issuer=Studio%20Linden&period=120",
    "otpauth://totp/Lumen%20Energy:contract%2040%20118?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJH&issuer=Lumen%20Energy&digits=8",
];

/// New, here already, without a PIN, unreadable.
const LINKS: &str = "otpauth://totp/GitHub:mira-keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub
otpauth://totp/Mastodon:@mira@social.example?secret=JBSWY3DPEHPK3PXP&issuer=Mastodon
motp://Werkstatt:mira?secret=e3152afee62599c8
otpauth://totp/Worse?secret=AAAA2222&algorithm=MD5
";

/// 09:41:09 in a minute whose 30-second code has 21 seconds left.
const MORNING: u64 = 1_790_000_000 / 60 * 60 + 9;

struct Shots<'a> {
    folder: &'a Path,
    look: &'a str,
}

impl Shots<'_> {
    fn take(&self, phone: &Phone, name: &str) {
        let picture = phone.picture();
        let first = picture.get_pixel(0, picture.height() / 2);
        let other = picture.pixels().filter(|pixel| *pixel != first).count();
        assert!(other > 2000, "{name} is blank");
        phone.keep(self.folder, &format!("{name}-{}", self.look));
    }
}

fn fill(phone: &Phone, tokens: &[&str]) {
    let slot = NewSlot::Password(SecretText::from("a row of four words"), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    let enrolments = tokens.iter().map(|uri| match detect(uri, None).unwrap() {
        Detected::One(enrolment) => *enrolment,
        _ => panic!("one token"),
    });
    session.add(enrolments.collect()).unwrap();
}

fn dark(phone: &Phone, dark: bool) {
    use slint::language::ColorScheme::{Dark, Light};
    phone.ui().window().global::<Palette>().set_color_scheme(if dark { Dark } else { Light });
    phone.pass(Duration::from_millis(300));
}

fn walk(glass: Glass, look: &str, is_dark: bool, text: f32) {
    walk_in(glass, look, is_dark, text, false);
}

fn walk_in(glass: Glass, look: &str, is_dark: bool, text: f32, contrast: bool) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    let shots = Shots { folder: &folder, look };
    let mut phone = Phone::with_keystore(glass, MORNING, true);
    let set = |phone: &Phone| {
        dark(phone, is_dark);
        phone.ui().set_text_scale(text);
        phone.ui().window().global::<Theme>().set_contrast(contrast);
        phone.settle();
    };
    set(&phone);
    shots.take(&phone, "welcome");
    phone.tap("Start fresh");
    shots.take(&phone, "create");
    phone.tap("No lock");
    shots.take(&phone, "create-device");
    phone.tap("Password");
    phone.type_into("Password", "correct horse");
    shots.take(&phone, "create-typed");
    phone.tap("Back");

    fill(&phone, &TOKENS);
    phone.restart(glass);
    set(&phone);
    shots.take(&phone, "unlock");
    phone.type_into("Password", "wrong");
    phone.tap("Unlock");
    phone.pass(Duration::from_millis(500));
    shots.take(&phone, "unlock-wrong");
    phone.type_into("Password", "a row of four words");
    phone.tap("Unlock");
    phone.at(MORNING);
    shots.take(&phone, "tokens");
    phone.at(MORNING + 16);
    shots.take(&phone, "tokens-expiring");
    phone.tap_at(glass.width / 2., 110.);
    shots.take(&phone, "tokens-copied");
    phone.pass(Duration::from_secs(12));
    if !phone.all("Next code").is_empty() {
        phone.tap("Next code");
        shots.take(&phone, "tokens-counter");
        phone.pass(Duration::from_secs(8));
    }
    phone.type_into("Search", "mira");
    shots.take(&phone, "search");
    phone.type_into("Search", "xx");
    shots.take(&phone, "search-nothing");
    phone.tap("Leave the search");
    phone.tap("Add");
    shots.take(&phone, "add");
    phone.tap("Type it in");
    phone.type_into("Issuer", "Protectimus");
    phone.type_into("Account", "mira@keller.example");
    phone.type_into("Secret key", "bbm6tcmgp5d2w1w297");
    phone.pass(Duration::from_millis(400));
    shots.take(&phone, "manual");
    phone.tap("Back");
    phone.outside.clipboard.put(Clip::Text(SecretText::from(
        format!("{}\notpauth://totp/Mastodon:@mira@social.example?secret=JBSWY3DPEHPK3PXP&issuer=Mastodon\notpauth://totp/Lumen?secret=JBSWY3DP&issuer=Lumen%20Energy&digits=8\notpauth://totp/Old?secret=\notpauth://totp/Worse?secret=AAAA2222&algorithm=MD5\n", TOKENS[0]).as_str(),
    )));
    phone.tap("Add");
    phone.tap("From the clipboard");
    shots.take(&phone, "preview");
    phone.tap("Back");
    phone.tap("More");
    shots.take(&phone, "more");
    // Large letters leave it below the screen's edge.
    if !phone.sees("Theme, As the system has it") {
        phone.drag((glass.width * 0.7, glass.height * 0.7), (glass.width * 0.7, glass.height * 0.4));
    }
    phone.tap("Theme, As the system has it");
    shots.take(&phone, "more-theme");
    phone.tap("Light");
    set(&phone);
    // In sight and not under the bar.
    let rows = phone.all("About Smart OTP, 0.1.0");
    if !rows.iter().any(|row| row.absolute_position().y + row.size().height < glass.height - 60.) {
        phone.drag((glass.width * 0.7, glass.height * 0.7), (glass.width * 0.7, glass.height * 0.2));
    }
    phone.tap("About Smart OTP, 0.1.0");
    shots.take(&phone, "about");
    phone.tap("Licences");
    shots.take(&phone, "licences");
    phone.tap("Back");
    phone.tap("Back");
    phone.tap("Tokens");
    phone.at(MORNING + 60);
    open_first(&phone, glass);
    shots.take(&phone, "details");
    phone.tap("Note, Nothing yet");
    phone.type_into("Note", "Recovery codes: blue folder");
    shots.take(&phone, "edit");
    phone.tap("Save");
    if !phone.sees("Unlock to show") {
        phone.drag((glass.width * 0.7, glass.height * 0.75), (glass.width * 0.7, glass.height * 0.3));
    }
    phone.tap("Unlock to show");
    shots.take(&phone, "show-secret");
    phone.type_into("Your password", "a row of four words");
    phone.tap("Show for one minute");
    shots.take(&phone, "details-qr");
    // Out of reach on small screens until the list is moved.
    phone.drag((glass.width * 0.7, glass.height * 0.75), (glass.width * 0.7, glass.height * 0.2));
    let hide = phone.spoken("Hide, ").unwrap();
    phone.tap(&hide);
    phone.tap("Delete");
    shots.take(&phone, "delete");
    // The dialog's own, which is the topmost.
    phone.tap("Delete");
    phone.type_into("Your password", "a row of four words");
    phone.tap("Delete");
    shots.take(&phone, "deleted");
}

fn open_first(phone: &Phone, glass: Glass) {
    let card = phone.spoken("GitHub, mira-keller").unwrap();
    if glass.width < 840. { phone.hold(&card) } else { phone.tap(&card) }
}

/// The pages in another language, reached without a word of it.
fn tour(language: &str, look: &str, text: f32) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    let shots = Shots { folder: &folder, look };
    let glass = Glass::SMALL;
    let mut phone = Phone::with_keystore(glass, MORNING, true);
    std::fs::write(&phone.services().settings_file, format!("{{\"language\":\"{language}\"}}")).unwrap();
    phone.restart(glass);
    phone.ui().set_text_scale(text);
    phone.settle();
    shots.take(&phone, "welcome");
    go(&phone, Place::Create);
    shots.take(&phone, "create");
    fill(&phone, &TOKENS);
    phone.restart(glass);
    phone.ui().set_text_scale(text);
    phone.settle();
    shots.take(&phone, "unlock");
    phone.ui().window().global::<UnlockScreen>().invoke_unlock("a row of four words".into());
    phone.at(MORNING + 16);
    shots.take(&phone, "tokens");
    phone.ui().window().global::<Nav>().invoke_show(OpenSheet::Add);
    phone.settle();
    shots.take(&phone, "add");
    go(&phone, Place::Manual);
    shots.take(&phone, "manual");
    phone.outside.clipboard.put(Clip::Text(SecretText::from(LINKS)));
    phone.ui().window().global::<AddScreen>().invoke_clipboard();
    phone.settle();
    shots.take(&phone, "pin");
    phone.ui().window().global::<Nav>().invoke_close();
    phone.settle();
    shots.take(&phone, "preview");
    go(&phone, Place::Home);
    // A code that runs out has a neighbour on the card, which takes the finger.
    phone.at(MORNING + 60);
    let card = phone.spoken("GitHub, mira-keller").unwrap();
    phone.hold(&card);
    shots.take(&phone, "details");
    phone.drag((glass.width * 0.7, glass.height * 0.8), (glass.width * 0.7, glass.height * 0.1));
    shots.take(&phone, "details-below");
    phone.ui().window().global::<DetailsScreen>().invoke_show_secret();
    phone.settle();
    shots.take(&phone, "show-secret");
    phone.ui().window().global::<Nav>().invoke_show(OpenSheet::Delete);
    phone.settle();
    shots.take(&phone, "delete");
    go(&phone, Place::Home);
    phone.ui().window().global::<Nav>().set_tab(Tab::More);
    phone.settle();
    shots.take(&phone, "more");
    go(&phone, Place::NewLock);
    shots.take(&phone, "password");
    go(&phone, Place::Bin);
    shots.take(&phone, "bin");
}

fn go(phone: &Phone, place: Place) {
    phone.ui().window().global::<Nav>().invoke_go(place);
    phone.settle();
}

#[test]
fn five_languages() {
    // One platform a thread, so one language a thread.
    for language in ["fr", "de", "es", "ru", "uk"] {
        std::thread::spawn(move || tour(language, language, 1.)).join().unwrap();
    }
}

/// Where words are longest and letters largest, nothing that carries meaning may be cut off.
#[test]
fn long_words_in_large_letters() {
    for (language, text) in [("de", 1.5), ("de", 2.), ("ru", 1.5), ("ru", 2.)] {
        let look = format!("{language}-{:.0}", text * 100.);
        std::thread::spawn(move || tour(language, &look, text)).join().unwrap();
    }
}

#[test]
fn more_contrast() {
    for (look, is_dark) in [("contrast-light", false), ("contrast-dark", true)] {
        std::thread::spawn(move || walk_in(Glass::PHONE, look, is_dark, 1., true)).join().unwrap();
    }
}

#[test]
fn light() {
    walk(Glass::PHONE.at(2.), "light", false, 1.);
}

#[test]
fn dark_theme() {
    walk(Glass::PHONE.at(2.), "dark", true, 1.);
}

#[test]
fn small_phone() {
    walk(Glass::SMALL, "small", false, 1.);
}

#[test]
fn large_text() {
    walk(Glass { width: 360., height: 800., scale: 1. }, "large-text", false, 1.5);
}

#[test]
fn desktop() {
    walk(Glass::WIDE, "wide", false, 1.);
}
