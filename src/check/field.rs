//! Field declarations: their types and ranges, and how several declarations of one field are merged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::errors;
use super::literal::{self, is_unit};
use super::vocabulary::duplicates;
use crate::ast::{FieldDecl, FieldKind, NamedMark, RangeDecl, TypeExpr, TypeKind};
use crate::diagnostic::Diagnostic;
use crate::interval::Interval;
use crate::source::Span;
use crate::text::quote;
use crate::types::{Kind, Quantity, Type};
use crate::vocabulary::{Field, RecordType, Vocabulary};

/// A field that further declarations may still add to.
pub(super) struct FieldDraft {
    name: Arc<str>,
    shape: FieldShape,
    required: bool,
    key: Option<Span>,
    changing: Option<Span>,
    kept: Option<Span>,
    standing: bool,
    named: Option<NamedMark>,
    doc: Option<Arc<str>>,
    /// None for a built-in field that is not declared.
    span: Option<Span>,
    built_in: bool,
}

/// What a field holds.
pub(super) enum FieldShape {
    Value(Type),
    Record(Vec<FieldDraft>),
    /// A list of records.
    List(Vec<FieldDraft>),
}

/// Where a field stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FieldPlace {
    Snapshot,
    /// In a record, perhaps one of a list's element.
    Record {
        in_list: bool,
    },
    /// Directly in a list's element: a key may stand here.
    Element,
}

/// The built-in fields.
pub(super) fn built_in(vocabulary: &Vocabulary) -> Vec<FieldDraft> {
    let draft = |field: &Field| FieldDraft {
        name: field.name.clone(),
        shape: FieldShape::Value(field.ty.clone()),
        required: field.required,
        key: None,
        changing: None,
        kept: None,
        standing: field.standing,
        named: None,
        doc: None,
        span: None,
        built_in: true,
    };
    vocabulary.snapshot.fields.iter().map(draft).collect()
}

/// Adds the built-in `retired`, unless a field has its name or its key. One that is declared as a date is the built-in one,
/// and stands as that does.
pub(super) fn add_retired(drafts: &mut Vec<FieldDraft>) {
    if let Some(declared) = drafts.iter_mut().find(|draft| &*draft.name == Vocabulary::RETIRED) {
        declared.standing |= matches!(declared.shape, FieldShape::Value(Type::Date));
    } else if is_free(drafts, Vocabulary::RETIRED) {
        let doc = "the last day of the workflow, after which it is no longer judged";
        let added = added(Vocabulary::RETIRED, Type::Date, doc);
        drafts.push(FieldDraft { standing: true, ..added });
    }
}

/// Adds the built-in `left` where a list is `kept`, unless a field has its name or its key.
pub(super) fn add_left(drafts: &mut Vec<FieldDraft>) {
    fn keeps(draft: &FieldDraft) -> bool {
        match &draft.shape {
            FieldShape::List(_) => draft.kept.is_some(),
            FieldShape::Record(fields) => fields.iter().any(keeps),
            FieldShape::Value(_) => false,
        }
    }
    if drafts.iter().any(keeps) && is_free(drafts, Vocabulary::LEFT) {
        let doc = "the keys of kept lists whose elements are gone for good since the snapshot before";
        drafts.push(added(Vocabulary::LEFT, Type::List(Box::new(Type::Text)), doc));
    }
}

/// Whether no field has this name or key.
fn is_free(drafts: &[FieldDraft], name: &str) -> bool {
    let key = |draft: &FieldDraft| draft.named.as_ref().map_or(draft.name.clone(), |named| named.key.clone());
    !drafts.iter().any(|draft| *draft.name == *name || *key(draft) == *name)
}

/// A built-in field that gives way to a declared one.
fn added(name: &str, ty: Type, doc: &str) -> FieldDraft {
    FieldDraft {
        name: name.into(),
        shape: FieldShape::Value(ty),
        required: false,
        key: None,
        changing: None,
        kept: None,
        standing: false,
        named: None,
        doc: Some(doc.into()),
        span: None,
        built_in: true,
    }
}

