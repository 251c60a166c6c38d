//! Names, uses and renames over a small project; `examples` has those over the examples.

mod examples;

use std::collections::BTreeMap;

use super::*;
use crate::ide::tests::study_of;

const VOCABULARY: &str = r#"stages testing -> pilot -> full

snapshot every 1 week grace 3 days {
  adoption: share "Who uses it"
  pass_rate: share named "passRate"
  users { active: count, target: count }
  area: one of [north, south]
  outputs: list of {
    id: text key
    edit_time: share from 0% to 1000%
    kind: one of [ordinary, atypical]
  }
}
"#;

const DESK: &str = r#"policy desk "The desk uses {adoption}" when stage >= pilot {
  param light_edit = 15% within 5% to 25% "Less is light"
  param floor = { ordinary: 80%, atypical: 60% }
  param shown = [ordinary]
  let light = share(outputs where edit_time < light_edit)
  let outputs.quick = edit_time < 5%

  rule enough "{light} are light" {
    when area == north
    require light >= 50%
    require all(outputs where edit_time < floor[kind])
    require count(outputs where quick) > 0 and has users.active
    else hold "only {light}"
    help "Ask {users.target}"
  }
  rule few { when any(count(outputs by kind) where kind == atypical and it > 3) then warn }
  rule listed { when any(outputs where kind in shown) and snapshot.adoption < 10% then note }
  gate testing -> pilot "Go" {
    let met = adoption > 10% and pass_rate >= 90%
    rule ready { require met and advance_to == pilot else hold }
  }
}
policy other {
  rule borrowed { when held(desk.light < 10%) > 2 weeks then rollback }
}
"#;

const TESTS: &str = r#"# A "test".
test # what
  "is \"light\"" {
  given every 1 week from 2026-01-05 {
    stage = pilot
    area = north, south
    users.active = 4
    outputs = [3 x { edit_time: 5%, kind: atypical }]
  }
  with desk.light_edit = 10%
  with desk.floor.atypical = 50%
  with desk.shown = [atypical]
  expect desk.enough fails
  expect decision hold
}
"#;

const CONFIG: &str = r#"policies: [policies/, 'policies/desk.gate']
params:
  desk.light_edit: 10%
  "desk.floor.ordinary": 70%
  desk.floor: { atypical: 55% }
rules:
  desk.few: off
overrides:
  - workflows: [a]
    params:
      desk.light_edit:
        - { value: 12% }
        - { value: 14%, from: 2026-12-01 }
    rules: { desk.enough: warn }
waivers:
  - rule: desk.enough
    workflow: a
    stage: pilot
    because: desk.enough
    owner: a@b.c
    until: 2026-12-31
"#;

const SNAPSHOT: &str = r#"workflow: a
date: 2026-11-02
stage: pilot
adoption: 40%
passRate: 95%
area: north
users: { active: 3, "target": 5 }
outputs:
  - { id: x, edit_time: 4%, kind: ordinary }
  - id: adoption
    edit_time: 9%
    kind: 'atypical'
collected:
  users.active: { from: crm }
  outputs: { from: crm }
---
workflow: a
date: 2026-11-09
stage: full
adoption: 50%
"#;

const PLAN: &str = r#"workflow: a
sources:
  crm: { csv: a.csv }
fields:
  users.active: { from: crm, count: crm }
  outputs:
    from: crm
    each: { id: id, edit_time: adoption }
"#;

const FILES: [(&str, &str); 4] = [
    ("policies/vocabulary.gate", VOCABULARY),
    ("policies/desk.gate", DESK),
    ("policies/desk.test.gate", TESTS),
    ("tollgate.yaml", CONFIG),
];

fn desk() -> (Study, NameTable) {
    let study = study_of(&FILES);
    let errors: Vec<_> = study.diagnostics.iter().map(|found| &found.message).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let table = NameTable::of(&study);
    (study, table)
}

fn yaml(name: &str, text: &str, role: YamlRole) -> YamlFile {
    YamlFile { name: name.into(), text: text.into(), role }
}

