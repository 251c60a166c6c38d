//! The rules of `benches/ten_rules.gate` in Rego, compiled for the virtual machine of `regorus`.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use tollgate_compare::{Failure, Judged, check};

const ENTRY: &str = "data.ten.failed";

fn judge(machine: &mut RegoVM, file: &Path) -> Result<Judged, Failure> {
    let snapshot: Value = serde_yaml::from_str(&fs::read_to_string(file)?)?;
    let text = |field: &str| snapshot[field].as_string().map(|text| text.to_string());
    let (workflow, date) = (text("workflow")?, text("date")?);
    machine.set_input(snapshot);
    let failed = machine.execute()?;
    let rules = failed.as_set()?.iter().map(|rule| rule.as_string().map(|rule| rule.to_string()));
    Ok(Judged { workflow, date, failed_rules: rules.collect::<Result<_, _>>()? })
}

fn main() -> Result<ExitCode, Failure> {
    let mut engine = Engine::new();
    engine.add_policy("ten_rules.rego".to_owned(), include_str!("ten_rules.rego").to_owned())?;
    let policy = engine.compile_with_entrypoint(&ENTRY.into())?;
    let program = Compiler::compile_from_policy(&policy, &[ENTRY])?;
    Ok(check(|| {
        let mut machine = RegoVM::new();
        machine.load_program(program.clone());
        move |file: &Path| judge(&mut machine, file)
    }))
}
