//! Folders that a gateway fills and empties: bundles of peers are imported, bundles for them written, each at its interval.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tongban_core::dossier::{Hash, NodeId};
use tongban_core::exchange::Cursor;

use super::fault::Refused;
use super::take::{import, note};
use super::write::{Names, Outgoing};
use super::{Heard, hand};
use crate::app::App;
use crate::config::Folders;
use crate::limits;

/// Extension of a whole bundle.
const BUNDLE: &str = "bundle";

/// What is remembered of a peer's folders from round to round. Nothing of it need survive: after a restart what is not
/// acknowledged is written once more.
#[derive(Default)]
struct Round {
    next: Option<Instant>,
    /// What was said last.
    mark: Option<Hash>,
    /// How far the stream was written.
    sent: Option<Cursor>,
    /// Rounds since.
    quiet: u32,
    /// Something came again that had been taken: the peer has not heard that.
    again: bool,
}

/// Notes what was heard of peers by bundles before this start.
pub async fn load(app: &App) {
    for peer in app.config.peer.keys() {
        if let Ok(Some(heard)) = Heard::of(&app.store, peer).await {
            note(app, &heard.head);
        }
    }
}

/// Looks after all folders, and after what commands hand in. Runs until the process ends.
pub async fn watch(app: App) {
    let mut rounds: HashMap<NodeId, Round> = HashMap::new();
    hand::clear(&app.folder);
    loop {
        hand::take(&app).await;
        for (peer, way) in &app.config.peer {
            let Some(folders) = &way.bundle else { continue };
            let round = rounds.entry(peer.clone()).or_default();
            if round.next.is_some_and(|next| next > Instant::now()) {
                continue;
            }
            round.next = Some(Instant::now() + Duration::from_secs(folders.every_s.max(1)));
            let taken = take_in(&app, &folders.inbox, round).await;
            // Also while something is missing: what was read so far tells the peer what to send again.
            let written = write_out(&app, peer, folders, round).await;
            if let Err(refused) = taken.and(written) {
                tracing::warn!(code = refused.code, %refused, %peer, "bundle folder");
                let now = app.clock.now();
                app.peers.note(peer, |state| state.failed(now, refused.code, refused.to_string()));
            }
        }
        tokio::time::sleep(Duration::from_millis(limits::BUNDLE_HANDED_EVERY_MS)).await;
    }
}

/// Imports everything that lies there, by name. What waits for another file stays for the next round.
async fn take_in(app: &App, inbox: &Path, round: &mut Round) -> Result<(), Refused> {
    let (done, refused) = (inbox.join("done"), inbox.join("refused"));
    for folder in [&done, &refused] {
        std::fs::create_dir_all(folder).map_err(|error| Refused::file("bundle-folder", folder, error))?;
    }
    let mut waits = Ok(());
    for path in bundles(inbox).map_err(|error| Refused::file("bundle-folder", inbox, error))? {
        let name = path.file_name().unwrap_or_default();
        let target = match import(app, &path).await {
            Ok(received) => {
                tracing::info!(from = %received.from, items = received.items, known = received.known, "bundle taken");
                app.peers.note(&received.from, |state| state.trouble = None);
                round.again |= received.items == 0 && received.known > 0;
                done.join(name)
            }
            Err(refusal) if refusal.may_pass() || (refusal.code == "bundle-truncated" && is_fresh(&path)) => {
                tracing::debug!(code = refusal.code, %refusal, path = %path.display(), "bundle waits");
                if refusal.may_pass() {
                    waits = Err(refusal);
                }
                continue;
            }
            Err(refusal) => {
                tracing::warn!(code = refusal.code, %refusal, path = %path.display(), "bundle refused");
                let why = format!("{}\n{}\n", refusal.code, refusal.both());
                let note = refused.join(format!("{}.txt", name.to_string_lossy()));
                std::fs::write(&note, why).map_err(|error| Refused::file("bundle-folder", &note, error))?;
                refused.join(name)
            }
        };
        std::fs::rename(&path, &target).map_err(|error| Refused::file("bundle-folder", &path, error))?;
    }
    waits
}

/// The bundles in a folder, in the order of their names. What is not a plain file is left alone.
fn bundles(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_file() && path.extension().is_some_and(|end| end == BUNDLE) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The gateway may still be writing it.
fn is_fresh(path: &Path) -> bool {
    let changed = std::fs::metadata(path).and_then(|about| about.modified());
    let age = changed.ok().and_then(|changed| SystemTime::now().duration_since(changed).ok());
    age.is_none_or(|age| age < Duration::from_secs(limits::BUNDLE_SETTLE_S))
}

/// Writes what is new for a peer; and what it has not acknowledged once more, when it seems lost.
async fn write_out(app: &App, peer: &NodeId, folders: &Folders, round: &mut Round) -> Result<(), Refused> {
    let own = &app.config.node;
    if app.directory.now().current().is_none_or(|list| list.card(peer).is_err()) {
        return Ok(());
    }
    let mut plan = Outgoing::plan(&app.store, (own, &*app.signer), peer, app.clock.now()).await?;
    let mark = plan.mark();
    round.quiet += 1;
    let is_overdue = round.quiet > limits::BUNDLE_RESEND_ROUNDS && plan.is_owing();
    if round.mark == Some(mark) && !round.again && !is_overdue {
        return Ok(());
    }
    let sent = round.sent.as_ref().filter(|sent| sent.epoch == plan.begin.epoch && sent.position > plan.begin.position);
    if let Some(sent) = sent.filter(|_| !is_overdue) {
        plan.begin = sent.clone();
    }
    let now = jiff::Timestamp::from_millisecond(app.clock.now().0).unwrap_or_default();
    let now = now.strftime("%Y%m%dT%H%M%S.%3fZ");
    let names = Names::Parts(folders.out.clone(), format!("{own}-{peer}-{now}"));
    let written = plan.write(&app.store, &*app.signer, &names, folders.max_bytes).await?;
    tracing::info!(%peer, files = written.files.len(), items = written.items, "bundle written");
    *round = Round { next: round.next, mark: Some(mark), sent: Some(written.end), quiet: 0, again: false };
    Ok(())
}
