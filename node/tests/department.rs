//! The port of a department's own system: over HTTP with a process of its own, as files in a folder, and pushed to an
//! address.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::*;

/// Lets the sample system go through its tasks once.
fn runs(demo: &Demo, node: &str, login: &str, book: &Path, more: &[&str]) -> String {
    let mut command = Command::new(sample_department());
    command.args(["--node", &demo.node(node).address, "--login", login, "--password", "yanlian2026", "--once"]);
    let ran = command.arg("--book").arg(book).args(more).output().expect("it runs");
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}");
    said
}

#[tokio::test]
async fn a_case_is_decided_wholly_in_the_departments_own_system() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let id = clerk.open(with(row_25("340100", 401), json!({ "take_in": true, "hand_over": true }))).await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    officer.sees(&id, "handed_over").await;
    let missing_one = clerk.open(with(row_25("340100", 402), json!({ "take_in": true, "hand_over": true }))).await;
    officer.sees(&missing_one, "handed_over").await;
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("book.json");
    // Until the files have come over it is refused nothing: it fetches them by their paths.
    until("the files are there", async || {
        let tasks = officer.get("/api/v1/tasks").await;
        let task = tasks.as_array()?.iter().find(|task| task["task"] == json!(id))?.clone();
        for file in task["files"].as_array()? {
            if officer.ask(file["path"].as_str()?).await.status != 200 {
                return None;
            }
        }
        Some(())
    })
    .await;
    let said = runs(&demo, "anhui", "hefei-gjj", &book, &[]);
    assert!(said.contains("\"accept\" 200"), "{said}");
    officer.sees(&id, "accepted").await;
    let tasks = officer.get("/api/v1/tasks").await;
    let task = tasks.as_array().unwrap().iter().find(|task| task["task"] == json!(id)).unwrap();
    let number = task["business_number"].as_str().expect("it has the department's number").to_owned();
    // The same answer again does nothing; another under the same number is refused, and so is a number of another case.
    let accept = json!({ "business_number": number, "do": "accept" });
    assert_eq!(officer.post("/api/v1/tasks", accept.clone()).await["repeated"], true);
    let other = json!({ "business_number": number, "task": missing_one, "do": "accept" });
    officer.tell("/api/v1/tasks", &other).await.refused(409, "business-other-task");
    let stranger = json!({ "business_number": "NOBODY-1", "do": "accept" });
    officer.tell("/api/v1/tasks", &stranger).await.refused(409, "business-unknown");
    let second =
        json!({ "business_number": "SECOND-1", "task": id, "do": "decide", "outcome": "granted", "number": "1" });
    officer.tell("/api/v1/tasks", &second).await.refused(409, "business-other-number");
    let late = json!({ "business_number": number, "do": "correct", "wanted": [{ "material": "id-card", "what": "重拍" }], "days": 5 });
    officer.tell("/api/v1/tasks", &late).await.refused(409, "already-accepted");
    let broken =
        json!({ "business_number": number, "do": "decide", "outcome": "granted", "number": "1", "document": "%%%" });
    officer.tell("/api/v1/tasks", &broken).await.refused(409, "base64");
    clerk.tell("/api/v1/tasks", &accept).await.refused(403, "forbidden");

    for _ in 0..2 {
        runs(&demo, "anhui", "hefei-gjj", &book, &[]);
    }
    let end = both_see(&clerk, &officer, &id, "delivered").await;
    assert_eq!(
        (&end["case"]["decision"]["outcome"], &end["case"]["decision"]["number"]),
        (&json!("granted"), &json!(format!("{number}-D")))
    );
}

/// A node on its own whose authority works in a system of its own.
async fn alone(more: &str) -> (tempfile::TempDir, Demo) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["out", "in"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let mut demo = Demo::start(&[]).await;
    demo.stop();
    let world: Value = serde_json::from_str(include_str!("../../data/demo/world.json")).unwrap();
    let accounts = world["accounts"].as_array().unwrap();
    let org = &accounts.iter().find(|account| account["login"] == "hefei-gjj").unwrap()["org"];
    let config = demo.node("anhui").folder.join("tongban.toml");
    let text = more.replace("FOLDER", &folder.path().display().to_string());
    let text = format!(
        "{}\n[department.{}]\nevery_s = 1\n{text}\n",
        fs::read_to_string(&config).unwrap(),
        org.as_str().unwrap()
    );
    fs::write(&config, text).unwrap();
    demo.start_again().await;
    (folder, demo)
}

