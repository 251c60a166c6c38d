//! Elements of lists as snapshots record them. Of one with a key, what they say has to agree, unless its field is `changing`.

use std::iter::once;
use std::rc::Rc;

use super::explain::find;
use super::written::RecordSource;
use super::{Evaluator, Evidence, ItemValue, ListItem, Moment};
use crate::evidence::{Amount, Reason, ReasonKind, Reasons};
use crate::interval::Interval;
use crate::program::FieldPath;
use crate::types::Type;
use crate::value::{Located, Number, Record, Value};

/// An element of a list of records.
#[derive(Clone, Debug)]
pub(crate) struct Recorded<'a> {
    /// As the newest snapshot has it in which it stands.
    pub(crate) newest: &'a Record,
    /// As older ones of a window have it, with their indexes, newest first; none where they say the same.
    pub(crate) older: Option<Rc<[(usize, &'a Record)]>>,
}

impl<'a> Recorded<'a> {
    /// An element of one snapshot's list.
    pub(super) fn once(record: &'a Record) -> Self {
        Self { newest: record, older: None }
    }

    /// All that was recorded of it, newest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Record> {
        once(self.newest).chain(self.older.iter().flat_map(|older| older.iter()).map(|(_, record)| *record))
    }
}

impl<'a> ListItem<'a> {
    /// The element that it is, or whose value it is.
    pub(super) fn element(&self) -> Option<Recorded<'a>> {
        match &self.value {
            ItemValue::Record(element) => Some(element.clone()),
            ItemValue::Workflow(seen) => Some(Recorded::once(seen.record())),
            ItemValue::Evidence(_) => self.of.clone(),
        }
    }
}

impl<'a> Evaluator<'a> {
    /// A field of an element that stands in the snapshot of the moment: what those say that say something of it, if they agree.
    /// Of a `changing` field it is what the newest of them says.
    pub(super) fn field_of_element(
        &self,
        element: &Recorded<'a>,
        path: &FieldPath,
        ty: &Type,
        moment: Moment,
    ) -> Evidence<'a> {
        if let Some(index) = path.computed.filter(|_| path.steps.is_empty()) {
            return self.computed(index, element, moment);
        }
        let older = element.older.as_deref().unwrap_or_default();
        self.budget.spend(older.len());
        let all = once((moment.at, element.newest)).chain(older.iter().copied());
        let mut said = all.filter_map(|(at, record)| Some((at, record, find(record, &path.steps)?)));
        let missing = |span, _| self.missing_in_element(&path.name, moment.at, span);
        let Some((at, record, newest)) = said.next() else {
            let from = RecordSource { date: self.day(moment.at), missing: &missing };
            return self.walk(element.newest, path, ty, moment, from);
        };
        let from = RecordSource { date: self.day(at), missing: &missing };
        if path.changing {
            return self.walk(record, path, ty, moment, from);
        }
        let mut agreed = Agreement::with(at, newest);
        for (other_at, _, other) in said {
            if let Err(one) = agreed.narrow(other_at, other) {
                let reasons = self.contradiction(path, one, (other_at, other));
                return Evidence::unknown(ty, &reasons, &path.name);
            }
        }
        match agreed.ends {
            // Where one of them is a range, so may be what they have in common.
            Some([low, high]) if low.1.span != high.1.span => self.in_common(path, ty, [low, high]),
            Some([(at, located, _), _]) => self.recorded_value(located, path, ty, self.day(at)),
            None => self.walk(record, path, ty, moment, from),
        }
    }

    /// The numbers between two ends that two snapshots give.
    fn in_common(&self, path: &FieldPath, ty: &Type, ends: [RecordedEnd<'a>; 2]) -> Evidence<'a> {
        let [(low_at, low, least), (high_at, high, most)] = ends;
        let reasons = |at, located| self.recorded_value(located, path, ty, self.day(at)).reasons();
        let mut why = reasons(low_at, low);
        why.merge(&reasons(high_at, high));
        Evidence::Amount(Amount::bounded(Interval::new(least.clone(), most.clone()), why))
    }

    /// Why nothing is known of which two snapshots say different things: at either line.
    fn contradiction(&self, path: &FieldPath, one: (usize, &Located), other: (usize, &Located)) -> Reasons {
        let date = |at: usize| self.day(at);
        let reason = |(_, place): (usize, &Located), (other, _): (usize, &Located)| {
            let kind = ReasonKind::Contradicted { field: path.name.clone(), other: date(other) };
            Reason { kind, span: Some(place.span) }
        };
        Reasons { first: vec![reason(one, other), reason(other, one)], more: 0 }
    }
}

/// An end of what a number can be, with the value that it is of and the snapshot of that.
type RecordedEnd<'a> = (usize, &'a Located, &'a Number);

/// What snapshots agree on that an element's field is.
struct Agreement<'a> {
    /// The newest of them, and its value.
    newest: (usize, &'a Located),
    /// Of a number: the highest of the lower ends, and the lowest of the upper ones.
    ends: Option<[RecordedEnd<'a>; 2]>,
}

impl<'a> Agreement<'a> {
    fn with(at: usize, newest: &'a Located) -> Self {
        let ends = newest.value.ends().map(|ends| ends.map(|end| (at, newest, end)));
        Self { newest: (at, newest), ends }
    }

    /// Takes in what an older snapshot says: of ranges that overlap, what both allow.
    ///
    /// # Errors
    /// With the value that it contradicts.
    fn narrow(&mut self, at: usize, other: &'a Located) -> Result<(), (usize, &'a Located)> {
        let (Some([low, high]), Some([least, most])) = (&mut self.ends, other.value.ends()) else {
            return if same(&self.newest.1.value, &other.value) { Ok(()) } else { Err(self.newest) };
        };
        if least > high.2 {
            return Err((high.0, high.1));
        }
        if most < low.2 {
            return Err((low.0, low.1));
        }
        if least > low.2 {
            *low = (at, other, least);
        }
        if most < high.2 {
            *high = (at, other, most);
        }
        Ok(())
    }
}

/// Whether two values may be one and the same: of ranges, whether they overlap.
pub(super) fn agree(one: &Value, other: &Value) -> bool {
    match (one.ends(), other.ends()) {
        (Some([least, most]), Some([low, high])) => least <= high && low <= most,
        _ => same(one, other),
    }
}

/// Whether two values say the same, wherever they stand.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Record(one), Value::Record(other)) => same_record(one, other),
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| same(&one.value, &other.value))
        }
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Text(one), Value::Text(other)) => one == other,
        (Value::Number(one), Value::Number(other)) => one == other,
        (Value::Range(one), Value::Range(other)) => one == other,
        (Value::Counted(one), Value::Counted(other)) => one == other,
        (
            Value::Bool(_)
            | Value::Text(_)
            | Value::Number(_)
            | Value::Range(_)
            | Value::Counted(_)
            | Value::List(_)
            | Value::Record(_),
            _,
        ) => false,
    }
}

/// Whether two records say the same, field by field.
pub(super) fn same_record(one: &Record, other: &Record) -> bool {
    let slot = |pair: (&Option<Located>, &Option<Located>)| match pair {
        (Some(one), Some(other)) => same(&one.value, &other.value),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    one.fields.len() == other.fields.len() && one.fields.iter().zip(&other.fields).all(slot)
}
