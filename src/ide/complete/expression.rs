//! What a value in a condition or let can be: names, functions, stages and members, and the words that begin an expression.

use super::{Completion, CompletionAsked, CompletionKind, SUNK, shown, words};
use crate::builtins::counting::Tallied;
use crate::builtins::series::{Along, Measure};
use crate::builtins::{self, Builtin, Shape};
use crate::check::{Due, Visible, VisibleKind, VisibleName};
use crate::types::{Kind, Type};
use crate::vocabulary::{RecordType, Vocabulary};

impl CompletionAsked<'_> {
    /// Everything that an expression can begin with.
    pub(super) fn expressions(&self) -> Vec<Completion> {
        if self.way().is_empty() && self.is_function_name() {
            return builtins::all()
                .map(|builtin| Completion { snippet: None, ..function(builtin, &Due::Anything) })
                .collect();
        }
        let visible = self.visible();
        let due = visible.as_ref().map_or(Due::Anything, |visible| visible.due.clone());
        let mut found: Vec<Completion> = visible.iter().flat_map(|visible| names(visible, &due)).collect();
        if !self.way().is_empty() {
            return found;
        }
        let words = self.words_before();
        let equals = words.iter().position(|word| *word == "=").filter(|_| self.keyword() == "let");
        if let Some(own) = equals.and_then(|at| words.get(at.checked_sub(1)?)) {
            // Only at an earlier snapshot may a let look at itself.
            found.iter_mut().filter(|one| one.label == **own).for_each(|one| one.rank += SUNK);
        }
        let in_element = visible.is_some_and(|visible| visible.in_element);
        if let Due::Value(ty) = &due {
            found.extend(constants(ty, &self.ground.program.vocabulary));
        }
        found.extend(builtins::all().map(|builtin| function(builtin, &due)));
        let begins = ["not", "if", "has", "at least", "snapshot", "true", "false"].into_iter();
        found.extend(begins.chain(in_element.then_some("it")).map(|word| {
            let fits = match (&due, word) {
                (Due::Value(Type::Bool), _) | (_, "if" | "snapshot" | "it") => true,
                (Due::Anything | Due::Condition, _) => !matches!(word, "true" | "false"),
                (Due::List | Due::Value(_), _) => false,
            };
            words::word(word, if fits { 7 } else { 7 + SUNK })
        }));
        found
    }

    /// The names that could stand there, and nothing else: behind `has`.
    pub(super) fn expression_names(&self) -> Vec<Completion> {
        let mut visible = self.visible();
        if let Some(visible) = &mut visible {
            visible.names.retain(|name| matches!(name.kind, VisibleKind::Field | VisibleKind::ElementField));
        }
        visible.iter().flat_map(|visible| names(visible, &Due::Anything)).collect()
    }

    /// Whether the word that is being written has its parenthesis already.
    fn is_function_name(&self) -> bool {
        !self.place.word.is_empty()
            && self.text.get(self.place.word.end..).is_some_and(|rest| rest.starts_with('('))
    }
}

fn names(visible: &Visible, due: &Due) -> Vec<Completion> {
    visible.names.iter().map(|name| named(name, due)).collect()
}

fn named(name: &VisibleName, due: &Due) -> Completion {
    let (kind, rank) = match name.kind {
        VisibleKind::ElementField => (CompletionKind::Field, 1),
        VisibleKind::Let => (CompletionKind::Let, 2),
        VisibleKind::Param | VisibleKind::Table => (CompletionKind::Param, 2),
        VisibleKind::Field => (CompletionKind::Field, 2),
        VisibleKind::Word => (CompletionKind::Value, 5),
        VisibleKind::Policy => (CompletionKind::Policy, 6),
    };
    let fits = due.takes(&name.ty);
    let detail = match name.kind {
        VisibleKind::Policy => Some("policy".to_owned()),
        VisibleKind::Table => shown(&name.ty).map(|ty| format!("table of {ty}")),
        VisibleKind::ElementField
        | VisibleKind::Let
        | VisibleKind::Param
        | VisibleKind::Field
        | VisibleKind::Word => shown(&name.ty),
    };
    let rank = if fits { rank } else { rank + SUNK };
    let doc =
        name.doc.as_deref().or_else(|| words::doc_of(&name.name).filter(|_| name.kind == VisibleKind::Word));
    Completion { detail, ..Completion::new(&*name.name, kind, rank) }.maybe_doc(doc)
}

