//! What a verdict was found from: the digests of all that was read, and the record that holds them.

use std::collections::BTreeMap;
use std::path::Path;

use super::tables::new_workspace;
use super::{find, git};
use crate::digest::sha256;
use crate::engine::{AgainstOptions, Answer, CheckOptions, DayOptions};
use crate::point::Axis;
use crate::project::{Inputs, Project, Sides};
use crate::report::Report;
use crate::report::record::{
    LANGUAGE_VERSION, RECORD_VERSION, RecordedBase, RecordedOptions, RecordedSource, RecordedVerdict,
    VerdictRecord,
};
use crate::source::SourceMap;
use crate::value::Date;

/// What is judged, as it was read.
pub(super) enum Read {
    Alone(Inputs),
    Against(Box<Sides>, RecordedBase),
}

/// What a run is asked to judge.
pub(super) struct Asked<'a> {
    pub(super) path: &'a Path,
    pub(super) allow_outside: bool,
    /// The commit that is looked up, and whether what it stops may count.
    pub(super) base: Option<RecordedBase>,
    pub(super) options: CheckOptions,
}

impl Asked<'_> {
    /// Finds and reads everything. The commit of the base is that of its name, unless it is known.
    ///
    /// # Errors
    /// What keeps the base from being read.
    pub(super) fn read(&self) -> Result<Read, String> {
        let Some(base) = &self.base else {
            return Ok(Read::Alone(find::inputs(self.path, self.allow_outside)));
        };
        let wanted = if base.commit.is_empty() { &base.reference } else { &base.commit };
        let mut base_commit = git::base(self.path, wanted, self.allow_outside)?;
        base_commit.reference.clone_from(&base.reference);
        let mut sides = find::sides(self.path, self.allow_outside, &base_commit)?;
        let prefix = format!("{}:", sides.reference);
        let snapshots = sides.base.iter().flat_map(|project| &project.snapshots);
        let first = base_commit.first_versions(snapshots.filter_map(|file| file.name.strip_prefix(&prefix)));
        sides.first = first;
        let (commit, ancestor_of_head) = (base_commit.id.clone(), base_commit.is_ancestor_of_head());
        Ok(Read::Against(Box::new(sides), RecordedBase { commit, ancestor_of_head, ..base.clone() }))
    }

    pub(super) fn judge(&self, read: Read) -> Answer<Report> {
        match read {
            Read::Alone(inputs) => new_workspace().check(inputs, &self.options),
            Read::Against(sides, base) => {
                let RecordedBase { allow_self_approval, all, deny, .. } = base;
                let against = AgainstOptions { allow_self_approval, all, deny };
                new_workspace().check_against(*sides, &self.options, against)
            }
        }
    }
}

impl Read {
    /// With the tests that the lints of the repository's own policies need.
    pub(super) fn with_lints(mut self, path: &Path) -> Self {
        match &mut self {
            Self::Alone(inputs) => inputs.lint = Some(find::own_tests(&inputs.projects, path)),
            Self::Against(sides, _) => sides.lint = Some(find::own_tests(&sides.head, path)),
        }
        self
    }

    /// The proposed files, whose history and settings a page shows, and the files that they are compared with.
    pub(super) fn for_page(&self) -> (Inputs, Option<Inputs>) {
        let of = |sources: &SourceMap, projects: &[Project]| {
            let (sources, projects) = (sources.clone(), projects.to_vec());
            let mut inputs = Inputs { sources, projects, ..Inputs::default() };
            inputs.keep();
            inputs
        };
        match self {
            Self::Alone(inputs) => (of(&inputs.sources, &inputs.projects), None),
            Self::Against(sides, _) => {
                (of(&sides.sources, &sides.head), Some(of(&sides.sources, &sides.base)))
            }
        }
    }

    /// Every file that was read, by name.
    pub(super) fn digests(&self) -> BTreeMap<String, String> {
        let mut digests = BTreeMap::new();
        match self {
            Self::Alone(inputs) => add(&mut digests, &inputs.projects, &inputs.sources),
            Self::Against(sides, _) => {
                [&sides.base, &sides.mixed, &sides.head]
                    .into_iter()
                    .for_each(|side| add(&mut digests, side, &sides.sources));
            }
        }
        digests
    }

    pub(super) fn base(&self) -> Option<RecordedBase> {
        match self {
            Self::Alone(_) => None,
            Self::Against(_, base) => Some(base.clone()),
        }
    }
}

fn add(digests: &mut BTreeMap<String, String>, projects: &[Project], sources: &SourceMap) {
    for project in projects {
        let configs = project.stack.iter().filter_map(|configuration| sources.get(configuration.file));
        digests.extend(configs.map(|config| (config.name.to_string(), digest(config.text.as_bytes()))));
        for file in project.policies.iter().chain(&project.snapshots).chain(&project.standing) {
            let digest = file.bytes().map_or_else(|why| format!("not read: {why}"), |bytes| digest(&bytes));
            digests.insert(file.name.clone(), digest);
        }
    }
}

/// The digest of a file's bytes, by its method's name.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", sha256(bytes))
}

/// The record of a judgement of what was asked, with the files and the base that were read for it.
pub(super) fn record(
    asked: &Asked<'_>,
    files: BTreeMap<String, String>,
    base: Option<RecordedBase>,
    judgement: &Answer<Report>,
) -> VerdictRecord {
    let options = &asked.options;
    let (as_of, today) = written(&options.day, judgement.report.by_instants);
    VerdictRecord {
        record: RECORD_VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        language: LANGUAGE_VERSION.to_owned(),
        as_of: judgement.report.as_of.clone(),
        exit: judgement.exit,
        options: RecordedOptions {
            as_of,
            today,
            workflows: options.day.workflows.clone(),
            deny_warnings: options.deny_warnings,
            allow_outside: asked.allow_outside,
        },
        base,
        workflows: RecordedVerdict::all(&judgement.report),
        files,
        sources: RecordedSource::all(&judgement.report),
    }
}

/// The day or time that was asked for, as it is written; and what is today, with its time where series run by instants.
fn written(options: &DayOptions, by_instants: bool) -> (Option<String>, String) {
    let asked = |day: Date| options.time_asked().map_or_else(|| day.to_string(), |time| time.to_string());
    let asked = options.as_of.map(asked);
    let now = by_instants && asked.is_none();
    (asked, if now { options.point(Axis::Instants).to_string() } else { options.today.to_string() })
}
