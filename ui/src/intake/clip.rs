//! The clipboard as a file.

use smartotp_core::qr::read::{self, Budget};
use zeroize::Zeroizing;

use super::Source;
use crate::services::Clip;
use crate::{Problem, problem};

/// What lies on the clipboard, as a file without a name.
pub(crate) fn source_of_clip(clip: Clip) -> Result<Source, Problem> {
    let bytes = match clip {
        Clip::Nothing => return Err(Problem::NothingCopied),
        Clip::Text(text) if text.expose().trim().is_empty() => return Err(Problem::NothingCopied),
        Clip::Text(text) => text.expose().as_bytes().to_vec(),
        Clip::Picture { width, height, rgba } => {
            let rgba = Zeroizing::new(rgba);
            let texts = Zeroizing::new(read::rgba(&rgba, width, height, Budget::PICTURE).map_err(problem::of_picture)?);
            texts.join("\n").into_bytes()
        }
    };
    Ok(Source::new(String::new(), bytes))
}
