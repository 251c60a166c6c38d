//! What a command reads: the files that the library finds on the disk, from a path of the command line.

use std::path::Path;

use super::git::Commit;
use crate::disk::Disk;
use crate::project::{self, Inputs, Project, Sides, Suites, TextFile};

/// What is judged in a folder.
pub(super) fn inputs(path: &Path, allow_outside: bool) -> Inputs {
    project::inputs(&Disk::of(path).start(allow_outside))
}

/// What is judged in a folder, and what it is compared with.
pub(super) fn sides(path: &Path, allow_outside: bool, commit: &Commit) -> Result<Sides, String> {
    let disk = Disk::of(path);
    let site = disk.start(allow_outside).site()?;
    Ok(project::sides(&site, commit.base()))
}

/// The tests in a folder, or those of one file.
pub(super) fn suites(path: &Path, allow_outside: bool) -> Suites {
    project::suites(&Disk::of(path).start(allow_outside))
}

/// The tests that lie in the folders of the policies, the shipped ones among them.
pub(super) fn tests_beside(projects: &[Project], path: &Path) -> Vec<TextFile> {
    let disk = Disk::of(path);
    // The policies were found, wherever they lie.
    let site = disk.start(true).site();
    site.map(|site| project::tests_beside(projects, &site)).unwrap_or_default()
}

/// The tests beside the policies that are no shipped ones.
pub(super) fn own_tests(projects: &[Project], path: &Path) -> Vec<TextFile> {
    let disk = Disk::of(path);
    let site = disk.start(true).site();
    site.map(|site| project::own_tests(projects, &site)).unwrap_or_default()
}

/// The policies and tests of a folder that is no repository.
pub(super) fn policies_alone(path: &Path) -> Option<Inputs> {
    project::policies_alone(&Disk::of(path).start(false))
}
