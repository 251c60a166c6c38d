//! A judgement against a base: by the policies, configurations and waivers that stand there, so that nothing which is
//! judged can loosen what it is judged by; and what the proposal would change of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::judge::{JudgedAll, load_judged, put_together};
use super::load::{Loaded, Ready};
use super::total::has_errors;
use super::{Answer, CheckOptions, DayOptions, Workspace, lint, place_of};
use crate::ast::{EffectKind, FieldDecl, FieldKind, File, Item};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::direction::larger_is_stricter;
use crate::layers::BoundWaiver;
use crate::program::ParamValue;
use crate::project::{Project, Sides, TextFile};
use crate::report::against::{AgainstReport, Direction, FileChange, SettingChange};
use crate::report::{Decision, Denied, Place, Report, WorkflowReport};
use crate::settings::{Settings, rule_names, show_range, show_value};
use crate::source::{SourceMap, Span};
use crate::value::{Number, Value};
use crate::words::Told;

/// What the caller of a judgement against a base chooses.
#[derive(Clone, Copy, Debug, Default)]
pub struct AgainstOptions {
    /// A verdict counts as turned that the proposal itself turns.
    pub allow_self_approval: bool,
    /// What nobody has touched counts, too.
    pub all: bool,
}

impl Workspace {
    /// Judges a pull request by the policies of its base, and lists what it changes of them.
    pub fn check_against(
        &mut self,
        sides: Sides,
        options: &CheckOptions,
        AgainstOptions { allow_self_approval, all }: AgainstOptions,
    ) -> Answer<Report> {
        self.begin();
        let Sides {
            mut sources,
            base,
            mut mixed,
            head,
            mut problems,
            reference,
            changes,
            has_policies,
            lint,
        } = sides;
        if !has_policies {
            let message = format!(
                "`{reference}` has neither a configuration nor snapshots: what is proposed is judged by its own policies"
            );
            problems.push(Diagnostic::note(Code::BaseWithoutPolicies, message));
        }
        problems.extend(add_unknown(&mut mixed, &head, &reference));
        let before = load_judged(self, base, Vec::new(), &mut sources, options);
        let standing = load_judged(self, mixed, problems, &mut sources, options);
        // All three are judged on one day.
        let day = DayOptions { as_of: Some(standing.as_of), ..options.day.clone() };
        let day = CheckOptions { day, ..options.clone() };
        let proposed = load_judged(self, head, Vec::new(), &mut sources, &day);
        let settings =
            if has_policies { setting_changes(&standing, &proposed, &sources) } else { Vec::new() };
        // Policies with errors let nothing pass that could be approved.
        let broken: BTreeSet<Option<String>> =
            proposed.projects.iter().filter(|p| p.program.incomplete).map(|p| p.name.clone()).collect();
        let lints = lint.map(|tests| lint::beside(self, &proposed.projects, tests, &mut sources));
        let old = put_together(before, &sources, &day);
        let own = put_together(proposed, &sources, &day);
        let mut judged = put_together(standing, &sources, options);
        add_errors(&mut judged.diagnostics, &own.diagnostics, &sources);
        judged.diagnostics.extend(lints.unwrap_or_default());
        let reports = &judged.reports;
        let turned = |report: &&WorkflowReport| {
            let held = matches!(report.decision, Decision::Hold | Decision::Rollback);
            held && !broken.contains(&report.project)
                && decision(&own.reports, report).is_some_and(|decision| !stops(decision))
        };
        // The snapshots are the same on both sides, so it is what is proposed that lets it pass, whatever was changed.
        let self_approved: Vec<String> =
            reports.iter().filter(|report| turned(report)).map(WorkflowReport::name).collect();
        let touched = touched(&judged.files, &changes);
        let counts = |report: &&WorkflowReport| {
            let worse = decision(&old.reports, report).is_none_or(|before| report.decision > before);
            let name = report.name();
            // Who turns a verdict has touched it, even if no snapshot was.
            all || worse || touched.contains(&name) || self_approved.contains(&name)
        };
        let names = |of: Vec<&WorkflowReport>| of.into_iter().map(WorkflowReport::name).collect();
        let standing: Vec<String> =
            names(reports.iter().filter(|r| stops(r.decision) && !counts(r)).collect());
        let prefix = format!("{reference}:");
        let vanished = vanished(&prefix, &old, &judged, &own, &changes);
        let rewritten = rewritten(&prefix, [&old.files, &judged.files, &own.files], &changes);
        let held: BTreeSet<String> = reports
            .iter()
            .filter(|report| stops(report.decision) && counts(report))
            .map(WorkflowReport::name)
            .filter(|name| !(allow_self_approval && self_approved.contains(name)))
            .collect();
        // Of warnings those hold that are about a workflow which does not go on.
        let of_held =
            judged.files.iter().filter(|(name, _)| held.contains(*name)).flat_map(|(_, files)| files);
        let denied = Denied::Of(of_held.filter(|_| options.deny_warnings).cloned().collect());
        let against = AgainstReport {
            reference,
            settings,
            rewritten,
            self_approved,
            self_approval_accepted: allow_self_approval,
            standing,
            vanished,
        };
        let vanished = !against.vanished.is_empty();
        let mut judgement = judged.finish(sources, options);
        if judgement.exit != 2 {
            judgement.exit = u8::from(!held.is_empty() || vanished);
        }
        judgement.report.denied = denied;
        judgement.report.against = Some(against);
        judgement
    }
}

