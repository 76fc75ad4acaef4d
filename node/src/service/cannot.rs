//! 办不成事反映窗口: whoever could not get a matter done tells a human, who answers by a date.
//!
//! It stays on this node. The first answer is given by a clerk of the window that it concerns; whoever says that it is
//! still not done is answered by who manages the windows.

use tongban_core::case::FieldFault;
use tongban_core::directory::{Duty, Organisation};
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::{DossierId, Moment, Suite};
use tongban_core::time::{Deadline, Limit, deadline};

use super::{Actor, ServiceError, tracking_code};
use crate::app::App;
use crate::limits;
use crate::store::{Account, AccountRole, Cannot, CannotAnswer, CannotState, NewCannot, day_number};

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was wanted.
    pub wish: String,
    /// What stood in the way.
    pub barrier: String,
    /// Code of the organisation that it concerns; empty if the person is not sure.
    pub org: String,
    /// Receipt number; empty if there is none.
    pub receipt: String,
    /// Its tracking code; not needed by who follows the case already.
    pub code: String,
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
}

/// What staff answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How it leaves the matter; `None` if nothing was chosen.
    pub state: Option<CannotState>,
    /// What was done.
    pub text: String,
    /// To whom it is passed on; empty if to nobody.
    pub passed_to: String,
}

/// The windows of this node, in the order of their regions.
pub fn windows(app: &App) -> Vec<Organisation> {
    let snapshot = app.directory.now();
    let own = snapshot.organisations.values().filter(|org| org.duty == Duty::Window && org.node == app.config.node);
    let mut own: Vec<Organisation> = own.cloned().collect();
    own.sort_by_key(|org| (org.region, org.uscc));
    own
}

/// Until when it is to be answered.
pub fn due(app: &App, since: Moment) -> Deadline {
    deadline(since.date(), Limit::working(limits::CANNOT_ANSWER_DAYS), app.calendar)
}

/// Takes up what somebody could not get done. `once` is the form's own key.
pub async fn report(
    app: &App,
    actor: Option<&Actor>,
    report: &Report,
    once: Option<String>,
) -> Result<Cannot, ServiceError> {
    let windows = windows(app);
    let org = windows.iter().find(|org| org.uscc.as_str() == report.org);
    let mut faults = Vec::new();
    let mut fault = |field, code| faults.push(FieldFault { field, code });
    text(&report.wish, limits::CANNOT_CHARS_MAX, ["wish-empty", "cannot-long"], |code| fault("wish", code));
    text(&report.barrier, limits::CANNOT_CHARS_MAX, ["barrier-empty", "cannot-long"], |code| fault("barrier", code));
    text(&report.name, limits::CANNOT_NAME_CHARS_MAX, ["name-empty", "name-long"], |code| fault("name", code));
    if let Err(error) = app.config.realm.admit_phone(&report.phone) {
        fault("phone", error.code());
    }
    if org.is_none() && !report.org.is_empty() {
        fault("org", "org-unknown");
    }
    if !report.receipt.is_empty() && case_of(app, actor, report).await?.is_none() {
        fault("receipt", "receipt-unknown");
    }
    if !faults.is_empty() {
        return Err(ServiceError::Fields(faults));
    }
    let region = org.map(|org| org.region).or_else(|| app.config.regions.first().copied());
    let region = region.or_else(|| windows.first().map(|org| org.region)).ok_or(ServiceError::NotFound)?;
    let at = app.clock.now();
    let new = NewCannot {
        once: digest(once, report),
        at,
        org: org.map(|org| org.uscc.to_string()),
        receipt: Some(report.receipt.clone()).filter(|receipt| !receipt.is_empty()),
        wish: report.wish.clone(),
        barrier: report.barrier.clone(),
        name: report.name.clone(),
        phone: report.phone.clone(),
        due: day_number(due(app, at).due),
    };
    Ok(app.store.add_cannot(&region.to_string(), &new).await?)
}

/// Tells what is wrong with a text that must be there: that there is none, or that it is too long.
fn text(text: &str, most: usize, codes: [&'static str; 2], mut wrong: impl FnMut(&'static str)) {
    if text.trim().is_empty() {
        wrong(codes[0]);
    } else if text.chars().count() > most {
        wrong(codes[1]);
    }
}

/// The case that is meant, if this person may say so: they follow it, or have its tracking code.
async fn case_of(app: &App, actor: Option<&Actor>, report: &Report) -> Result<Option<DossierId>, ServiceError> {
    let Some(id) = app.store.case_by_number(&report.receipt).await? else { return Ok(None) };
    let follows = match actor {
        Some(Actor::Tracker(dossier)) => *dossier == id,
        Some(Actor::Account(account)) => app.store.owns(account.id, id).await?,
        Some(Actor::Department(_)) | None => false,
    };
    Ok(Some(id).filter(|id| follows || tracking_code(app, *id) == report.code))
}

/// The form's key alone would do for browsers. With what was typed nobody gets another person's number by guessing a key.
fn digest(once: Option<String>, report: &Report) -> String {
    let once = once.unwrap_or_else(|| hex(&rand::random::<[u8; 8]>()));
    let Report { wish, barrier, org, receipt, code: _, name, phone } = report;
    let fields = [&once, wish, barrier, org, receipt, name, phone].map(|field| format!("{}:{field}\n", field.len()));
    let hash = Suite::Ed25519.hash(&[b"tongban cannot once v1\0", fields.concat().as_bytes()]);
    hex(hash.bytes())
}

