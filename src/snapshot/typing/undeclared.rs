//! Keys that the vocabulary does not declare, and the fields that they were most likely meant for.
//!
//! Knows the vocabulary, and of YAML only the tree.

use super::{At, Typing};
use crate::diagnostic::{Diagnostic, did_you_mean_within};
use crate::snapshot::errors;
use crate::snapshot::limits::MAX_UNDECLARED;
use crate::snapshot::path::{Path, Subject};
use crate::snapshot::tree::{Content, Entry};
use crate::source::Span;
use crate::text::words_of;
use crate::vocabulary::{Field, RecordType, Vocabulary};

/// A field that a key may be meant for, somewhere else in the snapshot.
struct Elsewhere {
    /// Its way from the snapshot.
    path: String,
    /// The record that it is in is there, or its way has the very words of the key.
    sure: bool,
    /// The record that it is in is there.
    given: bool,
}

impl Typing<'_> {
    /// Reports the keys of a record that no field has, and of a `rollout.yaml` those that do not stand.
    pub(super) fn undeclared_keys(
        &mut self,
        entries: &[Entry<'_>],
        ty: &RecordType,
        present: &[Option<&Entry<'_>>],
        path: Option<&Path<'_>>,
    ) {
        for entry in entries {
            if path.is_none() && entry.key == Vocabulary::COLLECTED {
                if self.alone {
                    self.problems.push(errors::standing_collected(entry.span));
                }
                continue;
            }
            if let Some((at, field)) = self.field_of(ty, &entry.key) {
                if self.alone && !field.may_stand() {
                    let tells_apart = path.is_none() && self.tells_apart(at);
                    let path = Path::field(path, self.key_of(field));
                    let subject = Subject { span: entry.span, path: &path, declared: field.span };
                    self.problems.push(errors::not_standing(subject, field, tells_apart));
                }
                continue;
            }
            self.undeclared += 1;
            if self.undeclared > MAX_UNDECLARED {
                if self.undeclared == MAX_UNDECLARED + 1 {
                    self.problems.push(errors::too_many_undeclared(entry.span));
                }
                return;
            }
            let problem = self.undeclared_key(entry, ty, present, path);
            self.problems.push(problem);
        }
    }

    fn undeclared_key(
        &mut self,
        entry: &Entry<'_>,
        ty: &RecordType,
        present: &[Option<&Entry<'_>>],
        path: Option<&Path<'_>>,
    ) -> Diagnostic {
        // A field by its name where its key is due, or the other way round.
        let other = if self.by_name { ty.field_of_key(&entry.key) } else { ty.field(&entry.key) };
        let is_lacking = |at: usize, field: &Field| {
            present.get(at).is_none_or(Option::is_none) && (!self.alone || field.may_stand())
        };
        if let Some((_, field)) = other.filter(|(at, field)| is_lacking(*at, field)) {
            return errors::misspelt(entry.span, &entry.key, self.key_of(field), path);
        }
        // `{id:a}`: a key without a value.
        if let Some((key, value)) = entry.key.split_once(':')
            && self.field_of(ty, key).is_some_and(|(at, field)| is_lacking(at, field))
        {
            return errors::no_blank_after_colon(entry.span, (key, value), path);
        }
        let mut pairs = self.pairs;
        let lacking = ty.fields.iter().enumerate().filter(|(at, field)| is_lacking(*at, field));
        let lacking = lacking.map(|(_, field)| self.key_of(field));
        let is_measured = path.is_none() && !self.alone && !self.by_name;
        let lacking = lacking.chain(is_measured.then_some(Vocabulary::COLLECTED));
        let meant = did_you_mean_within(&mut pairs, &entry.key, lacking);
        if let Some(field) = meant {
            let problem = errors::misspelt(entry.span, &entry.key, field, path);
            self.pairs = pairs;
            return problem;
        }
        let elsewhere = self.elsewhere(&mut pairs, &entry.key, path);
        self.pairs = pairs;
        match elsewhere {
            Some(Elsewhere { path: meant, sure: true, given }) => {
                let problem = errors::written_beside(entry.span, &entry.key, &meant, path);
                match self.in_its_record(entry, &meant).filter(|_| !given && path.is_none()) {
                    Some((span, line)) => problem.help(format!("did you mean `{meant}`?")).choice(span, line),
                    None => problem,
                }
            }
            _ if self.by_name => errors::given_undeclared(entry.span, &entry.key, path),
            found => {
                let problem = errors::undeclared(entry.span, &entry.key, path);
                let help = found.map(|found| {
                    format!("did you mean `{}`? {}", found.path, errors::where_to_write(&found.path))
                });
                problem.maybe_help(help)
            }
        }
    }

    /// A key with its value as it stands in a record of its own: `users: { active: 4 }`.
    fn in_its_record(&self, entry: &Entry<'_>, path: &str) -> Option<(Span, String)> {
        let node = self.root?.tree.node(entry.value);
        let Content::Scalar { text, plain: true } = &node.content else { return None };
        let (record, field) = path.split_once('.')?;
        let is_simple = !field.contains('.') && !text.contains([',', '[', ']', '{', '}', '\n']);
        let span = Span::new(entry.span.file, entry.span.range().start..node.span.range().end);
        is_simple.then(|| (span, format!("{record}: {{ {field}: {text} }}")))
    }

    /// The one field that is not given and that a key of the snapshot or of one of its records is meant for.
    fn elsewhere(&self, pairs: &mut usize, key: &str, path: Option<&Path<'_>>) -> Option<Elsewhere> {
        if self.alone || key.len() > MAX_KEY {
            return None;
        }
        let root = self.root?;
        let mut top = path;
        while let Some(Path { above: Some(above), .. }) = top {
            top = Some(above);
        }
        let vocabulary = self.vocabulary;
        if let Some(top) = top {
            // What an element of a list has too much is hardly meant for the snapshot.
            self.field_of(&vocabulary.snapshot, top.name)?.1.ty.record()?;
        }
        let mut search = KeySearch { pairs, key, words: words_of(key), found: Vec::new() };
        self.search(&mut search, &vocabulary.snapshot, (Some(root), true), "");
        match search.found.len() {
            1 => search.found.pop(),
            _ => None,
        }
    }

    fn search(
        &self,
        search: &mut KeySearch<'_>,
        ty: &RecordType,
        (at, given): (Option<At<'_>>, bool),
        above: &str,
    ) {
        let entries = at.and_then(At::entries).unwrap_or_default();
        for field in &ty.fields {
            let key = self.key_of(field);
            *search.pairs = search.pairs.saturating_sub(entries.len() + key.len() + above.len());
            if *search.pairs == 0 {
                return;
            }
            let entry = entries.iter().find(|entry| entry.key == *key);
            let path = if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") };
            if let Some(record) = field.ty.record() {
                let inner = at.zip(entry).map(|(at, entry)| At { tree: at.tree, id: entry.value });
                self.search(search, record, (inner, entry.is_some()), &path);
                continue;
            }
            let same_words = words_of(&path) == search.words;
            if entry.is_none() && (same_words || search.key == key) {
                let sure = if above.is_empty() { search.key != key } else { same_words || given };
                search.found.push(Elsewhere { path, sure, given });
            }
        }
    }
}

/// Longer keys are not looked for elsewhere.
const MAX_KEY: usize = 80;

struct KeySearch<'s> {
    /// What may still be compared.
    pairs: &'s mut usize,
    key: &'s str,
    words: Vec<String>,
    found: Vec<Elsewhere>,
}
