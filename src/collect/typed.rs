//! A plan against the vocabulary and the kinds of its sources, before anything is read: fields, types, units, columns.

use crate::code::Code;
use crate::collect::invented::invented_zero;
use crate::collect::plan::{EachRow, FieldPlan, Plan, Take};
use crate::collect::read::columns_of;
use crate::collect::source::{PlanSource, PromQuery, SourceKind};
use crate::collect::table::KnownColumns;
use crate::collect::unit::{FieldForm, unit_problem};
use crate::config::Setting;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;
use crate::text::{first_few, quote};
use crate::types::{Kind, Type};
use crate::vocabulary::{Field, RecordType, Vocabulary};

/// A field of a plan that fits the vocabulary.
#[derive(Debug)]
pub(super) struct TypedField<'p> {
    pub(super) plan: &'p FieldPlan,
    pub(super) source: &'p PlanSource,
    pub(super) shape: TakenShape<'p>,
}

/// How what it takes is written.
#[derive(Debug)]
pub(super) enum TakenShape<'p> {
    Single(FieldForm<'p>),
    /// The elements themselves.
    Column {
        column: &'p str,
        form: FieldForm<'p>,
    },
    /// The fields of the elements, in the order of the plan; the first one that names an element says so.
    Elements {
        fields: Vec<ElementForm<'p>>,
        key: Option<usize>,
    },
}

/// A field of an element.
#[derive(Debug)]
pub(super) struct ElementForm<'p> {
    pub(super) key: &'p str,
    pub(super) column: &'p str,
    pub(super) form: FieldForm<'p>,
}

/// The fields of a plan that fit, and what is wrong with the others.
pub(super) fn check<'p>(
    plan: &'p Plan,
    vocabulary: &'p Vocabulary,
) -> (Vec<TypedField<'p>>, Vec<Diagnostic>) {
    let (mut fields, mut problems) = (Vec::new(), Vec::new());
    // What is wrong with a source is told already, and not again at each field.
    let is_broken = |name: &str| plan.broken_sources.iter().any(|broken| broken == name);
    for field in &plan.fields {
        let checker = FieldChecker { plan: field, vocabulary };
        match plan.source(&field.from) {
            Ok(source) => match checker.check(source) {
                Ok(shape) => fields.push(TypedField { plan: field, source, shape }),
                Err(found) => problems.extend(found),
            },
            Err(problem) => {
                // Whether there is such a field does not depend on its source.
                problems.extend(checker.resolve().err());
                problems.extend(Some(problem).filter(|_| !is_broken(&field.from.value)));
            }
        }
    }
    for source in &plan.sources {
        if !plan.fields.iter().any(|field| field.from.value == source.name.value) {
            problems.push(
                Diagnostic::warning(
                    Code::PlanIncomplete,
                    format!("no field takes anything from `{}`", quote(&source.name.value)),
                )
                .label(source.name.span, "it is not read")
                .help("remove it, or add a field with `from`"),
            );
        }
    }
    problems.extend(plan.fields.iter().flat_map(|field| queries(&field.take)).filter_map(zero));
    problems.extend(plan.sources.iter().filter_map(|source| {
        let SourceKind::Jq { filter } = &source.kind else { return None };
        zero(&Setting { value: filter.clone(), span: source.place.span })
    }));
    // A record and a field of it cannot both be collected.
    for (at, field) in plan.fields.iter().enumerate() {
        let inner =
            plan.fields.iter().skip(at + 1).find(|other| is_inside(&other.field.value, &field.field.value));
        if let Some(other) = inner {
            let (whole, part) = if field.field.value.len() < other.field.value.len() {
                (field, other)
            } else {
                (other, field)
            };
            problems.push(
                Diagnostic::error(Code::UnfitField, "a field is collected twice")
                    .label(part.field.span, "here a part of it")
                    .label(whole.field.span, "here the whole"),
            );
        }
    }
    (fields, problems)
}

/// The texts of a question.
fn queries(take: &Take) -> Vec<&Setting<String>> {
    match take {
        Take::Prometheus(PromQuery::Value { query: text } | PromQuery::Quantile { buckets: text, .. })
        | Take::Sql(text)
        | Take::SqlEach(text, _) => vec![text],
        Take::Prometheus(PromQuery::Shares { part, whole, .. }) => vec![part, whole],
        Take::Each(_) | Take::Count(_) | Take::Value(_) | Take::Metric(_) => Vec::new(),
    }
}

