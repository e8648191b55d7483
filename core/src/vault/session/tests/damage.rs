//! Files that went bad, went away or went back in time.

use super::*;

#[test]
fn a_damaged_file_opens_the_one_before_says_so_and_shows_no_code_twice() {
    for damage in ["emptied", "cut", "flipped in the payload", "flipped in the header", "gone"] {
        let place = Place::new();
        let mut session = place.create();
        let id = session.add(vec![hotp(1, "Bank", 5), totp(2, "Mail", "a")]).unwrap().added[0].1;
        assert_eq!(session.next_code(id).unwrap().1, Counter(5));
        drop(session);
        let bytes = place.bytes();
        let mut flipped = bytes.clone();
        match damage {
            "emptied" => fs::write(place.file(), b"").unwrap(),
            "cut" => fs::write(place.file(), &bytes[..bytes.len() / 2]).unwrap(),
            "flipped in the payload" => {
                flipped[bytes.len() - 100] ^= 4;
                fs::write(place.file(), flipped).unwrap();
            }
            "flipped in the header" => {
                flipped[30] ^= 4;
                fs::write(place.file(), flipped).unwrap();
            }
            _ => fs::remove_file(place.file()).unwrap(),
        }

        assert!(matches!(open(&place, "wrong"), Err(OpenError::WrongPassword)), "{damage}");
        let (mut session, notices) = open(&place, PASSWORD).unwrap();
        assert_eq!(notices, [Notice::PreviousOpened], "{damage}");
        assert_eq!(issuers(&session), ["Bank", "Mail"]);
        // The file before said 5, and 5 was shown.
        assert_eq!(session.next_code(id).unwrap().1, Counter(5 + COUNTER_SKIP));
        drop(session);
        // It is mended for good, and no skip is added at each opening.
        let session = place.open();
        assert_eq!(session.contents().token(id).unwrap().kind.counter(), Some(Counter(6 + COUNTER_SKIP)));
        assert_eq!(place.beside(".damaged").exists(), damage != "gone", "{damage}");
    }
}

#[test]
fn a_file_that_goes_bad_under_an_open_window_is_written_anew() {
    let place = Place::new();
    let mut session = place.create();
    let id = session.add(vec![hotp(1, "Bank", 5)]).unwrap().added[0].1;
    let bytes = place.bytes();
    fs::write(place.file(), &bytes[..bytes.len() - 1]).unwrap();
    // What it held is in memory: nothing is uncertain.
    assert_eq!(session.next_code(id).unwrap().1, Counter(5));
    assert_eq!(session.take_notices(), [Notice::PreviousOpened]);
    assert_eq!(place.open().contents().token(id).unwrap().kind.counter(), Some(Counter(6)));
}

#[test]
fn a_write_of_another_that_went_bad_makes_counters_uncertain() {
    let place = Place::new();
    let mut window = place.create();
    let id = window.add(vec![hotp(1, "Bank", 5)]).unwrap().added[0].1;
    let mut command_line = place.open();
    assert_eq!(command_line.next_code(id).unwrap().1, Counter(5));
    let bytes = place.bytes();
    fs::write(place.file(), &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(window.next_code(id).unwrap().1, Counter(5 + COUNTER_SKIP));
}

#[test]
fn a_wiped_vault_does_not_come_back_by_an_open_window() {
    let place = Place::new();
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    for suffix in ["", ".previous"] {
        fs::remove_file(place.beside(suffix)).unwrap();
    }
    assert!(matches!(add(&mut session, 2, "B"), Err(ChangeError::Open(OpenError::Missing))));
    assert!(matches!(session.refresh(), Err(ChangeError::Open(OpenError::Missing))));
    assert!(!place.file().exists());
}

#[test]
fn an_older_file_is_opened_with_a_warning() {
    for with_keystore in [false, true] {
        let (place, _) = if with_keystore { Place::with_keystore() } else { (Place::new(), Default::default()) };
        let mut session = place.create();
        add(&mut session, 1, "A").unwrap();
        let old = place.bytes();
        add(&mut session, 2, "B").unwrap();
        drop(session);
        fs::write(place.file(), old).unwrap();
        assert_eq!(place.beside(".device").exists(), !with_keystore);

        let (mut session, notices) = open(&place, PASSWORD).unwrap();
        assert_eq!(notices, [Notice::RolledBack]);
        // The next write is newer than all that was ever seen: no warning any more.
        add(&mut session, 3, "C").unwrap();
        assert_eq!(issuers(&place.open()), ["A", "C"]);
        assert_eq!(Session::inspect(&place.environment).unwrap().generation, 4);
    }
}
