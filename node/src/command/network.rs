//! Networks in files: read, measured, written.

use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use tongban_core::dossier::Suite;
use tongban_core::network::graph::LeftOut;
use tongban_core::network::permute::Runs;
use tongban_core::network::process::Reach;

use super::change::{Change, Every};
use super::derive::Deriving;
use super::draw::Drawing;
use super::models::{Statistical, terms};
use super::report::{Reporting, in_order};
use super::{put, statements};
use crate::error::Failure;
use crate::limits;
use crate::network::figures::About;
use crate::network::measure::{MEASURES, Measure, Question, Subject, TESTS, by_name};
use crate::network::model::{Model, No};
use crate::network::study::{Comparison, STUDY, paper_tables, study};
use crate::network::{self, Choice, Events, Fault, Format, How, Input, Measured, Net, Reading, Report, Run, Source};
use crate::text::Lang;

/// Networks of actors and ties, for research. Needs no node and no server.
///
/// Read are CSV (a list of actors, a list of ties, a square matrix), GraphML, GEXF, Pajek .net, UCINET DL, logs of events
/// (XES, OCEL 2.0), facts of dossiers, and what `import` writes; UTF-8 or GB18030. Several files become one network: the
/// ties of a file that names no layer are a layer of the file's name.
#[derive(Args)]
pub struct Network {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Reads files and writes one network
    Import {
        #[command(flatten)]
        reading: Files,
        /// Where to
        #[arg(long)]
        out: PathBuf,
    },
    /// Makes a network of a table or of other networks: who shares what, who is like whom, what both sides confirm
    Derive(Deriving),
    /// Measures a network
    Measure(Measuring),
    /// Lists of statements: what actors say for and against concepts, as networks and as figures
    Statements(statements::Statements),
    /// Tests whether layers go together, by permuting actors; estimates models of a layer
    Test(Testing),
    /// Draws a network
    Draw(Drawing),
    /// Writes a network for another program
    Export {
        #[command(flatten)]
        reading: Files,
        /// As what
        #[arg(long)]
        format: As,
        /// Where to; a list of actors goes beside it, where the format has no place for one
        #[arg(long)]
        out: PathBuf,
        /// In which encoding tables are written
        #[arg(long, default_value = "utf8")]
        encoding: Encoding,
    },
    /// Writes a published case, coded as facts; docs/study.md says how to use it
    Study {
        /// Instead what the two tables of the paper say, cell by cell, to compare with
        #[arg(long)]
        compare: bool,
        /// As what the comparison is written
        #[arg(long, default_value = "json", requires = "compare")]
        format: Cells,
        /// Where to; standard output if it is left out
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Writes the paper's tables and framework from facts
    Report(Reporting),
    /// What changed, whether an event did it, and the network period by period, from facts
    Change(Change),
}

/// What is read, and how logs of events among it are.
#[derive(Args)]
struct Files {
    /// Files of one network
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Of OCEL, which type of object is a case [dossier, or the only type]
    #[arg(long, help_heading = "Logs of events")]
    case: Option<String>,
    /// Of OCEL, which type of object does things [what is related as `by`, or the attribute org:resource]
    #[arg(long, help_heading = "Logs of events")]
    resource: Option<String>,
    /// How many steps a hand-over may span
    #[arg(long, help_heading = "Logs of events", default_value_t = 1,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=limits::NETWORK_STEPS_MAX as u64))]
    depth: usize,
    /// What each further step is worth, from 0 to 1
    #[arg(long, help_heading = "Logs of events", default_value_t = 0.5, value_parser = share)]
    beta: f64,
    /// Two actors count once in a case for each number of steps
    #[arg(long, help_heading = "Logs of events")]
    once: bool,
    /// Shares of what there could be, instead of how often
    #[arg(long, help_heading = "Logs of events")]
    shares: bool,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "a number from 0 to 1".to_owned())
}

