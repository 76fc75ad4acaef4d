//! A bundle written: all that a peer has not acknowledged, and what it asked for.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::{DossierId, Hash, Moment, NodeId, RecallAct, Signer};
use tongban_core::exchange::{Cursor, Epoch};

use super::fault::Refused;
use super::read::Digest;
use super::{Blob, Head, Heard, Question, Record, SIGNED_AS, Told, VERSION};
use crate::limits;
use crate::peer::recovery::{Answer, answer_from};
use crate::store::{Store, StreamPage, contents};

/// Room for the last line.
const SEAL_BYTES: u64 = 256;

/// How the files are called.
pub enum Names {
    /// One file.
    One(PathBuf),
    /// `stem-001.bundle`, `stem-002.bundle` …: their names sort in the order in which they are imported.
    Parts(PathBuf, String),
}

impl Names {
    fn part(&self, part: u32) -> PathBuf {
        match self {
            Names::One(path) => path.clone(),
            Names::Parts(folder, stem) => folder.join(format!("{stem}-{part:03}.bundle")),
        }
    }
}

/// What is to be written.
pub struct Outgoing {
    head: Head,
    documents: Vec<Document>,
    answers: Vec<(Question, Document)>,
    blobs: Vec<Hash>,
    /// From where on the stream is written; at first all that is not acknowledged.
    pub begin: Cursor,
    /// Where the stream ends.
    pub end: u64,
}

/// What was written.
pub struct Written {
    /// The files, in order.
    pub files: Vec<PathBuf>,
    /// Where the stream goes on.
    pub end: Cursor,
    /// Items in them.
    pub items: u64,
}

impl Outgoing {
    /// Looks what a peer has not acknowledged and what it asked for. Only reads: a command does it beside a serving node.
    pub async fn plan(
        store: &Store,
        (own, signer): (&NodeId, &dyn Signer),
        peer: &NodeId,
        now: Moment,
    ) -> Result<Outgoing, Refused> {
        let epoch = store.state("epoch").await?.map(|epoch| Epoch::from_stored(&epoch));
        let epoch = epoch.ok_or_else(|| Refused::new("bundle-never-served", []))?;
        if store.state("restored").await?.is_some() {
            return Err(Refused::new("bundle-never-served", []));
        }
        let heard = Heard::of(store, peer).await?;
        let held = store.documents_for_nodes().await?;
        let acts: Vec<&Document> = held.iter().filter(|document| document.kind == Kind::Recall).collect();
        let head = Head {
            tongban_bundle: VERSION,
            from: own.clone(),
            to: peer.clone(),
            at: now,
            key: signer.public_key().fingerprint(),
            part: 1,
            epoch: epoch.clone(),
            recovering: store.state("recovering").await?.is_some(),
            read: store.cursor(peer.as_str()).await?,
            have: held.iter().map(|one| (one.kind, one.node.clone(), one.version)).collect(),
            blobs: store.blobs_to_ask(peer.as_str()).await?,
            questions: questions(store, (own, &epoch), (peer, heard.as_ref()), &acts).await?,
            restated: told(store, peer, &epoch).await?,
        };
        let asks = heard.map(|heard| heard.head);
        let has = |document: &&Document| {
            let counts_each = matches!(document.kind, Kind::Trust | Kind::Recall);
            asks.iter().flat_map(|head| &head.have).any(|(kind, node, version)| {
                let same = (*kind, node) == (document.kind, &document.node);
                same && if counts_each { *version == document.version } else { *version >= document.version }
            })
        };
        // Its own as well: a peer that was restored gets back what it had published.
        let documents = held.iter().filter(|document| !has(document)).cloned().collect();
        let mut answers = Vec::new();
        for question in asks.iter().flat_map(|head| &head.questions) {
            let act = acts.iter().find(|act| act.version == question.term);
            let named = |act: &RecallAct| act.holder == *peer && act.dossiers.contains(&question.dossier);
            // An act that is not known here yet does not seal: it is answered when it is.
            if let Some(act) = act.filter(|act| RecallAct::read(act).is_ok_and(|act| named(&act))) {
                answers.push((question.clone(), Document::clone(act)));
            }
        }
        let asked: Vec<Hash> = asks.as_ref().map(|head| head.blobs.clone()).unwrap_or_default();
        let begin = asks.and_then(|head| head.read).filter(|read| read.epoch == epoch);
        let end = store.stream_end(peer.as_str()).await?;
        Ok(Outgoing {
            head,
            documents,
            answers,
            blobs: store.blobs_held(&asked).await?,
            begin: begin.unwrap_or_else(|| Cursor::start(epoch)),
            end,
        })
    }

    /// The same as long as nothing new is to be said.
    pub fn mark(&self) -> Hash {
        let head = Head { at: Moment(0), ..self.head.clone() };
        let documents: Vec<_> = self.documents.iter().map(|one| (one.kind, &one.node, one.version)).collect();
        let answers: Vec<_> = self.answers.iter().map(|(question, _)| question).collect();
        let said = serde_json::to_vec(&(head, documents, answers, &self.blobs, self.end)).unwrap_or_default();
        self.head.key.suite().hash(&[&said])
    }

