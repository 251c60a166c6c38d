//! Who has set what: for each param, and each rule whose effect was set, what the project inherits and which way it moved that.

use super::super::against::moved;
use super::super::load::Ready;
use crate::ast::EffectKind;
use crate::direction::larger_is_stricter;
use crate::layers::{Book, settle};
use crate::report::Place;
use crate::report::against::Direction;
use crate::report::overview::{ParamRow, RuleRow};
use crate::report::page::{EffectPage, InheritedSetting, ParamPage};
use crate::settings::{Settings, rule_names, show_value};
use crate::source::{FileId, SourceMap};
use crate::value::{Date, day_number};

/// What counts in a project without its own configuration.
pub(super) struct Inherited<'a, T> {
    project: &'a Ready<T>,
    book: Book,
    /// What its policies declare.
    declared: Settings,
    /// The project's own configuration.
    nearest: Option<FileId>,
}

impl<'a, T> Inherited<'a, T> {
    pub(super) fn all(projects: &'a [Ready<T>]) -> Vec<Self> {
        let of = |project: &'a Ready<T>| {
            let names: Vec<_> = project.workflows.iter().map(|workflow| workflow.name.clone()).collect();
            let bases = project.configs.split_last().map_or(&[][..], |(_, bases)| bases);
            // What is wrong with them is said where the project is judged.
            let (book, _) = settle(&project.program, bases, &names);
            let declared = Settings::declared(&project.program);
            Self { project, book, declared, nearest: project.read.configurations.last().copied() }
        };
        projects.iter().map(of).collect()
    }

    /// The settings in force and those that are inherited, of the workflows of a row.
    fn settings(&self, workflows: &[String]) -> (&Settings, &Settings) {
        let of = |book: &'a Book| workflows.first().map_or(&book.general, |own| book.settings(own));
        let inherited = workflows.first().map_or(&self.book.general, |own| self.book.settings(own));
        (of(&self.project.book), inherited)
    }
}

fn by_name<'i, 'a, T>(all: &'i [Inherited<'a, T>], name: Option<&String>) -> Option<&'i Inherited<'a, T>> {
    all.iter().find(|one| one.project.name.as_ref() == name)
}

/// Params, each with what it is, who set it, and which way the project has moved it.
pub(super) fn param_pages<T>(
    rows: Vec<ParamRow>,
    all: &[Inherited<'_, T>],
    sources: &SourceMap,
    day: Date,
) -> Vec<ParamPage> {
    rows.into_iter().filter_map(|row| param_page(row, all, sources, day)).collect()
}

fn param_page<T>(
    row: ParamRow,
    all: &[Inherited<'_, T>],
    sources: &SourceMap,
    day: Date,
) -> Option<ParamPage> {
    let of = by_name(all, row.project.as_ref())?;
    let program = &of.project.program;
    let (at, param) = program.params.iter().enumerate().find(|(_, param)| *param.name == *row.param)?;
    let (now, before) = of.settings(&row.workflows);
    let (now, before) = (now.param_on(at, day_number(day))?, before.param_on(at, day_number(day))?);
    let is_own = now.configured && Some(now.origin.file) == of.nearest;
    let larger = || larger_is_stricter(program, at, |rule| of.project.book.is_harsh(rule));
    let differs = is_own && now.value != before.value;
    Some(ParamPage {
        about: param.decl.doc.as_deref().map(str::to_owned),
        is_own,
        inherited: InheritedSetting {
            shown: show_value(&param.ty, &before.value),
            is_set: before.configured,
            place: Place::new(before.origin, sources),
            because: before.because.as_deref().map(str::to_owned),
            owner: before.owner.as_deref().map(str::to_owned),
        },
        moved: differs.then(|| moved(&before.value, &now.value, larger())),
        row,
    })
}

/// The rules, each with who set its effect, and which way the project has moved it.
pub(super) fn effect_pages<T>(
    rows: &[RuleRow],
    all: &[Inherited<'_, T>],
    sources: &SourceMap,
    day: Date,
) -> Vec<EffectPage> {
    rows.iter().filter_map(|row| effect_page(row, all, sources, day)).collect()
}

fn effect_page<T>(
    row: &RuleRow,
    all: &[Inherited<'_, T>],
    sources: &SourceMap,
    day: Date,
) -> Option<EffectPage> {
    let of = by_name(all, row.project.as_ref())?;
    let at = rule_names(&of.project.program).position(|name| *name == *row.rule)?;
    let (now, before) = of.settings(&row.workflows);
    let (now, before) = (now.rule_on(at, day_number(day))?, before.rule_on(at, day_number(day))?);
    let declared = of.declared.rule_on(at, day_number(day))?.effect;
    let is_own = now.configured && Some(now.origin.file) == of.nearest;
    let shown = |effect: Option<EffectKind>| effect.map_or("off", EffectKind::as_str).to_owned();
    let direction = if now.effect > before.effect { Direction::Tighter } else { Direction::Looser };
    Some(EffectPage {
        row: row.clone(),
        default: shown(declared),
        is_own,
        inherited: InheritedSetting {
            shown: shown(before.effect),
            is_set: before.configured,
            place: Place::new(before.origin, sources),
            because: before.because.as_deref().map(str::to_owned),
            owner: before.owner.as_deref().map(str::to_owned),
        },
        moved: (is_own && now.effect != before.effect).then_some(direction),
    })
}
