//! The vocabulary: which fields a snapshot has, of what types, and how often one is due.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::point::Axis;
use crate::source::Span;
use crate::types::{Kind, Type};
use crate::value::{Date, Record};

/// The fields of a snapshot, a record or a list's element, in the order of their declaration.
#[derive(Clone, Debug, Default)]
pub struct RecordType {
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: Arc<str>,
    pub ty: Type,
    pub required: bool,
    /// Names its element within the list.
    pub key: bool,
    /// Later snapshots may say something else of the same element: the newest that says something counts.
    pub changing: bool,
    /// Of a list: a key that the next snapshot lacks has to be said to have left.
    pub kept: bool,
    /// A `rollout.yaml` may hold it. Of a record, its fields say so.
    pub standing: bool,
    /// The key of the snapshots, where it is not the name.
    pub named: Option<Arc<str>>,
    pub doc: Option<Arc<str>>,
    /// Where it is declared; none if it is built in.
    pub span: Option<Span>,
}

impl Field {
    /// The key that snapshots have for it.
    pub fn yaml_key(&self) -> &Arc<str> {
        self.named.as_ref().unwrap_or(&self.name)
    }

    /// Whether any declared name that is the same takes its place: it is `retired` or `left`, and nobody declares it as a field.
    pub fn gives_way(&self) -> bool {
        self.span.is_none() && [Vocabulary::RETIRED, Vocabulary::LEFT].contains(&&*self.name)
    }

    /// Whether a `rollout.yaml` may hold it, or a part of it.
    pub fn may_stand(&self) -> bool {
        self.standing || self.ty.record().is_some_and(|record| record.fields.iter().any(Self::may_stand))
    }
}

impl RecordType {
    /// The field that a key of a snapshot is for, with its index.
    pub fn field_of_key(&self, key: &str) -> Option<(usize, &Field)> {
        // The first letter tells most keys apart.
        let first = key.as_bytes().first();
        let mut fields = self.fields.iter().enumerate();
        fields.find(|(_, field)| field.yaml_key().as_bytes().first() == first && &**field.yaml_key() == key)
    }

    /// The way to a field as snapshots write it, from the way by names; names that are not known stay. It may begin in an
    /// element of a list.
    pub fn keys_of(&self, path: &str) -> String {
        let head = path.split('.').next().unwrap_or(path);
        let elements = self.fields.iter().filter_map(|field| field.ty.element()?.record());
        let mut record = [self].into_iter().chain(elements).find(|record| record.field(head).is_some());
        let key = |name: &str| {
            let field = record.and_then(|record| record.field(name)).map(|(_, field)| field);
            record = field.and_then(|field| field.ty.element().unwrap_or(&field.ty).record());
            field.map_or(name.into(), |field| field.yaml_key().clone())
        };
        path.split('.').map(key).collect::<Vec<_>>().join(".")
    }

    /// The keys that snapshots have for its fields and those of its records, each with the way to it: `users.active`.
    pub fn all_keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        for field in &self.fields {
            let key = field.yaml_key().to_string();
            let inner = field.ty.record().into_iter().flat_map(Self::all_keys);
            let inner: Vec<String> = inner.map(|inner| format!("{key}.{inner}")).collect();
            keys.push(key);
            keys.extend(inner);
        }
        keys
    }

    /// Its lists and those of its records, each with the way to it. Lists inside of lists are left out.
    pub fn lists(&self) -> Vec<ListField<'_>> {
        let mut found = Vec::new();
        self.add_lists(&[], "", &mut found);
        found
    }

    fn add_lists<'v>(&'v self, before: &[usize], prefix: &str, found: &mut Vec<ListField<'v>>) {
        for (at, field) in self.fields.iter().enumerate() {
            let steps = || before.iter().copied().chain([at]).collect::<Vec<_>>();
            let name = || format!("{prefix}{}", field.name);
            match &field.ty {
                Type::List(element) => {
                    found.push(ListField { field, steps: steps(), name: name().into(), element });
                }
                Type::Record(inner) => inner.add_lists(&steps(), &format!("{}.", name()), found),
                Type::Bool
                | Type::Text
                | Type::Date
                | Type::Time
                | Type::Stage
                | Type::Choice(_)
                | Type::Amount(_)
                | Type::Elapsed
                | Type::Calendar
                | Type::Error => {}
            }
        }
    }

    /// The field of a name, with its index.
    pub fn field(&self, name: &str) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, field)| &*field.name == name)
    }
}

