//! Commands on dossiers: export, checkpoint, rebuild.

use std::path::{Path, PathBuf};

use clap::Args;
use tongban_core::dossier::tree::{Parts, leaf};
use tongban_core::dossier::{CheckpointFile, DossierId, Purpose, SignedGroup, Signer as _};
use tongban_core::time::Calendar;

use super::{Data, progress, put};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Failure;
use crate::serve::{KEY_FILE, lock};
use crate::store::{Difference, Store, export, rebuild};
use crate::{directory, key};

/// Writes one dossier as a file that anyone can verify offline.
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    data: Data,
    /// Where to write; standard output otherwise
    #[arg(long)]
    out: Option<PathBuf>,
    /// The dossier's name, or a receipt number
    dossier: String,
}

/// Writes a signed checkpoint that covers a dossier: what it covers can no longer be changed or cut short unseen.
#[derive(Args)]
pub struct Checkpoint {
    #[command(flatten)]
    data: Data,
    /// Where to write; standard output otherwise
    #[arg(long)]
    out: Option<PathBuf>,
    /// The dossier's name, or a receipt number
    dossier: String,
}

/// Derives all views from the log anew. The node must not be serving, unless only compared.
#[derive(Args)]
pub struct Rebuild {
    #[command(flatten)]
    data: Data,
    /// Compare only; differences are listed and the exit status is 1
    #[arg(long)]
    check: bool,
}

async fn find(store: &Store, name: &str) -> Result<DossierId, Failure> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let missing = || Failure::new("dossier-unknown", format!("{name}: no dossier or receipt number of this node"));
    store.case_by_number(name).await?.ok_or_else(missing)
}

async fn open(folder: &Path) -> Result<Store, Failure> {
    let config = Config::read(folder)?;
    Ok(Store::open(folder, config.database.as_deref()).await?)
}

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = open(&self.data.data).await?;
        let id = find(&store, &self.dossier).await?;
        let missing = || Failure::new("dossier-unknown", format!("{}: not held by this node", self.dossier));
        let file = export(&store, id).await?.ok_or_else(missing)?;
        put(self.out.as_deref(), &file)
    }
}

impl Checkpoint {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let folder = &self.data.data;
        let config = Config::read(folder)?;
        let store = open(folder).await?;
        let signer = key::open(&folder.join(KEY_FILE))?;
        let suite = signer.public_key().suite();
        let directory = directory::Directory::open(&store, config.trust, Clock::default()).await?;
        let snapshot = directory.now();
        let id = find(&store, &self.dossier).await?;
        let heads = store.heads().await?;
        let missing = || Failure::new("dossier-unknown", format!("{}: not held by this node", self.dossier));
        let place = heads.iter().position(|head| head.dossier == id).ok_or_else(missing)?;
        let hashes: Vec<_> = heads.iter().map(|head| head.hash(suite)).collect();
        let trust = snapshot.current().map_or(0, |list| list.version);
        let now = Clock::default().now();
        let (signed, _) =
            SignedGroup::sign(Purpose::Checkpoint, &signer, &config.node, trust, now, &hashes).ok_or_else(missing)?;
        let leaves: Vec<_> = hashes.iter().map(|hash| leaf(suite, hash)).collect();
        let place = place as u32;
        let proof = Parts::from_leaves(&leaves).prove(suite, signed.group.size, &[place]).ok_or_else(missing)?;
        let lists = store.documents_of(tongban_core::directory::Kind::Trust).await?;
        let list = lists.into_iter().find(|list| list.version == trust);
        let list = list.ok_or_else(|| Failure::new("trust-missing", "this node has no trust list yet"))?;
        let head = heads[place as usize].clone();
        let file = CheckpointFile { tongban_checkpoint: 1, head, place, proof, signed, trust: list };
        let mut text = serde_json::to_vec(&file).map_err(|error| Failure::new("checkpoint", error.to_string()))?;
        text.push(b'\n');
        put(self.out.as_deref(), &text)
    }
}

impl Rebuild {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let folder = &self.data.data;
        let _lock = if self.check { None } else { Some(lock(folder)?) };
        let store = open(folder).await?;
        let bar = progress(0, "rebuild");
        let differences = rebuild(&store, Calendar::national(), !self.check, |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await?;
        bar.finish_and_clear();
        for difference in &differences {
            let of = difference.dossier.map(|dossier| format!(" {dossier}")).unwrap_or_default();
            let Difference { view, stored, derived, .. } = difference;
            println!("{view}{of}\n  stored  {stored}\n  derived {derived}");
        }
        match (differences.len(), self.check) {
            (0, _) => println!("no difference"),
            (count, true) => {
                return Err(Failure::new(
                    "views-differ",
                    format!("{count} views differ from the log; run without --check to write them anew"),
                ));
            }
            (count, false) => println!("{count} views written anew"),
        }
        Ok(())
    }
}
