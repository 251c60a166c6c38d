//! What there is to say of a word.

use gen_lsp_types::{Hover, MarkupContent, MarkupKind, TextDocumentPositionParams};

use super::documents::{only, source_of};
use super::encode;
use super::navigate::{YamlAt, yaml_at};
use super::world::World;
use crate::ide::hover::HoverSources;
use crate::ide::names::YamlNames;
use crate::ide::observed::values;
use crate::source::Span;

/// What there is to say of the word at a position.
pub(super) fn hover(world: &World, at: &TextDocumentPositionParams) -> Option<Hover> {
    let columns = world.client.columns;
    let place = world.at(at);
    let yaml = if place.is_none() { yaml_at(world, at) } else { None };
    let site = place.map(|place| place.site).or(yaml.as_ref().map(|yaml| yaml.site))?;
    let table = site.table();
    let (study, workflows) = (&site.study, &site.judged.workflows);
    let seen = |declared: Span| {
        let seen = site.judged.observed.as_ref().map(|seen| values(seen, &study.sources, declared));
        seen.map_or_else(Default::default, |seen| (seen.first, seen.more))
    };
    let sources = HoverSources { study, table, workflows, values: Some(&seen) };
    let (found, range) = if let Some(place) = place {
        let found = sources.hover(place.file, place.offset)?;
        let range = encode::range(place.source, found.at.clone(), columns);
        (found, range)
    } else {
        let YamlAt { file, offset, .. } = yaml?;
        let found = sources.hover_yaml(&YamlNames::of(study), &file, offset)?;
        let range = encode::range(only(&source_of(&file.text))?, found.at.clone(), columns);
        (found, range)
    };
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: found.markdown };
    Some(Hover { contents: contents.into(), range: Some(range) })
}
