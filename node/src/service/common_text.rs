//! Common texts of an item (统一文本): proposed by the lead, answered by the authorities that have it, adopted, taken over.
//!
//! The rules are the item's own ([`tongban_core::item`]). Here it is said who speaks, and an authority that takes a text
//! over publishes its own next version first.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;
use tongban_core::case::{FieldFault, Office};
use tongban_core::catalogue::Implementation;
use tongban_core::directory::Duty;
use tongban_core::dossier::{By, Role};
use tongban_core::ident::Uscc;
use tongban_core::item::{ASKED_MAX, Act, Clause, Item, Proposal, Proposed, Reply, Stance, conformity_with};
use tongban_core::rule::WhyNot;

use super::compare::in_force;
use super::{Actor, ServiceError, open, publish};
use crate::app::App;
use crate::directory::{Dossier, Snapshot};
use crate::limits;
use crate::store::{AccountRole, Said};

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Positions are taken.
    Open,
    /// The lead can settle it.
    Ripe,
    /// It was adopted.
    Adopted,
    /// It was let go.
    LetGo,
}

impl State {
    /// All of them.
    pub const ALL: [State; 4] = [State::Open, State::Ripe, State::Adopted, State::LetGo];

    /// Where a proposal stands on a day.
    pub fn of(proposed: &Proposed, day: Date) -> State {
        match &proposed.settled {
            Some(settled) if settled.adopted => State::Adopted,
            Some(_) => State::LetGo,
            None if proposed.is_ripe(day) => State::Ripe,
            None => State::Open,
        }
    }

    /// The word used in texts and the API.
    pub fn name(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Ripe => "ripe",
            State::Adopted => "adopted",
            State::LetGo => "let_go",
        }
    }
}

/// What somebody is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An authority: its position.
    Position,
    /// An authority: whether it takes over what was adopted.
    Reply,
    /// The lead: to adopt it or let it go.
    Settlement,
}

/// A proposal that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Key of the item.
    pub item: String,
    /// Number of the proposal.
    pub number: u32,
    /// For what.
    pub wanted: Wanted,
    /// Until when.
    pub until: Date,
}

/// An authority of this node, for which an officer speaks.
#[derive(Clone, Debug)]
pub struct Authority {
    /// As it stands in an entry.
    pub office: Office,
    /// Who speaks.
    by: By,
    /// What it publishes of the item: of each implementation the last version, also one that is not in force yet.
    pub own: Vec<Implementation>,
}

/// The dossier of an item.
pub fn held<'a>(snapshot: &'a Snapshot, item: &str) -> Result<&'a Dossier<Item>, ServiceError> {
    snapshot.item_dossiers.get(item).ok_or(ServiceError::NotFound)
}

/// A proposal by its number.
fn known(dossier: &Dossier<Item>, number: u32) -> Result<&Proposed, ServiceError> {
    Ok(dossier.public.room.proposal(number).ok_or_else(|| WhyNot::new("proposal-unknown"))?)
}

/// All proposals of an item with their numbers, the newest first.
pub fn proposals<'a>(snapshot: &'a Snapshot, item: &str) -> Vec<(u32, &'a Proposed)> {
    let held = snapshot.item_dossiers.get(item);
    let mut all: Vec<_> = (1..).zip(held.into_iter().flat_map(|held| &held.public.room.proposals)).collect();
    all.reverse();
    all
}

/// Who leads: staff of the office that keeps the trust list. At any other node than its own the item's rules say no.
fn lead(actor: &Actor) -> Result<By, ServiceError> {
    match actor {
        Actor::Account(account) if account.role == AccountRole::Registrar && account.org.is_some() => {
            Ok(By { org: account.org, role: Role::Officer, staff: account.staff.clone() })
        }
        _ => Err(ServiceError::Forbidden),
    }
}

/// Whether the visitor leads: only at the registrar's node.
pub fn leads(app: &App, snapshot: &Snapshot, actor: &Actor) -> bool {
    lead(actor).is_ok() && snapshot.is_registrar(&app.config.node)
}

/// The authority for which an officer speaks.
pub fn authority(app: &App, snapshot: &Snapshot, actor: &Actor, item: &str) -> Result<Authority, ServiceError> {
    let by = actor.by().filter(|by| by.role == Role::Officer).ok_or(ServiceError::Forbidden)?;
    let org = by.org.and_then(|org| snapshot.organisations.get(&org)).ok_or(ServiceError::Forbidden)?;
    if org.duty != Duty::Authority || org.node != app.config.node {
        return Err(ServiceError::Forbidden);
    }
    let own = published(snapshot, org.uscc, item, app.clock.today());
    Ok(Authority { office: open::office(org, org.region), by, own })
}

