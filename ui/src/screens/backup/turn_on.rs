//! Turning the backup on: a place that was looked at, keys that fit it, and only then a place of the vault. At the first start there is
//! no vault yet: what was found waits until a lock is chosen.

use std::cell::RefCell;
use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::backup::location::Location;
use smartotp_core::backup::provider::{ProviderError, Watch as _};
use smartotp_core::backup::versions::{self as of_core, BackupError, Opens};
use smartotp_core::backup::{Keys, Lock, LockKind, Snapshot, sealed};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::journal::Event as Happened;
use smartotp_core::vault::{RecoveryKey, SystemEntropy};

use super::{rows, sign_in};
use crate::backup::differences;
use crate::backup::trouble::Failure;
use crate::backup::work::Progress;
use crate::backup::{automatic, places};
use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::{off_thread, once, spawn};
use crate::screens::recovery;
use crate::services::PickError;
use crate::{
    App, BackupKind, BackupOnScreen, BackupPick, BackupScreen, BackupTrouble, Nav, Place, Problem, SnackKind, Tab,
    WelcomeScreen,
};

/// A place that was looked at, and its keys, once they are known.
struct Found {
    location: Location,
    keys: Option<Keys>,
}

/// What is about to be turned on.
#[derive(Default)]
pub(crate) struct TurnOn(RefCell<Option<Found>>);

/// A place with its keys, until there is a vault for it.
pub(crate) struct Joining {
    location: Location,
    keys: Keys,
}

impl TurnOn {
    fn forget(&self) {
        self.0.take();
    }

    /// Takes what waits for a vault.
    pub(crate) fn take(&self) -> Option<Joining> {
        let Found { location, keys, .. } = self.0.take()?;
        Some(Joining { location, keys: keys? })
    }
}

pub(super) fn connect(app: &App, desk: &Rc<Desk>) {
    app.global::<WelcomeScreen>().on_restore({
        let desk = desk.clone();
        move || begin(&desk, Place::Welcome)
    });
    app.global::<BackupScreen>().on_turn_on({
        let desk = desk.clone();
        move || begin(&desk, Place::Home)
    });
    let screen = app.global::<BackupOnScreen>();
    screen.set_kinds(ModelRc::new(VecModel::from(sign_in::kinds())));
    screen.on_choose_folder({
        let desk = desk.clone();
        move || spawn(choose_folder(desk.clone()))
    });
    screen.on_look({
        let desk = desk.clone();
        move |pick: BackupPick| match (sign_in::cloud(pick.kind), places::location(&pick)) {
            (Some(cloud), _) => spawn(sign_in::sign_in(desk.clone(), cloud)),
            (None, Ok(location)) => spawn(look(desk.clone(), location)),
            (None, Err(trouble)) => say(&desk, trouble),
        }
    });
    screen.on_choose({
        let desk = desk.clone();
        move |first, second| {
            let problem = match (first.is_empty(), first == second) {
                (true, _) => Problem::EmptyPassword,
                (_, false) => Problem::PasswordsDiffer,
                _ => Problem::None,
            };
            desk.with(|app| app.global::<BackupOnScreen>().set_problem(problem));
            if problem == Problem::None {
                spawn(make_keys(desk.clone(), NewLock::Password(SecretText::from(first.as_str()))));
            }
        }
    });
    screen.on_choose_recovery({
        let desk = desk.clone();
        move || recovery::begin(&desk, recovery::For::Backup)
    });
    screen.on_open({
        let desk = desk.clone();
        move |typed| spawn(open(desk.clone(), SecretText::from(typed.as_str())))
    });
    screen.on_take({
        let desk = desk.clone();
        move || go_on(&desk)
    });
    for place in [Place::BackupOn, Place::Create, Place::Recovery] {
        let on = Rc::downgrade(desk);
        desk.on_left(place, move || {
            let Some(desk) = on.upgrade() else { return };
            let now = desk.with(|app| app.global::<Nav>().get_place());
            if !matches!(now, Some(Place::BackupOn | Place::Create | Place::Recovery)) {
                desk.work.cancel();
                desk.turn_on.forget();
            }
        });
    }
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            if let (Event::Locked, Some(desk)) = (event, desk.upgrade()) {
                desk.turn_on.forget();
            }
        }
    });
}

