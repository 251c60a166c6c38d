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
    /// Puts `(hidden)` in the place of names. A field of an owner is hidden as a whole. Elsewhere a name is hidden where it may
    /// stand: never in titles, counts and values, which no name belongs to.
    pub fn hide(&mut self, hide: Hide) {
        let longest = |names: &[String], is_asked: bool| {
            let mut names: Vec<String> = names.iter().filter(|_| is_asked).cloned().collect();
            // The longest first, so that no name is hidden in part.
            names.sort_by_key(|name| std::cmp::Reverse(name.len()));
            names
        };
        let hider = Hider {
            owners: longest(&self.names.owners, hide.owners),
            keys: longest(&self.names.keys, hide.keys),
        };
        if hider.owners.is_empty() && hider.keys.is_empty() {
            return;
        }
        for workflow in &mut self.report.workflows {
            hider.all(&mut workflow.because);
            workflow.rules.iter_mut().for_each(|rule| hider.rule(rule));
        }
        for waiver in &mut self.report.waivers {
            hider.owner(&mut waiver.owner);
            hider.text(&mut waiver.because);
        }
        for page in &mut self.workflows {
            page.owner.iter_mut().for_each(|owner| hider.owner(owner));
            let unread = page.unread.iter_mut().flat_map(|unread| &mut unread.owner);
            unread.for_each(|owner| hider.owner(owner));
            page.gates.iter_mut().for_each(|gate| hider.gate(gate));
            page.days.iter_mut().for_each(|day| hider.all(&mut day.because));
            let bounds = page.charts.iter_mut().flat_map(|chart| &mut chart.bounds);
            bounds.flat_map(|bound| &mut bound.steps).for_each(|step| hider.maybe(&mut step.because));
        }
        for param in &mut self.params {
            hider.maybe(&mut param.row.because);
            hider.maybe(&mut param.inherited.because);
            let owners = param.row.owner.iter_mut().chain(&mut param.inherited.owner);
            owners.for_each(|owner| hider.owner(owner));
        }
        for of in &mut self.effects {
            hider.maybe(&mut of.row.because);
            hider.maybe(&mut of.inherited.because);
            let owners = of.row.owner.iter_mut().chain(&mut of.inherited.owner);
            owners.for_each(|owner| hider.owner(owner));
        }
        for rule in &mut self.rules {
            hider.maybe(&mut rule.because);
            rule.owner.iter_mut().for_each(|owner| hider.owner(owner));
            rule.waived.iter_mut().for_each(|waived| hider.owner(&mut waived.owner));
        }
        for term in &mut self.waivers {
            hider.owner(&mut term.owner);
            hider.text(&mut term.because);
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
    owners: Vec<String>,
    keys: Vec<String>,
}

impl Hider {
    /// A text that is nothing but an owner.
    fn owner(&self, text: &mut String) {
        if !self.owners.is_empty() {
            HIDDEN.clone_into(text);
        }
    }

    fn text(&self, text: &mut String) {
        for name in &self.owners {
            *text = without(text, name, true);
        }
        for name in &self.keys {
            *text = without(text, name, false);
        }
    }

    fn maybe(&self, text: &mut Option<String>) {
        text.iter_mut().for_each(|text| self.text(text));
    }

    fn all(&self, texts: &mut [String]) {
        texts.iter_mut().for_each(|text| self.text(text));
    }

    fn rule(&self, rule: &mut RuleReport) {
        [&mut rule.message, &mut rule.would_pass, &mut rule.help]
            .into_iter()
            .for_each(|text| self.maybe(text));
        // A number has no name in it.
        let texts = rule.evidence.iter_mut().filter(|seen| seen.amount.is_none());
        texts.for_each(|seen| self.text(&mut seen.value));
        rule.thresholds.iter_mut().for_each(|held| self.maybe(&mut held.because));
        rule.places.iter_mut().for_each(|place| self.text(&mut place.text));
        rule.sources.iter_mut().for_each(|source| self.text(&mut source.text));
    }

    fn gate(&self, gate: &mut GateChecklist) {
        for item in &mut gate.items {
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

/// A text without a name, wherever that stands as a whole word. A name that is a number is only hidden where it stands in
/// quotes, as elsewhere it is a count or a threshold.
fn without(text: &str, name: &str, any_case: bool) -> String {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    // Within a name that is no word at its ends, nothing more can belong to it.
    let (starts, ends) = (is_word(name.chars().next()), is_word(name.chars().next_back()));
    let is_number = name.chars().all(|c| c.is_ascii_digit() || ".,%".contains(c));
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, found, after)) = split(rest, name, any_case) {
        let last = before.chars().next_back().or_else(|| out.chars().next_back());
        let next = after.chars().next();
        let is_quoted = last.is_some_and(|last| "\"'`".contains(last) && next == Some(last));
        let is_part = starts && is_word(last) || ends && is_word(next) || is_number && !is_quoted;
        out.push_str(before);
        out.push_str(if is_part { found } else { HIDDEN });
        rest = after;
    }
    out + rest
}

/// The first place of a name in a text: what stands before it, the name as it is written there, and what stands behind.
fn split<'t>(text: &'t str, name: &str, any_case: bool) -> Option<(&'t str, &'t str, &'t str)> {
    if !any_case {
        let (before, after) = text.split_once(name)?;
        return Some((before, text.get(before.len()..before.len() + name.len())?, after));
    }
    let wanted = name.to_lowercase();
    let count = name.chars().count();
    text.char_indices().find_map(|(at, _)| {
        let (before, rest) = text.split_at_checked(at)?;
        let length = rest.char_indices().nth(count).map_or(rest.len(), |(end, _)| end);
        let (found, after) = rest.split_at_checked(length)?;
        (found.to_lowercase() == wanted).then_some((before, found, after))
    })
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
            ("at least 80%, line 80 has \"80\"", "80", "at least 80%, line 80 has \"(hidden)\""),
        ] {
            assert_eq!(without(text, name, false), hidden);
        }
    }

    #[test]
    fn an_owner_is_hidden_however_it_is_written() {
        for (text, hidden) in [
            ("ask Jon@Example.com.", "ask (hidden)."),
            ("Éjon@example.com", "Éjon@example.com"),
            ("JON@EXAMPLE.COM, jon@example.com", "(hidden), (hidden)"),
        ] {
            assert_eq!(without(text, "jon@example.com", true), hidden);
        }
    }

    #[test]
    fn a_longer_name_is_hidden_before_a_part_of_it() {
        let hider = Hider { owners: vec!["ana maria".to_owned(), "ana".to_owned()], keys: Vec::new() };
        let mut text = "ana maria, ana".to_owned();
        hider.text(&mut text);
        assert_eq!(text, "(hidden), (hidden)");
    }
}
