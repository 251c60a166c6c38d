//! `--fix`: what 0.1 wrote and 0.2 refuses, written as the errors say. Policies are read with those of their project, since most
//! errors are found by what other files declare. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::super::disk::{self, canonical};
use super::super::find;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::engine::Workspace;
use crate::format::with_fixes;
use crate::project::{CONFIG, TextFile, ends_in};

/// What a fix uncovers may need one of its own. Nothing that was written by a person takes as many rounds.
const MAX_ROUNDS: usize = 20;

/// A text with what was put right in it.
pub(super) struct FixedText {
    pub(super) before: String,
    pub(super) text: String,
    pub(super) fixes: usize,
}

/// What came of the errors.
#[derive(Default)]
pub(super) struct FixedFiles {
    /// By the path that is written to.
    pub(super) files: BTreeMap<PathBuf, FixedText>,
    /// Errors in these files that no text puts right.
    pub(super) left: usize,
}

/// Files that are checked together: the policies of a project.
type FilesTogether = Vec<(PathBuf, TextFile)>;

/// Puts right what can be, in the files that are to be formatted and in no others.
pub(super) fn fixed(paths: &[PathBuf], files: &BTreeMap<String, PathBuf>) -> FixedFiles {
    let named: BTreeSet<&Path> = files.values().map(PathBuf::as_path).collect();
    let together = together(paths, &named);
    let mut workspace = Workspace::new();
    let mut fixed = FixedFiles::default();
    for _ in 0..MAX_ROUNDS {
        let mut done = 0;
        fixed.left = 0;
        for files in &together {
            done += fixed.fix(&mut workspace, files, &named);
        }
        if done == 0 {
            break;
        }
    }
    fixed
}

impl FixedFiles {
    /// Checks files as they are by now, and puts right what can be; how many places.
    fn fix(&mut self, workspace: &mut Workspace, files: &FilesTogether, named: &BTreeSet<&Path>) -> usize {
        let policies: Vec<TextFile> = files.iter().map(|(path, file)| self.so_far(path, file)).collect();
        let answer = workspace.compile(policies);
        let mut of_file: BTreeMap<&str, Vec<&Fix>> = BTreeMap::new();
        for problem in answer.diagnostics.iter().filter(|problem| problem.severity == Severity::Error) {
            match sure_fix(problem) {
                Some(fix) => of_file.entry(answer.sources.name(fix.span.file)).or_default().push(fix),
                None => {
                    let place = problem.labels.first().map(|label| answer.sources.name(label.span.file));
                    let is_named = |(path, file): &&(PathBuf, TextFile)| {
                        Some(&*file.name) == place && named.contains(path.as_path())
                    };
                    self.left += usize::from(files.iter().any(|file| is_named(&file)));
                }
            }
        }
        let mut done = 0;
        for (path, file) in files.iter().filter(|(path, _)| named.contains(path.as_path())) {
            if let Some(fixes) = of_file.get(&*file.name) {
                done += self.put_in(path, file, fixes);
            }
        }
        done
    }

    /// A file with what was put right in it already.
    fn so_far(&self, path: &Path, file: &TextFile) -> TextFile {
        match self.files.get(path) {
            Some(fixed) => TextFile { name: file.name.clone(), content: Ok(fixed.text.clone().into_bytes()) },
            None => file.clone(),
        }
    }

    fn put_in(&mut self, path: &Path, file: &TextFile, fixes: &[&Fix]) -> usize {
        let so_far = self.so_far(path, file);
        let Some(text) = so_far.content.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return 0;
        };
        let (fixed, done) = with_fixes(&text, fixes.iter().copied());
        if done > 0 {
            let known = self.files.entry(path.to_owned());
            let known = known.or_insert(FixedText { before: text, text: String::new(), fixes: 0 });
            known.text = fixed;
            known.fixes += done;
        }
        done
    }
}

/// The text to write, where a person need not choose.
fn sure_fix(problem: &Diagnostic) -> Option<&Fix> {
    problem.fix.as_ref().filter(|fix| !fix.guess)
}

/// The policies of each project that the paths lie in or hold, then the named files of no project: those of a folder together,
/// as they may be a project that somebody else's configuration names.
fn together(paths: &[PathBuf], named: &BTreeSet<&Path>) -> Vec<FilesTogether> {
    let roots: BTreeSet<PathBuf> = paths.iter().filter_map(|path| root_of(path)).collect();
    let mut together = Vec::new();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    for root in roots {
        for project in find::inputs(&root, true).projects {
            // What is shipped has no path.
            let placed = |file: TextFile| (canonical(&root.join(&file.name)).unwrap_or_default(), file);
            let files: FilesTogether = project.policies.into_iter().map(placed).collect();
            seen.extend(files.iter().map(|(path, _)| path.clone()));
            together.push(files);
        }
    }
    let mut folders: BTreeMap<&Path, FilesTogether> = BTreeMap::new();
    for path in named.iter().filter(|path| !seen.contains(**path)) {
        let name = path.display().to_string();
        let is_test = ends_in(&name, ".test.gate");
        let file = (path.to_path_buf(), TextFile { name, content: disk::read(path) });
        match path.parent() {
            Some(folder) if !is_test => folders.entry(folder).or_default().push(file),
            Some(_) | None => together.push(vec![file]),
        }
    }
    together.extend(folders.into_values());
    together
}

/// The nearest folder with a configuration, at a path or above it; else the folder itself.
fn root_of(path: &Path) -> Option<PathBuf> {
    let real = canonical(path).ok()?;
    let folder = if real.is_dir() { real.as_path() } else { real.parent()? };
    let configured = folder.ancestors().find(|above| above.join(CONFIG).is_file());
    Some(configured.unwrap_or(folder).to_owned())
}
