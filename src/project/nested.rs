//! What lies below the folder that is checked: configurations, and folders of snapshots.
//!
//! Looks at names alone, and knows nothing of what configurations say.

use super::files::{FileKind, Obstacle, is_there};
use super::finder::Wanted;
use super::ignored::Ignored;
use super::misnamed::is_misnamed;
use super::path::{ancestors, below, join, name, parent};
use super::site::Site;
use super::submodules::unfetched;
use super::walk::walk;
use super::{CONFIG, SNAPSHOTS};
use crate::report::read::{PassedOver, PassedOverWhy};

/// What was found below a folder, outside of hidden folders and of what is ignored.
#[derive(Default)]
pub(super) struct Nested {
    pub(super) configs: Vec<String>,
    /// Files that were meant to be configurations.
    pub(super) misnamed: Vec<String>,
    /// Folders in which snapshots are looked for, and lie.
    pub(super) rollouts: Vec<String>,
    /// Folders that cannot be looked into, and lists of what is ignored that cannot be read, with the reason.
    pub(super) unseen: Vec<(String, Obstacle)>,
    /// Folders that look as if there were a project in them, and what is listed as none.
    pub(super) passed_over: Vec<PassedOver>,
}

/// Looks below the folder that is checked; links are not followed.
pub(super) fn nested(site: &Site<'_>) -> Nested {
    let (files, root) = (site.files, &*site.root);
    let mut found = Nested::default();
    let mut ignored = Ignored::new(files);
    let top = ignored.top(root);
    let mut links = Vec::new();
    walk(files, root, &mut |step| {
        if let Some(why) = &step.unseen {
            // What lies in a submodule of a commit is another repository's.
            found.unseen.extend((*why != Obstacle::Submodule).then(|| (step.path.to_owned(), why.clone())));
            return false;
        }
        let is_folder = step.kind == FileKind::Folder;
        if step.depth > 0 && !is_folder && is_misnamed(files, step.path) {
            found.misnamed.push(step.path.to_owned());
        }
        let why = match step.is_hidden() {
            true => Some(PassedOverWhy::Hidden),
            false if step.depth == 0 || !is_folder => None,
            false => ignored.why(&top, step.path),
        };
        if let Some(why) = why {
            let is_project =
                is_folder && [CONFIG, SNAPSHOTS].iter().any(|name| is_there(files, &join(step.path, name)));
            if is_project || why == PassedOverWhy::Ignored {
                found.passed_over.push(PassedOver { path: site.name(step.path), why });
            }
            return false;
        }
        if step.kind == FileKind::Link {
            links.push(step.path.to_owned());
        }
        if step.depth > 1 && name(step.path) == CONFIG {
            found.configs.push(step.path.to_owned());
        }
        if !is_folder && Wanted::Snapshots.takes(name(step.path)) {
            found.rollouts.extend(rollouts_of(root, step.path));
        }
        is_folder
    });
    found.rollouts.dedup();
    for link in links {
        let Some(path) = project_elsewhere(site, &link) else { continue };
        if !found.configs.contains(&path) && !ignored.lists(&top, &link) {
            let why = "it is a link to a project that is not judged from here".to_owned();
            found.unseen.push((link, Obstacle::Other(why)));
        }
    }
    let unfetched = unfetched(site).into_iter().filter(|module| below(module, root).is_some());
    let why = PassedOverWhy::NotFetched;
    found.passed_over.extend(unfetched.map(|module| PassedOver { path: site.name(&module), why }));
    found.unseen.extend(ignored.problems.into_iter().map(|(list, why)| (list, Obstacle::Other(why))));
    found
}

/// The folder that a file lies in, or the one around that, in which snapshots are looked for.
fn rollouts_of(root: &str, file: &str) -> Option<String> {
    let within =
        ancestors(parent(file)).take_while(|folder| *folder != root && below(folder, root).is_some());
    within.filter(|folder| name(folder).eq_ignore_ascii_case(SNAPSHOTS)).last().map(str::to_owned)
}

/// The configuration in a folder that a link leads to; none in the folder that is checked and those above it.
fn project_elsewhere(site: &Site<'_>, link: &str) -> Option<String> {
    let target = site.files.resolve(link).ok().filter(|target| target.is_folder)?;
    let config = join(&target.path, CONFIG);
    let is_around = below(&site.root, &target.path).is_some();
    (!is_around && is_there(site.files, &config)).then_some(config)
}
