//! Open cases that go to another authority without anybody's act: a guest (访客工位) has a node of its own by now, or by a reform
//! (机构改革) another authority has the powers.

use std::time::Duration;

use tongban_core::case::{Act, Case, Office};
use tongban_core::directory::{Organisation, Successor};
use tongban_core::dossier::{By, DossierId};

use crate::app::App;
use crate::service::authority;
use crate::store::{Say, StoreError, Target};
use crate::{beside, limits};

/// Looks now and then whether something is to move.
pub(super) async fn follow(app: &App) {
    loop {
        let is_mine = !app.store.is_shared() || beside::is_mine(app, "moves").await;
        if is_mine
            && !app.writer.is_recovering()
            && let Err(error) = move_all(app).await
        {
            tracing::warn!(%error, "what is to move to another authority was not looked at");
        }
        tokio::time::sleep(Duration::from_secs(limits::MOVES_LOOKED_S)).await;
    }
}

async fn move_all(app: &App) -> Result<(), StoreError> {
    for org in app.store.guests().await? {
        let Some(to) = authority(app, &org).filter(|to| !to.guest && to.node != app.config.node) else { continue };
        for id in app.store.cases_of_guest(&org).await? {
            move_one(app, id, |_| Some((to.clone(), String::new()))).await?;
        }
    }
    let snapshot = app.directory.now();
    let reformed = |org: &&Organisation| org.node == app.config.node && !org.successors.is_empty();
    for org in snapshot.organisations.values().filter(reformed) {
        for id in app.store.cases_before(org.uscc.as_str()).await? {
            move_one(app, id, |case| successor(app, &org.successors, case)).await?;
        }
    }
    Ok(())
}

/// Who has the powers for a case now, and by which document: of the successors the first that fits its item.
fn successor(app: &App, successors: &[Successor], case: &Case) -> Option<(Office, String)> {
    let item = &case.drafted.item.key;
    let fits = |one: &&Successor| one.items.is_empty() || one.items.contains(item);
    let one = successors.iter().find(fits)?;
    Some((authority(app, one.org.as_str())?, one.document.clone()))
}

async fn move_one(
    app: &App,
    id: DossierId,
    whither: impl FnOnce(&Case) -> Option<(Office, String)>,
) -> Result<(), StoreError> {
    let Some((held, _)) = app.store.dossier(id, app.calendar).await? else { return Ok(()) };
    let Some(case) = held.into_case().filter(|case| case.drafted.handling.node == app.config.node) else {
        return Ok(());
    };
    let Some((to, reform)) = whither(&case) else { return Ok(()) };
    let acts = vec![(By::system(), Act::Moved { to: Box::new(to), reform })];
    let say = Say::of(Target::Existing(id), acts);
    match app.writer.say(say).await {
        Ok(_) => tracing::info!(dossier = %id, "moved to the authority that has it now"),
        Err(error) => tracing::debug!(%error, dossier = %id, "not moved"),
    }
    Ok(())
}
