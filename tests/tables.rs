//! Tables of snapshots: what is judged from a Parquet file is what is judged from files.

#[cfg(not(feature = "parquet"))]
#[test]
fn a_program_without_parquet_says_so_and_judges_the_rest() {
    let repo = repo().file("rollouts/a/2026-11-02.yaml", "workflow: a\ndate: 2026-11-02\nstage: testing\n");
    let settings = "policies: [builtin]\nsnapshots: [\"rollouts/**\", \"*.parquet\"]\n";
    let (code, said) = repo.file("tollgate.yaml", settings).run(&["check", "--as-of", "2026-11-23"]).said();
    assert!(code == 2 && said.contains("no Parquet is read here: build with"), "{said}");
    assert!(said.contains("a  "), "{said}");
}

#[cfg(not(feature = "parquet"))]
use crate::support::Repo;

#[cfg(not(feature = "parquet"))]
fn repo() -> Repo {
    Repo::new().file("types.parquet", include_bytes!("tables/types.parquet"))
}

#[cfg(feature = "parquet")]
mod read {
    use serde_json::{Value, json};

    use crate::support::{Repo, Run, run_in};

    const AS_OF: [&str; 2] = ["--as-of", "2026-11-23"];
    const DESK: [&[u8]; 2] =
        [include_bytes!("tables/support-desk-0.parquet"), include_bytes!("tables/support-desk-1.parquet")];

    fn desk() -> Repo {
        let [first, second] = DESK;
        Repo::new()
            .file("tollgate.yaml", "policies: [builtin]\nsnapshots: warehouse/*.parquet\n")
            .file("warehouse/part-0.parquet", first)
            .file("warehouse/part-1.parquet", second)
    }

    fn judged(repo: &Repo, more: &[&str]) -> Run {
        repo.run(&[&["check"], &AS_OF[..], more].concat())
    }

    /// What was decided, without the places.
    fn decided(report: &Value) -> Vec<Value> {
        let workflows = report["workflows"].as_array().unwrap();
        let rule = |rule: &Value| {
            let seen: Vec<&Value> =
                rule["evidence"].as_array().unwrap().iter().map(|seen| &seen["value"]).collect();
            json!([rule["rule"], rule["outcome"], rule["message"], seen])
        };
        let workflow = |of: &Value| {
            let rules: Vec<Value> = of["rules"].as_array().unwrap().iter().map(rule).collect();
            json!([of["workflow"], of["decision"], of["stage"], rules])
        };
        workflows.iter().map(workflow).collect()
    }

    #[test]
    fn an_example_is_judged_from_its_table_as_from_its_files() {
        let table = judged(&desk(), &["--format", "json"]).json();
        let files =
            run_in("examples/support-desk".as_ref(), &["check", AS_OF[0], AS_OF[1], "--format", "json"]);
        let (table, files) = (decided(&table), decided(&files.json()));
        assert_eq!(table.len(), 15);
        for (table, files) in table.iter().zip(&files) {
            assert_eq!(table, files);
        }
    }

    #[test]
    fn history_and_its_table_agree_too() {
        let table = desk().run(&["history", AS_OF[0], AS_OF[1], "--format", "json"]).json();
        let of = ["history", AS_OF[0], AS_OF[1], "--format", "json"];
        let files = run_in("examples/support-desk".as_ref(), &of).json();
        let days = |report: &Value| -> Vec<Value> {
            let of = |workflow: &Value| {
                let days = workflow["days"].as_array().unwrap().iter();
                let days: Vec<Value> = days.map(|day| json!([day["date"], day["decision"]])).collect();
                json!([workflow["workflow"], days])
            };
            report["workflows"].as_array().unwrap().iter().map(of).collect()
        };
        assert_eq!(days(&table), days(&files));
        assert!(days(&table).len() == 15 && days(&table)[0][1].as_array().unwrap().len() > 5);
    }

