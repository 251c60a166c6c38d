//! A judgement with what its rules saw: for editors, which show it beside the text.
//!
//! Of very many workflows the first few are kept of each place, by a fixed order, and the others are counted.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Answer, CheckOptions, Workspace};
use crate::ast::EffectKind;
use crate::eval::{WorkflowSeen, look_around};
use crate::project::Inputs;
use crate::report::why::Reading;
use crate::report::{Outcome, Report, RuleReport};
use crate::source::{SourceMap, Span};

/// Workflows that are kept of each place.
const KEPT: usize = 10;

/// What was judged, and what was seen.
#[derive(Debug)]
pub struct Observed {
    /// As `check` answers.
    pub answer: Answer<Report>,
    /// How each rule came out, by its file and its name.
    pub rules: BTreeMap<(String, String), RuleTally>,
    /// What conditions and lets look at, by file and the end of the line that they end on.
    pub lines: SeenPlaces,
    /// The values of fields, params and lets, by file and the place of the name in their declaration.
    pub declared: SeenPlaces,
}

/// What was seen of places, by file and byte.
pub type SeenPlaces = BTreeMap<Arc<str>, BTreeMap<u32, PlaceSeen>>;

/// What was seen of a place.
#[derive(Clone, Debug, Default)]
pub struct PlaceSeen {
    /// The first few workflows: those where a rule came out worst, then by name.
    pub first: Vec<ValueOfWorkflow>,
    /// How many workflows there are.
    pub count: usize,
    /// Whether it is of several conditions, so that expressions have to be named.
    pub several: bool,
}

/// What was seen for a workflow.
#[derive(Clone, Debug)]
pub struct ValueOfWorkflow {
    weight: Reverse<(u8, u8)>,
    /// The full name.
    pub workflow: String,
    /// The expressions, each with its value.
    pub shown: Vec<(Span, Reading)>,
}

/// How many workflows a rule came out how for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleTally {
    /// Where it bears on the decision.
    pub enforced: OutcomeTally,
    /// Where a gate lies ahead that nobody asks to pass.
    pub previewed: OutcomeTally,
    /// Where it is switched off.
    pub off: usize,
}

/// How many workflows there are of each outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutcomeTally {
    /// Those that it was judged for.
    pub judged: usize,
    /// Those where it fails, by its effect, the harshest first.
    pub failed: BTreeMap<Reverse<EffectKind>, usize>,
    /// Those that it holds, whether it fails or is undecided.
    pub held: usize,
    /// Those where it is undecided.
    pub undecided: usize,
    /// Those where it is waived.
    pub waived: usize,
}

impl Workspace {
    /// Judges as [`Workspace::check`] does, and keeps what rules saw, also those that pass.
    pub fn observe(&mut self, inputs: Inputs, options: &CheckOptions) -> Observed {
        let (answer, made) = self.check_beside(inputs, options, |rulebook, series, as_of, judged| {
            look_around(rulebook, &series.snapshots, as_of, &judged.verdict.rules)
        });
        let mut observed = Observed {
            rules: tallies(&answer.report),
            answer,
            lines: SeenPlaces::new(),
            declared: SeenPlaces::new(),
        };
        for (workflow, seen) in made {
            observed.add(&workflow, seen);
        }
        observed
    }
}

impl Observed {
    fn add(&mut self, workflow: &str, seen: WorkflowSeen) {
        let sources = &self.answer.sources;
        for (place, line) in seen.lines {
            let own = ValueOfWorkflow {
                weight: Reverse(line.weight),
                workflow: workflow.to_owned(),
                shown: line.shown,
            };
            let known = place_in(&mut self.lines, place, sources);
            known.several |= line.several;
            known.add(own);
        }
        for (place, reading) in seen.declared {
            let (weight, workflow) = (Reverse((0, 0)), workflow.to_owned());
            let own = ValueOfWorkflow { weight, workflow, shown: vec![(place, reading)] };
            place_in(&mut self.declared, place, sources).add(own);
        }
    }
}

impl PlaceSeen {
    fn add(&mut self, own: ValueOfWorkflow) {
        self.count += 1;
        let is_before =
            |known: &ValueOfWorkflow| (known.weight, &known.workflow) <= (own.weight, &own.workflow);
        let at = self.first.partition_point(is_before);
        if at < KEPT {
            self.first.insert(at, own);
            self.first.truncate(KEPT);
        }
    }
}

fn place_in<'p>(places: &'p mut SeenPlaces, place: Span, sources: &SourceMap) -> &'p mut PlaceSeen {
    let name = sources.get(place.file).map_or_else(|| "".into(), |source| source.name.clone());
    places.entry(name).or_default().entry(place.start).or_default()
}

/// Counts how the rules of policies came out.
fn tallies(report: &Report) -> BTreeMap<(String, String), RuleTally> {
    let mut found: BTreeMap<(String, String), RuleTally> = BTreeMap::new();
    for workflow in &report.workflows {
        let mut worst: BTreeMap<(&str, &str), &RuleReport> = BTreeMap::new();
        for rule in &workflow.rules {
            let known = worst.entry((&rule.policy.file, &rule.rule)).or_insert(rule);
            let weight = |rule: &RuleReport| (rule.enforced, rule.applied, rule.outcome.severity());
            if weight(known) < weight(rule) {
                *known = rule;
            }
        }
        for ((file, name), rule) in worst {
            found.entry((file.to_owned(), name.to_owned())).or_default().add(rule);
        }
    }
    found
}

impl RuleTally {
    fn add(&mut self, rule: &RuleReport) {
        let tally = if rule.enforced { &mut self.enforced } else { &mut self.previewed };
        tally.held += usize::from(rule.applied == Some(EffectKind::Hold));
        match rule.outcome {
            Outcome::Off => self.off += 1,
            Outcome::NotApplicable => {}
            Outcome::Pass => tally.judged += 1,
            Outcome::Fail => {
                tally.judged += 1;
                *tally.failed.entry(Reverse(rule.effect)).or_default() += 1;
            }
            Outcome::Undecided => {
                tally.judged += 1;
                tally.undecided += 1;
            }
            Outcome::Waived => {
                tally.judged += 1;
                tally.waived += 1;
            }
        }
    }
}
