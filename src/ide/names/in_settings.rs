//! Uses in `tollgate.yaml`: of params and rules, where they are set, overridden and waived.
//!
//! Reads the keys of the text, and not what was understood of it: a setting that is wrong names its param all the same.

use std::ops::Range;

use super::NameTable;
use super::declared::GroundNames;
use super::in_yaml::inner;
use crate::ide::yaml::{SlotContent, YamlText};
use crate::source::{FileId, SourceMap, Span};

/// The keys of a param's own settings; any other is a key of a table.
const OWN: [&str; 6] = ["value", "within", "because", "owner", "locked", "from"];

/// Adds them.
pub(super) fn add(names: &GroundNames<'_>, file: FileId, sources: &SourceMap, table: &mut NameTable) {
    let Some(source) = sources.get(file) else { return };
    let text = &*source.text;
    let yaml = YamlText::read(text);
    let mut adding = Adding { names, file, table };
    for (id, slot) in yaml.slots() {
        let keys = yaml.keys_to(id);
        let keys = match keys.as_slice() {
            ["overrides", rest @ ..] => rest,
            all => all,
        };
        if let Some(at) = slot.key_at() {
            let key = |name| inner(text, at.clone(), name);
            match keys {
                ["params", name] => adding.param(key(name), name),
                ["params", name, entry] if !OWN.contains(entry) => adding.entry(name, key(entry), entry),
                ["rules", name] => adding.rule(key(name), name),
                _ => {}
            }
        }
        if slot.content == SlotContent::Scalar
            && let Some(value) = yaml.scalar(id)
        {
            let at = inner(text, slot.value.clone(), &value);
            match keys {
                ["waivers", "rule"] => adding.rule(at, &value),
                ["waivers", "stage"] => adding.add(at, names.stage_named(&value)),
                _ => {}
            }
        }
    }
}

struct Adding<'a, 's> {
    names: &'a GroundNames<'s>,
    file: FileId,
    table: &'a mut NameTable,
}

impl Adding<'_, '_> {
    fn add(&mut self, at: Option<Range<usize>>, declared: Option<Span>) {
        if let Some(at) = at {
            self.table.add_use(Span::new(self.file, at), declared);
        }
    }

    /// `policy.rule`
    fn rule(&mut self, at: Option<Range<usize>>, name: &str) {
        let (Some(at), Some((policy, rule))) = (at, name.split_once('.')) else { return };
        let (of_policy, of_rule) = split(&at, policy.len(), rule.len());
        self.add(Some(of_policy), self.names.policy(policy));
        self.add(Some(of_rule), self.names.rule(policy, rule));
    }

    /// `policy.param`, `policy.param.key`, `policy.param["a key"]`
    fn param(&mut self, at: Option<Range<usize>>, name: &str) {
        let (Some(at), Some((policy, own))) = (at, name.split_once('.')) else { return };
        let (param, key) =
            own.split_at_checked(own.find(['.', '[']).unwrap_or(own.len())).unwrap_or((own, ""));
        let (of_policy, of_param) = split(&at, policy.len(), param.len());
        self.add(Some(of_policy), self.names.policy(policy));
        let Some(declared) = self.names.param(policy, param) else { return };
        let behind = of_param.end;
        self.add(Some(of_param), Some(declared));
        let quoted = || key.strip_prefix("[\"")?.strip_suffix("\"]");
        let (skipped, key) = match key.strip_prefix('.') {
            Some(plain) => (1, plain),
            None => (2, quoted().unwrap_or_default()),
        };
        let start = behind + skipped;
        self.add(Some(start..start + key.len()), self.names.entry(declared, key));
    }

    /// `policy.param: { key: … }`
    fn entry(&mut self, name: &str, at: Option<Range<usize>>, key: &str) {
        let param = name.split_once('.').and_then(|(policy, param)| self.names.param(policy, param));
        self.add(at, param.and_then(|param| self.names.entry(param, key)));
    }
}

/// The places of two words with a dot between them.
fn split(at: &Range<usize>, first: usize, second: usize) -> (Range<usize>, Range<usize>) {
    let start = at.start + first + 1;
    (at.start..at.start + first, start..start + second)
}
