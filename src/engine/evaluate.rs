//! What an expression of a policy is worth, for each workflow, on a day.

use std::ops::Range;

use super::load::{Loaded, load_each};
use super::{DayOptions, Workspace};
use crate::ast::{Expr, ExprKind, Template, TemplatePart};
use crate::eval::{Rulebook, value_of};
use crate::point::Point;
use crate::program::Program;
use crate::project::Inputs;
use crate::report::full_name;
use crate::source::SourceMap;
use crate::value::Series;
use crate::words::{reading, reason};

/// Workflows that are told of.
const MAX_TOLD: usize = 100;

/// What came of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// As the policy has it, on one line.
    pub expression: String,
    /// Its bytes in the file.
    pub range: Range<usize>,
    /// Its type, as people know it.
    pub ty: String,
    /// Whether what was asked about is of the elements that this expression goes through, and has no value of its own.
    pub is_around: bool,
    /// By workflow.
    pub results: Vec<EvaluatedFor>,
    /// How many workflows are left out.
    pub more: usize,
}

/// What an expression is worth for a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluatedFor {
    /// The full name.
    pub workflow: String,
    /// The day or instant of judgement.
    pub as_of: String,
    /// The value as reports have it.
    pub value: String,
    /// Why no more is known of it.
    pub because: Vec<String>,
}

impl Workspace {
    /// Evaluates the smallest expression around some bytes of a file, on the newest snapshot of each workflow as of the day that
    /// is asked for. Of what is asked of elements, that is the expression which goes through them.
    ///
    /// # Errors
    /// Why there is no answer, in words.
    pub fn evaluate(
        &mut self,
        inputs: Inputs,
        options: &DayOptions,
        file: &str,
        range: Range<usize>,
    ) -> Result<Evaluated, String> {
        self.begin();
        let Inputs { mut sources, projects, problems, lint: _ } = inputs;
        let each = |rulebook: &Rulebook<'_>, series: Series, as_of: Point| {
            let place = PlaceAsked { sources: rulebook.sources, file, range: &range };
            match place.find(rulebook.program) {
                Some(FoundExpr::Expr { expr, .. }) => Some(told(rulebook, &series, as_of, expr)),
                Some(FoundExpr::OfElements) | None => None,
            }
        };
        let loaded = load_each(self, projects, problems, &mut sources, options, each);
        let place = PlaceAsked { sources: &sources, file, range: &range };
        let programs = || loaded.projects.iter().map(|project| &project.program);
        let found = programs().find_map(|program| Some((program, place.find(program)?)));
        let (program, expr, is_around) = match found {
            Some((program, FoundExpr::Expr { expr, is_around })) => (program, expr, is_around),
            Some((_, FoundExpr::OfElements)) => {
                return Err("this is computed for each element of a list: ask about an expression that goes through it"
                    .to_owned());
            }
            None => return Err("there is no expression here that could be understood".to_owned()),
        };
        if options.cancel.is_cancelled() {
            return Err("it was cancelled".to_owned());
        }
        let ty = program.expr(expr.id).map_or_else(String::new, |info| info.ty.to_string());
        let expression = sources.one_line(expr.span);
        let range = expr.span.range();
        let mut results = results_of(loaded);
        let more = results.len().saturating_sub(MAX_TOLD);
        results.truncate(MAX_TOLD);
        Ok(Evaluated { expression, range, ty, is_around, results, more })
    }
}

fn results_of(loaded: Loaded<Option<EvaluatedFor>>) -> Vec<EvaluatedFor> {
    let mut results = Vec::new();
    for project in loaded.projects {
        let told = project.workflows.into_iter().filter_map(|workflow| workflow.series.flatten());
        results.extend(
            told.map(|own| EvaluatedFor {
                workflow: full_name(project.name.as_deref(), &own.workflow),
                ..own
            }),
        );
    }
    results.sort_by(|a, b| a.workflow.cmp(&b.workflow));
    results
}

fn told(rulebook: &Rulebook<'_>, series: &Series, as_of: Point, expr: &Expr) -> EvaluatedFor {
    let valued = value_of(rulebook, &series.snapshots, as_of, expr);
    let (value, because) = if valued.is_too_much {
        ("unknown".to_owned(), vec!["it takes more steps than judging a workflow may".to_owned()])
    } else {
        (reading(&valued.reading), valued.because.iter().map(reason).collect())
    };
    EvaluatedFor { workflow: series.workflow.to_string(), as_of: as_of.to_string(), value, because }
}

/// What somebody asks about.
struct PlaceAsked<'a> {
    sources: &'a SourceMap,
    file: &'a str,
    range: &'a Range<usize>,
}

/// What is there.
enum FoundExpr<'p> {
    /// An expression with one value a workflow.
    Expr {
        expr: &'p Expr,
        /// Whether it is around the one that was asked about.
        is_around: bool,
    },
    /// A part of what is computed for each element.
    OfElements,
}

