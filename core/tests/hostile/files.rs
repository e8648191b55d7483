//! The hostile files: nothing in them is more than a few lines of somebody's text editor, repeated.

use std::io::{Cursor, Write as _};

use smartotp_core::import::MAX_BYTES;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub(crate) const MIB: u64 = 1024 * 1024;

/// The process itself, and a file of the largest size that is looked at.
const USUAL: u64 = 96 * MIB;
/// The same where a reader unpacks or decrypts, or keeps a list of what it found: twice the largest size, and as many entries
/// as are allowed.
const TWICE: u64 = 256 * MIB;
/// Argon2 with 1 GiB, which real apps ask for.
const GIBIBYTE: u64 = 1024 * MIB + USUAL;

const KEY: &str = "GEZDGNBVGY3TQOJQ";

/// A file, what is wrong with it, and what reading it comes to at most.
pub(crate) struct Case {
    pub(crate) format: &'static str,
    pub(crate) attack: &'static str,
    pub(crate) bytes: Box<dyn Fn() -> Vec<u8>>,
    /// The error, or `tokens+unreadable`.
    pub(crate) expected: &'static str,
    /// Of memory, in bytes.
    pub(crate) most: u64,
}

/// What stands before a format's list, its first entry, and what stands after the list.
const LISTS: [(&str, &str, &str, &str); 14] = [
    (
        "aegis",
        r#"{"version":1,"header":{"slots":null,"params":null},"db":{"version":3,"entries":["#,
        r#"{"type":"totp","name":"a","issuer":"b","info":{"secret":"GEZDGNBVGY3TQOJQ","algo":"SHA1","digits":6,"period":30}}"#,
        r#"],"groups":[]}}"#,
    ),
    (
        "2fas",
        r#"{"schemaVersion":4,"services":["#,
        r#"{"name":"a","secret":"GEZDGNBVGY3TQOJQ","otp":{"account":"b","digits":6,"period":30,"algorithm":"SHA1","tokenType":"TOTP"}}"#,
        r#"],"groups":[]}"#,
    ),
    (
        "stratum",
        r#"{"Authenticators":["#,
        r#"{"Type":2,"Issuer":"a","Username":"b","Secret":"GEZDGNBVGY3TQOJQ","Algorithm":0,"Digits":6,"Period":30,"Counter":0}"#,
        r#"],"Categories":[],"AuthenticatorCategories":[],"CustomIcons":[]}"#,
    ),
    (
        "proton",
        r#"{"version":1,"entries":["#,
        r#"{"content":{"uri":"otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ","entry_type":"Totp","name":"a"},"note":null}"#,
        "]}",
    ),
    (
        "proton-pass",
        r#"{"encrypted":false,"version":"1","vaults":{"v":{"name":"a","items":["#,
        r#"{"state":1,"data":{"metadata":{"name":"a"},"content":{"itemUsername":"b","totpUri":"GEZDGNBVGY3TQOJQ"}}}"#,
        "]}}}",
    ),
    (
        "bitwarden",
        r#"{"encrypted":false,"folders":[],"items":["#,
        r#"{"name":"a","login":{"username":"b","totp":"GEZDGNBVGY3TQOJQ"}}"#,
        "]}",
    ),
    (
        "lastpass",
        r#"{"localDeviceId":"0","version":3,"accounts":["#,
        r#"{"issuerName":"a","userName":"b","secret":"GEZDGNBVGY3TQOJQ","timeStep":30,"digits":6,"algorithm":"SHA1"}"#,
        r#"],"folders":[]}"#,
    ),
    (
        "andotp",
        "[",
        r#"{"secret":"GEZDGNBVGY3TQOJQ","issuer":"a","label":"b","digits":6,"type":"TOTP","algorithm":"SHA1","period":30,"tags":[]}"#,
        "]",
    ),
    (
        "json",
        "[",
        r#"{"type":"steam","issuer":"a","account":"b","secret":"GEZDGNBVGY3TQOJQ","groups":[],"note":"","favourite":false}"#,
        "]",
    ),
    ("duo", "[", r#"{"accountType":"x","pkey":"y","name":"a","otpGenerator":{"otpSecret":"GEZDGNBVGY3TQOJQ"}}"#, "]"),
    (
        "raivo",
        "[",
        r#"{"issuer":"a","account":"b","secret":"GEZDGNBVGY3TQOJQ","kind":"TOTP","algorithm":"SHA1","digits":"6","timer":"30"}"#,
        "]",
    ),
    (
        "freeotp-plus",
        r#"{"tokenOrder":[],"tokens":["#,
        r#"{"algo":"SHA1","counter":0,"digits":6,"issuerExt":"a","label":"b","period":30,"secret":[49,50,51,52,53,54,55,56,57,48],"type":"TOTP"}"#,
        "]}",
    ),
    ("steam", r#"{"accounts":{"1":"#, r#"{"shared_secret":"MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=","account_name":"a"}"#, "}}"),
    ("ente", "", "otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ", ""),
];

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut add = |format, attack, bytes: Box<dyn Fn() -> Vec<u8>>, expected, most| {
        cases.push(Case { format, attack, bytes, expected, most });
    };
    for (format, before, first, after) in &LISTS[..12] {
        let many = move || format!("{before}{first}{}{after}", ",0".repeat(10_000_000)).into_bytes();
        let deep =
            move || format!("{before}{first},{}{}{after}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes();
        // These two look at a list inside to know it, and leave an endless one to nobody.
        let looks = matches!(*format, "proton" | "freeotp-plus");
        add(format, "10 million entries", Box::new(many), if looks { "Unknown" } else { "TooManyEntries" }, USUAL);
        let expected = if *format == "json" { "Damaged" } else { "1+1" };
        add(format, "depth 100,000", Box::new(deep), expected, USUAL);
    }
    let lines = |line: &'static str| move || line.repeat(MAX_BYTES / line.len()).into_bytes();
    add("text", "millions of lines", Box::new(lines("otpauth:\n")), "TooManyEntries", TWICE);
    let csv = move || [b"name,login_totp\n".to_vec(), lines("a,b\n")()[..MAX_BYTES - 100].to_vec()].concat();
    add("bitwarden-csv", "millions of rows", Box::new(csv), "TooManyEntries", TWICE);
    let page = move || [b"<html><body>".to_vec(), lines("<code>otpauth:</code>")()[..MAX_BYTES - 99].to_vec()].concat();
    add("stratum-html", "millions of rows", Box::new(page), "TooManyEntries", TWICE);
    let page = || format!("<html><body>{}", "<div>".repeat(1_000_000)).into_bytes();
    add("html", "depth 1,000,000", Box::new(page), "Damaged", USUAL);
    xml(&mut add);
    costs(&mut add);
    containers(&mut add);
    cases
}

type Add<'a> = dyn FnMut(&'static str, &'static str, Box<dyn Fn() -> Vec<u8>>, &'static str, u64) + 'a;

/// What each of the four apps' preferences have in them.
const PREFERENCES: [(&str, &str); 4] = [
    ("freeotp-xml", "{&quot;secret&quot;:[1]}"),
    ("authy", "<string name=\"com.authy.storage.tokens.authenticator.key\">[]</string>"),
    ("totp-authenticator-xml", "<string name=\"STATIC_TOTP_CODES_LIST\">[]</string>"),
    ("battlenet", "<string name=\"com.blizzard.messenger.AUTHENTICATOR_SERIAL\">00</string>"),
];

fn xml(add: &mut Add<'_>) {
    for (format, own) in PREFERENCES {
        let laughs = move || {
            let entity = |n: u8| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10));
            let entities: String = (1..10).map(entity).collect();
            format!(
                "<?xml version='1.0'?>\n<map>{own}</map><!DOCTYPE map [<!ENTITY l0 \"ha\">{entities}]><map><string \
                 name=\"x\">&l9;</string></map>"
            )
        };
        let followed = move || format!("<?xml version='1.0'?><map>{own}<string name=\"x\">&l9;</string></map>");
        let deep = move || format!("<?xml version='1.0'?><map>{own}{}", "<set>".repeat(100_000));
        let entry = "<string name=\"\">0</string>";
        let many = move || format!("<?xml version='1.0'?><map>{own}{}</map>", entry.repeat(2_000_000));
        add(format, "a billion laughs", Box::new(move || laughs().into_bytes()), "Damaged", USUAL);
        add(format, "an entity of its own", Box::new(move || followed().into_bytes()), "Damaged", USUAL);
        add(format, "depth 100,000", Box::new(move || deep().into_bytes()), "Damaged", USUAL);
        add(format, "2 million entries", Box::new(move || many().into_bytes()), "TooManyEntries", TWICE);
    }
}

