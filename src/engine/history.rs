//! The history of every workflow: each of its snapshots judged on its own day.

use super::load::{Loaded, load_each};
use super::total::{beyond_budget, exit_of, has_errors, nothing_judged};
use super::{Answer, DayOptions, Workspace, in_order};
use crate::eval::Rulebook;
use crate::history::{history_of, share_scales};
use crate::point::Point;
use crate::project::Inputs;
use crate::report::{History, VERSION, WorkflowHistory};
use crate::source::SourceMap;
use crate::value::Series;

impl Workspace {
    /// Judges each snapshot as it would have been judged on its own day.
    pub fn history(&mut self, inputs: Inputs, options: &DayOptions) -> Answer<History> {
        self.begin();
        let Inputs { mut sources, projects, problems, lint: _ } = inputs;
        let loaded = load_each(self, projects, problems, &mut sources, options, each_day(options));
        of_loaded(loaded, sources, options)
    }
}

/// Judges each day of a series.
pub(super) fn each_day(
    options: &DayOptions,
) -> impl Fn(&Rulebook<'_>, Series, Point) -> WorkflowHistory + Sync {
    |rulebook, series, _| history_of(rulebook, &series, options.point(rulebook.program.vocabulary.axis()))
}

/// The history of what was judged.
pub(super) fn of_loaded(
    loaded: Loaded<WorkflowHistory>,
    sources: SourceMap,
    options: &DayOptions,
) -> Answer<History> {
    let Loaded { mut projects, as_of, mut diagnostics } = loaded;
    let mut histories = Vec::new();
    let mut rules = 0;
    for project in &mut projects {
        diagnostics.extend(project.diagnostics.iter().cloned());
        rules += project.program.rules.len();
        let judged =
            std::mem::take(&mut project.workflows).into_iter().filter_map(|workflow| workflow.series);
        histories.extend(judged.map(|own| WorkflowHistory { project: project.name.clone(), ..own }));
    }
    if let Some(problem) = beyond_budget(&projects) {
        diagnostics.push(problem);
        histories.clear();
    }
    if !has_errors(&diagnostics) && (rules == 0 || histories.is_empty()) {
        diagnostics.extend(nothing_judged(rules, &[]));
    }
    share_scales(&mut histories);
    let found = in_order(&mut diagnostics, &sources);
    let exit = exit_of(&diagnostics);
    let report =
        History { version: VERSION, as_of: as_of.to_string(), workflows: histories, diagnostics: found };
    Answer::new(report, diagnostics, sources, exit).unless(&options.cancel)
}
