//! A department's own system, as small as it can be: it asks a node for its tasks, gives each a business number, accepts
//! those whose files it could fetch, asks once for what is missing, decides, and delivers. All over HTTP, in a process of its
//! own; what it has done stands in a file of its own, so that it may be stopped at any time.
//!
//! ```sh
//! cargo run --example department -- --node http://127.0.0.1:8084 --login hefei-gjj --password yanlian2026 --book book.json
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use clap::Parser;
use serde_json::{Value, json};

/// A sample department system
#[derive(Parser)]
struct Department {
    /// Address of the node
    #[arg(long)]
    node: String,
    /// The system's account at the node
    #[arg(long)]
    login: String,
    /// Its password
    #[arg(long)]
    password: String,
    /// Its own book: business numbers by task
    #[arg(long)]
    book: PathBuf,
    /// Begin of its business numbers
    #[arg(long, default_value = "BM")]
    prefix: String,
    /// Go through the tasks once and end
    #[arg(long)]
    once: bool,
    /// Refuse cases whose receipt number ends with this
    #[arg(long)]
    refuse: Option<String>,
}

type Failed = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let system = Department::parse();
    let http = reqwest::Client::builder().no_proxy().build()?;
    let credentials = json!({ "login": system.login, "password": system.password });
    let answer = http.post(format!("{}/api/v1/sessions", system.node)).json(&credentials).send().await?;
    let token = answer.error_for_status()?.json::<Value>().await?["token"].as_str().unwrap_or_default().to_owned();
    loop {
        let tasks = http.get(format!("{}/api/v1/tasks", system.node)).bearer_auth(&token).send().await?;
        let tasks: Vec<Value> = tasks.error_for_status()?.json().await?;
        for task in &tasks {
            work(&system, &http, &token, task).await?;
        }
        if system.once {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// Does the next thing of a task.
async fn work(system: &Department, http: &reqwest::Client, token: &str, task: &Value) -> Result<(), Failed> {
    let id = task["task"].as_str().unwrap_or_default();
    let number = business_number(system, id)?;
    let answers: Vec<Value> = match task["step"].as_str().unwrap_or_default() {
        "receive" | "accept" => {
            for file in task["files"].as_array().into_iter().flatten() {
                let path = file["path"].as_str().unwrap_or_default();
                let answer = http.get(format!("{}{path}", system.node)).bearer_auth(token).send().await?;
                let bytes = answer.error_for_status()?.bytes().await?;
                println!("{number} {} {} bytes", file["name"].as_str().unwrap_or_default(), bytes.len());
            }
            vec![json!({ "do": "accept" })]
        }
        "decide" => {
            let receipt = task["number"].as_str().unwrap_or_default();
            let refused = system.refuse.as_deref().is_some_and(|ending| receipt.ends_with(ending));
            let document = base64::engine::general_purpose::STANDARD.encode(DOCUMENT);
            let decision = if refused {
                json!({ "do": "decide", "outcome": "refused", "reason": "data-mismatch", "note": "与本系统登记不一致",
                        "number": format!("{number}-D"), "document": document })
            } else {
                json!({ "do": "decide", "outcome": "granted", "number": format!("{number}-D"), "document": document })
            };
            vec![decision]
        }
        "deliver" => vec![json!({ "do": "deliver" })],
        _ => Vec::new(),
    };
    for mut answer in answers {
        answer["business_number"] = json!(number);
        answer["task"] = json!(id);
        let sent = http.post(format!("{}/api/v1/tasks", system.node)).bearer_auth(token).json(&answer).send().await?;
        let status = sent.status();
        let said: Value = sent.json().await?;
        println!("{number} {} {status} {said}", answer["do"]);
    }
    Ok(())
}

/// The number that the book has for a task, or the next one.
fn business_number(system: &Department, task: &str) -> Result<String, Failed> {
    let text = std::fs::read_to_string(&system.book).unwrap_or_else(|_| "{}".to_owned());
    let mut book: BTreeMap<String, String> = serde_json::from_str(&text)?;
    if let Some(number) = book.get(task) {
        return Ok(number.clone());
    }
    let number = format!("{}-{:06}", system.prefix, book.len() + 1);
    book.insert(task.to_owned(), number.clone());
    std::fs::write(&system.book, serde_json::to_string_pretty(&book)?)?;
    Ok(number)
}

/// The smallest document that every reader opens.
const DOCUMENT: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
