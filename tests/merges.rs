//! Random pull requests over random repositories: none passes a check against its base where the base's own policies, over
//! the files as they would be merged, do not pass, unless the report names something that is looser or rewritten.
//!
//! The merge is made here again, in the simplest way. `TOLLGATE_MERGES=10000` tries more of them.

use std::collections::{BTreeMap, BTreeSet};

use tollgate::engine::{AgainstOptions, Answer, CheckOptions, DayOptions, Workspace};
use tollgate::project::{Base, Branch, Memory, Start, TableNode, inputs, sides};
use tollgate::report::Report;
use tollgate::value::Date;

const DATES: [&str; 4] = ["2026-11-06", "2026-11-13", "2026-11-20", "2026-11-21"];
const TODAY: Date = Date::constant(2026, 11, 21);
const NEXT_WEEK: Date = Date::constant(2026, 11, 28);
const WORKFLOWS: [&str; 3] = ["a", "b", "c"];

/// What is at a path: a text, or a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Text(String),
    Link(String),
}

pub(crate) type Tree = BTreeMap<String, Node>;

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.roll(all.len())]
    }
}

const POLICY: &str = r#"stages testing -> pilot -> full
snapshot every 1 week grace 3 days {
  adoption: share
  outputs: list of { id: text key, edit_time: share from 0% to 1000% }
}
policy quality "Quality" {
  param light_share = 60% within 40% to 100%
  param used_share = 50%
  let light = share(outputs where edit_time < 15%)
  rule light_enough "Light" { require light >= light_share else hold }
  rule collapsed "Collapsed" { when held(light < 20%) > 1 week then rollback }
  gate testing -> pilot { rule used { require adoption >= used_share else hold } }
}
"#;

fn text(tree: &mut Tree, name: &str, text: impl Into<String>) {
    tree.insert(name.to_owned(), Node::Text(text.into()));
}

fn snapshot(dice: &mut Dice, workflow: &str, date: &str) -> String {
    let stage = dice.of(&["testing", "testing", "testing", "pilot"]);
    let ask = dice.of(&["", "", "", "advance_to: pilot\n"]);
    let adoption = dice.of(&["70%", "70%", "55%", "20%"]);
    let outputs: String = (0..5)
        .map(|id| format!("  - {{ id: o{id}, edit_time: {} }}\n", dice.of(&["4%", "4%", "4%", "40%"])))
        .collect();
    format!(
        "workflow: {workflow}\ndate: {date}\nstage: {stage}\n{ask}adoption: {adoption}\noutputs:\n{outputs}"
    )
}

/// One project at the top, or one for each team below a shared configuration.
fn repository(dice: &mut Dice) -> Tree {
    let mut tree = Tree::new();
    let is_shared = dice.roll(3) == 0;
    text(&mut tree, "policies/house.gate", POLICY);
    if is_shared {
        text(&mut tree, "platform/tollgate.yaml", "policies: [../policies/]\n");
    } else {
        text(
            &mut tree,
            "tollgate.yaml",
            dice.of(&["policies: [policies/]\n", "policies: [policies/]\nsnapshots: rollouts/**/*.yaml\n"]),
        );
    }
    for workflow in WORKFLOWS {
        let home = if is_shared { format!("teams/{workflow}/rollouts") } else { "rollouts".to_owned() };
        if is_shared {
            text(
                &mut tree,
                &format!("teams/{workflow}/tollgate.yaml"),
                "extends: ../../platform/tollgate.yaml\n",
            );
        }
        for date in &DATES[..3] {
            let said = snapshot(dice, workflow, date);
            text(&mut tree, &format!("{home}/{workflow}/{date}.yaml"), said);
        }
    }
    tree
}

fn names(tree: &Tree, has: impl Fn(&str) -> bool) -> Vec<String> {
    tree.keys().filter(|name| has(name)).cloned().collect()
}

fn is_setting(name: &str) -> bool {
    name.ends_with("tollgate.yaml") || name.ends_with(".gate")
}

