//! Cases created through the public API: both nodes are processes of their own, each answer is durable and signed.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tongban_core::dossier::Suite;

use super::pair::{CLERK, Pair, Script};
use super::process::{Process, http, sign_in};
use super::stats::{Latency, round};
use super::{failed, machine};
use crate::command::progress;
use crate::error::Failure;
use crate::store::databases::Databases;

/// The load runs so long before the measure begins.
const WARM_UP: Duration = Duration::from_secs(1);

/// The smallest thing that is taken as a PDF.
const PAPER: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// What was measured with so many clients.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Create {
    pub(super) clients: usize,
    pub(super) cases: usize,
    pub(super) cases_per_s: f64,
    pub(super) answer: Latency,
    /// CPU of the node that takes in; the clients' own comes on top.
    pub(super) cpu_s_per_1000_cases: f64,
}

/// Measures with each number of clients.
pub(super) async fn measure(
    folder: &Path,
    suite: Suite,
    databases: Option<&Databases>,
    clients: &[usize],
    seconds: u64,
) -> Result<Vec<Create>, Failure> {
    let pair = Pair::make(folder, suite, databases).await?;
    let receiving = Process::start(&pair.receiving).await?;
    let handling = Process::start(&pair.handling).await?;
    receiving.knows_all().await?;
    let http = http()?;
    let token = sign_in(&http, &receiving.address, CLERK).await?;
    let request = http
        .post(format!("{}/api/v1/cases", receiving.address))
        .bearer_auth(token)
        .header("content-type", "application/json")
        .body(body(&pair.script, false))
        .build()
        .map_err(failed)?;
    let mut measured = Vec::new();
    for clients in clients {
        measured.push(create(&http, &request, &receiving, *clients, seconds).await?);
    }
    receiving.kill().await?;
    handling.kill().await?;
    Ok(measured)
}

/// A case with its particulars and a small file for each material, taken in at once, or handed over too.
pub(super) fn body(script: &Script, hand_over: bool) -> String {
    let content = base64::engine::general_purpose::STANDARD.encode(PAPER);
    let materials: Vec<Value> = script
        .materials
        .iter()
        .map(|rule| {
            let check = if rule.original { "seen_original" } else { "copy_taken" };
            json!({ "material": rule.key, "name": format!("{}.pdf", rule.key), "content": content, "check": check })
        })
        .collect();
    let applicant = &script.applicant;
    json!({
        "implementation": script.implementation,
        "subject": "person",
        "applicant": { "name": applicant.name, "id_number": applicant.id_number, "phone": applicant.phone },
        "materials": materials,
        "take_in": true,
        "hand_over": hand_over,
    })
    .to_string()
}

async fn create(
    http: &reqwest::Client,
    request: &reqwest::Request,
    receiving: &Process,
    clients: usize,
    seconds: u64,
) -> Result<Create, Failure> {
    let bar = progress(seconds, "接口建件 cases created through the API");
    let from = Instant::now() + WARM_UP;
    let until = from + Duration::from_secs(seconds);
    let mut running = JoinSet::new();
    for _ in 0..clients {
        let copy = request.try_clone().ok_or_else(|| failed("a request of bytes can be copied"))?;
        running.spawn(client(http.clone(), copy, from, until));
    }
    tokio::time::sleep_until(from.into()).await;
    let cpu_s = machine::cpu_s(receiving.id());
    for _ in 0..seconds {
        tokio::time::sleep(Duration::from_secs(1)).await;
        bar.inc(1);
    }
    let cpu_s = machine::cpu_s(receiving.id()) - cpu_s;
    let mut times = Vec::new();
    while let Some(ended) = running.join_next().await {
        times.extend(ended.map_err(failed)??);
    }
    bar.finish_and_clear();
    Ok(Create {
        clients,
        cases: times.len(),
        cases_per_s: round(times.len() as f64 / seconds as f64, 1),
        cpu_s_per_1000_cases: round(cpu_s * 1000.0 / times.len().max(1) as f64, 3),
        answer: Latency::of(times),
    })
}

/// One request after the other. Those answered within the measure count.
async fn client(
    http: reqwest::Client,
    request: reqwest::Request,
    from: Instant,
    until: Instant,
) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    loop {
        let copy = request.try_clone().ok_or_else(|| failed("a request of bytes can be copied"))?;
        let begun = Instant::now();
        let answer = http.execute(copy).await.map_err(failed)?;
        let status = answer.status();
        let text = answer.text().await.map_err(failed)?;
        if !status.is_success() {
            return Err(failed(format!("{status} {text}")));
        }
        let now = Instant::now();
        if now >= until {
            return Ok(times);
        }
        if now >= from {
            times.push(now - begun);
        }
    }
}
