//! Runs a command, and prints the seconds and the CPU seconds that it took, its peak memory in KiB and its exit code.
//!
//! A process of its own for each run: the kernel counts the memory of whoever starts a program into the program's peak, and
//! this one is small. It is for Linux, where the peak is in KiB.

use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let mut command = Command::new(arguments.next().ok_or("measure what?")?);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let wall = start.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6;
    println!("{wall:.6} {cpu:.6} {} {}", usage.max_rss(), status.code().ok_or("killed by a signal")?);
    Ok(())
}
