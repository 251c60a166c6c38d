//! What the parser makes of sound, broken and hostile policies.

mod broken;
mod hostile;
mod sound;

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::ast::{
    Arg, ArithmeticOp, Effect, EffectKind, Expect, ExpectKind, ExpectedOutcome, Expr, ExprKind, FieldKind,
    GateItem, GateStep, GivenKind, Item, Literal, LiteralKind, LogicOp, Name, Over, PolicyDecl, PolicyItem,
    RuleBody, RuleDecl, Set, SnapshotDecl, Template, TemplatePart, TestDecl, TestValue, TestValueKind,
    TypeKind, UndecidedKind,
};
use crate::code::Code;

/// The examples of the language's design.
const EXAMPLE: &str = r#"
stages testing -> pilot -> expanded -> full

policy staged_rollout "Staged rollout" when stage >= pilot {
  param min_adoption = 50% within 30% to 90%  "Share of the pilot's users who must be using it at week four"
  param light_edit = 15% within 5% to 25%     "An output that needs less editing than this counts as light"
  param light_share = 80% within 60% to 100%  "Share of outputs that must be light"

  let light = share(outputs where edit_time < light_edit)

  rule pilot_size "An internal pilot has two to five users" {
    when stage == pilot
    require users.active in 2 to 5
    else hold "{users.active} users is not an internal pilot"
    help "Start with two to five people who are keen; widen only when the gate opens."
  }

  gate pilot -> expanded "The internal pilot has proved itself" {
    rule long_enough "The pilot ran for at least two weeks" {
      require held(stage == pilot) >= 2 weeks
      else hold
    }
    rule light_enough "Most outputs need little editing" {
      require light >= light_share with 90% confidence
      else hold "{light} of the outputs are light; {light_share} are needed"
    }
  }

  rule stalled "Adoption is below half at week four" {
    when held(stage == pilot) >= 4 weeks and adoption < min_adoption
    then hold "Investigate before going on: adoption is {adoption}"
  }
}

policy rollback "Rollback triggers" when stage >= pilot {
  rule quality_collapsed "Output quality has been below standard for more than two weeks" {
    when held(staged_rollout.light < staged_rollout.light_share) > 2 weeks
    then rollback "Stop and return to the manual process"
  }
}

snapshot every 1 week grace 3 days {
  adoption: share                   "Share of the stage's users who use the workflow consistently"
  satisfaction: number from 1 to 5
  users { active: count, target: count }
  outputs: list of {
    id: text key
    edit_time: share from 0% to 1000%
    kind: one of [ordinary, atypical, incomplete]
  }
  cost: number USD
  latency: duration
}

test "adoption below half at week four holds the pilot" {
  given every 1 week from 2026-01-05 {
    stage = pilot
    users.active = 4
    adoption = 62%, 55%, _, 48%, 46%                # one value a snapshot; _ is missing; a single value repeats
    outputs = [24 x { edit_time: 5% }, 6 x { edit_time: 40% }]
  }
  with staged_rollout.min_adoption = 50%
  as of 2026-02-02
  expect staged_rollout.stalled fails               # passes · fails · undecided · not applicable
  expect decision hold
}
"#;

fn parsed(text: &str) -> (File, Vec<Diagnostic>) {
    parse(FileId(0), text, &mut ExprIds::default())
}

/// `CODE LINE 'TEXT': MESSAGE` for each diagnostic, with the text under its first label, and the help in brackets.
fn problems(text: &str) -> Vec<String> {
    let describe = |diagnostic: &Diagnostic| {
        let range = diagnostic.labels[0].span.range();
        let line = text[..range.start].matches('\n').count() + 1;
        let help = diagnostic.help.as_ref().map_or(String::new(), |help| format!(" [{help}]"));
        format!("{} {line} '{}': {}{help}", diagnostic.code, &text[range], diagnostic.message)
    };
    parsed(text).1.iter().map(describe).collect()
}

/// The problems of a policy that holds `text`.
fn in_policy(text: &str) -> Vec<String> {
    problems(&format!("policy p {{ {text} }}"))
}

/// The file of a text without problems.
fn sound(text: &str) -> File {
    let (file, diagnostics) = parsed(text);
    assert_eq!(diagnostics, [], "{text}");
    file
}

fn policy(file: &File) -> &PolicyDecl {
    file.items
        .iter()
        .find_map(|item| match item {
            Item::Policy(policy) => Some(policy),
            _ => None,
        })
        .expect("a policy")
}

/// The value of a `let`.
fn expr(text: &str) -> Expr {
    let file = sound(&format!("policy p {{ let a = {text}\n}}"));
    match &policy(&file).items[..] {
        [PolicyItem::Let(let_)] => let_.value.clone(),
        items => panic!("{items:?}"),
    }
}

/// A rule's declaration from its body.
fn rule(body: &str) -> RuleDecl {
    let file = sound(&format!("policy p {{ rule r \"title\" {{ {body} }} }}"));
    match &policy(&file).items[..] {
        [PolicyItem::Rule(rule)] => rule.as_ref().clone(),
        items => panic!("{items:?}"),
    }
}

