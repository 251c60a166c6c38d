//! Submodules of git that were not fetched: folders that are there, and empty.
//!
//! Knows nothing of git but the form of its list.

use super::path::{below, join};
use super::site::Site;
use crate::text::quote;

/// The submodules of the repository that were not fetched.
pub(super) fn unfetched(site: &Site<'_>) -> Vec<String> {
    let Some(top) = site.files.repository(&site.root) else { return Vec::new() };
    let list = site.files.read(&join(&top, ".gitmodules")).unwrap_or_default();
    let text = String::from_utf8(list).unwrap_or_default();
    let paths =
        text.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim_start().strip_prefix('='));
    let modules = paths.map(|path| join(&top, path.trim().trim_matches('"').trim_end_matches('/')));
    let is_empty = |module: &String| site.files.list(module).is_ok_and(|listed| listed.is_empty());
    modules.filter(is_empty).collect()
}

/// What to do where nothing was found below a folder because a submodule was not fetched; none if there is no such one.
pub(super) fn not_fetched(site: &Site<'_>, folder: &str) -> Option<String> {
    let holds = |module: &String| below(folder, module).is_some() || below(module, folder).is_some();
    let module = unfetched(site).into_iter().find(holds)?;
    Some(format!("`{}` is a submodule that was not fetched: {FETCH}", quote(&site.name(&module))))
}

/// How to fetch them.
pub(super) const FETCH: &str =
    "`git submodule update --init` does that, or `submodules: true` of `actions/checkout`";