    #[test]
    fn a_value_is_named_by_table_row_and_column() {
        let (code, said) = judged(&desk(), &["--workflow", "refund-decisions"]).said();
        assert_eq!(code, 1);
        assert!(said.contains("[warehouse/part-"), "{said}");
        let report = judged(&desk(), &["--format", "json"]).json();
        let mut cells = Vec::new();
        found(&report, &mut cells);
        assert!(cells.len() > 50);
        for cell in cells {
            let [table, row, column] = ["table", "row", "column"].map(|key| cell[key].as_str().unwrap());
            assert!(table.starts_with("warehouse/part-") && row.contains(", 202"), "{cell}");
            assert!(column.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{cell}");
        }
        // A pipeline shows the file, which has no lines.
        let sarif = judged(&desk(), &["--format", "sarif"]).json();
        let text = sarif.to_string();
        assert!(text.contains("\"uri\":\"warehouse/part-0.parquet\"") && !text.contains("parquet%5B"));
        let github = judged(&desk(), &["--format", "github"]).out;
        assert!(github.contains("file=warehouse/part-0.parquet,title="), "{github}");
        let gitlab = judged(&desk(), &["--format", "gitlab"]).json().to_string();
        assert!(
            gitlab.contains("{\"lines\":{\"begin\":1},\"path\":\"warehouse/part-0.parquet\"}"),
            "{gitlab}"
        );
    }

    fn found<'v>(value: &'v Value, cells: &mut Vec<&'v Value>) {
        match value {
            Value::Object(object) => {
                cells.extend(object.get("cell"));
                object.values().for_each(|inner| found(inner, cells));
            }
            Value::Array(array) => array.iter().for_each(|inner| found(inner, cells)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    const HOUSE: &str = "snapshot every 1 week grace 3 days {
  workflow: text required  \"Whose\"
  date: date required      \"Of when\"
  adoption: share          \"How many use it\"
  paid: number             \"What it cost\"
  users \"Who\" { active: count \"Those who use it\" }
  incidents: list of { id: text key \"Names it\"  since: date \"From when\"  at: time \"When\" } \"What went wrong\"
  notes: text              \"Anything\"
}

policy house \"House\" {
  rule adopted \"It is used\" { require adoption >= 30% else hold \"fewer than agreed use it\" }
  rule used \"Somebody uses it\" { require users.active >= 1 and count(incidents) >= 1 else hold \"nobody uses it\" }
}
";

    fn types(settings: &str) -> Repo {
        Repo::new()
            .file("tollgate.yaml", settings)
            .file("house.gate", HOUSE)
            .file("types.parquet", include_bytes!("tables/types.parquet"))
    }

    #[test]
    fn columns_are_mapped_and_left_out() {
        let settings = "policies: [house.gate]\nsnapshots: types.parquet\ntables:\n  columns:\n    \
                        workflow: team_workflow\n    date: week\n    users.active: active_users\n  \
                        ignore: [loaded, tags]\n";
        let (code, said) = judged(&types(settings), &["--full"]).said();
        is_blessed("tests/tables/mapped.txt", &format!("exit {code}\n{said}"));
    }

    #[test]
    fn what_does_not_fit_is_said_at_the_settings() {
        for (name, settings) in [
            ("no-workflow", "policies: [house.gate]\nsnapshots: types.parquet\n"),
            (
                "misspelt",
                "policies: [house.gate]\nsnapshots: types.parquet\ntables:\n  columns:\n    \
                 workflow: team_workflw\n    date: week\n    notes: notez\n",
            ),
            (
                "twice",
                "policies: [house.gate]\nsnapshots: types.parquet\ntables:\n  columns:\n    \
                 workflow: team_workflow\n    date: week\n    notes: adoption\n",
            ),
            (
                "nested",
                "policies: [house.gate]\nsnapshots: types.parquet\ntables:\n  columns:\n    \
                 users: a\n    users.active: b\n    c..d: e\n  ignored: x\n",
            ),
        ] {
            let (code, said) = judged(&types(settings), &[]).said();
            assert_eq!(code, 2, "{said}");
            is_blessed(&format!("tests/tables/{name}.txt"), &said);
        }
    }

    #[test]
    fn broken_tables_never_pass() {
        let settings = "policies: [house.gate]\nsnapshots: \"*.parquet\"\n";
        for (name, bytes, why) in [
            ("binary", &include_bytes!("tables/binary.parquet")[..], "column `raw`: it is binary"),
            ("empty", b"", "cannot be read as a Parquet file"),
            ("cut", &DESK[0][..20_000], "cannot be read as a Parquet file"),
        ] {
            let repo = Repo::new().file("tollgate.yaml", settings).file("house.gate", HOUSE);
            let run = repo.file(&format!("{name}.parquet"), bytes).run(&["check", AS_OF[0], AS_OF[1]]);
            assert_eq!(run.code, 2, "{name}: {}", run.out);
            assert!(run.err.contains(why) || run.out.contains(why), "{name}: {}{}", run.out, run.err);
        }
    }

    #[test]
    fn a_broken_row_leaves_its_own_workflow_without_a_verdict() {
        let settings = "policies: [house.gate]\nsnapshots: \"*.parquet\"\n";
        let repo = Repo::new().file("tollgate.yaml", settings).file("house.gate", HOUSE);
        let rows = include_bytes!("tables/broken-rows.parquet");
        let (code, said) = judged(&repo.file("broken-rows.parquet", rows), &[]).said();
        assert_eq!(code, 2, "{said}");
        is_blessed("tests/tables/broken-rows.txt", &said);
    }

    /// A gate on one share, for tables of it.
    const SHARE: &str = "snapshot every 1 week grace 30 days {
  workflow: text required  \"Whose\"
  date: date required      \"Of when\"
  adoption: share          \"How many use it\"
  risk: text standing      \"How bad it may get\"
}

policy house \"House\" {
  param agreed = 30% \"The share that is agreed\"
  rule adopted \"It is used\" { require adoption >= agreed else hold \"fewer than agreed use it\" }
}
";