fn alpha(text: &str) -> Result<f64, String> {
    let alpha = text.parse().ok().filter(|alpha: &f64| alpha.is_finite() && *alpha >= 0.0);
    alpha.ok_or_else(|| "a number, 0 or more".to_owned())
}

/// What is measured, and how.
#[derive(Args)]
struct Measuring {
    #[command(flatten)]
    reading: Files,
    #[command(flatten)]
    choosing: Choosing,
    /// Only this layer; otherwise all, their weights added
    #[arg(long)]
    layer: Option<String>,
    /// A later day, with which `--day` is compared (movement)
    #[arg(long, requires = "day")]
    then: Option<Date>,
    /// The column by which actors are grouped
    #[arg(long)]
    group: Option<String>,
    /// Which measures, parted by commas; docs/network.md lists them
    #[arg(long, value_delimiter = ',', default_value = "all")]
    measures: Vec<String>,
    /// Of figures of actors only those of these, by their identifiers, parted by commas; all are measured
    #[arg(long, value_delimiter = ',')]
    actors: Vec<String>,
    /// How much weights count in the lengths of paths, 1/weight^alpha
    #[arg(long, default_value_t = 1.0, value_parser = alpha, allow_negative_numbers = true)]
    alpha: f64,
    /// How often CONCOR halves; the blockmodel has as many groups as come of it
    #[arg(long, default_value_t = limits::NETWORK_SPLITS,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::NETWORK_SPLITS_MAX)))]
    splits: u32,
}

/// What is tested, and how.
#[derive(Args)]
struct Testing {
    #[command(flatten)]
    reading: Files,
    #[command(flatten)]
    choosing: Choosing,
    /// By which test or model
    #[arg(long)]
    model: Test,
    /// The layer that is explained
    #[arg(long)]
    y: String,
    /// The layers that explain it, parted by commas (qap, mrqap)
    #[arg(long, value_delimiter = ',', required_if_eq_any([("model", "qap"), ("model", "mrqap")]))]
    x: Vec<String>,
    /// Only actors of whom a column says this, as COLUMN=VALUE
    #[arg(long)]
    among: Option<String>,
    /// The last day that is read: ties that begin later are left out, and no period goes on after it
    #[arg(long)]
    until: Option<Date>,
    /// Shares of permutations to each side instead of to both (qap, mrqap)
    #[arg(long)]
    one_sided: bool,
    /// The terms of the model, parted by commas (ergm, tergm, rem); docs/network.md lists them
    #[arg(long, value_delimiter = ',',
        required_if_eq_any([("model", "ergm"), ("model", "tergm"), ("model", "rem")]))]
    terms: Vec<String>,
    /// Networks drawn from the model, for errors and fit (ergm); how often periods are drawn anew (tergm); 200 unless said
    /// otherwise
    #[arg(long,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(..=limits::NETWORK_DRAWS_MAX))]
    draws: Option<usize>,
    /// With how many pairs each event is compared (rem); 20 unless said otherwise
    #[arg(long,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    controls: Option<usize>,
    /// How long a period is (tergm); a month unless said otherwise
    #[arg(long)]
    step: Option<Every>,
}