/// Adds the snapshots and projects that only the proposal looks at: they are judged by the base as well, and what that
/// does not know at all by itself, which is said. Else a verdict could be had by having nobody look.
fn add_unknown(mixed: &mut Vec<Project>, head: &[Project], reference: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for own in head {
        let Some(project) = mixed.iter_mut().find(|project| project.name == own.name) else {
            let name = own.name.as_deref().unwrap_or(".");
            let message = format!("`{reference}` has no project `{name}`: it is judged by its own policies");
            let place = own.stack.last().map(|own| Span::new(own.file, 0..0));
            let note = Diagnostic::note(Code::BaseWithoutPolicies, message);
            found.push(match place {
                Some(place) => note.label(place, "new here"),
                None => note,
            });
            mixed.push(own.clone());
            continue;
        };
        add_missing(&mut project.snapshots, &own.snapshots);
        add_missing(&mut project.standing, &own.standing);
    }
    found
}

fn add_missing(files: &mut Vec<TextFile>, more: &[TextFile]) {
    let known: BTreeSet<String> = files.iter().map(|file| file.name.clone()).collect();
    files.extend(more.iter().filter(|file| !known.contains(&file.name)).cloned());
}

/// Adds the errors of what is proposed, but for those that were found in the same files already.
fn add_errors(diagnostics: &mut Vec<Diagnostic>, own: &[Diagnostic], sources: &SourceMap) {
    let said: BTreeSet<_> = diagnostics.iter().map(|known| place_of(known, sources)).collect();
    let is_new = |found: &&Diagnostic| {
        has_errors(std::slice::from_ref(*found)) && !said.contains(&place_of(found, sources))
    };
    diagnostics.extend(own.iter().filter(is_new).cloned());
}

/// What is decided of a workflow on another side, if that has it.
fn decision(reports: &[WorkflowReport], of: &WorkflowReport) -> Option<Decision> {
    let same = |report: &&WorkflowReport| report.workflow == of.workflow && report.project == of.project;
    reports.iter().find(same).map(|report| report.decision)
}

