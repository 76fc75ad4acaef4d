//! What people and programs may do with cases: the same for pages and API.
//!
//! A door ([`crate::web`]) says who acts and what they gave; here it is checked for form (uploads, particulars, permits),
//! turned into acts, and said to the writer, which applies the rules.

pub mod cannot;
mod collect;
pub mod common_text;
pub mod compare;
pub mod department;
pub mod digest;
pub mod evidence;
pub mod law;
pub mod lists;
mod looked;
mod open;
pub mod publish;
pub mod told;
mod upload;
mod view;

use tongban_core::case::{Act, Case, FieldFault};
use tongban_core::dossier::{By, DossierId, Role};
use tongban_core::ident::Uscc;
use tongban_core::rule::WhyNot;

pub use collect::{found, hand_out};
pub use looked::{LookedThere, looked};
pub use open::{OpenCase, Opening, SituationFault, authority, change_applicant, open, open_with, opening};
pub use upload::{Upload, UploadFault, check_upload};
pub use view::{CaseView, Line, PartLine, Waiting, note_all};

use crate::app::App;
use crate::store::{Account, AccountRole, NewBlob, Once, Said, Say, SayError, StoreError, Target};

/// The staff number under which a department's own system acts.
const SYSTEM_STAFF: &str = "system";

/// Who acts: someone signed in, or the holder of a receipt with its tracking code.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Signed in.
    Account(Box<Account>),
    /// Opened one case by number and tracking code.
    Tracker(DossierId),
    /// The own system of an authority.
    Department(Uscc),
}

