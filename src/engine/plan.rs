//! What the next gate of each workflow can tell, and how often its triggers err: chances of what `eval` finds to be asked.

use std::cell::Cell;

use super::load::{Loaded, load_each};
use super::total::{beyond_budget, exit_of, has_errors, nothing_judged};
use super::{Answer, DayOptions, Workspace, in_order};
use crate::eval::{AskedClaim, AskedRule, AskedShare, GateAhead, Rulebook, SnapshotSpacing, gate_ahead};
use crate::evidence::Looking;
use crate::point::Point;
use crate::project::Inputs;
use crate::report::plan::{
    AlarmPlan, AlarmRate, ErrPlan, PlanReport, PlannedAmount, PlannedClaim, PlannedGate, PlannedRule,
    PlannedTrigger, PlannedWorkflow, RecordedSample, SampledShare, SharePlan, Takes, TakesAnswer,
    TriggerClaim,
};
use crate::report::{Place, VERSION};
use crate::source::{SourceMap, Span};
use crate::stats::{NeededSamples, POWER, SampleCourse, ShareTest, Spend, runs_within};
use crate::types::Kind;
use crate::value::{Number, Series};

/// Days of half a year, 26 weeks.
const HALF_A_YEAR: i64 = 182;
/// Snapshots that are followed one by one, at most.
const MAX_LOOKS: usize = 1_000;
/// Snapshots that somebody may wait for: three years of weeks.
const MAX_WAIT: usize = 156;
/// By how much a truth is taken to be short of its threshold.
const POINTS_SHORT: [u32; 2] = [5, 10];
/// Steps that the sums of one workflow may take, each of some hundred nanoseconds.
const MAX_STEPS: usize = 5_000_000;

/// What is asked of plans.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// The day, and the workflows.
    pub day: DayOptions,
    /// The share of samples that are as a rule wants them, which is assumed for all rules. Without it that is half way between
    /// the threshold and all of them.
    pub assumed: Option<Number>,
}

impl Workspace {
    /// Works out what the next gate of each workflow can tell, and how often its triggers err. The exit code is 2 where one that
    /// was asked for by name has no next gate, or none has.
    pub fn plan(&mut self, inputs: Inputs, options: &PlanOptions) -> Answer<PlanReport> {
        self.begin();
        let Inputs { mut sources, projects, problems, lint: _ } = inputs;
        let each = |rulebook: &Rulebook<'_>, series: Series, as_of: Point| {
            let ahead = gate_ahead(rulebook, &series, as_of);
            let left = Cell::new(MAX_STEPS);
            let spend = |steps: usize| {
                left.set(left.get().saturating_sub(steps));
                left.get() > 0
            };
            let planner = Planner {
                sources: rulebook.sources,
                assumed: options.assumed.as_ref(),
                spacing: ahead.spacing,
                spend: &spend,
            };
            planner.workflow(&series.workflow, ahead)
        };
        let loaded = load_each(self, projects, problems, &mut sources, &options.day, each);
        let Loaded { projects, as_of, mut diagnostics } = loaded;
        let mut workflows = Vec::new();
        let mut rules = 0;
        diagnostics.extend(beyond_budget(&projects));
        for project in projects {
            diagnostics.extend(project.diagnostics);
            rules += project.program.rules.len();
            let planned = project.workflows.into_iter().filter_map(|workflow| workflow.series);
            workflows.extend(planned.map(|own| PlannedWorkflow { project: project.name.clone(), ..own }));
        }
        if !has_errors(&diagnostics) && (rules == 0 || workflows.is_empty()) {
            diagnostics.extend(nothing_judged(rules, &[]));
        }
        let found = in_order(&mut diagnostics, &sources);
        let mut without = workflows.iter().map(|workflow| workflow.no_gate.is_some());
        let is_unanswered = match options.day.workflows.is_empty() {
            true => without.all(|without| without),
            false => without.any(|without| without),
        };
        let exit = if is_unanswered { 2 } else { exit_of(&diagnostics) };
        let assumed = options.assumed.as_ref().map(share_of_all);
        let report =
            PlanReport { version: VERSION, as_of: as_of.to_string(), assumed, workflows, diagnostics: found };
        Answer::new(report, diagnostics, sources, exit).unless(&options.day.cancel)
    }
}

