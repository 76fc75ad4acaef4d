//! What offices really have, in and out: implementations (实施清单) as Excel, CSV and JSON.
//!
//! [`examine`] is the whole way in: bytes → rows (`table`) → elements (`column`) → implementations (`read`) → rules
//! (`check`) → what would change (`change`). It changes nothing by itself. What it gives is published in one
//! commit or not at all, so nothing is ever half imported. `write` is the way out.

mod cell;
pub mod change;
mod check;
pub mod column;
mod encoding;
pub mod fault;
mod read;
pub mod table;
pub mod write;

pub(crate) use cell::date as day_of;
pub use cell::numbers;
pub use change::{Change, Changes, Difference};
pub(crate) use encoding::decode;
pub use fault::{CODES, Fault, Place, Severity};
pub use read::Published;
use tongban_core::dossier::NodeId;

use crate::directory::Snapshot;
use crate::store::Begun;
use crate::text::Lang;

/// Against what a file is read.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Items, organisations, trust list.
    pub snapshot: &'a Snapshot,
    /// What this node publishes now.
    pub published: &'a Published,
    /// Open cases that its authorities decide.
    pub open: &'a Begun,
    /// This node.
    pub node: &'a NodeId,
}

/// What came of a file.
#[derive(Debug, Default)]
pub struct Examined {
    /// What is wrong, by place: errors of a place before its warnings.
    pub faults: Vec<Fault>,
    /// What would change; nothing if there is an error.
    pub changes: Changes,
    /// Rows that were read.
    pub rows: usize,
}

impl Examined {
    /// How many faults stop the whole.
    pub fn errors(&self) -> usize {
        self.faults.iter().filter(|fault| fault.severity == Severity::Error).count()
    }

    /// How many do not.
    pub fn warnings(&self) -> usize {
        self.faults.len() - self.errors()
    }

    /// How much of what, in one line.
    pub fn summary(&self, lang: Lang) -> String {
        let [new, changed, kept, removed] = self.changes.counts().map(|count| count.to_string());
        let (rows, unchanged) = (self.rows.to_string(), self.changes.unchanged.to_string());
        let (errors, warnings) = (self.errors().to_string(), self.warnings().to_string());
        let values: [(&str, &str); 8] = [
            ("rows", &rows),
            ("errors", &errors),
            ("warnings", &warnings),
            ("new", &new),
            ("changed", &changed),
            ("unchanged", &unchanged),
            ("kept", &kept),
            ("removed", &removed),
        ];
        lang.tf("import-summary", &values).into_owned()
    }
}

/// How many rows one thread takes at a time.
const AT_ONCE: usize = 2048;

/// Does the same with each row, on all cores. What comes of it is in the order of the rows, whatever the number of threads;
/// `tick` is told how many are done.
fn each<T: Sync, R: Send>(rows: &[T], tick: &dyn Fn(u64), work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut done = Vec::with_capacity(rows.len());
    for (round, some) in rows.chunks(AT_ONCE * threads).enumerate() {
        let first = round * AT_ONCE * threads;
        let work = &work;
        std::thread::scope(|scope| {
            let parts: Vec<_> = (0..)
                .zip(some.chunks(AT_ONCE))
                .map(|(part, rows)| {
                    let first = first + part * AT_ONCE;
                    scope.spawn(move || (first..).zip(rows).map(|(at, row)| work(at, row)).collect::<Vec<R>>())
                })
                .collect();
            for part in parts {
                // A rule that panics is a fault of the program: it goes on to who asked.
                done.extend(part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
        });
        tick(done.len() as u64);
    }
    done
}

/// Reads a file and says what is wrong with it, or what it would change. `replace`: what the file does not have goes.
/// `tick` is told of each row, first while they are read and then while they are checked.
pub fn examine(bytes: &[u8], known: &Known<'_>, replace: bool, tick: &dyn Fn(u64)) -> Examined {
    let mut faults = Vec::new();
    let read = read::read(bytes, known, &mut faults, tick);
    check::check(&read, known, &mut faults, tick);
    let mut examined = Examined { faults, rows: read.rows, ..Examined::default() };
    if examined.errors() == 0 {
        examined.changes = Changes::of(&read.drafts, known, replace);
        check::in_use(&read, &examined.changes, known, &mut examined.faults);
    }
    examined.faults.sort_by(|one, other| (&one.place, one.severity).cmp(&(&other.place, other.severity)));
    examined
}
