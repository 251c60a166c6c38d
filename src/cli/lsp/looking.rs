//! Looks at folders: everything is read, judged and tested again, in a thread of its own. Typing never waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::client::Client;
use super::documents::Documents;
use super::published::{ByPlace, add, studied};
use super::roots::{Fenced, outermost, root_of};
use super::world::{JudgedSite, KnownSite, ShippedCopies, SiteFiles, SiteNames, workflow_names};
use crate::cli::arguments::now;
use crate::cli::tables::new_workspace;
use crate::code::Code;
use crate::collect::{plan, run};
use crate::diagnostic::Diagnostic;
use crate::disk::Disk;
use crate::engine::{Answer, CheckOptions, DayOptions, TestOptions, WorkflowNames, Workspace, is_of_tests};
use crate::project::path::{self, ancestors, below, join};
use crate::project::{self, Files, GATE, Inputs, Overlay, Project, Start, Suites, ends_in};
use crate::render::editor::{of_diagnostics, of_judgement};
use crate::source::SourceMap;
use crate::value::Date;

/// What is to be looked at.
pub(super) struct LookJob {
    /// What the result is of: a newer one makes it worthless.
    pub(super) revision: u64,
    pub(super) documents: Documents,
    /// The folders that the editor has opened.
    pub(super) folders: Vec<String>,
    pub(super) client: Client,
    pub(super) day: DayOptions,
}

/// What was seen.
pub(super) struct LookResult {
    pub(super) revision: u64,
    pub(super) sites: Vec<KnownSite>,
}

/// What does not change while the server runs.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) disk: Arc<Disk>,
    pub(super) shipped: Arc<ShippedCopies>,
}

/// How often it is looked whether files have changed: some editors tell of none, and most of no folder that was moved.
const POLL: Duration = Duration::from_secs(2);

/// What the worker tells.
pub(super) enum LookEvent {
    Done(LookResult),
    /// The look at this revision has ended without a result.
    Ended(u64),
    /// Files are not what they were, or it is another day.
    Outdated,
}

