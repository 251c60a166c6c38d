//! What conditions see, at the ends of their lines.

use gen_lsp_types::{InlayHint, InlayHintParams};

use super::encode;
use super::world::{StudiedPlace, World};
use crate::ide::observed::hints;
use crate::text::visible;

/// The hints of a policy in a range.
pub(super) fn in_range(world: &World, params: &InlayHintParams) -> Vec<InlayHint> {
    let settings = &world.client.settings;
    let place = world.studied(&params.text_document.uri).filter(|_| settings.inlay_hints);
    let Some(StudiedPlace { site, source, .. }) = place else { return Vec::new() };
    let Some(observed) = &site.judged.observed else { return Vec::new() };
    let columns = world.client.columns;
    let range = encode::bytes(source, params.range, columns);
    let found = hints(observed, &source.name, &source.text, &range);
    let shown = found.into_iter().map(|hint| InlayHint {
        position: encode::position(source, hint.at, columns),
        label: visible(&hint.text).into_owned().into(),
        kind: None,
        text_edits: None,
        tooltip: Some(
            hint.details.iter().map(|detail| visible(detail)).collect::<Vec<_>>().join("\n").into(),
        ),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    });
    shown.collect()
}
