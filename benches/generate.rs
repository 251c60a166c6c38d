//! Writes a repository to measure with: `cargo run --release --example generate -- FOLDER COUNT [pack]`.

use std::path::Path;
use std::process::ExitCode;

#[expect(dead_code, reason = "the benches use the rest of it")]
mod repository;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(folder), Some(Ok(count))) = (arguments.first(), arguments.get(1).map(|count| count.parse()))
    else {
        return ExitCode::from(2);
    };
    let pack = arguments.get(2).is_some_and(|which| which == "pack");
    match repository::write(Path::new(folder), count, pack) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}
