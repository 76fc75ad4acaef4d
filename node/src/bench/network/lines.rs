//! A list of ties, read as the command line reads files.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;
use tongban_core::ident::drill_uscc;
use tongban_core::network::draw::Draw;
use tongban_core::network::tie::Relation;

use crate::bench::machine;
use crate::bench::report::Table;
use crate::bench::stats::{Latency, round};
use crate::error::Failure;
use crate::network::{Input, read};

/// Actors of the list.
const ACTORS: u32 = 3_200;
/// The greatest weight, and the last day of the month, that a line has.
const WEIGHT_MAX: usize = 20;
const DAY_MAX: usize = 28;

#[derive(Debug, Serialize)]
pub(super) struct Figures {
    lines: u32,
    file_mib: f64,
    /// From the file to the network, every rule checked.
    read: Latency,
    lines_per_s: f64,
    memory_before_mib: f64,
    memory_peak_mib: f64,
}

fn write(path: &Path, lines: u32, seed: u64) -> io::Result<()> {
    let mut draw = Draw::of(seed);
    let codes: Vec<String> = (0..ACTORS).map(|number| drill_uscc(number).to_string()).collect();
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "from,to,layer,weight,from_day")?;
    for _ in 0..lines {
        let from = draw.below(codes.len());
        let to = (from + 1 + draw.below(codes.len() - 1)) % codes.len();
        let layer = Relation::ALL[draw.below(Relation::ALL.len())].name();
        let (weight, month, day) = (1 + draw.below(WEIGHT_MAX), 1 + draw.below(12), 1 + draw.below(DAY_MAX));
        writeln!(file, "{},{},{layer},{weight},2026-{month:02}-{day:02}", codes[from], codes[to])?;
    }
    file.flush()
}

/// Writes a list, and reads it.
pub(super) fn measure(lines: u32, rounds: u16, seed: u64, folder: &Path) -> Result<Figures, Failure> {
    let path = folder.join("ties.csv");
    let unusable = |error| Failure::file("folder-unusable", &path, error);
    write(&path, lines, seed).map_err(unusable)?;
    let size = std::fs::metadata(&path).map_err(unusable)?.len();
    let before = machine::memory(std::process::id());
    let once = || -> Result<Duration, Failure> {
        let begun = Instant::now();
        let bytes = std::fs::read(&path).map_err(unusable)?;
        let (net, ..) = read(&[Input { name: "ties.csv", relation: "ties", bytes: &bytes }])
            .map_err(|faults| crate::bench::failed(faults.first().map_or(String::new(), ToString::to_string)))?;
        let time = begun.elapsed();
        if net.ties.len() != lines as usize {
            return Err(crate::bench::failed(format!("{} of {lines} ties were read", net.ties.len())));
        }
        Ok(time)
    };
    once()?;
    let read = Latency::of((0..rounds).map(|_| once()).collect::<Result<_, _>>()?);
    let mib = |bytes: u64| round(bytes as f64 / 1024.0 / 1024.0, 1);
    Ok(Figures {
        lines,
        file_mib: mib(size),
        read,
        lines_per_s: round(f64::from(lines) / (read.p50_ms / 1000.0), 0),
        memory_before_mib: mib(before),
        memory_peak_mib: mib(machine::memory_peak()),
    })
}

pub(super) fn print(figures: &Figures) {
    let mut table = Table::new(["figure".to_owned()]);
    let mut line = |name: &str, figure: String| table.line(name, [figure]);
    line("size of the file, MiB", format!("{:.1}", figures.file_mib));
    line(
        "read and checked, p50 / max s",
        format!("{:.3} / {:.3}", figures.read.p50_ms / 1e3, figures.read.max_ms / 1e3),
    );
    line("lines/s", format!("{:.0}", figures.lines_per_s));
    line("memory of the process before, MiB", format!("{:.1}", figures.memory_before_mib));
    line("memory of the process at most, MiB", format!("{:.1}", figures.memory_peak_mib));
    table.print();
}
