//! The tests, and everything else a change must pass.

use crate::{
    fuzz,
    postgres::{self, Cluster},
    shell::{self, Fault},
    tally::Tally,
    tools,
};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

/// Every test; the count is the last line, faults come before it.
pub fn test(extra: &[&str]) -> bool {
    let mut tally = Tally::default();
    let done = run_tests(extra, &mut tally);
    if let Err(fault) = &done {
        println!("FAILED: {fault}");
    }
    println!("{tally}");
    done.is_ok()
}

/// Format, lints, documentation, dependency policy, tests, a short run of every fuzz target. Goes on after a fault, so that
/// one run tells everything; the summary comes before the count.
pub fn everything() -> bool {
    let mut report = Report::default();
    report.step("format", || {
        component("rustfmt", "fmt")?;
        shell::run(shell::cargo().args(["fmt", "--all", "--check"]))
    });
    report.step("lints", || {
        component("clippy", "clippy")?;
        let lint = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
        shell::run(shell::cargo().args(lint))
    });
    report.step("documentation", || {
        let doc = ["doc", "--workspace", "--no-deps", "--locked"];
        shell::run(shell::cargo().args(doc).env("RUSTDOCFLAGS", "-D warnings"))
    });
    policy(&mut report);
    let mut tally = Tally::default();
    report.step("tests", || run_tests(&[], &mut tally));
    report.step("fuzz", || fuzz::run(fuzz::SECONDS, &[]));

    report.print();
    println!("{tally}");
    report.faults == 0
}

/// Only the part of [`everything`] that looks at the dependencies.
pub fn dependencies() -> bool {
    let mut report = Report::default();
    policy(&mut report);
    report.print();
    report.faults == 0
}

/// What `deny.toml` says about dependencies, then known vulnerabilities. Their list comes over the network from outside
/// the package registry; a machine that cannot reach it still has a result for everything else, and a line that says
/// what was not looked at.
fn policy(report: &mut Report) {
    report.step("dependency policy", || {
        shell::run(deny()?.args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))
    });
    println!("\n== advisories");
    let fetched = deny().and_then(|deny| {
        // The library that fetches has no time limit of its own.
        let mut fetch = shell::command("timeout");
        fetch.arg("120").arg(deny.get_program()).args(deny.get_args()).args(["fetch", "db"]);
        shell::run(fetch.current_dir(shell::workspace()).env("GIT_TERMINAL_PROMPT", "0"))
    });
    match fetched {
        Ok(()) => report.step("advisories", || {
            // `--disable-fetch`: judge by exactly what was fetched.
            shell::run(deny()?.args(["check", "--disable-fetch", "advisories"]))
        }),
        Err(fault) => {
            println!("{fault}");
            report.lines.push("NOT CHECKED  advisories: their database cannot be fetched from here".to_owned());
        }
    }
}

fn deny() -> Result<Command, Fault> {
    let mut deny = shell::command(tools::cargo_deny()?);
    deny.current_dir(shell::workspace()).args(["--workspace", "--locked"]);
    Ok(deny)
}

/// The tests of everything; then those about what is stored and exchanged once more, over PostgreSQL.
fn run_tests(extra: &[&str], tally: &mut Tally) -> Result<(), Fault> {
    let tools = tools::get()?;
    println!("{tools}");
    let cluster = Cluster::start(false)?;
    let server = cluster.address();
    println!("{}={server}", postgres::VARIABLE);
    // All test binaries run even when one fails, so that the count is of all tests.
    let all = ["test", "--workspace", "--locked", "--no-fail-fast"];
    let mut every = shell::cargo();
    every.args(all).args(extra).envs(tools.environment()).env(postgres::VARIABLE, &server);
    let done = tallied(&mut every, tally);
    if !extra.is_empty() {
        return done;
    }
    println!("\n== over PostgreSQL");
    let mut stored = shell::cargo();
    // The whole workspace again: of a part of it, dependencies would be built anew with other features.
    stored.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    for test in OVER_POSTGRES {
        stored.args(["--test", test]);
    }
    let stored = tallied(stored.env(postgres::VARIABLE, server).env("TONGBAN_TEST_OVER", "postgres"), tally);
    done.and(stored)
}

/// Test binaries whose demos may stand over PostgreSQL.
const OVER_POSTGRES: [&str; 2] = ["exchange", "recovery"];

/// Runs `cargo test`, passes its output through, and adds up what it says.
pub fn tallied(cargo: &mut Command, tally: &mut Tally) -> Result<(), Fault> {
    cargo.stdout(Stdio::piped());
    let mut child = cargo.spawn().map_err(|e| Fault::new(format!("cannot start cargo test: {e}")))?;
    let output = child.stdout.take().expect("piped above");
    for line in BufReader::new(output).split(b'\n') {
        let line = line.map_err(|e| Fault::new(format!("reading from cargo test: {e}")))?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        tally.add(&line);
    }
    let status = child.wait().map_err(|e| Fault::new(format!("waiting for cargo test: {e}")))?;
    match tally.fault() {
        Some(fault) => Err(Fault::new(fault)),
        None if !status.success() => Err(Fault::new(format!("cargo test failed: {status}"))),
        None => Ok(()),
    }
}

/// Runs a command beside a server that writes through, as in service.
pub fn with_postgres(command: &str, arguments: &[&str]) -> Result<(), Fault> {
    let cluster = Cluster::start(true)?;
    shell::run(shell::command(command).args(arguments).env(postgres::VARIABLE, cluster.address()))
}

/// A minimal Rust has no rustfmt and no clippy.
fn component(component: &str, subcommand: &str) -> Result<(), Fault> {
    if shell::output(shell::cargo().args([subcommand, "--version"])).is_some() {
        return Ok(());
    }
    shell::run(shell::command("rustup").args(["component", "add", component]))
}

/// What each step came to.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
    faults: u32,
}

impl Report {
    fn step(&mut self, name: &str, step: impl FnOnce() -> Result<(), Fault>) {
        println!("\n== {name}");
        let start = Instant::now();
        let done = step();
        let seconds = start.elapsed().as_secs();
        self.lines.push(match done {
            Ok(()) => format!("ok           {name} ({seconds} s)"),
            Err(fault) => {
                self.faults += 1;
                format!("FAILED       {name} ({seconds} s): {fault}")
            }
        });
    }

    fn print(&self) {
        println!();
        self.lines.iter().for_each(|line| println!("{line}"));
    }
}
