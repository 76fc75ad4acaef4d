//! Project tasks: `cargo xtask test`, `soak`, `postgres`, `tools`, `deny`, `fuzz`, `ci`.
//!
//! What the tests need is either there, or put there, or the task fails and says what to install: nothing is skipped
//! because a tool is missing. An ignored test counts as a failure for the same reason.
//!
//! No dependencies, so that this compiles in a second and can be read before it is run.

mod check;
mod fuzz;
mod peers;
mod postgres;
mod shell;
mod soak;
mod tally;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask test [-- ARGS]   get what the tests need, run every test, end with `N passed, M failed`
                             (ARGS go to `cargo test`)
cargo xtask soak [-- ARGS]   the long form of the fault tests (docs/faults.md) and of the worlds with known causes
                             (docs/diagnoses.md), ending in a table; about half an hour
                             (ARGS go to `cargo test`, such as --release)
cargo xtask postgres COMMAND run a command with a private PostgreSQL server, its address in TONGBAN_POSTGRES
cargo xtask tools            only get what the tests need
cargo xtask deny             bans, licenses, sources and known vulnerabilities of the dependencies
cargo xtask fuzz [SECONDS] [TARGET]…
                             every parser of foreign bytes, or those named, this long each (5 s)
cargo xtask ci               format, lints, documentation, `deny`, every test, then `fuzz`";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["test"] => check::test(&[]),
        ["test", "--", extra @ ..] => check::test(extra),
        ["soak"] => soak::soak(&[]),
        ["soak", "--", extra @ ..] => soak::soak(extra),
        ["tools"] => said(tools::get().map(|tools| println!("{tools}"))),
        ["postgres", command, arguments @ ..] => said(check::with_postgres(command, arguments)),
        ["deny"] => check::dependencies(),
        ["fuzz", rest @ ..] => fuzz::asked(rest),
        ["ci"] => check::everything(),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            true
        }
        _ => {
            eprintln!("xtask: no such task: {}\n{HELP}", args.join(" "));
            false
        }
    };
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn said(done: Result<(), shell::Fault>) -> bool {
    done.inspect_err(|fault| eprintln!("xtask: {fault}")).is_ok()
}
