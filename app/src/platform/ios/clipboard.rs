//! The iPhone's clipboard. A code stays on this device, and iOS itself takes it away in time, even when the app is gone.

use std::sync::{Mutex, PoisonError};

use objc2::rc::Retained;
use objc2::runtime::ProtocolObject;
use objc2_foundation::{NSArray, NSDate, NSInteger, NSItemProviderWriting, NSString};
use objc2_ui_kit::UIPasteboard;
use smartotp_core::secret::SecretText;
use smartotp_ui::services::{Clip, Clipboard};

/// The clipboard, and the count of changes that our last code made.
#[derive(Default)]
pub(super) struct IosClipboard(Mutex<Option<NSInteger>>);

impl Clipboard for IosClipboard {
    fn read(&self) -> Clip {
        // SAFETY: `string` takes no argument, and gives a retained string or nothing.
        #[allow(unsafe_code)]
        let text = unsafe { UIPasteboard::generalPasteboard().string() };
        match text.map(|text| text.to_string()) {
            Some(text) if !text.trim().is_empty() => Clip::Text(SecretText::new(text)),
            _ => Clip::Nothing,
        }
    }

    fn copy_sensitive(&self, text: &SecretText, clear_after_seconds: u32) -> bool {
        let board = UIPasteboard::generalPasteboard();
        let object: Retained<ProtocolObject<dyn NSItemProviderWriting>> =
            ProtocolObject::from_retained(NSString::from_str(text.expose()));
        let until = (clear_after_seconds > 0).then(|| NSDate::dateWithTimeIntervalSinceNow(clear_after_seconds.into()));
        board.setObjects_localOnly_expirationDate(&NSArray::from_retained_slice(&[object]), true, until.as_deref());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(changes(&board));
        true
    }

    fn clear_now(&self) {
        let board = UIPasteboard::generalPasteboard();
        // Told by the count, not by the text: reading what another app copied makes iOS ask the user.
        let ours = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if ours == Some(changes(&board)) {
            board.setObjects(&NSArray::new());
        }
    }
}

fn changes(board: &UIPasteboard) -> NSInteger {
    // SAFETY: `changeCount` reads a number.
    #[allow(unsafe_code)]
    unsafe {
        board.changeCount()
    }
}
