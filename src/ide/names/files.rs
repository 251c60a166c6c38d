//! Files that a configuration names: its base, and its policies.

use std::ops::Range;

use crate::builtin::{self, PackEntry};
use crate::engine::Study;
use crate::ide::yaml::{SlotContent, YamlText};
use crate::project::path;
use crate::source::FileId;

/// A path in a configuration, and the files that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathUse {
    /// The path, without quotes.
    pub at: Range<usize>,
    /// Of a folder, the policies in it; in the order of their names.
    pub files: Vec<FileId>,
}

/// The path at a byte of a configuration.
pub fn path_at(study: &Study, file: FileId, offset: usize) -> Option<PathUse> {
    let configs = || study.grounds.iter().flat_map(|ground| &ground.configs);
    configs().find(|(own, _)| *own == file)?;
    let source = study.sources.get(file)?;
    let yaml = YamlText::read(&source.text);
    let id = yaml.slot_at(offset)?;
    let slot = yaml.slot(id);
    let is_path = matches!(yaml.keys_to(id).as_slice(), ["policies" | "extends"]);
    let value = yaml.scalar(id).filter(|_| is_path && slot.content == SlotContent::Scalar)?;
    let touches = slot.value.start <= offset && offset <= slot.value.end;
    let at = super::in_yaml::inner(&source.text, slot.value.clone(), &value).filter(|_| touches)?;
    let policies = study.grounds.iter().flat_map(|ground| &ground.files).map(|file| file.id);
    let known = configs().map(|(own, _)| *own).chain(policies);
    let wanted = match builtin::pack_entry(&value) {
        Some(PackEntry::Whole) => builtin::FOLDER.trim_end_matches('/').to_owned(),
        Some(PackEntry::One(name)) => builtin::file_name(name),
        None => path::straight(&path::join(path::parent(&source.name), &value)),
    };
    // Of a pattern, the folders before it.
    let folder = wanted.split('*').next().unwrap_or_default();
    let is_pattern = folder.len() < wanted.len();
    let fits = |id: &FileId| {
        let name = study.sources.name(*id);
        path::below(name, &wanted).is_some() || is_pattern && name.starts_with(folder)
    };
    let mut files: Vec<FileId> = known.filter(fits).collect();
    files.sort_by_key(|id| study.sources.name(*id));
    files.dedup();
    (!files.is_empty()).then_some(PathUse { at, files })
}
