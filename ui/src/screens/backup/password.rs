//! Another password for the backup: every version of the places that are meant is sealed anew.

use std::cell::RefCell;
use std::rc::Rc;

use slint::ComponentHandle as _;
use smartotp_core::backup::versions::{self as of_core, BackupError, How, Resealed};
use smartotp_core::backup::{Keys, Lock};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::{Session, SystemEntropy};

use crate::backup::places;
use crate::backup::trouble::Failure;
use crate::backup::work::Progress;
use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::screens::step_up;
use crate::{App, BackupPasswordScreen, BackupScreen, BackupTrouble, Nav, Place, Problem, SnackKind, StepUpFor};

pub(super) fn connect(app: &App, desk: &Rc<Desk>) {
    let meant: Rc<RefCell<Vec<u32>>> = Rc::default();
    app.global::<BackupScreen>().on_ask_password({
        let (desk, meant) = (desk.clone(), meant.clone());
        move |id, before| {
            let ids = match u32::try_from(id) {
                Ok(0) | Err(_) => super::all(&desk),
                Ok(id) => vec![id],
            };
            let meant = meant.clone();
            step_up::ask(&desk, StepUpFor::BackupPassword, "", move |desk| {
                let name = if let [one] = ids.as_slice() { super::name(desk, *one) } else { String::new() };
                meant.replace(ids);
                desk.with(|app| {
                    let screen = app.global::<BackupPasswordScreen>();
                    screen.set_name(name.into());
                    screen.set_older(0);
                    screen.set_trouble(BackupTrouble::None);
                    screen.set_problem(Problem::None);
                    app.global::<Nav>().set_before_backup_password(before);
                });
                desk.go(Place::BackupPassword);
            });
        }
    });
    app.global::<BackupPasswordScreen>().on_change({
        let desk = desk.clone();
        move |first, second| {
            let problem = match (first.is_empty(), first == second) {
                (true, _) => Problem::EmptyPassword,
                (_, false) => Problem::PasswordsDiffer,
                _ => Problem::None,
            };
            desk.with(|app| app.global::<BackupPasswordScreen>().set_problem(problem));
            if problem == Problem::None {
                spawn(change(desk.clone(), meant.borrow().clone(), SecretText::from(first.as_str())));
            }
        }
    });
}

async fn change(desk: Rc<Desk>, ids: Vec<u32>, password: SecretText) {
    let Some(progress) = desk.work.begin(&desk, false) else { return };
    desk.with(|app| {
        let screen = app.global::<BackupPasswordScreen>();
        screen.set_busy(true);
        screen.set_trouble(BackupTrouble::None);
        screen.set_older(0);
    });
    let cost = desk.door.cost().await;
    let (device, now, watch) = (desk.door.services.device_name.clone(), desk.door.unix(), progress.clone());
    let work = move |session: &mut Session| -> Result<Resealed, Failure> {
        let mut all = Resealed { resealed: 0, older: Vec::new() };
        for id in ids {
            let keys = Keys::new(&[Lock::Password(&password, cost)], &SystemEntropy).map_err(BackupError::from)?;
            let Resealed { resealed, older } = one(session, id, keys, &device, now, &watch)?;
            all.resealed += resealed;
            all.older.extend(older);
        }
        Ok(all)
    };
    let changed = desk.door.beside(work).await.unwrap_or(Err(Failure::Ended));
    desk.work.end(&desk, &progress);
    let older = changed.as_ref().map_or(0, |changed| changed.older.len());
    desk.with(|app| {
        let screen = app.global::<BackupPasswordScreen>();
        screen.set_busy(false);
        screen.set_older(super::rows::count(older));
        if let Err(failure) = &changed {
            screen.set_trouble(failure.trouble());
        }
    });
    if let Ok(changed) = changed {
        if older == 0 {
            let before = desk.with(|app| app.global::<Nav>().get_before_backup_password()).unwrap_or(Place::Home);
            desk.go(before);
        }
        desk.snack.say(SnackKind::Resealed, "", super::rows::count(changed.resealed));
    }
}

fn one(
    session: &mut Session,
    id: u32,
    keys: Keys,
    device: &str,
    now: u64,
    watch: &Progress,
) -> Result<Resealed, Failure> {
    let place = session.backup().place(id).ok_or(BackupError::NoSuchPlace)?;
    let provider = places::provider(&place.location, false)?;
    let how = How { device, now, entropy: &SystemEntropy, verify: true };
    Ok(of_core::change_password(session, &*provider, id, keys, &how, watch)?)
}
