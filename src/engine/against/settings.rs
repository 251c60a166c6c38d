//! What a pull request changes of the settings that it is judged by, and which way each change goes: looser, unless it is
//! provably not.

mod values;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

pub(in crate::engine) use self::values::moved;
use super::super::load::Ready;
use super::history::plain;
use crate::ast::{EffectKind, FieldDecl, FieldKind, FieldMarks, File, Item, Template};
use crate::layers::BoundWaiver;
use crate::program::Gate;
use crate::project::Project;
use crate::report::Place;
use crate::report::against::{Direction, SettingChange};
use crate::settings::{Lock, Settings, Timeline, UNDECLARED, built_in_rules};
use crate::source::{SourceMap, Span};
use crate::value::Date;
use crate::vocabulary::{Cadence, Every};
use crate::words::Told;

/// Everything that a branch changes of what it is judged by.
pub(super) fn setting_changes(
    [standing, proposed]: [&[Ready<Told>]; 2],
    places: Vec<SettingChange>,
    begins: &BTreeMap<Span, Option<Date>>,
    (sources, prefix): (&SourceMap, &str),
) -> Vec<SettingChange> {
    let mut changes = Changes::default();
    places.into_iter().for_each(|change| changes.push(change));
    for old in standing {
        let Some(new) = proposed.iter().find(|new| new.name == old.name) else {
            let name = old.name.as_deref().unwrap_or(".");
            changes.push(SettingChange::new(format!("project {name}"), Direction::Looser).from("judged"));
            continue;
        };
        // Of policies with errors nobody knows what they set.
        if new.program.incomplete {
            continue;
        }
        let two = Two { old, new, begins, sources, prefix };
        two.params(&mut changes);
        two.cadences(&mut changes);
        two.patterns(&mut changes);
        two.rules(&mut changes);
        two.rule_texts(&mut changes);
        two.gates(&mut changes);
        two.waivers(&mut changes);
        two.vocabulary(&mut changes);
    }
    let mut changes = changes.list;
    changes.sort_by(|a, b| (a.direction, &a.what, &a.workflows).cmp(&(b.direction, &b.what, &b.workflows)));
    changes
}

/// Where a branch no longer looks for policies and snapshots, though the base does.
pub(super) fn place_changes(base: &[Project], head: &[Project]) -> Vec<SettingChange> {
    let mut changes = Vec::new();
    for old in base {
        let Some(new) = head.iter().find(|new| new.name == old.name) else { continue };
        let places = [
            ("policies", &old.policies_from, &new.policies_from),
            ("snapshots", &old.snapshots_from, &new.snapshots_from),
        ];
        // Where more is looked for, more is judged.
        for (what, old, new) in places.into_iter().filter(|(_, old, new)| !new.is_superset(old)) {
            let shown = |all: &BTreeSet<String>| all.iter().cloned().collect::<Vec<_>>().join(", ");
            let change = SettingChange::new(format!("where {what} are looked for"), Direction::Unknown);
            changes.push(change.from(shown(old)).to(shown(new)));
        }
        changes.extend(table_changes(old, new));
    }
    changes
}

/// Columns that a branch reads as other fields than the base does, or leaves out.
fn table_changes(old: &Project, new: &Project) -> Vec<SettingChange> {
    let read = |project: &Project| -> BTreeMap<String, String> {
        let configs = project.stack.iter().rev();
        let Some(tables) = configs.into_iter().find_map(|layer| layer.config.tables.clone()) else {
            return BTreeMap::new();
        };
        let columns = tables.columns.into_iter();
        let columns = columns.map(|(field, column)| (format!("the column of `{field}`"), column.value));
        let ignored = tables.ignore.into_iter();
        columns
            .chain(ignored.map(|column| (format!("the column `{}`", column.value), "left out".to_owned())))
            .collect()
    };
    let (old, new) = (read(old), read(new));
    let whats: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let change = |what: &String| {
        let (from, to) = (old.get(what).cloned(), new.get(what).cloned());
        let change = SettingChange::new(what.clone(), Direction::Unknown);
        (from != to).then_some(SettingChange { from, to, ..change })
    };
    whats.into_iter().filter_map(change).collect()
}

