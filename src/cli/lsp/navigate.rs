//! Where a name is declared and used, and another name for it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use gen_lsp_types::{
    BaseSymbolInformation, Definition, DefinitionResponse, DocumentHighlight, Location,
    PrepareRenamePlaceholder, PrepareRenameResult, Range as LspRange, SymbolKind, TextDocumentPositionParams,
    TextEdit, Uri, WorkspaceEdit, WorkspaceSymbol, WorkspaceSymbolResponse,
};

use super::documents::{only, source_of};
use super::encode;
use super::world::{KnownSite, World};
use crate::ide::names::{
    DeclarationKind, NameEdit, NameTable, YamlFile, YamlNames, YamlRole, path_at, prepare_rename, rename,
};
use crate::project::CONFIG;
use crate::project::path::{below, join, name};
use crate::source::{Source, Span};

/// A name that the editor asks about.
struct AskedName<'w> {
    site: &'w KnownSite,
    table: &'w NameTable,
    /// Where it stands.
    range: LspRange,
    declared: Span,
}

/// What a place of a snapshot or plan is in.
pub(super) struct YamlAt<'w> {
    pub(super) site: &'w KnownSite,
    pub(super) file: YamlFile,
    pub(super) offset: usize,
}

/// Where the name at a position is declared; of a path the files that it leads to.
pub(super) fn definition(world: &World, at: &TextDocumentPositionParams) -> Option<DefinitionResponse> {
    let found = match asked(world, at) {
        Some(asked) => {
            let first = asked.table.first(asked.declared);
            let all = asked.table.declarations().filter(|own| asked.table.first(own.at) == first);
            all.map(|own| world.location(asked.site, own.at)).collect()
        }
        None => {
            let place = world.at(at)?;
            let files = path_at(&place.site.study, place.file, place.offset)?.files;
            files
                .into_iter()
                .map(|file| world.location(place.site, Span::new(file, 0..0)))
                .collect::<Vec<_>>()
        }
    };
    (!found.is_empty()).then_some(DefinitionResponse::Definition(Definition::LocationList(found)))
}

/// Where the name at a position is used, and where asked for, declared; in snapshots and plans too.
pub(super) fn references(
    world: &World,
    at: &TextDocumentPositionParams,
    with_declarations: bool,
) -> Option<Vec<Location>> {
    let asked = asked(world, at)?;
    let AskedName { site, table, declared, .. } = &asked;
    let own = table.references(*declared, with_declarations);
    let mut found: Vec<Location> = own.into_iter().map(|span| world.location(site, span)).collect();
    let kind = table.declaration(*declared)?.kind;
    if matches!(kind, DeclarationKind::Field | DeclarationKind::Stage | DeclarationKind::Member) {
        let (names, word) = (YamlNames::of(&site.study), &table.declaration(*declared)?.name);
        for file in yaml_files(world, site) {
            // A field may have a key of its own.
            if kind != DeclarationKind::Field && !file.text.contains(&**word) {
                continue;
            }
            let uses = names.uses(&file);
            let own =
                uses.into_iter().filter(|own| own.declared.is_some_and(|own| table.first(own) == *declared));
            let ranges = ranges(world, &file.text, own.map(|own| own.at).collect());
            let uri = world.uri(site, &file.name);
            found.extend(ranges.into_iter().map(|range| Location { uri: uri.clone(), range }));
        }
    }
    Some(found)
}

/// Where the name at a position stands in the same file.
pub(super) fn highlights(world: &World, at: &TextDocumentPositionParams) -> Option<Vec<DocumentHighlight>> {
    let asked = asked(world, at)?;
    let highlight = |range| DocumentHighlight { range, kind: None };
    if let Some(place) = world.at(at) {
        let all =
            asked.table.references(asked.declared, true).into_iter().filter(|span| span.file == place.file);
        return Some(all.map(|span| highlight(world.range(&place.site.study.sources, span))).collect());
    }
    let YamlAt { site, file, .. } = yaml_at(world, at)?;
    let uses = YamlNames::of(&site.study).uses(&file).into_iter();
    let is_it = |declared: Option<Span>| declared.is_some_and(|own| asked.table.first(own) == asked.declared);
    let own = uses.filter(|own| is_it(own.declared)).map(|own| own.at);
    Some(ranges(world, &file.text, own.collect()).into_iter().map(highlight).collect())
}

