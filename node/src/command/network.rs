//! Networks in files: read, measured, written.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use serde_json::json;
use tongban_core::catalogue;
use tongban_core::dossier::Suite;
use tongban_core::ident::{Level, Region};
use tongban_core::network::report::Scope;

use super::{put, statements};
use crate::error::Failure;
use crate::limits;
use crate::network::measure::{MEASURES, Measure, Subject, by_name};
use crate::network::study::{Comparison, STUDY, paper_tables, study};
use crate::network::{self, Choice, Fault, Format, Input, Measured, Net, Report, Run, Source, report};
use crate::text::Lang;

/// Networks of actors and ties, for research. Needs no node and no server.
///
/// Read are CSV (a list of actors, a list of ties, a square matrix), GraphML, GEXF, Pajek .net, UCINET DL and what `import`
/// writes; UTF-8 or GB18030. Several files become one network: the ties of a file that names no layer are a layer of the
/// file's name.
#[derive(Args)]
pub struct Network {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Reads files and writes one network
    Import {
        /// Files of one network
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Where to
        #[arg(long)]
        out: PathBuf,
    },
    /// Measures a network
    Measure(Measuring),
    /// Lists of statements: what actors say for and against concepts, as networks and as figures
    Statements(statements::Statements),
    /// Writes a network for another program
    Export {
        /// Files of one network
        #[arg(required = true)]
        files: Vec<PathBuf>,
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
        /// Where to; standard output if it is left out
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Writes the paper's tables and framework from facts
    Report(Reporting),
}

/// What a report is about, and how it is written.
#[derive(Args)]
struct Reporting {
    /// Facts in JSON: a study, or what a node exports
    file: PathBuf,
    /// The first day; otherwise that of the first fact
    #[arg(long)]
    from: Option<Date>,
    /// The last day; otherwise that of the last fact
    #[arg(long)]
    until: Option<Date>,
    /// Codes of provinces, parted by commas: among several, or all that has to do with one
    #[arg(long, value_delimiter = ',')]
    provinces: Vec<String>,
    /// Keys of items, parted by commas
    #[arg(long, value_delimiter = ',')]
    items: Vec<String>,
    /// Only persons, or only enterprises
    #[arg(long)]
    subject: Option<Applicants>,
    /// In which language
    #[arg(long, default_value = "zh")]
    lang: Language,
    /// As what
    #[arg(long, default_value = "md")]
    format: Written,
    /// Where to; standard output if it is left out
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Applicants {
    /// Persons
    Person,
    /// Enterprises
    Enterprise,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    /// 中文
    Zh,
    /// English
    En,
}

#[derive(Clone, Copy, ValueEnum)]
enum Written {
    /// Markdown
    Md,
    /// Every figure, with keys instead of words
    Json,
    /// A page
    Html,
}

/// What is measured, and how.
#[derive(Args)]
struct Measuring {
    /// Files of one network
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Only this layer; otherwise all, their weights added
    #[arg(long)]
    layer: Option<String>,
    /// Only ties that hold on this day
    #[arg(long)]
    day: Option<Date>,
    /// The column by which actors are grouped
    #[arg(long)]
    group: Option<String>,
    /// Which measures, parted by commas; docs/network.md lists them
    #[arg(long, value_delimiter = ',', default_value = "all")]
    measures: Vec<String>,
    /// Leaves directions out
    #[arg(long)]
    undirected: bool,
    /// How weights are read
    #[arg(long, default_value = "strength")]
    weights: Weights,
    /// The seed of what is drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Permutations of measures that have a share of them
    #[arg(long, default_value_t = limits::NETWORK_PERMUTATIONS)]
    permutations: usize,
    /// As what
    #[arg(long, default_value = "text")]
    format: Form,
    /// Where to; standard output if it is left out
    #[arg(long)]
    out: Option<PathBuf>,
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
            What::Import { files, out } => import(&files, &out),
            What::Measure(measuring) => measuring.run(),
            What::Statements(statements) => statements.run(),
            What::Export { files, format, out, encoding } => export(&files, format, &out, encoding),
            What::Study { compare: false, out } => put(out.as_deref(), STUDY.as_bytes()),
            What::Study { compare: true, out } => {
                let text = serde_json::to_string_pretty(&Comparison::of(&paper_tables(), &study(), Lang::Zh))
                    .map_err(|error| Failure::new("network-not-written", error.to_string()))?;
                put(out.as_deref(), format!("{text}\n").as_bytes())
            }
            What::Report(reporting) => reporting.run(),
        }
    }
}