/// A warning of a query that says 0 where there is nothing.
fn zero(query: &Setting<String>) -> Option<Diagnostic> {
    let found = query.value.get(invented_zero(&query.value)?)?;
    let told =
        Diagnostic::warning(Code::InventedZero, format!("`{}` says 0 where there is no data", quote(found)));
    let told = told.label(query.span, "in this query");
    Some(told.help(
        "leave it out: an empty result is unknown; for a `part` that may be empty write `absent_part: 0`",
    ))
}

fn is_inside(field: &str, other: &str) -> bool {
    let inside =
        |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
    inside(field, other) || inside(other, field)
}

struct FieldChecker<'p> {
    plan: &'p FieldPlan,
    vocabulary: &'p Vocabulary,
}

impl<'p> FieldChecker<'p> {
    fn check(&self, source: &'p PlanSource) -> Result<TakenShape<'p>, Vec<Diagnostic>> {
        let field = self.resolve().map_err(|problem| vec![problem])?;
        self.kind_of_source(source).map_err(|problem| vec![problem])?;
        let columns = columns_of(&source.kind);
        match &self.plan.take {
            Take::Each(row) | Take::SqlEach(_, row) => self.each(field, row, columns),
            Take::Count(total) | Take::Value(total) => {
                let is_count = matches!(self.plan.take, Take::Count(_));
                let known = self.total_unit(total, columns, is_count).map_err(|problem| vec![problem])?;
                self.single(field, known, total.span)
            }
            Take::Prometheus(PromQuery::Shares { whole, .. }) => match &field.ty {
                Type::Amount(quantity) if quantity.kind == Kind::Share => {
                    self.single(field, None, whole.span)
                }
                ty => Err(vec![self.unfit(
                    format!("`part` and `whole` make a share, and `{}` is {}", self.name(), described(ty)),
                    whole.span,
                    "declare the field as `share`, or take one number with `query`",
                )]),
            },
            Take::Prometheus(
                PromQuery::Value { query: text } | PromQuery::Quantile { buckets: text, .. },
            )
            | Take::Sql(text)
            | Take::Metric(text) => self.single(field, None, text.span),
        }
    }

    fn name(&self) -> String {
        quote(&self.plan.field.value)
    }

    fn unfit(&self, message: String, span: Span, help: &str) -> Diagnostic {
        Diagnostic::error(Code::UnfitField, message).label(span, "taken from here").help(help)
    }

    /// The field of the vocabulary.
    fn resolve(&self) -> Result<&'p Field, Diagnostic> {
        let path = &self.plan.field;
        let mut record: &RecordType = &self.vocabulary.snapshot;
        let mut keys = path.value.split('.').peekable();
        while let Some(key) = keys.next() {
            let Some((at, field)) = record.field_of_key(key) else {
                return Err(no_such_field(path, key, record));
            };
            let is_built_in =
                std::ptr::eq(record, &*self.vocabulary.snapshot) && at < self.vocabulary.built_in_fields();
            if is_built_in {
                return Err(Diagnostic::error(
                    Code::UnfitField,
                    format!("`{}` is not measured", quote(&path.value)),
                )
                .label(path.span, "a person says it")
                .help("remove it from the plan"));
            }
            if keys.peek().is_none() {
                return Ok(field);
            }
            match field.ty.record() {
                Some(inner) => record = inner,
                None => {
                    return Err(Diagnostic::error(
                        Code::UnfitField,
                        format!("`{}` is not a record", quote(key)),
                    )
                    .label(path.span, "so it has no fields of its own"));
                }
            }
        }
        Err(no_such_field(path, &path.value, record))
    }

    /// Whether this kind of source is asked in this way.
    fn kind_of_source(&self, source: &PlanSource) -> Result<(), Diagnostic> {
        let wanted = match (&self.plan.take, &source.kind) {
            (Take::Prometheus(_), SourceKind::Prometheus(_))
            | (Take::Metric(_), SourceKind::Mlflow { .. } | SourceKind::MlflowTable { .. })
            | (Take::Sql(_) | Take::SqlEach(..), SourceKind::Sqlite | SourceKind::Postgres(_)) => {
                return Ok(());
            }
            (Take::Each(_) | Take::Count(_) | Take::Value(_), kind) if !kind.is_asked() => return Ok(()),
            (_, SourceKind::Prometheus(_)) => "`query`, `part` and `whole`, or `quantile` and `buckets`",
            (_, SourceKind::Mlflow { .. } | SourceKind::MlflowTable { .. }) => "`metric`",
            (_, SourceKind::Sqlite | SourceKind::Postgres(_)) => "`sql`",
            (_, _) => "`each`, `count` or `value`",
        };
        let (from, kind) = (quote(&self.plan.from.value), source.kind.name());
        // As they are spoken: an `inspect`, an `mlflow`.
        let article = if kind.starts_with(['e', 'i', 'm', 'o', 'x']) { "an" } else { "a" };
        let message = format!("`{from}` is {article} `{kind}` source: take `{}` with {wanted}", self.name());
        Err(Diagnostic::error(Code::UnfitField, message)
            .label(self.plan.from.span, "taken from here")
            .label(source.name.span, "it is declared here"))
    }

