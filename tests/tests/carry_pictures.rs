//! The screens of import, export and transfer as pictures to look at, reached without a word of any language.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use slint::ComponentHandle as _;
use smartotp_core::enrol::otpauth;
use smartotp_core::export::{Format, Request};
use smartotp_core::secret::SecretText;
use smartotp_core::token::Token;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Edit, NewSlot, Session};
use smartotp_tests::look::{Look, Series};
use smartotp_tests::phone::Phone;
use smartotp_ui::{
    ExportKind, ExportScreen, MoreScreen, Nav, OpenSheet, Place, ReadingScreen, StepUpScreen, Tab, TransferScreen,
    UnlockScreen,
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

const SERIES: Series = Series { name: "carry", folder: env!("CARGO_TARGET_TMPDIR") };

fn prepared(look: &Look) -> Phone {
    let mut phone = Phone::with_keystore(look.glass, NOW, true);
    std::fs::write(&phone.services().settings_file, format!("{{\"language\":\"{}\"}}", look.language)).unwrap();
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    session.add(HERE.map(|link| otpauth::read(link, None).unwrap()).into()).unwrap();
    let first = session.contents().tokens()[0].id;
    let edit = Edit { groups: Some(vec!["Work".into()]), note: Some("blue folder".into()), ..Edit::default() };
    session.edit(first, edit).unwrap();
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
    look.take(&phone, "more");

    let bring = |files: Vec<(&str, Vec<u8>)>| {
        let files = files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
        phone.outside.gallery.next(files);
        window.global::<MoreScreen>().invoke_bring_in();
        phone.settle();
    };
    bring(vec![("aegis-backup.json", aegis())]);
    look.take(&phone, "password");
    window.global::<ReadingScreen>().invoke_open("wrong".into());
    phone.settle();
    look.take(&phone, "password-wrong");
    window.global::<ReadingScreen>().invoke_open(PASSWORD.into());
    phone.settle();
    look.take(&phone, "preview-sealed");
    go(Place::Home);
    bring(vec![("ente-export.txt", ENTE.as_bytes().to_vec())]);
    look.take(&phone, "preview");
    look.to_the_end(&phone);
    look.take(&phone, "preview-end");
    go(Place::Home);
    bring(vec![("holiday.doc", b"nothing of the kind".to_vec())]);
    look.take(&phone, "failed");
    nav.invoke_close();
    phone.settle();

    go(Place::Export);
    look.take(&phone, "export");
    nav.invoke_show(OpenSheet::ExportKind);
    phone.settle();
    look.take(&phone, "export-kind");
    nav.invoke_close();
    go(Place::Choose);
    look.take(&phone, "choose");
    nav.invoke_back();
    let export = window.global::<ExportScreen>();
    export.set_kind(ExportKind::Pdf);
    phone.settle();
    look.to_the_end(&phone);
    look.take(&phone, "export-clear");
    phone.outside.gallery.next_place(phone.folder().join("emergency-sheet-2026-09-21.pdf"));
    export.invoke_go(false, "".into(), "".into());
    phone.settle();
    look.take(&phone, "export-ask");
    prove();
    look.take(&phone, "losing");
    export.invoke_anyway();
    phone.settle();
    look.take(&phone, "exported");
    go(Place::Export);
    export.set_kind(ExportKind::Google);
    export.invoke_go(false, "".into(), "".into());
    phone.settle();
    prove();
    export.invoke_anyway();
    phone.settle();
    look.take(&phone, "codes");

    go(Place::Transfer);
    look.take(&phone, "transfer");
    window.global::<TransferScreen>().invoke_show();
    phone.settle();
    prove();
    look.take(&phone, "frames");
    look.to_the_end(&phone);
    look.take(&phone, "frames-end");
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
    walk(&SERIES.large_text().at(1.5));
}

#[test]
fn desktop() {
    walk(&SERIES.wide());
}
