//! Publishing what a node says of itself, and what the registrar says for all: organisations and mechanisms as signed
//! documents, items and implementations as dossiers.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::de::DeserializeOwned;
use tongban_core::catalogue::{BasicItem, Implementation};
use tongban_core::directory::{Kind, Organisation};
use tongban_core::dossier::By;
use tongban_core::mechanism::Mechanism;

use super::{Data, read_text};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::directory::{self, Directory};
use crate::error::Failure;
use crate::key;
use crate::serve::{self, KEY_FILE};
use crate::service::publish;
use crate::store::Store;

/// Publishes what a JSON file says: all of it, in the place of what was said before. Peers get it by themselves.
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
        let text = read_text(&self.file)?;
        match self.kind {
            What::Organisations => self.document::<Organisation>(&text, Kind::Organisations).await,
            What::Mechanisms => self.document::<Mechanism>(&text, Kind::Mechanisms).await,
            What::Items => {
                let items: Vec<BasicItem> = read(&self.file, &text)?;
                let Some(app) = listed(folder).await? else {
                    return self.document::<BasicItem>(&text, Kind::Items).await;
                };
                let count = publish::items(&app, By::system(), items).await?;
                println!("items: {count} published, the others say what they said before");
                Ok(())
            }
            What::Implementations => {
                let next: Vec<Implementation> = read(&self.file, &text)?;
                let Some(app) = listed(folder).await? else {
                    return self.document::<Implementation>(&text, Kind::Implementations).await;
                };
                let news = publish::News::replacing(&app, next).await?;
                let (said, ended) = (news.next.len(), news.ended.len());
                publish::lists(&app, By::system(), news).await?;
                println!("implementations: {said} published, {ended} ended, the others say what they said before");
                Ok(())
            }
        }
    }

    async fn document<T: DeserializeOwned>(&self, text: &str, kind: Kind) -> Result<(), Failure> {
        let folder = &self.data.data;
        let config = Config::read(folder)?;
        read::<T>(&self.file, text)?;
        let body: Vec<serde_json::Value> = read(&self.file, text)?;
        let store = Store::open(folder, config.database.as_deref()).await?;
        let directory = Directory::open(&store, config.trust, Clock::default()).await?;
        let signer = key::open(&folder.join(KEY_FILE))?;
        let version = directory::publish(&store, &directory, &signer, kind, &config.node, &body).await?;
        println!("{} version {version} published", kind.name());
        Ok(())
    }
}

/// The node, if it stands in a trust list that it knows. Before that nobody takes what it signs: what it publishes is kept as
/// a document, and becomes dossiers when it serves.
async fn listed(folder: &Path) -> Result<Option<App>, Failure> {
    let config = Config::read(folder)?;
    let store = Store::open(folder, config.database.as_deref()).await?;
    let snapshot = Directory::open(&store, config.trust, Clock::default()).await?.now();
    store.close().await;
    let is_listed = snapshot.current().is_some_and(|list| list.card(&config.node).is_ok());
    if is_listed { serve::open(folder, Clock::default()).await.map(Some) } else { Ok(None) }
}

fn read<T: DeserializeOwned>(path: &Path, text: &str) -> Result<Vec<T>, Failure> {
    serde_json::from_str(text).map_err(|error| {
        Failure::new("document-malformed", format!("{}: {error}. Nothing was published.", path.display()))
    })
}
