//! The one writer: gathers what is waiting, checks, stamps, signs once, commits once.
//!
//! A lone request never waits for a timer: a group is whatever is waiting when the last commit is done. Nobody is answered
//! before the commit; what cannot be committed is answered with an error and leaves no trace.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use sqlx::AnyConnection;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tongban_core::case::{self, Act, Asks, WhyNot};
use tongban_core::dossier::tree::Parts;
use tongban_core::dossier::{
    Break, By, DossierId, Draft, Hash, Judged, Moment, NodeId, Purpose, Role, SignedGroup, Signer, Stamp, Written,
};
use tongban_core::exchange::{Cursor, Epoch, Incoming, VerifiedBatch};
use tongban_core::ident::Region;
use tongban_core::time::Calendar;

use super::blob::{self, NewBlob};
use super::log::{Dossier, StampRow};
use super::read::{CaseRow, day_number};
use super::{Result, Store, StoreError, damaged, sql};
use crate::clock::Clock;
use crate::limits;

/// To which dossier something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A new one.
    New(DossierId),
    /// One that is held.
    Existing(DossierId),
}

/// What someone wants to say in a case: all of it or nothing.
#[derive(Clone, Debug)]
pub struct Say {
    /// Where.
    pub target: Target,
    /// Who says what, in order. An empty receipt number is filled in.
    pub acts: Vec<(By, Act)>,
    /// Blobs that the acts refer to.
    pub blobs: Vec<NewBlob>,
    /// Account and key: a second sending gets the first one's answer.
    pub once: Option<(i64, String)>,
    /// The account whose case it becomes.
    pub owner: Option<i64>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The dossier.
    pub dossier: DossierId,
    /// The receipt number, if the case has one.
    pub number: Option<String>,
    /// Not stamped yet: the pen is elsewhere, and its holder will answer.
    pub slip: bool,
    /// It had been said under the same key before.
    pub again: bool,
}

/// Why nothing was said.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SayError {
    /// A rule forbids it.
    #[error("{0}")]
    Why(#[from] WhyNot),
    /// No such dossier.
    #[error("no such dossier")]
    NotFound,
    /// This node must not stamp: it was rolled back and has to win back its own later stamps first.
    #[error("this node is recovering and does not stamp")]
    Recovering,
    /// The store could not keep it. Nothing was changed.
    #[error("not stored: {0}")]
    Store(String),
}

impl SayError {
    /// A stable code.
    pub fn code(&self) -> &str {
        match self {
            SayError::Why(why) => why.code,
            SayError::NotFound => "case-not-found",
            SayError::Recovering => "node-recovering",
            SayError::Store(_) => "not-stored",
        }
    }
}

/// A verified batch of a peer, to be stored with the new cursor in one transaction.
#[derive(Debug)]
pub struct IncomingBatch {
    /// Whose stream.
    pub peer: NodeId,
    /// The cursor the reading began with; it is stored only if it still is. `None` for a dossier fetched by itself.
    pub read_from: Option<Option<Cursor>>,
    /// What was read.
    pub batch: VerifiedBatch,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Stored.
    Stored,
    /// The cursor had moved meanwhile: read again.
    Stale,
    /// Stamps are missing: fetch the dossier from the sender, then read again.
    Gap(DossierId, u32),
}

enum Command {
    Say(Say, oneshot::Sender<std::result::Result<Said, SayError>>),
    Incoming(Box<IncomingBatch>, oneshot::Sender<std::result::Result<Taken, String>>),
}

/// How to reach the writer.
#[derive(Clone)]
pub struct WriterHandle {
    commands: mpsc::Sender<Command>,
    commits: watch::Receiver<u64>,
    arrived: Arc<Notify>,
    recovering: Arc<AtomicBool>,
    epoch: Epoch,
}

