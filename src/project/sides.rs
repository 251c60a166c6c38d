//! What is compared: the files of a folder as they are proposed, and those of another commit.

use super::files::{FileKind, Files, is_folder};
use super::overlay::Overlay;
use super::path::{join, name};
use super::site::Site;
use super::stack::Stacks;
use super::table::{Memory, TableNode};
use super::walk::walk;
use super::{CONFIG, Project, SNAPSHOTS, Sides, project};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::report::against::FileChange;
use crate::source::{SourceMap, Span};

/// Another commit.
#[derive(Clone, Copy)]
pub struct Base<'a> {
    /// All of its files.
    pub files: &'a dyn Files,
    /// The folder in it that stands for the one that is checked.
    pub root: &'a str,
    /// What is said to be known of it: the name that was given.
    pub reference: &'a str,
    /// Files that are no longer what they were where the branch began, named from the folder that is checked.
    pub changes: &'a [FileChange],
}

/// Finds and reads what is proposed in a folder, what stands in a base, and the one judged by the other.
pub fn sides(head: &Site<'_>, base: Base<'_>) -> Sides {
    let Base { files, root, reference, changes } = base;
    let mut sources = SourceMap::default();
    let mut stacks = Stacks::new(head, &mut sources);
    let found = stacks.projects();
    let mut problems = stacks.problems;
    let proposed: Vec<Project> =
        found.into_iter().map(|(name, stack)| project(head, name, stack, None)).collect();
    let (new, notes) = new_projects(&proposed, head, base);
    problems.extend(notes);
    let files = Overlay { over: files, under: &new };
    let site = Site::of_base(&files, root, reference);
    let stacks = Stacks::new(&site, &mut sources).projects();
    // Where there are snapshots and no configuration, `check` there judges by the shipped pack.
    let has_policies = stacks.iter().any(|(_, stack)| !stack.layers.is_empty())
        || is_folder(&files, &join(&site.root, SNAPSHOTS));
    let unnamed = |name: Option<String>| {
        name.map(|name| name.strip_prefix(&format!("{reference}:")).unwrap_or(&name).to_owned())
    };
    let mut base = Vec::new();
    let mut mixed = Vec::new();
    for (name, stack) in if has_policies { stacks } else { Vec::new() } {
        let name = unnamed(name);
        base.push(project(&site, name.clone(), stack.clone(), None));
        let types = proposed.iter().find(|project| project.name == name);
        let types = types.map(|project| project.policies.clone()).unwrap_or_default();
        mixed.push(Project { types, ..project(&site, name, stack, Some(head)) });
    }
    if !has_policies {
        mixed.clone_from(&proposed);
    }
    Sides {
        sources,
        base,
        mixed,
        head: proposed,
        problems,
        reference: reference.to_owned(),
        changes: changes.to_vec(),
        has_policies,
        lint: None,
    }
}

/// The configurations and policies of projects that are new, to lie under the files of the base, so that what they extend
/// is taken from the base: else a new project could loosen it for itself.
fn new_projects(proposed: &[Project], head: &Site<'_>, base: Base<'_>) -> (Memory, Vec<Diagnostic>) {
    let mut new = Memory::default();
    let mut notes = Vec::new();
    for project in proposed {
        let (Some(folder), Some(own)) = (&project.name, project.stack.last()) else { continue };
        if base.files.resolve(&join(base.root, &join(folder, CONFIG))).is_ok() {
            continue;
        }
        walk(head.files, &join(&head.root, folder), &mut |step| {
            let is_setting = name(step.path) == CONFIG || name(step.path).ends_with(".gate");
            if step.kind == FileKind::File && is_setting {
                let node = head.files.read(step.path).map_or_else(TableNode::Unreadable, TableNode::File);
                new.insert(join(base.root, &head.relative(step.path)), node);
            }
            step.kind == FileKind::Folder
        });
        let message = format!(
            "`{}` has no project `{folder}`: what it extends is taken from there, and its own settings as proposed",
            base.reference
        );
        notes.push(
            Diagnostic::note(Code::BaseWithoutPolicies, message).label(Span::new(own.file, 0..0), "new here"),
        );
    }
    (new, notes)
}
