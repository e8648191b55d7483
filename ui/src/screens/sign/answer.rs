//! The answer: after the confirmation, and not before. A counter is on disk when its answer is shown.

use std::rc::Rc;

use slint::{ComponentHandle as _, SharedString};
use smartotp_core::confirm::{Challenge, Needs};
use smartotp_core::qr::write::Modules;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::{ChallengeEncoding, Kind, KindName, TokenId};
use smartotp_core::vault::journal::Event as Happened;
use smartotp_core::vault::{ChangeError, Edit, SignRequest};

use super::{Signing, entry, forget_answer, step, with_token};
use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::screens::step_up;
use crate::{Problem, SignScreen, SignStep, SnackKind, StepUpFor, picture, show};

/// The longest answer that is a code; a whole HMAC is longer.
const LONGEST_CODE: usize = 10;

/// What goes into one answer.
struct Order {
    id: TokenId,
    challenge: Challenge,
    pin: Option<SecretText>,
    session: Option<Secret>,
    encoding: Option<ChallengeEncoding>,
    /// The time that goes in, and the device's own.
    unix: u64,
    now: u64,
}

/// Signs what stands on the slip, once it was proven that it is the user, where that is wanted.
pub(super) fn confirm(desk: &Rc<Desk>, signing: &Rc<Signing>) {
    if signing.challenge.borrow().is_none() {
        return;
    }
    let (signing, turn) = (signing.clone(), signing.turn.get());
    step_up::ask(desk, StepUpFor::Sign, "", move |desk| {
        if turn == signing.turn.get() {
            spawn(sign(desk.clone(), signing));
        }
    });
}

/// Signs the same with the challenge read in the other way.
pub(super) fn other(desk: &Rc<Desk>, signing: &Rc<Signing>) {
    let own = with_token(desk, signing, |token| match token.kind {
        Kind::Ocra { encoding, .. } => Some(encoding),
        _ => None,
    });
    let Some(own) = own.flatten() else { return };
    signing.other.set(Some(match own {
        ChallengeEncoding::Rfc => ChallengeEncoding::Ascii,
        ChallengeEncoding::Ascii => ChallengeEncoding::Rfc,
    }));
    confirm(desk, signing);
}

/// Reads this token's challenges in the other way from now on.
pub(super) fn keep_other(desk: &Rc<Desk>, signing: &Rc<Signing>) {
    let (Some(id), Some(encoding)) = (signing.chosen.get(), signing.other.get()) else { return };
    let desk = desk.clone();
    spawn(async move {
        let edit = Edit { encoding: Some(encoding), ..Edit::default() };
        match desk.door.change(move |session| session.edit(id, edit)).await {
            Ok(()) => {
                desk.with(|app| app.global::<SignScreen>().set_kept_reading(true));
            }
            Err(problem) => desk.snack.problem(problem),
        }
    });
}

/// Puts the answer on the clipboard.
pub(super) fn copy(desk: &Rc<Desk>, signing: &Rc<Signing>) {
    let Some(code) = signing.code.borrow().as_ref().map(SecretText::duplicate) else { return };
    let seconds = desk.look.clear_after();
    if !desk.door.services.clipboard.copy_sensitive(&code, seconds) {
        return desk.snack.problem(Problem::ClipboardRefused);
    }
    let name = with_token(desk, signing, |token| show::names(&token.issuer, &token.account).0).unwrap_or_default();
    if seconds == 0 {
        return desk.snack.say(SnackKind::CopiedForGood, &name, 0);
    }
    let again = desk.clone();
    desk.snack.offer(SnackKind::Copied, &name, i32::try_from(seconds).unwrap_or(i32::MAX), move || {
        again.door.services.clipboard.clear_now();
        again.snack.say(SnackKind::Cleared, "", 0);
    });
}

/// Says how long the answer is good for; one that has run out is dropped.
pub(super) fn count_down(desk: &Rc<Desk>, signing: &Rc<Signing>, now: u64) {
    let Some(until) = signing.until.get() else { return };
    let left = until.saturating_sub(now);
    desk.with(|app| {
        let screen = app.global::<SignScreen>();
        screen.set_left(i32::try_from(left).unwrap_or(i32::MAX));
        if left == 0 {
            signing.until.set(None);
            signing.code.take();
            forget_answer(&screen);
            screen.set_left(0);
        }
    });
}

