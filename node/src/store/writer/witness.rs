//! The mark beside the database: how many commits it had. A database that knows of fewer was set back behind the node's
//! back: by a disk that lost what it had confirmed, by a server that failed over to an older copy, or by someone who put an
//! older file in its place. The node finds that out before it gives a number or a stamp for the second time, even if the
//! peers that know more cannot ask it now.
//!
//! The mark is written after the commit and not synced: it may be behind, never ahead of what was durable.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// The file, and the number of the last commit that this process knows of.
pub(super) struct Witness {
    file: File,
    last: u64,
}

impl Witness {
    /// Opens the mark beside a database.
    pub(super) fn open(path: &Path) -> std::io::Result<Witness> {
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Ok(Witness { file, last: text.trim().parse().unwrap_or(0) })
    }

    /// The number of the last commit.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Whether a database that had so many commits was set back.
    pub(super) fn saw_more_than(&self, commits: u64) -> bool {
        self.last > commits
    }

    /// This commit is durable.
    pub(super) fn saw(&mut self, number: u64) {
        if number <= self.last {
            return;
        }
        self.last = number;
        let text = format!("{number:020}\n");
        // A mark that cannot be written is behind, and says nothing.
        let _ = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(text.as_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::Witness;

    #[test]
    fn a_database_that_knows_of_fewer_commits_was_set_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mark");
        let mut witness = Witness::open(&path).unwrap();
        assert!(!witness.saw_more_than(0), "a new node");
        (1..=12).for_each(|number| witness.saw(number));
        drop(witness);
        let witness = Witness::open(&path).unwrap();
        assert!(!witness.saw_more_than(12));
        assert!(!witness.saw_more_than(13), "ended between the commit and its mark");
        assert!(witness.saw_more_than(11));
        assert_eq!(witness.last(), 12);
    }
}
