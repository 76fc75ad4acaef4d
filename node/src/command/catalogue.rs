//! Implementations from files and into files.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tongban_core::catalogue::Implementation;
use tongban_core::dossier::By;

use super::{Data, doctor, progress, put};
use crate::catalogue::{Change, Examined, Fault, Known, examine, write};
use crate::clock::Clock;
use crate::config::Config;
use crate::directory::{Directory, own_implementations};
use crate::error::Failure;
use crate::serve;
use crate::service::publish;
use crate::store::Store;
use crate::text::Lang;

/// Implementations of this node's authorities as Excel, CSV or JSON.
#[derive(Args)]
pub struct Catalogue {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Says what is wrong in a file, by row and column, and what it would change; changes nothing
    Check(In),
    /// Takes a file in: all of it, or nothing
    Import {
        #[command(flatten)]
        file: In,
        /// Says what would happen, and publishes nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Writes what is published
    Export {
        #[command(flatten)]
        data: Data,
        /// As what
        #[arg(long)]
        format: As,
        /// Where to; standard output if it is left out
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// A file that comes in.
#[derive(Args)]
struct In {
    #[command(flatten)]
    data: Data,
    /// .xlsx, .xls, CSV or JSON
    file: PathBuf,
    /// What is published and not in the file goes; otherwise it stays
    #[arg(long)]
    replace: bool,
    /// The report as JSON
    #[arg(long)]
    json: bool,
    /// zh or en; otherwise what the environment says
    #[arg(long, value_parser = doctor::lang)]
    lang: Option<Lang>,
}

#[derive(Clone, Copy, ValueEnum)]
enum As {
    /// Excel with the sheets 事项, 材料 and 环节
    Xlsx,
    /// One table, UTF-8
    Csv,
    /// As `tongban publish` takes it
    Json,
    /// JSON-LD in the Core Public Service Vocabulary
    CpsvAp,
}

/// What a command about a catalogue works with.
struct Desk {
    config: Config,
    store: Store,
    directory: Directory,
}

impl Desk {
    async fn open(folder: &Path) -> Result<Desk, Failure> {
        let config = Config::read(folder)?;
        let store = Store::open(folder, config.database.as_deref()).await?;
        let directory = Directory::open(&store, config.trust, Clock::default()).await?;
        Ok(Desk { config, store, directory })
    }

    async fn look(&self, file: &In) -> Result<Examined, Failure> {
        let bytes = std::fs::read(&file.file).map_err(|error| Failure::file("not-read", &file.file, error))?;
        let published = own_implementations(&self.store, &self.directory, &self.config.node).await?;
        let (snapshot, open) = (self.directory.now(), self.store.begun(&self.config.node).await?);
        let known = Known { snapshot: &snapshot, published: &published, open: &open, node: &self.config.node };
        let bar: ProgressBar = progress(0, "rows");
        let examined = examine(&bytes, &known, file.replace, &|row| {
            bar.set_length(row.max(bar.length().unwrap_or(0)));
            bar.set_position(row);
        });
        bar.finish_and_clear();
        Ok(examined)
    }
}

impl Catalogue {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Check(file) => take(file, true).await,
            What::Import { file, dry_run } => take(file, dry_run).await,
            What::Export { data, format, out } => export(&data.data, format, out.as_deref()).await,
        }
    }
}

/// Looks at a file and publishes it, if nothing is wrong and it is not only asked about.
async fn take(file: In, is_question: bool) -> Result<(), Failure> {
    let lang = file.lang.unwrap_or_else(doctor::lang_of_environment);
    let desk = Desk::open(&file.data.data).await?;
    let examined = desk.look(&file).await?;
    let errors = examined.errors();
    let is_done = errors == 0 && !is_question && !examined.changes.is_nothing();
    if is_done {
        let app = serve::open(&file.data.data, Clock::default()).await?;
        publish::lists(&app, By::system(), examined.changes.news.clone()).await?;
    }
    if file.json {
        println!("{}", report_json(&examined, is_done));
    } else {
        report(lang, &examined, is_done, is_question);
    }
    match errors {
        0 => Ok(()),
        count => Err(Failure::new("catalogue-errors", lang.tf("import-stopped", &[("count", &count.to_string())]))),
    }
}

fn report(lang: Lang, examined: &Examined, is_done: bool, is_question: bool) {
    for fault in &examined.faults {
        let Fault { severity, code, place, .. } = fault;
        let severity = lang.t(&format!("import-{}", severity.name()));
        println!("{severity} [{code}] {}\n  {}\n  {}", place.words(lang), fault.what(lang), fault.todo(lang));
    }
    for change in &examined.changes.all {
        match change {
            Change::New(id) => println!("+ {id}"),
            Change::Removed(id) => println!("- {id}"),
            Change::Kept(id) => println!("  {}", lang.tf("import-kept", &[("id", id)])),
            Change::Changed(id, differences) => {
                println!("~ {id}");
                for one in differences {
                    let heading = lang.t(&format!("import-element-{}", one.name()));
                    println!("    {heading}\n      - {}\n      + {}", one.before, one.after);
                }
            }
        }
    }
    println!("{}", examined.summary(lang));
    if is_done {
        println!("{}", lang.tf("import-published", &[("count", &examined.changes.said().to_string())]));
    } else if examined.errors() == 0 {
        let key = if is_question { "import-only-asked" } else { "import-nothing" };
        println!("{}", lang.t(key));
    }
}

fn report_json(examined: &Examined, is_done: bool) -> Value {
    let changes: Vec<Value> = examined
        .changes
        .all
        .iter()
        .map(|change| match change {
            Change::New(id) => json!({ "change": "new", "id": id }),
            Change::Kept(id) => json!({ "change": "kept", "id": id }),
            Change::Removed(id) => json!({ "change": "removed", "id": id }),
            Change::Changed(id, differences) => {
                let elements: Vec<Value> = differences
                    .iter()
                    .map(|one| json!({ "element": one.name(), "before": one.before, "after": one.after }))
                    .collect();
                json!({ "change": "changed", "id": id, "elements": elements })
            }
        })
        .collect();
    json!({
        "rows": examined.rows, "errors": examined.errors(), "warnings": examined.warnings(),
        "unchanged": examined.changes.unchanged, "changes": changes,
        "faults": examined.faults.iter().map(Fault::json).collect::<Vec<_>>(),
        "published": is_done.then(|| examined.changes.said()),
    })
}

async fn export(folder: &Path, format: As, out: Option<&Path>) -> Result<(), Failure> {
    let desk = Desk::open(folder).await?;
    let published = own_implementations(&desk.store, &desk.directory, &desk.config.node).await?;
    let all: Vec<&Implementation> = published.values().map(|one| &**one).collect();
    let snapshot = desk.directory.now();
    let unwritable = |error: String| Failure::new("catalogue-not-written", error);
    let bytes = match format {
        As::Xlsx => write::xlsx(&all, &snapshot).map_err(|error| unwritable(error.to_string()))?,
        As::Csv => write::csv(&all, &snapshot).map_err(|error| unwritable(error.to_string()))?,
        As::Json => write::json(&all),
        As::CpsvAp => write::cpsv_ap(&all, &snapshot, &desk.config.address),
    };
    put(out, &bytes)
}
