//! Five practice nodes on loopback, each a process of its own with its own database and keys.
//!
//! The demo supervises the processes and never restarts one by itself: it prints the command that does.

mod play;
mod world;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use jiff::civil::Date;
use tokio::process::{Child, Command};

use crate::clock::Clock;
use crate::command::Demo;
use crate::error::Failure;
use crate::limits;
use crate::store::databases::Databases;
use world::World;

/// The password of every trial account.
pub const DRILL_PASSWORD: &str = "yanlian2026";

/// Marks a folder as one that `--fresh` may delete.
const MARKER: &str = "tongban-demo";

/// A node of the demo.
pub(crate) struct Node {
    /// Its name.
    pub(crate) name: String,
    /// Its data folder.
    pub(crate) folder: PathBuf,
    /// Its address.
    pub(crate) address: String,
}

/// Runs the demo until Ctrl-C.
pub async fn run(demo: Demo) -> Result<(), Failure> {
    let begun = Instant::now();
    let world = World::read()?;
    check_free(&demo.data)?;
    if demo.fresh {
        clear(&demo.data)?;
    }
    check_ports(&world, demo.port).await?;
    let databases = demo.database.as_deref().map(Databases::at).transpose()?;
    if let Some(databases) = &databases {
        let names = world.nodes.iter().map(|node| node.node.as_str());
        databases.make(names, demo.fresh).await?;
    }
    let nodes = world.prepare(&demo.data, demo.port, databases.as_ref()).await?;
    let program = std::env::current_exe().map_err(|error| Failure::new("program", error.to_string()))?;
    if demo.last_month > 0 {
        play_last_month(&world, &nodes, &program, &demo).await?;
    }
    let mut children = Vec::new();
    for node in &nodes {
        children.push(start(&program, node, demo.now)?);
    }
    let ready = wait_until_ready(&nodes, &mut children).await;
    let result = match ready {
        Err(failure) => Err(failure),
        Ok(()) => {
            world.greet(&nodes, begun.elapsed());
            let play = async {
                if demo.cases > 0 {
                    play::play(&world, &nodes, demo.cases, play::Story::Varied).await?;
                }
                std::future::pending::<Result<(), Failure>>().await
            };
            tokio::select! {
                () = crate::command::stop_signal() => Ok(()),
                failed = play => failed,
                () = watch(&program, &nodes, &mut children, &demo) => Ok(()),
            }
        }
    };
    stop(&mut children).await;
    println!("\n全部停止，数据保留在 {} · all stopped, the data stays there", demo.data.display());
    result
}

/// A running demo is left alone: nothing of its folder is changed under it.
fn check_free(folder: &Path) -> Result<(), Failure> {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().join(crate::config::FILE).exists() {
            drop(crate::serve::lock(&entry.path())?);
        }
    }
    Ok(())
}

fn clear(folder: &Path) -> Result<(), Failure> {
    if !folder.exists() {
        return Ok(());
    }
    if !folder.join(MARKER).exists() {
        let text = format!(
            "{}: not a folder of the demo, so --fresh does not delete it; give another with --data",
            folder.display()
        );
        return Err(Failure::new("not-a-demo-folder", text));
    }
    std::fs::remove_dir_all(folder).map_err(|error| Failure::file("folder-unusable", folder, error))
}

async fn check_ports(world: &World, port: u16) -> Result<(), Failure> {
    for number in 0..world.nodes.len() as u16 {
        let at = std::net::SocketAddr::from(([127, 0, 0, 1], port + number));
        drop(crate::serve::listen(at).await.map_err(|failure| {
            Failure::new(
                failure.code,
                format!("{} Another demo may be running; or choose other ports with --port.", failure.text),
            )
        })?);
    }
    Ok(())
}