/// The workflows of the base of which no snapshot is left, or of which the proposal looks at none.
fn vanished(
    prefix: &str,
    old: &JudgedAll,
    judged: &JudgedAll,
    own: &JudgedAll,
    changes: &[FileChange],
) -> Vec<String> {
    // What the base has and the branch never had is not gone: it came after the branch began.
    let lost: BTreeSet<String> =
        changes.iter().filter_map(|change| Some(format!("{prefix}{}", change.old.as_ref()?))).collect();
    let is_lost = |name: &str| old.files.get(name).is_some_and(|files| !files.is_disjoint(&lost));
    let seen: BTreeSet<&String> = own.files.values().flatten().collect();
    // Where what is proposed has errors, these are what there is to say.
    let sound = !has_errors(&own.diagnostics);
    let is_unseen = |name: &str| {
        let files = judged.files.get(name);
        sound && files.is_some_and(|files| files.iter().all(|file| !seen.contains(file)))
    };
    let is_gone = |report: &&WorkflowReport| match decision(&judged.reports, report) {
        None => is_lost(&report.name()),
        Some(_) => is_unseen(&report.name()),
    };
    old.reports.iter().filter(is_gone).map(WorkflowReport::name).collect()
}

fn stops(decision: Decision) -> bool {
    decision >= Decision::Hold
}

/// The workflows of which a file has changed, their standing facts among them.
fn touched(files: &BTreeMap<String, BTreeSet<String>>, changes: &[FileChange]) -> BTreeSet<String> {
    let changed: BTreeSet<&str> =
        changes.iter().flat_map(|change| change.old.iter().chain(&change.new)).map(String::as_str).collect();
    let folder = |file: &str| file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let is_touched = |names: &BTreeSet<String>| {
        names.iter().any(|name| {
            changed.contains(name.as_str())
                || changed.contains(format!("{}rollout.yaml", folder(name)).as_str())
        })
    };
    // A snapshot that is gone was in the folder of those that remain.
    let lost = |names: &BTreeSet<String>| {
        let gone =
            changes.iter().filter(|change| change.new.is_none()).filter_map(|change| change.old.as_deref());
        gone.into_iter()
            .any(|gone| names.iter().any(|name| !folder(name).is_empty() && folder(name) == folder(gone)))
    };
    let names = files.iter().filter(|(_, names)| is_touched(names) || lost(names));
    names.map(|(workflow, _)| workflow.clone()).collect()
}

/// Snapshots of the base that were edited, renamed or deleted since, or that the proposal no longer looks at. `files` are
/// those of the base, of the base's globs on what is proposed, and of what is proposed; the base's are named with `prefix`.
fn rewritten(
    prefix: &str,
    files: [&BTreeMap<String, BTreeSet<String>>; 3],
    changes: &[FileChange],
) -> Vec<FileChange> {
    let [old, standing, proposed] = files.map(|files| -> BTreeSet<String> {
        let names = files.values().flatten();
        names.map(|name| name.strip_prefix(prefix).unwrap_or(name).to_owned()).collect()
    });
    let of_snapshots = |change: &&FileChange| change.old.as_ref().is_some_and(|name| old.contains(name));
    let mut found: Vec<FileChange> = changes.iter().filter(of_snapshots).cloned().collect();
    let unseen = standing.difference(&proposed).filter(|name| old.contains(*name));
    found.extend(unseen.map(|name| FileChange {
        old: Some(name.clone()),
        new: Some(name.clone()),
        unseen: true,
    }));
    found.sort();
    found.dedup();
    found
}

/// Everything that a proposal changes of what it is judged by.
fn setting_changes(
    standing: &Loaded<Told>,
    proposed: &Loaded<Told>,
    sources: &SourceMap,
) -> Vec<SettingChange> {
    let mut changes = Vec::new();
    // Of policies with errors nobody knows what they set.
    for new in proposed.projects.iter().filter(|project| !project.program.incomplete) {
        let Some(old) = standing.projects.iter().find(|old| old.name == new.name) else { continue };
        let two = Two { old, new, sources };
        two.params(&mut changes);
        two.rules(&mut changes);
        two.waivers(&mut changes);
        two.vocabulary(&mut changes);
    }
    changes.sort_by(|a, b| (a.direction, &a.what, &a.workflows).cmp(&(b.direction, &b.what, &b.workflows)));
    changes
}

/// A project as it stands, and as it is proposed.
struct Two<'a> {
    old: &'a Ready<Told>,
    new: &'a Ready<Told>,
    sources: &'a SourceMap,
}

