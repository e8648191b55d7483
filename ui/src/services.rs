//! What the screens need from outside. `app` gives these for each platform; tests give their own.

use std::path::PathBuf;
use std::sync::Arc;

use smartotp_core::secret::SecretText;
use smartotp_core::vault::Environment;
use smartotp_core::vault::kdf::Cost;

use crate::App;

/// Everything that the screens need from outside.
#[derive(Clone)]
pub struct Services {
    /// Where the vault lives, randomness and the OS keystore.
    pub vault: Environment,
    /// The settings that can be read before the vault is open.
    pub settings_file: PathBuf,
    /// The system's language as it names it (`de-AT`, `uk_UA.UTF-8`), or empty.
    pub system_language: String,
    /// This device's name, as its user knows it: it stands in the sealed part of backups. May be empty.
    pub device_name: String,
    /// What deriving a key from a new password may cost; `None`: as much as takes half a second on this device.
    pub kdf: Option<Cost>,
    /// The time.
    pub clock: Arc<dyn WallClock>,
    /// Work that must not hold up a frame.
    pub background: Arc<dyn Background>,
    /// The clipboard.
    pub clipboard: Arc<dyn Clipboard>,
    /// Pictures that hold QR codes.
    pub pictures: Arc<dyn Pictures>,
    /// Other apps' files.
    pub files: Arc<dyn Files>,
    /// Other programs.
    pub links: Arc<dyn Links>,
    /// Pictures of the screen that other programs take.
    pub screen_guard: Arc<dyn ScreenGuard>,
    /// Whether the user is still there, as the system knows it.
    pub presence: Arc<dyn Presence>,
}

/// The time of day.
pub trait WallClock: Send + Sync {
    /// Milliseconds since the Unix epoch.
    fn unix_millis(&self) -> u64;
    /// Milliseconds since some moment, which only go forward: setting the clock doesn't move them.
    fn steady_millis(&self) -> u64;
}

/// Work off the UI thread.
pub trait Background: Send + Sync {
    /// Runs a job soon, on another thread. It comes back by Slint's event loop.
    fn run(&self, job: Box<dyn FnOnce() + Send>);
}

/// What lies on the clipboard.
#[derive(Debug)]
pub enum Clip {
    /// Nothing that could hold an enrolment.
    Nothing,
    /// Text.
    Text(SecretText),
    /// A picture: RGBA, row after row.
    Picture {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Four bytes a pixel.
        rgba: Vec<u8>,
    },
}

/// The clipboard.
pub trait Clipboard: Send + Sync {
    /// What lies there.
    fn read(&self) -> Clip;
    /// Puts a code there, marked as sensitive where the platform can, and takes it away after `clear_after_seconds` if it
    /// is still there (0: never). `false` when the platform did not take it.
    fn copy_sensitive(&self, text: &SecretText, clear_after_seconds: u32) -> bool;
    /// Takes the last copied code away now, if it is still there.
    fn clear_now(&self);
}

/// A file that the user picked.
#[derive(Debug)]
pub struct Picked {
    /// Its name, for messages.
    pub name: String,
    /// Its bytes: at most 32 MiB of a picture, at most 64 MiB of another file.
    pub bytes: Vec<u8>,
}

/// Why nothing was picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickError {
    /// The user changed their mind.
    Cancelled,
    /// This system has no file chooser: the screen asks for a path instead.
    NoChooser,
    /// The file could not be read.
    Unreadable,
    /// The file is larger than any that is read.
    TooLarge,
}

/// Called once with what was picked, on any thread.
pub type PickDone = Box<dyn FnOnce(Result<Vec<Picked>, PickError>) + Send>;

/// Pictures from the gallery or the file system.
pub trait Pictures: Send + Sync {
    /// Lets the user pick pictures.
    fn pick(&self, done: PickDone);
}

/// Files of any kind.
pub trait Files: Send + Sync {
    /// Lets the user pick files.
    fn pick(&self, done: PickDone);
    /// Reads the file at a path that the user typed or dropped.
    fn at_path(&self, path: &str, done: PickDone);
    /// Lets the user choose where a new file is to lie; `name` is what it might be called.
    fn choose_place(&self, name: &str, done: PlaceDone);
    /// Lets the user choose a folder.
    fn choose_folder(&self, done: PlaceDone);
    /// Writes a file that its owner alone can read. It gets its name once `check` has found what lies on the disk to be right;
    /// else nothing is left of it. Gives the place as its user knows it. Blocks: for another thread.
    ///
    /// # Errors
    /// [`SaveError`].
    fn write(&self, place: &Place, bytes: &[u8], check: &dyn Fn(&[u8]) -> bool) -> Result<String, SaveError>;
}

/// Where a file is to lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A path, or whatever the system names places by.
    pub address: String,
    /// Whether a file that is there already may go: the chooser has asked.
    pub replaces: bool,
}

/// Called once with the place that was chosen, on any thread.
pub type PlaceDone = Box<dyn FnOnce(Result<Place, PickError>) + Send>;

/// Why no file was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveError {
    /// Another file has that name.
    Exists,
    /// It can't be written: no such folder, no right to, no room.
    Unwritable,
    /// What lay on the disk was not what was to be written.
    Differs,
}

/// Other programs.
pub trait Links: Send + Sync {
    /// Opens a web page in the user's browser.
    fn open(&self, url: &str);
}

/// Keeps the window out of screenshots, recordings and shared screens.
pub trait ScreenGuard: Send + Sync {
    /// Whether this platform can do it. X11 and Wayland have nothing of the kind.
    fn can_forbid(&self) -> bool;
    /// Lets the window be captured, or not, from now on. Does nothing where it can't be done.
    fn allow_capture(&self, app: &App, allowed: bool);
}

/// Kept until the vault is locked: the system waits for it with what it is about to do. It can be nothing.
pub type Hold = Option<Box<dyn Send>>;

/// Called on any thread, each time the user has left.
pub type Left = Arc<dyn Fn(Hold) + Send + Sync>;

/// Whether the user is still there: the screen was locked, or the computer goes to sleep.
pub trait Presence: Send + Sync {
    /// Calls `left` each time from now on, as far as the system tells. Comes back at once.
    fn follow(&self, left: Left);
}
