//! The workflows of a project, as `workflows` sees them: of each snapshot its single values, and nothing of its lists.
//!
//! Made before the first workflow is judged, and the same for all of them.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use super::collected::gap;
use super::recorded::{Recorded, same};
use super::written::RecordSource;
use super::{Evaluator, Evidence, ItemValue, List, ListItem, Scope};
use crate::ast::{Arg, Expr, ExprId};
use crate::builtins::Shape;
use crate::builtins::series::Along;
use crate::evidence::{Amount, ReasonKind, Reasons, Truth, Word};
use crate::point::Point;
use crate::program::{DateWord, FieldPath, StayOf, Target};
use crate::settings::Settings;
use crate::source::Span;
use crate::types::Type;
use crate::value::{Collected, Located, Record, Series, Value, day_number};
use crate::vocabulary::{Cadence, Vocabulary};

/// What their list is called.
const WORKFLOWS: &str = "workflows";

/// What is known of all workflows of a project.
#[derive(Debug, Default)]
pub struct Fleet {
    workflows: BTreeMap<Arc<str>, SeenSnapshots>,
    /// Workflows with an error in their data, of which nobody knows where they are, with a place in that.
    faulty: BTreeMap<Arc<str>, Option<Span>>,
    /// What was found out of all of them already, with the steps that it took.
    known: Mutex<HashMap<AskedOfAll, (KnownOfAll, u64)>>,
}

/// An expression, a day, and the settings that it was judged by.
type AskedOfAll = (ExprId, Point, usize);

/// What is the same whichever workflow is judged.
#[derive(Clone, Debug)]
enum KnownOfAll {
    Truth(Truth),
    Amount(Amount),
}

/// A workflow, snapshot by snapshot.
#[derive(Debug)]
pub struct SeenSnapshots {
    /// Oldest first.
    snapshots: Vec<Sighting>,
    /// How often one is due.
    cadence: Option<Cadence>,
}

/// What other workflows see of a snapshot.
#[derive(Debug)]
pub(crate) struct Sighting {
    day: Point,
    /// The day of the first snapshot of its stay in the stage.
    entered: Point,
    /// The last day of the workflow, by this snapshot.
    retired: Option<i64>,
    /// As the snapshot has it, without its lists.
    record: Record,
    collected: Option<Arc<Collected>>,
}

/// A workflow on a day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeenWorkflow<'a> {
    sighting: &'a Sighting,
    /// Whether its snapshot is too old for that day: nothing but where it stands is known then.
    stale: bool,
}

impl SeenSnapshots {
    /// What others see of a series.
    pub fn of(vocabulary: &Vocabulary, settings: &Settings, series: &Series) -> Self {
        let retired = |record: &Record| vocabulary.last_day(record).map(|(day, _)| day_number(day));
        let mut snapshots: Vec<Sighting> = Vec::new();
        for snapshot in &series.snapshots {
            let (day, record) = (snapshot.date, unlisted(&snapshot.record));
            let before = snapshots.last().filter(|before| stage_in(&before.record) == stage_in(&record));
            let entered = before.map_or(day, |before| before.entered);
            let collected = snapshot.collected.clone();
            snapshots.push(Sighting { day, entered, retired: retired(&record), record, collected });
        }
        Self { snapshots, cadence: settings.cadence.clone() }
    }

    /// The newest on a day; none before the workflow began, and after its last day.
    fn on(&self, day: Point) -> Option<SeenWorkflow<'_>> {
        let count = self.snapshots.partition_point(|sighting| sighting.day <= day);
        let sighting = self.snapshots.get(count.checked_sub(1)?)?;
        if sighting.retired.is_some_and(|last| day.day_number() > last) {
            return None;
        }
        let stale =
            self.cadence.as_ref().is_some_and(|cadence| day.ticks() > cadence.deadline(sighting.day.ticks()));
        Some(SeenWorkflow { sighting, stale })
    }
}

impl Fleet {
    /// Adds a workflow; without snapshots where there is an error in its data.
    pub fn add(&mut self, name: Arc<str>, seen: Option<SeenSnapshots>, place: Option<Span>) {
        match seen {
            Some(seen) => {
                self.workflows.insert(name, seen);
            }
            None => {
                self.faulty.insert(name, place);
            }
        }
    }

    /// Whether a workflow has this name.
    pub fn knows(&self, name: &str) -> bool {
        self.workflows.contains_key(name) || self.faulty.contains_key(name)
    }

