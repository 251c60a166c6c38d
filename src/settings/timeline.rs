//! What is in force from which day on.
//!
//! Knows days, and not what it is that begins on them.

use crate::value::{Date, day_number};

/// Something that is in force from the beginning, and what takes its place on later days.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline<T> {
    first: T,
    /// Each with its first day, the earliest first.
    later: Vec<(Date, T)>,
}

impl<T> Timeline<T> {
    /// The same on every day.
    pub fn always(value: T) -> Self {
        Self { first: value, later: Vec::new() }
    }

    /// The value that is in force on a day, by its number.
    pub fn on(&self, day: i64) -> &T {
        let begun = self.later.iter().rev().find(|(from, _)| day_number(*from) <= day);
        begun.map_or(&self.first, |(_, value)| value)
    }

    /// The values that are in force on a day, by its number, or on a later one.
    pub fn since(&self, day: i64) -> impl Iterator<Item = &T> {
        let later = self.later.iter().filter(move |(from, _)| day_number(*from) > day);
        std::iter::once(self.on(day)).chain(later.map(|(_, value)| value))
    }

    /// The one value, if it is the same on every day.
    pub fn constant(&self) -> Option<&T> {
        self.later.is_empty().then_some(&self.first)
    }

    /// All values with their first days, the earliest first; the first one has none.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = (Option<Date>, &T)> {
        let later = self.later.iter().map(|(from, value)| (Some(*from), value));
        std::iter::once((None, &self.first)).chain(later)
    }

    /// All values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        std::iter::once(&mut self.first).chain(self.later.iter_mut().map(|(_, value)| value))
    }

    /// Whether another one has the same at all times, as far as `what` sees it.
    pub fn is_same<U: PartialEq>(&self, other: &Self, what: impl Fn(&T) -> U) -> bool {
        let own = self.steps().map(|(from, value)| (from, what(value)));
        own.eq(other.steps().map(|(from, value)| (from, what(value))))
    }

    /// The days on which something begins.
    pub fn days(&self) -> impl Iterator<Item = Date> {
        self.later.iter().map(|(from, _)| *from)
    }
}

impl<T: PartialEq> Timeline<T> {
    /// Lets something else be in force from a day on, which is later than all before.
    pub fn then(&mut self, from: Date, value: T) {
        let newest = self.later.last().map_or(&self.first, |(_, newest)| newest);
        if *newest != value {
            self.later.push((from, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_from_its_day_on() {
        let date = |day| Date::constant(2026, 12, day);
        let mut line = Timeline::always('a');
        assert_eq!(line.constant(), Some(&'a'));
        line.then(date(1), 'b');
        line.then(date(2), 'b');
        line.then(date(3), 'c');
        assert_eq!(line.constant(), None);
        let on = |day| *line.on(day_number(date(day)));
        assert_eq!(*line.on(day_number(date(1)) - 1), 'a');
        assert_eq!(line.since(day_number(date(2))).collect::<Vec<_>>(), [&'b', &'c']);
        assert_eq!([on(1), on(2), on(3), on(9)], ['b', 'b', 'c', 'c']);
        assert_eq!(
            line.steps().map(|(from, value)| (from, *value)).collect::<Vec<_>>(),
            [(None, 'a'), (Some(date(1)), 'b'), (Some(date(3)), 'c')]
        );
    }
}
