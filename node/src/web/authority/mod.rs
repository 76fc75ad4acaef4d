//! The authority's desk: what waits, the case on one page, and every step that an officer may take.

mod case;
mod decide;
mod decision_pdf;
mod inbox;
mod paper;
mod section;

use axum::Router;
use axum::routing::{get, post};
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
    Receive,
    Accept,
    Correction,
    Return,
    Forward,
    NotAccept,
    Grant,
    Refuse,
    Deliver,
}

impl Move {
    const ALL: [Move; 9] = [
        Move::Receive,
        Move::Accept,
        Move::Correction,
        Move::Return,
        Move::Forward,
        Move::NotAccept,
        Move::Grant,
        Move::Refuse,
        Move::Deliver,
    ];

    fn name(self) -> &'static str {
        match self {
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

    fn from_name(name: &str) -> Option<Move> {
        Move::ALL.into_iter().find(|step| step.name() == name)
    }
}

/// The visiting officer.
fn officer(visitor: &Visitor) -> Result<&Account, Fault> {
    visitor.must_be(&[AccountRole::Officer])
}

/// A case named in an address; a malformed name is the same as none.
fn case_id(text: &str) -> Result<DossierId, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}
