//! A test under construction: the text of a `test` block, part by part.

use std::fmt::Write;

use crate::ast::{Given, GivenKind, TestDecl};
use crate::source::SourceMap;

/// Longer series are not tried.
pub(super) const MAX_LENGTH: usize = 200;

/// A test with one series that can be changed, and no expectation yet.
#[derive(Clone, Debug)]
pub(super) struct TestDraft {
    /// The series before the last one, as they were written.
    before: Vec<String>,
    every: String,
    from: String,
    /// Fields with their values: one for each snapshot, or a single one for all.
    assigns: Vec<(String, Vec<String>)>,
    /// `with …` and `as of …`, as they were written.
    after: Vec<String>,
}

impl TestDraft {
    /// The parts of a test; none where its snapshots are files.
    pub(super) fn of(test: &TestDecl, sources: &SourceMap) -> Option<Self> {
        let text = |span| sources.text(span).to_owned();
        let own = |given: &&Given| given.workflow.is_none();
        let (others, given): (Vec<&Given>, Vec<&Given>) = test.given.iter().partition(|given| !own(given));
        let (last, before) = given.split_last()?;
        let GivenKind::Series { every, from, assigns } = &last.kind else { return None };
        let is_series = |given: &&Given| matches!(given.kind, GivenKind::Series { .. });
        if !before.iter().chain(&others).all(is_series) {
            return None;
        }
        let assigns = assigns.iter().map(|assign| {
            let path: Vec<&str> = assign.path.iter().map(|name| &*name.text).collect();
            (path.join("."), assign.values.iter().map(|value| one_line(sources.text(value.span))).collect())
        });
        let as_of = test.as_of.iter().map(|date| format!("as of {}", sources.text(date.span)));
        Some(Self {
            before: others.iter().chain(before).map(|given| text(given.span)).collect(),
            every: text(every.span()),
            from: text(from.span),
            assigns: assigns.collect(),
            after: test.with.iter().map(|with| text(with.span)).chain(as_of).collect(),
        })
    }

    /// A series that climbs the first stages, a week in each.
    pub(super) fn plain(stages: &[&str]) -> Self {
        let values = stages.iter().map(|stage| (*stage).to_owned()).collect::<Vec<_>>();
        let assigns = if values.is_empty() { Vec::new() } else { vec![("stage".to_owned(), values)] };
        let (every, from) = ("1 week".to_owned(), "2026-01-05".to_owned());
        Self { before: Vec::new(), every, from, assigns, after: Vec::new() }
    }

    pub(super) fn from(&self) -> &str {
        &self.from
    }

    pub(super) fn every(&self) -> &str {
        &self.every
    }

    pub(super) fn length(&self) -> usize {
        self.assigns.iter().map(|(_, values)| values.len()).max().unwrap_or(1)
    }

    pub(super) fn fields(&self) -> usize {
        self.assigns.len()
    }

    /// Gives a field another value: in the newest snapshot, or in all.
    pub(super) fn set(&self, path: &str, value: &str, everywhere: bool) -> Self {
        let mut draft = self.clone();
        let length = self.length();
        let at = draft.assigns.iter().position(|(known, _)| known == path);
        let old = at.and_then(|at| draft.assigns.drain(at..=at).next()).map(|(_, values)| values);
        let now = if everywhere || length == 1 {
            vec![value.to_owned()]
        } else {
            let filled = |index: usize| {
                let old = old.as_ref()?;
                old.get(index).or_else(|| old.first().filter(|_| old.len() == 1)).cloned()
            };
            let before = (0..length - 1).map(|index| filled(index).unwrap_or_else(|| "_".to_owned()));
            before.chain([value.to_owned()]).collect()
        };
        let at = at.unwrap_or(draft.assigns.len());
        draft.assigns.insert(at, (path.to_owned(), now));
        draft.spread(length)
    }

    /// The first snapshot, then the newest one over and over, so that the last of them are so many days, or minutes, after
    /// the second.
    pub(super) fn lasting(&self, length: usize, longest_step: usize, unit: &str) -> Option<Self> {
        let step = (1..=longest_step.max(1)).rev().find(|step| length.is_multiple_of(*step))?;
        let repeats = length / step + 1;
        if repeats > MAX_LENGTH || length == 0 {
            return None;
        }
        let mut draft = self.clone();
        let length = self.length();
        let plural = if step == 1 || unit != "day" { "" } else { "s" };
        draft.every = format!("{step} {unit}{plural}");
        for (_, values) in &mut draft.assigns {
            let (Some(first), Some(last)) = (values.first().cloned(), values.last().cloned()) else {
                continue;
            };
            if values.len() > 1 {
                *values = std::iter::once(first).chain(std::iter::repeat_n(last, repeats)).collect();
            }
        }
        let length = if length > 1 { repeats + 1 } else { repeats };
        Some(draft.spread(length))
    }

    /// Without one of its fields; none if that would shorten the series to nothing.
    pub(super) fn without(&self, at: usize) -> Option<Self> {
        let mut draft = self.clone();
        if at >= draft.assigns.len() {
            return None;
        }
        let length = self.length();
        draft.assigns.drain(at..=at);
        (draft.length() == length).then_some(draft)
    }

    /// Sees to it that the series keeps a length: some field has to name each snapshot.
    fn spread(mut self, length: usize) -> Self {
        if self.length() < length
            && let Some((_, values)) = self.assigns.first_mut()
            && let Some(first) = values.first().cloned()
        {
            *values = vec![first; length];
        }
        self
    }

    /// The whole block.
    pub(super) fn write(&self, title: &str, expect: &str) -> String {
        format!("test \"{title}\" {}", self.body(expect))
    }

    /// What stands behind the title.
    pub(super) fn body(&self, expect: &str) -> String {
        let mut text = "{\n".to_owned();
        for given in &self.before {
            let _ = writeln!(text, "  {given}");
        }
        let _ = writeln!(text, "  given every {} from {} {{", self.every, self.from);
        for (path, values) in &self.assigns {
            let _ = writeln!(text, "    {path} = {}", values.join(", "));
        }
        text.push_str("  }\n");
        for line in &self.after {
            let _ = writeln!(text, "  {line}");
        }
        let _ = write!(text, "  expect {expect}\n}}");
        text
    }
}

/// A value without its comments and line breaks.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(|line| match line.find(" #") {
        Some(at) if !line.contains('"') => line.get(..at).unwrap_or(line),
        Some(_) | None => line,
    });
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
