//! A desktop's keystore of its own, and what lies in it.

use std::collections::HashMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use data_encoding::BASE64;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use crate::bus::Bus;
use crate::harness::Home;
use crate::screen::{Ends, has, wait_for};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE: Option<&str> = Some("org.freedesktop.Secret.Service");

/// An open keyring on a bus.
pub(crate) struct Keyring {
    _daemon: Ends,
    pub(crate) bus: Bus,
}

impl Keyring {
    /// Starts one; `None` where there is none.
    pub(crate) fn start(home: &Home) -> Option<Self> {
        let bus = Bus::start()?;
        if !has("gnome-keyring-daemon") {
            return None;
        }
        let runtime = home.path("runtime");
        std::fs::create_dir_all(&runtime).unwrap();
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
            .env("HOME", home.path(""))
            .env("XDG_RUNTIME_DIR", runtime);
        command.env("XDG_DATA_HOME", home.path("keyring")).stdout(Stdio::null()).stderr(Stdio::null());
        let mut daemon = command.stdin(Stdio::piped()).spawn().unwrap();
        daemon.stdin.take().unwrap().write_all(b"keyring").unwrap();
        let keyring = Self { _daemon: Ends(daemon), bus };
        let connection = keyring.bus.connection();
        // Not asked itself before it is there: the bus would start another one, which is locked.
        wait_for("the keystore is there", || {
            let (bus, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
            let answer = connection.call_method(Some(bus), path, Some(bus), "NameHasOwner", &NAME).unwrap();
            answer.body().deserialize().unwrap()
        });
        Some(keyring)
    }

    /// Every secret in it.
    pub(crate) fn secrets(&self) -> Vec<Vec<u8>> {
        let bus = self.bus.connection();
        let plain = ("plain", Value::from(""));
        let opened = bus.call_method(Some(NAME), PATH, SERVICE, "OpenSession", &plain).unwrap();
        let (_, session): (OwnedValue, OwnedObjectPath) = opened.body().deserialize().unwrap();
        let everything = HashMap::<&str, &str>::new();
        let found = bus.call_method(Some(NAME), PATH, SERVICE, "SearchItems", &everything).unwrap();
        let (items, _): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) = found.body().deserialize().unwrap();
        let secrets = bus.call_method(Some(NAME), PATH, SERVICE, "GetSecrets", &(items, session)).unwrap();
        type Secret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);
        let secrets: HashMap<OwnedObjectPath, Secret> = secrets.body().deserialize().unwrap();
        secrets.into_values().filter_map(|(_, _, value, _)| BASE64.decode(&value).ok()).collect()
    }
}
