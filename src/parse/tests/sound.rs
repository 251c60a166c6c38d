//! What is made of policies that are as they should be.

use super::*;
use crate::ast::EveryDecl;

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
        ("a >= b with 90% confidence of c + 1", "(with (>= a b) share:9/10 of (+ c 1))"),
        ("a >= b with level confidence at every look and c", "(and (with (>= a b) level at every look) c)"),
        ("f(a >= 80% at every look)", "(f (>= a share:4/5) at-every-look)"),
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
        (
            "share(a.errors of b where p by k over 4 weeks)",
            "(share a.errors of b where p by k over seconds:2419200)",
        ),
        ("f(a >= b of n + 1, 2 of 3)", "(f (>= a b) of (+ n 1) 2 of 3)"),
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
        "changing",
        "kept",
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
             \"x\" {{ given every 1 week from 2026-01-05 {{ {word} = {word}\n other.{word} = [2 x {{ {word}: 1 }}, \
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
            ExprKind::With { claim, confidence, population, every_look: _ } => {
                [claim, confidence].into_iter().chain(population).for_each(|part| spans(part, text, found));
            }
            ExprKind::Logic(_, all) => all.iter().for_each(|expr| spans(expr, text, found)),
            ExprKind::Call { args, .. } => args.iter().for_each(|arg| spans(&arg.value, text, found)),
            ExprKind::Literal(_)
            | ExprKind::Path(_)
            | ExprKind::Entry { .. }
            | ExprKind::Has(_)
            | ExprKind::In { .. }
            | ExprKind::If { .. }
            | ExprKind::AtLeast { .. } => {}
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
fn moved_ids_are_those_behind_the_others() {
    let texts = [
        include_str!("../../../policies/staged_rollout.gate"),
        include_str!("../../../policies/before_deployment.gate"),
        "policy p \"{a}\" when b { gate x -> y \"{c}\" { let d = if e then -f else g \
         rule r \"{h}\" { when i in 1 to 2 require j > 1 with 90% confidence require k(l where m by n over 2 weeks) \
         else hold \"{o}\" help \"{p}\" } } rule s { when not q and at least 1 of [r, has s.t] then warn \"{u}\" } }",
    ];
    let mut all = ExprIds::default();
    let mut seen = Vec::new();
    for text in texts {
        let mut own = ExprIds::default();
        let (file, found) = parse(FileId(0), text, &mut own);
        assert_eq!(found, Vec::new());
        let file = file.placed(FileId(7), &own, &mut all);
        let shown = format!("{file:?}");
        assert!(shown.contains("FileId(7)") && !shown.contains("FileId(0)"), "{shown}");
        let ids = shown.split("ExprId(").skip(1).filter_map(|rest| rest.split_once(')'));
        seen.extend(ids.map(|(id, _)| id.parse::<usize>().unwrap()));
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..all.count()).collect::<Vec<_>>());
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
    assert_eq!(literal(&a.value.single().unwrap().kind), "-4/5");
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
  f: list of { id: text key, g: bool required changing "it may" } kept "many"
  g: shar
  h: stage i: date j: duration k: text l: number
}"#;
    let block = snapshot(text);
    let cadence = block.cadence.unwrap();
    let EveryDecl::Length(every) = &cadence.every else { panic!("{cadence:?}") };
    assert_eq!((literal(&every.kind).as_str(), cadence.grace), ("seconds:604800", None));
    let cadence = snapshot("snapshot every weekday grace 1 day { }").cadence.unwrap();
    assert!(matches!(cadence.every, EveryDecl::Weekday(_)) && cadence.grace.is_some());
    let docs: Vec<_> = block.fields.iter().map(|field| field.doc.as_deref()).collect();
    assert_eq!(docs[..5], [Some("doc"), None, Some("record"), Some("many"), None]);
    assert_eq!(&text[block.fields[0].span.range()], "a: bool required \"doc\"");
    let FieldKind::Value(ty) = &block.fields[0].kind else { panic!() };
    assert!(ty.kind == TypeKind::Bool && block.fields[0].marks.required.is_some());
    let FieldKind::Record(fields) = &block.fields[2].kind else { panic!() };
    let FieldKind::Value(ty) = &fields[0].kind else { panic!() };
    assert!(matches!(&ty.kind, TypeKind::Number(Some(unit)) if &*unit.text == "USD"));
    assert_eq!(&text[ty.span.range()], "number USD from 0 to 5");
    let FieldKind::Value(ty) = &fields[1].kind else { panic!() };
    let TypeKind::List(inner) = &ty.kind else { panic!() };
    let TypeKind::List(share) = &inner.kind else { panic!() };
    assert!(share.kind == TypeKind::Share && share.range.is_some() && ty.range.is_none());
    assert_eq!(&text[inner.span.range()], "list of share from 0% to 10%");
    let FieldKind::Value(ty) = &block.fields[3].kind else { panic!() };
    let TypeKind::ListOfRecords(fields) = &ty.kind else { panic!() };
    assert!(fields[0].marks.key.is_some() && block.fields[3].marks.kept.is_some());
    assert!(fields[1].marks.changing.is_some() && fields[1].marks.required.is_some());
    let FieldKind::Value(ty) = &block.fields[4].kind else { panic!() };
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
    let EveryDecl::Length(every) = every else { panic!() };
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
    let [Expect { kind: ExpectKind::Rule(a, ExpectedOutcome::NotApplicable), .. }, b, c] = &test.expect[..]
    else {
        panic!()
    };
    assert_eq!(path(a), "p.r");
    assert!(matches!(&b.kind, ExpectKind::Rule(path, ExpectedOutcome::Undecided) if path.len() == 2));
    assert!(matches!(&c.kind, ExpectKind::Decision(name) if &*name.text == "hold"));
}
