//! Another name for what is declared, wherever it is said: in policies, tests, configurations, plans and snapshots.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::in_yaml::YamlNames;
use super::unknown::may_be_used;
use super::verify::captured;
use super::{Declaration, DeclarationKind, NameTable, YamlFile};
use crate::ast::ExprIds;
use crate::builtin;
use crate::engine::{NameGround, Study};
use crate::parse::parse;
use crate::settings::BUILT_IN_POLICIES;
use crate::source::{FileId, Span};
use crate::text::yaml_text;
use crate::vocabulary::Vocabulary;

/// A piece of a file that is written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameEdit {
    /// The name of the file.
    pub file: Arc<str>,
    pub at: Range<usize>,
    pub text: String,
}

/// What can be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamable<'t> {
    /// The name that the place is in.
    pub at: Span,
    pub declaration: &'t Declaration,
}

/// Whether the name at a byte of a file can be renamed; `None` where there is no name.
///
/// # Errors
/// Why it cannot be, in words.
pub fn prepare_rename<'t>(
    study: &Study,
    table: &'t NameTable,
    file: FileId,
    offset: usize,
) -> Option<Result<Renamable<'t>, String>> {
    let found = table.at(file, offset)?;
    let declaration = table.declaration(found.declared)?;
    Some(refusal(study, table, declaration).map_or(Ok(Renamable { at: found.at, declaration }), Err))
}

/// All edits that give what is declared at a place another name, by file and place. `yaml` are the snapshots, standing facts and
/// plans of the study's projects.
///
/// # Errors
/// Why that cannot be done, in words.
pub fn rename(
    study: &Study,
    table: &NameTable,
    declared: Span,
    new: &str,
    yaml: impl IntoIterator<Item = YamlFile>,
) -> Result<Vec<NameEdit>, String> {
    let Some(declaration) = table.declaration(declared) else {
        return Err("nothing is declared there".into());
    };
    if let Some(why) = refusal(study, table, declaration) {
        return Err(why);
    }
    if *declaration.name == *new {
        return Ok(Vec::new());
    }
    is_a_name(declaration, new)?;
    is_free(study, table, declaration, new)?;
    let grounds = grounds_of(study, declaration);
    if let Some(place) = may_be_used(study, table, &grounds, &declaration.name) {
        let place = place_of(study, place);
        return Err(format!(
            "{place} may mean `{}`, but there are errors in that file: mend them first",
            declaration.name
        ));
    }
    let places = table.references(declaration.at, true);
    let places = places.into_iter().filter(|at| study.sources.text(*at) == &*declaration.name);
    let edits: BTreeSet<Span> = places.collect();
    if let Some(found) = captured(study, &edits, new) {
        return Err(match found.why {
            Some(why) => {
                format!("with that name there would be an error: {why} ({})", place_of(study, found.at))
            }
            None => {
                let word = study.sources.text(found.at);
                format!("with that name, `{word}` would mean something else at {}", place_of(study, found.at))
            }
        });
    }
    let edit = |at: &Span| NameEdit {
        file: study.sources.name(at.file).into(),
        at: at.range(),
        text: new.to_owned(),
    };
    let mut all: Vec<NameEdit> = edits.iter().map(edit).collect();
    if declaration.kind == DeclarationKind::Field {
        in_snapshots(study, table, declaration, new, yaml, &mut all)?;
    }
    all.sort_by(|a, b| (&a.file, a.at.start).cmp(&(&b.file, b.at.start)));
    all.dedup();
    Ok(all)
}

/// Adds the keys of snapshots and plans that are a field.
fn in_snapshots(
    study: &Study,
    table: &NameTable,
    field: &Declaration,
    new: &str,
    yaml: impl IntoIterator<Item = YamlFile>,
    edits: &mut Vec<NameEdit>,
) -> Result<(), String> {
    let names = YamlNames::of(study);
    let is_it = |declared: Option<Span>| declared.is_some_and(|declared| table.first(declared) == field.at);
    for file in yaml {
        if !file.text.contains(&*field.name) && !file.text.contains(new) {
            continue;
        }
        let (uses, strangers) = names.uses_and_strangers(&file, Some(new));
        let own = uses.iter().filter(|own| own.field.is_some() && !own.is_renamed && is_it(own.declared));
        if let Some((at, _)) =
            strangers.iter().find(|(_, fields)| fields.iter().any(|span| is_it(Some(*span))))
        {
            let line = file.text.get(..at.start).unwrap_or("").matches('\n').count() + 1;
            return Err(format!("{}:{line} has a key `{new}` already, which no field reads", file.name));
        }
        edits.extend(own.map(|own| NameEdit {
            file: file.name.clone(),
            at: own.at.clone(),
            text: key_text(&file.text, &own.at, new),
        }));
    }
    Ok(())
}

/// A key as it has to be written: in quotes where YAML would take the bare word for something else.
fn key_text(text: &str, at: &Range<usize>, new: &str) -> String {
    let before = text.get(..at.start).and_then(|before| before.chars().next_back());
    let after = text.get(at.end..).and_then(|after| after.chars().next());
    let is_part = |c: Option<char>| matches!(c, Some('"' | '\'' | '.'));
    if is_part(before) || is_part(after) { new.to_owned() } else { yaml_text(new) }
}

