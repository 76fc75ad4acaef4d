//! The one writer: gathers what is waiting, checks, stamps, signs once, commits once.
//!
//! A lone request never waits for a timer: a group is whatever is waiting when the last commit is done. Nobody is answered
//! before the commit; what cannot be committed is answered with an error and leaves no trace.

mod group;
mod say;
mod take;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tongban_core::case::{Act, WhyNot};
use tongban_core::dossier::{By, DossierId, Hash, NodeId, Purpose, SignedGroup, Signer};
use tongban_core::exchange::{Cursor, Epoch, VerifiedBatch};
use tongban_core::time::Calendar;

use self::group::Group;
use super::blob::NewBlob;
use super::log::Dossier;
use super::{Result, Store};
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
