//! Pictures from the file system, by the desktop's own file chooser.

use smartotp_ui::services::{PickDone, Pictures};

use super::files;

/// The largest picture that is read, in bytes.
const LARGEST: u64 = 32 << 20;

/// The file chooser, with pictures in it.
pub(crate) struct SystemPictures;

impl Pictures for SystemPictures {
    fn pick(&self, done: PickDone) {
        files::pick(files::Wish::Pictures, LARGEST, done);
    }
}
