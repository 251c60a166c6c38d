//! What is said of what is not understood, and that it hides nothing else.

use super::*;

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
            "T104 13 '\"unclosed': this text is not closed [end the text with `\"` on the same line]",
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
            "T101 1 '=': expected an operator or the end of the line, found `=` [`==` compares, and `=` gives a `let` or `param` its value:]",
        ),
        ("let a = b c", "T101 1 'c': expected an operator or the end of the line, found `c`"),
        ("let a = (b\n", "T101 1 'b': expected `)` or an operator after `b`, found `}`"),
        (
            "let a = b && c",
            "T101 1 '&&': expected an operator or the end of the line, found `&&` [write `and`]",
        ),
        (
            "let a = 1 + if b then c else d",
            "T101 1 'if': expected an expression, found `if` [put parentheses around an `if` inside an expression]",
        ),
        (
            "let a = if b then c",
            "T101 1 '}': expected `else` or an operator, found `}` [an `if` always has its `else`]",
        ),
        (
            "let a = count(b over c where d)",
            "T101 1 'where': expected `,`, `)` or an operator, found `where` [the clauses of an argument come in the order `of`, `where`, `among`, `by`, `over`]",
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
            "T101 1 'snapshot': expected an expression, found `snapshot` [write a dot and a field after `snapshot`]",
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
            "T101 1 '\\q': `\\q` has no meaning in a text [write `\"`, `\\`, `{`, `}` or `n` after `\\`; for a backslash, write `\\\\`]",
        ),
        ("param a = -true", "T101 1 '-': only a number can be negative"),
        (
            "rule r \"{ }\" { require x else hold }",
            "T101 1 '{ }': these braces are empty [write `\\{` for a literal brace]",
        ),
        (
            "let a = 99999999999999999999999999999999999999999 + b",
            "T103 1 '99999999999999999999999999999999999999999': this number has more than 40 digits [round it]",
        ),
        ("let a = 1e41", "T103 1 '1e41': this exponent is beyond ±40"),
        ("param a = 2026-02-30", "T103 1 '2026-02-30': there is no day `2026-02-30`"),
        (
            "let a = 1.5 months",
            "T103 1 '1.5 months': a number of months must be whole [write it in days or weeks]",
        ),
        ("let a = 10000 years", "T103 1 '10000 years': this span is too long"),
        ("let a = at least 5000000000 of [b]", "T103 1 '5000000000': this count is too large"),
        ("let a = \"b", "T104 1 '\"b }': this text is not closed [end the text with `\"` on the same line]"),
        (
            "rule r \"{a\" { require x else hold }",
            "T104 1 '{': this brace is not closed in its text [close it with `}`, or write `\\{` for a literal brace]",
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
            "T101 1 'block': expected `note`, `warn`, `hold` or `rollback`, found `block` [`hold` keeps a workflow where it is, `rollback` moves it back, `warn` and `note` only report:]",
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
            "T105 1 'when': `when` is a reserved word and cannot be a name [choose another name: this word is part of the language]",
        ),
        (
            "rule hold { require x else hold }",
            "T105 1 'hold': `hold` is a reserved word and cannot be a name [choose another name: this word is part of the language]",
        ),
        (
            "rule r { }",
            "T108 1 '}': rule `r` has no `require` or `when` [a rule needs a `require`, or a `when` with `then`]",
        ),
        (
            "rule r { when x }",
            "T108 1 '}': rule `r` has no `require` or `then` [`when` only says where a rule applies]",
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
            "T110 1 'a -> b': the gate `a -> b` has no rule [add a rule that says what must be shown first]",
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
            "T105 1 'when': `when` is a reserved word and cannot be a name [choose another name, and add the key that the snapshots use, as in `own_name: text named \"when\"`]",
        ),
        (
            "snapshot { rule: date }",
            "T105 1 'rule': `rule` is a reserved word and cannot be a name [choose another name, and add the key that the snapshots use, as in `own_name: text named \"rule\"`]",
        ),
        (
            "snapshot { hold: date }",
            "T105 1 'hold': `hold` is a reserved word and cannot be a name [choose another name, and add the key that the snapshots use, as in `own_name: text named \"hold\"`]",
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
            "T105 1 'when': `when` is a reserved word and cannot be a name [choose another name: this word is part of the language]",
        ),
        (
            "policy p wen a { }",
            "T101 1 'wen': expected a text in quotes, `when` or `{`, found `wen` [did you mean `when`?]",
        ),
        ("test t { }", "T101 1 't': expected a text in quotes, found `t`"),
        (
            "test \"t\" { given evry 1 week }",
            "T101 1 'evry': expected `every`, `file` or `workflow`, found `evry` [did you mean `every`?]",
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
        ("let a = 1", "T107 1 'let': a `let` belongs inside a policy"),
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
