//! How a command comes to an open vault: which file, which credential, and the second question before what is sensitive.
//!
//! What is looked at (`code`, `list`, `show`) opens the vault and writes nothing. What changes it or gives something away
//! writes down in the journal that it was opened, and how.

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::Arc;

use smartotp_core::secret::SecretText;
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::{
    Contents, Credential, Environment, Notice, OpenError, Session, SlotKind, SystemEntropy, VaultInfo,
};

use super::context::Context;
use super::failure::{Exit, Failure};
use super::{code, credentials, notices, tries};
use crate::platform::boot::SystemBoot;
use crate::platform::memory::wipe_stack;

/// The yes of commands that show or take away something sensitive.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Yes {
    /// Don't ask; needed besides where the vault opens without a password
    #[arg(long, short)]
    pub(super) yes: bool,
}

/// An open vault that says, when the command is done, what its user should know.
pub(super) struct Opened<'a> {
    session: Session,
    context: &'a Context<'a>,
    /// The format of the file before anything was changed.
    version: u16,
    /// By which kind of slot.
    kind: SlotKind,
    rolled_back: bool,
}

impl Context<'_> {
    /// The vault's file: `--vault`, else `SMARTOTP_VAULT`, else the one in the data folder.
    pub(super) fn vault_file(&self) -> Result<PathBuf, Failure> {
        let named = self.global.vault.clone().or_else(|| std::env::var_os("SMARTOTP_VAULT").map(PathBuf::from));
        named.or_else(|| self.platform.vault_file.clone()).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "no_data_folder",
                tr!("There is no data folder here. Name the vault with --vault."),
            )
        })
    }

    /// The vault's surroundings. The keystore is asked for only where the vault is opened: it has the count of wrong tries.
    pub(super) fn environment(&self, with_keystore: bool) -> Result<Environment, Failure> {
        Ok(Environment {
            file: self.vault_file()?,
            entropy: Arc::new(SystemEntropy),
            keystore: if with_keystore { (self.platform.keystore)() } else { None },
            boot: Arc::new(SystemBoot),
        })
    }

    /// Looks at the vault without opening it.
    pub(super) fn inspect(&self) -> Result<VaultInfo, Failure> {
        Ok(Session::inspect(&self.environment(false)?)?)
    }

    /// Opens the vault with the credential that came with this call, to look at it: one key derivation at most.
    pub(super) fn open(&self) -> Result<Opened<'_>, Failure> {
        let info = self.inspect()?;
        self.open_as(&info)
    }

    /// Opens the vault for a change.
    pub(super) fn open_to_change(&self) -> Result<Opened<'_>, Failure> {
        Ok(self.open()?.noted())
    }

    /// Opens the vault for something sensitive: the credential of this very call, and a yes where none is asked for.
    pub(super) fn open_sensitive(&self, yes: Yes) -> Result<Opened<'_>, Failure> {
        let info = self.inspect()?;
        if opens_alone(&info) && !yes.yes {
            return Err(Failure::new(
                Exit::Refused,
                "needs_yes",
                tr!("This vault opens without a password, so this needs --yes besides."),
            ));
        }
        Ok(self.open_as(&info)?.noted())
    }

    /// As [`Self::open`], but without a vault there is just nothing in it: for looking at what would be added.
    pub(super) fn open_or_none(&self) -> Result<Option<Opened<'_>>, Failure> {
        match Session::inspect(&self.environment(false)?) {
            Ok(info) => self.open_as(&info).map(Some),
            Err(OpenError::Missing) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn open_as(&self, info: &VaultInfo) -> Result<Opened<'_>, Failure> {
        self.open_with(info, self.kind_for(info)?, None)
    }

    /// To be called after a change: deletes for good what has been in the bin for 30 days.
    pub(super) fn tidy(&self, session: &mut Session) {
        // Next time, if it can't be written now: what was asked for is done.
        let _ = session.purge_expired(code::now());
    }

    /// Opens the vault by that kind of slot; the secret is asked for where it is not given.
    pub(super) fn open_with(
        &self,
        info: &VaultInfo,
        kind: SlotKind,
        secret: Option<&SecretText>,
    ) -> Result<Opened<'_>, Failure> {
        let environment = self.environment(true)?;
        // While wrong tries are waited out nobody is asked for anything.
        let last = if kind == SlotKind::Device { None } else { tries::check(&environment)? };
        let credential = match (kind, secret) {
            (SlotKind::Device, _) => Credential::Device,
            (_, Some(secret)) => credentials::credential(kind, secret)?,
            (_, None) => credentials::credential(kind, &self.secret_of(kind)?)?,
        };
        let opened = Session::open(environment.clone(), credential);
        // A call may watch codes or wait for its user for hours.
        wipe_stack();
        let (session, notices) = opened.map_err(|error| refused(error, &environment, info))?;
        let rolled_back = notices.contains(&Notice::RolledBack);
        let mut opened = Opened { session, context: self, version: info.version, kind, rolled_back };
        for notice in &notices {
            notices::tell(self.out, notice);
            if *notice == Notice::PreviousOpened {
                opened.record(Event::PreviousOpened);
            }
        }
        let wrong = opened.wrong_tries();
        if wrong > 0 {
            tries::tell(self.out, wrong);
            // Where nobody knows any more when that was, it was before now.
            let last = code::now().saturating_sub(last.unwrap_or_default());
            opened.record(Event::WrongTries { count: wrong, last });
        }
        notices::tell_missing(self.out, &opened.missing_keystore_entries());
        Ok(opened)
    }

    /// Which kind of slot this call opens the vault by: what it says, else the first that is there.
    pub(super) fn kind_for(&self, info: &VaultInfo) -> Result<SlotKind, Failure> {
        let there = |kind: &SlotKind| info.slots.iter().any(|slot| slot.kind == *kind);
        let mut by_default = [SlotKind::Password, SlotKind::Pin, SlotKind::Device, SlotKind::Recovery].into_iter();
        let kind = match self.global.with {
            Some(with) => Some(SlotKind::from(with)).filter(there),
            None => by_default.find(there),
        };
        Ok(kind.ok_or(OpenError::NoSuchSlot)?)
    }
}

