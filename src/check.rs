//! The checker: from syntax trees to compiled policies, and to everything that is wrong with them.
//!
//! Static semantics only: it must not know how a policy was parsed, how it is evaluated, or what any snapshot says.
//! Every problem is reported once. What has one is left out of the program, as is what depends on it.

mod arithmetic;
mod call;
mod claim;
mod compare;
mod computed;
mod date_word;
mod decl;
mod errors;
mod exact;
mod expr;
mod field;
mod finish;
mod form;
mod kinds;
mod let_decl;
mod literal;
mod member;
mod mention;
mod names;
mod path;
mod possible;
mod recursion;
mod scope;
mod series;
mod share_of;
mod shown;
mod table;
#[cfg(test)]
mod tests;
mod visible;
mod vocabulary;
mod words;
mod workflows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ast::{ExprId, File};
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::interval::Interval;
use crate::program::{ExprInfo, NameMention, Program, Target};
use crate::source::Span;
use crate::types::Type;
use crate::vocabulary::Vocabulary;

pub use literal::{Unfit, list_for_param, value_for_param, value_of_type};
use names::Names;
use recursion::{Needed, Recursion};
use visible::MarkerWatch;
pub use visible::{Due, Visible, VisibleKind, VisibleName};
use vocabulary::Ground;
pub use vocabulary::check_cadence;

/// Checks all files of a run together. `expr_count` is the number of expression ids that the parser handed out.
///
/// The program holds what is free of errors and depends on nothing that has one; the diagnostics are in the order of
/// their places.
pub fn check(files: &[File], expr_count: usize) -> (Program, Vec<Diagnostic>) {
    check_with(files, expr_count, &InForce::new())
}

/// The ranges of values in force of params that declare none, by `policy.param`.
pub type InForce = BTreeMap<Arc<str>, Interval>;

/// Like [`check`], where params without a declared range have other values than those they are declared with: what can
/// never be true depends on them.
pub fn check_with(files: &[File], expr_count: usize, in_force: &InForce) -> (Program, Vec<Diagnostic>) {
    checked(files, expr_count, in_force, None).finish()
}

/// What could be written in the place of `marker`, a word that stands once in the files where a name or unit may stand; none
/// where no expression was found there.
pub fn visible_at(files: &[File], expr_count: usize, marker: &str) -> Option<Visible> {
    let watch = MarkerWatch { marker, seen: None };
    checked(files, expr_count, &InForce::new(), Some(watch)).visible_names()
}

fn checked<'a>(
    files: &'a [File],
    expr_count: usize,
    in_force: &'a InForce,
    watch: Option<MarkerWatch<'a>>,
) -> Checker<'a> {
    let (ground, mut diagnostics) = Ground::of(files);
    let (names, clashes) = Names::of(files, &ground);
    diagnostics.extend(clashes);
    let exprs = vec![None; expr_count];
    let (named_workflows, waiting, recursion) = (BTreeSet::new(), Vec::new(), Recursion::default());
    let mut checker = Checker {
        ground,
        names,
        in_force,
        exprs,
        diagnostics,
        taint: 0,
        beside: None,
        named_workflows,
        mentions: Vec::new(),
        waiting,
        recursion,
        watch,
    };
    checker.check_params();
    checker.place_computed_fields();
    checker.check_lets();
    checker.check_policies();
    checker.check_tables();
    checker.settle_kinds();
    checker
}

/// Checks the `stages` and `snapshot` declarations alone.
pub fn check_vocabulary(files: &[File]) -> (Vocabulary, Vec<Diagnostic>) {
    let (ground, mut diagnostics) = Ground::of(files);
    sort(&mut diagnostics);
    (ground.vocabulary, diagnostics)
}

fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics
        .sort_by_key(|diagnostic| (diagnostic.labels.first().map(|label| label.span), diagnostic.code));
    diagnostics.dedup();
}

/// Diagnostics after which no more near misses are looked for: a large file of nothing but unknown names is to be refused
/// as fast as any other.
const MAX_SUGGESTIONS: usize = 200;

/// What is known while the policies of a run are checked. Its methods are spread over the files of this folder.
struct Checker<'a> {
    ground: Ground,
    names: Names<'a>,
    in_force: &'a InForce,
    exprs: Vec<Option<ExprInfo>>,
    diagnostics: Vec<Diagnostic>,
    /// Counts errors and uses of what has one: a declaration is sound if its check does not move this.
    taint: usize,
    /// The first word of what an expression is compared with: a word is never a misspelling of that.
    beside: Option<Arc<str>>,
    /// The workflows that are asked about by name.
    named_workflows: BTreeSet<(Span, Arc<str>)>,
    /// Names that were understood; of what is checked twice, twice.
    mentions: Vec<NameMention>,
    /// Lets that were met before they were checked: what met them is to be checked again, see `let_decl`.
    waiting: Vec<Needed>,
    /// Lets that look back at themselves.
    recursion: Recursion,
    /// The marker of an editor, in a run that looks for one.
    watch: Option<MarkerWatch<'a>>,
}

impl Checker<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error {
            self.taint += 1;
        }
        self.diagnostics.push(diagnostic);
    }

    /// Notes the use of something with an error that was reported elsewhere.
    fn tainted(&mut self) -> Type {
        self.taint += 1;
        Type::Error
    }

    /// Whether `check` finds no error, and uses nothing that has one.
    fn is_sound(&mut self, check: impl FnOnce(&mut Self)) -> bool {
        let before = self.taint;
        check(self);
        self.taint == before
    }

    /// Writes the side table's entry of an expression; none for one that was not understood.
    fn record(&mut self, id: ExprId, ty: &Type, target: Option<Target>) {
        if let Some(entry) = self.exprs.get_mut(id.0 as usize) {
            *entry = (*ty != Type::Error).then(|| ExprInfo { ty: ty.clone(), target, group: None });
        }
    }

    /// The candidate that a word was probably meant to be. Not sought once there is plenty to mend.
    fn suggest<'c>(&self, word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
        if self.diagnostics.len() >= MAX_SUGGESTIONS {
            return None;
        }
        did_you_mean(word, candidates)
    }

    fn info(&self, id: ExprId) -> Option<&ExprInfo> {
        self.exprs.get(id.0 as usize)?.as_ref()
    }
}
