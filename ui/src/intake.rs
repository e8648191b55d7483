//! Files, pictures and texts to what could be added. Nothing is added here: the preview shows it first.

use smartotp_core::enrol::migration::{Collector, Progress, Unreadable};
use smartotp_core::enrol::{Detected, EnrolError, Enrolment, detect};
use smartotp_core::qr::read::{self, Budget, ReadError};
use smartotp_core::secret::SecretText;
use zeroize::Zeroizing;

use crate::Problem;
use crate::problem;
use crate::services::Clip;

/// The most setup links that one file is read for.
const MOST_LINKS: usize = 100_000;

/// An entry: a token that could be added, or why it can't.
pub(crate) type Entry = Result<Enrolment, Unreadable>;

/// The texts in a file: QR codes in a picture, or one setup link a line.
pub(crate) fn texts_of_file(bytes: &[u8]) -> Result<Vec<SecretText>, Problem> {
    match read::picture(bytes, Budget::PICTURE) {
        Ok(texts) => Ok(texts.into_iter().map(SecretText::new).collect()),
        Err(ReadError::NotAPicture) => {
            let text = std::str::from_utf8(bytes).map_err(|_| Problem::NotAPicture)?;
            let texts = lines(text);
            if texts.iter().any(|line| line.expose().contains(':')) { Ok(texts) } else { Err(Problem::NotAPicture) }
        }
        Err(error) => Err(problem::of_picture(error)),
    }
}

/// The texts on the clipboard.
pub(crate) fn texts_of_clip(clip: Clip) -> Result<Vec<SecretText>, Problem> {
    match clip {
        Clip::Nothing => Err(Problem::NothingCopied),
        Clip::Text(text) => {
            let texts = lines(text.expose());
            if texts.is_empty() { Err(Problem::NothingCopied) } else { Ok(texts) }
        }
        Clip::Picture { width, height, rgba } => {
            let rgba = Zeroizing::new(rgba);
            let texts = read::rgba(&rgba, width, height, Budget::PICTURE).map_err(problem::of_picture)?;
            Ok(texts.into_iter().map(SecretText::new).collect())
        }
    }
}

fn lines(text: &str) -> Vec<SecretText> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(MOST_LINKS)
        .map(SecretText::from)
        .collect()
}

/// Everything that was read so far.
#[derive(Default)]
pub(crate) struct Intake {
    singles: Vec<Entry>,
    collector: Collector,
    /// Where the Google export that was read last stands.
    pub(crate) parts: Option<Progress>,
}

impl Intake {
    /// Takes texts up, each for itself: one that can't be read does not take the others down.
    pub(crate) fn take_up(&mut self, texts: &[SecretText]) {
        for text in texts {
            let single = match detect(text.expose(), None) {
                Ok(Detected::Migration(part)) => {
                    self.parts = Some(self.collector.add(part));
                    continue;
                }
                Ok(Detected::One(enrolment)) => Ok(*enrolment),
                Ok(_) => Err(Unreadable { name: String::new(), reason: EnrolError::Unknown }),
                Err(reason) => Err(Unreadable { name: String::new(), reason }),
            };
            self.singles.push(single);
        }
    }

    /// All entries so far.
    pub(crate) fn entries(&self) -> Vec<&Entry> {
        self.singles.iter().chain(self.collector.entries()).collect()
    }
}