impl PlaceAsked<'_> {
    fn find<'p>(&self, program: &'p Program) -> Option<FoundExpr<'p>> {
        let policies = program.policies.iter();
        let templates = policies.clone().filter_map(|policy| policy.title.as_ref());
        let templates = templates.chain(program.gates.iter().filter_map(|gate| gate.title.as_ref()));
        let templates = templates.chain(program.rules.iter().flat_map(|rule| {
            let decl = &rule.decl;
            decl.title.iter().chain(&decl.effect.message).chain(&decl.help)
        }));
        let texts = templates.flat_map(expressions);
        let conditions = policies.filter_map(|policy| policy.when.as_ref());
        let conditions = conditions.chain(program.rules.iter().flat_map(|rule| rule.decl.conditions()));
        let lets = program.lets.iter().filter(|item| item.of.is_none()).map(|item| &item.decl.value);
        let found = conditions.chain(lets).chain(texts).find_map(|expr| self.within(expr));
        found.or_else(|| {
            let mut computed = program.lets.iter().filter(|item| item.of.is_some());
            computed.any(|item| self.is_in(&item.decl.value)).then_some(FoundExpr::OfElements)
        })
    }

    /// The smallest expression in another one.
    fn within<'p>(&self, expr: &'p Expr) -> Option<FoundExpr<'p>> {
        if !self.is_in(expr) {
            return None;
        }
        if let ExprKind::Call { args, .. } = &expr.kind
            && args.iter().flat_map(|arg| arg.of_elements()).any(|part| self.is_in(part))
        {
            return Some(FoundExpr::Expr { expr, is_around: true });
        }
        let smaller = expr.children().into_iter().find_map(|part| self.within(part));
        smaller.or(Some(FoundExpr::Expr { expr, is_around: false }))
    }

    fn is_in(&self, expr: &Expr) -> bool {
        let span = expr.span.range();
        span.start <= self.range.start
            && self.range.end <= span.end
            && self.sources.name(expr.span.file) == self.file
    }
}

fn expressions(template: &Template) -> impl Iterator<Item = &Expr> {
    template.parts.iter().filter_map(|part| match part {
        TemplatePart::Expr(expr) => Some(expr),
        TemplatePart::Text(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Memory, Start, TableNode, inputs};
    use crate::value::Date;

    const POLICY: &str = r#"
snapshot every 1 week grace 3 days { adoption: share, outputs: list of { edit_time: share } }
policy house "Ours" {
  param editing = 15%
  let outputs.small = edit_time < editing
  let light = share(outputs where edit_time < editing and small)
  rule used "{adoption} use it" { require adoption >= 50% and light >= 80% else hold }
}
"#;

    fn ask(from: &str, text: &str, options: &DayOptions) -> Result<Evaluated, String> {
        let mut files = Memory::default();
        for (name, text) in [
            ("tollgate.yaml", "policies: [house.gate]"),
            ("house.gate", POLICY),
            (
                "rollouts/a.yaml",
                "{ workflow: a, date: 2026-11-16, adoption: 40%, outputs: [{ edit_time: 5% }] }",
            ),
            (
                "rollouts/b.yaml",
                "{ workflow: b, date: 2026-11-16, outputs: [{ edit_time: 5% }, { edit_time: 50% }] }",
            ),
        ] {
            files.insert(name, TableNode::File(text.into()));
        }
        let start = POLICY.find(from).unwrap() + from.find(text).unwrap();
        let range = start..start + text.len();
        Workspace::new().evaluate(inputs(&Start::new(&files, "")), options, "house.gate", range)
    }

    fn today() -> DayOptions {
        DayOptions::on(Date::constant(2026, 11, 18))
    }

    fn values(found: &Evaluated) -> Vec<String> {
        let told = |own: &EvaluatedFor| format!("{} {} {}", own.workflow, own.value, own.because.join("; "));
        found.results.iter().map(told).collect()
    }

    #[test]
    fn the_smallest_expression_around_is_evaluated_for_every_workflow() {
        let found = ask("require adoption", "adopt", &today()).unwrap();
        assert_eq!((&*found.expression, &*found.ty, found.is_around), ("adoption", "share", false));
        assert_eq!(values(&found), ["a 40% ", "b unknown `adoption` is not in the snapshot of 2026-11-16"]);
        let whole = ask("require adoption >= 50%", "adoption >= 50%", &today()).unwrap();
        assert_eq!(whole.expression, "adoption >= 50%");
        assert_eq!(values(&whole)[0], "a no ");
        let title = ask("{adoption} use it", "adoption", &today()).unwrap();
        assert_eq!(title.expression, "adoption");
        let one = DayOptions { workflows: vec!["a".to_owned()], ..today() };
        assert_eq!(ask("light >= 80%", "light", &one).unwrap().results.len(), 1);
    }

    #[test]
    fn of_what_is_asked_of_elements_the_call_around_is_evaluated() {
        let found = ask("where edit_time < editing and", "edit_time", &today()).unwrap();
        assert!(found.is_around && found.expression.starts_with("share(outputs where"));
        assert_eq!(values(&found), ["a 1 of 1 = 100% ", "b 1 of 2 = 50% "]);
        assert!(ask("outputs.small = edit_time < editing", "edit_time", &today()).is_err());
        assert!(ask("snapshot every", "every", &today()).is_err());
    }
}
