//! What was seen of a workflow and why its rules came out as they did: plain data, of which `words` alone makes English.
//!
//! Knows no wording. Expressions are quoted from the policy, numbers are exact and know what they count, and places are
//! spans, so that whoever shows this can still choose how.

mod breach;
mod counts;
mod figure;
mod record;
mod rounding;

use std::sync::Arc;

use super::{Decision, Newest, Outcome};
use crate::ast::{ArithmeticOp, EffectKind};
use crate::evidence::{Further, ReasonKind};
use crate::interval::Interval;
use crate::point::{Lapse, Point};
use crate::source::Span;
use crate::types::Type;
use crate::value::{CollectedField, Date, Number};

pub use breach::{Breach, Lack, SetValue};
pub use counts::{Counts, NeededPart};
pub use figure::{Figure, GroupName, Scale, Worth};
pub use record::RecordFinding;

/// What was decided of a workflow.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkflowVerdict {
    /// The workflow's name.
    pub workflow: String,
    /// Of the newest snapshot; none where no stages are declared.
    pub stage: Option<String>,
    /// The later stage that the newest snapshot asks to move to; none where it asks for no move.
    pub asks: Option<String>,
    /// What comes of all its rules together.
    pub decision: Decision,
    /// Its last day, where its newest snapshot has one.
    pub retired: Option<Date>,
    /// How many snapshots its series has.
    pub snapshots: usize,
    /// The newest snapshot's date and file; none for a series without snapshots.
    pub newest: Option<Newest>,
    /// Every rule that applies to the workflow, with how it came out.
    pub rules: Vec<RuleVerdict>,
    /// Why it holds though no rule says so.
    pub stops: Vec<HoldCause>,
}

/// What keeps a workflow from going on without being a rule's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldCause {
    /// A policy or a configuration has errors: what is missing may be the rule that holds.
    Incomplete,
    /// Every rule was off or did not apply.
    NothingJudged {
        /// The place of the newest snapshot.
        newest: Option<Span>,
    },
    /// A gate is asked for, or was moved through, and no rule of it passed.
    ClosedGate {
        /// The stages that the gate leads from and to.
        step: [Arc<str>; 2],
        /// Whether the move is asked for, rather than made.
        asked: bool,
        /// Each rule of the gate, how it came out, and what it does.
        rules: Vec<(String, Outcome, Option<EffectKind>)>,
        /// Where the workflow says that it asks or has moved.
        span: Option<Span>,
    },
}

/// How a rule came out, and why. The why is empty for a rule that neither failed nor is undecided.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleVerdict {
    /// `policy.rule`
    pub rule: String,
    /// The rule's title, in pieces to be read one after another.
    pub title: Vec<Piece>,
    /// The step that a rule of a gate was judged for, by its stages; of one that was not judged, all of its gate.
    pub steps: Vec<[Arc<str>; 2]>,
    /// Whether it bears on the decision; a previewed gate's rules do not.
    pub enforced: bool,
    /// How the rule came out.
    pub outcome: Outcome,
    /// The effect in force.
    pub effect: EffectKind,
    /// Where the effect was set.
    pub effect_from: Span,
    /// What it does to the decision, if anything.
    pub applied: Option<EffectKind>,
    /// What it would do if it bore on the decision.
    pub would_apply: Option<EffectKind>,
    /// Where the rule is declared; none for a built-in rule without one.
    pub declared: Option<Span>,
    /// The rule's message, for one that failed.
    pub message: Option<Vec<Piece>>,
    /// The rule's `help`.
    pub help: Option<Vec<Piece>>,
    /// The sub-expressions that decided, and what they are worth.
    pub evidence: Vec<Saw>,
    /// The params that these were held against.
    pub thresholds: Vec<Held>,
    /// What is to be said of which place: the policy's expressions, and the input's lines.
    pub pointers: Vec<Pointer>,
    /// What the snapshots say of where the fields are from that were seen, each field once.
    pub sources: Vec<CollectedField>,
    /// What would have to be otherwise for the rule to pass, or to be decided, where that is known.
    pub change: Option<Change>,
    /// The date, or the time, of the last snapshot before a move that has been made, where that is what the rule is judged on.
    pub before_move: Option<Point>,
}

