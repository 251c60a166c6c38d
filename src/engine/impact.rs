//! The impact of a change of policies: the whole history of what is proposed, judged by the old policies and by the new
//! ones, and the verdicts that differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::load::{Loaded, Ready, load_each_of};
use super::total::{beyond_budget, exit_of, has_errors, nothing_judged};
use super::{Answer, DayOptions, Workspace, in_order, place_of};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::eval::{Rulebook, judge_each_day, judge_each_day_by_both};
use crate::point::Point;
use crate::program::Program;
use crate::project::{Project, Sides, TextFile, is_table};
use crate::report::impact::{Flip, ImpactReport, ImpactSummary, OneSided, RuleFlip, RuleSide};
use crate::report::why::{RuleVerdict, WorkflowVerdict};
use crate::report::{Decision, Outcome, VERSION};
use crate::source::SourceMap;
use crate::value::Series;

impl Workspace {
    /// Judges each snapshot that is proposed on its own day, and the newest as of today too: by the policies of the base and
    /// by those that are proposed.
    pub fn impact(&mut self, sides: Sides, options: &DayOptions) -> Answer<ImpactReport> {
        self.begin();
        let Sides {
            mut sources,
            base: _,
            mixed,
            head,
            mut problems,
            reference,
            commit: _,
            has_policies,
            first: _,
            lint: _,
        } = sides;
        if !has_policies {
            let message = format!(
                "`{reference}` has neither a configuration nor snapshots: there is nothing to compare with"
            );
            problems.push(Diagnostic::note(Code::BaseWithoutPolicies, message));
        }
        let mut mixed = if has_policies { mixed } else { Vec::new() };
        let twins = twins(&mut mixed, &head);
        let judge = |project: Option<&str>, rulebook: &Rulebook<'_>, series: Series, _| {
            // It is judged beside the other side.
            let waits = twins.contains(&project.map(str::to_owned));
            (!waits).then(|| verdicts(rulebook, &series, options))
        };
        let mut old = load_each_of(self, mixed, Vec::new(), &mut sources, options, judge);
        let waiting = old.projects.iter().filter(|project| twins.contains(&project.name));
        let waiting: BTreeMap<Option<&str>, &Ready<Option<Verdicts>>> =
            waiting.map(|project| (project.name.as_deref(), project)).collect();
        let judge =
            |project: Option<&str>, rulebook: &Rulebook<'_>, series: Series, _| match waiting.get(&project) {
                Some(twin) => verdicts_of_both(twin, rulebook, &series, options),
                None => (None, verdicts(rulebook, &series, options)),
            };
        let mut new = load_each_of(self, head, problems, &mut sources, options, judge);
        let as_of = new.as_of;
        let mut before = BTreeMap::new();
        let mut after = BTreeMap::new();
        for (key, (old, new)) in by_workflow(&mut new) {
            before.extend(old.map(|old| (key.clone(), old)));
            after.insert(key, new);
        }
        before.extend(by_workflow(&mut old).into_iter().filter_map(|(key, old)| Some((key, old?))));
        let mut diagnostics = all_diagnostics(&new);
        if let Some(problem) = beyond_budget(&new.projects).or_else(|| beyond_budget(&old.projects)) {
            diagnostics.push(problem);
            (before, after) = (BTreeMap::new(), BTreeMap::new());
        }
        let rules = new.projects.iter().map(|project| project.program.rules.len()).sum();
        if !has_errors(&diagnostics) && (rules == 0 || after.is_empty()) {
            diagnostics.extend(nothing_judged(rules, &[]));
        }
        add_errors(&mut diagnostics, all_diagnostics(&old), &sources);
        let found = in_order(&mut diagnostics, &sources);
        let exit = exit_of(&diagnostics);
        let mut report = compare(&before, &after);
        report.as_of = as_of.to_string();
        report.reference = reference;
        report.comparable = has_policies;
        report.diagnostics = found;
        if !has_policies {
            report.one_sided.clear();
        }
        Answer::new(report, diagnostics, sources, exit).unless(&options.cancel)
    }
}

