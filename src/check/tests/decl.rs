//! Params, gates, rules, and what becomes of them in the program.

use super::{VOCABULARY, found, run, show};
use crate::program::{ParamValue, Target};
use crate::value::{Number, Value};

#[test]
fn params_fit_their_ranges() {
    let params = |text: &str| found(&format!("policy p {{ {text} }}"));
    assert_eq!(
        params(
            "param a = 50% within 30% to 90%
             param b = 2 within 1 to 10
             param c = 0.5 within 0% to 100%
             param d = 50% within 0 to 1
             param e = 2 weeks within 1 week to 30 days
             param f = 1 month within 1 month to 1 year
             param g = 2026-01-01 within 2025-01-01 to 2027-01-01
             param h = 5 USD within 1 USD to 10 USD
             param i = true
             param j = \"ana\"
             param k = -5 within -10 to 0"
        ),
        [""; 0]
    );
    for (param, error) in [
        (
            "param a = 95% within 30% to 90%",
            "T209 param `a` is 95%, outside its range from 30% to 90% | write a value from 30% to 90%, or widen the range",
        ),
        (
            "param a = 5 months within 1 month to 3 months",
            "T209 param `a` is 5 months, outside its range from 1 month to 3 months | write a value from 1 month to 3 months, or widen the range",
        ),
        (
            "param a = 50% within 90% to 30%",
            "T210 the range from `90%` to `30%` is empty | write `30% to 90%`",
        ),
        (
            "param a = 50% within 30 to 90%",
            "T210 the param is a share, but `30` is a number | did you mean `30%`?",
        ),
        ("param a = 2 within 1 week to 2 weeks", "T210 the param is a number, but `1 week` is a duration"),
        (
            "param a = 2 weeks within 1 week to 1 month",
            "T210 the param is a duration, but `1 month` is a span of months",
        ),
        (
            "param a = 5 USD within 1 to 10 USD",
            "T210 the param is a number in USD, but `1` is a number | write `1 USD`",
        ),
        ("param a = true within 1 to 2", "T210 a param of this type has no range"),
        ("param a = 5 USDD", "T214 there is no unit `USDD` | did you mean `USD`?"),
    ] {
        let said = params(param);
        assert!(said.first().is_some_and(|first| first == error), "{param}: {said:#?}");
    }
}

#[test]
fn the_program_has_params_with_their_values_and_places() {
    let text = "policy p { param a = 50% within 30% to 90% param b = 2 weeks param c = 6 months within 1 month to 1 year param d = 0.5 within 0% to 1 }";
    let (_, program, found) = run(&[VOCABULARY, text]);
    assert_eq!(show(&found), [""; 0]);
    let [a, b, c, d] = program.params.as_slice() else { panic!("{:?}", program.params) };
    assert_eq!(&*a.name, "p.a");
    assert_eq!(&text[a.origin.range()], "50%");
    assert_eq!(a.value, ParamValue::Value(Value::Number(Number::ONE / Number::from(2))));
    assert!(a.within.is_some() && b.within.is_none());
    assert_eq!(b.value, ParamValue::Value(Value::Number(Number::from(14 * 86_400))));
    assert_eq!(c.value, ParamValue::Calendar(6));
    assert_eq!(c.within.as_ref().unwrap().high, Some(Number::from(12)));
    assert_eq!(d.ty.to_string(), "share");
}

