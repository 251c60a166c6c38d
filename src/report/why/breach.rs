//! What breaks a built-in rule: plain data.
//!
//! Knows no wording.

use std::sync::Arc;

use super::{Figure, RecordFinding};
use crate::ast::EffectKind;
use crate::point::{Lapse, Point};
use crate::report::Outcome;
use crate::source::Span;

/// What breaks a built-in rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// The series begins in a stage that is not the first.
    Began {
        /// The stage of the first snapshot.
        stage: Arc<str>,
        /// The stage that every rollout begins in.
        first: Arc<str>,
    },
    /// A stage lies between the two; whether the move was made or is asked for.
    Skipped {
        /// Whether the move is asked for, rather than made.
        asked: bool,
        /// The stage that the move leaves.
        from: Arc<str>,
        /// The stage that the move leads to.
        to: Arc<str>,
        /// The stage that the move passes over.
        past: Arc<str>,
    },
    /// A step below the stage was not earned where it was crossed.
    Owed {
        /// The stages that the step leads from and to.
        step: [Arc<str>; 2],
        /// The date of the last snapshot before it was left.
        day: Point,
        /// What stopped it there.
        lacks: Vec<Lack>,
        /// The values that the rules among these were held against.
        values: Vec<SetValue>,
    },
    /// The newest snapshot is older than the cadence allows.
    Stale {
        /// The date of the newest snapshot.
        newest: Point,
        /// How long it is from it to the day of judgement.
        age: Lapse,
        /// How long it may be.
        patience: Lapse,
    },
    /// No gate is declared between the two.
    Undeclared {
        /// Whether the move is asked for, rather than made.
        asked: bool,
        /// The stage that the move leaves.
        from: Arc<str>,
        /// The stage that the move leads to.
        to: Arc<str>,
    },
    /// A check of the record found something.
    Record {
        /// What it found.
        found: RecordFinding,
        /// How many more of the kind it found.
        more: usize,
    },
}

/// What stopped a step where it was crossed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// A rule that failed or was undecided, with the effect that it had on that day.
    Rule {
        /// `policy.rule`
        rule: String,
        /// How it came out.
        outcome: Outcome,
        /// The effect in force.
        effect: EffectKind,
    },
    /// No rule of its gate passed.
    ClosedGate,
    /// No gate says when it may be taken.
    Undeclared,
    /// It was one of several that a move took at once.
    Skipped {
        /// The stage that the move left.
        from: Arc<str>,
        /// The stage that the move led to.
        to: Arc<str>,
    },
}

/// The value of a param, and where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetValue {
    /// The param's name.
    pub param: Arc<str>,
    /// Its value.
    pub figure: Figure,
    /// Where that was set.
    pub origin: Span,
}

impl Breach {
    /// Whether there is more to say of the way out than what the breach says itself.
    pub fn has_way_out(&self) -> bool {
        match self {
            Self::Stale { .. } | Self::Owed { .. } | Self::Record { .. } => true,
            Self::Began { .. } | Self::Skipped { .. } | Self::Undeclared { .. } => false,
        }
    }
}