/// The projects whose policies and snapshots are the same on both sides, so that no more than what is set can differ. The old
/// ones then have the types of the new ones by themselves.
fn twins(old: &mut [Project], new: &[Project]) -> BTreeSet<Option<String>> {
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
    let is_same = |(old, new): (&TextFile, &TextFile)| match (old.bytes(), new.bytes()) {
        (Ok(old), Ok(new)) => old == new,
        (Ok(_) | Err(_), _) => false,
    };
    old.len() == new.len() && old.iter().zip(new).all(is_same)
}

/// Whether files have the same names and texts; of a table, whose rows depend on the settings, nobody says so.
fn same_evidence(old: &[TextFile], new: &[TextFile]) -> bool {
    let mut both = old.iter().zip(new);
    both.all(|(old, new)| old.name == new.name && !is_table(&old.name)) && same_texts(old, new)
}

fn all_diagnostics<T>(loaded: &Loaded<T>) -> Vec<Diagnostic> {
    let own = loaded.projects.iter().flat_map(|project| &project.diagnostics);
    loaded.diagnostics.iter().chain(own).cloned().collect()
}

/// Adds the errors of the old side, but for those that the new side has too: the snapshots are the same.
fn add_errors(diagnostics: &mut Vec<Diagnostic>, old: Vec<Diagnostic>, sources: &SourceMap) {
    let said: BTreeSet<_> = diagnostics.iter().map(|known| place_of(known, sources)).collect();
    // A workflow that only the new side has is asked for with reason.
    let news = |found: &Diagnostic| {
        found.severity == Severity::Error
            && found.code != Code::UnknownWorkflow
            && !said.contains(&place_of(found, sources))
    };
    diagnostics.extend(old.into_iter().filter(news));
}

/// A project's workflow.
type WorkflowKey = (Option<String>, String);
/// The verdicts of a workflow: by the date of the newest snapshot that is seen, and the day of judgement.
type Verdicts = BTreeMap<(Point, Point), DayVerdict>;

struct DayVerdict {
    decision: Decision,
    /// In their order; one that is judged for several steps stands once for each.
    rules: Arc<[(String, RuleSide)]>,
    seen: usize,
}

impl DayVerdict {
    /// How much memory that of a verdict takes, about.
    fn bytes(verdict: &WorkflowVerdict) -> usize {
        verdict.rules.iter().map(|rule| 100 + rule.rule.len()).sum::<usize>() + 100
    }

    /// The rules by name: of one that stands more than once, the last.
    fn by_name(&self) -> BTreeMap<&str, RuleSide> {
        self.rules.iter().map(|(name, side)| (&**name, *side)).collect()
    }

    /// Rules that came out as on a day that is `known` are kept once.
    fn of(verdict: WorkflowVerdict, known: &[Option<&Self>]) -> Self {
        let side = |rule: RuleVerdict| {
            let RuleVerdict { rule, outcome, enforced, applied, .. } = rule;
            (rule, RuleSide { outcome, enforced, effect: applied })
        };
        let rules: Vec<_> = verdict.rules.into_iter().map(side).collect();
        let known = known.iter().flatten().find(|known| *known.rules == *rules);
        let rules = known.map_or_else(|| rules.into(), |known| Arc::clone(&known.rules));
        Self { decision: verdict.decision, seen: verdict.snapshots, rules }
    }
}

/// Judges every day of a series, and the newest snapshot once more as of the day of judgement.
fn verdicts(rulebook: &Rulebook<'_>, series: &Series, options: &DayOptions) -> Verdicts {
    let today = options.point(rulebook.program.vocabulary.axis());
    let days = judge_each_day(rulebook, series, Some(today));
    let days = days.take_while(|(.., verdict)| rulebook.run.report(DayVerdict::bytes(verdict)));
    let mut judged = Verdicts::new();
    for (date, day, verdict) in days {
        let verdict = DayVerdict::of(verdict, &[judged.values().next_back()]);
        judged.insert((date, day), verdict);
    }
    judged
}