#[test]
fn gates_lead_to_the_next_stage() {
    let gate = |head: &str| {
        found(&format!("policy p {{ gate {head} {{ rule r \"r\" {{ require ready else hold }} }} }}"))
    };
    assert_eq!(gate("pilot -> expanded \"from {stage}\""), [""; 0]);
    assert_eq!(
        gate("pilot -> full"),
        [
            "T216 a gate leads to the next stage, `pilot -> full` does not | ladders move one rung at a time: write `gate pilot -> expanded`"
        ]
    );
    assert_eq!(
        gate("pilot -> testing"),
        [
            "T216 a gate leads to the next stage, `pilot -> testing` does not | ladders move one rung at a time: write `gate pilot -> expanded`"
        ]
    );
    assert_eq!(
        gate("full -> pilot"),
        [
            "T216 a gate leads to the next stage, `full -> pilot` does not | `full` is the last stage: no gate leads out of it"
        ]
    );
    assert_eq!(gate("pilott -> expanded"), ["T215 there is no stage `pilott` | did you mean `pilot`?"]);
    let twice = "policy p {
      gate pilot -> expanded { rule r \"r\" { require ready else hold } }
      gate pilot -> expanded { rule s \"s\" { require ready else hold } } }
    policy q { gate pilot -> expanded { rule r \"r\" { require ready else hold } } }";
    assert_eq!(
        found(twice),
        [
            "T216 gate `pilot -> expanded` is declared more than once in this policy | put their rules into one gate"
        ]
    );
    let no_stages =
        "snapshot { ready: bool } policy p { gate a -> b { rule r \"r\" { require ready else hold } } }";
    assert_eq!(
        show(&run(&[no_stages]).2),
        [
            "T215 a gate needs stages, but none are declared | declare the ladder, as in `stages testing -> pilot -> full`"
        ]
    );
}

#[test]
fn undecided_is_never_harsher_than_failed() {
    let rule = |effect: &str, undecided: &str| {
        found(&format!("policy p {{ rule r \"r\" {{ require ready else {effect} undecided {undecided} }} }}"))
    };
    for (effect, undecided) in [
        ("note", "pass"),
        ("warn", "pass"),
        ("warn", "warn"),
        ("hold", "warn"),
        ("hold", "hold"),
        ("rollback", "hold"),
    ] {
        assert_eq!(rule(effect, undecided), [""; 0]);
    }
    for (effect, undecided) in [("note", "warn"), ("note", "hold"), ("warn", "hold")] {
        let error = format!(
            "T220 `undecided {undecided}` is harsher than `{effect}`, the effect of the rule when it fails | write `undecided pass`, or leave it out"
        );
        assert_eq!(rule(effect, undecided), [error]);
    }
}

#[test]
fn only_what_is_sound_is_in_the_program() {
    let policies = "policy b when ready {
      let good = adoption > 5%
      let bad = adoptoin > 5%
      let worse = bad and ready
      param odd = 5% within 10% to 20%
      rule r \"r\" { require good else hold }
      rule s \"s\" { require good and worse else hold }
      rule t \"t\" { require adoption > odd else hold }
      rule u \"u\" { require good else hold \"{bad}\" }
      rule v \"v\" { require adoption > 500% else hold }
    }
    policy a when adoptoin > 5% { let fine = ready rule r \"r\" { require ready else hold }
      gate testing -> pilot \"g\" { rule g \"g\" { require fine else hold } } }
    policy c { rule r \"r\" { require a.fine else hold } }";
    let (_, program, found) = run(&[VOCABULARY, policies]);
    assert_eq!(show(&found).len(), 4, "{:#?}", show(&found));
    let rules: Vec<_> = program.rules.iter().map(|rule| &*rule.name).collect();
    assert_eq!(rules, ["a.g", "b.r", "c.r"]);
    let lets: Vec<_> = program.lets.iter().map(|entry| &*entry.name).collect();
    assert_eq!(lets, ["a.fine", "b.good"]);
    assert!(program.params.is_empty());
    // Gates are not governed by the condition of their policy.
    assert_eq!((program.gates.len(), program.rules[0].gate), (1, Some(0)));
    // The indices are those of the program.
    let rule = &program.rules[1];
    assert_eq!(&*program.policies[rule.policy].name, "b");
    let crate::ast::RuleBody::Require { requires, .. } = &rule.decl.body else { panic!() };
    assert_eq!(program.expr(requires[0].id).unwrap().target, Some(Target::Let(1)));
}

#[test]
fn rules_are_in_the_order_of_policies_and_declarations() {
    let (_, program, _) = run(&[
        VOCABULARY,
        "policy z { rule b \"b\" { require ready else hold } rule a \"a\" { require ready else hold } }",
        "policy y { rule c \"c\" { require ready else hold } }",
    ]);
    let rules: Vec<_> = program.rules.iter().map(|rule| &*rule.name).collect();
    assert_eq!(rules, ["y.c", "z.b", "z.a"]);
}

#[test]
fn what_is_broken_is_not_reported_as_unknown_too() {
    let text = format!(
        "{VOCABULARY}
        policy p {{
          let light = 3 +
          param floor = )
          rule r \"r\" {{ require light > 5 and adoption > floor else hold }}
          rule s \"s\" {{ require ready else hold }}
        }}"
    );
    let (file, count, broken) = super::parse_text(&text);
    assert!(!broken.is_empty());
    let (program, found) = super::check(&[file], count);
    assert_eq!(show(&found), [""; 0]);
    let rules: Vec<_> = program.rules.iter().map(|rule| &*rule.name).collect();
    assert_eq!(rules, ["p.s"]);
}