async fn sign(desk: Rc<Desk>, signing: Rc<Signing>) {
    let begun = desk.with(|app| {
        let screen = app.global::<SignScreen>();
        screen.set_refused(Problem::None);
        let busy = screen.get_busy();
        screen.set_busy(true);
        !busy
    });
    if begun != Some(true) {
        return;
    }
    let turn = signing.turn.get();
    let Some((order, needs, two_readings)) = order(&desk, &signing) else {
        desk.with(|app| app.global::<SignScreen>().set_busy(false));
        return;
    };
    let (id, unix, other) = (order.id, order.unix, order.encoding.is_some());
    let signed = desk.door.change(move |session| answer(session, &order)).await;
    if signed.is_ok() {
        desk.door.record(Happened::Signed { token: id });
    }
    // Locked or left meanwhile: the answer is dropped here. What it used up is on disk.
    if turn != signing.turn.get() || desk.door.contents().is_none() {
        return;
    }
    desk.with(|app| {
        let screen = app.global::<SignScreen>();
        screen.set_busy(false);
        match signed {
            Ok((code, counter)) => {
                fill(&screen, &code);
                screen.set_two_readings(two_readings);
                screen.set_other_reading(other);
                screen.set_counter(counter.map(|counter| counter.to_string()).unwrap_or_default().into());
                signing.until.set(needs.answer_until(unix));
                screen.set_period(needs.time_step.and_then(|step| i32::try_from(step).ok()).unwrap_or(60));
                signing.code.replace(Some(code));
                step(&desk, SignStep::Answer);
            }
            Err(problem) if screen.get_step() == SignStep::Review => screen.set_refused(problem),
            Err(problem) => desk.snack.problem(problem),
        }
    });
    count_down(&desk, &signing, desk.beat.now());
}

/// What is signed: what stands on the slip, and what was typed for it.
fn order(desk: &Desk, signing: &Signing) -> Option<(Order, Needs, bool)> {
    let (needs, two_readings) = with_token(desk, signing, |token| match &token.kind {
        Kind::Ocra { suite, .. } => {
            let numeric = suite.challenge_format() == smartotp_core::code::ocra::ChallengeFormat::Numeric;
            Some((Needs::of(suite), numeric))
        }
        _ => None,
    })??;
    let challenge = signing.challenge.borrow().clone()?;
    let (pin, session) = desk.with(|app| {
        let screen = app.global::<SignScreen>();
        let pin = needs.pin.then(|| SecretText::from(screen.get_pin().as_str()));
        let most = needs.session.unwrap_or(0);
        let session = needs
            .session
            .and_then(|_| entry::session(&screen.get_session(), screen.get_session_hex(), most).ok().flatten());
        (pin, session)
    })?;
    let order = Order {
        id: signing.chosen.get()?,
        challenge,
        pin,
        session,
        encoding: signing.other.get(),
        unix: desk.door.code_unix(),
        now: desk.door.unix(),
    };
    Some((order, needs, two_readings))
}

fn answer(
    session: &mut smartotp_core::vault::Session,
    order: &Order,
) -> Result<(SecretText, Option<u64>), ChangeError> {
    let request = SignRequest {
        challenge: &order.challenge.question,
        pin: order.pin.as_ref(),
        session: order.session.as_ref().map(Secret::expose),
        unix: order.unix,
        counter: None,
        encoding: order.encoding,
        transaction: order.challenge.transaction.as_ref(),
        binding: order.challenge.binding(),
        now: order.now,
    };
    let (code, counter) = session.sign(order.id, &request)?;
    Ok((SecretText::from(code.as_str()), counter.map(|counter| counter.0)))
}

/// Shows a code in its groups, or a whole HMAC in fours; and either as a picture.
fn fill(screen: &SignScreen<'_>, code: &SecretText) {
    forget_answer(screen);
    if code.expose().len() <= LONGEST_CODE {
        screen.set_code(show::code(KindName::Totp, code.expose()));
    } else {
        let mut text = SharedString::new();
        for (index, character) in code.expose().chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push_str(" ");
            }
            text.push_str(character.encode_utf8(&mut [0; 4]));
        }
        screen.set_whole(text);
    }
    if let Ok(modules) = Modules::encode(code.expose()) {
        screen.set_qr(picture::of_modules(&modules));
    }
}
