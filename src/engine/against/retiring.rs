//! The workflows whose last day a pull request sets: they leave the gates, so that each is named.

use std::collections::BTreeMap;

use super::JudgedSide;
use crate::report::against::Retirement;
use crate::report::{Place, WorkflowReport, full_name};
use crate::source::{SourceMap, Span};
use crate::value::Date;

/// The last day of a workflow, and where it stands.
type LastDay = (Date, Span);

/// The last days of all workflows that have one, by full names.
fn last_days(side: &JudgedSide) -> BTreeMap<String, LastDay> {
    let mut days = BTreeMap::new();
    for project in &side.loaded.projects {
        for workflow in &project.workflows {
            let full = full_name(project.name.as_deref(), &workflow.name);
            let newest = side.evidence.get(&full).and_then(|evidence| evidence.newest.as_ref());
            let day = newest.and_then(|newest| project.program.vocabulary.last_day(&newest.record));
            days.extend(day.map(|day| (full, day)));
        }
    }
    days
}

/// The workflows that have another last day than in the base, by the branch's own rules or by the base's.
pub(super) fn retiring(
    base: &JudgedSide,
    judged: &JudgedSide,
    own: &JudgedSide,
    sources: &SourceMap,
) -> Vec<Retirement> {
    let known = last_days(base);
    let mut set = last_days(judged);
    set.extend(last_days(own));
    set.retain(|workflow, (day, _)| known.get(workflow).is_none_or(|(before, _)| before != day));
    let retirement = |(workflow, (day, place)): (String, LastDay)| Retirement {
        workflow,
        last_day: day.to_string(),
        last_decision: None,
        place: Place::new(place, sources),
    };
    set.into_iter().map(retirement).collect()
}

/// Adds what was decided of each in the base.
pub(super) fn decide(retiring: &mut [Retirement], base: &[WorkflowReport]) {
    let decisions: BTreeMap<String, _> = base.iter().map(|report| (report.name(), report.decision)).collect();
    for one in retiring {
        one.last_decision = decisions.get(&one.workflow).copied();
    }
}
