//! One line of the table for each scenario; `cargo xtask soak` gathers them.

use std::io::Write as _;

use crate::judge::Verdict;
use crate::load::Book;

/// Whether the long form runs.
pub fn is_soak() -> bool {
    std::env::var_os("TONGBAN_SOAK").is_some()
}

/// The parameter of the short form, or of the long one.
pub fn long<T>(short: T, long: T) -> T {
    if is_soak() { long } else { short }
}

/// Writes the line of a scenario, then looks whether the verdict is clean.
#[track_caller]
pub fn report(scenario: &str, book: &Book, verdict: &Verdict, more: &str) {
    let faults: u64 = book.faults().values().sum();
    let line = format!(
        "| {scenario} | {} | {} | {} | {} | {} | {} | {} | {} | {:.1} | {more} |\n",
        verdict.cases,
        verdict.told,
        verdict.found,
        verdict.missing.len(),
        verdict.doubled.len(),
        verdict.refused,
        book.unanswered(),
        faults,
        verdict.quiet.as_secs_f64(),
    );
    print!("{line}");
    println!("  faults {:?}, forbidden {:?}", book.faults(), book.forbidden());
    if let Some(path) = std::env::var_os("TONGBAN_SOAK_TABLE") {
        let file = std::fs::File::options().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the table is written");
    }
    verdict.is_clean();
}
