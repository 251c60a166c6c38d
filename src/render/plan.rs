//! Plans for people: rule by rule what the next gate can tell, then how often triggers err.

use std::collections::BTreeMap;

use super::Style;
use super::human::{arrow, draw, narrate_problems};
use crate::ast::EffectKind;
use crate::diagnostic::Severity;
use crate::engine::Answer;
use crate::report::plan::{
    AlarmPlan, NoGate, PlanReport, PlannedClaim, PlannedGate, PlannedRule, PlannedTrigger, PlannedWorkflow,
    SampledShare, SharePlan, TakesAnswer, Unplanned,
};
use crate::text::{quote, visible, wrap};

/// Workflows without a gate that an error names.
const MAX_SAID: usize = 5;

/// What is wrong, then each workflow.
pub fn human(planned: &Answer<PlanReport>, style: Style) -> String {
    let mut page = PlanPage { out: String::new(), style, is_spoken: false };
    for diagnostic in planned.diagnostics.iter().filter(|found| !found.code.is_lint()) {
        page.out.push_str(&draw(diagnostic, &planned.sources, style));
        page.out.push('\n');
    }
    page.all(planned);
    page.out
}

/// The same for screen readers: sentences, each on a line, without columns or marks.
pub fn narrate(planned: &Answer<PlanReport>) -> String {
    let style = Style { color: false, unicode: false, width: usize::MAX };
    let out = narrate_problems(&planned.diagnostics, &planned.sources);
    let mut page = PlanPage { out, style, is_spoken: true };
    page.all(planned);
    page.out
}

/// Why there is nothing to plan, and what to do.
pub fn without_gate(report: &PlanReport) -> String {
    let without = report.workflows.iter().filter_map(|workflow| Some((workflow, workflow.no_gate?)));
    let told = |(workflow, why): (&PlannedWorkflow, NoGate)| {
        format!("`{}` has no next gate: {}", quote(&workflow.name()), no_gate(workflow, why))
    };
    let mut said: Vec<String> = without.map(told).collect();
    let more = said.len().saturating_sub(MAX_SAID);
    said.truncate(MAX_SAID);
    let said = said.join("\n");
    if more == 0 { said } else { format!("{said}\nand {more} more") }
}

fn no_gate(workflow: &PlannedWorkflow, why: NoGate) -> String {
    let stage = workflow.stage.as_deref().map_or_else(String::new, |stage| visible(stage).into_owned());
    match why {
        NoGate::NoStages => "no policy declares stages; declare `stages a -> b` and `gate a -> b`".to_owned(),
        NoGate::LastStage => {
            format!("`{stage}` is the last stage; plan a workflow that is in an earlier one")
        }
        NoGate::Undeclared => format!("no gate leads on from `{stage}`; declare one in a policy"),
        NoGate::Retired => {
            "it is retired; plan it as of a day on which it was not, with `--as-of`".to_owned()
        }
        NoGate::UnknownStage => "its newest snapshot has no `stage`; record it".to_owned(),
        NoGate::TooLarge => "it has too many snapshots, or takes too many steps to judge".to_owned(),
    }
}

/// What has been written so far.
struct PlanPage {
    out: String,
    style: Style,
    /// Whether it is for screen readers.
    is_spoken: bool,
}

