//! How the rest of the node reaches the writer.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tongban_core::directory::Document;
use tongban_core::dossier::{DossierId, NodeId, RecallAct};
use tongban_core::exchange::{Desk, Epoch, Taken};

use super::{IncomingBatch, Said, Say, SayError, WholeChain};
use crate::store::tally::{CASE, Tally};

pub(super) enum Command {
    Together(Together),
    Alone(Alone),
}

/// What is done in one commit with others.
pub(super) enum Together {
    Say(Say, oneshot::Sender<Result<Said, SayError>>),
    Incoming(Box<IncomingBatch>, oneshot::Sender<Result<Taken, String>>),
}

impl Together {
    /// Answers that nothing was done.
    pub(super) fn refuse(self, error: &str) {
        match self {
            Together::Say(_, answer) => drop(answer.send(Err(SayError::Store(error.to_owned())))),
            Together::Incoming(_, answer) => drop(answer.send(Err(error.to_owned()))),
        }
    }
}

/// What is done in a commit of its own.
pub(super) enum Alone {
    /// What is to be said in several dossiers: all of it, or nothing.
    Says(Vec<Say>, oneshot::Sender<Result<Vec<Said>, SayError>>),
    /// A whole chain is held against what is here.
    Whole(Box<WholeChain>, oneshot::Sender<Result<Taken, String>>),
    /// An act of the registrar, verified: it is stored, and seals.
    Learn(Box<(RecallAct, Document)>, oneshot::Sender<Result<(), String>>),
    /// Every participant was asked: the recall is stamped.
    Recall(DossierId, Arc<(RecallAct, Document)>, oneshot::Sender<Result<(), String>>),
    /// A peer knows more of this node's stream, in this life, than this node: it was rolled back.
    Restart(Epoch, oneshot::Sender<Result<(), String>>),
    /// A peer began a new life: everything shared with it is restated. Answers where its stream ends then.
    Restate(NodeId, Epoch, oneshot::Sender<Result<u64, String>>),
    /// Every node was heard: the node may stamp again.
    Recovered(oneshot::Sender<Result<(), String>>),
    /// Another process of this node wrote.
    Refresh(oneshot::Sender<Result<(), String>>),
}

/// Acts of the registrar by the dossier that they are for.
pub(super) type Acts = Vec<(DossierId, Arc<(RecallAct, Document)>)>;

/// What the writer publishes of itself.
#[derive(Clone)]
pub(super) struct Published {
    life: Arc<RwLock<(Epoch, bool)>>,
    to_carry_out: Arc<RwLock<Acts>>,
    pub(super) arrived: Arc<Notify>,
    pub(super) made_public: Arc<Notify>,
    pub(super) joint: Joint,
    pub(super) tally: Tally,
}

impl Published {
    pub(super) fn new(desk: &Desk) -> Published {
        let published = Published {
            life: Arc::new(RwLock::new((desk.epoch().clone(), false))),
            to_carry_out: Arc::default(),
            arrived: Arc::default(),
            made_public: Arc::default(),
            joint: Joint::default(),
            tally: Tally::default(),
        };
        published.update(desk);
        published
    }

    pub(super) fn update(&self, desk: &Desk) {
        let life = (desk.epoch().clone(), desk.is_recovering());
        {
            let mut known = self.life.write().unwrap_or_else(|poisoned| poisoned.into_inner());
            if *known != life {
                *known = life;
            }
        }
        let acts = desk.acts_to_carry_out();
        let mut known = self.to_carry_out.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if known.len() != acts.len() || !acts.is_empty() {
            *known = acts;
        }
    }
}

/// Joint handlings in which something changed: bounded by their number.
#[derive(Clone, Default)]
pub(super) struct Joint {
    changed: Arc<Mutex<BTreeSet<DossierId>>>,
    wakes: Arc<Notify>,
}

impl Joint {
    pub(super) fn note(&self, wholes: impl IntoIterator<Item = DossierId>) {
        let mut changed = self.changed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        changed.extend(wholes);
        if !changed.is_empty() {
            self.wakes.notify_one();
        }
    }
}

/// How to reach the writer.
#[derive(Clone)]
pub struct WriterHandle {
    commands: mpsc::Sender<Command>,
    commits: watch::Receiver<u64>,
    published: Published,
}

impl WriterHandle {
    pub(super) fn new(
        commands: mpsc::Sender<Command>,
        commits: watch::Receiver<u64>,
        published: Published,
    ) -> WriterHandle {
        WriterHandle { commands, commits, published }
    }

