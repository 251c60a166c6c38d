//! Evaluates compiled policies over one workflow's series.
//!
//! Knows neither text nor files: it reads the program, the snapshots, and the point that time is counted to.

mod asked;
mod blame;
mod bound;
mod budget;
mod claim;
mod collected;
mod compare;
mod course;
mod date_word;
mod days;
mod decide;
mod difference;
mod explain;
mod expr;
mod figure;
mod fleet;
mod fold;
mod forward;
mod group;
mod ladder;
mod list;
mod listed_sample;
mod look_back;
mod memory;
mod missing;
mod monotone;
mod moved;
mod observe;
mod origin;
mod owed;
mod plan;
mod pool;
mod record;
mod recorded;
mod remedy;
mod rule;
mod seen;
mod series;
mod share_of;
mod solve;
mod sweep;
mod table;
mod waive;
mod watch;
mod window;
mod workflow;
mod written;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use self::budget::Budget;
use self::fleet::SeenWorkflow;
use self::group::GroupKey;
use self::memory::SeriesMemory;
use self::recorded::Recorded;
use self::sweep::Unswept;
use self::watch::Watch;
use crate::ast::Expr;
use crate::builtins::counting::Tally;
use crate::evidence::{Amount, Elapsed, Reasons, Truth, Word};
use crate::point::{Axis, Point};
use crate::program::Program;
use crate::report::why::RuleVerdict;
use crate::settings::{Settings, Waiver};
use crate::source::{SourceMap, Span};
use crate::types::Type;
use crate::value::Snapshot;
use crate::vocabulary::Cadence;

pub use budget::{MAX_BITS, MAX_SERIES, MAX_STEPS, RunBudget};
pub use course::{Comparison, comparisons, course};
pub use days::{judge_each_day, judge_each_day_by_both};
pub use fleet::{Fleet, SeenSnapshots};
pub use monotone::{OutcomeCourse, outcome_course};
pub use observe::{conditions, decided, observe};
pub use plan::{AskedClaim, AskedRule, AskedShare, GateAhead, SnapshotSpacing, gate_ahead};
pub use record::judge_with_record;
pub use seen::{LineSeen, Valued, WorkflowSeen, look_around, value_of};
pub use sweep::{MetValues, SweptCourse, SweptDay, SweptDays, SweptSeries};
pub use waive::Lift;
pub use watch::{DecisionTrial, are_bounds, decide_watching};
pub use workflow::{Judged, judge_workflow, last_day};

/// What a workflow is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Rulebook<'a> {
    pub program: &'a Program,
    pub settings: &'a Settings,
    /// Those that concern the workflow, active or not.
    pub waivers: &'a [Waiver],
    pub sources: &'a SourceMap,
    /// What `workflows` sees.
    pub fleet: &'a Fleet,
    /// What all judging of the run may cost.
    pub run: &'a RunBudget,
}

/// What an expression is worth at a moment.
#[derive(Clone, Debug)]
pub(crate) enum Evidence<'a> {
    Truth(Truth),
    Amount(Amount),
    Elapsed(Elapsed),
    /// Calendar months.
    Calendar(i32),
    Word(Word),
    List(Rc<List<'a>>),
}

/// A list, as far as it was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct List<'a> {
    pub(crate) items: Vec<ListItem<'a>>,
    /// Why nothing at all is known of it.
    pub(crate) unknown: Option<Reasons>,
    /// Why further elements may exist.
    pub(crate) open: Option<Reasons>,
    /// Why too few snapshots were taken for its elements to be added up.
    pub(crate) left_out: Option<Reasons>,
    /// Whether these may stand between elements of one snapshot.
    pub(crate) scattered: bool,
    /// The newest snapshot of the window that lacks the list, and why; an element with a key that was seen before it may have been
    /// measured anew there.
    pub(crate) hole: Option<(usize, Reasons)>,
    /// What its elements are called, for «no outputs to judge by».
    pub(crate) name: Rc<str>,
    /// Where it stands in the newest snapshot that has it, or where it is missing.
    pub(crate) span: Option<Span>,
}

