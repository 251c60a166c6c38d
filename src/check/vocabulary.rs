//! `stages` and `snapshot` declarations: the ladder, the merged fields and the cadence. Knows no policies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::errors;
use super::field;
use crate::ast::{CadenceDecl, EveryDecl, File, Item, Literal, LiteralKind, Name, SnapshotDecl, StagesDecl};
use crate::diagnostic::Diagnostic;
use crate::point::Axis;
use crate::types::{Kind, Type};
use crate::value::{DAY, Number};
use crate::vocabulary::{Cadence, Every, RecordType, Vocabulary};

/// The days of the calendar: no cadence is longer.
const MAX_DAYS: i64 = 10_000 * 366;

/// The vocabulary, and how far it can be relied on.
pub(super) struct Ground {
    pub(super) vocabulary: Vocabulary,
    /// Something at the top level could not be parsed: it may have declared any field or stage.
    pub(super) incomplete: bool,
    /// Several ladders were declared: which stages there are is not known.
    pub(super) stages_unsure: bool,
    /// Every unit that a field is measured in.
    pub(super) units: BTreeSet<Arc<str>>,
    /// The fields of an element of `workflows`: those of a snapshot, of which lists cannot be seen. Known by being this one.
    pub(super) workflows: Arc<RecordType>,
}

impl Ground {
    /// Merges all declarations.
    pub(super) fn of(files: &[File]) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let items = || files.iter().flat_map(|file| &file.items);
        let incomplete = items().any(|item| matches!(item, Item::Broken(None)));
        let ladders: Vec<_> = items().filter_map(stages_decl).collect();
        let snapshots: Vec<_> = items().filter_map(snapshot_decl).collect();

        let (stages, stages_unsure) = check_stages_decls(&ladders, &mut diagnostics);
        let has_stages = !stages.is_empty() || incomplete;
        let mut vocabulary = Vocabulary::built_in(stages);
        vocabulary.stages_span = ladders.first().map(|ladder| ladder.span);
        let mut drafts = field::built_in(&vocabulary);
        for snapshot in &snapshots {
            let fields = field::check_field_decls(&snapshot.fields, has_stages, &mut diagnostics);
            field::merge(&mut drafts, fields, &mut diagnostics);
        }
        field::add_left(&mut drafts);
        field::add_retired(&mut drafts);
        vocabulary.snapshot = Arc::new(field::finish(drafts, &mut diagnostics));
        vocabulary.cadence = check_cadences(&snapshots, vocabulary.axis(), &mut diagnostics);
        let mut units = BTreeSet::new();
        collect_units(&vocabulary.snapshot, &mut units);
        let workflows = Arc::new(RecordType::clone(&vocabulary.snapshot));
        (Self { vocabulary, incomplete, stages_unsure, units, workflows }, diagnostics)
    }
}

fn stages_decl(item: &Item) -> Option<&StagesDecl> {
    match item {
        Item::Stages(decl) => Some(decl),
        Item::Snapshot(_) | Item::Policy(_) | Item::Test(_) | Item::Broken(_) => None,
    }
}

fn snapshot_decl(item: &Item) -> Option<&SnapshotDecl> {
    match item {
        Item::Snapshot(decl) => Some(decl),
        Item::Stages(_) | Item::Policy(_) | Item::Test(_) | Item::Broken(_) => None,
    }
}

/// The ladder, and whether that is in doubt.
fn check_stages_decls(decls: &[&StagesDecl], diagnostics: &mut Vec<Diagnostic>) -> (Vec<Arc<str>>, bool) {
    for decl in decls {
        for group in duplicates(&decl.stages) {
            diagnostics.push(errors::duplicate("stage", &group));
        }
    }
    let words = |decl: &StagesDecl| decl.stages.iter().map(|name| name.text.clone()).collect::<Vec<_>>();
    let Some((first, others)) = decls.split_first() else { return (Vec::new(), false) };
    let mut unsure = false;
    for other in others.iter().filter(|other| words(other) != words(first)) {
        diagnostics.push(errors::second_ladder(first.span, other.span));
        unsure = true;
    }
    let mut stages: Vec<Arc<str>> = Vec::new();
    for stage in words(first) {
        if !stages.contains(&stage) {
            stages.push(stage);
        }
    }
    (stages, unsure)
}

