//! What there is to say of what is declared.

use std::collections::{BTreeMap, BTreeSet};

use super::{HoverSources, code, plain};
use crate::ast::{EffectKind, Template};
use crate::engine::NameGround;
use crate::explain::{filled, filled_text, of_built_in_field, on_every_day};
use crate::ide::names::{Declaration, DeclarationKind};
use crate::layers::Book;
use crate::program::{Let, Param, Rule};
use crate::report::Place;
use crate::settings::{ParamSetting, RuleSetting, Settings, Timeline, field_type, show_range, show_value};
use crate::source::Span;
use crate::text::{first_few, visible};
use crate::value::Date;
use crate::vocabulary::{Field, RecordType};

/// Lines of an expression that are shown.
const MAX_LINES: usize = 12;
/// Workflows whose values are shown.
const MAX_VALUES: usize = 3;

/// A declaration that is told about.
pub(super) struct Telling<'h> {
    pub(super) from: &'h HoverSources<'h>,
    pub(super) declaration: &'h Declaration,
}

impl<'h> Telling<'h> {
    pub(super) fn markdown(&self) -> String {
        let Declaration { kind, qualified, .. } = self.declaration;
        let said = match kind {
            DeclarationKind::Field => self.field(),
            DeclarationKind::Param | DeclarationKind::Entry => self.param(),
            DeclarationKind::Let => self.own_let(),
            DeclarationKind::Rule => self.rule(),
            DeclarationKind::Policy => self.policy(),
            DeclarationKind::Stage => self.stage(),
            DeclarationKind::Member => {
                let field = qualified.rsplit_once('.').map_or("", |(field, _)| field);
                vec![format!("a member of `{field}`")]
            }
            DeclarationKind::Test => Vec::new(),
        };
        // Of what has an error no more is known than what is written.
        let said = if said.is_empty() { self.titled() } else { said };
        said.join("\n\n")
    }

    fn titled(&self) -> Vec<String> {
        let Declaration { kind, qualified, doc, .. } = self.declaration;
        let title = doc.iter().map(|doc| format!("**{}**", plain(doc)));
        title.chain([format!("{} `{qualified}`", kind.word())]).collect()
    }

