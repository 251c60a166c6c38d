//! Uses in tests: of rules and params, of fields, and of stages and members.

use super::NameTable;
use super::declared::GroundNames;
use super::in_policies::words;
use crate::ast::{Assign, ExpectKind, GivenKind, Name, TestDecl, TestValue, TestValueKind, WithParam};
use crate::types::Type;

/// Adds them.
pub(super) fn add(names: &GroundNames<'_>, table: &mut NameTable) {
    for test in names.ground.files.iter().flat_map(|file| file.tests()) {
        for given in &test.given {
            match &given.kind {
                GivenKind::Series { assigns, .. } => {
                    assigns.iter().for_each(|assign| add_assign(names, assign, table));
                }
                GivenKind::File(_) => {}
            }
        }
        test.with.iter().for_each(|with| add_with(names, with, table));
        add_expected(names, test, table);
    }
}

fn add_expected(names: &GroundNames<'_>, test: &TestDecl, table: &mut NameTable) {
    for expect in &test.expect {
        match &expect.kind {
            ExpectKind::Rule(path, _) => {
                let [policy, rule, ..] = path.as_slice() else { continue };
                table.add_use(policy.span, names.policy(&policy.text));
                table.add_use(rule.span, names.rule(&policy.text, &rule.text));
            }
            ExpectKind::Decision(_) => {}
        }
    }
}

fn add_with(names: &GroundNames<'_>, with: &WithParam, table: &mut NameTable) {
    let [policy, name, keys @ ..] = with.path.as_slice() else { return };
    table.add_use(policy.span, names.policy(&policy.text));
    let Some(param) = names.param(&policy.text, &name.text) else { return };
    table.add_use(name.span, Some(param));
    for key in keys.iter().chain(&with.key) {
        table.add_use(key.span, names.entry(param, &key.text));
    }
    names.words.get(&param).into_iter().for_each(|ty| words(names, ty, &with.value, table));
}

fn add_assign(names: &GroundNames<'_>, assign: &Assign, table: &mut NameTable) {
    let root = Type::Record(names.ground.program.vocabulary.snapshot.clone());
    let mut ty = &root;
    for name in &assign.path {
        let Some(next) = add_field(ty, name, table) else { return };
        ty = next;
    }
    assign.values.iter().for_each(|value| add_value(names, ty, value, table));
}

/// Adds the use of a field of a record; its type.
fn add_field<'t>(ty: &'t Type, name: &Name, table: &mut NameTable) -> Option<&'t Type> {
    let (_, field) = ty.record()?.field(&name.text)?;
    table.add_use(name.span, field.span);
    Some(&field.ty)
}

fn add_value(names: &GroundNames<'_>, ty: &Type, value: &TestValue, table: &mut NameTable) {
    match &value.kind {
        TestValueKind::Word(word) => table.add_use(word.span, names.word(ty, &word.text)),
        TestValueKind::List(elements) => {
            let Some(element) = ty.element() else { return };
            elements.iter().for_each(|(_, value)| add_value(names, element, value, table));
        }
        TestValueKind::Record(entries) => {
            for (name, value) in entries {
                if let Some(ty) = add_field(ty, name, table) {
                    add_value(names, ty, value, table);
                }
            }
        }
        TestValueKind::Missing
        | TestValueKind::Literal(_)
        | TestValueKind::Range(..)
        | TestValueKind::Counts(..) => {}
    }
}
