//! A judgement against a base: by the policies, configurations and waivers that stand there, so that nothing which is
//! judged can loosen what it is judged by; and what the branch would change of them.

mod first;
mod history;
mod retiring;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::history::{
    FileChanges, KeptBook, KeptSeries, Rewriting, Rewritten, folder, newest_days, parted, plain,
};
pub(super) use self::settings::{declared, moved};
use self::settings::{place_changes, setting_changes};
use super::judge::{JudgedAll, put_together, told};
use super::load::{Loaded, load_each};
use super::total::has_errors;
use super::{Answer, CheckOptions, DayOptions, Workspace, lint, place_of};
use crate::code::Code;
use crate::config::WaiverEntry;
use crate::diagnostic::Diagnostic;
use crate::eval::judge_with_record;
use crate::point::Point;
use crate::project::{Project, Sides, TextFile};
use crate::report::against::{AgainstReport, DeniedChanges};
use crate::report::why::HoldCause;
use crate::report::{Decision, Denied, Report, WorkflowReport};
use crate::source::{FileId, SourceMap, Span, row_name};
use crate::value::Date;
use crate::words::{self, Told};

/// What the caller of a judgement against a base chooses.
#[derive(Clone, Copy, Debug, Default)]
pub struct AgainstOptions {
    /// A verdict counts as turned that the branch itself turns.
    pub allow_self_approval: bool,
    /// What nobody has touched counts, too.
    pub all: bool,
    /// What holds though no workflow does.
    pub deny: DeniedChanges,
}

/// What was judged by one side's rules.
struct JudgedSide {
    loaded: Loaded<Told>,
    evidence: KeptBook,
}

/// What is to be found out of a side beside its verdicts.
#[derive(Default)]
struct KeptOf {
    /// The days whose snapshots are kept, by workflow.
    days: BTreeMap<Arc<str>, BTreeSet<Point>>,
    /// Files that are not what they were, each with the commit that it came with.
    rewritten: BTreeMap<String, String>,
}

impl Workspace {
    /// Judges a pull request by the policies of its base, and lists what it changes of them.
    pub fn check_against(
        &mut self,
        sides: Sides,
        options: &CheckOptions,
        against: AgainstOptions,
    ) -> Answer<Report> {
        self.begin();
        let Sides { mut sources, base, mixed, head, mut problems, has_policies, lint, .. } = sides;
        let (reference, commit, first) = (sides.reference, sides.commit, sides.first);
        problems.extend((!has_policies).then(|| nothing_to_judge_by(&reference)));
        let prefix = format!("{reference}:");
        let changes = FileChanges::of([&base, &mixed, &head], &prefix);
        let waivers = waivers(&base);
        let seen = seen(&head);
        let since_first = first::rewritten(&first, &base, &prefix);
        let has_tables = first::has_tables(&base);
        let places = place_changes(&base, &head);
        let before = self.side(base, Vec::new(), &mut sources, options, &KeptOf::default());
        let of = KeptOf { days: newest_days(&before.loaded, &before.evidence), rewritten: since_first };
        let again = if changes.names.is_empty() { Vec::new() } else { mixed.clone() };
        let standing = self.side(mixed, problems, &mut sources, options, &of);
        let unknown = first::unknown(&first, has_tables, &standing, standing.loaded.as_of);
        let (head, begins) = begun(head, &waivers);
        let proposed = self.side(head, Vec::new(), &mut sources, options, &KeptOf::default());
        let mut retiring = retiring::retiring(&before, &standing, &proposed, &sources);
        let proposed = proposed.loaded;
        let own_projects = &proposed.projects;
        let known = if has_policies { &*standing.loaded.projects } else { &[] };
        let settings = setting_changes([known, own_projects], places, &begins, (&sources, &prefix));
        let rewriting = Rewriting {
            before: (&before.loaded, &before.evidence),
            now: (&standing.loaded, &standing.evidence),
            changes: &changes,
            sources: &sources,
            prefix: &prefix,
        };
        let taken = rewriting.of_newest();
        let other_rows = rewriting.other_rows();
        let is_sound = !own_projects.iter().any(|project| has_errors(&project.diagnostics));
        let rewritten = rewriting.listed(is_sound);
        // Policies with errors let nothing pass that could be approved.
        let incomplete = own_projects.iter().filter(|project| project.program.incomplete);
        let broken: BTreeSet<Option<String>> = incomplete.map(|project| project.name.clone()).collect();
        let lints = lint.map(|tests| lint::beside(self, own_projects, tests, &mut sources));
        let restored = self.restored(again, &taken, &mut sources, (options, &prefix));
        let old = put_together(before.loaded, &sources, options);
        retiring::decide(&mut retiring, &old.reports);
        let own = put_together(proposed, &sources, options);
        let mut judged = put_together(standing.loaded, &sources, options);
        add_errors(&mut judged.diagnostics, &own.diagnostics, &sources);
        judged.diagnostics.extend(lints.unwrap_or_default().into_iter().chain(unknown));
        let restored = restore(&mut judged, restored);
        let verdicts = ThreeVerdicts::new([&old, &judged, &own], seen, broken.clone(), is_sound);
        let self_approved = verdicts.self_approved(&restored);
        let mut touched = touched(&old, &judged, &changes, &prefix);
        touched.extend(other_rows);
        let counts = |report: &&WorkflowReport| {
            let name = report.name();
            // Who turns a verdict has touched it, even if no snapshot was.
            against.all
                || verdicts.is_worse(report)
                || [&touched, &restored, &self_approved].iter().any(|names| names.contains(&name))
        };
        let stopped = || judged.reports.iter().filter(|report| stops(report.decision));
        let held: BTreeSet<String> = stopped()
            .filter(counts)
            .map(WorkflowReport::name)
            .filter(|name| !(against.allow_self_approval && self_approved.contains(name)))
            .collect();
        let report = AgainstReport {
            reference,
            commit,
            settings,
            rewritten,
            standing: stopped().filter(|report| !counts(report)).map(WorkflowReport::name).collect(),
            vanished: verdicts.vanished(),
            self_approved: self_approved.into_iter().collect(),
            self_approval_accepted: against.allow_self_approval,
            restored: restored.into_iter().collect(),
            retiring,
            denied: denied(against.deny, options),
        };
        hold_broken(&mut judged, &broken);
        finished(judged, report, &held, (sources, options))
    }

