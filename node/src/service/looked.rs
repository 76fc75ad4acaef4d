//! Who looked at a person's data, wherever that was: every node records its own readings, and the one that took the matter in
//! asks the others when the person asks.

use tongban_core::case::Case;
use tongban_core::dossier::{DossierId, Moment, NodeId};

use super::{Actor, CaseView, ServiceError};
use crate::app::App;
use crate::peer::{self, Looked};

/// What one node says.
#[derive(Clone, Debug)]
pub struct LookedThere {
    /// The node.
    pub node: NodeId,
    /// Its name for people.
    pub name: String,
    /// Its English name.
    pub name_en: String,
    /// As of when; `None` if it never answered.
    pub as_of: Option<Moment>,
    /// Whether it answered now.
    pub answered: bool,
    /// Who, the newest first.
    pub list: Vec<Looked>,
}

/// Everything that is known, the own node first.
pub async fn looked(app: &App, actor: &Actor, id: DossierId) -> Result<Vec<LookedThere>, ServiceError> {
    let case = CaseView::read(app, actor, id, "case").await?.case;
    let mut all = vec![here(app, &case).await?];
    for (dossier, node) in elsewhere(app, &case) {
        all.push(there(app, dossier, node).await?);
    }
    Ok(all)
}

/// Dossiers of the matter with the other nodes that have them: the authority, and those of its parts.
fn elsewhere(app: &App, case: &Case) -> Vec<(DossierId, NodeId)> {
    let own = |node: &NodeId| *node == app.config.node;
    let mut all = Vec::new();
    if case.is_before_authority() && !own(&case.drafted.handling.node) {
        all.push((case.dossier, case.drafted.handling.node.clone()));
    }
    for part in &case.drafted.parts {
        if let Some(state) = case.parts.get(&part.key).filter(|_| !own(&part.office.node)) {
            all.push((state.dossier, part.office.node.clone()));
        }
    }
    all
}

async fn here(app: &App, case: &Case) -> Result<LookedThere, ServiceError> {
    let mut list = Vec::new();
    for dossier in std::iter::once(case.dossier).chain(case.parts.values().map(|part| part.dossier)) {
        let rows = app.store.accesses(dossier).await?.into_iter();
        list.extend(rows.map(|row| Looked { at: row.at, org: row.org, staff: row.staff, what: row.what }));
    }
    list.sort_by_key(|looked| std::cmp::Reverse(looked.at));
    let (name, name_en) = (app.config.name.clone(), app.config.name_en.clone());
    let node = app.config.node.clone();
    Ok(LookedThere { node, name, name_en, as_of: Some(app.clock.now()), answered: true, list })
}

/// What it says now, or else what it said last.
async fn there(app: &App, dossier: DossierId, node: NodeId) -> Result<LookedThere, ServiceError> {
    let snapshot = app.directory.now();
    let card = snapshot.current().and_then(|list| list.card(&node).ok());
    let (name, name_en) =
        card.map_or((node.to_string(), String::new()), |card| (card.name.clone(), card.name_en.clone()));
    let (as_of, answered, list) = match peer::looked(app, &node, dossier).await {
        Ok(list) => {
            let now = app.clock.now();
            let text = serde_json::to_string(&list).unwrap_or_default();
            app.store.keep_looked(dossier, node.as_str(), now, &text).await?;
            (Some(now), true, list)
        }
        Err(error) => {
            tracing::debug!(%node, error, "who looked there is not known now");
            match app.store.looked_there(dossier, node.as_str()).await? {
                Some((at, text)) => (Some(at), false, serde_json::from_str(&text).unwrap_or_default()),
                None => (None, false, Vec::new()),
            }
        }
    };
    Ok(LookedThere { node, name, name_en, as_of, answered, list })
}