/// The fields of one `snapshot` block.
pub(super) fn check_field_decls(
    decls: &[FieldDecl],
    has_stages: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<FieldDraft> {
    Fields { has_stages, standing: false, diagnostics }.check(decls, FieldPlace::Snapshot)
}

struct Fields<'d> {
    has_stages: bool,
    /// Whether the record or list around is marked as `standing`.
    standing: bool,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Fields<'_> {
    fn check(&mut self, decls: &[FieldDecl], place: FieldPlace) -> Vec<FieldDraft> {
        let names: Vec<_> = decls.iter().map(|decl| decl.name.clone()).collect();
        for group in duplicates(&names) {
            self.diagnostics.push(errors::duplicate("field", &group));
        }
        let mut seen = BTreeSet::new();
        let mut drafts: Vec<FieldDraft> = Vec::new();
        for decl in decls {
            let draft = self.check_field_decl(decl, place);
            if seen.insert(&decl.name.text) {
                drafts.push(draft);
            }
        }
        drafts
    }

    fn check_field_decl(&mut self, decl: &FieldDecl, place: FieldPlace) -> FieldDraft {
        self.check_standing(decl, place);
        self.check_named(decl, place);
        let around = self.standing;
        self.standing |= decl.marks.standing.is_some();
        let standing = self.standing;
        let in_list = place != FieldPlace::Snapshot && place != FieldPlace::Record { in_list: false };
        let shape = match &decl.kind {
            FieldKind::Record(fields) => {
                FieldShape::Record(self.check(fields, FieldPlace::Record { in_list }))
            }
            FieldKind::Value(ty) => self.check_shape(ty),
        };
        self.standing = around;
        let reserved = self.check_reserved(decl, place);
        // What is read of it anyway is no second error.
        let shape = if reserved { FieldShape::Value(Type::Error) } else { shape };
        if decl.name.text.chars().any(|c| c.is_ascii_uppercase()) {
            self.diagnostics.push(errors::not_lower_case(&decl.name));
        }
        let key = decl.marks.key.filter(|span| {
            let problem =
                if place == FieldPlace::Element { key_problem(&shape) } else { Some("it is in no list") };
            if let Some(problem) = problem {
                self.diagnostics.push(errors::bad_key(&decl.name, *span, problem));
            }
            problem.is_none()
        });
        FieldDraft {
            name: decl.name.text.clone(),
            shape,
            required: decl.marks.required.is_some(),
            key,
            changing: decl.marks.changing,
            kept: decl.marks.kept,
            // Of a record, its fields stand.
            standing: standing && !matches!(decl.kind, FieldKind::Record(_)),
            named: decl.marks.named.clone(),
            doc: decl.doc.clone(),
            span: Some(decl.name.span),
            built_in: false,
        }
    }

    fn check_standing(&mut self, decl: &FieldDecl, place: FieldPlace) {
        let Some(mark) = decl.marks.standing else { return };
        let name = &*decl.name.text;
        let problem = match place {
            FieldPlace::Snapshot if matches!(name, "date" | "stage" | "advance_to") => {
                Some("it changes with each snapshot")
            }
            FieldPlace::Element | FieldPlace::Record { in_list: true } => {
                Some("the whole list can be `standing`, but not one field of it")
            }
            FieldPlace::Snapshot | FieldPlace::Record { in_list: false } => None,
        };
        self.diagnostics.extend(problem.map(|problem| errors::bad_standing(name, mark, problem)));
    }

    /// Whether the field has a name or key that says in every snapshot where its values are from.
    fn check_reserved(&mut self, decl: &FieldDecl, place: FieldPlace) -> bool {
        let named = decl.marks.named.as_ref().filter(|named| *named.key == *Vocabulary::COLLECTED);
        let error = match named {
            _ if place != FieldPlace::Snapshot => None,
            _ if *decl.name.text == *Vocabulary::COLLECTED => Some(errors::reserved_name(&decl.name)),
            Some(named) => Some(errors::reserved_key(&decl.name, named.span)),
            None => None,
        };
        let is_reserved = error.is_some();
        self.diagnostics.extend(error);
        is_reserved
    }

    fn check_named(&mut self, decl: &FieldDecl, place: FieldPlace) {
        let Some(named) = &decl.marks.named else { return };
        let name = &*decl.name.text;
        let built_in = matches!(name, "workflow" | "date" | "stage" | "advance_to");
        let problem = match &*named.key {
            _ if built_in && place == FieldPlace::Snapshot => Some("it is built in"),
            "" => Some("a key is not empty"),
            _ => None,
        };
        self.diagnostics.extend(problem.map(|problem| errors::bad_named(name, named.span, problem)));
    }

    fn check_shape(&mut self, ty: &TypeExpr) -> FieldShape {
        match &ty.kind {
            TypeKind::ListOfRecords(fields) => {
                self.refuse_range(ty);
                FieldShape::List(self.check(fields, FieldPlace::Element))
            }
            TypeKind::Bool
            | TypeKind::Text
            | TypeKind::Date
            | TypeKind::Time
            | TypeKind::Duration
            | TypeKind::Count
            | TypeKind::Number(_)
            | TypeKind::Share
            | TypeKind::Stage
            | TypeKind::OneOf(_)
            | TypeKind::List(_)
            | TypeKind::Unknown(_) => FieldShape::Value(self.check_type_expr(ty)),
        }
    }

    fn check_type_expr(&mut self, ty: &TypeExpr) -> Type {
        let checked = match &ty.kind {
            TypeKind::Duration => return self.amount(Kind::Duration, ty.range.as_ref()),
            TypeKind::Count => return self.amount(Kind::Count, ty.range.as_ref()),
            TypeKind::Share => return self.amount(Kind::Share, ty.range.as_ref()),
            TypeKind::Number(None) => return self.amount(Kind::Number, ty.range.as_ref()),
            TypeKind::Number(Some(unit)) if is_unit(&unit.text) => {
                return self.amount(Kind::Unit(unit.text.clone()), ty.range.as_ref());
            }
            TypeKind::Number(Some(unit)) => {
                self.diagnostics.push(errors::bad_unit(unit));
                Type::Error
            }
            TypeKind::Bool => Type::Bool,
            TypeKind::Text => Type::Text,
            TypeKind::Date => Type::Date,
            TypeKind::Time => Type::Time,
            TypeKind::Stage if self.has_stages => Type::Stage,
            TypeKind::Stage => {
                self.diagnostics.push(errors::no_stages(ty.span, "a field of type `stage`"));
                Type::Error
            }
            TypeKind::OneOf(members) => {
                for group in duplicates(members) {
                    self.diagnostics.push(errors::duplicate("member", &group));
                }
                Type::Choice(members.iter().map(|member| member.text.clone()).collect())
            }
            TypeKind::List(element) => {
                let element = self.check_type_expr(element);
                if element == Type::Error { element } else { Type::List(Box::new(element)) }
            }
            TypeKind::ListOfRecords(fields) => {
                let fields = self.check(fields, FieldPlace::Element);
                let element = finish_element(fields, self.diagnostics);
                Type::List(Box::new(Type::Record(Arc::new(element))))
            }
            TypeKind::Unknown(name) => {
                self.diagnostics.push(errors::unknown_type(name));
                Type::Error
            }
        };
        self.refuse_range(ty);
        checked
    }

    fn amount(&mut self, kind: Kind, range: Option<&RangeDecl>) -> Type {
        let range = match range {
            Some(range) => self.check_range_decl(&kind, range),
            None => kind.default_range(),
        };
        Type::Amount(Quantity { kind, range })
    }

    /// The range, or all numbers where it has an error.
    fn check_range_decl(&mut self, kind: &Kind, range: &RangeDecl) -> Interval {
        let mut bound = |bound| match literal::bound_of_field(kind, bound) {
            Ok(number) => Some(number),
            Err(diagnostic) => {
                self.diagnostics.push(*diagnostic);
                None
            }
        };
        let (low, high) = (bound(&range.low), bound(&range.high));
        let (Some(low), Some(high)) = (low, high) else { return Interval::ALL };
        if low > high {
            self.diagnostics.push(errors::reversed_range(range));
            return Interval::ALL;
        }
        Interval::new(low, high)
    }

    fn refuse_range(&mut self, ty: &TypeExpr) {
        if let Some(range) = &ty.range {
            self.diagnostics.push(errors::no_range(range, "a field of this type"));
        }
    }
}