    /// Judges one side, and keeps of its evidence what there is to compare.
    fn side(
        &mut self,
        projects: Vec<Project>,
        problems: Vec<Diagnostic>,
        sources: &mut SourceMap,
        options: &CheckOptions,
        of: &KeptOf,
    ) -> JudgedSide {
        let loaded = load_each(self, projects, problems, sources, &options.day, |rulebook, series, as_of| {
            let judged = judge_with_record(rulebook, &series, as_of, options.deny_warnings, &of.rewritten);
            (told(judged, &series, rulebook), KeptSeries::of(&series, &of.days, rulebook.sources))
        });
        let (loaded, evidence) = parted(loaded);
        JudgedSide { loaded, evidence }
    }

    /// What would be decided of workflows had the branch left their newest snapshots as they stand in the base.
    fn restored(
        &mut self,
        projects: Vec<Project>,
        taken: &[Rewritten],
        sources: &mut SourceMap,
        (options, prefix): (&CheckOptions, &str),
    ) -> Vec<WorkflowReport> {
        if taken.is_empty() {
            return Vec::new();
        }
        let wanted: Vec<String> = taken.iter().map(|taken| taken.workflow.to_string()).collect();
        let texts = sources.clone();
        let put_back = |mut project: Project| {
            let own: Vec<&Rewritten> = taken.iter().filter(|taken| taken.project == project.name).collect();
            put_back(&mut project, &own, &texts, prefix);
            project
        };
        let projects = projects.into_iter().map(put_back).collect();
        let day = DayOptions { workflows: wanted, ..options.day.clone() };
        let options = CheckOptions { day, ..options.clone() };
        let loaded = self.side(projects, Vec::new(), sources, &options, &KeptOf::default()).loaded;
        let names: BTreeSet<&String> = taken.iter().map(|taken| &taken.full).collect();
        let reports = put_together(loaded, sources, &options).reports;
        reports.into_iter().filter(|report| names.contains(&report.name())).collect()
    }
}

/// The judgement, with what was found of the pull request, and which workflows do not go on.
/// Errors are no consent: where the branch's own policies have some, nothing goes on, whatever the base says.
fn hold_broken(judged: &mut JudgedAll, broken: &BTreeSet<Option<String>>) {
    let goes_on = |report: &&mut WorkflowReport| {
        matches!(report.decision, Decision::Continue | Decision::Advance) && broken.contains(&report.project)
    };
    for report in judged.reports.iter_mut().filter(goes_on) {
        report.decision = Decision::Hold;
        report.because.push(words::stop(&HoldCause::Incomplete));
    }
}

fn finished(
    judged: JudgedAll,
    report: AgainstReport,
    held: &BTreeSet<String>,
    (sources, options): (SourceMap, &CheckOptions),
) -> Answer<Report> {
    // Of warnings those hold that are about a workflow which does not go on.
    let of_held = judged.files.iter().filter(|(name, _)| held.contains(*name)).flat_map(|(_, files)| files);
    let denied = Denied::Of(of_held.filter(|_| options.deny_warnings).cloned().collect());
    let mut judgement = judged.finish(sources, options);
    if judgement.exit != 2 {
        let stops = !held.is_empty() || !report.vanished.is_empty() || report.holds();
        judgement.exit = u8::from(stops);
    }
    judgement.report.denied = denied;
    judgement.report.against = Some(report);
    judgement
}

