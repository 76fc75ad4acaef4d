//! What this node knows of the others: the trust list, the documents that they signed, and the dossiers that everyone may
//! read. A [`Snapshot`] is all of it at once; it is made anew when something came, and when a day begins.

mod shelf;
mod snapshot;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tongban_core::catalogue::Implementation;
use tongban_core::directory::{Document, DocumentError, Kind, Organisation, TrustError, TrustList};
use tongban_core::dossier::{Group, Hash, Moment, NodeId, PublicKey, Signer};
use tongban_core::exchange::{Held, Keys};
use tongban_core::matter::Matter;
use tongban_core::time::Calendar;

use self::shelf::Shelf;
pub use self::shelf::Shelved;
use self::snapshot::OfNode;
pub use self::snapshot::{Dossier, Snapshot, implementation_fault};
use crate::clock::Clock;
use crate::store::{PublicHead, Published, Result, Store, StoreError, damaged};

/// Shared, and replaced as a whole when something came in.
#[derive(Clone)]
pub struct Directory {
    snapshot: Arc<watch::Sender<Arc<Snapshot>>>,
    shelf: Arc<Mutex<Shelf>>,
    /// What the snapshot was made of. It is made by one at a time.
    seen: Arc<tokio::sync::Mutex<Option<Seen>>>,
    root: Hash,
    clock: Clock,
}

/// What a snapshot is made of.
#[derive(PartialEq, Eq)]
struct Seen {
    day: Date,
    documents: Vec<Published>,
    heads: Vec<PublicHead>,
}

/// Why a document of a peer is not kept.
#[derive(Debug, thiserror::Error)]
pub enum Unkept {
    /// Not by a node of the trust list, or not by that node.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// Changed, or not of its kind.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Only the registrar publishes these.
    #[error("only the registrar publishes this kind of document")]
    NotRegistrar,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

impl Directory {
    /// Reads what the store holds.
    pub async fn open(store: &Store, root: Hash, clock: Clock) -> Result<Directory> {
        let snapshot = Arc::new(watch::Sender::new(Arc::default()));
        let (shelf, seen) = (Arc::default(), Arc::default());
        let directory = Directory { snapshot, shelf, seen, root, clock };
        directory.reload(store).await?;
        Ok(directory)
    }

    /// What is known now.
    pub fn now(&self) -> Arc<Snapshot> {
        self.snapshot.borrow().clone()
    }

    /// What is known now, and whenever it changes.
    pub fn news(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshot.subscribe()
    }

    /// The key that a group names, judged by the trust list that it names.
    pub fn key_of(&self, group: &Group) -> std::result::Result<PublicKey, TrustError> {
        self.now().trust.key_of(group)
    }

    /// Keeps a document of a peer if it is signed as it must be. Says whether it was new.
    pub async fn keep(&self, store: &Store, document: &Document) -> std::result::Result<bool, Unkept> {
        if document.kind == Kind::Recall {
            // Recalls seal: they go through the writer.
            return Ok(false);
        }
        let snapshot = self.now();
        let is_trust = document.kind == Kind::Trust;
        // Of the trust list every version counts, of other documents the newest.
        let known = if is_trust {
            snapshot.trust.version(document.version).is_some()
        } else {
            let held = snapshot.versions.get(&(document.kind, document.node.clone()));
            held.is_some_and(|version| *version >= document.version)
        };
        if known {
            return Ok(false);
        }
        if is_trust {
            TrustList::open(document, &self.root)?;
        } else {
            let list = snapshot.current().ok_or(TrustError::None)?;
            verify::<serde_json::Value>(list, document)?;
            let by_registrar = matches!(document.kind, Kind::Items | Kind::Mechanisms);
            if by_registrar && !snapshot.is_registrar(&document.node) {
                return Err(Unkept::NotRegistrar);
            }
        }
        store.keep_document(document).await?;
        self.reload(store).await?;
        Ok(true)
    }

    /// Hears what the writer wrote of a dossier. It shows with the next [`Directory::reload`].
    pub fn hear(&self, held: &Held) {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).put(held);
    }

    /// The dossiers that everyone may read.
    pub fn public(&self) -> Vec<Shelved> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).all()
    }

    /// Makes a new snapshot of what the store holds, if that is not what the present one was made of: something came from
    /// a peer, a command beside this process published something, or it is another day.
    pub async fn reload(&self, store: &Store) -> Result<()> {
        let mut last = self.seen.lock().await;
        let (documents, heads) = (store.document_versions().await?, store.public_heads().await?);
        let seen = Seen { day: self.clock.today(), documents, heads };
        if last.as_ref() == Some(&seen) {
            return Ok(());
        }
        for head in &seen.heads {
            let is_known = self.shelf.lock().unwrap_or_else(PoisonError::into_inner).has(head);
            if is_known {
                continue;
            }
            // One that is damaged does not keep the others from being read.
            match store.dossier(head.dossier, Calendar::national()).await {
                Ok(held) => held.iter().for_each(|(held, _)| self.hear(held)),
                Err(StoreError::Damaged(error)) => {
                    tracing::error!(error, dossier = %head.dossier, "a public dossier cannot be read")
                }
                Err(error) => return Err(error),
            }
        }
        let (lists, newest) = (store.documents_of(Kind::Trust).await?, store.documents().await?);
        let (day, root, matters) = (seen.day, self.root, self.public());
        // A large catalogue takes a while, in which others are served.
        let made = tokio::task::spawn_blocking(move || make(day, &root, &lists, newest, matters));
        let snapshot = Arc::new(made.await.map_err(damaged)?);
        self.snapshot.send_replace(snapshot);
        *last = Some(seen);
        Ok(())
    }
}

