//! Recall and restore: what a node asks others when the registrar gives it a pen, or when it lost stamps of its own
//! (rules 6 and 7 of `docs/protocol.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::{DossierId, NodeId, RecallAct};
use tongban_core::exchange::{Batch, Cursor, Epoch, Full, Keys as _};

use super::bundle;
use super::client::{Peer, Trouble};
use crate::app::App;
use crate::beside;
use crate::config::Opens;
use crate::limits;
use crate::store::Store;

/// What a participant answers to a new holder's question.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// Log, evidence and pending entries.
    All(Box<Batch>),
    /// Nothing of this dossier is here.
    NotHeld,
    /// A higher act is known: the question is obsolete.
    Sealed(Box<Document>),
}

/// What a node answers to one that was restored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Restated {
    /// Its own epoch.
    pub(super) epoch: Epoch,
    /// How far its stream has to be read until all that is shared was restated.
    pub(super) until: u64,
    /// Every act of the registrar that it knows.
    pub(super) acts: Vec<Document>,
}

/// Answers a node's question by an act of this term, which was learned: from there on this node is sealed. Whom no stamp
/// lets take part gets nothing, whatever an act says: it could not go on with it.
pub(super) async fn answer_from(
    store: &Store,
    asker: &NodeId,
    dossier: DossierId,
    term: u32,
    epoch: &Epoch,
) -> crate::store::Result<Answer> {
    let acts = store.documents_of(Kind::Recall).await?;
    let concerns = |held: &Document| RecallAct::read(held).is_ok_and(|act| act.dossiers.contains(&dossier));
    if let Some(higher) = acts.into_iter().rev().find(|held| held.version > term && concerns(held)) {
        return Ok(Answer::Sealed(Box::new(higher)));
    }
    if !store.full(dossier).await?.named().any(|node| node == asker) {
        return Ok(Answer::NotHeld);
    }
    let all = store.answer_batch(dossier, epoch).await?;
    Ok(if all.items.is_empty() { Answer::NotHeld } else { Answer::All(Box::new(all)) })
}

/// Learns an act, if it is the registrar's and new.
pub(super) async fn learn(app: &App, document: Document) -> Result<(), Trouble> {
    let stored = |error: String| Trouble::Store(error);
    let root = app.directory.root().map_err(|error| stored(error.to_string()))?;
    let act = RecallAct::open(&document, &root)?;
    app.writer.learn(act, document).await.map_err(stored)
}

/// Looks for acts, carries out those that make this node the holder, and wins back what a restored node lost. Runs until
/// the process ends.
pub async fn recover(app: App) {
    let mut work = Work::default();
    let mut since_acts = limits::DOCUMENTS_EVERY_S * 1000;
    loop {
        if since_acts >= limits::DOCUMENTS_EVERY_S * 1000 {
            since_acts = 0;
            if let Err(trouble) = look_for_acts(&app, &mut work.known).await {
                tracing::debug!(%trouble, "acts not fetched");
            }
        }
        if beside::is_mine(&app, "recover").await {
            work.carry_out(&app).await;
            work.win_back(&app).await;
        }
        tokio::time::sleep(Duration::from_millis(limits::RECOVERY_EVERY_MS)).await;
        since_acts += limits::RECOVERY_EVERY_MS;
    }
}

/// What was done so far. Nothing of it need survive: what was answered is stored, and is asked again after a crash.
#[derive(Default)]
struct Work {
    /// Numbers of acts that the writer has.
    known: BTreeSet<u32>,
    /// Dossiers whose act is carried out or obsolete, by term.
    done: BTreeSet<(DossierId, u32)>,
    /// Who answered, by dossier and term.
    answered: BTreeMap<(DossierId, u32), BTreeSet<NodeId>>,
    /// How far each node's stream has to be read, in this life, and how often was looked since.
    restated: BTreeMap<NodeId, (Epoch, Restated, u32)>,
}

/// New acts, from the own store (where the registrar's command put them) and from the registrar.
async fn look_for_acts(app: &App, known: &mut BTreeSet<u32>) -> Result<(), Trouble> {
    let mut documents = app.store.documents_of(Kind::Recall).await?;
    let registrar = app.directory.now().registrar();
    // What crosses in files brings the acts with it.
    let is_asked = |node: &NodeId| *node != app.config.node && app.config.opens(node) != Opens::Nobody;
    if let Some(registrar) = registrar.filter(is_asked) {
        let after = (1..).find(|number| !documents.iter().any(|held| held.version == *number)).unwrap_or(1) - 1;
        documents.extend(Peer::new(app, registrar).acts(after).await?);
    }
    for document in documents {
        let number = document.version;
        if !known.contains(&number) {
            learn(app, document).await?;
            known.insert(number);
        }
    }
    Ok(())
}