impl Two<'_> {
    /// The settings to compare: for all workflows, then for those for which one side says something of its own.
    fn variants(&self) -> Vec<(Option<String>, &Settings, &Settings)> {
        let (old, new) = (&self.old.book, &self.new.book);
        let names = self.old.workflows.iter().chain(&self.new.workflows).map(|workflow| &*workflow.name);
        let names: BTreeSet<&str> = names.collect();
        let own = names
            .into_iter()
            .filter(|name| *old.settings(name) != old.general || *new.settings(name) != new.general);
        let own = own.map(|name| (Some(name.to_owned()), old.settings(name), new.settings(name)));
        std::iter::once((None, &old.general, &new.general)).chain(own).collect()
    }

    fn params(&self, changes: &mut Vec<SettingChange>) {
        for (workflow, old_settings, new_settings) in self.variants() {
            for (at, param) in self.new.program.params.iter().enumerate() {
                let Some(before) = self.old.program.params.iter().position(|known| known.name == param.name)
                else {
                    continue;
                };
                let (Some(old), Some(new)) = (old_settings.params.get(before), new_settings.params.get(at))
                else {
                    continue;
                };
                let stricter = larger_is_stricter(&self.old.program, before);
                let mut push = |what: String, from: String, to: String, direction| {
                    let change = SettingChange {
                        what,
                        from: Some(from),
                        to: Some(to),
                        was: Some(Place::new(old.origin, self.sources)),
                        now: Some(Place::new(new.origin, self.sources)),
                        direction,
                        workflows: workflow.clone().into_iter().collect(),
                    };
                    merge(changes, change);
                };
                if old.value != new.value {
                    let (from, to) = (show_value(&param.ty, &old.value), show_value(&param.ty, &new.value));
                    push(format!("param {}", param.name), from, to, moved(&old.value, &new.value, stricter));
                }
                if old.within != new.within {
                    let range = |within: &Option<_>| {
                        within
                            .as_ref()
                            .and_then(|range| show_range(&param.ty, range))
                            .unwrap_or_else(|| "any".to_owned())
                    };
                    let narrower = match (&old.within, &new.within) {
                        (Some(old), Some(new)) => old.covers(new),
                        (None, Some(_)) => true,
                        (Some(_) | None, None) => false,
                    };
                    let direction = if narrower { Direction::Tighter } else { Direction::Looser };
                    push(
                        format!("range of {}", param.name),
                        range(&old.within),
                        range(&new.within),
                        direction,
                    );
                }
            }
        }
    }

    fn rules(&self, changes: &mut Vec<SettingChange>) {
        let (old_names, new_names): (Vec<&str>, Vec<&str>) =
            (rule_names(&self.old.program).collect(), rule_names(&self.new.program).collect());
        for (workflow, old_settings, new_settings) in self.variants() {
            for (before, name) in old_names.iter().enumerate() {
                let Some(old) = old_settings.rules.get(before) else { continue };
                let now = new_names.iter().position(|known| known == name);
                let new = now.and_then(|now| new_settings.rules.get(now));
                let word = |effect: Option<EffectKind>| effect.map_or("off", EffectKind::as_str).to_owned();
                if new.is_some_and(|new| new.effect == old.effect) || new.is_none() && workflow.is_some() {
                    continue;
                }
                let harsher = new.is_some_and(|new| new.effect > old.effect);
                merge(
                    changes,
                    SettingChange {
                        what: format!("rule {name}"),
                        from: Some(word(old.effect)),
                        to: new.map(|new| word(new.effect)),
                        was: Some(Place::new(old.origin, self.sources)),
                        now: new.map(|new| Place::new(new.origin, self.sources)),
                        direction: if harsher { Direction::Tighter } else { Direction::Looser },
                        workflows: workflow.clone().into_iter().collect(),
                    },
                );
            }
        }
        self.rule_texts(changes);
    }

    /// Rules that are new, and declarations that say something else.
    fn rule_texts(&self, changes: &mut Vec<SettingChange>) {
        let texts = |ready: &Ready<Told>| -> BTreeMap<Declared, (Span, String)> {
            let program = &ready.program;
            let rules = program.rules.iter().map(|rule| (Declared::Rule(rule.name.clone()), rule.decl.span));
            let lets = program.lets.iter().map(|inner| (Declared::Let(inner.name.clone()), inner.decl.span));
            let policies = program.policies.iter().filter_map(|policy| {
                Some((Declared::Policy(policy.name.clone()), policy.when.as_ref()?.span))
            });
            let all = rules.chain(lets).chain(policies);
            all.map(|(what, span)| (what, (span, bare(self.sources.text(span))))).collect()
        };
        let (old, new) = (texts(self.old), texts(self.new));
        for (what, (span, text)) in &new {
            let before = old.get(what);
            if before.is_some_and(|(_, before)| before == text) {
                continue;
            }
            let added = before.is_none() && matches!(what, Declared::Rule(_));
            changes.push(SettingChange {
                what: what.to_string(),
                from: before.map(|_| "as it was".to_owned()),
                to: Some(if before.is_some() { "says something else".to_owned() } else { "new".to_owned() }),
                was: before.map(|(span, _)| Place::new(*span, self.sources)),
                now: Some(Place::new(*span, self.sources)),
                direction: if added { Direction::Tighter } else { Direction::Other },
                workflows: Vec::new(),
            });
        }
        // A rule that is gone is told with its effect.
        let gone = |what: &Declared| !new.contains_key(what) && !matches!(what, Declared::Rule(_));
        for (what, (span, _)) in old.iter().filter(|(what, _)| gone(what)) {
            changes.push(SettingChange {
                what: what.to_string(),
                from: Some("as it was".to_owned()),
                to: None,
                was: Some(Place::new(*span, self.sources)),
                now: None,
                direction: Direction::Other,
                workflows: Vec::new(),
            });
        }
    }

    fn waivers(&self, changes: &mut Vec<SettingChange>) {
        let key = |bound: &BoundWaiver| {
            (bound.waiver.rule.clone(), bound.workflow.value.as_str().to_owned(), bound.waiver.stage)
        };
        let named = |bound: &BoundWaiver| {
            format!("waiver of {} for {}", bound.waiver.rule, bound.workflow.value.as_str())
        };
        let until = |bound: &BoundWaiver| format!("until {}", bound.waiver.until);
        let (old, new) = (&self.old.book.waivers, &self.new.book.waivers);
        for bound in new {
            let before = old.iter().find(|known| key(known) == key(bound));
            let same = |before: &BoundWaiver| {
                before.waiver.until == bound.waiver.until && before.waiver.from == bound.waiver.from
            };
            if before.is_some_and(same) {
                continue;
            }
            let shorter = before.is_some_and(|before| {
                bound.waiver.until <= before.waiver.until && bound.waiver.from >= before.waiver.from
            });
            changes.push(SettingChange {
                what: named(bound),
                from: before.map(until),
                to: Some(until(bound)),
                was: before.map(|before| Place::new(before.waiver.span, self.sources)),
                now: Some(Place::new(bound.waiver.span, self.sources)),
                direction: if shorter { Direction::Tighter } else { Direction::Looser },
                workflows: Vec::new(),
            });
        }
        for bound in old.iter().filter(|bound| !new.iter().any(|known| key(known) == key(bound))) {
            changes.push(SettingChange {
                what: named(bound),
                from: Some(until(bound)),
                to: None,
                was: Some(Place::new(bound.waiver.span, self.sources)),
                now: None,
                direction: Direction::Tighter,
                workflows: Vec::new(),
            });
        }
    }

    fn vocabulary(&self, changes: &mut Vec<SettingChange>) {
        let texts = |ready: &Ready<Told>| -> BTreeMap<String, (Span, String)> {
            let declared = ready.declared.iter();
            declared.map(|(name, span)| (name.clone(), (*span, bare(self.sources.text(*span))))).collect()
        };
        let (old, new) = (texts(self.old), texts(self.new));
        for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            let (before, after) = (old.get(name), new.get(name));
            if before.map(|(_, text)| text) == after.map(|(_, text)| text) {
                continue;
            }
            // As it is written, on one line.
            let shown = |side: Option<&(Span, String)>| {
                side.map(|(span, _)| {
                    self.sources.text(*span).split_whitespace().collect::<Vec<_>>().join(" ")
                })
            };
            changes.push(SettingChange {
                what: format!("vocabulary: {name}"),
                from: shown(before),
                to: shown(after),
                was: before.map(|(span, _)| Place::new(*span, self.sources)),
                now: after.map(|(span, _)| Place::new(*span, self.sources)),
                direction: Direction::Other,
                workflows: Vec::new(),
            });
        }
    }
}

