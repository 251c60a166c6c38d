//! What was before: `previous`, `first` and `latest`, at the snapshots at which a condition holds.

use super::{Evaluator, Evidence, Scope};
use crate::ast::{Arg, Expr, NamedWindow, Over};
use crate::builtins::series::Which;
use crate::evidence::{Reason, ReasonKind, Reasons, Truth, Within};
use crate::types::Type;

/// Which snapshot is looked at.
#[derive(Clone, Debug)]
pub(super) enum LookedAt {
    /// That of this index.
    At(usize),
    /// It is open, since the condition is undecided at one that would be it.
    Open(Reasons),
    /// No snapshot is one that it looks for.
    Nowhere,
}

impl<'a> Evaluator<'a> {
    /// `previous(x where P, y)`, `first(x where P)`: a value at another snapshot, or what the call gives instead if there is no such snapshot.
    pub(super) fn at_another(
        &self,
        which: Which,
        arg: &'a Arg,
        fallback: Option<&'a Arg>,
        ty: &Type,
        scope: Scope<'_, 'a>,
    ) -> Evidence<'a> {
        match (self.looked_at(which, arg, scope), fallback) {
            (LookedAt::At(at), _) => self.at(&arg.value, at, scope),
            (LookedAt::Open(reasons), _) => Evidence::unknown(ty, &reasons, ""),
            (LookedAt::Nowhere, Some(fallback)) => self.eval(&fallback.value, scope),
            (LookedAt::Nowhere, None) => {
                let reason = match &arg.condition {
                    Some(condition) => {
                        ReasonKind::NoneSuch { condition: self.sources.text(condition.span).into() }
                    }
                    None => return self.no_earlier(ty, scope.moment.at),
                };
                Evidence::unknown(ty, &Reasons::of(reason, None), "")
            }
        }
    }

    /// The snapshot that `previous` or `first` looks at, from the scope's.
    pub(super) fn looked_at(&self, which: Which, arg: &'a Arg, scope: Scope<'_, 'a>) -> LookedAt {
        let at = scope.moment.at;
        let Some(condition) = &arg.condition else {
            return match which {
                Which::Previous => at.checked_sub(1).map_or(LookedAt::Nowhere, LookedAt::At),
                Which::First => LookedAt::At(0),
            };
        };
        let asked = |at: usize, otherwise: &LookedAt| match self.holds_at(condition, at, scope) {
            Truth::Yes => LookedAt::At(at),
            Truth::Undecided(reasons) => LookedAt::Open(reasons),
            Truth::No => otherwise.clone(),
        };
        let extend = |before: &LookedAt, at: usize| match (which, before) {
            (Which::Previous, _) => at.checked_sub(1).map_or(LookedAt::Nowhere, |last| asked(last, before)),
            (Which::First, LookedAt::Nowhere) => asked(at, before),
            (Which::First, found) => found.clone(),
        };
        self.looked_at_from(condition, scope.moment, &extend)
    }

    pub(super) fn holds_at(&self, condition: &'a Expr, at: usize, scope: Scope<'_, 'a>) -> Truth {
        match self.at(condition, at, scope) {
            Evidence::Truth(truth) => truth,
            other => Truth::Undecided(other.reasons()),
        }
    }

    /// `latest(x where P over W)`: the newest value in a window that is known, where the condition holds.
    pub(super) fn latest(&self, arg: &'a Arg, ty: &Type, scope: Scope<'_, 'a>) -> Evidence<'a> {
        let Some(over) = &arg.over else { return Evidence::unknown(ty, &Reasons::default(), "") };
        let window = match self.window(over, scope) {
            Ok(window) => window,
            Err(reasons) => return Evidence::unknown(ty, &reasons, ""),
        };
        let length = window.snapshots.len();
        match self.latest_in(arg, window.snapshots, scope) {
            LookedAt::At(at) => return self.at(&arg.value, at, scope),
            LookedAt::Open(reasons) => return Evidence::unknown(ty, &reasons, ""),
            LookedAt::Nowhere => {}
        }
        let what = self.sources.text(arg.value.span).into();
        let window = match over {
            Over::Named(NamedWindow::Stage, _) => Within::Stage,
            Over::Named(NamedWindow::All, _) => Within::Series,
            Over::Named(NamedWindow::Calendar(period), _) => Within::Period(period.as_str()),
            Over::Window(length) | Over::AtMost(length) => {
                Within::Last(self.sources.text(length.span).into())
            }
            Over::Snapshots(_) => Within::Snapshots(length),
        };
        let missing = self.eval(&arg.value, scope).reasons();
        let newest = missing.first.into_iter().next();
        // What the newest snapshot says of it itself stands at its own place.
        let is_told = |reason: &Reason| matches!(reason.kind, ReasonKind::Uncollected { .. });
        let span = newest.as_ref().filter(|newest| !is_told(newest)).and_then(|newest| newest.span);
        let mut reasons = Reasons::of(ReasonKind::NoneKnown { what, window }, span);
        reasons.first.extend(newest.filter(is_told));
        Evidence::unknown(ty, &reasons, self.sources.text(arg.value.span))
    }

    /// The newest snapshot of some at which a value is known and its condition holds.
    pub(super) fn latest_in(
        &self,
        arg: &'a Arg,
        snapshots: std::ops::Range<usize>,
        scope: Scope<'_, 'a>,
    ) -> LookedAt {
        let Some(at) = self.newest_known(arg, snapshots, scope) else { return LookedAt::Nowhere };
        match arg.condition.as_ref().map_or(Truth::Yes, |condition| self.holds_at(condition, at, scope)) {
            Truth::Yes => LookedAt::At(at),
            Truth::No => LookedAt::Nowhere,
            Truth::Undecided(reasons) => LookedAt::Open(reasons),
        }
    }
}
