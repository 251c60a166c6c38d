//! What has one cause is told once, in every form for people; what failed comes before what is undecided.

use crate::support::Repo;

/// So many workflows that fail one rule and lack the list that three others ask about.
fn desk(workflows: usize) -> Repo {
    let policy = r#"
snapshot { outputs: list of { id: text key, edit_time: share } adoption: share }
policy own {
  rule enough { require count(outputs where edit_time < 15%) >= 3 else hold }
  rule light { require share(outputs where edit_time < 15%) >= 80% else hold }
  rule quick { require mean(outputs.edit_time) <= 20% else hold }
  rule used "Half use it" { require adoption >= 50% else hold "too few use it" }
}
"#;
    let repository = Repo::new().file("tollgate.yaml", "policies: [own.gate]\n").file("own.gate", policy);
    (0..workflows).fold(repository, |repository, index| {
        let text = format!("workflow: flow-{index}\ndate: 2026-11-20\nadoption: 30%\n");
        repository.file(&format!("rollouts/flow-{index}/2026-11-20.yaml"), text)
    })
}

fn shown(repository: &Repo, options: &[&str]) -> String {
    repository.run(&[&["check", "--as-of", "2026-11-22"], options].concat()).out
}

#[test]
fn undecided_rules_of_one_cause_are_one_entry_behind_what_failed() {
    let repository = desk(1);
    for options in [&[][..], &["--narrate"], &["--format", "markdown"]] {
        let text = shown(&repository, options);
        let failed = text.find("Half use it").unwrap();
        let open = text.find("3 rules cannot be decided").unwrap_or_else(|| panic!("{options:?}: {text}"));
        assert!(failed < open, "{options:?}: {text}");
        assert_eq!(text.matches("cannot be decided").count(), 1, "{options:?}: {text}");
        for rule in ["own.enough", "own.light", "own.quick"] {
            assert!(text.contains(rule), "{options:?}: {text}");
        }
    }
    let open = "own.enough (undecided), own.light (undecided), own.quick (undecided)";
    let line = format!("✗ flow-0  hold  own.used, {open}\n");
    assert!(shown(&repository, &["--quiet"]).starts_with(&line));
    let all = shown(&repository, &["--full"]);
    assert_eq!(all.matches("undecided, so it holds").count(), 3, "{all}");
}

#[test]
fn a_rule_that_fails_alike_in_many_workflows_is_told_once() {
    for (count, times) in [(2, 2), (3, 1), (20, 1)] {
        let repository = desk(count);
        let text = shown(&repository, &[]);
        assert_eq!(text.matches("│ too few use it").count(), times, "{count}: {text}");
        assert_eq!(
            text.contains(&format!("fails in {count} workflows: flow-0")),
            times == 1,
            "{count}: {text}"
        );
        let page = shown(&repository, &["--format", "markdown"]);
        assert_eq!(page.matches("<details>").count(), 2 * times, "{count}: {page}");
        let whole = shown(&repository, &["--full"]);
        assert_eq!(whole.matches("│ too few use it").count(), count, "{whole}");
    }
}

#[test]
fn what_was_seen_stands_beside_the_name_of_each_workflow() {
    let policy = "snapshot { adoption: share }\npolicy own { rule used { require adoption >= 50% else hold \"{adoption} is too little\" } }\n";
    let repository = Repo::new().file("tollgate.yaml", "policies: [own.gate]\n").file("own.gate", policy);
    let repository = (0..20).fold(repository, |repository, index| {
        let text = format!("workflow: flow-{index}\ndate: 2026-11-20\nadoption: {}%\n", 20 + index);
        repository.file(&format!("rollouts/flow-{index}/2026-11-20.yaml"), text)
    });
    for options in [&[][..], &["--narrate"], &["--format", "markdown"]] {
        let text = shown(&repository, options).replace("&#40;", "(").replace("&#41;", ")");
        assert!(text.matches("is too little").count() <= 2, "{options:?}: {text}");
        assert!(text.contains("flow-0 (20%)"), "{options:?}: {text}");
    }
}

#[test]
fn a_part_of_the_pack_brings_the_names_that_it_reads_and_no_more_rules() {
    let repository = Repo::new()
        .file("tollgate.yaml", "policies: [builtin/rollback, builtin/staged_rollout, policies/]\n")
        .file("policies/own.gate", "policy own { rule used { require adoption >= 50% else hold } }\n")
        .file("rollouts/w/2026-11-20.yaml", "workflow: w\ndate: 2026-11-20\nstage: testing\nadoption: 60%\n");
    let report = repository.run(&["check", "--as-of", "2026-11-22", "--format", "json"]);
    assert_eq!(report.code, 0, "{report:?}");
    let rules = repository.run(&["rules"]).out;
    assert!(rules.contains("\nrollback.") && rules.contains("\nown.used"), "{rules}");
    assert!(!rules.contains("\nmonitoring.") && !rules.contains("\nbefore_deployment."), "{rules}");
    let params = repository.run(&["params"]).out;
    assert!(params.contains("builtin/names/before_deployment.gate"), "{params}");
    // What a policy of one's own declares is not brought along.
    let own = "policy before_deployment { param light_edit = 15% param light_share = 80% }\n";
    repository.write("policies/own.gate", own);
    let found = repository.run(&["check", "--as-of", "2026-11-22"]).err
        + &repository.run(&["check", "--as-of", "2026-11-22"]).out;
    assert!(found.contains("policy `before_deployment` has no let or param"), "{found}");
}
