//! What lies beside policies: their tests, and, in a folder that is no repository, each other.

use std::collections::BTreeSet;

use super::files::{Child, Files, is_there};
use super::misnamed::misnamed_in;
use super::path::{below, join, name, parent};
use super::{CONFIG, FileContent, GATE, Inputs, PLANS, Project, Site, Start, TESTS, TextFile, ends_in};
use crate::builtin;

/// The tests that lie in the folders of the policies, the shipped ones among them.
pub fn tests_beside(projects: &[Project], site: &Site<'_>) -> Vec<TextFile> {
    let policies = projects.iter().flat_map(|project| &project.policies);
    let names: BTreeSet<&str> = policies.map(|file| &*file.name).collect();
    let shipped = names.iter().filter_map(|name| builtin::tests_beside(name));
    let mut tests: Vec<TextFile> =
        shipped.map(|(name, text)| TextFile { name, content: Ok(text.into()) }).collect();
    let own = names.iter().filter(|name| !name.starts_with(builtin::FOLDER));
    let folders: BTreeSet<&str> = own.map(|name| parent(name)).collect();
    for folder in folders {
        let Some(path) = site.target(&site.root, folder) else { continue };
        let listed = site.files.list(&path).unwrap_or_default();
        let found = listed.into_iter().filter(|child| ends_in(&child.name, TESTS));
        tests.extend(found.map(|Child { name, .. }| TextFile {
            content: read(site.files, &join(&path, &name)),
            name: join(folder, &name),
        }));
    }
    tests
}

/// The plans of a project for `collect`, by name, from the folder that is looked at. Links are followed within that alone.
pub fn plans(files: &dyn Files, root: &str, project: &str) -> Vec<String> {
    let folder = join(project, PLANS);
    let top = files.resolve(root).map(|top| top.path);
    let is_file = |name: &String| {
        let found = files.resolve(&join(root, name));
        found.is_ok_and(|found| {
            !found.is_folder && top.as_ref().is_ok_and(|top| below(&found.path, top).is_some())
        })
    };
    let listed = files.list(&join(root, &folder)).unwrap_or_default().into_iter();
    let listed = listed.filter(|child| !child.name.starts_with('.'));
    let mut names: Vec<String> = listed
        .filter(|child| [".yaml", ".yml"].iter().any(|ending| child.name.ends_with(ending)))
        .map(|child| join(&folder, &child.name))
        .filter(is_file)
        .collect();
    names.sort();
    names
}

/// The tests beside the policies that are no shipped ones.
pub fn own_tests(projects: &[Project], site: &Site<'_>) -> Vec<TextFile> {
    let mut tests = tests_beside(projects, site);
    tests.retain(|test| !test.name.starts_with(builtin::FOLDER));
    tests
}

/// The policies and tests of a folder that is no repository, or one policy file with the tests beside it.
pub fn policies_alone(start: &Start<'_>) -> Option<Inputs> {
    let Start { files, path, shown, .. } = start;
    if is_there(*files, &join(path, CONFIG)) || !misnamed_in(*files, path).is_empty() {
        return None;
    }
    let found = files.resolve(path);
    let is_folder = found.as_ref().is_ok_and(|found| found.is_folder);
    let (folder, shown) = if is_folder { (&**path, &**shown) } else { (parent(path), parent(shown)) };
    let listed = files.list(folder).ok()?;
    let names = listed.into_iter().map(|child| child.name);
    let names = names.filter(|name| ends_in(name, GATE) && name.len() > GATE.len());
    let (tests, mut policies): (Vec<String>, Vec<String>) = names.partition(|name| ends_in(name, TESTS));
    if found.is_ok() && !is_folder {
        policies.retain(|file| file == name(path));
    }
    if policies.is_empty() {
        return None;
    }
    let shown = shown.trim_start_matches("./").trim_end_matches('/');
    let read = |file: &String| TextFile {
        name: join(if shown == "." { "" } else { shown }, file).replace('\\', "/"),
        content: read(*files, &join(folder, file)),
    };
    let project = Project { policies: policies.iter().map(read).collect(), ..Project::default() };
    let lint = Some(tests.iter().map(read).collect());
    Some(Inputs { projects: vec![project], lint, ..Inputs::default() })
}

fn read(files: &dyn Files, path: &str) -> Result<FileContent, String> {
    files.read(path).map(FileContent::from).map_err(|why| why.to_string())
}
