//! What coordination offices recorded, as facts of one network: events, codebook, statements, and what parties reply to
//! published diagnoses.

use std::collections::BTreeSet;

use tongban_core::dossier::DossierId;
use tongban_core::evidence::{Evidence, Published, Recorded, Reply};
use tongban_core::network::diagnosis::REPLY;
use tongban_core::network::facts::{Facts, SourceKind, Statement};
use tongban_core::network::tie::Actor;

use super::known::profile;
use crate::directory::{Dossier, Snapshot};

/// The evidence of all nodes: first the registrar's, then the others in the order of their names.
pub fn dossiers(snapshot: &Snapshot) -> Vec<&Dossier<Evidence>> {
    let mut all: Vec<&Dossier<Evidence>> = snapshot.evidence.values().collect();
    all.sort_by_key(|one| !snapshot.is_registrar(&one.public.room.node));
    all
}

/// A diagnosis by which an office stands.
#[derive(Clone, Copy, Debug)]
pub struct Stood<'a> {
    /// The evidence in which it is published.
    pub dossier: &'a Dossier<Evidence>,
    /// Number of its stamp.
    pub seq: u32,
    /// The diagnosis.
    pub diagnosis: &'a Recorded<Published>,
}

/// Diagnoses by which offices stand, of each the latest first.
pub fn diagnoses(snapshot: &Snapshot) -> Vec<Stood<'_>> {
    let mut all = Vec::new();
    for dossier in dossiers(snapshot) {
        let mut own: Vec<Stood<'_>> =
            dossier.public.room.diagnoses().map(|(seq, diagnosis)| Stood { dossier, seq, diagnosis }).collect();
        own.reverse();
        all.extend(own);
    }
    all
}

impl<'a> Stood<'a> {
    /// What parties reply: an organisation from its own node, or the office for it, from paper.
    pub fn replies(&self, snapshot: &Snapshot) -> impl Iterator<Item = &'a Reply> {
        let own = move |reply: &Reply| match &reply.party {
            Actor::Org(org) => snapshot.organisations.get(org).is_some_and(|org| org.node == reply.node),
            Actor::Applicants { .. } | Actor::Named { .. } => false,
        };
        self.dossier.public.room.replies(self.seq).filter(move |reply| !reply.source.is_empty() || own(reply))
    }
}

/// Where a reply stands: dossier and stamp, the document if it came on paper, and the days and the item that it is about.
fn source(dossier: DossierId, reply: &Reply, diagnosis: &Published) -> String {
    let (from, until) = (diagnosis.from, diagnosis.until);
    let place = format!("{dossier}#{} {from}/{until} {}", reply.seq, diagnosis.item);
    let place = place.trim_end();
    if reply.source.is_empty() { place.to_owned() } else { format!("{} {place}", reply.source) }
}

/// Adds it to what is known. Of two events, or two concepts, with one key the first counts.
pub(super) fn add(facts: &mut Facts, snapshot: &Snapshot) {
    let mut events: BTreeSet<String> = facts.events.iter().map(|event| event.key.clone()).collect();
    let mut concepts: BTreeSet<String> = facts.codebook.iter().map(|concept| concept.key.clone()).collect();
    for dossier in dossiers(snapshot) {
        let room = &dossier.public.room;
        let fresh = room.events().map(|(_, one)| &one.what).filter(|event| events.insert(event.key.clone()));
        facts.events.extend(fresh.cloned());
        let fresh = room.codebook().map(|(_, one)| &one.what).filter(|one| concepts.insert(one.key.clone()));
        facts.codebook.extend(fresh.cloned());
        facts.statements.extend(room.statements().map(|(_, _, one)| one.clone()));
    }
    for stood in diagnoses(snapshot) {
        let diagnosis = &stood.diagnosis.what;
        facts.statements.extend(stood.replies(snapshot).map(|reply| Statement {
            actor: reply.party.clone(),
            concept: format!("{REPLY}{}", diagnosis.rule),
            agree: true,
            day: reply.at.date(),
            kind: SourceKind::Document,
            source: source(stood.dossier.id, reply, diagnosis),
            quote: reply.words.clone(),
            coder: String::new(),
        }));
    }
}

/// Adds those of whom statements tell alone. They have no ties, and would count in every network as actors who could have some:
/// so only what reads statements has them.
pub fn add_speakers(facts: &mut Facts, snapshot: &Snapshot) {
    let named: BTreeSet<&Actor> = facts.actors.iter().map(|one| &one.actor).collect();
    let speak: BTreeSet<&Actor> = facts.statements.iter().map(|one| &one.actor).collect();
    let others: Vec<_> = speak.difference(&named).map(|actor| profile(snapshot, actor)).collect();
    facts.actors.extend(others);
}

/// What coordination offices recorded, and nothing else: what `tongban network report` takes beside facts.
pub fn alone(snapshot: &Snapshot) -> Facts {
    let mut facts = Facts::default();
    add(&mut facts, snapshot);
    add_speakers(&mut facts, snapshot);
    facts
}
