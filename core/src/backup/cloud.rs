//! Clouds that are signed in to in a browser: which there are, and what is kept of a sign-in.

use std::fmt;
use std::time::Instant;

use super::location::ProviderKind;
use crate::secret::SecretText;

/// A cloud that is signed in to by OAuth 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Cloud {
    GoogleDrive,
    Dropbox,
    OneDrive,
}

impl Cloud {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::GoogleDrive, Self::Dropbox, Self::OneDrive];

    /// Its name, which no language translates.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::GoogleDrive => "Google Drive",
            Self::Dropbox => "Dropbox",
            Self::OneDrive => "OneDrive",
        }
    }

    /// Which kind of place it is.
    #[must_use]
    pub fn kind(self) -> ProviderKind {
        match self {
            Self::GoogleDrive => ProviderKind::GDrive,
            Self::Dropbox => ProviderKind::Dropbox,
            Self::OneDrive => ProviderKind::OneDrive,
        }
    }

    /// The folder that is written to where nobody names another one. Dropbox and OneDrive give each app a folder of its own, which
    /// is the only one that it sees: there it is that folder itself.
    #[must_use]
    pub fn usual_folder(self) -> &'static str {
        match self {
            Self::GoogleDrive => "Smart OTP",
            Self::Dropbox | Self::OneDrive => "",
        }
    }
}

/// What this program is to a cloud. The id is public; the "secret" that Google gives desktop programs is none, since it is in every copy.
#[derive(PartialEq, Eq)]
pub struct Client {
    pub(crate) id: String,
    pub(crate) secret: Option<SecretText>,
}

impl Client {
    /// A client that was registered with a cloud.
    #[must_use]
    pub fn new(id: &str, secret: Option<&str>) -> Self {
        Self { id: id.to_owned(), secret: secret.map(SecretText::from) }
    }

    /// The one that this build was configured with; `None`: none, and so nobody can sign in to this cloud.
    #[must_use]
    pub fn of_build(cloud: Cloud) -> Option<Self> {
        let (id, secret) = match cloud {
            Cloud::GoogleDrive => {
                (option_env!("SMARTOTP_GDRIVE_CLIENT_ID"), option_env!("SMARTOTP_GDRIVE_CLIENT_SECRET"))
            }
            Cloud::Dropbox => (option_env!("SMARTOTP_DROPBOX_CLIENT_ID"), None),
            Cloud::OneDrive => (option_env!("SMARTOTP_ONEDRIVE_CLIENT_ID"), None),
        };
        let is_given = |text: &&str| !text.is_empty();
        id.filter(is_given).map(|id| Self::new(id, secret.filter(is_given)))
    }

    /// A second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self { id: self.id.clone(), secret: self.secret.as_ref().map(SecretText::duplicate) }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a person has allowed this program to do at a cloud, until they take it back there. Kept in the vault, but for the token of the hour.
#[derive(PartialEq, Eq)]
pub struct SignIn {
    /// Who was allowed.
    pub(crate) client: Client,
    /// Gives new access tokens.
    pub(crate) refresh: SecretText,
    /// The access token of the hour.
    pub(crate) access: Option<Access>,
    /// The cloud has refused it: it has run out, or was taken back.
    pub(crate) ended: bool,
}

/// An access token.
#[derive(PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) token: SecretText,
    /// When it is as good as run out.
    pub(crate) until: Instant,
}

impl SignIn {
    /// Whether the cloud has refused it: somebody has to sign in again. Nothing is lost by that.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// A second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            client: self.client.duplicate(),
            refresh: self.refresh.duplicate(),
            access: self.access.as_ref().map(Access::duplicate),
            ended: self.ended,
        }
    }

    /// Whether the vault would keep the same of both.
    pub(crate) fn is_kept_as(&self, other: &Self) -> bool {
        self.client == other.client && self.refresh == other.refresh && self.ended == other.ended
    }
}

impl Access {
    pub(crate) fn duplicate(&self) -> Self {
        Self { token: self.token.duplicate(), until: self.until }
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("client", &self.client.id).field("ended", &self.ended).finish_non_exhaustive()
    }
}