/// What an authority publishes of an item, if it was not ended: of each implementation the last version.
fn published(snapshot: &Snapshot, authority: Uscc, item: &str, today: Date) -> Vec<Implementation> {
    let versions = snapshot.lists.get(&authority).map(|list| &list.public.room.versions);
    let of_item = snapshot.implementations_of(item).filter(|one| one.authority == authority);
    let last = of_item.map(|one| {
        let last = versions.and_then(|versions| versions.get(&one.id)?.last());
        last.map_or_else(|| one.clone(), |last| Implementation::clone(last))
    });
    last.filter(|one| one.until.is_none_or(|until| today < until)).collect()
}

/// Whether a proposal asks an authority: by name, or because it has the item and nobody is named.
pub fn asks(snapshot: &Snapshot, item: &str, proposed: &Proposed, authority: Uscc) -> bool {
    let asked = &proposed.proposal.asked;
    let has_it = || snapshot.implementations_of(item).any(|one| one.authority == authority);
    if asked.is_empty() { has_it() } else { asked.contains(&authority) }
}

/// The proposals that wait for an authority.
pub fn waits_for(snapshot: &Snapshot, authority: Uscc, today: Date) -> Vec<Waiting> {
    all(snapshot)
        .filter_map(|(item, number, proposed)| {
            let (wanted, until) = match &proposed.settled {
                None if proposed.is_open(today) && !proposed.positions.contains_key(&authority) => {
                    (Wanted::Position, proposed.proposal.until)
                }
                Some(settled) if settled.adopted && !proposed.replies.contains_key(&authority) => {
                    (Wanted::Reply, settled.by)
                }
                _ => return None,
            };
            let waiting = Waiting { item: item.to_owned(), number, wanted, until };
            asks(snapshot, item, proposed, authority).then_some(waiting)
        })
        .collect()
}

/// The proposals that the lead can settle.
pub fn to_settle(snapshot: &Snapshot, today: Date) -> Vec<Waiting> {
    let ripe = all(snapshot).filter(|(_, _, proposed)| proposed.is_ripe(today));
    ripe.map(|(item, number, proposed)| Waiting {
        item: item.to_owned(),
        number,
        wanted: Wanted::Settlement,
        until: proposed.proposal.until,
    })
    .collect()
}

/// Every proposal that is not settled.
pub fn running(snapshot: &Snapshot) -> Vec<(&str, u32, &Proposed)> {
    all(snapshot).filter(|(_, _, proposed)| proposed.settled.is_none()).collect()
}

fn all(snapshot: &Snapshot) -> impl Iterator<Item = (&str, u32, &Proposed)> {
    snapshot.item_dossiers.iter().flat_map(|(item, held)| {
        (1..).zip(&held.public.room.proposals).map(move |(number, proposed)| (item.as_str(), number, proposed))
    })
}

/// Since when an implementation says what was agreed, if this version is one with which its authority took a text over.
pub fn agreed_since(snapshot: &Snapshot, one: &Implementation) -> Option<Date> {
    proposals(snapshot, &one.item).into_iter().find_map(|(_, proposed)| match proposed.replies.get(&one.authority)? {
        Reply::TakenOver { implementation, version, from, .. }
            if *implementation == one.id && *version == one.version =>
        {
            Some(*from)
        }
        _ => None,
    })
}