/// How a network is read, and what becomes of the figures.
#[derive(Args)]
struct Choosing {
    /// Only ties that hold on this day
    #[arg(long)]
    day: Option<Date>,
    /// Leaves directions out
    #[arg(long)]
    undirected: bool,
    /// How weights are read
    #[arg(long, default_value = "strength")]
    weights: Weights,
    /// The seed of what is drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Permutations of what has a share of them; 1,000 unless said otherwise
    #[arg(long,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(..=limits::NETWORK_DRAWS_MAX))]
    permutations: Option<usize>,
    /// As what
    #[arg(long, default_value = "text")]
    format: Form,
    /// Where to; standard output if it is left out
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Test {
    /// Correlation of two layers at a time
    Qap,
    /// Regression of one on the others, by double semi-partialling
    Mrqap,
    /// Exponential random graph model: what makes a tie likely
    Ergm,
    /// The same period by period, each given the one before
    Tergm,
    /// Relational event model: what makes the next event likely
    Rem,
}

#[derive(Clone, Copy, ValueEnum)]
enum As {
    /// A list of ties, a list of actors beside it
    Csv,
    /// GraphML
    Graphml,
    /// GEXF 1.3, for Gephi
    Gexf,
    /// Pajek .net, a list of actors beside it
    Pajek,
    /// UCINET DL, a list of actors beside it
    Dl,
    /// What `import` writes
    Json,
    /// XES (IEEE 1849), of a log or of facts of dossiers
    Xes,
    /// OCEL 2.0 as JSON, of a log or of facts of dossiers
    Ocel,
}

#[derive(Clone, Copy, ValueEnum)]
enum Cells {
    /// For programs
    Json,
    /// Tables in Markdown
    Md,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Encoding {
    /// UTF-8 with its mark
    Utf8,
    /// GB18030
    Gb18030,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Weights {
    /// The heavier, the stronger; for paths, the shorter
    Strength,
    /// Every arc weighs one
    None,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// For reading here
    Text,
    /// Every digit
    Json,
    /// One figure a row
    Csv,
    /// Tables in Markdown
    Md,
}

impl Network {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Import { reading, out } => import(&reading, &out),
            What::Derive(deriving) => deriving.run(),
            What::Measure(measuring) => measuring.run(),
            What::Test(testing) => testing.run(),
            What::Export { reading, format, out, encoding } => export(&reading, format, &out, encoding),
            What::Statements(statements) => statements.run(),
            What::Draw(drawing) => drawing.run(),
            What::Study { compare: false, out, .. } => put(out.as_deref(), STUDY.as_bytes()),
            What::Study { compare: true, format, out } => {
                let comparison = Comparison::of(&paper_tables(), &study(), Lang::Zh);
                let text = match format {
                    Cells::Json => serde_json::to_string_pretty(&comparison)
                        .map_err(|error| Failure::new("network-not-written", error.to_string()))?,
                    Cells::Md => comparison.markdown(),
                };
                put(out.as_deref(), format!("{}\n", text.trim_end()).as_bytes())
            }
            What::Report(reporting) => reporting.run(),
            What::Change(change) => change.run(),
        }
    }
}

/// What came of files.
pub(super) struct Opened {
    pub(super) net: Net,
    report: Report,
    sources: Vec<Source>,
    /// How logs of events were read; empty if there are none.
    of_logs: String,
    /// Of which actors it is; empty: of all.
    among: String,
    /// The last day that is read; none: all.
    until: Option<Date>,
}

/// A file as it is, up to one byte more than is allowed: that is enough to know.
pub(super) fn bytes_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let unread = |error| Failure::file("not-read", path, error);
    let file = std::fs::File::open(path).map_err(unread)?;
    let most = limits::NETWORK_FILE_BYTES_MAX as u64 + 1;
    // Room for all at once: bytes that outgrow their place are copied, and stand twice in memory meanwhile.
    let length = file.metadata().map_or(0, |known| known.len()).min(most);
    let mut bytes = Vec::with_capacity(length as usize + 1);
    file.take(most).read_to_end(&mut bytes).map_err(unread)?;
    Ok(bytes)
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    let hash = Suite::Ed25519.hash(&[bytes]).to_string();
    hash.trim_start_matches("sha256:").to_owned()
}

/// A file in memory.
pub(super) struct Loaded {
    /// Its name.
    name: String,
    /// Its name without folder and ending.
    stem: String,
    bytes: Vec<u8>,
}

impl Loaded {
    fn of(path: &Path) -> Result<Loaded, Failure> {
        let bytes = bytes_of(path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Loaded { name: path.display().to_string(), stem, bytes })
    }

