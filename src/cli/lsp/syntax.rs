//! What follows from the text of a policy: colours, outline, folds, selections, and how it is formatted.

use gen_lsp_types::{
    DocumentFormattingParams, DocumentSymbol, DocumentSymbolParams, FoldingRange, FoldingRangeKind,
    FoldingRangeParams, Position, SelectionRange, SelectionRangeParams, SemanticToken as EncodedToken,
    SemanticTokenModifiers, SemanticTokenTypes, SemanticTokens, SemanticTokensLegend, SemanticTokensOptions,
    SemanticTokensParams, SymbolKind, TextEdit, Uri,
};

use super::encode;
use super::world::World;
use crate::engine::{Study, WorkflowNames, Workspace};
use crate::ide::formatted::formatting;
use crate::ide::outline::folds::folds;
use crate::ide::outline::selection::Nesting;
use crate::ide::outline::{OutlineKind, Outlined, outline};
use crate::ide::tokens::{SemanticToken, TokenClass, TokenMarks, semantic_tokens};
use crate::parse::written::NameRole;
use crate::project::{GATE, Inputs, Project, Suites, TextFile};
use crate::source::{Columns, FileId, Source};

/// What colours are offered.
pub(super) fn tokens_offered() -> SemanticTokensOptions {
    let modifiers = MODIFIERS.into_iter().map(String::from).collect();
    let legend = SemanticTokensLegend {
        token_types: TokenClass::ALL.into_iter().map(|class| type_of(class).into()).collect(),
        token_modifiers: modifiers,
    };
    SemanticTokensOptions { legend, full: Some(true.into()), ..SemanticTokensOptions::default() }
}

/// `textDocument/semanticTokens/full`
pub(super) fn tokens(world: &World, params: &SemanticTokensParams) -> Option<SemanticTokens> {
    of_policy(world, &params.text_document.uri, |study, file, source| {
        let data = encoded(source, &semantic_tokens(study, file), world.client.columns);
        SemanticTokens { result_id: None, data }
    })
}

/// `textDocument/documentSymbol`
pub(super) fn symbols(world: &World, params: &DocumentSymbolParams) -> Option<Vec<DocumentSymbol>> {
    of_policy(world, &params.text_document.uri, |study, file, source| {
        outline(study, file).into_iter().map(|item| symbol(source, item, world.client.columns)).collect()
    })
}

/// `textDocument/foldingRange`
pub(super) fn folding(world: &World, params: &FoldingRangeParams) -> Option<Vec<FoldingRange>> {
    of_policy(world, &params.text_document.uri, |_, _, source| {
        let line = |at| encode::position(source, at, world.client.columns).line;
        let all = folds(&source.text).into_iter().map(|fold| FoldingRange {
            start_line: line(fold.range.start),
            end_line: line(fold.range.end),
            kind: fold.is_comment.then_some(FoldingRangeKind::Comment),
            ..FoldingRange::default()
        });
        all.collect()
    })
}

/// `textDocument/selectionRange`: one for each position.
pub(super) fn selections(world: &World, params: &SelectionRangeParams) -> Option<Vec<SelectionRange>> {
    of_policy(world, &params.text_document.uri, |_, _, source| {
        let nesting = Nesting::of(&source.text);
        let selection = |position: &Position| {
            let around = nesting.around(world.offset(source, *position));
            let ranges = around.into_iter().map(|range| encode::range(source, range, world.client.columns));
            let outermost_last = |parent: Option<SelectionRange>, range| {
                Some(SelectionRange { range, parent: parent.map(Box::new) })
            };
            ranges.rev().fold(None, outermost_last).unwrap_or_default()
        };
        params.positions.iter().map(selection).collect()
    })
}

/// `textDocument/formatting`: what `tollgate fmt` writes. The editor's own wishes do not count: there is one style.
pub(super) fn format(world: &World, params: &DocumentFormattingParams) -> Option<Vec<TextEdit>> {
    of_policy(world, &params.text_document.uri, |_, file, source| {
        let edit = |range, new_text| TextEdit {
            range: encode::range(source, range, world.client.columns),
            new_text,
        };
        formatting(file, &source.text).into_iter().map(|change| edit(change.range, change.by)).collect()
    })
}

/// Asks of a policy or test; of one that nobody has read yet, by its text alone. None for other files.
fn of_policy<T>(world: &World, uri: &Uri, ask: impl FnOnce(&Study, FileId, &Source) -> T) -> Option<T> {
    if !uri.as_ref().ends_with(GATE) {
        return None;
    }
    if let Some(place) = world.studied(uri) {
        return Some(ask(&place.site.study, place.file, place.source));
    }
    let content = Ok((&*world.document(uri)?.text).into());
    let project =
        Project { policies: vec![TextFile { name: GATE.to_owned(), content }], ..Project::default() };
    let inputs = Inputs { projects: vec![project], ..Inputs::default() };
    let alone = Workspace::new().study(inputs, Suites::default(), &WorkflowNames::new());
    let (file, source) = alone.sources.file_named(GATE)?;
    Some(ask(&alone, file, source))
}

/// Tokens as the protocol has them: each counted from the one before. One over several lines is one on each.
fn encoded(source: &Source, tokens: &[SemanticToken], columns: Columns) -> Vec<EncodedToken> {
    let mut all = Vec::with_capacity(tokens.len());
    let mut last = Position::default();
    for token in tokens {
        let mut start = token.range.start;
        let text = source.text.get(token.range.clone()).unwrap_or("");
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end_matches(['\r', '\n']).len();
            let (from, to) =
                (encode::position(source, start, columns), encode::position(source, end, columns));
            start += line.len();
            let (delta_line, length) =
                (from.line.saturating_sub(last.line), to.character.saturating_sub(from.character));
            if length == 0 {
                continue;
            }
            let before = if delta_line == 0 { last.character } else { 0 };
            all.push(EncodedToken {
                delta_line,
                delta_start: from.character.saturating_sub(before),
                length,
                token_type: place_of(token.class),
                token_modifiers_bitset: bits(token.marks),
            });
            last = from;
        }
    }
    all
}

