//! A case as a person or program may see it.

use tongban_core::case::{Act, Applicant, Case, Delay, Next, Part, Party, Phase};
use tongban_core::dossier::{By, DossierId, Moment, NodeId, Role};

use super::{Actor, ServiceError, visible};
use crate::app::App;
use crate::store::AccessRow;

/// One line of the timeline.
#[derive(Clone, Debug)]
pub struct Line {
    /// Number of the stamp; `None` while the pen holder has not answered yet.
    pub seq: Option<u32>,
    /// When it was said.
    pub at: Moment,
    /// Who said it.
    pub by: By,
    /// On which node.
    pub node: NodeId,
    /// What was said; `None` for a refusal or something that this version does not know.
    pub act: Option<Act>,
    /// Code of the refusal, if this line refuses a slip.
    pub refuses: Option<String>,
    /// Code of the rule that the entry breaks: kept, without effect.
    pub mark: Option<String>,
}

/// Something is on its way to a node that does not answer.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The node.
    pub peer: NodeId,
    /// Its name for people.
    pub name: String,
    /// Its English name.
    pub name_en: String,
    /// When it last asked for news.
    pub since: Option<Moment>,
}

/// A part of a joint handling as the whole's page shows it.
#[derive(Clone, Debug)]
pub struct PartLine {
    /// What is done, by whom.
    pub part: Part,
    /// Its dossier, once it has begun.
    pub dossier: Option<DossierId>,
    /// Where it is and who has the next move; only where the part's own dossier may be seen.
    pub state: Option<(Phase, Next)>,
    /// Granted or refused, once it has ended.
    pub outcome: Option<tongban_core::case::Outcome>,
}

impl PartLine {
    /// Who has to do something of it, if it is not its authority.
    pub fn waits_for(&self) -> Option<Party> {
        let (_, next) = self.state.as_ref()?;
        matches!(next.party, Party::Receiving | Party::Applicant).then_some(next.party)
    }
}

/// A case with everything that its page shows.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The state, with what is pending taken as said.
    pub case: Case,
    /// Who has the next move, what it is, until when.
    pub next: Next,
    /// The timeline, oldest first.
    pub lines: Vec<Line>,
    /// The particulars; `None` if they are erased or have not arrived yet.
    pub applicant: Option<Applicant>,
    /// Materials whose bytes are still on their way.
    pub missing_bytes: Vec<tongban_core::dossier::Hash>,
    /// Where it waits, if the other side does not answer.
    pub waiting: Option<Waiting>,
    /// Of a joint handling: its parts, in order.
    pub parts: Vec<PartLine>,
    /// Who was late, with what.
    pub delays: Vec<Delay>,
    /// For the authority: receipt numbers of other cases about the same matter of the same person.
    pub same: Vec<String>,
}

impl CaseView {
    /// Reads a case for an actor, and records that its personal data was read.
    pub async fn read(app: &App, actor: &Actor, id: DossierId, what: &str) -> Result<CaseView, ServiceError> {
        let view = CaseView::look(app, actor, id).await?;
        note(app, actor, id, what).await?;
        Ok(view)
    }

    /// The same for who records it apart.
    pub(super) async fn look(app: &App, actor: &Actor, id: DossierId) -> Result<CaseView, ServiceError> {
        let case = visible(app, actor, id).await?;
        let (dossier, rows) = app.store.dossier(id, app.calendar).await?.ok_or(ServiceError::NotFound)?;
        let mut lines: Vec<Line> = rows
            .iter()
            .map(|row| {
                let entry = row.written.entry();
                let mark =
                    dossier.case().into_iter().flat_map(|case| &case.marks).find(|mark| mark.seq == row.stamp.seq);
                Line {
                    seq: Some(row.stamp.seq),
                    at: entry.at,
                    by: entry.by.clone(),
                    node: entry.node.clone(),
                    act: Act::of(&row.written),
                    refuses: entry.refuses.as_ref().map(|no| no.code.clone()),
                    mark: mark.map(|mark| mark.why.code.to_owned()),
                }
            })
            .collect();
        lines.extend(dossier.pending.iter().map(|written| {
            let entry = written.entry();
            let (by, node) = (entry.by.clone(), entry.node.clone());
            Line { seq: None, at: entry.at, by, node, act: Act::of(written), refuses: None, mark: None }
        }));
        let applicant = app.store.blob(&case.drafted.applicant.hash).await?;
        let applicant = applicant.and_then(|blob| serde_json::from_slice(&blob.bytes).ok());
        let hashes: Vec<_> = case.materials.iter().map(|attached| attached.blob.hash).collect();
        let held = app.store.blobs_held(&hashes).await?;
        let missing_bytes = hashes.into_iter().filter(|hash| !held.contains(hash)).collect();
        let waiting = waiting(app, &case).await?;
        let next = case.next(app.calendar);
        let parts = parts(app, actor, &case).await?;
        let delays = case.delays(app.calendar);
        let same = same(app, actor, &case, applicant.as_ref()).await?;
        Ok(CaseView { case, next, lines, applicant, missing_bytes, waiting, parts, delays, same })
    }
}