/// Why a field of this shape cannot be a key.
fn key_problem(shape: &FieldShape) -> Option<&'static str> {
    match shape {
        FieldShape::Record(_) | FieldShape::List(_) | FieldShape::Value(Type::List(_) | Type::Record(_)) => {
            Some("it holds several values")
        }
        FieldShape::Value(Type::Bool) => Some("only two elements could have one"),
        FieldShape::Value(
            Type::Text
            | Type::Date
            | Type::Time
            | Type::Stage
            | Type::Choice(_)
            | Type::Amount(_)
            | Type::Elapsed
            | Type::Calendar
            | Type::Error,
        ) => None,
    }
}

/// Adds the fields of another block.
pub(super) fn merge(known: &mut Vec<FieldDraft>, fields: Vec<FieldDraft>, diagnostics: &mut Vec<Diagnostic>) {
    let places: BTreeMap<_, _> =
        known.iter().enumerate().map(|(at, draft)| (draft.name.clone(), at)).collect();
    for field in fields {
        match places.get(&field.name).and_then(|at| known.get_mut(*at)) {
            Some(earlier) => merge_field(earlier, field, diagnostics),
            None => known.push(field),
        }
    }
}

fn merge_field(earlier: &mut FieldDraft, later: FieldDraft, diagnostics: &mut Vec<Diagnostic>) {
    let places = (earlier.span, later.span);
    let (built_in, is_first) = (earlier.built_in, earlier.span.is_none());
    earlier.doc = earlier.doc.take().or(later.doc);
    earlier.span = earlier.span.or(later.span);
    let differs = match (&mut earlier.shape, later.shape) {
        (FieldShape::Record(fields), FieldShape::Record(more))
        | (FieldShape::List(fields), FieldShape::List(more)) => {
            merge(fields, more, diagnostics);
            None
        }
        // One of them has an error that was reported.
        (FieldShape::Value(Type::Error), _) => return,
        (shape, FieldShape::Value(Type::Error)) => {
            *shape = FieldShape::Value(Type::Error);
            return;
        }
        (FieldShape::Value(a), FieldShape::Value(b)) if *a == b => None,
        // The one built-in field that may be declared as something else: the series then runs by instants.
        (FieldShape::Value(a @ Type::Date), FieldShape::Value(Type::Time))
            if built_in && is_first && *earlier.name == *"date" =>
        {
            *a = Type::Time;
            None
        }
        (a, b) => Some((describe(a), describe(&b))),
    };
    // That the built-in fields are required goes without saying.
    let differs = differs.or_else(|| match (earlier.required, later.required) {
        (true, false) if !built_in => Some(("required".to_owned(), "optional".to_owned())),
        (false, true) if !built_in => Some(("optional".to_owned(), "required".to_owned())),
        _ => None,
    });
    let differs = differs.or_else(|| match (earlier.key, later.key) {
        (Some(_), None) => Some(("the key".to_owned(), "not the key".to_owned())),
        (None, Some(_)) => Some(("not the key".to_owned(), "the key".to_owned())),
        _ => None,
    });
    let differs = differs.or_else(|| match (earlier.changing, later.changing) {
        (Some(_), None) => Some(("changing".to_owned(), "not changing".to_owned())),
        (None, Some(_)) => Some(("not changing".to_owned(), "changing".to_owned())),
        _ => None,
    });
    let differs = differs.or_else(|| match (earlier.kept, later.kept) {
        (Some(_), None) => Some(("kept".to_owned(), "not kept".to_owned())),
        (None, Some(_)) => Some(("not kept".to_owned(), "kept".to_owned())),
        _ => None,
    });
    let differs = differs.or_else(|| match (earlier.standing, later.standing) {
        (true, false) if !built_in => Some(("standing".to_owned(), "not standing".to_owned())),
        (false, true) if !built_in => Some(("not standing".to_owned(), "standing".to_owned())),
        _ => None,
    });
    let differs = differs.or_else(|| {
        let key = |named: &Option<NamedMark>| named.as_ref().map(|mark| Arc::clone(&mark.key));
        let (first, second) = (key(&earlier.named), key(&later.named));
        let told =
            |key: Option<Arc<str>>| format!("read as `{}`", quote(&key.unwrap_or(earlier.name.clone())));
        (first != second && !built_in).then(|| (told(first), told(second)))
    });
    if let Some((first, second)) = differs {
        diagnostics.push(errors::declared_differently(&earlier.name, places, (&first, &second)));
        earlier.shape = FieldShape::Value(Type::Error);
    }
}

