//! What a coordination office keeps of the network that does not follow from operations: `docs/network.md`.
//!
//! The rules are the dossier's own ([`tongban_core::evidence`]). Here it is said who speaks, and the dossier begins when
//! something is first said in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tongban_core::dossier::{By, NodeId, Role};
use tongban_core::evidence::{Act, Evidence, Published};
use tongban_core::ident::Uscc;
use tongban_core::network::diagnosis::Diagnosis;
use tongban_core::network::facts::{Concept, Facts, Statement};
use tongban_core::network::report::Period;
use tongban_core::network::tie::{Actor, Network};
use tongban_core::public::Room as _;
use tongban_core::rule::{Asks, WhyNot};

use super::publish::{self, begin};
use super::{OnceKey, ServiceError};
use crate::app::App;
use crate::directory::{Dossier, Snapshot};
use crate::network::diagnosis::words;
use crate::store::{Account, AccountRole, Said, Say, Target};
use crate::text::Lang;

/// In the name of what a form's own key counts.
const PLACE: &str = "evidence";

/// Who speaks for the coordination office: its staff.
fn office(account: &Account) -> Result<By, ServiceError> {
    let is_office = account.role == AccountRole::Registrar && account.org.is_some();
    let by = || By { org: account.org, role: Role::Officer, staff: account.staff.clone() };
    is_office.then(by).ok_or(ServiceError::Forbidden)
}

/// Whether an account keeps this node's evidence.
pub fn keeps(app: &App, account: &Account) -> bool {
    let snapshot = app.directory.now();
    let others = |held: &Dossier<Evidence>| account.org != Some(held.public.room.office);
    office(account).is_ok() && !snapshot.evidence.get(&app.config.node).is_some_and(others)
}

/// This node's evidence.
pub fn own(app: &App) -> Option<Dossier<Evidence>> {
    app.directory.now().evidence.get(&app.config.node).cloned()
}

/// Records something in this node's evidence: all of it or nothing. It begins if there is none.
pub async fn record(app: &App, account: &Account, acts: Vec<Act>, once: Option<OnceKey>) -> Result<Said, ServiceError> {
    let by = office(account)?;
    let office = by.org.ok_or(ServiceError::Forbidden)?;
    if own(app).is_none() {
        let opened = Act::Opened { office };
        app.writer.say_all(vec![begin(app, PLACE.to_owned(), (by.clone(), opened.into()))]).await?;
        app.directory.reload(&app.store).await?;
    }
    let held = own(app).ok_or_else(|| WhyNot::new("not-yours-to-publish"))?;
    let once = once.map(|key| key.of(account.id, PLACE));
    let acts = acts.into_iter().map(|act| (by.clone(), act));
    let said = app.writer.say(Say { once, ..Say::of(Target::Existing(held.id), acts) }).await?;
    app.directory.reload(&app.store).await?;
    Ok(said)
}

/// The organisation for which an account speaks: its staff, at the organisation's own node.
pub fn speaks_for(app: &App, snapshot: &Snapshot, account: &Account) -> Option<Actor> {
    let is_staff = matches!(account.role, AccountRole::Officer | AccountRole::Clerk);
    let org = account.org.filter(|_| is_staff).and_then(|org| snapshot.organisations.get(&org))?;
    (org.node == app.config.node).then_some(Actor::Org(org.uscc))
}

/// Says what an organisation replies to a diagnosis that names it, in whichever node's evidence it is published.
pub async fn reply(
    app: &App,
    account: &Account,
    (node, diagnosis): (&NodeId, u32),
    words: &str,
    once: Option<OnceKey>,
) -> Result<Said, ServiceError> {
    let snapshot = app.directory.now();
    let party = speaks_for(app, &snapshot, account).ok_or(ServiceError::Forbidden)?;
    let held = snapshot.evidence.get(node).ok_or(ServiceError::NotFound)?;
    let role = if account.role == AccountRole::Clerk { Role::Clerk } else { Role::Officer };
    let by = By { org: account.org, role, staff: account.staff.clone() };
    let act = Act::Replied { diagnosis, party, words: words.trim().to_owned(), source: String::new() };
    publish::say(app, held.id, by, act, once.map(|key| key.of(account.id, PLACE))).await
}

