//! `--fix`: what 0.1 wrote and 0.2 refuses, written as the errors say. Policies are read with those of their project, since most
//! errors are found by what other files declare. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::super::find;
use crate::cli::tables::new_workspace;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::disk::{self, canonical};
use crate::engine::Workspace;
use crate::format::with_fixes;
use crate::project::{CONFIG, FileContent, TextFile, ends_in};
use crate::source::SourceMap;

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
    let mut workspace = new_workspace();
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
        let answer = workspace.compile(files.iter().map(|(path, file)| self.so_far(path, file)).collect());
        let before = left_to_people(&answer.diagnostics);
        let mut of_file: BTreeMap<&str, Vec<&Fix>> = BTreeMap::new();
        for problem in errors(&answer.diagnostics) {
            match sure_fix(problem) {
                // Another unit for a param is for all that read it, and may be wrong for some.
                Some(fix)
                    if problem.code == Code::UnitMismatch
                        && !self.mends(workspace, files, (&answer.sources, fix), before) =>
                {
                    self.left += usize::from(is_named(answer.sources.name(fix.span.file), files, named));
                }
                Some(fix) => of_file.entry(answer.sources.name(fix.span.file)).or_default().push(fix),
                None => {
                    let place = problem.labels.first().map(|label| answer.sources.name(label.span.file));
                    self.left += usize::from(place.is_some_and(|place| is_named(place, files, named)));
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

    /// Whether a fix by itself leaves no more errors to people than there were.
    fn mends(
        &self,
        workspace: &mut Workspace,
        files: &FilesTogether,
        (sources, fix): (&SourceMap, &Fix),
        before: usize,
    ) -> bool {
        let with_fix = |(path, file): &(PathBuf, TextFile)| {
            let so_far = self.so_far(path, file);
            let bytes = so_far.bytes();
            let text = bytes.as_ref().ok().and_then(|bytes| str::from_utf8(bytes).ok());
            match text.filter(|_| *file.name == *sources.name(fix.span.file)) {
                Some(text) => {
                    let (fixed, _) = with_fixes(text, [fix]);
                    TextFile { name: file.name.clone(), content: Ok(fixed.into()) }
                }
                None => so_far,
            }
        };
        let answer = workspace.compile(files.iter().map(with_fix).collect());
        left_to_people(&answer.diagnostics) <= before
    }

    /// A file with what was put right in it already.
    fn so_far(&self, path: &Path, file: &TextFile) -> TextFile {
        match self.files.get(path) {
            Some(fixed) => TextFile { name: file.name.clone(), content: Ok(fixed.text.clone().into()) },
            None => file.clone(),
        }
    }

    fn put_in(&mut self, path: &Path, file: &TextFile, fixes: &[&Fix]) -> usize {
        let so_far = self.so_far(path, file);
        let Some(text) = so_far.bytes().ok().and_then(|bytes| String::from_utf8(bytes.into_owned()).ok())
        else {
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

fn errors(diagnostics: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    diagnostics.iter().filter(|problem| problem.severity == Severity::Error)
}

/// Errors that no text puts right.
fn left_to_people(diagnostics: &[Diagnostic]) -> usize {
    errors(diagnostics).filter(|problem| sure_fix(problem).is_none()).count()
}

/// Whether a file, by its name, is one that is to be formatted.
fn is_named(name: &str, files: &FilesTogether, named: &BTreeSet<&Path>) -> bool {
    files.iter().any(|(path, file)| *file.name == *name && named.contains(path.as_path()))
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
        let file = (path.to_path_buf(), TextFile { name, content: disk::read(path).map(FileContent::from) });
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