impl WriterHandle {
    /// Says something; returns when it is durable.
    pub async fn say(&self, say: Say) -> std::result::Result<Said, SayError> {
        let (answer, answered) = oneshot::channel();
        let stopped = || SayError::Store("the writer has stopped".to_owned());
        self.commands.send(Command::Say(say, answer)).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Stores what a peer sent; returns when it is durable.
    pub async fn take(&self, batch: IncomingBatch) -> std::result::Result<Taken, String> {
        let (answer, answered) = oneshot::channel();
        let stopped = || "the writer has stopped".to_owned();
        self.commands.send(Command::Incoming(Box::new(batch), answer)).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Changes with every commit.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }

    /// Woken when something arrived from a peer.
    pub fn arrived(&self) -> Arc<Notify> {
        self.arrived.clone()
    }

    /// This life of the node's streams.
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// Stops stamping for good: a peer has read more of this node's stream than this node knows (rule 5).
    pub async fn begin_recovering(&self, store: &Store) -> Result<()> {
        self.recovering.store(true, Ordering::SeqCst);
        store.set_state("recovering", "1").await
    }

    /// Whether this node must not stamp.
    pub fn is_recovering(&self) -> bool {
        self.recovering.load(Ordering::SeqCst)
    }
}

/// What a writer needs.
pub struct WriterSetup {
    /// The store.
    pub store: Store,
    /// This node.
    pub node: NodeId,
    /// Its key.
    pub signer: Arc<dyn Signer>,
    /// The version of the trust list that is in force.
    pub trust: Arc<AtomicU32>,
    /// The clock.
    pub clock: Clock,
    /// The calendar.
    pub calendar: &'static Calendar,
}

/// The writer itself.
pub struct Writer {
    setup: WriterSetup,
    commands: mpsc::Receiver<Command>,
    commits: watch::Sender<u64>,
    arrived: Arc<Notify>,
    recovering: Arc<AtomicBool>,
    epoch: Epoch,
    cache: HashMap<DossierId, Arc<Dossier>>,
    /// What was in the cache when it was full last: what is still worked on moves over.
    cache_before: HashMap<DossierId, Arc<Dossier>>,
    stream_ends: HashMap<String, (u64, Hash)>,
    cursors: HashMap<String, Option<Cursor>>,
    serials: HashMap<String, i64>,
}

/// A row of a stream to be.
struct StreamRow {
    peer: String,
    position: u64,
    dossier: DossierId,
    stamp: Option<(u32, u32)>,
    entry: Option<Hash>,
    hash: Hash,
}

struct EntryRow {
    written: Written,
    /// Leaf in this group, or place in a foreign one.
    own_leaf: Option<u32>,
    foreign: Option<(Hash, u32)>,
}

/// Everything that one commit writes.
#[derive(Default)]
struct Group {
    /// Hashes of own stamps and slips: the leaves to be signed.
    contents: Vec<Hash>,
    /// Stamps with, for own ones, the leaf; foreign ones know their place.
    stamps: Vec<(StampRow, Option<u32>)>,
    entries: Vec<EntryRow>,
    streams: Vec<StreamRow>,
    /// Dossiers as they are after this commit.
    dossiers: HashMap<DossierId, Dossier>,
    pending: Vec<(Hash, DossierId)>,
    answered: Vec<Hash>,
    blobs: Vec<NewBlob>,
    blob_refs: BTreeSet<(Hash, DossierId)>,
    once: Vec<(i64, String, DossierId)>,
    owners: Vec<(i64, DossierId)>,
    serials: BTreeMap<String, i64>,
    cursors: BTreeMap<String, Cursor>,
    foreign_groups: Vec<(SignedGroup, Parts)>,
    evidence: Vec<(StampRow, &'static str, String)>,
    stream_ends: HashMap<String, (u64, Hash)>,
}

impl Writer {
    /// Makes a writer and the way to reach it. Run it with [`Writer::run`].
    pub async fn new(setup: WriterSetup) -> Result<(Writer, WriterHandle)> {
        let (sender, commands) = mpsc::channel(limits::QUEUE_COMMANDS_MAX);
        let (commits, watching) = watch::channel(0);
        let epoch = match setup.store.state("epoch").await? {
            Some(epoch) => Epoch::from_stored(&epoch),
            None => {
                let epoch = Epoch::from_random(rand::random());
                setup.store.set_state("epoch", epoch.as_str()).await?;
                epoch
            }
        };
        let recovering = Arc::new(AtomicBool::new(setup.store.state("recovering").await?.is_some()));
        let arrived = Arc::new(Notify::new());
        let handle = WriterHandle {
            commands: sender,
            commits: watching,
            arrived: arrived.clone(),
            recovering: recovering.clone(),
            epoch: epoch.clone(),
        };
        let writer = Writer {
            setup,
            commands,
            commits,
            arrived,
            recovering,
            epoch,
            cache: HashMap::new(),
            cache_before: HashMap::new(),
            stream_ends: HashMap::new(),
            cursors: HashMap::new(),
            serials: HashMap::new(),
        };
        Ok((writer, handle))
    }

    /// Works until every handle is gone.
    pub async fn run(mut self) {
        let mut waiting = Vec::with_capacity(limits::GROUP_COMMANDS_MAX);
        while self.commands.recv_many(&mut waiting, limits::GROUP_COMMANDS_MAX).await > 0 {
            self.commit_group(std::mem::take(&mut waiting)).await;
        }
    }

