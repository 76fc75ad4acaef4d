//! Copies have a term: what a receiving node keeps of another place's case is erased when the term of the rule or agreement is
//! over, and the dossier says so. The chain stays whole, for it names blobs by salted hashes alone.

use std::time::Duration;

use jiff::ToSpan as _;
use tongban_core::case::Act;
use tongban_core::dossier::{By, DossierId, Hash, Moment};

use crate::app::App;
use crate::service::ServiceError;
use crate::store::{Say, Target, day_number};
use crate::{beside, limits};

/// Looks every hour, and once at the start.
pub(super) async fn follow(app: &App) {
    loop {
        let is_mine = !app.store.is_shared() || beside::is_mine(app, "erase").await;
        if is_mine
            && !app.writer.is_recovering()
            && let Err(error) = erase_all(app).await
        {
            tracing::warn!(%error, "copies whose term is over not looked at");
        }
        tokio::time::sleep(Duration::from_secs(limits::ERASE_LOOKED_S)).await;
    }
}

async fn erase_all(app: &App) -> Result<(), ServiceError> {
    // What could not be done and was answered is nobody's business any more after a while.
    let count = app.store.erase_cannots(Moment(app.clock.now().0 - limits::CANNOT_KEPT_MS)).await?;
    if count > 0 {
        tracing::info!(count, "what could not be done erased: its term is over");
    }
    let today = app.clock.today();
    let count = app.store.erase_demands(day_number(today.saturating_sub(limits::DEMAND_KEPT_DAYS.days()))).await?;
    if count > 0 {
        tracing::info!(count, "what was looked for and not found erased: its term is over");
    }
    let today = day_number(today);
    for id in app.store.to_erase(today).await? {
        if let Err(error) = erase(app, id).await {
            tracing::warn!(%error, dossier = %id, "copies not erased; tried again");
        }
    }
    Ok(())
}

/// The bytes go first, then it is said: what was said to be gone is gone.
async fn erase(app: &App, id: DossierId) -> Result<(), ServiceError> {
    let Some((held, _)) = app.store.dossier(id, app.calendar).await? else { return Ok(()) };
    let Some(case) = held.into_case().filter(|case| case.drafted.receiving.node == app.config.node) else {
        return Ok(());
    };
    let blobs: Vec<Hash> = case.copies();
    app.store.erase_blobs(&blobs, id).await?;
    let acts = vec![(By::system(), Act::CopiesErased { blobs })];
    app.writer.say(Say::of(Target::Existing(id), acts)).await?;
    tracing::info!(dossier = %id, "copies erased: their term is over");
    Ok(())
}