    pub(super) fn input(&self) -> Input<'_> {
        Input { name: &self.name, relation: &self.stem, bytes: &self.bytes }
    }

    /// What is in it.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn source(&self, format: &'static str) -> Source {
        Source { file: self.name.clone(), format, sha256: sha256(&self.bytes) }
    }
}

/// Reads files, no more of them than is allowed.
pub(super) fn load(files: &[PathBuf]) -> Result<Vec<Loaded>, Failure> {
    let mut read = Vec::new();
    for path in files {
        read.push(Loaded::of(path)?);
    }
    Ok(read)
}

impl Files {
    fn how(&self) -> How {
        let reach = Reach { steps: self.depth, beta: self.beta, once: self.once };
        How { case: self.case.clone(), resource: self.resource.clone(), reach, shares: self.shares }
    }

    /// Puts the files together, one after the other: the bytes of each are gone before the next is read.
    fn open(&self) -> Result<Opened, Failure> {
        let how = self.how();
        let mut reading = Reading::of(&how);
        let mut read = Vec::new();
        for path in &self.files {
            let file = Loaded::of(path)?;
            reading.add(file.input());
            // What it is read as is known at the end.
            read.push(file.source(""));
        }
        let (net, report, formats) = reading.finish().map_err(|faults| failure(&faults))?;
        let is_log = formats.iter().any(|format| matches!(format, Format::Xes | Format::Ocel));
        let sources = read.into_iter().zip(formats);
        let sources = sources.map(|(source, format)| Source { format: format.name(), ..source }).collect();
        let of_logs = if is_log { self.said(&report) } else { String::new() };
        Ok(Opened { net, report, sources, of_logs, among: String::new(), until: None })
    }

    /// How logs were read, and what of them is no tie.
    fn said(&self, report: &Report) -> String {
        let mut said = format!("depth {}, beta {}", self.depth, self.beta);
        said.push_str(if self.once { ", once a case" } else { ", each time" });
        said.push_str(if self.shares { ", shares" } else { ", counts" });
        for (what, count) in &report.of_logs {
            said.push_str(&format!(", dropped {what} {count}"));
        }
        said
    }
}

/// Files without logs of events among them, or with them read from each event to the next.
pub(super) fn open(files: &[PathBuf]) -> Result<Opened, Failure> {
    let read = load(files)?;
    let inputs: Vec<Input<'_>> = read.iter().map(Loaded::input).collect();
    let (net, report, formats) = network::read(&inputs).map_err(|faults| failure(&faults))?;
    let sources = read.iter().zip(formats).map(|(file, format)| file.source(format.name())).collect();
    Ok(Opened { net, report, sources, of_logs: String::new(), among: String::new(), until: None })
}

/// A layer that the network does not have.
pub(super) fn layer_unknown(net: &Net, name: &str) -> Failure {
    let layers = if net.layers.is_empty() { "none".to_owned() } else { net.layers.join(", ") };
    Failure::new("layer-unknown", format!("{name}. Layers of this network are: {layers}."))
}

/// What to do with lists of actors that were meant to have ties.
const LISTS: &str = "A list of ties has columns `from` and `to`, a matrix the same actors in rows and columns; of a table \
                     of actors by something else `tongban network derive` makes ties.";

/// A column in which so many actors say nothing.
pub(super) fn group_missing(net: &Net, column: &str, silent: usize) -> Failure {
    let mut columns: Vec<&str> = ["kind", "level"].into_iter().chain(net.attributes()).collect();
    columns.retain(|column| net.groups(column).is_ok());
    let others = match columns.as_slice() {
        [] => "; there is no other that is filled in for all".to_owned(),
        _ => format!(", or take another that is: {}", columns.join(", ")),
    };
    let actors = net.actors.len();
    let text = format!("{silent} of {actors} actors say nothing in the column {column}. Fill it in for all{others}.");
    Failure::new("group-missing", text)
}