/// A project by the base, and by the branch.
struct Two<'a> {
    old: &'a Ready<Told>,
    new: &'a Ready<Told>,
    /// From when the branch's new waivers count, which are judged as if they had begun.
    begins: &'a BTreeMap<Span, Option<Date>>,
    sources: &'a SourceMap,
    /// What the names of the base's files begin with.
    prefix: &'a str,
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

    /// How often a snapshot is due, for all workflows and for those with one of their own.
    fn cadences(&self, changes: &mut Changes) {
        for (workflow, old, new) in self.variants() {
            let (old, new) = (old.cadence.as_ref(), new.cadence.as_ref());
            let direction = match (old, new) {
                (Some(old), Some(new)) if (old.every, old.grace) == (new.every, new.grace) => continue,
                (Some(old), Some(new)) => cadence_direction(old, new),
                (None, None) => continue,
                // Without one nothing is ever late.
                (None, Some(_)) => Direction::Tighter,
                (Some(_), None) => Direction::Looser,
            };
            let mut change = SettingChange::new("the cadence".to_owned(), direction);
            (change.from, change.to) = (old.map(Cadence::to_string), new.map(Cadence::to_string));
            change.was = old.map(|old| Place::new(old.span, self.sources));
            change.now = new.map(|new| Place::new(new.span, self.sources));
            changes.push(change.only(workflow.as_deref()));
        }
    }

    /// Who removes a lock lets everybody set what was locked.
    fn lock(
        &self,
        changes: &mut Changes,
        what: String,
        (old, new): (Option<Lock>, Option<Lock>),
        workflow: Option<&str>,
    ) {
        let change = match (old, new) {
            (Some(old), None) => SettingChange::new(what, Direction::Looser)
                .from("locked")
                .was(Place::new(old.span, self.sources)),
            (None, Some(new)) => SettingChange::new(what, Direction::Tighter)
                .to("locked")
                .now(Place::new(new.span, self.sources)),
            // A lock binds the files that extend the one which says so.
            (Some(old), Some(new)) if self.plain(old.span) != self.plain(new.span) => {
                SettingChange::new(what, Direction::Unknown)
                    .from("locked")
                    .to("locked by another file")
                    .was(Place::new(old.span, self.sources))
                    .now(Place::new(new.span, self.sources))
            }
            (Some(_), Some(_)) | (None, None) => return,
        };
        changes.push(change.only(workflow));
    }

    /// The name of a file without that of the base.
    fn plain(&self, span: Span) -> &str {
        plain(self.sources.name(span.file), self.prefix)
    }

    /// Overrides that may speak of workflows to come: nobody knows which of them will fit those.
    fn patterns(&self, changes: &mut Changes) {
        let (old, new) = (&self.old.book.patterns, &self.new.book.patterns);
        if old == new {
            return;
        }
        let shown = |all: &[String], others: &[String]| {
            let own: Vec<&str> =
                all.iter().filter(|block| !others.contains(block)).map(String::as_str).collect();
            if own.is_empty() && !all.is_empty() { "in another order".to_owned() } else { own.join("; ") }
        };
        let mut change = SettingChange::new("overrides".to_owned(), Direction::Unknown);
        change.from = Some(shown(old, new)).filter(|shown| !shown.is_empty());
        change.to = Some(shown(new, old)).filter(|shown| !shown.is_empty());
        changes.push(change);
    }

    /// Without a gate `ladder.undeclared` holds a move: who declares the first one opens it, and who removes the last one shuts
    /// it. Where that rule does not hold, a move without a gate is free.
    fn gates(&self, changes: &mut Changes) {
        let gates = |ready: &Ready<Told>| -> BTreeMap<String, Span> {
            let stage = |rung: usize| ready.program.vocabulary.stages.get(rung).map_or("", |stage| &**stage);
            let all = ready.program.gates.iter();
            let steps = all.flat_map(|gate| gate.steps.iter().map(|step| (*step, gate.span)));
            steps.map(|((from, to), span)| (format!("gate {} -> {}", stage(from), stage(to)), span)).collect()
        };
        let (old, new) = (gates(self.old), gates(self.new));
        let opens = match self.undeclared_holds(self.old) {
            Some(true) => Direction::Looser,
            Some(false) => Direction::Tighter,
            None => Direction::Unknown,
        };
        let shuts = match self.undeclared_holds(self.new) {
            Some(true) => Direction::Tighter,
            Some(false) => Direction::Looser,
            None => Direction::Unknown,
        };
        for (name, span) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            let change = SettingChange::new(name.clone(), opens).to("new");
            changes.push(change.now(Place::new(*span, self.sources)));
        }
        for (name, span) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
            let change = SettingChange::new(name.clone(), shuts).from("as it was");
            changes.push(change.was(Place::new(*span, self.sources)));
        }
    }

    /// Whether a move without a gate is held; none where that depends on the workflow or the day.
    fn undeclared_holds(&self, ready: &Ready<Told>) -> Option<bool> {
        let (program, book) = (&ready.program, &ready.book);
        let at = built_in_rules(&program.vocabulary).position(|(rule, _)| rule == UNDECLARED)?;
        let workflows = ready.workflows.iter().map(|workflow| book.settings(&workflow.name));
        let settings = std::iter::once(&book.general).chain(workflows);
        let steps = settings.filter_map(|settings| settings.rules.get(program.rules.len() + at));
        let effects = steps.flat_map(Timeline::steps).map(|(_, rule)| rule.effect);
        let holds: BTreeSet<bool> = effects.map(|effect| effect >= Some(EffectKind::Hold)).collect();
        let mut holds = holds.into_iter();
        holds.next().filter(|_| holds.next().is_none())
    }

    /// Rules that are new, and declarations that say something else.
    fn rule_texts(&self, changes: &mut Changes) {
        let (old, new) = (self.texts(self.old), self.texts(self.new));
        for (what, now) in &new {
            let before = old.get(what);
            let direction = match (before, what) {
                (Some(before), _) if before.says == now.says && before.means == now.means => continue,
                (Some(before), _) if before.means == now.means => Direction::Other,
                (Some(_), _) => Direction::Unknown,
                // What applies only sometimes applies less often than before.
                (None, Declared::When(policy)) if self.has_policy(policy) => Direction::Looser,
                (None, Declared::Rule(_)) => Direction::Tighter,
                (None, Declared::When(_) | Declared::Let(..)) => Direction::Other,
            };
            let mut change = SettingChange::new(what.to_string(), direction);
            change.from = before.map(|_| "as it was".to_owned());
            change.was = before.map(|before| Place::new(before.span, self.sources));
            let to = match (before, direction) {
                (None, _) => "new",
                (Some(_), Direction::Other) => "the same in other words",
                (Some(_), Direction::Looser | Direction::Unknown | Direction::Tighter) => {
                    "says something else"
                }
            };
            changes.push(change.to(to).now(Place::new(now.span, self.sources)));
        }
        // A rule that is gone is told with its effect.
        let gone = |what: &Declared| !new.contains_key(what) && !matches!(what, Declared::Rule(_));
        for (what, before) in old.iter().filter(|(what, _)| gone(what)) {
            let direction = match what {
                Declared::When(_) => Direction::Tighter,
                Declared::Let(..) | Declared::Rule(_) => Direction::Unknown,
            };
            let change = SettingChange::new(what.to_string(), direction).from("as it was");
            changes.push(change.was(Place::new(before.span, self.sources)));
        }
    }

    /// What rules, lets and policies say.
    fn texts(&self, ready: &Ready<Told>) -> BTreeMap<Declared, DeclaredText> {
        let program = &ready.program;
        let mut texts: BTreeMap<Declared, DeclaredText> = BTreeMap::new();
        let mut add = |what, span: Span, says: String, means: String| {
            let new = || DeclaredText { span, says: String::new(), means: String::new() };
            let text = texts.entry(what).or_insert_with(new);
            text.says += &bare(&says);
            text.means += &bare(&means);
        };
        for rule in &program.rules {
            let decl = &rule.decl;
            // The effect is compared by itself, as it is in force.
            let effect = decl.effect.span;
            let span = |template: &Option<Template>| template.as_ref().map(|template| template.span);
            let message = span(&decl.effect.message).map_or("", |span| self.sources.text(span));
            let says = without(self.sources, decl.span, &[effect]) + message;
            let prose = [span(&decl.title), span(&decl.help), Some(effect)];
            let prose: Vec<Span> = prose.into_iter().flatten().collect();
            let gate = rule.gate.and_then(|gate| program.gates.get(gate));
            let gate = gate.map_or_else(String::new, |gate| gate.way(&program.vocabulary) + ":");
            let means = gate + &without(self.sources, decl.span, &prose);
            add(Declared::Rule(rule.name.clone()), decl.span, says, means);
        }
        let text = |span: Span| self.sources.text(span).to_owned();
        let gate_of = |span: Span| {
            let around =
                |gate: &&Gate| gate.span.file == span.file && gate.span.range().contains(&span.range().start);
            program.gates.iter().find(around)
        };
        for inner in &program.lets {
            let span = inner.decl.span;
            let gate = gate_of(span).map(|gate| gate.way(&program.vocabulary) + ":");
            add(Declared::Let(inner.name.clone(), gate.unwrap_or_default()), span, text(span), text(span));
        }
        for policy in &program.policies {
            let Some(when) = &policy.when else { continue };
            add(Declared::When(policy.name.clone()), when.span, text(when.span), text(when.span));
        }
        texts
    }

    /// Whether the base has a policy of this name.
    fn has_policy(&self, name: &str) -> bool {
        self.old.program.policies.iter().any(|policy| *policy.name == *name)
    }

    fn waivers(&self, changes: &mut Changes) {
        let key = |bound: &BoundWaiver| {
            (bound.waiver.rule.clone(), bound.workflow.value.as_str().to_owned(), bound.waiver.stage)
        };
        let named = |bound: &BoundWaiver| {
            format!("waiver of {} for {}", bound.waiver.rule, bound.workflow.value.as_str())
        };
        let from =
            |bound: &BoundWaiver| self.begins.get(&bound.waiver.span).copied().unwrap_or(bound.waiver.from);
        let term = |bound: &BoundWaiver| match from(bound) {
            Some(from) => format!("from {from} until {}", bound.waiver.until),
            None => format!("until {}", bound.waiver.until),
        };
        let period = |bound: &BoundWaiver| (from(bound), bound.waiver.until);
        let (old, new) = (&self.old.book.waivers, &self.new.book.waivers);
        for bound in new {
            let like: Vec<_> = old.iter().filter(|known| key(known) == key(bound)).collect();
            if like.iter().any(|before| period(before) == period(bound)) {
                continue;
            }
            let within = |before: &&&BoundWaiver| {
                bound.waiver.until <= before.waiver.until && from(bound) >= from(before)
            };
            let shorter = like.iter().find(within);
            let direction = if shorter.is_some() { Direction::Tighter } else { Direction::Looser };
            let before = shorter.or(like.first());
            let mut change = SettingChange::new(named(bound), direction).to(term(bound));
            change.from = before.map(|before| term(before));
            change.was = before.map(|before| Place::new(before.waiver.span, self.sources));
            changes.push(change.now(Place::new(bound.waiver.span, self.sources)));
        }
        for bound in old.iter().filter(|bound| !new.iter().any(|known| key(known) == key(bound))) {
            let change = SettingChange::new(named(bound), Direction::Tighter).from(term(bound));
            changes.push(change.was(Place::new(bound.waiver.span, self.sources)));
        }
    }

    fn vocabulary(&self, changes: &mut Changes) {
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
            let shown = |side: Option<&(Span, String)>| side.map(|(span, _)| self.sources.one_line(*span));
            let direction = match (before, after) {
                // No rule of the base speaks of it.
                (None, Some(_)) => Direction::Other,
                (_, _) => Direction::Unknown,
            };
            let mut change = SettingChange::new(format!("vocabulary: {name}"), direction);
            (change.from, change.to) = (shown(before), shown(after));
            change.was = before.map(|(span, _)| Place::new(*span, self.sources));
            change.now = after.map(|(span, _)| Place::new(*span, self.sources));
            changes.push(change);
        }
    }
}

