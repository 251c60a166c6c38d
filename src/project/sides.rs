//! What is compared: the files of a folder as its branch would be merged, and those of the base.
//!
//! The base is sealed: its policies and configurations are its own files, and nothing of the branch lies among them.

use std::collections::{BTreeMap, BTreeSet};

use super::files::{Files, Obstacle, content, is_folder};
use super::merged::{Branch, Conflict, Merged, Placed};
use super::overlay::Overlay;
use super::path::{below, join};
use super::site::Site;
use super::stack::Stacks;
use super::{
    CONFIG, FirstVersions, Project, SNAPSHOTS, Sides, TextFile, add_passed_over, project, unreadable,
};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};

/// Another commit.
#[derive(Clone, Copy)]
pub struct Base<'a> {
    /// All of its files.
    pub files: &'a dyn Files,
    /// All files of the commit at which the branch left it.
    pub since: &'a dyn Files,
    /// How the branch stands to it.
    pub branch: &'a Branch,
    /// The folder in it that stands for the one that is checked.
    pub root: &'a str,
    /// What is said to be known of it: the name that was given.
    pub reference: &'a str,
    /// Its whole hash.
    pub commit: &'a str,
    /// Whether its own snapshots are asked for, and not only what it says of others.
    pub evidence: bool,
}

/// Finds and reads what a branch says in a folder, what stands in its base, and the one judged by the other.
pub fn sides(head: &Site<'_>, base: Base<'_>) -> Sides {
    let Base { files, since, branch, root, reference, commit, evidence } = base;
    let top = head.root.strip_suffix(root).unwrap_or(&head.root).trim_end_matches('/');
    let merged = |conflict| Merged::new([head.files, files, since], branch, top, conflict);
    let (refusing, lenient) = (merged(Conflict::Refuse), merged(Conflict::TakeBranch));
    let (data, own) = (head.among(refusing.files()), head.among(lenient.files()));
    let mut sources = SourceMap::default();
    let mut stacks = Stacks::new(&own, &mut sources);
    let found = stacks.projects();
    let mut problems = stacks.problems;
    let (rollouts, passed_over) = (stacks.rollouts, stacks.passed_over);
    let proposed: Vec<Project> =
        found.into_iter().map(|(name, stack)| project(&own, name, stack, Some(&data))).collect();
    let site = Site::of_base(files, root, reference);
    let stacks = Stacks::new(&site, &mut sources).projects();
    // Where there are snapshots and no configuration, `check` there judges by the shipped pack.
    let has_policies = stacks.iter().any(|(_, stack)| !stack.layers.is_empty())
        || is_folder(files, &join(&site.root, SNAPSHOTS));
    let unnamed = |name: Option<String>| {
        name.map(|name| name.strip_prefix(&format!("{reference}:")).unwrap_or(&name).to_owned())
    };
    let mut standing = Vec::new();
    let mut mixed = Vec::new();
    for (name, stack) in if has_policies { stacks } else { Vec::new() } {
        let name = unnamed(name);
        let project_of = |there: Option<&Site<'_>>| project(&site, name.clone(), stack.clone(), there);
        let before =
            if evidence { project_of(None) } else { Project { name: name.clone(), ..Project::default() } };
        let mut judged = project_of(Some(&data));
        problems.extend(unread(&before, &site));
        if let Some(own) = proposed.iter().find(|project| project.name == name) {
            judged.types.clone_from(&own.policies);
            see_the_same(&mut judged, own);
            add_missing(&mut judged.snapshots, &own.snapshots);
            add_missing(&mut judged.standing, &own.standing);
            let found = !judged.snapshots.is_empty();
            judged.problems.retain(|problem| !(found && problem.code == Code::NoSnapshot));
        }
        standing.push(before);
        mixed.push(judged);
    }
    let known: BTreeSet<Option<String>> = standing.iter().map(|project| project.name.clone()).collect();
    let placed = Placed { files, top };
    // What a new project shares with others is the base's, for this project alone.
    let over = Overlay { over: &placed, under: lenient.files() };
    let over = head.among(&over).named_by(reference);
    for own in proposed.iter().filter(|own| has_policies && !known.contains(&own.name)) {
        problems.push(new_here(own, reference));
        let folder = join(&head.root, own.name.as_deref().unwrap_or(""));
        let stack = Stacks::new(&over, &mut sources).stack(&join(&folder, CONFIG));
        let mut judged = project(&over, own.name.clone(), stack, Some(&data));
        see_the_same(&mut judged, own);
        mixed.push(Project { types: own.policies.clone(), ..judged });
    }
    mixed.sort_by(|a, b| a.name.cmp(&b.name));
    if !has_policies {
        mixed.clone_from(&proposed);
    }
    add_passed_over(&mut mixed, passed_over, &rollouts);
    problems.extend(moved_links(&refusing, &site, &standing, &mixed));
    problems.extend(named_like_the_base(&proposed, &mixed, &site.name("")));
    Sides {
        sources,
        base: standing,
        mixed,
        head: proposed,
        problems,
        reference: reference.to_owned(),
        commit: commit.to_owned(),
        has_policies,
        first: FirstVersions::default(),
        lint: None,
    }
}

