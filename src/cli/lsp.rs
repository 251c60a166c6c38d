//! `tollgate lsp`: the language server, for any editor that speaks the protocol.
//!
//! The only place that knows the protocol. What a text means is asked of `ide` and of the engine, by byte offsets.

mod actions;
mod capabilities;
mod client;
mod commands;
mod complete;
mod complete_yaml;
mod documents;
mod encode;
mod hints;
mod hover;
mod lenses;
mod looking;
mod navigate;
mod notifications;
mod published;
mod requests;
mod roots;
mod server;
mod syntax;
mod transport;
mod uri;
mod world;

use std::process::ExitCode;

use super::complain;
use clap::Args;

/// Answer an editor: diagnostics, completion, hovers and all else, over standard input and output
///
/// It speaks the language server protocol, and ends when the editor does.
#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Speak over standard input and output; the server always does, and some editors ask for it
    #[arg(long)]
    stdio: bool,
}

/// Serves until the editor has had enough.
pub(super) fn run(args: &LspArgs) -> ExitCode {
    // There is no other way to speak.
    let LspArgs { stdio: _ } = args;
    let (connection, transport) = transport::stdio();
    let served = server::serve(connection);
    match served.and_then(|()| transport.end()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(&format!("the language server ended: {why}")),
    }
}
