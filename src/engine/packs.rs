//! Names of shipped policies that a project does not take: which of them to add, said once for each.
//!
//! Goes by the code and the place of a diagnostic, and by what stands at that place; never by its words.

use std::collections::{BTreeMap, BTreeSet};

use crate::builtin;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};
use crate::text::first_few;

/// Places that are shown where a policy is read, each in another file.
const MAX_PLACES: usize = 3;

/// Puts one error in the place of all those about the names of a shipped policy that is not taken.
pub(super) fn name_missing_packs(diagnostics: &mut Vec<Diagnostic>, sources: &SourceMap) {
    let mut missing: BTreeMap<&'static str, BTreeSet<Span>> = BTreeMap::new();
    diagnostics.retain(|diagnostic| {
        let Some(name) = shipped_policy(diagnostic, sources) else { return true };
        missing.entry(name).or_default().extend(diagnostic.labels.iter().map(|label| label.span));
        false
    });
    diagnostics.extend(missing.into_iter().map(|(name, places)| not_taken(name, &places, sources)));
}

/// The shipped policy that an unknown name is that of, where something of it is read: `monitoring` of `monitoring.light`.
fn shipped_policy(diagnostic: &Diagnostic, sources: &SourceMap) -> Option<&'static str> {
    if diagnostic.code != Code::UnknownName {
        return None;
    }
    let span = diagnostic.labels.first()?.span;
    let source = sources.get(span.file)?;
    let name = builtin::policies().find(|name| *name == sources.text(span))?;
    let (before, after) = (source.text.get(..span.range().start)?, source.text.get(span.range().end..)?);
    (after.starts_with('.') && !before.ends_with('.')).then_some(name)
}

fn not_taken(name: &str, places: &BTreeSet<Span>, sources: &SourceMap) -> Diagnostic {
    let mut shown: Vec<Span> = Vec::new();
    for place in places {
        if shown.len() < MAX_PLACES && shown.iter().all(|known| known.file != place.file) {
            shown.push(*place);
        }
    }
    let message = format!("`{name}` is a shipped policy that `policies` does not take");
    let mut problem = Diagnostic::error(Code::UnknownName, message);
    for place in shown {
        problem = problem.label(place, "read here");
    }
    let is_read = |name: &str| sources.named(&builtin::file_name(name)).is_some();
    let further = builtin::needs(name).into_iter().filter(|name| !is_read(name));
    let further: Vec<String> = further.map(builtin::entry).collect();
    let also = match further.as_slice() {
        [] => String::new(),
        names => format!(", and what that reads: {}", first_few(names.iter().map(String::as_str))),
    };
    problem.help(format!("add `{}` to `policies`{also}", builtin::entry(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Workspace;
    use crate::project::{Inputs, Project, TextFile};

    fn of(names: impl IntoIterator<Item = &'static str>) -> Vec<Diagnostic> {
        let file = |name| TextFile {
            name: builtin::file_name(name),
            content: Ok(builtin::text(name).unwrap_or_default().into()),
        };
        let policies = names.into_iter().chain([builtin::VOCABULARY]).map(file).collect();
        let inputs =
            Inputs { projects: vec![Project { policies, ..Project::default() }], ..Inputs::default() };
        Workspace::new().in_force(inputs, Vec::new()).diagnostics
    }

    #[test]
    fn a_shipped_policy_with_all_that_it_needs_is_understood() {
        for name in builtin::policies() {
            let all = builtin::needs(name).into_iter().chain([name]);
            assert_eq!(of(all), [], "{name}");
        }
    }

    #[test]
    fn what_is_not_taken_is_named_once_with_the_entry_to_add() {
        let found = of(["rollback"]);
        let said: Vec<(&str, Option<&str>)> =
            found.iter().map(|problem| (&*problem.message, problem.help.as_deref())).collect();
        assert_eq!(
            said,
            [
                (
                    "`monitoring` is a shipped policy that `policies` does not take",
                    Some(
                        "add `builtin/monitoring` to `policies`, and what that reads: `builtin/before_deployment`, \
                         `builtin/staged_rollout`"
                    )
                ),
                (
                    "`before_deployment` is a shipped policy that `policies` does not take",
                    Some("add `builtin/before_deployment` to `policies`")
                ),
            ]
        );
    }
}
