//! Publishing what a node says of itself, and what the registrar says for all.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::de::DeserializeOwned;
use tongban_core::catalogue::{BasicItem, Implementation};
use tongban_core::directory::{Kind, Organisation};
use tongban_core::mechanism::Mechanism;

use super::{Data, read_text};
use crate::config::Config;
use crate::directory::{self, Directory};
use crate::error::Failure;
use crate::key;
use crate::serve::KEY_FILE;
use crate::store::Store;

/// Signs a JSON file as the next version of a document. Peers fetch it by themselves.
#[derive(Args)]
pub struct Publish {
    #[command(flatten)]
    data: Data,
    /// What the file holds
    kind: What,
    /// A JSON array
    file: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Organisations of this node
    Organisations,
    /// Implementations of this node's authorities
    Implementations,
    /// Basic items (registrar)
    Items,
    /// Mechanisms (registrar)
    Mechanisms,
}

impl Publish {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let folder = &self.data.data;
        let config = Config::read(folder)?;
        let text = read_text(&self.file)?;
        let kind = match self.kind {
            What::Organisations => check::<Organisation>(&self.file, &text, Kind::Organisations)?,
            What::Implementations => check::<Implementation>(&self.file, &text, Kind::Implementations)?,
            What::Items => check::<BasicItem>(&self.file, &text, Kind::Items)?,
            What::Mechanisms => check::<Mechanism>(&self.file, &text, Kind::Mechanisms)?,
        };
        let store = Store::open(folder, config.database.as_deref()).await?;
        let directory = Directory::open(&store, config.trust).await?;
        let signer = key::open(&folder.join(KEY_FILE))?;
        let body: Vec<serde_json::Value> =
            serde_json::from_str(&text).map_err(|error| Failure::new("document-malformed", error.to_string()))?;
        let version = directory::publish(&store, &directory, &signer, kind, &config.node, &body).await?;
        println!("{} version {version} published", kind.name());
        Ok(())
    }
}

fn check<T: DeserializeOwned>(path: &std::path::Path, text: &str, kind: Kind) -> Result<Kind, Failure> {
    serde_json::from_str::<Vec<T>>(text).map(|_| kind).map_err(|error| {
        Failure::new("document-malformed", format!("{}: {error}. Nothing was published.", path.display()))
    })
}