/// What a policy declares beside its params, in the order in which it is listed.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Declared {
    Let(Arc<str>),
    Policy(Arc<str>),
    Rule(Arc<str>),
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Let(name) => write!(f, "let {name}"),
            Self::Policy(name) => write!(f, "policy {name}"),
            Self::Rule(name) => write!(f, "rule {name}"),
        }
    }
}

/// Adds a change; one that says the same of another workflow is put together with it.
fn merge(changes: &mut Vec<SettingChange>, change: SettingChange) {
    let of_all = |change: &SettingChange| SettingChange { workflows: Vec::new(), ..change.clone() };
    let like = |known: &&mut SettingChange| of_all(known) == of_all(&change);
    match changes.iter_mut().find(like) {
        // What is said of all is not repeated for some.
        Some(known) if known.workflows.is_empty() => {}
        Some(known) => known.workflows.extend(change.workflows),
        None => changes.push(change),
    }
}

fn moved(old: &ParamValue, new: &ParamValue, larger_is_stricter: Option<bool>) -> Direction {
    let number = |value: &ParamValue| match value {
        ParamValue::Calendar(months) => Some(Number::from(*months)),
        ParamValue::Value(Value::Number(number)) => Some(number.clone()),
        ParamValue::Value(Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Record(_)) => None,
    };
    match (number(old), number(new), larger_is_stricter) {
        (Some(old), Some(new), Some(larger)) if (new > old) == larger => Direction::Tighter,
        (Some(_), Some(_), Some(_)) => Direction::Looser,
        (_, _, _) => Direction::Other,
    }
}

