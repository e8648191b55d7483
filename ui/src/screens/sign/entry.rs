//! What is entered, looked at with every key: the challenge against its suite, the PIN, the session data.

use std::rc::Rc;

use slint::{ComponentHandle as _, SharedString};
use smartotp_core::code::ocra::{self, ChallengeFormat, OcraError, Suite};
use smartotp_core::confirm::{Challenge, ChallengeError, Needs};
use smartotp_core::qr::read::{self, Budget, ReadError};
use smartotp_core::secret::Secret;
use smartotp_core::token::Kind;
use zeroize::Zeroizing;

use super::slip::in_fours;
use super::{Signing, go_on, with_token};
use crate::desk::Desk;
use crate::off_thread::{off_thread, once};
use crate::services::{Clip, PickError};
use crate::{Problem, ScanProblem, SessionNote, SignNote, SignScreen, problem};

/// A note, the character or name that it is about, and how long the challenge is.
struct Note(SignNote, String, usize);

/// What a token's suite asks for.
struct Wanted {
    suite: Suite,
    needs: Needs,
}

impl Wanted {
    fn of(desk: &Desk, signing: &Signing) -> Option<Self> {
        with_token(desk, signing, |token| match &token.kind {
            Kind::Ocra { suite, .. } => Some(Self { needs: Needs::of(suite), suite: suite.clone() }),
            _ => None,
        })?
    }

    /// How many characters its challenges have.
    fn length(&self) -> usize {
        self.suite.challenge_length().into()
    }

    /// What was typed, as a challenge. Of one in figures blanks and dashes are left out: people write it as it is printed.
    fn read(&self, text: &str) -> Result<Challenge, Note> {
        let mut challenge = Challenge::read(text).map_err(|error| refused(&error))?;
        let figures = self.suite.challenge_format() != ChallengeFormat::Alphanumeric;
        if figures && challenge.transaction.is_none() {
            challenge.question.retain(|c| !c.is_whitespace() && c != '-');
        }
        Ok(challenge)
    }

    /// How a challenge fits the suite.
    fn note(&self, question: &str) -> Note {
        let number = question.chars().count();
        let plain = |note| Note(note, String::new(), number);
        match ocra::check(&self.suite, question) {
            Ok(()) if number < self.length() => plain(SignNote::Growing),
            Ok(()) if number == self.length() => plain(SignNote::Complete),
            // Two parties' challenges in one are twice as long (RFC 6287 section 7.2).
            Ok(()) => plain(SignNote::Longer),
            Err(OcraError::ChallengeTooLong { .. }) => plain(SignNote::TooLong),
            Err(OcraError::ChallengeCharacter { position }) => {
                let found = question.chars().nth(position).map(String::from).unwrap_or_default();
                let note = match self.suite.challenge_format() {
                    ChallengeFormat::Numeric => SignNote::NoDigit,
                    ChallengeFormat::Hexadecimal => SignNote::NoHex,
                    ChallengeFormat::Alphanumeric => SignNote::NoAscii,
                };
                Note(note, found, number)
            }
            Err(_) => plain(SignNote::None),
        }
    }
}

fn refused(error: &ChallengeError) -> Note {
    let plain = |note| Note(note, String::new(), 0);
    match error {
        ChallengeError::Empty => plain(SignNote::None),
        ChallengeError::TooLong => plain(SignNote::TooMuch),
        ChallengeError::NoQuestion => plain(SignNote::NoQuestion),
        ChallengeError::Repeated { name } => Note(SignNote::Repeated, name.clone(), 0),
        ChallengeError::Hidden => plain(SignNote::Hidden),
        _ => plain(SignNote::Damaged),
    }
}

/// The challenge that is entered, where one is that can be signed; and how it stands.
fn challenge(signing: &Signing, wanted: &Wanted, text: &str) -> (Option<Challenge>, Note) {
    let entered = match &*signing.scanned.borrow() {
        Some(scanned) => Ok(scanned.clone()),
        None => wanted.read(text),
    };
    match entered {
        Ok(challenge) => {
            let note = wanted.note(&challenge.question);
            let good = matches!(note.0, SignNote::Growing | SignNote::Complete | SignNote::Longer);
            (good.then_some(challenge), note)
        }
        Err(note) => (None, note),
    }
}

