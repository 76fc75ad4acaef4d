//! Beginning a case: item, places, permit, particulars.

use std::sync::Arc;

use tongban_core::case::{Act, Applicant, Change, Channel, Drafted, FieldFault, ItemOf, Office, Part};
use tongban_core::catalogue::{
    Answers, Availability, BasicItem, Implementation, MaterialRule, Mode, PartRule, Question, Side, Situation, Subject,
};
use tongban_core::directory::{Duty, Organisation};
use tongban_core::dossier::DossierId;
use tongban_core::ident::Region;
use tongban_core::mechanism::{Permit, permit};
use tongban_core::rule::WhyNot;
use tongban_core::time::Limit;

use super::{Actor, ItemFault, OnceKey, ServiceError, settle};
use crate::app::App;
use crate::directory::Snapshot;
use crate::store::{AccountRole, NewBlob, Said, Say, Target};

/// What is needed to begin a case.
#[derive(Clone, Debug)]
pub struct OpenCase {
    /// Id of the implementation: item key, `@`, region.
    pub implementation: String,
    /// Online: where the applicant is. At a window: ignored, the window's own region counts.
    pub here: Option<Region>,
    /// Person or enterprise.
    pub subject: Subject,
    /// The particulars.
    pub applicant: Applicant,
    /// 情形: answers to the questions of the implementation.
    pub answers: Answers,
    /// The form's or client's own key.
    pub once: Option<OnceKey>,
}

/// An item at a handling place, as seen from a receiving place: everything a guide or an intake needs.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The basic item.
    pub item: BasicItem,
    /// The handling authority's version, whole.
    pub implementation: Arc<Implementation>,
    /// 情形: what was asked and answered so far.
    pub situation: Situation,
    /// The materials that are needed in this situation.
    pub materials: Vec<MaterialRule>,
    /// 承诺办结时限 in this situation.
    pub promised: Limit,
    /// The handling authority.
    pub authority: Organisation,
    /// The place that takes in.
    pub receiving: Organisation,
    /// The region it takes in for.
    pub here: Region,
    /// Window or online.
    pub channel: Channel,
    /// In which mode the case would go.
    pub mode: Mode,
    /// Of a joint handling: who does what; empty otherwise.
    pub parts: Vec<Part>,
    /// By what right it may be taken in, or why not.
    pub permit: Result<Permit, WhyNot>,
}

/// Finds out whether and how an item of another place can be taken in here, in the situation that the answers tell.
pub fn opening(
    app: &App,
    snapshot: &Snapshot,
    implementation: &str,
    channel: Channel,
    here: Region,
    receiving: Option<&Organisation>,
    answers: &Answers,
) -> Result<Opening, ItemFault> {
    let today = app.clock.today();
    let found = snapshot.implementations.get(implementation);
    // What is closed or not open yet has no implementation: the item itself says why.
    let key = found.map_or_else(|| implementation.split('@').next().unwrap_or_default(), |found| found.item.as_str());
    let item = snapshot.item(key).ok_or(ItemFault::Unknown)?;
    let modes = match &item.availability {
        Availability::Open { modes } => modes,
        Availability::Closed { .. } => return Err(ItemFault::Closed),
        Availability::NotYet { .. } => return Err(ItemFault::NotYet),
        Availability::ModeUnverified => return Err(ItemFault::ModeUnverified),
    };
    let implementation = found.ok_or(ItemFault::Unknown)?;
    if !implementation.in_force(today) {
        return Err(ItemFault::NotInForce);
    }
    let authority = snapshot.organisations.get(&implementation.authority).ok_or(ItemFault::Unknown)?;
    let duty = match channel {
        Channel::Window => Duty::Window,
        Channel::Online => Duty::Portal,
    };
    let own_portal = || {
        let served = app.config.regions.iter().any(|region| *region == here || region.contains(here));
        let portal = snapshot.organisations.values().find(|org| org.duty == duty && org.node == app.config.node);
        portal.filter(|_| served)
    };
    let receiving = receiving.or_else(own_portal).ok_or(ItemFault::RegionNotServed)?;
    let permit = permit(&snapshot.mechanisms, &item.key, here, implementation.region, today);
    let situation = Situation::of(&implementation.situations, answers);
    // The mode belongs to the item, the door and the pair of places: a window to which the power was delegated decides.
    let is_delegated = permit.as_ref().is_ok_and(|permit| permit.rights.decide);
    let fits = |mode: &&Mode| match mode {
        Mode::Delegated => is_delegated && channel == Channel::Window,
        Mode::Joint => !implementation.parts.is_empty(),
        Mode::CollectHere => channel == Channel::Window,
        Mode::FullyOnline => true,
    };
    let allowed: Vec<Mode> = modes.iter().copied().filter(|mode| situation.allows(*mode)).collect();
    let mut fitting: Vec<Mode> = allowed.iter().filter(fits).copied().collect();
    let first = if channel == Channel::Window { Mode::Delegated } else { Mode::FullyOnline };
    fitting.sort_by_key(|mode| *mode != first);
    let mode = fitting.first().or(allowed.first()).copied().ok_or(ItemFault::ModeUnverified)?;
    let parts = if mode == Mode::Joint { parts(snapshot, implementation, here)? } else { Vec::new() };
    Ok(Opening {
        item: item.clone(),
        implementation: implementation.clone(),
        materials: situation.materials(&implementation.materials),
        promised: situation.promised().unwrap_or(implementation.promised),
        situation,
        authority: authority.clone(),
        receiving: receiving.clone(),
        here,
        channel,
        mode,
        parts,
        permit,
    })
}

