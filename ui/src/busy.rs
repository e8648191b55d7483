//! Work that a screen waits for: one piece at a time; what went wrong is said at its end.

use crate::{
    CreateScreen, ExportScreen, PasswordScreen, PreviewScreen, Problem, RecoveryScreen, StepUpScreen, TransferScreen,
    UnlockScreen,
};

/// A screen that waits.
pub(crate) trait Busy {
    /// Takes the last problem away and begins; `false` while something is under way already.
    fn begin(&self) -> bool;
    /// Ends, well or with a problem; whether it went well.
    fn end<T>(&self, done: &Result<T, Problem>) -> bool;
}

macro_rules! busy {
    ($($screen:ident),+) => {$(
        impl Busy for $screen<'_> {
            fn begin(&self) -> bool {
                self.set_problem(Problem::None);
                let busy = self.get_busy();
                self.set_busy(true);
                !busy
            }

            fn end<T>(&self, done: &Result<T, Problem>) -> bool {
                self.set_busy(false);
                if let Err(problem) = done {
                    self.set_problem(*problem);
                }
                done.is_ok()
            }
        }
    )+};
}

busy!(
    CreateScreen,
    ExportScreen,
    PasswordScreen,
    PreviewScreen,
    RecoveryScreen,
    StepUpScreen,
    TransferScreen,
    UnlockScreen
);