/// The names that occur more than once, each with all its places.
pub(super) fn duplicates(names: &[Name]) -> Vec<Vec<&Name>> {
    let mut groups: BTreeMap<&str, Vec<&Name>> = BTreeMap::new();
    for name in names {
        groups.entry(&name.text).or_default().push(name);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

fn check_cadences(
    snapshots: &[&SnapshotDecl],
    axis: Axis,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Cadence> {
    let decls = snapshots.iter().filter_map(|snapshot| snapshot.cadence.as_ref());
    let mut first: Option<Cadence> = None;
    for decl in decls {
        let Some(cadence) = check_cadence(decl, axis, diagnostics) else { continue };
        match &first {
            None => first = Some(cadence),
            Some(first) if (&first.every, &first.grace) == (&cadence.every, &cadence.grace) => {}
            Some(first) => diagnostics.push(errors::second_cadence(first.span, cadence.span)),
        }
    }
    first
}

/// A cadence, wherever it is declared.
pub fn check_cadence(decl: &CadenceDecl, axis: Axis, diagnostics: &mut Vec<Diagnostic>) -> Option<Cadence> {
    let every = match &decl.every {
        EveryDecl::Weekday(span) if axis == Axis::Instants => {
            diagnostics.push(errors::weekday_by_instants(*span));
            None
        }
        EveryDecl::Weekday(_) => Some(Every::Weekday),
        EveryDecl::Length(literal) => ticks(literal, axis, 1, "the cadence", diagnostics).map(Every::Ticks),
    };
    let grace = match &decl.grace {
        Some(grace) => ticks(grace, axis, 0, "the grace", diagnostics),
        None => Some(0),
    };
    Some(Cadence { every: every?, grace: grace?, axis, span: decl.span })
}

fn ticks(
    literal: &Literal,
    axis: Axis,
    lowest: i64,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<i64> {
    let ticks = whole_ticks(&literal.kind, axis).filter(|ticks| *ticks >= lowest);
    if ticks.is_none() {
        diagnostics.push(errors::bad_cadence(literal, what, axis));
    }
    ticks
}

/// The ticks of a length that is a whole number of them; of a longer one than any calendar, as many as any calendar has.
pub(super) fn whole_ticks(literal: &LiteralKind, axis: Axis) -> Option<i64> {
    match literal {
        LiteralKind::Duration(seconds) if axis.is_whole(seconds) => {
            axis.ticks(seconds.min(&Number::from(MAX_DAYS * DAY)))
        }
        LiteralKind::Duration(_)
        | LiteralKind::Number(_)
        | LiteralKind::Share(_)
        | LiteralKind::Unit(..)
        | LiteralKind::Calendar(_)
        | LiteralKind::Date(_)
        | LiteralKind::Time(_)
        | LiteralKind::Text(_)
        | LiteralKind::Bool(_) => None,
    }
}

fn collect_units(record: &RecordType, units: &mut BTreeSet<Arc<str>>) {
    for field in &record.fields {
        collect_units_of_type(&field.ty, units);
    }
}

fn collect_units_of_type(ty: &Type, units: &mut BTreeSet<Arc<str>>) {
    match ty {
        Type::Amount(quantity) => match &quantity.kind {
            Kind::Unit(unit) => {
                units.insert(unit.clone());
            }
            Kind::Count | Kind::Number | Kind::Share | Kind::Duration | Kind::Bare | Kind::Ratio => {}
        },
        Type::List(element) => collect_units_of_type(element, units),
        Type::Record(record) => collect_units(record, units),
        Type::Bool
        | Type::Text
        | Type::Date
        | Type::Time
        | Type::Stage
        | Type::Choice(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::Error => {}
    }
}