fn pick(dice: &mut Dice, all: &[String]) -> String {
    all.get(dice.roll(all.len().max(1))).cloned().unwrap_or_default()
}

/// Something that a pull request may do to the evidence, or to what judges it.
fn change(dice: &mut Dice, tree: &mut Tree) {
    let data = names(tree, |name| !is_setting(name));
    let some = pick(dice, &data);
    let said = match tree.get(&some) {
        Some(Node::Text(said)) => said.clone(),
        Some(Node::Link(_)) | None => String::new(),
    };
    let folder = some.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let workflow = folder.rsplit_once('/').map_or("a", |(_, name)| name).to_owned();
    match dice.roll(22) {
        // Evidence: edited, added, deleted, moved, renamed, dated back, given away, reached through a link.
        0 => text(tree, &some, said.replace("40%", "4%")),
        1 => text(tree, &some, said.replace("  - { id: o0, edit_time: 40% }\n", "")),
        2 => text(tree, &some, said.replace("adoption: 20%", "adoption: 70%")),
        3 => drop(tree.remove(&some)),
        4 => {
            let date = DATES[dice.roll(4)];
            let said = snapshot(dice, &workflow, date);
            text(tree, &format!("{folder}/{date}{}.yaml", dice.of(&["", "-more"])), said);
        }
        5 => {
            tree.remove(&some);
            text(tree, &some.replace("rollouts", dice.of(&["archive", "rollouts/moved", "more"])), said);
        }
        6 => text(tree, &some, said.replace("2026-11-20", "2026-10-30")),
        7 => text(
            tree,
            &some,
            said.replace(&format!("workflow: {workflow}\n"), dice.of(&["workflow: a\n", "workflow: z\n"])),
        ),
        8 => {
            let moved: Vec<(String, Node)> = tree
                .iter()
                .filter(|(name, _)| name.starts_with(&format!("{folder}/")))
                .map(|(name, node)| (name.clone(), node.clone()))
                .collect();
            let to = format!("store/{workflow}");
            for (name, node) in moved {
                tree.remove(&name);
                tree.insert(name.replacen(&folder, &to, 1), node);
            }
            let up = "../".repeat(folder.matches('/').count());
            tree.insert(folder, Node::Link(format!("{up}{to}")));
        }
        9 => text(
            tree,
            &some,
            said.replace("stage: testing", "stage: pilot").replace("advance_to: pilot\n", ""),
        ),
        10..16 => {
            let said = snapshot(dice, &workflow, DATES[3]);
            text(tree, &format!("{folder}/{}.yaml", DATES[3]), said.replace("40%", "4%"));
        }
        _ => change_setting(dice, tree),
    }
}

