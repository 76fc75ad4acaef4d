//! The machine and the settings of a run. What the system does not tell is left empty.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::stats::round;
use crate::error::Failure;
use crate::limits;

/// The machine.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Machine {
    pub(super) cpu: String,
    pub(super) cores: usize,
    pub(super) memory_gib: f64,
    pub(super) kernel: String,
    /// Of the folder in which the run keeps its data.
    pub(super) filesystem: String,
    /// Load of the last minute before the run: what others did meanwhile.
    pub(super) load_before: String,
}

/// What was run.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Program {
    pub(super) version: &'static str,
    pub(super) build: &'static str,
    pub(super) database: String,
}

impl Program {
    pub(super) fn new(database: String) -> Program {
        let build = if cfg!(debug_assertions) { "debug" } else { "release" };
        Program { version: env!("CARGO_PKG_VERSION"), build, database }
    }
}

/// How it was measured.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Settings {
    #[serde(flatten)]
    pub(super) program: Program,
    pub(super) seconds: u64,
    pub(super) group_commands_max: usize,
    pub(super) stream_items_max: i64,
    pub(super) cases_in_flight: usize,
}

impl Machine {
    pub(super) fn look(folder: &Path) -> Machine {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned())).unwrap_or_default()
        };
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        let memory_kib: f64 = memory.split(' ').next().and_then(|kib| kib.parse().ok()).unwrap_or(0.0);
        Machine {
            cpu: field(&read("/proc/cpuinfo"), "model name"),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory_gib: round(memory_kib / 1024.0 / 1024.0, 1),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            filesystem: filesystem(&read("/proc/mounts"), folder),
            load_before: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
        }
    }
}

impl Settings {
    pub(super) fn new(seconds: u64, database: String) -> Settings {
        Settings {
            program: Program::new(database),
            seconds,
            group_commands_max: limits::GROUP_COMMANDS_MAX,
            stream_items_max: limits::STREAM_ITEMS_MAX,
            cases_in_flight: super::flow::CASES_IN_FLIGHT,
        }
    }
}

/// The kind of file system with the longest mount point above `folder`.
fn filesystem(mounts: &str, folder: &Path) -> String {
    let rows = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((Path::new(words.next()?), words.next()?))
    });
    let above = rows.filter(|(point, _)| folder.starts_with(point));
    above.max_by_key(|(point, _)| point.components().count()).map(|(_, kind)| kind.to_owned()).unwrap_or_default()
}

/// CPU seconds, user and system, that a process has used so far.
pub(super) fn cpu_s(process: Option<u32>) -> f64 {
    // What /proc shows is in units of 1/100 s on every Linux.
    const TICKS_PER_S: f64 = 100.0;
    let process = process.map_or("self".to_owned(), |id| id.to_string());
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name of the program may hold spaces; after it come state and numbers, 11 further on user and system time.
    let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    let ticks: f64 = after.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks / TICKS_PER_S
}

/// Memory that a process holds right now (RSS), in bytes.
pub(super) fn memory(process: u32) -> u64 {
    held(process, "VmRSS:")
}

/// The most memory that this process has held so far, in bytes.
pub(super) fn memory_peak() -> u64 {
    held(std::process::id(), "VmHWM:")
}

fn held(process: u32, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) * 1024
}

/// A folder for the data of one run, deleted when the run ends.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn new() -> Result<Scratch, Failure> {
        let path = std::env::temp_dir().join(format!("tongban-bench-{:016x}", rand::random::<u64>()));
        std::fs::create_dir(&path).map_err(|error| Failure::file("folder-unusable", &path, error))?;
        Ok(Scratch(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_point_above_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\nproc /tmp/x/proc proc rw 0 0\n";
        assert_eq!(filesystem(mounts, Path::new("/tmp/bench")), "tmpfs");
        assert_eq!(filesystem(mounts, Path::new("/home")), "ext4");
    }
}
