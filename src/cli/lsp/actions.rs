//! Quick fixes: what diagnostics say to write.

use std::collections::HashMap;

use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, Range as LspRange, WorkspaceEdit,
};

use super::published::{PublishedFinding, PublishedFix, studied};
use super::server::ShownFindings;
use super::world::World;

/// The fixes of what is shown at a place.
pub(super) fn quick_fixes(
    world: &World,
    shown: &ShownFindings,
    params: &CodeActionParams,
) -> Vec<CodeActionResponse> {
    let wanted = params.context.only.as_deref();
    if wanted.is_some_and(|kinds| !kinds.contains(&CodeActionKind::QuickFix)) {
        return Vec::new();
    }
    let place = world.place(&params.text_document.uri).unwrap_or_default();
    // What was judged before something was typed speaks of other places by now.
    let judged = if shown.is_current { shown.of(&place) } else { &[] };
    let fresh = world.sites.iter().filter(|_| !shown.is_current);
    let fresh =
        fresh.filter_map(|site| studied(&site.study, &site.names(world), &world.client).remove(&place));
    let fresh: Vec<PublishedFinding> = fresh.flatten().collect();
    let at = judged.iter().chain(&fresh).filter(|found| meet(found.diagnostic.range, params.range));
    let fixes = at.filter_map(|found| Some((found, found.fix.as_ref()?)));
    let actions = fixes.map(|(found, fix)| CodeAction {
        title: title(fix),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![found.diagnostic.clone()]),
        is_preferred: Some(!fix.guess),
        edit: Some(edit_of(fix)),
        ..CodeAction::default()
    });
    actions.map(CodeActionResponse::CodeAction).collect()
}

fn title(fix: &PublishedFix) -> String {
    let text = fix.edit.new_text.trim();
    match text.lines().next() {
        None => "Remove this".to_owned(),
        Some(line) if line.len() < text.len() => format!("Write `{line} …`"),
        Some(line) => format!("Write `{line}`"),
    }
}

fn edit_of(fix: &PublishedFix) -> WorkspaceEdit {
    let changes = HashMap::from([(fix.uri.clone(), vec![fix.edit.clone()])]);
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

/// Whether two ranges have a place in common; the end of one counts as its place, too, since a cursor stands there.
fn meet(a: LspRange, b: LspRange) -> bool {
    a.start <= b.end && b.start <= a.end
}