/// The first fault as the failure, the others below it.
pub(super) fn failure(faults: &[Fault]) -> Failure {
    let code = faults.first().map_or("file-empty", |fault| fault.code);
    let mut text = faults.first().map(Fault::to_string).unwrap_or_default();
    for fault in faults.iter().skip(1) {
        text.push_str(&format!("\n  [{}] {fault}", fault.code));
    }
    if faults.len() >= limits::NETWORK_FAULTS_MAX {
        text.push_str("\n  There may be more. Nothing was read in part.");
    }
    Failure::new(code, text)
}

fn import(reading: &Files, out: &Path) -> Result<(), Failure> {
    let Opened { net, report, sources, of_logs, .. } = reading.open()?;
    let unwritten = |error| Failure::file("not-written", out, error);
    let mut file = BufWriter::new(std::fs::File::create(out).map_err(unwritten)?);
    network::write_json(&net, &mut file).and_then(|()| file.flush()).map_err(unwritten)?;
    for source in sources {
        println!("{} ({}), sha256 {}", source.file, source.format, source.sha256);
    }
    println!("{} actors, {} ties, layers: {}", net.actors.len(), net.ties.len(), net.layers.join(", "));
    if report.loops > 0 {
        println!("dropped: {} ties of an actor with itself", report.loops);
    }
    if !report.lists.is_empty() {
        println!("lists of actors, without ties: {}", report.lists.join(", "));
    }
    if !report.columns.is_empty() {
        println!("not kept, of ties: {}", report.columns.join(", "));
    }
    if !of_logs.is_empty() {
        println!("logs: {of_logs}");
    }
    println!("written: {}", out.display());
    Ok(())
}

fn export(reading: &Files, format: As, out: &Path, encoding: Encoding) -> Result<(), Failure> {
    let format = match format {
        As::Csv => Format::Csv,
        As::Graphml => Format::GraphMl,
        As::Gexf => Format::Gexf,
        As::Pajek => Format::Pajek,
        As::Dl => Format::Dl,
        As::Json => Format::Json,
        As::Xes => return export_events(reading, Format::Xes, out),
        As::Ocel => return export_events(reading, Format::Ocel, out),
    };
    save(&reading.open()?.net, format, out, encoding)
}

/// Writes a network, and what its format has no place for beside it.
pub(super) fn save(net: &Net, format: Format, out: &Path, encoding: Encoding) -> Result<(), Failure> {
    let written = network::write(net, format, encoding == Encoding::Gb18030).map_err(unwritten)?;
    put(Some(out), &written.main)?;
    println!("written: {}", out.display());
    if let Some(actors) = written.actors {
        let beside = out.with_extension("actors.csv");
        put(Some(&beside), &actors)?;
        println!("written: {}", beside.display());
    }
    for lost in written.lost {
        println!("not in it: {lost}");
    }
    Ok(())
}

fn unwritten(error: String) -> Failure {
    Failure::new("network-not-written", format!("{error}. Nothing was written."))
}

/// Writes what files say of events as a log.
fn export_events(reading: &Files, format: Format, out: &Path) -> Result<(), Failure> {
    let how = reading.how();
    let mut all = Events::default();
    for path in &reading.files {
        let file = Loaded::of(path)?;
        let read = network::read_events(file.input(), &how).map_err(|fault| failure(&[fault]))?;
        all.cases.extend(read.cases);
        all.actors.extend(read.actors);
        all.left_out.extend(read.left_out);
    }
    let written = network::write_events(&all, format).map_err(unwritten)?;
    put(Some(out), &written)?;
    println!("{} cases, {} events", all.cases.len(), all.len());
    println!("written: {}", out.display());
    for (what, count) in all.left_out.iter().filter(|(_, count)| *count > 0) {
        println!("not in it: {what}: {count}");
    }
    Ok(())
}

impl Opened {
    /// The number of a layer.
    fn layer(&self, name: &str) -> Result<u32, Failure> {
        layer_of(&self.net, name).map_err(|mut unknown| {
            let lists = &self.report.lists;
            if !lists.is_empty() {
                unknown.text.push_str(&format!(" Read as lists of actors: {}. {LISTS}", lists.join(", ")));
            }
            unknown
        })
    }