impl Work {
    async fn carry_out(&mut self, app: &App) {
        for (dossier, act) in app.writer.acts_to_carry_out() {
            let key = (dossier, act.0.term);
            if self.done.contains(&key) {
                continue;
            }
            match self.carry_out_one(app, dossier, &act).await {
                Ok(true) => {
                    self.done.insert(key);
                    self.answered.remove(&key);
                }
                Ok(false) => {}
                Err(trouble) => tracing::info!(%dossier, term = act.0.term, %trouble, "recall waits"),
            }
        }
    }

    /// Asks everyone who is not excused; after all answers, the recall is stamped. Says whether nothing is left to do.
    async fn carry_out_one(
        &mut self,
        app: &App,
        dossier: DossierId,
        act: &std::sync::Arc<(RecallAct, Document)>,
    ) -> Result<bool, Trouble> {
        let known = app.store.full(dossier).await?;
        if known.log.is_empty() && known.beside.is_empty() {
            // The dossier may still come over.
            return Ok(false);
        }
        if known.term().is_some_and(|term| term >= act.0.term) {
            return Ok(true);
        }
        let snapshot = app.directory.now();
        let everyone: Vec<NodeId> =
            snapshot.current().iter().flat_map(|list| &list.nodes).map(|card| card.node.clone()).collect();
        let answered = self.answered.entry((dossier, act.0.term)).or_default();
        let open = |known: &Full, answered: &BTreeSet<NodeId>| {
            let mut open = known.asked_for(&act.0, app.writer.is_recovering(), &everyone);
            open.retain(|node| !answered.contains(node));
            open
        };
        for node in open(&known, answered) {
            if app.config.opens(&node) != Opens::Nobody {
                Peer::new(app, node.clone()).question(dossier, &act.1).await?;
            } else if !bundle::is_answered(&app.store, &node, dossier, act.0.term).await? {
                return Err(Trouble::ByFiles(node));
            }
            answered.insert(node);
        }
        // Answers may have brought in more participants.
        if !open(&app.store.full(dossier).await?, answered).is_empty() {
            return Ok(false);
        }
        app.writer.recall(dossier, act.clone()).await.map_err(Trouble::Store)?;
        Ok(true)
    }

    /// A restored node asks every node of the trust list, not only those that it remembers: a join may lie in what was
    /// lost. Until all were read, it stamps nothing.
    async fn win_back(&mut self, app: &App) {
        if !app.writer.is_recovering() {
            self.restated.clear();
            return;
        }
        let epoch = app.writer.epoch();
        let snapshot = app.directory.now();
        let Some(list) = snapshot.current() else { return };
        let others: Vec<NodeId> =
            list.nodes.iter().map(|card| card.node.clone()).filter(|node| *node != app.config.node).collect();
        let mut open = false;
        for node in others {
            match self.win_back_from(app, &epoch, &node).await {
                Ok(true) => {}
                Ok(false) => open = true,
                Err(trouble) => {
                    open = true;
                    tracing::info!(%node, %trouble, "recovery waits for a node");
                }
            }
        }
        if !open && let Err(error) = app.writer.recovered().await {
            tracing::error!(%error, "recovery not ended");
        }
    }

    async fn win_back_from(&mut self, app: &App, epoch: &Epoch, node: &NodeId) -> Result<bool, Trouble> {
        let cursor = app.store.cursor(node.as_str()).await?;
        let is_read = |restated: &Restated| {
            let read = |cursor: &Cursor| cursor.epoch == restated.epoch && cursor.position >= restated.until;
            restated.until == 0 || cursor.as_ref().is_some_and(read)
        };
        // Its stream is read meanwhile. If that does not get there, it lost its own answer or began a new life since: it is
        // asked again, which says nothing twice.
        if let Some((_, restated, looked)) = self.restated.get_mut(node).filter(|(ours, ..)| ours == epoch) {
            *looked += 1;
            if is_read(restated) || *looked < limits::RESTATED_LOOKS_MAX {
                return Ok(is_read(restated));
            }
        }
        if app.config.opens(node) == Opens::Nobody {
            let restated = bundle::restated(&app.store, node, epoch).await?;
            let is_read = |(epoch, until): (Epoch, u64)| is_read(&Restated { epoch, until, acts: Vec::new() });
            return restated.map(is_read).ok_or_else(|| Trouble::ByFiles(node.clone()));
        }
        let restated = Peer::new(app, node.clone()).tell_restored().await?;
        self.restated.insert(node.clone(), (epoch.clone(), restated.clone(), 0));
        Ok(is_read(&restated))
    }
}