fn place_of(class: TokenClass) -> u32 {
    (0..).zip(TokenClass::ALL).find(|(_, known)| *known == class).map_or(0, |(at, _)| at)
}

fn type_of(class: TokenClass) -> SemanticTokenTypes {
    match class {
        TokenClass::Namespace => SemanticTokenTypes::Namespace,
        TokenClass::Type => SemanticTokenTypes::Type,
        TokenClass::EnumMember => SemanticTokenTypes::EnumMember,
        TokenClass::Parameter => SemanticTokenTypes::Parameter,
        TokenClass::Variable => SemanticTokenTypes::Variable,
        TokenClass::Property => SemanticTokenTypes::Property,
        TokenClass::Function => SemanticTokenTypes::Function,
        TokenClass::Keyword => SemanticTokenTypes::Keyword,
        TokenClass::Comment => SemanticTokenTypes::Comment,
        TokenClass::Text => SemanticTokenTypes::String,
        TokenClass::Number => SemanticTokenTypes::Number,
        TokenClass::Operator => SemanticTokenTypes::Operator,
    }
}

/// By their bits, the lowest first.
const MODIFIERS: [SemanticTokenModifiers; 3] = [
    SemanticTokenModifiers::Declaration,
    SemanticTokenModifiers::Readonly,
    SemanticTokenModifiers::DefaultLibrary,
];

fn bits(marks: TokenMarks) -> u32 {
    let TokenMarks { declaration, readonly, library } = marks;
    u32::from(declaration) | u32::from(readonly) << 1 | u32::from(library) << 2
}

fn symbol(source: &Source, item: Outlined, columns: Columns) -> DocumentSymbol {
    let Outlined { name, detail, kind, range, selection, inner } = item;
    let range = encode::range(source, range, columns);
    let selection = encode::range(source, selection, columns);
    let detail = Some(detail).filter(|detail| !detail.is_empty());
    let inner: Vec<DocumentSymbol> = inner.into_iter().map(|item| symbol(source, item, columns)).collect();
    DocumentSymbol::new(name, detail, symbol_kind(kind), None, None, range, selection, Some(inner))
}

fn symbol_kind(kind: OutlineKind) -> SymbolKind {
    match kind {
        OutlineKind::Stages => SymbolKind::Enum,
        OutlineKind::Snapshot | OutlineKind::Record => SymbolKind::Struct,
        OutlineKind::Gate => SymbolKind::Class,
        OutlineKind::Test => SymbolKind::Method,
        OutlineKind::Named(NameRole::Policy) => SymbolKind::Namespace,
        OutlineKind::Named(NameRole::Param) => SymbolKind::Constant,
        OutlineKind::Named(NameRole::Let) => SymbolKind::Variable,
        OutlineKind::Named(NameRole::Rule | NameRole::Function) => SymbolKind::Function,
        OutlineKind::Named(NameRole::Field) => SymbolKind::Field,
        OutlineKind::Named(NameRole::Stage | NameRole::Member) => SymbolKind::EnumMember,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens with absolute places, in columns.
    fn decoded(tokens: &[EncodedToken]) -> Vec<(u32, u32, u32, u32)> {
        let (mut line, mut column) = (0, 0);
        let mut all = Vec::new();
        for token in tokens {
            column = if token.delta_line == 0 { column } else { 0 } + token.delta_start;
            line += token.delta_line;
            all.push((line, column, token.length, token.token_type));
        }
        all
    }

    #[test]
    fn encoded_tokens_are_read_back() {
        let text = "# ä \u{1f600}\r\npolicy p \"ü\" {\n  let a = share(b) > 5 % # é\n}\n";
        for columns in [Columns::Utf8, Columns::Utf16] {
            let mut study = Study::default();
            let file = study.sources.add("a.gate", text);
            let source = study.sources.get(file).unwrap();
            let tokens = semantic_tokens(&study, file);
            let read = decoded(&encoded(source, &tokens, columns));
            assert_eq!(read.len(), tokens.len());
            for ((line, column, length, class), token) in read.into_iter().zip(&tokens) {
                let at = |character| encode::offset(source, Position { line, character }, columns);
                assert_eq!(at(column)..at(column + length), token.range);
                assert_eq!(TokenClass::ALL[class as usize], token.class);
            }
        }
    }

    #[test]
    fn a_token_over_several_lines_is_one_on_each() {
        let mut study = Study::default();
        let file = study.sources.add("a.gate", "ab\r\n\ncd e");
        let token = SemanticToken { range: 0..7, class: TokenClass::Text, marks: TokenMarks::default() };
        let source = study.sources.get(file).unwrap();
        let text = place_of(TokenClass::Text);
        let read = decoded(&encoded(source, &[token], Columns::Utf16));
        assert_eq!(read, [(0, 0, 2, text), (2, 0, 2, text)]);
    }

    #[test]
    fn each_class_and_mark_has_its_place_in_the_legend() {
        let legend = tokens_offered().legend;
        assert_eq!(legend.token_types.len(), 12);
        assert_eq!(legend.token_types[place_of(TokenClass::Property) as usize], "property");
        let library = TokenMarks { library: true, ..TokenMarks::default() };
        assert_eq!(legend.token_modifiers[bits(library).trailing_zeros() as usize], "defaultLibrary");
    }
}
