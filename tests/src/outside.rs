//! What an operating system gives the screens, as a test gives it: a clock, a clipboard, pictures to pick, threads.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{BootClock, BootTime, Environment, Keystore, KeystoreError, SystemEntropy};
use smartotp_ui::services::{
    Background, Clip, Clipboard, Files, Hold, Left, Links, PickDone, PickError, Picked, Pictures, Place, PlaceDone,
    Presence, SaveError, ScreenGuard, WallClock,
};
use smartotp_ui::{App, Services};

/// A clock that stands still until the test moves it.
#[derive(Debug)]
pub struct Clock {
    unix_millis: AtomicU64,
    /// Since the system's start: setting the clock doesn't move it.
    awake_millis: AtomicU64,
}

impl Clock {
    /// Moves it on.
    pub fn pass(&self, millis: u64) {
        self.unix_millis.fetch_add(millis, Ordering::SeqCst);
        self.awake_millis.fetch_add(millis, Ordering::SeqCst);
    }

    /// Sets it.
    pub fn set(&self, unix_millis: u64) {
        self.unix_millis.store(unix_millis, Ordering::SeqCst);
    }
}

impl BootClock for Clock {
    fn now(&self) -> BootTime {
        BootTime { boot: "the phone's".to_owned(), seconds: self.awake_millis.load(Ordering::SeqCst) / 1000 }
    }
}

impl WallClock for Clock {
    fn unix_millis(&self) -> u64 {
        self.unix_millis.load(Ordering::SeqCst)
    }

    fn steady_millis(&self) -> u64 {
        self.awake_millis.load(Ordering::SeqCst)
    }
}

/// Real threads, counted, so that a test can wait for them.
#[derive(Debug, Default)]
pub struct Threads(Arc<AtomicUsize>);

impl Threads {
    /// How many jobs still run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Counts down even when a job panics.
struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Background for Threads {
    fn run(&self, job: Box<dyn FnOnce() + Send>) {
        self.0.fetch_add(1, Ordering::SeqCst);
        let running = Running(self.0.clone());
        std::thread::spawn(move || {
            job();
            drop(running);
        });
    }
}

/// A clipboard that can be looked into.
#[derive(Debug, Default)]
pub struct Pasteboard {
    /// What was copied last, and how soon it is to be cleared.
    copied: Mutex<Option<(String, u32)>>,
    /// What another program put there.
    foreign: Mutex<Option<Clip>>,
}

impl Pasteboard {
    /// The code that lies there, and after how many seconds it goes.
    #[must_use]
    pub fn copied(&self) -> Option<(String, u32)> {
        self.copied.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Another program puts something there.
    pub fn put(&self, clip: Clip) {
        self.foreign.lock().unwrap_or_else(PoisonError::into_inner).replace(clip);
    }
}

impl Clipboard for Pasteboard {
    fn read(&self) -> Clip {
        self.foreign.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or(Clip::Nothing)
    }

    fn copy_sensitive(&self, text: &SecretText, clear_after_seconds: u32) -> bool {
        let copied = (text.expose().to_owned(), clear_after_seconds);
        self.copied.lock().unwrap_or_else(PoisonError::into_inner).replace(copied);
        true
    }

    fn clear_now(&self) {
        self.copied.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Pictures and files that the user is about to pick, one batch after the other, and places that are about to be chosen.
#[derive(Debug, Default)]
pub struct Gallery {
    picked: Mutex<VecDeque<Vec<Picked>>>,
    places: Mutex<VecDeque<PathBuf>>,
    /// How its chooser was told to call a file.
    proposed: Mutex<Option<String>>,
    /// There is no chooser.
    closed: AtomicBool,
    /// The disk gives back something else.
    forgetful: AtomicBool,
}

impl Gallery {
    /// The next pick gives these files.
    pub fn next(&self, files: Vec<(String, Vec<u8>)>) {
        let files = files.into_iter().map(|(name, bytes)| Picked { name, bytes }).collect();
        self.picked.lock().unwrap_or_else(PoisonError::into_inner).push_back(files);
    }

    /// The next file that is written goes there.
    pub fn next_place(&self, place: PathBuf) {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).push_back(place);
    }

    /// The name that was proposed for the last file.
    #[must_use]
    pub fn proposed(&self) -> Option<String> {
        self.proposed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on there is no chooser.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// From now on the disk gives back something else than was written.
    pub fn forget(&self) {
        self.forgetful.store(true, Ordering::SeqCst);
    }

    fn chosen<T>(&self, next: Option<T>) -> Result<T, PickError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(PickError::NoChooser);
        }
        next.ok_or(PickError::Cancelled)
    }
}

impl Pictures for Gallery {
    fn pick(&self, done: PickDone) {
        let next = self.picked.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        done(self.chosen(next));
    }
}

impl Files for Gallery {
    fn pick(&self, done: PickDone) {
        Pictures::pick(self, done);
    }

    fn at_path(&self, path: &str, done: PickDone) {
        let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        done(std::fs::read(path).map(|bytes| vec![Picked { name, bytes }]).map_err(|_| PickError::Unreadable));
    }

