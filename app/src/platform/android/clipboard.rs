//! Android's clipboard. A code is marked as sensitive, so that the system shows no preview of it and no history keeps it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jni::errors::Result;
use jni::objects::JObject;
use jni::{Env, jni_sig, jni_str};
use smartotp_core::secret::SecretText;
use smartotp_ui::services::{Clip, Clipboard};

use super::java;
use crate::platform::background;

/// The clipboard, and the code that we put there last.
#[derive(Default)]
pub(super) struct AndroidClipboard(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    code: Option<SecretText>,
    /// Counts the copies, so that an older copy's timer leaves a newer copy alone.
    copies: u64,
}

impl Held {
    /// Takes our code away, unless somebody copied something else since.
    fn clear_ours(&mut self) {
        let Some(code) = self.code.take() else { return };
        if read_text().map(SecretText::new).is_ok_and(|text| text == code) {
            let _ = write_text("");
        }
    }
}

fn locked(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Clipboard for AndroidClipboard {
    fn read(&self) -> Clip {
        match read_text() {
            Ok(text) if !text.trim().is_empty() => Clip::Text(SecretText::new(text)),
            _ => Clip::Nothing,
        }
    }

    fn copy_sensitive(&self, text: &SecretText, clear_after_seconds: u32) -> bool {
        let mut held = locked(&self.0);
        if write_text(text.expose()).is_err() {
            return false;
        }
        held.code = Some(text.duplicate());
        held.copies += 1;
        if clear_after_seconds > 0 {
            let (all, copy) = (Arc::clone(&self.0), held.copies);
            background::spawn(async move {
                tokio::time::sleep(Duration::from_secs(clear_after_seconds.into())).await;
                let mut held = locked(&all);
                if held.copies == copy {
                    held.clear_ours();
                }
            });
        }
        true
    }

    fn clear_now(&self) {
        locked(&self.0).clear_ours();
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
