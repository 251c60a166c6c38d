//! Names: what they stand for, clashes among them, and cycles.

use super::{VOCABULARY, found, rejects, run, show};

#[test]
fn unknown_names_come_with_a_suggestion() {
    rejects(&[
        ("adoptoin > 5%", "T201 nothing is called `adoptoin` here | did you mean `adoption`?"),
        ("ligth > 5%", "T201 nothing is called `ligth` here | did you mean `light`?"),
        ("users.activ > 5", "T201 `users` has no field `activ` | did you mean `active`?"),
        ("users.zzz > 5", "T201 `users` has no field `zzz` | its fields are `active` and `target`"),
        ("adoption.x > 5", "T201 `adoption` is a share and has no field `x`"),
        ("snapshot.adoptoin > 5%", "T201 the snapshot has no field `adoptoin` | did you mean `adoption`?"),
        ("other.ligth > 5%", "T201 policy `other` has no let or param `ligth` | did you mean `other.light`?"),
        ("othre.light > 5%", "T201 nothing is called `othre` here | did you mean `other`?"),
        ("light.x > 5%", "T201 `light` is a let or param and has no field `x`"),
        ("count > 5", "T201 nothing is called `count` here | `count` is a function: write `count(…)`"),
        (
            "any(outputs where edit_tme > 5%)",
            "T201 nothing is called `edit_tme` here | did you mean `edit_time`?",
        ),
        (
            "any(outputs where it.edit_tme > 5%)",
            "T201 the element has no field `edit_tme` | did you mean `edit_time`?",
        ),
        ("any(scores where it.x > 5%)", "T201 `it` is a number and has no field `x`"),
    ]);
}

#[test]
fn some_names_are_no_values() {
    rejects(&[
        ("other > 5%", "T218 `other` is a policy, and a policy is not a value"),
        (
            "users > 5",
            "T218 `users` is a record, not a single value | name one of its fields, as `users.active`",
        ),
        ("it > 5", "T218 `it` has no meaning here"),
        (
            "any(outputs where it == 3)",
            "T218 `it` is a record, not a single value | name one of its fields, as `it.id`",
        ),
    ]);
    let rules =
        "policy p { rule r \"r\" { require ready else hold } rule s \"s\" { require r and p.r else hold } }";
    assert_eq!(
        found(rules),
        [
            "T218 `r` is a rule, and a rule is not a value | name the condition of the rule with `let`, and use that name in both places",
            "T218 `r` is a rule, and a rule is not a value | name the condition of the rule with `let`, and use that name in both places",
        ]
    );
}

