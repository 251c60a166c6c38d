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
