//! What iOS must not see or keep: an open vault in the background, and the vault in its backups.

use std::io;
use std::path::Path;
use std::ptr::NonNull;

use block2::RcBlock;
use objc2_foundation::{NSNotification, NSNotificationCenter, NSNumber, NSString, NSURL, NSURLIsExcludedFromBackupKey};
use objc2_ui_kit::UIApplicationDidEnterBackgroundNotification;

use crate::window;

/// Locks the vault when the app goes into the background.
pub(super) fn lock_when_out_of_sight() {
    let lock = RcBlock::new(|_: NonNull<NSNotification>| window::lock());
    // SAFETY: the notification is UIKit's own and is posted on the main thread, which is where the block runs (no queue is
    // given) and where the window is. The observer stays for the life of the process.
    #[allow(unsafe_code)]
    let observer = unsafe {
        NSNotificationCenter::defaultCenter().addObserverForName_object_queue_usingBlock(
            Some(UIApplicationDidEnterBackgroundNotification),
            None,
            None,
            &lock,
        )
    };
    std::mem::forget(observer);
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