/// Who does which part of a joint handling: the department of that field, on that side.
fn parts(snapshot: &Snapshot, implementation: &Implementation, here: Region) -> Result<Vec<Part>, ItemFault> {
    let part = |rule: &PartRule| {
        let region = match rule.at {
            Side::Here => here,
            Side::There => implementation.region,
        };
        let does = |org: &&Organisation| org.duty == Duty::Authority && org.field == rule.field;
        let mut there = snapshot.organisations.values().filter(does);
        let org = there.find(|org| org.region == region).ok_or(ItemFault::DepartmentMissing)?;
        Ok(Part {
            key: rule.key.clone(),
            name: rule.name.clone(),
            name_en: rule.name_en.clone(),
            office: office(org, region),
            after: rule.after.clone(),
            limit: rule.limit,
            materials: rule.materials.clone(),
        })
    };
    implementation.parts.iter().map(part).collect()
}

impl Opening {
    fn drafted(&self, permit: Permit, subject: Subject, applicant: &NewBlob) -> Drafted {
        Drafted {
            item: ItemOf {
                key: self.item.key.clone(),
                name: self.item.name.clone(),
                name_en: self.item.name_en.clone(),
                implementation: self.implementation.id.clone(),
                version: self.implementation.version,
                mode: self.mode,
                materials: self.materials.clone(),
                statutory: self.implementation.statutory,
                promised: self.promised,
            },
            receiving: office(&self.receiving, self.here),
            handling: office(&self.authority, self.implementation.region),
            channel: self.channel,
            subject,
            permit,
            applicant: applicant.reference.clone(),
            situations: self.situation.answered(),
            parts: self.parts.clone(),
            part_of: None,
        }
    }

    /// Whether a case can be begun in this situation: everything is answered, and nothing stands against it.
    fn stands(&self) -> Result<(), SituationFault> {
        if let Some(key) = self.situation.unknown.first() {
            return Err(SituationFault::Unknown(key.clone()));
        }
        if let Some(answer) = self.situation.cannot() {
            return Err(SituationFault::Cannot { why: answer.cannot.clone(), why_en: answer.cannot_en.clone() });
        }
        match self.situation.open() {
            Some(question) => Err(SituationFault::Unanswered(question.clone())),
            None => Ok(()),
        }
    }
}

/// Why no case can be begun in a situation (情形).
#[derive(Clone, Debug, thiserror::Error)]
pub enum SituationFault {
    /// This question is to be answered first.
    #[error("situation-unanswered")]
    Unanswered(Question),
    /// To the question of this key there is no such answer, or it is not asked in this situation.
    #[error("situation-unknown")]
    Unknown(String),
    /// It cannot be handled this way.
    #[error("situation-cannot")]
    Cannot {
        /// Why, in the words of the authority.
        why: String,
        /// The same in English.
        why_en: String,
    },
}

impl Actor {
    /// Where and by which door this actor begins a case: a clerk at the own window, an applicant online.
    pub fn opening(
        &self,
        app: &App,
        implementation: &str,
        here: Option<Region>,
        answers: &Answers,
    ) -> Result<Opening, ServiceError> {
        let snapshot = app.directory.now();
        let Actor::Account(account) = self else { return Err(ServiceError::Forbidden) };
        let opened = match account.role {
            AccountRole::Clerk => {
                let window =
                    account.org.and_then(|org| snapshot.organisations.get(&org)).ok_or(ServiceError::Forbidden)?;
                opening(app, &snapshot, implementation, Channel::Window, window.region, Some(window), answers)
            }
            AccountRole::Applicant | AccountRole::Firm => {
                let here = here.ok_or(ServiceError::Item(ItemFault::RegionNotServed))?;
                opening(app, &snapshot, implementation, Channel::Online, here, None, answers)
            }
            _ => return Err(ServiceError::Forbidden),
        };
        opened.map_err(ServiceError::Item)
    }
}