/// A snapshot of all versions of the trust list, the newest other documents and the public dossiers.
fn make(day: Date, root: &Hash, lists: &[Document], newest: Vec<Document>, matters: Vec<Shelved>) -> Snapshot {
    let mut snapshot = Snapshot { day, ..Snapshot::default() };
    for document in lists {
        match TrustList::open(document, root) {
            Ok(list) => {
                snapshot.versions.insert((Kind::Trust, document.node.clone()), list.version);
                snapshot.trust.keep(list);
            }
            Err(error) => {
                tracing::error!(%error, version = document.version, "a stored trust list is not accepted")
            }
        }
    }
    let mut organisations: Vec<OfNode<Organisation>> = Vec::new();
    let mut implementations: Vec<OfNode<Implementation>> = Vec::new();
    for document in newest {
        let Some(list) = snapshot.trust.current() else { break };
        let node = document.node.clone();
        let kept = match document.kind {
            Kind::Trust | Kind::Recall => continue,
            Kind::Items => verify(list, &document).map(|items| snapshot.items = items),
            Kind::Mechanisms => verify(list, &document).map(|mechanisms| snapshot.mechanisms = mechanisms),
            Kind::Organisations => verify(list, &document).map(|own| organisations.push((node, own))),
            Kind::Implementations => verify(list, &document).map(|own| implementations.push((node, own))),
        };
        match kept {
            Ok(()) => drop(snapshot.versions.insert((document.kind, document.node.clone()), document.version)),
            Err(error) => {
                tracing::error!(%error, kind = document.kind.name(), node = %document.node, "a stored document is not accepted")
            }
        }
    }
    snapshot.admit(organisations, implementations, matters);
    // Whoever asks next need not wait for it.
    snapshot.index();
    snapshot
}

impl Keys for Directory {
    fn of(&self, group: &Group) -> std::result::Result<PublicKey, TrustError> {
        self.key_of(group)
    }

    fn root(&self) -> std::result::Result<PublicKey, TrustError> {
        let snapshot = self.now();
        snapshot.current().map(|list| list.root.clone()).ok_or(TrustError::None)
    }
}

fn verify<T: DeserializeOwned>(list: &TrustList, document: &Document) -> std::result::Result<T, Unkept> {
    // A document outlives a change of keys: any key that the node ever had in this list will do.
    let card = list.card(&document.node)?;
    let key = card
        .keys
        .iter()
        .find(|key| key.public.fingerprint() == document.key)
        .ok_or_else(|| TrustError::Key(document.node.clone()))?;
    Ok(document.verify(&key.public)?)
}

/// The next version of a document that this node publishes.
pub fn next_version(snapshot: &Snapshot, kind: Kind, node: &NodeId) -> u32 {
    snapshot.versions.get(&(kind, node.clone())).copied().unwrap_or(0) + 1
}

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum Unpublished {
    /// Another version came in between.
    #[error("another version was published at the same time. Nothing was published: look at it, and try again.")]
    Meanwhile,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

/// Signs a body as the next version of what this node publishes of a kind, and keeps it. Peers fetch it by themselves.
/// Says which version it is.
pub async fn publish(
    store: &Store,
    directory: &Directory,
    signer: &dyn Signer,
    kind: Kind,
    node: &NodeId,
    body: &impl Serialize,
) -> std::result::Result<u32, Unpublished> {
    // A process beside this one may have published.
    directory.reload(store).await?;
    let version = next_version(&directory.now(), kind, node);
    let document = Document::sign(signer, kind, node, version, body);
    store.keep_document(&document).await?;
    let kept = store.documents_of(kind).await?;
    if !kept.contains(&document) {
        return Err(Unpublished::Meanwhile);
    }
    directory.reload(store).await?;
    Ok(version)
}

/// What this node publishes of its implementations, also what no snapshot admits: of each the last version, if it was not
/// ended.
pub async fn own_implementations(
    store: &Store,
    directory: &Directory,
    node: &NodeId,
) -> Result<BTreeMap<String, Arc<Implementation>>> {
    let documents = store.documents_of(Kind::Implementations).await?;
    let newest =
        documents.into_iter().filter(|document| document.node == *node).max_by_key(|document| document.version);
    let mut own: BTreeMap<String, Arc<Implementation>> = BTreeMap::new();
    if let Some(newest) = newest {
        let all: Vec<Implementation> = serde_json::from_str(&newest.body).map_err(damaged)?;
        own.extend(all.into_iter().map(|one| (one.id.clone(), Arc::new(one))));
    }
    let today = directory.clock.today();
    for known in directory.public().into_iter().filter(|known| known.holder == *node) {
        let Matter::List(list) = known.matter else { continue };
        for (id, versions) in list.room.versions.iter() {
            match versions.last().filter(|last| last.until.is_none_or(|until| today < until)) {
                Some(last) => drop(own.insert(id.clone(), last.clone())),
                None => drop(own.remove(id)),
            }
        }
    }
    Ok(own)
}

/// A moment before any key was made, for keys that are valid from the beginning.
pub const BEGINNING: Moment = Moment(0);