/// A shape as it would be declared.
fn describe(shape: &FieldShape) -> String {
    match shape {
        FieldShape::Record(_) => "a record".to_owned(),
        FieldShape::List(_) => "a list of records".to_owned(),
        FieldShape::Value(ty) => match ty {
            Type::Amount(Quantity { kind, range }) if *range != kind.default_range() => {
                let show = |bound: &Option<_>| {
                    bound.as_ref().map_or_else(|| "anything".to_owned(), |bound| kind.show(bound))
                };
                format!("{ty} from {} to {}", show(&range.low), show(&range.high))
            }
            Type::Amount(_)
            | Type::Bool
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::Stage
            | Type::Choice(_)
            | Type::Elapsed
            | Type::Calendar
            | Type::List(_)
            | Type::Record(_)
            | Type::Error => ty.to_string(),
        },
    }
}

/// The finished type of a snapshot.
pub(super) fn finish(drafts: Vec<FieldDraft>, diagnostics: &mut Vec<Diagnostic>) -> RecordType {
    finish_record(drafts, ListAround::None, diagnostics)
}

/// The list that a record stands in, perhaps in another record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListAround {
    None,
    WithoutKey,
    WithKey,
}

/// The finished type of a list's elements.
fn finish_element(drafts: Vec<FieldDraft>, diagnostics: &mut Vec<Diagnostic>) -> RecordType {
    let keyed = drafts.iter().any(|draft| draft.key.is_some());
    let around = if keyed { ListAround::WithKey } else { ListAround::WithoutKey };
    finish_record(drafts, around, diagnostics)
}

