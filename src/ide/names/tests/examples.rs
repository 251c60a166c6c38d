//! The examples with other names are judged as before, and no byte of them is too much.

use super::*;
use crate::engine::{CheckOptions, DayOptions, Workspace};
use crate::ide::tests::texts_below;
use crate::project::{Memory, Start, inputs, suites};
use crate::value::parse_date;

fn study_in(texts: &Texts) -> Study {
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (&**name, &**text)).collect();
    study_of(&files)
}

/// The decision and the outcomes of each workflow, by the places where rules are declared.
fn decisions(texts: &Texts, as_of: &str) -> Vec<String> {
    let files = Memory::new(texts.iter().map(|(name, text)| (name.clone(), text.clone())));
    let day = DayOptions { as_of: parse_date(as_of), ..DayOptions::on(parse_date(as_of).unwrap()) };
    let answer = Workspace::default().check(inputs(&Start::new(&files, "")), &CheckOptions::from(day));
    let mut said: Vec<String> = answer.diagnostics.iter().map(|found| format!("{:?}", found.code)).collect();
    for workflow in &answer.report.workflows {
        let mut rules: Vec<String> = workflow
            .rules
            .iter()
            .map(|rule| format!("{:?}{:?}{:?}{:?}", rule.outcome, rule.effect, rule.gate, rule.enforced))
            .collect();
        rules.sort();
        said.push(format!(
            "{:?} {} {:?} {}",
            workflow.project,
            workflow.workflow,
            workflow.decision,
            rules.join(",")
        ));
    }
    said
}

fn yaml_of(texts: &Texts) -> Vec<YamlFile> {
    let is_yaml = |name: &str| name.ends_with(".yaml") && !name.ends_with("tollgate.yaml");
    let files = texts.iter().filter(|(name, _)| is_yaml(name));
    let role = |name: &str| if name.contains("collect/") { YamlRole::Plan } else { YamlRole::Snapshot };
    files.map(|(name, text)| yaml(name, text, role(name))).collect()
}

/// Renames what can be, one after another, and holds what is judged to what was judged before. Of many names it takes one of
/// `every` so many.
fn rename_all(mut texts: Texts, as_of: &str, every: usize) -> usize {
    let before = decisions(&texts, as_of);
    assert!(before.len() >= 2, "{before:?}");
    let mut workspace = Workspace::default();
    let mut study_in = |texts: &Texts| {
        let files = Memory::new(texts.iter().map(|(name, text)| (name.clone(), text.clone())));
        let start = Start::new(&files, "");
        workspace.study(inputs(&start), suites(&start), &Default::default())
    };
    let study = study_in(&texts);
    let table = NameTable::of(&study);
    let renamable = |own: &&Declaration| {
        let own = prepare_rename(&study, &table, own.at.file, own.at.range().start);
        own.is_some_and(|own| own.is_ok())
    };
    let names: BTreeSet<Arc<str>> =
        table.declarations().filter(renamable).map(|own| own.name.clone()).collect();
    let wanted: Vec<Arc<str>> = names.into_iter().step_by(every).collect();
    let mut done = 0;
    loop {
        let study = study_in(&texts);
        let table = NameTable::of(&study);
        let next = table.declarations().find(|own| {
            wanted.contains(&own.name)
                && table.first(own.at) == own.at
                && matches!(prepare_rename(&study, &table, own.at.file, own.at.range().start), Some(Ok(_)))
        });
        let Some(own) = next else { break };
        let edits = rename(&study, &table, own.at, &format!("{}_z", own.name), yaml_of(&texts));
        texts = edited(texts, &edits.unwrap_or_else(|why| panic!("{}: {why}", own.qualified)));
        done += 1;
    }
    assert_eq!(decisions(&texts, as_of), before);
    done
}

#[test]
fn a_renamed_support_desk_is_judged_alike() {
    let mut texts = texts_below("examples/support-desk");
    let of_tests = |name: &str| name.ends_with(".test.gate") && !name.starts_with("rollback");
    let shipped = texts_below("policies").into_iter().filter(|(name, _)| !of_tests(name));
    texts.extend(shipped.map(|(name, text)| (format!("policies/{name}"), text)));
    let config = texts.get_mut("tollgate.yaml").unwrap();
    *config = config.replace("[builtin]", "[policies/]");
    assert!(rename_all(texts, "2026-11-23", 6) > 20);
}

#[test]
fn a_renamed_organisation_is_judged_alike() {
    let mut texts = texts_below("examples/organisation");
    let shipped = texts_below("policies").into_iter().filter(|(name, _)| !name.ends_with(".test.gate"));
    texts.extend(shipped.map(|(name, text)| (format!("platform/policies/{name}"), text)));
    let config = texts.get_mut("platform/tollgate.yaml").unwrap();
    *config = config.replace("[builtin, policies/]", "[policies/]");
    assert!(rename_all(texts, "2026-11-23", 5) > 20);
}

#[test]
fn a_renamed_evaluation_keeps_its_plans() {
    assert!(rename_all(texts_below("examples/ai-evals"), "2026-11-28", 1) > 20);
}

#[test]
fn no_byte_of_any_text_is_too_much() {
    for path in ["examples/organisation", "examples/ai-evals", "examples/platform"] {
        let texts = texts_below(path);
        for (name, text) in texts.iter().filter(|(name, text)| name.ends_with(".gate") && text.len() < 8000) {
            // Cut off at a few places, the table is made anew; in each text every byte is asked about.
            for cut in (1..=4).map(|part| text.floor_char_boundary(text.len() * part / 4)) {
                let mut cut_texts = texts.clone();
                cut_texts.insert(name.clone(), text[..cut].to_owned());
                let study = study_in(&cut_texts);
                let table = NameTable::of(&study);
                let Some((id, source)) = study.sources.file_named(name) else { continue };
                for offset in 0..source.text.len() + 2 {
                    if let Some(found) = table.at(id, offset) {
                        assert!(table.declaration(found.declared).is_some(), "{name}:{offset}");
                    }
                }
            }
        }
    }
}