#[test]
fn a_name_of_the_element_and_of_the_outside_is_ambiguous() {
    let text = "
      snapshot { area: text, notes: list of { area: text, date: date, mine: text, deep: list of { mine: text } } }
      policy q {
        let mine = \"x\"
        let a = count(notes where area == \"x\")
        let b = count(notes where it.area == snapshot.area)
        let c = count(notes where mine == \"x\")
        let d = count(notes where it.mine == q.mine)
        let e = count(notes where any(it.deep where mine == \"x\"))
        let f = count(notes where date == snapshot.date)
      }";
    assert_eq!(
        show(&run(&[text]).2),
        [
            "T208 `area` is a field of the list's element and also a field of the snapshot | write `it.area` or `snapshot.area`",
            "T208 `mine` is a field of the list's element and also a let or param of the policy | write `it.mine` or `q.mine`",
            "T208 `mine` is a field of the list's element and also a let or param of the policy | write `it.mine` or `q.mine`",
            "T208 `date` is a field of the list's element and also a field of the snapshot | write `it.date` or `snapshot.date`",
        ]
    );
    // Inside `held`, the element is out of reach, and a name of both is the snapshot's.
    let held = "snapshot { ok: bool, notes: list of { ok: bool } }
      policy p { let a = count(notes where held(ok) > 2 weeks) }";
    assert_eq!(show(&run(&[held]).2), [""; 0]);
}

#[test]
fn a_policy_may_have_the_name_of_a_field() {
    let text = "
      snapshot { quality { level: share }, tone: share }
      policy quality { let light = 3 }
      policy tone { let light = 4 }
      policy p { let a = quality.level > 5% let b = quality.light > 1 let c = tone.light > 1 let d = quality.lihgt > 1 }";
    assert_eq!(show(&run(&[text]).2), ["T201 `quality` has no field `lihgt` | its fields are `level`"]);
}

#[test]
fn lets_of_a_gate_are_known_in_it_only() {
    let gate = "policy p {
      let light = adoption
      gate testing -> pilot \"g\" {
        let inner = light > 5%
        rule a \"a\" { require inner and p.light > 5% else hold }
      }
      rule b \"b\" { require p.inner else hold }
      rule c \"c\" { require inner else hold }
    }";
    assert_eq!(
        found(gate),
        [
            "T201 policy `p` has no let or param `inner` | it is a let of a gate, which is only known in that gate",
            "T201 nothing is called `inner` here | declare it: a field in a `snapshot` block, a let or param in this policy",
        ]
    );
}

#[test]
fn names_are_declared_once() {
    assert_eq!(
        found(
            "policy p { let a = 1 param a = 2 let b = a }
             policy q { rule r \"r\" { require ready else hold } gate testing -> pilot { rule r \"r\" { require ready else hold } } }
             policy q { let c = 1 }
             policy r { let d = 1 gate testing -> pilot { let d = 2 rule r \"r\" { require d > 0 else hold } } }
             policy s { let x = 1 rule x \"x\" { require ready else hold } }"
        ),
        [
            "T206 let or param `a` is declared more than once | remove one of them, or give it another name",
            "T206 rule `r` is declared more than once | remove one of them, or give it another name",
            "T206 policy `q` is declared more than once | remove one of them, or give it another name",
            "T206 let or param `d` is declared more than once | remove one of them, or give it another name",
        ]
    );
    let (_, program, found) = run(&[VOCABULARY, "policy p { let a = 1 }", "policy p { let b = 1 }"]);
    let files: Vec<_> = found[0].labels.iter().map(|label| label.span.file.0).collect();
    assert_eq!(files, [2, 1]);
    assert!(program.policies.is_empty() && program.lets.is_empty());
}

#[test]
fn a_let_or_param_may_not_hide_a_field() {
    assert_eq!(
        found("policy p { let adoption = 1 param date = 2 rule r \"r\" { require adoption > 0 else hold } }"),
        [
            "T206 let `adoption` has the name of a field of the snapshot",
            "T206 param `date` has the name of a built-in field of the snapshot",
        ]
    );
}

#[test]
fn cycles_are_printed() {
    let (_, program, found) = run(&[
        VOCABULARY,
        "policy p { let b = a let a = c + 1 let c = b * 2 let d = a + adoptoin let e = e rule r \"r\" { require d > 1 else hold } }
         policy q { let x = r.y } policy r { let y = q.x }",
    ]);
    assert_eq!(
        show(&found),
        [
            "T207 these lets use each other in a cycle: `a -> c -> b -> a` | define one of them without the others, or use an earlier snapshot: `previous(…)`",
            "T201 nothing is called `adoptoin` here | did you mean `adoption`?",
            "T207 let `e` uses itself | define one of them without the others, or use an earlier snapshot: `previous(…)`",
            "T207 these lets use each other in a cycle: `q.x -> r.y -> q.x` | define one of them without the others, or use an earlier snapshot: `previous(…)`",
        ]
    );
    let labels: Vec<_> = found[0].labels.iter().map(|label| label.text.as_str()).collect();
    assert_eq!(labels, ["needs `c`", "needs `b`", "needs `a`"]);
    assert!(program.rules.is_empty() && program.lets.is_empty());
}

#[test]
fn errors_beside_a_cycle_are_found_too() {
    let found = found("policy p { let a = b + adoptoin let b = a > owner + 1 }");
    assert_eq!(
        found,
        [
            "T207 these lets use each other in a cycle: `a -> b -> a` | define one of them without the others, or use an earlier snapshot: `previous(…)`",
            "T201 nothing is called `adoptoin` here | did you mean `adoption`?",
            "T203 `owner` is a text, so it cannot be calculated with",
        ]
    );
}

#[test]
fn lets_may_be_declared_in_any_order_and_in_chains_of_a_bounded_length() {
    let chain = |length: usize| {
        let mut policy = String::from("policy p { let last = a0 > 3\n");
        for at in 0..length {
            policy.push_str(&format!("let a{at} = a{} + 1\n", at + 1));
        }
        policy + &format!("let a{length} = 1 }}")
    };
    let (_, program, found) = run(&[VOCABULARY, &chain(120)]);
    assert_eq!(show(&found), [""; 0]);
    assert_eq!(program.lets.len(), 122);
    let (_, program, found) = run(&[VOCABULARY, &chain(5_000)]);
    let too_deep = "T102 let `a4872` and the lets that it uses are more than 256 levels deep | use fewer lets that build on each other";
    assert_eq!(show(&found), [too_deep]);
    assert_eq!(program.lets.len(), 128);
}

#[test]
fn an_error_is_told_once() {
    let cascade = "policy p {
      let broken = adoptoin
      let user = broken + 1
      rule a \"a {broken}\" { require user > 5 and any(count(broken where x > 1 by y) where it > 2) else hold }
      rule b \"b\" { require broken == somethng else hold }
      rule c \"c\" { require mean(broken) > 5 with 90% confidence else hold }
    }";
    assert_eq!(found(cascade), ["T201 nothing is called `adoptoin` here | did you mean `adoption`?"]);
}

#[test]
fn the_order_of_files_and_declarations_does_not_matter() {
    let a = "policy a { let x = b.y + 1 rule r \"r\" { require x > 2 else hold } }";
    let b = "policy b { param y = 2 within 1 to 3 rule s \"s\" { require a.x > 2 else hold } }";
    let names = |texts: &[&str]| {
        let (_, program, found) = run(texts);
        assert_eq!(show(&found), [""; 0]);
        program.rules.iter().map(|rule| rule.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&[VOCABULARY, a, b]), names(&[b, a, VOCABULARY]));
}
