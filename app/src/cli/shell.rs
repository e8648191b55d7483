//! What a shell and a manual reader want: completions and the man page.

use clap::Args;
use clap_complete::Shell;

use super::{arguments, output};
use crate::cli::failure::Failure;

/// Print the completions of a shell
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut arguments::command(), "smartotp", &mut script);
        output::write(&script)
    }
}

/// Print the manual page, as roff
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The command whose page is wanted: `code`, `vault create`
    command: Vec<String>,
}

impl Man {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut command = arguments::command();
        command.build();
        for name in &self.command {
            command = command.find_subcommand(name).cloned().ok_or_else(|| {
                Failure::new(crate::cli::failure::Exit::Usage, "usage", tr!("There is no such command."))
            })?;
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        output::write(&page)
    }
}
