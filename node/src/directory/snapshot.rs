//! What is known of all nodes, as it is on one day.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use tongban_core::catalogue::list::List;
use tongban_core::catalogue::{BasicItem, Implementation};
use tongban_core::digest::Digest;
use tongban_core::directory::{Duty, Kind, Organisation, TrustList, TrustLists};
use tongban_core::dossier::{DossierId, NodeId};
use tongban_core::evidence::Evidence;
use tongban_core::ident::{Level, Region, Uscc};
use tongban_core::item::Item;
use tongban_core::law::Law;
use tongban_core::matter::Matter;
use tongban_core::mechanism::Mechanism;
use tongban_core::public::Public;

use super::shelf::Shelved;
use crate::search::Index;

/// A dossier that everyone may read, as it is known here.
#[derive(Clone, Debug)]
pub struct Dossier<R> {
    /// Which.
    pub id: DossierId,
    /// What follows from it, with what this node said and its holder has not answered yet.
    pub public: Arc<Public<R>>,
}

/// All of it, verified and read, as it is on one day.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The day.
    pub day: Date,
    /// Every version of the trust list.
    pub trust: TrustLists,
    /// Basic items.
    pub items: Vec<BasicItem>,
    /// Mechanisms.
    pub mechanisms: Vec<Mechanism>,
    /// Organisations of all nodes.
    pub organisations: BTreeMap<Uscc, Organisation>,
    /// Implementations of all authorities, by id: the version in force on the day; if none is, the last one that was, or the
    /// first that will be.
    pub implementations: BTreeMap<String, Arc<Implementation>>,
    /// Dossiers of items, by key: what is proposed and agreed about them.
    pub item_dossiers: BTreeMap<String, Dossier<Item>>,
    /// Dossiers of lists, by authority: all versions.
    pub lists: BTreeMap<Uscc, Dossier<List>>,
    /// Dossiers of laws, by key: what they say, and where they stand in the way.
    pub laws: BTreeMap<String, Dossier<Law>>,
    /// Digests, by the node that tells of its ties in it.
    pub digests: BTreeMap<NodeId, Dossier<Digest>>,
    /// Evidence, by the node whose coordination office keeps it.
    pub evidence: BTreeMap<NodeId, Dossier<Evidence>>,
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

    /// Whether a node is that one.
    pub fn is_registrar(&self, node: &NodeId) -> bool {
        self.registrar().as_ref() == Some(node)
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
    /// every other: who could publish another's authority would receive its applicants' data. `implementations` are those
    /// of lists that are documents; what a dossier says of the same stands before it.
    pub(super) fn admit(
        &mut self,
        mut organisations: Vec<OfNode<Organisation>>,
        implementations: Vec<OfNode<Implementation>>,
        matters: Vec<Shelved>,
    ) {
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
                None => drop(self.implementations.insert(one.id.clone(), Arc::new(one))),
                Some(code) => {
                    tracing::warn!(code, %node, id = one.id, "an implementation is not its node's to publish")
                }
            }
        }
        for known in matters {
            match &known.matter {
                Matter::Item(item) if registrar.as_ref() == Some(&known.holder) => {
                    self.take_item(Dossier { id: known.id, public: item.clone() });
                }
                Matter::Law(law) if registrar.as_ref() == Some(&known.holder) => {
                    let dossier = Dossier { id: known.id, public: law.clone() };
                    self.laws.insert(law.room.instrument.key.clone(), dossier);
                }
                // Whoever holds its pen after a recall, it tells of the ties of whom began it. Of two the first counts.
                Matter::Digest(digest) if list.card(&digest.room.node).is_ok() => {
                    let dossier = Dossier { id: known.id, public: digest.clone() };
                    self.digests.entry(digest.room.node.clone()).or_insert(dossier);
                }
                // The same: another that got the pen records nothing in its place. An office speaks from its own node only.
                Matter::Evidence(evidence)
                    if list.card(&evidence.room.node).is_ok()
                        && self.is_of(&evidence.room.office, &evidence.room.node) =>
                {
                    let dossier = Dossier { id: known.id, public: evidence.clone() };
                    self.evidence.entry(evidence.room.node.clone()).or_insert(dossier);
                }
                Matter::List(list) => self.take_list(&Dossier { id: known.id, public: list.clone() }, &known.holder),
                _ => {
                    tracing::warn!(dossier = %known.id, node = %known.holder, "a public dossier is not its node's to keep")
                }
            }
        }
    }

    /// Whether an organisation is of a node.
    fn is_of(&self, org: &Uscc, node: &NodeId) -> bool {
        self.organisations.get(org).is_some_and(|org| org.node == *node)
    }

    fn take_item(&mut self, dossier: Dossier<Item>) {
        let basic = &dossier.public.room.basic;
        match self.items.iter_mut().find(|item| item.key == basic.key) {
            Some(item) => *item = basic.clone(),
            None => self.items.push(basic.clone()),
        }
        self.item_dossiers.insert(basic.key.clone(), dossier);
    }

    fn take_list(&mut self, dossier: &Dossier<List>, node: &NodeId) {
        let Some(trust) = self.trust.current() else { return };
        let list = &dossier.public.room;
        let authority = self.organisations.get(&list.authority);
        let mut admitted = false;
        for (id, versions) in list.versions.iter() {
            let Some(one) = List::on(versions, self.day) else { continue };
            match implementation_fault(trust, authority, node, one) {
                None => {
                    admitted = true;
                    self.implementations.insert(id.clone(), one.clone());
                }
                Some(code) => {
                    tracing::warn!(code, %node, id, "an implementation is not its node's to publish");
                }
            }
        }
        if admitted || authority.is_some_and(|org| org.node == *node) {
            self.lists.insert(list.authority, dossier.clone());
        }
    }

    /// What searches look things up in.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.items, self.implementations.values().map(|one| &**one)))
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
        after.take_while(move |(id, _)| id.starts_with(&beginning)).map(|(_, one)| &**one)
    }
}

/// What a node published of one kind.
pub(super) type OfNode<T> = (NodeId, Vec<T>);

fn each<T>((node, own): OfNode<T>) -> impl Iterator<Item = (NodeId, T)> {
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
