//! The screens of import, export and transfer as pictures to look at, reached without a word of any language.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::path::Path;

use slint::ComponentHandle as _;
use smartotp_core::enrol::otpauth;
use smartotp_core::export::{Format, Request};
use smartotp_core::secret::SecretText;
use smartotp_core::token::Token;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Edit, NewSlot, Session};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_ui::{
    ExportKind, ExportScreen, MoreScreen, Nav, OpenSheet, Palette, Place, ReadingScreen, StepUpScreen, Tab, Theme,
    TransferScreen, UnlockScreen,
};

const NOW: u64 = 1_790_000_000 / 60 * 60 + 9;
const PASSWORD: &str = "a row of four words";
const HERE: [&str; 4] = [
    "otpauth://totp/GitHub:mira-keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub",
    "otpauth://totp/Nordwind%20Bank:Giro?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJA&issuer=Nordwind%20Bank&digits=8",
    "otpauth://hotp/Aurora%20Mail:mira@aurora.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJB&issuer=Aurora%20Mail&counter=148",
    "steam://GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJE",
];
/// New, here, ahead, another key, unreadable, in the bin of the other app.
const ENTE: &str = "otpauth://totp/Mastodon:@mira@social.example?secret=JBSWY3DPEHPK3PXP&issuer=Mastodon
otpauth://totp/Lumen%20Energy:contract%2040%20118?secret=JBSWY3DPEHPK3PXPJBSWY3DP&issuer=Lumen%20Energy&digits=8
otpauth://totp/Verlag%20Ost:lektorat@verlag-ost.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJF&issuer=Verlag%20Ost
otpauth://totp/GitHub:mira-keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub
otpauth://hotp/Aurora%20Mail:mira@aurora.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJB&issuer=Aurora%20Mail&counter=160
otpauth://totp/Nordwind%20Bank:Giro?secret=JBSWY3DPEHPK3PXPJBSWY3DA&issuer=Nordwind%20Bank
otpauth://totp/Old%20router?secret=&issuer=Old%20router
otpauth://totp/Studio:payroll?secret=AAAA2222&issuer=Studio&algorithm=MD5
otpauth://totp/Harbor:gone?secret=GEZDGNBVGY3TQOJQ&issuer=Harbor&codeDisplay=%7B%22trashed%22%3Atrue%7D
";

struct Look {
    name: &'static str,
    language: &'static str,
    glass: Glass,
    dark: bool,
    contrast: bool,
    text: f32,
}

impl Look {
    fn take(&self, phone: &Phone, name: &str) {
        let picture = phone.picture();
        let first = picture.get_pixel(0, picture.height() / 2);
        assert!(picture.pixels().filter(|pixel| *pixel != first).count() > 2000, "{name} is blank");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        phone.keep(&folder, &format!("carry-{name}-{}", self.name));
    }

    fn set(&self, phone: &Phone) {
        use slint::language::ColorScheme::{Dark, Light};
        let window = phone.ui().window();
        window.global::<Palette>().set_color_scheme(if self.dark { Dark } else { Light });
        window.global::<Theme>().set_contrast(self.contrast);
        phone.ui().set_text_scale(self.text);
        phone.settle();
    }

    fn to_the_end(&self, phone: &Phone) {
        let x = self.glass.width - 12.;
        (0..6).for_each(|_| phone.drag((x, self.glass.height * 0.7), (x, self.glass.height * 0.2)));
    }

    fn prepared(&self) -> Phone {
        let mut phone = Phone::with_keystore(self.glass, NOW, true);
        std::fs::write(&phone.services().settings_file, format!("{{\"language\":\"{}\"}}", self.language)).unwrap();
        let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
        let mut session = Session::create(phone.services().vault, slot).unwrap();
        session.add(HERE.map(|link| otpauth::read(link, None).unwrap()).into()).unwrap();
        let first = session.contents().tokens()[0].id;
        let edit = Edit { groups: Some(vec!["Work".into()]), note: Some("blue folder".into()), ..Edit::default() };
        session.edit(first, edit).unwrap();
        drop(session);
        phone.restart(self.glass);
        self.set(&phone);
        phone.ui().window().global::<UnlockScreen>().invoke_unlock(PASSWORD.into());
        phone.settle();
        phone
    }