    fn choose_place(&self, name: &str, done: PlaceDone) {
        self.proposed.lock().unwrap_or_else(PoisonError::into_inner).replace(name.to_owned());
        let next = self.places.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        done(self.chosen(next).map(|path| Place { address: path.display().to_string(), replaces: true }));
    }

    fn choose_folder(&self, done: PlaceDone) {
        let next = self.places.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        done(self.chosen(next).map(|path| Place { address: path.display().to_string(), replaces: true }));
    }

    fn write(&self, place: &Place, bytes: &[u8], check: &dyn Fn(&[u8]) -> bool) -> Result<String, SaveError> {
        let path = Path::new(&place.address);
        if !place.replaces && path.exists() {
            return Err(SaveError::Exists);
        }
        let on_disk = if self.forgetful.load(Ordering::SeqCst) { bytes.get(1..).unwrap_or_default() } else { bytes };
        if !check(on_disk) {
            return Err(SaveError::Differs);
        }
        std::fs::write(path, bytes).map(|()| place.address.clone()).map_err(|_| SaveError::Unwritable)
    }
}

/// No other programs.
#[derive(Debug, Default)]
pub struct NoLinks;

impl Links for NoLinks {
    fn open(&self, _url: &str) {}
}

/// A system that can keep the window out of pictures, and remembers what it was asked for.
#[derive(Debug, Default)]
pub struct Curtain(Mutex<Option<bool>>);

impl Curtain {
    /// Whether the window may be captured, as it was last said.
    #[must_use]
    pub fn capture_allowed(&self) -> Option<bool> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ScreenGuard for Curtain {
    fn can_forbid(&self) -> bool {
        true
    }

    fn allow_capture(&self, _app: &App, allowed: bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(allowed);
    }
}

/// A system that knows when its user leaves: when the test says so.
#[derive(Default)]
pub struct Doorman(Mutex<Vec<Left>>);

impl Doorman {
    /// The user leaves; the system waits until `hold` is dropped.
    pub fn leave(&self, hold: impl Fn() -> Hold) {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        told.iter().for_each(|left| left(hold()));
    }
}

impl Presence for Doorman {
    fn follow(&self, left: Left) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(left);
    }
}

/// A keystore in memory.
#[derive(Debug, Default)]
pub struct Drawer(Mutex<Vec<(String, Secret)>>);

impl Drawer {
    /// Loses every entry whose name has this word in it.
    pub fn lose(&self, word: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _)| !of.contains(word));
    }
}

impl Keystore for Drawer {
    fn get(&self, name: &str) -> Result<Option<Secret>, KeystoreError> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(entries.iter().find(|(of, _)| of == name).map(|(_, secret)| secret.duplicate()))
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), KeystoreError> {
        self.remove(name)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), secret.duplicate()));
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeystoreError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _)| of != name);
        Ok(())
    }
}

/// Everything outside of the window, in the test's hands.
#[derive(Clone)]
pub struct Outside {
    /// The time.
    pub clock: Arc<Clock>,
    /// Threads.
    pub threads: Arc<Threads>,
    /// The clipboard.
    pub clipboard: Arc<Pasteboard>,
    /// Pictures.
    pub gallery: Arc<Gallery>,
    /// Pictures of the screen.
    pub curtain: Arc<Curtain>,
    /// Whether the user is there.
    pub doorman: Arc<Doorman>,
    /// The keystore, where there is one.
    pub drawer: Arc<Drawer>,
    /// What the window gets.
    pub services: Services,
}

impl Outside {
    /// Services over a folder, at a Unix time in seconds; with a keystore or without.
    #[must_use]
    pub fn new(folder: &Path, unix: u64, keystore: bool) -> Self {
        let clock = Arc::new(Clock { unix_millis: AtomicU64::new(unix * 1000), awake_millis: AtomicU64::new(60_000) });
        let threads = Arc::new(Threads::default());
        let clipboard = Arc::new(Pasteboard::default());
        let gallery = Arc::new(Gallery::default());
        let curtain = Arc::new(Curtain::default());
        let doorman = Arc::new(Doorman::default());
        let drawer = Arc::new(Drawer::default());
        let services = Services {
            vault: Environment {
                file: folder.join("vault.smartotp"),
                entropy: Arc::new(SystemEntropy),
                keystore: keystore.then(|| drawer.clone() as Arc<dyn Keystore>),
                boot: clock.clone(),
            },
            settings_file: folder.join("settings.json"),
            device_name: "Mira's phone".to_owned(),
            kdf: Some(Cost::FLOOR),
            system_language: "en_GB.UTF-8".to_owned(),
            clock: clock.clone(),
            background: threads.clone(),
            clipboard: clipboard.clone(),
            pictures: gallery.clone(),
            files: gallery.clone(),
            links: Arc::new(NoLinks),
            screen_guard: curtain.clone(),
            presence: doorman.clone(),
        };
        Self { clock, threads, clipboard, gallery, curtain, doorman, drawer, services }
    }
}