/// Two windows may have taken in the same: the authority is told before it decides twice.
async fn same(
    app: &App,
    actor: &Actor,
    case: &Case,
    applicant: Option<&Applicant>,
) -> Result<Vec<String>, ServiceError> {
    let is_officer = actor.by().is_some_and(|by| by.role == Role::Officer);
    let Some(applicant) = applicant.filter(|_| is_officer && case.decision.is_none() && !case.phase.is_over()) else {
        return Ok(Vec::new());
    };
    let others = app.store.same_matter(&applicant.id_number, &case.drafted.item.key, Some(case.dossier)).await?;
    let handling = case.drafted.handling.org.to_string();
    Ok(others
        .into_iter()
        .filter(|row| row.handling_org == handling && row.shown)
        .filter_map(|row| row.number)
        .collect())
}

/// The parts of a joint handling, each with what its own dossier says to who may see that.
async fn parts(app: &App, actor: &Actor, case: &Case) -> Result<Vec<PartLine>, ServiceError> {
    let mut lines = Vec::with_capacity(case.drafted.parts.len());
    for part in &case.drafted.parts {
        let begun = case.parts.get(&part.key);
        let held = match begun {
            Some(begun) => app.store.dossier(begun.dossier, app.calendar).await?,
            None => None,
        };
        let own = match held.and_then(|(held, _)| held.case_with_pending(app.calendar)) {
            Some(own) if actor.may_see(app, &own).await? => Some(own),
            _ => None,
        };
        let outcome = begun.and_then(|begun| begun.ended.as_ref()).map(|(_, result)| result.outcome);
        lines.push(PartLine {
            part: part.clone(),
            dossier: own.as_ref().map(|own| own.dossier),
            state: own.map(|own| (own.phase, own.next(app.calendar))),
            outcome,
        });
    }
    Ok(lines)
}

/// Who looked at it is part of the case: every reading by staff is recorded, and every one by receipt number and code, for a
/// slip of paper may be in other hands. (Organisation and staff number are empty then.)
pub async fn note(app: &App, actor: &Actor, id: DossierId, what: &str) -> Result<(), ServiceError> {
    match access(app, actor, id, what) {
        Some(row) => Ok(app.store.note_access(&row).await?),
        None => Ok(()),
    }
}

/// The same of many cases, one record each.
pub async fn note_all(app: &App, actor: &Actor, ids: &[DossierId], what: &str) -> Result<(), ServiceError> {
    let rows: Vec<AccessRow> = ids.iter().filter_map(|id| access(app, actor, *id, what)).collect();
    Ok(app.store.note_accesses(&rows).await?)
}

fn access(app: &App, actor: &Actor, id: DossierId, what: &str) -> Option<AccessRow> {
    let (account, org, staff) = match actor {
        Actor::Tracker(_) => (0, String::new(), String::new()),
        Actor::Department(org) => (0, org.to_string(), super::SYSTEM_STAFF.to_owned()),
        Actor::Account(account) => match account.org {
            Some(org) => (account.id, org.to_string(), account.staff.clone().unwrap_or_default()),
            None => return None,
        },
    };
    Some(AccessRow { dossier: id, at: app.clock.now(), account, org, staff, what: what.to_owned() })
}

/// Whether something of this case is still to be read by the other side, and the other side has been silent for a while.
async fn waiting(app: &App, case: &Case) -> Result<Option<Waiting>, ServiceError> {
    let own = &app.config.node;
    let drafted = &case.drafted;
    let peer = if drafted.receiving.node == *own { &drafted.handling } else { &drafted.receiving };
    if peer.node == *own || matches!(case.phase, Phase::Draft | Phase::TakenIn) {
        return Ok(None);
    }
    let state = app.peers.state(&peer.node);
    if !app.is_silent(&peer.node) || !app.store.is_unread(peer.node.as_str(), state.confirmed, case.dossier).await? {
        return Ok(None);
    }
    let snapshot = app.directory.now();
    let card = snapshot.current().and_then(|list| list.card(&peer.node).ok());
    let (name, name_en) =
        card.map_or((peer.name.clone(), peer.name_en.clone()), |card| (card.name.clone(), card.name_en.clone()));
    Ok(Some(Waiting { peer: peer.node.clone(), name, name_en, since: state.asked }))
}
