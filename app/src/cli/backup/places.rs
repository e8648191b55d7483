//! Which place a call means: one that it names, or those of the vault.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use smartotp_core::backup::folder::Folder;
use smartotp_core::backup::location::Location;
use smartotp_core::backup::provider::Provider;
use smartotp_core::backup::settings::Place;
use smartotp_core::backup::{Keys, Unlock, VersionId, versions};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::{RecoveryKey, Session};

use super::words;
use crate::cli::credentials;
use crate::cli::failure::{Exit, Failure};

/// Where a backup lies, spelled out.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// What kind of place it is
    #[arg(long, value_name = "PROVIDER", value_parser = PossibleValuesParser::new(["folder"]))]
    pub(super) provider: Option<String>,
    /// The folder
    #[arg(long, value_name = "DIR", requires = "provider")]
    path: Option<PathBuf>,
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
    pub(super) fn location(&self) -> Result<Option<Location>, Failure> {
        let Some(_) = &self.provider else { return Ok(None) };
        let Some(path) = &self.path else { return Err(missing("--path")) };
        let path = std::path::absolute(path).ok().and_then(|path| path.into_os_string().into_string().ok());
        path.map(|path| Some(Location::Folder { path })).ok_or_else(|| {
            Failure::new(Exit::Usage, "usage", tr!("The value of {argument} can't be used.", argument = "--path"))
        })
    }

    /// The same where a place has to be named.
    pub(super) fn needed(&self) -> Result<Location, Failure> {
        self.location()?.ok_or_else(|| missing("--provider"))
    }
}

fn missing(argument: &str) -> Failure {
    let words = tr!("Something is missing: {arguments}.", arguments = argument);
    Failure::new(Exit::Usage, "usage", format!("{words}\n{}", tr!("See: smartotp --help")))
}

/// The way to a place.
pub(super) fn provider(location: &Location) -> Result<Box<dyn Provider>, Failure> {
    match location {
        Location::Folder { path } => Ok(Box::new(Folder::new(path.into()))),
        // A later version's, or another build's.
        _ => Err(Failure::new(
            Exit::Failed,
            "no_such_provider",
            tr!("This build of Smart OTP can't reach {place}.", place = location.shown()),
        )),
    }
}

impl BackupPassword {
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
