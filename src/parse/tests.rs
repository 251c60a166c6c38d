//! What the parser makes of sound, broken and hostile policies.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::ast::{
    Arg, ArithmeticOp, CompareOp, Effect, EffectKind, Expect, ExpectKind, Expr, ExprKind, FieldKind,
    GateItem, GivenKind, Item, Literal, LiteralKind, LogicOp, Name, Outcome, Over, PolicyDecl, PolicyItem,
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
            PolicyItem::Gate(gate) => format!("{}->{}", gate.from.text, gate.to.text),
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
            let op = match op {
                CompareOp::Less => "<",
                CompareOp::LessEqual => "<=",
                CompareOp::Greater => ">",
                CompareOp::GreaterEqual => ">=",
                CompareOp::Equal => "==",
                CompareOp::NotEqual => "!=",
            };
            format!("({op} {} {})", tree(left), tree(right))
        }
        ExprKind::Logic(LogicOp::And, operands) => format!("(and {})", all(operands)),
        ExprKind::Logic(LogicOp::Or, operands) => format!("(or {})", all(operands)),
        ExprKind::In { item, negated, set } => {
            let set = match set {
                Set::Range(low, high) => format!("{}..{}", tree(low), tree(high)),
                Set::List(elements, _) => format!("[{}]", all(elements)),
                Set::Value(value) => tree(value),
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
        ExprKind::With { claim, confidence } => format!("(with {} {})", tree(claim), tree(confidence)),
    }
}

fn arg_tree(arg: &Arg) -> String {
    let mut text = format!(" {}", tree(&arg.value));
    if let Some(condition) = &arg.condition {
        write!(text, " where {}", tree(condition)).unwrap();
    }
    if let Some(by) = &arg.by {
        write!(text, " by {}", tree(by)).unwrap();
    }
    match &arg.over {
        Some(Over::Window(window)) => write!(text, " over {}", tree(window)).unwrap(),
        Some(Over::Stage(_)) => text.push_str(" over-stage"),
        None => {}
    }
    text
}

#[test]
fn the_example_of_the_language_is_understood() {
    let file = sound(EXAMPLE);
    assert_eq!(file.items.len(), 5);
    let staged = policy(&file);
    assert_eq!(&EXAMPLE[staged.span.range()][..14], "policy staged_");
    assert!(EXAMPLE[staged.span.range()].ends_with("{adoption}\"\n  }\n}"));
    let names =
        ["min_adoption", "light_edit", "light_share", "light", "pilot_size", "pilot->expanded", "stalled"];
    assert_eq!(item_names(&staged.items), names);
    let PolicyItem::Gate(gate) = &staged.items[5] else { panic!() };
    assert!(
        matches!(&gate.items[..], [GateItem::Rule(a), GateItem::Rule(_)] if &*a.name.text == "long_enough")
    );
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let windows = format!("\u{feff}{}", EXAMPLE.replace('\n', "\r\n"));
    let file = sound(&windows);
    let name = &policy(&file).name;
    assert_eq!(&windows[name.span.range()], "staged_rollout");
    assert_eq!(sound("").items, []);
    assert_eq!(sound("\u{feff}# nothing").items, []);
}

#[test]
fn operators_bind_as_the_language_says() {
    for (text, expected) in [
        ("a or b and not c or d", "(or a (and b (not c)) d)"),
        ("a and b and c", "(and a b c)"),
        ("(a and b) and c", "(and (and a b) c)"),
        ("not a < b", "(not (< a b))"),
        ("not not a and b", "(and (not (not a)) b)"),
        ("a + b < c - d", "(< (+ a b) (- c d))"),
        ("a - b - c * d / e", "(- (- a b) (/ (* c d) e))"),
        ("a * -b + c", "(+ (* a (neg b)) c)"),
        ("a-b", "(- a b)"),
        ("- -2", "(neg -2)"),
        ("-(2)", "(neg 2)"),
        ("-a.b", "(neg a.b)"),
        ("5 - 2", "(- 5 2)"),
        ("5 -2", "(- 5 2)"),
        ("(a < b) == c", "(== (< a b) c)"),
        ("x in 20 to 30", "(in x 20..30)"),
        ("x + 1 not in -1 to y * 2", "(not-in (+ x 1) -1..(* y 2))"),
        ("x in [a, b,]", "(in x [a b])"),
        ("x in []", "(in x [])"),
        ("x in a.b and y", "(and (in x a.b) y)"),
        ("not x in [a or b]", "(not (in x [(or a b)]))"),
        ("a >= b with 90% confidence and c", "(and (with (>= a b) share:9/10) c)"),
        ("a >= b with 0.9 confidence", "(with (>= a b) 9/10)"),
        ("a >= b with level confidence", "(with (>= a b) level)"),
        ("if a then b else c or d", "(if a b (or c d))"),
        ("if a then if b then c else d else if e then f else g", "(if a (if b c d) (if e f g))"),
        ("1 + (if a then b else c)", "(+ 1 (if a b c))"),
        ("has users.active and a", "(and (has users.active) a)"),
        ("at least 2 of [a, b < c, has d]", "(at-least 2 a (< b c) (has d))"),
        ("at < least", "(< at least)"),
        ("default(a.b, 3) > 1", "(> (default a.b 3) 1)"),
        ("confidence(share(xs where x > 1) >= 80%)", "(confidence (>= (share xs where (> x 1)) share:4/5))"),
    ] {
        assert_eq!(tree(&expr(text)), expected, "{text}");
    }
}

