//! `freischalt completions`: a script that completes commands and options in a shell.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use crate::{arguments::Arguments, failure::Failure, output};

/// Which shell.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  freischalt completions bash \\
      > ~/.local/share/bash-completion/completions/freischalt
  freischalt completions zsh > ~/.zfunc/_freischalt
  freischalt completions fish > ~/.config/fish/completions/freischalt.fish")]
pub(crate) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Arguments::command(), "freischalt", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}