/// A list that snapshots record.
#[derive(Clone, Debug)]
pub struct ListField<'v> {
    pub field: &'v Field,
    /// The way to it from the snapshot.
    pub steps: Vec<usize>,
    /// As people write it: `agent.tasks`.
    pub name: Arc<str>,
    /// The type of its elements.
    pub element: &'v Type,
}

impl<'v> ListField<'v> {
    /// The fields of its elements, where these are records.
    pub fn record(&self) -> Option<&'v RecordType> {
        self.element.record()
    }

    /// The index of the field that names its elements.
    pub fn key(&self) -> Option<usize> {
        self.record()?.fields.iter().position(|field| field.key)
    }
}

/// Two record types are the same when their fields are, wherever and however documented these were declared.
impl PartialEq for RecordType {
    fn eq(&self, other: &Self) -> bool {
        let shape = |f: &Field| {
            (
                f.name.clone(),
                f.ty.clone(),
                (f.required, f.key, f.changing, f.kept, f.standing),
                f.named.clone(),
            )
        };
        self.fields.iter().map(shape).eq(other.fields.iter().map(shape))
    }
}

/// What the `snapshot` and `stages` declarations of a run say together.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// All fields, the built-in ones first: `workflow`, `date`, then `stage` and `advance_to` where there are stages. The
    /// built-in `left`, where a list is `kept`, and `retired` come last, unless they are declared.
    pub snapshot: Arc<RecordType>,
    /// The ladder, lowest rung first; empty where no stages are declared.
    pub stages: Vec<Arc<str>>,
    /// Where the ladder is declared.
    pub stages_span: Option<Span>,
    pub cadence: Option<Cadence>,
    /// The counts that policies take as shares of others.
    pub parts: BTreeSet<CountedPart>,
}

/// A count field of the snapshot of which a share is taken, and what it is a part of, by the ways to them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountedPart {
    pub part: Vec<usize>,
    pub whole: Vec<usize>,
}

/// `every … grace …`
#[derive(Clone, Debug, PartialEq)]
pub struct Cadence {
    pub every: Every,
    /// How many ticks of the series late a snapshot may be.
    pub grace: i64,
    /// What the series runs by.
    pub axis: Axis,
    pub span: Span,
}

/// When a snapshot is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// So many ticks of the series after the one before, at least one.
    Ticks(i64),
    /// From Monday to Friday; only where the series runs by days.
    Weekday,
}

/// As it is declared.
impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = |ticks: i64| Kind::Duration.show(&self.axis.lapse(ticks).seconds());
        match self.every {
            Every::Ticks(ticks) => write!(f, "every {}", length(ticks))?,
            Every::Weekday => f.write_str("every weekday")?,
        }
        match self.grace {
            0 => Ok(()),
            grace => write!(f, " grace {}", length(grace)),
        }
    }
}

impl Cadence {
    /// The same wherever it stands.
    pub fn without_place(&self) -> Self {
        Self { span: Span::default(), ..self.clone() }
    }

    /// The last day on which the snapshot after the one of a day is not too late.
    pub fn deadline(&self, day: i64) -> i64 {
        self.every.next(day).saturating_add(self.grace)
    }

    /// The earliest day after whose snapshot one of `day` is not too late.
    pub fn earliest_before(&self, day: i64) -> i64 {
        let due = day.saturating_sub(self.grace);
        match self.every {
            Every::Ticks(days) => due.saturating_sub(days),
            Every::Weekday => {
                let weekday = from_monday(due - 1);
                due - 1 - (weekday - FRIDAY).max(0)
            }
        }
    }

    /// How many ticks apart snapshots may be, whatever the day.
    pub fn at_most_apart(&self) -> i64 {
        let every = match self.every {
            Every::Ticks(days) => days,
            Every::Weekday => 1,
        };
        every.saturating_add(self.grace)
    }
}

/// Friday, counted from Monday as 0.
const FRIDAY: i64 = 4;

/// The day of the week of a day, from Monday as 0: 1970-01-01 was a Thursday.
pub fn from_monday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// Whether a day is a Saturday or a Sunday.
pub fn is_weekend(day: i64) -> bool {
    from_monday(day) > FRIDAY
}

impl Every {
    /// The day on which the snapshot after the one of a day is due.
    pub fn next(self, day: i64) -> i64 {
        match self {
            Self::Ticks(days) => day.saturating_add(days),
            Self::Weekday if from_monday(day) >= FRIDAY => day + 7 - from_monday(day),
            Self::Weekday => day + 1,
        }
    }

    /// How many due days there are, counted from the snapshot of a day, up to another day.
    pub fn due_days(self, from: i64, to: i64) -> i64 {
        match self {
            Self::Ticks(days) => (to - from) / days.max(1),
            Self::Weekday => weekdays(to) - weekdays(from),
        }
    }

