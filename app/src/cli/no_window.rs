//! Why the program opened no window, in words.

use super::failure::reason;
use super::output::visible;
use crate::platform::NoServices;
use crate::window::NoWindow;

/// One sentence: what is missing, and what helps where something does.
pub(super) fn sentence(why: &NoWindow) -> String {
    match why {
        NoWindow::Library(library) => tr!("The window can't be opened: {library} is not installed.", library = library),
        NoWindow::Display => {
            tr!("There is no display to open a window on. For the command line: smartotp help").to_owned()
        }
        NoWindow::Services(NoServices::NoHome) => {
            tr!("There is no home folder to keep the vault in. Set HOME, or name a vault with --vault.").to_owned()
        }
        NoWindow::Services(NoServices::NoFolder { folder, reason: error }) => {
            tr!("The folder {folder} can't be made: {reason}.", folder = visible(folder), reason = reason(error))
        }
        NoWindow::Platform(error) => {
            tr!("The window can't be opened: {reason}.", reason = error.to_string().replace('\n', " "))
        }
    }
}
