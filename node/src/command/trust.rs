//! The trust list on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tongban_core::directory::{NodeCard, TrustList};

use super::init::{ROOT_KEY_FILE, trust_document};
use super::{Data, read_text};
use crate::clock::Clock;
use crate::config::{Config, check_address};
use crate::directory::Directory;
use crate::error::Failure;
use crate::key;
use crate::store::Store;

/// The trust list.
#[derive(Args)]
pub struct Trust {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Enters a node's card, or replaces it, and signs the next version (registrar only)
    Add {
        #[command(flatten)]
        data: Data,
        /// The card that `tongban init` wrote
        card: PathBuf,
    },
    /// Takes a node out and signs the next version (registrar only)
    Remove {
        #[command(flatten)]
        data: Data,
        /// The node's name
        node: tongban_core::dossier::NodeId,
    },
    /// Shows the list in force
    Show {
        #[command(flatten)]
        data: Data,
    },
}

impl Trust {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Show { data } => {
                let config = Config::read(&data.data)?;
                let store = Store::open(&data.data, config.database.as_deref()).await?;
                let snapshot = Directory::open(&store, config.trust, Clock::default()).await?.now();
                let list = snapshot
                    .current()
                    .ok_or_else(|| Failure::new("trust-missing", "this node has no trust list yet"))?;
                println!("version {} · issued {} · root {}", list.version, list.issued, config.trust);
                for card in &list.nodes {
                    let regions: Vec<String> = card.regions.iter().map(ToString::to_string).collect();
                    println!("{:<12} {:<32} {}  {}", card.node, card.address, regions.join(","), card.name);
                    for key in &card.keys {
                        println!("             key {}", key.public.fingerprint());
                    }
                }
                Ok(())
            }
            What::Add { data, card } => {
                let card: NodeCard = serde_json::from_str(&read_text(&card)?)
                    .map_err(|error| Failure::new("card-malformed", format!("{}: {error}", card.display())))?;
                check_address(&card.address).map_err(|text| Failure::new("config-address", text))?;
                change(data, |list| enter(list, card)).await
            }
            What::Remove { data, node } => {
                let without =
                    |list: &TrustList| Ok(list.nodes.iter().filter(|known| known.node != node).cloned().collect());
                change(data, without).await
            }
        }
    }
}

/// The nodes with this card entered: in its old place if it had one, since places say who was there first.
fn enter(list: &TrustList, card: NodeCard) -> Result<Vec<NodeCard>, Failure> {
    if let Some((other, region)) = list.claimed(&card) {
        let text = format!(
            "node {} serves region {region} already; two nodes cannot serve the same. Take the region out of one of the \
             two cards, or remove {} first. Nothing was changed.",
            other.node, other.node
        );
        return Err(Failure::new("region-claimed", text));
    }
    let mut nodes = list.nodes.clone();
    match nodes.iter_mut().find(|known| known.node == card.node) {
        Some(known) => *known = card,
        None => nodes.push(card),
    }
    Ok(nodes)
}

async fn change(data: Data, change: impl FnOnce(&TrustList) -> Result<Vec<NodeCard>, Failure>) -> Result<(), Failure> {
    let folder = data.data;
    let config = Config::read(&folder)?;
    let path = folder.join(ROOT_KEY_FILE);
    if !path.exists() {
        let text = format!("{}: only the registrar, who has the root key, changes the trust list", path.display());
        return Err(Failure::new("not-registrar", text));
    }
    let root = key::open(&path)?;
    let store = Store::open(&folder, config.database.as_deref()).await?;
    let snapshot = Directory::open(&store, config.trust, Clock::default()).await?.now();
    let list = snapshot.current().ok_or_else(|| Failure::new("trust-missing", "there is no trust list yet"))?;
    let nodes = change(list)?;
    let version = list.version + 1;
    store.keep_document(&trust_document(&root, &config.node, version, nodes)).await?;
    println!(
        "trust list version {version} signed; a serving registrar takes it up within {} s",
        crate::limits::DOCUMENTS_EVERY_S
    );
    Ok(())
}