/// The file, and the byte where the `|` of a piece of its text is.
fn marked_in(study: &Study, file: &str, piece: &str) -> (FileId, usize) {
    let (before, after) = piece.split_once('|').unwrap();
    let (id, source) = study.sources.file_named(file).unwrap();
    let at = source.text.find(&format!("{before}{after}")).unwrap_or_else(|| panic!("{piece}"));
    (id, at + before.len())
}

#[test]
fn a_name_leads_to_its_declaration() {
    use DeclarationKind::*;
    let (study, table) = desk();
    let rows = [
        // In the vocabulary and the ladder.
        ("vocabulary.gate", "stages te|sting", Stage, "testing"),
        ("vocabulary.gate", "-> |pilot ->", Stage, "pilot"),
        ("vocabulary.gate", "a|doption: share", Field, "adoption"),
        ("vocabulary.gate", "pass_rate|: share", Field, "pass_rate"),
        ("vocabulary.gate", "us|ers {", Field, "users"),
        ("vocabulary.gate", "ac|tive: count", Field, "users.active"),
        ("vocabulary.gate", "[nor|th", Member, "area.north"),
        ("vocabulary.gate", "atyp|ical]", Member, "outputs.kind.atypical"),
        // In policies.
        ("desk.gate", "policy |desk", Policy, "desk"),
        ("desk.gate", "uses {adop|tion}", Field, "adoption"),
        ("desk.gate", "stage >= pil|ot", Stage, "pilot"),
        ("desk.gate", "param light_e|dit", Param, "desk.light_edit"),
        ("desk.gate", "{ ord|inary: 80%", Member, "outputs.kind.ordinary"),
        ("desk.gate", "shown = [or|dinary", Member, "outputs.kind.ordinary"),
        ("desk.gate", "share(out|puts where", Field, "outputs"),
        ("desk.gate", "where edit|_time < light", Field, "outputs.edit_time"),
        ("desk.gate", "< light|_edit)", Param, "desk.light_edit"),
        ("desk.gate", "let out|puts.quick", Field, "outputs"),
        ("desk.gate", "outputs.qu|ick", Let, "desk.outputs.quick"),
        ("desk.gate", "where |quick)", Let, "desk.outputs.quick"),
        ("desk.gate", "{|light} are", Let, "desk.light"),
        ("desk.gate", "are|a == north", Field, "area"),
        ("desk.gate", "area == n|orth", Member, "area.north"),
        ("desk.gate", "require lig|ht >=", Let, "desk.light"),
        ("desk.gate", "flo|or[kind]", Param, "desk.floor"),
        ("desk.gate", "floor[ki|nd]", Field, "outputs.kind"),
        ("desk.gate", "has us|ers.active", Field, "users"),
        ("desk.gate", "has users.|active", Field, "users.active"),
        ("desk.gate", "only {light|}", Let, "desk.light"),
        ("desk.gate", "Ask {users.tar|get}", Field, "users.target"),
        ("desk.gate", "outputs by ki|nd)", Field, "outputs.kind"),
        ("desk.gate", "where ki|nd == atypical", Field, "outputs.kind"),
        ("desk.gate", "kind == atyp|ical", Member, "outputs.kind.atypical"),
        ("desk.gate", "in sho|wn)", Param, "desk.shown"),
        ("desk.gate", "snapshot.adop|tion", Field, "adoption"),
        ("desk.gate", "gate test|ing ->", Stage, "testing"),
        ("desk.gate", "-> pi|lot \"Go", Stage, "pilot"),
        ("desk.gate", "let m|et", Let, "desk.met"),
        ("desk.gate", "pass_|rate >=", Field, "pass_rate"),
        ("desk.gate", "require me|t and", Let, "desk.met"),
        ("desk.gate", "advance_to == pilo|t", Stage, "pilot"),
        ("desk.gate", "held(des|k.", Policy, "desk"),
        ("desk.gate", "held(desk.|light", Let, "desk.light"),
        // In tests.
        ("desk.test.gate", "stage = pil|ot", Stage, "pilot"),
        ("desk.test.gate", "ar|ea = north", Field, "area"),
        ("desk.test.gate", "north, sou|th", Member, "area.south"),
        ("desk.test.gate", "users.ac|tive = 4", Field, "users.active"),
        ("desk.test.gate", "{ edit|_time: 5%", Field, "outputs.edit_time"),
        ("desk.test.gate", "kind: atypi|cal", Member, "outputs.kind.atypical"),
        ("desk.test.gate", "with de|sk.light", Policy, "desk"),
        ("desk.test.gate", "desk.light|_edit = 10%", Param, "desk.light_edit"),
        ("desk.test.gate", "desk.floor.atyp|ical", Entry, "desk.floor.atypical"),
        ("desk.test.gate", "shown = [atyp|ical]", Member, "outputs.kind.atypical"),
        ("desk.test.gate", "expect desk.en|ough", Rule, "desk.enough"),
        // In the configuration.
        ("tollgate.yaml", "\n  de|sk.light_edit: 10%", Policy, "desk"),
        ("tollgate.yaml", "desk.light|_edit: 10%", Param, "desk.light_edit"),
        ("tollgate.yaml", "\"desk.fl|oor.ordinary", Param, "desk.floor"),
        ("tollgate.yaml", "floor.ordi|nary\"", Entry, "desk.floor.ordinary"),
        ("tollgate.yaml", "floor: { atyp|ical", Entry, "desk.floor.atypical"),
        ("tollgate.yaml", "desk.f|ew: off", Rule, "desk.few"),
        ("tollgate.yaml", "      desk.light_ed|it:\n", Param, "desk.light_edit"),
        ("tollgate.yaml", "{ desk.en|ough: warn", Rule, "desk.enough"),
        ("tollgate.yaml", "rule: desk.en|ough", Rule, "desk.enough"),
        ("tollgate.yaml", "stage: pil|ot", Stage, "pilot"),
    ];
    for (file, piece, kind, qualified) in rows {
        let name = if file == "tollgate.yaml" { file.to_owned() } else { format!("policies/{file}") };
        let (id, offset) = marked_in(&study, &name, piece);
        let found = table.at(id, offset).and_then(|found| table.declaration(found.declared));
        let found = found.map(|found| (found.kind, &*found.qualified));
        assert_eq!(found, Some((kind, qualified)), "{piece}");
    }
}