/// Something that a pull request may do to what it is judged by.
fn change_setting(dice: &mut Dice, tree: &mut Tree) {
    match dice.roll(7) {
        // Policies: loosened, retyped, emptied, and names taken.
        0 | 1 => {
            let Some(Node::Text(policy)) = tree.get("policies/house.gate").cloned() else { return };
            let (from, to) = [
                ("= 60% within 40%", "= 40% within 0%"),
                ("= 60% within 40%", "= 70% within 50%"),
                ("\"Light\"", "\"Lighter\""),
                ("  gate testing", "  rule more { require adoption >= 1% else hold }\n  gate testing"),
                ("light >= light_share", "light >= 0%"),
                ("< 15%", "< 150%"),
                ("else hold", "else warn"),
                ("id: text key", "id: text"),
                ("adoption: share", "adoption: number"),
                ("  adoption: share\n", "  adoption: share\n  remark: text\n"),
                ("  adoption: share\n", "  adoption: share\n  quality { light_share: share }\n"),
                ("testing -> pilot ->", "testing -> early -> pilot ->"),
                ("\"Quality\" {", "\"Quality\" when adoption > 99% {"),
                ("when held(light < 20%) > 1 week", "when held(light < 2%) > 9 weeks"),
                ("every 1 week", "every 9 weeks"),
            ][dice.roll(15)];
            text(tree, "policies/house.gate", policy.replace(from, to));
        }
        2 => {
            let more = dice.of(&[
                "policy more { rule r { require adoption >= 1% else hold } }\n",
                "snapshot { remark: text }\n",
                "snapshot { outputs: list of { light_share: share } }\n",
                "policy more { rule r { when true then hold } }\n",
            ]);
            text(tree, &format!("policies/{}.gate", dice.of(&["more", "new/more"])), more);
        }
        // Configurations: values, exceptions, where to look, new projects.
        3 | 4 => {
            let config = pick(dice, &names(tree, |name| name.ends_with("tollgate.yaml")));
            let Some(Node::Text(said)) = tree.get(&config).cloned() else { return };
            let more = dice.of(&[
                "params: { quality.light_share: 40% }\n",
                "params: { quality.used_share: 0% }\n",
                "rules: { quality.light_enough: off }\n",
                "rules: { quality.collapsed: warn, ladder.skipped: off }\n",
                "overrides:\n  - workflows: [\"*\"]\n    rules: { quality.light_enough: off }\n",
                "overrides:\n  - workflows: [\"z*\"]\n    params: { quality.light_share: 40% }\n",
                "waivers:\n  - { rule: quality.light_enough, workflow: \"*\", because: x, owner: me, until: 2027-01-01 }\n",
                "waivers:\n  - { rule: quality.light_enough, workflow: \"*\", because: x, owner: me, from: 2026-12-01, until: 2027-01-01 }\n",
                "snapshots: [\"rollouts/a/*.yaml\"]\n",
                "snapshots: [\"rollouts/**/*.yaml\", \"more/**/*.yaml\"]\n",
            ]);
            text(tree, &config, said + more);
        }
        5 => {
            let place = dice.of(&[
                "tollgate.yaml",
                "policies/tollgate.yaml",
                "teams/new/tollgate.yaml",
                "rollouts/a/tollgate.yaml",
            ]);
            let config = dice.of(&[
                "policies: [policies/]\n",
                "extends: ../platform/tollgate.yaml\n",
                "extends: ../tollgate.yaml\n",
                "policies: [own/]\n",
            ]);
            text(tree, place, config);
            let said = snapshot(dice, "a", "2026-11-20");
            text(
                tree,
                &format!("{}/rollouts/n/1.yaml", place.rsplit_once('/').map_or(".", |(folder, _)| folder)),
                said,
            );
        }
        _ => drop(tree.remove(&pick(dice, &names(tree, is_setting)))),
    }
}

fn memory(tree: &Tree) -> Memory {
    let mut memory = Memory::default();
    for (name, node) in tree.iter().filter(|(name, _)| !name.is_empty()) {
        memory.insert(
            name.trim_start_matches("./"),
            match node {
                Node::Text(text) => TableNode::File(text.clone().into_bytes()),
                Node::Link(to) => TableNode::Link(to.clone()),
            },
        );
    }
    memory
}

/// The files of a branch once they are merged; none where both sides have changed one.
fn merged(since: &Tree, base: &Tree, branch: &Tree) -> Option<Tree> {
    let names: BTreeSet<&String> = base.keys().chain(branch.keys()).chain(since.keys()).collect();
    let mut tree = Tree::new();
    for name in names {
        let (then, theirs, ours) = (since.get(name), base.get(name), branch.get(name));
        let node = match (theirs == then, ours == then || ours == theirs) {
            (true, _) => ours,
            (false, true) => theirs,
            (false, false) => return None,
        };
        tree.extend(node.map(|node| (name.clone(), node.clone())));
    }
    Some(tree)
}

pub(crate) fn options_on(today: Date) -> CheckOptions {
    CheckOptions::from(DayOptions { as_of: Some(today), ..DayOptions::on(today) })
}