/// Works out what is asked of one workflow.
struct Planner<'a> {
    sources: &'a SourceMap,
    assumed: Option<&'a Number>,
    spacing: Option<SnapshotSpacing>,
    spend: Spend<'a>,
}

impl Planner<'_> {
    fn workflow(&self, name: &str, ahead: GateAhead) -> PlannedWorkflow {
        let gate = |([from, to], rules): ([_; 2], Vec<AskedRule>)| PlannedGate {
            gate: format!("{from} -> {to}"),
            rules: rules.into_iter().map(|rule| self.rule(&rule)).collect(),
        };
        PlannedWorkflow {
            project: None,
            workflow: name.to_owned(),
            stage: ahead.stage.map(|stage| stage.to_string()),
            spacing: self.spacing.map(|spacing| duration(&spacing.lasting(1))),
            half_year: self.half_year(),
            gates: ahead.steps.into_iter().map(gate).collect(),
            triggers: ahead.standing.iter().map(|rule| self.trigger(rule)).collect(),
            no_gate: ahead.no_gate,
        }
    }

    fn half_year(&self) -> Option<usize> {
        let spacing = self.spacing?;
        Some(spacing.snapshots_in(HALF_A_YEAR * spacing.axis.per_day()))
    }

    fn rule(&self, rule: &AskedRule) -> PlannedRule {
        let claim = |claim: &AskedClaim| PlannedClaim {
            claim: self.text(claim.span),
            wanted: claim.yes,
            place: Place::new(claim.span, self.sources),
            share: claim.asked.as_ref().ok().map(|asked| self.share(asked)),
            needs: claim.asked.as_ref().err().copied(),
            time_left: claim.asked.is_err().then_some(claim.time_left.as_ref()).flatten().map(duration),
        };
        PlannedRule {
            rule: rule.rule.to_string(),
            effect: rule.effect,
            applies: rule.applies,
            claims: rule.claims.iter().map(claim).collect(),
        }
    }

    fn trigger(&self, rule: &AskedRule) -> PlannedTrigger {
        let claim = |claim: &AskedClaim| TriggerClaim {
            claim: self.text(claim.span),
            wanted: claim.yes,
            place: Place::new(claim.span, self.sources),
            alarms: claim.asked.as_ref().ok().map(|asked| self.alarms(asked)),
            needs: claim.asked.as_ref().err().copied(),
        };
        PlannedTrigger {
            rule: rule.rule.to_string(),
            effect: rule.effect,
            claims: rule.claims.iter().map(claim).collect(),
        }
    }

    /// A condition on one line.
    fn text(&self, span: Span) -> String {
        self.sources.one_line(span)
    }

    fn share(&self, asked: &AskedShare) -> SharePlan {
        let threshold = &asked.test.threshold;
        let half_way = || (threshold + Number::ONE) / Number::from(2);
        let truth = self.assumed.cloned().unwrap_or_else(half_way);
        let at_next = |each: usize| match asked.course {
            SampleCourse::Newest(wide) => {
                asked.test.chance((0, 0), of_population(asked, each.saturating_mul(wide)), &truth, self.spend)
            }
            SampleCourse::All { good, of } => asked.test.chance((good, of), each, &truth, self.spend),
        };
        let short = |points: u32| {
            let truth = threshold - Number::from_parts(points.into(), 100u8.into());
            // Of a few, the next smaller number of them: half a person is neither.
            let truth = match asked.test.population {
                Some(all) => Number::from((&truth * Number::from(all)).floor()) / Number::from(all.max(1)),
                None => truth,
            };
            (truth >= Number::ZERO).then(|| self.err(asked, points, &truth))
        };
        SharePlan {
            sample: sampled(asked),
            in_a_row: asked.in_a_row,
            opens: asked.per_snapshot.and_then(at_next).map(|once| rounded(all_of(asked, once))),
            takes: self.takes(asked, &truth),
            errs: POINTS_SHORT.into_iter().filter_map(short).collect(),
            truth: as_counted(asked, &truth),
        }
    }

    /// How often it is met of a truth that is short of it.
    fn err(&self, asked: &AskedShare, points: u32, truth: &Number) -> ErrPlan {
        let once = size(asked).and_then(|size| asked.test.chance((0, 0), size, truth, self.spend));
        let half_year = self.within_half_a_year(asked, truth);
        ErrPlan {
            points,
            truth: as_counted(asked, truth),
            once: once.map(|once| rounded(all_of(asked, once))),
            half_year: half_year.map(rounded),
        }
    }

    /// The chance that it is met at one snapshot of half a year or more, of a sample that begins.
    fn within_half_a_year(&self, asked: &AskedShare, truth: &Number) -> Option<f64> {
        let (looks, each) = (self.half_year()?, asked.per_snapshot?);
        if asked.in_a_row > 1 {
            if !asked.is_fresh() || looks > MAX_LOOKS {
                return None;
            }
            let once = asked.test.chance((0, 0), each, truth, self.spend)?;
            return Some(runs_within(looks, asked.in_a_row, once).last().copied().unwrap_or(0.0));
        }
        let is_simple = asked.course == SampleCourse::Newest(1) && asked.test.looks == Looking::Once;
        // Drawing from the same few people again is not a new sample.
        if asked.test.population.is_some() || looks > MAX_LOOKS && !is_simple {
            return None;
        }
        let (course, test) = begun(asked);
        let rates = test.passed_within(looks, (course, each), truth, self.spend)?;
        Some(rates.last().copied().unwrap_or(0.0))
    }

    /// How many samples it takes.
    fn takes(&self, asked: &AskedShare, truth: &Number) -> Takes {
        let nothing =
            |answer| Takes { answer, samples: None, per_snapshot: None, snapshots: None, time: None };
        let after = |snapshots: usize| self.spacing.map(|spacing| duration(&spacing.lasting(snapshots)));
        if asked.test.looks == Looking::Growing {
            if *truth <= asked.test.threshold {
                return nothing(TakesAnswer::Never);
            }
            let Some(each) = asked.per_snapshot else { return nothing(TakesAnswer::NoRate) };
            let rates = asked.test.passed_within(MAX_WAIT, (asked.course, each), truth, self.spend);
            let Some(rates) = rates else { return nothing(TakesAnswer::Unsought) };
            let Some(at) = rates.iter().position(|rate| *rate >= POWER) else {
                return nothing(TakesAnswer::TooMany);
            };
            let (snapshots, time) = (Some(at + 1), after(at + 1));
            return Takes { samples: Some((at + 1) * each), snapshots, time, ..nothing(TakesAnswer::Known) };
        }
        let seen = match asked.course {
            SampleCourse::Newest(_) => (0, 0),
            SampleCourse::All { good, of } => (good, of),
        };
        // Each snapshot of a run has to do.
        let power = POWER.powf(1.0 / asked.in_a_row as f64);
        let samples = match asked.test.needed(seen, truth, power, self.spend) {
            NeededSamples::So(samples) => samples,
            NeededSamples::Never => return nothing(TakesAnswer::Never),
            NeededSamples::TooMany => return nothing(TakesAnswer::TooMany),
            NeededSamples::Unsought => return nothing(TakesAnswer::Unsought),
        };
        let snapshots = match asked.in_a_row {
            1 => asked.per_snapshot.map(|each| samples.div_ceil(each.max(1))),
            run => Some(run),
        };
        let per_snapshot = match asked.course {
            SampleCourse::Newest(wide) => Some(samples.div_ceil(wide.max(1))),
            SampleCourse::All { .. } => None,
        };
        let (samples, time) = (Some(samples), snapshots.and_then(after));
        Takes { answer: TakesAnswer::Known, samples, per_snapshot, snapshots, time }
    }

    fn alarms(&self, asked: &AskedShare) -> AlarmPlan {
        let threshold = &asked.test.threshold;
        let half_way = || threshold / Number::from(2);
        let as_it_should_be = self.assumed.map_or_else(half_way, |assumed| Number::ONE - assumed);
        let mut truths = vec![as_it_should_be];
        if !truths.contains(threshold) {
            truths.push(threshold.clone());
        }
        AlarmPlan {
            sample: sampled(asked),
            in_a_row: asked.in_a_row,
            fires: truths.iter().map(|truth| self.alarm(asked, truth)).collect(),
        }
    }

    fn alarm(&self, asked: &AskedShare, truth: &Number) -> AlarmRate {
        let once = size(asked).and_then(|size| asked.test.chance((0, 0), size, truth, self.spend));
        let half_year = self.within_half_a_year(asked, truth);
        AlarmRate {
            truth: as_counted(asked, truth),
            once: once.map(rounded),
            half_year: half_year.map(rounded),
        }
    }
}

