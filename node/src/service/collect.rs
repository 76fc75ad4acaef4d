//! 就近取件: whoever has number and code of a receipt gets the result at any window of the node.

use tongban_core::case::{Act, Case};
use tongban_core::directory::Organisation;
use tongban_core::dossier::DossierId;

use super::open::office;
use super::view::note;
use super::{Actor, OnceKey, ServiceError, track, visible};
use crate::app::App;
use crate::store::{Say, Target};

/// The case of a receipt, for the window before which its holder stands. That the window looked is recorded.
pub async fn found(app: &App, clerk: &Actor, number: &str, code: &str) -> Result<Case, ServiceError> {
    let id = track(app, number, code).await?;
    let case = visible(app, &Actor::Tracker(id), id).await?;
    note(app, clerk, id, "collect").await?;
    Ok(case)
}

/// The result is in the person's hands. At the window that took it in this is its own delivery.
pub async fn hand_out(
    app: &App,
    clerk: &Actor,
    id: DossierId,
    window: &Organisation,
    once: Option<OnceKey>,
) -> Result<(), ServiceError> {
    let by = clerk.by().ok_or(ServiceError::Forbidden)?;
    let act = Act::HandedOut { window: Box::new(office(window, window.region)) };
    let once = once.map(|key| key.of(clerk.account_id(), &id.to_string()));
    let say = Say { once, ..Say::of(Target::Existing(id), [(by, act)]) };
    app.writer.say(say).await?;
    Ok(())
}