/// Opens the page at its first step.
fn begin(desk: &Rc<Desk>, before: Place) {
    desk.turn_on.forget();
    desk.with(|app| {
        let nav = app.global::<Nav>();
        nav.set_before_backup(before);
        nav.set_backup_step(0);
        let screen = app.global::<BackupOnScreen>();
        screen.set_kind(BackupKind::Folder);
        screen.set_path(slint::SharedString::new());
        screen.set_trouble(BackupTrouble::None);
        screen.set_problem(Problem::None);
        screen.set_busy(false);
    });
    desk.go(Place::BackupOn);
}

/// Whether it is the first start.
fn is_first_start(desk: &Desk) -> bool {
    desk.with(|app| app.global::<Nav>().get_before_backup()) == Some(Place::Welcome)
}

pub(super) fn say(desk: &Desk, trouble: BackupTrouble) {
    desk.with(|app| app.global::<BackupOnScreen>().set_trouble(trouble));
}

async fn choose_folder(desk: Rc<Desk>) {
    let files = desk.door.services.files.clone();
    let chosen = once(move |done| files.choose_folder(done)).await.unwrap_or(Err(PickError::Cancelled));
    desk.with(|app| {
        let screen = app.global::<BackupOnScreen>();
        match chosen {
            Ok(place) => {
                screen.set_path(place.address.into());
                screen.set_trouble(BackupTrouble::None);
            }
            Err(PickError::Cancelled) => {}
            // No chooser here: the path is typed.
            Err(_) => screen.set_trouble(BackupTrouble::NoFolder),
        }
    });
}

/// Does something off the UI's thread while the page shows how far it is; `None`: something else is under way, or the page was left.
pub(super) async fn at_work<T: Send + 'static>(
    desk: &Rc<Desk>,
    work: impl FnOnce(&Progress) -> Result<T, Failure> + Send + 'static,
) -> Option<Result<T, Failure>> {
    let progress = desk.work.begin(desk, false)?;
    desk.with(|app| {
        let screen = app.global::<BackupOnScreen>();
        screen.set_busy(true);
        screen.set_trouble(BackupTrouble::None);
    });
    let watch = progress.clone();
    let done = off_thread(&*desk.door.services.background, move || work(&watch)).await;
    desk.work.end(desk, &progress);
    let here = desk.with(|app| {
        app.global::<BackupOnScreen>().set_busy(false);
        app.global::<Nav>().get_place()
    });
    let done = if progress.is_cancelled() {
        Err(ProviderError::Cancelled.into())
    } else {
        done.unwrap_or(Err(Failure::Ended))
    };
    matches!(here, Some(Place::BackupOn | Place::Recovery)).then_some(done)
}

/// Looks whether a backup lies there. A folder that is not there yet is made, unless a backup is looked for.
pub(super) async fn look(desk: Rc<Desk>, mut location: Location) {
    let (asked, makes) = (location.duplicate(), !is_first_start(&desk));
    desk.with(|app| app.global::<BackupOnScreen>().set_name(places::name(&location).into()));
    let looked = at_work(&desk, move |_| {
        let provider = places::provider(&asked, makes)?;
        let versions = provider.list()?;
        let by_recovery = match versions.first() {
            Some(first) => {
                let locks = sealed::inspect(&provider.get(*first)?).map(|info| info.locks).unwrap_or_default();
                !locks.is_empty() && !locks.contains(&LockKind::Password)
            }
            None => false,
        };
        Ok((!versions.is_empty(), by_recovery, provider.sign_in()))
    });
    let Some(looked) = looked.await else { return };
    match looked {
        Ok((holds, by_recovery, signed_in)) => {
            location.take_sign_in(signed_in);
            desk.turn_on.0.replace(Some(Found { location, keys: None }));
            desk.with(|app| {
                let screen = app.global::<BackupOnScreen>();
                screen.set_holds(holds);
                screen.set_by_recovery(by_recovery);
                app.global::<Nav>().set_backup_step(2);
            });
        }
        Err(failure) => say(&desk, failure.trouble()),
    }
}

/// What a new backup is locked with.
pub(crate) enum NewLock {
    Password(SecretText),
    Recovery(RecoveryKey),
}

