//! `tongban bench import`: files of an office read, checked and published, from the bytes to what is durable.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use tongban_core::catalogue::{BasicItem, Implementation};
use tongban_core::directory::{Document, Duty, Kind, Organisation};
use tongban_core::dossier::{By, NodeId, Suite};
use tongban_core::ident::{Region, drill_uscc};

use super::catalogue::variant;
use super::dice::Dice;
use super::machine::{self, Machine, Program};
use super::report::{self, Table};
use super::stats::round;
use super::{bound, failed, in_scratch, pair, search};
use crate::catalogue::{Known, examine, write};
use crate::clock::Clock;
use crate::command::{NewNode, make_node};
use crate::directory::own_implementations;
use crate::error::Failure;
use crate::serve::KEY_FILE;
use crate::service::publish;
use crate::store::Store;
use crate::{key, serve};

/// The provinces of the node: every region in them has an authority of its own.
const PROVINCES: [&str; 4] = ["320000", "330000", "340000", "310000"];

/// Its name.
const NODE: &str = "import";

/// One node takes in generated implementations as JSON, CSV and Excel, each time into an empty folder
#[derive(Args)]
pub(super) struct Import {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// How many implementations
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    implementations: u32,
    /// From what they are made: the same seed makes the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Serialize)]
struct Run {
    machine: Machine,
    #[serde(flatten)]
    program: Program,
    seed: u64,
    implementations: usize,
    authorities: usize,
    formats: Vec<Format>,
}

#[derive(Debug, Serialize)]
struct Format {
    format: &'static str,
    file_mib: f64,
    /// Bytes to rows to implementations, and every rule, seconds.
    examined_s: f64,
    /// Entries written, stamped, signed, committed and read back into the catalogue that is searched, seconds.
    published_s: f64,
    /// Parsed, checked and stored, in a second.
    per_second: f64,
    /// The memory of the process at the end, MiB.
    memory_mib: f64,
    faults: usize,
}

/// What is published before: who there is, and what there is.
struct World {
    organisations: Vec<Organisation>,
    items: Vec<BasicItem>,
    implementations: Vec<Implementation>,
}

/// The authority of a region.
pub(super) fn office(number: u32, region: Region, node: &NodeId) -> Organisation {
    Organisation {
        uscc: drill_uscc(number),
        name: format!("{}政务服务局", region.full_name()),
        name_en: String::new(),
        region,
        duty: Duty::Authority,
        field: String::new(),
        guest: false,
        successors: Vec::new(),
        node: node.clone(),
        address: String::new(),
        phone: "0000-0000000".to_owned(),
    }
}

impl World {
    fn make(count: usize, seed: u64) -> Result<World, Failure> {
        let inside = |region: &Region| PROVINCES.contains(&region.province().to_string().as_str());
        let regions: Vec<Region> = Region::all_current().filter(inside).collect();
        let (items, _) = search::items(count, regions.len())?;
        let node: NodeId = NODE.parse().map_err(failed)?;
        let organisations: Vec<Organisation> =
            (0..).zip(&regions).map(|(number, region)| office(number, *region, &node)).collect();
        let mut dice = Dice::new(seed);
        let mut implementations = Vec::with_capacity(count);
        'all: for item in &items {
            for (number, region) in regions.iter().enumerate() {
                if implementations.len() == count {
                    break 'all;
                }
                let one = variant(&mut dice, number as u32, *region);
                let id = format!("{}@{region}", item.key);
                implementations.push(Implementation { id, item: item.key.clone(), ..one });
            }
        }
        Ok(World { organisations, items, implementations })
    }
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        report::tell(&in_scratch(|folder| self.measure(folder)).await?, self.json, print)
    }

    async fn measure(&self, folder: PathBuf) -> Result<Run, Failure> {
        let machine = Machine::look(&folder);
        let program = Program::new(bound::database().await?);
        let world = World::make(self.implementations as usize, self.seed)?;
        let mut formats = Vec::new();
        for format in ["json", "csv", "xlsx"] {
            formats.push(world.import(&folder.join(format), format).await?);
        }
        Ok(Run {
            machine,
            program,
            seed: self.seed,
            implementations: world.implementations.len(),
            authorities: world.organisations.len(),
            formats,
        })
    }
}