#[test]
fn what_is_no_name_leads_nowhere() {
    let (study, table) = desk();
    for (file, piece) in [
        ("policies/desk.gate", "pol|icy desk"),
        ("policies/desk.gate", "The de|sk uses"),
        ("policies/desk.gate", "sha|re(outputs"),
        ("policies/desk.gate", "when sta|ge >="),
        ("policies/desk.gate", "  |rule enough"),
        ("policies/desk.test.gate", "decision ho|ld"),
        ("tollgate.yaml", "because: desk.eno|ugh"),
        ("tollgate.yaml", "par|ams:"),
        ("tollgate.yaml", "value: 1|2%"),
    ] {
        let (id, offset) = marked_in(&study, file, piece);
        assert_eq!(table.at(id, offset), None, "{piece}");
    }
}

#[test]
fn all_uses_are_found() {
    let (study, table) = desk();
    let count = |qualified: &str| {
        let own = table.declarations().find(|own| &*own.qualified == qualified).unwrap();
        (table.references(own.at, false).len(), table.references(own.at, true).len())
    };
    assert_eq!(count("desk.light"), (4, 5));
    assert_eq!(count("desk.light_edit"), (4, 5));
    assert_eq!(count("outputs.kind"), (5, 6));
    assert_eq!(count("pilot"), (5, 6));
    assert_eq!(count("desk"), (12, 13));
    assert_eq!(count("other"), (0, 1));
    let test = table.declarations().find(|own| own.kind == DeclarationKind::Test).unwrap();
    assert_eq!((&*test.name, study.sources.text(test.at)), ("is \"light\"", r#""is \"light\"""#));
    let doc = |name: &str| table.declarations().find(|own| &*own.qualified == name).unwrap().doc.clone();
    assert_eq!(doc("adoption").as_deref(), Some("Who uses it"));
    assert_eq!(doc("desk.enough").as_deref(), Some("{light} are light"));
}

#[test]
fn what_yaml_says_is_found() {
    let (study, table) = desk();
    let names = YamlNames::of(&study);
    let said = |file: &YamlFile| -> Vec<(String, String)> {
        let uses = names.uses(file).into_iter();
        let said = uses.map(|own| {
            let what = own.declared.and_then(|declared| table.declaration(declared));
            let what =
                what.map_or_else(|| own.field.unwrap_or_default(), |found| found.qualified.to_string());
            (file.text[own.at].to_owned(), what)
        });
        said.filter(|(word, _)| !["workflow", "date", "id"].contains(&&**word)).collect()
    };
    let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
        all.iter().map(|(word, what)| ((*word).to_owned(), (*what).to_owned())).collect()
    };
    let expected = pairs(&[
        ("stage", "stage"),
        ("pilot", "pilot"),
        ("adoption", "adoption"),
        ("passRate", "pass_rate"),
        ("area", "area"),
        ("north", "area.north"),
        ("users", "users"),
        ("active", "users.active"),
        ("target", "users.target"),
        ("outputs", "outputs"),
        ("edit_time", "outputs.edit_time"),
        ("kind", "outputs.kind"),
        ("ordinary", "outputs.kind.ordinary"),
        ("edit_time", "outputs.edit_time"),
        ("kind", "outputs.kind"),
        ("atypical", "outputs.kind.atypical"),
        ("users", "users"),
        ("active", "users.active"),
        ("outputs", "outputs"),
        ("stage", "stage"),
        ("full", "full"),
        ("adoption", "adoption"),
    ]);
    assert_eq!(said(&yaml("rollouts/a.yaml", SNAPSHOT, YamlRole::Snapshot)), expected);
    let expected = pairs(&[
        ("users", "users"),
        ("active", "users.active"),
        ("outputs", "outputs"),
        ("edit_time", "outputs.edit_time"),
    ]);
    assert_eq!(said(&yaml("collect/a.yaml", PLAN, YamlRole::Plan)), expected);
}

#[test]
fn a_path_leads_to_its_files() {
    let (study, _) = desk();
    let lead = |piece: &str| -> Vec<String> {
        let (id, offset) = marked_in(&study, "tollgate.yaml", piece);
        let found = path_at(&study, id, offset).map(|found| found.files).unwrap_or_default();
        found.iter().map(|id| study.sources.name(*id).to_owned()).collect()
    };
    let tests = ["policies/desk.gate", "policies/desk.test.gate", "policies/vocabulary.gate"];
    assert_eq!(lead("[pol|icies/,"), tests);
    assert_eq!(lead("policies/desk|.gate'"), ["policies/desk.gate"]);
    assert_eq!(lead("because: desk|."), [""; 0]);
    let study = study_of(&[
        ("tollgate.yaml", "extends: base/tollgate.yaml\npolicies: [builtin:rollback]\n"),
        ("base/tollgate.yaml", "policies: []\n"),
    ]);
    let (id, _) = study.sources.file_named("tollgate.yaml").unwrap();
    let lead =
        |offset| path_at(&study, id, offset).map(|found| study.sources.name(found.files[0]).to_owned());
    assert_eq!(lead(12).as_deref(), Some("base/tollgate.yaml"));
    assert_eq!(lead(45).as_deref(), Some("builtin/rollback.gate"));
}

/// What a rename makes of the files, or why it is refused.
fn renamed(files: &[(&str, &str)], yaml: &[YamlFile], qualified: &str, new: &str) -> Result<Texts, String> {
    let study = study_of(files);
    let table = NameTable::of(&study);
    let own = table.declarations().find(|own| &*own.qualified == qualified).unwrap();
    let edits = rename(&study, &table, own.at, new, yaml.iter().cloned())?;
    let all = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let all = all.chain(yaml.iter().map(|file| (file.name.to_string(), file.text.to_string())));
    Ok(edited(all.collect(), &edits))
}

type Texts = BTreeMap<String, String>;

fn edited(mut texts: Texts, edits: &[NameEdit]) -> Texts {
    for edit in edits.iter().rev() {
        let text = texts.get_mut(&*edit.file).unwrap_or_else(|| panic!("{}", edit.file));
        text.replace_range(edit.at.clone(), &edit.text);
    }
    texts
}

fn snapshot_and_plan() -> [YamlFile; 2] {
    [yaml("rollouts/a.yaml", SNAPSHOT, YamlRole::Snapshot), yaml("collect/a.yaml", PLAN, YamlRole::Plan)]
}

#[test]
fn a_rename_reaches_every_file() {
    for (qualified, new, kept) in [
        (
            "desk",
            "bureau",
            vec![("policies/desk.gate", "The desk uses"), ("tollgate.yaml", "because: desk.enough")],
        ),
        ("desk.light_edit", "light_limit", vec![]),
        (
            "desk.light",
            "easy",
            vec![("policies/desk.gate", "are light\""), ("policies/desk.gate", "param light_edit")],
        ),
        ("desk.met", "reached", vec![]),
        ("desk.outputs.quick", "fast", vec![]),
        ("desk.enough", "plenty", vec![("tollgate.yaml", "because: desk.enough")]),
        (
            "adoption",
            "usage",
            vec![("rollouts/a.yaml", "id: adoption"), ("collect/a.yaml", "edit_time: adoption")],
        ),
        ("users", "people", vec![]),
        ("users.active", "present", vec![]),
        ("outputs.edit_time", "edits", vec![]),
        ("outputs.kind", "no", vec![("policies/vocabulary.gate", "one of [ordinary")]),
        ("pass_rate", "passes_by", vec![("rollouts/a.yaml", "passRate: 95%")]),
    ] {
        let texts = renamed(&FILES, &snapshot_and_plan(), qualified, new).unwrap();
        for (file, piece) in kept {
            assert!(texts[file].contains(piece), "{qualified}: {piece}");
        }
        let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (&**name, &**text)).collect();
        let study = study_of(&files);
        let errors: Vec<_> = study.diagnostics.iter().map(|found| &found.message).collect();
        assert!(errors.is_empty(), "{qualified}: {errors:?}");
        let uses = |files: &[(&str, &str)], yaml: &[YamlFile]| {
            let study = study_of(files);
            let names = YamlNames::of(&study);
            let table = NameTable::of(&study);
            (
                table.uses.len(),
                table.declarations.len(),
                yaml.iter().map(|file| names.uses(file).len()).sum::<usize>(),
            )
        };
        let after = ["rollouts/a.yaml", "collect/a.yaml"].map(|name| {
            let role = if name.starts_with('r') { YamlRole::Snapshot } else { YamlRole::Plan };
            yaml(name, &texts[name], role)
        });
        assert_eq!(uses(&FILES, &snapshot_and_plan()), uses(&files, &after), "{qualified}");
        let back = new.to_owned();
        let last = qualified.rsplit('.').next().unwrap();
        let again = qualified.strip_suffix(last).unwrap().to_owned() + &back;
        let [first, second] = after;
        let own: Vec<(&str, &str)> = files
            .iter()
            .filter(|(name, _)| !name.starts_with("rollouts/") && !name.starts_with("collect/"))
            .copied()
            .collect();
        let texts = renamed(&own, &[first, second], &again, last).unwrap();
        for (name, text) in FILES {
            assert_eq!(texts[name], text, "{qualified}");
        }
        assert_eq!(texts["rollouts/a.yaml"].replace('"', ""), SNAPSHOT.replace('"', ""), "{qualified}");
    }
}