/// The stages, members or truth values that something of a type is compared with.
pub(super) fn constants(ty: &Type, vocabulary: &Vocabulary) -> Vec<Completion> {
    match ty {
        Type::Stage => stages(vocabulary, 0),
        Type::Choice(members) => members.iter().map(|name| member(name, 0)).collect(),
        Type::Bool => ["true", "false"].map(|word| words::word(word, 0)).into(),
        Type::Text
        | Type::Date
        | Type::Time
        | Type::Amount(_)
        | Type::Elapsed
        | Type::Calendar
        | Type::List(_)
        | Type::Record(_)
        | Type::Error => Vec::new(),
    }
}

/// The stages, in the order of the ladder as far as their rank says.
pub(super) fn stages(vocabulary: &Vocabulary, rank: u8) -> Vec<Completion> {
    let all = vocabulary.stages.iter();
    all.map(|stage| Completion::new(&**stage, CompletionKind::Stage, rank).detail("stage")).collect()
}

fn member(name: &str, rank: u8) -> Completion {
    Completion::new(name, CompletionKind::Member, rank).detail("member")
}

/// The members of every `one of`.
pub(super) fn all_members(record: &RecordType, rank: u8) -> Vec<Completion> {
    let members = record.fields.iter().flat_map(|field| {
        let ty = field.ty.element().unwrap_or(&field.ty);
        match (ty, ty.record()) {
            (Type::Choice(members), _) => members.iter().map(|name| member(name, rank)).collect(),
            (_, Some(inner)) => all_members(inner, rank),
            _ => Vec::new(),
        }
    });
    members.collect()
}

fn function(builtin: &'static Builtin, due: &Due) -> Completion {
    let fits = match due {
        Due::Anything | Due::Condition => true,
        Due::List => matches!(builtin.shape, Shape::Distinct),
        Due::Value(ty) => may_give(&builtin.shape, ty),
    };
    let doc = format!("{}\n\n`{}` is {}", builtin.gives, builtin.example, builtin.value);
    Completion {
        snippet: Some(format!("{}($0)", builtin.name)),
        insert: builtin.name.to_owned(),
        ..Completion::new(builtin.name, CompletionKind::Function, if fits { 4 } else { 4 + SUNK })
    }
    .detail(builtin.usage)
    .maybe_doc(Some(doc))
}

/// Whether a function can give what compares with a type.
fn may_give(shape: &Shape, ty: &Type) -> bool {
    let gives = |kind| Due::Value(ty.clone()).takes(&Type::amount(kind));
    match shape {
        Shape::Counting(counting) => match counting.tallied {
            Tallied::Number(_) => gives(Kind::Count),
            Tallied::Share(_) => gives(Kind::Share),
            Tallied::Whether(_) => *ty == Type::Bool,
        },
        Shape::Numbers(numbers) => {
            matches!(ty, Type::Amount(_))
                || numbers.extreme.is_some() && matches!(ty, Type::Date | Type::Time)
        }
        Shape::Distinct => false,
        Shape::Longest | Shape::Along(Along::Run(Measure::Snapshots) | Along::Asks) => gives(Kind::Count),
        Shape::Along(Along::Run(Measure::Time) | Along::Since) => {
            Due::Value(ty.clone()).takes(&Type::Elapsed)
        }
        Shape::Along(Along::Stretch(_)) => matches!(ty, Type::Amount(_)),
        Shape::Along(Along::Snapshot(_) | Along::Latest) | Shape::Default => true,
        Shape::Part(part) if part.is_date => *ty == Type::Date,
        Shape::Part(_) => gives(Kind::Count),
        Shape::Weekday => matches!(ty, Type::Choice(_)),
        Shape::Confidence => gives(Kind::Share),
    }
}

/// Whether a word begins a clause of an argument.
pub(super) fn is_clause(word: &str) -> bool {
    matches!(word, "of" | "where" | "among" | "by" | "over")
}

/// Whether a function takes a clause; of another word, true.
pub(super) fn takes_clause(builtin: &Builtin, clause: &str) -> bool {
    if !is_clause(clause) {
        return true;
    }
    let takes: &[&str] = match &builtin.shape {
        Shape::Counting(counting) => match counting.tallied {
            Tallied::Share(_) => &["of", "where", "among", "by", "over"],
            Tallied::Number(_) | Tallied::Whether(_) => &["where", "among", "by", "over"],
        },
        Shape::Numbers(_) => &["where", "by", "over"],
        Shape::Distinct | Shape::Longest | Shape::Along(Along::Latest) => &["where", "over"],
        Shape::Along(Along::Snapshot(_)) => &["where"],
        Shape::Along(Along::Stretch(_)) => &["over"],
        Shape::Confidence => &["of"],
        Shape::Along(Along::Run(_) | Along::Since | Along::Asks)
        | Shape::Part(_)
        | Shape::Weekday
        | Shape::Default => &[],
    };
    takes.contains(&clause)
}
