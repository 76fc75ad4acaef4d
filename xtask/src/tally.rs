//! Adding up the result lines of `cargo test`.

use std::fmt::{self, Display};

/// What all test binaries together said.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub ignored: u64,
}

impl Tally {
    /// Adds one line of output, if it is a result line.
    pub fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        for count in counts.split(';') {
            let Some((n, what)) = count.trim().split_once(' ') else { continue };
            let Ok(n) = n.parse::<u64>() else { continue };
            match what {
                "passed" => self.passed += n,
                "failed" => self.failed += n,
                "ignored" => self.ignored += n,
                _ => {}
            }
        }
    }

    /// Why this is not a success, if it is not.
    pub fn fault(&self) -> Option<String> {
        if self.passed + self.failed == 0 {
            Some("no test ran".to_owned())
        } else if self.failed > 0 {
            Some(format!("{} tests failed", self.failed))
        } else if self.ignored > 0 {
            Some(format!("{} tests are ignored, which is no result", self.ignored))
        } else {
            None
        }
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.add(line));
        tally
    }

    #[test]
    fn result_lines_add_up() {
        let tally = tally(&[
            "running 12 tests",
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.12s",
            "test some::test ... ok",
            "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 4 filtered out; finished in 1.00s",
        ]);
        assert_eq!(tally, Tally { passed: 15, failed: 2, ignored: 1 });
        assert_eq!(tally.to_string(), "15 passed, 2 failed");
    }

    #[test]
    fn nothing_failed_and_ignored_are_faults() {
        assert!(tally(&[]).fault().is_some());
        assert!(tally(&["test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured"]).fault().is_some());
        assert!(tally(&["test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured"]).fault().is_some());
        assert!(tally(&["test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured"]).fault().is_some());
        assert_eq!(tally(&["test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured"]).fault(), None);
    }
}