#[test]
fn a_rename_is_refused_with_a_reason() {
    for (qualified, new, why) in [
        ("pilot", "trial", "`pilot` is a value that snapshots record: values are not renamed"),
        ("area.north", "up", "`north` is a value that snapshots record: values are not renamed"),
        ("desk.floor.atypical", "x", "`atypical` is the key of a table, which goes by what it is asked for"),
        ("is \"light\"", "x", "a test has a title and no name"),
        ("desk", "ladder", "rules that are built in are called `ladder.…`: no policy has that name"),
        ("desk", "other", "there is a policy `other` already, at policies/desk.gate:23"),
        ("desk.light", "shown", "there is a param `shown` already, at policies/desk.gate:4"),
        ("desk.light", "met", "there is a let `met` already, at policies/desk.gate:19"),
        ("desk.light", "adoption", "there is a field `adoption` already, at policies/vocabulary.gate:4"),
        ("adoption", "light", "there is a let `light` already, at policies/desk.gate:5"),
        ("adoption", "area", "there is a field `area` already, at policies/vocabulary.gate:7"),
        ("desk.enough", "few", "there is a rule `few` already, at policies/desk.gate:16"),
        (
            "desk.light",
            "2nd",
            "`2nd` is not a valid name: names begin with a letter and have only letters, digits and `_`",
        ),
        (
            "desk.light",
            "",
            "`` is not a valid name: names begin with a letter and have only letters, digits and `_`",
        ),
        ("desk.light", "when", "`when` cannot be a name: it is a word of the language, or too long"),
        ("desk.light", "hold", "`hold` cannot be a name: it is a word of the language, or too long"),
        ("adoption", "Adoption", "`Adoption` has capitals, and the names of fields have none"),
    ] {
        assert_eq!(renamed(&FILES, &snapshot_and_plan(), qualified, new).unwrap_err(), why);
    }
    let shipped =
        renamed(&[("tollgate.yaml", "policies: [builtin]\n")], &[], "staged_rollout", "x").unwrap_err();
    assert_eq!(
        shipped,
        "`staged_rollout` is declared in builtin/staged_rollout.gate, which is shipped with Tollgate"
    );
    let strange = SNAPSHOT.replace("area: north", "usage: 3");
    let strange = yaml("rollouts/a.yaml", &strange, YamlRole::Snapshot);
    let why = renamed(&FILES, &[strange], "adoption", "usage").unwrap_err();
    assert_eq!(why, "rollouts/a.yaml:6 has a key `usage` already, which no field reads");
}