/// The names of a policy's items; a `?` before those of broken ones.
fn item_names(items: &[PolicyItem]) -> Vec<String> {
    items
        .iter()
        .map(|item| match item {
            PolicyItem::Param(param) => param.name.text.to_string(),
            PolicyItem::Let(let_) => let_.name.text.to_string(),
            PolicyItem::Rule(rule) => rule.name.text.to_string(),
            PolicyItem::Gate(gate) => {
                let step = |step: &GateStep| format!("{}->{}", step.from.text, step.to.text);
                gate.steps.iter().map(step).collect::<Vec<_>>().join(", ")
            }
            PolicyItem::Broken(name) => format!("?{}", name.as_ref().map_or("", |name| &name.text)),
        })
        .collect()
}

fn path(names: &[Name]) -> String {
    names.iter().map(|name| name.text.as_ref()).collect::<Vec<_>>().join(".")
}

fn literal(kind: &LiteralKind) -> String {
    match kind {
        LiteralKind::Number(number) => number.to_string(),
        LiteralKind::Share(number) => format!("share:{number}"),
        LiteralKind::Unit(number, unit) => format!("{number}:{}", unit.text),
        LiteralKind::Duration(seconds) => format!("seconds:{seconds}"),
        LiteralKind::Calendar(months) => format!("months:{months}"),
        LiteralKind::Date(date) => date.to_string(),
        LiteralKind::Time(time) => format!("time:{time}"),
        LiteralKind::Text(text) => format!("{text:?}"),
        LiteralKind::Bool(truth) => truth.to_string(),
    }
}

/// An expression with all its parentheses.
fn tree(expr: &Expr) -> String {
    let all = |exprs: &[Expr]| exprs.iter().map(tree).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Literal(kind) => literal(kind),
        ExprKind::Path(names) => path(names),
        ExprKind::Entry { table, key } => format!("(entry {} {})", path(table), tree(key)),
        ExprKind::Not(operand) => format!("(not {})", tree(operand)),
        ExprKind::Neg(operand) => format!("(neg {})", tree(operand)),
        ExprKind::Arithmetic(op, left, right) => {
            let op = match op {
                ArithmeticOp::Add => "+",
                ArithmeticOp::Subtract => "-",
                ArithmeticOp::Multiply => "*",
                ArithmeticOp::Divide => "/",
            };
            format!("({op} {} {})", tree(left), tree(right))
        }
        ExprKind::Compare(op, left, right) => {
            format!("({} {} {})", op.as_str(), tree(left), tree(right))
        }
        ExprKind::Logic(LogicOp::And, operands) => format!("(and {})", all(operands)),
        ExprKind::Logic(LogicOp::Or, operands) => format!("(or {})", all(operands)),
        ExprKind::In { item, negated, set } => {
            let set = match set {
                Set::Range(low, high) => format!("{}..{}", tree(low), tree(high)),
                Set::List(elements, _) => format!("[{}]", all(elements)),
                Set::Value(value) => tree(value),
                Set::Pattern(pattern) => format!("~{}", tree(pattern)),
            };
            format!("({} {} {set})", if *negated { "not-in" } else { "in" }, tree(item))
        }
        ExprKind::If { condition, then, otherwise } => {
            format!("(if {} {} {})", tree(condition), tree(then), tree(otherwise))
        }
        ExprKind::Has(names) => format!("(has {})", path(names)),
        ExprKind::Call { name, args } => {
            let args: String = args.iter().map(arg_tree).collect();
            format!("({}{args})", name.text)
        }
        ExprKind::AtLeast { count, of, .. } => format!("(at-least {count} {})", all(of)),
        ExprKind::With { claim, confidence, population, every_look } => {
            let of = population.as_ref().map(|of| format!(" of {}", tree(of))).unwrap_or_default();
            let looks = every_look.map(|_| " at every look").unwrap_or_default();
            format!("(with {} {}{of}{looks})", tree(claim), tree(confidence))
        }
    }
}

fn arg_tree(arg: &Arg) -> String {
    let mut text = format!(" {}", tree(&arg.value));
    if let Some(of) = &arg.of {
        write!(text, " of {}", tree(of)).unwrap();
    }
    if let Some(condition) = &arg.condition {
        write!(text, " where {}", tree(condition)).unwrap();
    }
    if let Some(among) = &arg.among {
        write!(text, " among {}", tree(among)).unwrap();
    }
    for key in &arg.by {
        write!(text, " by {}", tree(key)).unwrap();
    }
    match &arg.over {
        Some(Over::Window(window)) => write!(text, " over {}", tree(window)).unwrap(),
        Some(Over::AtMost(window)) => write!(text, " over-at-most {}", tree(window)).unwrap(),
        Some(Over::Snapshots(number)) => write!(text, " over-snapshots {}", tree(number)).unwrap(),
        Some(Over::Named(named, _)) => write!(text, " over-{}", named.as_str()).unwrap(),
        None => {}
    }
    if arg.every_look.is_some() {
        text.push_str(" at-every-look");
    }
    text
}