/// What came of files.
struct Opened {
    net: Net,
    report: Report,
    sources: Vec<Source>,
}

/// A file as it is, up to one byte more than is allowed: that is enough to know.
fn bytes_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let unread = |error| Failure::file("not-read", path, error);
    let mut bytes = Vec::new();
    let most = limits::NETWORK_FILE_BYTES_MAX as u64 + 1;
    std::fs::File::open(path).map_err(unread)?.take(most).read_to_end(&mut bytes).map_err(unread)?;
    Ok(bytes)
}

fn sha256(bytes: &[u8]) -> String {
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
    pub(super) fn input(&self) -> Input<'_> {
        Input { name: &self.name, relation: &self.stem, bytes: &self.bytes }
    }

    pub(super) fn source(&self, format: &'static str) -> Source {
        Source { file: self.name.clone(), format, sha256: sha256(&self.bytes) }
    }
}

/// Reads files, no more of them than is allowed.
pub(super) fn load(files: &[PathBuf]) -> Result<Vec<Loaded>, Failure> {
    let mut read = Vec::new();
    for path in files {
        let bytes = bytes_of(path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        read.push(Loaded { name: path.display().to_string(), stem, bytes });
    }
    Ok(read)
}

fn open(files: &[PathBuf]) -> Result<Opened, Failure> {
    let read = load(files)?;
    let inputs: Vec<Input<'_>> = read.iter().map(Loaded::input).collect();
    let (net, report, formats) = network::read(&inputs).map_err(|faults| failure(&faults))?;
    let sources = read.iter().zip(formats).map(|(file, format)| file.source(format.name())).collect();
    Ok(Opened { net, report, sources })
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

fn import(files: &[PathBuf], out: &Path) -> Result<(), Failure> {
    let Opened { net, report, sources } = open(files)?;
    let written = written(&net, Format::Json, Encoding::Utf8)?;
    put(Some(out), &written.main)?;
    for source in sources {
        println!("{} ({}), sha256 {}", source.file, source.format, source.sha256);
    }
    println!("{} actors, {} ties, layers: {}", net.actors.len(), net.ties.len(), net.layers.join(", "));
    if report.loops > 0 {
        println!("dropped: {} ties of an actor with itself", report.loops);
    }
    if !report.columns.is_empty() {
        println!("not kept, of ties: {}", report.columns.join(", "));
    }
    println!("written: {}", out.display());
    Ok(())
}

fn written(net: &Net, format: Format, encoding: Encoding) -> Result<network::Written, Failure> {
    network::write(net, format, encoding == Encoding::Gb18030)
        .map_err(|error| Failure::new("network-not-written", format!("{error}. Nothing was written.")))
}

fn export(files: &[PathBuf], format: As, out: &Path, encoding: Encoding) -> Result<(), Failure> {
    let Opened { net, .. } = open(files)?;
    let format = match format {
        As::Csv => Format::Csv,
        As::Graphml => Format::GraphMl,
        As::Gexf => Format::Gexf,
        As::Pajek => Format::Pajek,
        As::Dl => Format::Dl,
        As::Json => Format::Json,
    };
    save(&net, format, out, encoding)
}

/// Writes a network, and what its format has no place for beside it.
pub(super) fn save(net: &Net, format: Format, out: &Path, encoding: Encoding) -> Result<(), Failure> {
    let written = written(net, format, encoding)?;
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
        self.measures.iter().map(known).collect()
    }

    fn run(self) -> Result<(), Failure> {
        let measures = self.measures()?;
        let Opened { net, report, sources } = open(&self.files)?;
        let layer = self.layer.as_ref().map(|name| {
            net.layer(name).ok_or_else(|| {
                Failure::new("layer-unknown", format!("{name}. Layers of this network are: {}.", net.layers.join(", ")))
            })
        });
        let layer = layer.transpose()?;
        let groups = self.group.as_ref().map(|column| {
            net.groups(column).map_err(|silent| {
                let columns: Vec<&str> = ["kind", "level"].into_iter().chain(net.attributes()).collect();
                let text = format!(
                    "{silent} of {} actors say nothing in the column {column}. Fill it in for all, or take another: {}.",
                    net.actors.len(),
                    columns.join(", ")
                );
                Failure::new("group-missing", text)
            })
        });
        let groups = groups.transpose()?;
        let unweighted = self.weights == Weights::None;
        let choice = Choice { layer, day: self.day, unweighted, undirected: self.undirected };
        let (_, left_out) = net.graph(&choice);
        let run = Run {
            sources,
            layers: self.layer.clone().map_or_else(|| net.layers.clone(), |layer| vec![layer]),
            day: self.day.map(|day| day.to_string()),
            undirected: self.undirected,
            unweighted,
            group: self.group.clone(),
            permutations: self.permutations,
            seed: self.seed,
            loops: report.loops,
            left_out,
        };
        let subject = Subject::of(&net, choice, groups, self.permutations, self.seed);
        let measured: Vec<Measured> =
            measures.into_iter().map(|measure| Measured { measure, parts: measure.of(&subject) }).collect();
        let text = match self.format {
            Form::Text => run.text(&measured),
            Form::Json => format!("{:#}\n", run.json(&measured)),
            Form::Csv => run.csv(&measured).map_err(|error| Failure::new("network-not-written", error.to_string()))?,
            Form::Md => run.markdown(&measured),
        };
        put(self.out.as_deref(), text.as_bytes())
    }
}

impl Reporting {
    fn scope(&self) -> Result<Scope, Failure> {
        let province = |text: &String| match Region::parse(text) {
            Ok(region) if region.level() == Level::Province => Ok(region),
            _ => {
                let text = format!("{text} is no province. Give its six digits, such as 320000, parted by commas.");
                Err(Failure::new("province-unknown", text))
            }
        };
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until < from
        {
            return Err(Failure::new("days-reversed", format!("{from} is after {until}. Exchange them.")));
        }
        Ok(Scope {
            from: self.from,
            until: self.until,
            provinces: self.provinces.iter().map(province).collect::<Result<_, _>>()?,
            items: self.items.iter().cloned().collect(),
            subject: self.subject.map(|subject| match subject {
                Applicants::Person => catalogue::Subject::Person,
                Applicants::Enterprise => catalogue::Subject::Enterprise,
            }),
        })
    }

    fn run(self) -> Result<(), Failure> {
        let scope = self.scope()?;
        let bytes = bytes_of(&self.file)?;
        if bytes.len() > limits::NETWORK_FILE_BYTES_MAX {
            let text = format!("at most {} bytes. Split it by year.", limits::NETWORK_FILE_BYTES_MAX);
            return Err(Failure::new("file-too-large", text));
        }
        let facts = report::read_facts(&bytes).map_err(|(code, text)| Failure::new(code, text))?;
        let found = tongban_core::network::report::report(&facts, &scope);
        let diagnoses = report::diagnoses(&facts, &found);
        let lang = match self.lang {
            Language::Zh => Lang::Zh,
            Language::En => Lang::En,
        };
        let text = match self.format {
            Written::Json => {
                let source = json!({ "file": self.file.display().to_string(), "sha256": sha256(&bytes) });
                format!("{:#}\n", report::json(&found, &diagnoses, &source))
            }
            Written::Md => report::document(&facts, &found, &diagnoses, lang).markdown(),
            Written::Html => report::document(&facts, &found, &diagnoses, lang).html(lang),
        };
        put(self.out.as_deref(), text.as_bytes())
    }
}