    /// The grounds that know the declaration, the projects first.
    fn grounds(&self) -> Vec<&'h NameGround> {
        let at = self.declaration.at;
        let holds = |ground: &&NameGround| ground.files.iter().any(|file| file.id == at.file);
        let mut all: Vec<&NameGround> = self.from.study.grounds.iter().filter(holds).collect();
        all.sort_by_key(|ground| ground.book.is_none());
        all
    }

    fn first<T>(&self, find: impl Fn(&'h NameGround) -> Option<T>) -> Option<T> {
        self.grounds().into_iter().find_map(find)
    }

    fn place(&self, span: Span) -> String {
        let place = Place::new(span, &self.from.study.sources);
        format!("`{}:{}`", place.file, place.line)
    }

    fn source(&self, span: Span) -> String {
        self.from.study.sources.one_line(span)
    }

    /// A text of a policy with the values in force.
    fn text(&self, template: &Template, ground: &NameGround) -> String {
        let declared = Settings::declared(&ground.program);
        let settings = ground.book.as_ref().map_or(&declared, |book| &book.general);
        plain(&filled_text(&filled(
            template,
            &ground.program,
            settings,
            &self.from.study.sources,
            on_every_day,
        )))
    }

    fn field(&self) -> Vec<String> {
        let is_it = |span| self.from.table.first(span) == self.declaration.at;
        let field = self.first(|ground| field_at(&ground.program.vocabulary.snapshot, &is_it));
        field.into_iter().map(|field| of_field(self.from, field, &self.declaration.qualified)).collect()
    }

    fn param(&self) -> Vec<String> {
        let Declaration { kind, qualified, at, whole, .. } = self.declaration;
        let is_it = |param: &Param| {
            if *kind == DeclarationKind::Entry {
                // An entry ends with its value.
                param.origin.file == whole.file && param.origin.end == whole.end && param.follows.is_none()
            } else {
                param.decl.name.span == *at
            }
        };
        let of = |ground: &'h NameGround| {
            let params = ground.program.params.iter().enumerate();
            let all: Vec<usize> = params.filter(|(_, param)| is_it(param)).map(|(at, _)| at).collect();
            (!all.is_empty()).then_some((ground, all))
        };
        let grounds: Vec<_> = self.grounds().into_iter().filter_map(of).collect();
        let param = grounds.first().and_then(|(ground, all)| ground.program.params.get(*all.first()?));
        let Some(param) = param else { return Vec::new() };
        let range = param.within.as_ref().and_then(|range| show_range(&param.ty, range));
        let range = range.map(|range| format!(" within {range}")).unwrap_or_default();
        let mut said = vec![format!("```tollgate\nparam {qualified}: {}{range}\n```", param.ty)];
        said.extend(param.decl.doc.iter().map(|doc| plain(doc)));
        // What is the same in several projects is told once.
        let mut told: Vec<(String, Vec<&str>)> = Vec::new();
        for (ground, all) in &grounds {
            let Some(book) = &ground.book else { continue };
            let text = self.in_force(ground, book, all);
            let project = ground.name.as_deref().unwrap_or(".");
            match told.iter_mut().find(|(known, _)| *known == text) {
                Some((_, projects)) => projects.push(project),
                None => told.push((text, vec![project])),
            }
        }
        let several = told.len() > 1;
        said.extend(told.into_iter().map(|(text, projects)| {
            if several { format!("In {}:\n\n{text}", plain(&first_few(projects.into_iter()))) } else { text }
        }));
        said
    }

    /// The values in force of a param, or of the entries of a table.
    fn in_force(&self, ground: &NameGround, book: &Book, all: &[usize]) -> String {
        let mut lines = Vec::new();
        for index in all {
            let both = ground.program.params.get(*index).zip(book.general.params.get(*index));
            let Some((param, steps)) = both else { continue };
            let key = param.name.strip_prefix(&*self.declaration.qualified).filter(|key| !key.is_empty());
            let key = key.map(|key| format!("`{}` ", key.trim_start_matches('.'))).unwrap_or_default();
            // An entry that nobody has set is told as `else`.
            for (from, setting) in steps.steps().filter(|(_, setting)| !setting.by_else || all.len() == 1) {
                let from = from.map(|day| format!("from {day} ")).unwrap_or_default();
                let value = show_value(&param.ty, &setting.value);
                lines.push(format!("- {key}{from}**{}**{}", plain(&value), self.origin(setting)));
            }
            lines.extend(
                self.overridden(ground, book, param, *index).into_iter().map(|own| format!("- {key}{own}")),
            );
        }
        lines.join("\n")
    }

    /// ` (tollgate.yaml:7: board decision 12)`
    fn origin(&self, setting: &ParamSetting) -> String {
        let place = if setting.configured { self.place(setting.origin) } else { "as declared".to_owned() };
        let because = setting.because.as_ref().map(|because| format!(": {}", plain(because)));
        let owner = setting.owner.as_ref().map(|owner| format!("; signed by {}", plain(owner)));
        let locked = setting.locked.map(|lock| format!("; locked by {}", self.place(lock.span)));
        let all = [because, owner, locked].into_iter().flatten().collect::<String>();
        format!(" ({place}{all})")
    }

    /// «75% for `claims`, `letters`», for each value that overrides set.
    fn overridden(&self, ground: &NameGround, book: &Book, param: &Param, index: usize) -> Vec<String> {
        let general = book.general.params.get(index);
        let mut own: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for workflow in self.from.workflows.get(&ground.name).into_iter().flatten() {
            let steps = book.settings(workflow).params.get(index);
            let Some(steps) = steps.filter(|steps| general != Some(*steps)) else { continue };
            let last = steps.steps().next_back().map(|(_, setting)| self.origin(setting)).unwrap_or_default();
            own.entry(format!("**{}**{last}", on_every_day(param, steps))).or_default().push(workflow);
        }
        let line = |(value, workflows): (String, Vec<&str>)| {
            format!("{value} for {}", first_few(workflows.into_iter()))
        };
        own.into_iter().map(line).collect()
    }

    fn own_let(&self) -> Vec<String> {
        let is_it = |own: &&Let| own.decl.name.span == self.declaration.at;
        let ty = self.first(|ground| ground.program.lets.iter().find(is_it).map(|own| own.ty.to_string()));
        let ty = ty.map(|ty| format!(": {ty}")).unwrap_or_default();
        let text = self.from.study.sources.text(self.declaration.whole);
        let mut lines: Vec<&str> = text.lines().map(str::trim_end).take(MAX_LINES).collect();
        if text.lines().count() > MAX_LINES {
            lines.push("…");
        }
        let lines: Vec<_> = lines.into_iter().map(visible).collect();
        let written = format!("```tollgate\n{}\n```", lines.join("\n"));
        vec![written, format!("let `{}`{ty}", self.declaration.qualified)]
    }

    fn rule(&self) -> Vec<String> {
        let at = self.declaration.at;
        let find = |ground: &'h NameGround| {
            let index = ground.program.rules.iter().position(|rule| rule.decl.name.span == at)?;
            Some((ground, index, ground.program.rules.get(index)?))
        };
        let Some((ground, _, rule)) = self.first(find) else { return self.titled() };
        let title = rule.decl.title.as_ref().map(|title| format!("**{}**", self.text(title, ground)));
        let mut said: Vec<String> = title.into_iter().chain([self.when_judged(ground, rule)]).collect();
        let effects = self.grounds().into_iter().filter_map(find).filter_map(|(ground, index, _)| {
            let book = ground.book.as_ref()?;
            Some(self.effect(book.general.rules.get(index)?))
        });
        let effects: BTreeSet<String> = effects.collect();
        said.extend(effects);
        said.extend(rule.decl.help.iter().map(|help| self.text(help, ground)));
        said.extend(rule.decl.link.iter().map(|link| format!("<{link}>")));
        said
    }

    fn when_judged(&self, ground: &NameGround, rule: &Rule) -> String {
        let gate = rule.gate.and_then(|gate| ground.program.gates.get(gate));
        let policy = ground.program.policies.get(rule.policy).and_then(|policy| policy.when.as_ref());
        let name = &rule.name;
        match (gate, policy) {
            (Some(gate), _) => {
                format!("rule `{name}` of the gate `{}`", gate.way(&ground.program.vocabulary))
            }
            (None, Some(when)) => format!("rule `{name}`, judged while `{}`", self.source(when.span)),
            (None, None) => format!("rule `{name}`, judged at every check"),
        }
    }

    /// What a failure does, and who says so where that is not the policy.
    fn effect(&self, steps: &Timeline<RuleSetting>) -> String {
        let said = |(from, setting): (Option<Date>, &RuleSetting)| {
            let what = match setting.effect {
                None => "It is switched off",
                Some(EffectKind::Note) => "A failure is noted and stops nothing (`note`)",
                Some(EffectKind::Warn) => "A failure is warned of and stops nothing (`warn`)",
                Some(EffectKind::Hold) => "A failure keeps the workflow where it is (`hold`)",
                Some(EffectKind::Rollback) => "A failure sends the workflow back (`rollback`)",
            };
            let since = from.map(|day| format!("From {day} on: ")).unwrap_or_default();
            let by = || format!(", as {} says", self.place(setting.origin));
            let by = if setting.configured { by() } else { String::new() };
            let because = setting.because.as_ref().map(|why| format!(": {}", plain(why)));
            let owner = setting.owner.as_ref().map(|owner| format!(", signed by {}", plain(owner)));
            let why = [because, owner].into_iter().flatten().collect::<String>();
            let locked = setting.locked.map(|lock| format!(" It is locked by {}.", self.place(lock.span)));
            format!("{since}{what}{by}{why}.{}", locked.unwrap_or_default())
        };
        steps.steps().map(said).collect::<Vec<_>>().join(" ")
    }

    fn policy(&self) -> Vec<String> {
        let find = |ground: &'h NameGround| {
            let policy =
                ground.program.policies.iter().find(|policy| policy.name == self.declaration.name)?;
            Some((ground, policy))
        };
        let Some((ground, policy)) = self.first(find) else { return self.titled() };
        let title = policy.title.as_ref().map(|title| format!("**{}**", self.text(title, ground)));
        let when = policy.when.as_ref().map(|when| self.source(when.span));
        let when = when.map(|when| format!(": its rules outside of gates apply when `{when}`"));
        title.into_iter().chain([format!("policy `{}`{}", policy.name, when.unwrap_or_default())]).collect()
    }

    fn stage(&self) -> Vec<String> {
        let find = |ground: &'h NameGround| {
            let stages = &ground.program.vocabulary.stages;
            let rung = stages.iter().position(|stage| *stage == self.declaration.name)?;
            let ladder = stages.iter().map(|stage| &**stage).collect::<Vec<&str>>().join(" -> ");
            Some(format!("stage {} of {}: `{ladder}`", rung + 1, stages.len()))
        };
        self.first(find).into_iter().collect()
    }
}

