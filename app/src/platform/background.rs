//! Work off the UI thread, on the one runtime of the process.

use std::future::Future;
use std::sync::LazyLock;

use smartotp_ui::services::Background;
use tokio::runtime::{Builder, Runtime};

/// Made on first use: a window that does nothing long, and the command line, never pay for it.
static RUNTIME: LazyLock<Option<Runtime>> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).thread_name("smartotp").enable_time().build().ok());

/// The runtime as the screens know it.
pub(crate) struct Workers;

impl Background for Workers {
    fn run(&self, job: Box<dyn FnOnce() + Send>) {
        let job = move || {
            super::swap::look_again();
            job();
            // The thread lives on, and keys have passed over its stack.
            super::memory::wipe_stack();
        };
        match &*RUNTIME {
            Some(runtime) => drop(runtime.spawn_blocking(job)),
            // A system that gives no more threads: late beats never.
            None => job(),
        }
    }
}

/// Lets a future run to its end in the background.
pub(crate) fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    if let Some(runtime) = &*RUNTIME {
        drop(runtime.spawn(future));
    }
}
