//! Hides names in what a page shows, wherever they stand: in messages, reasons, quoted lines.
//!
//! A name is hidden as a whole word, whatever stands around it, and rather once too often than not at all.

use super::{PageReport, QuotedLine};
use crate::report::checklist::GateChecklist;
use crate::report::{DiagnosticReport, RuleReport};

/// What stands for a name.
const HIDDEN: &str = "(hidden)";

/// Which names a page leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hide {
    /// Who answers for workflows and waivers.
    pub owners: bool,
    /// The texts of elements of lists.
    pub keys: bool,
}

impl PageReport {
    /// Puts `(hidden)` in the place of names.
    pub fn hide(&mut self, hide: Hide) {
        let mut names: Vec<String> = Vec::new();
        names.extend(self.names.owners.iter().filter(|_| hide.owners).cloned());
        names.extend(self.names.keys.iter().filter(|_| hide.keys).cloned());
        if names.is_empty() {
            return;
        }
        // The longest first, so that no name is hidden in part.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let hider = Hider { names };
        for workflow in &mut self.report.workflows {
            hider.all(&mut workflow.because);
            workflow.rules.iter_mut().for_each(|rule| hider.rule(rule));
        }
        for waiver in &mut self.report.waivers {
            hider.each([&mut waiver.owner, &mut waiver.because]);
        }
        for page in &mut self.workflows {
            hider.maybe(&mut page.owner);
            page.gates.iter_mut().for_each(|gate| hider.gate(gate));
            page.days.iter_mut().for_each(|day| hider.all(&mut day.because));
            let bounds = page.charts.iter_mut().flat_map(|chart| &mut chart.bounds);
            bounds.flat_map(|bound| &mut bound.steps).for_each(|step| hider.maybe(&mut step.because));
        }
        for param in &mut self.params {
            hider.maybe(&mut param.row.because);
        }
        for rule in &mut self.rules {
            hider.maybe(&mut rule.because);
            rule.waived.iter_mut().for_each(|waived| hider.text(&mut waived.owner));
        }
        for term in &mut self.waivers {
            hider.each([&mut term.owner, &mut term.because]);
        }
        for change in self.since.iter_mut().flat_map(|since| &mut since.settings) {
            hider.text(&mut change.what);
            hider.maybe(&mut change.from);
            hider.maybe(&mut change.to);
        }
        self.report.diagnostics.iter_mut().for_each(|found| hider.diagnostic(found));
        for line in self.quoted.values_mut().flat_map(|lines| lines.values_mut()) {
            hider.line(line);
        }
    }
}

struct Hider {
    names: Vec<String>,
}

impl Hider {
    fn text(&self, text: &mut String) {
        for name in self.names.iter().filter(|name| text.contains(&***name)).collect::<Vec<_>>() {
            *text = without(text, name);
        }
    }

    fn each<const N: usize>(&self, texts: [&mut String; N]) {
        texts.into_iter().for_each(|text| self.text(text));
    }

    fn maybe(&self, text: &mut Option<String>) {
        text.iter_mut().for_each(|text| self.text(text));
    }

    fn all(&self, texts: &mut [String]) {
        texts.iter_mut().for_each(|text| self.text(text));
    }

    fn rule(&self, rule: &mut RuleReport) {
        self.text(&mut rule.title);
        [&mut rule.message, &mut rule.would_pass, &mut rule.help]
            .into_iter()
            .for_each(|text| self.maybe(text));
        rule.evidence.iter_mut().for_each(|seen| self.text(&mut seen.value));
        rule.thresholds.iter_mut().for_each(|held| self.maybe(&mut held.because));
        rule.places.iter_mut().for_each(|place| self.text(&mut place.text));
        rule.sources.iter_mut().for_each(|source| self.text(&mut source.text));
    }

    fn gate(&self, gate: &mut GateChecklist) {
        for item in &mut gate.items {
            self.text(&mut item.title);
            [&mut item.message, &mut item.missing, &mut item.help]
                .into_iter()
                .for_each(|text| self.maybe(text));
        }
    }

    fn diagnostic(&self, found: &mut DiagnosticReport) {
        self.text(&mut found.message);
        self.maybe(&mut found.help);
        found.labels.iter_mut().for_each(|label| self.text(&mut label.text));
    }

    fn line(&self, line: &mut QuotedLine) {
        let before = line.text.clone();
        self.text(&mut line.text);
        line.is_changed |= line.text != before;
    }
}

/// A text without a name, wherever that stands as a whole word.
fn without(text: &str, name: &str) -> String {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    // Within a name that is no word at its ends, nothing more can belong to it.
    let (starts, ends) = (is_word(name.chars().next()), is_word(name.chars().next_back()));
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(name) {
        let last = before.chars().next_back().or_else(|| out.chars().next_back());
        let is_part = starts && is_word(last) || ends && is_word(after.chars().next());
        out.push_str(before);
        out.push_str(if is_part { name } else { HIDDEN });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_hidden_as_a_whole_word() {
        for (text, name, hidden) in [
            ("ana signed it, and so did (ana).", "ana", "(hidden) signed it, and so did ((hidden))."),
            ("banana and ana_b", "ana", "banana and ana_b"),
            ("owner: ana@example.com", "ana@example.com", "owner: (hidden)"),
            ("<b>&\"", "<b>", "(hidden)&\""),
            ("ana ana", "ana", "(hidden) (hidden)"),
        ] {
            assert_eq!(without(text, name), hidden);
        }
    }

    #[test]
    fn a_longer_name_is_hidden_before_a_part_of_it() {
        let hider = Hider { names: vec!["ana maria".to_owned(), "ana".to_owned()] };
        let mut text = "ana maria, ana".to_owned();
        hider.text(&mut text);
        assert_eq!(text, "(hidden), (hidden)");
    }
}
