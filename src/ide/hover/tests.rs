use super::*;
use crate::ide::names::YamlRole;
use crate::ide::tests::{marked, study_of};

const POLICY: &str = r#"stages testing -> pilot -> full
snapshot every 1 week grace 3 days {
  adoption: share required "Who uses it"
  pass_rate: share named "passRate"
  outputs: list of { id: text key, edit_time: share, kind: one of [ordinary, atypical] }
}
policy desk "Less than {light_edit} is light" when stage >= pilot {
  param light_edit = 15% within 5% to 25% "An output that needs less"
  param floor = { ordinary: 80%, else: 60% }
  let light = share(outputs where edit_time < light_edit)
  rule enough "Light" {
    require light >= 50% with 90% confidence at every look
    require all(outputs where edit_time < floor[kind])
    else hold "only {light}"
    help "Ask"
    link "https://example.com/a"
    undecided warn
  }
  gate testing -> pilot { rule ready { when today > date and workflow != "x" then hold } }
}
"#;

const CONFIG: &str = r#"policies: [a.gate]
params:
  desk.light_edit: { value: 10%, because: board, locked: true }
  desk.floor.ordinary: 85%
rules:
  desk.enough: { effect: warn, because: pilot }
  ladder.owed: warn
overrides:
  - workflows: [claims, letters]
    params: { desk.floor.ordinary: 90% }
"#;

const TEST: &str = r#"test "a" {
  given every 1 week from 2026-01-05 { stage = pilot }
  expect ladder.owed fails
  expect decision hold
}
"#;

fn on(file: &str, piece: &str) -> Option<String> {
    let files = [("a.gate", POLICY), ("tollgate.yaml", CONFIG), ("a.test.gate", TEST)];
    let study = study_of(&files);
    let errors: Vec<_> = study.diagnostics.iter().map(|found| &found.message).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let (piece, offset) = marked(piece);
    let workflows = WorkflowNames::from([(None, ["claims", "letters", "other"].map(Into::into).into())]);
    let study = if workflows.is_empty() { study } else { with_workflows(&files, &workflows) };
    let (id, source) = study.sources.file_named(file).unwrap();
    let at = source.text.find(&piece).unwrap_or_else(|| panic!("{piece}"));
    let table = NameTable::of(&study);
    let values = |_: Span| ((1..=4).map(|at| (format!("w{at}"), format!("{at}0%"))).collect(), 3);
    let sources = HoverSources { study: &study, table: &table, workflows: &workflows, values: Some(&values) };
    sources.hover(id, at + offset).map(|found| found.markdown)
}

fn with_workflows(files: &[(&str, &str)], workflows: &WorkflowNames) -> Study {
    use crate::project::{Memory, Start, inputs, suites};
    let files = Memory::new(files.iter().copied());
    let start = Start::new(&files, "");
    crate::engine::Workspace::default().study(inputs(&start), suites(&start), workflows)
}

#[test]
fn a_word_is_explained() {
    let rows = [
        ("require al|l(", "```tollgate\nall(L where P)\n```\n\nGives"),
        (
            "adop|tion: share",
            "```tollgate\nadoption: share, required\n```\n\nWho uses it\n\nDeclared at `a.gate:3`.\n\nOn the newest snapshots:\n\n- `w1`: 10%\n- `w2`: 20%\n- `w3`: 30%\n- … and 4 more",
        ),
        ("pass_|rate", "```tollgate\npass_rate: share\n```\n\nSnapshots have it as `passRate`."),
        ("where edit_t|ime < light", "```tollgate\noutputs.edit_time: share\n```"),
        (
            "when st|age",
            "```tollgate\nstage: stage, required\n```\n\nThe stage of the rollout that the workflow was in\n\nIt is part of the language.",
        ),
        ("today > da|te", "```tollgate\ndate: date, required\n```"),
        (
            "< light|_edit)",
            "```tollgate\nparam desk.light_edit: share within 5% to 25%\n```\n\nAn output that needs less\n\n- **10%** (`tollgate.yaml:3`: board; locked by `tollgate.yaml:3`)",
        ),
        (
            "flo|or[kind]",
            "```tollgate\nparam desk.floor: share\n```\n\n- `ordinary` **85%** (`tollgate.yaml:4`)\n- `ordinary` **90%** (`tollgate.yaml:10`) for `claims`, `letters`",
        ),
        (
            "lig|ht >= 50%",
            "```tollgate\nlet light = share(outputs where edit_time < light_edit)\n```\n\nlet `desk.light`: share",
        ),
        (
            "rule eno|ugh",
            "**Light**\n\nrule `desk.enough`, judged while `stage >= pilot`\n\nA failure is warned of and stops nothing (`warn`), as `tollgate.yaml:6` says: pilot.\n\nAsk\n\n<https://example.com/a>",
        ),
        (
            "rule rea|dy",
            "rule `desk.ready` of the gate `testing -> pilot`\n\nA failure keeps the workflow where it is (`hold`).",
        ),
        (
            "policy de|sk",
            "**Less than 10% is light**\n\npolicy `desk`: its rules outside of gates apply when `stage >= pilot`",
        ),
        (">= pi|lot", "stage 2 of 3: `testing -> pilot -> full`"),
        ("[ordi|nary", "a member of `outputs.kind`"),
        ("gra|ce 3", "How much later"),
        ("snapshot eve|ry", "How often a snapshot is due"),
        ("confidence a|t every", "The claim keeps"),
        ("at ev|ery look", "The claim keeps"),
        ("every lo|ok", "The claim keeps"),
        ("15% with|in", "The range that nobody"),
        ("undec|ided", "What the rule does where"),
        ("when to|day", "The day of judgement"),
    ];
    for (piece, wanted) in rows {
        let found = on("a.gate", piece).unwrap_or_else(|| panic!("nothing on {piece}"));
        assert!(found.starts_with(wanted), "{piece}:\n{found}");
    }
    for piece in ["only {|light}", "Less than {li|ght_edit}"] {
        assert!(on("a.gate", piece).is_some(), "{piece}");
    }
    for piece in ["Less th|an", "\"A|sk\"", "adoption:| ", "sha|re required"] {
        assert_eq!(on("a.gate", piece), None, "{piece}");
    }
}

