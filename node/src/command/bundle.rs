//! Bundles on the command line: what crosses a closed network in files.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tongban_core::dossier::{NodeId, Signer};

use super::Data;
use crate::clock::Clock;
use crate::config::Config;
use crate::directory::Directory;
use crate::error::Failure;
use crate::key;
use crate::peer::bundle::{Names, Outcome, Outgoing, hand_in, known_code};
use crate::serve::KEY_FILE;
use crate::store::Store;

/// Exchanges with a peer in signed files, where no connection can be opened.
#[derive(Args)]
pub struct Bundle {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Writes all that a peer has not acknowledged; also while the node serves
    Export {
        #[command(flatten)]
        data: Data,
        /// The node that will import it
        #[arg(long)]
        to: NodeId,
        /// Writes OUT-001.bundle, OUT-002.bundle …, none of them larger
        #[arg(long)]
        max_bytes: Option<u64>,
        /// The file; it must not exist yet
        out: PathBuf,
    },
    /// Checks files of a peer and takes what is new in them; also while the node serves
    Import {
        #[command(flatten)]
        data: Data,
        /// In the order in which they were written
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

impl Bundle {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Export { data, to, max_bytes, out } => export(data, &to, max_bytes, out).await,
            What::Import { data, files } => import(data, files).await,
        }
    }
}

async fn export(data: Data, to: &NodeId, max_bytes: Option<u64>, out: PathBuf) -> Result<(), Failure> {
    let folder = data.data;
    let config = Config::read(&folder)?;
    let signer = key::open(&folder.join(KEY_FILE))?;
    let store = Store::open(&folder, config.database.as_deref()).await?;
    let snapshot = Directory::open(&store, config.trust, Clock::default()).await?.now();
    if *to == config.node || snapshot.current().is_none_or(|list| list.card(to).is_err()) {
        let text = format!("{to}: no other node of the trust list has this name; see `tongban trust show`");
        return Err(Failure::new("peer-unknown", text));
    }
    let names = match max_bytes {
        None => Names::One(out.clone()),
        Some(_) => {
            let stem = out.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Names::Parts(out.parent().map(PathBuf::from).unwrap_or_default(), stem)
        }
    };
    let now = Clock::default().now();
    let plan = Outgoing::plan(&store, (&config.node, &signer as &dyn Signer), to, now).await?;
    let written = plan.write(&store, &signer, &names, max_bytes).await?;
    store.close().await;
    for file in &written.files {
        println!("{}", file.display());
    }
    println!("{} items for {to}, up to {} of this node's stream", written.items, written.end.position);
    Ok(())
}

async fn import(data: Data, files: Vec<PathBuf>) -> Result<(), Failure> {
    Config::read(&data.data)?;
    let mut refused: Vec<Failure> = Vec::new();
    hand_in(&data.data, &files, |file, outcome| match outcome {
        Outcome::Received(got) => println!(
            "{}: from {}, written {}: {} new items, {} known, {} new files",
            file.display(),
            got.from,
            got.at,
            got.items,
            got.known,
            got.blobs
        ),
        Outcome::Refused { code, text } => {
            refused.push(Failure::new(known_code(&code), format!("{}: {text}", file.display())));
        }
    })
    .await?;
    let last = refused.pop();
    refused.iter().for_each(|failure| eprintln!("tongban: {failure}"));
    last.map_or(Ok(()), Err)
}