/// Why something cannot be renamed whatever the new name is.
fn refusal(study: &Study, table: &NameTable, declaration: &Declaration) -> Option<String> {
    let name = &declaration.name;
    match declaration.kind {
        DeclarationKind::Stage | DeclarationKind::Member => {
            return Some(format!("`{name}` is a value that snapshots record: values are not renamed"));
        }
        DeclarationKind::Entry => {
            return Some(format!("`{name}` is the key of a table, which goes by what it is asked for"));
        }
        DeclarationKind::Test => return Some("a test has a title and no name".to_owned()),
        DeclarationKind::Policy
        | DeclarationKind::Param
        | DeclarationKind::Let
        | DeclarationKind::Rule
        | DeclarationKind::Field => {}
    }
    let is_built_in = |own: &str| Vocabulary::built_in(vec!["a".into()]).snapshot.field(own).is_some();
    let also = [Vocabulary::RETIRED, Vocabulary::LEFT];
    if declaration.kind == DeclarationKind::Field
        && (is_built_in(&declaration.qualified) || also.contains(&&*declaration.qualified))
    {
        return Some(format!("`{name}` is a field of the language, which has this name"));
    }
    let is_shipped = |at: &Span| study.sources.name(at.file).starts_with(builtin::FOLDER);
    if is_shipped(&declaration.at) {
        let file = study.sources.name(declaration.at.file);
        return Some(format!("`{name}` is declared in {file}, which is shipped with Tollgate"));
    }
    let places = table.references(declaration.at, true);
    if let Some(at) = places.iter().find(|at| is_shipped(at)) {
        let file = study.sources.name(at.file);
        return Some(format!("{file} uses `{name}`, and is shipped with Tollgate"));
    }
    declared_twice(study, table, declaration)
}

/// Names that clash have uses that may mean the one or the other.
fn declared_twice(study: &Study, table: &NameTable, declaration: &Declaration) -> Option<String> {
    if declaration.kind == DeclarationKind::Field {
        return None;
    }
    let grounds = grounds_of(study, declaration);
    let files = files_of(&grounds);
    let other = table.declarations().find(|other| {
        other.at != declaration.at
            && files.contains(&other.at.file)
            && is_alike(other.kind, declaration.kind)
            && other.qualified == declaration.qualified
    })?;
    let places = [declaration.at, other.at].map(|at| place_of(study, at));
    Some(format!(
        "`{}` is declared twice, at {}: rename one of them by hand first",
        declaration.name,
        places.join(" and ")
    ))
}

/// Whether two kinds of names share their scope.
fn is_alike(one: DeclarationKind, other: DeclarationKind) -> bool {
    let is_value = |kind| matches!(kind, DeclarationKind::Let | DeclarationKind::Param);
    one == other || is_value(one) && is_value(other)
}

/// Whether the grammar takes a word for a name where this one stands.
fn is_a_name(declaration: &Declaration, new: &str) -> Result<(), String> {
    let is_word = new.starts_with(|c: char| c.is_ascii_alphabetic())
        && new.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_word {
        return Err(format!(
            "`{new}` is not a valid name: names begin with a letter and have only letters, digits and `_`"
        ));
    }
    let text = match declaration.kind {
        DeclarationKind::Policy => format!("policy {new} {{ let a = 1 }}"),
        DeclarationKind::Rule => format!("policy a {{ rule {new} {{ when true then note }} }}"),
        DeclarationKind::Field => format!("snapshot {{ {new}: text }}"),
        DeclarationKind::Param
        | DeclarationKind::Entry
        | DeclarationKind::Let
        | DeclarationKind::Stage
        | DeclarationKind::Member
        | DeclarationKind::Test => format!("policy a {{ let {new} = 1 }}"),
    };
    let (_, problems) = parse(FileId::default(), &text, &mut ExprIds::default());
    if !problems.is_empty() {
        return Err(format!("`{new}` cannot be a name: it is a word of the language, or too long"));
    }
    if declaration.kind == DeclarationKind::Field && new.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(format!("`{new}` has capitals, and the names of fields have none"));
    }
    Ok(())
}

/// Whether nothing else has a name where it would be looked for.
fn is_free(study: &Study, table: &NameTable, declaration: &Declaration, new: &str) -> Result<(), String> {
    if declaration.kind == DeclarationKind::Policy && BUILT_IN_POLICIES.contains(&new) {
        return Err(format!("rules that are built in are called `{new}.…`: no policy has that name"));
    }
    let grounds = grounds_of(study, declaration);
    let files = files_of(&grounds);
    let scope = |qualified: &str| qualified.rsplit_once('.').map(|(scope, _)| scope.to_owned());
    let own_scope = scope(&declaration.qualified);
    let is_value = |kind| matches!(kind, DeclarationKind::Let | DeclarationKind::Param);
    // A let or param may not hide a field of the snapshot.
    let hides = |one: &Declaration, other: &Declaration| {
        one.kind == DeclarationKind::Field && !one.qualified.contains('.') && is_value(other.kind)
    };
    let other = table.declarations().find(|other| {
        *other.name == *new
            && files.contains(&other.at.file)
            && (is_alike(other.kind, declaration.kind) && scope(&other.qualified) == own_scope
                || hides(other, declaration)
                || hides(declaration, other))
    });
    match other {
        Some(other) => {
            Err(format!("there is a {} `{new}` already, at {}", other.kind.word(), place_of(study, other.at)))
        }
        None => Ok(()),
    }
}

/// The grounds that know a declaration.
fn grounds_of<'s>(study: &'s Study, declaration: &Declaration) -> Vec<&'s NameGround> {
    let holds = |ground: &&NameGround| ground.files.iter().any(|file| file.id == declaration.at.file);
    study.grounds.iter().filter(holds).collect()
}

fn files_of(grounds: &[&NameGround]) -> BTreeSet<FileId> {
    grounds.iter().flat_map(|ground| &ground.files).map(|file| file.id).collect()
}

fn place_of(study: &Study, at: Span) -> String {
    format!("{}:{}", study.sources.name(at.file), study.sources.line_column(at).0)
}
