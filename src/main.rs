//! The `tollgate` command. All it does is in the library's `cli`.

fn main() -> std::process::ExitCode {
    tollgate::cli::run()
}