/// Session data as it was typed; `None`: nothing was.
pub(super) fn session(text: &str, hexadecimal: bool, most: usize) -> Result<Option<Secret>, SessionNote> {
    if text.is_empty() {
        return Ok(None);
    }
    let bytes = if hexadecimal {
        Secret::from_hex(text).map_err(|_| SessionNote::NoHex)?
    } else {
        Secret::from_bytes(text.as_bytes().to_vec())
    };
    if bytes.len() > most { Err(SessionNote::TooLong) } else { Ok(Some(bytes)) }
}

/// Shows how everything stands that is entered.
pub(super) fn look(desk: &Rc<Desk>, signing: &Rc<Signing>) {
    let Some(wanted) = Wanted::of(desk, signing) else { return };
    desk.with(|app| {
        let screen = app.global::<SignScreen>();
        let (challenge, Note(note, found, number)) = challenge(signing, &wanted, &screen.get_text());
        let small = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let of = if note == SignNote::TooLong { most(&wanted.suite) } else { wanted.length() };
        screen.set_note(note);
        screen.set_found(found.into());
        screen.set_number(small(number));
        screen.set_of(small(of));
        screen.set_hint(hint(&wanted.suite).into());
        {
            let scanned = signing.scanned.borrow();
            let details = scanned.as_ref().and_then(|challenge| challenge.transaction.as_ref());
            screen.set_scanned(scanned.is_some());
            screen.set_scanned_details(small(details.map_or(0, |transaction| transaction.fields.len())));
            let question = scanned.as_ref().map(|challenge| in_fours(&challenge.question));
            screen.set_scanned_challenge(question.unwrap_or_default().into());
        }
        let session_most = wanted.needs.session.unwrap_or(0);
        let session = session(&screen.get_session(), screen.get_session_hex(), session_most);
        screen.set_needs_pin(wanted.needs.pin);
        screen.set_needs_session(wanted.needs.session.is_some());
        screen.set_session_most(small(session_most));
        screen.set_session_note(session.as_ref().err().copied().unwrap_or(SessionNote::None));
        let missing = wanted.needs.missing(!screen.get_pin().is_empty(), matches!(session, Ok(Some(_))));
        let lacks = |kind: fn(&smartotp_core::confirm::Missing) -> bool| missing.iter().any(kind);
        screen.set_lacks_challenge(challenge.is_none());
        screen.set_lacks_pin(lacks(|missing| matches!(missing, smartotp_core::confirm::Missing::Pin)));
        screen.set_lacks_session(lacks(|missing| matches!(missing, smartotp_core::confirm::Missing::Session { .. })));
        screen.set_ready(challenge.is_some() && missing.is_empty());
        screen.set_scan(ScanProblem::None);
    });
}

/// The most characters that fit into an answer at all: 128 bytes.
fn most(suite: &Suite) -> usize {
    if suite.challenge_format() == ChallengeFormat::Hexadecimal { 256 } else { 128 }
}

/// What such a challenge looks like.
fn hint(suite: &Suite) -> String {
    let pattern = match suite.challenge_format() {
        ChallengeFormat::Numeric => "12345678",
        ChallengeFormat::Hexadecimal => "12ab34cd",
        ChallengeFormat::Alphanumeric => "AB12CD34",
    };
    pattern.chars().take(suite.challenge_length().into()).collect()
}

/// The challenge, if nothing is missing.
pub(super) fn ready(desk: &Rc<Desk>, signing: &Rc<Signing>) -> Option<Challenge> {
    look(desk, signing);
    let wanted = Wanted::of(desk, signing)?;
    let text = desk.with(|app| {
        let screen = app.global::<SignScreen>();
        screen.get_ready().then(|| screen.get_text())
    })??;
    challenge(signing, &wanted, &text).0
}

