//! Lets, each after those that it uses, and the cycles among them.
//!
//! Which words of a let are other lets depends on types (a bare word may be a member of `one of`), so the order cannot be
//! told beforehand. A let that meets one that is not checked yet is put aside, and checked again from the start once
//! that one is done. This keeps the call stack flat, however long a chain of lets is.

use super::Checker;
use super::errors;
use super::names::LetState;
use super::possible;
use super::recursion::Needed;
use super::scope::NameScope;
use crate::ast::Expr;
use crate::program::Target;
use crate::types::Type;

/// Levels of a let's expression, with those of the lets that it uses: what evaluates it calls itself for each.
pub(super) const MAX_HEIGHT: usize = 256;

/// A let that is being checked, and the lets that it waits for.
struct PendingLet {
    index: usize,
    waits_for: Vec<Needed>,
    /// Whether the one below it needs it only at an earlier snapshot.
    back: bool,
}

impl Checker<'_> {
    /// Checks every let.
    pub(super) fn check_lets(&mut self) {
        let mut order: Vec<usize> = (0..self.names.lets.len()).collect();
        // By name, so that the same cycle is found whatever the order of the declarations.
        order.sort_by_cached_key(|index| self.let_name(*index));
        let mut cyclic = Vec::new();
        // Where the type of one was sought, others are checked once more.
        while order.iter().any(|index| self.is_new(*index)) {
            for index in &order {
                self.check_let_with_needs(Needed { index: *index, back: false }, &mut cyclic);
            }
        }
        // What else is wrong in them could not be told before.
        for index in cyclic {
            self.check_let_decl(index);
        }
        self.leave_out_what_looks_back_at_errors();
    }

    fn is_new(&self, index: usize) -> bool {
        matches!(self.names.lets.get(index).map(|entry| &entry.state), Some(LetState::New))
    }

    fn check_let_with_needs(&mut self, start: Needed, cyclic: &mut Vec<usize>) {
        let mut stack = Vec::new();
        self.enter_let(start, &mut stack);
        while let Some(frame) = stack.last_mut() {
            let index = frame.index;
            if let Some(next) = frame.waits_for.pop() {
                match self.names.lets.get(next.index).map(|entry| &entry.state) {
                    // Whatever waits is on the stack, each for the one above it.
                    Some(LetState::Waiting) => {
                        let at = stack.iter().rposition(|frame| frame.index == next.index).unwrap_or(0);
                        if self.is_broken_by_looking_back(at, next, &mut stack) {
                            continue;
                        }
                        let cycle: Vec<_> = stack.drain(at..).map(|frame| frame.index).collect();
                        self.report_cycle(&cycle);
                        cyclic.extend(cycle);
                    }
                    Some(LetState::New) => self.enter_let(next, &mut stack),
                    Some(LetState::Done(..)) | None => {}
                }
                continue;
            }
            let before = self.diagnostics.len();
            let (ty, sound) = self.check_let_decl(index);
            let mut waits_for = std::mem::take(&mut self.waiting);
            if waits_for.is_empty() {
                let was_sound = self.names.lets.get(index).is_some_and(|entry| entry.sound);
                self.finish_let(index, ty, sound);
                self.found_type(index, was_sound);
                stack.pop();
            } else {
                self.diagnostics.truncate(before);
                waits_for.reverse();
                frame.waits_for = waits_for;
            }
        }
    }

    /// Whether a cycle, of what is on the stack from `at` on and then `next`, leads through an earlier snapshot. What is needed
    /// there is left for later.
    fn is_broken_by_looking_back(&mut self, at: usize, next: Needed, stack: &mut Vec<PendingLet>) -> bool {
        if next.back {
            self.seek_type(next.index);
            return true;
        }
        let looking = stack.iter().enumerate().skip(at + 1).find(|(_, frame)| frame.back);
        let Some((above, index)) = looking.map(|(above, frame)| (above, frame.index)) else { return false };
        self.seek_type(index);
        for frame in stack.drain(above..) {
            if let Some(entry) = self.names.lets.get_mut(frame.index) {
                entry.state = LetState::New;
            }
        }
        true
    }

    fn enter_let(&mut self, needed: Needed, stack: &mut Vec<PendingLet>) {
        let Needed { index, back } = needed;
        let Some(entry) = self.names.lets.get_mut(index) else { return };
        match entry.state {
            LetState::New => {
                entry.state = LetState::Waiting;
                stack.push(PendingLet { index, waits_for: Vec::new(), back });
            }
            LetState::Waiting | LetState::Done(..) => {}
        }
    }

    /// The type of a let's value, and whether that is sound.
    fn check_let_decl(&mut self, index: usize) -> (Type, bool) {
        let Some(entry) = self.names.lets.get(index) else { return (Type::Error, false) };
        let scope = NameScope::of(entry.policy, entry.gate);
        let decl = entry.decl;
        let of = entry.of.clone();
        let mut ty = Type::Error;
        let sound = self.is_sound(|checker| match of {
            Some(record) => {
                let element = scope.element(Type::Record(record));
                ty = checker.check_expr(scope.inside(&element), &decl.value);
                checker.refuse_whole_field(index, &ty);
            }
            None => ty = checker.check_expr(scope, &decl.value),
        });
        (ty, sound)
    }

    fn finish_let(&mut self, index: usize, ty: Type, mut sound: bool) {
        let Some(entry) = self.names.lets.get(index) else { return };
        let decl = entry.decl;
        let mut height = if sound { self.height(&decl.value) } else { 0 };
        if height > MAX_HEIGHT {
            self.report(errors::lets_too_deep(decl, MAX_HEIGHT));
            sound = false;
            // What uses it is left out without an error of its own.
            height = 0;
        }
        let possible = self.possible(&decl.value);
        if let Some(entry) = self.names.lets.get_mut(index) {
            entry.state = LetState::Done(ty, possible);
            entry.sound &= sound;
            entry.height = height;
        }
    }

    /// The levels of an expression, with those of the lets that it uses, which are checked already.
    fn height(&self, expr: &Expr) -> usize {
        let below = expr.children().into_iter().map(|child| self.height(child)).max().unwrap_or(0);
        let target = self.info(expr.id).and_then(|info| info.target.as_ref());
        let used = target.and_then(Target::through).and_then(|index| self.names.lets.get(index));
        1 + below.max(used.map_or(0, |entry| entry.height))
    }

    fn report_cycle(&mut self, cycle: &[usize]) {
        let mut names = Vec::new();
        for index in cycle {
            if let Some(entry) = self.names.lets.get_mut(*index) {
                entry.state = LetState::Done(Type::Error, possible::ANY);
                entry.sound = false;
                let name = entry.decl.name.clone();
                names.push((self.let_name(*index), name));
            }
        }
        // It begins with the first by name, not with the one that happened to be met first.
        let first =
            (0..names.len()).min_by_key(|at| names.get(*at).map(|(name, _)| name.clone())).unwrap_or(0);
        names.rotate_left(first);
        self.report(errors::cycle(&names));
    }

    /// `policy.name`
    pub(super) fn let_name(&self, index: usize) -> String {
        let Some(entry) = self.names.lets.get(index) else { return String::new() };
        let policy = self.names.policies.get(entry.policy).map_or("", |policy| &policy.decl.name.text);
        format!("{policy}.{}", entry.decl.name.text)
    }
}
