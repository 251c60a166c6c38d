//! What the files of a workflow say that could not be judged: its last stage, who answers for it, and when that was written.
//!
//! Files with errors are read line by line, as nothing else can be made of them. No decision rests on that.

use super::super::load::Ready;
use crate::report::full_name;
use crate::report::page::UnreadWorkflow;
use crate::source::{FileId, SourceMap};

/// The workflows of a project that have no series, by full name.
pub(super) fn unread<T>(project: &Ready<T>, sources: &SourceMap) -> Vec<(String, UnreadWorkflow)> {
    let without = project.workflows.iter().filter(|workflow| workflow.series.is_none());
    let of = |files: &[FileId]| {
        let read = files.iter().filter_map(|file| sources.get(*file));
        let texts: Vec<(&str, &str)> = read.map(|source| (&*source.name, &*source.text)).collect();
        let stages = &project.program.vocabulary.stages;
        last_known(&texts, |stage| stages.iter().any(|known| **known == *stage))
    };
    without
        .map(|workflow| (full_name(project.name.as_deref(), &workflow.name), of(&workflow.files)))
        .collect()
}

/// What the texts of files say, those with the latest date last.
fn last_known(texts: &[(&str, &str)], is_stage: impl Fn(&str) -> bool) -> UnreadWorkflow {
    let mut files: Vec<(String, &str, &str)> =
        texts.iter().map(|(name, text)| (entry(text, "date").unwrap_or_default(), *name, *text)).collect();
    files.sort();
    let mut known = UnreadWorkflow::default();
    for (date, name, text) in files {
        known.files.push(name.to_owned());
        known.owner = entry(text, "owner").or(known.owner);
        if let Some(stage) = entry(text, "stage").filter(|stage| is_stage(stage)) {
            known.stage = Some(stage);
            known.date = Some(date).filter(|date| !date.is_empty());
        }
    }
    known
}

/// The first value of a key, as YAML or JSON has it on a line of its own.
fn entry(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = line.trim_start().trim_start_matches('"').strip_prefix(key)?;
        let value = rest.trim_start_matches('"').trim_start().strip_prefix(':')?;
        let value = value.split(" #").next()?.trim().trim_end_matches(',').trim_matches(['"', '\'']);
        (!value.is_empty()).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_file_that_names_a_stage_counts() {
        let texts = [
            ("b.yaml", "date: 2026-11-09\nstage: nowhere # yet\nowner: ben@example.com\n: [\n"),
            ("a.json", "{\n  \"date\": \"2026-11-02\",\n  \"stage\": \"pilot\",\n  \"owner\": \"ana\"\n"),
        ];
        let known = last_known(&texts, |stage| stage == "pilot");
        assert_eq!(known.files, ["a.json", "b.yaml"]);
        assert_eq!((known.stage.as_deref(), known.date.as_deref()), (Some("pilot"), Some("2026-11-02")));
        assert_eq!(known.owner.as_deref(), Some("ben@example.com"));
    }
}