    async fn commit_group(&mut self, commands: Vec<Command>) {
        let mut group = Group::default();
        let mut said = Vec::new();
        let mut taken = Vec::new();
        for command in commands {
            match command {
                Command::Say(say, answer) => match self.say(&mut group, say).await {
                    Ok(done) => said.push((answer, done)),
                    Err(error) => drop(answer.send(Err(error))),
                },
                Command::Incoming(batch, answer) => match self.take(&mut group, *batch).await {
                    Ok(Taken::Stored) => taken.push(answer),
                    Ok(other) => drop(answer.send(Ok(other))),
                    Err(error) => drop(answer.send(Err(error.to_string()))),
                },
            }
        }
        let arrivals = !taken.is_empty();
        match self.commit(group).await {
            Ok(()) => {
                said.into_iter().for_each(|(answer, done)| drop(answer.send(Ok(done))));
                taken.into_iter().for_each(|answer| drop(answer.send(Ok(Taken::Stored))));
                self.commits.send_modify(|count| *count += 1);
                if arrivals {
                    self.arrived.notify_one();
                }
            }
            Err(error) => {
                // Nothing of it stands. What was remembered of it is forgotten, and read again from the store.
                tracing::error!(%error, "commit failed");
                self.cache.clear();
                self.cache_before.clear();
                self.stream_ends.clear();
                self.cursors.clear();
                self.serials.clear();
                let error = error.to_string();
                said.into_iter().for_each(|(answer, _)| drop(answer.send(Err(SayError::Store(error.clone())))));
                taken.into_iter().for_each(|answer| drop(answer.send(Err(error.clone()))));
            }
        }
    }

    /// A dossier as it stands in this group.
    async fn dossier(&mut self, group: &Group, id: DossierId) -> Result<Option<Dossier>> {
        if let Some(dossier) = group.dossiers.get(&id) {
            return Ok(Some(dossier.clone()));
        }
        if let Some(dossier) = self.cache.get(&id).or_else(|| self.cache_before.get(&id)) {
            return Ok(Some(Dossier::clone(dossier)));
        }
        Ok(self.setup.store.dossier(id, self.setup.calendar).await?.map(|(dossier, _)| dossier))
    }

    async fn say(&mut self, group: &mut Group, say: Say) -> std::result::Result<Said, SayError> {
        let stored = |error: StoreError| SayError::Store(error.to_string());
        if self.recovering.load(Ordering::SeqCst) {
            return Err(SayError::Recovering);
        }
        if let Some((account, key)) = &say.once {
            let here = group.once.iter().find(|(a, k, _)| a == account && k == key).map(|(.., dossier)| *dossier);
            let before = match here {
                Some(dossier) => Some(dossier),
                None => self.setup.store.once(*account, key).await.map_err(stored)?,
            };
            if let Some(dossier) = before {
                let held = self.dossier(group, dossier).await.map_err(stored)?;
                let number = held.and_then(|held| held.case?.number);
                return Ok(Said { dossier, number, slip: false, again: true });
            }
        }
        let (id, mut dossier) = match say.target {
            Target::New(id) => (id, None),
            Target::Existing(id) => {
                (id, Some(self.dossier(group, id).await.map_err(stored)?.ok_or(SayError::NotFound)?))
            }
        };
        let now = self.setup.clock.now();
        let holder = dossier.as_ref().is_none_or(|dossier| *dossier.chain.holder() == self.setup.node);
        let mut said = Vec::new();
        let mut serial = None;
        for (by, act) in say.acts {
            let act = match act {
                Act::TakenIn { number } if number.is_empty() => {
                    let region =
                        dossier.as_ref().and_then(|dossier| Some(dossier.case.as_ref()?.drafted.receiving.region));
                    let region = region.ok_or(SayError::Why(WhyNot::new("not-a-case")))?;
                    let (name, number, last) = self.number(group, region, now).await.map_err(stored)?;
                    serial = Some((name, last));
                    Act::TakenIn { number }
                }
                other => other,
            };
            let written = self.write(id, &dossier, by, &act, now)?;
            if holder {
                let row = self.stamp(&mut dossier, written, now).map_err(|error| SayError::Store(error.to_string()))?;
                // To whom it goes now: who joins later gets it then, with the whole log.
                let peers = dossier.as_ref().map_or(Vec::new(), |dossier| self.peers_of(dossier));
                said.push((row, peers));
            } else if let Some(dossier) = &mut dossier {
                dossier.pending.push(written.clone());
                self.offer(group, dossier, &written).await.map_err(stored)?;
            }
        }
        let Some(dossier) = dossier else { return Err(SayError::NotFound) };
        for (row, peers) in said {
            self.keep_own(group, &dossier, row, peers).await.map_err(stored)?;
        }
        if let Some((name, last)) = serial {
            group.serials.insert(name, last);
        }
        let number = dossier.case.as_ref().and_then(|case| case.number.clone());
        group.dossiers.insert(id, dossier);
        group.blobs.extend(say.blobs);
        group.once.extend(say.once.map(|(account, key)| (account, key, id)));
        group.owners.extend(say.owner.map(|account| (account, id)));
        Ok(Said { dossier: id, number, slip: !holder, again: false })
    }

