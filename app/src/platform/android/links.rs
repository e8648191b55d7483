//! The user's browser, by an intent.

use jni::errors::Result;
use jni::{jni_sig, jni_str};
use smartotp_ui::services::Links;

use super::java;

/// `Intent.FLAG_ACTIVITY_NEW_TASK`: we ask from the application's context, not from the activity's.
const NEW_TASK: i32 = 0x1000_0000;

/// Opens web pages, and nothing else.
pub(super) struct Browser;

impl Links for Browser {
    fn open(&self, url: &str) {
        if url.starts_with("https://") {
            // Without a browser nothing opens; the page's address stands on the screen.
            let _ = view(url);
        }
    }
}

fn view(url: &str) -> Result<()> {
    java::with_context(|env, context| {
        let (action, url) = (env.new_string("android.intent.action.VIEW")?, env.new_string(url)?);
        let signature = jni_sig!((java.lang.String) -> android.net.Uri);
        let arguments = [(&url).into()];
        let uri = env.call_static_method(jni_str!("android/net/Uri"), jni_str!("parse"), signature, &arguments)?.l()?;
        let signature = jni_sig!((java.lang.String, android.net.Uri) -> void);
        let arguments = [(&action).into(), (&uri).into()];
        let intent = env.new_object(jni_str!("android/content/Intent"), signature, &arguments)?;
        let signature = jni_sig!((int) -> android.content.Intent);
        env.call_method(&intent, jni_str!("addFlags"), signature, &[NEW_TASK.into()])?;
        let signature = jni_sig!((android.content.Intent) -> void);
        env.call_method(context, jni_str!("startActivity"), signature, &[(&intent).into()])?.v()
    })
}
