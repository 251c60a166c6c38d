//! A workflow: which rules and gates apply to it, and the decision.

use super::budget::{MAX_BITS, MAX_SERIES, MAX_STEPS};
use super::rule::Judging;
use super::waive::{Lift, waive};
use super::{Evaluator, Moment, Rulebook};
use crate::ast::EffectKind;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Label};
use crate::program::{Program, Rule};
use crate::report::{Decision, EvidenceReport, Newest, Outcome, Place, RuleReport, WorkflowReport, line_of};
use crate::settings::{SKIPPED, STARTED, UNDECLARED};
use crate::source::Span;
use crate::value::{Date, Located, Series, Snapshot, Value, day_number};
use crate::vocabulary::Vocabulary;

/// What was found out about a workflow.
#[derive(Debug)]
pub struct Judged {
    pub report: WorkflowReport,
    pub diagnostics: Vec<Diagnostic>,
    /// What waivers met with.
    pub lifts: Vec<Lift>,
}

/// Where the workflow stands on the ladder, and how it came there.
struct Ladder {
    stage: usize,
    /// The later stage that the newest snapshot asks for.
    asks: Option<usize>,
    /// The last snapshot in an earlier stage, and that stage.
    moved: Option<(usize, usize)>,
}

/// Judges a series by the rules of a rulebook, on a day. With `deny_warnings`, a warning holds.
pub fn judge_workflow(rulebook: &Rulebook<'_>, series: &Series, as_of: Date, deny_warnings: bool) -> Judged {
    let Rulebook { program, .. } = *rulebook;
    if series.snapshots.len() > MAX_SERIES {
        let message = format!("`{}` has more than {MAX_SERIES} snapshots", series.workflow);
        return too_much(message, "the newest of them", rulebook, series);
    }
    let evaluator = Evaluator::new(rulebook, &series.snapshots);
    let newest = series.snapshots.len().saturating_sub(1);
    let moment = Moment { at: newest, day: day_number(as_of), judged: newest };
    let stale = evaluator.is_stale(moment);
    let mut diagnostics = Vec::new();
    if stale {
        diagnostics.extend(evaluator.stale_series(series, moment));
    }
    let ladder = evaluator.ladder(newest, &mut diagnostics);
    let mut rules = evaluator.rules(moment, stale, ladder.as_ref());
    if let Some(ladder) = &ladder {
        rules.extend(evaluator.ladder_rules(ladder, newest));
    }
    if evaluator.budget.is_spent() {
        let message = format!("`{}` takes too long to judge", series.workflow);
        let label = format!("after {MAX_STEPS} steps, or with a number of {MAX_BITS} bits, it was given up");
        return too_much(message, &label, rulebook, series);
    }
    let stage = ladder.as_ref().map(|ladder| ladder.stage);
    let lifts = waive(rulebook.waivers, &mut rules, stage, as_of);
    if deny_warnings {
        for rule in rules.iter_mut().filter(|rule| rule.applied == Some(EffectKind::Warn)) {
            rule.applied = Some(EffectKind::Hold);
        }
    }
    let decision = decide(program, &rules, ladder.as_ref(), newest);
    let stages = &program.vocabulary.stages;
    let name = |rung: usize| stages.get(rung).map(ToString::to_string);
    let snapshot = series.snapshots.get(newest);
    let report = WorkflowReport {
        project: None,
        workflow: series.workflow.to_string(),
        stage: ladder.as_ref().and_then(|ladder| name(ladder.stage)),
        asks: ladder.as_ref().and_then(|ladder| ladder.asks).and_then(name),
        decision,
        snapshots: series.snapshots.len(),
        newest: snapshot.map(|snapshot| newest_of(snapshot, rulebook)),
        rules,
    };
    Judged { report, diagnostics, lifts }
}

/// No verdict on what is beyond a limit.
fn too_much(message: String, label: &str, rulebook: &Rulebook<'_>, series: &Series) -> Judged {
    let newest = series.snapshots.last();
    let mut diagnostic = Diagnostic::error(Code::TooMuchToJudge, message).help(
        "shorten its lists, its series or the windows of the policies; a part of it would be no verdict",
    );
    diagnostic
        .labels
        .extend(newest.map(|snapshot| Label { span: snapshot.record.span, text: label.to_owned() }));
    let report = WorkflowReport {
        project: None,
        workflow: series.workflow.to_string(),
        stage: None,
        asks: None,
        decision: Decision::Error,
        snapshots: series.snapshots.len(),
        newest: newest.map(|snapshot| newest_of(snapshot, rulebook)),
        rules: Vec::new(),
    };
    Judged { report, diagnostics: vec![diagnostic], lifts: Vec::new() }
}

