//! Other programs, run by their own interpreters on the same networks.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::process::Command;

use super::figures::Repeat;
use crate::error::Failure;

const PYTHON: &str = include_str!("../../../../bench/peers/network.py");
const R: &str = include_str!("../../../../bench/peers/network.R");

/// The interpreter of R, found as the system finds programs.
const RSCRIPT: &str = "Rscript";

/// The one package of R.
const SNA: &str = "sna";

/// What there is of other programs.
pub(super) struct Peers {
    /// Interpreter and script; none if there is no interpreter.
    python: Option<(PathBuf, PathBuf)>,
    r: Option<(PathBuf, PathBuf)>,
    /// By name the version; none if it is missing.
    pub(super) versions: BTreeMap<String, Option<String>>,
}

/// What a program said of one figure.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    /// How long each round took.
    pub(super) seconds: Vec<f64>,
    /// By what it is seen that it computed the same.
    pub(super) value: f64,
}

impl Peers {
    /// Looks which there are; the scripts are put into `folder`.
    pub(super) async fn find(folder: &Path, python: Option<PathBuf>) -> Result<Peers, Failure> {
        let put = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(|error| Failure::file("folder-unusable", &path, error)).map(|()| path)
        };
        let (script_python, script_r) = (put("network.py", PYTHON)?, put("network.R", R)?);
        let mut versions = BTreeMap::new();
        let python = match python {
            None => None,
            Some(python) => {
                let found = find(&python, &script_python).await.map_err(|error| {
                    let text = format!("{}: {error}. Name the Python of an environment.", python.display());
                    Failure::new("peers-python", text)
                })?;
                versions.extend(found);
                Some((python, script_python))
            }
        };
        // R may be missing.
        let r = match find(Path::new(RSCRIPT), &script_r).await {
            Ok(found) => {
                versions.extend(found);
                Some((PathBuf::from(RSCRIPT), script_r))
            }
            Err(_) => {
                versions.insert(SNA.to_owned(), None);
                None
            }
        };
        if versions.values().all(Option::is_none) {
            let text = "there is no program to compare with: name a Python that has igraph, networkx, networkit, rustworkx or \
                        numpy with --peers or TONGBAN_PEERS, or install R with sna; docs/bench.md says how";
            return Err(Failure::new("peers-none", text));
        }
        Ok(Peers { python, r, versions })
    }

    /// Has a program make a figure; none if it took too long.
    pub(super) async fn measure(
        &self,
        peer: &str,
        figure: &str,
        folder: &Path,
        repeat: Repeat,
        permutations: usize,
    ) -> Result<Option<Said>, String> {
        let interpreter = if peer == SNA { &self.r } else { &self.python };
        let Some((program, script)) = interpreter else { return Err("there is no interpreter".to_owned()) };
        let mut command = command(program, script);
        command.args(["measure", peer, figure]).arg(folder);
        command.args([repeat.rounds.to_string(), repeat.limit_s.to_string(), permutations.to_string()]);
        let limit = Duration::from_secs(repeat.limit_s.into());
        match tokio::time::timeout(limit, said(command)).await {
            // What runs is ended with the future that waits for it.
            Err(_) => Ok(None),
            Ok(said) => said.map(Some),
        }
    }
}

fn command(program: &Path, script: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg(script).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// What a program says in JSON; otherwise the last line of what it complained.
async fn said<T: for<'de> Deserialize<'de>>(mut command: Command) -> Result<T, String> {
    let output = command.output().await.map_err(|error: io::Error| error.to_string())?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let last = complaint.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
        return Err(format!("{}: {last}", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

async fn find(program: &Path, script: &Path) -> Result<BTreeMap<String, Option<String>>, String> {
    let mut command = command(program, script);
    command.arg("versions");
    said(command).await
}
