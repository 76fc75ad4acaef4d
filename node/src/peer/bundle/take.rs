//! A bundle taken in: as if its sender had answered over the network.

use std::collections::HashMap;
use std::path::Path;

use base64::Engine as _;
use serde::{Deserialize, Serialize};
use tongban_core::directory::Kind;
use tongban_core::dossier::suite::unhex;
use tongban_core::dossier::{BlobRef, DossierId, Hash, Moment, NodeId, blob_hash};
use tongban_core::exchange::{Batch, Cursor, Taken, VerifiedBatch};

use super::fault::Refused;
use super::read::{Judge, check, records};
use super::{Blob, Head, Heard, Question, Record};
use crate::app::App;
use crate::limits;
use crate::peer::client::{checked, keep_documents, verify};
use crate::peer::recovery::{Answer, learn};
use crate::store::{IncomingBatch, NewBlob, StreamPage, WholeChain};

/// What was taken of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// Who wrote it.
    pub from: NodeId,
    /// When.
    pub at: Moment,
    /// Items that are new here.
    pub items: u64,
    /// Items that had been read before.
    pub known: u64,
    /// Files and personal fields that are new here.
    pub blobs: usize,
}

/// Checks a bundle whole, then takes what is new in it. What was taken before changes nothing.
pub async fn import(app: &App, path: &Path) -> Result<Received, Refused> {
    let (head, file) = {
        let (app, path) = (app.clone(), path.to_owned());
        let check = move || {
            let known = app.directory.now();
            let judge = Judge { own: &app.config.node, now: app.clock.now(), root: &app.config.trust, known: &known };
            check(&path, &judge)
        };
        tokio::task::spawn_blocking(check).await.map_err(|error| Refused::from(error.to_string()))??
    };
    let mut import = Import::begin(app, head).await?;
    let mut records = records(path, file);
    while let Some(record) = records.recv().await {
        import.take(record?).await?;
    }
    import.end().await
}

/// Blobs wait here until there are enough of them for one commit.
#[derive(Default)]
struct Blobs {
    waiting: Vec<NewBlob>,
    bytes: usize,
    kept: usize,
}

struct Import<'a> {
    app: &'a App,
    head: Head,
    /// Logs that the next stretch may need.
    logs: HashMap<DossierId, Vec<Batch>>,
    blobs: Blobs,
    items: u64,
    known: u64,
    /// The first stretch that cannot be taken, and why. The rest of the file is of use nevertheless.
    open: Option<Refused>,
}