#[test]
fn no_name_captures_another() {
    let inside = "policy p { param few = 15%\n let x = share(outputs where edit_time < few)\n rule a { when x > 1% then note } }";
    let files = [
        ("policies/vocabulary.gate", VOCABULARY),
        ("policies/p.gate", inside),
        ("tollgate.yaml", "policies: [policies/]\n"),
    ];
    let why = renamed(&files, &[], "p.few", "edit_time").unwrap_err();
    assert!(
        why.starts_with("with that name there would be an error: ") && why.ends_with(" (policies/p.gate:2)"),
        "{why}"
    );
    let today = "policy p { let soon = 2026-01-01\n rule a { when today > soon then note } }";
    let files = [
        ("policies/p.gate", today),
        ("policies/v.gate", VOCABULARY),
        ("tollgate.yaml", "policies: [policies/]\n"),
    ];
    let why = renamed(&files, &[], "p.soon", "today").unwrap_err();
    assert_eq!(why, "with that name, `today` would mean something else at policies/p.gate:2");
}

#[test]
fn names_with_errors_are_renamed_as_far_as_they_are_understood() {
    let config = ("tollgate.yaml", "policies: [policies/]\n");
    let vocabulary = ("policies/v.gate", VOCABULARY);
    let wrong = "policy p { param few = 15%\n rule a { when few > 2 weeks then note }\n rule b { require adoption > few else hold } }";
    let texts = renamed(&[vocabulary, config, ("policies/p.gate", wrong)], &[], "p.few", "some").unwrap();
    assert_eq!(texts["policies/p.gate"], wrong.replace("few", "some"));
    let broken = "policy p { param few = 15%\n rule a { when few > then note }\n rule b { require adoption > few else hold } }";
    let why = renamed(&[vocabulary, config, ("policies/p.gate", broken)], &[], "p.few", "some").unwrap_err();
    assert_eq!(why, "policies/p.gate:2 may mean `few`, but there are errors in that file: mend them first");
    let twice = "policy p { param few = 15%\n let few = 1\n rule b { require adoption > few else hold } }";
    let why = renamed(&[vocabulary, config, ("policies/p.gate", twice)], &[], "p.few", "some").unwrap_err();
    assert_eq!(
        why,
        "`few` is declared twice, at policies/p.gate:1 and policies/p.gate:2: rename one of them by hand first"
    );
}