fn newest_of(snapshot: &Snapshot, rulebook: &Rulebook<'_>) -> Newest {
    Newest { date: snapshot.date.to_string(), file: rulebook.sources.name(snapshot.file).to_owned() }
}

/// The harshest effect of an enforced rule; else `advance` where each gate at stake was passed by a rule of its own, else
/// `continue`.
fn decide(program: &Program, rules: &[RuleReport], ladder: Option<&Ladder>, newest: usize) -> Decision {
    match rules.iter().filter_map(|rule| rule.applied).max() {
        Some(EffectKind::Rollback) => return Decision::Rollback,
        Some(EffectKind::Hold) => return Decision::Hold,
        Some(EffectKind::Warn | EffectKind::Note) | None => {}
    }
    let Some(ladder) = ladder else { return Decision::Continue };
    let just_moved = ladder.moved.filter(|(before, _)| before + 1 == newest);
    let asked = ladder.asks.map(|to| (ladder.stage, to));
    let mut at_stake = just_moved.map(|(_, from)| (from, ladder.stage)).into_iter().chain(asked).peekable();
    let passed = |(from, to): (usize, usize)| {
        rules.iter().zip(&program.rules).any(|(report, rule)| {
            let gate = rule.gate.and_then(|gate| program.gates.get(gate));
            gate.is_some_and(|gate| gate.from == from && gate.to == to)
                && report.enforced
                && report.outcome == Outcome::Pass
        })
    };
    let earned = at_stake.peek().is_some() && at_stake.all(passed);
    match (earned, program.incomplete) {
        (true, true) => Decision::Hold,
        (true, false) => Decision::Advance,
        (false, _) => Decision::Continue,
    }
}

impl<'a> Evaluator<'a> {
    fn is_stale(&self, moment: Moment) -> bool {
        self.patience().is_some_and(|patience| moment.day - self.day(moment.at) > patience)
    }

    fn stale_series(&self, series: &Series, moment: Moment) -> Option<Diagnostic> {
        let newest = series.snapshots.get(moment.at)?;
        let days = moment.day - self.day(moment.at);
        let message = format!("the newest snapshot of `{}` is {days} days old", series.workflow);
        let diagnostic = Diagnostic::warning(Code::StaleEvidence, message)
            .label(self.located(moment.at, Vocabulary::DATE)?.span, format!("measured up to {}", newest.date))
            .help("commit a snapshot of the weeks since; a gate does not open on old evidence");
        Some(diagnostic)
    }

