//! The history of every workflow: each of its snapshots judged on its own day.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::load::{Loaded, load};
use super::total::{beyond_budget, exit_of, has_errors, nothing_judged};
use super::{Answer, DayOptions, Workspace, in_order};
use crate::history::{history_of, share_scales};
use crate::project::Inputs;
use crate::report::{History, VERSION, WorkflowHistory};
use crate::source::SourceMap;
use crate::value::Series;

impl Workspace {
    /// Judges each snapshot as it would have been judged on its own day.
    pub fn history(&mut self, inputs: Inputs, options: &DayOptions) -> Answer<History> {
        self.begin();
        let Inputs { mut sources, projects, problems, lint: _ } = inputs;
        let loaded = load(self, projects, problems, &mut sources, options);
        of_loaded(loaded, sources, options)
    }
}

/// The history of what was read.
pub(super) fn of_loaded(loaded: Loaded, sources: SourceMap, options: &DayOptions) -> Answer<History> {
    let Loaded { projects, as_of, mut diagnostics } = loaded;
    let mut histories = Vec::new();
    let mut rules = 0;
    for project in &projects {
        diagnostics.extend(project.diagnostics.iter().cloned());
        rules += project.program.rules.len();
        let readable: Vec<&Series> =
            project.workflows.iter().filter_map(|workflow| workflow.series.as_ref()).collect();
        let look = |series: &Series| {
            if options.cancel.is_cancelled() {
                return None;
            }
            let own = history_of(&project.rulebook(&series.workflow, &sources), series, as_of);
            Some(WorkflowHistory { project: project.name.clone(), ..own })
        };
        histories.extend(readable.into_par_iter().filter_map(look).collect::<Vec<_>>());
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