    fn form(&self, name: &str, ty: &'p Type, unit: Option<String>) -> FieldForm<'p> {
        FieldForm { name: name.to_owned(), ty, unit, vocabulary: self.vocabulary }
    }

    fn single(
        &self,
        field: &'p Field,
        fixed: Option<&str>,
        span: Span,
    ) -> Result<TakenShape<'p>, Vec<Diagnostic>> {
        if matches!(field.ty, Type::List(_) | Type::Record(_)) {
            let help = if matches!(field.ty, Type::List(_)) {
                "take its elements with `each`"
            } else {
                "collect its fields, `a.b`"
            };
            return Err(vec![self.unfit(
                format!("`{}` is {}", self.name(), described(&field.ty)),
                span,
                help,
            )]);
        }
        let unit = self
            .unit(&self.name(), &field.ty, fixed, self.plan.unit.as_ref(), span)
            .map_err(|problem| vec![problem])?;
        Ok(TakenShape::Single(self.form(&self.plan.field.value, &field.ty, unit)))
    }

    /// The unit of a source's numbers: what the source says itself, or else the plan.
    fn unit(
        &self,
        name: &str,
        ty: &Type,
        fixed: Option<&str>,
        given: Option<&Setting<String>>,
        span: Span,
    ) -> Result<Option<String>, Diagnostic> {
        if let (Some(fixed), Some(given)) = (fixed, given)
            && fixed != given.value
        {
            return Err(Diagnostic::error(Code::UnfitField, format!("the source has it in `{fixed}`"))
                .label(given.span, "another unit")
                .help("remove `unit`: it is known here"));
        }
        let counts = matches!(self.plan.take, Take::Prometheus(PromQuery::Shares { .. }));
        let unit = given.map(|unit| unit.value.as_str()).or(fixed);
        match unit_problem(ty, unit).filter(|_| !(counts && unit.is_none())) {
            Some((what, help)) => {
                let at = given.map_or(span, |unit| unit.span);
                Err(Diagnostic::error(Code::UnfitField, format!("`{name}` is {}, and {what}", described(ty)))
                    .label(at, "taken from here")
                    .help(help))
            }
            None => Ok(unit.map(str::to_owned)),
        }
    }