/// Lets files of the same names say the same, whenever they were read: both sides judge the same evidence.
fn see_the_same(judged: &mut Project, own: &Project) {
    let own = own.snapshots.iter().chain(&own.standing);
    let own: BTreeMap<&str, &TextFile> = own.map(|file| (&*file.name, file)).collect();
    for file in judged.snapshots.iter_mut().chain(&mut judged.standing) {
        if let Some(own) = own.get(&*file.name) {
            file.content.clone_from(&own.content);
        }
    }
}

/// Adds the files that only the branch looks at: else a verdict could be had by having nobody look.
fn add_missing(files: &mut Vec<TextFile>, more: &[TextFile]) {
    let known: BTreeSet<String> = files.iter().map(|file| file.name.clone()).collect();
    files.extend(more.iter().filter(|file| !known.contains(&file.name)).cloned());
}

/// What of the base nobody can compare with, as it is kept elsewhere. What is broken there may be mended by the branch.
fn unread(project: &Project, site: &Site<'_>) -> Vec<Diagnostic> {
    let prefix = site.name("");
    let files = project.snapshots.iter().chain(&project.standing).filter(|file| file.content.is_err());
    let why = |file: &TextFile| {
        let path = site.target(&site.root, file.name.strip_prefix(&prefix)?)?;
        match content(site.files, &path) {
            Err(why @ (Obstacle::Pointer | Obstacle::Submodule)) => {
                Some(unreadable(&file.name, &why.to_string()))
            }
            Err(_) | Ok(_) => None,
        }
    };
    files
        .filter_map(why)
        .chain(project.problems.iter().filter(|found| found.code == Code::UnreadableFile).cloned())
        .collect()
}

/// Links that lead elsewhere in the base than where the branch began: nobody merges those but git.
fn moved_links(
    merged: &Merged<'_>,
    site: &Site<'_>,
    standing: &[Project],
    mixed: &[Project],
) -> Vec<Diagnostic> {
    let leads = |files: &dyn Files, path: &str| files.resolve(path).ok().map(|found| found.path);
    let prefix = site.name("");
    let projects = standing.iter().chain(mixed);
    let files = projects.flat_map(|project| project.snapshots.iter().chain(&project.standing));
    let plain =
        |file: &TextFile| site.target(&site.root, file.name.strip_prefix(&prefix).unwrap_or(&file.name));
    let read: BTreeSet<String> = files.filter_map(plain).collect();
    let is_moved = |link: &&String| {
        let (then, now) = (leads(merged.since, link), leads(merged.base, link));
        let is_link = [&then, &now].into_iter().flatten().any(|target| target != *link);
        let is_read = || read.range((*link).clone()..).next().is_some_and(|file| below(file, link).is_some());
        is_link && then != now && is_read()
    };
    let refuse = |link: &String| {
        unreadable(link, "it leads elsewhere in the base by now: merge the base into the branch first")
    };
    merged.branch.behind.iter().filter(is_moved).map(refuse).collect()
}

/// Files of the branch whose names begin like those of the base's: they would be taken for these.
fn named_like_the_base(proposed: &[Project], mixed: &[Project], prefix: &str) -> Vec<Diagnostic> {
    let evidence = |project: &'_ Project| -> Vec<String> {
        project.snapshots.iter().chain(&project.standing).map(|file| file.name.clone()).collect()
    };
    let policies = proposed.iter().flat_map(|project| &project.policies).map(|file| file.name.clone());
    let all = proposed.iter().chain(mixed).flat_map(evidence).chain(policies);
    let names: BTreeSet<String> = all.filter(|name| name.starts_with(prefix)).collect();
    let refuse = |name: &String| unreadable(name, "its name begins like those of the base's files");
    names.iter().map(refuse).collect()
}

/// What is said of a project that the base does not have. What it shares with others is the base's: else it could loosen
/// that for itself.
fn new_here(own: &Project, reference: &str) -> Diagnostic {
    let name = own.name.as_deref().unwrap_or(".");
    let message = format!(
        "`{reference}` has no project `{name}`: what it extends is taken from there, and its own settings as they are here"
    );
    let note = Diagnostic::note(Code::BaseWithoutPolicies, message);
    match own.stack.last() {
        Some(configuration) => note.label(Span::new(configuration.file, 0..0), "new here"),
        None => note,
    }
}
