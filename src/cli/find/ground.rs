//! Where files may lie, and by which names they are known.

use std::fs;
use std::iter::repeat_n;
use std::path::{Component, Path, PathBuf};

/// The folder that is checked, and the repository around it.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    /// With all links resolved.
    pub(super) root: PathBuf,
    /// What a configuration may name lies in here; anywhere if there is none.
    boundary: Option<PathBuf>,
    /// What stands before every name: the base that the files are of, or nothing.
    prefix: String,
}

impl Ground {
    /// The repository of a folder is the nearest one above it with `.git`, else the folder itself.
    pub(super) fn new(root: PathBuf, allow_outside: bool) -> Self {
        let repository = || root.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&root);
        let boundary = (!allow_outside).then(|| repository().to_owned());
        Self { root, boundary, prefix: String::new() }
    }

    /// The same ground of another commit: its files are known by that commit's name.
    pub(super) fn of_base(root: PathBuf, reference: &str) -> Self {
        Self { prefix: format!("{reference}:"), ..Self::new(root, false) }
    }

    /// The path from the folder that is checked, with `/`, also where it leads out of that.
    pub(super) fn name(&self, path: &Path) -> String {
        let shared = self.root.components().zip(path.components()).take_while(|(a, b)| a == b).count();
        let up = repeat_n(Component::ParentDir, self.root.components().count() - shared);
        self.prefix.clone() + &join(up.chain(path.components().skip(shared)))
    }

    /// The path that a file in `folder` means by `written`, if it stays within the repository.
    pub(super) fn target(&self, folder: &Path, written: &str) -> Option<PathBuf> {
        let mut target = folder.to_owned();
        for part in Path::new(written).components() {
            match part {
                Component::Normal(part) => target.push(part),
                Component::CurDir => {}
                Component::ParentDir => {
                    target.pop();
                }
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        self.boundary.as_ref().is_none_or(|boundary| target.starts_with(boundary)).then_some(target)
    }

    /// What to do about a path that [`Self::target`] refuses: `what`, or what would let it.
    pub(super) fn instead(&self, what: &str) -> String {
        if self.prefix.is_empty() {
            format!("{what}, or check with `--allow-outside`")
        } else {
            // Nobody knows what lay outside when the commit was made.
            format!("{what}: a commit is read without what lies outside, `--allow-outside` or not")
        }
    }

    /// Whether a path that exists lies, with its links followed, outside of what it may lie in.
    pub(super) fn leads_out(&self, path: &Path) -> bool {
        let fence = if path.starts_with(&self.root) { Some(&self.root) } else { self.boundary.as_ref() };
        fence.is_some_and(|fence| fs::canonicalize(path).is_ok_and(|target| !target.starts_with(fence)))
    }
}

/// A path with `/`, as it is shown and matched.
pub(super) fn join<'a>(parts: impl Iterator<Item = Component<'a>>) -> String {
    parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
}