/// How far the places of an item agree, and would agree if all took a text over. With thousands of places it takes a while,
/// in which others are served.
pub async fn effect(
    snapshot: &Arc<Snapshot>,
    item: &str,
    clauses: &[Clause],
    today: Date,
) -> (Option<f64>, Option<f64>) {
    let (snapshot, item, clauses) = (snapshot.clone(), item.to_owned(), clauses.to_vec());
    let work = move || {
        let places = in_force(&snapshot, &item, today);
        (conformity_with(&[], &places), conformity_with(&clauses, &places))
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_default()
}

/// A day as it was typed.
fn day(field: &'static str, text: &str) -> Result<Date, ServiceError> {
    let malformed = |_| ServiceError::Fields(vec![FieldFault { field, code: "day-format" }]);
    text.trim().parse().map_err(malformed)
}

/// Proposes a common text to all authorities that have the item, and says which number it got.
pub async fn propose(
    app: &App,
    actor: &Actor,
    item: &str,
    clauses: Vec<Clause>,
    reason: &str,
    until: &str,
) -> Result<u32, ServiceError> {
    let by = lead(actor)?;
    let (snapshot, today) = (app.directory.now(), app.clock.today());
    let held = held(&snapshot, item)?;
    let until = day("until", until)?;
    let having: BTreeSet<Uscc> = in_force(&snapshot, item, today).into_iter().map(|one| one.authority).collect();
    let asked = if having.len() > ASKED_MAX { Vec::new() } else { having.into_iter().collect() };
    let proposal = Proposal { clauses, reason: reason.trim().to_owned(), asked, until };
    publish::say(app, held.id, by, Act::Proposed { proposal: Box::new(proposal) }, None).await?;
    Ok(proposals(&app.directory.now(), item).first().map_or(1, |(number, _)| *number))
}

/// Says what an authority thinks of a proposal.
pub async fn position(
    app: &App,
    actor: &Actor,
    item: &str,
    number: u32,
    stance: Stance,
    reason: &str,
) -> Result<Said, ServiceError> {
    let snapshot = app.directory.now();
    let Authority { office, by, .. } = authority(app, &snapshot, actor, item)?;
    let held = held(&snapshot, item)?;
    let proposed = known(held, number)?;
    if !asks(&snapshot, item, proposed, office.org) {
        return Err(WhyNot::new("not-asked").into());
    }
    let (office, reason) = (Box::new(office), reason.trim().to_owned());
    publish::say(app, held.id, by, Act::PositionTaken { proposal: number, office, stance, reason }, None).await
}

/// Adopts a proposal, or lets it go. `last` is the day by which everyone should have taken it over.
pub async fn settle(
    app: &App,
    actor: &Actor,
    item: &str,
    number: u32,
    adopted: bool,
    reason: &str,
    last: &str,
) -> Result<Said, ServiceError> {
    let by = lead(actor)?;
    let snapshot = app.directory.now();
    let held = held(&snapshot, item)?;
    // What is let go is not taken over by any day.
    let last = if adopted { day("by", last)? } else { app.clock.today() };
    let reason = reason.trim().to_owned();
    publish::say(app, held.id, by, Act::Settled { proposal: number, adopted, reason, by: last }, None).await
}

/// What an authority would publish if it took a text over: for each of its implementations what it publishes now, and the
/// next version; the same where it says all of it already.
pub fn next_versions(own: &[Implementation], clauses: &[Clause], from: Date) -> Vec<(Implementation, Implementation)> {
    let next = own.iter().map(|one| {
        let mut next = one.clone();
        clauses.iter().for_each(|clause| clause.put_into(&mut next));
        if next != *one {
            (next.version, next.from) = (one.version + 1, from.max(one.from));
        }
        (one.clone(), next)
    });
    next.collect()
}

/// Takes an adopted text over: publishes the authority's own next version from a day on, and says so in the item's dossier.
/// Done twice, it publishes nothing the second time.
pub async fn take_over(app: &App, actor: &Actor, item: &str, number: u32, from: &str) -> Result<Said, ServiceError> {
    let (snapshot, today) = (app.directory.now(), app.clock.today());
    let Authority { office, by, own } = authority(app, &snapshot, actor, item)?;
    let held = held(&snapshot, item)?;
    let proposed = known(held, number)?;
    if !proposed.is_adopted() {
        return Err(WhyNot::new("proposal-not-adopted").into());
    }
    let from = if from.trim().is_empty() { today } else { day("from", from)? };
    let wrong = |code| ServiceError::Fields(vec![FieldFault { field: "from", code }]);
    if from < today {
        return Err(wrong("day-past"));
    }
    if from > today.saturating_add(limits::TAKE_OVER_DAYS_MAX.days()) {
        return Err(wrong("day-far"));
    }
    let versions = next_versions(&own, &proposed.proposal.clauses, from);
    let next: Vec<Implementation> =
        versions.iter().filter(|(now, next)| now != next).map(|(_, next)| next.clone()).collect();
    if !next.is_empty() {
        publish::implementations(app, by.clone(), next).await?;
    }
    let mut said = None;
    for (_, one) in versions {
        let Implementation { id: implementation, version, from, .. } = one;
        let office = Box::new(office.clone());
        let act = Act::TakenOver { proposal: number, office, implementation, version, from };
        said = Some(publish::say(app, held.id, by.clone(), act, None).await?);
    }
    Ok(said.ok_or_else(|| WhyNot::new("list-unknown").with("id", item))?)
}

/// Says why an authority does not take an adopted text over.
pub async fn decline(app: &App, actor: &Actor, item: &str, number: u32, reason: &str) -> Result<Said, ServiceError> {
    let snapshot = app.directory.now();
    let Authority { office, by, .. } = authority(app, &snapshot, actor, item)?;
    let held = held(&snapshot, item)?;
    let (office, reason) = (Box::new(office), reason.trim().to_owned());
    publish::say(app, held.id, by, Act::Declined { proposal: number, office, reason }, None).await
}