    /// Checks an act against the rules and writes its entry.
    fn write(
        &self,
        id: DossierId,
        dossier: &Option<Dossier>,
        by: By,
        act: &Act,
        now: Moment,
    ) -> std::result::Result<Written, SayError> {
        let setup = &self.setup;
        let (draft, pen) = match dossier {
            None => {
                let Act::Drafted(drafted) = act else { return Err(WhyNot::new("not-a-case").into()) };
                case::first_draft(drafted, &Asks { by: &by, node: &setup.node, pen: None, at: now })?;
                (Draft::open(id, case::KIND, &setup.node), None)
            }
            Some(dossier) => {
                // What is still pending counts as said: nobody answers a correction twice because the answer is on its way.
                let with_pending =
                    if dossier.pending.is_empty() { None } else { dossier.case_with_pending(setup.calendar) };
                let case = with_pending.as_ref().or(dossier.case.as_ref()).ok_or(WhyNot::new("not-a-case"))?;
                let pen = case.pen_for(act);
                case.may(act, &Asks { by: &by, node: &setup.node, pen: pen.as_ref(), at: now }, setup.calendar)?;
                (Draft::next(id, case::KIND, &setup.node), pen)
            }
        };
        let draft = match pen {
            Some(to) => {
                let joins = dossier.as_ref().is_some_and(|dossier| !dossier.chain.participants().contains(&to));
                draft.pass(&to, joins)
            }
            None => draft,
        };
        Ok(draft.by(by).said(now, rand::random(), act).write(setup.signer.public_key().suite()))
    }

    /// Stamps an entry of a dossier whose pen this node holds.
    fn stamp(
        &self,
        dossier: &mut Option<Dossier>,
        written: Written,
        now: Moment,
    ) -> std::result::Result<StampRow, Break> {
        let setup = &self.setup;
        let suite = setup.signer.public_key().suite();
        let stamp = match dossier {
            Some(dossier) => dossier.chain.next_stamp(&written, now),
            None => Stamp::first(&written, &setup.node, now),
        };
        let hash = stamp.hash(suite);
        let row = StampRow { stamp, hash, written, stamped: (Hash::none(suite), 0), said: None };
        match dossier {
            Some(dossier) => {
                let judged = dossier.chain.judge(&row.stamp, &row.hash, &row.written)?;
                debug_assert_eq!(judged, Judged::Next);
                dossier.take(&row, setup.calendar);
            }
            None => *dossier = Some(Dossier::open(&row)?),
        }
        Ok(row)
    }

    /// Puts an own stamp into the group: leaf, rows, streams of `peers`.
    async fn keep_own(
        &mut self,
        group: &mut Group,
        dossier: &Dossier,
        row: StampRow,
        peers: Vec<NodeId>,
    ) -> Result<()> {
        let leaf = group.contents.len() as u32;
        group.contents.push(row.hash);
        // A slip was stored when it came, with its author's proof; an own entry is stored now, proven by its stamp.
        if row.written.entry().node == self.setup.node {
            group.entries.push(EntryRow { written: row.written.clone(), own_leaf: None, foreign: None });
        }
        self.refer(group, &row.written);
        group.answered.push(*row.written.hash());
        if let Some(no) = &row.written.entry().refuses {
            group.answered.push(no.entry);
        }
        let (term, seq, id) = (row.stamp.term, row.stamp.seq, row.stamp.dossier);
        let joined = row.written.entry().join.clone();
        for peer in peers {
            // Who joins gets the log from its first stamp, and what is still pending.
            let from = if joined.contains(&peer) && seq > 0 { 0 } else { seq };
            for number in from..=seq {
                let Some(content) = dossier.chain.stamp(number).copied() else { continue };
                self.stream(group, &peer, id, Some((term, number)), None, content).await?;
            }
            if from != seq {
                for slip in &dossier.pending {
                    self.stream(group, &peer, id, None, Some(*slip.hash()), *slip.hash()).await?;
                }
            }
        }
        group.stamps.push((row, Some(leaf)));
        Ok(())
    }