/// The organisations of the directory by their names; of two with one name the first.
fn by_name(snapshot: &Snapshot) -> BTreeMap<&str, Uscc> {
    let mut all = BTreeMap::new();
    for org in snapshot.organisations.values() {
        for name in [&org.name, &org.name_en] {
            all.entry(name.as_str()).or_insert(org.uscc);
        }
    }
    all
}

/// Who is meant: whoever is named as an organisation of the directory is that organisation.
fn meant(organisations: &BTreeMap<&str, Uscc>, actor: Actor) -> Actor {
    let Actor::Named { network: Network::Intergovernmental, name } = &actor else { return actor };
    organisations.get(name.as_str()).map_or(actor, |org| Actor::Org(*org))
}

/// Statements of a list, or a single one, as they are recorded: the actor and the concept by their keys, also where the list has their names;
/// what stands already, or twice, is left out. Says how many were, or which of the list cannot be recorded.
pub fn prepared(
    app: &App,
    account: &Account,
    statements: Vec<Statement>,
) -> Result<(Vec<Statement>, usize), ServiceError> {
    let by = office(account)?;
    let snapshot = app.directory.now();
    let organisations = by_name(&snapshot);
    let first = statements.first().map_or("", |one| one.concept.as_str());
    let held = own(app).ok_or_else(|| WhyNot::new("evidence-concept-unknown").with("concept", first).with("row", 1))?;
    let room = &held.public.room;
    let asks = Asks { by: &by, node: &app.config.node, pen: None, at: app.clock.now() };
    let written = |one: &Statement| serde_json::to_string(one).unwrap_or_default();
    let mut stands: BTreeSet<String> = room.statements().map(|(_, _, one)| written(one)).collect();
    let book: Vec<&Concept> = room.codebook().map(|(_, held)| &held.what).collect();
    let all = statements.len();
    let mut fresh = Vec::new();
    for (mut one, number) in statements.into_iter().zip(1..) {
        let is_key = book.iter().any(|held| held.key == one.concept);
        let named = book.iter().find(|held| held.name == one.concept || held.name_en == one.concept);
        if let Some(held) = named.filter(|_| !is_key) {
            one.concept.clone_from(&held.key);
        }
        one.actor = meant(&organisations, one.actor);
        if !stands.insert(written(&one)) {
            continue;
        }
        let alone = Act::StatementsRecorded { statements: vec![one.clone()] };
        room.may(&alone, &asks, &held.public.holder).map_err(|why| in_list(why, number))?;
        fresh.push(one);
    }
    let left_out = all - fresh.len();
    Ok((fresh, left_out))
}

/// The same of a statement by its number in a list. That there is no room is said of none in particular.
fn in_list(why: WhyNot, number: u32) -> WhyNot {
    if why.code == "evidence-full" {
        return why;
    }
    let args = why.args.into_iter().filter(|(name, _)| *name != "row").chain([("row", number.to_string())]).collect();
    WhyNot { args, ..why }
}

/// A diagnosis as it is published, of the days that were looked at.
pub fn published(facts: &Facts, period: Period, today: Date, diagnosis: &Diagnosis) -> Published {
    let [zh, en] = [Lang::Zh, Lang::En].map(|lang| words(lang, facts, diagnosis));
    let whom = &diagnosis.whom;
    let actor = |number: &u32| facts.actors.get(*number as usize).map(|one| one.actor.clone());
    Published {
        rule: diagnosis.key.to_owned(),
        from: period.from,
        until: period.until.min(today),
        actors: whom.actors.iter().filter_map(actor).collect(),
        regions: whom.regions.clone(),
        item: whom.item.clone(),
        code: whom.code.clone(),
        says: zh.says,
        says_en: en.says,
        figures: zh.figures,
        figures_en: en.figures,
    }
}