impl PlanPage {
    /// What is assumed, then each workflow.
    fn all(&mut self, planned: &Answer<PlanReport>) {
        if planned.report.workflows.is_empty() {
            return;
        }
        let assumed = planned.report.assumed.as_ref().map_or_else(
            || "if the truth is half way between the threshold of a rule and all samples".to_owned(),
            |assumed| format!("if {} of the samples are as a rule wants them", assumed.value),
        );
        self.hanging("", &format!("As of {}, {assumed}:", planned.report.as_of));
        if planned.diagnostics.iter().any(|found| found.severity == Severity::Error) {
            self.hanging("", "Not everything could be read, so rules may be missing.");
        }
        for workflow in &planned.report.workflows {
            self.line("");
            self.workflow(workflow);
        }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// Text that is broken within the terminal, below its own beginning; where it is spoken, behind what stands before it.
    fn hanging(&mut self, before: &str, text: &str) {
        if self.is_spoken {
            let label = before.trim();
            let label = if label.is_empty() { String::new() } else { format!("{label}: ") };
            return self.line(&format!("{label}{}.", visible(text).trim_end_matches([':', '.'])));
        }
        let indent = before.chars().count();
        for (at, line) in wrap(&visible(text), self.style.width.saturating_sub(indent)).iter().enumerate() {
            let before = if at == 0 { before.to_owned() } else { " ".repeat(indent) };
            self.line(&format!("{before}{line}"));
        }
    }

    fn workflow(&mut self, workflow: &PlannedWorkflow) {
        let name = visible(&workflow.name()).into_owned();
        if let Some(why) = workflow.no_gate {
            self.hanging("", &format!("{name}: {}", no_gate(workflow, why)));
        }
        for gate in &workflow.gates {
            let step = match self.is_spoken {
                true => visible(&gate.gate).replace(" -> ", " to "),
                false => arrow(&visible(&gate.gate), self.style),
            };
            self.hanging("", &format!("{name}: gate {step}"));
            self.gate(gate);
        }
        self.triggers(workflow);
    }

    fn gate(&mut self, gate: &PlannedGate) {
        let mut needs = Needs::default();
        for rule in &gate.rules {
            let mut is_named = false;
            for claim in &rule.claims {
                let Some(share) = &claim.share else {
                    needs.add(claim.needs, &format!("{}{}", rule.rule, still(claim)));
                    continue;
                };
                if !is_named {
                    self.line("");
                    let name = format!("{}{}", rule.rule, remark(rule));
                    self.hanging("  ", &name);
                }
                is_named = true;
                self.claim(claim, share);
            }
        }
        if !needs.0.is_empty() {
            self.line("");
            self.hanging("  ", "not about samples:");
            self.needs(&needs);
        }
    }

    fn claim(&mut self, claim: &PlannedClaim, share: &SharePlan) {
        let run = in_a_row(share.in_a_row);
        self.hanging("    asks    ", &format!("{}{run}", asked((&claim.claim, claim.wanted), &share.sample)));
        self.hanging("    sample  ", &sample(&share.sample));
        let truth = &share.truth.value;
        let opens = match share.opens {
            None => "not known, as no samples were recorded lately".to_owned(),
            Some(opens) if share.sample.snapshots.is_none() => {
                format!("{} at the next snapshot, if the true share is {truth}", chance(opens))
            }
            Some(opens) if share.in_a_row > 1 => {
                let run = share.in_a_row;
                format!("{} at the next {run} looks, if the true share is {truth}", chance(opens))
            }
            Some(opens) => format!("{} at one look, if the true share is {truth}", chance(opens)),
        };
        self.hanging("    opens   ", &opens);
        self.hanging("    takes   ", &takes(share));
        let errs = share.errs.iter().filter_map(|err| {
            let within = |rate| format!(", {} within half a year", chance(rate));
            let half_year = err.half_year.map_or_else(String::new, within);
            let (once, points, truth) = (chance(err.once?), err.points, &err.truth.value);
            let looks = looks(share.in_a_row);
            Some(format!("{once} at {looks}{half_year}, if it is {points} points short: {truth}"))
        });
        for (at, err) in errs.enumerate() {
            self.hanging(if at == 0 { "    errs    " } else { "            " }, &err);
        }
    }

    fn needs(&mut self, needs: &Needs) {
        for (need, rules) in &needs.0 {
            self.hanging("    ", &format!("{}: {}", needed(*need), rules.join(", ")));
        }
    }

    /// How often standing rules fire falsely.
    fn triggers(&mut self, workflow: &PlannedWorkflow) {
        if workflow.triggers.is_empty() {
            return;
        }
        let mut needs = Needs::default();
        let mut is_told = false;
        for trigger in &workflow.triggers {
            for claim in &trigger.claims {
                let Some(alarms) = &claim.alarms else {
                    needs.add(claim.needs, &trigger.rule);
                    continue;
                };
                if !is_told {
                    self.line("");
                    let name = visible(&workflow.name()).into_owned();
                    let looks =
                        workflow.half_year.map_or_else(String::new, |looks| format!(" ({looks} snapshots)"));
                    self.hanging(
                        "",
                        &format!("{name}: how often it is stopped falsely in half a year{looks}"),
                    );
                    is_told = true;
                }
                self.line("");
                self.alarm(trigger, (&claim.claim, claim.wanted), alarms);
            }
        }
        if !needs.0.is_empty() {
            self.line("");
            let more =
                if is_told { "further rules that hold or roll back" } else { "rules that hold or roll back" };
            self.hanging("  ", &format!("{more}, not about samples:"));
            self.needs(&needs);
        }
    }

    fn alarm(&mut self, trigger: &PlannedTrigger, claim: (&str, bool), alarms: &AlarmPlan) {
        self.hanging("  ", &format!("{} ({})", trigger.rule, trigger.effect.as_str()));
        let run = in_a_row(alarms.in_a_row);
        self.hanging("    fires   ", &format!("{}{run}", asked(claim, &alarms.sample)));
        self.hanging("    sample  ", &sample(&alarms.sample));
        for (at, rate) in alarms.fires.iter().enumerate() {
            let truth = &rate.truth.value;
            let is_at_threshold = rate.truth == alarms.sample.threshold;
            let of = if is_at_threshold { "just at the threshold" } else { "the true share is" };
            let of = if is_at_threshold { format!("it is {of}: {truth}") } else { format!("{of} {truth}") };
            let text = match (rate.once, rate.half_year) {
                (None, _) => "not known, as no samples were recorded lately".to_owned(),
                (Some(_), Some(half_year)) => format!("{} in half a year, if {of}", chance(half_year)),
                (Some(once), None) => {
                    format!("{} at one look, if {of}; half a year takes too long to sum up", chance(once))
                }
            };
            self.hanging(if at == 0 { "    errs    " } else { "            " }, &text);
        }
    }
}

/// By what is needed, the rules that need it.
#[derive(Default)]
struct Needs(BTreeMap<Unplanned, Vec<String>>);

impl Needs {
    fn add(&mut self, need: Option<Unplanned>, rule: &str) {
        let Some(need) = need else { return };
        let rules = self.0.entry(need).or_default();
        if rules.last().is_none_or(|last| last != rule) {
            rules.push(rule.to_owned());
        }
    }
}

fn in_a_row(run: usize) -> String {
    if run == 1 { String::new() } else { format!(", {run} snapshots in a row") }
}

fn looks(run: usize) -> String {
    if run == 1 { "one look".to_owned() } else { format!("{run} looks") }
}

/// How much longer something has to last.
fn still(claim: &PlannedClaim) -> String {
    match &claim.time_left {
        Some(left) if left.amount.exact == "0" => " (long enough)".to_owned(),
        Some(left) => format!(" ({} to go)", left.value),
        None => String::new(),
    }
}

/// What is to be known of a rule before its claims.
fn remark(rule: &PlannedRule) -> &'static str {
    match rule.effect {
        _ if !rule.applies => " (it does not apply now)",
        EffectKind::Note => " (it only notes)",
        EffectKind::Warn => " (it only warns)",
        EffectKind::Hold | EffectKind::Rollback => "",
    }
}

