//! Which format a file has, found by its content.

use super::found::Found;
use super::input::Input;
use super::json::Value;
use super::{
    ImportError, MAX_BYTES, aegis, andotp, archive, authy, battlenet, bitwarden, database, duo, ente, freeotp, keepass,
    lastpass, own_json, page, pdf, picture, proton, raivo, sealed, steam, stratum, text, totp_authenticator, twofas,
};
use crate::secret::SecretText;

/// Every format, the pickier first: a further one is a file beside this and a line here.
static FORMATS: &[Source] = &[
    Source { name: "sealed", fits: sealed::fits, read: sealed::read },
    Source { name: "json", fits: own_json::fits, read: own_json::read },
    Source { name: "picture", fits: picture::fits, read: picture::read },
    Source { name: "aegis", fits: aegis::fits, read: aegis::read },
    Source { name: "2fas", fits: twofas::fits, read: twofas::read },
    Source { name: "ente", fits: ente::fits, read: ente::read },
    Source { name: "stratum", fits: stratum::fits, read: stratum::read },
    Source { name: "stratum-html", fits: stratum::html::fits, read: stratum::html::read },
    Source { name: "proton", fits: proton::fits, read: proton::read },
    Source { name: "proton-pass", fits: proton::pass::fits, read: proton::pass::read },
    Source { name: "bitwarden", fits: bitwarden::fits, read: bitwarden::read },
    Source { name: "bitwarden-csv", fits: bitwarden::csv::fits, read: bitwarden::csv::read },
    Source { name: "lastpass", fits: lastpass::fits, read: lastpass::read },
    Source { name: "andotp", fits: andotp::fits, read: andotp::read },
    Source { name: ARCHIVE, fits: archive::fits, read: archive::read },
    Source { name: "keepass", fits: keepass::fits, read: keepass::read },
    Source { name: "sqlite", fits: database::fits, read: database::read },
    Source { name: "freeotp", fits: freeotp::fits_map, read: freeotp::read_map },
    Source { name: "freeotp-xml", fits: freeotp::fits_xml, read: freeotp::read_xml },
    Source { name: "freeotp-plus", fits: freeotp::fits_json, read: freeotp::read_json },
    Source { name: "authy", fits: authy::fits, read: authy::read },
    Source { name: "totp-authenticator-xml", fits: totp_authenticator::fits_xml, read: totp_authenticator::read_xml },
    Source { name: "battlenet", fits: battlenet::fits, read: battlenet::read },
    Source { name: "duo", fits: duo::fits, read: duo::read },
    Source { name: "steam", fits: steam::fits, read: steam::read },
    Source { name: "raivo", fits: raivo::fits, read: raivo::read },
    Source { name: "pdf", fits: pdf::fits, read: pdf::read },
    Source { name: PAGE, fits: page::fits, read: page::read },
    Source { name: "text", fits: text::fits, read: text::read },
    // Encrypted without a word about it: told by nothing but their length and alphabet, so they come last.
    Source { name: "totp-authenticator", fits: totp_authenticator::fits, read: totp_authenticator::read },
    Source { name: "authenticator-plus", fits: database::fits_sealed, read: database::read_sealed },
    Source { name: "andotp-old", fits: andotp::is_noise, read: andotp::read_old },
];

const ARCHIVE: &str = "zip";
const PAGE: &str = "html";

/// What a format's file brings.
struct Source {
    /// As the command line names it.
    name: &'static str,
    /// Whether a file has this format. Cheap, and never wrong about another's.
    fits: fn(&Input<'_>) -> bool,
    /// Reads a file of this format. What was found before an error is dropped with it.
    read: fn(&Input<'_>, Option<&SecretText>, &mut Found<'_>) -> Result<(), ImportError>,
}

/// A format by its name, for users who know better than the detection.
#[derive(Clone, Copy)]
pub struct Format(&'static Source);

impl Format {
    /// All formats.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(Self)
    }

    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name().eq_ignore_ascii_case(name))
    }

    /// The format that a file has; `None` for one that is not known, or too large to be looked at.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let input = Input::new(bytes);
        Self::all().filter(|_| bytes.len() <= MAX_BYTES).find(|format| (format.0.fits)(&input))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }
}

impl core::fmt::Debug for Format {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Format({})", self.name())
    }
}

/// Reads a file in its own format, or in the one that the user names.
pub(super) fn read(
    bytes: &[u8],
    password: Option<&SecretText>,
    format: Option<Format>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImportError::TooLarge);
    }
    let input = Input::new(bytes);
    match format.or_else(|| Format::all().find(|format| (format.0.fits)(&input))) {
        Some(Format(source)) => (source.read)(&input, password, found),
        None if text::is_blank(bytes) => Err(ImportError::Empty),
        // Nobody's, or cut short: which of the two is known where it cannot even be read as what it starts like.
        None if input.is_like_json() => Err(match input.json().map(Value::list) {
            Err(error) | Ok(Err(error @ ImportError::TooManyEntries)) => error,
            Ok(_) => ImportError::Unknown,
        }),
        None => Err(ImportError::Unknown),
    }
}

/// Reads a file that lies in an archive, if it is no archive itself.
pub(super) fn read_inside(
    bytes: &[u8],
    password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let input = Input::new(bytes);
    let source = FORMATS.iter().find(|source| (source.fits)(&input)).ok_or(ImportError::Unknown)?;
    if source.name == ARCHIVE { Err(ImportError::Unknown) } else { (source.read)(&input, password, found) }
}

/// Whether a file is a page or a picture, which may say the same as another file beside it.
pub(super) fn is_page(bytes: &[u8]) -> bool {
    let input = Input::new(bytes);
    let source = FORMATS.iter().find(|source| (source.fits)(&input));
    source.is_some_and(|source| matches!(source.name, PAGE | "picture" | "pdf"))
}