    /// Offers an own entry to every participant as a slip.
    async fn offer(&mut self, group: &mut Group, dossier: &Dossier, written: &Written) -> Result<()> {
        let leaf = group.contents.len() as u32;
        group.contents.push(*written.hash());
        group.entries.push(EntryRow { written: written.clone(), own_leaf: Some(leaf), foreign: None });
        let id = dossier.chain.dossier();
        group.pending.push((*written.hash(), id));
        self.refer(group, written);
        for peer in self.peers_of(dossier) {
            self.stream(group, &peer, id, None, Some(*written.hash()), *written.hash()).await?;
        }
        Ok(())
    }

    fn peers_of(&self, dossier: &Dossier) -> Vec<NodeId> {
        dossier.chain.participants().iter().filter(|peer| **peer != self.setup.node).cloned().collect()
    }

    fn refer(&self, group: &mut Group, written: &Written) {
        let act = if written.entry().kind == case::KIND { Act::of(written) } else { None };
        for reference in act.iter().flat_map(Act::blobs) {
            group.blob_refs.insert((reference.hash, written.entry().dossier));
        }
    }

    async fn stream(
        &mut self,
        group: &mut Group,
        peer: &NodeId,
        dossier: DossierId,
        stamp: Option<(u32, u32)>,
        entry: Option<Hash>,
        content: Hash,
    ) -> Result<()> {
        let end = match group.stream_ends.get(peer.as_str()).or_else(|| self.stream_ends.get(peer.as_str())) {
            Some(end) => *end,
            None => {
                let start = Cursor::start(self.epoch.clone());
                self.setup.store.stream_end(peer.as_str()).await?.unwrap_or((start.position, start.hash))
            }
        };
        let mut cursor = Cursor { epoch: self.epoch.clone(), position: end.0, hash: end.1 };
        cursor.advance(&content);
        group.stream_ends.insert(peer.to_string(), (cursor.position, cursor.hash));
        let (position, hash) = (cursor.position, cursor.hash);
        group.streams.push(StreamRow { peer: peer.to_string(), position, dossier, stamp, entry, hash });
        Ok(())
    }

    /// The next receipt number: region, date, two digits of this epoch, serial. The epoch keeps a restored node from giving
    /// a number a second time.
    async fn number(&mut self, group: &Group, region: Region, now: Moment) -> Result<(String, String, i64)> {
        let day = day_number(now.date());
        let name = format!("{region}-{day}");
        let last = match group.serials.get(&name).or_else(|| self.serials.get(&name)) {
            Some(last) => *last,
            None => self.setup.store.serial(&name).await?,
        };
        let life = self.epoch.as_str().get(..2).unwrap_or("00").to_uppercase();
        Ok((name.clone(), format!("{name}-{life}{:04}", last + 1), last + 1))
    }