impl<'a> Import<'a> {
    /// Hears what the head says.
    async fn begin(app: &'a App, head: Head) -> Result<Import<'a>, Refused> {
        let (store, peer) = (&app.store, &head.from);
        let heard = Heard::of(store, peer).await?;
        if let Some(heard) = &heard
            && heard.head.epoch != head.epoch
            && heard.head.at >= head.at
        {
            // The files of one life are ordered by their cursors, lives are not: what was written later is the later one.
            return Err(Refused::new("bundle-former-life", [("from", peer.to_string())]));
        }
        if heard.as_ref().is_none_or(|heard| heard.head.at <= head.at) {
            if head.recovering {
                app.writer.restate(peer.clone(), head.epoch.clone()).await?;
            }
            acknowledged(app, &head).await?;
            let answered = heard.map(|heard| heard.answered).unwrap_or_default();
            Heard { head: head.clone(), answered }.keep(store).await?;
        }
        let (items, known, open) = (0, 0, None);
        Ok(Import { app, head, logs: HashMap::new(), blobs: Blobs::default(), items, known, open })
    }

    async fn take(&mut self, record: Record) -> Result<(), Refused> {
        match record {
            Record::Document(document) if document.kind == Kind::Recall => {
                // An act of another registrar, or a damaged one, seals nothing.
                if let Err(trouble) = learn(self.app, document).await {
                    tracing::warn!(%trouble, from = %self.head.from, "act not learned");
                }
            }
            Record::Document(document) => keep_documents(self.app, vec![document]).await,
            Record::Answer { dossier, term, answer } => self.answer(Question { dossier, term }, answer).await?,
            Record::Log { dossier, batch } => self.logs.entry(dossier).or_default().push(batch),
            Record::Stretch { after, batch } => {
                let logs = std::mem::take(&mut self.logs);
                // After a gap nothing fits.
                if self.open.is_none() {
                    match self.stretch(after, batch, logs).await {
                        Err(refused) if refused.code == "bundle-gap" => self.open = Some(refused),
                        done => done?,
                    }
                }
            }
            Record::Blob(blob) => self.blob(blob).await?,
            Record::Seal(_) => {}
        }
        Ok(())
    }

    async fn end(mut self) -> Result<Received, Refused> {
        self.keep_blobs().await?;
        let (app, head) = (self.app, self.head);
        note(app, &head);
        match self.open {
            Some(refused) => Err(refused),
            None => Ok(Received {
                from: head.from,
                at: head.at,
                items: self.items,
                known: self.known,
                blobs: self.blobs.kept,
            }),
        }
    }

    /// Takes a stretch of the stream, as [`Peer::read_once`](crate::peer::client::Peer) does.
    async fn stretch(
        &mut self,
        after: Hash,
        batch: Batch,
        logs: HashMap<DossierId, Vec<Batch>>,
    ) -> Result<(), Refused> {
        let (app, peer) = (self.app, &self.head.from);
        if batch.epoch != self.head.epoch {
            return Err(Refused::record("a stretch of another life than its head's"));
        }
        let begin = Cursor { epoch: batch.epoch.clone(), position: batch.from, hash: after };
        let count = batch.items.len() as u64;
        let end = begin.position + count;
        let mut verified: Option<VerifiedBatch> = None;
        let mut tried = Vec::new();
        // Each item may ask for its dossier's log once; a new life and a moved cursor cost a round each.
        for _ in 0..2 * count + 8 {
            let stored = app.store.cursor(peer.as_str()).await?;
            let same = stored.clone().filter(|cursor| cursor.epoch == begin.epoch);
            let is_same = same.is_some();
            let reader = same.unwrap_or_else(|| Cursor::start(begin.epoch.clone()));
            if reader.position < begin.position {
                let numbers = [("begins", begin.position.to_string()), ("stands", reader.position.to_string())];
                let [begins, stands] = numbers;
                return Err(Refused::new("bundle-gap", [("from", peer.to_string()), begins, stands]));
            }
            if is_same && reader.position >= end {
                self.known += count;
                return Ok(());
            }
            let whole = match &verified {
                Some(whole) => whole,
                None => verified.insert(self.verify(batch.clone(), begin.clone()).await?),
            };
            let unread = whole.clone().unread_by(begin.clone(), &reader);
            let unread = unread.ok_or_else(|| Refused::new("bundle-diverged", [("from", peer.to_string())]))?;
            let new = unread.items.len() as u64;
            let incoming =
                IncomingBatch { peer: peer.clone(), read_from: stored.clone(), tried: tried.clone(), batch: unread };
            let life = app.writer.epoch();
            match app.writer.take(incoming).await? {
                // Of a new life only the beginning was noted.
                Taken::Stored if stored.is_some() && !is_same && count > 0 => {}
                Taken::Stored => {
                    self.items += new;
                    self.known += count - new;
                    return Ok(());
                }
                Taken::Stale => {}
                Taken::Lost => app.writer.restart(life).await?,
                Taken::Whole(dossier, item) => {
                    if let Some(log) = logs.get(&dossier) {
                        self.whole(log.clone()).await?;
                    }
                    tried.push(item);
                }
            }
        }
        Err(Refused::record("a stretch that is never taken"))
    }

    /// Takes the whole log of a dossier.
    async fn whole(&self, pages: Vec<Batch>) -> Result<(), Refused> {
        let mut whole: Option<VerifiedBatch> = None;
        for page in pages {
            let begin = Cursor::start(page.epoch.clone());
            let page = self.verify(page, begin).await?;
            match &mut whole {
                None => whole = Some(page),
                Some(whole) => {
                    whole.items.extend(page.items);
                    whole.groups.extend(page.groups);
                }
            }
        }
        match whole {
            Some(batch) => self.take_whole(false, batch).await,
            None => Ok(()),
        }
    }

    async fn take_whole(&self, asked: bool, batch: VerifiedBatch) -> Result<(), Refused> {
        let chain = WholeChain { peer: self.head.from.clone(), asked, batch };
        match self.app.writer.take_whole(chain).await? {
            // Lost: a new life has begun, in which the stretch is taken.
            Taken::Stored | Taken::Lost => Ok(()),
            _ => Err(Refused::new("bundle-former-life", [("from", self.head.from.to_string())])),
        }
    }

    async fn answer(&mut self, question: Question, answer: Answer) -> Result<(), Refused> {
        let (app, peer) = (self.app, &self.head.from);
        let acts = app.writer.acts_to_carry_out();
        if !acts.iter().any(|(dossier, act)| (*dossier, act.0.term) == (question.dossier, question.term)) {
            return Ok(());
        }
        match answer {
            // The act that it knows is higher: this question is obsolete.
            Answer::Sealed(act) => return learn(app, *act).await.map_err(|error| Refused::record(error.to_string())),
            Answer::NotHeld => {}
            Answer::All(batch) => {
                let directory = app.directory.clone();
                let batch = checked(move || batch.verify_whole(&directory)).await;
                self.take_whole(true, batch.map_err(|error| Refused::record(error.to_string()))?).await?;
            }
        }
        if let Some(mut heard) = Heard::of(&app.store, peer).await?
            && !heard.answered.contains(&question)
        {
            heard.answered.push(question);
            heard.keep(&app.store).await?;
        }
        Ok(())
    }

    async fn verify(&self, batch: Batch, begin: Cursor) -> Result<VerifiedBatch, Refused> {
        verify(self.app, batch, begin).await.map_err(|error| Refused::record(error.to_string()))
    }

    async fn blob(&mut self, blob: Blob) -> Result<(), Refused> {
        let Blob { hash, salt, media, bytes } = blob;
        let salt = unhex(&salt).and_then(|salt| <[u8; 16]>::try_from(salt).ok());
        let bytes = base64::engine::general_purpose::STANDARD.decode(bytes).ok();
        let (Some(salt), Some(bytes)) = (salt, bytes) else { return Err(Refused::record("a blob")) };
        // The name is the proof.
        if blob_hash(hash.suite(), &salt, &bytes) != hash {
            return Err(Refused::record("a blob that is not what its name says"));
        }
        let blobs = &mut self.blobs;
        blobs.bytes += bytes.len();
        blobs.waiting.push(NewBlob {
            reference: BlobRef { hash, size: bytes.len() as u32, media },
            salt,
            bytes: Some(bytes),
        });
        let is_much = blobs.bytes >= limits::BLOBS_SENT_BYTES_MAX || blobs.waiting.len() >= limits::BLOBS_ASKED_MAX;
        if is_much { self.keep_blobs().await } else { Ok(()) }
    }

    /// Keeps what the log names and is not here; the rest is thrown away.
    async fn keep_blobs(&mut self) -> Result<(), Refused> {
        let mut waiting = std::mem::take(&mut self.blobs.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        self.blobs.bytes = 0;
        let hashes: Vec<Hash> = waiting.iter().map(|blob| blob.reference.hash).collect();
        let wanted = self.app.store.wanted_among(self.head.from.as_str(), &hashes).await?;
        waiting.retain(|blob| wanted.contains(&blob.reference.hash));
        self.blobs.kept += waiting.len();
        Ok(self.app.store.keep_blobs(waiting).await?)
    }
}

/// What the sender has read of this node's stream: if it is more than there is, this node was rolled back.
async fn acknowledged(app: &App, head: &Head) -> Result<(), Refused> {
    let epoch = app.writer.epoch();
    let Some(read) = head.read.as_ref().filter(|read| read.epoch == epoch) else { return Ok(()) };
    match app.store.stretch(head.from.as_str(), &epoch, read, 1).await? {
        StreamPage::Batch(_) => Ok(()),
        StreamPage::RolledBack => {
            tracing::error!(peer = %head.from, "a peer knows more of this node's stream than this node");
            Ok(app.writer.restart(epoch).await?)
        }
    }
}

/// For pages and for the operator: when the peer was heard of, and what it has.
pub(super) fn note(app: &App, head: &Head) {
    let epoch = app.writer.epoch();
    let confirmed = head.read.as_ref().filter(|read| read.epoch == epoch).map_or(0, |read| read.position);
    app.peers.note(&head.from, |state| {
        if state.asked.is_none_or(|asked| asked <= head.at) {
            (state.asked, state.heard) = (Some(head.at), Some(head.at));
            state.confirmed = state.confirmed.max(confirmed);
        }
    });
}
