//! Judges `examples/support-desk` by the library alone, and prints the decisions: `cargo run --example judge`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tollgate::engine::{CheckOptions, DayOptions, Workspace};
use tollgate::project::{Memory, Start, TableNode, inputs};
use tollgate::value::Date;

fn main() -> io::Result<()> {
    io::stdout().write_all(decisions()?.as_bytes())
}

/// A line for each workflow.
pub(crate) fn decisions() -> io::Result<String> {
    let mut files = Memory::default();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/support-desk"), "", &mut files)?;
    let today = Date::constant(2026, 11, 23);
    let options = CheckOptions::from(DayOptions::on(today));
    let answer = Workspace::new().check(inputs(&Start::new(&files, "")), &options);
    let lines = answer.report.workflows.iter();
    Ok(lines.map(|workflow| format!("{}: {}\n", workflow.workflow, workflow.decision.as_str())).collect())
}

/// Reads a folder, and what is below it, into memory.
fn read(folder: &Path, name: &str, files: &mut Memory) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), format!("{name}{}", entry.file_name().display()));
        if path.is_dir() {
            read(&path, &format!("{name}/"), files)?;
        } else {
            files.insert(name, TableNode::File(fs::read(path)?));
        }
    }
    Ok(())
}
