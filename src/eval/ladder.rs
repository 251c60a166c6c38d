//! The ladder: where a workflow stands on it, how it came there, and the built-in rules about that.

use std::sync::Arc;

use super::{Evaluator, Evidence, Moment};
use crate::ast::EffectKind;
use crate::evidence::Amount;
use crate::point::Point;
use crate::report::Outcome;
use crate::report::why::{Breach, Piece, Pointer, Remark, RuleVerdict, Said, Saw};
use crate::settings::{BuiltInRule, FRESH, SKIPPED, STARTED, UNDECLARED, built_in_rules};
use crate::source::Span;
use crate::types::{Kind, Type};
use crate::value::Located;
use crate::vocabulary::Vocabulary;

/// Where the workflow stands on the ladder, and how it came there.
pub(super) struct Ladder {
    pub(super) stage: usize,
    /// The later stage that the newest snapshot asks for.
    pub(super) asks: Option<usize>,
    /// Where the steps below the stage were crossed, the last one first.
    pub(super) crossings: Vec<Crossing>,
    /// Whether no snapshot of the series is in the first stage.
    began_above: bool,
}

/// The last snapshot in or below a stage that the workflow has left, and the steps that it left it by: those from its own stage
/// to the lowest that came later. Whoever goes back cancels what lies above.
pub(super) struct Crossing {
    pub(super) at: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl<'a> Evaluator<'a> {
    pub(super) fn located(&self, at: usize, field: usize) -> Option<&'a Located> {
        self.snapshots.get(at)?.record.fields.get(field)?.as_ref()
    }

    /// None without a ladder, and for a series without stages.
    pub(super) fn ladder(&self, newest: usize, remarks: &mut Vec<Remark>) -> Option<Ladder> {
        if self.program.vocabulary.stages.is_empty() {
            return None;
        }
        let stage = self.stage(newest)?;
        let mut crossings = Vec::new();
        let mut lowest = stage;
        let mut next = self.last_below(newest);
        while let Some((at, from)) = next {
            crossings.push(Crossing { at, from, to: lowest });
            lowest = from;
            next = self.last_below(at);
        }
        let wanted = self.located(newest, Vocabulary::ADVANCE_TO).and_then(|located| {
            let rung = usize::try_from(located.value.number()?.floor()).ok()?;
            Some((rung, located.span))
        });
        let asks = wanted.and_then(|(rung, span)| {
            if rung <= stage {
                let (wanted, stage) = (self.stage_name(rung), self.stage_name(stage));
                remarks.push(Remark::NothingAsked { wanted, stage, span });
            }
            (rung > stage).then_some(rung)
        });
        Some(Ladder { stage, asks, crossings, began_above: lowest > 0 })
    }

    pub(super) fn stage_name(&self, rung: usize) -> Arc<str> {
        self.program.vocabulary.stages.get(rung).cloned().unwrap_or_default()
    }

    /// The built-in rules of the ladder that fire, each with the effect of the day that it is judged for.
    pub(super) fn ladder_rules(&self, ladder: &Ladder, newest: usize, today: Point) -> Vec<RuleVerdict> {
        let mut fired = Vec::new();
        let name = |rung: usize| self.stage_name(rung);
        let stage_span = self.located(newest, Vocabulary::STAGE).map(|located| located.span);
        if ladder.began_above {
            let breach = Breach::Began { stage: name(self.stage(0).unwrap_or(0)), first: name(0) };
            fired.extend(self.built_in_rule(STARTED, breach, stage_span, self.day(0)));
        }
        let ask_span = self.located(newest, Vocabulary::ADVANCE_TO).map(|located| located.span);
        let moves = ladder.moved().map(|(at, from)| (from, ladder.stage, stage_span, Some(at)));
        let ask = ladder.asks.map(|to| (ladder.stage, to, ask_span, None));
        for (from, to, span, left) in moves.into_iter().chain(ask) {
            // A move is judged on the day of the last snapshot before it.
            let (asked, day) = (left.is_none(), left.map_or(today, |at| self.day(at)));
            let declared = self.program.gates.iter().any(|gate| gate.leads(from, to));
            let rule = if to > from + 1 {
                let breach = Breach::Skipped { asked, from: name(from), to: name(to), past: name(from + 1) };
                self.built_in_rule(SKIPPED, breach, span, day)
            } else if !declared {
                let breach = Breach::Undeclared { asked, from: name(from), to: name(to) };
                self.built_in_rule(UNDECLARED, breach, span, day)
            } else {
                continue;
            };
            let before_move = (!asked).then_some(day);
            fired.extend(rule.map(|rule| RuleVerdict { before_move, ..rule }));
        }
        fired
    }

    /// The built-in rule of a series that has not gone on.
    pub(super) fn staleness(&self, moment: Moment) -> Option<RuleVerdict> {
        let newest = self.snapshots.get(moment.at)?.date;
        let tick = self.tick(moment.at);
        let patience = self.cadence()?.deadline(tick) - tick;
        let age = moment.day.ticks() - tick;
        let span = self.located(moment.at, Vocabulary::DATE).map(|located| located.span);
        if age <= patience {
            return None;
        }
        let (age, patience) = (self.axis().lapse(age), self.axis().lapse(patience));
        let breach = Breach::Stale { newest, age, patience };
        let verdict = self.built_in_rule(FRESH, breach, span, moment.day)?;
        let cadence = self.cadence().map(|cadence| cadence.span);
        let allowed = self
            .figure_of(&Type::amount(Kind::Duration), &Evidence::Amount(Amount::Known(patience.seconds())));
        let asked = cadence.map(|span| Pointer { span, said: Said::Value(allowed.into()) });
        let pointers = verdict.pointers.into_iter().chain(asked).collect();
        Some(RuleVerdict { declared: cadence, pointers, ..verdict })
    }

    /// A built-in rule that fires, with the effect of a day.
    pub(super) fn built_in_rule(
        &self,
        rule: BuiltInRule,
        breach: Breach,
        span: Option<Span>,
        day: Point,
    ) -> Option<RuleVerdict> {
        let setting = self.settings.built_in(self.program, rule)?.on(day.day_number());
        let (_, declared) = built_in_rules(&self.program.vocabulary).find(|(known, _)| *known == rule)?;
        let said = Said::Breach(breach.clone());
        let evidence = span.map(|span| Saw {
            expression: self.sources.text(span).to_owned(),
            said: said.clone(),
            because: Vec::new(),
            span,
        });
        let off = setting.effect.is_none();
        Some(RuleVerdict {
            rule: rule.name.to_owned(),
            title: vec![Piece::Text(rule.title.into())],
            steps: Vec::new(),
            enforced: !off,
            outcome: if off { Outcome::Off } else { Outcome::Fail },
            effect: setting.effect.unwrap_or(EffectKind::Hold),
            effect_from: setting.origin,
            applied: setting.effect,
            would_apply: setting.effect,
            declared: Some(declared),
            help: breach.has_way_out().then(|| vec![Piece::WayOut(breach.clone())]),
            message: Some(vec![Piece::Breach(breach)]),
            evidence: evidence.into_iter().collect(),
            thresholds: Vec::new(),
            pointers: span.map(|span| Pointer { span, said }).into_iter().collect(),
            sources: Vec::new(),
            change: None,
            before_move: None,
        })
    }
}