/// `light >= light_share [80%, with 90% confidence, at every look]`
fn asked((claim, wanted): (&str, bool), sample: &SampledShare) -> String {
    let claim = if wanted { claim.to_owned() } else { format!("not ({claim})") };
    let confidence = sample.confidence.as_ref();
    let confidence = confidence.map(|confidence| format!("with {} confidence", confidence.value));
    let every = sample.every_look.then(|| "at every look".to_owned());
    let all = sample.population.map(|all| format!("of {all} in all"));
    let terms = [Some(sample.threshold.value.clone()), confidence, all, every];
    format!("{claim} [{}]", terms.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// `60 at a look: 2 snapshots of 30`
fn sample(sample: &SampledShare) -> String {
    let (Some(each), Some(size)) = (sample.per_snapshot, sample.size) else {
        return "none was recorded lately".to_owned();
    };
    match (sample.snapshots, &sample.recorded) {
        (Some(1), _) => format!("{size} at a look: those of 1 snapshot"),
        (Some(snapshots), _) => format!("{size} at a look: those of {snapshots} snapshots of {each}"),
        (None, Some(recorded)) => {
            let of = recorded.of;
            format!("{size} at the next snapshot: {of} so far, and {each} more at each")
        }
        (None, None) => format!("{each} more at each snapshot; what there is so far is not known"),
    }
}

/// Whether it is asked at every look of a sample that only grows.
fn is_followed(sample: &SampledShare) -> bool {
    sample.every_look && sample.snapshots.is_none()
}

fn takes(share: &SharePlan) -> String {
    let takes = &share.takes;
    let count = |count: usize| if count == 1 { "1 sample".to_owned() } else { format!("{count} samples") };
    match (takes.answer, takes.samples) {
        (TakesAnswer::Known, Some(0)) => "no further samples for a chance of 80%".to_owned(),
        (TakesAnswer::Known, Some(samples)) => {
            let further = if share.sample.snapshots.is_none() { "a further " } else { "" };
            // The chance rises with each snapshot, but with single samples it rises and falls.
            let or_more = if is_followed(&share.sample) { "" } else { " or more" };
            let chance = format!("{further}{}{or_more} for a chance of 80%", count(samples));
            let time =
                takes.time.as_ref().map_or_else(String::new, |time| format!(": those of {}", time.value));
            if share.in_a_row > 1 {
                let run = share.in_a_row;
                return format!(
                    "{} or more in each of {run} snapshots for a chance of 80%{time}",
                    count(samples)
                );
            }
            match (takes.per_snapshot, share.sample.per_snapshot, share.sample.snapshots) {
                (Some(needed), Some(each), Some(wide)) if needed > each => {
                    let wide = if wide == 1 { "1 snapshot".to_owned() } else { format!("{wide} snapshots") };
                    format!("{chance}{time}; a look sees {wide}, so record {needed} in each")
                }
                (Some(_), Some(_), _) => format!("{chance}; a look has them"),
                (Some(_) | None, _, _) => format!("{chance}{time}"),
            }
        }
        (TakesAnswer::Never | TakesAnswer::Known, _) => {
            format!("no number of samples will do, if the true share is {}", share.truth.value)
        }
        (TakesAnswer::TooMany, _) if is_followed(&share.sample) => {
            "more than 156 snapshots for a chance of 80%".to_owned()
        }
        (TakesAnswer::TooMany, _) => "for a chance of 80% more samples than anybody can check".to_owned(),
        (TakesAnswer::NoRate, _) => "not known, as no samples were recorded lately".to_owned(),
        (TakesAnswer::Unsought, _) => "so many samples that it takes too long to find out".to_owned(),
    }
}

/// What a rule needs that is not about a share.
fn needed(need: Unplanned) -> &'static str {
    match need {
        Unplanned::Time => "a date, or time to go by",
        Unplanned::Count => "so many of something",
        Unplanned::Counted => "nothing to plan, as it is counted in full",
        Unplanned::Figure => "a number that is measured",
        Unplanned::Fact => "something that is so, or is not",
        Unplanned::Mean => "a mean, whose values scatter nobody knows how far",
        Unplanned::Difference => "the difference of two samples",
        Unplanned::Grouped => "a share for each group",
        Unplanned::Course => "how something goes along the series",
        Unplanned::CalendarWindow => "a share of the present month or the like, which begins anew",
        Unplanned::UnknownTerms => "a share whose threshold, confidence or window is not known now",
        Unplanned::AllOrNone => "all or none of a sample",
    }
}

/// `23%`, `3.4%`, `under 0.1%`
fn chance(rate: f64) -> String {
    let percent = rate * 100.0;
    match percent {
        percent if percent < 0.05 => "under 0.1%".to_owned(),
        percent if percent < 9.95 => format!("{percent:.1}%"),
        percent if percent < 99.5 => format!("{percent:.0}%"),
        percent if percent <= 99.9 => format!("{percent:.1}%"),
        _ => "over 99.9%".to_owned(),
    }
}
