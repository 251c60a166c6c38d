//! What could stand at a place of a policy or a test.
//!
//! The grammar says what may follow (`parse::place`), the checker which names are seen from there and what is due
//! (`check::visible_at`), for which the text is parsed once more with a marker at the cursor. This puts the two together.

mod expression;
mod test_block;
mod units;
mod words;

use crate::ast::{ExprIds, File};
use crate::check::{Visible, visible_at};
use crate::engine::{NameGround, Study};
use crate::parse::place::{BlockKind, CursorPlace, NextKind, place_in};
use crate::parse::{mend, parse};
use crate::source::FileId;
use crate::types::Type;
use crate::vocabulary::RecordType;

pub use super::completion::{Completion, CompletionKind};

/// The word that is put at the cursor. Nobody calls anything so.
const MARKER: &str = "tollgate_cursor";

/// What does not fit is listed below everything that does.
const SUNK: u8 = 20;

/// Everything that could stand at a byte of a policy or test, the likeliest first. `text` is the file's text now, which may be
/// newer than the study.
pub fn complete(study: &Study, file: FileId, text: &str, offset: usize) -> Vec<Completion> {
    let Some(place) = place_in(text, offset.min(text.len())) else { return Vec::new() };
    let holds = |ground: &&NameGround| ground.files.iter().any(|known| known.id == file);
    let Some(ground) = study.grounds.iter().find(holds).or(study.grounds.first()) else { return Vec::new() };
    let asked = CompletionAsked { study, ground, file, text, place };
    let mut found = asked.all();
    let mut known = std::collections::BTreeSet::new();
    found.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.label.cmp(&b.label)));
    found.retain(|one| known.insert(one.label.clone()));
    for one in &mut found {
        one.span = asked.place.word.clone();
    }
    found
}

/// Whether a place lies in a text in quotes that has expressions.
pub fn is_in_text(text: &str, offset: usize) -> bool {
    place_in(text, offset).is_some_and(|place| place.interpolation.is_some())
}

/// A place, with all that is known around it.
struct CompletionAsked<'a> {
    study: &'a Study,
    ground: &'a NameGround,
    file: FileId,
    text: &'a str,
    place: CursorPlace,
}

