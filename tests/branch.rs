//! The examples' files as texts, and what changes of them on a branch: policies, configurations and snapshots, in every
//! direction.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Texts by the names of their files.
pub(crate) type Texts = BTreeMap<String, String>;

/// The files of an example that a judgement may read.
pub(crate) fn texts_of(example: &str) -> Texts {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
    let mut texts = Texts::new();
    add(&mut texts, &root, "");
    texts
}

fn add(texts: &mut Texts, folder: &Path, name: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{name}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            add(texts, &path, &format!("{name}/"));
        } else if [".gate", ".json", ".yaml"].iter().any(|ending| name.ends_with(ending)) {
            texts.insert(name, fs::read_to_string(path).unwrap());
        }
    }
}

/// What an example is after a branch: as far as it is committed, and as it lies there.
pub(crate) fn changed(example: &str, before: &Texts) -> (Texts, Texts) {
    let mut committed = before.clone();
    let config = match example {
        "canary" => {
            canary(&mut committed);
            "tollgate.yaml"
        }
        "organisation" => {
            organisation(&mut committed);
            "platform/tollgate.yaml"
        }
        "platform" => {
            platform(&mut committed);
            "tollgate.yaml"
        }
        _ => {
            support_desk(&mut committed);
            "tollgate.yaml"
        }
    };
    let mut after = committed.clone();
    append(&mut after, config, "# Not committed yet.\n");
    (committed, after)
}

fn canary(texts: &mut Texts) {
    edit(
        texts,
        "policies/release.gate",
        "param broken = 5% within 1% to 50%",
        "param broken = 8% within 1% to 60%",
    );
    append(
        texts,
        "tollgate.yaml",
        "waivers:\n  - rule: release.no_slower\n    workflow: search\n    because: a new index\n    owner: Sam\n    until: 2026-11-30\n",
    );
    edit(texts, "policies/vocabulary.gate", "grace 2 min", "grace 15 min");
    edit(texts, "rollouts/search/2026-11-23T1455Z.yaml", "search", "search ");
    texts.remove("rollouts/thumbnails/2026-11-23T1505Z.yaml").unwrap();
    let latest = texts.remove("rollouts/invoices/2026-11-23T1510Z.yaml").unwrap();
    texts.insert("rollouts/invoices/late.yaml".into(), latest.replace("15:10Z", "15:09:30Z"));
}

fn organisation(texts: &mut Texts) {
    edit(texts, "platform/tollgate.yaml", "value: 75%", "value: 70%");
    edit(texts, "platform/tollgate.yaml", "{ value: 15%, locked: true }", "{ value: 15% }");
    edit(
        texts,
        "teams/claims/tollgate.yaml",
        "{ value: 95%, because: regulator, owner: dora@example.com }",
        "90%",
    );
    texts.insert("teams/new/tollgate.yaml".into(), "extends: ../../platform/tollgate.yaml\n".into());
    let letters = texts["teams/claims/rollouts/claim-letters/2026-11-18.yaml"].clone();
    texts.insert("teams/new/rollouts/claim-letters/2026-11-18.yaml".into(), letters);
}

fn platform(texts: &mut Texts) {
    edit(texts, "policies/platform.gate", "billing: 85%", "billing: 60%");
    edit(texts, "policies/order.gate", "param at_once = 2", "param at_once = 3");
    edit(texts, "tollgate.yaml", "grace: 2 weeks", "grace: 4 weeks");
    edit(texts, "rollouts/triage/2026-11-16.json", "6.1 s", "5.1 s");
}

fn support_desk(texts: &mut Texts) {
    append(
        texts,
        "tollgate.yaml",
        "params:\n  before_deployment.light_share: 60%\n  staged_rollout.min_adoption: 60%\nrules:\n  ladder.skipped: warn\n",
    );
    edit(texts, "rollouts/ticket-routing/2026-11-20.yaml", "stage: expanded", "stage:  expanded");
    texts.remove("rollouts/faq-answers/2026-11-20.yaml").unwrap();
    let latest = texts.remove("rollouts/order-status/2026-11-20.yaml").unwrap();
    texts.insert("rollouts/order-status/latest.yaml".into(), latest);
    let routing = &texts["rollouts/ticket-routing/2026-11-20.yaml"];
    let new = routing.replace("ticket-routing", "new");
    texts.insert("rollouts/new/2026-11-20.yaml".into(), new);
}

fn edit(texts: &mut Texts, name: &str, old: &str, new: &str) {
    let text = texts.get_mut(name).unwrap();
    assert!(text.contains(old), "{name} has no {old:?}");
    *text = text.replacen(old, new, 1);
}

fn append(texts: &mut Texts, name: &str, more: &str) {
    *texts.get_mut(name).unwrap() += more;
}
