//! Where a backup lies, with all that it takes to get there. Kept in the vault, passwords of services with it.

use serde::{Deserialize, Serialize};

use super::cloud::{Client, Cloud, SignIn};
use crate::secret::SecretText;
use crate::vault::record::PinRecord;

/// Where a backup lies.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A folder of this machine; Syncthing, Nextcloud and iCloud Drive have such.
    Folder {
        /// Its path.
        path: String,
    },
    /// A folder of a WebDAV server, such as Nextcloud.
    WebDav {
        /// The folder's address.
        url: String,
        /// Who logs in; empty where nobody has to.
        user: String,
        /// Their password.
        password: SecretText,
        /// Certificates (PEM) of an authority that is trusted beside the system's; empty for none.
        authority: String,
    },
    /// A bucket of an S3-compatible service.
    S3 {
        /// The service's address; empty for Amazon's own.
        url: String,
        /// The bucket.
        bucket: String,
        /// The region: `auto`, `eu-central-1`.
        region: String,
        /// A folder in the bucket; may be empty.
        folder: String,
        /// The access key's id.
        key_id: String,
        /// The secret access key.
        secret_key: SecretText,
        /// Certificates (PEM) of an authority that is trusted beside the system's; empty for none.
        authority: String,
    },
    /// A folder of an account at a cloud.
    Cloud {
        /// Which cloud.
        cloud: Cloud,
        /// The folder; may be empty where the cloud gives this program one of its own.
        folder: String,
        /// What its owner has allowed.
        sign_in: SignIn,
    },
}

/// Which kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum ProviderKind {
    Folder,
    WebDav,
    S3,
    GDrive,
    Dropbox,
    OneDrive,
}

impl ProviderKind {
    /// As the command line writes it: `webdav`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::WebDav => "webdav",
            Self::S3 => "s3",
            Self::GDrive => "gdrive",
            Self::Dropbox => "dropbox",
            Self::OneDrive => "onedrive",
        }
    }

    /// The cloud, where it is one that is signed in to.
    #[must_use]
    pub fn cloud(self) -> Option<Cloud> {
        Cloud::ALL.into_iter().find(|cloud| cloud.kind() == self)
    }
}

impl Location {
    /// Which kind of place.
    #[must_use]
    pub fn kind(&self) -> ProviderKind {
        match self {
            Self::Folder { .. } => ProviderKind::Folder,
            Self::WebDav { .. } => ProviderKind::WebDav,
            Self::S3 { .. } => ProviderKind::S3,
            Self::Cloud { cloud, .. } => cloud.kind(),
        }
    }

    /// Where it is, for people: a path or an address. Nothing secret.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Folder { path } => path.clone(),
            Self::WebDav { url, .. } => url.clone(),
            Self::S3 { url, bucket, folder, .. } => {
                let host = if url.is_empty() { "s3:" } else { url.trim_end_matches('/') };
                format!("{host}/{bucket}/{folder}").trim_end_matches('/').to_owned()
            }
            Self::Cloud { cloud, folder, .. } if folder.is_empty() => cloud.title().to_owned(),
            Self::Cloud { cloud, folder, .. } => format!("{}: {folder}", cloud.title()),
        }
    }

    /// What its owner has allowed, where it is signed in to.
    #[must_use]
    pub fn sign_in(&self) -> Option<&SignIn> {
        if let Self::Cloud { sign_in, .. } = self { Some(sign_in) } else { None }
    }

    /// Takes over the sign-in as it stands now, where it is signed in to.
    pub fn take_sign_in(&mut self, now: Option<SignIn>) {
        if let (Some(own), Some(now)) = (self.sign_in_mut(), now) {
            *own = now;
        }
    }

    /// The same for changing it.
    pub(crate) fn sign_in_mut(&mut self) -> Option<&mut SignIn> {
        if let Self::Cloud { sign_in, .. } = self { Some(sign_in) } else { None }
    }

    /// Whether both are the same place, by whichever password.
    #[must_use]
    pub fn is_same_place_as(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.shown() == other.shown()
    }

    /// A second copy, on purpose: a password may be inside.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        match self {
            Self::Folder { path } => Self::Folder { path: path.clone() },
            Self::WebDav { url, user, password, authority } => Self::WebDav {
                url: url.clone(),
                user: user.clone(),
                password: password.duplicate(),
                authority: authority.clone(),
            },
            Self::S3 { url, bucket, region, folder, key_id, secret_key, authority } => Self::S3 {
                url: url.clone(),
                bucket: bucket.clone(),
                region: region.clone(),
                folder: folder.clone(),
                key_id: key_id.clone(),
                secret_key: secret_key.duplicate(),
                authority: authority.clone(),
            },
            Self::Cloud { cloud, folder, sign_in } => {
                Self::Cloud { cloud: *cloud, folder: folder.clone(), sign_in: sign_in.duplicate() }
            }
        }
    }
}