impl CompletionAsked<'_> {
    fn all(&self) -> Vec<Completion> {
        let mut found = Vec::new();
        let first = self.place.first_on_line;
        // A new declaration begins on a line of its own.
        let anew_rank = if first { 0 } else { 9 };
        for next in &self.place.anew {
            match next {
                NextKind::Word(word) => found.push(words::declaration(word, anew_rank)),
                NextKind::Path => found.extend(self.paths(anew_rank)),
                NextKind::Expression
                | NextKind::Unit
                | NextKind::Type
                | NextKind::Name
                | NextKind::Value
                | NextKind::Decision
                | NextKind::Text => {}
            }
        }
        let in_policy = matches!(self.place.block, BlockKind::Policy | BlockKind::Gate | BlockKind::Rule)
            || self.place.block == BlockKind::File && self.keyword() == "policy"
            || self.place.interpolation.is_some();
        let has_path = !self.way().is_empty();
        let is_clause = |next: &NextKind| matches!(next, NextKind::Word(word) if expression::is_clause(word));
        let has_clauses = self.place.next.iter().any(is_clause);
        let call = if has_clauses { super::signature::call_at(self.text, self.place.path) } else { None };
        for next in &self.place.next {
            match next {
                NextKind::Word(_) if has_path => {}
                NextKind::Word(word)
                    if call.is_some_and(|call| !expression::takes_clause(call.builtin, word)) => {}
                NextKind::Word(word) => found.push(words::word(word, self.rank_of_word(word))),
                NextKind::Expression => found.extend(self.expressions()),
                NextKind::Path if in_policy => found.extend(self.expression_names()),
                NextKind::Path => found.extend(self.paths(0)),
                NextKind::Unit if !first => found.extend(self.units()),
                NextKind::Type => found.extend(self.types()),
                NextKind::Name => found.extend(self.names()),
                NextKind::Value => found.extend(self.values()),
                NextKind::Decision => found.extend(words::decisions()),
                NextKind::Unit | NextKind::Text => {}
            }
        }
        found
    }

    /// The first word of the declaration around the place.
    fn keyword(&self) -> &str {
        self.words_before().first().copied().unwrap_or_default()
    }

    /// The words and signs of the declaration so far.
    fn words_before(&self) -> Vec<&str> {
        let range = self.place.decl..self.place.path;
        crate::parse::place::words_in(self.text, range)
    }

    /// The names before the word that is being written, each with a dot.
    fn way(&self) -> Vec<&str> {
        let way = self.text.get(self.place.path..self.place.word.start).unwrap_or("");
        way.split('.').map(str::trim).filter(|name| !name.is_empty()).collect()
    }

    /// How far down a word of the language belongs: on a new line rather a clause than an operator.
    fn rank_of_word(&self, word: &str) -> u8 {
        let is_operator = matches!(word, "and" | "or" | "in" | "not in" | "matches" | "to" | "of" | "with");
        match (self.place.first_on_line, is_operator) {
            (true, true) => 4,
            (true, false) | (false, true) => 2,
            (false, false) => 3,
        }
    }

    /// What the checker sees from the place; none where no expression can be made of what is around it.
    fn visible(&self) -> Option<Visible> {
        let inserted = mend::inserted(self.text, &self.place, MARKER);
        self.visible_in(&inserted).or_else(|| self.visible_in(&mend::cut(self.text, &self.place, MARKER)?))
    }

    fn visible_in(&self, text: &str) -> Option<Visible> {
        let mut ids = ExprIds::further(self.ground.program.exprs.len());
        let (tree, _) = parse(self.file, text, &mut ids);
        let others = self.ground.files.iter().filter(|known| known.id != self.file);
        let files: Vec<File> = others.cloned().chain([tree]).collect();
        visible_at(&files, ids.count(), MARKER)
    }

    fn snapshot(&self) -> &RecordType {
        &self.ground.program.vocabulary.snapshot
    }

    /// Names that are declared elsewhere, where a name may stand that is no value.
    fn names(&self) -> Vec<Completion> {
        let is_value = self.place.block == BlockKind::Value;
        match (self.place.block, self.keyword()) {
            (BlockKind::Policy, "gate") => expression::stages(&self.ground.program.vocabulary, 0),
            (BlockKind::Value, "param") => {
                let mut all = expression::stages(&self.ground.program.vocabulary, 0);
                all.extend(expression::all_members(self.snapshot(), 1));
                all.push(words::word("else", 2));
                all
            }
            _ if is_value => self.keys(),
            _ => Vec::new(),
        }
    }

    /// The types that a field can have.
    fn types(&self) -> Vec<Completion> {
        let in_list = self.words_before().last() == Some(&"of");
        let mut all = words::types(in_list);
        let mut units = Vec::new();
        units::declared_in(self.snapshot(), &mut units);
        let with_unit = units.into_iter().map(|unit| {
            Completion::new(format!("number {unit}"), CompletionKind::Type, 1)
                .detail("a number with this unit")
        });
        all.extend(with_unit);
        all
    }
}

/// A type as a detail says it.
fn shown(ty: &Type) -> Option<String> {
    match ty {
        Type::Error => None,
        Type::Record(_) => Some("record".to_owned()),
        Type::List(element) if element.record().is_some() => Some("list".to_owned()),
        Type::Bool
        | Type::Text
        | Type::Date
        | Type::Time
        | Type::Stage
        | Type::Choice(_)
        | Type::Amount(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::List(_) => Some(ty.to_string()),
    }
}

#[cfg(test)]
mod tests;