/// The same by what is in force in a twin as well, whose verdicts come first. What both say alike is judged once.
fn verdicts_of_both(
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
    for judged in judge_each_day_by_both(both, params, series, today) {
        let (date, day, [was, is]) = judged?;
        if !old.run.report(DayVerdict::bytes(&was)) || !new.run.report(DayVerdict::bytes(&is)) {
            break;
        }
        let is = DayVerdict::of(is, &[after.values().next_back()]);
        let was = DayVerdict::of(was, &[Some(&is), before.values().next_back()]);
        before.insert((date, day), was);
        after.insert((date, day), is);
    }
    Some([before, after])
}

/// The params whose values are all that differs between two rulebooks of the same policies; none where something else may.
fn differing_params(old: &Rulebook<'_>, new: &Rulebook<'_>) -> Option<Vec<usize>> {
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

/// Takes out what was judged.
fn by_workflow<T>(loaded: &mut Loaded<T>) -> BTreeMap<WorkflowKey, T> {
    let mut judged = BTreeMap::new();
    for project in &mut loaded.projects {
        for workflow in std::mem::take(&mut project.workflows) {
            let key = (project.name.clone(), workflow.name.to_string());
            judged.extend(workflow.series.map(|verdicts| (key, verdicts)));
        }
    }
    judged
}

/// What differs between the two.
fn compare(old: &BTreeMap<WorkflowKey, Verdicts>, new: &BTreeMap<WorkflowKey, Verdicts>) -> ImpactReport {
    let mut report = ImpactReport {
        version: VERSION,
        as_of: String::new(),
        reference: String::new(),
        comparable: true,
        summary: ImpactSummary::default(),
        verdicts: Vec::new(),
        rules: Vec::new(),
        one_sided: Vec::new(),
        diagnostics: Vec::new(),
    };
    let none = Verdicts::new();
    for key in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let (before, after) = (old.get(key).unwrap_or(&none), new.get(key).unwrap_or(&none));
        let both = own_days(before).filter(|day| after.contains_key(day)).count();
        let (old_days, new_days) = (own_days(before).count() - both, own_days(after).count() - both);
        let (project, workflow) = key.clone();
        if old_days + new_days > 0 {
            report.one_sided.push(OneSided { project, workflow, old_days, new_days });
        }
        report.summary.days += both;
        report.summary.workflows += usize::from(both > 0);
        let flips = flips(key, before, after);
        report.summary.flipped_workflows += usize::from(flips.iter().any(|flip| flip.from != flip.to));
        let (verdicts, rules): (Vec<_>, Vec<_>) = flips.into_iter().partition(|flip| flip.from != flip.to);
        report.verdicts.extend(verdicts);
        report.rules.extend(rules);
    }
    let count = |is: &dyn Fn(&Flip) -> bool| report.verdicts.iter().filter(|flip| is(flip)).count();
    report.summary.released = count(&|flip| !flip.from.goes_on() && flip.to.goes_on());
    report.summary.stopped = count(&|flip| flip.from.goes_on() && !flip.to.goes_on());
    report.summary.flipped = report.verdicts.len();
    report.summary.rules = report.rules.iter().map(|flip| flip.rules.len()).sum();
    report
}

/// The snapshots that were judged on their own day, which is all of them.
fn own_days(verdicts: &Verdicts) -> impl Iterator<Item = &(Point, Point)> {
    verdicts.keys().filter(|(date, day)| date == day)
}

/// The days of a workflow that differ.
fn flips((project, workflow): &WorkflowKey, old: &Verdicts, new: &Verdicts) -> Vec<Flip> {
    let mut flips: Vec<Flip> = Vec::new();
    for (days, after) in new {
        let Some(before) = old.get(days) else { continue };
        let rules = rule_flips(before, after);
        if before.decision == after.decision && rules.is_empty() {
            continue;
        }
        let (date, as_of) = days;
        let flip = Flip {
            project: project.clone(),
            workflow: workflow.clone(),
            date: date.to_string(),
            as_of: as_of.to_string(),
            from: before.decision,
            to: after.decision,
            rules,
            seen: after.seen,
        };
        let same = |own: &&Flip| own.date == flip.date && says_the_same(own, &flip);
        if flips.last().filter(same).is_none() {
            flips.push(flip);
        }
    }
    flips
}

