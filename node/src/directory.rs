//! What this node knows of the others: the trust list, and the documents that they signed.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, OnceLock, RwLock};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tongban_core::catalogue::{BasicItem, Implementation};
use tongban_core::directory::{Document, DocumentError, Duty, Kind, Organisation, TrustError, TrustList, TrustLists};
use tongban_core::dossier::{Group, Hash, Moment, NodeId, PublicKey, Signer};
use tongban_core::exchange::Keys;
use tongban_core::ident::{Level, Region, Uscc};
use tongban_core::mechanism::Mechanism;

use crate::search::Index;
use crate::store::{Result, Store};

/// All documents, verified and read.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Every version of the trust list.
    pub trust: TrustLists,
    /// Basic items.
    pub items: Vec<BasicItem>,
    /// Mechanisms.
    pub mechanisms: Vec<Mechanism>,
    /// Organisations of all nodes.
    pub organisations: BTreeMap<Uscc, Organisation>,
    /// Implementations of all authorities, by id.
    pub implementations: BTreeMap<String, Implementation>,
    /// Who published what in which version.
    pub versions: BTreeMap<(Kind, NodeId), u32>,
    /// What searches look things up in; made of the rest when it is first asked for.
    pub index: OnceLock<Index>,
}

impl Snapshot {
    /// The trust list in force.
    pub fn current(&self) -> Option<&TrustList> {
        self.trust.current()
    }

    /// The node that signs the trust list.
    pub fn registrar(&self) -> Option<NodeId> {
        self.versions.keys().find(|(kind, _)| *kind == Kind::Trust).map(|(_, node)| node.clone())
    }

    /// A basic item.
    pub fn item(&self, key: &str) -> Option<&BasicItem> {
        self.items.iter().find(|item| item.key == key)
    }

    /// The window that takes in for a region, or the portal of its province.
    pub fn receiving(&self, duty: Duty, region: Region) -> Option<&Organisation> {
        self.organisations.values().find(|org| org.duty == duty && org.region == region)
    }

    /// Takes up what nodes say of themselves, as far as it is theirs to say. A node of the trust list is no friend of
    /// every other: who could publish another's authority would receive its applicants' data.
    fn admit(&mut self, mut organisations: Vec<By<Organisation>>, implementations: Vec<By<Implementation>>) {
        let Some(list) = self.current().cloned() else { return };
        let registrar = self.registrar();
        // Who was listed first keeps a code that two nodes give.
        organisations.sort_by_key(|(node, _)| list.place(node));
        for (node, org) in organisations.into_iter().flat_map(each) {
            let code = match organisation_fault(&list, registrar.as_ref(), &node, &org) {
                None if self.organisations.contains_key(&org.uscc) => Some("uscc-taken"),
                fault => fault,
            };
            match code {
                None => drop(self.organisations.insert(org.uscc, org)),
                Some(code) => {
                    tracing::warn!(code, %node, uscc = %org.uscc, region = %org.region, "an organisation is not its node's to publish")
                }
            }
        }
        for (node, one) in implementations.into_iter().flat_map(each) {
            match implementation_fault(&list, self.organisations.get(&one.authority), &node, &one) {
                None => drop(self.implementations.insert(one.id.clone(), one)),
                Some(code) => {
                    tracing::warn!(code, %node, id = one.id, "an implementation is not its node's to publish")
                }
            }
        }
    }

    /// What searches look things up in.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.items, self.implementations.values()))
    }

    /// Implementations of one item, by region.
    pub fn implementations_of(&self, item: &str) -> impl Iterator<Item = &Implementation> + use<'_> {
        self.under(format!("{item}@"))
    }

    /// The same, in one region and all that lies in it; in all if none is given.
    pub fn implementations_in(
        &self,
        item: &str,
        region: Option<Region>,
    ) -> impl Iterator<Item = &Implementation> + use<'_> {
        let code = region.map(|region| (region.to_string(), region.level()));
        let digits = code.as_ref().map_or("", |(code, level)| match level {
            Level::Province => &code[..2],
            Level::City => &code[..4],
            Level::County => code.as_str(),
        });
        self.under(format!("{item}@{digits}"))
    }

    /// Implementations whose ids begin so: an id is item and region, so those of an item lie together, by region.
    fn under(&self, beginning: String) -> impl Iterator<Item = &Implementation> + use<'_> {
        let from = (Bound::Included(beginning.as_str()), Bound::<&str>::Unbounded);
        let after = self.implementations.range::<str, _>(from);
        after.take_while(move |(id, _)| id.starts_with(&beginning)).map(|(_, one)| one)
    }
}

