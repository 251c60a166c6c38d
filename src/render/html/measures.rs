//! What rules compare for one workflow: a chart of each measure that changes, with the table behind it, and a list of the others.

use maud::{Markup, PreEscaped, html};

use super::link::{DrawnMeasures, PageContext};
use super::parts::{asks, is_asked_now, is_judged_now, text};
use super::svg::{caption, chart};
use crate::ast::EffectKind;
use crate::report::WorkflowReport;
use crate::report::page::{Chart, ChartBound, WorkflowPage};

/// A bound with more values than these has a column in the table.
const FEW_STEPS: usize = 4;

/// Why a chart is drawn; the first comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ChartRank {
    /// A rule fails or is undecided for what it shows.
    Fails,
    /// A rule that holds or rolls back asks for it now.
    MayStop,
    /// Only rules that warn or note ask for it now.
    Asked,
    NotAsked,
}

/// What is asked now is drawn before what is not; of a page that has to be brief, the latter is left out.
pub(super) fn section(
    (report, own): (&WorkflowReport, &WorkflowPage),
    key: &str,
    context: &PageContext<'_>,
) -> Markup {
    let (mut drawn, still): (Vec<&Chart>, Vec<&Chart>) = own.charts.iter().partition(|of| of.changes());
    drawn.sort_by_key(|of| rank(of, report));
    let up_to = |last: ChartRank| drawn.partition_point(|of| rank(of, report) <= last);
    let asked = up_to(ChartRank::Asked);
    let (kept, why) = match context.drawn {
        DrawnMeasures::All => (drawn.len(), ""),
        DrawnMeasures::Asked => (asked, "Measures that no rule asks of it now"),
        DrawnMeasures::Stopping => (up_to(ChartRank::MayStop), "Measures that nothing stops it for now"),
    };
    let left_out = drawn.split_off(kept).len();
    let (now, later) = drawn.split_at_checked(asked).unwrap_or((&drawn, &[]));
    let columns = columns(&drawn);
    let all = |charts: &[&Chart]| {
        html! {
            div.charts { @for of in charts { (chart((report, own), of, place(&columns, of), key)) } }
        }
    };
    html! {
        @if !now.is_empty() {
            h4 { "Measures over time" }
            (all(now))
        }
        @if !later.is_empty() {
            details { summary { "Measures that no rule asks of it now: " (later.len()) } (all(later)) }
        }
        @if !drawn.is_empty() { (values(own, &drawn, &columns, key, context)) }
        @if !still.is_empty() {
            details {
                summary { @if drawn.is_empty() { "Measures" } @else { "Measures that do not change" } ": " (still.len()) }
                ul { @for one in &still { li { (caption(one, report)) } } }
            }
        }
        @if left_out > 0 {
            p { small { (why) ": " (left_out) ". A report in a folder draws them." } }
        }
    }
}

fn rank(of: &Chart, report: &WorkflowReport) -> ChartRank {
    let bounds = of.bounds.iter().filter(|bound| is_asked_now(bound, report));
    let failed = |rule: &String| {
        report
            .rules
            .iter()
            .any(|own| own.rule == *rule && own.applied.is_some() && is_judged_now(own, report))
    };
    let may_stop = |rule: &String| {
        let own = report.rules.iter().find(|own| own.rule == *rule && is_judged_now(own, report));
        own.is_some_and(|own| own.effect >= EffectKind::Hold)
    };
    let bounds: Vec<&ChartBound> = bounds.collect();
    let any = |of: &dyn Fn(&String) -> bool| bounds.iter().any(|bound| bound.rules.iter().any(of));
    if bounds.is_empty() {
        ChartRank::NotAsked
    } else if any(&failed) {
        ChartRank::Fails
    } else if any(&may_stop) {
        ChartRank::MayStop
    } else {
        ChartRank::Asked
    }
}

/// A column of the table: a measure, or what it is held against where that changes often.
struct Column<'w> {
    of: &'w Chart,
    bound: Option<&'w ChartBound>,
}

fn columns<'w>(drawn: &[&'w Chart]) -> Vec<Column<'w>> {
    let mut columns = Vec::new();
    for of in drawn {
        columns.push(Column { of, bound: None });
        let often = of.bounds.iter().filter(|bound| bound.steps.len() > FEW_STEPS);
        columns.extend(often.map(|bound| Column { of, bound: Some(bound) }));
    }
    columns
}

/// The number of the column of a measure; the one before all is that of dates.
fn place(columns: &[Column<'_>], of: &Chart) -> usize {
    columns.iter().position(|column| std::ptr::eq(column.of, of)).unwrap_or_default() + 1
}

/// The values behind the charts, and what they are held against.
fn values(
    own: &WorkflowPage,
    drawn: &[&Chart],
    columns: &[Column<'_>],
    key: &str,
    context: &PageContext<'_>,
) -> Markup {
    html! {
        details {
            summary #{ "v-" (key) } { "Values and thresholds of these charts" }
            div.scroll tabindex="0" role="group" aria-label="Values" {
                table.values {
                    thead { tr {
                        th scope="col" { "Snapshot" }
                        @for column in columns {
                            th scope="col" { @match column.bound {
                                Some(bound) => { "asked: " code { (text(&bound.bound)) } }
                                None => { code { (text(&column.of.expression)) } }
                            } }
                        }
                    } }
                    tbody { (rows(own, columns, context)) }
                }
            }
            ul { @for of in drawn { @for bound in of.bounds.iter().filter(|bound| bound.steps.len() <= FEW_STEPS) {
                li {
                    code { (text(&of.expression)) } ": "
                    @for (at, step) in bound.steps.iter().enumerate() {
                        @if at > 0 { "; from " (own.days.get(step.from).map_or(String::new(), |day| text(&day.date))) " " }
                        (asks(bound, step))
                        @if let Some(place) = &step.place { " (" (context.place(place)) ")" }
                        @if let Some(because) = &step.because { " because: " (text(because)) }
                    }
                }
            } } }
        }
    }
}

/// A row for each snapshot. There are very many cells, so what HTML lets one leave out is left out: where each of them ends.
fn rows(own: &WorkflowPage, columns: &[Column<'_>], context: &PageContext<'_>) -> Markup {
    let shown = |column: &Column<'_>, day: usize| match column.bound {
        Some(bound) => bound.on(day).map_or(String::new(), |step| text(&step.shown)),
        None => column.of.points.get(day).map_or(String::new(), |point| text(&point.shown)),
    };
    let mut rows = String::new();
    for (day, report) in own.days.iter().enumerate() {
        rows.push_str("<tr><th scope=row>");
        rows.push_str(&context.dated(&report.date, own.places.get(day)).into_string());
        for column in columns {
            rows.push_str("<td>");
            rows.push_str(&html! { (shown(column, day)) }.into_string());
        }
    }
    PreEscaped(rows)
}