/// A location as JSON.
#[derive(Serialize, Deserialize)]
pub(super) struct LocationRecord<'a> {
    provider: ProviderKind,
    /// Path or address.
    place: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    user: String,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    secret: Option<PinRecord<'a>>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    bucket: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    region: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    folder: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    authority: String,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    client_secret: Option<PinRecord<'a>>,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    ended: bool,
}

impl<'a> LocationRecord<'a> {
    pub(super) fn of(location: &'a Location) -> Self {
        let bare = |place: &str| Self {
            provider: location.kind(),
            place: place.to_owned(),
            user: String::new(),
            secret: None,
            bucket: String::new(),
            region: String::new(),
            folder: String::new(),
            authority: String::new(),
            client_secret: None,
            ended: false,
        };
        match location {
            Location::Folder { path } => bare(path),
            Location::WebDav { url, user, password, authority } => Self {
                user: user.clone(),
                secret: Some(PinRecord::Kept(password)),
                authority: authority.clone(),
                ..bare(url)
            },
            Location::S3 { url, bucket, region, folder, key_id, secret_key, authority } => Self {
                authority: authority.clone(),
                user: key_id.clone(),
                secret: Some(PinRecord::Kept(secret_key)),
                bucket: bucket.clone(),
                region: region.clone(),
                folder: folder.clone(),
                ..bare(url)
            },
            Location::Cloud { folder, sign_in, .. } => Self {
                user: sign_in.client.id.clone(),
                client_secret: sign_in.client.secret.as_ref().map(PinRecord::Kept),
                secret: Some(PinRecord::Kept(&sign_in.refresh)),
                ended: sign_in.ended,
                ..bare(folder)
            },
        }
    }

    pub(super) fn read(self) -> Location {
        let secret = self.secret.map(PinRecord::into_text).unwrap_or_default();
        if let Some(cloud) = self.provider.cloud() {
            let client = Client { id: self.user, secret: self.client_secret.map(PinRecord::into_text) };
            let sign_in = SignIn { client, refresh: secret, access: None, ended: self.ended };
            return Location::Cloud { cloud, folder: self.place, sign_in };
        }
        match self.provider {
            ProviderKind::WebDav => {
                Location::WebDav { url: self.place, user: self.user, password: secret, authority: self.authority }
            }
            ProviderKind::S3 => Location::S3 {
                url: self.place,
                bucket: self.bucket,
                region: self.region,
                folder: self.folder,
                key_id: self.user,
                secret_key: secret,
                authority: self.authority,
            },
            // The clouds were told above.
            _ => Location::Folder { path: self.place },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_comes_back_and_shows_nothing_secret() {
        let text = |text: &str| text.to_owned();
        let locations = [
            Location::Folder { path: text("/home/mira/Backup") },
            Location::WebDav {
                url: text("https://cloud.example/dav/"),
                user: text("mira"),
                password: SecretText::from("of the \"cloud\""),
                authority: text("PEM"),
            },
            Location::S3 {
                url: text("https://s3.example/"),
                bucket: text("b"),
                region: text("auto"),
                folder: text("otp"),
                key_id: text("KEY"),
                secret_key: SecretText::from("of the cloud"),
                authority: String::new(),
            },
            Location::Cloud {
                cloud: Cloud::GoogleDrive,
                folder: text("Smart OTP"),
                sign_in: SignIn {
                    client: Client::new("id", Some("of the program")),
                    refresh: SecretText::from("of the cloud"),
                    access: None,
                    ended: true,
                },
            },
            Location::Cloud {
                cloud: Cloud::OneDrive,
                folder: String::new(),
                sign_in: SignIn {
                    client: Client::new("id", None),
                    refresh: SecretText::from("of the cloud"),
                    access: None,
                    ended: false,
                },
            },
        ];
        for location in locations {
            let json = serde_json::to_vec(&LocationRecord::of(&location)).unwrap();
            let read = serde_json::from_slice::<LocationRecord<'_>>(&json).unwrap().read();
            assert_eq!((&read, &read.duplicate()), (&location, &location));
            assert!(location.is_same_place_as(&read) && !location.shown().contains("cloud\""), "{}", location.shown());
            assert!(!format!("{location:?}").contains("of the"));
        }
    }
}