    /// Waits until something changed in joint handlings, and names them. For one reader.
    pub async fn joint(&self) -> BTreeSet<DossierId> {
        let Joint { changed, wakes } = &self.published.joint;
        wakes.notified().await;
        std::mem::take(&mut *changed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// Says something; returns when it is durable.
    pub async fn say(&self, say: Say) -> Result<Said, SayError> {
        let (answer, answered) = oneshot::channel();
        let stopped = || SayError::Store("the writer has stopped".to_owned());
        self.commands.send(Command::Together(Together::Say(say, answer))).await.map_err(|_| stopped())?;
        let said = answered.await.map_err(|_| stopped())?;
        if let Ok(said) = &said {
            // Here the request is known; the writer knows only the dossier.
            tracing::info!(target: CASE, dossier = %said.dossier, slip = said.slip, again = said.again, "said");
        }
        said
    }

    /// Says something in several dossiers: all of it or nothing; returns when it is durable.
    pub async fn say_all(&self, all: Vec<Say>) -> Result<Vec<Said>, SayError> {
        let (answer, answered) = oneshot::channel();
        let stopped = || SayError::Store("the writer has stopped".to_owned());
        self.commands.send(Command::Alone(Alone::Says(all, answer))).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Stores what a peer sent; returns when it is durable.
    pub async fn take(&self, batch: IncomingBatch) -> Result<Taken, String> {
        self.send(|answer| Command::Together(Together::Incoming(Box::new(batch), answer))).await
    }

    /// Holds a whole chain against what is here.
    pub async fn take_whole(&self, chain: WholeChain) -> Result<Taken, String> {
        self.send(|answer| Command::Alone(Alone::Whole(Box::new(chain), answer))).await
    }

    /// Stores a verified act of the registrar. From then on it seals its dossiers.
    pub async fn learn(&self, act: RecallAct, document: Document) -> Result<(), String> {
        self.send(|answer| Command::Alone(Alone::Learn(Box::new((act, document)), answer))).await
    }

    /// Stamps a recall, after every participant was asked.
    pub async fn recall(&self, dossier: DossierId, act: Arc<(RecallAct, Document)>) -> Result<(), String> {
        self.send(|answer| Command::Alone(Alone::Recall(dossier, act, answer))).await
    }

    /// Begins a new life of the node's streams, unless that was done since: it stamps nothing until it has won back what
    /// it lost in the life that is named (rule 5, rule 7).
    pub async fn restart(&self, life: Epoch) -> Result<(), String> {
        self.send(|answer| Command::Alone(Alone::Restart(life, answer))).await
    }

    /// Restates to a peer in a new life all that is shared with it. Answers the end of its stream.
    pub async fn restate(&self, peer: NodeId, epoch: Epoch) -> Result<u64, String> {
        self.send(|answer| Command::Alone(Alone::Restate(peer, epoch, answer))).await
    }

    /// Ends the recovery.
    pub async fn recovered(&self) -> Result<(), String> {
        self.send(|answer| Command::Alone(Alone::Recovered(answer))).await
    }

    /// Learns what another process of this node wrote, and wakes those who wait for it.
    pub async fn refresh(&self) -> Result<(), String> {
        self.send(|answer| Command::Alone(Alone::Refresh(answer))).await
    }

    async fn send<T>(&self, command: impl FnOnce(oneshot::Sender<Result<T, String>>) -> Command) -> Result<T, String> {
        let (answer, answered) = oneshot::channel();
        let stopped = || "the writer has stopped".to_owned();
        self.commands.send(command(answer)).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// What the writer counts.
    pub fn tally(&self) -> &Tally {
        &self.published.tally
    }

    /// Commands that wait for the writer.
    pub fn waiting(&self) -> usize {
        self.commands.max_capacity() - self.commands.capacity()
    }

    /// Returns if the writer ends, which it does by itself only after a fault of the program.
    pub async fn ended(&self) {
        self.commands.closed().await;
    }

    /// Changes with every commit.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }

    /// Woken when something arrived from a peer.
    pub fn arrived(&self) -> Arc<Notify> {
        self.published.arrived.clone()
    }

    /// Woken when something of a dossier was written that everyone may read.
    pub fn made_public(&self) -> Arc<Notify> {
        self.published.made_public.clone()
    }

    /// This life of the node's streams.
    pub fn epoch(&self) -> Epoch {
        self.life().0
    }

    /// Whether this node must not stamp.
    pub fn is_recovering(&self) -> bool {
        self.life().1
    }

    fn life(&self) -> (Epoch, bool) {
        self.published.life.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Acts of the registrar that this node has to carry out, with those that it has carried out.
    pub fn acts_to_carry_out(&self) -> Vec<(DossierId, Arc<(RecallAct, Document)>)> {
        self.published.to_carry_out.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}