/// A text without its white space and comments, outside quotes: the same for whatever is only laid out differently.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let (mut quoted, mut comment, mut escaped) = (false, false, false);
    for c in text.chars() {
        comment = if comment { c != '\n' } else { c == '#' && !quoted };
        if comment || !quoted && c.is_whitespace() {
            continue;
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// The fields that policies declare, by their whole names, and the cadence.
pub(super) fn declared(files: &[File]) -> Vec<(String, Span)> {
    fn add(fields: &[FieldDecl], prefix: &str, found: &mut Vec<(String, Span)>) {
        for field in fields {
            let name = format!("{prefix}{}", field.name.text);
            match &field.kind {
                FieldKind::Record(inner) => add(inner, &format!("{name}."), found),
                FieldKind::Value { .. } => found.push((name, field.span)),
            }
        }
    }
    let mut found = Vec::new();
    for item in files.iter().flat_map(|file| &file.items) {
        match item {
            Item::Snapshot(decl) => {
                found.extend(decl.cadence.as_ref().map(|cadence| ("the cadence".to_owned(), cadence.span)));
                add(&decl.fields, "", &mut found);
            }
            Item::Stages(decl) => found.push(("the stages".to_owned(), decl.span)),
            Item::Policy(_) | Item::Test(_) | Item::Broken(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn layout_and_comments_say_nothing() {
        let one = bare("rule r \"a  b\" { # why\n  require x>=1\n else hold }");
        assert_eq!(one, bare("rule r \"a  b\" {\nrequire x >= 1 else hold } # and how"));
        assert_ne!(one, bare("rule r \"a b\" { require x >= 1 else hold }"));
    }
}
