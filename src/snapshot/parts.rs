//! Counts of which policies take shares: no part is more than its whole.
//!
//! Knows the vocabulary, and nothing of the policies that take the shares.

use crate::snapshot::errors;
use crate::snapshot::typing::Typing;
use crate::value::{Located, Number, Record, Value};
use crate::vocabulary::{CountedPart, Field};

/// The largest count of which a share is taken. The counts of the longest series then add up to a number that a machine holds.
pub(super) const MAX_COUNTED: i64 = 1_000_000_000_000_000;

impl Typing<'_> {
    /// Reports each part of a snapshot that counts more than its whole, and each whole that is too large to be added up.
    pub(super) fn check_parts(&mut self, record: &Record) {
        let vocabulary = self.vocabulary();
        for CountedPart { part, whole } in &vocabulary.parts {
            let Some((of, [_, most_of])) = count_at(record, whole) else { continue };
            if *most_of > Number::from(MAX_COUNTED) {
                let error =
                    errors::too_much_counted(of.span, &self.name_at(whole, |field| self.key_of(field)));
                self.push(error);
            }
            let Some((own, [fewest, _])) = count_at(record, part) else { continue };
            // Of ranges it is enough that it may be a part.
            if fewest > most_of {
                let in_file = |steps: &[usize]| self.name_at(steps, |field| self.key_of(field));
                let in_policies = |steps: &[usize]| self.name_at(steps, |field| &field.name);
                let share = format!("share({} of {})", in_policies(part), in_policies(whole));
                let (part, whole) = (in_file(part), in_file(whole));
                let error = errors::part_above_whole((own.span, &part), (of.span, &whole), &share);
                self.push(error);
            }
        }
    }

    /// The names on the way to a field.
    fn name_at<'n>(&'n self, steps: &[usize], name: impl Fn(&'n Field) -> &'n str) -> String {
        let mut record = Some(&*self.vocabulary().snapshot);
        let mut names = Vec::new();
        for step in steps {
            let Some(field) = record.and_then(|record| record.fields.get(*step)) else { break };
            names.push(name(field));
            record = field.ty.record();
        }
        names.join(".")
    }
}

/// The count at the end of a way through records, and the ends that it lies between.
fn count_at<'r>(record: &'r Record, steps: &[usize]) -> Option<(&'r Located, [&'r Number; 2])> {
    let (step, rest) = steps.split_first()?;
    let located = record.fields.get(*step)?.as_ref()?;
    match &located.value {
        Value::Record(inner) => count_at(inner, rest),
        value => value.ends().filter(|_| rest.is_empty()).map(|ends| (located, ends)),
    }
}
