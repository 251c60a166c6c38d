//! Projects whose policies and snapshots are the same on both sides: no more than what is set differs, and both are judged together.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::DayOptions;
use super::super::load::Ready;
use super::{DayVerdict, Verdicts, verdicts};
use crate::eval::{Rulebook, judge_each_day_by_both};
use crate::program::Program;
use crate::project::{FileContent, Project, TextFile, is_table};
use crate::value::Series;

/// The projects whose policies and snapshots are the same on both sides, so that no more than what is set can differ. The old
/// ones lose their `types`: the same texts, parsed once more, would only give their expressions other ids.
pub(super) fn twins(old: &mut [Project], new: &[Project]) -> BTreeSet<Option<String>> {
    let is_twin = |old: &&mut Project| {
        let Some(new) = new.iter().find(|new| new.name == old.name) else { return false };
        !old.unsure
            && !new.unsure
            && same_texts(&old.policies, &new.policies)
            && (old.types.is_empty() || same_texts(&old.types, &new.policies))
            && new.types.is_empty()
            && same_evidence(&old.snapshots, &new.snapshots)
            && same_evidence(&old.standing, &new.standing)
    };
    let found = old.iter_mut().filter(is_twin).map(|project| {
        project.types.clear();
        project.name.clone()
    });
    found.collect()
}

fn same_texts(old: &[TextFile], new: &[TextFile]) -> bool {
    let is_same = |(old, new): (&TextFile, &TextFile)| match (&old.content, &new.content) {
        (Ok(FileContent::Unkept(old)), Ok(FileContent::Unkept(new))) if Arc::ptr_eq(old, new) => true,
        (Ok(_), Ok(_)) => old.bytes().is_ok_and(|old| new.bytes().is_ok_and(|new| old == new)),
        (Ok(_) | Err(_), _) => false,
    };
    old.len() == new.len() && old.iter().zip(new).all(is_same)
}

/// Whether files have the same names and texts; of a table, whose rows depend on the settings, nobody says so.
fn same_evidence(old: &[TextFile], new: &[TextFile]) -> bool {
    let mut both = old.iter().zip(new);
    both.all(|(old, new)| old.name == new.name && !is_table(&old.name)) && same_texts(old, new)
}

/// The verdicts of a series by what is in force in a twin, and by a rulebook of the other side. What both say alike is judged once.
pub(super) fn verdicts_of_both(
    twin: &Ready<Option<Verdicts>>,
    new: &Rulebook<'_>,
    series: &Series,
    options: &DayOptions,
) -> (Option<Verdicts>, Verdicts) {
    let old = twin.rulebook(&series.workflow, new.sources);
    let together = differing_params(&old, new)
        .and_then(|params| verdicts_together([&old, new], &params, series, options));
    let [old, new] =
        together.unwrap_or_else(|| [&old, new].map(|rulebook| verdicts(rulebook, series, options)));
    (Some(old), new)
}

/// The verdicts of two rulebooks, of whose params some have other values; none where that takes more than one of them may.
fn verdicts_together(
    [old, new]: [&Rulebook<'_>; 2],
    params: &[usize],
    series: &Series,
    options: &DayOptions,
) -> Option<[Verdicts; 2]> {
    let today = Some(options.point(new.program.vocabulary.axis()));
    // The policies are the same, and so are the indexes of all that they declare.
    let both = [Rulebook { program: new.program, ..*old }, *new];
    let (mut before, mut after) = (Verdicts::new(), Verdicts::new());
    let (mut old_bytes, mut new_bytes) = (0, 0);
    for judged in judge_each_day_by_both(both, params, series, today) {
        let (date, day, [was, is]) = judged?;
        old_bytes += DayVerdict::bytes(&was);
        new_bytes += DayVerdict::bytes(&is);
        let is = DayVerdict::of(is, &[after.values().next_back()]);
        let was = DayVerdict::of(was, &[Some(&is), before.values().next_back()]);
        before.insert((date, day), was);
        after.insert((date, day), is);
    }
    // Where it is too much, the run has no verdicts.
    old.run.report(old_bytes);
    new.run.report(new_bytes);
    Some([before, after])
}

/// The params whose values are all that differs between two rulebooks of the same policies; none where something else may.
pub(super) fn differing_params(old: &Rulebook<'_>, new: &Rulebook<'_>) -> Option<Vec<usize>> {
    let waivers = old.waivers.iter().zip(new.waivers);
    let is_alike = !old.program.incomplete
        && !new.program.incomplete
        // What they see of other workflows depends on what is in force for these.
        && !new.program.reads_workflows()
        && declare_alike(old.program, new.program)
        && old.waivers.len() == new.waivers.len()
        && waivers.into_iter().all(|(old, new)| old.is_same_elsewhere(new));
    new.settings.only_values_differ(old.settings).filter(|_| is_alike)
}

/// Whether two programs of the same policies are the same. Settings name the entries of tables, and values in force bound the
/// types of what is computed from them.
fn declare_alike(old: &Program, new: &Program) -> bool {
    let mut params = old.params.iter().zip(&new.params);
    let mut exprs = old.exprs.iter().zip(&new.exprs);
    old.gates.len() == new.gates.len()
        && old.params.len() == new.params.len()
        && params.all(|(old, new)| old.name == new.name && old.ty == new.ty)
        && old.exprs.len() == new.exprs.len()
        && exprs.all(|(old, new)| old.as_ref().map(|info| &info.ty) == new.as_ref().map(|info| &info.ty))
}
