//! Tasks given to departments' own systems: pushed to an address, or written into a folder; and answers found in a folder.
//! What could not be given is given again; what was refused lies beside the answer, with a code and what to mend.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use tongban_core::dossier::DossierId;
use tongban_core::ident::Uscc;

use crate::app::App;
use crate::beside;
use crate::config::Department;
use crate::limits;
use crate::service::department::{DepartmentAnswer, Task, answer};
use crate::service::{Actor, ServiceError};
use crate::text::Lang;
use crate::web::words_of;

/// Serves every department that is configured.
pub(super) async fn serve(app: &App) {
    let mut running = tokio::task::JoinSet::new();
    for (org, department) in &app.config.department {
        let (app, org, department) = (app.clone(), *org, department.clone());
        running.spawn(async move { serve_one(&app, org, &department).await });
    }
    while running.join_next().await.is_some() {}
}

async fn serve_one(app: &App, org: Uscc, department: &Department) {
    // The system stands in the same network; it gets its answer without a proxy.
    let Ok(client) = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(limits::PUSH_S_MAX)).build()
    else {
        return;
    };
    loop {
        let is_mine = !app.store.is_shared() || beside::is_mine(app, &format!("department {org}")).await;
        if is_mine {
            if let Some(folder) = &department.inbox {
                take(app, org, folder).await;
            }
            if let Err(error) = give(app, org, department, &client).await {
                tracing::warn!(%error, %org, "tasks not given to the department's system; they are given again");
            }
        }
        tokio::time::sleep(Duration::from_secs(department.every_s.max(1))).await;
    }
}

/// Gives every task that is new, or has changed since it was given.
async fn give(app: &App, org: Uscc, department: &Department, client: &reqwest::Client) -> Result<(), String> {
    if department.out.is_none() && department.push.is_none() {
        return Ok(());
    }
    let (actor, name) = (Actor::Department(org), org.to_string());
    let mut after = None;
    loop {
        let page = app.store.cases(crate::store::List::ToDo(&name), after.as_ref()).await.map_err(told)?;
        for row in &page.rows {
            let records = app.store.records_given(&name, row.dossier).await.map_err(told)?;
            let now = app.store.length(row.dossier).await.map_err(told)?;
            if now <= records {
                continue;
            }
            let Some(task) = crate::service::department::one(app, &actor, org, row.dossier).await.map_err(told)? else {
                continue;
            };
            // What is still on its way is waited for: a task comes whole.
            if task.files.iter().any(|file| file.content.is_none()) || task.applicant.is_none() {
                continue;
            }
            deliver(department, client, row.dossier, &task).await?;
            app.store.note_given(&name, row.dossier, now).await.map_err(told)?;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

async fn deliver(department: &Department, client: &reqwest::Client, id: DossierId, task: &Task) -> Result<(), String> {
    let text = serde_json::to_vec_pretty(task).map_err(told)?;
    if let Some(folder) = &department.out {
        let name = format!("{id}-{}.json", task.records);
        write_whole(folder, &name, &text).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    if let Some(address) = &department.push {
        let request = client.post(address).header("content-type", "application/json").body(text);
        let answer = request.send().await.map_err(told)?;
        if !answer.status().is_success() {
            return Err(format!("{address}: {}", answer.status()));
        }
    }
    Ok(())
}

/// Nobody reads half a file: it is written under another name first.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let part = folder.join(format!(".{name}.part"));
    std::fs::write(&part, bytes)?;
    std::fs::rename(part, folder.join(name))
}

/// What was wrong with an answer, for those who mend it.
#[derive(Serialize)]
struct Refused {
    code: String,
    message: String,
    message_en: String,
}

/// Takes every answer in the folder, in the order of their names.
async fn take(app: &App, org: Uscc, folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        tracing::warn!(folder = %folder.display(), "the folder of answers cannot be read");
        return;
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let name = path.to_string_lossy();
        !hidden && name.ends_with(".json") && !name.ends_with(".error.json")
    });
    files.sort();
    for path in files {
        let refused = match read(&path) {
            Ok(given) => match answer(app, &Actor::Department(org), org, given).await {
                Ok(_) => None,
                Err(ServiceError::Store(error)) => {
                    tracing::warn!(%error, file = %path.display(), "an answer could not be kept; it is taken again");
                    return;
                }
                Err(error) => {
                    let (message, message_en) = (words_of(Lang::Zh, &error), words_of(Lang::En, &error));
                    Some(Refused { code: error.code(), message, message_en })
                }
            },
            Err(error) => {
                let words = |lang: Lang| lang.tf("fault-answer-malformed", &[("error", &error)]).into_owned();
                let code = "json-malformed".to_owned();
                Some(Refused { code, message: words(Lang::Zh), message_en: words(Lang::En) })
            }
        };
        if let Err(error) = put_away(&path, refused) {
            tracing::warn!(%error, file = %path.display(), "an answer could not be put away");
        }
    }
}

fn read(path: &Path) -> Result<DepartmentAnswer, String> {
    let size = std::fs::metadata(path).map_err(told)?.len();
    if size > limits::FORM_BYTES_MAX as u64 {
        return Err(format!("{size} bytes, at most {}", limits::FORM_BYTES_MAX));
    }
    serde_json::from_slice(&std::fs::read(path).map_err(told)?).map_err(told)
}

fn put_away(path: &Path, refused: Option<Refused>) -> std::io::Result<()> {
    let with = |ending: &str| path.with_extension(ending);
    match refused {
        None => std::fs::rename(path, with("done")),
        Some(refused) => {
            tracing::warn!(code = refused.code, file = %path.display(), "an answer of the department's system was refused");
            let text = serde_json::to_vec_pretty(&refused).unwrap_or_default();
            std::fs::write(with("error.json"), text)?;
            std::fs::rename(path, with("refused"))
        }
    }
}