/// The chance that each snapshot of a run does what one does with a chance of `once`.
fn all_of(asked: &AskedShare, once: f64) -> f64 {
    (0..asked.in_a_row).map(|_| once).product()
}

/// The same of a sample of which there is nothing yet.
fn begun(asked: &AskedShare) -> (SampleCourse, ShareTest) {
    let course = match asked.course {
        SampleCourse::All { .. } => SampleCourse::All { good: 0, of: 0 },
        SampleCourse::Newest(wide) => SampleCourse::Newest(wide),
    };
    let looks = match asked.test.looks {
        Looking::Nth(_) => Looking::Nth(1),
        Looking::Once | Looking::Growing => asked.test.looks,
    };
    (course, ShareTest { looks, ..asked.test.clone() })
}

fn sampled(asked: &AskedShare) -> SampledShare {
    let AskedShare { test, course, per_snapshot, .. } = asked;
    let (snapshots, recorded) = match *course {
        SampleCourse::Newest(wide) => (Some(wide), None),
        SampleCourse::All { good, of } => (None, asked.is_begun.then_some(RecordedSample { good, of })),
    };
    SampledShare {
        threshold: as_counted(asked, &test.threshold),
        confidence: test.confidence.as_ref().map(share_of_all),
        every_look: test.looks != Looking::Once,
        population: test.population,
        snapshots,
        per_snapshot: *per_snapshot,
        size: size(asked),
        recorded,
    }
}

/// How large the sample will be at the next snapshot.
fn size(asked: &AskedShare) -> Option<usize> {
    let each = asked.per_snapshot?;
    let size = match asked.course {
        SampleCourse::Newest(wide) => each.saturating_mul(wide),
        SampleCourse::All { of, .. } => of.saturating_add(each),
    };
    Some(of_population(asked, size))
}

/// No more can be drawn than there are.
fn of_population(asked: &AskedShare, size: usize) -> usize {
    asked.test.population.map_or(size, |all| size.min(all))
}

/// A share of those that bear a claim out, as the policy counts it.
fn as_counted(asked: &AskedShare, good: &Number) -> PlannedAmount {
    if asked.rest { share_of_all(&(Number::ONE - good)) } else { share_of_all(good) }
}

fn share_of_all(share: &Number) -> PlannedAmount {
    PlannedAmount::new(&Kind::Share, share)
}

fn duration(seconds: &Number) -> PlannedAmount {
    PlannedAmount::new(&Kind::Duration, seconds)
}

/// To six decimals, which are the same on every machine.
fn rounded(chance: f64) -> f64 {
    (chance.clamp(0.0, 1.0) * 1e6).round() / 1e6
}