/// Begins a case as a draft: item, places and permit are fixed, the materials follow.
pub async fn open(app: &App, actor: &Actor, request: OpenCase) -> Result<Said, ServiceError> {
    open_with(app, actor, request, Vec::new(), Vec::new()).await
}

/// Begins a case and says more in the same breath: all of it or nothing.
pub async fn open_with(
    app: &App,
    actor: &Actor,
    mut request: OpenCase,
    further: Vec<Act>,
    mut blobs: Vec<NewBlob>,
) -> Result<Said, ServiceError> {
    request.applicant = request.applicant.tidied();
    let opening = actor.opening(app, &request.implementation, request.here, &request.answers)?;
    let permit = opening.permit.clone()?;
    if !opening.item.subjects.contains(&request.subject) {
        return Err(ServiceError::Item(ItemFault::Subject));
    }
    opening.stands()?;
    request.applicant.check(request.subject, app.config.realm, app.clock.today()).map_err(ServiceError::Fields)?;
    own_number(actor, &request.applicant)?;
    let blob = particulars(app, &request.applicant);
    let by = actor.by().ok_or(ServiceError::Forbidden)?;
    let system = tongban_core::dossier::By { org: None, role: tongban_core::dossier::Role::System, staff: None };
    let online = opening.channel == Channel::Online;
    let mut acts = vec![(by.clone(), Act::Drafted(Box::new(opening.drafted(permit, request.subject, &blob))))];
    for act in further {
        let portal = online && matches!(act, Act::TakenIn { .. } | Act::HandedOver);
        acts.push((if portal { system.clone() } else { by.clone() }, act));
    }
    blobs.push(blob);
    let blobs = settle(app, blobs).await?;
    let owner = online.then(|| actor.account_id());
    let once = request.once.map(|key| key.of(actor.account_id(), "open"));
    let target = Target::New(DossierId::new(app.clock.now(), rand::random()));
    let said = app.writer.say(Say { blobs, once, owner, ..Say::of(target, acts) }).await?;
    index(app, said.dossier, &request.applicant).await;
    Ok(said)
}

/// It stands already: that it is not found by its person is no reason to say that it does not.
async fn index(app: &App, id: DossierId, applicant: &Applicant) {
    if let Err(error) = app.store.index_person(id, &applicant.id_number).await {
        tracing::warn!(%error, dossier = %id, "not found by its person: the same matter taken in twice would not be noticed");
    }
}

fn particulars(app: &App, applicant: &Applicant) -> NewBlob {
    let bytes = serde_json::to_vec(applicant).unwrap_or_default();
    NewBlob::new(app.signer.public_key().suite(), rand::random(), "application/json", bytes)
}

/// Says that an applicant's particulars are other than they were: all of them are given anew.
pub async fn change_applicant(
    app: &App,
    actor: &Actor,
    id: DossierId,
    changed: (Applicant, Change, String),
    once: Option<OnceKey>,
) -> Result<Said, ServiceError> {
    let (applicant, change, note) = changed;
    let applicant = applicant.tidied();
    let subject = super::visible(app, actor, id).await?.drafted.subject;
    applicant.check(subject, app.config.realm, app.clock.today()).map_err(ServiceError::Fields)?;
    if let Actor::Account(_) = actor {
        own_number(actor, &applicant)?;
    }
    let blob = particulars(app, &applicant);
    let act = Act::ApplicantChanged { applicant: blob.reference.clone(), change, note };
    let said = super::act(app, actor, id, vec![act], vec![blob], once).await?;
    index(app, id, &applicant).await;
    Ok(said)
}

/// Online everyone applies for themselves: acting for another takes a mandate (委托), which is not offered yet.
fn own_number(actor: &Actor, applicant: &Applicant) -> Result<(), ServiceError> {
    let Actor::Account(account) = actor else { return Err(ServiceError::Forbidden) };
    let another = account.id_number.as_ref().is_some_and(|own| *own != applicant.id_number);
    let online = matches!(account.role, AccountRole::Applicant | AccountRole::Firm);
    if online && another {
        return Err(ServiceError::Fields(vec![FieldFault { field: "id_number", code: "id-not-yours" }]));
    }
    Ok(())
}

/// An authority of any node, as a case names it, by its code.
pub fn authority(app: &App, uscc: &str) -> Option<Office> {
    let snapshot = app.directory.now();
    let org = snapshot.organisations.get(&uscc.parse().ok()?).filter(|org| org.duty == Duty::Authority)?;
    Some(office(org, org.region))
}

/// An organisation as a case names it.
pub fn office(org: &Organisation, region: Region) -> Office {
    Office {
        node: org.node.clone(),
        org: org.uscc,
        name: org.name.clone(),
        name_en: org.name_en.clone(),
        region,
        phone: org.phone.clone(),
        guest: org.guest,
    }
}