/// An element of a list, or the value of a scalar at a snapshot of a window.
#[derive(Clone, Debug)]
pub(crate) struct ListItem<'a> {
    pub(crate) value: ItemValue<'a>,
    /// The element itself, where the value is one of its fields: `outputs.edit_time`.
    pub(crate) of: Option<Recorded<'a>>,
    /// The group whose value it is, where the list is one of groups.
    pub(crate) group: Option<Rc<Group<'a>>>,
    /// Index of the snapshot that it is from.
    pub(crate) at: usize,
    pub(crate) span: Option<Span>,
}

/// Elements with the same keys, of which a list of groups holds one value.
#[derive(Clone, Debug)]
pub(crate) struct Group<'a> {
    /// The expressions that they are grouped by.
    pub(crate) by: &'a [Expr],
    pub(crate) keys: Vec<GroupKey>,
    /// What the value is a share of, where it is one.
    pub(crate) tally: Option<Tally>,
    /// What the value is.
    pub(crate) ty: &'a Type,
    /// The element that does most to make the value small, and the one that does most to make it large.
    pub(crate) shown: [Option<Span>; 2],
}

#[derive(Clone, Debug)]
pub(crate) enum ItemValue<'a> {
    Record(Recorded<'a>),
    /// An element of `workflows`.
    Workflow(SeenWorkflow<'a>),
    Evidence(Evidence<'a>),
}

/// The snapshot that an expression is judged at, and the point that time is counted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Moment {
    /// Index of the snapshot.
    pub(crate) at: usize,
    /// The point of what is in force: params, and which workflows there are.
    pub(crate) day: Point,
    /// The point of `today` and `now`, which `since` runs to. Of an element of a window it is that of the whole aggregate.
    pub(crate) today: Point,
    /// Index of the snapshot that `snapshot.x` means.
    pub(crate) judged: usize,
}

impl Moment {
    /// That of a snapshot on a day.
    pub(crate) fn on(day: Point, at: usize, judged: usize) -> Self {
        Self { at, day, today: day, judged }
    }

    /// That of a let: what it says of `today` is of the day that is looked at.
    pub(crate) fn of_let(self) -> Self {
        Self { today: self.day, ..self }
    }
}

/// Where an expression is evaluated: a moment, and the elements of the aggregates around it, innermost last.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s, 'a> {
    pub(crate) moment: Moment,
    pub(crate) element: Option<&'s Frame<'s, 'a>>,
}

/// An element that a `where` or `by` looks at.
pub(crate) struct Frame<'s, 'a> {
    pub(crate) item: &'s ListItem<'a>,
    pub(crate) outer: Option<&'s Frame<'s, 'a>>,
}

impl<'s, 'a> Scope<'s, 'a> {
    /// Outside any aggregate.
    pub(crate) fn at(moment: Moment) -> Self {
        Self { moment, element: None }
    }

    /// The element of an aggregate around it, by how many levels up.
    fn item(self, up: usize) -> Option<&'s ListItem<'a>> {
        let mut around = std::iter::successors(self.element, |frame| frame.outer);
        around.nth(up).map(|frame| frame.item)
    }

    /// Within an aggregate, looking at the element of `frame`. What looks along the series leaves it: the checker lets
    /// nothing there reach out to an element.
    fn within(self, frame: &'s Frame<'s, 'a>) -> Self {
        Self { element: Some(frame), ..self }
    }
}