/// As of today the newest snapshot is worth a line only where that flips otherwise than its own day.
fn says_the_same(own: &Flip, today: &Flip) -> bool {
    let stay = own.from == own.to && today.from == today.to;
    own.rules == today.rules && (stay || (own.from, own.to) == (today.from, today.to))
}

/// The rules that fire on at least one side, and differ; where these do not explain a decision, all that bear on it.
fn rule_flips(old: &DayVerdict, new: &DayVerdict) -> Vec<RuleFlip> {
    // As on most days.
    if old.rules == new.rules {
        return Vec::new();
    }
    let (before, after) = (old.by_name(), new.by_name());
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let sides = |name: &str| (before.get(name).copied(), after.get(name).copied());
    let differing = names.into_iter().map(|name| (name, sides(name))).filter(|(_, (from, to))| from != to);
    let differing: Vec<_> = differing.collect();
    let any = |is: fn(RuleSide) -> bool, (from, to): &(Option<RuleSide>, Option<RuleSide>)| {
        from.iter().chain(to).any(|side| is(*side))
    };
    let explained = old.decision == new.decision
        || differing.iter().any(|(_, sides)| any(|side| side.enforced && fires(side), sides));
    differing
        .into_iter()
        .filter(|(_, sides)| any(fires, sides) || !explained && any(|side| side.enforced, sides))
        .map(|(name, (from, to))| RuleFlip { rule: name.to_owned(), from, to })
        .collect()
}

/// Whether there is something to say of a rule; a new one that passes is no flip.
fn fires(side: RuleSide) -> bool {
    match side.outcome {
        Outcome::Fail | Outcome::Undecided | Outcome::Waived => true,
        Outcome::Pass | Outcome::NotApplicable | Outcome::Off => false,
    }
}

