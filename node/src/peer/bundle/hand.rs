//! How a command hands bundles to the node that serves the same data folder: a request is put into the folder, which
//! only the node's user may enter, and its answer is waited for. If no node serves, the command does the work itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongban_core::dossier::suite::hex;

use super::take::{Received, import};
use crate::app::App;
use crate::clock::Clock;
use crate::error::Failure;
use crate::limits;
use crate::serve;

/// Name of the folder in the data folder.
const FOLDER: &str = "handed";
const ASK: &str = "ask";
const ANSWER: &str = "answer";

/// What became of one file.
#[derive(Debug, Serialize, Deserialize)]
pub enum Outcome {
    /// Taken.
    Received(Received),
    /// Not taken.
    Refused {
        /// Stable code.
        code: String,
        /// Why, in both languages.
        text: String,
    },
}

async fn one(app: &App, path: &Path) -> Outcome {
    match import(app, path).await {
        Ok(received) => Outcome::Received(received),
        Err(refused) => Outcome::Refused { code: refused.code.to_owned(), text: refused.both() },
    }
}

/// Imports files, one after the other, by the serving node or by this process. Each is told of as it is done.
pub async fn hand_in(folder: &Path, files: &[PathBuf], mut tell: impl FnMut(&Path, Outcome)) -> Result<(), Failure> {
    let mut own = None;
    for file in files {
        let path = std::path::absolute(file).map_err(|error| Failure::file("bundle-not-read", file, error))?;
        let outcome = match &own {
            Some((app, _)) => one(app, &path).await,
            None => match ask(folder, &path).await? {
                Done::Answered(outcome) => outcome,
                Done::Alone(lock) => {
                    let (app, _) = own.insert((serve::open(folder, Clock::default()).await?, lock));
                    one(app, &path).await
                }
            },
        };
        tell(file, outcome);
    }
    if let Some((app, lock)) = own {
        app.store.close().await;
        drop(lock);
    }
    Ok(())
}

enum Done {
    Answered(Outcome),
    /// Nobody serves this folder: from here on this process works in it.
    Alone(serve::Lock),
}

async fn ask(folder: &Path, path: &Path) -> Result<Done, Failure> {
    let handed = folder.join(FOLDER);
    let name = hex(&rand::random::<[u8; 8]>());
    let (question, answer) = (handed.join(&name).with_extension(ASK), handed.join(&name).with_extension(ANSWER));
    let mut is_asked = false;
    loop {
        if let Ok(lock) = serve::lock(folder) {
            let _ = std::fs::remove_file(&question);
            return Ok(Done::Alone(lock));
        }
        if !is_asked {
            std::fs::create_dir_all(&handed).map_err(|error| Failure::file("folder-unusable", &handed, error))?;
            put(&question, &path)?;
            is_asked = true;
        }
        if let Ok(text) = std::fs::read(&answer) {
            let _ = std::fs::remove_file(&answer);
            let outcome =
                serde_json::from_slice(&text).map_err(|error| Failure::new("bundle-store", error.to_string()))?;
            return Ok(Done::Answered(outcome));
        }
        tokio::time::sleep(Duration::from_millis(limits::BUNDLE_HANDED_EVERY_MS)).await;
    }
}

/// A file that appears whole.
fn put(path: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let partial = path.with_extension("partial");
    let text = serde_json::to_vec(value).map_err(|error| Failure::new("json", error.to_string()))?;
    let written = std::fs::write(&partial, text).and_then(|()| std::fs::rename(&partial, path));
    written.map_err(|error| Failure::file("file-unwritable", path, error))
}

fn waiting(folder: &Path, kind: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join(FOLDER)).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == kind)).collect()
}

/// Does what commands handed in.
pub(super) async fn take(app: &App) {
    for question in waiting(&app.folder, ASK) {
        let Ok(path) = std::fs::read(&question).map(|text| serde_json::from_slice::<PathBuf>(&text)) else { continue };
        if let Ok(path) = path {
            let outcome = one(app, &path).await;
            if let Err(failure) = put(&question.with_extension(ANSWER), &outcome) {
                tracing::error!(%failure, "bundle command not answered");
            }
        }
        let _ = std::fs::remove_file(&question);
    }
}

/// Removes answers that nobody fetched.
pub(super) fn clear(folder: &Path) {
    waiting(folder, ANSWER).iter().for_each(|path| drop(std::fs::remove_file(path)));
}