/// Judges the expressions of a program over one series. Remembers what it has computed of lets and runs, so that a let
/// used twice costs once and `held` looks at each snapshot once.
pub(crate) struct Evaluator<'a> {
    pub(crate) program: &'a Program,
    pub(crate) settings: &'a Settings,
    pub(crate) sources: &'a SourceMap,
    pub(crate) snapshots: &'a [Snapshot],
    fleet: &'a Fleet,
    memory: Rc<SeriesMemory<'a>>,
    /// What is known of the snapshots before the first of which something is assumed.
    past: Option<(Rc<SeriesMemory<'a>>, usize)>,
    /// How rules came out at the crossings of a series, by their index, the snapshot, and the stage after it.
    crossed: RefCell<HashMap<(usize, usize, usize), Rc<RuleVerdict>>>,
    /// What is taken to be otherwise, to try out a remedy; nothing while a verdict is found.
    assumed: Vec<remedy::Assumption<'a>>,
    /// Whether anybody reads why a rule came out as it did.
    explains: bool,
    /// What a snapshot is taken to ask for, while the step that it made without asking is judged.
    ask: Option<asked::Ask>,
    /// Params of which somebody wants to know what they are compared with.
    watch: Option<Rc<Watch>>,
    /// Values of params in the place of those in force.
    swept: Option<Rc<[(usize, Evidence<'a>)]>>,
    /// What is known whatever these values are; none where something is taken to be otherwise.
    unswept: Option<Rc<Unswept<'a>>>,
    budget: Rc<Budget<'a>>,
    /// What all remedies together may cost to try out. A verdict does not depend on it.
    tries: Rc<Budget<'a>>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(rulebook: &Rulebook<'a>, snapshots: &'a [Snapshot]) -> Self {
        Self {
            program: rulebook.program,
            settings: rulebook.settings,
            sources: rulebook.sources,
            snapshots,
            fleet: rulebook.fleet,
            memory: Rc::default(),
            past: None,
            crossed: RefCell::default(),
            assumed: Vec::new(),
            explains: true,
            ask: None,
            watch: None,
            swept: None,
            unswept: None,
            budget: Rc::new(Budget::new(rulebook.run)),
            tries: Rc::new(Budget::for_tries(rulebook.run)),
        }
    }

    /// The same series, if something in it were otherwise.
    fn assuming(&self, assumed: Vec<remedy::Assumption<'a>>) -> Self {
        let first = assumed.iter().map(|assumed| assumed.at).min().unwrap_or(self.snapshots.len());
        Self { assumed, budget: Rc::clone(&self.tries), ..self.otherwise_from(first) }
    }

    /// The same series with nothing remembered of a snapshot and those after it.
    fn otherwise_from(&self, first: usize) -> Self {
        let Self { program, settings, sources, snapshots, fleet, explains, ask, .. } = *self;
        let (watch, budget, tries) = (self.watch.clone(), Rc::clone(&self.budget), Rc::clone(&self.tries));
        let (swept, unswept) = (self.swept.clone(), None);
        let past = Some((Rc::clone(&self.memory), first));
        let (memory, crossed, assumed) = (Rc::default(), RefCell::default(), Vec::new());
        Self {
            program,
            settings,
            sources,
            snapshots,
            fleet,
            memory,
            past,
            crossed,
            assumed,
            explains,
            ask,
            watch,
            swept,
            unswept,
            budget,
            tries,
        }
    }

    /// The moment of a snapshot as judged then: time is counted to its date.
    pub(crate) fn moment_of(&self, at: usize, judged: usize) -> Moment {
        Moment::on(self.day(at), at, judged)
    }

    /// The moment of an element that stands in a snapshot, as an aggregate sees it.
    pub(crate) fn moment_of_element(&self, at: usize, of: Moment) -> Moment {
        Moment { today: of.today, ..self.moment_of(at, of.judged) }
    }

    /// The day or instant of a snapshot.
    pub(crate) fn day(&self, at: usize) -> Point {
        self.snapshots.get(at).map(|snapshot| snapshot.date).unwrap_or_default()
    }

    /// Where a snapshot stands on the axis of its series, in ticks.
    fn tick(&self, at: usize) -> i64 {
        self.day(at).ticks()
    }

    /// What the series runs by.
    pub(crate) fn axis(&self) -> Axis {
        self.program.vocabulary.axis()
    }

    /// How often a snapshot of the workflow is due; none where nobody says.
    pub(crate) fn cadence(&self) -> Option<&'a Cadence> {
        self.settings.cadence.as_ref()
    }
}