fn nothing_to_judge_by(reference: &str) -> Diagnostic {
    let message = format!(
        "`{reference}` has neither a configuration nor snapshots: the pull request is judged by its own policies"
    );
    Diagnostic::note(Code::BaseWithoutPolicies, message)
}

/// Puts the newest snapshot of a workflow back as it is in the base, with the facts that lie beside it now.
fn put_back(project: &mut Project, taken: &[&Rewritten], sources: &SourceMap, prefix: &str) {
    let instead: BTreeSet<&String> = taken.iter().flat_map(|taken| &taken.instead).collect();
    project.snapshots.retain(|file| !instead.contains(&file.name));
    project.without_rows.extend(instead.into_iter().cloned());
    let files: BTreeSet<FileId> = taken.iter().map(|taken| taken.file).collect();
    for file in files.into_iter().filter_map(|file| sources.get(file)) {
        let beside = folder(plain(file.file_name(), prefix));
        let facts = project.standing.iter().find(|facts| folder(&facts.name) == beside);
        let name = match folder(file.file_name()) {
            "" => format!("{prefix}rollout.yaml"),
            folder => format!("{folder}/rollout.yaml"),
        };
        let is_known = project.standing.iter().any(|known| known.name == name);
        let facts = facts.filter(|_| !is_known).map(|facts| TextFile { name, ..facts.clone() });
        project.standing.extend(facts);
        let content = Ok((&*file.text).into());
        let name = match file.text.row() {
            // A workflow's name may have a slash: the row lies beside its table all the same.
            Some(row) => row_name(file.file_name(), &row.key().replace('/', "_")),
            None => file.name.to_string(),
        };
        project.snapshots.push(TextFile { name, content });
    }
}

/// Takes what is decided without the rewriting where that is worse, and says of which workflows.
fn restore(judged: &mut JudgedAll, restored: Vec<WorkflowReport>) -> BTreeSet<String> {
    let mut without: BTreeMap<String, WorkflowReport> =
        restored.into_iter().map(|report| (report.name(), report)).collect();
    let mut names = BTreeSet::new();
    for known in &mut judged.reports {
        let worse = without.remove(&known.name()).filter(|without| without.decision > known.decision);
        if let Some(worse) = worse {
            names.insert(worse.name());
            let sources = std::mem::take(&mut known.sources);
            *known = WorkflowReport { sources, ..worse };
        }
    }
    names
}

/// What holds beside workflows: who lets warnings hold means these as well.
fn denied(asked: DeniedChanges, options: &CheckOptions) -> DeniedChanges {
    DeniedChanges {
        looser: asked.looser || options.deny_warnings,
        rewritten: asked.rewritten || options.deny_warnings,
    }
}

/// The branch's own projects, with the waivers that it adds begun, as one that begins tomorrow is approved today; and when
/// they would begin.
fn begun(mut projects: Vec<Project>, base: &Waivers) -> (Vec<Project>, BTreeMap<Span, Option<Date>>) {
    let mut begins = BTreeMap::new();
    for project in &mut projects {
        let known = base.get(&project.name);
        for configuration in &mut project.stack {
            if configuration.config.waivers.iter().any(|entry| entry.from.is_some()) {
                let own = Arc::make_mut(configuration).config.waivers.iter_mut();
                let new = own.filter(|entry| !known.is_some_and(|known| known.contains(&term(entry))));
                begins.extend(new.map(|entry| (entry.rule.span, entry.from.take())));
            }
        }
    }
    (projects, begins)
}

/// What a waiver grants: rule, workflows, stage, first and last day.
type Term = (String, String, Option<String>, Option<Date>, Date);

/// The waivers of each project.
type Waivers = BTreeMap<Option<String>, BTreeSet<Term>>;

fn term(entry: &WaiverEntry) -> Term {
    let stage = entry.stage.as_ref().map(|stage| stage.value.clone());
    let workflow = entry.workflow.value.as_str().to_owned();
    (entry.rule.value.clone(), workflow, stage, entry.from, entry.until.value)
}

fn waivers(projects: &[Project]) -> Waivers {
    let of = |project: &Project| {
        let configs = project.stack.iter().map(|configuration| &configuration.config);
        (project.name.clone(), configs.flat_map(|config| config.waivers.iter().map(term)).collect())
    };
    projects.iter().map(of).collect()
}

