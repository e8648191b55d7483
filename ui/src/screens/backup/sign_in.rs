//! Signing in to a cloud in the user's browser: opened, waited for, given up when somebody cancels.

use std::rc::Rc;

use slint::ComponentHandle as _;
use smartotp_core::backup::cloud::{Client, Cloud};
use smartotp_core::backup::location::Location;
use smartotp_core::backup::oauth::{Page, SignInError, begin_here};
use smartotp_core::backup::provider::Watch as _;
use smartotp_core::backup::remote::Network;
use smartotp_core::vault::SystemEntropy;

use super::turn_on::{at_work, look, say};
use crate::backup::trouble::Failure;
use crate::desk::Desk;
use crate::{BackupKind, BackupOnScreen, BackupTrouble, SheetWords};

/// The kinds of places that this build can reach here. On phones the browser's way back is not there yet.
pub(super) fn kinds() -> Vec<BackupKind> {
    let clouds = [BackupKind::Gdrive, BackupKind::Dropbox, BackupKind::Onedrive];
    let is_there = |kind: &BackupKind| {
        let phone = cfg!(any(target_os = "android", target_os = "ios"));
        !phone && cloud(*kind).is_some_and(|cloud| Client::of_build(cloud).is_some())
    };
    let mut kinds = vec![BackupKind::Folder, BackupKind::Webdav, BackupKind::S3];
    kinds.extend(clouds.into_iter().filter(is_there));
    kinds
}

/// The cloud that a kind of place means.
pub(super) fn cloud(kind: BackupKind) -> Option<Cloud> {
    match kind {
        BackupKind::Gdrive => Some(Cloud::GoogleDrive),
        BackupKind::Dropbox => Some(Cloud::Dropbox),
        BackupKind::Onedrive => Some(Cloud::OneDrive),
        _ => None,
    }
}

/// What the browser says at the end.
struct Said {
    language: String,
    done: String,
    denied: String,
}

/// Signs in, and looks then what lies there.
pub(super) async fn sign_in(desk: Rc<Desk>, cloud: Cloud) {
    let Some(client) = Client::of_build(cloud) else { return say(&desk, BackupTrouble::Failed) };
    let said = desk.with(|app| {
        let screen = app.global::<BackupOnScreen>();
        screen.set_name(cloud.title().into());
        Said {
            language: app.global::<SheetWords>().get_language().into(),
            done: screen.get_page_done().into(),
            denied: screen.get_page_denied().into(),
        }
    });
    let Some(said) = said else { return };
    let links = desk.door.services.links.clone();
    let signed_in = at_work(&desk, move |watch| {
        let waiting = begin_here(cloud, client, &SystemEntropy)?;
        links.open(waiting.url());
        let page = Page { language: &said.language, title: "Smart OTP", done: &said.done, denied: &said.denied };
        Ok(waiting.finish(&page, &Network::default(), &|| watch.is_cancelled())?)
    });
    match signed_in.await {
        Some(Ok(sign_in)) => {
            let folder = cloud.usual_folder().to_owned();
            look(desk, Location::Cloud { cloud, folder, sign_in }).await;
        }
        Some(Err(failure)) => say(&desk, failure.trouble()),
        None => {}
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        Self::SignIn(error)
    }
}

/// Why nobody is signed in, by its name.
pub(crate) fn trouble(error: &SignInError) -> BackupTrouble {
    match error {
        SignInError::Denied | SignInError::NotAllowed => BackupTrouble::SignInDenied,
        SignInError::TimedOut => BackupTrouble::SignInTimedOut,
        SignInError::Cancelled => BackupTrouble::Cancelled,
        SignInError::Busy => BackupTrouble::Busy,
        SignInError::Unreachable { .. } => BackupTrouble::Network,
        SignInError::System => BackupTrouble::NoNetwork,
        _ => BackupTrouble::SignInFailed,
    }
}
