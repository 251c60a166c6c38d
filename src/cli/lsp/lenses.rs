//! Lines above rules, tests and params, each with a command.

use gen_lsp_types::{CodeLens, CodeLensParams, Command, Uri};
use serde_json::{Value, json};

use super::world::{StudiedPlace, World};
use super::{commands, encode};
use crate::ide::observed::{Lens, LensAction, lenses};
use crate::source::SourceMap;

/// The lenses of a policy or of a file of tests.
pub(super) fn of_file(world: &World, params: &CodeLensParams) -> Vec<CodeLens> {
    let uri = &params.text_document.uri;
    let Some(StudiedPlace { site, file, .. }) =
        world.studied(uri).filter(|_| world.client.settings.code_lens)
    else {
        return Vec::new();
    };
    let found = lenses(&site.study, site.judged.observed.as_ref(), file);
    let shown = found.into_iter().map(|lens| {
        let (name, argument) = command(world, uri, &lens, &site.study.sources);
        let Lens { at, title, action: _ } = lens;
        let command =
            Command { title, tooltip: None, command: name.to_owned(), arguments: Some(vec![argument]) };
        CodeLens { range: world.range(&site.study.sources, at), command: Some(command), data: None }
    });
    shown.collect()
}

/// What a lens carries out, and with what.
fn command(world: &World, uri: &Uri, lens: &Lens, sources: &SourceMap) -> (&'static str, Value) {
    let uri = uri.as_ref();
    match &lens.action {
        LensAction::Held { rule } => (commands::HELD, json!({ "uri": uri, "rule": rule })),
        LensAction::TestRule { rule } => (commands::RUN_TESTS, json!({ "uri": uri, "rule": rule })),
        LensAction::Test { title } => (commands::RUN_TESTS, json!({ "uri": uri, "title": title })),
        LensAction::Nearest => {
            let source = sources.get(lens.at.file);
            let at = |source| encode::position(source, lens.at.range().start, world.client.columns);
            (commands::NEAREST, json!({ "uri": uri, "position": source.map(at) }))
        }
    }
}
