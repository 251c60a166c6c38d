//! What holds whatever the text says: no panic, a whole program, and no difference by the order of declarations.

use super::{parse_text, show};
use crate::ast::{Arg, Expr, ExprKind, File, Item, Over, RuleBody, Set, Template, TemplatePart};
use crate::check::check;
use crate::program::{Program, Target};

const POLICIES: &str = "
policy rollout \"{light} of {count(outputs)}\" when stage >= pilot {
  param least = 50% within 30% to 90%
  param window = 2 weeks
  let light = share(outputs where edit_time < 15% and kind in [ordinary, atypical])
  let groups = mean(outputs.edit_time where it.kind == ordinary by kind)
  let far = base.deep + count(outputs)
  rule size \"size\" {
    when stage == pilot and not ready or has users.active
    require users.active in 2 to 5
    require (if ready then adoption else default(adoption, 0)) >= least
    require any(groups where it > 3%) and at least 1 of [ready, owner in areas]
    else hold \"{users.active} of {users.target}\"
    help \"{light}\"
    undecided warn
  }
  rule cost \"cost\" { when cost / users.active > 5 USD and launch + 2 weeks < date then warn }
}
policy base { let deep = percentile(scores where it > 2, 90%) - min(scores) rule r \"r\" { require rollout.light > 5% else note } }
";

/// Checks a text, whatever the parser says of it.
fn check_text(text: &str) -> (Program, Vec<String>) {
    let (file, count, _) = parse_text(text);
    let (program, found) = check(&[file], count);
    (program, show(&found))
}

/// The words and signs of a text, with what stands between them.
fn tokens(text: &str) -> Vec<&str> {
    text.split_inclusive([' ', '\n', '(', ')', ',', '.']).collect()
}

#[test]
fn a_program_is_whole_whatever_is_missing_or_exchanged() {
    let tokens = tokens(POLICIES);
    assert!(check_text(&[super::VOCABULARY, POLICIES].concat()).1.is_empty());
    for at in 0..tokens.len() {
        let mut without = tokens.clone();
        without.drain(at..=at);
        let mut exchanged = tokens.clone();
        exchanged.swap(at, (at * 7 + 13) % tokens.len());
        for changed in [without, exchanged] {
            let text = [super::VOCABULARY, &changed.concat()].concat();
            assert_whole(&check_text(&text).0, &text);
        }
    }
}

fn assert_whole(program: &Program, text: &str) {
    let whole = Whole { program, text };
    for rule in &program.rules {
        assert!(rule.policy < program.policies.len());
        match &rule.decl.body {
            RuleBody::Require { when, requires } => when.iter().chain(requires).for_each(|it| whole.expr(it)),
            RuleBody::Trigger { when } => whole.expr(when),
        }
        let templates = rule.decl.title.iter().chain(&rule.decl.effect.message).chain(&rule.decl.help);
        templates.for_each(|template| whole.template(template));
    }
    for policy in &program.policies {
        policy.when.iter().for_each(|when| whole.expr(when));
        policy.title.iter().for_each(|title| whole.template(title));
    }
    program.lets.iter().for_each(|entry| whole.expr(&entry.decl.value));
}

struct Whole<'p> {
    program: &'p Program,
    text: &'p str,
}

impl Whole<'_> {
    fn template(&self, template: &Template) {
        for part in &template.parts {
            if let TemplatePart::Expr(expr) = part {
                self.expr(expr);
            }
        }
    }

    fn expr(&self, expr: &Expr) {
        let Some(info) = self.program.expr(expr.id) else { panic!("no entry: {expr:?}\n{}", self.text) };
        match info.target {
            Some(Target::Let(index)) => assert!(index < self.program.lets.len(), "{}", self.text),
            Some(Target::Param(index)) => assert!(index < self.program.params.len(), "{}", self.text),
            _ => assert!(
                info.target.is_some()
                    || !matches!(expr.kind, ExprKind::Path(_) | ExprKind::Call { .. } | ExprKind::Has(_))
            ),
        }
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Has(_) => {}
            ExprKind::Not(one) | ExprKind::Neg(one) | ExprKind::Entry { key: one, .. } => self.expr(one),
            ExprKind::Arithmetic(_, a, b) | ExprKind::Compare(_, a, b) => {
                [a, b].into_iter().for_each(|it| self.expr(it))
            }
            ExprKind::Logic(_, all) | ExprKind::AtLeast { of: all, .. } => {
                all.iter().for_each(|it| self.expr(it))
            }
            ExprKind::In { item, set, .. } => {
                self.expr(item);
                match set {
                    Set::Range(a, b) => [a, b].into_iter().for_each(|it| self.expr(it)),
                    Set::List(all, _) => all.iter().for_each(|it| self.expr(it)),
                    Set::Value(list) | Set::Pattern(list) => self.expr(list),
                }
            }
            ExprKind::If { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().for_each(|it| self.expr(it));
            }
            ExprKind::Call { args, .. } => args.iter().for_each(|arg| self.arg(arg)),
            ExprKind::With { claim, confidence, population, every_look: _ } => {
                [claim, confidence].into_iter().chain(population).for_each(|it| self.expr(it))
            }
        }
    }

    fn arg(&self, arg: &Arg) {
        self.expr(&arg.value);
        arg.of.iter().for_each(|it| self.expr(it));
        arg.of_elements().for_each(|it| self.expr(it));
        arg.over.iter().filter_map(Over::length).for_each(|it| self.expr(it));
    }
}

#[test]
fn the_order_of_declarations_makes_no_difference() {
    let broken = "
      policy a { let x = y + 1 let y = z let z = x rule r \"r\" { require adoptoin > 1 else hold } let adoption = 3 }
      policy b { let x = a.x param p = 5% within 10% to 20% rule s \"s\" { require p > 90% else hold } rule t \"t\" { require ready else hold } }
      snapshot { ready: text }
      policy c { let x = c.w let w = d.v rule ok \"ok\" { require adoption > 5% else hold } }
      policy d { let v = c.x }
      policy b { let other = 1 }";
    let (file, count, _) = parse_text(&[super::VOCABULARY, broken].concat());
    let outcome = |file: File| {
        let (program, found) = check(&[file], count);
        let mut said = show(&found);
        said.sort();
        let rules: Vec<_> = program.rules.iter().map(|rule| rule.name.to_string()).collect();
        (said, rules)
    };
    let expected = outcome(file.clone());
    assert!(expected.0.len() > 6, "{expected:#?}");
    for turn in 1..file.items.len() {
        let mut turned = file.clone();
        turned.items.rotate_left(turn);
        for item in &mut turned.items {
            if let Item::Policy(policy) = item {
                policy.items.reverse();
            }
        }
        assert_eq!(outcome(turned), expected, "turned by {turn}");
    }
}
