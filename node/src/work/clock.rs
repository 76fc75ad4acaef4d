//! What follows when a time has passed, whoever is at a desk: an authority that did not say in time what is missing has
//! accepted (行政许可法 art. 32).

use std::time::Duration;

use tongban_core::case::{Act, Party};
use tongban_core::dossier::By;

use crate::app::App;
use crate::store::{Say, StoreError, Target, day_number};
use crate::{beside, limits};

/// Looks every minute.
pub(super) async fn watch(app: &App) {
    loop {
        let is_mine = !app.store.is_shared() || beside::is_mine(app, "clock").await;
        if is_mine
            && !app.writer.is_recovering()
            && let Err(error) = accept(app).await
        {
            tracing::warn!(%error, "clocks not looked at");
        }
        tokio::time::sleep(Duration::from_secs(limits::CLOCKS_LOOKED_S)).await;
    }
}

async fn accept(app: &App) -> Result<(), StoreError> {
    let today = day_number(app.clock.today());
    for id in app.store.not_accepted_until(today, app.config.node.as_str()).await? {
        let Some((held, _)) = app.store.dossier(id, app.calendar).await? else { continue };
        let is_ours = |case: &tongban_core::case::Case| match case.decider() {
            Party::Receiving => case.drafted.receiving.node == app.config.node,
            _ => case.drafted.handling.node == app.config.node,
        };
        if !held.case().is_some_and(is_ours) {
            continue;
        }
        let acts = vec![(By::system(), Act::DeemedAccepted)];
        let say = Say::of(Target::Existing(id), acts);
        match app.writer.say(say).await {
            Ok(_) => tracing::info!(dossier = %id, "not asked in time: deemed accepted"),
            // It was answered meanwhile, or its pen is elsewhere.
            Err(error) => tracing::debug!(%error, dossier = %id, "not deemed accepted"),
        }
    }
    Ok(())
}