    fn each(
        &self,
        field: &'p Field,
        row: &'p EachRow,
        columns: Option<KnownColumns>,
    ) -> Result<TakenShape<'p>, Vec<Diagnostic>> {
        let Type::List(element) = &field.ty else {
            let span = self.plan.field.span;
            return Err(vec![self.unfit(
                format!("`each` makes a list, and `{}` is {}", self.name(), described(&field.ty)),
                span,
                "take one value with `value` or `count`",
            )]);
        };
        match (row, element.record()) {
            (EachRow::Column(column), None) => {
                let fixed = column_unit(column, columns).map_err(|problem| vec![problem])?;
                let unit = self.unit(&self.name(), element, fixed, self.plan.unit.as_ref(), column.span);
                let unit = unit.map_err(|problem| vec![problem])?;
                Ok(TakenShape::Column {
                    column: &column.value,
                    form: self.form(&self.plan.field.value, element, unit),
                })
            }
            (EachRow::Fields(fields), Some(record)) => self.elements(fields, record, columns),
            (EachRow::Column(column), Some(_)) => Err(vec![self.unfit(
                format!("the elements of `{}` are records", self.name()),
                column.span,
                "write a map of fields and columns, `{ id: id }`",
            )]),
            (EachRow::Fields(_), None) => Err(vec![self.unfit(
                format!("the elements of `{}` have no fields", self.name()),
                self.plan.field.span,
                "write the name of one column: `each: NAME`",
            )]),
        }
    }

    fn elements(
        &self,
        plans: &'p [super::plan::ElementPlan],
        record: &'p RecordType,
        columns: Option<KnownColumns>,
    ) -> Result<TakenShape<'p>, Vec<Diagnostic>> {
        let (mut fields, mut problems, mut key) = (Vec::new(), Vec::new(), None);
        for plan in plans {
            let Some((_, field)) = record.field_of_key(&plan.key.value) else {
                problems.push(no_such_field(&plan.key, &plan.key.value, record));
                continue;
            };
            let name = format!("{}.{}", self.plan.field.value, plan.key.value);
            let unit = column_unit(&plan.column, columns).and_then(|fixed| {
                self.unit(&quote(&name), &field.ty, fixed, plan.unit.as_ref(), plan.column.span)
            });
            if matches!(field.ty, Type::List(_) | Type::Record(_)) {
                problems.push(self.unfit(
                    format!("`{}` is {}", quote(&plan.key.value), described(&field.ty)),
                    plan.key.span,
                    "collect a field that is a single value",
                ));
                continue;
            }
            match unit {
                Ok(unit) => {
                    if field.key {
                        key = Some(fields.len());
                    }
                    let form = self.form(&name, &field.ty, unit);
                    fields.push(ElementForm { key: &plan.key.value, column: &plan.column.value, form });
                }
                Err(problem) => problems.push(problem),
            }
        }
        for field in record.fields.iter().filter(|field| field.required || field.key) {
            if !plans.iter().any(|plan| plan.key.value == **field.yaml_key()) {
                let why = if field.key { "names the elements" } else { "is required" };
                problems.push(self.unfit(
                    format!(
                        "`{}` {why} of `{}`, and the plan does not take it",
                        field.yaml_key(),
                        self.name()
                    ),
                    self.plan.field.span,
                    "add it to `each`",
                ));
            }
        }
        if problems.is_empty() { Ok(TakenShape::Elements { fields, key }) } else { Err(problems) }
    }

    /// The unit of a total.
    fn total_unit(
        &self,
        total: &Setting<String>,
        columns: Option<KnownColumns>,
        is_count: bool,
    ) -> Result<Option<&'static str>, Diagnostic> {
        let Some(columns) = columns else { return Ok(None) };
        if columns.totals.contains(&total.value.as_str())
            || columns.totals.contains(&"*")
            || total.value == "rows"
        {
            let fixed = columns.fixed.iter().find(|(name, _)| *name == total.value);
            return Ok(fixed.and_then(|(_, unit)| *unit).filter(|_| !is_count));
        }
        if !is_count {
            return column_unit(total, Some(columns));
        }
        let known: Vec<&str> = columns.totals.iter().copied().chain(["rows"]).collect();
        Err(unknown_column(total, &known))
    }
}

/// The unit that a column has by itself; an error if the kind of source has no such column.
fn column_unit(
    column: &Setting<String>,
    columns: Option<KnownColumns>,
) -> Result<Option<&'static str>, Diagnostic> {
    let Some(columns) = columns else { return Ok(None) };
    if let Some((_, unit)) = columns.fixed.iter().find(|(name, _)| *name == column.value) {
        return Ok(*unit);
    }
    if columns.prefixes.iter().any(|prefix| column.value.starts_with(prefix)) {
        return Ok(None);
    }
    let prefixes: Vec<String> = columns.prefixes.iter().map(|prefix| format!("{prefix}NAME")).collect();
    let known: Vec<&str> =
        columns.fixed.iter().map(|(name, _)| *name).chain(prefixes.iter().map(String::as_str)).collect();
    Err(unknown_column(column, &known))
}

/// A column that a source does not have.
pub(super) fn unknown_column(column: &Setting<String>, known: &[&str]) -> Diagnostic {
    let help = if known.is_empty() {
        "it has none".to_owned()
    } else {
        format!("there are {}", first_few(known.iter().copied()))
    };
    Diagnostic::error(Code::UnknownColumn, format!("the source has no `{}`", quote(&column.value)))
        .label(column.span, "unknown")
        .help(help)
        .meant(column.span, did_you_mean(&column.value, known.iter().copied()))
}

fn no_such_field(path: &Setting<String>, key: &str, record: &RecordType) -> Diagnostic {
    let names: Vec<&str> = record.fields.iter().map(|field| &**field.yaml_key()).collect();
    // A key in the middle of the way is not mended: what is behind it may be wrong as well.
    let before = path.value.strip_suffix(key).filter(|before| before.is_empty() || before.ends_with('.'));
    let close = before.zip(did_you_mean(key, names.iter().copied()));
    let close = close.map(|(before, close)| format!("{before}{close}"));
    Diagnostic::error(Code::UnfitField, format!("no policy declares a field `{}`", quote(&path.value)))
        .label(path.span, "unknown")
        .help(format!("there are {}", first_few(names.iter().copied())))
        .meant(path.span, close.as_deref())
}

/// A type, as it reads behind «is».
fn described(ty: &Type) -> String {
    match ty {
        Type::List(_) => "a list".to_owned(),
        Type::Record(_) => "a record".to_owned(),
        other => format!("a `{other}`"),
    }
}