    async fn take(&mut self, group: &mut Group, incoming: IncomingBatch) -> Result<Taken> {
        let peer = incoming.peer;
        let read_from = incoming.read_from;
        if let Some(read_from) = &read_from {
            let at = match group.cursors.get(peer.as_str()) {
                Some(cursor) => Some(cursor.clone()),
                None => match self.cursors.get(peer.as_str()) {
                    Some(cursor) => cursor.clone(),
                    None => self.setup.store.cursor(peer.as_str()).await?,
                },
            };
            if at != *read_from {
                return Ok(Taken::Stale);
            }
        }
        let now = self.setup.clock.now();
        let mut touched: Vec<DossierId> = Vec::new();
        let mut dossiers: HashMap<DossierId, Dossier> = HashMap::new();
        let mut stamps = Vec::new();
        let mut entries = Vec::new();
        let mut pending = Vec::new();
        let mut evidence = Vec::new();
        for item in incoming.batch.items {
            let id = match &item {
                Incoming::Stamp { stamp, .. } => stamp.dossier,
                Incoming::Slip { written, .. } => written.entry().dossier,
            };
            if let std::collections::hash_map::Entry::Vacant(vacant) = dossiers.entry(id)
                && let Some(dossier) = self.dossier(group, id).await?
            {
                vacant.insert(dossier);
            }
            if !touched.contains(&id) {
                touched.push(id);
            }
            match item {
                Incoming::Stamp { stamp, hash, written, stamped, said } => {
                    let row = StampRow { stamp, hash, written, stamped, said };
                    let judged = match dossiers.get(&id) {
                        Some(dossier) => dossier.chain.judge(&row.stamp, &row.hash, &row.written),
                        None if row.stamp.seq > 0 => Ok(Judged::Gap { from: 0 }),
                        None => Dossier::open(&row).map(|dossier| {
                            dossiers.insert(id, dossier);
                            Judged::Next
                        }),
                    };
                    match judged {
                        Ok(Judged::Known) => {}
                        Ok(Judged::Gap { from }) => return Ok(Taken::Gap(id, from)),
                        Ok(Judged::Next) => {
                            if row.stamp.seq > 0
                                && let Some(dossier) = dossiers.get_mut(&id)
                            {
                                dossier.take(&row, self.setup.calendar);
                            }
                            entries.push(EntryRow { written: row.written.clone(), own_leaf: None, foreign: row.said });
                            stamps.push(row);
                        }
                        Err(fault) => {
                            tracing::error!(dossier = %id, seq = row.stamp.seq, %peer, code = fault.code(), "proof of fault: {fault}");
                            evidence.push((row, fault.code(), peer.to_string()));
                        }
                    }
                }
                Incoming::Slip { written, said } => {
                    // A slip of a dossier that is not here yet comes again with the log: who joins gets all that is pending.
                    let Some(dossier) = dossiers.get_mut(&id) else { continue };
                    let hash = *written.hash();
                    let known =
                        dossier.chain.is_answered(&hash) || dossier.pending.iter().any(|held| *held.hash() == hash);
                    let takes_part = dossier.chain.participants().contains(&written.entry().node);
                    if !known && takes_part {
                        dossier.pending.push(written.clone());
                        pending.push((hash, id));
                        entries.push(EntryRow { written, own_leaf: None, foreign: Some(said) });
                    }
                }
            }
        }
        // From here on the batch stands.
        for row in stamps {
            self.refer(group, &row.written);
            group.answered.push(*row.written.hash());
            group.answered.extend(row.written.entry().refuses.iter().map(|no| no.entry));
            group.stamps.push((row, None));
        }
        for entry in entries {
            self.refer(group, &entry.written);
            group.entries.push(entry);
        }
        group.pending.extend(pending);
        group.evidence.extend(evidence);
        group.foreign_groups.extend(incoming.batch.groups);
        if read_from.is_some() {
            group.cursors.insert(peer.to_string(), incoming.batch.cursor);
        }
        for id in touched {
            let Some(mut dossier) = dossiers.remove(&id) else { continue };
            if *dossier.chain.holder() == self.setup.node && !self.recovering.load(Ordering::SeqCst) {
                self.answer(group, &mut dossier, now).await?;
            }
            group.dossiers.insert(id, dossier);
        }
        Ok(Taken::Stored)
    }

    /// Answers every pending entry of a dossier whose pen this node holds: by a stamp, or by a stamped refusal.
    async fn answer(&mut self, group: &mut Group, dossier: &mut Dossier, now: Moment) -> Result<()> {
        let setup = &self.setup;
        let suite = setup.signer.public_key().suite();
        let mut rows = Vec::new();
        for slip in dossier.pending.clone() {
            let entry = slip.entry();
            let asks = Asks { by: &entry.by, node: &entry.node, pen: entry.pen.as_ref(), at: entry.at };
            let allowed = match (&dossier.case, Act::of(&slip)) {
                (Some(case), Some(act)) => case.may(&act, &asks, setup.calendar),
                _ => Err(WhyNot::new("not-a-case")),
            };
            let written = match allowed {
                Ok(()) => slip,
                Err(why) => Draft::next(dossier.chain.dossier(), case::KIND, &setup.node)
                    .by(By { org: None, role: Role::System, staff: None })
                    .refuse(now, rand::random(), *slip.hash(), why.code)
                    .write(suite),
            };
            let mut held = Some(dossier.clone());
            let row = self.stamp(&mut held, written, now).map_err(damaged)?;
            if let Some(held) = held {
                *dossier = held;
            }
            rows.push(row);
        }
        for row in rows {
            let peers = self.peers_of(dossier);
            self.keep_own(group, dossier, row, peers).await?;
        }
        Ok(())
    }

