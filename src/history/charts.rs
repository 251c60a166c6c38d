//! Charts of what rules compare: the values of each measure along a series, and what they are held against on each day.

use crate::ast::Expr;
use crate::eval::{Comparison, Rulebook, comparisons, course};
use crate::program::Target;
use crate::report::Place;
use crate::report::page::{BoundStep, Chart, ChartBound, ChartPoint};
use crate::report::why::{Figure, Scale, Worth};
use crate::settings::show_value;
use crate::source::Span;
use crate::types::Kind;
use crate::value::{DAY, Number, Series};
use crate::words::figure;

/// The charts of a workflow, by the rules that need them. A measure that no snapshot has gets no chart. If the charts would take
/// more steps than a workflow is allowed, it gets none.
pub(crate) fn charts_of(rulebook: &Rulebook<'_>, series: &Series) -> Option<Vec<Chart>> {
    let all: Vec<Comparison<'_>> =
        comparisons(rulebook.program).into_iter().filter(|one| is_on(rulebook, series, one.rule)).collect();
    let pairs: Vec<_> = all.iter().map(|one| (one.measure, one.bound)).collect();
    let days = course(rulebook, &series.snapshots, &pairs)?;
    let mut charts: Vec<(Chart, Scale)> = Vec::new();
    for (at, one) in all.iter().enumerate() {
        let of_days: Vec<&(Figure, Figure)> = days.iter().filter_map(|day| day.get(at)).collect();
        let points: Vec<ChartPoint> = of_days.iter().map(|(measure, _)| point(measure)).collect();
        let Some((newest, _)) = of_days.iter().rev().find(|(measure, _)| measure.is_known()) else {
            continue;
        };
        let expression = words_of(rulebook, one.measure.span);
        let bound = bound(rulebook, series, one, &of_days);
        let known =
            charts.iter_mut().find(|(chart, scale)| chart.expression == expression && *scale == newest.scale);
        match known {
            Some((chart, _)) => add_bound(chart, bound),
            None => {
                let chart = Chart { expression, points, bounds: vec![bound], ticks: Vec::new() };
                charts.push((chart, newest.scale.clone()));
            }
        }
    }
    let finished = charts.into_iter().map(|(chart, scale)| Chart { ticks: ticks(&chart, &scale), ..chart });
    Some(finished.collect())
}

/// Whether a rule does anything on the newest day.
fn is_on(rulebook: &Rulebook<'_>, series: &Series, rule: usize) -> bool {
    let day = series.snapshots.last().map(|newest| newest.date.day_number()).unwrap_or_default();
    rulebook.settings.rule_on(rule, day).is_some_and(|setting| setting.effect.is_some())
}

/// An expression on one line.
fn words_of(rulebook: &Rulebook<'_>, span: Span) -> String {
    rulebook.sources.one_line(span)
}

fn ends(of: &Figure) -> [Option<f64>; 2] {
    let number = |number: &Number| number.to_f64_fast();
    match &of.worth {
        Worth::Number(known) => [Some(number(known)); 2],
        Worth::Between(between) => [between.low.as_ref().map(number), between.high.as_ref().map(number)],
        Worth::Yes
        | Worth::No
        | Worth::Undecided
        | Worth::Unknown
        | Worth::Word(_)
        | Worth::Months(_)
        | Worth::Elements { .. } => [None; 2],
    }
}

fn point(of: &Figure) -> ChartPoint {
    let [low, high] = ends(of);
    ChartPoint { low, high, shown: figure(of) }
}

fn bound(
    rulebook: &Rulebook<'_>,
    series: &Series,
    one: &Comparison<'_>,
    of_days: &[&(Figure, Figure)],
) -> ChartBound {
    let target = rulebook.program.expr(one.bound.id).and_then(|info| info.target.as_ref());
    let param = if let Some(Target::Param(index)) = target { Some(*index) } else { None };
    let name = param.and_then(|at| rulebook.program.params.get(at)).map(|param| param.name.to_string());
    let mut steps: Vec<BoundStep> = Vec::new();
    for (from, ((_, of), snapshot)) in of_days.iter().zip(&series.snapshots).enumerate() {
        let set = param.and_then(|at| rulebook.settings.param_on(at, snapshot.date.day_number()));
        let step = BoundStep {
            from,
            at: ends(of)[0].filter(|low| Some(*low) == ends(of)[1]),
            shown: figure(of),
            is_sure: !matches!(of.worth, Worth::Between(_) | Worth::Unknown | Worth::Undecided),
            place: set.map(|set| Place::new(set.origin, rulebook.sources)),
            because: set.and_then(|set| set.because.as_deref().map(str::to_owned)),
        };
        let is_same = |last: &BoundStep| BoundStep { from, ..last.clone() } == step;
        if !steps.last().is_some_and(is_same) {
            steps.push(step);
        }
    }
    let rule = rulebook.program.rules.get(one.rule).map(|rule| rule.name.to_string());
    ChartBound {
        rules: rule.into_iter().collect(),
        is_asked: one.is_asked,
        is_alone: one.is_alone,
        op: one.op,
        bound: name.unwrap_or_else(|| words_of(rulebook, one.bound.span)),
        confidence: one.confidence.map(|expr| confidence(rulebook, expr, series)),
        steps,
    }
}

