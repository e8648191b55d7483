//! What iOS must not see or keep: an open vault in the background, and the vault in its backups.

use std::io;
use std::path::Path;
use std::ptr::NonNull;

use block2::RcBlock;
use objc2_foundation::{NSNotification, NSNotificationCenter, NSNumber, NSString, NSURL, NSURLIsExcludedFromBackupKey};
use objc2_ui_kit::{UIApplicationDidEnterBackgroundNotification, UIApplicationWillEnterForegroundNotification};

use crate::window;

/// Locks the vault when the app goes into the background, and lets it beat again when it comes back.
pub(super) fn follow() {
    // SAFETY: both names are UIKit's own, made before `main`.
    #[allow(unsafe_code)]
    let (gone, back) =
        unsafe { (UIApplicationDidEnterBackgroundNotification, UIApplicationWillEnterForegroundNotification) };
    for (name, seen) in [(gone, false), (back, true)] {
        let change = RcBlock::new(move |_: NonNull<NSNotification>| window::in_sight(seen));
        // SAFETY: these notifications are posted on the main thread, which is where the block then runs (no queue is given)
        // and where the window is. The observer stays for the life of the process.
        #[allow(unsafe_code)]
        let observer = unsafe {
            NSNotificationCenter::defaultCenter().addObserverForName_object_queue_usingBlock(
                Some(name),
                None,
                None,
                &change,
            )
        };
        std::mem::forget(observer);
    }
}

/// Keeps a folder out of iCloud's and the computer's backups: a vault is backed up by its own sealed backups.
pub(super) fn keep_out_of_backups(folder: &Path) -> io::Result<()> {
    let path = folder.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
    let url = NSURL::fileURLWithPath(&NSString::from_str(path));
    // SAFETY: the key's value is documented to be a boolean number, which is what is given.
    #[allow(unsafe_code)]
    unsafe { url.setResourceValue_forKey_error(Some(&NSNumber::new_bool(true)), NSURLIsExcludedFromBackupKey) }
        .map_err(|_| io::ErrorKind::Other.into())
}