impl Opened<'_> {
    /// Writes down that the vault was opened.
    fn noted(mut self) -> Self {
        let slot = self.kind;
        self.record(Event::Unlocked { slot });
        if self.rolled_back {
            self.record(Event::RolledBack);
        }
        self
    }

    /// Writes down what happens now.
    pub(super) fn record(&mut self, event: Event) {
        self.session.record(event, code::now());
    }
}

impl Deref for Opened<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for Opened<'_> {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

impl Drop for Opened<'_> {
    /// Says what came up on the way.
    fn drop(&mut self) {
        for notice in self.session.take_notices() {
            notices::tell(self.context.out, &notice);
        }
        if self.version < notices::NEWEST
            && let Ok(info) = self.context.inspect()
        {
            notices::tell_upgrade(self.context.out, self.version, info.version);
        }
    }
}

/// Why the vault did not open; where the keystore is to blame, what opens it all the same.
fn refused(error: OpenError, environment: &Environment, info: &VaultInfo) -> Failure {
    let is_keystore = matches!(error, OpenError::DeviceSecret(_) | OpenError::PinSecret(_));
    let failure = tries::refused(error, environment);
    let has_recovery = info.slots.iter().any(|slot| slot.kind == SlotKind::Recovery);
    if is_keystore && has_recovery {
        return failure.saying(tr!("The recovery key opens it without a keystore: --with recovery"));
    }
    failure
}

/// Whether the vault opens by the device alone, without anything that a person knows.
pub(super) fn opens_alone(info: &VaultInfo) -> bool {
    let has = |kind| info.slots.iter().any(|slot| slot.kind == kind);
    has(SlotKind::Device) && !has(SlotKind::Password) && !has(SlotKind::Pin)
}

/// What an open vault holds, or nothing where there is none yet.
pub(super) fn contents(session: Option<&Session>) -> Arc<Contents> {
    session.map(|session| Arc::clone(session.contents())).unwrap_or_default()
}
