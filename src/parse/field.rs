//! `snapshot` blocks: fields and their types.

use std::sync::Arc;

use pest::iterators::Pair;

use super::recover::{Previous, Spoiled};
use super::tree::{Builder, child, children, extent, first};
use super::{MAX_DEPTH, Rule, errors};
use crate::ast::{
    CadenceDecl, EveryDecl, FieldDecl, FieldKind, FieldMarks, Name, NamedMark, RangeDecl, SnapshotDecl,
    TypeExpr, TypeKind,
};
use crate::source::Span;

impl Builder<'_> {
    /// The declaration, and the names of fields in it that were not understood.
    pub(super) fn build_snapshot_decl(&mut self, pair: &Pair<'_, Rule>) -> (SnapshotDecl, Vec<Name>) {
        let mut broken = Vec::new();
        let cadence = match child(pair, Rule::snapshot_head) {
            Some(head) => child(&head, Rule::cadence).and_then(|cadence| self.build_cadence(&cadence)),
            None => {
                self.explain_head(pair, Rule::alone_snapshot_head);
                None
            }
        };
        self.check_open(pair);
        let fields = self.build_fields(pair, &mut broken);
        (SnapshotDecl { cadence, fields, span: self.span_of(pair) }, broken)
    }

    /// What stands behind `every`: `weekday`, or the first of the literals.
    pub(super) fn build_every<'p>(
        &mut self,
        pair: &Pair<'_, Rule>,
        literals: &mut impl Iterator<Item = Pair<'p, Rule>>,
    ) -> Option<EveryDecl> {
        match child(pair, Rule::kw_weekday) {
            Some(weekday) => Some(EveryDecl::Weekday(self.span_of(&weekday))),
            None => self.build_signed_literal(&literals.next()?).map(EveryDecl::Length),
        }
    }

    fn build_cadence(&mut self, pair: &Pair<'_, Rule>) -> Option<CadenceDecl> {
        let span = self.span_of(pair);
        let mut literals = children(pair, Rule::signed_literal);
        let every = self.build_every(pair, &mut literals);
        let grace = match literals.next() {
            Some(grace) => Some(self.build_signed_literal(&grace)?),
            None => None,
        };
        Some(CadenceDecl { every: every?, grace, span })
    }

    /// The fields of a block; the names of broken ones go to `broken`.
    fn build_fields(&mut self, block: &Pair<'_, Rule>, broken: &mut Vec<Name>) -> Vec<FieldDecl> {
        let mut fields: Vec<FieldDecl> = Vec::new();
        let mut previous: Option<Previous<'_>> = None;
        for pair in block.clone().into_inner() {
            let errors = self.errors();
            match pair.as_rule() {
                Rule::field_decl => match self.build_field_decl(&pair, broken) {
                    Some(field) => fields.push(field),
                    None => broken.extend(first(&pair).map(|name| self.name(&name))),
                },
                Rule::bad_field => match self.report_bad(&pair, previous.as_ref(), Rule::alone_field) {
                    Spoiled::Itself(name) => broken.extend(name),
                    Spoiled::Previous => broken.extend(fields.pop().map(|field| field.name)),
                },
                _ => continue,
            }
            previous = Some(self.seen(pair, errors));
        }
        self.check_close(block);
        fields
    }

    fn build_field_decl(&mut self, pair: &Pair<'_, Rule>, broken: &mut Vec<Name>) -> Option<FieldDecl> {
        let mut inner = pair.clone().into_inner();
        let name = self.name(&inner.next()?);
        let body = inner.find(|part| matches!(part.as_rule(), Rule::field_value | Rule::field_record))?;
        // The comma behind a field is no part of it.
        let span = name.span.to(self.span_of(&body));
        if body.as_rule() == Rule::field_record {
            let (doc, marks) = (self.build_doc(&body), self.build_field_marks(pair));
            let fields = self.build_fields(&body, broken);
            return Some(FieldDecl { name, doc, kind: FieldKind::Record(fields), marks, span });
        }
        let (doc, marks) = (self.build_doc(&body), self.build_field_marks(&body));
        let written = child(&body, Rule::type_expr)?;
        let inner_doc = child(&written, Rule::field_record).and_then(|record| self.build_doc(&record));
        let ty = self.build_type_expr(&written, broken)?;
        Some(FieldDecl { name, doc: doc.or(inner_doc), kind: FieldKind::Value(ty), marks, span })
    }

    fn build_field_marks(&mut self, body: &Pair<'_, Rule>) -> FieldMarks {
        let mut mark = |rule: Rule, what: &str| {
            let mut marks =
                children(body, rule).map(|mark| self.span_of(&mark)).collect::<Vec<_>>().into_iter();
            let once = marks.next();
            marks.next().inspect(|twice| self.check_once(once, *twice, what));
            once
        };
        let key = mark(Rule::kw_key, "key");
        let required = mark(Rule::kw_required, "required");
        let changing = mark(Rule::kw_changing, "changing");
        let kept = mark(Rule::kw_kept, "kept");
        let standing = mark(Rule::kw_standing, "standing");
        let named = mark(Rule::named_mark, "named").and_then(|_| self.build_named_mark(body));
        FieldMarks { key, required, changing, kept, standing, named }
    }

    fn build_named_mark(&mut self, body: &Pair<'_, Rule>) -> Option<NamedMark> {
        let mark = child(body, Rule::named_mark)?;
        let key = self.build_string(&child(&mark, Rule::string)?)?;
        Some(NamedMark { key: key.into(), span: self.span_of(&mark) })
    }

    /// The doc string of a declaration.
    pub(super) fn build_doc(&mut self, pair: &Pair<'_, Rule>) -> Option<Arc<str>> {
        let string = first(&child(pair, Rule::doc)?)?;
        self.build_string(&string).map(Arc::from)
    }

    fn build_type_expr(&mut self, pair: &Pair<'_, Rule>, broken: &mut Vec<Name>) -> Option<TypeExpr> {
        let end = self.span_of(pair);
        let lists: Vec<Span> = children(pair, Rule::list_of).map(|list| self.span_of(&list)).collect();
        if lists.len() > MAX_DEPTH {
            self.report(errors::too_deep(Span { end: end.start + 1, ..end }));
            return None;
        }
        let range = match child(pair, Rule::range) {
            Some(range) => Some(self.build_range_decl(&range)?),
            None => None,
        };
        let written = pair.clone().into_inner().find(|part| part.as_rule() != Rule::list_of)?;
        let element_span = self.span_of(&written).to(end);
        let mut lists = lists.into_iter().rev();
        let mut ty = match written.as_rule() {
            Rule::field_record => {
                let span = lists.next()?.to(end);
                TypeExpr { kind: TypeKind::ListOfRecords(self.build_fields(&written, broken)), range, span }
            }
            Rule::one_of_type => {
                let members = children(&written, Rule::name).map(|name| self.name(&name)).collect();
                TypeExpr { kind: TypeKind::OneOf(members), range, span: element_span }
            }
            Rule::number_type => {
                let unit = child(&written, Rule::unit_name).map(|unit| self.name(&unit));
                TypeExpr { kind: TypeKind::Number(unit), range, span: element_span }
            }
            _ => TypeExpr { kind: type_word(self.name(&written)), range, span: element_span },
        };
        for list in lists {
            ty = TypeExpr { kind: TypeKind::List(Box::new(ty)), range: None, span: list.to(end) };
        }
        Some(ty)
    }

    /// `from A to B`, `within A to B`.
    pub(super) fn build_range_decl(&mut self, pair: &Pair<'_, Rule>) -> Option<RangeDecl> {
        let mut ends = children(pair, Rule::signed_literal);
        let low = self.build_signed_literal(&ends.next()?);
        let high = self.build_signed_literal(&ends.next()?);
        Some(RangeDecl { low: low?, high: high?, span: self.span_of(pair) })
    }

    /// Says what is wrong with a head that was not understood, unless that was said.
    pub(super) fn explain_head(&mut self, decl: &Pair<'_, Rule>, alone: Rule) {
        if let Some(head) = child(decl, Rule::bad_head) {
            // With the brace behind it, which the head may be waiting for.
            let end =
                child(decl, Rule::open_brace).map_or(head.as_span().end(), |brace| brace.as_span().end());
            self.explain(alone, extent(decl).start..end);
        }
    }
}

fn type_word(word: Name) -> TypeKind {
    match word.text.as_ref() {
        "bool" => TypeKind::Bool,
        "text" => TypeKind::Text,
        "date" => TypeKind::Date,
        "time" => TypeKind::Time,
        "duration" => TypeKind::Duration,
        "count" => TypeKind::Count,
        "share" => TypeKind::Share,
        "stage" => TypeKind::Stage,
        _ => TypeKind::Unknown(word),
    }
}