/// A part of a title, message or help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As the policy says it.
    Text(Arc<str>),
    /// A value that the policy puts into the text.
    Value(Figure),
    /// The value behind it is approximate.
    Approximate,
    /// The keys of the group that the value before it comes from.
    OfGroup(Vec<Figure>),
    /// What breaks a built-in rule, which has no text of its own.
    Breach(Breach),
    /// The way out of that.
    WayOut(Breach),
}

/// A value, with what it was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What it is worth.
    pub figure: Figure,
    /// What it was computed from; none where it was not computed, or nothing more is known.
    pub from: Option<Computed>,
}

/// What a value was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Computed {
    /// A share of so many; the two counts differ where not every element is known.
    Counted {
        /// How many elements surely satisfy the condition.
        sure: usize,
        /// How many may satisfy it, the sure ones included.
        possible: usize,
        /// How many elements there are.
        total: usize,
    },
    /// A calculation with two known numbers.
    Arithmetic {
        /// The number before the sign.
        left: Figure,
        /// What is done with the two.
        op: ArithmeticOp,
        /// The number behind the sign.
        right: Figure,
    },
}

impl From<Figure> for Reading {
    fn from(figure: Figure) -> Self {
        Self { figure, from: None }
    }
}

/// An expression that decided, what was seen of it, and where in the input that stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Saw {
    /// As the policy or the snapshot has it.
    pub expression: String,
    /// What was seen of it.
    pub said: Said,
    /// The first reason why no more is known; behind that of an element, what is said of its list.
    pub because: Vec<ReasonKind>,
    /// Where in the policy or the input that stands.
    pub span: Span,
}

/// A param that an expression was held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The param's name.
    pub param: Arc<str>,
    /// The value that it has in this judgement.
    pub figure: Figure,
    /// Where its value was set.
    pub origin: Span,
    /// Whether a configuration set it.
    pub configured: bool,
    /// The range that the value had to keep to, where a configuration set it, and the param's type.
    pub within: Option<(Type, Interval)>,
    /// Why the configuration set it.
    pub because: Option<Arc<str>>,
    /// Whether a pointer says its value.
    pub pointed_at: bool,
}

/// A place, and what is to be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pointer {
    /// The place, in a policy, a configuration or a snapshot.
    pub span: Span,
    /// What is to be said there.
    pub said: Said,
}

/// What there is to say of a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// What an expression is worth.
    Value(Reading),
    /// Why something is not known, and what an earlier snapshot had of it.
    Unknown(ReasonKind, Earlier),
    /// The value of a param, with the place where it was set unless that is the declaration.
    Param(Held),
    /// How many elements of a list count against a condition, and what the first of them are called.
    Against(Against),
    /// A claim with confidence is shown, or shown not to hold, by bounds that are approximate.
    Approximately {
        /// Whether it is shown to hold.
        shown: bool,
    },
    /// The list has no elements.
    Empty,
    /// The first of the elements that count against a condition.
    FirstOfThem,
    /// An element of the group with these keys.
    OfGroup(Vec<Figure>),
    /// The values of the first few groups of a list, and how many more there are.
    Groups(Vec<GroupName>, usize),
    /// The list has so many elements.
    Elements {
        /// The list's name.
        list: Arc<str>,
        /// How many elements it has.
        count: usize,
    },
    /// The value on another day.
    On(Figure, Point),
    /// The date that time is counted from, to this day.
    CountedTo(Point),
    /// The values along a window.
    Window(Vec<Dated>),
    /// A condition has held on these dates without a break.
    Run {
        /// The condition, as the policy writes it.
        condition: String,
        /// The dates, oldest first, with what was seen on each.
        held: Vec<Dated>,
    },
    /// A condition about the stage alone has held since then.
    RunOfStage {
        /// The condition, as the policy writes it.
        condition: String,
        /// The first day on which it has held.
        since: Point,
    },
    /// A condition does not hold on the newest date; what it measures is worth this there.
    NoRun {
        /// The condition, as the policy writes it.
        condition: String,
        /// The date of the newest snapshot.
        date: Point,
        /// What is measured, as it is on that date; none where there is nothing to show.
        now: Option<Figure>,
    },
    /// The element that an extreme comes from.
    Extreme {
        /// Whether it is the largest, rather than the smallest.
        largest: bool,
        /// What the element is called.
        element: ElementName,
    },
    /// A built-in rule is broken.
    Breach(Breach),
}

