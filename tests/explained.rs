//! What `explain` says of the rules of a scratch project.

use crate::support::Repo;

const VOCABULARY: &str = "stages testing -> pilot -> full
snapshot every 1 week { outs: list of { id: text key, ok: bool }, errors: count, requests: count }
";

/// What `explain` says of a rule of a policy `p`, on one line.
fn explained(policy: &str, rule: &str) -> String {
    let repository = Repo::new();
    repository.write("tollgate.yaml", "policies: [policies/]\n");
    repository.write("policies/p.gate", format!("{VOCABULARY}policy p {{ {policy} }}\n"));
    let said = repository.run(&["explain", rule]);
    assert_eq!(said.code, 0, "{said:?}");
    said.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_gate_without_a_title_has_none() {
    let gate = |title: &str| {
        format!("gate testing -> pilot {title} {{ rule r {{ require errors == 0 else hold }} }}")
    };
    assert!(explained(&gate(""), "p.r").contains("A rule of the gate `testing -> pilot`. It counts when"));
    assert!(explained(&gate("\"Go\""), "p.r").contains("gate `testing -> pilot` (\"Go\"). It counts when"));
}

#[test]
fn how_often_a_rule_errs_is_said_of_what_it_does() {
    let said = |rule: &str| explained(rule, "p.r");
    let of = "share(outs where ok)";
    let fires = said(&format!("rule r {{ when {of} < 80% with 99% confidence then rollback }}"));
    assert!(
        fires.contains("a true share of just 80%, it fires with") && !fires.contains("it passes with"),
        "{fires}"
    );
    let slow = said(&format!("rule r {{ when {of} < 80% with 99% confidence at every look then rollback }}"));
    assert!(slow.contains("It fires at any snapshot") && slow.contains("It is slow after a fall"), "{slow}");
    let few = said(&format!("rule r {{ require {of} >= 90% with 99% confidence else hold }}"));
    assert!(few.contains("It never passes of 30 samples, whatever they are: it takes 44"), "{few}");
    let grows =
        said("rule r { require share(outs where ok over stage) >= 80% with 90% confidence else hold }");
    assert!(grows.contains("of a sample that grows by 30 each time"), "{grows}");
}
