//! What all nodes tell of their ties, as facts of one network: `docs/network.md`.

use std::collections::BTreeMap;

use tongban_core::digest::{Month, Row};
use tongban_core::dossier::NodeId;
use tongban_core::network::facts::{Fact, Facts};
use tongban_core::network::tie::{Actor, Relation};

use super::known::profile;
use crate::directory::Snapshot;

/// Rows of the digests of those nodes and months that are meant, as facts. Whoever adds a node's own ties leaves that node
/// out here, and takes of its ties only those that it tells: then each stands once.
///
/// Each can be opened by its `source`: the dossier of the digest and the number of the stamp, as in `DOSSIER#4`. That
/// somebody applied is not told by itself: it is the same as that the place took in for another, and follows from it where
/// the row says for whom, persons or enterprises.
pub fn digests_as_facts(snapshot: &Snapshot, is_meant: impl Fn(&NodeId, Month) -> bool) -> Facts {
    let mut told: Vec<(Month, String, &Row)> = Vec::new();
    for (node, dossier) in &snapshot.digests {
        for (month, version) in dossier.public.room.months.iter().filter(|(month, _)| is_meant(node, **month)) {
            told.extend(version.rows().map(|(seq, row)| (*month, format!("{}#{seq}", dossier.id), row)));
        }
    }
    let mut numbers: BTreeMap<Actor, u32> = BTreeMap::new();
    for (.., row) in &told {
        let applicants = applicants(snapshot, row);
        numbers.extend(
            [Some(row.from.clone()), Some(row.to.clone()), applicants].into_iter().flatten().map(|one| (one, 0)),
        );
    }
    // In the order of what they are called, so that the same digests give the same numbers.
    (0..).zip(numbers.values_mut()).for_each(|(number, place)| *place = number);
    let mut facts = Vec::with_capacity(told.len());
    for (month, source, row) in told {
        let fact = Fact {
            relation: row.relation,
            from: numbers[&row.from],
            to: numbers[&row.to],
            day: month.first(),
            item: row.item.clone(),
            subject: row.subject,
            code: row.code.clone(),
            sign: row.sign,
            count: row.count,
            late: row.late,
            took: row.took.map(f64::from),
            source,
        };
        if let Some(applicants) = applicants(snapshot, row) {
            let (relation, from, to) = (Relation::AppliesTo, numbers[&applicants], fact.from);
            facts.push(Fact { relation, from, to, ..fact.clone() });
        }
        facts.push(fact);
    }
    let actors = numbers.keys().map(|actor| profile(snapshot, actor)).collect();
    Facts { actors, facts, by_month: true, ..Facts::default() }
}

/// Those who applied for what was taken in, if the row says for whom, and the directory where.
fn applicants(snapshot: &Snapshot, row: &Row) -> Option<Actor> {
    let (Relation::TakesInFor, Actor::Org(org)) = (row.relation, &row.from) else { return None };
    let province = snapshot.organisations.get(org)?.region.province();
    row.subject.map(|subject| Actor::Applicants { subject, province })
}
