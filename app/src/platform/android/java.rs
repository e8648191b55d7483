//! The one way into Java: the attached thread and the application's context.

use jni::errors::Result;
use jni::objects::{JObject, JString};
use jni::{Env, JavaVM, jni_sig, jni_str};

/// Runs a closure with this thread attached to the virtual machine, and with the application's `Context`.
///
/// An exception that is left behind is caught and becomes an error.
pub(super) fn with_context<T>(call: impl FnOnce(&mut Env<'_>, &JObject<'_>) -> Result<T>) -> Result<T> {
    JavaVM::singleton()?.attach_current_thread(|env| {
        let context = ndk_context::android_context().context();
        // SAFETY: `android-activity` put a global reference to the Application there before it called `android_main`, and
        // never deletes it. `JObject` does not delete references when it is dropped.
        #[allow(unsafe_code)]
        let context = unsafe { JObject::from_raw(env, context.cast()) };
        call(env, &context)
    })
}

/// One of the system's services, by the name that `Context` has for it.
pub(super) fn service<'a>(env: &mut Env<'a>, context: &JObject<'_>, name: &str) -> Result<JObject<'a>> {
    let name = env.new_string(name)?;
    let signature = jni_sig!((java.lang.String) -> java.lang.Object);
    env.call_method(context, jni_str!("getSystemService"), signature, &[(&name).into()])?.l()
}

/// What `toString` says of an object; nothing for `null`.
pub(super) fn text(env: &mut Env<'_>, object: &JObject<'_>) -> Result<String> {
    if object.is_null() {
        return Ok(String::new());
    }
    let text = env.call_method(object, jni_str!("toString"), jni_sig!(() -> java.lang.String), &[])?.l()?;
    env.cast_local::<JString<'_>>(text)?.try_to_string(env)
}

/// The user's language, as `Locale.toLanguageTag` names it.
pub(super) fn language() -> Result<String> {
    with_context(|env, _| {
        let signature = jni_sig!(() -> java.util.Locale);
        let locale =
            env.call_static_method(jni_str!("java/util/Locale"), jni_str!("getDefault"), signature, &[])?.l()?;
        let tag = env.call_method(&locale, jni_str!("toLanguageTag"), jni_sig!(() -> java.lang.String), &[])?.l()?;
        text(env, &tag)
    })
}
