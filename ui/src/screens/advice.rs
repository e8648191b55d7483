//! How good a new password or PIN is, said a moment after the last key. The estimate runs on another thread.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use slint::{ComponentHandle as _, Timer, TimerMode};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::strength::{Warning, pin_weakness, strength};

use crate::desk::Desk;
use crate::off_thread::{off_thread, spawn};
use crate::{Advice, App, Place, Weakness};

/// After the last key.
const PAUSE: Duration = Duration::from_millis(250);

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let advice = app.global::<Advice>();
    let (timer, typed) = (Rc::new(Timer::default()), Rc::new(Cell::new(0_u32)));
    advice.on_typed_password({
        let (desk, timer, typed) = (desk.clone(), timer.clone(), typed.clone());
        move |text| {
            let this = typed.get().wrapping_add(1);
            typed.set(this);
            if text.is_empty() {
                timer.stop();
                say(&desk, 0, Weakness::None);
                return;
            }
            let (desk, typed, password) =
                (desk.clone(), typed.clone(), Cell::new(Some(SecretText::from(text.as_str()))));
            timer.start(TimerMode::SingleShot, PAUSE, move || {
                let Some(password) = password.take() else { return };
                let (desk, typed) = (desk.clone(), typed.clone());
                spawn(async move {
                    let judged = off_thread(&*desk.door.services.background, move || strength(&password, &[]));
                    if let Some(judged) = judged.await
                        && typed.get() == this
                    {
                        say(&desk, level(judged.score), judged.warning.map_or(Weakness::None, weakness));
                    }
                });
            });
        }
    });
    advice.on_typed_pin({
        let (desk, timer, typed) = (desk.clone(), timer, typed.clone());
        move |text| {
            timer.stop();
            typed.set(typed.get().wrapping_add(1));
            let pin = SecretText::from(text.as_str());
            match (text.len(), pin_weakness(&pin)) {
                (0..4, _) => say(&desk, 0, Weakness::None),
                (_, Some(_)) => say(&desk, 1, Weakness::Pin),
                (4..6, None) => say(&desk, 2, Weakness::ShortPin),
                (_, None) => say(&desk, 3, Weakness::None),
            }
        }
    });
    for place in [Place::Create, Place::NewLock, Place::Export, Place::BackupOn, Place::BackupPassword] {
        let (desk_of, typed) = (Rc::downgrade(desk), typed.clone());
        desk.on_left(place, move || {
            typed.set(typed.get().wrapping_add(1));
            if let Some(desk) = desk_of.upgrade() {
                say(&desk, 0, Weakness::None);
            }
        });
    }
}

fn say(desk: &Desk, level: i32, weakness: Weakness) {
    desk.with(|app| {
        let advice = app.global::<Advice>();
        advice.set_level(level);
        advice.set_weakness(weakness);
    });
}

fn level(score: u8) -> i32 {
    match score {
        0 | 1 => 1,
        2 => 2,
        _ => 3,
    }
}

fn weakness(warning: Warning) -> Weakness {
    match warning {
        Warning::RowOfKeys | Warning::KeyboardPattern => Weakness::Keys,
        Warning::RepeatedCharacter | Warning::RepeatedWord => Weakness::Repeats,
        Warning::Top10 | Warning::Top100 | Warning::Common | Warning::SimilarToCommon => Weakness::Common,
        Warning::Sequence => Weakness::Sequence,
        Warning::RecentYear | Warning::Date => Weakness::Date,
        Warning::SingleWord => Weakness::Word,
        Warning::SingleName | Warning::CommonName => Weakness::Name,
    }
}