    fn located(&self, at: usize, field: usize) -> Option<&'a Located> {
        self.snapshots.get(at)?.record.fields.get(field)?.as_ref()
    }

    /// None without a ladder, and for a series without stages.
    fn ladder(&self, newest: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<Ladder> {
        if self.program.vocabulary.stages.is_empty() {
            return None;
        }
        let stage = self.stage(newest)?;
        let moved = (0..newest)
            .rev()
            .find_map(|at| self.stage(at).filter(|before| *before < stage).map(|before| (at, before)));
        let wanted = self.located(newest, Vocabulary::ADVANCE_TO).and_then(|located| match &located.value {
            Value::Number(rung) => usize::try_from(rung.floor()).ok().map(|rung| (rung, located.span)),
            Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Record(_) => None,
        });
        let asks = wanted.and_then(|(rung, span)| {
            if rung <= stage {
                diagnostics.push(self.no_ask(rung, stage, span));
            }
            (rung > stage).then_some(rung)
        });
        Some(Ladder { stage, asks, moved })
    }

    fn no_ask(&self, wanted: usize, stage: usize, span: Span) -> Diagnostic {
        let name = |rung: usize| self.program.vocabulary.stages.get(rung).map_or("", |name| name);
        let message = if wanted == stage {
            format!("the workflow already is in stage `{}`", name(stage))
        } else {
            format!("`{}` is an earlier stage than `{}`", name(wanted), name(stage))
        };
        Diagnostic::warning(Code::NothingAsked, message)
            .label(span, "asks for nothing")
            .help("`advance_to` names a later stage; going back needs no asking: write it as `stage`")
    }

    fn rules(&self, moment: Moment, stale: bool, ladder: Option<&Ladder>) -> Vec<RuleReport> {
        let mut reports = Vec::new();
        for (rule, setting) in self.program.rules.iter().zip(&self.settings.rules) {
            let Some(effect) = setting.effect else {
                reports.push(self.listed(rule, setting, moment, Outcome::Off));
                continue;
            };
            let judging = self.judging_of(rule, effect, moment, stale, ladder);
            reports.push(match judging {
                Some(judging) => self.eval_rule_decl(rule, setting, &judging),
                None => self.listed(rule, setting, moment, Outcome::NotApplicable),
            });
        }
        reports
    }

    /// How a rule is judged; none for one of a gate that is not at stake.
    fn judging_of(
        &self,
        rule: &Rule,
        effect: EffectKind,
        moment: Moment,
        stale: bool,
        ladder: Option<&Ladder>,
    ) -> Option<Judging> {
        let Some(gate) = rule.gate.and_then(|gate| self.program.gates.get(gate)) else {
            return Some(Judging { moment, enforced: true, asked: false, stale, effect });
        };
        let next = ladder.is_some_and(|l| l.stage == gate.from && gate.to == l.stage + 1);
        let asked = next && ladder.is_some_and(|l| l.asks == Some(gate.to));
        let moved = ladder
            .filter(|ladder| ladder.stage == gate.to)
            .and_then(|ladder| ladder.moved)
            .filter(|(_, from)| *from == gate.from);
        match moved {
            Some((at, _)) => {
                let moment = Moment { at, day: self.day(at), judged: at };
                Some(Judging { moment, enforced: true, asked: false, stale: false, effect })
            }
            None if next => Some(Judging { moment, enforced: asked, asked, stale, effect }),
            None => None,
        }
    }

    /// How the rule of an index is judged as of a day, on the newest snapshot.
    pub(super) fn judging_as_of(&self, rule: &Rule, as_of: Date) -> Option<Judging> {
        let newest = self.snapshots.len().saturating_sub(1);
        let moment = Moment { at: newest, day: day_number(as_of), judged: newest };
        let ladder = self.ladder(newest, &mut Vec::new());
        self.judging_of(rule, rule.effect, moment, self.is_stale(moment), ladder.as_ref())
    }

    /// The built-in rules of the ladder that fire.
    fn ladder_rules(&self, ladder: &Ladder, newest: usize) -> Vec<RuleReport> {
        let mut fired = Vec::new();
        let name = |rung: usize| self.program.vocabulary.stages.get(rung).map_or("", |name| name);
        let stage_span = self.located(newest, Vocabulary::STAGE).map(|located| located.span);
        if ladder.moved.is_none() && ladder.stage > 0 {
            let message = format!(
                "the series begins in `{}`; a rollout begins in `{}`",
                name(self.stage(0).unwrap_or(0)),
                name(0)
            );
            fired.extend(self.ladder_rule(STARTED, message, stage_span));
        }
        let ask_span = self.located(newest, Vocabulary::ADVANCE_TO).map(|located| located.span);
        let moves = ladder.moved.map(|(_, from)| (from, ladder.stage, stage_span, "moved"));
        let ask = ladder.asks.map(|to| (ladder.stage, to, ask_span, "asks to move"));
        for (from, to, span, verb) in moves.into_iter().chain(ask) {
            let declared = self.program.gates.iter().any(|gate| gate.from == from && gate.to == to);
            let message = format!("the workflow {verb} from `{}` to `{}`", name(from), name(to));
            if to > from + 1 {
                let message = format!("{message}, past `{}`", name(from + 1));
                fired.extend(self.ladder_rule(SKIPPED, message, span));
            } else if !declared {
                let message = format!("{message}, and no gate says when it may");
                fired.extend(self.ladder_rule(UNDECLARED, message, span));
            }
        }
        fired
    }

    fn ladder_rule(
        &self,
        (rule, title): (&str, &str),
        message: String,
        span: Option<Span>,
    ) -> Option<RuleReport> {
        let setting = self.settings.ladder(rule)?;
        let evidence = span.map(|span| EvidenceReport {
            expression: self.sources.text(span).to_owned(),
            value: message.clone(),
            place: self.place(span),
        });
        let policy = match self.program.vocabulary.stages_span {
            Some(span) => self.place(span),
            None => Place { file: String::new(), line: 1, column: 1 },
        };
        let off = setting.effect.is_none();
        Some(RuleReport {
            rule: rule.to_owned(),
            title: title.to_owned(),
            gate: None,
            enforced: !off,
            outcome: if off { Outcome::Off } else { Outcome::Fail },
            effect: setting.effect.unwrap_or(EffectKind::Hold),
            effect_from: line_of(setting.origin, self.sources),
            message: Some(message.clone()),
            policy,
            evidence: evidence.into_iter().collect(),
            thresholds: Vec::new(),
            would_pass: None,
            applied: setting.effect,
            labels: span.map(|span| Label { span, text: message }).into_iter().collect(),
            help: None,
            before_move: None,
        })
    }
}