/// The field that is declared at a place.
fn field_at<'v>(record: &'v RecordType, is_it: &dyn Fn(Span) -> bool) -> Option<&'v Field> {
    record.fields.iter().find_map(|field| {
        let inner = field.ty.element().unwrap_or(&field.ty).record();
        let is_own = field.span.is_some_and(is_it);
        if is_own { Some(field) } else { inner.and_then(|inner| field_at(inner, is_it)) }
    })
}

/// What a field means, how it is written, and what it is on the newest snapshots.
pub(super) fn of_field(from: &HoverSources<'_>, field: &Field, name: &str) -> String {
    let marks = [
        (field.required, "required"),
        (field.key, "key"),
        (field.changing, "changing"),
        (field.kept, "kept"),
        (field.standing, "standing"),
    ];
    let marks = marks.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| format!(", {word}"));
    let marks: String = marks.collect();
    let mut said = vec![format!("```tollgate\n{name}: {}{marks}\n```", field_type(field))];
    said.extend(field.doc.as_deref().or_else(|| of_built_in_field(field)).map(plain));
    said.extend(field.named.iter().map(|key| format!("Snapshots have it as {}.", code(key))));
    let place = field.span.map(|span| Place::new(span, &from.study.sources));
    let declared = place.map(|place| format!("Declared at `{}:{}`.", place.file, place.line));
    said.push(declared.unwrap_or_else(|| "It is part of the language.".to_owned()));
    let (values, further) =
        from.values.zip(field.span).map(|(values, span)| values(span)).unwrap_or_default();
    let mut lines: Vec<String> = values
        .iter()
        .take(MAX_VALUES)
        .map(|(workflow, value)| format!("- {}: {}", code(workflow), plain(value)))
        .collect();
    let more = values.len().saturating_sub(MAX_VALUES) + further;
    if more > 0 {
        lines.push(format!("- … and {more} more"));
    }
    if !lines.is_empty() {
        said.push(format!("On the newest snapshots:\n\n{}", lines.join("\n")));
    }
    said.join("\n\n")
}