    /// The names of all workflows.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.workflows.keys().chain(self.faulty.keys()).map(|name| &**name)
    }

    fn on(&self, day: Point) -> impl Iterator<Item = SeenWorkflow<'_>> {
        self.workflows.values().filter_map(move |seen| seen.on(day))
    }

    /// Why further workflows may be where an element is looked for.
    fn open(&self) -> Option<Reasons> {
        let mut open: Option<Reasons> = None;
        for (workflow, place) in &self.faulty {
            let unread = Reasons::of(ReasonKind::UnreadWorkflow { workflow: workflow.clone() }, *place);
            open.get_or_insert_default().merge(&unread);
        }
        open
    }
}

impl<'a> SeenWorkflow<'a> {
    /// What others may see of it.
    pub(super) fn record(self) -> &'a Record {
        &self.sighting.record
    }

    /// Whether a value stands at the end of the steps.
    pub(super) fn shows(self, steps: &[usize], built_in: usize) -> bool {
        !self.stale || steps.first().is_none_or(|step| *step < built_in)
    }

    /// The day on which it entered the stage that it is in.
    pub(super) fn entered(self) -> Point {
        self.sighting.entered
    }

    /// Its newest day.
    pub(super) fn day(self) -> Point {
        self.sighting.day
    }

    /// Whether it has a name, as a snapshot has it.
    pub(super) fn is_of(self, name: &Value) -> bool {
        self.slot(Vocabulary::WORKFLOW).is_some_and(|own| same(&own.value, name))
    }

    fn name(self) -> Arc<str> {
        self.slot(Vocabulary::WORKFLOW).map(name_in).unwrap_or_default()
    }

    fn slot(self, field: usize) -> Option<&'a Located> {
        self.sighting.record.fields.get(field)?.as_ref()
    }
}