    fn walk(&self) {
        let phone = self.prepared();
        let window = phone.ui().window();
        let nav = window.global::<Nav>();
        let go = |place| {
            nav.invoke_go(place);
            phone.settle();
        };
        let prove = || {
            window.global::<StepUpScreen>().invoke_prove(PASSWORD.into());
            phone.settle();
        };
        nav.set_tab(Tab::More);
        phone.settle();
        self.take(&phone, "more");

        let bring = |files: Vec<(&str, Vec<u8>)>| {
            let files = files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
            phone.outside.gallery.next(files);
            window.global::<MoreScreen>().invoke_bring_in();
            phone.settle();
        };
        bring(vec![("aegis-backup.json", aegis())]);
        self.take(&phone, "password");
        window.global::<ReadingScreen>().invoke_open("wrong".into());
        phone.settle();
        self.take(&phone, "password-wrong");
        window.global::<ReadingScreen>().invoke_open(PASSWORD.into());
        phone.settle();
        self.take(&phone, "preview-sealed");
        go(Place::Home);
        bring(vec![("ente-export.txt", ENTE.as_bytes().to_vec())]);
        self.take(&phone, "preview");
        self.to_the_end(&phone);
        self.take(&phone, "preview-end");
        go(Place::Home);
        bring(vec![("holiday.doc", b"nothing of the kind".to_vec())]);
        self.take(&phone, "failed");
        nav.invoke_close();
        phone.settle();

        go(Place::Export);
        self.take(&phone, "export");
        nav.invoke_show(OpenSheet::ExportKind);
        phone.settle();
        self.take(&phone, "export-kind");
        nav.invoke_close();
        go(Place::Choose);
        self.take(&phone, "choose");
        nav.invoke_back();
        let export = window.global::<ExportScreen>();
        export.set_kind(ExportKind::Pdf);
        phone.settle();
        self.to_the_end(&phone);
        self.take(&phone, "export-clear");
        phone.outside.gallery.next_place(phone.folder().join("emergency-sheet-2026-09-21.pdf"));
        export.invoke_go(false, "".into(), "".into());
        phone.settle();
        self.take(&phone, "export-ask");
        prove();
        self.take(&phone, "losing");
        export.invoke_anyway();
        phone.settle();
        self.take(&phone, "exported");
        go(Place::Export);
        export.set_kind(ExportKind::Google);
        export.invoke_go(false, "".into(), "".into());
        phone.settle();
        prove();
        export.invoke_anyway();
        phone.settle();
        self.take(&phone, "codes");

        go(Place::Transfer);
        self.take(&phone, "transfer");
        window.global::<TransferScreen>().invoke_show();
        phone.settle();
        prove();
        self.take(&phone, "frames");
        self.to_the_end(&phone);
        self.take(&phone, "frames-end");
    }
}

fn aegis() -> Vec<u8> {
    let read = |link: &str| otpauth::read(link, None).unwrap();
    let lines = ENTE.lines().take(4).enumerate();
    let tokens: Vec<Token> = lines
        .map(|(n, line)| {
            read(line).into_token(smartotp_core::token::TokenId::from_bytes([u8::try_from(n).unwrap(); 16]))
        })
        .collect();
    let tokens: Vec<&Token> = tokens.iter().collect();
    let password = SecretText::from(PASSWORD);
    let request = Request { password: Some(&password), cost: Cost::FLOOR, ..Request::default() };
    Format::named("aegis").unwrap().write(&tokens, &request).unwrap().files()[0].to_vec()
}

const PHONE: Look = Look { name: "light", language: "en", glass: Glass::PHONE, dark: false, contrast: false, text: 1. };

#[test]
fn light() {
    Look { glass: Glass::PHONE.at(2.), ..PHONE }.walk();
}

#[test]
fn dark() {
    Look { name: "dark", glass: Glass::PHONE.at(2.), dark: true, ..PHONE }.walk();
}

#[test]
fn more_contrast() {
    Look { name: "contrast", contrast: true, ..PHONE }.walk();
}

#[test]
fn small_and_in_other_languages() {
    for (name, language) in [("small", "en"), ("de", "de"), ("ru", "ru"), ("fr", "fr"), ("es", "es"), ("uk", "uk")] {
        // One platform a thread, so one language a thread.
        std::thread::spawn(move || Look { name, language, glass: Glass::SMALL, ..PHONE }.walk()).join().unwrap();
    }
}

#[test]
fn large_text() {
    let glass = Glass { width: 360., height: 800., scale: 1. };
    Look { name: "large-text", language: "de", glass, text: 1.5, ..PHONE }.walk();
}

#[test]
fn desktop() {
    Look { name: "wide", glass: Glass::WIDE, ..PHONE }.walk();
}
