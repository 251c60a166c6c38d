//! `tollgate completions` and `tollgate man`: the command line, for shells and for `man`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::write::new_files;
use super::{Cli, complain, finish};

/// Print completions for a shell
///
/// For bash, for example: `tollgate completions bash > ~/.local/share/bash-completion/completions/tollgate`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    #[arg(value_enum)]
    shell: Shell,
}

/// Print the manual page, or write the pages of all commands into a folder
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The folder for the pages; without it, the first page is printed
    folder: Option<PathBuf>,
}

/// Prints the completions.
pub(super) fn completions(args: &CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tollgate", &mut script);
    finish(&String::from_utf8_lossy(&script), 0)
}

/// Prints or writes the manual.
pub(super) fn man(args: &ManArgs) -> ExitCode {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    if let Err(error) = add_pages(&command, &mut pages) {
        return complain(&format!("the manual cannot be written: {error}"));
    }
    let Some(folder) = &args.folder else {
        return finish(pages.first().map_or("", |(_, page)| page), 0);
    };
    match new_files(folder, &pages) {
        Ok(()) => finish(&format!("Wrote {} pages into {}.\n", pages.len(), folder.display()), 0),
        Err(why) => complain(&why),
    }
}

/// The pages of a command and those below it, as `man` expects them to be called.
fn add_pages(command: &Command, pages: &mut Vec<(String, String)>) -> std::io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    pages.push((format!("{name}.1"), String::from_utf8_lossy(&page).into_owned()));
    command.get_subcommands().try_for_each(|inner| add_pages(inner, pages))
}
