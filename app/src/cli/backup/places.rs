//! Which place a call means: one that it names, or those of the vault.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use smartotp_core::backup::cloud::{Client, Cloud};
use smartotp_core::backup::folder::Folder;
use smartotp_core::backup::location::Location;
use smartotp_core::backup::provider::Provider;
use smartotp_core::backup::remote::{ConnectError, Remote};
use smartotp_core::backup::settings::Place;
use smartotp_core::backup::{Keys, Unlock, VersionId, versions};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::{RecoveryKey, Session};

use super::sign_in::{self, Browser};
use super::words;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::{credentials, reading};

/// Where a backup lies, spelled out.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// What kind of place it is
    #[arg(long, value_name = "PROVIDER", value_parser = PossibleValuesParser::new(providers()))]
    provider: Option<String>,
    /// The folder; for s3 a folder in the bucket, for gdrive, dropbox and onedrive one of the account
    #[arg(long, value_name = "DIR", requires = "provider")]
    path: Option<PathBuf>,
    /// The address of the folder (webdav) or of the service (s3): https
    #[arg(long, value_name = "URL", requires = "provider")]
    url: Option<String>,
    /// The user name (webdav) or the access key's id (s3)
    #[arg(long, value_name = "USER", requires = "provider")]
    user: Option<String>,
    /// Read the password (webdav) or the secret access key (s3) from a file; - is standard input
    #[arg(long, value_name = "FILE", requires = "provider")]
    provider_password_file: Option<PathBuf>,
    /// The bucket (s3)
    #[arg(long, value_name = "BUCKET", requires = "provider")]
    bucket: Option<String>,
    /// The region (s3)
    #[arg(long, value_name = "REGION", requires = "provider", default_value = "auto", hide_default_value = true)]
    region: String,
    /// Trust the certificates in this file, beside the system's (webdav, s3)
    #[arg(long, value_name = "FILE", requires = "provider")]
    ca_file: Option<PathBuf>,
    #[command(flatten)]
    browser: Browser,
}

/// The names of the providers; help is silent about clouds for which this build has no client id.
fn providers() -> Vec<PossibleValue> {
    let plain = ["folder", "webdav", "s3"].map(PossibleValue::new);
    let clouds =
        Cloud::ALL.map(|cloud| PossibleValue::new(cloud.kind().name()).hide(Client::of_build(cloud).is_none()));
    plain.into_iter().chain(clouds).collect()
}

/// The backup's password.
#[derive(Debug, Args)]
pub(super) struct BackupPassword {
    /// Read the backup's password from a file; - is standard input
    #[arg(long, value_name = "FILE")]
    backup_password_file: Option<PathBuf>,
}

/// One of the vault's places, or all of them.
#[derive(Debug, Args)]
pub(super) struct Chosen {
    /// The place, by its number in "backup status"; all of them where it is left out
    #[arg(long, value_name = "NUMBER")]
    place: Option<u32>,
}

impl Named {
    /// The place that the call names; `None` where it names none.
    pub(super) fn location(&self, context: &Context<'_>) -> Result<Option<Location>, Failure> {
        if let Some((cloud, folder)) = self.cloud(context)? {
            let sign_in = sign_in::sign_in(context, cloud, &self.browser)?;
            return Ok(Some(Location::Cloud { cloud, folder, sign_in }));
        }
        let location = match self.provider.as_deref() {
            None => return Ok(None),
            Some("webdav") => Location::WebDav {
                url: self.url.clone().ok_or_else(|| missing("--url"))?,
                user: self.user.clone().unwrap_or_default(),
                password: self.password()?,
                authority: self.authority()?,
            },
            Some("s3") => Location::S3 {
                url: self.url.clone().unwrap_or_default(),
                bucket: self.bucket.clone().ok_or_else(|| missing("--bucket"))?,
                region: self.region.clone(),
                folder: self.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
                key_id: self.user.clone().ok_or_else(|| missing("--user"))?,
                secret_key: self.password()?,
                authority: self.authority()?,
            },
            Some(_) => Location::Folder { path: self.folder()? },
        };
        Ok(Some(location))
    }

    /// The same where a place has to be named.
    pub(super) fn needed(&self, context: &Context<'_>) -> Result<Location, Failure> {
        self.location(context)?.ok_or_else(|| missing("--provider"))
    }

    /// The cloud that the call names, and the folder there, where it can be signed in to: asked before anybody does.
    pub(super) fn cloud(&self, context: &Context<'_>) -> Result<Option<(Cloud, String)>, Failure> {
        let is_meant = |cloud: &Cloud| Some(cloud.kind().name()) == self.provider.as_deref();
        let Some(cloud) = Cloud::ALL.into_iter().find(is_meant) else { return Ok(None) };
        sign_in::client(context, cloud)?;
        let folder = match &self.path {
            None => cloud.usual_folder().to_owned(),
            Some(path) => path.to_str().ok_or_else(unusable_path)?.trim_matches('/').to_owned(),
        };
        Remote::check_folder(cloud, &folder).map_err(|error| remote_failure(&error))?;
        Ok(Some((cloud, folder)))
    }

    fn folder(&self) -> Result<String, Failure> {
        let path = self.path.as_ref().ok_or_else(|| missing("--path"))?;
        let path = std::path::absolute(path).ok().and_then(|path| path.into_os_string().into_string().ok());
        path.ok_or_else(unusable_path)
    }

