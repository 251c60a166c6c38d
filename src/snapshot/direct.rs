//! From the text of a snapshot straight to its typed values, without a tree in between: where the text is plain, all its
//! keys are declared, and nothing is wrong. Of any other text it says nothing, and the tree is asked.
//!
//! Knows the vocabulary. What it reads, [`Typing`](super::typing::Typing) would read the same; tests and a fuzz target hold
//! it to that.

use granit_parser::ScalarStyle;
use memchr::memmem;

use crate::snapshot::limits::{MAX_DEPTH, MAX_NODES};
use crate::snapshot::path::{Path, Subject};
use crate::snapshot::plain::{self, PlainKind, PlainNodes};
use crate::snapshot::scalar::Scalar;
use crate::snapshot::slip::Emptiness;
use crate::snapshot::tree::{is_null, refused_key};
use crate::snapshot::typing::all_differ;
use crate::source::{FileId, Span};
use crate::types::Type;
use crate::value::{Located, Record, Value};
use crate::vocabulary::{Field, RecordType, Vocabulary};

/// The record of a text, typed, and how many of so many fields its records may still have; none if it is not plain, or
/// something is to be said of it. Fields that are required may be missing from the record itself: standing facts may have
/// them.
pub(super) fn read(
    file: FileId,
    text: &str,
    vocabulary: &Vocabulary,
    fields: usize,
) -> Option<(Record, usize)> {
    // What a key says of the others takes the tree; it is often the last one.
    if memmem::find(text.as_bytes(), b"\ncollected:").is_some() {
        return None;
    }
    let open = Vec::with_capacity(4);
    let mut values = DirectValues { file, vocabulary, fields, nodes: 0, open, root: None };
    plain::read(file, text, &mut values)?;
    Some((values.root?, values.fields))
}

/// Makes values of nodes as they come.
struct DirectValues<'v> {
    file: FileId,
    vocabulary: &'v Vocabulary,
    fields: usize,
    nodes: u32,
    open: Vec<UnfinishedValue<'v>>,
    root: Option<Record>,
}

/// A collection that is not yet closed.
struct UnfinishedValue<'v> {
    kind: UnfinishedKind<'v>,
    /// The field that it is for, or its elements are; none for the document.
    field: Option<&'v Field>,
    /// Where it begins, if it is in brackets.
    start: Option<usize>,
    /// Place of the first key or element.
    first: Option<Span>,
}

enum UnfinishedKind<'v> {
    List {
        element: &'v Type,
        values: Vec<Located>,
    },
    Record {
        ty: &'v RecordType,
        fields: Vec<Option<Located>>,
        /// Index and key of the field whose value comes next.
        next: Option<(usize, Span)>,
    },
}

impl<'v> DirectValues<'v> {
    /// The field that the next value is for, and the type that it has there.
    fn next(&self) -> Option<(&'v Field, &'v Type)> {
        let UnfinishedValue { kind, field, .. } = self.open.last()?;
        match kind {
            UnfinishedKind::List { element, .. } => Some(((*field)?, element)),
            UnfinishedKind::Record { ty, next, .. } => {
                let (at, _) = (*next)?;
                let field = ty.fields.get(at)?;
                Some((field, &field.ty))
            }
        }
    }

    /// Puts a finished value where it belongs.
    fn attach(&mut self, value: Value, span: Span) -> Option<()> {
        let open = self.open.last_mut()?;
        match &mut open.kind {
            UnfinishedKind::List { values, .. } => {
                /// Elements that a list is made room for.
                const SOME: usize = 16;
                if open.first.is_none() {
                    open.first = Some(span);
                    values.reserve(SOME);
                }
                values.push(Located { key: span, span, value });
            }
            UnfinishedKind::Record { fields, next, .. } => {
                let (at, key) = next.take()?;
                *fields.get_mut(at)? = Some(Located { key, span, value });
            }
        }
        Some(())
    }

    fn charge(&mut self) -> Option<()> {
        self.nodes += 1;
        (self.nodes <= MAX_NODES).then_some(())
    }