impl World {
    /// A node that knows who and what there is, and has no implementation yet.
    async fn node(&self, folder: &Path) -> Result<(), Failure> {
        let config = pair::registrar(NODE, &PROVINCES)?;
        let (config, _) = make_node(folder, NewNode { config, suite: Suite::Sm2, registrar: true }).await?;
        let store = Store::open(folder, None).await?;
        let signer = key::open(&folder.join(KEY_FILE))?;
        for document in [
            Document::sign(&signer, Kind::Organisations, &config.node, 1, &self.organisations),
            Document::sign(&signer, Kind::Items, &config.node, 1, &self.items),
        ] {
            store.keep_document(&document).await?;
        }
        store.close().await;
        Ok(())
    }

    async fn import(&self, folder: &Path, format: &'static str) -> Result<Format, Failure> {
        self.node(folder).await?;
        let app = serve::open(folder, Clock::default()).await?;
        // The items are published before anybody imports.
        publish::begin_from_documents(&app).await?;
        let all: Vec<&Implementation> = self.implementations.iter().collect();
        let snapshot = app.directory.now();
        let bytes = match format {
            "json" => write::json(&all),
            "csv" => write::csv(&all, &snapshot).map_err(failed)?,
            _ => write::xlsx(&all, &snapshot).map_err(failed)?,
        };
        let published = own_implementations(&app.store, &app.directory, &app.config.node).await?;
        let begun = Instant::now();
        let open = app.store.begun(&app.config.node).await?;
        let known = Known { snapshot: &snapshot, published: &published, open: &open, node: &app.config.node };
        let examined = examine(&bytes, &known, false, &|_| {});
        if examined.errors() > 0 {
            let wrong: BTreeSet<&str> = examined.faults.iter().map(|fault| fault.code).collect();
            return Err(failed(format!("{format}: {wrong:?}")));
        }
        let examined_s = begun.elapsed().as_secs_f64();
        publish::lists(&app, By::system(), examined.changes.news).await?;
        let whole = begun.elapsed().as_secs_f64();
        let count = app.directory.now().implementations.len();
        if count != self.implementations.len() {
            return Err(failed(format!("{format}: {count} implementations are in the catalogue")));
        }
        app.store.close().await;
        Ok(Format {
            format,
            file_mib: round(bytes.len() as f64 / 1024.0 / 1024.0, 1),
            examined_s: round(examined_s, 3),
            published_s: round(whole - examined_s, 3),
            per_second: round(count as f64 / whole, 0),
            memory_mib: round(machine::memory(std::process::id()) as f64 / 1024.0 / 1024.0, 0),
            faults: examined.faults.len(),
        })
    }
}

fn print(run: &Run) {
    let how = format!("{} implementations of {} authorities, seed {}", run.implementations, run.authorities, run.seed);
    report::head("tongban bench import · 导入测量", &run.machine, &run.program, &how);
    let columns = run.formats.iter().map(|one| format!("{}, {} MiB", one.format, one.file_mib));
    let mut table = Table::new(columns.chain(["goal".to_owned()]));
    let mut line = |name: &str, figure: fn(&Format) -> String, goal: &str| {
        table.line(name, run.formats.iter().map(figure).chain([goal.to_owned()]));
    };
    line("read and checked, s", |one| format!("{:.2}", one.examined_s), "");
    line("published: signed, stored, in the catalogue, s", |one| format!("{:.2}", one.published_s), "");
    line("parsed, checked and stored, a second", |one| format!("{:.0}", one.per_second), ">= 20,000");
    line("memory of the process, MiB", |one| format!("{:.0}", one.memory_mib), "");
    line("  remarks on what was read", |one| one.faults.to_string(), "");
    table.print();
}