/// Works until nobody asks any more.
pub(super) fn work(jobs: &Receiver<LookJob>, events: &Sender<LookEvent>, around: &Surroundings) {
    let mut workspace = new_workspace();
    let mut last: Option<LookState> = None;
    loop {
        let wait = if last.is_some() { POLL } else { Duration::MAX };
        let job = match jobs.recv_timeout(wait) {
            // Only the newest counts.
            Ok(job) => jobs.try_iter().last().unwrap_or(job),
            Err(RecvTimeoutError::Timeout) => {
                if last.as_ref().is_some_and(|state| !state.is_so(&around.disk)) {
                    last = None;
                    if events.send(LookEvent::Outdated).is_err() {
                        return;
                    }
                }
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let began = SystemTime::now();
        // What panics, here or in a library, costs this look alone.
        let looked = catch_unwind(AssertUnwindSafe(|| look(&job, &mut workspace, around)));
        if looked.is_err() {
            workspace = new_workspace();
        }
        let event = match looked.ok().filter(|_| !job.day.cancel.is_cancelled()) {
            Some(looked) => {
                last = Some(LookState::of(&looked.sites, &job, &around.disk, began));
                LookEvent::Done(looked)
            }
            None => LookEvent::Ended(job.revision),
        };
        if events.send(event).is_err() {
            return;
        }
    }
}

/// What a look depends on beside the open texts.
struct LookState {
    today: Date,
    /// When files and folders were changed last, and their sizes.
    stamps: BTreeMap<String, Option<(SystemTime, u64)>>,
}

impl LookState {
    fn of(sites: &[KnownSite], job: &LookJob, disk: &Disk, began: SystemTime) -> Self {
        let mut stamps = BTreeMap::new();
        let mut add = |place: &str| {
            if !stamps.contains_key(place) {
                let now = SystemTime::now();
                // What was written during the look may have been read before that: it counts as changed.
                let is_settled = |(changed, _): &(SystemTime, u64)| *changed < began || *changed > now;
                stamps.insert(place.to_owned(), disk.stamp(place).filter(is_settled));
            }
        };
        for site in sites {
            for place in &site.judged.places {
                if !job.client.watches {
                    add(place);
                }
                let above = ancestors(path::parent(place));
                above.take_while(|folder| below(folder, &site.root).is_some()).for_each(&mut add);
            }
            add(&site.root);
        }
        job.folders.iter().for_each(|folder| add(folder));
        Self { today: job.day.today, stamps }
    }

    fn is_so(&self, disk: &Disk) -> bool {
        now().is_none_or(|now| now.date == self.today)
            && self.stamps.iter().all(|(place, stamp)| disk.stamp(place) == *stamp)
    }
}

/// Looks at every folder that the editor has opened, and at those that other open texts lie in.
pub(super) fn look(job: &LookJob, workspace: &mut Workspace, around: &Surroundings) -> LookResult {
    let typed = job.documents.files();
    let overlay = Overlay { over: &typed, under: &*around.disk };
    let folders = outermost(&job.folders);
    let fenced = Fenced { files: &overlay, folders: &folders };
    let files: &dyn Files = if job.client.settings.trusted { &overlay } else { &fenced };
    let mut looking = SiteLook { job, workspace, around, files };
    let mut sites: Vec<KnownSite> = Vec::new();
    for folder in &folders {
        if !job.day.cancel.is_cancelled() {
            sites.extend(looking.site(folder));
        }
    }
    for place in job.documents.places() {
        let is_known = |site: &KnownSite| site.judged.places.contains(place);
        if job.day.cancel.is_cancelled() || sites.iter().any(is_known) {
            continue;
        }
        let root = root_of(place, files).filter(|root| sites.iter().all(|site| site.root != *root));
        sites.extend(root.and_then(|root| looking.site(&root)));
        // A policy beside a project that does not name it.
        if ends_in(place, GATE) && !sites.iter().any(is_known) {
            sites.extend(looking.policies(place));
        }
    }
    LookResult { revision: job.revision, sites }
}

struct SiteLook<'a> {
    job: &'a LookJob,
    workspace: &'a mut Workspace,
    around: &'a Surroundings,
    files: &'a dyn Files,
}

impl SiteLook<'_> {
    fn start(&self, root: &str) -> Start<'_> {
        Start { files: self.files, path: root.to_owned(), shown: ".".to_owned(), allow_outside: false }
    }

    /// A folder with what it is; none where there is nothing to judge in it.
    fn site(&mut self, root: &str) -> Option<KnownSite> {
        let start = self.start(root);
        if let Some(inputs) = project::policies_alone(&start) {
            // Outside of a repository nobody knows how much lies below.
            let is_bounded = self.job.folders.iter().any(|folder| path::below(root, folder).is_some())
                || self.files.repository(root).is_some();
            let suites = if is_bounded { project::suites(&start) } else { Suites::default() };
            return Some(self.linted(root, inputs, suites));
        }
        let mut inputs = project::inputs(&start);
        let has_something =
            |project: &Project| !project.stack.is_empty() || project.unsure || !project.snapshots.is_empty();
        if !inputs.projects.iter().any(has_something) {
            return None;
        }
        let tests = start.site().map(|site| project::own_tests(&inputs.projects, &site));
        inputs.lint = Some(tests.unwrap_or_default());
        let suites = project::suites(&start);
        Some(self.judged(root, inputs, suites))
    }

    /// One policy by itself, or what is tested by a file of tests.
    fn policies(&mut self, place: &str) -> Option<KnownSite> {
        let folder = path::parent(place);
        let start = self.start(place);
        let inputs = project::policies_alone(&start).unwrap_or_default();
        let suites = project::suites(&start);
        let is_there =
            !inputs.projects.is_empty() || suites.suites.iter().any(|suite| !suite.tests.is_empty());
        is_there.then(|| self.linted(folder, inputs, suites))
    }

    fn linted(&mut self, root: &str, mut inputs: Inputs, suites: Suites) -> KnownSite {
        let base = SiteFiles::new(&mut inputs, &suites);
        let linted = self.workspace.lint(inputs, &[]);
        let mut site = self.studied(root, base, WorkflowNames::new());
        self.add(&mut site, &linted.diagnostics, &linted.sources);
        self.test(&mut site, suites);
        site
    }

    fn judged(&mut self, root: &str, mut inputs: Inputs, suites: Suites) -> KnownSite {
        let base = SiteFiles::new(&mut inputs, &suites);
        let options = CheckOptions::from(self.job.day.clone());
        let observed = self.workspace.observe(inputs, &options);
        let answer = &observed.answer;
        let mut site = self.studied(root, base, workflow_names(&answer.report));
        let names = self.names(root);
        add(&mut site.judged.findings, of_judgement(answer), &answer.sources, &names, &self.job.client);
        site.judged.places.extend(places(&answer.sources, &names));
        self.plans(&mut site);
        site.judged.observed = Some(observed);
        self.test(&mut site, suites);
        site
    }

    /// What is known of a folder before anything is judged.
    fn studied(&mut self, root: &str, base: SiteFiles, workflows: WorkflowNames) -> KnownSite {
        // What is typed is in the files already.
        let study = base.study(self.workspace, |_| None, &workflows);
        let names = self.names(root);
        let studied = studied(&study, &names, &self.job.client);
        let places = places(&study.sources, &names);
        let (findings, observed) = (ByPlace::new(), None);
        let sources = study.sources.clone();
        let plans = BTreeSet::new();
        let judged = JudgedSite { workflows, findings, studied, places, plans, sources, observed };
        KnownSite::new(root, study, base, judged)
    }

    fn names<'w>(&'w self, root: &'w str) -> SiteNames<'w> {
        let Surroundings { disk, shipped } = self.around;
        SiteNames { root, disk, documents: &self.job.documents, client: &self.job.client, shipped }
    }

    fn add(&self, site: &mut KnownSite, found: &[Diagnostic], sources: &SourceMap) {
        let names = self.names(&site.root);
        add(&mut site.judged.findings, of_diagnostics(found, sources), sources, &names, &self.job.client);
        site.judged.places.extend(places(sources, &names));
    }

    /// Runs the tests, and says which fail.
    fn test(&mut self, site: &mut KnownSite, suites: Suites) {
        if self.job.day.cancel.is_cancelled() {
            return;
        }
        let Answer { report, diagnostics, sources, .. } =
            self.workspace.test(suites, &TestOptions::default());
        let cases = report.files.into_iter().flat_map(|file| file.tests);
        let failed = cases.flat_map(|case| case.failures).map(|failure| failure.diagnostic);
        // Nobody has to write tests.
        let found: Vec<Diagnostic> = diagnostics
            .into_iter()
            .filter(|found| {
                !matches!(found.code, Code::NoTest | Code::TestsNotRun) && is_of_tests(found, &sources)
            })
            .chain(failed)
            .collect();
        self.add(site, &found, &sources);
    }

    /// What is wrong with the plans of a project for `collect`.
    fn plans(&self, site: &mut KnownSite) {
        let mut sources = SourceMap::default();
        let mut found = Vec::new();
        let mut plans = Vec::new();
        for ground in site.study.grounds.iter().filter(|ground| ground.book.is_some()) {
            let project = ground.name.as_deref();
            for name in project::plans(self.files, &site.root, project.unwrap_or("")) {
                let bytes = self.files.read(&join(&site.root, &name));
                let Some(text) = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
                let file = sources.add(name, text.as_str());
                let (plan, problems) = plan::read(file, &text);
                let is_whole = problems.is_empty();
                found.extend(problems);
                if let Some(plan) = plan {
                    found.extend(run::problems(&plan, &ground.program.vocabulary, is_whole));
                    plans.push((plan, project));
                }
            }
        }
        found.extend(run::twice(plans.iter().map(|(plan, project)| (plan, *project))));
        drop(plans);
        site.judged.plans = places(&sources, &self.names(&site.root));
        self.add(site, &found, &sources);
    }
}

/// Where all files of a source map lie.
fn places(sources: &SourceMap, names: &SiteNames<'_>) -> BTreeSet<String> {
    sources.all().filter_map(|source| names.place(&source.name)).collect()
}
