//! The one binary.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = tongban::command::Arguments::parse();
    tongban::command::run(arguments)
}
