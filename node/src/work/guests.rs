//! Guest desks (访客工位): once an authority that was a guest here runs its own node, its open cases move there whole.

use std::time::Duration;

use tongban_core::case::Act;

use super::system;
use crate::app::App;
use crate::service::authority;
use crate::store::{Say, StoreError, Target};
use crate::{beside, limits};

/// Looks now and then whether a guest has a node of its own by now.
pub(super) async fn follow(app: &App) {
    loop {
        let is_mine = !app.store.is_shared() || beside::is_mine(app, "guests").await;
        if is_mine
            && !app.writer.is_recovering()
            && let Err(error) = move_out(app).await
        {
            tracing::warn!(%error, "guest desks not looked at");
        }
        tokio::time::sleep(Duration::from_secs(limits::GUESTS_LOOKED_S)).await;
    }
}

async fn move_out(app: &App) -> Result<(), StoreError> {
    for org in app.store.guests().await? {
        let Some(to) = authority(app, &org).filter(|to| !to.guest && to.node != app.config.node) else { continue };
        for id in app.store.cases_of_guest(&org).await? {
            let Some((held, _)) = app.store.dossier(id, app.calendar).await? else { continue };
            if held.case.is_none_or(|case| case.drafted.handling.node != app.config.node) {
                continue;
            }
            let acts = vec![(system(), Act::Moved { to: Box::new(to.clone()) })];
            let say = Say { target: Target::Existing(id), acts, blobs: Vec::new(), once: None, owner: None };
            match app.writer.say(say).await {
                Ok(_) => tracing::info!(dossier = %id, "moved to the authority's own node"),
                Err(error) => tracing::debug!(%error, dossier = %id, "not moved"),
            }
        }
    }
    Ok(())
}