#[test]
fn settings_and_tests_are_explained() {
    for (file, piece, wanted) in [
        ("tollgate.yaml", "desk.ligh|t_edit", "```tollgate\nparam desk.light_edit"),
        ("tollgate.yaml", "  desk.eno|ugh", "**Light**"),
        ("tollgate.yaml", "ladder.ow|ed", "**Every step below the stage was earned**"),
        (
            "tollgate.yaml",
            "floor.ordi|nary: 85%",
            "```tollgate\nparam desk.floor.ordinary: share\n```\n\n- **85%** (`tollgate.yaml:4`)",
        ),
        ("a.test.gate", "ladder.ow|ed", "**Every step below the stage was earned**"),
        ("a.test.gate", "{ st|age = ", "```tollgate\nstage: stage, required"),
        ("a.test.gate", "deci|sion hold", "What all rules together"),
        ("a.test.gate", "decision ho|ld", "A failure keeps"),
        ("a.test.gate", "gi|ven", "The snapshots that"),
    ] {
        let found = on(file, piece).unwrap_or_else(|| panic!("nothing on {piece}"));
        assert!(found.starts_with(wanted), "{piece}:\n{found}");
    }
}

#[test]
fn keys_of_snapshots_are_explained() {
    let study = study_of(&[("a.gate", POLICY), ("tollgate.yaml", CONFIG)]);
    let table = NameTable::of(&study);
    let workflows = WorkflowNames::new();
    let sources = HoverSources { study: &study, table: &table, workflows: &workflows, values: None };
    for (text, wanted) in [
        ("workflow: a\nadop|tion: 1%", "```tollgate\nadoption: share, required"),
        ("passRa|te: [", "```tollgate\npass_rate: share"),
        ("st|age: pilot", "```tollgate\nstage: stage, required"),
        ("stage: pil|ot", "stage 2 of 3"),
        ("outputs:\n  - { edit_ti|me: 1%", "```tollgate\noutputs.edit_time: share"),
        ("outputs:\n  - { kind: aty|pical }", "a member of `outputs.kind`"),
    ] {
        let (text, offset) = marked(text);
        let file =
            YamlFile { name: "rollouts/a.yaml".into(), text: text.as_str().into(), role: YamlRole::Snapshot };
        let found = sources.hover_yaml(&YamlNames::of(&study), &file, offset);
        let found = found.unwrap_or_else(|| panic!("nothing in {text}")).markdown;
        assert!(found.starts_with(wanted), "{text}:\n{found}");
    }
}

#[test]
fn no_byte_is_too_much() {
    let wild = "policy é \"{ü\" { rule \u{1f600} { when x > \"\\";
    for text in [POLICY, TEST, wild] {
        let cuts = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).step_by(97);
        for cut in cuts.chain([text.len()]) {
            let study = study_of(&[("a.gate", &text[..cut]), ("tollgate.yaml", CONFIG)]);
            let table = NameTable::of(&study);
            let workflows = WorkflowNames::new();
            let sources = HoverSources { study: &study, table: &table, workflows: &workflows, values: None };
            for name in ["a.gate", "tollgate.yaml"] {
                let Some((id, source)) = study.sources.file_named(name) else { continue };
                for offset in 0..source.text.len() + 2 {
                    sources.hover(id, offset);
                }
            }
        }
    }
}