    async fn commit(&mut self, mut group: Group) -> Result<()> {
        let setup = &self.setup;
        let trust = setup.trust.load(Ordering::SeqCst);
        let now = setup.clock.now();
        let signed = SignedGroup::sign(Purpose::Commit, &*setup.signer, &setup.node, trust, now, &group.contents);
        if signed.is_none() && group.is_empty() {
            return Ok(());
        }
        let root = signed.as_ref().map(|(signed, _)| signed.group.root);
        for (row, leaf) in &mut group.stamps {
            if let (Some(leaf), Some(root)) = (leaf, root) {
                row.stamped = (root, *leaf);
            }
        }
        let mut transaction = setup.store.writing.begin().await?;
        group.write(&mut transaction, signed, root, now, setup.calendar).await?;
        transaction.commit().await?;

        for (id, dossier) in group.dossiers {
            self.cache.insert(id, Arc::new(dossier));
        }
        if self.cache.len() > limits::DOSSIERS_CACHED_MAX / 2 {
            self.cache_before = std::mem::take(&mut self.cache);
        }
        self.stream_ends.extend(group.stream_ends);
        self.serials.extend(group.serials);
        self.cursors.extend(group.cursors.into_iter().map(|(peer, cursor)| (peer, Some(cursor))));
        Ok(())
    }
}

impl Group {
    fn is_empty(&self) -> bool {
        self.stamps.is_empty() && self.entries.is_empty() && self.cursors.is_empty() && self.evidence.is_empty()
    }

    async fn write(
        &self,
        connection: &mut AnyConnection,
        signed: Option<(SignedGroup, Parts)>,
        root: Option<Hash>,
        now: Moment,
        calendar: &Calendar,
    ) -> Result<()> {
        let nothing = "ON CONFLICT DO NOTHING";
        let bytes = |hash: &Hash| hash.tagged().to_vec();
        let groups: Vec<&(SignedGroup, Parts)> = signed.iter().chain(&self.foreign_groups).collect();
        self.write_groups(connection, &groups).await?;
        sql::insert(connection, "entry (hash, dossier, bytes, root, leaf)", 5, nothing, &self.entries, |query, row| {
            let place = row.own_leaf.and_then(|leaf| Some((root?, leaf))).or(row.foreign);
            query
                .bind(bytes(row.written.hash()))
                .bind(row.written.entry().dossier.bytes().to_vec())
                .bind(row.written.bytes().to_vec())
                .bind(place.map(|(root, _)| bytes(&root)))
                .bind(place.map(|(_, leaf)| i64::from(leaf)))
        })
        .await?;
        let into = "stamp (dossier, term, seq, hash, prev, entry, node, at, root, leaf)";
        sql::insert(connection, into, 10, "", &self.stamps, |query, (row, _)| {
            query
                .bind(row.stamp.dossier.bytes().to_vec())
                .bind(i64::from(row.stamp.term))
                .bind(i64::from(row.stamp.seq))
                .bind(bytes(&row.hash))
                .bind(bytes(&row.stamp.prev))
                .bind(bytes(&row.stamp.entry))
                .bind(row.stamp.node.to_string())
                .bind(row.stamp.at.0)
                .bind(bytes(&row.stamped.0))
                .bind(i64::from(row.stamped.1))
        })
        .await?;
        let into = "stream (peer, position, dossier, term, seq, entry, hash)";
        sql::insert(connection, into, 7, "", &self.streams, |query, row| {
            query
                .bind(row.peer.clone())
                .bind(row.position as i64)
                .bind(row.dossier.bytes().to_vec())
                .bind(row.stamp.map(|(term, _)| i64::from(term)))
                .bind(row.stamp.map(|(_, seq)| i64::from(seq)))
                .bind(row.entry.as_ref().map(bytes))
                .bind(bytes(&row.hash))
        })
        .await?;
        blob::insert(connection, &self.blobs).await?;
        let refs: Vec<_> = self.blob_refs.iter().collect();
        sql::insert(connection, "blob_ref (hash, dossier)", 2, nothing, &refs, |query, (hash, dossier)| {
            query.bind(bytes(hash)).bind(dossier.bytes().to_vec())
        })
        .await?;
        self.write_views(connection, calendar).await?;
        self.write_local(connection, now).await
    }

