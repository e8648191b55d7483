//! Linux and the BSDs: logind says when the session is locked and before the computer sleeps, the desktop's screen saver when
//! it comes up. Both say it over D-Bus.

use std::sync::Arc;
use std::thread;

use smartotp_ui::services::{Hold, Left, Presence};
use zbus::blocking::{Connection, MessageIterator, fdo::DBusProxy};
use zbus::zvariant::OwnedFd;
use zbus::{MatchRule, Message, message::Type};

const LOGIND: &str = "org.freedesktop.login1";

/// The interfaces by which desktops tell of their screen savers; the signal is the same.
const SCREEN_SAVERS: &[&str] = &[
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
];

/// The system's bus and the session's.
pub(crate) struct Buses;

impl Presence for Buses {
    fn follow(&self, left: Left) {
        // A thread each: reading blocks. Where there is no such bus the thread ends at once.
        for follow in [follow_logind, follow_screen_savers] {
            let left = Arc::clone(&left);
            let _ = thread::Builder::new().name("presence".to_owned()).spawn(move || follow(&left));
        }
    }
}

fn follow_logind(left: &Left) -> zbus::Result<()> {
    let bus = Connection::system()?;
    let signals = MessageIterator::from(&bus);
    listen(&bus, Some(LOGIND), "org.freedesktop.login1.Session", "Lock")?;
    listen(&bus, Some(LOGIND), "org.freedesktop.login1.Manager", "PrepareForSleep")?;
    // While this is held, sleep waits for it, some seconds at most.
    let mut delay = delay_sleep(&bus);
    for message in signals {
        let message = message?;
        match member(&message).as_deref() {
            Some("Lock") => left(None),
            Some("PrepareForSleep") => match message.body().deserialize() {
                Ok(true) => left(delay.take()),
                _ => delay = delay_sleep(&bus),
            },
            _ => {}
        }
    }
    Ok(())
}

fn follow_screen_savers(left: &Left) -> zbus::Result<()> {
    let bus = Connection::session()?;
    let signals = MessageIterator::from(&bus);
    for interface in SCREEN_SAVERS {
        listen(&bus, None, interface, "ActiveChanged")?;
    }
    for message in signals {
        let message = message?;
        if member(&message).as_deref() == Some("ActiveChanged") && message.body().deserialize() == Ok(true) {
            left(None);
        }
    }
    Ok(())
}

/// Asks the bus for one signal.
fn listen(bus: &Connection, sender: Option<&str>, interface: &str, member: &str) -> zbus::Result<()> {
    let rule = MatchRule::builder().msg_type(Type::Signal).interface(interface)?.member(member)?;
    let rule = match sender {
        Some(sender) => rule.sender(sender)?,
        None => rule,
    };
    Ok(DBusProxy::new(bus)?.add_match_rule(rule.build())?)
}

/// The name of a signal.
fn member(message: &Message) -> Option<String> {
    let header = message.header();
    (header.message_type() == Type::Signal).then(|| header.member().map(ToString::to_string)).flatten()
}

/// Asks logind to wait with sleep until this is dropped; nothing where it doesn't.
fn delay_sleep(bus: &Connection) -> Hold {
    let answer = bus.call_method(
        Some(LOGIND),
        "/org/freedesktop/login1",
        Some("org.freedesktop.login1.Manager"),
        "Inhibit",
        &("sleep", "Smart OTP", "The vault is locked first", "delay"),
    );
    let lock = answer.ok()?.body().deserialize::<OwnedFd>().ok()?;
    Some(Box::new(lock))
}