/// A longer one is looser: it makes fewer gaps, is stale later, and asks for fewer snapshots in a window.
fn cadence_direction(old: &Cadence, new: &Cadence) -> Direction {
    let days = |cadence: &Cadence| match cadence.every {
        Every::Ticks(ticks) => Some(ticks),
        Every::Weekday => None,
    };
    // Weekdays and lengths look at different days, and days are not instants.
    if old.axis != new.axis || days(old).is_some() != days(new).is_some() {
        return Direction::Unknown;
    }
    let every = days(new).cmp(&days(old));
    let late = new.at_most_apart().cmp(&old.at_most_apart());
    match (every, late) {
        (Ordering::Greater | Ordering::Equal, Ordering::Greater | Ordering::Equal) => Direction::Looser,
        (Ordering::Less | Ordering::Equal, Ordering::Less | Ordering::Equal) => Direction::Tighter,
        // Due more often, and late later; or the other way round.
        (Ordering::Less, Ordering::Greater) | (Ordering::Greater, Ordering::Less) => Direction::Unknown,
    }
}

/// What a declaration says.
struct DeclaredText {
    span: Span,
    /// All of it, without layout and comments.
    says: String,
    /// The part that decides, and in which gate it does.
    means: String,
}

/// The text under a span without the parts that are for people.
fn without(sources: &SourceMap, span: Span, prose: &[Span]) -> String {
    let text = sources.text(span);
    let mut prose: Vec<Span> = prose.to_vec();
    prose.sort();
    let (mut out, mut at) = (String::new(), 0);
    for part in prose {
        let start = part.range().start.saturating_sub(span.range().start);
        out.push_str(text.get(at..start).unwrap_or(""));
        at = part.range().end.saturating_sub(span.range().start);
    }
    out + text.get(at..).unwrap_or("")
}

