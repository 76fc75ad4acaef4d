//! Recalling a pen: the node that will hold it asks, the registrar signs the act.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::{DossierId, Moment, NodeId, RECALLED_MAX, RecallAct};
use tongban_core::exchange::Epoch;

use super::init::ROOT_KEY_FILE;
use super::{Data, put, read_text};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Failure;
use crate::key;
use crate::store::Store;

/// Recalls pens from a node that is lost, or that gave one number twice.
#[derive(Args)]
pub struct Recall {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Writes a request, at the node that will hold the pens from then on
    Ask {
        #[command(flatten)]
        data: Data,
        /// Every dossier whose pen this node holds now
        #[arg(long)]
        held_by: Option<NodeId>,
        /// One dossier; may be given more than once
        #[arg(long)]
        dossier: Vec<DossierId>,
        /// Where to write; standard output otherwise
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Signs the act that a request asks for (registrar only)
    Issue {
        #[command(flatten)]
        data: Data,
        /// What `recall ask` wrote
        request: PathBuf,
        /// A node that is known to be lost and need not be asked; may be given more than once
        #[arg(long)]
        excuse: Vec<NodeId>,
        /// Why, in words: it stands in the act for ever
        #[arg(long)]
        reason: String,
    },
}

/// What the node that will hold the pens sends to the registrar.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    tongban_recall_request: u8,
    holder: NodeId,
    /// This life of the node: if it is restored before the act is carried out, a new request is needed.
    epoch: Epoch,
    dossiers: Vec<DossierId>,
}

impl Recall {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Ask { data, held_by, mut dossier, out } => {
                let config = Config::read(&data.data)?;
                let store = Store::open(&data.data, config.database.as_deref()).await?;
                if let Some(node) = held_by {
                    dossier.extend(store.dossiers_held_by(&node, RECALLED_MAX as i64).await?);
                }
                if dossier.is_empty() {
                    return Err(Failure::new("recall-empty", "no dossier to recall: name --dossier or --held-by"));
                }
                let epoch = store.state("epoch").await?.map(|epoch| Epoch::from_stored(&epoch));
                let epoch = epoch
                    .ok_or_else(|| Failure::new("node-never-served", "this node never served: it has no life yet"))?;
                let request = Request { tongban_recall_request: 1, holder: config.node, epoch, dossiers: dossier };
                let text =
                    serde_json::to_string_pretty(&request).map_err(|error| Failure::new("json", error.to_string()))?;
                put(out.as_deref(), text.as_bytes())
            }
            What::Issue { data, request, excuse, reason } => {
                let request: Request = serde_json::from_str(&read_text(&request)?).map_err(|error| {
                    Failure::new("recall-request-malformed", format!("{}: {error}", request.display()))
                })?;
                let config = Config::read(&data.data)?;
                let path = data.data.join(ROOT_KEY_FILE);
                if !path.exists() {
                    let text = format!("{}: only the registrar, who has the root key, recalls pens", path.display());
                    return Err(Failure::new("not-registrar", text));
                }
                let root = key::open(&path)?;
                let store = Store::open(&data.data, config.database.as_deref()).await?;
                let last = store.documents_of(Kind::Recall).await?.iter().map(|act| act.version).max().unwrap_or(0);
                let issued: Moment = Clock::default().now();
                let act = RecallAct {
                    term: last + 1,
                    dossiers: request.dossiers,
                    holder: request.holder,
                    epoch: request.epoch,
                    excused: excuse,
                    issued,
                    reason,
                };
                let document = Document::sign(&root, Kind::Recall, &config.node, act.term, &act);
                // What is signed is read as every node will read it.
                RecallAct::read(&document).map_err(|error| Failure::new("recall-malformed", error.to_string()))?;
                store.keep_document(&document).await?;
                println!(
                    "act {} signed: {} dossiers, pens to {}; nodes take it up within {} s of the registrar serving",
                    act.term,
                    act.dossiers.len(),
                    act.holder,
                    2 * crate::limits::DOCUMENTS_EVERY_S
                );
                Ok(())
            }
        }
    }
}
