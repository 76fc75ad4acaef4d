//! A copy of a node, and a node from a copy.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Data;
use super::init::{CARD_FILE, ROOT_KEY_FILE};
use crate::config::{Config, FILE as CONFIG_FILE, check_database};
use crate::error::Failure;
use crate::serve::{KEY_FILE, keep_private, lock};
use crate::store::{FILE as DATABASE, Store};

/// Copies a node, keys included, while it serves. The copy is consistent: blobs are copied after the database.
#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    data: Data,
    /// A folder that does not exist yet
    #[arg(long)]
    to: PathBuf,
}

/// Makes a node from a backup. What it said after the backup it wins back from its peers before it stamps again.
#[derive(Args)]
pub struct Restore {
    /// What `tongban backup` wrote
    #[arg(long)]
    from: PathBuf,
    /// A folder that does not exist yet
    #[arg(long)]
    data: PathBuf,
    /// An empty PostgreSQL database, as in postgres://USER@HOST/DATABASE; without it SQLite in the folder
    #[arg(long)]
    database: Option<String>,
}

const FILES: [&str; 3] = [KEY_FILE, ROOT_KEY_FILE, CARD_FILE];
const BLOBS: &str = "blobs";

fn new_folder(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        let text =
            format!("{}: exists already. Name a folder that does not exist. Nothing was changed.", folder.display());
        return Err(Failure::new("folder-exists", text));
    }
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("folder-unusable", folder, error))?;
    // Before anything lies in it: a copy is worth as much as the node.
    keep_private(folder)
}

fn copy_files(from: &Path, to: &Path) -> Result<(), Failure> {
    for name in FILES {
        if from.join(name).exists() {
            let copied = std::fs::copy(from.join(name), to.join(name));
            copied.map_err(|error| Failure::file("file-unwritable", &to.join(name), error))?;
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<u64, Failure> {
    let unreadable = |error| Failure::file("folder-unusable", from, error);
    let mut count = 0;
    std::fs::create_dir_all(to).map_err(|error| Failure::file("folder-unusable", to, error))?;
    for entry in std::fs::read_dir(from).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            count += copy_folder(&path, &target)?;
        } else if path.extension().is_none_or(|kind| kind != "partial") {
            std::fs::copy(&path, &target).map_err(|error| Failure::file("file-unwritable", &target, error))?;
            count += 1;
        }
    }
    Ok(count)
}

impl Backup {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let folder = self.data.data;
        let config = Config::read(&folder)?;
        new_folder(&self.to)?;
        copy_files(&folder, &self.to)?;
        let copied = std::fs::copy(folder.join(CONFIG_FILE), self.to.join(CONFIG_FILE));
        copied.map_err(|error| Failure::file("file-unwritable", &self.to.join(CONFIG_FILE), error))?;
        let store = Store::open(&folder, config.database.as_deref()).await?;
        store.copy_to(&self.to).await?;
        // A blob is there before the entry that names it: whatever the copied log names is in the folder now.
        let blobs = if store.is_shared() { 0 } else { copy_folder(&folder.join(BLOBS), &self.to.join(BLOBS))? };
        let [dossiers, stamps, ..] = store.counts().await?;
        store.close().await;
        println!("backup in {}: about {dossiers} dossiers, {stamps} stamps, {blobs} files", self.to.display());
        Ok(())
    }
}

impl Restore {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut config = Config::read(&self.from)?;
        if let Some(database) = &self.database {
            check_database(database).map_err(|text| Failure::new("config-database", text))?;
        }
        config.database = self.database;
        new_folder(&self.data)?;
        let _lock = lock(&self.data)?;
        copy_files(&self.from, &self.data)?;
        match &config.database {
            None => {
                copy_folder(&self.from.join(BLOBS), &self.data.join(BLOBS))?;
                std::fs::copy(self.from.join(DATABASE), self.data.join(DATABASE))
                    .map_err(|error| Failure::file("file-unwritable", &self.data.join(DATABASE), error))?;
            }
            Some(database) => {
                let (from, to) =
                    (Store::open(&self.from, None).await?, Store::create(&self.data, Some(database)).await?);
                to.copy_from(&from).await?;
                from.close().await;
                to.close().await;
            }
        }
        let store = Store::open(&self.data, config.database.as_deref()).await?;
        // A new life begins with the next start: it stamps nothing before every node was asked.
        store.set_state("restored", "1").await?;
        store.close().await;
        // Written last: a folder with a configuration is a whole node.
        config.write(&self.data)?;
        println!(
            "restored into {}. Serve it: it asks every node of the trust list for what it said since, and stamps again when \
             all have answered. A node that is away for good must be taken out of the trust list, or excused by a recall.",
            self.data.display()
        );
        Ok(())
    }
}