    /// The first due day, counted from the snapshot of a day, behind another day.
    pub fn due_after(self, from: i64, day: i64) -> i64 {
        match self {
            Self::Ticks(days) => from + (self.due_days(from, day) + 1) * days,
            Self::Weekday => self.next(day),
        }
    }
}

/// How many weekdays there are up to a day, from a Monday long ago.
fn weekdays(day: i64) -> i64 {
    let since_monday = day + 4;
    since_monday.div_euclid(7) * 5 + since_monday.rem_euclid(7).min(5)
}

impl Vocabulary {
    /// Index of the built-in field `workflow`.
    pub const WORKFLOW: usize = 0;
    /// Index of the built-in field `date`.
    pub const DATE: usize = 1;
    /// Index of the built-in field `stage`, where there are stages.
    pub const STAGE: usize = 2;
    /// Index of the built-in field `advance_to`, where there are stages.
    pub const ADVANCE_TO: usize = 3;

    /// The first list that steps from a snapshot lead to or through: the way to it, and the type of its elements.
    #[must_use]
    pub fn first_list<'s>(&self, steps: &'s [usize]) -> Option<(&'s [usize], &Type)> {
        let mut record = &*self.snapshot;
        for (at, step) in steps.iter().enumerate() {
            match &record.fields.get(*step)?.ty {
                Type::List(element) => return Some((steps.get(..=at)?, element)),
                ty => record = ty.record()?,
            }
        }
        None
    }

    /// The name of the built-in standing field for the last day of a workflow.
    pub const RETIRED: &str = "retired";

    /// The fields that come first, and no others, on a ladder of `stages`, which may be empty.
    pub fn built_in(stages: Vec<Arc<str>>) -> Self {
        let field = |name: &str, ty, required| Field {
            name: name.into(),
            ty,
            required,
            key: false,
            changing: false,
            kept: false,
            standing: name == "workflow",
            named: None,
            doc: None,
            span: None,
        };
        let mut fields = vec![field("workflow", Type::Text, true), field("date", Type::Date, true)];
        if !stages.is_empty() {
            fields.push(field("stage", Type::Stage, true));
            fields.push(field("advance_to", Type::Stage, false));
        }
        let snapshot = Arc::new(RecordType { fields });
        Self { snapshot, stages, stages_span: None, cadence: None, parts: BTreeSet::new() }
    }

    /// The key of a snapshot that says where its values were collected from. No field may have it.
    pub const COLLECTED: &str = "collected";

    /// The name of the built-in field for the keys of `kept` lists that are gone.
    pub const LEFT: &str = "left";

    /// How many built-in fields there are: they come first.
    pub fn built_in_fields(&self) -> usize {
        if self.stages.is_empty() { Self::STAGE } else { Self::ADVANCE_TO + 1 }
    }

    /// Index of the field for the keys that have left; none where no list is `kept`, or a policy declares its name or key as
    /// something else.
    pub fn left(&self) -> Option<usize> {
        let (at, field) = self.snapshot.field(Self::LEFT)?;
        (field.ty == Type::List(Box::new(Type::Text))).then_some(at)
    }

    /// Index of the field for the last day of a workflow; none where a policy declares its name or key as something else.
    pub fn retired(&self) -> Option<usize> {
        let (at, field) = self.snapshot.field(Self::RETIRED)?;
        (field.ty == Type::Date).then_some(at)
    }

    /// The last day of a workflow, by a snapshot of it, with its place.
    pub fn last_day(&self, snapshot: &Record) -> Option<(Date, Span)> {
        snapshot.date_in(self.retired()?)
    }

    /// The rung that a snapshot is in, from 0; none where there are no stages.
    pub fn rung_in(&self, snapshot: &Record) -> Option<usize> {
        if self.stages.is_empty() {
            return None;
        }
        let rung = &snapshot.fields.get(Self::STAGE)?.as_ref()?.value;
        usize::try_from(rung.number()?.floor()).ok()
    }

    /// What the series of snapshots runs by.
    pub fn axis(&self) -> Axis {
        let is_time = self.snapshot.fields.get(Self::DATE).is_some_and(|date| date.ty == Type::Time);
        if is_time { Axis::Instants } else { Axis::Days }
    }

    /// The type of the dates of snapshots.
    pub fn date_type(&self) -> Type {
        match self.axis() {
            Axis::Days => Type::Date,
            Axis::Instants => Type::Time,
        }
    }

    /// The rung of a stage, from 0.
    pub fn rung(&self, stage: &str) -> Option<usize> {
        self.stages.iter().position(|name| &**name == stage)
    }
}