/// What a policy declares beside its params, in the order in which it is listed.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Declared {
    /// With the gate that it is in.
    Let(Arc<str>, String),
    /// When a policy applies.
    When(Arc<str>),
    Rule(Arc<str>),
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Let(name, _) => write!(f, "let {name}"),
            Self::When(name) => write!(f, "policy {name}"),
            Self::Rule(name) => write!(f, "rule {name}"),
        }
    }
}

/// Changes, where what is said of several workflows is said once.
#[derive(Default)]
struct Changes {
    list: Vec<SettingChange>,
    /// Where each is in the list, by all that it says but for whom.
    known: BTreeMap<String, usize>,
}

impl Changes {
    fn push(&mut self, change: SettingChange) {
        let of_all = SettingChange { workflows: Vec::new(), ..change.clone() };
        let at = *self.known.entry(format!("{of_all:?}")).or_insert(self.list.len());
        match self.list.get_mut(at) {
            // What is said of all is not repeated for some.
            Some(known) if known.workflows.is_empty() => {}
            Some(known) => known.workflows.extend(change.workflows),
            None => self.list.push(change),
        }
    }
}

/// A text without its layout and comments, outside quotes: the same for whatever is only laid out differently.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let (mut quoted, mut comment, mut escaped, mut apart) = (false, false, false, false);
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '%');
    for c in text.chars() {
        comment = if comment { c != '\n' } else { c == '#' && !quoted };
        if comment || !quoted && c.is_whitespace() {
            apart = true;
            continue;
        }
        // Two words are two words.
        if apart && is_word(c) && out.ends_with(is_word) {
            out.push(' ');
        }
        apart = false;
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// The fields that policies declare, by their whole names, and the stages.
pub(in crate::engine) fn declared(files: &[File]) -> Vec<(String, Span)> {
    fn add(fields: &[FieldDecl], prefix: &str, found: &mut Vec<(String, Span)>) {
        for field in fields {
            let name = format!("{prefix}{}", field.name.text);
            match &field.kind {
                FieldKind::Record(inner) => {
                    let FieldMarks { key, required, changing, kept, standing, named } = &field.marks;
                    let marks =
                        [*key, *required, *changing, *kept, *standing, named.as_ref().map(|mark| mark.span)];
                    found.extend(marks.into_iter().flatten().map(|mark| (name.clone(), mark)));
                    add(inner, &format!("{name}."), found);
                }
                FieldKind::Value(_) => found.push((name, field.span)),
            }
        }
    }
    let mut found = Vec::new();
    for item in files.iter().flat_map(|file| &file.items) {
        match item {
            Item::Snapshot(decl) => {
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
        assert_ne!(bare("require not bad"), bare("require notbad"));
        assert_ne!(one, bare("rule r \"a b\" { require x >= 1 else hold }"));
    }
}