#[tokio::test]
async fn tasks_and_answers_cross_as_files() {
    let (folder, demo) = alone("out = \"FOLDER/out\"\nin = \"FOLDER/in\"").await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let id = clerk.open(suzhou_to_hefei(403)).await;
    let out = folder.path().join("out");
    let read = || {
        let files = fs::read_dir(&out).unwrap().flatten().map(|entry| entry.path());
        let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
        files.map(|path| serde_json::from_slice::<Value>(&fs::read(path).unwrap()).unwrap()).collect::<Vec<_>>()
    };
    let task = until("the task is written", async || read().into_iter().find(|task| task["task"] == json!(id))).await;
    assert_eq!(task["applicant"]["name"], name_of(403));
    assert!(task["files"].as_array().unwrap().iter().all(|file| file["content"].is_string()), "{task}");

    let give = |name: &str, answer: Value| {
        let part = folder.path().join("in").join(format!(".{name}"));
        fs::write(&part, answer.to_string()).unwrap();
        fs::rename(part, folder.path().join("in").join(name)).unwrap();
    };
    let there = |name: &str| {
        let path = folder.path().join("in").join(name);
        until_there(path)
    };
    // What cannot be taken says what to mend, and lies beside it.
    give("0-broken.json", json!({ "business_number": "HF-1", "do": "acept" }));
    let wrong: Value = serde_json::from_slice(&fs::read(there("0-broken.error.json").await).unwrap()).unwrap();
    assert_eq!(wrong["code"], "json-malformed");
    give("1-unknown.json", json!({ "business_number": "HF-1", "do": "accept" }));
    let wrong: Value = serde_json::from_slice(&fs::read(there("1-unknown.error.json").await).unwrap()).unwrap();
    assert_eq!(wrong["code"], "business-unknown");
    assert!(wrong["message"].as_str().unwrap().contains("task"));

    let wanted = json!([{ "material": "settlement-form", "what": "请重拍" }]);
    give("2.json", json!({ "business_number": "HF-1", "task": id, "do": "correct", "wanted": wanted, "days": 5 }));
    there("2.done").await;
    clerk.sees(&id, "correction_asked").await;
    clerk.act(&id, "correction-answer", json!({ "materials": [material("settlement-form", "copy_taken")] })).await;
    // It comes again because it changed.
    until("the changed task is written", async || {
        read().into_iter().find(|task| task["phase"] == "corrected" && task["business_number"] == "HF-1")
    })
    .await;
    give("3.json", json!({ "business_number": "HF-1", "do": "accept" }));
    there("3.done").await;
    let document = encode(&paper());
    give(
        "4.json",
        json!({ "business_number": "HF-1", "do": "decide", "outcome": "granted", "number": "HF-1-D", "document": document }),
    );
    there("4.done").await;
    give("5.json", json!({ "business_number": "HF-1", "do": "deliver" }));
    there("5.done").await;
    let end = clerk.sees(&id, "delivered").await;
    assert_eq!(end["case"]["decision"]["number"], "HF-1-D");
    let by = end["timeline"].as_array().unwrap().iter().find(|line| line["act"]["act"] == "accepted").unwrap();
    assert_eq!(by["staff"], "system");
}

async fn until_there(path: PathBuf) -> PathBuf {
    until(&format!("{} is there", path.display()), async || path.exists().then(|| path.clone())).await
}

#[tokio::test]
async fn tasks_are_pushed_until_they_are_taken_over() {
    use std::sync::{Arc, Mutex};

    let taken: Arc<Mutex<Vec<Value>>> = Arc::default();
    let calls: Arc<Mutex<u32>> = Arc::default();
    let (seen, count) = (taken.clone(), calls.clone());
    let route = axum::routing::post(move |axum::Json(task): axum::Json<Value>| {
        let (seen, count) = (seen.clone(), count.clone());
        async move {
            let mut calls = count.lock().unwrap();
            *calls += 1;
            // The first time it is not at home.
            if *calls == 1 {
                return axum::http::StatusCode::SERVICE_UNAVAILABLE;
            }
            seen.lock().unwrap().push(task);
            axum::http::StatusCode::OK
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, axum::Router::new().route("/tasks", route)).into_future());
    let (_folder, demo) = alone(&format!("push = \"http://{address}/tasks\"")).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let id = clerk.open(suzhou_to_hefei(404)).await;
    let task = until("the task is pushed", async || {
        taken.lock().unwrap().iter().find(|task| task["task"] == json!(id)).cloned()
    })
    .await;
    assert_eq!(task["phase"], "handed_over");
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let times = taken.lock().unwrap().iter().filter(|task| task["task"] == json!(id)).count();
    assert_eq!(times, 1, "what was taken over is not pushed again");
}