pub(crate) fn judged(since: &Tree, base: &Tree, branch: &Tree, today: Date) -> Answer<Report> {
    let (since_files, base_files, own) = (memory(since), memory(base), memory(branch));
    let all: BTreeSet<&String> = since.keys().chain(base.keys()).collect();
    let behind = all.into_iter().filter(|name| since.get(*name) != base.get(*name)).cloned().collect();
    let state = Branch { behind, ..Branch::default() };
    let (files, since) = (&base_files, &since_files);
    let base =
        Base { files, since, branch: &state, root: "", reference: "main", commit: "0", evidence: true };
    let sides = sides(&Start::new(&own, "").site().unwrap(), base);
    let against = AgainstOptions { all: true, ..AgainstOptions::default() };
    Workspace::new().check_against(sides, &options_on(today), against)
}

/// The evidence with a snapshot more of each workflow, as it may come in a week.
fn later(dice: &mut Dice, merged: &Tree) -> Tree {
    let mut tree = merged.clone();
    for name in names(merged, |name| name.ends_with("2026-11-20.yaml")) {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let workflow = folder.rsplit_once('/').map_or("a", |(_, name)| name).to_owned();
        let said = snapshot(dice, &workflow, "2026-11-27");
        text(&mut tree, &format!("{folder}/2026-11-27.yaml"), said);
    }
    tree
}

/// What one tree's policies say of another one's evidence.
fn reference(base: &Tree, merged: &Tree, today: Date) -> u8 {
    let settings = base.iter().filter(|(name, _)| is_setting(name));
    let data = merged.iter().filter(|(name, _)| !is_setting(name));
    let files: Tree = settings.chain(data).map(|(name, node)| (name.clone(), node.clone())).collect();
    let files = memory(&files);
    Workspace::new().check(inputs(&Start::new(&files, "")), &options_on(today)).exit
}

#[test]
fn no_pull_request_passes_what_its_base_holds_unseen() {
    let wanted = std::env::var("TOLLGATE_MERGES").ok().and_then(|count| count.parse().ok()).unwrap_or(100);
    let mut seen = [0usize; 3];
    let mut named = 0;
    for case in 0..wanted {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(case + 1));
        let since = repository(&mut dice);
        let (mut base, mut branch) = (since.clone(), since.clone());
        (0..dice.roll(4).saturating_sub(1)).for_each(|_| change(&mut dice, &mut base));
        (0..=dice.roll(4)).for_each(|_| change(&mut dice, &mut branch));
        let answer = judged(&since, &base, &branch, TODAY);
        seen[usize::from(answer.exit)] += 1;
        if answer.exit != 0 {
            continue;
        }
        let report = answer.report.against.as_ref().unwrap();
        if report.settings.iter().any(|change| change.direction.may_loosen()) || !report.rewritten.is_empty()
        {
            named += 1;
            continue;
        }
        let Some(merged) = merged(&since, &base, &branch) else { continue };
        let right = reference(&base, &merged, TODAY);
        assert_eq!(right, 0, "case {case}: {:#?}", difference(&base, &branch));
        // Where nothing is looser, the evidence to come fares by the branch's rules as by the base's.
        for _ in 0..3 {
            let later = later(&mut dice, &merged);
            let [by_base, by_branch] = [&base, &merged].map(|rules| reference(rules, &later, NEXT_WEEK));
            assert!(by_base == 0 || by_branch != 0, "case {case}, later: {:#?}", difference(&base, &branch));
        }
    }
    println!(
        "{wanted} pull requests: {seen:?} went on, held, or could not be judged; {named} went on with a warning"
    );
    assert!(seen.iter().all(|count| *count > 0), "every end is tried: {seen:?}");
}

fn difference(base: &Tree, branch: &Tree) -> Vec<String> {
    let names: BTreeSet<&String> = base.keys().chain(branch.keys()).collect();
    let differ = names.into_iter().filter(|name| base.get(*name) != branch.get(*name));
    differ.map(|name| format!("{name}: {:?} -> {:?}", base.get(name), branch.get(name))).collect()
}