    /// Says so if no file could have ties.
    fn has_ties(&self) -> Result<(), Failure> {
        let lists = &self.report.lists;
        if lists.len() < self.sources.len() {
            return Ok(());
        }
        let text = format!("there are actors only, for these are lists of actors: {}. {LISTS}", lists.join(", "));
        Err(Failure::new("ties-none", text))
    }
}

/// The number of a layer.
pub(super) fn layer_of(net: &Net, name: &str) -> Result<u32, Failure> {
    net.layer(name).ok_or_else(|| layer_unknown(net, name))
}

impl Choosing {
    fn choice(&self, layer: Option<u32>) -> Choice {
        Choice { layer, day: self.day, unweighted: self.weights == Weights::None, undirected: self.undirected }
    }

    fn permutations(&self) -> usize {
        self.permutations.unwrap_or(limits::NETWORK_PERMUTATIONS)
    }

    /// Takes measures, and says what came of it.
    fn put(
        &self,
        opened: Opened,
        measures: Vec<&'static Measure>,
        asked: Question,
        group: Option<String>,
        only: &[String],
    ) -> Result<(), Failure> {
        let subject = Subject::of(&opened.net, asked.clone());
        let measured = measures.into_iter().map(|measure| (measure.method(), measure.of(&subject)));
        let mut measured: Vec<Measured> = measured.map(|(measure, parts)| Measured { measure, parts }).collect();
        if !only.is_empty() {
            let parts = measured.iter_mut().flat_map(|one| &mut one.parts);
            parts.filter(|part| part.about == About::Actors).for_each(|part| {
                part.rows.retain(|(actor, _)| only.contains(actor));
            });
        }
        let left_out = subject.left_out();
        self.say(opened, measured, asked, group, left_out)
    }

    /// Says what came of measures, tests or models.
    fn say(
        &self,
        opened: Opened,
        measured: Vec<Measured>,
        asked: Question,
        group: Option<String>,
        left_out: LeftOut,
    ) -> Result<(), Failure> {
        let Opened { net, report, sources, of_logs, among, until } = opened;
        let run = Run { sources, net: &net, asked, group, among, until, of_logs, loops: report.loops, left_out };
        let text = match self.format {
            Form::Text => run.text(&measured),
            Form::Json => format!("{:#}\n", run.json(&measured)),
            Form::Csv => {
                // Row by row: there may be one for each figure of each of many actors.
                let path = self.out.as_deref().unwrap_or_else(|| Path::new("standard output"));
                let unwritten = |error| Failure::file("not-written", path, error);
                let out: Box<dyn std::io::Write> = match &self.out {
                    Some(path) => Box::new(std::fs::File::create(path).map_err(unwritten)?),
                    None => Box::new(std::io::stdout()),
                };
                return run.csv(&measured, out).map_err(|error| unwritten(error.into()));
            }
            Form::Md => run.markdown(&measured),
        };
        put(self.out.as_deref(), text.as_bytes())
    }
}

