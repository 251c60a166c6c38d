//! Every declared name, and everything else that says it: in policies, tests, configurations, plans and snapshots.
//!
//! A name is known by the place where it is declared. What is declared in several places, as a field of two `snapshot`
//! blocks, goes by the first of them.

mod declared;
mod files;
mod in_policies;
mod in_settings;
mod in_tests;
mod in_yaml;
mod rename;
#[cfg(test)]
mod tests;
mod unknown;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::{NameGround, Study};
use crate::program::NameMention;
use crate::source::{FileId, SourceMap, Span};

use declared::GroundNames;
pub use files::{PathUse, path_at};
pub use in_policies::each_expr;
pub use in_yaml::{YamlFile, YamlNames, YamlRole, YamlUse};
pub use rename::{NameEdit, Renamable, prepare_rename, rename};

/// What a declared name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeclarationKind {
    Policy,
    Param,
    /// An entry of a param that is a table.
    Entry,
    Let,
    Rule,
    Field,
    Stage,
    /// A member of a `one of`.
    Member,
    Test,
}

impl DeclarationKind {
    /// As people call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Param => "param",
            Self::Entry => "entry",
            Self::Let => "let",
            Self::Rule => "rule",
            Self::Field => "field",
            Self::Stage => "stage",
            Self::Member => "member",
            Self::Test => "test",
        }
    }
}

/// A name where it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub kind: DeclarationKind,
    pub name: Arc<str>,
    /// As other files write it: `policy.rule`, `outputs.edit_time`.
    pub qualified: Arc<str>,
    /// The name alone.
    pub at: Span,
    /// All of the declaration.
    pub whole: Span,
    /// The doc of a param or field, the title of a policy or rule.
    pub doc: Option<Arc<str>>,
}

/// The names of a study, and where they are used.
#[derive(Debug, Default)]
pub struct NameTable {
    declarations: BTreeMap<Span, Declaration>,
    /// By place.
    uses: BTreeSet<NameMention>,
    /// Of what is declared again, where it is declared before.
    before: BTreeMap<Span, Span>,
}

impl NameTable {
    /// Collects all names of a study.
    pub fn of(study: &Study) -> Self {
        let mut table = Self::default();
        for ground in &study.grounds {
            let names = table.add_policies(ground, &study.sources);
            for (file, _) in &ground.configs {
                in_settings::add(&names, *file, &study.sources, &mut table);
            }
        }
        table
    }

    /// The names of the policies and tests of one ground.
    fn of_policies(ground: &NameGround, sources: &SourceMap) -> Self {
        let mut table = Self::default();
        table.add_policies(ground, sources);
        table
    }

    fn add_policies<'s>(&mut self, ground: &'s NameGround, sources: &SourceMap) -> GroundNames<'s> {
        let mut names = GroundNames::of(ground, sources, self);
        self.uses.extend(ground.program.mentions.iter().copied());
        in_policies::add(&mut names, self);
        in_tests::add(&names, self);
        names
    }

    /// All declarations, by place; what is declared again is there again.
    pub fn declarations(&self) -> impl Iterator<Item = &Declaration> {
        self.declarations.values()
    }

    /// The first declaration of what is declared at a place.
    pub fn declaration(&self, declared: Span) -> Option<&Declaration> {
        self.declarations.get(&self.first(declared))
    }

    /// The name at a byte of a file, or right before it: its place, and where it is declared first.
    pub fn at(&self, file: FileId, offset: usize) -> Option<NameMention> {
        let touches =
            |span: &Span| span.file == file && span.range().start <= offset && offset <= span.range().end;
        let up_to = Span::new(file, offset..usize::MAX);
        // Names do not overlap, so that the last ones that begin here or before are all that can be meant.
        let limit = NameMention {
            at: up_to,
            declared: Span { file: FileId(u32::MAX), start: u32::MAX, end: u32::MAX },
        };
        let uses = self.uses.range(..=limit).rev().take(NEAR).map(|found| (found.at, found.declared));
        let own = self.declarations.range(..=up_to).rev().take(NEAR).map(|(at, _)| (*at, *at));
        // Of two names that touch here the one that begins here; of a use and a declaration in one place the use.
        let found = uses.chain(own.filter(|(at, _)| self.is_short(*at))).filter(|(at, _)| touches(at));
        let nearest = found.reduce(|best, next| if next.0.start > best.0.start { next } else { best });
        nearest.map(|(at, declared)| NameMention { at, declared: self.first(declared) })
    }

    /// The name that is declared at a place: where it is used and, where asked for, where it is declared. By place.
    pub fn references(&self, declared: Span, with_declarations: bool) -> Vec<Span> {
        let first = self.first(declared);
        let used = self.uses.iter().filter(|found| self.first(found.declared) == first).map(|found| found.at);
        let own = self.declarations.keys().copied();
        let own = own.filter(|at| with_declarations && self.first(*at) == first);
        let all: BTreeSet<Span> = used.chain(own).collect();
        all.into_iter().collect()
    }

    /// Everything that is used somewhere.
    pub fn uses(&self) -> impl Iterator<Item = &NameMention> {
        self.uses.iter()
    }

    /// Where what is declared at a place is declared first.
    pub fn first(&self, declared: Span) -> Span {
        let mut at = declared;
        while let Some(before) = self.before.get(&at) {
            at = *before;
        }
        at
    }

    fn declare(&mut self, declaration: Declaration) {
        self.declarations.insert(declaration.at, declaration);
    }

    /// Notes that two places declare the same.
    fn same(&mut self, one: Span, other: Span) {
        let (one, other) = (self.first(one), self.first(other));
        if one != other {
            self.before.insert(one.max(other), one.min(other));
        }
    }

    fn add_use(&mut self, at: Span, declared: Option<Span>) {
        self.uses.extend(declared.map(|declared| NameMention { at, declared }));
    }

    /// Whether a declared name is one word: titles of tests are not asked about.
    fn is_short(&self, at: Span) -> bool {
        self.declarations.get(&at).is_some_and(|own| own.kind != DeclarationKind::Test)
    }
}

/// How many names may begin before a byte and still reach it: a few places have more than one meaning.
const NEAR: usize = 8;