    /// The password of the service; none where nobody logs in.
    fn password(&self) -> Result<SecretText, Failure> {
        let password = match &self.provider_password_file {
            Some(file) => credentials::secret_file(file)?,
            None if self.user.is_none() => return Ok(SecretText::default()),
            None => credentials::service_password(),
        };
        if password.is_empty() { Err(words::missing_service_password()) } else { Ok(password) }
    }

    fn authority(&self) -> Result<String, Failure> {
        let Some(file) = &self.ca_file else { return Ok(String::new()) };
        String::from_utf8(reading::input(file)?).map_err(|_| remote_failure(&ConnectError::Certificates))
    }
}

fn missing(argument: &str) -> Failure {
    let words = tr!("Something is missing: {arguments}.", arguments = argument);
    Failure::new(Exit::Usage, "usage", format!("{words}\n{}", tr!("See: smartotp --help")))
}

fn unusable_path() -> Failure {
    Failure::new(Exit::Usage, "usage", tr!("The value of {argument} can't be used.", argument = "--path"))
}

/// The way to a place.
pub(super) fn provider(context: &Context<'_>, location: &Location) -> Result<Box<dyn Provider>, Failure> {
    match location {
        Location::Folder { path } => Ok(Box::new(Folder::new(path.into()))),
        _ => Ok(Box::new(Remote::over(location, &context.platform.network).map_err(|error| remote_failure(&error))?)),
    }
}

/// Says where what is sent to the place is readable on its way.
pub(super) fn remark_on(out: Output, location: &Location) {
    let (Location::WebDav { url, .. } | Location::S3 { url, .. }) = location else { return };
    if url.starts_with("http://") {
        out.warn("not_encrypted", tr!("This address isn't encrypted. It is accepted since it stays on this machine."));
    }
}

fn remote_failure(error: &ConnectError) -> Failure {
    let (exit, code, words) = match error {
        ConnectError::NotHttps => {
            (Exit::Refused, "not_https", tr!("Passwords and backups go over https alone. Use an address with https."))
        }
        ConnectError::Certificates => {
            (Exit::Unreadable, "bad_certificates", tr!("There are no certificates (PEM) in the file of --ca-file."))
        }
        ConnectError::System => (Exit::Network, "no_network", tr!("The system gives no way to the network.")),
        ConnectError::Folder => return unusable_path(),
        _ => (Exit::Usage, "bad_address", tr!("This address can't be used. Name it without user, password and query.")),
    };
    Failure::new(exit, code, words)
}

impl BackupPassword {
    /// Whether the call says where it is read.
    pub(super) fn is_named(&self) -> bool {
        self.backup_password_file.is_some()
    }

    /// The password of a backup that is there, or of one that is about to be made: typed twice then.
    pub(super) fn get(&self, is_new: bool) -> Result<SecretText, Failure> {
        let password = match &self.backup_password_file {
            Some(file) => credentials::secret_file(file)?,
            None if is_new => credentials::backup_password_twice()?,
            None => credentials::backup_password(),
        };
        if password.is_empty() { Err(words::missing_password()) } else { Ok(password) }
    }
}

/// The keys of what lies at a place, by its password or a recovery key; `None`: nothing lies there.
pub(super) fn unlock(provider: &dyn Provider, password: &SecretText) -> Result<Option<Keys>, Failure> {
    let recovery = RecoveryKey::parse(password.expose()).ok();
    let unlocked = match &recovery {
        Some(key) => match versions::unlock(provider, &Unlock::Recovery(key)) {
            Err(versions::BackupError::OtherPassword) => versions::unlock(provider, &Unlock::Password(password)),
            other => other,
        },
        None => versions::unlock(provider, &Unlock::Password(password)),
    };
    Ok(unlocked?)
}

impl Chosen {
    /// The numbers of the places that are meant; a vault without any is a failure.
    pub(super) fn ids(&self, session: &Session) -> Result<Vec<u32>, Failure> {
        let all: Vec<u32> = session.backup().places().iter().map(|place| place.id).collect();
        if all.is_empty() {
            return Err(words::not_on());
        }
        match self.place {
            None => Ok(all),
            Some(id) if all.contains(&id) => Ok(vec![id]),
            Some(id) => Err(Failure::new(
                Exit::NotFound,
                "no_such_place",
                tr!("The backup has no place {number}. See: smartotp backup status", number = id),
            )),
        }
    }
}

/// One place of the vault.
pub(super) fn place(session: &Session, id: u32) -> Result<&Place, Failure> {
    session.backup().place(id).ok_or_else(words::not_on)
}

/// The one version that an id, or the beginning of one, means.
pub(super) fn version(known: &[VersionId], asked: &str) -> Result<VersionId, Failure> {
    let asked = asked.trim().to_ascii_lowercase();
    let mut found = known.iter().filter(|id| id.to_string().starts_with(&asked));
    match (found.next(), found.next()) {
        (Some(id), None) if asked.len() >= 4 => Ok(*id),
        (Some(_), Some(_)) => Err(Failure::new(
            Exit::Usage,
            "ambiguous_version",
            tr!("More than one version begins like that. Give more of its id."),
        )),
        _ => Err(words::no_such_version()),
    }
}
