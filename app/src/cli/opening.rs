//! How a command comes to an open vault: which file, which credential, and the second question before what is sensitive.

use std::path::PathBuf;
use std::sync::Arc;

use smartotp_core::vault::{
    Contents, Credential, Environment, Notice, OpenError, Session, SlotKind, SystemEntropy, VaultInfo,
};

use super::code;
use super::context::Context;
use super::failure::{Exit, Failure};
use crate::platform::boot::SystemBoot;

/// The yes of commands that show or take away something sensitive.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Yes {
    /// Don't ask; needed besides where the vault opens without a password
    #[arg(long, short)]
    pub(super) yes: bool,
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

    /// Opens the vault with the credential that came with this call: one key derivation at most.
    pub(super) fn open(&self) -> Result<Session, Failure> {
        let info = self.inspect()?;
        self.open_as(&info)
    }

    /// Opens the vault for something sensitive: the password of this very call, and a yes where there is no password.
    pub(super) fn open_sensitive(&self, yes: Yes) -> Result<Session, Failure> {
        let info = self.inspect()?;
        if opens_alone(&info) && !yes.yes {
            return Err(Failure::new(
                Exit::Refused,
                "needs_yes",
                tr!("This vault opens without a password, so this needs --yes besides."),
            ));
        }
        self.open_as(&info)
    }

    /// As [`Self::open`], but without a vault there is just nothing in it: for looking at what would be added.
    pub(super) fn open_or_none(&self) -> Result<Option<Session>, Failure> {
        match Session::inspect(&self.environment(false)?) {
            Ok(info) => self.open_as(&info).map(Some),
            Err(OpenError::Missing) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn open_as(&self, info: &VaultInfo) -> Result<Session, Failure> {
        let alone = opens_alone(info);
        let credential = if alone { Credential::Device } else { Credential::Password(self.password()?) };
        let (session, notices) = Session::open(self.environment(true)?, credential)?;
        for notice in notices {
            self.tell(&notice);
        }
        Ok(session)
    }

    /// To be called after a change: deletes for good what has been in the bin for 30 days, and tells what was noticed.
    pub(super) fn tidy(&self, session: &mut Session) {
        // Next time, if it can't be written now: what was asked for is done.
        let _ = session.purge_expired(code::now());
        for notice in session.take_notices() {
            self.tell(&notice);
        }
    }

    fn tell(&self, notice: &Notice) {
        match notice {
            Notice::PreviousOpened => self.out.warn(
                "previous_opened",
                tr!("The vault's file was damaged: the version before it was opened. Counters skipped ahead, so that no code comes twice."),
            ),
            Notice::RolledBack => self.out.warn(
                "rolled_back",
                tr!("This vault is older than the newest one seen on this device."),
            ),
            _ => {}
        }
    }
}

/// Whether the vault opens by the device alone, without anything that a person knows.
fn opens_alone(info: &VaultInfo) -> bool {
    info.slots.iter().any(|slot| slot.kind == SlotKind::Device)
        && !info.slots.iter().any(|slot| slot.kind == SlotKind::Password)
}

/// What an open vault holds, or nothing where there is none yet.
pub(super) fn contents(session: Option<&Session>) -> Arc<Contents> {
    session.map(|session| Arc::clone(session.contents())).unwrap_or_default()
}