    fn shares(table: &[u8]) -> Repo {
        Repo::new()
            .file("tollgate.yaml", "policies: [house.gate]\nsnapshots: warehouse/*.parquet\n")
            .file("house.gate", SHARE)
            .file("warehouse/p.parquet", table)
    }

    fn compared(repo: &Repo) -> (i32, String) {
        repo.run(&["check", "--as-of", "2026-11-10", "--base", "main", "--full"]).said()
    }

    /// A repository whose `main` has the table `base`, on a branch.
    fn branch() -> Repo {
        let repo = shares(include_bytes!("tables/base.parquet"));
        repo.git(&["init", "-q", "-b", "main"]);
        repo.commit();
        repo.git(&["checkout", "-q", "-b", "change"]);
        repo
    }

    #[test]
    fn a_branch_that_adds_a_row_answers_for_that_workflow_alone() {
        let repo = branch();
        repo.write("warehouse/p.parquet", include_bytes!("tables/more.parquet"));
        repo.commit_more();
        let (code, said) = compared(&repo);
        // `claims/eu` holds, and nobody touched it.
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("claims/eu") && said.contains("hold"), "{said}");
    }

    #[test]
    fn a_branch_that_rewrites_or_removes_the_newest_row_is_judged_by_what_it_was() {
        for (name, table) in [
            ("rewritten", &include_bytes!("tables/rewritten.parquet")[..]),
            ("removed", include_bytes!("tables/removed.parquet")),
        ] {
            let repo = branch();
            repo.write("warehouse/p.parquet", table);
            repo.commit_more();
            let (code, said) = compared(&repo);
            assert_eq!(code, 1, "{name}: {said}");
            assert!(said.contains("judged with the newest snapshot"), "{name}: {said}");
        }
    }

    #[test]
    fn a_branch_that_reads_other_columns_says_so() {
        let repo = branch();
        repo.append("tollgate.yaml", "tables:\n  columns: { adoption: other }\n  ignore: [adoption]\n");
        repo.commit_more();
        let (_, said) = compared(&repo);
        assert!(
            said.contains("the column of `adoption`") && said.contains("the column `adoption`"),
            "{said}"
        );
        let denied = ["check", "--as-of", "2026-11-10", "--base", "main", "--deny", "looser"];
        assert_eq!(repo.run(&denied).code, 1);
    }

    #[test]
    fn facts_beside_a_table_hold_for_each_of_its_workflows() {
        let repo = shares(include_bytes!("tables/base.parquet")).file("warehouse/rollout.yaml", "risk: [\n");
        let report = repo.run(&["check", "--as-of", "2026-11-10", "--format", "json"]).json();
        assert_eq!((&report["summary"]["error"], &report["summary"]["workflows"]), (&json!(2), &json!(2)));
        repo.write("warehouse/rollout.yaml", "risk: high\nretired: 2026-10-01\n");
        let (code, said) = repo.run(&["check", "--as-of", "2026-11-10"]).said();
        assert_eq!(code, 2, "{said}");
        assert!(!said.contains("continue"), "{said}");
    }

    #[test]
    fn tables_that_lie_are_refused() {
        for (name, table, why) in [
            ("less", &include_bytes!("tables/hostile/less.parquet")[..], "contradict"),
            ("less2", include_bytes!("tables/hostile/less2.parquet"), "contradict"),
            ("more", include_bytes!("tables/hostile/more.parquet"), "contradict"),
            ("zero", include_bytes!("tables/hostile/zero.parquet"), "contradict"),
            ("neg", include_bytes!("tables/hostile/neg.parquet"), "contradict"),
            ("filelie", include_bytes!("tables/hostile/filelie.parquet"), "contradict"),
            ("dup", include_bytes!("tables/hostile/dup.parquet"), "contradict"),
            ("dupcol", include_bytes!("tables/hostile/dupcol.parquet"), "two columns called `adoption`"),
            ("gzip", include_bytes!("tables/hostile/c_gzip.parquet"), "its compression is not read"),
            ("nanoseconds", include_bytes!("tables/nanoseconds.parquet"), "nanoseconds"),
        ] {
            let (code, said) = judged(&shares(table), &[]).said();
            assert_eq!(code, 2, "{name}: {said}");
            assert!(said.contains(why) && !said.contains("continue"), "{name}: {said}");
        }
    }

    #[test]
    fn a_value_that_no_snapshot_has_costs_its_own_workflow() {
        let run = shares(include_bytes!("tables/infinite.parquet")).run(&["check", "--as-of", "2026-11-10"]);
        let (code, said) = run.said();
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("✓ a ") && said.contains("! b ") && said.contains("✓ c "), "{said}");
        assert!(said.contains("infinite.parquet") || said.contains("p.parquet[b, 2026-11-02]"), "{said}");
    }

    #[test]
    fn what_is_left_out_is_held_to_the_table() {
        let settings = "policies: [house.gate]\nsnapshots: warehouse/*.parquet\ntables:\n  columns: { adoption: \
                        other }\n  ignore: [nonsense, date, other, adoption]\n";
        let repo = shares(include_bytes!("tables/base.parquet"));
        repo.write("tollgate.yaml", settings);
        let (code, said) = judged(&repo, &[]).said();
        assert_eq!(code, 2, "{said}");
        is_blessed("tests/tables/ignored.txt", &said);
    }

    #[test]
    fn a_part_without_rows_is_no_fault_and_a_table_of_nothing_is() {
        let settings = "policies: [house.gate]\nsnapshots: \"*.parquet\"\ntables:\n  columns: { workflow: \
                        team_workflow, date: week }\n  ignore: [loaded, tags, active_users]\n";
        let empty = include_bytes!("tables/no-rows.parquet");
        let (_, both) = judged(&types(settings).file("no-rows.parquet", empty), &[]).said();
        assert!(!both.contains("no-rows.parquet"), "{both}");
        let alone = Repo::new().file("tollgate.yaml", settings).file("house.gate", HOUSE);
        let (code, said) = judged(&alone.file("no-rows.parquet", empty), &[]).said();
        assert!(code == 2 && said.contains("it has no rows"), "{said}");
    }

    #[test]
    fn a_damaged_table_is_refused_or_read_and_never_crashes() {
        let settings = "policies: [builtin]\nsnapshots: \"*.parquet\"\n";
        let repo = Repo::new().file("tollgate.yaml", settings);
        for at in (0..DESK[0].len()).step_by(1_171) {
            let mut bytes = DESK[0].to_vec();
            bytes[at] ^= 0x55;
            repo.write("a.parquet", &bytes);
            let run = judged(&repo, &[]);
            assert!((1..=2).contains(&run.code), "{at}: {}", run.err);
        }
    }

    /// The same as in a file, which a run with `TOLLGATE_BLESS=1` writes.
    fn is_blessed(file: &str, said: &str) {
        if std::env::var_os("TOLLGATE_BLESS").is_some() && std::env::var_os("CI").is_none() {
            std::fs::write(file, said).unwrap();
        }
        let known = std::fs::read_to_string(file).unwrap_or_default();
        assert!(known == said, "{file} differs; this was said:\n{said}");
    }
}