/// What was decided by the three sides.
struct ThreeVerdicts<'a> {
    /// By the base, of the base.
    old: &'a JudgedAll,
    /// By the base, of what would be merged.
    judged: &'a JudgedAll,
    /// The files that the branch's own configuration names, by project.
    seen: BTreeMap<Option<String>, BTreeSet<String>>,
    /// What each of the three decides, by workflow.
    decisions: [BTreeMap<String, Decision>; 3],
    /// Projects of the branch whose policies have errors.
    broken: BTreeSet<Option<String>>,
    /// Whether the branch's own policies and configurations are free of errors.
    is_sound: bool,
}

impl<'a> ThreeVerdicts<'a> {
    fn new(
        sides: [&'a JudgedAll; 3],
        seen: BTreeMap<Option<String>, BTreeSet<String>>,
        broken: BTreeSet<Option<String>>,
        is_sound: bool,
    ) -> Self {
        let [old, judged, _] = sides;
        let decided = |report: &WorkflowReport| (report.name(), report.decision);
        let decisions = sides.map(|side| side.reports.iter().map(decided).collect());
        Self { old, judged, seen, decisions, broken, is_sound }
    }

    /// The workflows that the branch's own rules let pass, and the base's do not. The snapshots are the same, so that it
    /// is the branch which turns the verdict, whatever it changes.
    fn self_approved(&self, restored: &BTreeSet<String>) -> BTreeSet<String> {
        let [_, _, own] = &self.decisions;
        let turned = |report: &&WorkflowReport| {
            let name = report.name();
            stops(report.decision)
                && report.decision != Decision::Error
                && !self.broken.contains(&report.project)
                && !restored.contains(&name)
                && own.get(&name).is_some_and(|decision| !stops(*decision))
        };
        self.judged.reports.iter().filter(turned).map(WorkflowReport::name).collect()
    }

    fn is_worse(&self, report: &WorkflowReport) -> bool {
        let [old, _, _] = &self.decisions;
        old.get(&report.name()).is_none_or(|before| report.decision > *before)
    }

    /// The workflows of the base of which no snapshot is left, or of which the branch looks at none.
    fn vanished(&self) -> Vec<String> {
        let [_, judged, own] = &self.decisions;
        // Where the branch's own rules have errors, these are what there is to say.
        let is_unseen = |report: &WorkflowReport| {
            let seen = self.seen.get(&report.project);
            let files = self.judged.files.get(&report.name());
            let is_seen = |file: &String| seen.is_some_and(|seen| seen.contains(file));
            // A table is looked at even where none of its rows is read as a snapshot of this workflow any more.
            let has_rows = self.judged.tables.contains_key(&report.name());
            let is_in_table = has_rows && own.contains_key(&report.name());
            self.is_sound && files.is_some_and(|files| !files.iter().any(is_seen)) && !is_in_table
        };
        let is_gone = |report: &&WorkflowReport| !judged.contains_key(&report.name()) || is_unseen(report);
        self.old.reports.iter().filter(is_gone).map(WorkflowReport::name).collect()
    }
}

/// The files of evidence that each project names.
fn seen(projects: &[Project]) -> BTreeMap<Option<String>, BTreeSet<String>> {
    let of = |project: &Project| {
        let files = project.snapshots.iter().chain(&project.standing);
        (project.name.clone(), files.map(|file| file.name.clone()).collect())
    };
    projects.iter().map(of).collect()
}

/// Adds the errors of the pull request's own rules, except those that were already found in the same files.
fn add_errors(diagnostics: &mut Vec<Diagnostic>, own: &[Diagnostic], sources: &SourceMap) {
    let said: BTreeSet<_> = diagnostics.iter().map(|known| place_of(known, sources)).collect();
    let is_new = |found: &&Diagnostic| {
        has_errors(std::slice::from_ref(*found)) && !said.contains(&place_of(found, sources))
    };
    diagnostics.extend(own.iter().filter(is_new).cloned());
}

fn stops(decision: Decision) -> bool {
    decision >= Decision::Hold
}

/// The workflows of which a file is other than in the base, their standing facts among them.
fn touched(old: &JudgedAll, judged: &JudgedAll, changes: &FileChanges, prefix: &str) -> BTreeSet<String> {
    let facts = changes.folders_of_facts();
    let is_touched = |file: &str| changes.names.contains(file) || facts.contains(folder(file));
    let old_files =
        old.files.iter().filter(|(_, files)| files.iter().any(|file| is_touched(plain(file, prefix))));
    let files = judged.files.iter().filter(|(_, files)| files.iter().any(|file| is_touched(file)));
    let beside =
        |(_, tables): &(&String, &BTreeSet<String>)| tables.iter().any(|table| facts.contains(folder(table)));
    let rows = judged.tables.iter().filter(beside);
    old_files.chain(files).chain(rows).map(|(workflow, _)| workflow.clone()).collect()
}
