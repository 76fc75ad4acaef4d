//! Joint handlings (多地联办): parts are begun when it is their turn, and what came of them is said in the whole.
//!
//! What is to be done follows from the whole and its parts ([`Case::joint_steps`]); a part's dossier always has the same
//! name. So a step that was done before a crash is seen to be done, and one that was not is done again.

use std::collections::BTreeSet;
use std::time::Duration;

use tongban_core::case::{Act, Case, DeliveryWay, JointStep};
use tongban_core::dossier::{By, DossierId};

use crate::app::App;
use crate::limits;
use crate::service::ServiceError;
use crate::store::{Say, Target};

/// Follows what changes, and looks through all that is open now and then: something may have been left undone.
pub(super) async fn follow(app: &App) {
    loop {
        match app.store.joint_open().await {
            Ok(open) => work(app, open).await,
            Err(error) => tracing::warn!(%error, "joint handlings not looked through"),
        }
        let until = tokio::time::Instant::now() + Duration::from_secs(limits::JOINT_LOOKED_S);
        while let Ok(changed) = tokio::time::timeout_at(until, app.writer.joint()).await {
            work(app, changed).await;
        }
    }
}

async fn work(app: &App, wholes: impl IntoIterator<Item = DossierId>) {
    for whole in wholes.into_iter().collect::<BTreeSet<_>>() {
        if let Err(error) = advance(app, whole).await {
            tracing::warn!(%error, dossier = %whole, "a joint handling does not go on; it is looked at again");
        }
    }
}

/// Takes every step that can be taken now.
async fn advance(app: &App, id: DossierId) -> Result<(), ServiceError> {
    if app.writer.is_recovering() {
        return Ok(());
    }
    let Some(whole) = case(app, id).await? else { return Ok(()) };
    if whole.drafted.receiving.node != app.config.node {
        return Ok(());
    }
    let mut children = Vec::new();
    for state in whole.parts.values().filter(|state| state.ended.is_none()) {
        children.extend(case(app, state.dossier).await?);
    }
    let child = |id: DossierId| children.iter().find(|case| case.dossier == id).cloned();
    for step in whole.joint_steps(child) {
        match step {
            JointStep::Begin { part, dossier, acts } => {
                if case(app, dossier).await?.is_none() {
                    let owner = app.store.owner(id).await?;
                    say(app, Target::New(dossier), acts, owner).await?;
                }
                say(app, Target::Existing(id), vec![Act::PartBegun { part, dossier }], None).await?;
            }
            JointStep::End { part, result } => {
                let act = Act::PartEnded { part, result: Box::new(result) };
                say(app, Target::Existing(id), vec![act], None).await?;
            }
            JointStep::Deliver => {
                say(app, Target::Existing(id), vec![Act::Delivered { way: DeliveryWay::Online }], None).await?;
            }
            JointStep::Change { dossier, act } => say(app, Target::Existing(dossier), vec![*act], None).await?,
            JointStep::Stop { dossier } => say(app, Target::Existing(dossier), vec![Act::Withdrawn], None).await?,
        }
    }
    Ok(())
}

async fn case(app: &App, id: DossierId) -> Result<Option<Case>, ServiceError> {
    Ok(app.store.dossier(id, app.calendar).await?.and_then(|(held, _)| held.into_case()))
}

async fn say(app: &App, target: Target, acts: Vec<Act>, owner: Option<i64>) -> Result<(), ServiceError> {
    let acts = acts.into_iter().map(|act| (By::system(), act));
    app.writer.say(Say { owner, ..Say::of(target, acts) }).await?;
    Ok(())
}
