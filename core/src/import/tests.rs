use super::*;

const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn uri(name: &str) -> String {
    format!("otpauth://totp/{name}?secret={KEY}")
}

fn accounts(outcome: &Outcome) -> Vec<&str> {
    outcome.tokens.iter().map(|token| token.account.as_str()).collect()
}

/// An export code without a batch number, of one entry with this secret.
fn part(secret: u8, index: u8, of: u8) -> String {
    let mut bytes = vec![0x0A, 18, 0x0A, 10];
    bytes.extend([secret; 10]);
    bytes.extend([0x12, 2, b't', secret, 0x30, 2, 0x10, 1, 0x18, of, 0x20, index]);
    format!("otpauth-migration://offline?data={}", data_encoding::BASE64URL.encode(&bytes))
}

#[test]
fn a_text_as_people_keep_it() {
    let text = format!("\u{feff}# mine\r\n\r\n  {} \r\n{}\r\n\t# more\n{}", uri("a"), uri("b"), uri("c"));
    let outcome = read(text.as_bytes(), None).expect("three tokens");
    assert_eq!(accounts(&outcome), ["a", "b", "c"]);
    assert!(outcome.unreadable.is_empty() && outcome.unfinished.is_empty());
}

#[test]
fn a_text_of_an_old_windows_editor() {
    let units: Vec<u8> = format!("\u{feff}{}\r\n", uri("ж")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(accounts(&read(&units, None).expect("a token")), ["ж"]);
    assert_eq!(read(&units[..units.len() - 1], None), Err(ImportError::Unknown));
}

#[test]
fn a_bad_line_takes_no_other_down() {
    let text = format!(
        "{}\nnonsense {KEY}\notpauth://totp/ACME:mira?secret=1\nmotp://a:b?secret=7ac61d4736f51a2b\nsteam://1{KEY}\n{}",
        uri("a"),
        uri("b")
    );
    let outcome = read(text.as_bytes(), None).expect("two tokens");
    assert_eq!(accounts(&outcome), ["a", "b"]);
    let entry = |number, name: &str| Entry { name: name.to_owned(), place: Some(Place { file: 0, number }) };
    let failed: Vec<_> = outcome.unreadable.iter().map(|failed| failed.entry.clone()).collect();
    assert_eq!(failed, [entry(2, ""), entry(3, "ACME:mira"), entry(4, "a:b"), entry(5, "")]);
    assert_eq!(outcome.unreadable[0].reason, EnrolError::Unknown);
    assert_eq!(outcome.unreadable[2].reason, EnrolError::NeedsPin);
}

#[test]
fn what_a_kind_has_no_use_for_is_named_as_lost() {
    let outcome = read(format!("{}&counter=3", uri("a")).as_bytes(), None).expect("a token");
    let what = Loss::Parameter { name: "counter".to_owned() };
    let place = Some(Place { file: 0, number: 1 });
    assert_eq!(outcome.lost, [Lost { entry: Entry { name: "a".to_owned(), place }, what }]);
}

#[test]
fn nothing_readable_is_an_error_that_says_why() {
    assert_eq!(read(b"", None), Err(ImportError::Empty));
    assert_eq!(read(b"\n# only comments\r\n\t\n", None), Err(ImportError::Empty));
    assert_eq!(read(b"Lorem ipsum: dolor sit amet", None), Err(ImportError::Unknown));
    assert_eq!(read(b"QR-Code:otpauth-migration://offline?data=AAAA", None), Err(ImportError::Unknown));
    assert_eq!(read(&[0xE9, 0, 1, 2], None), Err(ImportError::Unknown));
    let entry = Entry { name: String::new(), place: Some(Place { file: 0, number: 1 }) };
    let unreadable = vec![Unreadable { entry, reason: EnrolError::Migration }];
    assert_eq!(read(b"otpauth-migration://offline?data=XXXX", None), Err(ImportError::NoTokens { unreadable }));
    assert!(matches!(read(b"\x89PNG\r\n\x1a\nbroken", None), Err(ImportError::Picture(_))));
}

#[test]
fn sizes_are_bounded() {
    assert_eq!(read(&vec![b'a'; MAX_BYTES + 1], None), Err(ImportError::TooLarge));
    let lines = "otpauth:\n".repeat(MAX_ENTRIES + 1);
    assert_eq!(read(lines.as_bytes(), None), Err(ImportError::TooManyEntries));
}

#[test]
fn an_export_over_several_files() {
    let files = [part(b'c', 2, 3), "nonsense".to_owned(), part(b'a', 0, 3), part(b'a', 0, 3)];
    let files: Vec<&[u8]> = files.iter().map(String::as_bytes).collect();
    let (outcome, errors) = read_all(&files, None, None);
    assert_eq!(accounts(&outcome), ["ta", "tc"]);
    assert_eq!(outcome.unfinished, [Progress { have: 2, of: 3, restarted: false }]);
    assert_eq!(errors, [(1, ImportError::Unknown)]);

    let all = [part(b'c', 2, 3), part(b'b', 1, 3), part(b'a', 0, 3)].join("\n");
    let outcome = read(all.as_bytes(), None).expect("three tokens");
    assert_eq!(accounts(&outcome), ["ta", "tb", "tc"]);
    assert!(outcome.unfinished.is_empty());
}

#[test]
fn a_format_can_be_named() {
    let mut names: Vec<_> = Format::all().map(Format::name).collect();
    assert!(names.starts_with(&["sealed", "json", "picture"]) && names.contains(&"text"));
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    let text = Format::named("TEXT");
    assert!(text.is_some() && Format::named("nonsense").is_none());
    let (_, errors) = read_all(&[b"nonsense", b"\xff\xff"], None, text);
    assert!(matches!(errors[0], (0, ImportError::NoTokens { .. })));
    assert_eq!(errors[1], (1, ImportError::NotText));
    let (_, errors) = read_all(&[b"nonsense"], None, Format::named("picture"));
    assert_eq!(errors[0], (0, ImportError::Picture(ReadError::NotAPicture)));
}

#[test]
fn a_watcher_hears_of_every_entry_and_can_end_it() {
    let text = [uri("a"), uri("b"), uri("c")].join("\n");
    let mut heard = Vec::new();
    let (outcome, errors) = read_watched(&[text.as_bytes(), text.as_bytes()], None, None, &mut |entries| {
        heard.push(entries);
        if entries == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(heard, [1, 2, 3, 4, 5]);
    assert_eq!((outcome, errors), (Outcome::default(), vec![(1, ImportError::Cancelled)]));
}

#[test]
fn what_starts_like_json_and_is_none_is_damaged() {
    assert_eq!(read(b"{\"version\":1", None), Err(ImportError::Damaged));
    assert_eq!(read(b"{\"version\":1}", None), Err(ImportError::Unknown));
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert_eq!(read(deep.as_bytes(), None), Err(ImportError::Unknown));
    let many = format!("[{}0]", "0,".repeat(10_000_000));
    assert_eq!(read(many.as_bytes(), None), Err(ImportError::TooManyEntries));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_importer_panic(bytes in proptest::collection::vec(0u8.., 0..300), text in "\\PC{0,60}") {
        let _ = read(&bytes, None);
        let _ = read(format!("otpauth://totp/{text}\n{text}\nmotp://{text}").as_bytes(), None);
    }
}
