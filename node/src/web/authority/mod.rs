//! The authority's desk: what waits, the case on one page, and every step that an officer may take.

mod case;
mod decide;
mod decision_pdf;
mod inbox;
mod paper;
mod section;

use axum::Router;
use axum::routing::{get, post};
use tongban_core::case::Case;
use tongban_core::dossier::DossierId;

use super::fault::Fault;
use super::visitor::Visitor;
use crate::app::App;
use crate::store::{Account, AccountRole};

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route("/authority", get(inbox::inbox))
        .route("/authority/cases/{id}", get(case::show))
        .route("/authority/cases/{id}/decision", get(paper::print))
        .route("/authority/cases/{id}/{step}", post(decide::take_step))
}

/// What an officer may do with a case; also the last part of the address that does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    PreCheck,
    Receive,
    Accept,
    Correction,
    Return,
    Forward,
    NotAccept,
    Grant,
    Refuse,
    Extend,
    Pause,
    Resume,
    Post,
    Deliver,
    Fee,
    Paid,
    CorrectDecision,
    Revoke,
    End,
    Rating,
}

impl Move {
    const ALL: [Move; 20] = [
        Move::PreCheck,
        Move::Receive,
        Move::Accept,
        Move::Correction,
        Move::Return,
        Move::Forward,
        Move::NotAccept,
        Move::Grant,
        Move::Refuse,
        Move::Extend,
        Move::Pause,
        Move::Resume,
        Move::Post,
        Move::Deliver,
        Move::Fee,
        Move::Paid,
        Move::CorrectDecision,
        Move::Revoke,
        Move::End,
        Move::Rating,
    ];

    fn name(self) -> &'static str {
        match self {
            Move::PreCheck => "pre-check",
            Move::Extend => "extend",
            Move::Pause => "pause",
            Move::Resume => "resume",
            Move::Post => "post",
            Move::Fee => "fee",
            Move::Paid => "paid",
            Move::CorrectDecision => "correct-decision",
            Move::Revoke => "revoke",
            Move::End => "end",
            Move::Rating => "rating",
            Move::Receive => "receive",
            Move::Accept => "accept",
            Move::Correction => "correction",
            Move::Return => "return",
            Move::Forward => "forward",
            Move::NotAccept => "not-accept",
            Move::Grant => "grant",
            Move::Refuse => "refuse",
            Move::Deliver => "deliver",
        }
    }

    /// Whether it is done seldom: it is never proposed as the next thing.
    fn is_rare(self) -> bool {
        use Move::{CorrectDecision, End, Extend, Fee, Pause, Revoke};
        matches!(self, Fee | CorrectDecision | Revoke | End | Extend | Pause)
    }

    fn from_name(name: &str) -> Option<Move> {
        Move::ALL.into_iter().find(|step| step.name() == name)
    }
}

/// The visiting officer.
fn officer(visitor: &Visitor) -> Result<&Account, Fault> {
    visitor.must_be(&[AccountRole::Officer])
}

/// Who decides: an officer, or a clerk to whose window it was delegated (see [`may_decide`]).
fn decider(visitor: &Visitor) -> Result<&Account, Fault> {
    visitor.must_be(&[AccountRole::Officer, AccountRole::Clerk])
}

/// Whether this case is this visitor's to decide: a clerk has the pages of a window for all others.
fn may_decide(account: &Account, case: &Case) -> Result<(), Fault> {
    let clerk = account.role == AccountRole::Clerk;
    if clerk && !case.drafted.is_delegated() { Err(Fault::NotFound) } else { Ok(()) }
}

/// A case named in an address; a malformed name is the same as none.
fn case_id(text: &str) -> Result<DossierId, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}