    async fn write_groups(&self, connection: &mut AnyConnection, groups: &[&(SignedGroup, Parts)]) -> Result<()> {
        // A foreign group may come again with other leaves: what is known of its tree is merged.
        let mut fresh = Vec::with_capacity(groups.len());
        for (signed, parts) in groups {
            let known = sqlx::query("SELECT parts FROM signed_group WHERE root = $1")
                .bind(signed.group.root.tagged().to_vec())
                .fetch_optional(&mut *connection)
                .await?;
            match known {
                None => fresh.push((signed, parts.to_bytes())),
                Some(row) => {
                    let mut merged = Parts::from_bytes(&sqlx::Row::try_get::<Vec<u8>, _>(&row, 0)?);
                    merged.merge(parts.clone());
                    sqlx::query("UPDATE signed_group SET parts = $2 WHERE root = $1")
                        .bind(signed.group.root.tagged().to_vec())
                        .bind(merged.to_bytes())
                        .execute(&mut *connection)
                        .await?;
                }
            }
        }
        let into = "signed_group (root, node, key_hash, trust, at, size, signature, parts)";
        sql::insert(connection, into, 8, "ON CONFLICT DO NOTHING", &fresh, |query, (signed, parts)| {
            let group = &signed.group;
            query
                .bind(group.root.tagged().to_vec())
                .bind(group.node.to_string())
                .bind(group.key.tagged().to_vec())
                .bind(i64::from(group.trust))
                .bind(group.at.0)
                .bind(i64::from(group.size))
                .bind(signed.signature.0.to_vec())
                .bind(parts.clone())
        })
        .await?;
        Ok(())
    }

    async fn write_views(&self, connection: &mut AnyConnection, calendar: &Calendar) -> Result<()> {
        let dossiers: Vec<&Dossier> = self.dossiers.values().collect();
        super::rebuild::write_dossiers(connection, &dossiers).await?;
        let cases: Vec<CaseRow> = dossiers.iter().filter_map(|dossier| CaseRow::of(dossier, calendar)).collect();
        super::rebuild::write_cases(connection, &cases).await?;
        let open: Vec<_> = self.pending.iter().filter(|(entry, _)| !self.answered.contains(entry)).collect();
        let into = "pending (entry, dossier)";
        sql::insert(connection, into, 2, "ON CONFLICT DO NOTHING", &open, |query, (entry, dossier)| {
            query.bind(entry.tagged().to_vec()).bind(dossier.bytes().to_vec())
        })
        .await?;
        let answered: Vec<Vec<u8>> = self.answered.iter().map(|entry| entry.tagged().to_vec()).collect();
        sql::delete(connection, "pending", "entry", &answered).await?;
        Ok(())
    }

    async fn write_local(&self, connection: &mut AnyConnection, now: Moment) -> Result<()> {
        let cursors: Vec<_> = self.cursors.iter().collect();
        let tail = "ON CONFLICT (peer) DO UPDATE SET epoch = excluded.epoch, position = excluded.position, \
                    hash = excluded.hash";
        let into = "stream_cursor (peer, epoch, position, hash)";
        sql::insert(connection, into, 4, tail, &cursors, |query, (peer, cursor)| {
            query
                .bind(peer.to_string())
                .bind(cursor.epoch.as_str().to_owned())
                .bind(cursor.position as i64)
                .bind(cursor.hash.tagged().to_vec())
        })
        .await?;
        sql::insert(
            connection,
            "once (account, key, dossier, at)",
            4,
            "",
            &self.once,
            |query, (account, key, dossier)| {
                query.bind(*account).bind(key.clone()).bind(dossier.bytes().to_vec()).bind(now.0)
            },
        )
        .await?;
        let nothing = "ON CONFLICT DO NOTHING";
        sql::insert(
            connection,
            "owner (account, dossier, at)",
            3,
            nothing,
            &self.owners,
            |query, (account, dossier)| query.bind(*account).bind(dossier.bytes().to_vec()).bind(now.0),
        )
        .await?;
        let serials: Vec<_> = self.serials.iter().collect();
        let tail = "ON CONFLICT (name) DO UPDATE SET last = excluded.last";
        sql::insert(connection, "serial (name, last)", 2, tail, &serials, |query, (name, last)| {
            query.bind(name.to_string()).bind(**last)
        })
        .await?;
        let into = "evidence (dossier, stamp_hash, code, stamp, entry, root, leaf, peer, at)";
        sql::insert(connection, into, 9, nothing, &self.evidence, |query, (row, code, peer)| {
            query
                .bind(row.stamp.dossier.bytes().to_vec())
                .bind(row.hash.tagged().to_vec())
                .bind(code.to_string())
                .bind(serde_json::to_string(&row.stamp).unwrap_or_default())
                .bind(row.written.bytes().to_vec())
                .bind(row.stamped.0.tagged().to_vec())
                .bind(i64::from(row.stamped.1))
                .bind(peer.clone())
                .bind(now.0)
        })
        .await?;
        Ok(())
    }
}

impl Store {
    async fn serial(&self, name: &str) -> Result<i64> {
        let row = sqlx::query("SELECT last FROM serial WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| sqlx::Row::try_get(&row, 0)).transpose()?.unwrap_or(0))
    }
}