    fn open_record(&mut self, ty: &'v RecordType) -> Option<UnfinishedKind<'v>> {
        self.fields = self.fields.checked_sub(ty.fields.len())?;
        let mut fields = Vec::with_capacity(ty.fields.len());
        fields.resize_with(ty.fields.len(), || None);
        Some(UnfinishedKind::Record { ty, fields, next: None })
    }
}

impl<'t> PlainNodes<'t> for DirectValues<'_> {
    fn open(&mut self, kind: PlainKind, start: usize, flow: bool) -> Option<()> {
        self.charge()?;
        if self.open.len() >= MAX_DEPTH {
            return None;
        }
        let next = self.next();
        let kind = match (kind, next.map(|(_, ty)| ty)) {
            (PlainKind::Map, None) if self.open.is_empty() => self.open_record(&self.vocabulary.snapshot)?,
            (PlainKind::Map, Some(Type::Record(ty))) => self.open_record(ty)?,
            (PlainKind::List, Some(Type::List(element))) => {
                UnfinishedKind::List { element, values: Vec::new() }
            }
            (PlainKind::Map | PlainKind::List, _) => return None,
        };
        let field = next.map(|(field, _)| field);
        self.open.push(UnfinishedValue { kind, field, start: flow.then_some(start), first: None });
        Some(())
    }

    fn key(&mut self, text: &'t str, span: Span) -> Option<()> {
        self.charge()?;
        let is_document = self.open.len() == 1;
        let open = self.open.last_mut()?;
        let UnfinishedKind::Record { ty, fields, next } = &mut open.kind else { return None };
        let (at, _) = ty.field_of_key(text)?;
        let is_twice = fields.get(at)?.is_some();
        let is_reserved = is_document && text == Vocabulary::COLLECTED;
        if is_twice || is_reserved || refused_key(text, true, is_null(text), span).is_some() {
            return None;
        }
        open.first.get_or_insert(span);
        *next = Some((at, span));
        Some(())
    }

    fn scalar(&mut self, text: &'t str, style: ScalarStyle, span: Span) -> Option<()> {
        self.charge()?;
        let (field, ty) = self.next()?;
        let plain = style == ScalarStyle::Plain;
        let is_other = matches!(ty, Type::List(_) | Type::Record(_));
        if is_other || plain && is_null(text) {
            return None;
        }
        // Nobody sees an error: of that, the tree says more.
        let path = Path::field(None, &field.name);
        let subject = Subject { span, path: &path, declared: field.span };
        let emptiness = Emptiness::Refused;
        let scalar = Scalar { text, plain, subject, vocabulary: self.vocabulary, suggest: false, emptiness };
        match scalar.read(ty) {
            Ok((Value::Range(_), _)) if field.key => None,
            Ok((value, None)) => self.attach(value, span),
            Ok((_, Some(_))) | Err(_) => None,
        }
    }

    fn close(&mut self, end: usize) -> Option<()> {
        let UnfinishedValue { kind, field, start, first, .. } = self.open.pop()?;
        let span = start.map_or(first, |start| Some(Span::new(self.file, start..end)))?;
        let value = match kind {
            UnfinishedKind::List { element, values } => {
                let keys = element.record().into_iter().flat_map(|ty| ty.fields.iter().enumerate());
                if keys.filter(|(_, field)| field.key).any(|(at, _)| !all_differ(&values, at)) {
                    return None;
                }
                Value::List(values)
            }
            UnfinishedKind::Record { ty, fields, .. } => {
                let record = Record { fields, empty: Vec::new(), span };
                if field.is_none() {
                    self.root = Some(record);
                    return Some(());
                }
                let is_missing = |(field, slot): (&Field, &Option<Located>)| field.required && slot.is_none();
                if ty.fields.iter().zip(&record.fields).any(is_missing) {
                    return None;
                }
                Value::Record(record)
            }
        };
        self.attach(value, span)
    }
}