impl<'a> Evaluator<'a> {
    /// What an aggregate is worth. One of `workflows` that reads nothing of the judged snapshot is computed once a day, and
    /// costs every workflow what that took, whoever comes first.
    pub(super) fn once_a_day(
        &self,
        expr: &'a Expr,
        args: &'a [Arg],
        scope: Scope<'_, 'a>,
        compute: impl FnOnce() -> Evidence<'a>,
    ) -> Evidence<'a> {
        if !self.assumed.is_empty()
            || self.ask.is_some()
            || self.watch.is_some()
            || scope.element.is_some()
            || !self.is_same_for_all(expr, args)
        {
            return compute();
        }
        let asked = (expr.id, scope.moment.day, std::ptr::from_ref(self.settings).addr());
        let known = || self.fleet.known.lock().unwrap_or_else(|broken| broken.into_inner());
        let found = known().get(&asked).cloned();
        if let Some((found, steps)) = found {
            self.budget.spend(usize::try_from(steps).unwrap_or(usize::MAX));
            return match found {
                KnownOfAll::Truth(truth) => Evidence::Truth(truth),
                KnownOfAll::Amount(amount) => Evidence::Amount(amount),
            };
        }
        let before = self.budget.left();
        let evidence = compute();
        let found = match &evidence {
            Evidence::Truth(truth) => Some(KnownOfAll::Truth(truth.clone())),
            Evidence::Amount(amount) => Some(KnownOfAll::Amount(amount.clone())),
            Evidence::Elapsed(_) | Evidence::Calendar(_) | Evidence::Word(_) | Evidence::List(_) => None,
        };
        if let Some(found) = found.filter(|_| !self.budget.is_spent()) {
            known().insert(asked, (found, before.saturating_sub(self.budget.left())));
        }
        evidence
    }

    /// Whether an aggregate goes through `workflows`, and reads nothing but these, params and the day.
    fn is_same_for_all(&self, expr: &'a Expr, args: &'a [Arg]) -> bool {
        let target = |expr: &Expr| self.program.expr(expr.id).and_then(|info| info.target.as_ref());
        let of_workflows =
            args.first().is_some_and(|arg| matches!(target(&arg.value), Some(Target::Workflows(_))));
        of_workflows
            && self.program.every_target(expr, &mut Vec::new(), &mut |target| match target {
                Target::Field(_) | Target::JudgedField(_) => false,
                Target::Date(DateWord::Entered(StayOf::Looked | StayOf::Judged)) => false,
                Target::Call(builtin) => match &builtin.shape {
                    Shape::Along(Along::Since) => true,
                    Shape::Along(
                        Along::Run(_) | Along::Asks | Along::Snapshot(_) | Along::Latest | Along::Stretch(_),
                    ) => false,
                    Shape::Counting(_)
                    | Shape::Numbers(_)
                    | Shape::Distinct
                    | Shape::Part(_)
                    | Shape::Weekday
                    | Shape::Longest
                    | Shape::Default
                    | Shape::Confidence => true,
                },
                Target::Workflows(_)
                | Target::Date(_)
                | Target::Element { .. }
                | Target::Let(_)
                | Target::Param(_)
                | Target::Table(_)
                | Target::Stage(_)
                | Target::Member(_) => true,
            })
    }

    /// `workflows`, or a field of each, on a day.
    pub(super) fn workflows(&self, path: &FieldPath, ty: &Type, at: usize, day: Point) -> Evidence<'a> {
        let element = ty.element().unwrap_or(ty);
        let item = |seen: SeenWorkflow<'a>| {
            let span = seen.slot(Vocabulary::WORKFLOW).map(|name| name.span);
            let value = match path.steps.is_empty() {
                true => ItemValue::Workflow(seen),
                false => ItemValue::Evidence(self.field_of_workflow(seen, path, element, at)),
            };
            ListItem { value, of: Some(Recorded::once(seen.record())), group: None, at, span }
        };
        let items: Vec<ListItem<'a>> = self.fleet.on(day).map(item).collect();
        self.budget.spend(items.len());
        let name = Rc::from(WORKFLOWS);
        Evidence::List(Rc::new(List { items, open: self.fleet.open(), name, ..List::default() }))
    }

    /// The workflow on a day whose record an element of `workflows` is.
    pub(super) fn workflow_of(&self, record: &'a Record, day: Point) -> ItemValue<'a> {
        let name = record.fields.get(Vocabulary::WORKFLOW).and_then(Option::as_ref).map(name_in);
        let seen = name.and_then(|name| self.fleet.workflows.get(&*name)?.on(day));
        seen.map_or_else(|| ItemValue::Record(Recorded::once(record)), ItemValue::Workflow)
    }

    /// Whether a list of this name is that of the workflows: a field that is called so would be meant instead.
    pub(super) fn is_workflows(&self, list: &str) -> bool {
        list == WORKFLOWS && self.program.vocabulary.snapshot.field(list).is_none()
    }

    pub(super) fn field_of_workflow(
        &self,
        seen: SeenWorkflow<'a>,
        path: &FieldPath,
        ty: &Type,
        at: usize,
    ) -> Evidence<'a> {
        if let Some(asked) = self.taken_ask_of(seen, path) {
            return asked;
        }
        let (workflow, newest) = (seen.name(), seen.sighting.day);
        if !seen.shows(&path.steps, self.program.vocabulary.built_in_fields()) {
            let place = seen.slot(Vocabulary::DATE).map(|date| date.span);
            let reasons = Reasons::of(ReasonKind::StaleWorkflow { workflow, newest }, place);
            return Evidence::unknown(ty, &reasons, &path.name);
        }
        let asks = path.steps == [Vocabulary::ADVANCE_TO] && *ty == Type::Stage;
        if asks && seen.slot(Vocabulary::ADVANCE_TO).is_none() {
            // Whoever asks for no stage asks for none: that is known, and compares with no stage.
            return Evidence::Word(Word::Known("".into()));
        }
        let missing = |span, _| {
            let (field, workflow) = (path.recorded(), workflow.clone());
            let entry = seen.sighting.collected.as_ref().and_then(|known| known.gap_of(&path.steps));
            let span = entry.and_then(|entry| entry.unknown.as_ref()).map_or(span, |(_, why)| *why);
            let gap = entry.map(gap);
            Reasons::of(ReasonKind::MissingInWorkflow { field, workflow, date: newest, gap }, Some(span))
        };
        let from = RecordSource { date: newest, missing: &missing };
        self.walk(seen.record(), path, ty, self.moment_of(at, at), from)
    }
}

/// The name that stands in the field `workflow`.
fn name_in(located: &Located) -> Arc<str> {
    match &located.value {
        Value::Text(name) => name.clone(),
        Value::Bool(_)
        | Value::Number(_)
        | Value::Range(_)
        | Value::Counted(_)
        | Value::List(_)
        | Value::Record(_) => "".into(),
    }
}

fn stage_in(record: &Record) -> Option<&Value> {
    Some(&record.fields.get(Vocabulary::STAGE)?.as_ref()?.value)
}

/// A record without its lists.
fn unlisted(record: &Record) -> Record {
    let value = |located: &Located| match &located.value {
        Value::List(_) => None,
        Value::Record(inner) => Some(Value::Record(unlisted(inner))),
        value
        @ (Value::Bool(_) | Value::Text(_) | Value::Number(_) | Value::Range(_) | Value::Counted(_)) => {
            Some(value.clone())
        }
    };
    let field = |slot: &Option<Located>| {
        let located = slot.as_ref()?;
        Some(Located { key: located.key, span: located.span, value: value(located)? })
    };
    let fields = record.fields.iter().map(field).collect();
    Record { fields, empty: record.empty.clone(), span: record.span }
}