impl Measuring {
    fn measures(&self) -> Result<Vec<&'static Measure>, Failure> {
        if self.measures.iter().any(|name| name == "all") {
            return Ok(MEASURES.iter().collect());
        }
        let known = |name: &String| {
            by_name(name).ok_or_else(|| {
                let names: Vec<&str> = MEASURES.iter().map(|measure| measure.name).collect();
                Failure::new("measure-unknown", format!("{name}. Measures are: all, {}.", names.join(", ")))
            })
        };
        self.measures.iter().filter(|name| !name.is_empty()).map(known).collect()
    }

    fn run(self) -> Result<(), Failure> {
        let measures = self.measures()?;
        in_order(self.choosing.day, self.then)?;
        let opened = self.reading.open()?;
        opened.has_ties()?;
        let net = &opened.net;
        let layer = self.layer.as_ref().map(|name| opened.layer(name)).transpose()?;
        if let Some(unknown) = self.actors.iter().find(|id| net.actors.iter().all(|actor| actor.id != **id)) {
            let text = format!("{unknown} is none of the {} actors. Write it as the files do.", net.actors.len());
            return Err(Failure::new("actor-unknown", text));
        }
        let groups =
            self.group.as_ref().map(|column| net.groups(column).map_err(|silent| group_missing(net, column, silent)));
        let asked = Question {
            choice: self.choosing.choice(layer),
            then: self.then,
            groups: groups.transpose()?,
            alpha: self.alpha,
            splits: self.splits,
            model: None,
            runs: Runs::of(self.choosing.permutations(), self.choosing.seed),
        };
        self.choosing.put(opened, measures, asked, self.group, &self.actors)
    }
}

impl Testing {
    fn run(self) -> Result<(), Failure> {
        let (name, model) = match self.model {
            Test::Qap => ("qap", None),
            Test::Mrqap => ("mrqap", None),
            Test::Ergm => ("ergm", Some(Statistical::Ergm)),
            Test::Tergm => ("tergm", Some(Statistical::Tergm(self.step.unwrap_or(Every::Month).step()))),
            Test::Rem => ("rem", Some(Statistical::Rem)),
        };
        let of_tests = !self.x.is_empty() || self.one_sided || self.choosing.permutations.is_some();
        let (draws, controls, step) = (self.draws.is_some(), self.controls.is_some(), self.step.is_some());
        let is_of_another = match self.model {
            Test::Qap | Test::Mrqap => !self.terms.is_empty() || draws || controls || step,
            Test::Ergm => of_tests || controls || step,
            Test::Tergm => of_tests || controls,
            Test::Rem => of_tests || draws || step,
        };
        if is_of_another {
            return Err(No::of("option-other", name).into());
        }
        let mut opened = self.reading.open()?;
        opened.has_ties()?;
        if let Some(among) = self.among {
            let (column, text) = among.split_once('=').unwrap_or((&among, ""));
            opened.net = opened.net.among(column, text);
            if opened.net.actors.is_empty() {
                return Err(No::of("among-none", among).into());
            }
            opened.among = among;
        }
        if let Some(until) = self.until {
            (opened.net, opened.until) = (opened.net.until(until), Some(until));
        }
        let choice = self.choosing.choice(None);
        let asked = |model: Model, draws: usize| Question {
            choice: choice.clone(),
            then: None,
            groups: None,
            alpha: 1.0,
            splits: limits::NETWORK_SPLITS,
            model: Some(model),
            runs: Runs::of(draws, self.choosing.seed),
        };
        let Some(statistical) = model else {
            let explaining = self.x.iter().map(|name| opened.layer(name)).collect::<Result<_, _>>()?;
            let explained = opened.layer(&self.y)?;
            let model = Model::Layers { explained, explaining, is_one_sided: self.one_sided };
            let tests = TESTS.iter().filter(|test| test.name == name).collect();
            return self.choosing.put(opened, tests, asked(model, self.choosing.permutations()), None, &[]);
        };
        let terms = terms(&opened.net, &choice, statistical, &self.y, self.terms)?;
        let draws = match statistical {
            Statistical::Rem => self.controls.unwrap_or(limits::NETWORK_CONTROLS),
            Statistical::Ergm | Statistical::Tergm(_) => self.draws.unwrap_or(limits::NETWORK_DRAWS),
        };
        let asked = asked(Model::Terms(terms.clone()), draws);
        let parts = terms.of(&opened.net, &choice, &asked.runs)?;
        let (_, left_out) = opened.net.graph(&Choice { layer: Some(terms.explained), ..choice.clone() });
        let measured = vec![Measured { measure: terms.method(), parts }];
        self.choosing.say(opened, measured, asked, None, left_out)
    }
}
