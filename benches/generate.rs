//! Writes a repository to measure with: `cargo run --release --example generate -- FOLDER COUNT [pack] [WEEKS]`.
//!
//! It has COUNT snapshots, WEEKS of each workflow (20 if it is not said), judged by ten rules or by the shipped pack.

use std::path::Path;
use std::process::ExitCode;

#[expect(dead_code, reason = "the benches use the rest of it")]
mod repository;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (folder, count, pack, weeks) = match arguments.as_slice() {
        [folder, count] => (folder, count, false, None),
        [folder, count, "pack"] => (folder, count, true, None),
        [folder, count, "pack", weeks] => (folder, count, true, Some(weeks)),
        [folder, count, weeks] => (folder, count, false, Some(weeks)),
        _ => return ExitCode::from(2),
    };
    let weeks = weeks.map_or(Ok(repository::WEEKS), |weeks| weeks.parse());
    let (Ok(count), Ok(weeks @ 1..)) = (count.parse(), weeks) else {
        return ExitCode::from(2);
    };
    match repository::write(Path::new(folder), count, weeks, pack) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}
