//! Places of the backup: as the screens name them, and the ways to them.

use smartotp_core::backup::folder::Folder;
use smartotp_core::backup::location::{Location, ProviderKind};
use smartotp_core::backup::provider::{Provider, ProviderError};
use smartotp_core::backup::remote::Remote;
use smartotp_core::backup::versions::{self, BackupError};
use smartotp_core::backup::{Keys, Unlock};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::RecoveryKey;

use super::trouble::Failure;
use crate::{BackupKind, BackupPick, BackupTrouble};

/// The way to a place. Makes a folder that is not there yet where `makes` says so.
pub(crate) fn provider(location: &Location, makes: bool) -> Result<Box<dyn Provider>, Failure> {
    match location {
        Location::Folder { path } => {
            let folder = Folder::new(path.into());
            if makes {
                folder.make().map_err(|error| BackupError::Place(of_making(error)))?;
            }
            Ok(Box::new(folder))
        }
        _ => Ok(Box::new(Remote::new(location)?)),
    }
}

fn of_making(error: std::io::Error) -> ProviderError {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => ProviderError::Denied,
        _ => ProviderError::Io(error),
    }
}

/// What was typed, as a place; else what is missing.
pub(crate) fn location(pick: &BackupPick) -> Result<Location, BackupTrouble> {
    let text = |text: &slint::SharedString| text.trim().to_owned();
    let secret = || SecretText::from(pick.password.as_str());
    match pick.kind {
        BackupKind::Webdav if pick.url.trim().is_empty() => Err(BackupTrouble::NoUrl),
        BackupKind::Webdav => Ok(Location::WebDav {
            url: text(&pick.url),
            user: text(&pick.user),
            password: secret(),
            authority: String::new(),
        }),
        BackupKind::S3 if pick.bucket.trim().is_empty() => Err(BackupTrouble::NoBucket),
        BackupKind::S3 if pick.user.trim().is_empty() || pick.password.is_empty() => Err(BackupTrouble::NoKey),
        BackupKind::S3 => Ok(Location::S3 {
            url: text(&pick.url),
            bucket: text(&pick.bucket),
            region: if pick.region.trim().is_empty() { "auto".to_owned() } else { text(&pick.region) },
            folder: text(&pick.folder),
            key_id: text(&pick.user),
            secret_key: secret(),
            authority: String::new(),
        }),
        BackupKind::Folder => {
            let path = std::path::absolute(expanded(pick.path.trim())).ok();
            let path = path.filter(|_| !pick.path.trim().is_empty()).and_then(|path| path.to_str().map(str::to_owned));
            path.map(|path| Location::Folder { path }).ok_or(BackupTrouble::NoFolder)
        }
        _ => Err(BackupTrouble::Address),
    }
}

/// A path in which `~/` stands for the home folder.
fn expanded(path: &str) -> std::path::PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(below), Some(home)) => home.join(below),
        _ => path.into(),
    }
}

/// A place's name for people, short: the folder's own, the server's, the bucket's.
pub(crate) fn name(location: &Location) -> String {
    match location {
        Location::Folder { path } => last_part(path),
        Location::WebDav { url, .. } if url.contains("/remote.php/") => "Nextcloud".to_owned(),
        Location::WebDav { url, .. } => host(url),
        Location::S3 { bucket, .. } => bucket.clone(),
        Location::Cloud { .. } => match location.kind() {
            ProviderKind::GDrive => "Google Drive".to_owned(),
            ProviderKind::Dropbox => "Dropbox".to_owned(),
            _ => "OneDrive".to_owned(),
        },
        other => other.shown(),
    }
}

fn last_part(path: &str) -> String {
    let name = std::path::Path::new(path).file_name().and_then(|name| name.to_str());
    name.unwrap_or(path).to_owned()
}

fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest).to_owned()
}

pub(crate) fn kind(location: &Location) -> BackupKind {
    match location.kind() {
        ProviderKind::WebDav => BackupKind::Webdav,
        ProviderKind::S3 => BackupKind::S3,
        ProviderKind::GDrive => BackupKind::Gdrive,
        ProviderKind::Dropbox => BackupKind::Dropbox,
        ProviderKind::OneDrive => BackupKind::Onedrive,
        _ => BackupKind::Folder,
    }
}

/// The keys of what lies at a place, by what was typed: a recovery key where it is one, else a password.
pub(crate) fn unlock(provider: &dyn Provider, typed: &SecretText) -> Result<Keys, Failure> {
    let opened = match RecoveryKey::parse(typed.expose()) {
        Ok(key) => match versions::unlock(provider, &Unlock::Recovery(&key)) {
            Err(BackupError::OtherPassword) => versions::unlock(provider, &Unlock::Password(typed)),
            other => other,
        },
        Err(_) => versions::unlock(provider, &Unlock::Password(typed)),
    };
    Ok(opened?.ok_or(BackupError::NoVersion)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_short_names_and_typed_ones_say_what_is_missing() {
        let dav = |url: &str| Location::WebDav {
            url: url.into(),
            user: String::new(),
            password: SecretText::default(),
            authority: String::new(),
        };
        assert_eq!(name(&Location::Folder { path: "/home/mira/Sync/otp".into() }), "otp");
        assert_eq!(name(&dav("https://dav.example:8443/a/b")), "dav.example:8443");
        assert_eq!(name(&dav("https://c.example/remote.php/dav/files/mira/otp/")), "Nextcloud");
        let pick = |kind| BackupPick { kind, ..BackupPick::default() };
        assert_eq!(location(&pick(BackupKind::Folder)), Err(BackupTrouble::NoFolder));
        assert_eq!(location(&pick(BackupKind::Webdav)), Err(BackupTrouble::NoUrl));
        assert_eq!(location(&pick(BackupKind::S3)), Err(BackupTrouble::NoBucket));
        let bucket = BackupPick { bucket: "b".into(), ..pick(BackupKind::S3) };
        assert_eq!(location(&bucket), Err(BackupTrouble::NoKey));
    }
}