/// A month that is over is told in digests: the nodes live through a day of the last one, and are stopped.
async fn play_last_month(world: &World, nodes: &[Node], program: &Path, demo: &Demo) -> Result<(), Failure> {
    let today = demo.now.unwrap_or_else(|| Clock::default().today());
    let told = today.saturating_sub(limits::DIGEST_AFTER_DAYS.days());
    let then = told.first_of_month().saturating_sub(LAST_MONTH_DAYS.days());
    let mut children = Vec::new();
    for node in nodes {
        children.push(start(program, node, Some(then))?);
    }
    let played = match wait_until_ready(nodes, &mut children).await {
        Ok(()) => play::play(world, nodes, demo.last_month, play::Story::LastMonth).await,
        Err(failure) => Err(failure),
    };
    stop(&mut children).await;
    played
}

/// How long before its end.
const LAST_MONTH_DAYS: i64 = 10;

fn start(program: &Path, node: &Node, now: Option<Date>) -> Result<Child, Failure> {
    let log = node.folder.join("serve.log");
    let file = std::fs::OpenOptions::new().create(true).append(true).open(&log);
    let file = file.map_err(|error| Failure::file("log", &log, error))?;
    let mut command = Command::new(program);
    command.arg("serve").arg("--data").arg(&node.folder);
    if let Some(now) = now {
        command.arg("--now").arg(now.to_string());
    }
    command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(file)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Failure::file("not-started", program, error))
}

async fn wait_until_ready(nodes: &[Node], children: &mut [Child]) -> Result<(), Failure> {
    let client =
        reqwest::Client::builder().no_proxy().build().map_err(|error| Failure::new("http", error.to_string()))?;
    let until = Instant::now() + Duration::from_secs(30);
    for node in nodes {
        loop {
            // Any of them: the others wait for the documents of one that ended.
            for (node, child) in nodes.iter().zip(children.iter_mut()) {
                if let Ok(Some(status)) = child.try_wait() {
                    let log = node.folder.join("serve.log");
                    let text = format!("{} ended at once ({status}); see {}", node.name, log.display());
                    return Err(Failure::new("not-started", text));
                }
            }
            if knows_all(&client, node).await {
                break;
            }
            if Instant::now() > until {
                return Err(Failure::new(
                    "not-ready",
                    format!("{} is not ready after 30 s; see its serve.log", node.name),
                ));
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
    Ok(())
}

/// Whether a node is ready and has fetched something of every other, so that no guide is missing.
async fn knows_all(client: &reqwest::Client, node: &Node) -> bool {
    let request = client.get(format!("{}/healthz", node.address)).timeout(Duration::from_secs(2));
    let Ok(answer) = request.send().await else { return false };
    let Ok(health) = answer.json::<serde_json::Value>().await else { return false };
    health["ready"] == true && health["documents_from"] == health["nodes"]
}

/// Says once when a node ended, with the command that starts it again. Returns when none is left.
async fn watch(program: &Path, nodes: &[Node], children: &mut [Child], demo: &Demo) {
    let mut ended = vec![false; nodes.len()];
    while !ended.iter().all(|ended| *ended) {
        for (number, child) in children.iter_mut().enumerate() {
            if !ended[number]
                && let Ok(Some(status)) = child.try_wait()
            {
                ended[number] = true;
                let now = demo.now.map_or(String::new(), |now| format!(" --now {now}"));
                println!(
                    "\n{} 停止了（{status}）。其他节点照常收件；要它回来，另开一个终端运行 · stopped; to bring it back run in another terminal:\n    {} serve --data {}{now}",
                    nodes[number].name,
                    program.display(),
                    nodes[number].folder.display()
                );
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn stop(children: &mut [Child]) {
    for child in children.iter() {
        // By its id: the same signal that Ctrl-C sends, so that each closes its database.
        #[cfg(unix)]
        if let Some(id) = child.id() {
            let _ = std::process::Command::new("kill").arg("-TERM").arg(id.to_string()).status();
        }
    }
    for child in children {
        if tokio::time::timeout(Duration::from_secs(5), child.wait()).await.is_err() {
            let _ = child.kill().await;
        }
    }
}