/// The code by which a person finds their own again, made like a receipt's tracking code. The moment keeps it from opening
/// what gets the same number after a restore.
pub fn code(app: &App, held: &Cannot) -> String {
    let mark = format!("{} {}", held.number, held.at.0);
    super::code_of(app, b"tongban cannot v1\0", mark.as_bytes())
}

/// The one with this number, if the code is right.
pub async fn find(app: &App, number: &str, typed: &str) -> Result<Cannot, ServiceError> {
    let held = app.store.cannot(&number.trim().to_uppercase()).await?.ok_or(ServiceError::NotFound)?;
    if code(app, &held) == typed.trim().to_uppercase() { Ok(held) } else { Err(ServiceError::NotFound) }
}

/// The person says, once, that it is still not done: it is open again, for who manages the windows.
pub async fn still_not_done(app: &App, held: &Cannot, said: &str) -> Result<(), ServiceError> {
    let mut faults = Vec::new();
    let codes = ["again-empty", "cannot-long"];
    text(said, limits::CANNOT_CHARS_MAX, codes, |code| faults.push(FieldFault { field: "again", code }));
    if !faults.is_empty() {
        return Err(ServiceError::Fields(faults));
    }
    let at = app.clock.now();
    let is_done = app.store.reopen_cannot(&held.number, at, said, day_number(due(app, at).due)).await?;
    if is_done {
        return Ok(());
    }
    // A second sending of the same is answered as the first.
    let now = app.store.cannot(&held.number).await?.ok_or(ServiceError::NotFound)?;
    match now.again {
        Some((_, known)) if known == said => Ok(()),
        _ => Err(ServiceError::Fields(vec![FieldFault { field: "again", code: "again-once" }])),
    }
}

/// Whose an account sees: of its own window, with what concerns nobody for sure; a manager's are all of this node (`None`).
pub fn whose(account: &Account) -> Result<Option<String>, ServiceError> {
    match (account.role, account.org) {
        (AccountRole::Admin, _) => Ok(None),
        (AccountRole::Clerk, Some(org)) => Ok(Some(org.to_string())),
        _ => Err(ServiceError::Forbidden),
    }
}

/// One that an account may see; [`ServiceError::NotFound`] otherwise.
pub async fn for_staff(app: &App, account: &Account, number: &str) -> Result<Cannot, ServiceError> {
    let whose = whose(account)?;
    let held = app.store.cannot(number).await?.ok_or(ServiceError::NotFound)?;
    let is_theirs = whose.is_none() || held.org.is_none() || held.org == whose;
    if is_theirs { Ok(held) } else { Err(ServiceError::NotFound) }
}

/// Whether it is this account's to answer: once it was opened again, it is for who leads the desk or manages the windows.
pub async fn may_answer(app: &App, account: &Account, held: &Cannot) -> Result<bool, ServiceError> {
    let first = held.again.is_none() || account.role == AccountRole::Admin;
    Ok(held.closed.is_none() && (first || app.store.leads().await?.contains(&account.id)))
}

/// Answers, and closes it.
pub async fn answer(app: &App, account: &Account, number: &str, given: &Answer) -> Result<(), ServiceError> {
    let held = for_staff(app, account, number).await?;
    let mut faults = Vec::new();
    let mut fault = |field, code| faults.push(FieldFault { field, code });
    text(&given.text, limits::CANNOT_CHARS_MAX, ["answer-empty", "cannot-long"], |code| fault("answer", code));
    if given.state.is_none() {
        fault("state", "state-unknown");
    }
    if given.state == Some(CannotState::Passed) {
        let codes = ["passed-empty", "passed-long"];
        text(&given.passed_to, limits::CANNOT_NAME_CHARS_MAX, codes, |code| fault("passed_to", code));
    }
    let Some(state) = given.state.filter(|_| faults.is_empty()) else { return Err(ServiceError::Fields(faults)) };
    let answer = CannotAnswer {
        at: app.clock.now(),
        org: account.org.map_or_else(String::new, |org| org.to_string()),
        staff: account.staff.clone().unwrap_or_default(),
        state,
        text: given.text.clone(),
        passed_to: if state == CannotState::Passed { given.passed_to.clone() } else { String::new() },
    };
    // A second sending of the same is answered as the first.
    let is_same = |last: &CannotAnswer| {
        let what = |one: &CannotAnswer| (one.state, one.text.clone(), one.passed_to.clone(), one.staff.clone());
        what(last) == what(&answer)
    };
    if held.closed.is_some() {
        let known = held.answers.last().is_some_and(is_same);
        return if known { Ok(()) } else { Err(answered()) };
    }
    if !may_answer(app, account, &held).await? {
        return Err(ServiceError::Forbidden);
    }
    if app.store.answer_cannot(&held, &answer).await? { Ok(()) } else { Err(answered()) }
}

fn answered() -> ServiceError {
    ServiceError::Fields(vec![FieldFault { field: "answer", code: "already-answered" }])
}