fn finish_record(
    drafts: Vec<FieldDraft>,
    around: ListAround,
    diagnostics: &mut Vec<Diagnostic>,
) -> RecordType {
    let keys: Vec<_> = drafts.iter().filter_map(|draft| draft.key).collect();
    if keys.len() > 1 {
        diagnostics.push(errors::several_keys(&keys));
    }
    find_shared_keys(&drafts, diagnostics);
    let mut fields = Vec::new();
    for draft in drafts {
        if let Some(span) = draft.changing {
            let problem = match around {
                _ if draft.key.is_some() => Some("it is the key, which identifies the element"),
                ListAround::None => Some("it is in no list"),
                ListAround::WithoutKey => Some("its list has no `key`"),
                ListAround::WithKey => None,
            };
            diagnostics.extend(problem.map(|problem| errors::bad_changing(&draft.name, span, problem)));
        }
        let is_keyed = |fields: &[FieldDraft]| fields.iter().any(|field| field.key.is_some());
        if let Some(span) = draft.kept {
            let problem = match (&draft.shape, around) {
                (_, ListAround::WithoutKey | ListAround::WithKey) => Some("it is inside a list"),
                (FieldShape::List(fields), ListAround::None) if is_keyed(fields) => None,
                (FieldShape::List(_), ListAround::None) => Some("its elements have no `key`"),
                (FieldShape::Value(_) | FieldShape::Record(_), ListAround::None) => {
                    Some("it is not a list of records")
                }
            };
            diagnostics.extend(problem.map(|problem| errors::bad_kept(&draft.name, span, problem)));
        }
        let ty = match draft.shape {
            FieldShape::Value(ty) => ty,
            FieldShape::Record(fields) => Type::Record(Arc::new(finish_record(fields, around, diagnostics))),
            FieldShape::List(fields) => {
                Type::List(Box::new(Type::Record(Arc::new(finish_element(fields, diagnostics)))))
            }
        };
        let key = draft.key.is_some() && keys.len() == 1;
        let (changing, kept, standing) = (draft.changing.is_some(), draft.kept.is_some(), draft.standing);
        let named = draft.named.map(|mark| mark.key).filter(|key| *key != draft.name);
        let (name, required, doc, span) = (draft.name, draft.required, draft.doc, draft.span);
        fields.push(Field { name, ty, required, key, changing, kept, standing, named, doc, span });
    }
    RecordType { fields }
}

/// No two fields of a record are read under one key.
fn find_shared_keys(drafts: &[FieldDraft], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, &FieldDraft> = BTreeMap::new();
    for draft in drafts {
        let key = draft.named.as_ref().map_or(&*draft.name, |mark| &*mark.key);
        let place = |draft: &FieldDraft| draft.named.as_ref().map(|mark| mark.span).or(draft.span);
        if let Some(first) = seen.insert(key, draft) {
            let both = [(&*draft.name, place(draft)), (&*first.name, place(first))];
            diagnostics.push(errors::shared_key(key, both));
        }
    }
}