/// What the snapshots before one had of what is missing there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// There is none, or nobody looked.
    Unasked,
    /// None of them had it.
    Never,
    /// The last one that had it is of this date.
    On(Point),
}

/// Elements of a list that do, or do not, satisfy a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Against {
    /// How many elements these are.
    pub matching: usize,
    /// How many elements the condition is asked of.
    pub total: usize,
    /// Whether they satisfy the condition.
    pub satisfy: bool,
    /// The parts of the condition, as the policy writes them.
    pub condition: Vec<String>,
    /// What says of which elements it is asked, as the policy writes it; empty where it is asked of all.
    pub among: Vec<String>,
    /// The first few of them; none where nothing is wrong with them.
    pub named: Vec<ElementName>,
}

/// What an element is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ElementName {
    /// Its first text, as its key is.
    Text(Arc<str>),
    /// Its keys and its value, where it is that of a group.
    Group(GroupName),
    /// Its number in the list, from 1.
    Nth(usize),
    /// The snapshot that it is from.
    Date(Point),
}

/// What was seen on a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The day of the snapshot.
    pub date: Point,
    /// Whether the snapshot before it is of the same year, or where the series runs by instants of the same day, so that this
    /// need not be said again.
    pub short: bool,
    /// What was seen; none where the date alone is to be said.
    pub figure: Option<Figure>,
}

/// Something that would have to be otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// All of these, for a rule to pass.
    All(Vec<Self>),
    /// All of these, for what is undecided to be decided.
    Decide(Vec<Self>),
    /// A condition would have to come out otherwise.
    Turn {
        /// The condition, as the policy writes it.
        of: String,
        /// What it would have to come out as.
        to: bool,
    },
    /// A word would have to be this one, or another than this.
    Word {
        /// The expression, as the policy writes it.
        of: String,
        /// The word that it would have to be, or not to be.
        word: Arc<str>,
        /// Whether any word but this one would do.
        other: bool,
    },
    /// A value would have to be one of these, as the policy writes them.
    OneOf {
        /// The expression, as the policy writes it.
        of: String,
        /// The values that would do, as the policy writes them.
        members: Vec<String>,
    },
    /// An amount would have to reach a value.
    Reach {
        /// The amount, as the policy writes it.
        of: String,
        /// How it would have to lie to the value.
        bound: Bound,
        /// The value to reach.
        to: Figure,
        /// What the amount is worth now.
        now: Figure,
    },
    /// No value that the field may have would do.
    NoValue {
        /// The amount, as the policy writes it.
        of: String,
        /// Its type, with the range that it has to keep to.
        ty: Type,
    },
    /// A date would have to be another.
    Date {
        /// The date, as the policy writes it.
        of: String,
        /// How it would have to lie to the other day.
        bound: Bound,
        /// The day to compare it with.
        to: Figure,
    },
    /// Elements of a list would have to change sides.
    Elements(Elements),
    /// A count would have to be another part of another count.
    Counts(Counts),
    /// A share that is recorded by its counts would have to be another part of as many.
    Part(NeededPart),
    /// A condition would have to hold in so many more snapshots.
    Repeat {
        /// The condition, as the policy writes it.
        condition: String,
        /// How many more snapshots it takes.
        more: Number,
    },
    /// A condition that holds would have to go on holding until a day, and, where a cadence is declared, without a gap.
    GoOn {
        /// The condition, as the policy writes it.
        condition: String,
        /// The day that it would have to hold until.
        until: Figure,
        /// Whether a cadence is declared, so that no snapshot may be left out.
        no_gap: bool,
        /// Whether it is no condition but a value, which would have to stay the same.
        is_value: bool,
    },
    /// A condition would have to begin to hold, and then for so long.
    Begin {
        /// The condition, as the policy writes it.
        condition: String,
        /// How long it would have to hold, as a duration.
        length: Figure,
    },
    /// Time would have to pass, up to a day.
    Wait {
        /// The day to wait for.
        until: Figure,
    },
    /// So many elements that are not there yet would have to be.
    Add {
        /// How many of them.
        more: usize,
        /// The list's name.
        list: String,
        /// What says of which elements it is asked, as the policy writes it; empty where it is asked of all.
        among: Vec<String>,
        /// The parts of the condition that they would have to satisfy, as the policy writes them.
        condition: Vec<String>,
    },
    /// So many further elements in a row would have to be, all with or all without a condition.
    Samples {
        /// How many further elements it takes.
        more: usize,
        /// The list's name.
        list: String,
        /// What says of which elements it is asked, as the policy writes it; empty where it is asked of all.
        among: Vec<String>,
        /// The parts of the condition, as the policy writes them.
        condition: Vec<String>,
        /// Whether they would have to satisfy the condition, rather than not.
        satisfying: bool,
    },
    /// So many further good samples in a row.
    GoodSamples {
        /// How many, if any number would do.
        further: Further,
        /// What the elements of their group have in common; nothing outside of a group.
        of: Vec<Figure>,
        /// What the claim is about, as the policy writes it.
        claim: String,
    },
    /// Fields would have to be recorded in a file, or in one snapshot of it.
    Record {
        /// What is missing there.
        fields: Vec<Missing>,
        /// The name of the file to record it in.
        file: String,
        /// The date of the snapshot to record it in; none where the file alone is known.
        snapshot: Option<Point>,
    },
    /// The next snapshot would have to come.
    NextSnapshot,
    /// A snapshot of a day or later would have to come, with no gap until then.
    SnapshotFrom(Point),
    /// A snapshot of one of these days is missing; it is known to be one day where the last is none.
    SnapshotWithin {
        /// The first day that would do.
        first: Point,
        /// The last day that would do; none where only the first would.
        last: Option<Point>,
    },
    /// Snapshots of days on which some were due, and perhaps of further such days.
    Snapshots {
        /// The first few of these days.
        of: Vec<Point>,
        /// Whether there are further ones.
        more: bool,
    },
    /// Snapshots between two dates would have to lie at most so far apart.
    SnapshotsApart {
        /// How far apart one snapshot and the next may be, at most.
        at_most: Lapse,
        /// The date of the snapshot before the gap.
        from: Point,
        /// The date of the snapshot behind the gap.
        to: Point,
    },
    /// Snapshots would have to say the same of a field of an element, or the field would have to be `changing`.
    Agree(Arc<str>),
    /// A date lies in the future: it has to come, or is wrong.
    Reached(Point),
}