#[test]
fn an_argument_takes_its_clauses_in_order() {
    for (text, expected) in [
        (
            "count(xs where a < 1 and b by k over 4 weeks)",
            "(count xs where (and (< a 1) b) by k over seconds:2419200)",
        ),
        ("mean(adoption over stage)", "(mean adoption over-stage)"),
        ("mean(adoption over stage_window)", "(mean adoption over stage_window)"),
        (
            "percentile(outputs.edit_time where it > 0, 90%)",
            "(percentile outputs.edit_time where (> it 0) share:9/10)",
        ),
        ("min(share(xs where a by k)) >= 60%", "(>= (min (share xs where a by k)) share:3/5)"),
        ("whatever()", "(whatever)"),
        ("trend(x over 2 * window)", "(trend x over (* 2 window))"),
    ] {
        assert_eq!(tree(&expr(text)), expected, "{text}");
    }
}

#[test]
fn numbers_take_the_unit_on_their_line() {
    for (text, expected) in [
        ("15%", "share:3/20"),
        ("15 %", "share:3/20"),
        ("-0.8", "-4/5"),
        (".5", "1/2"),
        ("1e-3", "1/1000"),
        ("300 ms", "seconds:3/10"),
        ("300ms", "seconds:3/10"),
        ("2.5 s", "seconds:5/2"),
        ("5 min", "seconds:300"),
        ("3 h", "seconds:10800"),
        ("1 day", "seconds:86400"),
        ("-2 weeks", "seconds:-1209600"),
        ("6 months", "months:6"),
        ("1.5 years", "months:18"),
        ("0.05 USD", "1/20:USD"),
        ("3 hours", "3:hours"),
        ("2026-11-02", "2026-11-02"),
        ("2026 - 11 - 02", "(- (- 2026 11) 2)"),
        (r#""a \"b\" \\ \{c}""#, r#""a \"b\" \\ {c}""#),
        ("true", "true"),
        ("truer", "truer"),
        ("a > 3\n", "(> a 3)"),
        ("5 USD == cost", "(== 5:USD cost)"),
    ] {
        assert_eq!(tree(&expr(text)), expected, "{text}");
    }
    // On the next line a word is no unit.
    let file = sound(
        "policy p { rule r { require a > 3\n else hold } param x = 3\n within 1 to 5 param y = 2 within 1 to 3 }",
    );
    assert_eq!(item_names(&policy(&file).items), ["r", "x", "y"]);
    let file =
        sound("snapshot { a: number from 1 to 5 b: count, c: share from 0% to 50% required d: text key }");
    let Item::Snapshot(snapshot) = &file.items[0] else { panic!() };
    assert_eq!(snapshot.fields.len(), 4);
}

#[test]
fn words_known_by_their_place_are_names_elsewhere() {
    for word in [
        "count",
        "first",
        "date",
        "errors",
        "stage",
        "light",
        "min",
        "day",
        "every",
        "from",
        "grace",
        "within",
        "of",
        "x",
        "key",
        "required",
        "list",
        "one",
        "number",
        "at",
        "least",
        "stages",
        "test",
        "given",
        "expect",
        "as",
        "decision",
        "confidence",
        "pass",
        "passes",
        "file",
        "USD",
    ] {
        sound(&format!(
            "snapshot {{ {word}: count {word} {{ {word}: text }} }} policy {word} {{ param {word} = 3\n let {word} = \
             {word}.{word} + {word} * {word}({word} where {word}, {word})\n rule {word} {{ require {word} > 1 else \
             hold }} gate {word} -> {word} {{ rule {word} {{ require {word} in [{word}] else note }} }} }}\n test \
             \"x\" {{ given every 1 week from 2026-01-05 {{ {word} = {word}\n {word}.{word} = [2 x {{ {word}: 1 }}, \
             {word}] }} with {word}.{word} = 1\n expect {word}.{word} passes }}"
        ));
    }
    for word in ["note", "warn", "hold", "rollback"] {
        sound(&format!(
            "snapshot {{ {word} {{ documented: bool }} }} policy {word} {{ let a = {word}.documented\n let b = \
             x.{word} }}\n test \"x\" {{ expect {word}.r fails }}"
        ));
    }
    for word in ["rule", "when", "snapshot", "it", "help"] {
        assert_eq!(tree(&expr(&format!("a.{word}"))), format!("a.{word}"));
    }
}

#[test]
fn spans_cover_what_was_written() {
    /// Every expression's text, outermost first.
    fn spans(expr: &Expr, text: &str, found: &mut Vec<String>) {
        found.push(text[expr.span.range()].to_owned());
        match &expr.kind {
            ExprKind::Arithmetic(_, a, b) | ExprKind::Compare(_, a, b) => {
                spans(a, text, found);
                spans(b, text, found);
            }
            ExprKind::Not(a) | ExprKind::Neg(a) => spans(a, text, found),
            ExprKind::With { claim, confidence } => {
                spans(claim, text, found);
                spans(confidence, text, found);
            }
            ExprKind::Logic(_, all) => all.iter().for_each(|expr| spans(expr, text, found)),
            ExprKind::Call { args, .. } => args.iter().for_each(|arg| spans(&arg.value, text, found)),
            _ => {}
        }
    }
    for (value, expected) in [
        ("(a + b) * c  # no", &["(a + b) * c", "a + b", "a", "b", "c"][..]),
        ("( ( a ) )", &["a"]),
        ("not (a) and (b < 1 )", &["not (a) and (b < 1 )", "not (a)", "a", "b < 1", "b", "1"]),
        ("- (a) + - 2", &["- (a) + - 2", "- (a)", "a", "- 2"]),
        (
            "f( a ) >= 2 weeks  with 90 % confidence ",
            &[
                "f( a ) >= 2 weeks  with 90 % confidence",
                "f( a ) >= 2 weeks",
                "f( a )",
                "a",
                "2 weeks",
                "90 %",
            ],
        ),
        ("a # why\n  or b", &["a # why\n  or b", "a", "b"]),
    ] {
        let text = format!("policy p {{ let x = {value}\n\n# after\n}}");
        let file = sound(&text);
        let PolicyItem::Let(let_) = &policy(&file).items[0] else { panic!() };
        let mut found = Vec::new();
        spans(&let_.value, &text, &mut found);
        assert_eq!(found, expected, "{value}");
        assert!(text[let_.span.range()].starts_with("let x ="));
        assert!(!text[let_.span.range()].ends_with([' ', '\n']));
    }
}

#[test]
fn expression_ids_are_not_shared_between_files() {
    let mut ids = ExprIds::default();
    parse(FileId(0), "policy p { let a = 1 + 2 }", &mut ids);
    assert_eq!(ids.count(), 3);
    let (file, _) = parse(FileId(1), "policy q { let a = 1 }", &mut ids);
    let PolicyItem::Let(let_) = &policy(&file).items[0] else { panic!() };
    assert_eq!((let_.value.id.0, let_.value.span.file), (3, FileId(1)));
}

#[test]
fn rules_have_one_of_two_shapes() {
    let full = rule(
        "when a require b require c > 1 else warn \"m\" undecided pass link \"https://x.example\" help \"do {a}\"",
    );
    let RuleBody::Require { when: Some(when), requires } = &full.body else { panic!("{full:?}") };
    assert_eq!((tree(when).as_str(), requires.len()), ("a", 2));
    let Effect { kind: EffectKind::Warn, message: Some(Template { parts, .. }), .. } = &full.effect else {
        panic!()
    };
    assert!(matches!(&parts[..], [TemplatePart::Text(text)] if &**text == "m"));
    assert_eq!(full.link.as_deref(), Some("https://x.example"));
    assert_eq!(full.undecided.map(|undecided| undecided.kind), Some(UndecidedKind::Pass));
    assert!(matches!(&full.help.unwrap().parts[..], [TemplatePart::Text(_), TemplatePart::Expr(_)]));
    let trigger = rule("when a then rollback");
    assert!(matches!(trigger.body, RuleBody::Trigger { .. }));
    assert_eq!((trigger.effect.kind, trigger.effect.message), (EffectKind::Rollback, None));
    assert!(matches!(rule("require a else note").body, RuleBody::Require { when: None, .. }));
}

#[test]
fn templates_hold_expressions_at_their_places() {
    let text = r#"policy p "a\{b\"} {x.y}{ 1 + z }\n" { }"#;
    let file = sound(text);
    let title = policy(&file).title.as_ref().unwrap();
    assert_eq!(&text[title.span.range()], r#""a\{b\"} {x.y}{ 1 + z }\n""#);
    let [TemplatePart::Text(a), TemplatePart::Expr(b), TemplatePart::Expr(c), TemplatePart::Text(d)] =
        &title.parts[..]
    else {
        panic!("{title:?}")
    };
    assert_eq!((&**a, tree(b).as_str(), tree(c).as_str(), &**d), ("a{b\"} ", "x.y", "(+ 1 z)", "\n"));
    assert_eq!((&text[b.span.range()], &text[c.span.range()]), ("x.y", "1 + z"));
}

#[test]
fn params_and_lets_are_read() {
    let file = sound(
        "policy p { param a = -0.8 within -1 to 1 \"why\" param b = 2026-11-02 param c = \"t\" param d = true }",
    );
    let PolicyItem::Param(a) = &policy(&file).items[0] else { panic!() };
    assert_eq!(literal(&a.value.kind), "-4/5");
    let within = a.within.as_ref().unwrap();
    assert_eq!((literal(&within.low.kind), literal(&within.high.kind)), ("-1".to_owned(), "1".to_owned()));
    assert_eq!(a.doc.as_deref(), Some("why"));
    assert_eq!(policy(&file).items.len(), 4);
}

fn snapshot(text: &str) -> SnapshotDecl {
    match sound(text).items.into_iter().next() {
        Some(Item::Snapshot(snapshot)) => snapshot,
        item => panic!("{item:?}"),
    }
}

#[test]
fn fields_have_types_marks_and_docs() {
    let text = r#"snapshot every 1 week {
  a: bool required "doc", b: one of [x, y,]
  c "record" { d: number USD from 0 to 5 e: list of list of share from 0% to 10% }
  f: list of { id: text key } "many"
  g: shar
  h: stage i: date j: duration k: text l: number
}"#;
    let block = snapshot(text);
    let cadence = block.cadence.unwrap();
    assert_eq!((literal(&cadence.every.kind).as_str(), cadence.grace), ("seconds:604800", None));
    let docs: Vec<_> = block.fields.iter().map(|field| field.doc.as_deref()).collect();
    assert_eq!(docs[..5], [Some("doc"), None, Some("record"), Some("many"), None]);
    assert_eq!(&text[block.fields[0].span.range()], "a: bool required \"doc\"");
    let FieldKind::Value { ty, required, .. } = &block.fields[0].kind else { panic!() };
    assert!(ty.kind == TypeKind::Bool && required.is_some());
    let FieldKind::Record(fields) = &block.fields[2].kind else { panic!() };
    let FieldKind::Value { ty, .. } = &fields[0].kind else { panic!() };
    assert!(matches!(&ty.kind, TypeKind::Number(Some(unit)) if &*unit.text == "USD"));
    assert_eq!(&text[ty.span.range()], "number USD from 0 to 5");
    let FieldKind::Value { ty, .. } = &fields[1].kind else { panic!() };
    let TypeKind::List(inner) = &ty.kind else { panic!() };
    let TypeKind::List(share) = &inner.kind else { panic!() };
    assert!(share.kind == TypeKind::Share && share.range.is_some() && ty.range.is_none());
    assert_eq!(&text[inner.span.range()], "list of share from 0% to 10%");
    let FieldKind::Value { ty, .. } = &block.fields[3].kind else { panic!() };
    let TypeKind::ListOfRecords(fields) = &ty.kind else { panic!() };
    assert!(matches!(&fields[0].kind, FieldKind::Value { key: Some(_), .. }));
    let FieldKind::Value { ty, .. } = &block.fields[4].kind else { panic!() };
    assert!(matches!(&ty.kind, TypeKind::Unknown(name) if &*name.text == "shar"));
    assert!(snapshot("snapshot { }").cadence.is_none());
}

fn test_decl(body: &str) -> TestDecl {
    match sound(&format!("test \"t\" {{ {body} }}")).items.into_iter().next() {
        Some(Item::Test(test)) => test,
        item => panic!("{item:?}"),
    }
}

#[test]
fn tests_give_and_expect() {
    let test = test_decl(
        "given file \"a/*.yaml\"\n given every 1 week from 2026-01-05 { a.b = 62%, _, pilot, -3 USD\n c = [2 x { d: [1, \
         x], e: _ }, { }]\n f = \"{x}\" }\n with p.q = -5%\n as of 2026-02-02 expect p.r not applicable expect \
         decision.r undecided expect decision hold",
    );
    assert!(matches!(&test.given[0].kind, GivenKind::File(name) if &**name == "a/*.yaml"));
    let GivenKind::Series { every, from, assigns } = &test.given[1].kind else { panic!() };
    assert_eq!(
        (literal(&every.kind).as_str(), literal(&from.kind).as_str()),
        ("seconds:604800", "2026-01-05")
    );
    let kinds: Vec<&TestValueKind> = assigns[0].values.iter().map(|value| &value.kind).collect();
    let [
        TestValueKind::Literal(_),
        TestValueKind::Missing,
        TestValueKind::Word(_),
        TestValueKind::Literal(cost),
    ] = kinds[..]
    else {
        panic!("{kinds:?}")
    };
    assert_eq!((path(&assigns[0].path).as_str(), literal(cost).as_str()), ("a.b", "-3:USD"));
    let TestValueKind::List(elements) = &assigns[1].values[0].kind else { panic!() };
    let [(2, TestValue { kind: TestValueKind::Record(entries), .. }), (1, _)] = &elements[..] else {
        panic!()
    };
    assert_eq!((&*entries[0].0.text, entries.len()), ("d", 2));
    assert!(
        matches!(&assigns[2].values[0].kind, TestValueKind::Literal(LiteralKind::Text(t)) if &**t == "{x}")
    );
    let Literal { kind, .. } = test.as_of.unwrap();
    assert_eq!((path(&test.with[0].path).as_str(), literal(&kind).as_str()), ("p.q", "2026-02-02"));
    let [Expect { kind: ExpectKind::Rule(a, Outcome::NotApplicable), .. }, b, c] = &test.expect[..] else {
        panic!()
    };
    assert_eq!(path(a), "p.r");
    assert!(matches!(&b.kind, ExpectKind::Rule(path, Outcome::Undecided) if path.len() == 2));
    assert!(matches!(&c.kind, ExpectKind::Decision(name) if &*name.text == "hold"));
}

#[test]
fn three_broken_rules_are_three_errors_and_hide_nothing() {
    let text = r#"
policy p "title" {
  let a = 1
  rule first "t" {
    requires a > 1
    else hold
  }
  rule second "t" {
    require a > 1
    els hold "no"
  }
  gate x -> y "g" {
    rule third "unclosed {
      require a > 1
      else hold
    }
    rule sound "t" { require a > 1 else hold }
    let broken = (a +
  }
  param limit = 3
}
policy q { rule sound { require p.a else note } }
"#;
    assert_eq!(
        problems(text),
        [
            "T101 5 'requires': expected `require` or `when`, found `requires` [did you mean `require`?]",
            "T101 10 'els': expected `require`, `else` or an operator, found `els` [did you mean `else`?]",
            "T104 13 '\"unclosed': this text is not closed [a text ends with `\"` on the line that it begins on]",
            "T101 18 '+': expected an expression after `+`, found `}`",
        ]
    );
    let (file, _) = parsed(text);
    let staged = policy(&file);
    assert_eq!(item_names(&staged.items), ["a", "?first", "?second", "x->y", "limit"]);
    let PolicyItem::Gate(gate) = &staged.items[3] else { panic!() };
    let [GateItem::Broken(Some(third)), GateItem::Rule(sound), GateItem::Broken(Some(broken))] =
        &gate.items[..]
    else {
        panic!("{gate:?}")
    };
    assert_eq!((&*third.text, &*sound.name.text, &*broken.text), ("third", "sound", "broken"));
    assert_eq!(file.items.len(), 2);
}

#[test]
fn misspelt_declarations_are_understood_as_far_as_they_go() {
    let text = "polcy p { let x = 1\n gat a -> b { rule r { require x else hold } } rul s { require x else hold }\n let y = 1 }";
    let (file, diagnostics) = parsed(text);
    assert_eq!(diagnostics.len(), 3, "{:?}", problems(text));
    assert_eq!(item_names(&policy(&file).items), ["x", "a->b", "?s", "y"]);
    let (file, diagnostics) = parsed("stages a -> -> b\nsnapshot evry 1 week { a: share b c: count }");
    assert_eq!(diagnostics.len(), 3, "{diagnostics:?}");
    let [Item::Stages(stages), Item::Snapshot(snapshot), Item::Broken(Some(spoiled))] = &file.items[..]
    else {
        panic!("{file:?}")
    };
    assert_eq!((path(&stages.stages).as_str(), snapshot.fields.len(), &*spoiled.text), ("a.b", 0, "a"));
    let (file, diagnostics) =
        parsed("policy p \"t\" when a > { rule r { require x else hold }\n let y = 1 }");
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(
        item_names(&policy(&file).items),
        ["?r", "y"],
        "rules under a condition that is not understood"
    );
}

#[test]
fn braces_that_do_not_match_are_one_error() {
    let rule = "rule r { require x else hold }";
    for (text, line) in [
        (
            "policy p {\n  gate a -> b {\n    rule q { require x else hold\n    rule r { require x else hold }\n  }\n}",
            3,
        ),
        (
            "policy p {\n  gate a -> b {\n    rule q {\n      require x else hold\n  }\n  let y = 1\n}\npolicy q { }",
            3,
        ),
        ("policy p {\n  gate a -> b {\n    RULE\n  let y = 1\n}\npolicy q { }", 2),
        ("policy p {\n  RULE\n", 1),
        ("policy p {\n  rule r { require x else hold", 2),
        ("test \"t\" {\n  given every 1 week from 2026-01-01 {\n    a = 1\n  expect p.r fails\n}", 2),
        ("snapshot {\n  a: list of {\n    b: text\n}\npolicy p { }", 2),
        ("policy p {\n  RULE\n}\n}\n", 4),
        ("policy p {\n  let a = 1\n  }\n  RULE\n}\npolicy q { }", 4),
    ] {
        let text = text.replace("RULE", rule);
        let found = problems(&text);
        assert_eq!(found.len(), 1, "{text}\n{found:?}");
        assert!(found[0].starts_with(&format!("T107 {line} ")), "{text}\n{found:?}");
        assert!(
            parsed(&text).0.items.iter().any(|item| !matches!(item, Item::Broken(_)))
                || text.starts_with("test")
        );
    }
    let (file, _) = parsed("policy p {\n  let a = 1\n  }\n  rule r { require x else hold }\n  let b = 2\n}");
    assert_eq!(item_names(&policy(&file).items), ["a", "r", "b"]);
    for (text, before) in [
        ("policy p\n  let a = 1\n}", "p"),
        ("policy p {\n gate a -> b \"t\"\n  rule r { require x else hold }\n }\n}", "\"t\""),
        ("policy p {\n rule r\n  require x\n  else hold\n }\n}", "r"),
        ("snapshot every 1 week\n a: text\n}", "week"),
        ("test \"t\"\n expect p.r passes\n}", "\"t\""),
        ("test \"t\" {\n given every 1 week from 2026-01-01\n  a.b = 1\n }\n}", "2026-01-01"),
    ] {
        let found = problems(text);
        assert!(
            matches!(&found[..], [one] if one.contains(&format!("'{before}': this block has no `{{`"))),
            "{found:?}"
        );
        assert!(parsed(text).0.items.iter().all(|item| !matches!(item, Item::Broken(_))), "{text}");
    }
}

#[test]
fn problems_of_expressions_have_their_messages() {
    for (text, expected) in [
        (
            "let a = x = 3",
            "T101 1 '=': expected an operator or the end of the line, found `=` [`==` compares, and `=` gives a `let` or `param` its value]",
        ),
        ("let a = b c", "T101 1 'c': expected an operator or the end of the line, found `c`"),
        ("let a = (b\n", "T101 1 'b': expected `)` or an operator after `b`, found `}`"),
        (
            "let a = b && c",
            "T101 1 '&&': expected an operator or the end of the line, found `&&` [write `and`]",
        ),
        (
            "let a = 1 + if b then c else d",
            "T101 1 'if': expected an expression, found `if` [an `if` inside of an expression stands in parentheses]",
        ),
        (
            "let a = if b then c",
            "T101 1 '}': expected `else` or an operator, found `}` [an `if` always has its `else`]",
        ),
        (
            "let a = count(b over c where d)",
            "T101 1 'where': expected `,`, `)` or an operator, found `where` [the clauses of an argument come in the order `where`, `by`, `over`]",
        ),
        (
            "let a = größe",
            "T101 1 'größe': expected an operator or the end of the line, found `größe` [names are written in the letters `a` to `z`, digits and `_`]",
        ),
        (
            "let a = hold",
            "T101 1 'hold': expected an expression, found `hold` [this word is a name only before a dot]",
        ),
        (
            "let a = snapshot",
            "T101 1 'snapshot': expected an expression, found `snapshot` [`snapshot` stands before a dot and a field]",
        ),
        (
            "let a = b < c < d",
            "T106 1 '<': comparisons do not chain [join two comparisons with `and`, or put one in parentheses]",
        ),
        (
            "let a = b in [c] not in d",
            "T106 1 'not in': comparisons do not chain [join two comparisons with `and`, or put one in parentheses]",
        ),
    ] {
        assert_eq!(in_policy(text), [expected], "{text}");
    }
}

#[test]
fn problems_of_literals_and_texts_have_their_messages() {
    for (text, expected) in [
        (
            "let a = -true + \"\\q\"",
            "T101 1 '\\q': `\\q` means nothing in a text [after `\\` stands one of `\"`, `\\`, `{`, `}` and `n`; a backslash itself is written `\\\\`]",
        ),
        ("param a = -true", "T101 1 '-': only a number can be negative"),
        (
            "rule r \"{ }\" { require x else hold }",
            "T101 1 '{ }': there is no expression between these braces [write `\\{` for a brace]",
        ),
        (
            "let a = 99999999999999999999999999999999999999999 + b",
            "T103 1 '99999999999999999999999999999999999999999': this number has more than 40 digits [round it]",
        ),
        ("let a = 1e41", "T103 1 '1e41': this exponent is beyond ±40"),
        ("param a = 2026-02-30", "T103 1 '2026-02-30': there is no day `2026-02-30`"),
        (
            "let a = 1.5 months",
            "T103 1 '1.5 months': a span of months is a whole number of months [write it in days or weeks]",
        ),
        ("let a = 10000 years", "T103 1 '10000 years': this span is longer than the calendar"),
        ("let a = at least 5000000000 of [b]", "T103 1 '5000000000': this count is too large"),
        (
            "let a = \"b",
            "T104 1 '\"b }': this text is not closed [a text ends with `\"` on the line that it begins on]",
        ),
        (
            "rule r \"{a\" { require x else hold }",
            "T104 1 '{': this brace is not closed in its text [close it with `}`, or write `\\{` for a brace]",
        ),
        (
            "rule r { require x else hold \"{a(\"b\")}\" }",
            "T104 1 '\"{a(\"': a quote inside `{…}` ends the text [give the expression a name with `let`, and show that]",
        ),
    ] {
        assert_eq!(in_policy(text), [expected], "{text}");
    }
}

#[test]
fn problems_of_declarations_have_their_messages() {
    for (text, expected) in [
        ("param a = pilot", "T101 1 'pilot': expected a value, found `pilot`"),
        ("param a = 1 within 2 too 3", "T101 1 'too': expected `to`, found `too` [did you mean `to`?]"),
        ("rule r \"{a +}\" { require x else hold }", "T101 1 '}': expected an expression, found `}`"),
        (
            "rule r { when x then block }",
            "T101 1 'block': expected `note`, `warn`, `hold` or `rollback`, found `block`",
        ),
        (
            "rule r { require x > 3 elze hold }",
            "T101 1 'elze': expected `require`, `else` or an operator, found `elze` [did you mean `else`?]",
        ),
        (
            "rule r { help \"h\" require x else hold }",
            "T101 1 'help': expected `require` or `when`, found `help`",
        ),
        (
            "let when = 3",
            "T105 1 'when': `when` is a reserved word and cannot be a name [choose another name; the words of the grammar mean something of their own]",
        ),
        (
            "rule hold { require x else hold }",
            "T105 1 'hold': `hold` is a reserved word and cannot be a name [choose another name; the words of the grammar mean something of their own]",
        ),
        (
            "rule r { }",
            "T108 1 '}': rule `r` has no `require` or `when` [a rule requires something, or triggers when something is so]",
        ),
        (
            "rule r { when x }",
            "T108 1 '}': rule `r` has no `require` or `then` [`when` alone only says where a rule applies]",
        ),
        (
            "rule r { when x require y }",
            "T108 1 '}': rule `r` has no `else` [say what a failed rule does, as in `else hold \"…\"`]",
        ),
        (
            "rule r { require y help \"h\" }",
            "T108 1 'help': rule `r` has no `else` [say what a failed rule does, as in `else hold \"…\"`]",
        ),
        (
            "rule r { require x else hold help \"a\" link \"b\" help \"c\" }",
            "T109 1 'help \"c\"': `help` is given twice [remove one of the two]",
        ),
        (
            "gate a -> b { let c = 1 }",
            "T110 1 'a -> b': the gate `a -> b` has no rule [give it a rule that says what must be proved first]",
        ),
        ("gate a > b { rule r { require x else hold } }", "T101 1 '>': expected `->`, found `>`"),
    ] {
        assert_eq!(in_policy(text), [expected], "{text}");
    }
}

#[test]
fn problems_of_fields_and_tests_have_their_messages() {
    for (text, expected) in [
        ("snapshot { a b }", "T101 1 'b': expected `:` or `{`, found `b`"),
        (
            "snapshot { when: date }",
            "T105 1 'when': `when` is a reserved word and cannot be a name [choose another name; the words of the grammar mean something of their own]",
        ),
        (
            "snapshot { rule: date }",
            "T105 1 'rule': `rule` is a reserved word and cannot be a name [choose another name; the words of the grammar mean something of their own]",
        ),
        (
            "snapshot { hold: date }",
            "T105 1 'hold': `hold` is a reserved word and cannot be a name [choose another name; the words of the grammar mean something of their own]",
        ),
        ("snapshot { a: number from 1 5 }", "T101 1 '5': expected `to`, found `5`"),
        ("snapshot { a: list text }", "T101 1 'text': expected `of`, found `text`"),
        ("snapshot { a: text key key }", "T109 1 'key': `key` is given twice [remove one of the two]"),
        (
            "snapshot evry 1 week { }",
            "T101 1 'evry': expected `every` or `{`, found `evry` [did you mean `every`?]",
        ),
        ("stages a, b", "T101 1 ',': expected `->` or the end of the line, found `,`"),
        (
            "policy when { }",
            "T105 1 'when': `when` is a reserved word and cannot be a name [choose another name; the words of the grammar mean something of their own]",
        ),
        (
            "policy p wen a { }",
            "T101 1 'wen': expected a text in quotes, `when` or `{`, found `wen` [did you mean `when`?]",
        ),
        ("test t { }", "T101 1 't': expected a text in quotes, found `t`"),
        (
            "test \"t\" { given evry 1 week }",
            "T101 1 'evry': expected `every` or `file`, found `evry` [did you mean `every`?]",
        ),
        (
            "test \"t\" { expect p.r failed }",
            "T101 1 'failed': expected `passes`, `fails`, `undecided` or `not applicable`, found `failed` [did you mean `fails`?]",
        ),
        (
            "test \"t\" { as of 2026-01-01 as of 2026-01-02 }",
            "T109 1 'as of 2026-01-02': `as of` is given twice [remove one of the two]",
        ),
        ("test \"t\" { with p.x 50% }", "T101 1 '50': expected `=`, found `50`"),
        (
            "nonsense",
            "T101 1 'nonsense': expected `policy`, `snapshot`, `stages` or `test`, found `nonsense`",
        ),
        ("policy", "T101 1 'policy': expected a name after `policy`, found the end of the file"),
        ("}", "T107 1 '}': this `}` closes nothing"),
        ("let a = 1", "T107 1 'let': a `let` stands in a policy"),
    ] {
        assert_eq!(problems(text), [expected], "{text}");
    }
    let large = format!("#{}", " ".repeat(MAX_POLICY_BYTES));
    assert_eq!(
        problems(&large),
        ["T111 1 '': this file is larger than 1024 KiB [split it into several files]"]
    );
    assert_eq!(parsed(&large).0.items, []);
}

#[test]
fn a_broken_part_spoils_its_declaration_alone() {
    let text = "test \"t\" {\n given every 1 week from 2026-01-01 {\n a = = 1\n b = 2 }\n expect p.r passes\n}\n\
                test \"u\" { expect p.r passes }";
    assert_eq!(problems(text).len(), 1);
    assert!(matches!(&parsed(text).0.items[..], [Item::Broken(None), Item::Test(_)]));
    let text = "snapshot {\n a: count\n b count\n c { d: text\n e = 3 }\n f: list of { g; }\n}";
    assert_eq!(problems(text).len(), 3);
    let (file, _) = parsed(text);
    let Item::Snapshot(snapshot) = &file.items[0] else { panic!() };
    let fields: Vec<&str> = snapshot.fields.iter().map(|field| &*field.name.text).collect();
    assert_eq!(fields, ["a", "c", "f"]);
    let broken: Vec<_> = file.items[1..]
        .iter()
        .map(|item| match item {
            Item::Broken(Some(name)) => &*name.text,
            item => panic!("{item:?}"),
        })
        .collect();
    assert_eq!(broken, ["b", "e", "g"]);
    let text = "policy p { rule r { require x else hold \"{a +} of {b}\" } }";
    let (file, diagnostics) = parsed(text);
    assert_eq!((diagnostics.len(), item_names(&policy(&file).items)), (1, vec!["r".to_owned()]));
}

#[test]
fn one_wrong_or_missing_character_is_at_most_one_error() {
    let places =
        EXAMPLE.char_indices().filter(|(_, c)| c.is_ascii_alphabetic() || "{}()[]\",-=:%".contains(*c));
    for (at, c) in places.step_by(5) {
        let mut text = EXAMPLE.to_owned();
        text.replace_range(at..=at, if c.is_ascii_alphabetic() { "q" } else { "" });
        let found = problems(&text);
        assert!(found.len() <= 1, "{found:?}\n{text}");
    }
}

/// Texts that nest or repeat, from `size` copies.
fn hostile(size: usize) -> Vec<(String, &'static str)> {
    let in_let =
        ["not ", "(", "- ", "[", "{", "if ", "if a then b else ", "a + ", "f(", "f(x where ", "x in [", "a<"];
    let in_let =
        in_let.iter().chain(&["at least 2 of [", "a.", "1,", "\"", "\\", "a and ", "if if a then b else "]);
    let mut texts: Vec<(String, &'static str)> = Vec::new();
    for part in in_let {
        let part = part.repeat(size);
        texts.push((format!("policy p {{\n let x = {part}\n let broken = (\n let y = 1\n}}"), "y"));
        texts.push((format!("policy p {{\n let x = a {part} b\n let broken = (\n let y = 1\n}}"), "y"));
        texts.push((format!("policy p \"{{{part}}}\" {{ let y = 1 }}"), ""));
        texts.push((format!("test \"t\" {{ given every 1 week from 2026-01-01 {{ a = {part}"), ""));
        texts.push((part, ""));
    }
    for part in [
        "policy p {\n",
        "polcy p {\n",
        "rule r {\n",
        "gate a -> b {\n",
        "let ",
        "}",
        "a: list of ",
        "a { ",
        "\n",
    ] {
        let part = part.repeat(size);
        texts.push((part.clone(), ""));
        texts.push((format!("policy p {{ {part}"), ""));
        texts.push((format!("snapshot {{ {part}"), ""));
        texts.push((format!("{}{part}", "x { ".repeat(120)), ""));
    }
    texts
}

#[test]
fn hostile_texts_are_refused_and_hide_nothing() {
    for (text, sound) in hostile(2_000) {
        let (file, diagnostics) = parsed(&text);
        let start: String = text.chars().take(60).collect();
        if !sound.is_empty() {
            let names = item_names(&policy(&file).items);
            let codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
            assert!(names.iter().any(|name| name == sound), "{start}: {names:?}");
            assert!(
                names.iter().any(|name| name == "?broken") || codes == [Code::T102],
                "{start}: {names:?}"
            );
            assert!((1..=3).contains(&codes.len()), "{start}: {codes:?}");
        }
        let gave_up = diagnostics.iter().any(|diagnostic| diagnostic.message.contains("intricate"));
        assert!(!gave_up, "{start}");
    }
}

#[test]
fn nesting_is_understood_up_to_its_limit() {
    // With how many levels each of them takes.
    for (open, close, each) in [
        ("(", ")", 1),
        ("f(", ")", 1),
        ("not (", ")", 1),
        ("-(", ")", 1),
        ("1 + (", ")", 1),
        ("f(x where ", ")", 1),
        ("f(x by ", ")", 1),
        ("a in [", "]", 1),
        ("at least 1 of [", "]", 1),
        ("if ", " then b else c", 1),
        ("if a then b else ", "", 1),
        ("f(a < -g(", "))", 4),
        ("f(x, y over 2 * g(", "))", 3),
        ("not a < 1 or b >= 2 + (", ") with 5% confidence", 5),
    ] {
        for (levels, deep) in [(MAX_DEPTH / each - 2, false), (MAX_DEPTH + 2, true)] {
            let text = format!("policy p {{ let a = {}1{} }}", open.repeat(levels), close.repeat(levels));
            let codes: Vec<Code> = parsed(&text).1.iter().map(|diagnostic| diagnostic.code).collect();
            assert_eq!(codes, if deep { &[Code::T102][..] } else { &[] }, "{open} {levels}");
        }
    }
    let chain = |count: usize| format!("policy p {{ let a = b{} }}", " + b".repeat(count));
    assert!(problems(&chain(MAX_DEPTH)).is_empty());
    assert!(problems(&chain(MAX_DEPTH + 1))[0].starts_with("T102 1 'b': nested more than 128 levels deep"));
    let flat = format!("policy p {{ let a = b{} }}", " and b".repeat(5_000));
    assert!(problems(&flat).is_empty());
    for (open, close) in [("{a: ", "}"), ("[2 x ", "]")] {
        let text = |levels: usize| {
            let value = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            format!("test \"t\" {{ given every 1 week from 2026-01-01 {{ a = {value} }} }}")
        };
        assert!(problems(&text(MAX_DEPTH - 3)).is_empty());
        assert_eq!(parsed(&text(MAX_DEPTH + 2)).1[0].code, Code::T102);
    }
    let lists = format!("snapshot {{ a: {}text }}", "list of ".repeat(MAX_DEPTH + 1));
    assert_eq!(parsed(&lists).1[0].code, Code::T102);
}

#[test]
fn a_text_that_nests_too_deeply_hides_no_other_error() {
    let deep = format!("{}a{}", "(".repeat(500), ")".repeat(500));
    let text = format!(
        "policy p \"{{{deep}}}\" {{\n let x = {deep} + 1\n let y = {deep}\n rule r {{ requires x else hold }}\n let z = 1\n}}"
    );
    let (file, diagnostics) = parsed(&text);
    let codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, [Code::T102, Code::T102, Code::T102, Code::T101]);
    assert_eq!(item_names(&policy(&file).items), ["?x", "?y", "?r", "z"]);
}

/// No text may panic the parser, and every place that it reports lies in the text.
fn survives(text: &str) {
    let (_, diagnostics) = parsed(text);
    for diagnostic in diagnostics {
        for label in &diagnostic.labels {
            assert!(text.get(label.span.range()).is_some(), "{diagnostic:?} in {text:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survives(&text);
    }

    #[test]
    fn any_words_are_survived(words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..120)) {
        survives(&words.join(" "));
        survives(&words.concat());
    }

    #[test]
    fn a_mutated_policy_is_survived(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..12usize, prop::sample::select(WORDS.to_vec())), 1..6)
    ) {
        let mut text = EXAMPLE.to_owned();
        for (at, length, word) in edits {
            let start = at.index(text.len());
            let start = (start..=text.len()).find(|start| text.is_char_boundary(*start)).unwrap_or(text.len());
            let end = (start + length..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
            text.replace_range(start..end, word);
        }
        survives(&text);
    }
}

/// What mutations put into policies.
const WORDS: [&str; 48] = [
    "policy",
    "rule",
    "gate",
    "let",
    "param",
    "stages",
    "snapshot",
    "test",
    "when",
    "require",
    "else",
    "then",
    "hold",
    "help",
    "given",
    "every",
    "expect",
    "if",
    "not",
    "in",
    "at least 2 of",
    "has",
    "with",
    "confidence",
    "where",
    "over stage",
    "a",
    "p.x",
    "5%",
    "2 weeks",
    "2026-01-05",
    "1e9",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\n",
    "=",
    "<",
    "->",
    "-",
    ",",
    ":",
    "#",
    "é",
];

#[test]
fn moved_ids_are_those_behind_the_others() {
    let texts = [
        include_str!("../../policies/staged_rollout.gate"),
        include_str!("../../policies/before_deployment.gate"),
        "policy p \"{a}\" when b { gate x -> y \"{c}\" { let d = if e then -f else g \
         rule r \"{h}\" { when i in 1 to 2 require j > 1 with 90% confidence require k(l where m by n over 2 weeks) \
         else hold \"{o}\" help \"{p}\" } } rule s { when not q and at least 1 of [r, has s.t] then warn \"{u}\" } }",
    ];
    let mut all = ExprIds::default();
    let mut seen = Vec::new();
    for text in texts {
        let mut own = ExprIds::default();
        let (mut file, found) = parse(FileId(0), text, &mut own);
        assert_eq!(found, Vec::new());
        file.move_ids(&own, &mut all);
        let shown = format!("{file:?}");
        let ids = shown.split("ExprId(").skip(1).filter_map(|rest| rest.split_once(')'));
        seen.extend(ids.map(|(id, _)| id.parse::<usize>().unwrap()));
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..all.count()).collect::<Vec<_>>());
}