    /// Whether something waits for the peer: it is written again if it seems lost.
    pub fn is_owing(&self) -> bool {
        let asks = !self.head.blobs.is_empty() || !self.head.questions.is_empty() || self.head.recovering;
        let brings = !self.documents.is_empty() || !self.answers.is_empty() || !self.blobs.is_empty();
        asks || brings || self.begin.position < self.end
    }

    /// Writes files of at most `max_bytes`. They appear under their names when they are whole.
    pub async fn write(
        self,
        store: &Store,
        signer: &dyn Signer,
        names: &Names,
        max_bytes: Option<u64>,
    ) -> Result<Written, Refused> {
        let Outgoing { head, documents, answers, blobs, begin, .. } = self;
        let (peer, epoch) = (head.to.clone(), head.epoch.clone());
        let mut files = Files::new(head, signer, names, max_bytes)?;
        for document in documents {
            files.put(&[Record::Document(document)])?;
        }
        for (Question { dossier, term }, act) in answers {
            let answer: Answer = answer_from(store, &peer, dossier, act.version, &epoch).await?;
            files.put(&[Record::Answer { dossier, term, answer }])?;
        }
        let mut cursor = begin;
        let mut items = 0;
        loop {
            let page = store.stretch(peer.as_str(), &epoch, &cursor, limits::BUNDLE_ITEMS_MAX).await?;
            let StreamPage::Batch(batch) = page else {
                return Err(Refused::new("bundle-diverged", [("from", peer.to_string())]));
            };
            let count = batch.items.len() as u64;
            // Without any item it says at least which life this is.
            if count == 0 && items > 0 {
                break;
            }
            let (dossiers, named) = contents(&batch);
            let mut together = Vec::new();
            for (dossier, stamps) in dossiers {
                let len = store.extent(dossier).await?;
                if len.is_some_and(|len| stamps < len) {
                    together.extend(log(store, dossier, &epoch).await?);
                }
            }
            let after = cursor.hash;
            together.push(Record::Stretch { after, batch: *batch });
            files.put(&together)?;
            for hash in named {
                files.blob(store, &peer, hash).await?;
            }
            if count == 0 {
                break;
            }
            items += count;
            cursor.position += count;
            let hash = store.stream_hash(peer.as_str(), cursor.position).await?;
            cursor.hash = hash.ok_or_else(|| Refused::new("bundle-new-life", []))?;
        }
        for hash in blobs {
            files.blob(store, &peer, hash).await?;
        }
        // What was read before and after a new life began would not fit together.
        if store.state("epoch").await?.as_deref() != Some(epoch.as_str()) {
            return Err(Refused::new("bundle-new-life", []));
        }
        Ok(Written { files: files.end()?, end: cursor, items })
    }
}

/// The whole log of a dossier, page by page.
async fn log(store: &Store, dossier: DossierId, epoch: &Epoch) -> Result<Vec<Record>, Refused> {
    let mut pages = Vec::new();
    loop {
        let from = pages.len() as u32 * limits::STREAM_ITEMS_MAX as u32;
        let batch = store.dossier_batch(dossier, from, epoch).await?;
        let is_last = batch.items.len() < limits::STREAM_ITEMS_MAX as usize;
        pages.push(Record::Log { dossier, batch });
        if is_last {
            return Ok(pages);
        }
    }
}

/// What this node has to ask a peer, as the new holder by an act of the registrar.
async fn questions(
    store: &Store,
    (own, epoch): (&NodeId, &Epoch),
    (peer, heard): (&NodeId, Option<&Heard>),
    acts: &[&Document],
) -> Result<Vec<Question>, Refused> {
    let mut questions = Vec::new();
    let recovering = store.state("recovering").await?.is_some();
    for act in acts.iter().filter_map(|act| RecallAct::read(act).ok()) {
        if act.holder != *own || act.epoch != *epoch || act.excused.contains(peer) {
            continue;
        }
        for dossier in act.dossiers.iter().copied() {
            let question = Question { dossier, term: act.term };
            if heard.is_some_and(|heard| heard.answered.contains(&question)) {
                continue;
            }
            let known = store.full(dossier).await?;
            let is_known = !(known.log.is_empty() && known.beside.is_empty());
            let is_open = is_known && known.term().is_none_or(|term| term < act.term);
            if is_open && known.asked_for(&act, recovering, std::slice::from_ref(peer)).contains(peer) {
                questions.push(question);
            }
        }
    }
    Ok(questions)
}

/// How far a recovering peer has to read, if it was answered in this life.
async fn told(store: &Store, peer: &NodeId, epoch: &Epoch) -> Result<Option<Told>, Refused> {
    let text = store.state(&format!("restated {peer}")).await?;
    let told = text.as_deref().and_then(|text| {
        let mut words = text.split(' ');
        let (own, of, until) = (words.next()?, words.next()?, words.next()?);
        (own == epoch.as_str()).then_some(Told { of: Epoch::from_stored(of), until: until.parse().ok()? })
    });
    Ok(told)
}