#[cfg(all(test, feature = "disk"))]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::ast::EffectKind;
    use crate::disk::Disk;
    use crate::engine::load::load;
    use crate::eval::judge_workflow;
    use crate::program::ParamValue;
    use crate::project::{Base, Branch, Inputs, Memory, Start, inputs, sides as sides_of};
    use crate::settings::{Settings, Timeline, Waiver};
    use crate::source::Span;
    use crate::value::{Date, Number, Value, date_of_day, day_number};

    const EXAMPLES: [&str; 4] = ["ai-evals", "canary", "platform", "support-desk"];
    const TODAY: Date = Date::constant(2026, 11, 23);

    /// An example with its series.
    fn read(example: &str) -> (Loaded, SourceMap) {
        let disk = Disk::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example));
        let Inputs { mut sources, projects, .. } = inputs(&disk.start(false));
        let options = DayOptions::on(TODAY);
        let loaded = load(&mut Workspace::new(), projects, Vec::new(), &mut sources, &options);
        (loaded, sources)
    }

    /// How a rule came out, without why.
    fn sides(verdict: &WorkflowVerdict) -> Vec<(&str, Outcome, bool, Option<EffectKind>)> {
        verdict.rules.iter().map(|rule| (&*rule.rule, rule.outcome, rule.enforced, rule.applied)).collect()
    }

    #[test]
    fn a_later_day_is_judged_as_if_nothing_was_known_of_the_days_before() {
        let mut judged = 0;
        for example in EXAMPLES {
            let (loaded, sources) = read(example);
            let project = &loaded.projects[0];
            let later = |days| date_of_day(day_number(TODAY) + days).unwrap();
            for series in project.workflows.iter().filter_map(|workflow| workflow.series.as_ref()) {
                let rulebook = project.rulebook(&series.workflow, &sources);
                for day in [0, 1, 9, 40].map(later) {
                    let day = DayOptions::on(day).point(project.program.vocabulary.axis());
                    let known = judge_each_day(&rulebook, series, Some(day)).last().unwrap();
                    if known.1 == day {
                        let fresh = judge_workflow(&rulebook, series, day, false).verdict;
                        assert_eq!(sides(&known.2), sides(&fresh), "{} {day}", series.workflow);
                        assert_eq!(known.2.decision, fresh.decision, "{} {day}", series.workflow);
                        judged += 1;
                    }
                }
            }
        }
        assert!(judged > 40, "{judged}");
    }

    /// The settings with another value of some params: in turn a tenth less, and twice as much.
    fn changed(settings: &Settings, is_changed: impl Fn(usize) -> bool) -> Settings {
        let mut changed = settings.clone();
        for (at, steps) in changed.params.iter_mut().enumerate().filter(|(at, _)| is_changed(*at)) {
            for setting in steps.values_mut() {
                match &mut setting.value {
                    ParamValue::Value(Value::Number(number)) if at % 2 == 0 => {
                        *number = &*number * Number::from_parts(9.into(), 10_u8.into());
                    }
                    ParamValue::Value(Value::Number(number)) => *number = &*number * Number::from(2),
                    ParamValue::Value(Value::Bool(value)) => *value = !*value,
                    ParamValue::Calendar(months) => *months += 1,
                    ParamValue::Value(_) | ParamValue::List(_) => {}
                }
            }
        }
        changed
    }

    #[test]
    fn what_else_differs_is_judged_twice() {
        let (loaded, sources) = read("support-desk");
        let project = &loaded.projects[0];
        let workflow = &project.workflows[0].name;
        let new = project.rulebook(workflow, &sources);
        let differing = |change: &dyn Fn(&mut Settings)| {
            let mut settings = new.settings.clone();
            change(&mut settings);
            differing_params(&Rulebook { settings: &settings, ..new }, &new)
        };
        assert_eq!(differing(&|_| ()), Some(Vec::new()));
        assert_eq!(differing(&|settings| *settings = changed(settings, |at| at == 3)), Some(vec![3]));
        let origin = Span { start: 1, end: 2, ..Span::default() };
        let move_all = |settings: &mut Settings| {
            settings.params.iter_mut().flat_map(Timeline::values_mut).for_each(|own| own.origin = origin);
            settings.rules.iter_mut().flat_map(Timeline::values_mut).for_each(|own| own.origin = origin);
            settings.cadence.iter_mut().for_each(|own| own.span = origin);
        };
        assert_eq!(differing(&move_all), Some(Vec::new()));
        let no_effect = |settings: &mut Settings| {
            settings.rules[2].values_mut().for_each(|own| own.effect = None);
        };
        assert_eq!(differing(&no_effect), None);
        assert_eq!(differing(&|settings| settings.cadence = None), None);
        let later = |settings: &mut Settings| {
            let mut own = settings.rules[2].on(0).clone();
            own.effect = None;
            settings.rules[2].then(TODAY, own);
        };
        assert_eq!(differing(&later), None);
        let until = Waiver {
            rule: "monitoring.min_uptime".into(),
            stage: None,
            because: "".into(),
            owner: "".into(),
            from: None,
            until: TODAY,
            span: origin,
        };
        let waived = [until.clone()];
        assert_eq!(differing_params(&Rulebook { waivers: &waived, ..new }, &new), None);
        let moved = [Waiver { span: Span::default(), ..until }];
        let (one, other) = (Rulebook { waivers: &waived, ..new }, Rulebook { waivers: &moved, ..new });
        assert_eq!(differing_params(&one, &other), Some(Vec::new()));
        let incomplete = Program { incomplete: true, ..(*project.program).clone() };
        assert_eq!(differing_params(&Rulebook { program: &incomplete, ..new }, &new), None);
    }

    #[test]
    fn projects_are_twins_whose_policies_and_snapshots_are_the_same() {
        let file = |name: &str, text: &str| TextFile { name: name.to_owned(), content: Ok(text.into()) };
        let project = |policy: &str, snapshot: (&str, &str)| Project {
            policies: vec![file("p.gate", policy)],
            snapshots: vec![file(snapshot.0, snapshot.1)],
            ..Project::default()
        };
        let is_twin = |old: Project, new: Project| !twins(&mut [old], &[new]).is_empty();
        let one = || project("a", ("s.yaml", "x"));
        assert!(is_twin(one(), one()));
        assert!(!is_twin(one(), project("b", ("s.yaml", "x"))));
        assert!(!is_twin(one(), project("a", ("t.yaml", "x"))));
        assert!(!is_twin(one(), project("a", ("s.yaml", "y"))));
        assert!(!is_twin(project("a", ("s.parquet", "x")), project("a", ("s.parquet", "x"))));
        let typed = |text: &str| Project { types: vec![file("p.gate", text)], ..one() };
        assert!(is_twin(typed("a"), one()) && !is_twin(typed("b"), one()));
        assert!(!is_twin(Project { unsure: true, ..one() }, one()));
        assert!(!is_twin(Project { standing: vec![file("rollout.yaml", "x")], ..one() }, one()));
        assert!(!is_twin(Project { name: Some("a".to_owned()), ..one() }, one()));
        let unreadable = || {
            let content = Err("it is a folder".to_owned());
            Project { snapshots: vec![TextFile { name: "s.yaml".to_owned(), content }], ..one() }
        };
        assert!(!is_twin(unreadable(), unreadable()));
    }

    #[test]
    fn the_sides_of_a_change_of_values_are_judged_together() {
        let policy = "stages a -> b\nsnapshot { n: count }\npolicy p {\n  param least = 3 within 1 to 9\n\
            let twice = n * 2\n  rule enough { require twice >= least else hold }\n}\n";
        let files = |value: &str| {
            let config =
                format!("policies: [p.gate]\nparams: {{ p.least: {{ value: {value}, because: x }} }}\n");
            let snapshot = "workflow: w\ndate: 2026-11-16\nstage: a\nn: 2\n";
            Memory::new([("tollgate.yaml", &*config), ("p.gate", policy), ("rollouts/w/1.yaml", snapshot)])
        };
        let (before, now) = (files("4"), files("5"));
        let site = Start::new(&now, "").site().unwrap();
        let branch = Branch::default();
        let base = Base {
            files: &before,
            since: &before,
            branch: &branch,
            root: "",
            reference: "main",
            commit: "0",
            evidence: false,
        };
        let Sides { mut sources, mut mixed, head, .. } = sides_of(&site, base);
        assert_eq!(twins(&mut mixed, &head), BTreeSet::from([None]));
        let options = DayOptions::on(TODAY);
        let mut read = |projects| load(&mut Workspace::new(), projects, Vec::new(), &mut sources, &options);
        let (old, new) = (read(mixed), read(head));
        let [old, new] = [&old, &new].map(|side| side.projects[0].rulebook("w", &sources));
        assert_eq!(differing_params(&old, &new), Some(vec![0]));
    }

    #[test]
    fn what_two_rulebooks_share_changes_no_verdict() {
        /// Of so many params one is changed at a time.
        const EVERY: usize = 7;
        /// Workflows of an example.
        const MOST: usize = 4;
        let (mut judged, mut flipped) = (0, 0);
        for example in EXAMPLES {
            let (loaded, sources) = read(example);
            let project = &loaded.projects[0];
            let today = Some(DayOptions::on(TODAY).point(project.program.vocabulary.axis()));
            let all = project.workflows.iter().filter_map(|workflow| workflow.series.as_ref());
            for series in all.take(MOST) {
                let new = project.rulebook(&series.workflow, &sources);
                for turn in 0..EVERY {
                    let settings = changed(new.settings, |at| at % EVERY == turn);
                    let old = Rulebook { settings: &settings, ..new };
                    let Some(params) = differing_params(&old, &new) else {
                        assert!(project.program.reads_workflows(), "{example}");
                        continue;
                    };
                    assert!(params.iter().all(|at| at % EVERY == turn) && !params.is_empty());
                    let mut alone = [old, new].map(|rulebook| {
                        let days = judge_each_day(&rulebook, series, today);
                        days.map(|(.., verdict)| verdict).collect::<Vec<_>>().into_iter()
                    });
                    for day in judge_each_day_by_both([old, new], &params, series, today) {
                        let (.., both) = day.unwrap();
                        for (verdict, alone) in both.iter().zip(&mut alone) {
                            let alone = alone.next().unwrap();
                            assert_eq!(verdict.decision, alone.decision, "{} {turn}", series.workflow);
                            assert_eq!(sides(verdict), sides(&alone), "{} {turn}", series.workflow);
                        }
                        judged += 1;
                        flipped += usize::from(sides(&both[0]) != sides(&both[1]));
                    }
                }
            }
        }
        assert!(judged > 500 && flipped > 100, "{flipped} of {judged}");
    }
}