/// Lets the user pick a picture, and reads the challenge out of it.
pub(super) async fn picture(desk: Rc<Desk>, signing: Rc<Signing>) {
    let Some(turn) = begin(&desk, &signing) else { return };
    let pictures = desk.door.services.pictures.clone();
    let read = match once(move |done| pictures.pick(done)).await.unwrap_or(Err(PickError::Cancelled)) {
        Ok(files) => {
            let read = move || {
                let texts = files.into_iter().map(|file| read::picture(&Zeroizing::new(file.bytes), Budget::PICTURE));
                texts.collect::<Result<Vec<_>, ReadError>>().map(|texts| texts.concat())
            };
            let texts = off_thread(&*desk.door.services.background, read).await;
            texts.unwrap_or(Err(ReadError::Damaged)).map_err(|error| (ScanProblem::Other, problem::of_picture(error)))
        }
        Err(PickError::Cancelled) => return end(&desk, &signing, turn, ScanProblem::None, Problem::None),
        Err(PickError::NoChooser) => Err((ScanProblem::NoChooser, Problem::None)),
        Err(error) => Err((ScanProblem::Other, problem::of_pick(error).unwrap_or(Problem::Failed))),
    };
    take_in(&desk, &signing, turn, read);
}

/// Reads the challenge from the clipboard: a text, or a picture of its code.
pub(super) async fn clipboard(desk: Rc<Desk>, signing: Rc<Signing>) {
    let Some(turn) = begin(&desk, &signing) else { return };
    let clipboard = desk.door.services.clipboard.clone();
    let read = off_thread(&*desk.door.services.background, move || match clipboard.read() {
        Clip::Text(text) if !text.expose().trim().is_empty() => Ok(vec![text.expose().trim().to_owned()]),
        Clip::Picture { width, height, rgba } => read::rgba(&Zeroizing::new(rgba), width, height, Budget::PICTURE)
            .map_err(|error| (ScanProblem::Other, problem::of_picture(error))),
        _ => Err((ScanProblem::NothingCopied, Problem::None)),
    });
    let read = read.await.unwrap_or(Err((ScanProblem::Other, Problem::Failed)));
    take_in(&desk, &signing, turn, read);
}

/// Takes up what was read; goes on to the slip where nothing else is missing.
fn take_in(desk: &Rc<Desk>, signing: &Rc<Signing>, turn: u32, read: Result<Vec<String>, (ScanProblem, Problem)>) {
    let text = match read {
        Ok(texts) => match <[String; 1]>::try_from(texts) {
            Ok([text]) => text,
            Err(_) => return end(desk, signing, turn, ScanProblem::SeveralCodes, Problem::None),
        },
        Err((scan, problem)) => return end(desk, signing, turn, scan, problem),
    };
    end(desk, signing, turn, ScanProblem::None, Problem::None);
    if turn != signing.turn.get() {
        return;
    }
    let says_more = Challenge::read(&text).ok().filter(|challenge| challenge.question != text.trim());
    let typed = if says_more.is_some() { SharedString::new() } else { SharedString::from(text.trim()) };
    signing.scanned.replace(says_more);
    desk.with(|app| app.global::<SignScreen>().set_text(typed));
    look(desk, signing);
    let whole = desk.with(|app| {
        let screen = app.global::<SignScreen>();
        screen.get_ready() && screen.get_note() != SignNote::Growing
    });
    if whole == Some(true) {
        go_on(desk, signing);
    }
}

/// Begins to read; gives the turn to which what is read belongs. `None` while something is being read already.
fn begin(desk: &Rc<Desk>, signing: &Rc<Signing>) -> Option<u32> {
    desk.with(|app| {
        let screen = app.global::<SignScreen>();
        screen.set_scan(ScanProblem::None);
        let busy = screen.get_busy();
        screen.set_busy(true);
        (!busy).then(|| signing.turn.get())
    })?
}

fn end(desk: &Rc<Desk>, signing: &Signing, turn: u32, scan: ScanProblem, problem: Problem) {
    if turn != signing.turn.get() {
        return;
    }
    desk.with(|app| {
        let screen = app.global::<SignScreen>();
        screen.set_busy(false);
        screen.set_problem(problem);
        screen.set_scan(scan);
    });
}