/// One file after the other.
struct Files<'a> {
    head: Head,
    signer: &'a dyn Signer,
    names: &'a Names,
    max_bytes: u64,
    open: Option<Open>,
    made: Vec<PathBuf>,
}

struct Open {
    path: PathBuf,
    partial: PathBuf,
    file: BufWriter<File>,
    digest: Digest,
    bytes: u64,
    /// Whether more than the head stands in it.
    is_filled: bool,
}

impl<'a> Files<'a> {
    fn new(head: Head, signer: &'a dyn Signer, names: &'a Names, max_bytes: Option<u64>) -> Result<Files<'a>, Refused> {
        let max_bytes = max_bytes.unwrap_or(u64::MAX);
        let mut files = Files { head, signer, names, max_bytes, open: None, made: Vec::new() };
        files.begin()?;
        Ok(files)
    }

    fn begin(&mut self) -> Result<(), Refused> {
        self.head.part = self.made.len() as u32 + 1;
        let path = self.names.part(self.head.part);
        if path.exists() {
            return Err(Refused::new("bundle-exists", [("path", path.display().to_string())]));
        }
        let partial = path.with_extension("partial");
        // Personal data: nobody else on this machine reads it.
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // What a process left that ended while it wrote.
        let _ = std::fs::remove_file(&partial);
        let file = options.open(&partial).map_err(|error| Refused::file("bundle-not-written", &partial, error))?;
        let (digest, file) = (Digest::new(&self.head.key), BufWriter::new(file));
        self.open = Some(Open { path, partial, file, digest, bytes: 0, is_filled: false });
        let head = line(&self.head)?;
        self.write(&head)
    }

    fn write(&mut self, line: &[u8]) -> Result<(), Refused> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.digest.line(line);
        open.bytes += line.len() as u64 + 1;
        let written = open.file.write_all(line).and_then(|()| open.file.write_all(b"\n"));
        written.map_err(|error| Refused::file("bundle-not-written", &open.partial, error))
    }

    /// Puts records that must stand together into this file, or into the next.
    fn put(&mut self, records: &[Record]) -> Result<(), Refused> {
        let lines = records.iter().map(line).collect::<Result<Vec<_>, _>>()?;
        let bytes: u64 = lines.iter().map(|line| line.len() as u64 + 1).sum();
        let fits = |open: &Open| open.bytes + bytes + SEAL_BYTES <= self.max_bytes;
        if self.open.as_ref().is_some_and(|open| !fits(open) && open.is_filled) {
            self.close()?;
            self.begin()?;
        }
        if let Some(open) = self.open.as_ref().filter(|open| open.bytes + bytes + SEAL_BYTES > self.max_bytes) {
            let needed = (open.bytes + bytes + SEAL_BYTES).to_string();
            return Err(Refused::new("bundle-max-small", [("max", self.max_bytes.to_string()), ("needed", needed)]));
        }
        for line in lines {
            self.write(&line)?;
        }
        if let Some(open) = &mut self.open {
            open.is_filled = true;
        }
        Ok(())
    }

    /// A blob, if it is held and the peer takes part in a dossier that names it.
    async fn blob(&mut self, store: &Store, peer: &NodeId, hash: Hash) -> Result<(), Refused> {
        for held in store.blobs_for(peer.as_str(), &[hash], limits::BLOBS_SENT_BYTES_MAX).await? {
            let bytes = base64::engine::general_purpose::STANDARD.encode(&held.bytes);
            self.put(&[Record::Blob(Blob { hash, salt: hex(&held.salt), media: held.media, bytes })])?;
        }
        Ok(())
    }

    /// Seals the file, makes it durable, gives it its name.
    fn close(&mut self) -> Result<(), Refused> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        let seal = line(&Record::Seal(self.signer.sign(SIGNED_AS, &open.digest.message())))?;
        let mut whole = || {
            open.file.write_all(&seal)?;
            open.file.write_all(b"\n")?;
            open.file.flush()?;
            open.file.get_ref().sync_all()?;
            std::fs::rename(&open.partial, &open.path)?;
            File::open(open.path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")))?
                .sync_all()
        };
        whole().map_err(|error| Refused::file("bundle-not-written", &open.path, error))?;
        self.made.push(open.path);
        Ok(())
    }

    fn end(mut self) -> Result<Vec<PathBuf>, Refused> {
        self.close()?;
        Ok(std::mem::take(&mut self.made))
    }
}

/// What is not whole is no bundle.
impl Drop for Files<'_> {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            let _ = std::fs::remove_file(&open.partial);
        }
    }
}

fn line(value: &impl serde::Serialize) -> Result<Vec<u8>, Refused> {
    serde_json::to_vec(value).map_err(|error| Refused::from(error.to_string()))
}
