//! Output formats on the command line: which are asked for, and where each is written.

use std::collections::BTreeSet;
use std::error::Error;
use std::ffi::OsStr;
use std::marker::PhantomData;
use std::path::{self, Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, ValueEnum};

use super::write::{clear, destination, write};
use super::{complain, finish, print};
use crate::diagnostic::did_you_mean;

/// A format that a command may be asked for.
pub(super) trait OutputFormat: Copy + ValueEnum {
    /// Whether its lines are commands to a build server, which are then printed as they are.
    fn is_commands(self) -> bool {
        false
    }
}

/// A format, and the file that it is written to; none is standard output.
#[derive(Clone, Debug)]
pub(super) struct Output<F> {
    pub(super) format: F,
    pub(super) file: Option<PathBuf>,
}

/// Reads `sarif` or `sarif=tollgate.sarif`, and lets `--help` list the formats.
#[derive(Clone, Debug)]
pub(super) struct OutputParser<F>(PhantomData<F>);

impl<F> OutputParser<F> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<F: ValueEnum + Send + Sync + 'static> TypedValueParser for OutputParser<F> {
    type Value = Output<F>;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Output<F>, clap::Error> {
        let parser = |text: &str| parse(text);
        parser.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(F::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

fn parse<F: ValueEnum>(text: &str) -> Result<Output<F>, String> {
    let (name, file) = match text.split_once('=') {
        Some((name, "" | "-")) => (name, None),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let formats =
        || F::value_variants().iter().filter_map(|format| Some((format.to_possible_value()?, format)));
    match formats().find(|(value, _)| value.matches(name, false)) {
        Some((_, format)) => Ok(Output { format: format.clone(), file }),
        None => {
            let names: Vec<String> = formats().map(|(value, _)| value.get_name().to_owned()).collect();
            let close = did_you_mean(name, names.iter().map(String::as_str));
            let close = close.map(|close| format!("did you mean `{close}`? ")).unwrap_or_default();
            Err(format!("{close}the formats are {}", names.join(", ")))
        }
    }
}

/// Sees that every format has a place of its own, and that no file there is an earlier run's. `record` is one more file that
/// is to be written.
///
/// # Errors
/// If two are to be written to one place; that has been said.
pub(super) fn prepare<F>(outputs: &[Output<F>], record: Option<&Path>) -> Result<(), ExitCode> {
    let on_stdout = outputs.iter().filter(|output| output.file.is_none()).count();
    if on_stdout > 1 {
        let help = "give the others a file, as in `json=FILE`";
        return Err(complain(&format!("only one format can go to standard output; {help}")));
    }
    let formats = || outputs.iter().filter_map(|output| output.file.as_deref());
    if let Some(file) = named_twice(formats()) {
        return Err(complain(&format!("two formats cannot be written to `{}`", file.display())));
    }
    let all = || formats().chain(record);
    if let Some(file) = named_twice(all()) {
        return Err(complain(&format!("a format and the record cannot be written to `{}`", file.display())));
    }
    all().for_each(clear);
    Ok(())
}

/// Writes every format that was asked for, and ends with `exit`. One that cannot be written does not keep the others
/// from it. `drawn` is told the format, and whether it goes to standard output.
pub(super) fn write_all<F: OutputFormat>(
    outputs: &[Output<F>],
    exit: u8,
    drawn: impl Fn(F, bool) -> Result<String, Box<dyn Error>>,
) -> ExitCode {
    let mut code = ExitCode::from(exit);
    let mut printed = None;
    for Output { format, file } in outputs {
        let text = match drawn(*format, file.is_none()) {
            Ok(text) => text,
            Err(error) => {
                code = complain(&format!("the report cannot be written: {error}"));
                continue;
            }
        };
        match file {
            None => printed = Some(text),
            Some(file) => {
                if let Err(why) = write(file, &text) {
                    code = complain(&format!("`{}` cannot be written: {why}", file.display()));
                }
            }
        }
    }
    match printed {
        Some(text) => {
            let to_server = outputs.iter().any(|output| output.file.is_none() && output.format.is_commands());
            let written = if to_server { print(&text, exit) } else { finish(&text, exit) };
            if code == ExitCode::from(exit) { written } else { code }
        }
        None => code,
    }
}

/// A file that is named before, by this or by another name.
fn named_twice<'f>(mut files: impl Iterator<Item = &'f Path>) -> Option<&'f Path> {
    let mut seen = BTreeSet::new();
    let place = |file: &Path| destination(file).or_else(|_| path::absolute(file));
    files.find(|file| place(file).is_ok_and(|place| !seen.insert(place)))
}
