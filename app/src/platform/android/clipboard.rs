//! Android's clipboard. A code is marked as sensitive, so that the system shows no preview of it and no history keeps it.

use jni::errors::Result;
use jni::objects::JObject;
use jni::{Env, jni_sig, jni_str};
use smartotp_core::secret::SecretText;
use smartotp_ui::services::{Clip, Clipboard};

use super::java;
use crate::platform::timed_clipboard::{Board, Timed};

/// The clipboard.
pub(super) struct AndroidClipboard(Timed<Manager>);

impl Default for AndroidClipboard {
    fn default() -> Self {
        Self(Timed::new(Manager))
    }
}

/// The system's `ClipboardManager`, asked for anew each time.
struct Manager;

impl Board for Manager {
    fn text(&mut self) -> Option<SecretText> {
        read_text().ok().map(SecretText::new)
    }

    fn put(&mut self, code: &SecretText) -> bool {
        write_text(code.expose()).is_ok()
    }

    fn clear(&mut self) {
        let _ = write_text("");
    }
}

impl Clipboard for AndroidClipboard {
    fn read(&self) -> Clip {
        match self.0.with(Manager::text) {
            Some(text) if !text.expose().trim().is_empty() => Clip::Text(text),
            _ => Clip::Nothing,
        }
    }

    fn copy_sensitive(&self, text: &SecretText, clear_after_seconds: u32) -> bool {
        self.0.copy(text, clear_after_seconds)
    }

    fn clear_now(&self) {
        self.0.clear();
    }
}

fn read_text() -> Result<String> {
    java::with_context(|env, context| {
        let manager = java::service(env, context, "clipboard")?;
        let signature = jni_sig!(() -> android.content.ClipData);
        let clip = env.call_method(&manager, jni_str!("getPrimaryClip"), signature, &[])?.l()?;
        if clip.is_null() {
            return Ok(String::new());
        }
        let signature = jni_sig!((int) -> "android.content.ClipData$Item");
        let item = env.call_method(&clip, jni_str!("getItemAt"), signature, &[0.into()])?.l()?;
        let text = env.call_method(&item, jni_str!("getText"), jni_sig!(() -> java.lang.CharSequence), &[])?.l()?;
        java::text(env, &text)
    })
}

fn write_text(text: &str) -> Result<()> {
    java::with_context(|env, context| {
        let (label, text) = (env.new_string("")?, env.new_string(text)?);
        let signature = jni_sig!((java.lang.CharSequence, java.lang.CharSequence) -> android.content.ClipData);
        let arguments = [(&label).into(), (&text).into()];
        let class = jni_str!("android/content/ClipData");
        let clip = env.call_static_method(class, jni_str!("newPlainText"), signature, &arguments)?.l()?;
        mark_sensitive(env, &clip)?;
        let manager = java::service(env, context, "clipboard")?;
        let signature = jni_sig!((android.content.ClipData) -> void);
        env.call_method(&manager, jni_str!("setPrimaryClip"), signature, &[(&clip).into()])?.v()
    })
}

/// `ClipDescription.EXTRA_IS_SENSITIVE`: Android 13 and later honour it, and so do keyboards with a history.
fn mark_sensitive(env: &mut Env<'_>, clip: &JObject<'_>) -> Result<()> {
    let extras = env.new_object(jni_str!("android/os/PersistableBundle"), jni_sig!(() -> void), &[])?;
    let key = env.new_string("android.content.extra.IS_SENSITIVE")?;
    let signature = jni_sig!((java.lang.String, boolean) -> void);
    env.call_method(&extras, jni_str!("putBoolean"), signature, &[(&key).into(), true.into()])?.v()?;
    let signature = jni_sig!(() -> android.content.ClipDescription);
    let description = env.call_method(clip, jni_str!("getDescription"), signature, &[])?.l()?;
    let signature = jni_sig!((android.os.PersistableBundle) -> void);
    env.call_method(&description, jni_str!("setExtras"), signature, &[(&extras).into()])?.v()
}