/// The confidence that is asked for, by its value where it is a param.
fn confidence(rulebook: &Rulebook<'_>, expr: &Expr, series: &Series) -> String {
    let day = series.snapshots.last().map(|newest| newest.date.day_number()).unwrap_or_default();
    let target = rulebook.program.expr(expr.id).and_then(|info| info.target.as_ref());
    let param = if let Some(Target::Param(at)) = target { Some(*at) } else { None };
    let set = param.and_then(|at| rulebook.program.params.get(at).zip(rulebook.settings.param_on(at, day)));
    set.map_or_else(|| words_of(rulebook, expr.span), |(param, set)| show_value(&param.ty, &set.value))
}

/// Adds what an expression is held against; what several rules ask stands once.
fn add_bound(chart: &mut Chart, bound: ChartBound) {
    let bare = |bound: &ChartBound| ChartBound { rules: Vec::new(), ..bound.clone() };
    match chart.bounds.iter_mut().find(|known| bare(known) == bare(&bound)) {
        Some(known) => {
            let new: Vec<String> =
                bound.rules.into_iter().filter(|rule| !known.rules.contains(rule)).collect();
            known.rules.extend(new);
        }
        None => chart.bounds.push(bound),
    }
}

/// Marks of a scale that all values and bounds lie on: round numbers, and no more than eight of them.
fn ticks(chart: &Chart, scale: &Scale) -> Vec<(f64, String)> {
    let values = chart.points.iter().flat_map(|point| [point.low, point.high]);
    let bounds = chart.bounds.iter().flat_map(|bound| &bound.steps).map(|step| step.at);
    let all = || values.clone().chain(bounds.clone()).flatten();
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    if !(low.is_finite() && high.is_finite()) {
        return Vec::new();
    }
    // One value alone lies in the middle of what is around it.
    let room = if high > low { high - low } else { high.abs().max(1.0) };
    let step = round_step(room / 4.0, unit(room, scale));
    // A bound is not drawn at an end: the side beyond it has to be seen.
    let is_bound = |at: f64| bounds.clone().flatten().any(|bound| bound == at);
    let (mut first, mut last) = ((low / step).floor(), (high / step).ceil());
    last += f64::from(u8::from(last == first || is_bound(last * step)));
    first -= f64::from(u8::from(is_bound(first * step) && low > 0.0));
    // No share is more than all.
    if scale.kind() == Some(&Kind::Share) && high <= 1.0 {
        last = last.min((1.0 / step).floor());
        first -= f64::from(u8::from(last <= first));
    }
    let shown = |at: f64| {
        let worth = Number::try_from(at).map_or(Worth::Unknown, Worth::Number);
        figure(&Figure { worth, scale: scale.clone(), digits: 0 })
    };
    let marks = (0..=7).map(|more| first + f64::from(more)).take_while(|mark| *mark <= last);
    marks.map(|mark| (tidied(mark * step), shown(tidied(mark * step)))).collect()
}

/// Without the dust of a product of doubles.
fn tidied(value: f64) -> f64 {
    format!("{value:.9}").parse().unwrap_or(value)
}

/// What a scale is divided by: of a length of time, days, hours or seconds.
fn unit(room: f64, scale: &Scale) -> f64 {
    if scale.kind() != Some(&Kind::Duration) {
        return 1.0;
    }
    let day = DAY as f64;
    [day, day / 24.0, 60.0].into_iter().find(|unit| room >= 2.0 * unit).unwrap_or(1.0)
}

/// The least of 1, 2 and 5 times a power of ten that is not below a step, in a unit.
fn round_step(step: f64, unit: f64) -> f64 {
    let power = 10f64.powf((step / unit).log10().floor());
    let rounds = [1.0, 2.0, 5.0, 10.0].map(|times| times * power * unit);
    rounds.into_iter().find(|round| *round >= step * 0.999_999).unwrap_or(step)
}
