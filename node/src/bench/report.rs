//! The tables for people.

use super::exchange::{OfSuite, Run};
use super::machine::{Machine, Program};
use super::stats::Latency;
use crate::error::Failure;

/// Prints a run: one line a figure, one column a suite.
pub(super) fn print(run: &Run) {
    let settings = &run.settings;
    let how = format!(
        "{} s a measure, groups of at most {} commands, batches of at most {} items, {} cases in flight",
        settings.seconds, settings.group_commands_max, settings.stream_items_max, settings.cases_in_flight
    );
    head("tongban bench exchange · 两节点交换测量", &run.machine, &settings.program, &how);
    println!(
        "  4 kB append, synced: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms\n",
        run.sync.per_s, run.sync.each.p50_ms, run.sync.each.p99_ms
    );
    print!("  {:<58}", "");
    run.suites.iter().for_each(|of| print!("{:>20}", of.suite.name()));
    println!();
    for (name, figure) in LINES {
        line(run, name, &figure);
    }
    let measures = run.suites.first().map_or(0, |of| of.create.len());
    for at in 0..measures {
        let clients = run.suites[0].create[at].clients;
        line(run, &format!("create through the API, {clients} clients: cases/s"), &|of| {
            format!("{:.0}", of.create[at].cases_per_s)
        });
        line(run, "  answer, p50 / p99 ms", &|of| pair(&of.create[at].answer));
        line(run, "  CPU seconds of the node per 1,000 cases", &|of| {
            format!("{:.2}", of.create[at].cpu_s_per_1000_cases)
        });
    }
}

/// What every report begins with.
pub(super) fn head(title: &str, machine: &Machine, program: &Program, how: &str) {
    println!("{title}\n");
    println!(
        "  machine   {}, {} cores, {} GiB, Linux {}, {}; load before {}",
        machine.cpu, machine.cores, machine.memory_gib, machine.kernel, machine.filesystem, machine.load_before
    );
    println!("  settings  tongban {} ({}), {}", program.version, program.build, program.database);
    println!("            {how}");
    if program.build == "debug" {
        println!("            not a release build: the figures say nothing");
    }
    if machine.filesystem == "tmpfs" {
        println!("            the temporary folder is in memory: nothing was synced; set TMPDIR to a disk");
    }
    println!();
}

/// A table of figures. The last column is what they are held against.
pub(super) struct Table(Vec<(String, Vec<String>)>);

impl Table {
    pub(super) fn new(heads: impl IntoIterator<Item = String>) -> Table {
        Table(vec![(String::new(), heads.into_iter().collect())])
    }

    pub(super) fn line(&mut self, name: &str, figures: impl IntoIterator<Item = String>) {
        self.0.push((name.to_owned(), figures.into_iter().collect()));
    }

    pub(super) fn print(&self) {
        for (name, figures) in &self.0 {
            print!("  {name:<58}");
            figures.iter().for_each(|figure| print!("{figure:>24}"));
            println!();
        }
    }
}

/// Tells of a run: one JSON object on standard output, or a table for people.
pub(super) fn tell<R: serde::Serialize>(run: &R, is_json: bool, print: impl FnOnce(&R)) -> Result<(), Failure> {
    if is_json {
        println!("{}", serde_json::to_string_pretty(run).map_err(super::failed)?);
    } else {
        print(run);
    }
    Ok(())
}

type Figure = fn(&OfSuite) -> String;

const LINES: [(&str, Figure); 23] = [
    ("end to end: cases/s", |of| format!("{:.0}", of.flow.cases_per_s)),
    ("end to end: stamps/s, signed, verified, synced on both", |of| format!("{:.0}", of.flow.stamps_per_s)),
    ("bound of the machine: records/s at groups of 256", |of| format!("{:.0}", of.bound[0].records_per_s)),
    ("bound of the machine: records/s at groups of 64", |of| format!("{:.0}", of.bound[1].records_per_s)),
    ("share_of_bound (stamps/s to the bound at 256)", |of| format!("{:.1} %", of.share_of_bound * 100.0)),
    ("  share if CPU alone counted", |of| format!("{:.1} %", of.share_of_bound_cpu * 100.0)),
    ("  a case under full load, p50 / p99 ms", |of| pair(&of.flow.case_under_load)),
    ("  CPU seconds per 1,000 stamps, both nodes", |of| format!("{:.3}", of.flow.cpu_s_per_1000_stamps)),
    ("  CPU seconds per 1,000 records of the bound at 256", |of| format!("{:.3}", of.bound[0].cpu_s_per_1000_records)),
    ("  stamps a group, receiving / deciding node", |of| {
        format!("{:.0} / {:.0}", of.flow.group_mean[0], of.flow.group_mean[1])
    }),
    ("  entry, bytes", |of| format!("{:.0}", of.flow.entry_bytes_mean)),
    ("  sent, bytes a stamp", |of| format!("{:.0}", of.flow.sent_bytes_per_stamp)),
    ("  stored, bytes a stamp, all indexes and particulars in", |of| format!("{:.0}", of.flow.stored_bytes_per_stamp)),
    ("  stored to entry", |of| format!("{:.2}", of.flow.stored_ratio)),
    ("  rest after the load, s", |of| format!("{:.1}", of.flow.rest_s)),
    ("  cases measured", |of| of.flow.cases.to_string()),
    ("  entries without a place (must be 0)", |of| of.flow.faults.to_string()),
    ("idle: hand-over itself, p50 / p99 ms", |of| pair(&of.idle.hand_over)),
    ("idle: then the other side's stamp, there, p50 / p99 ms", |of| pair(&of.idle.stamped_there)),
    ("idle: then the other side's stamp, here, p50 / p99 ms", |of| pair(&of.idle.stamped_here)),
    ("  goal of the median: two syncs and 5 ms", |of| format!("{:.2}", of.idle.p50_goal_ms)),
    ("  goal of p99", |_| "50".to_owned()),
    ("  hand-overs", |of| of.idle.stamped_here.count.to_string()),
];

fn line(run: &Run, name: &str, figure: &dyn Fn(&OfSuite) -> String) {
    print!("  {name:<58}");
    run.suites.iter().for_each(|of| print!("{:>20}", figure(of)));
    println!();
}

pub(super) fn pair(latency: &Latency) -> String {
    format!("{:.2} / {:.2}", latency.p50_ms, latency.p99_ms)
}