/// What a node published of one kind.
type By<T> = (NodeId, Vec<T>);

fn each<T>((node, own): By<T>) -> impl Iterator<Item = (NodeId, T)> {
    own.into_iter().map(move |one| (node.clone(), one))
}

/// Why a node may not publish this organisation: it is another's, or stands where another serves.
fn organisation_fault(
    list: &TrustList,
    registrar: Option<&NodeId>,
    node: &NodeId,
    org: &Organisation,
) -> Option<&'static str> {
    if org.node != *node {
        return Some("node-not-own");
    }
    if org.guest {
        // A guest desk holds as long as no node serves the region.
        return (org.duty != Duty::Authority || !list.hosts(node, org.region)).then_some("region-not-own");
    }
    // The coordination office serves no region: its own is only where it sits.
    let coordinates = org.duty == Duty::Registrar && registrar == Some(node);
    (!coordinates && !list.serves(node, org.region)).then_some("region-not-own")
}

/// Why a node may not publish this implementation: who decides is not its authority, or does not decide there.
pub fn implementation_fault(
    list: &TrustList,
    authority: Option<&Organisation>,
    node: &NodeId,
    one: &Implementation,
) -> Option<&'static str> {
    let Some(authority) = authority.filter(|org| org.node == *node && org.duty == Duty::Authority) else {
        return Some("authority-not-own");
    };
    let decides = list.serves(node, one.region) || authority.guest && list.hosts(node, one.region);
    if !authority.region.contains(one.region) || !decides {
        return Some("region-not-own");
    }
    (one.id != format!("{}@{}", one.item, one.region)).then_some("id-not-its-own")
}

/// Shared, and replaced as a whole when a document comes in.
#[derive(Clone)]
pub struct Directory {
    snapshot: Arc<RwLock<Arc<Snapshot>>>,
    root: Hash,
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
    pub async fn open(store: &Store, root: Hash) -> Result<Directory> {
        let directory = Directory { snapshot: Arc::default(), root };
        directory.reload(store).await?;
        Ok(directory)
    }

    /// What is known now.
    pub fn now(&self) -> Arc<Snapshot> {
        self.snapshot.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
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
            if by_registrar && !is_registrar(&snapshot, &document.node) {
                return Err(Unkept::NotRegistrar);
            }
        }
        store.keep_document(document).await?;
        self.reload(store).await?;
        Ok(true)
    }

    /// Reads anew what the store holds: a command beside this process may have published something.
    pub async fn reload(&self, store: &Store) -> Result<()> {
        let mut snapshot = Snapshot::default();
        for document in store.documents_of(Kind::Trust).await? {
            match TrustList::open(&document, &self.root) {
                Ok(list) => {
                    snapshot.versions.insert((Kind::Trust, document.node.clone()), list.version);
                    snapshot.trust.keep(list);
                }
                Err(error) => {
                    tracing::error!(%error, version = document.version, "a stored trust list is not accepted")
                }
            }
        }
        let mut organisations = Vec::new();
        let mut implementations = Vec::new();
        for document in store.documents().await? {
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
        snapshot.admit(organisations, implementations);
        // Whoever asks next need not wait for it.
        snapshot.index();
        *self.snapshot.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Arc::new(snapshot);
        Ok(())
    }
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

fn is_registrar(snapshot: &Snapshot, node: &NodeId) -> bool {
    snapshot.versions.keys().any(|(kind, publisher)| *kind == Kind::Trust && publisher == node)
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

/// What this node's newest document of its implementations says, also what no snapshot admits.
pub async fn own_implementations(store: &Store, node: &NodeId) -> Result<BTreeMap<String, Implementation>> {
    let documents = store.documents_of(Kind::Implementations).await?;
    let newest =
        documents.into_iter().filter(|document| document.node == *node).max_by_key(|document| document.version);
    let Some(newest) = newest else { return Ok(BTreeMap::new()) };
    let all: Vec<Implementation> =
        serde_json::from_str(&newest.body).map_err(|error| crate::store::StoreError::Damaged(error.to_string()))?;
    Ok(all.into_iter().map(|one| (one.id.clone(), one)).collect())
}

/// A moment before any key was made, for keys that are valid from the beginning.
pub const BEGINNING: Moment = Moment(0);
