//! Tricks that somebody hostile found: each would have passed a gate, or loosened a setting, without a word.

use crate::pull_request::{
    CONFIG, DAY, POLICY, against, code, fates, house, says, settings, snapshot, text_of,
};
use crate::support::Repo;

/// The house with another policy on `main`.
fn house_of(policy: &str) -> Repo {
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("policies/house.gate", policy);
    repo.commit_more();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    repo
}

#[test]
fn where_both_have_merged_the_other_the_base_is_merged_first() {
    let repo = house();
    repo.write("one", "1");
    repo.commit();
    repo.git(&["branch", "one"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("two", "2");
    repo.commit();
    repo.git(&["branch", "two"]);
    repo.git(&["merge", "-q", "--no-edit", "one"]);
    repo.git(&["checkout", "-q", "branch"]);
    repo.git(&["merge", "-q", "--no-edit", "two"]);
    says(&against(&repo, "main", &[]), 2, "have each merged the other: merge `main` into the branch first");
    repo.git(&["merge", "-q", "--no-edit", "main"]);
    assert_eq!(code(&repo), 0);
}

#[test]
fn lets_of_gates_cannot_swap() {
    let gates = |first: &str, second: &str| {
        let of = |gate: &str, share: &str, rule: &str| {
            format!(
                "gate {gate} {{ let enough = adoption >= {share} rule {rule} {{ require enough else hold }} }}\n"
            )
        };
        let start = POLICY.split("  gate testing").next().unwrap();
        format!("{start}{}{}}}\n", of("testing -> pilot", first, "used"), of("pilot -> full", second, "more"))
    };
    let repo = house_of(&gates("50%", "90%"));
    repo.write("policies/house.gate", gates("90%", "50%"));
    assert_eq!(settings(&repo), ["unknown let quality.enough", "unknown let quality.enough"]);
}

#[test]
fn the_first_gate_opens_a_move() {
    let repo = house();
    let more = "gate pilot -> full { rule ok { require adoption >= 0% else hold } }";
    repo.append("policies/more.gate", &format!("policy open {{ {more} }}\n"));
    assert_eq!(settings(&repo), ["looser gate pilot -> full", "tighter rule open.ok"]);
    assert_eq!(against(&repo, "main", &["--deny", "looser"]).code, 1);
}

#[test]
fn which_way_a_param_goes_is_not_said_where_nobody_knows() {
    for (declared, from, to) in [
        (
            "param longest = 30 days\n  rule r { require held(adoption >= 1%) >= longest else hold }",
            "30 days",
            "24 months",
        ),
        (
            "param sure = 80%\n  rule r { require share(outputs where edit_time < 15%) >= 10% with sure confidence else hold undecided pass }",
            "80%\n  rule r",
            "99%\n  rule r",
        ),
    ] {
        let policy = POLICY.replace("  let light", &format!("  {declared}\n  let light"));
        let repo = house_of(&policy);
        repo.write("policies/house.gate", policy.replace(from, to));
        let found = settings(&repo);
        assert!(found.len() == 1 && found[0].starts_with("unknown param quality."), "{found:?}");
    }
}

#[test]
fn overrides_of_workflows_to_come_are_compared_as_they_are_written() {
    let block = |globs: &str, share: &str| {
        format!("  - workflows: [{globs}]\n    params: {{ quality.light_share: {share} }}\n")
    };
    let config = |blocks: &[String]| format!("{CONFIG}overrides:\n{}", blocks.concat());
    let (wide, narrow) = (block("\"b*\"", "95%"), block("b", "95%"));
    let (future, existing) = (block("a, \"new*\"", "60%"), block("a", "80%"));
    let (outer, inner) = (block("\"new-*\"", "95%"), block("\"new-a*\"", "80%"));
    for (before, after) in [
        (vec![wide], vec![narrow]),
        (vec![existing.clone()], vec![future, existing]),
        (vec![outer.clone()], vec![outer.clone(), inner.clone()]),
        (vec![inner.clone(), outer.clone()], vec![outer, inner]),
    ] {
        let repo = house();
        repo.git(&["checkout", "-q", "main"]);
        repo.write("tollgate.yaml", config(&before));
        repo.commit();
        repo.git(&["checkout", "-q", "-B", "branch"]);
        assert_eq!(settings(&repo), Vec::<String>::new());
        repo.write("tollgate.yaml", config(&after));
        assert!(
            settings(&repo).contains(&"unknown overrides".to_owned()),
            "{after:?}: {:?}",
            settings(&repo)
        );
    }
}

#[test]
fn a_range_that_binds_nearer_files_and_a_lock_of_theirs_count() {
    let repo = Repo::new().file("policies/house.gate", POLICY);
    repo.write("platform/tollgate.yaml", "policies: [../policies/]\nparams: { quality.light_share: 85% }\n");
    let division = "extends: ../platform\nparams: { quality.light_share: { within: 75% to 100% } }\nrules: { quality.used: { effect: hold, locked: true } }\n";
    repo.write("division/tollgate.yaml", division);
    repo.write("team/tollgate.yaml", "extends: ../division\n");
    repo.write(&format!("team/rollouts/b/{DAY}.yaml"), text_of("b", DAY, 4));
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    repo.git(&["checkout", "-q", "-b", "branch"]);
    repo.write(
        "division/tollgate.yaml",
        division.replace("params: { quality.light_share: { within: 75% to 100% } }\n", ""),
    );
    assert_eq!(settings(&repo), ["looser range of quality.light_share"]);
    repo.write("division/tollgate.yaml", division);
    repo.write(
        "team/tollgate.yaml",
        "extends: ../platform\nparams: { quality.light_share: { within: 75% to 100% } }\nrules: { quality.used: { effect: hold, locked: true } }\n",
    );
    assert_eq!(settings(&repo), ["unknown lock of quality.used"]);
}

#[test]
fn where_files_are_looked_for_is_compared() {
    for (from, to, what) in [
        (
            "rollouts/**/*.yaml",
            "\"rollouts/[ab]/2026-11-[12][03].yaml\"",
            "unknown where snapshots are looked for",
        ),
        ("[policies/]", "[policies/house.gate]", "unknown where policies are looked for"),
    ] {
        let repo = house();
        repo.write("tollgate.yaml", CONFIG.replace(from, to));
        assert_eq!(settings(&repo), [what]);
    }
    let repo = house();
    repo.write("more/x.gate", "policy more { rule r { require adoption >= 1% else hold } }\n");
    repo.write("tollgate.yaml", CONFIG.replace("[policies/]", "[policies/, more/]"));
    assert_eq!(settings(&repo), ["tighter rule more.r"], "where more is looked for, more is judged");
}

#[test]
fn a_workflow_cannot_be_handed_to_a_laxer_project() {
    let repo = house();
    repo.write("tollgate.yaml", CONFIG.replace("rollouts/**/*.yaml", "rollouts/b/*.yaml"));
    repo.write("lax/tollgate.yaml", "policies: [own.gate]\nsnapshots: ../rollouts/a/*.yaml\n");
    let lax = POLICY.replace("= 80% within 60%", "= 0% within 0%");
    repo.write("lax/own.gate", lax);
    says(&against(&repo, "main", &[]), 1, "`a`: gone");
}

// No name has a colon on Windows.
#[cfg(unix)]
#[test]
fn no_file_is_named_like_one_of_the_base() {
    let repo = house();
    repo.write(&format!("rollouts/main:x/{DAY}.yaml"), text_of("c", DAY, 4));
    assert_eq!(code(&repo), 0, "in the middle of a name it is no harm");
    repo.write("tollgate.yaml", "policies: [policies/]\nsnapshots: \"*/*/*.yaml\"\n");
    repo.write(&format!("main:rollouts/a/{DAY}.yaml"), text_of("d", DAY, 4));
    says(&against(&repo, "main", &[]), 2, "its name begins like those");
}

#[test]
fn older_documents_and_facts_are_evidence_too() {
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.remove("rollouts/b");
    let document = |date: &str, time: u32| text_of("b", date, time);
    let file = format!("{}---\n{}", document("2026-11-13", 40), document(DAY, 4));
    repo.write("rollouts/b.yaml", &file);
    let ask = |text: &str| text.replace("stage: testing\n", "stage: testing\nowner: me\n");
    repo.write(
        "policies/house.gate",
        POLICY.replace("  adoption: share\n", "  adoption: share\n  owner: text standing\n"),
    );
    repo.write("rollouts/a/rollout.yaml", "owner: somebody\n");
    snapshot(&repo, "a", "2026-11-13", 40);
    repo.write(&format!("rollouts/a/{DAY}.yaml"), ask(&text_of("a", DAY, 40)));
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    assert_eq!(fates(&repo), Vec::<String>::new());
    repo.write("rollouts/b.yaml", file.replace("40%", "4%"));
    assert_eq!(fates(&repo), ["edited rollouts/b.yaml rollouts/b.yaml"]);
    repo.write("rollouts/b.yaml", format!("{file}---\n{}", document("2026-11-06", 4)));
    assert_eq!(fates(&repo), ["back_dated - rollouts/b.yaml", "edited rollouts/b.yaml rollouts/b.yaml"]);
    repo.write("rollouts/b.yaml", &file);
    // The newest snapshot has an owner of its own, so that the fact changes older ones alone.
    repo.write("rollouts/a/rollout.yaml", "owner: me\n");
    assert_eq!(fates(&repo), ["edited rollouts/a/rollout.yaml rollouts/a/rollout.yaml"]);
    // Facts that are new are part of older snapshots from then on; those of a new workflow are of nothing older.
    repo.git(&["checkout", "-q", "--", "."]);
    repo.write("rollouts/c/rollout.yaml", "owner: me\n");
    snapshot(&repo, "c", DAY, 4);
    assert_eq!(fates(&repo), Vec::<String>::new());
    repo.write("rollouts/rollout.yaml", "owner: me\n");
    assert_eq!(fates(&repo), ["new_facts - rollouts/rollout.yaml"]);
    says(&against(&repo, "main", &[]), 0, "new facts of old snapshots: rollouts/rollout.yaml");
}

#[test]
fn facts_touch_their_workflow_whatever_the_case_of_their_name() {
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.write(
        "policies/house.gate",
        POLICY.replace("  adoption: share\n", "  adoption: share\n  owner: text standing\n"),
    );
    repo.write("rollouts/a/Rollout.yaml", "owner: somebody\n");
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    assert_eq!(code(&repo), 0, "a stands");
    repo.write("rollouts/a/Rollout.yaml", "owner: me\n");
    assert_eq!(code(&repo), 1);
}

#[test]
fn a_waiver_of_another_project_is_no_excuse() {
    let repo = Repo::new().file("policies/house.gate", POLICY);
    let waiver = "waivers:\n  - { rule: quality.light_enough, workflow: \"*\", because: x, owner: me, from: 2026-11-25, until: 2027-01-01 }\n";
    for (team, more) in [("x", waiver), ("y", "")] {
        repo.write(&format!("{team}/tollgate.yaml"), format!("policies: [../policies/]\n{more}"));
        repo.write(&format!("{team}/rollouts/a/{DAY}.yaml"), text_of("a", DAY, 40));
    }
    repo.git(&["init", "-q", "-b", "main"]);
    repo.commit();
    repo.git(&["checkout", "-q", "-b", "branch"]);
    assert_eq!(code(&repo), 0, "both stand");
    repo.append("y/tollgate.yaml", waiver);
    says(&against(&repo, "main", &[]), 1, "`y: a`: self-approval");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_the_base_has_led_elsewhere_is_merged_first() {
    let repo = house();
    repo.git(&["checkout", "-q", "main"]);
    repo.rename("rollouts/b", "data");
    let link = |to: &str| std::os::unix::fs::symlink(to, repo.path("rollouts/b.yaml")).unwrap();
    link(&format!("../data/{DAY}.yaml"));
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    assert_eq!(code(&repo), 0);
    repo.git(&["checkout", "-q", "main"]);
    repo.remove_link("rollouts/b.yaml");
    link("../data/2026-11-13.yaml");
    repo.commit();
    repo.git(&["checkout", "-q", "branch"]);
    says(&against(&repo, "main", &[]), 2, "it leads elsewhere in the base by now");
}

#[test]
fn what_is_committed_is_what_is_judged() {
    let repo = house();
    repo.write(".gitattributes", "tollgate.yaml text working-tree-encoding=ISO-8859-1\n");
    repo.commit();
    says(&against(&repo, "main", &[]), 2, "it is checked out in another encoding");
    // Policies that move into a submodule, which the next base could not be read with.
    let repo = house();
    repo.write("tollgate.yaml", CONFIG.replace("[policies/]", "[shared/]"));
    repo.rename("policies", "shared");
    let hash = repo.hash_of("main").unwrap();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{hash},shared")]);
    says(&against(&repo, "main", &[]), 2, "it is a submodule");
}

#[test]
fn a_note_that_holds_by_configuration_counts() {
    let rules = "param need = 50%\n  rule low { require adoption >= need else note }\n  rule high { require adoption <= need + 40% else hold }";
    let policy = POLICY.replace("  let light", &format!("  {rules}\n  let light"));
    let repo = house_of(&policy);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("tollgate.yaml", format!("{CONFIG}rules: {{ quality.low: hold }}\n"));
    repo.commit();
    repo.git(&["checkout", "-q", "-B", "branch"]);
    repo.write("policies/house.gate", policy.replace("need = 50%", "need = 40%"));
    assert_eq!(settings(&repo), ["unknown param quality.need"]);
}

#[test]
fn a_field_of_the_branch_takes_no_word_of_the_base() {
    let policy = |rule: &str| {
        POLICY
            .replace("adoption: share\n", "adoption: share\n  tier: one of [high, low]\n")
            .replace("param light", "param floor = { high: 95%, low: 50% }\n  param light")
            .replace("  gate testing", &format!("  rule r {{ require {rule} else hold }}\n  gate testing"))
    };
    let value = |outputs: &str, more: &str| {
        format!("workflow: c\ndate: {DAY}\nstage: testing\nadoption: 70%\noutputs:\n{outputs}{more}")
    };
    let plain = "  - { id: o1, edit_time: 4% }\n";
    for (rule, field, outputs, more) in [
        ("not (today in 2026-11-20 to 2026-12-31)", "today: date", plain, "today: 2026-01-01\n"),
        ("since(entered) >= 5 weeks", "entered: date", plain, "entered: 2025-01-01\n"),
        ("since(snapshot.entered) >= 5 weeks", "entered: date", plain, "entered: 2025-01-01\n"),
        (
            "any(outputs where first_seen < 2026-11-01)",
            "outputs: list of { first_seen: date }",
            "  - { id: o1, edit_time: 4%, first_seen: 2026-01-01 }\n",
            "",
        ),
        (
            "any(outputs where it.first_seen < 2026-11-01)",
            "outputs: list of { first_seen: date }",
            "  - { id: o1, edit_time: 4%, first_seen: 2026-01-01 }\n",
            "",
        ),
        ("adoption >= floor[high]", "high: one of [high, low]", plain, "high: low\n"),
        ("stage == pilot", "pilot: stage", plain, "pilot: testing\n"),
        (
            "count(workflows) > 5",
            "workflows: list of { n: count }",
            plain,
            "workflows: [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }, { n: 6 }]\n",
        ),
    ] {
        let repo = house_of(&policy(rule));
        // The workflows that are there hold by this rule, and are not touched.
        repo.write(&format!("rollouts/c/{DAY}.yaml"), value(plain, ""));
        assert_eq!(code(&repo), 1, "{rule}");
        repo.write("policies/field.gate", format!("snapshot {{ {field} }}\n"));
        repo.write(&format!("rollouts/c/{DAY}.yaml"), value(outputs, more));
        assert_eq!(code(&repo), 1, "{rule} reads `{field}`");
    }
}

#[test]
fn a_field_takes_no_word_of_a_base_without_fields() {
    let repo = house_of(
        "policy freeze { rule frozen { require not (today in 2026-11-01 to 2026-12-31) else hold } }\n",
    );
    repo.write("policies/field.gate", "snapshot { today: date }\n");
    repo.write(&format!("rollouts/c/{DAY}.yaml"), format!("workflow: c\ndate: {DAY}\ntoday: 2026-01-01\n"));
    assert_eq!(code(&repo), 1);
}