/// Key derivations: what a file may ask for, and more.
fn costs(add: &mut Add<'_>) {
    let aegis = |n: u64, slots: usize| {
        let slot = format!(
            r#"{{"type":1,"uuid":"0","key":"00","key_params":{{"nonce":"00","tag":"00"}},"n":{n},"r":8,"p":1,"salt":"00"}}"#
        );
        let slots = vec![slot; slots].join(",");
        let file = format!(
            r#"{{"version":1,"header":{{"slots":[{slots}],"params":{{"nonce":"00","tag":"00"}}}},"db":"AAAA"}}"#
        );
        Box::new(move || file.clone().into_bytes())
    };
    add("aegis", "scrypt with 1 TiB", aegis(1 << 30, 1), "Cost", USUAL);
    add("aegis", "1,000 slots of 32 MiB", aegis(1 << 15, 1000), "Cost", USUAL);
    let ente = |memory: u64, passes: u64| {
        let file = format!(
            r#"{{"version":1,"kdfParams":{{"memLimit":{memory},"opsLimit":{passes},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}},"encryptedData":"{}","encryptionNonce":"{}"}}"#,
            "AAAA".repeat(20),
            "AAAA".repeat(8)
        );
        Box::new(move || file.clone().into_bytes())
    };
    add("ente", "Argon2 with 1 GiB, 1 pass: paid", ente(1 << 30, 1), "WrongPassword", GIBIBYTE);
    add("ente", "Argon2 with 1 GiB, 11 passes", ente(1 << 30, 11), "Cost", USUAL);
    add("ente", "Argon2 with 1 TiB", ente(1 << 40, 1), "Cost", USUAL);
    let bitwarden = |kdf: &'static str| {
        let sealed = "2.AAAAAAAAAAAAAAAAAAAAAA==|AAAAAAAAAAAAAAAAAAAAAA==|AAAA";
        let file = format!(
            r#"{{"encrypted":true,"passwordProtected":true,"salt":"AAAA",{kdf},"encKeyValidation_DO_NOT_EDIT":"{sealed}","data":"{sealed}"}}"#
        );
        Box::new(move || file.clone().into_bytes())
    };
    let argon2 = r#""kdfType":1,"kdfIterations":10,"kdfMemory":4096,"kdfParallelism":4"#;
    add("bitwarden", "Argon2 with 4 GiB", bitwarden(argon2), "Cost", USUAL);
    add(
        "bitwarden",
        "PBKDF2 of 4 billion rounds",
        bitwarden(r#""kdfType":0,"kdfIterations":4000000000"#),
        "Cost",
        USUAL,
    );
    let paid = bitwarden(r#""kdfType":0,"kdfIterations":2000000"#);
    add("bitwarden", "PBKDF2 of 2 million rounds: paid", paid, "WrongPassword", USUAL);
    for (attack, kdf) in [
        ("Argon2 with 4 TiB", ("9E298B1956DB4773B23DFC3EC6F0A1E6", 'M')),
        ("AES of 2⁶⁴ rounds", ("C9D9F39A628A4460BF740D08C18A4FEA", 'R')),
    ] {
        add("keepass", attack, Box::new(move || keepass(kdf)), "Cost", USUAL);
    }
}

/// A header of KDBX 4 whose key derivation costs more than there is.
fn keepass((uuid, cost): (&str, char)) -> Vec<u8> {
    let hex = |text: &str| data_encoding::HEXUPPER.decode(text.as_bytes()).unwrap();
    let item = |kind: u8, name: &str, value: &[u8]| {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
        [&[kind][..], &length(name.as_bytes()), name.as_bytes(), &length(value), value].concat()
    };
    let number = |name: char| if name == cost { u64::MAX / 1024 * 1024 } else { 2 }.to_le_bytes();
    let kdf = [
        vec![0, 1],
        item(0x42, "$UUID", &hex(uuid)),
        item(0x42, "S", &[9; 32]),
        item(5, "M", &number('M')),
        item(5, "I", &number('I')),
        item(5, "R", &number('R')),
        item(4, "P", &[1, 0, 0, 0]),
        item(4, "V", &[0x13, 0, 0, 0]),
        vec![0],
    ];
    let field = |id: u8, value: &[u8]| [&[id][..], &u32::try_from(value.len()).unwrap().to_le_bytes(), value].concat();
    [
        hex("03D9A29A67FB4BB500000400"),
        field(2, &hex("31C1F2E6BF714350BE5805216AFC5AFF")),
        field(3, &[1, 0, 0, 0]),
        field(4, &[4; 32]),
        field(7, &[3; 16]),
        field(11, &kdf.concat()),
        field(0, b"\r\n\r\n"),
        vec![0; 64],
    ]
    .concat()
}

/// Zips, documents, databases, pictures, and noise.
fn containers(add: &mut Add<'_>) {
    add("zip", "4 files of 40 MiB of blanks", Box::new(|| zip(4, 40 * MIB)), "Cost", TWICE);
    add("zip", "100,000 files", Box::new(|| zip(100_000, 0)), "TooManyEntries", TWICE);
    add("pdf", "256 MiB of blanks", Box::new(pdf), "Cost", TWICE);
    add(
        "pdf",
        "a million objects",
        Box::new(|| format!("%PDF-1.7\n{}", "1 0 obj<<>>stream\n".repeat(1_000_000)).into_bytes()),
        "Damaged",
        TWICE,
    );
    let table = || [b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20".to_vec(), vec![0xFF; 8168]].concat();
    add("sqlite", "pages without end", Box::new(table), "Damaged", USUAL);
    add("picture", "60,000 by 60,000 points", Box::new(png), "Picture", USUAL);
    // Whole pages that could be anybody's.
    let noise = |length: usize| {
        move || {
            let mut state = 1_u32;
            let bytes = (0..length).map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            });
            bytes.collect::<Vec<u8>>()
        }
    };
    add("authenticator-plus", "64 MiB of noise", Box::new(noise(MAX_BYTES)), "WrongPassword", TWICE);
    add("andotp-old", "64 MiB of noise", Box::new(noise(MAX_BYTES - 3)), "WrongPassword", TWICE);
    let base64 = |letters: usize| move || "A".repeat(letters).into_bytes();
    add("totp-authenticator", "48 MiB in Base64", Box::new(base64(MAX_BYTES)), "WrongPassword", TWICE);
    add("any", "one byte more than is looked at", Box::new(|| vec![b' '; MAX_BYTES + 1]), "TooLarge", USUAL);
    let links = || format!("otpauth://totp/a?secret={KEY}{}", "&x=1".repeat(MAX_BYTES / 8)).into_bytes();
    add("text", "one link of 32 MiB", Box::new(links), "NoTokens", USUAL);
}

fn zip(files: usize, bytes: u64) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for number in 0..files {
        writer.start_file(number.to_string(), options).unwrap();
        let block = vec![b' '; 1 << 20];
        for _ in 0..bytes / MIB {
            writer.write_all(&block).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

fn pdf() -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let block = vec![b' '; 1 << 20];
    (0..256).for_each(|_| packed.write_all(&block).unwrap());
    let packed = packed.finish().unwrap();
    let head = format!("%PDF-1.7\n1 0 obj\n<</Length {}/Filter/FlateDecode>>\nstream\n", packed.len());
    [head.into_bytes(), packed, b"\nendstream\nendobj\n%%EOF".to_vec()].concat()
}

/// A header and nothing behind it.
fn png() -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    file.extend(60_000_u32.to_be_bytes());
    file.extend(60_000_u32.to_be_bytes());
    file.extend([8, 0, 0, 0, 0, 0, 0, 0, 0]);
    file
}
