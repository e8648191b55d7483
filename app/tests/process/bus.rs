//! A message bus of its own, with a login manager on it that says what the test wants.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use zbus::blocking::connection;
use zbus::blocking::{Connection, object_server::InterfaceRef};
use zbus::zvariant::OwnedFd;

use crate::screen::{Ends, has};

const PATH: &str = "/org/freedesktop/login1";
const SESSION: &str = "/org/freedesktop/login1/session/_31";

/// A bus.
pub(crate) struct Bus {
    _daemon: Ends,
    pub(crate) address: String,
}

impl Bus {
    /// Starts one; `None` where there is none.
    pub(crate) fn start() -> Option<Self> {
        if !has("dbus-daemon") {
            return None;
        }
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--nosyslog", "--print-address=1"]);
        let mut daemon = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Some(Self { _daemon: Ends(daemon), address: address.trim().to_owned() })
    }

    fn connect(&self) -> connection::Builder<'static> {
        connection::Builder::address(self.address.as_str()).unwrap()
    }

    /// A connection of the test's own.
    pub(crate) fn connection(&self) -> Connection {
        self.connect().build().unwrap()
    }

    /// The login manager takes its place.
    pub(crate) fn login_manager(&self) -> LoginManager {
        let bus = self.connect().name("org.freedesktop.login1").unwrap();
        let bus = bus.serve_at(PATH, Manager::default()).unwrap().build().unwrap();
        LoginManager { bus }
    }

    /// The desktop's screen saver comes up.
    pub(crate) fn screen_saver_comes_up(&self) {
        let bus = self.connection();
        bus.emit_signal(None::<()>, "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", &true).unwrap();
    }
}

/// Who holds sleep up: the other end of the pipe is the program's.
#[derive(Default)]
struct Manager {
    held: Vec<std::io::PipeReader>,
}

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn inhibit(&mut self, what: &str, _who: &str, _why: &str, mode: &str) -> OwnedFd {
        assert_eq!((what, mode), ("sleep", "delay"));
        let (ours, theirs) = std::io::pipe().unwrap();
        self.held.push(ours);
        std::os::fd::OwnedFd::from(theirs).into()
    }
}

/// The login manager in the test's hands.
pub(crate) struct LoginManager {
    bus: Connection,
}

impl LoginManager {
    fn manager(&self) -> InterfaceRef<Manager> {
        self.bus.object_server().interface(PATH).unwrap()
    }

    /// How often somebody has asked to be waited for.
    pub(crate) fn held(&self) -> usize {
        self.manager().get().held.len()
    }

    /// The session is locked.
    pub(crate) fn lock_session(&self) {
        self.bus.emit_signal(None::<()>, SESSION, "org.freedesktop.login1.Session", "Lock", &()).unwrap();
    }

    /// The computer goes to sleep, as soon as those who hold it up let go. Waits for that.
    pub(crate) fn sleep(&self) {
        self.say_sleep(true);
        let held: Vec<_> = std::mem::take(&mut self.manager().get_mut().held);
        for mut pipe in held {
            // Its end: the program has dropped its side.
            std::io::copy(&mut pipe, &mut std::io::sink()).unwrap();
        }
    }

    /// It wakes up.
    pub(crate) fn wake(&self) {
        self.say_sleep(false);
    }

    fn say_sleep(&self, start: bool) {
        self.bus.emit_signal(None::<()>, PATH, "org.freedesktop.login1.Manager", "PrepareForSleep", &start).unwrap();
    }
}