/// Makes the keys of a backup that begins, and goes on.
pub(crate) async fn make_keys(desk: Rc<Desk>, lock: NewLock) {
    desk.with(|app| app.global::<BackupOnScreen>().set_busy(true));
    let cost = desk.door.cost().await;
    let made = at_work(&desk, move |_| {
        let keys = match &lock {
            NewLock::Password(password) => Keys::new(&[Lock::Password(password, cost)], &SystemEntropy),
            NewLock::Recovery(key) => Keys::new(&[Lock::Recovery(key)], &SystemEntropy),
        };
        Ok(keys.map_err(BackupError::from)?)
    });
    match made.await {
        Some(Ok(keys)) => {
            if let Some(found) = &mut *desk.turn_on.0.borrow_mut() {
                found.keys = Some(keys);
            }
            go_on(&desk);
        }
        Some(Err(failure)) => say(&desk, failure.trouble()),
        None => {}
    }
}

/// Opens what lies there, and shows what is in it before anything comes in.
async fn open(desk: Rc<Desk>, typed: SecretText) {
    let Some(location) = desk.turn_on.0.borrow().as_ref().map(|found| found.location.duplicate()) else { return };
    let is_recovery = RecoveryKey::parse(typed.expose()).is_ok();
    let opened = at_work(&desk, move |watch| {
        let provider = places::provider(&location, false)?;
        let keys = places::unlock(&*provider, &typed)?;
        let newest = of_core::read_newest(&*provider, Opens::Keys(&keys), watch)?;
        Ok((keys, newest, provider.sign_in()))
    });
    match opened.await {
        Some(Ok((keys, newest, signed_in))) => {
            if let Some(found) = &mut *desk.turn_on.0.borrow_mut() {
                found.location.take_sign_in(signed_in);
                found.keys = Some(keys);
            }
            show_found(&desk, &newest);
        }
        Some(Err(failure)) => say(
            &desk,
            match failure.trouble() {
                BackupTrouble::OtherPassword if is_recovery => BackupTrouble::WrongRecoveryKey,
                BackupTrouble::OtherPassword => BackupTrouble::WrongPassword,
                other => other,
            },
        ),
        None => {}
    }
}

fn show_found(desk: &Desk, newest: &Snapshot) {
    let contents = desk.door.contents();
    let here = contents.as_ref().map(|contents| contents.tokens()).unwrap_or_default();
    let (_, counts) = differences::between(&newest.tokens, here);
    let made_at = newest.origin.made_at;
    desk.with(|app| {
        let screen = app.global::<BackupOnScreen>();
        screen.set_tokens(rows::count(newest.tokens.len()));
        screen.set_fresh(counts.fresh);
        screen.set_same(counts.same + counts.changed);
        screen.set_differ(counts.other_key);
        screen.set_device(newest.origin.device.as_str().into());
        screen.set_ago(rows::ago(made_at, desk.door.unix()));
        screen.set_when(rows::moment(made_at).into());
        app.global::<Nav>().set_backup_step(3);
    });
}

/// The keys are there: on to the vault, or to the lock of one.
fn go_on(desk: &Rc<Desk>) {
    if is_first_start(desk) {
        desk.with(|app| app.global::<Nav>().set_before_create(Place::BackupOn));
        return desk.go(Place::Create);
    }
    if let Some(joining) = desk.turn_on.take() {
        spawn(join(desk.clone(), joining));
    }
}

/// Makes it a place of the vault, and backs up there at once: what lies there comes in.
pub(crate) async fn join(desk: Rc<Desk>, Joining { location, keys }: Joining) {
    let added = desk.door.change(move |session| session.add_place(location, keys)).await;
    let id = match added {
        Ok(id) => id,
        Err(problem) => return desk.snack.problem(problem),
    };
    desk.door.record(Happened::BackupOn);
    desk.keeper.try_again(id);
    let restoring = is_first_start(&desk);
    desk.with(|app| app.global::<Nav>().set_tab(if restoring { Tab::Tokens } else { Tab::Backup }));
    desk.go(Place::Home);
    let Some(summary) = automatic::back_up(&desk, vec![id], false).await else { return };
    if restoring && summary.failed > 0 {
        // It is said there why.
        desk.with(|app| app.global::<Nav>().set_tab(Tab::Backup));
    } else if summary.came_in > 0 {
        desk.snack.say(SnackKind::BroughtBack, "", rows::count(summary.came_in));
    } else if summary.failed == 0 {
        desk.snack.say(SnackKind::BackedUp, "", rows::count(summary.tokens));
    }
}