/// Why something was not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Fields of a form are wrong.
    #[error("fields: {}", .0.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect::<Vec<_>>().join(", "))]
    Fields(Vec<FieldFault>),
    /// A material cannot be taken.
    #[error("{0}")]
    Upload(#[from] UploadFault),
    /// A rule forbids it, or it could not be kept.
    #[error("{0}")]
    Say(#[from] SayError),
    /// No such case, or not for this person: both look alike.
    #[error("no such case")]
    NotFound,
    /// The item cannot be applied for.
    #[error("{0}")]
    Item(ItemFault),
    /// Its situation was not told, or it cannot be handled this way in it.
    #[error("{0}")]
    Situation(#[from] SituationFault),
    /// An answer of a department's own system fits no task.
    #[error("{0}")]
    Business(#[from] department::BusinessFault),
    /// This account may not do this at all.
    #[error("not for this account")]
    Forbidden,
    /// The store does not answer.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Why an item cannot be applied for here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemFault {
    /// No such item or implementation.
    #[error("item-unknown")]
    Unknown,
    /// No longer, since a date.
    #[error("item-closed")]
    Closed,
    /// Not yet.
    #[error("item-not-yet")]
    NotYet,
    /// In which mode is not verified.
    #[error("item-mode-unverified")]
    ModeUnverified,
    /// The version is not in force.
    #[error("item-not-in-force")]
    NotInForce,
    /// Of a joint handling: a department that takes part is not known in this place.
    #[error("item-department-missing")]
    DepartmentMissing,
    /// No window or portal of this node serves the region.
    #[error("region-not-served")]
    RegionNotServed,
    /// Not for persons, or not for enterprises.
    #[error("item-subject")]
    Subject,
}

impl ServiceError {
    /// A stable code.
    pub fn code(&self) -> String {
        match self {
            ServiceError::Fields(faults) => faults.first().map_or("fields", |fault| fault.code).to_owned(),
            ServiceError::Upload(fault) => fault.code().to_owned(),
            ServiceError::Say(error) => error.code().to_owned(),
            ServiceError::NotFound => "case-not-found".to_owned(),
            ServiceError::Item(fault) => fault.to_string(),
            ServiceError::Situation(fault) => fault.to_string(),
            ServiceError::Business(fault) => fault.to_string(),
            ServiceError::Forbidden => "forbidden".to_owned(),
            ServiceError::Store(_) => "store".to_owned(),
        }
    }
}

impl From<WhyNot> for ServiceError {
    fn from(why: WhyNot) -> ServiceError {
        ServiceError::Say(why.into())
    }
}

impl Actor {
    /// In which capacity the actor speaks in cases; `None` if in none.
    pub fn by(&self) -> Option<By> {
        let applicant = By { org: None, role: Role::Applicant, staff: None };
        match self {
            Actor::Tracker(_) => Some(applicant),
            Actor::Department(org) => {
                Some(By { org: Some(*org), role: Role::Officer, staff: Some(SYSTEM_STAFF.to_owned()) })
            }
            Actor::Account(account) => match account.role {
                AccountRole::Applicant | AccountRole::Firm => Some(applicant),
                AccountRole::Clerk => Some(By { org: account.org, role: Role::Clerk, staff: account.staff.clone() }),
                AccountRole::Officer => {
                    Some(By { org: account.org, role: Role::Officer, staff: account.staff.clone() })
                }
                AccountRole::Admin | AccountRole::Operator | AccountRole::Registrar => None,
            },
        }
    }

    /// The account's number, 0 for a tracker.
    pub fn account_id(&self) -> i64 {
        match self {
            Actor::Account(account) => account.id,
            Actor::Tracker(_) | Actor::Department(_) => 0,
        }
    }

    /// Whether the actor may see a case: its applicant, the place that takes in, and the authority once it was handed over.
    pub async fn may_see(&self, app: &App, case: &Case) -> Result<bool, ServiceError> {
        let own = &app.config.node;
        let drafted = &case.drafted;
        Ok(match self {
            Actor::Tracker(dossier) => {
                *dossier == case.dossier || drafted.part_of.as_ref().is_some_and(|whole| whole.dossier == *dossier)
            }
            Actor::Department(org) => {
                *org == drafted.handling.org && drafted.handling.node == *own && case.is_before_authority()
            }
            Actor::Account(account) => match account.role {
                AccountRole::Applicant | AccountRole::Firm => app.store.owns(account.id, case.dossier).await?,
                AccountRole::Clerk => account.org == Some(drafted.receiving.org) && drafted.receiving.node == *own,
                AccountRole::Officer => {
                    account.org == Some(drafted.handling.org)
                        && drafted.handling.node == *own
                        && case.is_before_authority()
                }
                AccountRole::Admin | AccountRole::Operator | AccountRole::Registrar => false,
            },
        })
    }
}

/// A case that the actor may see, with what is pending taken as said; [`ServiceError::NotFound`] otherwise.
async fn visible(app: &App, actor: &Actor, id: DossierId) -> Result<Case, ServiceError> {
    let (dossier, _) = app.store.dossier(id, app.calendar).await?.ok_or(ServiceError::NotFound)?;
    let case = dossier.case_with_pending(app.calendar).ok_or(ServiceError::NotFound)?;
    if actor.may_see(app, &case).await? { Ok(case) } else { Err(ServiceError::NotFound) }
}

/// A form's or client's own key for one request, before it is known whose and for what.
#[derive(Clone, Debug)]
pub struct OnceKey {
    /// As it was sent.
    pub key: String,
    /// Digest of the request; empty for a form.
    pub what: String,
}

impl From<String> for OnceKey {
    /// A form's own.
    fn from(key: String) -> OnceKey {
        OnceKey { key, what: String::new() }
    }
}

impl OnceKey {
    /// Of an account, for one case or for opening one.
    pub(crate) fn of(self, account: i64, place: &str) -> Once {
        Once { account, key: format!("{place}:{}", self.key), what: self.what }
    }
}

/// Says acts in a case that the actor may see: all of them or none. `once` is the form's or client's own key.
pub async fn act(
    app: &App,
    actor: &Actor,
    id: DossierId,
    acts: Vec<Act>,
    blobs: Vec<NewBlob>,
    once: Option<OnceKey>,
) -> Result<Said, ServiceError> {
    let once = once.map(|key| key.of(actor.account_id(), &id.to_string()));
    let case = match (visible(app, actor, id).await, &once) {
        (Ok(case), _) => case,
        // What was passed on is not seen any more; that it was done is still told to who did it.
        (Err(ServiceError::NotFound), Some(once)) if app.store.once(once.account, &once.key).await?.is_some() => {
            return Ok(Said { dossier: id, number: None, slip: false, again: true });
        }
        (Err(error), _) => return Err(error),
    };
    let by = actor.by().ok_or(ServiceError::Forbidden)?;
    let mut said: Vec<(By, Act)> = Vec::with_capacity(acts.len() + 1);
    let is_officer = by.role == Role::Officer;
    let needs_receipt = case.phase == tongban_core::case::Phase::HandedOver
        && acts.iter().any(|act| !matches!(act, Act::Received | Act::Returned { .. }));
    if is_officer && needs_receipt {
        // An officer who acts on a case has it: nobody is made to click for that.
        said.push((by.clone(), Act::Received));
    }
    for act in acts {
        // Online, taking in and handing over are the portal's own acts, done for the applicant who presses the button.
        let portal = by.role == Role::Applicant && matches!(act, Act::TakenIn { .. } | Act::HandedOver);
        let speaker = if portal { By::system() } else { by.clone() };
        said.push((speaker, act));
    }
    let blobs = settle(app, blobs).await?;
    Ok(app.writer.say(Say { blobs, once, ..Say::of(Target::Existing(id), said) }).await?)
}

/// Puts large blobs into the folder before the entry that refers to them is said.
async fn settle(app: &App, mut blobs: Vec<NewBlob>) -> Result<Vec<NewBlob>, ServiceError> {
    let folder = app.store.blobs().clone();
    let work = move || blobs.iter_mut().try_for_each(|blob| folder.settle(blob)).map(|()| blobs);
    let settled = tokio::task::spawn_blocking(work).await.map_err(|error| SayError::Store(error.to_string()))?;
    Ok(settled?)
}

/// The tracking code of a case: eight characters that only this node can make, printed on the receipt.
pub fn tracking_code(app: &App, id: DossierId) -> String {
    code_of(app, b"tongban tracking v1\0", id.bytes())
}

/// A code that only this node can make, for one purpose and what it is about.
fn code_of(app: &App, purpose: &[u8], what: &[u8]) -> String {
    // No 0 O 1 I L: codes are read aloud and typed by hand.
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    let hash = tongban_core::dossier::Suite::Ed25519.hash(&[purpose, &app.secret, what]);
    hash.bytes()[..8].iter().map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()] as char).collect()
}

/// The case with this receipt number, if the tracking code is right.
pub async fn track(app: &App, number: &str, code: &str) -> Result<DossierId, ServiceError> {
    let number = number.trim().to_uppercase();
    let code = code.trim().to_uppercase();
    let id = app.store.case_by_number(&number).await?.ok_or(ServiceError::NotFound)?;
    if tracking_code(app, id) == code { Ok(id) } else { Err(ServiceError::NotFound) }
}
