//! The settings that lie in the vault, under the names of its payload.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::{Contents, Protection};

use super::{impossible, list};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::opening::Yes;

/// Their names, in the order in which they are listed.
const NAMES: [&str; 15] = [
    "lock_after_seconds",
    "lock_on_background",
    "lock_on_screen_lock",
    "lock_on_close",
    "ask_before_export",
    "ask_before_qr",
    "ask_before_delete",
    "ask_before_lock_change",
    "ask_before_backup_off",
    "ask_before_sign",
    "tap_to_reveal",
    "hide_after_seconds",
    "screen_capture",
    "hide_unfocused",
    "wipe_after",
];

/// The name of a setting that lies in the vault, however it was typed: `auto-lock`, `wipe-after`.
pub(super) fn named(typed: &str) -> Option<&'static str> {
    let typed = typed.replace('-', "_");
    let typed = if typed == "auto_lock" { "lock_after_seconds" } else { &typed };
    NAMES.into_iter().find(|name| *name == typed)
}

/// All of them.
pub(super) fn all(context: &Context<'_>) -> Result<Map<String, Value>, Failure> {
    fields(context.open()?.contents())
}

/// One of them.
pub(super) fn get(context: &Context<'_>, name: &str) -> Result<Value, Failure> {
    Ok(all(context)?.remove(name).unwrap_or_default())
}

/// Changes one of them, with the credential of this very call.
pub(super) fn set(context: &Context<'_>, name: &'static str, text: &str, yes: Yes) -> Result<(), Failure> {
    let value = value(name, text)?;
    let mut session = context.open_sensitive(yes)?;
    let mut settings = as_fields(session.contents().protection())?;
    let before = settings.insert(name.to_owned(), value.clone());
    let protection: Protection = serde_json::from_value(Value::Object(settings)).map_err(|_| impossible(name, text))?;
    let tries = protection.wipe_after;
    if before.as_ref() != Some(&value) {
        session.protect(protection)?;
        session.record(if name == "wipe_after" { Event::WipeAfterSet { tries } } else { Event::ProtectionChanged });
    }
    if name == "wipe_after"
        && let Some(tries) = tries
    {
        let words = trn!(
            "After {n} wrong try in a row the vault is wiped, with every token in it. Keep a backup.",
            "After {n} wrong tries in a row the vault is wiped, with every token in it. Keep a backup.",
            usize::from(tries)
        );
        context.out.warn("wipe_set", &words);
    }
    if context.out.json { list(context, &fields(session.contents())?) } else { context.out.done(tr!("Saved.")) }
}

/// What was typed, as the vault keeps it.
fn value(name: &str, text: &str) -> Result<Value, Failure> {
    let number = |range: RangeInclusive<u32>, off: Value| match text {
        "off" | "never" | "0" => Ok(off),
        _ => match text.parse::<u32>() {
            Ok(number) if range.contains(&number) => Ok(number.into()),
            _ => Err(out_of_range(name, range.start(), range.end(), "off")),
        },
    };
    match name {
        "lock_after_seconds" => number(Protection::LOCK_AFTER, 0.into()),
        "wipe_after" => {
            let tries = Protection::WIPE_AFTER;
            number(u32::from(*tries.start())..=u32::from(*tries.end()), Value::Null)
        }
        "hide_after_seconds" => match text.parse::<u32>() {
            Ok(seconds) if Protection::HIDE_AFTER.contains(&seconds) => Ok(seconds.into()),
            _ => Err(out_of_range(name, Protection::HIDE_AFTER.start(), Protection::HIDE_AFTER.end(), "")),
        },
        _ => match text {
            "on" | "true" => Ok(true.into()),
            "off" | "false" => Ok(false.into()),
            _ => Err(impossible(name, text)),
        },
    }
}

fn out_of_range(name: &str, least: &dyn Display, most: &dyn Display, off: &str) -> Failure {
    let message = if off.is_empty() {
        tr!("{name} can be {least} to {most}.", name = name, least = least, most = most)
    } else {
        tr!("{name} can be {least} to {most}, or {off}.", name = name, least = least, most = most, off = off)
    };
    Failure::new(Exit::Usage, "bad_value", message)
}

fn fields(contents: &Contents) -> Result<Map<String, Value>, Failure> {
    let mut fields = as_fields(contents.protection())?;
    // What only a later version knows stays, and is not shown.
    fields.retain(|name, _| NAMES.contains(&name.as_str()));
    Ok(fields)
}

fn as_fields(protection: &Protection) -> Result<Map<String, Value>, Failure> {
    match serde_json::to_value(protection).map_err(std::io::Error::from)? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protective_setting_has_its_name_here() {
        let fields = as_fields(&Protection::default()).unwrap();
        assert!(fields.keys().all(|name| NAMES.contains(&name.as_str())), "{fields:?}");
        assert_eq!(fields.len(), NAMES.len());
        assert_eq!((named("auto-lock"), named("wipe-after")), (Some("lock_after_seconds"), Some("wipe_after")));
        assert_eq!(named("theme"), None);
    }

    #[test]
    fn values_out_of_bounds_are_refused_and_not_moved() {
        assert_eq!(value("lock_after_seconds", "60").unwrap(), 60);
        assert_eq!(value("lock_after_seconds", "never").unwrap(), 0);
        assert_eq!(value("wipe_after", "off").unwrap(), Value::Null);
        for (name, text) in
            [("lock_after_seconds", "9"), ("wipe_after", "4"), ("hide_after_seconds", "0"), ("screen_capture", "60")]
        {
            assert!(value(name, text).is_err(), "{name} {text}");
        }
    }
}
