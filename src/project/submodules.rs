//! Submodules of git that were not fetched: folders that are there, and empty.
//!
//! Knows nothing of git but the form of its list.

use super::path::{below, join};
use super::site::Site;
use crate::text::quote;

/// What to do where nothing was found below a folder because a submodule was not fetched; none if there is no such one.
pub(super) fn not_fetched(site: &Site<'_>, folder: &str) -> Option<String> {
    let top = site.files.repository(&site.root)?;
    let list = site.files.read(&join(&top, ".gitmodules")).ok()?;
    let text = String::from_utf8(list).ok()?;
    let paths =
        text.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim_start().strip_prefix('='));
    let mut modules = paths.map(|path| join(&top, path.trim().trim_matches('"').trim_end_matches('/')));
    let module = modules.find(|module| {
        let is_empty = site.files.list(module).map_or(true, |listed| listed.is_empty());
        is_empty && (below(folder, module).is_some() || below(module, folder).is_some())
    })?;
    let name = quote(&site.name(&module));
    Some(format!(
        "`{name}` is a submodule that was not fetched: `git submodule update --init` does that, or `submodules: true` of \
         `actions/checkout`"
    ))
}