/// Whether the name at a position can be renamed.
///
/// # Errors
/// Why it cannot be.
pub(super) fn prepare(
    world: &World,
    at: &TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResult>, String> {
    let Some(asked) = asked(world, at) else { return Ok(None) };
    let range = asked.declared.range();
    match prepare_rename(&asked.site.study, asked.table, asked.declared.file, range.start) {
        Some(Ok(renamable)) => {
            let placeholder = renamable.declaration.name.to_string();
            Ok(Some(PrepareRenamePlaceholder { range: asked.range, placeholder }.into()))
        }
        Some(Err(why)) => Err(why),
        None => Ok(None),
    }
}

/// The edits that give the name at a position another.
///
/// # Errors
/// Why that cannot be done.
pub(super) fn renamed(
    world: &World,
    at: &TextDocumentPositionParams,
    new: &str,
) -> Result<Option<WorkspaceEdit>, String> {
    let Some(asked) = asked(world, at) else { return Ok(None) };
    let AskedName { site, table, declared, .. } = &asked;
    let edits = rename(&site.study, table, *declared, new, yaml_files(world, site))?;
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for file in edits.chunk_by(|a, b| a.file == b.file) {
        let Some(first) = file.first() else { continue };
        let new_texts = file.iter().map(|edit| edit.text.clone());
        let places = file.iter().map(|edit: &NameEdit| edit.at.clone()).collect();
        let ranges = match site.study.sources.named(&first.file) {
            Some(source) => ranges_in(world, source, places),
            None => {
                let text = world.text(&join(&site.root, &first.file)).unwrap_or_default();
                ranges(world, &text, places)
            }
        };
        let edits = ranges.into_iter().zip(new_texts).map(|(range, new_text)| TextEdit { range, new_text });
        changes.insert(world.uri(site, &first.file), edits.collect());
    }
    Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
}

/// All declared names that have these letters in their order; those that are shipped come last.
pub(super) fn symbols(world: &World, query: &str) -> WorkspaceSymbolResponse {
    let mut found: Vec<(bool, WorkspaceSymbol)> = Vec::new();
    for site in &world.sites {
        let table = site.table();
        for own in table.declarations().filter(|own| has_letters(&own.qualified, query)) {
            let (scope, last) = match own.qualified.rsplit_once('.') {
                Some((scope, last)) if own.kind != DeclarationKind::Test => (Some(scope.to_owned()), last),
                Some(_) | None => (None, &*own.qualified),
            };
            let symbol = BaseSymbolInformation {
                name: last.to_owned(),
                kind: symbol_kind(own.kind),
                tags: None,
                container_name: scope,
            };
            let is_shipped = site.names(world).place(site.study.sources.name(own.at.file)).is_none();
            let location = world.location(site, own.at).into();
            found.push((
                is_shipped,
                WorkspaceSymbol { location, data: None, base_symbol_information: symbol },
            ));
        }
    }
    found.sort_by_key(|(is_shipped, _)| *is_shipped);
    found.into_iter().map(|(_, symbol)| symbol).collect::<Vec<_>>().into()
}

fn symbol_kind(kind: DeclarationKind) -> SymbolKind {
    match kind {
        DeclarationKind::Policy => SymbolKind::Module,
        DeclarationKind::Param => SymbolKind::Constant,
        DeclarationKind::Entry => SymbolKind::Key,
        DeclarationKind::Let => SymbolKind::Variable,
        DeclarationKind::Rule => SymbolKind::Function,
        DeclarationKind::Field => SymbolKind::Field,
        DeclarationKind::Stage => SymbolKind::Enum,
        DeclarationKind::Member => SymbolKind::EnumMember,
        DeclarationKind::Test => SymbolKind::Method,
    }
}

/// Whether a name has these letters in their order, large or small.
fn has_letters(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

/// The name at a position of a policy, a test, a configuration, a snapshot or a plan.
fn asked<'w>(world: &'w World, at: &TextDocumentPositionParams) -> Option<AskedName<'w>> {
    if let Some(place) = world.at(at) {
        let site = place.site;
        let table = site.table();
        let found = table.at(place.file, place.offset)?;
        let range = world.range(&site.study.sources, found.at);
        return Some(AskedName { site, table, range, declared: found.declared });
    }
    let YamlAt { site, file, offset } = yaml_at(world, at)?;
    let uses = YamlNames::of(&site.study).uses(&file);
    let found = uses.into_iter().find(|own| own.at.start <= offset && offset <= own.at.end)?;
    let table = site.table();
    let declared = table.first(found.declared?);
    let range = ranges(world, &file.text, vec![found.at]).into_iter().next()?;
    Some(AskedName { site, table, range, declared })
}

/// The place of a position in a snapshot, standing facts or a plan.
pub(super) fn yaml_at<'w>(world: &'w World, at: &TextDocumentPositionParams) -> Option<YamlAt<'w>> {
    let place = world.place(&at.text_document.uri)?;
    let site = world.sites.iter().find(|site| site.judged.places.contains(&place))?;
    let file = yaml_file(world, site, &place)?;
    let sources = source_of(&file.text);
    let offset = world.offset(only(&sources)?, at.position);
    Some(YamlAt { site, file, offset })
}

/// A file that is no policy, configuration or test.
fn yaml_file(world: &World, site: &KnownSite, place: &str) -> Option<YamlFile> {
    let known = below(place, &site.root).or_else(|| site.name_of(place)).unwrap_or(place);
    if known.ends_with(".gate") || name(known) == CONFIG {
        return None;
    }
    let role = if site.judged.plans.contains(place) { YamlRole::Plan } else { YamlRole::Snapshot };
    Some(YamlFile { name: known.into(), text: world.text(place)?, role })
}

/// The snapshots, standing facts and plans of a site, one after another.
fn yaml_files<'w>(world: &'w World, site: &'w KnownSite) -> impl Iterator<Item = YamlFile> + 'w {
    site.judged.places.iter().filter_map(|place| yaml_file(world, site, place))
}

fn ranges(world: &World, text: &Arc<str>, places: Vec<Range<usize>>) -> Vec<LspRange> {
    let sources = source_of(text);
    only(&sources).map(|source| ranges_in(world, source, places)).unwrap_or_default()
}

fn ranges_in(world: &World, source: &Source, places: Vec<Range<usize>>) -> Vec<LspRange> {
    places.into_iter().map(|at| encode::range(source, at, world.client.columns)).collect()
}
