//! A node served as a process of its own, and how it is spoken to.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use super::failed;
use crate::config::Config;
use crate::demo::DRILL_PASSWORD;
use crate::error::Failure;

/// So long a node may take until it is ready.
const READY_S_MAX: u64 = 60;
/// How often it is asked meanwhile.
const ASKED_EVERY: Duration = Duration::from_millis(2);

/// A served node; it ends with this value.
pub(super) struct Process {
    child: Child,
    pub(super) address: String,
    /// From the start of the program to the first answer that it is ready.
    pub(super) start: Duration,
}

impl Process {
    /// Starts the node of a folder and waits until it is ready.
    pub(super) async fn start(folder: &Path) -> Result<Process, Failure> {
        let program = std::env::current_exe().map_err(failed)?;
        let address = Config::read(folder)?.address;
        let path = folder.join("serve.log");
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        let http = http()?;
        let health = format!("{address}/healthz");
        let mut command = Command::new(program);
        command.arg("serve").arg("--data").arg(folder).kill_on_drop(true);
        let begun = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().map_err(failed)?;
        while !http.get(&health).send().await.is_ok_and(|answer| answer.status().is_success()) {
            let ended = child.try_wait().map_err(failed)?;
            if ended.is_some() || begun.elapsed().as_secs() > READY_S_MAX {
                let said = std::fs::read_to_string(&path).unwrap_or_default();
                return Err(failed(format!("{}: the node did not become ready: {said}", folder.display())));
            }
            tokio::time::sleep(ASKED_EVERY).await;
        }
        Ok(Process { child, address, start: begun.elapsed() })
    }

    /// Waits until it has fetched something of every node: before that it lacks their guides.
    pub(super) async fn knows_all(&self) -> Result<(), Failure> {
        let (http, begun) = (http()?, Instant::now());
        loop {
            let health = http.get(format!("{}/healthz", self.address)).send().await.map_err(failed)?;
            let health: Value = health.json().await.map_err(failed)?;
            if health["documents_from"] == health["nodes"] {
                return Ok(());
            }
            if begun.elapsed().as_secs() > READY_S_MAX {
                return Err(failed(format!("the node had not fetched what the others publish: {health}")));
            }
            tokio::time::sleep(ASKED_EVERY).await;
        }
    }

    /// Its number, while it runs.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it at once, as a power cut would.
    pub(super) async fn kill(mut self) -> Result<(), Failure> {
        self.child.kill().await.map_err(failed)
    }
}

/// A client that follows no redirects: a page that sends one elsewhere is not the page.
pub(super) fn http() -> Result<reqwest::Client, Failure> {
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.timeout(Duration::from_secs(60)).build().map_err(failed)
}

/// A token for the API.
pub(super) async fn sign_in(http: &reqwest::Client, address: &str, login: &str) -> Result<String, Failure> {
    let request = json!({ "login": login, "password": DRILL_PASSWORD });
    let answer = http.post(format!("{address}/api/v1/sessions")).json(&request).send().await.map_err(failed)?;
    let answer: Value = answer.json().await.map_err(failed)?;
    answer["token"].as_str().map(str::to_owned).ok_or_else(|| failed(answer))
}

/// The cookie of a session of pages.
pub(super) async fn page_session(http: &reqwest::Client, address: &str, login: &str) -> Result<String, Failure> {
    let request = http
        .post(format!("{address}/login"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("login={login}&password={DRILL_PASSWORD}"));
    let answer = request.send().await.map_err(failed)?;
    let status = answer.status();
    let cookie = answer.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
    let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
    cookie.ok_or_else(|| failed(format!("{login} could not sign in: {status}")))
}