/// How a value would have to lie to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The value itself, or above it; of a date, that day or later.
    AtLeast,
    /// Above the value.
    MoreThan,
    /// The value itself, or below it; of a date, that day or earlier.
    AtMost,
    /// Below the value.
    LessThan,
    /// The value itself.
    Exactly,
    /// Any but the value.
    OtherThan,
}

/// How many elements of a list would have to satisfy a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elements {
    /// How many elements would have to satisfy it.
    pub needed: usize,
    /// How many surely, and how many possibly, do now.
    pub sure: usize,
    /// How many possibly do now, the sure ones included.
    pub possible: usize,
    /// How many elements the condition is asked of.
    pub total: usize,
    /// The list's name.
    pub list: String,
    /// What says of which elements it is asked, as the policy writes it; empty where it is asked of all.
    pub among: Vec<String>,
    /// The parts of the condition, as the policy writes them; empty where it gives none.
    pub condition: Vec<String>,
    /// Whether their share is what counts.
    pub is_share: bool,
}

/// What is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A field, and its line where it is one of an element.
    Field(Arc<str>, Option<usize>),
    /// A list that is left empty, though there may have been none.
    List(Arc<str>),
    /// At least one element of a list.
    Element(Arc<str>),
    /// One value for a field that is recorded as a range, and the line of that.
    Exact(Arc<str>, usize),
    /// The counts behind a share, and the line of that.
    Counts(Arc<str>, usize),
}

/// What was noticed of a workflow, beside what its rules say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Its series has more snapshots than are judged; the newest of them.
    TooManySnapshots {
        /// The place of the newest snapshot; none for a series without snapshots.
        newest: Option<Span>,
    },
    /// Judging it takes more steps, or longer numbers, than are allowed; its newest snapshot.
    TooMuchToJudge {
        /// The place of the newest snapshot; none for a series without snapshots.
        newest: Option<Span>,
    },
    /// It says that something left that was never there.
    NobodyLeft {
        /// The key that is named.
        name: Arc<str>,
        /// Where it is named.
        span: Span,
    },
    /// It asks to move to a stage that is not a later one.
    NothingAsked {
        /// The stage that is asked for.
        wanted: Arc<str>,
        /// The stage that the workflow is in.
        stage: Arc<str>,
        /// Where it is asked for.
        span: Span,
    },
}
